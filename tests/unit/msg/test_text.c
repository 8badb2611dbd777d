/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void check_plain(const char *octets, bool flowed, bool delsp, const char *wanted)
{
	struct msg_text t;
	msg_text_make(unit_str(octets), "text/plain", "utf-8", flowed, delsp, &t);
	g_assert_cmpstr(t.text, ==, wanted);
	g_assert_false(t.from_html);
	msg_text_clear(&t);
}

static void check_html(const char *html, const char *wanted)
{
	struct msg_text t;
	msg_text_make(unit_str(html), "text/html", "utf-8", false, false, &t);
	g_assert_cmpstr(t.text, ==, wanted);
	g_assert_true(t.from_html);
	msg_text_clear(&t);
}

static void text_plain_is_cleaned(void)
{
	check_plain("one\r\n\ttwo", false, false, "one\n\ttwo\n");
	check_plain("a\x1b[2Jb\x08\x7f", false, false, "a\xef\xbf\xbd[2Jb\xef\xbf\xbd\xef\xbf\xbd\n");
	check_plain("", false, false, "");
	check_plain("a \r\nb", false, false, "a \nb\n");
}

static void text_flowed_is_joined(void)
{
	check_plain("Text that should be \r\none line.\r\nAnd another\r\n", true, false,
		"Text that should be one line.\nAnd another\n");
	check_plain(" stuffed\r\n >no quote\r\n", true, false, "stuffed\n>no quote\n");
	check_plain("> quoted \r\n> text\r\n>> deep \r\n> back\r\n", true, false, "> quoted text\n>> deep \n> back\n");
	check_plain(">> Depth 2 \r\n> Depth 1 \r\n> is here\r\nother", true, false,
		">> Depth 2 \n> Depth 1 is here\nother\n");
	check_plain("> Quoted \r\n\r\nText", true, false, "> Quoted \n\nText\n");
	check_plain("mid wo \r\nrd", true, true, "mid word\n");
	check_plain("end.\r\n\r\n-- \r\nVera \r\nLund", true, false, "end.\n\n-- \nVera Lund\n");
	check_plain("flows \r\n-- \r\nVera", true, false, "flows \n-- \nVera\n");
}

static void m15_deep_quoting_is_capped(void)
{
	g_autofree char *marks = g_strnfill(100000, '>');
	g_autofree char *deep = g_strconcat(marks, " x \r\n", marks, " y\r\n", NULL);
	struct msg_text t;
	msg_text_make(unit_str(deep), "text/plain", NULL, true, false, &t);
	g_assert_true(g_str_has_suffix(t.text, "> x y\n"));
	g_assert_cmpuint(strlen(t.text), <, 200);
	msg_text_clear(&t);
}

static void html_blocks_break_lines(void)
{
	check_html("<p>one<p>two</p><div>three</div>four<br>five", "one\n\ntwo\n\nthree\nfour\nfive\n");
	check_html(
		"<html><head><title>t</title><style>x{}</style><script>if(a<b)</script></head><body> a  <b>b</b>\n c ",
		"a b c\n");
	check_html("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc\n");
	check_html("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n\n>> b\n\nc\n");
	check_html("<pre>\n a\n\n\tb</pre>x", " a\n\n        b\n\nx\n");
	check_html("a<hr>b", "a\n----\nb\n");
	check_html("1 < 2 & 3 &lt; 4 <", "1 < 2 & 3 < 4 <\n");
	check_html("a<!-- <p>hidden</p> -->b<![if x]>c<!DOCTYPE x>", "abc\n");
	check_html("x&nbsp;&nbsp;y<p>&nbsp;</p>z", "x  y\n\nz\n");
}

static void html_lists_get_marks(void)
{
	check_html("<ul><li>a<li>b<ul><li>c</ul></ul>d", "* a\n* b\n  * c\n\nd\n");
	check_html("<ol><li><p>a</p><li>b</ol>", "1. a\n\n2. b\n");
	check_html("<li>loose", "* loose\n");
}

static void html_links_are_numbered(void)
{
	struct msg_text t;
	msg_text_make(unit_str("<a href=' http://x/?a=1&amp;b=2&copy=3 '>the\n <b>sale</b> </a>now <a "
			       "href=mailto:a@b>write</a>"
			       "<a name=x>no</a><a href=#top>no</a><a href=javascript:x()><img src=cid:y></a>"),
		"text/html", "utf-8", false, false, &t);
	g_assert_cmpstr(t.text, ==, "the sale[1] now write[2]nono[3]\n");
	g_assert_cmpuint(t.links->len, ==, 3);
	struct msg_link *first = t.links->pdata[0], *last = t.links->pdata[2];
	g_assert_cmpstr(first->url, ==, "http://x/?a=1&b=2&copy=3");
	g_assert_cmpstr(first->text, ==, "the sale");
	g_assert_cmpstr(last->text, ==, "");
	g_assert_cmpuint(t.remote->len, ==, 0);
	msg_text_clear(&t);
}

static void w01_what_would_load_is_listed_only(void)
{
	static const char *const html[] = { "<img src=http://r/x>", "<img srcset='http://r/x 1x, cid:y 2x'>",
		"<div style=\"background:url('http://r/x')\">", "<style>@import \"http://r/x\";</style>",
		"<style>a{b:URL( http://r/x )}</style>", "<link rel=stylesheet href=http://r/x>",
		"<video poster=http://r/x>", "<object data=http://r/x>", "<iframe src=http://r/x></iframe>",
		"<meta http-equiv=refresh content='0; URL=http://r/x'>", "<body background=http://r/x>",
		"<svg><image xlink:href=http://r/x>", "<svg><use href=http://r/x>",
		"<input type=image src='http://r/x'>", "<IMG\nSRC\n=\n\"http&#58;//r/x\">",
		"<div style='a:url(http://r/x'>", "<script src=http://r/x></script>" };
	for (size_t i = 0; i < G_N_ELEMENTS(html); i++) {
		struct msg_text t;
		msg_text_make(unit_str(html[i]), "text/html", "utf-8", false, false, &t);
		g_test_message("%s", html[i]);
		g_assert_cmpuint(t.remote->len, ==, 1);
		if (t.remote->len)
			g_assert_cmpstr(t.remote->pdata[0], ==, "http://r/x");
		g_assert_cmpstr(t.text, ==, "");
		msg_text_clear(&t);
	}
	struct msg_text t;
	msg_text_make(unit_str("<img src=cid:a><img src='data:x'><a href=http://r/x>t</a>"), "text/html", NULL, false,
		false, &t);
	g_assert_cmpuint(t.remote->len, ==, 0);
	msg_text_clear(&t);
}

static void w03_html_bombs_are_linear_and_bounded(void)
{
	static const char *const bombs[] = { "<b>", "<div>", "<ul><li>", "<blockquote>x", "<a href=x>", "</p>", "<!--",
		"<", "<![CDATA[", "<plaintext>", "<a href=\"", "&", "&#", "&#x", "<style>", "<style>url(", "</", "<a ",
		"<a b=c ", "<pre>\n", "<td>", "<img alt=x>", "<img src=http://a>", "<!-->", "<script></scrip", "&nbsp;",
		"<li>", "\n", "<a href=x>y", "<img srcset='//a,", "@import" };
	for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
		GString *s = g_string_new(NULL);
		while (s->len < 2u << 20)
			g_string_append(s, bombs[i]);
		int64_t from = clock_cpu_us();
		struct msg_text t;
		msg_text_make((struct str){ s->str, s->len }, "text/html", "utf-8", false, false, &t);
		g_assert_true(utf8_is_clean(str_of(t.text)));
		g_assert_cmpuint(strlen(t.text), <=, s->len * 8 + 64);
		g_assert_cmpint(clock_cpu_us() - from, <, 5000000);
		msg_text_clear(&t);
		g_string_free(s, TRUE);
	}
}

static void w04_hidden_text_is_shown(void)
{
	check_html("<div style='display:none'>preview</div><font color=white size=0>x</font>", "preview\nx\n");
}

static void w05_entities_are_cleaned_after_decoding(void)
{
	check_html("&#27;[2J", "\xef\xbf\xbd[2J\n");
	check_html("&#x9b;a&#0;b", "\xe2\x80\xba"
				   "a\xef\xbf\xbd"
				   "b\n");
	check_html("&#x202e;x", "\xef\xbf\xbdx\n");
	check_html("a&NewLine;b&#10;c", "a b c\n");
	check_html("&eacute;&amp;lt;&#8364;&#128;&#x110000;&#99999999999999999999;&nosuch;",
		"\xc3\xa9&lt;\xe2\x82\xac\xe2\x82\xac\xef\xbf\xbd\xef\xbf\xbd&nosuch;\n");
	struct msg_text t;
	msg_text_make(unit_str("<a href='x&#27;y&#10;z'>a&#7;b</a>"), "text/html", NULL, false, false, &t);
	struct msg_link *link = t.links->pdata[0];
	g_assert_cmpstr(link->url, ==, "x\xef\xbf\xbdy z");
	g_assert_cmpstr(link->text, ==,
		"a\xef\xbf\xbd"
		"b");
	msg_text_clear(&t);
}

static void html_without_a_label_tells_its_charset(void)
{
	struct msg_text t;
	msg_text_make(unit_str("<meta charset=\"koi8-r\">\xf3"), "text/html", NULL, false, false, &t);
	g_assert_cmpstr(t.text, ==, "\xd0\xa1\n");
	msg_text_clear(&t);
}

static void html_damaged_is_total(void)
{
	static const char page[] =
		"<p class=\"x\">a &eacute; <a href='h'>b</a><!-- c --><ul><li>d</ul><img src=\"http://x\" alt=y>";
	g_autoptr(GRand) rand = g_rand_new_with_seed(3);
	for (int round = 0; round < 3000; round++) {
		g_autofree char *copy = g_memdup2(page, sizeof(page) - 1);
		for (int i = 0; i < 6; i++)
			copy[g_rand_int_range(rand, 0, sizeof(page) - 1)] =
				"<>&;'\"=/ \0\xff!-#"[g_rand_int_range(rand, 0, 15)];
		struct msg_text t;
		msg_text_make(unit_exact(copy, (gsize)g_rand_int_range(rand, 0, sizeof(page))), "text/html", NULL,
			false, false, &t);
		g_assert_true(utf8_is_clean(str_of(t.text)));
		msg_text_clear(&t);
	}
}

static void m14_text_past_the_limit_is_cut_and_told(void)
{
	size_t n = MSG_TEXT_MAX + 10;
	char *big = g_malloc(n);
	memset(big, 'x', n);
	struct msg_text t;
	msg_text_make((struct str){ big, n }, "text/plain", NULL, false, false, &t);
	g_assert_true(t.truncated);
	g_assert_cmpuint(strlen(t.text), ==, MSG_TEXT_MAX + 1);
	msg_text_clear(&t);
	g_free(big);
}

static void m14_lines_and_octets_of_any_kind_are_linear(void)
{
	static const char *const bits[] = { "\n", "x", "\r", ">", "> ", "http://", "\t", "- ", "\xff", "\xcc\x81",
		" " };
	for (size_t i = 0; i <= G_N_ELEMENTS(bits); i++)
		for (int flowed = 0; flowed < 2; flowed++) {
			GString *s = g_string_new(NULL);
			while (s->len < 1u << 20) {
				if (i < G_N_ELEMENTS(bits))
					g_string_append(s, bits[i]);
				else
					g_string_append_c(s, '\0');
			}
			int64_t from = clock_cpu_us();
			struct msg_text t;
			msg_text_make((struct str){ s->str, s->len }, "text/plain", "utf-8", flowed, false, &t);
			g_assert_true(utf8_is_clean(str_of(t.text)));
			g_assert_cmpint(clock_cpu_us() - from, <, 3000000);
			msg_text_clear(&t);
			g_string_free(s, TRUE);
		}
}

/* The octets of whole parts; aux: the message; those named "gone" are not to be had. */
static int octets_of(const struct msg_part *p, struct buf *out, void *aux)
{
	struct err e = ERR_INIT;
	buf_init(out, 1 << 20);
	return g_strcmp0(p->name, "gone") ? msg_part_bytes(aux, p, 1 << 20, out, &e) : -1;
}

static void check_page(const char *bytes, const char *wanted, unsigned links)
{
	struct msg *m = msg_parse(unit_str(bytes));
	struct msg_text t;
	g_autoptr(GPtrArray) shown = msg_shown_parts(m->root);
	msg_text_of(shown, NULL, octets_of, NULL, m, &t);
	g_assert_cmpstr(t.text, ==, wanted);
	g_assert_cmpuint(t.links->len, ==, links);
	msg_text_clear(&t);
	msg_free(m);
}

#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"

static void text_of_parts_stands_one_after_the_other(void)
{
	check_page("\none", "one\n", 0);
	check_page(MIXED "--b\n\none\n--b\nContent-Type: text/plain; name=\"a\x1b.txt\"\n\ntwo\n--b--\n",
		"one\n\n------- 2  text/plain  a\xef\xbf\xbd.txt\ntwo\n", 0);
	check_page(MIXED "--b\nContent-Type: text/html\n\n<a href=http://x/>x</a>\n"
			 "--b\nContent-Type: text/html\n\n<a href=http://y/>y</a>\n--b--\n",
		"x[1]\n\n------- 2  text/html\ny[2]\n", 2);
	check_page(MIXED "--b\n\nhttp://x.example\n--b\n\nhttp://y.example and\nhttp://z.example\n--b--\n",
		"http://x.example\n\n------- 2  text/plain\nhttp://y.example and\nhttp://z.example\n", 3);
	check_page(MIXED "--b\n\none\n--b\nContent-Type: text/plain; name=gone\n\ntwo\n--b--\n",
		"one\n\n------- 2  text/plain  gone\n", 0);
	check_page("Content-Type: text/plain; name=gone\n\none", NULL, 0);
}

static void text_of_messages_within_has_their_headers(void)
{
	check_page(MIXED
		"--b\n\none\n--b\nContent-Type: message/rfc822\n\nX-A: b\nSubject: =?utf-8?q?=C3=A4=1B?=\n"
		"From: A <a@b>\n\ntwo\n--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
		"RGF0ZTogeAoKdGhyZWUK\n--b--\n",
		"one\n\n------- 2  message/rfc822\nFrom: A <a@b>\nSubject: \xc3\xa4\xef\xbf\xbd\n\ntwo\n"
		"\n------- 3  message/rfc822\nDate: x\n\nthree\n",
		0);
	check_page(MIXED "--b\nContent-Type: message/rfc822\n\nContent-Type: image/png\nSubject: s\n\nx\n"
			 "--b\n\nlast\n--b--\n",
		"Subject: s\n\n\n------- 2  text/plain\nlast\n", 0);
}

void suite(void)
{
	msg_init();
	unit_add(text_plain_is_cleaned);
	unit_add(text_flowed_is_joined);
	unit_add(m15_deep_quoting_is_capped);
	unit_add(html_blocks_break_lines);
	unit_add(html_lists_get_marks);
	unit_add(html_links_are_numbered);
	unit_add(w01_what_would_load_is_listed_only);
	unit_add(w03_html_bombs_are_linear_and_bounded);
	unit_add(w04_hidden_text_is_shown);
	unit_add(w05_entities_are_cleaned_after_decoding);
	unit_add(html_without_a_label_tells_its_charset);
	unit_add(html_damaged_is_total);
	unit_add(m14_text_past_the_limit_is_cut_and_told);
	unit_add(m14_lines_and_octets_of_any_kind_are_linear);
	unit_add(text_of_parts_stands_one_after_the_other);
	unit_add(text_of_messages_within_has_their_headers);
}
