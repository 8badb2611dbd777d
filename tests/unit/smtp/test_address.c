/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "smtp/smtp.h"
#include "tests/unit/unit.h"

static void addresses_that_mail_can_go_by(void)
{
	static const char *const good[] = { "a@b", "vera.l@box.example", "a+b=c/d'{}~!#$%&*-^_`|?@b-c.example",
		"\"a b\"@box.example", "\"a\\\"b>\"@box.example", "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]",
		"-oQ/tmp@box.example", "x@under_score.example" };
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		bool utf8 = true;
		g_assert_true(smtp_address_ok(good[i], &utf8));
		g_assert_false(utf8);
	}
}

static void addresses_beyond_ascii_need_smtputf8(void)
{
	static const char *const good[] = { "jörg@box.example", "vera@bücher.example", "用户@例子.公司" };
	bool utf8;
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		utf8 = false;
		g_assert_true(smtp_address_ok(good[i], &utf8));
		g_assert_true(utf8);
	}
	g_assert_true(smtp_address_ok(good[0], NULL));
}

static void s14_what_could_leave_its_place_is_no_address(void)
{
	static const char *const bad[] = { "", "@", "a", "a@", "@b", "a@b>", "<a@b>", "a b@c", "a@b c",
		"a@b\r\nRCPT TO:<x@y", "a@b\n", "a\r@b", "a@b> NOTIFY=NEVER", "-oQ/tmp", "<>", "a@b,c@d", "a@b;",
		".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c", "a@-b", "a@b-", "\"a@b", "a\"b\"@c", "\"a\"b\"@c",
		"\"a\\\"@c", "\"\\\"@c", "\"a\tb\"@c", "a@[", "a@[]", "a@[1>]", "a@[1 2]", "a@[1]2", "a\x7f@b",
		"\xff@b", "\xc3@b", "a@\342\200\256b", "a\xc2\x85@b", "a(c)@b", "a:b@c", "a@b:25" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		if (smtp_address_ok(bad[i], NULL)) {
			g_test_message("'%s' passes", bad[i]);
			g_test_fail();
		}
}

static void lengths_are_bounded(void)
{
	g_autofree char *local = g_strnfill(64, 'a'), *label = g_strnfill(60, 'b');
	g_autofree char *domain = g_strjoin(".", label, label, label, "abcdef", NULL);
	g_autofree char *whole = g_strconcat(local, "@", domain, NULL);
	g_assert_cmpuint(strlen(whole), ==, 254);
	g_assert_true(smtp_address_ok(whole, NULL));
	g_autofree char *longer = g_strconcat(whole, "c", NULL);
	g_assert_false(smtp_address_ok(longer, NULL));
	g_autofree char *wide = g_strconcat(local, "a@b", NULL);
	g_assert_false(smtp_address_ok(wide, NULL));
}

void suite(void)
{
	unit_add(addresses_that_mail_can_go_by);
	unit_add(addresses_beyond_ascii_need_smtputf8);
	unit_add(s14_what_could_leave_its_place_is_no_address);
	unit_add(lengths_are_bounded);
}
