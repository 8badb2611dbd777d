/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "net/internal.h"
#include "tests/unit/unit.h"

static char *prepared(struct str text)
{
	struct secret *s = sasl_prep(text);
	char *out = s ? str_dup(secret_bytes(s)) : NULL;
	secret_free(s);
	return out;
}

static void examples_of_the_rfc_are_prepared(void)
{
	static const struct {
		const char *from, *to;
	} rows[] = { { "I\u00adX", "IX" }, { "user", "user" }, { "USER", "USER" }, { "\u00aa", "a" },
		{ "\u2168", "IX" }, { "a\u3000b\u00a0c", "a b c" }, { "\ufb01\u212b", "fi\u00c5" }, { "", "" },
		{ "\u1112\u1161\u11ab", "\ud55c" }, { "q\u0307\u0323", "q\u0323\u0307" }, { "\u200b\u2060\ufe0f", "" },
		{ "\u0958", "\u0915\u093c" }, { "\U0001f600", "\U0001f600" } };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *out = prepared(unit_str(rows[i].from));
		g_assert_cmpstr(out, ==, rows[i].to);
	}
}

static void what_no_password_holds_is_refused(void)
{
	static const char *const rows[] = { "\x07", "a\x7f", "a\nb", "\xc2\x85", "\u202e", "\u2028", "\ue000", "\ufdd0",
		"\ufffd", "\ufffe", "\U0001ffff", "\U000e0001", "\xff", "a\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80" };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_null(prepared(unit_str(rows[i])));
	g_assert_null(prepared(STR("a\0b")));
	g_autofree char *large = g_strnfill(SECRET_MAX + 1, 'x');
	g_assert_null(prepared(str_of(large)));
	large[SECRET_MAX] = 0;
	g_autofree char *same = prepared(str_of(large));
	g_assert_cmpstr(same, ==, large);
}

/* RFC 3454 6, with the examples of RFC 4013 3 and Hebrew and Arabic letters; of digits AN and EN go either way. */
static void directions_are_not_mixed(void)
{
	static const char *const sound[] = { "\u05d0\u05d1", "\u05d0 1 \u05d1", "\u0627\u0661\u0628", "1a\u0301!",
		"12 34", "\u05d0" };
	static const char *const mixed[] = { "\u0627"
					     "1",
		"1\u0627",
		"\u05d0"
		"a\u05d1",
		"a\u05d0", "\u05d0\u05d1!", "\u0661\u0627", "\u05d0\u0301" };
	for (size_t i = 0; i < G_N_ELEMENTS(sound); i++) {
		g_autofree char *out = prepared(unit_str(sound[i]));
		g_assert_cmpstr(out, ==, sound[i][0] == '1' && sound[i][1] == 'a' ? "1\u00e1!" : sound[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(mixed); i++)
		g_assert_null(prepared(unit_str(mixed[i])));
}

/* Random characters from the scripts that have something to normalise. */
static void it_is_the_normal_form_of_glib(void)
{
	static const gunichar from[] = { 0x21, 0xc0, 0x300, 0x900, 0xf71, 0x1100, 0x1e00, 0x2080, 0x3300, 0xac00,
		0xf900, 0xfb00, 0x1d15e, 0x2f800, 0x11130 };
	unsigned compared = 0;
	for (int round = 0; round < 3000; round++) {
		GString *text = g_string_new(NULL);
		for (int i = 0; i < 12; i++) {
			gunichar c = from[g_test_rand_int_range(0, G_N_ELEMENTS(from))];
			c += (gunichar)g_test_rand_int_range(0, 94);
			g_string_append_unichar(text, c == 0xad || c == 0x34f ? 'x' : c);
		}
		g_autofree char *want = g_utf8_normalize(text->str, -1, G_NORMALIZE_NFKC);
		g_autofree char *got = prepared(unit_exact(text->str, text->len));
		/* What maps to a blank is the one difference, and what is prohibited gives nothing. */
		if (got && !strchr(want, ' ')) {
			g_assert_cmpstr(got, ==, want);
			compared++;
		}
		g_string_free(text, TRUE);
	}
	g_assert_cmpuint(compared, >, 1000);
}

void suite(void)
{
	unit_add(examples_of_the_rfc_are_prepared);
	unit_add(what_no_password_holds_is_refused);
	unit_add(directions_are_not_mixed);
	unit_add(it_is_the_normal_form_of_glib);
}
