/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables that hold data, as columns; those that only arrange a page are none. */
#include "msg/html.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define COLUMNS_MAX 24
#define TABLE_COLS 76 /* columns of the screen, for a table that can be made so narrow */
#define COLUMN_LEAST 8
#define CELL_LOOKS_LONG 250
#define GAP 2
#define LINE_LOOK 2048 /* octets */
#define HEAD_COLS 40   /* of a head before each cell */

/* --- is it data? --- */

struct look {
	unsigned rows, full_rows; /* with something in them; in two cells or more */
	unsigned cells, columns;  /* columns: of the widest row */
	unsigned heads, blocks, images;
	size_t octets, longest;
	bool explicit;
};

/* Of the row and cell that are being looked at. */
struct at {
	unsigned filled, columns;
	size_t octets;
	bool in_cell;
};

static void end_cell(struct look *l, struct at *at)
{
	l->cells += at->octets > 0;
	at->filled += at->octets > 0;
	l->octets += at->octets;
	l->longest = MAX(l->longest, at->octets);
	at->octets = 0;
	at->in_cell = false;
}

static void end_row(struct look *l, struct at *at)
{
	end_cell(l, at);
	l->rows += at->filled > 0;
	l->full_rows += at->filled > 1;
	l->columns = MAX(l->columns, at->columns);
	*at = (struct at){ 0 };
}

bool html_is_filled(struct str text)
{
	for (const char *p = text.p; p < text.p + text.n; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (!g_unichar_isspace(c) && !g_unichar_iszerowidth(c) && c != 0x34f && c != 0xad)
			return true;
	}
	return false;
}

/* False: it holds another table, so it arranges a page. */
static bool look_at(const struct html_doc *d, const struct html_node *node, struct look *l, struct at *at)
{
	struct str value;
	switch (node->is_text ? HTML_EL_OTHER : node->element) {
	case HTML_EL_TABLE: return false;
	case HTML_EL_TR: end_row(l, at); break;
	case HTML_EL_TH: l->heads++; G_GNUC_FALLTHROUGH;
	case HTML_EL_TD:
		end_cell(l, at);
		at->columns++;
		at->in_cell = true;
		break;
	case HTML_EL_THEAD:
	case HTML_EL_CAPTION: l->explicit = true; break;
	case HTML_EL_IMG:
		l->images++;
		at->octets += html_attribute(d, node, HTML_AT_ALT, &value) ? value.n : 0;
		break;
	case HTML_EL_H1:
	case HTML_EL_H2:
	case HTML_EL_H3:
	case HTML_EL_H4:
	case HTML_EL_UL:
	case HTML_EL_OL:
	case HTML_EL_HR:
	case HTML_EL_BLOCKQUOTE: l->blocks++; break;
	default:
		if (node->is_text && at->in_cell && html_is_filled(html_text(d, node)))
			at->octets += node->n;
	}
	return true;
}

bool table_is_data(const struct html_doc *d, uint32_t table)
{
	const struct html_node *node = d->nodes + table;
	struct look l = { 0 };
	struct at at = { 0 };
	struct str value;
	/* Each is looked at up to the next table only, so that nesting costs nothing. */
	for (uint32_t i = table + 1; i < node->end; i++)
		if (!look_at(d, d->nodes + i, &l, &at))
			return false;
	end_row(&l, &at);
	if (html_attribute(d, node, HTML_AT_ROLE, &value) && (str_is(value, "presentation") || str_is(value, "none")))
		return false;
	if (l.columns < 2 || l.columns > COLUMNS_MAX || !l.full_rows || l.rows < 2)
		return false;
	bool border = html_attribute(d, node, HTML_AT_BORDER, &value) && !str_is(str_trim(value), "0");
	if (l.explicit || l.heads || border || html_attribute(d, node, HTML_AT_SUMMARY, &value))
		return l.blocks <= l.cells / 4;
	return !l.blocks && l.full_rows >= 2 && l.full_rows * 5 >= l.rows * 3 && l.images * 4 <= l.cells &&
	       l.longest <= CELL_LOOKS_LONG && l.octets <= (size_t)l.cells * 80;
}

/* --- its cells --- */

struct cell {
	char *text;
	struct str rest; /* what of text was not written yet */
	unsigned column, span;
	bool head, right;
};

struct grid {
	GPtrArray *rows; /* GArray * of struct cell */
	unsigned columns;
	int widths[COLUMNS_MAX], starts[COLUMNS_MAX]; /* columns of the screen */
	unsigned down[COLUMNS_MAX];                   /* rows that a cell above still reaches into */
};

static void cell_clear(void *cell)
{
	g_free(((struct cell *)cell)->text);
}

static void row_free(void *row)
{
	g_array_unref(row);
}

static GArray *row_new(struct grid *g)
{
	GArray *row = g_array_new(FALSE, FALSE, sizeof(struct cell));
	g_array_set_clear_func(row, cell_clear);
	for (unsigned c = 0; g->rows->len && c < COLUMNS_MAX; c++)
		g->down[c] -= g->down[c] > 0;
	g_ptr_array_add(g->rows, row);
	return row;
}

static unsigned number_of(const struct html_doc *d, const struct html_node *node, unsigned attribute)
{
	struct str value;
	uint64_t n;
	html_attribute(d, node, attribute, &value);
	return str_u64(str_trim(value), 1000, &n) && n ? (unsigned)n : 1;
}

static bool stands_right(const struct html_doc *d, const struct html_node *node)
{
	static const char key[] = "text-align";
	struct str value;
	if (html_attribute(d, node, HTML_AT_ALIGN, &value))
		return str_is(str_trim(value), "right");
	html_attribute(d, node, HTML_AT_STYLE, &value);
	for (; value.n >= sizeof(key); value = str_sub(value, 1))
		if (str_starts(value, key)) {
			struct str rest = str_trim(str_sub(value, sizeof(key) - 1));
			return rest.n && *rest.p == ':' && str_starts(str_trim(str_sub(rest, 1)), "right");
		}
	return false;
}

static void add_cell(struct grid *g, const struct html_doc *d, const struct html_node *node, char *text)
{
	GArray *row = g->rows->len ? g->rows->pdata[g->rows->len - 1] : row_new(g);
	const struct cell *last = row->len ? &g_array_index(row, struct cell, row->len - 1) : NULL;
	unsigned column = last ? last->column + last->span : 0;
	while (column < COLUMNS_MAX && g->down[column] > 1)
		column++;
	unsigned span = MIN(number_of(d, node, HTML_AT_COLSPAN), COLUMNS_MAX - MIN(column, COLUMNS_MAX));
	if (!span) {
		g_free(text);
		return;
	}
	for (unsigned c = column; c < column + span; c++)
		g->down[c] = number_of(d, node, HTML_AT_ROWSPAN) + (g->rows->len > 0);
	struct cell cell = { .text = text, .column = column, .span = span, .head = node->element == HTML_EL_TH };
	cell.right = stands_right(d, node);
	g->columns = MAX(g->columns, column + span);
	g_array_append_val(row, cell);
}

/* --- widths --- */

static int width_of(const char *text)
{
	struct str rest = str_of(text), line;
	int width = 0;
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		width = MAX(width, utf8_width(line));
	}
	return width;
}

static int sum_widths(const struct grid *g, unsigned from, unsigned n)
{
	int sum = 0;
	for (unsigned c = from; c < from + n; c++)
		if (g->widths[c])
			sum += g->widths[c] + (sum ? GAP : 0);
	return sum;
}

static void measure(struct grid *g, bool spanning)
{
	for (guint r = 0; r < g->rows->len; r++) {
		GArray *row = g->rows->pdata[r];
		for (guint i = 0; i < row->len; i++) {
			const struct cell *c = &g_array_index(row, struct cell, i);
			int width = (c->span > 1) == spanning ? width_of(c->text) : 0;
			int lacking = width - sum_widths(g, c->column, c->span);
			/* A sentence over all columns is wrapped to them. */
			if (lacking > 0 && (!spanning || width <= COLUMN_LEAST * 3))
				g->widths[c->column + c->span - 1] += lacking;
		}
	}
}

static void find_starts(struct grid *g)
{
	for (unsigned c = 0; c < g->columns; c++) {
		int before = sum_widths(g, 0, c);
		g->starts[c] = before + (before ? GAP : 0);
	}
}

/* Of columns from the cell's first to its last; 0: nothing is in them. */
static int room_of(const struct grid *g, const struct cell *c)
{
	unsigned first = c->column, last = c->column + c->span - 1;
	while (last > first && !g->widths[last])
		last--;
	return g->widths[last] ? g->starts[last] + g->widths[last] - g->starts[first] : 0;
}

/* False: there are too many columns for the screen. */
static bool make_fit(struct grid *g, int room)
{
	for (int most = room; sum_widths(g, 0, g->columns) > room; most--) {
		if (most < COLUMN_LEAST)
			return false;
		for (unsigned c = 0; c < g->columns; c++)
			g->widths[c] = MIN(g->widths[c], most);
	}
	find_starts(g);
	return true;
}

/* --- lines --- */

/* What of the text a line is looked for in: no more, for it may be long and is cut into many. */
static struct str first_line(struct str text, struct str *tail)
{
	struct str line, look = text;
	if (look.n > LINE_LOOK)
		for (look.n = LINE_LOOK; look.n && ((guchar)look.p[look.n] & 0xc0) == 0x80;)
			look.n--;
	bool whole = str_cut(look, '\n', &line, tail);
	*tail = str_sub(text, line.n + whole);
	return line;
}

/* As many words as fit; of one that does not, what does. */
static struct str take_line(struct str *rest, int columns)
{
	struct str tail, line = first_line(*rest, &tail), fit;
	int width;
	fit = utf8_fit(line, columns, &width);
	if (fit.n < line.n && line.p[fit.n] != ' ') {
		size_t n = fit.n;
		while (n && fit.p[n - 1] != ' ')
			n--;
		fit.n = n ? n : fit.n;
	}
	/* A sign that is wider than the column stands out of it. */
	if (!fit.n && line.n)
		fit = utf8_cluster(line, &width);
	*rest = fit.n < line.n ? str_sub(*rest, fit.n) : tail;
	if (fit.n < line.n)
		while (rest->n && *rest->p == ' ')
			*rest = str_sub(*rest, 1);
	while (fit.n && fit.p[fit.n - 1] == ' ')
		fit.n--;
	return fit;
}

static void put_line(const struct grid *g, GArray *row, GString *line)
{
	int column = 0;
	for (guint i = 0; i < row->len; i++) {
		struct cell *c = &g_array_index(row, struct cell, i);
		int room = room_of(g, c), from = g->starts[c->column];
		if (!room)
			c->rest.n = 0;
		struct str text = take_line(&c->rest, room);
		int width = utf8_width(text);
		if (c->right && width < room)
			from += room - width;
		if (!text.n)
			continue;
		g_string_append_printf(line, "%*s", MAX(from - column, column ? 1 : 0), "");
		g_string_append_len(line, text.p, (gssize)text.n);
		column = MAX(from, column) + width;
	}
}

static bool is_written(const GArray *row)
{
	for (guint i = 0; i < row->len; i++)
		if (g_array_index(row, struct cell, i).rest.n)
			return false;
	return true;
}

static bool is_head(const GArray *row)
{
	for (guint i = 0; i < row->len; i++)
		if (!g_array_index(row, struct cell, i).head)
			return false;
	return row->len > 0;
}

static void put_rule(const struct grid *g, struct html_flow *f)
{
	g_autoptr(GString) line = g_string_new(NULL);
	for (unsigned c = 0; c < g->columns; c++) {
		g_string_append_printf(line, "%*s", line->len && g->widths[c] ? GAP : 0, "");
		for (int i = 0; i < g->widths[c]; i++)
			g_string_append_c(line, '-');
	}
	flow_put(f, line->str);
	flow_break(f, 1);
}

static void put_rows(const struct grid *g, struct html_flow *f)
{
	bool heads = true;
	for (guint r = 0; r < g->rows->len && f->out->len <= MSG_TEXT_MAX; r++) {
		GArray *row = g->rows->pdata[r];
		for (guint i = 0; i < row->len; i++) {
			struct cell *c = &g_array_index(row, struct cell, i);
			c->rest = str_of(c->text);
		}
		if (is_written(row))
			continue;
		if (heads && r && !is_head(row))
			put_rule(g, f);
		heads = heads && is_head(row);
		while (!is_written(row)) {
			g_autoptr(GString) line = g_string_new(NULL);
			put_line(g, row, line);
			flow_put(f, line->str);
			flow_break(f, 1);
		}
	}
}

/* --- too wide: a line a cell, behind the head of its column --- */

static struct str head_of(const struct grid *g, unsigned column)
{
	GArray *first = g->rows->pdata[0];
	struct str head = { NULL, 0 };
	for (guint i = 0; is_head(first) && i < first->len; i++) {
		const struct cell *c = &g_array_index(first, struct cell, i);
		struct str rest = str_of(c->text);
		if (c->column == column && *c->text)
			head = take_line(&rest, HEAD_COLS);
	}
	return head;
}

static void put_records(const struct grid *g, struct html_flow *f)
{
	bool headed = is_head(g->rows->pdata[0]);
	for (guint r = headed; r < g->rows->len && f->out->len <= MSG_TEXT_MAX; r++) {
		GArray *row = g->rows->pdata[r];
		flow_break(f, 2);
		for (guint i = 0; i < row->len; i++) {
			const struct cell *c = &g_array_index(row, struct cell, i);
			struct str head = head_of(g, c->column);
			struct str rest = str_of(c->text), line;
			for (bool first = true; rest.n; first = false) {
				str_cut(rest, '\n', &line, &rest);
				g_autofree char *text = g_strdup_printf("%.*s%s%.*s", first ? (int)head.n : 0, head.p,
					first && head.n ? ": " : "", (int)line.n, line.p);
				flow_put(f, text);
				flow_break(f, 1);
			}
		}
	}
}

void table_lay(const struct html_doc *d, uint32_t table, struct html_flow *f, char *(*cell)(uint32_t node, void *aux),
	void *aux)
{
	struct grid g = { .rows = g_ptr_array_new_with_free_func(row_free) };
	flow_break(f, 2);
	for (uint32_t i = table + 1; i < d->nodes[table].end; i++) {
		const struct html_node *node = d->nodes + i;
		unsigned element = node->is_text ? HTML_EL_OTHER : node->element;
		/* What stands in no cell stands before the table, as in browsers. */
		if (node->is_text && html_is_filled(html_text(d, node))) {
			g_autofree char *text = str_dup(html_text(d, node));
			flow_words(f, text);
			flow_break(f, 1);
		} else if (element == HTML_EL_TR) {
			row_new(&g);
		} else if (element == HTML_EL_TD || element == HTML_EL_TH) {
			add_cell(&g, d, node, cell(i, aux));
			i = node->end - 1;
		} else if (element == HTML_EL_CAPTION) {
			g_autofree char *text = cell(i, aux);
			flow_put(f, text);
			flow_break(f, 1);
			i = node->end - 1;
		}
	}
	measure(&g, false);
	measure(&g, true);
	int room = TABLE_COLS - (int)MIN(f->quote + f->indent, TABLE_COLS / 2);
	if (g.rows->len && make_fit(&g, room))
		put_rows(&g, f);
	else if (g.rows->len)
		put_records(&g, f);
	flow_break(f, 2);
	g_ptr_array_unref(g.rows);
}
