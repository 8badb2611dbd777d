/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <glib-unix.h>

struct timer {
	void (*fire)(void *aux);
	void *aux;
	GSource *source;
	int fd;
	int64_t due; /* clock_ms() */
};

struct sleep_watch {
	void (*woke)(void *aux);
	void *aux;
	GSource *source;
	int fd;
	int64_t slept; /* milliseconds since the start of the machine */
};

#define SLEPT_MIN 1000 /* less is no sleep, but the clocks read one after the other */

/* Of tests only; NULL in the running program. */
static GPtrArray *virtual_timers, *virtual_watches;
static int64_t virtual_ms, virtual_wall_ms;

int64_t clock_ms(void)
{
	struct timespec t;
	if (virtual_timers)
		return virtual_ms;
	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_wall(void)
{
	struct timespec t;
	if (virtual_timers)
		return virtual_wall_ms / 1000;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

int64_t clock_cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void clock_set_virtual(int64_t ms, int64_t wall)
{
	if (!virtual_timers) {
		virtual_timers = g_ptr_array_new();
		virtual_watches = g_ptr_array_new();
	}
	virtual_ms = ms;
	virtual_wall_ms = wall * 1000;
}

static struct timer *next_virtual(int64_t until)
{
	struct timer *next = NULL;
	for (unsigned i = 0; i < virtual_timers->len; i++) {
		struct timer *t = virtual_timers->pdata[i];
		if (t->due <= until && (!next || t->due < next->due))
			next = t;
	}
	return next;
}

void clock_advance(int64_t ms)
{
	int64_t until = virtual_ms + ms;
	struct timer *t;
	while ((t = next_virtual(until))) {
		if (t->due > virtual_ms) {
			virtual_wall_ms += t->due - virtual_ms;
			virtual_ms = t->due;
		}
		t->due = CLOCK_NEVER;
		t->fire(t->aux);
	}
	virtual_wall_ms += until - virtual_ms;
	virtual_ms = until;
}

void clock_suspend(int64_t ms)
{
	virtual_ms += ms;
	virtual_wall_ms += ms;
	for (unsigned i = 0; i < virtual_watches->len; i++) {
		struct sleep_watch *w = virtual_watches->pdata[i];
		w->woke(w->aux);
	}
	clock_advance(0);
}

static gboolean expired(gint fd, GIOCondition condition, gpointer data)
{
	(void)condition;
	struct timer *t = data;
	uint64_t times;
	if (read(fd, &times, sizeof(times)) != sizeof(times))
		return G_SOURCE_CONTINUE;
	t->due = CLOCK_NEVER;
	t->fire(t->aux);
	return G_SOURCE_CONTINUE;
}

struct timer *timer_new(GMainContext *ctx, void (*fire)(void *aux), void *aux)
{
	struct timer *t = g_new0(struct timer, 1);
	*t = (struct timer){ .fire = fire, .aux = aux, .fd = -1, .due = CLOCK_NEVER };
	if (virtual_timers) {
		g_ptr_array_add(virtual_timers, t);
		return t;
	}
	t->fd = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (t->fd < 0)
		g_error("timerfd_create: %s", g_strerror(errno));
	t->source = g_unix_fd_source_new(t->fd, G_IO_IN);
	g_source_set_callback(t->source, G_SOURCE_FUNC(expired), t, NULL);
	g_source_attach(t->source, ctx);
	return t;
}

void timer_at(struct timer *t, int64_t when_ms)
{
	if (t->due == when_ms)
		return;
	t->due = when_ms;
	if (t->fd < 0)
		return;
	struct itimerspec spec = { { 0, 0 }, { 0, 0 } };
	if (when_ms != CLOCK_NEVER) {
		/* A time of zero would disarm it. */
		int64_t at = when_ms > 0 ? when_ms : 1;
		spec.it_value.tv_sec = (time_t)(at / 1000);
		spec.it_value.tv_nsec = (long)(at % 1000) * 1000000;
	}
	timerfd_settime(t->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void timer_free(struct timer *t)
{
	if (!t)
		return;
	if (virtual_timers)
		g_ptr_array_remove(virtual_timers, t);
	if (t->source) {
		g_source_destroy(t->source);
		g_source_unref(t->source);
		close(t->fd);
	}
	g_free(t);
}

/* --- sleep --- */

static int64_t slept_ms(void)
{
	struct timespec awake;
	clock_gettime(CLOCK_MONOTONIC, &awake);
	return clock_ms() - ((int64_t)awake.tv_sec * 1000 + awake.tv_nsec / 1000000);
}

/* A timer that is never due, and is canceled when the wall clock jumps: it does at the end of a sleep. */
static void watch_arm(struct sleep_watch *w)
{
	struct itimerspec never = { { 0, 0 }, { G_MAXINT32, 0 } };
	if (timerfd_settime(w->fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, NULL) && errno != ECANCELED)
		g_error("timerfd_settime: %s", g_strerror(errno));
}

static gboolean jumped(gint fd, GIOCondition condition, gpointer data)
{
	(void)condition;
	struct sleep_watch *w = data;
	uint64_t times;
	if (read(fd, &times, sizeof(times)) >= 0 || errno != ECANCELED)
		return G_SOURCE_CONTINUE;
	watch_arm(w);
	int64_t before = w->slept;
	w->slept = slept_ms();
	if (w->slept >= before + SLEPT_MIN)
		w->woke(w->aux);
	return G_SOURCE_CONTINUE;
}

struct sleep_watch *sleep_watch_new(GMainContext *ctx, void (*woke)(void *aux), void *aux)
{
	struct sleep_watch *w = g_new0(struct sleep_watch, 1);
	*w = (struct sleep_watch){ .woke = woke, .aux = aux, .fd = -1 };
	if (virtual_watches) {
		g_ptr_array_add(virtual_watches, w);
		return w;
	}
	w->slept = slept_ms();
	w->fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (w->fd < 0)
		g_error("timerfd_create: %s", g_strerror(errno));
	watch_arm(w);
	w->source = g_unix_fd_source_new(w->fd, G_IO_IN);
	g_source_set_callback(w->source, G_SOURCE_FUNC(jumped), w, NULL);
	g_source_attach(w->source, ctx);
	return w;
}

void sleep_watch_free(struct sleep_watch *w)
{
	if (!w)
		return;
	if (virtual_watches)
		g_ptr_array_remove(virtual_watches, w);
	if (w->source) {
		g_source_destroy(w->source);
		g_source_unref(w->source);
		close(w->fd);
	}
	g_free(w);
}
