/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates and sizes for people. */
#include "app/app.h"
#include <locale.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define DAY_S 86400
#define RAW_DATE_COLS 60

bool app_date_iso(void)
{
	const char *locale = setlocale(LC_TIME, NULL);
	return locale && (!strcmp(locale, "C") || !strcmp(locale, "POSIX"));
}

char *app_date_short(int64_t when, int64_t now)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(when);
	g_autoptr(GDateTime) n = g_date_time_new_from_unix_local(now);
	if (!t || !n)
		return g_strdup("?");
	bool same_day = g_date_time_get_year(t) == g_date_time_get_year(n) &&
			g_date_time_get_day_of_year(t) == g_date_time_get_day_of_year(n);
	if (same_day)
		return g_date_time_format(t, "%H:%M");
	if (when <= now && now - when < 6 * DAY_S)
		return g_date_time_format(t, "%a %d");
	if (when <= now + DAY_S && now - when < 300 * DAY_S)
		return g_date_time_format(t, "%d %b");
	return g_date_time_format(t, "%Y");
}

char *app_date_time(int64_t when)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(when);
	if (!t)
		return g_strdup("");
	return app_date_iso() ? g_date_time_format(t, "%Y-%m-%d %H:%M") : g_date_time_format(t, "%a %e %b %H:%M");
}

char *app_date_long(struct msg_date d)
{
	g_autoptr(GDateTime) local = d.known ? g_date_time_new_from_unix_local(d.epoch) : NULL;
	if (!local)
		return g_strdup(_("no valid date"));
	if (app_date_iso())
		return g_date_time_format(local, "%Y-%m-%d %H:%M %z");
	g_autofree char *text = g_date_time_format(local, "%a %d %b %Y %H:%M");
	if (g_date_time_get_utc_offset(local) / (60 * G_TIME_SPAN_SECOND) == d.offset || !d.offset)
		return g_steal_pointer(&text);
	int64_t theirs = d.epoch + (int64_t)d.offset * 60;
	g_autoptr(GDateTime) there = g_date_time_new_from_unix_utc(theirs);
	if (!there)
		return g_steal_pointer(&text);
	g_autofree char *their_time = g_date_time_format(there, "%H:%M");
	return g_strdup_printf(_("%s (%s there)"), text, their_time);
}

char *app_date_head(const struct msg_head *h)
{
	const char *words = h->date.known ? NULL : msg_head_get(h, "Date");
	g_autofree char *line = words ? utf8_line(str_of(words)) : NULL;
	if (!line || !*g_strstrip(line))
		return app_date_long(h->date);
	int cols;
	struct str cut = utf8_fit(str_of(line), RAW_DATE_COLS, &cols);
	g_autofree char *shown = str_dup(cut);
	return g_strdup_printf(_("%s%s (no valid date)"), shown, line[cut.n] ? "..." : "");
}

char *app_size(uint64_t octets)
{
	if (octets < 1000)
		return g_strdup_printf(_("%u B"), (unsigned)octets);
	if (octets < 1000 * 1000)
		return g_strdup_printf(_("%u KB"), (unsigned)((octets + 500) / 1000));
	if (octets < 1000u * 1000 * 1000)
		return g_strdup_printf(_("%.1f MB"), (double)octets / 1e6);
	return g_strdup_printf(_("%.1f GB"), (double)octets / 1e9);
}

int64_t app_time_typed(const char *typed, struct err *e)
{
	int64_t now = clock_wall();
	int seconds = cfg_duration(typed);
	g_autoptr(GTimeZone) here = g_time_zone_new_local();
	if (seconds > 0)
		return now + seconds;
	g_autoptr(GDateTime) today = g_date_time_new_from_unix_local(now);
	g_autofree char *clock = g_date_time_format(today, "%Y-%m-%dT"), *whole = g_strconcat(clock, typed, NULL);
	bool bare = strlen(typed) == 5 && typed[2] == ':';
	g_autofree char *with = g_strconcat(bare ? whole : typed, ":00", NULL);
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(with, here);
	if (!at && !bare) {
		g_autoptr(GDateTime) exact = g_date_time_new_from_iso8601(typed, here);
		at = exact ? g_date_time_ref(exact) : NULL;
	}
	int64_t wall = at ? g_date_time_to_unix(at) : 0;
	if (bare && wall && wall <= now)
		wall += 86400;
	if (!wall)
		err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' is no time: 18:30, 2026-12-24T08:00, 90m"),
			typed);
	else if (wall <= now)
		err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' is past"), typed);
	return wall > now ? wall : 0;
}
