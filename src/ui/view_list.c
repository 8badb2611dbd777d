/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define DATE_COLS 6
#define FROM_COLS 15
#define FROM_COLS_WIDE 20
#define WIDE_FROM_COLS 110

struct view_list {
	struct view view;
	struct model_list *model;
	bool seek_later, then_read;
	enum model_seek way; /* of the last search */
};

/* --- rows --- */
static bool is_outgoing(const struct model_list *m)
{
	return m->folder && (m->folder->role == ROLE_SENT || m->folder->role == ROLE_DRAFTS);
}

/* Who the mail is from; in Sent and Drafts, whom it is to. */
static char *who_text(const struct model_list *m, const struct store_row *row)
{
	bool outgoing = is_outgoing(m);
	char *people = outgoing ? NULL : thread_people(row);
	if (people)
		return people;
	const GPtrArray *who = outgoing ? row->to : row->from;
	if (!who || !who->len)
		return g_strdup(outgoing ? _("(to nobody)") : _("(no sender)"));
	const char *name = msg_addr_short(who->pdata[0]);
	return outgoing ? g_strdup_printf(_("To %s"), name) : g_strdup(name);
}

static const char *subject_text(const struct store_row *row)
{
	return row->subject && *row->subject ? row->subject : _("(no subject)");
}

static const char *kind_sign(const struct store_row *row)
{
	return row->flags & MSG_INVITE ? "i" : row->flags & MSG_ATTACHMENT ? "@" : " ";
}

/* N new, r replied, and F flagged beside it: never told by colour alone. */
static const char *state_sign(const struct store_row *row)
{
	return !(row->flags & MSG_SEEN) ? "N" : row->flags & MSG_ANSWERED ? "r" : " ";
}

static int64_t when(const struct store_row *row)
{
	if (row->head && row->head->folded)
		return row->head->when;
	return row->date.known ? row->date.epoch : row->received;
}

/* Of a folded thread how many are unread, if any. */
static void draw_signs(struct grid *g, int row, int col, unsigned style, const struct store_row *msg)
{
	g_autofree char *sign = thread_sign(msg);
	if (sign) {
		grid_text(g, row, col, 3, style, sign);
		return;
	}
	grid_text(g, row, col, 1, style, state_sign(msg));
	grid_text(g, row, col + 1, 1, style, msg->flags & MSG_FLAGGED ? "F" : " ");
}

static void draw_one_line(
	const struct view_list *v, struct grid *g, int row, struct rect r, const struct store_row *msg, unsigned style)
{
	int from_cols = r.cols >= WIDE_FROM_COLS ? FROM_COLS_WIDE : FROM_COLS;
	int col = r.col + 4;
	g_autofree char *date = app_date_short(when(msg), clock_wall());
	g_autofree char *who = who_text(v->model, msg), *subject = thread_subject((struct view *)v, msg);
	int date_cols = MIN(grid_width(date), DATE_COLS);
	draw_signs(g, row, r.col + 1, style, msg);
	grid_text(g, row, col + DATE_COLS - date_cols, DATE_COLS, style, date);
	col += DATE_COLS + 1;
	grid_text(g, row, col, from_cols, style, who);
	col += from_cols + 1;
	grid_text(g, row, col, 1, style, kind_sign(msg));
	col += 2;
	grid_text(g, row, col, r.col + r.cols - col, style, subject ? subject : subject_text(msg));
}

static void draw_two_lines(
	const struct view_list *v, struct grid *g, int row, struct rect r, const struct store_row *msg, unsigned style)
{
	g_autofree char *date = app_date_short(when(msg), clock_wall());
	g_autofree char *who = who_text(v->model, msg), *subject = thread_subject((struct view *)v, msg);
	int date_cols = grid_width(date);
	int who_cols = MAX(r.cols - 4 - date_cols - 1, 0);
	draw_signs(g, row, r.col + (msg->head && msg->head->folded ? 1 : 2), style, msg);
	grid_text(g, row, r.col + 4, who_cols, style, who);
	if (r.cols - date_cols > 4)
		grid_text(g, row, r.col + r.cols - date_cols, date_cols, style, date);
	if (row + 1 >= r.row + r.rows)
		return;
	grid_text(g, row + 1, r.col + 2, 1, style, kind_sign(msg));
	grid_text(g, row + 1, r.col + 4, MAX(r.cols - 4, 0), style, subject ? subject : subject_text(msg));
}

/* A line of one column still shows where the cursor is; a screen of one line shows the subject. */
static void draw_row(const struct view_list *v, struct grid *g, struct rect r, int at, uint32_t position, int lines)
{
	const struct model_list *m = v->model;
	const struct store_row *msg = model_list_row(m, position);
	bool here = position == m->cursor;
	unsigned style = (msg && model_row_is_unread(msg) ? STYLE_NEW : STYLE_NORMAL) | (here ? STYLE_CURSOR : 0);
	bool tagged = msg && model_list_is_tagged(m, msg);
	for (int i = 0; i < lines && at + i < r.row + r.rows; i++)
		grid_fill(g, at + i, r.col, r.cols, style, ' ');
	if (here || tagged)
		grid_text(g, at, r.col, 1, style, tagged ? "*" : ">");
	if (!msg)
		grid_text(g, at, r.col + 2, r.cols - 2, style | STYLE_DIM, "...");
	else if (lines == 2)
		draw_two_lines(v, g, at, r, msg, style);
	else
		draw_one_line(v, g, at, r, msg, style);
}

/* --- an empty folder says why --- */
static char *why_empty(const struct view_list *v)
{
	const struct model_list *m = v->model;
	const struct model_account *a = model_folders_account(v->view.ui->folders, m->account);
	const char *label = a ? a->cfg->label : "";
	enum account_phase phase = a ? a->state.phase : ACCOUNT_OFFLINE;
	if (!m->loaded)
		return g_strdup("...");
	if (m->err.cause)
		return app_err_text(&m->err, label);
	char *left_out = filter_why_empty(v->view.ui, m);
	if (left_out)
		return left_out;
	if (m->folder && m->folder->last_sync)
		return g_strdup_printf(_("%s is empty."), m->name);
	if (a && a->known && phase == ACCOUNT_STOPPED)
		return g_strdup_printf(_("%s has never been synced: %s could not log in or connect."), m->name, label);
	if (a && a->known && (phase == ACCOUNT_OFFLINE || phase == ACCOUNT_WAITING))
		return g_strdup_printf(_("%s has never been synced, and %s is offline."), m->name, label);
	return g_strdup_printf(_("%s has not been synced yet. Fetching the newest messages..."), m->name);
}

static void draw_empty(const struct view_list *v, struct grid *g, struct rect r)
{
	g_autofree char *why = why_empty(v);
	struct text *t = text_new();
	text_add(t, STYLE_DIM, 0, str_of(why));
	text_draw(t, g, (struct rect){ r.row + r.rows / 3, r.col + 1, r.rows - r.rows / 3, MAX(r.cols - 2, 1) });
	text_free(t);
}

static int lines_each(struct rect r)
{
	return r.cols < TWO_LINES_BELOW && r.rows > 1 ? 2 : 1;
}

static enum pointed point(struct view *view, struct rect r, int row)
{
	struct model_list *m = view_list_model(view);
	uint32_t position = m->top + (uint32_t)(row - r.row) / (uint32_t)lines_each(r);
	if (position >= m->total)
		return POINTED_NOWHERE;
	bool again = position == m->cursor;
	model_list_to(m, position);
	return again ? POINTED_AGAIN : POINTED_AT;
}

static void roll(struct view *view, int lines)
{
	model_list_roll(view_list_model(view), lines);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_list *v = (struct view_list *)view;
	int lines = lines_each(r);
	model_list_height(v->model, (uint32_t)MAX(r.rows / lines, 1));
	if (!v->model->total)
		draw_empty(v, g, r);
	for (uint32_t i = 0; i < v->model->height && v->model->top + i < v->model->total; i++)
		draw_row(v, g, r, r.row + (int)i * lines, v->model->top + i, lines);
	g->cursor_row = r.row + (int)(v->model->cursor - v->model->top) * lines;
	g->cursor_col = r.col;
}

/* "172 messages", or of a choice "12 of 172 messages". */
static char *count_text(const struct model_list *m)
{
	uint32_t threads = m->folder->threads, all = MAX(m->folder->exists, m->total);
	if (m->threads)
		return g_strdup_printf(P_("%u thread", "%u threads", threads), threads);
	if (!m->choice.filter && !(m->choice.view & VIEW_UNREAD))
		return g_strdup_printf(P_("%u message", "%u messages", all), all);
	return g_strdup_printf(m->counting ? _("%u.. of %u") : _("%u of %u"), m->total, all);
}

static char *title(struct view *view, int cols)
{
	const struct view_list *v = (const struct view_list *)view;
	const struct model_account *a = model_folders_account(view->ui->folders, view->account);
	const struct store_folder *f = v->model->folder;
	guint tags = model_list_tags(v->model);
	uint32_t unread = f ? model_folder_unread(f) : 0;
	g_autofree char *choice = filter_text(v->model);
	bool narrowed = v->model->choice.filter || v->model->choice.view & VIEW_UNREAD;
	const char *gap_before = *choice ? "  " : "";
	bool all = v->model->account < 0;
	const char *name = all ? _("All inboxes") : v->model->name;
	if (cols < TWO_LINES_BELOW && f && narrowed) {
		g_autofree char *shown = count_text(v->model);
		return g_strdup_printf("%s %s%s%s", name, shown, gap_before, choice);
	}
	if (cols < TWO_LINES_BELOW)
		return unread ? g_strdup_printf(_("%s %u new"), name, unread) : g_strdup(name);
	g_autofree char *where = all ? g_strdup(name) : g_strdup_printf("%s - %s", name, a ? a->cfg->label : "");
	if (!f)
		return g_steal_pointer(&where);
	g_autofree char *count = count_text(v->model);
	g_autofree char *fresh = unread && !narrowed ? g_strdup_printf(_("  %u unread"), unread) : g_strdup("");
	g_autofree char *tagged = tags ? g_strdup_printf(_("  %u tagged"), tags) : g_strdup("");
	int gap = MAX(20 - grid_width(where), 0);
	return g_strdup_printf("%s%*s %s%s%s%s%s", where, gap, "", count, gap_before, choice, fresh, tagged);
}

/* --- the model speaks --- */
static void seek(struct view_list *v, enum model_seek way, bool inclusive);

static void changed(void *aux)
{
	struct view_list *v = aux;
	/* A view being made is not there to be drawn yet. */
	if (!v->model)
		return;
	ui_touch(v->view.ui);
	if (v->seek_later && v->model->loaded && !v->model->request) {
		v->seek_later = false;
		seek(v, SEEK_DOWN, true);
	}
}

/* Only asks for another folder: this one's model is still speaking. */
static void sought(void *aux, bool found)
{
	struct view_list *v = aux;
	struct ui *ui = v->view.ui;
	bool reading = view_is_message(ui_top(ui));
	bool then_read = v->then_read || reading;
	v->then_read = false;
	ui_touch(ui);
	if (!found && v->way == SEEK_UP)
		ui_say(ui, g_strdup(_("No unread message above.")));
	else if (!found)
		ui_next_unread_folder(ui, then_read);
	else if (reading)
		view_message_follow(ui_top(ui));
	else if (then_read && ui_top(ui) == &v->view)
		pane_open(ui, &v->view);
}

static void picked(void *aux, unsigned n, bool whole)
{
	struct view_list *v = aux;
	filter_tagged(v->view.ui, v->model, n, whole);
}

static void seek(struct view_list *v, enum model_seek way, bool inclusive)
{
	v->way = way;
	model_list_seek(v->model, way, inclusive);
}

void view_list_seek_later(struct view *view, bool then_read)
{
	struct view_list *v = (struct view_list *)view;
	v->seek_later = true;
	v->then_read = then_read;
	changed(v);
}

/* --- commands --- */
static bool command(struct view *view, enum app_command c)
{
	struct view_list *v = (struct view_list *)view;
	struct model_list *m = v->model;
	if (change_command(view->ui, view, c) || thread_command(view->ui, view, c) || filter_command(view->ui, view, c))
		return true;
	switch (c) {
	case CMD_DOWN: model_list_move(m, 1); break;
	case CMD_UP: model_list_move(m, -1); break;
	case CMD_PAGE_DOWN: model_list_scroll(m, 1); break;
	case CMD_PAGE_UP: model_list_scroll(m, -1); break;
	case CMD_HALF_DOWN: model_list_move(m, (m->height + 1) / 2); break;
	case CMD_HALF_UP: model_list_move(m, -(int64_t)((m->height + 1) / 2)); break;
	case CMD_CENTER: model_list_center(m); break;
	case CMD_FIRST: model_list_first(m); break;
	case CMD_LAST: model_list_last(m); break;
	case CMD_SCREEN_TOP: model_list_to(m, m->top); break;
	case CMD_SCREEN_MIDDLE: model_list_to(m, m->top + m->height / 2); break;
	case CMD_NEXT_UNREAD: seek(v, SEEK_DOWN, false); break;
	case CMD_PREV_UNREAD: seek(v, SEEK_UP, false); break;
	case CMD_READ:
		if (model_list_current(m))
			pane_open(view->ui, view);
		break;
	default: return false;
	}
	return true;
}

static void event(struct view *view, struct event *ev)
{
	model_list_event(((struct view_list *)view)->model, ev);
}

static bool stop(struct view *view)
{
	struct view_list *v = (struct view_list *)view;
	bool any = v->model->seek != SEEK_NO;
	model_list_stop(v->model);
	return any;
}

static void destroy(struct view *view)
{
	struct view_list *v = (struct view_list *)view;
	pane_forget(view->ui, view);
	model_list_free(v->model);
	g_free(v);
}

static const enum app_command *likely_keys(const struct view *view)
{
	const struct view_list *v = (const struct view_list *)view;
	return v->model->threads ? app_hints_of_threads() : app_hints(CTX_INDEX);
}

static const struct view_ops ops = {
	.context = CTX_INDEX,
	.draw = draw,
	.command = command,
	.event = event,
	.point = point,
	.roll = roll,
	.title = title,
	.stop = stop,
	.hints = likely_keys,
	.free = destroy,
};

struct view *view_list_new(struct ui *ui, int account, const char *folder)
{
	struct view_list *v = g_new0(struct view_list, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = account };
	v->model = model_list_new(ui->app, account, folder, changed, sought, v);
	v->model->picked = picked;
	return &v->view;
}

bool view_list_is(const struct view *view, int account, const char *folder)
{
	const struct view_list *v = (const struct view_list *)view;
	return view->ops == &ops && v->model->account == account && !strcmp(v->model->name, folder);
}

struct model_list *view_list_model(struct view *view)
{
	return ((struct view_list *)view)->model;
}

int view_list_account(const struct view *view, const struct store_row *row)
{
	return view->account < 0 ? model_folders_owner(view->ui->folders, row->folder) : view->account;
}

const char *view_list_folder(struct view *view, const struct store_row *row)
{
	const struct model_list *m = view_list_model(view);
	const struct model_account *a = model_folders_account(view->ui->folders, view_list_account(view, row));
	bool here = m->folder && row->folder == m->folder->id;
	for (guint i = 0; !here && a && i < a->folders->len; i++) {
		const struct store_folder *f = a->folders->pdata[i];
		if (f->id == row->folder)
			return f->name;
	}
	return m->name;
}

bool view_is_list(const struct view *view)
{
	return view->ops == &ops;
}
