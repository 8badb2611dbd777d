/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of an IMAP session as lines of text, to compare with what is expected. */
#ifndef BOXWOOD_TESTS_IMAP_SHOW_H
#define BOXWOOD_TESTS_IMAP_SHOW_H

#include "imap/imap.h"

/* Takes all events and appends a line for each; pieces of a body are put together. */
void show_events(struct imap_session *s, GPtrArray *lines);
void show_error(const struct err *e, GPtrArray *lines);
char *show_structure(const struct msg_part *p); /* g_free */

#endif
