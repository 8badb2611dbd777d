/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two threads for CPU work on large input. A job is a pure function of its value; the value comes
 * back through a channel, so the caller owns it before and after, never meanwhile. */
#ifndef BOXWOOD_BASE_POOL_H
#define BOXWOOD_BASE_POOL_H

#include "base/channel.h"

struct pool;
struct pool *pool_new(unsigned threads);
void pool_run(struct pool *p, void (*work)(void *value), void *value, struct channel *done);
void pool_free(struct pool *p); /* finishes what runs, sends the rest back undone; NULL is a no-op */

#endif
