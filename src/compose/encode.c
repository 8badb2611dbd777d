/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"

#include <errno.h>
#include <unistd.h>

#include "compose/internal.h"

#define PIECE 65536
#define BASE64_IN 57 /* octets a line of 76 */
#define QP_COLUMNS 76

/* --- out --- */

void mime_init(struct out *o, int fd)
{
	*o = (struct out){ .fd = fd, .p = g_malloc(PIECE), .sum = g_checksum_new(G_CHECKSUM_SHA256) };
}

void mime_clear(struct out *o)
{
	g_clear_pointer(&o->p, g_free);
	g_clear_pointer(&o->sum, g_checksum_free);
}

static void note_lines(struct out *o, const char *p, size_t n)
{
	const char *end = p + n;
	for (const char *lf; p < end && (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1) {
		unsigned line = o->line + (unsigned)(lf - p);
		o->longest = MAX(o->longest, line ? line - 1 : 0);
		o->line = 0;
	}
	/* Whatever a line holds, the count is bounded. */
	o->line = (unsigned)MIN((uint64_t)o->line + (uint64_t)(end - p), UINT32_MAX / 2);
}

static bool holds_eight(const char *p, size_t n)
{
	unsigned char all = 0;
	for (size_t i = 0; i < n; i++)
		all |= (unsigned char)p[i];
	return all & 0x80;
}

static void out_flush(struct out *o)
{
	note_lines(o, o->p, o->n);
	o->eight = o->eight || holds_eight(o->p, o->n);
	g_checksum_update(o->sum, (const guchar *)o->p, (gssize)o->n);
	o->size += o->n;
	for (size_t done = 0; done < o->n && !o->errnum;) {
		ssize_t n = write(o->fd, o->p + done, o->n - done);
		if (n < 0 && errno != EINTR)
			o->errnum = errno;
		done += n > 0 ? (size_t)n : 0;
	}
	o->n = 0;
}

int mime_end(struct out *o)
{
	out_flush(o);
	return o->errnum ? -1 : 0;
}

void mime_add(struct out *o, const char *p, size_t n)
{
	while (n) {
		size_t take = MIN(n, PIECE - o->n);
		memcpy(o->p + o->n, p, take);
		o->n += take;
		p += take;
		n -= take;
		if (o->n == PIECE)
			out_flush(o);
	}
}

void mime_str(struct out *o, const char *text)
{
	mime_add(o, text, strlen(text));
}

void mime_lines(struct out *o, struct str bytes)
{
	size_t from = 0;
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];
		if (c != '\r' && c != '\n')
			continue;
		mime_add(o, bytes.p + from, i - from);
		bool second = c == '\n' && o->cr && i == from;
		if (!second)
			mime_add(o, "\r\n", 2);
		o->cr = c == '\r';
		from = i + 1;
	}
	if (from < bytes.n)
		o->cr = false;
	mime_add(o, bytes.p + from, bytes.n - from);
}

void mime_lines_end(struct out *o)
{
	/* What is not flushed yet holds the last octet, or the piece ended just there. */
	if (o->n ? o->p[o->n - 1] != '\n' : o->line)
		mime_str(o, "\r\n");
	o->cr = false;
}

/* --- source --- */

int mime_read(const struct source *s, uint64_t at, char *into, size_t n, struct err *e)
{
	if (s->fd < 0) {
		memcpy(into, s->p + at, n);
		return 0;
	}
	for (size_t done = 0; done < n;) {
		ssize_t got = pread(s->fd, into + done, n - done, (off_t)(at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(e, errno, "read", s->name);
		if (!got)
			return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "'%s' became shorter", s->name);
		done += (size_t)got;
	}
	return 0;
}

struct looking {
	struct survey *out;
	uint64_t line;
	bool cr;
	char tail[4]; /* octets of a character that is not whole yet */
	size_t n_tail;
};

static bool is_odd(unsigned char c)
{
	return c > '~' || c == '=' || (c < ' ' && c != '\n' && c != '\t' && c != '\r');
}

static void look_at(struct looking *l, const char *p, size_t n)
{
	struct survey *s = l->out;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];
		s->bare_cr = s->bare_cr || (l->cr && c != '\n');
		if (c == '\n') {
			s->longest = MAX(s->longest, l->line - (l->cr ? 1 : 0));
			l->line = 0;
		} else {
			l->line++;
		}
		l->cr = c == '\r';
		s->nul = s->nul || !c;
		s->eight = s->eight || c > 0x7f;
		s->odd += is_odd(c);
	}
}

/* Characters may lie over the edge of two pieces. */
static void look_at_utf8(struct looking *l, const char *p, size_t n)
{
	if (!l->out->utf8)
		return;
	g_autoptr(GString) all = g_string_sized_new(n + sizeof(l->tail));
	g_string_append_len(all, l->tail, (gssize)l->n_tail);
	g_string_append_len(all, p, (gssize)n);
	const char *end = all->str;
	l->n_tail = 0;
	if (g_utf8_validate_len(all->str, all->len, &end))
		return;
	size_t left = all->len - (size_t)(end - all->str);
	if (left < sizeof(l->tail) && g_utf8_get_char_validated(end, (gssize)left) == (gunichar)-2) {
		memcpy(l->tail, end, left);
		l->n_tail = left;
	} else {
		l->out->utf8 = false;
	}
}

int mime_survey(const struct source *s, struct survey *out, struct err *e)
{
	*out = (struct survey){ .utf8 = true };
	struct looking l = { .out = out };
	g_autofree char *piece = g_malloc(PIECE);
	for (uint64_t at = 0; at < s->size;) {
		size_t n = (size_t)MIN(PIECE, s->size - at);
		if (mime_read(s, at, piece, n, e))
			return -1;
		look_at(&l, piece, n);
		look_at_utf8(&l, piece, n);
		at += n;
	}
	out->bare_cr = out->bare_cr || l.cr;
	out->longest = MAX(out->longest, l.line);
	out->utf8 = out->utf8 && !l.n_tail && !out->nul;
	return 0;
}

/* --- encodings --- */

const char *mime_encoding_name(enum encoding encoding)
{
	static const char *const names[] = { "7bit", "8bit", "quoted-printable", "base64" };
	return names[encoding];
}

enum encoding mime_encoding_for(struct str text)
{
	struct source s = { .p = text.p, .fd = -1, .size = text.n };
	struct survey v;
	struct err e = ERR_INIT;
	mime_survey(&s, &v, &e); /* memory is always there */
	bool plain = !v.eight && !v.nul && !v.bare_cr && v.longest <= LINE_MAX_WIRE;
	for (size_t i = 0; plain && i < text.n; i++)
		plain = (unsigned char)text.p[i] >= ' ' || text.p[i] == '\n' || text.p[i] == '\t';
	if (plain)
		return ENCODING_7BIT;
	return v.odd * 2 <= text.n / 3 ? ENCODING_QP : ENCODING_BASE64;
}

/* One line without its end. Blanks at its end, and what some mailers change, do not stand bare. */
static void out_qp_line(struct out *o, struct str line)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t column = 0;
	bool from = str_starts(line, "From ") && line.p[0] == 'F';
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];
		bool last = i + 1 == line.n;
		bool odd = is_odd(c) || c == '\r' || (last && (c == ' ' || c == '\t')) || (!i && from) ||
			   (c == '.' && line.n == 1);
		size_t width = odd ? 3 : 1;
		if (column + width + !last > QP_COLUMNS) {
			mime_add(o, "=\r\n", 3);
			column = 0;
		}
		char coded[] = { '=', hex[c >> 4], hex[c & 15] };
		mime_add(o, odd ? coded : line.p + i, width);
		column += width;
	}
}

static void out_text_base64(struct out *o, struct str text)
{
	g_autoptr(GString) wire = g_string_sized_new(text.n + text.n / 32);
	struct str line;
	struct err e = ERR_INIT;
	while (text.n) {
		bool ended = str_cut(text, '\n', &line, &text);
		g_string_append_len(wire, line.p, (gssize)line.n);
		if (ended)
			g_string_append(wire, "\r\n");
	}
	struct source s = { .p = wire->str, .fd = -1, .size = wire->len };
	mime_base64(o, &s, &e); /* memory is always there */
}

void mime_text(struct out *o, struct str text, enum encoding encoding)
{
	struct str line;
	if (encoding == ENCODING_BASE64) {
		out_text_base64(o, text);
		return;
	}
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		if (encoding == ENCODING_QP)
			out_qp_line(o, line);
		else
			mime_add(o, line.p, line.n);
		mime_add(o, "\r\n", 2);
	}
}

static void out_base64_piece(struct out *o, const char *p, size_t n)
{
	char line[BASE64_IN / 3 * 4 + 16];
	for (size_t at = 0; at < n; at += BASE64_IN) {
		gint state = 0, save = 0;
		size_t m = MIN(BASE64_IN, n - at);
		gsize len = g_base64_encode_step((const guchar *)p + at, m, FALSE, line, &state, &save);
		len += g_base64_encode_close(FALSE, line + len, &state, &save);
		mime_add(o, line, len);
		mime_add(o, "\r\n", 2);
	}
}

int mime_base64(struct out *o, const struct source *s, struct err *e)
{
	size_t whole = BASE64_IN * (PIECE / BASE64_IN);
	g_autofree char *piece = g_malloc(PIECE);
	for (uint64_t at = 0; at < s->size && !o->errnum;) {
		size_t n = (size_t)MIN(whole, s->size - at);
		if (mime_read(s, at, piece, n, e))
			return -1;
		out_base64_piece(o, piece, n);
		at += n;
	}
	return 0;
}
