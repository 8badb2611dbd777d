# What others read in the messages that are built here: Python's email package, and GMime.
noinst_PROGRAMS += tests/compose/peer
tests_compose_peer_SOURCES = tests/compose/peer.c
tests_compose_peer_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
tests_compose_peer_LDADD = $(LINK_COMPOSE)
dist_check_SCRIPTS += tests/compose/peers.test
EXTRA_DIST += tests/compose/compositions.py tests/compose/peers.py
