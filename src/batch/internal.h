/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BOXWOOD_BATCH_INTERNAL_H
#define BOXWOOD_BATCH_INTERNAL_H

#include <stdio.h>

#include "app/json.h"
#include "base/clock.h"
#include "batch/batch.h"

/* --- one run --- */
struct asking;
struct batch {
	const struct cli *cli;
	const struct cfg *cfg;
	struct app *app;
	GMainContext *ctx;
	int code; /* the worst so far */
	bool out_failed;
	FILE *tty;             /* for questions; NULL: nobody to ask */
	int64_t deadline;      /* clock_ms(): BATCH_IN_ALL ends then */
	struct asking *asking; /* what is waited for now, or NULL */
	/* Of a change that waits: it is kept, so there is no use in waiting for an account that cannot be reached. */
	int reaching;    /* the account; -1: none */
	struct err lost; /* why it cannot be */
};

#define BATCH_IN_ALL (-1)     /* what is left of the command's BATCH_READ_MS */
#define BATCH_NO_LIMIT 0      /* no server has a part in it */
#define BATCH_CACHE_MS 30000  /* the cache alone, on a disk that may be slow */
#define BATCH_LONG_MS 1800000 /* what may rightly take long; the engine watches that it goes on */

/* Sends r and waits for its end: 0, or -1 with e. Past wait_ms (or one of the names above) it is canceled and e
 * says so; what a question to the user took does not count. fn gets the other events of it. */
int batch_ask(struct batch *b, struct request *r, app_event_fn fn, void *aux, int wait_ms, struct err *e);
/* A line typed on the terminal, without blanks round it; NULL: its end (^D). g_free. */
char *batch_type(FILE *tty, const char *prompt);
struct secret *batch_type_secret(FILE *tty, const char *prompt); /* not shown; NULL: nothing was typed */
/* Asks on the terminal; without one the command was the answer. */
bool batch_confirm(struct batch *b, const char *question);
const char *batch_label(const struct batch *b, int account);
/* Prints e on stderr as text or JSON and raises the exit code. */
void batch_error(struct batch *b, const char *account, const struct err *e);
/* With another word on what to do; NULL: none. */
void batch_error_hint(struct batch *b, const char *account, const struct err *e, const char *hint);
void batch_note(struct batch *b, const char *text); /* one line on stderr, not with --quiet */
/* One record on stdout: as JSON, by the pattern of --format, or text (which ends with no newline). */
void batch_record(struct batch *b, const struct json *j, const char *text);
bool batch_wants_json(const struct batch *b);       /* JSON or a pattern: text is not needed */
void batch_text(struct batch *b, const char *text); /* as it stands, in the locale's charset */
void batch_bytes(struct batch *b, struct str bytes);
/* The index of the account that -A, or else the default, names; -1 with e. */
int batch_account(struct batch *b, const char *label, struct err *e);
/* Brings the folder up to date if it is due (not with --offline). 0; or -1 with e: what is cached may be used. */
int batch_refresh(struct batch *b, int account, const char *folder, uint32_t rows, bool all_folders, struct err *e);

/* --- places of ids (place.c) --- */
struct place {
	int account;
	char *folder;
	uint32_t uid, uidvalidity, local; /* local: then uid is 0 */
	struct store_row *row;            /* owned */
};
void batch_place_free(struct place *p);
struct place *batch_place_find(struct batch *b, const char *id, struct err *e);
/* The message as it is read; NULL with e. */
struct engine_message *batch_message(struct batch *b, const struct place *p, struct err *e);
/* The octets as received, into out, which must be empty. */
int batch_raw(struct batch *b, const struct place *p, struct buf *out, struct err *e);
char *batch_place_id(const struct batch *b, const struct place *p);

/* Folders of an account, struct store_folder *; NULL with e. */
GPtrArray *batch_folders(struct batch *b, int account, struct err *e);

/* The folder that name means, which may begin with the account's; g_free. NULL with e. */
char *batch_target(struct batch *b, int account, const char *name, struct err *e);

/* --- changes (change.c) --- */
#define BATCH_CHANGE_MS 30000 /* the server's answer is waited for */

/* Messages of one account that a change is about. */
struct chosen {
	int account;
	GArray *places; /* struct store_place */
	GPtrArray *ids; /* char *, one a place: as they are now */
};
/* The ids among args[from..to) by account ("-": on standard input); NULL with e. */
GPtrArray *batch_choose(struct batch *b, unsigned from, unsigned to, struct err *e);
/* Makes the change and prints what became of each id. verb: the record's `op`; NULL: no record. Takes c. The
 * exit code is raised. */
void batch_change(struct batch *b, int account, const char *verb, struct engine_change *c, const GPtrArray *ids);
void batch_changed(struct batch *b, int account, const char *verb, const struct engine_changed *ch); /* one record */
/* One request whose EV_CHANGE events are printed: undo, flush, retry. */
void batch_change_request(struct batch *b, struct request *r, const char *verb, int wait_ms);

/* --- what goes along with a letter (attach.c) --- */
/* "-" is among the attachments: standard input is no text then. */
bool batch_attaches_input(const struct batch *b);
int batch_attach(
	struct batch *b, struct draft *d, struct err *e); /* those of the command line and of the draft's header */

/* --- letters (letter.c) --- */
void batch_post(struct batch *b, int account, struct engine_post *p); /* takes p; prints what becomes of it */
/* One request whose EV_MAIL events are printed, each letter as it was told last. wanted: that it waits is what was asked
 * for, no failure. */
void batch_mail_request(struct batch *b, struct request *r, bool wanted, int ms);
/* e: why it is not sent; NULL: as the letter says. */
struct json *batch_mail_record(
	struct batch *b, int account, const struct store_mail *m, const char *status, const struct err *e);
char *batch_mail_words(const struct store_mail *m); /* every line of what the server said, each ended; g_free */
/* A process that sends what is due, and ends. */
void batch_leave_runner(struct batch *b);

/* --- typed on the terminal (escapes.c) --- */
/* Fills d from standard input, with ~ commands. False: the user gave it up; d has what was typed. */
bool batch_type_letter(struct batch *b, struct draft *d);

/* --- the outbox (outbox.c) --- */
/* all: ended ones too. NULL with e. */
GPtrArray *batch_mails(struct batch *b, int account, bool all, struct err *e);
void batch_mails_list(struct batch *b, int account, const GPtrArray *mails, bool all);
/* The letter "m3": show, hold, drop, retry. */
int batch_mail_verb(struct batch *b, const char *verb, uint32_t id, struct err *e);
void batch_mails_flush(struct batch *b, int account, bool due_only);
/* Seconds until the next letter of an account is due, 0: now, -1: none is. */
int64_t batch_mail_due(struct batch *b, int account);
/* The newest letter that waits and was made since; 0: none. account_out: whose. */
uint32_t batch_mail_newest(struct batch *b, int64_t since, int *account_out);

int cmd_list(struct batch *b);
int cmd_folders(struct batch *b);
int cmd_show(struct batch *b);
int cmd_save(struct batch *b);
int cmd_sync(struct batch *b);
int cmd_setup(struct batch *b);
int cmd_flag(struct batch *b);
int cmd_move(struct batch *b); /* copy, too */
int cmd_role(struct batch *b); /* delete, archive, junk */
int cmd_undo(struct batch *b);
int cmd_queue(struct batch *b);
int cmd_folder(struct batch *b);
int cmd_cache(struct batch *b);
int cmd_import(struct batch *b);
int cmd_export(struct batch *b);
int cmd_config(struct batch *b);
int cmd_provider(struct batch *b);
int cmd_send(struct batch *b);
int cmd_reply(struct batch *b);
int cmd_forward(struct batch *b);
int cmd_bounce(struct batch *b);
int cmd_answer(struct batch *b);
int cmd_from(struct batch *b);
int cmd_address(struct batch *b);

/* --- set-up (setup.c) --- */
void batch_check(struct batch *b, const char *account, const struct engine_check *c); /* one record */
int batch_setup(struct batch *b); /* sets an account up, asking or not; the exit code */

/* --- records (records.c) --- */
struct json *record_message(const char *account, const struct place *p, const struct engine_message *m, bool digest);
/* Adds what is beside the text: calendar, report, receipt, list, results of checks (records_card.c). */
void record_card(struct json *j, const struct cfg *cfg, int account, const struct engine_message *m);
char *text_card(const GPtrArray *card); /* of app_card; "" */
char *text_row(const struct store_row *row, int64_t now);
char *text_header(const struct engine_message *m, bool all);
char *text_doubts(const struct engine_message *m); /* what a reader should know, a line each; g_free */
char *text_parts(const struct engine_message *m);

#endif
