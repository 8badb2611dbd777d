/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session as the pump sees it: phases, time, bytes in and out. */
#include "imap/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define OUT_MAX (64u << 20)
#define CRUMBS 1024 /* octets that count as progress without a finished response */

static void tag_init(struct imap_session *s, uint32_t seed)
{
	for (int i = 0; i < 5; i++, seed /= 26)
		s->tag[i] = (char)('A' + seed % 26);
}

struct imap_session *imap_new(const struct imap_settings *settings)
{
	struct imap_session *s = g_new0(struct imap_session, 1);
	s->settings = *settings;
	s->settings.login = g_strdup(settings->login ? settings->login : "");
	s->settings.who = g_strdup(settings->who ? settings->who : "imap");
	s->settings.nonce = g_strdup(settings->nonce);
	s->settings.host = g_strdup(settings->host);
	s->settings.secret = NULL;
	s->secret = settings->secret ? secret_copy(settings->secret) : NULL;
	s->progress = CLOCK_NEVER;
	tag_init(s, settings->seed);
	imap_lex_init(&s->lex);
	buf_init(&s->out, OUT_MAX);
	buf_init(&s->deflated, IMAP_LINE_MAX);
	g_queue_init(&s->open);
	g_queue_init(&s->queue);
	s->caps_text = g_strdup("");
	s->events = g_array_new(FALSE, TRUE, sizeof(struct imap_event));
	s->no_keywords = g_ptr_array_new();
	s->permanent = g_ptr_array_new_with_free_func(g_free);
	s->flag_words = g_ptr_array_new_with_free_func(g_free);
	s->subscribed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return s;
}

static void free_command(void *c)
{
	imap_command_free(c);
}

static void out_wipe(struct imap_session *s)
{
	if (s->out.p)
		explicit_bzero(s->out.p, s->out.cap);
	s->out.n = 0;
	s->out_secret = false;
}

void imap_free(struct imap_session *s)
{
	if (!s)
		return;
	out_wipe(s);
	buf_clear(&s->out);
	buf_clear(&s->deflated);
	imap_events_drop(s);
	g_array_unref(s->events);
	g_ptr_array_unref(s->no_keywords);
	g_ptr_array_unref(s->permanent);
	g_ptr_array_unref(s->flag_words);
	g_hash_table_unref(s->subscribed);
	g_queue_clear_full(&s->open, free_command);
	g_queue_clear_full(&s->queue, free_command);
	imap_lex_clear(&s->lex);
	secret_free(s->secret);
	g_free((char *)s->settings.login);
	g_free((char *)s->settings.who);
	g_free((char *)s->settings.nonce);
	g_free((char *)s->settings.host);
	sasl_free(s->sasl);
	g_free(s->caps_text);
	g_free(s->box_name);
	g_free(s->box_id);
	g_free(s);
}

int imap_fail(struct imap_session *s, struct err *e, enum err_cause cause, enum err_retry retry, const char *text)
{
	s->phase = PHASE_DEAD;
	out_wipe(s);
	return err_set(e, ERR_ACCOUNT, cause, retry, "%s", text);
}

bool imap_logged_in(const struct imap_session *s)
{
	return s->phase == PHASE_READY;
}

bool imap_may_tell(const struct imap_session *s)
{
	return s->encrypted || s->settings.security == IMAP_INSECURE;
}

/* --- out --- */

/* Grows without leaving a copy of the secret behind. */
static void out_grow(struct imap_session *s, size_t n)
{
	struct buf old = s->out;
	size_t cap = old.cap ? old.cap : 1024;
	while (cap < old.n + n)
		cap *= 2;
	if (cap == old.cap)
		return;
	s->out = (struct buf){ .p = g_malloc(cap), .n = old.n, .cap = cap, .max = OUT_MAX };
	if (old.n)
		memcpy(s->out.p, old.p, old.n);
	if (old.p)
		explicit_bzero(old.p, old.cap);
	g_free(old.p);
}

void imap_write(struct imap_session *s, struct str bytes, struct str shown)
{
	out_grow(s, bytes.n);
	buf_add_str(&s->out, bytes);
	if (shown.n)
		log_wire(s->settings.who, 'C', shown);
}

struct str imap_pending(struct imap_session *s)
{
	return buf_str(&s->out);
}

void imap_sent(struct imap_session *s, size_t n, int64_t now)
{
	s->now = now;
	if (s->progress == CLOCK_NEVER || s->feeding)
		s->progress = now;
	buf_drop(&s->out, n);
	if (!s->out.n && s->out_secret)
		out_wipe(s);
	if (!s->out.n)
		imap_flush(s);
}

/* --- phases --- */

/* A command of the session's own, sent at once. */
struct imap_command *imap_open_own(struct imap_session *s, enum imap_kind kind, const char *words)
{
	struct imap_command *c = imap_command_new(kind);
	g_string_append(c->text, words);
	g_queue_push_tail(&s->open, c);
	imap_command_send(s, c);
	return c;
}

static int decide_tls(struct imap_session *s, struct err *e)
{
	if (s->caps_known && !(s->caps & IMAP_CAP_STARTTLS))
		return imap_fail(s, e, ERR_TLS, ERR_NEVER, "the server offers no STARTTLS: somebody may be tampering");
	s->phase = PHASE_STARTTLS;
	imap_open_own(s, KIND_STARTTLS, "STARTTLS");
	return 0;
}

int imap_decide(struct imap_session *s, struct err *e)
{
	if (s->settings.security == IMAP_STARTTLS && !s->encrypted)
		return decide_tls(s, e);
	if (!s->caps_known) {
		s->phase = PHASE_CAPS;
		imap_open_own(s, KIND_CAPABILITY, "CAPABILITY");
		return 0;
	}
	if (s->secret)
		return imap_auth_start(s, e);
	s->phase = PHASE_READY;
	imap_event_add(s, IMAP_READY);
	imap_flush(s);
	return 0;
}

/* Logged in. What the server can do now is asked behind what is queued, unless it told. */
void imap_ready(struct imap_session *s)
{
	s->phase = PHASE_READY;
	imap_event_add(s, IMAP_READY);
	if (!s->caps_after_login) {
		struct imap_command *c = imap_command_new(KIND_CAPABILITY);
		g_string_append(c->text, "CAPABILITY");
		g_queue_push_tail(&s->queue, c);
	}
	imap_flush(s);
}

void imap_connected(struct imap_session *s, bool tls, int64_t now)
{
	s->encrypted = tls;
	s->phase = PHASE_GREETING;
	s->now = s->progress = now;
}

bool imap_wants_starttls(const struct imap_session *s)
{
	return s->phase == PHASE_TLS && !s->out.n;
}

/* Nothing that was learned in the clear may outlive it. */
void imap_tls_started(struct imap_session *s, int64_t now)
{
	s->encrypted = true;
	s->now = s->progress = now;
	imap_lex_clear(&s->lex);
	imap_lex_init(&s->lex);
	imap_caps_forget(s);
	imap_events_drop(s);
	struct err e = ERR_INIT;
	imap_decide(s, &e);
	err_clear(&e);
}

uint32_t imap_compress(struct imap_session *s)
{
	return imap_enqueue_words(s, KIND_COMPRESS, "COMPRESS DEFLATE");
}

bool imap_wants_deflate(const struct imap_session *s)
{
	return s->deflate == DEFLATE_WANTED && s->phase == PHASE_READY && !s->out.n;
}

struct str imap_deflate_started(struct imap_session *s)
{
	s->deflate = DEFLATE_ON;
	imap_flush(s);
	return buf_str(&s->deflated);
}

bool imap_wants_close(const struct imap_session *s)
{
	return s->phase == PHASE_BYE && !s->out.n;
}

/* --- in --- */

static int take_response(struct imap_session *s, size_t behind, struct err *e)
{
	s->progress = s->now;
	s->doubted = false;
	s->crumbs = 0;
	s->bodies = 0;
	int result = imap_response(s, buf_str(&s->lex.text), e);
	s->dropped = false;
	if (result)
		return -1;
	if (s->streaming)
		return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server sends a body out of place");
	if (s->phase == PHASE_TLS && behind)
		return imap_fail(s, e, ERR_TLS, ERR_NEVER, "the server sends data before the TLS handshake");
	imap_flush(s);
	return 0;
}

static int take(struct imap_session *s, struct str *in, bool *more_out, struct err *e)
{
	struct str piece;
	*more_out = true;
	switch (imap_lex_next(&s->lex, in, &piece, e)) {
	case LEX_MORE: *more_out = false; return 0;
	case LEX_RESPONSE: return take_response(s, in->n, e);
	case LEX_LITERAL: return imap_lex_use(&s->lex, imap_literal_use(s), e);
	case LEX_PIECE: imap_body_piece(s, piece); return 0;
	case LEX_BAD: break;
	}
	return -1;
}

int imap_feed(struct imap_session *s, struct str bytes, int64_t now, struct err *e)
{
	s->now = now;
	if (s->phase == PHASE_TLS)
		return imap_fail(s, e, ERR_TLS, ERR_NEVER, "the server sends data before the TLS handshake");
	if (s->settings.security == IMAP_TLS && !s->encrypted)
		return imap_fail(s, e, ERR_TLS, ERR_NEVER, "the connection is not encrypted");
	s->crumbs += bytes.n;
	if (s->crumbs >= CRUMBS) {
		s->crumbs = 0;
		s->progress = now;
		s->doubted = false;
	}
	for (bool more = true; more && s->phase != PHASE_BYE && s->deflate != DEFLATE_WANTED;) {
		if (s->phase == PHASE_DEAD)
			return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the session has ended");
		if (take(s, &bytes, &more, e)) {
			s->phase = PHASE_DEAD;
			out_wipe(s);
			return -1;
		}
	}
	if (s->deflate == DEFLATE_WANTED && buf_add_str(&s->deflated, bytes))
		return imap_fail(s, e, ERR_LIMIT, ERR_LATER, "the server sends too much before compression began");
	return 0;
}

void imap_eof(struct imap_session *s, struct err *e)
{
	if (s->phase == PHASE_BYE)
		return;
	if (s->logging_out && s->bye_seen) {
		s->phase = PHASE_BYE;
		return;
	}
	imap_fail(s, e, ERR_NET, ERR_LATER, "the server closed the connection");
}

void imap_lost(struct imap_session *s)
{
	GQueue all[2] = { s->open, s->queue };
	g_queue_init(&s->open);
	g_queue_init(&s->queue);
	s->phase = PHASE_DEAD;
	s->idling = false;
	s->box_state = BOX_NONE;
	out_wipe(s);
	for (int i = 0; i < 2; i++)
		for (struct imap_command *c; (c = g_queue_pop_head(&all[i]));)
			imap_command_end(s, c, IMAP_LOST, (struct str){ 0 }, (struct str){ 0 });
}

/* --- time --- */

bool imap_is_waiting(const struct imap_session *s)
{
	for (GList *l = s->open.head; l; l = l->next)
		if (((struct imap_command *)l->data)->number)
			return true;
	return false;
}

/* Not while the handshake runs or nothing more is to come. */
static bool is_timed(const struct imap_session *s)
{
	return s->phase != PHASE_NEW && s->phase != PHASE_TLS && s->phase != PHASE_BYE && s->phase != PHASE_DEAD;
}

int64_t imap_deadline(const struct imap_session *s)
{
	if (!is_timed(s) || s->progress == CLOCK_NEVER)
		return CLOCK_NEVER;
	if (s->idling)
		return s->idle_since + IMAP_IDLE_MS;
	if (s->phase != PHASE_GREETING && !imap_is_waiting(s))
		return CLOCK_NEVER;
	return s->progress + (s->doubted ? IMAP_PROBE_MS : IMAP_REPLY_MS);
}

void imap_resume(struct imap_session *s, int64_t now)
{
	s->now = now;
	if (s->progress != CLOCK_NEVER)
		s->progress = now;
}

void imap_expired(struct imap_session *s, int64_t now, struct err *e)
{
	if (s->idling)
		imap_doubt(s, now);
	else
		imap_fail(s, e, ERR_NET, ERR_LATER, "the server does not answer");
}

void imap_doubt(struct imap_session *s, int64_t now)
{
	if (!is_timed(s))
		return;
	if (s->idling)
		imap_idle_renew(s);
	else if (s->phase == PHASE_READY && !imap_is_waiting(s))
		imap_open_own(s, KIND_NOOP, "NOOP");
	s->doubted = true;
	/* Counted from now, whether or not the question can still be sent. */
	s->now = s->progress = now;
}

/* --- state --- */

const struct imap_mailbox *imap_selected(const struct imap_session *s)
{
	return s->box_state == BOX_OPEN ? &s->box : NULL;
}

const char *imap_selected_name(const struct imap_session *s)
{
	return s->box_state == BOX_OPEN ? s->box_name : NULL;
}

bool imap_busy(const struct imap_session *s)
{
	const GQueue *all[] = { &s->open, &s->queue };
	for (int i = 0; i < 2; i++)
		for (GList *l = all[i]->head; l; l = l->next)
			if (((struct imap_command *)l->data)->kind != KIND_IDLE)
				return true;
	return false;
}

unsigned imap_commands(const struct imap_session *s)
{
	return s->commands;
}
