/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imap/internal.h"

#include <string.h>

void imap_lex_init(struct imap_lex *lex)
{
	*lex = (struct imap_lex){ 0 };
	buf_init(&lex->text, IMAP_LINE_MAX + IMAP_LITERAL_MAX + 64);
}

void imap_lex_clear(struct imap_lex *lex)
{
	buf_clear(&lex->text);
}

static int limit(struct err *e, const char *text)
{
	return err_set(e, ERR_ACCOUNT, ERR_LIMIT, ERR_LATER, "%s", text);
}

/* Lines whose end is text for people, in which braces mean nothing. */
static bool is_text(struct str line)
{
	static const char *const words[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };
	if (!line.n || line.p[0] != '*')
		return true;
	struct str word, rest;
	str_cut(str_trim(str_sub(line, 1)), ' ', &word, &rest);
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (str_is(word, words[i]))
			return true;
	return false;
}

/* `{digits}` at the end of the line: its number is announced and it is cut off. 0: there is none. */
static int cut_literal(struct imap_lex *lex, struct err *e)
{
	struct str line = str_sub(buf_str(&lex->text), lex->segment);
	if (!line.n || line.p[line.n - 1] != '}')
		return 0;
	size_t at = line.n - 1;
	while (at && g_ascii_isdigit(line.p[at - 1]))
		at--;
	struct str digits = { line.p + at, line.n - 1 - at };
	if (!digits.n || !at || line.p[at - 1] != '{' || is_text(buf_str(&lex->text)))
		return 0;
	if (!str_u64(digits, IMAP_BODY_MAX, &lex->announced))
		return limit(e, "the server announces too long a literal");
	at--;
	if (at && line.p[at - 1] == '~')
		at--;
	lex->text.n = lex->segment + at;
	return 1;
}

static enum imap_lexed lex_line(struct imap_lex *lex, struct str *in, struct err *e)
{
	if (!in->n)
		return LEX_MORE;
	const char *end = memchr(in->p, '\n', in->n);
	size_t n = end ? (size_t)(end + 1 - in->p) : in->n;
	if (memchr(in->p, 0, n)) {
		err_set(e, ERR_ACCOUNT, ERR_PROTOCOL, ERR_LATER, "the server sends a NUL octet");
		return LEX_BAD;
	}
	lex->line_n += n;
	if (lex->line_n > IMAP_LINE_MAX || buf_add(&lex->text, in->p, n)) {
		limit(e, "the server sends too long a line");
		return LEX_BAD;
	}
	*in = str_sub(*in, n);
	if (!end)
		return LEX_MORE;
	lex->text.n--;
	while (lex->text.n > lex->segment && lex->text.p[lex->text.n - 1] == '\r')
		lex->text.n--;
	int literal = cut_literal(lex, e);
	if (literal < 0)
		return LEX_BAD;
	if (!literal)
		lex->state = LEX_AT_START;
	return literal ? LEX_LITERAL : LEX_RESPONSE;
}

/* Takes from the input what belongs to the literal at hand. */
static struct str lex_octets(struct imap_lex *lex, struct str *in)
{
	struct str piece = { in->p, MIN(in->n, lex->left) };
	*in = str_sub(*in, piece.n);
	lex->left -= piece.n;
	return piece;
}

static void literal_over(struct imap_lex *lex)
{
	lex->left = lex->surplus;
	lex->surplus = 0;
	lex->state = lex->left ? LEX_IN_DROPPED : LEX_IN_LINE;
	lex->segment = lex->text.n;
}

enum imap_lexed imap_lex_next(struct imap_lex *lex, struct str *in, struct str *piece_out, struct err *e)
{
	if (lex->state == LEX_AT_START) {
		buf_reset(&lex->text);
		lex->segment = lex->line_n = lex->literal_n = 0;
		lex->state = LEX_IN_LINE;
	}
	while (lex->state != LEX_IN_LINE) {
		if (!lex->left) {
			literal_over(lex);
			continue;
		}
		if (!in->n)
			return LEX_MORE;
		struct str piece = lex_octets(lex, in);
		if (lex->state == LEX_IN_STREAM) {
			*piece_out = piece;
			return LEX_PIECE;
		}
		if (lex->state == LEX_IN_KEPT && buf_add_str(&lex->text, piece)) {
			limit(e, "the server sends too much in one response");
			return LEX_BAD;
		}
	}
	return lex_line(lex, in, e);
}

int imap_lex_use(struct imap_lex *lex, enum imap_use use, struct err *e)
{
	static const int states[] = {
		[USE_KEEP] = LEX_IN_KEPT,
		[USE_HEADER] = LEX_IN_KEPT,
		[USE_STREAM] = LEX_IN_STREAM,
		[USE_DROP] = LEX_IN_DROPPED,
	};
	bool kept = use == USE_KEEP || use == USE_HEADER;
	uint64_t keep = kept ? MIN(lex->announced, IMAP_LITERAL_MAX - lex->literal_n) : 0;
	if (use == USE_KEEP && keep < lex->announced)
		return limit(e, "the server sends too long a literal");
	lex->state = states[use];
	lex->left = kept ? keep : lex->announced;
	lex->surplus = lex->announced - lex->left;
	lex->literal_n += keep;
	if (buf_addf(&lex->text, "{%" G_GUINT64_FORMAT "}\r\n", keep))
		return limit(e, "the server sends too much in one response");
	return 0;
}
