/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings: what is shown, changed and written; and folders that are pinned. */
#include <string.h>
#include <unistd.h>

#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#define FILE_NAME "settings-test-mailrc" /* in the working directory: its name is shown */

static const char text[] = "# mine\n"
			   "set undo-send=20s   # enough\n"
			   "set editor=\"vim -c startinsert\"\n"
			   "\n"
			   "account box {\n"
			   "  email    vera@box.example\n"
			   "  passcmd  \"echo hunter2\"\n"
			   "  imap     mail.box.example:993 tls\n"
			   "}\n"
			   "account work {\n"
			   "  email vera@work.example\n"
			   "  imap mail.work.example:993 tls\n"
			   "}\n";

static struct stage *open_stage(int rows, int cols)
{
	g_assert_true(g_file_set_contents(FILE_NAME, text, -1, NULL));
	struct stage *s = stage_new(rows, cols);
	ui_take_mailrc(s->ui, cfg_load(FILE_NAME, NULL));
	stage_settle(s);
	return s;
}

static void close_stage(struct stage *s)
{
	stage_free(s);
	unlink(FILE_NAME);
}

static void file_has(const char *line)
{
	g_autofree char *now = NULL;
	g_assert_true(g_file_get_contents(FILE_NAME, &now, NULL, NULL));
	if (!strstr(now, line))
		g_error("%s is not in:\n%s", line, now);
}

static void file_is_as_before(void)
{
	g_autofree char *now = NULL;
	g_assert_true(g_file_get_contents(FILE_NAME, &now, NULL, NULL));
	g_assert_cmpstr(now, ==, text);
}

static void shows(struct stage *s, const char *words)
{
	g_autofree char *all = stage_text(s);
	if (!strstr(all, words))
		g_error("%s is not in:\n%s", words, all);
}

static void golden(void)
{
	struct stage *s = open_stage(24, 80);
	stage_type(s, ",");
	stage_golden(s, "settings-80x24");
	stage_type(s, "/password\r");
	stage_golden(s, "settings-filter-80x24");
	g_autofree char *all = stage_text(s);
	g_assert_null(strstr(all, "hunter2"));
	stage_resize(s, 10, 40);
	stage_golden(s, "settings-40x10");
	close_stage(s);
}

static void choice_changes_at_once_and_is_written(void)
{
	struct stage *s = open_stage(24, 120);
	g_assert_true(ui_has_sidebar(s->ui, 120));
	stage_type(s, ",/sidebar\r\r");
	file_has("set sidebar=off\n");
	g_assert_false(app_cfg(s->app)->options.sidebar);
	stage_type(s, "q");
	g_assert_false(ui_has_sidebar(s->ui, 120));
	stage_type(s, ",/sidebar\r\r");
	file_has("set sidebar=on\n");
	close_stage(s);
}

static void undo_puts_the_line_back(void)
{
	struct stage *s = open_stage(24, 80);
	stage_type(s, ",/plain\r\r");
	file_has("set plain=on\n");
	stage_type(s, "\r");
	file_has("set plain=off\n");
	stage_type(s, "u");
	file_has("set plain=on\n");
	stage_type(s, "u");
	file_is_as_before();
	g_assert_false(app_cfg(s->app)->options.plain);
	stage_type(s, "u");
	shows(s, "Nothing was changed here.");
	close_stage(s);
}

static void value_is_typed_and_checked(void)
{
	struct stage *s = open_stage(24, 80);
	stage_type(s, ",/undo-send\r\r\x15"
		      "2h\r");
	file_is_as_before();
	stage_golden(s, "settings-fault-80x24");
	stage_type(s, "\x15"
		      "30s\r");
	file_has("set undo-send=30s   # enough\n");
	g_assert_cmpint(app_cfg(s->app)->options.undo_send, ==, 30);
	stage_golden(s, "settings-written-80x24");
	stage_type(s, "d");
	file_has("# mine\n# enough\n");
	g_assert_cmpint(app_cfg(s->app)->options.undo_send, ==, 10);
	close_stage(s);
}

static void what_counts_later_says_so(void)
{
	struct stage *s = open_stage(24, 100);
	stage_type(s, ",/html\r\r");
	stage_type(s, "w3m -dump\r");
	file_has("set html=\"w3m -dump\"\n");
	shows(s, "counts from the next start");
	g_assert_null(app_cfg(s->app)->options.html);
	close_stage(s);
}

static void another_hand_is_not_overwritten(void)
{
	struct stage *s = open_stage(24, 80);
	stage_type(s, ",/plain\r\r");
	g_assert_true(g_file_set_contents(FILE_NAME,
		"set plain=off\n"
		"set mouse=on\n",
		-1, NULL));
	stage_type(s, "u");
	shows(s, "nothing was written");
	file_has("set plain=off\nset mouse=on\n");
	close_stage(s);
}

static void folder_is_pinned_in_the_mailrc(void)
{
	struct stage *s = open_stage(24, 80);
	stage_type(s, "q");
	stage_type(s, "p");
	shows(s, "The inbox is looked at most often already.");
	stage_type(s, "jjp");
	file_has("  imap     mail.box.example:993 tls\n  pinned   ");
	stage_golden(s, "folders-pinned-80x24");
	stage_type(s, "p");
	file_is_as_before();
	close_stage(s);
}

static void folders_below_are_folded(void)
{
	struct stage *s = open_stage(24, 80);
	stage_type(s, "q");
	stage_type(s, "f");
	shows(s, "No folder lies below this one.");
	stage_type(s, "jjjjjjf");
	stage_golden(s, "folders-folded-80x24");
	stage_resize(s, 14, 40);
	shows(s, ">Lists/..                              9");
	stage_type(s, "f");
	shows(s, "|  dev ");
	stage_type(s, "jf");
	shows(s, ">Lists/..                              9");
	stage_type(s, "F");
	shows(s, "|  dev ");
	stage_type(s, "jF");
	shows(s, ">Lists/..                              9");
	close_stage(s);
}

void suite(void)
{
	unit_add(golden);
	unit_add(choice_changes_at_once_and_is_written);
	unit_add(undo_puts_the_line_back);
	unit_add(value_is_typed_and_checked);
	unit_add(what_counts_later_says_so);
	unit_add(another_hand_is_not_overwritten);
	unit_add(folder_is_pinned_in_the_mailrc);
	unit_add(folders_below_are_folded);
}
