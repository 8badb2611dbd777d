/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/store/fixture.h"

#define LARGE (300u * 1024)

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_fill(f, 1, 3);
	fixture_read(f);
}

static unsigned files(struct fixture *f)
{
	g_autofree char *dir = fixture_file(f, "cache/parts");
	unsigned n = 0;
	GDir *d = g_dir_open(dir, 0, NULL);
	while (d && g_dir_read_name(d))
		n++;
	if (d)
		g_dir_close(d);
	return n;
}

static char *bytes_of(size_t n, unsigned seed)
{
	char *bytes = g_malloc(n);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (char)(i * 31 + i / 251 + seed);
	return bytes;
}

static void put(struct fixture *f, uint32_t uid, const char *section, size_t n, unsigned seed)
{
	g_autofree char *bytes = bytes_of(n, seed);
	check_ok(f, store_part_put(f->st, f->folder, uid, section, unit_exact(bytes, n), &f->e));
}

/* Is it found with these bytes, by reader and writer alike? */
static bool is_there(struct fixture *f, uint32_t uid, const char *section, size_t n, unsigned seed)
{
	struct buf a, b;
	bool found = false, also = false;
	g_autofree char *want = bytes_of(n, seed);
	buf_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	check_ok(f, reader_part(f->r, f->folder, uid, section, &a, &found, &f->e));
	check_ok(f, store_part_get(f->st, f->folder, uid, section, &b, &also, &f->e));
	g_assert_true(found == also);
	if (found) {
		g_assert_cmpmem(a.p, a.n, want, n);
		g_assert_cmpmem(b.p, b.n, want, n);
	} else {
		g_assert_cmpuint(a.n, ==, 0);
	}
	buf_clear(&a);
	buf_clear(&b);
	return found;
}

static void part_small_is_kept_in_the_database(void)
{
	struct fixture f;
	start(&f);
	put(&f, 1, "TEXT:1", 1000, 1);
	put(&f, 1, "1.2", 0, 0);
	put(&f, 2, "TEXT:1", 256 * 1024, 2);
	g_assert_true(is_there(&f, 1, "TEXT:1", 1000, 1));
	g_assert_true(is_there(&f, 1, "1.2", 0, 0));
	g_assert_true(is_there(&f, 2, "TEXT:1", 256 * 1024, 2));
	g_assert_false(is_there(&f, 1, "TEXT:2", 0, 0));
	g_assert_false(is_there(&f, 3, "TEXT:1", 0, 0));
	g_assert_false(is_there(&f, 99, "TEXT:1", 0, 0));
	g_assert_cmpuint(files(&f), ==, 0);
	fixture_clear(&f);
}

static void part_large_is_a_file(void)
{
	struct fixture f;
	start(&f);
	put(&f, 1, "2", LARGE, 1);
	put(&f, 2, "2", LARGE, 2);
	g_assert_cmpuint(files(&f), ==, 2);
	g_assert_true(is_there(&f, 1, "2", LARGE, 1));
	g_assert_true(is_there(&f, 2, "2", LARGE, 2));
	put(&f, 1, "2", LARGE + 7, 3);
	g_assert_true(is_there(&f, 1, "2", LARGE + 7, 3));
	put(&f, 2, "2", 10, 4);
	g_assert_true(is_there(&f, 2, "2", 10, 4));
	g_assert_cmpuint(files(&f), ==, 1);
	check_ok(&f, store_row_del(f.st, f.folder, 1, &f.e));
	g_assert_cmpuint(files(&f), ==, 0);
	fixture_clear(&f);
}

static void part_for_no_place_is_missing(void)
{
	struct fixture f;
	start(&f);
	g_assert_cmpint(store_part_put(f.st, f.folder, 99, "1", STR("x"), &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	fixture_clear(&f);
}

static void part_past_the_buffer_is_a_limit(void)
{
	struct fixture f;
	struct buf small;
	bool found = true;
	start(&f);
	put(&f, 1, "1", 1000, 0);
	put(&f, 1, "2", LARGE, 0);
	buf_init(&small, 999);
	g_assert_cmpint(reader_part(f.r, f.folder, 1, "1", &small, &found, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LIMIT);
	g_assert_cmpint(reader_part(f.r, f.folder, 1, "2", &small, &found, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LIMIT);
	g_assert_false(found);
	buf_clear(&small);
	fixture_clear(&f);
}

static void part_file_evicted_or_changed_is_not_found(void)
{
	struct fixture f;
	start(&f);
	put(&f, 1, "1", LARGE, 1);
	g_autofree char *dir = fixture_file(&f, "cache/parts");
	GDir *d = g_dir_open(dir, 0, NULL);
	g_autofree char *path = g_build_filename(dir, g_dir_read_name(d), NULL);
	g_dir_close(d);
	g_autofree char *other = bytes_of(LARGE + 1, 2);
	g_assert_true(g_file_set_contents(path, other, LARGE - 1, NULL));
	g_assert_false(is_there(&f, 1, "1", 0, 0));
	g_assert_true(g_file_set_contents(path, other, LARGE + 1, NULL));
	g_assert_false(is_there(&f, 1, "1", 0, 0));
	unlink(path);
	g_assert_false(is_there(&f, 1, "1", 0, 0));
	put(&f, 1, "1", LARGE, 5);
	g_assert_true(is_there(&f, 1, "1", LARGE, 5));
	fixture_clear(&f);
}

static void d21_part_of_another_message_is_not_given(void)
{
	struct fixture f;
	start(&f);
	put(&f, 1, "1", 500, 1);
	put(&f, 2, "2", LARGE, 2);
	struct query *q = db_query(f.st->shelf.cache, "UPDATE part SET mid=? WHERE mid=?");
	db_bind_int(q, fixture_mid(&f, 3));
	db_bind_int(q, fixture_mid(&f, 1));
	check_ok(&f, db_run(q, &f.e));
	g_assert_false(is_there(&f, 3, "1", 0, 0));
	check_ok(&f, db_run(db_query(f.st->shelf.cache, "UPDATE part SET section='3' WHERE section='1'"), &f.e));
	g_assert_false(is_there(&f, 3, "3", 0, 0));
	fixture_clear(&f);
}

static void n01_n09_promise_14_names_from_outside_make_no_path(void)
{
	static const char *const sections[] = { "../../../x", "/etc/passwd", "", ".", "..", "a//b", "%2e%2e", "a\nb" };
	struct fixture f;
	start(&f);
	for (unsigned i = 0; i < G_N_ELEMENTS(sections); i++)
		put(&f, 1, sections[i], LARGE, i);
	g_autofree char *dir = fixture_file(&f, "cache/parts");
	GDir *d = g_dir_open(dir, 0, NULL);
	for (const char *name; d && (name = g_dir_read_name(d));) {
		g_assert_true(g_str_has_prefix(name, "1-"));
		g_assert_cmpuint(strspn(name + 2, "0123456789abcdef"), ==, 64);
		g_assert_cmpuint(strlen(name), ==, 66);
	}
	g_dir_close(d);
	g_assert_cmpuint(files(&f), ==, G_N_ELEMENTS(sections));
	for (unsigned i = 0; i < G_N_ELEMENTS(sections); i++)
		g_assert_true(is_there(&f, 1, sections[i], LARGE, i));
	fixture_clear(&f);
}

/* --- part trees --- */

static struct msg_part *leaf(const char *section, const char *type, const char *disposition)
{
	struct msg_part *p = msg_part_new();
	p->section = g_strdup(section);
	p->type = g_strdup(type);
	p->encoding = g_strdup("7bit");
	p->disposition = g_strdup(disposition);
	return p;
}

static struct msg_part *tree(void)
{
	struct msg_part *root = leaf("", "multipart/mixed", NULL);
	root->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
	g_ptr_array_add(root->children, leaf("1", "text/plain", NULL));
	g_ptr_array_add(root->children, leaf("2", "text/calendar", NULL));
	g_ptr_array_add(root->children, leaf("3", "image/png", "attachment"));
	return root;
}

static void structure_put_sets_flags(void)
{
	struct fixture f;
	struct store_row row = { 0 };
	struct msg_part *in = tree(), *out = NULL;
	start(&f);
	check_ok(&f, reader_structure(f.r, f.folder, 2, &out, &f.e));
	g_assert_null(out);
	check_ok(&f, store_structure_put(f.st, f.folder, 2, in, &f.e));
	check_ok(&f, reader_structure(f.r, f.folder, 2, &out, &f.e));
	g_assert_nonnull(out);
	g_assert_cmpuint(out->children->len, ==, 3);
	g_assert_cmpstr(((struct msg_part *)out->children->pdata[1])->type, ==, "text/calendar");
	msg_part_free(out);
	check_ok(&f, reader_row(f.r, f.folder, 2, &row, &f.e));
	g_assert_cmphex(row.flags, ==, MSG_ATTACHMENT | MSG_INVITE);
	unsigned attachments = msg_attachments(in);
	g_assert_cmpint(row.attachments, ==, attachments);
	store_row_clear(&row);
	msg_part_free(in);
	in = leaf("1", "text/plain", NULL);
	check_ok(&f, store_structure_put(f.st, f.folder, 2, in, &f.e));
	check_ok(&f, store_flags_put(f.st, f.folder, 2, MSG_FLAGGED, NULL, NULL, &f.e));
	check_ok(&f, reader_row(f.r, f.folder, 2, &row, &f.e));
	g_assert_cmphex(row.flags, ==, MSG_FLAGGED);
	g_assert_cmpint(row.attachments, ==, 0);
	store_row_clear(&row);
	g_assert_cmpint(store_structure_put(f.st, f.folder, 99, in, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	msg_part_free(in);
	fixture_clear(&f);
}

static void d08_structure_damaged_is_not_known(void)
{
	struct fixture f;
	struct msg_part *in = tree(), *out = NULL;
	start(&f);
	check_ok(&f, store_structure_put(f.st, f.folder, 1, in, &f.e));
	check_ok(&f, db_run(db_query(f.st->shelf.cache, "UPDATE structure SET tree=substr(tree, 2)"), &f.e));
	check_ok(&f, store_structure_get(f.st, f.folder, 1, &out, &f.e));
	g_assert_null(out);
	msg_part_free(in);
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_true(f.fresh);
	fixture_clear(&f);
}

/* --- in pieces --- */

static void put_in_pieces(struct fixture *f, uint32_t uid, size_t n, size_t piece)
{
	struct store_place at = { f->folder, uid, 0 };
	g_autofree char *bytes = bytes_of(n, 7);
	struct store_incoming *in = store_incoming_new(f->st, at, "2", &f->e);
	g_assert_nonnull(in);
	for (size_t done = 0; done < n; done += piece)
		check_ok(f, store_incoming_feed(in, unit_exact(bytes + done, MIN(piece, n - done)), &f->e));
	check_ok(f, store_incoming_end(&in, &f->e));
	g_assert_null(in);
}

static void take_in_pieces(struct fixture *f, uint32_t uid, size_t n)
{
	struct store_place at = { f->folder, uid, 0 };
	g_autofree char *want = bytes_of(n, 7), *piece = g_malloc(1000);
	struct store_outgoing *out = NULL;
	size_t seen = 0, got = 1;
	check_ok(f, store_outgoing_open(f->st, at, "2", &out, &f->e));
	g_assert_nonnull(out);
	while (got) {
		check_ok(f, store_outgoing_read(out, piece, 1000, &got, &f->e));
		g_assert_cmpuint(seen + got, <=, n);
		g_assert_cmpmem(piece, got, want + seen, got);
		seen += got;
	}
	g_assert_cmpuint(seen, ==, n);
	store_outgoing_free(out);
}

static void part_in_pieces_is_as_one_in_whole(void)
{
	static const size_t sizes[] = { 0, 1, 5000, 256 * 1024, 256 * 1024 + 1, LARGE };
	struct fixture f;
	start(&f);
	for (unsigned i = 0; i < G_N_ELEMENTS(sizes); i++) {
		put_in_pieces(&f, 1, sizes[i], 4096);
		g_assert_true(is_there(&f, 1, "2", sizes[i], 7));
		take_in_pieces(&f, 1, sizes[i]);
		put(&f, 2, "2", sizes[i], 7);
		take_in_pieces(&f, 2, sizes[i]);
	}
	fixture_clear(&f);
}

static void part_in_pieces_that_is_not_ended_is_not_there(void)
{
	struct fixture f;
	start(&f);
	struct store_place at = { f.folder, 1, 0 }, nowhere = { f.folder, 99, 0 };
	g_autofree char *bytes = bytes_of(LARGE, 7);
	struct store_incoming *in = store_incoming_new(f.st, at, "2", &f.e);
	check_ok(&f, store_incoming_feed(in, unit_exact(bytes, LARGE), &f.e));
	store_incoming_abort(&in);
	g_assert_false(is_there(&f, 1, "2", LARGE, 7));
	g_assert_cmpuint(files(&f), ==, 0);
	g_assert_null(store_incoming_new(f.st, nowhere, "2", &f.e));
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	err_clear(&f.e);
	fixture_clear(&f);
}

static void part_in_pieces_that_is_damaged_is_not_there(void)
{
	struct fixture f;
	start(&f);
	struct store_place at = { f.folder, 1, 0 };
	struct store_outgoing *out = NULL;
	put_in_pieces(&f, 1, LARGE, 65536);
	g_autofree char *dir = fixture_file(&f, "cache/parts");
	GDir *d = g_dir_open(dir, 0, NULL);
	g_autofree char *path = g_build_filename(dir, g_dir_read_name(d), NULL);
	g_dir_close(d);
	int fd = open(path, O_WRONLY);
	g_assert_cmpint(pwrite(fd, "?", 1, LARGE / 2), ==, 1);
	close(fd);
	check_ok(&f, store_outgoing_open(f.st, at, "2", &out, &f.e));
	g_assert_null(out);
	unlink(path);
	check_ok(&f, store_outgoing_open(f.st, at, "2", &out, &f.e));
	g_assert_null(out);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(part_small_is_kept_in_the_database);
	unit_add(part_large_is_a_file);
	unit_add(part_for_no_place_is_missing);
	unit_add(part_past_the_buffer_is_a_limit);
	unit_add(part_file_evicted_or_changed_is_not_found);
	unit_add(d21_part_of_another_message_is_not_given);
	unit_add(n01_n09_promise_14_names_from_outside_make_no_path);
	unit_add(part_in_pieces_is_as_one_in_whole);
	unit_add(part_in_pieces_that_is_not_ended_is_not_there);
	unit_add(part_in_pieces_that_is_damaged_is_not_there);
	unit_add(structure_put_sets_flags);
	unit_add(d08_structure_damaged_is_not_known);
}
