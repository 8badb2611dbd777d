/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts and messages given to programs: the viewer of their type, a command, the printer. */
#include "app/work.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
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

static int open_file(struct work *w, struct err *e)
{
	int fd = open(w->temp_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? err_errno(e, errno, _("cannot open"), w->temp_path) : fd;
}

/* --- what runs --- */

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
		work_say_err(w, e);
	else if (w->kind == WORK_PRINT)
		work_say(w, g_strdup_printf(_("Given to %s."), w->line));
	else if (!out->n)
		work_say(w, g_strdup_printf(_("%s has ended and printed nothing."), w->line));
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
		work_say_err(w, e);
	work_end(w);
}

static void run_viewer(struct work *w)
{
	struct mailcap_entry *m = w->entries->pdata[w->entry];
	struct err e = ERR_INIT;
	int in = m->file ? -1 : open_file(w, &e);
	if (!m->file && in < 0) {
		work_fail(w, &e);
		return;
	}
	g_auto(GStrv) argv = mailcap_argv(m->view, w->temp_path, work_part(w));
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
		work_say(w, g_strdup_printf(_("%s is opened with %s."), w->named, w->line));
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
		work_fail(w, &e);
		return;
	}
	unlink(w->temp_path);
	if (words)
		show_output(w, (const char *const *)words, in, PRINT_MS);
	else
		show_output(w, shell, in, PIPE_MS);
}

static const struct mailcap_entry *entry_of(const struct work *w)
{
	return w->entries && w->entry < w->entries->len ? w->entries->pdata[w->entry] : NULL;
}

/* By the print command of a mailcap. */
static void run_printer(struct work *w)
{
	const GPtrArray *words = entry_of(w)->print;
	struct err e = ERR_INIT;
	int in = mailcap_names_file(words) ? -1 : open_file(w, &e);
	if (e.cause) {
		work_fail(w, &e);
		return;
	}
	g_auto(GStrv) argv = mailcap_argv(words, w->temp_path, work_part(w));
	g_free(w->line);
	w->line = g_path_get_basename(argv[0]);
	show_output(w, (const char *const *)argv, in, PRINT_MS);
}

void program_got_file(struct work *w)
{
	if (w->kind == WORK_OPEN)
		run_viewer(w);
	else if (w->kind == WORK_PRINT && entry_of(w))
		run_printer(w);
	else
		give_to_command(w);
}

/* --- which program --- */

static bool can_run(const GPtrArray *words, const struct msg_part *p)
{
	g_auto(GStrv) argv = words ? mailcap_argv(words, "", p) : NULL;
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
	const char *type = type_of(work_part(w));
	const struct mailcap_entry *refused = NULL;
	for (guint i = 0; i < w->entries->len && !refused; i++) {
		const struct mailcap_entry *m = w->entries->pdata[i];
		refused = m->why ? m : NULL;
	}
	if (refused)
		work_say(w, g_strdup_printf(
				    _("'%s' is not run: %s. The part can be saved."), refused->line, _(refused->why)));
	else
		work_say(w, g_strdup_printf(
				    _("No program is known for %s: set view-%s=.. names one. The part can be saved."),
				    type, type));
	work_end(w);
}

static bool printers_take(const struct msg_part *p)
{
	const char *type = type_of(p);
	return g_str_has_prefix(type, "text/") || g_str_has_prefix(type, "message/") ||
	       g_str_has_prefix(type, "image/") || !strcmp(type, "application/pdf") ||
	       !strcmp(type, "application/postscript");
}

/* By the command of `set print`. */
static void print_as_set(struct work *w)
{
	if (!printers_take(work_part(w))) {
		no_program(w);
		return;
	}
	g_free(w->line);
	w->line = g_strdup(app_cfg(w->m->app)->options.print);
	work_fetch(w, "octets", false);
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
		g_autofree char *name = app_part_name(work_part(w)), *file = mailcap_file_name(m, name);
		work_fetch(w, file, false);
		return;
	}
	w->entry++;
	choose(w);
}

/* From w->entry on, the first one that can be run and whose test holds. */
static void choose(struct work *w)
{
	const struct msg_part *p = work_part(w);
	for (; w->entry < w->entries->len; w->entry++) {
		const struct mailcap_entry *m = w->entries->pdata[w->entry];
		if (!can_run(w->kind == WORK_PRINT ? m->print : m->view, p))
			continue;
		g_auto(GStrv) test = m->test ? mailcap_argv(m->test, "", p) : NULL;
		int holds = mailcap_test(m, test);
		if (holds > 0) {
			g_autofree char *name = app_part_name(p), *file = mailcap_file_name(m, name);
			work_fetch(w, file, false);
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
	if (w->kind == WORK_PRINT)
		print_as_set(w);
	else
		no_program(w);
}

void model_parts_open(struct model_parts *m, const struct model_source *of, const struct msg_part *p)
{
	struct work *w = work_new(m, WORK_OPEN, of);
	g_ptr_array_add(w->parts, msg_part_copy(p));
	work_name(w);
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
	work_fetch(w, "octets", false);
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

static bool mailcap_prints(const struct msg_part *p)
{
	g_autoptr(GPtrArray) all = mailcap_new();
	bool prints = false;
	mailcap_load(all);
	for (guint i = 0; i < all->len && !prints; i++) {
		const struct mailcap_entry *m = all->pdata[i];
		prints = mailcap_fits(m, type_of(p)) && can_run(m->print, p);
	}
	return prints;
}

bool model_parts_can_print(const struct msg_part *p)
{
	return printers_take(p) || mailcap_prints(p);
}

void model_parts_print(struct model_parts *m, const struct model_source *of, const struct msg_part *p)
{
	struct work *w = work_new(m, WORK_PRINT, of);
	bool text = !p || ((g_str_has_prefix(p->type, "text/") || g_str_has_prefix(p->type, "message/")) &&
				  !strstr(p->section, MSG_WITHIN_SIGN));
	if (p)
		g_ptr_array_add(w->parts, msg_part_copy(p));
	if (text) {
		w->line = g_strdup(app_cfg(m->app)->options.print);
		work_fetch(w, "octets", true);
		return;
	}
	w->entries = entries_for(m, p);
	choose(w);
}
