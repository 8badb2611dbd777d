/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASLprep (RFC 4013) in memory that is wiped: GLib's own normalisation leaves copies behind. */
#include "net/internal.h"

#include <string.h>

#include "base/utf8.h"

#define DECOMPOSITION_MAX G_UNICHAR_MAX_DECOMPOSITION_LENGTH

/* RFC 3454 B.1 */
static bool maps_to_nothing(gunichar c)
{
	return c == 0xad || c == 0x34f || c == 0x1806 || (c >= 0x180b && c <= 0x180d) || (c >= 0x200b && c <= 0x200d) ||
	       c == 0x2060 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff;
}

/* Tables C.2 to C.9: controls, private use, surrogates, what is no character or only changes how others look. */
static bool is_prohibited(gunichar c)
{
	switch (g_unichar_type(c)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR: return true;
	default: break;
	}
	return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef) || c == 0xfffc || c == 0xfffd ||
	       (c >= 0x2ff0 && c <= 0x2ffb) || c == 0x340 || c == 0x341;
}

/* Marks behind their letter in the canonical order. */
static void order_marks(gunichar *c, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		gunichar one = c[i];
		int class = g_unichar_combining_class(one);
		size_t k = i;
		while (class && k && g_unichar_combining_class(c[k - 1]) > class) {
			c[k] = c[k - 1];
			k--;
		}
		c[k] = one;
	}
}

static size_t compose(gunichar *c, size_t n)
{
	size_t out = 0, starter = SIZE_MAX;
	int before = 0; /* the class of c[out - 1] */
	for (size_t i = 0; i < n; i++) {
		int class = g_unichar_combining_class(c[i]);
		gunichar both;
		bool free_way = starter != SIZE_MAX && (starter + 1 == out || before < class);
		if (free_way && g_unichar_compose(c[starter], c[i], &both)) {
			c[starter] = both;
			continue;
		}
		if (!class)
			starter = out;
		before = class;
		c[out++] = c[i];
	}
	return out;
}

/* The characters of text, mapped and taken apart, in room for DECOMPOSITION_MAX times its octets. */
static size_t take_apart(struct str text, gunichar *into)
{
	size_t n = 0;
	for (const char *p = text.p; p < text.p + text.n; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (maps_to_nothing(c))
			continue;
		if (g_unichar_type(c) == G_UNICODE_SPACE_SEPARATOR)
			c = ' ';
		n += g_unichar_fully_decompose(c, TRUE, into + n, DECOMPOSITION_MAX);
	}
	return n;
}

/* Text from right to left holds none from left to right, and begins and ends as such (RFC 3454 6). */
static bool directions_agree(const gunichar *c, size_t n)
{
	bool left = false, right = false;
	for (size_t i = 0; i < n; i++) {
		enum utf8_direction d = utf8_direction(c[i]);
		left = left || d == UTF8_LEFT_TO_RIGHT;
		right = right || d == UTF8_RIGHT_TO_LEFT;
	}
	return !right ||
	       (!left && utf8_direction(c[0]) == UTF8_RIGHT_TO_LEFT && utf8_direction(c[n - 1]) == UTF8_RIGHT_TO_LEFT);
}

static struct secret *put_together(const gunichar *c, size_t n)
{
	char *out = g_malloc(n * 6 + 1);
	size_t len = 0;
	bool sound = directions_agree(c, n);
	for (size_t i = 0; i < n; i++) {
		sound = sound && !is_prohibited(c[i]);
		len += (size_t)g_unichar_to_utf8(c[i], out + len);
	}
	struct secret *s = sound ? secret_new((struct str){ out, len }) : NULL;
	explicit_bzero(out, n * 6 + 1);
	g_free(out);
	return s;
}

struct secret *sasl_prep(struct str text)
{
	if (text.n > SECRET_MAX || !g_utf8_validate_len(text.p ? text.p : "", text.n, NULL))
		return NULL;
	size_t size = (text.n * DECOMPOSITION_MAX + 1) * sizeof(gunichar);
	gunichar *c = g_malloc(size);
	size_t n = take_apart(text, c);
	order_marks(c, n);
	struct secret *s = put_together(c, compose(c, n));
	explicit_bzero(c, size);
	g_free(c);
	return s;
}
