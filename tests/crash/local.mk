# The engine killed, and its disk failing, at every point of a scripted scenario; part of `make check-crash`. CRASH_ALL=1
# tries every point, CRASH_SECONDS, CRASH_SEED and CRASH_ONLY choose.
CRASH_TESTS = tests/crash/crash.test tests/crash/trouble.test
CRASH_TOOLS = tests/crash/look$(EXEEXT) tests/crash/shim.so
EXTRA_PROGRAMS += tests/crash/look
tests_crash_look_SOURCES = tests/crash/look.c
tests_crash_look_LDADD = $(LINK_STORE) $(LINK_MSG) $(LINK_BASE)
EXTRA_DIST += $(CRASH_TESTS) tests/crash/crash.py tests/crash/trouble.py tests/crash/shim.c
CLEANFILES += tests/crash/shim.so
# Preloaded: none of what the sanitizers and the hardening of the program add may be in it.
tests/crash/shim.so: tests/crash/shim.c
	$(AM_V_CCLD)$(MKDIR_P) tests/crash && $(CC) -std=c17 -D_GNU_SOURCE -Wall -Wextra -O1 -shared -fPIC -o $@ \
		$(srcdir)/tests/crash/shim.c -ldl
