/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Address lists, read in one pass without going back. What RFC 5322 forbids is still given a meaning:
 * the first <..> of an entry is its address, and the same bytes are shown and replied to. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define LITERAL_MAX 256 /* octets looked ahead for the end of a domain literal */

void msg_addr_free(struct msg_addr *a)
{
	if (!a)
		return;
	g_free(a->name);
	g_free(a->addr);
	g_free(a);
}

static void addr_free(void *addr)
{
	msg_addr_free(addr);
}

GPtrArray *msg_addrs_new(void)
{
	return g_ptr_array_new_with_free_func(addr_free);
}

struct msg_addr *msg_addr_new(const char *name, const char *addr)
{
	struct msg_addr *a = g_new(struct msg_addr, 1);
	a->name = g_strdup(name);
	a->addr = g_strdup(addr);
	return a;
}

GPtrArray *msg_addrs_copy(const GPtrArray *from)
{
	GPtrArray *to = msg_addrs_new();
	for (guint i = 0; from && i < from->len; i++) {
		const struct msg_addr *a = from->pdata[i];
		g_ptr_array_add(to, msg_addr_new(a->name, a->addr));
	}
	return to;
}

/* --- reading --- */

struct reader {
	struct str rest;
	GPtrArray *out;
	GString *text;    /* of this entry, outside <> and comments, quotes undone */
	GString *angle;   /* of this entry, inside its first <> */
	GString *comment; /* of this entry */
	size_t fixed;     /* so many octets of text were quoted or encoded: no '@' of theirs makes an address */
	bool fixed_quoted;
	bool has_angle, in_group;
	bool at;          /* an '@' outside quotes and encoded words is in text */
	bool no_quotes;   /* no closing '"' is left */
	bool no_comments; /* a '(' was met that nothing closes */
	bool no_groups;   /* no ';' is left */
	bool odd;
};

static char *take_clean(GString *s)
{
	char *clean = clean_line((struct str){ s->str, s->len });
	if (!*clean)
		g_clear_pointer(&clean, g_free);
	return clean;
}

static char *take_decoded(GString *s)
{
	char *clean = msg_decode_words((struct str){ s->str, s->len });
	if (!*clean)
		g_clear_pointer(&clean, g_free);
	return clean;
}

static void append_quoted(GString *to, struct str s)
{
	g_string_append_c(to, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			g_string_append_c(to, '\\');
		g_string_append_c(to, s.p[i]);
	}
	g_string_append_c(to, '"');
}

/* Of text without <>: the word round its '@' is the address, the rest the name. */
static char *split_bare(struct reader *r)
{
	GString *t = r->text;
	const char *at = memchr(t->str + r->fixed, '@', t->len - r->fixed);
	if (!at)
		return NULL;
	size_t from = (size_t)(at - t->str), to = from + 1;
	while (from > r->fixed && t->str[from - 1] == ' ')
		from--;
	while (from > r->fixed && t->str[from - 1] != ' ')
		from--;
	while (to < t->len && t->str[to] == ' ')
		to++;
	while (to < t->len && t->str[to] != ' ')
		to++;
	/* What touches the '@' is its local part, be it quoted or an encoded word. */
	bool glued = from == r->fixed && t->str[from] == '@';
	g_autoptr(GString) addr = g_string_new(NULL);
	if (glued && r->fixed_quoted)
		append_quoted(addr, (struct str){ t->str, from });
	else if (glued)
		g_string_append_len(addr, t->str, (gssize)from);
	for (size_t i = from; i < to; i++)
		if (t->str[i] != ' ')
			g_string_append_c(addr, t->str[i]);
	from = glued ? 0 : from;
	g_string_erase(t, (gssize)from, (gssize)(to - from));
	r->odd = r->odd || str_trim((struct str){ t->str, t->len }).n;
	return take_clean(addr);
}

static bool is_one_word(GString *s)
{
	struct str t = str_trim((struct str){ s->str, s->len });
	return t.n && !memchr(t.p, ' ', t.n) && !memchr(t.p, '\t', t.n) && !memchr(t.p, '"', t.n);
}

static void entry_reset(struct reader *r)
{
	g_string_truncate(r->text, 0);
	g_string_truncate(r->angle, 0);
	g_string_truncate(r->comment, 0);
	r->fixed = 0;
	r->has_angle = r->at = false;
}

static void entry_end(struct reader *r)
{
	char *addr = NULL, *name = NULL;
	if (r->has_angle)
		addr = take_clean(r->angle);
	else if (r->at)
		addr = split_bare(r);
	else if (r->comment->len && is_one_word(r->text)) {
		addr = take_clean(r->text);
		g_string_truncate(r->text, 0);
	}
	name = take_decoded(r->text);
	if (!name)
		name = take_decoded(r->comment);
	/* An encoded word is none there (RFC 2047 5): who writes one wants it to be decoded into another address. */
	r->odd = r->odd || (addr && strstr(addr, "=?") && strstr(addr, "?="));
	if (addr && (strchr(addr, ' ') || !strchr(addr, '@') || strchr(addr, '@') != strrchr(addr, '@')))
		r->odd = r->odd || !strchr(addr, '"');
	if (addr || name) {
		struct msg_addr *a = g_new(struct msg_addr, 1);
		*a = (struct msg_addr){ name, addr };
		g_ptr_array_add(r->out, a);
	}
	entry_reset(r);
}

static char next_char(struct reader *r)
{
	char c = *r->rest.p;
	r->rest = str_sub(r->rest, 1);
	return c;
}

/* The length of a quoted string's inside when it is closed; the quote before it is already gone. */
static bool quoted_length(const struct reader *r, size_t *n_out)
{
	size_t n = 0;
	while (n < r->rest.n && r->rest.p[n] != '"')
		n += r->rest.p[n] == '\\' ? 2 : 1;
	*n_out = n;
	return n < r->rest.n;
}

static void add_unescaped(GString *to, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		g_string_append_c(to, s.p[i]);
	}
}

static void read_quoted(struct reader *r, GString *to, bool keep_quotes)
{
	size_t n;
	if (r->no_quotes || !quoted_length(r, &n)) {
		r->no_quotes = r->odd = true;
		g_string_append_c(to, '"');
		return;
	}
	if (keep_quotes) {
		g_string_append_c(to, '"');
		g_string_append_len(to, r->rest.p, (gssize)n + 1);
	} else {
		add_unescaped(to, (struct str){ r->rest.p, n });
	}
	r->rest = str_sub(r->rest, n + 1);
}

/* Octets up to behind the ')' that closes the comment whose '(' is gone; 0: nothing closes it. */
static size_t comment_length(struct str s)
{
	size_t depth = 1, n = 0;
	while (n < s.n && depth) {
		if (s.p[n] == '\\')
			n++;
		else if (s.p[n] == '(')
			depth++;
		else if (s.p[n] == ')')
			depth--;
		n++;
	}
	return depth || n > s.n ? 0 : n;
}

static void read_comment(struct reader *r, GString *skipped_in)
{
	size_t n = r->no_comments ? 0 : comment_length(r->rest);
	if (!n) {
		r->no_comments = r->odd = true;
		g_string_append_c(skipped_in, '(');
		return;
	}
	if (r->comment->len)
		g_string_append_c(r->comment, ' ');
	add_unescaped(r->comment, (struct str){ r->rest.p, n - 1 });
	r->rest = str_sub(r->rest, n);
}

/* [..] is taken whole, for its colons and commas mean nothing outside. */
static void read_literal(struct reader *r, GString *to)
{
	g_string_append_c(to, '[');
	size_t look = MIN(r->rest.n, LITERAL_MAX);
	for (size_t n = 0; n < look && !is_one_of(r->rest.p[n], "[<,"); n++) {
		if (r->rest.p[n] != ']')
			continue;
		g_string_append_len(to, r->rest.p, (gssize)n + 1);
		r->rest = str_sub(r->rest, n + 1);
		return;
	}
}

/* Behind '<'. Ends at '>', or before what cannot be inside. A route (@a,@b:) is dropped. */
static void read_angle(struct reader *r)
{
	g_autoptr(GString) spare = g_string_new(NULL);
	GString *to = r->has_angle ? spare : r->angle;
	r->odd = r->odd || r->has_angle;
	r->has_angle = true;
	while (r->rest.n && *r->rest.p == '<') {
		next_char(r);
		r->odd = true;
	}
	bool route = false;
	while (r->rest.n) {
		if (*r->rest.p == '<' || (!route && is_one_of(*r->rest.p, ",;")))
			break;
		char c = next_char(r);
		if (c == '>')
			return;
		route = (route || (c == '@' && !to->len)) && c != ':';
		if (c == '"')
			read_quoted(r, to, true);
		else if (c == '(')
			read_comment(r, to);
		else if (c == '[')
			read_literal(r, to);
		else if (c == ':' && to->len && to->str[0] == '@')
			g_string_truncate(to, 0);
		else if (!g_ascii_isspace(c))
			g_string_append_c(to, c);
	}
	r->odd = true;
}

static void read_blank(struct reader *r)
{
	if (r->text->len && r->text->str[r->text->len - 1] != ' ')
		g_string_append_c(r->text, ' ');
}

/* A group needs its ';', or nothing behind the ':'; any other colon is text. */
static bool is_group(struct reader *r)
{
	if (r->has_angle || r->at || r->in_group || r->no_groups)
		return false;
	if (r->rest.n && memchr(r->rest.p, ';', r->rest.n))
		return true;
	r->no_groups = true;
	return !str_trim(r->rest).n;
}

/* Only a group without members is shown by its name. */
static void read_colon(struct reader *r)
{
	if (!is_group(r)) {
		g_string_append_c(r->text, ':');
		return;
	}
	r->in_group = true;
	g_autofree char *name = take_decoded(r->text);
	entry_reset(r);
	size_t blank = 0;
	while (blank < r->rest.n && g_ascii_isspace(r->rest.p[blank]))
		blank++;
	r->rest = str_sub(r->rest, blank);
	if (name && (!r->rest.n || *r->rest.p == ';'))
		g_ptr_array_add(r->out, msg_addr_new(name, NULL));
}

static void fix_text(struct reader *r, bool quoted)
{
	if (r->at)
		return;
	r->fixed = r->text->len;
	r->fixed_quoted = quoted;
}

static void read_one(struct reader *r)
{
	size_t word = word_length(r->rest);
	if (word) {
		g_string_append_len(r->text, r->rest.p, (gssize)word);
		r->rest = str_sub(r->rest, word);
		fix_text(r, false);
		return;
	}
	char c = next_char(r);
	switch (c) {
	case ',': entry_end(r); break;
	case ';':
		entry_end(r);
		r->in_group = false;
		break;
	case '<': read_angle(r); break;
	case '>': r->odd = true; break;
	case ':': read_colon(r); break;
	case '(': read_comment(r, r->text); break;
	case '[': read_literal(r, r->text); break;
	case '"':
		read_quoted(r, r->text, false);
		fix_text(r, true);
		break;
	case ' ':
	case '\t':
	case '\r':
	case '\n': read_blank(r); break;
	default: r->at = r->at || c == '@'; g_string_append_c(r->text, c);
	}
}

GPtrArray *addrs_parse(struct str value, bool *odd_out)
{
	struct reader r = { .rest = value,
		.out = msg_addrs_new(),
		.text = g_string_new(NULL),
		.angle = g_string_new(NULL),
		.comment = g_string_new(NULL) };
	while (r.rest.n && r.out->len < MSG_ADDRS_MAX)
		read_one(&r);
	if (r.out->len < MSG_ADDRS_MAX)
		entry_end(&r);
	else
		r.odd = true;
	g_string_free(r.text, TRUE);
	g_string_free(r.angle, TRUE);
	g_string_free(r.comment, TRUE);
	*odd_out = r.odd;
	return r.out;
}

GPtrArray *msg_addrs_parse(struct str value)
{
	bool odd;
	return addrs_parse(value, &odd);
}

/* --- keeping and showing --- */

void msg_addrs_pack(const GPtrArray *addrs, GString *out)
{
	for (guint i = 0; addrs && i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		g_string_append(out, a->name ? a->name : "");
		g_string_append_c(out, '\0');
		g_string_append(out, a->addr ? a->addr : "");
		g_string_append_c(out, '\0');
	}
}

/* One piece of a packed list, "" is NULL. False: the end, or bytes that pack never wrote. */
static bool unpack_piece(struct str *rest, char **out)
{
	struct str piece;
	if (!str_cut(*rest, '\0', &piece, rest))
		return false;
	*out = piece.n ? utf8_make_valid(piece) : NULL;
	return true;
}

GPtrArray *msg_addrs_unpack(struct str packed)
{
	GPtrArray *addrs = msg_addrs_new();
	while (addrs->len < MSG_ADDRS_MAX) {
		g_autofree char *name = NULL, *addr = NULL;
		if (!unpack_piece(&packed, &name) || !unpack_piece(&packed, &addr))
			break;
		g_ptr_array_add(addrs, msg_addr_new(name, addr));
	}
	return addrs;
}

const char *msg_addr_short(const struct msg_addr *a)
{
	return a->name ? a->name : a->addr ? a->addr : "";
}

static bool needs_quotes(const char *name)
{
	return strpbrk(name, "()<>[]:;@\\,.\"") != NULL;
}

char *msg_addr_full(const struct msg_addr *a)
{
	GString *out = g_string_new(NULL);
	if (a->name && needs_quotes(a->name))
		append_quoted(out, str_of(a->name));
	else if (a->name)
		g_string_append(out, a->name);
	if (a->addr)
		g_string_append_printf(out, a->name ? " <%s>" : "%s", a->addr);
	return g_string_free(out, FALSE);
}
