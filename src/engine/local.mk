noinst_LIBRARIES += src/engine/libengine.a
src_engine_libengine_a_SOURCES = \
	src/engine/account.c \
	src/engine/apply.c \
	src/engine/bodies.c \
	src/engine/check.c \
	src/engine/connection.c \
	src/engine/engine.c \
	src/engine/engine.h \
	src/engine/fill.c \
	src/engine/folders.c \
	src/engine/internal.h \
	src/engine/job.c \
	src/engine/plan.c \
	src/engine/read.c \
	src/engine/reader.c \
	src/engine/roles.c \
	src/engine/row.c \
	src/engine/save.c \
	src/engine/schedule.c \
	src/engine/secret.c \
	src/engine/sync.c \
	src/engine/sync.h \
	src/engine/text.c \
	src/engine/vanish.c
