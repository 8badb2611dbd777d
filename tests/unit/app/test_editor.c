/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"
#include "tests/unit/unit.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

static struct cfg *cfg_of(const char *text)
{
	return cfg_parse(str_of(text), "mailrc", NULL);
}

static void argv_comes_from_option_then_visual_then_editor(void)
{
	struct cfg *cfg = cfg_of("set editor=\"vim -c 'set tw=72'\"\n"), *none = cfg_of("");
	struct err e = ERR_INIT;
	g_setenv("EDITOR", "ed", TRUE);
	g_setenv("VISUAL", "vi -n", TRUE);
	g_auto(GStrv) chosen = app_editor_argv(cfg, "/x y", &e);
	g_auto(GStrv) visual = app_editor_argv(none, "/x", &e);
	g_assert_cmpuint(g_strv_length(chosen), ==, 4);
	g_assert_cmpstr(chosen[2], ==, "set tw=72");
	g_assert_cmpstr(chosen[3], ==, "/x y");
	g_assert_cmpstr(visual[0], ==, "vi");
	g_setenv("VISUAL", "", TRUE);
	g_auto(GStrv) editor = app_editor_argv(none, "/x", &e);
	g_assert_cmpstr(editor[0], ==, "ed");
	g_unsetenv("EDITOR");
	g_assert_false(app_has_editor(none));
	g_assert_null(app_editor_argv(none, "/x", &e));
	cfg_free(cfg);
	cfg_free(none);
}

static void window_of_tmux_tells_whom_to_watch(void)
{
	struct cfg *none = cfg_of(""), *own = cfg_of("set editor-window=\"xterm -e\"\n");
	struct cfg *off = cfg_of("set editor-window=\"\"\n");
	bool tells;
	g_unsetenv("TMUX");
	g_assert_null(app_editor_window(none, &tells));
	g_setenv("TMUX", "/tmp/tmux,1,0", TRUE);
	g_auto(GStrv) split = app_editor_window(none, &tells);
	g_assert_true(tells);
	g_assert_cmpstr(split[g_strv_length(split) - 1], ==, "#{pane_pid}");
	g_auto(GStrv) xterm = app_editor_window(own, &tells);
	g_assert_false(tells);
	g_assert_cmpuint(g_strv_length(xterm), ==, 2);
	g_assert_null(app_editor_window(off, &tells));
	g_unsetenv("TMUX");
	cfg_free(none);
	cfg_free(own);
	cfg_free(off);
}

static void file_is_private_and_comes_back(void)
{
	struct cfg *cfg = cfg_of("");
	struct err e = ERR_INIT;
	g_autofree char *state = g_dir_make_tmp("boxwood-XXXXXX", NULL), *path = NULL, *other = NULL;
	struct draft *d = draft_blank(NULL);
	struct stat st;
	g_free(d->text);
	d->text = g_strdup("Good day.\n");
	g_assert_cmpint(app_editor_write(cfg, state, d, &path, &e), ==, 0);
	g_assert_cmpint(app_editor_write(cfg, state, d, &other, &e), ==, 0);
	g_assert_cmpstr(path, !=, other);
	g_assert_cmpint(stat(path, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0600);
	g_autofree char *dir = g_path_get_dirname(path);
	g_assert_cmpint(stat(dir, &st), ==, 0);
	g_assert_cmpint(st.st_mode & 0777, ==, 0700);
	g_autofree char *text = app_editor_read(path, &e);
	g_assert_nonnull(strstr(text, "Good day.\n"));
	g_assert_false(app_editor_is_elsewhere(path));
	app_editor_done(path);
	app_editor_done(other);
	g_assert_null(app_editor_read(path, &e));
	g_assert_cmpint(e.cause, !=, ERR_NONE);
	err_clear(&e);
	g_rmdir(dir);
	g_rmdir(state);
	draft_free(d);
	cfg_free(cfg);
}

static void file_of_a_dead_program_is_not_elsewhere(void)
{
	g_assert_false(app_editor_is_elsewhere("/x/letter-999999999-0.eml"));
	g_assert_false(app_editor_is_elsewhere("/x/letter-1-0.eml"));
	g_assert_false(app_editor_is_elsewhere("/x/other"));
}

static void nul_octet_is_a_fault(void)
{
	struct err e = ERR_INIT;
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp("boxwood-XXXXXX", &path, NULL);
	g_assert_cmpint(write(fd, "a\0b", 3), ==, 3);
	close(fd);
	g_assert_null(app_editor_read(path, &e));
	g_assert_cmpint(e.cause, ==, ERR_INPUT);
	err_clear(&e);
	unlink(path);
}

void suite(void)
{
	unit_add(argv_comes_from_option_then_visual_then_editor);
	unit_add(window_of_tmux_tells_whom_to_watch);
	unit_add(file_is_private_and_comes_back);
	unit_add(file_of_a_dead_program_is_not_elsewhere);
	unit_add(nul_octet_is_a_fault);
}
