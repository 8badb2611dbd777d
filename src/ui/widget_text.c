/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of any length. Only every MARK_LINES-th line's place is kept, so a screen costs the wrapping of at most
 * that many lines, and memory stays far below the text's own. */
#include "ui/internal.h"

#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"

#define MARK_LINES 256
#define TAB_COLS 8
#define LINE_OCTETS_MAX(width) ((size_t)(width)*16 + 256) /* marks without columns end somewhere */

struct segment {
	uint32_t start; /* octet in text */
	unsigned style;
	int indent;
};

/* The start of a line: octet, and the paragraph it belongs to. */
struct place {
	uint32_t at, paragraph;
};

struct text {
	GString *octets;  /* clean */
	GArray *segments; /* struct segment, ascending */
	GArray *marks;    /* struct place of line 0, MARK_LINES, .. */
	int width;        /* the marks are for */
	bool counted;     /* the marks reach the end */
	uint32_t lines;   /* then: how many there are */
	uint32_t top;     /* line */
	int height;
	uint32_t bottom; /* octet below the last line drawn */
};

struct text *text_new(void)
{
	struct text *t = g_new0(struct text, 1);
	t->octets = g_string_new(NULL);
	t->segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
	t->marks = g_array_new(FALSE, FALSE, sizeof(struct place));
	return t;
}

void text_free(struct text *t)
{
	if (!t)
		return;
	g_string_free(t->octets, TRUE);
	g_array_unref(t->segments);
	g_array_unref(t->marks);
	g_free(t);
}

static void forget_lines(struct text *t)
{
	g_array_set_size(t->marks, 0);
	t->counted = false;
}

void text_reset(struct text *t)
{
	g_string_truncate(t->octets, 0);
	g_array_set_size(t->segments, 0);
	forget_lines(t);
	t->top = 0;
	t->bottom = 0;
}

void text_add(struct text *t, unsigned style, int indent, struct str paragraphs)
{
	g_autofree char *clean = grid_lines(paragraphs);
	struct segment s = { (uint32_t)t->octets->len, style, indent };
	if (strlen(clean) > G_MAXUINT32 / 2 - t->octets->len)
		return;
	g_array_append_val(t->segments, s);
	g_string_append(t->octets, clean);
	if (!g_str_has_suffix(clean, "\n"))
		g_string_append_c(t->octets, '\n');
	forget_lines(t);
}

void text_addf(struct text *t, unsigned style, int indent, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	g_autofree char *s = g_strdup_vprintf(fmt, args);
	va_end(args);
	text_add(t, style, indent, str_of(s));
}

/* --- wrapping --- */
/* A line may end between two characters of scripts that put no blanks between words, but not before a mark that
 * closes what it follows. */
static bool closes(struct str cluster)
{
	static const char *const marks[] = { "、", "。", "，", "．", "！", "？", "）", "」", "』", "】", "：", "；",
		"〉", "》" };
	for (size_t i = 0; i < G_N_ELEMENTS(marks); i++)
		if (str_eq(cluster, str_of(marks[i])))
			return true;
	return false;
}

static int columns_of(struct str cluster, int cluster_width, int col)
{
	return cluster.p[0] == '\t' ? TAB_COLS - col % TAB_COLS : cluster_width;
}

size_t text_wrap(struct str s, int width)
{
	struct str rest = s;
	size_t good = 0, most = LINE_OCTETS_MAX(width);
	int col = 0, w;
	bool wide_before = false;
	while (rest.n && rest.p[0] != '\n') {
		struct str cluster = utf8_cluster(rest, &w);
		size_t at = s.n - rest.n;
		bool blank = cluster.p[0] == ' ' || cluster.p[0] == '\t';
		w = columns_of(cluster, w, col);
		if ((w == 2 || wide_before) && at && !blank && !closes(cluster))
			good = at;
		if (at && ((!blank && col + w > width) || at >= most))
			return good ? good : at;
		col += w;
		rest = str_sub(rest, cluster.n);
		if (blank)
			good = s.n - rest.n;
		wide_before = w == 2 && !blank;
	}
	return s.n - rest.n;
}

static const struct segment *segment_at(const struct text *t, uint32_t at)
{
	guint low = 0, high = t->segments->len;
	while (high - low > 1) {
		guint mid = (low + high) / 2;
		if (g_array_index(t->segments, struct segment, mid).start <= at)
			low = mid;
		else
			high = mid;
	}
	return &g_array_index(t->segments, struct segment, low);
}

/* The quote marks a paragraph begins with: "> > ". *depth_out counts them. */
static struct str quote_prefix(struct str paragraph, int *depth_out)
{
	size_t n = 0, last = 0;
	*depth_out = 0;
	while (n < paragraph.n && (paragraph.p[n] == '>' || (paragraph.p[n] == ' ' && *depth_out))) {
		*depth_out += paragraph.p[n] == '>';
		last = paragraph.p[n] == '>' ? n + 1 : last;
		n++;
	}
	if (last < paragraph.n && last && paragraph.p[last] == ' ')
		last++;
	return (struct str){ paragraph.p, last };
}

struct line {
	struct str content;
	struct str prefix; /* repeated on continuation lines */
	int indent;
	unsigned style;
};

/* The line at *p, which becomes the place of the next one. */
static struct line next_line(const struct text *t, struct place *p)
{
	struct str all = { t->octets->str, t->octets->len };
	const struct segment *s = segment_at(t, p->paragraph);
	struct line l = { .style = s->style };
	bool continues = p->at != p->paragraph;
	if (s->style & TEXT_BODY) {
		int depth;
		l.prefix = quote_prefix(str_sub(all, p->paragraph), &depth);
		l.style = depth == 0 ? STYLE_NORMAL : depth == 1 ? STYLE_QUOTE : STYLE_QUOTE2;
		if (!continues || l.prefix.n > (size_t)t->width / 2)
			l.prefix.n = 0;
	}
	l.indent = continues ? MIN(s->indent, t->width / 2) : 0;
	struct str rest = str_sub(all, p->at);
	size_t n = text_wrap(rest, MAX(t->width - l.indent - (int)l.prefix.n, 1));
	l.content = (struct str){ rest.p, n };
	p->at += (uint32_t)n;
	if (p->at < all.n && all.p[p->at] == '\n')
		p->paragraph = ++p->at;
	return l;
}

/* Counts lines up to n; true when there is a line n. */
static bool count_to(struct text *t, uint32_t n)
{
	struct place p = { 0, 0 };
	if (t->marks->len)
		p = g_array_index(t->marks, struct place, t->marks->len - 1);
	uint32_t line = t->marks->len ? (t->marks->len - 1) * MARK_LINES : 0;
	if (t->counted)
		return n < t->lines;
	if (n < line)
		return true;
	while (p.at < t->octets->len) {
		if (line % MARK_LINES == 0 && line / MARK_LINES == t->marks->len)
			g_array_append_val(t->marks, p);
		if (line >= n)
			return true;
		next_line(t, &p);
		line++;
	}
	t->lines = line;
	t->counted = true;
	return n < line;
}

/* The place of line n, which exists. */
static struct place place_of(const struct text *t, uint32_t n)
{
	struct place p = g_array_index(t->marks, struct place, n / MARK_LINES);
	for (uint32_t i = n % MARK_LINES; i; i--)
		next_line(t, &p);
	return p;
}

/* --- the screen --- */
static void settle(struct text *t)
{
	uint32_t height = (uint32_t)MAX(t->height, 1);
	if (!count_to(t, t->top + height - 1))
		t->top = t->lines > height ? t->lines - height : 0;
}

/* A new width: the same words stay at the top. */
static void set_width(struct text *t, int width)
{
	if (t->width == width)
		return;
	uint32_t at = 0;
	if (t->width && t->top)
		at = count_to(t, t->top) ? place_of(t, t->top).at : (uint32_t)t->octets->len;
	t->width = width;
	forget_lines(t);
	t->top = 0;
	for (struct place p = { 0, 0 }; p.at < at;) {
		next_line(t, &p);
		t->top += p.at <= at;
	}
}

static void draw_content(struct grid *g, int row, int col, int width, unsigned style, struct str s)
{
	int used = 0;
	while (s.n && used < width) {
		struct str piece, rest;
		bool tab = str_cut(s, '\t', &piece, &rest);
		used += grid_textn(g, row, col + used, width - used, style, piece);
		used += tab ? TAB_COLS - used % TAB_COLS : 0;
		s = tab ? rest : (struct str){ 0 };
	}
}

static void draw_line(struct grid *g, int row, struct rect r, const struct line *l)
{
	int col = r.col + l->indent, width = r.cols - l->indent;
	if (l->style & TEXT_RULE) {
		int used = grid_textn(g, row, r.col, r.cols, STYLE_DIM, l->content);
		grid_fill(g, row, r.col + used, r.cols - used, STYLE_DIM, '-');
		return;
	}
	int used = l->prefix.n ? grid_textn(g, row, col, width, l->style, l->prefix) : 0;
	draw_content(g, row, col + used, width - used, l->style, l->content);
}

void text_draw(struct text *t, struct grid *g, struct rect r)
{
	t->height = r.rows;
	set_width(t, MAX(r.cols, 1));
	settle(t);
	t->bottom = 0;
	if (!t->octets->len)
		return;
	struct place p = place_of(t, t->top);
	for (int i = 0; i < r.rows && p.at < t->octets->len; i++) {
		struct line l = next_line(t, &p);
		draw_line(g, r.row + i, r, &l);
	}
	t->bottom = p.at;
}

int text_lines(struct text *t, int width, int most)
{
	int n = 0;
	set_width(t, MAX(width, 1));
	while (n < most && count_to(t, (uint32_t)n))
		n++;
	return n;
}

int text_percent(const struct text *t)
{
	return t->octets->len ? (int)((uint64_t)t->bottom * 100 / t->octets->len) : 100;
}

bool text_command(struct text *t, enum app_command c)
{
	uint32_t page = (uint32_t)MAX(t->height - 1, 1);
	switch (c) {
	case CMD_DOWN:
	case CMD_LINE_DOWN: t->top++; break;
	case CMD_UP:
	case CMD_LINE_UP: t->top -= t->top > 0; break;
	case CMD_PAGE_DOWN: t->top += page; break;
	case CMD_PAGE_UP: t->top -= MIN(t->top, page); break;
	case CMD_FIRST: t->top = 0; break;
	case CMD_LAST: t->top = G_MAXUINT32 / 2; break;
	default: return false;
	}
	return true;
}
