/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are no parts of their own: uuencoded in a text, or in a winmail.dat. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

static void within_free(void *data)
{
	struct msg_within *w = data;
	g_free(w->name);
	g_free(w);
}

struct msg_within *within_add(GPtrArray *files, const char *encoding, struct str octets, size_t start, size_t length)
{
	if (files->len >= MSG_WITHIN_MAX || start > octets.n || length > octets.n - start)
		return NULL;
	struct msg_within *w = g_new0(struct msg_within, 1);
	*w = (struct msg_within){ .encoding = encoding, .start = start, .length = length };
	g_ptr_array_add(files, w);
	return w;
}

char *within_name(struct str octets)
{
	g_autofree char *text = msg_to_utf8(octets, NULL, NULL), *line = utf8_line(str_trim(str_of(text)));
	return *line ? g_steal_pointer(&line) : NULL;
}

/* --- uuencode --- */

/* What stands behind the word and the mode of a first line. */
static bool is_begin(struct str line, const char *word, struct str *name_out)
{
	if (!str_starts(line, word) || line.p[0] != 'b')
		return false;
	line = str_sub(line, strlen(word));
	size_t digits = 0;
	while (digits < line.n && digits < 4 && line.p[digits] >= '0' && line.p[digits] <= '7')
		digits++;
	*name_out = str_trim(str_sub(line, digits));
	return digits >= 3 && digits < line.n && line.p[digits] == ' ' && name_out->n;
}

/* Blanks at its end may be gone; one sign more may be a sum. */
static bool is_uu_line(struct str line)
{
	size_t want = line.n ? ((size_t)line.p[0] - ' ') & 0x3f : 0, digits = (want + 2) / 3 * 4;
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] < ' ' || line.p[i] > '`')
			return false;
	return want && line.n <= digits + 2 && line.n > digits / 2;
}

static bool is_base64_line(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (!g_ascii_isalnum(line.p[i]) && !is_one_of(line.p[i], "+/="))
			return false;
	return line.n > 0;
}

/* The lines of a file, from *rest on, which moves behind them. False: there are none. */
static bool pass_lines(struct str *rest, bool base64, bool *whole_out)
{
	bool any = false;
	*whole_out = false;
	while (rest->n && !*whole_out) {
		struct str after = *rest, line = line_next(&after);
		bool last = base64 ? str_eq(line, STR("====")) : str_eq(line, STR("end"));
		bool none = !base64 && (!line.n || str_eq(line, STR("`")) || str_eq(line, STR(" ")));
		if (last && any)
			*whole_out = true;
		else if (!none && !(base64 ? is_base64_line(line) : is_uu_line(line)))
			break;
		any = any || !none;
		*rest = after;
	}
	return any;
}

static void find_encoded(struct str octets, GPtrArray *files)
{
	struct str rest = octets;
	while (rest.n && files->len < MSG_WITHIN_MAX) {
		size_t at = octets.n - rest.n;
		struct str line = line_next(&rest), body = rest, name;
		bool base64 = is_begin(line, "begin-base64 ", &name), whole;
		if (!base64 && !is_begin(line, "begin ", &name))
			continue;
		if (!pass_lines(&rest, base64, &whole)) {
			rest = body;
			continue;
		}
		size_t start = base64 ? octets.n - body.n : at;
		struct msg_within *w =
			within_add(files, base64 ? "base64" : "x-uuencode", octets, start, octets.n - rest.n - start);
		w->name = within_name(name);
		w->cut = !whole;
	}
}

/* --- of any kind --- */

bool msg_is_tnef(const struct msg_part *p)
{
	return !strcmp(p->type, "application/ms-tnef") || !strcmp(p->type, "application/vnd.ms-tnef");
}

GPtrArray *msg_within(const struct msg_part *p, struct str octets)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(within_free);
	if (msg_is_tnef(p))
		tnef_find(octets, files);
	else if (!strcmp(p->type, "text/plain"))
		find_encoded(octets, files);
	return files;
}

static int decode_rtf(const char *encoding, struct str body, size_t max, struct buf *out, struct err *e)
{
	struct buf rtf;
	buf_init(&rtf, max);
	int result = rtf_inflate(body, &rtf);
	out->max = max;
	if (!result && !strcmp(encoding, WITHIN_RTF_TEXT)) {
		g_autofree char *text = rtf_text(buf_str(&rtf));
		result = buf_add_str(out, str_of(text));
	} else if (!result) {
		result = buf_add_str(out, buf_str(&rtf));
	}
	buf_clear(&rtf);
	return result ? err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "the file is larger than %zu octets", max) : 0;
}

int msg_within_bytes(
	const struct msg_part *p, struct str octets, unsigned n, size_t max, struct buf *out, struct err *e)
{
	g_autoptr(GPtrArray) files = msg_within(p, octets);
	if (!n || n > files->len)
		return err_set(
			e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "there is no file %u in part '%s'", n, p->section);
	const struct msg_within *w = files->pdata[n - 1];
	struct str body = { octets.p + w->start, w->length };
	/* The line that ends base64 is no base64. */
	const char *sums = strcmp(w->encoding, "base64") ? NULL : g_strrstr_len(body.p, (gssize)body.n, "====");
	if (sums)
		body.n = (size_t)(sums - body.p);
	if (!strcmp(w->encoding, WITHIN_RTF) || !strcmp(w->encoding, WITHIN_RTF_TEXT))
		return decode_rtf(w->encoding, body, max, out, e);
	return msg_decode(w->encoding, body, max, out, e);
}

struct msg_part *msg_within_part(const struct msg_part *holder, const struct msg_within *w, unsigned n)
{
	struct msg_part *p = msg_part_new();
	const char *type = w->name ? msg_type_of_name(w->name) : NULL;
	p->section = g_strdup_printf("%s" MSG_WITHIN_SIGN "%u", holder->section, n);
	p->type = g_strdup(type ? type : "application/octet-stream");
	p->encoding = g_strdup(w->encoding);
	p->disposition = g_strdup("attachment");
	p->name = g_strdup(w->name);
	p->size = w->length;
	return p;
}

char *msg_within_holder(const char *section, unsigned *n_out)
{
	const char *sign = strstr(section, MSG_WITHIN_SIGN);
	uint64_t n = 0;
	*n_out = 0;
	if (!sign)
		return g_strdup(section);
	if (!str_u64(str_of(sign + strlen(MSG_WITHIN_SIGN)), MSG_WITHIN_MAX, &n) || !n)
		return NULL;
	*n_out = (unsigned)n;
	return g_strndup(section, (gsize)(sign - section));
}
