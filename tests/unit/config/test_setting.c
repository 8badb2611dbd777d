/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

/* "VALUE LINE", "VALUE (CARD)", "VALUE -" for a default. */
static void is(const struct cfg *c, const char *key, const char *expected)
{
	struct cfg_setting s;
	struct err e = ERR_INIT;
	g_autofree char *text = NULL;
	if (cfg_setting_get(c, key, &s, &e))
		text = g_strdup_printf("! %s", e.text);
	else if (s.origin && s.origin->given)
		text = g_strdup_printf("%s %u", s.value, s.origin->line);
	else
		text = g_strdup_printf("%s %s%s%s", s.value ? s.value : "none", s.card ? "(" : "-",
			s.card ? s.card : "", s.card ? ")" : "");
	g_assert_cmpstr(text, ==, expected);
	cfg_setting_clear(&s);
	err_clear(&e);
}

static void options_tell_value_and_place(void)
{
	struct cfg *c = told_parse("set mouse=yes undo-send=90s\nset \\\n editor=\"vim -c x\"\nset mouse=no\n"
				   "set plain=on\nunset plain\nset view-image/png=\"feh %s\"\n"
				   "set query-command=\"find --password x\"\n");
	is(c, "mouse", "off 4");
	is(c, "undo-send", "90s 1");
	is(c, "editor", "vim -c x 3");
	is(c, "plain", "off -");
	is(c, "sidebar", "on -");
	is(c, "signature", "none -");
	is(c, "view-image/png", "feh %s 7");
	is(c, "view-text/html", "none -");
	is(c, "query-command", "******** 8");
	is(c, "view-TYPE", "! there is no setting 'view-TYPE'");
	is(c, "sidebra", "! there is no setting 'sidebra'; did you mean 'sidebar'?");
	cfg_free(c);
}

static void words_of_accounts_tell_value_and_place(void)
{
	struct cfg *c = told_parse("account box {\n  provider runbox\n  email vera@box.example\n  name \"Vera Lund\"\n"
				   "  passcmd \"echo hunter2\"\n  pinned A \"B C\"\n  pinned D\n  keep text 30d\n"
				   "  keep parts 1GB\n  poll 5m\n}\n");
	is(c, "box.email", "vera@box.example 3");
	is(c, "box.name", "Vera Lund 4");
	is(c, "box.passcmd", "******** 5");
	is(c, "box.pinned", "A \"B C\" D 7");
	is(c, "box.keep", "text 30d, parts 1GB 9");
	is(c, "box.poll", "601s 10");
	is(c, "box.imap", "mail.runbox.com:993 tls (runbox)");
	is(c, "box.login", "vera%box.example (runbox)");
	is(c, "box.connections", "2 -");
	is(c, "box.cafile", "none -");
	is(c, "box.emial", "! there is no setting 'box.emial'; did you mean 'box.email'?");
	is(c, "work.email", "! there is no setting 'work.email'; did you mean 'box.email'?");
	cfg_free(c);
}

static void every_key_can_be_asked_for(void)
{
	struct cfg *c =
		told_parse("set view-image/png=feh\naccount box {\n  email a@b.example\n  imap h.example:993 tls\n}\n");
	g_autoptr(GPtrArray) keys = cfg_setting_keys(c);
	g_assert_cmpuint(keys->len, >, 50);
	for (guint i = 0; i < keys->len; i++) {
		struct cfg_setting s;
		struct err e = ERR_INIT;
		g_assert_cmpint(cfg_setting_get(c, keys->pdata[i], &s, &e), ==, 0);
		g_assert_nonnull(s.word->help);
		cfg_setting_clear(&s);
	}
	cfg_free(c);
}

void suite(void)
{
	unit_add(options_tell_value_and_place);
	unit_add(words_of_accounts_tell_value_and_place);
	unit_add(every_key_can_be_asked_for);
}
