/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding one's way: the panel behind a key, the palette, help, numbers, macros, undo by name, the log. */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <unistd.h>

#define FILE_NAME "finding-test-mailrc"

static bool shows(struct stage *s, const char *text)
{
	g_autofree char *now = stage_text(s);
	return strstr(now, text) != NULL;
}

static void line(struct stage *s, const char *context, const char *key, const char *what, bool macro)
{
	struct cfg_bind bind = { (char *)context, (char *)key, (char *)what, macro };
	g_assert_null(keymap_take(s->ui->keymap, &bind));
}

static struct model_list *list(struct stage *s)
{
	return view_list_model(s->ui->views->pdata[1]);
}

static void wait_ms(struct stage *s, int64_t ms)
{
	clock_advance(ms);
	stage_settle(s);
}

/* --- the panel --- */
static void panel_shows_after_400_ms_how_a_chord_goes_on(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "!");
	wait_ms(s, 390);
	g_assert_false(shows(s, "server's words"));
	wait_ms(s, 20);
	stage_golden(s, "panel-80x24");
	stage_type(s, "x");
	g_assert_false(shows(s, "server's words"));
	stage_free(s);
	s = stage_new(10, 40);
	stage_type(s, "!");
	wait_ms(s, 410);
	stage_golden(s, "panel-40x10");
	stage_free(s);
}

static void panel_escape_is_a_prefix_in_lists_and_messages(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\033");
	wait_ms(s, 100);
	wait_ms(s, 400);
	stage_golden(s, "panel-escape-80x24");
	stage_type(s, "\033");
	wait_ms(s, 100);
	g_assert_true(ui_top(s->ui)->ops->context == CTX_FOLDERS);
	stage_free(s);
}

static void panel_unknown_end_of_a_chord_is_told(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "!z");
	g_assert_true(shows(s, "!z does nothing here; ? shows the keys."));
	stage_type(s, "!\x7fj");
	g_assert_cmpuint(list(s)->cursor, ==, 1);
	stage_type(s, "!");
	stage_type(s, "\033");
	wait_ms(s, 100);
	g_assert_false(typing_is_under_way(s->ui));
	g_assert_false(shows(s, "does nothing here"));
	stage_type(s, "12");
	stage_type(s, "\033");
	wait_ms(s, 100);
	g_assert_false(typing_is_under_way(s->ui));
	stage_type(s, "!\x03");
	g_assert_false(typing_is_under_way(s->ui));
	stage_free(s);
}

static void escape_alone_stops_a_wait(void)
{
	struct stage *s = stage_new(24, 80);
	s->silent = true;
	stage_type(s, "\r");
	stage_type(s, "\033");
	wait_ms(s, 100);
	g_assert_true(shows(s, "Stopped."));
	g_assert_true(view_is_message(ui_top(s->ui)));
	stage_free(s);
}

static void stop_cancels_a_sync(void)
{
	struct stage *s = stage_new(24, 80);
	s->silent = true;
	stage_type(s, "$");
	g_assert_cmpuint(s->ui->sync_request, !=, 0);
	stage_type(s, "\x03");
	g_assert_true(shows(s, "Stopped."));
	g_assert_cmpuint(s->ui->sync_request, ==, 0);
	stage_type(s, "\x03");
	g_assert_true(shows(s, "Nothing is being waited for. q leaves."));
	stage_free(s);
}

/* --- the palette --- */
static void palette_finds_shows_keys_and_runs(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, ":mov");
	stage_golden(s, "palette-80x24");
	stage_resize(s, 10, 40);
	stage_golden(s, "palette-40x10");
	stage_resize(s, 5, 20);
	stage_golden(s, "palette-20x5");
	stage_type(s, "\x15"
		      "archive\r");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	stage_free(s);
}

static void palette_says_why_not_here(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, ":headers");
	g_assert_true(shows(s, "(not here: headers -- open a message first)"));
	stage_type(s, "\r");
	g_assert_true(shows(s, "Not here: 'headers' -- open a message first."));
	stage_type(s, ":banner-words");
	g_assert_true(shows(s, "there is no banner"));
	stage_free(s);
}

static void palette_argument_is_typed_where_it_is_asked(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, ":move lis\t");
	g_assert_true(shows(s, ": move Lists"));
	stage_type(s, "\t");
	stage_type(s, "\r");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	g_assert_true(g_str_has_prefix(s->last->target, "Lists"));
	stage_type(s, ":set-flag todo\r");
	g_assert_cmpstr(s->last->add_keywords->pdata[0], ==, "todo");
	stage_type(s, ":archive x\r");
	g_assert_true(shows(s, "'archive' takes nothing behind it."));
	stage_free(s);
}

static void palette_tab_completes_lines_of_the_mailrc(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, ":bind ind\t");
	g_assert_true(shows(s, ": bind index "));
	stage_type(s, "x arch\t");
	g_assert_true(shows(s, ": bind index x archive"));
	stage_type(s, "\r");
	stage_type(s, "x");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	stage_type(s, ":set sideb\t");
	g_assert_true(shows(s, ": set sidebar="));
	stage_type(s, "\t");
	stage_type(s, "\x15"
		      "arc\t");
	g_assert_true(shows(s, ": archive "));
	stage_free(s);
}

static void palette_remembers_lines(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, ":nosuchthing\r");
	g_assert_true(shows(s, "No command has to do with 'nosuchthing'."));
	stage_type(s, ":down\r:\x10\x10");
	g_assert_true(shows(s, ": nosuchthing"));
	stage_type(s, "\x0e\r");
	g_assert_cmpuint(list(s)->cursor, ==, 2);
	stage_free(s);
}

static void palette_binds_keys(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, ":bind index x archive\r");
	stage_type(s, "x");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	stage_type(s, ":bind index x no-such\r");
	g_assert_true(shows(s, "there is no command \"no-such\" in \"index\""));
	stage_type(s, ":last\x0b"
		      "gg\r");
	g_assert_true(shows(s, "bind: \"gg\" is not reached"));
	stage_type(s, ":last\x0b"
		      "X\r");
	g_assert_true(shows(s, "Until you leave: bind index X last"));
	g_assert_null(s->ui->prompt);
	stage_free(s);
}

static void palette_writes_lines_into_the_mailrc(void)
{
	struct stage *s = stage_new(24, 80);
	g_autofree char *text = NULL;
	g_assert_true(g_file_set_contents(FILE_NAME, "# mine\nset keys=mutt\n", -1, NULL));
	ui_take_mailrc(s->ui, cfg_load(FILE_NAME, NULL));
	stage_type(s, ":set keys=vim\r");
	g_assert_true(shows(s, "Written into the mailrc: keys=vim"));
	stage_type(s, "G");
	g_assert_cmpuint(list(s)->cursor, ==, s->rows - 1);
	stage_type(s, ":macro index x \"gg<delete>\"\r");
	stage_type(s, "x");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	stage_type(s, ":set keys=nonsense\r");
	g_assert_true(shows(s, "nonsense"));
	g_assert_true(g_file_get_contents(FILE_NAME, &text, NULL, NULL));
	g_assert_nonnull(strstr(text, "# mine\nset keys=vim\n"));
	g_assert_nonnull(strstr(text, "macro index x"));
	g_assert_true(g_file_set_contents(FILE_NAME, "bind index X last\n", -1, NULL));
	stage_type(s, ":source\r");
	g_assert_true(shows(s, "The mailrc was read again."));
	stage_type(s, "=X");
	g_assert_cmpuint(list(s)->cursor, ==, list(s)->total - 1);
	unlink(FILE_NAME);
	stage_free(s);
}

static void palette_escape_leaves_all_as_it_was(void)
{
	struct stage *s = stage_new(24, 80);
	g_autofree char *before = stage_text(s);
	stage_type(s, ":move arch");
	stage_type(s, "\033");
	wait_ms(s, 100);
	g_autofree char *after = stage_text(s);
	g_assert_cmpstr(before, ==, after);
	stage_free(s);
}

/* --- help --- */
static void help_enter_runs_the_command(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "?archive\r");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	g_assert_true(view_is_list(ui_top(s->ui)));
	stage_free(s);
}

/* --- rebinding shows everywhere --- */
static void rebound_key_shows_in_hints_help_palette(void)
{
	struct stage *s = stage_new(24, 80);
	line(s, "index", "A", "", false);
	line(s, "index", "X", "archive", false);
	stage_type(s, "j");
	g_assert_true(shows(s, "X archive"));
	stage_type(s, "?archive");
	g_assert_true(shows(s, "  X "));
	stage_free(s);
	s = stage_new(10, 40);
	line(s, "index", "Enter", "", false);
	line(s, "index", "Right", "", false);
	line(s, "index", "o", "read", false);
	stage_type(s, "j");
	g_assert_true(shows(s, "o read"));
	stage_free(s);
}

/* --- numbers --- */
static void number_repeats_and_is_shown(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "1");
	stage_type(s, "2");
	g_assert_true(shows(s, " 12-"));
	stage_type(s, "j");
	g_assert_cmpuint(list(s)->cursor, ==, 12);
	stage_type(s, "20\x7f"
		      "k");
	g_assert_cmpuint(list(s)->cursor, ==, 10);
	stage_type(s, "5=");
	g_assert_cmpuint(list(s)->cursor, ==, 4);
	stage_type(s, "3\r");
	g_assert_cmpuint(list(s)->cursor, ==, 2);
	g_assert_true(view_is_list(ui_top(s->ui)));
	stage_type(s, "99999999j");
	g_assert_cmpuint(list(s)->cursor, <, s->rows);
	stage_type(s, "4q");
	g_assert_true(shows(s, "takes no number"));
	stage_free(s);
}

static void number_of_rows_is_one_change(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "3d");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	g_assert_cmpuint(s->last->places->len, ==, 3);
	g_assert_cmpuint(model_list_tags(list(s)), ==, 0);
	g_assert_true(shows(s, "Deleted 3 messages."));
	stage_type(s, "2F");
	g_assert_cmpuint(s->last->places->len, ==, 2);
	g_assert_cmpuint(model_list_tags(list(s)), ==, 0);
	stage_free(s);
}

/* --- macros --- */
static void macro_types_its_keys(void)
{
	struct stage *s = stage_new(24, 80);
	line(s, "index", "g", "", false);
	line(s, "index", "gw", "jjsLists/dev<Enter>", true);
	stage_type(s, "gw");
	g_assert_cmpstr(s->last->target, ==, "Lists/dev");
	stage_free(s);
}

static void macro_that_calls_itself_ends(void)
{
	struct stage *s = stage_new(24, 80);
	line(s, "index", "x", "jx", true);
	line(s, "index", "X", "xX", true);
	stage_type(s, "x");
	g_assert_true(shows(s, "The macro was stopped after 1000 keys."));
	stage_type(s, "X");
	g_assert_true(shows(s, "The macro was stopped after 1000 keys."));
	stage_free(s);
}

static void macro_answers_no_question(void)
{
	struct stage *s = stage_new(24, 80);
	s->no_role = true;
	line(s, "folders", "x", "Xy", true);
	stage_type(s, "q");
	stage_type(s, "x");
	wait_ms(s, 1000);
	g_assert_nonnull(s->ui->question);
	g_assert_null(s->last);
	stage_free(s);
}

/* --- undo --- */
static void undo_and_redo_name_what_they_did(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "A");
	stage_type(s, "u");
	g_assert_true(shows(s, "Undone: Archived 1 message."));
	stage_type(s, "\033u");
	g_assert_true(shows(s, "Done again: Archived 1 message."));
	stage_type(s, "F");
	g_assert_true(shows(s, "Flagged 1 message."));
	stage_type(s, "\x1f");
	g_assert_true(shows(s, "Undone: Flagged 1 message."));
	stage_free(s);
}

/* --- the log --- */
static void log_keeps_what_was_said(void)
{
	struct stage *s = stage_new(24, 80);
	struct err e = ERR_INIT;
	stage_type(s, "A");
	err_set(&e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER, "login 'vera%%box.example' was refused");
	err_set_server(&e, "[AUTHENTICATIONFAILED] \033[31mAuthentication failed.");
	stage_account(s, ACCOUNT_STOPPED, STAGE_NOW - 3600, 0, &e);
	stage_account(s, ACCOUNT_ONLINE, STAGE_NOW, STAGE_NOW + 900, NULL);
	stage_type(s, ":messages\r");
	stage_golden(s, "log-80x24");
	stage_type(s, "q!m");
	g_assert_true(shows(s, "What was said"));
	stage_free(s);
}

static void sentence_longer_than_the_line_is_shown_whole(void)
{
	struct stage *s = stage_new(10, 40);
	ui_say(s->ui,
		g_strdup("This sentence is much longer than a line of forty columns, and ends with a word: end."));
	stage_settle(s);
	g_assert_true(shows(s, "end."));
	g_autofree char *huge = g_strnfill(1000, 'x');
	ui_say(s->ui, g_steal_pointer(&huge));
	stage_settle(s);
	g_assert_true(shows(s, ".. !m"));
	stage_free(s);
}

void suite(void)
{
	unit_add(panel_shows_after_400_ms_how_a_chord_goes_on);
	unit_add(panel_escape_is_a_prefix_in_lists_and_messages);
	unit_add(panel_unknown_end_of_a_chord_is_told);
	unit_add(escape_alone_stops_a_wait);
	unit_add(stop_cancels_a_sync);
	unit_add(palette_finds_shows_keys_and_runs);
	unit_add(palette_says_why_not_here);
	unit_add(palette_argument_is_typed_where_it_is_asked);
	unit_add(palette_tab_completes_lines_of_the_mailrc);
	unit_add(palette_remembers_lines);
	unit_add(palette_binds_keys);
	unit_add(palette_writes_lines_into_the_mailrc);
	unit_add(palette_escape_leaves_all_as_it_was);
	unit_add(help_enter_runs_the_command);
	unit_add(rebound_key_shows_in_hints_help_palette);
	unit_add(number_repeats_and_is_shown);
	unit_add(number_of_rows_is_one_change);
	unit_add(macro_types_its_keys);
	unit_add(macro_that_calls_itself_ends);
	unit_add(macro_answers_no_question);
	unit_add(undo_and_redo_name_what_they_did);
	unit_add(log_keeps_what_was_said);
	unit_add(sentence_longer_than_the_line_is_shown_whole);
}
