/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"
#include "ui/internal.h"

static bool overlap(struct rect a, struct rect b)
{
	bool any = a.rows && b.rows && a.cols && b.cols;
	return any && a.row < b.row + b.rows && b.row < a.row + a.rows && a.col < b.col + b.cols &&
	       b.col < a.col + a.cols;
}

/* Whatever is wished for, the body is there, nothing lies over another, and nothing leaves the screen. */
static void check(int rows, int cols, const struct layout_wish *w)
{
	struct layout l = layout_make(rows, cols, w);
	const struct rect all[] = { l.status, l.sidebar, l.body, l.pane, l.banner, l.rule, l.message, l.hint };
	g_assert_cmpint(l.body.rows, >=, 1);
	g_assert_cmpint(l.body.cols, >=, 1);
	for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
		if (!all[i].rows)
			continue;
		g_assert_cmpint(all[i].row, >=, 0);
		g_assert_cmpint(all[i].col, >=, 0);
		g_assert_cmpint(all[i].row + all[i].rows, <=, rows);
		g_assert_cmpint(all[i].col + all[i].cols, <=, cols);
		for (size_t k = i + 1; k < G_N_ELEMENTS(all); k++)
			/* On a small screen messages stand in the place of the hints. */
			g_assert_true((i == 6 && k == 7) || !overlap(all[i], all[k]));
	}
	if (l.pane.rows)
		g_assert_cmpint(l.body.col + l.body.cols + 1, ==, l.pane.col);
}

static void layout_of_any_size_holds_together(void)
{
	static const int splits[] = { 0, 1, 10, 60, 159, 5000 };
	for (int rows = 1; rows <= 60; rows += rows < 20 ? 1 : 13)
		for (int cols = 1; cols <= 300; cols += cols < 40 ? 1 : 7)
			for (unsigned k = 0; k < 16 * G_N_ELEMENTS(splits); k++) {
				int split = splits[k / 16];
				check(rows, cols,
					&(struct layout_wish){ .banner_rows = k & 1 ? 5 : 0,
						.sidebar = (k & 2) && cols >= SIDEBAR_LEAST_COLS,
						.pane = (k & 4) && cols >= PANE_LEAST_COLS,
						.splits = { k & 8 ? split : 0, split } });
			}
}

static void layout_at_160_is_as_drawn(void)
{
	struct layout l = layout_make(50, 160, &(struct layout_wish){ .sidebar = true, .pane = true });
	g_assert_cmpint(l.sidebar.cols, ==, 18 + 1);
	g_assert_cmpint(l.body.cols, ==, 64);
	g_assert_cmpint(l.pane.cols, ==, 76);
	g_assert_cmpint(l.rule.row, ==, 47);
	g_assert_cmpint(l.body.rows, ==, 46);
}

static void layout_keeps_what_was_dragged_as_far_as_it_can(void)
{
	struct layout_wish w = { .sidebar = true, .pane = true, .splits = { 25, 60 } };
	struct layout l = layout_make(50, 160, &w);
	g_assert_cmpint(l.sidebar.cols, ==, 25);
	g_assert_cmpint(l.pane.cols, ==, 60);
	w.splits = (struct splits){ 150, 150 };
	l = layout_make(50, 160, &w);
	g_assert_cmpint(l.body.cols, ==, 30);
	g_assert_cmpint(l.pane.cols, ==, 30);
}

void suite(void)
{
	unit_add(layout_of_any_size_holds_together);
	unit_add(layout_at_160_is_as_drawn);
	unit_add(layout_keeps_what_was_dragged_as_far_as_it_can);
}
