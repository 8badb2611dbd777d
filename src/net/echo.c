/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"

#include <string.h>

#define BASE64_LEAST                                                                                                   \
	4 /* octets of a secret that is looked for in what was decoded: shorter ones are found everywhere */

static bool holds(const char *p, size_t n, struct str word)
{
	return word.n && memmem(p, n, word.p, word.n);
}

/* A quoted string of IMAP, in which a backslash stands before some octets. */
static bool holds_escaped(struct str words, struct str word)
{
	if (!memchr(words.p, '\\', words.n))
		return false;
	g_autofree char *plain = g_malloc(words.n);
	size_t n = 0;
	for (size_t i = 0; i < words.n; i++) {
		if (words.p[i] == '\\' && i + 1 < words.n)
			i++;
		plain[n++] = words.p[i];
	}
	bool found = holds(plain, n, word);
	explicit_bzero(plain, words.n);
	return found;
}

static bool is_base64(char c)
{
	return g_ascii_isalnum(c) || c == '+' || c == '/';
}

/* Where it begins among other such octets nobody knows. */
static bool holds_decoded(struct str run, struct str word)
{
	g_autofree guchar *out = g_malloc(run.n);
	bool found = false;
	for (size_t from = 0; from < 4 && from < run.n && !found; from++) {
		gint state = 0;
		guint save = 0;
		size_t n = g_base64_decode_step(run.p + from, run.n - from, out, &state, &save);
		/* The last octets of one that lacks its padding. */
		if (state > 1)
			n += g_base64_decode_step("==", (gsize)(4 - state), out + n, &state, &save);
		found = holds((const char *)out, n, word);
	}
	explicit_bzero(out, run.n);
	return found;
}

static bool holds_base64(struct str words, struct str word)
{
	if (word.n < BASE64_LEAST)
		return false;
	for (size_t i = 0; i < words.n;) {
		size_t end = i;
		while (end < words.n && is_base64(words.p[end]))
			end++;
		if (end - i > word.n && holds_decoded((struct str){ words.p + i, end - i }, word))
			return true;
		i = end + 1;
	}
	return false;
}

bool sasl_echoes(const struct secret *secret, struct str words)
{
	if (!secret || !words.n)
		return false;
	struct str word = secret_bytes(secret);
	return holds(words.p, words.n, word) || holds_escaped(words, word) || holds_base64(words, word);
}
