/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include "msg/internal.h"

#define QUOTES_MAX 100 /* deeper quoting is shown at this depth */

struct flow {
	GString *out;
	size_t depth; /* of the paragraph that is open */
	bool open;    /* the last line was flowed */
};

static void begin_paragraph(struct flow *f, size_t depth, bool blank)
{
	for (size_t i = 0; i < MIN(depth, QUOTES_MAX); i++)
		g_string_append_c(f->out, '>');
	if (depth && !blank)
		g_string_append_c(f->out, ' ');
	f->depth = depth;
}

static void add_line(struct flow *f, struct str line, bool delsp)
{
	size_t depth = 0;
	while (depth < line.n && line.p[depth] == '>')
		depth++;
	line = str_sub(line, depth);
	if (line.n && line.p[0] == ' ')
		line = str_sub(line, 1); /* stuffed */
	bool signature = str_eq(line, STR("-- "));
	bool flowed = line.n && line.p[line.n - 1] == ' ' && !signature;
	/* RFC 3676 4.5: a paragraph whose quoting ends in the middle ends there. */
	bool goes_on = f->open && depth == f->depth && !signature && line.n;
	if (f->open && !goes_on)
		g_string_append_c(f->out, '\n');
	if (!goes_on)
		begin_paragraph(f, depth, !line.n);
	f->open = flowed;
	if (flowed && delsp)
		line.n--;
	g_string_append_len(f->out, line.p, (gssize)line.n);
	if (!flowed)
		g_string_append_c(f->out, '\n');
}

GString *flowed_join(struct str text, bool delsp)
{
	struct flow f = { .out = g_string_sized_new(text.n) };
	struct str line;
	while (text.n) {
		str_cut(text, '\n', &line, &text);
		add_line(&f, line, delsp);
	}
	return f.out;
}
