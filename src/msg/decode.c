/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content transfer encodings undone (RFC 2045 6, and uuencode). */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define CHUNK 32768

static int too_large(size_t max, struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "the part is larger than %zu octets", max);
}

/* More than one foreign octet in 16: a text that only claims to be base64. */
static bool is_base64(struct str s)
{
	size_t foreign = 0;
	for (size_t i = 0; i < s.n; i++)
		foreign += !g_ascii_isalnum(s.p[i]) && !is_one_of(s.p[i], "+/=\r\n");
	return foreign <= s.n / 16;
}

static size_t base64_chunk(struct str in, guchar *out, gint *state, guint *save)
{
	return g_base64_decode_step(in.p, in.n, out, state, save);
}

int base64_decode(struct str in, struct buf *out)
{
	g_autofree guchar *chunk = g_malloc(MIN(in.n, CHUNK) + 3);
	gint state = 0;
	guint save = 0;
	while (in.n) {
		struct str some = { in.p, MIN(in.n, CHUNK) };
		if (buf_add(out, chunk, base64_chunk(some, chunk, &state, &save)))
			return -1;
		in = str_sub(in, some.n);
	}
	/* Missing padding: two or three digits left hold one or two octets. */
	int left = ABS(state);
	struct str padding = { "==", left == 2 ? 2 : left == 3 ? 1 : 0 };
	return buf_add(out, chunk, base64_chunk(padding, chunk, &state, &save));
}

/* Octets of the soft line break behind a '='; blanks may have got in between. 0: it is none. */
static size_t soft_break(struct str s)
{
	size_t n = 0;
	while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t' || s.p[n] == '\r'))
		n++;
	return n == s.n ? n : s.p[n] == '\n' ? n + 1 : 0;
}

/* Ours, for GMime's filter loses half an escape at the end and knows no blanks in soft breaks. */
static int qp_decode(struct str in, struct buf *out)
{
	struct str literal;
	while (str_cut(in, '=', &literal, &in)) {
		int high = in.n > 1 ? g_ascii_xdigit_value(in.p[0]) : -1;
		int low = high >= 0 ? g_ascii_xdigit_value(in.p[1]) : -1;
		size_t skip = low >= 0 ? 2 : soft_break(in);
		char c = low >= 0 ? (char)(high << 4 | low) : '=';
		if (buf_add_str(out, literal) || ((low >= 0 || (!skip && in.n)) && buf_add_c(out, c)))
			return -1;
		in = str_sub(in, skip);
	}
	return buf_add_str(out, literal);
}

static int uu_line(struct str line, struct buf *out)
{
	size_t want = (size_t)(line.p[0] - ' ') & 0x3f;
	unsigned bits = 0, held = 0;
	for (size_t i = 1; i < line.n && want; i++) {
		held = held << 6 | (((unsigned)(unsigned char)line.p[i] - ' ') & 0x3f);
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		want--;
		if (buf_add_c(out, (char)(held >> bits & 0xff)))
			return -1;
	}
	return 0;
}

static int uu_decode(struct str in, struct buf *out)
{
	struct str rest = in, line;
	bool begun = false;
	while (rest.n && !begun) {
		line = line_next(&rest);
		begun = line.n > 6 && !memcmp(line.p, "begin ", 6);
	}
	if (!begun)
		return buf_add_str(out, in);
	while (rest.n) {
		line = line_next(&rest);
		if (str_eq(line, STR("end")))
			break;
		if (line.n && uu_line(line, out))
			return -1;
	}
	return 0;
}

int msg_decode(const char *encoding, struct str body, size_t max, struct buf *out, struct err *e)
{
	static const char *const uu[] = { "x-uuencode", "uuencode", "x-uue", "uue", NULL };
	g_autofree char *name = encoding ? g_ascii_strdown(encoding, -1) : NULL;
	int result;
	out->max = max;
	if (!g_strcmp0(name, "base64") && is_base64(body))
		result = base64_decode(body, out);
	else if (!g_strcmp0(name, "quoted-printable"))
		result = qp_decode(body, out);
	else if (name && g_strv_contains(uu, name))
		result = uu_decode(body, out);
	else
		result = buf_add_str(out, body);
	return result ? too_large(max, e) : 0;
}
