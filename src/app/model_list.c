/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/internal.h"
#include "app/model.h"

#include <string.h>

#define LEFT_KEPT 20 /* messages to which the cursor may come back */

/* --- what is loaded --- */
static uint32_t end_of(const struct model_list *m)
{
	return m->first + m->rows->len;
}

const struct store_row *model_list_row(const struct model_list *m, uint32_t position)
{
	if (position < m->first || position >= end_of(m))
		return NULL;
	return m->rows->pdata[position - m->first];
}

const struct store_row *model_list_current(const struct model_list *m)
{
	return model_list_row(m, m->cursor);
}

static void set_rows(struct model_list *m, GPtrArray *rows, uint32_t first)
{
	g_ptr_array_unref(m->rows);
	m->rows = rows;
	m->first = first;
}

/* The cursor into the folder and the screen round the cursor. */
static void clamp(struct model_list *m)
{
	uint32_t height = MAX(m->height, 1);
	m->cursor = m->total ? MIN(m->cursor, m->total - 1) : 0;
	if (m->top > m->cursor)
		m->top = m->cursor;
	if (m->cursor >= m->top + height)
		m->top = m->cursor - height + 1;
	uint32_t last_top = m->total > height ? m->total - height : 0;
	m->top = MIN(m->top, last_top);
}

/* --- asking --- */
static void ended(struct model_list *m, struct event *ev);

static void take_out_hidden(struct model_list *m)
{
	const struct overlay *o = app_overlay(m->app);
	guint before = m->coming->len;
	for (guint i = before; i-- > 0;)
		if (line_is_gone(o, m->request, m->coming, i))
			g_ptr_array_remove_index(m->coming, i);
	m->starved = before && !m->coming->len;
	m->hidden = before - m->coming->len;
	if (!m->selection)
		m->hidden = m->folder ? overlay_hidden(o, m->request, m->folder->id) : 0;
}

static uint32_t rows_told(const struct model_list *m)
{
	uint32_t rows = m->selection ? m->selected : m->folder ? m->folder->rows : 0;
	/* How many lines there are is known at the end; before, what is there at least. */
	if (m->threads)
		return m->folder && !m->unfolded ? m->folder->threads : rows;
	return rows > m->hidden ? rows - m->hidden : 0;
}

static bool shows_threads(const struct model_list *m)
{
	return !m->selection && m->choice.view & VIEW_THREADS;
}

/* The first answer tells how the folder was looked at last. */
static void take_view(struct model_list *m, const struct event *ev)
{
	if (!m->viewed) {
		m->choice.view = ev->view;
		m->selection = ev->selection;
		m->threads = shows_threads(m);
	}
	m->viewed = true;
	m->position = ev->position;
	m->selected = ev->total;
	m->counting = m->selection && !ev->whole;
}

/* No rows stand behind these; above these, where what is above was asked for. */
static bool ends_there(const struct model_list *m, const struct event *ev)
{
	bool upward = m->asked.anchor == ANCHOR_ABOVE || m->asked.anchor == ANCHOR_BOTTOM;
	if (!m->selection)
		return m->asked.anchor != ANCHOR_NEAR && ev->rows->len < m->asked.rows;
	if (upward)
		return !ev->position;
	return ev->whole && ev->position + ev->rows->len >= ev->total;
}

static void got_rows(struct event *ev, void *aux)
{
	struct model_list *m = aux;
	if (ev->type == EV_ENDED) {
		ended(m, ev);
		return;
	}
	if (ev->type != EV_ROWS)
		return;
	if (ev->folder) {
		if (m->folder && m->folder->id != ev->folder->id)
			model_list_untag(m);
		if (m->folder)
			store_folder_clear(m->folder);
		g_free(m->folder);
		m->folder = g_steal_pointer(&ev->folder);
	}
	if (ev->rows) {
		take_view(m, ev);
		m->short_of = ends_there(m, ev);
		g_ptr_array_unref(m->coming);
		m->coming = g_steal_pointer(&ev->rows);
		take_out_hidden(m);
	}
}

/* What the cursor is on. */
struct spot {
	int64_t mid, in_thread, anchor;
};

static struct spot spot_of(const struct model_list *m)
{
	const struct store_row *row = model_list_current(m);
	if (!row)
		return (struct spot){ 0 };
	return (struct spot){ row->mid, row->in_thread, line_anchor(m->rows, m->cursor - m->first) };
}

/* Where the message stands now, by whatever UID; of a thread that was folded its line; where it has gone the next older one,
 * or, in an order that does not tell which that is, what is where the cursor was. */
static uint32_t position_of(const struct model_list *m, const struct spot *s)
{
	bool ordered = !(m->choice.view & VIEW_ORDER), reverse = !m->threads && m->choice.view & VIEW_REVERSE;
	uint32_t last = m->rows->len ? end_of(m) - 1 : 0;
	guint thread = G_MAXUINT, next = G_MAXUINT;
	for (guint i = 0; i < m->rows->len; i++) {
		const struct store_row *row = m->rows->pdata[i];
		int64_t anchor = line_anchor(m->rows, i);
		if (row->mid == s->mid)
			return m->first + i;
		if (thread == G_MAXUINT && row->in_thread && row->in_thread == s->in_thread)
			thread = i;
		if (next == G_MAXUINT && ordered && (reverse ? anchor >= s->anchor : anchor <= s->anchor))
			next = i;
	}
	if (thread != G_MAXUINT || next != G_MAXUINT)
		return m->first + (thread != G_MAXUINT ? thread : next);
	return ordered ? last : CLAMP(m->cursor, m->first, MAX(last, m->first));
}

static void ask(struct model_list *m, enum store_anchor anchor, int64_t mid, uint32_t uid, unsigned rows)
{
	struct request *r = request_new(REQ_WINDOW, 0, m->account);
	m->asked = (struct store_window){
		.anchor = anchor,
		.mid = mid,
		.uid = uid,
		.rows = rows,
		.threads = m->threads,
		.unfolded = m->unfolded,
		.position = position_of(m, &(struct spot){ mid, 0, mid }),
	};
	r->window = m->asked;
	r->turned = m->threads && m->turned->len ? g_array_copy(m->turned) : NULL;
	r->folder = g_strdup(m->name);
	r->remembered = !m->viewed;
	r->selection = m->viewed ? m->selection : app_newest(m->app) + 1;
	r->choice = m->selection ? model_choice_ask(&m->choice) : NULL;
	r->renew = m->renew;
	m->renew = false;
	m->coming = store_rows_new();
	m->short_of = true;
	m->starved = false;
	m->asked_to_seek = false;
	m->request = app_request(m->app, r, got_rows, m);
}

static void ask_beside(struct model_list *m, enum store_anchor anchor, guint at, unsigned rows)
{
	const struct store_row *row = m->rows->pdata[at];
	ask(m, anchor, line_anchor(m->rows, at), row->uid, rows);
}

static void drop_question(struct model_list *m)
{
	app_forget(m->app, m->request);
	m->request = 0;
	m->switched = false;
	g_clear_pointer(&m->coming, g_ptr_array_unref);
}

static void ask_again(struct model_list *m)
{
	/* What came in above must not push the row at the cursor out of the answer. */
	guint more = m->cursor + ENGINE_WINDOW_ROWS > end_of(m) ? ENGINE_WINDOW_ROWS : 0;
	m->stale = false;
	if (!m->rows->len)
		ask(m, ANCHOR_TOP, 0, 0, CLAMP(2 * m->height, ENGINE_WINDOW_ROWS, MODEL_LIST_WINDOW));
	else if (!m->first)
		ask(m, ANCHOR_TOP, 0, 0, MAX(m->rows->len + more, ENGINE_WINDOW_ROWS));
	else
		ask_beside(m, ANCHOR_AT, 0, m->rows->len + more);
}

static void ask_to_seek(struct model_list *m)
{
	enum store_anchor anchor = m->seek == SEEK_DOWN ? ANCHOR_BELOW : ANCHOR_ABOVE;
	ask(m, anchor, m->seek_mid, m->seek_uid, MODEL_LIST_WINDOW);
	m->asked_to_seek = true;
}

static void ask_to_move(struct model_list *m)
{
	unsigned rows = CLAMP(4 * m->height, ENGINE_WINDOW_ROWS, MODEL_LIST_WINDOW);
	m->moves = m->stale = false;
	ask(m, m->near_mid ? ANCHOR_NEAR : ANCHOR_TOP, m->near_mid, 0, rows);
}

/* One question at a time, for what the screen is nearest to lacking. */
static void pump(struct model_list *m)
{
	if (m->request)
		return;
	if (m->moves) {
		ask_to_move(m);
		return;
	}
	if (m->stale) {
		ask_again(m);
		return;
	}
	if (m->seek) {
		ask_to_seek(m);
		return;
	}
	if (!m->rows->len || m->starved)
		return;
	uint32_t margin = MAX(m->height, 10);
	uint32_t low = m->top > margin ? m->top - margin : 0;
	uint32_t high = MIN(m->total, m->top + m->height + margin);
	if (high > end_of(m))
		ask_beside(m, ANCHOR_BELOW, m->rows->len - 1, MODEL_LIST_WINDOW);
	else if (low < m->first)
		ask_beside(m, ANCHOR_ABOVE, 0, MODEL_LIST_WINDOW);
}

/* --- answers --- */
/* A message that was taken from under the cursor is there again: so is the cursor. */
static void come_back(struct model_list *m)
{
	for (guint k = m->left->len; k-- > 0;) {
		int64_t mid = g_array_index(m->left, int64_t, k);
		for (guint i = 0; i < m->rows->len; i++) {
			const struct store_row *row = m->rows->pdata[i];
			if (row->mid != mid)
				continue;
			m->cursor = m->first + i;
			g_array_remove_index(m->left, k);
			return;
		}
	}
}

void model_list_stay(struct model_list *m)
{
	g_array_set_size(m->left, 0);
}

/* Takes a fresh stretch and keeps the cursor on its message. */
static void replace(struct model_list *m, GPtrArray *rows, uint32_t first)
{
	struct spot at = spot_of(m);
	uint32_t old = m->cursor;
	set_rows(m, rows, first);
	if (at.mid) {
		m->cursor = position_of(m, &at);
		/* The rows on the screen stay where they are, save at the top, where new mail should be seen. */
		if (m->top)
			m->top = (uint32_t)MAX((int64_t)m->top + m->cursor - old, 0);
	}
	come_back(m);
}

/* Takes what is round a message, and puts the cursor there, as far down the screen as it is now. */
static void move(struct model_list *m, GPtrArray *rows)
{
	uint32_t down = m->cursor - m->top;
	set_rows(m, rows, m->position);
	m->cursor = position_of(m, &(struct spot){ m->asked.mid, 0, m->asked.mid });
	m->top = m->cursor > down ? m->cursor - down : 0;
}

static void append(struct model_list *m, GPtrArray *rows)
{
	g_ptr_array_extend_and_steal(m->rows, rows);
	uint32_t spare = m->rows->len > MODEL_LIST_KEEP ? m->rows->len - MODEL_LIST_KEEP : 0;
	uint32_t above = m->top > m->first ? m->top - m->first : 0;
	spare = line_floor(m->rows, MIN(spare, above));
	if (spare)
		g_ptr_array_remove_range(m->rows, 0, spare);
	m->first += spare;
}

/* The rows above are counted from the bottom or from a guess: reaching the top shows the true count. */
static void prepend(struct model_list *m, GPtrArray *rows, bool reached_top)
{
	int64_t first = (int64_t)m->first - rows->len;
	int64_t shift = reached_top || first < 0 ? -first : 0;
	m->cursor = (uint32_t)MAX(m->cursor + shift, 0);
	m->top = (uint32_t)MAX(m->top + shift, 0);
	m->first = (uint32_t)(first + shift);
	GPtrArray *old = m->rows;
	m->rows = rows;
	g_ptr_array_extend_and_steal(m->rows, old);
	uint32_t bottom = m->top + m->height;
	uint32_t spare = m->rows->len > MODEL_LIST_KEEP ? m->rows->len - MODEL_LIST_KEEP : 0;
	spare = MIN(spare, end_of(m) > bottom ? end_of(m) - bottom : 0);
	spare = m->rows->len - line_ceiling(m->rows, m->rows->len - spare);
	if (spare)
		g_ptr_array_remove_range(m->rows, (guint)(m->rows->len - spare), spare);
}

static void count(struct model_list *m, bool reached_end)
{
	m->total = reached_end ? end_of(m) : MAX(rows_told(m), end_of(m));
}

/* The same folder in another order: what was the first of the window stands where it was guessed to. */
static void take_switched(struct model_list *m, GPtrArray *rows)
{
	struct spot at = spot_of(m);
	uint32_t below = m->cursor - m->top;
	m->switched = false;
	if (m->asked.anchor == ANCHOR_TOP) {
		set_rows(m, rows, 0);
	} else {
		const struct store_row *row = rows->len ? rows->pdata[0] : NULL;
		at = (struct spot){ m->asked.mid, row ? row->in_thread : 0, m->asked.mid };
		/* Never at the top, so that what is above is asked for. */
		set_rows(m, rows, MAX(m->guess, 1));
	}
	m->cursor = at.mid ? position_of(m, &at) : m->first;
	m->top = m->cursor - MIN(below, m->cursor);
	count(m, m->short_of);
	clamp(m);
}

static void take_window(struct model_list *m, GPtrArray *rows)
{
	bool short_of = m->short_of;
	if (m->switched) {
		take_switched(m, rows);
		return;
	}
	switch (m->asked.anchor) {
	case ANCHOR_TOP:
		replace(m, rows, 0);
		count(m, short_of);
		break;
	case ANCHOR_AT:
	case ANCHOR_THREAD:
		replace(m, rows, m->selection ? m->position : m->first);
		/* Gone from under us: the newest are always there. */
		m->stale = m->stale || !rows->len;
		count(m, short_of);
		break;
	case ANCHOR_NEAR:
		move(m, rows);
		count(m, short_of);
		break;
	case ANCHOR_BELOW:
		append(m, rows);
		count(m, short_of);
		break;
	case ANCHOR_ABOVE:
		prepend(m, rows, short_of);
		count(m, false);
		break;
	case ANCHOR_BOTTOM:
		m->total = short_of ? rows->len : MAX(rows_told(m), rows->len);
		set_rows(m, rows, m->total - rows->len);
		m->cursor = m->total;
		break;
	}
	clamp(m);
}

static void seek_done(struct model_list *m, bool found)
{
	m->seek = SEEK_NO;
	if (m->sought)
		m->sought(m->aux, found);
}

/* The first unread of rows in the direction looked; -1: none. */
static int first_unread(const struct model_list *m, const GPtrArray *rows, enum model_seek way, guint from)
{
	int step = way == SEEK_DOWN ? 1 : -1;
	for (int i = (int)from; i >= 0 && i < (int)rows->len; i += step) {
		const struct store_row *row = rows->pdata[i];
		bool elsewhere = row->in_thread && m->folder && row->folder != m->folder->id;
		if (model_row_is_unread(row) && !elsewhere)
			return i;
	}
	return -1;
}

static void seek_past(struct model_list *m, const GPtrArray *rows)
{
	guint at = m->seek == SEEK_DOWN ? rows->len - 1 : 0;
	m->seek_mid = line_anchor(rows, at);
	m->seek_uid = ((const struct store_row *)rows->pdata[at])->uid;
}

static void take_sought(struct model_list *m, GPtrArray *rows)
{
	bool down = m->seek == SEEK_DOWN, short_of = m->short_of || !rows->len;
	uint32_t begins = down ? m->seek_at : m->seek_at + 1 > rows->len ? m->seek_at + 1 - rows->len : 0;
	int found = rows->len ? first_unread(m, rows, m->seek, down ? 0 : rows->len - 1) : -1;
	if (found >= 0) {
		set_rows(m, rows, begins);
		m->total = MAX(m->total, end_of(m));
		m->cursor = begins + (uint32_t)found;
		model_list_stay(m);
		clamp(m);
		seek_done(m, true);
		return;
	}
	if (short_of || !--m->seek_left) {
		g_ptr_array_unref(rows);
		seek_done(m, false);
		return;
	}
	m->seek_at = down ? begins + rows->len : begins ? begins - 1 : 0;
	seek_past(m, rows);
	g_ptr_array_unref(rows);
}

static void got_opened(struct event *ev, void *aux)
{
	struct model_list *m = aux;
	if (ev->type != EV_ENDED)
		return;
	m->opened = 0;
	if (ev->err.cause && ev->err.scope == ERR_FOLDER)
		err_move(&m->err, &ev->err);
	m->changed(m->aux);
}

/* Of each account that the list shows mail of. */
static void tell_each(struct model_list *m, enum request_type what)
{
	bool all = m->account < 0;
	int n = all ? (int)app_cfg(m->app)->accounts->len : m->account + 1;
	for (int i = all ? 0 : m->account; i < n; i++) {
		struct request *r = request_new(what, 0, i);
		bool hears = what == REQ_OPEN && !all;
		r->folder = g_strdup(m->name);
		uint32_t id = app_request(m->app, r, hears ? got_opened : NULL, hears ? m : NULL);
		m->opened = hears ? id : m->opened;
	}
}

/* Told once the first rows are on their way to the screen: no socket comes before them. */
static void tell_engine(struct model_list *m)
{
	if (m->wanted)
		return;
	m->wanted = true;
	tell_each(m, REQ_OPEN);
}

static void ended(struct model_list *m, struct event *ev)
{
	GPtrArray *rows = g_steal_pointer(&m->coming);
	bool failed = ev->err.cause != ERR_NONE;
	m->request = 0;
	m->loaded = true;
	if (failed) {
		g_ptr_array_unref(rows);
		if (ev->err.cause != ERR_MISSING)
			err_move(&m->err, &ev->err);
		if (m->asked_to_seek)
			seek_done(m, false);
	} else {
		err_clear(&m->err);
		if (m->asked_to_seek)
			take_sought(m, rows);
		else
			take_window(m, rows);
	}
	tell_engine(m);
	if (!failed || m->stale)
		pump(m);
	m->changed(m->aux);
}

/* --- lifecycle --- */
struct model_list *model_list_new(struct app *a, int account, const char *name, model_changed_fn changed,
	void (*sought)(void *aux, bool found), void *aux)
{
	struct model_list *m = g_new0(struct model_list, 1);
	m->app = a;
	m->account = account;
	m->name = g_strdup(name);
	m->rows = store_rows_new();
	m->tagged = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	m->left = g_array_new(FALSE, FALSE, sizeof(int64_t));
	m->turned = g_array_new(FALSE, FALSE, sizeof(int64_t));
	m->choice.keep = g_array_new(FALSE, FALSE, sizeof(int64_t));
	m->changed = changed;
	m->sought = sought;
	m->aux = aux;
	ask_again(m);
	return m;
}

void model_list_free(struct model_list *m)
{
	if (!m)
		return;
	drop_question(m);
	app_forget(m->app, m->opened);
	app_forget(m->app, m->thread_request);
	app_forget(m->app, m->picking);
	if (m->wanted)
		tell_each(m, REQ_CLOSE);
	g_ptr_array_unref(m->rows);
	g_hash_table_unref(m->tagged);
	g_array_unref(m->left);
	g_array_unref(m->turned);
	g_array_unref(m->choice.keep);
	g_free(m->choice.pattern);
	store_filter_free(m->choice.filter);
	if (m->folder)
		store_folder_clear(m->folder);
	g_free(m->folder);
	err_clear(&m->err);
	g_free(m->name);
	g_free(m);
}

/* More of what was chosen was found, or it was made anew. */
static void selected(struct model_list *m, const struct event *ev)
{
	if (!m->selection || ev->selection != m->selection)
		return;
	m->selected = ev->total;
	m->counting = !ev->whole;
	m->stale = m->stale || ev->fresh || !m->rows->len;
	if (!m->request)
		count(m, false);
	pump(m);
	m->changed(m->aux);
}

void model_list_event(struct model_list *m, const struct event *ev)
{
	if (ev->type == EV_SELECTED)
		selected(m, ev);
	bool all = m->account < 0;
	if (!all && ev->account != m->account)
		return;
	/* An empty list takes any change for its own: a folder met for the first time gets another number. */
	bool rows = ev->type == EV_CHANGED && (all || !m->folder || !m->rows->len || ev->folder_id == m->folder->id);
	if (rows || ev->type == EV_FOLDER)
		model_list_refresh(m);
}

/* --- moving --- */
void model_list_to(struct model_list *m, uint32_t position)
{
	model_list_stay(m);
	/* Never farther from what is loaded than one question brings. */
	if (m->rows->len) {
		uint32_t low = m->first > MODEL_LIST_WINDOW ? m->first - MODEL_LIST_WINDOW : 0;
		position = CLAMP(position, low, end_of(m) - 1 + MODEL_LIST_WINDOW);
	}
	m->cursor = position;
	clamp(m);
	pump(m);
	m->changed(m->aux);
}

void model_list_move(struct model_list *m, int64_t by)
{
	int64_t to = CLAMP((int64_t)m->cursor + by, 0, (int64_t)G_MAXUINT32);
	model_list_to(m, (uint32_t)to);
}

void model_list_center(struct model_list *m)
{
	m->top = m->cursor - MIN(m->cursor, m->height / 2);
	clamp(m);
	pump(m);
	m->changed(m->aux);
}

void model_list_scroll(struct model_list *m, int pages)
{
	int64_t step = (int64_t)pages * MAX(m->height, 1);
	int64_t top = CLAMP((int64_t)m->top + step, 0, (int64_t)G_MAXUINT32);
	m->top = (uint32_t)top;
	model_list_move(m, step);
}

void model_list_roll(struct model_list *m, int rows)
{
	uint32_t height = MAX(m->height, 1), last_top = m->total > height ? m->total - height : 0;
	m->top = (uint32_t)CLAMP((int64_t)m->top + rows, 0, (int64_t)last_top);
	model_list_to(m, CLAMP(m->cursor, m->top, m->top + height - 1));
}

void model_list_height(struct model_list *m, uint32_t rows)
{
	if (m->height == rows)
		return;
	m->height = rows;
	clamp(m);
	pump(m);
}

void list_jump(struct model_list *m, enum store_anchor anchor, int64_t mid, uint32_t position)
{
	model_list_stay(m);
	drop_question(m);
	m->seek = SEEK_NO;
	m->moves = false;
	set_rows(m, store_rows_new(), position);
	m->total = MAX(m->total, position + 1);
	m->cursor = position;
	clamp(m);
	ask(m, anchor, mid, 0, MODEL_LIST_WINDOW);
	m->changed(m->aux);
}

void list_switch(struct model_list *m, enum store_anchor anchor, int64_t mid, uint32_t guess)
{
	model_list_stay(m);
	drop_question(m);
	m->seek = SEEK_NO;
	m->moves = false;
	m->switched = true;
	m->guess = guess;
	ask(m, anchor, mid, 0, MODEL_LIST_WINDOW);
	m->changed(m->aux);
}

/* What is loaded belongs to the choice before. */
static bool is_moving(const struct model_list *m)
{
	return m->moves || (m->request && m->asked.anchor == ANCHOR_NEAR);
}

void model_list_first(struct model_list *m)
{
	if (!m->first && !is_moving(m))
		model_list_to(m, 0);
	else
		list_jump(m, ANCHOR_TOP, 0, 0);
}

void model_list_last(struct model_list *m)
{
	if (end_of(m) >= m->total && !is_moving(m))
		model_list_to(m, m->total ? m->total - 1 : 0);
	else
		list_jump(m, ANCHOR_BOTTOM, 0, m->total - 1);
}

void model_list_seek(struct model_list *m, enum model_seek way, bool inclusive)
{
	model_list_stop(m);
	bool down = way == SEEK_DOWN;
	int64_t from = (int64_t)m->cursor - m->first + (inclusive ? 0 : down ? 1 : -1);
	bool here = from >= 0 && from < (int64_t)m->rows->len;
	int found = here ? first_unread(m, m->rows, way, (guint)from) : -1;
	if (found >= 0) {
		model_list_to(m, m->first + (uint32_t)found);
		seek_done(m, true);
		return;
	}
	bool more = down ? end_of(m) < m->total : m->first > 0;
	if (!more || !m->rows->len || (m->folder && m->folder->complete && !m->folder->rows_unseen)) {
		seek_done(m, false);
		return;
	}
	m->seek = way;
	m->seek_left = MODEL_LIST_SEEK;
	m->seek_at = down ? end_of(m) : m->first - 1;
	seek_past(m, m->rows);
	pump(m);
}

void model_list_choose(struct model_list *m, int64_t mid)
{
	const struct store_row *current = model_list_current(m);
	drop_question(m);
	model_list_stay(m);
	m->seek = SEEK_NO;
	m->viewed = true;
	m->selection = m->account >= 0 && model_choice_is_plain(&m->choice) ? 0 : app_newest(m->app) + 1;
	m->counting = false;
	m->near_mid = mid ? mid : current ? current->mid : m->near_mid;
	if (m->threads)
		m->threads_at = m->cursor;
	m->threads = shows_threads(m);
	if (m->threads) {
		list_switch(m, m->near_mid ? ANCHOR_THREAD : ANCHOR_TOP, m->near_mid, m->threads_at);
		return;
	}
	m->moves = true;
	pump(m);
	m->changed(m->aux);
}

void model_list_stop(struct model_list *m)
{
	if (m->request && m->asked_to_seek)
		drop_question(m);
	m->seek = SEEK_NO;
}

/* --- what is laid over --- */
void model_list_lay(struct model_list *m)
{
	const struct overlay *o = app_overlay(m->app);
	uint32_t above = 0, gone = 0;
	for (guint i = m->rows->len; i-- > 0;) {
		struct store_row *row = m->rows->pdata[i];
		uint32_t flags = row->flags;
		int64_t mid = row->mid;
		bool gone_now = line_is_gone(o, app_newest(m->app), m->rows, i);
		if (row->flags != flags && m->selection)
			model_choice_keep(&m->choice, mid);
		if (!gone_now)
			continue;
		if (m->first + i == m->cursor) {
			g_array_append_val(m->left, mid);
			if (m->left->len > LEFT_KEPT)
				g_array_remove_index(m->left, 0);
		}
		above += m->first + i < m->cursor;
		gone++;
		g_ptr_array_remove_index(m->rows, i);
	}
	m->cursor -= above;
	m->total -= MIN(gone, m->total);
	clamp(m);
	pump(m);
	m->changed(m->aux);
}

void model_list_refresh(struct model_list *m)
{
	m->stale = m->renew = true;
	pump(m);
}

bool model_list_is_gone(const struct model_list *m)
{
	return m->folder && m->folder->flags & (FOLDER_GONE | FOLDER_NOSELECT);
}

/* --- tags --- */
static gint64 tag_at(struct store_place p)
{
	return (gint64)((uint64_t)p.folder << 33 | (uint64_t)(p.local ? 1 : 0) << 32 | (p.local ? p.local : p.uid));
}

static gint64 tag_of(const struct store_row *row)
{
	return tag_at(store_row_place(row));
}

bool model_list_is_tagged(const struct model_list *m, const struct store_row *row)
{
	gint64 tag = tag_of(row);
	return g_hash_table_contains(m->tagged, &tag);
}

guint model_list_tags(const struct model_list *m)
{
	return g_hash_table_size(m->tagged);
}

void model_list_tag_places(struct model_list *m, const GArray *places, bool on)
{
	for (guint i = 0; i < places->len; i++) {
		gint64 tag = tag_at(g_array_index(places, struct store_place, i));
		if (on)
			g_hash_table_add(m->tagged, g_memdup2(&tag, sizeof tag));
		else
			g_hash_table_remove(m->tagged, &tag);
	}
	m->changed(m->aux);
}

static void turn_tags(struct model_list *m, const GArray *places)
{
	bool all = true;
	for (guint i = 0; i < places->len && all; i++) {
		gint64 tag = tag_at(g_array_index(places, struct store_place, i));
		all = g_hash_table_contains(m->tagged, &tag);
	}
	model_list_tag_places(m, places, !all);
}

void model_list_tag_thread(struct model_list *m, const GArray *places)
{
	turn_tags(m, places);
}

void model_list_tag(struct model_list *m)
{
	const struct store_row *row = model_list_current(m);
	if (!row)
		return;
	g_autoptr(GArray) places = places_of_line(row);
	turn_tags(m, places);
}

void model_list_untag(struct model_list *m)
{
	g_hash_table_remove_all(m->tagged);
	m->changed(m->aux);
}

static struct store_place tagged_place(gint64 tag)
{
	bool local = tag >> 32 & 1;
	return (struct store_place){ (uint32_t)(tag >> 33), local ? 0 : (uint32_t)tag, local ? (uint32_t)tag : 0 };
}

GArray *model_list_chosen(const struct model_list *m)
{
	const struct store_row *row = model_list_current(m);
	GHashTableIter iter;
	gpointer tag;
	if (!m->folder || (!row && !model_list_tags(m)))
		return NULL;
	if (!model_list_tags(m))
		return places_of_line(row);
	GArray *places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	g_hash_table_iter_init(&iter, m->tagged);
	while (g_hash_table_iter_next(&iter, &tag, NULL)) {
		struct store_place p = tagged_place(*(gint64 *)tag);
		g_array_append_val(places, p);
	}
	return places;
}

bool model_list_all_have(const struct model_list *m, uint32_t flag)
{
	const struct store_row *current = model_list_current(m);
	if (!model_list_tags(m))
		return current && line_has(current, flag);
	for (guint i = 0; i < m->rows->len; i++) {
		const struct store_row *row = m->rows->pdata[i];
		if (model_list_is_tagged(m, row) && !(row->flags & flag))
			return false;
	}
	return true;
}
