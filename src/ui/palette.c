/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The palette: commands by a word for them, their keys, and lines as they stand in the mailrc. It lies over the view it
 * was opened in, and what it runs is done there. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define LINES_KEPT 50 /* of what was typed in it */
#define ROWS_MOST 10
#define BOX_COLS 72
#define FRAME_FROM_ROWS 7
#define KEY_COLS 10
#define KEY_COLS_NARROW 6
#define NAME_FROM_COLS 60 /* within the frame: names stand beside what they do */
#define NAME_COLS 20

struct palette {
	struct input input;
	enum app_context of;
	GArray *rows; /* struct palette_row */
	struct list list;
	guint back;   /* lines of before: 1 is the last one */
	guint offers; /* Tabs since a key was typed */
	char *typed;  /* what stood there at the first of them */
};

/* --- rows --- */

static bool is_mailrc_line(const char *line)
{
	static const char *const words[] = { "set ", "bind ", "macro " };
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (g_str_has_prefix(line, words[i]))
			return true;
	return *line == '!' || !strcmp(line, "source");
}

/* What stands behind the name of a command that takes something does not choose it. */
static void make_rows(struct palette *p)
{
	const char *rest;
	enum app_command c = app_palette_line(p->input.text, &rest);
	bool given = c && strchr(p->input.text, ' ') && app_command_info(c)->arg != ARG_NONE;
	g_clear_pointer(&p->rows, g_array_unref);
	if (is_mailrc_line(p->input.text))
		p->rows = g_array_new(FALSE, FALSE, sizeof(struct palette_row));
	else
		p->rows = app_palette(p->of, given ? app_command_info(c)->name : p->input.text);
	if (given)
		g_array_set_size(p->rows, MIN(p->rows->len, 1));
}

static const struct palette_row *current(const struct palette *p)
{
	return p->list.cursor < (int)p->rows->len ? &g_array_index(p->rows, struct palette_row, p->list.cursor) : NULL;
}

static void palette_free(struct palette *p)
{
	input_clear(&p->input);
	g_array_unref(p->rows);
	g_free(p->typed);
	g_free(p);
}

void palette_drop(struct ui *ui)
{
	if (!ui->palette)
		return;
	g_clear_pointer(&ui->palette, palette_free);
	ui_touch(ui);
}

void palette_open(struct ui *ui, const char *text)
{
	palette_drop(ui);
	ui->palette = g_new0(struct palette, 1);
	ui->palette->of = ui_top(ui)->ops->context;
	input_init(&ui->palette->input, text, false);
	make_rows(ui->palette);
	ui_touch(ui);
}

/* --- what it runs --- */

static void remember(struct ui *ui, const char *line)
{
	GPtrArray *lines = ui->palette_lines;
	if (!*line || (lines->len && !strcmp(lines->pdata[lines->len - 1], line)))
		return;
	g_ptr_array_add(lines, g_strdup(line));
	if (lines->len > LINES_KEPT)
		g_ptr_array_remove_index(lines, 0);
}

/* As if it had been typed where the command asks, with Enter behind it. */
static void give(struct ui *ui, const struct view *before, const char *argument)
{
	static const uint32_t empty = 0x15; /* ^U */
	struct view *top = ui_top(ui);
	if (ui->prompt && !ui->prompt->input.hidden) {
		prompt_key(ui, empty, NULL);
		prompt_key(ui, 0, argument);
		if (ui->prompt)
			prompt_key(ui, APP_KEY_ENTER, NULL);
	} else if (top != before && top->ops->key) {
		top->ops->key(top, 0, argument);
		if (ui_top(ui) == top)
			top->ops->key(top, APP_KEY_ENTER, NULL);
	}
}

static void run(struct ui *ui, enum app_command c, enum app_context of, const char *argument)
{
	const struct app_command_info *info = app_command_info(c);
	const char *why = command_why_not(ui, c);
	const struct view *before = ui_top(ui);
	if (!(info->contexts & (1u << of))) {
		ui_say(ui, g_strdup_printf(_("Not here: '%s' -- %s."), info->name, app_command_elsewhere(c)));
	} else if (why) {
		ui_say(ui, g_strdup(why));
	} else if (*argument && info->arg == ARG_NONE) {
		ui_say(ui, g_strdup_printf(_("'%s' takes nothing behind it."), info->name));
	} else {
		command_run(ui, c);
		if (*argument)
			give(ui, before, argument);
	}
}

/* Written where a person would write it, and counting at once; r (taken) may be NULL, then e says why. */
static bool keep(struct ui *ui, struct cfg_rewrite *r, struct err *e)
{
	bool kept = r && !cfg_rewrite_write(r, e);
	if (kept)
		ui_take_mailrc(ui, g_steal_pointer(&r->now));
	cfg_rewrite_free(r);
	return kept;
}

static void run_set(struct ui *ui, const char *words)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) one = g_strsplit(words, "=", 2);
	const char *key = g_strstrip(one[0]), *value = one[1] ? g_strstrip(one[1]) : "on";
	if (keep(ui, cfg_rewrite_set(app_mailrc(ui->app), key, value, &e), &e))
		ui_say(ui, g_strdup_printf(_("Written into the mailrc: %s"), words));
	else
		ui_say(ui, grid_line(str_of(e.text)));
	err_clear(&e);
}

static void run_source(struct ui *ui)
{
	const struct cfg *was = app_mailrc(ui->app);
	if (!was->usual) {
		ui_say(ui, g_strdup(_("There is no mailrc to be read.")));
		return;
	}
	struct cfg *now = cfg_load_again(was);
	const struct cfg_diag *first = now->diags->len ? now->diags->pdata[0] : NULL;
	if (cfg_errors(now) && first) {
		ui_say(ui, g_strdup_printf("%s:%u:%u: %s", first->file, first->line, first->col, first->text));
		cfg_free(now);
		return;
	}
	ui_take_mailrc(ui, now);
	ui_say(ui, g_strdup(_("The mailrc was read again. What is changed of accounts counts from the next start.")));
}

/* Where there is no mailrc it counts until the end. A line without sense is not written. */
static void take_bind(struct ui *ui, const struct cfg_bind *bind)
{
	struct err e = ERR_INIT;
	const char *word = bind->macro ? "macro" : "bind", *const args[] = { bind->context, bind->key, bind->command };
	struct cfg_edit edit = { .op = CFG_EDIT_ADD, .word = word, .args = args, .n = 3 };
	char *wrong = keymap_take(ui->keymap, bind);
	if (wrong)
		ui_say(ui, wrong);
	else if (keep(ui, cfg_rewrite_new(app_mailrc(ui->app), &edit, &e), &e))
		ui_say(ui, g_strdup_printf(_("Written into the mailrc: %s %s %s %s"), word, bind->context, bind->key,
				   bind->command));
	else
		ui_say(ui, g_strdup_printf(
				   _("Until you leave: %s %s %s %s"), word, bind->context, bind->key, bind->command));
	err_clear(&e);
}

static void run_bind(struct ui *ui, const char *line)
{
	struct cfg *cfg = cfg_parse(str_of(line), "", NULL);
	const struct cfg_diag *diag = cfg->diags->len ? cfg->diags->pdata[0] : NULL;
	if (diag)
		ui_say(ui, g_strdup(diag->text));
	else if (cfg->binds->len)
		take_bind(ui, cfg->binds->pdata[0]);
	cfg_free(cfg);
}

static void run_mailrc_line(struct ui *ui, const char *line)
{
	if (g_str_has_prefix(line, "set "))
		run_set(ui, line + 4 + strspn(line + 4, " "));
	else if (g_str_has_prefix(line, "source"))
		run_source(ui);
	else
		run_bind(ui, line);
}

static void enter(struct ui *ui)
{
	struct palette *p = ui->palette;
	const char *rest;
	g_autofree char *line = g_strstrip(g_strdup(p->input.text));
	const struct palette_row *row = current(p);
	enum app_context of = ui_top(ui)->ops->context; /* what came meanwhile may have opened another view */
	enum app_command named = app_palette_line(line, &rest), c = row ? row->command : CMD_NONE;
	/* Whoever moved the cursor means that row. */
	if (named && !p->list.cursor)
		c = named;
	remember(ui, line);
	palette_drop(ui);
	if (*line == '!')
		shell_run(ui, line + 1 + strspn(line + 1, " "));
	else if (is_mailrc_line(line))
		run_mailrc_line(ui, line);
	else if (c)
		run(ui, c, of, c == named ? rest : "");
	else
		ui_say(ui, g_strdup_printf(_("No command has to do with '%s'."), line));
}

/* --- keys of the selected one --- */

static void key_typed(struct ui *ui, struct str typed, void *aux)
{
	g_autofree char *key = str_dup(str_trim(typed));
	const char *place = app_context_names[ui_top(ui)->ops->context];
	const char *name = app_command_info(GPOINTER_TO_INT(aux))->name;
	if (*key)
		take_bind(ui, &(struct cfg_bind){ (char *)place, key, (char *)name, false });
}

static void ask_key(struct ui *ui)
{
	const struct palette_row *row = current(ui->palette);
	if (!row)
		return;
	enum app_command c = row->command;
	enum app_context of = ui->palette->of;
	const char *name = app_command_info(c)->name;
	g_autofree char *keys = keymap_all(ui->keymap, of, c);
	bool here = row->here;
	palette_drop(ui);
	if (here)
		ui_ask(ui,
			g_strdup_printf(
				keys ? _("Another key for '%s' (now %s): ") : _("A key for '%s': "), name, keys),
			"", false, key_typed, GINT_TO_POINTER(c), NULL);
	else
		ui_say(ui, g_strdup_printf(_("Not here: '%s' -- %s."), name, app_command_elsewhere(c)));
}

/* --- Tab --- */

static void put(struct palette *p, const char *text)
{
	input_clear(&p->input);
	input_init(&p->input, text, false);
	make_rows(p);
}

static gint by_score(gconstpointer a, gconstpointer b, gpointer typed)
{
	const char *const *x = a, *const *y = b;
	return model_fuzzy(typed, *y) - model_fuzzy(typed, *x);
}

static void add_folders(const struct ui *ui, char *typed, GPtrArray *out)
{
	const struct model_account *a = model_folders_account(ui->folders, MAX(ui_top(ui)->account, 0));
	for (guint i = 0; a && i < a->folders->len; i++) {
		const struct store_folder *f = a->folders->pdata[i];
		if (!(f->flags & FOLDER_NOSELECT) && model_fuzzy(typed, f->name))
			g_ptr_array_add(out, g_strdup(f->name));
	}
	g_ptr_array_sort_with_data(out, by_score, typed);
}

static void add_if_begun(GPtrArray *out, const char *word, const char *typed, const char *behind)
{
	if (g_str_has_prefix(word, typed))
		g_ptr_array_add(out, g_strconcat(word, behind, NULL));
}

/* Of `bind` and `macro`: places, and behind the key commands of the place; of `set` options. */
static void add_mailrc_words(char **words, GPtrArray *out)
{
	guint n = g_strv_length(words);
	const char *last = words[n - 1];
	bool binds = !strcmp(words[0], "bind");
	if (!strcmp(words[0], "set")) {
		size_t options;
		const struct cfg_word *option = cfg_option_words(&options);
		for (size_t i = 0; i < options; i++)
			add_if_begun(out, option[i].name, last, "=");
	} else if (n == 2 && (binds || !strcmp(words[0], "macro"))) {
		for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++)
			add_if_begun(out, app_context_names[ctx], last, " ");
	} else if (n == 4 && binds) {
		for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++)
			for (enum app_context ctx = 0; ctx < CTX_COUNT; ctx++)
				if (!strcmp(words[1], app_context_names[ctx]) &&
					app_command_info(c)->contexts & (1u << ctx))
					add_if_begun(out, app_command_info(c)->name, last, "");
	}
}

/* What may take the place of the end of what was typed; keep_out: octets of it that stay. */
static GPtrArray *candidates(const struct ui *ui, const char *typed, size_t *keep_out)
{
	const struct palette_row *row = current(ui->palette);
	GPtrArray *out = g_ptr_array_new_with_free_func(g_free);
	const char *rest, *blank = strrchr(typed, ' ');
	enum app_command c = app_palette_line(typed, &rest);
	*keep_out = blank ? (size_t)(blank + 1 - typed) : 0;
	if (is_mailrc_line(typed)) {
		g_auto(GStrv) words = g_strsplit(typed, " ", -1);
		add_mailrc_words(words, out);
	} else if (c && blank) {
		*keep_out = (size_t)(rest - typed);
		if (app_command_info(c)->arg == ARG_FOLDER)
			add_folders(ui, (char *)rest, out);
		else if (app_command_info(c)->arg == ARG_PATH)
			complete_add_paths(rest, out);
	} else if (row && !blank) {
		const struct app_command_info *info = app_command_info(row->command);
		g_ptr_array_add(out, g_strconcat(info->name, info->arg ? " " : "", NULL));
	}
	return out;
}

/* Tab again takes the next of them; a single one is where the next Tab goes on from. */
static void complete(struct ui *ui)
{
	struct palette *p = ui->palette;
	size_t keep;
	if (!p->typed)
		p->typed = g_strdup(p->input.text);
	g_autoptr(GPtrArray) found = candidates(ui, p->typed, &keep);
	if (!found->len) {
		ui->term->bell(ui->term);
		return;
	}
	g_autofree char *head = g_strndup(p->typed, keep);
	g_autofree char *line = g_strconcat(head, found->pdata[p->offers++ % found->len], NULL);
	if (found->len == 1) {
		g_clear_pointer(&p->typed, g_free);
		p->offers = 0;
	}
	put(p, line);
	p->list.cursor = 0;
}

/* --- keys --- */

static void recall(struct ui *ui, bool older)
{
	struct palette *p = ui->palette;
	const GPtrArray *lines = ui->palette_lines;
	if (older ? p->back >= lines->len : !p->back)
		return;
	p->back = older ? p->back + 1 : p->back - 1;
	put(p, p->back ? lines->pdata[lines->len - p->back] : "");
	p->list.cursor = 0;
}

static bool move(struct palette *p, uint32_t key)
{
	switch (key) {
	case APP_KEY_DOWN: return list_command(&p->list, CMD_DOWN);
	case APP_KEY_UP: return list_command(&p->list, CMD_UP);
	case APP_KEY_PAGE_DOWN: return list_command(&p->list, CMD_PAGE_DOWN);
	case APP_KEY_PAGE_UP: return list_command(&p->list, CMD_PAGE_UP);
	default: return false;
	}
}

#define CTRL(c) ((c)&0x1f)

void palette_key(struct ui *ui, uint32_t key, const char *paste)
{
	struct palette *p = ui->palette;
	bool empty = !p->input.n;
	list_show(&p->list, (int)p->rows->len, MAX(p->list.height, 1));
	ui_touch(ui);
	if (key == APP_KEY_ESC || key == KEY_STOP || (empty && key == APP_KEY_BACKSPACE)) {
		palette_drop(ui);
	} else if (key == APP_KEY_ENTER) {
		enter(ui);
	} else if (key == APP_KEY_TAB) {
		complete(ui);
	} else if (key == CTRL('K')) {
		ask_key(ui);
	} else if (key == CTRL('P') || key == CTRL('N')) {
		recall(ui, key == CTRL('P'));
	} else if (!move(p, key) && input_key(&p->input, key, paste)) {
		g_clear_pointer(&p->typed, g_free);
		p->offers = 0;
		p->list.cursor = p->list.top = 0;
		make_rows(p);
	}
}

/* --- drawing --- */

static void draw_row(const struct ui *ui, struct grid *g, struct rect r, const struct palette_row *row, bool cursor)
{
	const struct app_command_info *info = app_command_info(row->command);
	g_autofree char *title = app_command_title(row->command);
	unsigned style = cursor ? STYLE_CURSOR : 0;
	const char *why = row->here ? command_why_not(ui, row->command) : app_command_elsewhere(row->command);
	int col = r.col + 2, room = r.cols - 2;
	grid_fill(g, r.row, r.col, r.cols, style, ' ');
	if (cursor)
		grid_text(g, r.row, r.col, 1, style, ">");
	if (why) {
		g_autofree char *text = row->here ? g_strdup_printf("(%s: %s)", info->name, why)
						  : g_strdup_printf(_("(not here: %s -- %s)"), info->name, why);
		grid_text(g, r.row, col, room, style | STYLE_DIM, text);
		return;
	}
	g_autofree char *keys = keymap_first(ui->keymap, ui->palette->of, row->command);
	bool wide = r.cols >= NAME_FROM_COLS;
	int names = wide ? NAME_COLS : 0, key_cols = wide ? KEY_COLS : KEY_COLS_NARROW;
	room = MAX(room - key_cols - names, 0);
	grid_text(g, r.row, col, room - 1, style, title);
	grid_text(g, r.row, col + room, key_cols - 1, style | STYLE_NEW, keys ? keys : "");
	if (names)
		grid_text(g, r.row, col + room + key_cols, names, style | STYLE_DIM, info->name);
}

static void draw_frame(struct grid *g, struct rect r)
{
	for (int i = 0; i < r.rows; i++) {
		bool edge = i == 0 || i == r.rows - 1;
		grid_fill(g, r.row + i, r.col, r.cols, STYLE_NORMAL, edge ? '-' : ' ');
		grid_text(g, r.row + i, r.col, 1, STYLE_NORMAL, edge ? "+" : "|");
		grid_text(g, r.row + i, r.col + r.cols - 1, 1, STYLE_NORMAL, edge ? "+" : "|");
	}
	grid_text(g, r.row, r.col + 2, r.cols - 4, STYLE_NORMAL, " : ");
}

static void draw_foot(const struct ui *ui, struct grid *g, struct rect r)
{
	const struct palette *p = ui->palette;
	const char *help = _("Enter run  Tab complete  ^K key  ^P before  Esc back");
	if (grid_width(help) > r.cols)
		help = _("Enter run  Tab complete  Esc back");
	if (g_str_has_prefix(p->input.text, "!"))
		help = _("Enter gives it to the shell  Esc back");
	else if (is_mailrc_line(p->input.text))
		help = _("Enter takes it as a line of the mailrc  Esc back");
	else if (!p->rows->len)
		help = _("No command has to do with that.");
	grid_fill(g, r.row, r.col, r.cols, STYLE_NORMAL, ' ');
	grid_text(g, r.row, r.col, r.cols, STYLE_DIM, help);
}

void palette_draw(const struct ui *ui, struct grid *g, struct rect area)
{
	struct palette *p = ui->palette;
	int rows = (int)p->rows->len, frame = area.rows >= FRAME_FROM_ROWS;
	int shown = CLAMP(rows, 0, MIN(ROWS_MOST, area.rows - 2 - 2 * frame));
	int cols = MIN(area.cols, BOX_COLS), height = MIN(shown + 2 + 2 * frame, area.rows);
	struct rect box = { area.row + MIN(2, area.rows - height), area.col + (area.cols - cols) / 2, height, cols };
	if (frame)
		draw_frame(g, box);
	struct rect r = { box.row + frame, box.col + 2 * frame, 1, cols - 4 * frame };
	input_draw(&p->input, g, r, ": ");
	list_show(&p->list, rows, MAX(shown, 1));
	for (int i = 0; i < shown && p->list.top + i < rows; i++) {
		r.row++;
		draw_row(ui, g, r, &g_array_index(p->rows, struct palette_row, p->list.top + i),
			p->list.top + i == p->list.cursor);
	}
	r.row++;
	if (r.row < box.row + height)
		draw_foot(ui, g, r);
}
