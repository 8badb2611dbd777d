/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A password or token in pages of its own: locked, out of core dumps, wiped when freed. There is no
 * way to format one; it is read only where it is put on the wire or compared. */
#ifndef BOXWOOD_BASE_SECRET_H
#define BOXWOOD_BASE_SECRET_H

#include "base/buf.h"
#include "base/err.h"

#define SECRET_MAX 16384

struct secret;
struct secret *secret_new(struct str bytes); /* copies; NULL when longer than SECRET_MAX or holding NUL, CR, LF */
struct secret *secret_copy(const struct secret *s);
struct str secret_bytes(const struct secret *s);                /* borrowed; do not copy into ordinary memory */
bool secret_eq(const struct secret *a, const struct secret *b); /* time does not depend on where they differ */
void secret_free(struct secret *s);                             /* NULL is a no-op */

/* The process: no core files, no ptrace by the same user. Called once by main. */
void secret_harden_process(void);

#endif
