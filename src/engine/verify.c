/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which message a UID is now: before it is changed (a server may have numbered anew without a word), and where it went when
 * the server's answer was lost. */
#include "engine/changes.h"

static void clear(gpointer data)
{
	g_free(((struct identity *)data)->msgid);
}

GArray *identities_new(void)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(struct identity));
	g_array_set_clear_func(ids, clear);
	return ids;
}

void identities_add(GArray *ids, const struct imap_event *fetch)
{
	struct msg_head *h = msg_head_parse(fetch->u.fetch.header);
	struct identity i = { .uid = fetch->u.fetch.uid,
		.size = fetch->u.fetch.size,
		.received = fetch->u.fetch.date.known ? fetch->u.fetch.date.epoch : 0,
		.msgid = g_steal_pointer(&h->message_id) };
	g_array_append_val(ids, i);
	msg_head_free(h);
}

/* A copy keeps INTERNALDATE on most servers, not on all; size and Message-ID it always keeps. */
static bool is_same(const struct identity *i, const struct store_change_item *item)
{
	/* Of a message of our own that no sync has told of, its Message-ID is known alone. */
	if (!item->size && item->msgid)
		return !g_strcmp0(i->msgid, item->msgid);
	if (i->size != item->size || g_strcmp0(i->msgid, item->msgid))
		return false;
	return item->msgid || !i->received || i->received == item->received;
}

static GHashTable *by_uid(GArray *seen)
{
	GHashTable *map = g_hash_table_new(NULL, NULL);
	for (unsigned i = 0; i < seen->len; i++) {
		struct identity *id = &g_array_index(seen, struct identity, i);
		g_hash_table_insert(map, GUINT_TO_POINTER(id->uid), id);
	}
	return map;
}

unsigned verify_source(struct store_change *c, GArray *seen, unsigned *gone_out)
{
	g_autoptr(GHashTable) map = by_uid(seen);
	unsigned there = 0;
	*gone_out = 0;
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		if (item->state != CHANGE_OPEN)
			continue;
		const struct identity *id = g_hash_table_lookup(map, GUINT_TO_POINTER(item->uid));
		if (id && !is_same(id, item))
			item->state = CHANGE_PARKED;
		else if (id)
			there++;
		else
			(*gone_out)++;
	}
	return there;
}

void verify_give_up_gone(struct store_change *c, GArray *seen)
{
	g_autoptr(GHashTable) map = by_uid(seen);
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		if (item->state == CHANGE_OPEN && !g_hash_table_contains(map, GUINT_TO_POINTER(item->uid)))
			item->state = CHANGE_DONE;
	}
}

/* Message-ID ("" for none) -> GPtrArray of struct identity *, in the order told. */
static GHashTable *by_msgid(GArray *seen)
{
	GHashTable *map = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
	for (unsigned i = 0; i < seen->len; i++) {
		struct identity *id = &g_array_index(seen, struct identity, i);
		const char *key = id->msgid ? id->msgid : "";
		GPtrArray *list = g_hash_table_lookup(map, key);
		if (!list) {
			list = g_ptr_array_new();
			g_hash_table_insert(map, (gpointer)key, list);
		}
		g_ptr_array_add(list, id);
	}
	return map;
}

void verify_target(struct store_change *c, GArray *seen)
{
	g_autoptr(GHashTable) map = by_msgid(seen), taken = g_hash_table_new(NULL, NULL);
	/* Of a letter of ours the server may have filed a copy of its own, with other octets but this Message-ID. */
	bool own = c->op == CHANGE_APPEND && c->undoes == UNDOES_NOTHING;
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		g_hash_table_add(taken, GUINT_TO_POINTER(item->target_uid));
	}
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		GPtrArray *list = g_hash_table_lookup(map, item->msgid ? item->msgid : "");
		bool by_id = own && item->msgid;
		if (item->state != CHANGE_OPEN || item->target_uid)
			continue;
		for (unsigned k = 0; list && k < list->len && !item->target_uid; k++) {
			const struct identity *id = list->pdata[k];
			if (id->uid < c->target_uidnext || !(by_id || is_same(id, item)) ||
				!g_hash_table_add(taken, GUINT_TO_POINTER(id->uid)))
				continue;
			item->target_uid = id->uid;
		}
	}
}

unsigned verify_renumbered(struct store_change *c, GArray *seen)
{
	g_autoptr(GHashTable) map = by_msgid(seen);
	unsigned found = 0;
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		GPtrArray *list = item->msgid ? g_hash_table_lookup(map, item->msgid) : NULL;
		const struct identity *hit = NULL;
		unsigned alike = 0;
		if (item->state != CHANGE_OPEN)
			continue;
		for (unsigned k = 0; list && k < list->len; k++) {
			const struct identity *id = list->pdata[k];
			if (!is_same(id, item) || id->received != item->received)
				continue;
			hit = id;
			alike++;
		}
		/* Of two alike nobody knows which was meant. */
		if (alike != 1) {
			item->state = CHANGE_PARKED;
			continue;
		}
		item->uid = hit->uid;
		found++;
	}
	return found;
}

void verify_copied(struct store_change *c, const struct imap_copied *copied)
{
	g_autoptr(GHashTable) to = g_hash_table_new(NULL, NULL);
	bool append = !copied->from->len;
	for (unsigned k = 0; k < copied->to->len; k++)
		g_hash_table_insert(to, GUINT_TO_POINTER(append ? 0 : g_array_index(copied->from, uint32_t, k)),
			GUINT_TO_POINTER(g_array_index(copied->to, uint32_t, k)));
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		gpointer uid = g_hash_table_lookup(to, GUINT_TO_POINTER(append ? 0 : item->uid));
		if (item->state == CHANGE_OPEN && uid)
			item->target_uid = GPOINTER_TO_UINT(uid);
	}
	c->target_uidvalidity = copied->uidvalidity;
}

bool verify_all_arrived(const struct store_change *c)
{
	for (unsigned i = 0; i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		if (item->state == CHANGE_OPEN && !item->target_uid)
			return false;
	}
	return true;
}

bool verify_any_parked(const struct store_change *c)
{
	for (unsigned i = 0; i < c->items->len; i++)
		if (((const struct store_change_item *)c->items->pdata[i])->state == CHANGE_PARKED)
			return true;
	return false;
}
