/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Encoded words, RFC 2047, read tolerantly: anywhere in the text, of any length, blanks in Q text. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

struct word {
	struct str charset; /* without the language of RFC 2231 */
	char encoding;      /* 'b' or 'q' */
	struct str text;
	size_t n; /* octets in all; 0: no encoded word here */
};

static struct word word_at(struct str s)
{
	struct word none = { .n = 0 }, w = none;
	struct str rest = s, encoding;
	if (s.n < 2 || s.p[0] != '=' || s.p[1] != '?')
		return none;
	rest = str_sub(rest, 2);
	if (!str_cut(rest, '?', &w.charset, &rest) || !str_cut(rest, '?', &encoding, &rest) || encoding.n != 1)
		return none;
	w.encoding = g_ascii_tolower(encoding.p[0]);
	if ((w.encoding != 'b' && w.encoding != 'q') || !w.charset.n || !str_cut(rest, '?', &w.text, &rest))
		return none;
	if (!rest.n || rest.p[0] != '=')
		return none;
	struct str language;
	str_cut(w.charset, '*', &w.charset, &language);
	w.n = s.n - rest.n + 1;
	return w;
}

size_t word_length(struct str s)
{
	return word_at(s).n;
}

static void decode_q(struct str text, GString *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		int high = c == '=' && i + 2 < text.n ? g_ascii_xdigit_value(text.p[i + 1]) : -1;
		int low = high >= 0 ? g_ascii_xdigit_value(text.p[i + 2]) : -1;
		if (low >= 0)
			i += 2;
		g_string_append_c(out, low >= 0 ? (char)(high << 4 | low) : c == '_' ? ' ' : c);
	}
}

static void decode_b(struct str text, GString *out)
{
	struct buf octets;
	buf_init(&octets, text.n);
	if (!base64_decode(text, &octets))
		g_string_append_len(out, octets.p, (gssize)octets.n);
	buf_clear(&octets);
}

/* octets are of one charset; a character may have been split over words. */
static void flush(GString *octets, struct str charset, GString *out)
{
	if (!octets->len)
		return;
	g_autofree char *label = charset.n ? str_dup(charset) : NULL;
	size_t n;
	g_autofree char *text = msg_to_utf8((struct str){ octets->str, octets->len }, label, &n);
	g_string_append_len(out, text, (gssize)n);
	g_string_truncate(octets, 0);
}

static void literal(struct str text, GString *octets, GString *out)
{
	g_string_append_len(octets, text.p, (gssize)text.n);
	flush(octets, (struct str){ NULL, 0 }, out);
}

/* Valid UTF-8, not cleaned. */
static GString *words_decode(struct str raw)
{
	GString *out = g_string_sized_new(raw.n), *octets = g_string_new(NULL);
	struct str charset = { NULL, 0 }, plain = { raw.p, 0 };
	bool behind_word = false;
	for (size_t i = 0; i < raw.n;) {
		struct word w = word_at(str_sub(raw, i));
		if (!w.n) {
			const char *next = memchr(raw.p + i + 1, '=', raw.n - i - 1);
			i = next ? (size_t)(next - raw.p) : raw.n;
			plain.n = (size_t)(raw.p + i - plain.p);
			continue;
		}
		bool joined = behind_word && !str_trim(plain).n;
		if (!joined || !str_ieq(w.charset, charset))
			flush(octets, charset, out);
		if (!joined)
			literal(plain, octets, out);
		charset = w.charset;
		if (w.encoding == 'q')
			decode_q(w.text, octets);
		else
			decode_b(w.text, octets);
		i += w.n;
		plain = (struct str){ raw.p + i, 0 };
		behind_word = true;
	}
	flush(octets, charset, out);
	literal(plain, octets, out);
	g_string_free(octets, TRUE);
	return out;
}

char *msg_decode_words(struct str raw)
{
	bool plain = true;
	for (size_t i = 0; i < raw.n && plain; i++)
		plain = (unsigned char)raw.p[i] < 0x80 && !(raw.p[i] == '=' && i + 1 < raw.n && raw.p[i + 1] == '?');
	if (plain)
		return clean_line(raw);
	GString *text = words_decode(raw);
	char *clean = clean_line((struct str){ text->str, text->len });
	g_string_free(text, TRUE);
	return clean;
}
