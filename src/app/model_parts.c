/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with parts, and whole messages, outside the program: what is under way, and how its octets come. */
#include "app/work.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "base/utf8.h"

#define STAYS_MS 60000 /* which takes that long to read it */

/* A directory whose file others may still read. */
struct kept {
	char *dir;
	int64_t since;
};

static void kept_free(void *data)
{
	struct kept *k = data;
	g_free(k->dir);
	g_free(k);
}

static void part_free(void *p)
{
	msg_part_free(p);
}

static int compare_places(const void *a, const void *b)
{
	const struct store_place *x = a, *y = b;
	if (x->uid != y->uid)
		return (x->uid > y->uid) - (x->uid < y->uid);
	return (x->local > y->local) - (x->local < y->local);
}

static void go_to_place(struct work *w, guint i)
{
	const struct store_place *p = &g_array_index(w->places, struct store_place, i);
	w->place_at = i;
	w->uid = p->uid;
	w->local = p->local;
}

static bool are_many(const struct work *w)
{
	return w->places && w->places->len > 1;
}

struct work *work_new(struct model_parts *m, enum work_kind kind, const struct model_source *of)
{
	struct work *w = g_new0(struct work, 1);
	*w = (struct work){ .m = m,
		.kind = kind,
		.account = of->account,
		.folder = g_strdup(of->folder),
		.uid = of->uid,
		.local = of->local,
		.fd = -1 };
	buf_init(&w->file, ENGINE_MESSAGE_MAX);
	buf_add_str(&w->file, of->file);
	if (of->places && of->places->len) {
		w->places = g_array_copy((GArray *)of->places);
		g_array_sort(w->places, compare_places);
		go_to_place(w, 0);
	}
	w->parts = g_ptr_array_new_with_free_func(part_free);
	g_ptr_array_add(m->works, w);
	return w;
}

static void keep_temp(struct model_parts *m, char *dir)
{
	struct kept *k = g_new(struct kept, 1);
	*k = (struct kept){ dir, clock_ms() };
	g_ptr_array_add(m->kept, k);
}

static void work_free(void *data)
{
	struct work *w = data;
	struct model_parts *m = w->m;
	app_forget(m->app, w->request);
	if (w->fd >= 0)
		close(w->fd);
	if (w->temp && w->runs && w->kind == WORK_OPEN)
		keep_temp(m, g_steal_pointer(&w->temp));
	app_temp_drop(w->temp);
	g_ptr_array_unref(w->parts);
	g_clear_pointer(&w->entries, g_ptr_array_unref);
	g_clear_pointer(&w->places, g_array_unref);
	buf_clear(&w->file);
	err_clear(&w->err);
	g_free(w->folder);
	g_free(w->named);
	g_free(w->line);
	g_free(w->dir);
	g_free(w->path);
	g_free(w->last);
	g_free(w->section);
	g_free(w->temp);
	g_free(w->temp_path);
	g_free(w);
}

void work_end(struct work *w)
{
	struct model_parts *m = w->m;
	g_ptr_array_remove(m->works, w);
	m->hooks->changed(m->aux);
}

void work_say(const struct work *w, char *sentence)
{
	w->m->hooks->said(w->m->aux, sentence);
}

void work_say_err(const struct work *w, const struct err *e)
{
	const struct cfg *cfg = app_cfg(w->m->app);
	bool known = w->account >= 0 && (guint)w->account < cfg->accounts->len;
	const struct cfg_account *a = known ? cfg->accounts->pdata[w->account] : NULL;
	work_say(w, app_err_text(e, a ? a->label : NULL));
}

void work_fail(struct work *w, struct err *e)
{
	work_say_err(w, e);
	err_clear(e);
	work_end(w);
}

const struct msg_part *work_part(const struct work *w)
{
	return w->at < w->parts->len ? w->parts->pdata[w->at] : NULL;
}

void work_name(struct work *w)
{
	const struct msg_part *p = work_part(w);
	g_autofree char *made = p             ? app_part_name(p)
				: are_many(w) ? g_strdup_printf(_("message %u of %u"), w->place_at + 1, w->places->len)
					      : g_strdup(_("the message"));
	g_free(w->named);
	w->named = utf8_line(str_of(made));
	w->done = w->total = 0;
}

/* --- getting the octets --- */

static void got_file(struct work *w)
{
	if (w->kind == WORK_DETACH)
		detach_got_file(w);
	else
		program_got_file(w);
}

struct request *work_request(const struct work *w, enum request_type type)
{
	struct request *r = request_new(type == REQ_READ && w->file.n ? REQ_FILE : type, 0, w->account);
	r->folder = g_strdup(w->folder);
	r->uid = w->uid;
	r->local = w->local;
	buf_add_str(&r->bytes, buf_str(&w->file));
	return r;
}

void work_progress(struct work *w, const struct event *ev)
{
	w->done = ev->bytes_done;
	w->total = ev->bytes_total;
	w->m->hooks->changed(w->m->aux);
}

static int make_temp(struct work *w, const char *name, uint64_t octets, struct err *e)
{
	if (!w->m->state_dir)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("there is no place for private files"));
	w->temp = app_temp_dir(w->m->state_dir, octets, e);
	if (!w->temp)
		return -1;
	w->temp_path = g_build_filename(w->temp, name, NULL);
	return 0;
}

static void got_part(struct event *ev, void *aux)
{
	struct work *w = aux;
	if (ev->type == EV_PROGRESS)
		work_progress(w, ev);
	if (ev->type != EV_ENDED)
		return;
	w->request = 0;
	if (ev->err.cause)
		work_fail(w, &ev->err);
	else
		got_file(w);
}

static void write_some(struct work *w, struct str bytes)
{
	while (bytes.n && w->err.cause == ERR_NONE) {
		ssize_t n = write(w->fd, bytes.p, bytes.n);
		if (n < 0 && errno != EINTR)
			err_errno(&w->err, errno, _("cannot write"), w->temp_path);
		bytes = str_sub(bytes, n > 0 ? (size_t)n : 0);
	}
}

static void written(struct work *w)
{
	if (close(w->fd) && w->err.cause == ERR_NONE)
		err_errno(&w->err, errno, _("cannot write"), w->temp_path);
	w->fd = -1;
	if (w->err.cause)
		work_fail(w, &w->err);
	else
		got_file(w);
}

static void add_field(GString *out, const char *name, const char *value)
{
	if (value && *value)
		g_string_append_printf(out, "%s: %s\n", name, value);
}

static void add_people(GString *out, const char *name, const GPtrArray *addrs)
{
	g_autoptr(GString) all = g_string_new(NULL);
	for (guint i = 0; i < addrs->len; i++) {
		g_autofree char *one = msg_addr_full(addrs->pdata[i]);
		g_string_append_printf(all, "%s%s", i ? ", " : "", one);
	}
	add_field(out, name, all->str);
}

/* As it is read: what paper wants. */
static void write_text(struct work *w, const struct engine_message *m)
{
	g_autoptr(GString) out = g_string_new(NULL);
	if (!work_part(w) && m->is_mail) {
		g_autofree char *date = app_date_head(m->head);
		add_people(out, "From", m->head->from);
		add_people(out, "To", m->head->to);
		add_people(out, "Cc", m->head->cc);
		add_field(out, "Date", date);
		add_field(out, "Subject", m->head->subject);
		g_string_append_c(out, '\n');
	}
	g_string_append(out, m->text.text ? m->text.text : "");
	g_autofree char *local = utf8_to_locale(out->str);
	write_some(w, str_of(local));
}

/* Of several messages each as an mbox has it: that tells a program where they begin. */
static void write_raw(struct work *w, bool begins, struct str bytes, bool ends)
{
	struct buf out;
	if (!are_many(w)) {
		write_some(w, bytes);
		return;
	}
	buf_init(&out, 2 * bytes.n + MSG_MBOX_HEAD);
	bool full = (begins && msg_mbox_write_begin(&w->mbox, NULL, clock_wall(), &out)) ||
		    msg_mbox_write(&w->mbox, bytes, &out) || (ends && msg_mbox_write_end(&w->mbox, &out));
	if (full && !w->err.cause)
		err_set(&w->err, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "%s", _("the message is too large"));
	write_some(w, buf_str(&out));
	buf_clear(&out);
}

static void ask_for_octets(struct work *w);

static void message_ended(struct work *w)
{
	if (!w->as_text)
		write_raw(w, false, STR(""), true);
	if (!are_many(w) || w->place_at + 1 == w->places->len || w->err.cause) {
		written(w);
		return;
	}
	go_to_place(w, w->place_at + 1);
	ask_for_octets(w);
}

static void got_bytes(struct event *ev, void *aux)
{
	struct work *w = aux;
	if (ev->type == EV_BYTES)
		write_raw(w, false, buf_str(&ev->bytes), false);
	else if (ev->type == EV_MESSAGE && ev->message)
		write_text(w, ev->message);
	else if (ev->type == EV_PROGRESS)
		work_progress(w, ev);
	if (ev->type != EV_ENDED)
		return;
	w->request = 0;
	if (ev->err.cause)
		work_fail(w, &ev->err);
	else
		message_ended(w);
}

static void ask_for_octets(struct work *w)
{
	const struct msg_part *p = work_part(w);
	work_name(w);
	if (!w->as_text)
		write_raw(w, true, STR(""), false);
	else if (w->place_at)
		write_some(w, STR("\f"));
	struct request *r = work_request(w, w->as_text ? REQ_READ : REQ_RAW);
	r->section = w->as_text && p ? g_strdup(p->section) : NULL;
	w->request = app_request(w->m->app, r, got_bytes, w);
}

static int open_temp(struct work *w, struct err *e)
{
	if (make_temp(w, "octets", w->file.n, e))
		return -1;
	w->fd = open(w->temp_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return w->fd < 0 ? err_errno(e, errno, _("cannot write"), w->temp_path) : 0;
}

/* The part's octets into a private file, the message's if there is no part; or with `text` how either reads. */
void work_fetch(struct work *w, const char *name, bool text)
{
	const struct msg_part *p = work_part(w);
	struct err e = ERR_INIT;
	work_name(w);
	if (p && !text) {
		if (make_temp(w, name, p->size, &e)) {
			work_fail(w, &e);
			return;
		}
		struct request *r = work_request(w, REQ_PART);
		r->section = g_strdup(p->section);
		r->path = g_strdup(w->temp_path);
		w->request = app_request(w->m->app, r, got_part, w);
		return;
	}
	if (open_temp(w, &e)) {
		work_fail(w, &e);
	} else if (!text && w->file.n) {
		write_some(w, buf_str(&w->file));
		written(w);
	} else {
		w->as_text = text;
		ask_for_octets(w);
	}
}

/* --- the model --- */

struct model_parts *model_parts_new(
	struct app *a, const char *state_dir, const struct model_parts_hooks *hooks, void *aux)
{
	struct model_parts *m = g_new0(struct model_parts, 1);
	*m = (struct model_parts){ .app = a, .hooks = hooks, .aux = aux };
	m->state_dir = g_strdup(state_dir);
	m->works = g_ptr_array_new_with_free_func(work_free);
	m->kept = g_ptr_array_new_with_free_func(kept_free);
	if (state_dir)
		app_temp_clean(state_dir);
	return m;
}

/* Viewers with a window of their own are nobody's wait. */
static bool is_waited_for(const struct work *w)
{
	const struct mailcap_entry *m = w->entries && w->entry < w->entries->len ? w->entries->pdata[w->entry] : NULL;
	return w->request || !(w->kind == WORK_OPEN && w->runs && m && !m->output);
}

/* Programs go on; their files are removed when the next session begins. */
void model_parts_free(struct model_parts *m)
{
	for (guint i = 0; i < m->works->len; i++) {
		struct work *w = m->works->pdata[i];
		bool viewer = !is_waited_for(w);
		if (w->proc && viewer)
			proc_leave(w->proc);
		else if (w->proc)
			proc_cancel(w->proc);
		if (viewer)
			g_clear_pointer(&w->temp, g_free);
	}
	g_ptr_array_unref(m->works);
	for (guint i = 0; i < m->kept->len; i++) {
		const struct kept *k = m->kept->pdata[i];
		if (clock_ms() - k->since > STAYS_MS)
			app_temp_drop(k->dir);
	}
	g_ptr_array_unref(m->kept);
	g_free(m->state_dir);
	g_free(m);
}

bool model_parts_stop(struct model_parts *m)
{
	bool any = false;
	for (guint i = m->works->len; i-- > 0;) {
		struct work *w = m->works->pdata[i];
		if (!is_waited_for(w))
			continue;
		any = true;
		if (w->request) {
			app_cancel(m->app, w->request);
		} else if (w->proc) {
			proc_cancel(w->proc);
			w->proc = NULL;
			w->runs = false;
			work_end(w);
		}
	}
	return any;
}

char *model_parts_progress(const struct model_parts *m)
{
	for (guint i = m->works->len; i-- > 0;) {
		const struct work *w = m->works->pdata[i];
		if (!w->request)
			continue;
		g_autofree char *done = app_size(w->done), *total = app_size(w->total);
		if (w->total)
			return g_strdup_printf(_("%s: %s of %s. ^C stops it."), w->named, done, total);
		return g_strdup_printf(_("Fetching %s. ^C stops it."), w->named);
	}
	return NULL;
}
