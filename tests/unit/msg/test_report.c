/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"
#include "tests/unit/unit.h"

static const char delivery[] = "Reporting-MTA: dns; mx.post.example\r\n"
			       "Original-Envelope-Id: abc+40box.example\r\n"
			       "\r\n"
			       "Original-Recipient: rfc822;bob@post.example\r\n"
			       "Final-Recipient: rfc822; robert@far.example\r\n"
			       "Action: failed\r\n"
			       "Status: 5.1.1\r\n"
			       "Diagnostic-Code: smtp; 550 5.1.1 unknown\r\n"
			       " here\r\n"
			       "\r\n"
			       "\r\n"
			       "Final-Recipient: rfc822; <eve@post.example>\n"
			       "Action: Delayed\n"
			       "\n"
			       "Final-Recipient: rfc822; carl@post.example\n"
			       "Action: exploded\n";
static const char displayed[] = "Final-Recipient: rfc822;bob@post.example\r\n"
				"Original-Message-ID: <abc@box.example>\r\n"
				"Disposition: manual-action/MDN-sent-manually; displayed/warning\r\n";

static const struct msg_report_rcpt *rcpt(const struct msg_report *r, unsigned i)
{
	g_assert_cmpuint(i, <, r->rcpts->len);
	return r->rcpts->pdata[i];
}

static void delivery_report_tells_of_each_recipient(void)
{
	struct str bytes = unit_str(delivery);
	struct msg_report *r = msg_report_parse(
		"message/delivery-status", bytes, STR("Subject: x\r\nMessage-ID: <abc@box.example>\r\n"));
	g_assert_nonnull(r);
	g_assert_cmpstr(r->envid, ==, "abc+40box.example");
	g_assert_cmpstr(r->msgid, ==, "abc@box.example");
	g_assert_cmpuint(r->rcpts->len, ==, 2);
	g_assert_cmpstr(rcpt(r, 0)->addr, ==, "bob@post.example");
	g_assert_cmpint(rcpt(r, 0)->action, ==, REPORT_FAILED);
	g_assert_cmpstr(rcpt(r, 0)->status, ==, "5.1.1");
	g_assert_cmpstr(rcpt(r, 0)->words, ==, "550 5.1.1 unknown here");
	g_assert_cmpstr(rcpt(r, 1)->addr, ==, "eve@post.example");
	g_assert_cmpint(rcpt(r, 1)->action, ==, REPORT_DELAYED);
	msg_report_free(r);
}

static void reader_tells_that_it_was_displayed(void)
{
	struct msg_report *r = msg_report_parse("message/disposition-notification", STR(displayed), STR(""));
	g_assert_nonnull(r);
	g_assert_cmpstr(r->msgid, ==, "abc@box.example");
	g_assert_cmpint(rcpt(r, 0)->action, ==, REPORT_DISPLAYED);
	g_assert_cmpstr(rcpt(r, 0)->addr, ==, "bob@post.example");
	msg_report_free(r);
}

static void report_of_nothing_is_none(void)
{
	static const char *const bad[] = { "", "\n\n\n", "Action: failed\n", "Original-Envelope-Id: x\n\n",
		"no field\n\nat all\n" };
	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_assert_null(msg_report_parse("message/delivery-status", str_of(bad[i]), STR("")));
		g_assert_null(msg_report_parse("message/disposition-notification", str_of(bad[i]), STR("")));
	}
}

static void report_is_bounded(void)
{
	GString *all = g_string_new("Original-Envelope-Id: x\n\n");
	for (unsigned i = 0; i < 5000; i++)
		g_string_append_printf(all, "Final-Recipient: rfc822;a%u@b\nAction: failed\n\n", i);
	struct msg_report *r = msg_report_parse("message/delivery-status", (struct str){ all->str, all->len }, STR(""));
	g_assert_nonnull(r);
	g_assert_cmpuint(r->rcpts->len, ==, 1000);
	msg_report_free(r);
	g_string_free(all, TRUE);
}

void suite(void)
{
	msg_init();
	unit_add(delivery_report_tells_of_each_recipient);
	unit_add(reader_tells_that_it_was_displayed);
	unit_add(report_of_nothing_is_none);
	unit_add(report_is_bounded);
}
