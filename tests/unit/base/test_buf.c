/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/unit.h"

static void buf_add_past_cap_keeps_content(void)
{
	struct buf b;
	buf_init(&b, 5);
	g_assert_cmpint(buf_add_str(&b, STR("abc")), ==, 0);
	g_assert_cmpint(buf_add_str(&b, STR("def")), ==, -1);
	g_assert_true(str_eq(buf_str(&b), STR("abc")));
	g_assert_cmpint(buf_add_str(&b, STR("de")), ==, 0);
	buf_drop(&b, 2);
	g_assert_true(str_eq(buf_str(&b), STR("cde")));
	buf_drop(&b, 99);
	g_assert_cmpuint(b.n, ==, 0);
	buf_clear(&b);
}

static void buf_steal_gives_terminated_text(void)
{
	struct buf b;
	buf_init(&b, 100);
	buf_addf(&b, "%d-%s", 7, "x");
	g_autofree char *text = buf_steal(&b);
	g_assert_cmpstr(text, ==, "7-x");
	g_assert_cmpuint(b.n, ==, 0);
	g_assert_cmpuint(b.max, ==, 100);
	buf_clear(&b);
}

/* The only reader for numbers from outside: signs, blanks and overflow are no numbers. */
static void i01_str_u64_takes_digits_within_max(void)
{
	static const struct {
		const char *text;
		bool ok;
		uint64_t value;
	} cases[] = {
		{ "0", true, 0 },
		{ "4294967295", true, 4294967295u },
		{ "4294967296", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "-1", false, 0 },
		{ "+5", false, 0 },
		{ "", false, 0 },
		{ " 5", false, 0 },
		{ "0000000000000000000000000000000000007", true, 7 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint64_t value = 0;
		g_assert_cmpint(str_u64(unit_str(cases[i].text), 4294967295u, &value), ==, cases[i].ok);
		g_assert_cmpuint(value, ==, cases[i].value);
	}
	uint64_t all;
	g_assert_true(str_u64(STR("18446744073709551615"), UINT64_MAX, &all));
	g_assert_true(all == UINT64_MAX);
	g_assert_false(str_u64(STR("18446744073709551616"), UINT64_MAX, &all));
	g_assert_false(str_u64(STR("5"), 4, &all));
}

static void str_cut_splits_at_first(void)
{
	struct str head, tail;
	g_assert_true(str_cut(unit_str("a=b=c"), '=', &head, &tail));
	g_assert_true(str_eq(head, STR("a")));
	g_assert_true(str_eq(tail, STR("b=c")));
	g_assert_false(str_cut(unit_str("abc"), '=', &head, &tail));
	g_assert_true(str_eq(head, STR("abc")));
	g_assert_cmpuint(tail.n, ==, 0);
	g_assert_true(str_eq(str_trim(unit_str(" \ta b\r\n")), STR("a b")));
	g_assert_true(str_starts(unit_str("Content-Type"), "content-"));
	g_assert_false(str_starts(unit_str("Con"), "content-"));
}

void suite(void)
{
	unit_add(buf_add_past_cap_keeps_content);
	unit_add(buf_steal_gives_terminated_text);
	unit_add(i01_str_u64_takes_digits_within_max);
	unit_add(str_cut_splits_at_first);
}
