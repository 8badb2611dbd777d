/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks after the folders whose new mail is told. */
#include "app/app.h"

#include "base/clock.h"
#include "base/proc.h"

#define LOOK_ROWS 100
#define LOOK_CHANGES 200
#define LOOK_PAUSE_MS 500 /* between two looks at a folder: news come in bursts */

/* A folder, and what of it is being asked. */
struct watch {
	struct notifier *notifier;
	int account;
	const char *label;
	char *name;
	uint32_t folder; /* its number; 0: it is not in the cache yet */
	uint32_t request;
	bool again;         /* it has changed since the question */
	int64_t not_before; /* clock_ms(): of the next question */
	struct timer *pause;
	struct store_folder *found; /* with news, until the changes are known; NULL */
	GPtrArray *rows, *news;
};

struct notifier {
	struct app *app;
	struct notify *notify;
	GPtrArray *watches; /* struct watch * */
	void (*told)(void *aux, const struct app_news *news);
	void *aux;
};

static void forget_news(struct watch *w)
{
	if (w->found)
		store_folder_clear(w->found);
	g_clear_pointer(&w->found, g_free);
	g_clear_pointer(&w->news, g_ptr_array_unref);
	g_clear_pointer(&w->rows, g_ptr_array_unref);
}

static void watch_free(void *p)
{
	struct watch *w = p;
	app_forget(w->notifier->app, w->request);
	forget_news(w);
	timer_free(w->pause);
	g_free(w->name);
	g_free(w);
}

static void look(struct watch *w);

static void ended(struct watch *w)
{
	w->request = 0;
	w->not_before = clock_ms() + LOOK_PAUSE_MS;
	forget_news(w);
	if (w->again)
		look(w);
}

static void got_changes(struct event *ev, void *aux)
{
	struct watch *w = aux;
	struct notifier *n = w->notifier;
	if (ev->type == EV_CHANGES)
		notify_drop_own(w->news, w->found, ev->changes);
	if (ev->type != EV_ENDED)
		return;
	const struct cfg *cfg = app_cfg(n->app);
	struct app_news news = { .account = w->label, .folder = w->found, .rows = w->news };
	if (w->news->len && !notify_is_quiet(&cfg->options, clock_wall()))
		n->told(n->aux, &news);
	ended(w);
}

static void got_rows(struct event *ev, void *aux)
{
	struct watch *w = aux;
	struct notifier *n = w->notifier;
	if (ev->type == EV_ROWS && ev->folder) {
		w->folder = ev->folder->id;
		w->news = notify_look(n->notify, ev->folder, ev->rows);
		w->rows = g_steal_pointer(&ev->rows);
		w->found = g_steal_pointer(&ev->folder);
	}
	if (ev->type != EV_ENDED)
		return;
	if (!w->news || !w->news->len) {
		ended(w);
		return;
	}
	struct request *r = request_new(REQ_CHANGES, 0, w->account);
	r->whole = true;
	r->rows = LOOK_CHANGES;
	w->request = app_request(n->app, r, got_changes, w);
}

static void look(struct watch *w)
{
	w->again = w->request != 0;
	if (w->request)
		return;
	if (clock_ms() < w->not_before) {
		timer_at(w->pause, w->not_before);
		return;
	}
	struct request *r = request_new(REQ_WINDOW, 0, w->account);
	r->folder = g_strdup(w->name);
	r->window = (struct store_window){ .anchor = ANCHOR_TOP, .rows = LOOK_ROWS };
	w->request = app_request(w->notifier->app, r, got_rows, w);
}

static void pause_over(void *aux)
{
	look(aux);
}

struct notifier *notifier_new(
	struct app *a, GMainContext *ctx, void (*told)(void *aux, const struct app_news *news), void *aux)
{
	struct notifier *n = g_new0(struct notifier, 1);
	const struct cfg *cfg = app_cfg(a);
	*n = (struct notifier){ .app = a, .notify = notify_new(), .told = told, .aux = aux };
	n->watches = g_ptr_array_new_with_free_func(watch_free);
	for (guint i = 0; i < cfg->accounts->len; i++) {
		g_autoptr(GPtrArray) names = notify_folders(cfg->accounts->pdata[i]);
		for (guint k = 0; k < names->len; k++) {
			struct watch *w = g_new0(struct watch, 1);
			*w = (struct watch){ .notifier = n, .account = (int)i, .name = g_strdup(names->pdata[k]) };
			w->label = ((const struct cfg_account *)cfg->accounts->pdata[i])->label;
			w->pause = timer_new(ctx, pause_over, w);
			g_ptr_array_add(n->watches, w);
			look(w);
		}
	}
	return n;
}

void notifier_free(struct notifier *n)
{
	if (!n)
		return;
	g_ptr_array_unref(n->watches);
	notify_free(n->notify);
	g_free(n);
}

void notifier_look(struct notifier *n, int account)
{
	for (guint i = 0; i < n->watches->len; i++) {
		struct watch *w = n->watches->pdata[i];
		if (w->account == account)
			look(w);
	}
}

void notifier_event(struct notifier *n, const struct event *ev)
{
	for (guint i = 0; i < n->watches->len; i++) {
		struct watch *w = n->watches->pdata[i];
		bool it = ev->type == EV_CHANGED && (!ev->folder_id || ev->folder_id == w->folder);
		bool unknown = !w->folder && (ev->type == EV_CHANGED || ev->type == EV_FOLDER);
		if (ev->account == w->account && (it || unknown))
			look(w);
	}
}

int app_news_run(const struct cfg *cfg, const struct app_news *news, struct err *e)
{
	if (!cfg->options.notify)
		return 0;
	g_auto(GStrv) argv = proc_argv(cfg->options.notify, e);
	g_autofree char *line = argv ? app_news_json(news) : NULL;
	return line ? proc_tell((const char *const *)argv, str_of(line), e) : -1;
}
