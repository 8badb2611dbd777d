noinst_LIBRARIES += src/app/libapp.a
src_app_libapp_a_SOURCES = \
	src/app/answer.c \
	src/app/app.c \
	src/app/app.h \
	src/app/card.c \
	src/app/card_calendar.c \
	src/app/card_report.c \
	src/app/changes.c \
	src/app/cli.c \
	src/app/commands.c \
	src/app/contacts.c \
	src/app/date.c \
	src/app/editor.c \
	src/app/finder.c \
	src/app/from.c \
	src/app/html_words.c \
	src/app/id.c \
	src/app/internal.h \
	src/app/keymap.c \
	src/app/leaving.c \
	src/app/letter.c \
	src/app/letter_words.c \
	src/app/mailcap.c \
	src/app/markdown.c \
	src/app/model_folders.c \
	src/app/model_letter.c \
	src/app/model_list.c \
	src/app/model_message.c \
	src/app/model_parts.c \
	src/app/model_queue.c \
	src/app/overlay.c \
	src/app/runner.c \
	src/app/temp.c \
	src/app/template.c \
	src/app/trust.c \
	src/app/viewer.c \
	src/app/words.c
