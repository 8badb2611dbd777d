/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values of iCalendar: times, durations, offsets, rules and text. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define DURATION_MAX_S (INT64_C(3660) * 86400)
#define RULE_NUMBER_MAX 100000

static bool digits(struct str *s, size_t n, int *out)
{
	uint64_t value;
	if (s->n < n || !str_u64((struct str){ s->p, n }, 99999, &value))
		return false;
	*out = (int)value;
	*s = str_sub(*s, n);
	return true;
}

bool cal_wall_parse(struct str value, struct cal_wall *out)
{
	int year, month, day, hour = 0, minute = 0, second = 0;
	value = str_trim(value);
	*out = (struct cal_wall){ 0 };
	if (!digits(&value, 4, &year) || !digits(&value, 2, &month) || !digits(&value, 2, &day) || year < 1 ||
		month < 1 || month > 12 || day < 1 || day > month_length(year, month))
		return false;
	out->s = days_of(year, month, day) * 86400;
	out->day = !value.n;
	if (out->day)
		return true;
	if (!is_one_of(*value.p, "Tt"))
		return false;
	value = str_sub(value, 1);
	if (!digits(&value, 2, &hour) || !digits(&value, 2, &minute))
		return false;
	/* Without seconds is not of the standard, but clear. */
	if (value.n >= 2 && !digits(&value, 2, &second))
		return false;
	out->utc = value.n == 1 && is_one_of(*value.p, "Zz");
	if (hour > 23 || minute > 59 || second > 60 || (value.n && !out->utc))
		return false;
	out->s += hour * 3600 + minute * 60 + MIN(second, 59);
	return true;
}

bool cal_offset_parse(struct str value, int *seconds_out)
{
	int hour, minute, second = 0;
	value = str_trim(value);
	bool west = value.n && *value.p == '-';
	if (!value.n || !is_one_of(*value.p, "+-"))
		return false;
	value = str_sub(value, 1);
	if (!digits(&value, 2, &hour) || !digits(&value, 2, &minute) || (value.n && !digits(&value, 2, &second)) ||
		value.n || hour > 23 || minute > 59 || second > 59)
		return false;
	*seconds_out = (west ? -1 : 1) * (hour * 3600 + minute * 60 + second);
	return true;
}

static int64_t unit_of(char c, bool time)
{
	switch (g_ascii_toupper(c)) {
	case 'W': return 7 * 86400;
	case 'D': return 86400;
	case 'H': return 3600;
	case 'M': return time ? 60 : 0;
	case 'S': return 1;
	default: return 0;
	}
}

bool cal_duration_parse(struct str value, int64_t *seconds_out)
{
	value = str_trim(value);
	bool back = value.n && *value.p == '-', time = false;
	if (value.n && is_one_of(*value.p, "+-"))
		value = str_sub(value, 1);
	if (value.n < 2 || !is_one_of(*value.p, "Pp"))
		return false;
	int64_t sum = 0;
	for (value = str_sub(value, 1); value.n;) {
		size_t n = 0;
		uint64_t count;
		if (is_one_of(*value.p, "Tt")) {
			time = true;
			value = str_sub(value, 1);
			continue;
		}
		while (n < value.n && g_ascii_isdigit(value.p[n]))
			n++;
		int64_t unit = n < value.n ? unit_of(value.p[n], time) : 0;
		if (!unit || !str_u64((struct str){ value.p, n }, DURATION_MAX_S, &count))
			return false;
		sum += (int64_t)count * unit;
		if (sum > DURATION_MAX_S)
			return false;
		value = str_sub(value, n + 1);
	}
	*seconds_out = back ? -sum : sum;
	return true;
}

/* --- RRULE --- */

static bool word_is(struct str s, const char *const *words, unsigned n, unsigned *out)
{
	for (unsigned i = 0; i < n; i++) {
		if (!str_is(s, words[i]))
			continue;
		*out = i;
		return true;
	}
	return false;
}

/* "MO,WE", "2TU", "-1FR": of those with a number only one is in plain words. */
static void rule_days(struct cal_rule *r, struct str value)
{
	static const char *const names[] = { "SU", "MO", "TU", "WE", "TH", "FR", "SA" };
	struct str one;
	while (value.n) {
		str_cut(value, ',', &one, &value);
		one = str_trim(one);
		bool last = one.n && *one.p == '-';
		struct str number = { one.p, one.n > 2 ? one.n - 2 : 0 };
		uint64_t week = 0;
		unsigned day;
		if (number.n && is_one_of(*number.p, "+-"))
			number = str_sub(number, 1);
		if (one.n < 2 || (number.n && !str_u64(number, 53, &week)) ||
			!word_is(str_sub(one, one.n - 2), names, 7, &day)) {
			r->odd = true;
			continue;
		}
		r->odd = r->odd || week > 5 || (r->weekdays && (week || r->week));
		r->week = last ? -(int)week : (int)week;
		r->weekdays |= 1u << day;
	}
}

static void rule_number(struct cal_rule *r, struct str value, unsigned max, int *out)
{
	uint64_t n;
	if (str_u64(value, max, &n) && n)
		*out = (int)n;
	else
		r->odd = true;
}

static void rule_part(struct cal_rule *r, struct str name, struct str value)
{
	static const char *const freqs[] = { "", "DAILY", "WEEKLY", "MONTHLY", "YEARLY" };
	struct cal_wall until;
	unsigned freq;
	uint64_t n;
	if (str_is(name, "FREQ")) {
		r->freq = word_is(value, freqs, G_N_ELEMENTS(freqs), &freq) && freq ? (enum cal_freq)freq : CAL_OFTEN;
	} else if (str_is(name, "INTERVAL")) {
		r->interval = str_u64(value, RULE_NUMBER_MAX, &n) && n ? (unsigned)n : 1;
	} else if (str_is(name, "COUNT")) {
		r->count = str_u64(value, RULE_NUMBER_MAX, &n) ? (unsigned)n : 0;
		r->odd = r->odd || !r->count;
	} else if (str_is(name, "UNTIL")) {
		if (cal_wall_parse(value, &until))
			r->until = until.s;
	} else if (str_is(name, "BYDAY")) {
		rule_days(r, value);
	} else if (str_is(name, "BYMONTHDAY")) {
		rule_number(r, value, 31, &r->monthday);
	} else if (str_is(name, "BYMONTH")) {
		rule_number(r, value, 12, &r->month);
	} else if (!str_is(name, "WKST") && name.n) {
		r->odd = true;
	}
}

void cal_rule_parse(struct str value, struct cal_rule *out)
{
	struct str part, name, what;
	*out = (struct cal_rule){ .interval = 1 };
	while (value.n) {
		str_cut(value, ';', &part, &value);
		str_cut(str_trim(part), '=', &name, &what);
		rule_part(out, name, str_trim(what));
	}
	bool by_week = out->freq == CAL_MONTHLY || (out->freq == CAL_YEARLY && out->month);
	if ((out->week && !by_week) || (out->weekdays && !out->week && out->freq != CAL_WEEKLY) ||
		(out->monthday && out->weekdays))
		out->odd = true;
}

/* --- TEXT --- */

char *cal_text(struct str value, bool lines)
{
	g_autoptr(GString) out = g_string_sized_new(value.n);
	for (size_t i = 0; i < value.n; i++) {
		bool escaped = value.p[i] == '\\' && i + 1 < value.n;
		char c = escaped ? value.p[++i] : value.p[i];
		g_string_append_c(out, escaped && is_one_of(c, "nN") ? '\n' : c);
	}
	struct str all = { out->str, out->len };
	if (!lines)
		return clean_line(all);
	return utf8_text(str_trim(all));
}
