/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "engine/outbox.h"
#include "tests/unit/unit.h"

#define WALL 1795341600 /* 2026-11-22 10:00 UTC */

static unsigned lines_of(const char *text)
{
	unsigned n = 0;
	for (; (text = strchr(text, '\n')); text++)
		n++;
	return n;
}

static void tries_follow_each_other(void)
{
	g_autofree char *one = dialogue_add(NULL, WALL, 1, "C: MAIL\nS: 450 later\n");
	g_autofree char *two = dialogue_add(one, WALL + 60, 2, "S: 250 ok\n");
	g_assert_cmpstr(two, ==,
		"# 2026-11-22T10:00:00Z try 1\nC: MAIL\nS: 450 later\n"
		"# 2026-11-22T10:01:00Z try 2\nS: 250 ok\n");
}

static void only_the_last_lines_are_kept(void)
{
	g_autoptr(GString) said = g_string_new(NULL);
	for (int i = 0; i < 1000; i++)
		g_string_append_printf(said, "C: RCPT %d\n", i);
	g_autofree char *kept = dialogue_add("older\n", WALL, 1, said->str);
	g_assert_cmpuint(lines_of(kept), ==, DIALOGUE_LINES);
	g_assert_true(g_str_has_prefix(kept, "C: RCPT 936\n"));
	g_assert_true(g_str_has_suffix(kept, "C: RCPT 999\n"));
}

static void so_many_octets_in_whole_lines(void)
{
	g_autofree char *wide = g_strnfill(1000, 'x');
	g_autoptr(GString) said = g_string_new(NULL);
	for (int i = 0; i < 20; i++)
		g_string_append_printf(said, "%02d %s\n", i, wide);
	g_autofree char *kept = dialogue_add(NULL, WALL, 1, said->str);
	g_assert_cmpuint(strlen(kept), ==, 8 * 1004);
	g_assert_true(g_str_has_prefix(kept, "12 x"));
	g_autofree char *huge = g_strnfill(STORE_DIALOGUE_MAX + 1, 'y');
	g_autofree char *one = g_strconcat(huge, "\nS: 250\n", NULL);
	g_autofree char *end = dialogue_add(NULL, WALL, 1, one);
	g_assert_cmpstr(end, ==, "S: 250\n");
}

void suite(void)
{
	unit_add(tries_follow_each_other);
	unit_add(only_the_last_lines_are_kept);
	unit_add(so_many_octets_in_whole_lines);
}
