/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a change does to the cache before the server has heard of it, and how that is settled or taken back. Places that
 * move get the item's number until the server names them; what is to be expunged, or goes to a folder that is still to be
 * made, waits in folder 0, which nobody sees. */
#include "engine/changes.h"

#define LIMBO 0

struct effect {
	struct store *store;
	const struct store_change *change;
	uint32_t source, target; /* folders; 0: not in the cache */
	bool current;            /* the change's UIDs are those of the source as it is in the cache */
	bool numbered;           /* the UIDs the server gave are those of the target as it is in the cache */
};
typedef int (*item_fn)(const struct effect *x, struct store_change_item *item, struct err *e);

static uint32_t folder_number(struct account *a, const char *raw, uint32_t *uidvalidity_out)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	uint32_t id = 0;
	if (raw && !store_folder_find(a->engine->store, a->number, str_of(raw), &f, &e)) {
		id = f.id;
		*uidvalidity_out = f.uidvalidity;
	}
	err_clear(&e);
	store_folder_clear(&f);
	return id;
}

/* Of a message that is not in the cache (any more) there is nothing to show. */
static int missing_is_fine(int result, struct err *e)
{
	if (result && e->cause == ERR_MISSING) {
		err_clear(e);
		return 0;
	}
	return result;
}

/* Folder 0: the item's UID is not of the numbers that the cache has. */
static struct store_place source_of(const struct effect *x, const struct store_change_item *item)
{
	if (item->uid)
		return (struct store_place){ x->current ? x->source : 0, item->uid, 0 };
	return (struct store_place){ x->source, 0, item->local };
}

static struct store_place waiting_of(const struct effect *x, const struct store_change_item *item)
{
	return (struct store_place){ x->change->op == CHANGE_EXPUNGE ? LIMBO : x->target, 0, item->id };
}

/* From where it waits: a folder that was not in the cache when the change was made may be by now. */
static int move_waiting(
	const struct effect *x, const struct store_change_item *item, struct store_place to, struct err *e)
{
	struct store_place at = waiting_of(x, item), limbo = { LIMBO, 0, item->id };
	int result = store_place_move(x->store, at, to, e);
	if (result && e->cause == ERR_MISSING && at.folder != LIMBO) {
		err_clear(e);
		result = store_place_move(x->store, limbo, to, e);
	}
	return missing_is_fine(result, e);
}

static int drop_waiting(const struct effect *x, const struct store_change_item *item, struct err *e)
{
	struct store_place limbo = { LIMBO, 0, item->id };
	int result = store_place_drop(x->store, waiting_of(x, item), e);
	return result ? result : store_place_drop(x->store, limbo, e);
}

static int put_flags(
	const struct effect *x, const struct store_change_item *item, const struct store_change *as, struct err *e)
{
	struct store_row row = { 0 };
	struct store_place at = source_of(x, item);
	int result = store_place_get(x->store, at, &row, e);
	if (!result) {
		uint32_t flags = row.flags & MSG_SERVER_FLAGS;
		GPtrArray *keywords = keywords_copy(row.keywords);
		pending_change_flags(as, &flags, &keywords);
		result = store_place_flags(x->store, at, flags, keywords, e);
		g_ptr_array_unref(keywords);
	}
	store_row_clear(&row);
	return missing_is_fine(result, e);
}

static int lay(const struct effect *x, struct store_change_item *item, struct err *e)
{
	struct store_place from = source_of(x, item), to = waiting_of(x, item);
	if (item->state != CHANGE_OPEN || (!from.uid && !from.local))
		return 0;
	switch (x->change->op) {
	case CHANGE_FLAG: return put_flags(x, item, x->change, e);
	case CHANGE_MOVE:
	case CHANGE_EXPUNGE: return missing_is_fine(store_place_move(x->store, from, to, e), e);
	case CHANGE_COPY: return x->target ? missing_is_fine(store_place_copy(x->store, from, to, e), e) : 0;
	default: return 0;
	}
}

/* The bits and words that were changed, as they were before. g_ptr_array_unref the words. */
static struct store_change flags_before(const struct store_change *c, const struct store_change_item *item)
{
	uint32_t bits = c->add | c->remove;
	struct store_change back = { .add = item->flags_before & bits,
		.remove = bits & ~item->flags_before,
		.add_keywords = g_ptr_array_new(),
		.remove_keywords = g_ptr_array_new() };
	change_inverse_words(c, item, back.add_keywords, back.remove_keywords);
	return back;
}

static void flags_before_clear(struct store_change *back)
{
	g_ptr_array_unref(back->add_keywords);
	g_ptr_array_unref(back->remove_keywords);
}

static int restore_flags(const struct effect *x, struct store_change_item *item, struct err *e)
{
	struct store_change back = flags_before(x->change, item);
	int result = put_flags(x, item, &back, e);
	flags_before_clear(&back);
	return result;
}

static gint64 message_of(const struct store_change_item *item)
{
	return item->uid ? item->uid : (gint64)1 << 32 | item->local;
}

bool effect_rebase(const struct store_change *c, struct store_change *later)
{
	bool touched = false;
	if (c->op != CHANGE_FLAG || later->op != CHANGE_FLAG || g_strcmp0(c->folder, later->folder) ||
		c->uidvalidity != later->uidvalidity)
		return false;
	g_autoptr(GHashTable) by_message = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		gint64 key = message_of(item);
		if (item->state != CHANGE_DONE)
			g_hash_table_insert(by_message, g_memdup2(&key, sizeof(key)), item);
	}
	for (unsigned i = 0; i < later->items->len; i++) {
		struct store_change_item *item = later->items->pdata[i];
		gint64 key = message_of(item);
		const struct store_change_item *was = g_hash_table_lookup(by_message, &key);
		if (!was)
			continue;
		struct store_change back = flags_before(c, was);
		pending_change_flags(&back, &item->flags_before, &item->keywords_before);
		flags_before_clear(&back);
		touched = true;
	}
	return touched;
}

/* The change that makes the place is still to come about. */
static bool is_awaited(struct store *st, uint32_t local)
{
	enum change_state state = CHANGE_FAILED;
	struct err e = ERR_INIT;
	uint32_t uid;
	if (store_change_local(st, local, &uid, &state, &e))
		err_clear(&e);
	return state == CHANGE_OPEN || state == CHANGE_BEGUN;
}

static int take_back(const struct effect *x, struct store_change_item *item, struct err *e)
{
	struct store_place from = source_of(x, item);
	if (item->state == CHANGE_DONE)
		return 0;
	switch (x->change->op) {
	case CHANGE_FLAG: return restore_flags(x, item, e);
	case CHANGE_MOVE:
	case CHANGE_EXPUNGE:
		/* A parked message has no number here any more: the sync brings it with its new one. So it does when the
		 * change that was to make the place has ended otherwise. */
		if (item->state == CHANGE_PARKED || !from.folder || (from.local && !is_awaited(x->store, from.local)))
			return drop_waiting(x, item, e);
		return move_waiting(x, item, from, e);
	case CHANGE_COPY: return drop_waiting(x, item, e);
	default: return 0;
	}
}

static int settle(const struct effect *x, struct store_change_item *item, struct err *e)
{
	bool places = x->change->op == CHANGE_MOVE || x->change->op == CHANGE_COPY || x->change->op == CHANGE_EXPUNGE;
	if (item->state != CHANGE_DONE || !places)
		return 0;
	if (!item->target_uid || !x->numbered || x->change->op == CHANGE_EXPUNGE)
		return drop_waiting(x, item, e);
	struct store_place to = { x->target, item->target_uid, 0 };
	return move_waiting(x, item, to, e);
}

/* In transactions of at most STORE_BATCH rows. */
static int each(struct account *a, struct store_change *c, item_fn fn, struct err *e)
{
	uint32_t source = 0, target = 0; /* UIDVALIDITY */
	struct effect x = { .store = a->engine->store,
		.change = c,
		.source = folder_number(a, c->folder, &source),
		.target = folder_number(a, c->target, &target) };
	x.current = source == c->uidvalidity;
	x.numbered = target == c->target_uidvalidity;
	for (unsigned i = 0; i < c->items->len;) {
		unsigned stop = MIN(i + STORE_BATCH, c->items->len);
		if (store_begin(x.store, e))
			return -1;
		for (; i < stop; i++)
			if (fn(&x, c->items->pdata[i], e)) {
				store_rollback(x.store);
				return -1;
			}
		if (store_commit(x.store, e))
			return -1;
	}
	return 0;
}

int effect_lay(struct account *a, struct store_change *c, struct err *e)
{
	return each(a, c, lay, e);
}

/* What comes back may carry flags of changes that were laid on it meanwhile: all flags of its folder are asked anew. */
static int forget_modseq(struct account *a, const struct store_change *c, struct err *e)
{
	struct store_folder f = { 0 };
	struct err missing = ERR_INIT;
	bool comes_back = false;
	int result = 0;
	for (unsigned i = 0; i < c->items->len; i++)
		comes_back = comes_back || ((struct store_change_item *)c->items->pdata[i])->state != CHANGE_DONE;
	if (comes_back && c->folder &&
		!store_folder_find(a->engine->store, a->number, str_of(c->folder), &f, &missing) && f.highestmodseq) {
		f.highestmodseq = 0;
		result = store_folder_put(a->engine->store, &f, e);
	}
	err_clear(&missing);
	store_folder_clear(&f);
	return result;
}

int effect_take_back(struct account *a, struct store_change *c, struct err *e)
{
	return forget_modseq(a, c, e) ? -1 : each(a, c, take_back, e);
}

/* What lies in a folder that was never read is the first to tell its UIDVALIDITY. */
static int number_target(struct account *a, const struct store_change *c, struct err *e)
{
	struct store_folder f = { 0 };
	struct err missing = ERR_INIT;
	int result = 0;
	if (c->target && c->target_uidvalidity &&
		!store_folder_find(a->engine->store, a->number, str_of(c->target), &f, &missing) && !f.uidvalidity) {
		f.uidvalidity = c->target_uidvalidity;
		result = store_folder_put(a->engine->store, &f, e);
	}
	err_clear(&missing);
	store_folder_clear(&f);
	return result;
}

int effect_settle(struct account *a, struct store_change *c, struct err *e)
{
	return number_target(a, c, e) ? -1 : each(a, c, settle, e);
}

/* Places that wait for a change which has ended are moved on or go; what it cannot say goes. */
static int settle_place(struct account *a, struct store_place at, struct err *e)
{
	struct store *st = a->engine->store;
	struct store_change *c = NULL;
	int result = missing_is_fine(store_change_of_item(st, at.local, &c, e), e);
	bool waits = c && (c->account != a->number || c->state == CHANGE_OPEN || c->state == CHANGE_BEGUN);
	if (!result && c && !waits)
		result = effect_settle(a, c, e) || effect_take_back(a, c, e) ? -1 : 0;
	if (!result && !waits)
		result = store_place_drop(st, at, e);
	store_change_free(c);
	return result;
}

int effect_settle_ended(struct account *a, struct err *e)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	if (store_places_local(a->engine->store, a->number, places, e))
		return -1;
	for (unsigned i = 0; i < places->len; i++)
		if (settle_place(a, g_array_index(places, struct store_place, i), e))
			return -1;
	return 0;
}
