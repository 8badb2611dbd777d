noinst_LIBRARIES += src/msg/libmsg.a
src_msg_libmsg_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
src_msg_libmsg_a_SOURCES = \
	src/msg/address.c \
	src/msg/authres.c \
	src/msg/calendar.c \
	src/msg/calendar_rule.c \
	src/msg/calendar_value.c \
	src/msg/calendar_zone.c \
	src/msg/charset.c \
	src/msg/charset_labels.c \
	src/msg/date.c \
	src/msg/decode.c \
	src/msg/entities.c \
	src/msg/failure.c \
	src/msg/file.c \
	src/msg/flags.c \
	src/msg/flowed.c \
	src/msg/header.c \
	src/msg/html.h \
	src/msg/html_flow.c \
	src/msg/html_layout.c \
	src/msg/html_link.c \
	src/msg/html_prepare.c \
	src/msg/html_records.c \
	src/msg/html_reference.c \
	src/msg/html_remote.c \
	src/msg/html_strip.c \
	src/msg/html_style.c \
	src/msg/html_table.c \
	src/msg/internal.h \
	src/msg/list.c \
	src/msg/magic.c \
	src/msg/marks.c \
	src/msg/mbox.c \
	src/msg/msg.c \
	src/msg/msg.h \
	src/msg/param.c \
	src/msg/parse.c \
	src/msg/part.c \
	src/msg/report.c \
	src/msg/seal.c \
	src/msg/text.c \
	src/msg/thread.c \
	src/msg/tnef.c \
	src/msg/vcard.c \
	src/msg/within.c \
	src/msg/words.c
