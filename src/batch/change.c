/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes as scripts make them: ids in, one record for each out, waiting for the server's answer. */
#include "batch/internal.h"

#include <string.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define IDS_MAX (64u << 20) /* octets of ids on standard input */

/* --- the messages meant --- */
static void chosen_free(void *p)
{
	struct chosen *c = p;
	g_array_unref(c->places);
	g_ptr_array_unref(c->ids);
	g_free(c);
}

static struct chosen *chosen_of(GPtrArray *all, int account)
{
	for (unsigned i = 0; i < all->len; i++) {
		struct chosen *c = all->pdata[i];
		if (c->account == account)
			return c;
	}
	struct chosen *c = g_new0(struct chosen, 1);
	c->account = account;
	c->places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	c->ids = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(all, c);
	return c;
}

static int choose_one(struct batch *b, const char *id, GPtrArray *all, GHashTable *seen, struct err *e)
{
	struct place *p = batch_place_find(b, id, e);
	if (!p)
		return -1;
	char *full = batch_place_id(b, p);
	if (g_hash_table_add(seen, g_strdup(full))) {
		struct chosen *c = chosen_of(all, p->account);
		struct store_place at = { p->row->folder, p->uid, p->local };
		g_array_append_val(c->places, at);
		g_ptr_array_add(c->ids, g_steal_pointer(&full));
	}
	g_free(full);
	batch_place_free(p);
	return 0;
}

static int choose_from_input(struct batch *b, GPtrArray *all, GHashTable *seen, struct err *e)
{
	char end = cli_has(b->cli, CLI_ZERO) ? '\0' : '\n';
	struct buf in;
	buf_init(&in, IDS_MAX);
	int failed = fs_read("-", IDS_MAX, &in, e);
	struct str rest = buf_str(&in), line;
	while (!failed && rest.n) {
		str_cut(rest, end, &line, &rest);
		g_autofree char *id = str_dup(str_trim(line));
		if (*id)
			failed = choose_one(b, id, all, seen, e);
	}
	buf_clear(&in);
	return failed;
}

/* Messages of one folder that match a pattern. */
struct matching {
	struct batch *batch;
	struct chosen *chosen;
	uint32_t left; /* messages that are not in the cache */
};

static void got_places(struct event *ev, void *aux)
{
	struct matching *m = aux;
	const char *label = batch_label(m->batch, m->chosen->account);
	if (ev->type != EV_PLACES)
		return;
	const struct store_folder *f = ev->folder;
	for (guint i = 0; i < ev->places->len; i++) {
		struct store_place at = g_array_index(ev->places, struct store_place, i);
		g_array_append_val(m->chosen->places, at);
		g_ptr_array_add(m->chosen->ids, at.local ? app_id_local(label, f->name, at.local)
							 : app_id_format(label, f->name, f->uidvalidity, at.uid));
	}
	m->left += f->exists > f->rows ? f->exists - f->rows : 0;
}

static int choose_folder(
	struct batch *b, struct matching *m, const char *folder, const struct store_filter *f, struct err *e)
{
	struct request *r = request_new(REQ_PLACES, 0, m->chosen->account);
	r->folder = g_strdup(folder);
	r->choice = store_choice_new();
	r->choice->filter = store_filter_copy(f);
	return batch_ask(b, r, got_places, m, BATCH_CACHE_MS, e);
}

/* --query: of the Inbox, or of each --folder. An empty one would be every message: that is written ~A. */
static int choose_matching(struct batch *b, GPtrArray *all, struct err *e)
{
	unsigned n;
	const char *query = cli_value(b->cli, CLI_QUERY);
	char *const *folders = cli_values(b->cli, CLI_FOLDER, &n);
	int account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), e);
	struct store_filter *f = NULL;
	if (account < 0 || app_pattern(b->cfg, str_of(query), clock_wall(), &f, e))
		return -1;
	if (!f)
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("the query is empty; ~A is every message"));
	struct matching m = { b, chosen_of(all, account), 0 };
	int failed = n ? 0 : choose_folder(b, &m, "Inbox", f, e);
	for (unsigned i = 0; i < n && !failed; i++)
		failed = choose_folder(b, &m, folders[i], f, e);
	store_filter_free(f);
	if (!failed && m.left) {
		g_autofree char *text =
			g_strdup_printf(_("%u messages are not in the cache, and were not looked at"), m.left);
		batch_note(b, text);
	}
	if (!failed && !m.chosen->places->len)
		g_ptr_array_set_size(all, 0);
	return failed;
}

GPtrArray *batch_choose(struct batch *b, unsigned from, unsigned to, struct err *e)
{
	g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(chosen_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	const GPtrArray *args = b->cli->args;
	int failed = 0;
	if (cli_has(b->cli, CLI_QUERY) && from < to)
		failed = err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("either ids or --query, not both"));
	else if (cli_has(b->cli, CLI_QUERY))
		failed = choose_matching(b, all, e);
	else if (from >= to)
		failed = err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), b->cli->verb->name,
			b->cli->verb->args);
	for (unsigned i = from; i < to && !failed; i++) {
		const char *arg = args->pdata[i];
		failed = strcmp(arg, "-") ? choose_one(b, arg, all, seen, e) : choose_from_input(b, all, seen, e);
	}
	return failed ? NULL : g_steal_pointer(&all);
}

/* --- records --- */
static const char *status_of(enum change_state state)
{
	switch (state) {
	case CHANGE_DONE:
	case CHANGE_UNDONE: return "done";
	case CHANGE_FAILED: return "failed";
	default: return "queued";
	}
}

static char *id_of(const char *label, const struct engine_changed *ch)
{
	const char *folder = ch->folder ? ch->folder : ch->target ? ch->target : "";
	if (ch->local)
		return app_id_local(label, folder, ch->local);
	return ch->uid ? app_id_format(label, folder, ch->uidvalidity, ch->uid) : app_id_folder(label, folder);
}

static void print_change(struct batch *b, const char *verb, const char *id, enum change_state state, const char *target,
	const char *moved_to, const char *error)
{
	struct json *j = json_record("change");
	const char *status = status_of(state);
	json_add(j, "op", json_string(verb));
	json_add(j, "id", json_string(id));
	json_add(j, "status", json_string(status));
	json_add(j, "target", json_string(target));
	json_add(j, "moved_to", json_string(moved_to));
	json_add(j, "error", json_string(error));
	const char *where = moved_to ? moved_to : target;
	g_autofree char *text = g_strdup_printf("%s %s%s%s%s%s%s", verb, id ? id : "", where ? " -> " : "",
		where ? where : "", state == CHANGE_DONE ? "" : " (", state == CHANGE_DONE ? "" : status,
		state == CHANGE_DONE ? "" : ")");
	g_autofree char *full = error ? g_strdup_printf("%s: %s", text, error) : NULL;
	batch_record(b, j, full ? full : text);
	json_free(j);
}

void batch_changed(struct batch *b, int account, const char *verb, const struct engine_changed *ch)
{
	const char *label = batch_label(b, account);
	bool moved = ch->state == CHANGE_DONE && ch->target && ch->target_uid;
	g_autofree char *id = id_of(label, ch);
	g_autofree char *to = moved ? app_id_format(label, ch->target, ch->target_uidvalidity, ch->target_uid) : NULL;
	g_autofree char *why = ch->err.cause ? app_err_text(&ch->err, NULL) : NULL;
	g_autofree char *server = ch->err.server ? utf8_line(str_of(ch->err.server)) : NULL;
	g_autofree char *error = server && why ? g_strdup_printf("%s (%s)", why, server) : g_strdup(why);
	/* A folder that was made on the way is told as what it is. */
	bool as_asked = verb && ch->op != CHANGE_CREATE;
	print_change(b, as_asked ? verb : change_op_names[ch->op], id, ch->state, ch->target, to, error);
}

/* --- one request and its end --- */
struct changing {
	struct batch *batch;
	int account;
	const char *verb;
	bool silent;
	GHashTable *open; /* ids not told of yet; NULL: not known */
	bool durable;
	char *target;
	unsigned failed, parked;
};

static void told(struct event *ev, void *aux)
{
	struct changing *c = aux;
	int account = ev->account >= 0 ? ev->account : c->account;
	if (ev->type == EV_DURABLE && ev->durable) {
		c->durable = true;
		g_free(c->target);
		c->target = g_strdup(ev->durable->target);
	}
	if (ev->type != EV_CHANGE || !ev->changed || account < 0)
		return;
	g_autofree char *id = id_of(batch_label(c->batch, account), ev->changed);
	if (c->open)
		g_hash_table_remove(c->open, id);
	c->failed += ev->changed->state == CHANGE_FAILED;
	c->parked += ev->changed->state == CHANGE_PARKED;
	if (!c->silent)
		batch_changed(c->batch, account, c->verb, ev->changed);
}

/* Written down and not carried out: each is told as queued. */
static void print_open(struct changing *c, const GPtrArray *ids)
{
	for (unsigned i = 0; ids && i < ids->len; i++)
		if (g_hash_table_contains(c->open, ids->pdata[i]))
			print_change(c->batch, c->verb, ids->pdata[i], CHANGE_OPEN, c->target, NULL, NULL);
}

static void say_kept(struct batch *b, int account)
{
	g_autofree char *text = g_strdup_printf(
		_("%s: written down; it is carried out with the next contact, or now by: boxwood queue flush"),
		batch_label(b, account));
	batch_note(b, text);
}

static int ask_and_wait(struct batch *b, struct changing *c, struct request *r, int wait_ms, struct err *e)
{
	b->reaching = r->account;
	int failed = batch_ask(b, r, told, c, wait_ms, e);
	b->reaching = -1;
	err_clear(&b->lost);
	if (!failed && (c->failed || c->parked)) {
		failed = err_set(e, ERR_MESSAGE, ERR_REFUSED, ERR_NEVER, _("%u of the changes did not come to be"),
			c->failed + c->parked);
	}
	return failed;
}

void batch_change(struct batch *b, int account, const char *verb, struct engine_change *ch, const GPtrArray *ids)
{
	struct changing c = { .batch = b, .account = account, .verb = verb, .silent = !verb };
	struct err e = ERR_INIT;
	bool offline = cli_has(b->cli, CLI_OFFLINE), dry_run = cli_has(b->cli, CLI_DRY_RUN);
	bool wait = !offline && !cli_has(b->cli, CLI_QUEUE);
	struct request *r = request_new(REQ_CHANGE, 0, account);
	c.open = g_hash_table_new(g_str_hash, g_str_equal);
	for (unsigned i = 0; ids && i < ids->len; i++)
		g_hash_table_add(c.open, ids->pdata[i]);
	ch->queue = !wait;
	ch->dry_run = dry_run;
	r->change = ch;
	int failed = ask_and_wait(b, &c, r, BATCH_CHANGE_MS, &e);
	if (c.durable && !dry_run && !c.silent && (failed || !wait))
		print_open(&c, ids);
	if (!failed && offline && !cli_has(b->cli, CLI_QUEUE) && !dry_run)
		failed = err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, _("offline, as you asked for"));
	if (failed)
		batch_error(b, batch_label(b, account), &e);
	if (c.durable && !dry_run && (failed || !wait) && !c.failed)
		say_kept(b, account);
	g_hash_table_unref(c.open);
	g_free(c.target);
	err_clear(&e);
}

void batch_change_request(struct batch *b, struct request *r, const char *verb, int wait_ms)
{
	struct changing c = { .batch = b, .account = r->account, .verb = verb };
	struct err e = ERR_INIT;
	if (ask_and_wait(b, &c, r, wait_ms, &e))
		batch_error(b, batch_label(b, c.account), &e);
	g_free(c.target);
	err_clear(&e);
}
