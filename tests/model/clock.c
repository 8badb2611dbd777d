/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Preloaded into a program it sets that program's clocks forward by as many nanoseconds as the file $BOXWOOD_CLOCK says, an
 * int64 that a test may raise at any time: a day then takes a minute. CLOCK_MONOTONIC, by which databases and libraries wait,
 * is left alone. Timers on a descriptor are set again when the offset changes. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define TIMERS_MOST 64
#define LOOK_NS 2000000
#define SECOND_NS 1000000000LL

static const volatile int64_t *offset;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	int fd;
	int64_t due; /* by the clock set forward; 0: none */
} timers[TIMERS_MOST];
static unsigned timer_count;

int clock_gettime(clockid_t id, struct timespec *t);
time_t time(time_t *t);
int gettimeofday(struct timeval *t, void *zone);
int timerfd_settime(int fd, int flags, const struct itimerspec *wanted, struct itimerspec *old);
int close(int fd);

static int64_t now_ahead(void)
{
	static const int64_t none;
	const char *path = getenv("BOXWOOD_CLOCK");
	if (!offset) {
		int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		void *at = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof(*offset), PROT_READ, MAP_SHARED, fd, 0);
		offset = at == MAP_FAILED ? &none : at;
		if (fd >= 0)
			syscall(SYS_close, fd);
	}
	return *offset;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	if (syscall(SYS_clock_gettime, id, t))
		return -1;
	if (id != CLOCK_REALTIME && id != CLOCK_BOOTTIME && id != CLOCK_REALTIME_COARSE)
		return 0;
	int64_t ns = t->tv_sec * SECOND_NS + t->tv_nsec + now_ahead();
	t->tv_sec = ns / SECOND_NS;
	t->tv_nsec = ns % SECOND_NS;
	return 0;
}

time_t time(time_t *t)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (t)
		*t = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *t, void *zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	t->tv_sec = now.tv_sec;
	t->tv_usec = now.tv_nsec / 1000;
	return 0;
}

static int set_real(int fd, int64_t due)
{
	int64_t real = due - now_ahead();
	struct itimerspec spec = { { 0, 0 }, { 0, 0 } };
	if (due) {
		if (real < 1)
			real = 1;
		spec.it_value.tv_sec = real / SECOND_NS;
		spec.it_value.tv_nsec = real % SECOND_NS;
	}
	return (int)syscall(SYS_timerfd_settime, fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void *look_on(void *unused)
{
	int64_t seen = now_ahead();
	for (;;) {
		struct timespec nap = { 0, LOOK_NS };
		nanosleep(&nap, NULL);
		if (now_ahead() == seen)
			continue;
		struct timespec t;
		syscall(SYS_clock_gettime, CLOCK_BOOTTIME, &t);
		int64_t before = t.tv_sec * SECOND_NS + t.tv_nsec + seen;
		seen = now_ahead();
		pthread_mutex_lock(&lock);
		/* One that was due before has fired: it must not fire again. */
		for (unsigned i = 0; i < timer_count; i++)
			if (timers[i].due > before)
				set_real(timers[i].fd, timers[i].due);
		pthread_mutex_unlock(&lock);
	}
	return unused;
}

static void start_looking(void)
{
	pthread_t thread;
	pthread_create(&thread, NULL, look_on, NULL);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *wanted, struct itimerspec *old)
{
	if (!(flags & TFD_TIMER_ABSTIME))
		return (int)syscall(SYS_timerfd_settime, fd, flags, wanted, old);
	pthread_once(&once, start_looking);
	int64_t due = wanted->it_value.tv_sec * SECOND_NS + wanted->it_value.tv_nsec;
	unsigned at = 0;
	pthread_mutex_lock(&lock);
	while (at < timer_count && timers[at].fd != fd)
		at++;
	if (at == timer_count && timer_count < TIMERS_MOST)
		timer_count++;
	if (at < TIMERS_MOST) {
		timers[at].fd = fd;
		timers[at].due = due;
	}
	int rc = set_real(fd, due);
	pthread_mutex_unlock(&lock);
	return rc;
}

int close(int fd)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < timer_count; i++)
		if (timers[i].fd == fd) {
			timers[i] = timers[--timer_count];
			break;
		}
	pthread_mutex_unlock(&lock);
	return (int)syscall(SYS_close, fd);
}
