dist_check_SCRIPTS += tests/libexec/locked.test
