/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A TLS server in this very thread: it staples OCSP answers of our own making, and its keys can be compared. */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "tests/unit/net/peer.h"

#define DAY 86400

static const struct step polite[] = { { "* OK", "a1 LOGOUT\r\n", 0 }, { "a1 OK", NULL, WIRE_CLOSE }, { 0 } };

struct staple {
	const char *cert;   /* what the server shows */
	int status;         /* V_OCSP_CERTSTATUS_..; NOTHING, NONSENSE, TRY_LATER */
	const char *words;  /* of the refusal; NULL: accepted */
	const char *about;  /* another certificate than the one shown */
	const char *signer; /* another than ca */
	long from, until;   /* seconds from now; 0: a day ago, in a day */
	bool endless;       /* no `until` is told */
	bool sha256;        /* names the certificate so */
	bool pinned;
	int max; /* TLS version; 0: any */
};

enum { NOTHING = -1, NONSENSE = -2, TRY_LATER = -3 };

static X509 *cert_of(const char *name)
{
	g_autofree char *file = g_strconcat(name, ".crt", NULL);
	g_autofree char *path = peer_cert_file(file);
	BIO *b = BIO_new_file(path, "r");
	X509 *cert = PEM_read_bio_X509(b, NULL, NULL, NULL);
	BIO_free(b);
	g_assert_nonnull(cert);
	return cert;
}

static EVP_PKEY *key_of(const char *name)
{
	g_autofree char *file = g_strconcat(name, ".key", NULL);
	g_autofree char *path = peer_cert_file(file);
	BIO *b = BIO_new_file(path, "r");
	EVP_PKEY *key = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
	BIO_free(b);
	g_assert_nonnull(key);
	return key;
}

static OCSP_BASICRESP *answer_of(const struct staple *s)
{
	OCSP_BASICRESP *answer = OCSP_BASICRESP_new();
	const char *signed_by = s->signer ? s->signer : "ca";
	X509 *about = cert_of(s->about ? s->about : s->cert), *issuer = cert_of("ca"), *signer = cert_of(signed_by);
	EVP_PKEY *key = key_of(signed_by);
	time_t now = time(NULL) + 3600;
	ASN1_TIME *from = ASN1_GENERALIZEDTIME_set(NULL, now + (s->from ? s->from : -DAY));
	ASN1_TIME *until = s->endless ? NULL : ASN1_GENERALIZEDTIME_set(NULL, now + (s->until ? s->until : DAY));
	ASN1_TIME *then = s->status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL;
	OCSP_CERTID *id = OCSP_cert_to_id(s->sha256 ? EVP_sha256() : EVP_sha1(), about, issuer);
	g_assert_nonnull(OCSP_basic_add1_status(answer, id, s->status, 0, then, from, until));
	g_assert_cmpint(OCSP_basic_sign(answer, signer, key, EVP_sha256(), NULL, 0), ==, 1);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(until);
	EVP_PKEY_free(key);
	X509_free(about);
	X509_free(issuer);
	X509_free(signer);
	return answer;
}

static int staple(SSL *ssl, void *data)
{
	const struct staple *s = data;
	unsigned char *der = NULL;
	int n;
	if (s->status == NOTHING)
		return SSL_TLSEXT_ERR_NOACK;
	if (s->status == NONSENSE) {
		n = 7;
		der = OPENSSL_memdup("0\x82\xff\xff...", (size_t)n);
	} else {
		bool fine = s->status != TRY_LATER;
		OCSP_BASICRESP *answer = fine ? answer_of(s) : NULL;
		OCSP_RESPONSE *whole = OCSP_response_create(
			fine ? OCSP_RESPONSE_STATUS_SUCCESSFUL : OCSP_RESPONSE_STATUS_TRYLATER, answer);
		n = i2d_OCSP_RESPONSE(whole, &der);
		OCSP_BASICRESP_free(answer);
		OCSP_RESPONSE_free(whole);
	}
	SSL_set_tlsext_status_ocsp_resp(ssl, der, n);
	return SSL_TLSEXT_ERR_OK;
}

static SSL_CTX *server_of(const struct staple *s)
{
	g_autofree char *file = g_strconcat(s->cert, ".pem", NULL);
	g_autofree char *path = peer_cert_file(file);
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	g_assert_cmpint(SSL_CTX_use_certificate_chain_file(ctx, path), ==, 1);
	g_assert_cmpint(SSL_CTX_use_PrivateKey_file(ctx, path, SSL_FILETYPE_PEM), ==, 1);
	SSL_CTX_set_max_proto_version(ctx, s->max);
	SSL_CTX_set_tlsext_status_cb(ctx, staple);
	SSL_CTX_set_tlsext_status_arg(ctx, (void *)s);
	return ctx;
}

/* The server's side, a little at each turn. True: it has shaken hands. */
static bool serve(SSL *ssl, struct talk *t)
{
	char line[64];
	bool up = false;
	while (!t->ended && !up) {
		up = SSL_accept(ssl) == 1;
		g_main_context_iteration(NULL, FALSE);
	}
	if (up)
		SSL_write(ssl, "* OK hello\r\n", 12);
	while (!t->ended && SSL_read(ssl, line, sizeof(line)) <= 0)
		g_main_context_iteration(NULL, FALSE);
	if (!t->ended)
		SSL_write(ssl, "a1 OK\r\n", 7);
	talk_run(t);
	return up;
}

/* Both ends know the same channel binding, or there is none. */
static void compare_bindings(SSL *ssl, const struct talk *t, bool bound)
{
	unsigned char ours[32] = { 0 }, theirs[32] = { 0 };
	g_assert_cmpint(wire_exporter(t->w, ours), ==, bound);
	if (!bound)
		return;
	g_assert_cmpint(SSL_export_keying_material(ssl, theirs, 32, "EXPORTER-Channel-Binding", 24, NULL, 0, 0), ==, 1);
	g_assert_cmpmem(ours, 32, theirs, 32);
}

static void try_one(const struct staple *s)
{
	struct talk t;
	uint16_t port;
	g_autofree char *cafile = peer_cert_file("ca.pem");
	g_autofree char *pin_file = peer_cert_file("good.pin");
	g_autofree char *pin = NULL;
	g_assert_true(g_file_get_contents(pin_file, &pin, NULL, NULL));
	int listener = listen_here(&port);
	SSL_CTX *ctx = server_of(s);
	SSL *ssl = SSL_new(ctx);
	talk_init(&t, polite);
	talk_open(&t, &(struct net_where){ PEER_HOST, port, NET_TLS, cafile, s->pinned ? g_strstrip(pin) : NULL });
	int fd = accept_here(listener);
	SSL_set_fd(ssl, fd);
	bool up = serve(ssl, &t);
	compare_bindings(ssl, &t, up && s->max != TLS1_2_VERSION);
	g_test_message("%s, %d: %s", s->cert, s->status, t.e.text ? t.e.text : "accepted");
	g_assert_cmpint(t.e.cause, ==, s->words ? ERR_TLS : ERR_NONE);
	g_assert_cmpint(t.e.retry, ==, s->words ? ERR_NEVER : ERR_NOW);
	g_assert_cmpuint(t.connected, ==, !s->words);
	if (s->words)
		g_assert_true(talk_says(&t, s->words));
	talk_clear(&t);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	close(listener);
}

static void try_all(const struct staple *s, size_t n)
{
	if (!peer_certs())
		return;
	names_set(NAMES_LOOPBACK);
	for (size_t i = 0; i < n; i++)
		try_one(&s[i]);
}

static void t17_stapled_revocation_is_refused(void)
{
	static const char no[] = "its issuer has revoked it, the server needs a new one";
	static const struct staple all[] = {
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .words = no },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .words = no, .max = TLS1_2_VERSION },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .words = no, .sha256 = true },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .words = no, .signer = "responder" },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_REVOKED, .words = no },
	};
	try_all(all, G_N_ELEMENTS(all));
}

static void t17_answer_without_weight_is_as_none(void)
{
	static const struct staple all[] = {
		{ .cert = "good", .status = NOTHING },
		{ .cert = "good", .status = NOTHING, .max = TLS1_2_VERSION },
		{ .cert = "good", .status = NONSENSE },
		{ .cert = "good", .status = TRY_LATER },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_GOOD },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_UNKNOWN },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .about = "wild" },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .signer = "other-ca" },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .signer = "other-responder" },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .signer = "wild" },
		{ .cert = "good", .status = V_OCSP_CERTSTATUS_REVOKED, .pinned = true },
	};
	try_all(all, G_N_ELEMENTS(all));
}

static void t17_must_staple_takes_a_good_answer(void)
{
	static const struct staple all[] = {
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .max = TLS1_2_VERSION },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .signer = "responder", .sha256 = true },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .from = 200 },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .until = -200 },
	};
	try_all(all, G_N_ELEMENTS(all));
}

static void t17_must_staple_without_a_good_answer_is_refused(void)
{
	static const char no[] = "it demands a stapled OCSP answer";
	static const struct staple all[] = {
		{ .cert = "must-staple", .status = NOTHING, .words = no },
		{ .cert = "must-staple", .status = NOTHING, .words = no, .max = TLS1_2_VERSION },
		{ .cert = "must-staple", .status = NONSENSE, .words = no },
		{ .cert = "must-staple", .status = TRY_LATER, .words = no },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_UNKNOWN, .words = no },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .words = no, .about = "good" },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .words = no, .signer = "wild" },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .words = no, .signer = "other-responder" },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .words = no, .from = 400 },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .words = no, .until = -400 },
		{ .cert = "must-staple", .status = V_OCSP_CERTSTATUS_GOOD, .words = no, .endless = true },
	};
	try_all(all, G_N_ELEMENTS(all));
}

void suite(void)
{
	alarm(240);
	/* The certificates are made now, in a second that may be later than this one. */
	clock_set_virtual(1000000, time(NULL) + 3600);
	unit_add(t17_stapled_revocation_is_refused);
	unit_add(t17_answer_without_weight_is_as_none);
	unit_add(t17_must_staple_takes_a_good_answer);
	unit_add(t17_must_staple_without_a_good_answer_is_refused);
}
