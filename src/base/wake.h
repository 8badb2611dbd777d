/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tap on the shoulder between processes of one user: a datagram socket in a private directory. What is sent has no
 * meaning but "look"; it may be lost, so nobody relies on it alone. */
#ifndef BOXWOOD_BASE_WAKE_H
#define BOXWOOD_BASE_WAKE_H

#include <stdbool.h>

#include <glib.h>

#include "base/err.h"

struct wake;
/* Listens at path (an older socket there is replaced; the directory is private, a longer path than the system's about 107
 * octets fails). fire is called in ctx's thread, once for any number of taps. */
struct wake *wake_listen(const char *path, GMainContext *ctx, void (*fire)(void *aux), void *aux, struct err *e);
void wake_free(struct wake *w); /* removes the socket; NULL is a no-op */
/* False: nobody listens there. Never waits. */
bool wake_tap(const char *path);

#endif
