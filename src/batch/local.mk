noinst_LIBRARIES += src/batch/libbatch.a
src_batch_libbatch_a_SOURCES = \
	src/batch/attach.c \
	src/batch/batch.c \
	src/batch/batch.h \
	src/batch/change.c \
	src/batch/cmd_address.c \
	src/batch/cmd_answer.c \
	src/batch/cmd_cache.c \
	src/batch/cmd_change.c \
	src/batch/cmd_config.c \
	src/batch/cmd_export.c \
	src/batch/cmd_folder.c \
	src/batch/cmd_from.c \
	src/batch/cmd_import.c \
	src/batch/cmd_list.c \
	src/batch/cmd_provider.c \
	src/batch/cmd_queue.c \
	src/batch/cmd_send.c \
	src/batch/cmd_setup.c \
	src/batch/cmd_show.c \
	src/batch/cmd_sync.c \
	src/batch/internal.h \
	src/batch/escapes.c \
	src/batch/face.c \
	src/batch/letter.c \
	src/batch/outbox.c \
	src/batch/place.c \
	src/batch/records.c \
	src/batch/records_card.c \
	src/batch/setup.c
