/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

#define BOX "account box {\n  email vera@box.example\n  imap mail.box.example:993 tls\n}\n"

static char *dir;

static const char *path_of(const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	return g_intern_string(path);
}

static const char *put(const char *name, const char *text)
{
	g_assert_true(g_file_set_contents(path_of(name), text, -1, NULL));
	return path_of(name);
}

static void fresh(void)
{
	g_free(dir);
	dir = unit_tmpdir();
	g_setenv("XDG_CONFIG_HOME", dir, TRUE);
	g_unsetenv("BOXWOOD_MAILRC");
}

static void holds(const char *name, const char *expected)
{
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path_of(name), &text, NULL, NULL));
	g_assert_cmpstr(text, ==, expected);
}

/* "": written; else what is said. */
static char *set(const char *main, const char *key, const char *value)
{
	struct cfg *c = cfg_load(main, NULL);
	struct err e = ERR_INIT;
	struct cfg_rewrite *r = cfg_rewrite_set(c, key, value, &e);
	if (r)
		cfg_rewrite_write(r, &e);
	cfg_rewrite_free(r);
	cfg_free(c);
	char *said = g_strdup(e.text ? e.text : "");
	err_clear(&e);
	return said;
}

static void sets(const char *main, const char *key, const char *value, const char *expected)
{
	g_autofree char *said = set(main, key, value);
	g_assert_cmpstr(said, ==, expected);
}

static void file_is_made_where_none_is(void)
{
	fresh();
	sets(NULL, "mouse", "on", "");
	holds("boxwood/mailrc", "set mouse=on\n");
	struct stat st;
	g_assert_cmpint(stat(path_of("boxwood/mailrc"), &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0600);
}

static void mode_and_link_are_kept(void)
{
	fresh();
	put("real", "set mouse=off\n");
	g_assert_cmpint(chmod(path_of("real"), 0640), ==, 0);
	g_assert_cmpint(symlink("real", path_of("mailrc")), ==, 0);
	sets(path_of("mailrc"), "mouse", "on", "");
	holds("real", "set mouse=on\n");
	struct stat st;
	g_assert_cmpint(lstat(path_of("mailrc"), &st), ==, 0);
	g_assert_true(S_ISLNK(st.st_mode));
	g_assert_cmpint(stat(path_of("real"), &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0640);
}

static void value_of_another_file_is_changed_there(void)
{
	fresh();
	put("more", "set mouse=off # here\n");
	const char *main = put("mailrc", "source more\nset plain=on\n" BOX);
	sets(main, "mouse", "on", "");
	holds("more", "set mouse=on # here\n");
	holds("mailrc", "source more\nset plain=on\n" BOX);
	put("boxes", BOX);
	put("mailrc", "source boxes\n");
	sets(main, "box.poll", "20m", "");
	holds("boxes", "account box {\n  email vera@box.example\n  imap mail.box.example:993 tls\n  poll 20m\n}\n");
}

static void what_is_said_twice_cannot_be_taken_back_once(void)
{
	fresh();
	put("more", "set mouse=on\n");
	const char *main = put("mailrc", "source more\nset mouse=on\n");
	g_autofree char *expected = g_strdup_printf("'mouse' is said in another place too: %s:1", path_of("more"));
	sets(main, "mouse", NULL, expected);
	holds("mailrc", "source more\nset mouse=on\n");
}

static void wrong_values_are_told_and_not_written(void)
{
	fresh();
	const char *main = put("mailrc", BOX);
	sets(main, "mouse", "perhaps", "'perhaps' is no value for 'mouse' (on or off)");
	sets(main, "mouze", "on", "there is no setting 'mouze'; did you mean 'mouse'?");
	sets(main, "box.poll", "soon", "'soon' is no span of time (a number and s, m, h, d or w: 15m)");
	sets(main, "box.email", NULL, "account 'box' has no 'email' (email vera@box.example)");
	sets(main, "box.from", "x@box.example", "'box.from' cannot be changed for you: edit the file");
	sets(main, "undo-send", "2h", "'2h' is no value for 'undo-send' (a time up to 1h, as 10s or 2m)");
	holds("mailrc", BOX);
}

static void password_is_never_written_nor_told(void)
{
	fresh();
	const char *main = put("mailrc", BOX);
	g_autofree char *said = set(main, "box.password", "hunter2");
	g_assert_cmpstr(said, !=, "");
	g_assert_null(strstr(said, "hunter2"));
	holds("mailrc", BOX);
}

static void mistakes_that_were_there_hinder_nothing(void)
{
	fresh();
	const char *main = put("mailrc", "sett x\nset mouse=off\n");
	sets(main, "mouse", "on", "");
	holds("mailrc", "sett x\nset mouse=on\n");
}

static void file_changed_meanwhile_is_left_alone(void)
{
	fresh();
	const char *main = put("mailrc", "set mouse=off\n");
	struct cfg *c = cfg_load(main, NULL);
	struct err e = ERR_INIT;
	struct cfg_rewrite *r = cfg_rewrite_set(c, "mouse", "on", &e);
	g_assert_nonnull(r);
	put("mailrc", "set mouse=off\nset plain=on\n");
	g_assert_cmpint(cfg_rewrite_write(r, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_CONFIG);
	holds("mailrc", "set mouse=off\nset plain=on\n");
	err_clear(&e);
	cfg_rewrite_free(r);
	cfg_free(c);
}

static void undo_puts_the_old_text_back(void)
{
	fresh();
	const char *main = put("mailrc", "# a\nset  mouse=off # b");
	struct cfg *c = cfg_load(main, NULL);
	struct err e = ERR_INIT;
	struct cfg_rewrite *r = cfg_rewrite_set(c, "mouse", "on", &e);
	g_assert_cmpint(cfg_rewrite_write(r, &e), ==, 0);
	g_assert_true(r->now->options.mouse);
	holds("mailrc", "# a\nset  mouse=on # b");
	g_autofree char *diff = cfg_rewrite_diff(r);
	g_autofree char *expected = g_strdup_printf(
		"--- %s\n+++ %s\n@@ -2,1 +2,1 @@\n-set  mouse=off # b\n+set  mouse=on # b\n", main, main);
	g_assert_cmpstr(diff, ==, expected);
	g_assert_cmpint(cfg_rewrite_undo(r, &e), ==, 0);
	holds("mailrc", "# a\nset  mouse=off # b");
	cfg_rewrite_free(r);
	cfg_free(c);
}

static void differences_show_no_secret(void)
{
	fresh();
	const char *main = put("mailrc",
		"account box {\n  email vera@box.example\n  imap h.example:993 tls\n  passcmd \"echo hunter2\"\n}\n");
	struct cfg *c = cfg_load(main, NULL);
	struct err e = ERR_INIT;
	struct cfg_rewrite *r = cfg_rewrite_set(c, "box.passcmd", "pass box", &e);
	g_assert_nonnull(r);
	g_autofree char *diff = cfg_rewrite_diff(r);
	g_assert_null(strstr(diff, "hunter2"));
	g_assert_nonnull(strstr(r->after->str, "  passcmd \"pass box\"\n"));
	cfg_rewrite_free(r);
	cfg_free(c);
}

static void word_for_the_same_takes_the_place(void)
{
	fresh();
	const char *main =
		put("mailrc", "account box {\n  email vera@box.example\n  imap h.example:993 tls\n  password ask\n}\n");
	sets(main, "box.passcmd", "pass box", "");
	holds("mailrc",
		"account box {\n  email vera@box.example\n  imap h.example:993 tls\n  passcmd \"pass box\"\n}\n");
}

static void words_of_several_arguments_are_typed_as_in_the_file(void)
{
	fresh();
	const char *main = put("mailrc", BOX);
	sets(main, "box.imap", "other.example:143 starttls", "");
	sets(main, "box.keep", "text 30d", "");
	sets(main, "box.pinned", "A \"B C\"", "");
	holds("mailrc", "account box {\n  email vera@box.example\n  imap other.example:143 starttls\n"
			"  pinned A \"B C\"\n  keep text 30d\n}\n");
	sets(main, "box.pinned", NULL, "");
	holds("mailrc", "account box {\n  email vera@box.example\n  imap other.example:143 starttls\n"
			"  keep text 30d\n}\n");
}

void suite(void)
{
	unit_add(file_is_made_where_none_is);
	unit_add(mode_and_link_are_kept);
	unit_add(value_of_another_file_is_changed_there);
	unit_add(what_is_said_twice_cannot_be_taken_back_once);
	unit_add(wrong_values_are_told_and_not_written);
	unit_add(password_is_never_written_nor_told);
	unit_add(mistakes_that_were_there_hinder_nothing);
	unit_add(file_changed_meanwhile_is_left_alone);
	unit_add(undo_puts_the_old_text_back);
	unit_add(differences_show_no_secret);
	unit_add(word_for_the_same_takes_the_place);
	unit_add(words_of_several_arguments_are_typed_as_in_the_file);
}
