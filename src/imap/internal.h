/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this folder share: the lexer, values in a response, commands and the session itself. */
#ifndef BOXWOOD_IMAP_INTERNAL_H
#define BOXWOOD_IMAP_INTERNAL_H

#include "imap/imap.h"

#define IMAP_BODIES_MAX 16 /* message parts in one FETCH response */

/* --- lex.c: cuts the stream into responses --- */
enum imap_lexed {
	LEX_MORE,     /* all input is used */
	LEX_RESPONSE, /* lex->text holds a whole response, without its line end */
	LEX_LITERAL,  /* lex->text ends before a literal of lex->announced octets: choose its use, then go on */
	LEX_PIECE,    /* *piece_out is the next piece of a streamed literal */
	LEX_BAD,
};

enum imap_use {
	USE_KEEP,   /* in the response, as on the wire */
	USE_HEADER, /* the same, but only its first IMAP_LITERAL_MAX octets */
	USE_STREAM, /* as pieces; in the response it looks empty */
	USE_DROP,   /* nowhere; in the response it looks empty */
};

struct imap_lex {
	struct buf text;
	size_t segment;     /* where the text behind the last literal starts */
	size_t line_n;      /* octets outside literals */
	size_t literal_n;   /* octets of kept literals */
	uint64_t announced; /* of the literal at hand */
	uint64_t left;      /* still to come of it */
	uint64_t surplus;   /* to be dropped behind what is kept of it */
	enum { LEX_AT_START, LEX_IN_LINE, LEX_IN_KEPT, LEX_IN_STREAM, LEX_IN_DROPPED } state;
};

void imap_lex_init(struct imap_lex *lex);
void imap_lex_clear(struct imap_lex *lex);
enum imap_lexed imap_lex_next(struct imap_lex *lex, struct str *in, struct str *piece_out, struct err *e);
/* Answers LEX_LITERAL. -1: past a limit. */
int imap_lex_use(struct imap_lex *lex, enum imap_use use, struct err *e);

/* --- value.c: values in a whole response; strings borrow from it, escapes are undone in place --- */
struct imap_cursor {
	char *p, *end;
};

/* All false when what is asked for does not stand here; the cursor is then of no more use. */
bool imap_at(const struct imap_cursor *c, char what);
bool imap_eat(struct imap_cursor *c, char what);
void imap_blanks(struct imap_cursor *c);
bool imap_word(struct imap_cursor *c, struct str *out); /* up to a blank, paren, quote or brace */
bool imap_number(struct imap_cursor *c, uint64_t max, uint64_t *out);
bool imap_string(struct imap_cursor *c, struct str *out);                 /* quoted or literal */
bool imap_nstring(struct imap_cursor *c, struct str *out, bool *nil_out); /* or NIL, or a bare word */
bool imap_skip(struct imap_cursor *c);                                    /* one value of any kind and depth */

struct imap_status {
	struct str code, args, text;
};

/* --- seqset.c --- */
/* The next item of a sequence set in a response: 1; 0: there is none; -1: one that is none (`*`, 0, not a number). */
int imap_range_next(struct str *rest, struct imap_range *out);
bool imap_set_covers(const struct imap_set *s, const struct imap_range *range);
/* Prints the ranges from *at on as far as `room` octets allow, but one at least; *at moves behind them. */
void imap_set_print(const struct imap_set *s, unsigned *at, size_t room, GString *out);

/* --- command.c --- */
enum imap_kind {
	KIND_CAPABILITY,
	KIND_STARTTLS,
	KIND_LOGIN,
	KIND_AUTHENTICATE,
	KIND_ENABLE,
	KIND_ID,
	KIND_COMPRESS,
	KIND_NAMESPACE,
	KIND_LSUB,
	KIND_LIST,
	KIND_STATUS,
	KIND_QUOTA,
	KIND_RIGHTS,
	KIND_NOTIFY,
	KIND_SELECT,
	KIND_UNSELECT,
	KIND_NOOP,
	KIND_LOGOUT,
	KIND_IDLE,
	KIND_MAILBOX, /* CREATE, DELETE, RENAME, SUBSCRIBE */
	KIND_APPEND,
	/* What reads the selected mailbox .. */
	KIND_ROWS,
	KIND_FLAGS,
	KIND_NUMBERS,
	KIND_IDENTITIES,
	KIND_STRUCTURE,
	KIND_PART,
	/* .. and what changes it. */
	KIND_STORE,
	KIND_COPY,
	KIND_MOVE,
	KIND_EXPUNGE,
	KIND_REPLACE,
};

/* Commands that end as one, with the worst result. */
struct imap_group {
	unsigned refs;
	enum imap_result result;
	char *code, *text;
	struct imap_copied *copied;
};

struct imap_span {
	size_t at, n;
};

struct imap_command {
	uint32_t id; /* 0: the session's own, ends without an event */
	enum imap_kind kind;
	unsigned number;          /* of its tag; 0: not sent */
	struct imap_group *group; /* NULL: it ends by itself */
	/* Writes `text` for what is offered when it is about to be sent; NULL: `text` stands already. */
	void (*compose)(struct imap_session *s, struct imap_command *c);
	GString *text;    /* without tag and line end; octets of literals are in it */
	GArray *literals; /* struct imap_span: which octets of text are literals */
	unsigned literals_said;
	size_t said;         /* octets of text that are written */
	bool impossible;     /* an argument that no server can be told: ends with BAD, unsent */
	const char *refusal; /* a code: ends with NO, unsent */
	uint64_t uses;       /* the capability to blame when the answer is BAD; 0: none */
	uint64_t blamed;     /* for it until now */
	bool prepared;       /* what goes before it is sent */
	bool again;          /* sent behind a SELECT that is repeated: whatever it brings is not of that mailbox */

	bool once; /* there is no next way: blamed, it is not sent again */

	/* Arguments; which ones, depends on the kind. */
	const char *verb;
	char *name, *other_name;     /* always as of RFC 3501, whatever the session speaks */
	bool readonly, wants_modseq; /* SELECT */
	struct imap_resync resync;
	bool resyncs;        /* it went out with QRESYNC */
	bool extended;       /* LIST: of imap_list_all */
	bool counts;         /* .. with STATUS */
	bool by_uid;         /* lo and hi are UIDs */
	uint32_t lo, hi;     /* FETCH; hi 0: "*" */
	struct imap_set set; /* instead of lo and hi; without ranges: not given */
	char *set_text;
	uint64_t modseq;
	enum imap_store_how how;
	uint32_t flags; /* or the role of CREATE */
	GPtrArray *keywords;
	int64_t date;
	uint32_t replaces; /* REPLACE: a UID */
	bool utf8;         /* APPEND: its header is UTF-8 (RFC 6855). SELECT: sent again for it */
	uint64_t size;     /* APPEND: octets */
	uint64_t left;     /* .. of them, still to be fed */
	char **sections;   /* PART: asked of each message */
	unsigned at;       /* .. the one at hand */
	unsigned streamed; /* .. bits of those that were in this response */
	uint64_t offset, length;
	struct imap_copied *copied;
	uint64_t announced; /* octets of the part, by the server */
	uint64_t delivered; /* of them, in events */
	bool answered;      /* the first body wins */
};

struct imap_command *imap_command_new(enum imap_kind kind);
void imap_command_free(struct imap_command *c);
void imap_command_string(struct imap_command *c, struct str s);   /* quoted, else a literal */
char *imap_command_name(struct imap_command *c, struct str name); /* a copy; checks that it can be told */
/* A mailbox name in the form that the session speaks: modified UTF-7, or UTF-8 once that is enabled. */
void imap_command_mailbox(struct imap_session *s, struct imap_command *c, const char *name);
bool imap_quotable(struct str s);
void imap_quote(GString *out, struct str s);
/* Queues it and gives it its id. */
uint32_t imap_enqueue(struct imap_session *s, struct imap_command *c);
uint32_t imap_enqueue_words(struct imap_session *s, enum imap_kind kind, const char *words);
/* The same for a set, split: c is the pattern, `others` the octets of a line that are not the set. */
uint32_t imap_enqueue_set(struct imap_session *s, struct imap_command *c, const struct imap_set *set, size_t others);
/* Writes the command, or its part up to a literal. */
void imap_command_send(struct imap_session *s, struct imap_command *c);
/* It did not end well: true if it is queued again, in the next way. */
bool imap_command_again(struct imap_session *s, struct imap_command *c, enum imap_result result);
/* Ends an open or queued command, which must be unlinked already. */
void imap_command_end(
	struct imap_session *s, struct imap_command *c, enum imap_result result, struct str code, struct str text);
/* Queued commands go out as far as the rules allow. */
void imap_flush(struct imap_session *s);
/* Takes what stands at the head of the open commands and needs no answer, or starts what it means. */
void imap_open_advance(struct imap_session *s);
struct imap_command *imap_open_find(const struct imap_session *s, enum imap_kind kind); /* a sent one */

/* --- session.c --- */
enum imap_phase {
	PHASE_NEW,
	PHASE_GREETING,
	PHASE_CAPS,     /* CAPABILITY is asked, the answer decides the next step */
	PHASE_STARTTLS, /* asked */
	PHASE_TLS,      /* granted; the handshake runs */
	PHASE_AUTH,
	PHASE_READY,
	PHASE_BYE,  /* LOGOUT was answered */
	PHASE_DEAD, /* failed or lost */
};

enum imap_box { BOX_NONE, BOX_OPENING, BOX_OPEN };

struct imap_session {
	struct imap_settings settings; /* its strings are ours */
	struct secret *secret;
	enum imap_phase phase;
	bool encrypted;
	bool logging_out, bye_seen;

	struct imap_lex lex;
	unsigned bodies;                /* streamed or dropped in this response */
	bool dropped;                   /* .. one or the other was dropped */
	struct imap_command *streaming; /* whose part is being read in this response */
	int64_t now;                    /* as last told */
	int64_t progress;               /* when something useful happened; CLOCK_NEVER: a command waits to be sent */
	size_t crumbs;                  /* octets since then */
	bool doubted;                   /* the peer may be gone: its next sign of life is awaited IMAP_PROBE_MS only */

	struct buf out;
	bool out_secret; /* it holds or held the secret: memory is wiped */
	char tag[8];     /* the random part */
	unsigned tags, commands;
	uint32_t ids;
	GQueue open, queue;           /* struct imap_command: sent and waiting */
	struct imap_command *paused;  /* waits for "+" in the midst of its text, or for octets; the last of `open` */
	struct imap_command *feeding; /* the paused APPEND, once its octets may go */

	uint64_t caps;     /* as told, also what is off */
	uint64_t caps_bad; /* offered and refused */
	bool caps_known, caps_after_login;
	char *caps_text;
	uint32_t appendlimit; /* 0: not told */

	enum { DEFLATE_NONE, DEFLATE_WANTED, DEFLATE_ON } deflate;
	struct buf deflated; /* came behind the consent */

	unsigned auth_step; /* of LOGIN */
	struct sasl *sasl;  /* the exchange of AUTHENTICATE */
	enum sasl_mechanism mechanism;
	uint32_t auth_passed; /* SASL_BIT()s that the server cannot do, or not with this secret */
	bool auth_canceled, auth_weaker;
	bool bound;
	unsigned char binding[SASL_BINDING_SIZE];
	bool login_pipelined; /* LOGIN is out and commands may follow it */

	bool idling;           /* the server waits for DONE */
	bool idle_leaving;     /* DONE is written, the tagged reply not yet here */
	bool idle_wanted_over; /* DONE as soon as the "+" is here */
	bool idle_renewing;    /* begins anew after the tagged reply */
	int64_t idle_since;

	enum imap_box box_state;
	struct imap_mailbox box;
	char *box_name, *box_id;
	GPtrArray *permanent;  /* char *: box.permanent_keywords */
	GPtrArray *flag_words; /* char *: keywords that have a bit, as this mailbox spells them */
	bool box_before;       /* until CLOSED what comes is of the mailbox before */
	bool box_tried;        /* a SELECT was sent: too late for ENABLE */
	bool qresync, utf8;    /* ENABLED was answered */
	bool utf8_asked;       /* .. and is awaited */
	bool append_plain;     /* the UTF8 form of APPEND was not understood */
	bool notifying;
	unsigned mailboxes;     /* LIST rows of the open LIST */
	GHashTable *subscribed; /* char *: what LSUB said */

	GArray *events;          /* struct imap_event */
	unsigned taken;          /* of them */
	struct imap_event *lent; /* the caller's, while a structure hangs in it */
	GStringChunk *strings;
	GPtrArray *no_keywords;
};

/* Fills e, ends the session and forgets what waits to be sent; returns -1. */
int imap_fail(struct imap_session *s, struct err *e, enum err_cause cause, enum err_retry retry, const char *text);
/* The next step after greeting, TLS or CAPABILITY. */
int imap_decide(struct imap_session *s, struct err *e);
struct imap_command *imap_open_own(struct imap_session *s, enum imap_kind kind, const char *words);
void imap_ready(struct imap_session *s);
bool imap_may_tell(const struct imap_session *s); /* words of the server may be shown */
bool imap_logged_in(const struct imap_session *s);
bool imap_is_waiting(const struct imap_session *s); /* for a tagged reply */
/* Appends to what waits to be sent; shown is what the trace sees, without a line end. */
void imap_write(struct imap_session *s, struct str bytes, struct str shown);

/* --- parse.c --- */
int imap_response(struct imap_session *s, struct str text, struct err *e);

/* --- the rest --- */
void imap_caps_set(struct imap_session *s, struct str words);
void imap_caps_forget(struct imap_session *s);
bool imap_can(const struct imap_session *s, uint64_t cap); /* all of these bits are in imap_caps() */
int imap_auth_start(struct imap_session *s, struct err *e);
int imap_auth_continue(struct imap_session *s, struct str challenge, struct err *e);
int imap_auth_ended(struct imap_session *s, enum imap_result result, const struct imap_status *st, struct err *e);
void imap_notify_ended(struct imap_session *s, const struct imap_command *c, enum imap_result result);
void imap_idle_started(struct imap_session *s);
void imap_idle_leave(struct imap_session *s);
void imap_idle_renew(struct imap_session *s);
bool imap_idle_ended(struct imap_session *s, struct imap_command *c, enum imap_result result);
/* --- list.c --- */
bool imap_astring(struct imap_cursor *c, struct str *out); /* without a NUL */
/* A mailbox name in a response, as of RFC 3501; it lives as long as the events. */
bool imap_mailbox(struct imap_session *s, struct imap_cursor *c, struct str *out);
struct str imap_mailbox_raw(struct imap_session *s, struct str name);
void imap_list_prepare(struct imap_session *s, struct imap_command *c);
int imap_parse_list(struct imap_session *s, struct imap_cursor *c, struct err *e);
int imap_parse_lsub(struct imap_session *s, struct imap_cursor *c, struct err *e);
void imap_parse_status(struct imap_session *s, struct imap_cursor *c);
void imap_parse_namespace(struct imap_session *s, struct imap_cursor *c);
struct str imap_objectid(struct str args); /* of "(id)"; n 0: it is none */

/* --- mailbox.c --- */
void imap_box_opening(struct imap_session *s, const struct imap_command *c);
void imap_box_code(struct imap_session *s, const struct imap_status *st);
void imap_box_ended(struct imap_session *s, const struct imap_command *c, enum imap_result result);
bool imap_box_listens(const struct imap_session *s); /* FETCH and VANISHED are of the mailbox that is meant */
void imap_select_prepare(struct imap_session *s, const struct imap_command *c);
/* Before anything else of UTF8=ONLY, and before an APPEND that needs it, where it is not too late. */
void imap_utf8_prepare(struct imap_session *s, uint64_t cap);
/* The server refused to open a mailbox before UTF-8 was enabled, and said too late that it would. */
bool imap_utf8_lacked(const struct imap_session *s, const struct imap_command *c, enum imap_result result);
bool imap_is_spelled_two_ways(const struct imap_command *c); /* in UTF-8 and in modified UTF-7 */
void imap_enable_ended(struct imap_session *s, const struct imap_command *c, enum imap_result result);
bool imap_qresync(const struct imap_session *s); /* enabled, or about to be when the next command arrives */
void imap_parse_id(struct imap_session *s, struct imap_cursor *c);
void imap_parse_flags(struct imap_session *s, struct imap_cursor *c);
void imap_parse_enabled(struct imap_session *s, struct imap_cursor *c);
void imap_parse_vanished(struct imap_session *s, struct imap_cursor *c);

/* --- store.c, append.c, quota.c --- */
/* " (\\Seen blue)" of what may be told; false: nothing is left of what was asked. */
bool imap_flag_list(const struct imap_session *s, const struct imap_command *c, GString *out);
bool imap_is_keyword(const char *word);
GPtrArray *imap_keywords_copy(const GPtrArray *from); /* NULL gives an empty one */
/* COPYUID and APPENDUID; c NULL: untagged. */
void imap_take_copied(struct imap_session *s, struct imap_command *c, const struct imap_status *st);
void imap_copied_join(struct imap_copied **to, struct imap_copied *more); /* takes `more` */
void imap_copied_check(struct imap_copied **copied);                      /* NULL: a message twice */
void imap_copied_free(struct imap_copied *copied);
bool imap_appends(const struct imap_command *c); /* octets of a message follow: APPEND and REPLACE */
void imap_append_announce(struct imap_session *s, struct imap_command *c, GString *line);
bool imap_append_waits(const struct imap_session *s); /* for the server's word to go on */
void imap_append_go(struct imap_session *s);
/* The server answered while its octets are sent. */
int imap_append_refused(struct imap_session *s, struct imap_command *c, enum imap_result result, struct err *e);
void imap_parse_quota(struct imap_session *s, struct imap_cursor *c);
void imap_parse_rights(struct imap_session *s, struct imap_cursor *c);

/* --- fetch.c --- */
enum imap_use imap_literal_use(struct imap_session *s);
int imap_parse_fetch(struct imap_session *s, uint32_t seq, struct imap_cursor *c, struct err *e);
void imap_body_piece(struct imap_session *s, struct str piece);
/* NULL: nonsense. The depth and the number of parts are limited: what lies beyond is left out. */
struct msg_part *imap_bodystructure(struct imap_cursor *c);

/* --- event.c --- */
struct imap_event *imap_event_add(struct imap_session *s, enum imap_event_type type);
struct str imap_keep(struct imap_session *s, struct str text); /* a copy that lives as long as the events */
void imap_events_drop(struct imap_session *s);

#endif
