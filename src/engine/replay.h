/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The replay job, shared by its three files: replay.c (which change is next, and how it ends), carry.c (messages),
 * carry_folder.c (folders). */
#ifndef BOXWOOD_ENGINE_REPLAY_H
#define BOXWOOD_ENGINE_REPLAY_H

#include "engine/changes.h"

/* How far a change came, as its row keeps it. */
enum step {
	STEP_NEW = 0,
	STEP_SENT = 1,   /* the command that moves, copies or appends may have reached the server */
	STEP_COPIED = 2, /* every copy is confirmed: the originals go */
};

enum stage {
	STAGE_NEXT,
	STAGE_SOURCE, /* the source is selected, its messages are compared */
	STAGE_NOTED,  /* the target's UIDNEXT is known */
	STAGE_FORMER, /* the message that is to be replaced was looked at */
	STAGE_SENT,   /* the command itself */
	STAGE_FOUND,  /* the target was searched for what had arrived */
	STAGE_SOURCE_AGAIN,
	STAGE_REMOVED, /* the originals were taken away */
	STAGE_COUNTED, /* is the folder empty? */
	STAGE_LISTED,  /* the folder list, after a folder's change */
	STAGE_NAMED,   /* the folder list, before the name of a new folder is known */
	STAGE_WHY,     /* it was refused: what the server says of rights or room */
};

struct replay {
	struct job job;
	bool stores; /* it carries out what is appended, and nothing else; another job the rest */
	enum stage stage;
	struct store_change *c; /* under way; borrowed from the open ones */
	uint32_t select, command;
	uint32_t spaces; /* NAMESPACE: that it is refused refuses nothing else */
	bool selected, refused;
	char *code, *words;   /* of a refusal */
	GArray *seen;         /* struct identity: what a FETCH told */
	bool searched;        /* the target was looked at since the connection stands */
	bool answered;        /* the command itself was answered OK */
	bool moving;          /* the command was MOVE */
	bool rechecked;       /* what did not arrive was looked for where it came from */
	bool refound;         /* the whole folder was looked through */
	bool doubted;         /* refused, and yet it may be as it should: was it done before? */
	uint32_t appendlimit; /* octets, by the server; 0: not told */
	struct store_change
		*former; /* APPEND: the message that is to go with it, as what would take it away; never stored */
	bool replacing;  /* the command was REPLACE */
	bool replace_refused;
	bool utf8_refused; /* of an APPEND: a header in UTF-8 is no longer told */
	bool why_asked;    /* the reason of a refusal */
	bool more;         /* what the list left out is asked: no answer of that counts as a refusal */
	uint32_t counted;  /* messages of STATUS */
	struct folder_list *folders;
	struct spool *spool; /* APPEND: the bytes */
	GHashTable *passed;  /* ids of changes that wait for a better time */
};

/* --- replay.c --- */
struct store *replay_store(const struct replay *r);
bool replay_can(const struct replay *r, uint64_t cap); /* the server offers it and it has not failed */
void replay_command(struct replay *r, uint32_t id);    /* the one whose answer decides */
/* Before a command that makes a difference. False: the job ends. */
bool replay_begin(struct replay *r, enum step step);
bool replay_save(struct replay *r, bool items); /* items: its messages' fates too. False: the job ends */
void replay_finish(struct replay *r, enum change_state state, struct err *why);
void replay_fail(struct replay *r);                      /* by the refusal's code; what may pass is put off */
void replay_fail_as(struct replay *r, const char *code); /* as if the server had refused it so */
void replay_fail_with(struct replay *r, const char *text);

/* --- carry.c --- */
bool replay_moves(const struct replay *r);
void carry_start(struct replay *r);
void carry_start_append(struct replay *r);
void carry_ask_source(struct replay *r, bool identities, enum stage next);
void carry_find(struct replay *r); /* looks in the target for what may have arrived */
void carry_source_told(struct replay *r);
void carry_target_told(struct replay *r);
void carry_former_told(struct replay *r);
void carry_noted(struct replay *r); /* the same where its UIDNEXT was asked just now */
void carry_sent(struct replay *r);
void carry_found(struct replay *r);
void carry_source_again(struct replay *r);
void carry_conclude(struct replay *r); /* all its messages have their fate */

/* --- carry_folder.c --- */
void carry_folder(struct replay *r);
void carry_list(struct replay *r);
void carry_listed(struct replay *r);
void carry_named(struct replay *r);

#endif
