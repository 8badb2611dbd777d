/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A letter being written: saved as it grows, handed to the outbox, and not let go before that is durable. */
#include "app/model.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"

struct model_letter *model_letter_new(struct app *a, GMainContext *ctx, struct draft *d, struct app_from *from,
	const struct model_letter_hooks *hooks, void *aux)
{
	struct model_letter *m = g_new0(struct model_letter, 1);
	m->app = a;
	m->draft = d;
	m->from = *from;
	*from = (struct app_from){ 0 };
	m->parent.account = -1;
	m->hooks = hooks;
	m->aux = aux;
	m->known = g_ptr_array_new_with_free_func(g_free);
	m->timer = timer_new(ctx, model_letter_save_due, m);
	return m;
}

void model_letter_free(struct model_letter *m)
{
	if (!m)
		return;
	/* Nobody waits for it any more. */
	m->hooks = NULL;
	m->then = NULL;
	m->then_send = false;
	if (m->dirty) {
		/* The newest text follows what is being saved. */
		app_forget(m->app, m->saving);
		m->saving = 0;
		model_letter_save(m);
	}
	app_forget(m->app, m->saving);
	app_forget(m->app, m->sending);
	app_forget(m->app, m->asking);
	app_forget(m->app, m->meeting);
	app_markdown_cancel(m->making);
	timer_free(m->timer);
	draft_free(m->interim);
	engine_discard(m->draft);
	app_from_clear(&m->from);
	if (m->original)
		g_ptr_array_unref(m->original);
	if (m->identities)
		g_ptr_array_unref(m->identities);
	g_ptr_array_unref(m->known);
	store_mail_free(m->mail);
	err_clear(&m->err);
	g_free(m->title);
	g_free(m->reports);
	g_free(m->delivered);
	g_free(m->editor_path);
	g_free(m);
}

void model_letter_listen(struct model_letter *m, const struct model_letter_hooks *hooks, void *aux)
{
	m->hooks = hooks;
	m->aux = aux;
}

static void changed(struct model_letter *m)
{
	if (m->hooks)
		m->hooks->changed(m->aux);
}

/* Takes sentence. */
static void say(struct model_letter *m, char *sentence)
{
	if (m->hooks)
		m->hooks->said(m->aux, sentence);
	else
		g_free(sentence);
}

/* --- saving --- */

/* With descriptors of its own: who gets the copy closes them. NULL with e: there are no more, and an attachment without
 * one would go empty. */
static struct draft *copy_whole(const struct draft *d, struct err *e)
{
	struct draft *copy = draft_copy(d);
	bool failed = false;
	for (guint i = 0; i < copy->files->len; i++) {
		struct draft_file *f = copy->files->pdata[i];
		if (f->fd < 0)
			continue;
		f->fd = failed ? -1 : fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
		if (f->fd >= 0 || failed)
			continue;
		failed = true;
		err_errno(e, errno, "cannot read", f->name ? f->name : "");
	}
	if (!failed)
		return copy;
	engine_discard(copy);
	return NULL;
}

static void send_now(struct model_letter *m);

/* What waited for it goes on; m may be gone after that. */
static void saved_or_not(struct model_letter *m, bool saved)
{
	void (*then)(void *, bool) = m->then;
	void *aux = m->then_aux;
	bool send = m->then_send;
	m->then = NULL;
	m->then_send = false;
	m->dirty = !saved;
	changed(m);
	if (send && saved)
		send_now(m);
	else if (send)
		say(m, app_err_text(&m->err, NULL));
	if (then)
		then(aux, saved);
}

static void got_saved(struct event *ev, void *aux)
{
	struct model_letter *m = aux;
	if (ev->type == EV_DRAFT && ev->draft) {
		m->id = ev->draft->id;
		m->saved = ev->draft->saved;
		m->mirrored = ev->draft->mirrored;
	}
	if (ev->type != EV_ENDED)
		return;
	m->saving = 0;
	err_move(&m->err, &ev->err);
	bool saved = m->err.cause == ERR_NONE;
	if (saved && m->dirty) {
		/* It went on meanwhile. */
		model_letter_save(m);
		return;
	}
	saved_or_not(m, saved);
}

void model_letter_save(struct model_letter *m)
{
	timer_at(m->timer, CLOCK_NEVER);
	m->dirty_since = 0;
	if (m->saving) {
		m->dirty = true;
		return;
	}
	struct draft *copy = copy_whole(m->interim ? m->interim : m->draft, &m->err);
	if (!copy) {
		saved_or_not(m, false);
		return;
	}
	struct request *r = request_new(REQ_DRAFT_SAVE, 0, m->from.account);
	r->draft = g_new0(struct engine_draft, 1);
	*r->draft = (struct engine_draft){ .id = m->id,
		.account = m->from.account,
		.draft = copy,
		.parent = m->parent,
		.mirror = m->left,
		.editor_path = g_strdup(m->editor_path) };
	m->dirty = false;
	m->saving = app_request(m->app, r, got_saved, m);
}

void model_letter_save_due(void *aux)
{
	struct model_letter *m = aux;
	if (m->dirty)
		model_letter_save(m);
}

void model_letter_save_then(struct model_letter *m, void (*then)(void *aux, bool saved), void *aux)
{
	m->then = then;
	m->then_aux = aux;
	model_letter_save(m);
}

void model_letter_touch(struct model_letter *m)
{
	int64_t now = clock_ms();
	if (!m->dirty || !m->dirty_since)
		m->dirty_since = now;
	m->dirty = true;
	timer_at(m->timer, MIN(now + LETTER_PAUSE_MS, m->dirty_since + LETTER_SAVE_MS));
}

void model_letter_interim(struct model_letter *m, struct draft *d)
{
	bool any = d || m->interim;
	draft_free(m->interim);
	m->interim = d;
	if (any)
		model_letter_touch(m);
}

void model_letter_event(struct model_letter *m, const struct event *ev)
{
	if (ev->type == EV_IDENTITIES && !ev->id && ev->account == m->from.account)
		model_letter_identities(m);
	if (ev->type != EV_DRAFT || !ev->draft || !m->id || ev->draft->id != m->id)
		return;
	m->mirrored = ev->draft->mirrored && !m->dirty;
	changed(m);
}

void model_letter_drop(struct model_letter *m)
{
	struct request *r = request_new(REQ_DRAFT_DROP, 0, m->from.account);
	m->dirty = false;
	r->answers = m->id;
	if (m->id)
		app_request(m->app, r, NULL, NULL);
	else
		request_free(r);
}

/* --- who it is from --- */

/* A probe that was too soon has its answer all the same: what is known. */
static char *probe_text(const struct err *e)
{
	if (e->cause != ERR_NOT_DUE || !e->after)
		return e->cause == ERR_NONE ? NULL : app_err_text(e, NULL);
	g_autofree char *next = app_date_time(clock_wall() + e->after);
	return g_strdup_printf(_("The server was asked within the last day; it can be asked again %s."), next);
}

static void got_identities(struct event *ev, void *aux)
{
	struct model_letter *m = aux;
	if (ev->type == EV_IDENTITIES) {
		if (m->identities)
			g_ptr_array_unref(m->identities);
		m->identities = g_steal_pointer(&ev->identities);
		m->after_data = ev->after_data;
		m->size_max = ev->size_max;
	} else if (ev->type == EV_ENDED) {
		m->asking = 0;
		if (m->probing)
			say(m, probe_text(&ev->err));
		m->probing = false;
	}
	changed(m);
}

void model_letter_identities(struct model_letter *m)
{
	app_forget(m->app, m->asking);
	m->asking = app_request(m->app, request_new(REQ_IDENTITIES, 0, m->from.account), got_identities, m);
}

static void got_people(struct event *ev, void *aux)
{
	struct model_letter *m = aux;
	for (guint i = 0; ev->type == EV_PEOPLE && ev->people && i < ev->people->len; i++) {
		const struct store_person *p = ev->people->pdata[i];
		if (p->sent)
			g_ptr_array_add(m->known, g_strdup(p->addr));
	}
	if (ev->type != EV_ENDED)
		return;
	m->meeting = 0;
	changed(m);
}

void model_letter_people(struct model_letter *m)
{
	struct request *r = request_new(REQ_PEOPLE, 0, -1);
	r->rows = LETTER_PEOPLE;
	app_forget(m->app, m->meeting);
	m->meeting = app_request(m->app, r, got_people, m);
}

void model_letter_probe(struct model_letter *m, const char *addr)
{
	struct request *r = request_new(REQ_PROBE, 0, m->from.account);
	r->folder = g_strdup(addr);
	app_forget(m->app, m->asking);
	m->probing = true;
	m->asking = app_request(m->app, r, got_identities, m);
}

void model_letter_validate(struct model_letter *m, const char *addr)
{
	struct request *r = request_new(REQ_IDENTITY_ADD, 0, m->from.account);
	r->folder = g_strdup(addr);
	app_forget(m->app, m->asking);
	m->asking = app_request(m->app, r, got_identities, m);
}

const struct engine_identity *model_letter_identity(const struct model_letter *m, const char *addr)
{
	for (guint i = 0; addr && m->identities && i < m->identities->len; i++) {
		const struct engine_identity *id = m->identities->pdata[i];
		if (!g_ascii_strcasecmp(id->known.addr, addr))
			return id;
	}
	return NULL;
}

void model_letter_from(struct model_letter *m, struct app_from *now)
{
	bool moved = now->account != m->from.account;
	app_letter_set_from(m->draft, app_cfg(m->app), &m->from, now);
	app_from_clear(&m->from);
	m->from = *now;
	*now = (struct app_from){ 0 };
	m->no_asked = false;
	if (moved) {
		g_clear_pointer(&m->identities, g_ptr_array_unref);
		model_letter_identities(m);
	}
	model_letter_touch(m);
	changed(m);
}

/* --- sending --- */

GPtrArray *model_letter_faults(const struct model_letter *m)
{
	GPtrArray *faults = g_ptr_array_new_with_free_func(g_free);
	enum err_cause cause;
	draft_check(m->draft, faults, &cause);
	return faults;
}

GPtrArray *model_letter_guards(const struct model_letter *m)
{
	const struct cfg *cfg = app_cfg(m->app);
	const struct cfg_account *a = cfg->accounts->pdata[m->from.account];
	int many = cfg->options.many_recipients;
	struct guard_facts facts = { .known = m->known,
		.account_email = a->email,
		.original = m->original,
		.many = many ? (unsigned)many : UINT_MAX,
		.no_reminder = !cfg->options.attach_reminder,
		.size_max = m->size_max };
	return draft_guards(m->draft, &facts);
}

char *model_letter_size_text(const struct model_letter *m)
{
	uint64_t octets = draft_octets(m->draft);
	if (!m->size_max || octets <= m->size_max)
		return NULL;
	g_autofree char *has = app_size(octets), *takes = app_size(m->size_max);
	return g_strdup_printf(_("The letter is too large: %s as sent, and the server takes %s."), has, takes);
}

static void got_sent(struct event *ev, void *aux)
{
	struct model_letter *m = aux;
	if (ev->type == EV_MAIL && ev->mail) {
		store_mail_free(m->mail);
		m->mail = g_steal_pointer(&ev->mail);
	}
	if (ev->type != EV_ENDED)
		return;
	m->sending = 0;
	if (m->mail && m->hooks)
		m->hooks->sent(m->aux, g_steal_pointer(&m->mail)); /* may free m */
	else if (!m->mail)
		say(m, app_err_text(&ev->err, NULL));
}

/* Takes html. */
static void post_it(struct model_letter *m, char *html)
{
	const struct cfg *cfg = app_cfg(m->app);
	struct err e = ERR_INIT;
	struct draft *copy = copy_whole(m->draft, &e);
	if (!copy) {
		say(m, app_err_text(&e, NULL));
		err_clear(&e);
		g_free(html);
		return;
	}
	if (html) {
		g_free(copy->html);
		copy->html = html;
	}
	struct request *r = request_new(REQ_SEND, 0, m->from.account);
	r->post = engine_post_new(copy);
	r->post->parent = m->parent;
	r->post->draft_id = m->id;
	r->post->keep_bcc = cfg->options.sent_bcc;
	r->post->at = m->at;
	r->post->hold = m->at ? 0 : (unsigned)cfg->options.undo_send;
	r->post->queue = true;
	/* What was typed was looked at then. */
	app_reports(cfg, m->reports, NULL, r->post, &e);
	err_clear(&e);
	m->sending = app_request(m->app, r, got_sent, m);
}

static char *not_made(const struct err *e)
{
	g_autofree char *why = app_err_text(e, NULL);
	return g_strdup_printf(_("Not sent. %s"), why);
}

static void got_html(char *html, const struct err *e, void *aux)
{
	struct model_letter *m = aux;
	m->making = NULL;
	if (html)
		post_it(m, html);
	else
		say(m, not_made(e));
}

/* HTML is made of the text as it is now. */
static void send_now(struct model_letter *m)
{
	struct err e = ERR_INIT;
	m->then_send = false;
	if (!m->draft->markdown || m->draft->kind == DRAFT_BOUNCE) {
		post_it(m, NULL);
		return;
	}
	m->making = app_markdown_run(app_cfg(m->app), m->draft->text, got_html, m, &e);
	if (!m->making)
		say(m, not_made(&e));
	err_clear(&e);
}

bool model_letter_stop(struct model_letter *m)
{
	if (!m->making)
		return false;
	app_markdown_cancel(g_steal_pointer(&m->making));
	changed(m);
	return true;
}

void model_letter_send(struct model_letter *m, int64_t at)
{
	if (model_letter_is_leaving(m))
		return;
	m->at = at;
	m->then_send = true;
	model_letter_save(m);
}

bool model_letter_is_leaving(const struct model_letter *m)
{
	return m->then_send || m->sending || m->making;
}
