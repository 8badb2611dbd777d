/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include "base/clock.h"
#include "base/log.h"

void damage_init(struct damage *d)
{
	*d = (struct damage){
		.requests = g_array_new(FALSE, FALSE, sizeof(gint64)),
		.items = g_array_new(FALSE, FALSE, sizeof(gint64)),
	};
}

void damage_clear(struct damage *d)
{
	g_array_unref(d->requests);
	g_array_unref(d->items);
	*d = (struct damage){ 0 };
}

void damage_note(struct store *st, char *text)
{
	log_line(LOG_ERROR, "%s", text);
	char *both = st->notice ? g_strconcat(st->notice, "; ", text, NULL) : g_strdup(text);
	g_free(st->notice);
	g_free(text);
	st->notice = both;
}

/* --- setting aside --- */

/* Every column as SQL would write it: bytes that are damaged are kept as they are. */
#define REQUEST_AS_TEXT                                                                                                \
	"quote(id)||','||quote(account)||','||quote(op)||','||quote(state)||','||quote(folder)||','||quote(target)"    \
	"||','||quote(uidvalidity)||','||quote(target_uidnext)||','||quote(target_uidvalidity)||','||quote(added)"     \
	"||','||quote(removed)||','||quote(added_keywords)||','||quote(removed_keywords)||','||quote(path)"            \
	"||','||quote(size)||','||quote(sha256)||','||quote(step)||','||quote(undoes)||','||quote(undone_by)"          \
	"||','||quote(batch)||','||quote(made)||','||quote(tried)||','||quote(ended)||','||quote(attempts)"            \
	"||','||quote(owner)||','||quote(error)||','||quote(server)||','||quote(person)||','||quote(items)"            \
	"||','||quote(sum)"
#define ITEM_AS_TEXT                                                                                                   \
	"quote(id)||','||quote(request)||','||quote(uid)||','||quote(local)||','||quote(size)||','||quote(received)"   \
	"||','||quote(msgid)||','||quote(flags_before)||','||quote(keywords_before)||','||quote(target_uid)"           \
	"||','||quote(state)||','||quote(sum)"

static int run_with(struct query *q, int64_t wall, int64_t id, struct err *e)
{
	if (wall)
		db_bind_int(q, wall);
	db_bind_int(q, id);
	return db_run(q, e);
}

static int set_item_aside(struct db *state, int64_t id, struct err *e)
{
	struct query *q = db_query(state, "INSERT INTO damaged(wall, what, row) SELECT ?, 'request_item', " ITEM_AS_TEXT
					  " FROM request_item WHERE id=?");
	if (run_with(q, clock_wall(), id, e))
		return -1;
	return run_with(db_query(state, "DELETE FROM request_item WHERE id=?"), 0, id, e);
}

/* Its items can do nothing without it. */
static int set_request_aside(struct db *state, int64_t id, struct err *e)
{
	struct query *q = db_query(state, "INSERT INTO damaged(wall, what, row) SELECT ?, 'request', " REQUEST_AS_TEXT
					  " FROM request WHERE id=?");
	if (run_with(q, clock_wall(), id, e))
		return -1;
	q = db_query(state, "INSERT INTO damaged(wall, what, row) SELECT ?, 'request_item', " ITEM_AS_TEXT
			    " FROM request_item WHERE request=?");
	if (run_with(q, clock_wall(), id, e))
		return -1;
	if (run_with(db_query(state, "DELETE FROM request_item WHERE request=?"), 0, id, e))
		return -1;
	return run_with(db_query(state, "DELETE FROM request WHERE id=?"), 0, id, e);
}

/* Those that wait, found by their index, and their items. */
static int read_waiting(struct db *state, GPtrArray *out, struct damage *found, struct err *e)
{
	struct query *q = db_query(
		state, "SELECT " REQUEST_COLUMNS " FROM " REQUESTS_WAITING("") " CROSS JOIN request r ON r.id=w.id");
	return requests_read(state, q, out, found, e);
}

/* What is missing is told once: from now on what is there is all. */
static int accept(struct db *state, struct err *e)
{
	struct damage found;
	g_autoptr(GPtrArray) waiting = store_changes_new();
	damage_init(&found);
	int result = read_waiting(state, waiting, &found, e);
	damage_clear(&found);
	for (guint i = 0; !result && i < waiting->len; i++)
		result = request_write(state, waiting->pdata[i], e);
	return result ? -1 : changes_mark_renew(state, e);
}

static int set_all_aside(struct db *state, const struct damage *d, struct err *e)
{
	for (guint i = 0; i < d->items->len; i++)
		if (set_item_aside(state, g_array_index(d->items, gint64, i), e))
			return -1;
	for (guint i = 0; i < d->requests->len; i++)
		if (set_request_aside(state, g_array_index(d->requests, gint64, i), e))
			return -1;
	return accept(state, e);
}

static void tell_damaged(struct store *st, const struct damage *d)
{
	damage_note(
		st, g_strdup_printf("the state was damaged: %u changes and %u messages of changes cannot be trusted,"
				    " are set aside and not carried out",
			    d->requests->len, d->items->len));
}

int damage_quarantine(struct store *st, const struct damage *d, struct err *e)
{
	struct db *state = st->shelf.state;
	if (!d->requests->len && !d->items->len)
		return 0;
	if (db_begin(state, e) || db_end(state, set_all_aside(state, d, e), e))
		return -1;
	tell_damaged(st, d);
	return 0;
}

/* --- looking --- */

int damage_find_all(struct db *state, struct damage *found, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(state, "SELECT " REQUEST_COLUMNS " FROM request r");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		unsigned items;
		int64_t id = db_get_int(q, 0);
		struct store_change *c = request_read(q, &items);
		if (!c)
			g_array_append_val(found->requests, id);
		store_change_free(c);
	}
	if (pull == DB_BAD)
		return -1;
	struct store_change *c = store_change_new(CHANGE_FLAG, 0);
	q = db_query(state, "SELECT " ITEM_COLUMNS " FROM request_item i");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t id = db_get_int(q, 0);
		c->id = (uint32_t)db_get_int(q, 1);
		if (!item_read(q, c))
			g_array_append_val(found->items, id);
		g_ptr_array_set_size(c->items, 0);
	}
	store_change_free(c);
	return pull == DB_END ? 0 : -1;
}

static void tell_missing(struct store *st, int64_t should, unsigned there, unsigned items)
{
	damage_note(st, g_strdup_printf("the state was damaged: of %u changes that had not reached the server %u are"
					" there, and %u messages of them are missing",
				(unsigned)should, there, items));
}

static int look(struct store *st, bool thorough, GPtrArray *waiting, struct damage *found, struct err *e)
{
	struct changes_mark mark;
	struct db *state = st->shelf.state;
	if (changes_mark_get(state, &mark, e) || read_waiting(state, waiting, found, e))
		return -1;
	bool missing = found->missing || waiting->len < mark.waiting;
	/* A row that is damaged may also be one that the index no longer has. */
	if (thorough || missing || waiting->len != mark.waiting) {
		g_array_set_size(found->requests, 0);
		g_array_set_size(found->items, 0);
		if (damage_find_all(state, found, e))
			return -1;
	}
	if (found->requests->len || found->items->len) {
		tell_damaged(st, found);
		return set_all_aside(state, found, e);
	}
	if (missing)
		tell_missing(st, mark.waiting, waiting->len, found->missing);
	return missing ? accept(state, e) : 0;
}

/* In one transaction: another process may be at work. */
int damage_look(struct store *st, bool thorough, struct err *e)
{
	struct damage found;
	g_autoptr(GPtrArray) waiting = store_changes_new();
	if (db_begin(st->shelf.state, e))
		return -1;
	damage_init(&found);
	int result = db_end(st->shelf.state, look(st, thorough, waiting, &found, e), e);
	damage_clear(&found);
	return result;
}

/* The cache has seen changes that the state never gave. */
int damage_compare(struct store *st, struct err *e)
{
	struct changes_mark mark, *seen = &st->left;
	if (changes_mark_get(st->shelf.state, &mark, e) || changes_mark_read(st->shelf.cache, &st->mark, e))
		return -1;
	if (st->mark.made > seen->made)
		seen = &st->mark;
	if (seen->made > mark.made && seen->waiting > 0)
		damage_note(
			st, g_strdup_printf("up to %u changes that had not reached the server are lost with the state"
					    " that held them",
				    (unsigned)seen->waiting));
	changes_mark_copy(st, &mark);
	return 0;
}

/* --- the mark's copy --- */

int changes_mark_read(struct db *cache, struct changes_mark *out, struct err *e)
{
	return sealed_get(cache, "changes_made", &out->made, e) ||
			       sealed_get(cache, "changes_waiting", &out->waiting, e)
		       ? -1
		       : 0;
}

static int put_mark(struct db *cache, const struct changes_mark *m, struct err *e)
{
	return sealed_put(cache, "changes_made", m->made, e) || sealed_put(cache, "changes_waiting", m->waiting, e) ? -1
														    : 0;
}

void changes_mark_copy(struct store *st, const struct changes_mark *m)
{
	bool own;
	struct err e = ERR_INIT;
	if (st->mark.made == m->made && st->mark.waiting == m->waiting)
		return;
	/* A cache that cannot be written is heard of by those who need it. */
	if (store_enter(st, &own, &e) || store_leave(st, own, put_mark(st->shelf.cache, m, &e), &e))
		log_line(LOG_WARN, "%s", e.text);
	else if (own)
		st->mark = *m;
	err_clear(&e);
}
