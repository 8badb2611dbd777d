/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of what was chosen: where its rows and its cursor stand while it is counted, made anew and lifted. */
#include "app/model.h"
#include "tests/unit/unit.h"

#include <string.h>

/* Message k has mid and uid k. A choice shows the even ones. */
struct fake {
	GMainContext *ctx;
	struct channel *events;
	struct cfg cfg;
	struct app *app;
	GArray *mids, *picks; /* int64_t, in the order shown: of the folder, of the choice */
	uint32_t selection;   /* the choice that picks are of */
	guint known;          /* of them so many are told */
	uint32_t view;        /* what was kept of it last */
	unsigned keep;
	struct model_list *list;
};

static int64_t mid_of(const GArray *mids, guint i)
{
	return g_array_index(mids, int64_t, i);
}

static void pick(struct fake *f, const struct request *r)
{
	g_array_set_size(f->picks, 0);
	for (guint i = 0; i < f->mids->len; i++) {
		int64_t mid = mid_of(f->mids, i);
		if (mid % 2 && r->choice->filter)
			continue;
		if (r->choice->reverse)
			g_array_prepend_val(f->picks, mid);
		else
			g_array_append_val(f->picks, mid);
	}
	f->selection = r->selection;
}

static guint find(const GArray *mids, bool reverse, int64_t mid, bool *there)
{
	guint at = 0;
	while (at < mids->len && (reverse ? mid_of(mids, at) < mid : mid_of(mids, at) > mid))
		at++;
	*there = at < mids->len && mid_of(mids, at) == mid;
	return at;
}

static void answer(struct fake *f, const struct request *r)
{
	const struct store_window *w = &r->window;
	bool there, chosen = r->choice != NULL;
	if (chosen && (f->selection != r->selection || r->renew))
		pick(f, r);
	const GArray *mids = chosen ? f->picks : f->mids;
	guint all = chosen ? MIN(f->known, mids->len) : mids->len, from = 0, rows = w->rows;
	guint at = find(mids, chosen && r->choice->reverse, w->mid, &there);
	switch (w->anchor) {
	case ANCHOR_TOP: break;
	case ANCHOR_BOTTOM: from = all > rows ? all - rows : 0; break;
	case ANCHOR_THREAD: /* each message stands for its thread */
	case ANCHOR_AT: from = at; break;
	case ANCHOR_BELOW: from = at + there; break;
	case ANCHOR_ABOVE: from = at - (rows = MIN(rows, at)); break;
	case ANCHOR_NEAR: from = at > rows / 2 ? at - rows / 2 : 0; break;
	}
	struct event *ev = event_new(EV_ROWS, r->id, 0);
	ev->rows = store_rows_new();
	ev->folder = g_new0(struct store_folder, 1);
	ev->folder->id = 1;
	ev->folder->name = g_strdup("Inbox");
	ev->folder->rows = f->mids->len;
	ev->position = from;
	ev->selection = chosen ? r->selection : 0;
	ev->total = chosen ? all : 0;
	ev->whole = all == mids->len;
	for (guint i = from; i < all && i - from < rows; i++) {
		struct store_row *row = g_new0(struct store_row, 1);
		row->folder = 1;
		row->mid = mid_of(mids, i);
		row->uid = (uint32_t)row->mid;
		g_ptr_array_add(ev->rows, row);
	}
	f->keep = chosen ? r->choice->keep->len : 0;
	channel_send(f->events, ev);
}

static void take(void *it, struct request *r)
{
	struct fake *f = it;
	if (r->type == REQ_WINDOW)
		answer(f, r);
	if (r->type == REQ_VIEW)
		f->view = r->view;
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
	f->picks = g_array_new(FALSE, FALSE, sizeof(int64_t));
	f->known = G_MAXUINT;
	for (int64_t mid = rows; mid > 0; mid--)
		g_array_append_val(f->mids, mid);
	f->app = app_new(&f->cfg, &(struct app_port){ f, take, f->events }, f->ctx);
	f->list = model_list_new(f->app, 0, "Inbox", nothing, NULL, f);
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
	g_array_unref(f->picks);
	g_main_context_unref(f->ctx);
	g_free(f);
}

static void change(struct fake *f)
{
	struct event ev = { .type = EV_CHANGED, .account = 0, .folder_id = 1 };
	model_list_event(f->list, &ev);
	settle(f);
}

/* The reader has found so many by now. */
static void tell(struct fake *f, guint known)
{
	f->known = known;
	struct event ev = { .type = EV_SELECTED,
		.account = -1,
		.selection = f->list->selection,
		.total = MIN(known, f->picks->len),
		.whole = known >= f->picks->len };
	model_list_event(f->list, &ev);
	settle(f);
}

static void narrow(struct fake *f)
{
	model_list_filter(f->list, g_strdup("even"), store_filter_flags(MSG_SEEN), 0);
	settle(f);
}

static void lift(struct fake *f)
{
	model_list_filter(f->list, NULL, NULL, 0);
	settle(f);
}

static int64_t mid_at_cursor(const struct fake *f)
{
	const struct store_row *row = model_list_current(f->list);
	return row ? row->mid : 0;
}

static void screen_is_right(const struct fake *f)
{
	const struct model_list *m = f->list;
	const GArray *mids = m->selection ? f->picks : f->mids;
	g_assert_cmpuint(m->total, ==, MIN(mids->len, m->selection ? f->known : G_MAXUINT));
	for (uint32_t i = m->top; i < m->top + m->height && i < m->total; i++) {
		const struct store_row *row = model_list_row(m, i);
		g_assert_nonnull(row);
		if (row)
			g_assert_cmpint(row->mid, ==, mid_of(mids, i));
	}
}

static void a_filter_keeps_the_message_or_takes_the_nearest(void)
{
	struct fake *f = fake_new(1000);
	for (int i = 0; i < 2; i++) {
		model_list_move(f->list, 150);
		settle(f);
	}
	g_assert_cmpint(mid_at_cursor(f), ==, 700);
	narrow(f);
	g_assert_cmpint(mid_at_cursor(f), ==, 700);
	screen_is_right(f);
	model_list_move(f->list, 1);
	lift(f);
	g_assert_cmpint(mid_at_cursor(f), ==, 698);
	screen_is_right(f);
	model_list_move(f->list, 1);
	narrow(f);
	g_assert_cmpint(mid_at_cursor(f), ==, 696);
	screen_is_right(f);
	fake_free(f);
}

static void what_is_counted_grows(void)
{
	struct fake *f = fake_new(1000);
	f->known = 7;
	narrow(f);
	g_assert_true(f->list->counting);
	screen_is_right(f);
	tell(f, 90);
	screen_is_right(f);
	model_list_last(f->list);
	settle(f);
	g_assert_cmpuint(f->list->cursor, ==, 89);
	tell(f, G_MAXUINT);
	g_assert_false(f->list->counting);
	g_assert_cmpuint(f->list->total, ==, 500);
	g_assert_cmpuint(f->list->cursor, ==, 89);
	screen_is_right(f);
	fake_free(f);
}

static void nothing_found_yet_is_shown_when_it_comes(void)
{
	struct fake *f = fake_new(1000);
	f->known = 0;
	narrow(f);
	g_assert_cmpuint(f->list->total, ==, 0);
	g_assert_true(f->list->counting);
	tell(f, G_MAXUINT);
	g_assert_cmpuint(f->list->total, ==, 500);
	screen_is_right(f);
	fake_free(f);
}

static void new_mail_in_a_choice_keeps_the_cursor(void)
{
	struct fake *f = fake_new(300);
	narrow(f);
	model_list_move(f->list, 30);
	settle(f);
	int64_t mid = mid_at_cursor(f), fresh[] = { 304, 303, 302, 301 };
	uint32_t offset = f->list->cursor - f->list->top;
	g_array_prepend_vals(f->mids, fresh, G_N_ELEMENTS(fresh));
	change(f);
	g_assert_cmpint(mid_at_cursor(f), ==, mid);
	g_assert_cmpuint(f->list->cursor, ==, 32);
	g_assert_cmpuint(f->list->cursor - f->list->top, ==, offset);
	screen_is_right(f);
	fake_free(f);
}

static void the_same_order_again_turns_it_round(void)
{
	struct fake *f = fake_new(300);
	model_list_sort(f->list, ORDER_RECEIVED);
	g_assert_cmpuint(f->view, ==, VIEW_REVERSE);
	settle(f);
	g_assert_cmpint(mid_at_cursor(f), ==, 300);
	g_assert_cmpuint(f->list->cursor, ==, 299);
	screen_is_right(f);
	model_list_sort(f->list, ORDER_RECEIVED);
	settle(f);
	g_assert_cmpuint(f->list->cursor, ==, 0);
	screen_is_right(f);
	fake_free(f);
}

static void a_flag_that_is_changed_keeps_its_message_in_the_choice(void)
{
	struct fake *f = fake_new(100);
	narrow(f);
	struct engine_change *c = engine_change_new(CHANGE_FLAG);
	struct store_place at = { 1, (uint32_t)mid_at_cursor(f), 0 };
	g_array_append_val(c->places, at);
	c->add = MSG_SEEN;
	overlay_lay(app_overlay(f->app), 1000, c);
	model_list_lay(f->list);
	change(f);
	g_assert_cmpuint(f->keep, ==, 1);
	narrow(f);
	g_assert_cmpuint(f->keep, ==, 0);
	engine_change_free(c);
	fake_free(f);
}

static void random_choices_moves_and_changes_stay_right(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(5);
	struct fake *f = fake_new(1500);
	int64_t next = 1501;
	for (int i = 0; i < 3000; i++) {
		switch (g_rand_int_range(rand, 0, 12)) {
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
		case 5: model_list_filter(f->list, g_strdup("x"), store_filter_flags(MSG_SEEN), 0); break;
		case 6: model_list_filter(f->list, NULL, NULL, 0); break;
		case 7: model_list_sort(f->list, ORDER_RECEIVED); break;
		case 8: model_list_height(f->list, (uint32_t)g_rand_int_range(rand, 1, 60)); break;
		default: model_list_move(f->list, g_rand_int_range(rand, -50, 51)); break;
		}
		if (g_rand_boolean(rand))
			settle(f);
		g_assert_cmpuint(f->list->rows->len, <=, MODEL_LIST_KEEP + MODEL_LIST_WINDOW);
	}
	settle(f);
	model_list_first(f->list);
	settle(f);
	change(f);
	screen_is_right(f);
	fake_free(f);
}

static void threads_stop_for_a_filter_and_come_back(void)
{
	struct fake *f = fake_new(300);
	model_list_to(f->list, 40);
	model_list_by_threads(f->list, true);
	settle(f);
	g_assert_cmpuint(f->view, ==, VIEW_THREADS);
	int64_t mid = mid_at_cursor(f);
	narrow(f);
	g_assert_false(f->list->threads);
	g_assert_cmpuint(f->list->selection, !=, 0);
	lift(f);
	g_assert_true(f->list->threads);
	g_assert_cmpuint(f->list->selection, ==, 0);
	g_assert_cmpint(mid_at_cursor(f), ==, mid);
	fake_free(f);
}

void suite(void)
{
	unit_add(threads_stop_for_a_filter_and_come_back);
	unit_add(a_filter_keeps_the_message_or_takes_the_nearest);
	unit_add(what_is_counted_grows);
	unit_add(nothing_found_yet_is_shown_when_it_comes);
	unit_add(new_mail_in_a_choice_keeps_the_cursor);
	unit_add(the_same_order_again_turns_it_round);
	unit_add(a_flag_that_is_changed_keeps_its_message_in_the_choice);
	unit_add(random_choices_moves_and_changes_stay_right);
}
