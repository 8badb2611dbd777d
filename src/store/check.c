/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads all there is and compares it with what it should be. */
#include "store/internal.h"

#define FAULTS_MAX 100

struct check {
	struct store *st;
	GPtrArray *faults;
	unsigned cache_faults, state_faults;
};

static void fault(struct check *c, bool in_cache, const char *fmt, ...) G_GNUC_PRINTF(3, 4);

static void fault(struct check *c, bool in_cache, const char *fmt, ...)
{
	unsigned *count = in_cache ? &c->cache_faults : &c->state_faults;
	if (++*count > FAULTS_MAX)
		return;
	va_list args;
	va_start(args, fmt);
	g_ptr_array_add(c->faults, g_strdup_vprintf(fmt, args));
	va_end(args);
}

static int check_places(struct check *c, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(c->st->shelf.cache,
		"SELECT p.key, p.mid, p.folder, p.sum, m.mid FROM place p LEFT JOIN message m ON m.mid=p.mid");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t key = db_get_int(q, 0), mid = db_get_int(q, 1);
		if (db_get_int(q, 2) != place_folder(key) || db_get_int(q, 3) != place_sum(key, mid))
			fault(c, true, "place %" G_GINT64_FORMAT " is damaged", key);
		else if (db_is_null(q, 4))
			fault(c, true, "place %" G_GINT64_FORMAT " has no message", key);
	}
	return pull == DB_END ? 0 : -1;
}

static int check_messages(struct check *c, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(c->st->shelf.cache, "SELECT mid, " MESSAGE_COLUMNS ", sum FROM message");
	while ((pull = db_pull(q, e)) == DB_ITEM)
		if (!message_is_sound(q, 1, db_get_int(q, 0)))
			fault(c, true, "message %" G_GINT64_FORMAT " is damaged", db_get_int(q, 0));
	return pull == DB_END ? 0 : -1;
}

static int check_counts(struct check *c, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(c->st->shelf.cache,
		"SELECT f.id, f.rows, f.rows_local, f.rows_unseen, count(p.key), total((p.key >> 32) & 1),"
		" total(p.flags & 1 = 0) FROM folder f LEFT JOIN place p ON p.folder=f.id GROUP BY f.id");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t all = db_get_int(q, 4), local = db_get_int(q, 5);
		if (db_get_int(q, 1) != all - local || db_get_int(q, 2) != local ||
			db_get_int(q, 3) != db_get_int(q, 6))
			fault(c, true, "folder %u does not have the rows it says", (unsigned)db_get_int(q, 0));
	}
	return pull == DB_END ? 0 : -1;
}

static void bad_part(int64_t mid, const char *section, void *aux)
{
	if (section)
		fault(aux, true, "part '%s' of message %" G_GINT64_FORMAT " is damaged", section, mid);
	else
		fault(aux, true, "part tree of message %" G_GINT64_FORMAT " is damaged", mid);
}

static int check_state_rows(struct check *c, struct err *e)
{
	struct damage found;
	damage_init(&found);
	int result = damage_find_all(c->st->shelf.state, &found, e);
	for (int kind = 0; kind < DAMAGE_KINDS; kind++)
		for (guint i = 0; i < found.ids[kind]->len; i++)
			fault(c, false, "%s %u is damaged", damage_kind_name((enum damage_kind)kind),
				(unsigned)g_array_index(found.ids[kind], gint64, i));
	damage_clear(&found);
	return result;
}

static void check_pages(struct check *c, struct db *d, unsigned *count)
{
	guint before = c->faults->len;
	if (!db_check(d, c->faults))
		*count += MAX(c->faults->len - before, 1);
}

static int check_all(struct check *c, struct err *e)
{
	struct shelf *s = &c->st->shelf;
	check_pages(c, s->state, &c->state_faults);
	check_pages(c, s->cache, &c->cache_faults);
	if (check_state_rows(c, e) || check_places(c, e) || check_messages(c, e) || check_counts(c, e))
		return -1;
	return parts_check(s, bad_part, c, e);
}

bool store_check(struct store *st, GPtrArray *faults_out, struct err *e)
{
	struct check c = { .st = st, .faults = faults_out };
	int result = store_tally_flush(st, e) ? -1 : check_all(&c, e);
	if (result && !faults_out->len && e->text)
		g_ptr_array_add(faults_out, g_strdup(e->text));
	for (int cache = 0; cache < 2; cache++) {
		unsigned count = cache ? c.cache_faults : c.state_faults;
		if (count > FAULTS_MAX)
			g_ptr_array_add(faults_out, g_strdup_printf("and %u more", count - FAULTS_MAX));
		if (count)
			db_mark_bad(cache ? st->shelf.cache : st->shelf.state);
	}
	return !result && !c.cache_faults && !c.state_faults;
}
