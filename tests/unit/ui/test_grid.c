/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"
#include "ui/internal.h"

#include <string.h>

static char *row_text(const struct grid *g, int row)
{
	GString *out = g_string_new(NULL);
	for (int col = 0; col < g->cols; col++)
		for (int i = 0; i < grid_cell(g, row, col)->points; i++)
			g_string_append_unichar(out, grid_cell(g, row, col)->point[i]);
	return g_string_free(out, FALSE);
}

static void draws(int cols, const char *text, const char *expected)
{
	struct grid g;
	grid_init(&g, 1, cols);
	grid_text(&g, 0, 0, cols, STYLE_NORMAL, text);
	g_autofree char *row = row_text(&g, 0);
	g_assert_cmpstr(row, ==, expected);
	int width = 0;
	for (int col = 0; col < g.cols; col++)
		width += grid_cell(&g, 0, col)->width;
	g_assert_cmpint(width, ==, cols);
	grid_clear(&g);
}

static void promise_16_control_bytes_do_not_pass(void)
{
	draws(6, "a\033[2J", "a\xef\xbf\xbd[2J ");
	draws(3,
		"\xc2\x9b"
		"31",
		"\xef\xbf\xbd"
		"31");
	draws(4,
		"\xe2\x80\xae"
		"txt",
		"\xef\xbf\xbd"
		"txt");
	draws(3, "a\tb", "a b");
	draws(4, "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd  ");
}

static void u09_no_cell_beyond_the_line(void)
{
	draws(4, "山田太", "山田");
	draws(5, "山田太", "山田 ");
	draws(1, "山", " ");
	draws(2, "\xcc\x81x", "x ");
	draws(4, "a\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", "a👩 ");
	draws(2, "\xe2\x98\x81\xef\xb8\x8f", "☁ ");
}

static void u09_marks_per_cell_are_capped(void)
{
	struct grid g;
	g_autoptr(GString) zalgo = g_string_new("a");
	for (int i = 0; i < 1000; i++)
		g_string_append(zalgo, "\xcc\x81");
	grid_init(&g, 1, 4);
	g_assert_cmpint(grid_text(&g, 0, 0, 4, STYLE_NORMAL, zalgo->str), ==, 1);
	g_assert_cmpint(grid_cell(&g, 0, 0)->points, ==, CELL_POINTS);
	grid_clear(&g);
}

static void half_of_a_wide_cell_overwritten_blanks_the_other(void)
{
	struct grid g;
	grid_init(&g, 1, 4);
	grid_text(&g, 0, 0, 4, STYLE_NORMAL, "山田");
	grid_text(&g, 0, 1, 1, STYLE_NORMAL, "x");
	g_autofree char *one = row_text(&g, 0);
	g_assert_cmpstr(one, ==, " x田");
	grid_text(&g, 0, 2, 1, STYLE_NORMAL, "y");
	g_autofree char *two = row_text(&g, 0);
	g_assert_cmpstr(two, ==, " xy ");
	grid_clear(&g);
}

static void outside_the_grid_nothing_is_drawn(void)
{
	struct grid g;
	grid_init(&g, 2, 2);
	grid_text(&g, -1, 0, 2, STYLE_NORMAL, "x");
	grid_text(&g, 2, 0, 2, STYLE_NORMAL, "x");
	grid_text(&g, 0, 2, 5, STYLE_NORMAL, "x");
	grid_text(&g, 0, -1, 5, STYLE_NORMAL, "x");
	grid_text(&g, 0, 0, -3, STYLE_NORMAL, "x");
	grid_fill(&g, 0, 1, 99, STYLE_NORMAL, '-');
	g_autofree char *row = row_text(&g, 0);
	g_assert_cmpstr(row, ==, " -");
	grid_clear(&g);
}

static void u01_sizes_are_clamped(void)
{
	struct grid g;
	grid_init(&g, 0, -5);
	g_assert_cmpint(g.rows * g.cols, ==, 1);
	grid_clear(&g);
	grid_init(&g, 100000, 100000);
	g_assert_cmpint(g.rows, ==, GRID_ROWS_MAX);
	g_assert_cmpint(g.cols, ==, GRID_COLS_MAX);
	grid_clear(&g);
}

void suite(void)
{
	unit_add(promise_16_control_bytes_do_not_pass);
	unit_add(u09_no_cell_beyond_the_line);
	unit_add(u09_marks_per_cell_are_capped);
	unit_add(half_of_a_wide_cell_overwritten_blanks_the_other);
	unit_add(outside_the_grid_nothing_is_drawn);
	unit_add(u01_sizes_are_clamped);
}
