/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"
#include "imap/internal.h"
#include "tests/unit/unit.h"

static char *print(const struct imap_set *set, size_t room)
{
	GString *out = g_string_new(NULL);
	for (unsigned at = 0; at < set->ranges->len;) {
		if (out->len)
			g_string_append_c(out, ' ');
		imap_set_print(set, &at, room, out);
	}
	return g_string_free(out, FALSE);
}

static void check(const struct imap_set *set, size_t room, const char *wanted)
{
	g_autofree char *text = print(set, room);
	g_assert_cmpstr(text, ==, wanted);
}

static void ranges_are_joined_in_any_order(void)
{
	struct imap_set set;
	imap_set_init(&set);
	imap_set_add(&set, 5, 5);
	imap_set_add(&set, 7, 9);
	imap_set_add(&set, 3, 1);
	check(&set, 100, "1:3,5,7:9");
	imap_set_add(&set, 4, 4);
	check(&set, 100, "1:5,7:9");
	imap_set_add(&set, 8, 20);
	imap_set_add(&set, 6, 6);
	check(&set, 100, "1:20");
	imap_set_add(&set, 2, 3);
	imap_set_add(&set, 0, 0);
	imap_set_add(&set, 4294967295, 4294967294);
	check(&set, 100, "1:20,4294967294:4294967295");
	g_assert_cmpuint(imap_set_count(&set), ==, 22);
	imap_set_add(&set, 0, 4294967295);
	check(&set, 100, "1:4294967295");
	g_assert_cmpuint(imap_set_count(&set), ==, 4294967295);
	imap_set_clear(&set);
}

static void numbers_are_found(void)
{
	struct imap_set set;
	imap_set_init(&set);
	g_assert_false(imap_set_has(&set, 1));
	imap_set_add(&set, 4, 6);
	imap_set_add(&set, 9, 9);
	for (uint32_t n = 0; n < 12; n++)
		g_assert_cmpint(imap_set_has(&set, n), ==, (n >= 4 && n <= 6) || n == 9);
	g_assert_true(imap_set_covers(&set, &(struct imap_range){ 4, 6 }));
	g_assert_false(imap_set_covers(&set, &(struct imap_range){ 4, 7 }));
	g_assert_false(imap_set_covers(&set, &(struct imap_range){ 3, 4 }));
	imap_set_clear(&set);
}

static void sets_are_cut_between_ranges(void)
{
	struct imap_set set;
	imap_set_init(&set);
	for (uint32_t n = 10; n < 20; n += 2)
		imap_set_add(&set, n, n);
	check(&set, 8, "10,12,14 16,18");
	check(&set, 7, "10,12 14,16 18");
	check(&set, 1, "10 12 14 16 18");
	imap_set_clear(&set);
}

static void i15_a_bomb_stays_one_range(void)
{
	static const char text[] = "1:4294967295,*:1,3:,,,17,4294967296,0,-1,5:*,9:7,";
	static const int codes[] = { 1, -1, -1, 1, -1, -1, -1, -1, 1, 0 };
	struct str rest = unit_str(text);
	struct imap_range range;
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++)
		g_assert_cmpint(imap_range_next(&rest, &range), ==, codes[i]);
	g_assert_cmpuint(range.first, ==, 7);
	g_assert_cmpuint(range.last, ==, 9);
}

static void i15_a_million_ranges(void)
{
	struct imap_set set;
	int64_t start = clock_cpu_us();
	imap_set_init(&set);
	for (uint32_t n = 1; n <= 1000000; n++)
		imap_set_add(&set, 2 * n, 2 * n);
	g_assert_cmpuint(set.ranges->len, ==, 1000000);
	for (uint32_t n = 1; n < 1000000; n++)
		g_assert_false(imap_set_has(&set, 2 * n + 1));
	g_test_message("%d ms of CPU", (int)((clock_cpu_us() - start) / 1000));
	imap_set_clear(&set);
}

void suite(void)
{
	unit_add(ranges_are_joined_in_any_order);
	unit_add(numbers_are_found);
	unit_add(sets_are_cut_between_ranges);
	unit_add(i15_a_bomb_stays_one_range);
	unit_add(i15_a_million_ranges);
}
