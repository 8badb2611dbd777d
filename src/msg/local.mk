noinst_LIBRARIES += src/msg/libmsg.a
src_msg_libmsg_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
src_msg_libmsg_a_SOURCES = \
	src/msg/msg.h
