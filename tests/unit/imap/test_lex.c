/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "imap/internal.h"
#include "tests/unit/unit.h"

/* Responses in `a|b` form, pieces of streamed literals in <>, and the end: "." or the error's cause. Every literal
 * is used as `use` says. */
static char *lex(const char *bytes, size_t n, size_t step, enum imap_use use)
{
	struct imap_lex lx;
	GString *out = g_string_new(NULL);
	struct err e = ERR_INIT;
	bool bad = false;
	imap_lex_init(&lx);
	for (size_t i = 0; i < n && !bad; i += step) {
		struct str in = unit_exact(bytes + i, MIN(step, n - i)), piece;
		for (bool more = true; more && !bad;) {
			switch (imap_lex_next(&lx, &in, &piece, &e)) {
			case LEX_MORE: more = false; break;
			case LEX_RESPONSE: g_string_append_printf(out, "%.*s|", (int)lx.text.n, lx.text.p); break;
			case LEX_LITERAL: bad = imap_lex_use(&lx, use, &e); break;
			case LEX_PIECE: g_string_append_len(out, piece.p, (gssize)piece.n); break;
			case LEX_BAD: bad = true; break;
			}
		}
	}
	g_string_append(out, bad ? err_cause_name(e.cause) : ".");
	err_clear(&e);
	imap_lex_clear(&lx);
	return g_string_free(out, FALSE);
}

static void check(const char *bytes, enum imap_use use, const char *wanted)
{
	for (size_t step = 1; step <= strlen(bytes); step++) {
		g_autofree char *got = lex(bytes, strlen(bytes), step, use);
		g_assert_cmpstr(got, ==, wanted);
	}
}

static void lines_ended_variously_give_the_same(void)
{
	check("* 1 EXISTS\r\n* 2 EXISTS\n* 3 EXISTS\r\r\n", USE_KEEP, "* 1 EXISTS|* 2 EXISTS|* 3 EXISTS|.");
}

static void i07_bare_cr_makes_no_response(void)
{
	check("* OK a\rA1 OK b\r\n", USE_KEEP, "* OK a\rA1 OK b|.");
}

static void i07_nul_is_fatal(void)
{
	g_autofree char *got = lex("* OK a\0b\r\n", 10, 10, USE_KEEP);
	g_assert_cmpstr(got, ==, "protocol");
}

static void literal_kept_stands_as_on_the_wire(void)
{
	check("* LIST () \"/\" {3}\r\na\r\n x\r\n", USE_KEEP, "* LIST () \"/\" {3}\r\na\r\n x|.");
	check("* X ~{1}\r\n) {0}\r\n)\r\n", USE_KEEP, "* X {1}\r\n) {0}\r\n)|.");
}

static void literal_streamed_looks_empty(void)
{
	check("* X {5}\r\nhello)\r\n", USE_STREAM, "hello* X {0}\r\n)|.");
	check("* X {5}\r\nhello)\r\n", USE_DROP, "* X {0}\r\n)|.");
}

static void i04_braces_in_text_are_text(void)
{
	check("* OK [ALERT] see {5}\r\nA1 NO no {3}\r\n+ {1}\r\n", USE_KEEP,
		"* OK [ALERT] see {5}|A1 NO no {3}|+ {1}|.");
}

static void i01_literal_sizes(void)
{
	check("* X {1073741825}\r\n", USE_DROP, "limit");
	check("* X {4294967296}\r\n", USE_DROP, "limit");
	check("* X {18446744073709551616}\r\n", USE_DROP, "limit");
	check("* X {0000000000000000000001}\r\na\r\n", USE_KEEP, "* X {1}\r\na|.");
	check("* X {-1}\r\n", USE_KEEP, "* X {-1}|.");
	check("* X {+5}\r\n", USE_KEEP, "* X {+5}|.");
	check("* X {}\r\n", USE_KEEP, "* X {}|.");
	g_autofree char *digits = g_strnfill(1000, '9');
	g_autofree char *line = g_strdup_printf("* X {%s}\r\n", digits);
	g_autofree char *got = lex(line, strlen(line), 64, USE_KEEP);
	g_assert_cmpstr(got, ==, "limit");
}

static void i01_kept_literal_past_its_limit(void)
{
	check("* X {1048577}\r\n", USE_KEEP, "limit");
	g_autofree char *got = lex("* X {700000}\r\n", 14, 14, USE_KEEP);
	g_assert_cmpstr(got, ==, ".");
}

static void header_past_its_limit_is_cut(void)
{
	g_autoptr(GString) in = g_string_new("* X {1048579}\r\n");
	g_autofree char *fill = g_strnfill(1048579, 'h');
	g_string_append(in, fill);
	g_string_append(in, ")\r\n");
	g_autofree char *got = lex(in->str, in->len, 65536, USE_HEADER);
	g_assert_cmpuint(strlen(got), ==, strlen("* X {1048576}\r\n") + 1048576 + strlen(")|."));
	g_assert_true(g_str_has_suffix(got, "hh)|."));
}

static void i06_line_without_end(void)
{
	g_autofree char *fill = g_strnfill((1 << 20) + 1, 'A');
	g_autofree char *got = lex(fill, (1 << 20) + 1, 4096, USE_KEEP);
	g_assert_cmpstr(got, ==, "limit");
	g_autofree char *below = lex(fill, 1 << 20, 4096, USE_KEEP);
	g_assert_cmpstr(below, ==, ".");
}

static void i05_many_small_literals(void)
{
	g_autoptr(GString) in = g_string_new("* X");
	for (int i = 0; i < 120000; i++)
		g_string_append(in, " {1}\r\nx");
	g_string_append(in, "\r\n");
	g_autofree char *got = lex(in->str, in->len, 16384, USE_KEEP);
	g_assert_cmpuint(strlen(got), ==, in->len);
}

void suite(void)
{
	unit_add(lines_ended_variously_give_the_same);
	unit_add(i07_bare_cr_makes_no_response);
	unit_add(i07_nul_is_fatal);
	unit_add(literal_kept_stands_as_on_the_wire);
	unit_add(literal_streamed_looks_empty);
	unit_add(i04_braces_in_text_are_text);
	unit_add(i01_literal_sizes);
	unit_add(i01_kept_literal_past_its_limit);
	unit_add(header_past_its_limit_is_cut);
	unit_add(i06_line_without_end);
	unit_add(i05_many_small_literals);
}
