/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time. Deadlines and timers run on CLOCK_BOOTTIME, so they go on through suspend and are not
 * disturbed when somebody sets the wall clock. Tests may take over both clocks. */
#ifndef BOXWOOD_BASE_CLOCK_H
#define BOXWOOD_BASE_CLOCK_H

#include <stdint.h>
#include <glib.h>

#define CLOCK_NEVER INT64_MAX

int64_t clock_ms(void);     /* CLOCK_BOOTTIME in milliseconds */
int64_t clock_wall(void);   /* seconds since 1970 UTC */
int64_t clock_cpu_us(void); /* CPU time of this process in microseconds */

/* A virtual clock for tests: from then on clock_ms() and clock_wall() return what was set, and timers
 * fire in clock_advance(). One thread only. */
void clock_set_virtual(int64_t ms, int64_t wall);
void clock_advance(int64_t ms);
void clock_suspend(int64_t ms); /* the machine sleeps so long: what is due meanwhile fires at its end */

/* A one-shot timer on a GMainContext. It may be set again at any time, also in its own callback. */
struct timer;
struct timer *timer_new(GMainContext *ctx, void (*fire)(void *aux), void *aux);
void timer_at(struct timer *t, int64_t when_ms); /* CLOCK_NEVER stops it; the past fires at the next turn */
void timer_free(struct timer *t);                /* NULL is a no-op */

/* Calls woke() each time the machine has slept (CLOCK_BOOTTIME went on while CLOCK_MONOTONIC stood). */
struct sleep_watch;
struct sleep_watch *sleep_watch_new(GMainContext *ctx, void (*woke)(void *aux), void *aux);
void sleep_watch_free(struct sleep_watch *w); /* NULL is a no-op */

#endif
