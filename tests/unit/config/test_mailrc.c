/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The mistakes people make in a mailrc, each with its line, column and hint. */
#include <string.h>

#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

static const char *const good[] = {
	"# written by boxwood setup",
	"set keys=mutt",
	"alias ana \"Ana Duarte\" <ana@duarte.example>",
	"group boat ana bram@dewit.example",
	"",
	"account box {",
	"  provider runbox                     # fills the rest",
	"  email    vera@box.example",
	"  name     \"Vera Lund\"",
	"  login    vera%box.example           # as the server wants it",
	"  passcmd  \"secret-tool lookup boxwood box\"",
	"  imap     mail.runbox.com:993 tls",
	"  smtp     mail.runbox.com:465 tls",
	"  prefix   INBOX",
	"  sent     Sent",
	"  drafts   Drafts",
	"  archive  Archive",
	"  poll     15m",
	"  from     vera@box.example  default",
	"  from     \"Box sales\" <sales@box.example>  signature=~/.sig-sales",
	"  from     vera@alias.example",
	"}",
	"",
};

/* The good file with one line in place of another. */
static struct cfg *with(unsigned line, const char *text)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();
	for (unsigned i = 0; i < G_N_ELEMENTS(good); i++)
		if (i + 1 != line || text)
			g_ptr_array_add(lines, (char *)(i + 1 == line ? text : good[i]));
	g_ptr_array_add(lines, NULL);
	g_autofree char *all = g_strjoinv("\n", (char **)lines->pdata);
	return told_parse(all);
}

static void says(unsigned line, const char *text, const char *expected, unsigned accounts)
{
	struct cfg *c = with(line, text);
	g_autofree char *all = told_all(c);
	g_assert_cmpstr(all, ==, expected);
	g_assert_cmpuint(c->accounts->len, ==, accounts);
	g_assert_cmpuint(c->broken->len, ==, 1 - accounts);
	g_assert_cmpint(cfg_errors(c) > 0, ==, accounts == 0);
	cfg_free(c);
}

static void file_without_mistake_is_silent(void)
{
	says(0, NULL, "", 1);
}

static void file_gives_typed_values(void)
{
	struct cfg *c = with(0, NULL);
	const struct cfg_account *a = cfg_account(c, "box");
	g_assert_nonnull(a);
	g_assert_true(cfg_account(c, NULL) == a);
	g_assert_cmpstr(a->email, ==, "vera@box.example");
	g_assert_cmpstr(a->name, ==, "Vera Lund");
	g_assert_cmpstr(a->login, ==, "vera%box.example");
	g_assert_cmpint(a->password, ==, CFG_PASSWORD_COMMAND);
	g_assert_cmpstr(a->password_arg, ==, "secret-tool lookup boxwood box");
	g_assert_cmpstr(a->imap->host, ==, "mail.runbox.com");
	g_assert_cmpuint(a->imap->port, ==, 993);
	g_assert_cmpint(a->smtp->security, ==, CFG_TLS);
	g_assert_cmpstr(a->roles[CFG_ARCHIVE], ==, "Archive");
	g_assert_null(a->roles[CFG_TRASH]);
	g_assert_cmpint(a->poll, ==, 900);
	g_assert_cmpuint(a->froms->len, ==, 3);
	const struct cfg_from *sales = a->froms->pdata[1];
	g_assert_cmpstr(sales->name, ==, "Box sales");
	g_assert_cmpstr(sales->addr, ==, "sales@box.example");
	g_assert_true(g_str_has_suffix(sales->signature, "/.sig-sales"));
	cfg_free(c);
}

static void word_misspelt_suggests_nearest(void)
{
	says(15, "  sned     Sent", "15:3: error: unknown word 'sned' in account 'box' [did you mean 'sent'?]\n", 0);
}

static void word_misspelt_is_drawn_with_a_caret(void)
{
	struct cfg *c = with(15, "  sned     Sent");
	g_autofree char *text = cfg_diag_text(c->diags->pdata[0]);
	g_assert_cmpstr(text, ==,
		"mailrc:15:3: error: unknown word 'sned' in account 'box'\n"
		"   15 |   sned     Sent\n"
		"      |   ^~~~  did you mean 'sent'?\n");
	cfg_free(c);
}

static void login_as_address_shows_the_providers_form(void)
{
	says(10, "  login    vera@box.example", "10:12: warning: this provider wants user%domain [vera%box.example]\n",
		1);
}

static void login_of_own_domain_wants_the_local_part(void)
{
	told_is("account box {\nprovider runbox\nemail vera@runbox.no\nlogin vera@runbox.no\n}\n",
		"4:7: warning: this provider wants user [vera]\n");
}

static void login_url_encoded_is_warned(void)
{
	says(10, "  login    vera%25box.example", "10:16: warning: looks URL-encoded [write vera%box.example]\n", 1);
	says(10, "  login    vera%40box.example", "10:16: warning: looks URL-encoded [write vera@box.example]\n", 1);
}

static void poll_below_floor_is_raised(void)
{
	says(18, "  poll     5m", "18:12: warning: not above the provider's 10m [polls will be 601 seconds apart]\n",
		1);
	says(18, "  poll     10m", "18:12: warning: not above the provider's 10m [polls will be 601 seconds apart]\n",
		1);
	struct cfg *c = with(18, "  poll     600s");
	g_assert_cmpint(cfg_account(c, "box")->poll, ==, 601);
	cfg_free(c);
}

static void quote_open_is_told_where_it_opens(void)
{
	says(9, "  name     \"Vera", "9:12: error: quote opened here is not closed on this line\n", 0);
}

static void account_never_closed_is_told_at_its_brace(void)
{
	says(22, NULL, "6:13: error: '{' has no '}' before end of file (line 22)\n", 0);
}

static void imap_port_for_sending_is_warned(void)
{
	says(12, "  imap     mail.runbox.com:465 tls", "12:28: warning: 465 is a port for sending [993]\n", 1);
}

static void smtp_587_with_tls_is_warned(void)
{
	says(13, "  smtp     host:587 tls", "13:21: warning: 587 usually wants 'starttls'\n", 1);
}

static void role_with_prefix_is_noticed(void)
{
	says(15, "  sent     INBOX.Sent", "15:12: notice: prefix is added for you; both forms mean INBOX.Sent\n", 1);
}

static void from_default_twice_names_both_places(void)
{
	says(21, "  from     vera@alias.example default",
		"21:31: error: 'default' stands at another address already [first here: 19:30]\n", 0);
}

static void alias_loop_names_both_places(void)
{
	told_is("alias ana bram\nalias bram ana c@x.example\n",
		"2:12: error: alias 'ana' leads back to itself [first here: 1:11]\n");
}

static void account_twice_names_both_places(void)
{
	struct cfg *c = told_parse("account box {\nemail a@box.example\nimap x:993 tls\n}\n"
				   "account box {\nemail b@box.example\nimap x:993 tls\n}\n");
	g_autofree char *all = told_all(c);
	g_assert_cmpstr(all, ==, "5:9: error: 'box' names an account already [first here: 1:9]\n");
	g_assert_cmpstr(cfg_account(c, "box")->email, ==, "a@box.example");
	g_assert_cmpuint(c->broken->len, ==, 1);
	cfg_free(c);
}

static void password_in_the_file_is_refused_and_never_echoed(void)
{
	says(11, "  password hunter2",
		"11:12: error: no passwords here [password ask, password file PATH, or passcmd]\n", 0);
	struct cfg *c = with(11, "  password hunter2");
	g_autofree char *text = cfg_diag_text(c->diags->pdata[0]);
	g_assert_null(strstr(text, "hunter2"));
	g_assert_nonnull(strstr(text, "  password ********\n"));
	cfg_free(c);
}

static void promise_13_no_form_of_a_secret_is_echoed(void)
{
	static const char *const lines[] = { "password hunter2", "password \"hunter2", "password\thunter2 and more",
		"pasword hunter2", "passwd: hunter2", "password:hunter2", "password=hunter2", "smtp-password hunter2",
		"pwd hunter2", "passcmd \"echo 'hunter2\"", "passcmd echo hunter2", "tokencmd echo hunter2",
		"token hunter2", "imap imaps://vera:hunter2@box.example", "proxy socks5://vera:hunter2@box.example",
		"password \\\nhunter2", "password\\\n   hunter2", "password fil hunter2", "set password=hunter2",
		"set imap-pass hunter2", "smtp smtps://vera:hunter2@x", "password hunter2 }", "Password 'hunter2'",
		"password hunter2\x01", "pasword \\\n hunter2" };
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		for (int inside = 0; inside < 2; inside++) {
			g_autofree char *text = g_strdup_printf(inside ? "account a {\n%s\n}\n" : "%s\n", lines[i]);
			struct cfg *c = told_parse(text);
			g_assert_cmpuint(c->diags->len, >, 0);
			for (guint k = 0; k < c->diags->len; k++) {
				g_autofree char *shown = cfg_diag_text(c->diags->pdata[k]);
				g_assert_null(strstr(shown, "hunter2"));
			}
			cfg_free(c);
		}
}

static void all_mistakes_are_told_in_one_reading(void)
{
	told_is("sett mouse=on\n"
		"set mouse=maybe nonsense=1\n"
		"account one {\n"
		"  email one\n"
		"  imap mail.box.example:993\n"
		"  name Vera Lund\n"
		"}\n"
		"account two {\n"
		"  email two@box.example\n"
		"  imap mail.box.example:993 tls\n"
		"}\n"
		"}\n",
		"1:1: error: unknown word 'sett' [did you mean 'set'?]\n"
		"2:11: error: 'maybe' is no value for 'mouse' [on or off]\n"
		"2:17: error: unknown option 'nonsense'\n"
		"4:9: error: 'one' is no address [vera@box.example, without a name]\n"
		"5:8: error: how to encrypt is missing behind the port [add 'tls']\n"
		"6:13: error: too many words behind 'name'; put quotes round a value with blanks [it is written: name "
		"\"FULL "
		"NAME\"]\n"
		"12:1: error: '}' closes nothing\n");
}

static void accounts_that_are_whole_stay_usable(void)
{
	struct cfg *c =
		told_parse("account one {\nemail one\n}\naccount two {\nemail b@box.example\nimap x:993 tls\n}\n");
	g_assert_cmpuint(c->accounts->len, ==, 1);
	g_assert_nonnull(cfg_account(c, "two"));
	g_assert_null(cfg_account(c, "one"));
	g_assert_cmpstr(c->broken->pdata[0], ==, "one");
	cfg_free(c);
}

static void mistakes_past_the_cap_are_counted(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i < 300; i++)
		g_string_append(text, "nonsense\n");
	struct cfg *c = told_parse(text->str);
	const struct cfg_diag *last = c->diags->pdata[c->diags->len - 1];
	g_assert_cmpuint(c->diags->len, ==, 201);
	g_assert_cmpstr(last->text, ==, "100 more mistakes are not shown");
	g_assert_cmpint(last->level, ==, CFG_ERROR);
	cfg_free(c);
}

static void caret_stands_below_wide_characters(void)
{
	struct cfg *c = told_parse("\tset 来週=1\n");
	g_autofree char *text = cfg_diag_text(c->diags->pdata[0]);
	g_assert_cmpstr(text, ==,
		"mailrc:1:6: error: unknown option '来週'\n"
		"    1 |  set 来週=1\n"
		"      |      ^~~~\n");
	cfg_free(c);
}

void suite(void)
{
	unit_add(file_without_mistake_is_silent);
	unit_add(file_gives_typed_values);
	unit_add(word_misspelt_suggests_nearest);
	unit_add(word_misspelt_is_drawn_with_a_caret);
	unit_add(login_as_address_shows_the_providers_form);
	unit_add(login_of_own_domain_wants_the_local_part);
	unit_add(login_url_encoded_is_warned);
	unit_add(poll_below_floor_is_raised);
	unit_add(quote_open_is_told_where_it_opens);
	unit_add(account_never_closed_is_told_at_its_brace);
	unit_add(imap_port_for_sending_is_warned);
	unit_add(smtp_587_with_tls_is_warned);
	unit_add(role_with_prefix_is_noticed);
	unit_add(from_default_twice_names_both_places);
	unit_add(alias_loop_names_both_places);
	unit_add(account_twice_names_both_places);
	unit_add(password_in_the_file_is_refused_and_never_echoed);
	unit_add(promise_13_no_form_of_a_secret_is_echoed);
	unit_add(all_mistakes_are_told_in_one_reading);
	unit_add(accounts_that_are_whole_stay_usable);
	unit_add(mistakes_past_the_cap_are_counted);
	unit_add(caret_stands_below_wide_characters);
}
