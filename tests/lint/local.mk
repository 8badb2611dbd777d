# Tests that read the tree itself. Each plants the faults it looks for and must find them.
dist_check_SCRIPTS += \
	tests/lint/banned.test \
	tests/lint/cases.test \
	tests/lint/dist.test \
	tests/lint/doc.test \
	tests/lint/format.test \
	tests/lint/generated.test \
	tests/lint/headers.test \
	tests/lint/layers.test \
	tests/lint/shell.test \
	tests/lint/translations.test
EXTRA_DIST += tests/lint/lint.pm tests/lint/cases.pm tests/lint/promises .clang-format

AM_TESTS_ENVIRONMENT += LINT_CROSS='$(cross_compiling)'; export LINT_CROSS; \
	LINT_CC='$(CC) $(WARN_CFLAGS) -include $(abs_top_builddir)/config.h \
		$(GLIB_CFLAGS) $(GMIME_CFLAGS) $(SQLITE_CFLAGS) $(OPENSSL_CFLAGS) $(ZLIB_CFLAGS) $(NCURSES_CFLAGS) $(CPPFLAGS)'; export LINT_CC;

.PHONY: promises cases
promises:
	@TOP_SRCDIR='$(abs_top_srcdir)' $(top_srcdir)/tests/lint/promises
cases:
	TOP_SRCDIR='$(abs_top_srcdir)' $(top_srcdir)/tests/lint/promises --page >$(top_srcdir)/doc/cases.md
