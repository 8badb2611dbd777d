/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define CHUNK 65536

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

static int put_structure(struct store *st, int64_t key, struct msg_part *root, struct err *e)
{
	struct place p = { 0 };
	int found = place_find(st->shelf.cache, key, &p, e);
	if (found <= 0)
		return found ? -1 : place_missing(e);
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

int store_structure_put_at(struct store *st, struct store_place at, struct msg_part *root, struct err *e)
{
	bool own;
	if (store_enter(st, &own, e))
		return -1;
	return store_leave(st, own, put_structure(st, place_key_at(at), root, e), e);
}

/* NULL: not known, or damaged. */
static struct msg_part *read_tree(struct db *cache, struct query *q, int64_t *mid_out)
{
	int64_t mid = db_get_int(q, 0);
	struct str tree = db_get_bytes(q, 2);
	struct msg_part *root = tree_sum(mid, tree) == db_get_int(q, 1) ? msg_part_unpack(tree) : NULL;
	if (!root)
		damaged(cache, mid);
	*mid_out = mid;
	db_reset(q);
	return root;
}

static int structure_get(struct db *cache, int64_t key, struct msg_part **out, struct err *e)
{
	int64_t mid;
	*out = NULL;
	struct query *q = db_query(
		cache, "SELECT s.mid, s.sum, s.tree FROM place p JOIN structure s ON s.mid=p.mid WHERE p.key=?");
	db_bind_int(q, key);
	enum db_pull pull = db_pull(q, e);
	if (pull == DB_ITEM)
		*out = read_tree(cache, q, &mid);
	return pull == DB_BAD ? -1 : 0;
}

static int structure_of(struct db *cache, int64_t mid, struct msg_part **out, struct err *e)
{
	*out = NULL;
	struct query *q = db_query(cache, "SELECT mid, sum, tree FROM structure WHERE mid=?");
	db_bind_int(q, mid);
	enum db_pull pull = db_pull(q, e);
	if (pull == DB_ITEM)
		*out = read_tree(cache, q, &mid);
	return pull == DB_BAD ? -1 : 0;
}

int store_structure_get_at(struct store *st, struct store_place at, struct msg_part **out, struct err *e)
{
	return structure_get(st->shelf.cache, place_key_at(at), out, e);
}

int reader_structure_at(struct store_reader *r, struct store_place at, struct msg_part **out, struct err *e)
{
	return structure_get(r->shelf.cache, place_key_at(at), out, e);
}

int store_structure_put(struct store *st, uint32_t folder, uint32_t uid, struct msg_part *root, struct err *e)
{
	return store_structure_put_at(st, (struct store_place){ folder, uid, 0 }, root, e);
}

int store_structure_get(struct store *st, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e)
{
	return store_structure_get_at(st, (struct store_place){ folder, uid, 0 }, out, e);
}

int reader_structure(struct store_reader *r, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e)
{
	return reader_structure_at(r, (struct store_place){ folder, uid, 0 }, out, e);
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
static uint64_t sum_begin(int64_t mid, const char *section)
{
	return sum_piece(sum_int(SUM_START, mid), str_of(section));
}

static int64_t part_sum(int64_t mid, const char *section, struct str bytes)
{
	return (int64_t)sum_piece(sum_begin(mid, section), bytes.p ? bytes : STR(""));
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
static int message_at(struct store *st, int64_t key, int64_t *mid_out, struct err *e)
{
	struct place p;
	int found = place_find(st->shelf.cache, key, &p, e);
	if (found <= 0)
		return found ? -1 : place_missing(e);
	*mid_out = p.mid;
	return 0;
}

static int64_t today(void)
{
	return clock_wall() / 86400;
}

/* Is it read as text? A header always is, another part when the tree says so. */
static int is_text(struct db *cache, int64_t mid, const char *section, bool *out, struct err *e)
{
	struct msg_part *root;
	*out = g_str_has_suffix(section, "HEADER") || g_str_has_suffix(section, "MIME");
	if (*out)
		return 0;
	if (structure_of(cache, mid, &root, e))
		return -1;
	const struct msg_part *p = root ? msg_part_find(root, section) : NULL;
	if (root && !strcmp(section, "TEXT"))
		p = root;
	*out = p && str_starts(str_of(p->type), "text/") && !str_is(str_of(p->disposition), "attachment");
	msg_part_free(root);
	return 0;
}

static int is_in_file(struct db *cache, int64_t mid, const char *section, bool *out, struct err *e)
{
	int64_t in_file = 0;
	struct query *q = db_query(cache, "SELECT bytes IS NULL FROM part WHERE mid=? AND section=?");
	db_bind_int(q, mid);
	db_bind_cstr(q, section);
	int found = db_int(q, &in_file, e);
	*out = found > 0 && in_file;
	return found < 0 ? -1 : 0;
}

/* What is kept of a part: bytes.p NULL: they are in a file. */
struct kept {
	uint64_t size;
	int64_t sum;
	struct str bytes;
};

static int put_kept(struct store *st, int64_t mid, const char *section, const struct kept *k, struct err *e)
{
	bool text;
	if (is_text(st->shelf.cache, mid, section, &text, e))
		return -1;
	struct query *q = db_query(st->shelf.cache,
		"INSERT INTO part(mid, section, size, sum, text, used, bytes) VALUES(?,?,?,?,?,?,?)"
		" ON CONFLICT(mid, section) DO UPDATE SET size=excluded.size, sum=excluded.sum, text=excluded.text,"
		" used=excluded.used, bytes=excluded.bytes");
	db_bind_int(q, mid);
	db_bind_cstr(q, section);
	db_bind_int(q, (int64_t)k->size);
	db_bind_int(q, k->sum);
	db_bind_int(q, text);
	db_bind_int(q, today());
	if (k->bytes.p)
		db_bind_blob(q, k->bytes);
	else
		db_bind_null(q);
	return db_run(q, e);
}

static int put_part(struct store *st, int64_t mid, const char *section, struct str bytes, bool in_file, struct err *e)
{
	struct kept k = { bytes.n, part_sum(mid, section, bytes), bytes.p ? bytes : STR("") };
	if (in_file)
		k.bytes = (struct str){ 0 };
	return put_kept(st, mid, section, &k, e);
}

int store_part_put_at(struct store *st, struct store_place at, const char *section, struct str bytes, struct err *e)
{
	bool own, was_in_file = false, in_file = bytes.n > PART_INLINE_MAX;
	int64_t before = 0, mid = 0, key = place_key_at(at);
	if (message_at(st, key, &before, e))
		return -1;
	g_autofree char *path = in_file ? part_path(&st->shelf, before, section) : NULL;
	/* The file first: nobody should wait for its fsync. */
	if ((in_file && put_file(path, bytes, e)) || store_enter(st, &own, e))
		return -1;
	int result = message_at(st, key, &mid, e);
	if (!result)
		result = is_in_file(st->shelf.cache, mid, section, &was_in_file, e);
	if (!result)
		result = mid == before ? put_part(st, mid, section, bytes, in_file, e) : place_missing(e);
	result = store_leave(st, own, result, e);
	if (!result && !in_file && was_in_file) {
		path = part_path(&st->shelf, mid, section);
		unlink(path);
	}
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

struct part {
	int64_t id, mid, used;
};

static int part_get(struct shelf *s, int64_t key, const char *section, struct buf *out, struct part *part_out,
	bool *found_out, struct err *e)
{
	*found_out = false;
	struct query *q = db_query(s->cache, "SELECT r.mid, r.size, r.sum, r.bytes, r.id, r.used FROM place p"
					     " JOIN part r ON r.mid=p.mid AND r.section=? WHERE p.key=?");
	db_bind_cstr(q, section);
	db_bind_int(q, key);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	int64_t mid = db_get_int(q, 0), size = db_get_int(q, 1), sum = db_get_int(q, 2);
	*part_out = (struct part){ db_get_int(q, 4), mid, db_get_int(q, 5) };
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

/* That the day is not noted does no harm. */
static void note_use(struct store *st, const struct part *part)
{
	bool own;
	struct err e = ERR_INIT;
	if (part->used == today() || store_enter(st, &own, &e)) {
		err_clear(&e);
		return;
	}
	struct query *q = db_query(st->shelf.cache, "UPDATE part SET used=? WHERE id=?");
	db_bind_int(q, today());
	db_bind_int(q, part->id);
	store_leave(st, own, db_run(q, &e), &e);
	err_clear(&e);
}

int store_part_get_at(
	struct store *st, struct store_place at, const char *section, struct buf *out, bool *found_out, struct err *e)
{
	struct part part;
	int result = part_get(&st->shelf, place_key_at(at), section, out, &part, found_out, e);
	if (!result && *found_out)
		note_use(st, &part);
	return result;
}

int reader_part_at(struct store_reader *r, struct store_place at, const char *section, struct buf *out, bool *found_out,
	struct err *e)
{
	struct part part;
	return part_get(&r->shelf, place_key_at(at), section, out, &part, found_out, e);
}

int store_part_put(
	struct store *st, uint32_t folder, uint32_t uid, const char *section, struct str bytes, struct err *e)
{
	return store_part_put_at(st, (struct store_place){ folder, uid, 0 }, section, bytes, e);
}

int store_part_get(struct store *st, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e)
{
	return store_part_get_at(st, (struct store_place){ folder, uid, 0 }, section, out, found_out, e);
}

int store_part_has(struct store *st, uint32_t folder, uint32_t uid, const char *section, bool *found_out,
	uint64_t *octets_out, struct err *e)
{
	*found_out = false;
	struct query *q = db_query(st->shelf.cache, "SELECT r.mid, r.bytes IS NULL, r.size FROM place p"
						    " JOIN part r ON r.mid=p.mid AND r.section=? WHERE p.key=?");
	db_bind_cstr(q, section);
	db_bind_int(q, place_key_at((struct store_place){ folder, uid, 0 }));
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	int64_t mid = db_get_int(q, 0);
	bool in_file = db_get_int(q, 1);
	*octets_out = (uint64_t)db_get_int(q, 2);
	db_reset(q);
	g_autofree char *path = in_file ? part_path(&st->shelf, mid, section) : NULL;
	*found_out = !path || !access(path, F_OK);
	return 0;
}

int reader_part(struct store_reader *r, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e)
{
	return reader_part_at(r, (struct store_place){ folder, uid, 0 }, section, out, found_out, e);
}

/* --- in pieces, however large --- */

struct store_incoming {
	struct store *st;
	struct store_place at;
	char *section;
	int64_t mid;
	uint64_t size, sum;
	struct buf head; /* all of it, as long as that is no more than goes into the database */
	struct fs_new *file;
};

struct store_incoming *store_incoming_new(struct store *st, struct store_place at, const char *section, struct err *e)
{
	int64_t mid;
	if (message_at(st, place_key_at(at), &mid, e))
		return NULL;
	struct store_incoming *in = g_new0(struct store_incoming, 1);
	*in = (struct store_incoming){ st, at, g_strdup(section), mid, 0, sum_begin(mid, section), { 0 }, NULL };
	buf_init(&in->head, PART_INLINE_MAX);
	return in;
}

static int begin_file(struct store_incoming *in, struct err *e)
{
	g_autofree char *path = part_path(&in->st->shelf, in->mid, in->section);
	in->file = fs_new_open(path, true, e);
	int result = in->file ? fs_new_write(in->file, buf_str(&in->head), e) : -1;
	buf_clear(&in->head);
	return result;
}

int store_incoming_feed(struct store_incoming *in, struct str bytes, struct err *e)
{
	in->size += bytes.n;
	in->sum = sum_octets(in->sum, bytes);
	if (!in->file && !buf_add_str(&in->head, bytes))
		return 0;
	if (!in->file && begin_file(in, e))
		return -1;
	return fs_new_write(in->file, bytes, e);
}

int store_incoming_end(struct store_incoming **inp, struct err *e)
{
	struct store_incoming *in = *inp;
	struct kept k = { in->size, (int64_t)sum_int(in->sum, (int64_t)in->size), buf_str(&in->head) };
	bool own, in_file = in->file != NULL;
	int64_t mid = 0;
	k.bytes = in_file ? (struct str){ 0 } : k.bytes.p ? k.bytes : STR("");
	int result = in_file ? fs_new_commit(&in->file, e) : 0;
	if (!result)
		result = store_enter(in->st, &own, e);
	if (!result) {
		result = message_at(in->st, place_key_at(in->at), &mid, e);
		if (!result)
			result = mid == in->mid ? put_kept(in->st, mid, in->section, &k, e) : place_missing(e);
		result = store_leave(in->st, own, result, e);
	}
	store_incoming_abort(inp);
	return result;
}

void store_incoming_abort(struct store_incoming **inp)
{
	struct store_incoming *in = g_steal_pointer(inp);
	if (!in)
		return;
	fs_new_abort(&in->file);
	buf_clear(&in->head);
	g_free(in->section);
	g_free(in);
}

struct store_outgoing {
	GBytes *bytes; /* NULL: */
	int fd;
	size_t at;
};

void store_outgoing_free(struct store_outgoing *out)
{
	if (!out)
		return;
	if (out->bytes)
		g_bytes_unref(out->bytes);
	if (out->fd >= 0)
		close(out->fd);
	g_free(out);
}

int store_outgoing_read(struct store_outgoing *out, char *p, size_t n, size_t *got_out, struct err *e)
{
	ssize_t got;
	if (out->bytes) {
		gsize size;
		const char *all = g_bytes_get_data(out->bytes, &size);
		*got_out = MIN(n, size - out->at);
		if (*got_out)
			memcpy(p, all + out->at, *got_out);
		out->at += *got_out;
		return 0;
	}
	do
		got = read(out->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_errno(e, errno, "cannot read", "a part of the cache");
	*got_out = (size_t)got;
	return 0;
}

/* All of it is looked at before any of it is believed. */
static bool outgoing_is_sound(struct store_outgoing *out, uint64_t sum, int64_t size, int64_t wanted)
{
	g_autofree char *chunk = g_malloc(CHUNK);
	struct err unheard = ERR_INIT;
	int64_t seen = 0;
	size_t got = 1;
	while (got && seen <= size && !store_outgoing_read(out, chunk, CHUNK, &got, &unheard)) {
		sum = sum_octets(sum, (struct str){ chunk, got });
		seen += (int64_t)got;
	}
	err_clear(&unheard);
	out->at = 0;
	bool back = out->bytes || lseek(out->fd, 0, SEEK_SET) == 0;
	return !got && back && seen == size && (int64_t)sum_int(sum, size) == wanted;
}

int store_outgoing_open(
	struct store *st, struct store_place at, const char *section, struct store_outgoing **out, struct err *e)
{
	*out = NULL;
	struct query *q = db_query(st->shelf.cache, "SELECT r.mid, r.size, r.sum, r.bytes FROM place p"
						    " JOIN part r ON r.mid=p.mid AND r.section=? WHERE p.key=?");
	db_bind_cstr(q, section);
	db_bind_int(q, place_key_at(at));
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	int64_t mid = db_get_int(q, 0), size = db_get_int(q, 1), sum = db_get_int(q, 2);
	struct store_outgoing *o = g_new0(struct store_outgoing, 1);
	struct str bytes = db_get_bytes(q, 3);
	o->fd = -1;
	if (!db_is_null(q, 3))
		o->bytes = g_bytes_new(bytes.p, bytes.n);
	db_reset(q);
	g_autofree char *path = part_path(&st->shelf, mid, section);
	if (!o->bytes)
		o->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	/* A file that is not there any more was evicted. */
	bool there = o->bytes || o->fd >= 0;
	if (there && outgoing_is_sound(o, sum_begin(mid, section), size, sum)) {
		*out = o;
		return 0;
	}
	store_outgoing_free(o);
	if (there)
		damaged(st->shelf.cache, mid);
	return 0;
}

/* --- copies, and the end --- */

static int clone_tree(struct store *st, int64_t mid, int64_t clone, struct err *e)
{
	struct msg_part *root;
	if (structure_of(st->shelf.cache, mid, &root, e))
		return -1;
	int result = root ? put_tree(st, clone, root, e) : 0;
	msg_part_free(root);
	return result;
}

struct kept_part {
	char *section;
	GBytes *bytes;
};

static void kept_part_free(void *part)
{
	struct kept_part *k = part;
	g_free(k->section);
	g_bytes_unref(k->bytes);
	g_free(k);
}

int parts_clone(struct store *st, int64_t mid, int64_t clone, struct err *e)
{
	enum db_pull pull;
	g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(kept_part_free);
	if (clone_tree(st, mid, clone, e))
		return -1;
	struct query *q =
		db_query(st->shelf.cache, "SELECT section, sum, bytes FROM part WHERE mid=? AND bytes IS NOT NULL");
	db_bind_int(q, mid);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		g_autofree char *section = db_dup_text(q, 0);
		struct str bytes = db_get_bytes(q, 2);
		if (part_sum(mid, section, bytes) != db_get_int(q, 1))
			continue;
		struct kept_part *k = g_new0(struct kept_part, 1);
		k->section = g_steal_pointer(&section);
		k->bytes = g_bytes_new(bytes.p, bytes.n);
		g_ptr_array_add(kept, k);
	}
	for (guint i = 0; pull == DB_END && i < kept->len; i++) {
		struct kept_part *k = kept->pdata[i];
		gsize n;
		const char *p = g_bytes_get_data(k->bytes, &n);
		if (put_part(st, clone, k->section, (struct str){ p ? p : "", n }, false, e))
			return -1;
	}
	return pull == DB_END ? 0 : -1;
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

int part_drop(struct store *st, int64_t id, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "SELECT mid, section, bytes IS NULL FROM part WHERE id=?");
	db_bind_int(q, id);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	g_autofree char *section = db_dup_text(q, 1);
	g_autofree char *path = db_get_int(q, 2) ? part_path(&st->shelf, db_get_int(q, 0), section) : NULL;
	db_reset(q);
	if (path)
		unlink(path);
	q = db_query(st->shelf.cache, "DELETE FROM part WHERE id=?");
	db_bind_int(q, id);
	return db_run(q, e);
}

/* --- checking --- */

static int check_trees(
	struct shelf *s, void (*bad)(int64_t mid, const char *section, void *aux), void *aux, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(s->cache, "SELECT mid, sum, tree FROM structure");
	while ((pull = db_pull(q, e)) == DB_ITEM)
		if (tree_sum(db_get_int(q, 0), db_get_bytes(q, 2)) != db_get_int(q, 1))
			bad(db_get_int(q, 0), NULL, aux);
	return pull == DB_END ? 0 : -1;
}

/* A file that is gone was evicted. */
static bool file_is_sound(struct shelf *s, int64_t mid, const char *section, int64_t size, int64_t sum)
{
	struct buf read;
	struct err unheard = ERR_INIT;
	bool there = false;
	g_autofree char *path = part_path(s, mid, section);
	buf_init(&read, (size_t)MAX(size, 0));
	add_file(path, read.max, &read, &there, &unheard);
	bool sound = !there || part_sum(mid, section, buf_str(&read)) == sum;
	buf_clear(&read);
	err_clear(&unheard);
	return sound;
}

int parts_check(struct shelf *s, void (*bad)(int64_t mid, const char *section, void *aux), void *aux, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(s->cache, "SELECT mid, section, size, sum, bytes FROM part");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		int64_t mid = db_get_int(q, 0), size = db_get_int(q, 2), sum = db_get_int(q, 3);
		g_autofree char *section = db_dup_text(q, 1);
		struct str bytes = db_get_bytes(q, 4);
		if (bytes.p ? part_sum(mid, section, bytes) != sum : !file_is_sound(s, mid, section, size, sum))
			bad(mid, section, aux);
	}
	return pull == DB_END ? check_trees(s, bad, aux, e) : -1;
}
