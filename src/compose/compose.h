/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters being written: drafts as values, replies and forwards, quoting, format=flowed, and the bytes of the message.
 *
 * Knows no network, no storage, no path: bytes and open descriptors in, values and bytes out. A draft is UTF-8
 * throughout, its text has LF line ends, one paragraph a line or hard lines as written. Header values hold no CR, LF or
 * NUL (draft_check says so before anything is built). All functions are pure but draft_build, which writes to the fd it
 * is given.
 *
 *	d = draft_reply(&original, &how); draft_to_text(d, true) -> editor -> draft_of_text(..);
 *	draft_check(d, faults); draft_guards(d, &facts); draft_build(d, &set, fd, &built, &e);
 */
#ifndef BOXWOOD_COMPOSE_COMPOSE_H
#define BOXWOOD_COMPOSE_COMPOSE_H

#include "base/buf.h"
#include "base/err.h"
#include "msg/msg.h"

#define DRAFT_TEXT_MAX (16u << 20)
#define DRAFT_RECIPIENTS_MAX 10000
#define DRAFT_ATTACHMENTS_MAX 1000
#define DRAFT_HEADER_MAX (64u << 10) /* octets of one header value */

enum draft_kind { DRAFT_NEW, DRAFT_REPLY, DRAFT_FORWARD, DRAFT_BOUNCE, DRAFT_AGAIN, DRAFT_READY };

/* Something that goes along. Its octets are `bytes`, or those of fd (read from its start by pread, so one fd may serve
 * twice): of a regular file, which must not change while the message is built. */
struct draft_file {
	char *name;        /* as the receiver sees it; NULL: none */
	char *type;        /* "application/pdf", .. */
	char *charset;     /* of a text type, NULL: not said */
	char *description; /* NULL */
	char *cid;         /* NULL */
	char *source;      /* what the user named (a path, a section): for the editor's text and messages; NULL */
	bool in_line;      /* Content-Disposition: inline */
	bool verbatim;     /* bytes are a whole MIME part, header and body: written as they stand */
	int fd;            /* -1: bytes; owned by whoever made the draft */
	uint64_t size;
	uint64_t decoded; /* octets that who saves it gets, where they are not `size` (verbatim); 0: they are */
	struct buf bytes;
};

struct draft {
	enum draft_kind kind;
	struct msg_addr *from;    /* NULL: not chosen yet */
	GPtrArray *to, *cc, *bcc; /* struct msg_addr *; never NULL */
	GPtrArray *reply_to;      /* never NULL */
	GPtrArray *follow_up;     /* Mail-Followup-To; never NULL */
	char *subject;            /* never NULL */
	char *in_reply_to;        /* id without <>, NULL */
	GPtrArray *references;    /* char *, without <>; never NULL */
	GPtrArray *extra;         /* struct msg_field *: other header fields, name and value */
	char *text;               /* never NULL */
	char *html;               /* an alternative to text, a whole HTML document; NULL */
	bool markdown;            /* html is to be made of text before it goes; `Markdown: yes` in the editor's text */
	bool hard;                /* text keeps its lines: no format=flowed */
	GPtrArray *files;         /* struct draft_file * */
	GPtrArray *names;    /* char *: lines `Attach: PATH` of the editor's text, for the caller to open; never NULL */
	struct buf original; /* BOUNCE: the message as received; READY: as it was given, LF line ends */
	char *message_id;    /* READY: the one it has, without <>; NULL: it gets one */
	bool new_from, new_to; /* READY: From, or To and Cc, are written anew as they stand here */
};
struct draft *draft_new(enum draft_kind kind);
void draft_free(struct draft *d);                /* NULL is a no-op; fds stay open */
struct draft *draft_copy(const struct draft *d); /* fds are shared */
struct draft_file *draft_file_new(void);
uint64_t draft_part_decoded(struct str part); /* draft_file.decoded of a whole MIME part */
void draft_file_free(struct draft_file *f);
GPtrArray *draft_fields_new(void); /* of struct msg_field *, freeing */

/* --- as text, for an editor and for keeping --- */
/* From, To, Cc, Bcc, Reply-To, Subject, Attach, extra fields and the threading ones, an empty line, the text. Without
 * `headers` the text only. g_free. */
char *draft_to_text(const struct draft *d, bool headers);
/* Reads it back into d: what the header block says replaces, fields that are left out are emptied, what a person cannot
 * write (files, html, original, kind) stays. Without headers only the text is replaced. A single word where an address
 * should be is taken as one, without a fault here: it may be an alias, for the caller to replace (draft_check will not
 * let it pass). Faults: char * sentences with the line ("line 3: 'To': no address in 'x y'; ..") are appended; the draft
 * takes what could be read. -1: there are faults. */
int draft_of_text(struct draft *d, struct str text, bool headers, GPtrArray *faults);
/* From a stored message: to be edited as new (DRAFT_AGAIN: further fields only where they are a person's), or a draft
 * that another program left (DRAFT_NEW). Bcc and threading are kept; Message-ID, Date, Received, Resent- and their like
 * are not. Text is the first text/plain, else what the HTML says; an HTML alternative is dropped, for it would
 * contradict the edited text. Attachments are verbatim files. */
struct draft *draft_of_message(const struct msg *m, enum draft_kind kind);

/* --- replies --- */
enum reply_to_whom { REPLY_SENDER, REPLY_ALL, REPLY_LIST };
struct reply_how {
	enum reply_to_whom whom;
	/* The user's own addresses: not written to, unless nobody else is left. */
	bool (*is_mine)(const char *addr, void *aux);
	bool (*is_list)(const char *addr, void *aux); /* known mailing lists; may be NULL */
	void *aux;
	/* "On %d, %n wrote:": %n name, %a address, %d date (date_text), %s subject, %%; NULL: the default; "": none. */
	const char *attribution;
	const char *date_text; /* the message's date as the caller writes dates; NULL: as in its header */
	const char *text;      /* what is quoted, as the reader sees it (LF lines); NULL: nothing */
	bool flowed;           /* text came as format=flowed (lines may be rewrapped) */
	const char *signature; /* NULL; "-- " is put before it */
	bool signature_on_top;
};
/* To whom: Reply-To before From; REPLY_ALL: Mail-Followup-To where the message has one, else all of To and Cc without
 * doubles and oneself; REPLY_LIST: Mail-Followup-To, List-Post's mailto: (never "NO"), known lists among To and Cc, and
 * nobody if there are none. A Reply-To that a list has put there (List-Post's address, or a known list) does not take the
 * writer away. A reply to one's own mail goes to its recipients. Subject gets one "Re: "; References as RFC 5322 3.6.4
 * (at most 100, first and newest kept). */
struct draft *draft_reply(const struct msg_head *original, const struct reply_how *how);
/* inline_text: what the reader sees is put into the text between marks with From, Date, To, Cc and Subject; else NULL.
 * The original goes along as message/rfc822 with `attach` (its bytes are the caller's to add: draft_add_message). */
struct draft *draft_forward(
	const struct msg_head *original, const char *inline_text, const char *date_text, const char *signature);
/* As message/rfc822, its octets as they are but for Bcc fields; head: for the file's name, or NULL. */
void draft_add_message(struct draft *d, const struct msg_head *head, struct str bytes);
/* That part of a message as a file: what it holds, octet by octet; a multipart as it stands; a message within as
 * draft_add_message has it. NULL with e: it cannot be had. */
struct draft_file *draft_file_of_part(const struct msg *m, const struct msg_part *p, struct err *e);
/* The message without that part, appended to out: in its place stands a note of what it was, every other octet stays. now:
 * wall seconds. */
int compose_detach(struct str message, const char *section, int64_t now, struct buf *out, struct err *e);
struct draft *draft_bounce(struct str original); /* to are set by the caller; Resent- fields are made by draft_build */
struct draft *draft_blank(const char *signature);
/* A whole message that another program wrote, header and body; a text without a header is a body. No NUL. It is sent
 * with its octets; only Bcc goes, and what is lacking (From, Date, Message-ID, what a text beyond ASCII is) is added. Its
 * recipients are to, cc and bcc of the draft, whatever its header says. */
struct draft *draft_ready(struct str message);

/* --- letters that programs read (answer.c): DRAFT_READY --- */
struct answer {
	const struct msg_addr *from, *to;
	const char *subject, *text; /* for people */
	const char *in_reply_to;    /* without <>; NULL */
};
/* To an invitation (RFC 5546 3.2.3, RFC 6047): to each of its events that has a guest of that address. NULL: none has. now:
 * wall seconds. */
struct draft *draft_invitation_answer(
	const struct answer *a, const struct msg_calendar *c, const char *guest, enum cal_answer answer, int64_t now);
/* That the message in_reply_to was displayed to from (RFC 8098). original: its Original-Recipient field; NULL. */
struct draft *draft_receipt(const struct answer *a, const char *original);

/* --- quoting and flowing --- */
/* One level deeper: "> " before the first level, ">" before more. flowed: long paragraphs become lines of 72 columns, each
 * but the last with a blank at its end, by which flow_out joins them again. text: valid UTF-8; g_free. */
char *quote_text(const char *text, bool flowed);
/* format=flowed (RFC 3676): paragraphs to lines of at most 72 columns with soft breaks, space-stuffing, "-- " kept,
 * quoted lines flowed at their depth; a word of more than 998 octets is cut. text: valid UTF-8; g_free. */
char *flow_out(const char *text);

/* --- before it goes --- */
/* What makes a message impossible: no recipient, no From, a malformed address (which and where), control bytes in a
 * header, too many. Appends char * sentences; *cause_out is ERR_USAGE when the only fault is that nobody gets it, else
 * ERR_INPUT. -1: there are faults. */
int draft_check(const struct draft *d, GPtrArray *faults, enum err_cause *cause_out);

enum guard_kind {
	GUARD_NO_SUBJECT,
	GUARD_NO_ATTACHMENT, /* the text speaks of one, in several languages, outside quoted lines */
	GUARD_MANY,          /* more than facts.many recipients */
	GUARD_LOOKALIKE,     /* an address nearly that of a known one: "vera@b0x.example is not vera@box.example" */
	GUARD_GROWN,         /* reply to all reaches people who were not in the original */
	GUARD_EMPTY,         /* neither text nor file */
	GUARD_OTHER_DOMAIN,  /* From's domain is not the account's */
	GUARD_NO_REPLY,      /* a recipient is a no-reply address */
	GUARD_TOO_LARGE,     /* by draft_octets more than facts.size_max */
};
struct guard {
	enum guard_kind kind;
	char *detail; /* addresses; NULL */
};
struct guard_facts {
	const GPtrArray *known; /* char *: addresses written to before; NULL */
	const char *account_email;
	unsigned many;             /* 0: 20 */
	bool no_reminder;          /* GUARD_NO_ATTACHMENT is not wanted */
	const GPtrArray *original; /* struct msg_addr *: everyone in the original; NULL */
	uint64_t size_max;         /* octets that the server takes; 0: not known */
};
/* The octets it will have as sent, about: what goes along as it is encoded, and its text as it stands. */
uint64_t draft_octets(const struct draft *d);
/* struct guard *, freeing; maybe empty. */
GPtrArray *draft_guards(const struct draft *d, const struct guard_facts *facts);

/* --- addresses that may be taken for others (lookalike.c) --- */
struct lookalikes;
struct lookalikes *lookalikes_new(const GPtrArray *known); /* char *, which must outlive it */
void lookalikes_free(struct lookalikes *k);                /* NULL is a no-op */
/* The known address that addr looks like and is not; NULL: none. Borrowed from those known. */
const char *lookalikes_find(struct lookalikes *k, const char *addr);
/* Small letters with each in the place of those that look like it; g_free. */
char *lookalike_skeleton(const char *text);

/* --- the bytes --- */
struct build_settings {
	const char *message_id; /* without <>: fixed for good */
	int64_t date;           /* wall seconds */
	int offset;             /* minutes east of UTC */
	bool keep_bcc;          /* for drafts and the own copy; never for the wire */
	bool utf8_headers;      /* SMTPUTF8 may be used where an address is not ASCII */
	const char *where;      /* the file it is written to, for an error's text; NULL */
};
struct built {
	uint64_t size;    /* octets written, CRLF line ends, the last line ended */
	bool eight_bit;   /* octets above 127 are in it */
	bool utf8;        /* an address needs SMTPUTF8 */
	char *sha256;     /* hex; owned */
	unsigned longest; /* octets of the longest line, without CRLF: at most 998 */
};
void built_clear(struct built *b);
/* Writes the message to fd. Text goes as US-ASCII where it is that, else as UTF-8; 7bit, quoted-printable or base64 by
 * what it holds, so that every line is under 998 octets and nothing is above 127 (but in messages that go along as they
 * stand, and in addresses with utf8_headers). Files go as base64, octet by octet. A message/rfc822 must not be encoded:
 * line ends become CRLF; one with longer lines, NUL or bare CR goes as application/octet-stream. A verbatim part that
 * cannot travel is written anew from what it means.
 * Names by RFC 2047, parameters by RFC 2231 only (no second, plain file name: readers would take that one); domains in
 * ASCII unless the local part wants SMTPUTF8 anyway. Without To and Cc, blind copies go `To: undisclosed-recipients:;`.
 * No User-Agent, no host name; boundaries are random. BOUNCE: Resent-Date, -From, -To, -Cc, -Message-ID before the
 * original's octets, nothing else changed, Bcc, Resent-Bcc and Return-Path taken out.
 * Fails with ERR_INPUT (what draft_check would have told; a bounce with lines or octets that SMTP does not carry),
 * ERR_LACKING (an address needs utf8_headers), ERR_MISSING (a file is no regular one, or was changed), ERR_LOCAL. With
 * keep_bcc a missing From and half-written addresses are no fault: a draft may be unfinished. */
int draft_build(const struct draft *d, const struct build_settings *set, int fd, struct built *out, struct err *e);
/* 20 random octets in base32 and the domain of addr. g_free. */
char *message_id_new(const char *addr);

#endif
