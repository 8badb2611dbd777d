/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/internal.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void check_n(const char *label, struct str octets, const char *wanted)
{
	size_t n;
	g_autofree char *got = msg_to_utf8(octets, label, &n);
	g_assert_cmpuint(n, ==, strlen(wanted));
	g_assert_cmpstr(got, ==, wanted);
}

static void check(const char *label, const char *octets, const char *wanted)
{
	check_n(label, unit_str(octets), wanted);
}

static void charset_labels_are_the_webs(void)
{
	check("iso-8859-1", "\x80\xe9", "\xe2\x82\xac\xc3\xa9");
	check("US-ASCII", "\x93x\x94", "\xe2\x80\x9cx\xe2\x80\x9d");
	check("ISO_8859-9", "\xfd", "\xc4\xb1");
	check("gb2312", "\xc4\xe3", "\xe4\xbd\xa0");
	check("ks_c_5601-1987", "\xc1\xd6", "\xec\xa3\xbc");
	check("Shift_JIS", "\x93\xfa", "\xe6\x97\xa5");
	check("x-sjis", "\x93\xfa", "\xe6\x97\xa5");
	check("koi8-r", "\xf3", "\xd0\xa1");
	check("big5", "\xa4\xa4", "\xe4\xb8\xad");
	check("cp850", "\x82", "\xc3\xa9");
	check("tis-620", "\xa1", "\xe0\xb8\x81");
	check("\"utf-8\"", "\xc3\xa9", "\xc3\xa9");
}

static void charset_valid_utf8_stays(void)
{
	check("iso-8859-1", "\xc3\xa9", "\xc3\xa9");
	check(NULL, "\xc3\xa9", "\xc3\xa9");
	check("utf-8", "\xef\xbb\xbfx", "x");
	check("windows-1252", "a\r\nb\rc\n\r\n", "a\nb\rc\n\n");
}

static void charset_labels_of_mail_are_known(void)
{
	check("x-sjis", "\x93\xfa\x87\x40", "\xe6\x97\xa5\xe2\x91\xa0");
	check("cp-850", "\x82", "\xc3\xa9");
	check("gb2312", "\x81\x40", "\xe4\xb8\x82");
	check("IBM-862", "\x80", "\xd7\x90");
	check("unicode-1-1-utf-7", "Hi Mom -+Jjo--!", "Hi Mom -\xe2\x98\xba-!");
	check("utf-7", "\xc3\xa9", "\xc3\xa9");
	check("hz-gb-2312", "~{VPND~} a~~b\n~{VP\nND", "\xe4\xb8\xad\xe6\x96\x87 a~b\n\xe4\xb8\xad\nND");
	check("mac-centraleurope", "\x8a", "\xc3\xa4");
	check_n("utf-32", unit_exact("\0\0\0h", 4), "h");
	static const char *const known[] = { "armscii-8", "georgian-ps", "tcvn", "johab", "euc-tw", "koi8-t", "cp1125",
		"rk1048", "iso-2022-cn", "cp737", "ibm869", "DOS-857", "mik", "hp-roman8", "x-johab", "cp65001" };
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		g_assert_true(msg_charset_known(known[i]));
	g_assert_false(msg_charset_known("x-nowhere"));
	g_assert_false(msg_charset_known(NULL));
}

static void charset_on_the_list_is_one_of_iconv(void)
{
	for (enum charset_id id = 0; id < CHARSETS; id++) {
		g_test_message("%s", charsets[id].name);
		g_autofree char *got = g_convert("x", 1, "UTF-8", charsets[id].name, NULL, NULL, NULL);
		g_assert_true(got || charsets[id].kind == CHARSET_WIDE);
	}
}

static void charset_japanese_has_the_rows_of_its_makers(void)
{
	check("iso-2022-jp", "\x1b$B-!\x1b(B1",
		"\xe2\x91\xa0"
		"1");
	check("iso-2022-jp", "\x1b(I1\x1b(Ba",
		"\xef\xbd\xb1"
		"a");
	check("iso-2022-jp", "\x1b$BF|\nplain", "\xe6\x97\xa5\nplain");
	check("iso-2022-jp", "\x1b$AUE\x1b(B", "\xe5\xbc\xa0");
}

static void charset_missing_is_told_by_the_octets(void)
{
	check(NULL, "\x1b$BF|K\\\x1b(B ok", "\xe6\x97\xa5\xe6\x9c\xac ok");
	check("us-ascii", "\x1b$BF|\x1b(J", "\xe6\x97\xa5");
	check(NULL, "\x1b[1m$B", "\x1b[1m$B");
	check_n(NULL, unit_exact("\xff\xfeh\0i\0", 6), "hi");
	check_n("utf-8", unit_exact("\xfe\xff\0h", 4), "h");
}

static void charset_utf8_that_lies_is_western(void)
{
	check("utf-8",
		"Gr\xfc\xdf"
		"e aus K\xf6ln",
		"Gr\xc3\xbc\xc3\x9f"
		"e aus K\xc3\xb6ln");
	check("utf-8", "it\x92s", "it\xe2\x80\x99s");
	check("utf-8", "caf\xc3\xa9 na\xefve", "caf\xc3\xa9 na\xef\xbf\xbdve");
	check("utf-8", "cut short \xe2\x82", "cut short \xef\xbf\xbd\xef\xbf\xbd");
	check("utf-8", "\xff", "\xef\xbf\xbd");
}

static void charset_named_by_the_reader_holds(void)
{
	static const struct {
		const char *label, *octets, *wanted;
	} rows[] = {
		{ "windows-1252", "\xc3\xa9", "\xc3\x83\xc2\xa9" },
		{ "koi8-r", "\xf3", "\xd0\xa1" },
		{ "utf-8", "\xc3\xa9", "\xc3\xa9" },
		{ "iso-2022-jp", "\x1b$BF|", "\xe6\x97\xa5" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		size_t n;
		g_autofree char *got = msg_to_utf8_as(unit_str(rows[i].octets), rows[i].label, &n);
		g_assert_cmpstr(got, ==, rows[i].wanted);
	}
}

static void charset_unknown_is_windows_1252(void)
{
	check(NULL, "\x80", "\xe2\x82\xac");
	check("", "\xe9", "\xc3\xa9");
	check("x-nowhere", "\xe9", "\xc3\xa9");
}

static void charset_that_switches_goes_by_its_label(void)
{
	check("iso-2022-jp", "\x1b$BF|\x1b(Bx", "\xe6\x97\xa5x");
	check("iso-2022-jp", "plain", "plain");
	check_n("utf-16le", unit_exact("h\0\xe9\0", 4), "h\xc3\xa9");
	check_n("utf-16be", unit_exact("\0h\0\xe9", 4), "h\xc3\xa9");
	check_n("utf-16", unit_exact("\xfe\xff\0h", 4), "h");
	check_n("utf-16", unit_exact("h\0", 2), "h");
	check("utf-16", "mislabelled\n", "mislabelled\n");
}

static void charset_alternating_converters_keep_no_state(void)
{
	for (int i = 0; i < 3; i++) {
		check("iso-2022-jp", "\x1b$BF|", "\xe6\x97\xa5");
		check("iso-2022-jp", "a\x0f", "a\x0f");
		check("koi8-r", "\xf3", "\xd0\xa1");
	}
}

static void m09_labels_off_the_list_open_nothing(void)
{
	static const char *const labels[] = { "ISO-2022-CN-EXT", "IBM1390", "IBM1399", "ISO-2022-JP-3",
		"x//TRANSLIT//IGNORE", "utf-8//IGNORE", "../../gconv", "EBCDIC-US", "WCHAR_T", "" };
	for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
		check(labels[i], "+AGE- \xe9", "+AGE- \xc3\xa9");
		check(labels[i], "\x1b$)A", "\x1b$)A");
	}
	g_autofree char *huge = g_strnfill(10240, 'u');
	check(huge, "\xe9", "\xc3\xa9");
}

static const char *const every[] = { "utf-8", "us-ascii", "iso-8859-2", "iso-8859-6", "iso-8859-16", "cp1250", "cp1255",
	"cp1258", "windows-874", "koi8-u", "cp866", "cp437", "cp852", "macintosh", "x-mac-cyrillic", "viscii",
	"gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "iso-2022-jp", "iso-2022-kr", "utf-16", "utf-16be",
	"iso-2022-jp-2", "iso-2022-cn", "utf-7", "hz-gb-2312", "utf-32", "euc-tw", "johab", "tcvn", "utf-8" };

static void m10_any_octets_end_in_bounded_valid_text(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(10);
	for (size_t k = 0; k < G_N_ELEMENTS(every); k++)
		for (int round = 0; round < 60; round++) {
			size_t n = (size_t)g_rand_int_range(rand, 0, 9000);
			g_autofree char *octets = g_malloc(n + 1);
			for (size_t i = 0; i < n; i++)
				octets[i] = round % 2 ? (char)g_rand_int(rand)
						      : "\x1b$B)AC\x0e\x0f\xff\x81"[g_rand_int_range(rand, 0, 10)];
			size_t out;
			g_autofree char *text = msg_to_utf8(unit_exact(octets, n), every[k], &out);
			g_assert_true(utf8_valid((struct str){ text, out }));
			g_assert_cmpuint(out, <=, 4 * n + 4096);
		}
}

static void m10_a_cut_at_each_octet_ends(void)
{
	static const char gb[] = "\x81\x30\x81\x30\xc4\xe3\x81", jp[] = "\x1b$BF|K\\\x1b(Ba";
	for (size_t n = 0; n < sizeof(gb); n++) {
		size_t out;
		g_autofree char *a = msg_to_utf8(unit_exact(gb, n), "gb18030", &out);
		g_assert_true(utf8_valid((struct str){ a, out }));
	}
	for (size_t n = 0; n < sizeof(jp); n++) {
		size_t out;
		g_autofree char *a = msg_to_utf8(unit_exact(jp, n), "iso-2022-jp", &out);
		g_assert_true(utf8_valid((struct str){ a, out }));
	}
}

static void m11_bad_utf8_becomes_the_sign_for_it(void)
{
	static const char *const bad[] = { "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\xe2\x82", "\xff",
		"\xfe" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		size_t n;
		g_autofree char *text = msg_to_utf8(unit_str(bad[i]), "utf-8", &n);
		g_assert_true(utf8_valid((struct str){ text, n }));
		g_assert_nonnull(strstr(text, "\xef\xbf\xbd"));
	}
	check_n("utf-16be", unit_exact("\xd8\x00\0a", 4),
		"\xef\xbf\xbd"
		"a");
	check_n("utf-16be", unit_exact("\0", 1), "\xef\xbf\xbd");
}

static void m10_large_bad_input_is_linear(void)
{
	GString *s = g_string_new(NULL);
	while (s->len < 8u << 20)
		g_string_append(s, "\xff\x81");
	for (size_t k = 0; k < G_N_ELEMENTS(every); k += 4) {
		int64_t from = clock_cpu_us();
		size_t n;
		g_free(msg_to_utf8((struct str){ s->str, s->len }, every[k], &n));
		g_assert_cmpuint(n, <=, 4 * s->len + 4096);
		g_assert_cmpint(clock_cpu_us() - from, <, 8000000);
	}
	g_string_free(s, TRUE);
}

void suite(void)
{
	msg_init();
	unit_add(charset_labels_are_the_webs);
	unit_add(charset_valid_utf8_stays);
	unit_add(charset_labels_of_mail_are_known);
	unit_add(charset_on_the_list_is_one_of_iconv);
	unit_add(charset_japanese_has_the_rows_of_its_makers);
	unit_add(charset_missing_is_told_by_the_octets);
	unit_add(charset_utf8_that_lies_is_western);
	unit_add(charset_named_by_the_reader_holds);
	unit_add(charset_unknown_is_windows_1252);
	unit_add(charset_that_switches_goes_by_its_label);
	unit_add(charset_alternating_converters_keep_no_state);
	unit_add(m09_labels_off_the_list_open_nothing);
	unit_add(m10_any_octets_end_in_bounded_valid_text);
	unit_add(m10_a_cut_at_each_octet_ends);
	unit_add(m11_bad_utf8_becomes_the_sign_for_it);
	unit_add(m10_large_bad_input_is_linear);
}
