/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync job, shared by its three files: sync.c (a folder from start to agreement), vanish.c (flags, and what is
 * gone), fill.c (the rest, downward). */
#ifndef BOXWOOD_ENGINE_SYNC_H
#define BOXWOOD_ENGINE_SYNC_H

#include "engine/internal.h"

#define SYNC_CHUNK_MOST 1000 /* messages a command at most */

enum stage {
	STAGE_START,
	STAGE_LIST, /* the folder is not known: ask for the list first */
	STAGE_SELECT,
	STAGE_EXISTS, /* it was refused: is it still there? */
	STAGE_WINDOW,
	STAGE_FLAGS,
	STAGE_SWEEP,
	STAGE_FOLDERS, /* the folder list, when wanted */
	STAGE_COUNTS,
	STAGE_FILL,
	STAGE_NEXT,
};

struct range {
	uint32_t lo, hi;
	int64_t sent_ms;
};

struct sync_job {
	struct job job;
	enum stage stage;
	GQueue names; /* char *: folders to come, shown names */
	struct store_folder f;
	bool known;      /* f was in the cache before */
	bool windowed;   /* the window was asked for in the same flight as the folder */
	bool background; /* the rest, downward, when nothing else is wanted */
	bool poll;
	uint32_t select, list; /* commands */
	uint32_t old_uidnext;
	uint32_t window_low, window_high; /* UIDs the window brought */
	uint32_t flags_low;               /* flags are asked from this UID up */
	bool untouched;                   /* nothing was cached before this visit */
	bool sound;                       /* all that is cached was seen on the server in this visit */
	GArray *sweep;                    /* uint32_t: cached UIDs that were not asked for yet; NULL: not begun */
	uint32_t sweep_lo, sweep_hi;      /* under way */
	bool sweeping;
	bool kept_added; /* the folders to come are known */
	int64_t oldest;  /* INTERNALDATE met while filling */
	struct apply apply;
	struct folder_list *folders;
	struct err worst;    /* of a folder that was passed over */
	char *refusal;       /* the server's words to SELECT */
	bool listed;         /* the folder is in the server's list */
	bool relisted;       /* the folder list was read in this job */
	GQueue fills;        /* struct range *: under way */
	uint32_t fill_below; /* the next range ends here */
	unsigned chunk;
	int64_t told_ms;
	struct engine_sync result;
	struct wire_stats began;
	int64_t began_ms;
	bool contacted;
};

struct store *sync_store(const struct sync_job *s);
/* The folder as the store has it now, with its counts. 0; or -1 and the job's err is set. */
int sync_reload(struct sync_job *s);
void sync_stage(struct sync_job *s, enum stage stage);
/* What waits is written, and with it how far down the folder is filled (0: as it was). */
void sync_flush(struct sync_job *s, uint32_t filled_down_to);
void sync_tell(struct sync_job *s, bool now); /* EV_CHANGED, not too often unless `now` */

/* --- vanish.c --- */
bool sync_was_cached(const struct sync_job *s);
/* From which UID up the flags of the newest cached messages are asked; 0: nothing is cached. */
uint32_t sync_newest_cached(struct sync_job *s);
void sync_flags_done(struct sync_job *s);
bool sync_ask_sweep(struct sync_job *s); /* false: there is nothing (more) to sweep */
void sync_sweep_done(struct sync_job *s);

/* --- fill.c --- */
bool sync_fill_start(struct sync_job *s);         /* false: nothing is to be filled */
void sync_fill_done(struct sync_job *s, bool ok); /* a range was answered */
bool sync_fill_left(struct sync_job *s);
void sync_fill_step(struct sync_job *s);

#endif
