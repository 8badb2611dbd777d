/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

#define ROWS 120

struct image {
	char *bytes;
	gsize n;
};

static void make_image(struct fixture *f, const char *name, struct image *image)
{
	fixture_init(f);
	fixture_open(f);
	fixture_fill(f, 1, ROWS);
	fixture_shut(f);
	g_autofree char *path = fixture_file(f, name);
	g_assert_true(g_file_get_contents(path, &image->bytes, &image->n, NULL));
}

static void remove_files(const char *dir)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	for (const char *name; (name = g_dir_read_name(d));) {
		g_autofree char *old = g_build_filename(dir, name, NULL);
		unlink(old);
	}
	g_dir_close(d);
}

/* Puts these bytes in the place of the only cache. */
static void put_cache(struct fixture *f, const char *bytes, gsize n)
{
	g_autofree char *path = fixture_file(f, "cache/cache-1.db");
	remove_files(f->cache);
	g_assert_true(g_file_set_contents(path, bytes, (gssize)n, NULL));
}

/* Writing works, or the next start begins a new cache. */
static bool can_write(struct fixture *f)
{
	struct store_row row;
	bool changed;
	fixture_row(&row, 1, ROWS + 1, 0, 0);
	int failed = store_row_put(f->st, &row, &f->e) ||
		     store_flags_put(f->st, 1, 60, MSG_FLAGGED, NULL, &changed, &f->e) ||
		     store_row_del(f->st, 1, 61, &f->e) || store_row_del(f->st, 1, ROWS + 1, &f->e);
	store_row_clear(&row);
	if (failed)
		g_test_message("writing: %s", f->e.text);
	return !failed;
}

/* Opens whatever is there: it must open, and no row may be another's or half. True: a fresh cache. */
static bool open_and_read(struct fixture *f)
{
	bool fresh = false;
	struct store_window w = { .folder = 1 };
	g_autoptr(GPtrArray) rows = store_rows_new();
	int result = store_open(f->cache, f->state, &f->st, &fresh, &f->e);
	g_assert_cmpint(result, ==, 0);
	if (result)
		g_test_message("%s", f->e.text);
	if (!result && !reader_open(f->cache, f->state, &f->r, &f->e))
		reader_window(f->r, &w, rows, &f->e);
	for (guint i = 0; i < rows->len; i++)
		g_assert_true(fixture_is_whole(rows->pdata[i]));
	g_assert_cmpuint(rows->len, <=, ROWS);
	if (fresh)
		g_assert_cmpuint(rows->len, ==, 0);
	bool writable = !f->st || can_write(f);
	fixture_shut(f);
	if (!writable && !store_open(f->cache, f->state, &f->st, &writable, &f->e))
		g_assert_true(writable);
	fixture_shut(f);
	return fresh;
}

static void d08_truncated_cache_starts_a_fresh_one(void)
{
	struct fixture f;
	struct image image;
	make_image(&f, "cache/cache-1.db", &image);
	for (gsize n = 0; n < image.n; n += n < 128 ? 1 : n < 16384 ? 511 : 5000) {
		put_cache(&f, image.bytes, n);
		g_assert_true(open_and_read(&f));
		g_autofree char *left = fixture_file(&f, "cache/cache-1.db");
		g_assert_true(g_file_test(left, G_FILE_TEST_EXISTS));
	}
	put_cache(&f, image.bytes, image.n);
	g_assert_false(open_and_read(&f));
	g_free(image.bytes);
	fixture_clear(&f);
}

static void d08_flipped_bytes_give_no_wrong_row(void)
{
	struct fixture f;
	struct image image;
	make_image(&f, "cache/cache-1.db", &image);
	guint32 seed = g_test_rand_int();
	g_test_message("seed %u", seed);
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	for (gsize i = 0; i < 400; i++) {
		gsize at = i < 100 ? i : (gsize)g_rand_int_range(random, 0, (gint32)image.n);
		g_autofree char *bytes = g_memdup2(image.bytes, image.n);
		bytes[at] ^= (char)(1 << g_rand_int_range(random, 0, 8));
		put_cache(&f, bytes, image.n);
		/* A version that became a newer one is refused, and rightly. */
		if (at >= 60 && at <= 63)
			continue;
		open_and_read(&f);
		if (g_test_failed())
			g_test_message("flipped at %" G_GSIZE_FORMAT, at);
	}
	g_free(image.bytes);
	fixture_clear(&f);
}

static void d08_zeroed_pages_give_no_wrong_row(void)
{
	struct fixture f;
	struct image image;
	make_image(&f, "cache/cache-1.db", &image);
	for (gsize page = 0; page < image.n / 16384; page++) {
		g_autofree char *bytes = g_memdup2(image.bytes, image.n);
		memset(bytes + page * 16384, 0, 16384);
		put_cache(&f, bytes, image.n);
		open_and_read(&f);
	}
	g_free(image.bytes);
	fixture_clear(&f);
}

static void d08_swapped_pages_give_no_wrong_row(void)
{
	struct fixture f;
	struct image image;
	make_image(&f, "cache/cache-1.db", &image);
	gsize pages = image.n / 16384;
	for (gsize a = 0; a < pages; a++) {
		g_autofree char *bytes = g_memdup2(image.bytes, image.n);
		memcpy(bytes + a * 16384, image.bytes + (a + 1) % pages * 16384, 16384);
		memcpy(bytes + (a + 1) % pages * 16384, image.bytes + a * 16384, 16384);
		put_cache(&f, bytes, image.n);
		open_and_read(&f);
	}
	g_free(image.bytes);
	fixture_clear(&f);
}

static void d08_flipped_subject_leaves_out_the_row_and_ends_the_cache(void)
{
	struct fixture f;
	struct image image;
	make_image(&f, "cache/cache-1.db", &image);
	char *at = memmem(image.bytes, image.n, "Subject 77", 10);
	g_assert_nonnull(at);
	at[3] ^= 1;
	put_cache(&f, image.bytes, image.n);
	fixture_open(&f);
	g_assert_false(f.fresh);
	fixture_read(&f);
	g_autofree char *mark = fixture_file(&f, "cache/cache-1.db.bad");
	struct store_row row = { 0 };
	g_assert_cmpint(reader_row(f.r, f.folder, 76, &row, &f.e), ==, 0);
	store_row_clear(&row);
	g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
	g_assert_cmpint(reader_row(f.r, f.folder, 77, &row, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_true(g_file_test(mark, G_FILE_TEST_EXISTS));
	fixture_shut(&f);
	g_assert_true(open_and_read(&f));
	g_assert_false(open_and_read(&f));
	g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
	g_free(image.bytes);
	fixture_clear(&f);
}

static void d21_another_messages_strings_are_not_shown(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	fixture_fill(&f, 1, 3);
	fixture_read(&f);
	int64_t first = fixture_mid(&f, 1), second = fixture_mid(&f, 2);
	/* The whole record of 2, sum included, under the key of 1. */
	struct query *q = db_query(f.st->shelf.cache, "DELETE FROM message WHERE mid=?");
	db_bind_int(q, first);
	check_ok(&f, db_run(q, &f.e));
	q = db_query(f.st->shelf.cache, "UPDATE message SET mid=? WHERE mid=?");
	db_bind_int(q, first);
	db_bind_int(q, second);
	check_ok(&f, db_run(q, &f.e));
	struct store_row row = { 0 };
	g_assert_cmpint(reader_row(f.r, f.folder, 1, &row, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	fixture_clear(&f);
}

static char *quarantined(struct fixture *f)
{
	GDir *d = g_dir_open(f->state, 0, NULL);
	char *found = NULL;
	for (const char *name; d && (name = g_dir_read_name(d));)
		if (g_str_has_prefix(name, "state-1.db.corrupt-") && !strchr(name + strlen("state-1.db.corrupt-"), '-'))
			found = found ? found : g_build_filename(f->state, name, NULL);
	if (d)
		g_dir_close(d);
	return found;
}

static void d08_truncated_state_is_kept_and_told(void)
{
	static const gsize lengths[] = { 0, 1, 99, 100, 16384, 40000 };
	for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
		struct fixture f;
		struct image image;
		make_image(&f, "state/state-1.db", &image);
		g_autofree char *path = fixture_file(&f, "state/state-1.db");
		g_assert_true(g_file_set_contents(path, image.bytes, (gssize)lengths[i], NULL));
		check_ok(&f, store_open(f.cache, f.state, &f.st, &f.fresh, &f.e));
		g_autofree char *kept = quarantined(&f);
		g_autofree char *bytes = NULL;
		gsize n = 1;
		g_assert_nonnull(kept);
		g_assert_true(g_file_get_contents(kept, &bytes, &n, NULL));
		g_assert_cmpmem(bytes, n, image.bytes, lengths[i]);
		g_assert_nonnull(store_notice(f.st));
		g_assert_nonnull(strstr(store_notice(f.st), kept));
		/* Numbers of accounts are lost with it, so the cache must not be taken for the new ones'. */
		g_assert_true(f.fresh);
		fixture_shut(&f);
		fixture_open(&f);
		g_assert_null(store_notice(f.st));
		g_assert_false(f.fresh);
		g_free(image.bytes);
		fixture_clear(&f);
	}
}

static void d08_flipped_bytes_of_the_state_are_survived(void)
{
	struct fixture f;
	struct image image;
	make_image(&f, "state/state-1.db", &image);
	guint32 seed = g_test_rand_int();
	g_test_message("seed %u", seed);
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	for (gsize i = 0; i < 200; i++) {
		gsize at = i < 100 ? i : (gsize)g_rand_int_range(random, 0, (gint32)image.n);
		if (at >= 60 && at <= 63)
			continue;
		g_autofree char *bytes = g_memdup2(image.bytes, image.n);
		bytes[at] ^= (char)(1 << g_rand_int_range(random, 0, 8));
		remove_files(f.state);
		g_autofree char *path = fixture_file(&f, "state/state-1.db");
		g_assert_true(g_file_set_contents(path, bytes, (gssize)image.n, NULL));
		uint32_t number = 0;
		check_ok(&f, store_open(f.cache, f.state, &f.st, &f.fresh, &f.e));
		/* It is used, or it is set aside and told. */
		if (f.st && store_account(f.st, "host", 993, "me", "work", &number, &f.e)) {
			fixture_shut(&f);
			check_ok(&f, store_open(f.cache, f.state, &f.st, &f.fresh, &f.e));
			g_assert_nonnull(store_notice(f.st));
		}
		fixture_shut(&f);
	}
	g_free(image.bytes);
	fixture_clear(&f);
}

static void marked_state_that_is_sound_is_used(void)
{
	struct fixture f;
	uint32_t number = 0, again = 0;
	fixture_init(&f);
	fixture_open(&f);
	check_ok(&f, store_account(f.st, "host", 993, "me", "work", &number, &f.e));
	db_mark_bad(f.st->shelf.state);
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	g_assert_false(f.fresh);
	check_ok(&f, store_account(f.st, "host", 993, "me", "work", &again, &f.e));
	g_assert_cmpuint(number, ==, again);
	g_autofree char *mark = fixture_file(&f, "state/state-1.db.bad");
	g_assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(d08_truncated_cache_starts_a_fresh_one);
	unit_add(d08_flipped_bytes_give_no_wrong_row);
	unit_add(d08_zeroed_pages_give_no_wrong_row);
	unit_add(d08_swapped_pages_give_no_wrong_row);
	unit_add(d08_flipped_subject_leaves_out_the_row_and_ends_the_cache);
	unit_add(d21_another_messages_strings_are_not_shown);
	unit_add(d08_truncated_state_is_kept_and_told);
	unit_add(d08_flipped_bytes_of_the_state_are_survived);
	unit_add(marked_state_that_is_sound_is_used);
}
