/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/stat.h>

#include "tests/unit/config/told.h"
#include "tests/unit/unit.h"

static char *dir;

/* Interned, so that a test need not keep the name. */
static const char *put(const char *name, const char *text, int mode)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *parent = g_path_get_dirname(path);
	g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	g_assert_cmpint(chmod(path, (mode_t)mode), ==, 0);
	return g_intern_string(path);
}

/* Everything that looks at the environment looks here. */
static void fresh(void)
{
	g_free(dir);
	dir = unit_tmpdir();
	g_setenv("XDG_CONFIG_HOME", dir, TRUE);
	g_unsetenv("BOXWOOD_MAILRC");
}

/* What is said, with the test's directory as "D". */
static char *said(const struct cfg *c)
{
	g_autoptr(GString) all = g_string_new(NULL);
	for (guint i = 0; i < c->diags->len; i++) {
		const struct cfg_diag *d = c->diags->pdata[i];
		g_string_append_printf(
			all, "%s:%u:%u: %s: %s", d->file, d->line, d->col, cfg_level_name(d->level), d->text);
		g_string_append_printf(all, d->hint ? " [%s]\n" : "\n", d->hint);
	}
	g_string_replace(all, dir, "D", 0);
	return g_strdup(all->str);
}

static void load_says(const char *path, const char *expected)
{
	struct cfg *c = cfg_load(path, NULL);
	g_autofree char *all = said(c);
	g_assert_cmpstr(all, ==, expected);
	cfg_free(c);
}

static void default_file_missing_is_no_error(void)
{
	fresh();
	struct cfg *c = cfg_load(NULL, NULL);
	g_assert_null(c->path);
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpstr(c->options.keys, ==, "mutt");
	cfg_free(c);
}

static void named_file_missing_is_an_error(void)
{
	fresh();
	g_autofree char *path = g_build_filename(dir, "none", NULL);
	load_says(path, "D/none:1:1: error: no such file 'D/none'\n");
	g_setenv("BOXWOOD_MAILRC", path, TRUE);
	load_says(NULL, "D/none:1:1: error: no such file 'D/none'\n");
}

static void places_are_looked_at_in_order(void)
{
	fresh();
	const char *usual = put("boxwood/mailrc", "set escape-ms=1\n", 0600);
	const char *other = put("other", "set escape-ms=2\n", 0600);
	const char *named = put("named", "set escape-ms=3\n", 0600);
	struct cfg *c = cfg_load(NULL, NULL);
	g_assert_cmpint(c->options.escape_ms, ==, 1);
	g_assert_cmpstr(c->path, ==, usual);
	cfg_free(c);
	g_setenv("BOXWOOD_MAILRC", other, TRUE);
	c = cfg_load(NULL, NULL);
	g_assert_cmpint(c->options.escape_ms, ==, 2);
	cfg_free(c);
	c = cfg_load(named, NULL);
	g_assert_cmpint(c->options.escape_ms, ==, 3);
	cfg_free(c);
}

static void source_is_relative_to_its_file(void)
{
	fresh();
	const char *top = put("a/mailrc", "source more/one\nset escape-ms=9\n", 0600);
	put("a/more/one", "source two\n", 0600);
	put("a/more/two", "alias ana a@x.example\nset mose=on\n", 0600);
	struct cfg *c = cfg_load(top, NULL);
	g_autofree char *all = said(c);
	g_assert_cmpstr(all, ==, "D/a/more/two:2:5: error: unknown option 'mose' [did you mean 'mouse'?]\n");
	g_assert_cmpuint(c->aliases->len, ==, 1);
	g_assert_cmpint(c->options.escape_ms, ==, 9);
	cfg_free(c);
}

static void source_circle_is_named(void)
{
	fresh();
	const char *a = put("a", "source b\n", 0600);
	put("b", "source a\n", 0600);
	load_says(a, "D/b:1:8: error: 'D/a' is being read already: a circle of 'source'\n");
}

static void source_depth_and_number_are_bounded(void)
{
	fresh();
	const char *first = NULL;
	for (int i = 0; i < 20; i++) {
		g_autofree char *name = g_strdup_printf("f%d", i);
		g_autofree char *text = g_strdup_printf("source f%d\nsource f%d\n", i + 1, i + 1);
		const char *path = put(name, text, 0600);
		first = first ? first : path;
	}
	struct cfg *c = cfg_load(first, NULL);
	g_autofree char *all = said(c);
	g_assert_nonnull(strstr(all, "D/f10:1:8: error: files are nested more than 10 deep\n"));
	g_assert_nonnull(strstr(all, "error: more than 100 files\n"));
	cfg_free(c);
}

static void source_missing_is_told_at_its_line(void)
{
	fresh();
	const char *a = put("a", "\nsource nowhere\nset mouse=on\n", 0600);
	load_says(a, "D/a:2:8: error: no such file 'D/nowhere'\n");
}

static void account_twice_in_two_files_names_the_other(void)
{
	static const char *const block = "account box {\nemail a@b.example\nimap x:993 tls\n}\n";
	fresh();
	g_autofree char *text = g_strdup_printf("source b\n%s", block);
	const char *a = put("a", text, 0600);
	put("b", block, 0600);
	load_says(a, "D/a:2:9: error: 'box' names an account already [first here: D/b:1:9]\n");
}

static const char *const with_password = "account box {\nemail a@b.example\nimap x:993 tls\npassword file pw\n}\n";

static void a13_password_file_that_others_read_is_refused(void)
{
	fresh();
	const char *a = put("a", with_password, 0600), *pw = put("pw", "hunter2\n", 0600);
	struct cfg *c = cfg_load(a, NULL);
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpstr(cfg_account(c, "box")->password_arg, ==, pw);
	g_assert_cmpint(cfg_account(c, "box")->password, ==, CFG_PASSWORD_FILE);
	cfg_free(c);
	static const int modes[] = { 0644, 0640, 0660, 0604, 0620 };
	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_assert_cmpint(chmod(pw, (mode_t)modes[i]), ==, 0);
		load_says(a, "D/a:4:15: error: others can read or change 'D/pw' [chmod 600 D/pw]\n");
	}
}

static void password_file_missing_or_strange_is_an_error(void)
{
	fresh();
	const char *a = put("a", with_password, 0600);
	g_autofree char *pw = g_build_filename(dir, "pw", NULL);
	load_says(a, "D/a:4:15: error: no such file 'D/pw'\n");
	g_assert_cmpint(g_mkdir_with_parents(pw, 0700), ==, 0);
	load_says(a, "D/a:4:15: error: 'D/pw' is no regular file\n");
}

static void a13_mailrc_that_everybody_writes_is_an_error(void)
{
	fresh();
	const char *a = put("a", "", 0646);
	load_says(a, "D/a:1:1: error: everybody can change this file [chmod go-w D/a]\n");
	g_assert_cmpint(chmod(a, 0644), ==, 0);
	load_says(a, "");
}

static void own_cards_come_before_installed_ones(void)
{
	fresh();
	put("boxwood/providers/x.card", "title Mine\n", 0600);
	const char *installed = put("cards/x.card", "title Theirs\n", 0600);
	put("cards/y.card", "title Y\n", 0600);
	put("cards/readme", "nonsense\n", 0600);
	g_autofree char *cards = g_path_get_dirname(installed);
	struct cfg *c = cfg_load(NULL, cards);
	g_assert_cmpuint(c->diags->len, ==, 0);
	g_assert_cmpuint(c->cards->len, ==, 2);
	g_assert_cmpstr(cfg_card(c, "x")->title, ==, "Mine");
	g_assert_cmpstr(cfg_card(c, "y")->title, ==, "Y");
	cfg_free(c);
}

static void file_past_the_cap_is_an_error(void)
{
	fresh();
	g_autofree char *big = g_strnfill(CFG_FILE_MAX + 1, '\n');
	const char *a = put("a", big, 0600);
	load_says(a, "D/a:1:1: error: 'D/a' is larger than 1048576 octets\n");
}

void suite(void)
{
	unit_add(default_file_missing_is_no_error);
	unit_add(named_file_missing_is_an_error);
	unit_add(places_are_looked_at_in_order);
	unit_add(source_is_relative_to_its_file);
	unit_add(source_circle_is_named);
	unit_add(source_depth_and_number_are_bounded);
	unit_add(source_missing_is_told_at_its_line);
	unit_add(account_twice_in_two_files_names_the_other);
	unit_add(a13_password_file_that_others_read_is_refused);
	unit_add(password_file_missing_or_strange_is_an_error);
	unit_add(a13_mailrc_that_everybody_writes_is_an_error);
	unit_add(own_cards_come_before_installed_ones);
	unit_add(file_past_the_cap_is_an_error);
}
