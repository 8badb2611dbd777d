/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authentication-Results (RFC 8601): what a server found out about who sent a message. A field with a mistake says nothing
 * at all: what a program makes of half a field is what a forger writes. */
#include "msg/internal.h"

#define RESULTS_MAX 100
#define PROPERTIES_MAX 100
#define VALUE_MAX 1000
#define FIELDS_MAX 20 /* of a server, one below the other */

/* The rest of a field. */
struct cursor {
	struct str rest;
	bool bad;
};

static void free_property(void *data)
{
	struct msg_authres_property *p = data;
	g_free(p->name);
	g_free(p->value);
	g_free(p);
}

static void free_result(void *data)
{
	struct msg_authres_result *r = data;
	g_free(r->method);
	g_free(r->result);
	g_free(r->reason);
	g_ptr_array_unref(r->properties);
	g_free(r);
}

void msg_authres_free(struct msg_authres *a)
{
	if (!a)
		return;
	g_free(a->server);
	g_ptr_array_unref(a->results);
	g_free(a);
}

/* Behind the comment that begins here; what is open at the end is a mistake. */
static void skip_comment(struct cursor *c)
{
	size_t depth = 0, i = 0;
	for (; i < c->rest.n; i++) {
		char at = c->rest.p[i];
		if (at == '\\')
			i++;
		else if (at == '(')
			depth++;
		else if (at == ')' && !--depth)
			break;
	}
	c->bad = c->bad || i >= c->rest.n;
	c->rest = str_sub(c->rest, i + 1);
}

static void skip(struct cursor *c)
{
	while (c->rest.n && !c->bad && is_one_of(c->rest.p[0], " \t\r\n("))
		if (c->rest.p[0] == '(')
			skip_comment(c);
		else
			c->rest = str_sub(c->rest, 1);
}

/* That octet, and the blanks and comments in front of it. */
static bool take(struct cursor *c, char octet)
{
	skip(c);
	if (c->bad || !c->rest.n || c->rest.p[0] != octet)
		return false;
	c->rest = str_sub(c->rest, 1);
	return true;
}

static char *take_quoted(struct cursor *c)
{
	size_t i = 1;
	g_autoptr(GString) out = g_string_new(NULL);
	for (; i < c->rest.n && c->rest.p[i] != '"'; i++) {
		if (c->rest.p[i] == '\\' && i + 1 < c->rest.n)
			i++;
		g_string_append_c(out, c->rest.p[i]);
	}
	c->bad = c->bad || i >= c->rest.n;
	c->rest = str_sub(c->rest, i + 1);
	return clean_line((struct str){ out->str, out->len });
}

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '_';
}

/* Servers write addresses, names and hashes without quotes. */
static bool is_value(char c)
{
	return !is_one_of(c, " \t\r\n;()\"") && (unsigned char)c > ' ';
}

/* NULL: there is none. */
static char *take_run(struct cursor *c, bool (*is)(char c))
{
	size_t n = 0;
	skip(c);
	while (n < c->rest.n && is(c->rest.p[n]))
		n++;
	struct str run = { c->rest.p, n };
	c->bad = c->bad || n > VALUE_MAX;
	if (c->bad || !n)
		return NULL;
	c->rest = str_sub(c->rest, n);
	return clean_line(run);
}

static char *take_word(struct cursor *c)
{
	char *word = take_run(c, is_word);
	for (char *at = word; at && *at; at++)
		*at = g_ascii_tolower(*at);
	return word;
}

static char *take_value(struct cursor *c)
{
	skip(c);
	if (!c->bad && c->rest.n && c->rest.p[0] == '"')
		return take_quoted(c);
	return take_run(c, is_value);
}

static void take_number(struct cursor *c)
{
	g_autofree char *version = take_run(c, is_word);
	for (const char *at = version ? version : ""; *at; at++)
		c->bad = c->bad || !g_ascii_isdigit(*at);
}

/* `ptype.property=value`, `reason=value`; some write other words without a type. */
static void take_property(struct cursor *c, struct msg_authres_result *r)
{
	g_autofree char *name = take_word(c);
	if (name && take(c, '.')) {
		g_autofree char *type = g_steal_pointer(&name), *property = take_word(c);
		name = property ? g_strdup_printf("%s.%s", type, property) : NULL;
	}
	g_autofree char *value = name && take(c, '=') ? take_value(c) : NULL;
	c->bad = c->bad || !value || r->properties->len >= PROPERTIES_MAX;
	if (c->bad)
		return;
	if (!strcmp(name, "reason") && !r->reason) {
		r->reason = g_steal_pointer(&value);
		return;
	}
	struct msg_authres_property *p = g_new0(struct msg_authres_property, 1);
	p->name = g_steal_pointer(&name);
	p->value = g_steal_pointer(&value);
	g_ptr_array_add(r->properties, p);
}

static bool at_end(struct cursor *c)
{
	skip(c);
	return c->bad || !c->rest.n || c->rest.p[0] == ';';
}

static void take_result(struct cursor *c, struct msg_authres *a)
{
	struct msg_authres_result *r = g_new0(struct msg_authres_result, 1);
	r->properties = g_ptr_array_new_with_free_func(free_property);
	g_ptr_array_add(a->results, r);
	r->method = take_word(c);
	if (r->method && take(c, '/'))
		take_number(c);
	r->result = r->method && take(c, '=') ? take_word(c) : NULL;
	c->bad = c->bad || !r->result || a->results->len > RESULTS_MAX;
	while (!at_end(c))
		take_property(c, r);
}

/* In place of results. */
static bool take_none(struct cursor *c)
{
	struct cursor ahead = *c;
	g_autofree char *word = take_word(&ahead);
	if (!word || strcmp(word, "none") || !at_end(&ahead) || ahead.bad || ahead.rest.n)
		return false;
	*c = ahead;
	return true;
}

struct msg_authres *msg_authres_parse(struct str value)
{
	struct cursor c = { .rest = value };
	struct msg_authres *a = g_new0(struct msg_authres, 1);
	a->results = g_ptr_array_new_with_free_func(free_result);
	a->server = take_value(&c);
	if (!at_end(&c))
		take_number(&c);
	c.bad = c.bad || !a->server || !at_end(&c);
	while (!c.bad && take(&c, ';'))
		if (!at_end(&c) && !take_none(&c))
			take_result(&c, a);
	if (!c.bad && !c.rest.n)
		return a;
	msg_authres_free(a);
	return NULL;
}

static bool is_trusted(const char *server, const GPtrArray *trusted)
{
	for (unsigned i = 0; trusted && i < trusted->len; i++)
		if (!g_ascii_strcasecmp(server, trusted->pdata[i]))
			return true;
	return false;
}

static bool has_method(const struct msg_authres *a, const char *method, unsigned before)
{
	for (unsigned i = 0; i < before; i++)
		if (!strcmp(((const struct msg_authres_result *)a->results->pdata[i])->method, method))
			return true;
	return false;
}

/* What an earlier field speaks of is not judged again by one below it. */
static void join(struct msg_authres *to, struct msg_authres *from)
{
	unsigned before = to->results->len;
	while (from->results->len) {
		struct msg_authres_result *r = g_ptr_array_steal_index(from->results, 0);
		if (to->results->len >= RESULTS_MAX || has_method(to, r->method, before))
			free_result(r);
		else
			g_ptr_array_add(to->results, r);
	}
	msg_authres_free(from);
}

struct msg_authres *msg_authres_trusted(const struct msg_head *h, const GPtrArray *trusted)
{
	struct msg_authres *all = NULL;
	unsigned taken = 0;
	for (unsigned i = 0; i < h->fields->len && taken < FIELDS_MAX; i++) {
		const struct msg_field *f = h->fields->pdata[i];
		bool is = !g_ascii_strcasecmp(f->name, "Authentication-Results");
		if (!is && !all)
			continue;
		struct msg_authres *a = is ? msg_authres_parse(str_of(f->raw)) : NULL;
		if (!a || !is_trusted(a->server, trusted)) {
			msg_authres_free(a);
			break;
		}
		taken++;
		if (all)
			join(all, a);
		else
			all = a;
	}
	return all;
}

bool msg_domain_within(const char *value, const char *domain)
{
	const char *at = strrchr(value, '@'), *host = at ? at + 1 : value;
	size_t n = strlen(host), d = strlen(domain);
	return d && n >= d && !g_ascii_strcasecmp(host + n - d, domain) && (n == d || host[n - d - 1] == '.');
}

const char *msg_authres_get(const struct msg_authres_result *r, const char *property)
{
	for (unsigned i = 0; i < r->properties->len; i++) {
		const struct msg_authres_property *p = r->properties->pdata[i];
		if (!strcmp(p->name, property))
			return p->value;
	}
	return NULL;
}

bool msg_authres_passes(const struct msg_authres *a, const char *domain)
{
	static const struct {
		const char *method, *property;
	} proofs[] = { { "dkim", "header.d" }, { "dkim", "header.i" }, { "spf", "smtp.mailfrom" },
		{ "dmarc", "header.from" } };
	for (unsigned i = 0; a && i < a->results->len; i++) {
		const struct msg_authres_result *r = a->results->pdata[i];
		for (unsigned k = 0; !strcmp(r->result, "pass") && k < G_N_ELEMENTS(proofs); k++) {
			const char *value = msg_authres_get(r, proofs[k].property);
			if (value && !strcmp(r->method, proofs[k].method) && msg_domain_within(value, domain))
				return true;
		}
	}
	return false;
}
