/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void check(const char *value, const char *wanted)
{
	g_autofree char *got = msg_date_rfc3339(msg_date_parse(unit_str(value)));
	g_assert_cmpstr(got, ==, wanted);
}

static void date_usual_forms_are_read(void)
{
	check("Fri, 07 Oct 1994 16:15:05 -0700 (PDT)", "1994-10-07T16:15:05-07:00");
	check("7 Oct 1994 16:15 +0000", "1994-10-07T16:15:00+00:00");
	check("Fri,7 Oct 1994 16:15:05+0100", "1994-10-07T16:15:05+01:00");
	check("Fri (x(y)) , 7 Oct (z) 1994 16:15:05 Z", "1994-10-07T16:15:05+00:00");
	check("Sat, 1 Jan 2000 00:00:00 +1345", "2000-01-01T00:00:00+13:45");
}

static void date_obsolete_forms_are_read(void)
{
	check("Wed, 11 Feb 98 11:51 CST", "1998-02-11T11:51:00-06:00");
	check("11 Feb 49 11:51 EDT", "2049-02-11T11:51:00-04:00");
	check("11 Feb 101 11:51 UT", "2001-02-11T11:51:00+00:00");
	check("Fri Nov 21 23:48:18 2025", "2025-11-21T23:48:18+00:00");
	check("Fri Nov 21 23:48:18 CET 2025", "2025-11-21T23:48:18+01:00");
	check("2025-11-21T19:14:00.5+01:00", "2025-11-21T19:14:00+01:00");
	check("21-Nov-2025 10:11:12 +0200 CEST", "2025-11-21T10:11:12+02:00");
	check("Nov 21, 2025 3:04 PM", "2025-11-21T15:04:00+00:00");
}

static void k01_senseless_dates_are_unknown(void)
{
	static const char *const bad[] = { "", "Whenever", "Thu, 32 Foo 99999 25:61:61 +9999", "1 Jan 0 00:00 +0000",
		"1 Jan 0100 00:00 +0000", "30 Feb 2020 10:00 +0000", "1 Jan 2000 25:00:00 +0000",
		"1 Jan 2000 10:61:00 +0000", "0 Jan 2000 10:00:00 +0000", "1 Jan 99999999999 10:00 +0000", "1 1 1 1 1",
		"2025-00-21T00:00:00Z", "((((((", "\\", "+", "1 Jan 1899 00:00:00 +0000" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		check(bad[i], NULL);
}

static void k01_edges_of_the_calendar_are_exact(void)
{
	g_assert_cmpint(msg_date_parse(unit_str("31 Dec 1969 23:59:59 +0000")).epoch, ==, -1);
	g_assert_cmpint(
		msg_date_parse(unit_str("19 Jan 2038 03:14:08 +0000")).epoch, ==, G_GINT64_CONSTANT(2147483648));
	g_assert_cmpint(
		msg_date_parse(unit_str("1 Jan 1900 00:00:00 +0000")).epoch, ==, G_GINT64_CONSTANT(-2208988800));
	check("29 Feb 2020 10:00 +0000", "2020-02-29T10:00:00+00:00");
	check("29 Feb 2100 10:00 +0000", NULL);
	check("31 Dec 9999 23:59:60 -0000", "9999-12-31T23:59:59+00:00");
	check("1 Jan 2000 00:00:00 +9999", "2000-01-01T00:00:00+00:00");
}

static void k01_every_day_agrees_with_glib(void)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct",
		"Nov", "Dec" };
	for (int year = 1900; year <= 2101; year += 3)
		for (int day = 1; day <= 360; day += 29) {
			g_autoptr(GDateTime) first = g_date_time_new_utc(year, 1, 1, 12, 0, 0);
			g_autoptr(GDateTime) d = g_date_time_add_days(first, day);
			g_autofree char *text = g_strdup_printf("%d %s %d 12:00 +0000", g_date_time_get_day_of_month(d),
				months[g_date_time_get_month(d) - 1], g_date_time_get_year(d));
			g_assert_cmpint(msg_date_parse(str_of(text)).epoch, ==, g_date_time_to_unix(d));
		}
}

static void k01_many_comments_are_linear(void)
{
	GString *s = g_string_new(NULL);
	for (int i = 0; i < 100000; i++)
		g_string_append(s, "(a(b\\)))");
	g_string_append(s, " 1 Jan 2000 00:00 +0000");
	int64_t from = clock_cpu_us();
	g_assert_cmpint(msg_date_parse((struct str){ s->str, s->len }).epoch, ==, 946684800);
	g_assert_cmpint(clock_cpu_us() - from, <, 2000000);
	g_string_free(s, TRUE);
}

static void date_internal_of_imap_is_read(void)
{
	struct msg_date d = msg_date_internal(unit_str("17-Jul-1996 02:44:25 -0700"));
	g_assert_true(d.known);
	g_assert_cmpint(d.epoch, ==, 837596665);
	g_assert_cmpint(d.offset, ==, -420);
	g_assert_true(msg_date_internal(unit_str(" 7-Jul-1996 02:44:25 -0700")).known);
	g_assert_false(msg_date_internal(unit_str("17-Jul-1996 02:44:25")).known);
	g_assert_false(msg_date_internal(unit_str("17-Foo-1996 02:44:25 -0700")).known);
	g_assert_false(msg_date_internal(unit_str("")).known);
	g_assert_false(msg_date_internal(unit_exact("17-Jul-1996 02:44:25 \0 0700", 27)).known);
}

void suite(void)
{
	unit_add(date_usual_forms_are_read);
	unit_add(date_obsolete_forms_are_read);
	unit_add(k01_senseless_dates_are_unknown);
	unit_add(k01_edges_of_the_calendar_are_exact);
	unit_add(k01_every_day_agrees_with_glib);
	unit_add(k01_many_comments_are_linear);
	unit_add(date_internal_of_imap_is_read);
}
