/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/proc.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#ifdef __SANITIZE_THREAD__
/* GIO hands children to a thread of its own whose locks ThreadSanitizer cannot see. Of this program only. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:libglib-2.0.so.0\ncalled_from_lib:libgio-2.0.so.0\ncalled_from_lib:libgobject-2.0.so."
	       "0\n";
}
#endif

struct outcome {
	GMainLoop *loop;
	char *text;
	struct err err;
};

static void child_ended(struct buf *out, struct err *e, void *aux)
{
	struct outcome *o = aux;
	o->text = buf_steal(out);
	err_move(&o->err, e);
	g_main_loop_quit(o->loop);
}

static void run_child(const char *line, size_t cap, int timeout_ms, struct outcome *o)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(line, &e);
	g_assert_nonnull(argv);
	*o = (struct outcome){ .loop = g_main_loop_new(NULL, FALSE) };
	if (proc_run((const char *const *)argv, cap, timeout_ms, child_ended, o))
		g_main_loop_run(o->loop);
	g_main_loop_unref(o->loop);
}

static void outcome_clear(struct outcome *o)
{
	g_free(o->text);
	err_clear(&o->err);
}

static void a05_command_output_is_bounded_and_timed(void)
{
	struct outcome o;
	run_child("printf 'a b\\n'", 100, 30000, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_NONE);
	g_assert_cmpstr(o.text, ==, "a b\n");
	outcome_clear(&o);
	run_child("false", 100, 30000, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_LOCAL);
	outcome_clear(&o);
	run_child("/nonexistent/program", 100, 30000, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_LOCAL);
	outcome_clear(&o);
	run_child("yes", 1000, 30000, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_LIMIT);
	g_assert_cmpstr(o.text, ==, "");
	outcome_clear(&o);
	run_child("sh -c 'cat; sleep 600'", 1000, 100, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_LOCAL);
	g_assert_cmpint(o.err.retry, ==, ERR_LATER);
	outcome_clear(&o);
}

static void proc_argv_expands_nothing(void)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv("a '$(id)' \"b c\" $HOME `x` *", &e);
	g_assert_cmpuint(g_strv_length(argv), ==, 6);
	g_assert_cmpstr(argv[1], ==, "$(id)");
	g_assert_cmpstr(argv[3], ==, "$HOME");
	g_assert_null(proc_argv("a 'b", &e));
	g_assert_cmpint(e.cause, ==, ERR_CONFIG);
	g_assert_null(proc_argv("", &e));
	err_clear(&e);
}

static void a05_output_that_ended_is_taken_though_the_command_stays(void)
{
	struct outcome o;
	run_child("sh -c 'echo word; exec >&-; exec sleep 600'", 1000, 300, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_NONE);
	g_assert_cmpstr(o.text, ==, "word\n");
	outcome_clear(&o);
}

struct fed {
	GMainLoop *loop;
	int status, signal;
	bool late, over;
	char *words;
};

static void fed_ended(const struct proc_end *end, void *aux)
{
	struct fed *f = aux;
	f->status = end->status;
	f->signal = end->signal;
	f->late = end->late;
	f->over = end->over;
	f->words = str_dup(end->words);
	g_main_loop_quit(f->loop);
}

/* How much of "0123456789" the child has read; -1: it could not be started. */
static int feed_child(const char *line, int timeout_ms, struct fed *f)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(line, &e);
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "in", NULL);
	g_assert_true(g_file_set_contents(path, "0123456789", 10, NULL));
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	g_assert_cmpint(fd, >=, 0);
	*f = (struct fed){ .loop = g_main_loop_new(NULL, FALSE) };
	struct proc *p =
		proc_feed((const char *const *)argv, fcntl(fd, F_DUPFD_CLOEXEC, 3), 8, timeout_ms, fed_ended, f, &e);
	int at = -1;
	if (p) {
		g_main_loop_run(f->loop);
		at = (int)lseek(fd, 0, SEEK_CUR);
	} else {
		g_assert_cmpint(e.cause, ==, ERR_LOCAL);
	}
	err_clear(&e);
	g_main_loop_unref(f->loop);
	close(fd);
	return at;
}

static void filter_child(const char *line, struct str input, int timeout_ms, struct fed *f)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(line, &e);
	*f = (struct fed){ .loop = g_main_loop_new(NULL, FALSE) };
	if (proc_filter((const char *const *)argv, input, 100000, timeout_ms, fed_ended, f, &e))
		g_main_loop_run(f->loop);
	else
		g_assert_cmpint(e.cause, ==, ERR_LOCAL);
	err_clear(&e);
	g_main_loop_unref(f->loop);
}

static void filter_gives_all_that_is_printed(void)
{
	struct fed f;
	filter_child("tr a-z A-Z", unit_str("some words\n"), 30000, &f);
	g_assert_cmpint(f.status, ==, 0);
	g_assert_cmpstr(f.words, ==, "SOME WORDS\n");
	g_free(f.words);
	filter_child(
		"sh -c 'cat >/dev/null; head -c 100000 /dev/zero | tr \\\\0 x; exit 3'", unit_str("words"), 30000, &f);
	g_assert_cmpint(f.status, ==, 3);
	g_assert_cmpuint(strlen(f.words), ==, 100000);
	g_assert_false(f.over);
	g_free(f.words);
}

static void x07_filter_that_prints_too_much_or_too_long_is_killed(void)
{
	struct fed f;
	filter_child("yes", unit_str(""), 30000, &f);
	g_assert_true(f.over);
	g_free(f.words);
	filter_child("sleep 60", unit_str(""), 20, &f);
	g_assert_true(f.late);
	g_free(f.words);
	filter_child("/nonexistent/program", unit_str(""), 30000, &f);
	g_assert_null(f.words);
}

static void child_that_is_fed_tells_how_it_ended(void)
{
	struct fed f;
	g_assert_cmpint(feed_child("sh -c 'cat >/dev/null; printf 0123456789ab >&2; exit 67'", 30000, &f), ==, 10);
	g_assert_cmpint(f.status, ==, 67);
	g_assert_cmpint(f.signal, ==, 0);
	g_assert_cmpstr(f.words, ==, "01234567");
	g_free(f.words);
	g_assert_cmpint(feed_child("sh -c 'exit 0'", 30000, &f), ==, 0);
	g_assert_cmpint(f.status, ==, 0);
	g_assert_cmpstr(f.words, ==, "");
	g_free(f.words);
	g_assert_cmpint(feed_child("sh -c 'cat >/dev/null; kill -9 $$'", 30000, &f), ==, 10);
	g_assert_cmpint(f.status, ==, -1);
	g_assert_cmpint(f.signal, ==, SIGKILL);
	g_free(f.words);
	g_assert_cmpint(feed_child("/nonexistent/program", 30000, &f), ==, -1);
}

static void child_that_is_fed_has_a_deadline(void)
{
	struct fed f;
	g_assert_cmpint(feed_child("sh -c 'exec sleep 600'", 100, &f), ==, 0);
	g_assert_true(f.late);
	g_assert_cmpint(f.status, ==, -1);
	g_free(f.words);
}

/* What it starts may go on and keep its stderr. */
static void x07_child_that_leaves_another_behind_is_not_waited_for(void)
{
	struct fed f;
	g_assert_cmpint(feed_child("sh -c 'sleep 5 & echo on >&2; exit 75'", 30000, &f), ==, 0);
	g_assert_cmpint(f.status, ==, 75);
	g_assert_cmpstr(f.words, ==, "on\n");
	g_free(f.words);
}

/* --- programs that are shown what came in the mail --- */

static void show_to(const char *line, const char *text, size_t cap, int timeout_ms, struct outcome *o)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(line, &e);
	g_autofree char *dir = unit_tmpdir(), *path = g_build_filename(dir, "in", NULL);
	int in = -1;
	if (text) {
		g_assert_true(g_file_set_contents(path, text, -1, NULL));
		in = open(path, O_RDONLY | O_CLOEXEC);
	}
	*o = (struct outcome){ .loop = g_main_loop_new(NULL, FALSE) };
	if (proc_show((const char *const *)argv, in, cap, timeout_ms, child_ended, o))
		g_main_loop_run(o->loop);
	g_main_loop_unref(o->loop);
}

static void shown_program_is_heard_whatever_its_end(void)
{
	struct outcome o;
	show_to("sh -c 'tr a-z A-Z; echo no >&2; exit 3'", "word\n", 1000, 30000, &o);
	g_assert_cmpstr(o.text, ==, "WORD\nno\n");
	g_assert_cmpstr(o.err.text, ==, "'sh' ended with status 3");
	outcome_clear(&o);
	show_to("cat", NULL, 1000, 30000, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_NONE);
	g_assert_cmpstr(o.text, ==, "");
	outcome_clear(&o);
	show_to("/nonexistent/program", "word", 1000, 30000, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_LOCAL);
	outcome_clear(&o);
}

static void x07_shown_program_is_bounded_and_timed(void)
{
	struct outcome o;
	show_to("yes", NULL, 1001, 30000, &o);
	g_assert_cmpint(o.err.cause, ==, ERR_LIMIT);
	g_assert_cmpuint(strlen(o.text), ==, 1001);
	outcome_clear(&o);
	show_to("sh -c 'echo word; sleep 600 & wait'", NULL, 1000, 200, &o);
	g_assert_cmpint(o.err.retry, ==, ERR_LATER);
	g_assert_cmpstr(o.text, ==, "word\n");
	outcome_clear(&o);
}

static void x07_shown_program_has_no_terminal(void)
{
	struct outcome o;
	show_to("sh -c 'if ( : >/dev/tty ) 2>/dev/null; then echo tty; else echo none; fi'", NULL, 1000, 30000, &o);
	g_assert_cmpstr(o.text, ==, "none\n");
	outcome_clear(&o);
}

static void x12_shown_program_gets_none_of_our_files(void)
{
	struct outcome o;
	int ours = open("/dev/null", O_RDONLY | O_CLOEXEC);
	show_to("sh -c 'ls /proc/self/fd'", "x", 1000, 30000, &o);
	/* The last is the directory that ls reads. */
	g_assert_cmpstr(o.text, ==, "0\n1\n2\n3\n");
	outcome_clear(&o);
	close(ours);
}

void suite(void)
{
	unit_add(shown_program_is_heard_whatever_its_end);
	unit_add(x07_shown_program_is_bounded_and_timed);
	unit_add(x07_shown_program_has_no_terminal);
	unit_add(x12_shown_program_gets_none_of_our_files);
	unit_add(child_that_is_fed_tells_how_it_ended);
	unit_add(filter_gives_all_that_is_printed);
	unit_add(x07_filter_that_prints_too_much_or_too_long_is_killed);
	unit_add(child_that_is_fed_has_a_deadline);
	unit_add(x07_child_that_leaves_another_behind_is_not_waited_for);
	unit_add(a05_command_output_is_bounded_and_timed);
	unit_add(a05_output_that_ended_is_taken_though_the_command_stays);
	unit_add(proc_argv_expands_nothing);
}
