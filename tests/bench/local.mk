# Built on demand only: make tests/bench/make_rows
EXTRA_PROGRAMS = tests/bench/make_rows tests/bench/read_window
tests_bench_make_rows_SOURCES = tests/bench/make_rows.c
tests_bench_make_rows_LDADD = $(LINK_STORE) $(LINK_MSG) $(LINK_BASE)
tests_bench_read_window_SOURCES = tests/bench/read_window.c
tests_bench_read_window_LDADD = $(LINK_STORE) $(LINK_MSG) $(LINK_BASE)
