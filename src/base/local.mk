noinst_LIBRARIES += src/base/libbase.a
src_base_libbase_a_SOURCES = \
	src/base/buf.h \
	src/base/channel.h \
	src/base/clock.h \
	src/base/err.h \
	src/base/fs.h \
	src/base/i18n.h \
	src/base/log.h \
	src/base/pool.h \
	src/base/proc.h \
	src/base/secret.h \
	src/base/utf8.h
