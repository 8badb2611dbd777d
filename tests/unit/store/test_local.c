/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

static struct store_place by_uid(uint32_t folder, uint32_t uid)
{
	return (struct store_place){ folder, uid, 0 };
}

static struct store_place by_local(uint32_t folder, uint32_t local)
{
	return (struct store_place){ folder, 0, local };
}

/* The folder's rows newest first: "7 l3 5", and its counts behind it: "7 l3 5 (2 1 1)". */
static char *folder_text(struct fixture *f, uint32_t folder)
{
	struct store_window w = { .folder = folder };
	struct store_folder counts = { 0 };
	g_autoptr(GPtrArray) rows = store_rows_new();
	GString *text = g_string_new(NULL);
	check_ok(f, reader_window(f->r, &w, rows, &f->e));
	for (guint i = 0; i < rows->len; i++) {
		const struct store_row *row = rows->pdata[i];
		g_assert_true(!row->uid != !row->local);
		g_string_append_printf(text, "%s%u ", row->local ? "l" : "", row->uid + row->local);
	}
	check_ok(f, store_folder_get(f->st, folder, &counts, &f->e));
	g_string_append_printf(text, "(%u %u %u)", counts.rows, counts.rows_local, counts.rows_unseen);
	store_folder_clear(&counts);
	return g_string_free(text, FALSE);
}

static void check_folder(struct fixture *f, uint32_t folder, const char *want)
{
	g_autofree char *text = folder_text(f, folder);
	g_assert_cmpstr(text, ==, want);
}

static void check_sound(struct fixture *f)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	g_assert_true(store_check(f->st, faults, &f->e));
	for (guint i = 0; i < faults->len; i++)
		g_test_message("%s", (char *)faults->pdata[i]);
}

static void place_moves_and_keeps_all(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	struct buf out;
	bool found = false;
	start(&f);
	buf_init(&out, 100);
	uint32_t to = fixture_folder(&f, "Archive");
	fixture_fill(&f, 1, 5);
	int64_t mid = fixture_mid(&f, 4);
	check_ok(&f, store_part_put(f.st, f.folder, 4, "1", STR("hello"), &f.e));
	check_ok(&f, store_place_move(f.st, by_uid(f.folder, 4), by_local(to, 9), &f.e));
	check_folder(&f, f.folder, "5 3 2 1 (4 0 1)");
	check_folder(&f, to, "l9 (0 1 1)");
	g_assert_cmpint(reader_row_at(f.r, by_uid(f.folder, 4), &row, &f.e), ==, -1);
	check_ok(&f, reader_row_at(f.r, by_local(to, 9), &row, &f.e));
	g_assert_cmpint(row.mid, ==, mid);
	g_assert_cmpuint(row.size, ==, 1004);
	g_assert_cmpstr(row.subject, ==, "Subject 4");
	store_row_clear(&row);
	check_ok(&f, reader_part_at(f.r, by_local(to, 9), "1", &out, &found, &f.e));
	g_assert_true(found && str_is(buf_str(&out), "hello"));
	/* The server names it. */
	check_ok(&f, store_place_move(f.st, by_local(to, 9), by_uid(to, 1), &f.e));
	check_folder(&f, to, "1 (1 0 1)");
	check_ok(&f, store_place_get(f.st, by_uid(to, 1), &row, &f.e));
	g_assert_cmpint(row.mid, ==, mid);
	store_row_clear(&row);
	check_sound(&f);
	buf_clear(&out);
	fixture_clear(&f);
}

static void place_moves_onto_one_that_is_there(void)
{
	struct fixture f;
	start(&f);
	uint32_t to = fixture_folder(&f, "Archive");
	fixture_fill(&f, 1, 3);
	struct store_row named;
	fixture_row(&named, to, 1, 0, MSG_SEEN);
	check_ok(&f, store_row_put(f.st, &named, &f.e));
	store_row_clear(&named);
	check_ok(&f, store_place_move(f.st, by_uid(f.folder, 2), by_uid(to, 1), &f.e));
	check_folder(&f, f.folder, "3 1 (2 0 0)");
	check_folder(&f, to, "1 (1 0 0)");
	check_ok(&f, store_place_move(f.st, by_uid(to, 1), by_uid(to, 1), &f.e));
	check_folder(&f, to, "1 (1 0 0)");
	g_assert_cmpint(store_place_move(f.st, by_uid(f.folder, 2), by_uid(to, 8), &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_cmpint(store_place_copy(f.st, by_local(f.folder, 2), by_uid(to, 8), &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	check_sound(&f);
	fixture_clear(&f);
}

static void copy_shares_the_message(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	start(&f);
	uint32_t to = fixture_folder(&f, "Archive");
	fixture_fill(&f, 1, 2);
	int64_t mid = fixture_mid(&f, 2);
	check_ok(&f, store_place_copy(f.st, by_uid(f.folder, 2), by_local(to, 1), &f.e));
	check_ok(&f, store_place_copy(f.st, by_uid(f.folder, 2), by_local(to, 1), &f.e));
	check_folder(&f, to, "l1 (0 1 1)");
	check_ok(&f, store_row_del(f.st, f.folder, 2, &f.e));
	check_ok(&f, store_place_get(f.st, by_local(to, 1), &row, &f.e));
	g_assert_cmpint(row.mid, ==, mid);
	g_assert_cmpstr(row.msgid, ==, "2@example.org");
	store_row_clear(&row);
	check_sound(&f);
	fixture_clear(&f);
}

static void copy_within_its_folder_is_another_message(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	struct buf out;
	bool found = false;
	start(&f);
	buf_init(&out, 100);
	fixture_fill(&f, 1, 2);
	int64_t mid = fixture_mid(&f, 2);
	struct msg_part *root = msg_part_new();
	g_free(root->type);
	root->type = g_strdup("text/plain");
	g_free(root->encoding);
	root->encoding = g_strdup("7bit");
	msg_part_number(root);
	check_ok(&f, store_structure_put(f.st, f.folder, 2, root, &f.e));
	msg_part_free(root);
	check_ok(&f, store_part_put(f.st, f.folder, 2, "1", STR("hello"), &f.e));
	check_ok(&f, store_place_copy(f.st, by_uid(f.folder, 2), by_local(f.folder, 5), &f.e));
	check_ok(&f, store_place_get(f.st, by_local(f.folder, 5), &row, &f.e));
	g_assert_cmpint(row.mid, !=, mid);
	g_assert_cmpint(row.received, ==, WHEN + 2);
	g_assert_cmpint(row.date.offset, ==, 60);
	g_assert_cmpstr(row.subject, ==, "Subject 2");
	store_row_clear(&row);
	check_ok(&f, store_part_get_at(f.st, by_local(f.folder, 5), "1", &out, &found, &f.e));
	g_assert_true(found && str_is(buf_str(&out), "hello"));
	check_ok(&f, store_structure_get_at(f.st, by_local(f.folder, 5), &root, &f.e));
	g_assert_nonnull(root);
	msg_part_free(root);
	/* A row that is put with a mid that stands there too. */
	struct store_row put;
	fixture_row(&put, f.folder, 7, 0, 0);
	put.mid = mid;
	check_ok(&f, store_row_put(f.st, &put, &f.e));
	store_row_clear(&put);
	check_ok(&f, store_place_get(f.st, by_uid(f.folder, 7), &row, &f.e));
	g_assert_cmpint(row.mid, !=, mid);
	g_assert_cmpstr(row.subject, ==, "Subject 2");
	store_row_clear(&row);
	check_sound(&f);
	buf_clear(&out);
	fixture_clear(&f);
}

static void move_into_a_folder_with_a_copy_keeps_both(void)
{
	struct fixture f;
	start(&f);
	uint32_t to = fixture_folder(&f, "Archive");
	fixture_fill(&f, 1, 2);
	check_ok(&f, store_place_copy(f.st, by_uid(f.folder, 2), by_uid(to, 1), &f.e));
	check_ok(&f, store_place_move(f.st, by_uid(f.folder, 2), by_local(to, 3), &f.e));
	check_folder(&f, f.folder, "1 (1 0 0)");
	g_autofree char *both = folder_text(&f, to);
	g_assert_true(g_str_has_suffix(both, "(1 1 2)"));
	check_sound(&f);
	fixture_clear(&f);
}

static void local_places_stand_in_their_order(void)
{
	struct fixture f;
	start(&f);
	uint32_t other = fixture_folder(&f, "Other");
	fixture_fill(&f, 1, 9);
	for (uint32_t uid = 2; uid <= 8; uid += 3)
		check_ok(&f, store_place_move(f.st, by_uid(f.folder, uid), by_local(f.folder, uid), &f.e));
	check_folder(&f, f.folder, "9 l8 7 6 l5 4 3 l2 1 (6 3 4)");
	check_folder(&f, other, "(0 0 0)");
	struct store_row at = { 0 };
	check_ok(&f, store_place_get(f.st, by_local(f.folder, 5), &at, &f.e));
	g_autofree char *below = fixture_window(&f, ANCHOR_BELOW, at.mid, 3);
	g_assert_cmpstr(below, ==, "4 3 0");
	g_autofree char *above = fixture_window(&f, ANCHOR_ABOVE, at.mid, 3);
	g_assert_cmpstr(above, ==, "0 7 6");
	g_autofree char *here = fixture_window(&f, ANCHOR_AT, at.mid, 2);
	g_assert_cmpstr(here, ==, "0 4");
	store_row_clear(&at);
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
	check_ok(&f, store_uids(f.st, f.folder, 1, UINT32_MAX, uids, &f.e));
	g_assert_cmpuint(uids->len, ==, 6);
	uint32_t count = 0;
	check_ok(&f, store_uids_count(f.st, f.folder, 0, UINT32_MAX, &count, &f.e));
	g_assert_cmpuint(count, ==, 6);
	g_autoptr(GPtrArray) rows = store_rows_new();
	check_ok(&f, reader_by_msgid(f.r, "5@example.org", rows, &f.e));
	g_assert_cmpuint(rows->len, ==, 1);
	g_assert_cmpuint(((struct store_row *)rows->pdata[0])->local, ==, 5);
	fixture_clear(&f);
}

static void flags_and_drop_by_local_number(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	start(&f);
	fixture_put(&f, 1, 0, MSG_ATTACHMENT);
	check_ok(&f, store_place_move(f.st, by_uid(f.folder, 1), by_local(f.folder, UINT32_MAX), &f.e));
	check_ok(&f, store_place_flags(f.st, by_local(f.folder, UINT32_MAX), MSG_SEEN, NULL, &f.e));
	check_folder(&f, f.folder, "l4294967295 (0 1 0)");
	check_ok(&f, store_place_get(f.st, by_local(f.folder, UINT32_MAX), &row, &f.e));
	g_assert_cmphex(row.flags, ==, MSG_SEEN | MSG_ATTACHMENT);
	store_row_clear(&row);
	check_ok(&f, store_place_flags(f.st, by_local(f.folder, 1), MSG_SEEN, NULL, &f.e));
	check_ok(&f, store_place_drop(f.st, by_uid(f.folder, 1), &f.e));
	check_folder(&f, f.folder, "l4294967295 (0 1 0)");
	check_ok(&f, store_place_drop(f.st, by_local(f.folder, UINT32_MAX), &f.e));
	check_folder(&f, f.folder, "(0 0 0)");
	g_assert_cmpint(store_place_get(f.st, by_local(f.folder, UINT32_MAX), &row, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	check_sound(&f);
	fixture_clear(&f);
}

static void row_put_by_local_number(void)
{
	struct fixture f;
	struct store_row row;
	start(&f);
	fixture_row(&row, f.folder, 4, 0, 0);
	row.local = 4;
	g_assert_cmpint(store_row_put(f.st, &row, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_BUG);
	row.uid = 0;
	check_ok(&f, store_row_put(f.st, &row, &f.e));
	check_folder(&f, f.folder, "l4 (0 1 1)");
	store_row_clear(&row);
	fixture_clear(&f);
}

static void places_without_a_name_are_told(void)
{
	struct fixture f;
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	start(&f);
	uint32_t to = fixture_folder(&f, "Archive");
	for (uint32_t uid = 1; uid <= 3; uid++)
		fixture_put(&f, uid, uid, 0);
	check_ok(&f, store_places_local(f.st, 1, places, &f.e));
	g_assert_cmpuint(places->len, ==, 0);
	check_ok(&f, store_place_move(f.st, by_uid(f.folder, 1), by_local(to, UINT32_MAX), &f.e));
	check_ok(&f, store_place_move(f.st, by_uid(f.folder, 2), by_local(0, 8), &f.e));
	check_ok(&f, store_places_local(f.st, 1, places, &f.e));
	g_assert_cmpuint(places->len, ==, 2);
	struct store_place *hidden = &g_array_index(places, struct store_place, 0), *moved = hidden + 1;
	g_assert_cmpuint(hidden->folder, ==, 0);
	g_assert_cmpuint(hidden->local, ==, 8);
	g_assert_cmpuint(moved->folder, ==, to);
	g_assert_cmpuint(moved->uid, ==, 0);
	g_assert_cmpuint(moved->local, ==, UINT32_MAX);
	g_array_set_size(places, 0);
	check_ok(&f, store_places_local(f.st, 2, places, &f.e));
	g_assert_cmpuint(places->len, ==, 1);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(places_without_a_name_are_told);
	unit_add(place_moves_and_keeps_all);
	unit_add(place_moves_onto_one_that_is_there);
	unit_add(copy_shares_the_message);
	unit_add(copy_within_its_folder_is_another_message);
	unit_add(move_into_a_folder_with_a_copy_keeps_both);
	unit_add(local_places_stand_in_their_order);
	unit_add(flags_and_drop_by_local_number);
	unit_add(row_put_by_local_number);
}
