/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/buf.h"

#include <string.h>

struct str str_of(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

char *str_dup(struct str s)
{
	return g_strndup(s.p ? s.p : "", s.n);
}

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

bool str_ieq(struct str a, struct str b)
{
	return a.n == b.n && (!a.n || !g_ascii_strncasecmp(a.p, b.p, a.n));
}

bool str_is(struct str a, const char *literal)
{
	return str_ieq(a, str_of(literal));
}

bool str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);
	return s.n >= n && str_ieq((struct str){ s.p, n }, (struct str){ prefix, n });
}

struct str str_trim(struct str s)
{
	while (s.n && g_ascii_isspace(*s.p))
		s = str_sub(s, 1);
	while (s.n && g_ascii_isspace(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_sub(struct str s, size_t from)
{
	if (from >= s.n)
		return (struct str){ s.p ? s.p + s.n : NULL, 0 };
	return (struct str){ s.p + from, s.n - from };
}

bool str_cut(struct str s, char c, struct str *head, struct str *tail)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	size_t n = at ? (size_t)(at - s.p) : s.n;
	*head = (struct str){ s.p, n };
	*tail = str_sub(s, at ? n + 1 : n);
	return at != NULL;
}

bool str_u64(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.p[i] - '0');
		if (digit > max || value > (max - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_clear(struct buf *b)
{
	g_free(b->p);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	b->n = 0;
}

int buf_add(struct buf *b, const void *p, size_t n)
{
	if (n > b->max - b->n)
		return -1;
	if (b->n + n > b->cap) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap < b->n + n)
			cap = cap > b->max / 2 ? b->max : cap * 2;
		b->p = g_realloc(b->p, cap);
		b->cap = cap;
	}
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

int buf_add_str(struct buf *b, struct str s)
{
	return buf_add(b, s.p, s.n);
}

int buf_add_c(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	g_autofree char *text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	return buf_add_str(b, str_of(text));
}

void buf_drop(struct buf *b, size_t n)
{
	if (n > b->n)
		n = b->n;
	b->n -= n;
	if (b->n && n)
		memmove(b->p, b->p + n, b->n);
}

struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

char *buf_steal(struct buf *b)
{
	char *text = g_realloc(b->p, b->n + 1);
	text[b->n] = '\0';
	buf_init(b, b->max);
	return text;
}
