/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop round the views: keys in, commands out, a grid at the end of each turn. */
#include "ui/internal.h"

#include <string.h>

#include <glib-unix.h>

#include "base/i18n.h"

#define READ_OCTETS 4096
#define CTRL_C 0x03
#define REST_MS 1000 /* before the program stops for ^Z */
#define HOPS_MAX 20  /* folders looked into for one key */

/* --- the stack of views --- */
struct view *ui_top(const struct ui *ui)
{
	return ui->views->pdata[ui->views->len - 1];
}

void ui_push(struct ui *ui, struct view *v)
{
	g_ptr_array_add(ui->views, v);
	ui_touch(ui);
}

/* From the lowest view there is no way back but out. */
void ui_pop(struct ui *ui)
{
	if (ui->views->len <= 1)
		ui->quit = true;
	else
		g_ptr_array_set_size(ui->views, (int)ui->views->len - 1);
	ui_touch(ui);
}

static void view_free(void *p)
{
	struct view *v = p;
	v->ops->free(v);
}

struct view *ui_open_folder(struct ui *ui, int account, const char *name)
{
	guint keep = ui->views->len > 1 && view_list_is(ui->views->pdata[1], account, name) ? 2 : 1;
	while (ui->views->len > keep)
		g_ptr_array_set_size(ui->views, (int)ui->views->len - 1);
	if (keep == 1)
		ui_push(ui, view_list_new(ui, account, name));
	if (name != ui->at_folder) {
		g_free(ui->at_folder);
		ui->at_folder = g_strdup(name);
	}
	ui->at_account = account;
	ui->at_changed = true;
	ui_touch(ui);
	return ui_top(ui);
}

void ui_next_unread_folder(struct ui *ui, bool then_read)
{
	ui->hop = true;
	ui->hop_read = then_read;
	ui_touch(ui);
}

static void hop(struct ui *ui)
{
	int account = ui->at_account;
	const struct store_folder *f = model_folders_next_unread(ui->folders, &account, ui->at_folder);
	ui->hop = false;
	/* Counts can be wrong for a while: never round and round. */
	if (!f || ++ui->hops > HOPS_MAX) {
		ui_say(ui, g_strdup(_("No more unread messages.")));
		return;
	}
	g_autofree char *next = g_strdup(f->name);
	view_list_seek_later(ui_open_folder(ui, account, next), ui->hop_read);
}

/* --- saying and asking --- */
void ui_say(struct ui *ui, char *sentence)
{
	g_free(ui->said);
	ui->said = sentence;
	compose_count_end(ui);
	ui_touch(ui);
}

static void prompt_free(struct prompt *p)
{
	if (p->helper)
		p->helper->free(p);
	if (p->free)
		p->free(p->aux);
	input_clear(&p->input);
	g_free(p->label);
	g_free(p);
}

static void prompt_drop(struct ui *ui)
{
	if (!ui->prompt)
		return;
	g_clear_pointer(&ui->prompt, prompt_free);
	ui_touch(ui);
}

void ui_ask(struct ui *ui, char *label, const char *text, bool hidden,
	void (*done)(struct ui *ui, struct str typed, void *aux), void *aux, void (*free)(void *aux))
{
	prompt_drop(ui);
	ui->prompt = g_new0(struct prompt, 1);
	ui->prompt->label = label;
	ui->prompt->done = done;
	ui->prompt->aux = aux;
	ui->prompt->free = free;
	input_init(&ui->prompt->input, text, hidden);
	ui_touch(ui);
}

void ui_ask_until(struct ui *ui, bool (*enough)(struct str typed, void *aux))
{
	ui->prompt->enough = enough;
}

static struct str prompt_text(const struct prompt *p)
{
	return (struct str){ p->input.text, p->input.n };
}

static void prompt_end(struct ui *ui)
{
	/* Taken out first: the answer may ask again. */
	struct prompt *p = g_steal_pointer(&ui->prompt);
	p->done(ui, prompt_text(p), p->aux);
	prompt_free(p);
}

static void prompt_key(struct ui *ui, uint32_t key, const char *paste)
{
	struct prompt *p = ui->prompt;
	if (key == APP_KEY_ENTER) {
		prompt_end(ui);
	} else if (key == APP_KEY_ESC || key == CTRL_C) {
		prompt_drop(ui);
	} else if (p->helper && (key == APP_KEY_TAB || key == APP_KEY_BACKTAB)) {
		p->helper->tab(ui, p, key == APP_KEY_BACKTAB);
	} else if (input_key(&p->input, key, paste)) {
		if (p->enough && p->enough(prompt_text(p), p->aux))
			prompt_end(ui);
		else if (p->helper)
			p->helper->typed(ui, p);
	}
	ui_touch(ui);
}

static void question_free(struct question *q)
{
	if (q->free)
		q->free(q->aux);
	g_free(q->text);
	g_free(q);
}

static void question_drop(struct ui *ui)
{
	g_clear_pointer(&ui->question, question_free);
	ui_touch(ui);
}

static struct question *question_new(struct ui *ui, char *text, void *aux, void (*free)(void *aux))
{
	question_drop(ui);
	ui->question = g_new0(struct question, 1);
	*ui->question = (struct question){ .text = text, .aux = aux, .free = free };
	ui->chord_n = 0;
	ui_touch(ui);
	return ui->question;
}

void ui_question(struct ui *ui, char *text, void (*yes)(struct ui *ui, void *aux), void *aux, void (*free)(void *aux))
{
	struct question *q = question_new(ui, g_strdup_printf("%s %s", text, _("[y/N]")), aux, free);
	g_free(text);
	q->yes_or_no = true;
	q->choices[0] = (struct choice){ 'y', yes };
	q->choices[1] = (struct choice){ g_utf8_get_char(_("y")), yes };
}

void ui_choose(struct ui *ui, char *text, const struct choice *choices, void *aux, void (*free)(void *aux))
{
	struct question *q = question_new(ui, text, aux, free);
	for (int i = 0; i < CHOICES_MAX && choices[i].key; i++)
		q->choices[i] = choices[i];
}

static const struct choice *chosen(const struct question *q, uint32_t key)
{
	if (key == APP_KEY_ENTER && !q->yes_or_no)
		return &q->choices[0];
	for (int i = 0; i < CHOICES_MAX && q->choices[i].key; i++)
		if (q->choices[i].key == key)
			return &q->choices[i];
	return NULL;
}

/* Typed ahead of the question, or before anybody can have read it: no answer. */
static void question_key(struct ui *ui, uint32_t key)
{
	struct question *q = ui->question;
	if (!q->live_at || clock_ms() < q->live_at)
		return;
	const struct choice *c = chosen(q, key);
	if (c) {
		ui->question = NULL;
		c->act(ui, q->aux);
		question_free(q);
	} else if (key == 'n' || key == 'N' || key == APP_KEY_ENTER || key == APP_KEY_ESC || key == 'q' ||
		   key == CTRL_C) {
		question_drop(ui);
	}
	ui_touch(ui);
}

/* --- drawing --- */
bool ui_has_sidebar(const struct ui *ui, int cols)
{
	enum app_context ctx = ui_top(ui)->ops->context;
	if ((ctx != CTX_INDEX && ctx != CTX_MESSAGE) || cols < SIDEBAR_LEAST_COLS)
		return false;
	return ui->sidebar == SIDEBAR_ON || (ui->sidebar == SIDEBAR_AUTO && cols >= SIDEBAR_FROM_COLS);
}

static void draw_message_line(struct ui *ui, struct grid *g, const struct layout *l)
{
	struct view *top = ui_top(ui);
	bool own_row = l->message.row != l->hint.row;
	g_autofree char *remark = ui->said ? NULL : model_parts_progress(ui->parts);
	if (!ui->said && !remark && own_row && top->ops->remark)
		remark = top->ops->remark(top);
	const char *said = ui->said ? ui->said : remark;
	g_autofree char *chord = NULL;
	if (ui->chord_n) {
		GString *keys = g_string_new(NULL);
		for (size_t i = 0; i < ui->chord_n; i++) {
			g_autofree char *name = key_name(ui->chord[i]);
			g_string_append(keys, name);
		}
		g_string_append_c(keys, '-');
		said = chord = g_string_free(keys, FALSE);
	}
	g_autofree char *queue = own_row ? queue_text(ui) : NULL;
	if ((!said && !queue) || !l->message.rows)
		return;
	int queue_cols = queue ? grid_width(queue) : 0;
	if (said && grid_width(said) + queue_cols + 3 > l->message.cols)
		queue_cols = 0;
	grid_fill(g, l->message.row, 0, l->message.cols, STYLE_NORMAL, ' ');
	grid_text(g, l->message.row, l->message.col + 1, l->message.cols - 1, STYLE_NORMAL, said ? said : "");
	grid_text(g, l->message.row, l->message.col + l->message.cols - queue_cols - 1, queue_cols, STYLE_DIM,
		queue ? queue : "");
}

static void draw_prompt(struct ui *ui, struct grid *g, const struct layout *l)
{
	struct rect r = l->message.rows ? l->message : l->body;
	r.rows = 1;
	input_draw(&ui->prompt->input, g, r, ui->prompt->label);
}

static void draw_question(struct ui *ui, struct grid *g, const struct layout *l)
{
	struct rect r = l->message.rows ? l->message : l->body;
	struct text *t = text_new();
	text_addf(t, STYLE_ERROR, 2, "? %s", ui->question->text);
	int rows = CLAMP(text_lines(t, r.cols, 6), 1, r.row + 1);
	r = (struct rect){ r.row + 1 - rows, r.col, rows, r.cols };
	for (int i = 0; i < r.rows; i++)
		grid_fill(g, r.row + i, r.col, r.cols, STYLE_NORMAL, ' ');
	text_draw(t, g, r);
	text_free(t);
	if (!ui->question->live_at)
		ui->question->live_at = clock_ms() + QUESTION_QUIET_MS;
}

static void draw_views(struct ui *ui, struct grid *g)
{
	struct view *top = ui_top(ui);
	struct layout l = layout_make(g->rows, g->cols, banner_rows(ui, g->rows, g->cols), ui_has_sidebar(ui, g->cols));
	top->ops->draw(top, g, l.body);
	if (l.sidebar.rows)
		sidebar_draw(ui, g, l.sidebar);
	const struct model_account *account = model_folders_account(ui->folders, top->account);
	g_autofree char *left = top->ops->title(top, g->cols);
	g_autofree char *right = top->ops->aside ? top->ops->aside(top, g->cols) : status_sync(account, g->cols);
	status_draw(g, l.status, left, right);
	banner_draw(ui, g, l.banner);
	hint_draw(ui, g, l.hint);
	draw_message_line(ui, g, &l);
	if (ui->prompt)
		draw_prompt(ui, g, &l);
	if (ui->question)
		draw_question(ui, g, &l);
}

void ui_draw(struct ui *ui)
{
	int rows, cols;
	struct grid now;
	if (ui->hop)
		hop(ui);
	ui->term->size(ui->term, &rows, &cols);
	grid_init(&now, rows, cols);
	if (ui->views->len)
		draw_views(ui, &now);
	bool resized = now.rows != ui->shown.rows || now.cols != ui->shown.cols;
	g_autofree bool *dirty = g_new0(bool, (gsize)now.rows);
	for (int i = 0; i < now.rows; i++)
		dirty[i] = resized || grid_row_differs(&now, &ui->shown, i);
	ui->term->flush(ui->term, &now, ui->all_dirty || resized ? NULL : dirty);
	ui->all_dirty = false;
	grid_clear(&ui->shown);
	ui->shown = now;
}

static gboolean draw_turn(gpointer data)
{
	struct ui *ui = data;
	g_clear_pointer(&ui->drawing, g_source_unref);
	if (!ui->quit && !ui->lent)
		ui_draw(ui);
	return G_SOURCE_REMOVE;
}

/* After whatever else is ready, so that a burst of events is drawn once. */
void ui_touch(struct ui *ui)
{
	if (ui->drawing)
		return;
	ui->drawing = g_idle_source_new();
	g_source_set_callback(ui->drawing, draw_turn, ui, NULL);
	g_source_attach(ui->drawing, ui->ctx);
}

/* --- commands of every view --- */
/* What is wrong with a folder or with this machine is said: no account has a banner for it. */
static void got_synced(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	const struct model_account *a = model_folders_account(ui->folders, ev->account);
	bool told = ev->err.scope == ERR_ACCOUNT || ev->err.cause == ERR_CANCELED;
	if (ev->type == EV_ENDED && ev->err.cause && !told)
		ui_say(ui, app_err_text(&ev->err, a ? a->cfg->label : NULL));
}

static void sync_now(struct ui *ui)
{
	int account = ui_top(ui)->account;
	struct view *list = ui->views->len > 1 ? ui->views->pdata[1] : NULL;
	if (!model_folders_account(ui->folders, account))
		return;
	struct request *r = request_new(REQ_SYNC, 0, account);
	if (list && list->account == account)
		r->folder = g_strdup(view_list_model(list)->name);
	r->due = SYNC_PERSON;
	app_request(ui->app, r, got_synced, ui);
	ui_say(ui, g_strdup(_("Checking mail.")));
}

static void change_account(struct ui *ui, int by)
{
	int n = (int)ui->folders->accounts->len;
	if (n < 2) {
		ui_say(ui, g_strdup(_("There is no other account.")));
		return;
	}
	ui_open_folder(ui, (ui_top(ui)->account + by + n) % n, "Inbox");
}

static void toggle_sidebar(struct ui *ui)
{
	int rows, cols;
	ui->term->size(ui->term, &rows, &cols);
	ui->sidebar = ui_has_sidebar(ui, cols) ? SIDEBAR_OFF : SIDEBAR_ON;
	if (!ui_has_sidebar(ui, cols) && ui->sidebar == SIDEBAR_ON)
		ui_say(ui, g_strdup(_("The screen is too narrow for that; c goes to a folder.")));
}

static void server_words(struct ui *ui, const struct model_account *a)
{
	const struct err *e = &a->state.err;
	g_autofree char *what = app_err_text(e, a->cfg->label), *hint = app_err_hint(e, a->cfg->label);
	g_autofree char *text = g_strdup_printf("%s\n\n%s %s\n%s%s", what, _("The server said:"),
		e->server ? e->server : _("nothing."), hint ? "\n" : "", hint ? hint : "");
	ui_push(ui, view_text_new(ui, _("What the server said"), text));
}

static void password_typed(struct ui *ui, struct str typed, void *aux)
{
	struct secret *secret = typed.n ? secret_new(typed) : NULL;
	if (secret)
		model_folders_password(ui->folders, GPOINTER_TO_INT(aux), secret);
	else
		ui_say(ui, g_strdup(_("No password was given.")));
}

static void ask_password(struct ui *ui, int account)
{
	const struct model_account *a = model_folders_account(ui->folders, account);
	char *label = g_strdup_printf(_("Password of %s: "), a->cfg->login ? a->cfg->login : a->cfg->label);
	ui_ask(ui, label, "", true, password_typed, GINT_TO_POINTER(account), NULL);
}

static void retry_now(struct ui *ui, int account, struct model_account *a)
{
	app_request(ui->app, request_new(REQ_RETRY, 0, account), NULL, NULL);
	a->hidden = true;
	ui_say(ui, g_strdup_printf(_("Trying %s again."), a->cfg->label));
}

static void trouble_words(struct ui *ui, const struct model_trouble *t)
{
	const struct err *e = &t->first.err;
	g_autofree char *what = app_failed_text(&t->first, t->messages), *hint = app_err_hint(e, NULL);
	g_autofree char *text = g_strdup_printf("%s\n\n%s %s\n%s%s", what, _("The server said:"),
		e->server ? e->server : _("nothing."), hint ? "\n" : "", hint ? hint : "");
	ui_push(ui, view_text_new(ui, _("What the server said"), text));
}

static bool trouble_command(struct ui *ui, enum app_command c)
{
	const struct model_trouble *t = model_changes_trouble(ui->changes);
	if (!t || (c != CMD_BANNER_WORDS && c != CMD_BANNER_RETRY && c != CMD_BANNER_HIDE))
		return false;
	if (c == CMD_BANNER_WORDS)
		trouble_words(ui, t);
	else if (c == CMD_BANNER_RETRY)
		model_changes_retry(ui->changes);
	else
		model_changes_hide(ui->changes);
	return true;
}

void ui_mail_words(struct ui *ui, const struct store_mail *m)
{
	g_autofree char *what = app_mail_text(m);
	g_autoptr(GString) text = g_string_new(what);
	g_string_append_printf(text, "\n\n%s\n", _("The server said:"));
	if (m->code)
		g_string_append_printf(text, "%d %s%s%s\n", m->code, m->enhanced ? m->enhanced : "",
			m->enhanced ? " " : "", m->text ? m->text : "");
	else
		g_string_append_printf(text, "%s\n", m->error ? m->error : _("nothing."));
	for (guint i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		if (r->code)
			g_string_append_printf(text, "%s: %d %s\n", r->addr, r->code, r->text ? r->text : "");
	}
	if (m->dialogue)
		g_string_append_printf(
			text, "\n%s\n%s", _("What was said last (C: Boxwood, S: the server):"), m->dialogue);
	ui_push(ui, view_text_new(ui, _("What the server said"), text->str));
}

static void try_again(struct ui *ui, void *aux)
{
	model_queue_act(ui->queue, GPOINTER_TO_UINT(aux), QUEUE_RETRY_MAYBE);
}

void ui_retry_mail(struct ui *ui, const struct store_mail *m)
{
	if (m->state == MAIL_MAYBE)
		ui_question(ui, g_strdup(_("It may have been sent already. Send it again?")), try_again,
			GUINT_TO_POINTER(m->id), NULL);
	else
		model_queue_act(ui->queue, m->id, QUEUE_RETRY);
}

/* What became of a letter. */
static bool mail_command(struct ui *ui, enum app_command c)
{
	const struct store_mail *m = model_queue_trouble(ui->queue);
	if (!m)
		return false;
	uint32_t id = m->id, draft = m->draft;
	if (c == CMD_BANNER_DEFAULT)
		compose_resend(ui, draft, id);
	else if (c == CMD_BANNER_FROM || c == CMD_BANNER_EDIT)
		compose_resume(ui, draft, c == CMD_BANNER_FROM ? COMPOSE_PICK : COMPOSE_REVIEW, id);
	else if (c == CMD_BANNER_DROP)
		ui_drop_mail(ui, m);
	else if (c == CMD_BANNER_WORDS)
		ui_mail_words(ui, m);
	else if (c == CMD_BANNER_RETRY)
		ui_retry_mail(ui, m);
	else if (c == CMD_BANNER_OTHERS && model_queue_has_others(m))
		model_queue_act(ui->queue, id, QUEUE_RETRY_OTHERS);
	else if (c == CMD_BANNER_HIDE)
		model_queue_hide(ui->queue, id);
	else
		return false;
	return true;
}

static void banner_command(struct ui *ui, enum app_command c)
{
	if (mail_command(ui, c) || trouble_command(ui, c))
		return;
	if (ui->interrupted && c == CMD_BANNER_HIDE) {
		ui->interrupted = false;
		return;
	}
	int account = banner_account(ui);
	struct model_account *a = model_folders_account(ui->folders, account);
	struct model_list *gone = a ? NULL : banner_gone(ui);
	if (gone && c == CMD_BANNER_HIDE) {
		gone->gone_hidden = true;
		return;
	}
	if (!a) {
		ui_say(ui, g_strdup(_("There is no banner.")));
		return;
	}
	if (c == CMD_BANNER_WORDS)
		server_words(ui, a);
	else if (c == CMD_BANNER_PASSWORD)
		ask_password(ui, account);
	else if (c == CMD_BANNER_RETRY)
		retry_now(ui, account, a);
	else if (c == CMD_BANNER_HIDE)
		a->hidden = true;
	else
		ui_say(ui, g_strdup(_("There is no such letter.")));
}

/* A letter that can still be taken back, if nothing was changed since it was sent. */
static void undo(struct ui *ui)
{
	const struct store_mail *m = model_queue_undoable(ui->queue);
	if (m && (!ui->changes->made_at || ui->changes->made_at <= ui->queue->sent_at))
		model_queue_act(ui->queue, m->id, QUEUE_UNDO);
	else
		model_changes_undo(ui->changes);
}

static void run(struct ui *ui, enum app_command c)
{
	struct view *top = ui_top(ui);
	if (top->ops->command(top, c) || compose_command(ui, c) || parts_command(ui, c))
		return;
	switch (c) {
	case CMD_BACK: ui_pop(ui); break;
	case CMD_SYNC: sync_now(ui); break;
	case CMD_FOLDER: ui_push(ui, view_folders_pick(ui)); break;
	case CMD_NEXT_ACCOUNT: change_account(ui, 1); break;
	case CMD_PREV_ACCOUNT: change_account(ui, -1); break;
	case CMD_NEXT_UNREAD: ui_next_unread_folder(ui, false); break;
	case CMD_SIDEBAR: toggle_sidebar(ui); break;
	case CMD_HELP: ui_push(ui, view_help_new(ui, top->ops->context)); break;
	case CMD_UNDO: undo(ui); break;
	case CMD_REDO: model_changes_redo(ui->changes); break;
	case CMD_REDRAW: ui->all_dirty = true; break;
	case CMD_BANNER_WORDS:
	case CMD_BANNER_RETRY:
	case CMD_BANNER_PASSWORD:
	case CMD_BANNER_DEFAULT:
	case CMD_BANNER_FROM:
	case CMD_BANNER_EDIT:
	case CMD_BANNER_OTHERS:
	case CMD_BANNER_DROP:
	case CMD_BANNER_HIDE: banner_command(ui, c); break;
	default: break;
	}
}

/* --- keys --- */
static void stop_wait(struct ui *ui)
{
	struct view *top = ui_top(ui);
	ui->chord_n = 0;
	bool any = top->ops->stop && top->ops->stop(top);
	any = model_parts_stop(ui->parts) || any;
	ui_say(ui, g_strdup(any ? _("Stopped.") : _("Nothing is being waited for. q leaves.")));
}

static void chord_key(struct ui *ui, uint32_t key)
{
	enum app_command c;
	ui->chord[ui->chord_n++] = key;
	enum keymap_match m = keymap_find(ui->keymap, ui_top(ui)->ops->context, ui->chord, ui->chord_n, &c);
	if (m == KEYMAP_PREFIX && ui->chord_n < APP_CHORD_MAX)
		return;
	bool lone = ui->chord_n == 1;
	ui->chord_n = 0;
	if (m == KEYMAP_FOUND) {
		run(ui, c);
	} else if (lone) {
		g_autofree char *name = key_name(key);
		ui_say(ui, g_strdup_printf(_("%s does nothing here; ? shows the keys."), name));
	}
}

static void take_key(struct ui *ui, const struct key_event *ev)
{
	struct view *top = ui->views->len ? ui_top(ui) : NULL;
	ui_touch(ui);
	if (ui->question) {
		question_key(ui, ev->key);
		return;
	}
	if (ui->prompt) {
		prompt_key(ui, ev->key, ev->paste);
		return;
	}
	g_clear_pointer(&ui->said, g_free);
	compose_count_end(ui);
	ui->hops = 0;
	if (!top) { /* the store is still being opened */
		ui->quit = ev->key == 'q';
		return;
	}
	if (ev->key == CTRL_C) {
		stop_wait(ui);
		return;
	}
	if (!ui->chord_n && top->ops->key && top->ops->key(top, ev->key, ev->paste))
		return;
	if (ev->key)
		chord_key(ui, ev->key);
}

static void take_keys(struct ui *ui)
{
	struct key_event ev;
	while (!ui->quit && key_next(ui->decoder, &ev)) {
		take_key(ui, &ev);
		key_paste_free(ev.paste);
	}
	int wait = key_wait_ms(ui->decoder);
	timer_at(ui->key_timer, wait < 0 ? CLOCK_NEVER : clock_ms() + wait);
}

static void key_gap(void *aux)
{
	struct ui *ui = aux;
	key_timeout(ui->decoder);
	take_keys(ui);
}

void ui_read_keys(struct ui *ui)
{
	unsigned char octets[READ_OCTETS];
	int n = 0;
	while (!ui->quit && (n = ui->term->read(ui->term, octets, sizeof octets)) > 0) {
		key_feed(ui->decoder, octets, (size_t)n);
		take_keys(ui);
	}
	explicit_bzero(octets, sizeof octets);
	if (!ui->quit && n < 0)
		ui->quit = true;
}

static GSource *watch(struct ui *ui, int fd, GUnixFDSourceFunc got);
static gboolean keys_ready(gint fd, GIOCondition condition, gpointer data);
static void source_drop(GSource **source);

void ui_take_signals(struct ui *ui)
{
	unsigned got = ui->term->signals(ui->term);
	if (got & TERM_GONE)
		ui->quit = true;
	if ((got & TERM_INTERRUPT) && !ui->lent)
		take_key(ui, &(struct key_event){ .key = CTRL_C });
	if (got & TERM_STOP) {
		app_rest(ui->app, REST_MS);
		ui->term->suspend(ui->term);
		app_resume(ui->app);
	}
	if (got & (TERM_STOP | TERM_CONTINUED))
		ui->all_dirty = true;
	ui_touch(ui);
}

void ui_lend(struct ui *ui)
{
	if (ui->keys)
		source_drop(&ui->keys);
	ui->lent = true;
	ui->term->lend(ui->term);
}

void ui_take_back(struct ui *ui)
{
	ui->lent = false;
	ui->all_dirty = true;
	ui->term->take(ui->term);
	if (ui->term->keys_fd >= 0)
		ui->keys = watch(ui, ui->term->keys_fd, keys_ready);
	ui_touch(ui);
}

bool ui_has(const struct ui *ui, const struct view *v)
{
	return v && g_ptr_array_find(ui->views, v, NULL);
}

bool ui_is_idle(const struct ui *ui)
{
	return !ui->prompt && !ui->question && !ui->chord_n && !ui->lent;
}

/* --- events of no request --- */
static void open_file(struct ui *ui)
{
	struct err e = ERR_INIT;
	struct view *v = view_message_file(ui, ui->file, &e);
	if (v)
		ui_push(ui, v);
	else
		ui_say(ui, app_err_text(&e, NULL));
	err_clear(&e);
}

static void start(struct ui *ui)
{
	g_ptr_array_add(ui->views, view_folders_new(ui));
	if (ui->folders->accounts->len)
		ui_open_folder(ui, ui->at_account, ui->at_folder);
	if (ui->file)
		open_file(ui);
	if (ui->mailto)
		compose_mailto(ui, ui->mailto);
	compose_look_at_drafts(ui);
}

static void heard(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	if (ev->type == EV_ENDED) { /* of no request: there is nothing to stand on */
		err_move(&ui->err, &ev->err);
		ui->quit = true;
	}
	for (guint i = 0; i < ui->views->len; i++) {
		struct view *v = ui->views->pdata[i];
		if (v->ops->event)
			v->ops->event(v, ev);
	}
	if (ev->type == EV_ALERT) {
		g_autofree char *words = grid_line(str_of(ev->text));
		ui_say(ui, g_strdup_printf(_("The server says: %s"), words));
		ui->term->bell(ui->term);
	}
	if (ev->type == EV_IDENTITIES) {
		g_autofree char *news = app_identity_news(ev), *line = news ? grid_line(str_of(news)) : NULL;
		if (line)
			ui_say(ui, g_steal_pointer(&line));
	}
	if (ev->type == EV_NOTICE) {
		g_autofree char *words = app_notice_text(ev, app_cfg(ui->app));
		ui_say(ui, grid_line(str_of(words)));
	}
	model_folders_event(ui->folders, ev);
	model_changes_event(ui->changes, ev);
	model_queue_event(ui->queue, ev);
	if (ev->type == EV_STORE_READY && !ui->views->len)
		start(ui);
	ui_touch(ui);
}

static void folders_changed(void *aux)
{
	ui_touch(aux);
}

/* --- lifecycle --- */
struct ui *ui_new(struct app *a, const struct ui_options *options, struct term *term)
{
	struct ui *ui = g_new0(struct ui, 1);
	const struct cfg *cfg = app_cfg(a);
	g_autoptr(GPtrArray) complaints = g_ptr_array_new_with_free_func(g_free);
	ui->app = a;
	ui->ctx = options->ctx;
	ui->term = term;
	ui->at_account = options->account;
	ui->at_folder = g_strdup(options->folder ? options->folder : "Inbox");
	ui->keymap = keymap_new(cfg, complaints);
	ui->folders = model_folders_new(a, folders_changed, ui);
	ui->changes = model_changes_new(a, &change_hooks, ui);
	ui->queue = model_queue_new(a, &queue_hooks, ui);
	ui->parts = model_parts_new(a, options->state_dir, &parts_hooks, ui);
	ui->editing = g_ptr_array_new();
	ui->begun = g_ptr_array_new();
	ui->state_dir = options->state_dir;
	ui->mailto = options->mailto;
	ui->views = g_ptr_array_new_with_free_func(view_free);
	ui->decoder = key_decoder_new(cfg->options.escape_ms > 0 ? cfg->options.escape_ms : 60);
	ui->key_timer = timer_new(ui->ctx, key_gap, ui);
	ui->sidebar = cfg->options.sidebar ? SIDEBAR_AUTO : SIDEBAR_OFF;
	ui->all_dirty = true;
	app_listen(a, heard, ui);
	if (complaints->len)
		ui_say(ui, g_strdup(complaints->pdata[0]));
	ui_touch(ui);
	return ui;
}

static void source_drop(GSource **source)
{
	if (*source)
		g_source_destroy(*source);
	g_clear_pointer(source, g_source_unref);
}

void ui_free(struct ui *ui)
{
	app_listen(ui->app, NULL, NULL);
	prompt_drop(ui);
	question_drop(ui);
	edit_leave(ui);
	compose_leave(ui);
	while (ui->views->len)
		g_ptr_array_set_size(ui->views, (int)ui->views->len - 1);
	g_ptr_array_unref(ui->views);
	g_ptr_array_unref(ui->editing);
	g_ptr_array_unref(ui->begun);
	app_finder_free(ui->finder);
	g_free(ui->attach_dir);
	if (ui->chosen)
		g_ptr_array_unref(ui->chosen);
	question_drop(ui);
	model_parts_free(ui->parts);
	model_queue_free(ui->queue);
	model_changes_free(ui->changes);
	model_folders_free(ui->folders);
	keymap_free(ui->keymap);
	key_decoder_free(ui->decoder);
	timer_free(ui->key_timer);
	timer_free(ui->count);
	source_drop(&ui->drawing);
	source_drop(&ui->keys);
	source_drop(&ui->signals);
	grid_clear(&ui->shown);
	err_clear(&ui->err);
	g_free(ui->said);
	g_free(ui->at_folder);
	ui->term->close(ui->term);
	g_free(ui);
}

static gboolean keys_ready(gint fd, GIOCondition condition, gpointer data)
{
	struct ui *ui = data;
	(void)fd;
	ui_read_keys(ui);
	if (condition & (G_IO_HUP | G_IO_ERR))
		ui->quit = true;
	return G_SOURCE_CONTINUE;
}

static gboolean signal_ready(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd;
	(void)condition;
	ui_take_signals(data);
	return G_SOURCE_CONTINUE;
}

static GSource *watch(struct ui *ui, int fd, GUnixFDSourceFunc got)
{
	GSource *source = g_unix_fd_source_new(fd, G_IO_IN | G_IO_HUP | G_IO_ERR);
	/* A GUnixFDSourceFunc goes through GSourceFunc's hole. */
	g_source_set_callback(source, G_SOURCE_FUNC(got), ui, NULL);
	g_source_attach(source, ui->ctx);
	return source;
}

/* What is held or waits is sent without the screens; NULL: nothing. */
static char *leave_runner(struct ui *ui)
{
	struct err e = ERR_INIT;
	int64_t due = 0;
	unsigned n = ui->err.cause ? 0 : model_queue_waiting(ui->queue, &due);
	char *words = NULL;
	if (n && !app_leave_runner(app_cfg(ui->app), &e)) {
		g_autofree char *time = app_date_time(due);
		words = due > clock_wall()
				? g_strdup_printf(
					  P_("%u letter leaves %s.", "%u letters leave, the first %s.", n), n, time)
				: g_strdup_printf(P_("%u letter is being sent.", "%u letters are being sent.", n), n);
	}
	err_clear(&e);
	return words;
}

int ui_run(struct app *a, const struct ui_options *options, struct err *e)
{
	struct term *term = term_curses_open(e);
	if (!term)
		return app_exit_code(e);
	struct ui *ui = ui_new(a, options, term);
	ui->file = options->file;
	ui->keys = watch(ui, term->keys_fd, keys_ready);
	ui->signals = watch(ui, term->signals_fd, signal_ready);
	g_main_context_push_thread_default(ui->ctx);
	while (!ui->quit)
		g_main_context_iteration(ui->ctx, TRUE);
	g_main_context_pop_thread_default(ui->ctx);
	int code = app_exit_code(&ui->err);
	err_move(e, &ui->err);
	g_autofree char *leaves = options->farewell ? leave_runner(ui) : NULL;
	ui_free(ui);
	if (leaves)
		options->farewell(leaves);
	return code;
}
