noinst_LIBRARIES += src/ui/libui.a
src_ui_libui_a_CPPFLAGS = $(AM_CPPFLAGS) $(NCURSES_CFLAGS)
src_ui_libui_a_SOURCES = \
	src/ui/banner.c \
	src/ui/card.c \
	src/ui/change.c \
	src/ui/command.c \
	src/ui/complete.c \
	src/ui/compose.c \
	src/ui/edit.c \
	src/ui/find.c \
	src/ui/grid.c \
	src/ui/grid.h \
	src/ui/internal.h \
	src/ui/key.c \
	src/ui/key.h \
	src/ui/layout.c \
	src/ui/parts.c \
	src/ui/prompt.c \
	src/ui/style.c \
	src/ui/term.h \
	src/ui/term_capture.c \
	src/ui/term_curses.c \
	src/ui/ui.c \
	src/ui/ui.h \
	src/ui/view_compose.c \
	src/ui/view_compose.h \
	src/ui/view_drafts.c \
	src/ui/view_editor.c \
	src/ui/view_folders.c \
	src/ui/view_from.c \
	src/ui/view_help.c \
	src/ui/view_list.c \
	src/ui/view_message.c \
	src/ui/view_parts.c \
	src/ui/view_queue.c \
	src/ui/view_quote.c \
	src/ui/view_setup.c \
	src/ui/view_text.c \
	src/ui/widget_input.c \
	src/ui/widget_list.c \
	src/ui/widget_picker.c \
	src/ui/widget_status.c \
	src/ui/widget_text.c
