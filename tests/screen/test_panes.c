/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reading pane, the sidebar and the mouse. */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>

#define PREVIEW_MS 2000
#define PAUSE_MS 80

static void rest(struct stage *s)
{
	clock_advance(PAUSE_MS);
	stage_settle(s);
}

static void press(struct stage *s, int row, int col)
{
	g_autofree char *keys = g_strdup_printf("\033[<0;%d;%dM\033[<0;%d;%dm", col + 1, row + 1, col + 1, row + 1);
	stage_type(s, keys);
}

static void wheel(struct stage *s, bool down, int row, int col)
{
	g_autofree char *keys = g_strdup_printf("\033[<%d;%d;%dM", down ? 65 : 64, col + 1, row + 1);
	stage_type(s, keys);
}

static bool shows(const struct stage *s, const char *words)
{
	g_autofree char *text = stage_text(s);
	return strstr(text, words);
}

/* Where the words stand; fails if they do not. */
static void find(const struct stage *s, const char *words, int *row_out, int *col_out)
{
	const struct grid *g = term_capture_grid(s->term);
	for (int row = 0; row < g->rows; row++)
		for (int col = 0; col < g->cols; col++) {
			size_t i = 0;
			for (; words[i] && col + (int)i < g->cols; i++)
				if (grid_cell(g, row, col + (int)i)->point[0] != (unsigned char)words[i])
					break;
			if (!words[i]) {
				*row_out = row;
				*col_out = col;
				return;
			}
		}
	g_error("'%s' is not on the screen", words);
}

static struct model_list *list_of(const struct stage *s)
{
	return view_list_model(s->ui->views->pdata[1]);
}

/* --- the pane --- */
static void pane_stands_beside_the_list_of_a_wide_screen(void)
{
	struct stage *s = stage_new(50, 160);
	stage_golden(s, "panes-resting-160x50");
	rest(s);
	stage_golden(s, "panes-160x50");
	stage_type(s, "\\");
	stage_golden(s, "panes-off-160x50");
	stage_free(s);
}

static void pane_is_shown_on_demand_from_100_columns_on(void)
{
	struct stage *s = stage_new(40, 120);
	rest(s);
	g_assert_cmpuint(s->sent[REQ_READ], ==, 0);
	stage_type(s, "\\");
	rest(s);
	stage_golden(s, "panes-120x40");
	stage_resize(s, 24, 99);
	g_assert_false(shows(s, "Dear Vera"));
	stage_type(s, "\\");
	g_assert_true(shows(s, "needs 100 columns"));
	stage_resize(s, 30, 100);
	g_assert_true(shows(s, "Dear Vera"));
	stage_free(s);
}

static void pane_does_not_touch_small_screens(void)
{
	static const int sizes[][2] = { { 24, 80 }, { 10, 40 }, { 5, 20 } };
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		struct stage *s = stage_new(sizes[i][0], sizes[i][1]);
		g_autofree char *before = stage_text(s);
		rest(s);
		stage_type(s, "\\");
		stage_type(s, "\x0c");
		g_autofree char *after = stage_text(s);
		g_assert_cmpstr(before, ==, after);
		g_assert_cmpuint(s->sent[REQ_READ], ==, 0);
		stage_free(s);
	}
}

/* Only where the cursor rests something is asked for. */
static void pane_reads_when_the_cursor_rests(void)
{
	struct stage *s = stage_new(50, 160);
	for (int i = 0; i < 20; i++)
		stage_type(s, "j");
	g_assert_cmpuint(s->sent[REQ_READ], ==, 0);
	g_assert_false(shows(s, "Dear Vera"));
	clock_advance(PAUSE_MS - 1);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_READ], ==, 0);
	clock_advance(1);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_READ], ==, 1);
	g_assert_true(shows(s, "Dear Vera"));
	stage_free(s);
}

static void pane_gives_up_what_it_no_longer_shows(void)
{
	struct stage *s = stage_new(50, 160);
	s->silent = true;
	rest(s);
	stage_type(s, "j");
	rest(s);
	g_assert_cmpuint(s->sent[REQ_READ], ==, 2);
	g_assert_cmpuint(s->sent[REQ_CANCEL], >=, 1);
	g_assert_true(shows(s, "Fetching the text. ^C stops it."));
	stage_type(s, "\x03");
	g_assert_true(shows(s, "Stopped before the text was here."));
	/* Enter asks again. */
	stage_type(s, "\r");
	g_assert_cmpuint(s->sent[REQ_READ], ==, 3);
	stage_free(s);
}

static void pane_marks_as_read_after_two_seconds(void)
{
	struct stage *s = stage_new(50, 160);
	rest(s);
	clock_advance(PREVIEW_MS - 1);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 0);
	stage_type(s, "j");
	rest(s);
	clock_advance(PREVIEW_MS - 1);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 0);
	clock_advance(1);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	clock_advance(PREVIEW_MS * 10);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	stage_free(s);
}

/* Nobody reads what is covered: it counts from when it is seen again. */
static void pane_under_another_view_counts_as_read_later(void)
{
	struct stage *s = stage_new(50, 160);
	rest(s);
	stage_type(s, "?");
	clock_advance(PREVIEW_MS);
	stage_settle(s);
	stage_type(s, "q");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 0);
	clock_advance(PREVIEW_MS);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	stage_free(s);
}

static void pane_never_marks_as_read_if_told_so(void)
{
	struct stage *s = stage_new(50, 160);
	stage_options(s)->preview_seen = -1;
	rest(s);
	clock_advance(PREVIEW_MS * 10);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 0);
	stage_type(s, "\r");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	stage_free(s);
}

static void space_pages_the_pane_and_leaves_the_cursor(void)
{
	struct stage *s = stage_new(20, 160);
	rest(s);
	uint32_t at = list_of(s)->cursor;
	stage_type(s, " ");
	g_assert_cmpuint(list_of(s)->cursor, ==, at);
	g_assert_false(shows(s, "Greta Lind <"));
	stage_type(s, "\x7f");
	g_assert_true(shows(s, "From    Shop News"));
	for (int i = 0; i < 9; i++)
		stage_type(s, " ");
	g_assert_true(shows(s, "This is the end of the message."));
	stage_type(s, "\033[6~");
	g_assert_cmpuint(list_of(s)->cursor, >, at);
	stage_type(s, "\\ ");
	g_assert_cmpuint(list_of(s)->cursor, >, at + 10);
	stage_free(s);
}

/* One page in the pane, with the keys there, and over the whole body. */
static void right_and_enter_go_into_the_message(void)
{
	struct stage *s = stage_new(50, 160);
	rest(s);
	stage_type(s, "\033[C");
	g_assert_cmpint(ui_top(s->ui)->ops->context, ==, CTX_MESSAGE);
	stage_golden(s, "panes-focus-160x50");
	stage_type(s, "j");
	g_assert_cmpuint(list_of(s)->cursor, ==, 1);
	stage_type(s, "\033[D");
	g_assert_true(view_is_list(ui_top(s->ui)));
	unsigned read = s->sent[REQ_READ];
	stage_type(s, "\r");
	stage_golden(s, "panes-opened-160x50");
	g_assert_cmpuint(s->sent[REQ_READ], ==, read);
	stage_type(s, "q");
	g_assert_true(view_is_list(ui_top(s->ui)));
	g_assert_cmpuint(s->sent[REQ_READ], ==, read);
	g_assert_true(shows(s, "Dear Vera"));
	stage_free(s);
}

static void message_with_the_keys_fills_a_screen_that_shrinks(void)
{
	struct stage *s = stage_new(50, 160);
	rest(s);
	stage_type(s, "\033[C");
	stage_resize(s, 24, 80);
	g_assert_true(shows(s, "Dear Vera"));
	stage_resize(s, 50, 160);
	g_assert_true(shows(s, "> Inbox") || shows(s, ">Inbox"));
	stage_type(s, "q");
	g_assert_true(view_is_list(ui_top(s->ui)));
	stage_free(s);
}

static void pane_follows_what_is_archived_and_another_folder(void)
{
	struct stage *s = stage_new(50, 160);
	rest(s);
	stage_type(s, "A");
	rest(s);
	g_assert_cmpuint(s->sent[REQ_READ], ==, 2);
	stage_type(s, "}");
	rest(s);
	stage_type(s, "\r\033[D{");
	rest(s);
	stage_type(s, "cSent\r");
	rest(s);
	stage_type(s, "q");
	stage_free(s);
}

/* --- keys of the message, from the list --- */
static void tasks_of_the_list_need_two_keys(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "E");
	g_assert_cmpint(ui_top(s->ui)->ops->context, ==, CTX_TEXT);
	g_assert_cmpuint(s->sent[REQ_RAW], ==, 1);
	stage_type(s, "q");
	g_assert_true(view_is_list(ui_top(s->ui)));
	stage_type(s, "vs");
	g_assert_cmpstr(s->saved_section, ==, "2");
	g_assert_true(shows(s, "Saved"));
	stage_type(s, "q");
	g_assert_true(view_is_list(ui_top(s->ui)));
	/* Nothing of it is said to have been read. */
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 0);
	stage_type(s, "U");
	g_assert_true(shows(s, "no way to leave") || s->ui->question || s->ui->said);
	stage_free(s);
}

static void parts_typed_ahead_are_saved_when_they_are_here(void)
{
	struct stage *s = stage_new(24, 80);
	s->silent = true;
	stage_type(s, "vs");
	g_assert_null(s->saved_section);
	s->silent = false;
	stage_answer(s);
	g_assert_cmpstr(s->saved_section, ==, "2");
	stage_free(s);
}

static void answer_from_the_list_waits_for_the_message(void)
{
	struct stage *s = stage_new(24, 80);
	s->silent = true;
	stage_type(s, "U");
	g_assert_null(s->ui->said);
	s->silent = false;
	stage_answer(s);
	g_assert_true(s->ui->said || s->ui->question);
	stage_free(s);
}

/* --- the sidebar --- */
static void sidebar_tells_what_waits(void)
{
	struct stage *s = stage_new(24, 100);
	s->queue = 3;
	stage_type(s, "A");
	stage_golden(s, "sidebar-100x24");
	stage_resize(s, 10, 100);
	stage_golden(s, "sidebar-100x10");
	stage_free(s);
}

/* --- the mouse --- */
static void mouse_moves_then_opens(void)
{
	struct stage *s = stage_new(24, 80);
	press(s, 5, 20);
	g_assert_cmpuint(list_of(s)->cursor, ==, 4);
	g_assert_true(view_is_list(ui_top(s->ui)));
	press(s, 5, 20);
	g_assert_cmpint(ui_top(s->ui)->ops->context, ==, CTX_MESSAGE);
	stage_free(s);
}

static void mouse_counts_two_lines_a_message_on_narrow_screens(void)
{
	struct stage *s = stage_new(10, 40);
	press(s, 4, 3);
	g_assert_cmpuint(list_of(s)->cursor, ==, 1);
	stage_free(s);
}

static void mouse_wheel_rolls_what_it_is_over(void)
{
	struct stage *s = stage_new(20, 160);
	rest(s);
	wheel(s, true, 5, 40);
	g_assert_cmpuint(list_of(s)->top, ==, 3);
	g_assert_cmpuint(list_of(s)->cursor, ==, 3);
	wheel(s, false, 5, 40);
	g_assert_cmpuint(list_of(s)->top, ==, 0);
	rest(s);
	g_assert_true(shows(s, "From    Shop News"));
	wheel(s, true, 5, 120);
	g_assert_cmpuint(list_of(s)->top, ==, 0);
	g_assert_false(shows(s, "From    Shop News"));
	stage_free(s);
}

static void mouse_wheel_rolls_more_folders_than_rows(void)
{
	struct stage *s = stage_new(9, 100);
	g_assert_false(shows(s, "Trash"));
	for (int i = 0; i < 9; i++)
		wheel(s, true, 3, 3);
	g_assert_true(shows(s, "work"));
	for (int i = 0; i < 9; i++)
		wheel(s, false, 3, 3);
	g_assert_true(shows(s, ">Inbox"));
	stage_free(s);
}

static void mouse_in_the_sidebar_goes_to_the_folder(void)
{
	struct stage *s = stage_new(24, 100);
	int row, col;
	find(s, "Sent", &row, &col);
	press(s, row, col);
	g_assert_cmpstr(list_of(s)->name, ==, "Sent");
	stage_free(s);
}

static void mouse_on_a_hint_does_what_its_key_does(void)
{
	struct stage *s = stage_new(24, 80);
	int row, col;
	find(s, "archive", &row, &col);
	press(s, row, col + 2);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	find(s, "? more", &row, &col);
	press(s, row, col);
	g_assert_cmpint(ui_top(s->ui)->ops->context, ==, CTX_TEXT);
	stage_free(s);
}

static void mouse_on_a_banner_does_what_its_key_does(void)
{
	struct stage *s = stage_new(24, 80);
	struct err e = ERR_INIT;
	int row, col;
	err_set(&e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER, "refused");
	e.server = g_strdup("NO  d delete  A archive  !x hide");
	stage_account(s, ACCOUNT_STOPPED, STAGE_NOW, 0, &e);
	find(s, "!w server's words", &row, &col);
	press(s, row, col + 6);
	g_assert_cmpint(ui_top(s->ui)->ops->context, ==, CTX_TEXT);
	/* What a server says is no key. */
	find(s, "A archive", &row, &col);
	press(s, row, col + 3);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 0);
	stage_free(s);
}

static void mouse_drags_the_splits(void)
{
	struct stage *s = stage_new(50, 160);
	rest(s);
	stage_type(s, "\033[<0;19;10M\033[<32;26;10M\033[<0;26;10m");
	stage_type(s, "\033[<0;88;10M\033[<32;100;10M\033[<0;100;10m");
	stage_golden(s, "panes-dragged-160x50");
	g_assert_cmpint(s->ui->layout.sidebar.cols, ==, 26);
	g_assert_cmpint(s->ui->layout.pane.cols, ==, 60);
	stage_type(s, "\033[<0;100;10M\033[<32;1;10M");
	stage_type(s, "\033[<32;4000;10M\033[<0;4000;10m");
	g_assert_cmpint(s->ui->layout.pane.cols, >=, 30);
	stage_free(s);
}

static void mouse_does_nothing_while_something_is_typed_or_asked(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "w");
	press(s, 5, 20);
	press(s, 5, 20);
	g_assert_nonnull(s->ui->prompt);
	g_assert_cmpuint(list_of(s)->cursor, ==, 0);
	stage_free(s);
}

/* Anywhere, at any moment. */
static void mouse_anywhere_does_no_harm(void)
{
	static const char *const views[] = { "", "\r", "v", "?", "c", "Q", "R", "m", "q", "E", "\\" };
	static const int sizes[][2] = { { 50, 160 }, { 24, 80 }, { 10, 40 }, { 5, 20 }, { 1, 1 } };
	g_autoptr(GRand) rand = g_rand_new_with_seed(1);
	for (size_t k = 0; k < G_N_ELEMENTS(sizes); k++)
		for (size_t i = 0; i < G_N_ELEMENTS(views); i++) {
			struct stage *s = stage_new(sizes[k][0], sizes[k][1]);
			stage_type(s, views[i]);
			for (int n = 0; n < 60 && !s->ui->quit; n++) {
				static const char ends[] = "MMm";
				g_autofree char *keys = g_strdup_printf("\033[<%d;%d;%d%c",
					(int[]){ 0, 0, 0, 32, 64, 65 }[g_rand_int_range(rand, 0, 6)],
					g_rand_int_range(rand, 1, sizes[k][1] + 2),
					g_rand_int_range(rand, 1, sizes[k][0] + 2), ends[g_rand_int_range(rand, 0, 3)]);
				stage_type(s, keys);
				rest(s);
			}
			stage_free(s);
		}
}

void suite(void)
{
	unit_add(pane_stands_beside_the_list_of_a_wide_screen);
	unit_add(pane_is_shown_on_demand_from_100_columns_on);
	unit_add(pane_does_not_touch_small_screens);
	unit_add(pane_reads_when_the_cursor_rests);
	unit_add(pane_gives_up_what_it_no_longer_shows);
	unit_add(pane_marks_as_read_after_two_seconds);
	unit_add(pane_under_another_view_counts_as_read_later);
	unit_add(pane_never_marks_as_read_if_told_so);
	unit_add(space_pages_the_pane_and_leaves_the_cursor);
	unit_add(right_and_enter_go_into_the_message);
	unit_add(message_with_the_keys_fills_a_screen_that_shrinks);
	unit_add(pane_follows_what_is_archived_and_another_folder);
	unit_add(tasks_of_the_list_need_two_keys);
	unit_add(parts_typed_ahead_are_saved_when_they_are_here);
	unit_add(answer_from_the_list_waits_for_the_message);
	unit_add(sidebar_tells_what_waits);
	unit_add(mouse_moves_then_opens);
	unit_add(mouse_counts_two_lines_a_message_on_narrow_screens);
	unit_add(mouse_wheel_rolls_what_it_is_over);
	unit_add(mouse_wheel_rolls_more_folders_than_rows);
	unit_add(mouse_in_the_sidebar_goes_to_the_folder);
	unit_add(mouse_on_a_hint_does_what_its_key_does);
	unit_add(mouse_on_a_banner_does_what_its_key_does);
	unit_add(mouse_drags_the_splits);
	unit_add(mouse_does_nothing_while_something_is_typed_or_asked);
	unit_add(mouse_anywhere_does_no_harm);
}
