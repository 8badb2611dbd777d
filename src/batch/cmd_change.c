/* SPDX-License-Identifier: GPL-3.0-or-later */
/* flag, move, copy, delete, archive, junk and undo. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

#define UNDO_LOOKS_AT 100 /* of the newest changes */

static int fail(struct batch *b, struct err *e)
{
	batch_error(b, NULL, e);
	err_clear(e);
	return b->code;
}

/* --- flag --- */
struct flags {
	uint32_t add, remove;
	GPtrArray *add_keywords, *remove_keywords;
};

static int add_flag(struct flags *f, bool set, const char *name, struct err *e)
{
	uint32_t bit;
	if (!app_flag_parse(name, &bit))
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'%s' is no flag that can be set"), name);
	if (!bit)
		g_ptr_array_add(set ? f->add_keywords : f->remove_keywords, g_strdup(name));
	else if (set)
		f->add |= bit;
	else
		f->remove |= bit;
	return 0;
}

/* Ids come first, then the flags. */
static int read_flags(struct batch *b, struct flags *f, unsigned *ids_out, struct err *e)
{
	const GPtrArray *args = b->cli->args;
	unsigned ids = 0;
	for (unsigned i = 0; i < args->len; i++) {
		const char *arg = args->pdata[i];
		bool flag = (arg[0] == '+' || arg[0] == '-') && arg[1];
		if (flag && add_flag(f, arg[0] == '+', arg + 1, e))
			return -1;
		if (!flag && i > ids)
			return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), b->cli->verb->name,
				b->cli->verb->args);
		ids += !flag;
	}
	*ids_out = ids;
	if (ids == args->len)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("which flag? +seen sets one, -seen clears one"));
	return 0;
}

static GPtrArray *words_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

static struct engine_change *change_of(enum change_op op, const struct chosen *c)
{
	return app_change_new(op, g_array_ref(c->places));
}

int cmd_flag(struct batch *b)
{
	struct flags f = { .add_keywords = words_new(), .remove_keywords = words_new() };
	struct err e = ERR_INIT;
	unsigned ids = 0;
	g_autoptr(GPtrArray) all = read_flags(b, &f, &ids, &e) ? NULL : batch_choose(b, 0, ids, &e);
	for (unsigned i = 0; all && i < all->len; i++) {
		const struct chosen *c = all->pdata[i];
		struct engine_change *ch = change_of(CHANGE_FLAG, c);
		ch->add = f.add;
		ch->remove = f.remove;
		ch->add_keywords = g_ptr_array_ref(f.add_keywords);
		ch->remove_keywords = g_ptr_array_ref(f.remove_keywords);
		batch_change(b, c->account, "flag", ch, c->ids);
	}
	if (!all)
		fail(b, &e);
	g_ptr_array_unref(f.add_keywords);
	g_ptr_array_unref(f.remove_keywords);
	return b->code;
}

/* --- move and copy --- */
int cmd_move(struct batch *b)
{
	struct err e = ERR_INIT;
	const GPtrArray *args = b->cli->args;
	const char *verb = b->cli->verb->name;
	unsigned ids = args->len - 1;
	g_autoptr(GPtrArray) all = batch_choose(b, 0, ids, &e);
	if (!all)
		return fail(b, &e);
	for (unsigned i = 0; i < all->len; i++) {
		const struct chosen *c = all->pdata[i];
		g_autofree char *target = batch_target(b, c->account, args->pdata[ids], &e);
		if (!target)
			return fail(b, &e);
		struct engine_change *ch = change_of(!strcmp(verb, "move") ? CHANGE_MOVE : CHANGE_COPY, c);
		ch->target = g_steal_pointer(&target);
		batch_change(b, c->account, verb, ch, c->ids);
	}
	return b->code;
}

/* --- delete, archive, junk --- */
static enum store_role role_of(const char *verb)
{
	return !strcmp(verb, "delete") ? ROLE_TRASH : !strcmp(verb, "archive") ? ROLE_ARCHIVE : ROLE_JUNK;
}

/* 1: there is a folder of that role; 0: none; -1 with e. */
static int has_role(struct batch *b, int account, enum store_role role, struct err *e)
{
	g_autoptr(GPtrArray) folders = batch_folders(b, account, e);
	if (!folders)
		return -1;
	for (unsigned i = 0; i < folders->len; i++) {
		const struct store_folder *f = folders->pdata[i];
		if (f->role == role && !(f->flags & FOLDER_GONE))
			return 1;
	}
	return 0;
}

static int by_role(struct batch *b, const char *verb, const struct chosen *c, struct err *e)
{
	struct engine_change *ch = change_of(CHANGE_MOVE, c);
	ch->role = role_of(verb);
	int has = has_role(b, c->account, ch->role, e);
	if (has < 0) {
		engine_change_free(ch);
		return -1;
	}
	if (!has && ch->role == ROLE_TRASH) {
		g_autofree char *text = g_strdup_printf(_("%s has no Trash: it gets one"), batch_label(b, c->account));
		ch->create = true;
		batch_note(b, text);
	}
	batch_change(b, c->account, verb, ch, c->ids);
	return 0;
}

static bool may_expunge(struct batch *b, const GPtrArray *all)
{
	unsigned n = 0;
	for (unsigned i = 0; i < all->len; i++)
		n += ((struct chosen *)all->pdata[i])->ids->len;
	g_autofree char *question = g_strdup_printf(P_("Remove %u message for good? There is no undo.",
							    "Remove %u messages for good? There is no undo.", n),
		n);
	return cli_has(b->cli, CLI_DRY_RUN) || batch_confirm(b, question);
}

int cmd_role(struct batch *b)
{
	struct err e = ERR_INIT;
	const char *verb = b->cli->verb->name;
	bool expunge = cli_has(b->cli, CLI_EXPUNGE);
	g_autoptr(GPtrArray) all = batch_choose(b, 0, b->cli->args->len, &e);
	if (!all)
		return fail(b, &e);
	if (expunge && !may_expunge(b, all))
		return b->code;
	for (unsigned i = 0; i < all->len; i++) {
		const struct chosen *c = all->pdata[i];
		if (expunge)
			batch_change(b, c->account, verb, change_of(CHANGE_EXPUNGE, c), c->ids);
		else if (by_role(b, verb, c, &e))
			return fail(b, &e);
	}
	return b->code;
}

/* --- undo --- */

static void got_changes(struct event *ev, void *aux)
{
	int64_t *made = aux;
	for (unsigned i = 0; ev->type == EV_CHANGES && ev->changes && i < ev->changes->len; i++) {
		const struct store_change *c = ev->changes->pdata[i];
		bool taken_back = c->state == CHANGE_UNDONE || c->state == CHANGE_FAILED || c->undone_by;
		if (c->op != CHANGE_SYNC && !taken_back)
			*made = MAX(*made, c->made);
	}
}

/* A letter that is held and younger than every change. */
static bool undo_letter(struct batch *b, struct err *e)
{
	int64_t changed = 0;
	int account = -1;
	struct request *r = request_new(REQ_CHANGES, 0, -1);
	r->whole = true;
	r->rows = UNDO_LOOKS_AT;
	if (batch_ask(b, r, got_changes, &changed, BATCH_CACHE_MS, e))
		return false;
	uint32_t mail = batch_mail_newest(b, changed, &account);
	return mail && !batch_mail_verb(b, "drop", mail, e);
}

int cmd_undo(struct batch *b)
{
	struct err e = ERR_INIT;
	uint64_t n = 1;
	const char *arg = b->cli->args->len ? b->cli->args->pdata[0] : NULL;
	if (arg && (!str_u64(str_of(arg), 1000, &n) || !n)) {
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("undo takes a number, not '%s'"), arg);
		return fail(b, &e);
	}
	/* One by one, so that what became of each is told. */
	for (uint64_t i = 0; i < n && b->code == EXIT_CODE_OK; i++) {
		if (undo_letter(b, &e))
			continue;
		if (e.cause != ERR_NONE)
			return fail(b, &e);
		struct request *r = request_new(REQ_UNDO, 0, -1);
		r->rows = 1;
		batch_change_request(b, r, "undo", BATCH_CHANGE_MS);
	}
	return b->code;
}
