/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

static void folder_put_and_find_is_equal(void)
{
	struct fixture f;
	struct store_folder in = { .account = 3,
		.raw = (char *)"INBOX.Entw&APw-rfe",
		.name = (char *)"Entwürfe",
		.delimiter = '.',
		.role = ROLE_DRAFTS,
		.flags = FOLDER_VISITED,
		.uidvalidity = 4294967295u,
		.uidnext = 7,
		.exists = 5,
		.unseen = 2,
		.filled_down_to = 3,
		.complete = false,
		.highestmodseq = UINT64_MAX,
		.last_sync = 9,
		.rights = (char *)"lrs",
		.mailboxid = (char *)"F1-a_b",
		.sized = true,
		.size = 5000000000u };
	struct store_folder out = { 0 };
	start(&f);
	check_ok(&f, store_folder_put(f.st, &in, &f.e));
	g_assert_cmpuint(in.id, !=, 0);
	check_ok(&f, store_folder_find(f.st, 3, str_of(in.raw), &out, &f.e));
	g_assert_cmpuint(out.id, ==, in.id);
	g_assert_cmpstr(out.raw, ==, in.raw);
	g_assert_cmpstr(out.name, ==, "Entwürfe");
	g_assert_cmpint(out.delimiter, ==, '.');
	g_assert_cmpint(out.role, ==, ROLE_DRAFTS);
	g_assert_cmpuint(out.flags, ==, FOLDER_VISITED);
	g_assert_cmpuint(out.uidvalidity, ==, 4294967295u);
	g_assert_cmpuint(out.uidnext, ==, 7);
	g_assert_cmpuint(out.exists, ==, 5);
	g_assert_cmpuint(out.unseen, ==, 2);
	g_assert_cmpuint(out.filled_down_to, ==, 3);
	g_assert_false(out.complete);
	g_assert_true(out.highestmodseq == UINT64_MAX);
	g_assert_cmpint(out.last_sync, ==, 9);
	g_assert_cmpstr(out.rights, ==, "lrs");
	g_assert_cmpstr(out.mailboxid, ==, "F1-a_b");
	g_assert_true(out.sized);
	g_assert_cmpuint(out.size, ==, 5000000000u);
	store_folder_clear(&out);
	in.complete = true;
	check_ok(&f, store_folder_put(f.st, &in, &f.e));
	check_ok(&f, store_folder_get(f.st, in.id, &out, &f.e));
	g_assert_true(out.complete);
	g_assert_cmpuint(out.unseen, ==, 0); /* counted in the cache from now on */
	store_folder_clear(&out);
	fixture_clear(&f);
}

static void quota_is_kept_for_each_account(void)
{
	struct fixture f;
	struct store_quota q = { .used = 9, .limit = UINT64_MAX, .wall = 7 }, got;
	start(&f);
	check_ok(&f, store_quota_get(f.st, 1, &got, &f.e));
	g_assert_cmpuint(got.limit, ==, 0);
	check_ok(&f, store_quota_put(f.st, 1, &q, &f.e));
	check_ok(&f, store_quota_put(f.st, 11, &(struct store_quota){ .used = 1 }, &f.e));
	check_ok(&f, store_quota_get(f.st, 1, &got, &f.e));
	g_assert_cmpuint(got.used, ==, 9);
	g_assert_cmpuint(got.limit, ==, INT64_MAX);
	g_assert_cmpint(got.wall, ==, 7);
	fixture_clear(&f);
}

static void folder_absent_is_missing(void)
{
	struct fixture f;
	struct store_folder out = { .id = 99, .account = 1, .raw = (char *)"x", .name = (char *)"x" };
	start(&f);
	g_assert_cmpint(store_folder_put(f.st, &out, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_cmpint(store_folder_get(f.st, 99, &out, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_cmpint(store_folder_find(f.st, 2, STR("INBOX"), &out, &f.e), ==, -1);
	g_assert_cmpint(store_folder_drop(f.st, 99, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	fixture_clear(&f);
}

static uint32_t find(struct fixture *f, const char *name)
{
	struct store_folder out = { 0 };
	uint32_t id = reader_folder(f->r, 1, name, &out, &f->e) ? 0 : out.id;
	store_folder_clear(&out);
	return id;
}

static void folder_by_name_prefers_the_exact_one(void)
{
	struct fixture f;
	start(&f);
	uint32_t lower = fixture_folder(&f, "work"), upper = fixture_folder(&f, "Work");
	g_assert_cmpuint(find(&f, "work"), ==, lower);
	g_assert_cmpuint(find(&f, "Work"), ==, upper);
	g_assert_cmpuint(find(&f, "WORK"), ==, lower);
	g_assert_cmpuint(find(&f, "wor"), ==, 0);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_cmpuint(find(&f, "%"), ==, 0);
	fixture_clear(&f);
}

static void folders_lists_one_account(void)
{
	struct fixture f;
	struct store_folder other = { .account = 2, .raw = (char *)"INBOX", .name = (char *)"Inbox" };
	start(&f);
	fixture_folder(&f, "Sent");
	check_ok(&f, store_folder_put(f.st, &other, &f.e));
	g_autoptr(GPtrArray) mine = store_folders_new(), theirs = store_folders_new();
	check_ok(&f, store_folders(f.st, 1, mine, &f.e));
	check_ok(&f, reader_folders(f.r, 2, theirs, &f.e));
	g_assert_cmpuint(mine->len, ==, 2);
	g_assert_cmpuint(theirs->len, ==, 1);
	g_assert_cmpuint(((struct store_folder *)theirs->pdata[0])->id, ==, other.id);
	fixture_clear(&f);
}

static unsigned sweep(struct fixture *f)
{
	bool more = true;
	unsigned calls = 0;
	while (more && calls < 1000) {
		check_ok(f, store_sweep(f->st, &more, &f->e));
		calls++;
	}
	return calls;
}

static int64_t count(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	g_assert_cmpint(db_int(db_query(f->st->shelf.cache, sql), &n, &f->e), ==, 1);
	return n;
}

static void folder_dropped_goes_in_small_transactions(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 350);
	uint32_t dropped = f.folder;
	f.folder = fixture_folder(&f, "Other");
	fixture_fill(&f, 1, 10);
	check_ok(&f, store_folder_drop(f.st, dropped, &f.e));
	g_assert_cmpuint(find(&f, "INBOX"), ==, 0);
	g_autoptr(GPtrArray) rows = store_rows_new();
	check_ok(&f, reader_by_msgid(f.r, "5@example.org", rows, &f.e));
	g_assert_cmpuint(rows->len, ==, 1);
	g_assert_cmpuint(sweep(&f), ==, 6); /* 100, 100, 100, 50, the folder, nothing */
	g_assert_cmpint(count(&f, "SELECT count(*) FROM place"), ==, 10);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM message"), ==, 10);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM message_id_new"), ==, 10);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM folder"), ==, 1);
	fixture_sound(&f);
	/* The number does not come again. */
	g_assert_cmpuint(fixture_folder(&f, "INBOX"), >, f.folder);
	fixture_clear(&f);
}

static void folder_renumbered_has_a_new_number_and_no_places(void)
{
	struct fixture f;
	struct store_folder folder = { 0 };
	start(&f);
	fixture_fill(&f, 1, 120);
	check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
	folder.complete = true;
	folder.filled_down_to = 1;
	folder.highestmodseq = 77;
	check_ok(&f, store_folder_renumber(f.st, &folder, 42, &f.e));
	g_assert_cmpuint(folder.id, !=, f.folder);
	uint32_t id = folder.id;
	store_folder_clear(&folder);
	check_ok(&f, store_folder_find(f.st, 1, STR("INBOX"), &folder, &f.e));
	g_assert_cmpuint(folder.id, ==, id);
	g_assert_cmpuint(folder.uidvalidity, ==, 42);
	g_assert_cmpuint(folder.rows, ==, 0);
	g_assert_cmpuint(folder.rows_unseen, ==, 0);
	g_assert_cmpuint(folder.filled_down_to, ==, 0);
	g_assert_false(folder.complete);
	g_assert_cmpuint(folder.highestmodseq, ==, 0);
	f.folder = id;
	fixture_fill(&f, 1, 5);
	check_ok(&f, store_rekey_end(f.st, &folder, &f.e));
	store_folder_clear(&folder);
	sweep(&f);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM place"), ==, 5);
	fixture_sound(&f);
	fixture_clear(&f);
}

static void folder_update_keeps_counts(void)
{
	struct fixture f;
	struct store_folder folder = { 0 };
	start(&f);
	fixture_fill(&f, 1, 10);
	check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
	folder.rows = 9999;
	folder.rows_unseen = 9999;
	check_ok(&f, store_folder_put(f.st, &folder, &f.e));
	store_folder_clear(&folder);
	fixture_sound(&f);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(folder_put_and_find_is_equal);
	unit_add(folder_absent_is_missing);
	unit_add(quota_is_kept_for_each_account);
	unit_add(folder_by_name_prefers_the_exact_one);
	unit_add(folders_lists_one_account);
	unit_add(folder_dropped_goes_in_small_transactions);
	unit_add(folder_renumbered_has_a_new_number_and_no_places);
	unit_add(folder_update_keeps_counts);
}
