/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a chord that was begun can go on: keys and what they do, in columns over the foot of the screen. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define GAP 2

struct cell_text {
	char *key, *text;
	bool idle; /* it would do nothing now */
};

static void cell_clear(void *p)
{
	struct cell_text *c = p;
	g_free(c->key);
	g_free(c->text);
}

/* A few words: those of the hint line, or the help up to its first pause. */
static char *short_text(const struct keymap_next *next)
{
	if (next->macro)
		return g_strdup_printf(_("types %s"), next->macro);
	const struct app_command_info *info = app_command_info(next->command);
	const char *help = info->hint ? _(info->hint) : _(info->help);
	return g_strndup(help, strcspn(help, ":;,"));
}

static GArray *cells_of(const struct ui *ui, int *key_cols_out, int *text_cols_out)
{
	GArray *cells = g_array_new(FALSE, FALSE, sizeof(struct cell_text));
	g_autoptr(GPtrArray) list = keymap_next(ui->keymap, ui_top(ui)->ops->context, ui->chord, ui->chord_n);
	g_array_set_clear_func(cells, cell_clear);
	*key_cols_out = *text_cols_out = 0;
	for (guint i = 0; i < list->len; i++) {
		struct keymap_next *next = list->pdata[i];
		struct cell_text c = { g_steal_pointer(&next->keys), short_text(next),
			next->command && command_why_not(ui, next->command) };
		*key_cols_out = MAX(*key_cols_out, grid_width(c.key));
		*text_cols_out = MAX(*text_cols_out, grid_width(c.text));
		g_array_append_val(cells, c);
	}
	return cells;
}

static void draw_head(const struct ui *ui, struct grid *g, int row, int cols)
{
	g_autofree char *chord = key_names(ui->chord, ui->chord_n), *head = g_strdup_printf(" %s ", chord);
	grid_fill(g, row, 0, cols, STYLE_TITLE, '-');
	grid_text(g, row, 2, cols - 2, STYLE_TITLE, head);
}

void panel_draw(const struct ui *ui, struct grid *g, struct rect area)
{
	int key_cols, text_cols;
	g_autoptr(GArray) cells = cells_of(ui, &key_cols, &text_cols);
	int n = (int)cells->len, most = area.rows - 1;
	if (!n || most < 1)
		return;
	int columns = CLAMP((area.cols - 1) / (key_cols + 1 + text_cols + GAP), 1, n);
	int rows = (n + columns - 1) / columns;
	/* Rather cut words than leave keys out. */
	for (; rows > most && columns < n && area.cols / (columns + 1) > key_cols + 4; columns++)
		rows = (n + columns) / (columns + 1);
	int wide = (area.cols - 1) / columns, shown = MIN(rows, most);
	int top = area.row + area.rows - shown;
	draw_head(ui, g, top - 1, area.cols);
	for (int i = 0; i < shown; i++)
		grid_fill(g, top + i, 0, area.cols, STYLE_NORMAL, ' ');
	for (int i = 0; i < n; i++) {
		const struct cell_text *c = &g_array_index(cells, struct cell_text, i);
		int row = i % rows, col = 1 + i / rows * wide;
		if (row >= shown)
			continue;
		int room = wide - key_cols - 1 - (i / rows < columns - 1);
		grid_text(g, top + row, col, key_cols, c->idle ? STYLE_DIM : STYLE_NEW, c->key);
		grid_text(g, top + row, col + key_cols + 1, room, c->idle ? STYLE_DIM : STYLE_NORMAL, c->text);
	}
}
