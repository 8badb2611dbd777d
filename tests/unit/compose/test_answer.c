/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

static const char invitation[] =
	"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n"
	"BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0100\r\n"
	"DTSTART:19700101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	"BEGIN:VEVENT\r\nUID:abc@far.example\r\nSEQUENCE:3\r\nSUMMARY:Caf\xc3\xa9 with a name that is longer than what "
	"one "
	"line takes\\, much longer\r\n"
	"ORGANIZER;CN=Greta:mailto:greta@lind.example\r\nDTSTART;TZID=X:20261125T090000\r\nDTEND;TZID=X:"
	"20261125T100000\r\n"
	"ATTENDEE;CN=Vera;RSVP=TRUE:mailto:vera@box.example\r\nATTENDEE:mailto:bram@dewit.example\r\n"
	"DESCRIPTION:not in the answer\r\nEND:VEVENT\r\n"
	"BEGIN:VEVENT\r\nUID:other@far.example\r\nATTENDEE:mailto:bram@dewit.example\r\nEND:VEVENT\r\nEND:"
	"VCALENDAR\r\n";

static struct msg *sent(struct draft *d, char **bytes_out)
{
	struct build_settings set = { .message_id = "m@box.example", .date = 1795327200 };
	struct err e = ERR_INIT;
	struct built built;
	int fd = memfd_create("unit", MFD_CLOEXEC);
	g_assert_cmpint(draft_build(d, &set, fd, &built, &e), ==, 0);
	g_assert_cmpuint(built.longest, <=, 78);
	g_assert_false(built.eight_bit);
	*bytes_out = g_malloc0(built.size + 1);
	g_assert_cmpint(pread(fd, *bytes_out, built.size, 0), ==, (ssize_t)built.size);
	struct msg *m = msg_parse((struct str){ *bytes_out, built.size });
	built_clear(&built);
	close(fd);
	draft_free(d);
	return m;
}

static char *part_text(const struct msg *m, const char *section)
{
	struct err e = ERR_INIT;
	struct buf octets;
	struct msg_part *p = msg_part_find(m->root, section);
	g_assert_nonnull(p);
	buf_init(&octets, 1u << 20);
	g_assert_cmpint(msg_part_bytes(m, p, 1u << 20, &octets, &e), ==, 0);
	return buf_steal(&octets);
}

static const struct msg_addr vera = { (char *)"Vera Lund", (char *)"vera@box.example" };
static const struct msg_addr greta = { (char *)"Greta", (char *)"greta@lind.example" };

static void invitation_is_answered_for_one_guest(void)
{
	struct answer a = { &vera, &greta, "Accepted: Caf\xc3\xa9", "Vera will come.\n", "q@far.example" };
	struct msg_calendar *c = msg_calendar_parse(STR(invitation), "utf-8", 1795327200);
	char *bytes;
	struct msg *m = sent(draft_invitation_answer(&a, c, "VERA@box.example", CAL_ACCEPTED, 1795327200), &bytes);
	g_assert_cmpstr(m->root->type, ==, "multipart/alternative");
	g_assert_cmpstr(m->head->in_reply_to, ==, "q@far.example");
	g_assert_cmpstr(m->head->subject, ==, "Accepted: Caf\xc3\xa9");
	g_assert_nonnull(strstr(bytes, "Content-Type: text/calendar; method=REPLY; charset=utf-8\r\n"));
	g_autofree char *words = part_text(m, "1"), *calendar = part_text(m, "2");
	g_assert_nonnull(strstr(words, "Vera will come."));
	g_assert_null(strstr(calendar, "DESCRIPTION"));
	g_assert_null(strstr(calendar, "other@far.example"));
	struct msg_calendar *back = msg_calendar_parse(str_of(calendar), "utf-8", 1795327200);
	const struct cal_event *was = c->events->pdata[0], *is = back->events->pdata[0];
	g_assert_true(back->has_method && back->method == CAL_REPLY);
	g_assert_cmpuint(back->events->len, ==, 1);
	g_assert_cmpstr(is->uid, ==, was->uid);
	g_assert_cmpuint(is->sequence, ==, 3);
	g_assert_cmpstr(is->summary, ==, was->summary);
	g_assert_cmpint(is->start.epoch, ==, was->start.epoch);
	g_assert_cmpstr(is->organizer->addr, ==, "greta@lind.example");
	g_assert_cmpuint(is->guests->len, ==, 1);
	const struct cal_person *guest = cal_event_guest(is, "vera@box.example");
	g_assert_true(guest && guest->answer == CAL_ACCEPTED);
	g_auto(GStrv) lines = g_strsplit(calendar, "\r\n", -1);
	for (char **line = lines; *line; line++)
		g_assert_cmpuint(strlen(*line), <=, 75);
	msg_calendar_free(back);
	msg_calendar_free(c);
	msg_free(m);
	g_free(bytes);
}

static void nobody_answers_for_another(void)
{
	struct answer a = { &vera, &greta, "s", "t\n", NULL };
	struct msg_calendar *c = msg_calendar_parse(STR(invitation), "utf-8", 1795327200);
	g_assert_null(draft_invitation_answer(&a, c, "eve@box.example", CAL_DECLINED, 0));
	msg_calendar_free(c);
}

static void receipt_says_what_was_displayed(void)
{
	struct answer a = { &vera, &greta, "Displayed: s", "It was displayed.\n", "q@far.example" };
	char *bytes;
	struct msg *m = sent(draft_receipt(&a, "rfc822;v@old.example"), &bytes);
	g_assert_cmpstr(m->root->type, ==, "multipart/report");
	g_autofree char *status = part_text(m, "2");
	g_assert_cmpstr(status, ==,
		"Original-Recipient: rfc822;v@old.example\r\nFinal-Recipient: rfc822;vera@box.example\r\n"
		"Original-Message-ID: <q@far.example>\r\n"
		"Disposition: manual-action/MDN-sent-manually; displayed\r\n");
	struct msg_report *r = msg_report_parse("message/disposition-notification", str_of(status), STR(""));
	g_assert_cmpstr(r->msgid, ==, "q@far.example");
	msg_report_free(r);
	msg_free(m);
	g_free(bytes);
}

static void x04_nothing_in_an_invitation_becomes_a_field(void)
{
	struct msg_addr odd = { (char *)"x\r\nBcc: eve@x", (char *)"greta@lind.example" };
	struct answer a = { &vera, &odd, "s\r\nBcc: eve@x", "t\r\n.\r\n", "a>\r\nBcc: eve@x\r\nX: <b" };
	static const char bad[] = "BEGIN:VEVENT\r\nUID:a\\nb\r\nSUMMARY:x\\n\\nBcc: "
				  "e\r\nATTENDEE;CN=\"^n--\":mailto:vera@box.example\r\n";
	struct msg_calendar *c = msg_calendar_parse(STR(bad), "utf-8", 1795327200);
	char *bytes;
	struct msg *m = sent(draft_invitation_answer(&a, c, "vera@box.example", CAL_TENTATIVE, 0), &bytes);
	g_assert_cmpuint(m->head->bcc->len, ==, 0);
	g_assert_null(m->head->in_reply_to);
	g_assert_null(strstr(bytes, "\nBcc:"));
	msg_calendar_free(c);
	msg_free(m);
	g_free(bytes);
}

void suite(void)
{
	msg_init();
	unit_add(invitation_is_answered_for_one_guest);
	unit_add(nobody_answers_for_another);
	unit_add(receipt_says_what_was_displayed);
	unit_add(x04_nothing_in_an_invitation_becomes_a_field);
}
