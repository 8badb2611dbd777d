/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folder create, rename, delete, subscribe, unsubscribe, empty. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

static const struct {
	const char *name;
	enum change_op op;
	const char *question; /* what has no way back is asked first */
} verbs[] = {
	{ "create", CHANGE_CREATE, NULL },
	{ "rename", CHANGE_RENAME, NULL },
	{ "delete", CHANGE_DELETE, N_("Delete the folder %s and all that is in it? There is no undo.") },
	{ "subscribe", CHANGE_SUBSCRIBE, NULL },
	{ "unsubscribe", CHANGE_UNSUBSCRIBE, NULL },
	{ "empty", CHANGE_EMPTY, N_("Remove all messages of %s for good? There is no undo.") },
};

static int usage(struct batch *b, struct err *e)
{
	return err_set(
		e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), b->cli->verb->name, b->cli->verb->args);
}

static bool may(struct batch *b, unsigned verb, const char *name)
{
	if (!verbs[verb].question || cli_has(b->cli, CLI_DRY_RUN))
		return true;
	g_autofree char *pattern = g_strdup(_(verbs[verb].question));
	g_autofree char *question = NULL;
	/* The one place is the name's. */
	char *at = strstr(pattern, "%s");
	question = at ? g_strdup_printf("%.*s%s%s", (int)(at - pattern), pattern, name, at + 2) : g_strdup(pattern);
	return batch_confirm(b, question);
}

static int run(struct batch *b, int account, unsigned verb, struct err *e)
{
	const GPtrArray *args = b->cli->args;
	const char *name = args->pdata[1];
	bool renames = verbs[verb].op == CHANGE_RENAME;
	if ((args->len == 3) != renames)
		return usage(b, e);
	if (!*name || (renames && !*(char *)args->pdata[2]))
		return err_set(e, ERR_FOLDER, ERR_INPUT, ERR_NEVER, _("a folder's name is not empty"));
	if (!may(b, verb, name))
		return 0;
	struct engine_change *c = app_change_new(verbs[verb].op, NULL);
	c->name = g_strdup(name);
	c->new_name = renames ? g_strdup(args->pdata[2]) : NULL;
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(ids, app_id_folder(batch_label(b, account), name));
	batch_change(b, account, verbs[verb].name, c, ids);
	return 0;
}

int cmd_folder(struct batch *b)
{
	struct err e = ERR_INIT;
	int account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), &e);
	unsigned verb = 0;
	while (verb < G_N_ELEMENTS(verbs) && strcmp(verbs[verb].name, b->cli->args->pdata[0]))
		verb++;
	if (account >= 0 && verb == G_N_ELEMENTS(verbs))
		usage(b, &e);
	else if (account >= 0)
		run(b, account, verb, &e);
	if (e.cause != ERR_NONE)
		batch_error(b, NULL, &e);
	err_clear(&e);
	return b->code;
}
