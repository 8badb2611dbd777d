/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connections beside the account's first one. What is large and cannot be cut (a part on its way into a file, a message
 * on its way to the server) runs here, so that the first is always free for the person. Only the screens have them, from
 * when they are needed until some minutes after. They tell nothing about folders: keeping those in agreement is the first
 * connection's alone. */
#include "engine/changes.h"

#include "base/log.h"

#define STAYS_MS 180000 /* with nothing to do */
#define AGAIN_MS 60000  /* what was lost on its way is stored then */

static void stayed(void *aux);

void sides_init(struct account *a)
{
	g_queue_init(&a->large);
	for (unsigned i = 0; i < SIDES_MOST; i++) {
		a->sides[i].account = a;
		a->sides[i].timer = timer_new(a->engine->ctx, stayed, &a->sides[i]);
	}
}

bool side_could(const struct account *a)
{
	return a->engine->settings.stay && a->cfg->connections > 1 && !a->side_refused;
}

/* The first connection has shown that the server is there and the secret is right. */
bool side_can(const struct account *a)
{
	return side_could(a) && a->secret && a->conn && connection_ready(a->conn);
}

static void drop(struct side *s)
{
	struct connection *c = g_steal_pointer(&s->conn);
	if (s->running)
		s->running->conn = NULL;
	s->resting = false;
	timer_at(s->timer, CLOCK_NEVER);
	connection_free(c);
}

static void stayed(void *aux)
{
	struct side *s = aux;
	if (!s->running)
		drop(s);
}

static void start(struct side *s, struct job *j)
{
	s->running = j;
	s->resting = false;
	timer_at(s->timer, CLOCK_NEVER);
	j->side = s;
	j->conn = s->conn;
	j->open = 0;
	j->class->step(j);
	if (s->conn)
		connection_poke(s->conn);
}

static void connect_one(struct account *a)
{
	struct side *next = NULL;
	for (int i = 0; i < MIN(a->cfg->connections - 1, SIDES_MOST); i++) {
		struct side *s = &a->sides[i];
		/* One login at a time: what waits may be done by then. */
		if (s->conn && !connection_ready(s->conn))
			return;
		next = s->conn ? next : s;
	}
	if (!next || !side_can(a))
		return;
	next->conn = connection_new(a, next, a->secret);
	connection_open(next->conn);
}

void side_run(struct account *a)
{
	for (unsigned i = 0; i < SIDES_MOST; i++) {
		struct side *s = &a->sides[i];
		while (!s->running && s->conn && connection_ready(s->conn) && !imap_busy(connection_imap(s->conn)) &&
			!g_queue_is_empty(&a->large))
			start(s, g_queue_pop_head(&a->large));
		if (s->conn && connection_ready(s->conn) && !s->running && !s->resting) {
			s->resting = true;
			connection_tally(s->conn);
			timer_at(s->timer, clock_ms() + STAYS_MS);
		}
	}
	if (!g_queue_is_empty(&a->large))
		connect_one(a);
}

void side_collect(struct account *a)
{
	if (!side_can(a))
		return;
	for (GList *at = a->jobs.head, *next; at; at = next) {
		struct job *j = at->data;
		next = at->next;
		if (!j->large)
			continue;
		g_queue_delete_link(&a->jobs, at);
		g_queue_push_tail(&a->large, j);
	}
	side_run(a);
}

void side_give_back(struct account *a)
{
	struct job *j;
	while ((j = g_queue_pop_head(&a->large)))
		account_queue(a, j);
}

static void end_job(struct side *s, const struct err *why)
{
	struct job *j = s->running;
	struct err e = ERR_INIT;
	drop(s);
	if (!j)
		return;
	err_copy(&e, why);
	if (j->class->lost)
		j->class->lost(j, why);
	job_end(j, &e);
}

/* A server that does not let us in once more is asked no more for as long as the first connection lives. It let that one
 * in: this is no try of a password, and nothing to back off from. */
static void refused(struct account *a, const struct err *why)
{
	log_line(LOG_INFO, "%s: one connection has to do: %s", a->cfg->label, why->server ? why->server : why->text);
	a->side_refused = true;
	side_give_back(a);
	account_run(a);
}

void side_disconnected(struct side *s, struct err *e)
{
	struct account *a = s->account;
	struct err why = ERR_INIT;
	bool ready = connection_ready(s->conn);
	err_move(&why, e);
	if (why.cause == ERR_NONE)
		err_set(&why, ERR_ACCOUNT, ERR_NET, ERR_LATER, "the server closed the connection");
	end_job(s, &why);
	if (!ready)
		refused(a, &why);
	else
		side_run(a);
	if (ready && changes_waiting(a))
		timer_at(a->changes.retry, clock_ms() + AGAIN_MS);
	err_clear(&why);
}

void side_cut(struct side *s)
{
	struct err e = ERR_INIT;
	err_move(&e, &s->running->err);
	job_end(s->running, &e);
	drop(s);
	side_run(s->account);
}

void side_cancel(struct account *a, uint32_t request)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
	for (unsigned i = 0; i < SIDES_MOST; i++) {
		struct job *j = a->sides[i].running;
		/* What streams would go on for long: only a new connection stops it. */
		if (j && j->request && j->request->id == request) {
			err_move(&j->err, &e);
			side_cut(&a->sides[i]);
		}
	}
	err_clear(&e);
}

void side_taken(struct account *a, uint32_t request, uint64_t octets)
{
	for (unsigned i = 0; i < SIDES_MOST; i++) {
		struct job *j = a->sides[i].running;
		if (j && j->request && j->request->id == request && j->class->taken)
			j->class->taken(j, octets);
	}
}

void side_doubt(struct account *a)
{
	for (unsigned i = 0; i < SIDES_MOST; i++)
		if (a->sides[i].conn)
			connection_doubt(a->sides[i].conn);
}

void sides_end(struct account *a, const struct err *why)
{
	side_give_back(a);
	for (unsigned i = 0; i < SIDES_MOST; i++)
		end_job(&a->sides[i], why);
}

void sides_clear(struct account *a)
{
	for (unsigned i = 0; i < SIDES_MOST; i++)
		timer_free(a->sides[i].timer);
}
