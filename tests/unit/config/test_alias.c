/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

static void members_are(const char *text, const char *expected)
{
	struct cfg *c = told_parse(text);
	g_autoptr(GString) all = g_string_new(NULL);
	for (guint i = 0; i < c->aliases->len; i++) {
		const struct cfg_alias *a = c->aliases->pdata[i];
		g_string_append_printf(all, "%s:", a->name);
		for (guint k = 0; k < a->members->len; k++)
			g_string_append_printf(all, " [%s]", (const char *)a->members->pdata[k]);
		g_string_append_c(all, '\n');
	}
	g_assert_cmpstr(all->str, ==, expected);
	cfg_free(c);
}

static void name_before_brackets_belongs_to_the_address(void)
{
	members_are("alias ana \"Ana Duarte\" <ana@duarte.example>\n", "ana: [\"Ana Duarte\" <ana@duarte.example>]\n");
	members_are("alias ana Ana Duarte <ana@duarte.example>\n", "ana: [\"Ana Duarte\" <ana@duarte.example>]\n");
	members_are("alias q 'A \"B\"' <a@b.example>\n", "q: [\"A \\\"B\\\"\" <a@b.example>]\n");
}

static void group_mixes_aliases_and_addresses(void)
{
	members_are("alias ana a@x.example\ngroup boat ana, bram@dewit.example \"C D\" <c@d.example> ana\n",
		"ana: [a@x.example]\nboat: [ana] [bram@dewit.example] [\"C D\" <c@d.example>] [ana]\n");
}

static void alias_given_again_is_added(void)
{
	members_are("alias a a@x.example\nalias a b@x.example\n", "a: [a@x.example] [b@x.example]\n");
}

static void bad_address_is_an_error(void)
{
	told_is("alias a <a\nalias b a@@b\nalias c\n",
		"1:9: error: '<a' is no address [as in <ana@duarte.example>]\n"
		"2:9: error: 'a@@b' is no address\n"
		"3:1: error: something is missing behind 'alias' [it is written: alias NAME ADDRESS..]\n");
}

static void unknown_member_suggests_nearest(void)
{
	told_is("alias ana a@x.example\nalias b anna\n",
		"2:9: warning: 'anna' is neither an address nor an alias [did you mean 'ana'?]\n");
}

static void alias_of_itself_is_a_loop(void)
{
	told_is("alias a a\n", "1:9: error: alias 'a' leads back to itself\n");
}

static void two_ways_to_one_alias_are_no_loop(void)
{
	told_is("alias a x@x.example\nalias b a\nalias c a\nalias d b c\n", "");
}

static void promise_21_long_chain_of_aliases_ends(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i < 40000; i++)
		g_string_append_printf(text, "alias a%d a%d\n", i, i + 1);
	g_string_append(text, "alias a40000 a0\n");
	g_autoptr(GPtrArray) cards = told_cards();
	struct cfg *c = cfg_parse(unit_exact(text->str, text->len), "mailrc", cards);
	g_assert_cmpuint(cfg_errors(c), ==, 1);
	cfg_free(c);
}

void suite(void)
{
	unit_add(name_before_brackets_belongs_to_the_address);
	unit_add(group_mixes_aliases_and_addresses);
	unit_add(alias_given_again_is_added);
	unit_add(bad_address_is_an_error);
	unit_add(unknown_member_suggests_nearest);
	unit_add(alias_of_itself_is_a_loop);
	unit_add(two_ways_to_one_alias_are_no_loop);
	unit_add(promise_21_long_chain_of_aliases_ends);
}
