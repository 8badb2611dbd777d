/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dates of what repeats (RFC 5545 3.3.10): period by period, each day of one looked at against all that the rule says. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define LIST_MAX 400
#define DAY_S 86400
#define WALL_MAX INT64_C(253402300799) /* the end of the year 9999 */
#define TIMES_MAX 4000                 /* of one period */

enum freq { SECONDLY, MINUTELY, HOURLY, DAILY, WEEKLY, MONTHLY, YEARLY, UNKNOWN };
enum list { BYSECOND, BYMINUTE, BYHOUR, BYMONTHDAY, BYYEARDAY, BYWEEKNO, BYMONTH, BYSETPOS, LISTS };

struct weekday {
	int nth, day; /* nth 0: each; day 0: Sunday */
};
struct civil {
	int year, month, day;
};
struct cal_dates {
	enum freq freq;
	int interval, week_start;
	unsigned count, given; /* count 0: no end by it */
	int64_t until;         /* wall; INT64_MAX */
	GArray *lists[LISTS];  /* int */
	GArray *weekdays;      /* struct weekday */
	struct cal_wall start;
	struct civil first; /* of start */
	int64_t period;     /* the next to look at, in intervals from the first */
	GArray *ready;      /* int64_t: walls of the last one, ascending */
	guint at;
	unsigned *work;
};

static struct civil civil_of(int64_t day)
{
	/* The inverse of days_of(): eras of 400 years from 1 March 0000. */
	int64_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
		doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	struct civil c = { (int)(yoe + era * 400), (int)(mp < 10 ? mp + 3 : mp - 9),
		(int)(doy - (153 * mp + 2) / 5 + 1) };
	c.year += c.month <= 2;
	return c;
}

static int weekday_of(int64_t day)
{
	return (int)(((day + 4) % 7 + 7) % 7);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* --- the rule --- */

static bool number_of(struct str s, int *out)
{
	bool minus = s.n && *s.p == '-';
	uint64_t n;
	if (s.n && is_one_of(*s.p, "+-"))
		s = str_sub(s, 1);
	if (!str_u64(s, G_MAXINT32, &n))
		return false;
	*out = minus ? -(int)n : (int)n;
	return true;
}

static void take_list(GArray *to, struct str value)
{
	struct str one;
	int n;
	while (value.n && to->len < LIST_MAX) {
		str_cut(value, ',', &one, &value);
		if (number_of(str_trim(one), &n) && ABS(n) <= 366)
			g_array_append_val(to, n);
	}
}

static int day_named(struct str s)
{
	static const char *const names[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
	for (int i = 0; i < 7; i++)
		if (str_is(s, names[i]))
			return i;
	return -1;
}

static void take_weekdays(struct cal_dates *d, struct str value)
{
	struct str one;
	while (value.n && d->weekdays->len < LIST_MAX) {
		struct weekday w = { 0, -1 };
		str_cut(value, ',', &one, &value);
		one = str_trim(one);
		if (one.n >= 2)
			w.day = day_named(str_sub(one, one.n - 2));
		if (w.day >= 0 && (one.n == 2 || number_of((struct str){ one.p, one.n - 2 }, &w.nth)))
			g_array_append_val(d->weekdays, w);
	}
}

static void take_part(struct cal_dates *d, struct str name, struct str value, int offset)
{
	static const char *const freqs[] = { "SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };
	static const char *const lists[] = { "BYSECOND", "BYMINUTE", "BYHOUR", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO",
		"BYMONTH", "BYSETPOS" };
	struct cal_wall until;
	int n;
	for (unsigned i = 0; str_is(name, "FREQ") && i < G_N_ELEMENTS(freqs); i++)
		if (str_is(value, freqs[i]))
			d->freq = (enum freq)i;
	for (unsigned i = 0; i < LISTS; i++)
		if (str_is(name, lists[i]))
			take_list(d->lists[i], value);
	if (str_is(name, "BYDAY"))
		take_weekdays(d, value);
	else if (str_is(name, "WKST"))
		d->week_start = MAX(day_named(value), 0);
	else if (str_is(name, "INTERVAL") && number_of(value, &n) && n > 0)
		d->interval = n;
	else if (str_is(name, "COUNT") && number_of(value, &n) && n > 0)
		d->count = (unsigned)n;
	else if (str_is(name, "UNTIL") && cal_wall_parse(value, &until))
		d->until = until.s + (until.utc ? offset : 0) + (until.day ? DAY_S - 1 : 0);
}

struct cal_dates *cal_dates_new(struct str rule, struct cal_wall start, int offset, unsigned *work)
{
	struct cal_dates *d = g_new0(struct cal_dates, 1);
	struct str part, name, value;
	*d = (struct cal_dates){
		.freq = UNKNOWN, .interval = 1, .week_start = 1, .until = INT64_MAX, .start = start, .work = work
	};
	for (unsigned i = 0; i < LISTS; i++)
		d->lists[i] = g_array_new(FALSE, FALSE, sizeof(int));
	d->weekdays = g_array_new(FALSE, FALSE, sizeof(struct weekday));
	d->ready = g_array_new(FALSE, FALSE, sizeof(int64_t));
	d->first = civil_of(floor_div(start.s, DAY_S));
	while (rule.n) {
		str_cut(rule, ';', &part, &rule);
		str_cut(str_trim(part), '=', &name, &value);
		take_part(d, name, str_trim(value), offset);
	}
	return d;
}

void cal_dates_free(struct cal_dates *d)
{
	for (unsigned i = 0; i < LISTS; i++)
		g_array_unref(d->lists[i]);
	g_array_unref(d->weekdays);
	g_array_unref(d->ready);
	g_free(d);
}

/* --- is it one of its days? --- */

static bool listed(const GArray *list, int n)
{
	for (guint i = 0; i < list->len; i++)
		if (g_array_index(list, int, i) == n)
			return true;
	return false;
}

/* From the beginning, or negative from the end. */
static bool listed_either(const GArray *list, int n, int length)
{
	return !list->len || listed(list, n) || listed(list, n - length - 1);
}

static bool nth_matches(int nth, int index, int length)
{
	return nth > 0 ? nth == index / 7 + 1 : -nth == (length - 1 - index) / 7 + 1;
}

static bool weekday_matches(const struct cal_dates *d, int64_t day, const struct civil *c)
{
	bool of_month = d->freq == MONTHLY || d->lists[BYMONTH]->len;
	int64_t year = days_of(c->year, 1, 1);
	for (guint i = 0; i < d->weekdays->len; i++) {
		const struct weekday *w = &g_array_index(d->weekdays, struct weekday, i);
		if (w->day != weekday_of(day))
			continue;
		if (!w->nth || d->freq < MONTHLY)
			return true;
		if (of_month ? nth_matches(w->nth, c->day - 1, month_length(c->year, c->month))
			     : nth_matches(w->nth, (int)(day - year), (int)(days_of(c->year + 1, 1, 1) - year)))
			return true;
	}
	return !d->weekdays->len;
}

/* The first day of week 1: the first week with four days in the year. */
static int64_t first_week(const struct cal_dates *d, int year)
{
	int64_t fourth = days_of(year, 1, 4);
	return fourth - (weekday_of(fourth) - d->week_start + 7) % 7;
}

static bool week_matches(const struct cal_dates *d, int64_t day, int year)
{
	if (!d->lists[BYWEEKNO]->len)
		return true;
	int64_t from = first_week(d, year), to = first_week(d, year + 1);
	return day >= from && day < to &&
	       listed_either(d->lists[BYWEEKNO], (int)((day - from) / 7) + 1, (int)((to - from) / 7));
}

/* What the rule leaves open the start says. */
static bool default_matches(const struct cal_dates *d, int64_t day, const struct civil *c)
{
	bool days = d->weekdays->len || d->lists[BYMONTHDAY]->len || d->lists[BYYEARDAY]->len;
	if (days || d->freq <= DAILY)
		return true;
	if (d->freq == WEEKLY || d->lists[BYWEEKNO]->len)
		return weekday_of(day) == weekday_of(floor_div(d->start.s, DAY_S));
	return c->day == d->first.day && (d->freq == MONTHLY || d->lists[BYMONTH]->len || c->month == d->first.month);
}

static bool day_matches(const struct cal_dates *d, int64_t day, int year)
{
	struct civil c = civil_of(day);
	int64_t begins = days_of(c.year, 1, 1);
	if (d->lists[BYMONTH]->len && !listed(d->lists[BYMONTH], c.month))
		return false;
	return listed_either(d->lists[BYMONTHDAY], c.day, month_length(c.year, c.month)) &&
	       listed_either(d->lists[BYYEARDAY], (int)(day - begins) + 1, (int)(days_of(c.year + 1, 1, 1) - begins)) &&
	       weekday_matches(d, day, &c) && week_matches(d, day, year) && default_matches(d, day, &c);
}

/* --- the times of a period --- */

static void add_times(struct cal_dates *d, int64_t day)
{
	int own = (int)(d->start.s - floor_div(d->start.s, DAY_S) * DAY_S);
	const GArray *hours = d->lists[BYHOUR], *minutes = d->lists[BYMINUTE], *seconds = d->lists[BYSECOND];
	for (guint h = 0; h < MAX(hours->len, 1) && d->ready->len < TIMES_MAX; h++)
		for (guint m = 0; m < MAX(minutes->len, 1) && d->ready->len < TIMES_MAX; m++)
			for (guint s = 0; s < MAX(seconds->len, 1) && d->ready->len < TIMES_MAX; s++) {
				int hour = hours->len ? g_array_index(hours, int, h) : own / 3600;
				int minute = minutes->len ? g_array_index(minutes, int, m) : own / 60 % 60;
				int second = seconds->len ? g_array_index(seconds, int, s) : own % 60;
				int64_t wall = day * DAY_S + hour * 3600 + minute * 60 + second;
				g_array_append_val(d->ready, wall);
				++*d->work;
			}
}

/* Days from..to of the n-th period; false: past what is reckoned with. */
static bool period_days(const struct cal_dates *d, int64_t n, int64_t *from, int64_t *to, int *year)
{
	int64_t start = floor_div(d->start.s, DAY_S), step = n * d->interval;
	int64_t month = d->first.month - 1 + step;
	*year = d->first.year;
	if (step > 4000000)
		return false;
	switch (d->freq) {
	case DAILY: *from = *to = start + step; break;
	case WEEKLY:
		*from = start - (weekday_of(start) - d->week_start + 7) % 7 + 7 * step;
		*to = *from + 6;
		break;
	case MONTHLY:
		*year = d->first.year + (int)(month / 12);
		*from = days_of(*year, (int)(month % 12) + 1, 1);
		*to = *from + month_length(*year, (int)(month % 12) + 1) - 1;
		break;
	default:
		*year = d->first.year + (int)step;
		*from = d->lists[BYWEEKNO]->len ? first_week(d, *year) : days_of(*year, 1, 1);
		*to = (d->lists[BYWEEKNO]->len ? first_week(d, *year + 1) : days_of(*year + 1, 1, 1)) - 1;
	}
	return *year < 9999;
}

static int compare_walls(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Of all that a period has only some: the first, the last but one. */
static void take_positions(struct cal_dates *d)
{
	const GArray *positions = d->lists[BYSETPOS];
	GArray *all = d->ready;
	if (!positions->len)
		return;
	d->ready = g_array_new(FALSE, FALSE, sizeof(int64_t));
	for (guint i = 0; i < all->len; i++)
		if (listed_either(positions, (int)i + 1, (int)all->len))
			g_array_append_val(d->ready, g_array_index(all, int64_t, i));
	g_array_unref(all);
}

static bool fill_by_days(struct cal_dates *d)
{
	int64_t from, to;
	int year;
	if (!period_days(d, d->period++, &from, &to, &year))
		return false;
	for (int64_t day = from; day <= to; day++) {
		if (++*d->work > CAL_WORK_MAX)
			return false;
		if (day_matches(d, day, year))
			add_times(d, day);
	}
	g_array_sort(d->ready, compare_walls);
	take_positions(d);
	return true;
}

/* By hours, minutes and seconds: each moment against what the rule says of days and times. */
static bool fill_by_moment(struct cal_dates *d)
{
	static const int steps[] = { 1, 60, 3600 };
	int64_t wall = d->start.s + d->period++ * d->interval * steps[d->freq], day = floor_div(wall, DAY_S);
	int time = (int)(wall - day * DAY_S);
	if (++*d->work > CAL_WORK_MAX || wall > WALL_MAX)
		return false;
	if (day_matches(d, day, civil_of(day).year) &&
		(!d->lists[BYHOUR]->len || listed(d->lists[BYHOUR], time / 3600)) &&
		(!d->lists[BYMINUTE]->len || listed(d->lists[BYMINUTE], time / 60 % 60)) &&
		(!d->lists[BYSECOND]->len || listed(d->lists[BYSECOND], time % 60)))
		g_array_append_val(d->ready, wall);
	return true;
}

bool cal_dates_next(struct cal_dates *d, int64_t *wall_out)
{
	if (d->freq == UNKNOWN || (d->count && d->given >= d->count))
		return false;
	for (;;) {
		while (d->at < d->ready->len) {
			int64_t wall = g_array_index(d->ready, int64_t, d->at++);
			if (wall < d->start.s)
				continue;
			if (wall > d->until)
				return false;
			d->given++;
			*wall_out = wall;
			return true;
		}
		d->at = 0;
		g_array_set_size(d->ready, 0);
		if (!(d->freq < DAILY ? fill_by_moment(d) : fill_by_days(d)))
			return false;
	}
}

void cal_dates_skip(struct cal_dates *d, int64_t wall)
{
	static const int64_t spans[] = { 1, 60, 3600, DAY_S, 7 * DAY_S, 31 * DAY_S, 366 * DAY_S };
	int64_t gap = wall - d->start.s;
	/* What is counted must be gone through. */
	if (d->freq != UNKNOWN && !d->count && gap > 0)
		d->period = MAX(gap / spans[d->freq] / d->interval - 1, 0);
}
