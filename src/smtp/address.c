/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What of the envelope may stand in a command line. Nothing of it can end its place there. */
#include "smtp/internal.h"

#include <string.h>

#include "base/utf8.h"

#define LOCAL_MAX 64
#define ADDRESS_MAX 254
#define ENVID_MAX 100 /* RFC 3461 4.4 */

static bool is_eight_bit(char c)
{
	return (unsigned char)c > 127;
}

static bool is_atext(char c)
{
	return g_ascii_isalnum(c) || is_eight_bit(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool dot_string_ok(struct str s)
{
	char before = '.';
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.' ? before == '.' : !is_atext(s.p[i]))
			return false;
		before = s.p[i];
	}
	return before != '.';
}

/* With its quotes. */
static bool quoted_ok(struct str s)
{
	if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
		return false;
	for (size_t i = 1; i < s.n - 1; i++) {
		if (s.p[i] == '"' || (s.p[i] == '\\' && ++i == s.n - 1))
			return false;
		if (!g_ascii_isprint(s.p[i]) && !is_eight_bit(s.p[i]))
			return false;
	}
	return true;
}

static bool literal_ok(struct str s)
{
	if (s.n < 3 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	for (size_t i = 1; i < s.n - 1; i++)
		if (!g_ascii_isgraph(s.p[i]) || strchr("[\\]<>", s.p[i]))
			return false;
	return true;
}

static bool label_ok(struct str s)
{
	if (!s.n || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!g_ascii_isalnum(s.p[i]) && !is_eight_bit(s.p[i]) && s.p[i] != '-' && s.p[i] != '_')
			return false;
	return true;
}

bool smtp_domain_ok(struct str domain)
{
	bool more = true;
	if (literal_ok(domain))
		return true;
	while (more) {
		struct str label;
		more = str_cut(domain, '.', &label, &domain);
		if (!label_ok(label))
			return false;
	}
	return true;
}

static bool has_eight_bit(const char *s)
{
	while (*s && !is_eight_bit(*s))
		s++;
	return *s != '\0';
}

bool smtp_address_ok(const char *addr, bool *utf8_out)
{
	const char *at = strrchr(addr, '@');
	size_t n = strlen(addr);
	if (utf8_out)
		*utf8_out = has_eight_bit(addr);
	if (!at || n > ADDRESS_MAX || !utf8_is_clean(str_of(addr)))
		return false;
	struct str local = { addr, (size_t)(at - addr) };
	if (!local.n || local.n > LOCAL_MAX || !smtp_domain_ok(str_of(at + 1)))
		return false;
	return local.p[0] == '"' ? quoted_ok(local) : dot_string_ok(local);
}

/* --- the whole envelope --- */

static int flawed(struct err *e, enum err_cause cause, const char *what)
{
	return err_set(e, ERR_MESSAGE, cause, ERR_NEVER, "%s", what);
}

static bool is_notify(const char *s)
{
	for (; *s; s++)
		if (!g_ascii_isupper(*s) && *s != ',')
			return false;
	return true;
}

static bool is_printable(const char *s)
{
	for (; *s; s++)
		if (!g_ascii_isprint(*s))
			return false;
	return true;
}

static int check_dsn(const struct smtp_letter *l, struct err *e)
{
	if (l->notify && (!l->notify[0] || !is_notify(l->notify)))
		return flawed(e, ERR_BUG, "no such words for the delivery report");
	if (l->ret && strcmp(l->ret, "HDRS") && strcmp(l->ret, "FULL"))
		return flawed(e, ERR_BUG, "no such part for the delivery report");
	return 0;
}

static int check_address(const char *addr, bool *utf8_out, struct err *e)
{
	bool utf8;
	if (!smtp_address_ok(addr, &utf8))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "'%s' is no address that mail can go by", addr);
	*utf8_out = *utf8_out || utf8;
	return 0;
}

bool smtp_envelope_ok(const struct smtp_letter *l, bool *utf8_out, struct err *e)
{
	if (l->from[0] && check_address(l->from, utf8_out, e))
		return false;
	if (!l->to->len || l->to->len > SMTP_RECIPIENTS_MAX) {
		flawed(e, ERR_LIMIT, l->to->len ? "too many recipients" : "no recipient");
		return false;
	}
	for (unsigned i = 0; i < l->to->len; i++)
		if (check_address(g_ptr_array_index(l->to, i), utf8_out, e))
			return false;
	if (!l->probe && !l->size) {
		flawed(e, ERR_BUG, "an empty message");
		return false;
	}
	return !check_dsn(l, e);
}

/* RFC 3461 4. */
static void add_xtext(GString *out, const char *s)
{
	for (; *s; s++)
		if (!g_ascii_isgraph(*s) || *s == '+' || *s == '=')
			g_string_append_printf(out, "+%02X", (unsigned)(unsigned char)*s);
		else
			g_string_append_c(out, *s);
}

void smtp_mail_words(const struct smtp_session *s, const struct smtp_letter *l, GString *out)
{
	g_string_append_printf(out, "MAIL FROM:<%s>", l->from);
	if (l->size && smtp_can(s, SMTP_CAP_SIZE))
		g_string_append_printf(out, " SIZE=%" G_GUINT64_FORMAT, l->size);
	if (l->eight_bit)
		g_string_append(out, " BODY=8BITMIME");
	if (l->utf8)
		g_string_append(out, " SMTPUTF8");
	if (!smtp_can(s, SMTP_CAP_DSN))
		return;
	if (l->ret)
		g_string_append_printf(out, " RET=%s", l->ret);
	/* A name the report may do without: another program's Message-ID may be longer. */
	if (l->envid && l->envid[0] && strlen(l->envid) <= ENVID_MAX && is_printable(l->envid)) {
		g_string_append(out, " ENVID=");
		add_xtext(out, l->envid);
	}
}

void smtp_rcpt_words(const struct smtp_session *s, const struct smtp_letter *l, unsigned index, GString *out)
{
	g_string_append_printf(out, "RCPT TO:<%s>", (const char *)g_ptr_array_index(l->to, index));
	if (l->notify && smtp_can(s, SMTP_CAP_DSN))
		g_string_append_printf(out, " NOTIFY=%s", l->notify);
}
