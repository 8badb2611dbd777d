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

/* Of tests only; NULL in the running program. */
static GPtrArray *virtual_timers;
static int64_t virtual_ms, virtual_wall;

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
		return virtual_wall;
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
	if (!virtual_timers)
		virtual_timers = g_ptr_array_new();
	virtual_ms = ms;
	virtual_wall = wall;
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
			virtual_wall += (t->due - virtual_ms) / 1000;
			virtual_ms = t->due;
		}
		t->due = CLOCK_NEVER;
		t->fire(t->aux);
	}
	virtual_wall += (until - virtual_ms) / 1000;
	virtual_ms = until;
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
