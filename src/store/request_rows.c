/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

const char *const change_op_names[] = { "flag", "move", "copy", "expunge", "append", "create", "rename", "delete",
	"subscribe", "unsubscribe", "empty", "sync" };

/* --- columns and their sum, in one walk --- */

struct columns {
	struct query *q;
	int next;
	uint64_t sum;
};

static void put_int(struct columns *c, int64_t v)
{
	db_bind_int(c->q, v);
	c->sum = sum_int(c->sum, v);
}

static void put_str(struct columns *c, struct str s)
{
	db_bind_blob(c->q, s);
	c->sum = sum_piece(c->sum, s);
}

static int64_t get_int(struct columns *c)
{
	int64_t v = db_get_int(c->q, c->next++);
	c->sum = sum_int(c->sum, v);
	return v;
}

static uint32_t get_u32(struct columns *c)
{
	return (uint32_t)get_int(c);
}

static struct str get_str(struct columns *c)
{
	struct str s = db_get_bytes(c->q, c->next++);
	c->sum = sum_piece(c->sum, s);
	return s;
}

static char *get_text(struct columns *c)
{
	struct str s = get_str(c);
	return s.p ? str_dup(s) : NULL;
}

static bool sum_agrees(struct columns *c)
{
	return db_get_int(c->q, c->next) == (int64_t)c->sum;
}

/* --- changes --- */

/* In the order of REQUEST_COLUMNS. */
int request_write(struct db *state, const struct store_change *c, struct err *e)
{
	g_autoptr(GString) added = keywords_pack(c->add_keywords);
	g_autoptr(GString) removed = keywords_pack(c->remove_keywords);
	struct columns w = {
		.sum = SUM_START,
		.q = db_query(state, "INSERT OR REPLACE INTO request VALUES"
				     "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"),
	};
	put_int(&w, c->id);
	put_int(&w, c->account);
	put_int(&w, c->op);
	put_int(&w, c->state);
	put_str(&w, str_of(c->folder));
	put_str(&w, str_of(c->target));
	put_int(&w, c->uidvalidity);
	put_int(&w, c->target_uidnext);
	put_int(&w, c->target_uidvalidity);
	put_int(&w, c->add);
	put_int(&w, c->remove);
	put_str(&w, keywords_str(added));
	put_str(&w, keywords_str(removed));
	put_str(&w, str_of(c->path));
	put_int(&w, (int64_t)c->size);
	put_str(&w, str_of(c->sha256));
	put_int(&w, c->step);
	put_int(&w, c->undoes);
	put_int(&w, c->undone_by);
	put_int(&w, c->group);
	put_int(&w, c->made);
	put_int(&w, c->tried);
	put_int(&w, c->ended);
	put_int(&w, c->attempts);
	put_str(&w, str_of(c->owner));
	put_str(&w, str_of(c->error));
	put_str(&w, str_of(c->server));
	put_int(&w, c->person);
	put_int(&w, c->items->len);
	db_bind_int(w.q, (int64_t)w.sum);
	return db_run(w.q, e);
}

struct store_change *request_read(struct query *q, unsigned *items_out)
{
	struct columns r = { q, 0, SUM_START };
	struct store_change *c = store_change_new(CHANGE_FLAG, 0);
	c->id = get_u32(&r);
	c->account = get_u32(&r);
	int64_t op = get_int(&r), state = get_int(&r);
	c->folder = get_text(&r);
	c->target = get_text(&r);
	c->uidvalidity = get_u32(&r);
	c->target_uidnext = get_u32(&r);
	c->target_uidvalidity = get_u32(&r);
	c->add = get_u32(&r);
	c->remove = get_u32(&r);
	c->add_keywords = keywords_unpack(get_str(&r));
	c->remove_keywords = keywords_unpack(get_str(&r));
	c->path = get_text(&r);
	c->size = (uint64_t)get_int(&r);
	c->sha256 = get_text(&r);
	c->step = (int)get_int(&r);
	c->undoes = get_u32(&r);
	c->undone_by = get_u32(&r);
	c->group = get_u32(&r);
	c->made = get_int(&r);
	c->tried = get_int(&r);
	c->ended = get_int(&r);
	c->attempts = (unsigned)get_int(&r);
	c->owner = get_text(&r);
	c->error = get_text(&r);
	c->server = get_text(&r);
	c->person = get_int(&r);
	*items_out = (unsigned)get_int(&r);
	c->op = (enum change_op)op;
	c->state = (enum change_state)state;
	if (sum_agrees(&r) && op >= CHANGE_FLAG && op <= CHANGE_SYNC && state >= CHANGE_OPEN && state <= CHANGE_UNDONE)
		return c;
	store_change_free(c);
	return NULL;
}

/* --- items --- */

static uint64_t kept_of(const struct store_change_item *item)
{
	return (uint64_t)item->target_uid << 8 | ((unsigned)item->state + 1);
}

bool item_is_kept(const struct store_change_item *item)
{
	return item->kept == kept_of(item);
}

/* In the order of ITEM_COLUMNS. */
int item_write(struct db *state, uint32_t request, struct store_change_item *item, struct err *e)
{
	g_autoptr(GString) keywords = keywords_pack(item->keywords_before);
	struct columns w = {
		.sum = SUM_START,
		.q = db_query(state, "INSERT OR REPLACE INTO request_item VALUES(?,?,?,?,?,?,?,?,?,?,?,?)"),
	};
	put_int(&w, item->id);
	put_int(&w, request);
	put_int(&w, item->uid);
	put_int(&w, item->local);
	put_int(&w, (int64_t)item->size);
	put_int(&w, item->received);
	put_str(&w, str_of(item->msgid));
	put_int(&w, item->flags_before);
	put_str(&w, keywords_str(keywords));
	put_int(&w, item->target_uid);
	put_int(&w, item->state);
	db_bind_int(w.q, (int64_t)w.sum);
	if (db_run(w.q, e))
		return -1;
	item->kept = kept_of(item);
	return 0;
}

bool item_read(struct query *q, struct store_change *c)
{
	struct columns r = { q, 0, SUM_START };
	struct store_change_item *item = store_change_item_add(c);
	item->id = get_u32(&r);
	int64_t request = get_int(&r);
	item->uid = get_u32(&r);
	item->local = get_u32(&r);
	item->size = (uint64_t)get_int(&r);
	item->received = get_int(&r);
	item->msgid = get_text(&r);
	item->flags_before = get_u32(&r);
	item->keywords_before = keywords_unpack(get_str(&r));
	item->target_uid = get_u32(&r);
	int64_t state = get_int(&r);
	item->state = (enum change_state)state;
	item->kept = kept_of(item);
	if (sum_agrees(&r) && request == c->id && state >= CHANGE_OPEN && state <= CHANGE_UNDONE)
		return true;
	g_ptr_array_set_size(c->items, (int)c->items->len - 1);
	return false;
}
