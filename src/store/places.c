/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <string.h>

/* What a server may change; the rest of a place's flags comes from the part tree. */
#define SERVER_FLAGS (MSG_SERVER_FLAGS & ~MSG_RECENT)

/* --- transactions --- */

static void forget_transaction(struct store *st)
{
	st->in_transaction = false;
	g_array_set_size(st->tallies, 0);
	g_hash_table_remove_all(st->handed);
}

int store_begin(struct store *st, struct err *e)
{
	if (st->in_transaction)
		return err_set(e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "a transaction within a transaction");
	if (db_begin(st->shelf.cache, e))
		return -1;
	st->in_transaction = true;
	return 0;
}

int store_commit(struct store *st, struct err *e)
{
	if (!st->in_transaction)
		return err_set(e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "no transaction to commit");
	int result = store_tally_flush(st, e);
	forget_transaction(st);
	if (db_end(st->shelf.cache, result, e))
		return -1;
	return message_index(st, e);
}

void store_rollback(struct store *st)
{
	if (!st->in_transaction)
		return;
	forget_transaction(st);
	db_end(st->shelf.cache, -1, NULL);
}

int store_enter(struct store *st, bool *own_out, struct err *e)
{
	*own_out = !st->in_transaction;
	return *own_out ? store_begin(st, e) : 0;
}

int store_leave(struct store *st, bool own, int result, struct err *e)
{
	if (!own)
		return result;
	if (!result)
		return store_commit(st, e);
	store_rollback(st);
	return -1;
}

/* --- the folders' counts, kept in memory until the transaction ends --- */

static void tally(struct store *st, uint32_t folder, int rows, int unseen)
{
	for (guint i = 0; i < st->tallies->len; i++) {
		struct tally *t = &g_array_index(st->tallies, struct tally, i);
		if (t->folder != folder)
			continue;
		t->rows += rows;
		t->unseen += unseen;
		return;
	}
	struct tally t = { folder, rows, unseen };
	g_array_append_val(st->tallies, t);
}

int store_tally_flush(struct store *st, struct err *e)
{
	for (guint i = 0; i < st->tallies->len; i++) {
		struct tally *t = &g_array_index(st->tallies, struct tally, i);
		if (!t->rows && !t->unseen)
			continue;
		struct query *q = db_query(
			st->shelf.cache, "UPDATE folder SET rows=rows+?, rows_unseen=rows_unseen+? WHERE id=?");
		db_bind_int(q, t->rows);
		db_bind_int(q, t->unseen);
		db_bind_int(q, t->folder);
		if (db_run(q, e))
			return -1;
	}
	g_array_set_size(st->tallies, 0);
	return 0;
}

/* --- keywords --- */

static GString *pack_keywords(const GPtrArray *keywords)
{
	GString *packed = g_string_new(NULL);
	for (guint i = 0; keywords && i < keywords->len; i++)
		g_string_append_len(packed, keywords->pdata[i], (gssize)strlen(keywords->pdata[i]) + 1);
	return packed;
}

/* NULL when there are none, so that most rows spend one octet on them. */
static struct str packed_str(const GString *packed)
{
	return packed->len ? (struct str){ packed->str, packed->len } : (struct str){ 0 };
}

/* --- places --- */

int64_t place_sum(int64_t key, int64_t mid)
{
	/* Two octets: it is there for faults, not for enemies. */
	return (int16_t)(sum_int(sum_int(SUM_START, key), mid) >> 48);
}

int place_find(struct db *cache, uint32_t folder, uint32_t uid, struct place *out, struct err *e)
{
	struct query *q = db_query(cache, "SELECT mid, flags, sum FROM place WHERE key=?");
	out->key = place_key(folder, uid);
	db_bind_int(q, out->key);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	out->mid = db_get_int(q, 0);
	out->flags = (uint32_t)db_get_int(q, 1);
	bool sound = db_get_int(q, 2) == place_sum(out->key, out->mid);
	db_reset(q);
	return sound ? 1 : db_damaged(cache, e);
}

static int change_flags(struct store *st, const struct place *p, uint32_t flags, const GPtrArray *keywords,
	bool *changed_out, struct err *e)
{
	g_autoptr(GString) packed = pack_keywords(keywords);
	flags = (p->flags & ~MSG_SERVER_FLAGS) | (flags & SERVER_FLAGS);
	struct query *q = db_query(st->shelf.cache,
		"UPDATE place SET flags=?2, keywords=?3 WHERE key=?1 AND (flags<>?2 OR keywords IS NOT ?3)");
	db_bind_int(q, p->key);
	db_bind_int(q, flags);
	db_bind_blob(q, packed_str(packed));
	if (db_run(q, e))
		return -1;
	tally(st, (uint32_t)(p->key >> PLACE_BITS), 0, !(flags & MSG_SEEN) - !(p->flags & MSG_SEEN));
	if (changed_out)
		*changed_out = db_changes(st->shelf.cache) > 0;
	return 0;
}

static int insert_place(struct store *st, const struct store_row *row, struct err *e)
{
	int64_t mid = row->mid;
	if (message_put(st, row, &mid, e))
		return -1;
	g_autoptr(GString) packed = pack_keywords(row->keywords);
	uint32_t flags = row->flags & ~MSG_RECENT;
	int64_t key = place_key(row->folder, row->uid);
	struct query *q = db_query(st->shelf.cache,
		"INSERT INTO place(key, sum, folder, mid, flags, size, date, attachments, keywords)"
		" VALUES(?,?,?,?,?,?,?,?,?)");
	db_bind_int(q, key);
	db_bind_int(q, place_sum(key, mid));
	db_bind_int(q, row->folder);
	db_bind_int(q, mid);
	db_bind_int(q, flags);
	db_bind_int(q, (int64_t)MIN(row->size, (uint64_t)INT64_MAX));
	if (row->date.known)
		db_bind_int(q, row->date.epoch);
	else
		db_bind_null(q);
	db_bind_int(q, row->attachments);
	db_bind_blob(q, packed_str(packed));
	if (db_run(q, e))
		return -1;
	tally(st, row->folder, 1, !(flags & MSG_SEEN));
	return 0;
}

static int put_row(struct store *st, const struct store_row *row, struct err *e)
{
	struct place p;
	if (!row->uid || !row->folder || row->folder >= FOLDER_MAX)
		return err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "a row without a place");
	int found = place_find(st->shelf.cache, row->folder, row->uid, &p, e);
	if (found < 0)
		return -1;
	return found ? change_flags(st, &p, row->flags, row->keywords, NULL, e) : insert_place(st, row, e);
}

int store_row_put(struct store *st, const struct store_row *row, struct err *e)
{
	bool own;
	return store_enter(st, &own, e) ? -1 : store_leave(st, own, put_row(st, row, e), e);
}

int store_flags_put(struct store *st, uint32_t folder, uint32_t uid, uint32_t flags, const GPtrArray *keywords,
	bool *changed_out, struct err *e)
{
	bool own;
	struct place p;
	if (changed_out)
		*changed_out = false;
	if (store_enter(st, &own, e))
		return -1;
	int found = place_find(st->shelf.cache, folder, uid, &p, e);
	return store_leave(st, own, found > 0 ? change_flags(st, &p, flags, keywords, changed_out, e) : found, e);
}

/* Is there another place of this message? There are few folders, and each is one look into an index. */
static int is_shared(struct db *cache, int64_t mid, struct err *e)
{
	int64_t one;
	struct query *q =
		db_query(cache, "SELECT 1 FROM folder f CROSS JOIN place p ON p.folder=f.id AND p.mid=? LIMIT 1");
	db_bind_int(q, mid);
	return db_int(q, &one, e);
}

int place_remove(struct store *st, const struct place *p, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "DELETE FROM place WHERE key=?");
	db_bind_int(q, p->key);
	if (db_run(q, e))
		return -1;
	tally(st, (uint32_t)(p->key >> PLACE_BITS), -1, -!(p->flags & MSG_SEEN));
	int shared = is_shared(st->shelf.cache, p->mid, e);
	return shared ? MIN(shared, 0) : message_forget(st, p->mid, e);
}

int store_row_del(struct store *st, uint32_t folder, uint32_t uid, struct err *e)
{
	bool own;
	struct place p;
	if (store_enter(st, &own, e))
		return -1;
	int found = place_find(st->shelf.cache, folder, uid, &p, e);
	return store_leave(st, own, found > 0 ? place_remove(st, &p, e) : found, e);
}

int store_uids(struct store *st, uint32_t folder, uint32_t lo, uint32_t hi, GArray *uids_out, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "SELECT key FROM place WHERE key BETWEEN ? AND ? ORDER BY key");
	db_bind_int(q, place_key(folder, lo));
	db_bind_int(q, place_key(folder, hi));
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		guint32 uid = (guint32)db_get_int(q, 0);
		g_array_append_val(uids_out, uid);
	}
	return pull == DB_END ? 0 : -1;
}
