/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/utf8.h"
#include "engine/internal.h"
#include "tests/unit/unit.h"

static void shown_name_hides_prefix_and_delimiter(void)
{
	static const struct {
		const char *raw, *prefix, *shown;
		char delimiter;
	} cases[] = {
		{ "INBOX", "INBOX.", "Inbox", '.' },
		{ "inbox", "", "Inbox", '/' },
		{ "INBOX.Sent", "INBOX.", "Sent", '.' },
		{ "INBOX.Lists.dev", "INBOX.", "Lists/dev", '.' },
		{ "INBOX.Kunder &AOY- S&APg-n", "INBOX.", "Kunder æ Søn", '.' },
		{ "Archive/2025", "", "Archive/2025", '/' },
		{ "INBOX.", "INBOX.", "INBOX/", '.' },
		{ "INBOX.a/b.c", "INBOX.", "a∕b/c", '.' },
		{ "No.Delimiter", NULL, "No.Delimiter", 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *shown = folder_shown_name(unit_str(cases[i].raw), cases[i].delimiter, cases[i].prefix);
		g_assert_cmpstr(shown, ==, cases[i].shown);
	}
}

static void h08_i29_x09_hostile_names_are_clean_on_the_screen(void)
{
	static const char *const raw[] = { "a\x1b[2Jb", "&AAA-", "&2D0-", "&Jjo", "x\xff", "INBOX.\r\ny" };
	for (size_t i = 0; i < G_N_ELEMENTS(raw); i++) {
		g_autofree char *shown = folder_shown_name(unit_str(raw[i]), '.', "INBOX.");
		g_assert_true(utf8_is_clean(str_of(shown)));
		g_assert_null(strchr(shown, '\n'));
	}
}

static void roles_are_found_in_many_languages(void)
{
	g_assert_cmpint(folder_role_by_name("Sent Items"), ==, ROLE_SENT);
	g_assert_cmpint(folder_role_by_name("GESENDET"), ==, ROLE_SENT);
	g_assert_cmpint(folder_role_by_name("Entwürfe"), ==, ROLE_DRAFTS);
	g_assert_cmpint(folder_role_by_name("Корзина"), ==, ROLE_TRASH);
	g_assert_cmpint(folder_role_by_name("迷惑メール"), ==, ROLE_JUNK);
	g_assert_cmpint(folder_role_by_name("Archive"), ==, ROLE_ARCHIVE);
	/* Decomposed as some servers send it. */
	g_assert_cmpint(folder_role_by_name("Entwu\xcc\x88rfe"), ==, ROLE_DRAFTS);
	g_assert_cmpint(folder_role_by_name("Receipts"), ==, ROLE_NONE);
	g_assert_cmpint(folder_role_by_name(""), ==, ROLE_NONE);
}

void suite(void)
{
	unit_add(shown_name_hides_prefix_and_delimiter);
	unit_add(h08_i29_x09_hostile_names_are_clean_on_the_screen);
	unit_add(roles_are_found_in_many_languages);
}
