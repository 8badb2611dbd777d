/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

static uint32_t number(struct fixture *f, const char *host, unsigned port, const char *login, const char *label)
{
	uint32_t n = 0;
	check_ok(f, store_account(f->st, host, port, login, label, &n, &f->e));
	return n;
}

static void account_is_keyed_by_host_port_and_login(void)
{
	struct fixture f;
	start(&f);
	uint32_t first = number(&f, "mail.example.org", 993, "me", "work");
	g_assert_cmpuint(first, >, 0);
	g_assert_cmpuint(number(&f, "mail.example.org", 993, "me", "renamed"), ==, first);
	g_assert_cmpuint(number(&f, "MAIL.example.ORG", 993, "me", "work"), ==, first);
	g_assert_cmpuint(number(&f, "mail.example.org", 143, "me", "work"), !=, first);
	g_assert_cmpuint(number(&f, "mail.example.org", 993, "Me", "work"), !=, first);
	g_assert_cmpuint(number(&f, "other.example.org", 993, "me", "work"), !=, first);
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_cmpuint(number(&f, "mail.example.org", 993, "me", "work"), ==, first);
	fixture_clear(&f);
}

static void account_info_is_kept(void)
{
	struct fixture f;
	uint32_t found = 0;
	struct store_account_info in = { .prefix = (char *)"",
		.secret_hash = (char *)"ab12",
		.secret_worked = true,
		.last_poll = 5,
		.last_sync = 6,
		.auth_tries_day = 20000,
		.auth_tries = 2 };
	struct store_account_info out = { 0 };
	start(&f);
	uint32_t n = number(&f, "h", 993, "l", "w");
	check_ok(&f, store_account_get(f.st, n, &out, &f.e));
	g_assert_null(out.prefix);
	g_assert_null(out.secret_hash);
	check_ok(&f, store_account_put(f.st, n, &in, &f.e));
	check_ok(&f, reader_account(f.r, "H", 993, "l", &found, &out, &f.e));
	g_assert_cmpuint(found, ==, n);
	g_assert_cmpstr(out.prefix, ==, "");
	g_assert_cmpstr(out.secret_hash, ==, "ab12");
	g_assert_true(out.secret_worked);
	g_assert_cmpint(out.last_poll, ==, 5);
	g_assert_cmpint(out.last_sync, ==, 6);
	g_assert_cmpint(out.auth_tries_day, ==, 20000);
	g_assert_cmpuint(out.auth_tries, ==, 2);
	store_account_info_clear(&out);
	fixture_clear(&f);
}

static void account_unknown_is_missing(void)
{
	struct fixture f;
	uint32_t n;
	struct store_account_info info = { 0 };
	start(&f);
	g_assert_cmpint(reader_account(f.r, "h", 993, "l", &n, &info, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_cmpint(store_account_get(f.st, 77, &info, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_cmpint(store_account_put(f.st, 77, &info, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	fixture_clear(&f);
}

static void ledger_sums_by_account_and_day(void)
{
	struct fixture f;
	struct store_ledger add = { 1, 20, 300, 4000, 2, 3 }, sum;
	start(&f);
	int64_t noon = 20000 * (int64_t)86400 + 43200;
	check_ok(&f, store_ledger_add(f.st, 1, noon, &add, &f.e));
	check_ok(&f, store_ledger_add(f.st, 1, noon + 3600, &add, &f.e));
	check_ok(&f, store_ledger_add(f.st, 2, noon, &add, &f.e));
	check_ok(&f, store_ledger_add(f.st, 1, noon + 86400, &add, &f.e));
	check_ok(&f, store_ledger_add(f.st, 1, -1, &add, &f.e));
	check_ok(&f, store_ledger_get(f.st, 1, noon - 43200, &sum, &f.e));
	g_assert_cmpuint(sum.logins, ==, 2);
	g_assert_cmpuint(sum.commands, ==, 40);
	g_assert_cmpuint(sum.bytes_in, ==, 600);
	g_assert_cmpuint(sum.bytes_out, ==, 8000);
	g_assert_cmpuint(sum.polls, ==, 4);
	g_assert_cmpuint(sum.acts, ==, 6);
	check_ok(&f, store_ledger_get(f.st, 1, 0, &sum, &f.e));
	g_assert_cmpuint(sum.logins, ==, 0);
	check_ok(&f, store_ledger_get(f.st, 1, -86400, &sum, &f.e));
	g_assert_cmpuint(sum.logins, ==, 1);
	fixture_clear(&f);
}

static void acts_are_counted_since_a_time(void)
{
	struct fixture f;
	unsigned count = 9;
	int64_t oldest = 9;
	start(&f);
	check_ok(&f, store_act_count(f.st, 1, WHEN, &count, &oldest, &f.e));
	g_assert_cmpuint(count, ==, 0);
	g_assert_cmpint(oldest, ==, 0);
	for (int i = 0; i < 5; i++)
		check_ok(&f, store_act_add(f.st, 1, WHEN + 100 * i, &f.e));
	check_ok(&f, store_act_add(f.st, 1, WHEN + 400, &f.e));
	check_ok(&f, store_act_add(f.st, 2, WHEN, &f.e));
	check_ok(&f, store_act_count(f.st, 1, WHEN + 100, &count, &oldest, &f.e));
	g_assert_cmpuint(count, ==, 5);
	g_assert_cmpint(oldest, ==, WHEN + 100);
	fixture_clear(&f);
}

static void promise_27_acts_of_a_wrong_clock_are_forgotten(void)
{
	struct fixture f;
	unsigned count = 9;
	int64_t oldest = 9;
	start(&f);
	check_ok(&f, store_act_add(f.st, 1, WHEN + 1000000, &f.e));
	check_ok(&f, store_act_add(f.st, 1, WHEN, &f.e));
	check_ok(&f, store_act_count(f.st, 1, WHEN - 3600, &count, &oldest, &f.e));
	g_assert_cmpuint(count, ==, 1);
	g_assert_cmpint(oldest, ==, WHEN);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(account_is_keyed_by_host_port_and_login);
	unit_add(account_info_is_kept);
	unit_add(account_unknown_is_missing);
	unit_add(ledger_sums_by_account_and_day);
	unit_add(acts_are_counted_since_a_time);
	unit_add(promise_27_acts_of_a_wrong_clock_are_forgotten);
}
