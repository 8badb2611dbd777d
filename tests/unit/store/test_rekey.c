/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

static struct store_folder folder;

static void start(struct fixture *f, uint32_t rows)
{
	fixture_init(f);
	fixture_open(f);
	fixture_fill(f, 1, rows);
	fixture_read(f);
	check_ok(f, store_folder_get(f->st, f->folder, &folder, &f->e));
}

static void stop(struct fixture *f)
{
	store_folder_clear(&folder);
	fixture_clear(f);
}

static void renumber(struct fixture *f, uint32_t uidvalidity)
{
	check_ok(f, store_folder_renumber(f->st, &folder, uidvalidity, &f->e));
	f->folder = folder.id;
}

/* The message of fixture_row(was) is now under uid. */
static bool rekey(struct fixture *f, uint32_t uid, uint32_t was, uint32_t flags)
{
	bool found = false;
	g_autofree char *msgid = g_strdup_printf("%u@example.org", was);
	check_ok(f, store_rekey(f->st, &folder, uid, msgid, 1000 + was, WHEN + was, flags, NULL, &found, &f->e));
	return found;
}

static void sweep(struct fixture *f)
{
	bool more = true;
	for (int i = 0; more && i < 1000; i++)
		check_ok(f, store_sweep(f->st, &more, &f->e));
}

static int64_t count(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	g_assert_cmpint(db_int(db_query(f->st->shelf.cache, sql), &n, &f->e), ==, 1);
	return n;
}

static void check_sound(struct fixture *f)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	g_assert_true(store_check(f->st, faults, &f->e));
	for (guint i = 0; i < faults->len; i++)
		g_test_message("%s", (char *)faults->pdata[i]);
}

static void old_places_wait_unseen_and_are_taken_over(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	struct buf out;
	bool found = false;
	start(&f, 10);
	buf_init(&out, 100);
	uint32_t before = f.folder;
	check_ok(&f, store_part_put(f.st, f.folder, 3, "1", STR("hello"), &f.e));
	int64_t mid = fixture_mid(&f, 3);
	renumber(&f, 2);
	g_assert_cmpuint(folder.heir_of, ==, before);
	g_autofree char *none = fixture_window(&f, ANCHOR_TOP, 0, 0);
	g_assert_cmpstr(none, ==, "");
	sweep(&f);
	g_assert_true(rekey(&f, 103, 3, MSG_FLAGGED));
	g_assert_true(rekey(&f, 104, 4, 0));
	g_assert_false(rekey(&f, 105, 11, 0));
	check_ok(&f, reader_row(f.r, f.folder, 103, &row, &f.e));
	g_assert_cmpint(row.mid, ==, mid);
	g_assert_cmphex(row.flags, ==, MSG_FLAGGED);
	store_row_clear(&row);
	check_ok(&f, reader_part(f.r, f.folder, 103, "1", &out, &found, &f.e));
	g_assert_true(found && str_is(buf_str(&out), "hello"));
	fixture_sound(&f);
	/* The rest goes once nothing more is asked. */
	sweep(&f);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM place"), ==, 10);
	check_ok(&f, store_rekey_end(f.st, &folder, &f.e));
	g_assert_cmpuint(folder.heir_of, ==, 0);
	sweep(&f);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM place"), ==, 2);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM message"), ==, 2);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM folder"), ==, 1);
	g_assert_false(rekey(&f, 106, 5, 0));
	check_sound(&f);
	buf_clear(&out);
	stop(&f);
}

static void rekey_asks_for_all_of_the_identity(void)
{
	struct fixture f;
	bool found = true;
	start(&f, 3);
	renumber(&f, 2);
	static const struct {
		const char *msgid;
		uint64_t size;
		int64_t received;
	} others[] = { { "1@example.org", 1001, WHEN + 2 }, { "1@example.org", 1002, WHEN + 1 },
		{ "2@example.org", 1001, WHEN + 1 }, { NULL, 1001, WHEN + 1 }, { "", 1001, WHEN + 1 } };
	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		check_ok(&f, store_rekey(f.st, &folder, 9, others[i].msgid, others[i].size, others[i].received, 0, NULL,
				     &found, &f.e));
		g_assert_false(found);
	}
	g_assert_true(rekey(&f, 9, 1, 0));
	stop(&f);
}

static void put_nameless(struct fixture *f, uint32_t uid, int64_t received, uint64_t size)
{
	struct store_row row = { .folder = f->folder, .uid = uid, .received = received, .size = size };
	check_ok(f, store_row_put(f->st, &row, &f->e));
}

static void message_without_id_is_known_when_it_is_alone(void)
{
	struct fixture f;
	bool found = false;
	start(&f, 1);
	put_nameless(&f, 5, WHEN + 500, 77);
	put_nameless(&f, 6, WHEN + 500, 78);
	put_nameless(&f, 7, WHEN + 600, 77);
	put_nameless(&f, 8, WHEN + 600, 77);
	renumber(&f, 2);
	check_ok(&f, store_rekey(f.st, &folder, 1, NULL, 77, WHEN + 500, 0, NULL, &found, &f.e));
	g_assert_true(found);
	check_ok(&f, store_rekey(f.st, &folder, 2, NULL, 77, WHEN + 600, 0, NULL, &found, &f.e));
	g_assert_false(found);
	stop(&f);
}

static void renumbered_twice_still_finds_the_first_places(void)
{
	struct fixture f;
	start(&f, 6);
	renumber(&f, 2);
	g_assert_true(rekey(&f, 11, 1, 0));
	g_assert_true(rekey(&f, 12, 2, 0));
	renumber(&f, 3);
	g_assert_true(rekey(&f, 22, 2, 0));
	g_assert_true(rekey(&f, 25, 5, 0));
	check_ok(&f, store_rekey_end(f.st, &folder, &f.e));
	sweep(&f);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM place"), ==, 2);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM folder"), ==, 1);
	fixture_sound(&f);
	stop(&f);
}

static void dropped_while_waiting_goes_with_all_numbers(void)
{
	struct fixture f;
	start(&f, 3);
	renumber(&f, 2);
	rekey(&f, 1, 1, 0);
	check_ok(&f, store_folder_drop(f.st, folder.id, &f.e));
	sweep(&f);
	g_assert_cmpint(count(&f, "SELECT (SELECT count(*) FROM place) + (SELECT count(*) FROM folder)"), ==, 0);
	stop(&f);
}

static void local_places_go_along(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	start(&f, 3);
	struct store_place from = { f.folder, 3, 0 }, to = { f.folder, 0, 44 };
	check_ok(&f, store_place_move(f.st, from, to, &f.e));
	renumber(&f, 2);
	to.folder = folder.id;
	check_ok(&f, store_place_get(f.st, to, &row, &f.e));
	g_assert_cmpstr(row.subject, ==, "Subject 3");
	store_row_clear(&row);
	check_sound(&f);
	stop(&f);
}

static void same_message_is_found_in_its_account(void)
{
	struct fixture f;
	int64_t mid = 1;
	start(&f, 5);
	check_ok(&f, store_same_message(f.st, 1, "4@example.org", 1004, WHEN + 4, &mid, &f.e));
	g_assert_cmpint(mid, ==, fixture_mid(&f, 4));
	check_ok(&f, store_same_message(f.st, 2, "4@example.org", 1004, WHEN + 4, &mid, &f.e));
	g_assert_cmpint(mid, ==, 0);
	check_ok(&f, store_same_message(f.st, 1, "4@example.org", 1005, WHEN + 4, &mid, &f.e));
	g_assert_cmpint(mid, ==, 0);
	check_ok(&f, store_same_message(f.st, 1, "4@example.org", 1004, WHEN + 5, &mid, &f.e));
	g_assert_cmpint(mid, ==, 0);
	check_ok(&f, store_same_message(f.st, 1, NULL, 1004, WHEN + 4, &mid, &f.e));
	g_assert_cmpint(mid, ==, 0);
	stop(&f);
}

/* A message of another's identity must not be met by a walk over all of one second. */
static void one_date_for_all_costs_no_walk(void)
{
	struct fixture f;
	bool found;
	fixture_init(&f);
	fixture_open(&f);
	for (uint32_t uid = 1; uid <= 20000;) {
		check_ok(&f, store_begin(f.st, &f.e));
		for (int i = 0; i < STORE_BATCH; i++, uid++)
			fixture_put(&f, uid, WHEN, 0);
		check_ok(&f, store_commit(f.st, &f.e));
	}
	check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
	renumber(&f, 2);
	uint64_t before = db_steps(f.st->shelf.cache);
	for (uint32_t uid = 1; uid <= 100; uid++) {
		check_ok(&f, store_rekey(f.st, &folder, uid, NULL, 5, WHEN, 0, NULL, &found, &f.e));
		g_assert_false(found);
	}
	uint64_t steps = (db_steps(f.st->shelf.cache) - before) / 100;
	g_test_message("%u steps", (unsigned)steps);
	g_assert_cmpuint(steps, <, 2000);
	stop(&f);
}

static void uids_by_rank(void)
{
	static const uint32_t ranks[] = { 0, 1, 5, 98, 99, 100, 1000 };
	static const uint32_t want[] = { 101, 102, 106, 199, 200 };
	struct fixture f;
	start(&f, 200);
	g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(guint32));
	check_ok(&f, store_uids_at(f.st, f.folder, 101, ranks, G_N_ELEMENTS(ranks), out, &f.e));
	g_assert_cmpmem(out->data, out->len * sizeof(guint32), want, sizeof(want));
	uint32_t n = 0;
	check_ok(&f, store_uids_count(f.st, f.folder, 50, 149, &n, &f.e));
	g_assert_cmpuint(n, ==, 100);
	/* A few steps a row that is passed, and nothing for the rows behind. */
	uint64_t before = db_steps(f.st->shelf.cache);
	check_ok(&f, store_uids_at(f.st, f.folder, 1, ranks, 4, out, &f.e));
	g_assert_cmpuint(db_steps(f.st->shelf.cache) - before, <, 99 * 5 + 4 * 30);
	stop(&f);
}

static void name(struct fixture *f, const char *raw, const char *want)
{
	struct store_folder found = { 0 };
	check_ok(f, store_folder_find(f->st, 1, str_of(raw), &found, &f->e));
	g_assert_cmpstr(found.name, ==, want);
	store_folder_clear(&found);
}

static void renamed_folder_keeps_its_number_and_takes_those_below(void)
{
	struct fixture f;
	start(&f, 5);
	uint32_t work = fixture_folder(&f, "Work"), deep = fixture_folder(&f, "Work/a/b");
	fixture_folder(&f, "Workshop");
	fixture_folder(&f, "Job/a");
	check_ok(&f, store_folder_name(f.st, work, "Job", "Job", &f.e));
	name(&f, "Job", "Job");
	name(&f, "Job/a/b", "Job/a/b");
	name(&f, "Workshop", "Workshop");
	g_assert_cmpuint(fixture_folder(&f, "Job"), ==, work);
	g_assert_cmpuint(fixture_folder(&f, "Job/a/b"), ==, deep);
	/* The new name was met before the renaming was told. */
	fixture_folder(&f, "Mail");
	check_ok(&f, store_folder_name(f.st, f.folder, "Mail", "Mail", &f.e));
	g_assert_cmpuint(fixture_folder(&f, "Mail"), ==, f.folder);
	fixture_sound(&f);
	g_assert_cmpint(store_folder_name(f.st, 9999, "x", "x", &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	stop(&f);
}

static void message_is_known_by_what_the_server_calls_it(void)
{
	struct fixture f;
	int64_t mid = 0, again = 0;
	start(&f, 3);
	check_ok(&f, store_email_put(f.st, 1, f.folder, 2, "M1", &f.e));
	check_ok(&f, store_email_find(f.st, 1, "M1", &mid, &f.e));
	g_assert_cmpint(mid, !=, 0);
	check_ok(&f, store_email_find(f.st, 2, "M1", &again, &f.e));
	g_assert_cmpint(again, ==, 0);
	/* Another message under that id is not believed. */
	check_ok(&f, store_email_put(f.st, 1, f.folder, 3, "M1", &f.e));
	check_ok(&f, store_email_find(f.st, 1, "M1", &again, &f.e));
	g_assert_cmpint(again, ==, mid);
	check_ok(&f, store_email_put(f.st, 1, f.folder, 99, "M9", &f.e));
	check_ok(&f, store_email_find(f.st, 1, "M9", &again, &f.e));
	g_assert_cmpint(again, ==, 0);
	check_ok(&f, store_row_del(f.st, f.folder, 2, &f.e));
	check_ok(&f, store_email_find(f.st, 1, "M1", &again, &f.e));
	g_assert_cmpint(again, ==, 0);
	fixture_sound(&f);
	stop(&f);
}

void suite(void)
{
	unit_add(message_is_known_by_what_the_server_calls_it);
	unit_add(old_places_wait_unseen_and_are_taken_over);
	unit_add(rekey_asks_for_all_of_the_identity);
	unit_add(message_without_id_is_known_when_it_is_alone);
	unit_add(renumbered_twice_still_finds_the_first_places);
	unit_add(dropped_while_waiting_goes_with_all_numbers);
	unit_add(local_places_go_along);
	unit_add(same_message_is_found_in_its_account);
	unit_add(one_date_for_all_costs_no_walk);
	unit_add(uids_by_rank);
	unit_add(renamed_folder_keeps_its_number_and_takes_those_below);
}
