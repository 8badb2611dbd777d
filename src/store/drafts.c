/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include "base/clock.h"

#define KIND_MAX 100

/* --- values --- */

/* As they are kept. */
struct draft_row {
	struct store_draft d;
	uint32_t files;
};

struct file_row {
	int64_t id;
	struct store_draft_file f;
};

#define DRAFT(kind, name) FIELD(kind, struct draft_row, d.name)
static const struct field draft_columns[] = {
	{ DRAFT(U32, id) },
	{ DRAFT(U32, account) },
	{ DRAFT(ENUM, kind), .most = KIND_MAX },
	{ DRAFT(TEXT, subject) },
	{ DRAFT(TEXT, to) },
	{ DRAFT(FILE, path) },
	{ DRAFT(TEXT, sha256) },
	{ DRAFT(FILE, editor_path) },
	{ DRAFT(I64, made) },
	{ DRAFT(I64, saved) },
	{ DRAFT(I64, sent) },
	{ DRAFT(U32, mail) },
	{ DRAFT(TEXT, folder) },
	{ DRAFT(U32, uidvalidity) },
	{ DRAFT(U32, uid) },
	{ DRAFT(U32, change) },
	{ DRAFT(TEXT, mirrored) },
	{ DRAFT(TEXT, msgid) },
	{ DRAFT(U32, parent_account) },
	{ DRAFT(U32, parent_uidvalidity) },
	{ DRAFT(U32, parent_uid) },
	{ DRAFT(U32, parent_flag) },
	{ DRAFT(TEXT, parent_folder) },
	{ DRAFT(TEXT, parent_msgid) },
	{ DRAFT(TEXT, from_reason) },
	{ DRAFT(TEXT, owner) },
	{ FIELD(U32, struct draft_row, files) },
};
#define PART(kind, name) FIELD(kind, struct file_row, f.name)
static const struct field file_columns[] = {
	{ FIELD(I64, struct file_row, id) },
	{ PART(TEXT, name) },
	{ PART(TEXT, type) },
	{ PART(FILE, path) },
	{ PART(TEXT, sha256) },
	{ PART(TEXT, source) },
	{ PART(I64, size) },
	{ PART(BOOL, in_line) },
	{ PART(BOOL, verbatim) },
};
const struct row_fields draft_fields = { draft_columns, G_N_ELEMENTS(draft_columns) };
const struct row_fields draft_file_fields = { file_columns, G_N_ELEMENTS(file_columns) };

static void free_file(void *file)
{
	struct file_row row = { .f = *(struct store_draft_file *)file };
	row_clear(&draft_file_fields, &row);
	g_free(file);
}

struct store_draft *store_draft_new(uint32_t account)
{
	struct store_draft *d = g_new0(struct store_draft, 1);
	d->account = account;
	d->files = g_ptr_array_new_with_free_func(free_file);
	return d;
}

void store_draft_free(struct store_draft *d)
{
	if (!d)
		return;
	struct draft_row row = { .d = *d };
	row_clear(&draft_fields, &row);
	g_ptr_array_unref(d->files);
	g_free(d);
}

struct store_draft_file *store_draft_add(struct store_draft *d)
{
	struct store_draft_file *f = g_new0(struct store_draft_file, 1);
	g_ptr_array_add(d->files, f);
	return f;
}

static void free_draft(void *draft)
{
	store_draft_free(draft);
}

GPtrArray *store_drafts_new(void)
{
	return g_ptr_array_new_with_free_func(free_draft);
}

/* --- writing --- */

static int clear_files(struct db *state, uint32_t id, struct err *e)
{
	struct query *q = db_query(state, "DELETE FROM draft_file WHERE " ROW_PARTS_OF);
	db_bind_int(q, id);
	return db_run(q, e);
}

static int put(struct db *state, struct store_draft *d, struct err *e)
{
	if (d->files->len >= 1u << ROW_PART_BITS)
		return err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "too many files");
	if (!d->id && sealed_next(state, "draft_ids", "SELECT max(id) FROM draft", &d->id, e))
		return -1;
	d->made = d->made ? d->made : clock_wall();
	struct draft_row row = { *d, d->files->len };
	if (row_write(state, &draft_fields,
		    "INSERT OR REPLACE INTO draft VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		    &row, e) ||
		clear_files(state, d->id, e))
		return -1;
	for (guint i = 0; i < d->files->len; i++) {
		struct file_row file = { ROW_PART(d->id, i), *(const struct store_draft_file *)d->files->pdata[i] };
		if (row_write(state, &draft_file_fields,
			    "INSERT OR REPLACE INTO draft_file VALUES(?,?,?,?,?,?,?,?,?,?)", &file, e))
			return -1;
	}
	return 0;
}

int store_draft_put(struct store *st, struct store_draft *d, struct err *e)
{
	struct store_draft before = *d;
	if (db_begin(st->shelf.state, e))
		return -1;
	if (!db_end(st->shelf.state, put(st->shelf.state, d, e), e))
		return 0;
	*d = before;
	return -1;
}

static int del(struct db *state, uint32_t id, struct err *e)
{
	struct query *q = db_query(state, "DELETE FROM draft WHERE id=?");
	db_bind_int(q, id);
	return db_run(q, e) ? -1 : clear_files(state, id, e);
}

int store_draft_del(struct store *st, uint32_t id, struct err *e)
{
	return db_begin(st->shelf.state, e) ? -1 : db_end(st->shelf.state, del(st->shelf.state, id, e), e);
}

/* --- reading --- */

/* *sound_out false: one is damaged or missing. */
static int read_files(struct db *state, struct store_draft *d, uint32_t count, bool *sound_out, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(state, "SELECT * FROM draft_file WHERE " ROW_PARTS_OF " ORDER BY id");
	db_bind_int(q, d->id);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct file_row row = { 0 };
		bool sound = row_read(q, &draft_file_fields, &row) && row.id == ROW_PART(d->id, d->files->len);
		*sound_out = *sound_out && sound;
		*store_draft_add(d) = row.f;
	}
	*sound_out = *sound_out && d->files->len == count;
	return pull == DB_END ? 0 : -1;
}

/* The drafts' query stays open while the files are read: both are of one moment. */
int drafts_read(struct db *state, struct query *q, GPtrArray *out, struct damage *found, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct draft_row row = { 0 };
		struct store_draft *d = store_draft_new(0);
		int64_t id = db_get_int(q, 0);
		bool sound = row_read(q, &draft_fields, &row);
		row.d.files = d->files;
		*d = row.d;
		if (sound && read_files(state, d, row.files, &sound, e)) {
			store_draft_free(d);
			db_reset(q);
			return -1;
		}
		if (sound) {
			g_ptr_array_add(out, d);
			continue;
		}
		g_array_append_val(found->ids[DAMAGED_DRAFT], id);
		store_draft_free(d);
	}
	return pull == DB_END ? 0 : -1;
}

struct query *drafts_query(struct db *state, uint32_t account)
{
	struct query *q = db_query(state, "SELECT * FROM draft WHERE ?1=0 OR account=?1 ORDER BY saved DESC, id DESC");
	db_bind_int(q, account);
	return q;
}

static int read_and_mend(struct store *st, struct query *q, GPtrArray *out, struct err *e)
{
	struct damage found;
	damage_init(&found);
	int result = drafts_read(st->shelf.state, q, out, &found, e);
	if (!result)
		result = damage_quarantine(st, &found, e);
	damage_clear(&found);
	return result;
}

int store_draft_get(struct store *st, uint32_t id, struct store_draft **out, struct err *e)
{
	g_autoptr(GPtrArray) found = store_drafts_new();
	struct query *q = db_query(st->shelf.state, "SELECT * FROM draft WHERE id=?");
	db_bind_int(q, id);
	*out = NULL;
	if (read_and_mend(st, q, found, e))
		return -1;
	if (!found->len)
		return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "no such draft");
	*out = g_ptr_array_steal_index(found, 0);
	return 0;
}

int store_drafts(struct store *st, uint32_t account, GPtrArray *out, struct err *e)
{
	return read_and_mend(st, drafts_query(st->shelf.state, account), out, e);
}

int reader_drafts(struct store_reader *r, GPtrArray *out, struct err *e)
{
	struct damage found;
	damage_init(&found);
	int result = drafts_read(r->shelf.state, drafts_query(r->shelf.state, 0), out, &found, e);
	/* The writer sets it aside at the next start. */
	if (damage_any(&found))
		db_mark_bad(r->shelf.state);
	damage_clear(&found);
	return result;
}
