/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"

#include <string.h>

#include "base/utf8.h"

#define TIME_MAX (10 * 366 * 86400)

/* NUMBER and a unit from a list. */
struct unit {
	const char *name;
	int64_t worth;
};

static bool number_with_unit(struct str s, const struct unit *units, size_t n, int64_t max, int64_t *out)
{
	size_t digits = 0;
	while (digits < s.n && g_ascii_isdigit(s.p[digits]))
		digits++;
	struct str unit = str_sub(s, digits);
	for (size_t i = 0; i < n; i++) {
		uint64_t value;
		if (!str_is(unit, units[i].name))
			continue;
		if (!str_u64((struct str){ s.p, digits }, (uint64_t)(max / units[i].worth), &value))
			return false;
		*out = (int64_t)value * units[i].worth;
		return true;
	}
	return false;
}

static const struct unit times[] = { { "w", 604800 }, { "d", 86400 }, { "h", 3600 }, { "m", 60 }, { "s", 1 } };

bool cfg_value_time(struct str s, int *seconds_out)
{
	int64_t seconds;
	if (!number_with_unit(s, times, G_N_ELEMENTS(times), TIME_MAX, &seconds))
		return false;
	*seconds_out = (int)seconds;
	return true;
}

bool cfg_value_size(struct str s, int64_t *octets_out)
{
	static const struct unit sizes[] = { { "KB", 1 << 10 }, { "MB", 1 << 20 }, { "GB", 1 << 30 } };
	return number_with_unit(s, sizes, G_N_ELEMENTS(sizes), (int64_t)1 << 50, octets_out);
}

char *cfg_time_text(int seconds)
{
	for (size_t i = 1; seconds && i < G_N_ELEMENTS(times); i++)
		if (seconds % times[i].worth == 0)
			return g_strdup_printf("%d%s", (int)(seconds / times[i].worth), times[i].name);
	return g_strdup_printf("%ds", seconds);
}

static bool is_host_octet(char c)
{
	return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || (c & 0x80);
}

bool cfg_value_host(struct str s)
{
	if (!s.n || s.n > 253)
		return false;
	if (memchr(s.p, ':', s.n)) {
		g_autofree char *text = str_dup(s);
		return g_hostname_is_ip_address(text);
	}
	if (s.p[0] == '-' || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_host_octet(s.p[i]) || (s.p[i] == '.' && i && s.p[i - 1] == '.'))
			return false;
	return true;
}

bool cfg_value_address(struct str s)
{
	struct str local, domain;
	if (s.n > 320 || !str_cut(s, '@', &local, &domain) || !local.n)
		return false;
	for (size_t i = 0; i < local.n; i++)
		if (strchr(" \t\"<>(),;:[]\\", local.p[i]))
			return false;
	return cfg_value_host(domain) && !memchr(domain.p, ':', domain.n);
}

bool cfg_value_header(struct str s)
{
	if (!s.n || s.n > 76)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f || s.p[i] == ':')
			return false;
	return true;
}

int cfg_duration(const char *text)
{
	int seconds;
	return cfg_value_time(str_of(text), &seconds) ? seconds : -1;
}

/* "07:00" */
static bool time_of_day(struct str s, int *minutes_out)
{
	struct str hours, minutes;
	uint64_t h, m;
	if (!str_cut(s, ':', &hours, &minutes) || minutes.n != 2 || !str_u64(hours, 23, &h) ||
		!str_u64(minutes, 59, &m))
		return false;
	*minutes_out = (int)(h * 60 + m);
	return true;
}

bool cfg_hours(const char *text, int *from_out, int *until_out)
{
	struct str from, until;
	return str_cut(str_of(text), '-', &from, &until) && time_of_day(from, from_out) &&
	       time_of_day(until, until_out) && *from_out != *until_out;
}

char *cfg_reports(const char *text)
{
	static const char *const words[] = { "success", "failure", "delay" };
	bool wanted[G_N_ELEMENTS(words)] = { false };
	g_auto(GStrv) said = g_strsplit(text, ",", -1);
	g_autoptr(GString) out = g_string_new(NULL);
	if (!g_ascii_strcasecmp(text, "never"))
		return g_strdup("NEVER");
	for (char **word = said; *word; word++) {
		size_t i = 0;
		while (i < G_N_ELEMENTS(words) && g_ascii_strcasecmp(g_strstrip(*word), words[i]))
			i++;
		if (i == G_N_ELEMENTS(words))
			return NULL;
		wanted[i] = true;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		g_autofree char *upper = g_ascii_strup(words[i], -1);
		if (wanted[i])
			g_string_append_printf(out, "%s%s", out->len ? "," : "", upper);
	}
	return out->len ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
}

char *cfg_quoted(const char *word)
{
	g_autofree char *clean = utf8_line(str_of(word));
	GString *out = g_string_new(NULL);
	struct err none = ERR_INIT;
	cfg_edit_quote(clean, out, &none);
	err_clear(&none);
	return g_string_free(out, FALSE);
}
