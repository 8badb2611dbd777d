/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void add_addrs(GString *s, const char *label, const GPtrArray *addrs)
{
	for (guint i = 0; i < addrs->len; i++) {
		g_autofree char *full = msg_addr_full(addrs->pdata[i]);
		g_string_append_printf(s, " %s=%s", label, full);
	}
}

static void add_value(GString *s, const char *label, const char *value)
{
	if (value)
		g_string_append_printf(s, " %s={%s}", label, value);
}

static char *shape(const char *uri)
{
	struct msg_mailto m;
	GString *s = g_string_new(msg_mailto_parse(unit_str(uri), &m) ? "mailto" : "no");
	add_addrs(s, "to", m.to);
	add_addrs(s, "cc", m.cc);
	add_value(s, "subject", m.subject);
	add_value(s, "body", m.body);
	add_value(s, "parent", m.in_reply_to);
	for (guint i = 0; i < m.ignored->len; i++)
		g_string_append_printf(s, " -%s", (char *)m.ignored->pdata[i]);
	msg_mailto_clear(&m);
	return g_string_free(s, FALSE);
}

static void check(const char *uri, const char *wanted)
{
	g_autofree char *got = shape(uri);
	g_assert_cmpstr(got, ==, wanted);
}

static void mailto_takes_five_fields(void)
{
	check("mailto:a@x", "mailto to=a@x");
	check("MAILTO:a@x,b@x", "mailto to=a@x to=b@x");
	check("mailto:a@x?to=b@x&CC=c@x,d@x&cc=e@x", "mailto to=a@x to=b@x cc=c@x cc=d@x cc=e@x");
	check("mailto:?subject=a%20b&body=x%0D%0Ay&in-reply-to=%3Cp@x%3E",
		"mailto subject={a b} body={x\ny} parent={p@x}");
	check("mailto:Vera%20Lund%20%3Cv@x%3E", "mailto to=Vera Lund <v@x>");
	check("mailto:%22not%40me%22@x.example", "mailto to=\"not@me\"@x.example");
	check("mailto:gorby%25kremvax@x.example", "mailto to=gorby%kremvax@x.example");
	check("mailto:u%26v@x?subject=%26%3D", "mailto to=u&v@x subject={&=}");
	check("mailto:a@x?subject=1+1", "mailto to=a@x subject={1+1}");
	check("mailto:a@x?subject=caf%C3%A9&amp;body=b", "mailto to=a@x subject={caf\xc3\xa9} body={b}");
	check("mailto:a@x?subject=%3D%3Futf-8%3FQ%3Fcaf%3DC3%3DA9%3F%3D", "mailto to=a@x subject={caf\xc3\xa9}");
	check("http://x/", "no");
	check("mailto", "no");
	check("", "no");
}

/* RFC 6068 4: what would be sent unseen, or read from this machine, is not taken. */
static void x01_x02_mailto_ignores_the_rest_and_names_it(void)
{
	check("mailto:a@x?bcc=b@x&attach=/etc/passwd&attachment=x&From=c@x&X-A=y",
		"mailto to=a@x -bcc -attach -attachment -From -X-A");
	check("mailto:a@x?%62cc=b@x", "mailto to=a@x -bcc");
	check("mailto:a@x?subject&=x&&", "mailto to=a@x subject={}");
}

static void s14_x02_mailto_makes_no_header(void)
{
	check("mailto:a@x?subject=s%0D%0ABcc:%20b@x", "mailto to=a@x subject={s Bcc: b@x}");
	check("mailto:a@x%0D%0ABcc:b@x", "mailto to=\"Bcc:b@x\" <a@x>");
	g_autofree char *odd = shape("mailto:a@x?subject=%00%1b%5b%ff&body=%00%1b%e2%80%ae&in-reply-to=%3Ca%0d%0ab%3E");
	g_assert_true(utf8_is_clean(str_of(odd)));
}

static void x03_mailto_of_any_size_is_bounded(void)
{
	static const char *const bombs[] = { "a@x,", "?to=a@x&", "&", "%", "%4", "%zz", "?subject=%41&", "&a=b",
		"&cc=a@x", "?", "&amp;", "%00", "<", "\"", "(" };
	for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
		GString *s = g_string_new("mailto:");
		struct msg_mailto m;
		while (s->len + strlen(bombs[i]) <= MSG_MAILTO_MAX)
			g_string_append(s, bombs[i]);
		int64_t from = clock_cpu_us();
		g_assert_true(msg_mailto_parse((struct str){ s->str, s->len }, &m));
		g_assert_cmpuint(m.to->len, <=, MSG_ADDRS_MAX);
		g_assert_cmpuint(m.cc->len, <=, MSG_ADDRS_MAX);
		g_assert_cmpint(clock_cpu_us() - from, <, 3000000);
		msg_mailto_clear(&m);
		while (s->len <= MSG_MAILTO_MAX)
			g_string_append_c(s, 'x');
		g_assert_false(msg_mailto_parse((struct str){ s->str, s->len }, &m));
		msg_mailto_clear(&m);
		g_string_free(s, TRUE);
	}
	check("mailto:?", "mailto");
	check("mailto:a@x?subject=%4", "mailto to=a@x subject={%4}");
	check("mailto:a@x?cc%00=b@x&reply-to=c@x&references=d", "mailto to=a@x -cc\xef\xbf\xbd -reply-to -references");
}

static char *list_shape(const char *head)
{
	struct msg_head *h = msg_head_parse(unit_str(head));
	g_autofree char *post = msg_list_post(h);
	GPtrArray *uris = msg_list_uris(h, "List-Unsubscribe");
	GString *s = g_string_new(post ? post : "-");
	for (guint i = 0; i < uris->len; i++)
		g_string_append_printf(s, "|%s", (char *)uris->pdata[i]);
	g_ptr_array_unref(uris);
	msg_head_free(h);
	return g_string_free(s, FALSE);
}

static void list_fields_are_read(void)
{
	static const char *const rows[][2] = {
		{ "List-Post: <mailto:list@x> (comment)\n", "list@x" },
		{ "List-Post: <https://x/post>, <mailto:l%2Ba@x?subject=s>\n", "l+a@x" },
		{ "List-Post: NO\n", "-" },
		{ "List-Post: list@x\n", "-" },
		{ "List-Post: <mailto:>\n", "-" },
		{ "List-Unsubscribe: <mailto:u@x?subject=un>,\n <https://x/a\n b>, <open\n",
			"-|mailto:u@x?subject=un|https://x/ab" },
		{ "Subject: s\n", "-" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *got = list_shape(rows[i][0]);
		g_assert_cmpstr(got, ==, rows[i][1]);
	}
}

void suite(void)
{
	unit_add(mailto_takes_five_fields);
	unit_add(x01_x02_mailto_ignores_the_rest_and_names_it);
	unit_add(s14_x02_mailto_makes_no_header);
	unit_add(x03_mailto_of_any_size_is_bounded);
	unit_add(list_fields_are_read);
}
