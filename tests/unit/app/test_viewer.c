/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define PATIENCE_MS 20000

/* A browser that tells what it was called with, through a pipe that is waited on. */
struct browser {
	char *dir, *pipe, *program;
	int fd;
};

static void browser_init(struct browser *b)
{
	b->dir = g_dir_make_tmp("viewer-XXXXXX", NULL);
	b->pipe = g_build_filename(b->dir, "pipe", NULL);
	b->program = g_build_filename(b->dir, "browser", NULL);
	g_assert_cmpint(mkfifo(b->pipe, 0600), ==, 0);
	b->fd = open(b->pipe, O_RDWR | O_CLOEXEC);
	g_autofree char *script = g_strdup_printf(
		"#!/bin/sh\n{ printf '%%s\\n' \"$@\"; readlink /proc/self/fd/0; echo out; } >'%s'\n", b->pipe);
	g_assert_true(g_file_set_contents(b->program, script, -1, NULL));
	g_chmod(b->program, 0700);
}

static void browser_clear(struct browser *b)
{
	close(b->fd);
	g_unlink(b->pipe);
	g_unlink(b->program);
	g_rmdir(b->dir);
	g_free(b->dir);
	g_free(b->pipe);
	g_free(b->program);
}

static char *heard(struct browser *b)
{
	GString *out = g_string_new(NULL);
	struct pollfd p = { .fd = b->fd, .events = POLLIN };
	char octets[512];
	while (!strstr(out->str, "out\n") && poll(&p, 1, PATIENCE_MS) == 1) {
		ssize_t n = read(b->fd, octets, sizeof octets);
		if (n <= 0)
			break;
		g_string_append_len(out, octets, n);
	}
	return g_string_free(out, FALSE);
}

static void x06_only_the_web_is_opened(void)
{
	static const struct {
		const char *url;
		enum app_link kind;
	} cases[] = {
		{ "https://shop.example/r/0", LINK_WEB },
		{ "HTTP://shop.example", LINK_WEB },
		{ "mailto:ana@duarte.example", LINK_MAILTO },
		{ "file:///etc/passwd", LINK_OTHER },
		{ "javascript:alert(1)", LINK_OTHER },
		{ "data:text/html,x", LINK_OTHER },
		{ "-https://shop.example", LINK_OTHER },
		{ "https://a.example/ --new", LINK_OTHER },
		{ "https://a.example/\n", LINK_OTHER },
		{ "https://", LINK_OTHER },
		{ "", LINK_OTHER },
	};
	g_setenv("BROWSER", "true", TRUE);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_assert_cmpint(app_link_kind(cases[i].url), ==, cases[i].kind);
		if (cases[i].kind != LINK_WEB)
			g_assert_false(app_link_open(cases[i].url));
	}
}

static void x06_link_is_one_word_whatever_is_in_it(void)
{
	static const char url[] = "https://a.example/$(id)`id`';\"&|%s*?x=%20";
	struct browser b;
	browser_init(&b);
	g_autofree char *commands = g_strdup_printf("/does/not/exist:'%s' --new %%s --end", b.program);
	g_setenv("BROWSER", commands, TRUE);
	g_assert_true(app_link_open(url));
	g_autofree char *got = heard(&b), *wanted = g_strdup_printf("--new\n%s\n--end\n/dev/null\nout\n", url);
	g_assert_cmpstr(got, ==, wanted);
	g_setenv("BROWSER", b.program, TRUE);
	g_assert_true(app_link_open(url));
	g_autofree char *last = heard(&b), *alone = g_strdup_printf("%s\n/dev/null\nout\n", url);
	g_assert_cmpstr(last, ==, alone);
	browser_clear(&b);
}

static void no_program_is_no_success(void)
{
	g_autofree char *path = g_strdup(g_getenv("PATH"));
	g_setenv("PATH", "/does/not/exist", TRUE);
	g_setenv("BROWSER", "nothing:'open quote:", TRUE);
	g_assert_false(app_link_open("https://a.example/"));
	g_unsetenv("BROWSER");
	g_assert_false(app_link_open("https://a.example/"));
	g_setenv("PATH", path, TRUE);
}

static void x14_host_behind_an_at_is_told(void)
{
	static const struct {
		const char *url, *host;
	} cases[] = { { "http://bank.example@evil.example/x", "evil.example" },
		{ "https://bank.example:x@y@evil.example:8080?a@b", "evil.example:8080" },
		{ "http://bank.example/a@b", NULL }, { "http://bank.example\\@evil.example/", NULL },
		{ "http://bank.example#@evil", NULL }, { "mailto:a@b.example", NULL } };
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *host = app_link_true_host(cases[i].url);
		g_assert_cmpstr(host, ==, cases[i].host);
	}
}

void suite(void)
{
	unit_add(x14_host_behind_an_at_is_told);
	unit_add(x06_only_the_web_is_opened);
	unit_add(x06_link_is_one_word_whatever_is_in_it);
	unit_add(no_program_is_no_success);
}
