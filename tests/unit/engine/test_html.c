/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/internal.h"
#include "tests/unit/unit.h"

static const char message[] = "Content-Type: text/html; charset=utf-8\n\n"
			      "<style>.p{display:none}</style><p class=p>hidden<ul><li>a<ul><li>b</ul></ul>";
static const char laid[] = "* a\n  * b\n";
static const char stripped[] = "hidden\n\n* a\n  * b\n";

/* What is shown, and how it came to be. */
static void read_with(const char *command, enum html_lock *lock, enum msg_html wanted, const char *text)
{
	struct request *r = request_new(REQ_FILE, 1, -1);
	struct text_job *t = text_job_new(r);
	buf_add_str(&t->bytes, unit_str(message));
	t->html_command = command;
	t->lock = *lock;
	text_job_run(t);
	*lock = t->lock;
	g_assert_cmpint(t->message->text.html, ==, wanted);
	g_assert_cmpstr(t->message->text.text, ==, text);
	text_job_free(t);
}

static void write_script(const char *dir, const char *name, const char *text)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	g_autofree char *script = g_strconcat("#!/bin/sh\n", text, "\n", NULL);
	g_assert_true(g_file_set_contents(path, script, -1, NULL));
	g_assert_cmpint(chmod(path, 0700), ==, 0);
}

static bool have(const char *name)
{
	g_autofree char *path = g_build_filename(g_getenv("BOXWOOD_HELPERS"), name, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (!access(path, X_OK))
		return true;
	g_test_skip("it was not built");
	return false;
}

/* In place of the helpers that were built. */
static char *stand_in(void)
{
	char *dir = unit_tmpdir();
	signal(SIGPIPE, SIG_IGN);
	g_setenv("BOXWOOD_HELPERS", dir, TRUE);
	return dir;
}

static void stand_back(const char *built, char *dir)
{
	if (built)
		g_setenv("BOXWOOD_HELPERS", built, TRUE);
	else
		g_unsetenv("BOXWOOD_HELPERS");
	g_free(dir);
}

static void html_is_laid_out_by_the_helper(void)
{
	enum html_lock lock = LOCK_UNKNOWN;
	if (!have("boxwood-html"))
		return;
	read_with(NULL, &lock, MSG_HTML_LAID, laid);
	g_assert_cmpint(lock, ==, LOCK_HOLDS);
	read_with(NULL, &lock, MSG_HTML_LAID, laid);
}

#define LOCKS "[ \"$1\" != --self-test ] || kill -9 $$\n"

static void w06_helper_that_fails_leaves_the_stripped_text(void)
{
	static const struct {
		const char *script;
		enum msg_html how;
	} cases[] = { { LOCKS "kill -9 $$", MSG_HTML_ENDED }, { LOCKS "kill -SEGV $$", MSG_HTML_ENDED },
		{ LOCKS "exit 1", MSG_HTML_ENDED }, { LOCKS "exit 3", MSG_HTML_OPEN }, { LOCKS "cat", MSG_HTML_ENDED },
		{ LOCKS "printf 'bwhtml1\\nt'", MSG_HTML_ENDED }, { LOCKS "printf 'bwhtml1\\nx'", MSG_HTML_LIMIT },
		{ LOCKS "yes", MSG_HTML_LIMIT }, { LOCKS ":", MSG_HTML_ENDED },
		{ "printf 'bwhtml1\\ne'", MSG_HTML_OPEN }, { "exit 3", MSG_HTML_OPEN } };
	g_autofree char *built = g_strdup(g_getenv("BOXWOOD_HELPERS"));
	char *dir = stand_in();
	enum html_lock lock = LOCK_UNKNOWN;
	read_with(NULL, &lock, MSG_HTML_MISSING, stripped);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		lock = LOCK_UNKNOWN;
		g_test_message("%s", cases[i].script);
		write_script(dir, "boxwood-html", cases[i].script);
		read_with(NULL, &lock, cases[i].how, stripped);
	}
	/* One that did not hold is not asked again. */
	lock = LOCK_OPEN;
	write_script(dir, "boxwood-html", LOCKS "printf 'bwhtml1\\nt\\001xe'");
	read_with(NULL, &lock, MSG_HTML_OPEN, stripped);
	lock = LOCK_HOLDS;
	read_with(NULL, &lock, MSG_HTML_LAID, "x\n");
	stand_back(built, dir);
}

static void w03_more_than_a_helper_is_given_is_stripped(void)
{
	GString *s = g_string_new("Content-Type: text/html\n\n");
	while (s->len <= 17u << 20)
		g_string_append(s, "<p>some words</p>\n");
	struct text_job *t = text_job_new(request_new(REQ_FILE, 1, -1));
	buf_add_str(&t->bytes, (struct str){ s->str, s->len });
	text_job_run(t);
	g_assert_cmpint(t->message->text.html, ==, MSG_HTML_LIMIT);
	g_assert_true(g_str_has_prefix(t->message->text.text, "some words\n\nsome words\n"));
	text_job_free(t);
	g_string_free(s, TRUE);
}

static void html_is_shown_by_a_command(void)
{
	enum html_lock lock = LOCK_UNKNOWN;
	if (!have("boxwood-alone"))
		return;
	read_with("sed 's/<[^>]*>//g; s/.p.display:none.//'", &lock, MSG_HTML_COMMAND, "hiddenab\n");
	read_with("printf 'a\\033[2Jb'", &lock, MSG_HTML_COMMAND, "a\xef\xbf\xbd[2Jb\n");
	read_with("false", &lock, MSG_HTML_FAILED, stripped);
	read_with("no-such-command-at-all", &lock, MSG_HTML_FAILED, stripped);
	read_with("sh -c 'kill -9 $$'", &lock, MSG_HTML_FAILED, stripped);
}

/* Many that last, each for as long as one may. */
static void w03_parts_share_the_time_of_a_message(void)
{
	GString *s = g_string_new("Content-Type: multipart/mixed; boundary=b\n\n");
	g_autofree char *built = g_strdup(g_getenv("BOXWOOD_HELPERS"));
	char *dir = stand_in();
	int64_t begun = clock_ms();
	for (int i = 0; i < 100; i++)
		g_string_append(s, "--b\nContent-Type: text/html\n\n<p>word\n");
	write_script(dir, "boxwood-html", LOCKS "exec sleep 5");
	struct text_job *t = text_job_new(request_new(REQ_FILE, 1, -1));
	t->lock = LOCK_HOLDS;
	t->html_until = begun + 300;
	buf_add_str(&t->bytes, (struct str){ s->str, s->len });
	text_job_run(t);
	g_assert_cmpint(t->message->text.html, ==, MSG_HTML_ENDED);
	g_assert_true(g_str_has_suffix(t->message->text.text, "\nword\n"));
	g_assert_cmpint(clock_ms() - begun, <, 4000);
	text_job_free(t);
	g_string_free(s, TRUE);
	stand_back(built, dir);
}

void suite(void)
{
	msg_init();
	unit_add(html_is_laid_out_by_the_helper);
	unit_add(w06_helper_that_fails_leaves_the_stripped_text);
	unit_add(w03_more_than_a_helper_is_given_is_stripped);
	unit_add(w03_parts_share_the_time_of_a_message);
	unit_add(html_is_shown_by_a_command);
}
