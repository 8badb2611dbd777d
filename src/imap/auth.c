/* SPDX-License-Identifier: GPL-3.0-or-later */
/* LOGIN and AUTHENTICATE PLAIN (RFC 9051 6.2.2, 6.2.3; RFC 4616, 4959). The secret goes from its own
 * pages to the buffer that is sent, which is wiped; a trace never sees it. */
#include "imap/internal.h"

#include <string.h>

#include "base/clock.h"
#include "net/sasl.h"

#define MASK "****"
#define PLAIN_MAX (4 * SECRET_MAX)

/* What the server's next "+" asks for, and whether everything is sent already. */
enum auth_step {
	AUTH_ALL_SENT,
	AUTH_PLAIN_SENT, /* as initial response; a server that overlooked it may ask once */
	AUTH_PLAIN_RESPONSE,
	AUTH_LITERAL_LOGIN,
	AUTH_LITERAL_SECRET,
};

static int lacking(struct imap_session *s, struct err *e)
{
	return imap_fail(s, e, ERR_LACKING, ERR_NEVER, "the server offers no way to log in that is known here");
}

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

static int write_plain(struct imap_session *s, struct str shown)
{
	struct buf message;
	buf_init(&message, PLAIN_MAX);
	int rc = sasl_plain(s->settings.login, s->secret, &message);
	s->out_secret = true;
	imap_write(s, buf_str(&message), shown);
	imap_write(s, STR("\r\n"), (struct str){ 0 });
	if (message.p)
		explicit_bzero(message.p, message.cap);
	buf_clear(&message);
	return rc;
}

static int authenticate_plain(struct imap_session *s, struct err *e)
{
	bool at_once = s->caps & IMAP_CAP_SASL_IR;
	begin(s, KIND_AUTHENTICATE, at_once ? "AUTHENTICATE PLAIN " : "AUTHENTICATE PLAIN", at_once ? MASK : "");
	s->auth_step = at_once ? AUTH_PLAIN_SENT : AUTH_PLAIN_RESPONSE;
	if (!at_once)
		imap_write(s, STR("\r\n"), (struct str){ 0 });
	else if (write_plain(s, (struct str){ 0 }))
		return imap_fail(s, e, ERR_INPUT, ERR_NEVER, "the password cannot be sent to a mail server");
	return 0;
}

int imap_auth_start(struct imap_session *s, struct err *e)
{
	bool quotable = imap_quotable(str_of(s->settings.login)) && imap_quotable(secret_bytes(s->secret));
	bool plain = s->caps & IMAP_CAP_PLAIN;
	bool login = !(s->caps & IMAP_CAP_LOGINDISABLED);
	if (s->settings.auth == IMAP_AUTH_PLAIN)
		login = false;
	else if (s->settings.auth == IMAP_AUTH_LOGIN || (login && quotable))
		plain = false;
	if (plain)
		return authenticate_plain(s, e);
	if (!login)
		return lacking(s, e);
	if (quotable)
		login_quoted(s);
	else
		login_literal(s);
	return 0;
}

int imap_auth_continue(struct imap_session *s, struct err *e)
{
	unsigned step = s->auth_step;
	s->auth_step = AUTH_ALL_SENT;
	if (step == AUTH_PLAIN_RESPONSE || step == AUTH_PLAIN_SENT) {
		if (write_plain(s, STR(MASK)))
			return imap_fail(s, e, ERR_INPUT, ERR_NEVER, "the password cannot be sent to a mail server");
	} else if (step == AUTH_LITERAL_LOGIN) {
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

bool imap_auth_echoed(const struct imap_session *s, struct str words)
{
	if (!s->secret || !words.n)
		return false;
	struct str word = secret_bytes(s->secret);
	if (word.n && memmem(words.p, words.n, word.p, word.n))
		return true;
	struct buf plain;
	buf_init(&plain, PLAIN_MAX);
	bool found = !sasl_plain(s->settings.login, s->secret, &plain) && memmem(words.p, words.n, plain.p, plain.n);
	if (plain.p)
		explicit_bzero(plain.p, plain.cap);
	buf_clear(&plain);
	return found;
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

int imap_auth_ended(struct imap_session *s, enum imap_result result, const struct imap_status *st, struct err *e)
{
	if (result == IMAP_OK && s->auth_step > AUTH_PLAIN_SENT)
		return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server answers a login that was not sent yet");
	if (result == IMAP_OK) {
		imap_ready(s);
		return 0;
	}
	if (is_passing(st->code))
		imap_fail(s, e, ERR_NET, ERR_LATER, "the server cannot log anybody in now");
	else
		imap_fail(s, e, ERR_AUTH, ERR_NEVER, "the server refused the login");
	g_autofree char *words = str_dup(st->text);
	if (words[0] && !imap_auth_echoed(s, st->text))
		err_set_server(e, words);
	return -1;
}
