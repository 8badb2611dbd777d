/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account: its lock, its connection and when it may be made, and the jobs that wait for it. */
#include "engine/changes.h"

#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "engine/outbox.h"
#include "net/sasl.h"

#define LOCK_WAIT_MS 1500
#define LOCK_LOOK_MS 20

static void timer_fired(void *aux);

struct account *account_new(struct engine *en, int index, const struct cfg_account *cfg)
{
	struct account *a = g_new0(struct account, 1);
	a->engine = en;
	a->index = index;
	a->cfg = cfg;
	g_queue_init(&a->jobs);
	a->state.phase = ACCOUNT_OFFLINE;
	a->state.since = clock_wall();
	a->timer = timer_new(en->ctx, timer_fired, a);
	changes_init(a);
	a->keep = keep_new(a);
	a->ahead = ahead_new(a);
	sides_init(a);
	resume_init(a);
	a->outbox = outbox_new(a);
	return a;
}

static void end_all(struct account *a, const struct err *why)
{
	struct job *j;
	while ((j = g_queue_pop_head(&a->jobs))) {
		struct err copy = ERR_INIT;
		err_copy(&copy, why);
		job_end(j, &copy);
	}
}

void account_free(struct account *a)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_ACCOUNT, ERR_CANCELED, ERR_LATER, "the program ends");
	secret_cancel(a->secret_wait);
	sides_end(a, &e);
	if (a->running) {
		struct err copy = ERR_INIT;
		err_copy(&copy, &e);
		job_end(a->running, &copy);
	}
	end_all(a, &e);
	resume_clear(a, &e);
	err_clear(&e);
	check_smtp_cancel(a, 0);
	outbox_free(a->outbox);
	changes_clear(a);
	keep_free(a->keep);
	ahead_free(a->ahead);
	sides_clear(a);
	connection_free(a->conn);
	secret_free(a->secret);
	timer_free(a->timer);
	if (a->cut_source)
		g_source_destroy(g_main_context_find_source_by_id(a->engine->ctx, a->cut_source));
	peer_unlock(a);
	store_account_info_clear(&a->info);
	err_clear(&a->state.err);
	err_clear(&a->token_refused);
	g_free(a->watched);
	g_free(a);
}

void account_report(struct account *a)
{
	struct event *ev = event_new(EV_ACCOUNT, 0, a->index);
	ev->state = g_new0(struct account_state, 1);
	*ev->state = a->state;
	ev->state->err = (struct err){ 0 };
	err_copy(&ev->state->err, &a->state.err);
	engine_emit(a->engine, ev);
}

void account_set_phase(struct account *a, enum account_phase phase, const struct err *why)
{
	if (a->state.phase != phase)
		a->state.since = clock_wall();
	a->state.phase = phase;
	if (why)
		err_copy(&a->state.err, why);
	else
		err_clear(&a->state.err);
	account_report(a);
}

int account_save(struct account *a, struct err *e)
{
	return store_account_put(a->engine->store, a->number, &a->info, e);
}

static void save_quietly(struct account *a)
{
	struct err e = ERR_INIT;
	if (account_save(a, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}

/* --- when to come back --- */

uint32_t random32(void)
{
	uint32_t r;
	net_random(&r, sizeof(r));
	return r;
}

static void wake_at(struct account *a, int64_t wall)
{
	int64_t in = wall - clock_wall();
	a->state.next = wall;
	timer_at(a->timer, clock_ms() + (in > 0 ? in : 0) * 1000);
}

static void plan_poll(struct account *a)
{
	if (!a->engine->settings.stay || a->engine->settings.offline)
		return;
	int64_t now = clock_wall(), last = a->info.last_poll && a->info.last_poll <= now ? a->info.last_poll : now;
	wake_at(a, schedule_next_poll(a->cfg, last, random32()));
}

void account_start(struct account *a)
{
	struct err e = ERR_INIT;
	if (a->cfg->imap)
		plan_poll(a);
	account_report(a);
	if (folders_mark_tiers(a, &e) || effect_settle_ended(a, &e) || changes_reload(a, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	mirror_resume(a);
	if (a->engine->settings.stay)
		changes_run(a);
	outbox_start(a->outbox);
}

/* After a failure that may pass. */
static void come_back(struct account *a)
{
	if (!a->engine->settings.stay || a->engine->settings.offline)
		return;
	wake_at(a, clock_wall() + schedule_backoff(a->failures ? a->failures : 1, random32()));
	account_report(a);
}

void account_reached(struct account *a)
{
	/* Entered at once: a contact that ends badly, or a crash in it, is one too. */
	a->info.last_poll = clock_wall();
	a->dialed = true;
	save_quietly(a);
}

/* Time for a poll; or for a new connection to idle on, which is no poll. */
static void timer_fired(void *aux)
{
	struct account *a = aux;
	if (a->lock_until) {
		account_run(a);
		return;
	}
	bool due = !schedule_until_due(a->cfg, a->info.last_poll, clock_wall());
	a->state.next = 0;
	if (!a->conn)
		changes_run(a);
	if (!due && !(a->can_idle && a->watched && !a->conn)) {
		plan_poll(a);
		return;
	}
	struct request *r = request_new(due ? REQ_SYNC : REQ_OPEN, 0, a->index);
	r->due = SYNC_POLL;
	r->folder = due ? NULL : g_strdup(a->watched);
	account_add(a, sync_job_new(a, r));
}

void account_contacted(struct account *a, bool poll)
{
	struct store_ledger add = { .polls = poll, .acts = !poll };
	struct err e = ERR_INIT;
	a->info.last_poll = clock_wall();
	if (store_ledger_add(a->engine->store, a->number, clock_wall(), &add, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	save_quietly(a);
	plan_poll(a);
}

/* --- secrets --- */

static void secret_refused(struct account *a)
{
	if (!a->secret)
		return;
	login_note_refused(&a->info, a->secret);
	g_clear_pointer(&a->secret, secret_free);
	save_quietly(a);
}

void account_secret_worked(struct account *a, enum sasl_mechanism by)
{
	account_set_phase(a, ACCOUNT_ONLINE, NULL);
	err_clear(&a->token_refused);
	if (login_note_worked(&a->info, by))
		save_quietly(a);
}

/* --- the connection --- */

/* Another process has the account, and may be about to give it back: true while it is worth waiting. */
static bool wait_for_lock(struct account *a)
{
	int64_t now = clock_ms();
	if (!a->lock_until)
		a->lock_until = now + (a->engine->settings.stay ? 0 : LOCK_WAIT_MS);
	if (now < a->lock_until) {
		timer_at(a->timer, now + LOCK_LOOK_MS);
		return true;
	}
	return false;
}

static void set_idling(struct account *a, bool idling)
{
	if (a->state.idling == idling)
		return;
	a->state.idling = idling;
	account_report(a);
}

static void end_and_drop(struct account *a, struct err *e)
{
	job_end(a->running, e);
	account_drop_connection(a);
	account_set_phase(a, ACCOUNT_OFFLINE, NULL);
	account_run(a);
	if (!a->conn)
		come_back(a);
}

void account_cut(struct account *a)
{
	struct err e = ERR_INIT;
	err_move(&e, &a->running->err);
	end_and_drop(a, &e);
	err_clear(&e);
}

static void start(struct account *a, struct job *j)
{
	a->running = j;
	j->side = NULL;
	j->conn = a->conn;
	j->open = 0;
	set_idling(a, false);
	if (imap_idling(connection_imap(a->conn)))
		imap_idle_done(connection_imap(a->conn));
	if (connection_takes_jobs(a->conn))
		j->class->step(j);
	if (a->conn)
		connection_poke(a->conn);
}

/* The next job for the first connection. One that may have a connection of its own waits for that. */
static struct job *take_next(struct account *a)
{
	bool apart = side_could(a) && !(a->conn && connection_ready(a->conn));
	for (GList *at = a->jobs.head; at; at = at->next) {
		struct job *j = at->data;
		if (j->large && apart)
			continue;
		g_queue_delete_link(&a->jobs, at);
		return j;
	}
	return NULL;
}

static void stop_with(struct account *a, struct job *j, struct err *e)
{
	enum account_phase phase = e->cause == ERR_NET ? ACCOUNT_WAITING : ACCOUNT_STOPPED;
	err_clear(&a->token_refused);
	if (!a->engine->settings.offline)
		account_set_phase(a, phase, e);
	if (j->class->lost)
		j->class->lost(j, e);
	struct err copy = ERR_INIT;
	err_copy(&copy, e);
	job_end(j, &copy);
	end_all(a, e);
	changes_kept(a, e);
	if (e->cause == ERR_NET)
		come_back(a);
	err_clear(e);
}

static void connect_now(struct account *a)
{
	if (g_queue_is_empty(&a->jobs))
		return;
	/* A token may have to be renewed, with the job that waits for it. */
	struct job *j = login_by_token(a) ? g_queue_pop_head(&a->jobs) : take_next(a);
	account_set_phase(a, ACCOUNT_CONNECTING, NULL);
	a->conn = connection_new(a, NULL, a->secret);
	if (j)
		start(a, j);
	/* Only now, so that the job's first commands leave behind LOGIN. */
	if (a->conn)
		connection_open(a->conn);
}

static void got_secret(void *aux, struct secret *s, struct err *e)
{
	struct account *a = aux;
	struct job *j = g_queue_peek_head(&a->jobs);
	if (!j) {
		secret_free(s);
		return;
	}
	if (!s) {
		stop_with(a, g_queue_pop_head(&a->jobs), e);
		return;
	}
	bool refused = login_is_refused(&a->info, s), renewed = a->token_refused.cause != ERR_NONE;
	if ((refused && renewed) || !schedule_may_try(a->cfg, &a->info, refused, j->person, clock_wall())) {
		secret_free(s);
		if (renewed)
			err_move(e, &a->token_refused);
		else
			err_set(e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER,
				"the server refused this password before; it is not tried again by itself");
		stop_with(a, g_queue_pop_head(&a->jobs), e);
		return;
	}
	secret_free(a->secret);
	a->secret = s;
	connect_now(a);
}

static void get_secret(struct account *a)
{
	struct secret_source from = login_secret(a);
	secret_get(a->engine, &from, &a->secret_wait, got_secret, a);
}

/* Another process drives the account. True: it does what j was to do, or keeps the cache fresh anyway. */
static bool leave_to_peer(struct account *a, struct job *j)
{
	struct request *r = j->request;
	bool poll = r && r->type == REQ_SYNC && r->due == SYNC_POLL;
	bool asks = r && r->id && !poll && peer_may_ask(r);
	struct err e = ERR_INIT;
	bool changes = j == a->changes.job || j == a->changes.storing;
	if (!poll && !asks && !changes)
		return false;
	g_queue_pop_head(&a->jobs);
	if (asks)
		j->request = NULL;
	if (changes)
		peer_hand_over(a);
	job_end(j, NULL);
	if (asks && peer_ask(a, r, &e))
		engine_end(a->engine, r, &e);
	return true;
}

static void make_connection(struct account *a)
{
	struct err e = ERR_INIT;
	if (a->secret_wait)
		return;
	if (a->engine->settings.offline)
		err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "working offline");
	else if (!a->cfg->imap)
		err_set(&e, ERR_ACCOUNT, ERR_LACKING, ERR_NEVER, "the account has no 'imap' line");
	if (e.cause == ERR_NONE && peer_lock(a, &e) && e.cause == ERR_NET) {
		bool left = leave_to_peer(a, g_queue_peek_head(&a->jobs));
		if (left || wait_for_lock(a)) {
			err_clear(&e);
			if (left)
				account_run(a);
			return;
		}
	}
	a->lock_until = 0;
	if (e.cause != ERR_NONE) {
		stop_with(a, g_queue_pop_head(&a->jobs), &e);
		return;
	}
	const struct job *first = g_queue_peek_head(&a->jobs);
	if (!first->request || !first->request->dry_run)
		changes_queue(a);
	if (a->secret)
		connect_now(a);
	else
		get_secret(a);
}

/* True: something else comes first. */
static bool idle(struct account *a)
{
	struct imap_session *s = connection_imap(a->conn);
	/* A word that keeps the connection alive is not worth a write. */
	if (imap_idling(s))
		return false;
	connection_tally(a->conn);
	if (!a->engine->settings.stay || !connection_ready(a->conn))
		return false;
	if (ahead_idle(a))
		return false;
	if (live_settle(connection_live(a->conn))) {
		connection_poke(a->conn);
		return true;
	}
	/* A server that refuses it has lost the capability. */
	bool can = (imap_caps(s) & IMAP_CAP_IDLE) && imap_selected(s);
	if (can) {
		connection_idle(a->conn);
	}
	set_idling(a, can);
	keep_idle(a);
	return false;
}

void account_queue(struct account *a, struct job *j)
{
	GList *at = a->jobs.head;
	while (at && ((struct job *)at->data)->class->priority <= j->class->priority)
		at = at->next;
	if (at)
		g_queue_insert_before(&a->jobs, at, j);
	else
		g_queue_push_tail(&a->jobs, j);
}

void account_add(struct account *a, struct job *j)
{
	account_queue(a, j);
	account_run(a);
}

void account_run(struct account *a)
{
	if (!a->running && a->copies_wait && a->listed) {
		a->copies_wait = false;
		aftermath_resume(a);
		changes_queue(a);
	}
	for (side_collect(a); !a->running; side_collect(a)) {
		bool some = !g_queue_is_empty(&a->jobs);
		/* Whoever waited for the lock may have been canceled. */
		if (!some)
			a->lock_until = 0;
		if (!a->conn) {
			if (some)
				make_connection(a);
			return;
		}
		/* What a canceled job asked for is awaited: its data must not reach another. */
		if (imap_busy(connection_imap(a->conn)))
			return;
		struct job *j = take_next(a);
		if (j)
			start(a, j);
		else if (!idle(a))
			return;
	}
}

void account_drop_connection(struct account *a)
{
	struct connection *c = a->conn;
	if (login_by_token(a))
		g_clear_pointer(&a->secret, secret_free);
	if (a->running)
		a->running->conn = NULL;
	side_give_back(a);
	a->side_refused = false;
	a->conn = NULL;
	a->state.idling = false;
	connection_free(c);
}

/* A refused token may only have run out: its command is asked once for another, and the job that runs begins with that;
 * it has queued nothing yet. */
static bool renew_token(struct account *a, struct err *why)
{
	struct job *j = a->running;
	if (!j || why->cause != ERR_AUTH || !login_by_token(a) || a->token_refused.cause != ERR_NONE)
		return false;
	err_move(&a->token_refused, why);
	a->running = NULL;
	g_queue_push_head(&a->jobs, j);
	account_drop_connection(a);
	get_secret(a);
	return true;
}

void account_disconnected(struct account *a, struct err *e)
{
	struct err why = ERR_INIT;
	struct job *j = a->running;
	err_move(&why, e);
	if (why.cause == ERR_NONE)
		err_set(&why, ERR_ACCOUNT, ERR_NET, ERR_LATER, "the server closed the connection");
	log_line(LOG_INFO, "%s: disconnected: %s", a->cfg->label, why.text);
	if (why.cause == ERR_NET)
		a->failures++;
	if (why.cause == ERR_AUTH)
		secret_refused(a);
	if (renew_token(a, &why))
		return;
	err_clear(&a->token_refused);
	if (j && j->class->lost)
		j->class->lost(j, &why);
	account_drop_connection(a);
	account_set_phase(a, why.cause == ERR_NET ? ACCOUNT_WAITING : ACCOUNT_STOPPED, &why);
	if (j) {
		struct err copy = ERR_INIT;
		err_copy(&copy, &why);
		job_end(j, &copy);
	}
	end_all(a, &why);
	changes_kept(a, &why);
	if (why.cause == ERR_NET)
		come_back(a);
	err_clear(&why);
}

static gboolean cut(gpointer data)
{
	struct account *a = data;
	a->cut_source = 0;
	if (a->running && a->running->cut)
		account_cut(a);
	for (unsigned i = 0; i < SIDES_MOST; i++)
		if (a->sides[i].running && a->sides[i].running->cut)
			side_cut(&a->sides[i]);
	return G_SOURCE_REMOVE;
}

void job_cut_soon(struct job *j)
{
	struct account *a = j->account;
	j->cut = true;
	if (a->cut_source)
		return;
	GSource *source = g_idle_source_new();
	g_source_set_callback(source, cut, a, NULL);
	a->cut_source = g_source_attach(source, a->engine->ctx);
	g_source_unref(source);
}

/* --- what the front asks --- */

bool account_may_act(struct account *a, struct err *e)
{
	struct store *st = a->engine->store;
	int64_t now = clock_wall(), oldest = 0;
	unsigned count = 0;
	/* What one command does is one act. */
	if (a->engine->settings.interactive || a->engine->settings.offline || a->acted)
		return true;
	if (store_act_count(st, a->number, now - 3600, &count, &oldest, e))
		return false;
	if (count >= ENGINE_ACTS_PER_HOUR) {
		err_set(e, ERR_ACCOUNT, ERR_NOT_DUE, ERR_LATER,
			"%u contacts within the hour, and without a terminal %u are allowed", count,
			ENGINE_ACTS_PER_HOUR);
		e->after = (int)(oldest + 3600 - now) + 1;
		return false;
	}
	a->acted = !store_act_add(st, a->number, now, e);
	return a->acted;
}

void account_cancel(struct account *a, uint32_t request)
{
	struct err e = ERR_INIT;
	if (changes_cancel(a, request) || outbox_cancel(a->outbox, request) ||
		(request && check_smtp_cancel(a, request)))
		return;
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
	if (resume_cancel(a, request, &e)) {
		err_clear(&e);
		return;
	}
	side_give_back(a);
	for (GList *at = a->jobs.head; at; at = at->next) {
		struct job *j = at->data;
		if (j->request && j->request->id == request) {
			g_queue_delete_link(&a->jobs, at);
			job_end(j, &e);
			break;
		}
	}
	side_collect(a);
	side_cancel(a, request);
	struct job *j = a->running;
	if (j && j->request && j->request->id == request) {
		/* A part that is streaming would go on for long: only a new connection stops it. */
		if ((j->heavy && j->open) || (a->conn && !connection_ready(a->conn))) {
			end_and_drop(a, &e);
		} else {
			job_end(j, &e);
			account_run(a);
		}
	}
	err_clear(&e);
}

void account_taken(struct account *a, uint32_t request, uint64_t octets)
{
	struct job *j = a->running;
	if (j && j->request && j->request->id == request && j->class->taken)
		j->class->taken(j, octets);
	side_taken(a, request, octets);
}

struct job *account_running(const struct account *a, const struct side *s)
{
	return s ? s->running : a->running;
}

void account_rest(struct account *a)
{
	struct err e = ERR_INIT;
	outbox_rest(a->outbox);
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "the program was stopped");
	sides_end(a, &e);
	if (a->running)
		job_end(a->running, &e);
	err_clear(&e);
	if (a->conn) {
		account_drop_connection(a);
		account_set_phase(a, ACCOUNT_OFFLINE, NULL);
	}
	peer_free(a);
	peer_unlock(a);
}

void account_resume(struct account *a)
{
	outbox_run(a->outbox);
	changes_queue(a);
	if (!g_queue_is_empty(&a->jobs))
		account_run(a);
	/* A new connection to listen on is a login with backoff. */
	if (!a->conn)
		come_back(a);
}

void account_retry(struct account *a, struct secret *s)
{
	if (s && !login_by_token(a)) {
		secret_free(a->secret);
		a->secret = s;
	} else {
		secret_free(s);
	}
	struct request *r = request_new(REQ_SYNC, 0, a->index);
	r->folder = g_strdup(a->watched);
	struct job *j = sync_job_new(a, r);
	j->person = true;
	a->failures = 0;
	account_add(a, j);
}

void account_answer(struct account *a, struct request *r)
{
	if (outbox_answer(a->outbox, r) || check_smtp_answer(a, r))
		return;
	if (a->secret_wait && secret_ask_id(a->secret_wait) == r->answers)
		secret_answer(a->secret_wait, r->yes ? g_steal_pointer(&r->secret) : NULL);
}
