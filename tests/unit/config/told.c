/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/config/told.h"

#include "config/internal.h"
#include "tests/unit/unit.h"

GPtrArray *told_cards(void)
{
	const char *top = g_getenv("TOP_SRCDIR");
	g_autofree char *dir = g_build_filename(top ? top : ".", "contrib", "providers", NULL);
	struct cfg *c = cfg_new(NULL);
	struct parser p;
	cfg_parser_init(&p, c, true);
	cfg_cards_load(&p, dir);
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpuint(c->cards->len, >, 0);
	GPtrArray *cards = g_ptr_array_ref(c->cards);
	cfg_parser_clear(&p);
	cfg_free(c);
	return cards;
}

struct cfg *told_parse(const char *text)
{
	g_autoptr(GPtrArray) cards = told_cards();
	return cfg_parse(unit_str(text), "mailrc", cards);
}

char *told_all(const struct cfg *c)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < c->diags->len; i++) {
		const struct cfg_diag *d = c->diags->pdata[i];
		g_string_append_printf(out, "%u:%u: %s: %s", d->line, d->col, cfg_level_name(d->level), d->text);
		if (d->hint)
			g_string_append_printf(out, " [%s]", d->hint);
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}

void told_is(const char *text, const char *expected)
{
	struct cfg *c = told_parse(text);
	g_autofree char *all = told_all(c);
	g_assert_cmpstr(all, ==, expected);
	cfg_free(c);
}

void told_line_is(const char *line, const char *expected)
{
	g_autofree char *text = g_strdup_printf(
		"account box {\n  email vera@box.example\n  imap mail.box.example:993 tls\n%s\n}\n", line);
	told_is(text, expected);
}
