/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "app/app.h"
#include "base/utf8.h"
#include "tests/unit/unit.h"

/* The kinds of doubts about a message of these header lines, in order. */
static char *kinds_of(struct engine_message *m, const GPtrArray *known)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GPtrArray) doubts = app_doubts(m, known);
	for (guint i = 0; i < doubts->len; i++) {
		const struct app_doubt *d = doubts->pdata[i];
		g_assert_true(utf8_is_clean(str_of(d->text)));
		g_test_message("%s", d->text);
		g_string_append_printf(out, "%s%s", i ? " " : "", app_doubt_names[d->kind]);
	}
	return g_string_free(out, FALSE);
}

static void check_known(const char *header, const char *known, const char *wanted)
{
	struct engine_message m = { .is_mail = true };
	g_autoptr(GPtrArray) people = g_ptr_array_new();
	m.head = msg_head_parse(unit_str(header));
	if (known)
		g_ptr_array_add(people, (char *)known);
	g_autofree char *got = kinds_of(&m, people);
	g_assert_cmpstr(got, ==, wanted);
	msg_head_free(m.head);
}

static void check(const char *header, const char *wanted)
{
	check_known(header, NULL, wanted);
}

static void doubts_honest_mail_has_none(void)
{
	check("From: Ana Duarte <ana@duarte.example>\nReply-To: Ana <ana@mail.duarte.example>\n", "");
	check("From: \"ana@duarte.example\" <Ana@Duarte.example>\n", "");
	check("From: ana@duarte.example, bob@x.example\nSender: bob@x.example\n", "");
	check("From: \xe5\xb1\xb1\xe7\x94\xb0 Taro \xe3\x81\x95\xe3\x82\x93 <yamada@x.example>\n", "");
	check("From: \xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd <ivan@xn--80a1acny.xn--p1ai>\n", "");
	check("From: x@m\xc3\xbcller.example\n", "");
	check("From: a@list.example\nSender: l-bounces@lists.org\nReply-To: l@lists.org\nList-Id: <l.lists.org>\n", "");
	check("From: a@x.example\nTo: l@lists.org\nReply-To: l@lists.org\nSender: owner-l@lists.org\n", "");
	check("From: a@shop.co.uk\nReply-To: b@mail.shop.co.uk\n", "");
}

static void h03_doubts_name_that_is_another_address(void)
{
	check("From: \"service@bank.example\" <x@evil.example>\n", "name-is-address");
	check("From: \"Bank (service@bank.example)\" <x@evil.example>\n", "name-is-address");
	check("From: =?utf-8?q?service=40bank=2Eexample?= <x@evil.example>\n", "name-is-address");
	check("From: \"Ana @ home\" <ana@x.example>\n", "");
}

static void h07_doubts_scripts_that_are_mixed(void)
{
	check("From: x@p\xd0\xb0ypal.example\n", "mixed-scripts");
	check("From: x@xn--pypal-4ve.com\n", "mixed-scripts");
	check("From: P\xd0\xb0ypal <x@pay.example>\n", "mixed-scripts");
	check("From: x@\xd0\xb0\xd1\x80\xd1\x80\xd3\x8f\xd0\xb5.com\n", "other-script");
}

static void h07_doubts_address_like_a_known_one(void)
{
	check_known("From: ana@duarte.example\n", "ana@duarte.example", "");
	check_known("From: ana@duart\xd0\xb5.example\n", "ana@duarte.example", "mixed-scripts lookalike");
	check_known("From: ana@duarta.example\n", "ana@duarte.example", "lookalike");
	check_known("From: bob@other.example\n", "ana@duarte.example", "");
}

static void h05_h09_doubts_ways_that_disagree(void)
{
	check("From: ana@duarte.example\nReply-To: ana.duarte@mail.example2.org\n", "reply-to");
	check("From: ana@duarte.example\nSender: x@bulk.org\n", "sender");
	check("Subject: x\n", "no-from");
	check("From: a@x.co.uk\nReply-To: a@y.co.uk\n", "reply-to");
}

static void check_message(const char *octets, const char *wanted)
{
	struct msg *parsed = msg_parse(unit_str(octets));
	struct engine_message m = { .is_mail = true, .head = parsed->head, .defects = parsed->defects };
	g_autofree char *got = kinds_of(&m, NULL);
	g_assert_cmpstr(got, ==, wanted);
	msg_free(parsed);
}

static void h01_h05_h06_h11_malformed_header_is_told(void)
{
	check("From: a@x.example\nFrom: b@x.example\n", "field-twice");
	check("From: a@x.example\nSubject: one\nFrom: a@x.example\nSubject: two\nContent-Type: text/plain\n"
	      "Content-Type: text/html\n",
		"field-twice field-twice");
	check("From: a@x.example\nReceived: one\nReceived: two\nMessage-ID: <1@x>\nMessage-ID: <1@x>\n", "");
	check("From: A <spoof@x.example> <real@y.example>\n", "bad-address");
	check("From: <<a@x.example>>\n", "bad-address");
	check("From: a@x.example\nReply-To: <a@x.example\n", "bad-address");
	check("From: a@x.example\nTo: <odd@x.example\n", "");
	check("From: =?utf-8?b?cG90dXNAd2hpdGVob3VzZS5nb3Y=?==?utf-8?Q?=00?=@mailsploit.com\n", "bad-address");
	check("From: everyone: a@x.example, b@x.example;\n", "");
}

static void m01_m04_what_is_cut_off_or_past_a_limit_is_told(void)
{
	check_message("From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n", "");
	check_message("From: a@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n", "cut-off");
	g_autoptr(GString) deep = g_string_new("From: a@x.example\n");
	for (int i = 0; i < 2 * MSG_DEPTH_MAX; i++)
		g_string_append(deep, "Content-Type: message/rfc822\n\n");
	check_message(deep->str, "limit");
}

static void file_doubt(const char *type, const char *name, const char *found, const char *wanted)
{
	struct engine_message m = { .is_mail = true };
	struct msg_part part = { .section = (char *)"2", .type = (char *)type, .name = (char *)name };
	struct engine_leaf leaf = { .part = &part, .found = (char *)found };
	m.head = msg_head_parse(STR("From: a@b.example\n"));
	m.leaves = g_ptr_array_new();
	g_ptr_array_add(m.leaves, &leaf);
	g_autofree char *got = kinds_of(&m, NULL);
	g_assert_cmpstr(got, ==, wanted);
	g_ptr_array_unref(m.leaves);
	msg_head_free(m.head);
}

static void n04_true_extension_counts(void)
{
	file_doubt("application/pdf", "invoice.pdf", NULL, "");
	file_doubt("application/pdf", "invoice.pdf.exe", NULL, "program");
	file_doubt("application/octet-stream", "invoice.pdf%00.exe", NULL, "program");
	file_doubt("image/jpeg",
		"\xef\xbf\xbd"
		"gpj.exe",
		NULL, "program");
	file_doubt("application/pdf", "invoice.exe. . ", NULL, "program");
	file_doubt("application/pdf", "invoice.pdf                                                        .SCR", NULL,
		"program");
}

static void n05_name_type_and_content_agree_or_it_is_said(void)
{
	file_doubt("image/png", "a.pdf", NULL, "name-and-type");
	file_doubt("text/plain", "a.pdf", NULL, "");
	file_doubt("application/octet-stream", "a.pdf", "text/html", "content-and-type");
	file_doubt("image/png", "a.png", "application/x-dosexec", "program");
	file_doubt("image/png", "a.png", "image/jpeg", "");
	file_doubt("application/zip", "a.docx", "application/zip", "");
	file_doubt("video/ogg", "a.ogg", "audio/ogg", "");
}

static void doubts_are_few(void)
{
	GString *h = g_string_new("From: ");
	for (int i = 0; i < 3000; i++)
		g_string_append_printf(h, "\"a%d@x.example\" <b@y.example>, ", i);
	g_string_append(h, "c@z.example\n");
	struct engine_message m = { .is_mail = true, .head = msg_head_parse((struct str){ h->str, h->len }) };
	g_autoptr(GPtrArray) doubts = app_doubts(&m, NULL);
	g_assert_cmpuint(doubts->len, ==, 8);
	msg_head_free(m.head);
	g_string_free(h, TRUE);
}

void suite(void)
{
	msg_init();
	unit_add(doubts_honest_mail_has_none);
	unit_add(h03_doubts_name_that_is_another_address);
	unit_add(h07_doubts_scripts_that_are_mixed);
	unit_add(h07_doubts_address_like_a_known_one);
	unit_add(h05_h09_doubts_ways_that_disagree);
	unit_add(h01_h05_h06_h11_malformed_header_is_told);
	unit_add(m01_m04_what_is_cut_off_or_past_a_limit_is_told);
	unit_add(n04_true_extension_counts);
	unit_add(n05_name_type_and_content_agree_or_it_is_said);
	unit_add(doubts_are_few);
}
