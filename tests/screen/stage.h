/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens on a stage: the real ui and app over a terminal that is a grid and an engine that answers from
 * made-up mail. Nothing sleeps: stage_settle() runs the loop until nothing is left to do. */
#ifndef BOXWOOD_TESTS_STAGE_H
#define BOXWOOD_TESTS_STAGE_H

#include "ui/internal.h"

#define STAGE_NOW 1795295640 /* Sat 21 Nov 2026 21:14 UTC */
#define STAGE_ROWS 200

struct stage {
	GMainContext *ctx;
	struct channel *events;
	struct cfg *cfg;
	struct app *app;
	struct term *term;
	struct ui *ui;
	uint32_t rows;                   /* of the inbox */
	bool cold;                       /* nothing was ever synced */
	bool silent;                     /* messages, parts and syncs are never answered */
	bool deaf;                       /* nothing is answered any more */
	bool lose_message;               /* reading a message fails */
	bool slow_changes;               /* changes are never durable: see stage_durable */
	bool no_role;                    /* no folder has a role but the inbox */
	const char *refusal;             /* what the server answers to changes */
	uint32_t folder_flags;           /* of every folder whose rows are asked for */
	unsigned queue;                  /* changes that wait */
	uint32_t group;                  /* of the change made last */
	GHashTable *gone, *flags;        /* of the inbox: UIDs that were moved away; UID -> flags + 1 */
	struct engine_change *last;      /* change asked for last */
	GPtrArray *held;                 /* struct request * not answered */
	unsigned sent[REQ_DISCOVER + 1]; /* requests by type */
	uint64_t size_max;               /* octets of a letter that the server takes */
	const char *pending, *link;      /* the alias that waits to be validated, and its link */
	const char *mail_refusal;        /* what the server answers to letters: their sender */
	bool full_disk;                  /* drafts are not saved */
	const char *mail;                /* octets of every message, text/plain; NULL: the usual one */
	bool interrupted;                /* the drafts were in an editor when the program ended */
	GPtrArray *mails;                /* struct store_mail *: the outbox */
	struct draft *letter;            /* as it was saved or sent last */
	char *saved_path, *saved_section;
	char *password;    /* as it came with an answer */
	uint32_t answered; /* the ask it was for */
};

/* --- for stage_threads.c --- */
struct store_row *stage_inbox_row(const struct stage *s, uint32_t i); /* from the newest on */
void stage_threads(const struct stage *s, const struct request *r, struct event *ev);

struct stage *stage_new(int rows, int cols);
struct stage *stage_new_cold(int rows, int cols);
void stage_free(struct stage *s);
struct cfg_options *stage_options(struct stage *s); /* as the program has them now; may be changed */
void stage_settle(struct stage *s);
void stage_type(struct stage *s, const char *keys); /* and settles */
void stage_resize(struct stage *s, int rows, int cols);
void stage_tell(struct stage *s, struct event *ev); /* takes it, and settles */
/* An EV_ACCOUNT of the first account. err may be NULL. */
void stage_account(struct stage *s, enum account_phase phase, int64_t last_sync, int64_t next, struct err *e);
void stage_durable(struct stage *s); /* what was held by slow_changes */
void stage_answer(struct stage *s);  /* what was held by silent */
void stage_deliver(struct stage *s); /* what is in the outbox reaches the server */
/* Compares the grid with tests/screen/golden/NAME.txt; UPDATE=1 in the environment writes it. */
void stage_golden(struct stage *s, const char *name);
/* The same mail on the real terminal, until the user leaves; an exit code. */
int stage_run(struct err *e);
char *stage_text(const struct stage *s); /* the text plane alone; g_free */

#endif
