/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Taking changes back: those that have not begun by forgetting them, the others by a change that is their inverse. */
#include "engine/changes.h"

#include <string.h>

static void free_change(void *c)
{
	store_change_free(c);
}

void change_inverse_words(
	const struct store_change *c, const struct store_change_item *item, GPtrArray *add, GPtrArray *remove)
{
	for (unsigned i = 0; c->add_keywords && i < c->add_keywords->len; i++)
		if (!keywords_have(item->keywords_before, c->add_keywords->pdata[i], NULL))
			g_ptr_array_add(remove, c->add_keywords->pdata[i]);
	for (unsigned i = 0; c->remove_keywords && i < c->remove_keywords->len; i++)
		if (keywords_have(item->keywords_before, c->remove_keywords->pdata[i], NULL))
			g_ptr_array_add(add, c->remove_keywords->pdata[i]);
}

static bool same_words(const GPtrArray *a, const GPtrArray *b)
{
	if (a->len != b->len)
		return false;
	for (unsigned i = 0; i < a->len; i++)
		if (!keywords_have(b, a->pdata[i], NULL))
			return false;
	return true;
}

static void copy_guard(const struct store_change_item *from, struct store_change_item *to)
{
	to->size = from->size;
	to->received = from->received;
	to->msgid = g_strdup(from->msgid);
}

/* Messages differ in what they had before: those alike share a change. */
static void inverse_flags(const struct store_change *c, GPtrArray *rows)
{
	unsigned first = rows->len;
	uint32_t bits = c->add | c->remove;
	for (unsigned i = 0; i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		g_autoptr(GPtrArray) add_words = g_ptr_array_new(), remove_words = g_ptr_array_new();
		uint32_t after = (item->flags_before | c->add) & ~c->remove;
		uint32_t add = item->flags_before & ~after & bits, remove = after & ~item->flags_before & bits;
		struct store_change *into = NULL;
		change_inverse_words(c, item, add_words, remove_words);
		if (item->state == CHANGE_FAILED || (!add && !remove && !add_words->len && !remove_words->len))
			continue;
		for (unsigned k = first; k < rows->len && !into; k++) {
			struct store_change *r = rows->pdata[k];
			if (r->add == add && r->remove == remove && same_words(r->add_keywords, add_words) &&
				same_words(r->remove_keywords, remove_words))
				into = r;
		}
		if (!into) {
			into = store_change_new(CHANGE_FLAG, c->account);
			into->folder = g_strdup(c->folder);
			into->uidvalidity = c->uidvalidity;
			into->add = add;
			into->remove = remove;
			into->add_keywords = keywords_copy(add_words);
			into->remove_keywords = keywords_copy(remove_words);
			g_ptr_array_add(rows, into);
		}
		struct store_change_item *back = store_change_item_add(into);
		back->uid = item->uid;
		back->local = item->local;
		back->flags_before = after;
		copy_guard(item, back);
	}
}

/* From where the messages went: by the UIDs the server gave them, or by the places that wait for one. */
static void inverse_places(const struct store_change *c, enum change_op op, GPtrArray *rows)
{
	struct store_change *into = store_change_new(op, c->account);
	into->folder = g_strdup(c->target);
	into->uidvalidity = c->target_uidvalidity;
	into->target = op == CHANGE_MOVE ? g_strdup(c->folder) : NULL;
	for (unsigned i = 0; i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		bool lost = item->state == CHANGE_DONE && !item->target_uid;
		if (item->state == CHANGE_FAILED || item->state == CHANGE_PARKED || lost)
			continue;
		struct store_change_item *back = store_change_item_add(into);
		back->uid = item->target_uid;
		back->local = item->target_uid ? 0 : item->id;
		back->flags_before = item->flags_before;
		copy_guard(item, back);
	}
	if (into->items->len)
		g_ptr_array_add(rows, into);
	else
		store_change_free(into);
}

static void inverse_folder(
	const struct store_change *c, enum change_op op, const char *folder, const char *target, GPtrArray *rows)
{
	struct store_change *into = store_change_new(op, c->account);
	into->folder = g_strdup(folder);
	into->target = g_strdup(target);
	g_ptr_array_add(rows, into);
}

static int not_taken_back(const struct store_change *c, struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "'%s' cannot be taken back", change_op_names[c->op]);
}

static int inverse(const struct store_change *c, GPtrArray *rows, struct err *e)
{
	unsigned first = rows->len;
	switch (c->op) {
	case CHANGE_FLAG: inverse_flags(c, rows); break;
	case CHANGE_MOVE: inverse_places(c, CHANGE_MOVE, rows); break;
	case CHANGE_COPY:
	case CHANGE_APPEND: inverse_places(c, CHANGE_EXPUNGE, rows); break;
	case CHANGE_CREATE:
		if (c->step != CHANGE_STEP_FOUND)
			inverse_folder(c, CHANGE_DELETE, c->target, NULL, rows);
		break;
	case CHANGE_RENAME: inverse_folder(c, CHANGE_RENAME, c->target, c->folder, rows); break;
	case CHANGE_SUBSCRIBE: inverse_folder(c, CHANGE_UNSUBSCRIBE, c->folder, NULL, rows); break;
	case CHANGE_UNSUBSCRIBE: inverse_folder(c, CHANGE_SUBSCRIBE, c->folder, NULL, rows); break;
	case CHANGE_DELETE:
		/* One that took the making of a folder back. */
		if (c->undoes) {
			inverse_folder(c, CHANGE_CREATE, NULL, c->folder, rows);
			break;
		}
		return not_taken_back(c, e);
	default: return not_taken_back(c, e);
	}
	for (unsigned i = first; i < rows->len; i++) {
		struct store_change *back = rows->pdata[i];
		/* What takes an undo back is an action like any other. */
		back->undoes = c->undoes ? 0 : c->id;
		/* A folder that was made is removed only while it is empty. */
		back->step = c->op == CHANGE_CREATE ? CHANGE_STEP_IF_EMPTY : 0;
	}
	return 0;
}

static struct account *account_numbered(struct engine *en, uint32_t number)
{
	for (unsigned i = 0; i < en->accounts->len; i++) {
		struct account *a = en->accounts->pdata[i];
		if (a->number == number)
			return a;
	}
	return NULL;
}

/* The later ones first. Those that have not begun are forgotten; inverses of the others are added to rows. */
static int take_group_back(struct account *a, GPtrArray *group, GPtrArray *rows, unsigned *forgotten, struct err *e)
{
	for (unsigned i = group->len; i--;) {
		const struct store_change *c = group->pdata[i];
		struct store_change *open = change_find(a, c->id);
		if (open && open->state == CHANGE_OPEN) {
			unsigned messages = MAX(open->items->len, 1);
			if (change_end(a, open, CHANGE_UNDONE, NULL, e))
				return -1;
			*forgotten += messages;
		} else if ((c->state == CHANGE_DONE || c->state == CHANGE_BEGUN) && !c->undone_by &&
			   inverse(open ? open : c, rows, e)) {
			return -1;
		}
	}
	return 0;
}

static void mark_undone(struct account *a, const GPtrArray *taken, uint32_t by)
{
	for (unsigned i = 0; i < taken->len; i++) {
		struct store_change *c = taken->pdata[i], *open = change_find(a, c->id);
		struct err e = ERR_INIT;
		c->undone_by = by;
		if (open)
			open->undone_by = by;
		/* At worst it can be taken back twice, which changes nothing. */
		if (store_change_step(a->engine->store, open ? open : c, &e))
			err_clear(&e);
	}
}

struct undoing { /* of one account */
	struct account *account;
	GPtrArray *taken, *rows; /* struct store_change *: what is taken back, and by what */
	unsigned forgotten;
};

static void undoing_clear(struct undoing *u)
{
	g_ptr_array_unref(u->taken);
	g_ptr_array_unref(u->rows);
}

static void undoing_init(struct undoing *u)
{
	*u = (struct undoing){ .taken = g_ptr_array_new_with_free_func(free_change),
		.rows = g_ptr_array_new_with_free_func(free_change) };
}

/* Takes r unless e is set. */
static void carry_out(struct undoing *u, struct request *r, struct err *e)
{
	/* Told with what is done. */
	if (u->taken->len)
		r->answers = ((const struct store_change *)u->taken->pdata[0])->group;
	if (u->rows->len) {
		if (!change_make_all(u->account, r, u->rows, true, e))
			mark_undone(u->account, u->taken, change_newest(u->account));
	} else if (u->forgotten) {
		change_durable(u->account, r, u->taken->pdata[0], u->forgotten, true);
		engine_end(u->account->engine, r, NULL);
	} else {
		err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "there is nothing to take back");
	}
}

static int add_group(struct engine *en, struct undoing *u, uint32_t id, struct err *e)
{
	g_autoptr(GPtrArray) group = g_ptr_array_new_with_free_func(free_change);
	if (store_changes_group(en->store, id, group, e))
		return -1;
	struct account *a = group->len ? account_numbered(en, ((struct store_change *)group->pdata[0])->account) : NULL;
	if (!a)
		return err_set(
			e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "there is no change %u to take back", (unsigned)id);
	if (u->account && u->account != a) {
		/* What another account is to take back is the engine's own work; r tells of the last. */
		struct request *own = request_new(REQ_UNDO, 0, a->index);
		carry_out(u, own, e);
		if (e->cause != ERR_NONE)
			request_free(own);
		undoing_clear(u);
		undoing_init(u);
	}
	u->account = a;
	if (e->cause != ERR_NONE || take_group_back(a, group, u->rows, &u->forgotten, e))
		return -1;
	while (group->len)
		g_ptr_array_add(u->taken, g_ptr_array_steal_index(group, 0));
	return 0;
}

void undo_request(struct engine *en, struct request *r)
{
	struct err e = ERR_INIT;
	struct undoing u;
	g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	undoing_init(&u);
	if (!en->store)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "no store to undo in");
	else if (r->answers)
		g_array_append_val(groups, r->answers);
	else
		store_changes_undoable(en->store, MAX(r->rows, 1), groups, &e);
	if (e.cause == ERR_NONE && !groups->len)
		err_set(&e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "there is nothing to take back");
	for (unsigned i = 0; i < groups->len && e.cause == ERR_NONE; i++)
		add_group(en, &u, g_array_index(groups, uint32_t, i), &e);
	if (e.cause == ERR_NONE)
		carry_out(&u, r, &e);
	if (e.cause != ERR_NONE)
		engine_end(en, r, &e);
	undoing_clear(&u);
}
