/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server lets the account do (limits.c), and asking it why it did not (why.c). */
#ifndef BOXWOOD_ENGINE_LIMITS_H
#define BOXWOOD_ENGINE_LIMITS_H

#include "engine/replay.h"

/* Letters of RFC 4314; those of RFC 2086 stand for them where no new one is among the rights. */
bool limits_allow(const char *rights, char right);
/* "" where none is needed. */
const char *limits_needs(const struct store_change *c);
const char *limits_needs_target(enum change_op op);
/* The sentence for the first right that is lacking; NULL: none is. g_free. */
char *limits_words(const char *rights, const char *needed, enum change_op op, const char *folder);
/* -1: it would be refused, as is known from rights told lately. folder, target: may be NULL. */
int limits_check(const struct account *a, const struct store_change *c, const struct store_folder *folder,
	const struct store_folder *target, struct err *e);
char *limits_room(const struct account *a); /* "9.0 GB of 10.0 GB used (90 %)"; NULL: not told; g_free */
bool limits_nearly_full(const struct account *a);

/* --- why.c --- */
/* The change was refused: true when the server is asked what may be the reason, after which replay_fail comes again. */
bool why_ask(struct replay *r);
/* What is known of it then; NULL: the code has to do. g_free. */
char *why_words(struct replay *r);

#endif
