/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tab in a prompt: aliases, people, vCards and what a command finds for addresses, templates, names of files for paths. What is
 * offered is asked for while it is typed, so that Tab itself never waits. */
#include "ui/internal.h"

#include <glob.h>
#include <string.h>

#include "base/i18n.h"

#define PEOPLE_ROWS 10 /* of each place that knows people */
#define COMMAND_PAUSE_MS 300
#define OFFERED_MAX 100

struct completion {
	struct ui *ui;
	GPtrArray *found; /* char *: what would stand there */
	guint next;       /* of them, at the next Tab */
	size_t start;     /* octet where the word begins */
	bool cycling;     /* what stands there is one of them */
};

static void free_completion(struct prompt *p)
{
	struct completion *c = p->helping;
	g_ptr_array_unref(c->found);
	g_free(c);
}

static void install(struct ui *ui, const struct prompt_helper *helper)
{
	struct completion *c = g_new0(struct completion, 1);
	c->ui = ui;
	c->found = g_ptr_array_new_with_free_func(g_free);
	ui->prompt->helper = helper;
	ui->prompt->helping = c;
}

/* The word, from its start to the cursor, becomes this. */
static void put(struct prompt *p, const char *word)
{
	struct completion *c = p->helping;
	struct input *in = &p->input;
	while (in->at > c->start)
		input_key(in, APP_KEY_BACKSPACE, NULL);
	input_key(in, 0, word);
}

static void cycle(struct ui *ui, struct prompt *p, bool back)
{
	struct completion *c = p->helping;
	guint n = c->found->len;
	if (!n) {
		ui->term->bell(ui->term);
		return;
	}
	guint at = back ? (c->next + 2 * n - 2) % n : c->next % n;
	put(p, c->found->pdata[at]);
	c->next = (at + 1) % n;
	c->cycling = true;
}

static char *offer(const struct prompt *p)
{
	const struct completion *c = p->helping;
	if (!c->found->len)
		return NULL;
	g_autofree char *clean = grid_line(str_of(c->found->pdata[c->next % c->found->len]));
	return c->found->len > 1 ? g_strdup_printf(_("Tab %s  (%u)"), clean, c->found->len)
				 : g_strdup_printf("Tab %s", clean);
}

static void begin(struct prompt *p, size_t start)
{
	struct completion *c = p->helping;
	g_ptr_array_set_size(c->found, 0);
	c->next = 0;
	c->cycling = false;
	c->start = start;
}

/* --- addresses --- */

static size_t address_start(const struct input *in)
{
	size_t at = in->at;
	while (at && in->text[at - 1] != ',')
		at--;
	while (at < in->at && in->text[at] == ' ')
		at++;
	return at;
}

static void show_found(struct ui *ui, struct prompt *p)
{
	struct completion *c = p->helping;
	const GPtrArray *found = app_finder_found(ui->finder);
	if (c->cycling)
		return;
	g_ptr_array_set_size(c->found, 0);
	for (guint i = 0; i < found->len; i++)
		g_ptr_array_add(c->found, app_found_text(found->pdata[i]));
}

static void address_typed(struct ui *ui, struct prompt *p)
{
	struct completion *c = p->helping;
	begin(p, address_start(&p->input));
	g_autofree char *typed = g_strndup(p->input.text + c->start, p->input.at - c->start);
	if (*typed)
		app_finder_ask(ui->finder, typed, PEOPLE_ROWS, COMMAND_PAUSE_MS);
	else
		app_finder_stop(ui->finder);
	show_found(ui, p);
}

static char *offer_address(const struct prompt *p)
{
	const struct completion *c = p->helping;
	const struct err *e = app_finder_err(c->ui->finder);
	char *text = offer(p);
	return text || e->cause == ERR_NONE ? text : app_err_text(e, NULL);
}

static void leave_addresses(struct prompt *p)
{
	struct completion *c = p->helping;
	app_finder_stop(c->ui->finder);
	free_completion(p);
}

static const struct prompt_helper addresses = { address_typed, cycle, offer_address, leave_addresses };

/* More was found, of what stands in the prompt. */
static void found_more(void *aux)
{
	struct ui *ui = aux;
	if (ui->prompt && ui->prompt->helper == &addresses)
		show_found(ui, ui->prompt);
	ui_touch(ui);
}

void complete_addresses(struct ui *ui)
{
	if (!ui->finder)
		ui->finder = app_finder_new(ui->app, ui->ctx, found_more, ui);
	install(ui, &addresses);
}

/* --- templates --- */

static void template_typed(struct ui *ui, struct prompt *p)
{
	struct completion *c = p->helping;
	g_autoptr(GPtrArray) names = app_templates();
	(void)ui;
	begin(p, 0);
	g_autofree char *typed = g_strndup(p->input.text, p->input.at), *start = g_utf8_casefold(typed, -1);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *folded = g_utf8_casefold(names->pdata[i], -1);
		if (g_str_has_prefix(folded, start))
			g_ptr_array_add(c->found, g_strdup(names->pdata[i]));
	}
}

static const struct prompt_helper templates = { template_typed, cycle, offer, free_completion };

void complete_templates(struct ui *ui)
{
	install(ui, &templates);
	template_typed(ui, ui->prompt);
}

/* --- paths --- */

void complete_add_paths(const char *typed, GPtrArray *out)
{
	glob_t g;
	g_autofree char *pattern = g_strconcat(typed, "*", NULL);
	if (!*typed || strpbrk(typed, "*?[") || glob(pattern, GLOB_TILDE | GLOB_MARK, NULL, &g))
		return;
	for (size_t i = 0; i < g.gl_pathc && i < OFFERED_MAX; i++)
		if (g_utf8_validate(g.gl_pathv[i], -1, NULL))
			g_ptr_array_add(out, g_strdup(g.gl_pathv[i]));
	globfree(&g);
}

static void find_paths(struct prompt *p)
{
	struct completion *c = p->helping;
	begin(p, 0);
	g_autofree char *typed = g_strndup(p->input.text, p->input.at);
	complete_add_paths(typed, c->found);
}

static void path_typed(struct ui *ui, struct prompt *p)
{
	(void)ui;
	begin(p, 0);
}

/* A directory that is the only one is gone into by the next Tab. */
static void path_tab(struct ui *ui, struct prompt *p, bool back)
{
	struct completion *c = p->helping;
	bool lone_dir = c->found->len == 1 && g_str_has_suffix(c->found->pdata[0], "/");
	if (!c->cycling || lone_dir)
		find_paths(p);
	cycle(ui, p, back);
}

static const struct prompt_helper paths = { path_typed, path_tab, offer, free_completion };

void complete_paths(struct ui *ui)
{
	install(ui, &paths);
}
