/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/term.h"

#include <string.h>

struct capture {
	struct term term;
	int rows, cols;
	struct grid grid;
	GByteArray *typed;
	unsigned signals, bells;
	GString *copied, *told, *title;
};

static void size(struct term *t, int *rows_out, int *cols_out)
{
	const struct capture *c = (const struct capture *)t;
	*rows_out = c->rows;
	*cols_out = c->cols;
}

/* Only the rows said to be dirty are taken, so that a row wrongly called clean is seen. */
static void flush(struct term *t, const struct grid *g, const bool *dirty)
{
	struct capture *c = (struct capture *)t;
	if (!dirty || c->grid.rows != g->rows || c->grid.cols != g->cols) {
		grid_clear(&c->grid);
		grid_init(&c->grid, g->rows, g->cols);
		dirty = NULL;
	}
	size_t n = (size_t)g->cols;
	for (int i = 0; i < g->rows; i++)
		if (!dirty || dirty[i])
			memcpy(grid_cell(&c->grid, i, 0), grid_cell(g, i, 0), n * sizeof(struct cell));
	c->grid.cursor_row = g->cursor_row;
	c->grid.cursor_col = g->cursor_col;
	c->grid.cursor_shown = g->cursor_shown;
}

static int read_typed(struct term *t, unsigned char *bytes, int n)
{
	struct capture *c = (struct capture *)t;
	guint take = MIN((guint)n, c->typed->len);
	if (take)
		memcpy(bytes, c->typed->data, take);
	g_byte_array_remove_range(c->typed, 0, take);
	return (int)take;
}

static unsigned take_signals(struct term *t)
{
	struct capture *c = (struct capture *)t;
	unsigned got = c->signals;
	c->signals = 0;
	return got;
}

static bool copy(struct term *t, struct str text)
{
	struct capture *c = (struct capture *)t;
	g_string_truncate(c->copied, 0);
	g_string_append_len(c->copied, text.p, (gssize)text.n);
	return true;
}

static void tell(struct term *t, enum term_tell how, const char *text)
{
	g_string_printf(((struct capture *)t)->told, "%s %s", how == TELL_OSC9 ? "9" : "777", text);
}

static void set_title(struct term *t, const char *text)
{
	g_string_assign(((struct capture *)t)->title, text);
}

static bool ask_background(struct term *t)
{
	(void)t;
	return true;
}

static int colours(struct term *t)
{
	(void)t;
	return 256;
}

static void look(struct term *t, const struct theme *theme)
{
	(void)t;
	(void)theme;
}

static void bell(struct term *t)
{
	((struct capture *)t)->bells++;
}

static void suspend(struct term *t)
{
	(void)t;
}

static void mouse(struct term *t, bool on)
{
	(void)t;
	(void)on;
}

static void destroy(struct term *t)
{
	struct capture *c = (struct capture *)t;
	grid_clear(&c->grid);
	g_byte_array_unref(c->typed);
	g_string_free(c->copied, TRUE);
	g_string_free(c->told, TRUE);
	g_string_free(c->title, TRUE);
	g_free(c);
}

struct term *term_capture_new(int rows, int cols)
{
	struct capture *c = g_new0(struct capture, 1);
	c->term = (struct term){ -1, -1, size, flush, read_typed, take_signals, bell, copy, tell, set_title,
		ask_background, colours, look, suspend, suspend, suspend, mouse, destroy };
	c->rows = rows;
	c->cols = cols;
	c->typed = g_byte_array_new();
	c->copied = g_string_new(NULL);
	c->told = g_string_new(NULL);
	c->title = g_string_new(NULL);
	grid_init(&c->grid, rows, cols);
	return &c->term;
}

void term_capture_type(struct term *t, const char *bytes, size_t n)
{
	g_byte_array_append(((struct capture *)t)->typed, (const guint8 *)bytes, (guint)n);
}

void term_capture_resize(struct term *t, int rows, int cols)
{
	struct capture *c = (struct capture *)t;
	c->rows = rows;
	c->cols = cols;
	c->signals |= TERM_RESIZED;
}

const struct grid *term_capture_grid(const struct term *t)
{
	return &((const struct capture *)t)->grid;
}

const char *term_capture_copied(const struct term *t)
{
	return ((const struct capture *)t)->copied->str;
}

const char *term_capture_told(const struct term *t)
{
	return ((const struct capture *)t)->told->str;
}

const char *term_capture_title(const struct term *t)
{
	return ((const struct capture *)t)->title->str;
}

unsigned term_capture_bells(const struct term *t)
{
	return ((const struct capture *)t)->bells;
}
