/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text of any length. Only every MARK_LINES-th line's place is kept, so a screen costs the wrapping of at most
 * that many lines, and memory stays far below the text's own. */
#include "ui/internal.h"

#include <stdarg.h>
#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define MARK_LINES 256
#define TAB_COLS 8
#define LINE_OCTETS_MAX(width) ((size_t)(width)*16 + 256) /* marks without columns end somewhere */

#define BAR_COLS 2           /* left of what is sealed */
#define FOLD_LEAST 3         /* quoted lines that one line may stand for when the reader asks for it */
#define QUOTE_OCTETS_MAX 512 /* that are looked through for the marks of a quoted line */
#define LOOK_BACK 4096       /* octets above the screen in which a match may begin */

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
	GArray *spans;    /* struct text_span, ascending by from, in octets of the text */
	GArray *marks;    /* struct place of line 0, MARK_LINES, .. */
	int width;        /* the marks are for */
	bool counted;     /* the marks reach the end */
	uint32_t lines;   /* then: how many there are */
	uint32_t top;     /* line */
	int height;
	uint32_t bottom; /* octet below the last line drawn */
	unsigned fold;   /* runs of more quoted lines are shown as one; 0: none is */
	bool hints;      /* the numbers of links are shown */
	struct needle *needle;
	uint32_t found; /* octet of the match that was gone to last */
	bool is_found;
};

struct text *text_new(void)
{
	struct text *t = g_new0(struct text, 1);
	t->octets = g_string_new(NULL);
	t->segments = g_array_new(FALSE, FALSE, sizeof(struct segment));
	t->spans = g_array_new(FALSE, FALSE, sizeof(struct text_span));
	t->marks = g_array_new(FALSE, FALSE, sizeof(struct place));
	return t;
}

void text_free(struct text *t)
{
	if (!t)
		return;
	g_string_free(t->octets, TRUE);
	g_array_unref(t->segments);
	g_array_unref(t->spans);
	g_array_unref(t->marks);
	needle_free(t->needle);
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
	g_array_set_size(t->spans, 0);
	forget_lines(t);
	t->is_found = false;
	t->top = 0;
	t->bottom = 0;
}

static bool has_room(const struct text *t, size_t n)
{
	return n <= G_MAXUINT32 / 2 - t->octets->len;
}

static void begin_segment(struct text *t, unsigned style, int indent)
{
	struct segment s = { (uint32_t)t->octets->len, style, indent };
	g_array_append_val(t->segments, s);
}

static void end_segment(struct text *t)
{
	if (!t->octets->len || t->octets->str[t->octets->len - 1] != '\n')
		g_string_append_c(t->octets, '\n');
	forget_lines(t);
}

void text_add(struct text *t, unsigned style, int indent, struct str paragraphs)
{
	g_autofree char *clean = grid_lines(paragraphs);
	if (!has_room(t, strlen(clean)))
		return;
	begin_segment(t, style, indent);
	g_string_append(t->octets, clean);
	if (!*clean)
		g_string_append_c(t->octets, '\n');
	end_segment(t);
}

static int compare_offsets(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Where the octets at the ends of spans come to lie: cleaning may make a text shorter or longer. */
static GHashTable *add_pieces(struct text *t, struct str s, uint32_t base, const struct text_span *spans, size_t n)
{
	GHashTable *moved = g_hash_table_new(NULL, NULL);
	GArray *ends = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t at = 0, last = (uint32_t)s.n;
	for (size_t i = 0; i < n; i++) {
		uint32_t from = spans[i].from - base, to = spans[i].to - base;
		g_array_append_val(ends, from);
		g_array_append_val(ends, to);
	}
	g_array_append_val(ends, last);
	g_array_sort(ends, compare_offsets);
	for (guint i = 0; i < ends->len; i++) {
		uint32_t end = MIN(g_array_index(ends, uint32_t, i), last);
		g_autofree char *clean = grid_lines((struct str){ s.p + at, end - at });
		g_string_append(t->octets, clean);
		g_hash_table_insert(moved, GUINT_TO_POINTER(end), GUINT_TO_POINTER((guint)t->octets->len));
		at = end;
	}
	g_array_unref(ends);
	return moved;
}

static void add_span(struct text *t, struct text_span span)
{
	if (span.to > span.from)
		g_array_append_val(t->spans, span);
}

void text_add_spans(
	struct text *t, unsigned style, struct str s, uint32_t base, const struct text_span *spans, size_t n)
{
	g_autofree char *clean = grid_lines(s);
	if (!has_room(t, MAX(strlen(clean), s.n) * 3))
		return;
	begin_segment(t, style, 0);
	uint32_t start = (uint32_t)t->octets->len;
	if (str_eq(str_of(clean), s)) {
		g_string_append(t->octets, clean);
		for (size_t i = 0; i < n; i++)
			add_span(t, (struct text_span){ spans[i].from - base + start, spans[i].to - base + start,
					    spans[i].style, spans[i].hint });
	} else {
		g_autoptr(GHashTable) moved = add_pieces(t, s, base, spans, n);
		for (size_t i = 0; i < n; i++) {
			uint32_t from = spans[i].from - base, to = spans[i].to - base;
			add_span(t, (struct text_span){
					    GPOINTER_TO_UINT(g_hash_table_lookup(moved, GUINT_TO_POINTER(from))),
					    GPOINTER_TO_UINT(g_hash_table_lookup(moved, GUINT_TO_POINTER(to))),
					    spans[i].style, spans[i].hint });
		}
	}
	end_segment(t);
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
	paragraph.n = MIN(paragraph.n, QUOTE_OCTETS_MAX);
	while (n < paragraph.n && (paragraph.p[n] == '>' || (paragraph.p[n] == ' ' && *depth_out))) {
		*depth_out += paragraph.p[n] == '>';
		last = paragraph.p[n] == '>' ? n + 1 : last;
		n++;
	}
	/* "From " at a line's start was quoted by a mailbox, not by a writer. */
	if (*depth_out == 1 && str_starts(paragraph, ">From "))
		*depth_out = 0;
	if (last < paragraph.n && last && paragraph.p[last] == ' ')
		last++;
	return (struct str){ paragraph.p, *depth_out ? last : 0 };
}

struct line {
	struct str content;
	struct str prefix; /* repeated on continuation lines */
	int indent;
	unsigned style;
	uint32_t paragraph; /* octet */
	uint32_t folded;    /* quoted lines this one stands for; 0: it is one itself */
};

static uint32_t segment_end(const struct text *t, const struct segment *s)
{
	guint next = (guint)(s - (const struct segment *)t->segments->data) + 1;
	return next < t->segments->len ? s[1].start : (uint32_t)t->octets->len;
}

static uint32_t paragraph_end(const struct text *t, uint32_t at)
{
	const char *end = memchr(t->octets->str + at, '\n', t->octets->len - at);
	return end ? (uint32_t)(end - t->octets->str) + 1 : (uint32_t)t->octets->len;
}

static bool is_quoted(const struct text *t, uint32_t paragraph)
{
	int depth;
	quote_prefix(str_sub((struct str){ t->octets->str, t->octets->len }, paragraph), &depth);
	return depth > 0;
}

/* Quoted lines from that paragraph on, and where they end. */
static uint32_t quoted_run(const struct text *t, const struct segment *s, uint32_t at, uint32_t *end_out)
{
	uint32_t n = 0, end = segment_end(t, s);
	for (; at < end && is_quoted(t, at); n++)
		at = paragraph_end(t, at);
	*end_out = at;
	return n;
}

/* The line at *p, which becomes the place of the next one. */
static struct line next_line(const struct text *t, struct place *p)
{
	struct str all = { t->octets->str, t->octets->len };
	const struct segment *s = segment_at(t, p->paragraph);
	struct line l = { .style = s->style, .paragraph = p->paragraph };
	bool continues = p->at != p->paragraph;
	if (s->style & TEXT_BODY) {
		int depth;
		uint32_t end;
		l.prefix = quote_prefix(str_sub(all, p->paragraph), &depth);
		l.style = (s->style & TEXT_SEALED) | (depth == 0         ? STYLE_NORMAL
							     : depth % 2 ? STYLE_QUOTE
									 : STYLE_QUOTE2);
		uint32_t run = depth && t->fold && !continues ? quoted_run(t, s, p->paragraph, &end) : 0;
		if (run > t->fold) {
			l.folded = run;
			p->at = p->paragraph = end;
			return l;
		}
		if (!continues || l.prefix.n > (size_t)t->width / 2)
			l.prefix.n = 0;
	}
	l.indent = continues ? MIN(s->indent, t->width / 2) : 0;
	int taken = l.indent + (int)l.prefix.n + (s->style & TEXT_SEALED ? BAR_COLS : 0);
	struct str rest = str_sub(all, p->at);
	size_t n = text_wrap(rest, MAX(t->width - taken, 1));
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

/* --- drawing --- */

/* What is drawn of a line beside its own style. */
struct overlay {
	const struct text_span *spans; /* of its paragraph */
	size_t n;
	GArray *matches; /* struct text_span, ascending, of the screen; NULL: none */
};

static size_t first_span(const struct text *t, uint32_t from)
{
	size_t low = 0, high = t->spans->len;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (g_array_index(t->spans, struct text_span, mid).from < from)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* What the spans make of *style at octet `at`, and of *end, up to which it holds. */
static void cover(const struct text_span *spans, size_t n, uint32_t at, unsigned *style, uint32_t *end)
{
	for (size_t i = 0; i < n && spans[i].from <= *end; i++) {
		if (spans[i].from > at) {
			*end = spans[i].from;
			return;
		}
		if (spans[i].to > at) {
			*end = MIN(*end, spans[i].to);
			*style = spans[i].style;
		}
	}
}

static unsigned style_at(const struct overlay *o, unsigned own, uint32_t at, uint32_t *end)
{
	unsigned style = own;
	cover(o->spans, o->n, at, &style, end);
	if (o->matches)
		cover((const struct text_span *)(const void *)o->matches->data, o->matches->len, at, &style, end);
	return style;
}

static int draw_plain(struct grid *g, int row, int col, int used, int width, unsigned style, struct str s)
{
	while (s.n && used < width) {
		struct str piece, rest;
		bool tab = str_cut(s, '\t', &piece, &rest);
		used += grid_textn(g, row, col + used, width - used, style, piece);
		int blank = tab ? MIN(TAB_COLS - used % TAB_COLS, width - used) : 0;
		if (style != STYLE_NORMAL)
			grid_fill(g, row, col + used, blank, style, ' ');
		used += blank;
		s = tab ? rest : (struct str){ 0 };
	}
	return used;
}

/* Where a run of one style begins. */
struct start {
	int used; /* columns of the line before it */
	uint32_t at;
};

/* The number of a link that begins here, over its first letters: what is drawn of the text does not move. */
static void draw_hint(struct grid *g, int row, int col, int width, const struct overlay *o, const struct start *start)
{
	for (size_t i = 0; i < o->n && o->spans[i].from <= start->at; i++)
		if (o->spans[i].from == start->at && o->spans[i].hint) {
			g_autofree char *number = g_strdup_printf("[%u]", o->spans[i].hint);
			grid_text(g, row, col + start->used, width - start->used, STYLE_KEY, number);
		}
}

static void draw_content(const struct text *t, struct grid *g, int row, int col, int width, const struct line *l,
	const struct overlay *o)
{
	uint32_t at = (uint32_t)(l->content.p - t->octets->str), stop = at + (uint32_t)l->content.n;
	unsigned own = l->style & 0xff;
	int used = 0;
	g_autoptr(GArray) starts = t->hints ? g_array_new(FALSE, FALSE, sizeof(struct start)) : NULL;
	while (at < stop && used < width) {
		uint32_t end = stop;
		struct start start = { used, at };
		unsigned style = style_at(o, own, at, &end);
		if (starts)
			g_array_append_val(starts, start);
		used = draw_plain(g, row, col, used, width, style, (struct str){ t->octets->str + at, end - at });
		at = end;
	}
	/* Last, for a number may be wider than its link. */
	for (guint i = 0; starts && i < starts->len; i++)
		draw_hint(g, row, col, width, o, &g_array_index(starts, struct start, i));
}

static void draw_folded(struct grid *g, int row, int col, int width, const struct line *l)
{
	g_autofree char *words = g_strdup_printf(P_("> [%u quoted line]", "> [%u quoted lines]", l->folded), l->folded);
	grid_text(g, row, col, width, l->style & 0xff, words);
}

static void draw_line(
	const struct text *t, struct grid *g, int row, struct rect r, const struct line *l, GArray *matches)
{
	int col = r.col + l->indent, width = r.cols - l->indent;
	if (l->style & (TEXT_RULE | TEXT_BAR)) {
		unsigned style = l->style & TEXT_BAR ? STYLE_BAR : STYLE_DIM;
		int used = grid_textn(g, row, r.col, r.cols, style, l->content);
		grid_fill(g, row, r.col + used, r.cols - used, style, l->style & TEXT_BAR ? ' ' : '-');
		return;
	}
	if (l->style & TEXT_SEALED) {
		grid_text(g, row, col, 1, STYLE_BAR, "|");
		col += BAR_COLS;
		width -= BAR_COLS;
	}
	if (l->folded) {
		draw_folded(g, row, col, width, l);
		return;
	}
	uint32_t end = (uint32_t)(l->content.p - t->octets->str) + (uint32_t)l->content.n;
	size_t first = first_span(t, l->paragraph), n = first;
	while (n < t->spans->len && g_array_index(t->spans, struct text_span, n).from < end)
		n++;
	struct overlay o = { &g_array_index(t->spans, struct text_span, first), n - first, matches };
	int used = l->prefix.n ? grid_textn(g, row, col, width, l->style & 0xff, l->prefix) : 0;
	draw_content(t, g, row, col + used, width - used, l, &o);
}

/* The matches that may reach into the screen. NULL: nothing is looked for. */
static GArray *matches_from(const struct text *t, struct place top)
{
	if (!t->needle)
		return NULL;
	struct str all = { t->octets->str, t->octets->len };
	uint32_t from = top.at > LOOK_BACK ? top.at - LOOK_BACK : 0;
	while (from && ((unsigned char)all.p[from] & 0xc0) == 0x80)
		from--;
	struct place p = top;
	for (int i = 0; i < t->height && p.at < all.n; i++)
		next_line(t, &p);
	GArray *matches = g_array_new(FALSE, FALSE, sizeof(struct text_span));
	size_t at, n;
	struct str seen = { all.p, MIN((size_t)p.at + LOOK_BACK, all.n) };
	while (seen.n < all.n && ((unsigned char)all.p[seen.n] & 0xc0) == 0x80)
		seen.n++;
	while (from < p.at && needle_next(t->needle, seen, from, &at, &n)) {
		struct text_span m = { (uint32_t)at, (uint32_t)(at + n), STYLE_MATCH, 0 };
		g_array_append_val(matches, m);
		from = (uint32_t)(at + n);
	}
	return matches;
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
	g_autoptr(GArray) matches = matches_from(t, p);
	for (int i = 0; i < r.rows && p.at < t->octets->len; i++) {
		struct line l = next_line(t, &p);
		draw_line(t, g, r.row + i, r, &l, matches);
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

/* --- moving --- */

/* The line that holds the octet. */
static uint32_t line_of(struct text *t, uint32_t octet)
{
	while (!t->counted && (!t->marks->len || g_array_index(t->marks, struct place, t->marks->len - 1).at <= octet))
		count_to(t, t->marks->len * MARK_LINES);
	guint low = 0, high = t->marks->len;
	while (high - low > 1) {
		guint mid = (low + high) / 2;
		if (g_array_index(t->marks, struct place, mid).at <= octet)
			low = mid;
		else
			high = mid;
	}
	uint32_t line = low * MARK_LINES;
	struct place p = t->marks->len ? g_array_index(t->marks, struct place, low) : (struct place){ 0, 0 };
	while (p.at < t->octets->len) {
		next_line(t, &p);
		if (p.at > octet)
			break;
		line++;
	}
	return line;
}

static uint32_t top_octet(struct text *t)
{
	return t->octets->len && count_to(t, t->top) ? place_of(t, t->top).at : 0;
}

bool text_skip_quoted(struct text *t)
{
	bool seen = false;
	if (!t->octets->len || !count_to(t, t->top))
		return false;
	for (uint32_t at = place_of(t, t->top).paragraph; at < t->octets->len; at = paragraph_end(t, at)) {
		bool quoted = (segment_at(t, at)->style & TEXT_BODY) && is_quoted(t, at);
		if (seen && !quoted) {
			t->top = line_of(t, at);
			return true;
		}
		seen = seen || quoted;
	}
	return false;
}

void text_fold(struct text *t, unsigned least)
{
	uint32_t at = top_octet(t);
	if (t->fold == least)
		return;
	t->fold = least;
	forget_lines(t);
	if (t->octets->len)
		t->top = line_of(t, at);
}

bool text_toggle_fold(struct text *t)
{
	text_fold(t, t->fold ? 0 : FOLD_LEAST);
	return t->fold;
}

void text_show_hints(struct text *t, bool on)
{
	t->hints = on;
}

/* --- finding --- */

bool text_look_for(struct text *t, struct str words)
{
	g_clear_pointer(&t->needle, needle_free);
	t->is_found = false;
	t->needle = needle_new(words);
	return t->needle;
}

bool text_is_searched(const struct text *t)
{
	return t->needle;
}

/* The last match that begins before `end`. */
static bool find_before(const struct text *t, struct str all, size_t end, size_t *at_out)
{
	size_t at = 0, n, from = 0;
	bool any = false;
	while (from < end && needle_next(t->needle, all, from, &at, &n) && at < end) {
		*at_out = at;
		any = true;
		from = at + n;
	}
	return any;
}

static bool find_from(const struct text *t, struct str all, size_t from, bool forward, size_t *at_out)
{
	size_t n;
	return forward ? needle_next(t->needle, all, from, at_out, &n) : find_before(t, all, from, at_out);
}

enum text_found text_find(struct text *t, bool forward)
{
	struct str all = { t->octets->str, t->octets->len };
	size_t at, from = t->is_found ? t->found + (forward ? 1 : 0) : top_octet(t);
	while (from < all.n && ((unsigned char)all.p[from] & 0xc0) == 0x80)
		from++;
	enum text_found result = TEXT_FOUND;
	if (!find_from(t, all, from, forward, &at)) {
		result = TEXT_FOUND_ROUND;
		if (!find_from(t, all, forward ? 0 : all.n, forward, &at))
			return TEXT_NOT_FOUND;
	}
	t->is_found = true;
	t->found = (uint32_t)at;
	/* What is folded is not seen. */
	struct place p = place_of(t, line_of(t, t->found));
	if (next_line(t, &p).folded)
		text_fold(t, 0);
	uint32_t line = line_of(t, t->found);
	if (line < t->top || line >= t->top + (uint32_t)MAX(t->height, 1))
		t->top = line - MIN(line, (uint32_t)t->height / 3);
	return result;
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
	case CMD_HALF_DOWN: t->top += (page + 1) / 2; break;
	case CMD_HALF_UP: t->top -= MIN(t->top, (page + 1) / 2); break;
	case CMD_FIRST: t->top = 0; break;
	case CMD_LAST: t->top = G_MAXUINT32 / 2; break;
	default: return false;
	}
	return true;
}
