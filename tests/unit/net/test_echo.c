/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"
#include <string.h>

#include "tests/unit/unit.h"

static bool echoes(const char *password, const char *words)
{
	struct secret *s = secret_new(unit_str(password));
	bool found = sasl_echoes(s, unit_str(words));
	secret_free(s);
	return found;
}

static char *base64(const char *p, size_t n)
{
	return g_base64_encode((const guchar *)p, n);
}

static void promise_13_repeated_as_it_is(void)
{
	g_assert_true(echoes("pass word", "no \"pass word\" for you"));
	g_assert_true(echoes("pass word", "pass word"));
	g_assert_true(echoes("p", "NO p"));
	g_assert_false(echoes("pass word", "no pass for you"));
	g_assert_false(echoes("pass word", "pass wor"));
	g_assert_false(echoes("pass word", ""));
	g_assert_false(sasl_echoes(NULL, STR("anything")));
}

static void promise_13_repeated_with_backslashes(void)
{
	g_assert_true(echoes("pa\"ss\\w", "BAD LOGIN \"fred\" \"pa\\\"ss\\\\w\""));
	g_assert_false(echoes("pa\"ss", "BAD \\"));
}

static void promise_13_repeated_in_base64(void)
{
	static const struct {
		const char *message;
		size_t n;
	} messages[] = { { "secret-token", 12 }, { "\0fred\0secret-token", 18 },
		{ "user=fred\1auth=Bearer secret-token\1\1", 36 }, { "xsecret-token", 13 }, { "xysecret-token", 14 },
		{ "{\"token\":\"secret-token\"}", 24 } };
	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
		g_autofree char *text = base64(messages[i].message, messages[i].n);
		g_autofree char *line = g_strdup_printf("535 you said <%s>, no", text);
		g_autofree char *joined = g_strdup_printf("+/%s", text);
		g_assert_true(echoes("secret-token", line));
		g_assert_true(echoes("secret-token", joined));
		text[strcspn(text, "=")] = 0;
		g_assert_true(echoes("secret-token", text));
		g_assert_false(echoes("secret-tokens", line));
	}
}

static void short_secrets_are_not_found_in_everything(void)
{
	g_assert_false(echoes("abc", "250 2.0.0 queued as YWJj"));
	g_assert_true(echoes("abcd", "250 2.0.0 queued as YWJjZA=="));
	g_assert_false(echoes("abcd", "250 2.0.0 queued as YWJj"));
}

static void long_lines_take_time_by_their_length(void)
{
	g_autofree char *line = g_strnfill(1 << 20, 'A');
	g_assert_false(echoes("secret-token", line));
}

void suite(void)
{
	unit_add(promise_13_repeated_as_it_is);
	unit_add(promise_13_repeated_with_backslashes);
	unit_add(promise_13_repeated_in_base64);
	unit_add(short_secrets_are_not_found_in_everything);
	unit_add(long_lines_take_time_by_their_length);
}
