LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .test
AM_TESTS_ENVIRONMENT = G_SLICE=always-malloc; export G_SLICE; \
	TOP_SRCDIR='$(abs_top_srcdir)'; export TOP_SRCDIR; \
	TOP_BUILDDIR='$(abs_top_builddir)'; export TOP_BUILDDIR; \
	BOXWOOD_HELPERS='$(abs_top_builddir)/libexec'; export BOXWOOD_HELPERS;
TESTS = $(check_PROGRAMS) $(dist_check_SCRIPTS)
dist_check_SCRIPTS =

# Unit tests: one program a file, linked with its own room and those below only.
UNIT = tests/unit/main.c tests/unit/unit.h
include tests/unit/base/local.mk
include tests/unit/net/local.mk
include tests/unit/msg/local.mk
include tests/unit/imap/local.mk
include tests/unit/smtp/local.mk
include tests/unit/store/local.mk
include tests/unit/compose/local.mk
include tests/unit/config/local.mk
include tests/unit/engine/local.mk
include tests/unit/app/local.mk
include tests/unit/batch/local.mk
include tests/unit/ui/local.mk
include tests/wire/local.mk
include tests/screen/local.mk
include tests/batch/local.mk
include tests/fuzz/local.mk
include tests/lint/local.mk
include tests/compose/local.mk
include tests/libexec/local.mk
include tests/live/local.mk
include tests/bench/local.mk
include tests/model/local.mk
include tests/crash/local.mk
