/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list and folders. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

#define PAGE 200 /* rows asked for at once, so that memory does not grow with the folder */
#define DEFAULT_ROWS 50

struct listing {
	struct batch *batch;
	const char *account;
	unsigned printed, limit; /* limit 0: all */
	unsigned page;           /* rows of the last answer */
	int64_t mid;             /* of the last row or thread, to go on from */
	uint32_t uid;
	bool threads;
	int64_t synced; /* of the folder */
	enum store_order order;
	struct store_filter *filter; /* NULL: all */
	uint32_t looked, left;       /* messages of the folder that are in the cache, and that are not */
	int64_t now;
};

static void print_rows(struct event *ev, void *aux)
{
	struct listing *l = aux;
	if (ev->type != EV_ROWS)
		return;
	l->page = ev->rows->len;
	l->synced = ev->folder->last_sync;
	l->looked = ev->folder->rows + ev->folder->rows_local;
	l->left = ev->folder->exists > ev->folder->rows ? ev->folder->exists - ev->folder->rows : 0;
	for (unsigned i = 0; i < ev->rows->len; i++) {
		const struct store_row *row = ev->rows->pdata[i];
		if (row->head)
			l->mid = row->head->newest;
		/* What belongs to a thread and lies elsewhere is for that folder's list. */
		if (row->folder != ev->folder->id || (l->limit && l->printed == l->limit))
			continue;
		struct json *j = batch_wants_json(l->batch) ? record_row(l->account, ev->folder, row) : NULL;
		g_autofree char *text = j ? NULL : text_row(row, l->now);
		batch_record(l->batch, j, text);
		json_free(j);
		if (!l->threads)
			l->mid = row->mid;
		l->uid = row->uid;
		l->printed++;
	}
}

static int sort_order(struct batch *b, enum store_order *out, struct err *e)
{
	const char *value = cli_value(b->cli, CLI_SORT);
	*out = ORDER_RECEIVED;
	for (int i = ORDER_RECEIVED; value && i <= ORDER_SIZE; i++)
		if (!strcmp(store_order_names[i], value)) {
			*out = (enum store_order)i;
			return 0;
		}
	return value ? err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
			       _("--sort takes received, date, from, subject or size, not '%s'"), value)
		     : 0;
}

static int thread_order(const struct listing *l, struct err *e)
{
	if (!l->threads || (l->order == ORDER_RECEIVED && !l->filter))
		return 0;
	if (l->filter)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
			_("--threads prints whole threads: no QUERY can stand beside it"));
	return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
		_("--threads has an order of its own, --sort %s is none of it"), store_order_names[l->order]);
}

static int row_limit(struct batch *b, unsigned *out, struct err *e)
{
	const char *value = cli_value(b->cli, CLI_NUMBER);
	uint64_t n = DEFAULT_ROWS;
	if (value && !str_u64(str_of(value), UINT32_MAX, &n))
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("-n takes a number, not '%s'"), value);
	*out = (unsigned)n;
	return 0;
}

static struct store_choice *choice_of(const struct listing *l)
{
	if (l->order == ORDER_RECEIVED && !l->filter)
		return NULL;
	struct store_choice *c = store_choice_new();
	c->order = l->order;
	c->filter = store_filter_copy(l->filter);
	return c;
}

static int print_window(struct batch *b, struct listing *l, int account, const char *folder, struct err *e)
{
	do {
		struct request *r = request_new(REQ_WINDOW, 0, account);
		unsigned left = l->limit ? l->limit - l->printed : PAGE;
		r->folder = g_strdup(folder);
		r->choice = choice_of(l);
		r->selection = 1;
		r->settled = true;
		r->window = (struct store_window){ .anchor = l->printed ? ANCHOR_BELOW : ANCHOR_TOP,
			.mid = l->mid,
			.uid = l->uid,
			.rows = MIN(left, PAGE),
			.threads = l->threads,
			.unfolded = true,
			.position = l->printed ? l->printed - 1 : 0 };
		l->page = 0;
		if (batch_ask(b, r, print_rows, l, BATCH_CACHE_MS, e))
			return -1;
	} while (l->page && (!l->limit || l->printed < l->limit));
	return 0;
}

/* Nothing is said of what was never fetched. */
static void say_looked(struct batch *b, const struct listing *l)
{
	if (!l->filter || !l->left)
		return;
	g_autofree char *text = g_strdup_printf(
		_("looked at the %u messages that are in the cache; %u more are not"), l->looked, l->left);
	batch_note(b, text);
}

static void say_age(struct batch *b, int64_t synced)
{
	struct msg_date d = { .epoch = synced, .known = synced != 0 };
	g_autofree char *when = app_date_long(d);
	g_autofree char *text = synced ? g_strdup_printf(_("what is printed is from %s"), when)
				       : g_strdup(_("this folder was never read from the server"));
	batch_note(b, text);
}

int cmd_list(struct batch *b)
{
	struct err e = ERR_INIT, stale = ERR_INIT;
	struct listing l = { .batch = b, .now = clock_wall(), .threads = cli_has(b->cli, CLI_THREADS) };
	const char *folder = b->cli->args->len ? b->cli->args->pdata[0] : "Inbox";
	const char *query = b->cli->args->len > 1 ? b->cli->args->pdata[1] : "";
	int account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), &e);
	if (account < 0 || sort_order(b, &l.order, &e) || row_limit(b, &l.limit, &e) ||
		app_pattern(b->cfg, str_of(query), l.now, &l.filter, &e) || thread_order(&l, &e)) {
		batch_error(b, NULL, &e);
		err_clear(&e);
		return b->code;
	}
	l.account = ((struct cfg_account *)b->cfg->accounts->pdata[account])->label;
	if (!strcmp(folder, "."))
		folder = "Inbox";
	batch_refresh(b, account, folder, l.limit ? l.limit : UINT32_MAX, false, &stale);
	if (stale.cause == ERR_MISSING) {
		batch_error(b, l.account, &stale);
	} else if (print_window(b, &l, account, folder, &e)) {
		/* A missing folder after a failed contact: why there was none says more. */
		batch_error(b, l.account, stale.cause != ERR_NONE && e.cause == ERR_MISSING ? &stale : &e);
	} else if (stale.cause == ERR_NONE && !l.synced) {
		say_age(b, 0);
	} else if (stale.cause != ERR_NONE) {
		say_age(b, l.synced);
		batch_error(b, l.account, &stale);
	}
	say_looked(b, &l);
	store_filter_free(l.filter);
	err_clear(&e);
	err_clear(&stale);
	return b->code;
}

/* --- folders --- */

static struct json *folder_flags(const struct store_folder *f)
{
	struct json *array = json_array();
	if (f->flags & FOLDER_NOSELECT)
		json_push(array, json_string("\\Noselect"));
	if (f->flags & FOLDER_NOINFERIORS)
		json_push(array, json_string("\\Noinferiors"));
	/* Words of ours, as far as the server told. */
	if (f->flags & FOLDER_FOREIGN)
		json_push(array, json_string(f->flags & FOLDER_OTHER ? "other-users" : "shared"));
	g_autofree char *rights = f->rights ? g_strdup_printf("rights=%s", f->rights) : NULL;
	if (rights)
		json_push(array, json_string(rights));
	return array;
}

/* What is special about it, in the mailrc's words. */
static const char *kind_of(const struct store_folder *f)
{
	if (f->role)
		return store_role_names[f->role];
	return f->flags & FOLDER_PINNED ? "pinned" : f->flags & FOLDER_SKIPPED ? "skip" : "";
}

static void print_folders(struct event *ev, void *aux)
{
	struct listing *l = aux;
	if (ev->type != EV_FOLDERS)
		return;
	for (unsigned i = 0; i < ev->folders->len; i++) {
		const struct store_folder *f = ev->folders->pdata[i];
		const char *leaf = strrchr(f->name, '/');
		char delimiter[2] = { f->delimiter, '\0' };
		if (f->flags & FOLDER_GONE)
			continue;
		struct json *j = json_record("folder");
		json_add(j, "account", json_string(l->account));
		json_add(j, "name", json_string(leaf ? leaf + 1 : f->name));
		json_add(j, "path", json_string(f->name));
		json_add(j, "role", json_string(f->role ? store_role_names[f->role] : NULL));
		json_add(j, "delimiter", json_string(f->delimiter ? delimiter : NULL));
		json_add(j, "total", json_number(f->complete ? f->rows : f->exists));
		json_add(j, "unseen", json_number(f->complete ? f->rows_unseen : f->unseen));
		json_add(j, "flags", folder_flags(f));
		json_add(j, "uidvalidity", f->uidvalidity ? json_number(f->uidvalidity) : json_null());
		g_autofree char *text = g_strdup_printf("%-8s %6u %6u  %s", kind_of(f),
			f->complete ? f->rows : f->exists, f->complete ? f->rows_unseen : f->unseen, f->name);
		batch_record(l->batch, j, text);
		json_free(j);
	}
}

int cmd_folders(struct batch *b)
{
	const char *only = cli_value(b->cli, CLI_ACCOUNT);
	struct err e = ERR_INIT;
	if (batch_account(b, only, &e) < 0)
		batch_error(b, NULL, &e);
	for (unsigned i = 0; i < b->cfg->accounts->len; i++) {
		const struct cfg_account *a = b->cfg->accounts->pdata[i];
		struct listing l = { .batch = b, .account = a->label };
		if (only && strcmp(only, a->label))
			continue;
		if (batch_refresh(b, (int)i, NULL, 0, true, &e))
			batch_error(b, a->label, &e);
		if (batch_ask(b, request_new(REQ_FOLDERS, 0, (int)i), print_folders, &l, BATCH_CACHE_MS, &e))
			batch_error(b, a->label, &e);
	}
	err_clear(&e);
	return b->code;
}
