/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of the place it was called from, made from the command table; typing filters, Enter runs. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define KEYS_COLS 22
#define KEYS_COLS_NARROW 14
#define WIDE_FROM_COLS 60

struct line {
	enum app_command command; /* CMD_NONE: a title, or a macro */
	unsigned style;
	char *text;
	bool first; /* of its command: where the cursor stands */
};

struct view_help {
	struct view view;
	enum app_context of;
	struct input typed;
	GArray *lines; /* struct line, as wide as the screen */
	int cols;      /* they were made for; 0: not yet */
	int cursor;    /* which of the commands */
	int commands, top, height;
};

/* --- lines --- */
static void line_clear(void *p)
{
	g_free(((struct line *)p)->text);
}

/* Every word typed is found in the text, whatever its case. */
static bool matches(const char *text, const char *typed)
{
	g_autofree char *have = g_utf8_casefold(text, -1), *want = g_utf8_casefold(typed, -1);
	g_auto(GStrv) words = g_strsplit(want, " ", -1);
	for (char **word = words; *word; word++)
		if (!strstr(have, *word))
			return false;
	return true;
}

static void add_line(struct view_help *v, enum app_command c, unsigned style, bool first, char *text)
{
	struct line l = { c, style, text, first };
	g_array_append_val(v->lines, l);
}

/* The help stands beside the keys, or under them where they are too many; every line of it. */
static void add_wrapped(struct view_help *v, enum app_command c, const char *keys, const char *help)
{
	int key_cols = v->cols >= WIDE_FROM_COLS ? KEYS_COLS : KEYS_COLS_NARROW;
	int indent = key_cols + 3, room = MAX(v->cols - indent, 8);
	struct str rest = str_of(help);
	bool first = true;
	if (grid_width(keys) > key_cols) {
		add_line(v, c, STYLE_NORMAL, true, g_strdup_printf("  %s", keys));
		first = false;
	}
	while (rest.n) {
		size_t n = text_wrap(rest, room);
		g_autofree char *piece = g_strndup(rest.p, n);
		int pad = indent - (first ? 2 + grid_width(keys) : 0);
		add_line(v, c, STYLE_NORMAL, first,
			g_strdup_printf("%s%s%*s%s", first ? "  " : "", first ? keys : "", pad, "", piece));
		rest = str_sub(rest, n);
		first = false;
	}
}

static void add_title(struct view_help *v, const char *title, bool *titled)
{
	if (!*titled)
		add_line(v, CMD_NONE, STYLE_TITLE, false, g_strdup(title));
	*titled = true;
}

static void add_command(struct view_help *v, enum app_command c, enum app_group group, bool *titled)
{
	const struct app_command_info *info = app_command_info(c);
	if (info->group != group || !(info->contexts & (1u << v->of)))
		return;
	g_autofree char *keys = keymap_all(v->view.ui->keymap, v->of, c);
	g_autofree char *all = g_strdup_printf("%s %s %s %s %s", keys ? keys : "-", _(info->help), info->name,
		app_group_title(group), info->words ? _(info->words) : "");
	if (!matches(all, v->typed.text))
		return;
	add_title(v, app_group_title(group), titled);
	add_wrapped(v, c, keys ? keys : "-", _(info->help));
	v->commands++;
}

static void add_macros(struct view_help *v)
{
	g_autoptr(GPtrArray) list = keymap_next(v->view.ui->keymap, v->of, NULL, 0);
	bool titled = false;
	for (guint i = 0; i < list->len; i++) {
		const struct keymap_next *next = list->pdata[i];
		g_autofree char *text = next->macro ? g_strdup_printf(_("types %s"), next->macro) : NULL;
		g_autofree char *all = text ? g_strdup_printf("%s %s", next->keys, text) : NULL;
		if (!all || !matches(all, v->typed.text))
			continue;
		add_title(v, _("Macros"), &titled);
		add_wrapped(v, CMD_NONE, next->keys, text);
	}
}

static void make_lines(struct view_help *v)
{
	g_array_set_size(v->lines, 0);
	v->commands = 0;
	for (enum app_group group = 0; group < GROUP_COUNT; group++) {
		bool titled = false;
		for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++)
			add_command(v, c, group, &titled);
	}
	add_macros(v);
	if (!v->lines->len)
		add_line(v, CMD_NONE, STYLE_DIM, false, g_strdup(_("No key here does that.")));
	v->cursor = CLAMP(v->cursor, 0, MAX(v->commands - 1, 0));
}

/* --- the cursor --- */
static const struct line *line_at(const struct view_help *v, int i)
{
	return &g_array_index(v->lines, struct line, i);
}

/* The first line of the command at the cursor; -1: there is none. */
static int cursor_line(const struct view_help *v)
{
	int nth = -1;
	for (int i = 0; i < (int)v->lines->len; i++) {
		const struct line *l = line_at(v, i);
		nth += l->command && l->first;
		if (nth == v->cursor)
			return i;
	}
	return -1;
}

/* All lines of the command are in sight; at the first one the title above it too. */
static void scroll(struct view_help *v)
{
	int at = MAX(cursor_line(v), 0), end = at, n = (int)v->lines->len;
	while (end + 1 < n && line_at(v, end + 1)->command == line_at(v, at)->command && !line_at(v, end + 1)->first)
		end++;
	v->top = MAX(v->top, end - v->height + 1);
	v->top = MIN(v->top, v->cursor ? at : 0);
	v->top = CLAMP(v->top, 0, MAX(n - v->height, 0));
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_help *v = (struct view_help *)view;
	if (v->cols != r.cols) {
		v->cols = r.cols;
		make_lines(v);
	}
	v->height = MAX(r.rows - 1, 1);
	scroll(v);
	int at = cursor_line(v);
	enum app_command chosen = at < 0 ? CMD_NONE : line_at(v, at)->command;
	for (int i = 0; i < r.rows - 1 && v->top + i < (int)v->lines->len; i++) {
		const struct line *l = line_at(v, v->top + i);
		unsigned style = l->style | (chosen && l->command == chosen ? STYLE_CURSOR : 0);
		grid_fill(g, r.row + 1 + i, r.col, r.cols, style, ' ');
		grid_text(g, r.row + 1 + i, r.col, r.cols, style, l->text);
	}
	input_draw(&v->typed, g, (struct rect){ r.row, r.col, 1, r.cols }, _("Type to filter: "));
}

static bool command(struct view *view, enum app_command c)
{
	struct view_help *v = (struct view_help *)view;
	int page = MAX(v->height / 2, 1);
	switch (c) {
	case CMD_DOWN: v->cursor++; break;
	case CMD_UP: v->cursor--; break;
	case CMD_PAGE_DOWN: v->cursor += page; break;
	case CMD_PAGE_UP: v->cursor -= page; break;
	case CMD_FIRST: v->cursor = 0; break;
	case CMD_LAST: v->cursor = v->commands; break;
	default: return false;
	}
	v->cursor = CLAMP(v->cursor, 0, MAX(v->commands - 1, 0));
	return true;
}

/* In the view it was called from, as if its key had been typed there. */
static void run_chosen(struct view_help *v)
{
	struct ui *ui = v->view.ui;
	int at = cursor_line(v);
	enum app_command c = at < 0 ? CMD_NONE : line_at(v, at)->command;
	if (!c)
		return;
	ui_pop(ui);
	command_run(ui, c);
}

/* Arrows and page keys move; q leaves only while nothing is typed, and ? asked again means the manual. */
static bool key(struct view *view, uint32_t k, const char *paste)
{
	struct view_help *v = (struct view_help *)view;
	bool empty = !v->typed.n;
	if (k == APP_KEY_ESC || (empty && (k == 'q' || k == APP_KEY_LEFT))) {
		ui_pop(view->ui);
		return true;
	}
	if (k == APP_KEY_ENTER) {
		run_chosen(v);
		return true;
	}
	if (empty && (k == '?' || k == APP_KEY_F1)) {
		shell_manual(view->ui);
		return true;
	}
	if (k >= APP_KEY_UP || (empty && k == ' ') || !input_key(&v->typed, k, paste))
		return false;
	v->cursor = 0;
	make_lines(v);
	return true;
}

static char *title(struct view *view, int cols)
{
	const struct view_help *v = (const struct view_help *)view;
	(void)cols;
	switch (v->of) {
	case CTX_INDEX: return g_strdup(_("Keys in a list of messages"));
	case CTX_MESSAGE: return g_strdup(_("Keys in a message"));
	case CTX_FOLDERS: return g_strdup(_("Keys in the folders"));
	case CTX_PARTS: return g_strdup(_("Keys in the parts of a message"));
	case CTX_COMPOSE: return g_strdup(_("Keys in a letter being written"));
	case CTX_FROM: return g_strdup(_("Keys where the sender is chosen"));
	case CTX_DRAFTS: return g_strdup(_("Keys in the letters begun"));
	case CTX_QUEUE: return g_strdup(_("Keys in the queue"));
	case CTX_QUOTE: return g_strdup(_("Keys for what is quoted"));
	case CTX_SETTINGS: return g_strdup(_("Keys in the settings"));
	default: return g_strdup(_("Keys in a text"));
	}
}

static void destroy(struct view *view)
{
	struct view_help *v = (struct view_help *)view;
	input_clear(&v->typed);
	g_array_unref(v->lines);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_TEXT,
	.draw = draw,
	.command = command,
	.key = key,
	.title = title,
	.typing = N_("Enter run  Up Down choose  ? manual  Esc back"),
	.free = destroy,
};

struct view *view_help_new(struct ui *ui, enum app_context of)
{
	struct view_help *v = g_new0(struct view_help, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = ui_top(ui)->account };
	v->of = of;
	v->lines = g_array_new(FALSE, FALSE, sizeof(struct line));
	g_array_set_clear_func(v->lines, line_clear);
	input_init(&v->typed, "", false);
	return &v->view;
}
