STAGE = tests/screen/stage.c tests/screen/stage.h
STAGE_LIBS = src/ui/libui.a $(LINK_APP) $(NCURSES_LIBS)
check_PROGRAMS += tests/screen/test_screens
tests_screen_test_screens_SOURCES = tests/screen/test_screens.c $(STAGE) $(UNIT)
tests_screen_test_screens_LDADD = $(STAGE_LIBS)
check_PROGRAMS += tests/screen/test_change
tests_screen_test_change_SOURCES = tests/screen/test_change.c $(STAGE) $(UNIT)
tests_screen_test_change_LDADD = $(STAGE_LIBS)
check_PROGRAMS += tests/screen/test_monkey
tests_screen_test_monkey_SOURCES = tests/screen/test_monkey.c $(STAGE) $(UNIT)
tests_screen_test_monkey_LDADD = $(STAGE_LIBS)
# Not a test: run by the ones that have a terminal.
noinst_PROGRAMS += tests/screen/show
tests_screen_show_SOURCES = tests/screen/show.c $(STAGE)
tests_screen_show_LDADD = $(STAGE_LIBS)
EXTRA_DIST += tests/screen/golden
