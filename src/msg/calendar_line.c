/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Content lines of calendars (RFC 5545 3.1): folded, each a name, parameters and a value. */
#include "msg/internal.h"

#include <string.h>

void cal_unfold(struct str in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];
		if (c == '\r' || c == '\n') {
			size_t next = i + (c == '\r' && i + 1 < in.n && in.p[i + 1] == '\n') + 1;
			if (next < in.n && is_one_of(in.p[next], " \t")) {
				i = next;
				continue;
			}
			i = next - 1;
			c = '\n';
		}
		buf_add_c(out, c);
	}
}

/* The colon behind the parameters, whose values may be quoted. */
static size_t colon_of(struct str line)
{
	bool quoted = false;
	size_t first = line.n;
	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '"')
			quoted = !quoted;
		if (line.p[i] != ':')
			continue;
		if (!quoted)
			return i;
		first = MIN(first, i);
	}
	return first; /* a quote was never closed */
}

bool cal_content_next(struct str *rest, struct cal_content *out)
{
	while (rest->n) {
		struct str line = line_next(rest);
		size_t colon = colon_of(line);
		if (colon >= line.n)
			continue;
		struct str head = { line.p, colon };
		out->whole = line;
		out->value = str_sub(line, colon + 1);
		str_cut(head, ';', &out->name, &out->params);
		out->name = str_trim(out->name);
		return true;
	}
	return false;
}

/* The next `NAME=value` of parameters; quotes are kept. */
static bool param_next(struct str *rest, struct str *name, struct str *value)
{
	bool quoted = false;
	size_t n = 0;
	if (!rest->n)
		return false;
	for (; n < rest->n && (quoted || rest->p[n] != ';'); n++)
		quoted = quoted != (rest->p[n] == '"');
	struct str one = { rest->p, n };
	*rest = str_sub(*rest, n + 1);
	str_cut(one, '=', name, value);
	*name = str_trim(*name);
	*value = str_trim(*value);
	return true;
}

char *cal_param(const struct cal_content *c, const char *wanted)
{
	struct str rest = c->params, name, value;
	while (param_next(&rest, &name, &value)) {
		if (!str_is(name, wanted))
			continue;
		g_autoptr(GString) out = g_string_sized_new(value.n);
		for (size_t i = 0; i < value.n; i++) {
			char next = value.p[i] == '^' && i + 1 < value.n ? value.p[i + 1] : 0;
			bool escaped = is_one_of(next, "n^'");
			char c1 = next == 'n' ? ' ' : next == '\'' ? '"' : next;
			if (escaped || value.p[i] != '"')
				g_string_append_c(out, escaped ? c1 : value.p[i]);
			i += escaped;
		}
		return clean_line((struct str){ out->str, out->len });
	}
	return NULL;
}

bool cal_param_is(const struct cal_content *c, const char *wanted, const char *value)
{
	g_autofree char *is = cal_param(c, wanted);
	return is && !g_ascii_strcasecmp(is, value);
}
