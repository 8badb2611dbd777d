/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an id as it was typed to the one message it means. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

struct rows {
	GPtrArray *rows;
	GPtrArray *folders; /* struct store_folder *, when asked for */
	struct store_folder *folder;
	bool moved; /* the message was found in another folder than was asked for */
};

static void take_rows(struct event *ev, void *aux)
{
	struct rows *r = aux;
	if (ev->type == EV_ROWS) {
		g_clear_pointer(&r->rows, g_ptr_array_unref);
		r->rows = g_steal_pointer(&ev->rows);
		if (r->folder) {
			store_folder_clear(r->folder);
			g_free(r->folder);
		}
		r->folder = g_steal_pointer(&ev->folder);
		r->moved = ev->moved;
	} else if (ev->type == EV_FOLDERS) {
		g_clear_pointer(&r->folders, g_ptr_array_unref);
		r->folders = g_steal_pointer(&ev->folders);
	}
}

static void rows_clear(struct rows *r)
{
	g_clear_pointer(&r->rows, g_ptr_array_unref);
	g_clear_pointer(&r->folders, g_ptr_array_unref);
	if (r->folder) {
		store_folder_clear(r->folder);
		g_free(r->folder);
	}
}

void batch_place_free(struct place *p)
{
	if (!p)
		return;
	g_free(p->folder);
	if (p->row)
		store_row_free(p->row);
	g_free(p);
}

char *batch_place_id(const struct batch *b, const struct place *p)
{
	const char *label = batch_label(b, p->account);
	return p->local ? app_id_local(label, p->folder, p->local)
			: app_id_format(label, p->folder, p->uidvalidity, p->uid);
}

static struct store_row *steal_row(struct rows *r, unsigned i)
{
	struct store_row *row = g_new(struct store_row, 1), *from = r->rows->pdata[i];
	*row = *from;
	*from = (struct store_row){ 0 };
	return row;
}

static struct place *by_msgid(struct batch *b, int account, const char *msgid, struct err *e)
{
	struct rows r = { 0 };
	struct request *q = request_new(REQ_FIND, 0, account);
	struct place *p = NULL;
	q->msgid = g_strdup(msgid);
	if (batch_ask(b, q, take_rows, &r, BATCH_CACHE_MS, e) ||
		batch_ask(b, request_new(REQ_FOLDERS, 0, account), take_rows, &r, BATCH_CACHE_MS, e))
		goto out;
	GString *list = g_string_new(NULL);
	unsigned hits = 0;
	for (unsigned i = 0; i < r.rows->len; i++) {
		const struct store_row *row = r.rows->pdata[i];
		for (unsigned k = 0; k < r.folders->len; k++) {
			const struct store_folder *f = r.folders->pdata[k];
			if (f->id != row->folder)
				continue;
			struct place at = { account, f->name, row->uid, f->uidvalidity, row->local, NULL };
			g_autofree char *id = batch_place_id(b, &at);
			g_string_append_printf(list, "%s%s", hits ? " " : "", id);
			if (hits++)
				continue;
			p = g_new0(struct place, 1);
			*p = at;
			p->folder = g_strdup(f->name);
			p->row = steal_row(&r, i);
		}
	}
	if (hits != 1) {
		g_clear_pointer(&p, batch_place_free);
		if (hits)
			err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("'<%s>' is in several places: %s"), msgid,
				list->str);
		else
			err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("no message '<%s>' is in the cache"), msgid);
	}
	g_string_free(list, TRUE);
out:
	rows_clear(&r);
	return p;
}

GPtrArray *batch_folders(struct batch *b, int account, struct err *e)
{
	struct rows r = { 0 };
	GPtrArray *folders = NULL;
	if (!batch_ask(b, request_new(REQ_FOLDERS, 0, account), take_rows, &r, BATCH_CACHE_MS, e))
		folders = r.folders ? g_steal_pointer(&r.folders) : store_folders_new();
	rows_clear(&r);
	return folders;
}

static const struct store_folder *find_folder(const GPtrArray *folders, const char *name)
{
	const struct store_folder *found = NULL;
	for (unsigned i = 0; i < folders->len; i++) {
		const struct store_folder *f = folders->pdata[i];
		if (f->flags & FOLDER_GONE)
			continue;
		if (!strcmp(f->name, name))
			return f;
		if (!g_ascii_strcasecmp(f->name, name))
			found = f;
	}
	return found;
}

static uint32_t uidvalidity_of(struct batch *b, int account, const char *name, struct err *e)
{
	g_autoptr(GPtrArray) folders = batch_folders(b, account, e);
	const struct store_folder *f = folders ? find_folder(folders, name) : NULL;
	return f ? f->uidvalidity : 0;
}

static int look(struct batch *b, struct place *p, struct err *e)
{
	struct rows r = { 0 };
	struct request *q = request_new(REQ_FIND, 0, p->account);
	q->folder = g_strdup(p->folder);
	q->uid = p->uid;
	q->local = p->local;
	int failed = batch_ask(b, q, take_rows, &r, BATCH_CACHE_MS, e);
	uint32_t now = failed || !p->uidvalidity ? p->uidvalidity
		       : r.moved                 ? uidvalidity_of(b, p->account, p->folder, e)
						 : r.folder->uidvalidity;
	if (!failed && p->uidvalidity != now)
		failed = err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER,
			_("the folder '%s' was renumbered by the server: list it for the new ids"), p->folder);
	if (!failed) {
		p->uidvalidity = r.folder->uidvalidity;
		g_free(p->folder);
		p->folder = g_strdup(r.folder->name);
		p->row = steal_row(&r, 0);
		/* Moved, or named by the server by now. */
		p->uid = p->row->uid;
		p->local = p->row->local;
	}
	rows_clear(&r);
	return failed;
}

/* Nothing is cached of it: the folder is synced, which a person's question allows. */
static int fetch(struct batch *b, const struct place *p, struct err *e)
{
	struct request *r = request_new(REQ_SYNC, 0, p->account);
	r->folder = g_strdup(p->folder);
	r->uid = p->uid;
	r->due = SYNC_PERSON;
	err_clear(e);
	return batch_ask(b, r, NULL, NULL, BATCH_IN_ALL, e);
}

struct place *batch_place_find(struct batch *b, const char *text, struct err *e)
{
	struct app_id id;
	struct place *p = NULL;
	if (app_id_parse(text, &id, e))
		return NULL;
	/* "Lists/dev/7": is Lists an account, or a part of the folder's name? */
	int account = id.account ? batch_account(b, id.account, e) : -1;
	if (account < 0) {
		err_clear(e);
		account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), e);
		if (account >= 0 && id.account) {
			char *whole = g_strdup_printf("%s/%s", id.account, id.folder);
			g_free(id.folder);
			id.folder = whole;
		}
	}
	if (account >= 0 && id.msgid) {
		p = by_msgid(b, account, id.msgid, e);
	} else if (account >= 0) {
		p = g_new0(struct place, 1);
		*p = (struct place){ account, g_strdup(id.folder ? id.folder : "Inbox"), id.uid, id.uidvalidity,
			id.local, NULL };
		if (look(b, p, e) &&
			(e->cause != ERR_MISSING || cli_has(b->cli, CLI_OFFLINE) || fetch(b, p, e) || look(b, p, e)))
			g_clear_pointer(&p, batch_place_free);
	}
	app_id_clear(&id);
	return p;
}

/* --- folders --- */
/* "box/Lists" is a folder of box, or of the account at hand. */
static const char *folder_in(const struct batch *b, int account, const char *name)
{
	const char *label = batch_label(b, account);
	size_t n = strlen(label);
	return !strncmp(name, label, n) && name[n] == '/' ? name + n + 1 : name;
}

/* A folder that is really called so comes before one behind an account's name. */
char *batch_target(struct batch *b, int account, const char *name, struct err *e)
{
	g_autoptr(GPtrArray) folders = batch_folders(b, account, e);
	if (folders && !folders->len && !batch_refresh(b, account, NULL, 0, true, e)) {
		g_ptr_array_unref(folders);
		folders = batch_folders(b, account, e);
	}
	if (!folders || e->cause != ERR_NONE)
		return NULL;
	const struct store_folder *f = find_folder(folders, strcmp(name, ".") ? name : "Inbox");
	if (!f)
		f = find_folder(folders, folder_in(b, account, name));
	if (!f) {
		err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER, _("no folder '%s' is known"), name);
		return NULL;
	}
	return g_strdup(f->name);
}

static void take_message(struct event *ev, void *aux)
{
	struct engine_message **m = aux;
	if (ev->type == EV_MESSAGE)
		*m = g_steal_pointer(&ev->message);
}

struct engine_message *batch_message(struct batch *b, const struct place *p, struct err *e)
{
	struct engine_message *m = NULL;
	struct request *r = request_new(REQ_READ, 0, p->account);
	r->folder = g_strdup(p->folder);
	r->uid = p->uid;
	r->local = p->local;
	if (batch_ask(b, r, take_message, &m, BATCH_IN_ALL, e))
		g_clear_pointer(&m, engine_message_free);
	else if (!m)
		err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "no message came");
	return m;
}

static void take_octets(struct event *ev, void *aux)
{
	if (ev->type == EV_BYTES)
		buf_add_str(aux, buf_str(&ev->bytes));
}

int batch_raw(struct batch *b, const struct place *p, struct buf *out, struct err *e)
{
	struct request *r = request_new(REQ_RAW, 0, p->account);
	r->folder = g_strdup(p->folder);
	r->uid = p->uid;
	r->local = p->local;
	return batch_ask(b, r, take_octets, out, BATCH_LONG_MS, e);
}
