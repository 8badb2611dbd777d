/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message: who and what, its text, its links and its attachments, as one page to scroll. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define ADDRESSES_SHOWN 12 /* of a field; `headers` shows them all */
#define LABEL_COLS 8
#define LINK_COLS_ASKED 240 /* of a link that is shown before it is opened */

struct view_message {
	struct view view;
	struct view *list;           /* whose cursor is followed; NULL: one part of a message */
	struct model_message *model; /* NULL: the row is not here yet */
	struct text *text;
	bool follow;  /* show what the list's cursor is on */
	bool headers; /* all of them */
	bool stale;   /* the text is to be made again */
	bool seen;    /* it was marked as read, which is done once */
};

/* --- the page --- */
static void add_field(struct text *t, unsigned style, const char *label, const char *value)
{
	g_autofree char *line = grid_line(str_of(value));
	int pad = MAX(LABEL_COLS - grid_width(label), 1);
	text_addf(t, style, LABEL_COLS, "%s%*s%s", label, pad, "", line);
}

/* The address stands always beside the name. */
static void add_addresses(struct text *t, const char *label, const GPtrArray *who)
{
	GString *out = g_string_new(NULL);
	guint shown = who ? MIN(who->len, ADDRESSES_SHOWN) : 0;
	for (guint i = 0; i < shown; i++) {
		g_autofree char *full = msg_addr_full(who->pdata[i]);
		g_string_append_printf(out, "%s%s", i ? ", " : "", full);
	}
	if (who && who->len > shown)
		g_string_append_printf(out, P_(", and %u more", ", and %u more", who->len - shown), who->len - shown);
	if (shown)
		add_field(t, STYLE_HEADER, label, out->str);
	g_string_free(out, TRUE);
}

static void add_usual_headers(struct text *t, const struct msg_head *head, const struct store_row *row)
{
	g_autofree char *date = head ? app_date_head(head) : app_date_long(row->date);
	add_addresses(t, _("From"), head ? head->from : row->from);
	add_addresses(t, _("To"), head ? head->to : row->to);
	add_addresses(t, _("Cc"), head ? head->cc : row->cc);
	add_field(t, STYLE_HEADER, _("Date"), date);
	const char *subject = head ? head->subject : row->subject;
	add_field(t, STYLE_NEW, _("Subject"), subject && *subject ? subject : _("(no subject)"));
}

static void add_all_headers(struct text *t, const struct msg_head *head)
{
	for (guint i = 0; i < head->fields->len; i++) {
		const struct msg_field *f = head->fields->pdata[i];
		g_autofree char *line = g_strdup_printf("%s: %s", f->name, f->value);
		g_autofree char *clean = grid_line(str_of(line));
		text_add(t, STYLE_HEADER, 4, str_of(clean));
	}
}

static void add_links(struct text *t, const GPtrArray *links)
{
	for (guint i = 0; links && i < links->len; i++) {
		const struct msg_link *l = links->pdata[i];
		g_autofree char *clean = grid_line(str_of(l->url));
		if (!i)
			text_add(t, STYLE_NORMAL, 0, str_of("\n"));
		text_addf(t, STYLE_LINK, LABEL_COLS, "%-*s[%u] %s", LABEL_COLS - 1, i ? "" : _("Links"), i + 1, clean);
	}
}

static void add_attachments(struct text *t, const struct engine_message *m)
{
	g_autoptr(GPtrArray) files = m->root ? msg_files(m->root, m->shown) : NULL;
	for (guint i = 0; files && i < files->len; i++) {
		const struct msg_part *p = files->pdata[i];
		g_autofree char *size = app_size(model_part_size(p));
		g_autofree char *name = grid_line(str_of(p->name ? p->name : _("(no name)")));
		if (!i)
			text_add(t, STYLE_NORMAL, 0, str_of("\n"));
		text_addf(t, STYLE_HEADER, LABEL_COLS, "%-*s%u %s  %s  %s", LABEL_COLS - 1, i ? "" : _("Attach"), i + 1,
			name, p->type, size);
	}
}

static void add_rule(struct text *t, const struct msg_head *head)
{
	g_autofree char *list = head && head->list_id ? grid_line(str_of(head->list_id)) : NULL;
	if (list)
		text_addf(t, TEXT_RULE, 0, _("------- list: %s "), list);
	else
		text_add(t, TEXT_RULE, 0, str_of(""));
}

static void add_waiting(struct text *t, const struct view_message *v)
{
	const struct model_message *m = v->model;
	const struct model_account *a = model_folders_account(v->view.ui->folders, v->view.account);
	if (m->request && m->total) {
		g_autofree char *done = app_size(m->done), *total = app_size(m->total);
		text_addf(t, STYLE_DIM, 0, _("Fetching the text: %s of %s. ^C stops it."), done, total);
	} else if (m->request) {
		text_add(t, STYLE_DIM, 0, str_of(_("Fetching the text. ^C stops it.")));
	} else if (m->err.cause == ERR_CANCELED) {
		text_add(t, STYLE_DIM, 0, str_of(_("Stopped before the text was here.")));
	} else if (m->err.cause) {
		g_autofree char *why = app_err_text(&m->err, a ? a->cfg->label : NULL);
		text_addf(t, STYLE_ERROR, 0, _("The text is not here. %s"), why);
	}
}

static void add_body(struct text *t, const struct engine_message *m)
{
	if (m->text.text && *m->text.text)
		text_add(t, TEXT_BODY, 0, str_of(m->text.text));
	else if (!m->shown->len)
		text_add(t, STYLE_DIM, 0, str_of(_("(no text: v shows the parts)")));
	else
		text_add(t, STYLE_DIM, 0, str_of(_("(the text is empty)")));
	if (m->text.truncated)
		text_add(t, STYLE_ERROR, 0, str_of(_("(the text goes on: E shows the source)")));
	add_links(t, m->text.links);
	add_attachments(t, m);
}

static const struct store_row *row_of(const struct view_message *v)
{
	const struct store_row *row = v->list ? model_list_current(view_list_model(v->list)) : NULL;
	return row && row->uid == v->model->uid && row->local == v->model->local ? row : NULL;
}

static void make_page(struct view_message *v)
{
	const struct engine_message *m = v->model->message;
	const struct msg_head *head = m ? m->head : NULL;
	const struct store_row *row = row_of(v);
	text_reset(v->text);
	if (head && v->headers)
		add_all_headers(v->text, head);
	else if (head || row)
		add_usual_headers(v->text, head, row);
	add_rule(v->text, head);
	if (m)
		add_body(v->text, m);
	else
		add_waiting(v->text, v);
	v->stale = false;
}

/* --- the model speaks --- */
static void mark_seen(struct view_message *v)
{
	const struct store_row *row = v->model->message ? row_of(v) : NULL;
	if (!row || v->seen)
		return;
	v->seen = true;
	if (!(row->flags & MSG_SEEN))
		change_seen(v->view.ui, v->view.account, row);
}

static void changed(void *aux)
{
	struct view_message *v = aux;
	if (!v->model)
		return;
	v->stale = true;
	mark_seen(v);
	if (v->model->said)
		ui_say(v->view.ui, g_steal_pointer(&v->model->said));
	ui_touch(v->view.ui);
}

/* Shows what the list's cursor is on, once it is known. */
static void follow(struct view_message *v)
{
	const struct model_list *list = v->list ? view_list_model(v->list) : NULL;
	const struct store_row *row = list && v->follow ? model_list_current(list) : NULL;
	if (!row)
		return;
	v->follow = false;
	v->stale = true;
	if (v->model && v->model->folder_id == row->folder && row_of(v))
		return;
	v->seen = false;
	model_message_free(g_steal_pointer(&v->model));
	text_reset(v->text);
	v->model = model_message_new(v->view.ui->app, list->account, list->name, row, NULL, changed, v);
}

void view_message_follow(struct view *view)
{
	struct view_message *v = (struct view_message *)view;
	v->follow = true;
	model_list_stay(view_list_model(v->list));
	follow(v);
	ui_touch(view->ui);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_message *v = (struct view_message *)view;
	follow(v);
	g->cursor_row = r.row;
	g->cursor_col = r.col;
	if (!v->model || v->follow) {
		grid_text(g, r.row, r.col, r.cols, STYLE_DIM, "...");
		return;
	}
	if (v->stale)
		make_page(v);
	text_draw(v->text, g, r);
}

static char *title(struct view *view, int cols)
{
	const struct view_message *v = (const struct view_message *)view;
	const struct model_account *a = model_folders_account(view->ui->folders, view->account);
	if (!v->list)
		return v->model->section ? g_strdup_printf(_("part %s"), v->model->section)
					 : g_strdup(_("message in a file"));
	const struct model_list *m = view_list_model(v->list);
	if (cols < TWO_LINES_BELOW)
		return g_strdup_printf("%u/%u  %s", m->cursor + 1, m->total, m->name);
	return g_strdup_printf("%u/%u  %s - %s", m->cursor + 1, m->total, m->name, a ? a->cfg->label : "");
}

static char *aside(struct view *view, int cols)
{
	const struct view_message *v = (const struct view_message *)view;
	const struct engine_message *m = v->model ? v->model->message : NULL;
	if (!m || !m->text.from_html)
		return status_sync(model_folders_account(view->ui->folders, view->account), cols);
	bool blocked = m->text.remote && m->text.remote->len;
	return g_strdup(blocked ? _("HTML shown as text  images blocked") : _("HTML shown as text"));
}

static char *remark(struct view *view)
{
	const struct view_message *v = (const struct view_message *)view;
	const struct engine_message *m = v->model ? v->model->message : NULL;
	guint remote = m && m->text.remote ? m->text.remote->len : 0;
	if (!m)
		return NULL;
	int percent = text_percent(v->text);
	if (!remote)
		return g_strdup_printf("%d%%", percent);
	return g_strdup_printf(
		P_("%d%%  %u remote image not loaded", "%d%%  %u remote images not loaded", remote), percent, remote);
}

/* --- links --- */
static void open_link(struct ui *ui, const char *url)
{
	g_autofree char *clean = grid_line(str_of(url));
	if (app_link_open(url))
		ui_say(ui, g_strdup_printf(_("Opening %s"), clean));
	else if (ui->term->copy(ui->term, str_of(url)))
		ui_say(ui, g_strdup_printf(_("No browser was found; given to the terminal to copy: %s"), clean));
	else
		ui_say(ui, g_strdup(_("No browser was found: set BROWSER, or install xdg-open.")));
}

static void open_asked(struct ui *ui, void *aux)
{
	open_link(ui, aux);
}

/* Beside "Opening", in the one line there is for it. */
static bool said_whole(const struct ui *ui, const char *clean)
{
	int rows, cols;
	ui->term->size(ui->term, &rows, &cols);
	return grid_width(clean) + 12 <= cols;
}

/* A link that would not be seen whole is shown before it is opened. */
static void take_link(struct ui *ui, const char *url)
{
	g_autofree char *clean = grid_line(str_of(url));
	enum app_link kind = app_link_kind(url);
	if (kind == LINK_MAILTO) {
		compose_mailto(ui, url);
	} else if (kind == LINK_OTHER) {
		ui_say(ui, g_strdup(_("Only links to http and https are opened.")));
	} else if (said_whole(ui, clean)) {
		open_link(ui, url);
	} else {
		int cols;
		struct str head = utf8_fit(str_of(clean), LINK_COLS_ASKED, &cols);
		g_autofree char *shown = str_dup(head);
		ui_question(ui, g_strdup_printf(_("Open %s%s ?"), shown, clean[head.n] ? "..." : ""), open_asked,
			g_strdup(url), g_free);
	}
}

static const GPtrArray *links_of(const struct view_message *v)
{
	return v->model && v->model->message ? v->model->message->text.links : NULL;
}

static bool number_is_enough(struct str typed, void *aux)
{
	uint64_t n, links = GPOINTER_TO_UINT(aux);
	return str_u64(typed, links, &n) && n && n * 10 > links;
}

static void number_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view *top = ui_top(ui);
	const GPtrArray *links = view_is_message(top) ? links_of((const struct view_message *)top) : NULL;
	uint64_t n;
	(void)aux;
	if (links && str_u64(str_trim(typed), links->len, &n) && n)
		take_link(ui, ((const struct msg_link *)links->pdata[n - 1])->url);
	else
		ui_say(ui, g_strdup(_("There is no link of that number.")));
}

static void choose_link(struct view_message *v)
{
	struct ui *ui = v->view.ui;
	const GPtrArray *links = links_of(v);
	if (!links || !links->len) {
		ui_say(ui, g_strdup(_("There is no link in this message.")));
	} else if (links->len == 1) {
		take_link(ui, ((const struct msg_link *)links->pdata[0])->url);
	} else {
		ui_ask(ui, g_strdup_printf(_("Open link 1-%u: "), links->len), "", false, number_typed,
			GUINT_TO_POINTER(links->len), NULL);
		ui_ask_until(ui, number_is_enough);
	}
}

/* --- commands --- */
static void step(struct view_message *v, int by)
{
	if (!v->list)
		return;
	struct model_list *m = view_list_model(v->list);
	uint32_t before = m->cursor;
	model_list_move(m, by);
	if (m->cursor == before)
		ui_say(v->view.ui, g_strdup(by > 0 ? _("This is the last message.") : _("This is the first message.")));
	else
		view_message_follow(&v->view);
}

static bool command(struct view *view, enum app_command c)
{
	struct view_message *v = (struct view_message *)view;
	if (v->list && change_command(view->ui, v->list, c))
		return true;
	switch (c) {
	case CMD_NEXT_MESSAGE: step(v, 1); return true;
	case CMD_PREV_MESSAGE: step(v, -1); return true;
	case CMD_NEXT_UNREAD:
	case CMD_PREV_UNREAD: return !v->list || v->list->ops->command(v->list, c);
	case CMD_HEADERS:
		v->headers = !v->headers;
		v->stale = true;
		return true;
	case CMD_LINK: choose_link(v); return true;
	case CMD_PARTS:
		if (v->model && !v->model->section)
			ui_push(view->ui, view_parts_new(view->ui, view));
		return true;
	case CMD_SOURCE:
		if (v->model)
			ui_push(view->ui, view_text_source(view->ui, view));
		return true;
	default: return text_command(v->text, c);
	}
}

static bool stop(struct view *view)
{
	struct view_message *v = (struct view_message *)view;
	bool any = v->list && v->list->ops->stop(v->list);
	return (v->model && model_message_stop(v->model)) || any;
}

static void destroy(struct view *view)
{
	struct view_message *v = (struct view_message *)view;
	model_message_free(v->model);
	text_free(v->text);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_MESSAGE,
	.draw = draw,
	.command = command,
	.title = title,
	.aside = aside,
	.remark = remark,
	.stop = stop,
	.free = destroy,
};

struct view *view_message_new(struct ui *ui, struct view *list)
{
	struct view_message *v = g_new0(struct view_message, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = list->account };
	v->text = text_new();
	v->list = list;
	v->follow = true;
	/* What is read and what the cursor is on are one. */
	model_list_stay(view_list_model(list));
	follow(v);
	return &v->view;
}

struct view *view_message_part(struct ui *ui, const struct model_message *of, const char *section)
{
	struct view_message *v = g_new0(struct view_message, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = of->account };
	v->text = text_new();
	v->stale = true;
	v->model = model_message_part(of, section, changed, v);
	return &v->view;
}

struct view *view_message_file(struct ui *ui, const char *path, struct err *e)
{
	struct view_message *v = g_new0(struct view_message, 1);
	v->model = model_message_file(ui->app, path, changed, v, e);
	if (!v->model) {
		g_free(v);
		return NULL;
	}
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = -1 };
	v->text = text_new();
	v->stale = true;
	return &v->view;
}

bool view_is_message(const struct view *view)
{
	return view->ops == &ops;
}

struct model_message *view_message_model(struct view *view)
{
	return ((struct view_message *)view)->model;
}
