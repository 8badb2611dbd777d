/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screens: the front end for a person at a terminal.
 *
 * Views turn (model, size) into a grid of cells; one file knows curses. Knows neither the network nor SQLite:
 * everything shown comes from app's models, everything wanted goes through app. One thread, the one that runs
 * the context app was made with; a key never waits for anything.
 *
 *	code = ui_run(a, &(struct ui_options){ .ctx = ctx }, &e);
 */
#ifndef BOXWOOD_UI_UI_H
#define BOXWOOD_UI_UI_H

#include "app/app.h"

struct setup;
/* Setting an account up, in place of mail. */
struct ui_setup {
	struct setup *setup;
	const char *path; /* of the mailrc that is to be written */
	bool offline, force;
	bool still; /* nothing is tested: a picture */
	bool *written_out;
};

struct ui_options {
	GMainContext *ctx;                      /* the context given to app_new */
	int account;                            /* whose folder is opened first */
	const char *folder;                     /* NULL: the inbox */
	const char *file;                       /* a message in a file, shown over the folder; or NULL */
	const char *mailto;                     /* a letter begun from a URI, over the folder; or NULL */
	const struct ui_setup *setup;           /* NULL: mail is read */
	const char *colour;                     /* "auto", "always" or "never"; NULL: auto */
	const char *state_dir;                  /* where letters lie while an editor has them */
	void (*farewell)(const char *sentence); /* what is sent without the screens; NULL: nothing
						 * is */
};

/* Runs until the user leaves or the terminal goes away; gives an exit code. On one that is not 0, e says why:
 * a terminal that cannot be drawn on (64), or a cache that cannot be used. The terminal is as before either way. */
int ui_run(struct app *a, const struct ui_options *options, struct err *e);

#endif
