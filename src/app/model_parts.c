/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done with parts, and whole messages, outside the program: saved, opened, given to a command, printed. */
#include "app/model.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "base/utf8.h"

#define TEST_MS 2000
#define TEST_OCTETS 4096
#define FILTER_MS 10000 /* for a program whose output is looked at */
#define PIPE_MS 600000
#define PRINT_MS 60000
#define OUTPUT_MAX (16u << 20)
#define HANDED_ON_MS 5000 /* a program that ends sooner may have given the file to another */
#define STAYS_MS 60000    /* which takes that long to read it */

enum work_kind { WORK_SAVE, WORK_OPEN, WORK_PIPE, WORK_PRINT, WORK_DETACH };

/* One thing that was asked for, until it is done. */
struct work {
	struct model_parts *m;
	enum work_kind kind;
	/* the message */
	int account;
	char *folder;
	uint32_t uid, local;
	struct buf file;
	GPtrArray *parts; /* struct msg_part *, ours; empty: the whole message */
	guint at;         /* of these */
	uint32_t request;
	uint64_t done, total;
	char *named; /* what is under way, for people */
	char *line;  /* the command that was typed or set */
	/* saving */
	char *dir, *path; /* path: the one the user typed */
	unsigned saved;
	uint64_t octets;
	char *last; /* path */
	struct err err;
	/* a program */
	char *temp, *temp_path;
	int fd;             /* what is being written there; -1 */
	GPtrArray *entries; /* struct mailcap_entry * */
	guint entry;
	struct proc *proc;
	bool runs, lent; /* the program does; it has the terminal */
	int64_t started;
	/* taking a part out */
	char *section;
	struct store_place place; /* folder 0: it was not found */
	uint32_t flags;
	int64_t received;
	uint32_t group; /* of the change that stores the new one */
};

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

static struct work *work_new(struct model_parts *m, enum work_kind kind, const struct model_source *of)
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

static void work_end(struct work *w)
{
	struct model_parts *m = w->m;
	g_ptr_array_remove(m->works, w);
	m->hooks->changed(m->aux);
}

static void say(const struct work *w, char *sentence)
{
	w->m->hooks->said(w->m->aux, sentence);
}

static void say_err(const struct work *w, const struct err *e)
{
	const struct cfg *cfg = app_cfg(w->m->app);
	bool known = w->account >= 0 && (guint)w->account < cfg->accounts->len;
	const struct cfg_account *a = known ? cfg->accounts->pdata[w->account] : NULL;
	say(w, app_err_text(e, a ? a->label : NULL));
}

static void fail(struct work *w, struct err *e)
{
	say_err(w, e);
	err_clear(e);
	work_end(w);
}

static const struct msg_part *part_of(const struct work *w)
{
	return w->at < w->parts->len ? w->parts->pdata[w->at] : NULL;
}

static void name_it(struct work *w)
{
	const struct msg_part *p = part_of(w);
	g_autofree char *made = p ? app_part_name(p) : g_strdup(_("the message"));
	g_free(w->named);
	w->named = utf8_line(str_of(made));
	w->done = w->total = 0;
}

/* --- getting the octets --- */

static struct request *about(const struct work *w, enum request_type type)
{
	struct request *r = request_new(type == REQ_READ && w->file.n ? REQ_FILE : type, 0, w->account);
	r->folder = g_strdup(w->folder);
	r->uid = w->uid;
	r->local = w->local;
	buf_add_str(&r->bytes, buf_str(&w->file));
	return r;
}

static void tell_progress(struct work *w, const struct event *ev)
{
	w->done = ev->bytes_done;
	w->total = ev->bytes_total;
	w->m->hooks->changed(w->m->aux);
}

static void got_file(struct work *w);

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
		tell_progress(w, ev);
	if (ev->type != EV_ENDED)
		return;
	w->request = 0;
	if (ev->err.cause)
		fail(w, &ev->err);
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
		fail(w, &w->err);
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
	if (!part_of(w) && m->is_mail) {
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

static void got_bytes(struct event *ev, void *aux)
{
	struct work *w = aux;
	if (ev->type == EV_BYTES)
		write_some(w, buf_str(&ev->bytes));
	else if (ev->type == EV_MESSAGE && ev->message)
		write_text(w, ev->message);
	else if (ev->type == EV_PROGRESS)
		tell_progress(w, ev);
	if (ev->type != EV_ENDED)
		return;
	w->request = 0;
	if (ev->err.cause)
		fail(w, &ev->err);
	else
		written(w);
}

static int open_temp(struct work *w, struct err *e)
{
	if (make_temp(w, "octets", w->file.n, e))
		return -1;
	w->fd = open(w->temp_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return w->fd < 0 ? err_errno(e, errno, _("cannot write"), w->temp_path) : 0;
}

/* The part's octets into a private file, the message's if there is no part; or with `text` how either reads. */
static void fetch(struct work *w, const char *name, bool text)
{
	const struct msg_part *p = part_of(w);
	struct err e = ERR_INIT;
	name_it(w);
	if (p && !text) {
		if (make_temp(w, name, p->size, &e)) {
			fail(w, &e);
			return;
		}
		struct request *r = about(w, REQ_PART);
		r->section = g_strdup(p->section);
		r->path = g_strdup(w->temp_path);
		w->request = app_request(w->m->app, r, got_part, w);
		return;
	}
	if (open_temp(w, &e)) {
		fail(w, &e);
	} else if (!text && w->file.n) {
		write_some(w, buf_str(&w->file));
		written(w);
	} else {
		struct request *r = about(w, text ? REQ_READ : REQ_RAW);
		r->section = text && p ? g_strdup(p->section) : NULL;
		w->request = app_request(w->m->app, r, got_bytes, w);
	}
}

static int open_file(struct work *w, struct err *e)
{
	int fd = open(w->temp_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? err_errno(e, errno, _("cannot open"), w->temp_path) : fd;
}

/* --- saving --- */

static void save_next(struct work *w);

static void saved_all(struct work *w)
{
	g_autofree char *size = app_size(w->octets), *name = utf8_line(str_of(w->last ? w->last : ""));
	g_autofree char *dir = utf8_line(str_of(w->dir ? w->dir : "."));
	guint n = w->parts->len;
	if (w->err.cause && w->saved)
		say(w, g_strdup_printf(_("Saved %u of %u files in %s: %s"), w->saved, n, dir, w->err.text));
	else if (w->err.cause)
		say_err(w, &w->err);
	else if (n == 1)
		say(w, g_strdup_printf(_("Saved %s (%s)."), name, size));
	else
		say(w, g_strdup_printf(P_("Saved %u file in %s (%s).", "Saved %u files in %s (%s).", n), n, dir, size));
	work_end(w);
}

static void got_saved(struct event *ev, void *aux)
{
	struct work *w = aux;
	if (ev->type == EV_PROGRESS) {
		tell_progress(w, ev);
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
	const struct msg_part *p = part_of(w);
	if (!p) {
		saved_all(w);
		return;
	}
	name_it(w);
	g_autofree char *name = app_part_name(p);
	struct request *r = about(w, REQ_PART);
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
		say(w, g_strdup_printf(_("There is no directory %s."), typed));
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

/* --- programs --- */

/* Without the escapes that colour a terminal, and signs that are struck over others. */
static char *plain_output(struct str s)
{
	GString *out = g_string_sized_new(s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\x1b' && i + 1 < s.n && s.p[i + 1] == '[') {
			i += 2;
			while (i < s.n && (unsigned char)s.p[i] < 0x40)
				i++;
		} else if (s.p[i] == '\b' && out->len && out->str[out->len - 1] != '\n') {
			const char *last = g_utf8_find_prev_char(out->str, out->str + out->len);
			g_string_truncate(out, last ? (gsize)(last - out->str) : 0);
		} else {
			g_string_append_c(out, s.p[i]);
		}
	}
	char *clean = utf8_text((struct str){ out->str, out->len });
	g_string_free(out, TRUE);
	return clean;
}

static void output_came(struct buf *out, struct err *e, void *aux)
{
	struct work *w = aux;
	w->proc = NULL;
	w->runs = false;
	g_autofree char *text = plain_output(buf_str(out));
	if (str_trim(str_of(text)).n && w->kind != WORK_PRINT)
		w->m->hooks->shown(w->m->aux, g_strdup(w->line), g_steal_pointer(&text));
	if (e->cause)
		say_err(w, e);
	else if (w->kind == WORK_PRINT)
		say(w, g_strdup_printf(_("Given to %s."), w->line));
	else if (!out->n)
		say(w, g_strdup_printf(_("%s has ended and printed nothing."), w->line));
	work_end(w);
}

static void show_output(struct work *w, const char *const *argv, int in, int timeout_ms)
{
	w->runs = true;
	struct proc *p = proc_show(argv, in, OUTPUT_MAX, timeout_ms, output_came, w);
	/* It may have ended already, and w with it. */
	if (p)
		w->proc = p;
}

static void viewer_ended(struct buf *out, struct err *e, void *aux)
{
	struct work *w = aux;
	(void)out;
	w->proc = NULL;
	if (w->lent)
		w->m->hooks->take_back(w->m->aux);
	w->runs = !w->lent && clock_ms() - w->started < HANDED_ON_MS && !e->cause;
	if (e->cause)
		say_err(w, e);
	work_end(w);
}

static void run_viewer(struct work *w)
{
	struct mailcap_entry *m = w->entries->pdata[w->entry];
	struct err e = ERR_INIT;
	int in = m->file ? -1 : open_file(w, &e);
	if (!m->file && in < 0) {
		fail(w, &e);
		return;
	}
	g_auto(GStrv) argv = mailcap_argv(m->view, w->temp_path, part_of(w));
	const char *const *words = (const char *const *)argv;
	g_free(w->line);
	w->line = g_path_get_basename(argv[0]);
	w->started = clock_ms();
	if (m->output) {
		show_output(w, words, in, FILTER_MS);
		return;
	}
	w->runs = true;
	w->lent = m->terminal;
	if (w->lent)
		w->m->hooks->lend(w->m->aux);
	else
		say(w, g_strdup_printf(_("%s is opened with %s."), w->named, w->line));
	struct proc *p = proc_lend(words, w->lent, in, viewer_ended, w);
	if (p)
		w->proc = p;
}

static void give_to_command(struct work *w)
{
	struct err e = ERR_INIT;
	int in = open_file(w, &e);
	g_auto(GStrv) words = w->kind == WORK_PRINT ? proc_argv(w->line, &e) : NULL;
	const char *const shell[] = { "/bin/sh", "-c", w->line, NULL };
	if (in < 0 || (w->kind == WORK_PRINT && !words)) {
		if (in >= 0)
			close(in);
		fail(w, &e);
		return;
	}
	unlink(w->temp_path);
	if (words)
		show_output(w, (const char *const *)words, in, PRINT_MS);
	else
		show_output(w, shell, in, PIPE_MS);
}

/* --- without one of its parts --- */

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
		fail(w, &ev->err);
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

static void store_detached(struct work *w)
{
	struct err e = ERR_INIT;
	g_autofree char *path = g_build_filename(w->temp, "new", NULL);
	if (make_detached(w, path, &e)) {
		fail(w, &e);
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
		w->place = (struct store_place){ row->folder, row->uid, row->local };
		w->flags = row->flags;
		w->received = row->received;
	}
	if (ev->type != EV_ENDED)
		return;
	w->request = 0;
	if (!ev->err.cause && !w->place.folder)
		err_set(&ev->err, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "%s", _("the message is not there any more"));
	if (ev->err.cause)
		fail(w, &ev->err);
	else
		fetch(w, NULL, false);
}

void model_parts_detach(struct model_parts *m, const struct model_source *of, const struct msg_part *p)
{
	struct work *w = work_new(m, WORK_DETACH, of);
	w->section = g_strdup(p->section);
	name_it(w);
	struct request *r = about(w, REQ_FIND);
	w->request = app_request(m->app, r, got_row, w);
}

static void got_file(struct work *w)
{
	if (w->kind == WORK_DETACH)
		store_detached(w);
	else if (w->kind == WORK_OPEN)
		run_viewer(w);
	else
		give_to_command(w);
}

/* --- which program --- */

static bool can_run(const struct mailcap_entry *m, const struct msg_part *p)
{
	g_auto(GStrv) argv = m->view ? mailcap_argv(m->view, "", p) : NULL;
	g_autofree char *program = argv && *argv[0] ? g_find_program_in_path(argv[0]) : NULL;
	return program != NULL;
}

/* An octet-stream is what its name says. */
static const char *type_of(const struct msg_part *p)
{
	const char *named = p->name ? msg_type_of_name(p->name) : NULL;
	return named && !strcmp(p->type, "application/octet-stream") ? named : p->type;
}

static void add_fitting(GPtrArray *out, GPtrArray *from, const char *type)
{
	for (guint i = 0; i < from->len;) {
		if (mailcap_fits(from->pdata[i], type))
			g_ptr_array_add(out, g_ptr_array_steal_index(from, i));
		else
			i++;
	}
}

static GPtrArray *entries_for(const struct model_parts *m, const struct msg_part *p)
{
	const GPtrArray *viewers = app_cfg(m->app)->viewers;
	const char *type = type_of(p);
	GPtrArray *entries = mailcap_new();
	g_autoptr(GPtrArray) all = mailcap_new();
	for (guint i = 0; i < viewers->len; i++) {
		const struct cfg_viewer *v = viewers->pdata[i];
		struct mailcap_entry *entry = mailcap_entry_new(v->type, str_of(v->command));
		mailcap_want_file(entry);
		g_ptr_array_add(all, entry);
	}
	mailcap_load(all);
	add_fitting(entries, all, type);
	g_ptr_array_add(entries, mailcap_entry_new(type, STR("xdg-open %s")));
	return entries;
}

bool model_parts_has_viewer(const struct model_parts *m, const struct msg_part *p)
{
	const GPtrArray *viewers = app_cfg(m->app)->viewers;
	for (guint i = 0; i < viewers->len; i++) {
		const struct cfg_viewer *v = viewers->pdata[i];
		struct mailcap_entry entry = { .type = v->type };
		if (mailcap_fits(&entry, type_of(p)))
			return true;
	}
	return false;
}

static void no_program(struct work *w)
{
	const char *type = type_of(part_of(w));
	const struct mailcap_entry *refused = NULL;
	for (guint i = 0; i < w->entries->len && !refused; i++) {
		const struct mailcap_entry *m = w->entries->pdata[i];
		refused = m->why ? m : NULL;
	}
	if (refused)
		say(w, g_strdup_printf(
			       _("'%s' is not run: %s. The part can be saved."), refused->line, _(refused->why)));
	else
		say(w, g_strdup_printf(
			       _("No program is known for %s: set view-%s=.. names one. The part can be saved."), type,
			       type));
	work_end(w);
}

static void choose(struct work *w);

static void test_ended(struct buf *out, struct err *e, void *aux)
{
	struct work *w = aux;
	const struct mailcap_entry *m = w->entries->pdata[w->entry];
	(void)out;
	w->proc = NULL;
	w->runs = false;
	if (!e->cause) {
		g_autofree char *name = app_part_name(part_of(w)), *file = mailcap_file_name(m, name);
		fetch(w, file, false);
		return;
	}
	w->entry++;
	choose(w);
}

/* From w->entry on, the first one that can be run and whose test holds. */
static void choose(struct work *w)
{
	const struct msg_part *p = part_of(w);
	for (; w->entry < w->entries->len; w->entry++) {
		const struct mailcap_entry *m = w->entries->pdata[w->entry];
		if (!can_run(m, p))
			continue;
		g_auto(GStrv) test = m->test ? mailcap_argv(m->test, "", p) : NULL;
		int holds = mailcap_test(m, test);
		if (holds > 0) {
			g_autofree char *name = app_part_name(p), *file = mailcap_file_name(m, name);
			fetch(w, file, false);
			return;
		}
		if (holds < 0) {
			struct proc *asked =
				proc_show((const char *const *)test, -1, TEST_OCTETS, TEST_MS, test_ended, w);
			if (asked)
				w->proc = asked;
			return;
		}
	}
	no_program(w);
}

void model_parts_open(struct model_parts *m, const struct model_source *of, const struct msg_part *p)
{
	struct work *w = work_new(m, WORK_OPEN, of);
	g_ptr_array_add(w->parts, msg_part_copy(p));
	name_it(w);
	w->entries = entries_for(m, p);
	choose(w);
}

void model_parts_pipe(
	struct model_parts *m, const struct model_source *of, const struct msg_part *p, const char *command)
{
	struct work *w = work_new(m, WORK_PIPE, of);
	if (p)
		g_ptr_array_add(w->parts, msg_part_copy(p));
	w->line = g_strdup(command);
	fetch(w, "octets", false);
}

bool model_parts_may_fetch(const struct msg_part *p)
{
	static const char *const fetching[] = { "text/html", "application/xhtml+xml", "image/svg+xml" };
	const char *named = p->name ? msg_type_of_name(p->name) : NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(fetching); i++)
		if (!strcmp(p->type, fetching[i]) || !g_strcmp0(named, fetching[i]))
			return true;
	return false;
}

bool model_parts_can_print(const struct msg_part *p)
{
	const char *type = type_of(p);
	return g_str_has_prefix(type, "text/") || g_str_has_prefix(type, "message/") ||
	       g_str_has_prefix(type, "image/") || !strcmp(type, "application/pdf") ||
	       !strcmp(type, "application/postscript");
}

void model_parts_print(struct model_parts *m, const struct model_source *of, const struct msg_part *p)
{
	struct work *w = work_new(m, WORK_PRINT, of);
	bool text = !p || ((g_str_has_prefix(p->type, "text/") || g_str_has_prefix(p->type, "message/")) &&
				  !strstr(p->section, MSG_WITHIN_SIGN));
	if (p)
		g_ptr_array_add(w->parts, msg_part_copy(p));
	w->line = g_strdup(app_cfg(m->app)->options.print);
	fetch(w, "octets", text);
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
