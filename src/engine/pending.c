/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server says of a message, as it will be once the open changes have reached it. */
#include "engine/changes.h"

#include <string.h>

struct laid { /* one open change of one message */
	const struct store_change *change;
	bool hides;
};

static gint64 *key_of(uint32_t folder, uint32_t uid)
{
	gint64 key = (gint64)folder << 32 | uid;
	return g_memdup2(&key, sizeof(key));
}

static void count_hidden(struct changes *ch, uint32_t folder)
{
	gpointer was = g_hash_table_lookup(ch->hidden, GUINT_TO_POINTER(folder));
	g_hash_table_insert(ch->hidden, GUINT_TO_POINTER(folder), GUINT_TO_POINTER(GPOINTER_TO_UINT(was) + 1));
}

static void lay_item(
	struct changes *ch, const struct store_change *c, const struct store_change_item *item, uint32_t folder)
{
	bool hides = c->op == CHANGE_MOVE || c->op == CHANGE_EXPUNGE;
	if (!item->uid || item->state != CHANGE_OPEN || (!hides && c->op != CHANGE_FLAG))
		return;
	g_autofree gint64 *key = key_of(folder, item->uid);
	GArray *list = g_hash_table_lookup(ch->laid, key);
	if (!list) {
		list = g_array_new(FALSE, FALSE, sizeof(struct laid));
		g_hash_table_insert(ch->laid, g_steal_pointer(&key), list);
	}
	struct laid l = { c, hides };
	g_array_append_val(list, l);
	if (hides)
		count_hidden(ch, folder);
}

/* Of a folder that was renumbered no UID means the same: what was wanted there is laid over nothing. */
static void lay_change(struct account *a, const struct store_change *c)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (c->folder && !store_folder_find(a->engine->store, a->number, str_of(c->folder), &f, &e) &&
		f.uidvalidity == c->uidvalidity)
		for (unsigned i = 0; i < c->items->len; i++)
			lay_item(&a->changes, c, c->items->pdata[i], f.id);
	err_clear(&e);
	store_folder_clear(&f);
}

static void free_list(gpointer list)
{
	g_array_unref(list);
}

static struct changes *laid(struct account *a)
{
	struct changes *ch = &a->changes;
	if (ch->laid)
		return ch;
	ch->laid = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, free_list);
	ch->hidden = g_hash_table_new(NULL, NULL);
	for (unsigned i = 0; i < ch->open->len; i++)
		lay_change(a, ch->open->pdata[i]);
	return ch;
}

void pending_forget(struct account *a)
{
	g_clear_pointer(&a->changes.laid, g_hash_table_unref);
	g_clear_pointer(&a->changes.hidden, g_hash_table_unref);
}

static const GArray *of(struct account *a, uint32_t folder, uint32_t uid)
{
	gint64 key = (gint64)folder << 32 | uid;
	return a->changes.open->len ? g_hash_table_lookup(laid(a)->laid, &key) : NULL;
}

bool pending_hides(struct account *a, uint32_t folder, uint32_t uid)
{
	const GArray *list = of(a, folder, uid);
	for (unsigned i = 0; list && i < list->len; i++)
		if (g_array_index(list, struct laid, i).hides)
			return true;
	return false;
}

unsigned pending_hidden(struct account *a, uint32_t folder)
{
	if (!a->changes.open->len)
		return 0;
	return GPOINTER_TO_UINT(g_hash_table_lookup(laid(a)->hidden, GUINT_TO_POINTER(folder)));
}

void pending_change_flags(const struct store_change *c, uint32_t *flags, GPtrArray **keywords)
{
	unsigned at;
	*flags = (*flags | c->add) & ~c->remove;
	for (unsigned i = 0; c->add_keywords && i < c->add_keywords->len; i++) {
		const char *word = c->add_keywords->pdata[i];
		if (!*keywords)
			*keywords = g_ptr_array_new_with_free_func(g_free);
		if (!keywords_have(*keywords, word, &at))
			g_ptr_array_add(*keywords, g_strdup(word));
	}
	for (unsigned i = 0; c->remove_keywords && i < c->remove_keywords->len; i++)
		if (keywords_have(*keywords, c->remove_keywords->pdata[i], &at))
			g_ptr_array_remove_index(*keywords, at);
}

void pending_lay(struct account *a, uint32_t folder, uint32_t uid, uint32_t *flags, GPtrArray **keywords)
{
	const GArray *list = of(a, folder, uid);
	for (unsigned i = 0; list && i < list->len; i++) {
		const struct laid *l = &g_array_index(list, struct laid, i);
		if (l->change->op == CHANGE_FLAG)
			pending_change_flags(l->change, flags, keywords);
	}
}
