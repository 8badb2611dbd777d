check_PROGRAMS += tests/unit/batch/test_batch
tests_unit_batch_test_batch_SOURCES = tests/unit/batch/test_batch.c $(UNIT)
tests_unit_batch_test_batch_LDADD = src/batch/libbatch.a $(LINK_APP)
