/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders that changed their UIDVALIDITY or their name, and messages known again by what they are. */
#include "store/internal.h"

#include <string.h>

#define ANCESTORS_MAX 8   /* numbers before, whose places still wait */
#define CANDIDATES_MAX 64 /* messages with one Message-ID and date that are looked at */

/* --- a changed UIDVALIDITY --- */

/* The numbers the folder had, newest first, from `first` on. */
static int ancestors(struct db *cache, uint32_t first, GArray *out, struct err *e)
{
	int64_t id = first;
	while (id && out->len < ANCESTORS_MAX) {
		guint32 one = (guint32)id;
		g_array_append_val(out, one);
		struct query *q = db_query(cache, "SELECT heir_of FROM folder WHERE id=?");
		db_bind_int(q, id);
		id = 0;
		if (db_int(q, &id, e) < 0)
			return -1;
	}
	return 0;
}

static int set_dropped(struct store *st, uint32_t id, enum folder_dropped how, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "UPDATE folder SET dropped=? WHERE id=?");
	db_bind_int(q, how);
	db_bind_int(q, id);
	return db_run(q, e);
}

int folder_drop_ancestors(struct store *st, uint32_t id, struct err *e)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint32));
	if (ancestors(st->shelf.cache, id, ids, e))
		return -1;
	for (guint i = 1; i < ids->len; i++)
		if (set_dropped(st, g_array_index(ids, guint32, i), FOLDER_TO_SWEEP, e))
			return -1;
	return 0;
}

/* What is on its way into the folder is so under its new number too. */
static int take_local_places(struct store *st, uint32_t from, uint32_t to, struct err *e)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct place));
	struct query *q = db_query(st->shelf.cache, "SELECT key, mid, flags FROM place WHERE key BETWEEN ? AND ?");
	enum db_pull pull;
	db_bind_int(q, place_key(from, 0) | PLACE_LOCAL);
	db_bind_int(q, place_key(from + 1, 0) - 1);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct place p = { db_get_int(q, 0), db_get_int(q, 1), (uint32_t)db_get_int(q, 2) };
		g_array_append_val(places, p);
	}
	for (guint i = 0; pull == DB_END && i < places->len; i++) {
		struct place *p = &g_array_index(places, struct place, i);
		if (place_rekey(st, p, place_key(to, (uint32_t)p->key) | PLACE_LOCAL, e))
			return -1;
	}
	return pull == DB_END ? 0 : -1;
}

static int set_heir(struct store *st, uint32_t id, uint32_t heir_of, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "UPDATE folder SET heir_of=? WHERE id=?");
	db_bind_int(q, heir_of);
	db_bind_int(q, id);
	return db_run(q, e);
}

static int renumber(struct store *st, uint32_t old, struct store_folder *fresh, struct err *e)
{
	if (set_dropped(st, old, FOLDER_AWAITS_HEIR, e) || folder_insert(st, fresh, e) ||
		set_heir(st, fresh->id, old, e))
		return -1;
	return take_local_places(st, old, fresh->id, e);
}

/* Under a new number, for no window, request or late answer may take new places for old ones. */
int store_folder_renumber(struct store *st, struct store_folder *f, uint32_t uidvalidity, struct err *e)
{
	bool own;
	struct store_folder fresh = *f;
	fresh.heir_of = f->id;
	fresh.uidvalidity = uidvalidity;
	fresh.uidnext = fresh.rows = fresh.rows_local = fresh.rows_unseen = fresh.threads = fresh.filled_down_to = 0;
	fresh.complete = false;
	fresh.highestmodseq = 0;
	fresh.last_sync = 0;
	if (store_enter(st, &own, e) || store_leave(st, own, renumber(st, f->id, &fresh, e), e))
		return -1;
	*f = fresh;
	return 0;
}

static int end_rekey(struct store *st, uint32_t id, struct err *e)
{
	return folder_drop_ancestors(st, id, e) || set_heir(st, id, 0, e) ? -1 : 0;
}

int store_rekey_end(struct store *st, struct store_folder *f, struct err *e)
{
	bool own;
	if (!f->heir_of)
		return 0;
	if (store_enter(st, &own, e) || store_leave(st, own, end_rekey(st, f->id, e), e))
		return -1;
	f->heir_of = 0;
	return 0;
}

/* --- what a message is --- */

struct identity {
	const char *msgid;
	uint64_t size;
	int64_t lo, hi; /* mids of its date */
};

static struct identity identity_of(const char *msgid, uint64_t size, int64_t received)
{
	struct identity id = { .msgid = msgid && *msgid ? msgid : NULL, .size = size };
	mid_range(received, &id.lo, &id.hi);
	return id;
}

/* Mids with a Message-ID (by its hash, ?1) and a date (?2 to ?3). */
#define BY_IDENTITY                                                                                                    \
	"(SELECT mid FROM message_id WHERE hash=?1 AND mid BETWEEN ?2 AND ?3 UNION ALL"                                \
	" SELECT mid FROM message_id_new WHERE mid BETWEEN ?2 AND ?3 AND hash=?1 LIMIT ?4) i"

static void bind_identity(struct query *q, const struct identity *id)
{
	db_bind_int(q, msgid_hash(str_of(id->msgid)));
	db_bind_int(q, id->lo);
	db_bind_int(q, id->hi);
	db_bind_int(q, CANDIDATES_MAX);
	db_bind_int(q, (int64_t)MIN(id->size, (uint64_t)INT64_MAX));
	db_bind_cstr(q, id->msgid);
}

/* Without a Message-ID, one alone may fit. */
static struct query *nameless_query(struct db *cache, const struct identity *id, uint32_t folder)
{
	struct query *q =
		db_query(cache, "SELECT p.key FROM (SELECT key, mid, size FROM place WHERE folder=?1 AND mid BETWEEN "
				"?2 AND ?3 LIMIT ?4) p"
				" CROSS JOIN message m ON m.mid=p.mid AND m.msgid IS NULL WHERE p.size=?5 LIMIT 2");
	db_bind_int(q, folder);
	db_bind_int(q, id->lo);
	db_bind_int(q, id->hi);
	db_bind_int(q, CANDIDATES_MAX);
	db_bind_int(q, (int64_t)MIN(id->size, (uint64_t)INT64_MAX));
	return q;
}

static struct query *named_query(struct db *cache, const struct identity *id, uint32_t folder)
{
	struct query *q = db_query(cache,
		"SELECT p.key FROM " BY_IDENTITY " CROSS JOIN place p ON p.folder=?7 AND p.mid=i.mid AND p.size=?5"
		" CROSS JOIN message m ON m.mid=p.mid AND m.msgid=?6 LIMIT 1");
	bind_identity(q, id);
	db_bind_int(q, folder);
	return q;
}

/* 1, 0: no such place, -1. */
static int find_in_folder(
	struct db *cache, const struct identity *id, uint32_t folder, struct place *out, struct err *e)
{
	struct query *q = id->msgid ? named_query(cache, id, folder) : nameless_query(cache, id, folder);
	enum db_pull pull;
	int64_t key = 0;
	unsigned found = 0;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		key = db_get_int(q, 0);
		found++;
	}
	if (pull == DB_BAD || found != 1)
		return pull == DB_BAD ? -1 : 0;
	return place_find(cache, key, out, e);
}

static int find_ancestor_place(
	struct db *cache, const struct store_folder *f, const struct identity *id, struct place *out, struct err *e)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint32));
	int found = ancestors(cache, f->heir_of, ids, e);
	for (guint i = 0; !found && i < ids->len; i++)
		found = find_in_folder(cache, id, g_array_index(ids, guint32, i), out, e);
	return found;
}

static int rekey(struct store *st, const struct store_folder *f, int64_t key, const struct identity *id, uint32_t flags,
	const GPtrArray *keywords, bool *found_out, struct err *e)
{
	struct place p;
	int there = place_find(st->shelf.cache, key, &p, e);
	int found = there ? there : find_ancestor_place(st->shelf.cache, f, id, &p, e);
	if (found <= 0)
		return found;
	if (!there && place_rekey(st, &p, key, e))
		return -1;
	*found_out = true;
	return place_set_flags(st, &p, flags, keywords, NULL, e);
}

int store_rekey(struct store *st, const struct store_folder *f, uint32_t uid, const char *msgid, uint64_t size,
	int64_t received, uint32_t flags, const GPtrArray *keywords, bool *found_out, struct err *e)
{
	bool own;
	struct identity id = identity_of(msgid, size, received);
	*found_out = false;
	if (!uid)
		return err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "a place without a UID");
	if (store_enter(st, &own, e))
		return -1;
	int result = store_leave(st, own, rekey(st, f, place_key(f->id, uid), &id, flags, keywords, found_out, e), e);
	*found_out = *found_out && !result;
	return result;
}

int store_same_message(struct store *st, uint32_t account, const char *msgid, uint64_t size, int64_t received,
	int64_t *mid_out, struct err *e)
{
	struct identity id = identity_of(msgid, size, received);
	*mid_out = 0;
	if (!id.msgid)
		return 0;
	struct query *q = db_query(st->shelf.cache,
		"SELECT p.mid FROM " BY_IDENTITY " CROSS JOIN message m ON m.mid=i.mid AND m.msgid=?6"
		" CROSS JOIN folder f ON f.account=?7"
		" CROSS JOIN place p ON p.folder=f.id AND p.mid=i.mid AND p.size=?5"
		" LIMIT 1");
	bind_identity(q, &id);
	db_bind_int(q, account);
	return db_int(q, mid_out, e) < 0 ? -1 : 0;
}

int store_email_find(struct store *st, uint32_t account, const char *emailid, int64_t *mid_out, struct err *e)
{
	struct query *q = db_query(st->shelf.cache,
		"SELECT i.mid FROM email_id i JOIN message m ON m.mid=i.mid WHERE i.account=? AND i.id=?");
	*mid_out = 0;
	db_bind_int(q, account);
	db_bind_cstr(q, emailid);
	return db_int(q, mid_out, e) < 0 ? -1 : 0;
}

int store_email_put(
	struct store *st, uint32_t account, uint32_t folder, uint32_t uid, const char *emailid, struct err *e)
{
	bool own;
	if (store_enter(st, &own, e))
		return -1;
	struct query *q = db_query(st->shelf.cache,
		"INSERT OR IGNORE INTO email_id(mid, account, id) SELECT mid, ?, ? FROM place WHERE key=?");
	db_bind_int(q, account);
	db_bind_cstr(q, emailid);
	db_bind_int(q, place_key(folder, uid));
	return store_leave(st, own, db_run(q, e), e);
}

/* --- a changed name --- */

static int set_name(struct store *st, uint32_t id, const char *raw, const char *name, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "UPDATE folder SET raw=?, name=? WHERE id=?");
	db_bind_blob(q, str_of(raw));
	db_bind_cstr(q, name);
	db_bind_int(q, id);
	return db_run(q, e);
}

/* Was that name met on the server meanwhile? Then this folder is what it stands for. */
static int make_room(struct store *st, uint32_t account, uint32_t id, const char *raw, struct err *e)
{
	int64_t other = 0;
	struct query *q =
		db_query(st->shelf.cache, "SELECT id FROM folder WHERE account=? AND raw=? AND dropped=0 AND id<>?");
	db_bind_int(q, account);
	db_bind_blob(q, str_of(raw));
	db_bind_int(q, id);
	int found = db_int(q, &other, e);
	return found > 0 ? set_dropped(st, (uint32_t)other, FOLDER_TO_SWEEP, e) : found;
}

static bool is_below(const char *name, const char *top, char delimiter)
{
	size_t n = strlen(top);
	return delimiter && !strncmp(name, top, n) && name[n] == delimiter;
}

static int rename_one(struct store *st, const struct store_folder *f, const struct store_folder *top, const char *raw,
	const char *name, struct err *e)
{
	g_autofree char *new_raw = g_strconcat(raw, f->raw + strlen(top->raw), NULL);
	g_autofree char *new_name = is_below(f->name, top->name, '/') || !strcmp(f->name, top->name)
					    ? g_strconcat(name, f->name + strlen(top->name), NULL)
					    : g_strdup(f->name);
	return make_room(st, f->account, f->id, new_raw, e) || set_name(st, f->id, new_raw, new_name, e) ? -1 : 0;
}

static int rename_all(
	struct store *st, const struct store_folder *top, const char *raw, const char *name, struct err *e)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	if (rename_one(st, top, top, raw, name, e) || store_folders(st, top->account, all, e))
		return -1;
	for (guint i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		if (f->id != top->id && is_below(f->raw, top->raw, top->delimiter) &&
			rename_one(st, f, top, raw, name, e))
			return -1;
	}
	return 0;
}

int store_folder_name(struct store *st, uint32_t id, const char *raw, const char *name, struct err *e)
{
	bool own;
	struct store_folder top = { 0 };
	if (store_enter(st, &own, e))
		return -1;
	int result = store_folder_get(st, id, &top, e);
	result = store_leave(st, own, result ? -1 : rename_all(st, &top, raw, name, e), e);
	store_folder_clear(&top);
	return result;
}
