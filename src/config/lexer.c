/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"

#include <string.h>

static void word_clear(void *w)
{
	g_free(((struct word *)w)->text);
}

void cfg_stmt_init(struct stmt *s)
{
	*s = (struct stmt){ .store = g_array_new(FALSE, FALSE, sizeof(struct word)) };
	g_array_set_clear_func(s->store, word_clear);
}

void cfg_stmt_clear(struct stmt *s)
{
	if (s->store)
		g_array_unref(s->store);
	*s = (struct stmt){ 0 };
}

void cfg_lex_init(struct lexer *l, struct str text, const char *file, unsigned *seq)
{
	*l = (struct lexer){ .file = file, .text = text, .seq = seq };
	if (str_starts(text, "\xef\xbb\xbf"))
		l->at = 3;
}

/* Columns count characters; the octets that continue one add nothing. */
static unsigned chars(struct str s)
{
	unsigned n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

struct mark cfg_mark_within(const struct word *w, size_t from, size_t n)
{
	struct mark m = w->at;
	if (w->quoted || from + n > m.span.n)
		return m;
	m.col += chars((struct str){ m.span.p, from });
	m.span = (struct str){ m.span.p + from, n };
	return m;
}

static bool take_line(struct lexer *l, struct str *line_out)
{
	if (l->at >= l->text.n)
		return false;
	const char *p = l->text.p + l->at;
	size_t rest = l->text.n - l->at;
	const char *end = memchr(p, '\n', rest);
	size_t n = end ? (size_t)(end - p) : rest;
	l->at += n + (end != NULL);
	l->line++;
	if (n && p[n - 1] == '\r')
		n--;
	*line_out = (struct str){ p, n };
	return true;
}

/* The first octet that no mailrc may hold. */
static enum lex_fault fault_in(struct str line, size_t *at_out)
{
	const char *end = line.p;
	bool valid = !line.n || g_utf8_validate_len(line.p, line.n, &end);
	size_t good = valid ? line.n : (size_t)(end - line.p);
	for (size_t i = 0; i < good; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool c1 = c == 0xc2 && (unsigned char)line.p[i + 1] < 0xa0;
		if ((c < 0x20 && c != '\t') || c == 0x7f || c1) {
			*at_out = i;
			return LEX_CONTROL;
		}
	}
	*at_out = good;
	if (valid)
		return LEX_FINE;
	return line.p[good] ? LEX_BAD_UTF8 : LEX_CONTROL;
}

/* Where the lexer stands in a line. */
struct scan {
	struct str line;
	size_t i;
	unsigned col;
};

static bool scan_more(const struct scan *c)
{
	return c->i < c->line.n;
}

static char scan_peek(const struct scan *c)
{
	return c->line.p[c->i];
}

static char scan_take(struct scan *c)
{
	char octet = c->line.p[c->i++];
	c->col += ((unsigned char)octet & 0xc0) != 0x80;
	return octet;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool at_line_end_backslash(const struct scan *c)
{
	return scan_peek(c) == '\\' && c->i + 1 == c->line.n;
}

/* The rest of a quoted piece; false: the line ends before it does. */
static bool scan_quoted(struct scan *c, char quote, GString *text)
{
	while (scan_more(c)) {
		char octet = scan_take(c);
		if (octet == quote)
			return true;
		if (octet == '\\' && quote == '"' && scan_more(c))
			octet = scan_take(c);
		g_string_append_c(text, octet);
	}
	return false;
}

static struct mark mark_at(const struct lexer *l, const struct scan *c, size_t secret)
{
	struct mark m = { .file = l->file, .line = l->line, .col = c->col, .seq = *l->seq, .source = c->line };
	m.span = (struct str){ c->line.p + c->i, 0 };
	m.secret = secret;
	return m;
}

static void stmt_fail(struct stmt *s, enum lex_fault fault, struct mark at)
{
	s->fault = fault;
	s->fault_at = at;
	s->fault_at.span.n = 1;
}

static bool scan_word(const struct lexer *l, struct stmt *s, struct scan *c, size_t secret)
{
	struct word w = { .at = mark_at(l, c, secret) };
	g_autoptr(GString) text = g_string_new(NULL);
	while (scan_more(c) && !is_blank(scan_peek(c)) && !at_line_end_backslash(c)) {
		struct scan here = *c;
		char octet = scan_take(c);
		if (octet == '"' || octet == '\'') {
			w.quoted = true;
			if (!scan_quoted(c, octet, text)) {
				stmt_fail(s, LEX_OPEN_QUOTE, mark_at(l, &here, secret));
				return false;
			}
			continue;
		}
		if (octet == '\\') {
			w.quoted = true;
			octet = scan_take(c);
		}
		g_string_append_c(text, octet);
	}
	w.at.span.n = (size_t)(c->line.p + c->i - w.at.span.p);
	w.text = g_string_free(g_steal_pointer(&text), FALSE);
	g_array_append_val(s->store, w);
	return true;
}

/* The words of one line; true when it ends in a backslash and goes on in the next. */
static bool scan_line(const struct lexer *l, struct stmt *s, struct str line, size_t secret)
{
	struct scan c = { .line = line, .col = 1 };
	size_t bad;
	enum lex_fault fault = fault_in(line, &bad);
	if (fault) {
		c.col += chars((struct str){ line.p, bad });
		c.i = bad;
		stmt_fail(s, fault, mark_at(l, &c, secret));
		return false;
	}
	for (;;) {
		while (scan_more(&c) && is_blank(scan_peek(&c)))
			scan_take(&c);
		if (!scan_more(&c) || scan_peek(&c) == '#')
			return false;
		if (at_line_end_backslash(&c))
			return true;
		if (s->store->len == CFG_LINE_WORDS_MAX) {
			stmt_fail(s, LEX_TOO_MANY, mark_at(l, &c, secret));
			return false;
		}
		if (!scan_word(l, s, &c, secret))
			return false;
	}
}

enum lex cfg_lex_next(struct lexer *l, struct stmt *s)
{
	struct str line;
	do {
		g_array_set_size(s->store, 0);
		s->fault = LEX_FINE;
		++*l->seq;
		bool more = true, hide = false;
		while (more && take_line(l, &line)) {
			size_t secret = hide ? 0 : cfg_secret_from(line);
			more = scan_line(l, s, line, secret);
			hide = secret < line.n;
		}
		s->word = (const struct word *)(void *)s->store->data;
		s->n = s->store->len;
		if (s->fault)
			return LEX_BAD;
	} while (!s->n && l->at < l->text.n);
	return s->n ? LEX_ITEM : LEX_END;
}
