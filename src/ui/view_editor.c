/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small editor for the text of a letter, where the user has none. What is typed is in the letter at once. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define CTRL(c) ((c)&0x1f)

struct view_editor {
	struct view view;
	struct view *compose;
	GString *text;
	size_t at;
	GArray *lines; /* gsize: where each line of the screen begins */
	int top, rows, cols;
	int goal;     /* the column that Up and Down keep to; -1: where the cursor is */
	bool escaped; /* one Esc was typed */
};

/* --- lines --- */

static void make_lines(struct view_editor *v)
{
	struct str all = { v->text->str, v->text->len };
	gsize at = 0;
	g_array_set_size(v->lines, 0);
	do {
		g_array_append_val(v->lines, at);
		at += text_wrap(str_sub(all, at), MAX(v->cols - 1, 1));
		if (at >= all.n)
			break;
		at += all.p[at] == '\n';
		if (at == all.n)
			g_array_append_val(v->lines, at);
	} while (at < all.n);
}

static gsize start_of(const struct view_editor *v, int line)
{
	return g_array_index(v->lines, gsize, line);
}

/* Where the line ends, before its line end if it has one. */
static gsize end_of(const struct view_editor *v, int line)
{
	gsize end = line + 1 < (int)v->lines->len ? start_of(v, line + 1) : v->text->len;
	return end > start_of(v, line) && line + 1 < (int)v->lines->len && v->text->str[end - 1] == '\n' ? end - 1
													 : end;
}

static int line_at(const struct view_editor *v, gsize at)
{
	int line = (int)v->lines->len - 1;
	while (line > 0 && start_of(v, line) > at)
		line--;
	return line;
}

static int column_of(const struct view_editor *v, int line, gsize at)
{
	return utf8_width((struct str){ v->text->str + start_of(v, line), at - start_of(v, line) });
}

static gsize place_at(const struct view_editor *v, int line, int column)
{
	struct str rest = { v->text->str + start_of(v, line), end_of(v, line) - start_of(v, line) };
	int used;
	return start_of(v, line) + utf8_fit(rest, column, &used).n;
}

/* --- drawing --- */

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_editor *v = (struct view_editor *)view;
	v->rows = r.rows;
	v->cols = r.cols;
	make_lines(v);
	int here = line_at(v, v->at);
	v->top = CLAMP(v->top, MAX(here - r.rows + 1, 0), here);
	for (int i = 0; i < r.rows && v->top + i < (int)v->lines->len; i++) {
		gsize start = start_of(v, v->top + i);
		unsigned style = v->text->str[start] == '>' ? STYLE_QUOTE : STYLE_NORMAL;
		grid_textn(g, r.row + i, r.col, r.cols, style,
			(struct str){ v->text->str + start, end_of(v, v->top + i) - start });
	}
	g->cursor_row = r.row + here - v->top;
	g->cursor_col = MIN(r.col + column_of(v, here, v->at), r.col + r.cols - 1);
	g->cursor_shown = true;
}

/* --- keys --- */

static void changed(struct view_editor *v)
{
	struct model_letter *m = view_compose_letter(v->compose);
	v->goal = -1;
	g_free(m->draft->text);
	m->draft->text = g_strdup(v->text->str);
	model_letter_touch(m);
}

static void insert(struct view_editor *v, const char *s, size_t n)
{
	if (v->text->len + n > DRAFT_TEXT_MAX)
		return;
	g_string_insert_len(v->text, (gssize)v->at, s, (gssize)n);
	v->at += n;
	changed(v);
}

static void insert_key(struct view_editor *v, uint32_t key)
{
	char octets[6];
	insert(v, octets, (size_t)g_unichar_to_utf8(key, octets));
}

/* A paste is text, with its lines. */
static void insert_paste(struct view_editor *v, const char *paste)
{
	g_autofree char *clean = grid_lines(str_of(paste));
	insert(v, clean, strlen(clean));
}

static void cut(struct view_editor *v, gsize from, gsize to)
{
	g_string_erase(v->text, (gssize)from, (gssize)(to - from));
	v->at = from;
	changed(v);
}

static gsize before(const struct view_editor *v)
{
	return v->at ? (gsize)(g_utf8_prev_char(v->text->str + v->at) - v->text->str) : 0;
}

static gsize after(const struct view_editor *v)
{
	return v->at < v->text->len ? (gsize)(g_utf8_next_char(v->text->str + v->at) - v->text->str) : v->at;
}

static void move_lines(struct view_editor *v, int by)
{
	int line = line_at(v, v->at), to = CLAMP(line + by, 0, (int)v->lines->len - 1);
	if (v->goal < 0)
		v->goal = column_of(v, line, v->at);
	v->at = place_at(v, to, v->goal);
}

static void move_to(struct view_editor *v, gsize at)
{
	v->at = at;
	v->goal = -1;
}

static bool move(struct view_editor *v, uint32_t key)
{
	int page = MAX(v->rows - 1, 1);
	switch (key) {
	case APP_KEY_UP: move_lines(v, -1); break;
	case APP_KEY_DOWN: move_lines(v, 1); break;
	case APP_KEY_PAGE_UP: move_lines(v, -page); break;
	case APP_KEY_PAGE_DOWN: move_lines(v, page); break;
	case APP_KEY_LEFT: move_to(v, before(v)); break;
	case APP_KEY_RIGHT: move_to(v, after(v)); break;
	case APP_KEY_HOME:
	case CTRL('A'): move_to(v, start_of(v, line_at(v, v->at))); break;
	case APP_KEY_END:
	case CTRL('E'): move_to(v, end_of(v, line_at(v, v->at))); break;
	default: return false;
	}
	return true;
}

static void end(struct view_editor *v)
{
	struct view *compose = v->compose;
	struct model_letter *m = view_compose_letter(compose);
	if (m->dirty)
		model_letter_save(m);
	view_compose_edited(compose);
	ui_pop(v->view.ui);
}

/* Alt and a key is Esc and that key: it must not end here and act there. */
static bool escape(struct view_editor *v, uint32_t key)
{
	bool was = v->escaped;
	v->escaped = key == APP_KEY_ESC && !was;
	if (key == APP_KEY_ESC && was)
		end(v);
	return was || key == APP_KEY_ESC;
}

static bool key(struct view *view, uint32_t k, const char *paste)
{
	struct view_editor *v = (struct view_editor *)view;
	if (escape(v, k))
		return true;
	make_lines(v);
	if (k == CTRL('X'))
		end(v);
	else if (!k)
		insert_paste(v, paste);
	else if (k == APP_KEY_ENTER)
		insert(v, "\n", 1);
	else if (k == APP_KEY_BACKSPACE && v->at)
		cut(v, before(v), v->at);
	else if (k == APP_KEY_DELETE || k == CTRL('D'))
		cut(v, v->at, after(v));
	else if (k == CTRL('K'))
		cut(v, v->at, MAX(end_of(v, line_at(v, v->at)), v->at));
	else if (!move(v, k) && (k == APP_KEY_TAB || (k >= 0x20 && k != 0x7f && g_unichar_validate(k))))
		insert_key(v, k);
	return true;
}

static bool command(struct view *view, enum app_command c)
{
	(void)view;
	(void)c;
	return true;
}

static char *title(struct view *view, int cols)
{
	const struct view_editor *v = (const struct view_editor *)view;
	return v->compose->ops->title(v->compose, cols);
}

static char *aside(struct view *view, int cols)
{
	const struct view_editor *v = (const struct view_editor *)view;
	return v->compose->ops->aside(v->compose, cols);
}

static char *remark(struct view *view)
{
	return ((const struct view_editor *)view)->escaped ? g_strdup(_("Esc again ends the writing.")) : NULL;
}

static void destroy(struct view *view)
{
	struct view_editor *v = (struct view_editor *)view;
	g_string_free(v->text, TRUE);
	g_array_unref(v->lines);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_TEXT,
	.draw = draw,
	.command = command,
	.key = key,
	.title = title,
	.aside = aside,
	.remark = remark,
	.typing = N_("^X done  Arrows move  ^K cut the line"),
	.free = destroy,
};

struct view *view_editor_new(struct ui *ui, struct view *compose)
{
	struct view_editor *v = g_new0(struct view_editor, 1);
	const struct model_letter *m = view_compose_letter(compose);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = compose->account };
	v->compose = compose;
	v->text = g_string_new(m->draft->text);
	v->lines = g_array_new(FALSE, FALSE, sizeof(gsize));
	v->goal = -1;
	v->rows = 1;
	v->cols = 80;
	return &v->view;
}
