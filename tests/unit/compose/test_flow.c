/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

static void check_flow(const char *text, const char *wanted)
{
	g_autofree char *got = flow_out(text);
	g_assert_cmpstr(got, ==, wanted);
}

#define TEN "nine nine "
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void flow_breaks_softly_at_72_columns(void)
{
	check_flow("", "");
	check_flow("short\n", "short\n");
	check_flow("no end", "no end\n");
	check_flow(SEVENTY "x\n", SEVENTY "x\n");
	check_flow(SEVENTY "xx\n", SEVENTY "xx\n");
	check_flow(SEVENTY "xxx\n", SEVENTY "\nxxx\n");
	check_flow("a  b\n", "a  b\n");
	check_flow("> " SEVENTY "\n", "> " TEN TEN TEN TEN TEN TEN "nine nine\n");
	check_flow(">> " SEVENTY "tail\n", ">> " TEN TEN TEN TEN TEN TEN "nine nine \n>> tail\n");
}

static void flow_measures_columns(void)
{
	/* Eight wide letters are sixteen columns. */
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i < 9; i++)
		g_string_append(text, "\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2 ");
	g_string_append_c(text, '\n');
	g_autofree char *got = flow_out(text->str);
	char *lf = strchr(got, '\n');
	g_assert_cmpint(lf - got, ==, 8 * 13);
	g_assert_true(lf[-1] == ' ');
}

static void flow_stuffs_and_trims(void)
{
	check_flow(" indented\n", "  indented\n");
	check_flow("From here\n", " From here\n");
	check_flow("Fromage\n", "Fromage\n");
	check_flow("trailing   \n", "trailing\n");
	check_flow("   \n", "\n");
	check_flow(">quoted\n", "> quoted\n");
	check_flow(">\n", ">\n");
	check_flow("> > old style\n", "> > old style\n");
}

static void flow_keeps_the_mark_of_signatures(void)
{
	check_flow("-- \nVera\n", "-- \nVera\n");
	check_flow("> -- \n> Ann\n", "> -- \n> Ann\n");
	check_flow("--  \n", "--\n");
	/* A line of a paragraph never becomes one. */
	g_autofree char *long_word = g_strnfill(80, 'y');
	g_autofree char *text = g_strdup_printf("-- %s\n", long_word);
	check_flow(text, text);
}

static void flow_joins_what_quoting_wrapped(void)
{
	check_flow("> one \n> two\n", "> one two\n");
	check_flow("> one \n>> two\n", "> one\n>> two\n");
	check_flow("> one \nmine\n", "> one\nmine\n");
	check_flow("> one \n>\n", "> one\n>\n");
	check_flow("> one \n", "> one\n");
}

static void s13_no_line_is_longer_than_998(void)
{
	static const char *const fills[] = { "y", "\xe6\xbc\xa2", " ", "> ", ">", "x ", "\xcc\x81",
		"\xf0\x9f\x91\x8d" };
	for (size_t i = 0; i < G_N_ELEMENTS(fills); i++) {
		GString *text = g_string_new(NULL);
		for (int k = 0; k < 5000; k++)
			g_string_append(text, fills[i]);
		g_string_append_c(text, '\n');
		g_autofree char *got = flow_out(text->str);
		for (char *line = got, *lf; (lf = strchr(line, '\n')); line = lf + 1)
			g_assert_cmpint(lf - line, <=, 998);
		g_assert_true(g_utf8_validate(got, -1, NULL));
		g_string_free(text, TRUE);
	}
	g_autofree char *word = g_strnfill(998, 'y'), *line = g_strconcat(word, "\n", NULL);
	check_flow(line, line);
}

static void check_quote(const char *text, bool flowed, const char *wanted)
{
	g_autofree char *got = quote_text(text, flowed);
	g_assert_cmpstr(got, ==, wanted);
}

static void quote_goes_one_level_deeper(void)
{
	check_quote("one\n\n> two\n>> three\n", false, "> one\n>\n>> two\n>>> three\n");
	check_quote("no end", false, "> no end\n");
	check_quote("trailing  \n-- \n> -- \n", false, "> trailing\n> -- \n>> -- \n");
	check_quote("a\r\nb\rc\n", false, "> a\n> b\n> c\n");
	check_quote("", false, "");
	check_quote(SEVENTY "tail\n", false, "> " SEVENTY "tail\n");
	check_quote(SEVENTY "tail\n", true, "> " SEVENTY "\n> tail\n");
	check_quote("> " SEVENTY "tail\n", true, ">> " TEN TEN TEN TEN TEN TEN "nine nine \n>> tail\n");
	check_quote("short\n", true, "> short\n");
}

static void m15_quote_then_flow_keeps_paragraphs(void)
{
	g_autofree char *quoted = quote_text(SEVENTY SEVENTY SEVENTY "end\nnext\n", true);
	g_autofree char *flowed = flow_out(quoted);
	struct msg_text t;
	msg_text_make(str_of(flowed), "text/plain", NULL, true, false, &t);
	g_assert_cmpstr(t.text, ==, "> " SEVENTY SEVENTY SEVENTY "end\n> next\n");
	msg_text_clear(&t);
}

void suite(void)
{
	unit_add(flow_breaks_softly_at_72_columns);
	unit_add(flow_measures_columns);
	unit_add(flow_stuffs_and_trims);
	unit_add(flow_keeps_the_mark_of_signatures);
	unit_add(flow_joins_what_quoting_wrapped);
	unit_add(s13_no_line_is_longer_than_998);
	unit_add(quote_goes_one_level_deeper);
	unit_add(m15_quote_then_flow_keeps_paragraphs);
}
