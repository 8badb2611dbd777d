/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader's thread: questions to the cache, answered from a read-only connection. */
#include "engine/internal.h"

#include <string.h>

int reader_find_folder(struct engine *en, struct store_reader *r, int account, const char *name,
	struct store_folder *out, struct err *e)
{
	uint32_t number = g_array_index(en->numbers, uint32_t, (unsigned)account);
	if (!name || !strcmp(name, "."))
		name = "Inbox";
	if (!reader_folder(r, number, name, out, e))
		return 0;
	/* Every account has an inbox, also one that was never read. */
	if (e->cause == ERR_MISSING && !g_ascii_strcasecmp(name, "inbox")) {
		err_clear(e);
		*out = (struct store_folder){ .name = g_strdup("Inbox"), .raw = g_strdup("INBOX"), .role = ROLE_INBOX };
		return 0;
	}
	if (e->cause == ERR_MISSING)
		err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "no folder '%s' is known", name);
	return -1;
}

/* Half of the rows stand above it; and where these begin. */
static int window_near(struct store_reader *r, const struct store_window *near, struct event *ev, struct err *e)
{
	struct store_window w = *near;
	uint32_t at = 0;
	w.anchor = ANCHOR_ABOVE;
	w.rows = near->rows / 2;
	if (w.rows && reader_window(r, &w, ev->rows, e))
		return -1;
	w.anchor = ANCHOR_AT;
	w.rows = near->rows - ev->rows->len;
	guint above = ev->rows->len;
	if (reader_position(r, w.folder, w.mid, w.uid, UINT32_MAX, &at, e) || reader_window(r, &w, ev->rows, e))
		return -1;
	ev->position = at - above;
	return 0;
}

static int window(struct engine *en, struct store_reader *r, struct request *q, struct event *ev, struct err *e)
{
	struct store_window w = q->window;
	ev->folder = g_new0(struct store_folder, 1);
	if (reader_find_folder(en, r, q->account, q->folder, ev->folder, e))
		return -1;
	w.folder = ev->folder->id;
	w.turned = q->turned;
	ev->folder_id = w.folder;
	if (!w.folder)
		return 0;
	if (w.anchor == ANCHOR_NEAR)
		return window_near(r, &w, ev, e);
	return reader_window(r, &w, ev->rows, e);
}

static int folder_by_raw(
	struct store_reader *r, uint32_t number, const char *raw, struct store_folder *out, struct err *e)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	if (reader_folders(r, number, all, e))
		return -1;
	for (unsigned i = 0; i < all->len; i++) {
		struct store_folder *f = all->pdata[i];
		if (!strcmp(f->raw, raw))
			return reader_folder(r, number, f->name, out, e);
	}
	return err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "the folder is gone");
}

/* A message that was moved from here within the time changes are kept is answered with its new place. */
static int moved(struct engine *en, struct store_reader *r, struct request *q, struct event *ev, struct err *e)
{
	uint32_t number = g_array_index(en->numbers, uint32_t, (unsigned)q->account), uid = 0;
	g_autofree char *raw = NULL;
	struct store_folder to = { 0 };
	struct store_row *row = g_new0(struct store_row, 1);
	struct store_place at = { 0 };
	err_clear(e);
	if (reader_moved_to(r, number, ev->folder->raw, ev->folder->uidvalidity, q->uid, &raw, &uid, e) || !uid ||
		folder_by_raw(r, number, raw, &to, e))
		goto out;
	at = (struct store_place){ to.id, uid, 0 };
	if (reader_row_at(r, at, row, e))
		goto out;
	g_ptr_array_add(ev->rows, row);
	store_folder_clear(ev->folder);
	*ev->folder = to;
	ev->moved = true;
	return 0;
out:
	store_folder_clear(&to);
	store_row_free(row);
	err_clear(e);
	return -1;
}

/* The server has named what had a number of our own: its place by that name. */
static bool is_named(struct store_reader *r, struct store_place *at)
{
	struct err e = ERR_INIT;
	enum change_state state;
	uint32_t uid = 0;
	bool named = at->local && !reader_change_local(r, at->local, &uid, &state, &e) && uid;
	err_clear(&e);
	if (named)
		*at = (struct store_place){ .folder = at->folder, .uid = uid };
	return named;
}

static int find(struct engine *en, struct store_reader *r, struct request *q, struct event *ev, struct err *e)
{
	if (q->msgid)
		return reader_by_msgid(r, q->msgid, ev->rows, e);
	ev->folder = g_new0(struct store_folder, 1);
	if (reader_find_folder(en, r, q->account, q->folder, ev->folder, e))
		return -1;
	struct store_row *row = g_new0(struct store_row, 1);
	struct store_place at = { ev->folder->id, q->uid, q->local };
	int result = reader_row_at(r, at, row, e);
	if (result && e->cause == ERR_MISSING && is_named(r, &at)) {
		err_clear(e);
		result = reader_row_at(r, at, row, e);
	}
	if (!result) {
		g_ptr_array_add(ev->rows, row);
		return 0;
	}
	store_row_free(row);
	if (e->cause != ERR_MISSING)
		return -1;
	if (q->uid && !moved(en, r, q, ev, e))
		return 0;
	err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "no message %u in '%s'", q->uid ? q->uid : q->local,
		ev->folder->name);
	return -1;
}

static int folders(struct engine *en, struct store_reader *r, struct request *q, struct event *ev, struct err *e)
{
	ev->folders = store_folders_new();
	for (unsigned i = 0; i < en->numbers->len; i++)
		if ((q->account < 0 || (unsigned)q->account == i) &&
			reader_folders(r, g_array_index(en->numbers, uint32_t, i), ev->folders, e))
			return -1;
	return 0;
}

/* Of one account only, where one is asked for. */
static bool is_asked(const struct engine *en, const struct request *q, uint32_t account)
{
	return q->account < 0 || ((unsigned)q->account < en->numbers->len &&
					 g_array_index(en->numbers, uint32_t, (unsigned)q->account) == account);
}

static void serve_changes(struct engine *en, struct store_reader *r, struct request *q)
{
	struct err e = ERR_INIT;
	struct event *ev = event_new(EV_CHANGES, q->id, q->account);
	ev->changes = store_changes_new();
	int failed = reader_changes(r, q->whole, q->rows, ev->changes, &e);
	for (unsigned i = ev->changes->len; i--;)
		if (!is_asked(en, q, ((const struct store_change *)ev->changes->pdata[i])->account))
			g_ptr_array_remove_index(ev->changes, i);
	if (failed)
		event_free(ev);
	else
		engine_emit(en, ev);
	engine_end(en, q, &e);
}

static int mails_or_people(struct store_reader *r, const struct request *q, struct event *ev, struct err *e)
{
	switch (q->type) {
	case REQ_MAILS:
		ev->type = EV_MAILS;
		ev->mails = store_mails_new();
		return reader_mails(r, q->whole, q->rows, ev->mails, e);
	case REQ_DRAFTS:
		ev->type = EV_DRAFTS;
		ev->drafts = store_drafts_new();
		return reader_drafts(r, ev->drafts, e);
	default:
		ev->type = EV_PEOPLE;
		ev->people = g_ptr_array_new_with_free_func((GDestroyNotify)store_person_free);
		return reader_people(r, q->folder ? q->folder : "", q->rows, ev->people, e);
	}
}

static void serve_letters(struct engine *en, struct store_reader *r, struct request *q)
{
	struct err e = ERR_INIT;
	struct event *ev = event_new(EV_MAILS, q->id, q->account);
	int failed = mails_or_people(r, q, ev, &e);
	for (unsigned i = ev->mails ? ev->mails->len : 0; i--;)
		if (!is_asked(en, q, ((const struct store_mail *)ev->mails->pdata[i])->account))
			g_ptr_array_remove_index(ev->mails, i);
	if (failed)
		event_free(ev);
	else
		engine_emit(en, ev);
	engine_end(en, q, &e);
}

/* How the folder was looked at last becomes the choice, if that is not just as it came in. */
static int remember(struct engine *en, struct store_reader *r, struct request *q, struct err *e)
{
	struct store_folder f = { 0 };
	bool all = q->account < 0;
	uint32_t number = all ? 0 : g_array_index(en->numbers, uint32_t, (unsigned)q->account);
	int failed = (!all && reader_find_folder(en, r, q->account, q->folder, &f, e)) ||
		     reader_view(r, number, all ? "Inbox" : f.name, &q->view, e);
	uint32_t order = q->view & VIEW_ORDER;
	q->window.threads = q->view & VIEW_THREADS;
	store_folder_clear(&f);
	if (failed || order > ORDER_SIZE || !(q->view & (VIEW_ORDER | VIEW_REVERSE | VIEW_UNREAD)))
		return failed ? -1 : 0;
	q->choice = store_choice_new();
	q->choice->order = (enum store_order)order;
	q->choice->reverse = q->view & VIEW_REVERSE;
	if (q->view & VIEW_UNREAD) {
		q->choice->filter = store_filter_new(FILTER_NOT);
		store_filter_add(q->choice->filter, store_filter_flags(MSG_SEEN));
	}
	return 0;
}

static bool has_account(const struct engine *en, const struct request *q)
{
	return q->account >= 0 && (unsigned)q->account < en->numbers->len;
}

static void serve(struct engine *en, struct store_reader *r, struct request *q)
{
	struct err e = ERR_INIT;
	bool lists = q->type == REQ_FOLDERS;
	struct event *ev = event_new(lists ? EV_FOLDERS : EV_ROWS, q->id, q->account);
	int failed;
	ev->view = q->view;
	if (!lists)
		ev->rows = store_rows_new();
	if (!lists && !q->msgid && !has_account(en, q))
		failed = err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "a question without an account");
	else if (lists)
		failed = folders(en, r, q, ev, &e);
	else
		failed = q->type == REQ_WINDOW ? window(en, r, q, ev, &e) : find(en, r, q, ev, &e);
	if (failed)
		event_free(ev);
	else
		engine_emit(en, ev);
	engine_end(en, q, &e);
}

static void serve_window(struct engine *en, struct store_reader *r, struct selecting *s, struct request *q)
{
	struct err e = ERR_INIT;
	if (q->remembered && q->account < (int)en->numbers->len && remember(en, r, q, &e))
		engine_end(en, q, &e);
	else if (q->choice || q->account < 0)
		selecting_window(s, q);
	else
		serve(en, r, q);
}

static void serve_any(struct engine *en, struct store_reader *r, struct selecting *s, struct request *q)
{
	switch (q->type) {
	case REQ_WINDOW: serve_window(en, r, s, q); break;
	case REQ_PLACES: selecting_places(s, q); break;
	case REQ_CHANGES: serve_changes(en, r, q); break;
	case REQ_MAILS:
	case REQ_DRAFTS:
	case REQ_PEOPLE: serve_letters(en, r, q); break;
	default: serve(en, r, q);
	}
}

gpointer reader_main(gpointer data)
{
	struct engine *en = data;
	struct store_reader *r = NULL;
	struct err e = ERR_INIT;
	struct request *q = NULL;
	bool failed = reader_open(en->settings.cache_dir, en->settings.state_dir, &r, &e);
	struct selecting *s = selecting_new(en, r);
	while (!q || q->type != REQ_QUIT) {
		if (q && failed) {
			struct err copy = ERR_INIT;
			err_copy(&copy, &e);
			engine_end(en, q, &copy);
		} else if (q) {
			serve_any(en, r, s, q);
		} else if (!failed) {
			selecting_work(s);
		}
		q = channel_wait(en->reader_requests, selecting_due(s));
	}
	request_free(q);
	selecting_free(s);
	if (r)
		reader_close(r);
	err_clear(&e);
	return NULL;
}
