/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session as the pump sees it: phases, time, bytes in and out. */
#include "smtp/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"

#define OUT_MAX (1u << 20)
#define TRANSCRIPT_MAX (64u << 10)
#define CRUMBS 1024  /* octets that count as progress without a finished reply */
#define QUIT_MS 3000 /* a reply to QUIT is not worth more */
#define NAMELESS "[127.0.0.1]"

/* The name goes into a command line of a server that need not know more than ASCII. */
static bool helo_ok(const char *name)
{
	bool ascii = name && g_str_is_ascii(name);
	return ascii && strlen(name) <= 255 && smtp_domain_ok(str_of(name));
}

struct smtp_session *smtp_new(const struct smtp_settings *settings)
{
	struct smtp_session *s = g_new0(struct smtp_session, 1);
	s->settings = *settings;
	s->settings.login = g_strdup(settings->login ? settings->login : "");
	s->settings.helo = g_strdup(helo_ok(settings->helo) ? settings->helo : NAMELESS);
	s->settings.who = g_strdup(settings->who ? settings->who : "smtp");
	s->settings.nonce = g_strdup(settings->nonce);
	s->settings.host = g_strdup(settings->host);
	s->settings.secret = NULL;
	s->secret = settings->secret ? secret_copy(settings->secret) : NULL;
	s->progress = CLOCK_NEVER;
	smtp_lex_init(&s->lex);
	buf_init(&s->out, OUT_MAX);
	s->open = g_array_new(FALSE, TRUE, sizeof(struct smtp_asked));
	g_queue_init(&s->queue);
	g_queue_init(&s->events);
	s->caps_text = g_strdup("");
	s->transcript = g_string_new(NULL);
	return s;
}

static void out_wipe(struct smtp_session *s)
{
	if (s->out.p)
		explicit_bzero(s->out.p, s->out.cap);
	s->out.n = 0;
	s->out_secret = false;
}

static void free_letter(void *l)
{
	smtp_letter_free(l);
}

void smtp_free(struct smtp_session *s)
{
	if (!s)
		return;
	out_wipe(s);
	buf_clear(&s->out);
	smtp_events_drop(s);
	smtp_letter_free(s->letter);
	smtp_reply_clear(&s->parting);
	g_queue_clear_full(&s->queue, free_letter);
	g_array_unref(s->open);
	smtp_lex_clear(&s->lex);
	secret_free(s->secret);
	g_free((char *)s->settings.login);
	g_free((char *)s->settings.helo);
	g_free((char *)s->settings.who);
	g_free((char *)s->settings.nonce);
	g_free((char *)s->settings.host);
	sasl_free(s->sasl);
	g_free(s->caps_text);
	g_string_free(s->transcript, TRUE);
	g_free(s);
}

/* --- ends --- */

int smtp_fail(struct smtp_session *s, struct err *e, enum err_cause cause, enum err_retry retry, const char *text)
{
	s->phase = PHASE_DEAD;
	out_wipe(s);
	return err_set(e, ERR_ACCOUNT, cause, retry, "%s", text);
}

int smtp_fail_by(struct smtp_session *s, struct err *e, enum err_cause cause, enum err_retry retry, const char *text,
	const struct smtp_reply *r)
{
	smtp_fail(s, e, cause, retry, text);
	if (!s->encrypted && s->settings.security != SMTP_INSECURE)
		return -1;
	smtp_reply_copy(&s->parting, r);
	if (r->text[0])
		err_set_server(e, r->text);
	return -1;
}

void smtp_close(struct smtp_session *s)
{
	s->phase = PHASE_BYE;
	out_wipe(s);
	g_array_set_size(s->open, 0);
}

/* --- out --- */

/* Grows without leaving a copy of the secret behind. */
static void out_grow(struct smtp_session *s, size_t n)
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

void smtp_note(struct smtp_session *s, char side, struct str line)
{
	log_wire(s->settings.who, side, line);
	g_autofree char *clean = utf8_line(line);
	g_string_append_printf(s->transcript, "%c: %s\n", side, clean);
	if (s->transcript->len <= TRANSCRIPT_MAX)
		return;
	/* What was said last says how it ended. */
	const char *half = strchr(s->transcript->str + s->transcript->len - TRANSCRIPT_MAX / 2, '\n');
	if (half)
		g_string_erase(s->transcript, 0, half + 1 - s->transcript->str);
}

/* For an answer; not while it is the caller who is waited for, in the midst of a message. */
static bool is_waiting(const struct smtp_session *s)
{
	bool fed = s->letter && s->letter->body == BODY_OPEN && !s->letter->chunks;
	return s->open->len > (fed ? 1 : 0);
}

void smtp_write(struct smtp_session *s, struct str bytes, struct str shown)
{
	if (!s->out.n && !is_waiting(s))
		s->progress = CLOCK_NEVER;
	out_grow(s, bytes.n);
	buf_add_str(&s->out, bytes);
	if (shown.n)
		smtp_note(s, 'C', shown);
}

void smtp_ask(struct smtp_session *s, enum smtp_kind kind, unsigned index)
{
	struct smtp_asked asked = { kind, index };
	g_array_append_val(s->open, asked);
}

void smtp_command(struct smtp_session *s, enum smtp_kind kind, unsigned index, const char *words)
{
	smtp_write(s, str_of(words), str_of(words));
	smtp_write(s, STR("\r\n"), (struct str){ 0 });
	smtp_ask(s, kind, index);
	s->commands++;
}

struct str smtp_pending(struct smtp_session *s)
{
	return buf_str(&s->out);
}

void smtp_sent(struct smtp_session *s, size_t n, int64_t now)
{
	s->now = s->progress = now;
	buf_drop(&s->out, n);
	if (s->out.n)
		return;
	if (s->out_secret)
		out_wipe(s);
	if (s->letter && s->letter->body == BODY_ENDED && !s->letter->gone) {
		s->letter->gone = true;
		s->gone_at = now;
	}
	smtp_flush(s);
}

/* --- phases --- */

void smtp_set_ready(struct smtp_session *s)
{
	s->phase = PHASE_READY;
	smtp_tell(s, SMTP_READY);
	smtp_flush(s);
}

void smtp_connected(struct smtp_session *s, bool tls, int64_t now)
{
	s->encrypted = tls;
	s->phase = PHASE_HELLO;
	s->now = s->progress = now;
	smtp_ask(s, KIND_GREETING, 0);
}

bool smtp_wants_starttls(const struct smtp_session *s)
{
	return s->phase == PHASE_TLS && !s->out.n;
}

/* Nothing that was learned in the clear may outlive it. */
void smtp_tls_started(struct smtp_session *s, int64_t now)
{
	s->encrypted = true;
	s->now = s->progress = now;
	smtp_lex_clear(&s->lex);
	smtp_lex_init(&s->lex);
	smtp_caps_forget(s);
	g_string_truncate(s->transcript, 0);
	smtp_hello(s);
}

bool smtp_wants_close(const struct smtp_session *s)
{
	return s->phase == PHASE_BYE && !s->out.n;
}

void smtp_quit(struct smtp_session *s)
{
	s->quit_wanted = true;
	smtp_flush(s);
}

/* --- in --- */

static void trace(struct smtp_session *s, const struct smtp_reply *r)
{
	struct str lines = buf_str(&s->lex.text), line;
	bool echoed = sasl_echoes(s->secret, lines);
	for (bool more = true; more;) {
		more = str_cut(lines, '\n', &line, &lines);
		line.n = MIN(line.n, 2000);
		g_autofree char *shown = echoed ? g_strdup_printf("%d ****", r->code)
						: g_strdup_printf("%d%c%.*s", r->code, more ? '-' : ' ', (int)line.n,
							  line.p ? line.p : "");
		smtp_note(s, 'S', str_of(shown));
	}
}

/* A server may say it at any time, in the place of any answer. */
static int leaving(struct smtp_session *s, const struct smtp_reply *r, struct err *e)
{
	struct smtp_letter *l = s->letter;
	if (s->quitting) {
		smtp_close(s);
		return 0;
	}
	if (l && s->open->len)
		smtp_decide(l, SMTP_DEFERRED, smtp_letter_stage(l), r);
	return smtp_fail_by(s, e, ERR_NET, ERR_LATER, "the server ended the session", r);
}

static int answered(struct smtp_session *s, const struct smtp_reply *r, struct err *e)
{
	if (r->code == 421)
		return leaving(s, r, e);
	if (!s->open->len)
		return smtp_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server answers what was not asked");
	struct smtp_asked asked = g_array_index(s->open, struct smtp_asked, 0);
	g_array_remove_index(s->open, 0);
	switch (asked.kind) {
	case KIND_GREETING:
	case KIND_EHLO:
	case KIND_HELO:
	case KIND_STARTTLS: return smtp_hello_answered(s, asked.kind, r, e);
	case KIND_AUTH: return smtp_auth_answered(s, r, buf_str(&s->lex.text), e);
	case KIND_RSET:
		if (r->code / 100 != 2)
			return smtp_fail_by(s, e, ERR_PROTOCOL, ERR_LATER, "the server does not begin anew", r);
		return 0;
	case KIND_QUIT: smtp_close(s); return 0;
	default: return smtp_mail_answered(s, &asked, r, e);
	}
}

static int take_reply(struct smtp_session *s, size_t behind, struct err *e)
{
	struct smtp_reply r = { 0 };
	smtp_reply_of(&s->lex, &r);
	s->progress = s->now;
	s->crumbs = 0;
	trace(s, &r);
	if (sasl_echoes(s->secret, str_of(r.text))) {
		g_free(r.text);
		r.text = g_strdup("****");
	}
	int rc = answered(s, &r, e);
	smtp_reply_clear(&r);
	if (!rc && s->phase == PHASE_TLS && behind)
		rc = smtp_fail(s, e, ERR_TLS, ERR_NEVER, "the server sends data before the TLS handshake");
	if (!rc)
		smtp_flush(s);
	return rc;
}

static int take(struct smtp_session *s, struct str *in, bool *more_out, struct err *e)
{
	*more_out = true;
	switch (smtp_lex_next(&s->lex, in, e)) {
	case LEX_MORE: *more_out = false; return 0;
	case LEX_REPLY: return take_reply(s, in->n, e);
	case LEX_BAD: break;
	}
	return -1;
}

int smtp_feed(struct smtp_session *s, struct str bytes, int64_t now, struct err *e)
{
	s->now = now;
	if (s->phase == PHASE_TLS)
		return smtp_fail(s, e, ERR_TLS, ERR_NEVER, "the server sends data before the TLS handshake");
	if (s->settings.security == SMTP_TLS && !s->encrypted)
		return smtp_fail(s, e, ERR_TLS, ERR_NEVER, "the connection is not encrypted");
	s->crumbs += bytes.n;
	if (s->crumbs >= CRUMBS) {
		s->crumbs = 0;
		s->progress = now;
	}
	for (bool more = true; more && s->phase != PHASE_BYE;) {
		if (s->phase == PHASE_DEAD)
			return smtp_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the session has ended");
		if (take(s, &bytes, &more, e)) {
			s->phase = PHASE_DEAD;
			out_wipe(s);
			return -1;
		}
	}
	return 0;
}

void smtp_eof(struct smtp_session *s, struct err *e)
{
	if (s->phase == PHASE_BYE)
		return;
	if (s->quitting)
		smtp_close(s);
	else
		smtp_fail(s, e, ERR_NET, ERR_LATER, "the server closed the connection");
}

static void letter_lost(const struct smtp_session *s, struct smtp_letter *l, const struct err *why)
{
	struct err none = ERR_INIT;
	if (!why || why->cause == ERR_NONE) {
		err_set(&none, ERR_ACCOUNT, ERR_NET, ERR_LATER, "the connection was closed");
		why = &none;
	}
	if (l->gone)
		smtp_decide_err(l, SMTP_MAYBE, SMTP_AT_END, why);
	else
		smtp_decide_err(l, SMTP_DEFERRED, smtp_letter_stage(l), why);
	if (!l->mail_asked && s->parting.code)
		smtp_reply_copy(&l->reply, &s->parting);
	err_clear(&none);
}

void smtp_lost(struct smtp_session *s, const struct err *why)
{
	s->phase = PHASE_DEAD;
	out_wipe(s);
	g_array_set_size(s->open, 0);
	if (s->letter) {
		letter_lost(s, s->letter, why);
		smtp_letter_end(s);
		g_string_truncate(s->transcript, 0);
	}
	for (struct smtp_letter *l; (l = g_queue_pop_head(&s->queue));) {
		letter_lost(s, l, why);
		smtp_tell_done(s, l);
	}
}

/* --- time --- */

/* Nothing else is due before it. */
static bool end_is_awaited(const struct smtp_session *s)
{
	return s->letter && s->letter->gone && !s->letter->decided && s->open->len == 1;
}

int64_t smtp_deadline(const struct smtp_session *s)
{
	bool timed = s->phase == PHASE_HELLO || s->phase == PHASE_STARTTLS || s->phase == PHASE_AUTH ||
		     s->phase == PHASE_READY;
	if (!timed || s->progress == CLOCK_NEVER || (!is_waiting(s) && !s->out.n))
		return CLOCK_NEVER;
	if (s->quitting)
		return s->progress + QUIT_MS;
	if (end_is_awaited(s))
		return s->gone_at + SMTP_END_MS;
	return s->progress + SMTP_REPLY_MS;
}

void smtp_expired(struct smtp_session *s, int64_t now, struct err *e)
{
	s->now = now;
	if (s->quitting)
		smtp_close(s);
	else
		smtp_fail(s, e, ERR_NET, ERR_LATER, "the server does not answer");
}

/* --- state --- */

bool smtp_ready(const struct smtp_session *s)
{
	return s->phase == PHASE_READY;
}

bool smtp_busy(const struct smtp_session *s)
{
	return s->letter || s->queue.length;
}

unsigned smtp_commands(const struct smtp_session *s)
{
	return s->commands;
}
