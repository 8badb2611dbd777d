/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which messages a list shows, and in what order. */
#include "app/internal.h"
#include "app/model.h"

bool model_choice_is_plain(const struct model_choice *c)
{
	return !c->filter && !(c->view & (VIEW_ORDER | VIEW_REVERSE | VIEW_UNREAD));
}

/* The filter with what else is left out; NULL: nothing is. */
static struct store_filter *whole_filter(const struct model_choice *c)
{
	struct store_filter *all = store_filter_new(FILTER_AND);
	if (c->view & VIEW_UNREAD) {
		struct store_filter *unread = store_filter_new(FILTER_NOT);
		store_filter_add(unread, store_filter_flags(MSG_SEEN));
		store_filter_add(all, unread);
	}
	if (c->filter)
		store_filter_add(all, store_filter_copy(c->filter));
	if (all->of->len)
		return all;
	store_filter_free(all);
	return NULL;
}

struct store_choice *model_choice_ask(const struct model_choice *c)
{
	struct store_choice *ask = store_choice_new();
	ask->order = (enum store_order)(c->view & VIEW_ORDER);
	ask->reverse = c->view & VIEW_REVERSE;
	ask->filter = whole_filter(c);
	if (ask->filter)
		g_array_append_vals(ask->keep, c->keep->data, c->keep->len);
	return ask;
}

void model_choice_keep(struct model_choice *c, int64_t mid)
{
	if (c->keep->len == CHOICE_KEEP_MAX)
		g_array_remove_index(c->keep, 0);
	g_array_append_val(c->keep, mid);
}

/* --- choosing --- */

void model_list_remember(struct model_list *m)
{
	struct request *r = request_new(REQ_VIEW, 0, m->account);
	r->folder = g_strdup(m->folder ? m->folder->name : m->name);
	r->view = m->choice.view;
	app_request(m->app, r, NULL, NULL);
}

void model_list_filter(struct model_list *m, char *pattern, struct store_filter *filter, int64_t mid)
{
	g_free(m->choice.pattern);
	store_filter_free(m->choice.filter);
	m->choice.pattern = pattern;
	m->choice.filter = filter;
	g_array_set_size(m->choice.keep, 0);
	model_list_choose(m, mid);
}

void model_list_sort(struct model_list *m, enum store_order order)
{
	uint32_t view = m->choice.view, flipped = view ^ VIEW_REVERSE;
	bool same = (view & VIEW_ORDER) == (uint32_t)order;
	m->choice.view = same ? flipped : (view & ~(VIEW_ORDER | VIEW_REVERSE)) | (uint32_t)order;
	model_list_remember(m);
	model_list_choose(m, 0);
}

void model_list_unread_only(struct model_list *m, bool on)
{
	m->choice.view = on ? m->choice.view | VIEW_UNREAD : m->choice.view & ~VIEW_UNREAD;
	g_array_set_size(m->choice.keep, 0);
	model_list_remember(m);
	model_list_choose(m, 0);
}

/* --- tags by pattern --- */

static void got_places(struct event *ev, void *aux)
{
	struct model_list *m = aux;
	if (ev->type == EV_PLACES && ev->places) {
		model_list_tag_places(m, ev->places, !m->untags);
		if (m->picked)
			m->picked(m->aux, ev->places->len, ev->whole);
	}
	if (ev->type == EV_ENDED)
		m->picking = 0;
}

void model_list_tag_matching(struct model_list *m, struct store_filter *filter, bool on)
{
	struct request *r = request_new(REQ_PLACES, 0, m->account);
	struct store_filter *all = whole_filter(&m->choice);
	if (all)
		store_filter_add(all, filter);
	r->folder = g_strdup(m->name);
	r->choice = store_choice_new();
	r->choice->filter = all ? all : filter;
	r->rows = MODEL_LIST_TAGS;
	app_forget(m->app, m->picking);
	m->untags = !on;
	m->picking = app_request(m->app, r, got_places, m);
}
