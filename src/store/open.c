/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define GENERATION_MAX 1000000000u
#define IN_USE_WAIT_MS 2000
#define OPEN_TRIES 4 /* another process may change the files meanwhile */

/* --- files by generation --- */

static char *file_name(const char *dir, const char *kind, unsigned generation)
{
	return g_strdup_printf("%s/%s-%u.db", dir, kind, generation);
}

/* The generation in a name of ours, with what stands behind ".db"; 0: not ours. */
static unsigned name_generation(const char *name, const char *kind, struct str *rest_out)
{
	struct str number, rest = str_of(name);
	uint64_t generation = 0;
	*rest_out = (struct str){ 0 };
	if (!g_str_has_prefix(name, kind) || name[strlen(kind)] != '-')
		return 0;
	rest = str_sub(rest, strlen(kind) + 1);
	if (!str_cut(rest, '.', &number, &rest) || number.n == 0 || number.p[0] == '0')
		return 0;
	if (rest.n < 2 || memcmp(rest.p, "db", 2) || !str_u64(number, GENERATION_MAX, &generation))
		return 0;
	*rest_out = str_sub(rest, 2);
	return (unsigned)generation;
}

/* The newest database of this kind in *newest_out, 0 none; *seen_out counts those set aside too. */
static int find_newest(const char *dir, const char *kind, unsigned *newest_out, unsigned *seen_out, struct err *e)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	*newest_out = *seen_out = 0;
	if (!d)
		return err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, "no directory '%s'", dir);
	for (const char *name; (name = g_dir_read_name(d));) {
		struct str rest;
		unsigned generation = name_generation(name, kind, &rest);
		*seen_out = MAX(*seen_out, generation);
		if (generation && !rest.n)
			*newest_out = MAX(*newest_out, generation);
	}
	g_dir_close(d);
	return 0;
}

/* The generation of a file that belongs to a cache, 0: not ours. */
static unsigned cache_file_generation(const char *name)
{
	struct str rest;
	unsigned generation = name_generation(name, "cache", &rest);
	bool known = !rest.n || str_is(rest, "-wal") || str_is(rest, "-shm") || str_is(rest, ".bad");
	return generation && known ? generation : 0;
}

/* The same of a large part. */
static unsigned part_file_generation(const char *name)
{
	struct str number, rest;
	uint64_t generation = 0;
	if (!str_cut(str_of(name), '-', &number, &rest) || rest.n != PART_NAME_HEX)
		return 0;
	return str_u64(number, GENERATION_MAX, &generation) ? (unsigned)generation : 0;
}

static unsigned no_generation(const char *name)
{
	(void)name;
	return 0;
}

/* Removes what is left of earlier caches, and of writers that died: only regular files with names of ours. */
static void sweep_dir(const char *dir, unsigned (*generation_of)(const char *name), unsigned keep)
{
	GDir *d = g_dir_open(dir, 0, NULL);
	if (!d)
		return;
	for (const char *name; (name = g_dir_read_name(d));) {
		struct stat st;
		unsigned generation = generation_of(name);
		g_autofree char *path = g_build_filename(dir, name, NULL);
		bool old = generation && generation < keep && !lstat(path, &st) && S_ISREG(st.st_mode);
		if (old || fs_new_is_left(path))
			unlink(path);
	}
	g_dir_close(d);
}

static bool is_marked(const char *path)
{
	g_autofree char *mark = g_strconcat(path, ".bad", NULL);
	struct stat st;
	return !lstat(mark, &st);
}

static void unmark(const char *path)
{
	g_autofree char *mark = g_strconcat(path, ".bad", NULL);
	unlink(mark);
}

/* --- what both faces do --- */

static void shelf_clear(struct shelf *s)
{
	db_close(s->cache);
	db_close(s->state);
	fs_unlock(s->in_use);
	g_free(s->parts);
	*s = (struct shelf){ 0 };
}

/* Without symlinks, for SQLite is told to follow none. */
static char *real_dir(const char *path, struct err *e)
{
	char *real = realpath(path, NULL);
	char *copy = g_strdup(real);
	free(real);
	if (!copy && errno == ENOENT)
		err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, "no directory '%s'", path);
	else if (!copy)
		err_errno(e, errno, "cannot find", path);
	return copy;
}

static struct fs_lock *lock_in_use(const char *state_dir, bool shared, struct err *e)
{
	g_autofree char *path = g_build_filename(state_dir, "in-use", NULL);
	return fs_lock(path, shared, IN_USE_WAIT_MS, NULL, e);
}

static int meta_get(struct db *d, const char *key, int64_t *out, struct err *e)
{
	struct query *q = db_query(d, "SELECT value FROM meta WHERE key=?");
	db_bind_cstr(q, key);
	*out = 0;
	return db_int(q, out, e) < 0 ? -1 : 0;
}

/* --- state --- */

static void set_aside(const char *path, const char *suffix, const char *tail)
{
	g_autofree char *from = g_strconcat(path, tail, NULL);
	g_autofree char *to = g_strconcat(path, suffix, tail, NULL);
	if (rename(from, to) && errno != ENOENT)
		log_line(LOG_ERROR, "%s: cannot be set aside: %s", from, g_strerror(errno));
}

/* The damaged file stays for whoever can mend it; nobody may have it open meanwhile. */
static int quarantine(struct store *st, const char *dir, const char *path, unsigned how, struct err *e)
{
	fs_unlock(st->shelf.in_use);
	st->shelf.in_use = lock_in_use(dir, false, e);
	if (!st->shelf.in_use)
		return -1;
	struct db *again = NULL;
	struct err unheard = ERR_INIT;
	enum db_health health = is_marked(path) ? DB_CORRUPT : db_open(path, &schema_state, how, &again, &unheard);
	db_close(again);
	err_clear(&unheard);
	if (health == DB_CORRUPT) {
		g_autofree char *suffix = g_strdup_printf(".corrupt-%" G_GINT64_FORMAT, clock_wall());
		set_aside(path, suffix, "");
		set_aside(path, suffix, "-wal");
		set_aside(path, suffix, "-shm");
		set_aside(path, suffix, "-journal");
		unmark(path);
		damage_note(st, g_strdup_printf("'%s' was damaged and is kept as '%s%s'", path, path, suffix));
	}
	fs_unlock(st->shelf.in_use);
	st->shelf.in_use = lock_in_use(dir, true, e);
	return st->shelf.in_use ? 0 : -1;
}

/* A state that was marked is looked through: it is worth the time. */
static enum db_health open_checked(const char *path, unsigned how, struct db **out, bool *suspect_out, struct err *e)
{
	enum db_health health = db_open(path, &schema_state, how, out, e);
	if (health != DB_SOUND || !is_marked(path))
		return health;
	if (!db_check(*out, NULL)) {
		g_clear_pointer(out, db_close);
		err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is damaged", path);
		return DB_CORRUPT;
	}
	unmark(path);
	*suspect_out = true;
	return DB_SOUND;
}

/* Nobody else may have it open; another process may have done it meanwhile. */
static int migrate_state(struct store *st, const char *dir, const char *path, unsigned how, struct err *e)
{
	fs_unlock(st->shelf.in_use);
	st->shelf.in_use = lock_in_use(dir, false, e);
	if (!st->shelf.in_use)
		return -1;
	enum db_health health = db_migrate(path, &schema_state, how, e);
	fs_unlock(st->shelf.in_use);
	st->shelf.in_use = lock_in_use(dir, true, e);
	if (!st->shelf.in_use || health == DB_NEWER || health == DB_FAILED)
		return -1;
	/* What cannot be migrated is damaged: the next look sets it aside. */
	return health == DB_CORRUPT ? quarantine(st, dir, path, how, e) : 0;
}

static int create_state(const char *path, unsigned how, struct err *e)
{
	return db_create(path, &schema_state, "INSERT INTO meta VALUES('id', random())", how, e);
}

static int open_state(struct store *st, const char *dir, struct err *e)
{
	unsigned how = DB_WRITE | (fs_is_network(dir) ? DB_NO_WAL : 0);
	for (int i = 0; i < OPEN_TRIES; i++) {
		unsigned newest, seen;
		if (find_newest(dir, "state", &newest, &seen, e))
			return -1;
		g_autofree char *path = file_name(dir, "state", newest ? newest : seen + 1);
		if (!newest && create_state(path, how, e))
			return -1;
		bool suspect = false;
		enum db_health health = open_checked(path, how, &st->shelf.state, &suspect, e);
		if (health == DB_SOUND && !damage_look(st, suspect, e))
			return 0;
		if (health == DB_SOUND) {
			g_clear_pointer(&st->shelf.state, db_close);
			health = is_marked(path) ? DB_CORRUPT : DB_FAILED;
		}
		if (health == DB_OLDER) {
			if (migrate_state(st, dir, path, how, e))
				return -1;
			continue;
		}
		if (health == DB_CORRUPT && quarantine(st, dir, path, how, e))
			return -1;
		if (health != DB_CORRUPT && health != DB_ABSENT)
			return -1;
	}
	return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, "the files in '%s' keep changing", dir);
}

/* --- cache --- */

/* Accounts are numbers of the state: a cache filled under another state would show one's mail as another's. */
static int state_of(struct db *cache, int64_t state, struct err *e)
{
	int64_t theirs = 0;
	if (meta_get(cache, "state", &theirs, e))
		return -1;
	return theirs == state ? 0 : err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, "the cache is another user's");
}

static enum db_health open_cache_file(const char *path, int64_t state, unsigned how, struct db **out, struct err *e)
{
	*out = NULL;
	if (is_marked(path)) {
		err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, "'%s' is damaged", path);
		return DB_CORRUPT;
	}
	enum db_health health = db_open(path, &schema_cache, how, out, e);
	if (health != DB_SOUND || !state_of(*out, state, e))
		return health;
	g_clear_pointer(out, db_close);
	return DB_CORRUPT;
}

static int create_cache(const char *dir, unsigned generation, int64_t state, struct err *e)
{
	g_autofree char *path = file_name(dir, "cache", generation);
	g_autofree char *rows = g_strdup_printf("INSERT INTO meta VALUES('state', %" G_GINT64_FORMAT ")", state);
	return db_create(path, &schema_cache, rows, DB_WRITE, e);
}

/* What it knew of the user's changes is compared with what the state has of them. */
static void read_left(struct store *st, const char *path)
{
	struct db *d = NULL;
	struct changes_mark mark;
	struct err unheard = ERR_INIT;
	if (db_open(path, &schema_cache, 0, &d, &unheard) == DB_SOUND && !changes_mark_read(d, &mark, &unheard) &&
		mark.made > st->left.made)
		st->left = mark;
	db_close(d);
	err_clear(&unheard);
}

static int open_cache(struct store *st, const char *dir, bool *fresh_out, struct err *e)
{
	int64_t state;
	if (meta_get(st->shelf.state, "id", &state, e))
		return -1;
	for (int i = 0; i < OPEN_TRIES; i++) {
		unsigned newest, seen;
		if (find_newest(dir, "cache", &newest, &seen, e))
			return -1;
		g_autofree char *path = file_name(dir, "cache", newest);
		enum db_health health = DB_ABSENT;
		if (newest)
			health = open_cache_file(path, state, DB_WRITE, &st->shelf.cache, e);
		if (health == DB_SOUND) {
			st->shelf.generation = newest;
			return 0;
		}
		if (health != DB_CORRUPT && health != DB_ABSENT)
			return -1;
		if (newest) {
			log_line(LOG_WARN, "%s: left behind", path);
			read_left(st, path);
		}
		*fresh_out = true;
		if (create_cache(dir, seen + 1, state, e))
			return -1;
	}
	return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, "the files in '%s' keep changing", dir);
}

/* --- the two faces --- */

static int open_all(struct store *st, const char *cache_dir, const char *state_dir, bool *fresh_out, struct err *e)
{
	if (fs_private_dir(cache_dir, e) || fs_private_dir(state_dir, e))
		return -1;
	g_autofree char *cache = real_dir(cache_dir, e);
	g_autofree char *state = cache ? real_dir(state_dir, e) : NULL;
	if (!state)
		return -1;
	if (fs_is_network(cache))
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is on a network file system", cache);
	st->shelf.parts = g_build_filename(cache, "parts", NULL);
	if (fs_private_dir(st->shelf.parts, e))
		return -1;
	st->shelf.in_use = lock_in_use(state, true, e);
	if (!st->shelf.in_use)
		return -1;
	if (open_state(st, state, e) || open_cache(st, cache, fresh_out, e) || message_count_waiting(st, e) ||
		damage_compare(st, e))
		return -1;
	sweep_dir(state, no_generation, 0);
	/* What a damaged cache left behind stays until the start after. */
	if (!*fresh_out) {
		sweep_dir(cache, cache_file_generation, st->shelf.generation);
		sweep_dir(st->shelf.parts, part_file_generation, st->shelf.generation);
	}
	return 0;
}

int store_open(const char *cache_dir, const char *state_dir, struct store **out, bool *fresh_out, struct err *e)
{
	struct store *st = g_new0(struct store, 1);
	st->tallies = g_array_new(FALSE, FALSE, sizeof(struct tally));
	st->handed = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	*out = NULL;
	*fresh_out = false;
	if (open_all(st, cache_dir, state_dir, fresh_out, e)) {
		store_close(st);
		return -1;
	}
	/* Failures on the way that were mended are not this call's. */
	err_clear(e);
	*out = st;
	return 0;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	store_rollback(st);
	shelf_clear(&st->shelf);
	g_array_unref(st->tallies);
	g_hash_table_unref(st->handed);
	g_free(st->notice);
	g_free(st);
}

void store_mark_bad(struct store *st)
{
	db_mark_bad(st->shelf.cache);
}

bool store_is_moved(const char *error)
{
	return error && strstr(error, DB_MOVED);
}

const char *store_notice(const struct store *st)
{
	return st->notice;
}

static int newest_file(const char *dir, const char *kind, unsigned *generation_out, char **path_out, struct err *e)
{
	unsigned seen;
	if (find_newest(dir, kind, generation_out, &seen, e))
		return -1;
	if (!*generation_out)
		return err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, "no %s in '%s'", kind, dir);
	*path_out = file_name(dir, kind, *generation_out);
	return 0;
}

static int reader_open_all(struct shelf *s, const char *cache_dir, const char *state_dir, struct err *e)
{
	unsigned generation;
	int64_t id;
	g_autofree char *cache = real_dir(cache_dir, e);
	g_autofree char *state = cache ? real_dir(state_dir, e) : NULL;
	g_autofree char *cache_path = NULL, *state_path = NULL;
	if (!state || newest_file(state, "state", &generation, &state_path, e) ||
		newest_file(cache, "cache", &s->generation, &cache_path, e))
		return -1;
	s->parts = g_build_filename(cache, "parts", NULL);
	s->in_use = lock_in_use(state, true, e);
	if (!s->in_use || db_open(state_path, &schema_state, 0, &s->state, e) != DB_SOUND ||
		meta_get(s->state, "id", &id, e))
		return -1;
	return open_cache_file(cache_path, id, 0, &s->cache, e) == DB_SOUND ? 0 : -1;
}

int reader_open(const char *cache_dir, const char *state_dir, struct store_reader **out, struct err *e)
{
	struct store_reader *r = g_new0(struct store_reader, 1);
	*out = NULL;
	if (reader_open_all(&r->shelf, cache_dir, state_dir, e)) {
		reader_close(r);
		return -1;
	}
	*out = r;
	return 0;
}

void reader_close(struct store_reader *r)
{
	if (!r)
		return;
	shelf_clear(&r->shelf);
	g_free(r);
}

void reader_interrupt(struct store_reader *r)
{
	db_interrupt(r->shelf.cache);
	db_interrupt(r->shelf.state);
}

uint64_t reader_steps(const struct store_reader *r)
{
	return db_steps(r->shelf.cache) + db_steps(r->shelf.state);
}
