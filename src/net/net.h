/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections: name resolution, connecting, TLS, and the one pump that runs any protocol session.
 *
 * Knows nothing of which protocol it carries: a session is four functions over bytes (struct wire_session).
 * Everything runs in the thread whose default GMainContext was current at wire_open; callbacks come from
 * there. A wire is opened once, ends once (ended() is called exactly once, unless wire_free came first)
 * and is freed by its owner, also from inside its own callbacks.
 *
 *	w = wire_open(&where, &session, &callbacks, aux);
 *	wire_poke(w);            // the session has bytes to send or another deadline
 *	wire_free(w);            // closes at once; NULL is a no-op
 */
#ifndef BOXWOOD_NET_NET_H
#define BOXWOOD_NET_NET_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#define NET_CONNECT_MS 30000 /* name, connection and TLS handshake together */

enum net_security {
	NET_TLS,      /* TLS from the first byte */
	NET_STARTTLS, /* the session asks for it (want = WIRE_STARTTLS) */
	NET_INSECURE, /* the account says so in full */
};

struct net_where {
	const char *host; /* a name, an IPv4 or an IPv6 address; borrowed during wire_open */
	uint16_t port;
	enum net_security security;
	const char *cafile; /* extra trusted CAs and their revocation lists in PEM, or NULL */
	const char *pin;    /* lower-case hex SHA-256 of the SPKI: replaces chain and name; or NULL */
};

enum wire_want { WIRE_NOTHING, WIRE_STARTTLS, WIRE_CLOSE, WIRE_DEFLATE };

/* What the pump needs of a protocol session. All are called in the wire's thread. */
struct wire_session {
	void *it;
	void (*connected)(void *it, bool tls);                  /* bytes may flow; after TLS where TLS comes first */
	int (*feed)(void *it, struct str bytes, struct err *e); /* -1 ends the wire with e */
	struct str (*pending)(void *it);  /* what waits to be sent; borrowed until the next call */
	void (*sent)(void *it, size_t n); /* the first n octets of pending() are gone */
	int64_t (*deadline)(void *it);    /* clock_ms() or CLOCK_NEVER */
	/* The deadline passed: fill e and the wire ends with it, or leave it and have something to send. */
	void (*expired)(void *it, struct err *e);
	enum wire_want (*want)(void *it);     /* looked at once pending() is empty */
	void (*eof)(void *it, struct err *e); /* the peer closed: fill e with how bad that is */
	void (*tls_started)(void *it);        /* after STARTTLS: forget what was learned before */
	/* With WIRE_DEFLATE (RFC 4978), may be NULL without it: from here on both ways are compressed. Returns what was fed
	 * behind the peer's consent and not looked at, for it is compressed already; borrowed until the next call. */
	struct str (*deflate_started)(void *it);
};

struct wire_callbacks {
	void (*secured)(void *aux);              /* TLS is up and verified; may be NULL */
	void (*progress)(void *aux);             /* after each feed: take the session's events */
	void (*ended)(struct err *e, void *aux); /* e->cause ERR_NONE: closed as wanted */
};

struct wire_stats {
	uint64_t bytes_in, bytes_out; /* on the socket: encrypted and compressed */
	unsigned round_trips;         /* waits for the peer since TLS stood (architecture.md: flight) */
};

struct wire;
struct wire *wire_open(
	const struct net_where *where, const struct wire_session *s, const struct wire_callbacks *cb, void *aux);
void wire_poke(struct wire *w);
/* While held nothing is read and no deadline of the session counts: its owner has enough for now. */
void wire_hold(struct wire *w, bool held);
void wire_free(struct wire *w);
struct wire_stats wire_stats(const struct wire *w);

/* The peer's certificate for people and for pins. */
struct net_cert {
	char *subject, *issuer;       /* one line each, cleaned */
	char *names;                  /* DNS and IP names, comma separated, cleaned */
	char *not_before, *not_after; /* RFC 3339 */
	char spki[65];                /* lower-case hex SHA-256 of the public key */
};
/* Of the handshake that was made or refused; false: none was seen. Clear with net_cert_clear. */
bool wire_cert(const struct wire *w, struct net_cert *out);
const char *wire_tls_version(const struct wire *w); /* "TLSv1.3", NULL before TLS */
/* The channel binding tls-exporter (RFC 9266). False: there is none, for TLS 1.3 does not stand. */
bool wire_exporter(const struct wire *w, unsigned char out[32]);
void net_cert_clear(struct net_cert *c);

/* --- one question over HTTPS (http.c) --- */
struct http_url {
	char *host; /* in ASCII */
	uint16_t port;
	char *target; /* path and query */
};
/* -1 (ERR_INPUT): it is not https, has a user name in it, or octets that no address has. Clear out in the other case. */
int http_url_parse(const char *url, struct http_url *out, struct err *e);
void http_url_clear(struct http_url *u);
/* A form to u, its certificate verified. done() is called once, never from inside, unless http_free came first: with the code of
 * the answer, whatever it is (a redirect is not followed), or 0 and e. Within a minute in all. cafile: as net_where has it. */
struct http;
struct http *http_post(const struct http_url *u, const char *cafile, const char *form,
	void (*done)(int code, struct err *e, void *aux), void *aux);
#define HTTP_BODY_MAX (256u << 10)
/* What is there, at most HTTP_BODY_MAX octets of it; otherwise the same. body is borrowed. */
struct http *http_get(const struct http_url *u, const char *cafile,
	void (*done)(int code, struct str body, struct err *e, void *aux), void *aux);
void http_free(struct http *h); /* also from inside done; NULL is a no-op */

/* --- what the name service says of a domain (lookup.c) --- */
struct net_target {
	char *host;    /* never empty */
	uint16_t port; /* MX: 0 */
};
/* The hosts of _SERVICE._tcp.DOMAIN (RFC 2782), or with service NULL those that take its mail (MX), the preferred first; none
 * is no error. done() is called once from the thread-default context, never from inside, unless lookup_free came first;
 * targets (struct net_target *) are borrowed. */
struct lookup;
struct lookup *lookup_new(const char *service, const char *domain,
	void (*done)(const GPtrArray *targets, struct err *e, void *aux), void *aux);
void lookup_free(struct lookup *l); /* NULL is a no-op */

/* n random octets from the system's generator; ends the program if there are none. */
void net_random(void *p, size_t n);

#endif
