/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/net/peer.h"

static const struct step polite[] = { { "* OK", "a1 LOGOUT\r\n", 0 }, { "a1 OK", NULL, WIRE_CLOSE }, { 0 } };

/* Some of the certificates are made now, in a second that may be later than this one. */
static void set_clock(void)
{
	clock_set_virtual(1000000, time(NULL) + 3600);
}

struct row {
	const char *cert; /* what the server shows, of tests/live/certs.sh; options behind it */
	const char *host;
	const char *cafile, *pin; /* file names there, or NULL */
	const char *words;        /* of the refusal; NULL: it is accepted */
	enum err_retry retry;
};

static char *script_of(const struct row *rows, size_t n)
{
	GString *s = g_string_new(NULL);
	for (size_t i = 0; i < n; i++) {
		g_string_append(s, i ? "---\n" : "");
		if (rows[i].words)
			g_string_append_printf(s, "TLS %s refused=yes\n", rows[i].cert);
		else
			g_string_append_printf(
				s, "TLS %s\nS \"* OK hello\\r\\n\"\nC /LOGOUT/\nS \"a1 OK\\r\\n\"\n", rows[i].cert);
	}
	return g_string_free(s, FALSE);
}

static char *pin_of(const char *name)
{
	g_autofree char *path = peer_cert_file(name);
	char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return g_strstrip(text);
}

static void try_row(const struct row *row, uint16_t port)
{
	struct talk t;
	struct net_cert c;
	g_autofree char *cafile = row->cafile ? peer_cert_file(row->cafile) : NULL;
	g_autofree char *pin = row->pin ? pin_of(row->pin) : NULL;
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ row->host, port, NET_TLS, cafile, pin });
	talk_run(&t);
	g_test_message("%s for %s: %s", row->cert, row->host, t.e.text ? t.e.text : "accepted");
	g_assert_cmpuint(t.ended, ==, 1);
	g_assert_cmpint(t.e.cause, ==, row->words ? ERR_TLS : ERR_NONE);
	g_assert_cmpint(t.e.retry, ==, row->words ? row->retry : ERR_NOW);
	g_assert_cmpuint(t.connected, ==, !row->words);
	g_assert_cmpuint(t.secured, ==, !row->words);
	if (row->words)
		g_assert_true(talk_says(&t, row->words));
	if (row->retry == ERR_NEVER || !row->words) {
		g_assert_true(wire_cert(t.w, &c));
		g_assert_cmpuint(strlen(c.spki), ==, 64);
		net_cert_clear(&c);
	}
	g_assert_cmpint(wire_tls_version(t.w) != NULL, ==, !row->words);
	talk_clear(&t);
}

static void try_rows(const struct row *rows, size_t n)
{
	g_autofree char *script = script_of(rows, n);
	struct peer *p = peer_new(script, 0);
	if (!p)
		return;
	names_set(NAMES_LOOPBACK);
	for (size_t i = 0; i < n; i++)
		try_row(&rows[i], peer_port(p));
	g_assert_true(peer_end(p, NULL));
}

static void good_certificates_are_accepted(void)
{
	static const struct row rows[] = {
		{ "good", PEER_HOST, "ca.pem", NULL, NULL, 0 },
		{ "good", "IMAP.Boxwood.Test.", "ca.pem", NULL, NULL, 0 },
		{ "good", "localhost", "ca.pem", NULL, NULL, 0 },
		{ "good", "127.0.0.1", "ca.pem", NULL, NULL, 0 },
		{ "good max=1.2", PEER_HOST, "ca.pem", NULL, NULL, 0 },
		{ "ip", "127.0.0.1", "ca.pem", NULL, NULL, 0 },
		{ "mid", PEER_HOST, "ca.pem", NULL, NULL, 0 },
		{ "wild", PEER_HOST, "ca.pem", NULL, NULL, 0 },
		{ "self", PEER_HOST, "self.crt", NULL, NULL, 0 },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void t11_trusted_certificate_of_another_host_is_refused(void)
{
	static const struct row rows[] = {
		{ "wrong", PEER_HOST, "ca.pem", NULL, "wanted '" PEER_HOST "', offered 'evil.example'", ERR_NEVER },
		{ "good", "other.boxwood.test", "ca.pem", NULL, "wanted 'other.boxwood.test'", ERR_NEVER },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void t12_only_whole_names_count(void)
{
	static const struct row rows[] = {
		{ "cn-only", PEER_HOST, "ca.pem", NULL, "offered no name", ERR_NEVER },
		{ "cn-other", PEER_HOST, "ca.pem", NULL, "offered 'other.example'", ERR_NEVER },
		{ "nul", PEER_HOST, "ca.pem", NULL, "another name", ERR_NEVER },
		{ "wild-tld", PEER_HOST, "ca.pem", NULL, "offered '*.test'", ERR_NEVER },
		{ "wild-part", PEER_HOST, "ca.pem", NULL, "offered 'i*.boxwood.test'", ERR_NEVER },
		{ "wild-two", PEER_HOST, "ca.pem", NULL, "offered '*.*.test'", ERR_NEVER },
		{ "wild", "a." PEER_HOST, "ca.pem", NULL, "another name", ERR_NEVER },
		{ "name-only", "127.0.0.1", "ca.pem", NULL, "wanted '127.0.0.1', offered '127.0.0.1, elsewhere",
			ERR_NEVER },
		{ "ip", PEER_HOST, "ca.pem", NULL, "offered '127.0.0.1'", ERR_NEVER },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void t13_invalid_certificates_are_refused(void)
{
	static const struct row rows[] = {
		{ "expired", PEER_HOST, "ca.pem", NULL, "it has expired", ERR_NEVER },
		{ "expired", PEER_HOST, "ca.pem", NULL, "valid from 2019-01-01T00:00:00Z to 2020-01-01T00:00:00Z",
			ERR_NEVER },
		{ "future", PEER_HOST, "ca.pem", NULL, "it is not valid yet", ERR_NEVER },
		{ "mid-expired", PEER_HOST, "ca.pem", NULL, "certificate of an issuer has expired", ERR_NEVER },
		{ "sha1", PEER_HOST, "ca.pem", NULL, "broken digest", ERR_NEVER },
		{ "short", PEER_HOST, "ca.pem", NULL, "its key is too short", ERR_NEVER },
		{ "no-ca", PEER_HOST, "ca.pem", NULL, "its issuer is no certificate authority", ERR_NEVER },
		{ "other-chain", PEER_HOST, "ca.pem", NULL, "issued by 'CN = Another Test CA'", ERR_NEVER },
		{ "good", PEER_HOST, NULL, NULL, "its issuer is not trusted here", ERR_NEVER },
		{ "self", PEER_HOST, "ca.pem", NULL, "it is signed by itself", ERR_NEVER },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void t13_clock_of_1970_is_hinted_at(void)
{
	static const struct row rows[] = {
		{ "good", PEER_HOST, "ca.pem", NULL, "the clock here says 1970", ERR_NEVER },
	};
	clock_set_virtual(1000000, 86400);
	try_rows(rows, G_N_ELEMENTS(rows));
	set_clock();
}

static void t14_good_certificate_behind_a_bad_one_changes_nothing(void)
{
	static const struct row rows[] = {
		{ "wrong-and-good", PEER_HOST, "ca.pem", NULL, "offered 'evil.example'", ERR_NEVER },
		{ "self-and-good", PEER_HOST, "ca.pem", NULL, "it is signed by itself", ERR_NEVER },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void t15_pin_takes_its_key_and_no_other(void)
{
	static const struct row rows[] = {
		{ "self", PEER_HOST, NULL, "self.pin", NULL, 0 },
		{ "self", "127.0.0.1", NULL, "self.pin", NULL, 0 },
		{ "self2", PEER_HOST, NULL, "self.pin", "another key than the pinned one: wanted sha256 ", ERR_NEVER },
		{ "good", PEER_HOST, "ca.pem", "self.pin", "offered sha256 ", ERR_NEVER },
		{ "self", PEER_HOST, "self.crt", "self2.pin", "offered sha256 ", ERR_NEVER },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void t15_changed_key_shows_both_fingerprints(void)
{
	struct talk t;
	struct peer *p = peer_new("TLS self2 refused=yes\n", 1);
	if (!p)
		return;
	g_autofree char *pin = pin_of("self.pin");
	g_autofree char *other = pin_of("self2.pin");
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, NULL, pin });
	talk_run(&t);
	g_autofree char *start = g_strdup_printf("sha256 %c%c:%c%c:", g_ascii_toupper(pin[0]), g_ascii_toupper(pin[1]),
		g_ascii_toupper(pin[2]), g_ascii_toupper(pin[3]));
	g_autofree char *end = g_strdup_printf(":%c%c ", g_ascii_toupper(other[62]), g_ascii_toupper(other[63]));
	g_assert_true(talk_says(&t, start));
	g_assert_true(talk_says(&t, end));
	struct net_cert c;
	g_assert_true(wire_cert(t.w, &c));
	g_assert_cmpstr(c.spki, ==, other);
	net_cert_clear(&c);
	talk_clear(&t);
	g_assert_true(peer_end(p, NULL));
}

static void t16_cafile_that_cannot_be_used_refuses(void)
{
	static const char *const bad[] = { "no-such-file.pem", "empty.pem", "hashed", "good.pin", "good.key" };
	uint16_t port;
	if (!peer_certs())
		return;
	int listener = listen_here(&port);
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct talk t;
		g_autofree char *cafile = peer_cert_file(bad[i]);
		for (int security = NET_TLS; security <= NET_STARTTLS; security++) {
			talk_init(&t, polite);
			talk_open(&t, &(struct net_where){ "127.0.0.1", port, security, cafile, NULL });
			talk_run(&t);
			g_test_message("%s", t.e.text);
			g_assert_cmpint(t.e.cause, ==, ERR_TLS);
			g_assert_cmpint(t.e.retry, ==, ERR_NEVER);
			g_assert_true(talk_says(&t, bad[i]));
			talk_clear(&t);
			g_assert_cmpint(accept(listener, NULL, NULL), ==, -1);
		}
	}
	close(listener);
}

static void t17_certificate_in_a_revocation_list_is_refused(void)
{
	static const struct row rows[] = {
		{ "revoked", PEER_HOST, "ca-listed.pem", NULL, "its issuer has revoked it", ERR_NEVER },
		{ "revoked", PEER_HOST, "ca.pem", NULL, NULL, 0 },
		{ "good", PEER_HOST, "ca-listed.pem", NULL, NULL, 0 },
		{ "good max=1.2", PEER_HOST, "ca-listed.pem", NULL, NULL, 0 },
		{ "revoked max=1.2", PEER_HOST, "ca-listed.pem", NULL, "its issuer has revoked it", ERR_NEVER },
		{ "good", PEER_HOST, "ca-listed-once.pem", NULL, "the revocation list in cafile has expired",
			ERR_NEVER },
		{ "mid", PEER_HOST, "ca-listed.pem", NULL, NULL, 0 },
		{ "mid", PEER_HOST, "ca-issuer-listed.pem", NULL, "the certificate of an issuer was revoked",
			ERR_NEVER },
		{ "other-chain", PEER_HOST, "other-ca-listed.pem", NULL, NULL, 0 },
		{ "self", PEER_HOST, "ca-listed.pem", "self.pin", NULL, 0 },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

/* Roots of the machine, and in cafile nothing but a list. */
static void t17_list_alone_is_a_cafile_too(void)
{
	static const struct row rows[] = {
		{ "revoked", PEER_HOST, "listed.crl", NULL, "its issuer has revoked it", ERR_NEVER },
		{ "good", PEER_HOST, "listed.crl", NULL, NULL, 0 },
	};
	if (!peer_certs())
		return;
	g_autofree char *file = peer_cert_file("ca.pem");
	g_setenv("SSL_CERT_FILE", file, TRUE);
	try_rows(rows, G_N_ELEMENTS(rows));
	g_unsetenv("SSL_CERT_FILE");
}

static void roots_come_from_the_directory_or_the_bundle(void)
{
	static const struct row yes[] = { { "good", PEER_HOST, NULL, NULL, NULL, 0 } };
	static const struct row no[] = { { "good", PEER_HOST, NULL, NULL, "not trusted here", ERR_NEVER } };
	if (!peer_certs())
		return;
	g_autofree char *dir = peer_cert_file("hashed");
	g_autofree char *file = peer_cert_file("ca.pem");
	g_autofree char *other = peer_cert_file("other-ca.pem");
	g_setenv("SSL_CERT_DIR", dir, TRUE);
	try_rows(yes, 1);
	g_setenv("SSL_CERT_DIR", peer_certs(), TRUE);
	try_rows(no, 1);
	g_unsetenv("SSL_CERT_DIR");
	g_setenv("SSL_CERT_FILE", file, TRUE);
	try_rows(yes, 1);
	g_setenv("SSL_CERT_FILE", other, TRUE);
	try_rows(no, 1);
	g_unsetenv("SSL_CERT_FILE");
}

/* Where a literal of 8 octets is cut, with and without the close that TLS has for it. */
static void t18_cut_connection_is_an_error_everywhere(void)
{
	static const char answer[] = "* 1 FETCH (BODY[] {8}\\r\\n12345678)\\r\\na1 OK\\r\\n";
	GString *script = g_string_new(NULL);
	unsigned cuts = 0;
	for (size_t n = 0; n <= strlen(answer); n++, cuts++) {
		if (n && answer[n - 1] == '\\')
			n++;
		g_string_append_printf(script, "%sTLS good\nS \"* OK\\r\\n%.*s\"\nNOCLOSENOTIFY\nFIN\n",
			cuts ? "---\n" : "", (int)n, answer);
	}
	struct peer *p = peer_new(script->str, 0);
	static const struct step wait[] = { { "never", NULL, 0 }, { 0 } };
	g_autofree char *cafile = p ? peer_cert_file("ca.pem") : NULL;
	for (unsigned i = 0; p && i < cuts; i++) {
		struct talk t;
		talk_init(&t, wait);
		talk_open(&t, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, cafile, NULL });
		talk_run(&t);
		g_assert_cmpint(t.e.cause, ==, ERR_NET);
		g_assert_cmpint(t.e.retry, ==, ERR_LATER);
		g_assert_true(talk_says(&t, "cut"));
		talk_clear(&t);
	}
	if (p)
		g_assert_true(peer_end(p, NULL));
	g_string_free(script, TRUE);
}

static void t18_proper_close_is_the_sessions_to_judge(void)
{
	struct peer *p = peer_new("TLS good\nS \"* OK\\r\\n* 1 FETCH (BODY[] {8}\\r\\n123\"\nFIN\n", 2);
	static const struct step wait[] = { { "never", NULL, 0 }, { 0 } };
	g_autofree char *cafile = p ? peer_cert_file("ca.pem") : NULL;
	for (int fatal = 0; p && fatal < 2; fatal++) {
		struct talk t;
		talk_init(&t, wait);
		t.fatal_eof = fatal;
		talk_open(&t, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, cafile, NULL });
		talk_run(&t);
		g_assert_cmpint(t.e.cause, ==, fatal ? ERR_NET : ERR_NONE);
		talk_clear(&t);
	}
	if (p)
		g_assert_true(peer_end(p, NULL));
}

static void t18_cut_handshake_is_for_later(void)
{
	struct talk t;
	uint16_t port;
	int listener = listen_here(&port);
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_TLS, NULL, NULL });
	close(accept_here(listener));
	talk_run(&t);
	g_assert_cmpint(t.e.cause, ==, ERR_NET);
	g_assert_cmpint(t.e.retry, ==, ERR_LATER);
	talk_clear(&t);
	close(listener);
}

static void t19_old_protocols_are_refused(void)
{
	static const struct row rows[] = {
		{ "good max=1.0", PEER_HOST, "ca.pem", NULL, "handshake with", ERR_LATER },
		{ "good max=1.1", PEER_HOST, "ca.pem", NULL, "handshake with", ERR_LATER },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

/* RFC 8446 4.1.2: version, random, session, ciphers, compression. */
static void t19_hello_offers_nothing_weak(void)
{
	struct talk t;
	uint16_t port;
	unsigned char hello[4096];
	int listener = listen_here(&port);
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ "127.0.0.1", port, NET_TLS, NULL, NULL });
	int fd = accept_here(listener);
	ssize_t n;
	while ((n = recv(fd, hello, sizeof(hello), 0)) <= 0)
		g_main_context_iteration(NULL, FALSE);
	g_assert_cmpint(n, >, 100);
	g_assert_cmpint(hello[0], ==, 22);
	size_t at = 5 + 4 + 2 + 32;
	at += 1u + hello[at];
	size_t ciphers = (size_t)(hello[at] << 8 | hello[at + 1]);
	at += 2;
	for (size_t i = 0; i + 1 < ciphers && at + i + 1 < (size_t)n; i += 2) {
		unsigned c = (unsigned)(hello[at + i] << 8 | hello[at + i + 1]);
		/* The old range holds RC4, DES, 3DES, export and anonymous suites; AES starts at 0x2f. */
		g_assert_false(c < 0x2f || c == 0xc008 || c == 0xc012 || c == 0xc011 || c == 0xc007);
	}
	at += ciphers;
	g_assert_cmpint(hello[at], ==, 1);
	g_assert_cmpint(hello[at + 1], ==, 0);
	close(fd);
	talk_run(&t);
	talk_clear(&t);
	close(listener);
}

static void t20_dripping_handshake_meets_the_deadline(void)
{
	struct talk t;
	struct peer *p = peer_new("DRIP 1 5\nTLS good refused=yes\n", 1);
	if (!p)
		return;
	g_autofree char *cafile = peer_cert_file("ca.pem");
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, cafile, NULL });
	for (int i = 0; i < 10; i++) {
		uint64_t before = wire_stats(t.w).bytes_in;
		g_assert_cmpuint(t.ended, ==, 0);
		while (!t.ended && wire_stats(t.w).bytes_in == before)
			g_main_context_iteration(NULL, TRUE);
		clock_advance(NET_CONNECT_MS / 10);
	}
	g_assert_cmpuint(t.ended, ==, 1);
	g_assert_cmpint(t.e.cause, ==, ERR_NET);
	talk_clear(&t);
	peer_end(p, NULL);
}

static void plain_server_on_a_tls_port_fails(void)
{
	struct talk t;
	struct peer *p = peer_new("S \"* OK IMAP4rev1 ready\\r\\n\"\nEXPECT-CLOSE 5s any\n", 1);
	if (!p)
		return;
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, NULL, NULL });
	talk_run(&t);
	g_assert_cmpint(t.e.cause, ==, ERR_TLS);
	g_assert_true(talk_says(&t, "is not TLS"));
	g_assert_cmpuint(t.connected, ==, 0);
	talk_clear(&t);
	g_assert_true(peer_end(p, NULL));
}

/* Connections to one host at one time share neither trust nor encryption. */
static void t21_nothing_is_shared_between_connections(void)
{
	static const struct step stay[] = { { "* OK", NULL, 0 }, { "more", NULL, 0 }, { 0 } };
	struct peer *p = peer_new("TLS good\nS \"* OK\\r\\n\"\nEXPECT-CLOSE 9s\n---\n"
				  "TLS good refused=yes\n---\nS \"* OK\\r\\n\"\nEXPECT-CLOSE 9s\n",
		0);
	if (!p)
		return;
	struct talk trusting, other, plain;
	g_autofree char *cafile = peer_cert_file("ca.pem");
	talk_init(&trusting, stay);
	talk_open(&trusting, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, cafile, NULL });
	while (!trusting.progress && !trusting.ended)
		g_main_context_iteration(NULL, TRUE);
	talk_init(&other, stay);
	talk_open(&other, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, NULL, NULL });
	talk_run(&other);
	g_assert_cmpint(other.e.cause, ==, ERR_TLS);
	talk_init(&plain, stay);
	talk_open(&plain, &(struct net_where){ "127.0.0.1", peer_port(p), NET_INSECURE, NULL, NULL });
	while (!plain.progress && !plain.ended)
		g_main_context_iteration(NULL, TRUE);
	g_assert_true(trusting.tls);
	g_assert_false(plain.tls);
	g_assert_cmpuint(trusting.ended + plain.ended, ==, 0);
	talk_clear(&trusting);
	talk_clear(&other);
	talk_clear(&plain);
	g_assert_true(peer_end(p, NULL));
}

static void certificate_is_described(void)
{
	struct talk t;
	struct net_cert c;
	struct peer *p = peer_new("TLS good\nS \"* OK\\r\\n\"\nTAG\nS \"a1 OK\\r\\n\"\n", 1);
	if (!p)
		return;
	g_autofree char *cafile = peer_cert_file("ca.pem");
	g_autofree char *pin = pin_of("good.pin");
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ "127.0.0.1", peer_port(p), NET_TLS, cafile, NULL });
	g_assert_false(wire_cert(t.w, &c));
	g_assert_null(c.subject);
	talk_run(&t);
	g_assert_true(wire_cert(t.w, &c));
	g_assert_cmpstr(c.subject, ==, "CN = " PEER_HOST);
	g_assert_cmpstr(c.issuer, ==, "CN = Boxwood Test CA");
	g_assert_cmpstr(c.names, ==, PEER_HOST ", localhost, 127.0.0.1, ::1");
	g_assert_cmpstr(c.not_before, ==, "2020-01-01T00:00:00Z");
	g_assert_cmpstr(c.not_after, ==, "2099-12-31T23:59:59Z");
	g_assert_cmpstr(c.spki, ==, pin);
	g_assert_cmpstr(wire_tls_version(t.w), ==, "TLSv1.3");
	net_cert_clear(&c);
	talk_clear(&t);
	g_assert_true(peer_end(p, NULL));
}

void suite(void)
{
	alarm(240);
	set_clock();
	unit_add(good_certificates_are_accepted);
	unit_add(t11_trusted_certificate_of_another_host_is_refused);
	unit_add(t12_only_whole_names_count);
	unit_add(t13_invalid_certificates_are_refused);
	unit_add(t13_clock_of_1970_is_hinted_at);
	unit_add(t14_good_certificate_behind_a_bad_one_changes_nothing);
	unit_add(t15_pin_takes_its_key_and_no_other);
	unit_add(t15_changed_key_shows_both_fingerprints);
	unit_add(t16_cafile_that_cannot_be_used_refuses);
	unit_add(t17_certificate_in_a_revocation_list_is_refused);
	unit_add(t17_list_alone_is_a_cafile_too);
	unit_add(roots_come_from_the_directory_or_the_bundle);
	unit_add(t18_cut_connection_is_an_error_everywhere);
	unit_add(t18_proper_close_is_the_sessions_to_judge);
	unit_add(t18_cut_handshake_is_for_later);
	unit_add(t19_old_protocols_are_refused);
	unit_add(t19_hello_offers_nothing_weak);
	unit_add(t20_dripping_handshake_meets_the_deadline);
	unit_add(plain_server_on_a_tls_port_fails);
	unit_add(t21_nothing_is_shared_between_connections);
	unit_add(certificate_is_described);
}
