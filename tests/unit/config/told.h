/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Short ways to read a mailrc in a test and to see what was said about it. */
#ifndef BOXWOOD_TESTS_CONFIG_TOLD_H
#define BOXWOOD_TESTS_CONFIG_TOLD_H

#include "config/cfg.h"

/* The cards of contrib/providers; unref it. */
GPtrArray *told_cards(void);
/* Reads the text, with those cards. */
struct cfg *told_parse(const char *text);
/* "LINE:COL: level: text [hint]" for each diagnostic, one a line; g_free. */
char *told_all(const struct cfg *c);
/* Reads the text and compares what is said with the lines expected. */
void told_is(const char *text, const char *expected);
/* The same for a line in the account of a whole mailrc, as line 4. */
void told_line_is(const char *line, const char *expected);

#endif
