# Built on demand only: make tests/bench/make_rows. make bench prints Boxwood beside its peers:
# BENCH_FLAGS='--large --mirror --idle 10', BENCH_FLAGS='--messages 1000000'.
EXTRA_PROGRAMS = tests/bench/make_rows tests/bench/read_window tests/bench/select_rows
tests_bench_make_rows_SOURCES = tests/bench/make_rows.c
tests_bench_make_rows_LDADD = $(LINK_STORE) $(LINK_MSG) $(LINK_BASE)
tests_bench_read_window_SOURCES = tests/bench/read_window.c
tests_bench_read_window_LDADD = $(LINK_STORE) $(LINK_MSG) $(LINK_BASE)
tests_bench_select_rows_SOURCES = tests/bench/select_rows.c
tests_bench_select_rows_LDADD = $(LINK_STORE) $(LINK_MSG) $(LINK_BASE)
EXTRA_DIST += tests/bench/compare tests/bench/letters.py tests/bench/html.py
.PHONY: bench bench-html
bench: boxwood$(EXEEXT) tests/bench/make_rows$(EXEEXT)
	$(AM_V_at)TOP_BUILDDIR='$(abs_top_builddir)' $(srcdir)/tests/bench/compare $(BENCH_FLAGS)
bench-html: boxwood$(EXEEXT) libexec/boxwood-html$(EXEEXT)
	$(AM_V_at)$(srcdir)/tests/bench/html.py '$(abs_top_builddir)/boxwood$(EXEEXT)'
