/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include "base/clock.h"

/* --- values --- */

static void item_free(void *item)
{
	struct store_change_item *i = item;
	g_free(i->msgid);
	g_clear_pointer(&i->keywords_before, g_ptr_array_unref);
	g_free(i);
}

struct store_change *store_change_new(enum change_op op, uint32_t account)
{
	struct store_change *c = g_new0(struct store_change, 1);
	c->op = op;
	c->account = account;
	c->items = g_ptr_array_new_with_free_func(item_free);
	return c;
}

void store_change_free(struct store_change *c)
{
	if (!c)
		return;
	char *const strings[] = { c->folder, c->target, c->path, c->sha256, c->owner, c->error, c->server };
	for (size_t i = 0; i < G_N_ELEMENTS(strings); i++)
		g_free(strings[i]);
	g_clear_pointer(&c->add_keywords, g_ptr_array_unref);
	g_clear_pointer(&c->remove_keywords, g_ptr_array_unref);
	g_ptr_array_unref(c->items);
	g_free(c);
}

static void free_change(void *change)
{
	store_change_free(change);
}

GPtrArray *store_changes_new(void)
{
	return g_ptr_array_new_with_free_func(free_change);
}

struct store_change_item *store_change_item_add(struct store_change *c)
{
	struct store_change_item *item = g_new0(struct store_change_item, 1);
	g_ptr_array_add(c->items, item);
	return item;
}

static int no_change(struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "no such change");
}

/* --- the marks: ids given, and how many wait --- */

static int highest_ids(struct db *state, int64_t *request_out, int64_t *item_out, struct err *e)
{
	return sealed_highest(state, "request_ids", "SELECT max(id) FROM request", request_out, e) ||
			       sealed_highest(state, "item_ids", "SELECT max(id) FROM request_item", item_out, e)
		       ? -1
		       : 0;
}

static int count_waiting(struct db *state, int64_t *out, struct err *e)
{
	*out = 0;
	return db_int(db_query(state, "SELECT count(*) FROM request INDEXED BY request_waiting WHERE " REQUEST_WAITS),
		       out, e) < 0
		       ? -1
		       : 0;
}

int changes_mark_get(struct db *state, struct changes_mark *out, struct err *e)
{
	return sealed_get(state, "request_ids", &out->made, e) || sealed_get(state, "waiting", &out->waiting, e) ? -1
														 : 0;
}

int changes_mark_renew(struct db *state, struct err *e)
{
	int64_t waiting;
	return count_waiting(state, &waiting, e) || sealed_put(state, "waiting", waiting, e) ? -1 : 0;
}

/* Ends a transaction on the state, and on success notes in the cache what it came to. */
static int finish(struct store *st, int result, struct err *e)
{
	struct changes_mark mark;
	if (db_end(st->shelf.state, result, e))
		return -1;
	if (!changes_mark_get(st->shelf.state, &mark, NULL))
		changes_mark_copy(st, &mark);
	return 0;
}

/* --- writing --- */

static int give_ids(struct db *state, GPtrArray *changes, struct err *e)
{
	int64_t request, item;
	uint32_t group = 0;
	if (highest_ids(state, &request, &item, e))
		return -1;
	for (guint i = 0; i < changes->len; i++) {
		struct store_change *c = changes->pdata[i];
		if (!c->id) {
			c->id = (uint32_t)++request;
			group = group ? group : c->id;
			c->group = c->group ? c->group : group;
			c->made = c->made ? c->made : clock_wall();
		}
		for (guint k = 0; k < c->items->len; k++) {
			struct store_change_item *one = c->items->pdata[k];
			one->id = one->id ? one->id : (uint32_t)++item;
		}
	}
	if (request > UINT32_MAX || item > UINT32_MAX)
		return err_set(e, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, "too many changes");
	return sealed_put(state, "request_ids", request, e) || sealed_put(state, "item_ids", item, e) ? -1 : 0;
}

/* What stands there may be another process's word: c becomes what may be written over it. */
static int respect(struct db *state, struct store_change *c, bool *there_out, struct err *e)
{
	struct query *q = db_query(state, "SELECT state, undone_by FROM request WHERE id=?");
	db_bind_int(q, c->id);
	enum db_pull pull = db_pull(q, e);
	*there_out = pull == DB_ITEM;
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	int64_t before = db_get_int(q, 0);
	if (!c->undone_by)
		c->undone_by = (uint32_t)db_get_int(q, 1);
	db_reset(q);
	if (before == CHANGE_UNDONE && c->state != CHANGE_UNDONE)
		return err_set(e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER, "change %u was taken back", c->id);
	if ((before == CHANGE_BEGUN || before == CHANGE_DONE) && c->state == CHANGE_UNDONE)
		return err_set(e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER, "change %u has begun", c->id);
	return 0;
}

static int clear_items(struct db *state, uint32_t request, struct err *e)
{
	struct query *q = db_query(state, "DELETE FROM request_item WHERE request=?");
	db_bind_int(q, request);
	return db_run(q, e);
}

static int put_change(struct db *state, struct store_change *c, struct err *e)
{
	bool there;
	if (respect(state, c, &there, e) || request_write(state, c, e))
		return -1;
	if (there && clear_items(state, c->id, e))
		return -1;
	for (guint i = 0; i < c->items->len; i++)
		if (item_write(state, c->id, c->items->pdata[i], e))
			return -1;
	return 0;
}

static int put_changes(struct db *state, GPtrArray *changes, struct err *e)
{
	if (give_ids(state, changes, e))
		return -1;
	for (guint i = 0; i < changes->len; i++)
		if (put_change(state, changes->pdata[i], e))
			return -1;
	return changes_mark_renew(state, e);
}

/* What a transaction that failed gave is taken back: old holds the ids and groups from before. */
static void restore_ids(GPtrArray *changes, const GArray *old)
{
	guint at = 0;
	for (guint i = 0; i < changes->len; i++) {
		struct store_change *c = changes->pdata[i];
		c->id = g_array_index(old, guint32, at++);
		c->group = g_array_index(old, guint32, at++);
		for (guint k = 0; k < c->items->len; k++) {
			struct store_change_item *item = c->items->pdata[k];
			item->id = g_array_index(old, guint32, at++);
			item->kept = 0;
		}
	}
}

static GArray *remember_ids(GPtrArray *changes)
{
	GArray *old = g_array_new(FALSE, FALSE, sizeof(guint32));
	for (guint i = 0; i < changes->len; i++) {
		struct store_change *c = changes->pdata[i];
		g_array_append_val(old, c->id);
		g_array_append_val(old, c->group);
		for (guint k = 0; k < c->items->len; k++)
			g_array_append_val(old, ((struct store_change_item *)c->items->pdata[k])->id);
	}
	return old;
}

int store_changes_put(struct store *st, GPtrArray *changes, struct err *e)
{
	g_autoptr(GArray) old = remember_ids(changes);
	if (db_begin(st->shelf.state, e))
		return -1;
	int result = finish(st, put_changes(st->shelf.state, changes, e), e);
	if (result)
		restore_ids(changes, old);
	return result;
}

int store_change_put(struct store *st, struct store_change *c, struct err *e)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_ptr_array_add(one, c);
	return store_changes_put(st, one, e);
}

static int put_step(struct db *state, const struct store_change *c, struct err *e)
{
	bool there;
	struct store_change now = *c;
	if (respect(state, &now, &there, e))
		return -1;
	if (!there)
		return no_change(e);
	return request_write(state, &now, e) || changes_mark_renew(state, e) ? -1 : 0;
}

int store_change_step(struct store *st, const struct store_change *c, struct err *e)
{
	return db_begin(st->shelf.state, e) ? -1 : finish(st, put_step(st->shelf.state, c, e), e);
}

static int put_items(struct db *state, const struct store_change *c, struct err *e)
{
	for (guint i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		if (!item->id)
			return err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "an item without an id");
		if (!item_is_kept(item) && item_write(state, c->id, item, e))
			return -1;
	}
	return 0;
}

int store_change_items(struct store *st, const struct store_change *c, struct err *e)
{
	if (db_begin(st->shelf.state, e))
		return -1;
	int result = db_end(st->shelf.state, put_items(st->shelf.state, c, e), e);
	for (guint i = 0; result && i < c->items->len; i++)
		((struct store_change_item *)c->items->pdata[i])->kept = 0;
	return result;
}

/* --- reading --- */

static int read_items(struct db *state, struct store_change *c, unsigned items, struct damage *found, struct err *e)
{
	enum db_pull pull;
	struct query *q =
		db_query(state, "SELECT " ITEM_COLUMNS " FROM request_item i WHERE i.request=? ORDER BY i.id");
	db_bind_int(q, c->id);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t id = db_get_int(q, 0);
		if (!item_read(q, c))
			g_array_append_val(found->ids[DAMAGED_ITEM], id);
	}
	found->missing += items > c->items->len ? items - c->items->len : 0;
	return pull == DB_END ? 0 : -1;
}

int requests_read(struct db *state, struct query *q, GPtrArray *out, struct damage *found, struct err *e)
{
	guint from = out->len;
	enum db_pull pull;
	g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(unsigned));
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		unsigned items;
		int64_t id = db_get_int(q, 0);
		struct store_change *c = request_read(q, &items);
		if (c) {
			g_ptr_array_add(out, c);
			g_array_append_val(counts, items);
		} else {
			g_array_append_val(found->ids[DAMAGED_REQUEST], id);
		}
	}
	for (guint i = 0; pull == DB_END && i < counts->len; i++)
		if (read_items(state, out->pdata[from + i], g_array_index(counts, unsigned, i), found, e))
			return -1;
	return pull == DB_END ? 0 : -1;
}

/* The writer's way: what is damaged is set aside, and the rest is the answer. */
static int read_and_mend(struct store *st, struct query *q, GPtrArray *out, struct err *e)
{
	struct damage found;
	damage_init(&found);
	int result = requests_read(st->shelf.state, q, out, &found, e);
	if (!result)
		result = damage_quarantine(st, &found, e);
	damage_clear(&found);
	return result;
}

static int get_one(struct store *st, struct query *q, struct store_change **out, struct err *e)
{
	g_autoptr(GPtrArray) found = store_changes_new();
	*out = NULL;
	if (read_and_mend(st, q, found, e))
		return -1;
	if (!found->len)
		return no_change(e);
	*out = g_ptr_array_steal_index(found, 0);
	return 0;
}

int store_change_get(struct store *st, uint32_t id, struct store_change **out, struct err *e)
{
	struct query *q = db_query(st->shelf.state, "SELECT " REQUEST_COLUMNS " FROM request r WHERE r.id=?");
	db_bind_int(q, id);
	return get_one(st, q, out, e);
}

int store_change_of_item(struct store *st, uint32_t item, struct store_change **out, struct err *e)
{
	struct query *q = db_query(st->shelf.state,
		"SELECT " REQUEST_COLUMNS " FROM request r WHERE r.id=(SELECT request FROM request_item WHERE id=?)");
	db_bind_int(q, item);
	return get_one(st, q, out, e);
}

int store_change_paths(struct store *st, GHashTable *out, struct err *e)
{
	enum db_pull pull;
	/* States done and undone come first, and are replaced by any other. */
	G_STATIC_ASSERT(CHANGE_DONE == 2 && CHANGE_UNDONE == 5);
	struct query *q = db_query(
		st->shelf.state, "SELECT path, state FROM request WHERE path NOT NULL ORDER BY state NOT IN (2, 5)");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		char *path = db_dup_text(q, 0);
		g_hash_table_insert(out, path, GINT_TO_POINTER((int)db_get_int(q, 1)));
	}
	return pull == DB_END ? 0 : -1;
}

int store_changes_open(struct store *st, uint32_t account, GPtrArray *out, struct err *e)
{
	guint from = out->len;
	struct query *q = db_query(st->shelf.state,
		"SELECT " REQUEST_COLUMNS " FROM " REQUESTS_WAITING(
			" AND (?1=0 OR account=?1)") " CROSS JOIN request r ON r.id=w.id ORDER BY r.id");
	db_bind_int(q, account);
	if (read_and_mend(st, q, out, e))
		return -1;
	for (guint i = out->len; i-- > from;)
		if (((struct store_change *)out->pdata[i])->state == CHANGE_PARKED)
			g_ptr_array_remove_index(out, i);
	return 0;
}

int store_changes_group(struct store *st, uint32_t group, GPtrArray *out, struct err *e)
{
	struct query *q =
		db_query(st->shelf.state, "SELECT " REQUEST_COLUMNS " FROM request r WHERE r.batch=? ORDER BY r.id");
	db_bind_int(q, group);
	return read_and_mend(st, q, out, e);
}

int store_changes_undoable(struct store *st, unsigned n, GArray *groups_out, struct err *e)
{
	/* States open, begun and done; the operations 3, 6.. are those of enum change_op. */
	G_STATIC_ASSERT(CHANGE_EXPUNGE == 3 && CHANGE_DELETE == 7 && CHANGE_EMPTY == 10 && CHANGE_SYNC == 11);
	struct query *q =
		db_query(st->shelf.state, "SELECT batch FROM request WHERE undone_by=0 AND undoes=0 AND op<>11"
					  " AND (state=0 OR (state IN (1, 2) AND op NOT IN (3, 7, 10)))"
					  " GROUP BY batch ORDER BY batch DESC LIMIT ?");
	enum db_pull pull;
	db_bind_int(q, n);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		guint32 group = (guint32)db_get_int(q, 0);
		g_array_append_val(groups_out, group);
	}
	return pull == DB_END ? 0 : -1;
}

static int local_find(struct db *state, uint32_t item, uint32_t *uid_out, enum change_state *state_out, struct err *e)
{
	struct query *q = db_query(
		state, "SELECT " ITEM_COLUMNS " FROM request_item i JOIN request r ON r.id=i.request WHERE i.id=?");
	struct store_change *c = store_change_new(CHANGE_FLAG, 0);
	db_bind_int(q, item);
	enum db_pull pull = db_pull(q, e);
	bool sound = false;
	if (pull == DB_ITEM) {
		c->id = (uint32_t)db_get_int(q, 1);
		sound = item_read(q, c);
		db_reset(q);
	}
	if (sound) {
		const struct store_change_item *found = c->items->pdata[0];
		*uid_out = found->target_uid;
		*state_out = found->state;
	}
	store_change_free(c);
	if (pull == DB_BAD || sound)
		return sound ? 0 : -1;
	return no_change(e);
}

int store_change_local(struct store *st, uint32_t item, uint32_t *uid_out, enum change_state *state_out, struct err *e)
{
	return local_find(st->shelf.state, item, uid_out, state_out, e);
}

int reader_change_local(
	struct store_reader *r, uint32_t item, uint32_t *uid_out, enum change_state *state_out, struct err *e)
{
	return local_find(r->shelf.state, item, uid_out, state_out, e);
}

int store_state_version(struct store *st, int64_t *version_out, struct err *e)
{
	return db_changed(st->shelf.state, version_out, e);
}

/* --- the reader's side --- */

int reader_changes(struct store_reader *r, bool all, unsigned most, GPtrArray *out, struct err *e)
{
	struct db *state = r->shelf.state;
	struct damage found;
	struct query *q =
		all ? db_query(state, "SELECT " REQUEST_COLUMNS " FROM request r ORDER BY r.id DESC LIMIT ?")
		    : db_query(state, "SELECT " REQUEST_COLUMNS " FROM " REQUESTS_WAITING(
					      "") " CROSS JOIN request r ON r.id=w.id ORDER BY r.id DESC LIMIT ?");
	db_bind_int(q, most ? (int64_t)most : -1);
	damage_init(&found);
	int result = requests_read(state, q, out, &found, e);
	/* The writer sets it aside at the next start. */
	if (damage_any(&found))
		db_mark_bad(state);
	damage_clear(&found);
	return result;
}

/* One move: where this UID, or this place without one, went. */
struct hop {
	uint32_t request, item, uidvalidity, uid;
	char *folder;
};

static int take_hop(struct query *q, struct hop *at, struct err *e)
{
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	g_free(at->folder);
	at->request = (uint32_t)db_get_int(q, 0);
	at->item = (uint32_t)db_get_int(q, 1);
	at->folder = db_dup_text(q, 2);
	at->uidvalidity = (uint32_t)db_get_int(q, 3);
	at->uid = (uint32_t)db_get_int(q, 4);
	db_reset(q);
	return 1;
}

#define HOP                                                                                                            \
	"SELECT r.id, i.id, r.target, r.target_uidvalidity, i.target_uid FROM request_item i CROSS JOIN request r ON"  \
	" r.id=i.request AND r.op=1 AND r.state<>3 AND r.state<>5 AND i.state<>3 AND r.account=?1 AND r.id>?2"
G_STATIC_ASSERT(CHANGE_MOVE == 1 && CHANGE_FAILED == 3 && CHANGE_UNDONE == 5);

static int hop_from_uid(struct db *state, uint32_t account, struct hop *at, struct err *e)
{
	struct query *q = db_query(state, HOP " WHERE i.uid>0 AND i.uid=?3 AND r.folder=?4 AND r.uidvalidity=?5"
					      " ORDER BY r.id LIMIT 1");
	db_bind_int(q, account);
	db_bind_int(q, at->request);
	db_bind_int(q, at->uid);
	db_bind_blob(q, str_of(at->folder));
	db_bind_int(q, at->uidvalidity);
	return take_hop(q, at, e);
}

static int hop_from_local(struct db *state, uint32_t account, struct hop *at, struct err *e)
{
	struct query *q = db_query(state, HOP " WHERE i.local>0 AND i.local=?3 ORDER BY r.id LIMIT 1");
	db_bind_int(q, account);
	db_bind_int(q, at->request);
	db_bind_int(q, at->item);
	return take_hop(q, at, e);
}

/* Every hop is a later change, so that this ends. */
int reader_moved_to(struct store_reader *r, uint32_t account, const char *folder, uint32_t uidvalidity, uint32_t uid,
	char **folder_out, uint32_t *uid_out, struct err *e)
{
	struct db *state = r->shelf.state;
	struct hop at = { .uidvalidity = uidvalidity, .uid = uid, .folder = g_strdup(folder) };
	int hopped = hop_from_uid(state, account, &at, e);
	bool found = hopped > 0;
	while (hopped > 0) {
		hopped = hop_from_local(state, account, &at, e);
		if (!hopped && at.uid)
			hopped = hop_from_uid(state, account, &at, e);
	}
	*folder_out = NULL;
	if (found && !hopped) {
		*folder_out = g_steal_pointer(&at.folder);
		*uid_out = at.uid;
		return 0;
	}
	g_free(at.folder);
	return hopped < 0 ? -1 : err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "not moved");
}

/* --- sweeping --- */

static int sweep(struct db *state, int64_t older_than, struct err *e)
{
	struct query *q =
		db_query(state, "DELETE FROM request_item WHERE request IN"
				" (SELECT id FROM request WHERE NOT " REQUEST_WAITS " AND ended>0 AND ended<?)");
	db_bind_int(q, older_than);
	if (db_run(q, e))
		return -1;
	q = db_query(state, "DELETE FROM request WHERE NOT " REQUEST_WAITS " AND ended>0 AND ended<?");
	db_bind_int(q, older_than);
	return db_run(q, e);
}

int store_changes_sweep(struct store *st, int64_t older_than_wall, struct err *e)
{
	struct db *state = st->shelf.state;
	return db_begin(state, e) ? -1 : finish(st, sweep(state, older_than_wall, e), e);
}
