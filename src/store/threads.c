/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Threads as messages come and go. Two become one by moving the smaller, so that a message moves seldom however they
 * come; what pointed to the smaller is led on. */
#include "store/internal.h"

#define REFS_KEPT 16    /* of each message, the nearest, to draw who answers whom */
#define HOPS_MAX 64     /* from a thread to that into which it was joined: past any number of halvings */
#define SUBJECT_DAYS 60 /* replies that name no message belong to one of their subject that is no farther away */

/* The index of ids grows by slices of the hash's range, as that of Message-IDs does (messages.c). */
#define IDS_WAITING_MAX 16384
#define IDS_SLICES 16

/* Of very many new messages only the recent ids are asked, which are in memory: most threads are near in time, and each
 * look into the index is a page of its own. What was overlooked so is met when the ids are sorted in. */
#define LOOKED_UP_MAX 2000
#define UNSURE "thread ids were overlooked" /* in the file, as long as some wait that may have been */

/* --- whose an id is --- */

struct recent_id {
	int64_t hash, thread;
	bool sorted_in; /* it will be forgotten when its slice is sorted in again */
};

struct thread_ids {
	GHashTable *recent;      /* struct recent_id, by its hash: all that wait, and some others */
	unsigned rows;           /* that wait in the file; of some ids several */
	int64_t version;         /* of the file as we left it */
	bool current;            /* .. as the open transaction has it */
	unsigned slice, settled; /* the next one; how many in a row were sorted in to be sure */
	unsigned linked;         /* messages since all ids were sorted in */
	bool unsure;
	/* The message that was linked last, and is placed next. */
	int64_t mid, thread;
	bool begun;
};

static void forget_ids(struct thread_ids *ids)
{
	g_hash_table_unref(ids->recent);
	g_free(ids);
}

void threads_forget(struct store *st)
{
	g_clear_pointer(&st->thread_ids, forget_ids);
}

void threads_rest(struct store *st)
{
	if (!st->thread_ids)
		return;
	st->thread_ids->current = false;
	st->thread_ids->mid = 0;
}

static void remember(struct thread_ids *ids, int64_t hash, int64_t thread)
{
	struct recent_id *id = g_new(struct recent_id, 1);
	*id = (struct recent_id){ hash, thread, false };
	g_hash_table_replace(ids->recent, id, id);
	ids->rows++;
}

static int read_waiting(struct store *st, int64_t version, struct err *e)
{
	enum db_pull pull;
	int64_t unsure = 0;
	if (sealed_get(st->shelf.cache, UNSURE, &unsure, e))
		return -1;
	struct thread_ids *ids = g_new0(struct thread_ids, 1);
	ids->recent = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	ids->version = version;
	ids->unsure = unsure;
	struct query *q = db_query(st->shelf.cache, "SELECT hash, thread FROM thread_id_new ORDER BY n");
	while ((pull = db_pull(q, e)) == DB_ITEM)
		remember(ids, db_get_int(q, 0), db_get_int(q, 1));
	st->thread_ids = ids;
	return pull == DB_END ? 0 : -1;
}

/* Another process may have written. */
static int know_waiting(struct store *st, struct err *e)
{
	int64_t version = 0;
	if (st->thread_ids && st->thread_ids->current)
		return 0;
	if (db_changed(st->shelf.cache, &version, e))
		return -1;
	if (!st->thread_ids || st->thread_ids->version != version) {
		threads_forget(st);
		if (read_waiting(st, version, e))
			return -1;
	}
	st->thread_ids->current = true;
	return 0;
}

static int id_find(struct store *st, int64_t hash, bool surely, int64_t *thread_out, struct err *e)
{
	const struct recent_id *id = g_hash_table_lookup(st->thread_ids->recent, &hash);
	*thread_out = id ? id->thread : 0;
	if (id || (!surely && st->thread_ids->unsure))
		return 0;
	struct query *q = db_query(st->shelf.cache, "SELECT thread FROM thread_id WHERE hash=?");
	db_bind_int(q, hash);
	return db_int(q, thread_out, e) < 0 ? -1 : 0;
}

static int id_put(struct store *st, int64_t hash, int64_t thread, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "INSERT INTO thread_id_new(hash, thread) VALUES(?,?)");
	db_bind_int(q, hash);
	db_bind_int(q, thread);
	if (db_run(q, e))
		return -1;
	remember(st->thread_ids, hash, thread);
	return 0;
}

/* --- threads and their sizes --- */

struct thread {
	int64_t id; /* 0: none */
	int64_t size;
};

/* Leads to the thread into which this one was joined. */
static int thread_resolve(struct db *cache, struct thread *t, struct err *e)
{
	t->size = 1;
	for (int i = 0; i < HOPS_MAX; i++) {
		struct query *q = db_query(cache, "SELECT size, joined FROM thread_size WHERE thread=?");
		db_bind_int(q, t->id);
		enum db_pull pull = db_pull(q, e);
		if (pull != DB_ITEM)
			return pull == DB_END ? 0 : -1;
		int64_t joined = db_get_int(q, 1);
		t->size = db_get_int(q, 0);
		db_reset(q);
		if (!joined)
			return 0;
		t->id = joined;
	}
	return db_damaged(cache, e);
}

static int set_size(struct db *cache, int64_t thread, int64_t size, int64_t joined, struct err *e)
{
	struct query *q = db_query(cache, "INSERT OR REPLACE INTO thread_size(thread, size, joined) VALUES(?,?,?)");
	db_bind_int(q, thread);
	db_bind_int(q, size);
	db_bind_int(q, joined);
	return db_run(q, e);
}

/* 1, 0: no place of it in the folder, -1. */
static int newest_of(struct db *cache, int64_t thread, uint32_t folder, int64_t *mid_out, struct err *e)
{
	struct query *q =
		db_query(cache, "SELECT mid FROM thread_place WHERE thread=? AND folder=? ORDER BY mid DESC LIMIT 1");
	db_bind_int(q, thread);
	db_bind_int(q, folder);
	return db_int(q, mid_out, e);
}

static int set_newest(struct db *cache, int64_t thread, uint32_t folder, int64_t mid, bool newest, struct err *e)
{
	struct query *q = db_query(cache, "UPDATE thread_place SET newest=? WHERE thread=? AND folder=? AND mid=?");
	db_bind_int(q, newest);
	db_bind_int(q, thread);
	db_bind_int(q, folder);
	db_bind_int(q, mid);
	return db_run(q, e);
}

/* In a folder where both have messages there is one newest from now on. */
static int join_newest(
	struct store *st, int64_t small, int64_t large, uint32_t folder, int64_t newest_of_small, struct err *e)
{
	int64_t mid = 0;
	int found = newest_of(st->shelf.cache, large, folder, &mid, e);
	if (found <= 0)
		return found;
	store_tally(st, folder)->threads--;
	return mid > newest_of_small ? set_newest(st->shelf.cache, small, folder, newest_of_small, false, e)
				     : set_newest(st->shelf.cache, large, folder, mid, false, e);
}

static int join_all_newest(struct store *st, int64_t small, int64_t large, struct err *e)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	enum db_pull pull;
	struct query *q = db_query(st->shelf.cache, "SELECT folder, mid FROM thread_place WHERE thread=? AND newest=1");
	db_bind_int(q, small);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct place p = { .key = db_get_int(q, 0), .mid = db_get_int(q, 1) };
		g_array_append_val(places, p);
	}
	for (guint i = 0; pull == DB_END && i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		if (join_newest(st, small, large, (uint32_t)p->key, p->mid, e))
			return -1;
	}
	return pull == DB_END ? 0 : -1;
}

static int run_for(struct query *q, int64_t small, int64_t large, struct err *e)
{
	db_bind_int(q, small);
	db_bind_int(q, large);
	return db_run(q, e);
}

/* Moves the smaller into the larger, which becomes t; two that are too large together stay apart. */
static int join(struct store *st, struct thread *t, const struct thread *other, struct err *e)
{
	struct db *cache = st->shelf.cache;
	if (t->size + other->size > STORE_THREAD_MAX)
		return 0;
	struct thread small = t->size < other->size ? *t : *other, large = t->size < other->size ? *other : *t;
	if (join_all_newest(st, small.id, large.id, e) ||
		run_for(db_query(cache,
				"INSERT INTO thread_mid(mid, thread) SELECT mid, ?2 FROM thread_place WHERE thread=?1"
				" ON CONFLICT(mid) DO UPDATE SET thread=excluded.thread"),
			small.id, large.id, e) ||
		run_for(db_query(cache, "UPDATE thread_place SET thread=?2 WHERE thread=?1"), small.id, large.id, e))
		return -1;
	*t = (struct thread){ large.id, t->size + other->size };
	return set_size(cache, small.id, 0, large.id, e) || set_size(cache, large.id, t->size, 0, e) ? -1 : 0;
}

/* --- ids are sorted in --- */

/* An id that is known already as another thread's was overlooked when it came. */
static int join_met(struct store *st, int64_t lo, int64_t hi, struct err *e)
{
	g_autoptr(GArray) pairs = g_array_new(FALSE, FALSE, sizeof(int64_t));
	enum db_pull pull;
	struct query *q = db_query(st->shelf.cache,
		"SELECT n.thread, i.thread FROM (SELECT hash, thread FROM thread_id_new WHERE hash BETWEEN ? AND ?"
		" ORDER BY hash) n CROSS JOIN thread_id i ON i.hash=n.hash"
		" WHERE i.thread<>n.thread AND i.thread>0 AND n.thread>0");
	db_bind_int(q, lo);
	db_bind_int(q, hi);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t pair[] = { db_get_int(q, 0), db_get_int(q, 1) };
		g_array_append_vals(pairs, pair, 2);
	}
	for (guint i = 0; pull == DB_END && i < pairs->len; i += 2) {
		struct thread a = { .id = g_array_index(pairs, int64_t, i) };
		struct thread b = { .id = g_array_index(pairs, int64_t, i + 1) };
		if (thread_resolve(st->shelf.cache, &a, e) || thread_resolve(st->shelf.cache, &b, e) ||
			(a.id != b.id && join(st, &a, &b, e)))
			return -1;
	}
	return pull == DB_END ? 0 : -1;
}

static int sort_in(struct store *st, int64_t lo, int64_t hi, unsigned *rows_out, struct err *e)
{
	struct query *q = db_query(st->shelf.cache,
		"INSERT OR REPLACE INTO thread_id(hash, thread)"
		" SELECT hash, thread FROM thread_id_new WHERE hash BETWEEN ? AND ? ORDER BY hash, n");
	db_bind_int(q, lo);
	db_bind_int(q, hi);
	if (db_run(q, e))
		return -1;
	q = db_query(st->shelf.cache, "DELETE FROM thread_id_new WHERE hash BETWEEN ? AND ?");
	db_bind_int(q, lo);
	db_bind_int(q, hi);
	int result = db_run(q, e);
	*rows_out = result ? 0 : db_changes(st->shelf.cache);
	return result;
}

static gboolean is_sorted_in(gpointer key, gpointer value, gpointer range)
{
	struct recent_id *id = value;
	const int64_t *lo_hi = range;
	bool before = id->sorted_in, within = id->hash >= lo_hi[0] && id->hash <= lo_hi[1];
	(void)key;
	id->sorted_in = id->sorted_in || within;
	return before && within;
}

static int sort_in_next(struct store *st, struct err *e)
{
	const uint64_t width = UINT64_MAX / IDS_SLICES + 1;
	struct thread_ids *ids = st->thread_ids;
	unsigned rows = 0;
	int64_t lo = (int64_t)((uint64_t)INT64_MIN + ids->slice * width);
	int64_t range[] = { lo, lo + (int64_t)(width - 1) };
	ids->slice = (ids->slice + 1) % IDS_SLICES;
	if ((ids->unsure && join_met(st, range[0], range[1], e)) || sort_in(st, range[0], range[1], &rows, e))
		return -1;
	g_hash_table_foreach_remove(ids->recent, is_sorted_in, range);
	ids->rows -= MIN(ids->rows, rows);
	return 0;
}

/* In a transaction of its own. */
static int in_own(struct store *st, int (*act)(struct store *st, struct err *e), struct err *e)
{
	if (db_begin(st->shelf.cache, e))
		return -1;
	int result = act(st, e);
	if (!result)
		result = store_tally_flush(st, e);
	if (!db_end(st->shelf.cache, result, e))
		return 0;
	threads_forget(st);
	return -1;
}

int threads_index(struct store *st, struct err *e)
{
	bool enough = st->thread_ids && st->thread_ids->rows >= IDS_WAITING_MAX;
	return enough ? in_own(st, sort_in_next, e) : 0;
}

static int settle_next(struct store *st, struct err *e)
{
	if (know_waiting(st, e) || sort_in_next(st, e))
		return -1;
	struct thread_ids *ids = st->thread_ids;
	threads_rest(st);
	if (++ids->settled < IDS_SLICES)
		return 0;
	ids->settled = ids->linked = 0;
	ids->unsure = false;
	return sealed_put(st->shelf.cache, UNSURE, 0, e);
}

bool store_threads_unsure(struct store *st)
{
	int64_t unsure = 0;
	return !sealed_get(st->shelf.cache, UNSURE, &unsure, NULL) && unsure;
}

int threads_settle(struct store *st, bool *more_out, struct err *e)
{
	*more_out = !st->in_transaction && store_threads_unsure(st);
	return *more_out ? in_own(st, settle_next, e) : 0;
}

/* --- a new message --- */

int64_t thread_id_hash(const char *msgid)
{
	return msgid_hash(str_of(msgid));
}

struct linking {
	struct store *st;
	struct thread thread; /* found so far */
	struct {
		int64_t hash;
		bool known;
	} ids[MSG_THREAD_REFS + 1]; /* its own and those it refers to */
	unsigned n;
};

static int look_up(struct linking *l, int64_t hash, struct thread *out, struct err *e)
{
	*out = (struct thread){ 0 };
	if (id_find(l->st, hash, false, &out->id, e))
		return -1;
	return out->id ? thread_resolve(l->st->shelf.cache, out, e) : 0;
}

static int take(struct linking *l, const struct thread *found, struct err *e)
{
	if (!found->id || found->id == l->thread.id)
		return 0;
	if (l->thread.id)
		return join(l->st, &l->thread, found, e);
	l->thread = *found;
	return 0;
}

static int look_for(struct linking *l, const char *msgid, struct err *e)
{
	struct thread found;
	int64_t hash = thread_id_hash(msgid);
	if (l->n == G_N_ELEMENTS(l->ids))
		return 0;
	for (unsigned i = 0; i < l->n; i++)
		if (l->ids[i].hash == hash)
			return 0;
	if (look_up(l, hash, &found, e) || take(l, &found, e))
		return -1;
	l->ids[l->n].hash = hash;
	l->ids[l->n++].known = found.id != 0;
	return 0;
}

static int look_for_all(struct linking *l, const struct store_row *row, struct err *e)
{
	if (row->msgid && *row->msgid && look_for(l, row->msgid, e))
		return -1;
	for (guint i = row->refs ? row->refs->len : 0; i-- > 0;)
		if (look_for(l, row->refs->pdata[i], e))
			return -1;
	return 0;
}

/* A thread whose ids are those of very many messages has room for no more: another takes its ids over. */
static int settle_ids(struct linking *l, bool begun, struct err *e)
{
	for (unsigned i = 0; i < l->n; i++)
		if ((begun || !l->ids[i].known) && id_put(l->st, l->ids[i].hash, l->thread.id, e))
			return -1;
	return 0;
}

/* --- replies that name no message: by subject --- */

struct by_subject {
	int64_t hash; /* of the base subject; 0: nothing goes by it */
	bool is_reply, adopts;
};

static struct by_subject by_subject_of(const struct store_row *row)
{
	struct by_subject s = { 0 };
	if (row->refs && row->refs->len)
		return s;
	g_autofree char *base = msg_base_subject(row->subject, &s.is_reply);
	g_autofree char *folded = g_utf8_casefold(base, -1);
	if (*folded)
		s.hash = (int64_t)sum_piece(sum_piece(SUM_START, STR("subject")), str_of(folded));
	return s;
}

/* The newest message of that subject that is no reply is kept among the ids, as a thread below zero: two of them are not
 * one. */
static int find_root(struct store *st, int64_t hash, struct thread *out, struct err *e)
{
	*out = (struct thread){ 0 };
	if (id_find(st, hash, true, &out->id, e))
		return -1;
	out->id = out->id < 0 ? -out->id : 0;
	return out->id ? thread_resolve(st->shelf.cache, out, e) : 0;
}

/* Replies that wait for one are few. */
static int find_reply(struct store *st, int64_t hash, struct thread *out, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "SELECT thread FROM thread_reply WHERE hash=?");
	*out = (struct thread){ 0 };
	db_bind_int(q, hash);
	if (db_int(q, &out->id, e) < 0)
		return -1;
	return out->id ? thread_resolve(st->shelf.cache, out, e) : 0;
}

static int put_reply(struct store *st, int64_t hash, int64_t thread, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "INSERT OR REPLACE INTO thread_reply(hash, thread) VALUES(?,?)");
	db_bind_int(q, hash);
	db_bind_int(q, thread);
	return db_run(q, e);
}

static int drop_reply(struct store *st, int64_t hash, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "DELETE FROM thread_reply WHERE hash=?");
	db_bind_int(q, hash);
	return db_run(q, e);
}

static bool is_near(const struct thread *t, int64_t mid)
{
	int64_t apart = (t->id >> MID_COUNTER_BITS) - (mid >> MID_COUNTER_BITS);
	return t->id && ABS(apart) <= SUBJECT_DAYS * 86400;
}

/* A reply joins the message it may answer, or other such replies; a message that is no reply takes those that wait for
 * one. Two messages of one subject that are no replies have nothing to do with each other. */
static int look_by_subject(struct linking *l, struct by_subject *s, int64_t mid, struct err *e)
{
	struct thread found = { 0 };
	if (!s->hash || (s->is_reply && l->thread.id))
		return 0;
	if (s->is_reply && find_root(l->st, s->hash, &found, e))
		return -1;
	if (!is_near(&found, mid) && find_reply(l->st, s->hash, &found, e))
		return -1;
	if (!is_near(&found, mid))
		return 0;
	s->adopts = !s->is_reply;
	return take(l, &found, e);
}

static int settle_subject(struct linking *l, const struct by_subject *s, bool begun, struct err *e)
{
	if (!s->hash)
		return 0;
	if (s->is_reply)
		return begun ? put_reply(l->st, s->hash, l->thread.id, e) : 0;
	if (s->adopts && drop_reply(l->st, s->hash, e))
		return -1;
	return id_put(l->st, s->hash, -l->thread.id, e);
}

/* --- writing --- */

static int insert_mid(struct store *st, int64_t mid, int64_t thread, const GPtrArray *refs, struct err *e)
{
	int64_t kept[REFS_KEPT];
	guint n = refs ? MIN(refs->len, REFS_KEPT) : 0;
	if (!n && thread == mid)
		return 0;
	for (guint i = 0; i < n; i++)
		kept[i] = thread_id_hash(refs->pdata[refs->len - n + i]);
	struct query *q = db_query(st->shelf.cache, "INSERT INTO thread_mid(mid, thread, refs) VALUES(?,?,?)");
	db_bind_int(q, mid);
	db_bind_int(q, thread);
	db_bind_blob(q, (struct str){ n ? (const char *)kept : NULL, n * sizeof *kept });
	return db_run(q, e);
}

static int be_quick(struct store *st, struct err *e)
{
	struct thread_ids *ids = st->thread_ids;
	if (++ids->linked <= LOOKED_UP_MAX)
		return 0;
	ids->settled = 0; /* from the beginning, once no more come */
	if (ids->unsure)
		return 0;
	ids->unsure = true;
	return sealed_put(st->shelf.cache, UNSURE, 1, e);
}

int thread_link(struct store *st, int64_t mid, const struct store_row *row, struct err *e)
{
	struct linking l = { .st = st };
	struct by_subject s = by_subject_of(row);
	if (know_waiting(st, e) || be_quick(st, e) || look_for_all(&l, row, e) || look_by_subject(&l, &s, mid, e))
		return -1;
	bool begun = !l.thread.id || l.thread.size >= STORE_THREAD_MAX;
	if (begun)
		l.thread = (struct thread){ .id = mid };
	st->thread_ids->mid = mid;
	st->thread_ids->thread = l.thread.id;
	st->thread_ids->begun = begun;
	if (insert_mid(st, mid, l.thread.id, row->refs, e) || settle_ids(&l, begun, e) ||
		settle_subject(&l, &s, begun, e))
		return -1;
	return begun ? 0 : set_size(st->shelf.cache, l.thread.id, l.thread.size + 1, 0, e);
}

/* What began a thread and refers to nothing needs no row. */
static int thread_of(struct db *cache, int64_t mid, struct thread *out, struct err *e)
{
	struct query *q = db_query(cache, "SELECT thread FROM thread_mid WHERE mid=?");
	*out = (struct thread){ .id = mid };
	db_bind_int(q, mid);
	return db_int(q, &out->id, e) < 0 ? -1 : 0;
}

int thread_unlink(struct store *st, int64_t mid, struct err *e)
{
	struct thread t;
	struct db *cache = st->shelf.cache;
	if (thread_of(cache, mid, &t, e))
		return -1;
	struct query *q = db_query(cache, "DELETE FROM thread_mid WHERE mid=?");
	db_bind_int(q, mid);
	if (db_run(q, e))
		return -1;
	q = db_query(cache, "UPDATE thread_size SET size=max(size-1, 1) WHERE thread=? AND joined=0");
	db_bind_int(q, t.id);
	return db_run(q, e);
}

/* While it had no place it was not moved with its thread. */
static int find_thread(struct store *st, int64_t mid, struct thread *out, struct err *e)
{
	if (thread_of(st->shelf.cache, mid, out, e))
		return -1;
	int64_t before = out->id;
	if (thread_resolve(st->shelf.cache, out, e))
		return -1;
	if (out->id == before)
		return 0;
	struct query *q = db_query(st->shelf.cache, "INSERT INTO thread_mid(mid, thread) VALUES(?,?) ON CONFLICT(mid) "
						    "DO UPDATE SET thread=excluded.thread");
	db_bind_int(q, mid);
	db_bind_int(q, out->id);
	return db_run(q, e);
}

/* 1, 0: not the message that was linked last. */
static int just_linked(struct store *st, int64_t mid, struct thread *out, bool *begun_out)
{
	struct thread_ids *ids = st->thread_ids;
	if (!ids || ids->mid != mid)
		return 0;
	out->id = ids->thread;
	*begun_out = ids->begun;
	ids->mid = 0; /* from here on it may be joined to others */
	return 1;
}

/* Folder 0 is nobody's, and not looked at. */
int thread_place_add(struct store *st, uint32_t folder, int64_t mid, struct err *e)
{
	struct thread t = { 0 };
	struct db *cache = st->shelf.cache;
	int64_t before = 0;
	bool begun = false;
	if (!folder)
		return 0;
	if (!just_linked(st, mid, &t, &begun) && find_thread(st, mid, &t, e))
		return -1;
	int found = begun ? 0 : newest_of(cache, t.id, folder, &before, e);
	bool newest = !found || mid > before;
	if (found < 0 || (found && newest && set_newest(cache, t.id, folder, before, false, e)))
		return -1;
	if (!found)
		store_tally(st, folder)->threads++;
	struct query *q = db_query(cache, "INSERT INTO thread_place(thread, folder, mid, newest) VALUES(?,?,?,?)");
	db_bind_int(q, t.id);
	db_bind_int(q, folder);
	db_bind_int(q, mid);
	db_bind_int(q, newest);
	return db_run(q, e);
}

int thread_place_drop(struct store *st, uint32_t folder, int64_t mid, struct err *e)
{
	struct thread t;
	struct db *cache = st->shelf.cache;
	int64_t next = 0;
	if (!folder)
		return 0;
	if (thread_of(cache, mid, &t, e))
		return -1;
	struct query *q = db_query(cache, "DELETE FROM thread_place WHERE thread=? AND folder=? AND mid=?");
	db_bind_int(q, t.id);
	db_bind_int(q, folder);
	db_bind_int(q, mid);
	if (db_run(q, e))
		return -1;
	int found = newest_of(cache, t.id, folder, &next, e);
	if (!found)
		store_tally(st, folder)->threads--;
	return found > 0 && next < mid ? set_newest(cache, t.id, folder, next, true, e) : MIN(found, 0);
}
