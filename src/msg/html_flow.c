/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text that flows into lines: blanks collapse, line ends and marks are written when something follows them. */
#include "msg/internal.h"

#include <string.h>

#include "base/utf8.h"

#define QUOTES_MAX 8 /* deeper quotes are shown at this depth */
#define INDENT_MAX 40
#define SPANS_MAX 200000
#define BLANKS_MAX 40 /* blanks in a row */

void flow_init(struct html_flow *f)
{
	*f = (struct html_flow){ .out = g_string_new(NULL), .mark = g_string_new(NULL) };
}

char *flow_end(struct html_flow *f, size_t *n_out)
{
	g_string_free(f->mark, TRUE);
	*n_out = f->out->len;
	return g_string_free(f->out, FALSE);
}

bool flow_in_line(const struct html_flow *f)
{
	return f->out->len && f->out->str[f->out->len - 1] != '\n' && !f->breaks;
}

void flow_break(struct html_flow *f, unsigned n)
{
	/* What comes first in an item stands behind its mark. */
	if (f->mark->len)
		return;
	f->breaks = MAX(f->breaks, n);
	f->space = f->glued = false;
	f->hard = 0;
}

void flow_gap(struct html_flow *f, unsigned n)
{
	if (flow_in_line(f))
		f->hard = MAX(f->hard, n);
}

void flow_mark(struct html_flow *f, const char *mark)
{
	flow_break(f, 1);
	g_string_append(f->mark, mark);
}

static void put_quotes(struct html_flow *f, unsigned n)
{
	for (unsigned i = 0; i < MIN(n, QUOTES_MAX); i++)
		g_string_append_c(f->out, '>');
}

static void put_blanks(struct html_flow *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		g_string_append_c(f->out, ' ');
}

/* An item's mark stands in the room that its text is moved in. */
static void begin_line(struct html_flow *f)
{
	unsigned indent = MIN(f->indent, INDENT_MAX), mark = (unsigned)f->mark->len;
	f->line = f->out->len;
	f->joined = 0;
	put_quotes(f, f->quote);
	if (f->quote)
		g_string_append_c(f->out, ' ');
	put_blanks(f, indent - MIN(indent, mark));
	g_string_append_len(f->out, f->mark->str, (gssize)mark);
	g_string_truncate(f->mark, 0);
	f->line_text = f->out->len;
	f->last_quote = f->quote;
}

/* Line ends, quote marks, blanks: what must stand before the next sign. */
static void make_ready(struct html_flow *f)
{
	bool start = !flow_in_line(f);
	for (; f->out->len && f->breaks; f->breaks--) {
		if (f->out->str[f->out->len - 1] == '\n')
			put_quotes(f, MIN(f->quote, f->last_quote));
		g_string_append_c(f->out, '\n');
	}
	f->breaks = 0;
	if (start)
		begin_line(f);
	if (!f->glued)
		put_blanks(f, MIN(f->hard + (f->space && !start && !f->hard), BLANKS_MAX));
	f->hard = 0;
	f->space = f->glued = false;
	if (f->awaits)
		f->noted = f->out->len;
	f->awaits = false;
}

void flow_note(struct html_flow *f)
{
	f->awaits = true;
}

char *flow_since(const struct html_flow *f)
{
	struct str s = { f->out->str + f->noted, f->awaits ? 0 : f->out->len - f->noted };
	return g_strstrip(utf8_line(s));
}

/* Of one line: the text in it. */
static void add_span(struct html_flow *f, size_t from, size_t to, enum msg_role role, uint32_t link)
{
	const char *p = f->out->str;
	if (from <= f->line && to > f->line)
		from = f->line_text;
	else if (!from || p[from - 1] == '\n')
		while (from < to && is_one_of(p[from], "> "))
			from++;
	while (from < to && p[from] == ' ')
		from++;
	struct msg_span span = { (uint32_t)from, (uint32_t)to, role, link };
	if (from < to && f->spans->len < SPANS_MAX)
		g_array_append_val(f->spans, span);
}

void flow_role(struct html_flow *f, size_t from, enum msg_role role, uint32_t link)
{
	size_t to = f->out->len;
	while (f->spans && from < to) {
		const char *end = memchr(f->out->str + from, '\n', to - from);
		size_t line = end ? (size_t)(end - f->out->str) : to;
		add_span(f, from, line, role, link);
		from = line + 1;
	}
}

void flow_put(struct html_flow *f, const char *s)
{
	if (!*s)
		return;
	make_ready(f);
	g_string_append(f->out, s);
}

void flow_words(struct html_flow *f, const char *s)
{
	for (; *s; s = g_utf8_next_char(s))
		flow_point(f, g_utf8_get_char(s), HTML_SPACE_NORMAL);
}

void flow_behind(struct html_flow *f, const char *s)
{
	if (f->out->len && f->out->str[f->out->len - 1] != '\n' && !f->mark->len)
		g_string_append(f->out, s);
	else
		flow_put(f, s);
}

/* Fillers that senders put behind hidden previews, marks of direction that a terminal has no use for; a joiner counts
 * only between signs. */
static bool is_filler(const struct html_flow *f, gunichar c)
{
	if (c == 0xad || c == 0x34f || c == 0x200b || c == 0xfeff || c == 0x200e || c == 0x200f || c == 0x61c)
		return true;
	return (c == 0x200c || c == 0x200d) && (f->space || f->hard || !flow_in_line(f));
}

static void tab(struct html_flow *f)
{
	size_t column = flow_in_line(f) ? f->out->len - f->line - f->joined : 0;
	f->hard += 8 - (unsigned)(column + f->hard) % 8;
}

void flow_point(struct html_flow *f, gunichar c, enum html_space space)
{
	char octets[6];
	bool pre = space == HTML_SPACE_PRE;
	if (c == '\n' && space >= HTML_SPACE_LINES) {
		f->breaks++;
		f->space = f->glued = false;
		f->hard = 0;
	} else if (pre && c == '\t') {
		tab(f);
	} else if (c == 0xa0 || (pre && c == ' ')) {
		f->hard++;
	} else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
		f->space = !f->glued;
	} else if (!is_filler(f, c)) {
		int n = g_unichar_to_utf8(c, octets);
		make_ready(f);
		g_string_append_len(f->out, octets, n);
		f->joined += (size_t)n - 1;
	}
}
