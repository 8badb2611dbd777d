/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#include "tests/unit/net/peer.h"

#define BULK 5000000
#define LINE_MAX_HERE (1 << 20)
#define MEGABYTE (1 << 20)

static const struct step dialogue[] = {
	{ "* OK", "a1 COMPRESS DEFLATE\r\n", 0 },
	{ "a1 OK", NULL, WIRE_DEFLATE },
	{ NULL, "a2 SELECT INBOX\r\na3 NOOP\r\n", 0 },
	{ "a3 OK", "a4 LOGOUT\r\n", 0 },
	{ "a4 OK", NULL, WIRE_CLOSE },
	{ 0 },
};
#define ANSWERS                                                                                                        \
	"C /a2 SELECT INBOX/\nC /a3 NOOP/\nS \"* 3 EXISTS\\r\\na2 OK\\r\\na3 OK\\r\\n\"\n"                             \
	"C /LOGOUT/\nSPLIT off\nS \"a4 OK\\r\\n\"\nEXPECT-CLOSE 5s\n"

static const struct step to_bulk[] = {
	{ "* OK", "a1 COMPRESS DEFLATE\r\n", 0 },
	{ "a1 OK", NULL, WIRE_DEFLATE },
	{ 0 },
};

/* More is awaited than ever comes. */
static const struct step to_wait[] = {
	{ "* OK", "a1 COMPRESS DEFLATE\r\n", 0 },
	{ "a1 OK", NULL, WIRE_DEFLATE },
	{ "never", NULL, 0 },
	{ 0 },
};

static struct net_where at(const struct peer *p, bool tls)
{
	static char *cafile;
	if (tls && !cafile)
		cafile = peer_cert_file("ca.pem");
	return (struct net_where){ "127.0.0.1", peer_port(p), tls ? NET_TLS : NET_INSECURE, tls ? cafile : NULL, NULL };
}

static void try_dialogue(const char *script, bool tls)
{
	struct talk t;
	struct peer *p = peer_new(script, 1);
	if (!p)
		return;
	struct net_where where = at(p, tls);
	talk_init(&t, dialogue);
	talk_open(&t, &where);
	talk_run(&t);
	if (t.e.text)
		g_test_message("%s", t.e.text);
	g_assert_cmpint(t.e.cause, ==, ERR_NONE);
	g_assert_cmpuint(t.deflated, ==, 1);
	g_assert_cmpuint(wire_stats(t.w).round_trips, ==, 4);
	g_assert_true(strstr(t.in->str, "* 3 EXISTS\r\na2 OK\r\na3 OK\r\na4 OK\r\n") != NULL);
	talk_clear(&t);
	g_assert_true(peer_end(p, NULL));
}

static void dialogue_is_compressed_both_ways(void)
{
	try_dialogue("S \"* OK\\r\\n\"\nC /COMPRESS/\nDEFLATE \"a1 OK\\r\\n\"\n" ANSWERS, false);
	try_dialogue("TLS good\nS \"* OK\\r\\n\"\nC /COMPRESS/\nDEFLATE \"a1 OK\\r\\n\"\n" ANSWERS, true);
	try_dialogue(
		"SPLIT every 1\nTLS good\nS \"* OK\\r\\n\"\nC /COMPRESS/\nDEFLATE \"a1 OK\\r\\n\"\n" ANSWERS, true);
}

static void octets_behind_the_consent_are_unpacked(void)
{
	static const char script[] =
		"S \"* OK\\r\\n\"\nC /COMPRESS/\nDEFLATE \"a1 OK\\r\\n\" \"* 9 EXISTS\\r\\n\"\n" ANSWERS;
	try_dialogue(script, false);
	for (int n = 1; n < 30; n += 4) {
		g_autofree char *split = g_strdup_printf("SPLIT at %d\n%s", n, script);
		try_dialogue(split, false);
	}
}

static void large_transfers_lose_nothing(void)
{
	g_autofree char *bulk = g_malloc(BULK);
	for (size_t i = 0; i < BULK; i++)
		bulk[i] = i < BULK / 2 ? (char)(i * 2654435761u >> 13) : (char)('a' + i / 77 % 13);
	g_autofree char *sum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bulk, BULK);
	for (int tls = 0; tls < 2; tls++) {
		struct talk t;
		g_autofree char *script = g_strdup_printf("%sS \"* OK\\r\\n\"\nC /COMPRESS/\nDEFLATE \"a1 OK\\r\\n\"\n"
							  "SLEEP 100\nECHO %d\n",
			tls ? "TLS good\n" : "", BULK);
		struct peer *p = peer_new(script, 1);
		if (!p)
			return;
		struct net_where where = at(p, tls);
		talk_init(&t, to_bulk);
		t.bulk = (struct str){ bulk, BULK };
		talk_open(&t, &where);
		talk_run(&t);
		g_assert_cmpint(t.e.cause, ==, ERR_NONE);
		g_assert_cmpuint(t.bulk_sent, ==, BULK);
		g_assert_cmpstr(g_checksum_get_string(t.sum), ==, sum);
		g_assert_cmpuint(t.piece_max, <=, 65536);
		g_assert_cmpuint(wire_stats(t.w).bytes_in, <, BULK * 3 / 4);
		g_assert_cmpuint(wire_stats(t.w).bytes_out, <, BULK * 3 / 4);
		talk_clear(&t);
		g_assert_true(peer_end(p, NULL));
	}
}

/* A wire to a socket of ours, up to the consent with `behind` in the same segment. */
static int consent(struct talk *t, int *listener, const struct step *steps, const void *behind, size_t n)
{
	static const char yes[] = "a1 OK\r\n";
	uint16_t port;
	char line[100];
	*listener = listen_here(&port);
	talk_init(t, steps);
	talk_open(t, &(struct net_where){ "127.0.0.1", port, NET_INSECURE, NULL, NULL });
	int fd = accept_here(*listener);
	g_assert_cmpint(send(fd, "* OK\r\n", 6, 0), ==, 6);
	while (recv(fd, line, sizeof(line), 0) <= 0)
		g_main_context_iteration(NULL, FALSE);
	g_autofree char *whole = g_malloc(sizeof(yes) + n);
	memcpy(whole, yes, sizeof(yes) - 1);
	if (n)
		memcpy(whole + sizeof(yes) - 1, behind, n);
	g_assert_cmpint(send(fd, whole, sizeof(yes) - 1 + n, 0), ==, (ssize_t)(sizeof(yes) - 1 + n));
	return fd;
}

static void let_go(struct talk *t, int fd, int listener)
{
	talk_clear(t);
	close(fd);
	close(listener);
}

/* A megabyte of one octet, packed so that it may stand any number of times. */
static GBytes *packed_megabyte(void)
{
	g_autofree char *plain = g_strnfill(MEGABYTE, 'A');
	Bytef *out = g_malloc(MEGABYTE);
	z_stream z = { 0 };
	deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)plain;
	z.avail_in = MEGABYTE;
	z.next_out = out;
	z.avail_out = MEGABYTE;
	deflate(&z, Z_FULL_FLUSH);
	deflateEnd(&z);
	return g_bytes_new_take(out, z.total_out);
}

static void i39_bomb_ends_at_the_sessions_limit(void)
{
	struct talk t;
	int listener;
	gsize n;
	g_autoptr(GBytes) packed = packed_megabyte();
	const char *p = g_bytes_get_data(packed, &n);
	g_assert_cmpuint(n, <, 1100);
	GString *bomb = g_string_new(NULL);
	for (int i = 0; i < 1024; i++)
		g_string_append_len(bomb, p, (gssize)n);
	int fd = consent(&t, &listener, to_wait, p, n);
	t.line_max = LINE_MAX_HERE;
	for (gsize at = 0; !t.ended && at < bomb->len;) {
		ssize_t sent = send(fd, bomb->str + at, bomb->len - at, MSG_NOSIGNAL);
		at += sent > 0 ? (gsize)sent : 0;
		g_main_context_iteration(NULL, FALSE);
	}
	talk_run(&t);
	g_assert_cmpint(t.e.cause, ==, ERR_PROTOCOL);
	g_assert_true(talk_says(&t, "the line is too long"));
	g_assert_cmpuint(t.piece_max, <=, 65536);
	g_assert_cmpuint(t.got, <=, LINE_MAX_HERE + 65536 + 100);
	g_string_free(bomb, TRUE);
	let_go(&t, fd, listener);
}

/* Four of them in one packet: others have their turn in between, and the owner can leave there. */
static void i39_bomb_is_unpacked_a_little_at_a_turn(void)
{
	struct talk t;
	int listener;
	gsize n;
	g_autoptr(GBytes) packed = packed_megabyte();
	const char *p = g_bytes_get_data(packed, &n);
	g_autofree char *four = g_malloc(4 * n);
	for (int i = 0; i < 4; i++)
		memcpy(four + i * n, p, n);
	int fd = consent(&t, &listener, to_wait, four, 4 * n);
	while (t.got < 4 * n + 1000)
		g_main_context_iteration(NULL, FALSE);
	g_assert_cmpuint(t.got, <=, MEGABYTE + 4 * n + 20);
	t.free_at = TALK_PROGRESS;
	talk_run(&t);
	g_assert_true(t.freed);
	g_assert_cmpuint(t.got, <=, MEGABYTE + 65536 + 4 * n + 20);
	let_go(&t, fd, listener);
}

static void i39_corrupt_stream_ends_the_connection(void)
{
	/* A reserved kind of block; stored, its lengths disagree; a distance before the start; octets behind the end. */
	static const struct {
		const char *p;
		size_t n;
	} bad[] = { { "\x07\xff\xff", 3 }, { "\x00\x05\x00\x05\x00hello", 10 }, { "\x03\x02\x00\x00\x00", 5 },
		{ "\x03\x00more", 6 }, { "* 3 EXISTS\r\n", 12 } };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		for (int later = 0; later < 2; later++) {
			struct talk t;
			int listener;
			struct str raw = unit_exact(bad[i].p, bad[i].n);
			int fd = consent(&t, &listener, to_wait, raw.p, later ? 0 : raw.n);
			while (later && !t.deflated)
				g_main_context_iteration(NULL, FALSE);
			if (later)
				g_assert_cmpint(send(fd, raw.p, raw.n, 0), ==, (ssize_t)raw.n);
			talk_run(&t);
			g_test_message("%zu: %s", i, t.e.text);
			g_assert_cmpint(t.e.cause, ==, ERR_PROTOCOL);
			g_assert_true(talk_says(&t, "cannot be unpacked"));
			g_assert_cmpuint(t.deflated, ==, 1);
			let_go(&t, fd, listener);
		}
}

/* What was not flushed is not there yet, and empty blocks are no progress. */
static void i39_stream_without_flush_meets_the_deadline(void)
{
	struct talk t;
	int listener;
	static const char held[] = "\x62"; /* the begin of a block */
	static const char empty[] = "\x00\x00\x00\xff\xff";
	int fd = consent(&t, &listener, to_wait, held, 1);
	t.deadline = clock_ms() + 60000;
	while (!t.deflated)
		g_main_context_iteration(NULL, FALSE);
	wire_poke(t.w);
	settle();
	let_go(&t, fd, listener);
	fd = consent(&t, &listener, to_wait, empty, 5);
	t.deadline = clock_ms() + 60000;
	while (!t.deflated)
		g_main_context_iteration(NULL, FALSE);
	uint64_t got = t.got;
	for (int i = 0; i < 1000; i++)
		g_assert_cmpint(send(fd, empty, 5, 0), ==, 5);
	settle();
	g_assert_cmpuint(t.got, ==, got);
	clock_advance(59999);
	settle();
	g_assert_cmpuint(t.ended, ==, 0);
	clock_advance(1);
	talk_run(&t);
	g_assert_cmpstr(t.e.text, ==, "the server is silent");
	let_go(&t, fd, listener);
}

static void stream_that_is_ended_may_be_closed(void)
{
	struct talk t;
	int listener;
	int fd = consent(&t, &listener, to_wait, "\x03\x00", 2);
	close(fd);
	talk_run(&t);
	g_assert_cmpint(t.e.cause, ==, ERR_NONE);
	talk_clear(&t);
	close(listener);
}

static void deflate_where_none_is_due_is_a_bug(void)
{
	static const struct step twice[] = { { "* OK", "a1 COMPRESS DEFLATE\r\n", 0 }, { "a1 OK", NULL, WIRE_DEFLATE },
		{ NULL, NULL, WIRE_DEFLATE }, { 0 } };
	struct talk t;
	int listener;
	int fd = consent(&t, &listener, twice, NULL, 0);
	talk_run(&t);
	g_assert_cmpint(t.e.cause, ==, ERR_BUG);
	let_go(&t, fd, listener);
}

static void free_when_it_starts_ends_it_silently(void)
{
	struct talk t;
	int listener;
	int fd = consent(&t, &listener, to_wait, "\x07", 1);
	t.free_at = TALK_DEFLATED;
	talk_run(&t);
	g_assert_true(t.freed);
	g_assert_cmpuint(t.ended, ==, 0);
	let_go(&t, fd, listener);
}

/* Not a piece comes in while it is held, though the packet that holds it has come. */
static void held_wire_feeds_nothing(void)
{
	struct talk t;
	int listener;
	gsize n;
	g_autoptr(GBytes) packed = packed_megabyte();
	const char *p = g_bytes_get_data(packed, &n);
	int fd = consent(&t, &listener, to_wait, p, n);
	while (!t.deflated)
		g_main_context_iteration(NULL, FALSE);
	wire_hold(t.w, true);
	settle();
	uint64_t got = t.got;
	g_string_append(t.out, "a2 NOOP\r\n");
	wire_poke(t.w);
	settle();
	g_assert_cmpuint(t.got, ==, got);
	g_assert_cmpuint(t.out->len, ==, 0);
	wire_hold(t.w, false);
	settle();
	g_assert_cmpuint(t.got, >=, MEGABYTE);
	let_go(&t, fd, listener);
}

static void held_wire_does_not_spin_on_a_hang_up(void)
{
	struct talk t;
	int listener;
	int fd = consent(&t, &listener, to_wait, NULL, 0);
	while (!t.deflated)
		g_main_context_iteration(NULL, FALSE);
	wire_hold(t.w, true);
	settle();
	struct linger at_once = { 1, 0 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
	for (int i = 0; i < 5; i++)
		g_assert_false(g_main_context_iteration(NULL, FALSE));
	g_assert_cmpuint(t.ended, ==, 0);
	wire_hold(t.w, false);
	talk_run(&t);
	g_assert_cmpuint(t.ended, ==, 1);
	talk_clear(&t);
	close(listener);
}

void suite(void)
{
	alarm(240);
	/* The certificates are made a little later than now. */
	clock_set_virtual(1000000, time(NULL) + 3600);
	unit_add(dialogue_is_compressed_both_ways);
	unit_add(octets_behind_the_consent_are_unpacked);
	unit_add(large_transfers_lose_nothing);
	unit_add(i39_bomb_ends_at_the_sessions_limit);
	unit_add(i39_bomb_is_unpacked_a_little_at_a_turn);
	unit_add(i39_corrupt_stream_ends_the_connection);
	unit_add(i39_stream_without_flush_meets_the_deadline);
	unit_add(stream_that_is_ended_may_be_closed);
	unit_add(deflate_where_none_is_due_is_a_bug);
	unit_add(free_when_it_starts_ends_it_silently);
	unit_add(held_wire_feeds_nothing);
	unit_add(held_wire_does_not_spin_on_a_hang_up);
}
