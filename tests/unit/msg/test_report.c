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

static char *failure(const char *header, const char *text)
{
	struct msg_head *h = msg_head_parse(unit_str(header));
	struct msg_report *r = msg_failure_read(h, text);
	GString *out = g_string_new(r ? "" : "none");
	for (unsigned i = 0; r && i < r->rcpts->len; i++) {
		const struct msg_report_rcpt *to = rcpt(r, i);
		g_string_append_printf(out, "%s%s %s %s %s", i ? "; " : "", to->addr, report_action_names[to->action],
			to->status ? to->status : "-", to->words ? to->words : "-");
	}
	msg_report_free(r);
	msg_head_free(h);
	return g_string_free(out, FALSE);
}

static void check_failure(const char *header, const char *text, const char *wanted)
{
	g_autofree char *got = failure(header, text);
	g_assert_cmpstr(got, ==, wanted);
}

static void failures_in_plain_words_are_recognised(void)
{
	static const char daemon[] = "From: MAILER-DAEMON@mx.example\r\n";
	check_failure("Return-Path: <>\r\nFrom: qmail@x\r\n",
		"Hi. This is the qmail-send program at mx.example.\nSorry.\n\n<bob@post.example>:\nSorry, no mailbox "
		"here by "
		"that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n<eve@x.example>:\nno\n",
		"bob@post.example failed 5.1.1 Sorry, no mailbox here by that name. (#5.1.1)");
	check_failure("X-Failed-Recipients: bob@post.example, eve@post.example\r\n",
		"This message was created automatically by mail delivery software.\n\n  bob@post.example\n"
		"    host mx [192.0.2.20]: 550 5.7.0 no\n",
		"bob@post.example failed 5.7.0 host mx [192.0.2.20]: 550 5.7.0 no; eve@post.example failed - -");
	check_failure(daemon,
		"This is the Postfix program at host mx.\n\n<bob@post.example> (expanded from <b@post.example>): user\n"
		"    unknown\n",
		"bob@post.example failed - user unknown");
	check_failure(daemon, "This is the MAILER-DAEMON, please\n\nbob@post.example: 550 5.1.1 no\n",
		"bob@post.example failed 5.1.1 550 5.1.1 no");
	check_failure(daemon,
		"This is the DragonFly Mail Agent\n\nThere was an error delivering your mail to <bob@x>.\n\nno\n",
		"bob@x failed - no");
	check_failure(daemon, "   ----- Transcript of session follows -----\n550 <bob@x>... User unknown\n\n",
		"bob@x failed - User unknown");
	check_failure(daemon, "THIS IS A WARNING MESSAGE ONLY.\ncould not be delivered to\n\n  bob@x\n    later\n",
		"bob@x delayed - later");
}

static void what_people_write_is_no_failure(void)
{
	check_failure(
		"From: Vera <vera@box.example>\r\n", "This is the qmail-send program at x\n\n<a@b>:\nno\n", "none");
	check_failure("From: postmaster@x\r\n", "Hello,\n\nwrite to\n\n<a@b>:\n", "none");
	check_failure("From: postmaster@x\r\n", NULL, "none");
}

static void status_speaks_where_no_action_is_named(void)
{
	struct msg_report *r = msg_report_parse("message/delivery-status",
		STR("Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822; a@b\nStatus: 4.4.1 (connection)\n"), STR(""));
	g_assert_nonnull(r);
	g_assert_cmpint(rcpt(r, 0)->action, ==, REPORT_DELAYED);
	g_assert_cmpstr(rcpt(r, 0)->status, ==, "4.4.1");
	msg_report_free(r);
}

static void complaint_is_a_report_too(void)
{
	struct msg_report *r = msg_report_parse("message/feedback-report",
		STR("Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <bob@post.example>\n"),
		STR("Message-ID: <a@b>\n"));
	g_assert_nonnull(r);
	g_assert_cmpint(rcpt(r, 0)->action, ==, REPORT_COMPLAINED);
	g_assert_cmpstr(rcpt(r, 0)->addr, ==, "bob@post.example");
	g_assert_cmpstr(r->msgid, ==, "a@b");
	msg_report_free(r);
	g_assert_null(msg_report_parse("message/feedback-report", STR("Version: 1\n"), STR("")));
}

static void words_say_more_than_a_status_of_nothing(void)
{
	struct msg_report *r = msg_report_parse("message/delivery-status",
		STR("Final-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.7.1 "
		    "192.5.1.1 no\n"),
		STR(""));
	g_assert_cmpstr(rcpt(r, 0)->status, ==, "5.7.1");
	msg_report_free(r);
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
	unit_add(failures_in_plain_words_are_recognised);
	unit_add(what_people_write_is_no_failure);
	unit_add(status_speaks_where_no_action_is_named);
	unit_add(complaint_is_a_report_too);
	unit_add(words_say_more_than_a_status_of_nothing);
	unit_add(report_is_bounded);
}
