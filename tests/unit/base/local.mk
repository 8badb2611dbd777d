check_PROGRAMS += tests/unit/base/test_buf
tests_unit_base_test_buf_SOURCES = tests/unit/base/test_buf.c $(UNIT)
tests_unit_base_test_buf_LDADD = $(LINK_BASE)
