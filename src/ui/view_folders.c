/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folders of all accounts: as a view, as a picker that is typed into, and beside the list. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

enum line_kind { LINE_FOLDER, LINE_BLANK, LINE_QUEUE };

/* Beside a name, from so many columns on: unread, messages, size, and how it is kept. */
#define FACTS_FROM_COLS 76
#define UNREAD_COLS 14
#define TOTAL_COLS 17
#define SIZE_COLS 8
#define MARK_COLS 16
#define FACTS_COLS (UNREAD_COLS + TOTAL_COLS + SIZE_COLS + MARK_COLS)

struct line {
	enum line_kind kind; /* in the view: LINE_FOLDER */
	int account;
	const struct store_folder *folder; /* NULL: the account's own line, or */
	bool all;                          /* all inboxes; account -1 */
	unsigned head;                     /* FOLDER_OTHER or FOLDER_SHARED: what stands below is not the user's own */
	int score;
};

struct view_folders {
	struct view view;
	struct list list;
	bool picks;
	struct pick pick; /* picked NULL: the folder is opened */
	struct input typed;
	GArray *lines;
};

/* --- lines --- */
static GArray *lines_all(const struct model_folders *m)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	struct line all = { .account = -1, .all = true };
	if (m->accounts->len > 1)
		g_array_append_val(lines, all);
	for (int i = 0; i < (int)m->accounts->len; i++) {
		const struct model_account *a = model_folders_account(m, i);
		struct line l = { .account = i };
		if (m->accounts->len > 1 || !a->folders->len)
			g_array_append_val(lines, l);
		unsigned kind = 0;
		for (guint j = 0; j < a->folders->len; j++) {
			const struct store_folder *f = a->folders->pdata[j];
			if (model_folders_is_hidden(m, i, f->name))
				continue;
			if ((f->flags & FOLDER_FOREIGN) != kind) {
				struct line head = { .account = i, .head = kind = f->flags & FOLDER_FOREIGN };
				g_array_append_val(lines, head);
			}
			l.folder = f;
			g_array_append_val(lines, l);
		}
	}
	return lines;
}

static gint by_score(gconstpointer a, gconstpointer b)
{
	return ((const struct line *)b)->score - ((const struct line *)a)->score;
}

static GArray *lines_typed(const struct model_folders *m, int account, bool all, const char *typed)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	struct line inboxes = { .account = -1, .all = true, .score = model_fuzzy(typed, _("All inboxes")) };
	if (all && inboxes.score && m->accounts->len > 1 && *typed)
		g_array_append_val(lines, inboxes);
	for (int i = 0; i < (int)m->accounts->len; i++) {
		const struct model_account *a = model_folders_account(m, i);
		for (guint j = 0; j < a->folders->len; j++) {
			struct line l = { .account = i, .folder = a->folders->pdata[j] };
			g_autofree char *full = g_strdup_printf("%s/%s", a->cfg->label, l.folder->name);
			l.score = MAX(model_fuzzy(typed, l.folder->name) * 2, model_fuzzy(typed, full));
			if (l.score && (account < 0 || account == i) && !(l.folder->flags & FOLDER_NOSELECT))
				g_array_append_val(lines, l);
		}
	}
	if (*typed)
		g_array_sort(lines, by_score); /* GLib's sort is stable */
	return lines;
}

static void make_lines(struct view_folders *v)
{
	if (v->lines)
		g_array_unref(v->lines);
	v->lines = v->picks ? lines_typed(v->view.ui->folders, v->pick.account, !v->pick.picked, v->typed.text)
			    : lines_all(v->view.ui->folders);
}

static const struct line *current(const struct view_folders *v)
{
	if (!v->lines || v->list.cursor >= (int)v->lines->len)
		return NULL;
	return &g_array_index(v->lines, struct line, v->list.cursor);
}

static bool is_account(const struct line *l)
{
	return !l->folder && !l->head;
}

/* --- drawing --- */
static void draw_account(struct grid *g, int row, int col, int cols, unsigned style, const struct model_account *a)
{
	bool away = a->known && a->state.phase != ACCOUNT_ONLINE && a->state.phase != ACCOUNT_CONNECTING;
	const char *how = away ? _("offline") : "";
	int how_cols = grid_width(how);
	int used = grid_text(g, row, col, cols, style | STYLE_HEADER, a->cfg->label);
	if (cols - used > how_cols)
		grid_text(g, row, col + cols - how_cols, how_cols, style | STYLE_DIM, how);
}

/* Where the last part of the name begins: children stand under their parents. */
static const char *leaf_of(const struct store_folder *f, const struct model_folders *m, int account, int *depth_out)
{
	const char *slash = strrchr(f->name, '/');
	*depth_out = 0;
	if (!slash || !slash[1])
		return f->name;
	g_autofree char *parent = g_strndup(f->name, (gsize)(slash - f->name));
	const struct store_folder *p = model_folders_find(m, account, parent);
	if (!p)
		return f->name;
	leaf_of(p, m, account, depth_out);
	++*depth_out;
	return slash + 1;
}

/* Of a folded one with those below it. */
static uint32_t unread_of(const struct model_folders *m, int account, const struct store_folder *f)
{
	uint32_t own = model_folder_unread(f);
	return model_folders_is_folded(m, account, f->name) ? own + model_folders_unread_below(m, account, f->name)
							    : own;
}

static void draw_name(struct grid *g, int row, int col, int cols, unsigned style, const char *name, uint32_t unread)
{
	g_autofree char *count = unread ? g_strdup_printf("%u", unread) : g_strdup("");
	int count_cols = MIN(grid_width(count), cols - 1);
	grid_text(g, row, col, cols - count_cols - 1, style | (unread ? STYLE_NEW : STYLE_NORMAL), name);
	grid_text(g, row, col + cols - count_cols, count_cols, style | STYLE_NEW, count);
}

static bool is_folded(const struct model_folders *m, const struct line *l)
{
	return model_folders_is_folded(m, l->account, l->folder->name) &&
	       model_folders_has_below(m, l->account, l->folder->name);
}

static void draw_line(const struct ui *ui, struct grid *g, struct rect r, int row, const struct line *l, unsigned style)
{
	const struct model_account *a = model_folders_account(ui->folders, l->account);
	grid_fill(g, row, r.col, r.cols, style, ' ');
	if (style)
		grid_text(g, row, r.col, 1, style, ">");
	if (l->head) {
		const char *text = l->head & FOLDER_OTHER ? _("Other users") : _("Shared");
		grid_text(g, row, r.col + 1, r.cols - 1, style | STYLE_HEADER, text);
		return;
	}
	if (l->all) {
		draw_name(g, row, r.col + 1, r.cols - 1, style, _("All inboxes"),
			model_folders_inbox_unread(ui->folders));
		return;
	}
	if (!l->folder) {
		draw_account(g, row, r.col + 1, r.cols - 1, style, a);
		return;
	}
	int depth;
	const char *leaf = leaf_of(l->folder, ui->folders, l->account, &depth);
	depth = MIN(depth, r.cols / 4);
	bool folded = is_folded(ui->folders, l);
	g_autofree char *name = folded ? g_strconcat(leaf, "/..", NULL) : g_strdup(leaf);
	draw_name(g, row, r.col + 1 + depth, r.cols - 1 - depth, style, name,
		unread_of(ui->folders, l->account, l->folder));
}

/* --- with what is known of the folder, where there is room --- */
static const char *mark_of(const struct ui *ui, const struct line *l)
{
	const struct model_account *a = model_folders_account(ui->folders, l->account);
	bool subscribes = false;
	if (change_is_pinned(ui, l->account, l->folder->name))
		return _("pinned");
	if (g_ptr_array_find_with_equal_func(a->cfg->skipped, l->folder->name, g_str_equal, NULL))
		return _("skipped");
	for (guint i = 0; i < a->folders->len && !subscribes; i++)
		subscribes = ((const struct store_folder *)a->folders->pdata[i])->flags & FOLDER_SUBSCRIBED;
	return subscribes && !(l->folder->flags & FOLDER_SUBSCRIBED) ? _("not subscribed") : "";
}

static void draw_right(struct grid *g, int row, int end, int cols, unsigned style, const char *text)
{
	int used = MIN(grid_width(text), cols);
	grid_text(g, row, end - used, used, style, text);
}

static void draw_facts(
	const struct ui *ui, struct grid *g, struct rect r, int row, const struct line *l, unsigned style)
{
	const struct store_folder *f = l->folder;
	int end = r.col + r.cols;
	uint32_t unread = unread_of(ui->folders, l->account, f), all = MAX(f->exists, f->rows + f->rows_local);
	g_autofree char *count = unread ? g_strdup_printf(_("%u unread"), unread) : g_strdup("");
	g_autofree char *total = g_strdup_printf(P_("%u message", "%u messages", all), all);
	g_autofree char *size = f->sized ? app_size(f->size) : g_strdup("");
	int depth;
	const char *leaf = leaf_of(f, ui->folders, l->account, &depth);
	g_autofree char *name = is_folded(ui->folders, l) ? g_strconcat(leaf, "/..", NULL) : g_strdup(leaf);
	depth = MIN(depth, r.cols / 4);
	grid_text(g, row, r.col + 1 + depth, r.cols - FACTS_COLS - 1 - depth,
		style | (unread ? STYLE_NEW : STYLE_NORMAL), name);
	draw_right(g, row, end - MARK_COLS - SIZE_COLS - TOTAL_COLS, UNREAD_COLS - 1, style | STYLE_NEW, count);
	if (!(f->flags & FOLDER_NOSELECT))
		draw_right(g, row, end - MARK_COLS - SIZE_COLS, TOTAL_COLS - 1, style | STYLE_DIM, total);
	draw_right(g, row, end - MARK_COLS, SIZE_COLS - 1, style | STYLE_DIM, size);
	grid_text(g, row, end - MARK_COLS + 2, MARK_COLS - 2, style | STYLE_DIM, mark_of(ui, l));
}

static void draw_wide(const struct ui *ui, struct grid *g, struct rect r, int row, const struct line *l, unsigned style)
{
	if (!l->folder || r.cols < FACTS_FROM_COLS) {
		draw_line(ui, g, r, row, l, style);
		return;
	}
	grid_fill(g, row, r.col, r.cols, style, ' ');
	if (style)
		grid_text(g, row, r.col, 1, style, ">");
	draw_facts(ui, g, r, row, l, style);
}

static void draw_found(
	const struct ui *ui, struct grid *g, struct rect r, int row, const struct line *l, unsigned style)
{
	const struct model_account *a = model_folders_account(ui->folders, l->account);
	bool several = ui->folders->accounts->len > 1;
	if (l->all) {
		draw_line(ui, g, r, row, l, style);
		return;
	}
	g_autofree char *name =
		several ? g_strdup_printf("%s/%s", a->cfg->label, l->folder->name) : g_strdup(l->folder->name);
	grid_fill(g, row, r.col, r.cols, style, ' ');
	if (style)
		grid_text(g, row, r.col, 1, style, ">");
	draw_name(g, row, r.col + 1, r.cols - 1, style, name, model_folder_unread(l->folder));
}

static void draw_empty(const struct view_folders *v, struct grid *g, struct rect r)
{
	const struct model_folders *m = v->view.ui->folders;
	const char *why = v->pick.picked ? _("No folder has these letters in its name. Enter makes one of that name.")
					 : _("No folder has these letters in its name.");
	if (!m->accounts->len)
		why = _("There is no account yet. Write one in the mailrc: see boxwood-mailrc(5).");
	struct text *t = text_new();
	text_add(t, STYLE_DIM, 0, str_of(why));
	text_draw(t, g, (struct rect){ r.row + r.rows / 3, r.col + 1, r.rows - r.rows / 3, r.cols - 1 });
	text_free(t);
}

/* The line of the folder last looked at; -1: it is not there. */
static int line_of_last(const struct ui *ui, const GArray *lines)
{
	for (guint i = 0; i < lines->len; i++) {
		const struct line *l = &g_array_index(lines, struct line, i);
		if (l->account != ui->at_account)
			continue;
		if (l->all || (l->folder && !strcmp(l->folder->name, ui->at_folder)))
			return (int)i;
	}
	return -1;
}

static void place(struct view_folders *v)
{
	int at = v->view.ui->at_changed ? line_of_last(v->view.ui, v->lines) : -1;
	if (at < 0)
		return;
	v->list.cursor = at;
	v->view.ui->at_changed = false;
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_folders *v = (struct view_folders *)view;
	make_lines(v);
	if (v->picks) {
		input_draw(&v->typed, g, (struct rect){ r.row, r.col, 1, r.cols },
			v->pick.label ? v->pick.label : _("Folder: "));
		r.row++;
		r.rows--;
	} else {
		place(v);
	}
	list_show(&v->list, (int)v->lines->len, r.rows);
	if (!v->lines->len)
		draw_empty(v, g, r);
	for (int i = 0; i < r.rows && v->list.top + i < v->list.count; i++) {
		const struct line *l = &g_array_index(v->lines, struct line, v->list.top + i);
		unsigned style = v->list.top + i == v->list.cursor ? STYLE_CURSOR : 0;
		(v->picks ? draw_found : draw_wide)(view->ui, g, r, r.row + i, l, style);
	}
	if (!v->picks) {
		g->cursor_row = r.row + v->list.cursor - v->list.top;
		g->cursor_col = r.col;
	}
	if (current(v))
		view->account = current(v)->account;
}

static enum pointed point(struct view *view, struct rect r, int row)
{
	struct view_folders *v = (struct view_folders *)view;
	return list_point(&v->list, row - r.row - v->picks);
}

/* --- opening --- */
static void open_line(struct ui *ui, const struct line *l)
{
	if (l->head || (l->folder && (l->folder->flags & FOLDER_NOSELECT))) {
		ui_say(ui, g_strdup(_("This folder holds folders only.")));
		return;
	}
	g_autofree char *name = g_strdup(l->folder ? l->folder->name : "Inbox");
	ui_open_folder(ui, l->account, name);
}

static void open_current(struct view_folders *v)
{
	make_lines(v); /* keys typed ahead have not been drawn */
	const struct line *l = current(v);
	if (l)
		open_line(v->view.ui, l);
}

/* --- beside the list --- */
/* As in the view, with room between accounts, and what waits at the end. */
static GArray *sidebar_lines(const struct ui *ui)
{
	g_autoptr(GArray) all = lines_all(ui->folders);
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	const struct line blank = { .kind = LINE_BLANK }, queue = { .kind = LINE_QUEUE };
	for (guint i = 0; i < all->len; i++) {
		const struct line *l = &g_array_index(all, struct line, i);
		if (i && is_account(l))
			g_array_append_val(lines, blank);
		g_array_append_val(lines, *l);
	}
	if (queue_count(ui)) {
		g_array_append_val(lines, blank);
		g_array_append_val(lines, queue);
	}
	return lines;
}

static void draw_queue(const struct ui *ui, struct grid *g, int row, int col, int cols)
{
	g_autofree char *count = g_strdup_printf("%u", queue_count(ui));
	int count_cols = MIN(grid_width(count), cols - 1);
	grid_text(g, row, col, 1, STYLE_NORMAL, "=");
	grid_text(g, row, col + 2, cols - count_cols - 3, STYLE_NORMAL, _("Queue"));
	grid_text(g, row, col + cols - count_cols, count_cols, STYLE_NEW, count);
}

/* Where the wheel has left it, until another folder is looked at. */
static void sidebar_show(struct ui *ui, const GArray *lines, int rows)
{
	struct list *l = &ui->side;
	int at = line_of_last(ui, lines), top = l->top;
	ui->side_rolled = ui->side_rolled && l->cursor == at;
	l->cursor = at;
	list_show(l, (int)lines->len, rows);
	l->cursor = at;
	if (ui->side_rolled)
		l->top = CLAMP(top, 0, MAX(l->count - rows, 0));
}

void sidebar_draw(struct ui *ui, struct grid *g, struct rect r)
{
	g_autoptr(GArray) lines = sidebar_lines(ui);
	struct rect inner = { r.row, r.col, r.rows, r.cols - 1 };
	sidebar_show(ui, lines, r.rows);
	for (int i = 0; i < r.rows; i++) {
		int n = ui->side.top + i;
		const struct line *l = n < ui->side.count ? &g_array_index(lines, struct line, n) : NULL;
		if (l && l->kind == LINE_QUEUE)
			draw_queue(ui, g, r.row + i, r.col, inner.cols);
		else if (l && l->kind != LINE_BLANK)
			draw_line(ui, g, inner, r.row + i, l, n == ui->side.cursor ? STYLE_CURSOR : 0);
		grid_text(g, r.row + i, r.col + r.cols - 1, 1, STYLE_DIM, ui->plain ? " " : "|");
	}
}

void sidebar_press(struct ui *ui, struct rect r, int row)
{
	g_autoptr(GArray) lines = sidebar_lines(ui);
	int n = ui->side.top + row - r.row;
	if (n < 0 || n >= (int)lines->len)
		return;
	const struct line *l = &g_array_index(lines, struct line, n);
	if (l->kind == LINE_QUEUE)
		command_run(ui, CMD_QUEUE);
	else if (l->kind != LINE_BLANK)
		open_line(ui, l);
}

void sidebar_roll(struct ui *ui, int lines)
{
	struct list *l = &ui->side;
	l->top = CLAMP(l->top + lines, 0, MAX(l->count - l->height, 0));
	ui->side_rolled = true;
}

/* --- commands --- */
static void go_to(struct view_folders *v, int account, const char *name)
{
	make_lines(v);
	for (guint i = 0; i < v->lines->len; i++) {
		const struct line *l = &g_array_index(v->lines, struct line, i);
		if (l->folder && l->account == account && !strcmp(l->folder->name, name))
			v->list.cursor = (int)i;
	}
}

/* One that has none below it folds the one above it. */
static void fold(struct view_folders *v)
{
	struct model_folders *m = v->view.ui->folders;
	const struct line *l = current(v);
	if (!l || !l->folder)
		return;
	int account = l->account;
	g_autofree char *name = g_strdup(l->folder->name);
	while (!model_folders_has_below(m, account, name) || !model_folders_find(m, account, name)) {
		char *slash = strrchr(name, '/');
		if (!slash) {
			ui_say(v->view.ui, g_strdup(_("No folder lies below this one.")));
			return;
		}
		*slash = '\0';
	}
	model_folders_fold(m, account, name);
	go_to(v, account, name);
}

static void fold_all(struct view_folders *v)
{
	const struct line *l = current(v);
	int account = l ? l->account : 0;
	g_autofree char *name = g_strdup(l && l->folder ? l->folder->name : "");
	model_folders_fold_all(v->view.ui->folders);
	while (model_folders_is_hidden(v->view.ui->folders, account, name))
		*strrchr(name, '/') = '\0';
	go_to(v, account, name);
}

static bool command(struct view *view, enum app_command c)
{
	struct view_folders *v = (struct view_folders *)view;
	if (c == CMD_OPEN) {
		open_current(v);
		return true;
	}
	if (list_command(&v->list, c))
		return true;
	make_lines(v);
	if (c == CMD_FOLD_FOLDER || c == CMD_FOLD_FOLDERS) {
		c == CMD_FOLD_FOLDER ? fold(v) : fold_all(v);
		return true;
	}
	const struct line *l = current(v);
	return l && change_folder_command(view->ui, MAX(l->account, 0), l->folder, c);
}

/* The view goes first: what is done may put another in its place. */
static void pick_current(struct view_folders *v)
{
	struct ui *ui = v->view.ui;
	make_lines(v);
	const struct line *l = current(v);
	g_autofree char *name = l ? g_strdup(l->folder->name) : g_strstrip(g_strdup(v->typed.text));
	struct pick pick = v->pick;
	if (!*name)
		return;
	v->pick.free = NULL;
	ui_pop(ui);
	pick.picked(ui, name, l != NULL, pick.aux);
	pick.free(pick.aux);
}

/* While a name is typed: arrows move, Enter opens, Esc gives up, the rest is text. */
static bool pick_key(struct view *view, uint32_t key, const char *paste)
{
	struct view_folders *v = (struct view_folders *)view;
	switch (key) {
	case APP_KEY_ENTER: v->pick.picked ? pick_current(v) : open_current(v); return true;
	case APP_KEY_ESC: ui_pop(view->ui); return true;
	case APP_KEY_DOWN:
	case APP_KEY_TAB: return list_command(&v->list, CMD_DOWN);
	case APP_KEY_UP:
	case APP_KEY_BACKTAB: return list_command(&v->list, CMD_UP);
	case APP_KEY_PAGE_DOWN: return list_command(&v->list, CMD_PAGE_DOWN);
	case APP_KEY_PAGE_UP: return list_command(&v->list, CMD_PAGE_UP);
	default: break;
	}
	if (!input_key(&v->typed, key, paste))
		return false;
	v->list.cursor = 0;
	return true;
}

static char *title(struct view *view, int cols)
{
	const struct model_account *a = model_folders_account(view->ui->folders, view->account);
	(void)cols;
	return a ? g_strdup_printf(_("Folders - %s"), a->cfg->label) : g_strdup(_("Folders"));
}

static void destroy(struct view *view)
{
	struct view_folders *v = (struct view_folders *)view;
	if (v->lines)
		g_array_unref(v->lines);
	input_clear(&v->typed);
	if (v->pick.free)
		v->pick.free(v->pick.aux);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_FOLDERS,
	.draw = draw,
	.command = command,
	.point = point,
	.title = title,
	.free = destroy,
};

static const struct view_ops pick_ops = {
	.context = CTX_FOLDERS,
	.draw = draw,
	.command = command,
	.point = point,
	.key = pick_key,
	.typing = N_("Up Down choose  Enter open  Esc back"),
	.title = title,
	.free = destroy,
};

static const struct view_ops pick_for_ops = {
	.context = CTX_FOLDERS,
	.draw = draw,
	.command = command,
	.point = point,
	.key = pick_key,
	.typing = N_("Up Down choose  Enter take  Esc give up"),
	.title = title,
	.free = destroy,
};

struct view *view_folders_new(struct ui *ui)
{
	struct view_folders *v = g_new0(struct view_folders, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui };
	return &v->view;
}

struct view *view_folders_pick(struct ui *ui)
{
	return view_folders_pick_for(ui, &(struct pick){ .account = -1 });
}

struct view *view_folders_pick_for(struct ui *ui, const struct pick *pick)
{
	struct view_folders *v = g_new0(struct view_folders, 1);
	v->view = (struct view){ .ops = pick->picked ? &pick_for_ops : &pick_ops, .ui = ui };
	v->picks = true;
	v->pick = *pick;
	if (pick->account >= 0)
		v->view.account = pick->account;
	input_init(&v->typed, "", false);
	return &v->view;
}

const char *view_folders_name(struct view *view)
{
	const struct line *l = view->ops == &ops ? current((const struct view_folders *)view) : NULL;
	return l && l->folder ? l->folder->name : NULL;
}
