/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters that were begun, to go on with. */
#include "ui/internal.h"

#include "base/i18n.h"

#define DATE_COLS 6
#define TO_COLS 20

struct view_drafts {
	struct view view;
	struct list list;
	GPtrArray *drafts; /* struct store_draft *; NULL: not here yet */
	uint32_t request;
	bool fresh; /* just opened */
	struct err err;
};

/* The only one is what is meant, unless an editor has it. True: v is gone. */
static bool open_only(struct view_drafts *v)
{
	struct ui *ui = v->view.ui;
	bool only = v->fresh && v->drafts && v->drafts->len == 1 && ui_top(ui) == &v->view;
	v->fresh = false;
	if (!only)
		return false;
	uint32_t id = ((const struct store_draft *)v->drafts->pdata[0])->id;
	if (edit_has(ui, id))
		return false;
	ui_pop(ui);
	compose_resume(ui, id, COMPOSE_REVIEW, 0);
	return true;
}

static void got(struct event *ev, void *aux)
{
	struct view_drafts *v = aux;
	struct ui *ui = v->view.ui;
	if (ev->type == EV_DRAFTS && ev->drafts) {
		if (v->drafts)
			g_ptr_array_unref(v->drafts);
		v->drafts = g_steal_pointer(&ev->drafts);
		/* The text of a letter that is about to leave comes back by undo. */
		for (guint i = v->drafts->len; i-- > 0;)
			if (model_queue_has_draft(ui->queue, ((struct store_draft *)v->drafts->pdata[i])->id))
				g_ptr_array_remove_index(v->drafts, i);
	} else if (ev->type == EV_ENDED) {
		v->request = 0;
		err_move(&v->err, &ev->err);
		if (open_only(v))
			return;
	}
	ui_touch(ui);
}

static void load(struct view_drafts *v)
{
	app_forget(v->view.ui->app, v->request);
	v->request = app_request(v->view.ui->app, request_new(REQ_DRAFTS, 0, -1), got, v);
}

static const struct store_draft *current(const struct view_drafts *v)
{
	return v->drafts && v->list.cursor < (int)v->drafts->len ? v->drafts->pdata[v->list.cursor] : NULL;
}

static const char *where(const struct ui *ui, const struct store_draft *d)
{
	if (edit_has(ui, d->id))
		return _("in its editor  ");
	return d->editor_path ? _("interrupted  ") : "";
}

static void draw_row(const struct view_drafts *v, struct grid *g, struct rect r, int row, int n)
{
	const struct store_draft *d = v->drafts->pdata[n];
	unsigned style = n == v->list.cursor ? STYLE_CURSOR : 0;
	g_autofree char *date = app_date_short(d->saved, clock_wall());
	const char *to = d->to && *d->to ? d->to : _("(to nobody)");
	const char *subject = d->subject && *d->subject ? d->subject : _("(no subject)");
	g_autofree char *words = g_strdup_printf("%s%s", where(v->view.ui, d), subject);
	int col = r.col + 2, to_cols = MIN(TO_COLS, r.cols / 3);
	grid_fill(g, row, r.col, r.cols, style, ' ');
	if (style)
		grid_text(g, row, r.col, 1, style, ">");
	grid_text(g, row, col + DATE_COLS - MIN(grid_width(date), DATE_COLS), DATE_COLS, style, date);
	col += DATE_COLS + 1;
	grid_text(g, row, col, to_cols, style, to);
	col += to_cols + 1;
	grid_text(g, row, col, r.col + r.cols - col, style, words);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_drafts *v = (struct view_drafts *)view;
	list_show(&v->list, v->drafts ? (int)v->drafts->len : 0, r.rows);
	if (v->err.cause) {
		g_autofree char *text = app_err_text(&v->err, NULL);
		grid_text(g, r.row, r.col + 1, r.cols - 1, STYLE_ERROR, text);
	} else if (v->drafts && !v->drafts->len) {
		grid_text(g, r.row + r.rows / 3, r.col + 1, r.cols - 1, STYLE_DIM, _("No letter was begun."));
	}
	for (int i = 0; i < r.rows && v->list.top + i < v->list.count; i++)
		draw_row(v, g, r, r.row + i, v->list.top + i);
	g->cursor_row = r.row + v->list.cursor - v->list.top;
	g->cursor_col = r.col;
}

static enum pointed point(struct view *view, struct rect r, int row)
{
	return list_point(&((struct view_drafts *)view)->list, row - r.row);
}

static void drop(struct ui *ui, void *aux)
{
	struct request *r = request_new(REQ_DRAFT_DROP, 0, -1);
	struct view *top = ui_top(ui);
	r->answers = GPOINTER_TO_UINT(aux);
	app_request(ui->app, r, NULL, NULL);
	if (top->ops->context == CTX_DRAFTS)
		load((struct view_drafts *)top);
}

static bool command(struct view *view, enum app_command c)
{
	struct view_drafts *v = (struct view_drafts *)view;
	struct ui *ui = view->ui;
	if (list_command(&v->list, c))
		return true;
	const struct store_draft *d = current(v);
	if ((c == CMD_OPEN || c == CMD_DROP) && !d) {
		ui_say(ui, g_strdup(_("No letter was begun.")));
	} else if (c == CMD_OPEN) {
		uint32_t id = d->id;
		ui_pop(ui);
		compose_resume(ui, id, COMPOSE_REVIEW, 0);
	} else if (c == CMD_DROP && edit_has(ui, d->id)) {
		ui_say(ui, g_strdup(_("That letter is open in its editor.")));
	} else if (c == CMD_DROP) {
		g_autofree char *subject =
			grid_line(str_of(d->subject && *d->subject ? d->subject : _("(no subject)")));
		ui_question(ui, g_strdup_printf(_("Throw away the draft \"%s\"? There is no undo."), subject), drop,
			GUINT_TO_POINTER(d->id), NULL);
	} else {
		return false;
	}
	return true;
}

static char *title(struct view *view, int cols)
{
	const struct view_drafts *v = (const struct view_drafts *)view;
	guint n = v->drafts ? v->drafts->len : 0;
	(void)cols;
	return v->drafts ? g_strdup_printf(P_("%u letter begun", "%u letters begun", n), n)
			 : g_strdup(_("Letters begun"));
}

static void destroy(struct view *view)
{
	struct view_drafts *v = (struct view_drafts *)view;
	app_forget(view->ui->app, v->request);
	if (v->drafts)
		g_ptr_array_unref(v->drafts);
	err_clear(&v->err);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_DRAFTS,
	.draw = draw,
	.command = command,
	.point = point,
	.title = title,
	.free = destroy,
};

struct view *view_drafts_new(struct ui *ui)
{
	struct view_drafts *v = g_new0(struct view_drafts, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = ui_top(ui)->account };
	v->fresh = true;
	load(v);
	return &v->view;
}
