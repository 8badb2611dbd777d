noinst_LIBRARIES += src/smtp/libsmtp.a
src_smtp_libsmtp_a_SOURCES = \
	src/smtp/address.c \
	src/smtp/auth.c \
	src/smtp/data.c \
	src/smtp/event.c \
	src/smtp/hello.c \
	src/smtp/internal.h \
	src/smtp/mail.c \
	src/smtp/reply.c \
	src/smtp/session.c \
	src/smtp/smtp.h
