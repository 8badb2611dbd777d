/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts saved as files, one by one. */
#include "app/work.h"

#include "base/i18n.h"
#include "base/utf8.h"

static void save_next(struct work *w);

static void saved_all(struct work *w)
{
	g_autofree char *size = app_size(w->octets), *name = utf8_line(str_of(w->last ? w->last : ""));
	g_autofree char *dir = utf8_line(str_of(w->dir ? w->dir : "."));
	guint n = w->parts->len;
	if (w->err.cause && w->saved)
		work_say(w, g_strdup_printf(_("Saved %u of %u files in %s: %s"), w->saved, n, dir, w->err.text));
	else if (w->err.cause)
		work_say_err(w, &w->err);
	else if (n == 1)
		work_say(w, g_strdup_printf(_("Saved %s (%s)."), name, size));
	else
		work_say(w, g_strdup_printf(
				    P_("Saved %u file in %s (%s).", "Saved %u files in %s (%s).", n), n, dir, size));
	work_end(w);
}

static void got_saved(struct event *ev, void *aux)
{
	struct work *w = aux;
	if (ev->type == EV_PROGRESS) {
		work_progress(w, ev);
	} else if (ev->type == EV_SAVED) {
		w->saved++;
		w->octets += ev->bytes_done;
		g_free(w->last);
		w->last = g_strdup(ev->path);
	} else if (ev->type == EV_ENDED) {
		w->request = 0;
		if (ev->err.cause && !w->err.cause)
			err_move(&w->err, &ev->err);
		w->at = w->err.cause == ERR_CANCELED ? w->parts->len : w->at + 1;
		save_next(w);
	}
}

/* Names are chosen one by one: each must not be there yet. */
static void save_next(struct work *w)
{
	const struct msg_part *p = work_part(w);
	if (!p) {
		saved_all(w);
		return;
	}
	work_name(w);
	g_autofree char *name = app_part_name(p);
	struct request *r = work_request(w, REQ_PART);
	r->section = g_strdup(p->section);
	r->path = w->path ? g_strdup(w->path) : app_free_path(w->dir, name);
	w->request = app_request(w->m->app, r, got_saved, w);
}

void model_parts_save(struct model_parts *m, const struct model_source *of, const GPtrArray *parts, const char *typed)
{
	struct work *w = work_new(m, WORK_SAVE, of);
	g_autofree char *path = app_expand_home(*typed ? typed : ".");
	for (guint i = 0; i < parts->len; i++)
		g_ptr_array_add(w->parts, msg_part_copy(parts->pdata[i]));
	bool dir = g_file_test(path, G_FILE_TEST_IS_DIR);
	if (parts->len > 1 && !dir) {
		work_say(w, g_strdup_printf(_("There is no directory %s."), typed));
		work_end(w);
		return;
	}
	if (dir)
		w->dir = g_steal_pointer(&path);
	else
		w->path = g_steal_pointer(&path);
	save_next(w);
}

char *model_parts_save_dir(const struct model_parts *m)
{
	const char *dir = app_cfg(m->app)->options.save_dir;
	return dir ? app_expand_home(dir) : NULL;
}
