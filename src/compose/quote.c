/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"

#include "base/utf8.h"
#include "compose/internal.h"

/* A paragraph of flowed text on lines that fit an editor; each but the last ends in a blank, so that flow_out joins them. */
static void add_wrapped(GString *out, const char *marks, struct str text)
{
	do {
		struct str line = line_fit(text, FLOW_COLUMNS - (int)strlen(marks), LINE_MAX_WIRE - strlen(marks));
		g_string_append(out, marks);
		g_string_append_len(out, line.p, (gssize)line.n);
		g_string_append_c(out, '\n');
		text = str_sub(text, line.n);
	} while (text.n);
}

static struct str trim_end(struct str s)
{
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

static void quote_line(GString *out, struct str line, bool flowed)
{
	size_t depth = quote_depth(line);
	bool signature = str_eq(str_sub(line, depth), STR("-- ")) || str_eq(str_sub(line, depth), STR(" -- "));
	if (!signature)
		line = trim_end(line);
	if (!flowed || utf8_width(line) < FLOW_COLUMNS) {
		g_string_append(out, depth ? ">" : line.n ? "> " : ">");
		g_string_append_len(out, line.p, (gssize)line.n);
		g_string_append_c(out, '\n');
		return;
	}
	g_autoptr(GString) marks = g_string_new(">");
	g_string_append_len(marks, line.p, (gssize)MIN(depth, QUOTE_DEPTH_MAX));
	g_string_append_c(marks, ' ');
	line = str_sub(line, depth);
	if (depth && line.n && line.p[0] == ' ')
		line = str_sub(line, 1);
	add_wrapped(out, marks->str, line);
}

char *quote_text(const char *text, bool flowed)
{
	g_autofree char *lines = lf_lines(str_of(text));
	struct str rest = str_of(lines), line;
	GString *out = g_string_sized_new(rest.n + rest.n / 16);
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		quote_line(out, line, flowed);
	}
	return g_string_free(out, FALSE);
}
