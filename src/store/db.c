/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/log.h"

#define PAGE_SIZE "16384"
#define PAGE_OCTETS 16384
#define BUSY_STEP_US 300
#define BUSY_LIMIT_US 5000000
#define BUSY_CLOSING_US 200000 /* quitting has 2 s in all */
#define HEADER_SIZE 100
#define HEADER_FORMATS 18
#define FORMAT_ROLLBACK 1
#define FORMAT_WAL 2
#define HEADER_VERSION 60
#define HEADER_APPLICATION 68

struct db {
	sqlite3 *handle;
	GHashTable *queries; /* literal -> struct query */
	char *path, *name;
	uint32_t version;
	int64_t busy_since_us, busy_limit_us;
	bool writer, sound;
};

struct query {
	sqlite3_stmt *stmt;
	struct db *db;
	int next; /* parameter */
	int rc;   /* first error of preparing or binding */
};

/* --- errors --- */

/* What helps when the file is damaged or gone under the running program. */
static const char *remedy(const struct db *d)
{
	return g_str_has_prefix(d->name, "cache-") ? "restart makes it anew; what waits is kept"
						   : "restart, which tells what is left of it";
}

static int fail(struct db *d, int rc, struct err *e)
{
	int kind = rc & 0xff;
	if (kind == SQLITE_INTERRUPT)
		return err_set(e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "'%s': canceled", d->name);
	/* A value of another type than its column's was read so: nothing here binds one. */
	if (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || rc == SQLITE_CONSTRAINT_DATATYPE) {
		db_mark_bad(d);
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is damaged: %s", d->name, remedy(d));
	}
	if (kind == SQLITE_FULL)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_LATER,
			"the disk is full: nothing was written to '%s'; make room and try again", d->path);
	enum err_retry retry = kind == SQLITE_BUSY || kind == SQLITE_IOERR ? ERR_LATER : ERR_NEVER;
	return err_set(e, ERR_PROGRAM, ERR_LOCAL, retry, "'%s': %s", d->name,
		d->handle && sqlite3_errcode(d->handle) ? sqlite3_errmsg(d->handle) : sqlite3_errstr(rc));
}

void db_mark_bad(struct db *d)
{
	g_autofree char *mark = g_strconcat(d->path, ".bad", NULL);
	int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		close(fd);
	log_line(LOG_ERROR, "%s: damaged", d->path);
}

int db_damaged(struct db *d, struct err *e)
{
	db_mark_bad(d);
	return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is damaged", d->name);
}

/* --- opening --- */

static int64_t now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* SQLite's own busy timeout sleeps ever longer and so starves the second of two busy writers. */
static int wait_busy(void *aux, int times)
{
	struct db *d = aux;
	if (!times)
		d->busy_since_us = now_us();
	if (now_us() - d->busy_since_us >= d->busy_limit_us)
		return 0;
	nanosleep(&(struct timespec){ .tv_nsec = BUSY_STEP_US * 1000 }, NULL);
	return 1;
}

static void free_query(void *query)
{
	struct query *q = query;
	sqlite3_finalize(q->stmt);
	g_free(q);
}

static struct db *db_new(const char *path, const struct schema *s, unsigned how)
{
	struct db *d = g_new0(struct db, 1);
	d->queries = g_hash_table_new_full(NULL, NULL, NULL, free_query);
	d->path = g_strdup(path);
	d->name = g_path_get_basename(path);
	d->version = s->version;
	d->writer = how & DB_WRITE;
	d->busy_limit_us = BUSY_LIMIT_US;
	return d;
}

static int execute(struct db *d, const char *sql)
{
	return sqlite3_exec(d->handle, sql, NULL, NULL, NULL);
}

int db_create(const char *path, const struct schema *s, const char *rows, unsigned how, struct err *e)
{
	/* Made in memory and written as one file: a file of this name is never half a database. */
	struct db *d = db_new(path, s, how);
	g_autofree char *marks =
		g_strdup_printf("PRAGMA application_id=%u; PRAGMA user_version=%u;", s->application, s->version);
	struct fs_new *f = NULL;
	unsigned char *image = NULL;
	sqlite3_int64 n = 0;
	int result = -1;
	int rc = sqlite3_open_v2(":memory:", &d->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (rc || (rc = execute(d, "PRAGMA page_size=" PAGE_SIZE)) || (rc = execute(d, s->sql)) ||
		(rc = execute(d, rows)) || (rc = execute(d, marks))) {
		fail(d, rc, e);
		goto out;
	}
	image = sqlite3_serialize(d->handle, "main", &n, 0);
	if (!image) {
		fail(d, SQLITE_NOMEM, e);
		goto out;
	}
	/* Born in its journal mode: changing it later needs the file for oneself. */
	image[HEADER_FORMATS] = image[HEADER_FORMATS + 1] = how & DB_NO_WAL ? FORMAT_ROLLBACK : FORMAT_WAL;
	struct stat there;
	f = fs_new_open(path, false, e);
	if (f && !fs_new_write(f, (struct str){ (char *)image, (size_t)n }, e) && !fs_new_commit(&f, e))
		result = 0;
	else if (!lstat(path, &there)) /* another process was quicker */
		result = 0;
out:
	fs_new_abort(&f);
	sqlite3_free(image);
	db_close(d);
	return result;
}

/* The file itself, by its name: opening and closing it here would drop the locks SQLite has on it. */
static enum db_health look(struct db *d, struct err *e)
{
	struct stat st;
	if (lstat(d->path, &st)) {
		bool absent = errno == ENOENT;
		err_errno(e, errno, "cannot look at", d->path);
		if (absent)
			e->cause = ERR_MISSING;
		return absent ? DB_ABSENT : DB_FAILED;
	}
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid()) {
		err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is no file of this user", d->path);
		return DB_FAILED;
	}
	if (d->writer && (st.st_mode & 0777) != 0600 && chmod(d->path, 0600)) {
		err_errno(e, errno, "cannot make private", d->path);
		return DB_FAILED;
	}
	return DB_SOUND;
}

static uint32_t header_u32(const unsigned char *head, size_t at)
{
	uint32_t v;
	memcpy(&v, head + at, sizeof(v));
	return GUINT32_FROM_BE(v);
}

/* SQLite forgives a last page that is cut off. While there is a WAL, the file may be just growing. */
static bool is_cut(struct db *d, int64_t size)
{
	struct stat st;
	g_autofree char *wal = g_strconcat(d->path, "-wal", NULL);
	return size % PAGE_OCTETS && (lstat(wal, &st) || !st.st_size);
}

static bool is_format(unsigned char format)
{
	return format == FORMAT_ROLLBACK || format == FORMAT_WAL;
}

/* What the header says, before SQLite reads it and leaves its traces beside the file. */
static enum db_health read_header(struct db *d, const struct schema *s, struct err *e)
{
	unsigned char head[HEADER_SIZE] = { 0 };
	sqlite3_file *file = NULL;
	sqlite3_int64 size = 0;
	int rc = sqlite3_file_control(d->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (!rc)
		rc = file->pMethods->xFileSize(file, &size);
	if (!rc && size >= HEADER_SIZE)
		rc = file->pMethods->xRead(file, head, HEADER_SIZE, 0);
	if (rc) {
		fail(d, rc, e);
		return DB_FAILED;
	}
	if (memcmp(head, "SQLite format 3", 16) || header_u32(head, HEADER_APPLICATION) != s->application ||
		!is_format(head[HEADER_FORMATS]) || !is_format(head[HEADER_FORMATS + 1]) || is_cut(d, size)) {
		err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is damaged", d->name);
		return DB_CORRUPT;
	}
	if (header_u32(head, HEADER_VERSION) > s->version) {
		err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' was written by a newer version of this program",
			d->name);
		return DB_NEWER;
	}
	return DB_SOUND;
}

static int configure(struct db *d, const struct schema *s, unsigned how)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
		sqlite3_db_config(d->handle, options[i].option, options[i].value, NULL);
	sqlite3_extended_result_codes(d->handle, 1);
	sqlite3_busy_handler(d->handle, wait_busy, d);
	int rc = execute(d, "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;");
	if (!d->writer)
		return rc ? rc : execute(d, "PRAGMA cache_size=-4096; PRAGMA query_only=1;");
	if (!rc)
		rc = execute(d, "PRAGMA cache_size=-8192; PRAGMA journal_size_limit=4194304;");
	if (!rc)
		rc = execute(d, how & DB_NO_WAL ? "PRAGMA journal_mode=TRUNCATE" : "PRAGMA journal_mode=WAL");
	return rc ? rc : execute(d, s->durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
}

static int read_version(struct db *d, int64_t *version_out, struct err *e)
{
	return db_int(db_query(d, "PRAGMA user_version"), version_out, e) == 1 ? 0 : -1;
}

/* The root page of every table, by queries that are not kept. */
static int touch(struct db *d, const struct schema *s)
{
	int rc = SQLITE_OK;
	for (const char *const *table = s->tables; !rc && *table; table++) {
		g_autofree char *sql = g_strdup_printf("SELECT * FROM %s LIMIT 1", *table);
		rc = execute(d, sql);
	}
	return rc;
}

/* Our own SQL is right, so an error in it (SQLITE_ERROR) means tables that are not there or not readable. */
static bool is_damage(int rc)
{
	int kind = rc & 0xff;
	return kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || kind == SQLITE_ERROR;
}

/* The schema is kept as text, so a flipped bit in it may be a flipped bit in a name. */
static enum db_health compare_schema(struct db *d, const struct schema *s, struct err *e)
{
	struct str want = str_of(s->sql);
	bool same = true;
	enum db_pull pull;
	struct query *q = db_query(d, "SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite%'"
				      " ORDER BY rowid");
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct str have = db_get_bytes(q, 0);
		same = same && have.n < want.n && !memcmp(have.p, want.p, have.n) && want.p[have.n] == ';';
		want = str_sub(want, have.n + 1);
	}
	if (pull == DB_BAD)
		return DB_FAILED;
	if (same && !want.n)
		return DB_SOUND;
	err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' is damaged", d->name);
	return DB_CORRUPT;
}

/* The header may not say it: then it stands in the WAL. */
static enum db_health compare_version(struct db *d, const struct schema *s, int64_t version, struct err *e)
{
	if (version == s->version)
		return DB_SOUND;
	err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' was written by another version of this program", d->name);
	if (version > s->version)
		return DB_NEWER;
	return s->steps && version > 0 ? DB_OLDER : DB_CORRUPT;
}

static enum db_health look_inside(struct db *d, const struct schema *s, struct err *e)
{
	int rc = touch(d, s);
	if (!rc)
		return compare_schema(d, s, e);
	fail(d, rc, e);
	return is_damage(rc) ? DB_CORRUPT : DB_FAILED;
}

/* Everything after the header. */
static enum db_health start(struct db *d, const struct schema *s, unsigned how, struct err *e)
{
	int64_t version = s->version;
	int rc = configure(d, s, how);
	if (rc) {
		fail(d, rc, e);
		return is_damage(rc) ? DB_CORRUPT : DB_FAILED;
	}
	if (read_version(d, &version, e)) {
		enum db_health health = look_inside(d, s, e);
		return health == DB_SOUND ? DB_FAILED : health;
	}
	enum db_health health = compare_version(d, s, version, e);
	return health == DB_SOUND ? look_inside(d, s, e) : health;
}

static enum db_health open_handle(struct db *d, const struct schema *s, unsigned how, struct err *e)
{
	int flags =
		(d->writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;
	enum db_health health = look(d, e);
	if (health != DB_SOUND)
		return health;
	int rc = sqlite3_open_v2(d->path, &d->handle, flags, NULL);
	if (rc) {
		fail(d, rc, e);
		return DB_FAILED;
	}
	/* Where it cannot be opened for writing SQLite opens it for reading without a word (os_unix.c, unixOpen). */
	if (d->writer && sqlite3_db_readonly(d->handle, "main") == 1) {
		err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, "'%s' cannot be opened for writing", d->name);
		return DB_FAILED;
	}
	health = read_header(d, s, e);
	return health == DB_SOUND ? start(d, s, how, e) : health;
}

/* The file as it is, written beside it as one. */
static int keep_copy(struct db *d, int64_t version, struct err *e)
{
	g_autofree char *path = g_strdup_printf("%s.v%d", d->path, (int)version);
	sqlite3_int64 n = 0;
	struct fs_new *f = NULL;
	unsigned char *image = sqlite3_serialize(d->handle, "main", &n, 0);
	int result = -1;
	if (!image) {
		fail(d, SQLITE_NOMEM, e);
		goto out;
	}
	f = fs_new_open(path, true, e);
	if (f && !fs_new_write(f, (struct str){ (char *)image, (size_t)n }, e))
		result = fs_new_commit(&f, e);
out:
	fs_new_abort(&f);
	sqlite3_free(image);
	return result;
}

static enum db_health take_steps(struct db *d, const struct schema *s, int64_t version, struct err *e)
{
	g_autofree char *mark = g_strdup_printf("PRAGMA user_version=%u", s->version);
	int rc = execute(d, "BEGIN IMMEDIATE");
	for (int64_t v = version; !rc && v < s->version; v++)
		rc = execute(d, s->steps[v]);
	if (!rc)
		rc = execute(d, mark);
	enum db_health health = rc ? DB_FAILED : look_inside(d, s, e);
	if (rc) {
		fail(d, rc, e);
		health = is_damage(rc) ? DB_CORRUPT : DB_FAILED;
	}
	return db_end(d, health == DB_SOUND ? 0 : -1, e) && health == DB_SOUND ? DB_FAILED : health;
}

enum db_health db_migrate(const char *path, const struct schema *s, unsigned how, struct err *e)
{
	struct db *d = db_new(path, s, how);
	enum db_health health = open_handle(d, s, how, e);
	int64_t version = 0;
	d->sound = health == DB_OLDER;
	if (health == DB_OLDER && (read_version(d, &version, e) || keep_copy(d, version, e)))
		health = DB_FAILED;
	else if (health == DB_OLDER)
		health = take_steps(d, s, version, e);
	if (health == DB_CORRUPT)
		db_mark_bad(d);
	db_close(d);
	return health;
}

enum db_health db_open(const char *path, const struct schema *s, unsigned how, struct db **out, struct err *e)
{
	struct db *d = db_new(path, s, how);
	enum db_health health = open_handle(d, s, how, e);
	*out = NULL;
	d->sound = health == DB_SOUND;
	if (d->sound)
		*out = d;
	else
		db_close(d);
	return health;
}

void db_close(struct db *d)
{
	if (!d)
		return;
	g_hash_table_unref(d->queries);
	if (d->handle && !d->sound) {
		/* What is refused stays as it is. */
		sqlite3_db_config(d->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	} else if (d->handle && d->writer) {
		d->busy_limit_us = BUSY_CLOSING_US;
		sqlite3_wal_checkpoint_v2(d->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	}
	/* Not close_v2: a forgotten query must be heard of, for it would leave the WAL unmerged. */
	if (sqlite3_close(d->handle))
		log_line(LOG_ERROR, "%s: closed with an open query", d->path);
	g_free(d->path);
	g_free(d->name);
	g_free(d);
}

bool db_check(struct db *d, GPtrArray *faults_out)
{
	struct err e = ERR_INIT;
	bool sound = true;
	enum db_pull pull;
	struct query *q = db_query(d, "PRAGMA integrity_check(100)");
	while ((pull = db_pull(q, &e)) == DB_ITEM) {
		struct str told = db_get_bytes(q, 0);
		if (str_is(told, "ok"))
			continue;
		sound = false;
		if (faults_out)
			g_ptr_array_add(faults_out, g_strdup_printf("%s: %.*s", d->name, (int)told.n, told.p));
	}
	if (pull == DB_BAD && faults_out)
		g_ptr_array_add(faults_out, g_strdup(e.text));
	err_clear(&e);
	return sound && pull == DB_END;
}

int db_changed(struct db *d, int64_t *version_out, struct err *e)
{
	return db_int(db_query(d, "PRAGMA data_version"), version_out, e) == 1 ? 0 : -1;
}

uint64_t db_size(const struct db *d)
{
	struct stat st;
	return lstat(d->path, &st) ? 0 : (uint64_t)st.st_size;
}

void db_interrupt(struct db *d)
{
	sqlite3_interrupt(d->handle);
}

uint64_t db_steps(const struct db *d)
{
	uint64_t steps = 0;
	GHashTableIter i;
	void *value;
	g_hash_table_iter_init(&i, d->queries);
	while (g_hash_table_iter_next(&i, NULL, &value))
		if (((struct query *)value)->stmt)
			steps += (unsigned)sqlite3_stmt_status(
				((struct query *)value)->stmt, SQLITE_STMTSTATUS_VM_STEP, 0);
	return steps;
}

/* --- transactions --- */

static int still_ours(struct db *d, struct err *e)
{
	int64_t version = 0;
	if (read_version(d, &version, e))
		return -1;
	if (version == d->version)
		return 0;
	return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER,
		"'%s' was changed by another version of this program: restart", d->name);
}

int db_begin(struct db *d, struct err *e)
{
	int moved = 0;
	sqlite3_file_control(d->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	if (moved)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, "'%s' " DB_MOVED ": %s", d->name, remedy(d));
	if (db_run(db_query(d, "BEGIN IMMEDIATE"), e))
		return -1;
	return still_ours(d, e) ? db_end(d, -1, NULL) : 0;
}

int db_end(struct db *d, int result, struct err *e)
{
	if (!result && !db_run(db_query(d, "COMMIT"), e))
		return 0;
	/* Some errors have rolled back by themselves. */
	if (!sqlite3_get_autocommit(d->handle))
		db_run(db_query(d, "ROLLBACK"), NULL);
	return -1;
}

/* --- queries --- */

struct query *db_query(struct db *d, const char *sql)
{
	struct query *q = g_hash_table_lookup(d->queries, sql);
	if (!q) {
		q = g_new0(struct query, 1);
		q->db = d;
		g_hash_table_insert(d->queries, (void *)sql, q);
	}
	q->rc = SQLITE_OK;
	q->next = 1;
	if (!q->stmt)
		q->rc = sqlite3_prepare_v3(d->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &q->stmt, NULL);
	return q;
}

static void bound(struct query *q, int rc)
{
	if (!q->rc)
		q->rc = rc;
}

void db_bind_int(struct query *q, int64_t v)
{
	bound(q, sqlite3_bind_int64(q->stmt, q->next++, v));
}

void db_bind_null(struct query *q)
{
	bound(q, sqlite3_bind_null(q->stmt, q->next++));
}

void db_bind_text(struct query *q, struct str s)
{
	bound(q, sqlite3_bind_text64(q->stmt, q->next++, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_blob(struct query *q, struct str s)
{
	bound(q, sqlite3_bind_blob64(q->stmt, q->next++, s.p, s.n, SQLITE_STATIC));
}

void db_bind_cstr(struct query *q, const char *s)
{
	db_bind_text(q, str_of(s));
}

enum db_pull db_pull(struct query *q, struct err *e)
{
	struct err unheard = ERR_INIT;
	int rc = q->rc ? q->rc : sqlite3_step(q->stmt);
	if (rc == SQLITE_ROW)
		return DB_ITEM;
	if (rc != SQLITE_DONE)
		fail(q->db, rc, e ? e : &unheard);
	err_clear(&unheard);
	db_reset(q);
	return rc == SQLITE_DONE ? DB_END : DB_BAD;
}

void db_reset(struct query *q)
{
	if (!q->stmt)
		return;
	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
}

int db_run(struct query *q, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM)
		;
	return pull == DB_END ? 0 : -1;
}

int db_int(struct query *q, int64_t *out, struct err *e)
{
	enum db_pull pull = db_pull(q, e);
	if (pull == DB_BAD)
		return -1;
	if (pull == DB_END)
		return 0;
	*out = db_get_int(q, 0);
	db_reset(q);
	return 1;
}

bool db_is_null(struct query *q, int column)
{
	return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

int64_t db_get_int(struct query *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

struct str db_get_bytes(struct query *q, int column)
{
	if (db_is_null(q, column))
		return (struct str){ 0 };
	const char *p = sqlite3_column_blob(q->stmt, column);
	size_t n = (size_t)sqlite3_column_bytes(q->stmt, column);
	/* SQLite gives NULL for an empty value too. */
	return (struct str){ p ? p : "", n };
}

char *db_dup_text(struct query *q, int column)
{
	struct str s = db_get_bytes(q, column);
	return s.p ? str_dup(s) : NULL;
}

static void append_hex(GString *text, struct str s)
{
	g_string_append(text, "X'");
	for (size_t i = 0; i < s.n; i++)
		g_string_append_printf(text, "%02X", (unsigned char)s.p[i]);
	g_string_append_c(text, '\'');
}

char *db_row_text(struct query *q)
{
	GString *text = g_string_new(NULL);
	for (int i = 0; i < sqlite3_column_count(q->stmt); i++) {
		struct str s = db_get_bytes(q, i);
		if (i)
			g_string_append_c(text, ',');
		if (!s.p)
			g_string_append(text, "NULL");
		else if (sqlite3_column_type(q->stmt, i) == SQLITE_INTEGER)
			g_string_append_printf(text, "%" G_GINT64_FORMAT, db_get_int(q, i));
		else
			append_hex(text, s);
	}
	return g_string_free(text, FALSE);
}

unsigned db_changes(struct db *d)
{
	return (unsigned)sqlite3_changes(d->handle);
}

int64_t db_last_id(struct db *d)
{
	return sqlite3_last_insert_rowid(d->handle);
}
