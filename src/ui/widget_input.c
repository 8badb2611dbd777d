/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/internal.h"

#include <string.h>

#include "base/utf8.h"

#define CTRL(c) ((c)&0x1f)

void input_init(struct input *in, const char *text, bool hidden)
{
	*in = (struct input){ .text = g_malloc0(INPUT_MAX + 1), .hidden = hidden };
	input_key(in, 0, text);
}

void input_clear(struct input *in)
{
	if (in->text)
		explicit_bzero(in->text, INPUT_MAX + 1);
	g_free(in->text);
	*in = (struct input){ 0 };
}

static void insert(struct input *in, const char *p, size_t n)
{
	if (n > INPUT_MAX - in->n)
		return;
	memmove(in->text + in->at + n, in->text + in->at, in->n - in->at + 1);
	memcpy(in->text + in->at, p, n);
	in->n += n;
	in->at += n;
}

static void insert_point(struct input *in, gunichar c)
{
	char octets[6];
	insert(in, octets, (size_t)g_unichar_to_utf8(c, octets));
}

static void cut(struct input *in, size_t from, size_t to)
{
	memmove(in->text + from, in->text + to, in->n - to + 1);
	in->n -= to - from;
	in->at = from;
}

static size_t before(const struct input *in)
{
	return in->at ? (size_t)(g_utf8_prev_char(in->text + in->at) - in->text) : 0;
}

static size_t after(const struct input *in)
{
	return in->at < in->n ? (size_t)(g_utf8_next_char(in->text + in->at) - in->text) : in->n;
}

static size_t word_before(const struct input *in)
{
	size_t at = in->at;
	while (at && in->text[at - 1] == ' ')
		at--;
	while (at && in->text[at - 1] != ' ' && in->text[at - 1] != '/')
		at--;
	return at < in->at ? at : before(in);
}

/* A paste is text: what would be keys in it is left out. */
static void insert_paste(struct input *in, const char *paste)
{
	for (const char *p = paste; p && *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);
		if (c >= 0x20 && c != 0x7f)
			insert_point(in, c);
	}
}

bool input_key(struct input *in, uint32_t key, const char *paste)
{
	switch (key) {
	case 0: insert_paste(in, paste); return true;
	case APP_KEY_LEFT:
	case CTRL('B'): in->at = before(in); return true;
	case APP_KEY_RIGHT:
	case CTRL('F'): in->at = after(in); return true;
	case APP_KEY_HOME:
	case CTRL('A'): in->at = 0; return true;
	case APP_KEY_END:
	case CTRL('E'): in->at = in->n; return true;
	case APP_KEY_BACKSPACE: cut(in, before(in), in->at); return true;
	case APP_KEY_DELETE:
	case CTRL('D'): cut(in, in->at, after(in)); return true;
	case CTRL('U'): cut(in, 0, in->at); return true;
	case CTRL('K'): cut(in, in->at, in->n); return true;
	case CTRL('W'): cut(in, word_before(in), in->at); return true;
	default:
		if (key < 0x20 || !g_unichar_validate(key))
			return false;
		insert_point(in, key);
		return true;
	}
}

/* Shown from where the cursor is still in sight. */
void input_draw(const struct input *in, struct grid *g, struct rect r, const char *label)
{
	if (r.rows < 1)
		return;
	grid_fill(g, r.row, r.col, r.cols, STYLE_NORMAL, ' ');
	int used = grid_text(g, r.row, r.col, r.cols * 2 / 3, STYLE_TITLE, label);
	int col = r.col + used, room = MAX(r.cols - used - 1, 0);
	g_autofree char *stars = in->hidden ? g_strnfill((gsize)g_utf8_strlen(in->text, -1), '*') : NULL;
	const char *text = stars ? stars : in->text;
	size_t at = stars ? (size_t)g_utf8_pointer_to_offset(in->text, in->text + in->at) : in->at;
	const char *from = text;
	g_autofree char *head = g_strndup(text, at);
	int width = grid_width(head);
	while (width > room && from < text + at) {
		from = g_utf8_next_char(from);
		width = utf8_width((struct str){ from, (size_t)(text + at - from) });
	}
	grid_text(g, r.row, col, room + 1, STYLE_NORMAL, from);
	g->cursor_row = r.row;
	g->cursor_col = MIN(col + width, r.col + r.cols - 1);
	g->cursor_shown = true;
}
