/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one program of these in which time passes. */
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/net/peer.h"

static const struct step wait_for_ever[] = { { "never", NULL, 0 }, { 0 } };

static void t20_silence_ends_in_real_time(void)
{
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	int64_t began = clock_ms();
	talk_init(&t, wait_for_ever);
	t.deadline = began + 40;
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
	talk_run(&t);
	g_assert_cmpuint(t.ended, ==, 1);
	g_assert_true(talk_says(&t, "silent"));
	g_assert_cmpint(clock_ms() - began, >=, 40);
	talk_clear(&t);
	close(listener);
}

static void deadline_that_moves_on_is_followed(void)
{
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	talk_init(&t, wait_for_ever);
	t.deadline = clock_ms() + 60000;
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
	int fd = accept_here(listener);
	while (!t.connected)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpint(send(fd, "x", 1, 0), ==, 1);
	while (!t.progress)
		g_main_context_iteration(NULL, TRUE);
	int64_t soon = clock_ms() + 20;
	t.deadline = soon;
	wire_poke(t.w);
	talk_run(&t);
	g_assert_true(talk_says(&t, "silent"));
	g_assert_cmpint(clock_ms(), >=, soon);
	g_assert_cmpint(clock_ms(), <, soon + 30000);
	talk_clear(&t);
	close(fd);
	close(listener);
}

void suite(void)
{
	alarm(120);
	unit_add(t20_silence_ends_in_real_time);
	unit_add(deadline_that_moves_on_is_followed);
}
