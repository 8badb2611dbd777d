/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account from its brace to its end, and what is checked when it is whole. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

/* --- what only the whole account tells --- */

static const struct given *given(const struct block *b, const char *slot)
{
	return g_hash_table_lookup(b->given, slot);
}

static struct cfg_server *first_server(const GPtrArray *servers)
{
	return servers->len ? cfg_server_copy(servers->pdata[0]) : NULL;
}

static void fill_from_card(struct cfg_account *a)
{
	const struct cfg_card *card = a->card;
	bool own_authservs = a->authservs->len;
	if (!a->imap)
		a->imap = first_server(card->imap);
	if (!a->smtp && !a->sendmail)
		a->smtp = first_server(card->smtp);
	if (!a->prefix)
		a->prefix = g_strdup(card->prefix);
	for (int i = 0; i < CFG_ROLES; i++)
		if (!a->roles[i])
			a->roles[i] = g_strdup(card->roles[i]);
	for (guint i = 0; !own_authservs && i < card->authservs->len; i++)
		g_ptr_array_add(a->authservs, g_strdup(card->authservs->pdata[i]));
}

static char *decode_percent(const char *login)
{
	g_auto(GStrv) pieces = g_strsplit(login, "%25", -1);
	g_autofree char *plain = g_strjoinv("%", pieces);
	g_auto(GStrv) ats = g_strsplit(plain, "%40", -1);
	return g_strjoinv("@", ats);
}

/* %25 and %40 come from URLs, where other programs want them. */
static bool warn_encoded(struct parser *p, const struct cfg_account *a, const struct mark *at)
{
	const char *found = strstr(a->login, "%25");
	if (!found)
		found = strstr(a->login, "%40");
	if (!found)
		return false;
	g_autofree char *plain = decode_percent(a->login);
	g_autofree char *hint = g_strdup_printf(_("write %s"), plain);
	struct word w = { .text = a->login, .at = *at };
	struct mark there = cfg_mark_within(&w, (size_t)(found - a->login), 3);
	cfg_complain(p, CFG_WARNING, &there, hint, _("looks URL-encoded"));
	return true;
}

static void check_login(struct parser *p, const struct block *b, const char *local, const char *domain)
{
	const struct cfg_account *a = b->account;
	const struct given *said = given(b, "login");
	if (!said || warn_encoded(p, a, &said->value) || !a->card || !strchr(a->login, '@'))
		return;
	g_autoptr(GPtrArray) fit = cfg_card_templates(a->card, domain);
	for (guint i = 0; i < fit->len; i++) {
		g_autofree char *login = cfg_login_expand(fit->pdata[i], local, domain);
		if (!strcmp(login, a->login))
			return;
	}
	if (!fit->len)
		return;
	g_autofree char *wanted = cfg_login_expand(fit->pdata[0], "user", "domain");
	g_autofree char *hint = cfg_login_expand(fit->pdata[0], local, domain);
	cfg_complain(p, CFG_WARNING, &said->value, hint, _("this provider wants %s"), wanted);
}

static void finish_login(struct parser *p, const struct block *b)
{
	struct cfg_account *a = b->account;
	const char *at = strchr(a->email, '@');
	g_autofree char *local = g_strndup(a->email, (size_t)(at - a->email));
	if (a->login) {
		check_login(p, b, local, at + 1);
		return;
	}
	if (a->card) {
		g_autoptr(GPtrArray) fit = cfg_card_templates(a->card, at + 1);
		if (fit->len)
			a->login = cfg_login_expand(fit->pdata[0], local, at + 1);
	}
	if (!a->login)
		a->login = g_strdup(a->email);
}

static void finish_poll(struct parser *p, const struct block *b)
{
	struct cfg_account *a = b->account;
	int floor = a->card ? a->card->poll_floor : 0;
	int least = MAX(CFG_POLL_LEAST, floor);
	const struct given *said = given(b, "poll");
	if (a->poll && a->poll < least) {
		g_autofree char *limit = cfg_time_text(MAX(floor, CFG_POLL_LEAST - 1));
		g_autofree char *hint = g_strdup_printf(_("polls will be %d seconds apart"), least);
		if (floor)
			cfg_complain(p, CFG_WARNING, &said->value, hint, _("not above the provider's %s"), limit);
		else
			cfg_complain(
				p, CFG_WARNING, &said->value, hint, _("polls are always more than %s apart"), limit);
	}
	a->poll = MAX(a->poll ? a->poll : CFG_POLL_DEFAULT, least);
}

static void check_roles(struct parser *p, const struct block *b)
{
	static const char *const words[CFG_ROLES] = { "sent", "drafts", "trash", "junk", "archive" };
	const struct cfg_account *a = b->account;
	size_t n = a->prefix ? strlen(a->prefix) : 0;
	for (int i = 0; i < CFG_ROLES && n; i++) {
		const struct given *said = given(b, words[i]);
		const char *role = a->roles[i];
		if (said && role && !g_ascii_strncasecmp(role, a->prefix, n) && role[n] && strchr("./", role[n]))
			cfg_complain(p, CFG_NOTICE, &said->value, NULL,
				_("prefix is added for you; both forms mean %s"), role);
	}
}

static bool serves(const struct cfg_server *s, const struct cfg_pin *pin)
{
	return s && s->port == pin->port && !g_ascii_strcasecmp(s->host, pin->host);
}

static void check_pins(struct parser *p, const struct block *b)
{
	const struct cfg_account *a = b->account;
	for (guint i = 0; i < a->pins->len; i++) {
		const struct cfg_pin *pin = a->pins->pdata[i];
		g_autofree char *slot = cfg_pin_slot(pin->host, pin->port);
		if (!serves(a->imap, pin) && !serves(a->smtp, pin))
			cfg_complain(p, CFG_WARNING, &given(b, slot)->value, NULL,
				_("this account has no server %s:%u"), pin->host, pin->port);
	}
}

/* A token is no password, and a password no token. */
static void check_auth(struct parser *p, const struct block *b)
{
	const struct cfg_account *a = b->account;
	const struct given *said = given(b, "auth");
	bool wants = a->auth == CFG_AUTH_XOAUTH2 || a->auth == CFG_AUTH_OAUTHBEARER;
	bool has = a->password == CFG_PASSWORD_TOKEN;
	if (a->auth == CFG_AUTH_BEST || a->auth == CFG_AUTH_EXTERNAL || wants == has)
		return;
	if (wants)
		cfg_complain(p, CFG_ERROR, &said->value, _("add 'tokencmd', in place of password"),
			_("this way to log in wants an access token"));
	else
		cfg_complain(p, CFG_ERROR, &said->value, _("xoauth2, oauthbearer, or leave the word out"),
			_("'tokencmd' gives an access token, and this way to log in wants a password"));
}

/* A word that was wrong is given all the same: it is not missing too. Nor is what may stand behind the end
 * that was not found. */
static void finish(struct parser *p, struct block *b, const struct mark *at)
{
	struct cfg_account *a = b->account;
	bool missing = !b->unclosed;
	if (missing && !given(b, "email"))
		cfg_complain(p, CFG_ERROR, at, "email vera@box.example", _("account '%s' has no 'email'"), a->label);
	if (a->card)
		fill_from_card(a);
	bool sends = given(b, "smtp");
	if (missing && !a->imap && !sends && !given(b, "imap") && !given(b, "provider"))
		cfg_complain(p, CFG_ERROR, at, _("add 'imap HOST:993 tls' or a 'provider'"),
			_("account '%s' has no server"), a->label);
	if (!a->imap && a->card && !given(b, "imap"))
		cfg_complain(
			p, CFG_ERROR, at, _("add 'imap HOST:993 tls'"), _("the provider's card has no IMAP server"));
	if (a->email)
		finish_login(p, b);
	finish_poll(p, b);
	check_auth(p, b);
	check_roles(p, b);
	check_pins(p, b);
}

void cfg_account_free(struct cfg_account *a)
{
	if (!a)
		return;
	char *const texts[] = { a->label, a->email, a->name, a->login, a->password_arg, a->sendmail, a->smtp_login,
		a->smtp_password_arg, a->cafile, a->proxy, a->tunnel, a->prefix };
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	for (int i = 0; i < CFG_ROLES; i++)
		g_free(a->roles[i]);
	cfg_server_free(a->imap);
	cfg_server_free(a->smtp);
	g_ptr_array_unref(a->pins);
	g_ptr_array_unref(a->froms);
	g_ptr_array_unref(a->pinned);
	g_ptr_array_unref(a->skipped);
	g_ptr_array_unref(a->notified);
	g_ptr_array_unref(a->authservs);
	g_free(a);
}

/* --- the block --- */

static struct cfg_account *account_new(const char *label)
{
	struct cfg_account *a = g_new0(struct cfg_account, 1);
	a->label = g_strdup(label);
	a->password = CFG_PASSWORD_ASK;
	a->pins = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_pin_free);
	a->froms = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_from_free);
	a->pinned = g_ptr_array_new_with_free_func(g_free);
	a->skipped = g_ptr_array_new_with_free_func(g_free);
	a->notified = g_ptr_array_new_with_free_func(g_free);
	a->authservs = g_ptr_array_new_with_free_func(g_free);
	a->connections = CFG_CONNECTIONS_DEFAULT;
	a->keep_text_days = 90;
	a->keep_text_bytes = (int64_t)256 << 20;
	a->keep_parts_bytes = (int64_t)512 << 20;
	return a;
}

static bool label_is_good(const char *label)
{
	if (!g_ascii_islower(*label) && !g_ascii_isdigit(*label))
		return false;
	return strlen(label) <= 32 && strspn(label, "abcdefghijklmnopqrstuvwxyz0123456789._-") == strlen(label);
}

static void check_label(struct parser *p, const struct word *w, const char *label)
{
	if (!label_is_good(label)) {
		cfg_complain(p, CFG_ERROR, &w->at, _("small letters, digits, and . _ - inside; at most 32"),
			_("this cannot be the name of an account"));
	} else {
		g_autofree char *key = cfg_key_of(label, "");
		cfg_give_once(p, p->labels, label, w, w, _("names an account already"));
		cfg_origin_note(p, key, w, 1, 0);
	}
	if (p->cfg->accounts->len >= CFG_ACCOUNTS_MAX)
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("more than %d accounts"), CFG_ACCOUNTS_MAX);
}

static void open_block(struct parser *p, const char *label, const struct mark *at, unsigned errors_before)
{
	p->block = g_new0(struct block, 1);
	p->block->account = account_new(label);
	p->block->open = *at;
	p->block->given = cfg_given_table();
	p->block->errors_before = errors_before;
}

static void close_block(struct parser *p)
{
	struct block *b = g_steal_pointer(&p->block);
	finish(p, b, &b->open);
	if (p->errors == b->errors_before) {
		g_ptr_array_add(p->cfg->accounts, b->account);
	} else {
		g_ptr_array_add(p->cfg->broken, g_strdup(b->account->label));
		cfg_account_free(b->account);
	}
	g_hash_table_unref(b->given);
	g_free(b);
}

static bool is_sign(const struct word *w, const char *sign)
{
	return !w->quoted && !strcmp(w->text, sign);
}

/* Whatever is wrong with this line, the block is opened: its words belong to it. */
void cfg_take_account(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)into;
	(void)rule;
	unsigned before = p->errors - (s->fault != LEX_FINE);
	const struct word *name = s->n > 1 && !is_sign(s->word + 1, "{") ? s->word + 1 : NULL;
	size_t brace = name ? 2 : 1;
	g_autofree char *label = g_strdup(name ? name->text : "?");
	bool glued = name && !name->quoted && strlen(label) > 1 && g_str_has_suffix(label, "{");
	if (glued)
		label[strlen(label) - 1] = '\0';
	if (name)
		check_label(p, name, label);
	else if (!s->fault)
		cfg_complain(p, CFG_ERROR, &s->word->at, "account box {", _("the name of the account is missing"));
	bool braced = s->n > brace && is_sign(s->word + brace, "{");
	const struct mark *at = braced ? &s->word[brace].at : s->n ? &s->word[s->n - 1].at : &s->fault_at;
	if (glued)
		cfg_complain(p, CFG_ERROR, &name->at, NULL, _("a blank is missing before '{'"));
	else if (!braced && !s->fault)
		cfg_complain(p, CFG_ERROR, at, "account box {", _("'{' is missing at the end of this line"));
	open_block(p, label, at, before);
	p->block->brace_missing = !braced && !glued;
	if (braced && s->n > brace + 1) {
		cfg_complain(p, CFG_ERROR, &s->word[brace + 1].at, NULL,
			_("the words of an account stand on lines of their own"));
		if (is_sign(s->word + s->n - 1, "}"))
			close_block(p);
	}
}

static void run_account_word(struct parser *p, const struct stmt *s)
{
	size_t n;
	const struct cfg_word *words = cfg_account_words(&n);
	cfg_run_word(p, words, n, s, p->block->account, p->block->given, p->block->account->label);
}

void cfg_account_line(struct parser *p, const struct stmt *s)
{
	struct stmt line = *s;
	const struct word *last = s->word + s->n - 1;
	bool begins = is_sign(s->word, "}"), ends = is_sign(last, "}");
	if (p->block->brace_missing && s->n == 1 && is_sign(s->word, "{")) {
		p->block->brace_missing = false;
		return;
	}
	if (begins && s->n > 1) {
		cfg_complain(p, CFG_ERROR, &s->word[1].at, NULL, _("nothing may stand behind '}'"));
	} else if (ends && s->n > 1) {
		cfg_complain(p, CFG_ERROR, &last->at, NULL, _("'}' stands on a line of its own"));
		line.n--;
	}
	if (!begins)
		run_account_word(p, &line);
	if (begins || ends)
		close_block(p);
}

void cfg_account_unclosed(struct parser *p, unsigned line, bool at_end)
{
	const struct mark *open = &p->block->open;
	p->block->unclosed = true;
	if (at_end)
		cfg_complain(p, CFG_ERROR, open, NULL, _("'{' has no '}' before end of file (line %u)"), line);
	else
		cfg_complain(p, CFG_ERROR, open, NULL, _("'{' has no '}' before the next command (line %u)"), line);
	close_block(p);
}
