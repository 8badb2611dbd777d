/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML made ready for boxwood-html, whose parser is older than the way in which browsers read it: references are
 * resolved, and what browsers pass over is gone: comments, declarations, the ends of the document. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define BLANKS " \t\r\n\f"

struct str raw_take(struct str *s, struct str name)
{
	struct str raw = { s->p, 0 };
	while (s->n) {
		struct str tag = str_sub(*s, 2);
		if (*s->p == '<' && tag.n > name.n && s->p[1] == '/' && !g_ascii_strncasecmp(tag.p, name.p, name.n) &&
			!g_ascii_isalnum(tag.p[name.n]))
			break;
		const char *next = memchr(s->p + 1, '<', s->n - 1);
		*s = str_sub(*s, next ? (size_t)(next - s->p) : s->n);
	}
	raw.n = (size_t)(s->p - raw.p);
	return raw;
}

void comment_skip(struct str *s)
{
	if (s->n && *s->p == '>') {
		*s = str_sub(*s, 1);
		return;
	}
	while (s->n) {
		const char *end = memchr(s->p, '>', s->n);
		size_t n = end ? (size_t)(end - s->p) : s->n;
		bool closed = end && ((n >= 2 && !memcmp(end - 2, "--", 2)) || (n >= 3 && !memcmp(end - 3, "--!", 3)));
		*s = str_sub(*s, n + 1);
		if (closed)
			return;
	}
}

static void put_reference(GString *out, const struct html_char *c)
{
	/* Signs of ASCII might be markup. */
	if (c->n == 1 && (guchar)c->octets[0] < 0x80 && c->octets[0] >= ' ' && c->octets[0] != 0x7f)
		g_string_append_printf(out, "&#%d;", c->octets[0]);
	else if (c->n == 1 && is_one_of(c->octets[0], "\r\f"))
		g_string_append_c(out, ' ');
	else if (c->n == 1 && !is_one_of(c->octets[0], "\t\n"))
		g_string_append(out, "\xef\xbf\xbd");
	else
		g_string_append_len(out, c->octets, (gssize)c->n);
}

/* Octets that are no markup, or the inside of a tag. */
static void put_text(GString *out, struct str s, bool references)
{
	struct html_char c;
	while (s.n) {
		size_t plain = 0, n = 1;
		while (plain < s.n && s.p[plain] != '&' && (guchar)s.p[plain] >= ' ')
			plain++;
		g_string_append_len(out, s.p, (gssize)plain);
		s = str_sub(s, plain);
		if (!s.n)
			return;
		size_t reference = references && *s.p == '&' ? html_reference(s, &c) : 0;
		if (reference) {
			put_reference(out, &c);
			n = reference;
		} else if ((guchar)*s.p >= ' ' || is_one_of(*s.p, BLANKS)) {
			g_string_append_c(out, *s.p);
		} else {
			g_string_append(out, "\xef\xbf\xbd");
		}
		s = str_sub(s, n);
	}
}

/* s begins a tag: its octets up to and with its '>', which may stand in quoted values too. */
static size_t tag_length(struct str s)
{
	size_t n = 1;
	while (n < s.n && s.p[n] != '>') {
		if (s.p[n++] != '=')
			continue;
		while (n < s.n && is_one_of(s.p[n], BLANKS))
			n++;
		if (n == s.n || !is_one_of(s.p[n], "\"'"))
			continue;
		const char *end = memchr(s.p + n + 1, s.p[n], s.n - n - 1);
		n = end ? (size_t)(end - s.p) + 1 : s.n;
	}
	return MIN(n + 1, s.n);
}

static struct str tag_name(struct str s)
{
	size_t n = 0;
	while (n < s.n && !is_one_of(s.p[n], BLANKS "/>") && s.p[n])
		n++;
	return (struct str){ s.p, n };
}

static void put_escaped(GString *out, struct str s)
{
	for (; s.n; s = str_sub(s, 1)) {
		if (*s.p == '<')
			g_string_append(out, "&lt;");
		else
			put_text(out, (struct str){ s.p, 1 }, false);
		if (*s.p == '&')
			g_string_append(out, "amp;");
	}
}

/* What such an element holds is no markup. */
static void put_raw(GString *out, struct str *rest, struct str name)
{
	static const char *const dropped[] = { "script", "title", "textarea", "iframe", "noembed", "noframes" };
	for (size_t i = 0; i < G_N_ELEMENTS(dropped); i++)
		if (str_is(name, dropped[i]))
			raw_take(rest, name);
	if (str_is(name, "style"))
		put_text(out, raw_take(rest, name), false);
	else if (str_is(name, "xmp") || str_is(name, "plaintext"))
		put_escaped(out, raw_take(rest, name));
}

/* What stands behind the end of the document belongs to it all the same. */
static bool is_end_of_document(struct str name)
{
	return str_is(name, "body") || str_is(name, "html");
}

/* *rest begins with '<'. */
static void put_markup(GString *out, struct str *rest)
{
	struct str next = str_sub(*rest, 1), ignored;
	bool end = next.n && *next.p == '/';
	if (str_starts(next, "!--")) {
		*rest = str_sub(next, 3);
		comment_skip(rest);
	} else if (next.n > (size_t)end && g_ascii_isalpha(next.p[end])) {
		struct str tag = { rest->p, tag_length(*rest) }, name = tag_name(str_sub(next, end));
		*rest = str_sub(*rest, tag.n);
		if (!end || !is_end_of_document(name))
			put_text(out, tag, true);
		if (!end)
			put_raw(out, rest, name);
	} else if (end || (next.n && is_one_of(*next.p, "!?"))) {
		str_cut(next, '>', &ignored, rest);
	} else {
		g_string_append(out, "&lt;");
		*rest = next;
	}
}

GString *msg_html_prepare(struct str html)
{
	GString *out = g_string_sized_new(html.n + html.n / 8);
	while (html.n) {
		const char *tag = memchr(html.p, '<', html.n);
		struct str text = { html.p, tag ? (size_t)(tag - html.p) : html.n };
		put_text(out, text, true);
		html = str_sub(html, text.n);
		if (html.n)
			put_markup(out, &html);
	}
	return out;
}
