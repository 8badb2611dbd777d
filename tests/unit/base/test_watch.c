/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/watch.h"

#include <stdio.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tests/unit/unit.h"

static void count(void *aux)
{
	++*(unsigned *)aux;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	g_assert_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void turn(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

static void file_that_is_written_or_replaced_is_told(void)
{
	g_autofree char *dir = g_dir_make_tmp("watch-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(dir, "letter", NULL), *other = g_build_filename(dir, "other", NULL);
	unsigned told = 0;
	put(path, "one");
	struct watch *w = watch_file(path, NULL, count, &told);
	g_assert_nonnull(w);
	turn();
	g_assert_cmpuint(told, ==, 0);
	put(path, "two");
	turn();
	g_assert_cmpuint(told, ==, 1);
	put(other, "three");
	turn();
	g_assert_cmpuint(told, ==, 1);
	g_assert_cmpint(rename(other, path), ==, 0);
	turn();
	g_assert_cmpuint(told, ==, 2);
	for (int i = 0; i < 50; i++)
		put(path, "four");
	turn();
	g_assert_cmpuint(told, ==, 3);
	watch_free(w);
	put(path, "five");
	turn();
	g_assert_cmpuint(told, ==, 3);
	unlink(path);
	g_rmdir(dir);
}

static void directory_that_is_not_there_is_not_watched(void)
{
	g_assert_null(watch_file("/nonexistent/letter", NULL, count, NULL));
	watch_free(NULL);
}

void suite(void)
{
	unit_add(file_that_is_written_or_replaced_is_told);
	unit_add(directory_that_is_not_there_is_not_watched);
}
