noinst_LIBRARIES += src/imap/libimap.a
src_imap_libimap_a_SOURCES = \
	src/imap/imap.h
