/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charsets as mail uses their labels: the WHATWG's aliases and a few of mail's own, an allow-list of
 * converters, one iconv_t kept open for each charset and thread (opening one anew costs 20 times a word). */
#include "msg/msg.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define CHUNK 2048
#define GROWTH_MAX 4 /* octets out for one in; U+FFFD for a bad octet is three */

/* --- converters of this thread --- */

struct converters {
	bool open[CHARSETS];
	iconv_t cd[CHARSETS];
};

static void converters_free(void *value)
{
	struct converters *c = value;
	for (int i = 0; i < CHARSETS; i++)
		if (c->open[i] && c->cd[i] != (iconv_t)-1)
			iconv_close(c->cd[i]);
	g_free(c);
}

static GPrivate converters_key = G_PRIVATE_INIT(converters_free);

static iconv_t converter(enum charset_id id)
{
	struct converters *c = g_private_get(&converters_key);
	if (!c) {
		c = g_new0(struct converters, 1);
		g_private_set(&converters_key, c);
	}
	if (!c->open[id]) {
		c->cd[id] = iconv_open("UTF-8", charsets[id].name);
		c->open[id] = true;
	}
	return c->cd[id];
}

/* --- converting --- */

/* iconv stopped at *in: past what is bad, at least one octet further. */
static void replace_bad(struct str *in, enum charset_kind kind, GString *out)
{
	g_string_append(out, "\xef\xbf\xbd");
	*in = str_sub(*in, kind == CHARSET_WIDE && in->n > 1 ? 2 : 1);
}

/* Valid UTF-8 whatever the octets are. Every turn takes at least one of them. */
static GString *convert(enum charset_id id, struct str in)
{
	GString *out = g_string_sized_new(in.n + in.n / 2);
	iconv_t cd = converter(id);
	char chunk[4 * CHUNK];
	if (cd == (iconv_t)-1) {
		g_autofree char *valid = utf8_make_valid(in);
		return g_string_append(out, valid);
	}
	iconv(cd, NULL, NULL, NULL, NULL);
	size_t cap = in.n > G_MAXSIZE / GROWTH_MAX ? G_MAXSIZE : in.n * GROWTH_MAX;
	while (in.n && out->len <= cap) {
		char *from = (char *)in.p, *to = chunk;
		size_t left = MIN(in.n, CHUNK), room = sizeof(chunk);
		size_t result = iconv(cd, &from, &left, &to, &room);
		int why = errno;
		g_string_append_len(out, chunk, to - chunk);
		size_t taken = (size_t)(from - in.p);
		in = str_sub(in, taken);
		/* A character cut by the end of the piece is whole in the next one. */
		bool goes_on = taken && (why == E2BIG || (why == EINVAL && in.n > left));
		if (result == (size_t)-1 && !goes_on)
			replace_bad(&in, charsets[id].kind, out);
	}
	char *to = chunk;
	size_t room = sizeof(chunk);
	iconv(cd, NULL, NULL, &to, &room);
	g_string_append_len(out, chunk, to - chunk);
	return out;
}

static GString *keep(struct str octets)
{
	return g_string_new_len(octets.p ? octets.p : "", (gssize)octets.n);
}

static bool has_mark(struct str s, const char *mark, size_t n)
{
	return s.n >= n && !memcmp(s.p, mark, n);
}

static bool has_octet(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

static bool is_7bit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

/* --- charsets that switch --- */

enum jis { JIS_ASCII, JIS_KANJI, JIS_KANA };

/* The state an escape sequence of ISO-2022-JP switches to; false: it is none of those mail uses. */
static bool jis_escape(struct str s, enum jis *state_out)
{
	if (s.n < 3 || s.p[0] != 0x1b)
		return false;
	if (s.p[1] == '(' && is_one_of(s.p[2], "BJHI"))
		*state_out = s.p[2] == 'I' ? JIS_KANA : JIS_ASCII;
	else if (s.p[1] == '$' && is_one_of(s.p[2], "@B"))
		*state_out = JIS_KANJI;
	else
		return false;
	return true;
}

static bool is_jis_double(struct str s)
{
	return s.n > 1 && s.p[0] > 0x20 && s.p[0] < 0x7f && s.p[1] > 0x20 && s.p[1] < 0x7f;
}

static void add_shifted(GString *out, int row, int cell)
{
	g_string_append_c(out, (char)(row / 2 + (row < 62 ? 0x81 : 0xc1)));
	if (row % 2)
		g_string_append_c(out, (char)(cell + 0x9f));
	else
		g_string_append_c(out, (char)(cell + 0x40 + (cell >= 63)));
}

/* By way of code page 932, which also has the rows that only NEC and IBM filled: mail is full of them. */
static GString *convert_jis(struct str in)
{
	g_autoptr(GString) shifted = g_string_sized_new(in.n);
	enum jis state = JIS_ASCII;
	while (in.n) {
		size_t n = 1;
		if (*in.p == '\n')
			state = JIS_ASCII; /* RFC 1468: each line begins so */
		if (jis_escape(in, &state)) {
			n = 3;
		} else if (state == JIS_KANJI && is_jis_double(in)) {
			n = 2;
			add_shifted(shifted, in.p[0] - 0x21, in.p[1] - 0x21);
		} else {
			bool kana = state == JIS_KANA && *in.p > 0x20 && *in.p < 0x60;
			g_string_append_c(shifted, (char)(kana ? *in.p | 0x80 : *in.p));
		}
		in = str_sub(in, n);
	}
	return convert(CP932, (struct str){ shifted->str, shifted->len });
}

/* RFC 1843: `~{` begins GB 2312 with the eighth bits off, `~}` ends it. */
static GString *convert_hz(struct str in)
{
	g_autoptr(GString) whole = g_string_sized_new(in.n);
	bool inside = false;
	while (in.n) {
		char next = in.n > 1 ? in.p[1] : 0;
		size_t n = 1;
		if (*in.p == '\n')
			inside = false;
		if (*in.p == '~' && is_one_of(next, "{}~\n")) {
			n = 2;
			inside = next == '{' || (inside && next == '~');
			if (next == '~')
				g_string_append_c(whole, '~');
		} else if (inside && is_jis_double(in)) {
			n = 2;
			g_string_append_c(whole, (char)(*in.p | 0x80));
			g_string_append_c(whole, (char)(next | 0x80));
		} else {
			g_string_append_c(whole, *in.p);
		}
		in = str_sub(in, n);
	}
	return convert(GB18030, (struct str){ whole->str, whole->len });
}

/* ESC, SO or SI: what a 7-bit charset switches by. */
static bool has_escapes(struct str s)
{
	return has_octet(s, 0x1b) || has_octet(s, 0x0e) || has_octet(s, 0x0f);
}

/* Escapes that say Japanese in text that says nothing else. */
static bool looks_like_jis(struct str s)
{
	enum jis state;
	bool any = false;
	if (!has_octet(s, 0x1b) || !is_7bit(s))
		return false;
	for (; s.n; s = str_sub(s, 1))
		if (*s.p == 0x1b) {
			if (!jis_escape(s, &state))
				return false;
			any = any || state == JIS_KANJI;
		}
	return any;
}

static GString *convert_escapes(enum charset_id id, struct str octets)
{
	enum jis state;
	if (id != ISO_2022_JP)
		return convert(id, octets);
	for (struct str s = octets; s.n; s = str_sub(s, 1))
		if (*s.p == 0x1b && !jis_escape(s, &state))
			return convert(ISO_2022_JP_2, octets);
	return convert_jis(octets);
}

/* --- charsets of wider units --- */

static GString *convert_wide(enum charset_id id, struct str octets)
{
	if (id == UTF_32LE || id == UTF_32BE) {
		if (has_mark(octets, "\xff\xfe\0\0", 4))
			id = UTF_32LE;
		return convert(id, octets);
	}
	if (has_mark(octets, "\xff\xfe", 2))
		return convert(UTF_16LE, str_sub(octets, 2));
	if (has_mark(octets, "\xfe\xff", 2))
		return convert(UTF_16BE, str_sub(octets, 2));
	/* Lines, but no unit with an empty half: text of another charset under this label. */
	if (has_octet(octets, '\n') && !has_octet(octets, '\0') && utf8_valid(octets))
		return keep(octets);
	return convert(id, octets);
}

static bool has_wide_mark(struct str octets)
{
	return octets.n % 2 == 0 && has_octet(octets, '\0') &&
	       (has_mark(octets, "\xff\xfe", 2) || has_mark(octets, "\xfe\xff", 2));
}

/* --- labels that lie --- */

static size_t high_run(struct str s)
{
	size_t n = 0;
	while (n < s.n && (unsigned char)s.p[n] >= 0x80)
		n++;
	return n;
}

/* Under the label utf-8: no character of it beyond ASCII, but single octets within words, as western text has them. */
static bool is_western(struct str octets)
{
	bool any = false;
	char before = 0;
	for (struct str s = octets; s.n;) {
		size_t n = high_run(s);
		if (!n) {
			before = *s.p;
			s = str_sub(s, 1);
			continue;
		}
		gunichar c = g_utf8_get_char_validated(s.p, (gssize)s.n);
		bool cut = c == (gunichar)-2 && n == s.n;
		char behind = n < s.n ? s.p[n] : 0;
		if (n > 2 || (c != (gunichar)-1 && c != (gunichar)-2) ||
			(!cut && !g_ascii_isalpha(before) && !g_ascii_isalpha(behind)))
			return false;
		any = any || !cut;
		s = str_sub(s, n);
	}
	return any;
}

static GString *convert_utf8(struct str octets)
{
	if (is_western(octets))
		return convert(WINDOWS_1252, octets);
	g_autofree char *valid = utf8_make_valid(octets);
	return g_string_new(valid);
}

static GString *to_utf8(enum charset_id id, struct str octets)
{
	enum charset_kind kind = id < CHARSETS ? charsets[id].kind : CHARSET_PLAIN;
	if (has_mark(octets, "\xef\xbb\xbf", 3))
		octets = str_sub(octets, 3);
	if (kind == CHARSET_WIDE)
		return convert_wide(id, octets);
	if (kind == CHARSET_ESCAPES && has_escapes(octets))
		return convert_escapes(id, octets);
	if (kind == CHARSET_SHIFTS && is_7bit(octets))
		return id == HZ ? convert_hz(octets) : convert(id, octets);
	if (looks_like_jis(octets))
		return convert_jis(octets);
	if (has_wide_mark(octets))
		return convert_wide(UTF_16LE, octets);
	if (utf8_valid(octets))
		return keep(octets);
	if (id == UTF_8)
		return convert_utf8(octets);
	return convert(id < CHARSETS && kind == CHARSET_PLAIN ? id : WINDOWS_1252, octets);
}

static void drop_carriage_returns(GString *text)
{
	char *from = memchr(text->str, '\r', text->len);
	if (!from)
		return;
	char *to = from, *end = text->str + text->len;
	for (; from < end; from++)
		if (*from != '\r' || from + 1 == end || from[1] != '\n')
			*to++ = *from;
	g_string_truncate(text, (gsize)(to - text->str));
}

static char *finish(GString *text, size_t *n_out)
{
	drop_carriage_returns(text);
	if (n_out)
		*n_out = text->len;
	return g_string_free(text, FALSE);
}

char *msg_to_utf8(struct str octets, const char *label, size_t *n_out)
{
	return finish(to_utf8(charset_find(label), octets), n_out);
}

bool msg_charset_known(const char *label)
{
	return charset_find(label) < CHARSETS;
}

char *msg_to_utf8_as(struct str octets, const char *label, size_t *n_out)
{
	enum charset_id id = charset_find(label);
	/* Who names a charset of single octets wants them read so, also where they happen to be UTF-8. */
	if (id < CHARSETS && id != UTF_8 && charsets[id].kind == CHARSET_PLAIN)
		return finish(convert(id, octets), n_out);
	return finish(to_utf8(id, octets), n_out);
}
