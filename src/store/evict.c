/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache holds, and how it gets smaller. */
#include "store/internal.h"

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
		" WHERE f.account=?1) GROUP BY r.text");
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

struct victim {
	int64_t id, mid, size;
};

/* The first ones by use until the sum of the rest is small enough. */
static int choose_parts(struct db *cache, bool text, uint64_t excess, GHashTable *keep, GArray *out, struct err *e)
{
	enum db_pull pull = DB_END;
	struct query *q = db_query(
		cache, "SELECT id, mid, size FROM part INDEXED BY part_by_use WHERE text=? ORDER BY used, mid");
	db_bind_int(q, text);
	while (excess && out->len < STORE_BATCH && (pull = db_pull(q, e)) == DB_ITEM) {
		struct victim v = { db_get_int(q, 0), db_get_int(q, 1), db_get_int(q, 2) };
		if (is_kept(keep, v.mid))
			continue;
		g_array_append_val(out, v);
		excess -= MIN(excess, (uint64_t)MAX(v.size, 0));
	}
	if (pull == DB_ITEM)
		db_reset(q);
	return pull == DB_BAD ? -1 : 0;
}

static int evict(struct store *st, bool text, uint64_t bytes, GHashTable *keep, unsigned *dropped_out, struct err *e)
{
	uint64_t sum;
	g_autoptr(GArray) victims = g_array_new(FALSE, FALSE, sizeof(struct victim));
	struct query *q = db_query(st->shelf.cache, "SELECT sum(size) FROM part WHERE text=?");
	db_bind_int(q, text);
	if (read_sum(q, &sum, e))
		return -1;
	if (sum > bytes && choose_parts(st->shelf.cache, text, sum - bytes, keep, victims, e))
		return -1;
	for (guint i = 0; i < victims->len; i++)
		if (part_drop(st, g_array_index(victims, struct victim, i).id, e))
			return -1;
	*dropped_out = victims->len;
	return 0;
}

int store_evict(struct store *st, bool text, uint64_t bytes, GHashTable *keep, bool *more_out, struct err *e)
{
	bool own;
	unsigned dropped = 0;
	*more_out = false;
	if (store_enter(st, &own, e) || store_leave(st, own, evict(st, text, bytes, keep, &dropped, e), e))
		return -1;
	*more_out = dropped == STORE_BATCH;
	return 0;
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
	if (!places->len)
		return 0;
	uint32_t last = (uint32_t)g_array_index(places, struct place, places->len - 1).key;
	if (raise_floor(st, folder, last < UINT32_MAX ? last + 1 : last, e))
		return -1;
	for (guint i = 0; i < places->len; i++)
		if (place_remove(st, &g_array_index(places, struct place, i), e))
			return -1;
	return 0;
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
