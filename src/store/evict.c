/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache holds, and how it gets smaller. */
#include "store/internal.h"

#define EVICT_LOOK 500 /* parts a call looks at */

/* --- how much there is --- */

/* 1 row of sums. */
static int read_sum(struct query *q, uint64_t *out, struct err *e)
{
	int64_t sum = 0;
	if (db_int(q, &sum, e) < 0)
		return -1;
	*out = (uint64_t)MAX(sum, 0);
	return 0;
}

static int count_messages(struct db *cache, uint32_t account, struct store_usage *out, struct err *e)
{
	struct query *q = db_query(cache, "SELECT total(rows + rows_local) FROM folder WHERE dropped=0 AND"
					  " (?1=0 OR account=?1)");
	db_bind_int(q, account);
	if (read_sum(q, &out->places, e))
		return -1;
	if (!account)
		return read_sum(db_query(cache, "SELECT count(*) FROM message"), &out->messages, e);
	q = db_query(cache, "SELECT count(DISTINCT p.mid) FROM folder f CROSS JOIN place p ON p.folder=f.id"
			    " WHERE f.dropped=0 AND f.account=?");
	db_bind_int(q, account);
	return read_sum(q, &out->messages, e);
}

static int sum_parts(struct db *cache, uint32_t account, struct store_usage *out, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(cache,
		"SELECT r.text, total(r.size), total(CASE WHEN r.size>?2 THEN r.size ELSE 0 END) FROM part r"
		" WHERE ?1=0 OR EXISTS (SELECT 1 FROM folder f CROSS JOIN place p ON p.folder=f.id AND p.mid=r.mid"
		" WHERE f.account=?1 AND f.dropped<>1) GROUP BY r.text");
	db_bind_int(q, account);
	db_bind_int(q, PART_INLINE_MAX);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		*(db_get_int(q, 0) ? &out->text_bytes : &out->part_bytes) += (uint64_t)MAX(db_get_int(q, 1), 0);
		out->file_bytes += (uint64_t)MAX(db_get_int(q, 2), 0);
	}
	return pull == DB_END ? 0 : -1;
}

int store_usage(struct store *st, uint32_t account, struct store_usage *out, struct err *e)
{
	struct db *cache = st->shelf.cache;
	*out = (struct store_usage){ .database_bytes = db_size(cache) };
	if (store_tally_flush(st, e))
		return -1;
	return count_messages(cache, account, out, e) || sum_parts(cache, account, out, e) ? -1 : 0;
}

/* --- parts --- */

static bool is_kept(GHashTable *keep, int64_t mid)
{
	return keep && g_hash_table_contains(keep, &mid);
}

/* A part as the index has it, which is the order in which they go. */
struct victim {
	int64_t used, mid, size, id;
};

/* Has the account a place of that message? There are few folders, and each is one look into an index. */
static int is_of(struct db *cache, uint32_t account, int64_t mid, struct err *e)
{
	int64_t one;
	if (!account)
		return 1;
	struct query *q = db_query(cache, "SELECT 1 FROM folder f CROSS JOIN place p ON p.folder=f.id AND p.mid=?2"
					  " WHERE f.account=?1 AND f.dropped<>1 LIMIT 1");
	db_bind_int(q, account);
	db_bind_int(q, mid);
	return db_int(q, &one, e);
}

/* The next ones of all accounts, from where the eviction stands. */
static int next_parts(struct db *cache, const struct store_eviction *v, GArray *out, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(cache,
		"SELECT used, mid, size, id FROM part INDEXED BY part_by_use"
		" WHERE text=? AND (used, mid, size, id)>(?,?,?,?) ORDER BY used, mid, size, id LIMIT ?");
	db_bind_int(q, v->text);
	db_bind_int(q, v->used);
	db_bind_int(q, v->mid);
	db_bind_int(q, v->size);
	db_bind_int(q, v->id);
	db_bind_int(q, EVICT_LOOK);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct victim part = { db_get_int(q, 0), db_get_int(q, 1), db_get_int(q, 2), db_get_int(q, 3) };
		g_array_append_val(out, part);
	}
	return pull == DB_END ? 0 : -1;
}

static void go_to(struct store_eviction *v, const struct victim *part)
{
	v->used = part->used;
	v->mid = part->mid;
	v->size = part->size;
	v->id = part->id;
}

static int count_some(struct store *st, struct store_eviction *v, const GArray *parts, struct err *e)
{
	for (guint i = 0; i < parts->len; i++) {
		const struct victim *part = &g_array_index(parts, struct victim, i);
		int own = is_of(st->shelf.cache, v->account, part->mid, e);
		if (own < 0)
			return -1;
		v->sum += own ? (uint64_t)MAX(part->size, 0) : 0;
		go_to(v, part);
	}
	if (parts->len < EVICT_LOOK) {
		v->counted = true;
		go_to(v, &(struct victim){ .used = INT64_MIN });
	}
	return 0;
}

static int drop_some(struct store *st, struct store_eviction *v, const GArray *parts, GHashTable *keep, struct err *e)
{
	unsigned dropped = 0;
	for (guint i = 0; i < parts->len && v->sum > v->bytes && dropped < STORE_BATCH; i++) {
		const struct victim *part = &g_array_index(parts, struct victim, i);
		int own = is_kept(keep, part->mid) ? 0 : is_of(st->shelf.cache, v->account, part->mid, e);
		if (own < 0 || (own && part_drop(st, part->id, e)))
			return -1;
		if (own) {
			v->sum -= MIN(v->sum, (uint64_t)MAX(part->size, 0));
			dropped++;
		}
		go_to(v, part);
	}
	return 0;
}

static int evict(struct store *st, struct store_eviction *v, GHashTable *keep, bool *more_out, struct err *e)
{
	g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(struct victim));
	bool counts = !v->counted;
	if (next_parts(st->shelf.cache, v, parts, e))
		return -1;
	if (counts ? count_some(st, v, parts, e) : drop_some(st, v, parts, keep, e))
		return -1;
	*more_out = !v->counted || (v->sum > v->bytes && (counts || parts->len));
	return 0;
}

/* What all accounts have together is soon told, and mostly little enough. */
static int is_little(struct store *st, const struct store_eviction *v, bool *out, struct err *e)
{
	uint64_t sum;
	struct query *q = db_query(st->shelf.cache, "SELECT total(size) FROM part INDEXED BY part_by_use WHERE text=?");
	db_bind_int(q, v->text);
	if (read_sum(q, &sum, e))
		return -1;
	*out = sum <= v->bytes;
	return 0;
}

void store_eviction_init(struct store_eviction *v, uint32_t account, bool text, uint64_t bytes)
{
	*v = (struct store_eviction){ .account = account, .text = text, .bytes = bytes, .used = INT64_MIN };
}

int store_evict(struct store *st, struct store_eviction *v, GHashTable *keep, bool *more_out, struct err *e)
{
	bool own, little = false;
	*more_out = false;
	if (v->used == INT64_MIN && !v->counted && is_little(st, v, &little, e))
		return -1;
	if (little)
		return 0;
	return store_enter(st, &own, e) || store_leave(st, own, evict(st, v, keep, more_out, e), e) ? -1 : 0;
}

/* --- what is not kept yet --- */

int store_textless(struct store *st, uint32_t folder, int64_t since, unsigned look, int64_t *below, GArray *uids_out,
	uint64_t *kept_out, struct err *e)
{
	unsigned looked = 0;
	int64_t lo, hi;
	enum db_pull pull;
	mid_range(since, &lo, &hi);
	struct query *q = db_query(st->shelf.cache,
		"SELECT p.mid, p.key, (SELECT total(r.size) FROM part r WHERE r.mid=p.mid AND r.text),"
		" EXISTS (SELECT 1 FROM part r WHERE r.mid=p.mid AND r.section='HEADER')"
		" FROM place p WHERE p.folder=? AND p.mid<? AND p.mid>=? ORDER BY p.mid DESC LIMIT ?");
	db_bind_int(q, folder);
	db_bind_int(q, *below);
	db_bind_int(q, lo);
	db_bind_int(q, look);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t key = db_get_int(q, 1);
		uint32_t uid = (uint32_t)key;
		*below = db_get_int(q, 0);
		*kept_out += (uint64_t)MAX(db_get_int(q, 2), 0);
		if (!db_get_int(q, 3) && !(key & PLACE_LOCAL))
			g_array_append_val(uids_out, uid);
		looked++;
	}
	if (looked < look)
		*below = 0;
	return pull == DB_END ? 0 : -1;
}

/* --- rows --- */

static int choose_places(struct db *cache, uint32_t folder, int64_t older_than, uint32_t excess, GHashTable *keep,
	GArray *out, struct err *e)
{
	enum db_pull pull = DB_END;
	struct query *q =
		db_query(cache, "SELECT key, mid, flags FROM place WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?");
	db_bind_int(q, place_key(folder, 0));
	db_bind_int(q, place_key(folder, UINT32_MAX));
	db_bind_int(q, excess);
	while (out->len < STORE_BATCH && (pull = db_pull(q, e)) == DB_ITEM) {
		struct place p = { db_get_int(q, 0), db_get_int(q, 1), (uint32_t)db_get_int(q, 2) };
		if (p.mid >> MID_COUNTER_BITS >= older_than)
			break;
		if (!is_kept(keep, p.mid))
			g_array_append_val(out, p);
	}
	if (pull == DB_ITEM)
		db_reset(q);
	return pull == DB_BAD ? -1 : 0;
}

/* The folder is no longer whole, and its number of unseen no longer counted. */
static int raise_floor(struct store *st, uint32_t folder, uint32_t floor, struct err *e)
{
	struct query *q = db_query(st->shelf.cache,
		"UPDATE folder SET unseen=CASE WHEN complete THEN rows_unseen ELSE unseen END, complete=0,"
		" filled_down_to=CASE WHEN filled_down_to THEN max(filled_down_to, ?2) ELSE 0 END WHERE id=?1");
	db_bind_int(q, folder);
	db_bind_int(q, floor);
	return db_run(q, e);
}

static int drop_places(struct store *st, uint32_t folder, const GArray *places, struct err *e)
{
	int64_t newest = 0;
	if (!places->len)
		return 0;
	uint32_t last = (uint32_t)g_array_index(places, struct place, places->len - 1).key;
	if (raise_floor(st, folder, last < UINT32_MAX ? last + 1 : last, e))
		return -1;
	for (guint i = 0; i < places->len; i++) {
		const struct place *p = &g_array_index(places, struct place, i);
		newest = MAX(newest, p->mid >> MID_COUNTER_BITS);
		if (place_remove(st, p, e))
			return -1;
	}
	return store_note_put(st, folder, NOTE_FLOOR, newest, e);
}

static int evict_rows(struct store *st, uint32_t folder, int64_t older_than, uint32_t keep_newest, GHashTable *keep,
	unsigned *dropped_out, struct err *e)
{
	struct store_folder f = { 0 };
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	if (store_folder_get(st, folder, &f, e))
		return -1;
	uint32_t excess = f.rows > keep_newest ? f.rows - keep_newest : 0;
	store_folder_clear(&f);
	if (choose_places(st->shelf.cache, folder, older_than, excess, keep, places, e))
		return -1;
	*dropped_out = places->len;
	return drop_places(st, folder, places, e);
}

int store_evict_rows(struct store *st, uint32_t folder, int64_t older_than, uint32_t keep_newest, GHashTable *keep,
	bool *more_out, struct err *e)
{
	bool own;
	unsigned dropped = 0;
	*more_out = false;
	if (store_enter(st, &own, e) ||
		store_leave(st, own, evict_rows(st, folder, older_than, keep_newest, keep, &dropped, e), e))
		return -1;
	*more_out = dropped == STORE_BATCH;
	return 0;
}

/* --- an account --- */

static int forget_account(struct store *st, uint32_t account, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "UPDATE folder SET dropped=1 WHERE account=?");
	db_bind_int(q, account);
	return db_run(q, e);
}

int store_account_forget(struct store *st, uint32_t account, struct err *e)
{
	bool own;
	return store_enter(st, &own, e) ? -1 : store_leave(st, own, forget_account(st, account, e), e);
}
