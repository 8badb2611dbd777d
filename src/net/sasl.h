/* SPDX-License-Identifier: GPL-3.0-or-later */
/* SASL client mechanisms (RFC 4422) as pure functions: no socket, no clock, no randomness, no state but the
 * exchange's own. Which of them to use is a pure function too.
 *
 *	m = sasl_choose(&choice, &weaker, &e);
 *	s = sasl_new(m, &settings, &e);            // NULL: this login or secret cannot be sent by it
 *	sasl_start(s, &out, &e);                   // only with the initial response of the protocol (SASL-IR)
 *	sasl_step(s, challenge, &out, &e);         // for each "+ challenge" (334), both ways base64
 *	sasl_accepted(s, &e);                      // the server said OK: was it entitled to?
 *	sasl_free(s);
 *
 * What is written to `out` may hold the secret: wipe the buffer's memory and never trace it. Messages are
 * added in one piece, so that an empty buffer does not move while it grows.
 */
#ifndef BOXWOOD_NET_SASL_H
#define BOXWOOD_NET_SASL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"

#define SASL_CHALLENGE_MAX 65536 /* octets of base64 */
#define SASL_ROUNDS_MAX 5        /* challenges */
#define SASL_ITERATIONS_MIN 4096
#define SASL_ITERATIONS_MAX 1000000
#define SASL_BINDING_SIZE 32

/* The numbers are kept in files: new ones come behind. */
enum sasl_mechanism {
	SASL_NONE,
	SASL_COMMAND, /* no mechanism but the protocol's own command: LOGIN of IMAP, USER and PASS of POP3 */
	SASL_PLAIN,   /* RFC 4616 */
	SASL_LOGIN,
	SASL_CRAM_MD5,         /* RFC 2195 */
	SASL_SCRAM_SHA_1,      /* RFC 5802 */
	SASL_SCRAM_SHA_256,    /* RFC 7677 */
	SASL_SCRAM_SHA_1_PLUS, /* bound to the TLS connection by tls-exporter (RFC 9266) */
	SASL_SCRAM_SHA_256_PLUS,
	SASL_XOAUTH2,
	SASL_OAUTHBEARER, /* RFC 7628 */
	SASL_EXTERNAL,
};

#define SASL_BIT(mechanism) (1u << (mechanism))
#define SASL_SCRAM_PLUS (SASL_BIT(SASL_SCRAM_SHA_1_PLUS) | SASL_BIT(SASL_SCRAM_SHA_256_PLUS))
#define SASL_SCRAM (SASL_SCRAM_PLUS | SASL_BIT(SASL_SCRAM_SHA_1) | SASL_BIT(SASL_SCRAM_SHA_256))

/* "SCRAM-SHA-256", the registered name; "" for SASL_NONE and SASL_COMMAND. */
const char *sasl_name(enum sasl_mechanism m);
enum sasl_mechanism sasl_of_name(struct str name); /* without case; SASL_NONE: not known here */
bool sasl_client_first(enum sasl_mechanism m);     /* its first message may be an initial response */

/* --- which --- */

struct sasl_choice {
	uint32_t offered; /* SASL_BIT()s; SASL_COMMAND where it is not disabled and can carry login and secret */
	uint32_t wanted;  /* SASL_BIT()s that the account names; 0: the usual order, without CRAM-MD5 and EXTERNAL */
	bool tls;         /* the connection is encrypted and verified */
	bool binding;     /* wire_exporter() gives something */
	bool token;       /* the secret is an OAuth access token, not a password */
	enum sasl_mechanism last; /* what logged this account in last time with a secret of this kind; SASL_NONE */
};

/* A token goes by OAUTHBEARER, then XOAUTH2. A password goes by SCRAM bound to the connection, where both sides can;
 * else by SCRAM where it was used last time or the connection is not encrypted; else by SASL_COMMAND, PLAIN, LOGIN
 * and at last by SCRAM. Mechanisms in `wanted` are tried in this order too, CRAM-MD5 and EXTERNAL behind the others.
 * Never weaker than last time without a word: *weaker_out says that SCRAM is no longer bound to the connection, and
 * where last time the server did not get to know the password and now it would, the answer is SASL_NONE, unless
 * the account names such a mechanism. SASL_NONE fills e (ERR_LACKING, ERR_NEVER). A mechanism that failed with
 * ERR_LACKING is passed over by clearing its bit in `offered`. */
enum sasl_mechanism sasl_choose(const struct sasl_choice *c, bool *weaker_out, struct err *e);

/* --- the exchange --- */

struct sasl_settings {
	const char *login;           /* UTF-8 */
	const struct secret *secret; /* the password or access token; copied */
	const char *host;            /* OAUTHBEARER tells them to the server; may be NULL and 0 */
	uint16_t port;
	const unsigned char *binding; /* SASL_BINDING_SIZE octets of wire_exporter(); NULL: no channel binding here */
	uint32_t offered;             /* all that the server offers, also what was passed over */
	const char *nonce; /* SCRAM: printable ASCII without a comma, of 18 or more random octets in base64 */
};

struct sasl;

/* NULL: login or secret cannot be sent by this mechanism (ERR_INPUT; another may do), or it is SCRAM without a nonce or
 * -PLUS without a binding (ERR_BUG). */
struct sasl *sasl_new(enum sasl_mechanism m, const struct sasl_settings *set, struct err *e);
void sasl_free(struct sasl *s); /* wipes; NULL is a no-op */

/* The first message, base64, where sasl_client_first(); nothing in out stands for the empty one, which an initial
 * response writes as "=". A server that overlooks it and asks with an empty challenge gets it once more. */
int sasl_start(struct sasl *s, struct buf *out, struct err *e);

/* Answers one challenge, the base64 text behind "+ " (without the line's end). out gets base64; nothing is an empty
 * line. -1: the exchange is over, cancel it with "*" or close. Causes: ERR_AUTH, the server refuses login or password;
 * ERR_LACKING, it cannot do this mechanism after all, no password was tried; ERR_NET, it has no time now;
 * ERR_PROTOCOL, it breaks the rules, or does not know the password it asks for; ERR_LIMIT, past what is named above. With
 * SASL_ITERATIONS_MAX the hashing of SCRAM takes about a second. */
int sasl_step(struct sasl *s, struct str challenge, struct buf *out, struct err *e);

/* The server said OK. -1: before all was sent, or (SCRAM) before it had proven that it knows the password, or after it
 * had refused the token (ERR_PROTOCOL, ERR_NEVER): nobody is logged in, close. */
int sasl_accepted(const struct sasl *s, struct err *e);

/* What the error challenge of XOAUTH2 and OAUTHBEARER said, cleaned, one line; NULL: none, or it repeats the
 * secret. The server's NO follows it. */
const char *sasl_reason(const struct sasl *s);

/* A server's words repeat the secret: as it is, with backslashes as in a quoted string, or in base64, alone or within an
 * exchange's message. They go into no trace. NULL: no. */
bool sasl_echoes(const struct secret *secret, struct str words);

/* The message of PLAIN (RFC 4616), base64, into out. -1: login or secret holds a NUL, or out's cap. */
int sasl_plain(const char *login, const struct secret *password, struct buf *out);

/* A slow salted hash (PBKDF2, SHA-256) in hex, by which a refused password is recognised without being kept. g_free. */
char *sasl_fingerprint(const struct secret *password, struct str salt);

#endif
