# The model test: the engine, a server made of Python, another hand and misfortune; and a day in a minute. Longer than
# `make check` likes, so they go with the crash tests: `make check-crash`. MODEL_SEED, MODEL_STEPS, MODEL_PROFILE and
# MODEL_HOURS choose the run; MODEL_SEED=random draws one.
MODEL_TESTS = tests/model/server.test tests/model/model.test tests/model/day.test
MODEL_TOOLS = tests/model/client$(EXEEXT) tests/model/clock.so
EXTRA_PROGRAMS += tests/model/client
tests_model_client_SOURCES = tests/model/client.c
tests_model_client_LDADD = src/engine/libengine.a $(LINK_FLOOR)
EXTRA_DIST += $(MODEL_TESTS) tests/model/server.py tests/model/books.py tests/model/model.py tests/model/clock.c
CLEANFILES += tests/model/clock.so
# Preloaded: none of what the sanitizers and the hardening of the program add may be in it.
tests/model/clock.so: tests/model/clock.c
	$(AM_V_CCLD)$(MKDIR_P) tests/model && $(CC) -std=c17 -D_GNU_SOURCE -Wall -Wextra -O1 -shared -fPIC -o $@ \
		$(srcdir)/tests/model/clock.c -lpthread
.PHONY: check-crash
check-crash: all $(MODEL_TOOLS) $(CRASH_TOOLS)
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS="$(MODEL_TESTS) $(CRASH_TESTS)"
