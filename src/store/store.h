/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept on disk: the cache (disposable) and the state (the user's).
 *
 * Knows no protocol and no screen. Two faces: `struct store` is the writer, owned by the engine's thread;
 * `struct store_reader` is a read-only connection owned by the reader's thread. The writer makes and migrates
 * files; the reader opens after it. Reader functions copy their rows and reset before they return, so that
 * no read transaction outlives an answer. A message is not its place: mid = received seconds << 24 | counter,
 * never used twice; a place is folder << 33 | k with k the UID.
 *
 *	store_open(cache_dir, state_dir, &st, &e);  .. store_begin .. store_row_put .. store_commit ..
 *	reader_open(st paths) .. reader_window(..)
 */
#ifndef BOXWOOD_STORE_STORE_H
#define BOXWOOD_STORE_STORE_H

#include "base/buf.h"
#include "base/err.h"
#include "msg/msg.h"

#define STORE_BATCH 100 /* rows a transaction at most */

/* --- opening --- */
struct store;
struct store_reader;

/* Directories are made 0700. A newer schema is refused (ERR_LOCAL), a corrupt cache is left behind as an old
 * generation and a new one is started (*fresh_out true: the cache is empty), a corrupt state is quarantined
 * and told. cache_dir on a network file system is refused. */
int store_open(const char *cache_dir, const char *state_dir, struct store **out, bool *fresh_out, struct err *e);
void store_close(struct store *st); /* checkpoints; NULL is a no-op */
/* What the user must be told of the opening (a state set aside as damaged), or NULL; borrowed. */
const char *store_notice(const struct store *st);
/* Only when the files exist: else ERR_MISSING. */
int reader_open(const char *cache_dir, const char *state_dir, struct store_reader **out, struct err *e);
void reader_close(struct store_reader *r);
/* Cancels what the reader is doing, from any thread; the call then fails with ERR_CANCELED. */
void reader_interrupt(struct store_reader *r);
/* Steps of SQLite's machine since opening, among them every row scanned or sought (for tests and -v). */
uint64_t reader_steps(const struct store_reader *r);

/* --- accounts (state) --- */
/* The number of the account keyed (host, port, login); made on first use; label is its mailrc word. */
int store_account(struct store *st, const char *host, unsigned port, const char *login, const char *label,
	uint32_t *number_out, struct err *e);

/* What is remembered of a server between sessions. */
struct store_account_info {
	char *prefix;       /* personal namespace prefix with its delimiter, "" if none, NULL: never asked; owned */
	char *secret_hash;  /* salted hash of a secret that was refused, hex; NULL; owned */
	bool secret_worked; /* the last secret tried was accepted */
	int64_t last_poll;  /* wall seconds of the end of the last contact that counts as a poll, 0 never */
	int64_t last_sync;  /* wall seconds of the last successful agreement of the inbox, 0 never */
	int64_t auth_tries_day;
	unsigned auth_tries; /* failed logins with a once good secret on that day (days since 1970) */
};
int store_account_get(struct store *st, uint32_t account, struct store_account_info *out, struct err *e);
int store_account_put(struct store *st, uint32_t account, const struct store_account_info *in, struct err *e);
void store_account_info_clear(struct store_account_info *i);
int reader_account(struct store_reader *r, const char *host, unsigned port, const char *login, uint32_t *number_out,
	struct store_account_info *out, struct err *e); /* ERR_MISSING: never met */

/* --- the ledger (state): what was done to a server, a row an account and day --- */
struct store_ledger {
	uint64_t logins, commands, bytes_in, bytes_out, polls, acts; /* acts: a person's */
};
int store_ledger_add(struct store *st, uint32_t account, int64_t wall, const struct store_ledger *add, struct err *e);
int store_ledger_get(struct store *st, uint32_t account, int64_t wall, struct store_ledger *out, struct err *e);
/* Acts by processes without a terminal: their times within the last hour are counted. */
int store_act_add(struct store *st, uint32_t account, int64_t wall, struct err *e);
int store_act_count(struct store *st, uint32_t account, int64_t since_wall, unsigned *count_out, int64_t *oldest_out,
	struct err *e);

/* --- folders --- */
enum store_role {
	ROLE_NONE,
	ROLE_INBOX,
	ROLE_SENT,
	ROLE_DRAFTS,
	ROLE_TRASH,
	ROLE_JUNK,
	ROLE_ARCHIVE,
	ROLE_ALL,
	ROLE_FLAGGED
};
extern const char *const store_role_names[]; /* "" for none, "inbox", .. */

#define FOLDER_NOSELECT (1u << 0)
#define FOLDER_NOINFERIORS (1u << 1)
#define FOLDER_VISITED (1u << 2) /* opened by the user: kept in agreement */
#define FOLDER_GONE (1u << 3)    /* no longer listed by the server */

struct store_folder {
	uint32_t id; /* 0: new. Changes when UIDVALIDITY does */
	uint32_t account;
	char *raw;      /* the server's name, bytes; owned */
	char *name;     /* shown: decoded, prefix hidden, levels by '/', INBOX as "Inbox"; owned */
	char delimiter; /* 0: none */
	enum store_role role;
	unsigned flags;                /* FOLDER_ */
	uint32_t uidvalidity, uidnext; /* as of last_sync */
	uint32_t exists;               /* the server's count as of last_sync or STATUS */
	uint32_t unseen;               /* from STATUS; once `complete`, counted in the cache */
	uint32_t rows;                 /* places in the cache */
	uint32_t rows_unseen;
	uint32_t filled_down_to; /* every UID at or above it is cached; 0: nothing yet */
	bool complete;           /* filled down to the oldest */
	uint64_t highestmodseq;
	int64_t last_sync; /* wall seconds, 0: never */
};
void store_folder_clear(struct store_folder *f);
GPtrArray *store_folders_new(void); /* of struct store_folder *, freeing */

/* Inserts (id 0) or updates by id; f->id is set. rows and rows_unseen are kept by the store. */
int store_folder_put(struct store *st, struct store_folder *f, struct err *e);
int store_folder_get(struct store *st, uint32_t id, struct store_folder *out, struct err *e);
int store_folder_find(struct store *st, uint32_t account, struct str raw, struct store_folder *out, struct err *e);
int store_folders(struct store *st, uint32_t account, GPtrArray *out, struct err *e);
/* A changed UIDVALIDITY: the folder gets a new number (f->id) and no places. */
int store_folder_renumber(struct store *st, struct store_folder *f, uint32_t uidvalidity, struct err *e);
int store_folder_drop(struct store *st, uint32_t id, struct err *e);
/* Places and messages of dropped and renumbered folders are seen no more at once and removed by and by:
 * one small transaction a call, in idle time, until *more_out is false. */
int store_sweep(struct store *st, bool *more_out, struct err *e);
int reader_folders(struct store_reader *r, uint32_t account, GPtrArray *out, struct err *e);
/* By the name shown: exact, else without ASCII case. ERR_MISSING. */
int reader_folder(struct store_reader *r, uint32_t account, const char *name, struct store_folder *out, struct err *e);

/* --- rows: a place and its message --- */
struct store_row {
	uint32_t folder, uid;
	int64_t mid;          /* for store_row_put: 0 picks one; that of a message already here shares it */
	uint32_t flags;       /* MSG_ bits, with MSG_ATTACHMENT and MSG_INVITE */
	uint64_t size;        /* octets of the whole message */
	int64_t received;     /* seconds, INTERNALDATE */
	struct msg_date date; /* the Date field */
	char *subject, *msgid, *list, *preview; /* owned; msgid, list, preview may be NULL */
	GPtrArray *from, *to, *cc;              /* struct msg_addr *; owned */
	GPtrArray *keywords;                    /* char *: opaque ones; owned, may be NULL */
	char *thread;                           /* a stable id: the first reference, else the own id; may be NULL */
	int attachments;                        /* -1: not known yet */
};
void store_row_clear(struct store_row *row);
void store_row_free(struct store_row *row); /* clear + g_free */
GPtrArray *store_rows_new(void);            /* of struct store_row *, freeing */

/* A transaction on the cache. The caller keeps it under STORE_BATCH rows and 50 ms of CPU. */
int store_begin(struct store *st, struct err *e);
int store_commit(struct store *st, struct err *e);
void store_rollback(struct store *st);

/* Inserts a place with its message, or updates an existing place's flags. */
int store_row_put(struct store *st, const struct store_row *row, struct err *e);
int store_flags_put(struct store *st, uint32_t folder, uint32_t uid, uint32_t flags, const GPtrArray *keywords,
	bool *changed_out, struct err *e); /* no such place: 0, unchanged */
int store_row_del(struct store *st, uint32_t folder, uint32_t uid, struct err *e);
/* UIDs (guint32) of the cached places in [lo, hi], ascending; for the diff with the server. */
int store_uids(struct store *st, uint32_t folder, uint32_t lo, uint32_t hi, GArray *uids_out, struct err *e);
/* Part tree of a message and what follows from it (attachment and invitation flags). Putting for a place
 * that is not there is ERR_MISSING, getting finds nothing. */
int store_structure_put(struct store *st, uint32_t folder, uint32_t uid, struct msg_part *root, struct err *e);
int store_structure_get(struct store *st, uint32_t folder, uint32_t uid, struct msg_part **out,
	struct err *e); /* *out NULL: not known */
/* Decoded or raw pieces kept by section ("TEXT:1" and the like are the caller's words). Small ones in the
 * database (at most 256 KB), larger ones as files in parts/. */
int store_part_put(
	struct store *st, uint32_t folder, uint32_t uid, const char *section, struct str bytes, struct err *e);
int store_part_get(struct store *st, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e);

/* --- windows: what a list shows --- */
enum store_order { ORDER_RECEIVED, ORDER_DATE, ORDER_FROM, ORDER_SUBJECT, ORDER_SIZE };
enum store_anchor { ANCHOR_TOP, ANCHOR_BOTTOM, ANCHOR_BELOW, ANCHOR_ABOVE, ANCHOR_AT };
struct store_window {
	uint32_t folder;
	enum store_order order;   /* other than RECEIVED: TOP only */
	enum store_anchor anchor; /* BELOW, ABOVE, AT: relative to (mid, uid); AT starts with it */
	int64_t mid;
	uint32_t uid;
	unsigned rows; /* 0: all */
};
/* Rows newest first whatever the anchor. Costs the same in a folder of any size (ORDER_RECEIVED). */
int reader_window(struct store_reader *r, const struct store_window *w, GPtrArray *rows_out, struct err *e);
int reader_row(
	struct store_reader *r, uint32_t folder, uint32_t uid, struct store_row *out, struct err *e); /* ERR_MISSING */
/* How many rows of the folder stand above it in ORDER_RECEIVED. Grows with the answer: for status lines only. */
int reader_position(
	struct store_reader *r, uint32_t folder, int64_t mid, uint32_t uid, uint32_t max, uint32_t *out, struct err *e);
/* Places of a Message-ID: rows with folder and uid; at most 100. */
int reader_by_msgid(struct store_reader *r, const char *msgid, GPtrArray *rows_out, struct err *e);
int reader_structure(struct store_reader *r, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e);
int reader_part(struct store_reader *r, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e);

/* The mid for a newly received message: clamped, never used so far and not handed out before in the open
 * transaction. For a server's rows mid 0 in store_row_put is better: it keeps those of one second in the
 * order of their UIDs. */
int store_mid_new(struct store *st, int64_t received, int64_t *mid_out, struct err *e);

#endif
