/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

static bool exists(struct fixture *f, const char *name)
{
	g_autofree char *path = fixture_file(f, name);
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void open_nothing_there_makes_both(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	g_assert_true(f.fresh);
	g_assert_null(store_notice(f.st));
	g_assert_true(exists(&f, "cache/cache-1.db"));
	g_assert_true(exists(&f, "state/state-1.db"));
	fixture_clear(&f);
}

static void reopen_keeps_rows(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_fill(&f, 1, 250);
	fixture_shut(&f);
	g_assert_false(exists(&f, "cache/cache-1.db-wal"));
	fixture_open(&f);
	g_assert_false(f.fresh);
	fixture_read(&f);
	g_autofree char *uids = fixture_window(&f, ANCHOR_TOP, 0, 3);
	g_assert_cmpstr(uids, ==, "250 249 248");
	fixture_sound(&f);
	fixture_clear(&f);
}

static void reader_without_files_is_missing(void)
{
	struct fixture f;
	fixture_init(&f);
	g_assert_cmpint(reader_open(f.cache, f.state, &f.r, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_null(f.r);
	g_mkdir_with_parents(f.cache, 0700);
	g_mkdir_with_parents(f.state, 0700);
	g_assert_cmpint(reader_open(f.cache, f.state, &f.r, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	fixture_clear(&f);
}

static void reader_without_writer_reads(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_fill(&f, 1, 10);
	uint32_t folder = f.folder;
	fixture_shut(&f);
	f.folder = folder;
	fixture_read(&f);
	g_autofree char *uids = fixture_window(&f, ANCHOR_BOTTOM, 0, 2);
	g_assert_cmpstr(uids, ==, "2 1");
	fixture_clear(&f);
}

static void write_header(struct fixture *f, const char *name, long at, unsigned char byte)
{
	g_autofree char *path = fixture_file(f, name);
	FILE *file = fopen(path, "r+b");
	g_assert_nonnull(file);
	g_assert_cmpint(fseek(file, at, SEEK_SET), ==, 0);
	g_assert_cmpint(fputc(byte, file), ==, byte);
	g_assert_cmpint(fclose(file), ==, 0);
}

static void check_newer_refused(const char *name)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_fill(&f, 1, 10);
	fixture_shut(&f);
	write_header(&f, name, 63, 99); /* user_version */
	g_autofree char *path = fixture_file(&f, name);
	g_autofree char *before = NULL, *after = NULL, *wal = g_strconcat(path, "-wal", NULL);
	gsize n = 0, m = 0;
	g_assert_true(g_file_get_contents(path, &before, &n, NULL));
	g_assert_cmpint(store_open(f.cache, f.state, &f.st, &f.fresh, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LOCAL);
	g_assert_nonnull(strstr(f.e.text, "newer"));
	g_assert_cmpint(reader_open(f.cache, f.state, &f.r, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LOCAL);
	g_assert_true(g_file_get_contents(path, &after, &m, NULL));
	g_assert_cmpmem(before, n, after, m);
	g_assert_false(g_file_test(wal, G_FILE_TEST_EXISTS));
	g_assert_false(exists(&f, "cache/cache-2.db"));
	g_assert_false(exists(&f, "state/state-2.db"));
	fixture_clear(&f);
}

static void d09_newer_cache_is_refused_untouched(void)
{
	check_newer_refused("cache/cache-1.db");
}

static void d09_newer_state_is_refused_untouched(void)
{
	check_newer_refused("state/state-1.db");
}

static void d09_schema_changed_meanwhile_stops_writing(void)
{
	struct fixture f;
	struct db *other = NULL;
	fixture_init(&f);
	fixture_open(&f);
	g_autofree char *path = fixture_file(&f, "cache/cache-1.db");
	g_autofree char *ours = g_strdup_printf("PRAGMA user_version=%u", schema_cache.version);
	g_autofree char *newer = g_strdup_printf("PRAGMA user_version=%u", schema_cache.version + 1);
	g_assert_cmpint(db_open(path, &schema_cache, DB_WRITE, &other, &f.e), ==, DB_SOUND);
	check_ok(&f, db_run(db_query(other, newer), &f.e));
	g_assert_cmpint(store_begin(f.st, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LOCAL);
	check_ok(&f, db_run(db_query(other, ours), &f.e));
	check_ok(&f, store_begin(f.st, &f.e));
	store_rollback(f.st);
	db_close(other);
	fixture_clear(&f);
}

static void d06_cache_removed_while_open_is_told(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_fill(&f, 1, 10);
	g_autofree char *aside = fixture_file(&f, "aside");
	g_assert_cmpint(rename(f.cache, aside), ==, 0);
	g_assert_cmpint(store_begin(f.st, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LOCAL);
	struct store_row row;
	fixture_row(&row, f.folder, 11, 0, 0);
	g_assert_cmpint(store_row_put(f.st, &row, &f.e), ==, -1);
	store_row_clear(&row);
	/* The state is the user's and goes on. */
	uint32_t number;
	check_ok(&f, store_account(f.st, "h", 993, "l", "w", &number, &f.e));
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_true(f.fresh);
	fixture_clear(&f);
}

static void cache_of_another_state_is_not_used(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_fill(&f, 1, 10);
	fixture_shut(&f);
	g_free(f.state);
	f.state = fixture_file(&f, "other");
	fixture_open(&f);
	g_assert_true(f.fresh);
	g_assert_true(exists(&f, "cache/cache-2.db"));
	fixture_clear(&f);
}

static void check_modes(const char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	g_assert_nonnull(d);
	for (const char *name; (name = g_dir_read_name(d));) {
		struct stat st;
		g_autofree char *path = g_build_filename(dir, name, NULL);
		g_assert_cmpint(lstat(path, &st), ==, 0);
		g_assert_cmpint(st.st_mode & 0777, ==, S_ISDIR(st.st_mode) ? 0700 : 0600);
		if (S_ISDIR(st.st_mode))
			check_modes(path);
	}
	g_dir_close(d);
}

static void check_umask(mode_t mask)
{
	struct fixture f;
	fixture_init(&f);
	mode_t before = umask(mask);
	fixture_open(&f);
	fixture_fill(&f, 1, 10);
	g_autofree char *large = g_strnfill(300000, 'x');
	check_ok(&f, store_part_put(f.st, f.folder, 1, "1", (struct str){ large, 300000 }, &f.e));
	fixture_read(&f);
	umask(before);
	check_modes(f.root);
	fixture_clear(&f);
}

static void a13_umask_0_makes_private_files(void)
{
	check_umask(0);
}

static void a13_umask_0777_makes_private_files(void)
{
	check_umask(0777);
}

static void a13_readable_cache_is_made_private(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_shut(&f);
	g_autofree char *path = fixture_file(&f, "cache/cache-1.db");
	g_assert_cmpint(chmod(path, 0644), ==, 0);
	g_assert_cmpint(chmod(f.cache, 0755), ==, 0);
	fixture_open(&f);
	check_modes(f.root);
	fixture_clear(&f);
}

static void a13_symlinked_cache_file_is_refused(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_shut(&f);
	g_autofree char *path = fixture_file(&f, "cache/cache-1.db");
	g_autofree char *elsewhere = fixture_file(&f, "elsewhere.db");
	g_assert_cmpint(rename(path, elsewhere), ==, 0);
	g_assert_cmpint(symlink(elsewhere, path), ==, 0);
	g_assert_cmpint(store_open(f.cache, f.state, &f.st, &f.fresh, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LOCAL);
	fixture_clear(&f);
}

static void symlinked_directory_is_followed(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_shut(&f);
	g_autofree char *real = fixture_file(&f, "real");
	g_assert_cmpint(rename(f.cache, real), ==, 0);
	g_assert_cmpint(symlink(real, f.cache), ==, 0);
	fixture_open(&f);
	g_assert_false(f.fresh);
	fixture_clear(&f);
}

static void d25_only_files_of_ours_are_swept(void)
{
	static const char *const strangers[] = { "cache/cache-1.dbx", "cache/cache-01.db", "cache/mail.db",
		"cache/cache-1", "cache/parts/1-short", "cache/parts/notes" };
	static const char *const ours[] = { "cache/cache-1.db", "cache/cache-2.db-wal", "cache/cache-1.db.bad" };
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_shut(&f);
	fixture_copy(&f, "cache/cache-1.db", "cache/cache-7.db");
	for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++)
		fixture_copy(&f, "cache/cache-1.db", strangers[i]);
	for (size_t i = 1; i < G_N_ELEMENTS(ours); i++)
		fixture_copy(&f, "cache/cache-1.db", ours[i]);
	fixture_open(&f);
	g_assert_false(f.fresh);
	for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++)
		g_assert_true(exists(&f, strangers[i]));
	for (size_t i = 0; i < G_N_ELEMENTS(ours); i++)
		g_assert_false(exists(&f, ours[i]));
	fixture_clear(&f);
}

static void d11_state_without_wal_works(void)
{
	struct fixture f;
	struct db *d = NULL;
	int64_t id = 0;
	fixture_init(&f);
	g_autofree char *path = fixture_file(&f, "state-1.db");
	check_ok(&f, db_create(path, &schema_state, "INSERT INTO meta VALUES('id', 7)", DB_WRITE | DB_NO_WAL, &f.e));
	g_assert_cmpint(db_open(path, &schema_state, DB_WRITE | DB_NO_WAL, &d, &f.e), ==, DB_SOUND);
	check_ok(&f, db_begin(d, &f.e));
	check_ok(&f, db_end(d, db_run(db_query(d, "UPDATE meta SET value=8"), &f.e), &f.e));
	g_assert_false(exists(&f, "state-1.db-wal"));
	db_close(d);
	g_assert_cmpint(db_open(path, &schema_state, 0, &d, &f.e), ==, DB_SOUND);
	g_assert_cmpint(db_int(db_query(d, "SELECT value FROM meta"), &id, &f.e), ==, 1);
	g_assert_cmpint(id, ==, 8);
	db_close(d);
	fixture_clear(&f);
}

static void settings_are_as_measured(void)
{
	static const struct {
		const char *sql;
		int64_t want;
	} settings[] = { { "PRAGMA page_size", 16384 }, { "PRAGMA cache_size", -8192 }, { "PRAGMA synchronous", 1 },
		{ "PRAGMA journal_size_limit", 4194304 }, { "PRAGMA trusted_schema", 0 } };
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
		int64_t value = -99;
		g_assert_cmpint(db_int(db_query(f.st->shelf.cache, settings[i].sql), &value, &f.e), ==, 1);
		g_assert_cmpint(value, ==, settings[i].want);
	}
	int64_t sync = 0;
	g_assert_cmpint(db_int(db_query(f.st->shelf.state, "PRAGMA synchronous"), &sync, &f.e), ==, 1);
	g_assert_cmpint(sync, ==, 2);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(open_nothing_there_makes_both);
	unit_add(reopen_keeps_rows);
	unit_add(reader_without_files_is_missing);
	unit_add(reader_without_writer_reads);
	unit_add(d09_newer_cache_is_refused_untouched);
	unit_add(d09_newer_state_is_refused_untouched);
	unit_add(d09_schema_changed_meanwhile_stops_writing);
	unit_add(d06_cache_removed_while_open_is_told);
	unit_add(cache_of_another_state_is_not_used);
	unit_add(a13_umask_0_makes_private_files);
	unit_add(a13_umask_0777_makes_private_files);
	unit_add(a13_readable_cache_is_made_private);
	unit_add(a13_symlinked_cache_file_is_refused);
	unit_add(symlinked_directory_is_followed);
	unit_add(d25_only_files_of_ours_are_swept);
	unit_add(d11_state_without_wal_works);
	unit_add(settings_are_as_measured);
}
