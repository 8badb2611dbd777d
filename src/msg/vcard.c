/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vCards: 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), as they lie in files and come with letters. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define OCTETS_MAX (64u << 10) /* octets of one property: what is longer is a picture, or a nuisance */
#define FIELDS_MAX 200         /* of one card */
#define TYPES_MAX 200          /* octets of the types of a field */
#define PREF_NONE 101          /* behind all that are preferred */

/* What is taken of a card, in the order of its fields. */
enum form { FORM_TEXT, FORM_LIST, FORM_PARTS, FORM_NAME };
static const struct {
	const char *name;
	enum form form;
} known[] = {
	{ "fn", FORM_TEXT },
	{ "n", FORM_NAME },
	{ "nickname", FORM_LIST },
	{ "org", FORM_PARTS },
	{ "title", FORM_TEXT },
	{ "role", FORM_TEXT },
	{ "email", FORM_TEXT },
	{ "tel", FORM_TEXT },
	{ "impp", FORM_TEXT },
	{ "adr", FORM_PARTS },
	{ "url", FORM_TEXT },
	{ "bday", FORM_TEXT },
	{ "note", FORM_TEXT },
};

static void field_free(void *data)
{
	struct msg_vcard_field *f = data;
	g_free(f->type);
	g_free(f->value);
	g_free(f);
}

static void card_free(void *data)
{
	struct msg_vcard *c = data;
	g_ptr_array_unref(c->fields);
	g_free(c);
}

/* --- lines --- */

struct reader {
	struct str rest;
	bool old;      /* the card is of 2.1: blanks at a fold are the value's own */
	GString *line; /* one property, unfolded */
};

static void add_line(GString *to, struct str piece)
{
	/* One octet past the limit is enough to tell. */
	g_string_append_len(to, piece.p, (gssize)MIN(piece.n, OCTETS_MAX + 1 - MIN(to->len, OCTETS_MAX + 1)));
}

static bool holds(struct str s, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= s.n; i++)
		if (!g_ascii_strncasecmp(s.p + i, word, n))
			return true;
	return false;
}

/* Of 2.1: "=" at the end of a line goes on in the next, whatever that begins with. */
static void join_soft_breaks(struct reader *r, struct str piece)
{
	while (piece.n && piece.p[piece.n - 1] == '=' && r->rest.n) {
		if (r->line->len <= OCTETS_MAX)
			g_string_truncate(r->line, r->line->len - 1);
		piece = line_next(&r->rest);
		add_line(r->line, piece);
	}
}

static bool next_line(struct reader *r)
{
	struct str piece, head, tail;
	if (!r->rest.n)
		return false;
	g_string_truncate(r->line, 0);
	piece = line_next(&r->rest);
	add_line(r->line, piece);
	if (str_cut(piece, ':', &head, &tail) && holds(head, "quoted-printable"))
		join_soft_breaks(r, piece);
	while (r->rest.n && (r->rest.p[0] == ' ' || r->rest.p[0] == '\t')) {
		piece = line_next(&r->rest);
		add_line(r->line, r->old ? piece : str_sub(piece, 1));
	}
	return true;
}

/* --- one property --- */

struct property {
	struct str name, value;
	struct str charset; /* of 2.1; empty: not said */
	bool quoted, binary;
	unsigned pref;
	GString *types;
};

static void add_type(struct property *p, struct str type)
{
	static const char *const silent[] = { "internet", "voice", "text", "8bit", "7bit", "x-internet" };
	type = str_trim(type);
	if (str_is(type, "pref"))
		p->pref = 1;
	for (size_t i = 0; i < G_N_ELEMENTS(silent); i++)
		if (str_is(type, silent[i]))
			return;
	if (!type.n || str_is(type, "pref") || p->types->len + type.n > TYPES_MAX)
		return;
	g_autofree char *clean = clean_line(type), *small = g_utf8_strdown(clean, -1);
	g_string_append_printf(p->types, "%s%s", p->types->len ? ", " : "", small);
}

static void add_types(struct property *p, struct str list)
{
	struct str type;
	bool more = true;
	while (more) {
		more = str_cut(list, ',', &type, &list);
		add_type(p, type);
	}
}

static void take_encoding(struct property *p, struct str value)
{
	p->quoted |= str_is(value, "quoted-printable");
	p->binary |= str_is(value, "base64") || str_is(value, "b");
}

static struct str without_quotes(struct str s)
{
	s = str_trim(s);
	return s.n > 1 && s.p[0] == '"' && s.p[s.n - 1] == '"' ? (struct str){ s.p + 1, s.n - 2 } : s;
}

/* `NAME=VALUE`, or of 2.1 a value alone. */
static void take_parameter(struct property *p, struct str parameter)
{
	struct str name, value;
	uint64_t pref;
	if (!str_cut(parameter, '=', &name, &value)) {
		take_encoding(p, str_trim(name));
		if (!p->quoted && !p->binary)
			add_type(p, name);
		return;
	}
	name = str_trim(name);
	value = without_quotes(value);
	if (str_is(name, "type"))
		add_types(p, value);
	else if (str_is(name, "encoding"))
		take_encoding(p, value);
	else if (str_is(name, "charset"))
		p->charset = value;
	else if (str_is(name, "pref") && str_u64(value, 100, &pref) && pref)
		p->pref = (unsigned)pref;
}

/* Up to the next c that no quotes hold; without one all of s, and false. */
static bool cut_unquoted(struct str s, const char *any, struct str *head, struct str *tail)
{
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		quoted ^= s.p[i] == '"';
		if (quoted || !is_one_of(s.p[i], any))
			continue;
		*head = (struct str){ s.p, i };
		*tail = str_sub(s, i);
		return true;
	}
	*head = s;
	*tail = str_sub(s, s.n);
	return false;
}

/* `group.NAME;PARAMETER..:VALUE`; false: it is none. */
static bool property_parse(struct property *p, struct str line)
{
	struct str group, rest, parameter;
	if (!cut_unquoted(line, ";:", &p->name, &rest))
		return false;
	if (str_cut(p->name, '.', &group, &parameter))
		p->name = parameter;
	p->name = str_trim(p->name);
	while (rest.n && rest.p[0] == ';') {
		if (!cut_unquoted(str_sub(rest, 1), ";:", &parameter, &rest))
			return false;
		take_parameter(p, parameter);
	}
	p->value = str_sub(rest, 1);
	return rest.n;
}

/* --- its value --- */

/* The next component, up to an unescaped separator (0: none), unescaped. */
static char *component(struct str *rest, char separator, bool old)
{
	GString *out = g_string_new(NULL);
	size_t i = 0;
	for (; i < rest->n && (rest->p[i] != separator || !separator); i++) {
		char c = rest->p[i];
		bool escape = c == '\\' && i + 1 < rest->n && (!old || rest->p[i + 1] == ';');
		if (escape)
			c = rest->p[++i];
		g_string_append_c(out, escape && (c == 'n' || c == 'N') ? ' ' : c);
	}
	*rest = str_sub(*rest, i + 1);
	char *clean = clean_line((struct str){ out->str, out->len });
	g_string_free(out, TRUE);
	return clean;
}

/* The components that say something, one behind the other. */
static char *components(struct str value, char separator, const char *between, bool old)
{
	GString *out = g_string_new(NULL);
	while (value.n) {
		g_autofree char *one = component(&value, separator, old);
		if (*one)
			g_string_append_printf(out, "%s%s", out->len ? between : "", one);
	}
	return g_string_free(out, FALSE);
}

/* Family, given, further, before and behind: as a person is addressed. */
static char *whole_name(struct str value, bool old)
{
	static const size_t order[] = { 3, 1, 2, 0, 4 };
	char *parts[5] = { NULL };
	GString *out = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		parts[i] = component(&value, ';', old);
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (*parts[order[i]])
			g_string_append_printf(out, "%s%s", out->len ? " " : "", parts[order[i]]);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		g_free(parts[i]);
	return g_string_free(out, FALSE);
}

static char *value_text(const struct property *p, enum form form, bool old)
{
	struct buf octets;
	struct err e = ERR_INIT;
	size_t n;
	buf_init(&octets, OCTETS_MAX);
	msg_decode(p->quoted ? "quoted-printable" : "8bit", p->value, OCTETS_MAX, &octets, &e);
	g_autofree char *label = p->charset.n ? str_dup(p->charset) : NULL;
	g_autofree char *text = msg_to_utf8(buf_str(&octets), label, &n);
	struct str s = { text, n };
	buf_clear(&octets);
	err_clear(&e);
	if (form == FORM_NAME)
		return whole_name(s, old);
	if (form == FORM_TEXT)
		return component(&s, '\0', old);
	return components(s, form == FORM_LIST ? ',' : ';', ", ", old);
}

static char *without_scheme(char *value)
{
	static const char *const schemes[] = { "mailto:", "tel:" };
	for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
		if (str_starts(str_of(value), schemes[i]))
			memmove(value, value + strlen(schemes[i]), strlen(value + strlen(schemes[i])) + 1);
	return value;
}

/* --- cards --- */

static void take_property(struct msg_vcard *c, struct property *p, bool old)
{
	size_t i = 0;
	while (i < G_N_ELEMENTS(known) && !str_is(p->name, known[i].name))
		i++;
	if (i == G_N_ELEMENTS(known) || p->binary)
		return;
	if (c->fields->len == FIELDS_MAX) {
		c->cut = true;
		return;
	}
	struct msg_vcard_field *f = g_new0(struct msg_vcard_field, 1);
	f->name = known[i].name;
	f->rank = (unsigned)i;
	f->pref = p->pref;
	f->type = p->types->len ? g_strdup(p->types->str) : NULL;
	f->value = without_scheme(value_text(p, known[i].form, old));
	if (*f->value)
		g_ptr_array_add(c->fields, f);
	else
		field_free(f);
}

static gint in_order(gconstpointer a, gconstpointer b)
{
	const struct msg_vcard_field *x = *(void *const *)a, *y = *(void *const *)b;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	unsigned px = x->pref ? x->pref : PREF_NONE, py = y->pref ? y->pref : PREF_NONE;
	return px < py ? -1 : px > py;
}

const char *msg_vcard_get(const struct msg_vcard *c, const char *name)
{
	for (guint i = 0; i < c->fields->len; i++) {
		const struct msg_vcard_field *f = c->fields->pdata[i];
		if (!strcmp(f->name, name))
			return f->value;
	}
	return NULL;
}

static void card_end(GPtrArray *cards, struct msg_vcard *c)
{
	static const char *const names[] = { "fn", "n", "nickname", "org", "email" };
	if (!c)
		return;
	if (!c->fields->len || cards->len == MSG_VCARDS_MAX) {
		card_free(c);
		return;
	}
	g_ptr_array_sort(c->fields, in_order);
	for (size_t i = 0; i < G_N_ELEMENTS(names) && !c->name; i++)
		c->name = msg_vcard_get(c, names[i]);
	g_ptr_array_add(cards, c);
}

static struct msg_vcard *card_new(void)
{
	struct msg_vcard *c = g_new0(struct msg_vcard, 1);
	c->fields = g_ptr_array_new_with_free_func(field_free);
	return c;
}

static bool is_mark(const struct property *p, const char *name)
{
	return str_is(p->name, name) && str_is(str_trim(p->value), "vcard");
}

struct state {
	GPtrArray *cards;
	struct msg_vcard *card; /* NULL: between cards */
	bool agent;             /* the property before was an AGENT, which may hold a card of its own */
	unsigned within;        /* cards that this one holds and that have not ended */
};

static void take_line(struct state *s, struct reader *r, struct property *p)
{
	bool begin = is_mark(p, "begin"), end = is_mark(p, "end");
	if (begin && s->card && (s->agent || s->within)) {
		s->within++;
	} else if (begin) {
		card_end(s->cards, s->card);
		s->card = card_new();
		r->old = false;
	} else if (end && s->within) {
		s->within--;
	} else if (end) {
		card_end(s->cards, s->card);
		s->card = NULL;
	} else if (s->card && !s->within) {
		r->old |= str_is(p->name, "version") && str_is(str_trim(p->value), "2.1");
		take_property(s->card, p, r->old);
	}
	s->agent = str_is(p->name, "agent") && !str_trim(p->value).n;
}

GPtrArray *msg_vcards_parse(struct str bytes)
{
	struct state s = { .cards = g_ptr_array_new_with_free_func(card_free) };
	struct reader r = { .rest = bytes, .line = g_string_new(NULL) };
	g_autoptr(GString) types = g_string_new(NULL);
	if (bytes.n >= 3 && !memcmp(bytes.p, "\xef\xbb\xbf", 3))
		r.rest = str_sub(bytes, 3);
	while (s.cards->len < MSG_VCARDS_MAX && next_line(&r)) {
		struct property p = { .types = g_string_truncate(types, 0) };
		if (r.line->len > OCTETS_MAX && s.card)
			s.card->cut = true;
		else if (property_parse(&p, (struct str){ r.line->str, r.line->len }))
			take_line(&s, &r, &p);
	}
	card_end(s.cards, s.card);
	g_string_free(r.line, TRUE);
	return s.cards;
}
