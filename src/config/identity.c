/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of an account with a grammar of their own: from, pin, password. */
#include "config/internal.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"

/* --- from --- */

void cfg_from_free(struct cfg_from *f)
{
	g_free(f->name);
	g_free(f->addr);
	g_free(f->signature);
	g_free(f->reply_to);
	g_free(f->bcc);
	g_free(f->key);
	g_free(f->sent);
	g_ptr_array_unref(f->folders);
	g_free(f);
}

static bool is_wildcard(const char *addr)
{
	return addr[0] == '*' && addr[1] == '@';
}

/* NAME.. <ADDRESS> or ADDRESS; gives the number of the word behind it, 0 when it is wrong (told). */
static size_t from_address(struct parser *p, const struct stmt *s, struct cfg_from *f)
{
	size_t i = 1;
	g_autoptr(GString) name = g_string_new(NULL);
	while (i < s->n && (s->word[i].quoted || !strchr(s->word[i].text, '@'))) {
		g_string_append_printf(name, "%s%s", name->len ? " " : "", s->word[i].text);
		i++;
	}
	if (i == s->n) {
		cfg_complain(p, CFG_ERROR, &s->word[1].at, "from \"Vera Lund\" <vera@box.example>",
			_("there is no address here"));
		return 0;
	}
	const struct word *w = s->word + i;
	struct str addr = str_of(w->text);
	bool bracket = addr.n > 2 && addr.p[0] == '<' && addr.p[addr.n - 1] == '>';
	if (bracket)
		addr = (struct str){ addr.p + 1, addr.n - 2 };
	if (!cfg_value_address(addr)) {
		g_autofree char *said = cfg_quote_word(w);
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("%s is no address"), said);
		return 0;
	}
	if (name->len && !bracket) {
		cfg_complain(p, CFG_ERROR, &w->at, _("as in \"Vera Lund\" <vera@box.example>"),
			_("an address with a name stands in < >"));
		return 0;
	}
	f->addr = str_dup(addr);
	f->name = name->len ? g_strdup(name->str) : NULL;
	return i + 1;
}

static void from_default(struct parser *p, const struct word *w, struct cfg_from *f)
{
	if (is_wildcard(f->addr))
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("a whole domain cannot be the default"));
	else if (cfg_give_once(p, p->block->given, "from default", w, w, _("stands at another address already")))
		f->is_default = true;
}

static void from_folder(struct parser *p, const struct word *w, struct cfg_from *f)
{
	struct str name = str_of(w->text);
	g_autofree char *folder = str_dup(name);
	g_autofree char *slot = g_strdup_printf("from folder=%s", folder);
	if (is_wildcard(f->addr))
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("a whole domain cannot be that of a folder"));
	else if (cfg_give_once(p, p->block->given, slot, w, w, _("has an address already")))
		g_ptr_array_add(f->folders, g_steal_pointer(&folder));
}

/* key=VALUE */
static void from_setting(struct parser *p, const struct word *w, struct cfg_from *f)
{
	static const char *const names[] = { "default", "signature", "replyto", "bcc", "key", "sent", "folder" };
	char *folder = NULL;
	char **const fields[] = { NULL, &f->signature, &f->reply_to, &f->bcc, &f->key, &f->sent, &folder };
	struct str all = str_of(w->text), key, value;
	bool sign = str_cut(all, '=', &key, &value);
	size_t i = 1;
	while (i < G_N_ELEMENTS(names) && (!sign || !str_eq(key, str_of(names[i]))))
		i++;
	if (i == G_N_ELEMENTS(names)) {
		g_autofree char *name = str_dup(key), *said = cfg_quote_word(w);
		const char *near = cfg_nearest(name, names, G_N_ELEMENTS(names));
		g_autofree char *hint =
			near ? cfg_did_you_mean(near)
			     : g_strdup(_("default, signature=, replyto=, bcc=, key=, sent= or folder="));
		cfg_complain(p, CFG_ERROR, &w->at, hint, _("unknown word %s behind the address"), said);
		return;
	}
	struct word only = *w;
	only.text = (char *)value.p;
	only.at = cfg_mark_within(w, key.n + 1, value.n);
	bool address = fields[i] == &f->reply_to || fields[i] == &f->bcc;
	if (*fields[i] || !value.n || (address && !cfg_value_address(value))) {
		g_autofree char *said = cfg_quote_word(&only);
		if (*fields[i])
			cfg_complain(p, CFG_ERROR, &w->at, NULL, _("'%s' is given twice"), names[i]);
		else
			cfg_complain(p, CFG_ERROR, &only.at, NULL, _("%s is no value for '%s'"), said, names[i]);
		return;
	}
	if (fields[i] == &folder)
		from_folder(p, &only, f);
	else
		*fields[i] = fields[i] == &f->signature ? cfg_path_of(p, &only) : str_dup(value);
}

void cfg_take_from(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	struct cfg_from *f = g_new0(struct cfg_from, 1);
	f->folders = g_ptr_array_new_with_free_func(g_free);
	size_t i = from_address(p, s, f);
	if (!i) {
		cfg_from_free(f);
		return;
	}
	for (; i < s->n; i++) {
		if (!strcmp(s->word[i].text, "default"))
			from_default(p, s->word + i, f);
		else
			from_setting(p, s->word + i, f);
	}
	g_ptr_array_add(a->froms, f);
}

const struct cfg_from *cfg_from_of(const struct cfg_account *a, const char *addr)
{
	const struct cfg_from *domain = NULL;
	const char *at = strrchr(addr, '@');
	for (guint i = 0; i < a->froms->len; i++) {
		const struct cfg_from *f = a->froms->pdata[i];
		if (!g_ascii_strcasecmp(f->addr, addr))
			return f;
		if (!domain && at && at > addr && is_wildcard(f->addr) && !g_ascii_strcasecmp(f->addr + 1, at))
			domain = f;
	}
	return domain;
}

/* How much of the folder's name the line's names; 0: it is another. */
static size_t fit_of(const char *name, const char *folder)
{
	size_t n = strlen(name);
	bool inbox = !g_ascii_strcasecmp(name, "inbox") && !g_ascii_strncasecmp(folder, "inbox", n);
	return (inbox || !strncmp(folder, name, n)) && (!folder[n] || folder[n] == '/') ? n : 0;
}

const struct cfg_from *cfg_from_of_folder(const struct cfg_account *a, const char *folder)
{
	const struct cfg_from *best = NULL;
	size_t most = 0;
	for (guint i = 0; i < a->froms->len; i++) {
		const struct cfg_from *f = a->froms->pdata[i];
		for (guint k = 0; k < f->folders->len; k++) {
			size_t fit = fit_of(f->folders->pdata[k], folder);
			if (fit <= most)
				continue;
			most = fit;
			best = f;
		}
	}
	return best;
}

const struct cfg_from *cfg_from_default(const struct cfg_account *a)
{
	const struct cfg_from *own = NULL, *first = NULL;
	for (guint i = 0; i < a->froms->len; i++) {
		const struct cfg_from *f = a->froms->pdata[i];
		if (f->is_default)
			return f;
		if (!own && !g_ascii_strcasecmp(f->addr, a->email))
			own = f;
		if (!first && !is_wildcard(f->addr))
			first = f;
	}
	return own ? own : first;
}

/* --- pin --- */

void cfg_pin_free(struct cfg_pin *pin)
{
	g_free(pin->host);
	g_free(pin->sha256);
	g_free(pin);
}

char *cfg_pin_slot(const char *host, uint16_t port)
{
	g_autofree char *lower = g_ascii_strdown(host, -1);
	return g_strdup_printf("pin %s:%u", lower, port);
}

/* 64 hex digits, with or without colons between pairs, to lower case; NULL: not that. */
static char *hex_of(struct str s)
{
	GString *hex = g_string_new(NULL);
	for (size_t i = 0; i < s.n; i++) {
		if (g_ascii_isxdigit(s.p[i]))
			g_string_append_c(hex, g_ascii_tolower(s.p[i]));
		else if (s.p[i] != ':' || hex->len % 2 || !hex->len)
			break;
		if (hex->len == 64 && i + 1 == s.n)
			return g_string_free(hex, FALSE);
	}
	g_string_free(hex, TRUE);
	return NULL;
}

void cfg_take_pin(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	const struct word *key = s->word + 2;
	struct cfg_pin *pin = g_new0(struct cfg_pin, 1);
	bool good = cfg_hostport_of(p, s->word + 1, &pin->host, &pin->port);
	if (str_starts(str_of(key->text), "sha256:"))
		pin->sha256 = hex_of(str_sub(str_of(key->text), 7));
	if (!pin->sha256)
		cfg_complain(p, CFG_ERROR, &key->at, _("sha256: and 64 hex digits"), _("this is no pin"));
	if (good && pin->sha256) {
		g_autofree char *slot = cfg_pin_slot(pin->host, pin->port);
		if (cfg_give_once(p, p->block->given, slot, s->word + 1, s->word + 1, _("is pinned already"))) {
			g_ptr_array_add(a->pins, pin);
			return;
		}
	}
	cfg_pin_free(pin);
}

/* --- password --- */

/* A secret that others can read, or that others can put there, is none. */
static void check_secret_file(struct parser *p, const struct word *w, const char *path)
{
	struct stat st;
	g_autofree char *hint = g_strdup_printf("chmod 600 %s", path);
	if (stat(path, &st))
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("no such file '%s'"), path);
	else if (!S_ISREG(st.st_mode))
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("'%s' is no regular file"), path);
	else if (st.st_mode & (S_IRWXG | S_IRWXO))
		cfg_complain(p, CFG_ERROR, &w->at, hint, _("others can read or change '%s'"), path);
	else if (st.st_uid != geteuid() && geteuid() != 0)
		cfg_complain(p, CFG_ERROR, &w->at, NULL, _("'%s' belongs to somebody else"), path);
}

static void password_of(struct parser *p, const struct stmt *s, enum cfg_password *kind, char **arg)
{
	const struct word *w = s->word + 1;
	bool ask = !strcmp(w->text, "ask"), file = !strcmp(w->text, "file");
	if (!ask && !file) {
		cfg_complain(p, CFG_ERROR, &w->at, _("password ask, password file PATH, or passcmd"),
			_("no passwords here"));
	} else if (s->n != (file ? 3 : 2)) {
		cfg_complain(p, CFG_ERROR, &w->at, _("password ask, or password file PATH"),
			file ? _("one path is wanted behind 'file'") : _("nothing may stand behind 'ask'"));
	} else if (ask) {
		*kind = CFG_PASSWORD_ASK;
	} else {
		g_free(*arg);
		*arg = cfg_path_of(p, s->word + 2);
		*kind = CFG_PASSWORD_FILE;
		if (*arg && p->disk)
			check_secret_file(p, s->word + 2, *arg);
	}
}

void cfg_take_password(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	password_of(p, s, &a->password, &a->password_arg);
}

void cfg_take_smtp_password(struct parser *p, const struct stmt *s, void *into, const struct cfg_rule *rule)
{
	(void)rule;
	struct cfg_account *a = into;
	password_of(p, s, &a->smtp_password, &a->smtp_password_arg);
}
