/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static struct msg_head *head_of(const char *text)
{
	return msg_head_parse(unit_str(text));
}

static const struct msg_field *field_at(const struct msg_head *h, guint i)
{
	return h->fields->pdata[i];
}

static void head_of_nine_fields_gives_values(void)
{
	struct msg_head *h =
		head_of("Date: Fri, 07 Oct 1994 16:15:05 -0700 (PDT)\r\n"
			"From: Vera <v@x.example>\r\nSender: s@x.example\r\nReply-To: r@x.example\r\n"
			"To: a@x.example, b@x.example\r\nCc: c@x.example\r\nBcc: d@x.example\r\n"
			"Subject: hello\r\nMessage-ID: <1@x>\r\nIn-Reply-To: your note <0@x>\r\n"
			"References: <a@x>\r\n\t<b@x>\r\nList-Id: The list <list.x>\r\n\r\nbody: no field\r\n");
	g_assert_cmpint(h->date.epoch, ==, 781571705);
	g_assert_cmpstr(msg_addr_short(h->from->pdata[0]), ==, "Vera");
	g_assert_cmpuint(h->sender->len, ==, 1);
	g_assert_cmpuint(h->reply_to->len, ==, 1);
	g_assert_cmpuint(h->to->len, ==, 2);
	g_assert_cmpuint(h->cc->len, ==, 1);
	g_assert_cmpuint(h->bcc->len, ==, 1);
	g_assert_cmpstr(h->subject, ==, "hello");
	g_assert_cmpstr(h->message_id, ==, "1@x");
	g_assert_cmpstr(h->in_reply_to, ==, "0@x");
	g_assert_cmpuint(h->references->len, ==, 2);
	g_assert_cmpstr(h->references->pdata[1], ==, "b@x");
	g_assert_cmpstr(h->list_id, ==, "list.x");
	g_assert_cmpuint(h->fields->len, ==, 12);
	msg_head_free(h);
}

static void head_empty_gives_empty_values(void)
{
	struct msg_head *h = head_of("");
	g_assert_cmpstr(h->subject, ==, "");
	g_assert_cmpuint(h->from->len, ==, 0);
	g_assert_null(h->message_id);
	g_assert_null(h->in_reply_to);
	g_assert_null(h->list_id);
	g_assert_false(h->date.known);
	msg_head_free(h);
}

static void head_folded_value_is_one_line(void)
{
	struct msg_head *h = head_of("Subject: one\r\n two\r\n\tthree\nX:\r\n \r\n y\r\n\r\n");
	g_assert_cmpstr(h->subject, ==, "one two three");
	g_assert_cmpstr(field_at(h, 0)->raw, ==, "one two\tthree");
	g_assert_cmpstr(msg_head_get(h, "x"), ==, "y");
	msg_head_free(h);
}

static void head_raw_keeps_what_value_decodes(void)
{
	struct msg_head *h = head_of("Subject: =?utf-8?q?=C3=A9?= \xe9\r\n");
	g_assert_cmpstr(h->subject, ==, "\xc3\xa9 \xc3\xa9");
	g_assert_cmpstr(field_at(h, 0)->raw, ==, "=?utf-8?q?=C3=A9?= \xef\xbf\xbd");
	msg_head_free(h);
}

static void head_ids_without_brackets_are_words(void)
{
	struct msg_head *h = head_of("Message-ID: abc@x (odd)\nIn-Reply-To: no id here\nReferences: none\n");
	g_assert_cmpstr(h->message_id, ==, "abc@x");
	g_assert_null(h->in_reply_to);
	g_assert_cmpuint(h->references->len, ==, 0);
	msg_head_free(h);
}

static void h17_many_references_keep_the_newest(void)
{
	GString *s = g_string_new("References:");
	for (int i = 0; i < MSG_REFS_MAX + 5; i++)
		g_string_append_printf(s, " <%d@x>", i);
	struct msg_head *h = msg_head_parse(unit_exact(s->str, s->len));
	g_assert_cmpuint(h->references->len, ==, MSG_REFS_MAX);
	g_assert_cmpstr(h->references->pdata[0], ==, "5@x");
	msg_head_free(h);
	g_string_free(s, TRUE);
}

static void h08_bidi_controls_leave_the_subject(void)
{
	struct msg_head *h = head_of("Subject: a\xe2\x80\xae"
				     "fdp.exe\r\nFrom: \"\xe2\x81\xa6x\" <a@b>\r\n");
	g_assert_cmpstr(h->subject, ==,
		"a\xef\xbf\xbd"
		"fdp.exe");
	g_assert_cmpstr(msg_addr_short(h->from->pdata[0]), ==, "\xef\xbf\xbdx");
	msg_head_free(h);
}

static void h11_first_of_doubled_fields_wins(void)
{
	struct msg *m =
		msg_parse(unit_str("Subject: one\nSubject: two\nDate: 1 Jan 2000 00:00 +0000\n"
				   "Date: 1 Jan 2001 00:00 +0000\nMessage-ID: <1@x>\nMessage-ID: <2@x>\n"
				   "From: a@x\nFrom: b@x\nContent-Type: text/html\nContent-Type: image/png\n\n"));
	g_assert_cmpstr(m->head->subject, ==, "one");
	g_assert_cmpint(m->head->date.epoch, ==, 946684800);
	g_assert_cmpstr(m->head->message_id, ==, "1@x");
	g_assert_cmpuint(m->head->from->len, ==, 1);
	g_assert_cmpstr(m->root->type, ==, "text/html");
	g_assert_cmpuint(m->defects->len, ==, 1);
	g_assert_cmpstr(m->defects->pdata[0], ==, "duplicate-field");
	msg_free(m);
	m = msg_parse(unit_str("Content-Type: text/plain\nContent-Transfer-Encoding: base64\n"
			       "Content-Transfer-Encoding: 7bit\n\nWA==\n"));
	g_assert_cmpstr(m->root->encoding, ==, "base64");
	g_assert_cmpuint(m->defects->len, ==, 1);
	msg_free(m);
}

static void h12_odd_lines_are_passed_over(void)
{
	static const char text[] = " From: harmless\nFrom : a@x\nFr\0om: b@x\nno colon here\nN\xe4me: v\r\n"
				   "From someone Mon Jan 1 00:00:00 2000\r\nSubject: s\n\nbody";
	struct msg *m = msg_parse(unit_exact(text, sizeof(text) - 1));
	g_assert_cmpuint(m->head->fields->len, ==, 3);
	g_assert_cmpstr(((struct msg_addr *)m->head->from->pdata[0])->addr, ==, "a@x");
	g_assert_cmpstr(m->head->subject, ==, "s");
	g_assert_true(utf8_valid(str_of(field_at(m->head, 1)->name)));
	g_assert_cmpuint(m->root->length, ==, 4);
	msg_free(m);
}

static void h12_head_without_end_has_no_body(void)
{
	struct msg *m = msg_parse(unit_str("Subject: s\nTo: a@b"));
	g_assert_cmpstr(m->head->subject, ==, "s");
	g_assert_cmpuint(m->head->to->len, ==, 1);
	g_assert_cmpuint(m->root->length, ==, 0);
	msg_free(m);
}

static void h12_no_bytes_are_an_empty_text(void)
{
	struct msg *m = msg_parse((struct str){ NULL, 0 });
	g_assert_cmpstr(m->root->type, ==, "text/plain");
	g_assert_cmpuint(m->root->length, ==, 0);
	g_assert_false(msg_looks_like((struct str){ NULL, 0 }));
	msg_free(m);
}

static void h12_bytes_without_a_field_are_body(void)
{
	struct msg *m = msg_parse(unit_str("just\ntext\n\nand more\n"));
	g_assert_cmpuint(m->head->fields->len, ==, 0);
	g_assert_cmpuint(m->root->start, ==, 0);
	g_assert_cmpuint(m->root->length, ==, 20);
	msg_free(m);
}

static void head_mbox_line_is_skipped(void)
{
	struct msg *m = msg_parse(unit_str("From me@x Mon Jan  1 00:00:00 2000\nSubject: s\n\nb"));
	g_assert_cmpstr(m->head->subject, ==, "s");
	g_assert_cmpuint(m->head->fields->len, ==, 1);
	g_assert_cmpuint(m->root->head_start, ==, 35);
	msg_free(m);
}

static void looks_like_tells_messages_from_text(void)
{
	g_assert_true(msg_looks_like(unit_str("Subject: x\n\n")));
	g_assert_true(msg_looks_like(unit_str("From me@x Mon Jan  1 00:00:00 2000\n")));
	g_assert_true(msg_looks_like(unit_str("odd line\nTo: x\n")));
	g_assert_false(msg_looks_like(unit_str("just text\nand more\n\nname: value\n")));
	g_assert_false(msg_looks_like(unit_str("")));
	g_assert_false(msg_looks_like(unit_exact("\x7f"
						 "ELF\0\1:\n\0\0",
		10)));
}

static struct str repeat(const char *before, const char *what, size_t times)
{
	GString *s = g_string_new(before);
	for (size_t i = 0; i < times; i++)
		g_string_append(s, what);
	struct str exact = unit_exact(s->str, s->len);
	g_string_free(s, TRUE);
	return exact;
}

static void h13_a_million_fields_meet_the_limit(void)
{
	int64_t from = clock_cpu_us();
	struct msg *m = msg_parse(repeat("", "Received: x\r\n", 1000000));
	g_assert_cmpuint(m->head->fields->len, ==, MSG_FIELDS_MAX);
	g_assert_cmpstr(m->defects->pdata[0], ==, "header-limit");
	msg_free(m);
	g_assert_cmpint(clock_cpu_us() - from, <, 5000000);
}

static void h13_one_huge_field_is_cut(void)
{
	struct msg *m = msg_parse(repeat("Subject: ", "\n x", 5000000));
	g_assert_cmpuint(strlen(m->head->subject), <=, MSG_HEADER_MAX);
	g_assert_cmpstr(m->defects->pdata[0], ==, "header-limit");
	msg_free(m);
}

static void h17_references_of_a_megabyte_are_linear(void)
{
	static const char *const bombs[] = { "<a@x> ", "<", "<a@x", "<>", "a@x ", "<a <b> ", "> <" };
	for (size_t i = 0; i < G_N_ELEMENTS(bombs); i++) {
		int64_t from = clock_cpu_us();
		struct msg_head *h =
			msg_head_parse(repeat("References: ", bombs[i], MSG_HEADER_MAX / strlen(bombs[i])));
		g_assert_cmpuint(h->references->len, <=, MSG_REFS_MAX);
		g_assert_cmpint(clock_cpu_us() - from, <, 2000000);
		msg_head_free(h);
	}
	/* It refers to itself, or to nothing at all. */
	struct msg_head *h = head_of("Message-ID: <a@x>\nIn-Reply-To: <a@x>\nReferences: <a@x> <a@x>\n");
	g_assert_cmpuint(h->references->len, ==, 2);
	msg_head_free(h);
}

void suite(void)
{
	msg_init();
	unit_add(head_of_nine_fields_gives_values);
	unit_add(head_empty_gives_empty_values);
	unit_add(head_folded_value_is_one_line);
	unit_add(head_raw_keeps_what_value_decodes);
	unit_add(head_ids_without_brackets_are_words);
	unit_add(h17_many_references_keep_the_newest);
	unit_add(h08_bidi_controls_leave_the_subject);
	unit_add(h11_first_of_doubled_fields_wins);
	unit_add(h12_odd_lines_are_passed_over);
	unit_add(h12_head_without_end_has_no_body);
	unit_add(h12_no_bytes_are_an_empty_text);
	unit_add(h12_bytes_without_a_field_are_body);
	unit_add(head_mbox_line_is_skipped);
	unit_add(looks_like_tells_messages_from_text);
	unit_add(h17_references_of_a_megabyte_are_linear);
	unit_add(h13_a_million_fields_meet_the_limit);
	unit_add(h13_one_huge_field_is_cut);
}
