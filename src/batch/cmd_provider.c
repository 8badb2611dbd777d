/* SPDX-License-Identifier: GPL-3.0-or-later */
/* provider list and show: the cards. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

static const char *const role_names[] = { [CFG_SENT] = "sent",
	[CFG_DRAFTS] = "drafts",
	[CFG_TRASH] = "trash",
	[CFG_JUNK] = "junk",
	[CFG_ARCHIVE] = "archive" };
static const char *const securities[] = { [CFG_TLS] = "tls", [CFG_STARTTLS] = "starttls", [CFG_INSECURE] = "insecure" };

static char *server_text(const struct cfg_server *s)
{
	bool bracket = strchr(s->host, ':');
	return g_strdup_printf("%s%s%s:%u %s", bracket ? "[" : "", s->host, bracket ? "]" : "", (unsigned)s->port,
		securities[s->security]);
}

/* --- as a file --- */

static void add_word(GString *out, const char *word, const char *value)
{
	if (!value)
		return;
	g_autofree char *quoted = cfg_quoted(value);
	g_string_append_printf(out, "%-12s %s\n", word, quoted);
}

static void add_list(GString *out, const char *word, const GPtrArray *values)
{
	if (!values->len)
		return;
	g_string_append_printf(out, "%-12s", word);
	for (unsigned i = 0; i < values->len; i++) {
		g_autofree char *quoted = cfg_quoted(values->pdata[i]);
		g_string_append_printf(out, " %s", quoted);
	}
	g_string_append_c(out, '\n');
}

static void add_servers(GString *out, const char *word, const GPtrArray *servers)
{
	for (unsigned i = 0; i < servers->len; i++) {
		g_autofree char *server = server_text(servers->pdata[i]);
		g_string_append_printf(out, "%-12s %s\n", word, server);
	}
}

static char *card_text(const struct cfg_card *c)
{
	GString *out = g_string_new(NULL);
	add_word(out, "title", c->title);
	add_list(out, "domain", c->domains);
	add_list(out, "mx", c->mx);
	add_servers(out, "imap", c->imap);
	add_servers(out, "smtp", c->smtp);
	add_servers(out, "pop3", c->pop3);
	for (unsigned i = 0; i < c->logins->len; i++)
		add_word(out, "login", c->logins->pdata[i]);
	add_word(out, "login-own", c->login_own);
	add_word(out, "prefix", c->prefix);
	for (int i = 0; i < CFG_ROLES; i++)
		add_word(out, role_names[i], c->roles[i]);
	if (c->poll_floor)
		g_string_append_printf(out, "%-12s %ds\n", "poll", c->poll_floor);
	if (c->size_max)
		g_string_append_printf(out, "%-12s %" G_GINT64_FORMAT "KB\n", "size", c->size_max / 1024);
	add_word(out, "note", c->note);
	add_word(out, "validate", c->validate);
	add_list(out, "confirm-from", c->confirm_from);
	add_list(out, "confirm-host", c->confirm_hosts);
	add_list(out, "authserv", c->authservs);
	g_string_truncate(out, out->len - (out->len > 0));
	return g_string_free(out, FALSE);
}

/* --- as JSON --- */

static struct json *json_words(const GPtrArray *words)
{
	struct json *array = json_array();
	for (unsigned i = 0; i < words->len; i++)
		json_push(array, json_string(words->pdata[i]));
	return array;
}

static struct json *json_servers(const GPtrArray *servers)
{
	struct json *array = json_array();
	for (unsigned i = 0; i < servers->len; i++) {
		const struct cfg_server *s = servers->pdata[i];
		struct json *one = json_object();
		json_add(one, "host", json_string(s->host));
		json_add(one, "port", json_number(s->port));
		json_add(one, "security", json_string(securities[s->security]));
		json_push(array, one);
	}
	return array;
}

static void print_card(struct batch *b, const struct cfg_card *c, const char *text)
{
	struct json *j = json_record("provider");
	json_add(j, "name", json_string(c->name));
	json_add(j, "title", json_string(c->title));
	json_add(j, "domain", json_words(c->domains));
	json_add(j, "mx", json_words(c->mx));
	json_add(j, "imap", json_servers(c->imap));
	json_add(j, "smtp", json_servers(c->smtp));
	json_add(j, "pop3", json_servers(c->pop3));
	json_add(j, "login", json_words(c->logins));
	json_add(j, "login-own", json_string(c->login_own));
	json_add(j, "prefix", json_string(c->prefix));
	for (int i = 0; i < CFG_ROLES; i++)
		json_add(j, role_names[i], json_string(c->roles[i]));
	json_add(j, "poll", c->poll_floor ? json_number(c->poll_floor) : json_null());
	json_add(j, "size", c->size_max ? json_number(c->size_max) : json_null());
	json_add(j, "note", json_string(c->note));
	json_add(j, "validate", json_string(c->validate));
	json_add(j, "confirm-from", json_words(c->confirm_from));
	json_add(j, "confirm-host", json_words(c->confirm_hosts));
	json_add(j, "authserv", json_words(c->authservs));
	batch_record(b, j, text);
	json_free(j);
}

static void list(struct batch *b)
{
	for (unsigned i = 0; i < b->cfg->cards->len; i++) {
		const struct cfg_card *c = b->cfg->cards->pdata[i];
		g_autoptr(GString) domains = g_string_new(NULL);
		for (unsigned k = 0; k < c->domains->len && k < 4; k++)
			g_string_append_printf(domains, "%s%s", k ? " " : "", (const char *)c->domains->pdata[k]);
		if (c->domains->len > 4)
			g_string_append(domains, " ..");
		g_autofree char *text =
			g_strdup_printf("%-12s %-22s %s", c->name, c->title ? c->title : "", domains->str);
		print_card(b, c, text);
	}
}

int cmd_provider(struct batch *b)
{
	struct err e = ERR_INIT;
	const char *word = b->cli->args->pdata[0], *name = b->cli->args->len > 1 ? b->cli->args->pdata[1] : NULL;
	const struct cfg_card *card = name ? cfg_card(b->cfg, name) : NULL;
	if (!strcmp(word, "list") && !name) {
		list(b);
	} else if (strcmp(word, "show") || !name) {
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), "provider", "list|show NAME");
	} else if (!card) {
		err_set(&e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER,
			_("there is no card of a provider '%s'; `boxwood provider list` names them"), name);
	} else {
		g_autofree char *text = card_text(card);
		print_card(b, card, text);
	}
	if (e.cause)
		batch_error(b, NULL, &e);
	err_clear(&e);
	return b->code;
}
