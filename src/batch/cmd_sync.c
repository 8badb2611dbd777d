/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sync. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

/* For the largest mailbox on a slow line; what is cached by then stays, and the next run goes on from there. */
#define SYNC_MS (4 * 3600 * 1000)

struct syncing {
	struct batch *batch;
	const char *account;
	GPtrArray *folders; /* char *: that were brought into agreement */
};

static void got(struct event *ev, void *aux)
{
	struct syncing *s = aux;
	if (ev->type != EV_SYNC)
		return;
	const struct engine_sync *r = ev->sync;
	struct json *j = json_record("sync"), *first = json_object();
	json_add(j, "account", json_string(s->account));
	json_add(j, "folder", json_string(r->folder));
	json_add(j, "new", json_number(r->fresh));
	json_add(j, "changed", json_number(r->changed));
	json_add(j, "gone", json_number(r->gone));
	json_add(j, "round_trips", json_number(r->round_trips));
	json_add(j, "bytes_in", json_number((int64_t)r->bytes_in));
	json_add(j, "bytes_out", json_number((int64_t)r->bytes_out));
	json_add(j, "ms", json_number((int64_t)r->ms));
	json_add(first, "round_trips", json_number(r->first_round_trips));
	json_add(first, "bytes_in", json_number((int64_t)r->first_bytes_in));
	json_add(first, "ms", json_number((int64_t)r->first_ms));
	json_add(j, "first", first);
	g_autofree char *text = g_strdup_printf(
		_("%s/%s: %u new, %u changed, %u gone"), s->account, r->folder, r->fresh, r->changed, r->gone);
	batch_record(s->batch, j, text);
	json_free(j);
	g_ptr_array_add(s->folders, g_strdup(r->folder));
}

static enum sync_due due_of(const struct batch *b)
{
	return cli_has(b->cli, CLI_IF_DUE) || cli_has(b->cli, CLI_WATCH) ? SYNC_IF_DUE : SYNC_PERSON;
}

struct recent {
	GArray *uids;  /* uint32_t */
	int64_t since; /* received */
	int64_t mid;   /* of the last row, to go on from */
	uint32_t uid;
	bool begun, more;
};

static void take_recent(struct event *ev, void *aux)
{
	struct recent *r = aux;
	if (ev->type != EV_ROWS)
		return;
	r->more = ev->rows->len > 0;
	r->begun = true;
	for (unsigned i = 0; i < ev->rows->len; i++) {
		const struct store_row *row = ev->rows->pdata[i];
		if (row->received < r->since) {
			r->more = false;
			break;
		}
		if (row->uid) /* the server has not got the others yet */
			g_array_append_val(r->uids, row->uid);
		r->mid = row->mid;
		r->uid = row->uid;
	}
}

/* The texts of what `keep text` names, newest first. */
static int fetch_bodies(struct batch *b, int account, const char *folder, struct err *e)
{
	const struct cfg_account *a = b->cfg->accounts->pdata[account];
	struct recent r = { .uids = g_array_new(FALSE, FALSE, sizeof(uint32_t)), .more = true };
	r.since = a->keep_text_days ? clock_wall() - (int64_t)a->keep_text_days * 86400 : INT64_MIN;
	while (r.more) {
		struct request *q = request_new(REQ_WINDOW, 0, account);
		q->folder = g_strdup(folder);
		q->window = (struct store_window){
			.anchor = r.begun ? ANCHOR_BELOW : ANCHOR_TOP, .mid = r.mid, .uid = r.uid, .rows = 200
		};
		if (batch_ask(b, q, take_recent, &r, BATCH_CACHE_MS, e)) {
			g_array_unref(r.uids);
			return -1;
		}
	}
	struct request *q = request_new(REQ_BODIES, 0, account);
	q->folder = g_strdup(folder);
	q->uids = r.uids;
	return batch_ask(b, q, NULL, NULL, SYNC_MS, e);
}

static int sync_folder(struct batch *b, int account, const char *folder, struct err *e)
{
	struct syncing s = { .batch = b, .account = ((struct cfg_account *)b->cfg->accounts->pdata[account])->label };
	g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func(g_free);
	struct request *r = request_new(REQ_SYNC, 0, account);
	s.folders = done;
	r->folder = g_strdup(folder);
	r->whole = true;
	r->due = due_of(b);
	r->dry_run = cli_has(b->cli, CLI_DRY_RUN);
	if (batch_ask(b, r, got, &s, SYNC_MS, e))
		return -1;
	bool bodies = cli_has(b->cli, CLI_BODIES) && !cli_has(b->cli, CLI_DRY_RUN);
	for (unsigned i = 0; i < done->len && bodies; i++)
		if (fetch_bodies(b, account, done->pdata[i], e))
			return -1;
	return 0;
}

/* One account; the seconds until it is due again if it was not. */
static int sync_account(struct batch *b, int account)
{
	const char *label = ((struct cfg_account *)b->cfg->accounts->pdata[account])->label;
	unsigned n;
	char *const *folders = cli_values(b->cli, CLI_FOLDER, &n);
	struct err e = ERR_INIT;
	int after = 0;
	for (unsigned i = 0; i < MAX(n, 1); i++) {
		if (!sync_folder(b, account, n ? folders[i] : NULL, &e))
			continue;
		if (e.cause == ERR_NOT_DUE && cli_has(b->cli, CLI_WATCH))
			after = e.after;
		else
			batch_error(b, label, &e);
		break;
	}
	err_clear(&e);
	return after;
}

static void woken(void *aux)
{
	*(bool *)aux = true;
}

static void sleep_for(struct batch *b, int seconds)
{
	bool awake = false;
	struct timer *t = timer_new(b->ctx, woken, &awake);
	timer_at(t, clock_ms() + (int64_t)seconds * 1000);
	while (!awake)
		g_main_context_iteration(b->ctx, TRUE);
	timer_free(t);
}

/* There is no terminal to be told: only the mailrc's command is. */
static void told(void *aux, const struct app_news *news)
{
	struct batch *b = aux;
	struct err e = ERR_INIT;
	if (app_news_run(b->cfg, news, &e))
		batch_error(b, news->account, &e);
	err_clear(&e);
}

int cmd_sync(struct batch *b)
{
	const char *only = b->cli->args->len ? b->cli->args->pdata[0] : cli_value(b->cli, CLI_ACCOUNT);
	struct err e = ERR_INIT;
	if (batch_account(b, only, &e) < 0) {
		batch_error(b, NULL, &e);
		err_clear(&e);
		return b->code;
	}
	/* What is there by now is not told: it is looked at before the first answer of a server comes. */
	struct notifier *notifier =
		cli_has(b->cli, CLI_WATCH) && b->cfg->options.notify ? notifier_new(b->app, b->ctx, told, b) : NULL;
	for (;;) {
		int next = ENGINE_POLL_FLOOR_S + 1;
		for (unsigned i = 0; i < b->cfg->accounts->len; i++) {
			const struct cfg_account *a = b->cfg->accounts->pdata[i];
			if (only && strcmp(only, a->label))
				continue;
			int after = sync_account(b, (int)i);
			if (after && after < next)
				next = after;
			if (notifier)
				notifier_look(notifier, (int)i);
		}
		if (!cli_has(b->cli, CLI_WATCH))
			return b->code;
		fflush(stdout);
		sleep_for(b, next);
	}
}
