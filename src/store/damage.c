/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include "base/clock.h"
#include "base/log.h"

/* How rows of a kind are found and removed, with those that belong to them. */
static const struct kind {
	const char *name, *what;
	const char *get, *del;
	const struct row_fields *fields; /* NULL: no files */
	const char *part_what, *parts_get, *parts_del;
	const struct row_fields *part_fields;
} kinds[DAMAGE_KINDS] = {
	[DAMAGED_REQUEST] = {
		.name = "change",
		.what = "request",
		.get = "SELECT * FROM request WHERE id=?",
		.del = "DELETE FROM request WHERE id=?",
		.part_what = "request_item",
		.parts_get = "SELECT * FROM request_item WHERE request=?",
		.parts_del = "DELETE FROM request_item WHERE request=?",
	},
	[DAMAGED_ITEM] = {
		.name = "message of a change",
		.what = "request_item",
		.get = "SELECT * FROM request_item WHERE id=?",
		.del = "DELETE FROM request_item WHERE id=?",
	},
	[DAMAGED_MAIL] = {
		.name = "letter",
		.what = "outbox",
		.get = "SELECT * FROM outbox WHERE id=?",
		.del = "DELETE FROM outbox WHERE id=?",
		.fields = &mail_fields,
		.part_what = "outbox_rcpt",
		.parts_get = "SELECT * FROM outbox_rcpt WHERE " ROW_PARTS_OF,
		.parts_del = "DELETE FROM outbox_rcpt WHERE " ROW_PARTS_OF,
		.part_fields = &rcpt_fields,
	},
	[DAMAGED_DRAFT] = {
		.name = "draft",
		.what = "draft",
		.get = "SELECT * FROM draft WHERE id=?",
		.del = "DELETE FROM draft WHERE id=?",
		.fields = &draft_fields,
		.part_what = "draft_file",
		.parts_get = "SELECT * FROM draft_file WHERE " ROW_PARTS_OF,
		.parts_del = "DELETE FROM draft_file WHERE " ROW_PARTS_OF,
		.part_fields = &draft_file_fields,
	},
	[DAMAGED_IDENTITY] = {
		.name = "sender",
		.what = "identity",
		.get = "SELECT * FROM identity WHERE id=?",
		.del = "DELETE FROM identity WHERE id=?",
	},
	[DAMAGED_JUDGE] = {
		.name = "server",
		.what = "judge",
		.get = "SELECT * FROM judge WHERE id=?",
		.del = "DELETE FROM judge WHERE id=?",
	},
	[DAMAGED_PERSON] = {
		.name = "person",
		.what = "person",
		.get = "SELECT * FROM person WHERE id=?",
		.del = "DELETE FROM person WHERE id=?",
		.part_what = "person_word",
		.parts_get = "SELECT * FROM person_word WHERE person=?",
		.parts_del = "DELETE FROM person_word WHERE person=?",
	},
};

const char *damage_kind_name(enum damage_kind kind)
{
	return kinds[kind].name;
}

void damage_init(struct damage *d)
{
	*d = (struct damage){ 0 };
	for (int i = 0; i < DAMAGE_KINDS; i++)
		d->ids[i] = g_array_new(FALSE, FALSE, sizeof(gint64));
}

void damage_clear(struct damage *d)
{
	for (int i = 0; i < DAMAGE_KINDS; i++)
		g_array_unref(d->ids[i]);
	*d = (struct damage){ 0 };
}

bool damage_any(const struct damage *d)
{
	for (int i = 0; i < DAMAGE_KINDS; i++)
		if (d->ids[i]->len)
			return true;
	return false;
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

static int keep_text(struct db *state, const char *what, const char *text, struct err *e)
{
	struct query *q = db_query(state, "INSERT INTO damaged(wall, what, row) VALUES(?,?,?)");
	db_bind_int(q, clock_wall());
	db_bind_cstr(q, what);
	db_bind_cstr(q, text);
	return db_run(q, e);
}

/* What the user wrote stays in the spool. */
static int keep_file(struct db *state, const char *name, struct err *e)
{
	struct query *q = db_query(state, "INSERT OR IGNORE INTO left_file VALUES(?,?)");
	db_bind_blob(q, str_of(name));
	db_bind_int(q, clock_wall());
	return db_run(q, e);
}

static int set_rows_aside(struct db *state, const char *what, const char *get, const char *del,
	const struct row_fields *fields, int64_t id, struct err *e)
{
	enum db_pull pull;
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	struct query *q = db_query(state, get);
	db_bind_int(q, id);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		g_ptr_array_add(texts, db_row_text(q));
		if (fields)
			row_files(q, fields, files);
	}
	if (pull == DB_BAD)
		return -1;
	for (guint i = 0; i < texts->len; i++)
		if (keep_text(state, what, texts->pdata[i], e))
			return -1;
	for (guint i = 0; i < files->len; i++)
		if (keep_file(state, files->pdata[i], e))
			return -1;
	q = db_query(state, del);
	db_bind_int(q, id);
	return db_run(q, e);
}

/* What belongs to it can do nothing without it. */
static int set_aside(struct db *state, const struct kind *k, int64_t id, struct err *e)
{
	if (k->part_what && set_rows_aside(state, k->part_what, k->parts_get, k->parts_del, k->part_fields, id, e))
		return -1;
	return set_rows_aside(state, k->what, k->get, k->del, k->fields, id, e);
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
	for (int kind = DAMAGE_KINDS; kind-- > 0;)
		for (guint i = 0; i < d->ids[kind]->len; i++)
			if (set_aside(state, kinds + kind, g_array_index(d->ids[kind], gint64, i), e))
				return -1;
	return d->ids[DAMAGED_REQUEST]->len || d->ids[DAMAGED_ITEM]->len ? accept(state, e) : 0;
}

static void tell_damaged(struct store *st, const struct damage *d)
{
	guint requests = d->ids[DAMAGED_REQUEST]->len, items = d->ids[DAMAGED_ITEM]->len;
	guint mails = d->ids[DAMAGED_MAIL]->len, drafts = d->ids[DAMAGED_DRAFT]->len;
	guint others = d->ids[DAMAGED_IDENTITY]->len + d->ids[DAMAGED_JUDGE]->len + d->ids[DAMAGED_PERSON]->len;
	if (requests || items)
		damage_note(st, g_strdup_printf("the state was damaged: %u changes and %u messages of changes cannot be"
						" trusted, are set aside and not carried out",
					requests, items));
	if (mails || drafts)
		damage_note(
			st, g_strdup_printf("the state was damaged: %u letters of the outbox and %u drafts cannot be"
					    " trusted, are set aside and not sent; their texts stay in the spool",
				    mails, drafts));
	if (others)
		damage_note(
			st, g_strdup_printf(
				    "the state was damaged: %u notes on senders and addresses are set aside", others));
}

int damage_quarantine_within(struct store *st, const struct damage *d, struct err *e)
{
	if (!damage_any(d))
		return 0;
	if (set_all_aside(st->shelf.state, d, e))
		return -1;
	tell_damaged(st, d);
	return 0;
}

int damage_quarantine(struct store *st, const struct damage *d, struct err *e)
{
	struct db *state = st->shelf.state;
	if (!damage_any(d))
		return 0;
	if (db_begin(state, e) || db_end(state, set_all_aside(state, d, e), e))
		return -1;
	tell_damaged(st, d);
	return 0;
}

/* --- looking --- */

static int find_requests(struct db *state, GArray *ids, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(state, "SELECT " REQUEST_COLUMNS " FROM request r");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		unsigned items;
		int64_t id = db_get_int(q, 0);
		struct store_change *c = request_read(q, &items);
		if (!c)
			g_array_append_val(ids, id);
		store_change_free(c);
	}
	return pull == DB_END ? 0 : -1;
}

static int find_items(struct db *state, GArray *ids, struct err *e)
{
	enum db_pull pull;
	struct store_change *c = store_change_new(CHANGE_FLAG, 0);
	struct query *q = db_query(state, "SELECT " ITEM_COLUMNS " FROM request_item i");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t id = db_get_int(q, 0);
		c->id = (uint32_t)db_get_int(q, 1);
		if (!item_read(q, c))
			g_array_append_val(ids, id);
		g_ptr_array_set_size(c->items, 0);
	}
	store_change_free(c);
	return pull == DB_END ? 0 : -1;
}

/* Letters and drafts; all: those that are sent and filed too. */
static int find_letters(struct db *state, bool all, struct damage *found, struct err *e)
{
	g_autoptr(GPtrArray) mails = store_mails_new(), drafts = store_drafts_new();
	return mails_read(state, mails_query(state, all), mails, found, e) ||
			       drafts_read(state, drafts_query(state, 0), drafts, found, e)
		       ? -1
		       : 0;
}

int damage_find_all(struct db *state, struct damage *found, struct err *e)
{
	return find_requests(state, found->ids[DAMAGED_REQUEST], e) || find_items(state, found->ids[DAMAGED_ITEM], e) ||
			       find_letters(state, true, found, e) || identities_find_damaged(state, found, e) ||
			       people_find_damaged(state, found, e)
		       ? -1
		       : 0;
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
	if (changes_mark_get(state, &mark, e) || read_waiting(state, waiting, found, e) ||
		find_letters(state, false, found, e))
		return -1;
	bool missing = found->missing || waiting->len < mark.waiting;
	/* A row that is damaged may also be one that the index no longer has. */
	if (thorough || missing || waiting->len != mark.waiting) {
		for (int kind = 0; kind < DAMAGE_KINDS; kind++)
			g_array_set_size(found->ids[kind], 0);
		if (damage_find_all(state, found, e))
			return -1;
	}
	if (damage_any(found)) {
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
