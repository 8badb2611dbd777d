/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define NO_INDEX -1
#define INDEX_DIGITS 3

/* One `name=value`, or one `name*2*=value` of RFC 2231. */
struct piece {
	struct str name; /* borrowed: without the asterisks */
	int index;       /* NO_INDEX: not split */
	bool extended;   /* percent encoded; the first of its name tells the charset */
	char *value;     /* quotes undone */
};

struct params {
	GPtrArray *pieces;
};

static void piece_free(void *piece)
{
	struct piece *p = piece;
	g_free(p->value);
	g_free(p);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str skip_spaces(struct str s)
{
	while (s.n && is_space(s.p[0]))
		s = str_sub(s, 1);
	return s;
}

/* Backslashes that escape nothing stay: names of files from Windows hold them. */
static char *take_quoted(struct str *s)
{
	GString *value = g_string_new(NULL);
	size_t i = 1;
	for (; i < s->n && s->p[i] != '"'; i++) {
		if (s->p[i] == '\\' && i + 1 < s->n && is_one_of(s->p[i + 1], "\"\\"))
			i++;
		if (s->p[i] != '\r' && s->p[i] != '\n')
			g_string_append_c(value, s->p[i]);
	}
	*s = str_sub(*s, i + 1);
	return g_string_free(value, FALSE);
}

/* Unquoted. Names of files are often sent with blanks and no quotes; other values end at a blank. */
static char *take_token(struct str *s, bool spaced)
{
	struct str token = { s->p, 0 };
	while (token.n < s->n && s->p[token.n] != ';' && (spaced || !is_space(s->p[token.n])))
		token.n++;
	*s = str_sub(*s, token.n);
	return str_dup(str_trim(token));
}

/* `*0*` behind a name. */
static void split_name(struct piece *p)
{
	struct str tail, index;
	if (!str_cut(p->name, '*', &p->name, &tail))
		return;
	p->extended = !tail.n || tail.p[tail.n - 1] == '*';
	str_cut(tail, '*', &index, &tail);
	uint64_t value;
	if (index.n && index.n <= INDEX_DIGITS && str_u64(index, MSG_PARAMS_MAX - 1, &value))
		p->index = (int)value;
	else if (index.n)
		p->name.n = 0; /* no sane piece of anything */
}

static struct piece *piece_new(struct str name)
{
	struct piece *p = g_new0(struct piece, 1);
	p->name = str_trim(name);
	p->index = NO_INDEX;
	split_name(p);
	return p;
}

static bool take_piece(struct str *s, GPtrArray *pieces)
{
	struct str name;
	while (s->n && (is_space(s->p[0]) || s->p[0] == ';'))
		*s = str_sub(*s, 1);
	if (!s->n)
		return false;
	name = (struct str){ s->p, 0 };
	while (name.n < s->n && s->p[name.n] != ';' && s->p[name.n] != '=')
		name.n++;
	*s = str_sub(*s, name.n);
	if (!s->n || s->p[0] != '=')
		return true;
	*s = skip_spaces(str_sub(*s, 1));
	struct piece *p = piece_new(name);
	bool spaced = str_is(p->name, "name") || str_is(p->name, "filename");
	p->value = s->n && s->p[0] == '"' ? take_quoted(s) : take_token(s, spaced);
	g_ptr_array_add(pieces, p);
	return true;
}

struct params *params_parse(struct str value, struct str *main_out)
{
	struct params *p = g_new(struct params, 1);
	struct str rest;
	p->pieces = g_ptr_array_new_with_free_func(piece_free);
	str_cut(value, ';', main_out, &rest);
	*main_out = str_trim(*main_out);
	while (p->pieces->len < MSG_PARAMS_MAX && take_piece(&rest, p->pieces))
		;
	return p;
}

void params_free(struct params *p)
{
	g_ptr_array_unref(p->pieces);
	g_free(p);
}

static const struct piece *find(const struct params *p, const char *name, int index, bool extended)
{
	for (guint i = 0; i < p->pieces->len; i++) {
		const struct piece *piece = p->pieces->pdata[i];
		if (str_is(piece->name, name) && piece->index == index && piece->extended == extended)
			return piece;
	}
	return NULL;
}

static const struct piece *find_part(const struct params *p, const char *name, int index)
{
	const struct piece *piece = find(p, name, index, true);
	return piece ? piece : find(p, name, index, false);
}

/* A bad percent stays as it is. */
static void add_percent(GString *to, const char *s)
{
	for (; *s; s++) {
		int high = *s == '%' ? g_ascii_xdigit_value(s[1]) : -1;
		int low = high >= 0 ? g_ascii_xdigit_value(s[2]) : -1;
		g_string_append_c(to, low >= 0 ? (char)(high << 4 | low) : *s);
		s += low >= 0 ? 2 : 0;
	}
}

/* charset'language'rest */
static const char *cut_charset(const char *value, char **charset_out)
{
	const char *first = strchr(value, '\''), *second = first ? strchr(first + 1, '\'') : NULL;
	if (!second)
		return value;
	*charset_out = g_strndup(value, (gsize)(first - value));
	return second + 1;
}

/* RFC 2231: the pieces from 0 up to the first gap, or the one undivided `name*`. NULL: there is none. */
static GString *join(const struct params *p, const char *name, char **charset_out)
{
	const struct piece *piece = find(p, name, NO_INDEX, true);
	int index = 0;
	if (!piece)
		piece = find_part(p, name, index++);
	if (!piece)
		return NULL;
	const char *value = piece->extended ? cut_charset(piece->value, charset_out) : piece->value;
	GString *whole = g_string_new(NULL);
	while (piece) {
		if (piece->extended)
			add_percent(whole, value);
		else
			g_string_append(whole, value);
		piece = index ? find_part(p, name, index++) : NULL;
		value = piece ? piece->value : NULL;
	}
	return whole;
}

char *params_octets(const struct params *p, const char *name)
{
	g_autofree char *charset = NULL;
	const struct piece *plain = find(p, name, NO_INDEX, false);
	if (plain)
		return g_strdup(plain->value);
	GString *whole = join(p, name, &charset);
	return whole ? g_string_free(whole, FALSE) : NULL;
}

char *params_text(const struct params *p, const char *name)
{
	g_autofree char *charset = NULL;
	GString *whole = join(p, name, &charset);
	const struct piece *plain = find(p, name, NO_INDEX, false);
	if (!whole)
		return plain ? msg_decode_words(str_of(plain->value)) : NULL;
	if (!charset && word_length((struct str){ whole->str, whole->len })) {
		/* Split by RFC 2231 and encoded by RFC 2047 at once. */
		char *words = msg_decode_words((struct str){ whole->str, whole->len });
		g_string_free(whole, TRUE);
		return words;
	}
	size_t n;
	g_autofree char *text = msg_to_utf8((struct str){ whole->str, whole->len }, charset, &n);
	g_string_free(whole, TRUE);
	return clean_line((struct str){ text, n });
}

char *msg_param_text(const struct msg_param *params, size_t n, const char *name)
{
	struct params p = { g_ptr_array_new_with_free_func(piece_free) };
	for (size_t i = 0; i < MIN(n, MSG_PARAMS_MAX); i++) {
		struct piece *piece = piece_new(params[i].name);
		piece->value = str_dup(params[i].value);
		g_ptr_array_add(p.pieces, piece);
	}
	char *text = params_text(&p, name);
	g_ptr_array_unref(p.pieces);
	return text;
}
