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
enum db_health { DB_SOUND, DB_ABSENT, DB_NEWER, DB_OLDER, DB_CORRUPT, DB_FAILED };

struct schema {
	const char *sql;
	const char *const *tables; /* touched at open; NULL-terminated */
	uint32_t application;      /* the mark in the file's header */
	uint32_t version;
	const char *const *steps; /* SQL from version i to the next at [i], `version` of them; NULL: never migrated */
	bool durable;             /* every commit is synced; else only checkpoints are */
};

#define DB_WRITE (1u << 0)
#define DB_NO_WAL (1u << 1) /* for network file systems, where WAL does not work */

/* A new database file that appears whole or not at all; one that is there already is left alone.
 * rows: SQL for what it holds from the start. */
int db_create(const char *path, const struct schema *s, const char *rows, unsigned how, struct err *e);
/* Anything but DB_SOUND leaves *out NULL and fills e. Only a look at each table, never a full check. */
enum db_health db_open(const char *path, const struct schema *s, unsigned how, struct db **out, struct err *e);
void db_close(struct db *d); /* a writer merges its WAL; NULL is a no-op */
/* Brings a file that was DB_OLDER to this version, in one transaction; a copy of it stays as PATH.v and its number.
 * Nobody else may have it open. */
enum db_health db_migrate(const char *path, const struct schema *s, unsigned how, struct err *e);
/* Later than DB_SOUND: is all of it sound? Reads every page. faults_out (may be NULL): findings, char *. */
bool db_check(struct db *d, GPtrArray *faults_out);
uint64_t db_size(const struct db *d);                              /* octets of the file, without its WAL */
int db_changed(struct db *d, int64_t *version_out, struct err *e); /* moves with other connections' commits */
/* Notes beside the file that damage was met, for the next opening. */
void db_mark_bad(struct db *d);
int db_damaged(struct db *d, struct err *e); /* the same, and -1 */
void db_interrupt(struct db *d);
uint64_t db_steps(const struct db *d);

#define DB_MOVED "was moved or removed" /* in the error's text, see store_is_moved */
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
char *db_row_text(struct query *q);                   /* the columns as SQL writes values, bytes in hex; g_free */
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
	int rows, local, unseen, threads;
};

/* Kept in the cache too, so that a state that lost changes is found out. */
struct changes_mark {
	int64_t made, waiting; /* the highest id given, and how many have not ended */
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
	struct thread_ids *thread_ids; /* of threads.c: those that wait to be sorted in; NULL: not read yet */
	struct changes_mark mark;      /* as the cache has it */
	struct changes_mark left;      /* of a cache left behind at opening */
};

struct store_reader {
	struct shelf shelf;
};

/* --- places.c --- */
#define PLACE_BITS 33
#define PLACE_LOCAL (INT64_C(1) << 32)
#define FOLDER_MAX (1u << 30)
static inline int64_t place_key(uint32_t folder, uint32_t uid)
{
	return (int64_t)folder << PLACE_BITS | uid;
}

static inline int64_t place_key_at(struct store_place at)
{
	return at.local ? place_key(at.folder, at.local) | PLACE_LOCAL : place_key(at.folder, at.uid);
}

static inline uint32_t place_folder(int64_t key)
{
	return (uint32_t)(key >> PLACE_BITS);
}

/* Over what ties a UID to its message. */
int64_t place_sum(int64_t key, int64_t mid);

/* What the open transaction adds to a folder's counts. */
struct tally *store_tally(struct store *st, uint32_t folder);

/* Joins the open transaction or begins one; store_leave ends what store_enter began. */
int store_enter(struct store *st, bool *own_out, struct err *e);
int store_leave(struct store *st, bool own, int result, struct err *e);
int store_tally_flush(struct store *st, struct err *e);

struct place {
	int64_t key, mid;
	uint32_t flags;
};
/* 1: found, 0: no such place, -1. */
int place_find(struct db *cache, int64_t key, struct place *out, struct err *e);
int place_remove(struct store *st, const struct place *p, struct err *e);
/* Gives it another key, with its message; where the folder has a place of that message, with a copy of it. */
int place_rekey(struct store *st, struct place *p, int64_t key, struct err *e);
int place_set_flags(struct store *st, const struct place *p, uint32_t flags, const GPtrArray *keywords,
	bool *changed_out, struct err *e);
int place_missing(struct err *e); /* -1 */

/* Each keyword with a NUL behind it; kept as NULL when there are none. */
GString *keywords_pack(const GPtrArray *keywords);
GPtrArray *keywords_unpack(struct str packed); /* NULL: none */
struct str keywords_str(const GString *packed);

/* --- folders.c and rekey.c --- */
enum folder_dropped { FOLDER_TO_SWEEP = 1, FOLDER_AWAITS_HEIR = 2 };
int folder_insert(struct store *st, struct store_folder *f, struct err *e);
/* The numbers it had before, of which places wait, are to be swept. */
int folder_drop_ancestors(struct store *st, uint32_t id, struct err *e);

/* --- threads.c --- */
/* Finds the thread of a new message, or begins one. Its places are told beside: a folder orders its threads by them. */
int thread_link(struct store *st, int64_t mid, const struct store_row *row, struct err *e);
int thread_unlink(struct store *st, int64_t mid, struct err *e); /* it has no place any more */
int thread_place_add(struct store *st, uint32_t folder, int64_t mid, struct err *e);
int thread_place_drop(struct store *st, uint32_t folder, int64_t mid, struct err *e);
int threads_settle(
	struct store *st, bool *more_out, struct err *e); /* what was overlooked of very many, in idle time */
int threads_index(struct store *st, struct err *e);       /* a bounded piece of the work that waits */
void threads_rest(struct store *st);                      /* the transaction has ended */
void threads_forget(struct store *st);                    /* what is known of the file may be wrong */
int64_t thread_id_hash(const char *msgid);

/* --- thread_window.c --- */
int thread_window(struct db *cache, const struct store_window *w, GPtrArray *rows_out, struct err *e);

/* --- query.c --- */
/* The columns row_read wants, of a place p and its message m. The planner is told the order of the
 * join (CROSS): it knows nothing of sizes, for the tables are never analysed. */
#define ROW                                                                                                            \
	"SELECT p.key, p.mid, p.flags, p.size, p.date, p.attachments, p.keywords, p.sum, " MESSAGE_COLUMNS             \
	", m.sum FROM "
#define AND_MESSAGE " CROSS JOIN message m ON m.mid=p.mid "
/* False: the message is damaged; such a row is shown to nobody and the next start begins a new cache. */
bool row_read_place(struct db *cache, struct query *q, struct store_row *row);
int row_at(struct db *cache, int64_t key, struct store_row *out, struct err *e); /* ERR_MISSING */

/* --- filter.c --- */
/* What a filter looks at; text borrowed, as it is kept. */
struct filtered {
	int64_t mid, size, date;
	uint32_t flags;
	int attachments;
	struct str keywords, subject, from, to, cc, list, msgid;
};
/* scratch: for nobody else. f NULL: every message. */
bool filter_matches(const struct store_filter *f, const struct filtered *row, GString *scratch);
bool filter_has(const struct store_filter *f, enum filter_op op); /* anywhere in it */
/* Only messages with the flag (or, not set, without it) match. */
bool filter_demands(const struct store_filter *f, uint32_t flag, bool set);

/* --- messages.c --- */
#define MID_COUNTER_BITS 24
#define MESSAGE_COLUMNS "offset, subject, sender, recipient, copy, msgid, list, preview, thread"
#define MESSAGE_COLUMNS_COUNT 9
/* Stores the message of row; *mid 0 picks one. A mid that is there already is shared. */
int message_put(struct store *st, const struct store_row *row, int64_t *mid, struct err *e);
/* Fills the strings of row from MESSAGE_COLUMNS and the sum behind them. False: damaged, row is as before. */
bool message_read(struct query *q, int first_column, int64_t mid, struct store_row *row);
bool message_is_sound(struct query *q, int first_column, int64_t mid);
void mid_range(int64_t received, int64_t *lo_out, int64_t *hi_out); /* of the messages received in that second */
int message_forget(struct store *st, int64_t mid, struct err *e);
/* A second message that says the same, with its part tree and its small parts. */
int message_clone(struct store *st, int64_t mid, struct store_place near, int64_t *clone_out, struct err *e);
int message_index(struct store *st, struct err *e);         /* a bounded piece of the work that waits */
int message_count_waiting(struct store *st, struct err *e); /* once, at open */
int64_t msgid_hash(struct str msgid);

/* FNV-1a over pieces; a piece is told apart from its neighbours and from its absence. */
#define SUM_START 0xcbf29ce484222325u
uint64_t sum_piece(uint64_t sum, struct str piece);
uint64_t sum_octets(uint64_t sum, struct str octets); /* of a piece that comes in several, its length (sum_int) last */
uint64_t sum_int(uint64_t sum, int64_t v);

/* --- parts.c --- */
#define PART_INLINE_MAX (256 * 1024)                            /* octets kept in the database */
int parts_forget(struct store *st, int64_t mid, struct err *e); /* its part tree too */
int parts_clone(struct store *st, int64_t mid, int64_t clone, struct err *e);
int part_drop(struct store *st, int64_t id, struct err *e);
/* Tells of each that is damaged; section NULL: the part tree. */
int parts_check(struct shelf *s, void (*bad)(int64_t mid, const char *section, void *aux), void *aux, struct err *e);

/* --- row.c: rows of the state with a sum over all they say --- */
enum field_type {
	FIELD_BOOL,
	FIELD_ENUM, /* an int or enum from 0 to `most` */
	FIELD_U32,
	FIELD_I64,  /* signed or not */
	FIELD_TEXT, /* char *, owned */
	FIELD_FILE, /* the same: a name in the spool */
};
struct field {
	enum field_type type;
	size_t at; /* offset in the value */
	int most;
};
#define FIELD(kind, value, member) .type = FIELD_##kind, .at = offsetof(value, member)
struct row_fields {
	const struct field *fields; /* in the order of the columns; behind them stands the sum */
	size_t n;
};
/* put: INSERT OR REPLACE with a parameter for each field and the sum. */
int row_write(struct db *state, const struct row_fields *kind, const char *put, const void *row, struct err *e);
/* False: damaged; what it seems to say is filled in all the same. */
bool row_read(struct query *q, const struct row_fields *kind, void *row_out);
void row_clear(const struct row_fields *kind, void *row);
void row_files(struct query *q, const struct row_fields *kind, GPtrArray *names); /* adds char * */
/* Of a value of that size. */
int rows_find_damaged(struct query *q, const struct row_fields *kind, size_t size, GArray *ids_out, struct err *e);
/* Rows that belong to another have ids from ROW_PART(id, 0) on. */
#define ROW_PART_BITS 24
#define ROW_PART(id, n) ((int64_t)(id) << ROW_PART_BITS | (n))
#define ROW_PARTS_OF "id BETWEEN ?1 << 24 AND (?1 << 24) + 16777215"
/* Numbers in the state's table of them that know damage. A damaged one is as good as absent: 0. */
int sealed_get(struct db *d, const char *key, int64_t *out, struct err *e);
int sealed_put(struct db *d, const char *key, int64_t value, struct err *e);
/* The highest id given so far; highest: a query (a literal) that gives that of the rows, for where the mark is damaged. */
int sealed_highest(struct db *state, const char *key, const char *highest, int64_t *out, struct err *e);
int sealed_next(
	struct db *state, const char *key, const char *highest, uint32_t *id_out, struct err *e); /* and notes it */

/* --- request_rows.c: requests as they are kept --- */
/* By a query that begins with REQUEST_COLUMNS; NULL: damaged. The items are not read. */
#define REQUEST_COLUMNS                                                                                                \
	"r.id, r.account, r.op, r.state, r.folder, r.target, r.uidvalidity, r.target_uidnext, r.target_uidvalidity,"   \
	" r.added, r.removed, r.added_keywords, r.removed_keywords, r.path, r.size, r.sha256, r.step, r.undoes,"       \
	" r.undone_by, r.batch, r.made, r.tried, r.ended, r.attempts, r.owner, r.error, r.server, r.person, r.items,"  \
	" r.sum"
struct store_change *request_read(struct query *q, unsigned *items_out);
int request_write(struct db *state, const struct store_change *c, struct err *e);
#define ITEM_COLUMNS                                                                                                   \
	"i.id, i.request, i.uid, i.local, i.size, i.received, i.msgid, i.flags_before, i.keywords_before,"             \
	" i.target_uid, i.state, i.sum"
/* False: damaged, nothing was added. */
bool item_read(struct query *q, struct store_change *c);
int item_write(struct db *state, uint32_t request, struct store_change_item *item, struct err *e);
bool item_is_kept(const struct store_change_item *item); /* as it is */

/* --- requests.c --- */
/* Neither done nor given up. The index says which these are, not the row: a damaged state must not hide one. */
#define REQUEST_WAITS "state IN (0, 1, 4)"
#define REQUESTS_WAITING(and) "(SELECT id FROM request INDEXED BY request_waiting WHERE " REQUEST_WAITS and ") w"
struct damage;
/* Reads the changes a query of REQUEST_COLUMNS gives, then their items. */
int requests_read(struct db *state, struct query *q, GPtrArray *out, struct damage *found, struct err *e);

/* --- outbox.c, drafts.c --- */
extern const struct row_fields mail_fields, rcpt_fields, draft_fields, draft_file_fields;
/* Reads what a query of all columns gives, with what belongs to it. Damaged ones are left out and found. */
int mails_read(struct db *state, struct query *q, GPtrArray *out, struct damage *found, struct err *e);
int drafts_read(struct db *state, struct query *q, GPtrArray *out, struct damage *found, struct err *e);
struct query *mails_query(struct db *state, bool all);          /* all: ended and filed ones too */
struct query *drafts_query(struct db *state, uint32_t account); /* 0: all */

/* --- identities.c, people.c --- */
int identities_find_damaged(struct db *state, struct damage *found, struct err *e);
int people_find_damaged(struct db *state, struct damage *found, struct err *e);

/* --- damage.c: what became of the user's rows behind our back --- */
enum damage_kind {
	DAMAGED_REQUEST,
	DAMAGED_ITEM,
	DAMAGED_MAIL,
	DAMAGED_DRAFT,
	DAMAGED_IDENTITY,
	DAMAGED_JUDGE,
	DAMAGED_PERSON,
	DAMAGE_KINDS
};
/* Ids of rows found damaged, for damage_quarantine. */
struct damage {
	GArray *ids[DAMAGE_KINDS]; /* gint64 */
	unsigned missing;          /* items that a change says it has */
};
void damage_init(struct damage *d);
void damage_clear(struct damage *d);
bool damage_any(const struct damage *d);
const char *damage_kind_name(enum damage_kind kind);
/* Moves the rows to the table of damaged ones and tells. _within: a transaction is open. */
int damage_quarantine(struct store *st, const struct damage *d, struct err *e);
int damage_quarantine_within(struct store *st, const struct damage *d, struct err *e);
/* Once, when the state is open: every row that waits (all of them if thorough), and the count of them. */
int damage_look(struct store *st, bool thorough, struct err *e);
/* And when both are: has the cache seen changes that the state does not know? */
int damage_compare(struct store *st, struct err *e);
void damage_note(struct store *st, char *text); /* takes text: adds to the notice */
int damage_find_all(struct db *state, struct damage *found, struct err *e);

/* The mark in the state, and its copy in the cache. */
int changes_mark_renew(struct db *state, struct err *e);
int changes_mark_get(struct db *state, struct changes_mark *out, struct err *e);
int changes_mark_read(struct db *cache, struct changes_mark *out, struct err *e);
void changes_mark_copy(struct store *st, const struct changes_mark *m);

#endif
