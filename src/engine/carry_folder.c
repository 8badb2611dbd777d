/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying out what changes folders; then the folder list is asked for anew. */
#include "engine/replay.h"

#include <string.h>

#include "base/log.h"

/* Some servers do not delete what is selected, others end the session. */
static void leave(struct replay *r, const char *raw)
{
	struct connection *c = r->job.conn;
	if (g_strcmp0(connection_selected(c), raw))
		return;
	connection_set_selected(c, NULL);
	if (replay_can(r, IMAP_CAP_UNSELECT))
		job_command(&r->job, imap_unselect(job_imap(&r->job)));
	else
		job_command(&r->job, imap_select_resync(job_imap(&r->job), STR("INBOX"), true, NULL));
}

/* Made before any list was seen: now the server's name for it can be told, for all that go there too. */
static void name_again(struct replay *r)
{
	struct account *a = r->job.account;
	struct store_change *c = r->c;
	struct err e = ERR_INIT;
	g_autofree char *shown = folder_shown_name(str_of(c->target), (char)c->remove, NULL);
	g_autofree char *raw = folder_raw_name(a, shown, &e), *was = g_strdup(c->target);
	struct store_change guess = { .folder = was, .target = raw };
	char delimiter = (char)c->remove;
	if (!raw) {
		replay_finish(r, CHANGE_FAILED, &e);
		return;
	}
	c->remove = 0;
	changes_follow(a, &guess, delimiter);
	if (replay_save(r, false))
		carry_folder(r);
}

void carry_named(struct replay *r)
{
	struct account *a = r->job.account;
	struct err e = ERR_INIT;
	if (!r->refused && folder_list_more(r->folders, &r->job, false)) {
		r->more = true;
		return;
	}
	r->more = false;
	if (r->refused) {
		replay_fail(r);
		return;
	}
	if (folder_list_apply(r->folders, a, &e)) {
		err_clear(&e);
		replay_fail_as(r, "UNAVAILABLE");
		return;
	}
	g_clear_pointer(&r->folders, folder_list_free);
	engine_emit(a->engine, event_new(EV_FOLDER, 0, a->index));
	name_again(r);
}

void carry_folder(struct replay *r)
{
	struct imap_session *s = job_imap(&r->job);
	struct store_change *c = r->c;
	if (c->op == CHANGE_CREATE && c->remove) {
		if (r->job.account->info.prefix) {
			name_again(r);
			return;
		}
		carry_list(r);
		r->stage = STAGE_NAMED;
		return;
	}
	struct str name = str_of(c->folder ? c->folder : c->target);
	if (c->op == CHANGE_DELETE && c->step == CHANGE_STEP_IF_EMPTY) {
		r->stage = STAGE_COUNTED;
		r->counted = UINT32_MAX;
		replay_command(r, imap_status(s, name));
		return;
	}
	if (!replay_begin(r, STEP_SENT))
		return;
	r->stage = STAGE_SENT;
	switch (c->op) {
	case CHANGE_CREATE: replay_command(r, imap_create(s, name, folder_role_bit((enum store_role)c->add))); break;
	case CHANGE_DELETE:
		leave(r, c->folder);
		replay_command(r, imap_delete(s, name));
		break;
	case CHANGE_RENAME:
		/* What is selected keeps the name it was selected by, and another folder may get that. */
		connection_set_selected(r->job.conn, NULL);
		replay_command(r, imap_rename(s, name, str_of(c->target)));
		break;
	case CHANGE_SUBSCRIBE: replay_command(r, imap_subscribe(s, name, true)); break;
	default: replay_command(r, imap_subscribe(s, name, false)); break;
	}
}

void carry_list(struct replay *r)
{
	struct imap_session *s = job_imap(&r->job);
	r->stage = STAGE_LISTED;
	folder_list_free(r->folders);
	r->folders = folder_list_new();
	if (replay_can(r, IMAP_CAP_NAMESPACE))
		job_command(&r->job, r->spaces = imap_namespace(s));
	replay_command(r, imap_list_all(s, STR(""), false));
}

/* The number of the folder and all it holds stay. */
static int rename_in_cache(struct replay *r, struct err *e)
{
	struct account *a = r->job.account;
	struct store_folder f = { 0 };
	int result = store_folder_find(replay_store(r), a->number, str_of(r->c->folder), &f, e);
	if (!result) {
		g_autofree char *shown = folder_shown_name(str_of(r->c->target), f.delimiter, a->info.prefix);
		result = store_folder_name(replay_store(r), f.id, r->c->target, shown, e);
		if (!result)
			changes_follow(a, r->c, f.delimiter);
	}
	store_folder_clear(&f);
	return result;
}

/* What is made anew under its name has nothing of it: no number, no UIDVALIDITY. */
static int drop_from_cache(struct replay *r, struct err *e)
{
	struct store_folder f = { 0 };
	int result = store_folder_find(replay_store(r), r->job.account->number, str_of(r->c->folder), &f, e);
	if (!result)
		result = store_folder_drop(replay_store(r), f.id, e);
	if (!result)
		engine_sweep(r->job.account->engine);
	store_folder_clear(&f);
	return result;
}

/* The answer to the first try was lost: the list tells what it was. */
static bool was_done(const struct replay *r)
{
	const struct store_change *c = r->c;
	if (r->refused || !r->folders)
		return false;
	switch (c->op) {
	case CHANGE_CREATE: return folder_list_has(r->folders, c->target);
	case CHANGE_DELETE: return !folder_list_has(r->folders, c->folder);
	case CHANGE_RENAME: return folder_list_has(r->folders, c->target) && !folder_list_has(r->folders, c->folder);
	default: return false;
	}
}

void carry_listed(struct replay *r)
{
	struct account *a = r->job.account;
	struct err e = ERR_INIT;
	struct store_change *c = r->c;
	if (r->folders && !r->refused && folder_list_more(r->folders, &r->job, false)) {
		r->more = true;
		return;
	}
	r->more = false;
	if (r->doubted && !was_done(r)) {
		replay_fail(r);
		return;
	}
	if (r->doubted && c->op == CHANGE_CREATE && !c->attempts)
		c->step = CHANGE_STEP_FOUND;
	/* An answer cut short must not pass for folders that are gone. */
	if (r->refused)
		g_clear_pointer(&r->folders, folder_list_free);
	if (c->op == CHANGE_RENAME && rename_in_cache(r, &e))
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
	bool gone = c->op == CHANGE_DELETE && r->folders && !folder_list_has(r->folders, c->folder);
	if (r->folders && folder_list_apply(r->folders, a, &e))
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
	if (gone && drop_from_cache(r, &e))
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
	g_clear_pointer(&r->folders, folder_list_free);
	engine_emit(a->engine, event_new(EV_FOLDER, 0, a->index));
	replay_finish(r, CHANGE_DONE, NULL);
}
