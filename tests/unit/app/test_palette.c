/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"
#include "tests/unit/unit.h"

#include <string.h>

static enum app_command best(enum app_context ctx, const char *typed)
{
	g_autoptr(GArray) rows = app_palette(ctx, typed);
	return rows->len ? g_array_index(rows, struct palette_row, 0).command : CMD_NONE;
}

static bool has(const GArray *rows, enum app_command c, bool here)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct palette_row *row = &g_array_index(rows, struct palette_row, i);
		if (row->command == c)
			return row->here == here;
	}
	return false;
}

static void names_begun_come_first(void)
{
	g_assert_cmpint(best(CTX_INDEX, "move"), ==, CMD_MOVE);
	g_assert_cmpint(best(CTX_INDEX, "arch"), ==, CMD_ARCHIVE);
	g_assert_cmpint(best(CTX_COMPOSE, "sub"), ==, CMD_SUBJECT);
	g_assert_cmpint(best(CTX_INDEX, "nu"), !=, CMD_NONE);
}

static void synonyms_are_found(void)
{
	g_assert_cmpint(best(CTX_INDEX, "junk"), ==, CMD_SPAM);
	g_assert_cmpint(best(CTX_INDEX, "star"), ==, CMD_FLAG);
	g_assert_cmpint(best(CTX_INDEX, "trash"), ==, CMD_DELETE);
	g_assert_cmpint(best(CTX_INDEX, "w"), ==, CMD_SYNC);
	g_assert_cmpint(best(CTX_INDEX, "q"), ==, CMD_BACK);
	g_assert_cmpint(best(CTX_MESSAGE, "NEWSLETTER"), ==, CMD_UNSUBSCRIBE);
}

static void every_word_typed_has_to_fit(void)
{
	g_autoptr(GArray) rows = app_palette(CTX_INDEX, "move  folder"), none = app_palette(CTX_INDEX, "move zzz");
	g_assert_true(has(rows, CMD_MOVE, true));
	g_assert_false(has(rows, CMD_ARCHIVE, true) && !has(rows, CMD_MOVE, true));
	g_assert_cmpuint(none->len, ==, 0);
}

static void other_places_come_last_and_say_how_to_get_there(void)
{
	g_autoptr(GArray) rows = app_palette(CTX_INDEX, "headers");
	g_assert_true(has(rows, CMD_HEADERS, false));
	g_assert_cmpstr(app_command_elsewhere(CMD_HEADERS), ==, "open a message first");
	g_autoptr(GArray) all = app_palette(CTX_INDEX, "s");
	bool elsewhere = false;
	for (guint i = 0; i < all->len; i++) {
		bool here = g_array_index(all, struct palette_row, i).here;
		g_assert_false(elsewhere && here);
		elsewhere = !here;
	}
	g_assert_true(elsewhere);
}

static void nothing_typed_lists_what_works_here(void)
{
	g_autoptr(GArray) rows = app_palette(CTX_TEXT, "");
	for (guint i = 0; i < rows->len; i++)
		g_assert_true(g_array_index(rows, struct palette_row, i).here);
	g_assert_true(has(rows, CMD_FIND, true));
	g_assert_false(has(rows, CMD_MOVE, false));
}

static void any_bytes_are_taken(void)
{
	static const char *const typed[] = { " ", "   x  ", "%s", "\xe5\xb1\xb1", "((((", "a b c d e f g h" };
	for (size_t i = 0; i < G_N_ELEMENTS(typed); i++)
		g_array_unref(app_palette(CTX_INDEX, typed[i]));
}

static void line_gives_command_and_what_stands_behind(void)
{
	const char *rest;
	g_assert_cmpint(app_palette_line("move  Lists/dev", &rest), ==, CMD_MOVE);
	g_assert_cmpstr(rest, ==, "Lists/dev");
	g_assert_cmpint(app_palette_line("archive", &rest), ==, CMD_ARCHIVE);
	g_assert_cmpstr(rest, ==, "");
	g_assert_cmpint(app_palette_line("mov Lists", &rest), ==, CMD_NONE);
}

static void every_command_has_a_clause_and_a_way(void)
{
	for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++) {
		if (c == CMD_PALETTE)
			continue;
		g_autofree char *title = app_command_title(c);
		g_assert_cmpuint(strlen(title), >, 0);
		g_assert_cmpuint(strlen(app_command_elsewhere(c)), >, 0);
		g_assert_cmpint(
			best(__builtin_ctz(app_command_info(c)->contexts), app_command_info(c)->name), !=, CMD_NONE);
	}
}

void suite(void)
{
	unit_add(names_begun_come_first);
	unit_add(synonyms_are_found);
	unit_add(every_word_typed_has_to_fit);
	unit_add(other_places_come_last_and_say_how_to_get_there);
	unit_add(nothing_typed_lists_what_works_here);
	unit_add(any_bytes_are_taken);
	unit_add(line_gives_command_and_what_stands_behind);
	unit_add(every_command_has_a_clause_and_a_way);
}
