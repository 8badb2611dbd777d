/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is kept on disk: the cache (disposable) and the state (the user's).
 *
 * Knows no protocol and no screen. Two faces: `struct store` is the writer, owned by the engine's thread;
 * `struct store_reader` is a read-only connection owned by the reader's thread. The writer makes and migrates
 * files; the reader opens after it. Reader functions copy their rows and reset before they return, so that
 * no read transaction outlives an answer. A message is not its place: mid = received seconds << 24 | counter,
 * never used twice; a place is folder << 33 | k with k the UID, or 1 << 32 | a local number until a server names
 * one. The user's changes, letters and drafts are rows of the state: each call on them is one durable transaction.
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
/* What the user must be told of the opening (a state set aside as damaged, changes that were lost or are damaged),
 * or NULL; borrowed until the next call that changes the state. */
const char *store_notice(const struct store *st);
/* Of an error's text: another process has made the file anew, and this one has to be started again to see it. */
bool store_is_moved(const char *error);
/* The cache is damaged: the next opening leaves it behind as an old generation and starts a new one. */
void store_mark_bad(struct store *st);
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
	uint64_t caps;       /* capabilities after the last login, bits as the engine gives them; 0: never */
	uint64_t caps_off;   /* offered, and found not to work on this server */
	int auth_used;       /* the mechanism of the last good login, as the engine gives it; 0: none */
	int64_t checked;     /* wall seconds of the last check of what the server says against what it has */
	uint64_t size_max; /* of a submission server: octets of a message it takes, as of last_poll; 0: it told none */
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
struct store_ledger_day {
	int64_t day; /* days since 1970 */
	struct store_ledger sums;
};
/* Appends struct store_ledger_day * (g_free) from the day of since_wall on, ascending; days without contact are left
 * out. account 0: all together. */
int store_ledger_days(struct store *st, uint32_t account, int64_t since_wall, GPtrArray *out, struct err *e);
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
#define FOLDER_SUBSCRIBED (1u << 4)
#define FOLDER_PINNED (1u << 5)  /* by the mailrc: kept in agreement as the inbox is */
#define FOLDER_OTHER (1u << 6)   /* another user's (RFC 2342) */
#define FOLDER_SHARED (1u << 7)  /* nobody's own */
#define FOLDER_SKIPPED (1u << 8) /* by the mailrc: only when it is opened or named */
#define FOLDER_FOREIGN (FOLDER_OTHER | FOLDER_SHARED)

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
	uint32_t rows;                 /* places in the cache that the server has named */
	uint32_t rows_local;           /* those it has not */
	uint32_t rows_unseen;          /* of both */
	uint32_t threads;              /* to which all these belong */
	uint32_t heir_of; /* its number before UIDVALIDITY changed, while the old places may be taken over; 0: none */
	uint32_t filled_down_to; /* every UID at or above it is cached; 0: nothing yet */
	bool complete;           /* filled down to the oldest */
	uint64_t highestmodseq;
	int64_t last_sync; /* wall seconds, 0: never */
	char *rights;      /* what the account may do with it (RFC 4314, letters); NULL: not told; owned */
	char *mailboxid;   /* stays when it is renamed (RFC 8474); NULL: not told; owned */
	bool sized;        /* STATUS told its size: */
	uint64_t size;     /* octets on the server */
};
void store_folder_clear(struct store_folder *f);
GPtrArray *store_folders_new(void); /* of struct store_folder *, freeing */

/* Inserts (id 0) or updates by id; f->id is set. The counts of rows and threads and heir_of are kept by the store. */
int store_folder_put(struct store *st, struct store_folder *f, struct err *e);
int store_folder_get(struct store *st, uint32_t id, struct store_folder *out, struct err *e);
int store_folder_find(struct store *st, uint32_t account, struct str raw, struct store_folder *out, struct err *e);
int store_folders(struct store *st, uint32_t account, GPtrArray *out, struct err *e);
/* Renamed on the server: the number and all places stay. raw is the new name; folders below it (their raw name begins
 * with its old one and the delimiter) are renamed too, in raw and in shown name. */
int store_folder_name(struct store *st, uint32_t id, const char *raw, const char *name, struct err *e);
/* A changed UIDVALIDITY: the folder gets a new number (f->id) and no places but the local ones. The old ones are seen
 * by nobody and wait under f->heir_of until store_rekey_end. */
int store_folder_renumber(struct store *st, struct store_folder *f, uint32_t uidvalidity, struct err *e);
/* A message the server has under uid in the renumbered folder f: if an old place has its identity, that place becomes
 * (f, uid) with the same mid and these flags, and nothing of it is fetched again. Without a Message-ID (NULL) one old
 * place alone may have that size and date. */
int store_rekey(struct store *st, const struct store_folder *f, uint32_t uid, const char *msgid, uint64_t size,
	int64_t received, uint32_t flags, const GPtrArray *keywords, bool *found_out, struct err *e);
/* The rest of the old places may be swept. */
int store_rekey_end(struct store *st, struct store_folder *f, struct err *e);
int store_folder_drop(struct store *st, uint32_t id, struct err *e);
/* How much room the account has on its server, in octets, as of `wall`; limit 0: not told. */
struct store_quota {
	uint64_t used, limit;
	int64_t wall;
};
int store_quota_put(struct store *st, uint32_t account, const struct store_quota *q, struct err *e);
int store_quota_get(struct store *st, uint32_t account, struct store_quota *out, struct err *e);
/* Places and messages of dropped and renumbered folders are seen no more at once and removed by and by:
 * one small transaction a call, in idle time, until *more_out is false. */
int store_sweep(struct store *st, bool *more_out, struct err *e);
/* So many messages came at once that some may not be in the thread of an older one yet: store_sweep looks. */
bool store_threads_unsure(struct store *st);
/* Numbers that go with a folder's number, and away with it. */
enum store_note {
	NOTE_FLOOR, /* the newest that was let go, or met last when filling, below filled_down_to: wall seconds */
	NOTE_FLAGS, /* old flags: this UID and those above it were looked at in this round */
};
int store_note_get(struct store *st, uint32_t folder, enum store_note what, int64_t *out, struct err *e); /* 0: none */
int store_note_put(struct store *st, uint32_t folder, enum store_note what, int64_t value, struct err *e);
int reader_folders(struct store_reader *r, uint32_t account, GPtrArray *out, struct err *e);
/* By the name shown: exact, else without ASCII case. ERR_MISSING. */
int reader_folder(struct store_reader *r, uint32_t account, const char *name, struct store_folder *out, struct err *e);

/* cache drop --account: all its folders, in the cache only. store_sweep does the work. */
int store_account_forget(struct store *st, uint32_t account, struct err *e);

/* --- rows: a place and its message --- */
struct store_row {
	uint32_t folder, uid;
	uint32_t local;       /* 0, or the local number of a place no server has named: uid is 0 */
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
	char *emailid;                          /* of the server (RFC 8474): on its way in only; owned, may be NULL */
	GPtrArray *refs; /* char *: what it refers to (msg_thread_refs): on its way in only; owned, may be NULL */
	/* of windows by threads */
	int64_t in_thread;         /* the same for all lines of a thread; 0: no such window */
	struct store_thread *head; /* of a thread's first line; owned; NULL: another line */
	unsigned depth;            /* 0: not below another */
	uint32_t bars;             /* bit i: another answer to the same message follows further down, at depth i + 1 */
	bool same_subject;         /* as the line it stands below */
};
void store_row_clear(struct store_row *row);
void store_row_free(struct store_row *row); /* clear + g_free */
struct store_place store_row_place(const struct store_row *row);
GPtrArray *store_rows_new(void); /* of struct store_row *, freeing */

/* A transaction on the cache. The caller keeps it under STORE_BATCH rows and 50 ms of CPU. */
int store_begin(struct store *st, struct err *e);
int store_commit(struct store *st, struct err *e);
void store_rollback(struct store *st);

/* Inserts a place with its message, or updates an existing place's flags. No two places of a folder have one mid: where
 * the given one stands in the folder already, a copy of the message with its texts gets another. */
int store_row_put(struct store *st, const struct store_row *row, struct err *e);
int store_flags_put(struct store *st, uint32_t folder, uint32_t uid, uint32_t flags, const GPtrArray *keywords,
	bool *changed_out, struct err *e); /* no such place: 0, unchanged */
int store_row_del(struct store *st, uint32_t folder, uint32_t uid, struct err *e);
/* UIDs (guint32) of the cached places in [lo, hi], ascending; for the diff with the server. */
int store_uids(struct store *st, uint32_t folder, uint32_t lo, uint32_t hi, GArray *uids_out, struct err *e);
/* UIDs (guint32) at the given ranks (from 0, ascending) among the places with a UID at or above lo; ranks past the end
 * give none. One walk along the keys, up to the last rank. */
int store_uids_at(
	struct store *st, uint32_t folder, uint32_t lo, const uint32_t *ranks, unsigned n, GArray *out, struct err *e);
int store_uids_count(struct store *st, uint32_t folder, uint32_t lo, uint32_t hi, uint32_t *count_out, struct err *e);
/* The message with that identity anywhere in this account's cache, else 0: for rows that are new, to share text and
 * parts. msgid NULL finds nothing. */
int store_same_message(struct store *st, uint32_t account, const char *msgid, uint64_t size, int64_t received,
	int64_t *mid_out, struct err *e);

/* The same by what the server calls the message wherever it lies (RFC 8474). 0: not met. */
int store_email_find(struct store *st, uint32_t account, const char *emailid, int64_t *mid_out, struct err *e);
int store_email_put(
	struct store *st, uint32_t account, uint32_t folder, uint32_t uid, const char *emailid, struct err *e);

/* A place by its UID or, when no server has named it yet, by its local number; the other one is 0. */
struct store_place {
	uint32_t folder, uid, local;
};
int store_place_get(struct store *st, struct store_place at, struct store_row *out, struct err *e); /* ERR_MISSING */
int store_place_mid(struct store *st, struct store_place at, int64_t *mid_out, struct err *e);      /* not there: 0 */
/* The mid, and with it all text, stays. Where `to` is a place already, `from` is dropped. from absent: ERR_MISSING. */
int store_place_move(struct store *st, struct store_place from, struct store_place to, struct err *e);
int store_place_copy(
	struct store *st, struct store_place from, struct store_place to, struct err *e); /* shares the mid */
int store_place_drop(struct store *st, struct store_place at, struct err *e);             /* not there: 0 */
int store_place_flags(struct store *st, struct store_place at, uint32_t flags, const GPtrArray *keywords,
	struct err *e); /* not there: 0 */
/* Places (struct store_place) of the account that no server has named, and those in folder 0, whoever's they are. */
int store_places_local(struct store *st, uint32_t account, GArray *out, struct err *e);

/* Part tree of a message and what follows from it (attachment and invitation flags). Putting for a place
 * that is not there is ERR_MISSING, getting finds nothing. */
int store_structure_put_at(struct store *st, struct store_place at, struct msg_part *root, struct err *e);
int store_structure_get_at(
	struct store *st, struct store_place at, struct msg_part **out, struct err *e); /* *out NULL: not known */
/* Decoded or raw pieces kept by section ("TEXT:1" and the like are the caller's words). Small ones in the
 * database (at most 256 KB), larger ones as files in parts/. Getting one notes the day, for store_evict. */
int store_part_put_at(struct store *st, struct store_place at, const char *section, struct str bytes, struct err *e);
int store_part_get_at(
	struct store *st, struct store_place at, const char *section, struct buf *out, bool *found_out, struct err *e);
/* The same piece by piece, however large: nothing is kept of one that is not ended. end leaves *in NULL in any case. */
struct store_incoming;
struct store_incoming *store_incoming_new(struct store *st, struct store_place at, const char *section, struct err *e);
int store_incoming_feed(struct store_incoming *in, struct str bytes, struct err *e);
int store_incoming_end(struct store_incoming **in, struct err *e);
void store_incoming_abort(struct store_incoming **in); /* NULL is a no-op */
/* *out NULL: it is not kept. read: *got_out 0 is the end. */
struct store_outgoing;
int store_outgoing_open(
	struct store *st, struct store_place at, const char *section, struct store_outgoing **out, struct err *e);
int store_outgoing_read(struct store_outgoing *out, char *p, size_t n, size_t *got_out, struct err *e);
void store_outgoing_free(struct store_outgoing *out); /* NULL is a no-op */
/* The same of a place with a UID. */
int store_structure_put(struct store *st, uint32_t folder, uint32_t uid, struct msg_part *root, struct err *e);
int store_structure_get(struct store *st, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e);
int store_part_put(
	struct store *st, uint32_t folder, uint32_t uid, const char *section, struct str bytes, struct err *e);
int store_part_get(struct store *st, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e);
/* Whether it is there, and how large (octets), without reading it. */
int store_part_has(struct store *st, uint32_t folder, uint32_t uid, const char *section, bool *found_out,
	uint64_t *octets_out, struct err *e);

/* --- keeping and forgetting (cache) --- */
struct store_usage {
	uint64_t messages, places;
	uint64_t text_bytes, part_bytes; /* kept parts that are text (headers too), and others */
	uint64_t file_bytes;             /* of these, what lies in files */
	uint64_t database_bytes;         /* the whole cache's file, whatever account */
};
int store_usage(struct store *st, uint32_t account, struct store_usage *out, struct err *e); /* account 0: all */
/* Text parts of an account (0: of all), or its other ones, until at most `bytes` are kept of them: least recently used
 * first, by the day; within a day those of the oldest messages. */
struct store_eviction {
	uint32_t account;
	bool text;
	uint64_t bytes;
	/* the store's own: what it counted first, and how far it came */
	bool counted;
	uint64_t sum;
	int64_t used, mid, size, id;
};
void store_eviction_init(struct store_eviction *v, uint32_t account, bool text, uint64_t bytes);
/* Goes on with it: a few hundred are looked at and at most STORE_BATCH parts dropped a call, *more_out as store_sweep.
 * Never of a mid in keep (gint64 *, as a set; may be NULL). */
int store_evict(struct store *st, struct store_eviction *v, GHashTable *keep, bool *more_out, struct err *e);
/* UIDs (uint32_t) of a folder's messages of which no text is kept, newest first: `look` messages are looked at, below the
 * mid *below (INT64_MAX: from the top) and received at `since` or later. *below moves on, and is 0 when there are no
 * more; the octets of text that are kept of those looked at are added to *kept_out. */
int store_textless(struct store *st, uint32_t folder, int64_t since, unsigned look, int64_t *below, GArray *uids_out,
	uint64_t *kept_out, struct err *e);
/* Drops a folder's named places from the lowest UID upward, while they were received before older_than and are not among
 * the keep_newest highest; those of a mid in keep stay. filled_down_to, complete and NOTE_FLOOR follow. STORE_BATCH a
 * call. */
int store_evict_rows(struct store *st, uint32_t folder, int64_t older_than, uint32_t keep_newest, GHashTable *keep,
	bool *more_out, struct err *e);
/* Every page of both files and every sum in them. True: sound; else findings are appended, char * (g_free), and the next
 * opening mends the file: a new cache, a state without what is damaged. */
bool store_check(struct store *st, GPtrArray *faults_out, struct err *e);

/* --- threads: RFC 5256's REFERENCES, kept as messages come and go, across folders and accounts --- */
#define STORE_THREAD_MAX 10000  /* messages: what comes then begins another */
#define STORE_THREAD_LINES 1000 /* of one thread in a window, the newest */
struct store_member {
	struct store_place at;
	uint32_t flags;
};
/* What a thread is in one folder. */
struct store_thread {
	int64_t newest;   /* its newest mid in the folder: what orders it, and the anchor of windows */
	int64_t when;     /* wall seconds: that one's date */
	GArray *members;  /* struct store_member: its messages in the folder, newest first; never empty; owned */
	char *subject;    /* of the first message of it that is known; owned */
	GPtrArray *names; /* char *: who wrote them, each once, the first first; at most STORE_THREAD_NAMES; owned */
	unsigned writers; /* how many there are of them, up to STORE_THREAD_LINES */
	bool elsewhere;   /* other folders have messages of it */
	bool folded;      /* this is its only line, of its oldest unread message, else of the newest */
};
#define STORE_THREAD_NAMES 3
void store_thread_free(struct store_thread *t); /* NULL is a no-op */
unsigned store_thread_unseen(const struct store_thread *t);

/* --- windows: what a list shows --- */
enum store_order { ORDER_RECEIVED, ORDER_DATE, ORDER_FROM, ORDER_SUBJECT, ORDER_SIZE };
extern const char *const store_order_names[ORDER_SIZE + 1]; /* "received", "date", .. */
enum store_anchor { ANCHOR_TOP, ANCHOR_BOTTOM, ANCHOR_BELOW, ANCHOR_ABOVE, ANCHOR_AT, ANCHOR_THREAD, ANCHOR_NEAR };
struct store_window {
	uint32_t folder;
	enum store_anchor
		anchor; /* BELOW, ABOVE, AT, NEAR: relative to (mid, uid); AT starts with it, NEAR is round it */
	int64_t mid;
	uint32_t uid;
	unsigned rows;     /* 0: all */
	uint32_t position; /* of a selection: where (mid, uid) is believed to stand, should it be gone */
	/* By threads, the one with the newest message of the folder first: BELOW, ABOVE and AT are relative to
	 * a `newest`; THREAD is AT that of the message mid. Whole threads come until `rows` lines are reached: fewer lines
	 * mean the end. An unfolded one has a line for each of its messages in the folder, and for those elsewhere in the
	 * account, save Trash, Junk and Drafts. */
	bool threads;
	bool unfolded;        /* all but those of `turned`; else only those */
	const GArray *turned; /* int64_t, in_thread of them; borrowed, NULL: none */
};
/* Rows newest first whatever the anchor. Costs the same in a folder of any size. */
int reader_window(struct store_reader *r, const struct store_window *w, GPtrArray *rows_out, struct err *e);
int reader_row(
	struct store_reader *r, uint32_t folder, uint32_t uid, struct store_row *out, struct err *e); /* ERR_MISSING */
int reader_row_at(struct store_reader *r, struct store_place at, struct store_row *out, struct err *e);
/* How many rows of the folder stand above it. Grows with the answer: for status lines only. */
int reader_position(
	struct store_reader *r, uint32_t folder, int64_t mid, uint32_t uid, uint32_t max, uint32_t *out, struct err *e);
/* Places of a Message-ID: rows with folder and uid; at most 100. */
int reader_by_msgid(struct store_reader *r, const char *msgid, GPtrArray *rows_out, struct err *e);
int store_by_msgid(struct store *st, const char *msgid, GPtrArray *rows_out, struct err *e); /* the same */
int reader_structure(struct store_reader *r, uint32_t folder, uint32_t uid, struct msg_part **out, struct err *e);
int reader_part(struct store_reader *r, uint32_t folder, uint32_t uid, const char *section, struct buf *out,
	bool *found_out, struct err *e);
int reader_structure_at(struct store_reader *r, struct store_place at, struct msg_part **out, struct err *e);
int reader_part_at(struct store_reader *r, struct store_place at, const char *section, struct buf *out, bool *found_out,
	struct err *e);

/* --- filters (filter.c): is this message meant? --- */
enum filter_op {
	FILTER_AND,         /* all of `of`; of none: every message */
	FILTER_OR,          /* one of `of` */
	FILTER_NOT,         /* not the one of `of` */
	FILTER_TEXT,        /* `text` stands in one of `fields` */
	FILTER_FLAGS,       /* one of `flags` is set */
	FILTER_KEYWORD,     /* it has the keyword `text` */
	FILTER_RECEIVED,    /* low <= seconds < high; so the next three */
	FILTER_DATE,        /* the Date field; received where there is none */
	FILTER_SIZE,        /* octets */
	FILTER_ATTACHMENTS, /* as far as they are known */
};
#define FILTER_FROM (1u << 0)
#define FILTER_TO (1u << 1)
#define FILTER_CC (1u << 2)
#define FILTER_SUBJECT (1u << 3)
#define FILTER_LIST (1u << 4)
#define FILTER_MSGID (1u << 5)
#define FILTER_PARTS_MAX 200 /* of one filter */
#define FILTER_DEPTH_MAX 20
struct store_filter {
	enum filter_op op;
	GPtrArray *of;   /* struct store_filter *, freeing; NULL: it has no parts */
	unsigned fields; /* FILTER_FROM.. */
	char *text;      /* owned; TEXT: as utf8_fold() makes it */
	uint32_t flags;  /* MSG_ */
	int64_t low, high;
};
struct store_filter *store_filter_new(enum filter_op op);
void store_filter_free(struct store_filter *f);                           /* NULL is a no-op */
void store_filter_add(struct store_filter *f, struct store_filter *part); /* takes part; f: AND, OR, NOT */
struct store_filter *store_filter_text(unsigned fields, struct str text); /* folds it */
struct store_filter *store_filter_flags(uint32_t flags);
struct store_filter *store_filter_copy(const struct store_filter *f); /* NULL gives NULL */

/* --- selections (select.c): a list that is no folder in the order it came in --- */
struct store_choice {
	GArray *folders; /* uint32_t */
	enum store_order order;
	bool reverse;                /* received, date, size: the oldest or smallest first; from, subject: the last */
	bool outgoing;               /* ORDER_FROM goes by whom it is to */
	struct store_filter *filter; /* NULL: all */
	GArray *keep;      /* int64_t: mids that are shown whatever the filter says, at most CHOICE_KEEP_MAX */
	uint32_t expected; /* rows of the folders, about */
};
#define CHOICE_KEEP_MAX 1000
struct store_choice *store_choice_new(void);
void store_choice_free(struct store_choice *c); /* NULL is a no-op */
struct store_choice *store_choice_copy(const struct store_choice *c);

/* The places chosen, 16 octets each (while sorting up to 32 more). It is made by steps, none of which takes long or keeps
 * a transaction open; rows are read when they are asked for, so they are as new as the cache. */
#define SELECTION_MAX (4u << 20) /* places; more are not shown */
struct store_selection;
struct store_selection *selection_new(struct store_choice *c); /* takes c */
void selection_free(struct store_selection *s);                /* NULL is a no-op */
/* Looks at a few hundred messages more. */
int selection_step(struct store_reader *r, struct store_selection *s, struct err *e);
bool selection_is_whole(const struct store_selection *s);
/* Places found so far that have their position already: in another order than RECEIVED none before it is whole. */
uint32_t selection_total(const struct store_selection *s);
/* Where a message stands: looked for at `guess` first. False: nowhere; *out is then where it would, as far as the order
 * tells that, else guess or the end. */
bool selection_find(const struct store_selection *s, int64_t mid, uint32_t guess, uint32_t *out);
/* The rows from that position on. Places that are gone by now are left out. */
int selection_rows(struct store_reader *r, const struct store_selection *s, uint32_t from, unsigned rows,
	GPtrArray *rows_out, struct err *e);
struct store_place selection_place(const struct store_selection *s, uint32_t position);
/* Moves with each commit of the cache's writer. */
int reader_version(struct store_reader *r, int64_t *version_out, struct err *e);

/* How a folder, by its shown name, was looked at last (state): bits as the front gives them. 0: nothing is remembered. */
int store_view_put(struct store *st, uint32_t account, const char *name, uint32_t view, struct err *e);
int reader_view(struct store_reader *r, uint32_t account, const char *name, uint32_t *view_out, struct err *e);

/* The mid for a newly received message: clamped, never used so far and not handed out before in the open
 * transaction. For a server's rows mid 0 in store_row_put is better: it keeps those of one second in the
 * order of their UIDs. */
int store_mid_new(struct store *st, int64_t received, int64_t *mid_out, struct err *e);

/* --- requests (state): what the user wants changed on a server --- */
enum change_op {
	CHANGE_FLAG,
	CHANGE_MOVE,
	CHANGE_COPY,
	CHANGE_EXPUNGE,
	CHANGE_APPEND,
	CHANGE_CREATE,
	CHANGE_RENAME,
	CHANGE_DELETE,
	CHANGE_SUBSCRIBE,
	CHANGE_UNSUBSCRIBE,
	CHANGE_EMPTY,
	CHANGE_SYNC
};
extern const char *const change_op_names[]; /* "flag", "move", .. */
enum change_state {
	CHANGE_OPEN,  /* not begun */
	CHANGE_BEGUN, /* commands may have reached the server */
	CHANGE_DONE,
	CHANGE_FAILED,
	CHANGE_PARKED, /* the folder was renumbered and messages could not be found again: the user decides */
	CHANGE_UNDONE  /* taken back before it began */
};

struct store_change_item {
	uint32_t id;    /* never used twice; the local number of its place in the target */
	uint32_t uid;   /* source; 0: the place was local when the change was made: */
	uint32_t local; /* .. that number (the id of the item that makes it) */
	uint64_t size;  /* the guard: what the message must be */
	int64_t received;
	char *msgid; /* owned */
	uint32_t flags_before;
	GPtrArray *keywords_before; /* FLAG: for the inverse; owned, may be NULL */
	uint32_t target_uid;        /* once known */
	enum change_state state;    /* OPEN, DONE, FAILED; a message that was gone already is DONE with target_uid 0 */
	uint64_t kept;              /* the store's own: what the row says */
};

/* One action on one folder. Names are the server's, so that they survive the loss of the cache. */
struct store_change {
	uint32_t id; /* 0: new */
	uint32_t account;
	enum change_op op;
	char *folder, *target; /* raw names; NULL where there is none; owned */
	uint32_t uidvalidity;  /* of folder when it was made */
	uint32_t target_uidnext,
		target_uidvalidity;                /* noted before the first command that adds to target; 0: not yet */
	uint32_t add, remove;                      /* FLAG (APPEND: add) */
	GPtrArray *add_keywords, *remove_keywords; /* char *; owned, may be NULL */
	char *path;                                /* APPEND: the spool file; owned */
	uint64_t size;
	char *sha256;
	int step; /* how far the engine came: its own numbers */
	enum change_state state;
	uint32_t undoes, undone_by; /* the change this one takes back, and the other way round; 0: none */
	uint32_t group; /* changes of one key press or command share it (id of the first): undo takes all; 0: its own */
	int64_t made, tried, ended; /* wall seconds; made 0: now */
	unsigned attempts;
	char *owner;          /* "screens", "batch 1234"; owned */
	char *error, *server; /* why it failed or waits, and the server's words; owned */
	bool person;          /* a person waits or asked */
	GPtrArray *items;     /* struct store_change_item *; owned */
};
struct store_change *store_change_new(enum change_op op, uint32_t account);
void store_change_free(struct store_change *c);
GPtrArray *store_changes_new(void);                                      /* of struct store_change *, freeing */
struct store_change_item *store_change_item_add(struct store_change *c); /* owned by c */

/* New (id 0): ids are given to it and its items. Else all fields and items are rewritten.
 * A row that another process changed meanwhile is respected: writing anything over a change that was taken back, or
 * taking back one that has begun or is done, is ERR_CANCELED; an undone_by of the row stays where c's is 0. */
int store_change_put(struct store *st, struct store_change *c, struct err *e);
/* Several in one transaction; where the group of new ones is 0 it is the id of the first. */
int store_changes_put(struct store *st, GPtrArray *changes, struct err *e);
int store_change_step(struct store *st, const struct store_change *c, struct err *e); /* without the items: cheap */
/* Items' target_uid and state only, and only of items where these differ from the row. */
int store_change_items(struct store *st, const struct store_change *c, struct err *e);
int store_change_get(struct store *st, uint32_t id, struct store_change **out, struct err *e);       /* ERR_MISSING */
int store_change_of_item(struct store *st, uint32_t item, struct store_change **out, struct err *e); /* ERR_MISSING */
/* The spool files of all changes kept: path (g_free) -> its change's state, of several the one that still needs it. */
int store_change_paths(struct store *st, GHashTable *out, struct err *e);
/* Open and begun ones of the account (0: all), in the order they were made. */
int store_changes_open(struct store *st, uint32_t account, GPtrArray *out, struct err *e);
/* Ids (guint32) of the newest n groups that can be taken back, newest first: not undone, not failed, no undo itself,
 * and of a kind that has an inverse (EXPUNGE, DELETE and EMPTY only while they have not begun; SYNC never). */
int store_changes_undoable(struct store *st, unsigned n, GArray *groups_out, struct err *e);
int store_changes_group(struct store *st, uint32_t group, GPtrArray *out, struct err *e); /* in the order made */
/* What became of a local number: the UID in the target folder, 0 while unknown. ERR_MISSING. */
int store_change_local(struct store *st, uint32_t item, uint32_t *uid_out, enum change_state *state_out, struct err *e);
int reader_change_local(
	struct store_reader *r, uint32_t item, uint32_t *uid_out, enum change_state *state_out, struct err *e);
/* Where a message moved, as far as the changes kept say, through several moves: g_free *folder_out (raw); *uid_out 0:
 * not known yet. ERR_MISSING. */
int reader_moved_to(struct store_reader *r, uint32_t account, const char *folder, uint32_t uidvalidity, uint32_t uid,
	char **folder_out, uint32_t *uid_out, struct err *e);
/* Newest first; all: ended ones too. most 0: no bound. */
int reader_changes(struct store_reader *r, bool all, unsigned most, GPtrArray *out, struct err *e);
int store_changes_sweep(struct store *st, int64_t older_than_wall, struct err *e); /* ended ones */
/* Moves whenever another connection changed the state. */
int store_state_version(struct store *st, int64_t *version_out, struct err *e);

/* --- outbox (state): the only way out --- */
enum mail_state {
	MAIL_HELD,     /* leaves by itself at `due` (undo window, --at), or when the user lets it go (due 0: never) */
	MAIL_QUEUED,   /* as soon as it can */
	MAIL_SENDING,  /* claimed by a process; step says how far */
	MAIL_ACCEPTED, /* 2xx to the end of the data */
	MAIL_REFUSED,  /* a final no: back to the user */
	MAIL_MAYBE,    /* the answer to the end of the data was lost: never resent by itself */
	MAIL_DEFERRED, /* tried again at `due` */
	MAIL_DROPPED,  /* the user took it back before it left */
};
extern const char
	*const mail_state_names[]; /* "held", "queued", "sending", "sent", "refused", "maybe", "deferred", "dropped" */
enum mail_step {
	MAIL_STEP_NONE,
	MAIL_STEP_ENVELOPE,
	MAIL_STEP_DATA,
	MAIL_STEP_END /* noted before the last octet may leave */
};
enum copy_state {
	COPY_NONE,
	COPY_WANTED,
	COPY_BEGUN,
	COPY_STORED,
	COPY_FAILED,
	COPY_FOUND /* the provider files Sent itself */
};

struct store_rcpt {
	char *addr;            /* owned */
	enum mail_state state; /* QUEUED, ACCEPTED, REFUSED, DEFERRED */
	int code;
	char *text; /* owned, NULL: the server's words; later a delivery report's */
};
#define STORE_DIALOGUE_MAX 8192
struct store_mail {
	uint32_t id;      /* 0: new */
	uint32_t account; /* whose server and Sent folder */
	enum mail_state state;
	enum mail_step step;
	char *key;    /* --id KEY of batch: one letter a key and account; NULL; owned, as all strings here */
	char *msgid;  /* without <> */
	char *from;   /* header From's address: the identity it was sent as */
	char *sender; /* reverse-path */
	char *subject;
	char *path;      /* spool file name (no directory): the bytes for the wire */
	char *copy_path; /* the own copy's bytes where they differ (Bcc kept); NULL: path */
	char *sha256, *copy_sha256;
	uint64_t size, copy_size;
	bool eight_bit, utf8, partial;
	char *notify, *ret;              /* DSN; NULL */
	GPtrArray *rcpts;                /* struct store_rcpt *; never NULL */
	int64_t made, due, tried, ended; /* wall seconds; made 0: now */
	unsigned attempts;
	int code;                      /* of the deciding reply, 0: none */
	char *enhanced, *text, *error; /* the server's words; our detail */
	char *stage;                   /* "mail", "rcpt", .. where it ended; NULL */
	char *owner;                   /* of the claim: "PID BOOTID"; NULL */
	enum copy_state copy;
	char *copy_folder; /* raw name once known; NULL: by role */
	uint32_t copy_uidvalidity, copy_uidnext, copy_uid;
	char *copy_error;
	uint32_t change; /* the APPEND that files it; 0 */
	/* What it answers or forwards, to be marked after it was accepted; account 0: nothing. */
	uint32_t parent_account, parent_uidvalidity, parent_uid;
	char *parent_folder; /* raw */
	char *parent_msgid;
	uint32_t parent_flag; /* MSG_ANSWERED or MSG_FORWARDED; 0 once marked */
	/* What the server and we said in its tries, the newest last, without secrets and octets of the letter, cut off at
	 * its beginning to STORE_DIALOGUE_MAX octets; lines end in LF; NULL. */
	char *dialogue;
	uint32_t draft;   /* the draft it came from: back to it by undo and after a refusal; 0 */
	uint32_t writing; /* the store's own: which writing of the row this is */
};
struct store_mail *store_mail_new(uint32_t account);
void store_mail_free(struct store_mail *m);
struct store_rcpt *store_mail_add(struct store_mail *m, const char *addr); /* owned by m */
GPtrArray *store_mails_new(void);
/* New (id 0), or all fields and recipients rewritten. A key that is taken: ERR_CREATE, *m unchanged but id is that of the
 * other row. m must be the newest writing of the row, as a get, claim or put of this value left it: if it was written
 * since (claimed, dropped, ended, its copy begun, by whomever), ERR_CANCELED. A state other than SENDING ends the claim:
 * owner becomes NULL. A damaged row: ERR_LOCAL, and it is set aside when it is listed. */
int store_mail_put(struct store *st, struct store_mail *m, struct err *e);
int store_mail_get(struct store *st, uint32_t id, struct store_mail **out, struct err *e); /* ERR_MISSING */
/* HELD past its due, QUEUED or DEFERRED past its due becomes SENDING with that owner, in one transaction; tried is now,
 * and attempts is one more. *out NULL: another process has it, or nothing is due. account 0: any. One at a time, oldest
 * first. Where the clock was set back since the wait began, the wait begins now (but dates more than an hour off stay). */
int store_mail_claim(
	struct store *st, uint32_t account, int64_t now, const char *owner, struct store_mail **out, struct err *e);
/* Only the step, without making the owner's value stale; ERR_CANCELED: the row is not that owner's any more. */
int store_mail_step(struct store *st, uint32_t id, const char *owner, enum mail_step step, struct err *e);
/* Takes back what has not begun (HELD, QUEUED, DEFERRED): DROPPED; ERR_CANCELED when it has. */
int store_mail_drop(struct store *st, uint32_t id, struct err *e);
/* Claims whose owner `alive` denies: before MAIL_STEP_END they are QUEUED again, from there on MAYBE. */
int store_mails_orphaned(struct store *st, bool (*alive)(const char *owner, void *aux), void *aux,
	GPtrArray *changed_out, struct err *e);
/* Not ended (MAYBE is not), or accepted with a copy WANTED or BEGUN or a mark left to do; oldest first. */
int store_mails_open(struct store *st, uint32_t account, GPtrArray *out, struct err *e);
int64_t store_mail_next_due(struct store *st, uint32_t account, struct err *e); /* wall seconds; 0: none; -1 */
/* For reports; ERR_MISSING. */
int store_mail_by_msgid(struct store *st, const char *msgid, struct store_mail **out, struct err *e);
/* The newest that answers or forwards the message with that id; ERR_MISSING. */
int store_mail_by_parent(struct store *st, const char *msgid, struct store_mail **out, struct err *e);
/* Removes those that ended before and are filed (none whose copy FAILED); gives their spool files (char *). */
int store_mails_sweep(struct store *st, int64_t older_than_wall, GPtrArray *paths_out, struct err *e);
/* Spool names that letters and drafts need, damaged ones too: char * as a set. */
int store_mail_paths(struct store *st, GHashTable *out, struct err *e);
/* Newest first; not all: open ones, refused ones, and those whose copy failed. most 0: no bound. */
int reader_mails(struct store_reader *r, bool all, unsigned most, GPtrArray *out, struct err *e);

/* --- drafts (state) --- */
struct store_draft {
	uint32_t id; /* 0: new */
	uint32_t account;
	int kind;           /* enum draft_kind */
	char *subject, *to; /* for lists */
	char *path;         /* spool file: the draft as text with headers (compose.h), newest saved */
	char *sha256;
	char *editor_path;         /* the file an editor has open; NULL */
	GPtrArray *files;          /* struct store_draft_file * */
	int64_t made, saved, sent; /* wall seconds; sent: it is in the outbox (0: not) */
	uint32_t mail;             /* the outbox row; 0 */
	/* on the server */
	char *folder;                      /* raw; NULL: not mirrored */
	uint32_t uidvalidity, uid, change; /* change: the APPEND under way */
	char *mirrored;                    /* sha256 of what the server has */
	char *msgid;                       /* of the mirrored copy */
	uint32_t parent_account, parent_uidvalidity, parent_uid, parent_flag;
	char *parent_folder, *parent_msgid;
	char *from_reason; /* why this From: for the picker's line; NULL */
	char *owner;       /* the process that has it open: "PID BOOTID"; NULL */
};
struct store_draft_file {
	char *name, *type, *path, *sha256, *source;
	uint64_t size;
	bool in_line, verbatim;
};
struct store_draft *store_draft_new(uint32_t account);
void store_draft_free(struct store_draft *d);
struct store_draft_file *store_draft_add(struct store_draft *d); /* an empty one; owned by d */
GPtrArray *store_drafts_new(void);                               /* of struct store_draft *, freeing */
int store_draft_put(struct store *st, struct store_draft *d, struct err *e);
int store_draft_get(struct store *st, uint32_t id, struct store_draft **out, struct err *e);
int store_draft_del(struct store *st, uint32_t id, struct err *e);
int store_drafts(struct store *st, uint32_t account, GPtrArray *out, struct err *e); /* newest first; account 0: all */
int reader_drafts(struct store_reader *r, GPtrArray *out, struct err *e);

/* --- identities (state): what a submission server thinks of a From, by (host, port, login, addr) --- */
enum identity_state { IDENTITY_UNKNOWN, IDENTITY_LIKELY, IDENTITY_OK, IDENTITY_PENDING, IDENTITY_REFUSED };
extern const char *const identity_state_names[]; /* "unknown", "likely", "ok", "pending", "refused" */
enum identity_evidence { EVIDENCE_NONE, EVIDENCE_MAIL, EVIDENCE_DATA };
extern const char *const identity_evidence_names[]; /* "none", "mail", "data" */
struct store_identity {
	char *host;
	unsigned port;
	char *login;
	char *addr; /* owned; addr in lower case by the caller's rule: domain lower-cased */
	enum identity_state state;
	enum identity_evidence evidence;
	int code;
	char *text;      /* the server's words */
	int64_t date;    /* wall seconds of the evidence */
	int64_t probed;  /* wall seconds of the last probe; 0 never */
	int64_t pending; /* since; 0 */
	char *link;      /* of the confirmation mail, shown only; NULL */
};
void store_identity_clear(struct store_identity *i);
GPtrArray *store_identities_new(void); /* of struct store_identity *, freeing */
int store_identity_get(struct store *st, const char *host, unsigned port, const char *login, const char *addr,
	struct store_identity *out, struct err *e); /* UNKNOWN where there is none */
int store_identity_put(struct store *st, const struct store_identity *in, struct err *e);
/* Those kept for a login at a server: struct store_identity *, as store_identities_new(). */
int store_identities(
	struct store *st, const char *host, unsigned port, const char *login, GPtrArray *out, struct err *e);
int reader_identities(
	struct store_reader *r, const char *host, unsigned port, const char *login, GPtrArray *out, struct err *e);
/* A server that was seen to refuse after the data: what it accepts at MAIL says nothing. */
int store_judges_after_data(struct store *st, const char *host, unsigned port, bool *out, struct err *e);
int store_judges_after_data_set(struct store *st, const char *host, unsigned port, struct err *e);

/* --- people (state): harvested addresses --- */
int store_person_sent(
	struct store *st, const char *name, const char *addr, int64_t wall, struct err *e); /* written to */
int store_person_seen(struct store *st, const char *name, const char *addr, int64_t wall,
	struct err *e); /* wrote; no-reply addresses are left out */
struct store_person {
	char *name, *addr;
	unsigned sent, seen;
	int64_t last_sent, last_seen;
};
/* Best first: sent-to before seen-only, then recency x frequency; prefix match on words of the name and on the address, without
 * case and accents. */
int reader_people(struct store_reader *r, const char *prefix, unsigned most, GPtrArray *out, struct err *e);
void store_person_free(struct store_person *p);
GPtrArray *store_people_new(void); /* of struct store_person *, freeing */
/* Many at once, in one transaction: sent and seen are added, the newer dates stay. */
int store_people_add(struct store *st, const GPtrArray *people, struct err *e);

#endif
