/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share. Only db.c knows SQLite: the others speak of databases and queries. */
#ifndef BOXWOOD_STORE_INTERNAL_H
#define BOXWOOD_STORE_INTERNAL_H

#include "base/fs.h"
#include "store/store.h"

/* --- db.c: one connection --- */
struct db;
struct query;

enum db_pull { DB_ITEM, DB_END, DB_BAD };
enum db_health { DB_SOUND, DB_ABSENT, DB_NEWER, DB_CORRUPT, DB_FAILED };

struct schema {
	const char *sql;
	const char *const *tables; /* touched at open; NULL-terminated */
	uint32_t application;      /* the mark in the file's header */
	uint32_t version;
	bool durable; /* every commit is synced; else only checkpoints are */
};

#define DB_WRITE (1u << 0)
#define DB_NO_WAL (1u << 1) /* for network file systems, where WAL does not work */

/* A new database file that appears whole or not at all; one that is there already is left alone.
 * rows: SQL for what it holds from the start. */
int db_create(const char *path, const struct schema *s, const char *rows, unsigned how, struct err *e);
/* Anything but DB_SOUND leaves *out NULL and fills e. Only a look at each table, never a full check. */
enum db_health db_open(const char *path, const struct schema *s, unsigned how, struct db **out, struct err *e);
void db_close(struct db *d); /* a writer merges its WAL; NULL is a no-op */
/* Later than DB_SOUND: is all of it sound? Reads every page. */
bool db_check(struct db *d);
/* Notes beside the file that damage was met, for the next opening. */
void db_mark_bad(struct db *d);
int db_damaged(struct db *d, struct err *e); /* the same, and -1 */
void db_interrupt(struct db *d);
uint64_t db_steps(const struct db *d);

/* A transaction; fails when the file was moved away or its schema is no longer ours. */
int db_begin(struct db *d, struct err *e);
/* Commits when result is 0, else rolls back; returns -1 if either went wrong. */
int db_end(struct db *d, int result, struct err *e);

/* The query of this text, prepared once; sql must be a literal (it is found by its address). An error in
 * preparing or binding is reported by db_pull. Parameters are bound in order from ?1; bound bytes are
 * borrowed until DB_END, DB_BAD or db_reset. */
struct query *db_query(struct db *d, const char *sql);
void db_bind_int(struct query *q, int64_t v);
void db_bind_null(struct query *q);
void db_bind_text(struct query *q, struct str s); /* p NULL is NULL */
void db_bind_blob(struct query *q, struct str s);
void db_bind_cstr(struct query *q, const char *s); /* NULL is NULL */
/* The next row; after DB_END and DB_BAD (e is set) the query is reset. */
enum db_pull db_pull(struct query *q, struct err *e);
void db_reset(struct query *q);
int db_run(struct query *q, struct err *e);               /* to its end */
int db_int(struct query *q, int64_t *out, struct err *e); /* 1: the first column of its only row, 0: no row, -1 */
bool db_is_null(struct query *q, int column);
int64_t db_get_int(struct query *q, int column);
struct str db_get_bytes(struct query *q, int column); /* borrowed until the next call; NULL is p NULL */
char *db_dup_text(struct query *q, int column);       /* g_free; NULL is NULL */
unsigned db_changes(struct db *d);                    /* rows changed by the last db_run */
int64_t db_last_id(struct db *d);

/* --- schema.c --- */
extern const struct schema schema_cache, schema_state;

/* --- open.c --- */
#define PART_NAME_HEX 64

/* What writer and reader have in common. */
struct shelf {
	struct db *cache, *state;
	char *parts;         /* directory */
	unsigned generation; /* of the cache */
	struct fs_lock *in_use;
};

struct tally {
	uint32_t folder;
	int rows, unseen;
};

struct store {
	struct shelf shelf;
	char *notice;
	bool in_transaction;
	GArray *tallies;      /* struct tally: what the open transaction adds to the folders' counts */
	GHashTable *handed;   /* gint64: mids handed out and not yet used */
	unsigned ids_waiting; /* about so many Message-IDs wait for their place in the index */
	unsigned ids_slice;   /* the slice of the index that is filled next */
	uint32_t mid_hint;
};

struct store_reader {
	struct shelf shelf;
};

/* --- places.c --- */
#define PLACE_BITS 33
#define FOLDER_MAX (1u << 30)
static inline int64_t place_key(uint32_t folder, uint32_t uid)
{
	return (int64_t)folder << PLACE_BITS | uid;
}

/* Over what ties a UID to its message. */
int64_t place_sum(int64_t key, int64_t mid);

/* Joins the open transaction or begins one; store_leave ends what store_enter began. */
int store_enter(struct store *st, bool *own_out, struct err *e);
int store_leave(struct store *st, bool own, int result, struct err *e);
int store_tally_flush(struct store *st, struct err *e);

struct place {
	int64_t key, mid;
	uint32_t flags;
};
/* 1: found, 0: no such place, -1. */
int place_find(struct db *cache, uint32_t folder, uint32_t uid, struct place *out, struct err *e);
int place_remove(struct store *st, const struct place *p, struct err *e);

/* --- messages.c --- */
#define MID_COUNTER_BITS 24
#define MESSAGE_COLUMNS "offset, subject, sender, recipient, copy, msgid, list, preview, thread"
#define MESSAGE_COLUMNS_COUNT 9
/* Stores the message of row; *mid 0 picks one. A mid that is there already is shared. */
int message_put(struct store *st, const struct store_row *row, int64_t *mid, struct err *e);
/* Fills the strings of row from MESSAGE_COLUMNS and the sum behind them. False: damaged, row is as before. */
bool message_read(struct query *q, int first_column, int64_t mid, struct store_row *row);
int message_forget(struct store *st, int64_t mid, struct err *e);
int message_index(struct store *st, struct err *e);         /* a bounded piece of the work that waits */
int message_count_waiting(struct store *st, struct err *e); /* once, at open */
int64_t msgid_hash(struct str msgid);

/* FNV-1a over pieces; a piece is told apart from its neighbours and from its absence. */
#define SUM_START 0xcbf29ce484222325u
uint64_t sum_piece(uint64_t sum, struct str piece);
uint64_t sum_int(uint64_t sum, int64_t v);

/* --- parts.c --- */
int parts_forget(struct store *st, int64_t mid, struct err *e); /* its part tree too */

#endif
