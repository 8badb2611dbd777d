/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into the program under test: writes down what its first thread, that of the screens, does between two
 * waits of its loop.
 *
 *	WATCH_LOG  a file; a line for each call that may wait for a disk, a socket, a lock, a child or the clock:
 *	           "call MS NAME WHAT", and for each turn of the loop "turn MS MICROSECONDS CALLS": the processor time the
 *	           thread has used since it last waited, and how many calls it has made of those that are watched
 *	WATCH_BUSY  a file; while it is there the engine's thread works without an end in place of waiting
 *
 * What the loop itself waits in is no such call, nor are reads and writes of terminals, pipes and kernel counters, which
 * are either ready or not.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int out = -1;
static long long since;
static unsigned calls;
static const char *busy;

#define REAL(name)                                                                                                     \
	static __typeof__(name) *real;                                                                                 \
	if (!real)                                                                                                     \
	real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static long long clock_us(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static bool watched(void)
{
	return out >= 0 && syscall(SYS_gettid) == getpid();
}

static void put(const char *fmt, ...)
{
	char line[512];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(line, sizeof line, fmt, args);
	va_end(args);
	if (n > 0)
		syscall(SYS_write, out, line, n < (int)sizeof line ? (size_t)n : sizeof line - 1);
}

static void tell(const char *name, const char *what)
{
	if (!watched())
		return;
	calls++;
	put("call %lld %s %s\n", clock_us(CLOCK_MONOTONIC) / 1000, name, what);
}

static void tell_fd(const char *name, int fd)
{
	struct stat st;
	char link[64], path[256];
	if (!watched() || syscall(SYS_fstat, fd, &st))
		return;
	if (!S_ISREG(st.st_mode) && !S_ISSOCK(st.st_mode) && !S_ISDIR(st.st_mode))
		return;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	long n = syscall(SYS_readlink, link, path, sizeof path - 1);
	path[n > 0 ? n : 0] = 0;
	tell(name, path);
}

__attribute__((constructor)) static void begin(void)
{
	const char *path = getenv("WATCH_LOG");
	busy = getenv("WATCH_BUSY");
	if (path)
		out = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	/* Out of the way of a program that counts its descriptors. */
	int high = out >= 0 ? (int)syscall(SYS_fcntl, out, F_DUPFD_CLOEXEC, 200) : -1;
	if (high >= 0) {
		syscall(SYS_close, out);
		out = high;
	}
	since = clock_us(CLOCK_THREAD_CPUTIME_ID);
}

/* --- the wait of the loop --- */
int poll(struct pollfd *fds, nfds_t n, int timeout)
{
	REAL(poll);
	if (!watched()) {
		/* Only the engine's loop has more than the channel it is asked by. */
		while (busy && n > 1 && !syscall(SYS_access, busy, F_OK))
			;
		return real(fds, n, timeout);
	}
	/* The look of curses for one more key. */
	if (n <= 1 && !timeout)
		return real(fds, n, timeout);
	put("turn %lld %lld %u\n", clock_us(CLOCK_MONOTONIC) / 1000, clock_us(CLOCK_THREAD_CPUTIME_ID) - since, calls);
	int got = real(fds, n, timeout);
	since = clock_us(CLOCK_THREAD_CPUTIME_ID);
	calls = 0;
	return got;
}

/* --- files --- */
static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                                                                                     \
	int name(const char *path, int flags, ...)                                                                     \
	{                                                                                                              \
		REAL(name);                                                                                            \
		va_list args;                                                                                          \
		va_start(args, flags);                                                                                 \
		mode_t mode = mode_of(flags, args);                                                                    \
		va_end(args);                                                                                          \
		tell(#name, path);                                                                                     \
		return real(path, flags, mode);                                                                        \
	}
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                                   \
	int name(int dir, const char *path, int flags, ...)                                                            \
	{                                                                                                              \
		REAL(name);                                                                                            \
		va_list args;                                                                                          \
		va_start(args, flags);                                                                                 \
		mode_t mode = mode_of(flags, args);                                                                    \
		va_end(args);                                                                                          \
		tell(#name, path);                                                                                     \
		return real(dir, path, flags, mode);                                                                   \
	}
OPENAT(openat)
OPENAT(openat64)

FILE *fopen(const char *path, const char *mode)
{
	REAL(fopen);
	tell("fopen", path);
	return real(path, mode);
}

DIR *opendir(const char *path)
{
	REAL(opendir);
	tell("opendir", path);
	return real(path);
}

ssize_t read(int fd, void *p, size_t n)
{
	REAL(read);
	tell_fd("read", fd);
	return real(fd, p, n);
}

ssize_t write(int fd, const void *p, size_t n)
{
	REAL(write);
	tell_fd("write", fd);
	return real(fd, p, n);
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	REAL(pread);
	tell_fd("pread", fd);
	return real(fd, p, n, at);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite);
	tell_fd("pwrite", fd);
	return real(fd, p, n, at);
}

ssize_t pread64(int fd, void *p, size_t n, off_t at)
{
	REAL(pread64);
	tell_fd("pread64", fd);
	return real(fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite64);
	tell_fd("pwrite64", fd);
	return real(fd, p, n, at);
}

int fsync(int fd)
{
	REAL(fsync);
	tell_fd("fsync", fd);
	return real(fd);
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	tell_fd("fdatasync", fd);
	return real(fd);
}

int ftruncate(int fd, off_t n)
{
	REAL(ftruncate);
	tell_fd("ftruncate", fd);
	return real(fd, n);
}

int flock(int fd, int what)
{
	REAL(flock);
	tell_fd("flock", fd);
	return real(fd, what);
}

int rename(const char *from, const char *to)
{
	REAL(rename);
	tell("rename", from);
	return real(from, to);
}

int unlink(const char *path)
{
	REAL(unlink);
	tell("unlink", path);
	return real(path);
}

int mkdir(const char *path, mode_t mode)
{
	REAL(mkdir);
	tell("mkdir", path);
	return real(path, mode);
}

/* --- the network --- */
int connect(int fd, const struct sockaddr *to, socklen_t n)
{
	REAL(connect);
	tell("connect", "");
	return real(fd, to, n);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	REAL(send);
	tell("send", "");
	return real(fd, p, n, flags);
}

ssize_t sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to, socklen_t m)
{
	REAL(sendto);
	tell("sendto", "");
	return real(fd, p, n, flags, to, m);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
	REAL(recv);
	tell("recv", "");
	return real(fd, p, n, flags);
}

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	REAL(getaddrinfo);
	tell("getaddrinfo", host ? host : "");
	return real(host, port, hints, found);
}

/* --- other waits --- */
int pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
	REAL(pthread_cond_wait);
	tell("pthread_cond_wait", "");
	return real(c, m);
}

int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until)
{
	REAL(pthread_cond_timedwait);
	tell("pthread_cond_timedwait", "");
	return real(c, m, until);
}

int pthread_join(pthread_t t, void **result)
{
	REAL(pthread_join);
	tell("pthread_join", "");
	return real(t, result);
}

int nanosleep(const struct timespec *t, struct timespec *left)
{
	REAL(nanosleep);
	tell("nanosleep", "");
	return real(t, left);
}

int usleep(useconds_t t)
{
	REAL(usleep);
	tell("usleep", "");
	return real(t);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	REAL(waitpid);
	if (!(options & WNOHANG))
		tell("waitpid", "");
	return real(pid, status, options);
}
