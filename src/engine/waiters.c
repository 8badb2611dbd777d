/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who waits for letters of an outbox: a request that ends with one, or with all that is due. */
#include "engine/outbox.h"

#include "base/log.h"

struct waiter {
	struct request *request;
	uint32_t mail; /* 0: all */
	bool ours;     /* it was this process that sent it */
	struct err err;
};

struct waiters {
	struct account *account;
	GPtrArray *all; /* struct waiter * */
};

struct waiters *waiters_new(struct account *a)
{
	struct waiters *l = g_new(struct waiters, 1);
	*l = (struct waiters){ a, g_ptr_array_new() };
	return l;
}

static void end_at(struct waiters *l, unsigned at)
{
	struct waiter *w = g_ptr_array_remove_index(l->all, at);
	engine_end(l->account->engine, w->request, w->err.cause == ERR_NONE ? NULL : &w->err);
	err_clear(&w->err);
	g_free(w);
}

void waiters_add(struct waiters *l, struct request *r, uint32_t mail)
{
	struct waiter *w = g_new0(struct waiter, 1);
	w->request = r;
	w->mail = mail;
	g_ptr_array_add(l->all, w);
}

bool waiters_cancel(struct waiters *l, uint32_t request)
{
	for (unsigned i = 0; i < l->all->len; i++) {
		struct waiter *w = l->all->pdata[i];
		if (w->request->id != request)
			continue;
		err_set(&w->err, ERR_PROGRAM, ERR_CANCELED, ERR_LATER, "it stays in the outbox");
		end_at(l, i);
		return true;
	}
	return false;
}

void waiters_tell(struct waiters *l, uint32_t mail, const struct err *why, bool ended)
{
	bool told = false;
	for (unsigned i = 0; i < l->all->len; i++) {
		struct waiter *w = l->all->pdata[i];
		if (w->mail && w->mail != mail)
			continue;
		told = true;
		outbox_tell(l->account, w->request->id, mail, false);
		if (why && why->cause != ERR_NONE && w->err.cause == ERR_NONE)
			err_copy(&w->err, why);
	}
	if (!told)
		outbox_tell(l->account, 0, mail, false);
	for (unsigned i = l->all->len; ended && i--;)
		if (((struct waiter *)l->all->pdata[i])->mail == mail)
			end_at(l, i);
}

void waiters_end_flushes(struct waiters *l, const struct err *why)
{
	for (unsigned i = l->all->len; i--;) {
		struct waiter *w = l->all->pdata[i];
		if (w->mail)
			continue;
		if (why && why->cause != ERR_NONE && w->err.cause == ERR_NONE)
			err_copy(&w->err, why);
		end_at(l, i);
	}
}

void waiters_kept(struct waiters *l, const struct err *why)
{
	for (unsigned i = l->all->len; i--;) {
		struct waiter *w = l->all->pdata[i];
		if (w->mail && l->account->engine->settings.stay)
			continue;
		if (w->mail)
			outbox_tell(l->account, w->request->id, w->mail, false);
		if (w->err.cause == ERR_NONE)
			err_copy(&w->err, why);
		end_at(l, i);
	}
}

/* The end of a letter that another process sent, as its row tells it. */
static void tell_others_end(struct waiters *l, const struct store_mail *m)
{
	struct err e = ERR_INIT;
	enum err_cause cause = m->state == MAIL_MAYBE ? ERR_MAYBE : ERR_REFUSED;
	if (m->state == MAIL_REFUSED || m->state == MAIL_MAYBE)
		err_set(&e, g_strcmp0(m->stage, MAIL_STAGE_SENDER) ? ERR_MESSAGE : ERR_ACCOUNT, cause, ERR_NEVER, "%s",
			m->error ? m->error : mail_state_names[m->state]);
	else if (m->state == MAIL_DROPPED)
		err_set(&e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER, "the letter was taken back");
	else if (m->state == MAIL_DEFERRED || m->state == MAIL_HELD)
		err_set(&e, ERR_MESSAGE, ERR_NET, ERR_LATER, "%s",
			m->error ? m->error : "it stays in the outbox for now");
	if (m->text && e.cause != ERR_NONE)
		err_set_server(&e, m->text);
	waiters_tell(l, m->id, &e, true);
	err_clear(&e);
}

bool waiters_look(struct waiters *l, uint32_t under_way)
{
	bool watch = false, stays = l->account->engine->settings.stay;
	for (unsigned i = l->all->len; i--;) {
		const struct waiter *w = i < l->all->len ? l->all->pdata[i] : NULL;
		struct store_mail *m = NULL;
		struct err e = ERR_INIT;
		if (!w || !w->mail || under_way == w->mail ||
			store_mail_get(l->account->engine->store, w->mail, &m, &e)) {
			if (e.cause != ERR_NONE)
				log_line(LOG_ERROR, "%s: %s", l->account->cfg->label, e.text);
			err_clear(&e);
			continue;
		}
		bool copying = m->state == MAIL_ACCEPTED && (m->copy == COPY_WANTED || m->copy == COPY_BEGUN);
		bool later = m->state == MAIL_HELD || m->state == MAIL_DEFERRED;
		bool waits = m->state == MAIL_QUEUED || (later && (w->ours || stays));
		/* What another process gave back is sent here. */
		if (m->state == MAIL_SENDING || (m->state == MAIL_QUEUED && !stays))
			watch = true;
		else if (!waits && !(copying && w->ours))
			tell_others_end(l, m);
		store_mail_free(m);
	}
	return watch;
}

void waiters_copies_kept(struct waiters *l)
{
	for (unsigned i = l->all->len; i--;) {
		struct waiter *w = l->all->pdata[i];
		struct store_mail *m = NULL;
		struct err e = ERR_INIT;
		bool sent = w->mail && !store_mail_get(l->account->engine->store, w->mail, &m, &e) &&
			    m->state == MAIL_ACCEPTED;
		err_clear(&e);
		store_mail_free(m);
		if (!sent)
			continue;
		outbox_tell(l->account, w->request->id, w->mail, false);
		end_at(l, i);
	}
}

bool waiters_any(const struct waiters *l)
{
	return l->all->len;
}

void waiters_claimed(struct waiters *l, uint32_t mail)
{
	for (unsigned i = 0; i < l->all->len; i++) {
		struct waiter *w = l->all->pdata[i];
		w->ours = w->ours || w->mail == mail;
	}
}

void waiters_free(struct waiters *l)
{
	while (l->all->len) {
		struct waiter *w = l->all->pdata[0];
		err_set(&w->err, ERR_PROGRAM, ERR_CANCELED, ERR_LATER, "the program ends; it stays in the outbox");
		end_at(l, 0);
	}
	g_ptr_array_unref(l->all);
	g_free(l);
}
