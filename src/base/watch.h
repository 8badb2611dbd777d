/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program writes a file: it is told once it has been written and closed, or another was put in its place. */
#ifndef BOXWOOD_BASE_WATCH_H
#define BOXWOOD_BASE_WATCH_H

#include <glib.h>

struct watch;
/* NULL: the system has no more of them; whoever watches does without. written is called in ctx's thread, once for all that
 * happened since. */
struct watch *watch_file(const char *path, GMainContext *ctx, void (*written)(void *aux), void *aux);
void watch_free(struct watch *w); /* NULL is a no-op; not from within written */

#endif
