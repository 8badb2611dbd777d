check_PROGRAMS += \
	tests/unit/compose/test_again \
	tests/unit/compose/test_answer \
	tests/unit/compose/test_build \
	tests/unit/compose/test_check \
	tests/unit/compose/test_detach \
	tests/unit/compose/test_flow \
	tests/unit/compose/test_form \
	tests/unit/compose/test_guard \
	tests/unit/compose/test_malformed \
	tests/unit/compose/test_ready \
	tests/unit/compose/test_reply
tests_unit_compose_test_again_SOURCES = tests/unit/compose/test_again.c $(UNIT)
tests_unit_compose_test_again_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_answer_SOURCES = tests/unit/compose/test_answer.c $(UNIT)
tests_unit_compose_test_answer_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_build_SOURCES = tests/unit/compose/test_build.c $(UNIT)
tests_unit_compose_test_build_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_check_SOURCES = tests/unit/compose/test_check.c $(UNIT)
tests_unit_compose_test_check_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_detach_SOURCES = tests/unit/compose/test_detach.c $(UNIT)
tests_unit_compose_test_detach_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_flow_SOURCES = tests/unit/compose/test_flow.c $(UNIT)
tests_unit_compose_test_flow_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_form_SOURCES = tests/unit/compose/test_form.c $(UNIT)
tests_unit_compose_test_form_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_guard_SOURCES = tests/unit/compose/test_guard.c $(UNIT)
tests_unit_compose_test_guard_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_malformed_SOURCES = tests/unit/compose/test_malformed.c $(UNIT)
tests_unit_compose_test_malformed_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_ready_SOURCES = tests/unit/compose/test_ready.c $(UNIT)
tests_unit_compose_test_ready_LDADD = $(LINK_COMPOSE)
tests_unit_compose_test_reply_SOURCES = tests/unit/compose/test_reply.c $(UNIT)
tests_unit_compose_test_reply_LDADD = $(LINK_COMPOSE)
