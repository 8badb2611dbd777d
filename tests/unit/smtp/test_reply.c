/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "smtp/internal.h"
#include "tests/unit/unit.h"

/* Feeds the text in pieces of n octets, 0: whole. What is left of it goes to *rest_out. */
static enum smtp_lexed lex(const char *text, size_t n, struct smtp_reply *r, struct err *e)
{
	struct smtp_lex lex;
	struct str bytes = unit_str(text);
	enum smtp_lexed lexed = LEX_MORE;
	smtp_lex_init(&lex);
	while (lexed == LEX_MORE && bytes.n) {
		struct str piece = { bytes.p, n ? MIN(n, bytes.n) : bytes.n };
		bytes = str_sub(bytes, piece.n);
		lexed = smtp_lex_next(&lex, &piece, e);
	}
	if (lexed == LEX_REPLY)
		smtp_reply_of(&lex, r);
	smtp_lex_clear(&lex);
	return lexed;
}

static void check(const char *text, int code, const char *enhanced, const char *words)
{
	for (size_t n = 0; n < 3; n++) {
		struct err e = ERR_INIT;
		struct smtp_reply r = { 0 };
		g_assert_cmpint(lex(text, n, &r, &e), ==, LEX_REPLY);
		g_assert_cmpint(r.code, ==, code);
		g_assert_cmpstr(r.enhanced, ==, enhanced);
		g_assert_cmpstr(r.text, ==, words);
		smtp_reply_clear(&r);
		err_clear(&e);
	}
}

static void lines_are_joined(void)
{
	check("250 ok\r\n", 250, NULL, "ok");
	check("250\r\n", 250, NULL, "");
	check("250-\r\n250 \r\n", 250, NULL, "\n");
	check("550-one\n550-two\r\n550 three\r\n", 550, NULL, "one\ntwo\nthree");
}

static void enhanced_codes(void)
{
	check("550 5.7.1 no\r\n", 550, "5.7.1", "no");
	check("550-5.7.1 no\r\n550 5.7.1 never\r\n", 550, "5.7.1", "no\nnever");
	check("550-5.7.1 no\r\n550 5.7.2 never\r\n", 550, "5.7.1", "no\n5.7.2 never");
	check("550-no\r\n550 5.7.2 never\r\n", 550, NULL, "no\n5.7.2 never");
	check("250 2.123.456\r\n", 250, "2.123.456", "");
	check("550 4.7.1 no\r\n", 550, NULL, "4.7.1 no");
	check("550 5.7 no\r\n", 550, NULL, "5.7 no");
	check("550 5.7.1x no\r\n", 550, NULL, "5.7.1x no");
	check("550 5.7.1234 no\r\n", 550, NULL, "5.7.1234 no");
	check("550 5.7.\r\n", 550, NULL, "5.7.");
	check("354 3.0.0 go\r\n", 354, NULL, "3.0.0 go");
}

static void promise_16_words_are_cleaned(void)
{
	check("550 a\x1b[2Jb\rc\xff\r\n", 550, NULL,
		"a\xef\xbf\xbd[2Jb\xef\xbf\xbd"
		"c\xef\xbf\xbd");
}

static void fails(const char *text, const char *why)
{
	struct err e = ERR_INIT;
	struct smtp_reply r = { 0 };
	g_assert_cmpint(lex(text, 0, &r, &e), ==, LEX_BAD);
	g_assert_cmpint(e.cause, ==, ERR_PROTOCOL);
	g_assert_nonnull(strstr(e.text, why));
	err_clear(&e);
}

static void s08_s10_promise_21_replies_are_bounded(void)
{
	g_autofree char *line = g_strnfill(SMTP_LINE_MAX, 'x'), *half = g_strnfill(SMTP_LINE_MAX / 2, 'x');
	g_autofree char *long_line = g_strconcat("250 ", line, NULL);
	g_autoptr(GString) many = g_string_new(NULL), wide = g_string_new(NULL);
	for (int i = 0; i <= SMTP_REPLY_LINES_MAX; i++)
		g_string_append(many, "250-x\r\n");
	for (int i = 0; i < 9; i++)
		g_string_append_printf(wide, "250-%s\r\n", half);
	fails(long_line, "a line of the server's reply is too long");
	fails(many->str, "too many lines");
	fails(wide->str, "reply is too long");
	g_string_truncate(many, 7 * (SMTP_REPLY_LINES_MAX - 1));
	g_string_append(many, "250 x\r\n");
	struct err e = ERR_INIT;
	struct smtp_reply r = { 0 };
	g_assert_cmpint(lex(many->str, 0, &r, &e), ==, LEX_REPLY);
	g_assert_cmpuint(strlen(r.text), ==, 2 * SMTP_REPLY_LINES_MAX - 1);
	smtp_reply_clear(&r);
}

static void replies_are_copied(void)
{
	struct smtp_reply a = { 250, g_strdup("2.0.0"), g_strdup("ok") }, b = { 550, NULL, g_strdup("no") };
	smtp_reply_copy(&b, &a);
	smtp_reply_copy(&b, &b);
	smtp_reply_clear(&a);
	g_assert_cmpint(b.code, ==, 250);
	g_assert_cmpstr(b.enhanced, ==, "2.0.0");
	g_assert_cmpstr(b.text, ==, "ok");
	smtp_reply_clear(&b);
}

void suite(void)
{
	unit_add(lines_are_joined);
	unit_add(enhanced_codes);
	unit_add(promise_16_words_are_cleaned);
	unit_add(s08_s10_promise_21_replies_are_bounded);
	unit_add(replies_are_copied);
}
