/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program without a screen: what both front ends share.
 *
 * Knows no curses, no stdout and no SQLite. Lives in the front's thread on its GMainContext: app_new joins it
 * to an engine through a port; requests go down with a callback that gets every event of theirs, the last
 * being EV_ENDED; events without a request go to listeners. Callbacks run from the context, never from inside
 * app_request. What only screens stand on is in model.h.
 *
 *	a = app_new(cfg, &port, ctx);
 *	id = app_request(a, request_new(REQ_WINDOW, 0, account), got, me);
 *	app_free(a);                 // callbacks are not called any more
 */
#ifndef BOXWOOD_APP_APP_H
#define BOXWOOD_APP_APP_H

#include "base/err.h"
#include "config/cfg.h"
#include "engine/engine.h"

/* --- the way to the engine; tests join a port of their own --- */
struct app_port {
	void *it;
	void (*send)(void *it, struct request *r); /* takes ownership */
	struct channel *events;                    /* of struct event *; borrowed */
};

/* ev belongs to app and is freed after the call; what is taken out of it is replaced by NULL. */
typedef void (*app_event_fn)(struct event *ev, void *aux);

struct app;
struct app *app_new(const struct cfg *cfg, const struct app_port *port, GMainContext *ctx);
void app_free(struct app *a);                   /* NULL is a no-op */
const struct cfg *app_cfg(const struct app *a); /* what counts; the pointer stays the same */
/* The mailrc was read anew (taken): all but its accounts, and what counts from the next start, counts at once. */
void app_take_mailrc(struct app *a, struct cfg *now);
const struct cfg *app_mailrc(const struct app *a); /* as it was read last */
/* Gives r its id, sends it, and calls fn for its events. fn may be NULL. */
uint32_t app_request(struct app *a, struct request *r, app_event_fn fn, void *aux);
void app_cancel(struct app *a, uint32_t id); /* its EV_ENDED still comes; 0 is a no-op */
void app_forget(struct app *a, uint32_t id); /* canceled, and fn is not called any more; 0 is a no-op */
/* The program is about to be stopped: waits until the engine has let go of everything others may want, at most wait_ms. */
void app_rest(struct app *a, int wait_ms);
void app_resume(struct app *a);
void app_listen(struct app *a, app_event_fn fn, void *aux); /* events of no request; one listener a front end */

/* --- what the user changed and the cache does not show yet (overlay.c) --- */
struct overlay;
struct overlay *overlay_new(void);
void overlay_free(struct overlay *o);
/* c lies over the rows of its places from now on, under the id of the request that makes it. */
void overlay_lay(struct overlay *o, uint32_t request, const struct engine_change *c);
/* The cache shows it by now: it no longer counts for answers to questions asked after `newest`. */
void overlay_settle(struct overlay *o, uint32_t request, uint32_t newest);
/* It did not come to be. False: it was settled or never laid. */
bool overlay_lift(struct overlay *o, uint32_t request);
/* Row of an answer to the request `asked`: gets the flags it will have; true: it is gone. */
bool overlay_row(const struct overlay *o, uint32_t asked, struct store_row *row);
bool overlay_place(const struct overlay *o, uint32_t asked, struct store_place at, uint32_t *flags); /* the same */
uint32_t overlay_hidden(
	const struct overlay *o, uint32_t asked, uint32_t folder); /* rows of the folder that are gone */
struct overlay *app_overlay(const struct app *a);
uint32_t app_newest(const struct app *a); /* the id of the request sent last */

/* --- the words of errors (words.c): every sentence both front ends say --- */
char *app_err_text(const struct err *e, const char *account);         /* one sentence; account may be NULL; g_free */
char *app_notice_text(const struct event *ev, const struct cfg *cfg); /* what an EV_NOTICE says; g_free */
char *app_err_hint(const struct err *e, const char *account);         /* what to do, or NULL; g_free */
/* What a person or a script asked to be done. */
enum app_verb {
	VERB_NONE,
	VERB_DELETE,
	VERB_ARCHIVE,
	VERB_JUNK,
	VERB_NOT_JUNK,
	VERB_MOVE,
	VERB_COPY,
	VERB_FLAG,
	VERB_FLAGGED,
	VERB_UNFLAGGED,
	VERB_READ,
	VERB_UNREAD,
	VERB_EXPUNGE,
	VERB_FOLDER,
};
/* "Archived 2 messages.": it is written down, and shown. g_free. */
char *app_done_text(enum app_verb verb, const struct engine_durable *d);
/* "Not moved to Archive: 2 messages are still in Inbox." g_free. */
char *app_failed_text(const struct engine_changed *c, unsigned messages);
/* "move 2 messages from Inbox to Archive"; names as shown. g_free. */
char *app_change_text(const struct store_change *c, const char *folder, const char *target);
char *app_waiting_text(unsigned changes); /* "3 changes wait for the server" */
enum {
	EXIT_CODE_OK = 0,
	EXIT_CODE_NONE = 1,
	EXIT_CODE_USAGE = 64,
	EXIT_CODE_BAD = 65,
	EXIT_CODE_MISSING = 66,
	EXIT_CODE_RECIPIENT = 67,
	EXIT_CODE_NOHOST = 68,
	EXIT_CODE_LACKING = 69,
	EXIT_CODE_BUG = 70,
	EXIT_CODE_CREATE = 73,
	EXIT_CODE_IO = 74,
	EXIT_CODE_TEMP = 75,
	EXIT_CODE_TLS = 76,
	EXIT_CODE_AUTH = 77,
	EXIT_CODE_CONFIG = 78,
	EXIT_CODE_MAYBE = 79,
};
int app_exit_code(const struct err *e);
int app_exit_worst(int a, int b); /* the order of cli.md */

/* --- changes, letters and parts as values (changes.c, letter_words.c, temp.c) --- */
struct engine_change *app_change_new(enum change_op op, GArray *places); /* places: taken; may be NULL */
struct engine_change *app_change_copy(const struct engine_change *c);
/* "seen", "\\Seen", "$Forwarded": its bit; a keyword: 0. False: no flag that can be set. */
bool app_flag_parse(const char *name, uint32_t *bit_out);
/* What became of a letter, in words: "Sent to 2 people." "Not sent: the server does not accept From vera@not.example." g_free. */
const char *app_mail_refused_from(const struct store_mail *m); /* the address that the server does not accept */
char *app_mail_text(const struct store_mail *m);
const char *app_mail_hint(const struct store_mail *m);                     /* what to do, translated; NULL */
int app_mail_exit(const struct store_mail *m);                             /* EXIT_CODE_ */
char *app_identity_text(const struct engine_identity *i, bool after_data); /* "accepted by the server 20 Nov"; g_free */
/* The letter by which the provider asks whether an address may be used can be told from a forged one. */
bool app_validation_is_known(const struct cfg_account *a);
/* Of EV_IDENTITIES: what it tells unasked, a sentence; NULL. g_free. */
char *app_identity_news(const struct event *ev);
uint64_t model_part_size(const struct msg_part *p); /* about, decoded */
/* By its name or type: whoever opens it may run it. */
bool app_part_is_program(const struct msg_part *p);
/* The type its name stands for, where that is another kind of thing than it says; NULL. */
const char *app_part_disagrees(const struct msg_part *p);

/* --- ids: ACCOUNT/FOLDER/UIDVALIDITY.UID and its shorter forms; ACCOUNT/FOLDER/local.N while no server names it --- */
struct app_id {
	char *account, *folder;    /* NULL: not said */
	uint32_t uidvalidity, uid; /* uidvalidity 0: not said */
	uint32_t local;            /* not 0: then uid is 0 */
	char *msgid;               /* `<..>` form, without <>; then the rest is empty */
};
int app_id_parse(const char *text, struct app_id *out, struct err *e);
void app_id_clear(struct app_id *id);
char *app_id_format(const char *account, const char *folder, uint32_t uidvalidity, uint32_t uid);
char *app_id_local(const char *account, const char *folder, uint32_t local);
char *app_id_folder(const char *account, const char *folder); /* what changes of a folder are called by */
bool app_id_is_full(const char *text);

/* --- patterns (pattern.c): what a filter is typed as, in the screens and in scripts --- */
/* mutt's letters (~f ana ~U), words (from:ana is:unread), plain words, and ! | ( ) "" between them. cfg tells who `me` is;
 * NULL: nobody. now: wall seconds. Empty: *out NULL. -1: ERR_INPUT, what is wrong, in which column, and what would do. */
int app_pattern(const struct cfg *cfg, struct str text, int64_t now, struct store_filter **out, struct err *e);

/* --- dates for people, in the local time zone --- */
bool app_date_iso(void); /* the locale says nothing of dates: scripts get ISO 8601 */
char *app_date_short(
	int64_t when, int64_t now);     /* at most 6 columns: "20:14", "Fri 20", "16 Nov", "Nov 24" = month year */
char *app_date_time(int64_t when);      /* "Sat 21 Nov 19:14", in the local time zone */
char *app_date_long(struct msg_date d); /* "Sat 21 Nov 2026 19:14", with the sender's own time if it differs */
char *app_date_head(const struct msg_head *h); /* the same; the field's own words where it is no date */
char *app_size(uint64_t octets);               /* "3 KB" */

/* --- HTML (html_words.c) --- */
const char *app_html_state(void); /* whether HTML can be laid out on this machine: a sentence */
/* What is said beside a text that was HTML, a sentence a line: how it was read, what is left out, what was not loaded from
 * where. char *, freeing, maybe empty. */
GPtrArray *app_text_notes(const struct msg_text *t);
const char *app_link_target(const struct msg_link *l); /* what opening it opens: without what only tracks */
char *app_link_shown(const struct msg_link *l);        /* the same, and how much was left out; g_free */

/* --- the command line (cli.c) --- */
enum cli_option_id {
	CLI_CONFIG,
	CLI_ACCOUNT,
	CLI_JSON,
	CLI_FORMAT,
	CLI_ZERO,
	CLI_QUIET,
	CLI_VERBOSE,
	CLI_LOG,
	CLI_NO_INPUT,
	CLI_OFFLINE,
	CLI_FRESH,
	CLI_COLOR,
	CLI_VERSION,
	CLI_HELP,
	CLI_NUMBER,
	CLI_SORT,
	CLI_THREADS,
	CLI_PART,
	CLI_DIGEST,
	CLI_RAW,
	CLI_HEADERS,
	CLI_TEXT,
	CLI_HTML,
	CLI_SEEN,
	CLI_OUTPUT,
	CLI_ALL,
	CLI_FOLDER,
	CLI_BODIES,
	CLI_IF_DUE,
	CLI_WATCH,
	CLI_DRY_RUN,
	CLI_QUEUE,
	CLI_QUERY,
	CLI_EXPUNGE,
	CLI_DUE,
	CLI_SUBJECT,
	CLI_AS_ATTACHMENT, /* of one name with CLI_ATTACH: the command decides */
	CLI_ATTACH,
	CLI_CC,
	CLI_BCC,
	CLI_FROM,
	CLI_REPLY_TO,
	CLI_HEADER_FILE,
	CLI_TO_IN_HEADER,
	CLI_HTML_FILE,
	CLI_TEMPLATE,
	CLI_MARKDOWN,
	CLI_AT,
	CLI_NOTIFY,
	CLI_RETURN,
	CLI_KEY,
	CLI_PARTIAL,
	CLI_WAIT,
	CLI_INLINE,
	CLI_FIELD,
	CLI_MESSAGE,
	CLI_ENVELOPE,
	CLI_SKIP_EMPTY,
	CLI_ESCAPES,
	/* From here on: each of one command only. */
	CLI_EMAIL,
	CLI_NAME,
	CLI_PROVIDER,
	CLI_LOGIN,
	CLI_PASSWORD_FD,
	CLI_YES,
	CLI_FORCE,
	CLI_OF_PROGRAM, /* of one name with CLI_FROM: the command decides */
	CLI_OPTIONS
};
#define CLI_SHARED CLI_EMAIL /* those before it have a bit each */
struct cli_option {
	const char *name; /* long; or NULL */
	char letter;      /* short; or 0 */
	const char *arg;  /* NULL: a flag */
	const char *help; /* N_() */
	bool many;        /* may be repeated: cli_values() */
};
struct cli_verb {
	const char *name, *args;
	int args_min, args_max; /* max -1: any number */
	uint64_t options;       /* bits of those it shares with others, beside the global ones */
	const char *help, *doc; /* N_(); doc may be NULL */
};
struct cli {
	const struct cli_verb *verb;  /* NULL: the screens */
	GPtrArray *args;              /* char *, UTF-8 */
	GPtrArray *many[CLI_OPTIONS]; /* char *: each value of an option that may be repeated; NULL: none */
	char *values[CLI_OPTIONS];
	bool given[CLI_OPTIONS];
	int verbose;
};
/* Options may stand before and after the command; `--` ends them. -1: ERR_USAGE, or ERR_LACKING for commands
 * of later versions. Clear c in either case. */
int cli_parse(int argc, char **argv, struct cli *c, struct err *e);
void cli_clear(struct cli *c);
bool cli_has(const struct cli *c, enum cli_option_id id);
/* An argument is a file if a regular file of that name exists and it is no full id, or "-". */
bool cli_names_file(const char *arg);
const char *cli_value(const struct cli *c, enum cli_option_id id); /* NULL: not given */
/* Every value of an option that may be repeated; *n_out may be 0. */
char *const *cli_values(const struct cli *c, enum cli_option_id id, unsigned *n_out);
char *cli_help(const struct cli_verb *v); /* v NULL: of the program; g_free */
/* The tables, for the manual and the completions. */
const struct cli_option *cli_option(enum cli_option_id id);
const struct cli_verb *cli_verbs(size_t *n_out);
bool cli_takes(const struct cli_verb *v, enum cli_option_id id);
bool cli_has_options(const struct cli_verb *v); /* beside the global ones */
bool cli_is_global(enum cli_option_id id);

/* --- mail that has come --- */
#define NOTIFY_TOLD 5 /* messages a command is told of */

/* What came into a folder; the newest first. */
struct app_news {
	const char *account; /* its label */
	const struct store_folder *folder;
	const GPtrArray *rows; /* struct store_row *, never empty; borrowed */
};
/* notify.c: what is new. UIDs only grow, so each message is new once. */
struct notify;
struct notify *notify_new(void);
void notify_free(struct notify *n);                     /* NULL is a no-op */
GPtrArray *notify_folders(const struct cfg_account *a); /* char *, freeing: whose new mail is told */
/* The newest rows of a folder, as they are now; of them those that are new since the last look at it (borrowed, unread;
 * g_ptr_array_unref). The first look finds none. */
GPtrArray *notify_look(struct notify *n, const struct store_folder *f, const GPtrArray *rows);
/* Takes out what was put there by changes (struct store_change *). */
void notify_drop_own(GPtrArray *news, const struct store_folder *f, const GPtrArray *changes);
bool notify_is_quiet(const struct cfg_options *o, int64_t now); /* now: wall seconds */
char *app_news_text(const struct app_news *news);               /* a clean line; g_free */
char *app_news_json(const struct app_news *news);               /* a line, ended; g_free */
/* Gives the line to the mailrc's command, which is let go of. 0 also where there is none. */
int app_news_run(const struct cfg *cfg, const struct app_news *news, struct err *e);
/* notifier.c: asks for what notify.c looks at. told() is not called in quiet hours. */
struct notifier;
struct notifier *notifier_new(
	struct app *a, GMainContext *ctx, void (*told)(void *aux, const struct app_news *news), void *aux);
void notifier_free(struct notifier *n);                          /* NULL is a no-op */
void notifier_event(struct notifier *n, const struct event *ev); /* an event of no request */
void notifier_look(struct notifier *n, int account);             /* something may have come */

/* --- letters (from.c, letter.c): what both front ends need to write one --- */

/* Which address a letter is sent as, and why. */
struct app_from {
	int account;                 /* index: whose server and Sent folder */
	struct msg_addr *addr;       /* with its name; owned */
	const struct cfg_from *line; /* of the mailrc; NULL: the account's own address, or one typed */
	char *why;                   /* "the address this mail was sent to"; a part of a sentence; owned */
	bool delivered;              /* the mail that is answered came to it */
};
void app_from_clear(struct app_from *f);
/* What a letter is begun from: a message of the account that it answers, a folder. */
struct app_from_facts {
	const struct msg_head *head; /* NULL: it answers nothing */
	const char *written_as;      /* what the user wrote in the thread before came from it; NULL */
	const char *folder;          /* shown name; NULL */
};
/* struct app_from *, freeing, the first counts, there is one at least: the address the message was sent as, if it is the
 * user's own, or the one it was delivered to (Delivered-To, X-Original-To, To, Cc; also by a wildcard); the one the user wrote
 * in the thread before; the folder's; the account's default. */
GPtrArray *app_from_candidates(const struct cfg *cfg, int account, const struct app_from_facts *facts);
void app_from_decide(const struct cfg *cfg, int account, const struct app_from_facts *facts, struct app_from *out);
/* head NULL: a new letter, the account's default. */
void app_from_choose(const struct cfg *cfg, int account, const struct msg_head *head, struct app_from *out);
/* What the user typed: an address, or enough of one of the mailrc's, of any account. -1: ERR_INPUT. */
int app_from_typed(const struct cfg *cfg, int account, const char *typed, struct app_from *out, struct err *e);
/* Another From in the middle: name, signature, Reply-To and Bcc of the former line go, those of the new one come. f NULL: of
 * the draft only. was NULL: it had none. */
void app_letter_set_from(
	struct draft *d, const struct cfg *cfg, const struct app_from *was, const struct app_from *now);
bool app_is_mine(const struct cfg *cfg, const char *addr); /* of any account, also by a wildcard */

/* Addresses as a person types them: separated by commas, aliases and groups of the mailrc among them. Appended to out. -1:
 * what is none, and where (ERR_INPUT). */
int app_addresses(const struct cfg *cfg, const char *text, GPtrArray *out, struct err *e);

/* A file that goes along: opened, a regular one, its type found. Each with its fd. ERR_MISSING says why not. */
struct draft_file *app_attach(const char *path, struct err *e);
/* A part of another message, by its section ("": all of it): its octets as they are. NULL with e. raw: that message. */
struct draft_file *app_attach_part(struct str raw, const char *section, struct err *e);
/* Octets without a file; taken. */
struct draft_file *app_attach_bytes(struct buf *bytes, const char *name);
/* The paths of a pattern (~ and *), sorted, or the path itself; char *; never NULL. */
GPtrArray *app_attach_paths(const char *typed);

/* Which reports of delivery the letter asks for: words as cfg_reports() takes them, NULL: those of the mailrc, "": none;
 * part, "headers" or "full": what comes back of it, NULL: as the mailrc says. -1: ERR_USAGE. */
int app_reports(const struct cfg *cfg, const char *words, const char *part, struct engine_post *p, struct err *e);
struct draft *app_letter_new(const struct cfg *cfg, const struct app_from *from);
/* only: what of its text is quoted; NULL: all of it. */
struct draft *app_letter_reply(const struct cfg *cfg, const struct app_from *from, const struct engine_message *m,
	enum reply_to_whom whom, const char *only);
/* The original as a message within (whole), or in the text with what was attached to it. raw: its octets; NULL where
 * app_forward_needs_raw() says that they are not needed. */
bool app_forward_needs_raw(const struct engine_message *m, bool whole);
struct draft *app_letter_forward(const struct cfg *cfg, const struct app_from *from, const struct engine_message *m,
	const struct str *raw, bool whole);

/* Words among the addresses that are aliases become what they stand for; others stay. */
void app_letter_expand(const struct cfg *cfg, GPtrArray *addrs);
/* Files by the draft's `names`, paths or patterns, are attached; -1: one could not be, the others are. */
int app_letter_attach_named(struct draft *d, struct err *e);

/* --- letters from the user's templates (template.c) --- */
GPtrArray *app_templates(void); /* char *: names, sorted; never NULL */
/* A new letter from that one, with `more` (NULL) behind its text. from, unless it is fixed, becomes what the template says.
 * NULL with e: there is none, or it is malformed. */
struct draft *app_letter_template(
	const struct cfg *cfg, const char *name, const char *more, bool fixed, struct app_from *from, struct err *e);
/* In subject and text %{name}: whom it goes to, %{me}: who writes, %{date}: today. Once these are known. */
void app_template_fill(struct draft *d);

/* --- HTML of a letter's text (markdown.c) --- */
/* The mailrc's `markdown` command with text on its standard input. done() is called once, with HTML (taken) or NULL and why,
 * unless it is canceled before. NULL with e: it could not be started, and done() is not called. */
struct app_markdown;
struct app_markdown *app_markdown_run(const struct cfg *cfg, const char *text,
	void (*done)(char *html, const struct err *e, void *aux), void *aux, struct err *e);
void app_markdown_cancel(struct app_markdown *m); /* NULL is a no-op */

/* Where the user's work is kept; g_free. */
char *app_state_dir(const struct cfg *cfg);
/* "18:30", "2026-12-24T08:00", "90m": wall seconds to come; 0 with e. */
int64_t app_time_typed(const char *typed, struct err *e);
/* Lets a process of its own send what is due; it ends by itself. */
int app_leave_runner(const struct cfg *cfg, struct err *e);

/* --- the user's editor (editor.c) --- */
bool app_has_editor(const struct cfg *cfg);
/* The editor and its file; NULL: there is none, or its line is malformed (e). g_strfreev. */
char **app_editor_argv(const struct cfg *cfg, const char *path, struct err *e);
/* What opens a window for it, to be put before its words; NULL: none. tells_pid: it ends at once and prints the process that
 * is to be watched. g_strfreev. */
char **app_editor_window(const struct cfg *cfg, bool *tells_pid_out);
/* Writes the letter into the file *path, or a new private one. */
int app_editor_write(const struct cfg *cfg, const char *state_dir, const struct draft *d, char **path, struct err *e);
char *app_editor_read(const char *path, struct err *e); /* as UTF-8; NULL with e; g_free */
bool app_editor_is_elsewhere(const char *path);         /* another running program has made the file */
bool app_runs_elsewhere(long pid);                      /* it is another process of this program, and lives */
void app_editor_done(const char *path);                 /* removes it; NULL is a no-op */

/* --- the vCards of `address-vcards` (contacts.c), read in a thread of their own --- */
struct app_contact {
	char *name; /* NULL */
	char *addr;
	char *org;    /* NULL */
	char *folded; /* all that it is found by */
};
struct app_contacts;
/* path: a file, or a directory with files *.vcf in it. changed() is called, from ctx, when they have been read. */
struct app_contacts *app_contacts_new(const char *path, GMainContext *ctx, void (*changed)(void *aux), void *aux);
void app_contacts_free(struct app_contacts *c); /* NULL is a no-op */
/* As they were read last, NULL: not yet; they are read again when that is half a minute ago. *reading_out: they come. */
const GPtrArray *app_contacts_get(struct app_contacts *c, bool *reading_out, const struct err **err_out);

/* --- whom a letter may go to (finder.c) --- */
enum app_found_in { FOUND_ALIAS, FOUND_PERSON, FOUND_CARD, FOUND_COMMAND, FOUND_PLACES };
struct app_found {
	enum app_found_in in;
	GPtrArray *addrs; /* struct msg_addr *: of a group several */
	char *source;     /* an alias's name; where it was found, in words */
};
void app_found_free(struct app_found *f);        /* NULL is a no-op */
char *app_found_text(const struct app_found *f); /* as it stands in a header; g_free */
/* Aliases and groups, the people of the mail, vCards, then what the mailrc's command finds. Nothing waits: changed() is called
 * from ctx as more comes. */
struct app_finder;
struct app_finder *app_finder_new(struct app *a, GMainContext *ctx, void (*changed)(void *aux), void *aux);
void app_finder_free(struct app_finder *f); /* NULL is a no-op */
/* Those that `typed` begins, at most so many of each place; what was asked before is given up. The command runs when nothing
 * else was asked for pause_ms, and not for "". */
void app_finder_ask(struct app_finder *f, const char *typed, unsigned most, int pause_ms);
void app_finder_stop(struct app_finder *f);
const GPtrArray *app_finder_found(const struct app_finder *f); /* struct app_found *, the best place first */
bool app_finder_is_busy(const struct app_finder *f);           /* more may come */
const struct err *app_finder_err(const struct app_finder *f);  /* ERR_NONE, or what could not be asked */

/* --- what a message tells or asks beside its text (card.c, card_calendar.c, card_report.c): for both front ends --- */
enum card_role { CARD_HEAD, CARD_LINE, CARD_WARN, CARD_DIM };
struct card_line {
	enum card_role role;
	char *label; /* translated; "" */
	char *text;  /* clean, one line */
};
/* struct card_line *, freeing; empty: there is nothing. account: index; -1: of a file. */
GPtrArray *app_card(const struct cfg *cfg, int account, const struct engine_message *m);
/* What the servers on its way wrote: results of those that are believed, and when each had it. */
GPtrArray *app_card_way(const struct cfg *cfg, int account, const struct msg_head *head);
char *app_status_text(const char *status);              /* "there is no such mailbox" for "5.1.1"; NULL; g_free */
char *app_event_time(const struct cal_event *ev);       /* when, here; g_free */
char *app_event_time_there(const struct cal_event *ev); /* the same where it is; NULL: no other; g_free */
char *app_event_repeats(const struct cal_rule *r);      /* "every 2 weeks on Monday"; NULL: it does not; g_free */

/* --- what the user does about it (answer.c, leaving.c) --- */
/* Which of the user's addresses is invited; NULL: none is, or nothing is asked. Borrowed from m. */
const struct cal_person *app_invited(const struct cfg *cfg, int account, const struct engine_message *m);
/* A letter of the outbox that says so. -1: why there is none. from and *draft are the caller's. */
int app_answer_invitation(const struct cfg *cfg, int account, const struct engine_message *m, enum cal_answer answer,
	struct app_from *from, struct draft **draft, struct err *e);
/* Who asks to be told that the message was read; NULL: nobody does. Borrowed from head's values; g_ptr_array_unref. */
GPtrArray *app_receipt_to(const struct msg_head *head);
int app_answer_receipt(const struct cfg *cfg, int account, const struct engine_message *m, struct app_from *from,
	struct draft **draft, struct err *e);
/* To be sent; hold: seconds in which it can be taken back. Takes draft. receipt: its sender is nobody, and the message is
 * marked as answered so. */
struct engine_post *app_answer_post(const struct cfg *cfg, struct draft *draft, bool receipt, struct store_place parent,
	int account, unsigned hold);

/* How a list can be left, the best way first (RFC 2369, RFC 8058). */
enum app_leave { LEAVE_NONE, LEAVE_POST, LEAVE_MAIL, LEAVE_PAGE };
enum app_trust { TRUST_NO, TRUST_UNKNOWN, TRUST_YES };
extern const char *const app_leave_names[]; /* "none", "post", .. */
extern const char *const app_trust_names[]; /* "no", .. */
struct app_leaving {
	enum app_leave how;
	char *url;  /* https: or mailto: */
	char *host; /* of it; or the address; clean */
	/* POST: a server that is believed found both fields signed by the domain `signer`. MAIL and PAGE: always unknown. */
	enum app_trust trust;
	char *signer;
};
void app_leaving_of(const struct cfg *cfg, int account, const struct msg_head *head, struct app_leaving *out);
void app_leaving_clear(struct app_leaving *l);
char *app_leaving_question(const struct app_leaving *l, const struct msg_head *head); /* what would be done; g_free */
int app_leaving_letter(const struct cfg *cfg, int account, const struct msg_head *head, const struct app_leaving *l,
	struct app_from *from, struct draft **draft, struct err *e);

/* --- what to know before believing a message (trust.c) --- */
enum app_doubt_kind {
	DOUBT_NO_FROM,
	DOUBT_NAME_IS_ADDRESS,
	DOUBT_MIXED_SCRIPTS,
	DOUBT_OTHER_SCRIPT,
	DOUBT_LOOKALIKE,
	DOUBT_SENDER,
	DOUBT_REPLY_TO,
	DOUBT_PROGRAM,
	DOUBT_NAME_AND_TYPE,
	DOUBT_CONTENT_AND_TYPE,
	DOUBT_BAD_ADDRESS,
	DOUBT_FIELD_TWICE,
	DOUBT_CUT_OFF,
	DOUBT_LIMIT,
};
extern const char *const app_doubt_names[]; /* "name-is-address", .. */
struct app_doubt {
	enum app_doubt_kind kind;
	char *text; /* a sentence, translated, clean */
};
/* struct app_doubt *, freeing; maybe empty. known: addresses the user has written to (char *), or NULL. */
GPtrArray *app_doubts(const struct engine_message *m, const GPtrArray *known);
/* An address of `who` (Sender, Reply-To) is none of From. */
bool app_differs_from_writer(const struct msg_head *h, const GPtrArray *who);
bool app_answers_go_elsewhere(
	const struct msg_head *h); /* to somebody whom nothing ties to the writer: DOUBT_REPLY_TO */
/* "Signed by OpenPGP: NOT VERIFIED"; g_free. */
char *app_seal_text(enum msg_seal_kind kind, enum msg_seal_scheme scheme);

/* --- links (viewer.c) --- */
enum app_link { LINK_OTHER, LINK_WEB, LINK_MAILTO }; /* only these two schemes are ever acted on */
enum app_link app_link_kind(const char *url);
/* The host a link goes to, where another stands before an '@' in its place ("http://bank.example@evil.example/"); NULL: it
 * is what it looks like. g_free. */
char *app_link_true_host(const char *url);
/* Hands a LINK_WEB to the first program of $BROWSER (commands between colons) or to xdg-open, without a shell, and lets
 * go of it. False: it is none, or there is no such program. */
bool app_link_open(const char *url);
/* --- programs for parts (mailcap.c): RFC 1524, run without a shell --- */
#define MAILCAP_MAX (1u << 20) /* octets of a file */

struct mailcap_entry {
	char *type;       /* lower case; "image/png", or the kind alone with or without a star */
	char *line;       /* the view command as it is written */
	GPtrArray *view;  /* char *: its words, with places to be filled; NULL: it cannot be run, and */
	const char *why;  /* N_(): that is why */
	GPtrArray *test;  /* char *: words; NULL: there is none */
	GPtrArray *print; /* the same, of its print command */
	char *name;       /* its nametemplate; NULL */
	bool file;        /* it names the file; else it reads it from its stdin */
	bool terminal, output;
	bool refused; /* its test cannot be run */
};
GPtrArray *mailcap_new(void); /* struct mailcap_entry *, freeing, in order */
/* Appends; lines that make no sense are passed over. */
void mailcap_parse(GPtrArray *entries, struct str text);
void mailcap_load(GPtrArray *entries); /* $MAILCAPS, else the usual files */
/* From what stands behind the type in a line. */
struct mailcap_entry *mailcap_entry_new(const char *type, struct str fields);
bool mailcap_fits(const struct mailcap_entry *m, const char *type);
/* The words filled with what the part says, each value within its word and without signs that a shell knows; g_strfreev. */
char **mailcap_argv(const GPtrArray *words, const char *path, const struct msg_part *p);
bool mailcap_names_file(const GPtrArray *words); /* else it reads it from its stdin */
/* A command that names no file gets it as its last word. */
void mailcap_want_file(struct mailcap_entry *m);
/* What the file of a part of that name is called, made by the entry (may be NULL): without signs that a shell knows; g_free. */
char *mailcap_file_name(const struct mailcap_entry *m, const char *name);
/* Whether its test holds: 1 or 0; -1: that program of argv (the filled test) has to say. */
int mailcap_test(const struct mailcap_entry *m, char **argv);

/* --- files for others, and names of what is saved (temp.c) --- */
/* A new private directory, in memory if so many octets may lie there; g_free, and app_temp_drop. NULL with e. */
char *app_temp_dir(const char *state_dir, uint64_t octets, struct err *e);
/* Private, in place of the one before: what was copied where no clipboard is. Its path; g_free. NULL with e. */
char *app_copied_file(const char *state_dir, struct str text, struct err *e);
void app_temp_drop(const char *dir);           /* with the files in it; NULL is a no-op */
void app_temp_clean(const char *state_dir);    /* those of programs that run no more */
char *app_part_name(const struct msg_part *p); /* a harmless name, made up if it has none; g_free */
/* A path in dir (NULL: here) where nothing is yet: the name, else with a number; g_free. */
char *app_free_path(const char *dir, const char *name);
char *app_expand_home(const char *path); /* "~/x"; g_free */

#endif
