# Tests against real servers, started privately on loopback. They need more than a build tree, so `make check` leaves
# them out: `make check-live` runs them.
LIVE_TESTS = \
	tests/live/server.test \
	tests/live/hostile.test \
	tests/live/screens.test \
	tests/live/setup.test \
	tests/live/program.test \
	tests/live/first.test \
	tests/live/agree.test \
	tests/live/fresh.test \
	tests/live/lies.test \
	tests/live/kill.test \
	tests/live/trouble.test \
	tests/live/json.test \
	tests/live/change.test \
	tests/live/keys.test \
	tests/live/filter.test \
	tests/live/keep.test \
	tests/live/auth.test \
	tests/live/cases.test \
	tests/live/wire.test \
	tests/live/crowd.test \
	tests/live/wait.test \
	tests/live/people.test \
	tests/live/mirror.test \
	tests/live/send.test \
	tests/live/sendkill.test \
	tests/live/submit.test \
	tests/live/outbox.test \
	tests/live/write.test \
	tests/live/structure.test \
	tests/live/replace.test \
	tests/live/identity.test \
	tests/live/parts.test \
	tests/live/ask.test \
	tests/live/tasks.test \
	tests/live/panes.test \
	tests/live/latency.test \
	tests/live/terminal.test \
	tests/live/news.test \
	tests/live/threads.test \
	tests/live/settings.test
EXTRA_DIST += $(LIVE_TESTS) tests/live/lib.sh tests/live/live.py tests/live/certs.sh tests/live/hostile.py \
	tests/live/postman.py tests/live/raw.py tests/live/watch.c
.PHONY: check-live
check-live: all tests/crash/shim.so tests/model/clock.so tests/live/watch.so
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS="$(LIVE_TESTS)"
# The page that tasks.test compares with what it typed.
.PHONY: tasks
tasks: all
	@WRITE_TASKS=1 $(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS=tests/live/tasks.test
# Drafts as the screens save them, from lines on standard input.
noinst_PROGRAMS += tests/live/drafter
tests_live_drafter_SOURCES = tests/live/drafter.c
tests_live_drafter_LDADD = $(LINK_ENGINE)
# Preloaded: none of what the sanitizers and the hardening of the program add may be in it.
CLEANFILES += tests/live/watch.so
tests/live/watch.so: tests/live/watch.c
	$(AM_V_CCLD)$(MKDIR_P) tests/live && $(CC) -std=c17 -D_GNU_SOURCE -Wall -Wextra -O1 -shared -fPIC -o $@ \
		$(srcdir)/tests/live/watch.c -ldl
