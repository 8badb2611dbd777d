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
	threads_rest(st);
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
	if (db_end(st->shelf.cache, result, e)) {
		threads_forget(st);
		return -1;
	}
	return message_index(st, e) || threads_index(st, e) ? -1 : 0;
}

void store_rollback(struct store *st)
{
	if (!st->in_transaction)
		return;
	forget_transaction(st);
	threads_forget(st);
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

struct tally *store_tally(struct store *st, uint32_t folder)
{
	for (guint i = 0; i < st->tallies->len; i++) {
		struct tally *t = &g_array_index(st->tallies, struct tally, i);
		if (t->folder == folder)
			return t;
	}
	struct tally t = { .folder = folder };
	g_array_append_val(st->tallies, t);
	return &g_array_index(st->tallies, struct tally, st->tallies->len - 1);
}

static void tally(struct store *st, int64_t key, int places, int unseen)
{
	struct tally *t = store_tally(st, place_folder(key));
	int local = key & PLACE_LOCAL ? places : 0;
	t->rows += places - local;
	t->local += local;
	t->unseen += unseen;
}

int store_tally_flush(struct store *st, struct err *e)
{
	for (guint i = 0; i < st->tallies->len; i++) {
		struct tally *t = &g_array_index(st->tallies, struct tally, i);
		if (!t->rows && !t->local && !t->unseen && !t->threads)
			continue;
		struct query *q = db_query(st->shelf.cache, "UPDATE folder SET rows=rows+?, rows_local=rows_local+?, "
							    "rows_unseen=rows_unseen+?, threads=threads+?"
							    " WHERE id=?");
		db_bind_int(q, t->rows);
		db_bind_int(q, t->local);
		db_bind_int(q, t->unseen);
		db_bind_int(q, t->threads);
		db_bind_int(q, t->folder);
		if (db_run(q, e))
			return -1;
	}
	g_array_set_size(st->tallies, 0);
	return 0;
}

/* --- keywords --- */

GString *keywords_pack(const GPtrArray *keywords)
{
	GString *packed = g_string_new(NULL);
	for (guint i = 0; keywords && i < keywords->len; i++)
		g_string_append_len(packed, keywords->pdata[i], (gssize)strlen(keywords->pdata[i]) + 1);
	return packed;
}

/* NULL when there are none, so that most rows spend one octet on them. */
struct str keywords_str(const GString *packed)
{
	return packed->len ? (struct str){ packed->str, packed->len } : (struct str){ 0 };
}

GPtrArray *keywords_unpack(struct str packed)
{
	struct str word;
	if (!packed.n)
		return NULL;
	GPtrArray *keywords = g_ptr_array_new_with_free_func(g_free);
	while (packed.n) {
		str_cut(packed, '\0', &word, &packed);
		g_ptr_array_add(keywords, str_dup(word));
	}
	return keywords;
}

/* --- places --- */

int64_t place_sum(int64_t key, int64_t mid)
{
	/* Two octets: it is there for faults, not for enemies. */
	return (int16_t)(sum_int(sum_int(SUM_START, key), mid) >> 48);
}

int place_missing(struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "no such message");
}

int place_find(struct db *cache, int64_t key, struct place *out, struct err *e)
{
	struct query *q = db_query(cache, "SELECT mid, flags, sum FROM place WHERE key=?");
	out->key = key;
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

int place_set_flags(struct store *st, const struct place *p, uint32_t flags, const GPtrArray *keywords,
	bool *changed_out, struct err *e)
{
	g_autoptr(GString) packed = keywords_pack(keywords);
	flags = (p->flags & ~MSG_SERVER_FLAGS) | (flags & SERVER_FLAGS);
	struct query *q = db_query(st->shelf.cache,
		"UPDATE place SET flags=?2, keywords=?3 WHERE key=?1 AND (flags<>?2 OR keywords IS NOT ?3)");
	db_bind_int(q, p->key);
	db_bind_int(q, flags);
	db_bind_blob(q, keywords_str(packed));
	if (db_run(q, e))
		return -1;
	tally(st, p->key, 0, !(flags & MSG_SEEN) - !(p->flags & MSG_SEEN));
	if (changed_out)
		*changed_out = db_changes(st->shelf.cache) > 0;
	return 0;
}

/* No two places of a folder have one mid: it is the order of the rows. */
static int mid_for(struct store *st, struct store_place at, int64_t *mid, struct err *e)
{
	int64_t one;
	struct query *q = db_query(st->shelf.cache, "SELECT 1 FROM place WHERE folder=? AND mid=?");
	db_bind_int(q, at.folder);
	db_bind_int(q, *mid);
	int taken = db_int(q, &one, e);
	return taken > 0 ? message_clone(st, *mid, at, mid, e) : taken;
}

static int insert_place(struct store *st, const struct store_row *row, int64_t key, struct err *e)
{
	int64_t mid = row->mid;
	struct store_place at = store_row_place(row);
	if ((mid && mid_for(st, at, &mid, e)) || message_put(st, row, &mid, e))
		return -1;
	g_autoptr(GString) packed = keywords_pack(row->keywords);
	uint32_t flags = row->flags & ~MSG_RECENT;
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
	db_bind_blob(q, keywords_str(packed));
	if (db_run(q, e))
		return -1;
	tally(st, key, 1, !(flags & MSG_SEEN));
	return thread_place_add(st, row->folder, mid, e);
}

/* Folder 0 is nobody's: what waits to be expunged lies there unseen, under its local number. */
static bool is_place(struct store_place at)
{
	return (at.folder || at.local) && at.folder < FOLDER_MAX && !at.uid != !at.local;
}

static int put_row(struct store *st, const struct store_row *row, struct err *e)
{
	struct place p;
	struct store_place at = store_row_place(row);
	if (!is_place(at))
		return err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "a row without a place");
	int found = place_find(st->shelf.cache, place_key_at(at), &p, e);
	if (found < 0)
		return -1;
	return found ? place_set_flags(st, &p, row->flags, row->keywords, NULL, e)
		     : insert_place(st, row, place_key_at(at), e);
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
	int found = place_find(st->shelf.cache, place_key(folder, uid), &p, e);
	return store_leave(st, own, found > 0 ? place_set_flags(st, &p, flags, keywords, changed_out, e) : found, e);
}

/* Is there another place of this message? There are few folders, and each is one look into an index. */
static int is_shared(struct db *cache, int64_t mid, struct err *e)
{
	int64_t one;
	struct query *q = db_query(cache, "SELECT 1 FROM folder f CROSS JOIN place p ON p.folder=f.id AND p.mid=?1"
					  " UNION ALL SELECT 1 FROM place WHERE folder=0 AND mid=?1 LIMIT 1");
	db_bind_int(q, mid);
	return db_int(q, &one, e);
}

int place_remove(struct store *st, const struct place *p, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "DELETE FROM place WHERE key=?");
	db_bind_int(q, p->key);
	if (db_run(q, e))
		return -1;
	tally(st, p->key, -1, -!(p->flags & MSG_SEEN));
	if (thread_place_drop(st, place_folder(p->key), p->mid, e))
		return -1;
	int shared = is_shared(st->shelf.cache, p->mid, e);
	return shared ? MIN(shared, 0) : message_forget(st, p->mid, e);
}

int place_rekey(struct store *st, struct place *p, int64_t key, struct err *e)
{
	uint32_t folder = place_folder(key);
	struct store_place at = { folder, (uint32_t)key, 0 };
	int64_t mid = p->mid;
	if (folder != place_folder(p->key) && mid_for(st, at, &mid, e))
		return -1;
	struct query *q = db_query(st->shelf.cache, "UPDATE place SET key=?, folder=?, mid=?, sum=? WHERE key=?");
	db_bind_int(q, key);
	db_bind_int(q, folder);
	db_bind_int(q, mid);
	db_bind_int(q, place_sum(key, mid));
	db_bind_int(q, p->key);
	if (db_run(q, e))
		return -1;
	tally(st, p->key, -1, -!(p->flags & MSG_SEEN));
	tally(st, key, 1, !(p->flags & MSG_SEEN));
	if (folder != place_folder(p->key) &&
		(thread_place_drop(st, place_folder(p->key), p->mid, e) || thread_place_add(st, folder, mid, e)))
		return -1;
	p->key = key;
	p->mid = mid;
	return 0;
}

/* --- places by UID or local number --- */

int store_place_get(struct store *st, struct store_place at, struct store_row *out, struct err *e)
{
	return is_place(at) ? row_at(st->shelf.cache, place_key_at(at), out, e) : place_missing(e);
}

int store_place_mid(struct store *st, struct store_place at, int64_t *mid_out, struct err *e)
{
	struct place p = { 0 };
	int found = is_place(at) ? place_find(st->shelf.cache, place_key_at(at), &p, e) : 0;
	*mid_out = found > 0 ? p.mid : 0;
	return MIN(found, 0);
}

static int move_place(struct store *st, int64_t from, int64_t to, struct err *e)
{
	struct place p, there;
	int found = place_find(st->shelf.cache, from, &p, e);
	if (found <= 0 || from == to)
		return found ? MIN(found, 0) : place_missing(e);
	found = place_find(st->shelf.cache, to, &there, e);
	if (found < 0)
		return -1;
	return found ? place_remove(st, &p, e) : place_rekey(st, &p, to, e);
}

static int copy_place(struct store *st, int64_t from, int64_t to, struct err *e)
{
	struct place p, there;
	struct store_place at = { place_folder(to), (uint32_t)to, 0 };
	int found = place_find(st->shelf.cache, from, &p, e);
	if (found <= 0)
		return found ? -1 : place_missing(e);
	found = place_find(st->shelf.cache, to, &there, e);
	if (found)
		return MIN(found, 0);
	if (mid_for(st, at, &p.mid, e))
		return -1;
	struct query *q = db_query(st->shelf.cache,
		"INSERT INTO place(key, sum, folder, mid, flags, size, date, attachments, keywords)"
		" SELECT ?, ?, ?, ?, flags, size, date, attachments, keywords FROM place WHERE key=?");
	db_bind_int(q, to);
	db_bind_int(q, place_sum(to, p.mid));
	db_bind_int(q, at.folder);
	db_bind_int(q, p.mid);
	db_bind_int(q, from);
	if (db_run(q, e))
		return -1;
	tally(st, to, 1, !(p.flags & MSG_SEEN));
	return thread_place_add(st, at.folder, p.mid, e);
}

/* Both ends must be places; then in a transaction. */
static int between(struct store *st, struct store_place from, struct store_place to,
	int (*act)(struct store *st, int64_t from, int64_t to, struct err *e), struct err *e)
{
	bool own;
	if (!is_place(from) || !is_place(to))
		return err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "neither UID nor local number");
	if (store_enter(st, &own, e))
		return -1;
	return store_leave(st, own, act(st, place_key_at(from), place_key_at(to), e), e);
}

int store_place_move(struct store *st, struct store_place from, struct store_place to, struct err *e)
{
	return between(st, from, to, move_place, e);
}

int store_place_copy(struct store *st, struct store_place from, struct store_place to, struct err *e)
{
	return between(st, from, to, copy_place, e);
}

int store_place_drop(struct store *st, struct store_place at, struct err *e)
{
	bool own;
	struct place p;
	if (!is_place(at))
		return 0;
	if (store_enter(st, &own, e))
		return -1;
	int found = place_find(st->shelf.cache, place_key_at(at), &p, e);
	return store_leave(st, own, found > 0 ? place_remove(st, &p, e) : found, e);
}

int store_place_flags(struct store *st, struct store_place at, uint32_t flags, const GPtrArray *keywords, struct err *e)
{
	bool own;
	struct place p;
	if (!is_place(at))
		return 0;
	if (store_enter(st, &own, e))
		return -1;
	int found = place_find(st->shelf.cache, place_key_at(at), &p, e);
	return store_leave(st, own, found > 0 ? place_set_flags(st, &p, flags, keywords, NULL, e) : found, e);
}

int store_places_local(struct store *st, uint32_t account, GArray *out, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(st->shelf.cache,
		"SELECT p.key FROM (SELECT 0 AS id UNION ALL SELECT id FROM folder WHERE account=? AND dropped=0 AND"
		" rows_local>0) f CROSS JOIN place p WHERE p.key BETWEEN (f.id*2+1)<<32 AND ((f.id+1)<<33)-1");
	db_bind_int(q, account);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t key = db_get_int(q, 0);
		struct store_place at = { place_folder(key), 0, (uint32_t)key };
		g_array_append_val(out, at);
	}
	return pull == DB_END ? 0 : -1;
}

int store_row_del(struct store *st, uint32_t folder, uint32_t uid, struct err *e)
{
	return store_place_drop(st, (struct store_place){ folder, uid, 0 }, e);
}

/* --- UIDs --- */

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

/* Each rank is sought from the one before, so that the walk is one in all. */
int store_uids_at(
	struct store *st, uint32_t folder, uint32_t lo, const uint32_t *ranks, unsigned n, GArray *out, struct err *e)
{
	int64_t from = place_key(folder, lo), passed = 0;
	for (unsigned i = 0; i < n; i++) {
		int64_t key = 0;
		struct query *q = db_query(st->shelf.cache,
			"SELECT key FROM place WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 1 OFFSET ?");
		db_bind_int(q, from);
		db_bind_int(q, place_key(folder, UINT32_MAX));
		db_bind_int(q, ranks[i] - passed);
		int found = db_int(q, &key, e);
		if (found <= 0)
			return found;
		guint32 uid = (guint32)key;
		g_array_append_val(out, uid);
		from = key + 1;
		passed = (int64_t)ranks[i] + 1;
	}
	return 0;
}

int store_uids_count(struct store *st, uint32_t folder, uint32_t lo, uint32_t hi, uint32_t *count_out, struct err *e)
{
	int64_t count = 0;
	struct query *q = db_query(st->shelf.cache, "SELECT count(*) FROM place WHERE key BETWEEN ? AND ?");
	db_bind_int(q, place_key(folder, lo));
	db_bind_int(q, place_key(folder, hi));
	if (db_int(q, &count, e) < 0)
		return -1;
	*count_out = (uint32_t)count;
	return 0;
}
