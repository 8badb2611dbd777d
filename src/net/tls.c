/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/utf8.h"

#define TLS_NAMES_SHOWN 400  /* octets of the certificate's names in an error */
#define TLS_SLACK_S 300      /* a clock may be off by, when an OCSP answer is judged */
#define TLS_FEATURE_STATUS 5 /* status_request, in a certificate that must be stapled (RFC 7633) */

struct tls {
	char *host; /* as asked for, for people */
	char *name; /* as certificates spell it */
	char *pin;  /* NULL: chain and name count */
	SSL_CTX *ctx;
	BIO_METHOD *method;
	SSL *ssl;
	struct sock *sock;
	int sock_errno; /* of the last read or write that failed for good */
	bool sock_eof;
	X509 *leaf;                 /* what the peer showed */
	int verdict, verdict_depth; /* X509_V_.. of it */
	bool judged;
	bool up; /* the handshake was made; OpenSSL forgets it with the first fatal error */
};

/* --- the socket under OpenSSL, counted and without SIGPIPE --- */

static int bio_result(struct tls *t, BIO *b, ssize_t n, int retry)
{
	BIO_clear_retry_flags(b);
	if (n >= 0)
		return (int)n;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		BIO_set_flags(b, retry | BIO_FLAGS_SHOULD_RETRY);
	else
		t->sock_errno = errno;
	return -1;
}

static int bio_read(BIO *b, char *p, int n)
{
	struct tls *t = BIO_get_data(b);
	ssize_t got = sock_recv(t->sock, p, (size_t)n);
	if (got == 0)
		t->sock_eof = true;
	return bio_result(t, b, got, BIO_FLAGS_READ);
}

static int bio_write(BIO *b, const char *p, int n)
{
	struct tls *t = BIO_get_data(b);
	return bio_result(t, b, sock_send(t->sock, p, (size_t)n), BIO_FLAGS_WRITE);
}

static long bio_ctrl(BIO *b, int what, long n, void *p)
{
	(void)n;
	(void)p;
	struct tls *t = BIO_get_data(b);
	if (what == BIO_CTRL_EOF)
		return t->sock_eof;
	return what == BIO_CTRL_FLUSH;
}

static BIO_METHOD *bio_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
	BIO_meth_set_read(m, bio_read);
	BIO_meth_set_write(m, bio_write);
	BIO_meth_set_ctrl(m, bio_ctrl);
	return m;
}

/* --- the peer's certificate in words --- */

static char *clean_bio(BIO *b)
{
	char *p = NULL;
	long n = BIO_get_mem_data(b, &p);
	char *line = utf8_line((struct str){ p, n > 0 ? (size_t)n : 0 });
	BIO_free(b);
	return line;
}

static char *name_text(const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	X509_NAME_print_ex(b, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
	return clean_bio(b);
}

static char *time_text(const ASN1_TIME *at)
{
	struct tm tm = { 0 };
	if (!ASN1_TIME_to_tm(at, &tm))
		return g_strdup("?");
	return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void add_address(GString *out, const ASN1_OCTET_STRING *ip)
{
	char text[INET6_ADDRSTRLEN];
	int n = ASN1_STRING_length(ip);
	int family = n == 4 ? AF_INET : AF_INET6;
	bool sound = (n == 4 || n == 16) && inet_ntop(family, ASN1_STRING_get0_data(ip), text, sizeof(text));
	g_string_append(out, sound ? text : "?");
}

static char *alternative_names(const X509 *leaf)
{
	GString *out = g_string_new(NULL);
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *n = sk_GENERAL_NAME_value(names, i);
		if (n->type != GEN_DNS && n->type != GEN_IPADD)
			continue;
		if (out->len)
			g_string_append(out, ", ");
		if (n->type == GEN_IPADD)
			add_address(out, n->d.iPAddress);
		else
			g_string_append_len(out, (const char *)ASN1_STRING_get0_data(n->d.dNSName),
				ASN1_STRING_length(n->d.dNSName));
	}
	GENERAL_NAMES_free(names);
	char *line = utf8_line((struct str){ out->str, out->len });
	g_string_free(out, TRUE);
	return line;
}

/* Lower-case hex SHA-256 of the public key with its algorithm, the form a pin has. "" if it cannot be read. */
static void spki_digest(const X509 *leaf, char out[65])
{
	unsigned char *der = NULL;
	int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(leaf), &der);
	out[0] = 0;
	if (n > 0) {
		g_autofree char *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, (gsize)n);
		g_strlcpy(out, hex, 65);
	}
	OPENSSL_free(der);
}

static void describe(const X509 *leaf, struct net_cert *out)
{
	out->subject = name_text(X509_get_subject_name(leaf));
	out->issuer = name_text(X509_get_issuer_name(leaf));
	out->names = alternative_names(leaf);
	out->not_before = time_text(X509_get0_notBefore(leaf));
	out->not_after = time_text(X509_get0_notAfter(leaf));
	spki_digest(leaf, out->spki);
	ERR_clear_error();
}

void net_cert_clear(struct net_cert *c)
{
	g_free(c->subject);
	g_free(c->issuer);
	g_free(c->names);
	g_free(c->not_before);
	g_free(c->not_after);
	*c = (struct net_cert){ 0 };
}

/* "F4:25:.." of 64 hex digits. */
static char *fingerprint(const char *hex)
{
	GString *out = g_string_new(NULL);
	for (size_t i = 0; hex[i]; i++) {
		if (i && i % 2 == 0)
			g_string_append_c(out, ':');
		g_string_append_c(out, g_ascii_toupper(hex[i]));
	}
	return g_string_free(out, FALSE);
}

static char *clock_hint(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(clock_wall());
	return g_strdup_printf("it is not valid yet (the clock here says %d)", now ? g_date_time_get_year(now) : 1970);
}

static char *verdict_text(const struct tls *t)
{
	bool own = t->verdict_depth == 0;
	switch (t->verdict) {
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH: return g_strdup("it is made out to another name");
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return g_strdup(own ? "it has expired" : "the certificate of an issuer has expired");
	case X509_V_ERR_CERT_NOT_YET_VALID: return clock_hint();
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return g_strdup("it is signed by itself");
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return g_strdup("its issuer is not trusted here");
	case X509_V_ERR_INVALID_CA: return g_strdup("its issuer is no certificate authority");
	case X509_V_ERR_EE_KEY_TOO_SMALL:
	case X509_V_ERR_CA_KEY_TOO_SMALL:
		return g_strdup(own ? "its key is too short" : "the key of an issuer is too short");
	case X509_V_ERR_CA_MD_TOO_WEAK: return g_strdup("it is signed with a broken digest");
	case X509_V_ERR_CERT_REVOKED:
		return g_strdup(own ? "its issuer has revoked it, the server needs a new one"
				    : "the certificate of an issuer was revoked");
	case X509_V_ERR_OCSP_VERIFY_NEEDED:
		return g_strdup("it demands a stapled OCSP answer, and the server has no valid one to show");
	case X509_V_ERR_CRL_HAS_EXPIRED:
		return g_strdup("the revocation list in cafile has expired, put the issuer's newest one there");
	case X509_V_ERR_CRL_NOT_YET_VALID: return g_strdup("the revocation list in cafile is not valid yet");
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
		return g_strdup("the revocation list in cafile is not signed by its issuer");
	default: return g_strdup(X509_verify_cert_error_string(t->verdict));
	}
}

static char *offered_names(const struct net_cert *c)
{
	struct str names = str_of(c->names);
	if (!names.n)
		return g_strdup("no name");
	if (names.n <= TLS_NAMES_SHOWN)
		return g_strdup_printf("'%s'", c->names);
	const char *cut = g_utf8_find_prev_char(c->names, c->names + TLS_NAMES_SHOWN + 1);
	return g_strdup_printf("'%.*s..'", (int)(cut - c->names), c->names);
}

static enum net_io refuse(const struct tls *t, struct err *e)
{
	struct net_cert c = { 0 };
	describe(t->leaf, &c);
	g_autofree char *key = fingerprint(c.spki);
	if (t->pin) {
		g_autofree char *wanted = fingerprint(t->pin);
		err_set(e, ERR_ACCOUNT, ERR_TLS, ERR_NEVER,
			"'%s' shows another key than the pinned one: wanted sha256 %s, offered sha256 %s "
			"(issued by '%s', valid from %s to %s)",
			t->host, wanted, key, c.issuer, c.not_before, c.not_after);
	} else {
		g_autofree char *why = verdict_text(t);
		g_autofree char *names = offered_names(&c);
		err_set(e, ERR_ACCOUNT, ERR_TLS, ERR_NEVER,
			"the certificate of '%s' is refused: %s; wanted '%s', offered %s, issued by '%s', "
			"valid from %s to %s, key sha256 %s",
			t->host, why, t->name, names, c.issuer, c.not_before, c.not_after, key);
	}
	net_cert_clear(&c);
	return NET_IO_FAILED;
}

/* --- trust --- */

/* Takes the place of OpenSSL's own chain check, so that the certificate is known also when it is refused. */
static int judge(X509_STORE_CTX *chain, void *data)
{
	struct tls *t = data;
	X509 *leaf = X509_STORE_CTX_get0_cert(chain);
	X509_free(t->leaf);
	t->leaf = NULL;
	if (leaf && X509_up_ref(leaf))
		t->leaf = leaf;
	t->judged = false;
	if (!t->pin) {
		t->judged = leaf && X509_verify_cert(chain) == 1 && X509_STORE_CTX_get_error(chain) == X509_V_OK;
		t->verdict = X509_STORE_CTX_get_error(chain);
		t->verdict_depth = X509_STORE_CTX_get_error_depth(chain);
		return t->judged;
	}
	char spki[65] = "";
	if (leaf)
		spki_digest(leaf, spki);
	t->judged = *spki && g_ascii_strcasecmp(spki, t->pin) == 0;
	X509_STORE_CTX_set_error(chain, t->judged ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
	return t->judged;
}

/* A revocation list is not asked of anybody; the ones that cafile holds count. */
static int pass_without_list(int ok, X509_STORE_CTX *chain)
{
	if (!ok && X509_STORE_CTX_get_error(chain) == X509_V_ERR_UNABLE_TO_GET_CRL) {
		X509_STORE_CTX_set_error(chain, X509_V_OK);
		return 1;
	}
	return ok;
}

/* --- the stapled OCSP answer (RFC 6066 8, RFC 6960) --- */

static bool must_be_stapled(const X509 *leaf)
{
	TLS_FEATURE *features = X509_get_ext_d2i(leaf, NID_tlsfeature, NULL, NULL);
	bool must = false;
	for (int i = 0; i < sk_ASN1_INTEGER_num(features); i++)
		must |= ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features, i)) == TLS_FEATURE_STATUS;
	TLS_FEATURE_free(features);
	return must;
}

static bool is_about(const OCSP_SINGLERESP *one, const X509 *leaf, const X509 *issuer)
{
	OCSP_CERTID *id = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(one);
	ASN1_OBJECT *digest = NULL;
	OCSP_id_get0_info(NULL, &digest, NULL, NULL, id);
	const EVP_MD *md = EVP_get_digestbyobj(digest);
	OCSP_CERTID *own = md ? OCSP_cert_to_id(md, leaf, issuer) : NULL;
	bool same = own && OCSP_id_cmp(id, own) == 0;
	OCSP_CERTID_free(own);
	return same;
}

/* V_OCSP_CERTSTATUS_.. of the leaf, UNKNOWN where no answer in its time is about it. */
static int status_among(OCSP_BASICRESP *answers, const X509 *leaf, const X509 *issuer)
{
	time_t now = (time_t)clock_wall();
	for (int i = 0; i < OCSP_resp_count(answers); i++) {
		ASN1_GENERALIZEDTIME *from = NULL, *until = NULL;
		OCSP_SINGLERESP *one = OCSP_resp_get0(answers, i);
		int status = OCSP_single_get0_status(one, NULL, NULL, &from, &until);
		if (from && until && is_about(one, leaf, issuer) && ASN1_GENERALIZEDTIME_check(from) &&
			ASN1_TIME_cmp_time_t(from, now + TLS_SLACK_S) <= 0 &&
			ASN1_TIME_cmp_time_t(until, now - TLS_SLACK_S) >= 0)
			return status;
	}
	return V_OCSP_CERTSTATUS_UNKNOWN;
}

/* The same of what the server has stapled; nothing, nonsense and a bad signature are UNKNOWN. */
static int stapled_status(SSL *ssl)
{
	const unsigned char *der = NULL;
	long n = SSL_get_tlsext_status_ocsp_resp(ssl, &der);
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	X509_STORE *roots = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl));
	OCSP_RESPONSE *staple = der && n > 0 ? d2i_OCSP_RESPONSE(NULL, &der, n) : NULL;
	OCSP_BASICRESP *answers = NULL;
	int status = V_OCSP_CERTSTATUS_UNKNOWN, length = sk_X509_num(chain);
	if (staple && OCSP_response_status(staple) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		answers = OCSP_response_get1_basic(staple);
	if (answers && length > 0 && OCSP_basic_verify(answers, chain, roots, 0) == 1)
		status = status_among(answers, sk_X509_value(chain, 0), sk_X509_value(chain, length > 1));
	OCSP_BASICRESP_free(answers);
	OCSP_RESPONSE_free(staple);
	ERR_clear_error();
	return status;
}

/* Called in each handshake once the chain is verified and before our side finishes it. 0 refuses. */
static int judge_staple(SSL *ssl, void *data)
{
	struct tls *t = data;
	int status = stapled_status(ssl);
	if (status == V_OCSP_CERTSTATUS_REVOKED)
		t->verdict = X509_V_ERR_CERT_REVOKED;
	else if (status != V_OCSP_CERTSTATUS_GOOD && must_be_stapled(t->leaf))
		t->verdict = X509_V_ERR_OCSP_VERIFY_NEEDED;
	else
		return 1;
	t->verdict_depth = 0;
	t->judged = false;
	return 0;
}

/* A directory as c_rehash leaves it: names of eight hex digits, a dot and a number. */
static bool is_hashed_dir(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;
	while (dir && (name = g_dir_read_name(dir)))
		if (strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && g_ascii_isdigit(name[9]))
			return true;
	return false;
}

/* The machine's roots: the hashed directory costs nothing until a chain is checked, a bundle is parsed
 * whole. None at all leaves nothing trusted. */
static void load_roots(SSL_CTX *ctx)
{
	const char *const bundles[] = { X509_get_default_cert_file(), "/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };
	const char *dir = secure_getenv(X509_get_default_cert_dir_env());
	const char *file = secure_getenv(X509_get_default_cert_file_env());
	bool chosen = dir || file;
	if (file)
		SSL_CTX_load_verify_file(ctx, file);
	if (!chosen)
		dir = X509_get_default_cert_dir();
	if (dir && is_hashed_dir(dir)) {
		SSL_CTX_load_verify_dir(ctx, dir);
		return;
	}
	for (size_t i = 0; !chosen && i < G_N_ELEMENTS(bundles); i++)
		if (SSL_CTX_load_verify_file(ctx, bundles[i]))
			break;
}

static int load_trust(struct tls *t, const struct net_where *where, struct err *e)
{
	load_roots(t->ctx);
	ERR_clear_error();
	if (!where->cafile)
		return 0;
	if (SSL_CTX_load_verify_file(t->ctx, where->cafile) == 1)
		return 0;
	unsigned long code = ERR_peek_error();
	const char *why = ERR_SYSTEM_ERROR(code) ? g_strerror(ERR_GET_REASON(code)) : "it holds no certificate";
	ERR_clear_error();
	return err_set(e, ERR_ACCOUNT, ERR_TLS, ERR_NEVER, "cafile '%s' cannot be used: %s", where->cafile, why);
}

static bool set_policy(SSL_CTX *ctx)
{
	SSL_CTX_set_security_level(ctx, 2);
	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
	SSL_CTX_clear_options(ctx, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_read_ahead(ctx, 1); /* or each record costs two calls */
	SSL_CTX_set_mode(
		ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) && SSL_CTX_set_max_proto_version(ctx, 0) &&
	       SSL_CTX_set_cipher_list(ctx, "DEFAULT:!aNULL:!eNULL:!3DES:!RC4:!PSK:!SRP");
}

static bool expect_name(struct tls *t)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(t->ssl);
	X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	X509_VERIFY_PARAM_set_time(p, (time_t)clock_wall());
	X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(SSL_CTX_get_cert_store(t->ctx)), (time_t)clock_wall());
	if (g_hostname_is_ip_address(t->name))
		return X509_VERIFY_PARAM_set1_ip_asc(p, t->name);
	return X509_VERIFY_PARAM_set1_host(p, t->name, 0) && SSL_set_tlsext_host_name(t->ssl, t->name);
}

/* A pinned key stands for itself: no issuer's word about it counts. */
static bool expect_no_revocation(struct tls *t, const struct net_where *where)
{
	if (t->pin)
		return true;
	if (where->cafile) {
		X509_VERIFY_PARAM_set_flags(SSL_get0_param(t->ssl), X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
		SSL_set_verify(t->ssl, SSL_VERIFY_PEER, pass_without_list);
	}
	return SSL_CTX_set_tlsext_status_cb(t->ctx, judge_staple) && SSL_CTX_set_tlsext_status_arg(t->ctx, t) &&
	       SSL_set_tlsext_status_type(t->ssl, TLSEXT_STATUSTYPE_ocsp);
}

/* The name as certificates spell it: ASCII, without the final dot of the root or the zone of an address. */
static char *certificate_name(const char *host)
{
	char *name = g_hostname_to_ascii(host);
	size_t n = name ? strlen(name) : 0;
	if (n > 1 && name[n - 1] == '.')
		name[n - 1] = 0;
	char *zone = name && strchr(name, ':') ? strchr(name, '%') : NULL;
	if (zone)
		*zone = 0;
	return name;
}

static int internal(struct err *e)
{
	unsigned long code = ERR_peek_last_error();
	const char *why = code ? ERR_reason_error_string(code) : NULL;
	ERR_clear_error();
	return err_set(e, ERR_ACCOUNT, ERR_TLS, ERR_NEVER, "TLS cannot be set up: %s", why ? why : "unknown reason");
}

struct tls *tls_new(const struct net_where *where, struct err *e)
{
	struct tls *t = g_new0(struct tls, 1);
	int rc = -1;
	ERR_clear_error();
	t->host = utf8_line(str_of(where->host));
	t->name = certificate_name(where->host);
	t->pin = g_strdup(where->pin);
	t->verdict = X509_V_ERR_UNSPECIFIED;
	t->method = bio_method();
	t->ctx = SSL_CTX_new(TLS_client_method());
	/* To OpenSSL a name that begins with a dot stands for all below it. */
	if (!t->name || !*t->name || *t->name == '.')
		err_set(e, ERR_ACCOUNT, ERR_NET, ERR_NEVER, "'%s' is no host name", t->host);
	else if (!t->ctx || !set_policy(t->ctx))
		internal(e);
	else
		rc = load_trust(t, where, e);
	if (rc == 0) {
		SSL_CTX_set_cert_verify_callback(t->ctx, judge, t);
		t->ssl = SSL_new(t->ctx);
		rc = t->ssl && expect_name(t) && expect_no_revocation(t, where) ? 0 : internal(e);
	}
	if (rc < 0) {
		tls_free(t);
		return NULL;
	}
	return t;
}

void tls_free(struct tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	SSL_CTX_free(t->ctx);
	BIO_meth_free(t->method);
	X509_free(t->leaf);
	g_free(t->host);
	g_free(t->name);
	g_free(t->pin);
	g_free(t);
}

/* --- the stream --- */

void tls_start(struct tls *t, struct sock *s)
{
	BIO *b = BIO_new(t->method);
	t->sock = s;
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	SSL_set_bio(t->ssl, b, b);
	SSL_set_connect_state(t->ssl);
}

static enum net_io cut_off(const struct tls *t, struct err *e)
{
	const char *when = t->up ? "without the close that TLS asks for" : "in the TLS handshake";
	err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "'%s' cut the connection off %s", t->host, when);
	return NET_IO_FAILED;
}

static enum net_io broken(const struct tls *t, struct err *e)
{
	unsigned long code = ERR_peek_error();
	const char *why = code ? ERR_reason_error_string(code) : NULL;
	const char *what = t->up ? "connection" : "handshake";
	if (!t->up && ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER)
		why = "what it says is not TLS";
	if (t->leaf && !t->judged)
		return refuse(t, e);
	if (t->sock_eof)
		return cut_off(t, e);
	if (t->sock_errno)
		return net_lost(e, t->sock_errno, t->host);
	err_set(e, ERR_ACCOUNT, ERR_TLS, ERR_LATER, "TLS %s with '%s' failed: %s", what, t->host,
		why ? why : "unknown reason");
	return NET_IO_FAILED;
}

/* What the value of the last SSL_ call means. */
static enum net_io outcome(const struct tls *t, int rc, struct err *e)
{
	enum net_io io;
	if (rc > 0)
		return NET_IO_OK;
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ: return NET_IO_WANT_IN;
	case SSL_ERROR_WANT_WRITE: return NET_IO_WANT_OUT;
	case SSL_ERROR_ZERO_RETURN: return NET_IO_END;
	default: io = broken(t, e); break;
	}
	ERR_clear_error();
	return io;
}

enum net_io tls_handshake(struct tls *t, struct err *e)
{
	ERR_clear_error();
	enum net_io io = outcome(t, SSL_do_handshake(t->ssl), e);
	if (io == NET_IO_END)
		return cut_off(t, e);
	if (io != NET_IO_OK)
		return io;
	if (!t->judged || SSL_get_verify_result(t->ssl) != X509_V_OK || !SSL_get0_peer_certificate(t->ssl)) {
		err_set(e, ERR_ACCOUNT, ERR_TLS, ERR_NEVER, "'%s' showed no certificate", t->host);
		return NET_IO_FAILED;
	}
	t->up = true;
	return NET_IO_OK;
}

enum net_io tls_read(struct tls *t, void *p, size_t n, size_t *n_out, struct err *e)
{
	ERR_clear_error();
	return outcome(t, SSL_read_ex(t->ssl, p, n, n_out), e);
}

enum net_io tls_write(struct tls *t, struct str bytes, size_t *n_out, struct err *e)
{
	ERR_clear_error();
	return outcome(t, SSL_write_ex(t->ssl, bytes.p, bytes.n, n_out), e);
}

void tls_end(struct tls *t)
{
	ERR_clear_error();
	if (SSL_is_init_finished(t->ssl))
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

bool tls_cert(const struct tls *t, struct net_cert *out)
{
	if (!t->leaf)
		return false;
	describe(t->leaf, out);
	return true;
}

bool tls_exporter(const struct tls *t, unsigned char *out)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	return t->up && SSL_version(t->ssl) == TLS1_3_VERSION &&
	       SSL_export_keying_material(t->ssl, out, 32, label, sizeof(label) - 1, NULL, 0, 1) == 1;
}

const char *tls_version(const struct tls *t)
{
	return t->up ? SSL_get_version(t->ssl) : NULL;
}
