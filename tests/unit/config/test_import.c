/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

/* The seeds of the fuzz target are such files. */
static char *seed(const char *kind)
{
	const char *top = g_getenv("TOP_SRCDIR");
	g_autofree char *path =
		g_build_filename(top ? top : ".", "tests", "fuzz", "seeds", "mailrc_import", kind, NULL);
	char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static char *imported(const char *kind, const char *text, char **left_out)
{
	struct cfg_import *i = cfg_import_new(kind, unit_str(text), "F");
	GString *left = g_string_new(NULL);
	g_assert_nonnull(i);
	for (guint k = 0; k < i->left->len; k++) {
		const struct cfg_diag *d = i->left->pdata[k];
		g_string_append_printf(left, "%u %s\n", d->line, d->text);
	}
	*left_out = g_string_free(left, FALSE);
	char *mailrc = g_strdup(i->mailrc->str);
	cfg_import_free(i);
	return mailrc;
}

/* What comes of a seed, without a password; lacking: accounts of which the file does not say enough. */
static void becomes(const char *kind, unsigned lacking, const char *expected, const char *left_expected)
{
	g_autofree char *text = seed(kind), *left = NULL, *now = imported(kind, text, &left);
	g_assert_cmpstr(now, ==, expected);
	g_assert_cmpstr(left, ==, left_expected);
	g_assert_null(strstr(now, "hunter"));
	g_assert_null(strstr(left, "hunter"));
	struct cfg *c = told_parse(now);
	g_autofree char *told = told_all(c);
	if (cfg_errors(c) != lacking)
		g_test_message("%s", told);
	g_assert_cmpuint(cfg_errors(c), ==, lacking);
	cfg_free(c);
}

static void mutt(void)
{
	becomes("mutt", 0,
		"set edit-headers=off\n"
		"set editor=\"vim +/^$\"\n"
		"alias ana \"Ana Duarte\" <ana@duarte.example>\n"
		"alias boat ana \"Bram de Wit\" <bram@dewit.example>\n"
		"bind index ^D delete\n"
		"bind message ^D delete\n"
		"bind index gg first\n"
		"bind index F2 \"\"\n"
		"retain from to subject\n"
		"\n"
		"account main {\n"
		"  email    vera@box.example\n"
		"  name     \"Vera Lund\"\n"
		"  login    vera%box.example\n"
		"  passcmd  \"pass mail/box\"\n"
		"  imap     mail.box.example:993 tls\n"
		"  smtp     mail.box.example:587 starttls\n"
		"  sent     Sent\n"
		"  drafts   Drafts\n"
		"  trash    Trash\n"
		"  pinned   Lists/dev\n"
		"  pinned   Orders\n"
		"}\n",
		"10 sort: no setting here is like it\n"
		"16 macro: there is no such command here\n"
		"21 color: there is no such command here\n"
		"22 ~/.mutt/aliases: a file of its own: import it too\n");
}

static void aerc(void)
{
	becomes("aerc", 0,
		"account box {\n"
		"  email    vera@box.example\n"
		"  name     \"Vera Lund\"\n"
		"  login    vera%box.example\n"
		"  passcmd  \"sh -c 'pass mail/box | head -n1'\"\n"
		"  imap     mail.box.example:993 tls\n"
		"  smtp     mail.box.example:587 starttls\n"
		"  smtp-login vera\n"
		"  sent     Sent\n"
		"  drafts   Drafts\n"
		"  from     vera@box.example default signature=~/.signature\n"
		"  from     \"Box sales\" <sales@box.example>\n"
		"  from     v@box.example\n"
		"}\n"
		"\n"
		"account gmail-like {\n"
		"  email    ana@other.example\n"
		"  login    ana\n"
		"  tokencmd \"oauth-token ana\"\n"
		"  imap     mail.other.example:993 tls\n"
		"  auth     xoauth2\n"
		"  poll     15m\n"
		"}\n",
		"10 check-mail: polls are always more than ten minutes apart here\n"
		"18 pgp-auto-sign: no setting here is like it\n");
}

static void alpine(void)
{
	becomes("alpine", 0,
		"alias ana \"Ana Duarte\" <ana@duarte.example>\n"
		"alias boat ana bram@dewit.example\n"
		"\n"
		"account main {\n"
		"  email    vera.l@box.example\n"
		"  name     Vera\n"
		"  login    vera%box.example\n"
		"  password ask\n"
		"  imap     mail.box.example:993 tls\n"
		"  smtp     mail.box.example:587 starttls\n"
		"  smtp-login vera\n"
		"  prefix   INBOX\n"
		"  sent     Sent\n"
		"}\n",
		"6 novalidate-cert: certificates are always checked: see pin and cafile\n"
		"12 sort-key: no setting here is like it\n");
}

static void mailx(void)
{
	becomes("mailx", 1,
		"alias ana \"Ana Duarte\" <ana@duarte.example>\n"
		"alias boat ana bram@dewit.example\n"
		"ignore received message-id\n"
		"\n"
		"account main {\n"
		"  email    vera@box.example\n"
		"  name     \"Vera Lund\"\n"
		"  password ask\n"
		"# imap     HOST:993 tls   # F does not say it\n"
		"  sent     Sent\n"
		"}\n"
		"\n"
		"account work {\n"
		"  email    vera@work.example\n"
		"  login    vera\n"
		"  password ask   # it stands in F, line 8, and was not copied; or: password file PATH\n"
		"  imap     mail.work.example:993 tls\n"
		"  smtp     mail.work.example:465 tls\n"
		"}\n",
		"1 v15-compat: no setting here is like it\n");
}

static void mbsync(void)
{
	becomes("mbsync", 1,
		"account box {\n"
		"  email    vera@box.example\n"
		"  passcmd  \"pass mail/box\"\n"
		"  imap     mail.box.example:993 tls\n"
		"}\n"
		"\n"
		"account direct {\n"
		"# email    YOU@DOMAIN   # F does not say it\n"
		"  login    ana\n"
		"  password ask   # it stands in F, line 24, and was not copied; or: password file PATH\n"
		"  imap     mail.other.example:143 starttls\n"
		"}\n",
		"11 MaildirStore: mail stays on the server, with a cache here that needs no description\n"
		"15 Channel: mail stays on the server, with a cache here that needs no description\n"
		"26 AuthMechs: the best way is taken that the server offers\n");
}

static void unknown_kind_is_none(void)
{
	g_assert_null(cfg_import_new("outlook", unit_str(""), "F"));
}

static void nothing_gives_nothing(void)
{
	for (const char *const *kind = cfg_import_kinds; *kind; kind++) {
		g_autofree char *left = NULL, *now = imported(*kind, "\n# only this\n", &left);
		g_assert_cmpstr(now, ==, "");
		g_assert_cmpstr(left, ==, "");
	}
}

static void password_is_told_by_its_place_alone(void)
{
	g_autofree char *left = NULL;
	g_autofree char *now = imported("mutt", "set from=a@b.example\nset imap_pass = hunter 2 three\n", &left);
	g_assert_null(strstr(now, "hunter"));
	g_assert_nonnull(strstr(now, "line 2"));
	g_assert_cmpstr(left, ==, "");
}

static void hostile_values_stay_values(void)
{
	g_autofree char *left = NULL;
	g_autofree char *now = imported("aerc",
		"[x]\nfrom = a@b.example\ncopy-to = }\npostpone = a\" b\\c\nsource = imaps://h.example }\n"
		"archive = \x01zz\n",
		&left);
	g_assert_cmpstr(now, ==,
		"account x {\n  email    a@b.example\n  password ask\n# imap     HOST:993 tls   # F does not say it\n"
		"  sent     \"}\"\n  drafts   \"a\\\" b\\\\c\"\n}\n");
}

void suite(void)
{
	unit_add(mutt);
	unit_add(aerc);
	unit_add(alpine);
	unit_add(mailx);
	unit_add(mbsync);
	unit_add(unknown_kind_is_none);
	unit_add(nothing_gives_nothing);
	unit_add(password_is_told_by_its_place_alone);
	unit_add(hostile_values_stay_values);
}
