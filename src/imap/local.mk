noinst_LIBRARIES += src/imap/libimap.a
src_imap_libimap_a_SOURCES = \
	src/imap/append.c \
	src/imap/auth.c \
	src/imap/bodystructure.c \
	src/imap/caps.c \
	src/imap/command.c \
	src/imap/event.c \
	src/imap/fetch.c \
	src/imap/fetch_ask.c \
	src/imap/idle.c \
	src/imap/imap.h \
	src/imap/internal.h \
	src/imap/lex.c \
	src/imap/list.c \
	src/imap/mailbox.c \
	src/imap/parse.c \
	src/imap/quota.c \
	src/imap/seqset.c \
	src/imap/session.c \
	src/imap/store.c \
	src/imap/utf7.c \
	src/imap/value.c
