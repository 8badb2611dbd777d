/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "base/fs.h"
#include "tests/unit/unit.h"

static mode_t mode_of(const char *path)
{
	struct stat st;
	return stat(path, &st) ? 0 : st.st_mode & 07777;
}

static void n06_private_dir_does_not_follow_a_link_to_an_open_one(void)
{
	g_autofree char *dir = unit_tmpdir();
	g_autofree char *open = g_build_filename(dir, "open", NULL), *link = g_build_filename(dir, "link", NULL);
	struct err e = ERR_INIT;
	struct stat st;
	g_assert_cmpint(mkdir(open, 0755), ==, 0);
	g_assert_cmpint(chmod(open, 0755), ==, 0);
	g_assert_cmpint(symlink(open, link), ==, 0);
	g_assert_cmpint(fs_private_dir(link, &e), ==, -1);
	g_assert_cmpint(stat(open, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0755);
	err_clear(&e);
	g_assert_cmpint(chmod(open, 0700), ==, 0);
	g_assert_cmpint(fs_private_dir(link, &e), ==, 0);
}

static void a13_private_dir_is_0700_whatever_the_umask(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *deep = g_build_filename(top, "a", "b", NULL);
	struct err e = ERR_INIT;
	mode_t old = umask(0);
	g_assert_cmpint(fs_private_dir(deep, &e), ==, 0);
	g_assert_cmpint(mode_of(deep), ==, 0700);
	g_assert_cmpint(chmod(deep, 0755), ==, 0);
	g_assert_cmpint(fs_private_dir(deep, &e), ==, 0);
	g_assert_cmpint(mode_of(deep), ==, 0700);
	umask(old);
	g_autofree char *file = g_build_filename(top, "f", NULL);
	g_assert_true(g_file_set_contents(file, "x", 1, NULL));
	g_assert_cmpint(fs_private_dir(file, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LOCAL);
	err_clear(&e);
}

static void n06_private_dir_is_reached_by_no_link_of_others(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *dir = g_build_filename(top, "dir", NULL), *link = g_build_filename(top, "link", NULL);
	struct err e = ERR_INIT;
	g_assert_cmpint(mkdir(dir, 0700), ==, 0);
	g_assert_cmpint(symlink("dir", link), ==, 0);
	g_assert_true(fs_is_private_dir(dir) && fs_is_private_dir(link));
	if (!geteuid()) {
		g_assert_cmpint(lchown(link, 65534, 65534), ==, 0);
		g_assert_cmpint(fs_private_dir(link, &e), ==, -1);
		g_assert_false(fs_is_private_dir(link));
		err_clear(&e);
	}
	g_assert_cmpint(chmod(dir, 0750), ==, 0);
	g_assert_false(fs_is_private_dir(dir));
}

static void d22_new_file_never_overwrites(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *path = g_build_filename(top, "part", NULL);
	struct err e = ERR_INIT;
	struct fs_new *f = fs_new_open(path, false, &e);
	g_assert_nonnull(f);
	g_assert_cmpint(fs_new_write(f, STR("new"), &e), ==, 0);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_set_contents(path, "old", 3, NULL));
	g_assert_cmpint(fs_new_commit(&f, &e), ==, -1);
	g_assert_null(f);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "old");
	g_assert_null(fs_new_open(path, false, &e));
	/* No temp file is left behind. */
	g_autoptr(GDir) dir = g_dir_open(top, 0, NULL);
	g_assert_cmpstr(g_dir_read_name(dir), ==, "part");
	g_assert_null(g_dir_read_name(dir));
	err_clear(&e);
}

static void temp_file_is_left_over_after_a_day(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *path = g_build_filename(top, "part", NULL), *other = g_build_filename(top, ".boxwood", NULL);
	struct utimbuf before = { .actime = 1, .modtime = 1 };
	struct err e = ERR_INIT;
	struct fs_new *f = fs_new_open(path, false, &e);
	GDir *d = g_dir_open(top, 0, NULL);
	g_autofree char *temp = g_build_filename(top, g_dir_read_name(d), NULL);
	g_assert_false(fs_new_is_left(temp));
	g_assert_cmpint(utime(temp, &before), ==, 0);
	g_assert_true(fs_new_is_left(temp));
	g_assert_true(g_file_set_contents(other, "x", 1, NULL));
	g_assert_cmpint(utime(other, &before), ==, 0);
	g_assert_false(fs_new_is_left(other));
	g_assert_true(fs_is_older(other, 86400));
	g_assert_false(fs_is_older(top, 0));
	g_dir_close(d);
	fs_new_abort(&f);
	g_assert_false(fs_new_is_left(temp));
}

static void d22_symlink_is_not_followed(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *target = g_build_filename(top, "target", NULL);
	g_autofree char *link_path = g_build_filename(top, "link", NULL);
	struct err e = ERR_INIT;
	g_assert_cmpint(symlink(target, link_path), ==, 0);
	g_assert_null(fs_new_open(link_path, false, &e));
	g_assert_cmpint(e.cause, ==, ERR_CREATE);
	g_assert_false(g_file_test(target, G_FILE_TEST_EXISTS));
	err_clear(&e);
}

static void new_file_replaces_by_rename(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *path = g_build_filename(top, "rc", NULL);
	struct err e = ERR_INIT;
	g_assert_true(g_file_set_contents(path, "old", 3, NULL));
	struct fs_new *f = fs_new_open(path, true, &e);
	g_assert_cmpint(fs_new_write(f, STR("new"), &e), ==, 0);
	g_assert_cmpint(fs_new_commit(&f, &e), ==, 0);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "new");
	g_assert_cmpint(mode_of(path), ==, 0600);
	err_clear(&e);
}

static void n02_safe_name_is_one_component(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "../../.bashrc", "_.._.._.bashrc" },
		{ "/tmp/x", "_tmp_x" },
		{ "..\\x", "_.._x" },
		{ "~/.profile", "_~_.profile" },
		{ "C:x", "C_x" },
		{ ".", "_" },
		{ "..", "_" },
		{ "", "unnamed" },
		{ "   ", "unnamed" },
		{ "-rf", "_-rf" },
		{ "a\nb", "a b" },
		{ "x\xe2\x80\xaegpj.exe", "x\xef\xbf\xbdgpj.exe" },
		{ "a.pdf...", "a.pdf" },
		{ "~/x", "_~_x" },
		{ "+cmd", "_+cmd" },
		{ "|id", "_id" },
		{ "--output=x", "_--output=x" },
		{ "file:///x", "file____x" },
		{ "a*b?\"<c>|", "a_b___c__" },
		{ "CON", "_CON" },
		{ "nul.tar.gz", "_nul.tar.gz" },
		{ "com1 .txt", "_com1 .txt" },
		{ "console", "console" },
		{ "comet.txt", "comet.txt" },
		{ "r\xc3\xa9sum\xc3\xa9.pdf", "r\xc3\xa9sum\xc3\xa9.pdf" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = fs_safe_name(cases[i].in);
		g_assert_cmpstr(name, ==, cases[i].out);
	}
}

static void n03_long_name_keeps_extension(void)
{
	GString *s = g_string_new(NULL);
	for (int i = 0; i < 300; i++)
		g_string_append(s, "ø");
	g_string_append(s, ".tar.gz");
	g_autofree char *name = fs_safe_name(s->str);
	g_assert_cmpuint(strlen(name), <=, 240);
	g_assert_true(g_str_has_suffix(name, ".tar.gz"));
	g_assert_true(g_utf8_validate(name, -1, NULL));
	g_autofree char *numbered = fs_numbered_name(name, 4294967295u);
	g_assert_cmpuint(strlen(numbered), <=, 255);
	g_string_free(s, TRUE);
}

/* A letter and its accent, a family of emoji: whole or not at all. */
static void n03_long_name_is_cut_between_graphemes(void)
{
	static const char *const clusters[] = { "e\xcc\x81", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7" };
	for (size_t i = 0; i < G_N_ELEMENTS(clusters); i++) {
		GString *s = g_string_new("x");
		for (int k = 0; k < 100; k++)
			g_string_append(s, clusters[i]);
		g_string_append(s, ".txt");
		g_autofree char *name = fs_safe_name(s->str);
		g_assert_cmpuint((strlen(name) - strlen("x.txt")) % strlen(clusters[i]), ==, 0);
		g_assert_cmpuint(strlen(name), >, 200);
		g_string_free(s, TRUE);
	}
}

/* Blanks would push the extension out of sight; what is not seen does not hide. */
static void n04_true_extension_is_in_sight(void)
{
	GString *s = g_string_new("invoice.pdf");
	for (int i = 0; i < 200; i++)
		g_string_append_c(s, ' ');
	g_string_append(s, "\xe2\x80\x8b.exe...");
	g_autofree char *name = fs_safe_name(s->str);
	g_assert_cmpstr(name, ==, "invoice.pdf .exe");
	g_autofree char *nul = fs_safe_name("invoice.pdf%00.exe");
	g_assert_cmpstr(nul, ==, "invoice.pdf%00.exe");
	g_string_free(s, TRUE);
}

static void numbered_name_keeps_extension(void)
{
	static const struct {
		const char *in;
		unsigned n;
		const char *out;
	} cases[] = {
		{ "photo.png", 1, "photo.png" },
		{ "photo.png", 2, "photo-2.png" },
		{ "a.tar.gz", 3, "a-3.tar.gz" },
		{ "README", 2, "README-2" },
		{ "a.this is no extension", 2, "a.this is no extension-2" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = fs_numbered_name(cases[i].in, cases[i].n);
		g_assert_cmpstr(name, ==, cases[i].out);
	}
}

static void d10_second_exclusive_lock_is_refused(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *path = g_build_filename(top, "lock", NULL);
	struct err e = ERR_INIT;
	struct fs_lock *a = fs_lock(path, false, 0, NULL, &e);
	g_assert_nonnull(a);
	g_assert_cmpint(fs_lock_write(a, "pid 7", &e), ==, 0);
	g_autofree char *holder = NULL;
	g_assert_null(fs_lock(path, false, 0, &holder, &e));
	g_assert_cmpstr(holder, ==, "pid 7");
	g_assert_cmpint(e.retry, ==, ERR_LATER);
	fs_unlock(a);
	struct fs_lock *s1 = fs_lock(path, true, 0, NULL, &e), *s2 = fs_lock(path, true, 0, NULL, &e);
	g_assert_nonnull(s1);
	g_assert_nonnull(s2);
	g_assert_null(fs_lock(path, false, 0, NULL, &e));
	fs_unlock(s1);
	fs_unlock(s2);
	err_clear(&e);
}

static void m13_read_refuses_what_is_no_file(void)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *path = g_build_filename(top, "f", NULL);
	struct err e = ERR_INIT;
	struct buf b;
	buf_init(&b, 1 << 20);
	g_autofree char *fifo = g_build_filename(top, "fifo", NULL);
	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	g_assert_cmpint(fs_read(fifo, 100, &b, &e), ==, -1);
	g_assert_cmpint(fs_read(top, 100, &b, &e), ==, -1);
	g_assert_cmpint(fs_read(path, 100, &b, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_MISSING);
	g_assert_true(g_file_set_contents(path, "0123456789", 10, NULL));
	g_assert_cmpint(fs_read(path, 9, &b, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LIMIT);
	buf_reset(&b);
	g_assert_cmpint(fs_read(path, 10, &b, &e), ==, 0);
	g_assert_cmpuint(b.n, ==, 10);
	buf_clear(&b);
	err_clear(&e);
}

void suite(void)
{
	unit_add(n06_private_dir_does_not_follow_a_link_to_an_open_one);
	unit_add(a13_private_dir_is_0700_whatever_the_umask);
	unit_add(n06_private_dir_is_reached_by_no_link_of_others);
	unit_add(d22_new_file_never_overwrites);
	unit_add(d22_symlink_is_not_followed);
	unit_add(new_file_replaces_by_rename);
	unit_add(temp_file_is_left_over_after_a_day);
	unit_add(n02_safe_name_is_one_component);
	unit_add(n03_long_name_keeps_extension);
	unit_add(n03_long_name_is_cut_between_graphemes);
	unit_add(n04_true_extension_is_in_sight);
	unit_add(numbered_name_keeps_extension);
	unit_add(d10_second_exclusive_lock_is_refused);
	unit_add(m13_read_refuses_what_is_no_file);
}
