/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only way between threads: a queue of owned values and an eventfd. Values cross by move; nobody
 * keeps a reference to what was sent. GLib's own queues and locks are banned between threads because
 * ThreadSanitizer cannot see them. */
#ifndef BOXWOOD_BASE_CHANNEL_H
#define BOXWOOD_BASE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <glib.h>

struct channel;

/* free_value is called for values that are left when the channel is freed or sent after channel_close. */
struct channel *channel_new(void (*free_value)(void *value));
void channel_free(struct channel *c);              /* no thread may use it any more; NULL is a no-op */
void channel_send(struct channel *c, void *value); /* any thread; takes ownership */
void channel_close(struct channel *c);             /* what is sent from now on is freed */
void *channel_take(struct channel *c);             /* the owner of the value is the caller; NULL: empty */
/* Waits until a value is there or deadline_ms (clock_ms) has passed: NULL then. */
void *channel_wait(struct channel *c, int64_t deadline_ms);
/* Calls got() for each value in ctx's thread. g_source_destroy + g_source_unref by the caller. */
GSource *channel_watch(struct channel *c, GMainContext *ctx, void (*got)(void *value, void *aux), void *aux);

#endif
