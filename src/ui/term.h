/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a terminal is to the screens: a place for a grid, a source of key bytes, and a few signals. */
#ifndef BOXWOOD_UI_TERM_H
#define BOXWOOD_UI_TERM_H

#include "base/err.h"
#include "ui/grid.h"

#define TERM_RESIZED (1u << 0)
#define TERM_STOP (1u << 1)      /* ^Z */
#define TERM_CONTINUED (1u << 2) /* somebody stopped us in a way that cannot be caught */
#define TERM_GONE (1u << 3)      /* hang-up or a request to end */
#define TERM_INTERRUPT (1u << 4) /* ^C */

enum term_tell { TELL_OSC9, TELL_OSC777 };
#define TERM_COLOURS_AUTO (-1) /* as many as it announces, none with NO_COLOR */
#define TERM_TELL_COLS 200     /* of a notification, and of a title */

struct term {
	int keys_fd, signals_fd; /* to be watched; -1: none */
	void (*size)(struct term *t, int *rows_out, int *cols_out);
	/* Shows the rows whose bit in dirty is set; NULL: everything, also what the terminal is thought to show. */
	void (*flush)(struct term *t, const struct grid *g, const bool *dirty);
	int (*read)(struct term *t, unsigned char *bytes, int n); /* octets; 0: none now; -1: the terminal is gone */
	unsigned (*signals)(struct term *t);                      /* TERM_ bits since the last call */
	void (*bell)(struct term *t);
	bool (*copy)(struct term *t, struct str text); /* into the clipboard (OSC 52); false: it cannot. Clean text */
	void (*tell)(struct term *t, enum term_tell how, const char *text); /* a clean line: OSC 9 or 777 */
	void (*title)(struct term *t, const char *text);                    /* of the window; a clean line */
	bool (*ask_background)(struct term *t); /* OSC 11; the answer comes among the keys. False: it is not asked */
	int (*colours)(struct term *t);         /* how many it is given; below 8: none */
	void (*look)(struct term *t, const struct theme *theme); /* from now on; the owner then flushes everything */
	void (*suspend)(struct term *t); /* gives the terminal back, stops, and takes it again */
	void (*lend)(struct term *t);    /* gives it to another program, until take */
	void (*take)(struct term *t);
	void (*mouse)(struct term *t, bool on); /* from now on it reports the mouse, if it can; off at first */
	void (*close)(struct term *t);          /* gives it back and frees t */
};

/* TERM unset, unknown or without cursor movement, or no terminal at all: NULL and ERR_USAGE. */
/* colours: it is given at most; 0 none. */
struct term *term_curses_open(int colours, struct err *e);

/* For tests: keeps the grid, takes scripted keys. */
struct term *term_capture_new(int rows, int cols);
void term_capture_type(struct term *t, const char *bytes, size_t n);
void term_capture_resize(struct term *t, int rows, int cols);
const struct grid *term_capture_grid(const struct term *t);
const char *term_capture_copied(const struct term *t);
const char *term_capture_told(const struct term *t);  /* the last notification; "" */
const char *term_capture_title(const struct term *t); /* "" */
unsigned term_capture_bells(const struct term *t);

#endif
