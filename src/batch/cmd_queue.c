/* SPDX-License-Identifier: GPL-3.0-or-later */
/* queue: the letters and changes that wait, and what became of them. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define FLUSH_MS (10 * 60 * 1000) /* a queue of any length; silence of the server ends it sooner */
#define LISTED_MOST 1000
#define RUNNER_WAITS_S 60 /* what falls due so soon, it waits for */

static const char *const state_names[] = {
	[CHANGE_OPEN] = "open",
	[CHANGE_BEGUN] = "begun",
	[CHANGE_DONE] = "done",
	[CHANGE_FAILED] = "failed",
	[CHANGE_PARKED] = "parked",
	[CHANGE_UNDONE] = "undone",
};

struct queue {
	struct batch *batch;
	int account;
	GPtrArray *folders; /* struct store_folder *, for the names shown */
	uint32_t only;      /* 0: all */
	bool all, items, found;
};

static const char *shown_name(const struct queue *q, const char *raw)
{
	for (unsigned i = 0; raw && q->folders && i < q->folders->len; i++) {
		const struct store_folder *f = q->folders->pdata[i];
		if (!g_strcmp0(f->raw, raw))
			return f->name;
	}
	return raw;
}

static struct json *item_record(const struct queue *q, const struct store_change *c, const struct store_change_item *i)
{
	const char *label = batch_label(q->batch, q->account), *folder = shown_name(q, c->folder);
	const char *target = shown_name(q, c->target);
	struct json *j = json_object();
	g_autofree char *id = !folder  ? NULL
			      : i->uid ? app_id_format(label, folder, c->uidvalidity, i->uid)
				       : app_id_local(label, folder, i->local);
	g_autofree char *to =
		target && i->target_uid ? app_id_format(label, target, c->target_uidvalidity, i->target_uid) : NULL;
	json_add(j, "id", json_string(id));
	json_add(j, "state", json_string(state_names[i->state]));
	json_add(j, "moved_to", json_string(to));
	json_add(j, "msgid", json_string(i->msgid));
	return j;
}

static void print_one(const struct queue *q, const struct store_change *c)
{
	struct json *j = json_record("request"), *items = json_array();
	const struct store_change_item *first = c->items && c->items->len == 1 ? c->items->pdata[0] : NULL;
	g_autofree char *id = g_strdup_printf("c%u", c->id);
	g_autofree char *what = app_change_text(c, shown_name(q, c->folder), shown_name(q, c->target));
	g_autofree char *why = c->error ? utf8_line(str_of(c->error)) : NULL;
	g_autofree char *server = c->server ? utf8_line(str_of(c->server)) : NULL;
	g_autofree char *error = why && server ? g_strdup_printf("%s (%s)", why, server) : g_strdup(why ? why : server);
	const char *label = batch_label(q->batch, q->account);
	json_add(j, "id", json_string(id));
	json_add(j, "kind", json_string("change"));
	json_add(j, "state", json_string(state_names[c->state]));
	json_add(j, "account", json_string(label));
	json_add(j, "text", json_string(what));
	json_add(j, "due", json_null());
	json_add(j, "attempts", json_number(c->attempts));
	json_add(j, "error", json_string(error));
	json_add(j, "msgid", json_string(first ? first->msgid : NULL));
	for (unsigned i = 0; q->items && c->items && i < c->items->len; i++)
		json_push(items, item_record(q, c, c->items->pdata[i]));
	if (q->items)
		json_add(j, "messages", items);
	else
		json_free(items);
	g_autofree char *text = g_strdup_printf(
		"%-6s %-7s %s: %s%s%s", id, state_names[c->state], label, what, error ? ": " : "", error ? error : "");
	batch_record(q->batch, j, text);
	json_free(j);
}

/* Without --all: what still waits, and what failed. */
static bool is_wanted(const struct queue *q, const struct store_change *c)
{
	if (q->only)
		return c->id == q->only;
	return c->op != CHANGE_SYNC && (q->all || (c->state != CHANGE_DONE && c->state != CHANGE_UNDONE));
}

static void print_changes(struct event *ev, void *aux)
{
	struct queue *q = aux;
	for (unsigned i = 0; ev->type == EV_CHANGES && ev->changes && i < ev->changes->len; i++) {
		const struct store_change *c = ev->changes->pdata[i];
		if (!is_wanted(q, c))
			continue;
		q->found = true;
		if (q->batch)
			print_one(q, c);
	}
}

/* Prints what is wanted of one account; without a batch in q it only looks. */
static int look(struct batch *b, struct queue *q, int account, struct err *e)
{
	struct request *r = request_new(REQ_CHANGES, 0, account);
	r->whole = true;
	r->rows = LISTED_MOST;
	q->account = account;
	q->folders = q->batch ? batch_folders(b, account, e) : NULL;
	int failed = q->batch && !q->folders;
	if (failed)
		request_free(r);
	else
		failed = batch_ask(b, r, print_changes, q, BATCH_CACHE_MS, e);
	g_clear_pointer(&q->folders, g_ptr_array_unref);
	return failed ? -1 : 0;
}

static bool is_chosen(const struct batch *b, unsigned account)
{
	const char *only = cli_value(b->cli, CLI_ACCOUNT);
	return !only || !strcmp(only, batch_label(b, (int)account));
}

static int list(struct batch *b, struct err *e)
{
	bool all = cli_has(b->cli, CLI_ALL);
	for (unsigned i = 0; i < b->cfg->accounts->len; i++) {
		struct queue q = { .batch = b, .all = all };
		if (!is_chosen(b, i))
			continue;
		g_autoptr(GPtrArray) mails = batch_mails(b, (int)i, all, e);
		if (!mails)
			return -1;
		batch_mails_list(b, (int)i, mails, all);
		if (look(b, &q, (int)i, e))
			return -1;
	}
	return 0;
}

/* The own copies of letters are changes: letters first. */
static void flush_once(struct batch *b)
{
	for (unsigned i = 0; i < b->cfg->accounts->len; i++) {
		if (!is_chosen(b, i))
			continue;
		batch_mails_flush(b, (int)i, cli_has(b->cli, CLI_DUE));
		batch_change_request(b, request_new(REQ_FLUSH, 0, (int)i), NULL, FLUSH_MS);
	}
}

static int64_t next_due(struct batch *b)
{
	int64_t first = -1;
	for (unsigned i = 0; i < b->cfg->accounts->len; i++) {
		int64_t due = is_chosen(b, i) ? batch_mail_due(b, (int)i) : -1;
		if (due >= 0 && (first < 0 || due < first))
			first = due;
	}
	return first;
}

static void due_now(void *aux)
{
	*(bool *)aux = true;
}

/* With --due also what falls due soon: a runner that was left behind need not be followed by another. What is still due
 * after it was tried is not tried in a circle. */
static void flush(struct batch *b)
{
	int64_t due;
	flush_once(b);
	while (cli_has(b->cli, CLI_DUE) && (due = next_due(b)) > 0 && due <= RUNNER_WAITS_S) {
		bool now = false;
		struct timer *t = timer_new(b->ctx, due_now, &now);
		timer_at(t, clock_ms() + due * 1000);
		while (!now)
			g_main_context_iteration(b->ctx, TRUE);
		timer_free(t);
		flush_once(b);
	}
}

/* The account whose change it is; -1 with e. */
static int find(struct batch *b, uint32_t id, struct err *e)
{
	for (unsigned i = 0; i < b->cfg->accounts->len; i++) {
		struct queue q = { .only = id };
		if (look(b, &q, (int)i, e))
			return -1;
		if (q.found)
			return (int)i;
	}
	return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("there is no 'c%u' in the queue"), (unsigned)id);
}

static int with_change(struct batch *b, const char *verb, uint32_t id, struct err *e)
{
	int account = find(b, id, e);
	if (account < 0)
		return -1;
	if (!strcmp(verb, "show")) {
		struct queue q = { .batch = b, .only = id, .items = true };
		return look(b, &q, account, e);
	}
	if (!strcmp(verb, "hold"))
		return err_set(
			e, ERR_MESSAGE, ERR_LACKING, ERR_NEVER, _("a change cannot be held: let it go, or drop it"));
	struct request *r = request_new(!strcmp(verb, "drop") ? REQ_CHANGE_DROP : REQ_CHANGE_RETRY, 0, account);
	r->answers = id;
	batch_change_request(b, r, verb, BATCH_CHANGE_MS);
	return 0;
}

/* "c17" and "m3", as list prints them; a bare number is a change's. */
static int with_one(struct batch *b, const char *verb, const char *arg, struct err *e)
{
	bool named = *arg == 'c' || *arg == 'm';
	uint64_t id;
	if (!str_u64(str_of(named ? arg + 1 : arg), UINT32_MAX, &id) || !id)
		return err_set(e, ERR_PROGRAM, *arg ? ERR_INPUT : ERR_USAGE, ERR_NEVER,
			_("which? boxwood queue list prints ids such as c17 and m3, not '%s'"), arg);
	return *arg == 'm' ? batch_mail_verb(b, verb, (uint32_t)id, e) : with_change(b, verb, (uint32_t)id, e);
}

/* What is wrong with one is told, and the others are done. */
static void with_each(struct batch *b, const char *verb)
{
	const GPtrArray *args = b->cli->args;
	for (unsigned i = 1; i < MAX(args->len, 2); i++) {
		struct err e = ERR_INIT;
		if (with_one(b, verb, i < args->len ? args->pdata[i] : "", &e))
			batch_error(b, NULL, &e);
		err_clear(&e);
	}
}

int cmd_queue(struct batch *b)
{
	static const char *const verbs[] = { "show", "hold", "drop", "retry" };
	struct err e = ERR_INIT;
	const char *verb = b->cli->args->pdata[0];
	unsigned one = 0;
	while (one < G_N_ELEMENTS(verbs) && strcmp(verbs[one], verb))
		one++;
	if (cli_has(b->cli, CLI_ACCOUNT) && batch_account(b, cli_value(b->cli, CLI_ACCOUNT), &e) < 0)
		batch_error(b, NULL, &e);
	else if (one < G_N_ELEMENTS(verbs))
		with_each(b, verb);
	else if (!strcmp(verb, "list") && b->cli->args->len == 1)
		list(b, &e);
	else if (!strcmp(verb, "flush") && b->cli->args->len == 1)
		flush(b);
	else
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), b->cli->verb->name,
			b->cli->verb->args);
	if (e.cause != ERR_NONE && b->code == EXIT_CODE_OK)
		batch_error(b, NULL, &e);
	err_clear(&e);
	return b->code;
}
