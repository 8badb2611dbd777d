/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/cfg.h"
#include "tests/unit/unit.h"

static const char *const names[] = { "imap", "smtp", "sent", "drafts", "password", "poll" };

static const char *near(const char *word)
{
	return cfg_nearest(word, names, G_N_ELEMENTS(names));
}

static void letter_missing_is_found(void)
{
	g_assert_cmpstr(near("drfts"), ==, "drafts");
}

static void letters_swapped_count_as_one(void)
{
	g_assert_cmpstr(near("pasword"), ==, "password");
	g_assert_cmpstr(near("iamp"), ==, "imap");
	g_assert_cmpstr(near("pol"), ==, "poll");
}

static void case_does_not_count(void)
{
	g_assert_cmpstr(near("IMAP"), ==, "imap");
}

static void more_than_a_third_wrong_is_nothing(void)
{
	g_assert_null(near("xyzp"));
	g_assert_null(near("wonderland"));
	g_assert_null(near(""));
}

static void very_long_word_is_nothing(void)
{
	g_autofree char *word = g_strnfill(100000, 'p');
	g_assert_null(near(word));
}

void suite(void)
{
	unit_add(letter_missing_is_found);
	unit_add(letters_swapped_count_as_one);
	unit_add(case_does_not_count);
	unit_add(more_than_a_third_wrong_is_nothing);
	unit_add(very_long_word_is_nothing);
}
