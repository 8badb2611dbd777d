/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

#include <string.h>

#define DAY 86400

/* A message: its id, what it refers to (ids with blanks between), and its subject. */
static void put_in(struct fixture *f, uint32_t folder, uint32_t uid, int64_t received, const char *id, const char *refs,
	const char *subject)
{
	struct store_row row;
	g_auto(GStrv) each = g_strsplit(refs, " ", -1);
	fixture_row(&row, folder, uid, received, uid % 2 ? 0 : MSG_SEEN);
	g_free(row.msgid);
	row.msgid = g_strdup(id);
	g_free(row.subject);
	row.subject = g_strdup(subject);
	row.refs = g_ptr_array_new_with_free_func(g_free);
	for (char **ref = each; *ref; ref++)
		if (**ref)
			g_ptr_array_add(row.refs, g_strdup(*ref));
	check_ok(f, store_row_put(f->st, &row, &f->e));
	store_row_clear(&row);
}

static void put(struct fixture *f, uint32_t uid, const char *id, const char *refs)
{
	put_in(f, f->folder, uid, 0, id, refs, "");
}

static void put_subject(struct fixture *f, uint32_t uid, int64_t received, const char *subject)
{
	g_autofree char *id = g_strdup_printf("s%u", uid);
	put_in(f, f->folder, uid, received, id, "", subject);
}

static void add_line(GString *s, const struct fixture *f, const struct store_row *row)
{
	if (s->len)
		g_string_append_c(s, row->head ? '|' : ' ');
	for (unsigned i = 0; i < row->depth; i++)
		g_string_append_c(s, row->bars >> i & 1 ? ':' : '.');
	g_string_append_printf(s, "%u%s", row->uid, row->folder == f->folder ? "" : "*");
	if (row->head && row->head->folded && row->head->members->len > 1)
		g_string_append_printf(s, "(%u)", row->head->members->len);
}

/* Threads with | between, lines with a blank; depth by dots, colons where a sibling follows. */
static char *shown(struct fixture *f, struct store_window w)
{
	g_autoptr(GPtrArray) rows = store_rows_new();
	GString *s = g_string_new(NULL);
	w.folder = w.folder ? w.folder : f->folder;
	w.threads = true;
	if (!f->r)
		fixture_read(f);
	check_ok(f, reader_window(f->r, &w, rows, &f->e));
	for (guint i = 0; i < rows->len; i++)
		add_line(s, f, rows->pdata[i]);
	return g_string_free(s, FALSE);
}

static void threads_are(struct fixture *f, const char *folded, const char *unfolded)
{
	g_autofree char *one = shown(f, (struct store_window){ 0 });
	g_autofree char *all = shown(f, (struct store_window){ .unfolded = true });
	g_assert_cmpstr(one, ==, folded);
	g_assert_cmpstr(all, ==, unfolded);
	fixture_sound(f);
}

static void with(void (*test)(struct fixture *f))
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	test(&f);
	fixture_clear(&f);
}

static void answers_follow(struct fixture *f)
{
	put(f, 2, "a", "");
	put(f, 4, "x", "");
	put(f, 6, "b", "a");
	put(f, 8, "c", "a b");
	put(f, 10, "d", "a");
	threads_are(f, "10(4)|4", "2 :6 :.8 .10|4");
}

static void thread_newest_message_orders_it(void)
{
	with(answers_follow);
}

static void children_come_first(struct fixture *f)
{
	put(f, 8, "c", "a b");
	put(f, 6, "d", "a");
	put(f, 4, "b", "a");
	threads_are(f, "8(3)", "4 :6 .8"); /* a is not here: the oldest stands first */
	put(f, 2, "a", "");
	threads_are(f, "8(4)", "2 :4 :.8 .6");
}

static void thread_parents_may_come_later(void)
{
	with(children_come_first);
}

static void bridge(struct fixture *f)
{
	put(f, 2, "a", "x");
	put(f, 4, "b", "y");
	put(f, 6, "c", "y");
	threads_are(f, "6(2)|2", "4 .6|2");
	put(f, 8, "d", "x y");
	threads_are(f, "8(4)", "2 :4 :6 .8");
	put(f, 10, "e", "x");
	threads_are(f, "10(5)", "2 :4 :6 :8 .10");
}

static void thread_two_are_joined_by_a_third(void)
{
	with(bridge);
}

/* What began a thread is found in the one it was joined to, also after it was taken out of the folder and back. */
static void two_roots(struct fixture *f)
{
	uint32_t other = fixture_folder(f, "Other");
	put(f, 2, "a", "");
	put(f, 4, "b", "");
	put(f, 6, "c", "a b");
	threads_are(f, "6(3)", "2 .4 ..6");
	check_ok(f, store_place_move(f->st, (struct store_place){ f->folder, 4, 0 },
			    (struct store_place){ other, 4, 0 }, &f->e));
	threads_are(f, "6(2)", "2 .4* ..6");
	check_ok(f, store_place_move(f->st, (struct store_place){ other, 4, 0 },
			    (struct store_place){ f->folder, 8, 0 }, &f->e));
	threads_are(f, "6(3)", "2 .8 ..6");
}

static void thread_that_was_joined_keeps_what_began_it(void)
{
	with(two_roots);
}

static void sent_reply(struct fixture *f)
{
	uint32_t sent = fixture_folder(f, "Sent"), trash;
	struct store_folder t = {
		.account = 1, .raw = (char *)"Trash", .name = (char *)"Trash", .role = ROLE_TRASH, .uidvalidity = 1
	};
	check_ok(f, store_folder_put(f->st, &t, &f->e));
	trash = t.id;
	put(f, 2, "a", "");
	put_in(f, sent, 4, 0, "b", "a", "");
	put(f, 6, "c", "a b");
	put_in(f, trash, 8, 0, "t", "a", "");
	put_in(f, sent, 10, 0, "c", "a b", ""); /* a copy of what is here */
	threads_are(f, "6(2)", "2 .4* ..6");
	g_autofree char *there = shown(f, (struct store_window){ .folder = sent });
	g_assert_cmpstr(there, ==, "10*(2)");
	/* Taken out of the Trash it is there again, and orders the thread. */
	check_ok(f, store_place_move(f->st, (struct store_place){ trash, 8, 0 },
			    (struct store_place){ f->folder, 8, 0 }, &f->e));
	threads_are(f, "8(3)", "2 :4* :.6 .8");
	check_ok(f, store_row_del(f->st, f->folder, 8, &f->e));
	threads_are(f, "6(2)", "2 .4* ..6");
}

static void thread_spans_folders_but_not_the_trash(void)
{
	with(sent_reply);
}

static void subjects(struct fixture *f)
{
	put_subject(f, 2, WHEN, "Report");
	put_subject(f, 4, WHEN + DAY, "Report");
	put_subject(f, 6, WHEN + 2 * DAY, "RE: report");
	put_subject(f, 8, WHEN + 3 * DAY, "Aw: Report");
	put_subject(f, 10, WHEN + 300 * DAY, "Re: Report");
	put_subject(f, 12, WHEN + 301 * DAY, "");
	put_subject(f, 14, WHEN + 302 * DAY, "Re:");
	threads_are(f, "14|12|10|8(3)|2", "14|12|10|4 :6 .8|2");
}

static void thread_by_subject_for_replies_only(void)
{
	with(subjects);
}

static void late_root(struct fixture *f)
{
	put_subject(f, 8, WHEN + 3 * DAY, "Re: Lunch");
	put_subject(f, 6, WHEN + 2 * DAY, "Re: Lunch");
	put_subject(f, 4, WHEN + DAY, "Lunch");
	put_subject(f, 2, WHEN, "Lunch");
	threads_are(f, "8(3)|2", "4 :6 .8|2");
}

static void thread_by_subject_takes_the_nearest_older_one(void)
{
	with(late_root);
}

static void pages(struct fixture *f)
{
	for (uint32_t uid = 1; uid <= 40; uid++) {
		g_autofree char *id = g_strdup_printf("%u", uid);
		g_autofree char *ref = g_strdup_printf("%u", uid % 10);
		put(f, uid, id, uid > 10 ? ref : "");
	}
	g_autofree char *top = shown(f, (struct store_window){ .rows = 3 });
	g_assert_cmpstr(top, ==, "40(3)|9(4)|38(4)");
	int64_t mid38 = fixture_mid(f, 38), mid32 = fixture_mid(f, 32);
	g_autofree char *below =
		shown(f, (struct store_window){ .rows = 3, .anchor = ANCHOR_BELOW, .mid = mid38, .unfolded = true });
	g_assert_cmpstr(below, ==, "7 :17 :27 .37");
	g_autofree char *above =
		shown(f, (struct store_window){ .rows = 5, .anchor = ANCHOR_ABOVE, .mid = mid32, .unfolded = true });
	g_assert_cmpstr(above, ==, "4 :14 :24 .34|3 :13 :23 .33");
	g_autofree char *bottom = shown(f, (struct store_window){ .rows = 2, .anchor = ANCHOR_BOTTOM });
	g_assert_cmpstr(bottom, ==, "1(4)|10");
	g_autofree char *of =
		shown(f, (struct store_window){ .rows = 1, .anchor = ANCHOR_THREAD, .mid = fixture_mid(f, 15) });
	g_assert_cmpstr(of, ==, "5(4)");
	g_autoptr(GArray) turned = g_array_new(FALSE, FALSE, sizeof(int64_t));
	int64_t nine = fixture_mid(f, 9);
	g_array_append_val(turned, nine);
	g_autofree char *one = shown(f, (struct store_window){ .rows = 2, .turned = turned });
	g_assert_cmpstr(one, ==, "40(3)|9 :19 :29 .39");
}

static void thread_windows_are_whole_threads(void)
{
	with(pages);
}

/* --- hostile mail: H17 --- */

static void cycles(struct fixture *f)
{
	put(f, 2, "a", "b");
	put(f, 4, "b", "a");
	put(f, 6, "c", "c a b");
	put(f, 8, "a", "b"); /* the same id once more */
	threads_are(f, "8(4)", "4 :2 :6 .8");
}

static void h17_thread_of_a_cycle_is_a_tree(void)
{
	with(cycles);
}

static void deep(struct fixture *f)
{
	check_ok(f, store_begin(f->st, &f->e));
	for (uint32_t uid = 2; uid <= 2400; uid += 2) {
		g_autofree char *id = g_strdup_printf("%u", uid);
		g_autofree char *ref = g_strdup_printf("%u", uid - 2);
		put(f, uid, id, ref);
		if (uid % 200 == 0) {
			check_ok(f, store_commit(f->st, &f->e));
			check_ok(f, store_begin(f->st, &f->e));
		}
	}
	check_ok(f, store_commit(f->st, &f->e));
	fixture_read(f);
	g_autoptr(GPtrArray) rows = store_rows_new();
	struct store_window w = { .folder = f->folder, .rows = 1, .threads = true, .unfolded = true };
	check_ok(f, reader_window(f->r, &w, rows, &f->e));
	g_assert_cmpuint(rows->len, ==, STORE_THREAD_LINES);
	const struct store_row *last = rows->pdata[rows->len - 1];
	g_assert_cmpuint(last->depth, ==, STORE_THREAD_LINES - 1);
	fixture_sound(f);
}

static void h17_thread_of_any_depth_is_shown(void)
{
	with(deep);
}

/* All refer to one id: the thread fills up, and what comes then begins another. */
static void crowd(struct fixture *f)
{
	for (uint32_t uid = 1; uid <= STORE_THREAD_MAX + 50;) {
		check_ok(f, store_begin(f->st, &f->e));
		for (int i = 0; i < STORE_BATCH && uid <= STORE_THREAD_MAX + 50; i++, uid++) {
			g_autofree char *id = g_strdup_printf("%u", uid);
			put(f, uid, id, "one");
		}
		check_ok(f, store_commit(f->st, &f->e));
	}
	g_autofree char *line = shown(f, (struct store_window){ 0 });
	g_assert_cmpstr(line, ==, "10001(50)|1(10000)");
	fixture_sound(f);
}

static void h17_thread_of_very_many_is_bounded(void)
{
	with(crowd);
}

static void many_refs(struct fixture *f)
{
	GString *refs = g_string_new(NULL);
	for (int i = 0; i < 10000; i++)
		g_string_append_printf(refs, "r%d ", i);
	put(f, 2, "a", refs->str);
	put(f, 4, "b", refs->str);
	g_string_free(refs, TRUE);
	threads_are(f, "4(2)", "2 .4");
}

static void h17_very_many_references_are_bounded(void)
{
	with(many_refs);
}

static uint32_t threads_told(struct fixture *f)
{
	struct store_folder folder = { 0 };
	check_ok(f, store_folder_get(f->st, f->folder, &folder, &f->e));
	uint32_t threads = folder.threads;
	store_folder_clear(&folder);
	return threads;
}

static void settle(struct fixture *f)
{
	bool more = true;
	for (int i = 0; more && i < 100; i++)
		check_ok(f, store_sweep(f->st, &more, &f->e));
	g_assert_false(more);
	g_assert_false(store_threads_unsure(f->st));
}

/* Very many at once: those that were far apart are together in the end, also after another start. */
static void very_many(struct fixture *f)
{
	for (uint32_t uid = 1; uid <= 40000;) {
		check_ok(f, store_begin(f->st, &f->e));
		for (int i = 0; i < STORE_BATCH && uid <= 40000; i++, uid++) {
			g_autofree char *id = g_strdup_printf("%u", uid);
			g_autofree char *ref = g_strdup_printf("%u", uid % 1000);
			put(f, uid, id, uid > 1000 && (uid < 5000 || uid > 35000) ? ref : "");
		}
		check_ok(f, store_commit(f->st, &f->e));
		if (uid == 36001) {
			fixture_shut(f);
			fixture_open(f);
		}
	}
	/* 0 is no message: those that refer to it have no root. */
	g_assert_true(store_threads_unsure(f->st));
	g_assert_cmpuint(threads_told(f), >, 31002);
	settle(f);
	g_assert_cmpuint(threads_told(f), ==, 31002);
	fixture_sound(f);
	put(f, 50000, "late", "7");
	g_autofree char *line = shown(f, (struct store_window){ .rows = 1 });
	g_assert_cmpstr(line, ==, "7(11)");
}

static void threads_of_very_many_are_found_in_the_end(void)
{
	with(very_many);
}

static void undone(struct fixture *f)
{
	put(f, 2, "a", "");
	check_ok(f, store_begin(f->st, &f->e));
	put(f, 4, "b", "a");
	put(f, 6, "x", "");
	store_rollback(f->st);
	put(f, 8, "c", "b x");
	threads_are(f, "8|2", "8|2");
}

static void thread_of_a_transaction_that_failed_is_forgotten(void)
{
	with(undone);
}

static void cost(struct fixture *f)
{
	for (uint32_t uid = 1; uid <= 5000;) {
		check_ok(f, store_begin(f->st, &f->e));
		for (int i = 0; i < STORE_BATCH; i++, uid++) {
			g_autofree char *id = g_strdup_printf("%u", uid);
			g_autofree char *ref = g_strdup_printf("%u", uid - uid % 5);
			put(f, uid, id, uid % 5 ? ref : "");
		}
		check_ok(f, store_commit(f->st, &f->e));
		if (uid == 1001) {
			fixture_read(f);
			g_free(shown(f, (struct store_window){ .rows = 50 }));
		}
	}
	uint64_t small = reader_steps(f->r);
	g_free(shown(f, (struct store_window){ .rows = 50 }));
	uint64_t large = reader_steps(f->r) - small;
	g_assert_cmpuint(large, <, small * 3 / 2);
}

static void thread_window_costs_the_same_in_any_folder(void)
{
	with(cost);
}

void suite(void)
{
	unit_add(thread_newest_message_orders_it);
	unit_add(thread_parents_may_come_later);
	unit_add(thread_two_are_joined_by_a_third);
	unit_add(thread_that_was_joined_keeps_what_began_it);
	unit_add(thread_spans_folders_but_not_the_trash);
	unit_add(thread_by_subject_for_replies_only);
	unit_add(thread_by_subject_takes_the_nearest_older_one);
	unit_add(thread_windows_are_whole_threads);
	unit_add(h17_thread_of_a_cycle_is_a_tree);
	unit_add(h17_thread_of_any_depth_is_shown);
	unit_add(h17_thread_of_very_many_is_bounded);
	unit_add(h17_very_many_references_are_bounded);
	unit_add(threads_of_very_many_are_found_in_the_end);
	unit_add(thread_of_a_transaction_that_failed_is_forgotten);
	unit_add(thread_window_costs_the_same_in_any_folder);
}
