noinst_LIBRARIES += src/imap/libimap.a
src_imap_libimap_a_SOURCES = \
	src/imap/auth.c \
	src/imap/bodystructure.c \
	src/imap/caps.c \
	src/imap/command.c \
	src/imap/event.c \
	src/imap/fetch.c \
	src/imap/idle.c \
	src/imap/imap.h \
	src/imap/internal.h \
	src/imap/lex.c \
	src/imap/list.c \
	src/imap/parse.c \
	src/imap/seqset.c \
	src/imap/session.c \
	src/imap/utf7.c \
	src/imap/value.c
