/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes: what the user wants different on the server. Shared by change.c (made durable, ended, told), effect.c (what it
 * does to the cache), pending.c (what it does to what the server says), replay.c (carried out on the connection),
 * verify.c (is it still that message, and did it arrive?), undo.c (taken back). */
#ifndef BOXWOOD_ENGINE_CHANGES_H
#define BOXWOOD_ENGINE_CHANGES_H

#include "engine/internal.h"

#define CHANGE_STEP_REPLACED 3  /* of an APPEND: the message it stands for went with it */
#define CHANGE_STEP_FOUND 4     /* of a CREATE: another hand had made the folder */
#define CHANGE_STEP_IF_EMPTY 10 /* of a DELETE: only while nothing lies in the folder */

/* A CREATE that is made before the account's prefix is known has a guess for its .target, and in .remove the delimiter it was
 * guessed with; that is put right before it is carried out. */

/* --- changes.c --- */
struct store_change *change_find(struct account *a, uint32_t id); /* among the open ones; NULL */
uint32_t change_newest(const struct account *a);                  /* its id; 0: none is open */
/* Takes c, which is in the store: shows its effect and tells the front. */
void change_add(struct account *a, struct store_change *c);
/* The end of an open change: DONE, FAILED, PARKED, UNDONE. why may be NULL; it is left empty. c is freed, but where its end
 * cannot be written: then nobody is told, c stays open as it was, and the answer is -1. */
int change_end(struct account *a, struct store_change *c, enum change_state state, struct err *why, struct err *e);
/* EV_CHANGE, a line for each message, or one for a folder's change. */
void change_tell(struct account *a, uint32_t request, const struct store_change *c, enum change_state state,
	const struct err *why);
void change_durable(
	struct account *a, const struct request *r, const struct store_change *first, unsigned messages, bool undo);
/* A folder was renamed: other open changes mean it by its new raw name. */
void changes_follow(struct account *a, const struct store_change *renaming, char delimiter);
/* The request r ends when no change of the group (0: of any) is open any more; takes r. */
void change_wait(struct account *a, struct request *r, uint32_t group);

/* --- change.c --- */
/* The rows, all new, in one group, made durable, shown and carried out for r. Takes r unless it fails. */
int change_make_all(struct account *a, struct request *r, GPtrArray *rows, bool undo, struct err *e);

/* The folder that a change aims at; one that is to be made first gets a change of its own, put into rows. */
int change_find_target(
	struct account *a, const struct engine_change *want, struct store_folder *out, GPtrArray *rows, struct err *e);
int change_find_role(
	struct account *a, enum store_role role, struct store_folder *out, struct err *e); /* ERR_MISSING */

/* --- effect.c: on the cache --- */
int effect_lay(struct account *a, struct store_change *c, struct err *e);       /* idempotent */
int effect_take_back(struct account *a, struct store_change *c, struct err *e); /* of items that are not done */
/* c has not come about: what flags the messages of a later change had before it, is what they had before c. True: some
 * of its messages are c's too. */
bool effect_rebase(const struct store_change *c, struct store_change *later);
/* What became of the items that are done: places get the UIDs the server gave, or go. */
int effect_settle(struct account *a, struct store_change *c, struct err *e);
/* The same for changes that have ended while the cache could not be told: a full disk, a power cut. */
int effect_settle_ended(struct account *a, struct err *e);

/* --- verify.c: identities --- */
struct identity { /* of a message on the server */
	uint32_t uid;
	uint64_t size;
	int64_t received;
	char *msgid; /* owned; NULL: none */
};
GArray *identities_new(void); /* of struct identity, clearing */
void identities_add(GArray *ids, const struct imap_event *fetch);
/* Open items of c against what the server told of their UIDs: those that are there are counted, those that are gone too,
 * and one whose UID is another message's is PARKED. */
unsigned verify_source(struct store_change *c, GArray *seen, unsigned *gone_out);
/* Other hands took them away: what was wanted of them is done. */
void verify_give_up_gone(struct store_change *c, GArray *seen);
/* Open items found in the target, at or above the UIDNEXT noted before, get their target_uid; no UID twice. */
void verify_target(struct store_change *c, GArray *seen);
/* After a new UIDVALIDITY, with the whole folder seen: items get their new UID, or are PARKED. How many were found. */
unsigned verify_renumbered(struct store_change *c, GArray *seen);
void verify_copied(struct store_change *c, const struct imap_copied *copied);
bool verify_all_arrived(const struct store_change *c); /* every open item has its target_uid */
bool verify_any_parked(const struct store_change *c);

/* --- pending.c --- */
void pending_change_flags(const struct store_change *c, uint32_t *flags, GPtrArray **keywords);

/* --- undo.c --- */
/* Words that c added or removed and item's message did not have so before: borrowed, appended. */
void change_inverse_words(
	const struct store_change *c, const struct store_change_item *item, GPtrArray *add, GPtrArray *remove);

/* --- spool.c --- */
struct spool;
/* Copies the file into the spool; c gets its path, size and the message's identity, and is added to rows in any case. */
int spool_take(
	struct account *a, const struct engine_change *want, struct store_change *c, GPtrArray *rows, struct err *e);
/* Where octets that others make are to be written: c gets its path; g_free. NULL with e. */
char *spool_new(struct account *a, struct store_change *c, struct err *e);
/* The same octets under a name of its own, each removes its own; c gets path and sha256. */
int spool_link(struct account *a, struct store_change *c, const char *name, const char *sha256, struct err *e);
struct spool *spool_open(struct account *a, const struct store_change *c, struct err *e);
bool spool_is_utf8(const struct spool *s); /* its header holds more than ASCII, all of it UTF-8 */
int spool_feed(struct spool *s, struct imap_session *imap, struct err *e);
void spool_close(struct spool *s);                                /* NULL is a no-op */
void spool_keep(struct account *a, const struct store_change *c); /* the change is a row now */
void spool_remove(struct account *a, const struct store_change *c);
void spool_sweep(struct engine *en); /* files that nobody will ask for */

/* --- replay.c --- */
/* A sync that another process asked for. */
void change_sync(struct account *a, struct store_change *c);
#define UNDOES_NOTHING UINT32_MAX /* store_change.undoes of what nobody pressed: undo passes over it */
/* A new APPEND whose message may lie in its target already, at or above the UIDNEXT that is noted. */
void change_look_first(struct store_change *c);
struct job *replay_job_new(struct account *a, bool stores); /* stores: what is appended, and nothing else */
/* c ends otherwise (it was taken back before anything of it was sent): what was asked for it is answered to nobody. */
void replay_let_go(struct account *a, const struct store_change *c);

#endif
