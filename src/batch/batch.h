/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second front end: commands without a screen.
 *
 * Knows no curses and nothing of the network: it asks app, prints values as text or JSON and turns errors
 * into exit codes. Data goes to stdout, all talk to stderr. One thread.
 *
 *	code = batch_run(&cli, cfg, &port);
 */
#ifndef BOXWOOD_BATCH_BATCH_H
#define BOXWOOD_BATCH_BATCH_H

#include "app/app.h"

#define BATCH_READ_MS 30000 /* what a command that reads waits for servers, in all */

/* Runs the command of cli and returns the exit code. port NULL: a command that needs no engine. */
int batch_run(const struct cli *cli, const struct cfg *cfg, const struct app_port *port);
/* The words of the command line as Boxwood's own, also where the program was called as mail, mailx or sendmail (or
 * boxwood-mail, ..). NULL: ERR_USAGE, ERR_LACKING. g_strfreev. */
char **batch_face(int argc, char **argv, struct err *e);
/* Whether the command opens the store (false: setup, provider, config check, show FILE). */
bool batch_needs_store(const struct cli *cli);
/* An error outside any command, as batch prints it; the exit code. */
int batch_fail(const struct cli *cli, const char *account, const struct err *e);

#endif
