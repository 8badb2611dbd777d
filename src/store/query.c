/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <string.h>

#include "base/log.h"

#define BY_MSGID_MAX 100

void store_row_clear(struct store_row *row)
{
	g_free(row->subject);
	g_free(row->msgid);
	g_free(row->list);
	g_free(row->preview);
	g_free(row->thread);
	g_free(row->emailid);
	g_clear_pointer(&row->from, g_ptr_array_unref);
	g_clear_pointer(&row->to, g_ptr_array_unref);
	g_clear_pointer(&row->cc, g_ptr_array_unref);
	g_clear_pointer(&row->keywords, g_ptr_array_unref);
	g_clear_pointer(&row->refs, g_ptr_array_unref);
	store_thread_free(row->head);
	*row = (struct store_row){ 0 };
}

void store_row_free(struct store_row *row)
{
	if (!row)
		return;
	store_row_clear(row);
	g_free(row);
}

static void free_row(void *row)
{
	store_row_free(row);
}

struct store_place store_row_place(const struct store_row *row)
{
	return (struct store_place){ row->folder, row->uid, row->local };
}

GPtrArray *store_rows_new(void)
{
	return g_ptr_array_new_with_free_func(free_row);
}

/* --- one row --- */

#define ROW_SUM 7
#define ROW_MESSAGE 8

bool row_read_place(struct db *cache, struct query *q, struct store_row *row)
{
	int64_t key = db_get_int(q, 0);
	*row = (struct store_row){
		.folder = (uint32_t)(key >> PLACE_BITS),
		.uid = key & PLACE_LOCAL ? 0 : (uint32_t)key,
		.local = key & PLACE_LOCAL ? (uint32_t)key : 0,
		.mid = db_get_int(q, 1),
		.flags = (uint32_t)db_get_int(q, 2),
		.size = (uint64_t)db_get_int(q, 3),
		.date = { .epoch = db_get_int(q, 4), .known = !db_is_null(q, 4) },
		.attachments = (int)db_get_int(q, 5),
	};
	row->received = row->mid >> MID_COUNTER_BITS;
	if (db_get_int(q, ROW_SUM) != place_sum(key, row->mid) || !message_read(q, ROW_MESSAGE, row->mid, row)) {
		log_line(LOG_ERROR, "message %" G_GINT64_FORMAT ": damaged in the cache", row->mid);
		db_mark_bad(cache);
		return false;
	}
	row->keywords = keywords_unpack(db_get_bytes(q, 6));
	return true;
}

static int read_rows(struct db *cache, struct query *q, GPtrArray *out, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct store_row *row = g_new(struct store_row, 1);
		if (row_read_place(cache, q, row))
			g_ptr_array_add(out, row);
		else
			g_free(row);
	}
	return pull == DB_END ? 0 : -1;
}

int row_at(struct db *cache, int64_t key, struct store_row *out, struct err *e)
{
	struct query *q = db_query(cache, ROW "place p" AND_MESSAGE "WHERE p.key=?");
	db_bind_int(q, key);
	enum db_pull pull = db_pull(q, e);
	bool sound = pull == DB_ITEM && row_read_place(cache, q, out);
	if (pull == DB_ITEM)
		db_reset(q);
	if (pull == DB_BAD || sound)
		return sound ? 0 : -1;
	return place_missing(e);
}

int reader_row_at(struct store_reader *r, struct store_place at, struct store_row *out, struct err *e)
{
	return row_at(r->shelf.cache, place_key_at(at), out, e);
}

int reader_row(struct store_reader *r, uint32_t folder, uint32_t uid, struct store_row *out, struct err *e)
{
	return row_at(r->shelf.cache, place_key(folder, uid), out, e);
}

/* --- windows --- */

/* In the order of mids, along the index: what stands at or below, and what stands above. */
#define DOWNWARD ROW "place p" AND_MESSAGE "WHERE p.folder=?1 AND p.mid<=?2 ORDER BY p.mid DESC LIMIT ?3"
#define UPWARD ROW "place p" AND_MESSAGE "WHERE p.folder=?1 AND p.mid>=?2 ORDER BY p.mid LIMIT ?3"

static void reverse(GPtrArray *rows, guint from)
{
	for (guint i = from, j = rows->len; i + 1 < j; i++) {
		gpointer row = rows->pdata[i];
		rows->pdata[i] = rows->pdata[--j];
		rows->pdata[j] = row;
	}
}

int reader_window(struct store_reader *r, const struct store_window *w, GPtrArray *rows_out, struct err *e)
{
	struct db *cache = r->shelf.cache;
	if (w->threads)
		return thread_window(cache, w, rows_out, e);
	guint before = rows_out->len;
	bool upward = w->anchor == ANCHOR_BOTTOM || w->anchor == ANCHOR_ABOVE;
	struct query *q = upward ? db_query(cache, UPWARD) : db_query(cache, DOWNWARD);
	db_bind_int(q, w->folder);
	switch (w->anchor) {
	case ANCHOR_TOP: db_bind_int(q, INT64_MAX); break;
	case ANCHOR_BOTTOM: db_bind_int(q, 0); break;
	case ANCHOR_BELOW: db_bind_int(q, w->mid - 1); break;
	case ANCHOR_ABOVE: db_bind_int(q, w->mid + 1); break;
	default: db_bind_int(q, w->mid); break;
	}
	db_bind_int(q, w->rows ? (int64_t)w->rows : -1);
	int result = read_rows(cache, q, rows_out, e);
	if (upward)
		reverse(rows_out, before);
	return result;
}

int reader_position(
	struct store_reader *r, uint32_t folder, int64_t mid, uint32_t uid, uint32_t max, uint32_t *out, struct err *e)
{
	int64_t above = 0;
	(void)uid; /* no two places of a folder have one mid */
	struct query *q =
		db_query(r->shelf.cache, "SELECT count(*) FROM (SELECT 1 FROM place WHERE folder=? AND mid>? LIMIT ?)");
	db_bind_int(q, folder);
	db_bind_int(q, mid);
	db_bind_int(q, max);
	if (db_int(q, &above, e) < 0)
		return -1;
	*out = (uint32_t)above;
	return 0;
}

/* --- by Message-ID --- */

static int by_msgid(struct db *cache, const char *msgid, GPtrArray *rows_out, struct err *e)
{
	struct query *q = db_query(cache, ROW
		"(SELECT mid FROM message_id WHERE hash=?1 UNION ALL SELECT mid FROM message_id_new WHERE hash=?1) i"
		" CROSS JOIN folder f ON f.dropped=0 CROSS JOIN place p ON p.folder=f.id AND p.mid=i.mid" AND_MESSAGE
		"WHERE m.msgid=?2 LIMIT ?3");
	db_bind_int(q, msgid_hash(str_of(msgid)));
	db_bind_cstr(q, msgid);
	db_bind_int(q, BY_MSGID_MAX);
	return read_rows(cache, q, rows_out, e);
}

int reader_by_msgid(struct store_reader *r, const char *msgid, GPtrArray *rows_out, struct err *e)
{
	return by_msgid(r->shelf.cache, msgid, rows_out, e);
}

int store_by_msgid(struct store *st, const char *msgid, GPtrArray *rows_out, struct err *e)
{
	return by_msgid(st->shelf.cache, msgid, rows_out, e);
}
