/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The message at the list's cursor, beside the list. One view of it is kept: it stands beside the list, has the keys
 * there, or is opened over the whole body, and is the same page in each. */
#include "ui/internal.h"

#include "base/i18n.h"

/* The list that stands left of the pane, if there is one. */
static struct view *list_of(const struct ui *ui)
{
	struct view *top = ui_top(ui);
	if (view_is_list(top))
		return top;
	return top == ui->beside && !ui->opened ? view_message_list(top) : NULL;
}

struct view *pane_list(const struct ui *ui, int cols)
{
	bool wanted = ui->pane == PANE_ON || (ui->pane == PANE_AUTO && cols >= PANE_FROM_COLS);
	return wanted && cols >= PANE_LEAST_COLS ? list_of(ui) : NULL;
}

static bool is_shown(const struct ui *ui)
{
	int rows, cols;
	ui->term->size(ui->term, &rows, &cols);
	return pane_list(ui, cols);
}

/* The view of that list's message, whether the pane is on the screen or not. */
static struct view *beside(struct ui *ui, struct view *list)
{
	if (ui->beside && view_message_list(ui->beside) != list)
		pane_drop(ui);
	if (!ui->beside)
		ui->beside = view_message_beside(ui, list);
	return ui->beside;
}

void pane_drop(struct ui *ui)
{
	struct view *v = ui->beside;
	if (v && !ui_has(ui, v))
		v->ops->free(v);
	ui->beside = NULL;
}

void pane_forget(struct ui *ui, const struct view *v)
{
	if (ui->beside == v)
		ui->beside = NULL;
	else if (ui->beside && view_message_list(ui->beside) == v)
		pane_drop(ui);
}

void pane_draw(struct ui *ui, struct grid *g, struct rect r, struct view *list)
{
	struct view *v = beside(ui, list);
	bool focus = ui_top(ui) == v;
	int row = g->cursor_row, col = g->cursor_col;
	for (int i = 0; i < r.rows; i++)
		grid_text(g, r.row + i, r.col - 1, 1, focus ? STYLE_TITLE : STYLE_DIM, ui->plain ? " " : "|");
	v->ops->draw(v, g, (struct rect){ r.row, r.col + 1, r.rows, r.cols - 1 });
	if (focus)
		return;
	g->cursor_row = row;
	g->cursor_col = col;
}

/* --- keys --- */
static void open_it(struct ui *ui, struct view *list, bool whole)
{
	struct view *v = beside(ui, list);
	ui->opened = whole;
	view_message_set_beside(v, false);
	if (!ui_has(ui, v))
		ui_push(ui, v);
	ui_touch(ui);
}

void pane_open(struct ui *ui, struct view *list)
{
	open_it(ui, list, true);
}

bool pane_back(struct ui *ui)
{
	struct view *v = ui_top(ui);
	if (v != ui->beside)
		return false;
	g_ptr_array_steal_index(ui->views, ui->views->len - 1);
	view_message_set_beside(v, true);
	ui_touch(ui);
	return true;
}

bool pane_back_to_list(struct ui *ui)
{
	return !ui->opened && pane_back(ui);
}

void pane_enter(struct ui *ui)
{
	struct view *top = ui_top(ui);
	if (view_is_list(top) && model_list_current(view_list_model(top)))
		open_it(ui, top, false);
}

static void toggle(struct ui *ui)
{
	int rows, cols;
	ui->term->size(ui->term, &rows, &cols);
	bool shown = pane_list(ui, cols);
	if (!shown && cols < PANE_LEAST_COLS)
		ui_say(ui,
			g_strdup_printf(_("The reading pane needs %d columns; here are %d."), PANE_LEAST_COLS, cols));
	else
		ui->pane = shown ? PANE_OFF : PANE_ON;
	/* A message with the keys in the pane stays, over the whole body. */
	if (shown && ui_top(ui) == ui->beside)
		ui->opened = true;
	else if (!shown && ui_top(ui) == ui->beside && cols >= PANE_LEAST_COLS)
		ui->opened = false;
}

/* The keys that page the message page the list where there is no pane. */
static void page(struct ui *ui, struct view *list, enum app_command c)
{
	if (!is_shown(ui)) {
		list->ops->command(list, c);
		return;
	}
	struct view *v = beside(ui, list);
	bool end = c == CMD_PAGE_DOWN && text_percent(v->ops->text(v)) >= 100;
	v->ops->command(v, c);
	if (end)
		ui_say(ui, g_strdup(_("This is the end of the message.")));
}

/* What a key of the message does from the list, without opening it. */
static bool act(struct ui *ui, struct view *list, enum app_command c)
{
	struct view *v = model_list_current(view_list_model(list)) ? beside(ui, list) : NULL;
	switch (c) {
	case CMD_PARTS:
		if (v)
			ui_push(ui, view_parts_new(ui, view_message_keep(v, CMD_NONE)));
		return true;
	case CMD_SOURCE:
		if (v)
			ui_push(ui, view_text_source(ui, view_message_keep(v, CMD_NONE)));
		return true;
	case CMD_INVITATION:
	case CMD_UNSUBSCRIBE:
		if (v)
			view_message_keep(v, c);
		return true;
	default: return false;
	}
}

struct model_message *pane_message(const struct ui *ui)
{
	struct view *top = ui_top(ui);
	bool behind = view_is_list(top) && ui->beside && view_message_list(ui->beside) == top;
	return view_is_message(top) ? view_message_model(top) : behind ? view_message_model(ui->beside) : NULL;
}

bool pane_command(struct ui *ui, enum app_command c)
{
	struct view *top = ui_top(ui);
	if (c == CMD_PANE) {
		toggle(ui);
		return true;
	}
	if (!view_is_list(top))
		return false;
	switch (c) {
	case CMD_READ_ON: page(ui, top, CMD_PAGE_DOWN); return true;
	case CMD_READ_BACK: page(ui, top, CMD_PAGE_UP); return true;
	case CMD_RIGHT:
		if (is_shown(ui))
			pane_enter(ui);
		else
			top->ops->command(top, CMD_READ);
		return true;
	default: return act(ui, top, c);
	}
}

bool pane_stop(struct ui *ui)
{
	return ui->beside && is_shown(ui) && ui_top(ui) != ui->beside && ui->beside->ops->stop(ui->beside);
}
