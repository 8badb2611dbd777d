/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message as values: headers, addresses, dates, part tree, charsets, text for the eye.
 *
 * Knows nothing of accounts, files or screens: bytes in, values out. Every parser here is total (any
 * bytes give a result), bounded (the limits below; hitting one is recorded in `defects`) and linear.
 * Strings in results are valid UTF-8; those said to be clean hold no control or bidi bytes either.
 * All functions may be called in any thread, one thread a value. msg_init() comes first, in main,
 * after setlocale and before threads.
 *
 *	struct msg *m = msg_parse(bytes, n);          // bytes must outlive m
 *	GPtrArray *shown = msg_shown_parts(m->root);
 *	struct msg_text t;
 *	msg_text_of(shown, octets_of, m, &t);        // octets_of decodes one part
 */
#ifndef BOXWOOD_MSG_MSG_H
#define BOXWOOD_MSG_MSG_H

#include "base/buf.h"
#include "base/err.h"

#define MSG_DEPTH_MAX 100
#define MSG_PARTS_MAX 10000
#define MSG_HEADER_MAX (1u << 20)
#define MSG_HEADERS_MAX (10u << 20)
#define MSG_FIELDS_MAX 10000
#define MSG_ADDRS_MAX 10000
#define MSG_PARAMS_MAX 128
#define MSG_REFS_MAX 1000
#define MSG_TEXT_MAX (64u << 20) /* decoded text shown */
#define MSG_SHOWN_MAX 100        /* parts of one message shown one after the other */

void msg_init(void);
void msg_done(void);

/* --- addresses (RFC 5322 3.4) --- */
struct msg_addr {
	char *name; /* clean, may be NULL */
	char *addr; /* clean; NULL for a group's name with no members and for text that holds no address */
};
/* GPtrArray of struct msg_addr *, freeing its elements. Never NULL in results. */
GPtrArray *msg_addrs_parse(struct str value);
GPtrArray *msg_addrs_new(void);
struct msg_addr *msg_addr_new(const char *name, const char *addr);
void msg_addr_free(struct msg_addr *a); /* NULL is a no-op */
GPtrArray *msg_addrs_copy(const GPtrArray *from);
/* A compact form for storage and back: `name NUL addr NUL` repeated. */
void msg_addrs_pack(const GPtrArray *addrs, GString *out);
GPtrArray *msg_addrs_unpack(struct str packed);
/* "Name", else the address, for one line of a list; borrowed from a. */
const char *msg_addr_short(const struct msg_addr *a);
/* `Name <addr>` with the name quoted where RFC 5322 wants it; g_free. */
char *msg_addr_full(const struct msg_addr *a);

/* --- dates (RFC 5322 3.3, 4.3) --- */
struct msg_date {
	int64_t epoch; /* seconds; valid only if known */
	int offset;    /* minutes east of UTC */
	bool known;
};
struct msg_date msg_date_parse(struct str value);
char *msg_date_rfc3339(struct msg_date d); /* "2026-11-21T19:14:00+01:00"; NULL if not known; g_free */
/* IMAP's date-time, "17-Jul-1996 02:44:25 -0700" (RFC 9051, date-time). */
struct msg_date msg_date_internal(struct str value);

/* --- header block --- */
struct msg_field {
	char *name;  /* as written, clean */
	char *value; /* unfolded, decoded (RFC 2047), clean, valid UTF-8 */
	char *raw;   /* unfolded bytes made valid UTF-8, not decoded */
};
struct msg_head {
	GPtrArray *fields;                                   /* struct msg_field *, in order */
	GPtrArray *from, *sender, *reply_to, *to, *cc, *bcc; /* struct msg_addr * */
	GPtrArray *references; /* char *, without <>; at most MSG_REFS_MAX, the newest kept */
	char *in_reply_to;     /* first id without <>, or NULL */
	char *message_id;      /* without <>, or NULL */
	char *subject;         /* clean, "" if none */
	char *list_id;         /* the part in <> of List-Id, or NULL */
	struct msg_date date;
	bool odd_writer; /* From, Sender or Reply-To is malformed */
};
/* bytes: a header block with or without its ending empty line. The first of doubled fields wins. */
struct msg_head *msg_head_parse(struct str bytes);
void msg_head_free(struct msg_head *h);                               /* members may have been taken out (NULL) */
const char *msg_head_get(const struct msg_head *h, const char *name); /* decoded, first; NULL */
/* One RFC 2047 unstructured value to clean UTF-8. g_free. */
char *msg_decode_words(struct str raw);

/* --- threads (thread.c): RFC 5256 --- */
#define MSG_THREAD_REFS 32
/* What is left of a decoded subject without "Re:", "[list]", "(fwd)" and their like (2.1); its case stays. reply_out (may
 * be NULL): it says itself that it answers or forwards something. g_free. */
char *msg_base_subject(const char *subject, bool *reply_out);
/* The ids that References names, without them In-Reply-To's; each once, the nearest last, never its own, at most
 * MSG_THREAD_REFS: char *, freeing, maybe empty. */
GPtrArray *msg_thread_refs(const struct msg_head *h);

/* --- what a server found out about who sent a message (authres.c): RFC 8601 --- */
struct msg_authres_property {
	char *name;  /* "header.d", "smtp.mailfrom", "policy.dmarc": in lower case */
	char *value; /* clean, as written */
};
struct msg_authres_result {
	char *method;          /* "dkim", "spf", "dmarc", "arc", ..: in lower case */
	char *result;          /* "pass", "fail", "none", "softfail", ..: in lower case */
	char *reason;          /* clean; NULL */
	GPtrArray *properties; /* struct msg_authres_property *, in order */
};
struct msg_authres {
	char *server;       /* who says so (authserv-id), as written */
	GPtrArray *results; /* struct msg_authres_result *, in order; empty: nothing was tried */
};
/* One field's value, unfolded. NULL: there is a mistake in it, and so it says nothing. */
struct msg_authres *msg_authres_parse(struct str value);
/* Of a header what the servers with these names (char *) say: the topmost field, which must be theirs, and those of theirs
 * that stand right below it, as far as they speak of other methods; whoever sends a message can write what lies further
 * down. NULL: they say nothing. */
struct msg_authres *msg_authres_trusted(const struct msg_head *h, const GPtrArray *servers);
void msg_authres_free(struct msg_authres *a);                                          /* NULL is a no-op */
const char *msg_authres_get(const struct msg_authres_result *r, const char *property); /* "header.d"; NULL */
/* DKIM, SPF or DMARC passed for that domain or one below it. NULL: no. */
bool msg_authres_passes(const struct msg_authres *a, const char *domain);
/* The domain of an address, or a domain itself: is it that one, or below it? ASCII case is ignored. */
bool msg_domain_within(const char *value, const char *domain);

/* --- part tree: one type, from bytes and from BODYSTRUCTURE --- */
struct msg_part {
	char *section;          /* RFC 9051: "1.2"; "" for the root multipart; "1" for a root leaf */
	char *type;             /* "text/plain", lower case, never NULL */
	char *charset;          /* as labelled, lower case, or NULL */
	char *encoding;         /* "7bit", "base64", .. lower case, never NULL */
	char *disposition;      /* "inline", "attachment", .. or NULL */
	char *name;             /* file name: clean, as sent (make it safe with fs_safe_name before use); or NULL */
	char *cid;              /* without <>, or NULL */
	char *description;      /* clean, or NULL */
	char *method;           /* of a calendar, as labelled; or NULL */
	bool flowed, delsp;     /* text/plain; format=flowed */
	uint64_t size;          /* encoded octets */
	uint64_t start, length; /* body within the message bytes, or within what the nearest encoded */
	uint64_t head_start;    /* message/rfc822 above it decodes to; its MIME header; from bytes only */
	struct str body;        /* those octets, still encoded; borrowed from struct msg; from bytes only */
	struct msg_head *head;  /* of a message/rfc822: the inner header; from bytes only, else NULL */
	GPtrArray *children;    /* struct msg_part *; NULL for a leaf */
};
struct msg_part *msg_part_new(void);
void msg_part_free(struct msg_part *p);
struct msg_part *msg_part_copy(const struct msg_part *p); /* what describes it: no body, no head, no children */
/* Gives every part its section number from the shape of the tree. A multipart in a message/rfc822 "2" is "2.TEXT". */
void msg_part_number(struct msg_part *root);
struct msg_part *msg_part_find(struct msg_part *root, const char *section); /* NULL */
/* Every leaf in order; a message/rfc822 is walked into as well as being a part itself. */
void msg_part_walk(struct msg_part *root, void (*visit)(struct msg_part *p, int depth, void *aux), void *aux);
/* What the reader sees one after the other: the text leaves that are no attachment, of alternatives the best
 * only, the readable parts of reports, and a message within (for its header) before what it holds; nothing of a
 * multipart/encrypted. An attached message when there is nothing else; a multipart in which no part was found. At most MSG_SHOWN_MAX, and texts
 * of MSG_TEXT_MAX encoded octets. Borrowed pointers, g_ptr_array_unref; empty: none is text. */
GPtrArray *msg_shown_parts(struct msg_part *root);
GPtrArray *msg_shown_as(struct msg_part *root, bool html_first); /* the same; of alternatives HTML comes first */
/* True for a message/rfc822 that was walked into: of those that are shown, its header is. */
bool msg_holds_message(const struct msg_part *p);
/* The first leaf of this type that is no attachment (cli.md: `plain`, `html`), or NULL. */
struct msg_part *msg_first(struct msg_part *root, const char *type);
/* Leaves offered as files: every leaf that is not `shown`; borrowed pointers, g_ptr_array_unref. */
GPtrArray *msg_files(struct msg_part *root, const GPtrArray *shown);
/* Of these, without the other forms of what is shown: what stands beside it in a multipart/alternative and is no
 * attachment. */
GPtrArray *msg_files_beside(struct msg_part *root, const GPtrArray *shown);
bool msg_is_attachment(const struct msg_part *p); /* for the @ of lists and `attachments` */
/* How many there are: of a multipart/appledouble the file alone, of a multipart/encrypted none. */
unsigned msg_attachments(struct msg_part *root);
/* A compact form for storage and back (bounded, total; NULL on nonsense). */
void msg_part_pack(const struct msg_part *root, GString *out);
struct msg_part *msg_part_unpack(struct str packed);

/* --- a whole message from bytes --- */
struct msg {
	struct str bytes; /* borrowed */
	struct msg_head *head;
	struct msg_part *root; /* never NULL */
	GPtrArray *decoded;    /* char *: octets of encoded messages that were walked into */
	GPtrArray *defects;    /* char *, stable English keywords: "depth-limit", "no-end-boundary", .. */
};
/* A parameter as it stood: `filename*0*` and its like are pieces of one. */
struct msg_param {
	struct str name, value;
};
/* The value that n of them, from wherever they were taken apart, give a name (RFC 2231, 2047): decoded, clean; NULL:
 * there is none. */
char *msg_param_text(const struct msg_param *params, size_t n, const char *name);
struct msg *msg_parse(struct str bytes);
void msg_free(struct msg *m); /* members set to NULL were taken over */
/* False: nothing in the first lines looks like a header (a file that is no message: show it as text). */
bool msg_looks_like(struct str bytes);

/* Undoes the content transfer encoding; damaged input gives what could be read. Appends to out, whose cap
 * becomes max. -1: past max octets. */
int msg_decode(const char *encoding, struct str body, size_t max, struct buf *out, struct err *e);
/* The decoded octets of one leaf of m. */
int msg_part_bytes(const struct msg *m, const struct msg_part *p, size_t max, struct buf *out, struct err *e);
/* To UTF-8 by the label as mail uses it: valid UTF-8 stays, else the label (WHATWG aliases, allow-list),
 * else windows-1252, else U+FFFD. The escapes of ISO-2022-JP and the mark of UTF-16 speak for themselves. CRLF to LF. Control bytes are kept: clean before showing. g_free. */
char *msg_to_utf8(struct str octets, const char *label, size_t *n_out);
/* The same when the reader names the charset: its octets are not taken for UTF-8 instead. */
char *msg_to_utf8_as(struct str octets, const char *label, size_t *n_out);
bool msg_charset_known(const char *label);

/* --- files that are no parts of their own: uuencoded in a text, or in a winmail.dat (within.c, tnef.c) --- */
#define MSG_WITHIN_MAX 1000
#define MSG_WITHIN_SIGN "~" /* "2~3": the third file in part 2 */

struct msg_within {
	char *name;           /* clean; NULL: it has none */
	const char *encoding; /* of its octets, which are these of the part's: */
	size_t start, length;
	bool cut; /* its end is missing */
};
bool msg_is_tnef(const struct msg_part *p);
/* In order, freeing; octets: the decoded body of p. */
GPtrArray *msg_within(const struct msg_part *p, struct str octets);
/* The decoded octets of the n-th, from 1, appended to out. */
int msg_within_bytes(
	const struct msg_part *p, struct str octets, unsigned n, size_t max, struct buf *out, struct err *e);
/* As a part, with its section; msg_part_free. */
struct msg_part *msg_within_part(const struct msg_part *holder, const struct msg_within *w, unsigned n);
/* "2" and 3 of "2~3", "2" and 0 of "2"; NULL of nonsense; g_free. */
char *msg_within_holder(const char *section, unsigned *n_out);

/* --- signed and encrypted (seal.c): by the structure alone, nothing verified, nothing decrypted --- */
enum msg_seal_kind {
	MSG_SEAL_SIGNED,
	MSG_SEAL_ENCRYPTED,
	MSG_SEAL_ENVELOPE, /* of S/MIME: signed or encrypted, what it holds is inside */
};
enum msg_seal_scheme { MSG_SEAL_UNKNOWN, MSG_SEAL_OPENPGP, MSG_SEAL_SMIME };
struct msg_seal {
	enum msg_seal_kind kind;
	enum msg_seal_scheme scheme;
	const struct msg_part *part; /* borrowed from the tree */
};
GArray *msg_seals(const struct msg_part *root); /* struct msg_seal, outer ones first; g_array_unref */
bool msg_seal_covers(const struct msg_seal *s, const struct msg_part *p);

/* --- text for the eye --- */
struct msg_link {
	char *url;         /* where it goes; clean */
	char *text;        /* clean, may be "" */
	char *host;        /* of url, in ASCII, lower case; NULL: none */
	char *clean;       /* url without what only tracks; NULL: nothing does */
	unsigned tracking; /* parameters left out of clean */
	bool deceives;     /* text names another host or address */
	bool in_text;      /* of plain text: the address is to be read there, and no [n] stands behind it */
};
/* What HTML would have loaded from a host and was not. */
struct msg_remote {
	char *host;                       /* in ASCII; "": of all hosts past the limit */
	unsigned images, beacons, others; /* beacons: images of one pixel */
};
/* How HTML became text. Those from STRIPPED on: without its layout. */
enum msg_html {
	MSG_HTML_NONE,     /* there was none */
	MSG_HTML_LAID,     /* from the records of boxwood-html */
	MSG_HTML_COMMAND,  /* by the user's command */
	MSG_HTML_STRIPPED, /* nobody was asked */
	MSG_HTML_MISSING,  /* there is no boxwood-html, or it does not start */
	MSG_HTML_OPEN,     /* it cannot be locked in on this machine */
	MSG_HTML_ENDED,    /* it was killed, took too long, or told no records */
	MSG_HTML_LIMIT,    /* it is more than a limit allows */
	MSG_HTML_FAILED,   /* the user's command did */
};
/* What a stretch of the text is, beside its quoting, which its own signs at the line's start tell. */
enum msg_role {
	MSG_ROLE_NONE,
	MSG_ROLE_LINK,
	MSG_ROLE_HEADING,
	MSG_ROLE_STRONG,
	MSG_ROLE_FIELD, /* of the header of a message within */
	MSG_ROLE_PART,  /* the line that names a part */
	MSG_ROLE_SIGNATURE,
	MSG_ROLE_PATCH, /* the head of a file's patch */
	MSG_ROLE_HUNK,
	MSG_ROLE_ADDED,
	MSG_ROLE_REMOVED,
	MSG_ROLE_NOTE, /* the program's words, not the writer's */
};
struct msg_span {
	uint32_t from, to; /* octets of the text, within one line */
	enum msg_role role;
	uint32_t link; /* its number, from 1; 0: none */
};
/* Where the text of a part lies in the whole. */
struct msg_piece {
	uint32_t from, to;
	const struct msg_part *part; /* borrowed from the tree the shown parts are of */
};
/* From "-----BEGIN PGP .." to the end of its line "-----END PGP ..". */
struct msg_armour {
	uint32_t from, to;
	enum msg_seal_kind kind;
};
struct msg_text {
	char *text;        /* what the reader sees: clean, LF ended lines, links of HTML marked [n] */
	GPtrArray *links;  /* struct msg_link *; the n-th is [n+1] */
	GPtrArray *remote; /* char *: what HTML would have loaded and was not */
	GArray *spans;     /* struct msg_span, ascending by from; where two overlap the later one counts */
	GArray *pieces;    /* struct msg_piece, ascending; none of msg_text_make */
	GArray *armours;   /* struct msg_armour, ascending: what is signed or encrypted in the text itself */
	GPtrArray *hosts;  /* struct msg_remote *: the same by host, counted without a limit */
	unsigned hidden;   /* places whose text the writer hides, and that are not in text */
	unsigned forms;    /* left out */
	enum msg_html html;
	bool from_html;
	bool truncated; /* MSG_TEXT_MAX was met */
};
/* Who reads HTML, UTF-8, for text: LAID and what boxwood-html tells of msg_html_prepare(html), COMMAND and text, or why
 * not. Called in the thread of msg_text_of, as often as there is HTML. */
typedef enum msg_html (*msg_html_fn)(struct str html, struct buf *out, void *aux);
/* HTML as boxwood-html is to get it. */
GString *msg_html_prepare(struct str html);
/* octets: decoded body of a text part. type chooses: text/html is stripped, the rest is plain. */
void msg_text_make(
	struct str octets, const char *type, const char *charset, bool flowed, bool delsp, struct msg_text *out);
/* The decoded octets of a part, of a message within those of its header, into out, which it inits. -1: they are
 * not to be had. */
typedef int (*msg_octets_fn)(const struct msg_part *p, struct buf *out, void *aux);
/* The texts of the shown parts one after the other, each behind a line that names it but for the first; of a
 * message within its From, To, Cc, Date and Subject. Parts that are not to be had are passed over; text is NULL
 * if all are. charset: what the reader says they are in; NULL: as they are labelled. read_html NULL: HTML is stripped. */
void msg_text_of(const GPtrArray *shown, const char *charset, msg_octets_fn octets_of, msg_html_fn read_html, void *aux,
	struct msg_text *out);
void msg_text_clear(struct msg_text *t);

/* --- flags (RFC 9051 2.3.2) --- */
#define MSG_SEEN (1u << 0)
#define MSG_ANSWERED (1u << 1)
#define MSG_FLAGGED (1u << 2)
#define MSG_DELETED (1u << 3)
#define MSG_DRAFT (1u << 4)
#define MSG_FORWARDED (1u << 5)   /* $Forwarded */
#define MSG_MDNSENT (1u << 6)     /* $MDNSent */
#define MSG_JUNK (1u << 7)        /* $Junk */
#define MSG_NOTJUNK (1u << 8)     /* $NotJunk */
#define MSG_PHISHING (1u << 9)    /* $Phishing */
#define MSG_IMPORTANT (1u << 10)  /* $Important */
#define MSG_RECENT (1u << 11)     /* \Recent, never stored */
#define MSG_ATTACHMENT (1u << 16) /* ours: has attachments (from the part tree) */
#define MSG_INVITE (1u << 17)     /* ours: has a calendar part */
#define MSG_SERVER_FLAGS 0xfffu
#define MSG_KEYWORD_MAX 128
#define MSG_KEYWORDS_MAX 256
/* The bit of a flag or keyword, 0 if it has none (then it is kept as an opaque keyword). */
uint32_t msg_flag_bit(struct str name);
/* Spellings of the set bits, in a fixed order: msg_flag_name(i) for bit i, NULL where none. */
const char *msg_flag_name(unsigned bit);

/* --- guessing a type (libmagic) --- */
/* The type of bounded content (the first 64 KB are looked at), or NULL. One handle a thread; slow: pool only. g_free. */
char *msg_magic(struct str octets);
/* The type that the end of a file name stands for, or NULL: where the content says too little. */
const char *msg_type_of_name(const char *name);
/* Whether a file is what it says (file.c). found: its type by msg_magic, or NULL. A text may be anything. */
enum msg_file_doubt {
	MSG_FILE_FINE,
	MSG_FILE_PROGRAM, /* by name, type or content it runs */
	MSG_FILE_NAME,    /* its name and its type disagree */
	MSG_FILE_CONTENT, /* its content is of another kind than its name or type */
};
enum msg_file_doubt msg_file_doubt(const char *type, const char *name, const char *found);

/* --- mailing lists and mailto: (list.c) --- */
#define MSG_MAILTO_MAX (1u << 20)
/* Of a mailto: URI only these fields are taken, whatever else it holds (RFC 6068 4): nothing is ever attached, nobody gets
 * a blind copy. */
struct msg_mailto {
	GPtrArray *to, *cc; /* struct msg_addr *, each with an address; never NULL */
	char *subject;      /* clean, one line; NULL: not said */
	char *body;         /* clean, LF ended lines; NULL */
	char *in_reply_to;  /* without <>; NULL */
	GPtrArray *ignored; /* char *: names of the fields that were not taken; clean */
};
/* False: no mailto: URI, or one past MSG_MAILTO_MAX. Cleared by the caller in either case. */
bool msg_mailto_parse(struct str uri, struct msg_mailto *out);
void msg_mailto_clear(struct msg_mailto *m);
/* The URIs in <> of a List- field (RFC 2369), in order; char *, freeing, maybe empty. */
GPtrArray *msg_list_uris(const struct msg_head *h, const char *name);
/* The address that List-Post names, or NULL: none, or a list nobody may write to ("NO"). g_free. */
char *msg_list_post(const struct msg_head *h);

/* --- vCards (vcard.c): 2.1, 3.0 (RFC 2426), 4.0 (RFC 6350) --- */
#define MSG_VCARDS_MAX 100000 /* of one file */
struct msg_vcard_field {
	const char *
		name; /* "fn", "n", "nickname", "org", "title", "role", "email", "tel", "impp", "adr", "url", "bday", "note" */
	char *value;   /* clean, one line, never empty; what has several parts (n, org, adr) as a person writes it */
	char *type;    /* "work, fax": small letters; NULL */
	unsigned pref; /* 1 (before all others) to 100; 0: not said */
	unsigned rank; /* of the name, for sorting */
};
struct msg_vcard {
	GPtrArray *fields; /* struct msg_vcard_field *: sorted by name as above, of one name the preferred first */
	const char *name; /* whose card it is: fn, else n, nickname, org, email; borrowed; NULL: it says none of them */
	bool cut;         /* some of it was too long, or too much, and was passed over */
};
/* Each card of a file, in order, with what stands above of it: never pictures or keys. struct msg_vcard *, freeing; empty: it
 * holds none. */
GPtrArray *msg_vcards_parse(struct str bytes);
const char *msg_vcard_get(const struct msg_vcard *c, const char *name); /* the first of that name; NULL */
/* The first part of a message that holds them, not in a message within; NULL. */
struct msg_part *msg_vcard_part(struct msg_part *root);

/* --- reports of what became of a letter (report.c): RFC 3464, RFC 5965, RFC 8098 --- */
enum report_action {
	REPORT_FAILED,
	REPORT_DELAYED,
	REPORT_DELIVERED,
	REPORT_RELAYED,
	REPORT_EXPANDED,
	REPORT_DISPLAYED,
	REPORT_DELETED,
	REPORT_PROCESSED,
	REPORT_COMPLAINED /* called spam */
};
extern const char *const report_action_names[]; /* "failed", .. */
struct msg_report_rcpt {
	char *addr; /* NULL: not said; owned, as all strings here */
	enum report_action action;
	char *status; /* "5.1.1"; NULL */
	char *words;  /* the far server's; NULL */
};
struct msg_report {
	char *envid;      /* as it was given with the letter, perhaps still in xtext; NULL */
	char *msgid;      /* of the letter; NULL */
	GPtrArray *rcpts; /* struct msg_report_rcpt * */
};
bool msg_is_report_part(
	const char *type); /* delivery-status, disposition-notification, their global forms, feedback-report */
/* From that part, decoded, and the letter's header as it came back (may be empty). NULL: it names neither a letter nor
 * anybody. */
struct msg_report *msg_report_parse(const char *type, struct str status, struct str returned);
void msg_report_free(struct msg_report *r); /* NULL is a no-op */
/* From what a server wrote for people alone (failure.c): recognised modestly, and it is not said of which letter. text: of
 * the message, decoded; may be NULL. NULL: it is no such message. */
struct msg_report *msg_failure_read(const struct msg_head *h, const char *text);

/* --- calendars (calendar.c): RFC 5545 as mail carries it, RFC 5546 --- */
#define MSG_CALENDAR_MAX (1u << 20) /* octets that are read */
#define MSG_EVENTS_MAX 100
#define MSG_GUESTS_MAX 1000 /* of an event */

enum cal_method {
	CAL_PUBLISH,
	CAL_REQUEST,
	CAL_REPLY,
	CAL_ADD,
	CAL_CANCEL,
	CAL_REFRESH,
	CAL_COUNTER,
	CAL_DECLINECOUNTER
};
enum cal_answer { CAL_NEEDS_ACTION, CAL_ACCEPTED, CAL_TENTATIVE, CAL_DECLINED, CAL_DELEGATED };
extern const char *const cal_method_names[]; /* "PUBLISH", .. */
extern const char *const cal_answer_names[]; /* "NEEDS-ACTION", .. */
struct cal_time {
	bool known;
	bool day;      /* a whole day: epoch is its midnight in UTC */
	bool floating; /* no zone was given, or one nobody knows: epoch is reckoned in the reader's zone */
	int64_t epoch;
	int offset; /* minutes east of UTC, there and then */
	char *zone; /* as sent, clean; NULL: UTC or none */
	char *text; /* all of it as sent, clean; NULL: it was not said */
};
struct cal_person {
	char *name, *addr; /* clean; NULL: not said */
	enum cal_answer answer;
	bool optional, asked; /* RSVP=TRUE */
	char *line;           /* the content line, unfolded, clean */
};
enum cal_freq { CAL_NEVER, CAL_DAILY, CAL_WEEKLY, CAL_MONTHLY, CAL_YEARLY, CAL_OFTEN };
struct cal_rule {
	enum cal_freq freq;       /* CAL_NEVER: it does not repeat */
	unsigned interval, count; /* count 0: without end, or until */
	int64_t until;            /* as epoch of a wall time or UTC; 0 */
	unsigned weekdays;        /* bits, 1: Sunday */
	int week;                 /* of the month: 2: the second, -1: the last; 0: every */
	int monthday, month;      /* 0: not said */
	bool odd;                 /* it says more than that */
};
struct cal_event {
	char *uid, *summary, *location, *status; /* clean; NULL: not said */
	char *description;                       /* clean, LF ended lines; NULL */
	char *comment;                           /* of an answer; NULL */
	unsigned sequence;
	struct cal_time start, end;    /* end of whole days: the first day that is free again */
	struct cal_time recurrence_id; /* known: about one of those that repeat */
	struct cal_rule rule;
	struct cal_time
		next; /* of what repeats: the first that begins at `now` or later; not known: none, or not found out */
	bool over;    /* it repeats, and none begins any more */
	bool dates, task;             /* further dates are listed; a VTODO */
	struct cal_person *organizer; /* NULL */
	GPtrArray *guests;            /* struct cal_person * */
	GPtrArray *echo; /* char *: content lines that an answer gives back, unfolded, clean: UID, DTSTART, .. */
};
struct msg_calendar {
	bool has_method;
	enum cal_method method;
	GPtrArray *events; /* struct cal_event *; never empty */
	char *zones;       /* its VTIMEZONEs, unfolded content lines each with LF; "" */
	bool truncated;    /* a limit was met */
	char *label;       /* what its part is labelled as, clean, where that is another method; NULL */
};
/* The method its part is labelled with (RFC 6047 2.4): the calendar's where it names none itself, else only told. */
void msg_calendar_labelled(struct msg_calendar *c, const char *method);
bool msg_is_calendar(const char *type);
/* octets: a decoded text/calendar part. now: wall seconds. NULL: no event is in it. */
struct msg_calendar *msg_calendar_parse(struct str octets, const char *charset, int64_t now);
void msg_calendar_free(struct msg_calendar *c); /* NULL is a no-op */
/* Who of the guests has that address; NULL. */
const struct cal_person *cal_event_guest(const struct cal_event *ev, const char *addr);
/* The part of a message that is an invitation or what became of one: the first text/calendar. NULL: it has none. */
struct msg_part *msg_calendar_part(struct msg_part *root);

/* --- mbox files (mbox.c): as mboxrd quotes them, read and written piece by piece --- */
#define MSG_MBOX_HEAD 512 /* octets of a line that decide what it is */

struct msg_mbox_sink {
	void (*begin)(void *aux, struct str postmark); /* a message begins; its "From " line without line end */
	void (*text)(void *aux, struct str bytes);     /* of that message, as many pieces as there are */
};
struct msg_mbox;
/* Content-Length is not believed. A line is a postmark when it looks like one, also where the empty line before it
 * is missing. unquote: ">From " becomes "From ". */
struct msg_mbox *msg_mbox_new(bool unquote, const struct msg_mbox_sink *sink, void *aux);
void msg_mbox_free(struct msg_mbox *m);
int msg_mbox_feed(struct msg_mbox *m, struct str bytes); /* -1: it does not begin as an mbox does */
int msg_mbox_end(struct msg_mbox *m);
unsigned msg_mbox_count(const struct msg_mbox *m);
/* False: "From " stands at the start of a line of text, so whoever wrote the file did not quote. */
bool msg_mbox_is_quoted(const struct msg_mbox *m);
bool msg_mbox_date(struct str postmark, int64_t *epoch_out);

/* Writing: CRLF becomes LF, ">*From " gets one more ">". */
struct msg_mbox_writer {
	size_t signs; /* ">" at the start of the line */
	char head[5]; /* what follows them */
	size_t n;
	bool inside, cr; /* past the head of a line; a CR may belong to a line end */
};
int msg_mbox_write_begin(struct msg_mbox_writer *w, const char *sender, int64_t received, struct buf *out);
int msg_mbox_write(struct msg_mbox_writer *w, struct str bytes, struct buf *out); /* -1: out is full */
int msg_mbox_write_end(struct msg_mbox_writer *w, struct buf *out);

#endif
