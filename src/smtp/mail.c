/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mails, one behind the other: MAIL, every RCPT, then the data (RFC 5321 3.3), as many commands in one write as
 * PIPELINING (RFC 2920) allows. What was decided of a mail is told once every answer that is due has come. */
#include "smtp/internal.h"

#include <string.h>

#define WINDOW 100 /* recipients whose answers are due */

const char *const smtp_stage_names[] = { "login", "mail", "rcpt", "data", "end" };

static struct smtp_letter *letter_new(const struct smtp_mail *mail)
{
	struct smtp_letter *l = g_new0(struct smtp_letter, 1);
	l->from = g_strdup(mail->from);
	l->to = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; i < mail->to->len && i <= SMTP_RECIPIENTS_MAX; i++)
		g_ptr_array_add(l->to, g_strdup(g_ptr_array_index(mail->to, i)));
	l->size = l->left = mail->probe ? 0 : mail->size;
	l->eight_bit = mail->eight_bit;
	l->utf8 = mail->utf8;
	l->partial = mail->partial;
	l->probe = mail->probe;
	l->notify = g_strdup(mail->notify);
	l->ret = g_strdup(mail->ret);
	l->envid = g_strdup(mail->envid);
	buf_init(&l->staged, SMTP_DATA_WAITING);
	return l;
}

void smtp_letter_free(struct smtp_letter *l)
{
	if (!l)
		return;
	g_free(l->from);
	g_ptr_array_unref(l->to);
	g_free(l->notify);
	g_free(l->ret);
	g_free(l->envid);
	err_clear(&l->flaw);
	err_clear(&l->why);
	smtp_reply_clear(&l->refusal);
	smtp_reply_clear(&l->reply);
	buf_clear(&l->staged);
	g_free(l);
}

uint32_t smtp_send(struct smtp_session *s, const struct smtp_mail *mail)
{
	struct smtp_letter *l = letter_new(mail);
	smtp_envelope_ok(l, &l->utf8, &l->flaw);
	uint32_t id = l->id = ++s->ids;
	g_queue_push_tail(&s->queue, l);
	smtp_flush(s);
	return id;
}

/* --- what becomes of it --- */

enum smtp_stage smtp_letter_stage(const struct smtp_letter *l)
{
	if (!l->mail_asked)
		return SMTP_AT_LOGIN;
	if (!l->mail_accepted)
		return SMTP_AT_MAIL;
	if (l->answered < l->to->len || l->probe)
		return SMTP_AT_RCPT;
	return l->body == BODY_ENDED ? SMTP_AT_END : SMTP_AT_DATA;
}

void smtp_decide_err(struct smtp_letter *l, enum smtp_outcome outcome, enum smtp_stage stage, const struct err *why)
{
	if (l->decided)
		return;
	l->decided = true;
	l->outcome = outcome;
	l->stage = stage;
	if (why)
		err_copy(&l->why, why);
}

void smtp_decide(struct smtp_letter *l, enum smtp_outcome outcome, enum smtp_stage stage, const struct smtp_reply *r)
{
	static const char *const whats[] = { "the mail", "the sender", "a recipient", "the message", "the message" };
	if (l->decided)
		return;
	smtp_decide_err(l, outcome, stage, NULL);
	smtp_reply_copy(&l->reply, r);
	if (outcome == SMTP_ACCEPTED)
		return;
	bool final = outcome == SMTP_REFUSED;
	err_set(&l->why, ERR_MESSAGE, ERR_REFUSED, final ? ERR_NEVER : ERR_LATER, "the server %s %s",
		final ? "refused" : "does not take", whats[stage]);
	err_set_server(&l->why, r->text);
}

/* By the code of an answer that is no consent. */
static void decline(struct smtp_letter *l, enum smtp_stage stage, const struct smtp_reply *r)
{
	smtp_decide(l, r->code < 500 ? SMTP_DEFERRED : SMTP_REFUSED, stage, r);
}

void smtp_letter_end(struct smtp_session *s)
{
	struct smtp_letter *l = g_steal_pointer(&s->letter);
	bool again = l->mail_asked && (l->probe || l->outcome != SMTP_ACCEPTED);
	smtp_tell_done(s, l);
	if (again && s->phase == PHASE_READY)
		smtp_command(s, KIND_RSET, 0, "RSET");
}

/* --- answers --- */

static int senseless(struct smtp_session *s, struct err *e)
{
	return smtp_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server gives an answer that makes no sense");
}

/* 555: it does not know a parameter it had offered. */
static bool blame(struct smtp_session *s, const struct smtp_letter *l)
{
	bool report = l->ret || l->envid || l->notify;
	uint32_t cap = report && smtp_can(s, SMTP_CAP_DSN)     ? SMTP_CAP_DSN
		       : l->size && smtp_can(s, SMTP_CAP_SIZE) ? SMTP_CAP_SIZE
							       : 0;
	s->caps_bad |= cap;
	return cap != 0;
}

static void mail_answered(struct smtp_session *s, struct smtp_letter *l, const struct smtp_reply *r)
{
	l->mail_accepted = r->code < 300;
	if (l->mail_accepted)
		return;
	if (r->code == 555 && blame(s, l))
		smtp_decide(l, SMTP_DEFERRED, SMTP_AT_MAIL, r);
	else
		decline(l, SMTP_AT_MAIL, r);
}

static void tell_recipient(
	struct smtp_session *s, const struct smtp_letter *l, unsigned index, const struct smtp_reply *r)
{
	struct smtp_told *t = smtp_tell(s, SMTP_RECIPIENT);
	smtp_reply_copy(&t->reply, r);
	t->event.u.recipient.id = l->id;
	t->event.u.recipient.index = index;
	t->event.u.recipient.reply = &t->reply;
}

static void rcpt_answered(struct smtp_session *s, struct smtp_letter *l, unsigned index, const struct smtp_reply *r)
{
	if (l->decided)
		return;
	tell_recipient(s, l, index, r);
	l->answered++;
	if (r->code < 300)
		l->accepted++;
	else if (!l->refusal.code || (l->refusal.code < 500 && r->code >= 500))
		smtp_reply_copy(&l->refusal, r);
	if (l->answered < l->to->len)
		return;
	if (!l->accepted || (l->refusal.code && !l->partial))
		decline(l, SMTP_AT_RCPT, &l->refusal);
	else if (l->probe)
		smtp_decide(l, SMTP_ACCEPTED, SMTP_AT_RCPT, r);
}

/* A server that goes on though nobody is to get the message gets none. */
static int data_answered(struct smtp_session *s, struct smtp_letter *l, const struct smtp_reply *r, struct err *e)
{
	if (r->code < 300)
		return senseless(s, e);
	if (r->code != 354) {
		decline(l, SMTP_AT_DATA, r);
	} else if (l->decided) {
		smtp_command(s, KIND_END, 0, ".");
	} else {
		smtp_ask(s, KIND_END, 0);
		l->body = BODY_OPEN;
	}
	return 0;
}

/* To one that does not know it the octets were commands: no more of them. */
static int bdat_unknown(struct smtp_session *s, struct smtp_letter *l, const struct smtp_reply *r)
{
	s->caps_bad |= SMTP_CAP_CHUNKING;
	smtp_decide(l, SMTP_DEFERRED, SMTP_AT_DATA, r);
	smtp_close(s);
	return 0;
}

/* Refused, and accepted nevertheless. */
static void contradict(struct smtp_letter *l, const struct smtp_reply *r)
{
	l->outcome = SMTP_MAYBE;
	l->stage = SMTP_AT_END;
	smtp_reply_copy(&l->reply, r);
	err_set(&l->why, ERR_MESSAGE, ERR_PROTOCOL, ERR_NEVER, "the server accepted a message that it had refused");
}

static int bdat_answered(struct smtp_session *s, struct smtp_letter *l, bool last, const struct smtp_reply *r)
{
	if (l->decided) {
		if (last && r->code < 300)
			contradict(l, r);
		return 0;
	}
	if (r->code == 500 || r->code == 502)
		return bdat_unknown(s, l, r);
	if (r->code >= 400)
		decline(l, last ? SMTP_AT_END : SMTP_AT_DATA, r);
	else if (last)
		smtp_decide(l, SMTP_ACCEPTED, SMTP_AT_END, r);
	return 0;
}

/* Before the end has left only a refusal makes sense, and nothing that follows would. */
static int end_answered(struct smtp_session *s, struct smtp_letter *l, const struct smtp_reply *r, struct err *e)
{
	if (l->decided)
		return 0;
	bool early = !l->gone;
	if (r->code >= 400)
		decline(l, smtp_letter_stage(l), r);
	else if (early)
		return senseless(s, e);
	else
		smtp_decide(l, SMTP_ACCEPTED, SMTP_AT_END, r);
	if (early)
		smtp_close(s);
	return 0;
}

int smtp_mail_answered(
	struct smtp_session *s, const struct smtp_asked *asked, const struct smtp_reply *r, struct err *e)
{
	struct smtp_letter *l = s->letter;
	if (r->code / 100 == 3 && asked->kind != KIND_DATA)
		return senseless(s, e);
	switch (asked->kind) {
	case KIND_MAIL: mail_answered(s, l, r); return 0;
	case KIND_RCPT: rcpt_answered(s, l, asked->index, r); return 0;
	case KIND_DATA: return data_answered(s, l, r, e);
	case KIND_BDAT: return bdat_answered(s, l, asked->index, r);
	default: return end_answered(s, l, r, e);
	}
}

/* --- what is written next --- */

static unsigned answers_due(const struct smtp_session *s)
{
	unsigned n = 0;
	for (unsigned i = 0; i < s->open->len; i++)
		n += g_array_index(s->open, struct smtp_asked, i).kind >= KIND_MAIL;
	return n;
}

int smtp_too_large(struct err *e, uint64_t size, uint64_t max)
{
	return err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER,
		"the message is too large: it has %" G_GUINT64_FORMAT " octets, the server takes %" G_GUINT64_FORMAT,
		size, max);
}

/* What this server cannot take: nothing is said of it. */
static void check_server(const struct smtp_session *s, struct smtp_letter *l)
{
	const char *lacking = NULL;
	if (l->utf8 && !smtp_can(s, SMTP_CAP_SMTPUTF8))
		lacking = "the server takes no addresses or headers in UTF-8 (SMTPUTF8)";
	else if (l->eight_bit && !smtp_can(s, SMTP_CAP_8BITMIME))
		lacking = "the server takes no 8-bit text (8BITMIME)";
	if (l->flaw.cause != ERR_NONE)
		return;
	if (s->size_max && smtp_can(s, SMTP_CAP_SIZE) && l->size > s->size_max)
		smtp_too_large(&l->flaw, l->size, s->size_max);
	else if (lacking)
		err_set(&l->flaw, ERR_MESSAGE, ERR_LACKING, ERR_NEVER, "%s", lacking);
}

static bool begin_next(struct smtp_session *s)
{
	struct smtp_letter *l = s->letter = g_queue_pop_head(&s->queue);
	if (!l) {
		if (!s->quit_wanted || s->quitting || s->open->len)
			return false;
		s->quitting = true;
		smtp_command(s, KIND_QUIT, 0, "QUIT");
		return false;
	}
	/* What led to the first one is its own. */
	if (s->begun)
		g_string_truncate(s->transcript, 0);
	s->begun = true;
	check_server(s, l);
	l->chunks = smtp_can(s, SMTP_CAP_CHUNKING | SMTP_CAP_PIPELINING);
	if (l->flaw.cause != ERR_NONE)
		smtp_decide_err(l, SMTP_REFUSED, SMTP_AT_LOGIN, &l->flaw);
	return true;
}

static void ask_mail(struct smtp_session *s, struct smtp_letter *l)
{
	g_autoptr(GString) words = g_string_new(NULL);
	smtp_mail_words(s, l, words);
	l->mail_asked = true;
	smtp_command(s, KIND_MAIL, 0, words->str);
}

static void ask_rcpt(struct smtp_session *s, struct smtp_letter *l)
{
	g_autoptr(GString) words = g_string_new(NULL);
	smtp_rcpt_words(s, l, l->asked, words);
	smtp_command(s, KIND_RCPT, l->asked++, words->str);
}

/* With one recipient the data may follow at once: either all get it or nobody. */
static bool body_is_due(const struct smtp_letter *l)
{
	if (l->body != BODY_NONE || l->probe || l->asked < l->to->len)
		return false;
	return l->to->len == 1 || l->answered == l->to->len;
}

static void ask_body(struct smtp_session *s, struct smtp_letter *l)
{
	if (l->chunks) {
		l->body = BODY_OPEN;
		return;
	}
	l->body = BODY_ASKED;
	smtp_command(s, KIND_DATA, 0, "DATA");
}

/* One step at a time. False: nothing more can be written now. */
static bool step(struct smtp_session *s)
{
	struct smtp_letter *l = s->letter;
	if (!l)
		return begin_next(s);
	if (l->decided) {
		if (answers_due(s))
			return false;
		smtp_letter_end(s);
		return true;
	}
	if (s->open->len && !smtp_can(s, SMTP_CAP_PIPELINING))
		return false;
	if (!l->mail_asked)
		ask_mail(s, l);
	else if (l->asked < l->to->len && l->asked - l->answered < WINDOW)
		ask_rcpt(s, l);
	else if (body_is_due(l))
		ask_body(s, l);
	else
		return smtp_chunk_send(s);
	return true;
}

void smtp_flush(struct smtp_session *s)
{
	bool may_end = s->phase == PHASE_BYE && s->letter && s->letter->decided;
	if (may_end)
		smtp_letter_end(s);
	while (s->phase == PHASE_READY && step(s))
		;
}
