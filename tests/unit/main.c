/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ftw.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static GPtrArray *blocks, *dirs;

struct str unit_exact(const void *p, size_t n)
{
	char *block = malloc(n ? n : 1);
	if (n)
		memcpy(block, p, n);
	g_ptr_array_add(blocks, block);
	return (struct str){ block, n };
}

struct str unit_str(const char *s)
{
	return unit_exact(s, strlen(s));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void remove_tree(void *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	g_free(dir);
}

char *unit_tmpdir(void)
{
	char *dir = g_dir_make_tmp("boxwood-test-XXXXXX", NULL);
	g_assert_nonnull(dir);
	g_ptr_array_add(dirs, g_strdup(dir));
	return dir;
}

char *unit_data(const char *name, size_t *n_out)
{
	const char *top = g_getenv("TOP_SRCDIR");
	g_autofree char *path = g_build_filename(top ? top : ".", "tests", "data", name, NULL);
	char *text = NULL;
	gsize n = 0;
	g_assert_true(g_file_get_contents(path, &text, &n, NULL));
	if (n_out)
		*n_out = n;
	return text;
}

int main(int argc, char **argv)
{
	setlocale(LC_ALL, "C.UTF-8");
	g_test_init(&argc, &argv, NULL);
	g_test_set_nonfatal_assertions();
	blocks = g_ptr_array_new_with_free_func(free);
	dirs = g_ptr_array_new_with_free_func(remove_tree);
	suite();
	int status = g_test_run();
	g_ptr_array_unref(blocks);
	g_ptr_array_unref(dirs);
	return status;
}
