/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message stored anew without one of its parts. */
#include "app/work.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"

/* What is not stored is not to come later, when nobody thinks of it any more. */
static void take_back(struct work *w)
{
	if (!w->group)
		return;
	struct request *r = request_new(REQ_UNDO, 0, w->account);
	r->answers = w->group;
	app_request(w->m->app, r, NULL, NULL);
}

static void got_stored(struct event *ev, void *aux)
{
	struct work *w = aux;
	if (ev->type == EV_DURABLE && ev->durable)
		w->group = ev->durable->group;
	if (ev->type != EV_ENDED)
		return;
	w->request = 0;
	if (ev->err.cause) {
		take_back(w);
		work_fail(w, &ev->err);
		return;
	}
	w->m->hooks->replaced(w->m->aux, w->account, w->place);
	work_end(w);
}

static int make_detached(struct work *w, const char *path, struct err *e)
{
	struct buf old, made;
	struct fs_new *f = NULL;
	buf_init(&old, ENGINE_MESSAGE_MAX);
	buf_init(&made, ENGINE_MESSAGE_MAX);
	int failed = fs_read(w->temp_path, ENGINE_MESSAGE_MAX, &old, e) ||
		     compose_detach(buf_str(&old), w->section, clock_wall(), &made, e);
	if (!failed && (f = fs_new_open(path, false, e)) && !fs_new_write(f, buf_str(&made), e))
		failed = fs_new_commit(&f, e);
	else
		failed = -1;
	fs_new_abort(&f);
	buf_clear(&old);
	buf_clear(&made);
	return failed;
}

void detach_got_file(struct work *w)
{
	struct err e = ERR_INIT;
	g_autofree char *path = g_build_filename(w->temp, "new", NULL);
	if (make_detached(w, path, &e)) {
		work_fail(w, &e);
		return;
	}
	struct request *r = request_new(REQ_CHANGE, 0, w->account);
	r->change = app_change_new(CHANGE_APPEND, NULL);
	r->change->path = g_steal_pointer(&path);
	r->change->target = g_strdup(w->folder);
	r->change->add = w->flags & MSG_SERVER_FLAGS & ~(MSG_DELETED | MSG_RECENT);
	r->change->received = w->received;
	w->request = app_request(w->m->app, r, got_stored, w);
}

static void got_row(struct event *ev, void *aux)
{
	struct work *w = aux;
	if (ev->type == EV_ROWS && ev->rows && ev->rows->len) {
		const struct store_row *row = ev->rows->pdata[0];
		w->place = store_row_place(row);
		w->flags = row->flags;
		w->received = row->received;
	}
	if (ev->type != EV_ENDED)
		return;
	w->request = 0;
	if (!ev->err.cause && !w->place.folder)
		err_set(&ev->err, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "%s", _("the message is not there any more"));
	if (ev->err.cause)
		work_fail(w, &ev->err);
	else
		work_fetch(w, NULL, false);
}

void model_parts_detach(struct model_parts *m, const struct model_source *of, const struct msg_part *p)
{
	struct work *w = work_new(m, WORK_DETACH, of);
	w->section = g_strdup(p->section);
	work_name(w);
	struct request *r = work_request(w, REQ_FIND);
	w->request = app_request(m->app, r, got_row, w);
}
