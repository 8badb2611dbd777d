/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/grid.h"

#include <string.h>

#include "base/utf8.h"

#define JOINER "\xe2\x80\x8d" /* U+200D */
#define SELECTOR "\xef\xb8"   /* U+FE00 to U+FE0F begin so, with U+FE10 to U+FE3F */
#define SELECTOR_LAST 0x8f

void grid_init(struct grid *g, int rows, int cols)
{
	*g = (struct grid){ .rows = CLAMP(rows, 1, GRID_ROWS_MAX), .cols = CLAMP(cols, 1, GRID_COLS_MAX) };
	g->cells = g_new0(struct cell, (gsize)g->rows * (gsize)g->cols);
	for (int i = 0; i < g->rows * g->cols; i++)
		g->cells[i] = (struct cell){ { ' ' }, 1, 1, STYLE_NORMAL };
}

void grid_clear(struct grid *g)
{
	g_free(g->cells);
	*g = (struct grid){ 0 };
}

struct cell *grid_cell(const struct grid *g, int row, int col)
{
	if (row < 0 || row >= g->rows || col < 0 || col >= g->cols)
		return NULL;
	return &g->cells[row * g->cols + col];
}

static void put_blank(struct cell *c, unsigned style)
{
	*c = (struct cell){ { ' ' }, 1, 1, (uint8_t)style };
}

/* What is about to be overwritten may be half of a wide cell: the other half becomes a blank. */
static void break_wide(struct grid *g, int row, int col)
{
	struct cell *c = grid_cell(g, row, col), *left = grid_cell(g, row, col - 1),
		    *right = grid_cell(g, row, col + 1);
	if (!c->width && left)
		put_blank(left, left->style);
	if (c->width == 2 && right)
		put_blank(right, right->style);
}

/* The last gate. */
static gunichar harmless(gunichar c)
{
	bool control = c < 0x20 || (c >= 0x7f && c < 0xa0);
	bool bidi = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f ||
		    c == 0x061c;
	bool breaks = c == 0x2028 || c == 0x2029;
	return control || bidi || breaks ? 0xfffd : c;
}

static void put_cluster(struct grid *g, int row, int col, int width, unsigned style, struct str cluster)
{
	struct cell *c = grid_cell(g, row, col);
	break_wide(g, row, col);
	if (width == 2)
		break_wide(g, row, col + 1);
	*c = (struct cell){ .width = (uint8_t)width, .style = (uint8_t)style };
	const char *p = cluster.p, *end = p + cluster.n;
	for (; p < end && c->points < CELL_POINTS; p = g_utf8_next_char(p))
		c->point[c->points++] = harmless(g_utf8_get_char(p));
	if (width == 2)
		*grid_cell(g, row, col + 1) = (struct cell){ .style = (uint8_t)style };
}

int grid_textn(struct grid *g, int row, int col, int width, unsigned style, struct str text)
{
	g_autofree char *line = grid_line(text);
	struct str rest = str_of(line);
	int used = 0, w;
	if (row < 0 || row >= g->rows || col < 0)
		return 0;
	width = MIN(width, g->cols - col);
	while (rest.n) {
		struct str cluster = utf8_cluster(rest, &w);
		rest = str_sub(rest, cluster.n);
		if (w > width - used)
			break;
		if (!w)
			continue;
		put_cluster(g, row, col + used, w, style, cluster);
		used += w;
	}
	return used;
}

int grid_text(struct grid *g, int row, int col, int width, unsigned style, const char *text)
{
	return grid_textn(g, row, col, width, style, str_of(text));
}

void grid_fill(struct grid *g, int row, int col, int width, unsigned style, char c)
{
	width = MIN(width, g->cols - col);
	for (int i = 0; i < width && row >= 0 && row < g->rows && col >= 0; i++)
		put_cluster(g, row, col + i, 1, style, (struct str){ &c, 1 });
}

bool grid_row_differs(const struct grid *a, const struct grid *b, int row)
{
	size_t n = (size_t)a->cols;
	return memcmp(a->cells + (size_t)row * n, b->cells + (size_t)row * n, n * sizeof *a->cells) != 0;
}

/* In place; the text only gets shorter. */
static char *drop_joiners(char *text)
{
	char *to = text;
	for (const char *p = text; *p;) {
		bool joiner = g_str_has_prefix(p, JOINER);
		bool selector = g_str_has_prefix(p, SELECTOR) && p[2] && (unsigned char)p[2] <= SELECTOR_LAST;
		if (joiner || selector) {
			p += 3;
			continue;
		}
		*to++ = *p++;
	}
	*to = '\0';
	return text;
}

char *grid_line(struct str s)
{
	return drop_joiners(utf8_line(s));
}

char *grid_lines(struct str s)
{
	return drop_joiners(utf8_text(s));
}

int grid_width(const char *text)
{
	g_autofree char *line = grid_line(str_of(text));
	return utf8_width(str_of(line));
}
