/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

static void row_put_and_read_is_equal(void)
{
	struct fixture f;
	struct store_row in, out = { 0 };
	start(&f);
	fixture_row(&in, f.folder, 7, 0, MSG_SEEN | MSG_FLAGGED | MSG_RECENT | MSG_ATTACHMENT);
	in.list = g_strdup("list.example.org");
	in.keywords = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(in.keywords, g_strdup("$Work"));
	g_ptr_array_add(in.keywords, g_strdup("später"));
	in.attachments = 3;
	check_ok(&f, store_row_put(f.st, &in, &f.e));
	check_ok(&f, reader_row(f.r, f.folder, 7, &out, &f.e));
	g_assert_true(fixture_is_whole(&out));
	g_assert_cmpuint(out.folder, ==, f.folder);
	g_assert_cmpuint(out.uid, ==, 7);
	g_assert_cmpint(out.mid >> 24, ==, WHEN + 7);
	g_assert_cmpint(out.received, ==, WHEN + 7);
	g_assert_cmphex(out.flags, ==, MSG_SEEN | MSG_FLAGGED | MSG_ATTACHMENT);
	g_assert_cmpuint(out.size, ==, in.size);
	g_assert_true(out.date.known);
	g_assert_cmpint(out.date.epoch, ==, in.date.epoch);
	g_assert_cmpint(out.date.offset, ==, 60);
	g_assert_cmpstr(out.list, ==, "list.example.org");
	g_assert_cmpuint(out.keywords->len, ==, 2);
	g_assert_cmpstr(out.keywords->pdata[1], ==, "später");
	g_assert_cmpint(out.attachments, ==, 3);
	store_row_clear(&in);
	store_row_clear(&out);
	fixture_clear(&f);
}

static void row_without_strings_is_kept(void)
{
	struct fixture f;
	struct store_row in = { .folder = 1, .uid = 4294967295u, .received = WHEN, .attachments = -1 }, out = { 0 };
	start(&f);
	check_ok(&f, store_row_put(f.st, &in, &f.e));
	check_ok(&f, reader_row(f.r, 1, 4294967295u, &out, &f.e));
	g_assert_cmpstr(out.subject, ==, "");
	g_assert_null(out.msgid);
	g_assert_null(out.thread);
	g_assert_null(out.preview);
	g_assert_null(out.keywords);
	g_assert_false(out.date.known);
	g_assert_cmpuint(out.from->len, ==, 0);
	g_assert_cmpint(out.attachments, ==, -1);
	store_row_clear(&out);
	fixture_clear(&f);
}

static void row_put_twice_changes_flags_only(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	start(&f);
	fixture_put(&f, 1, 0, MSG_ATTACHMENT);
	int64_t mid = fixture_mid(&f, 1);
	fixture_put(&f, 1, WHEN + 999, MSG_SEEN);
	check_ok(&f, reader_row(f.r, f.folder, 1, &row, &f.e));
	g_assert_cmpint(row.mid, ==, mid);
	g_assert_cmphex(row.flags, ==, MSG_SEEN | MSG_ATTACHMENT);
	store_row_clear(&row);
	fixture_sound(&f);
	fixture_clear(&f);
}

static void row_without_place_is_refused(void)
{
	struct fixture f;
	start(&f);
	static const struct store_row rows[] = { { .folder = 1, .uid = 0 }, { .folder = 0, .uid = 1 },
		{ .folder = 1u << 30, .uid = 1 } };
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpint(store_row_put(f.st, &rows[i], &f.e), ==, -1);
		g_assert_cmpint(f.e.cause, ==, ERR_BUG);
	}
	fixture_clear(&f);
}

static void flags_put_tells_what_changed(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	bool changed = true;
	start(&f);
	fixture_put(&f, 1, 0, MSG_ATTACHMENT);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	g_ptr_array_add(words, (char *)"$Later");
	check_ok(&f, store_flags_put(f.st, f.folder, 1, 0, NULL, &changed, &f.e));
	g_assert_false(changed);
	check_ok(&f, store_flags_put(f.st, f.folder, 1, MSG_SEEN | MSG_RECENT, NULL, &changed, &f.e));
	g_assert_true(changed);
	check_ok(&f, store_flags_put(f.st, f.folder, 1, MSG_SEEN, NULL, &changed, &f.e));
	g_assert_false(changed);
	check_ok(&f, store_flags_put(f.st, f.folder, 1, MSG_SEEN, words, &changed, &f.e));
	g_assert_true(changed);
	check_ok(&f, store_flags_put(f.st, f.folder, 1, MSG_SEEN, words, &changed, &f.e));
	g_assert_false(changed);
	check_ok(&f, store_flags_put(f.st, f.folder, 2, MSG_SEEN, words, &changed, &f.e));
	g_assert_false(changed);
	check_ok(&f, reader_row(f.r, f.folder, 1, &row, &f.e));
	g_assert_cmphex(row.flags, ==, MSG_SEEN | MSG_ATTACHMENT);
	g_assert_cmpstr(row.keywords->pdata[0], ==, "$Later");
	store_row_clear(&row);
	fixture_clear(&f);
}

static void counts(struct fixture *f, uint32_t rows, uint32_t unseen)
{
	struct store_folder folder = { 0 };
	check_ok(f, store_folder_get(f->st, f->folder, &folder, &f->e));
	g_assert_cmpuint(folder.rows, ==, rows);
	g_assert_cmpuint(folder.rows_unseen, ==, unseen);
	store_folder_clear(&folder);
}

static void counts_follow_every_change(void)
{
	struct fixture f;
	start(&f);
	check_ok(&f, store_begin(f.st, &f.e));
	for (uint32_t uid = 1; uid <= 10; uid++)
		fixture_put(&f, uid, 0, uid <= 4 ? MSG_SEEN : 0);
	counts(&f, 10, 6);
	check_ok(&f, store_flags_put(f.st, f.folder, 5, MSG_SEEN, NULL, NULL, &f.e));
	check_ok(&f, store_flags_put(f.st, f.folder, 1, 0, NULL, NULL, &f.e));
	check_ok(&f, store_flags_put(f.st, f.folder, 2, 0, NULL, NULL, &f.e));
	counts(&f, 10, 7);
	check_ok(&f, store_row_del(f.st, f.folder, 10, &f.e));
	check_ok(&f, store_row_del(f.st, f.folder, 4, &f.e));
	check_ok(&f, store_row_del(f.st, f.folder, 400, &f.e));
	check_ok(&f, store_commit(f.st, &f.e));
	counts(&f, 8, 6);
	check_ok(&f, store_begin(f.st, &f.e));
	fixture_put(&f, 20, 0, 0);
	check_ok(&f, store_row_del(f.st, f.folder, 1, &f.e));
	store_rollback(f.st);
	counts(&f, 8, 6);
	fixture_sound(&f);
	fixture_clear(&f);
}

static void transaction_within_another_is_a_bug(void)
{
	struct fixture f;
	start(&f);
	check_ok(&f, store_begin(f.st, &f.e));
	g_assert_cmpint(store_begin(f.st, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_BUG);
	check_ok(&f, store_commit(f.st, &f.e));
	g_assert_cmpint(store_commit(f.st, &f.e), ==, -1);
	store_rollback(f.st);
	fixture_clear(&f);
}

static void uids_of_a_range_ascend(void)
{
	static const uint32_t uids[] = { 9, 4294967295u, 1, 5, 100 };
	struct fixture f;
	start(&f);
	for (size_t i = 0; i < G_N_ELEMENTS(uids); i++)
		fixture_put(&f, uids[i], 0, 0);
	g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(guint32));
	check_ok(&f, store_uids(f.st, f.folder, 5, 100, out, &f.e));
	g_assert_cmpuint(out->len, ==, 3);
	g_assert_cmpuint(g_array_index(out, guint32, 0), ==, 5);
	g_assert_cmpuint(g_array_index(out, guint32, 2), ==, 100);
	check_ok(&f, store_uids(f.st, f.folder, 101, UINT32_MAX, out, &f.e));
	g_assert_cmpuint(g_array_index(out, guint32, 3), ==, 4294967295u);
	fixture_clear(&f);
}

/* --- mids --- */

static void mid_is_clamped(void)
{
	struct fixture f;
	int64_t mid = 0;
	start(&f);
	check_ok(&f, store_mid_new(f.st, -5, &mid, &f.e));
	g_assert_cmpint(mid >> 24, ==, 0);
	g_assert_cmpint(mid, >, 0);
	check_ok(&f, store_mid_new(f.st, INT64_MIN, &mid, &f.e));
	g_assert_cmpint(mid >> 24, ==, 0);
	check_ok(&f, store_mid_new(f.st, INT64_MAX, &mid, &f.e));
	g_assert_cmpint(mid >> 24, ==, 253402300799);
	fixture_put(&f, 1, INT64_MAX, 0);
	fixture_put(&f, 2, INT64_MIN, 0);
	g_autofree char *uids = fixture_window(&f, ANCHOR_TOP, 0, 0);
	g_assert_cmpstr(uids, ==, "1 2");
	fixture_clear(&f);
}

static void mid_is_never_handed_out_twice(void)
{
	struct fixture f;
	start(&f);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	check_ok(&f, store_begin(f.st, &f.e));
	for (int i = 0; i < 300; i++) {
		int64_t *mid = g_new0(int64_t, 1);
		check_ok(&f, store_mid_new(f.st, WHEN + i % 2, mid, &f.e));
		g_assert_true(g_hash_table_add(seen, mid));
	}
	check_ok(&f, store_commit(f.st, &f.e));
	fixture_clear(&f);
}

static void mid_of_a_removed_message_does_not_come_again(void)
{
	struct fixture f;
	start(&f);
	fixture_put(&f, 1, WHEN, 0);
	int64_t first = fixture_mid(&f, 1);
	check_ok(&f, store_row_del(f.st, f.folder, 1, &f.e));
	fixture_put(&f, 1, WHEN, 0);
	g_assert_cmpint(fixture_mid(&f, 1), !=, first);
	fixture_clear(&f);
}

static void messages_of_one_second_stand_in_order_of_uid(void)
{
	struct fixture f;
	start(&f);
	for (int64_t lo = 21; lo > 0; lo -= 10) /* ranges downward, upward within */
		for (uint32_t uid = (uint32_t)lo; uid < lo + 10; uid++)
			fixture_put(&f, uid, WHEN, 0);
	g_autofree char *uids = fixture_window(&f, ANCHOR_TOP, 0, 12);
	g_assert_cmpstr(uids, ==, "30 29 28 27 26 25 24 23 22 21 20 19");
	fixture_clear(&f);
}

static void same_second_and_uid_in_many_folders_are_kept_apart(void)
{
	struct fixture f;
	start(&f);
	check_ok(&f, store_begin(f.st, &f.e));
	for (int i = 0; i < 60; i++) {
		g_autofree char *name = g_strdup_printf("folder %d", i);
		f.folder = fixture_folder(&f, name);
		fixture_put(&f, 1, WHEN, 0);
		fixture_put(&f, 2, WHEN, 0);
	}
	check_ok(&f, store_commit(f.st, &f.e));
	int64_t messages = 0;
	g_assert_cmpint(db_int(db_query(f.st->shelf.cache, "SELECT count(*) FROM message"), &messages, &f.e), ==, 1);
	g_assert_cmpint(messages, ==, 120);
	fixture_sound(&f);
	fixture_clear(&f);
}

static void shared_message_goes_with_its_last_place(void)
{
	struct fixture f;
	struct store_row row, out = { 0 };
	start(&f);
	fixture_put(&f, 1, 0, 0);
	uint32_t other = fixture_folder(&f, "Copies");
	fixture_row(&row, other, 1, 0, MSG_SEEN);
	row.mid = fixture_mid(&f, 1);
	check_ok(&f, store_row_put(f.st, &row, &f.e));
	check_ok(&f, store_row_del(f.st, f.folder, 1, &f.e));
	check_ok(&f, reader_row(f.r, other, 1, &out, &f.e));
	g_assert_cmpint(out.mid, ==, row.mid);
	g_assert_cmphex(out.flags, ==, MSG_SEEN);
	check_ok(&f, store_row_del(f.st, other, 1, &f.e));
	int64_t messages = -1;
	g_assert_cmpint(db_int(db_query(f.st->shelf.cache, "SELECT count(*) FROM message"), &messages, &f.e), ==, 1);
	g_assert_cmpint(messages, ==, 0);
	store_row_clear(&row);
	store_row_clear(&out);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(row_put_and_read_is_equal);
	unit_add(row_without_strings_is_kept);
	unit_add(row_put_twice_changes_flags_only);
	unit_add(row_without_place_is_refused);
	unit_add(flags_put_tells_what_changed);
	unit_add(counts_follow_every_change);
	unit_add(transaction_within_another_is_a_bug);
	unit_add(uids_of_a_range_ascend);
	unit_add(mid_is_clamped);
	unit_add(mid_is_never_handed_out_twice);
	unit_add(mid_of_a_removed_message_does_not_come_again);
	unit_add(messages_of_one_second_stand_in_order_of_uid);
	unit_add(same_second_and_uid_in_many_folders_are_kept_apart);
	unit_add(shared_message_goes_with_its_last_place);
}
