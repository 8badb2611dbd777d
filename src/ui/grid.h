/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A screen as a value: rows of cells, each a grapheme cluster, its columns and a style. The grid is the last gate:
 * control bytes, bidi controls, joiners and selectors do not pass. */
#ifndef BOXWOOD_UI_GRID_H
#define BOXWOOD_UI_GRID_H

#include "ui/style.h"

#define GRID_ROWS_MAX 500
#define GRID_COLS_MAX 2000
#define CELL_POINTS 5 /* what a terminal library takes in one cell */

struct cell {
	uint32_t point[CELL_POINTS]; /* point[0] 0: the right half of a wide one */
	uint8_t points, width, style;
};
struct grid {
	int rows, cols;
	struct cell *cells;
	int cursor_row, cursor_col;
	bool cursor_shown;
};

void grid_init(struct grid *g, int rows, int cols);             /* blank; sizes are clamped to 1..GRID_*_MAX */
void grid_clear(struct grid *g);                                /* frees */
struct cell *grid_cell(const struct grid *g, int row, int col); /* NULL outside */
/* Draws text in at most width columns from (row, col), clipped to the grid; the columns used. Any bytes. */
int grid_text(struct grid *g, int row, int col, int width, unsigned style, const char *text);
int grid_textn(struct grid *g, int row, int col, int width, unsigned style, struct str text);
void grid_fill(struct grid *g, int row, int col, int width, unsigned style, char c);
/* True where a row differs; a and b are of one size. */
bool grid_row_differs(const struct grid *a, const struct grid *b, int row);

/* Text as cells take it: valid, clean, and without what terminals disagree about (joiners between pictures and
 * variation selectors). grid_line makes one line, grid_lines keeps LF and tabs. g_free. */
char *grid_line(struct str s);
char *grid_lines(struct str s);
int grid_width(const char *text); /* the columns grid_text would use */

#endif
