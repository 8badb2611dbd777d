/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/utf8.h"
#include "tests/unit/unit.h"

static void u09_width_counts_clusters(void)
{
	static const struct {
		const char *text;
		int width;
	} cases[] = {
		{ "abc", 3 },
		{ "山田", 4 },
		{ "e\xcc\x81", 1 },          /* e + acute */
		{ "👩‍👩‍👧", 2 }, /* a family joined by ZWJ is one cluster */
		{ "🇳🇴🇸🇪", 4 },               /* two flags */
		{ "❤️", 2 },             /* VS16 asks for the picture */
		{ "👍🏽", 2 },           /* skin tone */
		{ "नि", 2 },                 /* a vowel sign that stands beside its letter */
		{ "שלום", 4 },
		{ "", 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpint(utf8_width(unit_str(cases[i].text)), ==, cases[i].width);
}

static void u09_fit_never_cuts_a_cluster(void)
{
	int width;
	struct str fit = utf8_fit(unit_str("山田x"), 3, &width);
	g_assert_cmpuint(fit.n, ==, 3);
	g_assert_cmpint(width, ==, 2);
	fit = utf8_fit(unit_str("ae\xcc\x81z"), 2, &width);
	g_assert_cmpuint(fit.n, ==, 4);
	fit = utf8_fit(unit_str("山"), 1, &width);
	g_assert_cmpuint(fit.n, ==, 0);
}

static void u09_thousand_marks_are_capped(void)
{
	GString *s = g_string_new("a");
	for (int i = 0; i < 1000; i++)
		g_string_append(s, "\xcc\x81");
	g_autofree char *line = utf8_line(unit_exact(s->str, s->len));
	g_assert_cmpuint(strlen(line), ==, 1 + 2 * UTF8_MARKS_MAX);
	g_string_free(s, TRUE);
}

static void u10_marks_of_direction_leave_no_sign(void)
{
	g_autofree char *line = utf8_line(unit_str("\xe2\x80\x8f\xd7\xa9\xe2\x80\x8e 1\xd8\x9c"));
	g_autofree char *text = utf8_text(unit_str("\xd7\xa9\xe2\x80\x8f!\n"));
	g_assert_cmpstr(line, ==, "\xd7\xa9 1");
	g_assert_cmpstr(text, ==, "\xd7\xa9!\n");
	g_assert_true(utf8_is_clean(str_of(text)));
}

static void e01_line_holds_no_control(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "a\x1b[2Jb", "a\xef\xbf\xbd[2Jb" },
		{ "a\xc2\x9b"
		  "31m",
			"a\xef\xbf\xbd"
			"31m" },
		{ "a\x7f\x08", "a\xef\xbf\xbd\xef\xbf\xbd" },
		{ "a\r\nb\tc", "a b c" },
		{ "a\xe2\x80\xae"
		  "gpj.exe",
			"a\xef\xbf\xbdgpj.exe" },
		{ "a\xe2\x80\xa8"
		  "b",
			"a b" },
		{ "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "x\xe2\x80\x8by", "xy" },
		{ "x\xc2\xa0\xe2\xa0\x80\xe3\x85\xa4y", "x y" },
		{ "x \xc2\xa0 \t \xe2\x80\x83 y  z", "x y  z" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *line = utf8_line(unit_str(cases[i].in));
		g_assert_cmpstr(line, ==, cases[i].out);
		g_assert_true(utf8_is_clean(str_of(line)));
	}
	g_autofree char *nul = utf8_line(unit_exact("a\0b", 3));
	g_assert_cmpstr(nul, ==,
		"a\xef\xbf\xbd"
		"b");
	g_assert_false(utf8_is_clean(unit_exact("a\0b", 3)));
	g_assert_false(utf8_is_clean(unit_str("a\x1b")));
}

/* Any bytes: the result is clean and cleaning it again changes nothing. */
static void promise_16_cleaning_is_total_and_idempotent(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(20261121);
	for (int round = 0; round < 2000; round++) {
		char bytes[64];
		size_t n = (size_t)g_rand_int_range(rand, 0, sizeof(bytes));
		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)g_rand_int_range(rand, 0, 256);
		g_autofree char *text = utf8_text(unit_exact(bytes, n));
		g_autofree char *line = utf8_line(unit_exact(bytes, n));
		g_autofree char *again = utf8_line(str_of(line));
		g_assert_true(utf8_is_clean(str_of(text)));
		g_assert_cmpstr(line, ==, again);
		g_assert_null(strpbrk(line, "\n\t\r"));
	}
}

void suite(void)
{
	unit_add(u09_width_counts_clusters);
	unit_add(u09_fit_never_cuts_a_cluster);
	unit_add(u09_thousand_marks_are_capped);
	unit_add(u10_marks_of_direction_leave_no_sign);
	unit_add(e01_line_holds_no_control);
	unit_add(promise_16_cleaning_is_total_and_idempotent);
}
