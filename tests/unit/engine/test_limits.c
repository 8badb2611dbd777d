/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/limits.h"

#include <string.h>

#include "tests/unit/unit.h"

static void rights_of_either_standard_are_understood(void)
{
	static const struct {
		const char *rights;
		char right;
		bool allowed;
	} cases[] = { { "lrswipkxtea", 't', true }, { "lrs", 't', false }, { "lrswipcd", 't', true },
		{ "lrswipcd", 'e', true }, { "lrswipcd", 'x', true }, { "lrd", 'x', false }, { "lrtcd", 'e', false },
		{ "lrwstid", 'x', false }, { "", 'r', false }, { "lr", 'i', false } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpint(limits_allow(cases[i].rights, cases[i].right), ==, cases[i].allowed);
}

static void check_words(const char *rights, const char *needed, enum change_op op, const char *words)
{
	g_autofree char *got = limits_words(rights, needed, op, "Shared/x");
	g_assert_cmpstr(got, ==, words);
}

static void lacking_right_is_named(void)
{
	check_words("lrte", "te", CHANGE_MOVE, NULL);
	check_words("lr", "", CHANGE_COPY, NULL);
	check_words("lr", "te", CHANGE_MOVE, "you may read 'Shared/x', but not delete from it");
	check_words("lrt", "te", CHANGE_EXPUNGE, "you may read 'Shared/x', but not delete from it");
	check_words("lrs", "sw", CHANGE_FLAG, "you may read 'Shared/x', but not change flags in it");
	check_words("lr", "s", CHANGE_FLAG, "you may read 'Shared/x', but not mark messages of it as read");
	check_words("l", "i", CHANGE_APPEND, "you may not put messages into 'Shared/x'");
	check_words("lr", "x", CHANGE_RENAME, "you may read 'Shared/x', but not rename it");
	check_words("lr", "x", CHANGE_DELETE, "you may read 'Shared/x', but not delete it");
}

static void flags_need_a_right_each(void)
{
	static const struct {
		uint32_t add, remove;
		const char *word, *needed;
	} cases[] = { { MSG_SEEN, 0, NULL, "s" }, { 0, MSG_SEEN | MSG_DELETED, NULL, "st" }, { 0, 0, "blue", "w" },
		{ MSG_FLAGGED, MSG_SEEN, NULL, "sw" }, { MSG_DELETED, 0, "blue", "tw" } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct store_change *c = store_change_new(CHANGE_FLAG, 1);
		c->add = cases[i].add;
		c->remove = cases[i].remove;
		c->add_keywords = g_ptr_array_new_with_free_func(g_free);
		if (cases[i].word)
			g_ptr_array_add(c->add_keywords, g_strdup(cases[i].word));
		g_assert_cmpstr(limits_needs(c), ==, cases[i].needed);
		store_change_free(c);
	}
	g_assert_cmpstr(limits_needs_target(CHANGE_COPY), ==, "i");
	g_assert_cmpstr(limits_needs_target(CHANGE_FLAG), ==, "");
}

static void letters_are_all_that_is_kept(void)
{
	g_autofree char *kept = limits_letters(STR("lr\x1b[2Js \xff\"9")), *many = NULL;
	g_autofree char *long_one = g_strnfill(5000, 'l');
	g_assert_cmpstr(kept, ==, "lr2Js9");
	many = limits_letters(unit_str(long_one));
	g_assert_cmpuint(strlen(many), ==, 62);
}

static void percent_never_overflows(void)
{
	g_assert_cmpuint(engine_percent(0, 0), ==, 0);
	g_assert_cmpuint(engine_percent(5, 0), ==, 0);
	g_assert_cmpuint(engine_percent(899, 1000), ==, 89);
	g_assert_cmpuint(engine_percent(900, 1000), ==, 90);
	g_assert_cmpuint(engine_percent(UINT64_MAX, 1), ==, 100);
	g_assert_cmpuint(engine_percent(UINT64_MAX - 1, UINT64_MAX), <=, 100);
}

void suite(void)
{
	unit_add(rights_of_either_standard_are_understood);
	unit_add(lacking_right_is_named);
	unit_add(flags_need_a_right_each);
	unit_add(letters_are_all_that_is_kept);
	unit_add(percent_never_overflows);
}
