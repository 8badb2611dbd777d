/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who reads HTML for a text job: boxwood-html, or the user's command, which reaches no network. In the pool. */
#include "engine/internal.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/filter.h"
#include "base/proc.h"
#include "msg/html.h"

#define READ_MS 10000 /* for all parts of a message: each may be made to last */
#define TEST_MS 2000

/* A helper of ours: where the tests say, beside a program that is not installed, else where it was installed. */
static char *helper_path(const char *name)
{
	const char *named = g_getenv("BOXWOOD_HELPERS");
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *dir = self ? g_path_get_dirname(self) : NULL;
	g_autofree char *beside = dir ? g_build_filename(dir, "libexec", name, NULL) : NULL;
	if (named)
		return g_build_filename(named, name, NULL);
	return beside && !access(beside, X_OK) ? g_steal_pointer(&beside) : g_build_filename(HELPERDIR, name, NULL);
}

/* The lock is tried once: what does the forbidden must be killed for it. */
static bool locks(struct text_job *t, const char *helper)
{
	const char *const argv[] = { helper, "--self-test", NULL };
	struct filter_end end;
	struct err e = ERR_INIT;
	struct buf none;
	if (t->lock != LOCK_UNKNOWN)
		return t->lock == LOCK_HOLDS;
	buf_init(&none, 1);
	filter_run(argv, STR(""), &none, TEST_MS, &end, &e);
	/* Not by us, who do so to one that is late, or says a word. */
	t->lock = end.signal == SIGKILL && !end.late && e.cause != ERR_LIMIT ? LOCK_HOLDS : LOCK_OPEN;
	err_clear(&e);
	buf_clear(&none);
	return t->lock == LOCK_HOLDS;
}

enum msg_html engine_html_check(void)
{
	struct text_job t = { .lock = LOCK_UNKNOWN };
	g_autofree char *helper = helper_path("boxwood-html");
	if (access(helper, X_OK))
		return MSG_HTML_MISSING;
	return locks(&t, helper) ? MSG_HTML_LAID : MSG_HTML_OPEN;
}

static enum msg_html read_records(struct text_job *t, struct str html, int left_ms, struct buf *out)
{
	g_autofree char *helper = helper_path("boxwood-html");
	const char *const argv[] = { helper, NULL };
	struct filter_end end;
	struct err e = ERR_INIT;
	if (html.n > HTML_SOURCE_MAX)
		return MSG_HTML_LIMIT;
	if (access(helper, X_OK))
		return MSG_HTML_MISSING;
	if (!locks(t, helper))
		return MSG_HTML_OPEN;
	GString *ready = msg_html_prepare(html);
	int failed = filter_run(argv, (struct str){ ready->str, ready->len }, out, left_ms, &end, &e);
	enum err_cause cause = e.cause;
	g_string_free(ready, TRUE);
	err_clear(&e);
	if (!failed)
		return MSG_HTML_LAID;
	return cause == ERR_LIMIT ? MSG_HTML_LIMIT : end.status == HTML_EXIT_OPEN ? MSG_HTML_OPEN : MSG_HTML_ENDED;
}

/* --- the user's command --- */

static enum msg_html run_command(const char *line, struct str html, int left_ms, struct buf *out)
{
	struct err e = ERR_INIT;
	struct filter_end end;
	g_auto(GStrv) words = proc_argv(line, &e);
	g_autofree char *alone = helper_path("boxwood-alone");
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_ptr_array_add(argv, alone);
	for (guint i = 0; words && words[i]; i++)
		g_ptr_array_add(argv, words[i]);
	g_ptr_array_add(argv, NULL);
	bool failed = !words || filter_run((const char *const *)argv->pdata, html, out, left_ms, &end, &e);
	err_clear(&e);
	return failed ? MSG_HTML_FAILED : MSG_HTML_COMMAND;
}

enum msg_html html_read(struct str html, struct buf *out, void *text_job)
{
	struct text_job *t = text_job;
	int64_t now = clock_ms();
	if (!t->html_until)
		t->html_until = now + READ_MS;
	int left_ms = (int)(t->html_until - now);
	if (left_ms <= 0)
		return t->html_command ? MSG_HTML_FAILED : MSG_HTML_ENDED;
	return t->html_command ? run_command(t->html_command, html, left_ms, out) : read_records(t, html, left_ms, out);
}
