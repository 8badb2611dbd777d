/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked of the terminal beside drawing: colours that fit it, a title, word of new mail. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define BACKGROUND_MS 100 /* an answer that comes later changes nothing any more */
#define TITLE_COLS 40     /* as short as a narrow screen has it */

/* --- colours --- */
int craft_colours(const struct cfg *cfg, const char *colour)
{
	const char *wish = cfg->options.colour;
	uint64_t n;
	if ((colour && !strcmp(colour, "never")) || !strcmp(wish, "off"))
		return 0;
	if (!strcmp(wish, "24bit"))
		return COLOURS_ALL;
	if (str_u64(str_of(wish), 256, &n))
		return (int)n;
	return colour && !strcmp(colour, "always") ? 256 : TERM_COLOURS_AUTO;
}

static void set_theme(struct ui *ui, enum theme_kind kind, int32_t background)
{
	const GPtrArray *lines = app_cfg(ui->app)->themes;
	theme_init(&ui->theme, kind, ui->term->colours(ui->term), background);
	for (guint i = 0; i < lines->len; i++) {
		const struct cfg_theme *line = lines->pdata[i];
		if (!theme_set(&ui->theme, line->role, line->style) && !ui->said)
			ui_say(ui, g_strdup_printf(
					   _("theme %s %s: there is no such role or style."), line->role, line->style));
	}
	ui->term->look(ui->term, &ui->theme);
	ui->all_dirty = true;
	ui_touch(ui);
}

static void no_answer(void *aux)
{
	((struct ui *)aux)->answer_counts = false;
}

void craft_dress(struct ui *ui)
{
	const char *name = app_cfg(ui->app)->options.theme;
	bool automatic = !strcmp(name, "auto");
	if (automatic && ui->background != COLOUR_OWN)
		set_theme(ui, theme_is_dark(ui->background) ? THEME_DARK : THEME_LIGHT, ui->background);
	else if (!automatic && strcmp(name, "mono"))
		set_theme(ui, !strcmp(name, "dark") ? THEME_DARK : THEME_LIGHT, ui->background);
	else
		set_theme(ui, automatic ? THEME_OWN : THEME_MONO, COLOUR_OWN);
	if (!automatic || ui->answer || ui->term->colours(ui->term) < 256 || !ui->term->ask_background(ui->term))
		return;
	key_expect_answer(ui->decoder);
	ui->answer_counts = true;
	ui->answer = timer_new(ui->ctx, no_answer, ui);
	timer_at(ui->answer, clock_ms() + BACKGROUND_MS);
}

void craft_background(struct ui *ui, int32_t rgb)
{
	/* Torn, its Esc was taken for a key. */
	ui->chord_n = 0;
	if (!ui->answer_counts)
		return;
	ui->answer_counts = false;
	ui->background = rgb;
	craft_dress(ui);
}

/* --- the window's title --- */
void craft_title(struct ui *ui)
{
	struct view *top = ui_top(ui);
	if (!app_cfg(ui->app)->options.title)
		return;
	g_autofree char *left = top->ops->title(top, TITLE_COLS);
	g_autofree char *whole = g_strdup_printf("%s - Boxwood", left), *line = grid_line(str_of(whole));
	if (ui->titled && !strcmp(ui->titled, line))
		return;
	ui->term->title(ui->term, line);
	g_free(ui->titled);
	ui->titled = g_steal_pointer(&line);
}

/* --- new mail --- */
static void tell_terminal(struct ui *ui, const char *text)
{
	const char *how = app_cfg(ui->app)->options.notify_terminal;
	if (!strcmp(how, "bell"))
		ui->term->bell(ui->term);
	else if (strcmp(how, "off"))
		ui->term->tell(ui->term, !strcmp(how, "osc9") ? TELL_OSC9 : TELL_OSC777, text);
}

static void told(void *aux, const struct app_news *news)
{
	struct ui *ui = aux;
	struct err e = ERR_INIT;
	g_autofree char *text = app_news_text(news), *line = grid_line(str_of(text));
	/* An editor has the terminal: its screen is not ours to write on. */
	if (!ui->lent)
		tell_terminal(ui, line);
	if (app_news_run(app_cfg(ui->app), news, &e))
		ui_say(ui, app_err_text(&e, NULL));
	else if (!ui->said)
		ui_say(ui, g_steal_pointer(&line));
	err_clear(&e);
}

void craft_listen(struct ui *ui)
{
	ui->notifier = notifier_new(ui->app, ui->ctx, told, ui);
}

void craft_end(struct ui *ui)
{
	notifier_free(ui->notifier);
	timer_free(ui->answer);
	g_free(ui->titled);
}
