/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/utf8.h"

#include <langinfo.h>
#include <string.h>

#include <unictype.h>
#include <unigbrk.h>
#include <unistr.h>
#include <uniwidth.h>

bool utf8_valid(struct str s)
{
	return !s.n || !u8_check((const uint8_t *)s.p, s.n);
}

char *utf8_make_valid(struct str s)
{
	return g_utf8_make_valid(s.p ? s.p : "", (gssize)s.n);
}

/* Columns of one code point as terminals draw it. */
static int point_width(ucs4_t c)
{
	int w = uc_width(c, "UTF-8");
	return w < 0 ? 0 : w;
}

/* The pairwise rules; a picture after a joiner needs more than a pair and belongs to its cluster. */
static bool breaks_between(ucs4_t prev, ucs4_t c)
{
	return uc_is_grapheme_break(prev, c) && !(prev == 0x200d && uc_is_property_extended_pictographic(c));
}

struct str utf8_cluster(struct str s, int *width_out)
{
	*width_out = 0;
	if (!s.n)
		return s;
	/* The common case, without the tables: printable ASCII not followed by a mark. */
	if ((unsigned char)s.p[0] - 0x20u < 0x5f && (s.n == 1 || (unsigned char)s.p[1] < 0x80)) {
		*width_out = 1;
		return (struct str){ s.p, 1 };
	}
	const uint8_t *at = (const uint8_t *)s.p, *end = at + s.n;
	ucs4_t prev = 0, c;
	bool half_flag = false;
	int width = 0;
	while (at < end) {
		int n = u8_mbtouc(&c, at, (size_t)(end - at));
		bool flag = c >= 0x1f1e6 && c <= 0x1f1ff;
		bool second = flag && half_flag;
		if (prev && !second && (flag || breaks_between(prev, c)))
			break;
		/* A picture asked for by VS16, and a flag of two letters, take two columns. */
		int w = (c == 0xfe0f && width == 1) || second ? 2 : point_width(c);
		if (prev && uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Mc))
			width += w; /* a vowel sign that stands beside its letter */
		else if (w > width)
			width = w;
		half_flag = flag && !second;
		prev = c;
		at += n;
	}
	if (at == (const uint8_t *)s.p)
		at++;
	*width_out = width > 2 ? 2 : width;
	return (struct str){ s.p, (size_t)(at - (const uint8_t *)s.p) };
}

int utf8_width(struct str s)
{
	int width;
	utf8_fit(s, G_MAXINT, &width);
	return width;
}

struct str utf8_fit(struct str s, int columns, int *width_out)
{
	struct str rest = s;
	int width = 0, w;
	while (rest.n) {
		struct str cluster = utf8_cluster(rest, &w);
		if (w > columns - width)
			break;
		width += w;
		rest = str_sub(rest, cluster.n);
	}
	*width_out = width;
	return (struct str){ s.p, s.n - rest.n };
}

static bool is_bidi_control(gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Honest mail from right to left is full of them; a single mark turns nothing round that follows. */
static bool is_direction_mark(gunichar c)
{
	return c == 0x200e || c == 0x200f || c == 0x061c;
}

/* Blanks that are drawn as nothing or as a gap that hides how long it is. */
static bool is_odd_blank(gunichar c)
{
	switch (c) {
	case 0xa0:
	case 0x1680:
	case 0x180e:
	case 0x202f:
	case 0x205f:
	case 0x2800:
	case 0x3000:
	case 0x3164:
	case 0x115f:
	case 0x1160:
	case 0xffa0: return true;
	default: return c >= 0x2000 && c <= 0x200a;
	}
}

static bool is_invisible(gunichar c)
{
	return c == 0x200b || c == 0x2060 || c == 0xfeff || c == 0xad || (c >= 0xe0000 && c <= 0xe007f) ||
	       (c >= 0xfff9 && c <= 0xfffb);
}

/* What c becomes: itself, ' ', '\n', 0xfffd, or 0 to leave it out. */
static gunichar clean_point(gunichar c, bool one_line)
{
	if (c == '\t')
		return one_line ? ' ' : c;
	if (c == '\n')
		return one_line ? ' ' : c;
	if (c == 0x2028 || c == 0x2029 || c == 0x85)
		return one_line ? ' ' : '\n';
	if (c < 0x20 || (c >= 0x7f && c < 0xa0) || is_bidi_control(c))
		return 0xfffd;
	if (is_direction_mark(c) || (one_line && is_invisible(c)))
		return 0;
	return c;
}

static char *clean(struct str s, bool one_line)
{
	g_autofree char *valid = utf8_make_valid(s);
	GString *out = g_string_sized_new(s.n + 1);
	int marks = 0;
	bool blank = false;
	for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
		if (blank && *p == ' ')
			continue;
		if ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f) {
			marks = 0;
			blank = false;
			g_string_append_c(out, *p);
			continue;
		}
		gunichar raw = g_utf8_get_char(p);
		if (raw == '\r' && (p[1] == '\n' || p[1] == '\0'))
			continue;
		gunichar c = clean_point(raw, one_line);
		if (!c)
			continue;
		marks = g_unichar_ismark(c) || c == 0x200d ? marks + 1 : 0;
		if (marks > UTF8_MARKS_MAX)
			continue;
		if (one_line && (c == ' ' || is_odd_blank(c))) {
			if (!out->len || out->str[out->len - 1] != ' ')
				g_string_append_c(out, ' ');
			blank = true;
			continue;
		}
		blank = false;
		g_string_append_unichar(out, c);
	}
	return g_string_free(out, FALSE);
}

/* A NUL would end the text early: it is shown like any other control byte. */
static char *clean_any(struct str s, bool one_line)
{
	if (!s.n || !memchr(s.p, '\0', s.n))
		return clean(s, one_line);
	g_autofree char *copy = g_memdup2(s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		if (!copy[i])
			copy[i] = '\x01';
	return clean((struct str){ copy, s.n }, one_line);
}

char *utf8_line(struct str s)
{
	return clean_any(s, true);
}

char *utf8_text(struct str s)
{
	return clean_any(s, false);
}

bool utf8_is_clean(struct str s)
{
	if (!utf8_valid(s) || (s.n && memchr(s.p, '\0', s.n)))
		return false;
	g_autofree char *copy = str_dup(s);
	for (const char *p = copy; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (clean_point(c, false) != c)
			return false;
	}
	return true;
}

enum utf8_direction utf8_direction(uint32_t c)
{
	switch (uc_bidi_category(c)) {
	case UC_BIDI_L: return UTF8_LEFT_TO_RIGHT;
	case UC_BIDI_R:
	case UC_BIDI_AL: return UTF8_RIGHT_TO_LEFT;
	default: return UTF8_ANY_DIRECTION;
	}
}

const char *utf8_script(uint32_t c)
{
	const uc_script_t *s = uc_script(c);
	return s && strcmp(s->name, "Common") && strcmp(s->name, "Inherited") ? s->name : NULL;
}

/* --- comparing --- */

/* Letters that are another one with a stroke, and so do not come apart, and those that are two. */
static const char *plain_letter(gunichar c)
{
	static const struct {
		gunichar c;
		const char *plain;
	} letters[] = { { 0xdf, "ss" }, { 0xe6, "ae" }, { 0xf0, "d" }, { 0xf8, "o" }, { 0xfe, "th" }, { 0x111, "d" },
		{ 0x127, "h" }, { 0x131, "i" }, { 0x142, "l" }, { 0x153, "oe" }, { 0x167, "t" },
		{ 0x3c2, "\317\203" } };
	for (size_t i = 0; i < G_N_ELEMENTS(letters); i++)
		if (letters[i].c == c)
			return letters[i].plain;
	return NULL;
}

static void fold_point(GString *out, gunichar c)
{
	gunichar apart[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
	gsize n = g_unichar_fully_decompose(c, TRUE, apart, G_N_ELEMENTS(apart));
	for (gsize i = 0; i < n; i++) {
		gunichar small = g_unichar_tolower(apart[i]);
		const char *plain = plain_letter(small);
		if (plain)
			g_string_append(out, plain);
		else if (!g_unichar_ismark(small))
			g_string_append_unichar(out, small);
	}
}

void utf8_fold_to(GString *out, struct str s)
{
	for (size_t i = 0; i < s.n;) {
		unsigned char octet = (unsigned char)s.p[i];
		gunichar c = octet;
		if (octet < 0x80) {
			g_string_append_c(out, g_ascii_tolower((char)octet));
			i++;
			continue;
		}
		c = g_utf8_get_char_validated(s.p + i, (gssize)(s.n - i));
		bool good = c != (gunichar)-1 && c != (gunichar)-2;
		if (good)
			fold_point(out, c);
		else
			g_string_append(out, "\357\277\275");
		i += good ? (size_t)g_utf8_skip[octet] : 1;
	}
}

char *utf8_fold(struct str s)
{
	GString *out = g_string_sized_new(s.n);
	utf8_fold_to(out, s);
	return g_string_free(out, FALSE);
}

bool utf8_locale(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

/* Asked for explicitly, for GLib keeps the charset it met first. */
char *utf8_to_locale(const char *s)
{
	if (utf8_locale())
		return g_strdup(s);
	char *out = g_convert_with_fallback(s, -1, nl_langinfo(CODESET), "UTF-8", "?", NULL, NULL, NULL);
	if (out)
		return out;
	GString *ascii = g_string_new(NULL);
	for (const char *p = s; *p; p = g_utf8_next_char(p))
		g_string_append_c(ascii, (unsigned char)*p < 0x80 ? *p : '?');
	return g_string_free(ascii, FALSE);
}

char *utf8_from_locale(const char *s)
{
	if (!utf8_locale() && !utf8_valid(str_of(s))) {
		char *out = g_convert(s, -1, "UTF-8", nl_langinfo(CODESET), NULL, NULL, NULL);
		if (out)
			return out;
	}
	return utf8_make_valid(str_of(s));
}
