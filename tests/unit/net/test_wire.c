/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/net/peer.h"

#define BULK 20000000

/* Three commands, the last two in one write: with the greeting three waits. */
static const struct step dialogue[] = {
	{ "* OK", "a1 CAPABILITY\r\n", 0 },
	{ "a1 OK", "a2 LOGIN x y\r\na3 SELECT INBOX\r\n", 0 },
	{ "a3 OK", NULL, WIRE_CLOSE },
	{ 0 },
};
#define DIALOGUE                                                                                                       \
	"S \"* OK hello\\r\\n\"\nC /CAPABILITY/\nS \"* CAPABILITY IMAP4rev1\\r\\na1 OK\\r\\n\"\n"                      \
	"C /LOGIN/\nC /SELECT/\nS \"a2 OK\\r\\n* 3 EXISTS\\r\\na3 OK\\r\\n\"\nEXPECT-CLOSE 5s\n"

static const struct step upgrade[] = {
	{ "* OK", "a1 STARTTLS\r\n", 0 },
	{ "a1 OK", NULL, WIRE_STARTTLS },
	{ NULL, "a2 LOGIN tim canary\r\n", 0 },
	{ "a2 OK", "a3 LOGOUT\r\n", 0 },
	{ "a3 OK", NULL, WIRE_CLOSE },
	{ 0 },
};

static const struct step wait_for_ever[] = { { "never", NULL, 0 }, { 0 } };

static struct net_where at(const struct peer *p, enum net_security security)
{
	static char *cafile;
	if (security != NET_INSECURE && !cafile) {
		g_autofree char *path = peer_cert_file("ca.pem");
		cafile = (char *)g_intern_string(path);
	}
	return (struct net_where){ "127.0.0.1", peer_port(p), security, security == NET_INSECURE ? NULL : cafile,
		NULL };
}

/* Runs steps against p until both have ended. The server's report goes to *report. */
static bool converse(
	struct talk *t, const struct step *steps, struct peer *p, enum net_security security, char **report)
{
	struct net_where where = at(p, security);
	talk_init(t, steps);
	talk_open(t, &where);
	talk_run(t);
	if (t->e.text)
		g_test_message("%s", t->e.text);
	g_assert_cmpuint(t->ended, ==, 1);
	return peer_end(p, report);
}

static void expect_counts(const struct talk *t, const char *report, unsigned trips)
{
	struct wire_stats s = wire_stats(t->w);
	g_autofree char *want = g_strdup_printf("DONE 1 in=%" G_GUINT64_FORMAT " out=%" G_GUINT64_FORMAT "\n",
		(guint64)s.bytes_out, (guint64)s.bytes_in);
	g_test_message("%swanted %s", report, want);
	g_assert_nonnull(strstr(report, want));
	g_assert_cmpuint(s.round_trips, ==, trips);
}

static void dialogue_is_counted(void)
{
	for (int tls = 0; tls < 2; tls++) {
		struct talk t;
		g_autofree char *report = NULL;
		struct peer *p = peer_new(tls ? "TLS good\n" DIALOGUE : DIALOGUE, 1);
		if (!p)
			return;
		g_assert_true(converse(&t, dialogue, p, tls ? NET_TLS : NET_INSECURE, &report));
		g_assert_cmpint(t.e.cause, ==, ERR_NONE);
		g_assert_cmpint(t.tls, ==, tls);
		g_assert_cmpuint(t.connected, ==, 1);
		g_assert_cmpuint(t.secured, ==, (unsigned)tls);
		expect_counts(&t, report, 3);
		if (!tls)
			g_assert_cmpuint(wire_stats(t.w).bytes_in, ==,
				strlen("* OK hello\r\n* CAPABILITY IMAP4rev1\r\na1 OK\r\n"
				       "a2 OK\r\n* 3 EXISTS\r\na3 OK\r\n"));
		talk_clear(&t);
	}
}

static void octets_one_by_one_make_the_same_dialogue(void)
{
	for (int tls = 0; tls < 2; tls++) {
		struct talk t;
		g_autofree char *report = NULL;
		struct peer *p = peer_new(tls ? "SPLIT every 1\nTLS good\n" DIALOGUE : "SPLIT every 1\n" DIALOGUE, 1);
		if (!p)
			return;
		g_assert_true(converse(&t, dialogue, p, tls ? NET_TLS : NET_INSECURE, &report));
		g_assert_cmpint(t.e.cause, ==, ERR_NONE);
		g_assert_cmpuint(t.got, ==, 69);
		expect_counts(&t, report, 3);
		talk_clear(&t);
	}
}

static void starttls_upgrades_and_is_counted_from_the_start(void)
{
	struct talk t;
	g_autofree char *report = NULL;
	struct peer *p = peer_new("EXPECT-NO-PLAINTEXT canary\nS \"* OK\\r\\n\"\nSTARTTLS good\nC /LOGIN tim canary/\n"
				  "S \"a2 OK\\r\\n\"\nC /LOGOUT/\nS \"a3 OK\\r\\n\"\nEXPECT-CLOSE 5s\n",
		1);
	if (!p)
		return;
	g_assert_true(converse(&t, upgrade, p, NET_STARTTLS, &report));
	g_assert_cmpint(t.e.cause, ==, ERR_NONE);
	g_assert_cmpuint(t.started, ==, 1);
	g_assert_cmpuint(t.secured, ==, 1);
	g_assert_cmpuint(t.connected, ==, 1);
	expect_counts(&t, report, 4);
	g_assert_cmpstr(wire_tls_version(t.w), ==, "TLSv1.3");
	talk_clear(&t);
}

static void t03_octets_behind_the_starttls_answer_end_it(void)
{
	static const char *const scripts[] = {
		"S \"* OK\\r\\n\"\nINJECT \"* CAPABILITY IMAP4rev1 AUTH=PLAIN\\r\\na2 OK\\r\\n\"\nSTARTTLS good "
		"refused=yes\n",
		"S \"* OK\\r\\n\"\nINJECT \"\\x16\"\nSTARTTLS good refused=yes\n",
		"S \"* OK\\r\\n\"\nSTARTTLS\nSLEEP 20\nS \"* CAPABILITY IMAP4rev1\\r\\na2 OK\\r\\n\"\nEXPECT-CLOSE 5s "
		"any\n",
		"S \"* OK\\r\\n\"\nSTARTTLS\nS \"* OK\\r\\n\"\nTLS good refused=yes\n",
	};
	for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
		struct talk t;
		g_autofree char *script = g_strconcat("EXPECT-NO-PLAINTEXT canary\n", scripts[i], NULL);
		struct peer *p = peer_new(script, 1);
		if (!p)
			return;
		g_assert_true(converse(&t, upgrade, p, NET_STARTTLS, NULL));
		g_assert_cmpint(t.e.cause, ==, i < 2 ? ERR_PROTOCOL : t.e.cause);
		g_assert_cmpint(t.e.cause, !=, ERR_NONE);
		g_assert_cmpuint(t.secured, ==, 0);
		g_assert_cmpuint(t.started, ==, 0);
		talk_clear(&t);
	}
}

/* What waits in the socket when the session wants TLS is seen before the handshake begins. */
static void t03_octets_that_wait_before_the_handshake_end_it(void)
{
	static const struct step at_once[] = { { "* OK", NULL, WIRE_STARTTLS }, { 0 } };
	struct talk t;
	uint16_t port;
	char octet;
	int listener = listen_here(&port);
	g_autofree char *first = g_strnfill(16384, 'x');
	memcpy(first, "* OK", 4);
	memcpy(first + 16382, "\r\n", 2);
	talk_init(&t, at_once);
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_STARTTLS, NULL, NULL });
	int fd = accept_here(listener);
	g_assert_cmpint(send(fd, first, 16384, 0), ==, 16384);
	g_assert_cmpint(send(fd, "!", 1, 0), ==, 1);
	talk_run(&t);
	g_assert_cmpint(t.e.cause, ==, ERR_TLS);
	g_assert_true(talk_says(&t, "went on talking"));
	g_assert_cmpint(recv(fd, &octet, 1, 0), <=, 0);
	talk_clear(&t);
	close(fd);
	close(listener);
}

static void starttls_where_none_is_due_is_a_bug(void)
{
	static const struct step at_once[] = { { "* OK", NULL, WIRE_STARTTLS }, { 0 } };
	static const struct step twice[] = { { "* OK", "a STARTTLS\r\n", 0 }, { "a OK", NULL, WIRE_STARTTLS },
		{ NULL, NULL, WIRE_STARTTLS }, { 0 } };
	struct talk t;
	struct peer *p = peer_new("S \"* OK\\r\\n\"\nEXPECT-CLOSE 5s\n", 1);
	if (!p)
		return;
	g_assert_true(converse(&t, at_once, p, NET_INSECURE, NULL));
	g_assert_cmpint(t.e.cause, ==, ERR_BUG);
	talk_clear(&t);
	p = peer_new("S \"* OK\\r\\n\"\nSTARTTLS good\nEXPECT-CLOSE 5s\n", 1);
	g_assert_true(converse(&t, twice, p, NET_STARTTLS, NULL));
	g_assert_cmpint(t.e.cause, ==, ERR_BUG);
	talk_clear(&t);
}

static char *checksum(const char *p, size_t n)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)p, n);
}

/* Up and down at once, with a server that is slow at first, so that neither buffer takes it all. */
static void large_transfers_lose_nothing(void)
{
	g_autofree char *bulk = g_malloc(BULK);
	for (size_t i = 0; i < BULK; i++)
		bulk[i] = (char)(i * 2654435761u >> 13);
	g_autofree char *sum = checksum(bulk, BULK);
	static const struct step hello[] = { { "* OK", NULL, 0 }, { 0 } };
	for (int tls = 0; tls < 2; tls++) {
		struct talk t;
		g_autofree char *report = NULL;
		g_autofree char *script =
			g_strdup_printf("%sS \"* OK\\r\\n\"\nSLEEP 100\nECHO %d\n", tls ? "TLS good\n" : "", BULK);
		struct peer *p = peer_new(script, 1);
		if (!p)
			return;
		struct net_where where = at(p, tls ? NET_TLS : NET_INSECURE);
		talk_init(&t, hello);
		t.bulk = (struct str){ bulk, BULK };
		talk_open(&t, &where);
		talk_run(&t);
		g_assert_cmpint(t.e.cause, ==, ERR_NONE);
		g_assert_cmpuint(t.bulk_sent, ==, BULK);
		g_assert_cmpuint(t.got, ==, BULK + 6);
		g_assert_cmpstr(g_checksum_get_string(t.sum), ==, sum);
		g_assert_true(peer_end(p, &report));
		if (!tls)
			g_assert_cmpuint(wire_stats(t.w).bytes_out, ==, BULK);
		talk_clear(&t);
	}
}

static void large_download_comes_whole(void)
{
	g_autofree char *want = g_strnfill(BULK, 'A');
	g_autofree char *sum = checksum(want, BULK);
	static const struct step hello[] = { { "* OK", "a1 FETCH\r\n", 0 }, { 0 } };
	struct talk t;
	g_autofree char *report = NULL;
	struct peer *p = peer_new("TLS good max=1.2\nS \"* OK\\r\\n\"\nC /FETCH/\nSTREAM 20000000 'A'\n", 1);
	if (!p)
		return;
	g_assert_true(converse(&t, hello, p, NET_TLS, &report));
	g_assert_cmpstr(g_checksum_get_string(t.sum), ==, sum);
	expect_counts(&t, report, 2);
	talk_clear(&t);
}

static void promise_21_held_nothing_is_read_and_nobody_is_late(void)
{
	static const struct step hello[] = { { "* OK", NULL, 0 }, { 0 } };
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	talk_init(&t, hello);
	t.deadline = clock_ms() + 1000;
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
	int fd = accept_here(listener);
	g_assert_cmpint(send(fd, "* OK\r\n", 6, 0), ==, 6);
	while (t.got < 6)
		g_main_context_iteration(NULL, TRUE);
	wire_hold(t.w, true);
	g_assert_cmpint(send(fd, "more", 4, 0), ==, 4);
	settle();
	clock_advance(60000);
	settle();
	g_assert_cmpuint(t.got, ==, 6);
	g_assert_cmpuint(t.ended, ==, 0);
	t.deadline = CLOCK_NEVER;
	wire_hold(t.w, false);
	close(fd);
	talk_run(&t);
	g_assert_cmpuint(t.got, ==, 10);
	talk_clear(&t);
	close(listener);
}

static void large_upload_goes_whole(void)
{
	g_autofree char *bulk = g_strnfill(BULK, 'B');
	static const struct step hello[] = { { "* OK", NULL, 0 }, { 0 } };
	for (int tls = 0; tls < 2; tls++) {
		struct talk t;
		g_autofree char *report = NULL;
		g_autofree char *script =
			g_strdup_printf("%sS \"* OK\\r\\n\"\nLITERAL %d\nS \"done\"\n", tls ? "TLS good\n" : "", BULK);
		struct peer *p = peer_new(script, 1);
		if (!p)
			return;
		struct net_where where = at(p, tls ? NET_TLS : NET_INSECURE);
		talk_init(&t, hello);
		t.bulk = (struct str){ bulk, BULK };
		talk_open(&t, &where);
		talk_run(&t);
		g_assert_cmpint(t.e.cause, ==, ERR_NONE);
		g_assert_cmpuint(t.got, ==, 10);
		g_assert_true(peer_end(p, &report));
		expect_counts(&t, report, 2);
		talk_clear(&t);
	}
}

static void free_at_any_point_ends_it_silently(void)
{
	static const enum talk_point tls_points[] = { TALK_SECURED, TALK_CONNECTED, TALK_FEED, TALK_PROGRESS,
		TALK_ENDED };
	for (size_t i = 0; i < G_N_ELEMENTS(tls_points); i++) {
		struct talk t;
		struct peer *p = peer_new("TLS good\nS \"* OK\\r\\n\"\nC /CAPABILITY/\nS \"a1 OK\\r\\n\"\nFIN\n", 1);
		if (!p)
			return;
		struct net_where where = at(p, NET_TLS);
		talk_init(&t, dialogue);
		t.free_at = tls_points[i];
		t.fatal_eof = true;
		talk_open(&t, &where);
		talk_run(&t);
		g_assert_true(t.freed);
		g_assert_cmpuint(t.ended, ==, tls_points[i] == TALK_ENDED);
		settle();
		talk_clear(&t);
		peer_end(p, NULL);
	}
}

static void free_at_the_other_points_ends_it_silently(void)
{
	static const enum talk_point points[] = { TALK_STARTED, TALK_EXPIRED, TALK_EOF };
	for (size_t i = 0; i < G_N_ELEMENTS(points); i++) {
		struct talk t;
		struct peer *p =
			peer_new(points[i] == TALK_EOF ? "S \"* OK\\r\\n\"\nFIN\n"
						       : "S \"* OK\\r\\n\"\nSTARTTLS good\nEXPECT-CLOSE 5s any\n",
				1);
		if (!p)
			return;
		struct net_where where = at(p, NET_STARTTLS);
		talk_init(&t, points[i] == TALK_STARTED ? upgrade : wait_for_ever);
		t.free_at = points[i];
		t.deadline = points[i] == TALK_EXPIRED ? clock_ms() + 50 : CLOCK_NEVER;
		talk_open(&t, &where);
		while (points[i] == TALK_EXPIRED && !t.progress)
			g_main_context_iteration(NULL, TRUE);
		clock_advance(60);
		talk_run(&t);
		g_assert_true(t.freed);
		g_assert_cmpuint(t.ended, ==, 0);
		talk_clear(&t);
		peer_end(p, NULL);
	}
}

static void t20_silence_meets_the_sessions_deadline(void)
{
	for (int tls = 0; tls < 2; tls++) {
		struct talk t;
		struct peer *p = peer_new(
			tls ? "TLS good\nS \"* OK\\r\\n\"\nEXPECT-CLOSE 9s\n" : "S \"* OK\\r\\n\"\nEXPECT-CLOSE 9s\n",
			1);
		if (!p)
			return;
		struct net_where where = at(p, tls ? NET_TLS : NET_INSECURE);
		talk_init(&t, wait_for_ever);
		t.deadline = clock_ms() + 60000;
		talk_open(&t, &where);
		while (!t.progress)
			g_main_context_iteration(NULL, TRUE);
		clock_advance(59999);
		settle();
		g_assert_cmpuint(t.ended, ==, 0);
		clock_advance(1);
		g_assert_cmpuint(t.ended, ==, 1);
		g_assert_cmpint(t.e.cause, ==, ERR_NET);
		g_assert_cmpstr(t.e.text, ==, "the server is silent");
		talk_clear(&t);
		g_assert_true(peer_end(p, NULL));
	}
}

static void poke_makes_it_look_at_deadline_and_bytes(void)
{
	struct talk t;
	struct peer *p = peer_new("S \"* OK\\r\\n\"\nC /NOOP/\nS \"a9 OK\\r\\n\"\nEXPECT-CLOSE 9s\n", 1);
	if (!p)
		return;
	struct net_where where = at(p, NET_INSECURE);
	talk_init(&t, wait_for_ever);
	t.deadline = clock_ms() + 60000;
	talk_open(&t, &where);
	wire_poke(t.w);
	while (!t.progress)
		g_main_context_iteration(NULL, TRUE);
	g_string_append(t.out, "a9 NOOP\r\n");
	t.deadline = clock_ms() + 5000;
	wire_poke(t.w);
	while (!strstr(t.in->str, "a9 OK"))
		g_main_context_iteration(NULL, TRUE);
	settle();
	g_assert_cmpuint(wire_stats(t.w).round_trips, ==, 2);
	clock_advance(5000);
	g_assert_cmpuint(t.ended, ==, 1);
	wire_poke(t.w);
	settle();
	g_assert_cmpuint(t.ended, ==, 1);
	talk_clear(&t);
	g_assert_true(peer_end(p, NULL));
}

static void plain_end_is_the_sessions_to_judge(void)
{
	struct peer *p = peer_new("S \"* BYE\\r\\n\"\nFIN\n", 2);
	for (int fatal = 0; p && fatal < 2; fatal++) {
		struct talk t;
		struct net_where where = at(p, NET_INSECURE);
		talk_init(&t, wait_for_ever);
		t.fatal_eof = fatal;
		talk_open(&t, &where);
		talk_run(&t);
		g_assert_cmpint(t.e.cause, ==, fatal ? ERR_NET : ERR_NONE);
		g_assert_cmpuint(t.got, ==, 7);
		talk_clear(&t);
	}
	if (p)
		peer_end(p, NULL);
}

static void reset_connection_is_lost(void)
{
	struct talk t;
	struct peer *p = peer_new("S \"* OK\\r\\n\"\nC /CAPABILITY/\nRST\n", 1);
	if (!p)
		return;
	g_assert_true(converse(&t, dialogue, p, NET_INSECURE, NULL));
	g_assert_cmpint(t.e.cause, ==, ERR_NET);
	g_assert_cmpint(t.e.retry, ==, ERR_LATER);
	g_assert_true(talk_says(&t, "'127.0.0.1' lost"));
	talk_clear(&t);
}

/* The peer has said why and gone; what we send then fails, but its words are read. */
static void last_words_are_read_though_sending_fails(void)
{
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	talk_init(&t, wait_for_ever);
	t.fatal_eof = true;
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
	int fd = accept_here(listener);
	while (!t.connected)
		g_main_context_iteration(NULL, TRUE);
	settle();
	g_string_append(t.out, "a1 NOOP\r\n");
	g_assert_cmpint(send(fd, "* BYE\r\n", 7, 0), ==, 7);
	close(fd);
	wire_poke(t.w);
	g_string_append(t.out, "a2 NOOP\r\n");
	talk_run(&t);
	g_assert_cmpuint(t.got, ==, 7);
	g_assert_cmpint(t.e.cause, ==, ERR_NET);
	talk_clear(&t);
	close(listener);
}

/* An answer that makes the session send more in the middle of a long one. */
static void feed_that_queues_more_goes_on(void)
{
	struct step chain[102];
	GString *script = g_string_new(
		"TLS good\nS \"* OK\\r\\n\"\nREPEAT 100\nTAG\nS \"$TAG OK $i\\r\\n\"\nEND\nEXPECT-CLOSE 5s\n");
	for (size_t i = 0; i < 100; i++)
		chain[i] = (struct step){ "OK", "tag WORD\r\n", 0 };
	chain[100] = (struct step){ "OK 100", NULL, WIRE_CLOSE };
	chain[101] = (struct step){ 0 };
	struct talk t;
	struct peer *p = peer_new(script->str, 1);
	g_string_free(script, TRUE);
	if (!p)
		return;
	g_autofree char *report = NULL;
	g_assert_true(converse(&t, chain, p, NET_TLS, &report));
	g_assert_cmpint(t.e.cause, ==, ERR_NONE);
	expect_counts(&t, report, 101);
	talk_clear(&t);
}

void suite(void)
{
	alarm(240);
	/* The certificates are made a little later than now. */
	clock_set_virtual(1000000, time(NULL) + 3600);
	unit_add(dialogue_is_counted);
	unit_add(octets_one_by_one_make_the_same_dialogue);
	unit_add(starttls_upgrades_and_is_counted_from_the_start);
	unit_add(t03_octets_behind_the_starttls_answer_end_it);
	unit_add(t03_octets_that_wait_before_the_handshake_end_it);
	unit_add(starttls_where_none_is_due_is_a_bug);
	unit_add(large_transfers_lose_nothing);
	unit_add(large_download_comes_whole);
	unit_add(promise_21_held_nothing_is_read_and_nobody_is_late);
	unit_add(large_upload_goes_whole);
	unit_add(free_at_any_point_ends_it_silently);
	unit_add(free_at_the_other_points_ends_it_silently);
	unit_add(t20_silence_meets_the_sessions_deadline);
	unit_add(poke_makes_it_look_at_deadline_and_bytes);
	unit_add(plain_end_is_the_sessions_to_judge);
	unit_add(reset_connection_is_lost);
	unit_add(last_words_are_read_though_sending_fails);
	unit_add(feed_that_queues_more_goes_on);
}
