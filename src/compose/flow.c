/* SPDX-License-Identifier: GPL-3.0-or-later */
/* format=flowed as RFC 3676 4 has it. A line of the draft is a paragraph; quoted lines that end in a blank go on in the
 * next one of their depth, which is how quote_text wraps them. */
#include "compose/compose.h"

#include "base/utf8.h"
#include "compose/internal.h"

#define OCTETS_MAX                                                                                                     \
	(LINE_MAX_WIRE - QUOTE_DEPTH_MAX - 4) /* of a line behind its marks, room for stuffing and the break */

size_t quote_depth(struct str line)
{
	size_t depth = 0;
	while (depth < line.n && line.p[depth] == '>')
		depth++;
	return depth;
}

/* Octets of s up to and with the first run of blanks behind a word, from `at`. */
static size_t word_end(struct str s, size_t at)
{
	while (at < s.n && s.p[at] != ' ')
		at++;
	while (at < s.n && s.p[at] == ' ')
		at++;
	return at;
}

/* At most `max` octets, cut between characters. */
static size_t cut_octets(struct str s, size_t max)
{
	size_t n = MIN(s.n, max);
	while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return n ? n : MIN(s.n, max);
}

static int width_of(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > '~')
			return utf8_width(s);
	return (int)s.n;
}

struct str line_fit(struct str text, int columns, size_t octets)
{
	int width = 0;
	size_t n = 0;
	columns = MAX(columns, FLOW_COLUMNS / 3);
	/* The rest is not measured further than it could matter. */
	if (text.n <= (size_t)columns)
		return text;
	text.n = MIN(text.n, octets + 1);
	while (n < text.n) {
		size_t end = word_end(text, n);
		struct str word = { text.p + n, end - n };
		while (word.n && word.p[word.n - 1] == ' ')
			word.n--;
		int more = width_of((struct str){ word.p, MIN(word.n, octets) });
		/* A line of "-- " would be taken for the mark of a signature. */
		bool mark = str_eq((struct str){ text.p, n }, STR("-- "));
		if (n && !mark && (width + more > columns || end > octets))
			break;
		width += more + (int)(end - n - word.n);
		n = end;
	}
	/* A blank is put where a word is cut. */
	return (struct str){ text.p, n <= octets ? n : cut_octets(text, octets - 1) };
}

struct flow {
	GString *out;
	GString *paragraph; /* that is open */
	size_t depth;       /* its marks */
	bool soft;          /* its last line ended in a blank */
};

static void put_line(struct flow *f, struct str line, bool soft)
{
	for (size_t i = 0; i < f->depth; i++)
		g_string_append_c(f->out, '>');
	if (f->depth ? line.n > 0 : line.n && (line.p[0] == ' ' || line.p[0] == '>' || str_starts(line, "From ")))
		g_string_append_c(f->out, ' ');
	g_string_append_len(f->out, line.p, (gssize)line.n);
	/* Where no blank stands the line was cut inside a word. */
	if (soft && line.n && line.p[line.n - 1] != ' ')
		g_string_append_c(f->out, ' ');
	g_string_append_c(f->out, '\n');
}

static void end_paragraph(struct flow *f)
{
	struct str text = { f->paragraph->str, f->paragraph->len };
	if (!str_eq(text, STR("-- ")))
		while (text.n && text.p[text.n - 1] == ' ')
			text.n--;
	size_t marks = f->depth ? f->depth + 1 : 0;
	do {
		size_t stuffing = text.n && text.p[0] == ' ';
		struct str line = line_fit(text, FLOW_COLUMNS - (int)marks, LINE_MAX_WIRE - marks - stuffing);
		text = str_sub(text, line.n);
		put_line(f, line, text.n > 0);
	} while (text.n);
	g_string_truncate(f->paragraph, 0);
	f->soft = false;
}

static void add_line(struct flow *f, struct str line)
{
	size_t depth = quote_depth(line);
	line = str_sub(line, depth);
	if (depth && line.n && line.p[0] == ' ')
		line = str_sub(line, 1);
	depth = MIN(depth, QUOTE_DEPTH_MAX);
	bool mark = str_eq(line, STR("-- "));
	bool goes_on = f->soft && depth == f->depth && line.n && !mark;
	if (f->soft && !goes_on)
		end_paragraph(f);
	f->depth = depth;
	g_string_append_len(f->paragraph, line.p, (gssize)line.n);
	f->soft = depth && line.n && line.p[line.n - 1] == ' ' && !mark;
	if (!f->soft)
		end_paragraph(f);
}

char *flow_out(const char *text)
{
	struct str rest = str_of(text), line;
	struct flow f = { .out = g_string_sized_new(rest.n + rest.n / 16), .paragraph = g_string_new(NULL) };
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		add_line(&f, line);
	}
	if (f.soft)
		end_paragraph(&f);
	g_string_free(f.paragraph, TRUE);
	return g_string_free(f.out, FALSE);
}
