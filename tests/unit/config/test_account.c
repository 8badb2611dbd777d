/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

#define HEX "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff"

/* An account of a mailrc that must be without errors. */
static const struct cfg_account *account(const char *lines, struct cfg **c_out)
{
	g_autofree char *text = g_strdup_printf("account box {\nemail vera@box.example\n%s\n}\n", lines);
	*c_out = told_parse(text);
	g_assert_cmpuint(cfg_errors(*c_out), ==, 0);
	return cfg_account(*c_out, "box");
}

static void account_without_card_has_presets(void)
{
	struct cfg *c;
	const struct cfg_account *a = account("imap mail.box.example:993 tls", &c);
	g_assert_cmpstr(a->login, ==, "vera@box.example");
	g_assert_cmpint(a->password, ==, CFG_PASSWORD_ASK);
	g_assert_cmpint(a->poll, ==, 900);
	g_assert_cmpint(a->auth, ==, CFG_AUTH_BEST);
	g_assert_cmpint(a->keep_days + a->keep_rows, ==, 0);
	g_assert_cmpint(a->keep_text_days, ==, 90);
	g_assert_cmpint(a->keep_text_bytes, ==, 256 << 20);
	g_assert_cmpint(a->keep_parts_bytes, ==, 512 << 20);
	g_assert_null(a->prefix);
	g_assert_null(a->smtp);
	g_assert_cmpuint(a->froms->len, ==, 0);
	cfg_free(c);
}

static void account_needs_email_and_server(void)
{
	told_is("account box {\n}\n",
		"1:13: error: account 'box' has no 'email' [email vera@box.example]\n"
		"1:13: error: account 'box' has no server [add 'imap HOST:993 tls' or a 'provider']\n");
}

static void account_name_is_checked(void)
{
	static const char *const said =
		"error: this cannot be the name of an account [small letters, digits, and . _ - inside; "
		"at most 32]";
	static const char *const bad[] = { "Box", "-box", "box/x", "a23456789012345678901234567890123", "\"\"" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *text = g_strdup_printf("account %s {\nemail v@b.example\nimap x:993 tls\n}\n", bad[i]);
		g_autofree char *expected = g_strdup_printf("1:9: %s\n", said);
		told_is(text, expected);
	}
}

static void braces_out_of_place_are_told_without_cascade(void)
{
	static const char *const rest = "email v@b.example\nimap x:993 tls\n";
	static const struct {
		const char *first, *last, *expected;
	} cases[] = {
		{ "account box", "}", "1:9: error: '{' is missing at the end of this line [account box {]\n" },
		{ "account box{", "}", "1:9: error: a blank is missing before '{'\n" },
		{ "account {", "}", "1:1: error: the name of the account is missing [account box {]\n" },
		{ "account box { auth plain", "}",
			"1:15: error: the words of an account stand on lines of their own\n" },
		{ "account box {", "auth plain }", "4:12: error: '}' stands on a line of its own\n" },
		{ "account box {", "} set", "4:3: error: nothing may stand behind '}'\n" },
		{ "account \"box {", "}", "1:9: error: quote opened here is not closed on this line\n" },
		{ "account b\x01x {", "}", "1:10: error: control character 0x01; the line is not read\n" },
		{ "account box {", "set mouse=on", "1:13: error: '{' has no '}' before the next command (line 4)\n" },
		{ "account box\n{", "}", "1:9: error: '{' is missing at the end of this line [account box {]\n" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf("%s\n%s%s\n", cases[i].first, rest, cases[i].last);
		told_is(text, cases[i].expected);
	}
}

static void account_line_that_cannot_be_read_ends_the_one_before(void)
{
	told_is("account a {\nemail a@b.example\nimap x:993 tls\naccount \x01 {\n",
		"1:11: error: '{' has no '}' before the next command (line 4)\n"
		"4:9: error: control character 0x01; the line is not read\n"
		"4:9: error: '{' has no '}' before end of file (line 5)\n");
}

static void role_without_folder_is_told_once(void)
{
	told_line_is("prefix INBOX\nsent",
		"5:1: error: something is missing behind 'sent' [it is written: sent FOLDER|none]\n");
}

static void word_given_twice_names_the_first(void)
{
	told_line_is("imap other.example:993 tls", "4:1: error: 'imap' is given twice [first here: 3:3]\n");
	told_line_is("password ask\npasscmd pass",
		"5:1: error: 'passcmd' stands beside another word for the same [first here: 4:1]\n");
	told_line_is("keep parts 1MB\nkeep parts 2MB", "5:6: error: 'parts' is given twice [first here: 4:6]\n");
}

static void server_reads_names_numbers_and_ipv6(void)
{
	struct cfg *c;
	const struct cfg_account *a = account("imap [::1]:993 tls\nsmtp 127.0.0.1:2525 starttls", &c);
	g_assert_cmpstr(a->imap->host, ==, "::1");
	g_assert_cmpuint(a->imap->port, ==, 993);
	g_assert_cmpint(a->smtp->security, ==, CFG_STARTTLS);
	g_assert_cmpuint(a->smtp->port, ==, 2525);
	cfg_free(c);
}

static void server_mistakes_are_told(void)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{ "smtp host tls", "4:6: error: the port is missing in 'host' [write HOST:PORT]\n" },
		{ "smtp host:0 tls", "4:11: error: no port in 'host:0' [a port is a number from 1 to 65535]\n" },
		{ "smtp host:99999 tls",
			"4:11: error: no port in 'host:99999' [a port is a number from 1 to 65535]\n" },
		{ "smtp ::1:465 tls",
			"4:6: error: no host name in '::1:465' [an IPv6 address is written [::1]:993]\n" },
		{ "smtp -oProxy:465 tls", "4:6: error: no host name in '-oProxy:465'\n" },
		{ "smtp smtps://host:465 tls",
			"4:6: error: a URL cannot stand here [no scheme, no login name: HOST:PORT]\n" },
		{ "smtp host:587 ssl", "4:15: error: unknown kind of encryption 'ssl' [did you mean 'starttls'?]\n" },
		{ "smtp host:465 SSL", "4:15: error: unknown kind of encryption 'SSL' [did you mean 'tls'?]\n" },
		{ "smtp host:465 none",
			"4:15: error: unknown kind of encryption 'none' [tls, starttls or insecure]\n" },
		{ "smtp host:465 starttls", "4:15: warning: 465 usually wants 'tls'\n" },
		{ "smtp host:993 tls", "4:11: warning: 993 is a port for reading mail [465]\n" },
		{ "smtp host:110 starttls", "4:11: warning: 110 is a port of POP3 [587]\n" },
		{ "smtp host:25 insecure",
			"4:14: warning: password and mail cross the network for all to read [use tls, or starttls]\n" },
		{ "smtp sendmail", "4:6: error: the command is missing behind 'sendmail' [smtp sendmail "
				   "\"/usr/sbin/sendmail -i\"]\n" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		told_line_is(cases[i].line, cases[i].expected);
}

static void sendmail_stands_in_place_of_a_server(void)
{
	struct cfg *c;
	const struct cfg_account *a = account("provider runbox\nsmtp sendmail \"/usr/sbin/sendmail -i\"", &c);
	g_assert_cmpstr(a->sendmail, ==, "/usr/sbin/sendmail -i");
	g_assert_null(a->smtp);
	cfg_free(c);
}

static void login_is_taken_as_written(void)
{
	static const char *const lines[] = { "vera%box.example", "CORP\\vera", "'CORP\\vera'", "\"vera lund\"" };
	static const char *const logins[] = { "vera%box.example", "CORP\\vera", "CORP\\vera", "vera lund" };
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		struct cfg *c;
		g_autofree char *text = g_strdup_printf("imap x:993 tls\nlogin %s\nsmtp-login %s", lines[i], lines[i]);
		const struct cfg_account *a = account(text, &c);
		g_assert_cmpstr(a->login, ==, logins[i]);
		g_assert_cmpstr(a->smtp_login, ==, logins[i]);
		cfg_free(c);
	}
}

static void pin_is_kept_in_lower_case_for_its_server(void)
{
	struct cfg *c;
	const struct cfg_account *a =
		account("imap Mail.box.example:993 tls\npin mail.box.example:993 sha256:" HEX, &c);
	g_autofree char *lower = g_ascii_strdown(HEX, -1);
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpstr(cfg_pin(a, "MAIL.box.example", 993), ==, lower);
	g_assert_null(cfg_pin(a, "mail.box.example", 143));
	cfg_free(c);
}

static void pin_with_colons_is_read(void)
{
	g_autoptr(GString) pin = g_string_new("imap x:993 tls\npin x:993 sha256:00");
	for (int i = 1; i < 32; i++)
		g_string_append_printf(pin, ":%02X", i);
	struct cfg *c;
	const struct cfg_account *a = account(pin->str, &c);
	g_assert_true(g_str_has_prefix(cfg_pin(a, "x", 993), "00010203"));
	cfg_free(c);
}

static void pin_mistakes_are_told(void)
{
	told_line_is(
		"pin mail.box.example:993 sha256:abc", "4:26: error: this is no pin [sha256: and 64 hex digits]\n");
	told_line_is("pin mail.box.example:993 " HEX, "4:26: error: this is no pin [sha256: and 64 hex digits]\n");
	told_line_is("pin other:993 sha256:" HEX, "4:5: warning: this account has no server other:993\n");
	told_line_is("pin mail.box.example:993 sha256:" HEX "\npin MAIL.box.example:993 sha256:" HEX,
		"5:5: error: 'MAIL.box.example:993' is pinned already [first here: 4:5]\n");
}

static void keep_reads_days_rows_and_sizes(void)
{
	struct cfg *c;
	const struct cfg_account *a =
		account("imap x:993 tls\nkeep envelopes 90d\nkeep text 2w 64KB\nkeep parts 1GB", &c);
	g_assert_cmpint(a->keep_days, ==, 90);
	g_assert_cmpint(a->keep_text_days, ==, 14);
	g_assert_cmpint(a->keep_text_bytes, ==, 65536);
	g_assert_cmpint(a->keep_parts_bytes, ==, 1 << 30);
	cfg_free(c);
	a = account("imap x:993 tls\nkeep envelopes 1000", &c);
	g_assert_cmpint(a->keep_rows, ==, 1000);
	cfg_free(c);
	told_line_is("keep envelopes none",
		"4:16: error: 'none' says not how much of 'envelopes' to keep [all, 90d, or 1000]\n");
	told_line_is("keep envelope 90d", "4:6: error: unknown kind to keep 'envelope' [did you mean 'envelopes'?]\n");
}

static void tiers_name_folders_once(void)
{
	struct cfg *c;
	const struct cfg_account *a = account("imap x:993 tls\npinned Lists/a \"Two words\"\npinned B\nskip Noise", &c);
	g_assert_cmpuint(a->pinned->len, ==, 3);
	g_assert_cmpstr(a->pinned->pdata[1], ==, "Two words");
	g_assert_cmpstr(a->pinned->pdata[2], ==, "B");
	g_assert_cmpuint(a->skipped->len, ==, 1);
	g_assert_cmpstr(a->skipped->pdata[0], ==, "Noise");
	cfg_free(c);
	a = account("imap x:993 tls", &c);
	g_assert_cmpuint(a->pinned->len + a->skipped->len, ==, 0);
	cfg_free(c);
	told_line_is("pinned A\nskip B A", "5:8: error: 'A' is pinned or skipped already [first here: 4:8]\n");
	told_line_is("skip INBOX", "4:6: error: the inbox cannot be skipped\n");
	told_line_is("pinned", "4:1: error: something is missing behind 'pinned' [it is written: pinned FOLDER..]\n");
}

static void poll_is_always_above_ten_minutes(void)
{
	struct cfg *c;
	g_assert_cmpint(account("imap x:993 tls\npoll 1h", &c)->poll, ==, 3600);
	cfg_free(c);
	g_assert_cmpint(account("imap x:993 tls\npoll 601s", &c)->poll, ==, 601);
	g_assert_cmpuint(c->diags->len, ==, 0);
	cfg_free(c);
	g_assert_cmpint(account("imap x:993 tls\npoll 1s", &c)->poll, ==, 601);
	cfg_free(c);
	told_line_is(
		"poll 10m", "4:6: warning: polls are always more than 10m apart [polls will be 601 seconds apart]\n");
	told_line_is("poll 15", "4:6: error: '15' is no span of time [a number and s, m, h, d or w: 15m]\n");
}

static void from_mistakes_are_told(void)
{
	told_line_is("from Vera", "4:6: error: there is no address here [from \"Vera Lund\" <vera@box.example>]\n");
	told_line_is("from Vera a@b.example",
		"4:11: error: an address with a name stands in < > [as in \"Vera Lund\" <vera@box.example>]\n");
	told_line_is("from *@box.example default", "4:20: error: a whole domain cannot be the default\n");
	told_line_is("from a@b.example defalt",
		"4:18: error: unknown word 'defalt' behind the address [did you mean 'default'?]\n");
	told_line_is("from a@b.example bcc=me", "4:22: error: 'me' is no value for 'bcc'\n");
	told_line_is("from a@b.example key=1 key=2", "4:24: error: 'key' is given twice\n");
	told_line_is("from *@box.example folder=Lists", "4:27: error: a whole domain cannot be that of a folder\n");
	told_line_is(
		"from a@b.example folder=A folder=A", "4:34: error: 'A' has an address already [first here: 4:25]\n");
}

static void from_settings_are_kept(void)
{
	struct cfg *c;
	const struct cfg_account *a =
		account("imap x:993 tls\nfrom *@box.example\nfrom Vera Lund <v@b.example> bcc=a@b.example "
			"replyto=c@d.example key=0xABC signature=/s sent=Sales default",
			&c);
	g_assert_cmpuint(c->diags->len, ==, 0);
	const struct cfg_from *any = a->froms->pdata[0], *f = a->froms->pdata[1];
	g_assert_cmpstr(any->addr, ==, "*@box.example");
	g_assert_false(any->is_default);
	g_assert_cmpstr(f->name, ==, "Vera Lund");
	g_assert_true(f->is_default);
	g_assert_cmpstr(f->bcc, ==, "a@b.example");
	g_assert_cmpstr(f->reply_to, ==, "c@d.example");
	g_assert_cmpstr(f->key, ==, "0xABC");
	g_assert_cmpstr(f->signature, ==, "/s");
	g_assert_cmpstr(f->sent, ==, "Sales");
	g_assert_null(any->sent);
	cfg_free(c);
}

static void from_of_an_address_is_exact_before_its_domain(void)
{
	static const struct {
		const char *addr, *line;
	} cases[] = { { "sales@box.example", "sales@box.example" }, { "SALES@Box.Example", "sales@box.example" },
		{ "any@box.example", "*@box.example" }, { "any@BOX.example", "*@box.example" },
		{ "any@sub.box.example", NULL }, { "box.example", NULL }, { "@box.example", NULL }, { "", NULL },
		{ "\"x@y\"@box.example", "*@box.example" }, { "vera@other.example", "vera@other.example" } };
	struct cfg *c;
	const struct cfg_account *a = account("imap x:993 tls\nfrom *@box.example\nfrom sales@box.example\n"
					      "from vera@other.example",
		&c);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct cfg_from *f = cfg_from_of(a, cases[i].addr);
		g_assert_cmpstr(f ? f->addr : NULL, ==, cases[i].line);
	}
	cfg_free(c);
}

static void from_of_a_folder_is_the_nearest_above(void)
{
	static const struct {
		const char *folder, *addr;
	} cases[] = { { "Lists", "a@x.example" }, { "Lists/dev", "b@x.example" }, { "Lists/dev/old", "b@x.example" },
		{ "Lists/other", "a@x.example" }, { "Lists2", NULL }, { "Inbox", "b@x.example" },
		{ "INBOX", "b@x.example" }, { "Inbox2", NULL }, { "Sent", NULL }, { "lists", NULL } };
	struct cfg *c;
	const struct cfg_account *a = account("imap x:993 tls\nfrom a@x.example folder=Lists\n"
					      "from b@x.example folder=Lists/dev folder=inbox",
		&c);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct cfg_from *f = cfg_from_of_folder(a, cases[i].folder);
		g_assert_cmpstr(f ? f->addr : NULL, ==, cases[i].addr);
	}
	cfg_free(c);
}

static void from_default_is_marked_or_own_or_first(void)
{
	static const struct {
		const char *lines, *addr;
	} cases[] = { { "", NULL }, { "\nfrom *@box.example", NULL },
		{ "\nfrom *@x.example\nfrom a@x.example", "a@x.example" },
		{ "\nfrom a@x.example\nfrom vera@box.example", "vera@box.example" },
		{ "\nfrom vera@box.example\nfrom a@x.example default", "a@x.example" } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct cfg *c;
		g_autofree char *text = g_strconcat("imap x:993 tls", cases[i].lines, NULL);
		const struct cfg_account *a = account(text, &c);
		const struct cfg_from *f = cfg_from_default(a);
		g_assert_cmpstr(f ? f->addr : NULL, ==, cases[i].addr);
		cfg_free(c);
	}
}

static void what_this_version_lacks_is_an_error_at_its_line(void)
{
	static const char *const words[] = { "pop3 mail.box.example:995 tls", "proxy socks5://localhost:1080",
		"tunnel \"ssh host imapd\"" };
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_auto(GStrv) parts = g_strsplit(words[i], " ", 2);
		g_autofree char *text =
			g_strdup_printf("account box {\nemail v@b.example\nprovider runbox\n%s\n}\n", words[i]);
		g_autofree char *expected =
			g_strdup_printf("4:1: error: '%s' is not supported by this version\n", parts[0]);
		told_is(text, expected);
	}
	told_line_is("auth gssapi", "4:6: error: 'auth gssapi' is not supported by this version "
				    "[without the word the best way is taken that the server offers]\n");
	told_line_is("auth plan", "4:6: error: unknown way to log in 'plan' [did you mean 'plain'?]\n");
}

static void password_command_is_an_argument_list(void)
{
	told_line_is("passcmd \"pass 'box\"", "4:9: error: this is no command line: empty, or a quote is not closed\n");
	told_line_is("passcmd \"\"", "4:9: error: this is no command line: empty, or a quote is not closed\n");
	told_line_is("password file",
		"4:10: error: one path is wanted behind 'file' [password ask, or password file PATH]\n");
}

static void ways_to_log_in_are_known(void)
{
	static const struct {
		const char *lines;
		enum cfg_auth auth;
	} cases[] = { { "auth plain", CFG_AUTH_PLAIN }, { "auth login", CFG_AUTH_LOGIN },
		{ "auth scram", CFG_AUTH_SCRAM }, { "auth scram-sha-1", CFG_AUTH_SCRAM_SHA_1 },
		{ "auth scram-sha-256", CFG_AUTH_SCRAM_SHA_256 }, { "auth cram-md5", CFG_AUTH_CRAM_MD5 },
		{ "auth external", CFG_AUTH_EXTERNAL }, { "tokencmd t\nauth xoauth2", CFG_AUTH_XOAUTH2 },
		{ "auth oauthbearer\ntokencmd t", CFG_AUTH_OAUTHBEARER }, { "tokencmd t", CFG_AUTH_BEST } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct cfg *c;
		g_autofree char *lines = g_strdup_printf("imap x:993 tls\n%s", cases[i].lines);
		g_assert_cmpint(account(lines, &c)->auth, ==, cases[i].auth);
		g_assert_cmpuint(c->diags->len, ==, 0);
		cfg_free(c);
	}
}

static void token_command_is_a_secret_of_its_own(void)
{
	struct cfg *c;
	const struct cfg_account *a = account("imap x:993 tls\ntokencmd \"oauth 'vera lund'\"", &c);
	g_assert_cmpint(a->password, ==, CFG_PASSWORD_TOKEN);
	g_assert_cmpstr(a->password_arg, ==, "oauth 'vera lund'");
	cfg_free(c);
	told_line_is("tokencmd \"\"", "4:10: error: this is no command line: empty, or a quote is not closed\n");
	told_line_is("auth xoauth2",
		"4:6: error: this way to log in wants an access token [add 'tokencmd', in place of password]\n");
	told_line_is("auth plain\ntokencmd t",
		"4:6: error: 'tokencmd' gives an access token, and this way to log in wants a password "
		"[xoauth2, oauthbearer, or leave the word out]\n");
}

static void accounts_are_bounded(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i < 66; i++)
		g_string_append_printf(text, "account a%d {\nemail a@b.example\nimap x:993 tls\n}\n", i);
	struct cfg *c = told_parse(text->str);
	g_assert_cmpuint(c->accounts->len, ==, 64);
	g_assert_cmpuint(cfg_errors(c), ==, 2);
	cfg_free(c);
}

void suite(void)
{
	unit_add(account_without_card_has_presets);
	unit_add(account_needs_email_and_server);
	unit_add(account_name_is_checked);
	unit_add(braces_out_of_place_are_told_without_cascade);
	unit_add(account_line_that_cannot_be_read_ends_the_one_before);
	unit_add(role_without_folder_is_told_once);
	unit_add(word_given_twice_names_the_first);
	unit_add(server_reads_names_numbers_and_ipv6);
	unit_add(server_mistakes_are_told);
	unit_add(sendmail_stands_in_place_of_a_server);
	unit_add(login_is_taken_as_written);
	unit_add(pin_is_kept_in_lower_case_for_its_server);
	unit_add(pin_with_colons_is_read);
	unit_add(pin_mistakes_are_told);
	unit_add(keep_reads_days_rows_and_sizes);
	unit_add(tiers_name_folders_once);
	unit_add(poll_is_always_above_ten_minutes);
	unit_add(from_mistakes_are_told);
	unit_add(from_settings_are_kept);
	unit_add(from_of_an_address_is_exact_before_its_domain);
	unit_add(from_of_a_folder_is_the_nearest_above);
	unit_add(from_default_is_marked_or_own_or_first);
	unit_add(what_this_version_lacks_is_an_error_at_its_line);
	unit_add(password_command_is_an_argument_list);
	unit_add(ways_to_log_in_are_known);
	unit_add(token_command_is_a_secret_of_its_own);
	unit_add(accounts_are_bounded);
}
