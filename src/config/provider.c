/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Provider cards: files of the grammar of mailrc, one word a line. */
#include "config/internal.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"

#define CARDS_MAX 500

static void take_names(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	GPtrArray *list = *(GPtrArray **)(void *)((char *)into + rule->field);
	for (size_t i = 1; i < s->n; i++) {
		const char *name = s->word[i].text;
		if (cfg_value_host(str_of(name)) && !strchr(name, ':')) {
			g_ptr_array_add(list, g_ascii_strdown(name, -1));
			continue;
		}
		g_autofree char *said = cfg_quote_word(s->word + i);
		if (rule->field == offsetof(struct cfg_card, confirm_hosts))
			cfg_complain(p, CFG_ERROR, &s->word[i].at, NULL, _("%s is no name of a host"), said);
		else
			cfg_complain(p, CFG_ERROR, &s->word[i].at, NULL, _("%s is no mail domain"), said);
	}
}

static void take_card_server(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	GPtrArray *servers = *(GPtrArray **)(void *)((char *)into + rule->field);
	enum service service = rule->field == offsetof(struct cfg_card, imap)   ? SERVICE_IMAP
			       : rule->field == offsetof(struct cfg_card, smtp) ? SERVICE_SMTP
										: SERVICE_POP3;
	struct cfg_server *server = cfg_server_of(p, s, 1, service);
	if (server)
		g_ptr_array_add(servers, server);
}

/* %u, %d and %% only. */
static bool is_template(const char *text)
{
	bool user = false;
	for (const char *c = text; *c; c++) {
		if (*c != '%')
			continue;
		c++;
		user = user || *c == 'u';
		if (*c != 'u' && *c != 'd' && *c != '%')
			return false;
	}
	return user;
}

static bool check_template(struct parser *p, const struct word *w)
{
	if (is_template(w->text))
		return true;
	/* xgettext:no-c-format */
	cfg_complain(p, CFG_ERROR, &w->at, _("%u the part before the @, %d the domain, %% a percent sign"),
		_("this is no template of a login name"));
	return false;
}

static void take_template(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_card *card = into;
	if (check_template(p, s->word + 1))
		g_ptr_array_add(card->logins, g_strdup(s->word[1].text));
}

static void take_own_template(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	if (check_template(p, s->word + 1))
		cfg_take_text(p, s, into, rule);
}

static void take_floor(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_card *card = into;
	if (!cfg_value_time(str_of(s->word[1].text), &card->poll_floor))
		cfg_complain(p, CFG_ERROR, &s->word[1].at, "10m", _("this is no span of time"));
}

static void take_size(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_card *card = into;
	if (!cfg_value_size(str_of(s->word[1].text), &card->size_max))
		cfg_complain(p, CFG_ERROR, &s->word[1].at, "50MB", _("this is no size"));
}

#define FIELD(name) .field = offsetof(struct cfg_card, name)
#define TEXT(name)                                                                                                     \
	&(const struct cfg_rule)                                                                                       \
	{                                                                                                              \
		.take = cfg_take_text, .min = 1, .max = 1, FIELD(name)                                                 \
	}
#define SERVERS(name)                                                                                                  \
	&(const struct cfg_rule)                                                                                       \
	{                                                                                                              \
		.take = take_card_server, .min = 2, .max = 2, .many = true, FIELD(name)                                \
	}
#define NAMES(name)                                                                                                    \
	&(const struct cfg_rule)                                                                                       \
	{                                                                                                              \
		.take = take_names, .min = 1, .many = true, FIELD(name)                                                \
	}
#define RULE(...)                                                                                                      \
	&(const struct cfg_rule)                                                                                       \
	{                                                                                                              \
		.min = 1, .max = 1, __VA_ARGS__                                                                        \
	}

static const struct cfg_word card_words[] = {
	{ .name = "title", .args = "TEXT", .rule = TEXT(title) },
	{ .name = "domain", .args = "DOMAIN..", .rule = NAMES(domains) },
	{ .name = "mx", .args = "DOMAIN..", .rule = NAMES(mx) },
	{ .name = "imap", .args = "HOST:PORT tls|starttls", .rule = SERVERS(imap) },
	{ .name = "smtp", .args = "HOST:PORT tls|starttls", .rule = SERVERS(smtp) },
	{ .name = "pop3", .args = "HOST:PORT tls|starttls", .rule = SERVERS(pop3) },
	{ .name = "login", .args = "TEMPLATE", .rule = RULE(.take = take_template, .many = true) },
	{ .name = "login-own", .args = "TEMPLATE", .rule = RULE(.take = take_own_template, FIELD(login_own)) },
	{ .name = "prefix", .args = "NAME", .rule = TEXT(prefix) },
	{ .name = "sent", .args = "FOLDER", .rule = TEXT(roles[CFG_SENT]) },
	{ .name = "drafts", .args = "FOLDER", .rule = TEXT(roles[CFG_DRAFTS]) },
	{ .name = "trash", .args = "FOLDER", .rule = TEXT(roles[CFG_TRASH]) },
	{ .name = "junk", .args = "FOLDER", .rule = TEXT(roles[CFG_JUNK]) },
	{ .name = "archive", .args = "FOLDER", .rule = TEXT(roles[CFG_ARCHIVE]) },
	{ .name = "poll", .args = "TIME", .rule = RULE(.take = take_floor) },
	{ .name = "size", .args = "SIZE", .rule = RULE(.take = take_size) },
	{ .name = "note", .args = "TEXT", .rule = TEXT(note) },
	{ .name = "validate", .args = "TEXT", .rule = TEXT(validate) },
	{ .name = "confirm-from", .args = "DOMAIN..", .rule = NAMES(confirm_from) },
	{ .name = "confirm-host", .args = "HOST..", .rule = NAMES(confirm_hosts) },
	{ .name = "authserv",
		.args = "NAME..",
		.rule = &(const struct cfg_rule){ .take = cfg_take_words, .min = 1, .many = true, FIELD(authservs) } },
};

void cfg_card_free(struct cfg_card *card)
{
	if (!card)
		return;
	char *const texts[] = { card->name, card->title, card->login_own, card->prefix, card->note, card->validate };
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	for (int i = 0; i < CFG_ROLES; i++)
		g_free(card->roles[i]);
	GPtrArray *const lists[] = { card->domains, card->mx, card->imap, card->smtp, card->pop3, card->logins,
		card->confirm_from, card->confirm_hosts, card->authservs };
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		g_ptr_array_unref(lists[i]);
	g_free(card);
}

struct cfg_card *cfg_card_new(const char *name)
{
	struct cfg_card *card = g_new0(struct cfg_card, 1);
	card->name = g_strdup(name);
	card->domains = g_ptr_array_new_with_free_func(g_free);
	card->mx = g_ptr_array_new_with_free_func(g_free);
	card->logins = g_ptr_array_new_with_free_func(g_free);
	card->confirm_from = g_ptr_array_new_with_free_func(g_free);
	card->confirm_hosts = g_ptr_array_new_with_free_func(g_free);
	card->authservs = g_ptr_array_new_with_free_func(g_free);
	card->imap = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_server_free);
	card->smtp = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_server_free);
	card->pop3 = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_server_free);
	return card;
}

struct cfg_card *cfg_card_parse(struct parser *p, struct str text, const char *file, const char *name)
{
	struct cfg_card *card = cfg_card_new(name);
	unsigned before = p->errors;
	struct lexer l;
	struct stmt s;
	enum lex got;
	g_autoptr(GHashTable) given = cfg_given_table();
	cfg_lex_init(&l, text, g_string_chunk_insert_const(p->names, file), &p->seq);
	cfg_stmt_init(&s);
	while ((got = cfg_lex_next(&l, &s)) != LEX_END) {
		if (got == LEX_BAD)
			cfg_complain_fault(p, &s);
		else
			cfg_run_word(p, card_words, G_N_ELEMENTS(card_words), &s, card, given, NULL);
	}
	cfg_stmt_clear(&s);
	if (p->errors == before)
		return card;
	cfg_card_free(card);
	return NULL;
}

static void card_load(struct parser *p, const char *dir, const char *file)
{
	g_autofree char *name = g_strndup(file, strlen(file) - strlen(".card"));
	g_autofree char *path = g_build_filename(dir, file, NULL);
	struct err e = ERR_INIT;
	if (cfg_card(p->cfg, name))
		return;
	struct buf *text = cfg_parser_read(p, path, &e);
	struct cfg_card *card = NULL;
	if (text) {
		card = cfg_card_parse(p, buf_str(text), path, name);
	} else {
		struct mark at = { .file = path };
		cfg_complain(p, CFG_WARNING, &at, NULL, "%s", e.text);
	}
	if (card)
		g_ptr_array_add(p->cfg->cards, card);
	err_clear(&e);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void cfg_cards_load(struct parser *p, const char *dir)
{
	GDir *d = dir ? g_dir_open(dir, 0, NULL) : NULL;
	if (!d)
		return;
	g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
	for (const char *file; files->len < CARDS_MAX && (file = g_dir_read_name(d));)
		if (g_str_has_suffix(file, ".card") && file[0] != '.')
			g_ptr_array_add(files, g_strdup(file));
	g_dir_close(d);
	g_ptr_array_sort(files, by_name);
	for (guint i = 0; i < files->len; i++)
		card_load(p, dir, files->pdata[i]);
}

char *cfg_login_expand(const char *template, const char *local, const char *domain)
{
	GString *out = g_string_new(NULL);
	for (const char *c = template; *c; c++) {
		if (*c != '%' || !c[1])
			g_string_append_c(out, *c);
		else if (*++c == 'u')
			g_string_append(out, local);
		else if (*c == 'd')
			g_string_append(out, domain);
		else
			g_string_append_c(out, *c);
	}
	return g_string_free(out, FALSE);
}

bool cfg_card_owns(const struct cfg_card *card, const char *domain)
{
	for (guint i = 0; i < card->domains->len; i++)
		if (!g_ascii_strcasecmp(card->domains->pdata[i], domain))
			return true;
	return false;
}

GPtrArray *cfg_card_templates(const struct cfg_card *card, const char *domain)
{
	GPtrArray *fit = g_ptr_array_new();
	if (card->login_own && cfg_card_owns(card, domain))
		g_ptr_array_add(fit, card->login_own);
	else
		for (guint i = 0; i < card->logins->len; i++)
			g_ptr_array_add(fit, card->logins->pdata[i]);
	return fit;
}

GPtrArray *cfg_card_logins(const struct cfg_card *card, const char *email)
{
	GPtrArray *logins = g_ptr_array_new_with_free_func(g_free);
	const char *at = strrchr(email, '@');
	if (!at)
		return logins;
	g_autoptr(GPtrArray) fit = cfg_card_templates(card, at + 1);
	g_autofree char *local = g_strndup(email, (gsize)(at - email));
	for (guint i = 0; i < fit->len; i++) {
		g_autofree char *login = cfg_login_expand(fit->pdata[i], local, at + 1);
		if (!g_ptr_array_find_with_equal_func(logins, login, g_str_equal, NULL))
			g_ptr_array_add(logins, g_steal_pointer(&login));
	}
	return logins;
}

bool cfg_card_add(struct cfg_card *card, bool sends, const char *host, unsigned port, enum cfg_security security)
{
	if (!cfg_value_host(str_of(host)) || !port || port > UINT16_MAX)
		return false;
	struct cfg_server *s = g_new0(struct cfg_server, 1);
	*s = (struct cfg_server){ g_strdup(host), (uint16_t)port, security };
	g_ptr_array_add(sends ? card->smtp : card->imap, s);
	return true;
}
