/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Child processes: argv form, no shell, own process group, bounded output, a deadline. */
#ifndef BOXWOOD_BASE_PROC_H
#define BOXWOOD_BASE_PROC_H

#include "base/buf.h"
#include "base/err.h"

/* Splits a mailrc command line into argv: blanks, '..', "..", backslash. No expansion of any kind.
 * NULL and *e on an open quote or an empty line. Free with g_strfreev. */
char **proc_argv(const char *line, struct err *e);

/* Runs argv with stdin and stderr /dev/null (a child's words could hold anything) and gives at most cap octets of stdout to done() in the thread-default
 * context of the caller. On failure (no such program, exit status, signal, deadline, output past cap)
 * e is set and out is empty. done() is called exactly once, unless proc_cancel came first. */
struct proc;
struct proc *proc_run(const char *const *argv, size_t cap, int timeout_ms,
	void (*done)(struct buf *out, struct err *e, void *aux), void *aux);
/* Runs argv in a session of its own, without a terminal, with `in` (taken; -1: /dev/null) as its stdin. What it prints, its
 * complaints too, comes to done() as above, but also when it failed: then e says how, and out has what came before. */
struct proc *proc_show(const char *const *argv, int in, size_t cap, int timeout_ms,
	void (*done)(struct buf *out, struct err *e, void *aux), void *aux);
/* How a child that was fed ended. */
struct proc_end {
	int status;       /* of its exit; -1: it did not exit by itself */
	int signal;       /* that ended it; 0 */
	bool late;        /* it was still there at the deadline, and was killed */
	bool over;        /* it printed more than it may, and was killed */
	struct str words; /* the first octets of its stderr, or what a filter printed; borrowed */
};
/* Runs argv with fd (taken) as its stdin, stdout /dev/null, and reads its stderr, of which the first words_max octets are
 * kept. ended() is called exactly once when the child has ended, unless proc_cancel came first. NULL with e: it could not be
 * started, and ended() is not called. */
struct proc *proc_feed(const char *const *argv, int fd, size_t words_max, int timeout_ms,
	void (*ended)(const struct proc_end *end, void *aux), void *aux, struct err *e);
/* Runs argv with input (copied) as its stdin, stderr /dev/null, and keeps what it prints, at most cap octets. ended() and NULL
 * as above. */
struct proc *proc_filter(const char *const *argv, struct str input, size_t cap, int timeout_ms,
	void (*ended)(const struct proc_end *end, void *aux), void *aux, struct err *e);
/* Starts argv in a session of its own, without any of our files, and lets go of it: how it ends is not told. */
int proc_detach(const char *const *argv, struct err *e);
int proc_tell(
	const char *const *argv, struct str input, struct err *e); /* the same, with input (copied) as its stdin */
/* Runs argv for as long as it takes: with our terminal, which the caller has let go of, or with none; in (taken): its stdin,
 * -1: the terminal or /dev/null. How it ended comes to done() as above, with nothing in out. */
struct proc *proc_lend(const char *const *argv, bool terminal, int in,
	void (*done)(struct buf *out, struct err *e, void *aux), void *aux);
/* Tells of the end of a process that is not our child. done() is called at once when there is none. */
struct proc *proc_follow(int pid, void (*done)(struct buf *out, struct err *e, void *aux), void *aux);
void proc_leave(struct proc *p);  /* of these two: it goes on, done() is not called; p is freed in time */
void proc_cancel(struct proc *p); /* kills the group; done() is not called; p is freed */

#endif
