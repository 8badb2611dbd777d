/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static const char *const role_names[] = { "", "link", "heading", "strong", "field", "part", "signature", "patch",
	"hunk", "added", "removed", "note" };

/* The spans one after the other: "role:text". */
static char *spans_of(const struct msg_text *t)
{
	GString *out = g_string_new(NULL);
	size_t n = strlen(t->text);
	uint32_t before = 0;
	for (guint i = 0; i < t->spans->len; i++) {
		const struct msg_span *s = &g_array_index(t->spans, struct msg_span, i);
		g_assert_cmpuint(s->from, <, s->to);
		g_assert_cmpuint(s->to, <=, n);
		g_assert_cmpuint(s->from, >=, before);
		g_assert_null(memchr(t->text + s->from, '\n', s->to - s->from));
		before = s->from;
		g_string_append_printf(out, "%s%s", i ? "|" : "", role_names[s->role]);
		if (s->link)
			g_string_append_printf(out, "%u", s->link);
		g_string_append_printf(out, ":%.*s", (int)(s->to - s->from), t->text + s->from);
	}
	return g_string_free(out, FALSE);
}

static void check_of(const char *text, bool flowed, const char *wanted)
{
	struct msg_text t;
	msg_text_make(unit_str(text), "text/plain", NULL, flowed, false, &t);
	g_autofree char *got = spans_of(&t);
	g_assert_cmpstr(got, ==, wanted);
	msg_text_clear(&t);
}

static void check(const char *text, const char *wanted)
{
	check_of(text, false, wanted);
}

static void links_end_where_the_sentence_goes_on(void)
{
	check("see https://x.example/a.b?c=d&e=(f), or", "link1:https://x.example/a.b?c=d&e=(f)");
	check("(http://x.example/a) [http://x.example/b].", "link1:http://x.example/a|link2:http://x.example/b");
	check("\"http://x.example/\"; <http://y.example>!", "link1:http://x.example/|link2:http://y.example");
	check("*http://x.example/* HTTP://X.EXAMPLE/_", "link1:http://x.example/|link2:HTTP://X.EXAMPLE/_");
	check("a\xe3\x81\xafhttps://x.example/\xe3\x82\x92", "link1:https://x.example/");
	check("http://de.example/K\xc3\xb6ln http://[::1]:80/",
		"link1:http://de.example/K\xc3\xb6ln|link2:http://[::1]:80/");
	check("x\xe2\x80\x9chttp://x.example\xe2\x80\x9d", "link1:http://x.example");
}

static void links_without_a_scheme_are_those_of_www(void)
{
	struct msg_text t;
	msg_text_make(unit_str("www.x.example/a, www.x, awww.x.example me@www.x.example"), "text/plain", NULL, false,
		false, &t);
	g_autofree char *got = spans_of(&t);
	g_assert_cmpstr(got, ==, "link1:www.x.example/a");
	const struct msg_link *l = t.links->pdata[0];
	g_assert_cmpstr(l->url, ==, "http://www.x.example/a");
	g_assert_cmpstr(l->text, ==, "www.x.example/a");
	g_assert_true(l->in_text);
	msg_text_clear(&t);
}

static void links_that_are_none_stay_text(void)
{
	check("http:// https://. xhttp://x.example ftp://x.example javascript:x() file:///etc", "");
	check("mailto:a@b.example?subject=x", "link1:mailto:a@b.example?subject=x");
}

static void links_said_twice_have_one_number(void)
{
	check("http://a.example http://b.example http://a.example",
		"link1:http://a.example|link2:http://b.example|link1:http://a.example");
}

static void links_in_angles_go_over_lines(void)
{
	struct msg_text t;
	msg_text_make(unit_str("> see <http://x.example/a\n> bcd/e> and <URL:http://y.example/\n  z> http://v.example"),
		"text/plain", NULL, false, false, &t);
	g_autofree char *got = spans_of(&t);
	g_assert_cmpstr(
		got, ==, "link1:http://x.example/a|link1:bcd/e|link2:http://y.example/|link2:z|link3:http://v.example");
	g_assert_cmpstr(((struct msg_link *)t.links->pdata[0])->url, ==, "http://x.example/abcd/e");
	g_assert_cmpstr(((struct msg_link *)t.links->pdata[1])->url, ==, "http://y.example/z");
	msg_text_clear(&t);
	check("<http://x.example/a\nnot this one> http://b.example", "link1:http://x.example/a|link2:http://b.example");
}

static void links_over_lines_keep_the_order_of_spans(void)
{
	check("<http://x.example/a\nb>\n-- \n<http://y.example/a\nb>\nc\n",
		"link1:http://x.example/a|link1:b|signature:-- |signature:<http://y.example/a|link2:http://y.example/a|"
		"signature:b>|link2:b|signature:c");
}

static void links_of_flowed_text_are_whole(void)
{
	check_of("see \nhttp://x.example/a \nnow\n", true, "link1:http://x.example/a");
}

static void patches_are_told_by_their_counts(void)
{
	check("text\n---\n a | 2 +-\n\ndiff --git a/a b/a\nindex 1..2 100644\n--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@ f\n a\n"
	      "-b\n+c\n d\n-- \n2.39\n",
		"patch:diff --git a/a b/a|patch:index 1..2 100644|patch:--- a/a|patch:+++ b/a|hunk:@@ -1,3 +1,3 @@ f|"
		"removed:-b|added:+c|signature:-- |signature:2.39");
	check("--- a\n+++ b\n@@ -1 +0,0 @@\n-x\n-y\n", "patch:--- a|patch:+++ b|hunk:@@ -1 +0,0 @@|removed:-x");
	check("-x\n+y\n- a list\n--- \n@@ -1 +1 @@\n-a\n", "");
	check("--- a\n+++ b\n@@ -1,2 +1,2 @@\n-x\n\\ No newline\n+http://x.example\n c\n",
		"patch:--- a|patch:+++ b|hunk:@@ -1,2 +1,2 "
		"@@|removed:-x|added:+http://x.example|link1:http://x.example");
}

static void signature_is_the_last_one_and_short(void)
{
	check("a\n-- \nb\n-- \nVera\nLund\n", "signature:-- |signature:Vera|signature:Lund");
	g_autoptr(GString) s = g_string_new("-- \n");
	for (int i = 0; i < 60; i++)
		g_string_append(s, "line\n");
	check(s->str, "");
}

static void html_has_no_marks_of_plain_text(void)
{
	struct msg_text t;
	msg_text_make(
		unit_str("<p>http://x.example/ <a href=http://y.example/>y</a>"), "text/html", NULL, false, false, &t);
	g_assert_cmpuint(t.links->len, ==, 1);
	g_assert_false(((struct msg_link *)t.links->pdata[0])->in_text);
	msg_text_clear(&t);
}

static void html_links_are_where_their_numbers_stand(void)
{
	struct msg_text t;
	msg_text_make(unit_str("<p>See [1] and <a href=http://a.example/>the <b>sale</b></a>, "
			       "<a href=http://b.example/><img src=x></a>[3] <a href=http://c.example/>c</a>"),
		"text/html", NULL, false, false, &t);
	g_autofree char *got = spans_of(&t);
	g_assert_cmpstr(got, ==, "link1:the sale[1]|link2:[2]|link3:c[3]");
	msg_text_clear(&t);
}

static void html_links_of_bombs_are_linear(void)
{
	static const char *const pieces[] = { "<a href=http://x>[1]</a>", "<a href=http://x>y</a> [2] [3]",
		"[1][2][3]<a href=x>z</a>" };
	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		GString *s = g_string_new(NULL);
		while (s->len < 1u << 20)
			g_string_append(s, pieces[i]);
		int64_t from = clock_cpu_us();
		struct msg_text t;
		msg_text_make((struct str){ s->str, s->len }, "text/html", "utf-8", false, false, &t);
		g_free(spans_of(&t));
		g_assert_cmpint(clock_cpu_us() - from, <, 3000000);
		msg_text_clear(&t);
		g_string_free(s, TRUE);
	}
}

static void x06_odd_addresses_are_bounded(void)
{
	static const char *const pieces[] = { "http://x/", "<http://x", "<http://x\n", "www.", "www.a.", "http://a(((",
		"http://a)))", "mailto:", "--- a\n+++ b\n@@ -9,9 +9,9 @@\n", "@@ -1 +1 @@\n-\n", "-- \n",
		"> <http://a\n", "diff --git \n", "https://\xef\xbf\xbd" };
	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
		GString *s = g_string_new(NULL);
		while (s->len < 1u << 20)
			g_string_append(s, pieces[i]);
		int64_t from = clock_cpu_us();
		struct msg_text t;
		msg_text_make((struct str){ s->str, s->len }, "text/plain", "utf-8", false, false, &t);
		g_free(spans_of(&t));
		g_assert_cmpuint(t.links->len, <=, 10000);
		for (guint k = 0; k < t.links->len; k++)
			g_assert_cmpuint(strlen(((struct msg_link *)t.links->pdata[k])->url), <=, 8192 + 7);
		g_assert_cmpint(clock_cpu_us() - from, <, 3000000);
		msg_text_clear(&t);
		g_string_free(s, TRUE);
	}
}

void suite(void)
{
	msg_init();
	unit_add(links_end_where_the_sentence_goes_on);
	unit_add(links_without_a_scheme_are_those_of_www);
	unit_add(links_that_are_none_stay_text);
	unit_add(links_said_twice_have_one_number);
	unit_add(links_in_angles_go_over_lines);
	unit_add(links_over_lines_keep_the_order_of_spans);
	unit_add(links_of_flowed_text_are_whole);
	unit_add(patches_are_told_by_their_counts);
	unit_add(signature_is_the_last_one_and_short);
	unit_add(html_has_no_marks_of_plain_text);
	unit_add(html_links_are_where_their_numbers_stand);
	unit_add(html_links_of_bombs_are_linear);
	unit_add(x06_odd_addresses_are_bounded);
}
