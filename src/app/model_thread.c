/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list by threads: its lines, what is folded, and what belongs to the thread at the cursor. */
#include "app/internal.h"
#include "app/model.h"

/* --- lines --- */
static const struct store_row *row_at(const GPtrArray *rows, guint i)
{
	return rows->pdata[i];
}

guint line_floor(const GPtrArray *rows, guint at)
{
	while (at && at < rows->len && row_at(rows, at)->in_thread && !row_at(rows, at)->head)
		at--;
	return at;
}

guint line_ceiling(const GPtrArray *rows, guint at)
{
	while (at < rows->len && row_at(rows, at)->in_thread && !row_at(rows, at)->head)
		at++;
	return at;
}

int64_t line_anchor(const GPtrArray *rows, guint at)
{
	const struct store_thread *t = row_at(rows, line_floor(rows, at))->head;
	return t ? t->newest : row_at(rows, at)->mid;
}

static struct store_member *member_at(const struct store_thread *t, guint i)
{
	return &g_array_index(t->members, struct store_member, i);
}

static void lay_on_thread(const struct overlay *o, uint32_t asked, struct store_thread *t)
{
	for (guint i = t->members->len; i-- > 0;) {
		struct store_member *m = member_at(t, i);
		if (overlay_place(o, asked, m->at, &m->flags))
			g_array_remove_index(t->members, i);
	}
}

/* The thread's other lines are still there: the next one is its first. */
static void pass_on_head(GPtrArray *rows, guint at)
{
	struct store_row *row = rows->pdata[at], *next = at + 1 < rows->len ? rows->pdata[at + 1] : NULL;
	if (next && next->in_thread == row->in_thread && !next->head)
		next->head = g_steal_pointer(&row->head);
}

bool line_is_gone(const struct overlay *o, uint32_t asked, GPtrArray *rows, guint at)
{
	struct store_row *row = rows->pdata[at];
	if (row->head)
		lay_on_thread(o, asked, row->head);
	if (!overlay_row(o, asked, row))
		return false;
	if (row->head)
		pass_on_head(rows, at);
	return true;
}

static bool is_folded(const struct store_row *row)
{
	return row->head && row->head->folded;
}

bool model_row_is_unread(const struct store_row *row)
{
	return is_folded(row) ? store_thread_unseen(row->head) > 0 : !(row->flags & MSG_SEEN);
}

bool line_has(const struct store_row *row, uint32_t flag)
{
	for (guint i = 0; is_folded(row) && i < row->head->members->len; i++)
		if (!(member_at(row->head, i)->flags & flag))
			return false;
	return row->flags & flag;
}

static GArray *places_of_thread(const struct store_thread *t)
{
	GArray *places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	for (guint i = 0; i < t->members->len; i++)
		g_array_append_val(places, member_at(t, i)->at);
	return places;
}

GArray *places_of_line(const struct store_row *row)
{
	if (is_folded(row))
		return places_of_thread(row->head);
	GArray *places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	struct store_place at = store_row_place(row);
	g_array_append_val(places, at);
	return places;
}

const struct store_row *model_list_head(const struct model_list *m, uint32_t position)
{
	if (!m->threads || position < m->first || position - m->first >= m->rows->len)
		return NULL;
	const struct store_row *row = row_at(m->rows, line_floor(m->rows, position - m->first));
	return row->head ? row : NULL;
}

/* --- folding --- */
static uint32_t scale(uint32_t position, uint32_t from, uint32_t to)
{
	return from ? (uint32_t)((uint64_t)position * to / from) : 0;
}

/* The message at the cursor, or its thread, is at the cursor again; where that is in the other order is guessed first. */
void model_list_by_threads(struct model_list *m, bool on)
{
	const struct store_row *row = model_list_current(m);
	uint32_t rows = m->folder ? m->folder->rows : 0, threads = m->folder ? m->folder->threads : 0;
	uint32_t guess = on ? scale(m->cursor, rows, threads) : scale(m->cursor, threads, rows);
	if (!on == !(m->choice.view & VIEW_THREADS))
		return;
	m->choice.view ^= VIEW_THREADS;
	m->viewed = true;
	model_list_remember(m);
	if (m->selection)
		return;
	m->threads = on;
	if (!m->cursor || !row)
		list_switch(m, ANCHOR_TOP, 0, 0);
	else
		list_switch(m, on ? ANCHOR_THREAD : ANCHOR_AT, row->mid, MAX(guess, 1)); /* there may be others above */
}

static void turn(struct model_list *m, int64_t thread)
{
	for (guint i = 0; i < m->turned->len; i++)
		if (g_array_index(m->turned, int64_t, i) == thread) {
			g_array_remove_index(m->turned, i);
			return;
		}
	if (m->turned->len >= MODEL_LIST_TURNED)
		g_array_remove_index(m->turned, 0);
	g_array_append_val(m->turned, thread);
}

/* A message by itself has nothing to fold. */
static bool can_turn(const struct model_list *m, const struct store_row *head)
{
	const struct store_thread *t = head->head;
	if (t->members->len > 1 || t->elsewhere)
		return true;
	return !t->folded && line_ceiling(m->rows, m->cursor - m->first + 1) > m->cursor - m->first + 1;
}

bool model_list_fold(struct model_list *m, enum model_fold how)
{
	const struct store_row *head = model_list_head(m, m->cursor);
	if (!head || how == (head->head->folded ? FOLD_IT : UNFOLD_IT) || !can_turn(m, head))
		return false;
	turn(m, head->in_thread);
	model_list_refresh(m);
	return true;
}

void model_list_fold_all(struct model_list *m)
{
	const struct store_row *row = model_list_current(m);
	if (!m->threads)
		return;
	m->unfolded = !m->unfolded;
	g_array_set_size(m->turned, 0);
	if (!m->first && m->cursor < m->rows->len)
		model_list_refresh(m);
	else if (row)
		list_switch(m, ANCHOR_THREAD, row->mid, m->cursor);
}

void model_list_to_thread(struct model_list *m, bool down)
{
	guint i = m->cursor - m->first;
	if (m->cursor < m->first || i >= m->rows->len)
		return;
	if (down)
		i = line_ceiling(m->rows, i + 1);
	else if (i)
		i = line_floor(m->rows, i - 1);
	model_list_to(m, m->first + i - (!down && !i && m->first ? 1 : 0));
}

/* --- the thread at the cursor --- */
static GArray *still_there(const struct model_list *m, const GPtrArray *rows)
{
	struct store_row *row = rows && rows->len ? rows->pdata[0] : NULL;
	if (!row || !row->head)
		return NULL;
	lay_on_thread(app_overlay(m->app), app_newest(m->app), row->head);
	return row->head->members->len ? places_of_thread(row->head) : NULL;
}

static void got_thread(struct event *ev, void *aux)
{
	struct model_list *m = aux;
	if (ev->type == EV_ROWS) {
		m->got_thread(m->thread_aux, m->thread_what, still_there(m, ev->rows));
		m->got_thread = NULL;
	} else if (ev->type == EV_ENDED) {
		m->thread_request = 0;
		if (m->got_thread)
			m->got_thread(m->thread_aux, m->thread_what, NULL);
	}
}

static void ask_thread(struct model_list *m, int account, const struct store_row *row)
{
	struct request *r = request_new(REQ_WINDOW, 0, account);
	r->folder = g_strdup(m->name);
	r->window = (struct store_window){ .anchor = ANCHOR_THREAD, .mid = row->mid, .rows = 1, .threads = true };
	m->thread_request = app_request(m->app, r, got_thread, m);
}

void model_list_thread(
	struct model_list *m, int account, int what, void (*got)(void *aux, int what, GArray *places), void *aux)
{
	const struct store_row *head = model_list_head(m, m->cursor), *row = model_list_current(m);
	if (head || !row || account < 0) {
		got(aux, what, head && head->head->members->len ? places_of_thread(head->head) : NULL);
		return;
	}
	app_forget(m->app, m->thread_request);
	m->thread_what = what;
	m->got_thread = got;
	m->thread_aux = aux;
	ask_thread(m, account, row);
}
