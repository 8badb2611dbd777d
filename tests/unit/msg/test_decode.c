/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void check_n(const char *encoding, struct str body, struct str wanted)
{
	struct buf out;
	struct err e = ERR_INIT;
	buf_init(&out, 0);
	g_assert_cmpint(msg_decode(encoding, body, 1 << 20, &out, &e), ==, 0);
	if (!str_eq(buf_str(&out), wanted))
		g_test_message(
			"%s of '%.*s' gave '%.*s'", encoding, (int)body.n, body.p, (int)out.n, out.p ? out.p : "");
	g_assert_true(str_eq(buf_str(&out), wanted));
	buf_clear(&out);
}

static void check(const char *encoding, const char *body, const char *wanted)
{
	check_n(encoding, unit_str(body), str_of(wanted));
}

static void decode_identity_keeps_octets(void)
{
	check("7bit", "a=3D\r\n", "a=3D\r\n");
	check("8bit", "\xff\r\n", "\xff\r\n");
	check("x-unknown", "YQ==", "YQ==");
	check_n(NULL, unit_exact("a\0b", 3), (struct str){ "a\0b", 3 });
	check("base64", "", "");
}

static void m06_base64_is_tolerant(void)
{
	check("base64", "aGVsbG8=", "hello");
	check("BASE64", "aGVs\r\nbG8=\r\n", "hello");
	check("base64", "aGVsbG8", "hello");
	check("base64", "aGVsbG", "hell");
	check("base64", "aGVsbG8=aGVsbG9v",
		"hello"
		"helloo");
	check("base64", "  aGVsbG8gd29ybGQsIHRoaXMgaXMgbG9uZw==", "hello world, this is long");
	check_n("base64", unit_exact("aGVsbG8gd29ybGQsIHRoaXMgaXM\0gbG9uZw==", 37), STR("hello world, this is long"));
}

static void m06_text_under_a_base64_label_stays(void)
{
	check("base64", "... this is no base64 at all, is it?\n", "... this is no base64 at all, is it?\n");
}

static void m06_quoted_printable_is_tolerant(void)
{
	check("quoted-printable", "a=3Db=\r\nc=\nd", "a=bcd");
	check("quoted-printable", "=C3=a4", "\xc3\xa4");
	check("quoted-printable", "a=X b", "a=X b");
	check("quoted-printable", "a=", "a");
	check("quoted-printable", "a=4", "a=4");
	check("quoted-printable", "a= \t\r\nb=4=4==20", "ab=4=4= ");
	check("quoted-printable", "line\r\n", "line\r\n");
}

static void m06_bombs_are_linear(void)
{
	static const char *const bombs[] = { "=\n", "=", "====", "A", "=4", "\0" };
	static const char *const encodings[] = { "base64", "quoted-printable", "x-uuencode" };
	for (size_t k = 0; k < G_N_ELEMENTS(encodings); k++)
		for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
			GString *s = g_string_new(NULL);
			while (s->len < 10u << 20)
				g_string_append_len(s, bombs[i], (gssize)MAX(strlen(bombs[i]), 1));
			struct buf out;
			struct err e = ERR_INIT;
			buf_init(&out, 0);
			int64_t from = clock_cpu_us();
			g_assert_cmpint(
				msg_decode(encodings[k], (struct str){ s->str, s->len }, s->len, &out, &e), ==, 0);
			g_assert_cmpuint(out.n, <=, s->len);
			g_assert_cmpint(clock_cpu_us() - from, <, 5000000);
			buf_clear(&out);
			g_string_free(s, TRUE);
		}
}

static void decode_past_the_cap_fails(void)
{
	static const char *const encodings[] = { "7bit", "base64", "quoted-printable", "x-uuencode" };
	static const char *const bodies[] = { "hello", "aGVsbG8=", "hello", "begin 644 x\n%:&5L;&\\\nend\n" };
	for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
		struct buf out;
		struct err e = ERR_INIT;
		buf_init(&out, 0);
		g_assert_cmpint(msg_decode(encodings[i], unit_str(bodies[i]), 4, &out, &e), ==, -1);
		g_assert_cmpint(e.cause, ==, ERR_LIMIT);
		err_clear(&e);
		buf_clear(&out);
		g_assert_cmpint(msg_decode(encodings[i], unit_str(bodies[i]), 5, &out, &e), ==, 0);
		buf_clear(&out);
	}
}

static void m07_uuencode_is_bounded(void)
{
	check("x-uuencode", "text before\nbegin 644 x\r\n%:&5L;&\\\r\n`\r\nend\r\nafter", "hello");
	check("uuencode", "begin 644 x\n%:&5L;&\\\n", "hello");
	/* The length octet promises more than the line holds. */
	check("x-uue", "begin 644 x\nM:&5L\nend\n", "hel");
	check("x-uuencode", "begin 644 x\nM\nM:\nend\n", "");
	check("x-uuencode", "no such thing", "no such thing");
	check_n("x-uuencode", unit_exact("begin 644 x\n\0\xff\x80\n", 15), STR("~"));
}

void suite(void)
{
	msg_init();
	unit_add(decode_identity_keeps_octets);
	unit_add(m06_base64_is_tolerant);
	unit_add(m06_text_under_a_base64_label_stays);
	unit_add(m06_quoted_printable_is_tolerant);
	unit_add(m06_bombs_are_linear);
	unit_add(decode_past_the_cap_fails);
	unit_add(m07_uuencode_is_bounded);
}
