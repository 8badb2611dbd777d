/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imap/internal.h"

#include <string.h>

bool imap_at(const struct imap_cursor *c, char what)
{
	return c->p < c->end && *c->p == what;
}

bool imap_eat(struct imap_cursor *c, char what)
{
	if (!imap_at(c, what))
		return false;
	c->p++;
	return true;
}

void imap_blanks(struct imap_cursor *c)
{
	while (imap_at(c, ' '))
		c->p++;
}

static bool ends_word(char ch)
{
	return (unsigned char)ch <= ' ' || ch == '(' || ch == ')' || ch == '"' || ch == '{';
}

bool imap_word(struct imap_cursor *c, struct str *out)
{
	const char *start = c->p;
	while (c->p < c->end && !ends_word(*c->p))
		c->p++;
	*out = (struct str){ start, (size_t)(c->p - start) };
	return out->n > 0;
}

bool imap_number(struct imap_cursor *c, uint64_t max, uint64_t *out)
{
	struct str word;
	return imap_word(c, &word) && str_u64(word, max, out);
}

/* What stands between the quotes, escapes and all. */
static bool quoted_raw(struct imap_cursor *c, struct str *out)
{
	const char *start = ++c->p;
	while (c->p < c->end && *c->p != '"') {
		if (*c->p == '\\' && ++c->p == c->end)
			return false;
		c->p++;
	}
	*out = (struct str){ start, (size_t)(c->p - start) };
	return imap_eat(c, '"');
}

static struct str unescape(char *p, size_t n)
{
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '\\')
			i++;
		p[to++] = p[i];
	}
	return (struct str){ p, to };
}

static bool literal(struct imap_cursor *c, struct str *out)
{
	char *close = memchr(c->p, '}', (size_t)(c->end - c->p));
	uint64_t n;
	if (!close || !str_u64((struct str){ c->p + 1, (size_t)(close - c->p - 1) }, IMAP_LITERAL_MAX, &n))
		return false;
	if (c->end - close < 3 || close[1] != '\r' || close[2] != '\n' || (uint64_t)(c->end - close - 3) < n)
		return false;
	*out = (struct str){ close + 3, n };
	c->p = close + 3 + n;
	return true;
}

bool imap_string(struct imap_cursor *c, struct str *out)
{
	if (imap_at(c, '{'))
		return literal(c, out);
	char *start = c->p + 1;
	if (!imap_at(c, '"') || !quoted_raw(c, out))
		return false;
	if (out->n && memchr(out->p, '\\', out->n))
		*out = unescape(start, out->n);
	return true;
}

bool imap_nstring(struct imap_cursor *c, struct str *out, bool *nil_out)
{
	*nil_out = false;
	if (imap_at(c, '"') || imap_at(c, '{'))
		return imap_string(c, out);
	if (!imap_word(c, out))
		return false;
	*nil_out = str_is(*out, "NIL");
	if (*nil_out)
		out->n = 0;
	return true;
}

bool imap_skip(struct imap_cursor *c)
{
	size_t depth = 0;
	struct str s;
	do {
		imap_blanks(c);
		if (imap_eat(c, '(')) {
			depth++;
		} else if (imap_at(c, ')')) {
			if (!depth)
				return false;
			c->p++;
			depth--;
		} else if (imap_at(c, '"')) {
			if (!quoted_raw(c, &s))
				return false;
		} else if (!(imap_at(c, '{') ? literal(c, &s) : imap_word(c, &s))) {
			return false;
		}
	} while (depth);
	return true;
}
