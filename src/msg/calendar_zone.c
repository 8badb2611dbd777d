/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time zones: the rules that a calendar brings along, and what the system knows by name. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define YEARS_BACK 8 /* from a wall time to the last onset of a yearly rule: 29 February waits so long */
#define ZONE_NAME_MAX 64

/* A STANDARD or DAYLIGHT: from each of its onsets on, its offset holds. */
struct observance {
	struct cal_wall start;
	bool has_start, has_from, has_to;
	int from, to;
	struct cal_rule rule;
	int first_monthday; /* of a list such as 8 to 14: the second of a weekday; 0 */
	GArray *dates;      /* int64_t: wall times */
};

struct cal_zone {
	char *name;
	GPtrArray *observances;
};

static void observance_free(void *data)
{
	struct observance *o = data;
	g_array_unref(o->dates);
	g_free(o);
}

struct cal_zone *cal_zone_new(void)
{
	struct cal_zone *z = g_new0(struct cal_zone, 1);
	z->observances = g_ptr_array_new_with_free_func(observance_free);
	return z;
}

void cal_zone_free(void *zone)
{
	struct cal_zone *z = zone;
	g_free(z->name);
	g_ptr_array_unref(z->observances);
	g_free(z);
}

void cal_zone_name(struct cal_zone *z, char *name)
{
	g_free(z->name);
	z->name = name;
}

const char *cal_zone_named(const struct cal_zone *z)
{
	return z->name ? z->name : "";
}

bool cal_zone_observance(struct cal_zone *z)
{
	if (z->observances->len >= CAL_OBSERVANCES_MAX)
		return false;
	struct observance *o = g_new0(struct observance, 1);
	o->dates = g_array_new(FALSE, FALSE, sizeof(int64_t));
	g_ptr_array_add(z->observances, o);
	return true;
}

static void add_dates(struct observance *o, struct str value)
{
	struct str one;
	struct cal_wall wall;
	while (value.n) {
		str_cut(value, ',', &one, &value);
		if (!cal_wall_parse(one, &wall))
			continue;
		int64_t local = wall.s + (wall.utc ? o->from : 0);
		g_array_append_val(o->dates, local);
	}
}

/* "BYMONTHDAY=8,9,10,11,12,13,14" beside a weekday. */
static int first_of_list(struct str rule)
{
	struct str part, name, value, first;
	int least = 0;
	while (rule.n) {
		str_cut(rule, ';', &part, &rule);
		str_cut(part, '=', &name, &value);
		uint64_t day;
		while (str_is(name, "BYMONTHDAY") && value.n) {
			str_cut(value, ',', &first, &value);
			if (str_u64(first, 31, &day) && day && (!least || (int)day < least))
				least = (int)day;
		}
	}
	return least;
}

void cal_zone_property(struct cal_zone *z, struct str name, struct str value)
{
	struct observance *o = z->observances->len ? z->observances->pdata[z->observances->len - 1] : NULL;
	if (!o)
		return;
	if (str_is(name, "DTSTART")) {
		o->has_start = cal_wall_parse(value, &o->start);
	} else if (str_is(name, "TZOFFSETFROM")) {
		o->has_from = cal_offset_parse(value, &o->from);
	} else if (str_is(name, "TZOFFSETTO")) {
		o->has_to = cal_offset_parse(value, &o->to);
	} else if (str_is(name, "RRULE")) {
		cal_rule_parse(value, &o->rule);
		o->first_monthday = first_of_list(value);
	} else if (str_is(name, "RDATE")) {
		add_dates(o, value);
	}
}

/* --- when a yearly rule begins --- */

struct civil {
	int year, month, day;
};

static struct civil civil_of(int64_t wall)
{
	struct civil c = { 1970, 1, 1 };
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(wall);
	if (t)
		g_date_time_get_ymd(t, &c.year, &c.month, &c.day);
	return c;
}

static int weekday_of(int64_t day)
{
	return (int)(((day + 4) % 7 + 7) % 7);
}

/* The day, counted from 1970, on which the rule begins in that year; false: on none. */
static bool onset_day(const struct observance *o, int year, int64_t *out)
{
	const struct cal_rule *r = &o->rule;
	struct civil start = civil_of(o->start.s);
	int month = r->month ? r->month : start.month, length = month_length(year, month), day = start.day;
	if (r->weekdays) {
		int weekday = 0;
		while (!(r->weekdays & (1u << weekday)))
			weekday++;
		int from = o->first_monthday ? o->first_monthday : r->week > 0 ? 7 * (r->week - 1) + 1 : 1;
		int64_t first = days_of(year, month, 1);
		if (r->week < 0) {
			int back = (weekday_of(first + length - 1) - weekday + 7) % 7;
			day = length - back + 7 * (r->week + 1);
		} else {
			day = from + (weekday - weekday_of(first + from - 1) + 7) % 7;
		}
	} else if (r->monthday) {
		day = r->monthday;
	}
	*out = days_of(year, month, 1) + day - 1;
	return day >= 1 && day <= length;
}

/* The last onset at or before that wall time; false: there is none. */
static bool last_onset(const struct observance *o, int64_t wall, int64_t *out)
{
	bool found = false;
	if (!o->has_start || !o->has_from || !o->has_to)
		return false;
	if (o->start.s <= wall) {
		*out = o->start.s;
		found = true;
	}
	for (guint i = 0; i < o->dates->len; i++) {
		int64_t date = g_array_index(o->dates, int64_t, i);
		if (date <= wall && (!found || date > *out)) {
			*out = date;
			found = true;
		}
	}
	if (o->rule.freq != CAL_YEARLY || wall < o->start.s)
		return found;
	int64_t last = o->rule.until ? MIN(wall, o->rule.until + o->from) : wall;
	int first_year = civil_of(o->start.s).year, year = civil_of(last).year;
	if (o->rule.count)
		year = MIN(year, first_year + (int)((o->rule.count - 1) * MIN(o->rule.interval, 1000)));
	for (int back = 0; back < YEARS_BACK && year - back >= first_year; back++) {
		int64_t day, at;
		if ((year - back - first_year) % (int)o->rule.interval || !onset_day(o, year - back, &day))
			continue;
		at = day * 86400 + ((o->start.s % 86400) + 86400) % 86400;
		if (at > last || at < o->start.s)
			continue;
		*out = found ? MAX(*out, at) : at;
		return true;
	}
	return found;
}

bool cal_zone_offset(const struct cal_zone *z, int64_t wall, int *seconds_out)
{
	const struct observance *now = NULL, *first = NULL;
	int64_t latest = 0;
	for (guint i = 0; i < z->observances->len; i++) {
		const struct observance *o = z->observances->pdata[i];
		int64_t at = 0;
		if (!o->has_start || !o->has_from || !o->has_to)
			continue;
		if (!first || o->start.s < first->start.s)
			first = o;
		/* A wall time that a clock put forward passes over is reckoned as before that (RFC 5545 3.3.5). */
		if (last_onset(o, wall - MAX(o->to - o->from, 0), &at) && (!now || at > latest)) {
			now = o;
			latest = at;
		}
	}
	if (now)
		*seconds_out = now->to;
	else if (first)
		*seconds_out = first->from;
	return first;
}

unsigned cal_zone_work(const struct cal_zone *z)
{
	unsigned work = 0;
	for (guint i = 0; i < z->observances->len; i++)
		work += YEARS_BACK + ((const struct observance *)z->observances->pdata[i])->dates->len;
	return work;
}

/* --- zones by name --- */

/* What Windows calls a zone stands in for one of its cities (as CLDR has it). */
static const struct {
	const char *windows, *name;
} windows_zones[] = {
	{ "AUS Central Standard Time", "Australia/Darwin" },
	{ "AUS Eastern Standard Time", "Australia/Sydney" },
	{ "Alaskan Standard Time", "America/Anchorage" },
	{ "Arab Standard Time", "Asia/Riyadh" },
	{ "Arabian Standard Time", "Asia/Dubai" },
	{ "Argentina Standard Time", "America/Argentina/Buenos_Aires" },
	{ "Atlantic Standard Time", "America/Halifax" },
	{ "Canada Central Standard Time", "America/Regina" },
	{ "Cen. Australia Standard Time", "Australia/Adelaide" },
	{ "Central America Standard Time", "America/Guatemala" },
	{ "Central Asia Standard Time", "Asia/Almaty" },
	{ "Central Brazilian Standard Time", "America/Cuiaba" },
	{ "Central Europe Standard Time", "Europe/Budapest" },
	{ "Central European Standard Time", "Europe/Warsaw" },
	{ "Central Standard Time", "America/Chicago" },
	{ "Central Standard Time (Mexico)", "America/Mexico_City" },
	{ "China Standard Time", "Asia/Shanghai" },
	{ "E. Africa Standard Time", "Africa/Nairobi" },
	{ "E. Australia Standard Time", "Australia/Brisbane" },
	{ "E. Europe Standard Time", "Europe/Chisinau" },
	{ "E. South America Standard Time", "America/Sao_Paulo" },
	{ "Eastern Standard Time", "America/New_York" },
	{ "Egypt Standard Time", "Africa/Cairo" },
	{ "FLE Standard Time", "Europe/Kiev" },
	{ "GMT Standard Time", "Europe/London" },
	{ "GTB Standard Time", "Europe/Bucharest" },
	{ "Greenwich Standard Time", "Atlantic/Reykjavik" },
	{ "Hawaiian Standard Time", "Pacific/Honolulu" },
	{ "India Standard Time", "Asia/Kolkata" },
	{ "Iran Standard Time", "Asia/Tehran" },
	{ "Israel Standard Time", "Asia/Jerusalem" },
	{ "Korea Standard Time", "Asia/Seoul" },
	{ "Mountain Standard Time", "America/Denver" },
	{ "New Zealand Standard Time", "Pacific/Auckland" },
	{ "Newfoundland Standard Time", "America/St_Johns" },
	{ "Pacific Standard Time", "America/Los_Angeles" },
	{ "Pakistan Standard Time", "Asia/Karachi" },
	{ "Romance Standard Time", "Europe/Paris" },
	{ "Russian Standard Time", "Europe/Moscow" },
	{ "SA Eastern Standard Time", "America/Cayenne" },
	{ "SA Pacific Standard Time", "America/Bogota" },
	{ "SA Western Standard Time", "America/La_Paz" },
	{ "SE Asia Standard Time", "Asia/Bangkok" },
	{ "Singapore Standard Time", "Asia/Singapore" },
	{ "South Africa Standard Time", "Africa/Johannesburg" },
	{ "Taipei Standard Time", "Asia/Taipei" },
	{ "Tokyo Standard Time", "Asia/Tokyo" },
	{ "Turkey Standard Time", "Europe/Istanbul" },
	{ "US Eastern Standard Time", "America/Indiana/Indianapolis" },
	{ "US Mountain Standard Time", "America/Phoenix" },
	{ "UTC", "Etc/UTC" },
	{ "W. Australia Standard Time", "Australia/Perth" },
	{ "W. Central Africa Standard Time", "Africa/Lagos" },
	{ "W. Europe Standard Time", "Europe/Berlin" },
};

static const char *const areas[] = { "Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/",
	"Australia/", "Brazil/", "Canada/", "Chile/", "Etc/", "Europe/", "Indian/", "Mexico/", "Pacific/", "US/" };

/* Notes leaves the last two words out. */
static bool is_windows_name(const char *name, const char *windows)
{
	size_t n = strlen(name);
	return n && !g_ascii_strncasecmp(name, windows, n) && (!windows[n] || !strcmp(windows + n, " Standard Time"));
}

/* The name by which the system has the zone. Only what cannot lead out of its directory; makers of calendars put words of
 * their own before it ("/mozilla.org/20050126_1/Europe/Berlin"). NULL: none. */
static const char *system_name(const char *name)
{
	const char *found = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(windows_zones); i++)
		if (is_windows_name(name, windows_zones[i].windows))
			return windows_zones[i].name;
	for (const char *at = name; at && !found; at = strchr(at, '/')) {
		at += *at == '/';
		for (size_t i = 0; i < G_N_ELEMENTS(areas) && !found; i++)
			if (g_str_has_prefix(at, areas[i]))
				found = at;
	}
	if (!found || strlen(found) > ZONE_NAME_MAX)
		return NULL;
	for (const char *c = found; *c; c++)
		if (!g_ascii_isalnum(*c) && !is_one_of(*c, "_+-/"))
			return NULL;
	return found;
}

static int offset_in(GTimeZone *zone, int64_t wall)
{
	gint64 at = wall;
	/* Of an hour that comes twice the first is meant, which is that of summer (RFC 5545 3.3.5). */
	int interval = g_time_zone_adjust_time(zone, G_TIME_TYPE_DAYLIGHT, &at);
	/* One that a clock put forward passes over is reckoned as before that. */
	if (at != wall && interval > 0)
		interval--;
	return g_time_zone_get_offset(zone, interval);
}

bool cal_zone_known(const char *name, int64_t wall, int *seconds_out)
{
	const char *known = system_name(name);
	GTimeZone *zone = known ? g_time_zone_new_identifier(known) : NULL;
	if (!zone)
		return false;
	*seconds_out = offset_in(zone, wall);
	g_time_zone_unref(zone);
	return true;
}

int cal_zone_here(int64_t wall)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_local();
	return offset_in(zone, wall);
}
