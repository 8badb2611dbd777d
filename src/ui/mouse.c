/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the mouse does: nothing that keys do not do as well. */
#include "ui/internal.h"

#include <string.h>

#define WHEEL_LINES 3
#define GAP 2 /* blanks between two keys of a line */

static bool is_within(const struct rect *r, const struct mouse *m)
{
	return m->row >= r->row && m->row < r->row + r->rows && m->col >= r->col && m->col < r->col + r->cols;
}

/* --- the keys that stand on the screen --- */
static bool is_blank(const struct grid *g, int row, int col)
{
	const struct cell *c = grid_cell(g, row, col);
	return !c || (c->points == 1 && c->point[0] == ' ');
}

static bool is_gap(const struct grid *g, int row, int col)
{
	return is_blank(g, row, col) && is_blank(g, row, col + 1);
}

/* "A archive", of a line as it is shown; NULL: there is no key. Only what the program drew as a key is one: no words of a
 * server or of a message. */
static char *label_at(const struct grid *g, int row, int col)
{
	int from = col, to = col;
	if (is_blank(g, row, col) && (is_blank(g, row, col - 1) || is_blank(g, row, col + 1)))
		return NULL;
	while (from > 0 && !(is_gap(g, row, from - GAP) || (from == 1 && is_blank(g, row, 0))))
		from--;
	while (to < g->cols && !is_gap(g, row, to))
		to++;
	if (grid_cell(g, row, from)->style != STYLE_KEY)
		return NULL;
	GString *out = g_string_new(NULL);
	for (int i = from; i < to; i++) {
		const struct cell *c = grid_cell(g, row, i);
		for (int k = 0; k < c->points && c->point[k]; k++)
			g_string_append_unichar(out, c->point[k]);
	}
	return g_string_free(out, FALSE);
}

/* The command whose key the label begins with: the longest one. */
static enum app_command command_of(const struct ui *ui, const char *label)
{
	enum app_command best = CMD_NONE;
	size_t most = 0;
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		g_autofree char *key = keymap_first(ui->keymap, ui_top(ui)->ops->context, c);
		size_t n = key ? strlen(key) : 0;
		if (n > most && !strncmp(label, key, n) && (!label[n] || label[n] == ' ')) {
			best = c;
			most = n;
		}
	}
	return best;
}

static void press_key(struct ui *ui, const struct mouse *m)
{
	g_autofree char *label = label_at(&ui->shown, m->row, m->col);
	enum app_command c = label ? command_of(ui, label) : CMD_NONE;
	if (c)
		command_run(ui, c);
}

/* --- rows --- */
static void enter(struct ui *ui, struct view *v)
{
	uint32_t key = APP_KEY_ENTER;
	enum app_command c;
	if (v->ops->key)
		v->ops->key(v, key, NULL);
	else if (keymap_find(ui->keymap, v->ops->context, &key, 1, &c) == KEYMAP_FOUND)
		command_run(ui, c);
}

static void press_body(struct ui *ui, const struct mouse *m)
{
	bool had = ui->layout.pane.rows && pane_back_to_list(ui);
	struct view *top = ui_top(ui);
	if (top->ops->point && top->ops->point(top, ui->layout.body, m->row) == POINTED_AGAIN && !had)
		enter(ui, top);
}

static void press(struct ui *ui, const struct mouse *m)
{
	const struct layout *l = &ui->layout;
	bool in_rows = m->row >= l->body.row && m->row < l->body.row + l->body.rows;
	ui_say(ui, NULL);
	if (is_within(&l->hint, m) || is_within(&l->banner, m))
		press_key(ui, m);
	else if (l->sidebar.rows && in_rows && m->col == l->sidebar.cols - 1)
		ui->drag = DRAG_SIDEBAR;
	else if (l->pane.rows && in_rows && m->col == l->pane.col - 1)
		ui->drag = DRAG_PANE;
	else if (is_within(&l->sidebar, m))
		sidebar_press(ui, l->sidebar, m->row);
	else if (is_within(&l->pane, m))
		pane_enter(ui);
	else if (is_within(&l->body, m))
		press_body(ui, m);
}

static void drag(struct ui *ui, const struct mouse *m)
{
	const struct layout *l = &ui->layout;
	if (ui->drag == DRAG_SIDEBAR && l->sidebar.rows)
		ui->splits.sidebar = m->col + 1;
	else if (ui->drag == DRAG_PANE && l->pane.rows)
		ui->splits.pane = MAX(ui->shown.cols - m->col - 1, 1);
}

/* --- the wheel --- */
static void roll(struct view *v, int lines)
{
	bool reads = v->ops->text;
	if (v->ops->roll) {
		v->ops->roll(v, lines);
		return;
	}
	enum app_command c = lines > 0 ? (reads ? CMD_LINE_DOWN : CMD_DOWN) : reads ? CMD_LINE_UP : CMD_UP;
	for (int i = ABS(lines); i > 0; i--)
		v->ops->command(v, c);
}

static void wheel(struct ui *ui, const struct mouse *m, int lines)
{
	const struct layout *l = &ui->layout;
	struct view *list = l->pane.rows ? pane_list(ui, ui->shown.cols) : NULL;
	if (is_within(&l->sidebar, m))
		sidebar_roll(ui, lines);
	else if (is_within(&l->pane, m) && ui->beside)
		roll(ui->beside, lines);
	else if (is_within(&l->body, m))
		roll(list ? list : ui_top(ui), lines);
}

void mouse_take(struct ui *ui, const struct mouse *m)
{
	/* What is being typed or asked comes first. */
	if (!ui->views->len || ui->prompt || ui->question || ui->palette || !ui->shown.cells)
		return;
	ui->chord_n = 0;
	if (m->what != MOUSE_DRAG)
		ui->drag = DRAG_NONE;
	switch (m->what) {
	case MOUSE_PRESS: press(ui, m); break;
	case MOUSE_DRAG: drag(ui, m); break;
	case MOUSE_WHEEL_UP: wheel(ui, m, -WHEEL_LINES); break;
	case MOUSE_WHEEL_DOWN: wheel(ui, m, WHEEL_LINES); break;
	case MOUSE_RELEASE: break;
	}
	ui_touch(ui);
}
