/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into the program under test: counts its calls to the disk and to the network, and has misfortune strike at
 * one of them.
 *
 *	CRASH_UNDER   directories, divided by ':'; calls on files below them are of the class "disk"
 *	CRASH_COUNTS  a file of struct counts, which outlives the process
 *	CRASH_CLASS   disk; wire: octets written to an internet socket; read: octets asked of one; sync: those calls of disk
 *	              that make octets last; open: files of disk that are opened, there before or not; name: those
 *	              calls of disk that make, rename or remove
 *	CRASH_AT      strike at the n-th call of the class, counted from 1
 *	CRASH_HOW     kill: before the call; after: behind it; torn: half of what is to be written, then kill;
 *	              power: before the call what was not synced is lost in parts of 512 octets, then kill;
 *	              lost: the call fails by EIO, and what it was to make last is lost in such parts;
 *	              ENOSPC EIO EINTR EROFS EACCES ENOTDIR EXDEV EMFILE ENFILE: the call fails once; short: one octet is
 *	              written; ENOSPC+ EIO+ EROFS+ EMFILE+: from then on
 *	CRASH_CLOCK   seconds by which the wall clock is wrong; what is written into struct counts later counts
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
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
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum class { DISK, WIRE, READ, SYNC, OPEN, NAME, CLASSES };
enum kind {
	WRITES = 1,
	SYNCS = 2,
	MAKES = 4,
	NAMES = 8,
	SHRINKS = 16,
	OPENS = 32
}; /* what a call does, as far as errors differ */
enum how { NOTHING, KILL, AFTER, TORN, POWER, LOST, FAIL, FAIL_ON, SHORT };

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
	} words[] = { { "kill", KILL, 0 }, { "after", AFTER, 0 }, { "torn", TORN, 0 }, { "power", POWER, 0 },
		{ "lost", LOST, EIO }, { "short", SHORT, 0 }, { "ENOSPC", FAIL, ENOSPC }, { "EIO", FAIL, EIO },
		{ "EINTR", FAIL, EINTR }, { "EROFS", FAIL, EROFS }, { "EACCES", FAIL, EACCES },
		{ "ENOTDIR", FAIL, ENOTDIR }, { "EXDEV", FAIL, EXDEV }, { "EMFILE", FAIL, EMFILE },
		{ "ENFILE", FAIL, ENFILE }, { "ENOSPC+", FAIL_ON, ENOSPC }, { "EIO+", FAIL_ON, EIO },
		{ "EROFS+", FAIL_ON, EROFS }, { "EMFILE+", FAIL_ON, EMFILE } };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i].word, word)) {
			plan.errnum = words[i].errnum;
			return words[i].how;
		}
	abort();
}

__attribute__((constructor)) static void begin(void)
{
	static const char *const classes[CLASSES] = { "disk", "wire", "read", "sync", "open", "name" };
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

/* A full disk still takes names away and lets files be cut; one that can only be read takes nothing but what is open. */
static bool can_fail(enum kind kind)
{
	switch (plan.errnum) {
	case ENOSPC: return kind != NAMES && kind != SHRINKS && kind != OPENS;
	case EINTR: return kind == WRITES || kind == MAKES;
	case EROFS:
	case EACCES:
	case ENOTDIR: return kind == NAMES || kind == MAKES;
	case EXDEV: return kind == NAMES;
	case EMFILE:
	case ENFILE: return kind == OPENS || kind == MAKES;
	default: return kind != OPENS;
	}
}

/* --- what is not on the disk yet --- */

#define SECTOR 512

struct unsynced { /* what stood where something was written since the last sync */
	struct unsynced *next;
	ino_t file;
	int fd; /* of our own */
	off_t at, end;
	size_t n;
	bool cuts;
	char was[];
};
static struct unsynced *unsynced;
static pthread_mutex_t unsynced_lock = PTHREAD_MUTEX_INITIALIZER;

static bool loses(void)
{
	return plan.how == POWER || plan.how == LOST;
}

static ssize_t put_back(int fd, const char *p, size_t n, off_t at);

/* Before n octets are written at `at`, or the file is cut there. Only regular files. */
static void note(int fd, size_t n, off_t at, bool cuts)
{
	struct stat st;
	int saved = errno;
	if (loses() && !fstat(fd, &st) && S_ISREG(st.st_mode)) {
		if (cuts)
			n = st.st_size > at ? (size_t)(st.st_size - at) : 0;
		struct unsynced *u = malloc(sizeof(*u) + n);
		*u = (struct unsynced){ .file = st.st_ino, .fd = -1, .at = at, .end = st.st_size, .cuts = cuts };
		char link[64];
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		u->fd = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
		ssize_t got = u->fd < 0 ? -1 : pread(u->fd, u->was, n, at);
		u->n = got > 0 ? (size_t)got : 0;
		pthread_mutex_lock(&unsynced_lock);
		u->next = unsynced;
		unsynced = u;
		pthread_mutex_unlock(&unsynced_lock);
	}
	errno = saved;
}

/* Of a file it lasts now. */
static void forget(int fd)
{
	struct stat st;
	int saved = errno;
	if (loses() && !fstat(fd, &st)) {
		pthread_mutex_lock(&unsynced_lock);
		for (struct unsynced **p = &unsynced; *p;) {
			struct unsynced *u = *p;
			if (u->file != st.st_ino) {
				p = &u->next;
				continue;
			}
			*p = u->next;
			if (u->fd >= 0)
				close(u->fd);
			free(u);
		}
		pthread_mutex_unlock(&unsynced_lock);
	}
	errno = saved;
}

/* Every other sector or so of what was not synced, of one file (fd) or of all (-1), is as it was before; the newest writes
 * are taken back first. What a file grew by is gone, or stands as zeros. */
static void lose(int fd)
{
	struct stat st = { 0 };
	unsigned dice = plan.at * 2654435761u;
	if (fd >= 0 && fstat(fd, &st))
		return;
	pthread_mutex_lock(&unsynced_lock);
	bool all = dice & 0x100;
	for (struct unsynced *u = unsynced; u; u = u->next) {
		if (u->fd < 0 || (fd >= 0 && u->file != st.st_ino))
			continue;
		for (size_t i = 0; i < u->n; i += SECTOR) {
			dice = dice * 1103515245u + 12345;
			if (all || dice & 0x10000)
				put_back(u->fd, u->was + i, u->n - i < SECTOR ? u->n - i : SECTOR, u->at + (off_t)i);
		}
		if (all && !u->cuts)
			syscall(SYS_ftruncate, u->fd, u->end);
	}
	pthread_mutex_unlock(&unsynced_lock);
	if (fd >= 0)
		forget(fd);
}

/* What is to become of this call. */
static enum how strike(enum class class, enum kind kind)
{
	if (!counts)
		return NOTHING;
	enum how how = class == DISK && (kind == MAKES || kind == NAMES) ? strike(NAME, kind) : NOTHING;
	if (how != NOTHING)
		return how;
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
	if (plan.how == POWER) {
		lose(-1);
		die();
	}
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

static ssize_t put_back(int fd, const char *p, size_t n, off_t at)
{
	REAL(pwrite);
	return fn(fd, p, n, at);
}

ssize_t write(int fd, const void *p, size_t n)
{
	REAL(write);
	if (is_internet(fd))
		AROUND(WIRE, WRITES, true, ssize_t, fn(fd, p, n), fn(fd, p, n / 2), fn(fd, p, n > 0));
	if (loses() && is_file(fd))
		note(fd, n, lseek(fd, 0, SEEK_CUR), false);
	AROUND(DISK, WRITES, is_file(fd), ssize_t, fn(fd, p, n), fn(fd, p, n / 2), fn(fd, p, n > 0));
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite);
	if (loses() && is_file(fd))
		note(fd, n, at, false);
	AROUND(DISK, WRITES, is_file(fd), ssize_t, fn(fd, p, n, at), fn(fd, p, n / 2, at), fn(fd, p, n > 0, at));
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	REAL(pwrite64);
	if (loses() && is_file(fd))
		note(fd, n, at, false);
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

#define SYNCED(fd, call)                                                                                               \
	do {                                                                                                           \
		bool applies = is_file(fd);                                                                            \
		enum how how = applies ? strike(SYNC, SYNCS) : NOTHING;                                                \
		if (how == LOST)                                                                                       \
			lose(fd);                                                                                      \
		if (how == LOST || how == FAIL || how == FAIL_ON) {                                                    \
			errno = plan.errnum;                                                                           \
			return -1;                                                                                     \
		}                                                                                                      \
		how = applies ? strike(DISK, SYNCS) : NOTHING;                                                         \
		if (how == FAIL || how == FAIL_ON)                                                                     \
			return -1;                                                                                     \
		int result = (call);                                                                                   \
		if (!result && applies)                                                                                \
			forget(fd);                                                                                    \
		if (how == AFTER)                                                                                      \
			die();                                                                                         \
		return result;                                                                                         \
	} while (0)

int fsync(int fd)
{
	REAL(fsync);
	SYNCED(fd, fn(fd));
}

int fdatasync(int fd)
{
	REAL(fdatasync);
	SYNCED(fd, fn(fd));
}

int ftruncate(int fd, off_t n)
{
	REAL(ftruncate);
	if (loses() && is_file(fd))
		note(fd, 0, n, true);
	PLAIN(SHRINKS, is_file(fd), fn(fd, n));
}

int ftruncate64(int fd, off64_t n)
{
	REAL(ftruncate64);
	if (loses() && is_file(fd))
		note(fd, 0, n, true);
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

#define OPENED(path, flags, call)                                                                                      \
	do {                                                                                                           \
		enum how how = is_under(path) ? strike(OPEN, OPENS) : NOTHING;                                         \
		if (how == FAIL || how == FAIL_ON)                                                                     \
			return -1;                                                                                     \
		PLAIN(MAKES, makes(path, flags), call);                                                                \
	} while (0)

int open(const char *path, int flags, ...)
{
	REAL(open);
	va_list args;
	va_start(args, flags);
	mode_t mode = mode_of(flags, args);
	va_end(args);
	OPENED(path, flags, fn(path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
	REAL(open64);
	va_list args;
	va_start(args, flags);
	mode_t mode = mode_of(flags, args);
	va_end(args);
	OPENED(path, flags, fn(path, flags, mode));
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
