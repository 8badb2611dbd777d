check_PROGRAMS += tests/unit/app/test_words
tests_unit_app_test_words_SOURCES = tests/unit/app/test_words.c $(UNIT)
tests_unit_app_test_words_LDADD = $(LINK_APP)
check_PROGRAMS += tests/unit/app/test_cli
tests_unit_app_test_cli_SOURCES = tests/unit/app/test_cli.c $(UNIT)
tests_unit_app_test_cli_LDADD = $(LINK_APP)
