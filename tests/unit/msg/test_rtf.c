/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/internal.h"
#include "tests/unit/unit.h"

static char *inflated(const void *p, size_t n)
{
	struct buf out;
	buf_init(&out, 1 << 20);
	g_assert_cmpint(rtf_inflate(unit_exact(p, n), &out), ==, 0);
	buf_add_c(&out, '\0');
	char *text = buf_steal(&out);
	buf_clear(&out);
	return text;
}

/* The two examples of MS-OXRTFCP (3.1 and 3.2), and what is not compressed. */
static void compressed_rtf_of_the_standard_is_read(void)
{
	static const char simple[] =
		"\x2d\0\0\0\x2b\0\0\0\x4c\x5a\x46\x75\xf1\xc5\xc7\xa7\x03\0\x0a\0\x72\x63\x70\x67\x31\x32\x35"
		"\x42\x32\x0a\xf3\x20\x68\x65\x6c\x09\0\x20\x62\x77\x05\xb0\x6c\x64\x7d\x0a\x80\x0f\xa0";
	static const char crossing[] =
		"\x1a\0\0\0\x1c\0\0\0\x4c\x5a\x46\x75\xe2\xd4\x4b\x51\x41\0\x04\x20\x57\x58\x59\x5a\x0d\x6e"
		"\x7d\x01\x0e\xb0";
	static const char plain[] = "\x12\0\0\0\x06\0\0\0MELA\0\0\0\0{\\rtf}more";
	g_autofree char *one = inflated(simple, sizeof(simple) - 1), *two = inflated(crossing, sizeof(crossing) - 1),
			*three = inflated(plain, sizeof(plain) - 1);
	g_assert_cmpstr(one, ==, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
	g_assert_cmpstr(two, ==, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
	g_assert_cmpstr(three, ==, "{\\rtf}");
}

/* Cut anywhere, any octet wrong, and what grows most: an end, and no more than it may be. */
static void m07_damaged_compressed_rtf_is_bounded(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	static const char head[] = "\xff\xff\xff\xff\xff\xff\xff\xffLZFu\0\0\0\0";
	for (int round = 0; round < 3000; round++) {
		char octets[200];
		size_t n = (size_t)g_rand_int_range(rand, 0, sizeof(octets));
		for (size_t i = 0; i < n; i++)
			octets[i] = (char)g_rand_int(rand);
		memcpy(octets, head, MIN(n, sizeof(head) - 1));
		struct buf out;
		buf_init(&out, n * 9);
		g_assert_cmpint(rtf_inflate(unit_exact(octets, n), &out), ==, 0);
		g_autofree char *text = rtf_text(buf_str(&out));
		g_assert_true(utf8_valid(str_of(text)));
		buf_clear(&out);
	}
	GString *bomb = g_string_new_len(head, sizeof(head) - 1);
	while (bomb->len < 1 << 20)
		g_string_append_len(bomb, "\xff\x00\x0f\x01\x0f\x02\x0f\x03\x0f\x04\x0f\x05\x0f\x06\x0f\x07\x0f", 17);
	struct buf out;
	buf_init(&out, 1 << 10);
	g_assert_cmpint(rtf_inflate((struct str){ bomb->str, bomb->len }, &out), ==, -1);
	g_assert_cmpuint(out.n, ==, 1 << 10);
	buf_clear(&out);
	g_string_free(bomb, TRUE);
}

static void check(const char *rtf, const char *wanted)
{
	g_autofree char *got = rtf_text(unit_str(rtf));
	g_assert_cmpstr(got, ==, wanted);
}

static void text_of_rtf_is_what_it_says(void)
{
	check("{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red0;}\\pard Hello\\par\r\n{\\b "
	      "World}!\\par}",
		"Hello\nWorld!\n");
	check("{\\rtf1 a\\tab b\\line c\\\\ \\{d\\} e\\~f\\_g\\-h}", "a\tb\nc\\ {d} e\xc2\xa0"
								     "f-gh");
	check("{\\rtf1\\ansicpg1251 \\'cf\\'f0}", "\xd0\x9f\xd1\x80");
	check("{\\rtf1\\ansicpg65001 \\'c3\\'a9}", "\xc3\xa9");
	check("{\\rtf1\\uc1 \\u233?\\u-10179?\\u-8704? {\\uc2\\u8364ab}c}", "\xc3\xa9\xf0\x9f\x98\x80 \xe2\x82\xac"
									    "c");
	check("{\\rtf1 a{\\*\\generator x;}{\\info{\\title t}}{\\pict 0102}{\\field{\\*\\fldinst HYPERLINK}{\\fldrslt "
	      "link}}b}",
		"alinkb");
	check("{\\rtf1 a\\bin4 {}{}b\\emdash c\\rquote d}", "ab\xe2\x80\x94"
							    "c\xe2\x80\x99"
							    "d");
	/* HTML that was made RTF (MS-OXRTFEX): its text, without what stands in for the markup. */
	check("{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Hi &{\\*\\htmltag84 &nbsp;}\\htmlrtf "
	      "\\'a0\\htmlrtf0 "
	      "x\\htmlrtf\\par}\\htmlrtf0 }",
		"Hi &x");
	check("", "");
	check("no rtf", "no rtf");
}

static void m07_odd_rtf_ends_and_is_linear(void)
{
	static const char *const bits[] = { "{", "}", "\\", "\\'", "\\u-1", "\\u55357?", "\\bin99999999999", "{\\*",
		"\\par", "\\a1 ", "\\'e9", "\x80", "\\uc100 ", "\\u1", "\\ansicpg932 ", "\\-" };
	for (size_t i = 0; i < G_N_ELEMENTS(bits); i++) {
		GString *s = g_string_new("{\\rtf1 ");
		while (s->len < 1 << 20)
			g_string_append(s, bits[i]);
		int64_t from = clock_cpu_us();
		g_autofree char *text = rtf_text((struct str){ s->str, s->len });
		g_assert_true(utf8_valid(str_of(text)));
		g_assert_cmpuint(strlen(text), <=, 3 * s->len);
		g_assert_cmpint(clock_cpu_us() - from, <, 3000000);
		g_string_free(s, TRUE);
	}
}

void suite(void)
{
	msg_init();
	unit_add(compressed_rtf_of_the_standard_is_read);
	unit_add(m07_damaged_compressed_rtf_is_bounded);
	unit_add(text_of_rtf_is_what_it_says);
	unit_add(m07_odd_rtf_ends_and_is_linear);
}
