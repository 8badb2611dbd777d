/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message: who and what, its text, its links and its attachments, as one page to scroll. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define ADDRESSES_SHOWN 12 /* of a field; `headers` shows them all */
#define LABEL_COLS 8
#define SEALS_SHOWN 8       /* that hold no text */
#define LINK_COLS_ASKED 240 /* of a link that is shown before it is opened */
#define WHOLE_HEADER_ROWS 10
#define RULE_ROWS 5
#define PAUSE_MS 80 /* how long the cursor rests before what it is on is read */

struct view_message {
	struct view view;
	struct view *list;           /* whose cursor is followed; NULL: one part of a message */
	struct model_message *model; /* NULL: the row is not here yet */
	struct text *text;
	bool follow;                   /* show what the list's cursor is on */
	bool headers;                  /* all of them */
	bool stale;                    /* the text is to be made again */
	int brief;                     /* the header is cut short, for there is little room; 2: very little */
	bool seen;                     /* it was marked as read, which is done once */
	bool beside;                   /* it stands beside the list and keeps up with its cursor, after a pause */
	enum app_command then;         /* from the list, as soon as it is here */
	bool missed;                   /* what would have counted as read was covered */
	struct timer *pause, *preview; /* until it is read, until it counts as read; NULL: it has no list */
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

/* brief: on a screen so small that the text would find no room. */
static void add_usual_headers(struct text *t, const struct msg_head *head, const struct store_row *row, bool brief)
{
	g_autofree char *date = head ? app_date_head(head) : app_date_long(row->date);
	const char *subject = head ? head->subject : row->subject;
	add_addresses(t, _("From"), head ? head->from : row->from);
	if (head && app_differs_from_writer(head, head->sender))
		add_addresses(t, _("Sender"), head->sender);
	if (head && app_differs_from_writer(head, head->reply_to))
		add_addresses(t, _("Answers"), head->reply_to);
	if (!brief) {
		add_addresses(t, _("To"), head ? head->to : row->to);
		add_addresses(t, _("Cc"), head ? head->cc : row->cc);
		add_field(t, STYLE_HEADER, _("Date"), date);
	}
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

static void add_doubts(struct text *t, const GPtrArray *doubts)
{
	for (guint i = 0; doubts && i < doubts->len; i++)
		text_addf(t, STYLE_WARNING, 2, "! %s", ((const struct app_doubt *)doubts->pdata[i])->text);
}

static void add_links(struct text *t, const GPtrArray *links)
{
	bool shown = false;
	for (guint i = 0; links && i < links->len; i++) {
		const struct msg_link *l = links->pdata[i];
		g_autofree char *target = app_link_shown(l), *clean = grid_line(str_of(target));
		if (l->in_text)
			continue;
		if (!shown)
			text_add(t, STYLE_NORMAL, 0, str_of("\n"));
		text_addf(t, STYLE_LINK, LABEL_COLS, "%-*s[%u] %s", LABEL_COLS - 1, shown ? "" : _("Links"), i + 1,
			clean);
		shown = true;
	}
}

/* How HTML was read, and what of it is not here. */
static void add_notes(struct text *t, const struct msg_text *text)
{
	g_autoptr(GPtrArray) notes = app_text_notes(text);
	for (guint i = 0; i < notes->len; i++) {
		g_autofree char *clean = grid_line(str_of(notes->pdata[i]));
		if (!i)
			text_add(t, STYLE_NORMAL, 0, str_of("\n"));
		text_add(t, STYLE_DIM, 0, str_of(clean));
	}
}

/* section: of a message within, whose files alone are listed; NULL. */
static void add_attachments(struct text *t, const struct engine_message *m, const char *section)
{
	g_autoptr(GPtrArray) files = m->root ? engine_attachments(m) : g_ptr_array_new();
	g_autofree char *below = section ? g_strconcat(section, ".", NULL) : NULL;
	for (guint k = 0, i = 0; k < files->len; k++) {
		const struct msg_part *p = files->pdata[k];
		if (below && !g_str_has_prefix(p->section, below))
			continue;
		g_autofree char *size = app_size(model_part_size(p));
		g_autofree char *name = grid_line(str_of(p->name ? p->name : _("(no name)")));
		if (!i)
			text_add(t, STYLE_NORMAL, 0, str_of("\n"));
		text_addf(t, STYLE_HEADER, LABEL_COLS, "%-*s%u %s  %s  %s", LABEL_COLS - 1, i ? "" : _("Attach"), i + 1,
			name, p->type, size);
		i++;
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

static const unsigned role_styles[] = {
	[MSG_ROLE_NONE] = STYLE_NORMAL,
	[MSG_ROLE_LINK] = STYLE_LINK,
	[MSG_ROLE_HEADING] = STYLE_HEADING,
	[MSG_ROLE_STRONG] = STYLE_NEW,
	[MSG_ROLE_FIELD] = STYLE_HEADER,
	[MSG_ROLE_PART] = STYLE_BAR,
	[MSG_ROLE_SIGNATURE] = STYLE_DIM,
	[MSG_ROLE_PATCH] = STYLE_PATCH,
	[MSG_ROLE_HUNK] = STYLE_HUNK,
	[MSG_ROLE_ADDED] = STYLE_ADDED,
	[MSG_ROLE_REMOVED] = STYLE_REMOVED,
	[MSG_ROLE_NOTE] = STYLE_DIM,
};

static bool is_in_text(const struct msg_text *text, uint32_t link)
{
	return link && ((const struct msg_link *)text->links->pdata[link - 1])->in_text;
}

/* The text from `from` to `to`, which are starts of lines; *span: the first one not drawn yet. */
static void add_slice(
	struct text *t, const struct msg_text *text, unsigned style, uint32_t from, uint32_t to, guint *span)
{
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(struct text_span));
	for (; text->spans && *span < text->spans->len; (*span)++) {
		const struct msg_span *s = &g_array_index(text->spans, struct msg_span, *span);
		if (s->from >= to)
			break;
		struct text_span mine = { s->from, s->to, role_styles[s->role],
			is_in_text(text, s->link) ? s->link : 0 };
		g_array_append_val(spans, mine);
	}
	if (to > from)
		text_add_spans(t, TEXT_BODY | style, (struct str){ text->text + from, to - from }, from,
			(const struct text_span *)(const void *)spans->data, spans->len);
}

/* What is signed or encrypted, in order; the outer one where several cover a part. */
struct sealed {
	uint32_t from, to;
	enum msg_seal_kind kind;
	enum msg_seal_scheme scheme;
};

static int compare_sealed(const void *a, const void *b)
{
	const struct sealed *x = a, *y = b;
	return (x->from > y->from) - (x->from < y->from);
}

static GArray *sealed_stretches(const struct engine_message *m, const GArray *seals)
{
	GArray *all = g_array_new(FALSE, FALSE, sizeof(struct sealed));
	for (guint i = 0; m->text.pieces && i < m->text.pieces->len; i++) {
		const struct msg_piece *p = &g_array_index(m->text.pieces, struct msg_piece, i);
		for (guint k = 0; k < seals->len; k++) {
			const struct msg_seal *s = &g_array_index(seals, struct msg_seal, k);
			struct sealed one = { p->from, p->to, s->kind, s->scheme };
			if (s->kind != MSG_SEAL_SIGNED || !msg_seal_covers(s, p->part))
				continue;
			g_array_append_val(all, one);
			break;
		}
	}
	for (guint i = 0; m->text.armours && i < m->text.armours->len; i++) {
		const struct msg_armour *a = &g_array_index(m->text.armours, struct msg_armour, i);
		struct sealed one = { a->from, a->to, a->kind, MSG_SEAL_OPENPGP };
		g_array_append_val(all, one);
	}
	g_array_sort(all, compare_sealed);
	return all;
}

/* A bar, for no writer can draw one. */
static void add_seal_bar(struct text *t, enum msg_seal_kind kind, enum msg_seal_scheme scheme)
{
	g_autofree char *told = app_seal_text(kind, scheme);
	text_add(t, TEXT_BAR, 0, str_of(told));
}

static void add_sealed(struct text *t, const struct engine_message *m, const GArray *stretches)
{
	const char *text = m->text.text;
	uint32_t at = 0, end = (uint32_t)strlen(text);
	guint span = 0;
	for (guint i = 0; i < stretches->len; i++) {
		const struct sealed *s = &g_array_index(stretches, struct sealed, i);
		if (s->from < at)
			continue;
		uint32_t to = s->to;
		to += to < end && text[to] == '\n'; /* an armour ends before it */
		add_slice(t, &m->text, 0, at, s->from, &span);
		add_seal_bar(t, s->kind, s->scheme);
		add_slice(t, &m->text, TEXT_SEALED, s->from, to, &span);
		text_add(t, TEXT_BAR, 0, str_of(s->kind == MSG_SEAL_SIGNED ? _("End of what is signed") : ""));
		at = to;
	}
	add_slice(t, &m->text, 0, at, end, &span);
}

/* What is sealed and shows no text of its own. */
static void add_closed(struct text *t, const GArray *seals)
{
	for (guint i = 0; i < MIN(seals->len, SEALS_SHOWN); i++) {
		const struct msg_seal *s = &g_array_index(seals, struct msg_seal, i);
		if (s->kind != MSG_SEAL_SIGNED)
			add_seal_bar(t, s->kind, s->scheme);
	}
}

static void add_body(const struct ui *ui, struct text *t, const struct engine_message *m, const char *section)
{
	g_autoptr(GArray) seals = m->root ? msg_seals(m->root) : g_array_new(FALSE, FALSE, sizeof(struct msg_seal));
	g_autoptr(GArray) stretches = sealed_stretches(m, seals);
	g_autofree char *parts = ui_key(ui, CTX_MESSAGE, CMD_PARTS), *source = ui_key(ui, CTX_MESSAGE, CMD_SOURCE);
	add_closed(t, seals);
	if (m->text.text && *m->text.text)
		add_sealed(t, m, stretches);
	else if (!m->shown->len)
		text_addf(t, STYLE_DIM, 0, _("(no text: %s shows the parts)"), parts);
	else
		text_add(t, STYLE_DIM, 0, str_of(_("(the text is empty)")));
	if (m->text.truncated)
		text_addf(t, STYLE_ERROR, 0, _("(the text goes on: %s shows the source)"), source);
	add_links(t, m->text.links);
	add_notes(t, &m->text);
	add_attachments(t, m, section);
}

static const struct store_row *row_of(const struct view_message *v)
{
	const struct store_row *row = v->list ? model_list_current(view_list_model(v->list)) : NULL;
	const struct model_message *m = v->model;
	return row && row->folder == m->folder_id && row->uid == m->uid && row->local == m->local ? row : NULL;
}

/* A message within is read as any other: its own header stands above its text. */
static bool is_message_within(const struct model_message *m)
{
	const struct msg_part *p = m->message && m->section ? msg_part_find(m->message->root, m->section) : NULL;
	return p && msg_holds_message(p);
}

static void make_page(struct view_message *v)
{
	const struct engine_message *m = v->model->message;
	const struct msg_head *head = m ? m->head : NULL;
	const struct store_row *row = row_of(v);
	text_reset(v->text);
	if (is_message_within(v->model)) {
		add_body(v->view.ui, v->text, m, v->model->section);
		v->stale = false;
		return;
	}
	if (head && v->headers)
		add_all_headers(v->text, head);
	else if (head || row)
		add_usual_headers(v->text, head, row, v->brief);
	if (m)
		add_doubts(v->text, v->model->doubts);
	if (v->brief < 2)
		add_rule(v->text, head);
	if (m) {
		if (!v->model->section)
			card_show(v->text, v->view.ui, v->model->account, m, row ? row->flags : 0, v->headers);
		add_body(v->view.ui, v->text, m, NULL);
	} else {
		add_waiting(v->text, v);
	}
	v->stale = false;
}

static bool is_choosing(const struct ui *ui);

/* --- the model speaks --- */
static void mark_seen(struct view_message *v)
{
	const struct store_row *row = v->model && v->model->message ? row_of(v) : NULL;
	if (!row || v->seen)
		return;
	v->seen = true;
	if (!(row->flags & MSG_SEEN))
		change_seen(v->view.ui, v->view.account, row);
}

/* Its text is here: opened, it has been seen; beside the list it is once it has stood there for a while. */
static void was_shown(struct view_message *v)
{
	int after = app_cfg(v->view.ui->app)->options.preview_seen;
	if (!v->beside)
		mark_seen(v);
	else if (v->model->message && !v->seen && after >= 0)
		timer_at(v->preview, clock_ms() + after * (int64_t)1000);
}

/* Under another view it counts anew from when it is on the screen again. */
static void preview_over(void *aux)
{
	struct view_message *v = aux;
	v->missed = ui_top(v->view.ui) != v->list;
	if (v->beside && !v->missed)
		mark_seen(v);
}

/* What was asked for in the list while the message was on its way. */
static void act_now(struct view_message *v)
{
	struct ui *ui = v->view.ui;
	enum app_command then = v->then;
	const struct store_row *row = row_of(v);
	v->then = CMD_NONE;
	if (!then || !row || ui_top(ui) != v->list || !ui_is_idle(ui))
		return;
	if (v->model->message)
		card_command(ui, v->model, row->flags, then);
	else
		ui_say(ui, app_err_text(&v->model->err, NULL));
}

static void changed(void *aux)
{
	struct view_message *v = aux;
	if (!v->model)
		return;
	v->stale = true;
	was_shown(v);
	if (!v->model->request)
		act_now(v);
	if (v->model->said)
		ui_say(v->view.ui, g_steal_pointer(&v->model->said));
	ui_touch(v->view.ui);
}

/* The text of what was shown goes. */
static void leave(struct view_message *v)
{
	v->seen = v->missed = false;
	v->then = CMD_NONE;
	v->stale = true;
	timer_at(v->pause, CLOCK_NEVER);
	timer_at(v->preview, CLOCK_NEVER);
	text_look_for(v->text, STR(""));
	model_message_free(g_steal_pointer(&v->model));
	text_reset(v->text);
}

/* Shows what the list's cursor is on, once it is known. */
static void follow(struct view_message *v)
{
	struct model_list *list = v->list ? view_list_model(v->list) : NULL;
	const struct store_row *row = list && v->follow ? model_list_current(list) : NULL;
	int account = row ? view_list_account(v->list, row) : -1;
	if (account < 0)
		return;
	v->view.account = account;
	v->follow = false;
	v->stale = true;
	model_list_fold(list, UNFOLD_IT);
	if (v->model && row_of(v)) {
		model_message_read(v->model);
		return;
	}
	leave(v);
	v->model = model_message_new(v->view.ui->app, account, view_list_folder(v->list, row), row, NULL, changed, v);
}

/* Beside the list: who and what at once, from the row; the text when the cursor has rested. */
static void keep_up(struct view_message *v)
{
	const struct model_list *list = view_list_model(v->list);
	const struct store_row *row = model_list_current(list);
	if (row && v->model && row_of(v))
		return;
	leave(v);
	int account = row ? view_list_account(v->list, row) : -1;
	if (account < 0)
		return;
	v->view.account = account;
	v->model = model_message_later(v->view.ui->app, account, view_list_folder(v->list, row), row, changed, v);
	timer_at(v->pause, clock_ms() + PAUSE_MS);
}

static void rested(void *aux)
{
	struct view_message *v = aux;
	if (v->model)
		model_message_read(v->model);
	v->stale = true;
	ui_touch(v->view.ui);
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
	if (v->beside)
		keep_up(v);
	else
		follow(v);
	g->cursor_row = r.row;
	g->cursor_col = r.col;
	if (!v->model || v->follow) {
		grid_text(g, r.row, r.col, r.cols, STYLE_DIM, v->beside ? "" : "...");
		return;
	}
	int brief = (r.rows < WHOLE_HEADER_ROWS) + (r.rows < RULE_ROWS);
	v->stale = v->stale || v->brief != brief;
	v->brief = brief;
	if (v->missed && v->beside)
		was_shown(v);
	v->missed = false;
	if (v->stale)
		make_page(v);
	text_show_hints(v->text, is_choosing(view->ui));
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
	if (m && v->model->charset)
		return g_strdup_printf(_("read as %s"), v->model->charset);
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

/* host: where it really goes; NULL: where it says. */
static void ask_before_opening(struct ui *ui, const char *url, const char *clean, const char *host)
{
	int cols;
	struct str head = utf8_fit(str_of(clean), LINK_COLS_ASKED, &cols);
	g_autofree char *shown = str_dup(head), *there = host ? grid_line(str_of(host)) : NULL;
	const char *more = clean[head.n] ? "..." : "";
	char *question = there ? g_strdup_printf(_("This link goes to %s: open %s%s ?"), there, shown, more)
			       : g_strdup_printf(_("Open %s%s ?"), shown, more);
	ui_question(ui, question, open_asked, g_strdup(url), g_free);
}

/* A link that would not be seen whole, or goes elsewhere than it looks, is shown before it is opened. */
static void take_link(struct ui *ui, const char *url)
{
	g_autofree char *clean = grid_line(str_of(url)), *host = app_link_true_host(url);
	enum app_link kind = app_link_kind(url);
	if (kind == LINK_MAILTO)
		compose_mailto(ui, url);
	else if (kind == LINK_OTHER)
		ui_say(ui, g_strdup(_("Only links to http and https are opened.")));
	else if (!host && said_whole(ui, clean))
		open_link(ui, url);
	else
		ask_before_opening(ui, url, clean, host);
}

static const GPtrArray *links_of(const struct view_message *v)
{
	return v->model && v->model->message ? v->model->message->text.links : NULL;
}

bool view_message_link_is_enough(struct str typed, void *aux)
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
		take_link(ui, app_link_target(links->pdata[n - 1]));
	else
		ui_say(ui, g_strdup(_("There is no link of that number.")));
}

static bool is_choosing(const struct ui *ui)
{
	return (ui->prompt && ui->prompt->done == number_typed) || copy_is_choosing(ui);
}

static void choose_link(struct view_message *v)
{
	struct ui *ui = v->view.ui;
	const GPtrArray *links = links_of(v);
	if (!links || !links->len) {
		ui_say(ui, g_strdup(_("There is no link in this message.")));
	} else if (links->len == 1) {
		take_link(ui, app_link_target(links->pdata[0]));
	} else {
		ui_ask(ui, g_strdup_printf(_("Open link 1-%u: "), links->len), "", false, number_typed,
			GUINT_TO_POINTER(links->len), NULL);
		ui_ask_until(ui, view_message_link_is_enough);
	}
}

/* --- other ways to read it --- */
static void view_as(struct view_message *v, bool html_first)
{
	const struct engine_message *m = v->model ? v->model->message : NULL;
	const char *type = html_first ? "text/html" : "text/plain";
	if (!m || !m->root)
		return;
	if (!msg_first(m->root, type))
		ui_say(v->view.ui,
			g_strdup(html_first ? _("The message has no HTML.") : _("The message has no plain text.")));
	else
		model_message_read_as(v->model, html_first, v->model->charset);
}

static void charset_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view *top = ui_top(ui);
	g_autofree char *label = str_dup(str_trim(typed));
	(void)aux;
	if (!view_is_message(top) || !view_message_model(top))
		return;
	struct model_message *m = view_message_model(top);
	if (*label && !msg_charset_known(label))
		ui_say(ui, g_strdup(_("No charset of that name is known.")));
	else
		model_message_read_as(m, m->html_first, *label ? label : NULL);
}

static void ask_charset(struct view_message *v)
{
	const struct model_message *m = v->model;
	if (m && m->message)
		ui_ask(v->view.ui, g_strdup(_("Charset (none: as labelled): ")), m->charset ? m->charset : "", false,
			charset_typed, NULL, NULL);
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

static void choose_quote(struct view_message *v)
{
	const struct engine_message *m = v->model ? v->model->message : NULL;
	if (!v->list)
		ui_say(v->view.ui, g_strdup(_("Only a message of a folder can be answered.")));
	else if (!m || !m->text.text || !*m->text.text)
		ui_say(v->view.ui, g_strdup(_("There is no text to quote.")));
	else
		ui_push(v->view.ui, view_quote_new(v->view.ui, v->view.account, m->text.text));
}

static bool command(struct view *view, enum app_command c)
{
	struct view_message *v = (struct view_message *)view;
	if (c == CMD_TOGGLE_NEW && text_is_searched(v->text))
		c = CMD_FIND_PREVIOUS;
	if (find_command(view, c))
		return true;
	const struct store_row *row = v->model ? row_of(v) : NULL;
	if (card_command(view->ui, v->model, row ? row->flags : 0, c) ||
		(v->list && (change_command(view->ui, v->list, c) || thread_command(view->ui, v->list, c))))
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
	case CMD_FOLD:
		ui_say(view->ui, g_strdup(text_toggle_fold(v->text) ? _("Quoted lines are folded.")
								    : _("Quoted lines are shown.")));
		return true;
	case CMD_SKIP_QUOTED:
		if (!text_skip_quoted(v->text))
			ui_say(view->ui, g_strdup(_("Nothing stands behind quoted lines below.")));
		return true;
	case CMD_VIEW_TEXT: view_as(v, false); return true;
	case CMD_VIEW_HTML: view_as(v, true); return true;
	case CMD_CHARSET: ask_charset(v); return true;
	case CMD_QUOTE: choose_quote(v); return true;
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

static struct text *text_of(struct view *view)
{
	return ((struct view_message *)view)->text;
}

static void destroy(struct view *view)
{
	struct view_message *v = (struct view_message *)view;
	pane_forget(view->ui, view);
	model_message_free(v->model);
	text_free(v->text);
	timer_free(v->pause);
	timer_free(v->preview);
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
	.text = text_of,
	.free = destroy,
};

struct view *view_message_beside(struct ui *ui, struct view *list)
{
	struct view_message *v = g_new0(struct view_message, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = list->account };
	v->text = text_new();
	text_fold(v->text, (unsigned)app_cfg(ui->app)->options.fold_quotes);
	v->list = list;
	v->pause = timer_new(ui->ctx, rested, v);
	v->preview = timer_new(ui->ctx, preview_over, v);
	v->beside = true;
	return &v->view;
}

void view_message_set_beside(struct view *view, bool beside)
{
	struct view_message *v = (struct view_message *)view;
	v->beside = beside;
	v->follow = false;
	timer_at(v->preview, CLOCK_NEVER);
	if (beside)
		return;
	/* Opened: what is here by now is seen. */
	view_message_follow(view);
	if (v->model)
		was_shown(v);
}

struct view *view_message_keep(struct view *view, enum app_command then)
{
	struct view_message *v = (struct view_message *)view;
	keep_up(v);
	model_message_read(v->model);
	v->then = then;
	if (!v->model->request)
		act_now(v);
	return view;
}

struct view *view_message_list(const struct view *view)
{
	return ((const struct view_message *)view)->list;
}

struct view *view_message_part(struct ui *ui, const struct model_message *of, const char *section)
{
	struct view_message *v = g_new0(struct view_message, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = of->account };
	v->text = text_new();
	text_fold(v->text, (unsigned)app_cfg(ui->app)->options.fold_quotes);
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
	text_fold(v->text, (unsigned)app_cfg(ui->app)->options.fold_quotes);
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
