/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"
#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

/* What an account with the provider's card and that address gets. */
static struct cfg *runbox(const char *email, const char *rest)
{
	g_autofree char *text = g_strdup_printf("account box {\nprovider runbox\nemail %s\n%s\n}\n", email, rest);
	struct cfg *c = told_parse(text);
	g_assert_nonnull(cfg_account(c, "box"));
	return c;
}

static void runbox_card_fills_an_account(void)
{
	struct cfg *c = runbox("vera@box.example", "");
	const struct cfg_account *a = cfg_account(c, "box");
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpstr(a->card->title, ==, "Runbox");
	g_assert_cmpstr(a->imap->host, ==, "mail.runbox.com");
	g_assert_cmpuint(a->imap->port, ==, 993);
	g_assert_cmpint(a->imap->security, ==, CFG_TLS);
	g_assert_cmpuint(a->smtp->port, ==, 465);
	g_assert_cmpstr(a->login, ==, "vera%box.example");
	g_assert_cmpstr(a->prefix, ==, "INBOX");
	g_assert_cmpstr(a->roles[CFG_SENT], ==, "Sent");
	g_assert_cmpstr(a->roles[CFG_DRAFTS], ==, "Drafts");
	g_assert_null(a->roles[CFG_JUNK]);
	g_assert_cmpint(a->poll, ==, 900);
	g_assert_cmpint(a->card->poll_floor, ==, 600);
	cfg_free(c);
}

static void runbox_own_domain_logs_in_by_local_part(void)
{
	struct cfg *c = runbox("vera@Runbox.NO", "");
	g_assert_cmpstr(cfg_account(c, "box")->login, ==, "vera");
	cfg_free(c);
}

static void runbox_login_of_a_domain_added_later_is_fine(void)
{
	struct cfg *c = runbox("sales@box.example", "login vera");
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpstr(cfg_account(c, "box")->login, ==, "vera");
	cfg_free(c);
}

static void account_overrides_its_card(void)
{
	struct cfg *c =
		runbox("vera@box.example", "imap imap.runbox.com:1143 starttls\nsent none\nprefix INBOX.\npoll 1h");
	const struct cfg_account *a = cfg_account(c, "box");
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpuint(a->imap->port, ==, 1143);
	g_assert_cmpstr(a->roles[CFG_SENT], ==, "none");
	g_assert_cmpstr(a->prefix, ==, "INBOX");
	g_assert_cmpint(a->poll, ==, 3600);
	cfg_free(c);
}

static void provider_unknown_suggests_nearest(void)
{
	told_is("account box {\nemail a@b.example\nprovider runbx\n}\n",
		"3:10: error: no card for provider 'runbx' [did you mean 'runbox'?]\n");
	told_is("account box {\nemail a@b.example\nprovider other\n}\n",
		"3:10: error: no card for provider 'other' [name the servers yourself with imap and smtp]\n");
}

static struct cfg_card *card(const char *text, char **told_out)
{
	struct cfg *c = cfg_new(NULL);
	struct parser p;
	cfg_parser_init(&p, c, false);
	struct cfg_card *got = cfg_card_parse(&p, unit_str(text), "x.card", "x");
	cfg_parser_clear(&p);
	*told_out = told_all(c);
	cfg_free(c);
	return got;
}

static void card_reads_every_word(void)
{
	g_autofree char *told = NULL;
	struct cfg_card *x =
		card("title X\ndomain a.example B.example\ndomain c.example\nimap h:993 tls\nimap h:143 starttls\n"
		     "smtp h:465 tls\npop3 h:995 tls\nlogin %u%%%d\nlogin %u@%d\nlogin-own %u\nprefix P\nsent S\n"
		     "drafts D\ntrash T\njunk J\narchive A\npoll 20m\nsize 50MB\nvalidate \"click it\"\n"
		     "confirm-from a.example B.example\nconfirm-host www.a.example\n"
		     "authserv mx.a.example \"mx two\"\n",
			&told);
	g_assert_cmpstr(told, ==, "");
	g_assert_nonnull(x);
	g_assert_cmpuint(x->domains->len, ==, 3);
	g_assert_true(cfg_card_owns(x, "b.EXAMPLE"));
	g_assert_cmpuint(x->imap->len, ==, 2);
	g_assert_cmpuint(x->logins->len, ==, 2);
	g_assert_cmpint(x->poll_floor, ==, 1200);
	g_assert_cmpint(x->size_max, ==, 50 << 20);
	g_assert_cmpstr(x->roles[CFG_ARCHIVE], ==, "A");
	g_assert_cmpuint(x->confirm_from->len, ==, 2);
	g_assert_cmpstr(x->confirm_from->pdata[1], ==, "b.example");
	g_assert_cmpstr(x->confirm_hosts->pdata[0], ==, "www.a.example");
	g_assert_cmpuint(x->authservs->len, ==, 2);
	g_assert_cmpstr(x->authservs->pdata[1], ==, "mx two");
	g_autofree char *login = cfg_login_expand(x->logins->pdata[0], "vera", "box.example");
	g_assert_cmpstr(login, ==, "vera%box.example");
	cfg_card_free(x);
}

static void card_with_an_error_is_left_out(void)
{
	g_autofree char *told = NULL;
	g_assert_null(card("titel X\nlogin vera\nimap h:993\ndomain a/b\npoll x\n", &told));
	g_assert_cmpstr(told, ==,
		"1:1: error: unknown word 'titel' [did you mean 'title'?]\n"
		"2:7: error: this is no template of a login name [%u the part before the @, %d the domain, %% a "
		"percent sign]\n"
		"3:1: error: something is missing behind 'imap' [it is written: imap HOST:PORT tls|starttls]\n"
		"4:8: error: 'a/b' is no mail domain\n"
		"5:6: error: this is no span of time [10m]\n");
}

static void card_says_which_servers_are_believed_unless_the_account_does(void)
{
	g_autofree char *told = NULL;
	g_autoptr(GPtrArray) cards = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_card_free);
	g_ptr_array_add(cards, card("imap h:993 tls\nauthserv mx.a.example\n", &told));
	static const char own[] = "account a {\nemail a@b.example\nprovider x\nauthserv mx.b.example mx.c.example\n}\n"
				  "account b {\nemail a@b.example\nprovider x\n}\n"
				  "account c {\nemail a@b.example\nimap h:993 tls\n}\n";
	struct cfg *c = cfg_parse(unit_str(own), "m", cards);
	g_assert_cmpuint(cfg_account(c, "a")->authservs->len, ==, 2);
	g_assert_cmpstr(cfg_account(c, "a")->authservs->pdata[0], ==, "mx.b.example");
	g_assert_cmpuint(cfg_account(c, "b")->authservs->len, ==, 1);
	g_assert_cmpstr(cfg_account(c, "b")->authservs->pdata[0], ==, "mx.a.example");
	g_assert_cmpuint(cfg_account(c, "c")->authservs->len, ==, 0);
	cfg_free(c);
}

static void cards_floor_counts_when_it_is_higher(void)
{
	g_autofree char *told = NULL;
	g_autoptr(GPtrArray) cards = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_card_free);
	g_ptr_array_add(cards, card("imap h:993 tls\npoll 20m\n", &told));
	struct cfg *c = cfg_parse(unit_str("account a {\nprovider x\nemail a@b.example\n}\n"
					   "account b {\nprovider x\nemail b@b.example\npoll 15m\n}\n"),
		"mailrc", cards);
	g_autofree char *all = told_all(c);
	g_assert_cmpstr(all, ==, "8:6: warning: not above the provider's 20m [polls will be 1200 seconds apart]\n");
	g_assert_cmpint(cfg_account(c, "a")->poll, ==, 1200);
	g_assert_cmpint(cfg_account(c, "b")->poll, ==, 1200);
	g_assert_cmpstr(cfg_account(c, "a")->login, ==, "a@b.example");
	cfg_free(c);
}

/* "mail.runbox.com:993 tls, .." */
static char *servers(const GPtrArray *all)
{
	static const char *const securities[] = { "tls", "starttls", "insecure" };
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < all->len; i++) {
		const struct cfg_server *s = all->pdata[i];
		g_string_append_printf(
			out, "%s%s:%u %s", i ? ", " : "", s->host, (unsigned)s->port, securities[s->security]);
	}
	return g_string_free(out, FALSE);
}

static void runbox_card_has_all_that_its_pages_name(void)
{
	struct cfg *c = runbox("vera@box.example", "");
	const struct cfg_card *runbox_card = cfg_account(c, "box")->card;
	g_autofree char *imap = servers(runbox_card->imap), *smtp = servers(runbox_card->smtp);
	g_autofree char *pop3 = servers(runbox_card->pop3);
	g_assert_cmpstr(imap, ==,
		"mail.runbox.com:993 tls, secure.runbox.com:993 tls, imap.runbox.com:143 starttls, "
		"imap.runbox.com:1143 starttls");
	g_assert_cmpstr(smtp, ==,
		"mail.runbox.com:465 tls, mail.runbox.com:587 starttls, secure.runbox.com:587 starttls, "
		"secure.runbox.com:26 starttls, secure.runbox.com:25 starttls, smtp.runbox.com:587 starttls, "
		"smtp.runbox.com:26 starttls, smtp.runbox.com:25 starttls");
	g_assert_cmpstr(pop3, ==, "mail.runbox.com:995 tls, mail.runbox.com:110 starttls");
	g_autoptr(GPtrArray) hosted = cfg_card_logins(runbox_card, "vera@box.example");
	g_assert_cmpuint(hosted->len, ==, 2);
	g_assert_cmpstr(hosted->pdata[0], ==, "vera%box.example");
	g_assert_cmpstr(hosted->pdata[1], ==, "vera");
	g_autoptr(GPtrArray) own = cfg_card_logins(runbox_card, "vera@runbox.com");
	g_assert_cmpuint(own->len, ==, 1);
	g_assert_cmpstr(own->pdata[0], ==, "vera");
	cfg_free(c);
}

static void installed_cards_are_whole_and_encrypt(void)
{
	g_autoptr(GPtrArray) cards = told_cards();
	g_assert_cmpuint(cards->len, >=, 15);
	for (guint i = 0; i < cards->len; i++) {
		const struct cfg_card *c = cards->pdata[i];
		const GPtrArray *const lists[] = { c->imap, c->smtp };
		g_assert_nonnull(c->title);
		g_assert_true(c->logins->len || (c->login_own && c->domains->len));
		for (size_t k = 0; k < G_N_ELEMENTS(lists); k++) {
			g_assert_cmpuint(lists[k]->len, >, 0);
			for (guint n = 0; n < lists[k]->len; n++)
				g_assert_cmpint(
					((const struct cfg_server *)lists[k]->pdata[n])->security, !=, CFG_INSECURE);
		}
	}
}

static void word_is_quoted_as_the_lexer_reads_it(void)
{
	static const char *const words[] = { "plain", "vera%box.example", "", "two words", "a\"b", "a\\b", "#x", "{",
		"}", "it's", "Jos\303\251" };
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *quoted = cfg_quoted(words[i]);
		struct lexer l;
		struct stmt s;
		unsigned seq = 0;
		g_autofree char *line = g_strdup_printf("w %s", quoted);
		cfg_lex_init(&l, str_of(line), "m", &seq);
		cfg_stmt_init(&s);
		g_assert_cmpint(cfg_lex_next(&l, &s), ==, LEX_ITEM);
		g_assert_cmpuint(s.n, ==, 2);
		g_assert_cmpstr(s.word[1].text, ==, words[i]);
		cfg_stmt_clear(&s);
	}
}

void suite(void)
{
	unit_add(runbox_card_has_all_that_its_pages_name);
	unit_add(installed_cards_are_whole_and_encrypt);
	unit_add(word_is_quoted_as_the_lexer_reads_it);
	unit_add(runbox_card_fills_an_account);
	unit_add(runbox_own_domain_logs_in_by_local_part);
	unit_add(runbox_login_of_a_domain_added_later_is_fine);
	unit_add(account_overrides_its_card);
	unit_add(provider_unknown_suggests_nearest);
	unit_add(card_reads_every_word);
	unit_add(card_with_an_error_is_left_out);
	unit_add(card_says_which_servers_are_believed_unless_the_account_does);
	unit_add(cards_floor_counts_when_it_is_higher);
}
