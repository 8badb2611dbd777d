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
#include "net/sasl.h"

#define IMAP_LINE_MAX (1u << 20)
#define IMAP_LITERAL_MAX (1u << 20) /* of what is not a message part */
#define IMAP_BODY_MAX (1u << 30)    /* of a message part, streamed */
#define IMAP_NAME_MAX 4096
#define IMAP_SECTIONS_MAX 8 /* of one imap_fetch_parts */
#define IMAP_MAILBOXES_MAX 100000
#define IMAP_COPIED_MAX 1000000   /* messages of one COPYUID */
#define IMAP_APPEND_WAITING 65536 /* octets of an APPEND that wait to be sent */
#define IMAP_REPLY_MS 60000       /* without progress */
#define IMAP_IDLE_MS (25 * 60000) /* IDLE is renewed after this */
#define IMAP_PROBE_MS 10000       /* for the first answer of a server that may be gone */

enum imap_security { IMAP_TLS, IMAP_STARTTLS, IMAP_INSECURE };

struct imap_settings {
	enum imap_security security;
	uint32_t auth;               /* SASL_BIT()s that the account names, SASL_COMMAND is LOGIN; 0: the usual order */
	enum sasl_mechanism last;    /* what logged in the last time, SASL_NONE: nothing yet */
	bool token;                  /* the secret is an OAuth access token */
	const char *login;           /* copied */
	const struct secret *secret; /* copied; NULL: stop after the greeting (and STARTTLS) and report READY */
	const char *who;             /* for the wire trace, e.g. "box/1"; copied */
	uint32_t seed;               /* random: the tag prefix */
	const char *nonce;           /* random, as net/sasl.h wants it; NULL: no SCRAM; copied */
	const char *host;            /* for OAUTHBEARER; may be NULL; copied */
	uint16_t port;
	/* What this server offered after login the last time, 0: unknown. It counts until the server has told again: then
	 * ENABLE leaves behind LOGIN in the same write, and SELECT asks for the difference at once. */
	uint64_t known_caps;
	uint64_t caps_off; /* never used on this server, whatever it offers */
	bool id;           /* this server wants ID (RFC 2971): NIL is sent before the first SELECT, nothing else ever */
};

/* Capabilities (compared without case). */
#define IMAP_CAP_REV2 (UINT64_C(1) << 0)
#define IMAP_CAP_STARTTLS (UINT64_C(1) << 1)
#define IMAP_CAP_LOGINDISABLED (UINT64_C(1) << 2)
#define IMAP_CAP_SASL_IR (UINT64_C(1) << 3)
#define IMAP_CAP_PLAIN (UINT64_C(1) << 4)
#define IMAP_CAP_NAMESPACE (UINT64_C(1) << 5)
#define IMAP_CAP_IDLE (UINT64_C(1) << 6)
#define IMAP_CAP_UIDPLUS (UINT64_C(1) << 7)
#define IMAP_CAP_SPECIAL_USE (UINT64_C(1) << 8)
#define IMAP_CAP_CHILDREN (UINT64_C(1) << 9)
#define IMAP_CAP_UNSELECT (UINT64_C(1) << 10)
#define IMAP_CAP_LITERAL_PLUS (UINT64_C(1) << 11)
#define IMAP_CAP_LITERAL_MINUS (UINT64_C(1) << 12)
#define IMAP_CAP_CONDSTORE (UINT64_C(1) << 13) /* also with QRESYNC */
#define IMAP_CAP_QRESYNC (UINT64_C(1) << 14)
#define IMAP_CAP_MOVE (UINT64_C(1) << 15)
#define IMAP_CAP_ESEARCH (UINT64_C(1) << 16)
#define IMAP_CAP_LIST_STATUS (UINT64_C(1) << 17)
#define IMAP_CAP_LIST_EXTENDED (UINT64_C(1) << 18)
#define IMAP_CAP_ENABLE (UINT64_C(1) << 19)
#define IMAP_CAP_COMPRESS (UINT64_C(1) << 20) /* COMPRESS=DEFLATE */
#define IMAP_CAP_ID (UINT64_C(1) << 21)
#define IMAP_CAP_QUOTA (UINT64_C(1) << 22)
#define IMAP_CAP_ACL (UINT64_C(1) << 23)
#define IMAP_CAP_UTF8 (UINT64_C(1) << 24) /* UTF8=ACCEPT or UTF8=ONLY */
#define IMAP_CAP_OBJECTID (UINT64_C(1) << 25)
#define IMAP_CAP_STATUS_SIZE (UINT64_C(1) << 26)
#define IMAP_CAP_APPENDLIMIT (UINT64_C(1) << 27)
#define IMAP_CAP_NOTIFY (UINT64_C(1) << 28)
#define IMAP_CAP_SEARCHRES (UINT64_C(1) << 29)
#define IMAP_CAP_CREATE_SPECIAL_USE (UINT64_C(1) << 30)
#define IMAP_CAP_REPLACE (UINT64_C(1) << 31)
#define IMAP_CAP_AUTH_SCRAM_SHA_1 (UINT64_C(1) << 32)
#define IMAP_CAP_AUTH_SCRAM_SHA_1_PLUS (UINT64_C(1) << 33)
#define IMAP_CAP_AUTH_SCRAM_SHA_256 (UINT64_C(1) << 34)
#define IMAP_CAP_AUTH_SCRAM_SHA_256_PLUS (UINT64_C(1) << 35)
#define IMAP_CAP_AUTH_XOAUTH2 (UINT64_C(1) << 36)
#define IMAP_CAP_AUTH_OAUTHBEARER (UINT64_C(1) << 37)
#define IMAP_CAP_AUTH_EXTERNAL (UINT64_C(1) << 38)
#define IMAP_CAP_AUTH_CRAM_MD5 (UINT64_C(1) << 39)
#define IMAP_CAP_AUTH_LOGIN (UINT64_C(1) << 40)
#define IMAP_CAP_LIST_MYRIGHTS (UINT64_C(1) << 41)
#define IMAP_CAP_UTF8_ONLY (UINT64_C(1) << 42)

/* A set of UIDs or sequence numbers (RFC 9051 sequence-set): ascending, disjoint, joined ranges. It is never
 * expanded, so that 1:4294967295 costs as much as 1:1. */
struct imap_range {
	uint32_t first, last;
};
struct imap_set {
	GArray *ranges; /* struct imap_range */
};
void imap_set_init(struct imap_set *s);
void imap_set_clear(struct imap_set *s); /* frees; imap_set_init comes before another use */
void imap_set_add(struct imap_set *s, uint32_t first, uint32_t last); /* in any order; 0 is no number: left out */
bool imap_set_has(const struct imap_set *s, uint32_t number);
uint64_t imap_set_count(const struct imap_set *s);

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
	IMAP_NAMESPACE, /* one per prefix, personal ones first */
	IMAP_STATUS,
	IMAP_EXISTS,  /* u.number */
	IMAP_EXPUNGE, /* u.number: a sequence number */
	IMAP_FETCH,
	IMAP_BODY,     /* a piece of a part that was asked for with imap_fetch_part or imap_fetch_parts */
	IMAP_ALERT,    /* u.text: show it, "server says:" */
	IMAP_VANISHED, /* u.vanished: one range of UIDs (only with QRESYNC enabled); what it names need not be there */
	IMAP_QUOTA,    /* u.quota: one resource of one root */
	IMAP_RIGHTS,   /* u.rights: what MYRIGHTS said of a mailbox */
	IMAP_ID,       /* u.text: the server's answer to ID, raw */
	IMAP_DONE,     /* a command has ended */
};

enum imap_result { IMAP_OK, IMAP_NO, IMAP_BAD, IMAP_LOST };

enum imap_ns { IMAP_NS_PERSONAL, IMAP_NS_OTHER, IMAP_NS_SHARED };

/* COPYUID and APPENDUID: message from[i] is to[i] in the target now. uint32_t, of one length; `from` is empty
 * for APPEND. */
struct imap_copied {
	uint32_t uidvalidity;
	const GArray *from, *to;
};

/* What SELECT or EXAMINE told; kept up to date while the mailbox is selected. */
struct imap_mailbox {
	uint32_t exists, uidvalidity, uidnext; /* 0: not told */
	uint64_t highestmodseq;                /* 0: none; what a server tells past 2^63 is none */
	const char *mailboxid;                 /* RFC 8474; NULL: not told */
	bool readonly;
	bool nomodseq; /* there are no modification sequences: NOMODSEQ, or HIGHESTMODSEQ 0 or not told */
	bool resynced; /* the VANISHED (earlier) and FETCH events before the SELECT's end were the whole difference */
	bool permanent_known; /* PERMANENTFLAGS was told; else the rest is what FLAGS told, or the five of the standard */
	bool permanent_new;   /* new keywords may be made */
	uint32_t permanent_flags;            /* MSG_ bits that a client may change for good */
	const GPtrArray *permanent_keywords; /* char *: opaque ones; never NULL */
};

#define IMAP_HAS_FLAGS (1u << 0)
#define IMAP_HAS_DATE (1u << 1)
#define IMAP_HAS_SIZE (1u << 2)
#define IMAP_HAS_HEADER (1u << 3)
#define IMAP_HAS_STRUCTURE (1u << 4)
#define IMAP_HAS_MODSEQ (1u << 5)
#define IMAP_HAS_EMAILID (1u << 6)

/* Events borrow their strings: valid until the next imap_event(), and so long the event itself must live. */
struct imap_event {
	enum imap_event_type type;
	union {
		struct {
			struct str name;
			char delimiter;
			uint32_t attributes;
			bool subscribed; /* told by imap_list_all only */
		} list;                  /* name: raw; delimiter 0: NIL */
		struct {
			enum imap_ns kind;
			struct str prefix;
			char delimiter;
		} ns;
		struct {
			struct str name;
			uint32_t messages, uidnext, uidvalidity, unseen;
			uint64_t highestmodseq, size;
			bool has_messages, has_unseen, has_highestmodseq, has_size;
			struct str mailboxid; /* n 0: not told */
		} status;
		struct {
			uint32_t seq, uid; /* uid 0: not told */
			unsigned has;
			uint32_t flags;      /* MSG_ bits */
			GPtrArray *keywords; /* char *: opaque ones; borrowed; never NULL with HAS_FLAGS */
			struct msg_date date;
			uint64_t size;
			uint64_t modseq;
			struct str header;
			struct str emailid;
			struct msg_part *structure; /* steal it by setting NULL, else the session frees it */
		} fetch;
		struct {
			uint32_t id, uid;
			struct str section, bytes;
			uint64_t total;
			bool end;
			bool nil;
		} body; /* section: as it was asked; total: announced octets */
		struct {
			uint32_t first, last;
			bool earlier; /* before this moment: no count of messages changes */
		} vanished;
		struct {
			struct str root, resource; /* "STORAGE": in units of 1024 octets; "MESSAGE" */
			uint64_t usage, limit;
		} quota;
		struct {
			struct str name, rights; /* RFC 4314: letters */
		} rights;
		struct {
			uint32_t id;
			enum imap_result result;
			struct str code; /* response code word, upper case as sent ("TRYCREATE"), or empty */
			struct str text; /* the server's words, uncleaned */
			/* NULL: not told, or not to be believed: ranges of unequal length, UID 0, one UID twice, UIDs that were
			 * not asked for. It may name fewer messages than were asked for. */
			const struct imap_copied *copied;
			uint32_t appendlimit; /* of an APPEND: octets a message may have, 0: not told */
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
/* What the server offers (until it has told after login: also what it offered last time), less what is off. */
uint64_t imap_caps(const struct imap_session *s);
bool imap_caps_told(const struct imap_session *s);          /* after login: imap_caps() is worth remembering */
uint64_t imap_caps_found_bad(const struct imap_session *s); /* offered and then refused: off for this session */
const char *imap_caps_text(const struct imap_session *s);   /* as the server wrote them, cleaned; "" before */
const struct imap_mailbox *imap_selected(const struct imap_session *s); /* NULL: none */
const char *imap_selected_name(const struct imap_session *s);           /* as it was asked for; NULL: none */
bool imap_idling(const struct imap_session *s);
bool imap_busy(const struct imap_session *s);         /* a command other than IDLE is queued or open */
unsigned imap_commands(const struct imap_session *s); /* sent so far, for the ledger */

bool imap_enabled_qresync(const struct imap_session *s); /* ENABLED was answered */
bool imap_enabled_utf8(const struct imap_session *s);

/* Commands. Names are raw mailbox names in modified UTF-7, here and in events, also where UTF8=ACCEPT was enabled; that is
 * done before the first SELECT, in its write. The value is the command's id, never 0. A capability that proves false (BAD
 * to what it allows) is off from then on, and where that changes nothing on the server the command is sent again in the
 * next way; what changes something ends with BAD. */
uint32_t imap_namespace(struct imap_session *s);
uint32_t imap_noop(struct imap_session *s);
uint32_t imap_logout(struct imap_session *s);

/* --- mailboxes --- */
uint32_t imap_list(struct imap_session *s, struct str reference, struct str pattern);
/* Every mailbox below the reference with IMAP_LIST.subscribed, IMAP_RIGHTS of each where LIST-MYRIGHTS is offered, and
 * with `counts` an IMAP_STATUS each; in one command where that is offered, else LSUB and LIST, and no counts. */
uint32_t imap_list_all(struct imap_session *s, struct str reference, bool counts);
uint32_t imap_status(struct imap_session *s, struct str name); /* with MAILBOXID and SIZE where they are offered */
uint32_t imap_select(struct imap_session *s, struct str name, bool readonly); /* no questions about what changed */
/* Selecting a mailbox that is known. With QRESYNC enabled the server is asked for the difference since `modseq` (with
 * uid_lo only of UIDs lo:hi); else, where offered, to tell HIGHESTMODSEQ. r NULL: nothing is known, only the latter.
 * QRESYNC is enabled by the first of these, if no other mailbox was selected before it; from then on what goes is told
 * by IMAP_VANISHED, no longer by IMAP_EXPUNGE. */
struct imap_resync {
	uint32_t uidvalidity;
	uint64_t modseq;
	uint32_t uid_lo, uid_hi;
};
uint32_t imap_select_resync(struct imap_session *s, struct str name, bool readonly, const struct imap_resync *r);
/* Where UNSELECT is not offered nothing is sent: it ends in its turn, and the server keeps the mailbox until the next
 * SELECT. */
uint32_t imap_unselect(struct imap_session *s);
uint32_t imap_create(
	struct imap_session *s, struct str name, uint32_t role); /* IMAP_ROLE_ bit or 0; told where offered */
uint32_t imap_delete(struct imap_session *s, struct str name);
uint32_t imap_rename(struct imap_session *s, struct str from, struct str to);
uint32_t imap_subscribe(struct imap_session *s, struct str name, bool yes);
uint32_t imap_quota(struct imap_session *s, struct str mailbox);  /* GETQUOTAROOT */
uint32_t imap_rights(struct imap_session *s, struct str mailbox); /* MYRIGHTS */

/* --- reading ---
 * Rows: UID FLAGS INTERNALDATE RFC822.SIZE, the header fields of msg_head, and EMAILID where it is offered. By sequence numbers only for
 * the newest window ("lo:hi", hi 0 is "*"), else by UID. A set goes in as many commands as keep each line within 1000
 * octets (RFC 7162 4), pipelined; it has one id and one IMAP_DONE with the worst result. */
uint32_t imap_fetch_window(struct imap_session *s, uint32_t lo, uint32_t hi);
uint32_t imap_fetch_rows(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi); /* hi 0: "*" */
uint32_t imap_fetch_rows_set(struct imap_session *s, const struct imap_set *uids);
uint32_t imap_fetch_flags_window(struct imap_session *s, uint32_t lo, uint32_t hi); /* UID FLAGS by sequence */
uint32_t imap_fetch_flags(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi);
/* UID FLAGS of what changed since; with QRESYNC enabled IMAP_VANISHED too. All of them where that is not offered or
 * modseq is 0. */
uint32_t imap_fetch_changes(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi, uint64_t modseq);
/* The UIDs of sequence numbers, as IMAP_FETCH with or without more: to find out what vanished. While it runs the server
 * may renumber nothing, unless imap_notify is on: what comes behind an IMAP_EXPUNGE in its midst is worth nothing. */
uint32_t imap_fetch_numbers(struct imap_session *s, const uint32_t *seqs, unsigned n);
/* What tells a message from another: UID FLAGS INTERNALDATE RFC822.SIZE and the field Message-ID. */
uint32_t imap_fetch_identities(struct imap_session *s, const struct imap_set *uids);
uint32_t imap_fetch_structure_window(struct imap_session *s, uint32_t lo, uint32_t hi); /* UID BODYSTRUCTURE */
uint32_t imap_fetch_structure(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi);
uint32_t imap_fetch_structures(struct imap_session *s, const struct imap_set *uids);
/* One part, streamed as IMAP_BODY: section "" is the whole message, "1.2", "HEADER", "1.2.MIME"; octets
 * from `offset`, at most `length` (0: all). */
uint32_t imap_fetch_part(struct imap_session *s, uint32_t uid, const char *section, uint64_t offset, uint64_t length);
/* The same sections, whole, of many messages: at most IMAP_SECTIONS_MAX, ended by NULL. A message that is not there is
 * passed over. */
uint32_t imap_fetch_parts(struct imap_session *s, const struct imap_set *uids, const char *const *sections);

/* --- changing: by UID, split like the above, never sent twice, and only once the SELECT before them has ended well:
 * else they end with NO, "CLOSED", unsent --- */
enum imap_store_how { IMAP_STORE_ADD, IMAP_STORE_REMOVE, IMAP_STORE_SET };
/* Keywords: char *, may be NULL. What the mailbox does not keep for good is left out; when nothing is left the command
 * ends with NO, "CANNOT", unsent. */
uint32_t imap_store(struct imap_session *s, const struct imap_set *uids, enum imap_store_how how, uint32_t flags,
	const GPtrArray *keywords);
uint32_t imap_copy(struct imap_session *s, const struct imap_set *uids, struct str mailbox);
uint32_t imap_move(
	struct imap_session *s, const struct imap_set *uids, struct str mailbox); /* ask IMAP_CAP_MOVE before */
uint32_t imap_expunge(
	struct imap_session *s, const struct imap_set *uids); /* UID EXPUNGE: ask IMAP_CAP_UIDPLUS before */
/* Announces `size` octets, which the caller then feeds as imap_append_room allows; it grows when the server asks
 * for them (at imap_feed) and when some are sent (at imap_sent). Commands behind it wait. date: seconds, negative:
 * none. utf8: its header holds UTF-8, which is told where that was enabled; BAD to this: the next one is sent without. A refusal before the octets went saves them; then room stays 0. Larger than the server allows: NO,
 * "TOOBIG", unsent. */
uint32_t imap_append(struct imap_session *s, struct str mailbox, uint32_t flags, const GPtrArray *keywords,
	int64_t date, uint64_t size, bool utf8);
/* The same in place of a message of the mailbox that is selected, which goes with it (UID REPLACE, RFC 8508; ask
 * IMAP_CAP_REPLACE before). After NO or BAD nothing has changed, and it is off for this session; BAD to the form for UTF-8
 * is blamed on it too. Unsent, with NO "CLOSED": none is selected, or only to be read. */
uint32_t imap_replace(struct imap_session *s, uint32_t uid, struct str mailbox, uint32_t flags,
	const GPtrArray *keywords, int64_t date, uint64_t size, bool utf8);
size_t imap_append_room(const struct imap_session *s); /* at most IMAP_APPEND_WAITING */
void imap_append_feed(struct imap_session *s, struct str bytes);

/* --- freshness --- */
/* Ends by itself when another command is queued, or by imap_idle_done. One that is already under way is not
 * doubled: then its id is returned. */
uint32_t imap_idle(struct imap_session *s);
void imap_idle_done(struct imap_session *s);
/* NOTIFY (RFC 5465): news of the selected mailbox as with IDLE, and an IMAP_STATUS of every mailbox in which something
 * happens, by themselves. NO: refused, IDLE is left. */
uint32_t imap_notify(struct imap_session *s, bool on);

/* --- the connection --- */
/* COMPRESS=DEFLATE (RFC 4978), alone in its write; what follows waits for the answer. Once imap_wants_deflate() says so
 * the pump deflates both ways from there on, and imap_deflate_started lets the session go on. */
uint32_t imap_compress(struct imap_session *s);
bool imap_wants_deflate(const struct imap_session *s);
/* What was fed behind the server's consent and is deflated already; borrowed until the next call. */
struct str imap_deflate_started(struct imap_session *s);
/* Channel binding for SCRAM-PLUS: told before imap_connected (TLS first) or imap_tls_started; n 0: none. Copied. */
void imap_binding(struct imap_session *s, const unsigned char *binding, size_t n);
/* What logged in, SASL_NONE before; *weaker_out: the last time it was bound to the connection and now it is not.
 * A mechanism that the server proves unable to do (BAD, NO "CANNOT", "unsupported") is passed over and the next one is
 * taken; every other refusal is final, and so is one of LOGIN. */
enum sasl_mechanism imap_mechanism(const struct imap_session *s, bool *weaker_out);

/* Modified UTF-7 (RFC 3501 5.1.3). Decoding accepts anything: what is not valid is shown as it stands.
 * Encoding: NULL when the name holds a NUL or is no UTF-8. g_free. */
char *imap_name_decode(struct str raw);
char *imap_name_encode(const char *utf8);

#endif
