/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A muttrc, and a mailrc of mailx: commands with words. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

static const char *text_of(const GArray *words, guint i)
{
	return i < words->len ? g_array_index(words, struct import_word, i).text : "";
}

/* --- what a variable of mutt is here --- */

static enum cfg_role role_of(const char *name)
{
	static const struct {
		const char *name;
		enum cfg_role role;
	} known[] = { { "record", CFG_SENT }, { "postponed", CFG_DRAFTS }, { "trash", CFG_TRASH } };
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (!strcmp(known[i].name, name))
			return known[i].role;
	return CFG_ROLES;
}

/* The part of a folder's place that is its name: of a URL the path. */
static void put_folder(struct import *i, char **field, const char *value)
{
	g_autofree char *path = NULL;
	if (strstr(value, "://")) {
		struct import_account scratch = { 0 };
		if (import_url(i, &scratch, value, &path))
			import_put(field, path);
		g_free(scratch.login);
		g_free(scratch.smtp_login);
		g_free(scratch.auth);
		g_free(scratch.imap.host);
		g_free(scratch.smtp.host);
	} else if (*value == '/' || *value == '~') {
		import_leave(i, value, _("a folder on this machine: mail is kept on the server"));
	} else {
		import_put(field, import_folder(value));
	}
}

static void put_server(struct import *i, struct import_account *a, const char *name, const char *value, bool prefix)
{
	g_autofree char *path = NULL;
	if (!import_url(i, a, value, &path))
		import_leave(i, name, _("a place on this machine: mail is kept on the server"));
	else if (prefix && path && g_ascii_strcasecmp(path, "INBOX"))
		import_put(&a->prefix, path);
}

static void put_password(struct import *i, struct import_account *a, bool smtp, const struct import_word *w)
{
	if (w->command)
		import_passcmd(i, a, w->text);
	else
		*(smtp ? &a->smtp_password : &a->password) = i->line;
}

/* Here no shell runs it, and the file always comes last. */
static void put_command(struct import *i, const char *name, const char *ours, const char *value)
{
	g_autofree char *run = g_strdup(value);
	if (g_str_has_suffix(run, " %s") && !strcmp(ours, "editor"))
		run[strlen(run) - 3] = '\0';
	if (import_needs_shell(run))
		import_leave(i, name, _("its command needs a shell: write it into a script of your own"));
	else
		import_option(i, ours, run);
}

/* Options that mean the same here. */
static bool put_same(struct import *i, const char *name, const char *value, bool no)
{
	static const struct {
		const char *theirs, *ours;
	} same[] = { { "editor", "editor" }, { "visual", "editor" }, { "VISUAL", "editor" }, { "EDITOR", "editor" },
		{ "query_command", "query-command" }, { "print_command", "print" }, { "signature", "signature" } };
	static const struct {
		const char *theirs, *ours;
		bool turned;
	} truths[] = { { "edit_headers", "edit-headers", false }, { "text_flowed", "text-flowed", false },
		{ "sidebar_visible", "sidebar", false }, { "sig_on_top", "signature-on-top", false } };
	for (size_t k = 0; k < G_N_ELEMENTS(same); k++)
		if (!strcmp(same[k].theirs, name) && !no && *value) {
			put_command(i, name, same[k].ours, value);
			return true;
		}
	for (size_t k = 0; k < G_N_ELEMENTS(truths); k++)
		if (!strcmp(truths[k].theirs, name)) {
			bool on = !no && strcmp(value, "no");
			import_option(i, truths[k].ours, on != truths[k].turned ? "on" : "off");
			return true;
		}
	return false;
}

static void put_variable(
	struct import *i, struct import_account *a, const char *name, const struct import_word *w, bool no)
{
	const char *value = w->text;
	enum cfg_role role = role_of(name);
	if (!strcmp(name, "imap_user"))
		import_put(&a->login, value);
	else if (!strcmp(name, "imap_pass"))
		put_password(i, a, false, w);
	else if (!strcmp(name, "smtp_pass"))
		put_password(i, a, true, w);
	else if (!strcmp(name, "from"))
		import_address(a, value);
	else if (!strcmp(name, "realname"))
		import_put(&a->name, value);
	else if (!strcmp(name, "folder") || !strcmp(name, "spoolfile")) {
		if (import_folder(value) == value)
			put_server(i, a, name, value, !strcmp(name, "folder"));
	} else if (!strcmp(name, "smtp_url"))
		put_server(i, a, name, value, false);
	else if (!strcmp(name, "imap_oauth_refresh_command")) {
		a->token = true;
		import_passcmd(i, a, value);
	} else if (role < CFG_ROLES)
		put_folder(i, &a->roles[role], value);
	else if (!put_same(i, name, value, no))
		import_leave(i, name, _("no setting here is like it"));
}

static void set(struct import *i, struct import_account *a, const GArray *words,
	void (*put)(struct import *, struct import_account *, const char *, const struct import_word *, bool))
{
	bool secret = false;
	for (guint k = 1; k < words->len; k++) {
		struct import_word value = { (char *)"", g_array_index(words, struct import_word, k).command };
		const char *word = text_of(words, k), *sign = strchr(word, '=');
		g_autofree char *name = sign ? g_strndup(word, (gsize)(sign - word)) : g_strdup(word);
		if (sign)
			value.text = (char *)sign + 1;
		/* name = value, name =value, name= value */
		if (!sign && text_of(words, k + 1)[0] == '=') {
			sign = text_of(words, ++k);
			value.text = (char *)sign + 1;
			value.command = g_array_index(words, struct import_word, k).command;
		}
		if (sign && !*value.text && k + 1 < words->len && !strchr(text_of(words, k + 1), '=')) {
			value = g_array_index(words, struct import_word, k + 1);
			k++;
		}
		bool no = !sign && g_str_has_prefix(name, "no");
		/* What stands behind a password without a sign may be the rest of it. */
		if (*name && (sign || !secret))
			put(i, a, no ? name + 2 : name, &value, no);
		secret = secret || strstr(name, "pass");
	}
}

/* --- keys --- */

static bool add_key(GString *out, const char **p)
{
	static const struct {
		const char *theirs, *ours;
	} names[] = { { "<tab>", "Tab" }, { "\\t", "Tab" }, { "<esc>", "Esc" }, { "\\e", "Esc" },
		{ "<return>", "Enter" }, { "<enter>", "Enter" }, { "\\r", "Enter" }, { "\\n", "Enter" },
		{ "<space>", "Space" }, { "<up>", "Up" }, { "<down>", "Down" }, { "<left>", "Left" },
		{ "<right>", "Right" }, { "<home>", "Home" }, { "<end>", "End" }, { "<pageup>", "PgUp" },
		{ "<pagedown>", "PgDn" }, { "<insert>", "Ins" }, { "<delete>", "Del" }, { "<backspace>", "BS" },
		{ "<backtab>", "BackTab" } };
	struct str rest = str_of(*p);
	if (str_starts(rest, "<f") && g_ascii_isdigit((*p)[2]) && strchr(*p, '>')) {
		const char *end = strchr(*p, '>');
		g_string_append_printf(out, "F%.*s", (int)(end - *p - 2), *p + 2);
		*p = end + 1;
		return true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (str_starts(rest, names[i].theirs)) {
			g_string_append(out, names[i].ours);
			*p += strlen(names[i].theirs);
			return true;
		}
	if ((str_starts(rest, "\\c") || str_starts(rest, "^")) && g_ascii_isalpha((*p)[**p == '^' ? 1 : 2])) {
		*p += **p == '^' ? 1 : 2;
		g_string_append_printf(out, "^%c", g_ascii_toupper(**p));
		++*p;
		return true;
	}
	if (**p == '<' || **p == '\\' || (unsigned char)**p < 0x21)
		return false;
	const char *next = g_utf8_find_next_char(*p, NULL);
	g_string_append_len(out, *p, next - *p);
	*p = next;
	return true;
}

/* NULL: no key of ours. */
static char *keys_of(const char *theirs)
{
	g_autoptr(GString) out = g_string_new(NULL);
	unsigned n = 0;
	if (!g_utf8_validate(theirs, -1, NULL))
		return NULL;
	while (*theirs)
		if (n++ == 3 || !add_key(out, &theirs))
			return NULL;
	return n ? g_strdup(out->str) : NULL;
}

static const char *context_of(struct str map)
{
	static const char *const maps[][2] = { { "index", "index" }, { "generic", "index" }, { "pager", "message" },
		{ "attach", "parts" }, { "compose", "compose" }, { "browser", "folders" }, { "postpone", "drafts" } };
	for (size_t i = 0; i < G_N_ELEMENTS(maps); i++)
		if (str_is(map, maps[i][0]))
			return maps[i][1];
	return NULL;
}

static const char *command_of(const char *function, const char *context)
{
	static const struct {
		const char *theirs, *ours, *contexts;
	} known[] = { { "noop", "", "" }, { "next-entry", "down", "index parts folders drafts" },
		{ "previous-entry", "up", "index parts folders drafts" }, { "next-page", "page-down", "" },
		{ "previous-page", "page-up", "" }, { "first-entry", "first", "" }, { "last-entry", "last", "" },
		{ "top", "first", "" }, { "bottom", "last", "" }, { "next-line", "line-down", "message" },
		{ "previous-line", "line-up", "message" }, { "next-new", "next-unread", "index message" },
		{ "next-unread", "next-unread", "index message" },
		{ "next-new-then-unread", "next-unread", "index message" },
		{ "previous-unread", "previous-unread", "index message" },
		{ "next-undeleted", "next-message", "message" },
		{ "previous-undeleted", "previous-message", "message" }, { "display-message", "read", "index" },
		{ "view-attachments", "parts", "index message" }, { "display-toggle-weed", "headers", "message" },
		{ "mail", "compose", "index message" }, { "reply", "reply", "index message" },
		{ "group-reply", "reply-all", "index message" }, { "list-reply", "reply-list", "index message" },
		{ "forward-message", "forward", "index message" }, { "bounce-message", "bounce", "index message" },
		{ "resend-message", "edit-as-new", "index message" }, { "recall-message", "drafts", "index message" },
		{ "delete-message", "delete", "index message" }, { "save-message", "move", "index message" },
		{ "copy-message", "copy", "index message" }, { "flag-message", "flag", "index message" },
		{ "toggle-new", "toggle-new", "index message" }, { "tag-message", "tag", "index message" },
		{ "change-folder", "folder", "index message folders parts" },
		{ "sync-mailbox", "sync", "index message" }, { "sidebar-toggle-visible", "sidebar", "index message" },
		{ "search", "find", "message" }, { "search-next", "find-next", "message" },
		{ "skip-quoted", "skip-quoted", "message" }, { "toggle-quoted", "fold-quotes", "message" },
		{ "save-entry", "save-part", "parts" }, { "pipe-message", "pipe", "index message" },
		{ "pipe-entry", "pipe", "parts" }, { "print-message", "print", "index message" },
		{ "send-message", "send", "compose" }, { "attach-file", "attach", "compose" },
		{ "edit-message", "edit", "compose" }, { "exit", "back", "" }, { "quit", "back", "" },
		{ "help", "help", "" }, { "refresh", "redraw", "" } };
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (!strcmp(known[i].theirs, function)) {
			g_auto(GStrv) fit = g_strsplit(known[i].contexts, " ", -1);
			return !*fit || g_strv_contains((const char *const *)fit, context) ? known[i].ours : NULL;
		}
	return NULL;
}

static void bind(struct import *i, const GArray *words)
{
	g_auto(GStrv) maps = g_strsplit(text_of(words, 1), ",", -1);
	const char *function = text_of(words, 3);
	g_autofree char *key = keys_of(text_of(words, 2));
	g_autofree char *what = g_strdup_printf("bind %s", text_of(words, 2));
	bool any = false;
	for (char **map = maps; key && *map; map++) {
		const char *context = context_of(str_of(*map)),
			   *command = context ? command_of(function, context) : NULL;
		const char *const args[] = { context, key, command };
		if (command)
			import_line(i, "bind", args, 3);
		any = any || command;
	}
	if (!any)
		import_leave(i, what, _("no command here is like it, or the key has another name"));
}

/* --- aliases and headers --- */

/* Addresses between commas; a name may stand before each. */
static void alias(struct import *i, struct str line, const GArray *words)
{
	guint at = 1;
	while (at + 1 < words->len && text_of(words, at)[0] == '-')
		at += 2; /* -group NAME */
	const char *name = text_of(words, at);
	const char *after = line.p;
	for (guint k = 0; after && k <= at; k++) {
		after = strstr(after, text_of(words, k));
		after = after ? after + strlen(text_of(words, k)) : NULL;
	}
	g_autofree char *rest = g_strdup(after && *name ? after : "");
	g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
	char *comment = strstr(rest, " #");
	if (comment)
		*comment = '\0';
	g_auto(GStrv) pieces = g_strsplit(rest, ",", 1000);
	for (char **piece = pieces; *piece; piece++)
		if (*g_strstrip(*piece))
			g_ptr_array_add(args, g_strdup(*piece));
	import_alias(i, name, args);
}

static void headers(struct import *i, const char *word, const GArray *words)
{
	g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
	for (guint k = 1; k < words->len; k++) {
		g_autofree char *name = g_strdup(text_of(words, k));
		size_t n = strlen(name);
		if (n && name[n - 1] == ':')
			name[n - 1] = '\0';
		if (cfg_value_header(str_of(name)) && strcmp(name, "*"))
			g_ptr_array_add(args, g_steal_pointer(&name));
	}
	import_line(i, word, (const char *const *)args->pdata, args->len);
}

static void mailboxes(struct import *i, const GArray *words)
{
	struct import_account *a = import_first(i);
	for (guint k = 1; k < words->len; k++) {
		const char *name = import_folder(text_of(words, k));
		if (*name && *name != '!' && g_ascii_strcasecmp(name, "INBOX") && !strpbrk(name, ":~") && *name != '/')
			g_ptr_array_add(a->pinned, g_strdup(name));
	}
}

/* --- lines --- */

static void mutt_command(struct import *i, struct str line, const GArray *words)
{
	const char *word = text_of(words, 0);
	if (!strcmp(word, "set"))
		set(i, import_first(i), words, put_variable);
	else if (!strcmp(word, "unset"))
		for (guint k = 1; k < words->len; k++) {
			if (!put_same(i, text_of(words, k), "", true))
				import_leave(i, text_of(words, k), _("no setting here is like it"));
		}
	else if (!strcmp(word, "alias"))
		alias(i, line, words);
	else if (!strcmp(word, "bind"))
		bind(i, words);
	else if (!strcmp(word, "ignore"))
		headers(i, "ignore", words);
	else if (!strcmp(word, "unignore"))
		headers(i, "retain", words);
	else if (!strcmp(word, "mailboxes"))
		mailboxes(i, words);
	else if (!strcmp(word, "alternates"))
		import_leave(i, word, _("patterns are no addresses: write a `from` line for each of your own"));
	else if (!strcmp(word, "source"))
		import_leave(i, text_of(words, 1), _("a file of its own: import it too"));
	else
		import_leave(i, word, _("there is no such command here"));
}

void import_mutt(struct import *i, struct str text)
{
	g_autoptr(GString) line = g_string_new(NULL);
	while (import_next(i, &text, line)) {
		struct str rest = { line->str, line->len };
		for (unsigned n = 0; rest.n && n < 1000; n++) {
			g_autofree char *now = str_dup(rest);
			struct str behind;
			g_autoptr(GArray) words = import_words(str_of(now), ";", &behind);
			if (words->len)
				mutt_command(i, str_of(now), words);
			rest = str_sub(rest, rest.n - MIN(behind.n, rest.n));
			if (!behind.n)
				break;
		}
	}
}

/* --- mailx --- */

static void mailx_variable(
	struct import *i, struct import_account *a, const char *name, const struct import_word *w, bool no)
{
	const char *value = w->text;
	if (!strcmp(name, "from"))
		import_address(a, value);
	else if (!strcmp(name, "smtp") || !strcmp(name, "mta")) {
		g_autofree char *url = strstr(value, "://") ? g_strdup(value) : g_strconcat("smtp://", value, NULL);
		if (*value == '/' || !import_url(i, a, url, NULL))
			import_leave(i, name,
				_("a program on this machine sends: see `smtp sendmail` in boxwood-mailrc(5)"));
	} else if (!strcmp(name, "folder") || !strcmp(name, "inbox") || !strcmp(name, "MAIL"))
		put_server(i, a, name, value, false);
	else if (!strcmp(name, "user") || !strcmp(name, "smtp-auth-user"))
		import_put(*name == 'u' ? &a->login : &a->smtp_login, value);
	else if (g_str_has_prefix(name, "password") || !strcmp(name, "smtp-auth-password"))
		a->password = i->line;
	else if (!strcmp(name, "realname"))
		import_put(&a->name, value);
	else if (!strcmp(name, "record"))
		put_folder(i, &a->roles[CFG_SENT], value);
	else if (!put_same(i, name, value, no))
		import_leave(i, name, _("no setting here is like it"));
}

void import_mailx(struct import *i, struct str text)
{
	g_autoptr(GString) line = g_string_new(NULL);
	struct import_account *a = NULL, *first = NULL;
	while (import_next(i, &text, line)) {
		g_autoptr(GArray) words = import_words((struct str){ line->str, line->len }, "", NULL);
		const char *word = text_of(words, 0);
		if (!*word)
			continue;
		if (!strcmp(word, "account") && words->len > 1)
			a = import_account(i, text_of(words, 1));
		else if (*word == '}')
			a = NULL;
		else if (!strcmp(word, "set") && (a || first))
			set(i, a ? a : first, words, mailx_variable);
		else if (!strcmp(word, "set"))
			set(i, first = import_first(i), words, mailx_variable);
		else if (!strcmp(word, "alias") || !strcmp(word, "group")) {
			g_autoptr(GPtrArray) members = g_ptr_array_new();
			for (guint k = 2; k < words->len; k++)
				g_ptr_array_add(members, (gpointer)text_of(words, k));
			import_alias(i, text_of(words, 1), members);
		} else if (!strcmp(word, "ignore") || !strcmp(word, "retain") || !strcmp(word, "discard"))
			headers(i, *word == 'r' ? "retain" : "ignore", words);
		else
			import_leave(i, word, _("there is no such command here"));
	}
}
