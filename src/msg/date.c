/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates, read by what each word looks like: weekdays and comments say nothing, order matters little. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define YEAR_MIN 1900
#define YEAR_MAX 9999

struct fields {
	int day, month, year; /* -1: not met */
	int hour, minute, second;
	int offset;
	bool has_offset, bad;
};

static const struct fields nothing = { .day = -1, .month = -1, .year = -1, .hour = -1 };

/* Days from 1970-01-01 in the proleptic Gregorian calendar, by eras of 400 years from 1 March 0000. */
int64_t days_of(int year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = y / 400, year_of_era = y % 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

int month_length(int year, int month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return lengths[month - 1] + (month == 2 && leap);
}

static int month_of(struct str word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	if (word.n < 3)
		return 0;
	for (int i = 0; i < 12; i++)
		if (!g_ascii_strncasecmp(word.p, names + 3 * i, 3))
			return i + 1;
	return 0;
}

static bool is_weekday(struct str word)
{
	static const char names[] = "sunmontuewedthufrisat";
	for (int i = 0; i < 7 && word.n >= 3; i++)
		if (!g_ascii_strncasecmp(word.p, names + 3 * i, 3))
			return true;
	return false;
}

static bool number_of(struct str s, size_t digits_max, int *out)
{
	uint64_t value;
	if (s.n > digits_max || !str_u64(s, 99999, &value))
		return false;
	*out = (int)value;
	return true;
}

/* --- words --- */

static struct str take_digits(struct str *s)
{
	struct str digits = { s->p, 0 };
	while (digits.n < s->n && g_ascii_isdigit(s->p[digits.n]))
		digits.n++;
	*s = str_sub(*s, digits.n);
	return digits;
}

/* RFC 5322 4.3: two and three digits count from 1900, two below 50 from 2000. */
static void set_year(struct fields *f, int year, size_t digits)
{
	if (digits == 2 && year < 50)
		year += 2000;
	else if (digits == 2 || digits == 3)
		year += 1900;
	f->year = year; /* of one digit: below YEAR_MIN, so no date */
}

static bool set_offset(struct fields *f, struct str s)
{
	int sign = s.p[0] == '-' ? -1 : 1, value;
	struct str digits = str_sub(s, 1), rest = digits, hours, minutes;
	if (digits.n == 5 && str_cut(rest, ':', &hours, &minutes)) {
		int h, m;
		if (!number_of(hours, 2, &h) || !number_of(minutes, 2, &m))
			return false;
		value = h * 100 + m;
	} else if (!number_of(digits, 4, &value)) {
		return false;
	} else if (digits.n <= 2) {
		value *= 100;
	}
	/* Nonsense is no zone: the clock reading is then taken as UTC. */
	bool sane = value / 100 <= 23 && value % 100 <= 59;
	f->offset = sane ? sign * (value / 100 * 60 + value % 100) : 0;
	f->has_offset = true;
	return true;
}

/* RFC 5322 4.3; a single letter but Z says nothing reliable and counts as UTC. */
static bool set_zone(struct fields *f, struct str word)
{
	static const struct {
		const char *name;
		int hours;
	} zones[] = { { "UT", 0 }, { "UTC", 0 }, { "GMT", 0 }, { "EST", -5 }, { "EDT", -4 }, { "CST", -6 },
		{ "CDT", -5 }, { "MST", -7 }, { "MDT", -6 }, { "PST", -8 }, { "PDT", -7 }, { "CET", 1 }, { "CEST", 2 },
		{ "MET", 1 }, { "MEST", 2 }, { "EET", 2 }, { "EEST", 3 }, { "BST", 1 }, { "MSK", 3 }, { "JST", 9 },
		{ "KST", 9 } };
	bool known = word.n == 1;
	int hours = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(zones) && !known; i++)
		if (str_is(word, zones[i].name)) {
			known = true;
			hours = zones[i].hours;
		}
	/* An offset already read says more than a name behind it: "+0200 CEST". */
	if (known && !f->has_offset) {
		f->offset = hours * 60;
		f->has_offset = true;
	}
	return known;
}

/* hh:mm[:ss[.frac]], maybe with a zone glued to it. */
static bool set_time(struct fields *f, struct str word)
{
	struct str h = take_digits(&word), m, s;
	if (f->hour >= 0 || !h.n || h.n > 2 || !word.n || (word.p[0] != ':' && word.p[0] != '.'))
		return false;
	char colon = word.p[0];
	word = str_sub(word, 1);
	m = take_digits(&word);
	if (!number_of(h, 2, &f->hour) || !number_of(m, 2, &f->minute)) {
		f->hour = -1;
		return false;
	}
	if (word.n && word.p[0] == colon) {
		word = str_sub(word, 1);
		s = take_digits(&word);
		if (!number_of(s, 2, &f->second))
			f->bad = true;
	}
	if (word.n && (word.p[0] == '.' || word.p[0] == ',')) {
		word = str_sub(word, 1);
		take_digits(&word);
	}
	if (word.n && (word.p[0] == '+' || word.p[0] == '-'))
		set_offset(f, word);
	else if (word.n)
		set_zone(f, word);
	return true;
}

/* 2026-11-21, 2026-11-21T19:14:00+01:00, 21-Nov-2026, 21-Nov-26. */
static bool set_dashed(struct fields *f, struct str word)
{
	struct str a, b, c, clock = { NULL, 0 };
	int value;
	if (!str_cut(word, '-', &a, &word) || !str_cut(word, '-', &b, &word))
		return false;
	c = take_digits(&word);
	if (word.n && (word.p[0] == 'T' || word.p[0] == 't'))
		clock = str_sub(word, 1);
	else if (word.n)
		return false;
	int month = month_of(b);
	if (month && number_of(a, 2, &f->day) && number_of(c, 4, &value)) {
		set_year(f, value, c.n);
		f->month = month;
	} else if (a.n == 4 && number_of(a, 4, &f->year) && number_of(b, 2, &f->month) && number_of(c, 2, &f->day)) {
		f->bad = f->bad || f->month == 0;
	} else {
		return false;
	}
	if (clock.n)
		set_time(f, clock);
	return true;
}

static void set_number(struct fields *f, struct str word)
{
	int value;
	if (!number_of(word, 5, &value)) {
		take_digits(&word);
		f->bad = f->bad || !word.n; /* too many digits: a year nobody means */
		return;
	}
	if (f->day < 0 && word.n <= 2)
		f->day = value;
	else if (f->year < 0)
		set_year(f, value, word.n);
}

static void read_word(struct fields *f, struct str word)
{
	int month;
	if ((word.p[0] == '+' || word.p[0] == '-') && f->hour >= 0 && set_offset(f, word))
		return;
	if (g_ascii_isdigit(word.p[0])) {
		if (!set_time(f, word) && !set_dashed(f, word))
			set_number(f, word);
		return;
	}
	month = month_of(word);
	if (month && f->month < 0)
		f->month = month;
	else if (str_is(word, "pm") && f->hour >= 0 && f->hour < 12)
		f->hour += 12;
	else if (str_is(word, "am") && f->hour == 12)
		f->hour = 0;
	else if (!is_weekday(word) && f->hour >= 0)
		set_zone(f, word);
}

/* The next word between blanks and commas; comments may nest and are passed over. */
static struct str word_next(struct str *s)
{
	size_t depth = 0;
	while (s->n && (depth || is_one_of(s->p[0], " \t\r\n,()"))) {
		if (s->p[0] == '\\' && s->n > 1)
			*s = str_sub(*s, 1);
		else if (s->p[0] == '(')
			depth++;
		else if (s->p[0] == ')' && depth)
			depth--;
		*s = str_sub(*s, 1);
	}
	struct str word = { s->p, 0 };
	while (word.n < s->n && !is_one_of(s->p[word.n], " \t\r\n,()"))
		word.n++;
	*s = str_sub(*s, word.n);
	return word;
}

static struct msg_date date_of(const struct fields *f)
{
	struct msg_date d = { .known = false };
	if (f->bad || f->year < YEAR_MIN || f->year > YEAR_MAX || f->month < 1 || f->month > 12 || f->day < 1 ||
		f->day > month_length(f->year, f->month))
		return d;
	int hour = f->hour < 0 ? 0 : f->hour;
	if (hour > 23 || f->minute > 59 || f->second > 60)
		return d;
	d.epoch = days_of(f->year, f->month, f->day) * 86400 + hour * 3600 + f->minute * 60 + MIN(f->second, 59);
	d.epoch -= (int64_t)f->offset * 60;
	d.offset = f->offset;
	d.known = true;
	return d;
}

struct msg_date msg_date_parse(struct str value)
{
	struct fields f = nothing;
	for (;;) {
		struct str word = word_next(&value);
		if (!word.n)
			break;
		read_word(&f, word);
	}
	return date_of(&f);
}

/* RFC 9051 9, date-time: fixed places, the day may begin with a blank. */
struct msg_date msg_date_internal(struct str value)
{
	struct fields f = nothing;
	struct msg_date unknown = { .known = false };
	value = str_trim(value);
	if (value.n < 24 || value.n > 26)
		return unknown;
	struct str date, clock, zone;
	if (!str_cut(value, ' ', &date, &value) || !str_cut(value, ' ', &clock, &zone))
		return unknown;
	if (!set_dashed(&f, date) || !set_time(&f, clock) || zone.n != 5 || !is_one_of(zone.p[0], "+-") ||
		!set_offset(&f, zone))
		return unknown;
	return date_of(&f);
}

char *msg_date_rfc3339(struct msg_date d)
{
	if (!d.known)
		return NULL;
	g_autoptr(GDateTime) local = g_date_time_new_from_unix_utc(d.epoch + (int64_t)d.offset * 60);
	if (!local)
		return NULL;
	g_autofree char *clock = g_date_time_format(local, "%Y-%m-%dT%H:%M:%S");
	unsigned away = (unsigned)ABS(d.offset);
	return g_strdup_printf("%s%c%02u:%02u", clock, d.offset < 0 ? '-' : '+', away / 60, away % 60);
}
