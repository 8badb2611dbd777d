/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside the engine's thread: accounts, their connection, and jobs that run on it one at a time. */
#ifndef BOXWOOD_ENGINE_INTERNAL_H
#define BOXWOOD_ENGINE_INTERNAL_H

#include "base/clock.h"
#include "base/pool.h"
#include "base/proc.h"
#include "engine/engine.h"
#include "imap/imap.h"
#include "net/net.h"

struct account;
struct ahead;
struct connection;
struct job;
struct keep;
struct side;
struct outbox;

/* Does boxwood-html lock itself in on this machine? */
enum html_lock { LOCK_UNKNOWN, LOCK_HOLDS, LOCK_OPEN };

struct engine {
	struct engine_settings settings;
	struct channel *requests, *reader_requests, *events;
	struct channel *stopped;   /* one value when the thread has nothing left to do */
	struct channel *pool_done; /* of struct text_job * */
	GPtrArray *texts;          /* struct text_job *: on the pool, borrowed from it */
	GPtrArray *streams;        /* of cached.c */
	GPtrArray *leaving;        /* of unsubscribe.c */
	GPtrArray *reached;        /* of reach.c */
	GPtrArray *discoveries;    /* of discover.c */
	enum html_lock html_lock;
	struct pool *pool;
	GThread *thread, *reader_thread;
	GMainContext *ctx;
	GMainLoop *loop;
	GSource *request_source, *pool_source;
	struct sleep_watch *sleep_watch;
	struct store *store;
	GPtrArray *accounts; /* struct account *, same order as cfg->accounts */
	GArray *numbers;     /* uint32_t: the accounts' numbers, for the reader */
	uint32_t next_ask;
	char *claim; /* by this name letters under way are known to be this process's; NULL: it has sent none */
	struct fs_lock *claim_lock;
	struct confirm *confirm;
};

/* Clears away what dropped folders left, in idle time. */
void engine_sweep(struct engine *en);
GPtrArray *engine_leaves_new(void); /* of struct engine_leaf * */

/* --- events (engine.c) --- */
void engine_emit(struct engine *en, struct event *ev);
/* What a READ waited for is in the cache by now, or never will be. Takes r. */
void engine_read_again(struct engine *en, struct request *r);
/* The end of a request: e NULL or empty is success; e is moved. The request is freed. */
void engine_end(struct engine *en, struct request *r, struct err *e);

/* --- what the user wrote in a thread before (thread.c) --- */
/* As which of the account's addresses: by what the message refers to, and what was sent in answer to that. NULL: nothing is
 * known. g_free. */
char *thread_from(const struct account *a, const struct msg_head *h);

/* --- letters that confirm an address (confirm.c) --- */
struct confirm *confirm_new(struct engine *en);
void confirm_free(struct confirm *c); /* NULL is a no-op */
/* Mail may have come: where an address waits to be validated, what may confirm it is read. True: such letters are being
 * read. */
bool confirm_look(struct account *a);
void confirm_hold(struct engine *en, struct request *r);                    /* it ends when they are; takes r */
void confirm_ended(struct engine *en);                                      /* one of them was read, or cannot be */
void confirm_read(const struct account *a, const struct engine_message *m); /* a message of a's was read */

void confirm_probe(struct account *a); /* an address whose link has been shown for some time */

/* --- the reader's thread (reader.c) --- */
gpointer reader_main(gpointer engine);
/* By the name shown; an inbox that was never met has the id 0. */
int reader_find_folder(struct engine *en, struct store_reader *r, int account, const char *name,
	struct store_folder *out, struct err *e);

/* --- selections (select.c), in that thread --- */
struct selecting;
struct selecting *selecting_new(struct engine *en, struct store_reader *r);
void selecting_free(struct selecting *s);                      /* NULL is a no-op */
void selecting_window(struct selecting *s, struct request *q); /* takes q: answered now, or when it is settled */
void selecting_places(struct selecting *s, struct request *q); /* takes q */
int64_t selecting_due(const struct selecting *s);              /* clock_ms() of the next work; CLOCK_NEVER */
void selecting_work(struct selecting *s);

/* --- jobs: one request's work on one account's connection --- */
struct job_class {
	const char *name;
	int priority; /* the lowest number runs first; a person waits for 0 and 1 */
	/* Called when the job gets the connection and whenever all its commands have ended. It queues more
	 * commands with job_command, or ends with job_end, or pauses with job_yield. */
	void (*step)(struct job *j);
	void (*event)(struct job *j, struct imap_event *ev);         /* data of the session while the job runs */
	void (*ended)(struct job *j, const struct imap_event *done); /* one of its commands; may be NULL */
	void (*sent)(struct job *j);                                 /* octets left: there may be room; may be NULL */
	void (*free)(struct job *j);
	void (*secured)(struct job *j); /* the connection is up and verified, the login still to come; may be NULL */
	void (*lost)(struct job *j, const struct err *e); /* before it ends with e; may be NULL */
	void (*taken)(struct job *j, uint64_t octets);    /* the front took so many that were sent up; may be NULL */
	bool syncs;                                       /* it looks at what changed in the mailbox */
};
struct job {
	const struct job_class *class;
	struct account *account;
	struct connection *conn; /* while it runs, until that is lost */
	struct side *side;       /* it runs there; NULL: on the account's first connection */
	struct request *request; /* owned; NULL: the engine's own work */
	uint32_t first;          /* its first command: ends of earlier ones are not its own */
	int open;                /* commands under way */
	bool large;              /* more than JOB_LARGE in one piece: where it can it runs on a connection of its own */
	bool heavy;              /* canceling it drops the connection: its answers may go on for long */
	bool cut;                /* what is still to come is not worth reading: it ends with the connection */
	bool elsewhere;          /* it leaves the selected mailbox: news of that one are not for it */
	bool person;             /* somebody waits for it: a refused secret may be tried */
	struct err err;          /* set: the job ends with it when its commands have ended */
};
#define JOB_LARGE (512u << 10)                     /* octets: what is smaller keeps nobody waiting */
void job_command(struct job *j, uint32_t command); /* waits for it */
void job_end(struct job *j, struct err *e);        /* e NULL: success; e is moved; j is freed */
void job_wait(struct job *j);                      /* step is called again later */
bool job_is_outranked(const struct job *j);        /* somebody more urgent waits */
bool job_yield(struct job *j);                     /* true: somebody more urgent waits; step is called again later */
struct imap_session *job_imap(struct job *j);
/* Sees to it that f is selected: the id of the command that does it, 0 if it is already. */
uint32_t job_select(struct job *j, const struct store_folder *f);
/* The same for writing: selected, and not read-only. */
uint32_t job_select_rw(struct job *j, const struct store_folder *f);
/* The end of that command: the connection knows its mailbox, or j->err says why not. */
void job_selected(struct job *j, const struct store_folder *f, const struct imap_event *done);

/* --- changes: see changes.h --- */
struct changes {             /* of one account */
	GPtrArray *open;     /* struct store_change *: open and begun, in the order they were made; owned */
	GPtrArray *waiters;  /* struct waiter *: requests that end with the changes of a group */
	GHashTable *asked;   /* ids of what other processes asked for, under way */
	GHashTable *laid;    /* of pending.c; NULL: to be made anew */
	GHashTable *hidden;  /* folder -> how many of its messages are hidden */
	struct job *job;     /* the replay that waits or runs; NULL */
	struct job *storing; /* another, of messages to be stored; NULL */
	struct timer *retry; /* of what the server put off */
	struct timer *beat;  /* while `asked` holds any: peer_beat */
	int64_t heard_ms;    /* clock_ms(): another process did something for what is open here */
	struct peer *peer;   /* another process drives the account (peers.c); NULL */
};
/* The account's lock, or ERR_NET: another process holds it (peers.c). */
int peer_lock(struct account *a, struct err *e);
char *peer_holder(const struct account *a); /* "pid 123" of who has noted that it drives the account; g_free */
void peer_unlock(struct account *a);
void peer_tap(struct account *a); /* who holds it looks at what was written */
/* Another process drives the account: it is told of what is open, and what it ends is noticed. */
void peer_hand_over(struct account *a);
/* r, a sync or a READ, waits until the holder has fetched what it needs; takes r unless it fails. */
int peer_ask(struct account *a, struct request *r, struct err *e);
/* What r asks for can be asked of another process. */
bool peer_may_ask(const struct request *r);
/* A sync for the change `id` of another process brought a folder into agreement. */
void peer_note_sync(struct account *a, uint32_t id, const struct engine_sync *s);
/* .. and what it is told of it, for its request. */
void peer_tell_syncs(struct account *a, const struct store_change *c, uint32_t request);
void peer_beat(void *account);
void peer_free(struct account *a); /* no longer waits for another process */
/* What change `id` asked to be fetched has been, or not. */
void change_sync_ended(struct account *a, uint32_t id, struct err *e);
void changes_init(struct account *a);
void changes_clear(struct account *a);
/* Looks for changes that other processes made or ended. */
int changes_reload(struct account *a, struct err *e);
bool changes_waiting(const struct account *a);
bool changes_queue(struct account *a); /* among the account's jobs, if anything waits; starts nothing */
void changes_run(struct account *a);   /* carried out as soon as the account can */
bool changes_cancel(struct account *a, uint32_t request);       /* true: it was one that waited */
void changes_kept(struct account *a, const struct err *why);    /* nothing can be carried out now */
void changes_unheard(struct account *a, const struct err *why); /* .. for the process that would does nothing */
void change_request(struct engine *en, struct account *a, struct request *r);
void change_drop_request(struct engine *en, struct request *r);
void change_retry_request(struct engine *en, struct request *r);
void change_flush_request(struct engine *en, struct account *a, struct request *r);
void undo_request(struct engine *en, struct request *r);

/* --- what is kept (cache.c) --- */
void usage_request(struct engine *en, struct account *a, struct request *r);
void cache_request(struct engine *en, struct account *a, struct request *r);

/* --- the cache within its budgets (keep.c) --- */
struct keep *keep_new(struct account *a);
void keep_free(struct keep *k);
void keep_read(struct account *a, const struct request *r); /* a person reads it: its parts stay for a while */
void keep_idle(struct account *a);  /* nothing runs and nothing waits: a pass goes on, or begins if one is due */
void keep_now(struct account *a);   /* the end of a command: a pass of bounded time */
void keep_leave(struct account *a); /* the screens close: also the folder that was open */

/* --- texts ahead of need (ahead.c) --- */
struct ahead *ahead_new(struct account *a);
void ahead_free(struct ahead *h);
void ahead_wanted(struct account *a);  /* something new is in the cache */
bool ahead_idle(struct account *a);    /* nothing runs and nothing waits. True: it will at once */
void ahead_refused(struct account *a); /* what it asked for last: the folder is left alone */
/* Octets of text that are kept anyway; and whether the budget leaves room for more. */
void ahead_count(struct account *a, uint64_t octets);
uint64_t ahead_room(const struct account *a); /* octets of texts that may still be fetched */

/* What a folder's messages will be once the open changes have reached the server (pending.c). */
bool pending_hides(struct account *a, uint32_t folder, uint32_t uid); /* it is moved away or expunged */
unsigned pending_hidden(struct account *a, uint32_t folder);          /* how many of its messages */
void pending_lay(struct account *a, uint32_t folder, uint32_t uid, uint32_t *flags, GPtrArray **keywords);
void pending_forget(struct account *a); /* the open changes or their folders are no longer the same */

/* --- connections beside the first (side.c) --- */
#define SIDES_MOST 2
struct side {
	struct account *account;
	struct connection *conn; /* NULL: none is needed */
	struct job *running;
	bool resting; /* it has nothing to do, and is closed by: */
	struct timer *timer;
};
void sides_init(struct account *a);
void sides_clear(struct account *a);
void sides_end(struct account *a, const struct err *why); /* with what runs there; what waits is the first's again */
bool side_could(const struct account *a);                 /* large work may get a connection of its own, now or later */
bool side_can(const struct account *a);                   /* .. now */
void side_collect(struct account *a);                     /* large jobs that wait for the first connection */
void side_give_back(struct account *a);                   /* those that wait wait for the first again */
void side_run(struct account *a);                         /* starts what waits, connects if need be */
void side_cut(struct side *s);                            /* ends the job that runs, with its err, and the connection */
void side_disconnected(struct side *s, struct err *e);
void side_cancel(struct account *a, uint32_t request);
void side_taken(struct account *a, uint32_t request, uint64_t octets);
void side_doubt(struct account *a);

/* --- accounts (account.c) --- */
struct account {
	struct engine *engine;
	int index;
	const struct cfg_account *cfg;
	uint32_t number;
	struct store_account_info info;
	struct fs_lock *lock; /* held: this process drives the account */
	struct wake *wake;    /* others tap here */
	struct timer *deaf;   /* they cannot: they are looked for; or NULL */
	struct connection *conn;
	struct job *running;
	GQueue jobs;   /* struct job *, waiting */
	GQueue large;  /* .. for one of the other connections */
	GQueue broken; /* .. whose connection was cut; go on in a moment */
	struct timer *resume;
	struct side sides[SIDES_MOST];
	bool side_refused; /* the server lets us in only once */
	struct account_state state;
	struct timer *timer;   /* next poll or try; while lock_until: the next look at the lock */
	int64_t lock_until;    /* clock_ms(): another process's lock is waited for so long; 0: it is not */
	unsigned failures;     /* connections in a row, for the backoff */
	struct secret *secret; /* while a connection lives or may be remade; a token only while one lives */
	struct secret_wait *secret_wait;
	struct err token_refused; /* how the server refused the token before this one; cause NONE: it did not */
	char *watched;            /* folder that is looked at, shown name; or NULL */
	bool can_idle;            /* the server offered IDLE */
	bool dialed;              /* this process has contacted the server */
	bool acted;               /* this process has entered its act in the ledger */
	bool listed;              /* folders were listed in this process */
	guint cut_source;         /* of job_cut_soon, 0 none */
	struct changes changes;
	struct keep *keep;
	struct ahead *ahead;
	struct outbox *outbox;
	struct check_smtp *check_smtp; /* NULL: none is under way */
	bool copies_wait;              /* own copies of letters are to be filed once the folders are known */
};
struct account *account_new(struct engine *en, int index, const struct cfg_account *cfg);
void account_free(struct account *a);
void account_add(struct account *a, struct job *j);   /* takes ownership */
void account_queue(struct account *a, struct job *j); /* behind those of its priority; does not start it */
void account_run(struct account *a);                  /* starts the next job if it can */
void account_cancel(struct account *a, uint32_t request);
struct job *account_running(const struct account *a, const struct side *s); /* s NULL: on the first connection */
void account_taken(struct account *a, uint32_t request, uint64_t octets);
void account_cut(struct account *a); /* ends the job that runs, with its err, and the connection */
void account_set_phase(struct account *a, enum account_phase phase, const struct err *why);
void account_start(struct account *a);  /* the store is ready */
void account_report(struct account *a); /* EV_ACCOUNT */
void account_rest(struct account *a);   /* gives up its connection and its lock, keeps what is asked of it */
void account_resume(struct account *a);
/* The connection has ended; e says why (cause NONE: as wanted). */
void account_disconnected(struct account *a, struct err *e);
void account_drop_connection(struct account *a); /* at once, without a word */
void job_cut_soon(struct job *
		j); /* ends with its err and its connection in the loop's next turn, from within the wire's callbacks */
void account_reached(struct account *a); /* the server answered: a contact has begun */
void account_secret_worked(struct account *a, enum sasl_mechanism by);
void account_contacted(struct account *a, bool poll); /* a contact has ended: the interval starts anew */
int account_save(struct account *a, struct err *e);
void account_retry(struct account *a, struct secret *s); /* the user acts; s: typed, taken, or NULL */
/* Processes without a terminal may contact a server so many times an hour; counts this one. */
bool account_may_act(struct account *a, struct err *e);
void account_answer(struct account *a, struct request *r);

/* --- what was cut and goes on (resume.c) --- */
void resume_init(struct account *a);
void resume_later(
	struct account *a, struct job *j, unsigned tries); /* takes j, which has a request; tries in vain, from 1 */
bool resume_cancel(struct account *a, uint32_t request, const struct err *why); /* false: no such job waits */
void resume_clear(struct account *a, const struct err *why);                    /* ends all with why */
uint32_t random32(void);

/* --- rights and room (limits.c) --- */
void limits_load(struct account *a);
char *limits_letters(struct str rights);                           /* what a right can be called; g_free */
void limits_event(struct account *a, const struct imap_event *ev); /* IMAP_RIGHTS, IMAP_QUOTA: into the cache */

/* --- how it logs in (login.c) --- */
bool login_by_token(const struct account *a); /* its secret is an OAuth token */
struct secret_source login_secret(const struct account *a);
/* The same of its submission server. */
bool login_smtp_by_token(const struct account *a);
struct secret_source login_smtp_secret(const struct account *a);
uint32_t login_ways(const struct account *a); /* SASL_BIT()s that the mailrc names, 0: the usual order */
/* What logged in there the last time with a secret of the same kind. */
enum sasl_mechanism login_last_way(const struct store_account_info *i, bool token);
void login_settings(const struct account *a, struct imap_settings *out);
void login_bind(struct imap_session *s, const struct wire *w); /* TLS stands: the login may be bound to it */
void login_done(struct account *a, const struct imap_session *s);
void login_warn_weaker(const struct account *a, enum sasl_mechanism now, enum sasl_mechanism before);
char *login_words(const struct imap_session *s); /* by what, for people; g_free */
/* A secret that was refused is recognised without being kept. */
bool login_is_refused(const struct store_account_info *i, const struct secret *s);
void login_note_refused(struct store_account_info *i, const struct secret *s);
bool login_note_worked(struct store_account_info *i, enum sasl_mechanism by); /* true: that is news */

/* --- one connection: the pump and the session joined (connection.c) --- */
/* The session takes commands at once; they leave when connection_open has connected it. */
struct connection *connection_new(
	struct account *a, struct side *s, const struct secret *secret); /* s NULL: the first */
void connection_open(struct connection *c);
void connection_free(struct connection *c); /* NULL is a no-op */
struct imap_session *connection_imap(struct connection *c);
struct wire_stats connection_stats(const struct connection *c);
struct wire *connection_wire(struct connection *c);
void connection_poke(struct connection *c);
void connection_idle(struct connection *c);
/* The job that runs has enough for now; it must let go before it ends. */
void connection_hold(struct connection *c, bool held);
void connection_doubt(struct connection *c);       /* the machine slept: is the server still there? */
bool connection_ready(const struct connection *c); /* logged in */
/* Jobs may queue commands: also before the login, unless that may have to be made again on another connection. */
bool connection_takes_jobs(const struct connection *c);
/* About so many messages will be fetched: they come compressed, where that is offered and worth its flight. */
void connection_expect(struct connection *c, unsigned messages);
int64_t connection_started_ms(const struct connection *c);
bool connection_unused(const struct connection *c); /* no job has had an answer on it */
/* Raw name of the selected mailbox; NULL: none. */
const char *connection_selected(const struct connection *c);
void connection_set_selected(struct connection *c, const char *raw);
/* What is looked at is synced as soon as nothing else is to be done. */
void connection_look_again(struct connection *c);
void connection_tally(struct connection *c); /* into the ledger */

/* What the server offers is remembered for the next login. */
void connection_remember(struct connection *c);
struct live *connection_live(struct connection *c);

/* --- news of the selected mailbox while nobody asks (live.c) --- */
struct live;
struct live *live_new(struct account *a);
void live_free(struct live *l);
void live_forget(struct live *l); /* another mailbox is selected, or all of it was asked anew */
void live_event(struct live *l, const struct imap_event *ev, const struct job *j); /* j: runs, or NULL */
void live_look_again(struct live *l); /* a sync of what is looked at, when nothing else runs */
/* While nothing runs: what needs no question is written, for the rest there is a job. */
void live_apply(struct live *l);
/* What is left for a sync of that mailbox; the containers are the caller's. */
struct live_news {
	GPtrArray *flags;         /* struct store_row * */
	struct imap_set *gone;    /* UIDs */
	struct imap_set *numbers; /* of messages whose flags changed, the UID not told */
	GArray *hints;            /* uint32_t: numbers of EXPUNGE, in the order told */
	bool exists;              /* messages arrived */
};
void live_take(struct live *l, struct live_news *out);
/* Before the connection idles: NOTIFY where offered, and back to the folder that is looked at, else the inbox. True:
 * there is something to be done first. */
bool live_settle(struct live *l);

/* --- when (schedule.c): pure --- */
int64_t schedule_next_poll(const struct cfg_account *cfg, int64_t last_poll, uint32_t random);
/* Seconds until a poll may start, 0: now. */
int schedule_until_due(const struct cfg_account *cfg, int64_t last_poll, int64_t now);
int schedule_backoff(unsigned failures, uint32_t random); /* seconds */
int schedule_resend(unsigned attempts, uint32_t random);  /* seconds until a letter that was put off is tried again */
/* May a secret that was refused be tried? */
bool schedule_may_try(
	const struct cfg_account *cfg, const struct store_account_info *i, bool same_secret, bool person, int64_t now);

/* --- what to do in a folder (plan.c): pure --- */
enum plan_tier {
	TIER_BASELINE,  /* flags of the newest by UID; what vanished, by counting */
	TIER_CONDSTORE, /* the server names the flags that changed */
	TIER_QRESYNC,   /* and what vanished */
};
#define PLAN_NEWS 500       /* UIDs above the last UIDNEXT whose rows are asked before it is known how many there are */
#define PLAN_FLAGS 100      /* newest messages whose flags are asked on the baseline: two windows */
#define PLAN_OLD_FLAGS 1000 /* older ones a poll, going round */
#define FOLDER_SHIFTED (1u << 16) /* in store_folder.flags: UIDVALIDITY changed at the last visit .. */
#define FOLDER_FICKLE (1u << 17)  /* .. and at the one before it: nothing but the window is worth fetching */
/* caps: what the server offers and is not off. */
enum plan_tier plan_tier(const struct store_folder *f, uint64_t caps);
/* The tier that the server's answer to SELECT leaves. again: its HIGHESTMODSEQ says that the cache's means nothing. */
enum plan_tier plan_tier_told(
	enum plan_tier asked, const struct store_folder *f, const struct imap_mailbox *m, bool *again_out);
struct plan_in {
	const struct store_folder *cached; /* NULL: never seen */
	struct imap_mailbox server;
	uint32_t asked_hi; /* rows of new messages were asked up to this UID */
};
struct plan {
	bool renumber;             /* UIDVALIDITY changed */
	bool fickle;               /* and not for the first time */
	uint32_t news_lo, news_hi; /* new messages above asked_hi; 0: none */
};
void plan_folder(const struct plan_in *in, struct plan *out);
/* Is something missing or too many? hidden: messages the user moved away, which the server still has. sound: all
 * that is cached was named by the server in this visit. */
bool plan_differs(const struct store_folder *f, uint32_t exists, unsigned hidden, enum plan_tier tier, bool sound);
/* The numbers of the same messages after EXPUNGE of one. */
void plan_shift(struct imap_set *numbers, uint32_t seq);
/* The next UIDs to fill, downward from below: about `rows` messages by density. False: nothing is left. */
bool plan_fill(const struct store_folder *f, uint32_t exists, unsigned rows, uint32_t *lo_out, uint32_t *hi_out);

/* --- what vanished, by sequence numbers (search.c): pure --- */
/* cached: uint32_t, the folder's cached UIDs at or above floor, ascending; borrowed. floor 1: all of the folder is
 * meant to be cached. exists: the server's count, all new rows being cached. */
struct plan_search;
struct plan_search *plan_search_new(const GArray *cached, uint32_t floor, uint32_t exists);
void plan_search_free(struct plan_search *p); /* NULL is a no-op */
/* Before the first question: the server said EXPUNGE of this number; in the order told. */
void plan_search_hint(struct plan_search *p, uint32_t seq);
/* The numbers (uint32_t) whose UIDs are wanted now; false: the search has ended. */
bool plan_search_next(struct plan_search *p, GArray *seqs_out);
void plan_search_told(struct plan_search *p, uint32_t seq, uint32_t uid);
/* After its end: UIDs that vanished (ascending), and where the server has messages that the cache lacks. False: the
 * server's answers make no sense, nothing is known. */
bool plan_search_result(const struct plan_search *p, GArray *gone_out, struct imap_set *missing_out);

/* --- folders of the server into the cache (folders.c) --- */
struct folder_list; /* collects LIST, NAMESPACE, STATUS and MYRIGHTS answers */
struct folder_list *folder_list_new(void);
void folder_list_free(struct folder_list *l);
void folder_list_event(struct folder_list *l, const struct imap_event *ev);
bool folder_list_has(const struct folder_list *l, const char *raw);
/* The list was answered: asks what it left out (namespaces of others, which mailbox a new name is), once. True: the job
 * has commands under way, whose events belong to the list too. */
bool folder_list_more(struct folder_list *l, struct job *j, bool counts);
/* Names, prefix and roles into the store; 0 or -1. */
int folder_list_apply(struct folder_list *l, struct account *a, struct err *e);
/* Counts of a folder that is known. True: they are not what they were. */
bool folder_counts(struct account *a, const struct imap_event *status, struct err *e);
char *folder_shown_name(struct str raw, char delimiter, const char *prefix); /* g_free */
enum store_role folder_role_by_name(const char *shown);                      /* many languages */
/* The server's name for a new folder of this shown name (names.c); NULL with e; g_free. */
char *folder_raw_name(struct account *a, const char *shown, struct err *e);
char folder_delimiter(struct account *a);       /* '/' where none is known */
uint32_t folder_role_bit(enum store_role role); /* IMAP_ROLE_, 0: none */
/* The folder a user named: exact, "." or NULL the inbox, a role's own name. ERR_MISSING. */
int folder_find(struct account *a, const char *name, struct store_folder *out, struct err *e);
/* The mailrc's words about folders, onto those that are cached. */
int folders_mark_tiers(struct account *a, struct err *e);
/* Also one that the server has no more. */
int folder_find_cached(struct account *a, const char *name, struct store_folder *out, struct err *e);

/* --- jobs --- */
/* False: there is nothing to do now (e says why, if it is no success). May turn r into a person's act. */
bool sync_is_wanted(struct account *a, struct request *r, struct err *e);
struct job *sync_job_new(struct account *a, struct request *r);
/* The engine's own: the folder's news. live: it is selected, and the server said that there are some. */
struct job *sync_job_quiet(struct account *a, const char *folder, bool live);
/* True: what r wants is all in the cache, and *r was taken; or (with e) it cannot be. */
bool read_from_cache(struct account *a, struct request **r, struct err *e);
struct job *read_job_new(struct account *a, struct request *r); /* READ, RAW, PART */
struct job *bodies_job_new(struct account *a, struct request *r);
struct job *bodies_job_ahead(struct account *a, struct request *r); /* nobody asked: behind all else, and quiet */
struct job *check_job_new(struct account *a, struct request *r);

/* --- a row of the session to a row of the store (row.c) --- */
void row_from_fetch(const struct imap_event *ev, struct store_row *out);
uint32_t row_flags(const struct imap_event *ev);      /* those that are stored */
GPtrArray *row_keywords(const struct imap_event *ev); /* copied; NULL: none */
GPtrArray *keywords_copy(const GPtrArray *words);     /* char *; never NULL */
/* Without case. at_out may be NULL. */
bool keywords_have(const GPtrArray *words, const char *word, unsigned *at_out);

/* --- what the server told of a folder, into the cache (apply.c) --- */
struct apply {
	struct store *store;
	struct account *account;     /* whose open changes are laid over it; NULL: nobody's */
	struct store_folder *folder; /* borrowed; rows wait until its id is known */
	GPtrArray *rows, *flags;     /* struct store_row *: not written yet */
	GArray *seen;                /* uint32_t: UIDs whose flags the server named */
	unsigned fresh, changed, gone;
	struct imap_set missing; /* the server named them and the cache lacks them */
	bool doubt, confirmed;   /* of apply_vanished and apply_gone */
	bool held;               /* whose folder it is, is not known yet: nothing is written */
	bool share;              /* new rows may be messages that moved here: text of theirs is kept */
	bool dry;                /* count, write nothing */
};
void apply_init(struct apply *ap, struct store *st, struct account *a, struct store_folder *f);
void apply_clear(struct apply *ap);
void apply_reset(struct apply *ap); /* what waits is dropped, the counts begin anew */
int apply_row(struct apply *ap, struct store_row *row, struct err *e); /* takes row */
int apply_flags(struct apply *ap, const struct imap_event *ev, struct err *e);
/* Writes what waits and, unless 0, that every UID from filled_down_to up is cached: one transaction. */
int apply_flush(struct apply *ap, uint32_t filled_down_to, struct err *e);
/* What the cache has in [lo, hi] and `seen` lacks is gone. When that is most of many, nothing is dropped: `doubt`
 * is set, and the caller asks once more and comes again with `confirmed`. */
int apply_vanished(struct apply *ap, uint32_t lo, uint32_t hi, struct err *e);
/* The same of UIDs (uint32_t) that are known to be gone, out of so many that are cached. */
int apply_gone(struct apply *ap, const GArray *uids, uint32_t of, struct err *e);

/* --- a part on its way into a file (save.c) --- */
struct save;
/* Of the part of that section, or of a file within one. path: never over an existing file. *fetched_out (g_free): the
 * section whose octets it is fed. NULL: it has no such part. */
struct save *save_new(struct msg_part *root, const char *section, const char *path, char **fetched_out, struct err *e);
/* The part whose octets give that section, or a file within it; NULL with e: none that could be saved. */
const struct msg_part *save_part(struct msg_part *root, const char *section, struct err *e);
int save_feed(struct save *s, struct str bytes, struct err *e); /* encoded octets */
uint64_t save_fed(const struct save *s);                        /* how many so far */
int save_finish(struct save **s, char **path_out, char **sha256_out, uint64_t *octets_out, struct err *e);
void save_abort(struct save **s); /* NULL is a no-op; no file is left */

/* --- large parts from the cache (cached.c) --- */
GPtrArray *cached_streams_new(void);
/* PART or RAW: takes *r when the cache has it. */
int cached_send(struct account *a, struct store_place at, struct request **r, struct err *e);
void cached_taken(struct engine *en, uint32_t request, uint64_t octets);
void cached_cancel(struct engine *en, uint32_t request);

/* --- mailing lists left by a POST (unsubscribe.c) --- */
GPtrArray *unsubscribe_all_new(void);
void unsubscribe_request(struct engine *en, struct account *a, struct request *r); /* takes r */
void unsubscribe_cancel(struct engine *en, uint32_t request);

/* --- servers that are only looked at (reach.c) --- */
GPtrArray *reach_all_new(void);
void reach_request(struct engine *en, struct request *r); /* takes r */
void reach_cancel(struct engine *en, uint32_t request);

/* --- where a domain's mail may be (discover.c) --- */
GPtrArray *discoveries_new(void);
void discover_request(struct engine *en, struct request *r); /* takes r */
void discover_cancel(struct engine *en, uint32_t request);

/* --- text jobs on the pool (text.c) --- */
struct text_job {
	struct request *request;        /* the engine's alone; NULL: nobody waits any more */
	char *section, *charset;        /* of the request, as */
	bool html_first;                /* this */
	unsigned looked_into;           /* attachments whose content was */
	struct engine_message *message; /* the result */
	struct buf bytes;               /* a whole message; or */
	struct msg_part *root;          /* the part tree with */
	struct buf header;              /* the header and */
	GPtrArray *pieces;              /* struct text_piece *: encoded bodies of parts */
	bool whole;
	const char *html_command; /* of the mailrc, in place of boxwood-html; NULL */
	enum html_lock lock;      /* in what is known, out what was found */
	int64_t html_until;       /* no child reads HTML for longer, of all parts together; 0: none has begun */
	struct err err;
};
struct text_piece {
	char *section;
	struct buf body;
};
struct text_job *text_job_new(struct request *r);
void text_job_free(struct text_job *t);
void text_job_run(void *text_job); /* pure, but for the child that reads HTML */
/* As msg_html_fn; aux: the text job. */
enum msg_html html_read(struct str html, struct buf *out, void *text_job);
void engine_run_text(struct engine *en, struct text_job *t); /* on the pool; takes it, and its request's end */
/* What is shown of the message, or of one of its parts; g_ptr_array_unref. */
GPtrArray *text_shown(struct msg_part *root, const char *section, bool html_first);
/* The section whose octets show a part; NULL: none. g_free. */
char *text_section(const struct msg_part *p);
/* What is read of a message for other eyes than the reader's: its calendar, its vCards, the part of a report for machines, and what came
 * back with that; each may be NULL. */
struct text_aside {
	struct msg_part *calendar, *cards, *status, *returned;
};
struct text_aside text_aside(struct msg_part *root);

/* --- secrets (secret.c) --- */
struct secret_source {
	enum cfg_password password;
	const char *arg; /* path or command line */
	const char *login, *host;
	const struct account *account; /* whose, for the question */
	bool external;                 /* none is sent */
};
struct secret_wait;
/* done(secret or NULL with e) is called once, perhaps at once; until then *slot is set. What from points to stays. */
void secret_get(struct engine *en, const struct secret_source *from, struct secret_wait **slot,
	void (*done)(void *aux, struct secret *s, struct err *e), void *aux);
void secret_answer(struct secret_wait *w, struct secret *s); /* NULL: no */
void secret_cancel(struct secret_wait *w);                   /* done is not called; NULL is a no-op */
uint32_t secret_ask_id(const struct secret_wait *w);

#endif
