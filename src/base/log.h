/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One log for all threads: stderr with -v, a file with --log. Every line is cleaned of control bytes.
 * Secrets are never handed to it: a session masks them before it traces. */
#ifndef BOXWOOD_BASE_LOG_H
#define BOXWOOD_BASE_LOG_H

#include "base/buf.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_WIRE };

/* level: what is written; path NULL: stderr. Call before threads start. 0 or -1 (the file cannot be opened). */
int log_open(enum log_level level, const char *path);
void log_close(void);
bool log_wants(enum log_level level);
void log_line(enum log_level level, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
/* One line of a protocol dialogue: who ("box/1"), dir ('C' or 'S'), the bytes (masked by the caller). */
void log_wire(const char *who, char dir, struct str line);

#endif
