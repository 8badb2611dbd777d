/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync job, shared by its four files: sync.c (folders one after the other, from start to agreement), resync.c (the
 * first flight, and what is new), vanish.c (what is gone, and flags of all), fill.c (the rest, downward). */
#ifndef BOXWOOD_ENGINE_SYNC_H
#define BOXWOOD_ENGINE_SYNC_H

#include "engine/internal.h"

#define SYNC_CHUNK_MOST 1000 /* messages a command at most */

enum stage {
	STAGE_START,
	STAGE_LIST, /* the folder is not known: ask for the list first */
	STAGE_SELECT,
	STAGE_EXISTS, /* it was refused: is it still there? */
	STAGE_WINDOW, /* the newest messages by number, where they are not known */
	STAGE_NEWS,   /* what is new below them, upward */
	STAGE_REST,   /* part trees of what is new, and what the first flight left open */
	STAGE_SEARCH, /* what vanished, by numbers */
	STAGE_SWEEP,  /* flags of all that is cached */
	STAGE_FOLDERS,
	STAGE_COUNTS,
	STAGE_FILL,
	STAGE_NEXT,
};

struct range {
	uint32_t lo, hi;
	int64_t sent_ms;
	int64_t newest; /* INTERNALDATE met */
	bool rest;      /* of a renumbered folder: rows are asked of what was not found in the cache */
};

struct sync_job {
	struct job job;
	enum stage stage;
	GQueue names; /* char *: folders to come, shown names */
	struct store_folder f;
	bool known;      /* f was in the cache before */
	bool begun;      /* with a first folder */
	bool background; /* the rest, downward, when nothing else is wanted */
	bool poll;
	bool quiet;                    /* nobody asked for it: no contact of its own */
	bool live;                     /* the server itself told that there is something to ask */
	uint32_t select, list, counts; /* commands */
	uint32_t rights, room, spaces; /* .. whose refusal is none of the folder: MYRIGHTS, GETQUOTAROOT, NAMESPACE */

	/* the first flight */
	bool open;               /* the folder was selected already */
	bool stale;              /* UIDVALIDITY has changed: what else the flight brings was meant for other messages */
	bool reselected;         /* to hear HIGHESTMODSEQ */
	enum plan_tier tier;     /* asked, then told */
	bool late;               /* the tier fell: flags are still to be asked */
	bool again;              /* HIGHESTMODSEQ went back: every flag is looked at */
	uint32_t changes;        /* command */
	uint64_t modseq;         /* once all is applied the cache agrees with this; 0: unknown */
	uint32_t asked_hi;       /* rows of new messages were asked up to this UID */
	uint32_t old_top;        /* below UIDNEXT of the last agreement */
	struct imap_set gone;    /* VANISHED, not applied yet */
	GArray *hints;           /* uint32_t: numbers of EXPUNGE, in the order told */
	struct imap_set numbers; /* numbers of messages whose flags changed, the UID not told */
	bool numbered;           /* .. are being asked */
	bool moved;              /* .. and were expunged from meanwhile */
	GArray *fresh;           /* uint32_t: UIDs of rows that are new */
	uint32_t window_low;     /* lowest UID that the window brought */
	uint32_t news_at, news_hi; /* under way, and to come */
	uint32_t flags_low;        /* flags were asked from this UID up; 0: not */
	uint32_t old_flags;        /* command: those of some older ones */
	uint32_t old_low;          /* .. from this UID up; 0: not asked, or refused */
	bool judged;               /* what the flags told was applied */

	/* the check of a server that says what changed */
	uint32_t check_flags, check_changes; /* commands, while they run */
	GPtrArray *check;                    /* struct store_row *: flags as they are */
	GHashTable *told;                    /* UIDs that were named as changed */

	/* what vanished */
	struct plan_search *search;
	GArray *cached; /* uint32_t: what it compares with */
	unsigned searches, restarts;
	bool shaken;                 /* numbers moved meanwhile */
	bool grown;                  /* messages arrived meanwhile */
	bool doubted;                /* most of the folder seems gone */
	bool untouched;              /* nothing was cached before this visit */
	bool sound;                  /* all that is cached was seen on the server in this visit */
	bool swept;                  /* with its flags */
	bool sweep_all;              /* numbers do not help: every UID is asked */
	GArray *sweep;               /* uint32_t: cached UIDs that were not asked for yet; NULL: not begun */
	uint32_t sweep_lo, sweep_hi; /* under way */
	bool sweeping;

	bool kept_added; /* the folders to come are known */
	bool stored;     /* rows were added in some folder of this job */
	bool met_known;
	int64_t met; /* the newest INTERNALDATE of the range that was filled last, now or before; 0: none yet */
	struct apply apply;
	struct folder_list *folders;
	struct err worst;      /* of a folder that was passed over */
	char *refusal;         /* the server's words to SELECT */
	bool listed;           /* the folder is in the server's list */
	bool relisted;         /* the folder list was read in this job, or is on its way */
	GQueue fills;          /* struct range *: under way */
	GPtrArray *identities; /* struct store_row *: of the range under way in a renumbered folder */
	uint32_t fill_below;   /* the next range ends here */
	unsigned chunk;
	int64_t told_ms;
	struct engine_sync result;
	struct wire_stats began;
	int64_t began_ms;
	bool counting; /* began and began_ms are those of the folder at hand */
};

struct store *sync_store(const struct sync_job *s);
/* The folder as the store has it now, with its counts. 0; or -1 and the job's err is set. */
int sync_reload(struct sync_job *s);
void sync_stage(struct sync_job *s, enum stage stage);
/* What waits is written, and with it how far down the folder is filled (0: as it was). */
void sync_flush(struct sync_job *s, uint32_t filled_down_to);
void sync_tell(struct sync_job *s, bool now); /* EV_CHANGED, not too often unless `now` */
uint64_t sync_caps(const struct sync_job *s); /* what the server offers, less what is not believed any more */
void sync_ask_list(struct sync_job *s);       /* of folders, if it is wanted and not under way */
void sync_distrust(struct sync_job *s, uint64_t caps);

/* --- resync.c --- */
void sync_select(struct sync_job *s);
void sync_selected(struct sync_job *s); /* SELECT was answered, its flight perhaps not yet */
void sync_after_select(struct sync_job *s);
void sync_window_done(struct sync_job *s);
bool sync_ask_news(struct sync_job *s); /* false: nothing (more) is new */
void sync_ask_rest(struct sync_job *s);
void sync_rest_done(struct sync_job *s); /* may ask more */
/* The end of one of the commands above; true: it was one. */
bool sync_changes_ended(struct sync_job *s, const struct imap_event *done);

/* --- vanish.c --- */
/* From which UID up the flags of the newest cached messages are asked; 0: nothing is cached. */
uint32_t sync_newest_cached(struct sync_job *s, unsigned messages);
/* From which UID up so many cached messages lie below `below`, or all there are. */
uint32_t sync_lowest_below(struct sync_job *s, uint32_t below, unsigned messages);
uint32_t sync_lowest_kept(const struct sync_job *s); /* no UID from here up is lacking */
void sync_take_gone(struct sync_job *s);             /* VANISHED is applied */
/* Rows the cache lacks; false: none. */
bool sync_ask_missing(struct sync_job *s);
/* What the flags from flags_low up told; true: it is asked again. */
bool sync_judge_flags(struct sync_job *s);
bool sync_search(struct sync_job *s);    /* false: there is nothing (more) to ask */
bool sync_ask_sweep(struct sync_job *s); /* the same */
void sync_sweep_done(struct sync_job *s);

/* --- fill.c --- */
bool sync_fill_start(struct sync_job *s);                      /* false: nothing is to be filled */
void sync_fill_row(struct sync_job *s, struct store_row *row); /* takes row */
void sync_fill_done(struct sync_job *s, bool ok);              /* a range was answered */
bool sync_fill_left(struct sync_job *s);
void sync_fill_step(struct sync_job *s);
void sync_rekey_end(struct sync_job *s); /* old places are not needed any more */

#endif
