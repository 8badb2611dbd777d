/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The .pinerc of alpine, and its address book. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

/* {HOST:PORT/FLAG/FLAG=VALUE}FOLDER, or without braces; *folder_out borrows from value, NULL: there is no brace. */
static void put_place(struct import *i, struct import_account *a, bool smtp, const char *value, const char **folder_out)
{
	const char *open = *value == '{' ? value + 1 : value, *close = strchr(open, '}');
	g_autofree char *place = close ? g_strndup(open, (gsize)(close - open)) : g_strdup(open);
	g_auto(GStrv) parts = g_strsplit(place, "/", 20);
	enum cfg_security security = CFG_STARTTLS;
	*folder_out = close ? close + 1 : NULL;
	if (!*parts || !**parts)
		return;
	for (char **flag = parts + 1; *flag; flag++) {
		if (!g_ascii_strcasecmp(*flag, "ssl"))
			security = CFG_TLS;
		else if (g_str_has_prefix(*flag, "user="))
			import_put(smtp ? &a->smtp_login : &a->login, *flag + 5);
		else if (!g_ascii_strcasecmp(*flag, "novalidate-cert"))
			import_leave(i, "novalidate-cert", _("certificates are always checked: see pin and cafile"));
	}
	import_server(smtp ? &a->smtp : &a->imap, g_strstrip(*parts), 0, security, smtp);
}

static void put_folder(char **field, const char *value)
{
	const char *close = strchr(value, '}');
	const char *name = close ? close + 1 : value;
	if (*name != '/' && *name != '~' && strcmp(name, "\"\""))
		import_put(field, name);
}

/* "From: Vera Lund <vera@box.example>" among the user's own header lines. */
static void put_from(struct import_account *a, const char *value)
{
	g_auto(GStrv) lines = g_strsplit(value, ",", 100);
	for (char **line = lines; *line; line++) {
		g_strstrip(*line);
		if (!g_ascii_strncasecmp(*line, "From:", 5))
			import_address(a, g_strstrip(*line + 5));
	}
}

/* Name {HOST/..}PREFIX[] */
static void put_collection(struct import *i, struct import_account *a, const char *value)
{
	struct import_account scratch = { 0 };
	const char *open = strchr(value, '{'), *folder = NULL;
	if (!open)
		return;
	put_place(i, a->imap.host ? &scratch : a, false, open, &folder);
	g_autofree char *prefix = g_strndup(folder ? folder : "", folder ? strcspn(folder, "[") : 0);
	size_t n = strlen(prefix);
	if (n && strchr("./", prefix[n - 1]))
		prefix[n - 1] = '\0';
	import_put(&a->prefix, prefix);
	g_free(scratch.login);
	g_free(scratch.imap.host);
}

static void put(struct import *i, const char *name, const char *value, char **domain)
{
	struct import_account *a = import_first(i);
	const char *folder;
	if (!*value || !strcmp(value, "\"\""))
		return;
	if (!strcmp(name, "personal-name"))
		import_put(&a->name, value);
	else if (!strcmp(name, "user-id"))
		import_put(&a->login, value);
	else if (!strcmp(name, "user-domain"))
		import_put(domain, value);
	else if (!strcmp(name, "customized-hdrs"))
		put_from(a, value);
	else if (!strcmp(name, "smtp-server"))
		put_place(i, a, true, value, &folder);
	else if (!strcmp(name, "inbox-path") && *value == '{')
		put_place(i, a, false, value, &folder);
	else if (!strcmp(name, "folder-collections"))
		put_collection(i, a, value);
	else if (!strcmp(name, "default-fcc"))
		put_folder(&a->roles[CFG_SENT], value);
	else if (!strcmp(name, "postponed-folder"))
		put_folder(&a->roles[CFG_DRAFTS], value);
	else if (!strcmp(name, "trash-folder"))
		put_folder(&a->roles[CFG_TRASH], value);
	else if (!strcmp(name, "signature-file"))
		import_put(&a->signature, value);
	else if (!strcmp(name, "editor"))
		import_option(i, "editor", value);
	else if (!strcmp(name, "address-book"))
		import_leave(i, name, _("a file of its own: import it too"));
	else
		import_leave(i, name, _("no setting here is like it"));
}

/* NICK, NAME, ADDRESS or (ADDRESS,..) with tabs between. */
static void put_entry(struct import *i, char **cells)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
	const char *list = *cells[2] == '(' ? cells[2] + 1 : cells[2];
	g_auto(GStrv) all = g_strsplit(list, ",", 1000);
	for (char **one = all; *one; one++) {
		char *close = strchr(*one, ')');
		if (close && *cells[2] == '(')
			*close = '\0';
		g_strstrip(*one);
		if (!**one)
			continue;
		bool named = *cells[1] && !strchr(*one, '<') && *cells[2] != '(';
		g_ptr_array_add(args, named ? g_strdup_printf("%s <%s>", cells[1], *one) : g_strdup(*one));
	}
	if (*cells[0])
		import_alias(i, cells[0], args);
}

static void take(struct import *i, struct str line, char **domain)
{
	g_autofree char *text = str_dup(line);
	g_auto(GStrv) cells = g_strsplit(text, "\t", 6);
	char *sign = strchr(text, '=');
	if (!*text || *text == '#')
		return;
	if (g_strv_length(cells) > 2 && (!sign || strchr(text, '\t') < sign)) {
		put_entry(i, cells);
	} else if (sign) {
		*sign = '\0';
		g_strstrip(text);
		put(i, text, g_strstrip(sign + 1), domain);
	}
}

/* A line that begins with a blank goes on with the one before. */
void import_alpine(struct import *i, struct str text)
{
	g_autoptr(GString) line = g_string_new(NULL), all = g_string_new(NULL);
	g_autofree char *domain = NULL;
	unsigned at = 0;
	while (import_next(i, &text, line)) {
		if (line->len && strchr(" \t", line->str[0]) && line->str[0] && all->len < CFG_FILE_MAX) {
			g_string_append(all, line->str + 1);
			continue;
		}
		unsigned here = i->line;
		i->line = at ? at : here;
		take(i, (struct str){ all->str, all->len }, &domain);
		i->line = at = here;
		g_string_assign(all, line->str);
	}
	take(i, (struct str){ all->str, all->len }, &domain);
	struct import_account *a = i->accounts->len ? i->accounts->pdata[0] : NULL;
	if (a && !a->email && a->login && domain && !strchr(a->login, '@')) {
		g_autofree char *email = g_strdup_printf("%s@%s", a->login, domain);
		if (cfg_value_address(str_of(email)))
			import_put(&a->email, email);
	}
}
