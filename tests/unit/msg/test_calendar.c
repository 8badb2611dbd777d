/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "msg/internal.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

#define NOW 1795327200 /* 2026-11-22T06:00:00Z */
#define OPEN "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define CLOSE "END:VCALENDAR\r\n"
#define EVENT(lines) OPEN "BEGIN:VEVENT\r\n" lines "END:VEVENT\r\n" CLOSE
#define OSLO                                                                                                           \
	"BEGIN:VTIMEZONE\r\nTZID:Somewhere\r\n"                                                                        \
	"BEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nDTSTART:19700329T020000\r\n"                      \
	"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n"                                                   \
	"BEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nDTSTART:19701025T030000\r\n"                      \
	"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"

static struct msg_calendar *read_it(const char *text)
{
	return msg_calendar_parse(unit_str(text), "utf-8", NOW);
}

static const struct cal_event *event_of(const struct msg_calendar *c, unsigned i)
{
	g_assert_nonnull(c);
	g_assert_cmpuint(i, <, c->events->len);
	return c->events->pdata[i];
}

static char *shown(const struct cal_time *t)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(t->epoch);
	g_autofree char *utc = at && t->known ? g_date_time_format(at, t->day ? "%F" : "%FT%TZ") : g_strdup("?");
	return g_strdup_printf("%s%s%+d", utc, t->floating ? " floating " : "", t->offset);
}

static void check_start(const char *text, const char *wanted)
{
	struct msg_calendar *c = read_it(text);
	g_autofree char *got = shown(&event_of(c, 0)->start);
	g_assert_cmpstr(got, ==, wanted);
	msg_calendar_free(c);
}

static void check_span(const char *text, const char *start, const char *end)
{
	struct msg_calendar *c = read_it(text);
	g_autofree char *from = shown(&event_of(c, 0)->start), *to = shown(&event_of(c, 0)->end);
	g_assert_cmpstr(from, ==, start);
	g_assert_cmpstr(to, ==, end);
	msg_calendar_free(c);
}

static const char invitation[] =
	OPEN "METHOD\r\n :REQUEST\r\n"
	     "BEGIN:VEVENT\r\nUID:abc@far.example\r\nSEQUENCE:3\r\nSTATUS:CONFIRMED\r\n"
	     "SUMMARY;LANGUAGE=en:Plan\\, review\\; \\\\o/\r\n"
	     "LOCATION:Room 2\\nfirst floor\r\n"
	     "DESCRIPTION:One\\nTwo\r\n"
	     "ORGANIZER;CN=\"Lind; Greta\":MAILTO:greta@lind.example\r\n"
	     "ATTENDEE;CN=Vera;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;ROLE=REQ-PARTICIPANT:mailto:vera@box.exa\r\n mple\r\n"
	     "ATTENDEE;PARTSTAT=accepted;ROLE=OPT-PARTICIPANT:mailto:Bram@dewit.example\r\n"
	     "ATTENDEE;CN=Room^n^'2^':urn:uuid:7\r\n"
	     "DTSTART:20261125T090000Z\r\nDTEND:20261125T100000Z\r\n"
	     "BEGIN:VALARM\r\nSUMMARY:not this\r\nATTENDEE:mailto:nor@this.example\r\nEND:VALARM\r\n"
	     "END:VEVENT\r\n" CLOSE;

static void invitation_says_who_what_and_when(void)
{
	struct msg_calendar *c = read_it(invitation);
	const struct cal_event *ev = event_of(c, 0);
	g_assert_true(c->has_method && c->method == CAL_REQUEST);
	g_assert_cmpstr(ev->uid, ==, "abc@far.example");
	g_assert_cmpuint(ev->sequence, ==, 3);
	g_assert_cmpstr(ev->summary, ==, "Plan, review; \\o/");
	g_assert_cmpstr(ev->location, ==, "Room 2 first floor");
	g_assert_cmpstr(ev->description, ==, "One\nTwo");
	g_assert_cmpstr(ev->organizer->name, ==, "Lind; Greta");
	g_assert_cmpstr(ev->organizer->addr, ==, "greta@lind.example");
	g_assert_cmpuint(ev->guests->len, ==, 3);
	const struct cal_person *vera = cal_event_guest(ev, "VERA@box.example"),
				*bram = cal_event_guest(ev, "bram@dewit.example");
	g_assert_true(vera && vera->asked && !vera->optional && vera->answer == CAL_NEEDS_ACTION);
	g_assert_true(bram && bram->optional && bram->answer == CAL_ACCEPTED);
	const struct cal_person *room = ev->guests->pdata[2];
	g_assert_cmpstr(room->name, ==, "Room \"2\"");
	g_assert_null(room->addr);
	g_assert_cmpuint(ev->echo->len, ==, 6);
	msg_calendar_free(c);
}

static void times_are_read_in_their_zone(void)
{
	check_start(EVENT("DTSTART:20261125T090000Z\r\n"), "2026-11-25T09:00:00Z+0");
	check_start(EVENT("DTSTART;VALUE=DATE:20261125\r\n"), "2026-11-25+0");
	check_start(EVENT("DTSTART;TZID=Europe/Berlin:20260701T090000\r\n"), "2026-07-01T07:00:00Z+120");
	check_start(EVENT("DTSTART;TZID=\"/mozilla.org/20050126_1/America/New_York\":20260701T090000\r\n"),
		"2026-07-01T13:00:00Z-240");
	check_start(EVENT("DTSTART;TZID=W. Europe Standard Time:20261125T090000\r\n"), "2026-11-25T08:00:00Z+60");
	check_start(EVENT("DTSTART;TZID=FLE:20260701T090000\r\n"), "2026-07-01T06:00:00Z+180");
	check_start(EVENT("DTSTART:20261125T0900Z\r\n"), "2026-11-25T09:00:00Z+0");
}

static void zone_of_the_calendar_comes_before_the_systems(void)
{
	static const char own[] =
		"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0700\r\n"
		"TZOFFSETTO:+0700\r\nDTSTART;VALUE=DATE:19700101\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
	g_autofree char *behind = g_strconcat(OPEN "BEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20260701T090000\r\n"
						   "END:VEVENT\r\n",
		own, CLOSE, NULL);
	check_start(behind, "2026-07-01T02:00:00Z+420");
}

static void check_somewhere(const char *wall, const char *wanted)
{
	g_autofree char *text =
		g_strdup_printf(OPEN OSLO "BEGIN:VEVENT\r\nDTSTART;TZID=Somewhere:%s\r\nEND:VEVENT\r\n" CLOSE, wall);
	check_start(text, wanted);
}

static void yearly_rules_of_a_zone_are_followed(void)
{
	check_somewhere("20260328T120000", "2026-03-28T11:00:00Z+60");
	check_somewhere("20260329T120000", "2026-03-29T10:00:00Z+120");
	check_somewhere("20261024T120000", "2026-10-24T10:00:00Z+120");
	check_somewhere("20261025T120000", "2026-10-25T11:00:00Z+60");
	/* 02:30 comes never in March, and twice in October. */
	check_somewhere("20260329T023000", "2026-03-29T01:30:00Z+60");
	check_somewhere("20261025T023000", "2026-10-25T00:30:00Z+120");
	check_somewhere("19690101T000000", "1968-12-31T23:00:00Z+60");
}

static void zone_by_list_of_days_and_by_dates(void)
{
	static const char zone[] =
		OPEN "BEGIN:VTIMEZONE\r\nTZID:X\r\n"
		     "BEGIN:STANDARD\r\nTZOFFSETFROM:-0700\r\nTZOFFSETTO:-0800\r\nDTSTART:16010101T020000\r\n"
		     "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU;UNTIL=20101231T000000Z\r\nRDATE:20150101T000000,"
		     "20160101T000000\r\n"
		     "END:STANDARD\r\n"
		     "BEGIN:DAYLIGHT\r\nTZOFFSETFROM:-0800\r\nTZOFFSETTO:-0700\r\nDTSTART:20000101T020000\r\n"
		     "RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU;UNTIL=20101231T000000Z\r\nEND:"
		     "DAYLIGHT\r\n"
		     "END:VTIMEZONE\r\n"
		     "BEGIN:VEVENT\r\nDTSTART;TZID=X:20090308T030000\r\nEND:VEVENT\r\n"
		     "BEGIN:VEVENT\r\nDTSTART;TZID=X:20090307T030000\r\nEND:VEVENT\r\n"
		     "BEGIN:VEVENT\r\nDTSTART;TZID=X:20150601T000000\r\nEND:VEVENT\r\n" CLOSE;
	struct msg_calendar *c = read_it(zone);
	g_assert_cmpint(event_of(c, 0)->start.offset, ==, -420);
	g_assert_cmpint(event_of(c, 1)->start.offset, ==, -480);
	g_assert_cmpint(event_of(c, 2)->start.offset, ==, -480);
	msg_calendar_free(c);
}

static void zone_nobody_knows_is_the_readers(void)
{
	g_setenv("TZ", "UTC-3", TRUE);
	check_start(EVENT("DTSTART;TZID=Nowhere:20261125T090000\r\n"), "2026-11-25T06:00:00Z floating +0");
	check_start(EVENT("DTSTART:20261125T090000\r\n"), "2026-11-25T06:00:00Z floating +0");
	/* Names lead nowhere but into the directory of zones. */
	check_start(EVENT("DTSTART;TZID=Europe/../../../../etc/passwd:20261125T090000\r\n"),
		"2026-11-25T06:00:00Z floating +0");
	check_start(EVENT("DTSTART;TZID=/etc/localtime:20261125T090000\r\n"), "2026-11-25T06:00:00Z floating +0");
}

static void end_is_said_or_reckoned(void)
{
	check_span(EVENT("DTSTART:20261125T090000Z\r\nDURATION:PT1H30M\r\n"), "2026-11-25T09:00:00Z+0",
		"2026-11-25T10:30:00Z+0");
	check_span(EVENT("DURATION:P1W\r\nDTSTART:20261125T090000Z\r\n"), "2026-11-25T09:00:00Z+0",
		"2026-12-02T09:00:00Z+0");
	check_span(EVENT("DTSTART;VALUE=DATE:20261125\r\n"), "2026-11-25+0", "2026-11-26+0");
	check_span(EVENT("DTSTART:20261125T090000Z\r\n"), "2026-11-25T09:00:00Z+0", "?+0");
	check_span(EVENT("DTSTART:20261125T090000Z\r\nDURATION:P99999999999D\r\n"), "2026-11-25T09:00:00Z+0", "?+0");
	check_span(EVENT("DTSTART:20261325T090000Z\r\nDTEND:20261125T246000Z\r\n"), "?+0", "?+0");
}

static char *rule_of(const char *rrule)
{
	g_autofree char *text = g_strdup_printf(EVENT("RRULE:%s\r\n"), rrule);
	struct msg_calendar *c = read_it(text);
	struct cal_rule r = event_of(c, 0)->rule;
	msg_calendar_free(c);
	return g_strdup_printf("%d/%u x%u until %d days %x week %d monthday %d month %d%s", (int)r.freq, r.interval,
		r.count, r.until != 0, r.weekdays, r.week, r.monthday, r.month, r.odd ? " odd" : "");
}

static void check_rule(const char *rrule, const char *wanted)
{
	g_autofree char *got = rule_of(rrule);
	g_assert_cmpstr(got, ==, wanted);
}

static void rules_are_read(void)
{
	check_rule("FREQ=DAILY;COUNT=10", "1/1 x10 until 0 days 0 week 0 monthday 0 month 0");
	check_rule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=SU", "2/2 x0 until 0 days 22 week 0 monthday 0 month 0");
	check_rule(
		"freq=monthly;byday=-1FR;until=20270101T000000Z", "3/1 x0 until 1 days 20 week -1 monthday 0 month 0");
	check_rule("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", "3/1 x0 until 0 days 2 week 0 monthday 0 month 0 odd");
	check_rule("FREQ=YEARLY;BYMONTH=11;BYDAY=4TH", "4/1 x0 until 0 days 10 week 4 monthday 0 month 11");
	check_rule("FREQ=HOURLY", "5/1 x0 until 0 days 0 week 0 monthday 0 month 0");
	check_rule("FREQ=DAILY;BYDAY=MO,2TU", "1/1 x0 until 0 days 6 week 2 monthday 0 month 0 odd");
	check_rule("INTERVAL=x;BYDAY=;;=;COUNT=0", "0/1 x0 until 0 days 0 week 0 monthday 0 month 0 odd");
}

/* The first dates of a rule, at most `most`. */
static char *dates_of(const char *start, const char *rule, unsigned most)
{
	GString *out = g_string_new(NULL);
	struct cal_wall wall;
	unsigned work = 0;
	int64_t at;
	g_assert_true(cal_wall_parse(str_of(start), &wall));
	struct cal_dates *d = cal_dates_new(unit_str(rule), wall, 0, &work);
	while (most-- && cal_dates_next(d, &at)) {
		g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(at);
		g_autofree char *text = g_date_time_format(t, wall.s % 86400 ? "%y%m%dT%H" : "%y%m%d");
		g_string_append_printf(out, "%s%s", out->len ? " " : "", text);
	}
	cal_dates_free(d);
	return g_string_free(out, FALSE);
}

static void check_dates(const char *start, const char *rule, const char *wanted)
{
	g_autofree char *got = dates_of(start, rule, 8);
	g_assert_cmpstr(got, ==, wanted);
}

static void dates_are_worked_out(void)
{
	check_dates("19970902", "FREQ=DAILY;INTERVAL=2;COUNT=3", "970902 970904 970906");
	check_dates("19970905", "FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "970905 971003 971107");
	check_dates("19970907", "FREQ=MONTHLY;INTERVAL=2;COUNT=4;BYDAY=1SU,-1SU", "970907 970928 971102 971130");
	check_dates("19970922", "FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "970922 971020 971117");
	check_dates("19970928", "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-3", "970928 971029 971128");
	check_dates("19970519", "FREQ=YEARLY;BYDAY=20MO;COUNT=2", "970519 980518");
	check_dates("19970512", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO;COUNT=3", "970512 980511 990517");
	check_dates("19970101", "FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200", "970101 970410 970719 000101");
	check_dates("19970904", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "970904 971007 971106");
	check_dates("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "970805 970810 970819 970824");
	check_dates("19970805", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "970805 970817 970819 970831");
	check_dates("19970902", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=3", "980213 980313 981113");
	check_dates("19961105", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;COUNT=2",
		"961105 001107");
	check_dates("20070115", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "070115 070130 070215 070315 070330");
	check_dates("20240229", "FREQ=YEARLY;COUNT=2", "240229 280229");
	check_dates("19970902T090000", "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000", "970902T09 970902T12 970902T15");
	check_dates("19970902", "FREQ=DAILY;UNTIL=19970904", "970902 970903 970904");
	check_dates("19970902", "FREQ=FORTNIGHTLY", "");
	check_dates("19970902", "INTERVAL=0;COUNT=-3;BYDAY=XX,;BYMONTH=,,", "");
}

static void check_next(const char *lines, const char *wanted, bool over)
{
	g_autofree char *text = g_strdup_printf(OPEN OSLO "BEGIN:VEVENT\r\n%sEND:VEVENT\r\n" CLOSE, lines);
	struct msg_calendar *c = read_it(text);
	g_autofree char *got = shown(&event_of(c, 0)->next);
	g_assert_cmpstr(got, ==, wanted);
	g_assert_cmpint(event_of(c, 0)->over, ==, over);
	msg_calendar_free(c);
}

static void next_of_what_repeats_is_found(void)
{
	check_next("DTSTART:20200106T090000Z\r\nRRULE:FREQ=WEEKLY\r\n", "2026-11-23T09:00:00Z+0", false);
	/* Winter has come since. */
	check_next("DTSTART;TZID=Somewhere:20260601T090000\r\nRRULE:FREQ=WEEKLY\r\n", "2026-11-23T08:00:00Z+60", false);
	check_next("DTSTART:20200106T090000Z\r\nRRULE:FREQ=WEEKLY\r\nEXDATE:20261123T090000Z,20261130T090000Z\r\n",
		"2026-12-07T09:00:00Z+0", false);
	check_next("DTSTART:20200106T090000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\n", "?+0", true);
	check_next("DTSTART:20200106T090000Z\r\nRDATE:20261201T090000Z,20270101T090000Z\r\n", "2026-12-01T09:00:00Z+0",
		false);
	check_next("DTSTART;VALUE=DATE:20200229\r\nRRULE:FREQ=YEARLY\r\n", "2028-02-29+0", false);
	check_next("DTSTART:20300106T090000Z\r\nRRULE:FREQ=DAILY\r\n", "2030-01-06T09:00:00Z+0", false);
	check_next("DTSTART:20300106T090000Z\r\n", "?+0", false);
	/* A date that never comes, and one that is not worth the search. */
	check_next("DTSTART:20200106T090000Z\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n", "?+0", false);
	check_next("DTSTART:00010101T000000Z\r\nRRULE:FREQ=SECONDLY;COUNT=1000000000\r\n", "?+0", false);
}

static void m18_odd_calendars_are_read_as_far_as_they_go(void)
{
	struct msg_calendar *c = read_it(EVENT("nonsense\r\nSUMMARY:kept\r\nX;;=:y\r\nDTSTART;;VALUE=DATE:20261125\r\n"
					       "ATTENDEE;CN=\"open:mailto:a@b.example\r\n"));
	g_assert_cmpstr(event_of(c, 0)->summary, ==, "kept");
	g_assert_true(event_of(c, 0)->start.day);
	g_assert_cmpuint(event_of(c, 0)->guests->len, ==, 1);
	msg_calendar_free(c);
	g_assert_null(read_it(""));
	g_assert_null(read_it("BEGIN:VCALENDAR\nEND:VCALENDAR\n"));
	g_assert_null(read_it("\xff\xfe\x00nothing"));
	c = read_it("\xef\xbb\xbf" EVENT("SUMMARY:marked\r\n"));
	g_assert_cmpstr(event_of(c, 0)->summary, ==, "marked");
	msg_calendar_free(c);
	/* No calendar round it, and no end. */
	c = read_it("BEGIN:VEVENT\rSUMMARY:bare\r\n");
	g_assert_cmpstr(event_of(c, 0)->summary, ==, "bare");
	msg_calendar_free(c);
}

static void m18_bombs_are_capped(void)
{
	GString *bomb = g_string_new(OPEN);
	int64_t before = clock_cpu_us();
	for (unsigned i = 0; i < 2000; i++)
		g_string_append(bomb, "BEGIN:VEVENT\nRRULE:FREQ=SECONDLY;COUNT=1000000000;INTERVAL=1000000000\n"
				      "DTSTART;TZID=X:20260101T000000\nEND:VEVENT\n");
	g_string_append(bomb, "BEGIN:VTIMEZONE\nTZID:X\n");
	for (unsigned i = 0; i < 3000; i++)
		g_string_append(bomb, "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nDTSTART:19700101T000000\n"
				      "RDATE:19700101T000000\nRRULE:FREQ=YEARLY;INTERVAL=100000\nEND:STANDARD\n");
	struct msg_calendar *c = msg_calendar_parse((struct str){ bomb->str, bomb->len }, NULL, NOW);
	g_assert_cmpuint(c->events->len, ==, MSG_EVENTS_MAX);
	g_assert_true(c->truncated);
	msg_calendar_free(c);
	g_string_assign(bomb, "BEGIN:VEVENT\n");
	while (bomb->len < 3 * MSG_CALENDAR_MAX)
		g_string_append(bomb, "BEGIN:A\nATTENDEE;A=\";B=\";C:mailto:a@b\n");
	c = msg_calendar_parse((struct str){ bomb->str, bomb->len }, NULL, NOW);
	g_assert_true(c->truncated);
	msg_calendar_free(c);
	g_assert_cmpint(clock_cpu_us() - before, <, 2000000);
	g_string_free(bomb, TRUE);
}

/* A thousand times of each day, and nothing before a date that is far away. */
static void m18_times_of_a_day_are_work_too(void)
{
	GString *bomb =
		g_string_new(OPEN "BEGIN:VEVENT\nDTSTART:20200101T000000Z\n"
				  "RRULE:FREQ=DAILY;COUNT=2000000000;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12;BYMINUTE=0");
	for (unsigned i = 1; i < 60; i++)
		g_string_append_printf(bomb, ",%u", i);
	g_string_append(bomb, ";BYSECOND=0,1,2,3,4\nEND:VEVENT\n");
	int64_t before = clock_cpu_us();
	struct msg_calendar *c = msg_calendar_parse((struct str){ bomb->str, bomb->len }, NULL, INT64_C(4) * NOW);
	g_assert_false(event_of(c, 0)->next.known);
	g_assert_false(event_of(c, 0)->over);
	g_assert_cmpint(clock_cpu_us() - before, <, 2000000);
	msg_calendar_free(c);
	g_string_free(bomb, TRUE);
}

/* Every second of the last day is a date that has gone by, each to be told in a zone of many rules. */
static void m18_zone_is_asked_so_often_only(void)
{
	GString *bomb = g_string_new(OPEN "BEGIN:VTIMEZONE\nTZID:X\n");
	for (unsigned i = 0; i < 200; i++)
		g_string_append(bomb, "BEGIN:STANDARD\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nDTSTART:19700228T000000\n"
				      "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nEND:STANDARD\n");
	g_string_append(bomb, "END:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=X:20261121T080000\n"
			      "RRULE:FREQ=SECONDLY;COUNT=1000000000\nEND:VEVENT\n");
	int64_t before = clock_cpu_us();
	struct msg_calendar *c = msg_calendar_parse((struct str){ bomb->str, bomb->len }, NULL, NOW);
	g_assert_true(event_of(c, 0)->start.known);
	g_assert_false(event_of(c, 0)->next.known);
	g_assert_cmpint(clock_cpu_us() - before, <, 2000000);
	msg_calendar_free(c);
	g_string_free(bomb, TRUE);
}

#define BARE "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nEND:VCALENDAR\n"

/* RFC 6047 2.4: the label has to say the same. */
static void method_of_the_label_counts_where_the_calendar_has_none(void)
{
	struct msg_calendar *c = msg_calendar_parse(STR(BARE), NULL, 0);
	g_assert_false(c->has_method);
	msg_calendar_labelled(c, NULL);
	g_assert_false(c->has_method);
	msg_calendar_labelled(c, "dance");
	g_assert_false(c->has_method);
	msg_calendar_labelled(c, "request");
	g_assert_true(c->has_method && c->method == CAL_REQUEST && !c->label);
	msg_calendar_labelled(c, "REQUEST");
	g_assert_null(c->label);
	msg_calendar_labelled(c, "PUBLISH\x1b");
	g_assert_cmpint(c->method, ==, CAL_REQUEST);
	g_assert_cmpstr(c->label, ==, "PUBLISH\xef\xbf\xbd");
	msg_calendar_free(c);
}

static void text_is_clean_whatever_stands_in_it(void)
{
	struct msg_calendar *c =
		read_it(EVENT("SUMMARY:a\x1b[2J\xe2\x80\xae"
			      "b\r\nDESCRIPTION:x\\n\x9b y\r\nUID:u\x07\r\nLOCATION:caf\xc3\r\n \xa9\r\n"));
	const struct cal_event *ev = event_of(c, 0);
	g_assert_true(utf8_is_clean(str_of(ev->summary)) && utf8_is_clean(str_of(ev->description)));
	g_assert_cmpstr(ev->location, ==, "caf\xc3\xa9");
	for (guint i = 0; i < ev->echo->len; i++)
		g_assert_true(utf8_is_clean(str_of(ev->echo->pdata[i])));
	msg_calendar_free(c);
}

static void calendar_of_a_returned_message_asks_nothing(void)
{
	static const char bounce[] =
		"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n\r\nfailed\r\n--b\r\n"
		"Content-Type: message/rfc822\r\n\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\n"
		"--b--\r\n";
	struct msg *m = msg_parse(unit_str(bounce));
	g_assert_null(msg_calendar_part(m->root));
	msg_free(m);
}

void suite(void)
{
	unit_add(invitation_says_who_what_and_when);
	unit_add(times_are_read_in_their_zone);
	unit_add(zone_of_the_calendar_comes_before_the_systems);
	unit_add(yearly_rules_of_a_zone_are_followed);
	unit_add(zone_by_list_of_days_and_by_dates);
	unit_add(zone_nobody_knows_is_the_readers);
	unit_add(end_is_said_or_reckoned);
	unit_add(rules_are_read);
	unit_add(dates_are_worked_out);
	unit_add(next_of_what_repeats_is_found);
	unit_add(m18_odd_calendars_are_read_as_far_as_they_go);
	unit_add(m18_bombs_are_capped);
	unit_add(m18_times_of_a_day_are_work_too);
	unit_add(m18_zone_is_asked_so_often_only);
	unit_add(method_of_the_label_counts_where_the_calendar_has_none);
	unit_add(text_is_clean_whatever_stands_in_it);
	unit_add(calendar_of_a_returned_message_asks_nothing);
}
