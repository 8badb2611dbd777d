noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(IDN2_CFLAGS)
src_base_libbase_a_SOURCES = \
	src/base/buf.c \
	src/base/buf.h \
	src/base/channel.c \
	src/base/channel.h \
	src/base/clock.c \
	src/base/clock.h \
	src/base/err.c \
	src/base/err.h \
	src/base/filter.c \
	src/base/filter.h \
	src/base/fs.c \
	src/base/fs.h \
	src/base/i18n.h \
	src/base/idn.c \
	src/base/idn.h \
	src/base/log.c \
	src/base/log.h \
	src/base/pool.c \
	src/base/pool.h \
	src/base/proc.c \
	src/base/proc.h \
	src/base/secret.c \
	src/base/secret.h \
	src/base/utf8.c \
	src/base/utf8.h \
	src/base/wake.c \
	src/base/wake.h \
	src/base/watch.c \
	src/base/watch.h
