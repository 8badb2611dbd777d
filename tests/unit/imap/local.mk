# show.c prints events and trees; the dialogues of tests/wire use it too.
LINK_IMAP = src/imap/libimap.a $(LINK_MSG) $(LINK_NET) $(LINK_BASE)
IMAP_SHOW = tests/unit/imap/show.c tests/unit/imap/show.h
check_PROGRAMS += tests/unit/imap/test_lex
tests_unit_imap_test_lex_SOURCES = tests/unit/imap/test_lex.c $(UNIT)
tests_unit_imap_test_lex_LDADD = $(LINK_IMAP)
check_PROGRAMS += tests/unit/imap/test_bodystructure
tests_unit_imap_test_bodystructure_SOURCES = tests/unit/imap/test_bodystructure.c $(IMAP_SHOW) $(UNIT)
tests_unit_imap_test_bodystructure_LDADD = $(LINK_IMAP)
check_PROGRAMS += tests/unit/imap/test_utf7
tests_unit_imap_test_utf7_SOURCES = tests/unit/imap/test_utf7.c $(UNIT)
tests_unit_imap_test_utf7_LDADD = $(LINK_IMAP)
check_PROGRAMS += tests/unit/imap/test_session
tests_unit_imap_test_session_SOURCES = tests/unit/imap/test_session.c $(IMAP_SHOW) $(UNIT)
tests_unit_imap_test_session_LDADD = $(LINK_IMAP)
check_PROGRAMS += tests/unit/imap/test_seqset
tests_unit_imap_test_seqset_SOURCES = tests/unit/imap/test_seqset.c $(UNIT)
tests_unit_imap_test_seqset_LDADD = $(LINK_IMAP)
