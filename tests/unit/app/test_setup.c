/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/setup.h"
#include "tests/unit/unit.h"

#include <string.h>

#include <glib/gstdio.h>

static const char box[] =
	"title Box\ndomain box.test boxes.test\nmx takes.test\nimap mail.box.test:993 tls\nimap imap.box.test:143 "
	"starttls\nsmtp mail.box.test:465 tls\nlogin %u%%%d\nlogin %u\nlogin-own %u\nprefix INBOX\npoll "
	"10m\nnote \"Make an app password.\"\n";
static const char own[] = "title Own\ndomain own.test\nimap mail.own.test:993 tls\nsmtp mail.own.test:465 tls\n";

/* A mailrc and two cards: one hosts other people's domains. */
static struct cfg *load(const char *mailrc)
{
	g_autofree char *dir = g_dir_make_tmp("test-setup-XXXXXX", NULL);
	const struct {
		const char *name, *text;
	} files[] = { { "box.card", box }, { "own.card", own }, { "mailrc", mailrc } };
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path = g_build_filename(dir, files[i].name, NULL);
		g_assert_true(g_file_set_contents(path, files[i].text, -1, NULL));
	}
	g_autofree char *path = g_build_filename(dir, "mailrc", NULL);
	struct cfg *cfg = cfg_load(path, dir);
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *old = g_build_filename(dir, files[i].name, NULL);
		g_assert_cmpint(g_unlink(old), ==, 0);
	}
	g_assert_cmpint(g_rmdir(dir), ==, 0);
	g_assert_cmpuint(cfg_errors(cfg), ==, 0);
	return cfg;
}

static struct setup *begin(const struct cfg *cfg, const char *email)
{
	struct err e = ERR_INIT;
	struct setup *s = setup_new(cfg);
	g_assert_cmpint(setup_set_email(s, email, &e), ==, 0);
	return s;
}

/* "hosted Box; look-up; by hand" */
static char *choices(const struct setup *s)
{
	static const char *const kinds[] = { "card", "hosted", "found", "look up", "by hand" };
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < s->choices->len; i++) {
		const struct setup_choice *c = s->choices->pdata[i];
		g_string_append_printf(out, "%s%s%s%s", i ? "; " : "", kinds[c->kind], c->card ? " " : "",
			c->card ? c->card->name : "");
	}
	return g_string_free(out, FALSE);
}

static void check_server(const struct setup *s, enum setup_service service, const char *wanted)
{
	g_autofree char *server = setup_server(s, service);
	g_assert_cmpstr(server, ==, wanted);
}

static void address_of_a_provider_takes_its_card(void)
{
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@box.test");
	g_autofree char *got = choices(s);
	g_assert_cmpstr(got, ==, "card box; look up; by hand");
	g_assert_cmpstr(setup_login(s), ==, "vera");
	g_assert_cmpuint(s->logins->len, ==, 1);
	check_server(s, SETUP_IMAP, "mail.box.test:993 tls");
	check_server(s, SETUP_SMTP, "mail.box.test:465 tls");
	g_assert_cmpstr(setup_card_note(s), ==, "Make an app password.");
	g_assert_true(setup_is_whole(s));
	g_assert_false(setup_is_green(s));
	setup_free(s);
	cfg_free(cfg);
}

static void domain_of_ones_own_asks_who_has_it(void)
{
	struct err e = ERR_INIT;
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@lund.example");
	g_autofree char *got = choices(s);
	/* Who has no template of a login name hosts nobody. */
	g_assert_cmpstr(got, ==, "look up; hosted box; by hand");
	g_assert_false(setup_has_servers(s));
	g_assert_cmpint(setup_choose_card(s, "box", &e), ==, 0);
	g_assert_cmpstr(setup_login(s), ==, "vera%lund.example");
	setup_next_login(s, 1);
	g_assert_cmpstr(setup_login(s), ==, "vera");
	setup_next_login(s, 1);
	g_assert_cmpstr(setup_login(s), ==, "vera%lund.example");
	g_assert_cmpint(setup_choose_card(s, "none", &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_MISSING);
	err_clear(&e);
	setup_free(s);
	cfg_free(cfg);
}

static void servers_by_hand_know_what_providers_call_them(void)
{
	static const struct {
		enum setup_service service;
		const char *typed, *wanted;
	} cases[] = {
		{ SETUP_IMAP, "mail.x.test", "mail.x.test:993 tls" },
		{ SETUP_IMAP, "mail.x.test ssl", "mail.x.test:993 tls" },
		{ SETUP_IMAP, "mail.x.test SSL/TLS", "mail.x.test:993 tls" },
		{ SETUP_IMAP, "mail.x.test starttls", "mail.x.test:143 starttls" },
		{ SETUP_IMAP, "mail.x.test:143", "mail.x.test:143 starttls" },
		{ SETUP_IMAP, "mail.x.test:1993 tls", "mail.x.test:1993 tls" },
		{ SETUP_SMTP, "mail.x.test", "mail.x.test:465 tls" },
		{ SETUP_SMTP, "mail.x.test:587", "mail.x.test:587 starttls" },
		{ SETUP_SMTP, "  mail.x.test:26  ", "mail.x.test:26 starttls" },
		{ SETUP_SMTP, "[::1]:465", "[::1]:465 tls" },
		{ SETUP_SMTP, "mail.x.test:25 insecure", "mail.x.test:25 insecure" },
	};
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@lund.example");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct err e = ERR_INIT;
		g_assert_cmpint(setup_set_server(s, cases[i].service, cases[i].typed, &e), ==, 0);
		check_server(s, cases[i].service, cases[i].wanted);
	}
	setup_free(s);
	cfg_free(cfg);
}

static void nonsense_is_refused_and_changes_nothing(void)
{
	static const char *const servers[] = { "mail.x.test:0 tls", "mail.x.test:99999", "https://mail.x.test",
		"mail .x.test", "mail.x.test:993 sometimes", "-x:993" };
	static const char *const emails[] = { "vera", "@lund.example", "vera@", "ve ra@lund.example",
		"vera@lund.example }" };
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@lund.example");
	struct err e = ERR_INIT;
	g_assert_cmpint(setup_set_server(s, SETUP_IMAP, "mail.x.test", &e), ==, 0);
	for (size_t i = 0; i < G_N_ELEMENTS(servers); i++) {
		g_assert_cmpint(setup_set_server(s, SETUP_IMAP, servers[i], &e), ==, -1);
		g_assert_cmpint(e.cause, ==, ERR_INPUT);
		check_server(s, SETUP_IMAP, "mail.x.test:993 tls");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(emails); i++) {
		g_assert_cmpint(setup_set_email(s, emails[i], &e), ==, -1);
		g_assert_cmpstr(s->email, ==, "vera@lund.example");
	}
	g_assert_cmpint(setup_add_from(s, "sales@lund.example, nonsense", &e), ==, -1);
	g_assert_cmpuint(s->aliases->len, ==, 1);
	err_clear(&e);
	setup_free(s);
	cfg_free(cfg);
}

static void lines_are_read_back_as_they_were_meant(void)
{
	struct err e = ERR_INIT;
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@lund.example");
	g_assert_cmpint(setup_choose_card(s, "box", &e), ==, 0);
	setup_set_name(s, "Vera \"V\" \\ Lund # {");
	g_assert_cmpint(setup_add_from(s, "sales@lund.example,vera@alias.example", &e), ==, 0);
	s->keep = SETUP_KEEP_FILE;
	g_autofree char *block = setup_block(s, "/home/vera/.config/box wood");
	struct cfg *read = cfg_parse(str_of(block), "mailrc", cfg->cards);
	g_assert_cmpuint(cfg_errors(read), ==, 0);
	g_assert_cmpuint(read->diags->len, ==, 0);
	const struct cfg_account *a = cfg_account(read, "lund");
	g_assert_nonnull(a);
	g_assert_cmpstr(a->name, ==, "Vera \"V\" \\ Lund # {");
	g_assert_cmpstr(a->login, ==, "vera%lund.example");
	g_assert_cmpint(a->password, ==, CFG_PASSWORD_FILE);
	g_assert_cmpstr(a->password_arg, ==, "/home/vera/.config/box wood/lund.password");
	g_assert_cmpstr(a->prefix, ==, "INBOX");
	g_assert_cmpuint(a->froms->len, ==, 3);
	g_assert_true(((const struct cfg_from *)a->froms->pdata[0])->is_default);
	cfg_free(read);
	setup_free(s);
	cfg_free(cfg);
}

static void second_account_gets_a_name_of_its_own(void)
{
	struct cfg *cfg = load("account lund {\nemail a@lund.example\nimap h:993 tls\n}\n"
			       "account lund-2 {\nemail b@lund.example\nimap h:993 tls\n}\n");
	struct setup *s = begin(cfg, "vera@Lund.example");
	g_assert_cmpstr(s->label, ==, "lund-3");
	setup_free(s);
	s = begin(cfg, "vera@_.example");
	g_assert_cmpstr(s->label, ==, "mail");
	setup_free(s);
	cfg_free(cfg);
}

static void look_up_tells_by_whom(void)
{
	static const struct {
		const char *host, *card;
	} cases[] = { { "mx1.box.test", "box" }, { "mx.boxes.test", "box" }, { "mx.takes.test", "box" },
		{ "MX.BOX.TEST", "box" }, { "notbox.test", NULL }, { "mx.own.test", NULL }, { "test", NULL } };
	struct cfg *cfg = load("");
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) hosts = g_ptr_array_new();
		g_ptr_array_add(hosts, (char *)cases[i].host);
		const struct cfg_card *card = setup_card_of_hosts(cfg, hosts);
		g_assert_cmpstr(card ? card->name : NULL, ==, cases[i].card);
	}
	cfg_free(cfg);
}

static void t22_servers_of_others_that_nobody_vouches_for_are_told(void)
{
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@lund.example");
	static const struct {
		const char *host;
		bool unsure, vouched;
	} cases[] = { { "mail.lund.example", true, true }, { "imap.attacker.test", true, false },
		{ "notlund.example", true, false }, { "imap.attacker.test", false, true } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct cfg_card *card = cfg_card_new("lund.example");
		g_assert_true(cfg_card_add(card, false, cases[i].host, 993, CFG_TLS));
		g_assert_false(cfg_card_add(card, false, "no host", 993, CFG_TLS));
		setup_take_found(s, card, "somebody", cases[i].unsure);
		g_assert_cmpint(setup_choice_of(s)->kind, ==, SETUP_FOUND);
		g_assert_cmpint(setup_is_vouched(s), ==, cases[i].vouched);
		/* The usual login names, for none was told. */
		g_assert_cmpstr(setup_login(s), ==, "vera@lund.example");
	}
	g_autofree char *block = setup_block(s, "/x");
	g_assert_null(strstr(block, "provider"));
	g_assert_nonnull(strstr(block, "imap.attacker.test:993 tls"));
	setup_free(s);
	cfg_free(cfg);
}

static void green_wants_every_test(void)
{
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@box.test");
	for (int i = 0; i < SETUP_TESTS; i++) {
		g_assert_false(setup_is_green(s));
		s->results[i].state = i % 2 ? SETUP_OK : SETUP_WARN;
	}
	g_assert_true(setup_is_green(s));
	for (int i = 0; i < SETUP_TESTS; i++) {
		enum setup_state was = s->results[i].state;
		s->results[i].state = SETUP_FAILED;
		g_assert_false(setup_is_green(s));
		g_assert_cmpint(setup_first_failed(s), ==, i);
		s->results[i].state = was;
	}
	/* What was tested of the former login name says nothing of another. */
	struct err e = ERR_INIT;
	g_assert_cmpint(setup_set_login(s, "someone", &e), ==, 0);
	g_assert_false(setup_is_green(s));
	g_assert_cmpint(s->results[SETUP_RECEIVE].state, ==, SETUP_WARN);
	setup_free(s);
	cfg_free(cfg);
}

static void card_without_smtp_wants_one_or_none(void)
{
	struct err e = ERR_INIT;
	struct cfg *cfg = load("");
	struct setup *s = begin(cfg, "vera@lund.example");
	setup_choose(s, s->choices->len - 1);
	g_assert_cmpint(setup_set_server(s, SETUP_IMAP, "mail.x.test", &e), ==, 0);
	g_assert_false(setup_is_whole(s));
	g_assert_cmpint(setup_set_server(s, SETUP_SMTP, "", &e), ==, 0);
	g_assert_true(s->sends_not);
	g_assert_true(setup_is_whole(s));
	s->keep = SETUP_KEEP_COMMAND;
	g_assert_false(setup_is_whole(s));
	g_assert_cmpint(setup_set_command(s, "cat 'open", &e), ==, -1);
	g_assert_cmpint(setup_set_command(s, "cat /dev/null", &e), ==, 0);
	g_assert_true(setup_is_whole(s));
	err_clear(&e);
	setup_free(s);
	cfg_free(cfg);
}

void suite(void)
{
	unit_add(address_of_a_provider_takes_its_card);
	unit_add(domain_of_ones_own_asks_who_has_it);
	unit_add(servers_by_hand_know_what_providers_call_them);
	unit_add(nonsense_is_refused_and_changes_nothing);
	unit_add(lines_are_read_back_as_they_were_meant);
	unit_add(second_account_gets_a_name_of_its_own);
	unit_add(look_up_tells_by_whom);
	unit_add(t22_servers_of_others_that_nobody_vouches_for_are_told);
	unit_add(green_wants_every_test);
	unit_add(card_without_smtp_wants_one_or_none);
}
