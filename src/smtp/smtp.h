/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One SMTP submission session (RFC 5321, 6409), sans I/O: bytes and time in, bytes and events out.
 *
 * Knows nothing of sockets, storage or screens. The session greets, says EHLO, starts TLS and logs in by itself as its
 * settings say; mails queued meanwhile go out in their order, as many commands in one write as PIPELINING allows. Each mail
 * ends exactly once with an SMTP_DONE event, also when the connection is lost (smtp_lost). One thread; nothing is shared.
 *
 *	s = smtp_new(&settings);
 *	id = smtp_send(s, &mail);
 *	smtp_connected(s, tls, now); smtp_feed(s, bytes, now, &e); while (smtp_event(s, &ev)) ..;
 *	while ((n = smtp_data_room(s))) smtp_data_feed(s, next octets, at most n);
 *
 * Limits: a reply line of 64 KiB, a reply of 200 lines and 256 KiB; past them, and for a code that is no code, lines of one
 * reply with different codes, or a code that cannot answer the command (354 to MAIL, 250 to DATA), the session fails
 * (ERR_PROTOCOL): nothing of the message is sent any more.
 */
#ifndef BOXWOOD_SMTP_SMTP_H
#define BOXWOOD_SMTP_SMTP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "net/sasl.h"

#define SMTP_LINE_MAX (64u << 10)
#define SMTP_REPLY_LINES_MAX 200
#define SMTP_REPLY_MAX (256u << 10)
#define SMTP_RECIPIENTS_MAX 10000
#define SMTP_DATA_WAITING 65536 /* octets of a message that wait to be sent */
#define SMTP_REPLY_MS 60000     /* without progress */
#define SMTP_END_MS 600000      /* for the reply to the end of the data (RFC 5321 4.5.3.2.6) */

enum smtp_security { SMTP_TLS, SMTP_STARTTLS, SMTP_INSECURE };

struct smtp_settings {
	enum smtp_security security;
	uint32_t auth; /* as imap_settings; SASL_COMMAND means nothing here */
	enum sasl_mechanism last;
	bool token;
	const char *login;           /* copied */
	const struct secret *secret; /* copied; NULL: no AUTH */
	const char *helo; /* a domain name or an address literal, never the name of the user's machine; copied */
	const char *who;  /* for the wire trace; copied */
	const char *nonce, *host;
	uint16_t port;
	uint32_t caps_off; /* SMTP_CAP_: never used on this server; CHUNKING is used with PIPELINING only */
};

#define SMTP_CAP_STARTTLS (1u << 0)
#define SMTP_CAP_AUTH (1u << 1)
#define SMTP_CAP_PIPELINING (1u << 2)
#define SMTP_CAP_SIZE (1u << 3)
#define SMTP_CAP_8BITMIME (1u << 4)
#define SMTP_CAP_SMTPUTF8 (1u << 5)
#define SMTP_CAP_CHUNKING (1u << 6)
#define SMTP_CAP_DSN (1u << 7)
#define SMTP_CAP_ENHANCED (1u << 8) /* ENHANCEDSTATUSCODES */

struct smtp_reply {
	int code;       /* 200 to 599; 0: there was none */
	char *enhanced; /* "5.7.1", only of the form class.subject.detail; NULL; owned */
	char *text;     /* every line, cleaned, joined by LF, without the codes; never NULL with a code; owned */
};
void smtp_reply_clear(struct smtp_reply *r);
void smtp_reply_copy(struct smtp_reply *to, const struct smtp_reply *from); /* to is cleared first */

/* One letter for one envelope. Addresses are without <>; smtp_address_ok() must hold for each. */
struct smtp_mail {
	const char *from;    /* reverse-path; "" is the null one */
	const GPtrArray *to; /* char *, 1 to SMTP_RECIPIENTS_MAX; copied */
	uint64_t size;       /* octets that will be fed: CRLF line ends only, the last one ended; 0 with probe */
	bool eight_bit;      /* it has octets above 127: BODY=8BITMIME */
	bool utf8;           /* a header or address needs SMTPUTF8 (RFC 6531) */
	bool partial;        /* recipients refused: send to the others */
	bool probe;          /* MAIL and RCPT, then RSET: nothing is sent */
	const char *notify;  /* DSN (RFC 3461): "NEVER" or "SUCCESS,FAILURE,DELAY"; NULL: not asked; where offered */
	const char *ret;     /* "HDRS", "FULL", NULL */
	const char *envid;   /* NULL; encoded as xtext; left out unless printable ASCII of at most 100 octets */
};

/* How far the transaction was when it ended. */
enum smtp_stage { SMTP_AT_LOGIN, SMTP_AT_MAIL, SMTP_AT_RCPT, SMTP_AT_DATA, SMTP_AT_END };
extern const char *const smtp_stage_names[]; /* "login", "mail", "rcpt", "data", "end" */

enum smtp_outcome {
	SMTP_ACCEPTED, /* 2xx to the end of the data (probe: to MAIL and RCPT) */
	SMTP_REFUSED, /* 5xx, or no recipient is left, or this server cannot take it (SIZE, 8BITMIME, SMTPUTF8: nothing was
	                * sent, code 0 and the err says so) */
	SMTP_DEFERRED, /* 4xx, or the connection was lost before the last octet was given to it: nothing was accepted */
	SMTP_MAYBE,    /* lost, late or nonsense after the last octet of the data had left */
};

enum smtp_event_type {
	SMTP_READY,     /* logged in: smtp_caps and smtp_size_max are known */
	SMTP_RECIPIENT, /* u.recipient: what the server says of one */
	SMTP_DONE,      /* u.done: a mail has ended */
};

/* Events borrow: valid until the next smtp_event(). */
struct smtp_event {
	enum smtp_event_type type;
	union {
		struct {
			uint32_t id;
			unsigned index; /* in mail.to */
			const struct smtp_reply *reply;
		} recipient;
		struct {
			uint32_t id;
			enum smtp_outcome outcome;
			enum smtp_stage stage;
			const struct smtp_reply *reply; /* that decided it, or ended the session; code 0: none came */
			const struct err *err;          /* filled unless ACCEPTED */
			unsigned accepted;              /* recipients */
		} done;
	} u;
};

/* A message of so many octets, for a server that takes so many: ERR_LIMIT; -1. */
int smtp_too_large(struct err *e, uint64_t size, uint64_t max);

struct smtp_session;
struct smtp_session *smtp_new(const struct smtp_settings *settings);
void smtp_free(struct smtp_session *s); /* NULL is a no-op */

/* The pump's side, as imap.h's. now in clock_ms(). A refused login is ERR_AUTH from feed, also 534 where the password was
 * told; a mechanism that the server cannot do (504, 538, 534) is passed over, ERR_LACKING when none is left; 4xx is
 * ERR_NET. */
void smtp_connected(struct smtp_session *s, bool tls, int64_t now);
void smtp_binding(struct smtp_session *s, const unsigned char *binding, size_t n);
int smtp_feed(struct smtp_session *s, struct str bytes, int64_t now, struct err *e);
struct str smtp_pending(struct smtp_session *s);
void smtp_sent(struct smtp_session *s, size_t n, int64_t now);
int64_t smtp_deadline(const struct smtp_session *s);
void smtp_expired(struct smtp_session *s, int64_t now, struct err *e);
bool smtp_wants_starttls(const struct smtp_session *s);
bool smtp_wants_close(
	const struct smtp_session *s); /* after QUIT was answered, or at once where it is not worth a wait */
void smtp_tls_started(struct smtp_session *s, int64_t now);
void smtp_eof(struct smtp_session *s, struct err *e);
/* The connection is gone: every mail still open ends as DEFERRED or MAYBE with (a copy of) why. */
void smtp_lost(struct smtp_session *s, const struct err *why);

bool smtp_event(struct smtp_session *s, struct smtp_event *ev);
uint32_t smtp_caps(const struct smtp_session *s);
/* Offered and then not known (500 to BDAT, 555 to a parameter): off for this session, the mail ended as DEFERRED. */
uint32_t smtp_caps_found_bad(const struct smtp_session *s);
const char *smtp_caps_text(const struct smtp_session *s); /* cleaned; "" before */
uint64_t smtp_size_max(const struct smtp_session *s);     /* 0: not told */
bool smtp_ready(const struct smtp_session *s);
bool smtp_busy(const struct smtp_session *s); /* a mail is queued or under way */
unsigned smtp_commands(const struct smtp_session *s);
enum sasl_mechanism smtp_mechanism(const struct smtp_session *s, bool *weaker_out);
/* The dialogue since the mail began, of the first one since the connection did: both sides, cleaned, secrets and message text
 * left out, the last 64 KiB of it at most: for !w. */
const char *smtp_transcript(const struct smtp_session *s);

/* The value is the mail's id, never 0. Copies what it needs. */
uint32_t smtp_send(struct smtp_session *s, const struct smtp_mail *mail);
/* Octets of the mail that is under way that may be fed now, at most SMTP_DATA_WAITING; it grows when the server asks for
 * them (at smtp_feed) and when some have left (at smtp_sent). The session stuffs dots, or cuts chunks. */
size_t smtp_data_room(const struct smtp_session *s);
uint32_t smtp_data_id(const struct smtp_session *s); /* whose; 0: nobody's */
/* With the last octet of mail.size fed the end of the data goes out; not before: a caller that must note first that the
 * letter may have been sent keeps one octet back until it has. */
void smtp_data_feed(struct smtp_session *s, struct str bytes);
/* Stops the mail under way: before its last octet was fed it ends DEFERRED with ERR_CANCELED and the connection must be
 * closed. False: too late. */
bool smtp_abort(struct smtp_session *s);
void smtp_quit(struct smtp_session *s); /* once nothing is under way */

/* A mailbox as it may stand in MAIL and RCPT: dot-string or quoted-string, @, a domain or address literal, no control, blank
 * outside quotes, <, >; 64 octets before the @, 254 in all (RFC 5321 4.5.3.1). *utf8_out (may be NULL): it needs SMTPUTF8. */
bool smtp_address_ok(const char *addr, bool *utf8_out);

#endif
