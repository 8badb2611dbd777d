/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every option and every word of the accounts: its value, where that is said and what it means. A change is written into
 * the mailrc at once. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define KEY_COLS 20
#define ORIGIN_COLS 18
#define ORIGIN_FROM_COLS 60 /* below these there is no room for where it is said */
#define HELP_ROWS 7
#define HELP_FROM_ROWS 12

struct row {
	char *heading;              /* NULL: a setting */
	struct cfg_setting setting; /* borrows from `read` */
};

struct view_settings {
	struct view view;
	struct list list;
	GPtrArray *rows; /* struct row * */
	const struct cfg *read;
	char *filter;     /* words; "" */
	GPtrArray *done;  /* struct cfg_rewrite *: what u takes back, the newest last */
	char *fault, *of; /* what is wrong with the value typed last for that key; NULL */
};

static void row_free(void *p)
{
	struct row *r = p;
	g_free(r->heading);
	cfg_setting_clear(&r->setting);
	g_free(r);
}

static void rewrite_free(void *p)
{
	cfg_rewrite_free(p);
}

/* --- rows --- */

static void add_heading(struct view_settings *v, char *heading)
{
	struct row *r = g_new0(struct row, 1);
	r->heading = heading;
	g_ptr_array_add(v->rows, r);
}

static bool has_words(const struct view_settings *v, const struct cfg_setting *s)
{
	g_autofree char *all = g_strdup_printf(
		"%s %s %s %s", s->key, s->value ? s->value : "", _(s->word->help), s->word->doc ? _(s->word->doc) : "");
	g_autofree char *have = g_utf8_casefold(all, -1), *want = g_utf8_casefold(v->filter, -1);
	g_auto(GStrv) words = g_strsplit(want, " ", -1);
	for (char **word = words; *word; word++)
		if (!strstr(have, *word))
			return false;
	return true;
}

/* A heading is taken back when nothing came under it. */
static void end_group(struct view_settings *v)
{
	const struct row *last = v->rows->len ? v->rows->pdata[v->rows->len - 1] : NULL;
	if (last && last->heading)
		g_ptr_array_set_size(v->rows, (int)v->rows->len - 1);
}

static void make_rows(struct view_settings *v)
{
	const struct cfg *c = app_mailrc(v->view.ui->app);
	g_autoptr(GPtrArray) keys = cfg_setting_keys(c);
	const struct cfg_account *account = NULL;
	g_ptr_array_set_size(v->rows, 0);
	v->read = c;
	for (guint i = 0; i < keys->len; i++) {
		struct row *r = g_new0(struct row, 1);
		struct err e = ERR_INIT;
		cfg_setting_get(c, keys->pdata[i], &r->setting, &e);
		err_clear(&e);
		bool other = r->setting.account != account;
		account = r->setting.account;
		if (other || (!account && r->setting.word->group)) {
			end_group(v);
			add_heading(v, other ? g_strdup_printf(_("Account %s, from the next start"), account->label)
					     : g_strdup(_(r->setting.word->group)));
		}
		if (has_words(v, &r->setting))
			g_ptr_array_add(v->rows, r);
		else
			row_free(r);
	}
	end_group(v);
	v->list.count = (int)v->rows->len;
}

static const struct row *row_at(const struct view_settings *v, int i)
{
	return i >= 0 && i < (int)v->rows->len ? v->rows->pdata[i] : NULL;
}

static const struct cfg_setting *current(const struct view_settings *v)
{
	const struct row *r = row_at(v, v->list.cursor);
	return r && !r->heading ? &r->setting : NULL;
}

/* Headings are passed over, in the direction of travel. */
static void leave_heading(struct view_settings *v, int by)
{
	const struct row *r = row_at(v, v->list.cursor);
	if (r && r->heading)
		v->list.cursor += v->list.cursor ? by : 1;
}

static void go_to(struct view_settings *v, const char *key)
{
	for (guint i = 0; i < v->rows->len; i++) {
		const struct row *r = v->rows->pdata[i];
		if (!r->heading && !strcmp(r->setting.key, key))
			v->list.cursor = (int)i;
	}
	leave_heading(v, 1);
}

/* --- drawing --- */

static char *origin_short(const struct cfg_setting *s)
{
	if (s->origin && s->origin->given) {
		g_autofree char *file = g_path_get_basename(s->origin->file);
		return g_strdup_printf("%s:%u", file, s->origin->line);
	}
	return s->card ? g_strdup_printf(_("card %s"), s->card) : g_strdup(_("default"));
}

static void draw_setting(struct grid *g, int row, struct rect r, const struct cfg_setting *s, unsigned style)
{
	bool said = s->origin && s->origin->given;
	bool narrow = r.cols < ORIGIN_FROM_COLS;
	int key_cols = MIN(KEY_COLS, r.cols / 2), origin_cols = narrow ? 0 : ORIGIN_COLS;
	int value_cols = MAX(r.cols - 2 - key_cols - 1 - origin_cols - (narrow ? 0 : 1), 0);
	g_autofree char *origin = origin_short(s);
	g_autofree char *value = grid_line(str_of(s->value ? s->value : _("none")));
	const char *name = s->account ? s->word->name : s->key;
	grid_text(g, row, r.col + 2, key_cols, style, name);
	grid_text(g, row, r.col + 3 + key_cols, value_cols,
		style | (said              ? STYLE_NEW
				: s->value ? STYLE_NORMAL
					   : STYLE_DIM),
		value);
	grid_text(g, row, r.col + r.cols - origin_cols, origin_cols, style | STYLE_DIM, origin);
}

static void draw_rows(struct view_settings *v, struct grid *g, struct rect r)
{
	list_show(&v->list, (int)v->rows->len, r.rows);
	for (int i = 0; i < r.rows && v->list.top + i < v->list.count; i++) {
		const struct row *row = row_at(v, v->list.top + i);
		bool here = v->list.top + i == v->list.cursor;
		unsigned style = here ? STYLE_CURSOR : 0;
		grid_fill(g, r.row + i, r.col, r.cols, style, ' ');
		if (here)
			grid_text(g, r.row + i, r.col, 1, style, ">");
		if (row->heading)
			grid_text(g, r.row + i, r.col + 1, r.cols - 1, style | STYLE_HEADER, row->heading);
		else
			draw_setting(g, r.row + i, r, &row->setting, style);
	}
	g->cursor_row = r.row + v->list.cursor - v->list.top;
	g->cursor_col = r.col;
}

static char *origin_long(const struct cfg_setting *s)
{
	g_autofree char *shown = s->origin && s->origin->given ? grid_line(str_of(s->origin->file)) : NULL;
	if (shown)
		return g_strdup_printf(_("Said in %s, line %u."), shown, s->origin->line);
	return s->card ? g_strdup_printf(_("Said by the card of the provider %s."), s->card)
		       : g_strdup(_("Said nowhere: the default counts."));
}

static void add_help(struct text *t, const struct view_settings *v, const struct cfg_setting *s)
{
	g_autofree char *wanted = cfg_wanted(s->word), *origin = origin_long(s);
	const char *preset = s->word->preset ? s->word->preset : _("none");
	bool later = s->account || s->word->at_start;
	if (v->fault && !g_strcmp0(v->of, s->key))
		text_add(t, STYLE_ERROR, 2, str_of(v->fault));
	text_addf(t, STYLE_TITLE, 2, "%s: %s", s->word->name, _(s->word->help));
	text_addf(t, STYLE_NORMAL, 2, _("Takes %s. Default: %s. Counts %s. %s"), wanted ? wanted : s->word->args,
		preset, later ? _("from the next start") : _("at once"), origin);
	if (s->word->doc)
		text_add(t, STYLE_NORMAL, 2, str_of(_(s->word->doc)));
}

static void draw_help(const struct view_settings *v, struct grid *g, struct rect r)
{
	const struct cfg_setting *s = current(v);
	struct text *t = text_new();
	for (int i = 0; i < r.cols; i++)
		grid_text(g, r.row, r.col + i, 1, STYLE_DIM, "-");
	if (s)
		add_help(t, v, s);
	text_draw(t, g, (struct rect){ r.row + 1, r.col + 1, r.rows - 1, MAX(r.cols - 2, 1) });
	text_free(t);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_settings *v = (struct view_settings *)view;
	int help = r.rows >= HELP_FROM_ROWS ? HELP_ROWS : 0;
	struct rect rows = { r.row, r.col, r.rows - help, r.cols };
	if (v->read != app_mailrc(view->ui->app))
		make_rows(v);
	if (!v->rows->len)
		grid_text(g, r.row + r.rows / 3, r.col + 1, r.cols - 1, STYLE_DIM, _("No setting has these words."));
	draw_rows(v, g, rows);
	if (help)
		draw_help(v, g, (struct rect){ r.row + rows.rows, r.col, help, r.cols });
}

/* --- changing --- */

static struct view_settings *view_of(struct ui *ui)
{
	for (guint i = ui->views->len; i-- > 0;)
		if (((struct view *)ui->views->pdata[i])->ops->context == CTX_SETTINGS)
			return ui->views->pdata[i];
	return NULL;
}

static void set_fault(struct view_settings *v, const char *key, const struct err *e)
{
	g_free(v->fault);
	g_free(v->of);
	v->fault = e ? grid_line(str_of(e->text)) : NULL;
	v->of = g_strdup(key);
}

static void take(struct view_settings *v, struct cfg *now, const char *key)
{
	ui_take_mailrc(v->view.ui, now);
	make_rows(v);
	go_to(v, key);
}

static void say_written(struct view_settings *v, const struct cfg_rewrite *r, const char *key)
{
	struct ui *ui = v->view.ui;
	const struct cfg_setting *s = current(v);
	g_autofree char *undo = keymap_first(ui->keymap, CTX_SETTINGS, CMD_SETTING_UNDO);
	g_autofree char *file = g_path_get_basename(r->path), *name = grid_line(str_of(file));
	bool later = s && (s->account || s->word->at_start);
	ui_say(ui, g_strdup_printf(later ? _("%s is written in %s, and counts from the next start.  %s undo")
					 : _("%s is written in %s.  %s undo"),
			   key, name, undo ? undo : ""));
}

/* value NULL: the default. False: it was not written, and why is shown. */
static bool write_value(struct view_settings *v, const char *key, const char *value)
{
	struct err e = ERR_INIT;
	struct cfg_rewrite *r = cfg_rewrite_set(app_mailrc(v->view.ui->app), key, value, &e);
	bool good = r && !cfg_rewrite_write(r, &e);
	set_fault(v, key, good ? NULL : &e);
	if (good) {
		take(v, g_steal_pointer(&r->now), key);
		say_written(v, r, key);
		g_ptr_array_add(v->done, g_steal_pointer(&r));
	} else {
		ui_say(v->view.ui, g_strdup(v->fault));
	}
	cfg_rewrite_free(r);
	err_clear(&e);
	ui_touch(v->view.ui);
	return good;
}

static void ask(struct ui *ui, const char *key, const char *text);

static void typed(struct ui *ui, struct str text, void *aux)
{
	struct view_settings *v = view_of(ui);
	g_autofree char *value = str_dup(str_trim(text)), *key = g_strdup(aux);
	if (v && !write_value(v, key, value))
		ask(ui, key, value);
}

static void ask(struct ui *ui, const char *key, const char *text)
{
	ui_ask(ui, g_strdup_printf("%s: ", key), text, false, typed, g_strdup(key), g_free);
}

static const char *next_choice(const char *const *choices, const char *now)
{
	for (size_t i = 0; choices[i]; i++)
		if (!g_strcmp0(choices[i], now))
			return choices[i + 1] ? choices[i + 1] : choices[0];
	return choices[0];
}

static void change(struct view_settings *v)
{
	const struct cfg_setting *s = current(v);
	if (!s)
		return;
	g_autofree char *key = g_strdup(s->key);
	const char *const *choices = cfg_choices(s->word);
	bool masked = s->origin && s->origin->secret;
	set_fault(v, NULL, NULL);
	if (choices && choices[0] && !choices[1])
		ui_say(v->view.ui, g_strdup_printf(_("%s has this one value only."), key));
	else if (choices)
		write_value(v, key, next_choice(choices, s->value));
	else
		ask(v->view.ui, key, s->value && !masked ? s->value : "");
}

static void to_default(struct view_settings *v)
{
	const struct cfg_setting *s = current(v);
	g_autofree char *key = s ? g_strdup(s->key) : NULL;
	if (!s)
		return;
	if (!s->origin || !s->origin->given)
		ui_say(v->view.ui, g_strdup_printf(_("The mailrc says nothing of %s."), key));
	else
		write_value(v, key, NULL);
}

static void undo(struct view_settings *v)
{
	struct ui *ui = v->view.ui;
	struct err e = ERR_INIT;
	const struct cfg_rewrite *last = v->done->len ? v->done->pdata[v->done->len - 1] : NULL;
	const struct cfg_setting *s = current(v);
	g_autofree char *key = g_strdup(s ? s->key : "");
	if (!last) {
		ui_say(ui, g_strdup(_("Nothing was changed here.")));
	} else if (cfg_rewrite_undo(last, &e)) {
		ui_say(ui, grid_line(str_of(e.text)));
	} else {
		g_autofree char *base = g_path_get_basename(last->path), *file = grid_line(str_of(base));
		g_ptr_array_set_size(v->done, (int)v->done->len - 1);
		take(v, cfg_load_again(app_mailrc(ui->app)), key);
		ui_say(ui, g_strdup_printf(_("%s is as it was before."), file));
	}
	err_clear(&e);
}

/* What is called so, before what only speaks of it. */
static void go_to_named(struct view_settings *v)
{
	for (guint i = v->rows->len; i-- > 0 && *v->filter;) {
		const struct row *r = v->rows->pdata[i];
		if (!r->heading && g_str_has_prefix(r->setting.key, v->filter))
			v->list.cursor = (int)i;
	}
	leave_heading(v, 1);
}

static void filter_typed(struct ui *ui, struct str text, void *aux)
{
	struct view_settings *v = view_of(ui);
	(void)aux;
	if (!v)
		return;
	g_free(v->filter);
	v->filter = str_dup(str_trim(text));
	v->list.cursor = v->list.top = 0;
	make_rows(v);
	go_to_named(v);
	ui_touch(ui);
}

/* As it is typed; never by itself enough. */
static bool filter_grows(struct str text, void *aux)
{
	filter_typed(aux, text, NULL);
	return false;
}

static bool command(struct view *view, enum app_command c)
{
	struct view_settings *v = (struct view_settings *)view;
	switch (c) {
	case CMD_SETTING_CHANGE: change(v); return true;
	case CMD_SETTING_DEFAULT: to_default(v); return true;
	case CMD_SETTING_UNDO: undo(v); return true;
	case CMD_SETTING_FILTER:
		ui_ask(view->ui, g_strdup(_("Only with: ")), v->filter, false, filter_typed, view->ui, NULL);
		ui_ask_until(view->ui, filter_grows);
		return true;
	default: break;
	}
	if (!list_command(&v->list, c))
		return false;
	leave_heading(v, c == CMD_UP || c == CMD_PAGE_UP ? -1 : 1);
	return true;
}

static char *title(struct view *view, int cols)
{
	const struct view_settings *v = (const struct view_settings *)view;
	const struct cfg *c = app_mailrc(view->ui->app);
	g_autofree char *path = grid_line(str_of(c->usual ? c->usual : "mailrc"));
	if (cols < ORIGIN_FROM_COLS)
		return g_strdup(_("Settings"));
	return *v->filter ? g_strdup_printf(_("Settings - %s"), v->filter) : g_strdup_printf(_("Settings - %s"), path);
}

static char *aside(struct view *view, int cols)
{
	(void)view;
	(void)cols;
	return g_strdup("");
}

static void destroy(struct view *view)
{
	struct view_settings *v = (struct view_settings *)view;
	g_ptr_array_unref(v->rows);
	g_ptr_array_unref(v->done);
	g_free(v->filter);
	g_free(v->fault);
	g_free(v->of);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_SETTINGS,
	.draw = draw,
	.command = command,
	.title = title,
	.aside = aside,
	.free = destroy,
};

struct view *view_settings_new(struct ui *ui)
{
	struct view_settings *v = g_new0(struct view_settings, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = ui_top(ui)->account };
	v->rows = g_ptr_array_new_with_free_func(row_free);
	v->done = g_ptr_array_new_with_free_func(rewrite_free);
	v->filter = g_strdup("");
	make_rows(v);
	leave_heading(v, 1);
	return &v->view;
}
