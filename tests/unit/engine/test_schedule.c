/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"
#include "tests/unit/unit.h"

static void polling_never_goes_below_the_floor(void)
{
	static const int configured[] = { 0, 1, 300, 600, 601, 900, 86400 };
	for (size_t i = 0; i < G_N_ELEMENTS(configured); i++) {
		struct cfg_account cfg = { .poll = configured[i] };
		for (uint32_t random = 0; random < 1000; random += 7)
			g_assert_cmpint(schedule_next_poll(&cfg, 1000000, random), >, 1000000 + ENGINE_POLL_FLOOR_S);
		g_assert_cmpint(schedule_until_due(&cfg, 1000000, 1000000), >, ENGINE_POLL_FLOOR_S);
		g_assert_cmpint(schedule_until_due(&cfg, 1000000, 1000000 + ENGINE_POLL_FLOOR_S), >, 0);
	}
}

static void polling_jitter_only_adds(void)
{
	struct cfg_account cfg = { .poll = 900 };
	g_assert_cmpint(schedule_next_poll(&cfg, 0, 0), ==, 900);
	for (uint32_t random = 0; random < 100000; random += 997) {
		g_assert_cmpint(schedule_next_poll(&cfg, 0, random), >=, 900);
		g_assert_cmpint(schedule_next_poll(&cfg, 0, random), <=, 990);
	}
}

static void k03_promise_27_clock_set_back_does_not_stop_polling(void)
{
	struct cfg_account cfg = { .poll = 900 };
	g_assert_cmpint(schedule_until_due(&cfg, 2000000000, 1000000000), ==, 0);
	g_assert_cmpint(schedule_until_due(&cfg, 0, 1000), ==, 0);
	g_assert_cmpint(schedule_until_due(&cfg, 1000, 1900), ==, 0);
	g_assert_cmpint(schedule_until_due(&cfg, 1000, 1899), ==, 1);
}

static void backoff_grows_and_is_bounded(void)
{
	int last = 0;
	for (unsigned failures = 1; failures < 40; failures++) {
		int seconds = schedule_backoff(failures, 0);
		g_assert_cmpint(seconds, >=, last);
		g_assert_cmpint(seconds, <=, 900);
		g_assert_cmpint(schedule_backoff(failures, UINT32_MAX), <=, 900 + 450);
		last = seconds;
	}
	g_assert_cmpint(last, ==, 900);
}

static void a12_refused_secret_waits_for_the_user(void)
{
	struct cfg_account cfg = { .poll = 900 };
	struct store_account_info never = { .secret_worked = false };
	g_assert_false(schedule_may_try(&cfg, &never, true, false, 0));
	g_assert_true(schedule_may_try(&cfg, &never, true, true, 0));
	g_assert_true(schedule_may_try(&cfg, &never, false, false, 0));
	struct store_account_info once = { .secret_worked = true, .auth_tries_day = 20, .auth_tries = 2 };
	g_assert_true(schedule_may_try(&cfg, &once, true, false, 20 * 86400));
	once.auth_tries = 3;
	g_assert_false(schedule_may_try(&cfg, &once, true, false, 20 * 86400 + 86399));
	g_assert_true(schedule_may_try(&cfg, &once, true, false, 21 * 86400));
	/* Not before the interval has passed since the last contact. */
	once.last_poll = 21 * 86400 - 10;
	g_assert_false(schedule_may_try(&cfg, &once, true, false, 21 * 86400));
	g_assert_true(schedule_may_try(&cfg, &once, true, false, 21 * 86400 + 890));
}

void suite(void)
{
	unit_add(polling_never_goes_below_the_floor);
	unit_add(polling_jitter_only_adds);
	unit_add(k03_promise_27_clock_set_back_does_not_stop_polling);
	unit_add(backoff_grows_and_is_bounded);
	unit_add(a12_refused_secret_waits_for_the_user);
}
