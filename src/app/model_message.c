/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"

#include <string.h>

#include "base/fs.h"
#include "base/utf8.h"

#define PEOPLE_KNOWN 500

static struct request *about(const struct model_message *m, enum request_type type)
{
	bool read = type == REQ_READ && m->file.n;
	struct request *r = request_new(read ? REQ_FILE : type, 0, m->account);
	r->folder = g_strdup(m->folder);
	r->uid = m->uid;
	r->local = m->local;
	/* Fits: it was read under the same limit. */
	buf_add_str(&r->bytes, buf_str(&m->file));
	return r;
}

static void say(struct model_message *m, char *sentence)
{
	g_free(m->said);
	m->said = sentence;
}

static void say_err(struct model_message *m, const struct err *e)
{
	const struct cfg *cfg = app_cfg(m->app);
	bool known = m->account >= 0 && (guint)m->account < cfg->accounts->len;
	const struct cfg_account *a = known ? cfg->accounts->pdata[m->account] : NULL;
	say(m, app_err_text(e, a ? a->label : NULL));
}

static void look_for_doubts(struct model_message *m)
{
	g_clear_pointer(&m->doubts, g_ptr_array_unref);
	if (m->message)
		m->doubts = app_doubts(m->message, m->known);
}

static void got_people(struct event *ev, void *aux)
{
	struct model_message *m = aux;
	for (guint i = 0; ev->type == EV_PEOPLE && ev->people && i < ev->people->len; i++) {
		const struct store_person *p = ev->people->pdata[i];
		if (p->sent && p->addr)
			g_ptr_array_add(m->known, g_strdup(p->addr));
	}
	if (ev->type != EV_ENDED)
		return;
	m->meeting = 0;
	guint before = m->doubts ? m->doubts->len : 0;
	look_for_doubts(m);
	if (m->doubts && m->doubts->len != before)
		m->changed(m->aux);
}

/* Those a stranger may be mistaken for. */
static void meet_people(struct model_message *m)
{
	struct request *r = request_new(REQ_PEOPLE, 0, -1);
	r->rows = PEOPLE_KNOWN;
	m->meeting = app_request(m->app, r, got_people, m);
}

static void got_message(struct event *ev, void *aux)
{
	struct model_message *m = aux;
	if (ev->type == EV_MESSAGE && ev->message) {
		g_clear_pointer(&m->message, engine_message_free);
		m->message = g_steal_pointer(&ev->message);
		look_for_doubts(m);
	} else if (ev->type == EV_PROGRESS) {
		m->done = ev->bytes_done;
		m->total = ev->bytes_total;
	} else if (ev->type == EV_ENDED) {
		m->request = 0;
		err_move(&m->err, &ev->err);
		/* What was shown before stays; without it the view says why there is nothing. */
		if (m->err.cause && m->message)
			say_err(m, &m->err);
	}
	m->changed(m->aux);
}

static struct model_message *new_model(struct app *a, const char *section, model_changed_fn changed, void *aux)
{
	struct model_message *m = g_new0(struct model_message, 1);
	m->app = a;
	m->account = -1;
	m->section = g_strdup(section);
	m->known = g_ptr_array_new_with_free_func(g_free);
	m->changed = changed;
	m->aux = aux;
	buf_init(&m->file, ENGINE_MESSAGE_MAX);
	buf_init(&m->source, MSG_TEXT_MAX);
	return m;
}

static void read_it(struct model_message *m)
{
	struct request *r = about(m, REQ_READ);
	r->section = g_strdup(m->section);
	r->charset = g_strdup(m->charset);
	r->html_first = m->html_first;
	m->request = app_request(m->app, r, got_message, m);
}

static struct model_message *model_of(struct app *a, int account, const char *folder, const struct store_row *row,
	const char *section, model_changed_fn changed, void *aux)
{
	struct model_message *m = new_model(a, section, changed, aux);
	m->account = account;
	m->folder = g_strdup(folder);
	m->folder_id = row->folder;
	m->uid = row->uid;
	m->local = row->local;
	return m;
}

struct model_message *model_message_new(struct app *a, int account, const char *folder, const struct store_row *row,
	const char *section, model_changed_fn changed, void *aux)
{
	struct model_message *m = model_of(a, account, folder, row, section, changed, aux);
	model_message_read(m);
	return m;
}

struct model_message *model_message_later(struct app *a, int account, const char *folder, const struct store_row *row,
	model_changed_fn changed, void *aux)
{
	return model_of(a, account, folder, row, NULL, changed, aux);
}

void model_message_read(struct model_message *m)
{
	if (m->request || m->message)
		return;
	err_clear(&m->err);
	read_it(m);
	if (!m->known->len && !m->meeting)
		meet_people(m);
}

struct model_message *model_message_file(
	struct app *a, const char *path, model_changed_fn changed, void *aux, struct err *e)
{
	struct model_message *m = new_model(a, NULL, changed, aux);
	if (fs_read(path, ENGINE_MESSAGE_MAX, &m->file, e)) {
		model_message_free(m);
		return NULL;
	}
	read_it(m);
	return m;
}

struct model_message *model_message_part(
	const struct model_message *of, const char *section, model_changed_fn changed, void *aux)
{
	struct model_message *m = new_model(of->app, section, changed, aux);
	m->account = of->account;
	m->folder = g_strdup(of->folder);
	m->folder_id = of->folder_id;
	m->uid = of->uid;
	m->local = of->local;
	buf_add_str(&m->file, buf_str(&of->file));
	read_it(m);
	return m;
}

void model_message_free(struct model_message *m)
{
	if (!m)
		return;
	app_forget(m->app, m->request);
	app_forget(m->app, m->raw_request);
	app_forget(m->app, m->meeting);
	g_ptr_array_unref(m->known);
	if (m->doubts)
		g_ptr_array_unref(m->doubts);
	engine_message_free(m->message);
	err_clear(&m->err);
	g_free(m->folder);
	g_free(m->section);
	g_free(m->charset);
	g_free(m->raw);
	buf_clear(&m->file);
	buf_clear(&m->source);
	g_free(m->said);
	g_free(m);
}

void model_message_read_as(struct model_message *m, bool html_first, const char *charset)
{
	char *named = g_strdup(charset);
	app_forget(m->app, m->request);
	err_clear(&m->err);
	g_free(m->charset);
	m->charset = named;
	m->html_first = html_first;
	read_it(m);
	m->changed(m->aux);
}

static void got_source(struct event *ev, void *aux)
{
	struct model_message *m = aux;
	if (ev->type == EV_BYTES) {
		/* Past the cap the rest is not shown; `boxwood show --raw` has no such limit. */
		if (m->source.n < m->source.max)
			buf_add(&m->source, ev->bytes.p, MIN(ev->bytes.n, m->source.max - m->source.n));
	} else if (ev->type == EV_ENDED) {
		m->raw_request = 0;
		if (ev->err.cause)
			say_err(m, &ev->err);
		else
			m->raw = utf8_text(buf_str(&m->source));
		buf_clear(&m->source);
	}
	m->changed(m->aux);
}

void model_message_source(struct model_message *m)
{
	if (m->raw || m->raw_request)
		return;
	if (m->file.n) {
		m->raw = utf8_text(buf_str(&m->file));
		m->changed(m->aux);
		return;
	}
	m->raw_request = app_request(m->app, about(m, REQ_RAW), got_source, m);
}

bool model_message_stop(struct model_message *m)
{
	bool any = m->request || m->raw_request;
	app_cancel(m->app, m->request);
	app_cancel(m->app, m->raw_request);
	return any;
}

uint64_t model_part_size(const struct msg_part *p)
{
	if (!strcmp(p->encoding, "base64")) /* four octets for three, and line ends */
		return p->size / 78 * 57 + p->size % 78 * 3 / 4;
	return p->size;
}
