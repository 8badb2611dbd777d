/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of a message, of which lines are taken for an answer to quote. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define LINES_MAX 20000
#define MARK_COLS 2

/* A row of the screen: a line, or the next piece of one. */
struct piece {
	guint line;
	struct str content;
};

struct view_quote {
	struct view view;
	char *text;     /* as it is quoted */
	GArray *lines;  /* struct str, in text */
	GArray *taken;  /* bool, by line */
	GArray *pieces; /* struct piece, for this width */
	int width, top, height;
	guint cursor; /* line */
};

static struct str line_at(const struct view_quote *v, guint n)
{
	return g_array_index(v->lines, struct str, n);
}

static bool *taken_at(const struct view_quote *v, guint n)
{
	return &g_array_index(v->taken, bool, n);
}

static bool is_empty(const struct view_quote *v, guint n)
{
	return !str_trim(line_at(v, n)).n;
}

/* --- drawing --- */

static void wrap(struct view_quote *v, int width)
{
	if (v->width == width)
		return;
	v->width = width;
	g_array_set_size(v->pieces, 0);
	for (guint i = 0; i < v->lines->len; i++) {
		struct str rest = line_at(v, i);
		do {
			size_t n = text_wrap(rest, MAX(width, 1));
			struct piece p = { i, { rest.p, n } };
			g_array_append_val(v->pieces, p);
			rest = str_sub(rest, MAX(n, 1));
		} while (rest.n);
	}
}

static const struct piece *piece_at(const struct view_quote *v, int n)
{
	return &g_array_index(v->pieces, struct piece, n);
}

/* The whole of the line is seen, or at least its beginning. */
static int follow_cursor(struct view_quote *v)
{
	int first = 0, last, count = (int)v->pieces->len;
	while (first < count && piece_at(v, first)->line < v->cursor)
		first++;
	for (last = first; last + 1 < count && piece_at(v, last + 1)->line == v->cursor;)
		last++;
	v->top = CLAMP(v->top, MIN(last - v->height + 1, first), first);
	v->top = CLAMP(v->top, 0, MAX(count - v->height, 0));
	return first;
}

static void draw_piece(const struct view_quote *v, struct grid *g, struct rect r, int row, int n)
{
	const struct piece *p = piece_at(v, n);
	bool taken = *taken_at(v, p->line), begins = !n || piece_at(v, n - 1)->line != p->line;
	unsigned style = (taken ? STYLE_NEW : STYLE_NORMAL) | (p->line == v->cursor ? STYLE_CURSOR : 0);
	grid_fill(g, row, r.col, r.cols, style, ' ');
	if (taken && begins)
		grid_text(g, row, r.col, 1, style, ">");
	grid_textn(g, row, r.col + MARK_COLS, r.cols - MARK_COLS, style, p->content);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_quote *v = (struct view_quote *)view;
	wrap(v, r.cols - MARK_COLS);
	v->height = r.rows;
	int first = follow_cursor(v);
	for (int i = 0; i < r.rows && v->top + i < (int)v->pieces->len; i++)
		draw_piece(v, g, r, r.row + i, v->top + i);
	g->cursor_row = r.row + CLAMP(first - v->top, 0, MAX(r.rows - 1, 0));
	g->cursor_col = r.col;
}

/* --- taking --- */

static void take_line(struct view_quote *v)
{
	*taken_at(v, v->cursor) = !*taken_at(v, v->cursor);
	v->cursor += v->cursor + 1 < v->lines->len;
}

/* Up to the empty lines round it; the cursor goes on to the next one. */
static void take_paragraph(struct view_quote *v)
{
	guint first = v->cursor, last = v->cursor, n = v->lines->len;
	bool now = !*taken_at(v, v->cursor);
	while (first && !is_empty(v, first - 1) && !is_empty(v, first))
		first--;
	while (last + 1 < n && !is_empty(v, last + 1) && !is_empty(v, last))
		last++;
	for (guint i = first; i <= last; i++)
		*taken_at(v, i) = now;
	do
		v->cursor = ++last < n ? last : n - 1;
	while (last < n && is_empty(v, v->cursor));
}

/* What was taken, with an empty line where something was left out; without any the line at the cursor. */
static char *quoted(const struct view_quote *v)
{
	GString *out = g_string_new(NULL);
	guint next = 0;
	for (guint i = 0; i < v->lines->len; i++) {
		struct str line = line_at(v, i);
		if (!*taken_at(v, i))
			continue;
		if (out->len && next != i)
			g_string_append_c(out, '\n');
		g_string_append_len(out, line.p, (gssize)line.n);
		g_string_append_c(out, '\n');
		next = i + 1;
	}
	if (!out->len) {
		struct str line = line_at(v, v->cursor);
		g_string_append_len(out, line.p, (gssize)line.n);
		g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}

static void move(struct view_quote *v, enum app_command c)
{
	struct list l = {
		.count = (int)v->lines->len, .cursor = (int)v->cursor, .top = (int)v->cursor, .height = v->height
	};
	if (list_command(&l, c))
		v->cursor = (guint)l.cursor;
}

static bool command(struct view *view, enum app_command c)
{
	struct view_quote *v = (struct view_quote *)view;
	struct ui *ui = view->ui;
	switch (c) {
	case CMD_TAKE_LINE: take_line(v); return true;
	case CMD_TAKE_PARAGRAPH: take_paragraph(v); return true;
	case CMD_REPLY:
	case CMD_REPLY_ALL:
	case CMD_REPLY_LIST: {
		char *text = quoted(v);
		ui_pop(ui);
		compose_answer(ui, c, text);
		return true;
	}
	case CMD_DOWN:
	case CMD_UP:
	case CMD_PAGE_DOWN:
	case CMD_PAGE_UP:
	case CMD_HALF_DOWN:
	case CMD_HALF_UP:
	case CMD_FIRST:
	case CMD_LAST: move(v, c); return true;
	default: return false;
	}
}

static char *title(struct view *view, int cols)
{
	const struct view_quote *v = (const struct view_quote *)view;
	guint n = 0;
	(void)cols;
	for (guint i = 0; i < v->lines->len; i++)
		n += *taken_at(v, i);
	return n ? g_strdup_printf(P_("Quote: %u line", "Quote: %u lines", n), n)
		 : g_strdup(_("Quote: take the lines that are answered"));
}

static void destroy(struct view *view)
{
	struct view_quote *v = (struct view_quote *)view;
	g_array_unref(v->lines);
	g_array_unref(v->taken);
	g_array_unref(v->pieces);
	g_free(v->text);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_QUOTE,
	.draw = draw,
	.command = command,
	.title = title,
	.free = destroy,
};

static void split(struct view_quote *v)
{
	struct str rest = str_of(v->text), line;
	bool more = rest.n;
	while (more && v->lines->len < LINES_MAX) {
		more = str_cut(rest, '\n', &line, &rest) && rest.n;
		g_array_append_val(v->lines, line);
	}
	g_array_set_size(v->taken, v->lines->len);
}

struct view *view_quote_new(struct ui *ui, int account, const char *text)
{
	struct view_quote *v = g_new0(struct view_quote, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = account };
	v->text = g_strdup(text);
	v->lines = g_array_new(FALSE, FALSE, sizeof(struct str));
	v->taken = g_array_new(FALSE, TRUE, sizeof(bool));
	v->pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
	split(v);
	return &v->view;
}
