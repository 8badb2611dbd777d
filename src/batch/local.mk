noinst_LIBRARIES += src/batch/libbatch.a
src_batch_libbatch_a_SOURCES =
