/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"
#include "ui/style.h"

static bool is_marked(struct style_look l)
{
	return l.bold || l.dim || l.underline || l.reverse;
}

/* Meaning is never in the colour alone: without colours no role that matters looks like plain text. */
static void styles_differ_without_colour(void)
{
	static const enum style told[] = { STYLE_BAR, STYLE_KEY, STYLE_NEW, STYLE_DIM, STYLE_LINK, STYLE_ERROR,
		STYLE_MATCH, STYLE_WARNING };
	struct theme t;
	theme_init(&t, THEME_MONO, 256, COLOUR_OWN);
	for (size_t i = 0; i < G_N_ELEMENTS(told); i++) {
		struct style_look look = theme_look(&t, told[i]);
		g_assert_cmpint(look.ink, ==, COLOUR_OWN);
		g_assert_cmpint(look.ground, ==, COLOUR_OWN);
		g_assert_true(is_marked(look));
	}
	g_assert_true(theme_look(&t, STYLE_NORMAL | STYLE_CURSOR).reverse);
	g_assert_false(theme_look(&t, STYLE_BAR | STYLE_CURSOR).reverse);
}

static void contrast_is_that_of_wcag(void)
{
	g_assert_cmpfloat_with_epsilon(style_contrast(0xffffff, 0x000000), 21.0, 0.001);
	g_assert_cmpfloat_with_epsilon(style_contrast(0x777777, 0xffffff), 4.478, 0.001);
	g_assert_cmpfloat_with_epsilon(style_contrast(0x0000ff, 0xffffff), 8.592, 0.001);
	g_assert_cmpfloat_with_epsilon(style_contrast(0x336699, 0x336699), 1.0, 0.001);
}

static void is_readable_on(enum theme_kind kind, int colours, int32_t told, int32_t under)
{
	struct theme t;
	theme_init(&t, kind, colours, told);
	for (unsigned i = 0; i < STYLE_COUNT; i++) {
		struct style_look l = theme_look(&t, i);
		if (l.ink == COLOUR_OWN)
			continue;
		g_assert_cmpint(l.ground, ==, COLOUR_OWN);
		int32_t rgb = l.ink & COLOUR_RGB ? l.ink & 0xffffff : style_rgb(l.ink);
		g_assert_cmpint(colours > 256, ==, !!(l.ink & COLOUR_RGB));
		if (style_contrast(rgb, under) < CONTRAST_LEAST)
			g_test_message("%s: %06x on %06x", style_name(i), (unsigned)rgb, (unsigned)under);
		g_assert_cmpfloat(style_contrast(rgb, under), >=, CONTRAST_LEAST);
	}
}

static void every_role_is_readable_on_dark_and_light(void)
{
	static const int32_t dark[] = { 0x000000, 0x1e1e1e, 0x002b36, 0x300a24, 0x2e3440, 0x3f3f3f },
			     light[] = { 0xffffff, 0xfdf6e3, 0xffffdd, 0xeeeeee, 0xd3d7cf };
	static const int depths[] = { 256, COLOURS_ALL };
	for (size_t d = 0; d < G_N_ELEMENTS(depths); d++) {
		for (size_t i = 0; i < G_N_ELEMENTS(dark); i++)
			is_readable_on(THEME_DARK, depths[d], dark[i], dark[i]);
		for (size_t i = 0; i < G_N_ELEMENTS(light); i++)
			is_readable_on(THEME_LIGHT, depths[d], light[i], light[i]);
		/* Chosen by name, on a background that nobody told. */
		is_readable_on(THEME_DARK, depths[d], COLOUR_OWN, 0x1e1e1e);
		is_readable_on(THEME_LIGHT, depths[d], COLOUR_OWN, 0xffffff);
		/* Whatever is between. */
		for (int32_t grey = 0; grey < 0x1000000; grey += 0x111111)
			is_readable_on(theme_is_dark(grey) ? THEME_DARK : THEME_LIGHT, depths[d], grey, grey);
	}
}

static void themes_with_few_colours_are_the_terminals_own(void)
{
	struct theme own, dark;
	theme_init(&own, THEME_OWN, 8, COLOUR_OWN);
	theme_init(&dark, THEME_DARK, 8, 0x000000);
	for (unsigned i = 0; i < STYLE_COUNT; i++) {
		g_assert_cmpint(theme_look(&own, i).ink, ==, theme_look(&dark, i).ink);
		g_assert_cmpint(theme_look(&own, i).ink, <, 8);
	}
}

static void theme_lines_change_one_role(void)
{
	struct theme t;
	theme_init(&t, THEME_DARK, COLOURS_ALL, COLOUR_OWN);
	g_assert_true(theme_set(&t, "new", "underline #12aBff on 17"));
	struct style_look l = theme_look(&t, STYLE_NEW);
	g_assert_cmpint(l.ink, ==, COLOUR_RGB | 0x12abff);
	g_assert_cmpint(l.ground, ==, COLOUR_RGB | 0x00005f);
	g_assert_true(l.underline && l.bold);
	g_assert_true(theme_set(&t, "new", "plain bright-red on default"));
	l = theme_look(&t, STYLE_NEW);
	g_assert_cmpint(l.ink, ==, COLOUR_RGB | 0xff0000);
	g_assert_cmpint(l.ground, ==, COLOUR_OWN);
	g_assert_false(is_marked(l));
	struct style_look before = theme_look(&t, STYLE_LINK);
	static const char *const bad[] = { "bold octarine", "#12345", "#12345g", "256", "on", "red on", "" };
	for (size_t i = 0; i + 1 < G_N_ELEMENTS(bad); i++)
		g_assert_false(theme_set(&t, "link", bad[i]));
	g_assert_cmpint(theme_look(&t, STYLE_LINK).ink, ==, before.ink);
	g_assert_false(theme_set(&t, "nothing", "bold"));
}

static void colours_a_terminal_lacks_are_the_nearest(void)
{
	struct theme t;
	theme_init(&t, THEME_OWN, 256, COLOUR_OWN);
	theme_set(&t, "new", "#d70000");
	g_assert_cmpint(theme_look(&t, STYLE_NEW).ink, ==, 160);
	theme_set(&t, "new", "12");
	g_assert_cmpint(theme_look(&t, STYLE_NEW).ink, ==, 12);
	t.colours = 8;
	theme_set(&t, "new", "#d70000");
	g_assert_cmpint(theme_look(&t, STYLE_NEW).ink, ==, 1);
	theme_set(&t, "new", "196");
	g_assert_cmpint(theme_look(&t, STYLE_NEW).ink, <, 8);
	t.colours = 2;
	g_assert_cmpint(theme_look(&t, STYLE_NEW).ink, ==, COLOUR_OWN);
}

static void palette_has_cube_and_greys(void)
{
	g_assert_cmphex(style_rgb(16), ==, 0x000000);
	g_assert_cmphex(style_rgb(231), ==, 0xffffff);
	g_assert_cmphex(style_rgb(208), ==, 0xff8700);
	g_assert_cmphex(style_rgb(232), ==, 0x080808);
	g_assert_cmphex(style_rgb(255), ==, 0xeeeeee);
}

void suite(void)
{
	unit_add(styles_differ_without_colour);
	unit_add(contrast_is_that_of_wcag);
	unit_add(every_role_is_readable_on_dark_and_light);
	unit_add(themes_with_few_colours_are_the_terminals_own);
	unit_add(theme_lines_change_one_role);
	unit_add(colours_a_terminal_lacks_are_the_nearest);
	unit_add(palette_has_cube_and_greys);
}
