/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Replies (RFC 5321 4.2): every line the same code, a hyphen behind it on all but the last. */
#include "smtp/internal.h"

#include <string.h>

#include "base/utf8.h"

void smtp_lex_init(struct smtp_lex *lex)
{
	*lex = (struct smtp_lex){ 0 };
	buf_init(&lex->line, SMTP_LINE_MAX);
	buf_init(&lex->text, SMTP_REPLY_MAX);
}

void smtp_lex_clear(struct smtp_lex *lex)
{
	buf_clear(&lex->line);
	buf_clear(&lex->text);
}

static enum smtp_lexed bad(struct err *e, enum err_cause cause, const char *text)
{
	err_set(e, ERR_ACCOUNT, cause, ERR_LATER, "%s", text);
	return LEX_BAD;
}

/* 0: it is none. */
static int code_of(struct str line)
{
	if (line.n < 3 || line.p[0] < '2' || line.p[0] > '5')
		return 0;
	if (!g_ascii_isdigit(line.p[1]) || !g_ascii_isdigit(line.p[2]))
		return 0;
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '-')
		return 0;
	return (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 + (line.p[2] - '0');
}

static enum smtp_lexed take_line(struct smtp_lex *lex, struct err *e)
{
	struct str line = buf_str(&lex->line);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	int code = code_of(line);
	if (!code)
		return bad(e, ERR_PROTOCOL, "the server sends something that is no reply");
	if (lex->code && lex->code != code)
		return bad(e, ERR_PROTOCOL, "the server mixes codes in one reply");
	if (++lex->lines > SMTP_REPLY_LINES_MAX)
		return bad(e, ERR_PROTOCOL, "the server's reply has too many lines");
	if (lex->code)
		buf_add_c(&lex->text, '\n');
	lex->code = code;
	if (buf_add_str(&lex->text, str_sub(line, 4)))
		return bad(e, ERR_PROTOCOL, "the server's reply is too long");
	lex->whole = line.n < 4 || line.p[3] == ' ';
	return lex->whole ? LEX_REPLY : LEX_MORE;
}

enum smtp_lexed smtp_lex_next(struct smtp_lex *lex, struct str *in, struct err *e)
{
	if (lex->whole) {
		buf_reset(&lex->text);
		lex->code = 0;
		lex->lines = 0;
		lex->whole = false;
	}
	while (in->n) {
		struct str piece, rest;
		bool ended = str_cut(*in, '\n', &piece, &rest);
		if (buf_add_str(&lex->line, piece))
			return bad(e, ERR_PROTOCOL, "a line of the server's reply is too long");
		*in = ended ? rest : (struct str){ 0 };
		if (!ended)
			return LEX_MORE;
		enum smtp_lexed lexed = take_line(lex, e);
		buf_reset(&lex->line);
		if (lexed != LEX_MORE)
			return lexed;
	}
	return LEX_MORE;
}

/* --- what it says --- */

static size_t digits(struct str s, size_t from, size_t max)
{
	size_t n = 0;
	while (from + n < s.n && n < max && g_ascii_isdigit(s.p[from + n]))
		n++;
	return n;
}

/* Octets of "5.7.1" (RFC 2034) before a blank or the end; 0: the line begins with none of this class. */
static size_t enhanced_length(struct str line, int code)
{
	size_t at = 2, subject, detail;
	if (line.n < 5 || line.p[0] != '0' + code / 100 || code / 100 == 3 || line.p[1] != '.')
		return 0;
	subject = digits(line, at, 3);
	at += subject;
	if (!subject || at >= line.n || line.p[at] != '.')
		return 0;
	detail = digits(line, ++at, 3);
	at += detail;
	return detail && (at == line.n || line.p[at] == ' ') ? at : 0;
}

void smtp_reply_of(const struct smtp_lex *lex, struct smtp_reply *out)
{
	struct str rest = buf_str(&lex->text), line;
	g_autoptr(GString) text = g_string_new(NULL);
	bool more = true;
	smtp_reply_clear(out);
	out->code = lex->code;
	for (bool first = true; more; first = false) {
		more = str_cut(rest, '\n', &line, &rest);
		size_t n = enhanced_length(line, lex->code);
		if (first && n)
			out->enhanced = str_dup((struct str){ line.p, n });
		if (n && out->enhanced && str_is((struct str){ line.p, n }, out->enhanced))
			line = str_sub(line, n + 1);
		g_autofree char *clean = utf8_line(line);
		if (!first)
			g_string_append_c(text, '\n');
		g_string_append(text, clean);
	}
	out->text = g_string_free(g_steal_pointer(&text), FALSE);
}

void smtp_reply_clear(struct smtp_reply *r)
{
	g_free(r->enhanced);
	g_free(r->text);
	*r = (struct smtp_reply){ 0 };
}

void smtp_reply_copy(struct smtp_reply *to, const struct smtp_reply *from)
{
	if (to == from)
		return;
	smtp_reply_clear(to);
	to->code = from->code;
	to->enhanced = g_strdup(from->enhanced);
	to->text = g_strdup(from->text);
}
