/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"
#include "tests/unit/unit.h"

static struct plan plan_of(const struct store_folder *f, struct imap_mailbox m, uint32_t window_low)
{
	struct plan_in in = { .cached = f, .server = m, .window_low = window_low };
	struct plan plan;
	plan_folder(&in, &plan);
	return plan;
}

static void i18_changed_uidvalidity_renumbers(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100, .rows = 99, .complete = true };
	struct plan p = plan_of(&f, (struct imap_mailbox){ .exists = 99, .uidvalidity = 8, .uidnext = 100 }, 50);
	g_assert_true(p.renumber);
	g_assert_cmpuint(p.gap_lo, ==, 0);
	p = plan_of(&f, (struct imap_mailbox){ .exists = 99, .uidvalidity = 7, .uidnext = 100 }, 50);
	g_assert_false(p.renumber);
}

/* A server that names no UIDVALIDITY must not be fetched anew on every visit. */
static void i19_missing_uidvalidity_is_no_change(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100 };
	g_assert_false(plan_of(&f, (struct imap_mailbox){ .exists = 1 }, 0).renumber);
	f.uidvalidity = 0;
	g_assert_false(plan_of(&f, (struct imap_mailbox){ .exists = 1, .uidvalidity = 9 }, 0).renumber);
}

static void gap_reaches_from_last_uidnext_to_the_window(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100, .rows = 99, .complete = true };
	struct imap_mailbox m = { .exists = 300, .uidvalidity = 7, .uidnext = 301 };
	struct plan p = plan_of(&f, m, 251);
	g_assert_cmpuint(p.gap_lo, ==, 100);
	g_assert_cmpuint(p.gap_hi, ==, 250);
	g_assert_cmpuint(plan_of(&f, m, 100).gap_lo, ==, 0);
	g_assert_cmpuint(plan_of(&f, m, 40).gap_lo, ==, 0);
	g_assert_cmpuint(plan_of(NULL, m, 251).gap_lo, ==, 0);
}

/* Whatever the holes, filling ends, downward, and every UID below the start is asked for once. */
static void filling_covers_everything_once(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(7);
	for (int round = 0; round < 200; round++) {
		struct store_folder f = { .filled_down_to = (uint32_t)g_rand_int_range(rand, 1, 2000000) };
		uint32_t exists = (uint32_t)g_rand_int_range(rand, 1, 100000);
		uint32_t lo, hi, expected = f.filled_down_to - 1;
		int steps = 0;
		f.rows = MIN(exists, 50);
		while (plan_fill(&f, exists, 500, &lo, &hi)) {
			g_assert_cmpuint(hi, ==, expected);
			g_assert_cmpuint(lo, <=, hi);
			g_assert_cmpuint(lo, >=, 1);
			expected = lo - 1;
			f.filled_down_to = lo;
			f.complete = lo == 1;
			if (++steps > 100000)
				break;
		}
		g_assert_cmpint(steps, <, 100000);
		g_assert_true(f.rows >= exists || f.filled_down_to == 1);
	}
}

static void fill_knows_when_nothing_is_left(void)
{
	uint32_t lo, hi;
	struct store_folder f = { .filled_down_to = 500, .rows = 10 };
	g_assert_false(plan_fill(&f, 10, 500, &lo, &hi));
	f.complete = true;
	g_assert_false(plan_fill(&f, 99, 500, &lo, &hi));
	f = (struct store_folder){ .filled_down_to = 1, .rows = 3 };
	g_assert_false(plan_fill(&f, 99, 500, &lo, &hi));
	f = (struct store_folder){ .filled_down_to = UINT32_MAX, .rows = 0 };
	g_assert_true(plan_fill(&f, UINT32_MAX, UINT32_MAX, &lo, &hi));
	g_assert_cmpuint(hi, ==, UINT32_MAX - 1);
}

void suite(void)
{
	unit_add(i18_changed_uidvalidity_renumbers);
	unit_add(i19_missing_uidvalidity_is_no_change);
	unit_add(gap_reaches_from_last_uidnext_to_the_window);
	unit_add(filling_covers_everything_once);
	unit_add(fill_knows_when_nothing_is_left);
}
