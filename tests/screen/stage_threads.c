/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stage's inbox by threads: one of five messages and an answer in Sent, and all others by themselves. */
#include "tests/screen/stage.h"

#define THREAD 900
#define SENT_FOLDER 3

/* In the order of its lines, as numbers from the newest message of the inbox; -1: the one in Sent. */
static const struct line {
	int row;
	unsigned depth;
	uint32_t bars;
	const char *who, *subject;
	bool same;
} lines[] = {
	{ 12, 0, 0, "Greta Lind", "Harvest schedule for week 3", false },
	{ -1, 1, 1, "Vera Lund", "Re: Harvest schedule for week 3", true },
	{ 9, 1, 1, "Ana Duarte", "Re: Harvest schedule for week 3", true },
	{ 6, 2, 1, "山田太郎", "Re: key is under the mat", false },
	{ 4, 1, 0, "Bram de Wit", "Re: Harvest schedule for week 3", true },
	{ 2, 2, 0, "Ana Duarte", "Re: Harvest for week 4 (was: week 3)", false },
};

static const struct line *line_of(uint32_t i)
{
	for (size_t k = 0; k < G_N_ELEMENTS(lines); k++)
		if (lines[k].row == (int)i)
			return &lines[k];
	return NULL;
}

static void set_words(struct store_row *row, const struct line *l)
{
	g_free(row->subject);
	row->subject = g_strdup(l->subject);
	g_ptr_array_set_size(row->from, 0);
	g_ptr_array_add(row->from, msg_addr_new(l->who, "somebody@box.example"));
	row->flags &= ~(MSG_INVITE | MSG_ATTACHMENT | MSG_FLAGGED);
}

static struct store_row *row_of(const struct stage *s, const struct line *l)
{
	struct store_row *row = stage_inbox_row(s, l->row < 0 ? 12 : (uint32_t)l->row);
	set_words(row, l);
	if (l->row < 0) {
		row->folder = SENT_FOLDER;
		row->uid = 77;
		row->mid += 1;
		row->flags = MSG_SEEN;
		row->received += 3600;
		row->date.epoch += 3600;
	}
	row->in_thread = THREAD;
	row->depth = l->depth;
	row->bars = l->bars;
	row->same_subject = l->same;
	return row;
}

static bool is_gone(const struct stage *s, const struct store_row *row)
{
	return row->folder == 1 && g_hash_table_contains(s->gone, GUINT_TO_POINTER(row->uid));
}

static void add_member(struct store_thread *t, const struct store_row *row)
{
	struct store_member m = { { row->folder, row->uid, row->local }, row->flags };
	t->newest = MAX(t->newest, row->mid);
	t->when = MAX(t->when, row->received);
	g_array_append_val(t->members, m);
}

static struct store_thread *head_new(const char *subject)
{
	struct store_thread *t = g_new0(struct store_thread, 1);
	t->members = g_array_new(FALSE, FALSE, sizeof(struct store_member));
	t->names = g_ptr_array_new_with_free_func(g_free);
	t->subject = g_strdup(subject);
	return t;
}

/* The oldest unread stands for all. */
static void fold(GPtrArray *rows, struct store_thread *t)
{
	guint keep = rows->len - 1;
	for (guint i = rows->len; i-- > 0;) {
		const struct store_row *row = rows->pdata[i];
		if (row->folder == 1 && !(row->flags & MSG_SEEN))
			keep = i;
	}
	((struct store_row *)rows->pdata[keep])->depth = 0;
	if (keep + 1 < rows->len)
		g_ptr_array_remove_range(rows, keep + 1, rows->len - keep - 1);
	if (keep)
		g_ptr_array_remove_range(rows, 0, keep);
	t->folded = true;
}

static GPtrArray *thread_new(const struct stage *s, bool folded)
{
	GPtrArray *rows = store_rows_new();
	struct store_thread *t = head_new(lines[0].subject);
	for (size_t k = 0; k < G_N_ELEMENTS(lines); k++) {
		struct store_row *row = row_of(s, &lines[k]);
		if (is_gone(s, row)) {
			store_row_free(row);
			continue;
		}
		if (row->folder == 1)
			add_member(t, row);
		g_ptr_array_add(rows, row);
	}
	static const char *const names[] = { "Greta Lind", "Ana Duarte", "Bram" };
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		g_ptr_array_add(t->names, g_strdup(names[i]));
	t->writers = 3;
	t->elsewhere = true;
	if (folded)
		fold(rows, t);
	((struct store_row *)rows->pdata[0])->head = t;
	return rows;
}

static GPtrArray *single_new(const struct stage *s, uint32_t i, bool folded)
{
	GPtrArray *rows = store_rows_new();
	struct store_row *row = stage_inbox_row(s, i);
	row->head = head_new(row->subject);
	row->head->folded = folded;
	row->in_thread = 1000 + i;
	add_member(row->head, row);
	g_ptr_array_add(rows, row);
	return rows;
}

static bool is_folded(const struct request *r, int64_t thread)
{
	for (guint i = 0; r->turned && i < r->turned->len; i++)
		if (g_array_index(r->turned, int64_t, i) == thread)
			return r->window.unfolded;
	return !r->window.unfolded;
}

static void free_rows(gpointer rows)
{
	g_ptr_array_unref(rows);
}

/* Each an array of its lines, the newest thread first. */
static GPtrArray *all_threads(const struct stage *s, const struct request *r)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(free_rows);
	bool had = false;
	for (uint32_t i = 0; i < s->rows; i++) {
		bool within = line_of(i);
		if (g_hash_table_contains(s->gone, GUINT_TO_POINTER(s->rows - i)) || (within && had))
			continue;
		had = had || within;
		g_ptr_array_add(
			all, within ? thread_new(s, is_folded(r, THREAD)) : single_new(s, i, is_folded(r, 1000 + i)));
	}
	return all;
}

static int64_t newest_of(const GPtrArray *all, guint i)
{
	const GPtrArray *rows = all->pdata[i];
	return ((const struct store_row *)rows->pdata[0])->head->newest;
}

static int64_t bound_of(const struct request *r)
{
	const struct store_window *w = &r->window;
	switch (w->anchor) {
	case ANCHOR_BELOW: return w->mid - 1;
	case ANCHOR_AT: return w->mid;
	case ANCHOR_THREAD:
		return line_of(STAGE_ROWS - (uint32_t)(w->mid >> 24)) ? (int64_t)(STAGE_ROWS - 2) << 24 : w->mid;
	default: return INT64_MAX;
	}
}

void stage_threads(const struct stage *s, const struct request *r, struct event *ev)
{
	g_autoptr(GPtrArray) all = all_threads(s, r);
	guint from = 0, to = all->len, n = 0;
	ev->folder->threads = all->len;
	if (r->window.anchor == ANCHOR_ABOVE) {
		for (to = 0; to < all->len && newest_of(all, to) > r->window.mid; to++)
			;
		for (from = to; from && n < r->window.rows; from--)
			n += ((const GPtrArray *)all->pdata[from - 1])->len;
	}
	while (r->window.anchor != ANCHOR_ABOVE && from < all->len && newest_of(all, from) > bound_of(r))
		from++;
	if (r->window.anchor == ANCHOR_BOTTOM)
		from = all->len > r->window.rows ? all->len - r->window.rows : 0;
	for (guint i = from; i < to && (to < all->len || ev->rows->len < r->window.rows); i++) {
		GPtrArray *rows = all->pdata[i];
		g_ptr_array_extend_and_steal(ev->rows, g_ptr_array_ref(rows));
		all->pdata[i] = store_rows_new();
	}
}
