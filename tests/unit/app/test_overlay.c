/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"
#include "tests/unit/unit.h"

static struct engine_change *change(enum change_op op, uint32_t folder, uint32_t uid, uint32_t local)
{
	struct store_place p = { folder, uid, local };
	struct engine_change *c = app_change_new(op, NULL);
	g_array_append_val(c->places, p);
	return c;
}

static bool hides(const struct overlay *o, uint32_t asked, uint32_t folder, uint32_t uid, uint32_t local)
{
	struct store_row row = { .folder = folder, .uid = uid, .local = local };
	return overlay_row(o, asked, &row);
}

static void move_hides_only_its_places(void)
{
	struct overlay *o = overlay_new();
	struct engine_change *c = change(CHANGE_MOVE, 3, 7, 0);
	overlay_lay(o, 10, c);
	g_assert_true(hides(o, 1, 3, 7, 0));
	g_assert_true(hides(o, 99, 3, 7, 0));
	g_assert_false(hides(o, 99, 3, 8, 0));
	g_assert_false(hides(o, 99, 4, 7, 0));
	g_assert_false(hides(o, 99, 3, 0, 7));
	g_assert_cmpuint(overlay_hidden(o, 99, 3), ==, 1);
	g_assert_cmpuint(overlay_hidden(o, 99, 4), ==, 0);
	engine_change_free(c);
	overlay_free(o);
}

static void local_place_hidden_by_its_number(void)
{
	struct overlay *o = overlay_new();
	struct engine_change *c = change(CHANGE_EXPUNGE, 3, 0, 7);
	overlay_lay(o, 10, c);
	g_assert_true(hides(o, 11, 3, 0, 7));
	g_assert_false(hides(o, 11, 3, 7, 0));
	engine_change_free(c);
	overlay_free(o);
}

static void settled_counts_for_older_questions_only(void)
{
	struct overlay *o = overlay_new();
	struct engine_change *c = change(CHANGE_MOVE, 3, 7, 0);
	overlay_lay(o, 10, c);
	overlay_settle(o, 10, 12);
	g_assert_true(hides(o, 12, 3, 7, 0));
	g_assert_false(hides(o, 13, 3, 7, 0));
	g_assert_cmpuint(overlay_hidden(o, 13, 3), ==, 0);
	g_assert_false(overlay_lift(o, 10));
	engine_change_free(c);
	overlay_free(o);
}

static void lifted_is_gone(void)
{
	struct overlay *o = overlay_new();
	struct engine_change *c = change(CHANGE_MOVE, 3, 7, 0);
	overlay_lay(o, 10, c);
	g_assert_true(overlay_lift(o, 10));
	g_assert_false(overlay_lift(o, 10));
	g_assert_false(hides(o, 1, 3, 7, 0));
	engine_change_free(c);
	overlay_free(o);
}

static void flags_laid_over_in_order(void)
{
	struct overlay *o = overlay_new();
	struct engine_change *set = change(CHANGE_FLAG, 3, 7, 0), *clear = change(CHANGE_FLAG, 3, 7, 0);
	struct store_row row = { .folder = 3, .uid = 7, .flags = MSG_SEEN };
	set->add = MSG_FLAGGED;
	clear->remove = MSG_FLAGGED | MSG_SEEN;
	overlay_lay(o, 10, set);
	g_assert_false(overlay_row(o, 1, &row));
	g_assert_cmpuint(row.flags, ==, MSG_SEEN | MSG_FLAGGED);
	overlay_lay(o, 11, clear);
	overlay_row(o, 1, &row);
	g_assert_cmpuint(row.flags, ==, 0);
	engine_change_free(set);
	engine_change_free(clear);
	overlay_free(o);
}

static void copy_lays_nothing(void)
{
	struct overlay *o = overlay_new();
	struct engine_change *c = change(CHANGE_COPY, 3, 7, 0);
	overlay_lay(o, 10, c);
	g_assert_false(hides(o, 1, 3, 7, 0));
	engine_change_free(c);
	overlay_free(o);
}

static void settled_are_not_kept_for_ever(void)
{
	struct overlay *o = overlay_new();
	for (uint32_t i = 1; i <= 100; i++) {
		struct engine_change *c = change(CHANGE_MOVE, 3, i, 0);
		overlay_lay(o, i, c);
		overlay_settle(o, i, 1000);
		engine_change_free(c);
	}
	g_assert_cmpuint(overlay_hidden(o, 1, 3), <=, 16);
	g_assert_true(hides(o, 1, 3, 100, 0));
	overlay_free(o);
}

void suite(void)
{
	unit_add(move_hides_only_its_places);
	unit_add(local_place_hidden_by_its_number);
	unit_add(settled_counts_for_older_questions_only);
	unit_add(lifted_is_gone);
	unit_add(flags_laid_over_in_order);
	unit_add(copy_lays_nothing);
	unit_add(settled_are_not_kept_for_ever);
}
