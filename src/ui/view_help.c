/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of the place it was called from, made from the command table; typing filters. */
#include "ui/internal.h"

#include "base/i18n.h"

#define KEYS_COLS 22

struct view_help {
	struct view view;
	enum app_context of;
	struct input typed;
	struct text *text;
};

/* Every word typed is found in the line, whatever its case. */
static bool matches(const char *line, const char *typed)
{
	g_autofree char *have = g_utf8_casefold(line, -1), *want = g_utf8_casefold(typed, -1);
	g_auto(GStrv) words = g_strsplit(want, " ", -1);
	for (char **word = words; *word; word++)
		if (!strstr(have, *word))
			return false;
	return true;
}

static void add_command(struct view_help *v, enum app_command c, enum app_group group, bool *titled)
{
	const struct app_command_info *info = app_command_info(c);
	if (info->group != group || !(info->contexts & (1u << v->of)))
		return;
	g_autofree char *keys = keymap_all(v->view.ui->keymap, v->of, c);
	int pad = KEYS_COLS - (keys ? grid_width(keys) : 1);
	g_autofree char *line = g_strdup_printf("  %s%*s %s", keys ? keys : "-", MAX(pad, 1), "", _(info->help));
	g_autofree char *all = g_strdup_printf("%s %s %s", line, info->name, app_group_title(group));
	if (!matches(all, v->typed.text))
		return;
	if (!*titled)
		text_add(v->text, STYLE_TITLE, 0, str_of(app_group_title(group)));
	*titled = true;
	text_add(v->text, STYLE_NORMAL, KEYS_COLS + 3, str_of(line));
}

static void make_page(struct view_help *v)
{
	bool any = false;
	text_reset(v->text);
	for (enum app_group group = 0; group < GROUP_COUNT; group++) {
		bool titled = false;
		for (enum app_command c = CMD_NONE + 1; c < CMD_COUNT; c++)
			add_command(v, c, group, &titled);
		any = any || titled;
	}
	if (!any)
		text_add(v->text, STYLE_DIM, 0, str_of(_("No key here does that.")));
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_help *v = (struct view_help *)view;
	text_draw(v->text, g, (struct rect){ r.row + 1, r.col, r.rows - 1, r.cols });
	input_draw(&v->typed, g, (struct rect){ r.row, r.col, 1, r.cols }, _("Type to filter: "));
}

static bool command(struct view *view, enum app_command c)
{
	return text_command(((struct view_help *)view)->text, c);
}

/* Arrows and page keys stay commands; q leaves only while nothing is typed. */
static bool key(struct view *view, uint32_t k, const char *paste)
{
	struct view_help *v = (struct view_help *)view;
	bool empty = !v->typed.n;
	if (k == APP_KEY_ESC || (empty && (k == 'q' || k == '?' || k == APP_KEY_ENTER || k == APP_KEY_LEFT))) {
		ui_pop(view->ui);
		return true;
	}
	if (k >= APP_KEY_UP || (empty && k == ' ') || !input_key(&v->typed, k, paste))
		return false;
	make_page(v);
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
	default: return g_strdup(_("Keys in a text"));
	}
}

static void destroy(struct view *view)
{
	struct view_help *v = (struct view_help *)view;
	input_clear(&v->typed);
	text_free(v->text);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_TEXT,
	.draw = draw,
	.command = command,
	.key = key,
	.title = title,
	.typing = N_("Up Down Space scroll  Esc back"),
	.free = destroy,
};

struct view *view_help_new(struct ui *ui, enum app_context of)
{
	struct view_help *v = g_new0(struct view_help, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = ui_top(ui)->account };
	v->of = of;
	v->text = text_new();
	input_init(&v->typed, "", false);
	make_page(v);
	return &v->view;
}
