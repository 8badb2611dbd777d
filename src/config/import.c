/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other programs' files as lines of a mailrc: what their readers share, and the lines. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

static const struct {
	const char *kind;
	void (*read)(struct import *i, struct str text);
} readers[] = {
	{ "mutt", import_mutt },
	{ "aerc", import_aerc },
	{ "alpine", import_alpine },
	{ "mailx", import_mailx },
	{ "mbsync", import_mbsync },
};
const char *const cfg_import_kinds[] = { "mutt", "aerc", "alpine", "mailx", "mbsync", NULL };

/* --- what is collected --- */

void import_put(char **field, const char *value)
{
	if (!value || !*value)
		return;
	g_free(*field);
	*field = g_strdup(value);
}

static void account_free(void *p)
{
	struct import_account *a = p;
	char *const texts[] = { a->label, a->email, a->name, a->login, a->smtp_login, a->auth, a->prefix, a->poll,
		a->cafile, a->passcmd, a->imap.host, a->smtp.host, a->signature };
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		g_free(texts[i]);
	for (int i = 0; i < CFG_ROLES; i++)
		g_free(a->roles[i]);
	g_ptr_array_unref(a->pinned);
	g_ptr_array_unref(a->froms);
	g_free(a);
}

static bool has_label(const struct import *i, const char *label)
{
	for (guint k = 0; k < i->accounts->len; k++)
		if (!strcmp(((const struct import_account *)i->accounts->pdata[k])->label, label))
			return true;
	return false;
}

/* Letters, digits and signs that the name of an account may have. */
static char *label_of(const struct import *i, const char *name)
{
	g_autoptr(GString) label = g_string_new(NULL);
	for (const char *p = name ? name : ""; *p && label->len < 24; p++) {
		char c = g_ascii_tolower(*p);
		if (g_ascii_isalnum(c) || (label->len && strchr("._-", c)))
			g_string_append_c(label, c);
	}
	if (!label->len)
		g_string_assign(label, "main");
	g_autofree char *plain = g_strdup(label->str);
	for (unsigned n = 2; has_label(i, label->str); n++)
		g_string_printf(label, "%s%u", plain, n);
	return g_strdup(label->str);
}

struct import_account *import_account(struct import *i, const char *label)
{
	struct import_account *a = g_new0(struct import_account, 1);
	a->label = label_of(i, label);
	a->pinned = g_ptr_array_new_with_free_func(g_free);
	a->froms = g_ptr_array_new_with_free_func(g_free);
	if (i->accounts->len == IMPORT_ACCOUNTS_MAX) {
		import_leave(i, a->label, _("there are too many accounts"));
		g_ptr_array_set_size(i->accounts, IMPORT_ACCOUNTS_MAX - 1);
	}
	g_ptr_array_add(i->accounts, a);
	return a;
}

struct import_account *import_first(struct import *i)
{
	return i->accounts->len ? i->accounts->pdata[0] : import_account(i, NULL);
}

static void diag_free(void *p)
{
	struct cfg_diag *d = p;
	g_free(d->file);
	g_free(d->text);
	g_free(d);
}

void import_leave(struct import *i, const char *what, const char *why)
{
	if (i->left->len >= IMPORT_LEFT_MAX || !g_hash_table_add(i->told, g_strdup(what)))
		return;
	g_autofree char *name = utf8_line(str_of(what));
	int width;
	struct str fit = utf8_fit(str_of(name), 40, &width);
	struct cfg_diag *d = g_new0(struct cfg_diag, 1);
	*d = (struct cfg_diag){ .level = CFG_NOTICE, .file = g_strdup(i->file), .line = i->line, .col = 1, .width = 1 };
	d->text = g_strdup_printf("%.*s: %s", (int)fit.n, fit.p, why);
	g_ptr_array_add(i->left, d);
}

static bool add_args(struct import *i, GString *line, const char *what, const char *const *args, size_t n)
{
	struct err e = ERR_INIT;
	bool good = true;
	for (size_t k = 0; k < n && good; k++) {
		g_string_append_c(line, ' ');
		good = !cfg_edit_quote(args[k], line, &e);
	}
	if (!good)
		import_leave(i, what, e.text);
	err_clear(&e);
	return good;
}

void import_line(struct import *i, const char *word, const char *const *args, size_t n)
{
	g_autoptr(GString) line = g_string_new(word);
	if (n && add_args(i, line, word, args, n) && line->len < 4000)
		g_string_append_printf(i->top, "%s\n", line->str);
}

void import_option(struct import *i, const char *name, const char *value)
{
	g_autoptr(GString) line = g_string_new(NULL);
	struct err e = ERR_INIT;
	g_string_printf(line, "set %s=", name);
	if (cfg_edit_quote(value, line, &e))
		import_leave(i, name, e.text);
	else
		g_string_append_printf(i->top, "%s\n", line->str);
	err_clear(&e);
}

/* --- values --- */

void import_server(struct import_server *s, const char *host, unsigned port, enum cfg_security security, bool smtp)
{
	struct str name = str_of(host), digits;
	uint64_t n;
	const char *colon = strrchr(host, ':');
	g_autofree char *only = NULL;
	if (colon && !strchr(host, ']') && strchr(host, ':') == colon) {
		str_cut(str_of(host), ':', &name, &digits);
		if (!port && str_u64(digits, 65535, &n))
			port = (unsigned)n;
	}
	only = str_dup(name);
	import_put(&s->host, only);
	if (!port)
		port = smtp ? (security == CFG_TLS ? 465 : 587) : security == CFG_TLS ? 993 : 143;
	s->port = port;
	s->security = security;
}

/* An unknown scheme is no server. */
static bool scheme_of(const char *scheme, bool *smtp_out, enum cfg_security *security_out)
{
	static const struct {
		const char *name;
		bool smtp;
		enum cfg_security security;
	} known[] = { { "imaps", false, CFG_TLS }, { "imap", false, CFG_STARTTLS },
		{ "imap+insecure", false, CFG_INSECURE }, { "smtps", true, CFG_TLS }, { "smtp", true, CFG_STARTTLS },
		{ "submission", true, CFG_STARTTLS }, { "submissions", true, CFG_TLS },
		{ "smtp+insecure", true, CFG_INSECURE } };
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (!g_ascii_strcasecmp(known[i].name, scheme)) {
			*smtp_out = known[i].smtp;
			*security_out = known[i].security;
			return true;
		}
	return false;
}

/* "imaps+oauthbearer": how to log in stands in the scheme. */
static char *take_mechanism(struct import_account *a, const char *scheme)
{
	const char *plus = strchr(scheme, '+');
	if (!plus || !g_ascii_strcasecmp(plus, "+insecure"))
		return g_strdup(scheme);
	if (!g_ascii_strcasecmp(plus + 1, "xoauth2") || !g_ascii_strcasecmp(plus + 1, "oauthbearer"))
		a->token = true;
	g_autofree char *auth = g_ascii_strdown(plus + 1, -1);
	if (a->token || !strcmp(auth, "plain") || !strcmp(auth, "login"))
		import_put(&a->auth, auth);
	return g_strndup(scheme, (gsize)(plus - scheme));
}

static char *decoded(const char *s, size_t n)
{
	g_autofree char *part = g_strndup(s, n);
	char *plain = g_uri_unescape_string(part, NULL);
	return plain ? plain : g_steal_pointer(&part);
}

bool import_url(struct import *i, struct import_account *a, const char *url, char **path_out)
{
	const char *sign = strstr(url, "://");
	bool smtp;
	enum cfg_security security;
	g_autofree char *whole = sign ? g_strndup(url, (gsize)(sign - url)) : NULL;
	g_autofree char *scheme = whole ? take_mechanism(a, whole) : NULL;
	if (!scheme || !scheme_of(scheme, &smtp, &security))
		return false;
	const char *begin = sign + 3, *slash = strchr(begin, '/'), *end = slash ? slash : begin + strlen(begin);
	const char *at = g_strrstr_len(begin, end - begin, "@");
	if (at) {
		const char *colon = memchr(begin, ':', (size_t)(at - begin));
		g_autofree char *user = decoded(begin, (size_t)((colon ? colon : at) - begin));
		import_put(smtp ? &a->smtp_login : &a->login, user);
		if (colon && colon + 1 < at)
			*(smtp ? &a->smtp_password : &a->password) = i->line;
		begin = at + 1;
	}
	g_autofree char *host = g_strndup(begin, (gsize)(end - begin));
	if (!*host)
		return false;
	import_server(smtp ? &a->smtp : &a->imap, host, 0, security, smtp);
	if (path_out)
		*path_out = slash && slash[1] ? decoded(slash + 1, strlen(slash + 1)) : NULL;
	return true;
}

bool import_needs_shell(const char *command)
{
	for (const char *p = strchr(command, '$'); p; p = strchr(p + 1, '$'))
		if (g_ascii_isalpha(p[1]) || p[1] == '_' || p[1] == '{')
			return true;
	return strpbrk(command, "|&;<>()`\n");
}

void import_passcmd(struct import *i, struct import_account *a, const char *shell)
{
	bool plain = !import_needs_shell(shell) && !strpbrk(shell, "\\*?[~");
	if (!plain && strchr(shell, '\'')) {
		import_leave(i, "passcmd", _("its command needs a shell: write it into a script of your own"));
		return;
	}
	g_autofree char *run = plain ? g_strdup(shell) : g_strdup_printf("sh -c '%s'", shell);
	import_put(&a->passcmd, g_strstrip(run));
}

void import_address(struct import_account *a, const char *text)
{
	const char *open = strrchr(text, '<'), *close = open ? strchr(open, '>') : NULL;
	g_autofree char *addr = close ? g_strndup(open + 1, (gsize)(close - open - 1)) : g_strdup(text);
	g_autofree char *name = close ? g_strndup(text, (gsize)(open - text)) : NULL;
	g_strstrip(addr);
	if (name) {
		g_strstrip(name);
		size_t n = strlen(name);
		if (n && name[n - 1] == '"')
			name[n - 1] = '\0';
		if (*name == '"')
			memmove(name, name + 1, strlen(name));
	}
	if (name && strpbrk(name, "\"\\"))
		*name = '\0';
	/* An address stands without quotes; what a mailrc would read in it otherwise is left out. */
	if (!cfg_value_address(str_of(addr)) || strpbrk(addr, "'#{}") || !utf8_is_clean(str_of(addr)) ||
		(name && !utf8_is_clean(str_of(name))))
		return;
	if (!a->email) {
		import_put(&a->email, addr);
		import_put(&a->name, name);
	} else if (strcmp(a->email, addr)) {
		g_ptr_array_add(a->froms, name && *name ? g_strdup_printf("\"%s\" <%s>", name, addr) : g_strdup(addr));
	}
}

const char *import_folder(const char *written)
{
	return *written == '=' || *written == '+' ? written + 1 : written;
}

static bool add_member(GString *line, const char *member)
{
	struct import_account one = { .froms = g_ptr_array_new_with_free_func(g_free) };
	import_address(&one, member);
	bool named = one.email && one.name, good = true;
	if (named) {
		g_string_append_printf(line, " \"%s\" <%s>", one.name, one.email);
	} else if (one.email) {
		g_string_append_printf(line, " %s", one.email);
	} else {
		good = *member && !strpbrk(member, " \t<>,;:()'\"@\\#{}") && utf8_is_clean(str_of(member));
		if (good)
			g_string_append_printf(line, " %s", member);
	}
	g_free(one.email);
	g_free(one.name);
	g_ptr_array_unref(one.froms);
	return good;
}

void import_alias(struct import *i, const char *nick, const GPtrArray *members)
{
	g_autoptr(GString) line = g_string_new(NULL);
	bool any = false, all = true;
	if (!*nick || strpbrk(nick, " \t<>,\"'@\\#{}") || !utf8_is_clean(str_of(nick))) {
		import_leave(i, nick, _("this cannot be the name of an alias"));
		return;
	}
	g_string_printf(line, "alias %s", nick);
	for (guint k = 0; k < members->len; k++) {
		bool good = add_member(line, members->pdata[k]);
		any = any || good;
		all = all && good;
	}
	if (any)
		g_string_append_printf(i->top, "%s\n", line->str);
	if (!all || !any)
		import_leave(i, nick, _("an address of this alias is not understood"));
}

/* --- lines and words --- */

bool import_next(struct import *i, struct str *text, GString *line_out)
{
	bool more = text->n;
	g_string_truncate(line_out, 0);
	if (!more)
		return false;
	i->line = i->taken + 1;
	for (unsigned joined = 0; more; joined++) {
		i->taken++;
		const char *nl = text->n ? memchr(text->p, '\n', text->n) : NULL;
		size_t n = nl ? (size_t)(nl - text->p) : text->n;
		struct str line = { text->p, n };
		*text = str_sub(*text, n + (nl != NULL));
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		more = line.n && line.p[line.n - 1] == '\\' && text->n && joined < 1000;
		g_string_append_len(line_out, line.p, (gssize)(line.n - more));
	}
	return true;
}

static void word_clear(void *p)
{
	g_free(((struct import_word *)p)->text);
}

static size_t take_quoted(struct str line, size_t at, GString *out)
{
	char quote = line.p[at++];
	while (at < line.n && line.p[at] != quote) {
		if (line.p[at] == '\\' && quote == '"' && at + 1 < line.n && line.p[at + 1] != 'C' &&
			line.p[at + 1] != 'e')
			at++;
		g_string_append_c(out, line.p[at++]);
	}
	return MIN(at + 1, line.n);
}

static size_t take_word(struct str line, size_t at, const char *ends, struct import_word *w)
{
	GString *out = g_string_new(NULL);
	while (at < line.n && !strchr(" \t", line.p[at]) && !strchr(ends, line.p[at])) {
		char c = line.p[at];
		if (c == '`') {
			w->command = true;
			at = take_quoted(line, at, out);
		} else if (c == '"' || c == '\'') {
			size_t tick = at + 1 < line.n && line.p[at + 1] == '`';
			w->command = w->command || (tick && c == '"');
			at = take_quoted(line, at, out);
		} else {
			g_string_append_c(out, c);
			at++;
		}
	}
	w->text = g_string_free(out, FALSE);
	/* "`pass box`", in quotes too */
	char *tick = w->command ? strchr(w->text, '`') : NULL;
	while (tick) {
		memmove(tick, tick + 1, strlen(tick));
		tick = strchr(tick, '`');
	}
	return at;
}

GArray *import_words(struct str line, const char *ends, struct str *rest_out)
{
	GArray *words = g_array_new(FALSE, FALSE, sizeof(struct import_word));
	size_t at = 0;
	g_array_set_clear_func(words, word_clear);
	while (at < line.n) {
		if (strchr(" \t", line.p[at])) {
			at++;
			continue;
		}
		if (line.p[at] == '#')
			at = line.n;
		if (at == line.n || (line.p[at] && strchr(ends, line.p[at])))
			break;
		struct import_word w = { 0 };
		size_t was = at;
		at = take_word(line, at, ends, &w);
		at = MAX(at, was + 1);
		g_array_append_val(words, w);
	}
	if (rest_out)
		*rest_out = str_sub(line, at + 1);
	return words;
}

/* --- the mailrc --- */

static void add_word(struct import *i, GString *out, const char *word, const char *value)
{
	g_autoptr(GString) line = g_string_new(NULL);
	if (!value || !*value)
		return;
	g_string_printf(line, "  %-8s", word);
	if (add_args(i, line, word, &value, 1))
		g_string_append_printf(out, "%s\n", line->str);
}

/* False: there is none that can be said. */
static bool add_server(struct import *i, GString *out, const char *word, const struct import_server *s)
{
	bool good = s->host && cfg_value_host(str_of(s->host)) && utf8_is_clean(str_of(s->host));
	if (good)
		g_string_append_printf(
			out, "  %-8s %s:%u %s\n", word, s->host, s->port, cfg_security_name(s->security));
	else if (s->host)
		import_leave(i, word, _("this is no host"));
	return good;
}

static void add_password(struct import *i, GString *out, const struct import_account *a)
{
	g_autofree char *file = utf8_line(str_of(i->file));
	if (a->passcmd)
		add_word(i, out, a->token ? "tokencmd" : "passcmd", a->passcmd);
	else if (a->password || a->smtp_password)
		g_string_append_printf(out,
			_("  password ask   # it stands in %s, line %u, and was not copied; or: password file PATH\n"),
			file, a->password ? a->password : a->smtp_password);
	else
		g_string_append(out, "  password ask\n");
}

static void add_froms(struct import *i, GString *out, const struct import_account *a)
{
	if (a->signature || a->froms->len) {
		g_autofree char *own = g_strdup(a->email ? a->email : "");
		g_autofree char *sig = a->signature ? g_strdup_printf("signature=%s", a->signature) : NULL;
		const char *const args[] = { own, "default", sig };
		g_autoptr(GString) line = g_string_new("  from    ");
		if (*own && add_args(i, line, "from", args, sig ? 3 : 2))
			g_string_append_printf(out, "%s\n", line->str);
	}
	for (guint k = 0; k < a->froms->len; k++)
		g_string_append_printf(out, "  from     %s\n", (const char *)a->froms->pdata[k]);
}

static void add_account(struct import *i, GString *out, struct import_account *a)
{
	static const char *const roles[CFG_ROLES] = { "sent", "drafts", "trash", "junk", "archive" };
	g_autofree char *file = utf8_line(str_of(i->file));
	if (!a->email && a->login && cfg_value_address(str_of(a->login)))
		import_put(&a->email, a->login);
	g_string_append_printf(out, "%saccount %s {\n", out->len ? "\n" : "", a->label);
	if (a->email)
		add_word(i, out, "email", a->email);
	else
		g_string_append_printf(out, _("# email    YOU@DOMAIN   # %s does not say it\n"), file);
	add_word(i, out, "name", a->name);
	if (a->login && g_strcmp0(a->login, a->email))
		add_word(i, out, "login", a->login);
	add_password(i, out, a);
	if (!add_server(i, out, "imap", &a->imap))
		g_string_append_printf(out, _("# imap     HOST:993 tls   # %s does not say it\n"), file);
	add_server(i, out, "smtp", &a->smtp);
	if (a->smtp_login && g_strcmp0(a->smtp_login, a->login))
		add_word(i, out, "smtp-login", a->smtp_login);
	add_word(i, out, "auth", a->auth);
	add_word(i, out, "cafile", a->cafile);
	add_word(i, out, "prefix", a->prefix);
	for (int k = 0; k < CFG_ROLES; k++)
		add_word(i, out, roles[k], a->roles[k]);
	add_word(i, out, "poll", a->poll);
	for (guint k = 0; k < a->pinned->len; k++)
		add_word(i, out, "pinned", a->pinned->pdata[k]);
	add_froms(i, out, a);
	g_string_append(out, "}\n");
}

struct cfg_import *cfg_import_new(const char *kind, struct str text, const char *file)
{
	size_t k = 0;
	while (k < G_N_ELEMENTS(readers) && strcmp(readers[k].kind, kind))
		k++;
	if (k == G_N_ELEMENTS(readers))
		return NULL;
	struct import i = { .file = file,
		.top = g_string_new(NULL),
		.accounts = g_ptr_array_new_with_free_func(account_free),
		.left = g_ptr_array_new_with_free_func(diag_free),
		.told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL) };
	readers[k].read(&i, text);
	for (guint n = 0; n < i.accounts->len; n++)
		add_account(&i, i.top, i.accounts->pdata[n]);
	g_ptr_array_unref(i.accounts);
	g_hash_table_unref(i.told);
	struct cfg_import *out = g_new(struct cfg_import, 1);
	*out = (struct cfg_import){ i.top, i.left };
	return out;
}

void cfg_import_free(struct cfg_import *i)
{
	if (!i)
		return;
	g_string_free(i->mailrc, TRUE);
	g_ptr_array_unref(i->left);
	g_free(i);
}
