UNIT_CONFIG = tests/unit/config/told.c tests/unit/config/told.h $(UNIT)
LINK_CONFIG = src/config/libconfig.a $(LINK_BASE)

check_PROGRAMS += tests/unit/config/test_account
tests_unit_config_test_account_SOURCES = tests/unit/config/test_account.c $(UNIT_CONFIG)
tests_unit_config_test_account_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_alias
tests_unit_config_test_alias_SOURCES = tests/unit/config/test_alias.c $(UNIT_CONFIG)
tests_unit_config_test_alias_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_card
tests_unit_config_test_card_SOURCES = tests/unit/config/test_card.c $(UNIT_CONFIG)
tests_unit_config_test_card_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_lexer
tests_unit_config_test_lexer_SOURCES = tests/unit/config/test_lexer.c $(UNIT_CONFIG)
tests_unit_config_test_lexer_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_load
tests_unit_config_test_load_SOURCES = tests/unit/config/test_load.c $(UNIT_CONFIG)
tests_unit_config_test_load_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_mailrc
tests_unit_config_test_mailrc_SOURCES = tests/unit/config/test_mailrc.c $(UNIT_CONFIG)
tests_unit_config_test_mailrc_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_nearest
tests_unit_config_test_nearest_SOURCES = tests/unit/config/test_nearest.c $(UNIT_CONFIG)
tests_unit_config_test_nearest_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_options
tests_unit_config_test_options_SOURCES = tests/unit/config/test_options.c $(UNIT_CONFIG)
tests_unit_config_test_options_LDADD = $(LINK_CONFIG)
check_PROGRAMS += tests/unit/config/test_value
tests_unit_config_test_value_SOURCES = tests/unit/config/test_value.c $(UNIT_CONFIG)
tests_unit_config_test_value_LDADD = $(LINK_CONFIG)

EXTRA_DIST += tests/fuzz/fuzz_mailrc.c tests/fuzz/fuzz_mailrc.dict \
	tests/fuzz/seeds/mailrc/card tests/fuzz/seeds/mailrc/mistakes tests/fuzz/seeds/mailrc/whole
