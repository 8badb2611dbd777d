/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AUTH (RFC 4954). The secret goes from its own pages to the buffer that is sent, which is wiped; traces never see it. */
#include "smtp/internal.h"

#include <string.h>

#include "base/log.h"

#define MASK "****"
#define MESSAGE_MAX (4 * SECRET_MAX)
#define COMMAND_MAX 512 /* octets of a command line; a longer first message waits for the challenge */

/* They give the password itself away. */
#define TELLING (SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN) | SASL_BIT(SASL_XOAUTH2) | SASL_BIT(SASL_OAUTHBEARER))

/* --- writing --- */

static void message_clear(struct buf *message)
{
	if (message->p)
		explicit_bzero(message->p, message->cap);
	buf_clear(message);
}

static void write_message(struct smtp_session *s, const struct buf *message, struct str shown)
{
	s->out_secret = true;
	smtp_write(s, buf_str(message), shown);
	smtp_write(s, STR("\r\n"), (struct str){ 0 });
}

static bool fits(const char *words, const struct buf *message)
{
	return strlen(words) + message->n + 3 <= COMMAND_MAX;
}

static int begin(struct smtp_session *s, struct err *e)
{
	struct buf message;
	g_autofree char *words = g_strdup_printf("AUTH %s", sasl_name(s->mechanism));
	g_autofree char *shown = g_strconcat(words, " " MASK, NULL);
	buf_init(&message, MESSAGE_MAX);
	int rc = sasl_client_first(s->mechanism) ? sasl_start(s->sasl, &message, e) : 0;
	bool at_once = sasl_client_first(s->mechanism) && fits(words, &message);
	if (!rc && at_once && !message.n)
		buf_add_str(&message, STR("="));
	if (!rc && at_once) {
		smtp_write(s, str_of(words), (struct str){ 0 });
		smtp_write(s, STR(" "), (struct str){ 0 });
		write_message(s, &message, str_of(shown));
		smtp_ask(s, KIND_AUTH, 0);
		s->commands++;
	} else if (!rc) {
		smtp_command(s, KIND_AUTH, 0, words);
	}
	message_clear(&message);
	return rc;
}

/* --- which way --- */

static uint32_t offered(const struct smtp_session *s)
{
	uint32_t bits = smtp_can(s, SMTP_CAP_AUTH) ? s->mechanisms : 0;
	return s->settings.nonce ? bits : bits & ~SASL_SCRAM;
}

/* One that was passed over has told its nonce to the server. */
static struct sasl *exchange_new(const struct smtp_session *s, struct err *e)
{
	g_autofree char *nonce = s->auth_passed && s->settings.nonce
					 ? g_strdup_printf("%s%u", s->settings.nonce, s->auth_tries)
					 : g_strdup(s->settings.nonce);
	struct sasl_settings settings = { .login = s->settings.login,
		.secret = s->secret,
		.host = s->settings.host,
		.port = s->settings.port,
		.binding = s->bound ? s->binding : NULL,
		.offered = offered(s),
		.nonce = nonce };
	return sasl_new(s->mechanism, &settings, e);
}

static int start(struct smtp_session *s, struct err *e)
{
	struct sasl_choice choice = { .offered = offered(s) & ~s->auth_passed,
		.wanted = s->settings.auth,
		.tls = s->encrypted,
		.binding = s->bound,
		.token = s->settings.token,
		.last = s->settings.last };
	s->auth_canceled = false;
	g_clear_pointer(&s->sasl, sasl_free);
	s->mechanism = sasl_choose(&choice, &s->auth_weaker, e);
	if (s->mechanism == SASL_NONE)
		return -1;
	s->sasl = exchange_new(s, e);
	s->auth_tries++;
	return s->sasl ? begin(s, e) : -1;
}

/* What cannot carry this login or secret is passed over; of several reasons the first is told. */
int smtp_auth_start(struct smtp_session *s, struct err *e)
{
	s->phase = PHASE_AUTH;
	int rc = start(s, e);
	while (rc && e->cause == ERR_INPUT) {
		struct err next = ERR_INIT;
		s->auth_passed |= SASL_BIT(s->mechanism);
		rc = start(s, &next);
		if (rc && next.cause == ERR_LACKING) {
			err_clear(&next);
			break;
		}
		err_move(e, &next);
	}
	return rc;
}

/* --- the exchange --- */

static int answer(struct smtp_session *s, struct str challenge, struct err *e)
{
	struct buf message;
	if (s->auth_canceled)
		return smtp_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server asks for more than the login");
	buf_init(&message, MESSAGE_MAX);
	int rc = sasl_step(s->sasl, challenge, &message, e);
	if (rc && e->cause == ERR_LACKING) {
		err_clear(e);
		s->auth_canceled = true;
		message_clear(&message);
		buf_add_str(&message, STR("*"));
		rc = 0;
	}
	if (!rc) {
		write_message(s, &message, s->auth_canceled ? STR("*") : STR(MASK));
		smtp_ask(s, KIND_AUTH, 0);
	}
	message_clear(&message);
	return rc;
}

static int logged_in(struct smtp_session *s, struct err *e)
{
	if (s->auth_canceled)
		return smtp_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server answers a login that was canceled");
	if (sasl_accepted(s->sasl, e))
		return -1;
	g_clear_pointer(&s->sasl, sasl_free);
	smtp_set_ready(s);
	return 0;
}

/* 534 asks for a stronger one: then none that would tell the password once more. */
static uint32_t incapable_of(const struct smtp_session *s, int code)
{
	uint32_t bit = SASL_BIT(s->mechanism);
	if (s->auth_canceled || code == 504 || code == 538 || code == 500 || code == 502)
		return bit;
	if (code == 534)
		return bit & TELLING ? TELLING : bit;
	return 0;
}

static int refused(struct smtp_session *s, const struct smtp_reply *r, struct err *e)
{
	const char *reason = s->sasl ? sasl_reason(s->sasl) : NULL;
	if (r->code < 500)
		smtp_fail_by(s, e, ERR_NET, ERR_LATER, "the server cannot log anybody in now", r);
	else
		smtp_fail_by(s, e, ERR_AUTH, ERR_NEVER, "the server refused the login", r);
	if (reason && !sasl_echoes(s->secret, str_of(reason)))
		err_set_server(e, reason);
	return -1;
}

/* The server cannot do it: no password was refused. Was one told to it in vain, it counts as refused all the same. */
static int pass_over(struct smtp_session *s, uint32_t bits, const struct smtp_reply *r, struct err *e)
{
	bool told = r->code == 534 && bits & TELLING;
	s->auth_passed |= bits;
	log_line(LOG_INFO, "%s: the server cannot do %s", s->settings.who, sasl_name(s->mechanism));
	if (!smtp_auth_start(s, e))
		return 0;
	if (told && e->cause == ERR_LACKING)
		return refused(s, r, e);
	return err_set_server(e, r->text);
}

int smtp_auth_answered(struct smtp_session *s, const struct smtp_reply *r, struct str challenge, struct err *e)
{
	if (r->code == 334)
		return answer(s, challenge, e);
	if (r->code == 235)
		return logged_in(s, e);
	if (r->code < 400)
		return smtp_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server gives an answer that makes no sense");
	uint32_t bits = incapable_of(s, r->code);
	return bits ? pass_over(s, bits, r, e) : refused(s, r, e);
}

void smtp_binding(struct smtp_session *s, const unsigned char *binding, size_t n)
{
	s->bound = n == sizeof(s->binding);
	if (s->bound)
		memcpy(s->binding, binding, n);
}

enum sasl_mechanism smtp_mechanism(const struct smtp_session *s, bool *weaker_out)
{
	bool in = s->phase == PHASE_READY;
	*weaker_out = in && s->auth_weaker;
	return in ? s->mechanism : SASL_NONE;
}
