/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The user's changes when the files they are in are damaged, lost, old. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

#define CHANGES 3
#define ITEMS 2

static void put_changes(struct fixture *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct store_change *c = store_change_new(CHANGE_MOVE, 1);
		c->folder = g_strdup("INBOX");
		c->target = g_strdup("Archive");
		c->uidvalidity = 1;
		for (uint32_t k = 0; k < ITEMS; k++) {
			struct store_change_item *item = store_change_item_add(c);
			item->uid = 10 * i + k + 1;
			item->msgid = g_strdup_printf("%u@example.org", item->uid);
		}
		check_ok(f, store_change_put(f->st, c, &f->e));
		store_change_free(c);
	}
}

static char *path_of(struct fixture *f, const char *name)
{
	return fixture_file(f, name);
}

static void remove_file(struct fixture *f, const char *name)
{
	g_autofree char *path = path_of(f, name);
	g_assert_cmpint(unlink(path), ==, 0);
}

static void check_notice(struct fixture *f, const char *want)
{
	const char *notice = f->st ? store_notice(f->st) : NULL;
	g_assert_nonnull(notice);
	if (notice && !strstr(notice, want)) {
		g_test_message("'%s' is not in '%s'", want, notice);
		g_test_fail();
	}
}

/* --- lost --- */

static void d07_removed_state_with_open_changes_is_told(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	put_changes(&f, CHANGES);
	fixture_shut(&f);
	remove_file(&f, "state/state-1.db");
	fixture_open(&f);
	check_notice(&f, "3 changes");
	fixture_shut(&f);
	/* Once is enough. */
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void d07_emptied_state_is_told(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_shut(&f);
	fixture_copy(&f, "state/state-1.db", "before.db");
	fixture_open(&f);
	put_changes(&f, CHANGES);
	fixture_shut(&f);
	fixture_copy(&f, "before.db", "state/state-1.db");
	fixture_open(&f);
	g_assert_false(f.fresh);
	check_notice(&f, "3 changes");
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void state_lost_when_all_was_done_is_no_news(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	put_changes(&f, CHANGES);
	for (uint32_t id = 1; id <= CHANGES; id++) {
		struct store_change *c = NULL;
		check_ok(&f, store_change_get(f.st, id, &c, &f.e));
		c->state = CHANGE_DONE;
		check_ok(&f, store_change_step(f.st, c, &f.e));
		store_change_free(c);
	}
	fixture_shut(&f);
	remove_file(&f, "state/state-1.db");
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void d06_cache_lost_leaves_the_changes(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) open = store_changes_new();
	fixture_init(&f);
	fixture_open(&f);
	put_changes(&f, CHANGES);
	fixture_shut(&f);
	remove_file(&f, "cache/cache-1.db");
	fixture_open(&f);
	g_assert_true(f.fresh);
	g_assert_null(store_notice(f.st));
	check_ok(&f, store_changes_open(f.st, 1, open, &f.e));
	g_assert_cmpuint(open->len, ==, CHANGES);
	fixture_clear(&f);
}

/* --- damaged --- */

static int64_t count(struct fixture *f, const char *sql)
{
	int64_t n = -1;
	g_assert_cmpint(db_int(db_query(f->st->shelf.state, sql), &n, &f->e), ==, 1);
	return n;
}

static void d08_promise_8_damaged_change_is_set_aside_and_told(void)
{
	static const char *const damages[] = { "UPDATE request SET target=CAST('INBOX.Trash' AS BLOB) WHERE id=2",
		"UPDATE request SET state=2 WHERE id=2", "UPDATE request SET op=3 WHERE id=2",
		"UPDATE request SET state=77 WHERE id=2" };
	for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
		struct fixture f;
		g_autoptr(GPtrArray) open = store_changes_new();
		fixture_init(&f);
		fixture_open(&f);
		put_changes(&f, CHANGES);
		check_ok(&f, db_run(db_query(f.st->shelf.state, damages[i]), &f.e));
		fixture_shut(&f);
		fixture_open(&f);
		check_notice(&f, "1 changes");
		check_ok(&f, store_changes_open(f.st, 1, open, &f.e));
		g_assert_cmpuint(open->len, ==, CHANGES - 1);
		g_assert_cmpint(count(&f, "SELECT count(*) FROM damaged"), ==, 1 + ITEMS);
		g_assert_cmpint(count(&f, "SELECT count(*) FROM request_item"), ==, (CHANGES - 1) * ITEMS);
		fixture_shut(&f);
		fixture_open(&f);
		g_assert_null(store_notice(f.st));
		fixture_clear(&f);
	}
}

static void d08_damaged_message_of_a_change_is_left_out_and_told(void)
{
	struct fixture f;
	struct store_change *c = NULL;
	fixture_init(&f);
	fixture_open(&f);
	put_changes(&f, 1);
	check_ok(&f, db_run(db_query(f.st->shelf.state, "UPDATE request_item SET uid=7 WHERE id=1"), &f.e));
	/* Met while it runs. */
	check_ok(&f, store_change_get(f.st, 1, &c, &f.e));
	g_assert_cmpuint(c->items->len, ==, 1);
	check_notice(&f, "1 messages");
	store_change_free(c);
	g_assert_cmpint(count(&f, "SELECT count(*) FROM damaged"), ==, 1);
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void d08_row_that_is_gone_is_told(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	put_changes(&f, CHANGES);
	check_ok(&f, db_run(db_query(f.st->shelf.state, "DELETE FROM request WHERE id=1"), &f.e));
	fixture_shut(&f);
	fixture_open(&f);
	check_notice(&f, "of 3 changes");
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	check_ok(&f, db_run(db_query(f.st->shelf.state, "DELETE FROM request_item WHERE id=6"), &f.e));
	fixture_shut(&f);
	fixture_open(&f);
	check_notice(&f, "1 messages of them are missing");
	fixture_clear(&f);
}

struct flip_count {
	unsigned harmless, told;
};

/* Is what it says of every change what was put? */
static bool is_whole(const struct store_change *c)
{
	bool whole = c->id >= 1 && c->id <= CHANGES && c->account == 1 && c->op == CHANGE_MOVE &&
		     c->state == CHANGE_OPEN && !strcmp(c->folder, "INBOX") && !strcmp(c->target, "Archive") &&
		     c->items->len <= ITEMS;
	for (guint i = 0; i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		g_autofree char *msgid = g_strdup_printf("%u@example.org", item->uid);
		whole = whole && item->uid >= 10 * (c->id - 1) + 1 && item->uid <= 10 * (c->id - 1) + ITEMS &&
			!strcmp(item->msgid, msgid);
	}
	return whole;
}

/* All changes are there as they were put, or what is not was told. */
static void check_flipped(struct fixture *f, struct flip_count *counts)
{
	g_autoptr(GPtrArray) open = store_changes_new();
	unsigned items = 0;
	check_ok(f, store_open(f->cache, f->state, &f->st, &f->fresh, &f->e));
	if (!f->st)
		return;
	bool failed = store_changes_open(f->st, 0, open, &f->e);
	for (guint i = 0; i < open->len; i++) {
		g_assert_true(is_whole(open->pdata[i]));
		items += ((struct store_change *)open->pdata[i])->items->len;
	}
	bool all = !failed && open->len == CHANGES && items == CHANGES * ITEMS;
	bool told = store_notice(f->st) != NULL;
	fixture_shut(f);
	if (failed) { /* by damage met only now: the next opening sets it aside */
		check_ok(f, store_open(f->cache, f->state, &f->st, &f->fresh, &f->e));
		told = f->st && store_notice(f->st);
		fixture_shut(f);
	}
	g_assert_true(all || told);
	counts->told += told;
	counts->harmless += all;
}

static void put_state(struct fixture *f, const char *bytes, gsize n)
{
	GDir *d = g_dir_open(f->state, 0, NULL);
	for (const char *name; (name = g_dir_read_name(d));) {
		g_autofree char *old = g_build_filename(f->state, name, NULL);
		unlink(old);
	}
	g_dir_close(d);
	g_autofree char *path = path_of(f, "state/state-1.db");
	FILE *file = fopen(path, "wb");
	g_assert_nonnull(file);
	g_assert_cmpuint(fwrite(bytes, 1, n, file), ==, n);
	fclose(file);
}

/* Free space is left out, and of the rest as much is tried as there is time: another part each run. */
static void d08_flipped_bytes_of_the_changes_are_found(void)
{
	struct fixture f;
	struct flip_count counts = { 0 };
	g_autofree char *bytes = NULL;
	gsize n = 0;
	guint32 seed = g_test_rand_int();
	fixture_init(&f);
	fixture_open(&f);
	put_changes(&f, CHANGES);
	fixture_shut(&f);
	g_autofree char *path = path_of(&f, "state/state-1.db");
	g_assert_true(g_file_get_contents(path, &bytes, &n, NULL));
	const unsigned step = g_test_slow() ? 1 : 13;
	unsigned met = seed % step, tried = 0;
	g_test_message("seed %u", seed);
	for (gsize at = 0; at < n && !g_test_failed(); at++) {
		/* The version: what became newer is refused, and rightly. */
		if (!bytes[at] || (at >= 60 && at < 64) || met++ % step)
			continue;
		bytes[at] ^= (char)(1 << (seed + at) % 8);
		put_state(&f, bytes, n);
		check_flipped(&f, &counts);
		bytes[at] ^= (char)(1 << (seed + at) % 8);
		tried++;
		if (g_test_failed())
			g_test_message("flipped at %" G_GSIZE_FORMAT ", seed %u", at, seed);
	}
	g_test_message("%u flipped: %u told, %u did nothing to the changes", tried, counts.told, counts.harmless);
	g_assert_cmpuint(counts.told, >, 0);
	fixture_clear(&f);
}

/* --- old --- */

static const char state_v1[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE account(number INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, port INTEGER NOT NULL,"
	" login TEXT NOT NULL, label TEXT NOT NULL, prefix TEXT, secret_hash TEXT, secret_worked INTEGER NOT NULL "
	"DEFAULT 0,"
	" last_poll INTEGER NOT NULL DEFAULT 0, last_sync INTEGER NOT NULL DEFAULT 0,"
	" auth_tries_day INTEGER NOT NULL DEFAULT 0, auth_tries INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE(host, port, login)) STRICT;"
	"CREATE TABLE ledger(account INTEGER NOT NULL, day INTEGER NOT NULL, logins INTEGER NOT NULL,"
	" commands INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, polls INTEGER NOT NULL,"
	" acts INTEGER NOT NULL, PRIMARY KEY(account, day)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE act(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, wall INTEGER NOT NULL) STRICT;"
	"CREATE INDEX act_by_time ON act(account, wall);";

static const char state_v2[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE account(number INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, port INTEGER NOT NULL,"
	" login TEXT NOT NULL, label TEXT NOT NULL, prefix TEXT, secret_hash TEXT, secret_worked INTEGER NOT NULL "
	"DEFAULT 0,"
	" last_poll INTEGER NOT NULL DEFAULT 0, last_sync INTEGER NOT NULL DEFAULT 0,"
	" auth_tries_day INTEGER NOT NULL DEFAULT 0, auth_tries INTEGER NOT NULL DEFAULT 0,"
	" caps INTEGER NOT NULL DEFAULT 0, caps_off INTEGER NOT NULL DEFAULT 0,"
	" auth_used INTEGER NOT NULL DEFAULT 0, checked INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE(host, port, login)) STRICT;"
	"CREATE TABLE ledger(account INTEGER NOT NULL, day INTEGER NOT NULL, logins INTEGER NOT NULL,"
	" commands INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, polls INTEGER NOT NULL,"
	" acts INTEGER NOT NULL, PRIMARY KEY(account, day)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE act(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, wall INTEGER NOT NULL) STRICT;"
	"CREATE INDEX act_by_time ON act(account, wall);"
	"CREATE TABLE request(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, op INTEGER NOT NULL,"
	" state INTEGER NOT NULL, folder BLOB, target BLOB, uidvalidity INTEGER NOT NULL,"
	" target_uidnext INTEGER NOT NULL, target_uidvalidity INTEGER NOT NULL, added INTEGER NOT NULL,"
	" removed INTEGER NOT NULL, added_keywords BLOB, removed_keywords BLOB, path BLOB, size INTEGER NOT NULL,"
	" sha256 BLOB, step INTEGER NOT NULL, undoes INTEGER NOT NULL, undone_by INTEGER NOT NULL,"
	" batch INTEGER NOT NULL, made INTEGER NOT NULL, tried INTEGER NOT NULL, ended INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL, owner BLOB, error BLOB, server BLOB, person INTEGER NOT NULL,"
	" items INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;"
	"CREATE INDEX request_waiting ON request(account) WHERE state IN (0, 1, 4);"
	"CREATE INDEX request_by_batch ON request(batch);"
	"CREATE TABLE request_item(id INTEGER PRIMARY KEY, request INTEGER NOT NULL, uid INTEGER NOT NULL,"
	" local INTEGER NOT NULL, size INTEGER NOT NULL, received INTEGER NOT NULL, msgid BLOB,"
	" flags_before INTEGER NOT NULL, keywords_before BLOB, target_uid INTEGER NOT NULL, state INTEGER NOT NULL,"
	" sum INTEGER NOT NULL) STRICT;"
	"CREATE INDEX request_item_by_request ON request_item(request);"
	"CREATE INDEX request_item_by_uid ON request_item(uid) WHERE uid > 0;"
	"CREATE INDEX request_item_by_local ON request_item(local) WHERE local > 0;"
	"CREATE TABLE damaged(id INTEGER PRIMARY KEY, wall INTEGER NOT NULL, what TEXT NOT NULL, row TEXT NOT NULL)"
	" STRICT;";

static const struct schema schema_v1 = { .sql = state_v1, .application = 0x42785773, .version = 1, .durable = true };

static const char *const no_tables[] = { NULL };
static const struct schema schema_v2 = {
	.sql = state_v2, .tables = no_tables, .application = 0x42785773, .version = 2, .durable = true
};

static const char rows_v1[] = "INSERT INTO meta VALUES('id', 7);"
			      "INSERT INTO account(host, port, login, label, prefix, last_poll) VALUES('host', 993, "
			      "'me', 'work', 'INBOX.', 5);"
			      "INSERT INTO ledger VALUES(1, 100, 1, 2, 3, 4, 5, 6);";

static void make_old(struct fixture *f, const struct schema *s, const char *rows)
{
	fixture_init(f);
	g_mkdir_with_parents(f->state, 0700);
	g_autofree char *path = path_of(f, "state/state-1.db");
	check_ok(f, db_create(path, s, rows, DB_WRITE, &f->e));
}

static void d09_version_1_state_is_migrated_and_a_copy_kept(void)
{
	struct fixture f;
	struct store_account_info info = { 0 };
	struct store_ledger day;
	struct db *old = NULL;
	uint32_t number = 0;
	make_old(&f, &schema_v1, rows_v1);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	check_ok(&f, store_account(f.st, "host", 993, "me", "work", &number, &f.e));
	g_assert_cmpuint(number, ==, 1);
	check_ok(&f, store_account_get(f.st, 1, &info, &f.e));
	g_assert_cmpstr(info.prefix, ==, "INBOX.");
	g_assert_cmpint(info.last_poll, ==, 5);
	g_assert_true(info.caps == 0 && info.caps_off == 0 && info.auth_used == 0 && info.checked == 0);
	info.caps = UINT64_MAX;
	info.caps_off = 3;
	info.auth_used = 4;
	info.checked = 5;
	check_ok(&f, store_account_put(f.st, 1, &info, &f.e));
	store_account_info_clear(&info);
	check_ok(&f, store_account_get(f.st, 1, &info, &f.e));
	g_assert_true(info.caps == UINT64_MAX && info.caps_off == 3 && info.auth_used == 4 && info.checked == 5);
	store_account_info_clear(&info);
	check_ok(&f, store_ledger_get(f.st, 1, 100 * 86400, &day, &f.e));
	g_assert_cmpuint(day.acts, ==, 6);
	put_changes(&f, 1);
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_read(&f);
	g_autofree char *copy = path_of(&f, "state/state-1.db.v1");
	g_assert_cmpint(db_open(copy, &schema_state, 0, &old, &f.e), ==, DB_OLDER);
	fixture_clear(&f);
}

static void d09_version_2_state_is_migrated_with_its_changes(void)
{
	struct fixture f;
	struct db *old = NULL;
	struct store_change *c = store_change_new(CHANGE_FLAG, 1), *back = NULL;
	make_old(&f, &schema_v2, rows_v1);
	g_autofree char *path = path_of(&f, "state/state-1.db");
	/* The rows of changes are as they were in version 2. */
	c->id = 1;
	c->folder = g_strdup("INBOX");
	g_assert_cmpint(db_open(path, &schema_v2, DB_WRITE, &old, &f.e), ==, DB_SOUND);
	check_ok(&f, request_write(old, c, &f.e));
	db_close(old);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	check_ok(&f, store_change_get(f.st, 1, &back, &f.e));
	g_assert_cmpstr(back->folder, ==, "INBOX");
	struct store_mail *m = store_mail_new(1);
	check_ok(&f, store_mail_put(f.st, m, &f.e));
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	g_autofree char *copy = path_of(&f, "state/state-1.db.v2");
	g_assert_cmpint(db_open(copy, &schema_state, 0, &old, &f.e), ==, DB_OLDER);
	store_mail_free(m);
	store_change_free(c);
	store_change_free(back);
	fixture_clear(&f);
}

static void d09_migration_that_fails_changes_nothing(void)
{
	static const char *const bad[] = { NULL,
		"ALTER TABLE account ADD COLUMN caps INTEGER NOT NULL DEFAULT 0;"
		"CREATE TABLE request(x);",
		"CREATE TABLE nonsense(x) STRICT WITH;" };
	struct fixture f;
	struct schema wrong = schema_state;
	make_old(&f, &schema_v1, rows_v1);
	g_autofree char *path = path_of(&f, "state/state-1.db");
	for (size_t i = 1; i < G_N_ELEMENTS(bad); i++) {
		const char *steps[16] = { NULL, bad[i] };
		struct db *d = NULL;
		g_assert_cmpuint(wrong.version, <=, G_N_ELEMENTS(steps));
		for (unsigned v = 2; v < wrong.version; v++)
			steps[v] = "";
		wrong.steps = steps;
		g_assert_cmpint(db_migrate(path, &wrong, DB_WRITE, &f.e), !=, DB_SOUND);
		g_assert_cmpint(db_open(path, &schema_state, 0, &d, &f.e), ==, DB_OLDER);
	}
	g_autofree char *mark = path_of(&f, "state/state-1.db.bad");
	unlink(mark);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void d08_damaged_version_1_state_is_set_aside(void)
{
	struct fixture f;
	g_autofree char *sql = g_strdup(state_v1);
	struct schema damaged = schema_v1;
	memcpy(strstr(sql, "bytes_in"), "bytes_iN", 8);
	damaged.sql = sql;
	make_old(&f, &damaged, "INSERT INTO meta VALUES('id', 7)");
	fixture_open(&f);
	check_notice(&f, "was damaged and is kept");
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void d09_migration_waits_for_those_who_have_it_open(void)
{
	struct fixture f;
	struct err e = ERR_INIT;
	make_old(&f, &schema_v1, rows_v1);
	g_autofree char *path = path_of(&f, "state/in-use");
	struct fs_lock *other = fs_lock(path, true, 0, NULL, &e);
	g_assert_nonnull(other);
	g_assert_cmpint(store_open(f.cache, f.state, &f.st, &f.fresh, &f.e), ==, -1);
	fs_unlock(other);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	fixture_clear(&f);
}

static void d09_version_1_cache_is_left_behind(void)
{
	static const struct schema old = {
		.sql = "CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT,"
		       " WITHOUT ROWID;",
		.application = 0x42785763,
		.version = 1
	};
	struct fixture f;
	fixture_init(&f);
	g_mkdir_with_parents(f.cache, 0700);
	g_autofree char *path = path_of(&f, "cache/cache-1.db");
	check_ok(&f, db_create(path, &old, "INSERT INTO meta VALUES('state', 1)", DB_WRITE, &f.e));
	fixture_open(&f);
	g_assert_true(f.fresh);
	g_assert_null(store_notice(f.st));
	g_autofree char *fresh = path_of(&f, "cache/cache-2.db");
	g_assert_true(g_file_test(fresh, G_FILE_TEST_EXISTS));
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(d07_removed_state_with_open_changes_is_told);
	unit_add(d07_emptied_state_is_told);
	unit_add(state_lost_when_all_was_done_is_no_news);
	unit_add(d06_cache_lost_leaves_the_changes);
	unit_add(d08_promise_8_damaged_change_is_set_aside_and_told);
	unit_add(d08_damaged_message_of_a_change_is_left_out_and_told);
	unit_add(d08_row_that_is_gone_is_told);
	unit_add(d08_flipped_bytes_of_the_changes_are_found);
	unit_add(d09_version_1_state_is_migrated_and_a_copy_kept);
	unit_add(d09_version_2_state_is_migrated_with_its_changes);
	unit_add(d09_migration_that_fails_changes_nothing);
	unit_add(d08_damaged_version_1_state_is_set_aside);
	unit_add(d09_migration_waits_for_those_who_have_it_open);
	unit_add(d09_version_1_cache_is_left_behind);
}
