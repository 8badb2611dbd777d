/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing that was asked for with parts or messages, until it is done: what the files of model_parts share. */
#ifndef BOXWOOD_APP_WORK_H
#define BOXWOOD_APP_WORK_H

#include "app/model.h"

enum work_kind { WORK_SAVE, WORK_OPEN, WORK_PIPE, WORK_PRINT, WORK_DETACH };

struct work {
	struct model_parts *m;
	enum work_kind kind;
	/* the message */
	int account;
	char *folder;
	uint32_t uid, local;
	struct buf file;
	GArray *places; /* struct store_place: several messages, one behind the other; NULL */
	guint place_at; /* of these */
	bool as_text;   /* how it reads is wanted, and not its octets */
	struct msg_mbox_writer mbox;
	GPtrArray *parts; /* struct msg_part *, ours; empty: the whole message */
	guint at;         /* of these */
	uint32_t request;
	uint64_t done, total;
	char *named; /* what is under way, for people */
	char *line;  /* the command that was typed or set */
	/* saving */
	char *dir, *path; /* path: the one the user typed */
	unsigned saved;
	uint64_t octets;
	char *last; /* path */
	struct err err;
	/* a program */
	char *temp, *temp_path;
	int fd;             /* what is being written there; -1 */
	GPtrArray *entries; /* struct mailcap_entry * */
	guint entry;
	struct proc *proc;
	bool runs, lent; /* the program does; it has the terminal */
	int64_t started;
	/* taking a part out */
	char *section;
	struct store_place place; /* folder 0: it was not found */
	uint32_t flags;
	int64_t received;
	uint32_t group; /* of the change that stores the new one */
};

/* --- model_parts.c --- */
struct work *work_new(struct model_parts *m, enum work_kind kind, const struct model_source *of);
void work_end(struct work *w); /* frees it */
void work_say(const struct work *w, char *sentence);
void work_say_err(const struct work *w, const struct err *e);
void work_fail(struct work *w, struct err *e);          /* says why, and ends it */
const struct msg_part *work_part(const struct work *w); /* NULL: the message, or all are done */
void work_name(struct work *w);                         /* by what it is at */
struct request *work_request(const struct work *w, enum request_type type);
void work_progress(struct work *w, const struct event *ev);
/* The part's octets into a private file of that name, the message's if there is no part; or with `text` how either reads.
 * Then it goes on below. */
void work_fetch(struct work *w, const char *name, bool text);

/* --- parts_program.c, parts_detach.c: what was fetched is there --- */
void program_got_file(struct work *w);
void detach_got_file(struct work *w);

#endif
