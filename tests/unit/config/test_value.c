/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"
#include "tests/unit/unit.h"

static int seconds(const char *s)
{
	int n = -1;
	return cfg_value_time(unit_str(s), &n) ? n : -1;
}

static int64_t octets(const char *s)
{
	int64_t n = -1;
	return cfg_value_size(unit_str(s), &n) ? n : -1;
}

static void time_reads_every_unit(void)
{
	g_assert_cmpint(seconds("90s"), ==, 90);
	g_assert_cmpint(seconds("15m"), ==, 900);
	g_assert_cmpint(seconds("24h"), ==, 86400);
	g_assert_cmpint(seconds("90d"), ==, 90 * 86400);
	g_assert_cmpint(seconds("2w"), ==, 14 * 86400);
}

static void time_without_unit_or_past_the_limit_is_refused(void)
{
	static const char *const bad[] = { "", "15", "m", "-1m", "1.5h", "15 m", "15mm", "99999999999999999999s",
		"99999w" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_cmpint(seconds(bad[i]), ==, -1);
}

static void size_reads_every_unit(void)
{
	g_assert_cmpint(octets("64KB"), ==, 64 << 10);
	g_assert_cmpint(octets("1MB"), ==, 1 << 20);
	g_assert_cmpint(octets("2gb"), ==, (int64_t)2 << 30);
	g_assert_cmpint(octets("2"), ==, -1);
	g_assert_cmpint(octets("99999999999GB"), ==, -1);
}

static void time_is_written_in_its_largest_unit(void)
{
	static const int times[] = { 601, 600, 3600, 172800 };
	static const char *const texts[] = { "601s", "10m", "1h", "2d" };
	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autofree char *text = cfg_time_text(times[i]);
		g_assert_cmpstr(text, ==, texts[i]);
	}
}

static void x08_host_takes_names_and_numbers_only(void)
{
	static const char *const good[] = { "localhost", "mail.box.example", "127.0.0.1", "::1", "fe80::1",
		"bücher.example" };
	static const char *const bad[] = { "", "-oProxyCommand=id", ".box", "a..b", "a b", "x;id", "a/b", "1:2",
		"user@host" };
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(cfg_value_host(unit_str(good[i])));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(cfg_value_host(unit_str(bad[i])));
}

static void address_is_one_local_part_and_a_domain(void)
{
	static const char *const good[] = { "vera@box.example", "v.l+x@b", "*@box.example" };
	static const char *const bad[] = { "", "vera", "@box", "vera@", "a@b@c", "<a@b>", "a b@c", "a,b@c", "a@::1" };
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		g_assert_true(cfg_value_address(unit_str(good[i])));
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		g_assert_false(cfg_value_address(unit_str(bad[i])));
}

static void reports_of_delivery_are_put_into_the_words_of_the_protocol(void)
{
	static const struct {
		const char *said, *words;
	} cases[] = { { "never", "NEVER" }, { "NEVER", "NEVER" }, { "success", "SUCCESS" },
		{ "delay,failure", "FAILURE,DELAY" }, { " Success , delay,success", "SUCCESS,DELAY" }, { "", NULL },
		{ "never,delay", NULL }, { "delay,", NULL }, { "often", NULL } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *words = cfg_reports(cases[i].said);
		g_assert_cmpstr(words, ==, cases[i].words);
	}
}

void suite(void)
{
	unit_add(time_reads_every_unit);
	unit_add(time_without_unit_or_past_the_limit_is_refused);
	unit_add(size_reads_every_unit);
	unit_add(time_is_written_in_its_largest_unit);
	unit_add(x08_host_takes_names_and_numbers_only);
	unit_add(address_is_one_local_part_and_a_domain);
	unit_add(reports_of_delivery_are_put_into_the_words_of_the_protocol);
}
