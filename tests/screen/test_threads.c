/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>

static struct model_list *list_at_top(const struct stage *s)
{
	return view_list_model(ui_top(s->ui));
}

static uint32_t uid_at_cursor(const struct stage *s)
{
	const struct store_row *row = model_list_current(list_at_top(s));
	return row ? row->uid : 0;
}

static bool shows(const struct stage *s, const char *words)
{
	g_autofree char *text = stage_text(s);
	return strstr(text, words);
}

/* Each when the one before is done. */
static void type_all(struct stage *s, const char *const *keys)
{
	for (; *keys; keys++)
		stage_type(s, *keys);
}
#define TYPE(s, ...) type_all(s, (const char *const[]){ __VA_ARGS__, NULL })

static void threads_folded_then_unfolded(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "ot");
	stage_golden(s, "threads-folded-80x24");
	TYPE(s, "jj", "\033[C"); /* Right */
	stage_golden(s, "threads-unfolded-80x24");
	stage_resize(s, 10, 40);
	stage_golden(s, "threads-unfolded-40x10");
	stage_resize(s, 24, 80);
	stage_type(s, "j\033[D"); /* Left, on its last line */
	stage_golden(s, "threads-folded-again-80x24");
	g_assert_cmpuint(list_at_top(s)->cursor, ==, 2);
	stage_type(s, "ot");
	g_assert_false(shows(s, "threads"));
	stage_free(s);
}

static void left_goes_back_where_nothing_is_unfolded(void)
{
	struct stage *s = stage_new(24, 80);
	struct view *list = ui_top(s->ui);
	TYPE(s, "ot", "\033[D");
	g_assert_true(ui_top(s->ui) != list);
	stage_free(s);
}

static void all_folded_or_not_by_one_key(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\033V");
	g_assert_true(shows(s, "ot shows them"));
	TYPE(s, "ot", "\033V");
	g_assert_true(shows(s, "|-> (Sent) Re:"));
	TYPE(s, "jj", "\033v");
	g_assert_false(shows(s, "|-> (Sent) Re:"));
	TYPE(s, "\033v", "\033V");
	g_assert_true(shows(s, "+"));
	g_assert_false(shows(s, "|-> (Sent) Re:"));
	stage_free(s);
}

static void switching_keeps_the_message_at_the_cursor(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jjjjjjjj"); /* number 8: by itself */
	uint32_t uid = uid_at_cursor(s);
	stage_type(s, "ot");
	g_assert_cmpuint(uid_at_cursor(s), ==, uid);
	stage_type(s, "ot");
	g_assert_cmpuint(uid_at_cursor(s), ==, uid);
	stage_free(s);
}

static void next_and_previous_thread_pass_over_lines(void)
{
	struct stage *s = stage_new(24, 80);
	TYPE(s, "ot", "\033V", "jj");
	g_assert_cmpuint(list_at_top(s)->cursor, ==, 2);
	stage_type(s, "\x0e"); /* ^N */
	g_assert_cmpuint(list_at_top(s)->cursor, ==, 8);
	stage_type(s, "\x10"); /* ^P */
	g_assert_cmpuint(list_at_top(s)->cursor, ==, 2);
	stage_free(s);
}

static void is_the_thread(const struct stage *s, guint messages)
{
	g_assert_nonnull(s->last);
	if (!s->last)
		return;
	g_assert_cmpuint(s->last->places->len, ==, messages);
	for (guint i = 0; i < s->last->places->len; i++)
		g_assert_cmpuint(g_array_index(s->last->places, struct store_place, i).folder, ==, 1);
}

static void whole_thread_is_deleted_by_one_key_and_undone_by_one(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jj\x04"); /* ^D, each message for itself */
	is_the_thread(s, 5);
	g_assert_cmpint(s->last->role, ==, ROLE_TRASH);
	g_assert_true(shows(s, "Deleted 5 messages."));
	stage_type(s, "u");
	TYPE(s, "ot", "=");
	uint32_t threads = list_at_top(s)->total;
	stage_type(s, "\x04"); /* by threads */
	is_the_thread(s, 1);
	TYPE(s, "u", "=jj", "\x04");
	is_the_thread(s, 5);
	g_assert_cmpuint(list_at_top(s)->total, ==, threads - 1);
	g_assert_false(shows(s, "Harvest"));
	stage_type(s, "u");
	g_assert_true(shows(s, "Harvest"));
	g_assert_cmpuint(list_at_top(s)->total, ==, threads);
	stage_free(s);
}

static void keys_on_a_folded_thread_mean_all_of_it(void)
{
	struct stage *s = stage_new(24, 80);
	TYPE(s, "ot", "jj", "d");
	is_the_thread(s, 5);
	TYPE(s, "u", "=jj", "\x12"); /* ^R */
	is_the_thread(s, 5);
	g_assert_cmpuint(s->last->add, ==, MSG_SEEN);
	stage_type(s, "=jjt");
	g_assert_cmpuint(model_list_tags(list_at_top(s)), ==, 5);
	stage_type(s, "F");
	is_the_thread(s, 5);
	stage_free(s);
}

static void thread_is_tagged_archived_and_moved(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jj\033t");
	g_assert_cmpuint(model_list_tags(list_at_top(s)), ==, 5);
	TYPE(s, "\x14", "=jj", "\033A");
	is_the_thread(s, 5);
	g_assert_cmpint(s->last->role, ==, ROLE_ARCHIVE);
	TYPE(s, "u", "=jj", "\033s", "spam\r");
	is_the_thread(s, 5);
	g_assert_cmpstr(s->last->target, ==, "Spam");
	stage_free(s);
}

/* Reading unfolds, and what is read is one message. */
static void reading_a_thread_unfolds_it_and_acts_on_one_message(void)
{
	struct stage *s = stage_new(24, 80);
	TYPE(s, "ot", "jj\r");
	g_assert_true(view_is_message(ui_top(s->ui)));
	stage_type(s, "F");
	is_the_thread(s, 1);
	stage_type(s, "q");
	g_assert_true(shows(s, "|-> (Sent) Re:"));
	stage_free(s);
}

static void unread_are_found_in_folded_threads(void)
{
	struct stage *s = stage_new(24, 80);
	TYPE(s, "ot", "\t");
	g_assert_true(model_row_is_unread(model_list_current(list_at_top(s))));
	stage_free(s);
}

void suite(void)
{
	unit_add(threads_folded_then_unfolded);
	unit_add(left_goes_back_where_nothing_is_unfolded);
	unit_add(all_folded_or_not_by_one_key);
	unit_add(switching_keeps_the_message_at_the_cursor);
	unit_add(next_and_previous_thread_pass_over_lines);
	unit_add(whole_thread_is_deleted_by_one_key_and_undone_by_one);
	unit_add(keys_on_a_folded_thread_mean_all_of_it);
	unit_add(thread_is_tagged_archived_and_moved);
	unit_add(reading_a_thread_unfolds_it_and_acts_on_one_message);
	unit_add(unread_are_found_in_folded_threads);
}
