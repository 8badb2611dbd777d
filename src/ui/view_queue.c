/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What waits to be sent or changed, and what ended badly. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define STATE_COLS 9

struct entry {
	const struct store_mail *mail;     /* of the ui's queue; NULL: a change */
	const struct store_change *change; /* of `changes` */
	int account;                       /* of a change */
};

struct view_queue {
	struct view view;
	struct list list;
	GArray *entries;
	GPtrArray *changes; /* struct store_change *, of all accounts */
	GArray *accounts;   /* int: of each */
	GArray *requests;   /* uint32_t: under way */
};

static const struct view_ops ops;

static void change_free(void *c)
{
	store_change_free(c);
}

static void got_changes(struct event *ev, void *aux)
{
	struct view_queue *v = aux;
	if (ev->type != EV_CHANGES || !ev->changes)
		return;
	while (ev->changes->len) {
		struct store_change *c = g_ptr_array_steal_index(ev->changes, 0);
		if (c->op == CHANGE_SYNC || c->state == CHANGE_DONE || c->state == CHANGE_UNDONE) {
			store_change_free(c);
			continue;
		}
		g_ptr_array_add(v->changes, c);
		g_array_append_val(v->accounts, ev->account);
	}
	ui_touch(v->view.ui);
}

static void forget(struct view_queue *v)
{
	for (guint i = 0; i < v->requests->len; i++)
		app_forget(v->view.ui->app, g_array_index(v->requests, uint32_t, i));
	g_array_set_size(v->requests, 0);
}

static void load(struct view_queue *v)
{
	struct ui *ui = v->view.ui;
	forget(v);
	g_ptr_array_set_size(v->changes, 0);
	g_array_set_size(v->accounts, 0);
	for (guint i = 0; i < ui->folders->accounts->len; i++) {
		uint32_t id = app_request(ui->app, request_new(REQ_CHANGES, 0, (int)i), got_changes, v);
		g_array_append_val(v->requests, id);
	}
}

void view_queue_reload(struct view *view)
{
	if (view->ops == &ops)
		ui_touch(view->ui);
}

static void make_entries(struct view_queue *v)
{
	const struct ui *ui = v->view.ui;
	g_array_set_size(v->entries, 0);
	for (guint i = 0; i < ui->queue->mails->len; i++) {
		struct entry e = { .mail = ui->queue->mails->pdata[i] };
		g_array_append_val(v->entries, e);
	}
	for (guint i = 0; i < v->changes->len; i++) {
		struct entry e = { .change = v->changes->pdata[i], .account = g_array_index(v->accounts, int, i) };
		g_array_append_val(v->entries, e);
	}
}

static const struct entry *current(struct view_queue *v)
{
	make_entries(v);
	return v->list.cursor < (int)v->entries->len ? &g_array_index(v->entries, struct entry, v->list.cursor) : NULL;
}

/* --- words --- */

static const char *mail_state(const struct store_mail *m)
{
	switch (m->state) {
	case MAIL_HELD: return _("held");
	case MAIL_QUEUED: return _("queued");
	case MAIL_SENDING: return _("sending");
	case MAIL_REFUSED: return _("refused");
	case MAIL_MAYBE: return _("maybe");
	case MAIL_DEFERRED: return _("deferred");
	default: return _("sent");
	}
}

static const char *change_state(const struct store_change *c)
{
	switch (c->state) {
	case CHANGE_FAILED: return _("failed");
	case CHANGE_PARKED: return _("parked");
	default: return _("queued");
	}
}

static const char *folder_name(const struct ui *ui, int account, const char *raw)
{
	const struct model_account *a = model_folders_account(ui->folders, account);
	for (guint i = 0; a && i < a->folders->len; i++) {
		const struct store_folder *f = a->folders->pdata[i];
		if (raw && !strcmp(f->raw, raw))
			return f->name;
	}
	return NULL;
}

static char *mail_text(const struct store_mail *m)
{
	const struct store_rcpt *first = m->rcpts->len ? m->rcpts->pdata[0] : NULL;
	g_autofree char *what = app_mail_text(m);
	return g_strdup_printf("%s%s: %s  %s", first ? first->addr : "", m->rcpts->len > 1 ? " +" : "",
		m->subject && *m->subject ? m->subject : _("(no subject)"), what);
}

static char *entry_text(const struct ui *ui, const struct entry *e)
{
	if (e->mail)
		return mail_text(e->mail);
	g_autofree char *what = app_change_text(e->change, folder_name(ui, e->account, e->change->folder),
		folder_name(ui, e->account, e->change->target));
	return e->change->error ? g_strdup_printf("%s: %s", what, e->change->error) : g_steal_pointer(&what);
}

/* --- drawing --- */

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_queue *v = (struct view_queue *)view;
	make_entries(v);
	list_show(&v->list, (int)v->entries->len, r.rows);
	if (!v->entries->len)
		grid_text(g, r.row + r.rows / 3, r.col + 1, r.cols - 1, STYLE_DIM, _("Nothing waits."));
	for (int i = 0; i < r.rows && v->list.top + i < v->list.count; i++) {
		const struct entry *e = &g_array_index(v->entries, struct entry, v->list.top + i);
		bool here = v->list.top + i == v->list.cursor;
		bool bad = e->mail ? e->mail->state == MAIL_REFUSED || e->mail->state == MAIL_MAYBE
				   : e->change->state == CHANGE_FAILED;
		unsigned style = (bad ? STYLE_ERROR : STYLE_NORMAL) | (here ? STYLE_CURSOR : 0);
		g_autofree char *text = entry_text(view->ui, e);
		grid_fill(g, r.row + i, r.col, r.cols, here ? STYLE_CURSOR : 0, ' ');
		grid_text(g, r.row + i, r.col, 1, here ? STYLE_CURSOR : 0, here ? ">" : " ");
		grid_text(g, r.row + i, r.col + 2, STATE_COLS, style,
			e->mail ? mail_state(e->mail) : change_state(e->change));
		grid_text(g, r.row + i, r.col + 2 + STATE_COLS, r.cols - 2 - STATE_COLS, here ? STYLE_CURSOR : 0, text);
	}
	g->cursor_row = r.row + v->list.cursor - v->list.top;
	g->cursor_col = r.col;
}

static enum pointed point(struct view *view, struct rect r, int row)
{
	return list_point(&((struct view_queue *)view)->list, row - r.row);
}

/* --- commands --- */

static void add_line(GString *out, const char *label, const char *value)
{
	if (value && *value)
		g_string_append_printf(out, "%-9s %s\n", label, value);
}

static void show_mail(struct ui *ui, const struct store_mail *m)
{
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *what = app_mail_text(m), *made = app_date_time(m->made);
	g_autofree char *size = app_size(m->size);
	add_line(out, _("State"), what);
	add_line(out, _("From"), m->from);
	add_line(out, _("Subject"), m->subject);
	add_line(out, _("Written"), made);
	add_line(out, _("Size"), size);
	/* A server that refuses the sender may do so only where the recipient is named; the state says what it meant. */
	add_line(out, _("Error"), g_strcmp0(m->stage, MAIL_STAGE_SENDER) ? m->error : NULL);
	if (m->code) {
		g_autofree char *words = g_strdup_printf("%d %s%s%s", m->code, m->enhanced ? m->enhanced : "",
			m->enhanced ? " " : "", m->text ? m->text : "");
		add_line(out, _("Server"), words);
	}
	add_line(out, _("Copy"), m->copy_error);
	for (guint i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *to = m->rcpts->pdata[i];
		g_autofree char *code = to->code ? g_strdup_printf("%d ", to->code) : g_strdup("");
		g_autofree char *line = g_strdup_printf("%s  %s%s", to->addr, code, to->text ? to->text : "");
		add_line(out, _("To"), line);
	}
	ui_push(ui, view_text_new(ui, _("A letter in the outbox"), out->str));
}

static void show_change(struct ui *ui, const struct entry *e)
{
	g_autofree char *text = entry_text(ui, e);
	g_autofree char *all = g_strdup_printf(
		"%s\n\n%s %s\n", text, _("The server said:"), e->change->server ? e->change->server : _("nothing."));
	ui_push(ui, view_text_new(ui, _("A change that waits"), all));
}

static void change_act(struct view_queue *v, const struct entry *e, enum request_type type)
{
	struct request *r = request_new(type, 0, e->account);
	r->answers = e->change->id;
	app_request(v->view.ui->app, r, NULL, NULL);
	load(v);
}

static void drop_mail(struct ui *ui, void *aux)
{
	model_queue_act(ui->queue, GPOINTER_TO_UINT(aux), QUEUE_DROP);
}

void ui_drop_mail(struct ui *ui, const struct store_mail *m)
{
	g_autofree char *subject = grid_line(str_of(m->subject && *m->subject ? m->subject : _("(no subject)")));
	ui_question(ui,
		m->draft
			? g_strdup_printf(_("Take \"%s\" out of the outbox? Its text stays among the drafts."), subject)
			: g_strdup_printf(_("Take \"%s\" out of the outbox? There is no undo."), subject),
		drop_mail, GUINT_TO_POINTER(m->id), NULL);
}

static void drop(struct view_queue *v, const struct entry *e)
{
	if (e->change)
		change_act(v, e, REQ_CHANGE_DROP);
	else
		ui_drop_mail(v->view.ui, e->mail);
}

static bool waits(const struct store_mail *m)
{
	return m->state == MAIL_HELD || m->state == MAIL_QUEUED || m->state == MAIL_DEFERRED;
}

static void edit(struct ui *ui, const struct store_mail *m)
{
	uint32_t id = m->id, draft = m->draft;
	if (waits(m))
		model_queue_act(ui->queue, id, draft ? QUEUE_UNDO : QUEUE_EDIT);
	else if (m->state == MAIL_REFUSED || m->state == MAIL_MAYBE)
		compose_resume(ui, draft, COMPOSE_REVIEW, id);
	else
		ui_say(ui, g_strdup(_("Too late: it is on its way.")));
}

static bool command(struct view *view, enum app_command c)
{
	struct view_queue *v = (struct view_queue *)view;
	struct ui *ui = view->ui;
	if (list_command(&v->list, c))
		return true;
	const struct entry *e = current(v);
	bool mine = c == CMD_OPEN || c == CMD_DROP || c == CMD_TRY || c == CMD_HOLD || c == CMD_EDIT ||
		    c == CMD_BANNER_WORDS;
	if (!mine)
		return false;
	if (!e)
		ui_say(ui, g_strdup(_("Nothing waits.")));
	else if (c == CMD_BANNER_WORDS)
		e->mail ? ui_mail_words(ui, e->mail) : show_change(ui, e);
	else if (c == CMD_OPEN)
		e->mail ? show_mail(ui, e->mail) : show_change(ui, e);
	else if (c == CMD_DROP)
		drop(v, e);
	else if (c == CMD_TRY && e->mail)
		ui_retry_mail(ui, e->mail);
	else if (c == CMD_TRY)
		change_act(v, e, REQ_CHANGE_RETRY);
	else if (e->change)
		ui_say(ui, g_strdup(_("A change cannot be held or edited: let it go, or drop it.")));
	else if (c == CMD_HOLD)
		model_queue_act(ui->queue, e->mail->id, QUEUE_HOLD);
	else
		edit(ui, e->mail);
	return true;
}

static char *title(struct view *view, int cols)
{
	(void)view;
	(void)cols;
	return g_strdup(_("Queue"));
}

static void event(struct view *view, struct event *ev)
{
	if (ev->type == EV_CHANGE || ev->type == EV_CHANGED)
		load((struct view_queue *)view);
}

static void destroy(struct view *view)
{
	struct view_queue *v = (struct view_queue *)view;
	forget(v);
	g_array_unref(v->requests);
	g_array_unref(v->entries);
	g_array_unref(v->accounts);
	g_ptr_array_unref(v->changes);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_QUEUE,
	.draw = draw,
	.command = command,
	.point = point,
	.event = event,
	.title = title,
	.free = destroy,
};

struct view *view_queue_new(struct ui *ui)
{
	struct view_queue *v = g_new0(struct view_queue, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = ui_top(ui)->account };
	v->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
	v->accounts = g_array_new(FALSE, FALSE, sizeof(int));
	v->requests = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	v->changes = g_ptr_array_new_with_free_func(change_free);
	load(v);
	return &v->view;
}
