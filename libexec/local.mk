pkglibexec_PROGRAMS += libexec/boxwood-alone
libexec_boxwood_alone_SOURCES = libexec/boxwood-alone.c src/msg/html.h
libexec_boxwood_alone_CFLAGS = $(WARN_CFLAGS) $(HARDEN_CFLAGS)
libexec_boxwood_alone_LDFLAGS = $(HARDEN_LDFLAGS)

if HTML
pkglibexec_PROGRAMS += libexec/boxwood-html
endif
libexec_boxwood_html_SOURCES = libexec/boxwood-html.c src/msg/html.h
libexec_boxwood_html_CPPFLAGS = $(AM_CPPFLAGS) $(LIBXML_CFLAGS)
libexec_boxwood_html_CFLAGS = $(WARN_CFLAGS) $(HARDEN_CFLAGS) $(HELPER_SAN_CFLAGS)
libexec_boxwood_html_LDFLAGS = $(HARDEN_LDFLAGS) $(HELPER_SAN_CFLAGS)
libexec_boxwood_html_LDADD = $(LIBXML_LIBS)
