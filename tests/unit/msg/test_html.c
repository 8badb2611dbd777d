/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/html.h"
#include "tests/unit/msg/lay.h"
#include "tests/unit/unit.h"

static void check(const char *html, const char *wanted)
{
	struct msg_text t;
	lay(unit_str(html), &t);
	g_test_message("%s", html);
	g_assert_cmpint(t.html, ==, MSG_HTML_LAID);
	g_assert_cmpstr(t.text, ==, wanted);
	msg_text_clear(&t);
}

#define NEEDS_HELPER                                                                                                   \
	do {                                                                                                           \
		if (!lay_possible())                                                                                   \
			return;                                                                                        \
	} while (0)

static void layout_breaks_blocks(void)
{
	NEEDS_HELPER;
	check("<p>one<p>two</p><div>three</div>four<br>five", "one\n\ntwo\n\nthree\nfour\nfive\n");
	check("<html><head><title>t</title><style>x{}</style><script>if(a<b)</script></head><body> a  <b>b</b>\n c ",
		"a b c\n");
	check("text<div>in<div>deep</div>out</div>more", "text\nin\ndeep\nout\nmore\n");
	check("<h1>Big</h1>x<h3>Small</h3><h2></h2>y", "# Big\n\nx\n\n### Small\n\ny\n");
	check("a<hr>b", "a\n--------\nb\n");
	check("x&nbsp;&nbsp;y<p>&nbsp;</p>z", "x  y\n\nz\n");
	check("<span style='display:block'>a</span><span style='display : BLOCK'>b</span>c", "a\nb\nc\n");
	check("<dl><dt>word<dd>meaning<dt>next<dd>other</dl>", "word\n    meaning\nnext\n    other\n");
	check("<q>said</q> H<sub>2</sub>O x<sup>2</sup> 1<sup>st</sup>", "\u201csaid\u201d H\u2082O x\u00b2 1st\n");
	check("was <s>$20</s> now <span style='text-decoration:line-through'> 30</span> x",
		"was ~~$20~~ now ~~30~~ x\n");
	check("<ruby>\u6f22<rp>[</rp><rt>kan</rt><rp>]</rp></ruby>", "\u6f22(kan)\n");
}

static void layout_keeps_preformatted_text(void)
{
	NEEDS_HELPER;
	check("<pre>\n a\n\n\tb</pre>x", " a\n\n        b\n\nx\n");
	check("<div style='white-space:pre-wrap'>a\n  b</div>c", "a\n  b\nc\n");
	check("<div style='white-space: pre-line'>a\n  b</div>c", "a\nb\nc\n");
	check("<pre>a<span style='white-space:normal'>b\nc</span></pre>", "ab c\n");
}

static void layout_numbers_lists(void)
{
	NEEDS_HELPER;
	check("<ul><li>a<li>b<ul><li>c</ul></ul>d", "* a\n* b\n  * c\n\nd\n");
	check("<ol start=9><li>a<li>b<ul><li>c<p>d</ul><li value=3>e</ol>",
		"9. a\n10. b\n    * c\n\n      d\n\n3. e\n");
	check("<ol type=a><li>a<li>b</ol><ol type=I start=4><li>c</ol>", "a. a\nb. b\n\nIV. c\n");
	check("<ol reversed><li>a<li>b</ol>", "2. a\n1. b\n");
	check("<ol><li><p>a</p><li></li><li>b</ol>", "1. a\n\n3. b\n");
	check("<li>loose", "* loose\n");
	check("<ul><li>a<blockquote>q</blockquote>b</ul>", "* a\n\n>   q\n\n  b\n");
}

static void layout_quotes_by_level(void)
{
	NEEDS_HELPER;
	check("<blockquote>a<p>b<blockquote>c</blockquote></blockquote>d", "> a\n>\n> b\n>\n>> c\n\nd\n");
}

static void layout_tells_data_from_arrangement(void)
{
	NEEDS_HELPER;
	check("<table><tr><th>Item<th align=right>Price<tr><td>Tea<td align=right>3.50<tr><td>Biscuits<td "
	      "style='text-align : right'>12.00</table>",
		"Item      Price\n--------  -----\nTea        3.50\nBiscuits  12.00\n");
	check("<table><tr><td>a<td>1<tr><td>bb<td>22</table>", "a   1\nbb  22\n");
	check("<table role=presentation><tr><td>a<td>b<tr><td><h1>c</h1><td>d</table>", "a  b\n\n# c\n\nd\n");
	check("<table><tr><td><table border=1><tr><td>x<td>y<tr><td>zz<td></table></table>", "x   y\nzz\n");
	check("<table border=1><caption>C</caption><tr><td colspan=2>wide<td>c<tr><td rowspan=2>d<td>e<td>f<tr>"
	      "<td>g<td>h</table>",
		"C\nwide  c\nd  e  f\n   g  h\n");
	check("<table border=1>lost <tr><td>a<td>b</tr>too<tr><td>c<td>d</table>", "lost\ntoo\na  b\nc  d\n");
	check("<table border=1><tr><td>a<td>\u5c71\u5ddd<tr><td>\u5c71<td>b</table>", "a   \u5c71\u5ddd\n\u5c71  b\n");
}

static void layout_wraps_wide_tables(void)
{
	NEEDS_HELPER;
	GString *s = g_string_new("<table border=1><tr><th>No<th>Words<tr><td>1<td>");
	for (int i = 0; i < 30; i++)
		g_string_append(s, "word ");
	g_string_append(s, "</table>");
	struct msg_text t;
	lay((struct str){ s->str, s->len }, &t);
	g_auto(GStrv) lines = g_strsplit(t.text, "\n", -1);
	g_assert_cmpuint(g_strv_length(lines), ==, 6);
	g_assert_cmpstr(lines[0], ==, "No  Words");
	for (int i = 0; lines[i]; i++)
		g_assert_cmpint(utf8_width(str_of(lines[i])), <=, 76);
	msg_text_clear(&t);
	g_string_assign(s, "<table border=1><tr>");
	for (int i = 0; i < 20; i++)
		g_string_append_printf(s, "<th>column %d", i);
	g_string_append(s, "<tr>");
	for (int i = 0; i < 20; i++)
		g_string_append_printf(s, "<td>some words for %d", i);
	lay((struct str){ s->str, s->len }, &t);
	g_assert_true(g_str_has_prefix(t.text, "column 0: some words for 0\ncolumn 1: some"));
	msg_text_clear(&t);
	g_string_free(s, TRUE);
}

static void layout_numbers_links(void)
{
	NEEDS_HELPER;
	struct msg_text t;
	lay(unit_str(
		    "<base href=http://b.example/x/><a href=' http://x.example/?a=1&amp;b=2&copy=3 '>the\n <b>sale</b> "
		    "</a>now <a href=mailto:a@b>write</a><a name=x>no</a><a href=#top>no</a><a href=y><img src=cid:y "
		    "alt=pic></a> <a href='http://x.example/?a=1&amp;b=2&copy=3'>again</a><map><area href=z "
		    "alt=Area></map>"),
		&t);
	g_assert_cmpstr(t.text, ==, "the sale[1] now write[2]nono pic[3] again[1] Area[4]\n");
	g_assert_cmpuint(t.links->len, ==, 4);
	struct msg_link *l = t.links->pdata[0];
	g_assert_cmpstr(l->url, ==, "http://x.example/?a=1&b=2&copy=3");
	g_assert_cmpstr(l->text, ==, "the sale");
	g_assert_cmpstr(l->host, ==, "x.example");
	l = t.links->pdata[2];
	g_assert_cmpstr(l->url, ==, "http://b.example/x/y");
	g_assert_cmpstr(l->text, ==, "pic");
	msg_text_clear(&t);
}

/* "role:text" of each stretch, in order. */
static void check_roles(const char *html, const char *wanted)
{
	struct msg_text t;
	GString *roles = g_string_new(NULL);
	lay(unit_str(html), &t);
	for (guint i = 0; i < t.spans->len; i++) {
		const struct msg_span *s = &g_array_index(t.spans, struct msg_span, i);
		g_assert_cmpuint(s->to, <=, strlen(t.text));
		g_string_append_printf(
			roles, "%s%u:%.*s", i ? "|" : "", s->role, (int)(s->to - s->from), t.text + s->from);
	}
	g_test_message("%s", html);
	g_assert_cmpstr(roles->str, ==, wanted);
	g_string_free(roles, TRUE);
	msg_text_clear(&t);
}

static void layout_tells_what_stands_out(void)
{
	NEEDS_HELPER;
	/* 1 link, 2 heading, 3 strong */
	check_roles("a <a href=x>link</a> <b>bold</b>", "1:link[1]|3:bold");
	check_roles("<ul><li><b>item</b><li><a href=x>y</a></ul>", "3:item|1:y[1]");
	check_roles("<h2>Head <a href=x>l</a></h2>x", "2:Head l[1]|1:l[1]");
	check_roles("<blockquote><b>one<br>two</b></blockquote>", "3:one|3:two");
	check_roles("<a href=x><img src=y></a> <strong> </strong>", "1:[y][1]");
	check_roles("<b>\302\205</b>", "");
}

static void layout_leaves_tracking_out(void)
{
	NEEDS_HELPER;
	static const char *const cases[][2] = { { "http://x/?utm_source=a&id=7&fbclid=b#f", "http://x/?id=7#f" },
		{ "http://x/?utm_source=a&UTM_medium=b", "http://x/" }, { "http://x/?id=7", NULL },
		{ "http://x/?notutm_x=1", NULL }, { "http://x/?mc_eid", "http://x/" } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *html = g_strdup_printf("<a href='%s'>x</a>", cases[i][0]);
		struct msg_text t;
		lay(unit_str(html), &t);
		const struct msg_link *l = t.links->pdata[0];
		g_assert_cmpstr(l->url, ==, cases[i][0]);
		g_assert_cmpstr(l->clean, ==, cases[i][1]);
		g_assert_cmpuint(l->tracking > 0, ==, cases[i][1] != NULL);
		msg_text_clear(&t);
	}
}

static void x14_text_that_names_another_host_is_marked(void)
{
	NEEDS_HELPER;
	static const char *const cases[][2] = {
		{ "<a href=http://evil.example/>http://bank.example/</a>",
			"http://bank.example/[1 -> evil.example]\n" },
		{ "<a href=http://bank.example@evil.example/>bank</a>", "bank[1 -> evil.example]\n" },
		{ "<a href='http:\\\\evil.example\\x'>www.bank.example</a>", "www.bank.example[1 -> evil.example]\n" },
		{ "<a href=http://bank.example.evil.example/>bank.example</a>",
			"bank.example[1 -> bank.example.evil.example]\n" },
		{ "<a href=http://evil.example/>Go to www.bank.example now</a>",
			"Go to www.bank.example now[1 -> evil.example]\n" },
		{ "<a href='http://click.example/?u=http://bank.example/'>https://bank.example</a>",
			"https://bank.example[1 -> click.example]\n" },
		{ "<a href=http://b\u00e4nk.example/>bank.example</a>", "bank.example[1 -> xn--bnk-qla.example]\n" },
		{ "<a href=mailto:x@evil.example>me@bank.example</a>",
			"me@bank.example[1 -> mailto:x@evil.example]\n" },
		{ "<a href=https://www.bank.example/login>bank.example</a>", "bank.example[1]\n" },
		{ "<a href=https://bank.example:8443/login>https://www.bank.example/</a>",
			"https://www.bank.example/[1]\n" },
		{ "<a href=http://evil.example/>the report.pdf of today</a>", "the report.pdf of today[1]\n" },
		{ "<a href=http://evil.example/>report.pdf</a>", "report.pdf[1]\n" },
		{ "<a href='mailto:me@bank.example?subject=x'>me@bank.example</a>", "me@bank.example[1]\n" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		check(cases[i][0], cases[i][1]);
}

static void layout_shows_alternatives_of_images(void)
{
	NEEDS_HELPER;
	check("a<img src=x alt=Logo>b<img src=x alt=''><img src=x title=T>c<img alt=\U0001f600>d",
		"a Logo b T c\U0001f600"
		"d\n");
	check("<img src='cid:photo.jpg@x'><img src=http://x/y.png>z<a href=http://x/><img "
	      "src=http://x/a/b.png?c/d></a><img "
	      "src=cid:dot width=1>",
		"[photo.jpg] z [b.png][1]\n");
	check("<td style='font-size:0'><img alt=Seen><span style='font-size:14px'>too</span>not", "Seen too\n");
}

static unsigned hidden_in(const char *html)
{
	struct msg_text t;
	lay(unit_str(html), &t);
	unsigned hidden = t.hidden;
	g_test_message("%s", html);
	g_assert_cmpstr(t.text, ==, hidden ? "seen\n" : "preview\nseen\n");
	msg_text_clear(&t);
	return hidden;
}

static void w04_hidden_text_is_left_out_and_counted(void)
{
	NEEDS_HELPER;
	static const char *const hides[] = { "display:none", "DISPLAY : none !important", "visibility:hidden",
		"opacity:0", "opacity:0.0", "font-size:0", "font-size:1px", "max-height:0;overflow:hidden",
		"overflow:hidden;height:0px", "text-indent:-9999px", "position:absolute;left:-10000px" };
	static const char *const shows[] = { "display:block", "visibility:visible", "opacity:0.5", "font-size:1em",
		"max-height:0", "overflow:hidden;height:10px", "mso-hide:all", "color:#fff" };
	for (size_t i = 0; i < G_N_ELEMENTS(hides); i++) {
		g_autofree char *html = g_strdup_printf("<div style='%s'>pre<b>view</b></div>seen", hides[i]);
		g_assert_cmpuint(hidden_in(html), ==, 1);
		g_autofree char *sheet = g_strdup_printf("<style>@media x{.p{color:red}} /* } */ a, div.p { %s "
							 "}</style><div class='q p'>preview</div>seen",
			hides[i]);
		g_assert_cmpuint(hidden_in(sheet), ==, 1);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(shows); i++) {
		g_autofree char *html = g_strdup_printf("<div style='%s'>preview</div>seen", shows[i]);
		g_assert_cmpuint(hidden_in(html), ==, 0);
	}
	g_assert_cmpuint(hidden_in("<div hidden>preview</div>seen"), ==, 1);
	g_assert_cmpuint(hidden_in("<style>@media print{div{display:none}}</style><div>preview</div>seen"), ==, 0);
	g_assert_cmpuint(hidden_in("<style>#a:hover{display:none}</style><div id=a>preview</div>seen"), ==, 0);
	check("<div style=font-size:0>a<b style=font-size:12px>b</b></div><i style=visibility:hidden>c<u "
	      "style=visibility:visible>d</u></i>",
		"b\nd\n");
}

static void w01_what_would_load_is_counted_by_host(void)
{
	NEEDS_HELPER;
	static const char *const html[] = { "<img src=http://r/x>", "<img srcset='http://r/x 1x, cid:y 2x'>",
		"<div style=\"background:url('http://r/x')\">", "<style>@import \"http://r/x\";</style>",
		"<style>@import url(http://r/x);</style>", "<style>a{b:URL( http://r/x )}</style>",
		"<link rel=stylesheet href=http://r/x>", "<video poster=http://r/x>",
		"<object data=http://r/x></object>", "<iframe src=http://r/x></iframe>",
		"<meta http-equiv=refresh content='0; URL=http://r/x'>", "<body background=http://r/x>",
		"<svg><image xlink:href=http://r/x></svg>", "<svg><use href=http://r/x></svg>",
		"<input type=image src='http://r/x'>", "<IMG\nSRC\n=\n\"http&#58;//r/x\">",
		"<div style='a:url(http://r/x'>", "<script src=http://r/x></script>",
		"<base href=http://r/><img src=x>", "<audio src=http://r/x>", "<embed src=http://r/x>",
		"<div hidden><img src=http://r/x></div>" };
	for (size_t i = 0; i < G_N_ELEMENTS(html); i++) {
		struct msg_text t;
		lay(unit_str(html[i]), &t);
		g_test_message("%s", html[i]);
		g_assert_cmpuint(t.remote->len, ==, 1);
		if (t.remote->len)
			g_assert_cmpstr(t.remote->pdata[0], ==, "http://r/x");
		g_assert_cmpuint(t.hosts->len, ==, 1);
		g_assert_cmpstr(t.text, ==, "");
		msg_text_clear(&t);
	}
	struct msg_text t;
	lay(unit_str("<img src=http://a/1><img src=//a/2><img width=1 height=1 src=http://A:80/3><img "
		     "style='height:1px' src=http://b/4><link href=http://a/5><img src=cid:x><img src=data:x>"),
		&t);
	g_assert_cmpuint(t.hosts->len, ==, 2);
	const struct msg_remote *a = t.hosts->pdata[0], *b = t.hosts->pdata[1];
	g_assert_cmpstr(a->host, ==, "a");
	g_assert_cmpuint(a->images, ==, 2);
	g_assert_cmpuint(a->beacons, ==, 1);
	g_assert_cmpuint(a->others, ==, 1);
	g_assert_cmpuint(b->beacons, ==, 1);
	msg_text_clear(&t);
}

static void w03_html_bombs_are_laid_out_or_stripped_in_time(void)
{
	NEEDS_HELPER;
	static const char *const bombs[] = { "<b>", "<div>", "<ul><li>", "<blockquote>x", "<a href=x>", "</p>", "<!--",
		"<", "<![CDATA[", "<plaintext>", "<a href=\"", "&", "&#", "&#x", "<style>", "<style>url(", "</", "<a ",
		"<a b=c ", "<pre>\n", "<td>", "<img alt=x>", "<img src=http://a>", "<!-->", "<script></scrip", "&nbsp;",
		"<li>", "\n", "<a href=x>y", "<img srcset='//a,", "@import", "<table>",
		"<table border=1><tr><td>x<td>y", "<tr><td>", "<pre>\t", "<style>a{", "<s>x", "<th>a<td>b",
		"<ol reversed><li>a", "\xef\xbf\xbf" };
	for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
		GString *s = g_string_new(NULL);
		while (s->len < 1u << 20)
			g_string_append(s, bombs[i]);
		g_string_append_len(s, "a\0b", 3);
		int64_t from = clock_cpu_us();
		struct msg_text t;
		lay((struct str){ s->str, s->len }, &t);
		g_test_message("%s: %s", bombs[i], t.html == MSG_HTML_LAID ? "laid" : "stripped");
		g_assert_true(utf8_is_clean(str_of(t.text)));
		g_assert_cmpuint(strlen(t.text), <=, s->len * 16 + 64);
		g_assert_cmpint(clock_cpu_us() - from, <, 5000000);
		msg_text_clear(&t);
		g_string_free(s, TRUE);
	}
}

static void w03_deep_nesting_is_shown_whole(void)
{
	NEEDS_HELPER;
	static const struct {
		const char *unit;
		unsigned n;
		const char *first, *last;
	} cases[] = { { "<div>", 100000, "", "end\n" }, { "<span>", 100000, "", "end\n" },
		{ "<table><tr><td>x", 2000, "x\nx\n", "x\nend\n" },
		{ "<blockquote>x", 3000, "> x\n>\n>> x\n", ">> end\n" } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		GString *s = g_string_new(NULL);
		for (unsigned n = 0; n < cases[i].n; n++)
			g_string_append(s, cases[i].unit);
		g_string_append(s, g_str_has_suffix(cases[i].unit, "x") ? "<br>end" : "end");
		struct msg_text t;
		lay((struct str){ s->str, s->len }, &t);
		g_assert_cmpint(t.html, ==, MSG_HTML_LAID);
		g_assert_true(g_str_has_prefix(t.text, cases[i].first));
		g_assert_true(g_str_has_suffix(t.text, cases[i].last));
		msg_text_clear(&t);
		g_string_free(s, TRUE);
	}
}

static void w05_references_are_those_of_browsers(void)
{
	NEEDS_HELPER;
	check("&#27;[2J", "\xef\xbf\xbd[2J\n");
	check("&#x9b;a&#0;b", "\u203a"
			      "a\xef\xbf\xbd"
			      "b\n");
	check("&#x202e;x", "\xef\xbf\xbdx\n");
	check("a&NewLine;b&#10;c&Tab;d", "a b c d\n");
	check("&eacute;&amp;lt;&#8364;&#128;&#x110000;&nosuch;&copy &copyx;",
		"\u00e9&lt;\u20ac\u20ac\xef\xbf\xbd&nosuch;\u00a9 &copyx;\n");
	check("&lt;b&gt; &LT;i&GT; &CounterClockwiseContourIntegral; &NotEqualTilde;", "<b> <i> \u2233 \u2242\u0338\n");
	check("&#55357;&#56832; &#xD83D;&#xDE00;", "\U0001f600 \U0001f600\n");
	struct msg_text t;
	lay(unit_str("<a href='x&#27;y&#10;z&#62;'>a&#7;b</a><a href=\"&quot;&commat;\">q</a>"), &t);
	struct msg_link *l = t.links->pdata[0];
	g_assert_cmpstr(l->url, ==, "x\xef\xbf\xbdy z>");
	l = t.links->pdata[1];
	g_assert_cmpstr(l->url, ==, "\"@");
	msg_text_clear(&t);
}

static void h08_direction_marks_do_not_stand_in_the_text(void)
{
	NEEDS_HELPER;
	check("<p dir=rtl>\u05e9\u05dc\u05d5\u05dd&rlm; (abc)&lrm;</p>\u202eevil",
		"\u05e9\u05dc\u05d5\u05dd (abc)\n\n\xef\xbf\xbd"
		"evil\n");
}

static void h20_text_draws_no_marks_of_ours(void)
{
	NEEDS_HELPER;
	/* What it draws is text, in the place of text: a link is only what has a number in the list. */
	struct msg_text t;
	lay(unit_str("[signed: OK] [1 -> bank.example]"), &t);
	g_assert_cmpstr(t.text, ==, "[signed: OK] [1 -> bank.example]\n");
	g_assert_cmpuint(t.links->len, ==, 0);
	msg_text_clear(&t);
}

static void layout_reads_broken_markup(void)
{
	NEEDS_HELPER;
	check("<p>a</body></html><p>footer", "a\n\nfooter\n");
	check("<b><i>x</b>y</i>z</span></div>", "xyz\n");
	check("1 < 2 & 3 &lt; 4 <", "1 < 2 & 3 < 4 <\n");
	check("a<!-- <p>hidden</p> -->b<![if x]>c<!DOCTYPE x>", "abc\n");
	check("<!--[if mso]><p>outlook</p><![endif]-->others<!--[if !mso]><!--> too<!--<![endif]-->", "others too\n");
	check("<unknown>a</unknown><o:p>b</o:p>", "ab\n");
	check("<html><p>one</html><!DOCTYPE html><html><head><title>t</title></head><body>two</body></html>",
		"one\n\ntwo\n");
	check("a<plaintext><b>\n &amp;", "a\n\n<b>\n &amp;\n");
	check("", "");
}

static void layout_drops_forms_and_scripts(void)
{
	NEEDS_HELPER;
	struct msg_text t;
	lay(unit_str("<form action=http://x><label>Name</label><input value=v><select><option>o</select><textarea>t"
		     "</textarea><button>Go</button></form><script>s</script><noscript>n</noscript><template>t</"
		     "template>"),
		&t);
	g_assert_cmpstr(t.text, ==, "NameGo\nn\n");
	g_assert_cmpuint(t.forms, ==, 1);
	msg_text_clear(&t);
}

/* --- records --- */

#define RECORDS(octets) ((struct str){ HTML_HEAD octets, sizeof(HTML_HEAD octets) - 1 })

static enum msg_html state_of(struct str records)
{
	struct msg_text t;
	struct str exact = unit_exact(records.p, records.n);
	lay_records(exact, STR("<p>the source"), &t);
	enum msg_html state = t.html;
	/* Whatever is wrong with the records, the source is there. */
	if (state != MSG_HTML_LAID)
		g_assert_cmpstr(t.text, ==, "the source\n");
	g_assert_true(utf8_is_clean(str_of(t.text)));
	msg_text_clear(&t);
	return state;
}

static void records_that_lie_are_refused(void)
{
	static const struct {
		struct str records;
		enum msg_html state;
	} cases[] = { { RECORDS("t\1xe"), MSG_HTML_LAID }, { RECORDS("o\2\0t\1xce"), MSG_HTML_LAID },
		{ RECORDS("o\2\0t\1xe"), MSG_HTML_LAID }, { RECORDS("t\1xx"), MSG_HTML_LIMIT },
		{ RECORDS(""), MSG_HTML_ENDED }, { RECORDS("t\1x"), MSG_HTML_ENDED },
		{ RECORDS("t\2xe"), MSG_HTML_ENDED }, { RECORDS("ce"), MSG_HTML_ENDED },
		{ RECORDS("ee"), MSG_HTML_ENDED }, { RECORDS("q"), MSG_HTML_ENDED },
		{ RECORDS("t\1\xff"
			  "e"),
			MSG_HTML_ENDED },
		{ RECORDS("t\xff\xff\xff\xff\xff\xff\1xe"), MSG_HTML_ENDED },
		{ RECORDS("t\xff\xff\xff\xff\x0fxe"), MSG_HTML_ENDED }, { RECORDS("o\xff\0ce"), MSG_HTML_ENDED },
		{ RECORDS("o\2\1\0\1xce"), MSG_HTML_ENDED }, { RECORDS("o\2\1\xc8\1xce"), MSG_HTML_ENDED },
		{ RECORDS("o\2\2\1\1xce"), MSG_HTML_ENDED }, { { "bwhtml2\ne", 9 }, MSG_HTML_ENDED },
		{ { "", 0 }, MSG_HTML_ENDED } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("case %zu", i);
		g_assert_cmpint(state_of(cases[i].records), ==, cases[i].state);
	}
}

/* A child that was taken over may write control bytes too: they are cleaned as all text is. */
static void records_with_control_bytes_are_cleaned(void)
{
	struct msg_text t;
	lay_records(RECORDS("o\1\1\x0d\4x\033yzt\3\033[Ac"
			    "e"),
		STR(""), &t);
	g_assert_cmpint(t.html, ==, MSG_HTML_LAID);
	g_assert_true(utf8_is_clean(str_of(t.text)));
	msg_text_clear(&t);
}

static void records_cut_anywhere_are_refused(void)
{
	struct str whole = RECORDS("o\2\1\4\1xt\1xo\3\0ct\2yzce");
	g_assert_cmpint(state_of(whole), ==, MSG_HTML_LAID);
	for (size_t n = 0; n < whole.n; n++)
		g_assert_cmpint(state_of((struct str){ whole.p, n }), ==, MSG_HTML_ENDED);
}

void suite(void)
{
	msg_init();
	unit_add(layout_breaks_blocks);
	unit_add(layout_keeps_preformatted_text);
	unit_add(layout_numbers_lists);
	unit_add(layout_quotes_by_level);
	unit_add(layout_tells_data_from_arrangement);
	unit_add(layout_wraps_wide_tables);
	unit_add(layout_numbers_links);
	unit_add(layout_tells_what_stands_out);
	unit_add(layout_leaves_tracking_out);
	unit_add(x14_text_that_names_another_host_is_marked);
	unit_add(layout_shows_alternatives_of_images);
	unit_add(w04_hidden_text_is_left_out_and_counted);
	unit_add(w01_what_would_load_is_counted_by_host);
	unit_add(w03_html_bombs_are_laid_out_or_stripped_in_time);
	unit_add(w03_deep_nesting_is_shown_whole);
	unit_add(w05_references_are_those_of_browsers);
	unit_add(h08_direction_marks_do_not_stand_in_the_text);
	unit_add(h20_text_draws_no_marks_of_ours);
	unit_add(layout_reads_broken_markup);
	unit_add(layout_drops_forms_and_scripts);
	unit_add(records_that_lie_are_refused);
	unit_add(records_with_control_bytes_are_cleaned);
	unit_add(records_cut_anywhere_are_refused);
}
