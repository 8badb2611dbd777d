/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>

static void is_golden_after(int rows, int cols, const char *keys, const char *name)
{
	struct stage *s = stage_new(rows, cols);
	stage_type(s, keys);
	stage_golden(s, name);
	stage_free(s);
}

static void index_at_every_size_keeps_subjects(void)
{
	is_golden_after(24, 80, "", "index-80x24");
	is_golden_after(10, 40, "", "index-40x10");
	is_golden_after(50, 132, "", "index-132x50");
	is_golden_after(5, 20, "j", "index-20x5");
	is_golden_after(1, 1, "", "index-1x1");
}

static void message_shows_address_text_links_files(void)
{
	is_golden_after(24, 80, "jj\r", "message-80x24");
	is_golden_after(10, 40, "jj\r", "message-40x10");
	is_golden_after(50, 132, "jj\r", "message-132x50");
}

static void banner_leaves_a_line_of_the_message(void)
{
	struct err e = ERR_INIT;
	struct stage *s = stage_new(10, 40);
	stage_type(s, "jj\r");
	err_set(&e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER, "the server refused the login");
	stage_account(s, ACCOUNT_STOPPED, STAGE_NOW - 3600, 0, &e);
	stage_golden(s, "message-banner-40x10");
	g_autofree char *text = stage_text(s);
	g_assert_nonnull(strstr(text, "Dear Vera"));
	stage_free(s);
}

static void message_headers_toggled_all_shown(void)
{
	is_golden_after(24, 80, "\rh", "headers-80x24");
}

static void message_source_read_only(void)
{
	is_golden_after(24, 80, "\rE", "source-80x24");
}

static void parts_listed_with_sizes(void)
{
	is_golden_after(24, 80, "\rv", "parts-80x24");
	is_golden_after(10, 40, "v", "parts-40x10");
}

static void part_of_text_opened_wraps_and_quotes(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "v");
	stage_type(s, "=\r");
	g_assert_false(view_is_message(ui_top(s->ui)));
	stage_type(s, "jj\r");
	stage_golden(s, "part-text-80x24");
	stage_type(s, "q");
	stage_type(s, "q");
	g_assert_true(view_is_list(ui_top(s->ui)));
	stage_free(s);
}

static void folders_sorted_and_nested(void)
{
	is_golden_after(24, 80, "q", "folders-80x24");
	is_golden_after(24, 80, "cdev", "pick-80x24");
}

static void folder_typed_ahead_opens(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "cdev\r");
	g_assert_cmpstr(view_list_model(ui_top(s->ui))->name, ==, "Lists/dev");
	stage_free(s);
}

static void help_grouped_and_filtered(void)
{
	is_golden_after(24, 80, "?", "help-80x24");
	is_golden_after(24, 80, "?unread", "help-filter-80x24");
	is_golden_after(10, 40, "\r?", "help-message-40x10");
}

static void password_wrong_banner_once(void)
{
	struct stage *s = stage_new(24, 80);
	struct err e = ERR_INIT;
	err_set(&e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER, "login 'vera%%box.example' was refused");
	err_set_server(&e, "[AUTHENTICATIONFAILED] \033[31mAuthentication failed.");
	stage_account(s, ACCOUNT_STOPPED, STAGE_NOW - 3600, 0, &e);
	stage_golden(s, "banner-password-80x24");
	stage_type(s, "!w");
	stage_golden(s, "banner-words-80x24");
	stage_type(s, "q!pgeheim");
	stage_golden(s, "prompt-password-80x24");
	stage_type(s, "\r");
	g_assert_cmpuint(s->sent[REQ_RETRY], ==, 1);
	g_assert_cmpstr(s->password, ==, "geheim");
	g_autofree char *text = stage_text(s);
	g_assert_null(strstr(text, "!p"));
	stage_free(s);
}

static void password_asked_answered(void)
{
	struct stage *s = stage_new(24, 80);
	struct event *ev = event_new(EV_ASK, 0, 0);
	ev->ask = g_new0(struct engine_ask, 1);
	ev->ask->id = 42;
	ev->ask->login = g_strdup("vera%box.example");
	ev->ask->host = g_strdup("mail.box.example");
	ev->ask->deadline = clock_ms() + 60000;
	stage_tell(s, ev);
	stage_golden(s, "banner-ask-80x24");
	stage_type(s, "!p\033[200~se\x07"
		      "cret\033[201~\r");
	g_assert_cmpuint(s->answered, ==, 42);
	g_assert_cmpstr(s->password, ==, "secret");
	stage_free(s);
}

static void offline_says_since_when(void)
{
	struct stage *s = stage_new(24, 80);
	struct err e = ERR_INIT;
	err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "'mail.box.example' port 993: connection refused");
	stage_account(s, ACCOUNT_WAITING, STAGE_NOW - 3600, STAGE_NOW + 360, &e);
	stage_golden(s, "offline-80x24");
	stage_resize(s, 10, 40);
	stage_golden(s, "offline-40x10");
	stage_type(s, "!n");
	g_assert_cmpuint(s->sent[REQ_RETRY], ==, 1);
	stage_free(s);
}

static void cold_start_says_why_empty(void)
{
	struct stage *s = stage_new_cold(24, 80);
	stage_account(s, ACCOUNT_CONNECTING, 0, 0, NULL);
	stage_golden(s, "cold-connecting-80x24");
	stage_account(s, ACCOUNT_OFFLINE, 0, 0, NULL);
	stage_golden(s, "cold-offline-80x24");
	s->cold = false;
	stage_tell(s, event_new(EV_FOLDER, 0, 0));
	g_autofree char *text = stage_text(s);
	g_assert_nonnull(strstr(text, "Greta Lind"));
	stage_free(s);
}

static void progress_shown_counting(void)
{
	struct stage *s = stage_new(24, 80);
	struct event *ev = event_new(EV_PROGRESS, 0, 0);
	ev->folder_id = 1;
	ev->text = g_strdup("Inbox");
	ev->bytes_done = 1200;
	ev->bytes_total = 100000;
	stage_tell(s, ev);
	stage_golden(s, "progress-80x24");
	stage_free(s);
}

static void resize_in_the_middle_same_as_fresh(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jj\r ");
	g_autofree char *first = stage_text(s);
	static const int sizes[][2] = { { 50, 132 }, { 1, 1 }, { 2, 2 }, { 10, 40 }, { 1, 200 }, { 10, 1 },
		{ 400, 1000 }, { 24, 80 } };
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++)
		stage_resize(s, sizes[i][0], sizes[i][1]);
	g_autofree char *last = stage_text(s);
	g_assert_cmpstr(first, ==, last);
	stage_free(s);
}

static void u01_every_screen_at_every_size(void)
{
	static const char *const screens[] = { "", "\r", "\rh", "\rE", "v", "vs", "q", "c", "?", "\r?", "!x" };
	for (size_t i = 0; i < G_N_ELEMENTS(screens); i++) {
		struct stage *s = stage_new(24, 80);
		stage_type(s, screens[i]);
		for (int rows = 1; rows <= 12; rows += 2)
			for (int cols = 1; cols <= 61; cols += 4)
				stage_resize(s, rows, cols);
		stage_resize(s, 10000, 500);
		stage_resize(s, 24, 80);
		struct stage *fresh = stage_new(24, 80);
		stage_type(fresh, screens[i]);
		g_autofree char *a = stage_text(s), *b = stage_text(fresh);
		g_assert_cmpstr(a, ==, b);
		stage_free(s);
		stage_free(fresh);
	}
}

static void promise_16_no_control_byte_in_any_cell(void)
{
	static const char *const screens[] = { "", "\r", "\rh", "\rE", "v", "v=\033[B\033[B\r", "vs", "q", "c" };
	for (size_t i = 0; i < G_N_ELEMENTS(screens); i++) {
		struct stage *s = stage_new(60, 132);
		stage_type(s, screens[i]);
		const struct grid *g = term_capture_grid(s->term);
		for (int n = 0; n < g->rows * g->cols; n++) {
			for (int p = 0; p < g->cells[n].points; p++) {
				uint32_t c = g->cells[n].point[p];
				g_assert_false(c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e));
			}
		}
		stage_free(s);
	}
}

static void tagged_parts_are_saved_together(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "v");
	stage_type(s, "tt");
	stage_golden(s, "parts-tagged-80x24");
	stage_type(s, "s");
	g_assert_cmpstr(s->saved_section, ==, "3");
	stage_golden(s, "parts-saved-80x24");
	stage_free(s);
}

static void save_asks_a_name_inside(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "v");
	stage_type(s, "\033s");
	stage_golden(s, "save-80x24");
	stage_type(s, "\r");
	g_assert_cmpstr(s->saved_section, ==, "2");
	g_assert_cmpstr(s->saved_path, ==, "invoice-000.pdf");
	stage_golden(s, "saved-80x24");
	stage_free(s);
}

static void promise_23_keys_answer_while_a_message_is_silent(void)
{
	struct stage *s = stage_new(24, 80);
	s->silent = true;
	stage_type(s, "\r");
	stage_golden(s, "message-silent-80x24");
	stage_type(s, "jjj");
	g_assert_cmpuint(s->sent[REQ_READ], ==, 4);
	stage_type(s, "\x03");
	stage_golden(s, "message-stopped-80x24");
	stage_type(s, "qqq");
	g_assert_true(s->ui->quit);
	stage_free(s);
}

static void message_that_fails_says_why(void)
{
	struct stage *s = stage_new(24, 80);
	s->lose_message = true;
	stage_type(s, "\r");
	stage_golden(s, "message-lost-80x24");
	stage_free(s);
}

static void list_open_close_tell_the_engine(void)
{
	struct stage *s = stage_new(24, 80);
	g_assert_cmpuint(s->sent[REQ_OPEN], ==, 1);
	stage_type(s, "q");
	g_assert_cmpuint(s->sent[REQ_CLOSE], ==, 1);
	stage_free(s);
}

static void next_unread_crosses_folders(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\t");
	g_assert_cmpuint(view_list_model(ui_top(s->ui))->cursor, ==, 1);
	stage_type(s, "*\t");
	g_assert_cmpstr(view_list_model(ui_top(s->ui))->name, ==, "Lists/dev");
	stage_free(s);
}

static void change_keeps_cursor_on_its_message(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jjj");
	uint32_t uid = model_list_current(view_list_model(ui_top(s->ui)))->uid;
	s->rows += 2;
	struct event *ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 1;
	stage_tell(s, ev);
	g_assert_cmpuint(model_list_current(view_list_model(ui_top(s->ui)))->uid, ==, uid);
	g_assert_cmpuint(view_list_model(ui_top(s->ui))->cursor, ==, 5);
	stage_free(s);
}

static void e04_terminal_replies_run_nothing(void)
{
	struct stage *s = stage_new(24, 80);
	g_autofree char *before = stage_text(s);
	stage_type(
		s, "\033[?1;2c\033[I\033[O\033]11;rgb:0000/qqqq\033\\\033P1+r\033\\\033[24;80R\033[Mqqq\033[<0;1;1M");
	g_autofree char *after = stage_text(s);
	g_assert_cmpstr(before, ==, after);
	g_assert_false(s->ui->quit);
	stage_free(s);
}

static void e05_paste_in_a_list_runs_nothing(void)
{
	struct stage *s = stage_new(24, 80);
	g_autofree char *before = stage_text(s);
	stage_type(s, "\033[200~qqqq\r\rjjj\033[201~");
	g_autofree char *after = stage_text(s);
	g_assert_cmpstr(before, ==, after);
	g_assert_false(s->ui->quit);
	stage_free(s);
}

static void escape_twice_goes_back_by_one(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\r\033");
	clock_advance(60);
	stage_settle(s);
	g_assert_true(view_is_message(ui_top(s->ui)));
	stage_type(s, "\033");
	clock_advance(60);
	stage_settle(s);
	g_assert_false(view_is_message(ui_top(s->ui)));
	stage_free(s);
}

static void alert_of_the_server_is_said(void)
{
	struct stage *s = stage_new(24, 80);
	struct event *ev = event_new(EV_ALERT, 0, 0);
	ev->text = g_strdup("\033]0;x\aDisk almost full");
	stage_tell(s, ev);
	stage_golden(s, "alert-80x24");
	g_assert_cmpuint(term_capture_bells(s->term), ==, 1);
	stage_free(s);
}

/* No browser is to be found; the terminal takes what is copied. */
static void link_by_its_number(void)
{
	struct stage *s = stage_new(24, 80);
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	g_setenv("PATH", "/does/not/exist", TRUE);
	g_unsetenv("BROWSER");
	stage_type(s, "\r");
	stage_type(s, "o");
	stage_golden(s, "link-80x24");
	stage_type(s, "2");
	g_assert_cmpstr(term_capture_copied(s->term), ==, "https://shop.example/unsub");
	stage_resize(s, 10, 36);
	stage_type(s, "o1");
	stage_type(s, "o2");
	stage_golden(s, "link-long-36x10");
	clock_advance(QUESTION_QUIET_MS);
	stage_settle(s);
	stage_type(s, "y");
	g_assert_cmpstr(term_capture_copied(s->term), ==, "https://shop.example/unsub");
	stage_type(s, "o9\r");
	g_autofree char *text = stage_text(s);
	g_assert_nonnull(strstr(text, "no link of that number"));
	g_setenv("PATH", path, TRUE);
	stage_free(s);
}

void suite(void)
{
	unit_add(link_by_its_number);
	unit_add(index_at_every_size_keeps_subjects);
	unit_add(message_shows_address_text_links_files);
	unit_add(banner_leaves_a_line_of_the_message);
	unit_add(message_headers_toggled_all_shown);
	unit_add(message_source_read_only);
	unit_add(parts_listed_with_sizes);
	unit_add(part_of_text_opened_wraps_and_quotes);
	unit_add(folders_sorted_and_nested);
	unit_add(folder_typed_ahead_opens);
	unit_add(help_grouped_and_filtered);
	unit_add(password_wrong_banner_once);
	unit_add(password_asked_answered);
	unit_add(offline_says_since_when);
	unit_add(cold_start_says_why_empty);
	unit_add(progress_shown_counting);
	unit_add(resize_in_the_middle_same_as_fresh);
	unit_add(u01_every_screen_at_every_size);
	unit_add(promise_16_no_control_byte_in_any_cell);
	unit_add(tagged_parts_are_saved_together);
	unit_add(save_asks_a_name_inside);
	unit_add(promise_23_keys_answer_while_a_message_is_silent);
	unit_add(message_that_fails_says_why);
	unit_add(list_open_close_tell_the_engine);
	unit_add(next_unread_crosses_folders);
	unit_add(change_keeps_cursor_on_its_message);
	unit_add(e04_terminal_replies_run_nothing);
	unit_add(e05_paste_in_a_list_runs_nothing);
	unit_add(escape_twice_goes_back_by_one);
	unit_add(alert_of_the_server_is_said);
}
