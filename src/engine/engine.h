/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine: accounts, connections, sync, polling, secrets, and the reader. It has a thread of its own
 * for every socket and every write, and a reader thread for questions to the cache.
 *
 * Knows no screen and never prompts: a decision it needs travels up as an `ask` event. Requests go down
 * by engine_send(), events come up on the channel given at start; both cross by move. Every request with
 * an id ends exactly once with EV_ENDED (done, failed or canceled), after its last other event.
 *
 *	e = engine_start(&settings, events);
 *	engine_send(e, req_window(id, &window));     // answers come as events with that id
 *	engine_stop(e, 2000);                         // at most that many milliseconds
 */
#ifndef BOXWOOD_ENGINE_ENGINE_H
#define BOXWOOD_ENGINE_ENGINE_H

#include "base/channel.h"
#include "base/err.h"
#include "base/secret.h"
#include "compose/compose.h"
#include "config/cfg.h"
#include "msg/msg.h"
#include "store/store.h"

#define ENGINE_POLL_FLOOR_S 600       /* between polls strictly more than this passes */
#define ENGINE_ACTS_PER_HOUR 30       /* of processes without a terminal */
#define ENGINE_WINDOW_ROWS 50         /* the newest window, fetched first */
#define ENGINE_AHEAD (1u << 20)       /* octets of a stream that may wait for the front */
#define ENGINE_MESSAGE_MAX (1u << 30) /* octets of a message */

struct engine_settings {
	const struct cfg *cfg; /* constant; outlives the engine */
	const char *cache_dir, *state_dir;
	bool offline;     /* no connection is ever opened */
	bool interactive; /* a person at a terminal: screens, or batch with /dev/tty */
	bool stay;        /* screens: keep connections, idle, poll by the timer */
};

/* --- requests --- */
enum request_type {
	REQ_WINDOW,  /* reader: rows of a folder, or of its .choice -> EV_ROWS, later EV_SELECTED */
	REQ_FOLDERS, /* reader: folders of an account (or all: account -1) -> EV_FOLDERS */
	REQ_FIND,    /* reader: places of an id -> EV_ROWS */
	REQ_OPEN,    /* folder wanted: select it, fetch what changed, newest window first */
	REQ_CLOSE,   /* folder no longer looked at */
	REQ_SYNC,    /* agree with the server about one folder, the kept ones (name NULL), or `bodies` too */
	REQ_READ,    /* a message for the eye: structure, headers, shown text -> EV_MESSAGE */
	REQ_PART,    /* octets of a part, decoded, into a file that does not exist yet -> EV_SAVED */
	REQ_BODIES,  /* header and shown text of uids into the cache, ahead of need */
	REQ_RAW,     /* the message as received -> EV_BYTES, of which ENGINE_AHEAD octets at most wait to be TAKEN */
	REQ_FILE,    /* a message from bytes given along -> EV_MESSAGE (no account needed) */
	REQ_CHECK,   /* setup check of an account -> EV_CHECK.. */
	REQ_ANSWER,  /* to an EV_ASK */
	REQ_CANCEL,  /* the request with that id */
	REQ_TAKEN,   /* .octets of EV_BYTES of the request `answers` were taken: as many more may come. No id, no end */
	REQ_REST,    /* the program is about to be stopped (^Z): connections and locks are given up, nothing is written
		      * until REQ_RESUME */
	REQ_RESUME,
	REQ_QUIT,   /* engine_stop's own */
	REQ_RETRY,  /* the user acts: try the account again now (banner's key), also after a refused login */
	REQ_CHANGE, /* .change: made durable, shown, carried out -> EV_DURABLE, EV_CHANGED.., EV_CHANGE.. */
	REQ_UNDO,   /* the last .rows groups of changes, or the group .answers, taken back -> as REQ_CHANGE */
	REQ_CHANGES, /* reader: the changes kept (of .account, -1 all), newest first; .whole: ended ones too; at most .rows -> EV_CHANGES */
	REQ_CHANGE_DROP,  /* the open change .answers is taken back, if it has not begun */
	REQ_CHANGE_RETRY, /* the waiting, failed or parked change .answers is tried (again) now */
	REQ_FLUSH,        /* what waits for .account is carried out -> EV_CHANGE.. */
	REQ_USAGE,        /* what is kept and what was done to the server -> EV_USAGE */
	REQ_CACHE,        /* .cache: check, repair or drop (.account, or -1 all) -> EV_FAULT.. */
	/* sending; .account is whose server and Sent folder */
	REQ_SEND,       /* .post: a letter made durable -> EV_MAIL, then sent -> EV_MAIL at each step; ends as struct
			 * engine_post says */
	REQ_MAILS,      /* reader: the outbox, newest first; .whole: ended ones too; at most .rows -> EV_MAILS */
	REQ_MAIL_DROP,  /* the letter .answers is taken back, if it has not begun; one that was refused, may have been
			* sent, or whose copy failed is forgotten -> EV_MAIL (its .draft has the text) */
	REQ_MAIL_RETRY, /* the letter .answers is tried now; .yes: also one that may have been sent; .whole: without the
			 * recipients that were refused. Of one whose copy failed the copy */
	REQ_MAIL_EDIT, /* a draft of the letter .answers, made of its octets where none is kept -> EV_MAIL, EV_DRAFT with .draft */
	REQ_MAIL_HOLD, /* the letter .answers stays until it is let go by RETRY */
	REQ_POST,      /* what is due of the account's letters is sent; .whole: also what was put off -> EV_MAIL.. */
	REQ_PROBE,     /* .folder: an address: would the server take it as From? Nothing is sent -> EV_IDENTITIES; asked
			 * within the last day, what is known, and it ends ERR_NOT_DUE */
	REQ_IDENTITIES,   /* what the account's server thinks of its addresses -> EV_IDENTITIES */
	REQ_IDENTITY_ADD, /* .folder: an address: the user has asked the provider to validate it -> EV_IDENTITIES */
	REQ_PEOPLE,       /* reader: .folder begins a name or address; at most .rows -> EV_PEOPLE */
	REQ_DRAFT_SAVE,   /* .draft, as it stands now -> EV_DRAFT once it is durable; new ones get their .id */
	REQ_DRAFT_OPEN,   /* the draft .answers -> EV_DRAFT with .draft */
	REQ_DRAFTS,       /* reader: all drafts, newest first -> EV_DRAFTS */
	REQ_DRAFT_DROP,   /* the draft .answers, here and on the server */
	REQ_PLACES,       /* reader: the messages of a folder that match .choice, at most .rows of them -> EV_PLACES */
	REQ_VIEW,         /* .view: how the folder is looked at from now on, for `remembered` of the next WINDOW */
	REQ_UNSUBSCRIBE, /* .path: an https address that a list gives; one POST to it (RFC 8058), for the user said so */
	REQ_REACH, /* .reach: is that server there, and who it should be? Nothing of a login is sent -> EV_CHECK of TLS, and
			  * of CAPABILITY or SMTP */
	REQ_DISCOVER, /* .folder: a domain in ASCII; where may its mail be? Its name service and its web server are asked, of
			  * which the user has been told -> EV_FOUND */
};

/* How a folder is looked at: an order (enum store_order), and bits. */
#define VIEW_ORDER 0x0fu
#define VIEW_REVERSE 0x10u
#define VIEW_UNREAD 0x20u  /* only what is unread */
#define VIEW_THREADS 0x40u /* by threads, while nothing else is chosen */

enum cache_work { CACHE_CHECK, CACHE_REPAIR, CACHE_DROP };

/* What a person or a script wants changed, in one account. Places may lie in several folders: each folder makes one durable
 * row, all rows one group, which undo takes back together. */
struct engine_change {
	enum change_op op;
	GArray *places; /* struct store_place: FLAG MOVE COPY EXPUNGE; owned */
	char *target;   /* MOVE COPY APPEND: the folder's shown name; NULL: by role */
	enum store_role
		role; /* where it is missing the request ends ERR_MISSING, scope folder, before anything happened */
	bool create;  /* .. unless the folder is to be made first, in the same group */
	uint32_t add, remove;                      /* FLAG: MSG_ bits; APPEND: add */
	GPtrArray *add_keywords, *remove_keywords; /* char *; owned, may be NULL */
	char *name, *new_name;                     /* CREATE RENAME DELETE SUBSCRIBE UNSUBSCRIBE EMPTY: shown names */
	char *path;       /* APPEND: a message file, any line ends; copied before it is called durable */
	int64_t received; /* APPEND: INTERNALDATE, wall seconds; 0: its Date */
	bool queue;       /* end as soon as it is durable, not after the server's answer */
	bool by_itself;   /* not what the user pressed (\\Seen on opening): undo passes over it */
	bool dry_run;     /* EV_CHANGE of what would be done, nothing is written */
};
struct engine_change *engine_change_new(enum change_op op);
void engine_change_free(struct engine_change *c);

/* The message that a letter answers or forwards: marked so once the letter was accepted. */
struct engine_parent {
	int account;              /* index; -1: none */
	struct store_place place; /* folder 0: none */
	uint32_t flag;            /* MSG_ANSWERED or MSG_FORWARDED */
};

/* A letter to be sent. The request ends when the server has answered: done (accepted, or accepted by some with
 * `partial`); ERR_REFUSED, scope account: the server takes no mail of that From, scope message: at a recipient or the
 * letter itself (EV_MAIL says at which stage); ERR_NET or what kept it: it stays in the queue; ERR_MAYBE: nobody knows.
 * With `queue`, or when it is held, it ends as soon as it is durable, and further EV_MAIL have id 0. */
struct engine_post {
	struct draft *draft; /* owned; so are the descriptors of its files: the engine closes them */
	char *sender;        /* reverse-path; NULL: From's address */
	char *key;           /* of --id; NULL. The same key again sends nothing: EV_MAIL is that of the first */
	int64_t at;          /* wall seconds: not before; 0: now */
	unsigned hold;       /* seconds in which it can be taken back */
	bool queue, partial, dry_run;
	bool keep_bcc;      /* in the own copy */
	char *notify, *ret; /* as struct smtp_mail; NULL */
	struct engine_parent parent;
	uint32_t draft_id; /* the draft kept of it; 0 */
};
void engine_discard(struct draft *d); /* with the descriptors of its files; NULL is a no-op */
/* In store_mail.stage: whatever the server answered to, it was the sender that it did not accept. */
#define MAIL_STAGE_SENDER "sender"
/* .. or that the letter is too large. */
#define MAIL_STAGE_SIZE "size"
struct engine_post *engine_post_new(struct draft *d); /* takes d */
void engine_post_free(struct engine_post *p);

/* A draft as the front holds it. */
struct engine_draft {
	uint32_t id;         /* 0: new */
	int account;         /* index */
	struct draft *draft; /* owned; descriptors too */
	struct engine_parent parent;
	int64_t saved; /* wall seconds */
	bool mirror;   /* DRAFT_SAVE: put it into the server's Drafts, too: it is postponed or left */
	bool mirrored; /* the server's Drafts folder has it as it is */
	/* Of a new one: another program left it there, and this takes its place; folder 0: none. In that account. */
	struct store_place left;
	char *editor_path; /* an editor had this file open when the program ended; NULL */
};
void engine_draft_free(struct engine_draft *d);

/* A server that is only to be looked at. */
struct engine_reach {
	bool sends; /* it speaks SMTP */
	char *host;
	uint16_t port;
	enum cfg_security security;
	char *cafile; /* NULL */
};
void engine_reach_free(struct engine_reach *r);

enum sync_due {
	SYNC_PERSON, /* a person's act: at once, entered in the ledger */
	SYNC_IF_DUE, /* cron: only past the interval */
	SYNC_POLL,   /* batch reads when due: counts as a poll */
};

struct request {
	enum request_type type;
	uint32_t id;  /* chosen by the front, never 0 */
	int account;  /* index in cfg->accounts; -1: all or none */
	char *folder; /* name shown; owned; NULL: see type */
	struct store_window window;
	GArray *turned; /* int64_t: of a WINDOW by threads; owned, NULL: none */
	/* WINDOW, PLACES: a filter, another order; its folders are found by the reader. NULL: the folder as it came in. Owned.
	 * account -1: the inboxes of all accounts. */
	struct store_choice *choice;
	uint32_t
		selection; /* WINDOW: a number of the front's for this choice: with the same one it is not made again .. */
	bool renew;        /* .. but when the cache has changed since */
	bool settled;      /* answer only when the rows asked for are found, or there are no more */
	bool remembered; /* the view that was kept of the folder (REQ_VIEW) counts, not .choice nor .window.threads */
	uint32_t view;   /* VIEW: VIEW_ bits */
	uint32_t rows;   /* SYNC: at least so many rows are wanted in the cache; 0: the window will do */
	uint32_t uid;
	uint32_t local; /* in place of uid: of a place no server has named (FIND) */
	GArray *uids;   /* uint32_t: BODIES; owned */
	enum sync_due due;
	bool dry_run, all_folders, whole; /* whole: READ also wants sha256 digests; SYNC fills to the oldest */
	char *section;                    /* PART, also of a file within one; NULL of READ: the shown one */
	char *charset;                    /* READ, FILE: what the reader says the text is in; NULL: as labelled */
	bool html_first;                  /* READ, FILE: of alternatives */
	char *path;                       /* PART */
	char *msgid;                      /* FIND */
	struct buf bytes;                 /* FILE; PART of a message that is in no account */
	struct secret *secret;            /* ANSWER to ASK_PASSWORD */
	uint32_t answers; /* ANSWER: the ask's id; CANCEL, TAKEN: the request's id; UNDO, CHANGE_..: which */
	uint64_t octets;  /* TAKEN */
	struct engine_change *change; /* CHANGE; owned */
	struct engine_post *post;     /* SEND; owned */
	struct engine_draft *draft;   /* DRAFT_SAVE; owned */
	struct engine_reach *reach;   /* REACH; owned */
	enum cache_work cache;        /* CACHE */
	bool yes;                     /* ANSWER */
	bool confirms;                /* READ: the engine's own, of a letter that may confirm an address */
};
struct request *request_new(enum request_type type, uint32_t id, int account);
void request_free(struct request *r);

/* --- events --- */
enum event_type {
	EV_STORE_READY, /* the reader is open; .fresh: nothing was in the cache */
	EV_ROWS,        /* .rows of .folder; answer to WINDOW and FIND */
	EV_SELECTED,    /* unasked: .total of .selection is known now, or grew; .whole: that is all */
	EV_PLACES,      /* .places; .whole: that is all */
	EV_FOLDERS,     /* .folders */
	EV_MESSAGE,     /* .message */
	EV_BYTES,       /* .bytes */
	EV_SAVED,       /* .path .bytes_done .text = sha256 */
	EV_CHECK,       /* one line of setup check: .check */
	EV_SYNC,        /* a folder was brought into agreement: .sync */
	EV_CHANGED,     /* rows of folder_id changed in the cache: ask for the window again */
	EV_FOLDER,      /* the folder list or counts of account changed */
	EV_PROGRESS,    /* .done .total of a long work in folder_id, .text what */
	EV_ACCOUNT,     /* .state of account changed */
	EV_ASK,         /* a decision is needed: .ask; answered by REQ_ANSWER or, past the deadline, by its default */
	EV_ALERT,       /* the server says .text */
	EV_NOTICE,      /* the engine says something unasked: .notice */
	EV_DURABLE,     /* .durable: on disk and in the cache; may be said */
	EV_CHANGE,      /* .changed: what became of one message or folder; id 0: nobody waits any more */
	EV_CHANGES,     /* .changes */
	EV_USAGE,       /* .usage */
	EV_FAULT,       /* .text: a finding of CACHE_CHECK */
	EV_MAIL,        /* .mail: a letter of the outbox as it stands now; id 0: nobody waits any more */
	EV_MAILS,       /* .mails */
	EV_IDENTITIES, /* .identities, in the mailrc's order; .after_data: this server judges after the data; .size_max. Unasked (id 0)
			 * of .text, an address: the letter with the link to validate it has come, or it is accepted now */
	EV_PEOPLE, /* .people, best first */
	EV_DRAFT,  /* .draft */
	EV_DRAFTS, /* .drafts */
	EV_FOUND,  /* .found */
	EV_ENDED,  /* the request .id has ended; .err.cause ERR_NONE: done */
};

struct engine_durable {
	uint32_t group;
	enum change_op op;
	unsigned messages;
	char *target;        /* shown name; NULL: none */
	bool undoable, undo; /* undo: it takes another back: */
	uint32_t undone;     /* the last of the groups it takes back; 0: it takes none */
};
struct engine_changed {
	uint32_t change;
	enum change_op op;
	char *folder; /* where it was: shown name; uid or local; both 0: the folder itself */
	uint32_t uidvalidity, uid, local;
	enum change_state state; /* OPEN: queued */
	char *target;
	uint32_t target_uidvalidity, target_uid; /* uid 0: nobody told */
	struct err err;                          /* why it failed, or waits */
};
struct engine_usage {
	struct store_usage kept;
	struct store_ledger today;
	int64_t next_poll; /* wall seconds; 0: none is planned */
	char *why;         /* one of "timer", "backoff", "stopped", "offline", "command"; static words, copied */
	uint64_t budget_text, budget_parts;
	uint64_t room_used, room_limit; /* as in account_state */
	int64_t room_told;
	uint64_t server_bytes; /* of the folders whose size the server told; 0: of none */
};

enum account_phase {
	ACCOUNT_OFFLINE,
	ACCOUNT_CONNECTING,
	ACCOUNT_ONLINE,
	ACCOUNT_WAITING /* backoff */,
	ACCOUNT_STOPPED /* the user must act */
};
struct account_state {
	enum account_phase phase;
	bool syncing, idling;
	int64_t last_sync;              /* wall seconds, 0 never */
	int64_t next;                   /* wall seconds of the next poll or try, 0 none */
	int64_t since;                  /* wall seconds: in this phase */
	uint64_t room_used, room_limit; /* octets on the server, as it told at room_told; limit 0: it did not */
	int64_t room_told;              /* wall seconds */
	struct err err;                 /* why it waits or stopped */
};

#define ENGINE_FULL_PERCENT 90                          /* of the room on a server: it is told */
unsigned engine_percent(uint64_t used, uint64_t limit); /* rounded down; limit 0: 0 */

enum ask_kind { ASK_PASSWORD };
struct engine_ask {
	uint32_t id;
	enum ask_kind kind;
	char *account;
	char *login;
	char *host;
	int64_t deadline;
};

enum check_test {
	CHECK_MAILRC,
	CHECK_DNS,
	CHECK_TLS,
	CHECK_CAPABILITY,
	CHECK_LOGIN,
	CHECK_FOLDERS,
	CHECK_ROLES,
	CHECK_SMTP,
	CHECK_SMTP_LOGIN,
	CHECK_FROM
};
enum check_status { CHECK_OK, CHECK_WARN, CHECK_FAIL, CHECK_SKIP };
struct engine_check {
	enum check_test test;
	enum check_status status;
	char *text, *hint, *server;
	unsigned folders; /* FOLDERS that is OK: how many there are */
	char *prefix;     /* .. and what they begin with; NULL */
};

/* What a domain says of its mail. Nobody vouches for its records. */
struct engine_found {
	GPtrArray *mx;            /* char *: hosts that take its mail */
	struct cfg_card *records; /* of SRV; NULL */
	struct cfg_card *page;    /* of its web server; NULL */
	char *url;                /* .. which one */
};
void engine_found_free(struct engine_found *f);

struct engine_sync {
	char *folder;                  /* shown name */
	unsigned fresh, changed, gone; /* new, changed, gone */
	unsigned round_trips;
	uint64_t bytes_in, bytes_out, ms;
	unsigned first_round_trips;
	uint64_t first_bytes_in, first_ms;
};

/* A part with what a reader wants to know of it. */
struct engine_leaf {
	const struct msg_part *part;
	char *found; /* the type of its content, of attachments whose octets are at hand; NULL */
	bool known;
	char *sha256;
	uint64_t decoded;
}; /* known: it was fetched */
struct engine_message {
	struct msg_head *head; /* full header */
	struct msg_part *root;
	GPtrArray *shown; /* struct msg_part *: in root, in order; never NULL */
	struct msg_text text;
	char *plain, *html; /* decoded, unrendered; NULL */
	GPtrArray *leaves;  /* struct engine_leaf *, all leaves and those of `within` */
	GPtrArray *
		within; /* struct msg_part *: files in a text that is shown, or in a winmail.dat that was read; owned */
	GPtrArray *defects;            /* char * */
	struct msg_calendar *calendar; /* an invitation, or what became of one; NULL */
	char *calendar_section;        /* of its part; NULL */
	GPtrArray *vcards;             /* struct msg_vcard *: of its first part of such; NULL */
	struct msg_report *report;     /* what became of a letter; NULL */
	char *written_as; /* one of the account's addresses: what the user wrote in this thread came from it; NULL */
	uint64_t octets;  /* of a file */
	bool is_mail;     /* false: a file that is no message, shown as text */
};
void engine_message_free(struct engine_message *m);
/* What is offered as files: every leaf that is not shown, and what is within; borrowed pointers, g_ptr_array_unref. */
GPtrArray *engine_files(const struct engine_message *m);
/* Of these, what a reader is offered: without the other forms of what is shown, and the invitation that is shown as one. */
GPtrArray *engine_attachments(const struct engine_message *m);

/* A From address and what the account's submission server is known to think of it. */
struct engine_identity {
	struct store_identity known;
	char *name;          /* as the mailrc gives it; NULL */
	int64_t probe_after; /* wall seconds: it is not probed before; 0: at once */
	bool configured;     /* by a `from` line, or it is the account's own address */
	bool is_default;
};

enum engine_notice {
	NOTICE_TEXT,       /* .text as it stands */
	NOTICE_CONFLICT,   /* .text, the subject of a draft: it was changed or removed on the server, both stay */
	NOTICE_MOVED,      /* another process has made the cache anew: only a new start sees it */
	NOTICE_STOPPED,    /* .err: no letter of the account leaves until somebody acts */
	NOTICE_NO_REPORTS, /* reports of delivery were asked for, and the server makes none */
};

struct event {
	enum event_type type;
	enum engine_notice notice;
	uint32_t id; /* of the request it answers, 0: none */
	int account; /* index, -1: none */
	uint32_t folder_id;
	struct store_folder *folder; /* EV_ROWS: as it stood with these rows; may be NULL */
	GPtrArray *rows;             /* struct store_row *; account of each: `accounts` */
	uint32_t selection;          /* EV_ROWS, EV_SELECTED: as it was asked; 0: of no choice */
	uint32_t position, total;    /* of a selection: where .rows begin, and how many there are so far */
	bool whole;                  /* .. and there are no more */
	uint32_t view;               /* EV_ROWS of `remembered` */
	GArray *places;              /* struct store_place */
	GPtrArray *folders;          /* struct store_folder * */
	struct engine_message *message;
	struct buf bytes;
	char *path, *text;
	uint64_t bytes_done, bytes_total;
	struct engine_check *check;
	struct engine_sync *sync;
	struct engine_ask *ask;
	struct account_state *state;
	struct engine_durable *durable;
	struct engine_changed *changed;
	GPtrArray *changes; /* struct store_change * */
	struct engine_usage *usage;
	struct store_mail *mail;
	GPtrArray *mails;      /* struct store_mail * */
	GPtrArray *identities; /* struct engine_identity * */
	GPtrArray *people;     /* struct store_person * */
	struct engine_draft *draft;
	GPtrArray *drafts; /* struct store_draft * */
	struct engine_found *found;
	bool after_data;
	uint64_t size_max; /* EV_IDENTITIES: octets of a message that the server takes; 0: not known */
	bool duplicate;    /* EV_MAIL of SEND: the key was used before */
	bool fresh;
	bool moved; /* EV_ROWS of FIND: the message is elsewhere by now, .folder says where */
	struct err err;
};
struct event *event_new(enum event_type type, uint32_t id, int account);
void event_free(struct event *ev);

/* Can HTML be laid out on this machine? LAID, MISSING or OPEN. Starts boxwood-html; needs no engine. */
enum msg_html engine_html_check(void);

/* --- the engine --- */
/* The front's channel: of struct event *. */
struct channel *engine_events_new(void);

struct engine;
/* events: owned by the front, outlives the engine. Starts the threads; EV_STORE_READY or EV_ENDED of id 0
 * (the store cannot be used: .err) comes first. */
struct engine *engine_start(const struct engine_settings *settings, struct channel *events);
void engine_send(struct engine *e, struct request *r); /* takes ownership */
/* Commits what is under way, closes connections, joins the threads. False: a thread had not ended after wait_ms
 * (a disk that does not answer); then nothing it may still use is to be freed: leave by _exit, or call it again later. */
bool engine_stop(struct engine *e, int wait_ms);

#endif
