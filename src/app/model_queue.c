/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letters on their way: which can still be taken back, what became of them, and which want a decision. */
#include "app/model.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"

#define QUEUE_ROWS 500

static void mail_free(void *m)
{
	store_mail_free(m);
}

struct model_queue *model_queue_new(struct app *a, const struct model_queue_hooks *hooks, void *aux)
{
	struct model_queue *m = g_new0(struct model_queue, 1);
	m->app = a;
	m->hooks = hooks;
	m->aux = aux;
	m->mails = g_ptr_array_new_with_free_func(mail_free);
	m->acts = g_ptr_array_new_with_free_func(g_free);
	m->hidden = g_hash_table_new(NULL, NULL);
	return m;
}

void model_queue_free(struct model_queue *m)
{
	app_forget(m->app, m->request);
	g_ptr_array_unref(m->mails);
	g_ptr_array_unref(m->acts);
	g_hash_table_unref(m->hidden);
	g_free(m);
}

/* --- what is known --- */

static bool is_open(const struct store_mail *m)
{
	return m->state == MAIL_HELD || m->state == MAIL_QUEUED || m->state == MAIL_SENDING ||
	       m->state == MAIL_DEFERRED;
}

static bool is_kept(const struct store_mail *m)
{
	bool ended = m->state == MAIL_DROPPED || (m->state == MAIL_ACCEPTED && m->copy != COPY_FAILED);
	return !ended;
}

static bool is_trouble(const struct store_mail *m)
{
	return m->state == MAIL_REFUSED || m->state == MAIL_MAYBE ||
	       (m->state == MAIL_ACCEPTED && m->copy == COPY_FAILED);
}

static int index_of(const struct model_queue *m, uint32_t id)
{
	for (guint i = 0; i < m->mails->len; i++)
		if (((const struct store_mail *)m->mails->pdata[i])->id == id)
			return (int)i;
	return -1;
}

const struct store_mail *model_queue_find(const struct model_queue *m, uint32_t id)
{
	int at = index_of(m, id);
	return at < 0 ? NULL : m->mails->pdata[at];
}

bool model_queue_has_draft(const struct model_queue *m, uint32_t draft)
{
	for (guint i = 0; draft && i < m->mails->len; i++) {
		const struct store_mail *mail = m->mails->pdata[i];
		if (mail->draft == draft && is_open(mail))
			return true;
	}
	return false;
}

/* The newest first, as the store lists them. Takes mail. */
static void keep(struct model_queue *m, struct store_mail *mail)
{
	int at = index_of(m, mail->id);
	guint to = 0;
	if (at >= 0)
		g_ptr_array_remove_index(m->mails, (guint)at);
	if (!is_kept(mail)) {
		store_mail_free(mail);
		return;
	}
	while (to < m->mails->len && ((const struct store_mail *)m->mails->pdata[to])->id > mail->id)
		to++;
	g_ptr_array_insert(m->mails, (int)to, mail);
}

static void got_mails(struct event *ev, void *aux)
{
	struct model_queue *m = aux;
	if (ev->type == EV_MAILS && ev->mails) {
		g_ptr_array_set_size(m->mails, 0);
		while (ev->mails->len)
			keep(m, g_ptr_array_steal_index(ev->mails, ev->mails->len - 1));
	}
	if (ev->type != EV_ENDED)
		return;
	m->request = 0;
	m->loaded = true;
	m->hooks->changed(m->aux);
}

void model_queue_load(struct model_queue *m)
{
	struct request *r = request_new(REQ_MAILS, 0, -1);
	r->rows = QUEUE_ROWS;
	app_forget(m->app, m->request);
	m->request = app_request(m->app, r, got_mails, m);
}

/* --- what happens --- */

/* Said once, when it is news: what waits for a decision is a banner instead. */
static char *news_of(const struct store_mail *m)
{
	switch (m->state) {
	case MAIL_ACCEPTED: return m->copy == COPY_FAILED ? NULL : app_mail_text(m);
	case MAIL_SENDING:
	case MAIL_DEFERRED: return app_mail_text(m);
	default: return NULL;
	}
}

void model_queue_take(struct model_queue *m, struct store_mail *mail)
{
	const struct store_mail *old = model_queue_find(m, mail->id);
	/* That its copy waits no longer holds once it is stored. */
	bool stored = old && old->copy != mail->copy && mail->copy == COPY_STORED;
	bool news = !old || old->state != mail->state || stored;
	char *words = news ? news_of(mail) : NULL;
	bool trouble = news && is_trouble(mail);
	if (news)
		g_hash_table_remove(m->hidden, GUINT_TO_POINTER(mail->id));
	if (mail->id == m->undoable && mail->state != MAIL_HELD)
		m->undoable = 0;
	g_autofree char *told = trouble ? app_mail_text(mail) : NULL;
	g_autofree char *server = trouble && mail->text ? g_strdup_printf("%s\n%s", told, mail->text) : NULL;
	if (trouble)
		m->hooks->logged(m->aux, server ? server : told);
	keep(m, mail);
	/* What a banner says is not said twice; and that it is sent no longer holds. */
	if (words || trouble)
		m->hooks->said(m->aux, words);
	m->hooks->changed(m->aux);
}

void model_queue_event(struct model_queue *m, struct event *ev)
{
	if (ev->type == EV_STORE_READY)
		model_queue_load(m);
	else if (ev->type == EV_MAIL && ev->mail)
		model_queue_take(m, g_steal_pointer(&ev->mail));
}

void model_queue_sent(struct model_queue *m, struct store_mail *mail)
{
	if (mail->state == MAIL_HELD) {
		m->undoable = mail->id;
		m->sent_at = clock_ms();
	}
	model_queue_take(m, mail);
}

/* --- what can be taken back --- */

const struct store_mail *model_queue_undoable(const struct model_queue *m)
{
	const struct store_mail *mail = model_queue_find(m, m->undoable);
	if (mail && mail->state == MAIL_HELD)
		return mail;
	/* One that was held when the program ended. */
	for (guint i = 0; i < m->mails->len; i++) {
		mail = m->mails->pdata[i];
		if (mail->state == MAIL_HELD && mail->due && mail->due - mail->made <= MODEL_QUEUE_UNDO_S)
			return mail;
	}
	return NULL;
}

unsigned model_queue_waiting(const struct model_queue *m, int64_t *first_due_out)
{
	unsigned n = 0;
	int64_t first = 0;
	for (guint i = 0; i < m->mails->len; i++) {
		const struct store_mail *mail = m->mails->pdata[i];
		bool leaves = is_open(mail) && (mail->state != MAIL_HELD || mail->due);
		if (!leaves)
			continue;
		n++;
		int64_t due = mail->due ? mail->due : clock_wall();
		first = first ? MIN(first, due) : due;
	}
	if (first_due_out)
		*first_due_out = first;
	return n;
}

/* --- what wants a decision --- */

const struct store_mail *model_queue_trouble(const struct model_queue *m)
{
	for (guint i = 0; i < m->mails->len; i++) {
		const struct store_mail *mail = m->mails->pdata[i];
		if (is_trouble(mail) && !g_hash_table_contains(m->hidden, GUINT_TO_POINTER(mail->id)))
			return mail;
	}
	return NULL;
}

bool model_queue_has_others(const struct store_mail *m)
{
	bool others = false, refused = false;
	for (guint i = 0; i < m->rcpts->len; i++) {
		bool no = ((const struct store_rcpt *)m->rcpts->pdata[i])->state == MAIL_REFUSED;
		refused = refused || no;
		others = others || !no;
	}
	return m->state == MAIL_REFUSED && refused && others;
}

void model_queue_hide(struct model_queue *m, uint32_t id)
{
	g_hash_table_add(m->hidden, GUINT_TO_POINTER(id));
	m->hooks->changed(m->aux);
}

/* --- acts on one --- */

struct act {
	struct model_queue *m;
	enum model_queue_act what;
	uint32_t id, draft;
};

static void acted(struct event *ev, void *aux)
{
	struct act *act = aux;
	struct model_queue *m = act->m;
	if (ev->type == EV_MAIL && ev->mail)
		model_queue_take(m, g_steal_pointer(&ev->mail));
	if (ev->type != EV_ENDED)
		return;
	struct act did = *act;
	g_ptr_array_remove(m->acts, act);
	m->hooks->acted(m->aux, did.what, did.id, did.draft, &ev->err);
}

void model_queue_act(struct model_queue *m, uint32_t id, enum model_queue_act what)
{
	static const enum request_type types[] = {
		[QUEUE_UNDO] = REQ_MAIL_DROP,
		[QUEUE_DROP] = REQ_MAIL_DROP,
		[QUEUE_EDIT] = REQ_MAIL_DROP,
		[QUEUE_RETRY] = REQ_MAIL_RETRY,
		[QUEUE_RETRY_MAYBE] = REQ_MAIL_RETRY,
		[QUEUE_RETRY_OTHERS] = REQ_MAIL_RETRY,
		[QUEUE_HOLD] = REQ_MAIL_HOLD,
		[QUEUE_FORGET] = REQ_MAIL_DROP,
	};
	const struct store_mail *mail = model_queue_find(m, id);
	struct request *r = request_new(types[what], 0, -1);
	struct act *act = g_new(struct act, 1);
	*act = (struct act){ m, what, id, mail ? mail->draft : 0 };
	g_ptr_array_add(m->acts, act);
	r->answers = id;
	r->yes = what == QUEUE_RETRY_MAYBE;
	r->whole = what == QUEUE_RETRY_OTHERS;
	app_request(m->app, r, acted, act);
}
