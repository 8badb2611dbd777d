/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <string.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "tests/unit/unit.h"

static const char mailrc[] =
	"account box {\n  email vera@box.example\n  name Vera\n  login vera\n  imap h:993 tls\n"
	"  password ask\n  from vera@box.example default\n  from sales@box.example\n"
	"  authserv mx.box.example\n}\n"
	"account bare {\n  email vera@bare.example\n  login vera\n  imap h:993 tls\n  password ask\n}\n";
static struct cfg *cfg;

static void read_mailrc(void)
{
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "mailrc", NULL);
	g_assert_true(g_file_set_contents(path, mailrc, -1, NULL));
	cfg = cfg_load(path, NULL);
	g_assert_cmpuint(cfg->accounts->len, ==, 2);
}

static struct engine_message *message(const char *header, const char *calendar)
{
	struct engine_message *m = g_new0(struct engine_message, 1);
	m->head = msg_head_parse(unit_str(header));
	m->is_mail = true;
	m->calendar = calendar ? msg_calendar_parse(unit_str(calendar), "utf-8", 1795327200) : NULL;
	return m;
}

/* role letter, label, text; one a line. */
static char *card_of(int account, const struct engine_message *m)
{
	g_autoptr(GPtrArray) card = app_card(cfg, account, m);
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < card->len; i++) {
		const struct card_line *l = card->pdata[i];
		g_assert_true(utf8_is_clean(str_of(l->text)) && !strchr(l->text, '\n'));
		g_string_append_printf(out, "%c%s|%s\n", "HL!d"[l->role], l -> label, l -> text);
	}
	return g_string_free(out, FALSE);
}

static void check_card(const char *header, const char *calendar, const char *wanted)
{
	struct engine_message *m = message(header, calendar);
	g_autofree char *got = card_of(0, m);
	g_assert_cmpstr(got, ==, wanted);
	engine_message_free(m);
}

#define FROM "From: Greta <greta@lind.example>\r\nTo: vera@box.example\r\n"
#define EVENT(method, lines)                                                                                           \
	"BEGIN:VCALENDAR\r\nMETHOD:" method "\r\nBEGIN:VEVENT\r\n" lines "END:VEVENT\r\nEND:VCALENDAR\r\n"
#define WHEN "DTSTART;TZID=Asia/Tokyo:20301125T180000\r\nDTEND;TZID=Asia/Tokyo:20301125T190000\r\n"
#define GUESTS                                                                                                         \
	"ORGANIZER:mailto:greta@lind.example\r\nATTENDEE;CN=Vera:mailto:sales@box.example\r\n"                         \
	"ATTENDEE;PARTSTAT=DECLINED:mailto:bram@dewit.example\r\n"

static void invitation_card_says_what_when_who(void)
{
	check_card(FROM,
		EVENT("REQUEST",
			"SUMMARY:Plan\r\nLOCATION:Room 2\r\n" WHEN GUESTS "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4\r\n"),
		"H|Invitation: Plan\n"
		"LWhen|2030-11-25 09:00-10:00  (2030-11-25 18:00-19:00 in Asia/Tokyo)\n"
		"LRepeats|every week on Monday, 4 times\n"
		"LWhere|Room 2\n"
		"LBy|greta@lind.example\n"
		"LWho|Vera <sales@box.example> (no answer yet), bram@dewit.example (declines)\n"
		"LAsked|whether sales@box.example comes (no answer yet)\n");
	check_card(FROM,
		EVENT("CANCEL", "SUMMARY:Plan\r\nDTSTART;VALUE=DATE:20301125\r\nDTEND;VALUE=DATE:20301128\r\n"),
		"H|Canceled: Plan\nLWhen|2030-11-25 - 2030-11-27\n");
	check_card(FROM,
		EVENT("REPLY",
			"SUMMARY:Plan\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:bram@dewit.example\r\nCOMMENT:late\r\n"),
		"H|bram@dewit.example: accepts tentatively: Plan\nLSays|late\n");
}

static void doubts_about_an_invitation_are_said(void)
{
	check_card(FROM, EVENT("REQUEST", "DTSTART;TZID=Nowhere:20201125T180000\r\nORGANIZER:mailto:eve@x.example\r\n"),
		"H|Invitation: (no subject)\nLWhen|2020-11-25 18:00\n!|The time zone 'Nowhere' is not known: taken as "
		"yours.\n"
		"d|It is past.\nLBy|eve@x.example\n"
		"!|The letter is from greta@lind.example: an answer goes to eve@x.example.\n"
		"!|None of your addresses is among those invited.\n");
}

static void answer_goes_as_whom_is_invited(void)
{
	struct engine_message *m =
		message(FROM "Message-ID: <q@lind.example>\r\n", EVENT("REQUEST", "SUMMARY:Plan\r\n" WHEN GUESTS));
	struct app_from from;
	struct draft *d = NULL;
	struct err e = ERR_INIT;
	g_assert_cmpint(app_answer_invitation(cfg, 0, m, CAL_DECLINED, &from, &d, &e), ==, 0);
	g_assert_cmpstr(from.addr->addr, ==, "sales@box.example");
	g_assert_cmpstr(((const struct msg_addr *)d->to->pdata[0])->addr, ==, "greta@lind.example");
	g_assert_cmpstr(d->subject, ==, "Declined: Plan");
	app_from_clear(&from);
	engine_discard(d);
	engine_message_free(m);
	m = message(FROM, EVENT("REPLY", "SUMMARY:Plan\r\n" GUESTS));
	g_assert_cmpint(app_answer_invitation(cfg, 0, m, CAL_ACCEPTED, &from, &d, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_INPUT);
	err_clear(&e);
	engine_message_free(m);
}

static void statuses_have_words(void)
{
	static const char *const odd[] = { "", "5", "5.", "5.9.9", "2.1.5", "x.1.1", "5.5.0" };
	g_autofree char *full = app_status_text("4.2.2"), *some = app_status_text("5.7.99");
	g_assert_cmpstr(full, ==, "the mailbox is full");
	g_assert_cmpstr(some, ==, "the server's rules or safety do not allow it");
	g_assert_null(app_status_text(NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
		g_assert_null(app_status_text(odd[i]));
}

static void report_card_says_who_and_why(void)
{
	struct engine_message *m = message("From: MAILER-DAEMON@x\r\n", NULL);
	m->report = msg_report_parse("message/delivery-status",
		STR("Final-Recipient: rfc822;a@b\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp;550 "
		    "no\x1b[2J\n\n"
		    "Final-Recipient: rfc822;c@d\nAction: delayed\nStatus: 4.4.1\n"),
		STR(""));
	g_autofree char *got = card_of(0, m);
	g_assert_cmpstr(got, ==,
		"H|A letter was not delivered to 1 recipient.\n!To|a@b: not delivered: there is no such mailbox\n"
		"d|server says: 5.1.1 550 no\xef\xbf\xbd[2J\nLTo|c@d: delayed: it is still tried: the server does not "
		"answer\n");
	engine_message_free(m);
}

static void vcards_are_shown(void)
{
	struct engine_message *m = message("From: a@b\r\n", NULL);
	m->vcards = msg_vcards_parse(
		STR("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana Duarte\r\nORG:Duarte\x1b[2J Ltd\r\nTEL:+351 1\r\n"
		    "EMAIL:ana@duarte.example\r\nEND:VCARD\r\n"));
	g_autofree char *got = card_of(0, m);
	g_assert_cmpstr(got, ==, "LCard|Ana Duarte  Duarte\xef\xbf\xbd[2J Ltd  ana@duarte.example  +351 1\n");
	engine_message_free(m);
}

static void h19_receipt_is_told_and_to_whom(void)
{
	check_card("From: a@b\r\nDisposition-Notification-To: <a@b>\r\n", NULL,
		"LReceipt|is asked for by a@b; none is sent unless you say so\n");
	check_card("From: a@b\r\nDisposition-Notification-To: spy@evil.example\r\n", NULL,
		"!Receipt|is asked for by spy@evil.example; none is sent unless you say so\n");
	check_card("From: a@b\r\nDisposition-Notification-To: nonsense\r\n", NULL, "");
}

static char *leaving(int account, const char *header)
{
	struct msg_head *h = msg_head_parse(unit_str(header));
	struct app_leaving l;
	app_leaving_of(cfg, account, h, &l);
	char *text = g_strdup_printf("%s %s %s", app_leave_names[l.how], l.url ? l.url : "-", app_trust_names[l.trust]);
	app_leaving_clear(&l);
	msg_head_free(h);
	return text;
}

static void check_leaving(int account, const char *header, const char *wanted)
{
	g_autofree char *got = leaving(account, header);
	g_assert_cmpstr(got, ==, wanted);
}

#define URL "List-Unsubscribe: <https://l.example/u>, <mailto:leave@l.example>\r\n"
#define CLICK "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
#define SIGNED(d, h) "DKIM-Signature: v=1; d=" d "; h=" h ";\r\n b=ab cd\r\n ef=\r\n"
#define BOTH "From:List-Unsubscribe:\r\n List-Unsubscribe-Post"
#define RESULT(server, rest) "Authentication-Results: " server "; " rest "\r\n"

static void h19_list_is_left_only_as_it_says(void)
{
	check_leaving(0, "Subject: x\r\n", "none - unknown");
	check_leaving(0, URL, "mail mailto:leave@l.example unknown");
	check_leaving(0, "List-Unsubscribe: <http://l.example/u>\r\n" CLICK, "none - unknown");
	check_leaving(0, "List-Unsubscribe: <javascript:alert(1)>\r\n" CLICK, "none - unknown");
	check_leaving(0, "List-Unsubscribe: <https://l.example/u>\r\n", "page https://l.example/u unknown");
	check_leaving(0, "List-Unsubscribe: <mailto:a@b,c@d>\r\n", "none - unknown");
	check_leaving(0, URL CLICK, "post https://l.example/u unknown");
}

static void h10_one_click_believes_only_the_named_server(void)
{
	check_leaving(0,
		RESULT("mx.box.example", "dkim=pass header.d=l.example header.b=abcd") SIGNED("l.example", BOTH)
			URL CLICK,
		"post https://l.example/u yes");
	check_leaving(0,
		RESULT("mx.box.example", "dkim=pass header.d=l.example header.b=zz") SIGNED("l.example", BOTH)
			URL CLICK,
		"mail mailto:leave@l.example unknown");
	check_leaving(0,
		RESULT("mx.box.example", "dkim=pass header.d=l.example") SIGNED("l.example", "From:List-Unsubscribe")
			URL CLICK,
		"mail mailto:leave@l.example unknown");
	check_leaving(0, RESULT("mx.box.example", "dkim=fail header.d=l.example") SIGNED("l.example", BOTH) URL CLICK,
		"mail mailto:leave@l.example unknown");
	check_leaving(0, RESULT("evil.example", "dkim=pass header.d=l.example") SIGNED("l.example", BOTH) URL CLICK,
		"post https://l.example/u unknown");
	check_leaving(1, RESULT("mx.box.example", "dkim=pass header.d=l.example") SIGNED("l.example", BOTH) URL CLICK,
		"post https://l.example/u unknown");
}

static void x01_x02_letter_that_leaves_a_list_takes_only_words(void)
{
	struct msg_head *h =
		msg_head_parse(STR("To: vera@box.example\r\nList-Unsubscribe: "
				   "<mailto:l@x?bcc=eve@x&attach=/etc/passwd&subject=out%0d%0aBcc:e@x>\r\n"));
	struct app_leaving l;
	struct app_from from;
	struct draft *d = NULL;
	struct err e = ERR_INIT;
	app_leaving_of(cfg, 0, h, &l);
	g_assert_cmpint(app_leaving_letter(cfg, 0, h, &l, &from, &d, &e), ==, 0);
	g_assert_cmpuint(d->to->len, ==, 1);
	g_assert_cmpuint(d->cc->len + d->bcc->len + d->files->len + d->names->len, ==, 0);
	g_assert_null(strpbrk(d->subject, "\r\n"));
	app_leaving_clear(&l);
	app_from_clear(&from);
	engine_discard(d);
	msg_head_free(h);
}

static void way_is_told_from_the_oldest_on(void)
{
	struct msg_head *h =
		msg_head_parse(STR("Received: from a by mx.box.example; Wed, 25 Nov 2026 10:00:05 +0100\r\n"
				   "Authentication-Results: mx.box.example; spf=pass smtp.mailfrom=a@b; dkim=none\r\n"
				   "Received: by out.example; Wed, 25 Nov 2026 09:00:00 +0000\r\nReceived: odd\r\n"));
	g_autoptr(GPtrArray) way = app_card_way(cfg, 0, h);
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < way->len; i++)
		g_string_append_printf(out, "%s\n", ((const struct card_line *)way->pdata[i])->text);
	g_assert_nonnull(strstr(out->str, "no valid date  ?\n"));
	g_assert_nonnull(strstr(out->str, "mx.box.example  +5 s\n"));
	g_string_free(out, TRUE);
	msg_head_free(h);
}

void suite(void)
{
	g_setenv("TZ", "UTC", TRUE);
	setlocale(LC_TIME, "C");
	msg_init();
	read_mailrc();
	unit_add(invitation_card_says_what_when_who);
	unit_add(doubts_about_an_invitation_are_said);
	unit_add(answer_goes_as_whom_is_invited);
	unit_add(statuses_have_words);
	unit_add(report_card_says_who_and_why);
	unit_add(vcards_are_shown);
	unit_add(h19_receipt_is_told_and_to_whom);
	unit_add(h19_list_is_left_only_as_it_says);
	unit_add(h10_one_click_believes_only_the_named_server);
	unit_add(x01_x02_letter_that_leaves_a_list_takes_only_words);
	unit_add(way_is_told_from_the_oldest_on);
}
