noinst_LIBRARIES += src/net/libnet.a
src_net_libnet_a_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS) $(ZLIB_CFLAGS)
src_net_libnet_a_SOURCES = \
	src/net/connect.c \
	src/net/deflate.c \
	src/net/http.c \
	src/net/lookup.c \
	src/net/internal.h \
	src/net/echo.c \
	src/net/mechanism.c \
	src/net/net.h \
	src/net/prep.c \
	src/net/rand.c \
	src/net/sasl.c \
	src/net/sasl.h \
	src/net/tls.c \
	src/net/wire.c
