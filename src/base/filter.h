/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A child that octets go through, for a thread that may wait for it: one of the pool. */
#ifndef BOXWOOD_BASE_FILTER_H
#define BOXWOOD_BASE_FILTER_H

#include "base/buf.h"
#include "base/err.h"

/* How a child ended. */
struct filter_end {
	int status; /* of its exit; -1: it did not exit by itself */
	int signal; /* that ended it; 0 */
	bool late;  /* it was still there at the deadline, and was killed */
};

/* Runs argv, whose first word is a path, with `in` on its stdin and stderr /dev/null, in a session of its own, of the
 * environment with PATH and LANG alone, and adds its stdout to out. -1 with e: it could not be started, did not end with
 * status 0 in time, or said more than fits into out; *end tells how it ended, if it was started. Its whole session has
 * ended, but for what left it. SIGPIPE must be ignored. */
int filter_run(
	const char *const *argv, struct str in, struct buf *out, int timeout_ms, struct filter_end *end, struct err *e);

#endif
