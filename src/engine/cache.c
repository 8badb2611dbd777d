/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache keeps of an account and what was done to its server; checking, repairing and dropping the cache. The
 * user's work, which lies in the state, is never touched here. */
#include "engine/internal.h"

static const char *why_next(const struct account *a)
{
	if (a->engine->settings.offline)
		return "offline";
	/* A secret that never worked is not tried again by itself. */
	if (a->info.secret_hash && !a->info.secret_worked)
		return "stopped";
	switch (a->state.phase) {
	case ACCOUNT_WAITING: return "backoff";
	case ACCOUNT_STOPPED: return "stopped";
	default: return a->engine->settings.stay ? "timer" : "command";
	}
}

/* A process that ends with its command plans nothing: the next one may poll from then on. */
static int64_t next_poll(const struct account *a)
{
	if (a->state.next)
		return a->state.next;
	return a->info.last_poll ? schedule_next_poll(a->cfg, a->info.last_poll, 0) : clock_wall();
}

static int sum_sizes(struct account *a, uint64_t *out, struct err *e)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	*out = 0;
	if (store_folders(a->engine->store, a->number, all, e))
		return -1;
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		if (f->sized && !(f->flags & FOLDER_GONE))
			*out += f->size;
	}
	return 0;
}

void usage_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	struct event *ev = event_new(EV_USAGE, r->id, r->account);
	ev->usage = g_new0(struct engine_usage, 1);
	if (!a || !en->store)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "usage of no account");
	else if (!store_usage(en->store, a->number, &ev->usage->kept, &e) &&
		 !store_ledger_get(en->store, a->number, clock_wall(), &ev->usage->today, &e) &&
		 !sum_sizes(a, &ev->usage->server_bytes, &e)) {
		ev->usage->next_poll = next_poll(a);
		ev->usage->why = g_strdup(why_next(a));
		ev->usage->room_used = a->state.room_used;
		ev->usage->room_limit = a->state.room_limit;
		ev->usage->room_told = a->state.room_told;
		ev->usage->budget_text = a->cfg->keep_text_bytes;
		ev->usage->budget_parts = a->cfg->keep_parts_bytes;
		engine_emit(en, g_steal_pointer(&ev));
	}
	event_free(ev);
	engine_end(en, r, &e);
}

/* Damage is never mended in place: what is whole can be had again from the server. */
static int check(struct engine *en, struct request *r, struct err *e)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	if (store_check(en->store, faults, e))
		return 0;
	if (e->cause != ERR_NONE)
		return -1;
	for (unsigned i = 0; i < faults->len; i++) {
		struct event *ev = event_new(EV_FAULT, r->id, -1);
		ev->text = g_strdup(faults->pdata[i]);
		engine_emit(en, ev);
	}
	if (r->cache == CACHE_REPAIR) {
		store_mark_bad(en->store);
		return 0;
	}
	return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "the cache is damaged (%u findings)", faults->len);
}

static int drop(struct engine *en, struct account *only, struct err *e)
{
	for (unsigned i = 0; i < en->accounts->len; i++) {
		struct account *a = en->accounts->pdata[i];
		if (only && a != only)
			continue;
		if (store_account_forget(en->store, a->number, e))
			return -1;
		pending_forget(a);
		engine_emit(en, event_new(EV_FOLDER, 0, a->index));
	}
	engine_sweep(en);
	return 0;
}

void cache_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	if (!en->store)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "no cache is open");
	else if (r->cache == CACHE_DROP)
		drop(en, a, &e);
	else
		check(en, r, &e);
	engine_end(en, r, &e);
}
