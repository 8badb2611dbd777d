/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"
#include "tests/unit/unit.h"

static struct plan plan_of(const struct store_folder *f, struct imap_mailbox m, uint32_t asked_hi)
{
	struct plan_in in = { .cached = f, .server = m, .asked_hi = asked_hi };
	struct plan plan;
	plan_folder(&in, &plan);
	return plan;
}

static void i18_changed_uidvalidity_renumbers(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100, .rows = 99, .complete = true };
	struct plan p = plan_of(&f, (struct imap_mailbox){ .exists = 99, .uidvalidity = 8, .uidnext = 100 }, 50);
	g_assert_true(p.renumber);
	g_assert_false(p.fickle);
	g_assert_cmpuint(p.news_lo, ==, 0);
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

static void i19_uidvalidity_that_always_changes_is_fickle(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100, .flags = FOLDER_SHIFTED };
	struct imap_mailbox m = { .exists = 1, .uidvalidity = 8, .uidnext = 9 };
	g_assert_true(plan_of(&f, m, 0).fickle);
	f.flags = FOLDER_FICKLE;
	g_assert_true(plan_of(&f, m, 0).fickle);
	f.flags = FOLDER_VISITED;
	g_assert_false(plan_of(&f, m, 0).fickle);
}

static void news_reach_from_what_was_asked_to_uidnext(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100, .rows = 99, .complete = true };
	struct imap_mailbox m = { .exists = 300, .uidvalidity = 7, .uidnext = 2001 };
	struct plan p = plan_of(&f, m, 599);
	g_assert_cmpuint(p.news_lo, ==, 600);
	g_assert_cmpuint(p.news_hi, ==, 2000);
	g_assert_cmpuint(plan_of(&f, m, 2000).news_lo, ==, 0);
	g_assert_cmpuint(plan_of(&f, m, UINT32_MAX).news_lo, ==, 0);
	g_assert_cmpuint(plan_of(&f, m, 0).news_lo, ==, 0);
	g_assert_cmpuint(plan_of(NULL, m, 599).news_lo, ==, 0);
	m.uidnext = 0;
	p = plan_of(&f, m, 599);
	g_assert_cmpuint(p.news_lo, ==, 600);
	g_assert_cmpuint(p.news_hi, ==, UINT32_MAX);
	m.exists = 0;
	g_assert_cmpuint(plan_of(&f, m, 599).news_lo, ==, 0);
}

static void best_tier_offered_is_taken(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100, .highestmodseq = 5 };
	uint64_t all = IMAP_CAP_ENABLE | IMAP_CAP_CONDSTORE | IMAP_CAP_QRESYNC;
	g_assert_cmpint(plan_tier(&f, all), ==, TIER_QRESYNC);
	g_assert_cmpint(plan_tier(&f, all & ~IMAP_CAP_ENABLE), ==, TIER_CONDSTORE);
	g_assert_cmpint(plan_tier(&f, all & ~IMAP_CAP_QRESYNC), ==, TIER_CONDSTORE);
	g_assert_cmpint(plan_tier(&f, IMAP_CAP_ENABLE), ==, TIER_BASELINE);
	f.highestmodseq = 0;
	g_assert_cmpint(plan_tier(&f, all), ==, TIER_BASELINE);
}

static void i17_modseq_lies_lead_to_the_next_tier(void)
{
	struct store_folder f = { .uidvalidity = 7, .uidnext = 100, .highestmodseq = 50 };
	struct imap_mailbox m = {
		.exists = 9, .uidvalidity = 7, .uidnext = 100, .highestmodseq = 50, .resynced = true
	};
	bool again;
	g_assert_cmpint(plan_tier_told(TIER_QRESYNC, &f, &m, &again), ==, TIER_QRESYNC);
	g_assert_false(again);
	m.resynced = false;
	g_assert_cmpint(plan_tier_told(TIER_QRESYNC, &f, &m, &again), ==, TIER_CONDSTORE);
	g_assert_cmpint(plan_tier_told(TIER_CONDSTORE, &f, &m, &again), ==, TIER_CONDSTORE);
	m.highestmodseq = 49;
	g_assert_cmpint(plan_tier_told(TIER_CONDSTORE, &f, &m, &again), ==, TIER_BASELINE);
	g_assert_true(again);
	m.highestmodseq = 0;
	g_assert_cmpint(plan_tier_told(TIER_QRESYNC, &f, &m, &again), ==, TIER_BASELINE);
	g_assert_false(again);
	m.highestmodseq = 60;
	m.nomodseq = true;
	g_assert_cmpint(plan_tier_told(TIER_QRESYNC, &f, &m, &again), ==, TIER_BASELINE);
}

static void difference_is_seen_in_the_count(void)
{
	struct store_folder f = { .rows = 100, .complete = true };
	g_assert_false(plan_differs(&f, 100, 0, TIER_QRESYNC, false));
	g_assert_true(plan_differs(&f, 99, 0, TIER_QRESYNC, true));
	g_assert_true(plan_differs(&f, 101, 0, TIER_QRESYNC, true));
	g_assert_false(plan_differs(&f, 103, 3, TIER_BASELINE, false));
	f.complete = false;
	g_assert_false(plan_differs(&f, 1000, 0, TIER_QRESYNC, false));
	g_assert_true(plan_differs(&f, 1000, 0, TIER_CONDSTORE, false));
	g_assert_false(plan_differs(&f, 1000, 0, TIER_BASELINE, true));
	g_assert_true(plan_differs(&f, 99, 0, TIER_BASELINE, true));
	f.rows = 0;
	g_assert_false(plan_differs(&f, 1000, 0, TIER_BASELINE, false));
}

static void numbers_move_with_expunge(void)
{
	struct imap_set set;
	imap_set_init(&set);
	imap_set_add(&set, 3, 5);
	imap_set_add(&set, 9, 9);
	plan_shift(&set, 20);
	g_assert_cmpuint(imap_set_count(&set), ==, 4);
	plan_shift(&set, 4);
	g_assert_cmpuint(imap_set_count(&set), ==, 3);
	g_assert_true(imap_set_has(&set, 3) && imap_set_has(&set, 4) && imap_set_has(&set, 8));
	plan_shift(&set, 8);
	plan_shift(&set, 1);
	g_assert_cmpuint(imap_set_count(&set), ==, 2);
	g_assert_true(imap_set_has(&set, 2) && imap_set_has(&set, 3));
	imap_set_clear(&set);
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
	unit_add(i19_uidvalidity_that_always_changes_is_fickle);
	unit_add(news_reach_from_what_was_asked_to_uidnext);
	unit_add(best_tier_offered_is_taken);
	unit_add(i17_modseq_lies_lead_to_the_next_tier);
	unit_add(difference_is_seen_in_the_count);
	unit_add(numbers_move_with_expunge);
	unit_add(filling_covers_everything_once);
	unit_add(fill_knows_when_nothing_is_left);
}
