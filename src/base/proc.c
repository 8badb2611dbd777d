/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/proc.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib-unix.h>

#include "base/clock.h"

char **proc_argv(const char *line, struct err *e)
{
	char **argv = NULL;
	g_autoptr(GError) error = NULL;
	if (g_shell_parse_argv(line, NULL, &argv, &error))
		return argv;
	err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER, "command '%s': %s", line,
		error->code == G_SHELL_ERROR_EMPTY_STRING ? "is empty" : "has an open quote");
	return NULL;
}

struct proc {
	GSubprocess *child; /* NULL: it is followed */
	GSource *follow;
	int pidfd;
	GSource *words;     /* of one that is fed: its pipe has more, or has ended; NULL: that was seen */
	GInputStream *from; /* the child's stdout or, of one that is fed from a file, its stderr; owned by child */
	GCancellable *stop;
	struct timer *timer;
	struct buf out;
	char chunk[4096];
	char *name;
	struct err err;       /* of reading; the first wins */
	bool closed, stopped; /* its output has ended; it was killed after that */
	bool canceled;        /* the owner is gone: no callback */
	bool shown;           /* what it printed is wanted however it ended */
	void (*done)(struct buf *out, struct err *e, void *aux);
	void (*ended)(const struct proc_end *end, void *aux); /* of one that is fed */
	bool late, exited;
	bool whole, over; /* a filter: all it prints is wanted; it was too much */
	void *aux;
};

/* Its own group, so that a helper's children end with it. */
static void own_group(gpointer data)
{
	(void)data;
	setpgid(0, 0);
}

static void kill_group(struct proc *p)
{
	const char *id = g_subprocess_get_identifier(p->child);
	uint64_t pid;
	if (id && str_u64(str_of(id), G_MAXINT, &pid) && pid > 1)
		kill(-(pid_t)pid, SIGKILL);
	g_subprocess_force_exit(p->child);
}

static void source_drop(GSource **source)
{
	if (*source)
		g_source_destroy(*source);
	g_clear_pointer(source, g_source_unref);
}

static void proc_free(struct proc *p)
{
	explicit_bzero(p->chunk, sizeof(p->chunk));
	if (p->out.p)
		explicit_bzero(p->out.p, p->out.cap);
	buf_clear(&p->out);
	timer_free(p->timer);
	g_clear_object(&p->stop);
	source_drop(&p->words);
	g_clear_object(&p->child);
	if (p->follow) {
		source_drop(&p->follow);
		close(p->pidfd);
	}
	g_free(p->name);
	err_clear(&p->err);
	g_free(p);
}

static void waited(GObject *object, GAsyncResult *result, gpointer data)
{
	struct proc *p = data;
	g_autoptr(GError) error = NULL;
	bool ok = g_subprocess_wait_finish(G_SUBPROCESS(object), result, &error);
	if (!p->canceled) {
		if (p->err.cause == ERR_NONE && !ok)
			err_set(&p->err, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s': %s", p->name, error->message);
		else if (p->err.cause == ERR_NONE && !p->stopped && g_subprocess_get_if_signaled(p->child))
			err_set(&p->err, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' was ended by signal %d", p->name,
				g_subprocess_get_term_sig(p->child));
		else if (p->err.cause == ERR_NONE && !p->stopped && g_subprocess_get_exit_status(p->child))
			err_set(&p->err, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' ended with status %d", p->name,
				g_subprocess_get_exit_status(p->child));
		if (p->err.cause != ERR_NONE && !p->shown)
			buf_reset(&p->out);
		p->done(&p->out, &p->err, p->aux);
	}
	proc_free(p);
}

static void finish(struct proc *p)
{
	p->closed = true;
	g_subprocess_wait_async(p->child, NULL, waited, p);
}

static void overdue(void *aux)
{
	struct proc *p = aux;
	/* What it had to say came whole: that it stays does not matter. */
	if (p->closed)
		p->stopped = true;
	else
		err_set(&p->err, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, "'%s' did not end in time and was stopped",
			p->name);
	kill_group(p);
	g_cancellable_cancel(p->stop);
}

static void got(GObject *object, GAsyncResult *result, gpointer data)
{
	struct proc *p = data;
	gssize n = g_input_stream_read_finish(G_INPUT_STREAM(object), result, NULL);
	if (n > 0 && buf_add(&p->out, p->chunk, (size_t)n)) {
		buf_add(&p->out, p->chunk, p->out.max - p->out.n);
		err_set(&p->err, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, "'%s' printed more than %zu octets", p->name,
			p->out.max);
		kill_group(p);
		n = 0;
	}
	if (n > 0)
		g_input_stream_read_async(p->from, p->chunk, sizeof(p->chunk), G_PRIORITY_DEFAULT, p->stop, got, p);
	else
		finish(p);
}

/* --- one that is fed --- */

/* A program that is started by ours writes into pipes like any other. */
static void own_group_and_pipes(gpointer data)
{
	own_group(data);
	signal(SIGPIPE, SIG_DFL);
}

static void keep_words(struct proc *p, size_t n)
{
	size_t room = p->out.max - p->out.n;
	buf_add(&p->out, p->chunk, MIN(n, room));
	if (n <= room || !p->whole || p->over)
		return;
	p->over = true;
	if (!p->exited)
		kill_group(p);
}

static void end_fed(struct proc *p)
{
	bool signaled = g_subprocess_get_if_signaled(p->child);
	struct proc_end end = { .status = signaled ? -1 : g_subprocess_get_exit_status(p->child),
		.signal = signaled ? g_subprocess_get_term_sig(p->child) : 0,
		.late = p->late,
		.over = p->over,
		.words = buf_str(&p->out) };
	if (!p->canceled)
		p->ended(&end, p->aux);
	proc_free(p);
}

#define CHUNKS_AT_ONCE 256

/* What lies in the pipe, so that the child never waits for a reader. False: it has ended, or nothing that comes is wanted. */
static bool drain(struct proc *p)
{
	GPollableInputStream *from = G_POLLABLE_INPUT_STREAM(p->from);
	g_autoptr(GError) error = NULL;
	gssize n = 1;
	for (unsigned i = 0; i < CHUNKS_AT_ONCE && n > 0 && !p->over; i++) {
		n = g_pollable_input_stream_read_nonblocking(from, p->chunk, sizeof(p->chunk), NULL, &error);
		if (n > 0)
			keep_words(p, (size_t)n);
	}
	return !p->over && (n > 0 || g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK));
}

static gboolean on_words(GObject *from, gpointer data)
{
	struct proc *p = data;
	(void)from;
	if (drain(p))
		return G_SOURCE_CONTINUE;
	source_drop(&p->words);
	return G_SOURCE_REMOVE;
}

/* Its own children may hold the pipe open for ever: their words are not waited for. */
static void exited(GObject *object, GAsyncResult *result, gpointer data)
{
	struct proc *p = data;
	g_subprocess_wait_finish(G_SUBPROCESS(object), result, NULL);
	p->exited = true;
	if (p->words)
		drain(p);
	end_fed(p);
}

static void fed_too_long(void *aux)
{
	struct proc *p = aux;
	p->late = true;
	kill_group(p);
}

static struct proc *feed(const char *const *argv, int fd, GSubprocessFlags flags, size_t max, int timeout_ms,
	void (*ended)(const struct proc_end *end, void *aux), void *aux, struct err *e)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(flags);
	g_subprocess_launcher_set_child_setup(launcher, own_group_and_pipes, NULL, NULL);
	g_subprocess_launcher_take_stdin_fd(launcher, fd);
	GSubprocess *child = g_subprocess_launcher_spawnv(launcher, argv, &error);
	if (!child) {
		/* No descriptor or process is left for it, or there is no such command. */
		static const int passing[] = { G_SPAWN_ERROR_FORK, G_SPAWN_ERROR_NOMEM, G_SPAWN_ERROR_NFILE,
			G_SPAWN_ERROR_MFILE, G_SPAWN_ERROR_FAILED };
		bool passes = error->domain != G_SPAWN_ERROR;
		for (size_t i = 0; i < G_N_ELEMENTS(passing); i++)
			passes = passes || error->code == passing[i];
		err_set(e, ERR_PROGRAM, ERR_LOCAL, passes ? ERR_LATER : ERR_NEVER, "'%s': %s", argv[0], error->message);
		return NULL;
	}
	struct proc *p = g_new0(struct proc, 1);
	p->child = child;
	p->whole = flags & G_SUBPROCESS_FLAGS_STDOUT_PIPE;
	p->from = p->whole ? g_subprocess_get_stdout_pipe(child) : g_subprocess_get_stderr_pipe(child);
	p->ended = ended;
	p->aux = aux;
	buf_init(&p->out, max);
	p->timer = timer_new(g_main_context_get_thread_default(), fed_too_long, p);
	timer_at(p->timer, clock_ms() + timeout_ms);
	p->words = g_pollable_input_stream_create_source(G_POLLABLE_INPUT_STREAM(p->from), NULL);
	g_source_set_callback(p->words, G_SOURCE_FUNC(on_words), p, NULL);
	g_source_attach(p->words, g_main_context_get_thread_default());
	g_subprocess_wait_async(child, NULL, exited, p);
	return p;
}

struct proc *proc_feed(const char *const *argv, int fd, size_t words_max, int timeout_ms,
	void (*ended)(const struct proc_end *end, void *aux), void *aux, struct err *e)
{
	return feed(argv, fd, G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, words_max, timeout_ms,
		ended, aux, e);
}

/* A file that has no name: the child may read as slowly as it likes. */
static int as_file(struct str s, struct err *e)
{
	int fd = memfd_create("boxwood", MFD_CLOEXEC);
	ssize_t n = 0;
	while (fd >= 0 && s.n && (n = write(fd, s.p, s.n)) > 0)
		s = str_sub(s, (size_t)n);
	if (fd < 0 || n < 0 || lseek(fd, 0, SEEK_SET)) {
		err_errno(e, errno, "cannot keep", "the input of a command");
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

struct proc *proc_filter(const char *const *argv, struct str input, size_t cap, int timeout_ms,
	void (*ended)(const struct proc_end *end, void *aux), void *aux, struct err *e)
{
	int fd = as_file(input, e);
	if (fd < 0)
		return NULL;
	return feed(argv, fd, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, cap, timeout_ms,
		ended, aux, e);
}

/* --- one that is let go of --- */

static void own_session(gpointer data)
{
	(void)data;
	setsid();
	signal(SIGPIPE, SIG_DFL);
}

/* fd is taken; -1: /dev/null. */
static int detach(const char *const *argv, int fd, struct err *e)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
	g_subprocess_launcher_set_child_setup(launcher, own_session, NULL, NULL);
	if (fd >= 0)
		g_subprocess_launcher_take_stdin_fd(launcher, fd);
	else
		g_subprocess_launcher_set_stdin_file_path(launcher, "/dev/null");
	g_autoptr(GSubprocess) child = g_subprocess_launcher_spawnv(launcher, argv, &error);
	if (!child)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s': %s", argv[0], error->message);
	return 0;
}

int proc_detach(const char *const *argv, struct err *e)
{
	return detach(argv, -1, e);
}

int proc_tell(const char *const *argv, struct str input, struct err *e)
{
	int fd = as_file(input, e);
	return fd < 0 ? -1 : detach(argv, fd, e);
}

static struct proc *collect(GSubprocessLauncher *launcher, const char *const *argv, size_t cap, int timeout_ms,
	void (*done)(struct buf *out, struct err *e, void *aux), void *aux)
{
	g_autoptr(GError) error = NULL;
	GSubprocess *child = g_subprocess_launcher_spawnv(launcher, argv, &error);
	if (!child) {
		struct err e = ERR_INIT;
		struct buf none;
		buf_init(&none, cap);
		err_set(&e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s': %s", argv[0], error->message);
		done(&none, &e, aux);
		err_clear(&e);
		return NULL;
	}
	struct proc *p = g_new0(struct proc, 1);
	p->child = child;
	p->from = g_subprocess_get_stdout_pipe(child);
	p->stop = g_cancellable_new();
	p->name = g_strdup(argv[0]);
	p->done = done;
	p->aux = aux;
	buf_init(&p->out, cap);
	p->timer = timer_new(g_main_context_get_thread_default(), overdue, p);
	timer_at(p->timer, clock_ms() + timeout_ms);
	g_input_stream_read_async(p->from, p->chunk, sizeof(p->chunk), G_PRIORITY_DEFAULT, p->stop, got, p);
	return p;
}

struct proc *proc_run(const char *const *argv, size_t cap, int timeout_ms,
	void (*done)(struct buf *out, struct err *e, void *aux), void *aux)
{
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
	g_subprocess_launcher_set_child_setup(launcher, own_group, NULL, NULL);
	g_subprocess_launcher_set_stdin_file_path(launcher, "/dev/null");
	return collect(launcher, argv, cap, timeout_ms, done, aux);
}

static void own_session_and_pipes(gpointer data)
{
	own_session(data);
	signal(SIGPIPE, SIG_DFL);
}

struct proc *proc_show(const char *const *argv, int in, size_t cap, int timeout_ms,
	void (*done)(struct buf *out, struct err *e, void *aux), void *aux)
{
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
	g_subprocess_launcher_set_child_setup(launcher, own_session_and_pipes, NULL, NULL);
	if (in >= 0)
		g_subprocess_launcher_take_stdin_fd(launcher, in);
	else
		g_subprocess_launcher_set_stdin_file_path(launcher, "/dev/null");
	struct proc *p = collect(launcher, argv, cap, timeout_ms, done, aux);
	if (p)
		p->shown = true;
	return p;
}

void proc_cancel(struct proc *p)
{
	p->canceled = true;
	kill_group(p);
	g_cancellable_cancel(p->stop);
}

struct proc *proc_lend(const char *const *argv, bool terminal, int in,
	void (*done)(struct buf *out, struct err *e, void *aux), void *aux)
{
	g_autoptr(GError) error = NULL;
	struct proc *p = g_new0(struct proc, 1);
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		terminal ? G_SUBPROCESS_FLAGS_STDIN_INHERIT
			 : G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
	if (!terminal)
		g_subprocess_launcher_set_child_setup(launcher, own_session, NULL, NULL);
	if (in >= 0)
		g_subprocess_launcher_take_stdin_fd(launcher, in);
	p->name = g_strdup(argv[0]);
	p->done = done;
	p->aux = aux;
	buf_init(&p->out, 0);
	p->child = g_subprocess_launcher_spawnv(launcher, argv, &error);
	if (!p->child) {
		err_set(&p->err, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s': %s", argv[0], error->message);
		done(&p->out, &p->err, aux);
		proc_free(p);
		return NULL;
	}
	finish(p);
	return p;
}

static gboolean followed(gint fd, GIOCondition condition, gpointer data)
{
	struct proc *p = data;
	(void)fd;
	(void)condition;
	p->done(&p->out, &p->err, p->aux);
	proc_free(p);
	return G_SOURCE_REMOVE;
}

struct proc *proc_follow(int pid, void (*done)(struct buf *out, struct err *e, void *aux), void *aux)
{
	struct proc *p = g_new0(struct proc, 1);
	p->done = done;
	p->aux = aux;
	buf_init(&p->out, 0);
	p->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (p->pidfd < 0) {
		done(&p->out, &p->err, aux);
		proc_free(p);
		return NULL;
	}
	p->follow = g_unix_fd_source_new(p->pidfd, G_IO_IN);
	g_source_set_callback(p->follow, G_SOURCE_FUNC(followed), p, NULL);
	g_source_attach(p->follow, g_main_context_get_thread_default());
	return p;
}

void proc_leave(struct proc *p)
{
	if (p->follow)
		proc_free(p);
	else
		p->canceled = true;
}
