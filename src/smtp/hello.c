/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Greeting, EHLO or HELO, STARTTLS (RFC 5321 3.1, 3.2, RFC 3207), and what the server says it can do. */
#include "smtp/internal.h"

#include "base/utf8.h"

static const struct {
	const char *word;
	uint32_t cap;
} known[] = {
	{ "STARTTLS", SMTP_CAP_STARTTLS },
	{ "AUTH", SMTP_CAP_AUTH },
	{ "PIPELINING", SMTP_CAP_PIPELINING },
	{ "SIZE", SMTP_CAP_SIZE },
	{ "8BITMIME", SMTP_CAP_8BITMIME },
	{ "SMTPUTF8", SMTP_CAP_SMTPUTF8 },
	{ "CHUNKING", SMTP_CAP_CHUNKING },
	{ "DSN", SMTP_CAP_DSN },
	{ "ENHANCEDSTATUSCODES", SMTP_CAP_ENHANCED },
};

static void take_mechanisms(struct smtp_session *s, struct str words)
{
	while (words.n) {
		struct str word;
		str_cut(words, ' ', &word, &words);
		enum sasl_mechanism m = sasl_of_name(word);
		if (m != SASL_NONE && m != SASL_COMMAND)
			s->mechanisms |= SASL_BIT(m);
	}
}

/* "AUTH=" is how servers of old wrote it. */
static void take_cap(struct smtp_session *s, struct str line)
{
	struct str word, rest;
	uint64_t n;
	str_cut(line, ' ', &word, &rest);
	if (str_starts(word, "AUTH=")) {
		take_mechanisms(s, str_sub(word, 5));
		word.n = 4;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (str_is(word, known[i].word))
			s->caps |= known[i].cap;
	if (str_is(word, "AUTH"))
		take_mechanisms(s, rest);
	if (str_is(word, "SIZE") && str_u64(str_trim(rest), UINT64_MAX, &n))
		s->size_max = n;
}

void smtp_caps_forget(struct smtp_session *s)
{
	g_free(s->caps_text);
	s->caps_text = g_strdup("");
	s->caps = s->mechanisms = 0;
	s->size_max = 0;
}

/* The first line names the server. */
static void take_caps(struct smtp_session *s, struct str lines)
{
	struct str line;
	g_autoptr(GString) all = g_string_new(NULL);
	smtp_caps_forget(s);
	for (bool more = str_cut(lines, '\n', &line, &lines); more;) {
		more = str_cut(lines, '\n', &line, &lines);
		line = str_trim(line);
		take_cap(s, line);
		if (all->len)
			g_string_append(all, ", ");
		g_string_append_len(all, line.p, (gssize)line.n);
	}
	g_free(s->caps_text);
	s->caps_text = utf8_line((struct str){ all->str, all->len });
}

uint32_t smtp_caps(const struct smtp_session *s)
{
	return s->caps & ~(s->settings.caps_off | s->caps_bad);
}

bool smtp_can(const struct smtp_session *s, uint32_t cap)
{
	return (smtp_caps(s) & cap) == cap;
}

uint32_t smtp_caps_found_bad(const struct smtp_session *s)
{
	return s->caps_bad;
}

const char *smtp_caps_text(const struct smtp_session *s)
{
	return s->caps_text;
}

uint64_t smtp_size_max(const struct smtp_session *s)
{
	return s->size_max;
}

/* --- the dialogue --- */

static void say(struct smtp_session *s, enum smtp_kind kind)
{
	g_autofree char *words = g_strdup_printf("%s %s", kind == KIND_EHLO ? "EHLO" : "HELO", s->settings.helo);
	s->phase = PHASE_HELLO;
	smtp_command(s, kind, 0, words);
}

void smtp_hello(struct smtp_session *s)
{
	say(s, KIND_EHLO);
}

static bool tls_is_due(const struct smtp_session *s)
{
	return s->settings.security == SMTP_STARTTLS && !s->encrypted;
}

static int next(struct smtp_session *s, struct err *e)
{
	if (tls_is_due(s)) {
		if (!(s->caps & SMTP_CAP_STARTTLS))
			return smtp_fail(
				s, e, ERR_TLS, ERR_NEVER, "the server offers no STARTTLS: somebody may be tampering");
		s->phase = PHASE_STARTTLS;
		smtp_command(s, KIND_STARTTLS, 0, "STARTTLS");
		return 0;
	}
	if (s->secret)
		return smtp_auth_start(s, e);
	smtp_set_ready(s);
	return 0;
}

static int refused(struct smtp_session *s, const struct smtp_reply *r, struct err *e)
{
	if (r->code < 400)
		return smtp_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server gives an answer that makes no sense");
	if (r->code < 500)
		return smtp_fail_by(s, e, ERR_NET, ERR_LATER, "the server takes no mail now", r);
	return smtp_fail_by(s, e, ERR_REFUSED, ERR_LATER, "the server does not talk to us", r);
}

/* A server of old knows only HELO; to one that must do TLS that would lead nowhere. */
static int ehlo_refused(struct smtp_session *s, const struct smtp_reply *r, struct err *e)
{
	if (r->code != 500 && r->code != 502)
		return refused(s, r, e);
	if (tls_is_due(s))
		return next(s, e);
	say(s, KIND_HELO);
	return 0;
}

int smtp_hello_answered(struct smtp_session *s, enum smtp_kind kind, const struct smtp_reply *r, struct err *e)
{
	switch (kind) {
	case KIND_GREETING:
		if (r->code != 220)
			return refused(s, r, e);
		smtp_hello(s);
		return 0;
	case KIND_EHLO:
		if (r->code != 250)
			return ehlo_refused(s, r, e);
		take_caps(s, buf_str(&s->lex.text));
		return next(s, e);
	case KIND_HELO: return r->code == 250 ? next(s, e) : refused(s, r, e);
	default:
		if (r->code != 220)
			return smtp_fail(
				s, e, ERR_TLS, ERR_NEVER, "the server refused STARTTLS: somebody may be tampering");
		s->phase = PHASE_TLS;
		return 0;
	}
}
