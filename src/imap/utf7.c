/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Modified UTF-7 (RFC 3501 5.1.3). Only what its own encoder would write is decoded; all else stands as it
 * is, so two raw names cannot look alike by another spelling of plain letters. */
#include "imap/internal.h"

#include <string.h>

#include "base/utf8.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static int digit_of(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* What stands for itself. */
static bool is_plain(gunichar c)
{
	return c >= 0x20 && c < 0x7f;
}

static bool is_shown(gunichar c)
{
	return c >= 0xa0 && !(c >= 0xd800 && c < 0xe000) && c <= 0x10ffff;
}

/* One UTF-16 unit more. *high keeps the first half of a pair. */
static bool take_unit(GString *out, uint32_t unit, uint32_t *high)
{
	gunichar c = unit;
	if (*high) {
		if (unit < 0xdc00 || unit > 0xdfff)
			return false;
		c = 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00);
		*high = 0;
	} else if (unit >= 0xd800 && unit < 0xdc00) {
		*high = unit;
		return true;
	}
	if (!is_shown(c))
		return false;
	g_string_append_unichar(out, c);
	return true;
}

/* The octets between `&` and `-`. Bits left over must be zero and fewer than a digit's. */
static bool shifted(struct str s, GString *out)
{
	uint32_t bits = 0, high = 0;
	unsigned have = 0;
	for (size_t i = 0; i < s.n; i++) {
		int digit = digit_of(s.p[i]);
		if (digit < 0)
			return false;
		bits = (bits << 6 | (uint32_t)digit) & 0x3fffff;
		have += 6;
		if (have < 16)
			continue;
		have -= 16;
		if (!take_unit(out, bits >> have & 0xffff, &high))
			return false;
	}
	return !high && have < 6 && !(bits & ((1u << have) - 1));
}

char *imap_name_decode(struct str raw)
{
	g_autoptr(GString) out = g_string_new(NULL);
	for (size_t i = 0; i < raw.n; i++) {
		struct str inside, behind;
		bool ends = raw.p[i] == '&' && str_cut(str_sub(raw, i + 1), '-', &inside, &behind);
		size_t before = out->len;
		if (ends && !inside.n) {
			g_string_append_c(out, '&');
		} else if (!ends || !shifted(inside, out)) {
			g_string_truncate(out, before);
			g_string_append_c(out, raw.p[i]);
			continue;
		}
		i += inside.n + 1;
	}
	return utf8_make_valid((struct str){ out->str, out->len });
}

static void put_unit(GString *out, uint32_t *bits, unsigned *have, uint32_t unit)
{
	*bits = *bits << 16 | unit;
	*have += 16;
	while (*have >= 6) {
		*have -= 6;
		g_string_append_c(out, digits[*bits >> *have & 63]);
	}
	*bits &= (1u << *have) - 1;
}

/* A run of characters that do not stand for themselves. */
static const char *put_run(GString *out, const char *p)
{
	uint32_t bits = 0;
	unsigned have = 0;
	g_string_append_c(out, '&');
	for (; *p && !is_plain(g_utf8_get_char(p)); p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (c >= 0x10000) {
			put_unit(out, &bits, &have, 0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		put_unit(out, &bits, &have, c);
	}
	if (have)
		g_string_append_c(out, digits[bits << (6 - have) & 63]);
	g_string_append_c(out, '-');
	return p;
}

char *imap_name_encode(const char *utf8)
{
	if (!utf8_valid(str_of(utf8)))
		return NULL;
	GString *out = g_string_new(NULL);
	for (const char *p = utf8; *p;) {
		if (*p == '&')
			g_string_append(out, "&-");
		else if (is_plain((guchar)*p))
			g_string_append_c(out, *p);
		else {
			p = put_run(out, p);
			continue;
		}
		p++;
	}
	return g_string_free(out, FALSE);
}
