/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a domain's web server says of its mail servers, in Mozilla's XML, as a card. Of XML only what such files hold is read:
 * elements, attributes, text, the five names of characters and numbers for them. Nothing is fetched, no entity defined. */
#include "config/internal.h"

#include <string.h>

#include "base/utf8.h"

#define DEPTH_MAX 16
#define VALUE_MAX 1000
#define SERVERS_MAX 10

enum token { TOKEN_OPEN, TOKEN_CLOSE, TOKEN_TEXT, TOKEN_END };

struct xml {
	struct str rest;
	struct str name, attributes, text; /* of the token taken last */
	bool closes;                       /* OPEN: it is empty, <a/> */
};

/* --- tokens --- */

static bool is_name(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == ':';
}

/* Up to and with the word; without it everything. */
static void skip_past(struct xml *x, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= x->rest.n; i++)
		if (!memcmp(x->rest.p + i, word, n)) {
			x->rest = str_sub(x->rest, i + n);
			return;
		}
	x->rest = str_sub(x->rest, x->rest.n);
}

static enum token tag(struct xml *x)
{
	bool close = x->rest.n > 1 && x->rest.p[1] == '/';
	size_t at = close ? 2 : 1, end;
	char quote = 0;
	for (end = at; end < x->rest.n && is_name(x->rest.p[end]); end++)
		;
	x->name = (struct str){ x->rest.p + at, end - at };
	size_t from = end;
	while (end < x->rest.n && (quote || x->rest.p[end] != '>')) {
		char c = x->rest.p[end++];
		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
	}
	x->attributes = (struct str){ x->rest.p + from, end - from };
	x->closes = end > from && x->rest.p[end - 1] == '/';
	x->rest = str_sub(x->rest, MIN(end + 1, x->rest.n));
	return close ? TOKEN_CLOSE : TOKEN_OPEN;
}

static enum token next(struct xml *x)
{
	while (x->rest.n) {
		if (x->rest.p[0] != '<') {
			const char *tag_at = memchr(x->rest.p, '<', x->rest.n);
			size_t n = tag_at ? (size_t)(tag_at - x->rest.p) : x->rest.n;
			x->text = (struct str){ x->rest.p, n };
			x->rest = str_sub(x->rest, n);
			return TOKEN_TEXT;
		}
		if (str_starts(x->rest, "<!--"))
			skip_past(x, "-->");
		else if (str_starts(x->rest, "<?"))
			skip_past(x, "?>");
		else if (str_starts(x->rest, "<!"))
			skip_past(x, ">");
		else
			return tag(x);
	}
	return TOKEN_END;
}

static gunichar reference(struct str name)
{
	static const struct {
		const char *name;
		char c;
	} names[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
	uint64_t number;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (str_eq(name, str_of(names[i].name)))
			return (gunichar)names[i].c;
	if (name.n > 1 && name.p[0] == '#' && str_u64(str_sub(name, 1), 0x10ffff, &number) &&
		g_unichar_validate((gunichar)number))
		return (gunichar)number;
	return 0;
}

/* Clean, without blanks round it. g_free. */
static char *value_of(struct str text)
{
	g_autoptr(GString) out = g_string_new(NULL);
	for (size_t i = 0; i < text.n && out->len < VALUE_MAX; i++) {
		const char *end = text.p[i] == '&' ? memchr(text.p + i, ';', MIN(text.n - i, 12)) : NULL;
		gunichar c = end ? reference((struct str){ text.p + i + 1, (size_t)(end - text.p) - i - 1 }) : 0;
		if (c)
			g_string_append_unichar(out, c);
		else
			g_string_append_c(out, text.p[i]);
		if (c)
			i = (size_t)(end - text.p);
	}
	return utf8_line(str_trim((struct str){ out->str, out->len }));
}

/* type="imap" */
static bool has_type(struct str attributes, const char *type)
{
	g_autofree char *all = str_dup(attributes);
	g_autofree char *plain = g_strdup_printf("type=\"%s\"", type), *single = g_strdup_printf("type='%s'", type);
	return strstr(all, plain) || strstr(all, single);
}

/* --- servers --- */

struct offer {
	GPtrArray *into; /* NULL: of no use here */
	char *host, *port, *security, *login;
	bool password, other; /* ways to log in */
};

static void offer_clear(struct offer *o)
{
	g_free(o->host);
	g_free(o->port);
	g_free(o->security);
	g_free(o->login);
	*o = (struct offer){ 0 };
}

static char *with_domain(const char *host, const char *domain)
{
	g_auto(GStrv) parts = g_strsplit(host, "%EMAILDOMAIN%", -1);
	g_autofree char *full = g_strjoinv(domain, parts);
	return g_ascii_strdown(full, -1);
}

/* As a card's template; NULL: no address is in it. */
static char *template_of(const char *login)
{
	static const char *const words[] = { "%EMAILADDRESS%", "%EMAILLOCALPART%", "%EMAILDOMAIN%" };
	static const char *const ours[] = { "%u@%d", "%u", "%d" };
	g_autoptr(GString) out = g_string_new(NULL);
	bool user = false;
	for (const char *c = login; *c; c++) {
		size_t i = 0;
		while (i < G_N_ELEMENTS(words) && !g_str_has_prefix(c, words[i]))
			i++;
		if (i < G_N_ELEMENTS(words)) {
			g_string_append(out, ours[i]);
			user = user || i < 2;
			c += strlen(words[i]) - 1;
		} else if (*c == '%') {
			g_string_append(out, "%%");
		} else {
			g_string_append_c(out, *c);
		}
	}
	return user ? g_strdup(out->str) : NULL;
}

/* What is not encrypted, or wants no password, is not taken. */
static void take_offer(struct cfg_card *card, struct offer *o, const char *domain)
{
	uint64_t port = 0;
	bool tls = o->security && !g_ascii_strcasecmp(o->security, "SSL");
	bool start = o->security && !g_ascii_strcasecmp(o->security, "STARTTLS");
	g_autofree char *host = with_domain(o->host ? o->host : "", domain);
	bool host_good = cfg_value_host(str_of(host)) && !strchr(host, ':');
	bool good = o->into && o->into->len < SERVERS_MAX && host_good && (tls || start) &&
		    (o->password || !o->other) && o->port && str_u64(str_of(o->port), UINT16_MAX, &port) && port;
	if (good) {
		cfg_card_add(card, o->into == card->smtp, host, (unsigned)port, tls ? CFG_TLS : CFG_STARTTLS);
		g_autofree char *template = o->into == card->imap && o->login ? template_of(o->login) : NULL;
		if (template && !g_ptr_array_find_with_equal_func(card->logins, template, g_str_equal, NULL))
			g_ptr_array_add(card->logins, g_steal_pointer(&template));
	}
	offer_clear(o);
}

static void take_word(struct cfg_card *card, struct offer *o, struct str name, struct str text, bool in_server)
{
	g_autofree char *value = value_of(text);
	const struct {
		const char *name;
		char **field;
	} fields[] = { { "hostname", &o->host }, { "port", &o->port }, { "socketType", &o->security },
		{ "username", &o->login } };
	for (size_t i = 0; in_server && i < G_N_ELEMENTS(fields); i++)
		if (str_eq(name, str_of(fields[i].name)) && !*fields[i].field)
			*fields[i].field = g_strdup(value);
	if (in_server && str_eq(name, STR("authentication"))) {
		bool password =
			g_str_has_prefix(value, "password") || !strcmp(value, "plain") || !strcmp(value, "secure");
		o->password = o->password || password;
		o->other = o->other || !password;
	}
	if (!in_server && str_eq(name, STR("displayName")) && !card->title && *value)
		card->title = g_strdup(value);
}

struct cfg_card *cfg_autoconfig(struct str text, const char *domain)
{
	struct cfg_card *card = cfg_card_new(domain);
	struct xml x = { .rest = text };
	struct offer offer = { 0 };
	struct str open = { 0 };
	bool in_server = false, right = false;
	unsigned depth = 0;
	enum token t;
	if (text.n > CFG_AUTOCONFIG_MAX)
		x.rest = (struct str){ text.p, 0 };
	while (depth <= DEPTH_MAX && (t = next(&x)) != TOKEN_END) {
		bool incoming = str_eq(x.name, STR("incomingServer")), outgoing = str_eq(x.name, STR("outgoingServer"));
		if (t == TOKEN_OPEN) {
			right = right || str_eq(x.name, STR("clientConfig"));
			depth += !x.closes;
			open = x.closes ? (struct str){ 0 } : x.name;
			if (incoming || outgoing) {
				offer_clear(&offer);
				in_server = !x.closes;
				offer.into = incoming && has_type(x.attributes, "imap")   ? card->imap
					     : outgoing && has_type(x.attributes, "smtp") ? card->smtp
											  : NULL;
			}
		} else if (t == TOKEN_CLOSE) {
			depth -= depth > 0;
			open = (struct str){ 0 };
			if (in_server && (incoming || outgoing)) {
				take_offer(card, &offer, domain);
				in_server = false;
			}
		} else if (open.n && right) {
			take_word(card, &offer, open, x.text, in_server);
			open = (struct str){ 0 };
		}
	}
	offer_clear(&offer);
	if (right && card->imap->len)
		return card;
	cfg_card_free(card);
	return NULL;
}
