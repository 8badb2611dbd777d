/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the state as values: one table of fields tells how a kind is written, read, summed and freed. */
#include "store/internal.h"

#define SEAL_BITS 24

/* --- one walk for each use --- */

static void *place_of(const struct field *f, void *row)
{
	return (char *)row + f->at;
}

static bool is_text(const struct field *f)
{
	return f->type == FIELD_TEXT || f->type == FIELD_FILE;
}

static int64_t number_of(const struct field *f, const void *place)
{
	switch (f->type) {
	case FIELD_BOOL: return *(const bool *)place;
	case FIELD_ENUM: return *(const int *)place;
	case FIELD_U32: return *(const uint32_t *)place;
	default: return *(const int64_t *)place;
	}
}

int row_write(struct db *state, const struct row_fields *kind, const char *put, const void *row, struct err *e)
{
	struct query *q = db_query(state, put);
	uint64_t sum = SUM_START;
	for (size_t i = 0; i < kind->n; i++) {
		const struct field *f = kind->fields + i;
		const void *place = (const char *)row + f->at;
		if (is_text(f)) {
			struct str s = str_of(*(char *const *)place);
			db_bind_blob(q, s);
			sum = sum_piece(sum, s);
		} else {
			int64_t v = number_of(f, place);
			if (f->type == FIELD_ENUM && (v < 0 || v > f->most)) {
				db_reset(q);
				return err_set(e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "no value for a row: %d", (int)v);
			}
			db_bind_int(q, v);
			sum = sum_int(sum, v);
		}
	}
	db_bind_int(q, (int64_t)sum);
	return db_run(q, e);
}

/* False: out of range. */
static bool take_number(const struct field *f, void *place, int64_t v)
{
	switch (f->type) {
	case FIELD_BOOL: *(bool *)place = v; return v == 0 || v == 1;
	case FIELD_ENUM: *(int *)place = (int)v; return v >= 0 && v <= f->most;
	case FIELD_U32: *(uint32_t *)place = (uint32_t)v; return v >= 0 && v <= UINT32_MAX;
	default: *(int64_t *)place = v; return true;
	}
}

bool row_read(struct query *q, const struct row_fields *kind, void *row_out)
{
	uint64_t sum = SUM_START;
	bool sound = true;
	for (size_t i = 0; i < kind->n; i++) {
		const struct field *f = kind->fields + i;
		void *place = place_of(f, row_out);
		if (is_text(f)) {
			struct str s = db_get_bytes(q, (int)i);
			g_free(*(char **)place);
			*(char **)place = s.p ? str_dup(s) : NULL;
			sum = sum_piece(sum, s);
		} else {
			int64_t v = db_get_int(q, (int)i);
			sound = take_number(f, place, v) && sound;
			sum = sum_int(sum, v);
		}
	}
	return sound && db_get_int(q, (int)kind->n) == (int64_t)sum;
}

void row_clear(const struct row_fields *kind, void *row)
{
	for (size_t i = 0; i < kind->n; i++)
		if (is_text(kind->fields + i))
			g_clear_pointer((char **)place_of(kind->fields + i, row), g_free);
}

void row_files(struct query *q, const struct row_fields *kind, GPtrArray *names)
{
	for (size_t i = 0; i < kind->n; i++)
		if (kind->fields[i].type == FIELD_FILE && !db_is_null(q, (int)i))
			g_ptr_array_add(names, db_dup_text(q, (int)i));
}

int rows_find_damaged(struct query *q, const struct row_fields *kind, size_t size, GArray *ids_out, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		g_autofree void *row = g_malloc0(size);
		int64_t id = db_get_int(q, 0);
		if (!row_read(q, kind, row))
			g_array_append_val(ids_out, id);
		row_clear(kind, row);
	}
	return pull == DB_END ? 0 : -1;
}

/* --- numbers in the table of them --- */

static int64_t seal(const char *key, int64_t value)
{
	uint64_t sum = sum_int(sum_piece(SUM_START, str_of(key)), value) >> (64 - SEAL_BITS);
	return (int64_t)((uint64_t)value << SEAL_BITS | sum);
}

int sealed_get(struct db *d, const char *key, int64_t *out, struct err *e)
{
	int64_t sealed = 0;
	struct query *q = db_query(d, "SELECT value FROM meta WHERE key=?");
	db_bind_cstr(q, key);
	int found = db_int(q, &sealed, e);
	*out = found > 0 && seal(key, sealed >> SEAL_BITS) == sealed ? sealed >> SEAL_BITS : 0;
	return found < 0 ? -1 : 0;
}

int sealed_put(struct db *d, const char *key, int64_t value, struct err *e)
{
	struct query *q =
		db_query(d, "INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value");
	db_bind_cstr(q, key);
	db_bind_int(q, seal(key, value));
	return db_run(q, e);
}

int sealed_highest(struct db *state, const char *key, const char *highest, int64_t *out, struct err *e)
{
	int64_t marked, there = 0;
	if (sealed_get(state, key, &marked, e) || db_int(db_query(state, highest), &there, e) < 0)
		return -1;
	*out = MAX(marked, there);
	return 0;
}

int sealed_next(struct db *state, const char *key, const char *highest, uint32_t *id_out, struct err *e)
{
	int64_t id;
	if (sealed_highest(state, key, highest, &id, e))
		return -1;
	if (id >= UINT32_MAX)
		return err_set(e, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, "no number is left for '%s'", key);
	*id_out = (uint32_t)id + 1;
	return sealed_put(state, key, id + 1, e);
}
