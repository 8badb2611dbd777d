/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the front asks for made into changes: durable rows, one for each folder. */
#include "engine/limits.h"

#include <string.h>
#include <unistd.h>

static void free_change(void *c)
{
	store_change_free(c);
}

/* --- a request made into rows --- */

static gint by_folder(gconstpointer x, gconstpointer y)
{
	const struct store_place *a = x, *b = y;
	if (a->folder != b->folder)
		return a->folder < b->folder ? -1 : 1;
	return a->uid < b->uid ? -1 : a->uid > b->uid;
}

/* Since a place with a number of our own was shown the server may have named it. */
static int get_row(struct store *st, struct store_place *at, struct store_row *row, struct err *e)
{
	struct err unnamed = ERR_INIT;
	enum change_state state;
	uint32_t uid = 0;
	if (!store_place_get(st, *at, row, e))
		return 0;
	if (e->cause == ERR_MISSING && at->local && !store_change_local(st, at->local, &uid, &state, &unnamed) && uid) {
		err_clear(e);
		*at = (struct store_place){ .folder = at->folder, .uid = uid };
		return store_place_get(st, *at, row, e);
	}
	err_clear(&unnamed);
	return -1;
}

/* What the message must be when the server is asked, and what its flags were. */
static int add_item(struct store *st, struct store_change *c, struct store_place at, struct err *e)
{
	struct store_row row = { 0 };
	if (get_row(st, &at, &row, e))
		return -1;
	struct store_change_item *item = store_change_item_add(c);
	item->uid = at.uid;
	item->local = at.local;
	item->size = row.size;
	item->received = row.received;
	item->msgid = g_steal_pointer(&row.msgid);
	item->flags_before = row.flags & MSG_SERVER_FLAGS;
	item->keywords_before = g_steal_pointer(&row.keywords);
	store_row_clear(&row);
	return 0;
}

static struct store_change *change_of(struct account *a, const struct engine_change *want, const struct store_folder *f,
	const struct store_folder *target)
{
	struct store_change *c = store_change_new(want->op, a->number);
	c->folder = f ? g_strdup(f->raw) : NULL;
	c->uidvalidity = f ? f->uidvalidity : 0;
	c->target = target ? g_strdup(target->raw) : NULL;
	c->add = want->add;
	c->remove = want->remove;
	c->add_keywords = keywords_copy(want->add_keywords);
	c->remove_keywords = keywords_copy(want->remove_keywords);
	c->person = a->engine->settings.interactive;
	return c;
}

/* The changes of the places, one for each folder. Into rows, owned by it. */
static int split(struct account *a, const struct engine_change *want, const struct store_folder *target,
	GPtrArray *rows, struct err *e)
{
	struct store *st = a->engine->store;
	g_array_sort(want->places, by_folder);
	for (unsigned i = 0; i < want->places->len;) {
		struct store_place at = g_array_index(want->places, struct store_place, i);
		struct store_folder f = { 0 };
		if (store_folder_get(st, at.folder, &f, e))
			return -1;
		struct store_change *c = change_of(a, want, &f, target);
		if (limits_check(a, c, &f, target, e)) {
			store_change_free(c);
			store_folder_clear(&f);
			return -1;
		}
		bool there = want->op == CHANGE_MOVE && target && !strcmp(f.raw, target->raw);
		int result = 0;
		for (; i < want->places->len && !result; i++) {
			struct store_place next = g_array_index(want->places, struct store_place, i);
			if (next.folder != at.folder)
				break;
			result = there ? 0 : add_item(st, c, next, e);
		}
		/* What is moved to where it lies is there already. */
		if (c->items->len && !result)
			g_ptr_array_add(rows, c);
		else
			store_change_free(c);
		store_folder_clear(&f);
		if (result)
			return -1;
	}
	return 0;
}

static bool of_messages(enum change_op op)
{
	return op == CHANGE_FLAG || op == CHANGE_MOVE || op == CHANGE_COPY || op == CHANGE_EXPUNGE;
}

static const char *const role_folders[] = { [ROLE_ARCHIVE] = "Archive",
	[ROLE_TRASH] = "Trash",
	[ROLE_JUNK] = "Junk",
	[ROLE_SENT] = "Sent",
	[ROLE_DRAFTS] = "Drafts" };

int change_find_role(struct account *a, enum store_role role, struct store_folder *out, struct err *e)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	if (store_folders(a->engine->store, a->number, all, e))
		return -1;
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		if (f->role == role && !(f->flags & (FOLDER_GONE | FOLDER_NOSELECT)))
			return store_folder_get(a->engine->store, f->id, out, e);
	}
	return err_set(
		e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "no folder of the account is for %s", store_role_names[role]);
}

int change_find_target(
	struct account *a, const struct engine_change *want, struct store_folder *out, GPtrArray *rows, struct err *e)
{
	const char *name = want->target;
	int result = name ? folder_find(a, name, out, e) : change_find_role(a, want->role, out, e);
	if (!name && want->role < G_N_ELEMENTS(role_folders))
		name = role_folders[want->role];
	if (!result || e->cause != ERR_MISSING || !want->create || !name)
		return result;
	err_clear(e);
	if (!want->target && !folder_find(a, name, out, e))
		return 0;
	err_clear(e);
	struct store_change *c = store_change_new(CHANGE_CREATE, a->number);
	c->target = folder_raw_name(a, name, e);
	c->remove = a->info.prefix ? 0 : (uint32_t)folder_delimiter(a);
	c->add = (uint32_t)want->role;
	if (!c->target) {
		store_change_free(c);
		return -1;
	}
	*out = (struct store_folder){ .account = a->number, .raw = g_strdup(c->target), .name = g_strdup(name) };
	g_ptr_array_add(rows, c);
	return 0;
}

static int folder_change(struct account *a, const struct engine_change *want, GPtrArray *rows, struct err *e)
{
	struct store_folder f = { 0 };
	struct err missing = ERR_INIT;
	bool create = want->op == CHANGE_CREATE;
	int found = folder_find(a, want->name, &f, create ? &missing : e);
	if (create && !found)
		found = err_set(e, ERR_FOLDER, ERR_CREATE, ERR_NEVER, "the folder '%s' is there already", f.name) + 1;
	err_clear(&missing);
	bool inbox = f.role == ROLE_INBOX && (want->op == CHANGE_DELETE || want->op == CHANGE_RENAME);
	if (inbox)
		err_set(e, ERR_FOLDER, ERR_INPUT, ERR_NEVER, "the inbox can be neither renamed nor deleted");
	struct store_change *c = change_of(a, want, create ? NULL : &f, NULL);
	const char *made = create ? want->name : want->op == CHANGE_RENAME ? want->new_name : NULL;
	if (e->cause == ERR_NONE && made)
		c->target = folder_raw_name(a, made, e);
	if (create && !a->info.prefix)
		c->remove = (uint32_t)folder_delimiter(a);
	if (e->cause == ERR_NONE && !create)
		limits_check(a, c, &f, NULL, e);
	/* Only what lies there now is emptied, not what comes meanwhile. */
	c->target_uidnext = want->op == CHANGE_EMPTY ? f.uidnext : 0;
	store_folder_clear(&f);
	g_ptr_array_add(rows, c);
	return e->cause == ERR_NONE ? 0 : -1;
}

static int append_change(struct account *a, const struct engine_change *want, const struct store_folder *target,
	GPtrArray *rows, struct err *e)
{
	struct store_change *c = change_of(a, want, NULL, target);
	if (!limits_check(a, c, NULL, target, e))
		return spool_take(a, want, c, rows, e);
	store_change_free(c);
	return -1;
}

static int plan_rows(struct account *a, const struct engine_change *want, GPtrArray *rows, struct err *e)
{
	struct store_folder target = { 0 };
	bool aims = want->op == CHANGE_MOVE || want->op == CHANGE_COPY || want->op == CHANGE_APPEND;
	int result = aims ? change_find_target(a, want, &target, rows, e) : 0;
	if (!result && of_messages(want->op))
		result = split(a, want, aims ? &target : NULL, rows, e);
	else if (!result && want->op == CHANGE_APPEND)
		result = append_change(a, want, &target, rows, e);
	else if (!result)
		result = folder_change(a, want, rows, e);
	store_folder_clear(&target);
	return result;
}

static unsigned count_items(const GPtrArray *rows)
{
	unsigned n = 0;
	for (unsigned i = 0; i < rows->len; i++)
		n += ((const struct store_change *)rows->pdata[i])->items->len;
	return n;
}

int change_make_all(struct account *a, struct request *r, GPtrArray *rows, bool undo, struct err *e)
{
	unsigned messages = count_items(rows);
	const struct engine_change *want = r->change;
	if (want && want->dry_run) {
		for (unsigned i = 0; i < rows->len; i++)
			change_tell(a, r->id, rows->pdata[i], CHANGE_OPEN, NULL);
	}
	if (!rows->len || (want && want->dry_run)) {
		engine_end(a->engine, r, NULL);
		return 0;
	}
	for (unsigned i = 0; i < rows->len; i++) {
		struct store_change *c = rows->pdata[i];
		c->owner = g_strdup_printf("%s %ld", a->engine->settings.stay ? "screens" : "batch", (long)getpid());
		if (want && want->by_itself)
			c->undoes = UNDOES_NOTHING;
	}
	if (store_changes_put(a->engine->store, rows, e))
		return -1;
	struct store_change *last = rows->pdata[rows->len - 1];
	uint32_t group = last->group;
	for (unsigned i = 0; i < rows->len; i++)
		spool_keep(a, rows->pdata[i]);
	while (rows->len)
		change_add(a, g_ptr_array_steal_index(rows, 0));
	change_durable(a, r, last, messages, undo);
	if (!want || !want->queue) {
		change_wait(a, r, group);
		changes_run(a);
		return 0;
	}
	/* What is only queued is carried out by whoever connects next. */
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		struct store_change *c = a->changes.open->pdata[i];
		if (c->group == group)
			change_tell(a, r->id, c, CHANGE_OPEN, NULL);
	}
	engine_end(a->engine, r, NULL);
	if (a->engine->settings.stay)
		changes_run(a);
	return 0;
}

void change_request(struct engine *en, struct account *a, struct request *r)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_change);
	struct err e = ERR_INIT;
	if (!a || !en->store || !r->change) {
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "a change without an account");
	} else if (!plan_rows(a, r->change, rows, &e) && !change_make_all(a, r, rows, false, &e)) {
		return;
	}
	engine_end(en, r, &e);
}

/* --- the queue --- */

static struct account *account_of_change(struct engine *en, uint32_t id, struct store_change **out)
{
	for (unsigned i = 0; i < en->accounts->len; i++) {
		struct account *a = en->accounts->pdata[i];
		*out = change_find(a, id);
		if (*out)
			return a;
	}
	return NULL;
}

/* What failed or was parked is given up: its messages are where they were, and its words are kept with the ended ones. */
static int give_up(struct engine *en, uint32_t id, struct err *e)
{
	struct store_change *c = NULL;
	struct account *a = NULL;
	if (store_change_get(en->store, id, &c, e))
		return -1;
	for (unsigned i = 0; i < en->accounts->len; i++)
		if (((struct account *)en->accounts->pdata[i])->number == c->account)
			a = en->accounts->pdata[i];
	int result = 0;
	if (!a || (c->state != CHANGE_FAILED && c->state != CHANGE_PARKED)) {
		result = err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "change %u has ended", (unsigned)id);
	} else {
		c->state = CHANGE_UNDONE;
		result = store_change_step(en->store, c, e);
		if (!result && c->op == CHANGE_APPEND)
			spool_remove(a, c);
	}
	store_change_free(c);
	return result;
}

void change_drop_request(struct engine *en, struct request *r)
{
	struct store_change *c = NULL;
	struct account *a = account_of_change(en, r->answers, &c);
	struct err e = ERR_INIT;
	if (!a)
		give_up(en, r->answers, &e);
	else if (c->state == CHANGE_BEGUN)
		err_set(&e, ERR_MESSAGE, ERR_INPUT, ERR_LATER, "change %u may have reached the server",
			(unsigned)c->id);
	else
		change_end(a, c, CHANGE_UNDONE, NULL, &e);
	engine_end(en, r, &e);
}

/* What failed or was parked is open again: its messages that are done stay so. */
static int make_again(struct engine *en, uint32_t id, struct err *e)
{
	struct store_change *c = NULL;
	if (store_change_get(en->store, id, &c, e))
		return -1;
	for (unsigned i = 0; i < en->accounts->len; i++) {
		struct account *a = en->accounts->pdata[i];
		if (a->number != c->account || (c->state != CHANGE_FAILED && c->state != CHANGE_PARKED))
			continue;
		/* What had begun is looked for on the server first, and cannot be dropped as if it had not. */
		c->state = c->step && c->step != CHANGE_STEP_IF_EMPTY ? CHANGE_BEGUN : CHANGE_OPEN;
		c->attempts = 0;
		g_clear_pointer(&c->owner, g_free);
		c->ended = 0;
		g_clear_pointer(&c->error, g_free);
		g_clear_pointer(&c->server, g_free);
		for (unsigned k = 0; k < c->items->len; k++) {
			struct store_change_item *item = c->items->pdata[k];
			/* The number of one that was parked means nothing: all are looked for by what they are. */
			if (item->state == CHANGE_PARKED)
				c->uidvalidity = 0;
			if (item->state != CHANGE_DONE)
				item->state = CHANGE_OPEN;
		}
		if (store_change_put(en->store, c, e)) {
			store_change_free(c);
			return -1;
		}
		change_add(a, c);
		changes_run(a);
		return 0;
	}
	store_change_free(c);
	return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "change %u has ended", (unsigned)id);
}

void change_retry_request(struct engine *en, struct request *r)
{
	struct store_change *c = NULL;
	struct account *a = account_of_change(en, r->answers, &c);
	struct err e = ERR_INIT;
	if (a)
		changes_run(a);
	else
		make_again(en, r->answers, &e);
	engine_end(en, r, &e);
}

/* Ends when nothing is open any more. */
void change_flush_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	if (!a)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "a flush without an account");
	if (!a || !changes_waiting(a)) {
		engine_end(en, r, &e);
		return;
	}
	change_wait(a, r, 0);
	changes_run(a);
}
