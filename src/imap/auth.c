/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LOGIN and AUTHENTICATE (RFC 9051 6.2.2, 6.2.3; RFC 4959). The secret goes from its own pages to the buffer
 * that is sent, which is wiped; a trace never sees it. */
#include "imap/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define MASK "****"
#define MESSAGE_MAX (4 * SECRET_MAX)

/* What the server's next "+" asks for of LOGIN. */
enum auth_step { AUTH_ALL_SENT, AUTH_LITERAL_LOGIN, AUTH_LITERAL_SECRET };

/* --- writing --- */

/* The start of the auth command's line: its tag is used up, the rest is the caller's. */
static void begin(struct imap_session *s, enum imap_kind kind, const char *words, const char *masked)
{
	struct imap_command *c = imap_command_new(kind);
	c->number = ++s->tags;
	s->commands++;
	s->progress = CLOCK_NEVER;
	s->phase = PHASE_AUTH;
	g_queue_push_tail(&s->open, c);
	g_autofree char *line = g_strdup_printf("%s%u %s", s->tag, c->number, words);
	g_autofree char *shown = g_strconcat(line, masked, NULL);
	imap_write(s, str_of(line), str_of(shown));
}

static void write_secret(struct imap_session *s, bool quoted)
{
	struct str word = secret_bytes(s->secret);
	s->out_secret = true;
	for (size_t i = 0; i < word.n; i++) {
		if (quoted && (word.p[i] == '"' || word.p[i] == '\\'))
			imap_write(s, STR("\\"), (struct str){ 0 });
		imap_write(s, (struct str){ word.p + i, 1 }, (struct str){ 0 });
	}
}

static void login_quoted(struct imap_session *s)
{
	g_autoptr(GString) words = g_string_new("LOGIN ");
	imap_quote(words, str_of(s->settings.login));
	g_string_append_c(words, ' ');
	begin(s, KIND_LOGIN, words->str, MASK);
	imap_write(s, STR("\""), (struct str){ 0 });
	write_secret(s, true);
	imap_write(s, STR("\"\r\n"), (struct str){ 0 });
	s->login_pipelined = true;
	s->auth_step = AUTH_ALL_SENT;
	imap_flush(s);
}

static void login_literal(struct imap_session *s)
{
	g_autofree char *words = g_strdup_printf("LOGIN {%zu}", strlen(s->settings.login));
	begin(s, KIND_LOGIN, words, "");
	imap_write(s, STR("\r\n"), (struct str){ 0 });
	s->auth_step = AUTH_LITERAL_LOGIN;
}

/* A message of the exchange, of which nothing stays behind. */
static void write_message(struct imap_session *s, struct buf *message, struct str shown)
{
	s->out_secret = true;
	imap_write(s, buf_str(message), shown);
	imap_write(s, STR("\r\n"), (struct str){ 0 });
	if (message->p)
		explicit_bzero(message->p, message->cap);
	buf_clear(message);
}

/* --- which way --- */

static const struct {
	uint64_t cap;
	enum sasl_mechanism mechanism;
} offers[] = {
	{ IMAP_CAP_PLAIN, SASL_PLAIN },
	{ IMAP_CAP_AUTH_LOGIN, SASL_LOGIN },
	{ IMAP_CAP_AUTH_CRAM_MD5, SASL_CRAM_MD5 },
	{ IMAP_CAP_AUTH_SCRAM_SHA_1, SASL_SCRAM_SHA_1 },
	{ IMAP_CAP_AUTH_SCRAM_SHA_256, SASL_SCRAM_SHA_256 },
	{ IMAP_CAP_AUTH_SCRAM_SHA_1_PLUS, SASL_SCRAM_SHA_1_PLUS },
	{ IMAP_CAP_AUTH_SCRAM_SHA_256_PLUS, SASL_SCRAM_SHA_256_PLUS },
	{ IMAP_CAP_AUTH_XOAUTH2, SASL_XOAUTH2 },
	{ IMAP_CAP_AUTH_OAUTHBEARER, SASL_OAUTHBEARER },
	{ IMAP_CAP_AUTH_EXTERNAL, SASL_EXTERNAL },
};

static bool is_quotable(const struct imap_session *s)
{
	return imap_quotable(str_of(s->settings.login)) && imap_quotable(secret_bytes(s->secret));
}

/* Only what the server says now counts. LOGIN in literals is for servers that have no PLAIN. */
static uint32_t offered(const struct imap_session *s)
{
	uint64_t caps = s->caps & ~s->settings.caps_off;
	uint32_t bits = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(offers); i++)
		if (caps & offers[i].cap)
			bits |= SASL_BIT(offers[i].mechanism);
	bool named = s->settings.auth & SASL_BIT(SASL_COMMAND);
	if (!(s->caps & IMAP_CAP_LOGINDISABLED) && (named || is_quotable(s) || !(bits & SASL_BIT(SASL_PLAIN))))
		bits |= SASL_BIT(SASL_COMMAND);
	return s->settings.nonce ? bits : bits & ~SASL_SCRAM;
}

/* One that was passed over has told its nonce to the server. */
static struct sasl *exchange_new(const struct imap_session *s, struct err *e)
{
	g_autofree char *nonce = s->auth_passed && s->settings.nonce
					 ? g_strdup_printf("%s%u", s->settings.nonce, s->tags)
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

static int authenticate(struct imap_session *s, struct err *e)
{
	struct buf message;
	bool at_once = sasl_client_first(s->mechanism) && s->caps & IMAP_CAP_SASL_IR;
	g_autofree char *words = g_strdup_printf("AUTHENTICATE %s%s", sasl_name(s->mechanism), at_once ? " " : "");
	begin(s, KIND_AUTHENTICATE, words, at_once ? MASK : "");
	buf_init(&message, MESSAGE_MAX);
	if (at_once && sasl_start(s->sasl, &message, e)) {
		write_message(s, &message, (struct str){ 0 });
		return -1;
	}
	if (at_once && !message.n)
		buf_add_str(&message, STR("="));
	write_message(s, &message, (struct str){ 0 });
	return 0;
}

static int start(struct imap_session *s, struct err *e)
{
	struct sasl_choice choice = { .offered = offered(s) & ~s->auth_passed,
		.wanted = s->settings.auth,
		.tls = s->encrypted,
		.binding = s->bound,
		.token = s->settings.token,
		.last = s->settings.last };
	s->login_pipelined = s->auth_canceled = false;
	g_clear_pointer(&s->sasl, sasl_free);
	s->mechanism = sasl_choose(&choice, &s->auth_weaker, e);
	if (s->mechanism == SASL_NONE)
		return -1;
	if (s->mechanism == SASL_COMMAND && is_quotable(s))
		login_quoted(s);
	else if (s->mechanism == SASL_COMMAND)
		login_literal(s);
	else if (!(s->sasl = exchange_new(s, e)) || authenticate(s, e))
		return -1;
	return 0;
}

int imap_auth_start(struct imap_session *s, struct err *e)
{
	int rc = start(s, e);
	while (rc && e->cause == ERR_INPUT) {
		struct err next = ERR_INIT;
		s->auth_passed |= SASL_BIT(s->mechanism);
		rc = start(s, &next);
		if (rc && next.cause == ERR_LACKING) {
			err_clear(&next);
			break;
		}
		err_clear(e);
		*e = next;
	}
	if (rc)
		s->phase = PHASE_DEAD;
	return rc;
}

/* --- the exchange --- */

static int answer(struct imap_session *s, struct str challenge, struct err *e)
{
	struct buf message;
	buf_init(&message, MESSAGE_MAX);
	if (s->auth_canceled)
		return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server asks for more than the login");
	int rc = sasl_step(s->sasl, challenge, &message, e);
	if (rc && e->cause == ERR_LACKING) {
		err_clear(e);
		s->auth_canceled = true;
		buf_reset(&message);
		buf_add_str(&message, STR("*"));
		rc = 0;
	}
	if (!rc)
		write_message(s, &message, s->auth_canceled ? STR("*") : STR(MASK));
	else if (message.p)
		explicit_bzero(message.p, message.cap);
	buf_clear(&message);
	return rc;
}

int imap_auth_continue(struct imap_session *s, struct str challenge, struct err *e)
{
	if (s->sasl)
		return answer(s, challenge, e);
	unsigned step = s->auth_step;
	s->auth_step = AUTH_ALL_SENT;
	if (step == AUTH_LITERAL_LOGIN) {
		g_autofree char *more = g_strdup_printf("%s {%zu}", s->settings.login, secret_bytes(s->secret).n);
		imap_write(s, str_of(more), str_of(more));
		imap_write(s, STR("\r\n"), (struct str){ 0 });
		s->auth_step = AUTH_LITERAL_SECRET;
	} else if (step == AUTH_LITERAL_SECRET) {
		write_secret(s, false);
		imap_write(s, STR("\r\n"), STR(MASK));
	} else {
		return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server asks for more than the login");
	}
	return 0;
}

/* RFC 5530: the server's trouble, not the password's. */
static bool is_passing(struct str code)
{
	static const char *const words[] = { "UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG" };
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (str_is(code, words[i]))
			return true;
	return false;
}

/* The server itself cannot do this mechanism. Of LOGIN that cannot be known: the password is out. */
static bool is_incapable(const struct imap_session *s, enum imap_result result, const struct imap_status *st)
{
	if (!s->sasl)
		return false;
	g_autofree char *words = str_dup(st->text);
	g_autofree char *low = g_ascii_strdown(words, -1);
	bool says = strstr(low, "unsupported") || strstr(low, "not supported");
	return s->auth_canceled || result == IMAP_BAD || str_is(st->code, "CANNOT") || (!st->code.n && says);
}

static void add_words(struct imap_session *s, struct str text, struct err *e)
{
	const char *reason = s->sasl ? sasl_reason(s->sasl) : NULL;
	g_autofree char *words = reason ? g_strdup(reason) : str_dup(text);
	if (words[0] && !sasl_echoes(s->secret, str_of(words)))
		err_set_server(e, words);
}

static int logged_in(struct imap_session *s, struct err *e)
{
	if (s->auth_step != AUTH_ALL_SENT || s->auth_canceled)
		return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server answers a login that was not sent yet");
	if (s->sasl && sasl_accepted(s->sasl, e))
		return -1;
	g_clear_pointer(&s->sasl, sasl_free);
	imap_ready(s);
	return 0;
}

int imap_auth_ended(struct imap_session *s, enum imap_result result, const struct imap_status *st, struct err *e)
{
	if (result == IMAP_OK)
		return logged_in(s, e);
	if (is_incapable(s, result, st)) {
		s->auth_passed |= SASL_BIT(s->mechanism);
		log_line(LOG_INFO, "%s: the server cannot do %s", s->settings.who, sasl_name(s->mechanism));
		if (!imap_auth_start(s, e))
			return 0;
	} else if (is_passing(st->code)) {
		imap_fail(s, e, ERR_NET, ERR_LATER, "the server cannot log anybody in now");
	} else {
		imap_fail(s, e, ERR_AUTH, ERR_NEVER, "the server refused the login");
	}
	add_words(s, st->text, e);
	return -1;
}

void imap_binding(struct imap_session *s, const unsigned char *binding, size_t n)
{
	s->bound = n == sizeof(s->binding);
	if (s->bound)
		memcpy(s->binding, binding, n);
}

enum sasl_mechanism imap_mechanism(const struct imap_session *s, bool *weaker_out)
{
	bool in = s->phase == PHASE_READY;
	*weaker_out = in && s->auth_weaker;
	return in ? s->mechanism : SASL_NONE;
}
