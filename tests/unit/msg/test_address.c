/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

/* `name|addr` of each, `,` between; `-` for NULL. */
static char *shape(struct str value)
{
	GPtrArray *addrs = msg_addrs_parse(value);
	GString *s = g_string_new(NULL);
	for (guint i = 0; i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		g_string_append_printf(s, "%s%s|%s", i ? "," : "", a->name ? a->name : "-", a->addr ? a->addr : "-");
	}
	g_ptr_array_unref(addrs);
	return g_string_free(s, FALSE);
}

static void check(const char *value, const char *wanted)
{
	g_autofree char *got = shape(unit_str(value));
	g_assert_cmpstr(got, ==, wanted);
}

static bool is_marked(const char *from)
{
	g_autofree char *text = g_strconcat("From: ", from, "\n\n", NULL);
	struct msg *m = msg_parse(unit_str(text));
	bool marked = m->defects->len && !strcmp(m->defects->pdata[0], "bad-address");
	msg_free(m);
	return marked;
}

static void addrs_usual_forms_are_read(void)
{
	check("a@b.c", "-|a@b.c");
	check("Vera Lund <v@x>, \"Doe, John\" <j@x>", "Vera Lund|v@x,Doe, John|j@x");
	check("v@x (Vera Lund)", "Vera Lund|v@x");
	check("A1 (The Enforcer) Gore <vp@x>", "A1 Gore|vp@x");
	check("\"A \\\"B\\\" C\" <a@b>", "A \"B\" C|a@b");
	check("\"john doe\"@x.com", "-|\"john doe\"@x.com");
	check("<a@b>, , ,<c@d>", "-|a@b,-|c@d");
	check("a@[IPv6:::1], b@c", "-|a@[IPv6:::1],-|b@c");
	check("user @ example.com", "-|user@example.com");
	check("Foo @ Bar <a@b>", "Foo @ Bar|a@b");
	check("Cron 12:30 <root@x>", "Cron 12:30|root@x");
	check("root (Cron Daemon)", "Cron Daemon|root");
	check("Whomever", "Whomever|-");
	check("Foo\r\n\t<a@b>", "Foo|a@b");
	check("", "");
}

static void addrs_encoded_names_are_decoded(void)
{
	check("=?utf-8?q?V=C3=A9ra?= <a@b>", "V\xc3\xa9ra|a@b");
	check("\"=?utf-8?q?V=C3=A9ra?=\" <a@b>", "V\xc3\xa9ra|a@b");
	check("=?utf-8?q?Doe,_John?= <a@b>, c@d", "Doe, John|a@b,-|c@d");
	check("J\xf6rg <j@x>", "J\xc3\xb6rg|j@x");
	check("a@b (=?iso-8859-1?q?=E9?=)", "\xc3\xa9|a@b");
}

static void h05_groups_give_members_or_their_name(void)
{
	check("A: a@b, c@d;", "-|a@b,-|c@d");
	check("A: a@b;, x@y", "-|a@b,-|x@y");
	check("undisclosed-recipients:;", "undisclosed-recipients|-");
	check("undisclosed-recipients:", "undisclosed-recipients|-");
	check("a@b; c@d", "-|a@b,-|c@d");
}

static void h01_words_glued_to_an_address_stay_encoded(void)
{
	check("=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=@mailsploit.com",
		"-|=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=@mailsploit.com");
	check("=?utf-8?Q?a=00=0Ab?= <real@x>", "a\xef\xbf\xbd b|real@x");
	g_assert_true(is_marked("=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=@mailsploit.com"));
	g_assert_true(is_marked("V <=?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?=@mailsploit.com>"));
	g_assert_false(is_marked("=?utf-8?q?V=C3=A9ra?= <a=b?c@d>"));
}

static void h03_name_that_is_an_address_stays_a_name(void)
{
	check("\"ceo@bank.com\" <x@evil>", "ceo@bank.com|x@evil");
	check("ceo@bank.com <x@evil>", "ceo@bank.com|x@evil");
	check("\"a@b\" c@d", "a@b|c@d");
}

static void h04_padding_collapses(void)
{
	GString *s = g_string_new("\"ceo@bank.com");
	for (int i = 0; i < 300; i++)
		g_string_append(s, "\xc2\xa0\xe3\x85\xa4\xe2\xa0\x80\xe1\x85\x9f\xe2\x80\x83\t");
	g_string_append(s, "x\" <x@evil>");
	check(s->str, "ceo@bank.com x|x@evil");
	g_string_free(s, TRUE);
}

static void h06_broken_from_is_marked_and_unambiguous(void)
{
	check("A <spoof@x> <real@y>", "A|spoof@x");
	check("<<a@b>>", "-|a@b");
	check("a(b@c)@d", "b@c|a@d");
	check("<@x,@y:z@w>", "-|z@w");
	check("Foo <bar@baz", "Foo|bar@baz");
	check("x <a@b, c@d>", "x|a@b,-|c@d");
	check("\"open <a@b>, c@d", "\"open|a@b,-|c@d");
	check("Foo (bar <a@b>", "Foo (bar|a@b");
	g_assert_true(is_marked("A <spoof@x> <real@y>"));
	g_assert_true(is_marked("<<a@b>>"));
	g_assert_true(is_marked("\"a@b\" c@d"));
	g_assert_true(is_marked("Foo <bar@baz"));
	g_assert_true(is_marked("a@b c@d"));
	g_assert_true(is_marked("a@b@c"));
	g_assert_false(is_marked("Vera Lund <v@x>, \"D, J\" <j@x>"));
}

static void h14_address_bombs_are_linear_and_small(void)
{
	static const char *const bombs[] = { ";", ",", "(", "\"", "[", "<", "a@", ":", "\\", "=?", "=?a?q?", "<a", "@",
		"(a", "a:", "\"\\", "<@", " ", "=?a?q?b", "a@b," };
	for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
		GString *s = g_string_new(NULL);
		while (s->len < MSG_HEADER_MAX)
			g_string_append(s, bombs[i]);
		int64_t from = clock_cpu_us();
		GPtrArray *addrs = msg_addrs_parse((struct str){ s->str, s->len });
		size_t out = 0;
		for (guint k = 0; k < addrs->len; k++) {
			const struct msg_addr *a = addrs->pdata[k];
			out += (a->name ? strlen(a->name) : 0) + (a->addr ? strlen(a->addr) : 0);
		}
		g_assert_cmpuint(out, <=, s->len * 8);
		g_assert_cmpuint(addrs->len, <=, MSG_ADDRS_MAX);
		g_assert_cmpint(clock_cpu_us() - from, <, 3000000);
		g_ptr_array_unref(addrs);
		g_string_free(s, TRUE);
	}
}

static void addrs_printed_parse_to_the_same(void)
{
	static const char *const values[] = { "a@b", "Vera Lund <v@x>", "\"Doe, \\\"J\\\" \\\\\" <j@x>",
		"\"x@y\" <a@b>", "\"john doe\"@x.com", "O'Neil (x) <o@x>", "=?utf-8?q?V=C3=A9=2Cra?= <a@b>" };
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		GPtrArray *addrs = msg_addrs_parse(unit_str(values[i]));
		g_assert_cmpuint(addrs->len, ==, 1);
		g_autofree char *before = shape(unit_str(values[i]));
		g_autofree char *full = msg_addr_full(addrs->pdata[0]);
		check(full, before);
		g_ptr_array_unref(addrs);
	}
}

static void addrs_pack_and_copy_keep_all(void)
{
	GPtrArray *addrs = msg_addrs_parse(unit_str("a@b, V <v@x>, nobody:;"));
	GPtrArray *copy = msg_addrs_copy(addrs);
	GString *packed = g_string_new(NULL);
	msg_addrs_pack(copy, packed);
	GPtrArray *back = msg_addrs_unpack(unit_exact(packed->str, packed->len));
	g_assert_cmpuint(back->len, ==, 3);
	for (guint i = 0; i < back->len; i++) {
		const struct msg_addr *a = addrs->pdata[i], *b = back->pdata[i];
		g_assert_cmpstr(a->name, ==, b->name);
		g_assert_cmpstr(a->addr, ==, b->addr);
	}
	g_ptr_array_unref(addrs);
	g_ptr_array_unref(copy);
	g_ptr_array_unref(back);
	g_string_free(packed, TRUE);
	back = msg_addrs_unpack(unit_exact("a\0b", 3));
	g_assert_cmpuint(back->len, ==, 0);
	g_ptr_array_unref(back);
}

void suite(void)
{
	msg_init();
	unit_add(addrs_usual_forms_are_read);
	unit_add(addrs_encoded_names_are_decoded);
	unit_add(h05_groups_give_members_or_their_name);
	unit_add(h01_words_glued_to_an_address_stay_encoded);
	unit_add(h03_name_that_is_an_address_stays_a_name);
	unit_add(h04_padding_collapses);
	unit_add(h06_broken_from_is_marked_and_unambiguous);
	unit_add(h14_address_bombs_are_linear_and_small);
	unit_add(addrs_printed_parse_to_the_same);
	unit_add(addrs_pack_and_copy_keep_all);
}
