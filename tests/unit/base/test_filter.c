/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/filter.h"

#include <signal.h>
#include <string.h>

#include "tests/unit/unit.h"

static const char *const cat[] = { "/bin/cat", NULL };

static int shell(const char *script, struct str in, size_t cap, int timeout_ms, struct buf *out, struct filter_end *end,
	enum err_cause *cause)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct err e = ERR_INIT;
	buf_init(out, cap);
	int failed = filter_run(argv, in, out, timeout_ms, end, &e);
	*cause = e.cause;
	err_clear(&e);
	return failed;
}

static void filter_gives_and_takes_more_than_a_pipe_holds(void)
{
	struct err e = ERR_INIT;
	struct filter_end end;
	struct buf out;
	size_t n = 3u << 20;
	g_autofree char *in = g_strnfill(n, 'x');
	buf_init(&out, 8u << 20);
	g_assert_cmpint(filter_run(cat, (struct str){ in, n }, &out, 60000, &end, &e), ==, 0);
	g_assert_cmpuint(out.n, ==, n);
	g_assert_cmpint(end.status, ==, 0);
	buf_clear(&out);
}

static void x07_filter_is_bounded_and_timed(void)
{
	static const struct {
		const char *script;
		int timeout_ms;
		enum err_cause cause;
		int status, signal;
		bool late;
	} cases[] = { { "exit 3", 60000, ERR_LOCAL, 3, 0, false },
		{ "kill -9 $$", 60000, ERR_LOCAL, -1, SIGKILL, false }, { "yes", 60000, ERR_LIMIT, -1, SIGKILL, false },
		{ "cat >/dev/null; sleep 600", 50, ERR_LOCAL, -1, SIGKILL, true },
		{ "exec 1>&-; cat >/dev/null; sleep 600", 50, ERR_LOCAL, -1, SIGKILL, true },
		{ "sleep 600 & sleep 600", 50, ERR_LOCAL, -1, SIGKILL, true } };
	g_autofree char *in = g_strnfill(1u << 20, 'x');
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct filter_end end;
		struct buf out;
		enum err_cause cause;
		g_test_message("%s", cases[i].script);
		g_assert_cmpint(shell(cases[i].script, (struct str){ in, 1u << 20 }, 1000, cases[i].timeout_ms, &out,
					&end, &cause),
			==, -1);
		g_assert_cmpint(cause, ==, cases[i].cause);
		g_assert_cmpint(end.status, ==, cases[i].status);
		g_assert_cmpint(end.signal, ==, cases[i].signal);
		g_assert_cmpint(end.late, ==, cases[i].late);
		g_assert_cmpuint(out.n, <=, 1000);
		buf_clear(&out);
	}
}

static void x12_filter_inherits_nothing(void)
{
	struct filter_end end;
	struct buf out;
	enum err_cause cause;
	g_setenv("BOXWOOD_SECRET", "x", TRUE);
	g_setenv("LANG", "C.UTF-8", TRUE);
	g_assert_cmpint(shell("env | grep -v -e ^PATH= -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=; ls /proc/$$/fd; "
			      "[ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ] && echo session",
				STR(""), 1000, 60000, &out, &end, &cause),
		==, 0);
	g_autofree char *text = buf_steal(&out);
	g_assert_cmpstr(text, ==, "LANG=C.UTF-8\n0\n1\n2\nsession\n");
}

static void filter_of_no_program_fails(void)
{
	const char *const argv[] = { "/nonexistent/program", NULL };
	struct err e = ERR_INIT;
	struct filter_end end;
	struct buf out;
	buf_init(&out, 10);
	g_assert_cmpint(filter_run(argv, STR("x"), &out, 1000, &end, &e), ==, -1);
	g_assert_cmpint(e.cause, ==, ERR_LOCAL);
	g_assert_cmpint(end.status, ==, -1);
	err_clear(&e);
	buf_clear(&out);
}

void suite(void)
{
	signal(SIGPIPE, SIG_IGN);
	unit_add(filter_gives_and_takes_more_than_a_pipe_holds);
	unit_add(x07_filter_is_bounded_and_timed);
	unit_add(x12_filter_inherits_nothing);
	unit_add(filter_of_no_program_fails);
}
