/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/filter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define CHUNK 65536
#define PIPE_OCTETS (1 << 20)

struct filter {
	pid_t pid;
	int to, from, pidfd; /* -1: closed */
	struct str in;
	struct buf *out;
	int64_t deadline;
	bool late, full;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Neither GIO nor its threads: only ours waits for this child. */
static int spawn(struct filter *f, const char *const *argv, int in, int out)
{
	g_autofree char *path = g_strdup_printf("PATH=%s", g_getenv("PATH") ? g_getenv("PATH") : "/usr/bin:/bin");
	g_autofree char *lang = g_strdup_printf("LANG=%s", g_getenv("LANG") ? g_getenv("LANG") : "C.UTF-8");
	char *env[] = { path, lang, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, pipe_signal;
	sigemptyset(&none);
	sigemptyset(&pipe_signal);
	sigaddset(&pipe_signal, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#ifdef HAVE_POSIX_SPAWN_FILE_ACTIONS_ADDCLOSEFROM_NP
	/* Ours close by themselves; those that we were started with may not. */
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
#endif
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigdefault(&attr, &pipe_signal);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	int code = posix_spawn(&f->pid, argv[0], &files, &attr, (char *const *)argv, env);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return code;
}

static int start(struct filter *f, const char *const *argv, struct err *e)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, code = 0;
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC))
		code = errno;
	else
		code = spawn(f, argv, in[0], out[1]);
	close_fd(&in[0]);
	close_fd(&out[1]);
	f->to = in[1];
	f->from = out[0];
	if (code) {
		close_fd(&f->to);
		close_fd(&f->from);
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s': %s", argv[0], g_strerror(code));
	}
	fcntl(f->to, F_SETFL, O_NONBLOCK);
	fcntl(f->from, F_SETFL, O_NONBLOCK);
	/* Both sides work on, instead of taking turns; without, they do that. */
	fcntl(f->to, F_SETPIPE_SZ, PIPE_OCTETS);
	fcntl(f->from, F_SETPIPE_SZ, PIPE_OCTETS);
	f->pidfd = (int)syscall(SYS_pidfd_open, f->pid, 0);
	return 0;
}

static void give(struct filter *f)
{
	ssize_t n = f->in.n ? write(f->to, f->in.p, MIN(f->in.n, PIPE_OCTETS)) : 0;
	if (n > 0)
		f->in = str_sub(f->in, (size_t)n);
	/* Whoever reads no more has heard enough. */
	if (!f->in.n || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&f->to);
}

static void take(struct filter *f)
{
	char chunk[CHUNK];
	ssize_t n = read(f->from, chunk, sizeof(chunk));
	if (n > 0 && buf_add(f->out, chunk, (size_t)n))
		f->full = true;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(&f->from);
}

/* One wait; a negative fd is passed over. False: the time is up. */
static bool turn(struct filter *f)
{
	struct pollfd fds[] = { { .fd = f->to, .events = POLLOUT }, { .fd = f->from, .events = POLLIN },
		{ .fd = f->to < 0 && f->from < 0 ? f->pidfd : -1, .events = POLLIN } };
	int64_t left = f->deadline - clock_ms();
	if (left <= 0 || poll(fds, G_N_ELEMENTS(fds), (int)MIN(left, G_MAXINT)) == 0)
		return false;
	if (fds[0].revents)
		give(f);
	if (fds[1].revents)
		take(f);
	if (fds[2].revents)
		close_fd(&f->pidfd);
	return true;
}

/* Once it is reaped, another may have its number. */
static void finish(struct filter *f, struct filter_end *end)
{
	int status = 0;
	kill(-f->pid, SIGKILL);
	while (waitpid(f->pid, &status, 0) < 0 && errno == EINTR)
		;
	*end = (struct filter_end){ .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		.late = f->late };
}

int filter_run(
	const char *const *argv, struct str in, struct buf *out, int timeout_ms, struct filter_end *end, struct err *e)
{
	struct filter f = { .to = -1, .from = -1, .pidfd = -1, .in = in, .out = out };
	*end = (struct filter_end){ .status = -1 };
	f.deadline = clock_ms() + timeout_ms;
	if (start(&f, argv, e))
		return -1;
	while (!f.full && !f.late && (f.to >= 0 || f.from >= 0 || f.pidfd >= 0))
		f.late = !turn(&f);
	/* Killed first: a broken pipe would have it end in a way of its own. */
	finish(&f, end);
	close_fd(&f.to);
	close_fd(&f.from);
	close_fd(&f.pidfd);
	if (f.full)
		return err_set(
			e, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, "'%s' printed more than %zu octets", argv[0], out->max);
	if (end->late)
		return err_set(
			e, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, "'%s' did not end in time and was stopped", argv[0]);
	if (end->signal)
		return err_set(
			e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' was ended by signal %d", argv[0], end->signal);
	if (end->status)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' ended with status %d", argv[0], end->status);
	return 0;
}
