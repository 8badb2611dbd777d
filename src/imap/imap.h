/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One IMAP4rev1/rev2 session (RFC 3501, 9051), sans I/O: bytes and time in, bytes and events out.
 *
 * Knows nothing of sockets, storage or screens. The session greets, starts TLS, logs in by itself as its
 * settings say; commands queued meanwhile go out as soon as the rules allow, those behind LOGIN in the same
 * write. Each queued command ends exactly once with an IMAP_DONE event, also when the connection is lost
 * (imap_lost). One thread; nothing is shared.
 *
 *	s = imap_new(&settings);
 *	id = imap_select(s, STR("INBOX"), true);
 *	imap_connected(s, tls); imap_feed(s, bytes, &e); while (imap_event(s, &ev)) ..;
 *
 * Limits: a line of 1 MiB, literal inside a
 * structure 1 MiB, depth 100, mailbox name 4 KiB, mailboxes 100,000, keywords 256 x 128 octets. Past one
 * of them the session fails (ERR_PROTOCOL or ERR_LIMIT). Odd answers that harm nothing are tolerated.
 */
#ifndef BOXWOOD_IMAP_IMAP_H
#define BOXWOOD_IMAP_IMAP_H

#include "base/buf.h"
#include "base/err.h"
#include "base/secret.h"
#include "msg/msg.h"

#define IMAP_LINE_MAX (1u << 20)
#define IMAP_LITERAL_MAX (1u << 20) /* of what is not a message part */
#define IMAP_BODY_MAX (1u << 30)    /* of a message part, streamed */
#define IMAP_NAME_MAX 4096
#define IMAP_MAILBOXES_MAX 100000
#define IMAP_REPLY_MS 60000       /* without progress */
#define IMAP_IDLE_MS (25 * 60000) /* IDLE is renewed after this */
#define IMAP_PROBE_MS 10000       /* for the first answer of a server that may be gone */

enum imap_security { IMAP_TLS, IMAP_STARTTLS, IMAP_INSECURE };
enum imap_auth { IMAP_AUTH_BEST, IMAP_AUTH_PLAIN, IMAP_AUTH_LOGIN }; /* AUTHENTICATE PLAIN; the LOGIN command */

struct imap_settings {
	enum imap_security security;
	enum imap_auth auth;
	const char *login;           /* copied */
	const struct secret *secret; /* copied; NULL: stop after the greeting (and STARTTLS) and report READY */
	const char *who;             /* for the wire trace, e.g. "box/1"; copied */
	uint32_t seed;               /* random: the tag prefix */
};

/* Capabilities (compared without case). */
#define IMAP_CAP_REV2 (1u << 0)
#define IMAP_CAP_STARTTLS (1u << 1)
#define IMAP_CAP_LOGINDISABLED (1u << 2)
#define IMAP_CAP_SASL_IR (1u << 3)
#define IMAP_CAP_PLAIN (1u << 4)
#define IMAP_CAP_NAMESPACE (1u << 5)
#define IMAP_CAP_IDLE (1u << 6)
#define IMAP_CAP_UIDPLUS (1u << 7)
#define IMAP_CAP_SPECIAL_USE (1u << 8)
#define IMAP_CAP_CHILDREN (1u << 9)
#define IMAP_CAP_UNSELECT (1u << 10)
#define IMAP_CAP_LITERAL_PLUS (1u << 11)
#define IMAP_CAP_LITERAL_MINUS (1u << 12)
#define IMAP_CAP_CONDSTORE (1u << 13)
#define IMAP_CAP_QRESYNC (1u << 14)
#define IMAP_CAP_MOVE (1u << 15)
#define IMAP_CAP_ESEARCH (1u << 16)
#define IMAP_CAP_LIST_STATUS (1u << 17)
#define IMAP_CAP_LIST_EXTENDED (1u << 18)
#define IMAP_CAP_ENABLE (1u << 19)

/* Attributes of LIST (RFC 9051 7.3.1, 6154). */
#define IMAP_NOSELECT (1u << 0)
#define IMAP_NOINFERIORS (1u << 1)
#define IMAP_HASCHILDREN (1u << 2)
#define IMAP_HASNOCHILDREN (1u << 3)
#define IMAP_NONEXISTENT (1u << 4)
#define IMAP_ROLE_ALL (1u << 8)
#define IMAP_ROLE_ARCHIVE (1u << 9)
#define IMAP_ROLE_DRAFTS (1u << 10)
#define IMAP_ROLE_FLAGGED (1u << 11)
#define IMAP_ROLE_JUNK (1u << 12)
#define IMAP_ROLE_SENT (1u << 13)
#define IMAP_ROLE_TRASH (1u << 14)

enum imap_event_type {
	IMAP_READY, /* logged in (or greeted, without a secret); caps are known */
	IMAP_LIST,
	IMAP_NAMESPACE, /* one per personal prefix, first first */
	IMAP_STATUS,
	IMAP_EXISTS,  /* u.number */
	IMAP_EXPUNGE, /* u.number: a sequence number */
	IMAP_FETCH,
	IMAP_BODY,  /* a piece of a part that was asked for with imap_fetch_part */
	IMAP_ALERT, /* u.text: show it, "server says:" */
	IMAP_DONE,  /* a command has ended */
};

enum imap_result { IMAP_OK, IMAP_NO, IMAP_BAD, IMAP_LOST };

/* What SELECT or EXAMINE told; kept up to date while the mailbox is selected. */
struct imap_mailbox {
	uint32_t exists, uidvalidity, uidnext; /* 0: not told */
	uint64_t highestmodseq;
	bool readonly;
};

#define IMAP_HAS_FLAGS (1u << 0)
#define IMAP_HAS_DATE (1u << 1)
#define IMAP_HAS_SIZE (1u << 2)
#define IMAP_HAS_HEADER (1u << 3)
#define IMAP_HAS_STRUCTURE (1u << 4)

/* Events borrow their strings: valid until the next imap_event(), and so long the event itself must live. */
struct imap_event {
	enum imap_event_type type;
	union {
		struct {
			struct str name;
			char delimiter;
			uint32_t attributes;
		} list; /* name: raw; delimiter 0: NIL */
		struct {
			struct str prefix;
			char delimiter;
		} ns;
		struct {
			struct str name;
			uint32_t messages, uidnext, uidvalidity, unseen;
			bool has_messages, has_unseen;
		} status;
		struct {
			uint32_t seq, uid; /* uid 0: not told */
			unsigned has;
			uint32_t flags;      /* MSG_ bits */
			GPtrArray *keywords; /* char *: opaque ones; borrowed; never NULL with HAS_FLAGS */
			struct msg_date date;
			uint64_t size;
			struct str header;
			struct msg_part *structure; /* steal it by setting NULL, else the session frees it */
		} fetch;
		struct {
			uint32_t id, uid;
			struct str bytes;
			uint64_t total;
			bool end;
			bool nil;
		} body; /* total: announced octets */
		struct {
			uint32_t id;
			enum imap_result result;
			struct str code; /* response code word, upper case as sent ("TRYCREATE"), or empty */
			struct str text; /* the server's words, uncleaned */
		} done;
		uint32_t number;
		struct str text;
	} u;
};

struct imap_session;
struct imap_session *imap_new(const struct imap_settings *settings);
void imap_free(struct imap_session *s);

/* The pump's side (net/wire.h's struct wire_session; engine joins the two). now in clock_ms(). */
void imap_connected(struct imap_session *s, bool tls, int64_t now);
int imap_feed(struct imap_session *s, struct str bytes, int64_t now, struct err *e);
struct str imap_pending(struct imap_session *s);
void imap_sent(struct imap_session *s, size_t n, int64_t now);
/* Until now nothing was read by our own will: the server is not late. */
void imap_resume(struct imap_session *s, int64_t now);
int64_t imap_deadline(const struct imap_session *s);
/* Fills e: the session is over. Or leaves it as it is: IDLE is renewed, there is something to send. */
void imap_expired(struct imap_session *s, int64_t now, struct err *e);
/* The peer may have gone without a word (the machine slept): something is asked, if nothing is, and the answer must
 * begin within IMAP_PROBE_MS. */
void imap_doubt(struct imap_session *s, int64_t now);
bool imap_wants_starttls(const struct imap_session *s);
bool imap_wants_close(const struct imap_session *s); /* after LOGOUT was answered; any other BYE fails feed */
void imap_tls_started(struct imap_session *s, int64_t now);
void imap_eof(struct imap_session *s, struct err *e);
/* The connection is gone: every command still open ends with IMAP_LOST (events stay to be taken). */
void imap_lost(struct imap_session *s);

/* False: nothing more for now. */
bool imap_event(struct imap_session *s, struct imap_event *ev);
uint32_t imap_caps(const struct imap_session *s);
const char *imap_caps_text(const struct imap_session *s); /* as the server wrote them, cleaned; "" before */
const struct imap_mailbox *imap_selected(const struct imap_session *s); /* NULL: none */
bool imap_idling(const struct imap_session *s);
bool imap_busy(const struct imap_session *s);         /* a command other than IDLE is queued or open */
unsigned imap_commands(const struct imap_session *s); /* sent so far, for the ledger */

/* Commands. Names are raw mailbox names; the value is the command's id, never 0. */
uint32_t imap_namespace(struct imap_session *s);
uint32_t imap_list(struct imap_session *s, struct str reference, struct str pattern);
uint32_t imap_status(struct imap_session *s, struct str name);
uint32_t imap_select(struct imap_session *s, struct str name, bool readonly);
/* Where UNSELECT is not offered nothing is sent: it ends in its turn, and the server keeps the mailbox until the next
 * SELECT. */
uint32_t imap_unselect(struct imap_session *s);
uint32_t imap_noop(struct imap_session *s);
uint32_t imap_logout(struct imap_session *s);
/* Rows: UID FLAGS INTERNALDATE RFC822.SIZE and the header fields of msg_head. By sequence numbers only for
 * the newest window ("lo:hi", hi 0 is "*"), else by UID. */
uint32_t imap_fetch_window(struct imap_session *s, uint32_t lo, uint32_t hi);
uint32_t imap_fetch_rows(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi); /* hi 0: "*" */
uint32_t imap_fetch_flags_window(struct imap_session *s, uint32_t lo, uint32_t hi); /* UID FLAGS by sequence */
uint32_t imap_fetch_flags(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi);
uint32_t imap_fetch_structure_window(struct imap_session *s, uint32_t lo, uint32_t hi); /* UID BODYSTRUCTURE */
uint32_t imap_fetch_structure(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi);
/* One part, streamed as IMAP_BODY: section "" is the whole message, "1.2", "HEADER", "1.2.MIME"; octets
 * from `offset`, at most `length` (0: all). */
uint32_t imap_fetch_part(struct imap_session *s, uint32_t uid, const char *section, uint64_t offset, uint64_t length);
/* Ends by itself when another command is queued, or by imap_idle_done. One that is already under way is not
 * doubled: then its id is returned. */
uint32_t imap_idle(struct imap_session *s);
void imap_idle_done(struct imap_session *s);

/* Modified UTF-7 (RFC 3501 5.1.3). Decoding accepts anything: what is not valid is shown as it stands.
 * Encoding: NULL when the name holds a NUL or is no UTF-8. g_free. */
char *imap_name_decode(struct str raw);
char *imap_name_encode(const char *utf8);

#endif
