/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"
#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

/* The words of all lines as "LINE:COL[word]", a bar between lines, "!fault@LINE:COL" for a fault. */
static char *lexed(struct str text)
{
	unsigned seq = 0;
	struct lexer l;
	struct stmt s;
	GString *out = g_string_new(NULL);
	cfg_lex_init(&l, text, "mailrc", &seq);
	cfg_stmt_init(&s);
	while (cfg_lex_next(&l, &s) != LEX_END) {
		for (size_t i = 0; i < s.n; i++)
			g_string_append_printf(out, "%u:%u[%s]", s.word[i].at.line, s.word[i].at.col, s.word[i].text);
		if (s.fault)
			g_string_append_printf(out, "!%d@%u:%u", s.fault, s.fault_at.line, s.fault_at.col);
		g_string_append_c(out, '|');
	}
	cfg_stmt_clear(&s);
	return g_string_free(out, FALSE);
}

static void lexed_is(const char *text, const char *expected)
{
	g_autofree char *got = lexed(unit_str(text));
	g_assert_cmpstr(got, ==, expected);
}

static void words_are_parted_by_blanks(void)
{
	lexed_is("a bb\tccc\n\n  d\n", "1:1[a]1:3[bb]1:6[ccc]|3:3[d]|");
}

static void quotes_and_backslashes_are_resolved(void)
{
	lexed_is("a \"b c\" 'd \"e\\' f\\ g x=\"y z\"", "1:1[a]1:3[b c]1:9[d \"e\\]1:17[f g]1:22[x=y z]|");
	lexed_is("\"a\\\"b\" ''", "1:1[a\"b]1:8[]|");
}

static void comment_begins_at_a_word(void)
{
	lexed_is("# all\na#b # rest \"open\n", "2:1[a#b]|");
}

static void backslash_at_the_end_goes_on(void)
{
	lexed_is("a \\\n  b\\\nc\nd", "1:1[a]2:3[b]3:1[c]|4:1[d]|");
	lexed_is("a \\", "1:1[a]|");
}

static void crlf_and_bom_are_no_words(void)
{
	lexed_is("\xef\xbb\xbf"
		 "a b\r\nc\r\n",
		"1:1[a]1:3[b]|2:1[c]|");
}

static void columns_count_characters(void)
{
	lexed_is("set 来週 x", "1:1[set]1:5[来週]1:8[x]|");
}

static void open_quote_is_a_fault_at_the_quote(void)
{
	lexed_is("a b\"c d\ne\n", "1:1[a]!1@1:4|2:1[e]|");
	lexed_is("a 'b\\\n'", "1:1[a]!1@1:3|!1@2:1|");
}

static void control_octets_are_a_fault(void)
{
	lexed_is("a\x1b[2J\nb\n", "!2@1:2|2:1[b]|");
	lexed_is("ab\rc", "!2@1:3|");
	lexed_is("a\xc2\x9b", "!2@1:2|");
	g_autofree char *nul = lexed(unit_exact("ab\0c\nd", 6));
	g_assert_cmpstr(nul, ==, "!2@1:3|2:1[d]|");
}

static void bad_utf8_is_a_fault(void)
{
	lexed_is("ü\xff", "!3@1:2|");
	lexed_is("a \xe6\x9d", "!3@1:3|");
	told_is("set a\xff\n", "1:6: error: this is no UTF-8; the line is not read [save the file as UTF-8]\n");
}

static void promise_21_words_in_a_line_are_bounded(void)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i < CFG_LINE_WORDS_MAX + 5; i++)
		g_string_append(text, "a ");
	g_string_append(text, "\nset mouse=on\n");
	told_is(text->str, "1:20001: error: more than 10000 words in one line\n");
}

static void file_past_the_cap_is_not_read(void)
{
	g_autofree char *text = g_strnfill(CFG_FILE_MAX + 1, '\n');
	told_is(text, "1:1: error: larger than 1048576 octets; nothing of it was read\n");
	text[CFG_FILE_MAX] = '\0';
	told_is(text, "");
}

void suite(void)
{
	unit_add(words_are_parted_by_blanks);
	unit_add(quotes_and_backslashes_are_resolved);
	unit_add(comment_begins_at_a_word);
	unit_add(backslash_at_the_end_goes_on);
	unit_add(crlf_and_bom_are_no_words);
	unit_add(columns_count_characters);
	unit_add(open_quote_is_a_fault_at_the_quote);
	unit_add(control_octets_are_a_fault);
	unit_add(bad_utf8_is_a_fault);
	unit_add(promise_21_words_in_a_line_are_bounded);
	unit_add(file_past_the_cap_is_not_read);
}
