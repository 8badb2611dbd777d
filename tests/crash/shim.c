/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into the program under test: counts its calls to the disk and to the network, and has misfortune strike at
 * one of them.
 *
 *	CRASH_UNDER   directories, divided by ':'; calls on files below them are of the class "disk"
 *	CRASH_COUNTS  a file of struct counts, which outlives the process
 *	CRASH_CLASS   disk; wire: octets written to an internet socket; read: octets asked of one
 *	CRASH_AT      strike at the n-th call of the class, counted from 1
 *	CRASH_HOW     kill: before the call; after: behind it; torn: half of what is to be written, then kill;
 *	              ENOSPC EIO EINTR: the call fails once; short: one octet is written; ENOSPC+ EIO+: from then on
 *	CRASH_CLOCK   seconds by which the wall clock is wrong; what is written into struct counts later counts
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum class { DISK, WIRE, READ, CLASSES };
enum kind { WRITES = 1, SYNCS = 2, MAKES = 4, NAMES = 8, SHRINKS = 16 }; /* what a call does, as far as errors differ */
enum how { NOTHING, KILL, AFTER, TORN, FAIL, FAIL_ON, SHORT };

struct counts {
	uint32_t calls[CLASSES], struck;
	int64_t clock;
};

static struct counts *counts;
static struct {
	char *under;
	enum class of;
	uint32_t at;
	enum how how;
	int errnum;
} plan;

static void *real(const char *name)
{
	void *fn = dlsym(RTLD_NEXT, name);
	if (!fn)
		abort();
	return fn;
}

#define REAL(name)                                                                                                     \
	static __typeof__(name) *fn;                                                                                   \
	if (!fn)                                                                                                       \
	fn = (__typeof__(name) *)real(#name)

static enum how how_of(const char *word)
{
	static const struct {
		const char *word;
		enum how how;
		int errnum;
	} words[] = { { "kill", KILL, 0 }, { "after", AFTER, 0 }, { "torn", TORN, 0 }, { "short", SHORT, 0 },
		{ "ENOSPC", FAIL, ENOSPC }, { "EIO", FAIL, EIO }, { "EINTR", FAIL, EINTR },
		{ "ENOSPC+", FAIL_ON, ENOSPC }, { "EIO+", FAIL_ON, EIO } };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].word, word)) {
			plan.errnum = words[i].errnum;
			return words[i].how;
		}
	abort();
}

__attribute__((constructor)) static void begin(void)
{
	static const char *const classes[CLASSES] = { "disk", "wire", "read" };
	const char *path = getenv("CRASH_COUNTS"), *of = getenv("CRASH_CLASS"), *at = getenv("CRASH_AT"),
		   *how = getenv("CRASH_HOW");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
	if (fd < 0 || ftruncate(fd, sizeof(*counts)))
		abort();
	/* What it said before it died is to be heard. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	plan.under = getenv("CRASH_UNDER");
	if (of && at && how) {
		while (plan.of < CLASSES && strcmp(classes[plan.of], of))
			plan.of++;
		plan.at = (uint32_t)strtoul(at, NULL, 10);
		plan.how = how_of(how);
	}
	counts = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (counts == MAP_FAILED)
		abort();
	counts->clock = getenv("CRASH_CLOCK") ? strtoll(getenv("CRASH_CLOCK"), NULL, 10) : 0;
	close(fd);
}

static _Noreturn void die(void)
{
	kill(getpid(), SIGKILL);
	for (;;)
		pause();
}

/* A full disk still takes names away and lets files be cut. */
static bool can_fail(enum kind kind)
{
	return plan.errnum == EIO || (plan.errnum == ENOSPC && kind != NAMES && kind != SHRINKS) ||
	       (plan.errnum == EINTR && (kind == WRITES || kind == MAKES));
}

/* What is to become of this call. */
static enum how strike(enum class class, enum kind kind)
{
	if (!counts)
		return NOTHING;
	uint32_t n = __atomic_add_fetch(&counts->calls[class], 1, __ATOMIC_SEQ_CST);
	if (class != plan.of || plan.how == NOTHING || n < plan.at || (n > plan.at && plan.how != FAIL_ON))
		return NOTHING;
	if ((plan.how == FAIL || plan.how == FAIL_ON) && !can_fail(kind))
		return NOTHING;
	if (plan.how == SHORT && kind != WRITES)
		return NOTHING;
	counts->struck++;
	if (plan.how == KILL || (plan.how == TORN && kind != WRITES))
		die();
	if (plan.how == FAIL || plan.how == FAIL_ON)
		errno = plan.errnum;
	return plan.how;
}

static bool is_under(const char *path)
{
	for (const char *dir = plan.under; dir && *dir;) {
		size_t n = strcspn(dir, ":");
		if (!strncmp(path, dir, n) && (path[n] == '/' || !path[n]))
			return true;
		dir += n + (dir[n] == ':');
	}
	return false;
}

static bool is_file(int fd)
{
	char link[64], path[PATH_MAX];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return false;
	path[n] = '\0';
	return is_under(path);
}

static bool is_internet(int fd)
{
	int domain = 0, saved = errno;
	socklen_t n = sizeof(domain);
	bool yes = !getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) && (domain == AF_INET || domain == AF_INET6);
	errno = saved;
	return yes;
}

/* --- calls that write --- */

#define AROUND(class, kind, applies, type, whole, half, one)                                                           \
	do {                                                                                                           \
		enum how how = (applies) ? strike(class, kind) : NOTHING;                                              \
		type result;                                                                                           \
		if (how == FAIL || how == FAIL_ON)                                                                     \
			return -1;                                                                                     \
		result = how == TORN ? (half) : how == SHORT ? (one) : (whole);                                        \
		if (how == AFTER || how == TORN)                                                                       \
			die();                                                                                         \
		return result;                                                                                         \
	} while (0)

ssize_t write(int fd, const void *p, size_t n)
{
	REAL(write);
	if (is_internet(fd))
		AROUND(WIRE, WRITES, true, ssize_t, fn(fd, p, n), fn(fd, p, n / 2), fn(fd, p, n > 0));
	AROUND(DISK, WRITES, is_file(fd), ssize_t, fn(fd, p, n), fn(fd, p, n / 2), fn(fd, p, n > 0));
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite);
	AROUND(DISK, WRITES, is_file(fd), ssize_t, fn(fd, p, n, at), fn(fd, p, n / 2, at), fn(fd, p, n > 0, at));
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	REAL(pwrite64);
	AROUND(DISK, WRITES, is_file(fd), ssize_t, fn(fd, p, n, at), fn(fd, p, n / 2, at), fn(fd, p, n > 0, at));
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	REAL(send);
	AROUND(WIRE, WRITES, is_internet(fd), ssize_t, fn(fd, p, n, flags), fn(fd, p, n / 2, flags),
		fn(fd, p, n > 0, flags));
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg);
	AROUND(WIRE, WRITES, is_internet(fd), ssize_t, fn(fd, m, flags), 0, fn(fd, m, flags));
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
	REAL(recv);
	bool applies = !(flags & MSG_PEEK) && is_internet(fd);
	AROUND(READ, WRITES, applies, ssize_t, fn(fd, p, n, flags), fn(fd, p, n, flags), fn(fd, p, n > 0, flags));
}

/* --- calls that make it last, cut it or name it --- */

#define PLAIN(kind, applies, call) AROUND(DISK, kind, applies, int, call, call, call)

int fsync(int fd)
{
	REAL(fsync);
	PLAIN(SYNCS, is_file(fd), fn(fd));
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	PLAIN(SYNCS, is_file(fd), fn(fd));
}

int ftruncate(int fd, off_t n)
{
	REAL(ftruncate);
	PLAIN(SHRINKS, is_file(fd), fn(fd, n));
}

int ftruncate64(int fd, off64_t n)
{
	REAL(ftruncate64);
	PLAIN(SHRINKS, is_file(fd), fn(fd, n));
}

int rename(const char *from, const char *to)
{
	REAL(rename);
	PLAIN(NAMES, is_under(to), fn(from, to));
}

int renameat2(int at, const char *from, int there, const char *to, unsigned flags)
{
	REAL(renameat2);
	PLAIN(NAMES, is_under(to), fn(at, from, there, to, flags));
}

int link(const char *from, const char *to)
{
	REAL(link);
	PLAIN(MAKES, is_under(to), fn(from, to));
}

int unlink(const char *path)
{
	REAL(unlink);
	PLAIN(NAMES, is_under(path), fn(path));
}

int mkdir(const char *path, mode_t mode)
{
	REAL(mkdir);
	PLAIN(MAKES, is_under(path) && access(path, F_OK), fn(path, mode));
}

/* --- files that come into being --- */

static bool makes(const char *path, int flags)
{
	int saved = errno;
	bool yes = (flags & O_CREAT) && is_under(path) && access(path, F_OK);
	errno = saved;
	return yes;
}

static mode_t mode_of(int flags, va_list args)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	REAL(open);
	va_list args;
	va_start(args, flags);
	mode_t mode = mode_of(flags, args);
	va_end(args);
	PLAIN(MAKES, makes(path, flags), fn(path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
	REAL(open64);
	va_list args;
	va_start(args, flags);
	mode_t mode = mode_of(flags, args);
	va_end(args);
	PLAIN(MAKES, makes(path, flags), fn(path, flags, mode));
}

/* --- the wall clock --- */

static time_t wrong_by(void)
{
	return counts ? (time_t)__atomic_load_n(&counts->clock, __ATOMIC_RELAXED) : 0;
}

int clock_gettime(clockid_t which, struct timespec *t)
{
	REAL(clock_gettime);
	int result = fn(which, t);
	if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)
		t->tv_sec += wrong_by();
	return result;
}

time_t time(time_t *out)
{
	REAL(time);
	time_t now = fn(NULL) + wrong_by();
	if (out)
		*out = now;
	return now;
}

int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	REAL(gettimeofday);
	int result = fn(t, zone);
	t->tv_sec += wrong_by();
	return result;
}
