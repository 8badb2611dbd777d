/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's own editor, on the lent terminal or in a window beside the screens. The engine goes on meanwhile, and what
 * the editor had is never lost: its file stays until the letter has its text. */
#include "ui/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/proc.h"
#include "base/watch.h"

#define PID_OCTETS 64
#define WINDOW_MS 10000 /* for the window to open */

struct editing {
	struct ui *ui;
	struct model_letter *letter; /* ours while it is in a window */
	struct view *view;           /* NULL: it is in a window */
	struct proc *proc;
	struct watch *watch; /* on its file; NULL: nothing tells of it */
	char **argv;
	bool tells_pid;
};

static void editing_free(struct editing *s)
{
	g_ptr_array_remove(s->ui->editing, s);
	watch_free(s->watch);
	g_strfreev(s->argv);
	g_free(s);
}

bool edit_has(const struct ui *ui, uint32_t draft)
{
	for (guint i = 0; i < ui->editing->len; i++)
		if (((const struct editing *)ui->editing->pdata[i])->letter->id == draft)
			return true;
	return false;
}

bool edit_is_of(const struct ui *ui, const struct view *v)
{
	for (guint i = 0; i < ui->editing->len; i++)
		if (((const struct editing *)ui->editing->pdata[i])->view == v)
			return true;
	return false;
}

void edit_forget(struct ui *ui, const struct view *v)
{
	for (guint i = ui->editing->len; i-- > 0;) {
		struct editing *s = ui->editing->pdata[i];
		if (s->view != v)
			continue;
		if (s->proc)
			proc_leave(s->proc);
		editing_free(s);
	}
}

void edit_leave(struct ui *ui)
{
	while (ui->editing->len) {
		struct editing *s = ui->editing->pdata[0];
		if (s->proc)
			proc_leave(s->proc);
		if (!s->view)
			model_letter_free(s->letter);
		editing_free(s);
	}
}

/* --- what it has left --- */

/* A From that was written is the user's word. */
static void take_from(struct ui *ui, struct model_letter *m)
{
	struct app_from now = { 0 };
	struct err e = ERR_INIT;
	const struct msg_addr *said = m->draft->from;
	const char *was = m->from.addr->addr;
	if (!said || !said->addr) {
		msg_addr_free(m->draft->from);
		m->draft->from = msg_addr_new(m->from.addr->name, was);
	} else if (g_ascii_strcasecmp(said->addr, was)) {
		g_autofree char *full = msg_addr_full(said);
		if (!app_from_typed(app_cfg(ui->app), m->from.account, full, &now, &e))
			model_letter_from(m, &now);
	}
	err_clear(&e);
}

/* A header block begins with a field; a text without one leaves the fields as they are. */
static bool has_header(const struct ui *ui, const char *text)
{
	size_t n = strcspn(text, ": \t\n");
	return app_cfg(ui->app)->options.edit_headers && n && text[n] == ':';
}

/* NULL, or the sentence of what is wrong. */
static char *edit_take(struct ui *ui, struct model_letter *m, const char *text)
{
	const struct cfg *cfg = app_cfg(ui->app);
	struct err e = ERR_INIT;
	bool headers = has_header(ui, text);
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	draft_of_text(m->draft, str_of(text), headers, faults);
	char *wrong = faults->len ? g_strdup(faults->pdata[0]) : NULL;
	if (headers) {
		app_letter_expand(cfg, m->draft->to);
		app_letter_expand(cfg, m->draft->cc);
		app_letter_expand(cfg, m->draft->bcc);
		take_from(ui, m);
		if (app_letter_attach_named(m->draft, &e) && !wrong)
			wrong = g_strdup(e.text);
	}
	err_clear(&e);
	m->dirty = true;
	return wrong;
}

static void forget_file(struct model_letter *m)
{
	app_editor_done(m->editor_path);
	g_clear_pointer(&m->editor_path, g_free);
	model_letter_save(m);
}

/* --- its end --- */

struct left {
	struct view *view;
	char *text;
};

static void left_free(void *p)
{
	struct left *l = p;
	g_free(l->text);
	g_free(l);
}

static bool is_blank(const char *text)
{
	while (*text && g_ascii_isspace(*text))
		text++;
	return !*text;
}

static void edit_again(struct ui *ui, void *aux)
{
	struct left *l = aux;
	struct model_letter *m = ui_has(ui, l->view) ? view_compose_letter(l->view) : NULL;
	if (!m)
		return;
	if (is_blank(l->text))
		forget_file(m);
	edit_start(ui, l->view, m);
}

static void keep_old(struct ui *ui, void *aux)
{
	struct left *l = aux;
	struct model_letter *m = ui_has(ui, l->view) ? view_compose_letter(l->view) : NULL;
	if (m)
		forget_file(m);
}

static void take_new(struct ui *ui, void *aux)
{
	struct left *l = aux;
	struct model_letter *m = ui_has(ui, l->view) ? view_compose_letter(l->view) : NULL;
	if (!m)
		return;
	g_free(edit_take(ui, m, l->text));
	forget_file(m);
	view_compose_edited(l->view);
}

static struct left *left_new(struct view *v, const char *text)
{
	struct left *l = g_new(struct left, 1);
	*l = (struct left){ v, g_strdup(text) };
	return l;
}

/* What the header block makes impossible; NULL: it can be read. */
static char *fault_of(const struct ui *ui, const struct model_letter *m, const char *text)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	struct draft *scratch = draft_copy(m->draft);
	draft_of_text(scratch, str_of(text), app_cfg(ui->app)->options.edit_headers, faults);
	draft_free(scratch);
	return faults->len ? grid_line(str_of(faults->pdata[0])) : NULL;
}

static void take_left(struct ui *ui, struct view *v, struct model_letter *m, const char *text)
{
	g_autofree char *fault = fault_of(ui, m, text);
	if (fault) {
		ui_choose(ui,
			g_strdup_printf(_("%s.  Enter edit again  t take it so  k keep the letter as it was"), fault),
			(const struct choice[CHOICES_MAX]){ { 'e', edit_again }, { 't', take_new }, { 'k', keep_old } },
			left_new(v, text), left_free);
		return;
	}
	char *wrong = edit_take(ui, m, text);
	forget_file(m);
	view_compose_edited(v);
	if (wrong)
		ui_say(ui, wrong);
}

/* Nothing that was written is dropped unasked. */
void edit_look(struct ui *ui, struct view *v, struct model_letter *m, const struct err *failed)
{
	struct err e = ERR_INIT;
	g_autofree char *text = app_editor_read(m->editor_path, &e);
	g_autofree char *before = draft_to_text(m->draft, app_cfg(ui->app)->options.edit_headers);
	bool same = text && !strcmp(text, before), empty = !text || is_blank(text);
	g_autofree char *why = failed->cause ? grid_line(str_of(failed->text)) : NULL;
	if (!same && failed->cause && !empty)
		ui_choose(ui,
			g_strdup_printf(
				_("The editor failed: %s.  t take what it left  Enter keep the letter as it was"), why),
			(const struct choice[CHOICES_MAX]){ { 'k', keep_old }, { 't', take_new } }, left_new(v, text),
			left_free);
	else if (empty && !is_blank(before))
		ui_choose(ui,
			g_strdup(_("The editor left nothing.  e edit again  x take the empty text  Enter keep the "
				   "letter as "
				   "it was")),
			(const struct choice[CHOICES_MAX]){ { 'k', keep_old }, { 'e', edit_again }, { 'x', take_new } },
			left_new(v, ""), left_free);
	else if (failed->cause)
		ui_say(ui, g_strdup_printf(_("The editor failed: %s. The letter is as it was."), why));
	else if (same || !text)
		forget_file(m);
	else
		take_left(ui, v, m, text);
	err_clear(&e);
}

static void ended(struct buf *out, struct err *e, void *aux)
{
	struct editing *s = aux;
	struct ui *ui = s->ui;
	struct view *v = s->view;
	struct model_letter *m = s->letter;
	(void)out;
	model_letter_interim(m, NULL);
	if (v)
		ui_take_back(ui);
	editing_free(s);
	if (v) {
		edit_look(ui, v, m, e);
	} else if (ui_is_idle(ui)) {
		ui_say(ui, NULL);
		v = view_compose_open(ui, m, COMPOSE_REVIEW);
		edit_look(ui, v, m, e);
	} else {
		/* Its file goes with the draft: R finds it. */
		model_letter_save(m);
		model_letter_free(m);
		g_autofree char *key = ui_key(ui, CTX_INDEX, CMD_DRAFTS);
		ui_say(ui, g_strdup_printf(
				   _("The editor has ended: the letter is among the drafts, %s shows them."), key));
	}
}

static void told_pid(struct buf *out, struct err *e, void *aux)
{
	struct editing *s = aux;
	struct proc *p;
	uint64_t pid = 0;
	s->proc = NULL;
	if (e->cause || !str_u64(str_trim(buf_str(out)), G_MAXINT, &pid) || pid < 2)
		ended(out, e, s);
	else if ((p = proc_follow((int)pid, ended, s)))
		s->proc = p;
}

/* --- meanwhile --- */

/* What cannot be read, or is empty, is in the middle of being written, or a question at the end. */
static void written(void *aux)
{
	struct editing *s = aux;
	struct model_letter *m = s->letter;
	struct err e = ERR_INIT;
	g_autofree char *text = app_editor_read(m->editor_path, &e);
	g_autofree char *fault = text ? fault_of(s->ui, m, text) : NULL;
	err_clear(&e);
	if (!text || is_blank(text) || fault)
		return;
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	struct draft *now = draft_copy(m->draft);
	draft_of_text(now, str_of(text), has_header(s->ui, text), faults);
	if (!now->from)
		now->from = msg_addr_new(m->from.addr->name, m->from.addr->addr);
	model_letter_interim(m, now);
}

/* --- its beginning --- */

/* done() may have been called, and s be gone, before this returns. */
static void run(struct editing *s)
{
	struct ui *ui = s->ui;
	const char *const *argv = (const char *const *)s->argv;
	s->watch = watch_file(s->letter->editor_path, ui->ctx, written, s);
	if (s->view)
		ui_lend(ui);
	struct proc *p = s->tells_pid ? proc_run(argv, PID_OCTETS, WINDOW_MS, told_pid, s)
				      : proc_lend(argv, s->view != NULL, -1, ended, s);
	if (p)
		s->proc = p;
}

static const struct model_letter_hooks alone;

static void to_window(struct editing *s, char **window)
{
	guint n = g_strv_length(window), k = g_strv_length(s->argv);
	window = g_renew(char *, window, n + k + 1);
	memcpy(window + n, s->argv, (k + 1) * sizeof *window);
	g_free(s->argv);
	s->argv = window;
	view_compose_release(s->view);
	model_letter_listen(s->letter, &alone, s);
	s->view = NULL;
	ui_pop(s->ui);
	ui_say(s->ui, g_strdup(_("The letter is in its editor; it comes back when the editor ends.")));
}

/* The draft says by now which file the editor has. */
static void ready(void *aux, bool saved)
{
	struct editing *s = aux;
	struct ui *ui = s->ui;
	if (!saved) {
		app_editor_done(s->letter->editor_path);
		g_clear_pointer(&s->letter->editor_path, g_free);
		ui_say(ui, app_err_text(&s->letter->err, NULL));
		editing_free(s);
		return;
	}
	char **window = app_editor_window(app_cfg(ui->app), &s->tells_pid);
	if (window && ui_top(ui) == s->view)
		to_window(s, window);
	else
		g_strfreev(window);
	run(s);
}

bool edit_start(struct ui *ui, struct view *v, struct model_letter *m)
{
	const struct cfg *cfg = app_cfg(ui->app);
	struct err e = ERR_INIT;
	if (!ui->state_dir || !app_has_editor(cfg))
		return false;
	/* What an editor has left and nobody has taken is gone on with as it is. */
	bool left = m->editor_path && g_file_test(m->editor_path, G_FILE_TEST_IS_REGULAR);
	if (!left && app_editor_write(cfg, ui->state_dir, m->draft, &m->editor_path, &e)) {
		ui_say(ui, app_err_text(&e, NULL));
		err_clear(&e);
		return true;
	}
	struct editing *s = g_new0(struct editing, 1);
	*s = (struct editing){ .ui = ui, .letter = m, .view = v };
	s->argv = app_editor_argv(cfg, m->editor_path, &e);
	if (!s->argv) {
		ui_say(ui, app_err_text(&e, NULL));
		err_clear(&e);
		g_free(s);
		return false;
	}
	g_ptr_array_add(ui->editing, s);
	model_letter_save_then(m, ready, s);
	return true;
}

/* --- a letter that is in a window says little --- */
static void alone_changed(void *aux)
{
	(void)aux;
}

static void alone_said(void *aux, char *sentence)
{
	ui_say(((struct editing *)aux)->ui, sentence);
}

static void alone_sent(void *aux, struct store_mail *mail)
{
	(void)aux;
	(void)mail;
}

static const struct model_letter_hooks alone = { alone_changed, alone_said, alone_sent };
