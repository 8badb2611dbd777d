/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#define SWEEP_BATCH STORE_BATCH

const char *const store_role_names[] = { "", "inbox", "sent", "drafts", "trash", "junk", "archive", "all", "flagged" };

void store_folder_clear(struct store_folder *f)
{
	g_free(f->raw);
	g_free(f->name);
	g_free(f->rights);
	g_free(f->mailboxid);
	*f = (struct store_folder){ 0 };
}

static void folder_free(void *folder)
{
	store_folder_clear(folder);
	g_free(folder);
}

GPtrArray *store_folders_new(void)
{
	return g_ptr_array_new_with_free_func(folder_free);
}

/* --- reading --- */

#define COLUMNS                                                                                                        \
	"SELECT id, account, raw, name, delimiter, role, flags, uidvalidity, uidnext, message_count, unseen, "         \
	"filled_down_to,"                                                                                              \
	" complete, highestmodseq, last_sync, rows, rows_unseen, rows_local, heir_of,"                                 \
	" rights, mailboxid, size IS NOT NULL, size, threads FROM folder WHERE dropped = 0 "                           \
	"AND "

static void read_folder(struct query *q, struct store_folder *f)
{
	int64_t role = db_get_int(q, 5);
	*f = (struct store_folder){
		.id = (uint32_t)db_get_int(q, 0),
		.account = (uint32_t)db_get_int(q, 1),
		.raw = db_dup_text(q, 2),
		.name = db_dup_text(q, 3),
		.delimiter = (char)db_get_int(q, 4),
		.role = role >= ROLE_NONE && role <= ROLE_FLAGGED ? (enum store_role)role : ROLE_NONE,
		.flags = (unsigned)db_get_int(q, 6),
		.uidvalidity = (uint32_t)db_get_int(q, 7),
		.uidnext = (uint32_t)db_get_int(q, 8),
		.exists = (uint32_t)db_get_int(q, 9),
		.unseen = (uint32_t)db_get_int(q, 10),
		.filled_down_to = (uint32_t)db_get_int(q, 11),
		.complete = db_get_int(q, 12),
		.highestmodseq = (uint64_t)db_get_int(q, 13),
		.last_sync = db_get_int(q, 14),
		.rows = (uint32_t)db_get_int(q, 15),
		.rows_unseen = (uint32_t)db_get_int(q, 16),
		.rows_local = (uint32_t)db_get_int(q, 17),
		.heir_of = (uint32_t)db_get_int(q, 18),
		.rights = db_dup_text(q, 19),
		.mailboxid = db_dup_text(q, 20),
		.sized = db_get_int(q, 21),
		.size = (uint64_t)db_get_int(q, 22),
		.threads = (uint32_t)db_get_int(q, 23),
	};
	if (f->complete)
		f->unseen = f->rows_unseen;
}

static int one_folder(struct query *q, struct store_folder *out, struct err *e)
{
	enum db_pull pull = db_pull(q, e);
	if (pull == DB_BAD)
		return -1;
	if (pull == DB_END)
		return err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "no such folder");
	read_folder(q, out);
	db_reset(q);
	return 0;
}

static int many_folders(struct query *q, GPtrArray *out, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct store_folder *f = g_new0(struct store_folder, 1);
		read_folder(q, f);
		g_ptr_array_add(out, f);
	}
	return pull == DB_END ? 0 : -1;
}

static int list_folders(struct db *cache, uint32_t account, GPtrArray *out, struct err *e)
{
	struct query *q = db_query(cache, COLUMNS "account = ? ORDER BY id");
	db_bind_int(q, account);
	return many_folders(q, out, e);
}

int store_folder_get(struct store *st, uint32_t id, struct store_folder *out, struct err *e)
{
	if (store_tally_flush(st, e))
		return -1;
	struct query *q = db_query(st->shelf.cache, COLUMNS "id = ?");
	db_bind_int(q, id);
	return one_folder(q, out, e);
}

int store_folder_find(struct store *st, uint32_t account, struct str raw, struct store_folder *out, struct err *e)
{
	if (store_tally_flush(st, e))
		return -1;
	struct query *q = db_query(st->shelf.cache, COLUMNS "account = ? AND raw = ?");
	db_bind_int(q, account);
	db_bind_blob(q, raw);
	return one_folder(q, out, e);
}

int store_folders(struct store *st, uint32_t account, GPtrArray *out, struct err *e)
{
	return store_tally_flush(st, e) ? -1 : list_folders(st->shelf.cache, account, out, e);
}

int reader_folders(struct store_reader *r, uint32_t account, GPtrArray *out, struct err *e)
{
	return list_folders(r->shelf.cache, account, out, e);
}

int reader_folder(struct store_reader *r, uint32_t account, const char *name, struct store_folder *out, struct err *e)
{
	struct query *q = db_query(r->shelf.cache,
		COLUMNS "account = ?1 AND name = ?2 COLLATE NOCASE ORDER BY name = ?2 DESC, id LIMIT 1");
	db_bind_int(q, account);
	db_bind_cstr(q, name);
	return one_folder(q, out, e);
}

/* --- writing --- */

/* Binds what insert and update have in common, in the order of the columns. */
static void bind_folder(struct query *q, const struct store_folder *f)
{
	db_bind_int(q, f->account);
	db_bind_blob(q, str_of(f->raw));
	db_bind_cstr(q, f->name);
	db_bind_int(q, f->delimiter);
	db_bind_int(q, f->role);
	db_bind_int(q, f->flags);
	db_bind_int(q, f->uidvalidity);
	db_bind_int(q, f->uidnext);
	db_bind_int(q, f->exists);
	db_bind_int(q, f->unseen);
	db_bind_int(q, f->filled_down_to);
	db_bind_int(q, f->complete);
	db_bind_int(q, (int64_t)f->highestmodseq);
	db_bind_int(q, f->last_sync);
	db_bind_cstr(q, f->rights);
	db_bind_cstr(q, f->mailboxid);
	if (f->sized)
		db_bind_int(q, (int64_t)f->size);
	else
		db_bind_cstr(q, NULL);
}

int folder_insert(struct store *st, struct store_folder *f, struct err *e)
{
	struct query *q = db_query(st->shelf.cache,
		"INSERT INTO folder(account, raw, name, delimiter, role, flags, uidvalidity, uidnext, message_count, "
		"unseen,"
		" filled_down_to, complete, highestmodseq, last_sync, rights, mailboxid, size)"
		" VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	bind_folder(q, f);
	if (db_run(q, e))
		return -1;
	int64_t id = db_last_id(st->shelf.cache);
	if (id >= FOLDER_MAX)
		return err_set(e, ERR_FOLDER, ERR_LIMIT, ERR_NEVER, "too many folders");
	f->id = (uint32_t)id;
	return 0;
}

static int update_folder(struct store *st, const struct store_folder *f, struct err *e)
{
	struct query *q = db_query(st->shelf.cache,
		"UPDATE folder SET account=?, raw=?, name=?, delimiter=?, role=?, flags=?, uidvalidity=?, uidnext=?,"
		" message_count=?, unseen=?, filled_down_to=?, complete=?, highestmodseq=?, last_sync=?, rights=?,"
		" mailboxid=?, size=?"
		" WHERE id=? AND dropped=0");
	bind_folder(q, f);
	db_bind_int(q, f->id);
	if (db_run(q, e))
		return -1;
	return db_changes(st->shelf.cache) ? 0 : err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "no such folder");
}

int store_folder_put(struct store *st, struct store_folder *f, struct err *e)
{
	bool own;
	uint32_t before = f->id;
	if (store_enter(st, &own, e))
		return -1;
	int result = store_leave(st, own, f->id ? update_folder(st, f, e) : folder_insert(st, f, e), e);
	if (result)
		f->id = before;
	return result;
}

static int mark_dropped(struct store *st, uint32_t id, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "UPDATE folder SET dropped=? WHERE id=? AND dropped=0");
	db_bind_int(q, FOLDER_TO_SWEEP);
	db_bind_int(q, id);
	if (db_run(q, e))
		return -1;
	return db_changes(st->shelf.cache) ? 0 : err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "no such folder");
}

int store_folder_drop(struct store *st, uint32_t id, struct err *e)
{
	bool own;
	if (store_enter(st, &own, e))
		return -1;
	return store_leave(st, own, mark_dropped(st, id, e) || folder_drop_ancestors(st, id, e) ? -1 : 0, e);
}

/* --- room --- */

/* Not sealed, for it may need all bits; what is damaged is asked again with the next poll. */
static int quota_put(struct store *st, const char *key, uint32_t account, uint64_t value, struct err *e)
{
	g_autofree char *full = g_strdup_printf("quota-%s/%u", key, account);
	struct query *q = db_query(
		st->shelf.cache, "INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value");
	db_bind_cstr(q, full);
	db_bind_int(q, (int64_t)MIN(value, INT64_MAX));
	return db_run(q, e);
}

static int quota_get(struct store *st, const char *key, uint32_t account, int64_t *out, struct err *e)
{
	g_autofree char *full = g_strdup_printf("quota-%s/%u", key, account);
	struct query *q = db_query(st->shelf.cache, "SELECT value FROM meta WHERE key=?");
	*out = 0;
	db_bind_cstr(q, full);
	return db_int(q, out, e) < 0 ? -1 : 0;
}

int store_quota_put(struct store *st, uint32_t account, const struct store_quota *q, struct err *e)
{
	bool own;
	if (store_enter(st, &own, e))
		return -1;
	bool failed = quota_put(st, "used", account, q->used, e) || quota_put(st, "limit", account, q->limit, e) ||
		      quota_put(st, "wall", account, (uint64_t)q->wall, e);
	return store_leave(st, own, failed ? -1 : 0, e);
}

int store_quota_get(struct store *st, uint32_t account, struct store_quota *out, struct err *e)
{
	int64_t used, limit;
	if (quota_get(st, "used", account, &used, e) || quota_get(st, "limit", account, &limit, e) ||
		quota_get(st, "wall", account, &out->wall, e))
		return -1;
	out->used = (uint64_t)used;
	out->limit = (uint64_t)limit;
	return 0;
}

/* --- numbers of a folder --- */

static char *note_key(uint32_t folder, enum store_note what)
{
	static const char *const names[] = { [NOTE_FLOOR] = "floor", [NOTE_FLAGS] = "flags" };
	return g_strdup_printf("%s of %u", names[what], folder);
}

int store_note_get(struct store *st, uint32_t folder, enum store_note what, int64_t *out, struct err *e)
{
	g_autofree char *key = note_key(folder, what);
	return sealed_get(st->shelf.cache, key, out, e);
}

int store_note_put(struct store *st, uint32_t folder, enum store_note what, int64_t value, struct err *e)
{
	bool own;
	g_autofree char *key = note_key(folder, what);
	return store_enter(st, &own, e) ? -1 : store_leave(st, own, sealed_put(st->shelf.cache, key, value, e), e);
}

static int forget_notes(struct store *st, uint32_t folder, struct err *e)
{
	g_autofree char *floor = note_key(folder, NOTE_FLOOR), *flags = note_key(folder, NOTE_FLAGS);
	struct query *q = db_query(st->shelf.cache, "DELETE FROM meta WHERE key IN (?,?)");
	db_bind_cstr(q, floor);
	db_bind_cstr(q, flags);
	return db_run(q, e);
}

/* --- sweeping --- */

static int sweep_places(struct store *st, uint32_t folder, bool *any_out, struct err *e)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	struct query *q =
		db_query(st->shelf.cache, "SELECT key, mid, flags FROM place WHERE key BETWEEN ? AND ? LIMIT ?");
	db_bind_int(q, place_key(folder, 0));
	db_bind_int(q, place_key(folder + 1, 0) - 1);
	db_bind_int(q, SWEEP_BATCH);
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct place p = { db_get_int(q, 0), db_get_int(q, 1), (uint32_t)db_get_int(q, 2) };
		g_array_append_val(places, p);
	}
	*any_out = places->len > 0;
	for (guint i = 0; pull == DB_END && i < places->len; i++)
		if (place_remove(st, &g_array_index(places, struct place, i), e))
			return -1;
	return pull == DB_END ? 0 : -1;
}

static int sweep_folder(struct store *st, uint32_t folder, struct err *e)
{
	bool any;
	if (sweep_places(st, folder, &any, e))
		return -1;
	if (any)
		return 0;
	if (forget_notes(st, folder, e))
		return -1;
	struct query *q = db_query(st->shelf.cache, "DELETE FROM folder WHERE id=?");
	db_bind_int(q, folder);
	return db_run(q, e);
}

int store_sweep(struct store *st, bool *more_out, struct err *e)
{
	bool own;
	int64_t folder = 0;
	int found = db_int(db_query(st->shelf.cache, "SELECT id FROM folder WHERE dropped=1 LIMIT 1"), &folder, e);
	*more_out = found > 0;
	if (found <= 0)
		return found ? -1 : threads_settle(st, more_out, e);
	if (store_enter(st, &own, e))
		return -1;
	return store_leave(st, own, sweep_folder(st, (uint32_t)folder, e), e);
}
