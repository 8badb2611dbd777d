/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
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

static char *styled(struct text *t, int rows, int cols)
{
	struct grid g;
	GString *out = g_string_new(NULL);
	grid_init(&g, rows, cols);
	text_draw(t, &g, (struct rect){ 0, 0, rows, cols });
	for (int row = 0; row < rows; row++) {
		for (int col = 0; col < cols; col++)
			g_string_append_c(out, style_letter(grid_cell(&g, row, col)->style));
		g_string_append_c(out, '/');
	}
	grid_clear(&g);
	return g_string_free(out, FALSE);
}

static void text_spans_have_their_styles(void)
{
	static const struct text_span spans[] = { { 12, 15, STYLE_LINK, 0 }, { 17, 22, STYLE_ADDED, 0 },
		{ 18, 20, STYLE_LINK, 1 } };
	struct text *t = text_new();
	text_add(t, STYLE_NORMAL, 0, STR("head"));
	text_add_spans(t, TEXT_BODY, STR("a bcd\n> + xyz"), 10, spans, 3);
	g_autofree char *got = drawn(t, 3, 8), *look = styled(t, 3, 8);
	g_assert_cmpstr(got, ==, "head/a bcd/> + xyz/");
	g_assert_cmpstr(look, ==, "......../..lll.../qallaaq./");
	text_free(t);
}

static void text_spans_move_with_what_is_cleaned(void)
{
	static const struct text_span spans[] = { { 4, 7, STYLE_LINK, 0 } };
	struct text *t = text_new();
	text_add_spans(t, TEXT_BODY, STR("x\xe2\x80\x8dxyz ende"), 0, spans, 1);
	g_autofree char *got = drawn(t, 1, 12), *look = styled(t, 1, 12);
	g_assert_cmpstr(got, ==, "xxyz ende/");
	g_assert_cmpstr(look, ==, ".lll......../");
	text_free(t);
}

static void text_hints_lie_over_links(void)
{
	static const struct text_span spans[] = { { 4, 18, STYLE_LINK, 12 } };
	struct text *t = text_new();
	text_add_spans(t, TEXT_BODY, STR("see https://x.org/ now"), 0, spans, 1);
	text_show_hints(t, true);
	g_autofree char *got = drawn(t, 1, 24);
	g_assert_cmpstr(got, ==, "see [12]s://x.org/ now/");
	text_show_hints(t, false);
	g_autofree char *without = drawn(t, 1, 24);
	g_assert_cmpstr(without, ==, "see https://x.org/ now/");
	text_free(t);
}

static void text_quotes_fold_to_one_line(void)
{
	struct text *t = text_new();
	text_add(t, TEXT_BODY, 0, STR("a\n> 1\n> 2\n>> 3\n> 4\nb\n> 5\nc\n>From here\n"));
	text_fold(t, 3);
	g_autofree char *folded = drawn(t, 6, 20);
	g_assert_cmpstr(folded, ==, "a/> [4 quoted lines]/b/> 5/c/>From here/");
	g_assert_false(text_toggle_fold(t));
	g_autofree char *open = drawn(t, 4, 20), *look = styled(t, 4, 4);
	g_assert_cmpstr(open, ==, "a/> 1/> 2/>> 3/");
	g_assert_cmpstr(look, ==, "..../qqq./qqq./rrrr/");
	g_assert_true(text_toggle_fold(t));
	text_free(t);
}

static void text_skips_what_is_quoted(void)
{
	struct text *t = text_new();
	text_add(t, TEXT_BODY, 0, STR("a\n> 1\n> 2\nb\n> 3\nc\nd\ne\nf\n"));
	g_free(drawn(t, 2, 20));
	g_assert_true(text_skip_quoted(t));
	g_autofree char *first = drawn(t, 2, 20);
	g_assert_cmpstr(first, ==, "b/> 3/");
	g_assert_true(text_skip_quoted(t));
	g_autofree char *second = drawn(t, 2, 20);
	g_assert_cmpstr(second, ==, "c/d/");
	g_assert_false(text_skip_quoted(t));
	text_free(t);
}

static void h20_text_sealed_has_a_bar_none_can_draw(void)
{
	struct text *t = text_new();
	text_add(t, TEXT_BAR, 0, STR("Signed"));
	text_add_spans(t, TEXT_BODY | TEXT_SEALED, STR("one two three"), 0, NULL, 0);
	text_add_spans(t, TEXT_BODY, STR("| not sealed"), 0, NULL, 0);
	g_autofree char *got = drawn(t, 4, 10), *look = styled(t, 4, 10);
	g_assert_cmpstr(got, ==, "Signed/| one two/| three/| not/");
	g_assert_cmpstr(look, ==, "bbbbbbbbbb/b........./b........./........../");
	text_free(t);
}

static void text_finds_whatever_the_case_and_line_ends(void)
{
	struct text *t = text_new();
	g_autoptr(GString) s = g_string_new("top\n");
	for (int i = 0; i < 3000; i++)
		g_string_append_printf(s, "line %d\n", i);
	g_string_append(s, "\xc3\x84pfel und\n> Birnen, \xc3\xa4pfel UND birnen");
	text_add_spans(t, TEXT_BODY, (struct str){ s->str, s->len }, 0, NULL, 0);
	g_free(drawn(t, 3, 20));
	g_assert_false(text_look_for(t, STR("")));
	g_assert_true(text_look_for(t, STR("\xc3\xa4PFEL  und birnen")));
	g_assert_cmpint(text_find(t, true), ==, TEXT_FOUND);
	g_autofree char *first = drawn(t, 3, 20), *look = styled(t, 3, 20);
	g_assert_nonnull(strstr(first, "\xc3\x84pfel und/"));
	g_assert_nonnull(strchr(look, 'f'));
	g_assert_cmpint(text_find(t, true), ==, TEXT_FOUND);
	g_assert_cmpint(text_find(t, true), ==, TEXT_FOUND_ROUND);
	g_assert_cmpint(text_find(t, false), ==, TEXT_FOUND_ROUND);
	g_assert_true(text_look_for(t, STR("line 17")));
	g_assert_cmpint(text_find(t, false), ==, TEXT_FOUND);
	g_autofree char *up = drawn(t, 1, 20);
	g_assert_true(g_str_has_prefix(up, "line 17"));
	g_assert_true(text_look_for(t, STR("nowhere")));
	g_assert_cmpint(text_find(t, true), ==, TEXT_NOT_FOUND);
	text_free(t);
}

static void text_found_in_a_fold_opens_it(void)
{
	struct text *t = text_new();
	text_add(t, TEXT_BODY, 0, STR("a\n> 1\n> 2\n> needle\n> 4\nb\n"));
	text_fold(t, 2);
	g_free(drawn(t, 2, 20));
	text_look_for(t, STR("needle"));
	g_assert_cmpint(text_find(t, true), ==, TEXT_FOUND);
	g_autofree char *got = drawn(t, 4, 20);
	g_assert_nonnull(strstr(got, "> needle/"));
	text_free(t);
}

static void u09_drawing_any_text_ends(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(9);
	static const char *const bits[] = { "> ", ">", "\n", "a", " ", "\t", "http://x/", "\xe5\xb1\xb1", "\xcc\x81",
		"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", "\xe2\x80\x8b", "\xff", ">From " };
	for (int round = 0; round < 200; round++) {
		struct text *t = text_new();
		g_autoptr(GString) s = g_string_new(NULL);
		for (int n = g_rand_int_range(rand, 0, 400); n; n--)
			g_string_append(s, bits[g_rand_int_range(rand, 0, G_N_ELEMENTS(bits))]);
		struct text_span spans[20];
		uint32_t at = 0, count = 0;
		for (; count < 20 && at + 2 < s->len; count++) {
			at += (uint32_t)g_rand_int_range(rand, 0, 3);
			spans[count] = (struct text_span){ at, at + 1, STYLE_LINK, count };
		}
		text_add_spans(
			t, TEXT_BODY | (round % 2 ? TEXT_SEALED : 0), (struct str){ s->str, s->len }, 0, spans, count);
		text_fold(t, (unsigned)round % 4);
		text_show_hints(t, round % 3);
		text_look_for(t, STR("a "));
		for (int i = 0; i < 8; i++) {
			g_free(drawn(t, g_rand_int_range(rand, 1, 9), g_rand_int_range(rand, 1, 30)));
			text_find(t, i % 2);
			text_command(t, CMD_PAGE_DOWN);
			text_skip_quoted(t);
			if (i % 3)
				text_toggle_fold(t);
		}
		text_free(t);
	}
}

/* A screen costs the same wherever it is, once its place is known. */
static void m14_text_of_any_shape_is_scrolled_in_linear_time(void)
{
	static const char *const bits[] = { "x", "\n", ">", "> \n", "http://", "word ", "\xe5\xb1\xb1", "\xcc\x81",
		"\t" };
	for (size_t i = 0; i < G_N_ELEMENTS(bits); i++) {
		struct text *t = text_new();
		g_autoptr(GString) s = g_string_new(NULL);
		while (s->len < 2u << 20)
			g_string_append(s, bits[i]);
		int64_t from = clock_cpu_us();
		text_add(t, TEXT_BODY, 0, (struct str){ s->str, s->len });
		text_fold(t, 3);
		g_free(drawn(t, 24, 80));
		for (int k = 0; k < 100; k++) {
			text_command(t, CMD_PAGE_DOWN);
			g_free(drawn(t, 24, 80));
		}
		text_command(t, CMD_LAST);
		g_free(drawn(t, 24, 80));
		text_look_for(t, STR("zz"));
		text_find(t, true);
		text_skip_quoted(t);
		g_free(drawn(t, 24, 40));
		g_assert_cmpint(clock_cpu_us() - from, <, 20000000);
		text_free(t);
	}
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
	unit_add(text_spans_have_their_styles);
	unit_add(text_spans_move_with_what_is_cleaned);
	unit_add(text_hints_lie_over_links);
	unit_add(text_quotes_fold_to_one_line);
	unit_add(text_skips_what_is_quoted);
	unit_add(h20_text_sealed_has_a_bar_none_can_draw);
	unit_add(text_finds_whatever_the_case_and_line_ends);
	unit_add(text_found_in_a_fold_opens_it);
	unit_add(u09_drawing_any_text_ends);
	unit_add(m14_text_of_any_shape_is_scrolled_in_linear_time);
	unit_add(text_empty_draws_nothing);
	unit_add(input_edits_at_characters);
	unit_add(input_full_takes_no_more);
}
