/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the players of dialogues share: files of lines, each of a kind ("S: ..") or a word of its own ("do ..").
 *
 * S and C lines end in CRLF, with \c at their end they do not; \r \n \xHH are octets, every other backslash
 * stands for itself. Consecutive lines of one kind belong together. */
#ifndef BOXWOOD_TESTS_WIRE_SCRIPT_H
#define BOXWOOD_TESTS_WIRE_SCRIPT_H

#include <glib.h>

/* tag: what a $ before a digit stands for; NULL: itself. */
void script_unescape(const char *text, const char *tag, GString *out);
char script_kind(const char *line); /* 0: none, or the end */
/* The lines of one kind from lines[*i] on, to the last of which *i moves: joined, and as they are written. */
void script_block(char **lines, int *i, const char *tag, GString *joined, GPtrArray *each);
char **script_lines(const char *dir, const char *file); /* dir below tests/wire, "" for itself; g_strfreev */
/* A test for each file; there must be so many. */
void script_add_all(const char *dir, unsigned least, void (*play)(const void *file));

#endif
