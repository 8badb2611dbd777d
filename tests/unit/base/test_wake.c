/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wake.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static void count(void *aux)
{
	++*(int *)aux;
}

static void tap_is_heard(void)
{
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "wake", NULL);
	struct err e = ERR_INIT;
	int heard = 0;
	struct wake *w = wake_listen(path, g_main_context_default(), count, &heard, &e);
	g_assert_nonnull(w);
	for (int i = 0; i < 5; i++)
		g_assert_true(wake_tap(path));
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_cmpint(heard, ==, 1);
	wake_free(w);
	g_assert_false(wake_tap(path));
}

/* Nothing is read from it: any number of octets of any kind is one tap. */
static void x13_whatever_is_sent_is_a_tap_and_no_more(void)
{
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "wake", NULL);
	g_autofree char *much = g_strnfill(60000, 'x');
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct err e = ERR_INIT;
	int heard = 0;
	struct wake *w = wake_listen(path, g_main_context_default(), count, &heard, &e);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	g_strlcpy(at.sun_path, path, sizeof(at.sun_path));
	for (int i = 0; i < 1000; i++)
		sendto(fd, much, i % 2 ? 60000 : 0, MSG_NOSIGNAL, (struct sockaddr *)&at, sizeof(at));
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_cmpint(heard, >, 0);
	g_assert_cmpint(heard, <, 3);
	close(fd);
	wake_free(w);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void what_a_dead_process_left_is_replaced(void)
{
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "wake", NULL);
	struct err e = ERR_INIT;
	int old_heard = 0, heard = 0;
	struct wake *old = wake_listen(path, g_main_context_default(), count, &old_heard, &e);
	struct wake *w = wake_listen(path, g_main_context_default(), count, &heard, &e);
	g_assert_nonnull(old);
	g_assert_nonnull(w);
	g_assert_true(wake_tap(path));
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_cmpint(old_heard, ==, 0);
	g_assert_cmpint(heard, ==, 1);
	wake_free(w);
	wake_free(old);
}

static void a_path_too_long_is_an_error(void)
{
	g_autofree char *dir = unit_tmpdir(), *name = g_strnfill(120, 'x');
	g_autofree char *path = g_build_filename(dir, name, NULL);
	struct err e = ERR_INIT;
	g_assert_null(wake_listen(path, g_main_context_default(), count, NULL, &e));
	g_assert_cmpint(e.cause, ==, ERR_LOCAL);
	g_assert_false(wake_tap(path));
	err_clear(&e);
}

void suite(void)
{
	unit_add(tap_is_heard);
	unit_add(x13_whatever_is_sent_is_a_tap_and_no_more);
	unit_add(what_a_dead_process_left_is_replaced);
	unit_add(a_path_too_long_is_an_error);
}
