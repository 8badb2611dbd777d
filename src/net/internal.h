/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of net/ share: a counted socket, reaching a host, and TLS over that socket. */
#ifndef BOXWOOD_NET_INTERNAL_H
#define BOXWOOD_NET_INTERNAL_H

#include <sys/types.h>

#include "base/secret.h"
#include "net/net.h"

/* A connected, non-blocking TCP socket and what has passed through it. */
struct sock {
	int fd; /* -1: closed */
	uint64_t in, out;
};

void sock_open(struct sock *s, int fd); /* takes fd and sets what we want of a connection */
void sock_close(struct sock *s);
ssize_t sock_recv(struct sock *s, void *p, size_t n);       /* as recv(2) */
ssize_t sock_send(struct sock *s, const void *p, size_t n); /* as send(2), never SIGPIPE */
bool sock_waiting(const struct sock *s);                    /* octets are there to be read */

/* Looks the host up and connects to the first of its addresses that answers (RFC 8305). done() is called
 * once from ctx, never inside dial_new, unless dial_free came first; fd is the caller's, -1 with *e. It has no
 * deadline of its own. */
struct dial;
struct dial *dial_new(
	GMainContext *ctx, const char *host, uint16_t port, void (*done)(int fd, struct err *e, void *aux), void *aux);
void dial_free(struct dial *d); /* NULL is a no-op */

enum net_io {
	NET_IO_OK,
	NET_IO_WANT_IN,  /* the socket must become readable first */
	NET_IO_WANT_OUT, /* writable */
	NET_IO_END,      /* the peer has ended the stream in due form */
	NET_IO_FAILED,   /* *e says why */
};

/* The client's side of one TLS connection. tls_new reads the trust anchors, so that a missing one refuses
 * before anything is sent. */
struct tls;
struct tls *tls_new(const struct net_where *where, struct err *e);
void tls_free(struct tls *t);                  /* NULL is a no-op */
void tls_start(struct tls *t, struct sock *s); /* s stays the caller's and must outlive the last call but tls_free */
enum net_io tls_handshake(struct tls *t, struct err *e);
enum net_io tls_read(struct tls *t, void *p, size_t n, size_t *n_out, struct err *e);
enum net_io tls_write(struct tls *t, struct str bytes, size_t *n_out, struct err *e);
void tls_end(struct tls *t); /* says close_notify, as far as the socket takes it at once */
bool tls_cert(const struct tls *t, struct net_cert *out);
const char *tls_version(const struct tls *t); /* NULL before the handshake is done */

/* The 32 octets of tls-exporter (RFC 9266). False: not TLS 1.3, or not yet. */
bool tls_exporter(const struct tls *t, unsigned char *out);

/* Raw deflate both ways (RFC 1951), as COMPRESS=DEFLATE puts it under a session (RFC 4978). */
struct deflate;
struct deflate *deflate_new(void);
void deflate_free(struct deflate *d);                    /* NULL is a no-op */
void deflate_pack(struct deflate *d, struct str plain);  /* so that the peer can unpack all of it */
struct str deflate_packed(const struct deflate *d);      /* what waits to be sent; borrowed until the next call */
void deflate_sent(struct deflate *d, size_t n);          /* its first n octets are gone */
void deflate_give(struct deflate *d, struct str packed); /* copied; what was given before and not unpacked stays */
/* The next at most n octets of what was given. *n_out 0: more must be given first. -1: what was given is no deflate
 * stream, or goes on behind its end. */
int deflate_unpack(struct deflate *d, char *p, size_t n, size_t *n_out);

/* A login or password as SCRAM compares it: SASLprep (RFC 4013). NULL: it is no UTF-8, holds what no password may, or
 * mixes directions of writing. */
struct secret *sasl_prep(struct str text);

/* The code of an HTTP answer that begins so. 0: more must come; -1: it is none. */
int http_code(struct str bytes);

/* Fills *e for a system error on an established connection and returns NET_IO_FAILED. */
enum net_io net_lost(struct err *e, int errnum, const char *host);

#endif
