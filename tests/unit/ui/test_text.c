/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"
#include "ui/internal.h"

#include <string.h>

/* The lines of a paragraph, with '/' between. */
static char *wrapped(const char *text, int width)
{
	struct str rest = unit_str(text);
	GString *out = g_string_new(NULL);
	while (rest.n) {
		size_t n = text_wrap(rest, width);
		g_assert_cmpuint(n, >, 0);
		g_string_append_len(out, rest.p, (gssize)n);
		g_string_append_c(out, '/');
		rest.p += n;
		rest.n -= n;
	}
	return g_string_free(out, FALSE);
}

static void wraps(const char *text, int width, const char *expected)
{
	g_autofree char *got = wrapped(text, width);
	g_assert_cmpstr(got, ==, expected);
}

static void wrap_at_blanks(void)
{
	wraps("one two three", 7, "one two /three/");
	wraps("one two three", 8, "one two /three/");
	wraps("exactly", 7, "exactly/");
	wraps("a    b", 3, "a    /b/");
}

static void wrap_keeps_addresses_whole_where_it_can(void)
{
	wraps("see https://x.example/y now", 20, "see /https://x.example/y /now/");
	wraps("https://x.example/long", 10, "https://x./example/lo/ng/");
}

static void wrap_between_wide_letters_not_before_closing_marks(void)
{
	wraps("来週の会議", 4, "来週/の会/議/");
	wraps("来週。会", 4, "来/週。/会/");
	wraps("ab 来週の会議", 7, "ab 来週/の会議/");
}

static void wrap_never_cuts_a_cluster(void)
{
	wraps("ae\xcc\x81"
	      "e\xcc\x81",
		2, "ae\xcc\x81/e\xcc\x81/");
	wraps("山", 1, "山/");
}

static void wrap_of_marks_without_columns_ends(void)
{
	g_autoptr(GString) zero = g_string_new(NULL);
	for (int i = 0; i < 100000; i++)
		g_string_append(zero, "\xe2\x80\x8b");
	size_t n = text_wrap((struct str){ zero->str, zero->len }, 10);
	g_assert_cmpuint(n, <, 2000);
	g_assert_cmpuint(n, >, 0);
}

static char *drawn(struct text *t, int rows, int cols)
{
	struct grid g;
	GString *out = g_string_new(NULL);
	grid_init(&g, rows, cols);
	text_draw(t, &g, (struct rect){ 0, 0, rows, cols });
	for (int row = 0; row < rows; row++) {
		g_autoptr(GString) line = g_string_new(NULL);
		for (int col = 0; col < cols; col++)
			for (int i = 0; i < grid_cell(&g, row, col)->points; i++)
				g_string_append_unichar(line, grid_cell(&g, row, col)->point[i]);
		g_string_append_printf(out, "%s/", g_strchomp(line->str));
	}
	grid_clear(&g);
	return g_string_free(out, FALSE);
}

static void text_quotes_repeat_their_marks(void)
{
	struct text *t = text_new();
	text_add(t, TEXT_BODY, 0, STR("> one two three"));
	g_autofree char *got = drawn(t, 3, 9);
	g_assert_cmpstr(got, ==, "> one two/> three//");
	text_free(t);
}

static void text_indents_and_tabs(void)
{
	struct text *t = text_new();
	text_add(t, STYLE_NORMAL, 2, STR("To a b c\nx\ty"));
	g_autofree char *got = drawn(t, 4, 6);
	g_assert_cmpstr(got, ==, "To a b/  c/x/  y/");
	g_autofree char *wide = drawn(t, 2, 12);
	g_assert_cmpstr(wide, ==, "To a b c/x       y/");
	text_free(t);
}

static struct text *numbers(int n)
{
	struct text *t = text_new();
	g_autoptr(GString) s = g_string_new(NULL);
	for (int i = 0; i < n; i++)
		g_string_append_printf(s, "line %d\n", i);
	text_add(t, TEXT_BODY, 0, (struct str){ s->str, s->len });
	return t;
}

static void text_scrolls_to_both_ends(void)
{
	struct text *t = numbers(2000);
	g_autofree char *first = drawn(t, 2, 20);
	g_assert_cmpstr(first, ==, "line 0/line 1/");
	text_command(t, CMD_LAST);
	g_autofree char *last = drawn(t, 2, 20);
	g_assert_cmpstr(last, ==, "line 1998/line 1999/");
	g_assert_cmpint(text_percent(t), ==, 100);
	text_command(t, CMD_UP);
	g_autofree char *up = drawn(t, 2, 20);
	g_assert_cmpstr(up, ==, "line 1997/line 1998/");
	text_command(t, CMD_FIRST);
	text_command(t, CMD_PAGE_DOWN);
	g_autofree char *down = drawn(t, 2, 20);
	g_assert_cmpstr(down, ==, "line 1/line 2/");
	text_free(t);
}

static void text_resized_keeps_the_top_line(void)
{
	struct text *t = numbers(3000);
	g_free(drawn(t, 5, 20));
	for (int i = 0; i < 1000; i++)
		text_command(t, CMD_DOWN);
	static const int widths[] = { 20, 4, 60, 7, 1, 20 };
	for (size_t i = 0; i < G_N_ELEMENTS(widths); i++)
		g_free(drawn(t, 5, widths[i]));
	g_autofree char *got = drawn(t, 1, 20);
	g_assert_cmpstr(got, ==, "line 1000/");
	text_free(t);
}

static void text_empty_draws_nothing(void)
{
	struct text *t = text_new();
	g_autofree char *got = drawn(t, 2, 5);
	g_assert_cmpstr(got, ==, "//");
	text_command(t, CMD_LAST);
	text_command(t, CMD_DOWN);
	g_free(drawn(t, 1, 1));
	text_free(t);
}

static void input_edits_at_characters(void)
{
	struct input in;
	input_init(&in, "añb", false);
	input_key(&in, APP_KEY_LEFT, NULL);
	input_key(&in, APP_KEY_BACKSPACE, NULL);
	g_assert_cmpstr(in.text, ==, "ab");
	input_key(&in, 0x5c71, NULL);
	g_assert_cmpstr(in.text, ==, "a山b");
	input_key(&in, 0x01, NULL);
	input_key(&in, APP_KEY_DELETE, NULL);
	g_assert_cmpstr(in.text, ==, "山b");
	input_key(&in, 0x0b, NULL);
	g_assert_cmpstr(in.text, ==, "");
	g_assert_false(input_key(&in, APP_KEY_UP, NULL));
	input_clear(&in);
}

static void input_full_takes_no_more(void)
{
	struct input in;
	input_init(&in, "", true);
	for (int i = 0; i < INPUT_MAX + 100; i++)
		input_key(&in, 'x', NULL);
	g_assert_cmpuint(in.n, ==, INPUT_MAX);
	input_clear(&in);
}

void suite(void)
{
	unit_add(wrap_at_blanks);
	unit_add(wrap_keeps_addresses_whole_where_it_can);
	unit_add(wrap_between_wide_letters_not_before_closing_marks);
	unit_add(wrap_never_cuts_a_cluster);
	unit_add(wrap_of_marks_without_columns_ends);
	unit_add(text_quotes_repeat_their_marks);
	unit_add(text_indents_and_tabs);
	unit_add(text_scrolls_to_both_ends);
	unit_add(text_resized_keeps_the_top_line);
	unit_add(text_empty_draws_nothing);
	unit_add(input_edits_at_characters);
	unit_add(input_full_takes_no_more);
}
