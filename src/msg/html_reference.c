/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Character references of HTML, as browsers read them. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define NAME_MAX_OCTETS 31

/* What the numbers 128 to 159 mean to browsers: windows-1252. */
static gunichar point_of_number(uint64_t n)
{
	static const gunichar high[32] = { 0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030,
		0x160, 0x2039, 0x152, 0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc,
		0x2122, 0x161, 0x203a, 0x153, 0, 0x17e, 0x178 };
	if (n >= 128 && n < 160 && high[n - 128])
		return high[n - 128];
	return n && n <= 0x10ffff && g_unichar_validate((gunichar)n) ? (gunichar)n : 0xfffd;
}

/* &#..; at s, which begins behind the '#'. Octets read, 0: none. */
static size_t read_number(struct str s, uint64_t *value)
{
	bool hex = s.n && (s.p[0] == 'x' || s.p[0] == 'X');
	struct str digits = str_sub(s, hex);
	size_t n = 0;
	*value = 0;
	while (n < digits.n && (hex ? g_ascii_isxdigit(digits.p[n]) : g_ascii_isdigit(digits.p[n]))) {
		if (*value <= 0x10ffff)
			*value = *value * (hex ? 16 : 10) + (uint64_t)g_ascii_xdigit_value(digits.p[n]);
		n++;
	}
	if (!n)
		return 0;
	n += hex;
	return n + (n < s.n && s.p[n] == ';');
}

/* Some programs write a character of the upper planes as the two halves that UTF-16 makes of it. */
static size_t read_numbers(struct str s, gunichar *point)
{
	uint64_t first, second;
	size_t n = read_number(str_sub(s, 2), &first);
	if (!n)
		return 0;
	n += 2;
	*point = point_of_number(first);
	struct str next = str_sub(s, n);
	if (first < 0xd800 || first > 0xdbff || next.n < 3 || next.p[0] != '&' || next.p[1] != '#')
		return n;
	size_t more = read_number(str_sub(next, 2), &second);
	if (!more || second < 0xdc00 || second > 0xdfff)
		return n;
	*point = (gunichar)(0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00));
	return n + 2 + more;
}

size_t html_reference(struct str s, struct html_char *out)
{
	gunichar point;
	if (s.n > 2 && s.p[1] == '#') {
		size_t n = read_numbers(s, &point);
		out->n = n ? (size_t)g_unichar_to_utf8(point, out->octets) : 0;
		return n;
	}
	struct str name = { s.p + 1, 0 };
	size_t most = MIN(s.n - 1, NAME_MAX_OCTETS + 1);
	while (name.n < most && g_ascii_isalnum(name.p[name.n]))
		name.n++;
	char behind = name.n + 1 < s.n ? name.p[name.n] : 0;
	const char *value = behind == '=' ? NULL : entity_find(name, behind == ';');
	if (!value)
		return 0;
	out->n = strlen(value);
	memcpy(out->octets, value, MIN(out->n, sizeof(out->octets)));
	return name.n + 1 + (behind == ';');
}
