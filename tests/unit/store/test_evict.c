/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "tests/unit/store/fixture.h"

#define DAY 86400
#define LARGE (300u * 1024)

static void start(struct fixture *f, uint32_t rows)
{
	fixture_init(f);
	fixture_open(f);
	fixture_fill(f, 1, rows);
	fixture_read(f);
}

static void put(struct fixture *f, uint32_t uid, const char *section, size_t n)
{
	g_autofree char *bytes = g_strnfill(n, 'x');
	check_ok(f, store_part_put(f->st, f->folder, uid, section, (struct str){ bytes, n }, &f->e));
}

static bool has(struct fixture *f, uint32_t uid, const char *section)
{
	struct buf out;
	bool found = false;
	buf_init(&out, 2 * LARGE);
	check_ok(f, reader_part(f->r, f->folder, uid, section, &out, &found, &f->e));
	buf_clear(&out);
	return found;
}

static void use(struct fixture *f, uint32_t uid, const char *section)
{
	struct buf out;
	bool found = false;
	buf_init(&out, 2 * LARGE);
	check_ok(f, store_part_get(f->st, f->folder, uid, section, &out, &found, &f->e));
	g_assert_true(found);
	buf_clear(&out);
}

static void check_has(struct fixture *f, const char *section, uint32_t rows, const char *want)
{
	GString *text = g_string_new(NULL);
	for (uint32_t uid = 1; uid <= rows; uid++)
		g_string_append_c(text, has(f, uid, section) ? '1' : '0');
	g_assert_cmpstr(text->str, ==, want);
	g_string_free(text, TRUE);
}

static unsigned evict_of(struct fixture *f, uint32_t account, bool text, uint64_t bytes, GHashTable *keep)
{
	bool more = true;
	unsigned calls = 0;
	struct store_eviction v;
	store_eviction_init(&v, account, text, bytes);
	for (; more && calls < 100; calls++)
		check_ok(f, store_evict(f->st, &v, keep, &more, &f->e));
	return calls;
}

static unsigned evict(struct fixture *f, bool text, uint64_t bytes, GHashTable *keep)
{
	return evict_of(f, 0, text, bytes, keep);
}

static void least_recently_used_goes_first(void)
{
	struct fixture f;
	clock_set_virtual(0, 1000 * DAY);
	start(&f, 6);
	for (uint32_t uid = 1; uid <= 6; uid++)
		put(&f, uid, "HEADER", 100);
	clock_advance((int64_t)DAY * 1000);
	use(&f, 2, "HEADER");
	use(&f, 4, "HEADER");
	evict(&f, true, 600, NULL);
	check_has(&f, "HEADER", 6, "111111");
	/* Within a day those of the oldest messages. */
	evict(&f, true, 400, NULL);
	check_has(&f, "HEADER", 6, "010111");
	evict(&f, true, 250, NULL);
	check_has(&f, "HEADER", 6, "010100");
	evict(&f, true, 100, NULL);
	check_has(&f, "HEADER", 6, "000100");
	fixture_clear(&f);
}

static void d26_what_is_in_use_is_kept(void)
{
	struct fixture f;
	start(&f, 4);
	for (uint32_t uid = 1; uid <= 4; uid++)
		put(&f, uid, "2", 1000);
	g_autoptr(GHashTable) keep = g_hash_table_new(g_int64_hash, g_int64_equal);
	gint64 first = fixture_mid(&f, 1), third = fixture_mid(&f, 3);
	g_hash_table_add(keep, &first);
	g_hash_table_add(keep, &third);
	evict(&f, false, 0, keep);
	check_has(&f, "2", 4, "1010");
	bool more = true;
	check_ok(&f, store_evict_rows(f.st, f.folder, INT64_MAX, 0, keep, &more, &f.e));
	g_assert_false(more);
	g_autofree char *left = fixture_window(&f, ANCHOR_TOP, 0, 0);
	g_assert_cmpstr(left, ==, "3 1");
	check_has(&f, "2", 4, "1010");
	fixture_sound(&f);
	fixture_clear(&f);
}

static struct msg_part *leaf(const char *section, const char *type, const char *disposition)
{
	struct msg_part *p = msg_part_new();
	g_free(p->section);
	g_free(p->type);
	g_free(p->encoding);
	p->section = g_strdup(section);
	p->type = g_strdup(type);
	p->encoding = g_strdup("7bit");
	p->disposition = g_strdup(disposition);
	return p;
}

static void text_and_other_parts_have_their_own_budgets(void)
{
	struct fixture f;
	struct store_usage u;
	start(&f, 2);
	struct msg_part *root = leaf("", "multipart/mixed", NULL);
	root->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
	g_ptr_array_add(root->children, leaf("1", "text/plain", NULL));
	g_ptr_array_add(root->children, leaf("2", "text/plain", "attachment"));
	g_ptr_array_add(root->children, leaf("3", "image/png", NULL));
	check_ok(&f, store_structure_put(f.st, f.folder, 1, root, &f.e));
	msg_part_free(root);
	put(&f, 1, "1", 10);
	put(&f, 1, "2", 100);
	put(&f, 1, "3", LARGE);
	put(&f, 1, "1.MIME", 1000);
	put(&f, 2, "", 10000);
	check_ok(&f, store_usage(f.st, 1, &u, &f.e));
	g_assert_cmpuint(u.messages, ==, 2);
	g_assert_cmpuint(u.places, ==, 2);
	g_assert_cmpuint(u.text_bytes, ==, 1010);
	g_assert_cmpuint(u.part_bytes, ==, 10100 + LARGE);
	g_assert_cmpuint(u.file_bytes, ==, LARGE);
	g_assert_cmpuint(u.database_bytes, >, 0);
	check_ok(&f, store_usage(f.st, 2, &u, &f.e));
	g_assert_cmpuint(u.messages + u.places + u.text_bytes + u.part_bytes + u.file_bytes, ==, 0);
	check_ok(&f, store_usage(f.st, 0, &u, &f.e));
	g_assert_cmpuint(u.text_bytes, ==, 1010);
	evict(&f, false, 0, NULL);
	check_ok(&f, store_usage(f.st, 0, &u, &f.e));
	g_assert_cmpuint(u.part_bytes, ==, 0);
	g_assert_cmpuint(u.text_bytes, ==, 1010);
	g_autofree char *parts = fixture_file(&f, "cache/parts");
	GDir *d = g_dir_open(parts, 0, NULL);
	g_assert_null(g_dir_read_name(d));
	g_dir_close(d);
	fixture_clear(&f);
}

static void eviction_is_bounded_work_a_call(void)
{
	struct fixture f;
	start(&f, 250);
	check_ok(&f, store_begin(f.st, &f.e));
	for (uint32_t uid = 1; uid <= 250; uid++)
		put(&f, uid, "HEADER", 10);
	check_ok(&f, store_commit(f.st, &f.e));
	/* One call counts. */
	g_assert_cmpuint(evict(&f, true, 100, NULL), ==, 4);
	struct store_usage u;
	check_ok(&f, store_usage(f.st, 0, &u, &f.e));
	g_assert_cmpuint(u.text_bytes, ==, 100);
	g_assert_true(has(&f, 250, "HEADER"));
	g_assert_true(has(&f, 241, "HEADER"));
	g_assert_false(has(&f, 240, "HEADER"));
	fixture_clear(&f);
}

static unsigned evict_rows(struct fixture *f, int64_t older_than, uint32_t keep_newest)
{
	bool more = true;
	unsigned calls = 0;
	for (; more && calls < 100; calls++)
		check_ok(f, store_evict_rows(f->st, f->folder, older_than, keep_newest, NULL, &more, &f->e));
	return calls;
}

static void rows_go_from_the_oldest_uid_up(void)
{
	struct fixture f;
	struct store_folder folder = { 0 };
	start(&f, 350);
	check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
	folder.complete = true;
	folder.filled_down_to = 1;
	check_ok(&f, store_folder_put(f.st, &folder, &f.e));
	store_folder_clear(&folder);
	g_assert_cmpuint(evict_rows(&f, 0, 0), ==, 1);
	g_assert_cmpuint(evict_rows(&f, INT64_MAX, 350), ==, 1);
	check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
	g_assert_true(folder.complete);
	store_folder_clear(&folder);
	/* Not the newest 100; not those received at the date or later. */
	g_assert_cmpuint(evict_rows(&f, INT64_MAX, 100), ==, 3);
	check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
	g_assert_cmpuint(folder.rows, ==, 100);
	g_assert_cmpuint(folder.filled_down_to, ==, 251);
	g_assert_false(folder.complete);
	g_assert_cmpuint(folder.unseen, ==, 175); /* as it was counted */
	store_folder_clear(&folder);
	g_assert_cmpuint(evict_rows(&f, WHEN + 301, 0), ==, 1);
	check_ok(&f, store_folder_get(f.st, f.folder, &folder, &f.e));
	g_assert_cmpuint(folder.rows, ==, 50);
	g_assert_cmpuint(folder.filled_down_to, ==, 301);
	store_folder_clear(&folder);
	int64_t floor = 0;
	check_ok(&f, store_note_get(f.st, f.folder, NOTE_FLOOR, &floor, &f.e));
	g_assert_cmpint(floor, ==, WHEN + 300);
	fixture_sound(&f);
	fixture_clear(&f);
}

static void account_gives_up_nothing_of_another(void)
{
	struct fixture f;
	start(&f, 4);
	struct store_folder theirs = { .account = 2, .raw = (char *)"INBOX", .name = (char *)"Inbox" };
	check_ok(&f, store_folder_put(f.st, &theirs, &f.e));
	for (uint32_t uid = 1; uid <= 4; uid++)
		put(&f, uid, "2", 1000);
	struct store_row row;
	fixture_row(&row, theirs.id, 1, 1, 0);
	check_ok(&f, store_row_put(f.st, &row, &f.e));
	store_row_clear(&row);
	g_autofree char *bytes = g_strnfill(1000, 'x');
	check_ok(&f, store_part_put(f.st, theirs.id, 1, "2", (struct str){ bytes, 1000 }, &f.e));
	/* 5000 of both; 4000 of this one are within its budget. */
	evict_of(&f, 1, false, 4000, NULL);
	check_has(&f, "2", 4, "1111");
	evict_of(&f, 1, false, 2500, NULL);
	check_has(&f, "2", 4, "0011");
	evict_of(&f, 1, false, 0, NULL);
	check_has(&f, "2", 4, "0000");
	struct store_usage u;
	check_ok(&f, store_usage(f.st, 2, &u, &f.e));
	g_assert_cmpuint(u.part_bytes, ==, 1000);
	evict_of(&f, 2, false, 0, NULL);
	check_ok(&f, store_usage(f.st, 0, &u, &f.e));
	g_assert_cmpuint(u.part_bytes, ==, 0);
	fixture_clear(&f);
}

static void textless_messages_are_told_newest_first(void)
{
	struct fixture f;
	start(&f, 6);
	put(&f, 5, "HEADER", 100);
	put(&f, 2, "HEADER", 10);
	put(&f, 3, "2", 1000);
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	int64_t below = INT64_MAX;
	uint64_t kept = 0;
	check_ok(&f, store_textless(f.st, f.folder, WHEN + 2, 3, &below, uids, &kept, &f.e));
	g_assert_cmpuint(uids->len, ==, 2);
	g_assert_cmpuint(g_array_index(uids, uint32_t, 0), ==, 6);
	g_assert_cmpuint(g_array_index(uids, uint32_t, 1), ==, 4);
	g_assert_cmpint(below, ==, fixture_mid(&f, 4));
	g_assert_cmpuint(kept, ==, 100);
	check_ok(&f, store_textless(f.st, f.folder, WHEN + 2, 3, &below, uids, &kept, &f.e));
	g_assert_cmpuint(uids->len, ==, 3);
	g_assert_cmpuint(g_array_index(uids, uint32_t, 2), ==, 3);
	g_assert_cmpint(below, ==, 0);
	g_assert_cmpuint(kept, ==, 110);
	fixture_clear(&f);
}

static void notes_go_with_their_folder(void)
{
	struct fixture f;
	int64_t value = 1;
	bool more = true;
	start(&f, 1);
	check_ok(&f, store_note_get(f.st, f.folder, NOTE_FLAGS, &value, &f.e));
	g_assert_cmpint(value, ==, 0);
	check_ok(&f, store_note_put(f.st, f.folder, NOTE_FLAGS, UINT32_MAX, &f.e));
	check_ok(&f, store_note_put(f.st, f.folder, NOTE_FLOOR, WHEN, &f.e));
	check_ok(&f, store_note_get(f.st, f.folder, NOTE_FLAGS, &value, &f.e));
	g_assert_cmpint(value, ==, UINT32_MAX);
	check_ok(&f, store_folder_drop(f.st, f.folder, &f.e));
	for (int i = 0; more && i < 10; i++)
		check_ok(&f, store_sweep(f.st, &more, &f.e));
	check_ok(&f, store_note_get(f.st, f.folder, NOTE_FLAGS, &value, &f.e));
	g_assert_cmpint(value, ==, 0);
	check_ok(&f, store_note_get(f.st, f.folder, NOTE_FLOOR, &value, &f.e));
	g_assert_cmpint(value, ==, 0);
	fixture_clear(&f);
}

static void account_forgotten_goes_from_the_cache_only(void)
{
	struct fixture f;
	uint32_t number = 0;
	bool more = true;
	start(&f, 150);
	check_ok(&f, store_account(f.st, "host", 993, "me", "work", &number, &f.e));
	struct store_folder other = { .account = 2, .raw = (char *)"INBOX", .name = (char *)"Inbox" };
	check_ok(&f, store_folder_put(f.st, &other, &f.e));
	struct store_change *c = store_change_new(CHANGE_CREATE, 1);
	check_ok(&f, store_change_put(f.st, c, &f.e));
	check_ok(&f, store_account_forget(f.st, 1, &f.e));
	g_autoptr(GPtrArray) mine = store_folders_new(), theirs = store_folders_new(), open = store_changes_new();
	check_ok(&f, store_folders(f.st, 1, mine, &f.e));
	check_ok(&f, store_folders(f.st, 2, theirs, &f.e));
	g_assert_cmpuint(mine->len, ==, 0);
	g_assert_cmpuint(theirs->len, ==, 1);
	for (int i = 0; more && i < 100; i++)
		check_ok(&f, store_sweep(f.st, &more, &f.e));
	struct store_usage u;
	check_ok(&f, store_usage(f.st, 0, &u, &f.e));
	g_assert_cmpuint(u.messages, ==, 0);
	check_ok(&f, store_changes_open(f.st, 1, open, &f.e));
	g_assert_cmpuint(open->len, ==, 1);
	store_change_free(c);
	fixture_clear(&f);
}

static unsigned faults(struct fixture *f, const char *want)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
	bool sound = store_check(f->st, found, &f->e);
	unsigned hits = 0;
	for (guint i = 0; i < found->len; i++) {
		g_test_message("%s", (char *)found->pdata[i]);
		hits += strstr(found->pdata[i], want) != NULL;
	}
	g_assert_cmpint(sound, ==, found->len == 0);
	return hits;
}

static void spoil(struct fixture *f, struct db *d, const char *sql, const char *want)
{
	check_ok(f, db_run(db_query(d, "BEGIN"), &f->e));
	check_ok(f, db_run(db_query(d, sql), &f->e));
	g_assert_cmpuint(faults(f, want), ==, 1);
	check_ok(f, db_run(db_query(d, "ROLLBACK"), &f->e));
}

static void check_finds_what_is_damaged(void)
{
	struct fixture f;
	start(&f, 5);
	put(&f, 1, "HEADER", 10);
	put(&f, 1, "2", LARGE);
	struct msg_part *root = leaf("1", "text/plain", NULL);
	check_ok(&f, store_structure_put(f.st, f.folder, 1, root, &f.e));
	msg_part_free(root);
	struct store_change *c = store_change_new(CHANGE_MOVE, 1);
	store_change_item_add(c)->uid = 5;
	check_ok(&f, store_change_put(f.st, c, &f.e));
	store_change_free(c);
	g_assert_cmpuint(faults(&f, ""), ==, 0);
	struct db *cache = f.st->shelf.cache, *state = f.st->shelf.state;
	spoil(&f, cache, "UPDATE place SET sum=sum+1 WHERE key&3=3", "place ");
	spoil(&f, cache, "DELETE FROM message WHERE mid=(SELECT max(mid) FROM message)", "has no message");
	spoil(&f, cache, "UPDATE message SET subject='x' WHERE mid=(SELECT max(mid) FROM message)", "message ");
	spoil(&f, cache, "UPDATE part SET bytes=x'00' WHERE bytes NOT NULL", "part 'HEADER'");
	spoil(&f, cache, "UPDATE part SET sum=0 WHERE bytes IS NULL", "part '2'");
	spoil(&f, cache, "UPDATE structure SET sum=0", "part tree");
	spoil(&f, cache, "UPDATE folder SET rows=4", "rows it says");
	spoil(&f, cache, "UPDATE folder SET rows_local=1", "rows it says");
	spoil(&f, state, "UPDATE request SET state=2", "change 1 is");
	spoil(&f, state, "UPDATE request_item SET uid=6", "of a change");
	g_assert_cmpuint(faults(&f, ""), ==, 0);
	fixture_clear(&f);
}

static void ledger_days_ascend(void)
{
	struct fixture f;
	struct store_ledger one = { 1, 2, 3, 4, 5, 6 };
	start(&f, 1);
	for (int64_t day = 100; day < 105; day++)
		for (uint32_t account = 1; account <= 2; account++)
			if (day != 103)
				check_ok(&f, store_ledger_add(f.st, account, day * DAY + 7, &one, &f.e));
	g_autoptr(GPtrArray) mine = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(g_free);
	check_ok(&f, store_ledger_days(f.st, 2, 101 * DAY + 50, mine, &f.e));
	check_ok(&f, store_ledger_days(f.st, 0, 0, all, &f.e));
	g_assert_cmpuint(mine->len, ==, 3);
	g_assert_cmpuint(all->len, ==, 4);
	const struct store_ledger_day *d = mine->pdata[1], *both = all->pdata[3];
	g_assert_cmpint(d->day, ==, 102);
	g_assert_cmpuint(d->sums.logins, ==, 1);
	g_assert_cmpuint(d->sums.acts, ==, 6);
	g_assert_cmpint(both->day, ==, 104);
	g_assert_cmpuint(both->sums.bytes_out, ==, 8);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(d26_what_is_in_use_is_kept);
	unit_add(text_and_other_parts_have_their_own_budgets);
	unit_add(eviction_is_bounded_work_a_call);
	unit_add(account_gives_up_nothing_of_another);
	unit_add(textless_messages_are_told_newest_first);
	unit_add(notes_go_with_their_folder);
	unit_add(rows_go_from_the_oldest_uid_up);
	unit_add(account_forgotten_goes_from_the_cache_only);
	unit_add(check_finds_what_is_damaged);
	unit_add(ledger_days_ascend);
	/* It takes over the clock. */
	unit_add(least_recently_used_goes_first);
}
