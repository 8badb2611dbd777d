/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader's thread: questions to the cache, answered from a read-only connection. */
#include "engine/internal.h"

#include <string.h>

static int find_folder(
	struct engine *en, struct store_reader *r, const struct request *q, struct store_folder *out, struct err *e)
{
	uint32_t number = g_array_index(en->numbers, uint32_t, (unsigned)q->account);
	const char *name = q->folder && strcmp(q->folder, ".") ? q->folder : "Inbox";
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

static int window(struct engine *en, struct store_reader *r, struct request *q, struct event *ev, struct err *e)
{
	struct store_window w = q->window;
	ev->folder = g_new0(struct store_folder, 1);
	if (find_folder(en, r, q, ev->folder, e))
		return -1;
	w.folder = ev->folder->id;
	ev->folder_id = w.folder;
	if (!w.folder)
		return 0;
	return reader_window(r, &w, ev->rows, e);
}

static int find(struct engine *en, struct store_reader *r, struct request *q, struct event *ev, struct err *e)
{
	if (q->msgid)
		return reader_by_msgid(r, q->msgid, ev->rows, e);
	ev->folder = g_new0(struct store_folder, 1);
	if (find_folder(en, r, q, ev->folder, e))
		return -1;
	struct store_row *row = g_new0(struct store_row, 1);
	if (reader_row(r, ev->folder->id, q->uid, row, e)) {
		if (e->cause == ERR_MISSING)
			err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "no message %u in '%s'", q->uid,
				ev->folder->name);
		store_row_free(row);
		return -1;
	}
	g_ptr_array_add(ev->rows, row);
	return 0;
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

static void serve(struct engine *en, struct store_reader *r, struct request *q)
{
	struct err e = ERR_INIT;
	bool lists = q->type == REQ_FOLDERS;
	struct event *ev = event_new(lists ? EV_FOLDERS : EV_ROWS, q->id, q->account);
	int failed;
	if (!lists)
		ev->rows = store_rows_new();
	if (!lists && !q->msgid && (q->account < 0 || (unsigned)q->account >= en->numbers->len))
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

gpointer reader_main(gpointer data)
{
	struct engine *en = data;
	struct store_reader *r = NULL;
	struct err e = ERR_INIT;
	struct request *q;
	bool failed = reader_open(en->settings.cache_dir, en->settings.state_dir, &r, &e);
	while ((q = channel_wait(en->reader_requests, CLOCK_NEVER)) && q->type != REQ_QUIT) {
		if (failed) {
			struct err copy = ERR_INIT;
			err_copy(&copy, &e);
			engine_end(en, q, &copy);
		} else {
			serve(en, r, q);
		}
	}
	request_free(q);
	if (r)
		reader_close(r);
	err_clear(&e);
	return NULL;
}
