/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"
#include "tests/unit/unit.h"

#include <string.h>

/* A folder of any size: message k (1 is the oldest) has mid and uid k. */
struct fake {
	GMainContext *ctx;
	struct channel *events;
	struct cfg cfg;
	struct app *app;
	GArray *mids; /* int64_t, newest first */
	bool *unread; /* by mid */
	unsigned most, questions;
	struct model_list *list;
	int sought; /* -1: not yet */
};

static void answer(struct fake *f, const struct request *r)
{
	const struct store_window *w = &r->window;
	guint first = 0, at = 0;
	f->questions++;
	f->most = MAX(f->most, w->rows);
	while (at < f->mids->len && g_array_index(f->mids, int64_t, at) > w->mid)
		at++;
	bool there = at < f->mids->len && g_array_index(f->mids, int64_t, at) == w->mid;
	guint last = f->mids->len;
	if (w->anchor == ANCHOR_BOTTOM)
		first = last > w->rows ? last - w->rows : 0;
	else if (w->anchor == ANCHOR_AT)
		first = at;
	else if (w->anchor == ANCHOR_BELOW)
		first = at + there;
	else if (w->anchor == ANCHOR_ABOVE) {
		last = at;
		first = last > w->rows ? last - w->rows : 0;
	}
	struct event *ev = event_new(EV_ROWS, r->id, 0);
	ev->rows = store_rows_new();
	ev->folder = g_new0(struct store_folder, 1);
	ev->folder->id = 1;
	ev->folder->rows = f->mids->len;
	ev->folder->rows_unseen = 1;
	for (guint i = first; i < MIN(last, first + w->rows); i++) {
		struct store_row *row = g_new0(struct store_row, 1);
		row->mid = g_array_index(f->mids, int64_t, i);
		row->uid = (uint32_t)row->mid;
		row->flags = f->unread && f->unread[row->mid] ? 0 : MSG_SEEN;
		g_ptr_array_add(ev->rows, row);
	}
	channel_send(f->events, ev);
}

static void take(void *it, struct request *r)
{
	struct fake *f = it;
	if (r->type == REQ_WINDOW)
		answer(f, r);
	if (r->type != REQ_OPEN)
		channel_send(f->events, event_new(EV_ENDED, r->id, 0));
	request_free(r);
}

static void event_free_any(void *ev)
{
	event_free(ev);
}

static void nothing(void *aux)
{
	(void)aux;
}

static void sought(void *aux, bool found)
{
	((struct fake *)aux)->sought = found;
}

static void settle(struct fake *f)
{
	while (g_main_context_iteration(f->ctx, FALSE))
		;
}

static struct fake *fake_new(guint rows)
{
	struct fake *f = g_new0(struct fake, 1);
	f->ctx = g_main_context_new();
	f->events = channel_new(event_free_any);
	f->mids = g_array_new(FALSE, FALSE, sizeof(int64_t));
	f->sought = -1;
	for (int64_t mid = rows; mid > 0; mid--)
		g_array_append_val(f->mids, mid);
	f->app = app_new(&f->cfg, &(struct app_port){ f, take, f->events }, f->ctx);
	f->list = model_list_new(f->app, 0, "Inbox", nothing, sought, f);
	model_list_height(f->list, 20);
	settle(f);
	return f;
}

static void fake_free(struct fake *f)
{
	model_list_free(f->list);
	settle(f);
	app_free(f->app);
	channel_free(f->events);
	g_array_unref(f->mids);
	g_main_context_unref(f->ctx);
	g_free(f->unread);
	g_free(f);
}

static void change(struct fake *f)
{
	struct event ev = { .type = EV_CHANGED, .account = 0, .folder_id = 1 };
	model_list_event(f->list, &ev);
	settle(f);
}

static int64_t mid_at_cursor(const struct fake *f)
{
	const struct store_row *row = model_list_current(f->list);
	return row ? row->mid : 0;
}

/* The row at every position of the screen is the one that stands there. */
static void screen_is_right(const struct fake *f)
{
	for (uint32_t i = f->list->top; i < f->list->top + f->list->height && i < f->list->total; i++) {
		const struct store_row *row = model_list_row(f->list, i);
		g_assert_nonnull(row);
		if (row)
			g_assert_cmpint(row->mid, ==, g_array_index(f->mids, int64_t, i));
	}
}

static void list_first_window_is_small(void)
{
	struct fake *f = fake_new(1000);
	g_assert_cmpuint(f->list->total, ==, 1000);
	g_assert_cmpuint(f->list->rows->len, <=, 50);
	g_assert_cmpint(mid_at_cursor(f), ==, 1000);
	screen_is_right(f);
	fake_free(f);
}

static void u12_a_million_rows_windows_stay_small(void)
{
	struct fake *f = fake_new(1000000);
	for (int i = 0; i < 300; i++) {
		model_list_scroll(f->list, 1);
		settle(f);
		g_assert_cmpuint(f->list->rows->len, <=, MODEL_LIST_KEEP + MODEL_LIST_WINDOW);
	}
	screen_is_right(f);
	g_assert_cmpuint(f->list->cursor, ==, 6000);
	model_list_last(f->list);
	g_assert_null(model_list_current(f->list));
	settle(f);
	g_assert_cmpint(mid_at_cursor(f), ==, 1);
	g_assert_cmpuint(f->list->cursor, ==, 999999);
	for (int i = 0; i < 100; i++) {
		model_list_scroll(f->list, -1);
		settle(f);
	}
	screen_is_right(f);
	model_list_first(f->list);
	settle(f);
	g_assert_cmpint(mid_at_cursor(f), ==, 1000000);
	g_assert_cmpuint(f->most, <=, MODEL_LIST_KEEP);
	fake_free(f);
}

static void list_key_held_waits_for_nothing(void)
{
	struct fake *f = fake_new(100000);
	for (int i = 0; i < 5000; i++)
		model_list_move(f->list, 1);
	g_assert_cmpuint(f->list->cursor, <=, f->list->rows->len + MODEL_LIST_WINDOW);
	settle(f);
	screen_is_right(f);
	fake_free(f);
}

static void i14_list_change_keeps_the_cursor_on_its_message(void)
{
	struct fake *f = fake_new(300);
	model_list_move(f->list, 30);
	settle(f);
	int64_t mid = mid_at_cursor(f);
	uint32_t offset = f->list->cursor - f->list->top;
	int64_t fresh[] = { 303, 302, 301 };
	g_array_prepend_vals(f->mids, fresh, 3);
	change(f);
	g_assert_cmpint(mid_at_cursor(f), ==, mid);
	g_assert_cmpuint(f->list->cursor, ==, 33);
	g_assert_cmpuint(f->list->cursor - f->list->top, ==, offset);
	screen_is_right(f);
	fake_free(f);
}

static void list_message_gone_cursor_takes_the_next_older(void)
{
	struct fake *f = fake_new(100);
	model_list_move(f->list, 10);
	settle(f);
	int64_t mid = mid_at_cursor(f);
	g_array_remove_index(f->mids, 10);
	change(f);
	g_assert_cmpint(mid_at_cursor(f), ==, mid - 1);
	g_array_set_size(f->mids, 5);
	change(f);
	g_assert_cmpuint(f->list->cursor, ==, 4);
	g_array_set_size(f->mids, 0);
	change(f);
	g_assert_cmpuint(f->list->total, ==, 0);
	g_assert_null(model_list_current(f->list));
	fake_free(f);
}

static void list_changes_in_a_burst_ask_once_more(void)
{
	struct fake *f = fake_new(100);
	unsigned before = f->questions;
	struct event ev = { .type = EV_CHANGED, .account = 0, .folder_id = 1 };
	for (int i = 0; i < 1000; i++)
		model_list_event(f->list, &ev);
	settle(f);
	g_assert_cmpuint(f->questions - before, <=, 2);
	fake_free(f);
}

static void seek_finds_unread_far_below_and_above(void)
{
	struct fake *f = fake_new(3000);
	f->unread = g_new0(bool, 3001);
	f->unread[1000] = true;
	model_list_seek(f->list, SEEK_DOWN, false);
	settle(f);
	g_assert_cmpint(f->sought, ==, 1);
	g_assert_cmpint(mid_at_cursor(f), ==, 1000);
	screen_is_right(f);
	f->unread[1000] = false;
	f->unread[2900] = true;
	f->sought = -1;
	model_list_seek(f->list, SEEK_UP, false);
	settle(f);
	g_assert_cmpint(f->sought, ==, 1);
	g_assert_cmpint(mid_at_cursor(f), ==, 2900);
	screen_is_right(f);
	fake_free(f);
}

static void seek_without_unread_ends_and_is_bounded(void)
{
	struct fake *f = fake_new(100000);
	unsigned before = f->questions;
	model_list_seek(f->list, SEEK_DOWN, false);
	settle(f);
	g_assert_cmpint(f->sought, ==, 0);
	g_assert_cmpuint(f->questions - before, <=, MODEL_LIST_SEEK);
	g_assert_cmpint(mid_at_cursor(f), ==, 100000);
	fake_free(f);
}

static void list_random_moves_and_changes_stay_right(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);
	struct fake *f = fake_new(2000);
	int64_t next = 2001;
	for (int i = 0; i < 2000; i++) {
		switch (g_rand_int_range(rand, 0, 8)) {
		case 0: model_list_first(f->list); break;
		case 1: model_list_last(f->list); break;
		case 2: model_list_scroll(f->list, g_rand_int_range(rand, -3, 4)); break;
		case 3:
			g_array_prepend_val(f->mids, next);
			next++;
			change(f);
			break;
		case 4:
			g_array_remove_index(f->mids, (guint)g_rand_int_range(rand, 0, (gint32)f->mids->len));
			change(f);
			break;
		case 5: model_list_height(f->list, (uint32_t)g_rand_int_range(rand, 1, 60)); break;
		default: model_list_move(f->list, g_rand_int_range(rand, -50, 51)); break;
		}
		if (g_rand_boolean(rand))
			settle(f);
		g_assert_cmpuint(f->list->rows->len, <=, MODEL_LIST_KEEP + MODEL_LIST_WINDOW);
	}
	settle(f);
	/* Whatever was counted wrong on the way is right again from an end. */
	model_list_first(f->list);
	settle(f);
	change(f);
	screen_is_right(f);
	g_assert_cmpuint(f->most, <=, MODEL_LIST_KEEP + MODEL_LIST_WINDOW);
	fake_free(f);
}

void suite(void)
{
	unit_add(list_first_window_is_small);
	unit_add(u12_a_million_rows_windows_stay_small);
	unit_add(list_key_held_waits_for_nothing);
	unit_add(i14_list_change_keeps_the_cursor_on_its_message);
	unit_add(list_message_gone_cursor_takes_the_next_older);
	unit_add(list_changes_in_a_burst_ask_once_more);
	unit_add(seek_finds_unread_far_below_and_above);
	unit_add(seek_without_unread_ends_and_is_bounded);
	unit_add(list_random_moves_and_changes_stay_right);
}
