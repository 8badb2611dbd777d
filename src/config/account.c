/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one table of the words of an account, and how each is read. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/proc.h"

#define KEEP_ROWS_MAX 100000000
#define DAY 86400

/* --- words --- */

static void take_provider(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	const struct word *w = s->word + 1;
	a->card = cfg_card(p->cfg, w->text);
	if (a->card)
		return;
	GPtrArray *cards = p->cfg->cards;
	g_autofree const char **names = g_new(const char *, cards->len + 1);
	for (guint i = 0; i < cards->len; i++)
		names[i] = ((const struct cfg_card *)cards->pdata[i])->name;
	const char *near = cfg_nearest(w->text, names, cards->len);
	g_autofree char *hint =
		near ? cfg_did_you_mean(near) : g_strdup(_("name the servers yourself with imap and smtp"));
	g_autofree char *said = cfg_quote_word(w);
	cfg_complain(p, CFG_ERROR, &w->at, hint, _("no card for provider %s"), said);
}

static void take_email(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	if (cfg_value_address(str_of(s->word[1].text))) {
		cfg_take_text(p, s, into, rule);
		return;
	}
	g_autofree char *said = cfg_quote_word(s->word + 1);
	cfg_complain(p, CFG_ERROR, &s->word[1].at, _("vera@box.example, without a name"), _("%s is no address"), said);
}

/* As written: a backslash in a login name is part of it. */
static void take_login(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)p;
	char **field = (char **)(void *)((char *)into + rule->field);
	const struct word *w = s->word + 1;
	struct str raw = w->at.span;
	bool quotes = memchr(raw.p, '"', raw.n) || memchr(raw.p, '\'', raw.n);
	g_free(*field);
	*field = quotes ? g_strdup(w->text) : str_dup(raw);
}

static bool is_command(struct parser *p, const struct word *w)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(w->text, &e);
	if (!argv)
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("this is no command line: empty, or a quote is not closed"));
	err_clear(&e);
	return argv != NULL;
}

static void take_secret_command(struct parser *p, const struct stmt *s, struct cfg_account *a, enum cfg_password kind)
{
	if (!is_command(p, s->word + 1))
		return;
	a->password = kind;
	g_free(a->password_arg);
	a->password_arg = g_strdup(s->word[1].text);
}

static void take_passcmd(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	take_secret_command(p, s, into, CFG_PASSWORD_COMMAND);
}

static void take_tokencmd(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	take_secret_command(p, s, into, CFG_PASSWORD_TOKEN);
}

static void not_yet(struct parser *p, const struct word *w)
{
	cfg_complain(p, CFG_ERROR, &w->at, NULL, _("'%s' is not supported by this version"), w->text);
}

static void take_command_later(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	if (is_command(p, s->word + 1))
		not_yet(p, s->word);
}

static void take_proxy(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	const struct word *w = s->word + 1;
	if (str_starts(str_of(w->text), "socks5://") || str_starts(str_of(w->text), "socks5h://"))
		not_yet(p, s->word);
	else
		cfg_complain(p, CFG_ERROR, &w->at, "socks5://localhost:1080", _("this is no proxy"));
}

static void take_pop3(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	struct cfg_server *server = cfg_server_of(p, s, 1, SERVICE_POP3);
	not_yet(p, s->word);
	cfg_server_free(server);
}

static void take_imap(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	cfg_server_free(a->imap);
	a->imap = cfg_server_of(p, s, 1, SERVICE_IMAP);
}

static void take_smtp(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	if (strcmp(s->word[1].text, "sendmail")) {
		cfg_server_free(a->smtp);
		a->smtp = cfg_server_of(p, s, 1, SERVICE_SMTP);
	} else if (s->n < 3) {
		cfg_complain(p, CFG_ERROR, &s->word[1].at, "smtp sendmail \"/usr/sbin/sendmail -i\"",
			_("the command is missing behind 'sendmail'"));
	} else if (is_command(p, s->word + 2)) {
		g_free(a->sendmail);
		a->sendmail = g_strdup(s->word[2].text);
	}
}

static void take_auth(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	static const struct {
		const char *name;
		enum cfg_auth auth; /* BEST: known, but not to this version */
	} ways[] = { { "plain", CFG_AUTH_PLAIN }, { "login", CFG_AUTH_LOGIN }, { "scram", CFG_AUTH_SCRAM },
		{ "scram-sha-1", CFG_AUTH_SCRAM_SHA_1 }, { "scram-sha-256", CFG_AUTH_SCRAM_SHA_256 },
		{ "xoauth2", CFG_AUTH_XOAUTH2 }, { "oauthbearer", CFG_AUTH_OAUTHBEARER },
		{ "external", CFG_AUTH_EXTERNAL }, { "cram-md5", CFG_AUTH_CRAM_MD5 }, { "gssapi", CFG_AUTH_BEST } };
	struct cfg_account *a = into;
	const struct word *w = s->word + 1;
	const char *names[G_N_ELEMENTS(ways)];
	size_t i = 0;
	while (i < G_N_ELEMENTS(ways) && strcmp(ways[i].name, w->text))
		i++;
	if (i < G_N_ELEMENTS(ways)) {
		a->auth = ways[i].auth;
		if (a->auth == CFG_AUTH_BEST)
			cfg_complain(p, CFG_ERROR, &w->at,
				_("without the word the best way is taken that the server offers"),
				_("'auth %s' is not supported by this version"), w->text);
		return;
	}
	for (i = 0; i < G_N_ELEMENTS(ways); i++)
		names[i] = ways[i].name;
	g_autofree char *said = cfg_quote_word(w);
	g_autofree char *hint = cfg_did_you_mean(cfg_nearest(w->text, names, G_N_ELEMENTS(names)));
	cfg_complain(p, CFG_ERROR, &w->at, hint, _("unknown way to log in %s"), said);
}

static void take_cafile(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	g_free(a->cafile);
	a->cafile = cfg_path_of(p, s->word + 1);
	if (a->cafile && p->disk && !g_file_test(a->cafile, G_FILE_TEST_IS_REGULAR))
		cfg_complain(p, CFG_ERROR, &s->word[1].at, NULL, _("no such file '%s'"), a->cafile);
}

/* NAMESPACE shows prefixes with their delimiter; here they stand without. */
static void take_prefix(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	struct cfg_account *a = into;
	cfg_take_text(p, s, into, rule);
	size_t n = strlen(a->prefix);
	if (n && strchr("./", a->prefix[n - 1]))
		a->prefix[n - 1] = '\0';
}

static void bad_time(struct parser *p, const struct word *w)
{
	g_autofree char *said = cfg_quote_word(w);
	cfg_complain(p, CFG_ERROR, &w->at, _("a number and s, m, h, d or w: 15m"), _("%s is no span of time"), said);
}

static void take_poll(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	if (cfg_value_time(str_of(s->word[1].text), &a->poll))
		a->poll = MAX(a->poll, 1);
	else
		bad_time(p, s->word + 1);
}

static void take_connections(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	const struct word *w = s->word + 1;
	uint64_t n;
	if (str_u64(str_of(w->text), CFG_CONNECTIONS_MOST, &n) && n) {
		a->connections = (int)n;
		return;
	}
	g_autofree char *said = cfg_quote_word(w);
	cfg_complain(p, CFG_ERROR, &w->at, "1, 2, 3", _("%s is no number of connections"), said);
}

static bool days_of(struct str s, int *days_out)
{
	int seconds;
	if (!cfg_value_time(s, &seconds) || seconds % DAY)
		return false;
	*days_out = seconds / DAY;
	return true;
}

static bool keep_one(struct cfg_account *a, const char *what, const char *value)
{
	struct str v = str_of(value);
	uint64_t rows;
	if (!strcmp(what, "parts"))
		return cfg_value_size(v, &a->keep_parts_bytes);
	if (!strcmp(what, "text"))
		return days_of(v, &a->keep_text_days) || cfg_value_size(v, &a->keep_text_bytes);
	if (!strcmp(value, "all")) {
		a->keep_days = a->keep_rows = 0;
		return true;
	}
	if (str_u64(v, KEEP_ROWS_MAX, &rows) && rows) {
		a->keep_rows = (int)rows;
		return true;
	}
	return days_of(v, &a->keep_days) && a->keep_days;
}

static void take_keep(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	static const char *const kinds[] = { "envelopes", "text", "parts" };
	static const char *const wanted[] = { "all, 90d, or 1000", "90d 256MB", "512MB" };
	static const char *const slots[] = { "keep envelopes", "keep text", "keep parts" };
	const struct word *what = s->word + 1;
	size_t kind = 0;
	while (kind < G_N_ELEMENTS(kinds) && strcmp(kinds[kind], what->text))
		kind++;
	if (kind == G_N_ELEMENTS(kinds)) {
		g_autofree char *said = cfg_quote_word(what);
		const char *near = cfg_nearest(what->text, kinds, G_N_ELEMENTS(kinds));
		g_autofree char *hint = near ? cfg_did_you_mean(near) : g_strdup("keep envelopes|text|parts");
		cfg_complain(p, CFG_ERROR, &what->at, hint, _("unknown kind to keep %s"), said);
		return;
	}
	if (!cfg_give_once(p, p->block->given, slots[kind], what, what, _("is given twice")))
		return;
	size_t most = kind == 1 ? 4 : 3;
	for (size_t i = 2; i < s->n; i++) {
		const struct word *w = s->word + i;
		if (i < most && keep_one(into, what->text, w->text))
			continue;
		g_autofree char *said = cfg_quote_word(w);
		cfg_complain(p, CFG_ERROR, &w->at, wanted[kind], _("%s says not how much of '%s' to keep"), said,
			what->text);
	}
}

static bool is_inbox(const char *name)
{
	return !g_ascii_strcasecmp(name, "inbox");
}

/* Each folder stands in one list, once. */
static void take_tier(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	GPtrArray *list = *(GPtrArray **)(void *)((char *)into + rule->field);
	const struct cfg_account *a = into;
	for (size_t i = 1; i < s->n; i++) {
		const struct word *w = s->word + i;
		g_autofree char *slot = g_strdup_printf("tier %s", w->text);
		if (list == a->skipped && is_inbox(w->text))
			cfg_complain(p, CFG_ERROR, &w->at, NULL, _("the inbox cannot be skipped"));
		else if (cfg_give_once(p, p->block->given, slot, w, w, _("is pinned or skipped already")))
			g_ptr_array_add(list, g_strdup(w->text));
	}
}

#define FIELD(name) .field = offsetof(struct cfg_account, name)
#define RULE(...)                                                                                                      \
	&(const struct cfg_rule)                                                                                       \
	{                                                                                                              \
		__VA_ARGS__                                                                                            \
	}
#define ROLE_DOC                                                                                                       \
	N_("The name as the screen shows it. \"none\" turns the role off. Without it the server is asked, then "       \
	   "common names "                                                                                             \
	   "are tried.")

static const struct cfg_word account_words[] = {
	{
		.name = "provider",
		.args = "NAME",
		.help = N_("a card that knows the servers of a provider"),
		.doc = N_("It fills what is not given here: servers, login name, prefix, roles, and the least time "
			  "between polls."),
		.example = "  provider runbox",
		.rule = RULE(.take = take_provider, .min = 1, .max = 1),
	},
	{
		.name = "email",
		.args = "ADDRESS",
		.help = N_("the address of this account; every account needs one"),
		.example = "  email    vera@box.example",
		.rule = RULE(.take = take_email, .min = 1, .max = 1, FIELD(email)),
	},
	{
		.name = "name",
		.args = "\"FULL NAME\"",
		.help = N_("the name that goes with the address"),
		.example = "  name     \"Vera Lund\"",
		.rule = RULE(.take = cfg_take_text, .min = 1, .max = 1, FIELD(name)),
	},
	{
		.name = "login",
		.args = "NAME",
		.help = N_("the login name, just as the server wants it"),
		.doc = N_("Nothing is ever encoded or decoded in it: vera%box.example stays so. Without it the card "
			  "makes it from "
			  "the address; without a card it is the address."),
		.example = "# login    vera%box.example",
		.rule = RULE(.take = take_login, .min = 1, .max = 1, FIELD(login)),
	},
	{
		.name = "password",
		.args = "ask|file PATH",
		.preset = "ask",
		.help = N_("where the password comes from"),
		.doc = N_("Asked for when it is needed, or the first line of a file that only you can read (mode "
			  "0600). A "
			  "password never stands in this file."),
		.example = "  password ask",
		.rule = RULE(.take = cfg_take_password, .min = 1),
	},
	{
		.name = "passcmd",
		.args = "\"COMMAND\"",
		.help = N_("a command that prints the password, in place of password"),
		.doc = N_("It is split at blanks and run without a shell, at most 60 seconds; the first line it prints "
			  "counts."),
		.example = "# passcmd  \"secret-tool lookup boxwood box\"",
		.rule = RULE(.take = take_passcmd, .min = 1, .max = 1, .slot = "password"),
	},
	{
		.name = "tokencmd",
		.args = "\"COMMAND\"",
		.help = N_("a command that prints an OAuth token, in place of password"),
		.doc = N_("Run as passcmd is, but before each login, for tokens are short-lived. What it prints goes "
			  "by OAUTHBEARER or XOAUTH2 and is never sent as a password. When the server refuses a token "
			  "the command is run once more, and another token is tried once."),
		.example = "# tokencmd \"oauth-token vera@box.example\"",
		.rule = RULE(.take = take_tokencmd, .min = 1, .max = 1, .slot = "password"),
	},
	{
		.name = "imap",
		.args = "HOST:PORT tls|starttls|insecure",
		.help = N_("the server that keeps the mail"),
		.doc = N_(
			"tls encrypts from the first octet (port 993), starttls before anything is told (port 143); "
			"there is no "
			"way back to plain text. insecure leaves out both, for a server on this machine; each reading "
			"warns of it. Other programs call these SSL/TLS and TLS. An IPv6 address stands in brackets."),
		.example = "# imap     mail.box.example:993 tls",
		.rule = RULE(.take = take_imap, .min = 1, .max = 2),
	},
	{
		.name = "smtp",
		.args = "HOST:PORT tls|starttls|insecure | sendmail \"COMMAND\"",
		.help = N_("the server that takes outgoing mail"),
		.doc = N_("Ports: 465 with tls, 587 with starttls. With sendmail the command gets the message and, "
			  "behind "
			  "--, the addresses; it is split at blanks and run without a shell."),
		.example = "# smtp     mail.box.example:465 tls",
		.rule = RULE(.take = take_smtp, .min = 1, .max = 2),
	},
	{
		.name = "smtp-login",
		.args = "NAME",
		.help = N_("the login name for sending, when it differs"),
		.doc = N_("As written here, like login."),
		.example = "# smtp-login     vera",
		.rule = RULE(.take = take_login, .min = 1, .max = 1, FIELD(smtp_login)),
	},
	{
		.name = "smtp-password",
		.args = "ask|file PATH",
		.help = N_("where the password for sending comes from, when it differs"),
		.doc = N_("As with password; without it the account's way to the password counts for sending too."),
		.example = "# smtp-password  file ~/.boxpw-smtp",
		.rule = RULE(.take = cfg_take_smtp_password, .min = 1),
	},
	{
		.name = "pop3",
		.args = "HOST:PORT tls|starttls|insecure",
		.help = N_("a POP3 server, in place of imap"),
		.doc = N_("Not supported by this version."),
		.rule = RULE(.take = take_pop3, .min = 1, .max = 2, .slot = "imap"),
	},
	{
		.name = "auth",
		.args = "plain|login|scram|scram-sha-1|scram-sha-256|xoauth2|oauthbearer|external|cram-md5",
		.help = N_("how to log in, when the usual order is wrong"),
		.doc = N_(
			"Without it a password goes by SCRAM where it can be bound to the connection or was used last "
			"time, else by LOGIN, PLAIN or, at last, SCRAM; a token by OAUTHBEARER or XOAUTH2. scram is "
			"the strongest of its kind. Where SCRAM kept the password from the server last time and now "
			"the server would learn it, there is no login until this word names such a way. cram-md5 and "
			"external are used only when they are named; external sends neither name nor password, for a "
			"server that knows you by the connection: there are no client certificates here. A way that "
			"the server cannot do is passed over; no password is tried twice."),
		.example = "# auth     plain",
		.rule = RULE(.take = take_auth, .min = 1, .max = 1),
	},
	{
		.name = "cafile",
		.args = "PATH",
		.help = N_("a certificate authority that is trusted too, in PEM"),
		.doc = N_("The file may hold revocation lists (CRLs) too: a server whose certificate stands in one is "
			  "refused, and so is every server of that issuer once the list has expired."),
		.example = "# cafile   ~/.config/boxwood/our-ca.pem",
		.rule = RULE(.take = take_cafile, .min = 1, .max = 1),
	},
	{
		.name = "pin",
		.args = "HOST:PORT sha256:HEX",
		.help = N_("the one key that server may have"),
		.doc = N_("The SHA-256 of the public key (SPKI) of its certificate. It counts in place of chain and "
			  "name there; any "
			  "other key stops the connection. May stand once for each server."),
		.rule = RULE(.take = cfg_take_pin, .min = 2, .max = 2, .many = true),
	},
	{
		.name = "proxy",
		.args = "socks5://HOST:PORT",
		.help = N_("reach the servers through a proxy"),
		.doc = N_("Not supported by this version."),
		.rule = RULE(.take = take_proxy, .min = 1, .max = 1),
	},
	{
		.name = "tunnel",
		.args = "\"COMMAND\"",
		.help = N_("speak IMAP with a command in place of a server"),
		.doc = N_("Not supported by this version."),
		.rule = RULE(.take = take_command_later, .min = 1, .max = 1),
	},
	{
		.name = "prefix",
		.args = "NAME",
		.help = N_("the folder below which all others lie"),
		.doc = N_("Without it the server is asked. It is hidden on the screen and added for the server: Sent "
			  "is INBOX.Sent "
			  "there."),
		.example = "# prefix   INBOX",
		.rule = RULE(.take = take_prefix, .min = 1, .max = 1, FIELD(prefix)),
	},
	{
		.name = "sent",
		.args = "FOLDER|none",
		.help = N_("the folder for copies of what was sent"),
		.doc = ROLE_DOC,
		.example = "# sent     Sent",
		.rule = RULE(.take = cfg_take_text, .min = 1, .max = 1, FIELD(roles[CFG_SENT])),
	},
	{
		.name = "drafts",
		.args = "FOLDER|none",
		.help = N_("the folder for drafts"),
		.doc = ROLE_DOC,
		.rule = RULE(.take = cfg_take_text, .min = 1, .max = 1, FIELD(roles[CFG_DRAFTS])),
	},
	{
		.name = "trash",
		.args = "FOLDER|none",
		.help = N_("the folder for what was deleted"),
		.doc = ROLE_DOC,
		.rule = RULE(.take = cfg_take_text, .min = 1, .max = 1, FIELD(roles[CFG_TRASH])),
	},
	{
		.name = "junk",
		.args = "FOLDER|none",
		.help = N_("the folder for spam"),
		.doc = ROLE_DOC,
		.rule = RULE(.take = cfg_take_text, .min = 1, .max = 1, FIELD(roles[CFG_JUNK])),
	},
	{
		.name = "archive",
		.args = "FOLDER|none",
		.help = N_("the folder for what is kept out of the inbox"),
		.doc = ROLE_DOC,
		.example = "# archive  Archive",
		.rule = RULE(.take = cfg_take_text, .min = 1, .max = 1, FIELD(roles[CFG_ARCHIVE])),
	},
	{
		.name = "poll",
		.args = "TIME",
		.preset = "15m",
		.help = N_("how often to look for new mail"),
		.doc = N_("Always more than ten minutes, and never below what the provider's card says; a smaller "
			  "value is raised "
			  "and warned about. Asking by hand is possible at any time."),
		.example = "  poll     15m",
		.rule = RULE(.take = take_poll, .min = 1, .max = 1),
	},
	{
		.name = "pinned",
		.args = "FOLDER..",
		.help = N_("folders that are looked at as often as the inbox"),
		.doc = N_("Names as the screen shows them; the word may stand more than once. At each poll they are "
			  "brought up to date with the inbox, in the screens and by sync, and their texts are fetched "
			  "ahead."),
		.example = "# pinned   Lists/team Orders",
		.rule = RULE(.take = take_tier, .min = 1, .many = true, .list = true, FIELD(pinned)),
	},
	{
		.name = "skip",
		.args = "FOLDER..",
		.help = N_("folders that are left alone until you open them"),
		.doc = N_("Names as the screen shows them; the word may stand more than once. Nothing of them is "
			  "fetched by itself, nor by a sync of all folders: only when you open or name one."),
		.example = "# skip     Lists/noise",
		.rule = RULE(.take = take_tier, .min = 1, .many = true, .list = true, FIELD(skipped)),
	},
	{
		.name = "notify",
		.args = "FOLDER..",
		.help = N_("the folders whose new mail is told"),
		.doc = N_("In place of the Inbox and the pinned ones; the word may stand more than once, and \"none\" "
			  "turns it off for the account. How it is told say the options notify-terminal and notify. A "
			  "folder that is not pinned is told of when it is looked at."),
		.example = "# notify   Inbox Lists/team",
		.rule = RULE(.take = cfg_take_words, .min = 1, .many = true, FIELD(notified)),
	},
	{
		.name = "authserv",
		.args = "NAME..",
		.help = N_("the mail servers that are believed about who sent a message"),
		.doc = N_("What they call themselves at the beginning of the Authentication-Results field that they "
			  "put into each message; in place of what the card says. Only what such a server wrote on "
			  "top counts, and without the word nothing does, for everybody can write such a field into "
			  "a message."),
		.example = "# authserv mx.box.example",
		.rule = RULE(.take = cfg_take_words, .min = 1, .many = true, .list = true, FIELD(authservs)),
	},
	{
		.name = "connections",
		.args = "1|2|3",
		.preset = "2",
		.help = N_("how many connections to the server at the same time"),
		.doc = N_(
			"The first keeps up with the server. Another one is made while the screens fetch or store what "
			"is large, so that nothing else waits for it, and closed when it was not needed for three "
			"minutes. With 3 both can go on at once. A server that does not allow it is served by one."),
		.example = "# connections 1",
		.rule = RULE(.take = take_connections, .min = 1, .max = 1),
	},
	{
		.name = "keep",
		.args = "envelopes all|DAYS|NUMBER, text DAYS SIZE, parts SIZE",
		.preset = "envelopes all, text 90d 256MB, parts 512MB",
		.help = N_("how much mail is kept on this machine"),
		.doc = N_("envelopes: what lists show, of all messages, those of so many days, or so many in each "
			  "folder, but always its newest 50. text: the texts, fetched ahead in the screens' idle "
			  "time and by sync --bodies; 0MB fetches none. parts: attachments and the like that were "
			  "fetched once. What is more goes while the screens are idle and at the end of a sync, "
			  "what was used least first; it is fetched again when it is wanted. Nothing is let go that "
			  "a change still waits for."),
		.example = "# keep     text 90d 256MB",
		.rule = RULE(.take = take_keep, .min = 2, .max = 3, .many = true),
	},
	{
		.name = "from",
		.args = "[\"NAME\"] ADDRESS [default] [signature=FILE] [replyto=ADDRESS] [bcc=ADDRESS] [key=ID] "
			"[sent=FOLDER] [folder=FOLDER]",
		.help = N_("an address to send from"),
		.doc = N_("May stand many times. *@box.example means any address of that domain to which mail came. "
			  "Without one the account's address is used. signature names a file; replyto, bcc and key go "
			  "with what is sent from there; sent is the folder for the copies, in place of the account's. "
			  "folder, "
			  "which may stand more than once, names a folder whose messages are answered as this, and "
			  "those below it, where nothing else says as what."),
		.example = "  from     vera@box.example  default\n"
			   "# from     \"Box sales\" <sales@box.example>  signature=~/.sig-sales  sent=Sales\n"
			   "# from     vera.l@box.example  folder=Lists/dev\n"
			   "# from     *@box.example",
		.rule = RULE(.take = cfg_take_from, .min = 1, .many = true),
	},
};

const struct cfg_word *cfg_account_words(size_t *n_out)
{
	*n_out = G_N_ELEMENTS(account_words);
	return account_words;
}
