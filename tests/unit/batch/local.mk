check_PROGRAMS += tests/unit/batch/test_batch tests/unit/batch/test_face
tests_unit_batch_test_face_SOURCES = tests/unit/batch/test_face.c $(UNIT)
tests_unit_batch_test_face_LDADD = src/batch/libbatch.a $(LINK_APP)
tests_unit_batch_test_batch_SOURCES = tests/unit/batch/test_batch.c $(UNIT)
tests_unit_batch_test_batch_LDADD = src/batch/libbatch.a $(LINK_APP)
