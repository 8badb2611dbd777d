/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the front asks of letters that are in the outbox. */
#include "engine/outbox.h"

#include "base/log.h"

struct account *account_numbered(struct engine *en, uint32_t number)
{
	for (unsigned i = 0; i < en->accounts->len; i++) {
		struct account *a = en->accounts->pdata[i];
		if (a->number == number)
			return a;
	}
	return NULL;
}

static struct account *account_of_mail(struct engine *en, uint32_t id, struct store_mail **out, struct err *e)
{
	if (store_mail_get(en->store, id, out, e))
		return NULL;
	struct account *a = account_numbered(en, (*out)->account);
	if (!a)
		err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER,
			"letter %u is of an account that the mailrc no longer has", (unsigned)id);
	return a;
}

/* What has ended badly is forgotten; what has not begun is taken back. */
static int drop(struct engine *en, struct store_mail *m, struct err *e)
{
	if (m->state == MAIL_ACCEPTED && m->copy == COPY_FAILED) {
		m->copy = COPY_NONE;
		return store_mail_put(en->store, m, e);
	}
	if (m->state != MAIL_REFUSED && m->state != MAIL_MAYBE)
		return store_mail_drop(en->store, m->id, e);
	m->state = MAIL_DROPPED;
	m->ended = clock_wall();
	return store_mail_put(en->store, m, e);
}

void mail_drop_request(struct engine *en, struct request *r)
{
	struct store_mail *m = NULL;
	struct err e = ERR_INIT;
	struct account *a = account_of_mail(en, r->answers, &m, &e);
	if (a && !drop(en, m, &e))
		outbox_tell(a, r->id, r->answers, false);
	store_mail_free(m);
	engine_end(en, r, &e);
}

void mail_hold_request(struct engine *en, struct request *r)
{
	struct store_mail *m = NULL;
	struct err e = ERR_INIT;
	struct account *a = account_of_mail(en, r->answers, &m, &e);
	if (a && m->state != MAIL_QUEUED && m->state != MAIL_DEFERRED && m->state != MAIL_HELD)
		err_set(&e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "letter %u is %s", (unsigned)m->id,
			mail_state_names[m->state]);
	if (a && e.cause == ERR_NONE) {
		m->state = MAIL_HELD;
		m->due = 0;
		if (!store_mail_put(en->store, m, &e))
			outbox_tell(a, r->id, r->answers, false);
	}
	store_mail_free(m);
	engine_end(en, r, &e);
}

/* Recipients that have it do not get it again. */
static void open_again(struct store_mail *m, bool leave_out_refused)
{
	m->partial = m->partial || leave_out_refused;
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		struct store_rcpt *to = m->rcpts->pdata[i];
		if (to->state == MAIL_ACCEPTED || (leave_out_refused && to->state == MAIL_REFUSED))
			continue;
		to->state = MAIL_QUEUED;
		/* An old answer must not be taken for one to the next try. */
		to->code = 0;
		g_clear_pointer(&to->text, g_free);
	}
	m->state = MAIL_QUEUED;
	m->step = MAIL_STEP_NONE;
	m->ended = 0;
	m->due = 0;
	/* The patience of trying begins anew. */
	m->attempts = 0;
}

/* It was sent: only its copy is stored again. */
static void retry_copy(struct account *a, struct request *r, struct store_mail *m)
{
	struct err e = ERR_INIT;
	m->copy = COPY_WANTED;
	g_clear_pointer(&m->copy_error, g_free);
	if (!store_mail_put(a->engine->store, m, &e)) {
		outbox_tell(a, r->id, m->id, false);
		aftermath_resume(a);
	}
	engine_end(a->engine, r, &e);
}

void mail_retry_request(struct engine *en, struct request *r)
{
	struct store_mail *m = NULL;
	struct err e = ERR_INIT;
	struct account *a = account_of_mail(en, r->answers, &m, &e);
	if (a && m->state == MAIL_ACCEPTED && m->copy == COPY_FAILED) {
		retry_copy(a, r, m);
		store_mail_free(m);
		return;
	}
	if (a && m->state == MAIL_SENDING)
		err_set(&e, ERR_MESSAGE, ERR_INPUT, ERR_LATER, "letter %u is being sent", (unsigned)m->id);
	else if (a && (m->state == MAIL_ACCEPTED || m->state == MAIL_DROPPED))
		err_set(&e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "letter %u is %s", (unsigned)m->id,
			mail_state_names[m->state]);
	else if (a && m->state == MAIL_MAYBE && !r->yes)
		err_set(&e, ERR_MESSAGE, ERR_MAYBE, ERR_NEVER,
			"letter %u may have been sent; sending it again may make two of it", (unsigned)m->id);
	if (a && e.cause == ERR_NONE) {
		open_again(m, r->whole);
		store_mail_put(en->store, m, &e);
	}
	store_mail_free(m);
	if (e.cause != ERR_NONE) {
		engine_end(en, r, &e);
		return;
	}
	outbox_try_again(a->outbox);
	outbox_wait(a->outbox, r, r->answers);
	outbox_run(a->outbox);
}

/* What was put off is due now. */
static void hasten(struct account *a)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	struct err e = ERR_INIT;
	if (store_mails_open(a->engine->store, a->number, open, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	for (unsigned i = 0; i < open->len; i++) {
		struct store_mail *m = open->pdata[i];
		if (m->state != MAIL_DEFERRED)
			continue;
		m->due = clock_wall();
		if (store_mail_put(a->engine->store, m, &e))
			log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	}
	err_clear(&e);
}

void post_due_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	if (!a || !en->store)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "sending without an account");
	if (e.cause != ERR_NONE || !outbox_can_send(a)) {
		engine_end(en, r, &e);
		return;
	}
	outbox_try_again(a->outbox);
	if (r->whole)
		hasten(a);
	outbox_wait(a->outbox, r, 0);
	outbox_run(a->outbox);
}

char *engine_spool_path(const struct engine *en, const char *name)
{
	return g_build_filename(en->settings.state_dir, "spool", name, NULL);
}
