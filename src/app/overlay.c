/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user changed and the cache does not show yet. */
#include "app/app.h"

#define SETTLED_KEPT 16 /* of those the cache shows: an answer to an older question may still come */

struct laid {
	uint32_t request, newest; /* newest: asked when the cache began to show it */
	bool settled, hides;
	uint32_t add, remove;
	GHashTable *places; /* gint64 key_of */
};

struct overlay {
	GPtrArray *laid; /* struct laid *, oldest first */
};

static void laid_free(void *p)
{
	struct laid *l = p;
	g_hash_table_unref(l->places);
	g_free(l);
}

struct overlay *overlay_new(void)
{
	struct overlay *o = g_new0(struct overlay, 1);
	o->laid = g_ptr_array_new_with_free_func(laid_free);
	return o;
}

void overlay_free(struct overlay *o)
{
	if (!o)
		return;
	g_ptr_array_unref(o->laid);
	g_free(o);
}

static gint64 key_of(uint32_t folder, uint32_t uid, uint32_t local)
{
	return (gint64)((uint64_t)folder << 33 | (uint64_t)(local ? 1 : 0) << 32 | (local ? local : uid));
}

void overlay_lay(struct overlay *o, uint32_t request, const struct engine_change *c)
{
	bool hides = c->op == CHANGE_MOVE || c->op == CHANGE_EXPUNGE;
	if ((!hides && c->op != CHANGE_FLAG) || c->dry_run)
		return;
	struct laid *l = g_new0(struct laid, 1);
	l->request = request;
	l->hides = hides;
	l->add = c->add;
	l->remove = c->remove;
	l->places = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	for (guint i = 0; i < c->places->len; i++) {
		const struct store_place *p = &g_array_index(c->places, struct store_place, i);
		gint64 key = key_of(p->folder, p->uid, p->local);
		g_hash_table_add(l->places, g_memdup2(&key, sizeof key));
	}
	g_ptr_array_add(o->laid, l);
}

static struct laid *find(const struct overlay *o, uint32_t request)
{
	for (guint i = 0; i < o->laid->len; i++) {
		struct laid *l = o->laid->pdata[i];
		if (l->request == request)
			return l;
	}
	return NULL;
}

void overlay_settle(struct overlay *o, uint32_t request, uint32_t newest)
{
	struct laid *l = find(o, request);
	guint settled = 0;
	if (!l)
		return;
	l->settled = true;
	l->newest = newest;
	for (guint i = o->laid->len; i-- > 0;) {
		const struct laid *old = o->laid->pdata[i];
		if (old->settled && ++settled > SETTLED_KEPT)
			g_ptr_array_remove_index(o->laid, i);
	}
}

bool overlay_lift(struct overlay *o, uint32_t request)
{
	struct laid *l = find(o, request);
	return l && !l->settled && g_ptr_array_remove(o->laid, l);
}

static bool holds(const struct laid *l, uint32_t asked)
{
	return !l->settled || (int32_t)(asked - l->newest) <= 0;
}

bool overlay_place(const struct overlay *o, uint32_t asked, struct store_place at, uint32_t *flags)
{
	gint64 key = key_of(at.folder, at.uid, at.local);
	bool hidden = false;
	for (guint i = 0; i < o->laid->len; i++) {
		const struct laid *l = o->laid->pdata[i];
		if (!holds(l, asked) || !g_hash_table_contains(l->places, &key))
			continue;
		hidden = hidden || l->hides;
		*flags = (*flags | l->add) & ~l->remove;
	}
	return hidden;
}

bool overlay_row(const struct overlay *o, uint32_t asked, struct store_row *row)
{
	struct store_place at = store_row_place(row);
	return overlay_place(o, asked, at, &row->flags);
}

uint32_t overlay_hidden(const struct overlay *o, uint32_t asked, uint32_t folder)
{
	g_autoptr(GHashTable) all = g_hash_table_new(g_int64_hash, g_int64_equal);
	for (guint i = 0; i < o->laid->len; i++) {
		const struct laid *l = o->laid->pdata[i];
		GHashTableIter iter;
		gpointer key;
		if (!l->hides || !holds(l, asked))
			continue;
		g_hash_table_iter_init(&iter, l->places);
		while (g_hash_table_iter_next(&iter, &key, NULL))
			if ((uint64_t) * (gint64 *)key >> 33 == folder)
				g_hash_table_add(all, key);
	}
	return g_hash_table_size(all);
}
