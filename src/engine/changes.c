/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The open changes of an account: kept, told of, waited for, and ended with the server's word on them. */
#include "engine/changes.h"

#include <string.h>

#include "base/log.h"
#include "engine/outbox.h"

#define END_TRIES 3 /* of a refused flag while the cache cannot be told */

struct waiter { /* a request that ends with a group of changes */
	struct request *request;
	uint32_t group; /* 0: with all that are open */
	struct err err; /* of the first that failed */
};

/* --- what the front is told --- */

static void announce_folder(struct account *a, const char *raw)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (raw && !store_folder_find(a->engine->store, a->number, str_of(raw), &f, &e)) {
		struct event *ev = event_new(EV_CHANGED, 0, a->index);
		ev->folder_id = f.id;
		engine_emit(a->engine, ev);
	}
	err_clear(&e);
	store_folder_clear(&f);
}

static void announce(struct account *a, const struct store_change *c)
{
	announce_folder(a, c->folder);
	if (g_strcmp0(c->folder, c->target))
		announce_folder(a, c->target);
}

/* As it is known in the cache, else as its raw name reads. */
static char *shown_name(struct account *a, const char *raw)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	char *name = NULL;
	if (!raw)
		return NULL;
	if (!store_folder_find(a->engine->store, a->number, str_of(raw), &f, &e))
		name = g_strdup(f.name);
	err_clear(&e);
	store_folder_clear(&f);
	return name ? name : folder_shown_name(str_of(raw), folder_delimiter(a), a->info.prefix);
}

static struct engine_changed *changed_new(
	struct account *a, const struct store_change *c, enum change_state state, const struct err *why)
{
	struct engine_changed *ch = g_new0(struct engine_changed, 1);
	*ch = (struct engine_changed){ .change = c->id,
		.op = c->op,
		.folder = shown_name(a, c->folder),
		.uidvalidity = c->uidvalidity,
		.state = state,
		.target = shown_name(a, c->target),
		.target_uidvalidity = c->target_uidvalidity };
	if (why && why->cause != ERR_NONE)
		err_copy(&ch->err, why);
	return ch;
}

static void emit_changed(struct account *a, uint32_t request, struct engine_changed *ch)
{
	struct event *ev = event_new(EV_CHANGE, request, a->index);
	ev->changed = ch;
	engine_emit(a->engine, ev);
}

static enum change_state item_state(const struct store_change_item *item, enum change_state state)
{
	return item->state == CHANGE_OPEN ? state : item->state;
}

/* One line for each message, or one for a folder's change. */
void change_tell(struct account *a, uint32_t request, const struct store_change *c, enum change_state state,
	const struct err *why)
{
	if (!c->items->len)
		emit_changed(a, request, changed_new(a, c, state, why));
	for (unsigned i = 0; i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		enum change_state now = item_state(item, state);
		struct engine_changed *ch = changed_new(a, c, now, now == CHANGE_DONE ? NULL : why);
		ch->uid = item->uid;
		ch->local = item->uid ? 0 : item->local;
		ch->target_uid = item->target_uid;
		emit_changed(a, request, ch);
	}
}

void change_durable(
	struct account *a, const struct request *r, const struct store_change *first, unsigned messages, bool undo)
{
	struct event *ev = event_new(EV_DURABLE, r->id, a->index);
	ev->durable = g_new0(struct engine_durable, 1);
	*ev->durable = (struct engine_durable){ .group = first->group,
		.op = first->op,
		.messages = messages,
		.target = shown_name(a, first->target),
		.undoable = first->op != CHANGE_EXPUNGE && first->op != CHANGE_DELETE && first->op != CHANGE_EMPTY,
		.undo = undo,
		.undone = undo ? r->answers : 0 };
	engine_emit(a->engine, ev);
}

/* --- waiting for the end --- */

static bool group_is_open(const struct account *a, uint32_t group)
{
	for (unsigned i = 0; i < a->changes.open->len; i++)
		if (!group || ((struct store_change *)a->changes.open->pdata[i])->group == group)
			return true;
	return false;
}

static void end_waiter(struct account *a, unsigned at)
{
	struct waiter *w = g_ptr_array_remove_index(a->changes.waiters, at);
	enum request_type type = w->request->type;
	if ((type == REQ_READ || type == REQ_PART || type == REQ_RAW) && w->err.cause == ERR_NONE)
		engine_read_again(a->engine, w->request);
	else
		engine_end(a->engine, w->request, w->err.cause == ERR_NONE ? NULL : &w->err);
	err_clear(&w->err);
	g_free(w);
}

void change_wait(struct account *a, struct request *r, uint32_t group)
{
	struct waiter *w = g_new0(struct waiter, 1);
	w->request = r;
	w->group = group;
	g_ptr_array_add(a->changes.waiters, w);
	if (!group_is_open(a, group))
		end_waiter(a, a->changes.waiters->len - 1);
}

/* Nobody waits any more for what another process was asked for, and has not begun. */
static void withdraw(struct account *a, uint32_t group)
{
	for (unsigned i = a->changes.open->len; group && i--;) {
		struct store_change *c = a->changes.open->pdata[i];
		struct err e = ERR_INIT;
		if (c->op != CHANGE_SYNC || c->group != group || c->state != CHANGE_OPEN)
			continue;
		c->state = CHANGE_UNDONE;
		c->ended = clock_wall();
		if (!store_change_step(a->engine->store, c, &e) || e.cause == ERR_CANCELED)
			g_ptr_array_remove_index(a->changes.open, i);
		err_clear(&e);
	}
}

bool changes_cancel(struct account *a, uint32_t request)
{
	for (unsigned i = 0; i < a->changes.waiters->len; i++) {
		struct waiter *w = a->changes.waiters->pdata[i];
		if (w->request->id != request)
			continue;
		err_set(&w->err, ERR_PROGRAM, ERR_CANCELED, ERR_LATER, "it stays in the queue");
		withdraw(a, w->group);
		end_waiter(a, i);
		return true;
	}
	return false;
}

void changes_kept(struct account *a, const struct err *why)
{
	/* With the screens there is a next time; a command is told at once. */
	if (a->engine->settings.stay)
		return;
	outbox_copies_kept(a->outbox);
	while (a->changes.waiters->len) {
		struct waiter *w = a->changes.waiters->pdata[0];
		for (unsigned i = 0; i < a->changes.open->len; i++) {
			struct store_change *c = a->changes.open->pdata[i];
			if (c->op != CHANGE_SYNC && (!w->group || c->group == w->group))
				change_tell(a, w->request->id, c, CHANGE_OPEN, why);
		}
		err_copy(&w->err, why);
		withdraw(a, w->group);
		end_waiter(a, 0);
	}
}

void changes_unheard(struct account *a, const struct err *why)
{
	changes_kept(a, why);
	for (unsigned i = a->changes.waiters->len; i--;) {
		struct waiter *w = a->changes.waiters->pdata[i];
		if (!peer_may_ask(w->request))
			continue;
		err_copy(&w->err, why);
		withdraw(a, w->group);
		end_waiter(a, i);
	}
}

/* --- open changes --- */

static void free_change(void *c)
{
	store_change_free(c);
}

static void retry(void *aux)
{
	changes_run(aux);
}

void changes_init(struct account *a)
{
	a->changes.retry = timer_new(a->engine->ctx, retry, a);
	a->changes.beat = timer_new(a->engine->ctx, peer_beat, a);
	a->changes.open = g_ptr_array_new_with_free_func(free_change);
	a->changes.waiters = g_ptr_array_new();
	a->changes.asked = g_hash_table_new(NULL, NULL);
}

void changes_clear(struct account *a)
{
	while (a->changes.waiters->len) {
		struct waiter *w = a->changes.waiters->pdata[0];
		err_set(&w->err, ERR_PROGRAM, ERR_CANCELED, ERR_LATER, "the program ends; it stays in the queue");
		end_waiter(a, 0);
	}
	pending_forget(a);
	timer_free(a->changes.retry);
	timer_free(a->changes.beat);
	g_ptr_array_unref(a->changes.waiters);
	g_ptr_array_unref(a->changes.open);
	g_hash_table_unref(a->changes.asked);
	peer_free(a);
}

struct store_change *change_find(struct account *a, uint32_t id)
{
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		struct store_change *c = a->changes.open->pdata[i];
		if (c->id == id)
			return c;
	}
	return NULL;
}

bool changes_waiting(const struct account *a)
{
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		const struct store_change *c = a->changes.open->pdata[i];
		if (c->state == CHANGE_OPEN || c->state == CHANGE_BEGUN)
			return true;
	}
	return false;
}

/* The change exists: what fails now is only what is shown of it. */
static void show(struct account *a, struct store_change *c)
{
	struct err e = ERR_INIT;
	if (effect_lay(a, c, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}

void change_add(struct account *a, struct store_change *c)
{
	g_ptr_array_add(a->changes.open, c);
	pending_forget(a);
	show(a, c);
	announce(a, c);
}

uint32_t change_newest(const struct account *a)
{
	const GPtrArray *open = a->changes.open;
	return open->len ? ((const struct store_change *)open->pdata[open->len - 1])->id : 0;
}

/* Items of later changes that were made on a place nobody had named yet. */
static void name_followers(struct account *a, const struct store_change *c)
{
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		struct store_change *later = a->changes.open->pdata[i];
		bool touched = false;
		for (unsigned k = 0; later != c && k < later->items->len; k++) {
			struct store_change_item *item = later->items->pdata[k];
			for (unsigned n = 0; !item->uid && item->local && n < c->items->len; n++) {
				const struct store_change_item *made = c->items->pdata[n];
				if (made->id != item->local || !made->target_uid)
					continue;
				item->uid = made->target_uid;
				later->uidvalidity = c->target_uidvalidity;
				touched = true;
			}
		}
		struct err e = ERR_INIT;
		if (touched && store_change_put(a->engine->store, later, &e))
			log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
		err_clear(&e);
	}
}

/* The flags of changes made upon one that has not come about, which has just taken its own back. */
static void rebase_followers(struct account *a, const struct store_change *c)
{
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		struct store_change *later = a->changes.open->pdata[i];
		struct err e = ERR_INIT;
		if (later == c || later->id < c->id || !effect_rebase(c, later))
			continue;
		show(a, later);
		if (store_change_put(a->engine->store, later, &e))
			log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
		err_clear(&e);
	}
	/* What other hands did meanwhile is not in what was before: the server has the last word. */
	if (c->op == CHANGE_FLAG && c->state != CHANGE_UNDONE && a->conn && a->engine->settings.stay)
		connection_look_again(a->conn);
}

static bool follow(char **raw, const char *from, const char *to, char delimiter)
{
	size_t n = strlen(from);
	if (!*raw || strncmp(*raw, from, n) || ((*raw)[n] && (*raw)[n] != delimiter))
		return false;
	char *now = g_strconcat(to, *raw + n, NULL);
	g_free(*raw);
	*raw = now;
	return true;
}

void changes_follow(struct account *a, const struct store_change *renaming, char delimiter)
{
	const char *from = renaming->folder, *to = renaming->target;
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		struct store_change *c = a->changes.open->pdata[i];
		struct err e = ERR_INIT;
		if (c == renaming)
			continue;
		bool moved = follow(&c->folder, from, to, delimiter);
		moved = follow(&c->target, from, to, delimiter) || moved;
		if (moved && store_change_put(a->engine->store, c, &e))
			log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
		err_clear(&e);
	}
	pending_forget(a);
}

static void notice_moved(struct account *a)
{
	struct event *ev = event_new(EV_NOTICE, 0, a->index);
	ev->notice = NOTICE_MOVED;
	engine_emit(a->engine, ev);
}

static void tell_waiters(
	struct account *a, const struct store_change *c, enum change_state state, const struct err *why)
{
	bool told = false;
	for (unsigned i = 0; i < a->changes.waiters->len; i++) {
		struct waiter *w = a->changes.waiters->pdata[i];
		if (w->group && w->group != c->group)
			continue;
		told = true;
		if (c->op == CHANGE_SYNC)
			peer_tell_syncs(a, c, w->request->id);
		else
			change_tell(a, w->request->id, c, state, why);
		if (why && w->err.cause == ERR_NONE)
			err_copy(&w->err, why);
	}
	/* Of what another process asked for it is told itself; but what this one lacks, its user must know. */
	if (!told && c->op == CHANGE_SYNC && why && store_is_moved(why->text))
		notice_moved(a);
	else if (!told && c->op != CHANGE_SYNC && (state == CHANGE_FAILED || state == CHANGE_PARKED))
		change_tell(a, 0, c, state, why);
	for (unsigned i = a->changes.waiters->len; i--;)
		if (!group_is_open(a, ((struct waiter *)a->changes.waiters->pdata[i])->group))
			end_waiter(a, i);
}

static void note_why(struct store_change *c, const struct err *why)
{
	if (!why || why->cause == ERR_NONE)
		return;
	g_free(c->error);
	g_free(c->server);
	c->error = g_strdup(why->text);
	c->server = g_strdup(why->server);
}

/* Items that are open become this. */
static void end_items(struct store_change *c, enum change_state state)
{
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		if (item->state == CHANGE_OPEN)
			item->state = state;
	}
}

static enum change_state *item_states(const struct store_change *c)
{
	enum change_state *states = g_new(enum change_state, c->items->len + 1);
	for (unsigned i = 0; i < c->items->len; i++)
		states[i] = ((const struct store_change_item *)c->items->pdata[i])->state;
	return states;
}

static int write_end(struct account *a, const struct store_change *c, struct err *e)
{
	struct store *st = a->engine->store;
	if (!store_change_items(st, c, e) && !store_change_step(st, c, e))
		return 0;
	/* Another process has ended it. */
	if (e->cause != ERR_CANCELED)
		return -1;
	err_clear(e);
	return 0;
}

/* The cache first: between the two the change is carried out once more, which does no harm as long as it is the first to be.
 * What the cache could not be told is made good by effect_settle_ended(). */
static int end_on_disk(struct account *a, struct store_change *c, enum change_state state, struct err *e)
{
	struct err unheard = ERR_INIT;
	enum change_state was = c->state;
	g_autofree enum change_state *items_were = item_states(c);
	if (state == CHANGE_DONE)
		end_items(c, CHANGE_DONE);
	/* Also of a change that is done some messages may have failed. */
	if (effect_settle(a, c, &unheard) || effect_take_back(a, c, &unheard)) {
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, unheard.text);
		/* Nothing would ever say that these flags are not the server's: it is asked once more, later. */
		if (c->op == CHANGE_FLAG && state == CHANGE_FAILED && c->attempts < END_TRIES) {
			err_move(e, &unheard);
			return -1;
		}
	}
	err_clear(&unheard);
	end_items(c, CHANGE_FAILED);
	c->state = state;
	c->ended = clock_wall();
	if (!write_end(a, c, e))
		return 0;
	c->state = was;
	c->ended = 0;
	for (unsigned i = 0; i < c->items->len; i++)
		((struct store_change_item *)c->items->pdata[i])->state = items_were[i];
	if (state != CHANGE_DONE)
		show(a, c);
	return -1;
}

int change_end(struct account *a, struct store_change *c, enum change_state state, struct err *why, struct err *e)
{
	unsigned at;
	replay_let_go(a, c);
	note_why(c, why);
	if (end_on_disk(a, c, state, e)) {
		if (why)
			err_clear(why);
		return -1;
	}
	if (c->op == CHANGE_APPEND && (state == CHANGE_DONE || state == CHANGE_UNDONE))
		spool_remove(a, c);
	name_followers(a, c);
	if (state != CHANGE_DONE)
		rebase_followers(a, c);
	if (g_ptr_array_find(a->changes.open, c, &at))
		g_ptr_array_steal_index(a->changes.open, at);
	pending_forget(a);
	announce(a, c);
	tell_waiters(a, c, state, why && why->cause != ERR_NONE ? why : NULL);
	if (c->op == CHANGE_APPEND) {
		aftermath_change_ended(a, c->id);
		mirror_change_ended(a, c->id);
	}
	if (why)
		err_clear(why);
	store_change_free(c);
	return 0;
}

static bool is_open(const struct store_change *c)
{
	return c->state == CHANGE_OPEN || c->state == CHANGE_BEGUN;
}

/* A change that ended in another process: its places are as that process left them. */
static void ended_elsewhere(struct account *a, struct store_change *was)
{
	struct store_change *now = NULL;
	struct err e = ERR_INIT;
	unsigned at;
	if (store_change_get(a->engine->store, was->id, &now, &e)) {
		err_clear(&e);
		return;
	}
	/* What was taken back was so by whoever had asked for it. */
	if (now->state != CHANGE_UNDONE)
		a->changes.heard_ms = clock_ms();
	replay_let_go(a, was);
	if (g_ptr_array_find(a->changes.open, was, &at))
		g_ptr_array_remove_index(a->changes.open, at);
	pending_forget(a);
	bool parked = now->state == CHANGE_PARKED;
	if (now->op == CHANGE_SYNC && store_is_moved(now->error)) {
		g_autofree char *holder = peer_holder(a);
		err_set(&e, ERR_ACCOUNT, ERR_LOCAL, ERR_LATER,
			"the cache was made anew, and the Boxwood that is open (%s) still has the one before: "
			"leave that and start it again; what waits is kept",
			holder);
	} else if (now->state == CHANGE_FAILED || parked)
		err_set(&e, ERR_MESSAGE, parked ? ERR_MISSING : ERR_REFUSED, ERR_NEVER, "%s",
			now->error ? now->error : "it was refused");
	if (now->server)
		err_set_server(&e, now->server);
	announce(a, now);
	tell_waiters(a, now, now->state, e.cause == ERR_NONE ? NULL : &e);
	if (now->op == CHANGE_APPEND) {
		aftermath_change_ended(a, now->id);
		mirror_change_ended(a, now->id);
	}
	err_clear(&e);
	store_change_free(now);
}

/* How far the process that has the lock came. */
static void follow_holder(struct account *a, struct store_change *c, const struct store_change *now)
{
	if (c->state == now->state && c->tried == now->tried && c->step == now->step)
		return;
	c->state = now->state;
	c->tried = now->tried;
	c->step = now->step;
	a->changes.heard_ms = clock_ms();
}

int changes_reload(struct account *a, struct err *e)
{
	g_autoptr(GPtrArray) now = g_ptr_array_new_with_free_func(free_change);
	g_autoptr(GHashTable) there = g_hash_table_new(NULL, NULL);
	if (store_changes_open(a->engine->store, a->number, now, e))
		return -1;
	for (unsigned i = 0; i < now->len; i++)
		g_hash_table_add(there, GUINT_TO_POINTER(((struct store_change *)now->pdata[i])->id));
	for (unsigned i = a->changes.open->len; i--;) {
		struct store_change *c = a->changes.open->pdata[i];
		if (is_open(c) && !g_hash_table_contains(there, GUINT_TO_POINTER(c->id)))
			ended_elsewhere(a, c);
	}
	while (now->len) {
		struct store_change *c = g_ptr_array_steal_index(now, 0);
		struct store_change *known = change_find(a, c->id);
		if (known) {
			if (!a->lock)
				follow_holder(a, known, c);
			store_change_free(c);
			continue;
		}
		/* Its effect too: after a crash between the row and its effect, and when the cache was lost. */
		change_add(a, c);
	}
	return 0;
}

static bool any_waits(const struct account *a, bool append)
{
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		const struct store_change *c = a->changes.open->pdata[i];
		bool asked = g_hash_table_contains(a->changes.asked, GUINT_TO_POINTER(c->id));
		if (is_open(c) && (c->op == CHANGE_APPEND) == append && !asked)
			return true;
	}
	return false;
}

static void queue_replay(struct account *a, struct job **at, bool stores)
{
	*at = replay_job_new(a, stores);
	account_queue(a, *at);
}

bool changes_queue(struct account *a)
{
	bool some = !a->changes.job && any_waits(a, false), store = !a->changes.storing && any_waits(a, true);
	if (!(some || store) || a->engine->settings.offline || !a->cfg->imap)
		return false;
	if (some)
		queue_replay(a, &a->changes.job, false);
	if (store)
		queue_replay(a, &a->changes.storing, true);
	return true;
}

void changes_run(struct account *a)
{
	if (changes_queue(a)) {
		account_run(a);
	} else if (a->engine->settings.offline && a->changes.waiters->len) {
		struct err e = ERR_INIT;
		err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "working offline: it stays in the queue");
		changes_kept(a, &e);
		err_clear(&e);
	}
}
