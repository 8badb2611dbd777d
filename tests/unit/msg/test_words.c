/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void check(const char *raw, const char *wanted)
{
	g_autofree char *got = msg_decode_words(unit_str(raw));
	g_assert_cmpstr(got, ==, wanted);
}

static void words_usual_forms_are_decoded(void)
{
	check("plain", "plain");
	check("=?utf-8?Q?a=C3=A4_b?=", "a\xc3\xa4 b");
	check("=?UTF-8?b?w6Qgw6Q=?=", "\xc3\xa4 \xc3\xa4");
	check("a =?utf-8?q?=c3=a4?=\t\t =?utf-8?q?=c3=a4?= b", "a \xc3\xa4\xc3\xa4 b");
	check("a =?utf-8?q?=c3=a4?=  x  =?utf-8?q?=c3=a4?=", "a \xc3\xa4  x  \xc3\xa4");
	check("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)");
	check("=?iso-8859-1*de?q?=E4?=", "\xc3\xa4");
	check("=?iso-2022-jp?B?GyRCRnxLXBsoQnRlc3Q=?=", "\xe6\x97\xa5\xe6\x9c\xactest");
	check("=?ks_c_5601-1987?B?wdbC9w==?=", "\xec\xa3\xbc\xec\xb0\xa8");
	check("=?utf-8?Q?\?=x", "x");
	check("J\xf6rg", "J\xc3\xb6rg");
}

static void words_without_padding_are_decoded(void)
{
	check("=?utf-8?b?w6Qgw6Q?=", "\xc3\xa4 \xc3\xa4");
	check("=?utf-8?b?YQ?=", "a");
}

static void h15_character_split_over_words_is_joined(void)
{
	check("=?utf-8?Q?=E2?= =?utf-8?Q?=98?= =?UTF-8?Q?=BA?=", "\xe2\x98\xba");
	check("=?utf-8?B?4pg=?= =?utf-8?Q?=BA?=", "\xe2\x98\xba");
}

static void h15_broken_words_stay_text(void)
{
	check("=?utf-8?q?=?=", "=");
	check("=?", "=?");
	check("=?utf-8", "=?utf-8");
	check("=?utf-8?q", "=?utf-8?q");
	check("=?utf-8?q?abc", "=?utf-8?q?abc");
	check("=?utf-8?x?abc?=", "=?utf-8?x?abc?=");
	check("=?\?q?abc?=", "=?\?q?abc?=");
	check("=?utf-8?q?=xx=?=", "=xx=");
	check("=?utf-8?b?!!!!?=", "");
	check("=?nowhere?q?=E9?=", "\xc3\xa9");
}

static void h02_controls_in_words_become_visible(void)
{
	check("=?utf-8?Q?a=0ABcc:_x?=", "a Bcc: x");
	check("=?utf-8?Q?a=0DBcc:_x?=", "a\xef\xbf\xbd"
					"Bcc: x");
	check("=?utf-8?Q?a=0B=1B]0;t=07?=", "a\xef\xbf\xbd\xef\xbf\xbd]0;t\xef\xbf\xbd");
	check("=?utf-8?Q?a=E2=80=A8b=C2=85c?=", "a b c");
	check("=?utf-8?Q?a=00b?=", "a\xef\xbf\xbd"
				   "b");
	check("=?iso-8859-1?Q?=9B?=2J", "\xe2\x80\xba"
					"2J");
}

static void h15_word_bombs_are_linear_and_clean(void)
{
	static const char *const bombs[] = { "=?", "=?a?q?", "=?a?q?b?=", "=?utf-8?b?w6Q=?= ", "=", "?", "=?a?b?",
		"=?utf-16?q?=00?=", "=?a?\?", "=?gb18030?q?=81=30=81=30?=" };
	for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
		GString *s = g_string_new(NULL);
		while (s->len < MSG_HEADER_MAX)
			g_string_append(s, bombs[i]);
		int64_t from = clock_cpu_us();
		g_autofree char *text = msg_decode_words((struct str){ s->str, s->len });
		g_assert_true(utf8_is_clean(str_of(text)));
		g_assert_cmpuint(strlen(text), <=, s->len * 4);
		g_assert_cmpint(clock_cpu_us() - from, <, 3000000);
		g_string_free(s, TRUE);
	}
	GString *one = g_string_new("=?utf-8?b?");
	while (one->len < MSG_HEADER_MAX)
		g_string_append(one, "w6TD");
	g_string_append(one, "?=");
	g_autofree char *text = msg_decode_words((struct str){ one->str, one->len });
	g_assert_true(utf8_is_clean(str_of(text)));
	g_string_free(one, TRUE);
}

/* H16: RFC 2231 in a file name. */
static void check_name(const char *params, const char *wanted)
{
	g_autofree char *text =
		g_strconcat("Content-Type: a/b\nContent-Disposition: attachment; ", params, "\n\n", NULL);
	struct msg *m = msg_parse(unit_str(text));
	g_assert_cmpstr(m->root->name, ==, wanted);
	msg_free(m);
}

static void params_usual_forms_are_read(void)
{
	check_name("filename=a.txt", "a.txt");
	check_name("FileName = \"a b.txt\" ; x=y", "a b.txt");
	check_name("filename=a b.txt; x=y", "a b.txt");
	check_name("filename=\"a\\\"b\"", "a\"b");
	check_name("filename=\"C:\\temp\\x.txt\"", "C:\\temp\\x.txt");
	check_name("filename*=utf-8'en'%C3%A4%20b", "\xc3\xa4 b");
	check_name("filename*=iso-8859-1''%E4; filename=fallback", "\xc3\xa4");
	check_name("filename*0=\"a\"; filename*1=\"b\"; filename*2=c", "abc");
	check_name("filename*1*=%C3; filename*0*=utf-8''x; filename*2*=%A4", "x\xc3\xa4");
	check_name("filename==?koi8-r?B?89DJ08/LLmRvYw==?=", "\xd0\xa1\xd0\xbf\xd0\xb8\xd1\x81\xd0\xbe\xd0\xba.doc");
	check_name("filename=\"=?utf-8?q?=C3=A4?=\"", "\xc3\xa4");
	check_name("filename=\"a\r\n b\"", "a b");
}

static void h16_bad_pieces_end_the_value(void)
{
	check_name("filename*999999999*=a", NULL);
	check_name("filename*-1=a", NULL);
	check_name("filename*0=a; filename*2=c", "a");
	check_name("filename*1=b", NULL);
	check_name("filename*0=a; filename*0=z; filename*1=b", "ab");
	check_name("filename*=utf-8''%4", "%4");
	check_name("filename*=utf-8''%zz%41", "%zzA");
	check_name("filename*=nolanguage", "nolanguage");
	check_name("filename=\"open", "open");
	check_name("filename=", NULL);
	check_name("filename", NULL);
	check_name(";;;=;=", NULL);
}

static void h16_a_hundred_thousand_pieces_meet_the_cap(void)
{
	GString *s = g_string_new("a=b");
	for (int i = 0; i < 100000; i++)
		g_string_append_printf(s, "; filename*%d=x", i);
	int64_t from = clock_cpu_us();
	g_autofree char *wanted = g_strnfill(MSG_PARAMS_MAX - 1, 'x');
	check_name(s->str, wanted);
	g_assert_cmpint(clock_cpu_us() - from, <, 2000000);
	g_string_free(s, TRUE);
}

/* Content-Disposition before Content-Type, what RFC 2231 wrote before a plain value, the first of doubles. */
static void n05_one_rule_chooses_among_names(void)
{
	static const char *const rows[][2] = {
		{ "Content-Type: a/b; name=a.txt\nContent-Disposition: attachment; filename=b.exe; "
		  "filename*=utf-8''c.js\n",
			"c.js" },
		{ "Content-Disposition: attachment; filename*=utf-8''c.js; filename=b.exe\nContent-Type: a/b; "
		  "name=a.txt\n",
			"c.js" },
		{ "Content-Type: a/b; name=a.txt\nContent-Disposition: attachment; filename=b.exe\n", "b.exe" },
		{ "Content-Type: a/b; name=a.txt; name*=utf-8''d.js\nContent-Disposition: attachment\n", "d.js" },
		{ "Content-Type: a/b; name=a.txt\nContent-Disposition: attachment; filename=\n", "a.txt" },
		{ "Content-Type: a/b\nContent-Disposition: attachment; filename=a.txt; filename=b.exe\n", "a.txt" },
		{ "Content-Type: a/b\nContent-Disposition: attachment; filename*0=a; filename*1=.js; filename=b.exe\n",
			"a.js" },
		{ "Content-Type: a/b\nContent-Disposition: attachment; filename=\"a%2Fb.txt\"\n", "a%2Fb.txt" },
		{ "Content-Type: a/b\nContent-Disposition: attachment; filename*=utf-8''a%2Fb.txt\n", "a/b.txt" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = g_strconcat(rows[i][0], "\n", NULL);
		struct msg *m = msg_parse(unit_str(text));
		g_test_message("%s", rows[i][0]);
		g_assert_cmpstr(m->root->name, ==, rows[i][1]);
		msg_free(m);
	}
}

static void h02_controls_in_file_names_become_visible(void)
{
	check_name("filename*=utf-8''a%0Ab%1B%00c", "a b\xef\xbf\xbd\xef\xbf\xbd"
						    "c");
	check_name("filename=\"../../etc/passwd\"", "../../etc/passwd");
}

void suite(void)
{
	msg_init();
	unit_add(words_usual_forms_are_decoded);
	unit_add(words_without_padding_are_decoded);
	unit_add(h15_character_split_over_words_is_joined);
	unit_add(h15_broken_words_stay_text);
	unit_add(h02_controls_in_words_become_visible);
	unit_add(h15_word_bombs_are_linear_and_clean);
	unit_add(params_usual_forms_are_read);
	unit_add(h16_bad_pieces_end_the_value);
	unit_add(h16_a_hundred_thousand_pieces_meet_the_cap);
	unit_add(n05_one_rule_chooses_among_names);
	unit_add(h02_controls_in_file_names_become_visible);
}
