/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loop round the views: keys in, commands out, a grid at the end of each turn. */
#include "ui/internal.h"

#include <string.h>

#include <glib-unix.h>

#include "base/i18n.h"

#define READ_OCTETS 4096
#define REST_MS 1000 /* before the program stops for ^Z */
#define HOPS_MAX 20  /* folders looked into for one key */
#define SAID_ROWS_MOST 4

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
	else if (!pane_back(ui))
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

/* --- drawing --- */
bool ui_has_sidebar(const struct ui *ui, int cols)
{
	enum app_context ctx = ui_top(ui)->ops->context;
	if ((ctx != CTX_INDEX && ctx != CTX_MESSAGE) || cols < SIDEBAR_LEAST_COLS)
		return false;
	return ui->sidebar == SIDEBAR_ON || (ui->sidebar == SIDEBAR_AUTO && cols >= SIDEBAR_FROM_COLS && !ui->plain);
}

/* What has no place in a line takes more of them; what has no place at all is in the log. */
static void draw_long(struct ui *ui, struct grid *g, const struct layout *l)
{
	struct rect r = l->message.rows ? l->message : l->body;
	struct text *t = text_new();
	text_addf(t, STYLE_NORMAL, 1, " %s", ui->said);
	int wanted = text_lines(t, r.cols, SAID_ROWS_MOST + 1), rows = CLAMP(wanted, 1, MIN(SAID_ROWS_MOST, r.row + 1));
	r = (struct rect){ r.row + 1 - rows, r.col, rows, r.cols };
	for (int i = 0; i < rows; i++)
		grid_fill(g, r.row + i, r.col, r.cols, STYLE_NORMAL, ' ');
	text_draw(t, g, r);
	text_free(t);
	g_autofree char *key = keymap_first(ui->keymap, ui_top(ui)->ops->context, CMD_MESSAGES);
	g_autofree char *more = wanted > rows && key ? g_strdup_printf(" .. %s", key) : NULL;
	int cols = more ? grid_width(more) : 0;
	if (more)
		grid_text(g, r.row + rows - 1, r.col + r.cols - cols, cols, STYLE_KEY, more);
}

static void draw_message_line(struct ui *ui, struct grid *g, const struct layout *l)
{
	struct view *top = ui_top(ui);
	bool own_row = l->message.row != l->hint.row;
	g_autofree char *remark = ui->said ? NULL : model_parts_progress(ui->parts);
	if (!ui->said && !remark && own_row && top->ops->remark)
		remark = top->ops->remark(top);
	const char *said = ui->said ? ui->said : remark;
	g_autofree char *typed = typing_text(ui);
	if (typed)
		said = typed;
	if (ui->said && !typed && grid_width(said) > l->message.cols - 2) {
		draw_long(ui, g, l);
		return;
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

static void rule_draw(struct grid *g, const struct layout *l)
{
	grid_fill(g, l->rule.row, l->rule.col, l->rule.cols, STYLE_DIM, '-');
	if (l->sidebar.rows)
		grid_text(g, l->rule.row, l->sidebar.col + l->sidebar.cols - 1, 1, STYLE_DIM, "+");
	grid_text(g, l->rule.row, l->pane.col - 1, 1, STYLE_DIM, "+");
}

static void draw_views(struct ui *ui, struct grid *g)
{
	struct view *top = ui_top(ui), *list = pane_list(ui, g->cols), *in_body = list ? list : top;
	struct layout l = layout_make(g->rows, g->cols,
		&(struct layout_wish){
			banner_rows(ui, g->rows, g->cols), ui_has_sidebar(ui, g->cols), list, ui->splits });
	ui->layout = l;
	in_body->ops->draw(in_body, g, l.body);
	if (l.sidebar.rows)
		sidebar_draw(ui, g, l.sidebar);
	if (l.pane.rows)
		pane_draw(ui, g, l.pane, list);
	if (l.rule.rows)
		rule_draw(g, &l);
	const struct model_account *account = model_folders_account(ui->folders, top->account);
	g_autofree char *left = top->ops->title(top, g->cols);
	g_autofree char *right = top->ops->aside ? top->ops->aside(top, g->cols) : status_sync(account, g->cols);
	status_draw(g, l.status, left, right);
	banner_draw(ui, g, l.banner);
	hint_draw(ui, g, l.hint);
	draw_message_line(ui, g, &l);
	struct rect over = { l.status.rows, 0, l.message.row - l.status.rows, g->cols };
	if (ui->panel)
		panel_draw(ui, g, over);
	if (ui->palette)
		palette_draw(ui, g, l.message.rows ? over : l.body);
	if (ui->prompt)
		prompt_draw(ui, g, &l);
	if (ui->question)
		question_draw(ui, g, &l);
}

void ui_draw(struct ui *ui)
{
	int rows, cols;
	struct grid now;
	if (ui->hop)
		hop(ui);
	ui->term->size(ui->term, &rows, &cols);
	grid_init(&now, rows, cols);
	if (ui->views->len) {
		draw_views(ui, &now);
		craft_title(ui);
	}
	now.cursor_shown |= ui->plain;
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

/* --- keys --- */
static bool stop_any(struct ui *ui)
{
	struct view *top = ui_top(ui);
	bool any = top->ops->stop && top->ops->stop(top);
	any = pane_stop(ui) || any;
	if (ui->sync_request)
		app_cancel(ui->app, ui->sync_request);
	any = any || ui->sync_request;
	any = copy_stop(ui) || any;
	return model_parts_stop(ui->parts) || any;
}

static void say_no_wait(struct ui *ui)
{
	g_autofree char *key = ui_key(ui, ui_top(ui)->ops->context, CMD_BACK);
	ui_say(ui, g_strdup_printf(_("Nothing is being waited for. %s leaves."), key));
}

static void stop_wait(struct ui *ui)
{
	bool typing = typing_is_under_way(ui);
	typing_drop(ui);
	if (stop_any(ui))
		ui_say(ui, g_strdup(_("Stopped.")));
	else if (!typing)
		say_no_wait(ui);
}

static void take_key(struct ui *ui, const struct key_event *ev, bool lone)
{
	struct view *top = ui->views->len ? ui_top(ui) : NULL;
	if (ev->key == KEY_BACKGROUND) {
		craft_background(ui, ev->background);
		return;
	}
	ui_touch(ui);
	if (ev->key == KEY_MOUSE) {
		mouse_take(ui, &ev->mouse);
		return;
	}
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
	if (ui->palette) {
		palette_key(ui, ev->key, ev->paste);
		return;
	}
	if (ev->key == KEY_STOP) {
		stop_wait(ui);
		return;
	}
	if (lone && ev->key == APP_KEY_ESC && ui->number && !ui->chord_n) {
		typing_drop(ui);
		return;
	}
	/* A view that is typed into is left first. */
	bool stops = lone && ev->key == APP_KEY_ESC && !top->ops->key;
	if (stops && !typing_is_under_way(ui) && stop_any(ui)) {
		ui_say(ui, g_strdup(_("Stopped.")));
		return;
	}
	if (!typing_is_under_way(ui) && top->ops->key && top->ops->key(top, ev->key, ev->paste))
		return;
	if (ev->key)
		typing_key(ui, ev->key);
}

void ui_take_key(struct ui *ui, const struct key_event *ev)
{
	take_key(ui, ev, false);
}

/* lone: the first of them is no part of a chord that came in one go. */
static void take_keys(struct ui *ui, bool lone)
{
	struct key_event ev;
	while (!ui->quit && key_next(ui->decoder, &ev)) {
		take_key(ui, &ev, lone);
		key_paste_free(ev.paste);
		lone = false;
	}
	int wait = key_wait_ms(ui->decoder);
	timer_at(ui->key_timer, wait < 0 ? CLOCK_NEVER : clock_ms() + wait);
}

static void key_gap(void *aux)
{
	struct ui *ui = aux;
	key_timeout(ui->decoder);
	take_keys(ui, true);
}

void ui_read_keys(struct ui *ui)
{
	unsigned char octets[READ_OCTETS];
	int n = 0;
	while (!ui->quit && (n = ui->term->read(ui->term, octets, sizeof octets)) > 0) {
		key_feed(ui->decoder, octets, (size_t)n);
		take_keys(ui, false);
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
		take_key(ui, &(struct key_event){ .key = KEY_STOP }, false);
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
	return !ui->prompt && !ui->question && !ui->palette && !typing_is_under_way(ui) && !ui->lent;
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
	if (ui->setup) {
		g_ptr_array_add(ui->views, view_setup_new(ui, ui->setup));
		return;
	}
	g_ptr_array_add(ui->views, view_folders_new(ui));
	if (ui->folders->accounts->len)
		ui_open_folder(ui, ui->at_account, ui->at_folder);
	if (ui->file)
		open_file(ui);
	if (ui->mailto)
		compose_mailto(ui, ui->mailto);
	compose_look_at_drafts(ui);
	craft_listen(ui); /* behind what the first screen shows */
}

/* The banner goes when it is mended: what was wrong can be looked up. */
static void log_account(struct ui *ui, const struct event *ev)
{
	const struct model_account *a = model_folders_account(ui->folders, ev->account);
	const struct err *e = ev->state ? &ev->state->err : NULL;
	if (!a || !e || !e->cause || !g_strcmp0(e->text, a->state.err.text))
		return;
	g_autofree char *what = app_err_text(e, a->cfg->label);
	g_autofree char *text = g_strdup_printf("%s%s%s", what, e->server ? "\n" : "", e->server ? e->server : "");
	ui_log(ui, text);
}

static void heard(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	if (ev->type == EV_ACCOUNT)
		log_account(ui, ev);
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
	if (ui->notifier)
		notifier_event(ui->notifier, ev);
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

/* --- options --- */
static void apply_options(struct ui *ui)
{
	const struct cfg *cfg = app_cfg(ui->app);
	key_decoder_wait(ui->decoder, cfg->options.escape_ms > 0 ? cfg->options.escape_ms : 60);
	ui->sidebar = cfg->options.sidebar ? SIDEBAR_AUTO : SIDEBAR_OFF;
	ui->pane = cfg->options.reading_pane ? PANE_AUTO : PANE_OFF;
	ui->plain = cfg->options.plain;
	ui->term->mouse(ui->term, cfg->options.mouse);
}

void ui_take_mailrc(struct ui *ui, struct cfg *now)
{
	const struct cfg *was = app_cfg(ui->app);
	bool sidebar = was->options.sidebar, pane = was->options.reading_pane;
	enum sidebar sidebar_shown = ui->sidebar;
	enum pane pane_shown = ui->pane;
	app_take_mailrc(ui->app, now);
	const struct cfg *is = app_cfg(ui->app);
	keymap_free(ui->keymap);
	ui->keymap = keymap_new(is, NULL);
	apply_options(ui);
	/* What was shown or hidden by its key stays so until the option is another. */
	if (sidebar == is->options.sidebar)
		ui->sidebar = sidebar_shown;
	if (pane == is->options.reading_pane)
		ui->pane = pane_shown;
	craft_dress(ui);
	ui->all_dirty = true;
	ui_touch(ui);
}

/* --- lifecycle --- */
/* What is wrong with the mailrc: the first thing is said, and all are kept. */
static void tell_mistakes(struct ui *ui, GPtrArray *complaints)
{
	const GPtrArray *diags = app_cfg(ui->app)->diags;
	for (guint i = 0; diags && i < diags->len; i++) {
		const struct cfg_diag *d = diags->pdata[i];
		g_autofree char *whole = cfg_diag_text(d), *file = g_path_get_basename(d->file);
		ui_log(ui, g_strchomp(whole));
		if (d->level != CFG_NOTICE)
			g_ptr_array_add(complaints, g_strdup_printf("%s:%u:%u: %s", file, d->line, d->col, d->text));
	}
	if (!complaints->len)
		return;
	g_autofree char *key = ui_key(ui, CTX_INDEX, CMD_MESSAGES);
	unsigned more = complaints->len - 1;
	g_autofree char *line = grid_line(str_of(complaints->pdata[0]));
	for (guint i = 1; i < complaints->len; i++)
		ui_log(ui, complaints->pdata[i]);
	ui_say(ui, more ? g_strdup_printf(P_("%s (and %u more: %s)", "%s (and %u more: %s)", more), line, more, key)
			: g_steal_pointer(&line));
}

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
	ui->setup = options->setup;
	ui->views = g_ptr_array_new_with_free_func(view_free);
	ui->decoder = key_decoder_new(0);
	ui->key_timer = timer_new(ui->ctx, key_gap, ui);
	ui->panel_timer = timer_new(ui->ctx, typing_panel_due, ui);
	ui->palette_lines = g_ptr_array_new_with_free_func(g_free);
	ui->log = said_log_new();
	apply_options(ui);
	ui->all_dirty = true;
	ui->background = COLOUR_OWN;
	craft_dress(ui);
	app_listen(a, heard, ui);
	tell_mistakes(ui, complaints);
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
	craft_end(ui);
	copy_stop(ui);
	prompt_drop(ui);
	question_drop(ui);
	palette_drop(ui);
	shell_leave(ui);
	edit_leave(ui);
	compose_leave(ui);
	while (ui->views->len)
		g_ptr_array_set_size(ui->views, (int)ui->views->len - 1);
	g_ptr_array_unref(ui->views);
	pane_drop(ui);
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
	timer_free(ui->panel_timer);
	g_ptr_array_unref(ui->palette_lines);
	g_array_unref(ui->log);
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
	struct term *term = term_curses_open(craft_colours(app_cfg(a), options->colour), e);
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
