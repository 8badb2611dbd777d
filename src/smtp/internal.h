/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this folder share: replies, the mail under way and the session itself. */
#ifndef BOXWOOD_SMTP_INTERNAL_H
#define BOXWOOD_SMTP_INTERNAL_H

#include "smtp/smtp.h"

/* --- reply.c: cuts the stream into replies --- */
enum smtp_lexed { LEX_MORE, LEX_REPLY, LEX_BAD };

struct smtp_lex {
	struct buf line; /* not yet ended */
	struct buf text; /* the lines of this reply, uncleaned, without codes, joined by LF */
	int code;        /* of this reply; 0: none of its lines is here */
	unsigned lines;
	bool whole; /* text is a whole reply: the next line begins another */
};

void smtp_lex_init(struct smtp_lex *lex);
void smtp_lex_clear(struct smtp_lex *lex);
/* LEX_REPLY: lex->code and lex->text hold one, until the next call. */
enum smtp_lexed smtp_lex_next(struct smtp_lex *lex, struct str *in, struct err *e);
void smtp_reply_of(const struct smtp_lex *lex, struct smtp_reply *out); /* out is cleared first */

/* --- what was asked, in the order of the answers --- */
enum smtp_kind {
	KIND_GREETING,
	KIND_EHLO,
	KIND_HELO,
	KIND_STARTTLS,
	KIND_AUTH,
	KIND_RSET,
	KIND_QUIT,
	/* Of the mail under way. */
	KIND_MAIL,
	KIND_RCPT, /* index: of the recipient */
	KIND_DATA,
	KIND_BDAT, /* index 1: the last one */
	KIND_END,  /* the dot; waited for from 354 on */
};

struct smtp_asked {
	enum smtp_kind kind;
	unsigned index;
};

/* --- mail.c --- */
enum smtp_body { BODY_NONE, BODY_ASKED, BODY_OPEN, BODY_ENDED };

struct smtp_letter {
	uint32_t id;
	char *from;
	GPtrArray *to; /* char * */
	uint64_t size;
	bool eight_bit, utf8, partial, probe;
	char *notify, *ret, *envid;
	struct err flaw; /* why it can be told to no server */

	bool mail_asked, mail_accepted;
	unsigned asked, answered, accepted; /* recipients */
	struct smtp_reply refusal;          /* of a recipient: the first final one, else the first */
	enum smtp_body body;
	bool chunks;       /* BDAT */
	bool chunked;      /* the first chunk is written */
	struct buf staged; /* octets of the next chunk */
	uint64_t left;     /* octets still to be fed */
	char before;       /* the octet fed last */
	bool gone;         /* the end of the data has left */
	bool decided;      /* what follows is known; answers may still be due */
	enum smtp_outcome outcome;
	enum smtp_stage stage;
	struct smtp_reply reply;
	struct err why;
};

/* --- session.c --- */
enum smtp_phase {
	PHASE_NEW,
	PHASE_HELLO, /* greeting and EHLO */
	PHASE_STARTTLS,
	PHASE_TLS, /* granted; the handshake runs */
	PHASE_AUTH,
	PHASE_READY,
	PHASE_BYE,  /* nothing more is said: close */
	PHASE_DEAD, /* failed or lost */
};

struct smtp_told {
	struct smtp_event event;
	struct smtp_reply reply;
	struct err err;
	char *transcript;
};

struct smtp_session {
	struct smtp_settings settings; /* its strings are ours */
	struct secret *secret;
	enum smtp_phase phase;
	bool encrypted;
	bool quit_wanted, quitting;
	bool begun;                /* a mail was under way */
	struct smtp_reply parting; /* that ended the session; code 0: none */

	struct smtp_lex lex;
	int64_t now, progress; /* progress CLOCK_NEVER: a command waits to be sent */
	int64_t gone_at;       /* when the end of the data had left */
	size_t crumbs;         /* octets since the last reply */

	struct buf out;
	bool out_secret; /* it holds or held the secret: memory is wiped */
	GArray *open;    /* struct smtp_asked */
	unsigned commands;
	uint32_t ids;
	struct smtp_letter *letter; /* under way */
	GQueue queue;               /* struct smtp_letter */

	uint32_t caps; /* as told, also what is off */
	uint32_t caps_bad;
	uint32_t mechanisms; /* SASL_BIT()s */
	uint64_t size_max;
	char *caps_text;

	struct sasl *sasl;
	enum sasl_mechanism mechanism;
	uint32_t auth_passed; /* SASL_BIT()s that the server cannot do, or not with this secret */
	unsigned auth_tries;
	bool auth_canceled, auth_weaker;
	bool bound;
	unsigned char binding[SASL_BINDING_SIZE];

	GString *transcript;
	GQueue events;          /* struct smtp_told */
	struct smtp_told *lent; /* given out last */
};

/* Fills e, ends the session and forgets what waits to be sent; returns -1. */
int smtp_fail(struct smtp_session *s, struct err *e, enum err_cause cause, enum err_retry retry, const char *text);
/* .. with the server's words, where they may be shown. */
int smtp_fail_by(struct smtp_session *s, struct err *e, enum err_cause cause, enum err_retry retry, const char *text,
	const struct smtp_reply *r);
void smtp_close(struct smtp_session *s); /* without a word, at once */
bool smtp_can(const struct smtp_session *s, uint32_t cap);
/* Appends to what waits to be sent; shown is what traces see, without a line end. */
void smtp_write(struct smtp_session *s, struct str bytes, struct str shown);
void smtp_ask(struct smtp_session *s, enum smtp_kind kind, unsigned index); /* an answer is due */
void smtp_command(struct smtp_session *s, enum smtp_kind kind, unsigned index, const char *words); /* writes and asks */
void smtp_note(struct smtp_session *s, char side, struct str line); /* in trace and transcript */
void smtp_set_ready(struct smtp_session *s);

/* --- hello.c: from the greeting to the login --- */
int smtp_hello_answered(struct smtp_session *s, enum smtp_kind kind, const struct smtp_reply *r, struct err *e);
void smtp_hello(struct smtp_session *s); /* says EHLO */
void smtp_caps_forget(struct smtp_session *s);

/* --- auth.c --- */
int smtp_auth_start(struct smtp_session *s, struct err *e);
int smtp_auth_answered(struct smtp_session *s, const struct smtp_reply *r, struct str challenge, struct err *e);

/* --- mail.c, data.c --- */
void smtp_letter_free(struct smtp_letter *l);
/* Writes what may be written now: the next commands, the next mail, QUIT. */
void smtp_flush(struct smtp_session *s);
int smtp_mail_answered(
	struct smtp_session *s, const struct smtp_asked *asked, const struct smtp_reply *r, struct err *e);
void smtp_decide(struct smtp_letter *l, enum smtp_outcome outcome, enum smtp_stage stage, const struct smtp_reply *r);
void smtp_decide_err(struct smtp_letter *l, enum smtp_outcome outcome, enum smtp_stage stage, const struct err *why);
enum smtp_stage smtp_letter_stage(const struct smtp_letter *l);
/* Ends the mail under way as it was decided. */
void smtp_letter_end(struct smtp_session *s);
/* A chunk goes out if one is due. True: it did. */
bool smtp_chunk_send(struct smtp_session *s);
bool smtp_envelope_ok(const struct smtp_letter *l, bool *utf8_out, struct err *e);
void smtp_mail_words(const struct smtp_session *s, const struct smtp_letter *l, GString *out);
void smtp_rcpt_words(const struct smtp_session *s, const struct smtp_letter *l, unsigned index, GString *out);
bool smtp_domain_ok(struct str domain);

/* --- event.c --- */
struct smtp_told *smtp_tell(struct smtp_session *s, enum smtp_event_type type);
/* The end of a letter, which is freed. */
void smtp_tell_done(struct smtp_session *s, struct smtp_letter *l);
void smtp_events_drop(struct smtp_session *s);

#endif
