/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went wrong, how far it reaches and whether to try again. A function that can fail returns
 * 0 or -1 and takes a `struct err *` last, filled only on -1. The text is lower case, without a full
 * stop, its subject in quotes; it is a detail for people, the sentence round it is app's. */
#ifndef BOXWOOD_BASE_ERR_H
#define BOXWOOD_BASE_ERR_H

#include <glib.h>

enum err_scope { ERR_MESSAGE, ERR_FOLDER, ERR_ACCOUNT, ERR_PROGRAM };

enum err_cause {
	ERR_NONE,
	ERR_NET,      /* refused, lost, timed out, no network; with retry NEVER: the host does not exist */
	ERR_TLS,      /* certificate or handshake */
	ERR_AUTH,     /* the login was refused */
	ERR_PROTOCOL, /* the peer speaks nonsense */
	ERR_REFUSED,  /* the server said NO */
	ERR_DENIED,   /* it says NO for good: no permission, read-only, no room */
	ERR_LACKING,  /* the peer has no such service */
	ERR_MISSING,  /* no such file, folder or message */
	ERR_INPUT,    /* what the user gave is malformed */
	ERR_USAGE,    /* the command line is wrong */
	ERR_LOCAL,    /* reading or writing here failed */
	ERR_CREATE,   /* a file cannot be made: it exists, or its directory does not */
	ERR_LIMIT,    /* a published limit was met */
	ERR_CONFIG,   /* mailrc */
	ERR_NOT_DUE,  /* the polling floor; `after` says when */
	ERR_MAYBE,    /* a letter may have been sent: nobody knows */
	ERR_CANCELED,
	ERR_BUG,
};

enum err_retry { ERR_NOW, ERR_LATER, ERR_NEVER };

struct err {
	enum err_scope scope;
	enum err_cause cause;
	enum err_retry retry;
	int after;    /* seconds until a retry makes sense, 0 unknown */
	char *text;   /* owned; may hold bytes from outside: clean before showing */
	char *server; /* owned; the server's own words, or NULL */
};

#define ERR_INIT                                                                                                       \
	{                                                                                                              \
		0                                                                                                      \
	}

/* Fills e (its old strings are freed) and returns -1, so that `return err_set(..)` reads well. */
int err_set(struct err *e, enum err_scope scope, enum err_cause cause, enum err_retry retry, const char *fmt, ...)
	G_GNUC_PRINTF(5, 6);
int err_set_server(struct err *e, const char *words); /* adds the server's words (copied); returns -1 */
int err_errno(struct err *e, int errnum, const char *what, const char *path); /* program, local, never */
/* The same, with retry LATER for what this machine lacks only for now: descriptors, memory, room. */
int err_errno_passing(struct err *e, int errnum, const char *what, const char *path);
void err_clear(struct err *e);
void err_move(struct err *to, struct err *from); /* to is cleared first; from is empty after */
void err_copy(struct err *to, const struct err *from);
const char *err_cause_name(enum err_cause c); /* "net", "tls", ..: the `class` of JSON errors */

#endif
