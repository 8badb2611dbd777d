/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/net/peer.h"

static const struct step nothing[] = { { 0 } };

static void expect_end(const struct net_where *where, enum err_retry retry, const char *words)
{
	struct talk t;
	talk_init(&t, nothing);
	talk_open(&t, where);
	g_assert_cmpuint(t.ended, ==, 0);
	talk_run(&t);
	g_assert_cmpuint(t.ended, ==, 1);
	g_assert_cmpint(t.e.cause, ==, ERR_NET);
	g_assert_cmpint(t.e.retry, ==, retry);
	g_assert_true(talk_says(&t, words));
	g_assert_cmpuint(t.connected, ==, 0);
	talk_clear(&t);
}

static void refused_is_told_for_later(void)
{
	uint16_t port;
	close(listen_here(&port));
	expect_end(&(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL }, ERR_LATER, "refuses");
	expect_end(&(struct net_where){ "::1", port, NET_TLS, NULL, NULL }, ERR_LATER, "'::1'");
}

static void unknown_host_is_final(void)
{
	names_set(NAMES_UNKNOWN);
	expect_end(&(struct net_where){ "nosuch.boxwood.test", 993, NET_TLS, NULL, NULL }, ERR_NEVER,
		"no host 'nosuch.boxwood.test'");
}

static void invalid_name_is_never_asked_for(void)
{
	names_set(NAMES_SILENT);
	expect_end(&(struct net_where){ "nosuch.invalid", 993, NET_TLS, NULL, NULL }, ERR_NEVER, "'nosuch.invalid'");
	expect_end(&(struct net_where){ "x.INVALID.", 143, NET_INSECURE, NULL, NULL }, ERR_NEVER, "'x.INVALID.'");
}

static void name_service_trouble_is_for_later(void)
{
	names_set(NAMES_TROUBLE);
	expect_end(&(struct net_where){ PEER_HOST, 993, NET_TLS, NULL, NULL }, ERR_LATER, "cannot be looked up");
}

static void odd_host_names_are_refused(void)
{
	static const char *const odd[] = { "", ".", ".boxwood.test", "\xff\xfe", "a..b", "xn--\xff" };
	names_set(NAMES_UNKNOWN);
	for (size_t i = 0; i < G_N_ELEMENTS(odd); i++)
		expect_end(&(struct net_where){ odd[i], 993, NET_TLS, NULL, NULL }, ERR_NEVER, "host");
}

/* Connects, without TLS, to a listener of our own. */
static void expect_open(const char *host)
{
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	talk_init(&t, nothing);
	talk_open(&t, &(struct net_where){ host, port, NET_INSECURE, NULL, NULL });
	int fd = accept_here(listener);
	while (!t.connected && !t.ended)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(t.connected, ==, 1);
	g_assert_false(t.tls);
	g_assert_null(wire_tls_version(t.w));
	close(fd);
	talk_run(&t);
	g_assert_cmpint(t.e.cause, ==, ERR_NONE);
	g_assert_cmpuint(t.ended, ==, 1);
	talk_clear(&t);
	close(listener);
}

static void number_is_connected(void)
{
	names_set(NAMES_SILENT);
	expect_open("127.0.0.1");
}

/* The listener has no IPv6: the first address refuses, the second answers. */
static void localhost_with_one_family_is_connected(void)
{
	names_set(NAMES_SILENT);
	expect_open("localhost");
}

static void name_with_two_addresses_is_connected(void)
{
	names_set(NAMES_LOOPBACK);
	expect_open(PEER_HOST);
}

static void expect_deadline(struct talk *t, const char *words)
{
	clock_advance(NET_CONNECT_MS - 1);
	settle();
	g_assert_cmpuint(t->ended, ==, 0);
	clock_advance(1);
	settle();
	g_assert_cmpuint(t->ended, ==, 1);
	g_assert_cmpint(t->e.cause, ==, ERR_NET);
	g_assert_cmpint(t->e.retry, ==, ERR_LATER);
	g_assert_true(talk_says(t, words));
	clock_advance(10 * NET_CONNECT_MS);
	settle();
	g_assert_cmpuint(t->ended, ==, 1);
}

static void t20_silent_name_service_meets_the_deadline(void)
{
	struct talk t;
	names_set(NAMES_SILENT);
	talk_init(&t, nothing);
	talk_open(&t, &(struct net_where){ PEER_HOST, 993, NET_TLS, NULL, NULL });
	settle();
	expect_deadline(&t, "no answer from '" PEER_HOST "'");
	talk_clear(&t);
}

/* A queue of connections that nobody accepts drops what comes after it. */
static void t20_black_hole_meets_the_deadline(void)
{
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	struct talk full[8];
	for (size_t i = 0; i < G_N_ELEMENTS(full); i++) {
		talk_init(&full[i], nothing);
		talk_open(&full[i], &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
		settle();
	}
	talk_init(&t, nothing);
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
	settle();
	if (t.connected)
		g_test_skip("this kernel queues without end");
	else
		expect_deadline(&t, "no answer");
	talk_clear(&t);
	for (size_t i = 0; i < G_N_ELEMENTS(full); i++)
		talk_clear(&full[i]);
	close(listener);
}

static void t20_accept_then_silence_meets_the_deadline(void)
{
	struct talk t;
	uint16_t port;
	char hello[4096];
	int listener = listen_here(&port);
	talk_init(&t, nothing);
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_TLS, NULL, NULL });
	int fd = accept_here(listener);
	while (recv(fd, hello, sizeof(hello), 0) <= 0)
		g_main_context_iteration(NULL, FALSE);
	expect_deadline(&t, "no TLS handshake");
	talk_clear(&t);
	close(fd);
	close(listener);
}

static void free_while_connecting_is_quiet(void)
{
	struct talk t;
	names_set(NAMES_SILENT);
	for (int turns = 0; turns < 3; turns++) {
		talk_init(&t, nothing);
		talk_open(&t, &(struct net_where){ PEER_HOST, 993, NET_TLS, NULL, NULL });
		for (int i = 0; i < turns; i++)
			g_main_context_iteration(NULL, FALSE);
		wire_poke(t.w);
		talk_clear(&t);
		g_assert_cmpuint(t.ended, ==, 0);
	}
	wire_free(NULL);
}

/* A wire belongs to the context that was the thread's own when it was opened. */
static void callbacks_come_to_the_context_of_opening(void)
{
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	g_autoptr(GMainContext) own = g_main_context_new();
	talk_init(&t, nothing);
	g_main_context_push_thread_default(own);
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
	g_main_context_pop_thread_default(own);
	settle();
	g_assert_cmpuint(t.connected, ==, 0);
	while (!t.connected && !t.ended)
		g_main_context_iteration(own, TRUE);
	g_assert_cmpuint(t.connected, ==, 1);
	talk_clear(&t);
	while (g_main_context_iteration(own, FALSE))
		;
	close(listener);
}

void suite(void)
{
	alarm(120);
	clock_set_virtual(1000000, 1700000000);
	unit_add(refused_is_told_for_later);
	unit_add(unknown_host_is_final);
	unit_add(invalid_name_is_never_asked_for);
	unit_add(name_service_trouble_is_for_later);
	unit_add(odd_host_names_are_refused);
	unit_add(number_is_connected);
	unit_add(localhost_with_one_family_is_connected);
	unit_add(name_with_two_addresses_is_connected);
	unit_add(t20_silent_name_service_meets_the_deadline);
	unit_add(t20_black_hole_meets_the_deadline);
	unit_add(t20_accept_then_silence_meets_the_deadline);
	unit_add(free_while_connecting_is_quiet);
	unit_add(callbacks_come_to_the_context_of_opening);
}
