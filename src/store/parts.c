/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <unistd.h>

#include "base/log.h"

#define INLINE_MAX (256u * 1024) /* octets kept in the database */

static int no_place(struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "no such message");
}

/* What is damaged is as good as absent: it is fetched again, and the next start begins a new cache. */
static void damaged(struct db *cache, int64_t mid)
{
	log_line(LOG_ERROR, "message %" G_GINT64_FORMAT ": damaged in the cache", mid);
	db_mark_bad(cache);
}

/* --- the part tree --- */

static int64_t tree_sum(int64_t mid, struct str tree)
{
	return (int64_t)sum_piece(sum_int(SUM_START, mid), tree);
}

static void find_invite(struct msg_part *p, int depth, void *aux)
{
	(void)depth;
	if (str_is(str_of(p->type), "text/calendar"))
		*(bool *)aux = true;
}

static int put_tree(struct store *st, int64_t mid, const struct msg_part *root, struct err *e)
{
	g_autoptr(GString) packed = g_string_new(NULL);
	msg_part_pack(root, packed);
	struct str tree = { packed->str, packed->len };
	struct query *q = db_query(st->shelf.cache, "INSERT OR REPLACE INTO structure(mid, sum, tree) VALUES(?,?,?)");
	db_bind_int(q, mid);
	db_bind_int(q, tree_sum(mid, tree));
	db_bind_blob(q, tree);
	return db_run(q, e);
}

static int put_structure(struct store *st, uint32_t folder, uint32_t uid, struct msg_part *root, struct err *e)
{
	struct place p;
	int found = place_find(st->shelf.cache, folder, uid, &p, e);
	if (found <= 0)
		return found ? -1 : no_place(e);
	unsigned attachments = msg_attachments(root);
	bool invite = false;
	msg_part_walk(root, find_invite, &invite);
	uint32_t flags = p.flags & ~(MSG_ATTACHMENT | MSG_INVITE);
	flags |= (attachments ? MSG_ATTACHMENT : 0) | (invite ? MSG_INVITE : 0);
	if (put_tree(st, p.mid, root, e))
		return -1;
	struct query *q = db_query(st->shelf.cache, "UPDATE place SET flags=?, attachments=? WHERE key=?");
	db_bind_int(q, flags);
	db_bind_int(q, attachments);
	db_bind_int(q, p.key);
	return db_run(q, e);
}

int store_structure_put(struct store *st, uint32_t folder, uint32_t uid, struct msg_part *root, struct err *e)
{
	bool own;
	return store_enter(st, &own, e) ? -1 : store_leave(st, own, put_structure(st, folder, uid, root, e), e);
}

static int structure_get(struct db *cache, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e)
{
	*out = NULL;
	struct query *q = db_query(
		cache, "SELECT s.mid, s.sum, s.tree FROM place p JOIN structure s ON s.mid=p.mid WHERE p.key=?");
	db_bind_int(q, place_key(folder, uid));
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	int64_t mid = db_get_int(q, 0);
	struct str tree = db_get_bytes(q, 2);
	if (tree_sum(mid, tree) == db_get_int(q, 1))
		*out = msg_part_unpack(tree);
	if (!*out)
		damaged(cache, mid);
	db_reset(q);
	return 0;
}

int store_structure_get(struct store *st, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e)
{
	return structure_get(st->shelf.cache, folder, uid, out, e);
}

int reader_structure(struct store_reader *r, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e)
{
	return structure_get(r->shelf.cache, folder, uid, out, e);
}

/* --- pieces --- */

/* A name of our own numbers only: sections are words from elsewhere. */
static char *part_path(const struct shelf *s, int64_t mid, const char *section)
{
	g_autofree char *key = g_strdup_printf("%" G_GINT64_FORMAT "/%s", mid, section);
	g_autofree char *hex = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	return g_strdup_printf("%s/%u-%s", s->parts, s->generation, hex);
}

/* Whose it is counts as much as what it says. */
static int64_t part_sum(int64_t mid, const char *section, struct str bytes)
{
	return (int64_t)sum_piece(sum_piece(sum_int(SUM_START, mid), str_of(section)), bytes.p ? bytes : STR(""));
}

static int put_file(const char *path, struct str bytes, struct err *e)
{
	struct fs_new *f = fs_new_open(path, true, e);
	if (f && !fs_new_write(f, bytes, e))
		return fs_new_commit(&f, e);
	fs_new_abort(&f);
	return -1;
}

/* A place that is not there is an error. */
static int message_at(struct store *st, uint32_t folder, uint32_t uid, int64_t *mid_out, struct err *e)
{
	struct place p;
	int found = place_find(st->shelf.cache, folder, uid, &p, e);
	if (found <= 0)
		return found ? -1 : no_place(e);
	*mid_out = p.mid;
	return 0;
}

static int put_part(struct store *st, int64_t mid, const char *section, struct str bytes, bool in_file, struct err *e)
{
	struct query *q = db_query(st->shelf.cache,
		"INSERT INTO part(mid, section, size, sum, bytes) VALUES(?,?,?,?,?) ON CONFLICT(mid, section)"
		" DO UPDATE SET size=excluded.size, sum=excluded.sum, bytes=excluded.bytes");
	db_bind_int(q, mid);
	db_bind_cstr(q, section);
	db_bind_int(q, (int64_t)bytes.n);
	db_bind_int(q, part_sum(mid, section, bytes));
	if (in_file)
		db_bind_null(q);
	else
		db_bind_blob(q, bytes.p ? bytes : STR(""));
	return db_run(q, e);
}

int store_part_put(
	struct store *st, uint32_t folder, uint32_t uid, const char *section, struct str bytes, struct err *e)
{
	bool own, in_file = bytes.n > INLINE_MAX;
	int64_t before, mid = 0;
	if (message_at(st, folder, uid, &before, e))
		return -1;
	g_autofree char *path = part_path(&st->shelf, before, section);
	/* The file first: nobody should wait for its fsync. */
	if ((in_file && put_file(path, bytes, e)) || store_enter(st, &own, e))
		return -1;
	int result = message_at(st, folder, uid, &mid, e);
	if (!result)
		result = mid == before ? put_part(st, mid, section, bytes, in_file, e) : no_place(e);
	result = store_leave(st, own, result, e);
	if (!result && !in_file)
		unlink(path); /* of an earlier, larger one */
	return result;
}

static int add_bytes(struct buf *out, struct str bytes, struct err *e)
{
	return buf_add_str(out, bytes) ? err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "a part of %zu octets", bytes.n)
				       : 0;
}

/* A file that is not there any more was evicted: 0 with *there_out false. */
static int add_file(const char *path, size_t size, struct buf *out, bool *there_out, struct err *e)
{
	struct buf read;
	struct err failed = ERR_INIT;
	buf_init(&read, size);
	int result = fs_read(path, size, &read, &failed);
	*there_out = !result;
	if (!result)
		result = add_bytes(out, buf_str(&read), e);
	else if (failed.cause == ERR_MISSING || failed.cause == ERR_LIMIT)
		result = 0;
	else
		err_move(e, &failed);
	err_clear(&failed);
	buf_clear(&read);
	return result;
}

static int part_get(struct shelf *s, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e)
{
	*found_out = false;
	struct query *q = db_query(s->cache, "SELECT r.mid, r.size, r.sum, r.bytes FROM place p JOIN part r ON "
					     "r.mid=p.mid AND r.section=? WHERE p.key=?");
	db_bind_cstr(q, section);
	db_bind_int(q, place_key(folder, uid));
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	int64_t mid = db_get_int(q, 0), size = db_get_int(q, 1), sum = db_get_int(q, 2);
	bool in_file = db_is_null(q, 3), there = true;
	size_t before = out->n;
	int result = in_file ? 0 : add_bytes(out, db_get_bytes(q, 3), e);
	db_reset(q);
	if (in_file) {
		g_autofree char *path = part_path(s, mid, section);
		result = add_file(path, (size_t)MAX(size, 0), out, &there, e);
	}
	if (result || !there)
		return result;
	*found_out = part_sum(mid, section, str_sub(buf_str(out), before)) == sum;
	if (!*found_out) {
		out->n = before;
		damaged(s->cache, mid);
	}
	return 0;
}

int store_part_get(struct store *st, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e)
{
	return part_get(&st->shelf, folder, uid, section, out, found_out, e);
}

int reader_part(struct store_reader *r, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e)
{
	return part_get(&r->shelf, folder, uid, section, out, found_out, e);
}

int parts_forget(struct store *st, int64_t mid, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "SELECT section FROM part WHERE mid=? AND bytes IS NULL");
	db_bind_int(q, mid);
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		g_autofree char *section = db_dup_text(q, 0);
		g_autofree char *path = part_path(&st->shelf, mid, section);
		unlink(path);
	}
	if (pull == DB_BAD)
		return -1;
	q = db_query(st->shelf.cache, "DELETE FROM part WHERE mid=?");
	db_bind_int(q, mid);
	if (db_run(q, e))
		return -1;
	q = db_query(st->shelf.cache, "DELETE FROM structure WHERE mid=?");
	db_bind_int(q, mid);
	return db_run(q, e);
}
