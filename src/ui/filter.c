/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a list shows: a filter that narrows it while it is typed, only unread messages, the order, and tags by pattern. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define PAUSE_MS 80 /* without a key, before the list follows what is typed */

/* While the filter is typed. */
struct narrowing {
	struct ui *ui;
	struct view *list;
	/* what was, for Esc to give back */
	char *pattern;
	struct store_filter *filter;
	int64_t mid;
	struct timer *timer;
	char *wrong; /* with what is typed now; NULL */
	bool kept;
};

static int parse(struct ui *ui, struct str typed, struct store_filter **out, char **wrong_out)
{
	struct err e = ERR_INIT;
	int failed = app_pattern(app_cfg(ui->app), typed, clock_wall(), out, &e);
	*wrong_out = failed ? g_strdup(e.text) : NULL;
	err_clear(&e);
	return failed;
}

/* Blanks alone are no filter. */
static char *pattern_of(struct str typed, const struct store_filter *f)
{
	return f ? str_dup(str_trim(typed)) : NULL;
}

static void follow_typed(void *aux)
{
	struct narrowing *n = aux;
	struct prompt *p = n->ui->prompt;
	struct store_filter *f;
	struct str typed = { p->input.text, p->input.n };
	g_clear_pointer(&n->wrong, g_free);
	if (!parse(n->ui, typed, &f, &n->wrong) && ui_has(n->ui, n->list))
		model_list_filter(view_list_model(n->list), pattern_of(typed, f), f, n->mid);
	ui_touch(n->ui);
}

static void typed(struct ui *ui, struct prompt *p)
{
	struct narrowing *n = p->helping;
	(void)ui;
	timer_at(n->timer, clock_ms() + PAUSE_MS);
}

/* The filter that is on, to be changed. */
static void fill_in(struct ui *ui, struct prompt *p, bool back)
{
	const struct narrowing *n = p->helping;
	(void)back;
	if (p->input.n || !n->pattern)
		ui->term->bell(ui->term);
	else
		input_key(&p->input, 0, n->pattern);
}

static char *offer(const struct prompt *p)
{
	const struct narrowing *n = p->helping;
	if (n->wrong)
		return grid_line(str_of(n->wrong));
	if (!p->input.n && n->pattern)
		return g_strdup(_("Enter shows all  Tab the filter that is on  Esc leave it on"));
	return g_strdup(_("a word  ~f ana  ~s boat  ~U unread  ~F flagged  newer:1w  Enter keeps  Esc back"));
}

static void give_back(struct narrowing *n)
{
	struct model_list *m = !n->kept && ui_has(n->ui, n->list) ? view_list_model(n->list) : NULL;
	if (m && g_strcmp0(m->choice.pattern, n->pattern))
		model_list_filter(m, g_steal_pointer(&n->pattern), g_steal_pointer(&n->filter), n->mid);
}

static void narrowing_free(struct prompt *p)
{
	struct narrowing *n = p->helping;
	give_back(n);
	timer_free(n->timer);
	g_free(n->pattern);
	store_filter_free(n->filter);
	g_free(n->wrong);
	g_free(n);
}

static const struct prompt_helper narrowing_helper = { typed, fill_in, offer, narrowing_free };

static void narrow_done(struct ui *ui, struct str typed, void *aux);

static struct narrowing *ask(struct ui *ui, struct view *list, const char *text)
{
	struct narrowing *n = g_new0(struct narrowing, 1);
	n->ui = ui;
	n->list = list;
	n->timer = timer_new(ui->ctx, follow_typed, n);
	ui_ask(ui, g_strdup(_("Filter: ")), text, false, narrow_done, n, NULL);
	ui->prompt->helper = &narrowing_helper;
	ui->prompt->helping = n;
	return n;
}

/* What the list follows already is not looked for again. Takes both. */
static void narrow(struct ui *ui, struct view *list, char *pattern, struct store_filter *filter)
{
	struct model_list *m = ui_has(ui, list) ? view_list_model(list) : NULL;
	if (m && (g_strcmp0(m->choice.pattern, pattern) || !filter)) {
		model_list_filter(m, pattern, filter, 0);
		return;
	}
	g_free(pattern);
	store_filter_free(filter);
}

/* What is wrong stays to be mended. */
static void narrow_done(struct ui *ui, struct str typed, void *aux)
{
	struct narrowing *n = aux, *again;
	struct store_filter *f;
	g_autofree char *wrong = NULL;
	n->kept = true;
	if (!parse(ui, typed, &f, &wrong)) {
		narrow(ui, n->list, pattern_of(typed, f), f);
		return;
	}
	g_autofree char *text = str_dup(typed);
	again = ask(ui, n->list, text);
	again->pattern = g_steal_pointer(&n->pattern);
	again->filter = g_steal_pointer(&n->filter);
	again->mid = n->mid;
	again->wrong = g_steal_pointer(&wrong);
}

static void ask_filter(struct ui *ui, struct view *list)
{
	const struct model_list *m = view_list_model(list);
	const struct store_row *current = model_list_current(m);
	struct narrowing *n = ask(ui, list, "");
	n->pattern = g_strdup(m->choice.pattern);
	n->filter = store_filter_copy(m->choice.filter);
	n->mid = current ? current->mid : 0;
}

/* --- tags --- */

static void tag_typed(struct ui *ui, struct str typed, struct view *list, bool on)
{
	struct store_filter *f;
	g_autofree char *wrong = NULL;
	if (!ui_has(ui, list))
		return;
	if (parse(ui, typed, &f, &wrong))
		ui_say(ui, grid_line(str_of(wrong)));
	else if (f)
		model_list_tag_matching(view_list_model(list), f, on);
	else if (!on)
		model_list_untag(view_list_model(list));
}

static void tag_done(struct ui *ui, struct str typed, void *aux)
{
	tag_typed(ui, typed, aux, true);
}

static void untag_done(struct ui *ui, struct str typed, void *aux)
{
	tag_typed(ui, typed, aux, false);
}

void filter_tagged(struct ui *ui, const struct model_list *m, unsigned n, bool whole)
{
	if (!n)
		ui_say(ui, g_strdup(_("No message here matches that.")));
	else if (m->untags)
		ui_say(ui,
			g_strdup_printf(P_("Took the tag from %u message.", "Took the tags from %u messages.", n), n));
	else if (whole)
		ui_say(ui, g_strdup_printf(P_("Tagged %u message.", "Tagged %u messages.", n), n));
	else
		ui_say(ui, g_strdup_printf(_("Tagged the first %u messages: so many at once and no more."), n));
}

/* --- order --- */

static const char *order_name(enum store_order order, bool reverse)
{
	switch (order) {
	case ORDER_DATE: return reverse ? _("by date, oldest first") : _("by date");
	case ORDER_FROM: return reverse ? _("by sender, from Z to A") : _("by sender");
	case ORDER_SUBJECT: return reverse ? _("by subject, from Z to A") : _("by subject");
	case ORDER_SIZE: return reverse ? _("by size, smallest first") : _("by size");
	default: return reverse ? _("oldest first") : NULL;
	}
}

static void sort(struct ui *ui, struct model_list *m, enum store_order order)
{
	model_list_sort(m, order);
	const char *name = order_name(order, m->choice.view & VIEW_REVERSE);
	ui_say(ui, g_strdup_printf(_("Sorted %s."), name ? name : _("as it came in, newest first")));
}

/* --- what is told of it --- */

char *filter_text(const struct model_list *m)
{
	uint32_t view = m->choice.view;
	const char *order = order_name((enum store_order)(view & VIEW_ORDER), view & VIEW_REVERSE);
	g_autofree char *pattern = m->choice.pattern ? grid_line(str_of(m->choice.pattern)) : NULL;
	GString *out = g_string_new(pattern);
	if (view & VIEW_UNREAD)
		g_string_append_printf(out, "%s%s", out->len ? "  " : "", _("unread only"));
	if (order)
		g_string_append_printf(out, "%s%s", out->len ? "  " : "", order);
	if (view & VIEW_THREADS && !m->threads && out->len)
		g_string_append_printf(out, "  %s", _("threads off meanwhile"));
	return g_string_free(out, FALSE);
}

static char *key_of(const struct ui *ui, enum app_command c)
{
	char *key = keymap_first(ui->keymap, CTX_INDEX, c);
	return key ? key : g_strdup(":");
}

char *filter_why_empty(const struct ui *ui, const struct model_list *m)
{
	uint32_t all = m->folder ? m->folder->rows + m->folder->rows_local : 0;
	bool unread = m->choice.view & VIEW_UNREAD;
	if (model_choice_is_plain(&m->choice) || !all)
		return NULL;
	if (m->counting)
		return g_strdup_printf(
			m->choice.view & VIEW_ORDER ? _("Sorting %u messages...") : _("Looking through %u messages..."),
			all);
	g_autofree char *key = key_of(ui, unread ? CMD_UNREAD_ONLY : CMD_FILTER);
	if (unread && !m->choice.filter)
		return g_strdup_printf(P_("All is read. %s shows the %u message that is here.",
					       "All is read. %s shows the %u messages that are here.", all),
			key, all);
	g_autofree char *pattern = grid_line(str_of(m->choice.pattern));
	if (unread)
		return g_strdup_printf(_("No unread message matches: %s\n%s shows the read ones too."), pattern, key);
	return g_strdup_printf(_("No message matches: %s\n%s and Enter show all %u."), pattern, key, all);
}

bool filter_command(struct ui *ui, struct view *list, enum app_command c)
{
	struct model_list *m = view_list_model(list);
	switch (c) {
	case CMD_FILTER: ask_filter(ui, list); return true;
	case CMD_UNREAD_ONLY: model_list_unread_only(m, !(m->choice.view & VIEW_UNREAD)); return true;
	case CMD_SORT_RECEIVED: sort(ui, m, ORDER_RECEIVED); return true;
	case CMD_SORT_DATE: sort(ui, m, ORDER_DATE); return true;
	case CMD_SORT_FROM: sort(ui, m, ORDER_FROM); return true;
	case CMD_SORT_SUBJECT: sort(ui, m, ORDER_SUBJECT); return true;
	case CMD_SORT_SIZE: sort(ui, m, ORDER_SIZE); return true;
	case CMD_TAG_MATCHING:
		ui_ask(ui, g_strdup(_("Tag what matches: ")), "", false, tag_done, list, NULL);
		return true;
	case CMD_UNTAG_MATCHING:
		ui_ask(ui, g_strdup(_("Untag what matches (nothing: all): ")), "", false, untag_done, list, NULL);
		return true;
	default: return false;
	}
}
