/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <string.h>

#include "base/channel.h"
#include "base/clock.h"
#include "base/pool.h"
#include "base/secret.h"
#include "tests/unit/unit.h"

#define MESSAGES 2000

static void *produce(void *data)
{
	for (int i = 1; i <= MESSAGES; i++)
		channel_send(data, g_memdup2(&i, sizeof(i)));
	return NULL;
}

static void channel_keeps_order_between_threads(void)
{
	struct channel *c = channel_new(g_free);
	pthread_t thread;
	g_assert_cmpint(pthread_create(&thread, NULL, produce, c), ==, 0);
	for (int i = 1; i <= MESSAGES; i++) {
		g_autofree int *value = channel_wait(c, clock_ms() + 30000);
		g_assert_nonnull(value);
		g_assert_cmpint(*value, ==, i);
	}
	pthread_join(thread, NULL);
	g_assert_null(channel_take(c));
	channel_free(c);
}

static void channel_frees_what_comes_after_close(void)
{
	struct channel *c = channel_new(g_free);
	channel_send(c, g_strdup("left behind"));
	channel_close(c);
	channel_send(c, g_strdup("too late"));
	g_autofree char *value = channel_take(c);
	g_assert_cmpstr(value, ==, "left behind");
	g_assert_null(channel_take(c));
	channel_free(c);
}

struct sum {
	GMainLoop *loop;
	int total, count;
};

static void add_up(void *value, void *aux)
{
	struct sum *s = aux;
	s->total += *(int *)value;
	g_free(value);
	if (++s->count == MESSAGES)
		g_main_loop_quit(s->loop);
}

static void channel_watch_delivers_to_the_loop(void)
{
	struct channel *c = channel_new(g_free);
	g_autoptr(GMainContext) ctx = g_main_context_new();
	struct sum s = { g_main_loop_new(ctx, FALSE), 0, 0 };
	GSource *source = channel_watch(c, ctx, add_up, &s);
	pthread_t thread;
	g_assert_cmpint(pthread_create(&thread, NULL, produce, c), ==, 0);
	g_main_loop_run(s.loop);
	pthread_join(thread, NULL);
	g_assert_cmpint(s.total, ==, MESSAGES * (MESSAGES + 1) / 2);
	g_source_destroy(source);
	g_source_unref(source);
	g_main_loop_unref(s.loop);
	channel_free(c);
}

static void square(void *value)
{
	int *n = value;
	*n *= *n;
}

static void pool_gives_every_job_back(void)
{
	struct channel *done = channel_new(g_free);
	struct pool *p = pool_new(2);
	int total = 0;
	for (int i = 1; i <= 100; i++)
		pool_run(p, square, g_memdup2(&i, sizeof(i)), done);
	for (int i = 1; i <= 100; i++) {
		g_autofree int *n = channel_wait(done, clock_ms() + 30000);
		g_assert_nonnull(n);
		total += *n;
	}
	g_assert_cmpint(total, ==, 338350);
	pool_free(p);
	channel_free(done);
}

static void count_up(void *aux)
{
	++*(int *)aux;
}

static void k03_virtual_timers_fire_in_order(void)
{
	int a = 0, b = 0;
	clock_set_virtual(1000, 5000);
	struct timer *ta = timer_new(NULL, count_up, &a), *tb = timer_new(NULL, count_up, &b);
	timer_at(ta, 1500);
	timer_at(tb, 3000);
	clock_advance(600);
	g_assert_cmpint(a, ==, 1);
	g_assert_cmpint(b, ==, 0);
	clock_advance(10000);
	g_assert_cmpint(a, ==, 1);
	g_assert_cmpint(b, ==, 1);
	g_assert_cmpint(clock_ms(), ==, 11600);
	timer_free(ta);
	timer_free(tb);
}

static void i38_sleep_is_told_when_it_is_over(void)
{
	int woken = 0, due = 0;
	clock_set_virtual(1000, 5000);
	struct sleep_watch *w = sleep_watch_new(NULL, count_up, &woken);
	struct timer *t = timer_new(NULL, count_up, &due);
	timer_at(t, 61000);
	clock_advance(30000);
	g_assert_cmpint(woken, ==, 0);
	clock_suspend(8 * 3600000);
	g_assert_cmpint(woken, ==, 1);
	g_assert_cmpint(due, ==, 1);
	g_assert_cmpint(clock_ms(), ==, 31000 + 8 * 3600000);
	sleep_watch_free(w);
	timer_free(t);
	clock_suspend(1000);
	g_assert_cmpint(woken, ==, 1);
}

static void a04_secret_refuses_what_breaks_lines(void)
{
	g_assert_null(secret_new(unit_str("a\nb")));
	g_assert_null(secret_new(unit_exact("a\0b", 3)));
	struct secret *a = secret_new(unit_str("geheim")), *b = secret_new(unit_str("geheim")),
		      *c = secret_new(unit_str("other"));
	g_assert_true(secret_eq(a, b));
	g_assert_false(secret_eq(a, c));
	secret_free(a);
	secret_free(b);
	secret_free(c);
}

void suite(void)
{
	unit_add(channel_keeps_order_between_threads);
	unit_add(channel_frees_what_comes_after_close);
	unit_add(channel_watch_delivers_to_the_loop);
	unit_add(pool_gives_every_job_back);
	unit_add(a04_secret_refuses_what_breaks_lines);
	/* Last: the clock of this process stays virtual. */
	unit_add(k03_virtual_timers_fire_in_order);
	unit_add(i38_sleep_is_told_when_it_is_over);
}
