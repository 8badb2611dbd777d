/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is typed of a command: a number before it, the keys of a chord, a macro. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define PANEL_MS 400 /* an incomplete chord then shows how it goes on */
#define COUNT_MAX 9999
#define MACRO_STEPS 1000 /* for one key that was typed */

static enum app_context here(const struct ui *ui)
{
	return ui_top(ui)->ops->context;
}

char *ui_key(const struct ui *ui, enum app_context ctx, enum app_command c)
{
	char *key = keymap_first(ui->keymap, ctx, c);
	return key ? key : g_strdup_printf(":%s", app_command_info(c)->name);
}

/* --- the chord --- */

void typing_drop(struct ui *ui)
{
	ui->chord_n = 0;
	ui->number = 0;
	ui->panel = false;
	timer_at(ui->panel_timer, CLOCK_NEVER);
}

void typing_panel_due(void *aux)
{
	struct ui *ui = aux;
	ui->panel = ui->chord_n > 0;
	ui_touch(ui);
}

bool typing_is_under_way(const struct ui *ui)
{
	return ui->chord_n || ui->number;
}

char *typing_text(const struct ui *ui)
{
	if (!typing_is_under_way(ui))
		return NULL;
	g_autofree char *chord = key_names(ui->chord, ui->chord_n);
	g_autofree char *count = ui->number ? g_strdup_printf("%u", ui->number) : g_strdup("");
	return g_strdup_printf("%s%s%s-", count, *count && *chord ? " " : "", chord);
}

/* --- numbers --- */

/* A digit that is bound is a key like any other. */
static bool take_digit(struct ui *ui, uint32_t key)
{
	enum app_command c;
	bool digit = key >= (ui->number ? '0' : '1') && key <= '9';
	if (ui->number && key == APP_KEY_BACKSPACE) {
		ui->number /= 10;
		return true;
	}
	if (!digit || keymap_find(ui->keymap, here(ui), &key, 1, &c) != KEYMAP_NONE)
		return false;
	ui->number = MIN(ui->number * 10 + (key - '0'), COUNT_MAX);
	return true;
}

/* Nothing has come between that a person should look at. */
static bool goes_on(const struct ui *ui, const struct view *top)
{
	return !ui->quit && ui_top(ui) == top && !ui->prompt && !ui->question && !ui->lent;
}

static void repeat(struct ui *ui, enum app_command c, unsigned n)
{
	const struct view *top = ui_top(ui);
	for (unsigned i = 0; i < n && goes_on(ui, top); i++)
		command_run(ui, c);
}

static void to_row(struct ui *ui, unsigned n)
{
	command_run(ui, CMD_FIRST);
	repeat(ui, here(ui) == CTX_MESSAGE ? CMD_LINE_DOWN : CMD_DOWN, n - 1);
}

static void say_no_number(struct ui *ui, enum app_command c)
{
	ui_say(ui, g_strdup_printf(_("'%s' takes no number before it here."), app_command_info(c)->name));
}

/* The rows are tagged for as long as the command takes them up: it is one change, taken back by one key. */
static void on_rows(struct ui *ui, enum app_command c, unsigned n)
{
	struct view *top = ui_top(ui);
	struct model_list *m = view_is_list(top) ? view_list_model(top) : NULL;
	if (!m || model_list_tags(m)) {
		say_no_number(ui, c);
		return;
	}
	uint32_t from = m->cursor;
	for (unsigned i = 0; i < n && model_list_row(m, from + i); i++) {
		model_list_to(m, from + i);
		model_list_tag(m);
	}
	model_list_to(m, from);
	command_run(ui, c);
	if (ui_has(ui, top))
		model_list_untag(m);
}

static void run_counted(struct ui *ui, enum app_command c, unsigned n)
{
	if (!n) {
		command_run(ui, c);
		return;
	}
	switch (app_command_info(c)->count) {
	case COUNT_REPEAT: repeat(ui, c, n); break;
	case COUNT_ROWS: on_rows(ui, c, n); break;
	case COUNT_TO: to_row(ui, n); break;
	case COUNT_NO: say_no_number(ui, c); break;
	}
}

/* --- macros --- */

static void step(struct ui *ui, const struct macro_step *s)
{
	ui->macro_left--;
	if (s->key)
		ui_take_key(ui, &(struct key_event){ .key = s->key });
	else if (app_command_info(s->command)->contexts & (1u << here(ui)))
		command_run(ui, s->command);
	else
		ui_say(ui, g_strdup_printf(_("Not here: '%s' -- %s."), app_command_info(s->command)->name,
				   app_command_elsewhere(s->command)));
}

/* A question is for a person to answer: what is left of the macro is not typed into it. */
static void play(struct ui *ui, const GArray *macro, unsigned times)
{
	/* A step may bind its key anew. */
	g_autoptr(GArray) steps = g_array_ref((GArray *)macro);
	bool outermost = !ui->macro_plays;
	if (outermost)
		ui->macro_left = MACRO_STEPS;
	ui->macro_plays = true;
	for (unsigned i = 0; i < MAX(times, 1); i++)
		for (guint k = 0; k < steps->len && ui->macro_left && !ui->quit && !ui->question && !ui->lent; k++)
			step(ui, &g_array_index(steps, struct macro_step, k));
	if (!outermost)
		return;
	ui->macro_plays = false;
	if (!ui->macro_left) {
		typing_drop(ui);
		ui_say(ui, g_strdup_printf(_("The macro was stopped after %d keys."), MACRO_STEPS));
	}
}

/* --- keys --- */

static void is_no_key(struct ui *ui, const uint32_t *chord, size_t n)
{
	g_autofree char *names = key_names(chord, n);
	g_autofree char *help = keymap_first(ui->keymap, here(ui), CMD_HELP);
	ui_say(ui, help ? g_strdup_printf(_("%s does nothing here; %s shows the keys."), names, help)
			: g_strdup_printf(_("%s does nothing here."), names));
}

static void end_chord(struct ui *ui, enum keymap_match m, enum app_command c)
{
	uint32_t chord[APP_CHORD_MAX];
	size_t n = ui->chord_n;
	unsigned count = ui->number;
	memcpy(chord, ui->chord, n * sizeof *chord);
	typing_drop(ui);
	if (m == KEYMAP_FOUND)
		run_counted(ui, c, count);
	else if (m == KEYMAP_MACRO)
		play(ui, keymap_macro(ui->keymap, here(ui), chord, n), count);
	else
		is_no_key(ui, chord, n);
}

void typing_key(struct ui *ui, uint32_t key)
{
	enum app_command c;
	if (!ui->chord_n && take_digit(ui, key))
		return;
	ui->chord[ui->chord_n++] = key;
	enum keymap_match m = keymap_find(ui->keymap, here(ui), ui->chord, ui->chord_n, &c);
	if (m == KEYMAP_NONE && ui->chord_n > 1 && key == APP_KEY_ESC) {
		typing_drop(ui);
		return;
	}
	if (m == KEYMAP_NONE && ui->chord_n > 1 && key == APP_KEY_BACKSPACE) {
		ui->chord_n -= 2;
		ui->panel = ui->panel && ui->chord_n;
	} else if (m != KEYMAP_PREFIX || ui->chord_n == APP_CHORD_MAX) {
		end_chord(ui, m, c);
		return;
	}
	if (!ui->panel)
		timer_at(ui->panel_timer, ui->chord_n ? clock_ms() + PANEL_MS : CLOCK_NEVER);
}
