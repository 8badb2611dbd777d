/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Windows by threads: which threads, then the lines of each. */
#include "store/internal.h"

#include <string.h>

#define FOLDED_LOOK 20 /* messages of a folded thread that are read for its line */

void store_thread_free(struct store_thread *t)
{
	if (!t)
		return;
	g_array_unref(t->members);
	g_ptr_array_unref(t->names);
	g_free(t->subject);
	g_free(t);
}

unsigned store_thread_unseen(const struct store_thread *t)
{
	unsigned unseen = 0;
	for (guint i = 0; i < t->members->len; i++)
		unseen += !(g_array_index(t->members, struct store_member, i).flags & MSG_SEEN);
	return unseen;
}

/* --- one thread --- */

struct reading {
	struct db *cache;
	const struct store_window *window;
	int64_t account; /* of the folder */
};

static struct store_place place_of(int64_t key)
{
	bool local = key & PLACE_LOCAL;
	return (struct store_place){ place_folder(key), local ? 0 : (uint32_t)key, local ? (uint32_t)key : 0 };
}

static bool is_folded(const struct store_window *w, int64_t thread)
{
	for (guint i = 0; w->turned && i < w->turned->len; i++)
		if (g_array_index(w->turned, int64_t, i) == thread)
			return w->unfolded;
	return !w->unfolded;
}

static struct store_thread *head_new(int64_t newest)
{
	struct store_thread *t = g_new0(struct store_thread, 1);
	t->newest = newest;
	t->members = g_array_new(FALSE, FALSE, sizeof(struct store_member));
	t->names = g_ptr_array_new_with_free_func(g_free);
	return t;
}

static int read_members(const struct reading *r, int64_t thread, struct store_thread *out, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(r->cache, "SELECT p.key, p.flags, coalesce(p.date, p.mid>>24) FROM thread_place t"
					     " CROSS JOIN place p ON p.folder=t.folder AND p.mid=t.mid"
					     " WHERE t.thread=? AND t.folder=? ORDER BY t.mid DESC");
	db_bind_int(q, thread);
	db_bind_int(q, r->window->folder);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct store_member m = { place_of(db_get_int(q, 0)), (uint32_t)db_get_int(q, 1) };
		if (!out->members->len)
			out->when = db_get_int(q, 2);
		g_array_append_val(out->members, m);
	}
	return pull == DB_END ? 0 : -1;
}

static void add_name(struct store_thread *t, GHashTable *seen, const struct store_row *row)
{
	const struct msg_addr *who = row->from && row->from->len ? row->from->pdata[0] : NULL;
	const char *name = who ? msg_addr_short(who) : NULL;
	if (!name || !g_hash_table_add(seen, g_strdup(name)))
		return;
	t->writers++;
	if (t->names->len < STORE_THREAD_NAMES)
		g_ptr_array_add(t->names, g_strdup(name));
}

/* rows: oldest first. */
static void describe(struct store_thread *t, const GPtrArray *rows)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < rows->len; i++)
		add_name(t, seen, rows->pdata[i]);
	const struct store_row *first = rows->len ? rows->pdata[0] : NULL;
	t->subject = g_strdup(first && first->subject ? first->subject : "");
}

static const struct store_member *member(const struct store_thread *t, guint i)
{
	return &g_array_index(t->members, struct store_member, i);
}

static int look_elsewhere(const struct reading *r, int64_t thread, struct store_thread *t, struct err *e)
{
	int64_t one;
	struct query *q =
		db_query(r->cache, "SELECT 1 FROM thread_place WHERE thread=?1 AND (folder<?2 OR folder>?2) LIMIT 1");
	db_bind_int(q, thread);
	db_bind_int(q, r->window->folder);
	int found = db_int(q, &one, e);
	t->elsewhere = found > 0;
	return MIN(found, 0);
}

/* The oldest unread, else the newest. */
static guint choose_line(const struct store_thread *t)
{
	for (guint i = t->members->len; i-- > 0;)
		if (!(member(t, i)->flags & MSG_SEEN))
			return i;
	return 0;
}

/* What is damaged is left out. */
static int pull_rows(const struct reading *r, struct query *q, GPtrArray *out, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct store_row *row = g_new0(struct store_row, 1);
		if (row_read_place(r->cache, q, row))
			g_ptr_array_add(out, row);
		else
			g_free(row);
	}
	return pull == DB_END ? 0 : -1;
}

static int read_line(const struct reading *r, struct store_place at, GPtrArray *out, struct err *e)
{
	struct query *q = db_query(r->cache, ROW "place p" AND_MESSAGE "WHERE p.key=?");
	db_bind_int(q, place_key_at(at));
	return pull_rows(r, q, out, e);
}

/* The oldest ones say what it is about and who wrote; one stands for all. */
static int read_folded(const struct reading *r, struct store_thread *t, GPtrArray *out, struct err *e)
{
	g_autoptr(GPtrArray) oldest = store_rows_new();
	guint n = t->members->len, looked = MIN(n, FOLDED_LOOK);
	t->folded = true;
	if (read_line(r, member(t, choose_line(t))->at, out, e))
		return -1;
	for (guint i = 0; n > 1 && i < looked; i++)
		if (read_line(r, member(t, n - 1 - i)->at, oldest, e))
			return -1;
	describe(t, oldest->len ? oldest : out);
	return 0;
}

/* --- who answers whom --- */

struct node {
	struct store_row *row; /* borrowed */
	int64_t hash;          /* of its Message-ID; 0: none */
	int64_t *refs;         /* the nearest last; owned */
	guint n;
	int parent;      /* -1: none */
	int first, next; /* child and sibling, oldest first; -1 */
};

static void node_clear(void *p)
{
	g_free(((struct node *)p)->refs);
}

static struct node *node_at(GArray *nodes, int i)
{
	return &g_array_index(nodes, struct node, i);
}

static int read_refs(struct db *cache, struct node *node, struct err *e)
{
	struct query *q = db_query(cache, "SELECT refs FROM thread_mid WHERE mid=?");
	db_bind_int(q, node->row->mid);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	struct str refs = db_get_bytes(q, 0);
	node->n = (guint)(refs.n / sizeof(int64_t));
	node->refs = node->n ? g_memdup2(refs.p, node->n * sizeof(int64_t)) : NULL;
	db_reset(q);
	return 0;
}

/* Would the parent stand below its child? */
static bool is_below(GArray *nodes, int node, int above)
{
	for (int i = node; i >= 0; i = node_at(nodes, i)->parent)
		if (i == above)
			return true;
	return false;
}

static void find_parent(GArray *nodes, GHashTable *by_hash, int i)
{
	struct node *node = node_at(nodes, i);
	for (guint k = node->n; k-- > 0;) {
		gpointer found;
		if (!g_hash_table_lookup_extended(by_hash, &node->refs[k], NULL, &found))
			continue;
		if (is_below(nodes, GPOINTER_TO_INT(found), i))
			continue;
		node->parent = GPOINTER_TO_INT(found);
		return;
	}
}

static gint by_age(gconstpointer a, gconstpointer b)
{
	const struct node *x = a, *y = b;
	return x->row->mid < y->row->mid ? -1 : x->row->mid > y->row->mid;
}

/* The oldest of those that answer nothing here is the first line; the others of them stand below it. */
static void build(GArray *nodes)
{
	g_autoptr(GHashTable) by_hash = g_hash_table_new(g_int64_hash, g_int64_equal);
	g_array_sort(nodes, by_age);
	for (guint i = 0; i < nodes->len; i++) {
		struct node *node = node_at(nodes, (int)i);
		node->parent = node->first = node->next = -1;
		if (node->hash && !g_hash_table_contains(by_hash, &node->hash))
			g_hash_table_insert(by_hash, &node->hash, GINT_TO_POINTER((int)i));
	}
	for (guint i = 0; i < nodes->len; i++)
		find_parent(nodes, by_hash, (int)i);
	int root = 0;
	while (node_at(nodes, root)->parent >= 0)
		root++;
	for (int i = (int)nodes->len; i-- > 0;) {
		struct node *node = node_at(nodes, i);
		if (i == root)
			continue;
		if (node->parent < 0)
			node->parent = root;
		struct node *parent = node_at(nodes, node->parent);
		node->next = parent->first;
		parent->first = i;
	}
}

static bool same_subject(const struct store_row *a, const struct store_row *b)
{
	g_autofree char *x = msg_base_subject(a->subject, NULL), *y = msg_base_subject(b->subject, NULL);
	g_autofree char *fx = g_utf8_casefold(x, -1), *fy = g_utf8_casefold(y, -1);
	return !strcmp(fx, fy);
}

static void place_line(GArray *nodes, int i)
{
	struct node *node = node_at(nodes, i);
	const struct store_row *above = node->parent < 0 ? NULL : node_at(nodes, node->parent)->row;
	if (!above)
		return;
	node->row->depth = above->depth + 1;
	uint32_t bit = above->depth < 32 ? UINT32_C(1) << above->depth : 0;
	node->row->bars = above->bars | (node->next < 0 ? 0 : bit);
	node->row->same_subject = same_subject(node->row, above);
}

/* Down, then aside, then back up: as deep as it may be, without a stack. */
static void put_lines(GArray *nodes, GPtrArray *out)
{
	int i = 0;
	while (node_at(nodes, i)->parent >= 0)
		i++;
	while (i >= 0) {
		struct node *node = node_at(nodes, i);
		place_line(nodes, i);
		g_ptr_array_add(out, node->row);
		if (node->first >= 0) {
			i = node->first;
			continue;
		}
		while (i >= 0 && node_at(nodes, i)->next < 0)
			i = node_at(nodes, i)->parent;
		if (i >= 0)
			i = node_at(nodes, i)->next;
	}
}

/* --- the lines of a thread --- */

#define NOT_THEIRS "f.role NOT IN (3, 4, 5)" /* Drafts, Trash, Junk */
G_STATIC_ASSERT(ROLE_DRAFTS == 3 && ROLE_TRASH == 4 && ROLE_JUNK == 5);

/* Those of the folder first, which are all there even if others are very many. */
static int read_rows(const struct reading *r, int64_t thread, GPtrArray *out, struct err *e)
{
	struct query *q = db_query(r->cache,
		ROW "(SELECT t.folder AS folder, t.mid AS mid FROM thread_place t CROSS JOIN folder f ON f.id=t.folder"
		    " WHERE t.thread=?1 AND (t.folder=?2 OR (f.account=?3 AND f.dropped=0 AND " NOT_THEIRS "))"
		    " ORDER BY t.folder<>?2, t.mid DESC LIMIT ?4) w"
		    " CROSS JOIN place p ON p.folder=w.folder AND p.mid=w.mid" AND_MESSAGE);
	db_bind_int(q, thread);
	db_bind_int(q, r->window->folder);
	db_bind_int(q, r->account);
	db_bind_int(q, STORE_THREAD_LINES);
	return pull_rows(r, q, out, e);
}

/* A copy of the same message elsewhere is no other line. */
static bool is_new(GHashTable *seen, const struct store_row *row)
{
	int64_t what = row->msgid ? thread_id_hash(row->msgid) : row->mid;
	if (g_hash_table_contains(seen, &what))
		return false;
	g_hash_table_add(seen, g_memdup2(&what, sizeof what));
	return true;
}

static void keep_new(const struct reading *r, GPtrArray *rows)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	for (guint i = 0; i < rows->len;) {
		const struct store_row *row = rows->pdata[i];
		if (is_new(seen, row) || row->folder == r->window->folder)
			i++;
		else
			g_ptr_array_remove_index(rows, i);
	}
}

static int make_nodes(const struct reading *r, const GPtrArray *rows, GArray *nodes, struct err *e)
{
	for (guint i = 0; i < rows->len; i++) {
		struct node node = { .row = rows->pdata[i] };
		node.hash = node.row->msgid ? thread_id_hash(node.row->msgid) : 0;
		if (read_refs(r->cache, &node, e))
			return -1;
		g_array_append_val(nodes, node);
	}
	return 0;
}

static int read_unfolded(const struct reading *r, int64_t thread, struct store_thread *t, GPtrArray *out, struct err *e)
{
	g_autoptr(GPtrArray) rows = store_rows_new();
	g_autoptr(GArray) nodes = g_array_new(FALSE, FALSE, sizeof(struct node));
	g_array_set_clear_func(nodes, node_clear);
	guint before = out->len;
	if (read_rows(r, thread, rows, e))
		return -1;
	keep_new(r, rows);
	if (!rows->len)
		return 0;
	if (make_nodes(r, rows, nodes, e))
		return -1;
	build(nodes);
	put_lines(nodes, out);
	g_ptr_array_set_free_func(rows, NULL); /* out has them */
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	for (guint i = before; i < out->len; i++)
		g_ptr_array_add(lines, out->pdata[i]);
	describe(t, lines);
	return 0;
}

/* All lines are called by the first one's name. */
static void name_lines(int64_t thread, struct store_thread *t, GPtrArray *out, guint from)
{
	struct store_row *first = out->pdata[from];
	first->head = t;
	for (guint i = from; i < out->len; i++) {
		struct store_row *row = out->pdata[i];
		row->in_thread = thread;
		if (i == from || !first->thread)
			continue;
		g_free(row->thread);
		row->thread = g_strdup(first->thread);
	}
}

static int read_thread(const struct reading *r, int64_t thread, int64_t newest, GPtrArray *out, struct err *e)
{
	struct store_thread *t = head_new(newest);
	guint before = out->len;
	int result = read_members(r, thread, t, e) || look_elsewhere(r, thread, t, e) ? -1 : 0;
	if (!result && t->members->len)
		result = is_folded(r->window, thread) ? read_folded(r, t, out, e) : read_unfolded(r, thread, t, out, e);
	if (result || out->len == before) {
		store_thread_free(t);
		return result;
	}
	name_lines(thread, t, out, before);
	return 0;
}

/* --- which threads --- */

struct found {
	int64_t thread, newest;
};

/* Of the thread of a message the newest in the folder; the message itself where it has none. */
static int find_newest(const struct reading *r, int64_t mid, int64_t *newest_out, struct err *e)
{
	struct query *q = db_query(r->cache,
		"SELECT mid FROM thread_place WHERE thread=coalesce((SELECT thread FROM thread_mid WHERE mid=?1), ?1)"
		" AND folder=?2 ORDER BY mid DESC LIMIT 1");
	*newest_out = mid;
	db_bind_int(q, mid);
	db_bind_int(q, r->window->folder);
	return db_int(q, newest_out, e) < 0 ? -1 : 0;
}

#define THREADS "SELECT thread, mid FROM thread_place WHERE newest=1 AND folder=?1 AND "

static bool is_upward(const struct store_window *w)
{
	return w->anchor == ANCHOR_BOTTOM || w->anchor == ANCHOR_ABOVE;
}

static int64_t bound_of(const struct store_window *w)
{
	switch (w->anchor) {
	case ANCHOR_TOP: return INT64_MAX;
	case ANCHOR_BOTTOM: return 0;
	case ANCHOR_BELOW: return w->mid - 1;
	case ANCHOR_ABOVE: return w->mid + 1;
	default: return w->mid;
	}
}

static int find_threads(const struct reading *r, GArray *out, struct err *e)
{
	const struct store_window *w = r->window;
	enum db_pull pull;
	int64_t bound = bound_of(w);
	if (w->anchor == ANCHOR_THREAD && find_newest(r, w->mid, &bound, e))
		return -1;
	struct query *q = is_upward(w) ? db_query(r->cache, THREADS "mid>=?2 ORDER BY mid LIMIT ?3")
				       : db_query(r->cache, THREADS "mid<=?2 ORDER BY mid DESC LIMIT ?3");
	db_bind_int(q, w->folder);
	db_bind_int(q, bound);
	db_bind_int(q, w->rows ? (int64_t)w->rows : -1);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct found f = { db_get_int(q, 0), db_get_int(q, 1) };
		g_array_append_val(out, f);
	}
	return pull == DB_END ? 0 : -1;
}

static int account_of(struct reading *r, struct err *e)
{
	struct query *q = db_query(r->cache, "SELECT account FROM folder WHERE id=?");
	db_bind_int(q, r->window->folder);
	return db_int(q, &r->account, e) < 0 ? -1 : 0;
}

static bool is_enough(const struct store_window *w, const GPtrArray *rows, guint before)
{
	return w->rows && rows->len - before >= w->rows;
}

/* Threads were read from the bottom up. */
static void turn_over(GPtrArray *rows, guint from)
{
	g_autoptr(GPtrArray) turned = g_ptr_array_new();
	for (guint end = rows->len; end > from;) {
		guint begin = end - 1;
		while (begin > from && !((const struct store_row *)rows->pdata[begin])->head)
			begin--;
		for (guint i = begin; i < end; i++)
			g_ptr_array_add(turned, rows->pdata[i]);
		end = begin;
	}
	for (guint i = 0; i < turned->len; i++)
		rows->pdata[from + i] = turned->pdata[i];
}

static int read_all(struct reading *r, GPtrArray *rows_out, struct err *e)
{
	const struct store_window *w = r->window;
	g_autoptr(GArray) threads = g_array_new(FALSE, FALSE, sizeof(struct found));
	guint before = rows_out->len;
	if (account_of(r, e) || find_threads(r, threads, e))
		return -1;
	for (guint i = 0; i < threads->len && !is_enough(w, rows_out, before); i++) {
		const struct found *f = &g_array_index(threads, struct found, i);
		if (read_thread(r, f->thread, f->newest, rows_out, e))
			return -1;
	}
	if (is_upward(w))
		turn_over(rows_out, before);
	return 0;
}

/* As all stood at one moment. */
int thread_window(struct db *cache, const struct store_window *w, GPtrArray *rows_out, struct err *e)
{
	struct reading r = { .cache = cache, .window = w };
	if (db_run(db_query(cache, "BEGIN"), e))
		return -1;
	int result = read_all(&r, rows_out, e);
	return db_run(db_query(cache, "COMMIT"), result ? NULL : e) ? -1 : result;
}
