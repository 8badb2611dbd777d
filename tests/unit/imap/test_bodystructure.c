/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "imap/internal.h"
#include "tests/unit/imap/show.h"
#include "tests/unit/unit.h"

static struct msg_part *parse(const char *text, size_t n)
{
	struct str exact = unit_exact(text, n);
	struct imap_cursor whole = { (char *)exact.p, (char *)exact.p + exact.n };
	struct imap_cursor c = whole;
	if (!imap_skip(&whole))
		return NULL;
	c.end = whole.p;
	return imap_bodystructure(&c);
}

static void check(const char *text, const char *wanted)
{
	struct msg_part *p = parse(text, strlen(text));
	g_autofree char *got = show_structure(p);
	g_assert_cmpstr(got, ==, wanted);
	msg_part_free(p);
}

static void leaf_has_section_one(void)
{
	check("(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 2279 48)",
		"(1 text/plain charset=us-ascii 7bit 2279)");
}

static void nested_multiparts_number_as_rfc_says(void)
{
	check("(((\"a\" \"b\" NIL NIL NIL \"7bit\" 1)(\"c\" \"d\" NIL NIL NIL \"7bit\" 2) \"related\")"
	      "(\"e\" \"f\" NIL NIL NIL \"base64\" 3) \"mixed\")",
		"(- multipart/mixed (1 multipart/related (1.1 a/b 7bit 1) (1.2 c/d 7bit 2)) (2 e/f base64 3))");
}

static void root_message_holds_multipart(void)
{
	check("(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) "
	      "((\"a\" \"b\" NIL NIL NIL \"7bit\" 1) \"mixed\") 3)",
		"(1 message/rfc822 7bit 9 (1.TEXT multipart/mixed (1.1 a/b 7bit 1)))");
}

static void names_in_rfc2231_pieces(void)
{
	/* Encoded by RFC 2047 besides, as from bytes. */
	check("(\"a\" \"b\" (\"name*0\" \"=?utf-8?Q?Gr=C3=\" \"name*1\" \"B6?=\") NIL NIL \"7bit\" 1)",
		"(1 a/b name=Grö 7bit 1)");
	check("(\"a\" \"b\" (\"name*1*\" \"%C3%9F.\" \"name*0*\" \"utf-8'de'Gr%C3%B6\" \"name*2\" \"pdf\") NIL NIL "
	      "\"7bit\" 1)",
		"(1 a/b name=Größ.pdf 7bit 1)");
	check("(\"a\" \"b\" NIL NIL NIL \"7bit\" 1 NIL (\"attachment\" (\"filename\" \"plain\" \"filename*\" "
	      "\"utf-8''x%20y\")))",
		"(1 a/b name=x y attachment 7bit 1)");
}

static void control_bytes_in_names_are_cleaned(void)
{
	static const char text[] = "(\"a\" \"b\" (\"name*\" \"utf-8''a%0a%1b[31m\") NIL NIL \"7bit\" 1)";
	struct msg_part *p = parse(text, sizeof(text) - 1);
	g_assert_nonnull(p);
	g_assert_null(strpbrk(p->name, "\n\x1b"));
	msg_part_free(p);
}

static void odd_shapes_are_tolerated(void)
{
	check("(\"mixed\" (\"boundary\" \"x\") NIL NIL NIL)", "(1 multipart/mixed)");
	check("(\"text\" \"plain\" NIL NIL NIL \"7bit\" NIL NIL)", "(1 text/plain 7bit 0)");
	check("(\"text\" \"plain\" () NIL NIL NIL 5)", "(1 text/plain 7bit 5)");
	check("(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9 NIL (\"attachment\" (\"filename\" \"m\")) NIL)",
		"(1 message/rfc822 name=m attachment 7bit 9)");
	check("(\"text\")", "(1 text/plain 7bit 0)");
	check("()", "(1 application/octet-stream 7bit 0)");
	check("(text plain nil nil nil 7bit 5 1)", "(1 text/plain 7bit 5)");
	check("NIL", "");
}

static void i09_lines_of_minus_one(void)
{
	check("(\"text\" \"plain\" NIL NIL NIL \"7bit\" -1 -1 NIL (\"inline\" NIL))", "(1 text/plain inline 7bit 0)");
}

static void deepest(struct msg_part *p, int depth, int *most, unsigned *count)
{
	*most = MAX(*most, depth);
	(*count)++;
	for (unsigned i = 0; p->children && i < p->children->len; i++)
		deepest(g_ptr_array_index(p->children, i), depth + 1, most, count);
}

static void i08_deep_and_wide(void)
{
	int most = 0;
	unsigned count = 0;
	g_autofree char *open = g_strnfill(100000, '(');
	g_autofree char *close = g_strnfill(100000, ')');
	g_autofree char *balanced = g_strconcat(open, close, NULL);
	g_assert_null(parse(open, 100000));
	struct msg_part *p = parse(balanced, 200000);
	deepest(p, 1, &most, &count);
	g_assert_cmpint(most, ==, MSG_DEPTH_MAX);
	msg_part_free(p);

	g_autoptr(GString) wide = g_string_new("(");
	for (int i = 0; i < 20000; i++)
		g_string_append(wide, "(\"a\" \"b\" NIL NIL NIL \"7bit\" 1)");
	g_string_append(wide, "\"mixed\")");
	p = parse(wide->str, wide->len);
	count = 0;
	deepest(p, 1, &most, &count);
	g_assert_cmpuint(count, ==, MSG_PARTS_MAX);
	g_assert_cmpstr(p->type, ==, "multipart/mixed");
	msg_part_free(p);
}

static void promise_21_every_prefix_gives_a_tree_or_none(void)
{
	static const char text[] = "((\"text\" \"plain\" (\"charset\" \"x\") NIL NIL \"7bit\" 1 1 NIL (\"inline\" "
				   "(\"filename*0*\" \"a''%\")))"
				   "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9 (NIL) (\"a\" \"b\" NIL NIL {1}\r\nx "
				   "\"7bit\" 1) 3) \"mixed\")";
	for (size_t n = 0; n < sizeof(text); n++) {
		struct str exact = unit_exact(text, n);
		struct imap_cursor c = { (char *)exact.p, (char *)exact.p + n };
		msg_part_free(imap_bodystructure(&c));
		msg_part_free(parse(text, n));
	}
}

static void malformed_literal_ends_it(void)
{
	struct str exact = unit_str("(\"a\" \"b\" (\"name\" {3}\rf) NIL NIL (x) (");
	struct imap_cursor c = { (char *)exact.p, (char *)exact.p + exact.n };
	struct msg_part *p = imap_bodystructure(&c);
	g_assert_cmpstr(p->type, ==, "a/b");
	msg_part_free(p);
}

void suite(void)
{
	msg_init();
	unit_add(leaf_has_section_one);
	unit_add(nested_multiparts_number_as_rfc_says);
	unit_add(root_message_holds_multipart);
	unit_add(names_in_rfc2231_pieces);
	unit_add(control_bytes_in_names_are_cleaned);
	unit_add(odd_shapes_are_tolerated);
	unit_add(i09_lines_of_minus_one);
	unit_add(i08_deep_and_wide);
	unit_add(malformed_literal_ends_it);
	unit_add(promise_21_every_prefix_gives_a_tree_or_none);
}
