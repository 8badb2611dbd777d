# The model test: the engine, a server made of Python, another hand and misfortune. Longer than `make check` likes, so it
# goes with the crash tests: `make check-crash`. MODEL_SEED, MODEL_STEPS and MODEL_PROFILE choose the run.
MODEL_TESTS = tests/model/server.test tests/model/model.test
EXTRA_PROGRAMS += tests/model/client
tests_model_client_SOURCES = tests/model/client.c
tests_model_client_LDADD = src/engine/libengine.a $(LINK_FLOOR)
EXTRA_DIST += $(MODEL_TESTS) tests/model/server.py tests/model/model.py
.PHONY: check-crash
check-crash: all tests/model/client$(EXEEXT) $(CRASH_TOOLS)
	@$(MAKE) $(AM_MAKEFLAGS) check-TESTS TESTS="$(MODEL_TESTS) $(CRASH_TESTS)"
