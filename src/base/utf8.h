/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8: validity, grapheme clusters and the columns they take in a terminal, cutting and cleaning. */
#ifndef BOXWOOD_BASE_UTF8_H
#define BOXWOOD_BASE_UTF8_H

#include "base/buf.h"

#define UTF8_MARKS_MAX 8 /* combining marks kept in one cell */

bool utf8_valid(struct str s);
char *utf8_make_valid(struct str s); /* each bad sequence becomes U+FFFD; g_free */

/* The next extended grapheme cluster of a valid string: its octets, and its columns in *width_out
 * (0, 1 or 2). An empty slice at the end. */
struct str utf8_cluster(struct str s, int *width_out);
int utf8_width(struct str s);                                   /* columns of the whole */
struct str utf8_fit(struct str s, int columns, int *width_out); /* the longest prefix that fits */

/* Which way a character is written by itself (bidirectional classes L; R and AL); digits, marks and signs go either way. */
enum utf8_direction { UTF8_ANY_DIRECTION, UTF8_LEFT_TO_RIGHT, UTF8_RIGHT_TO_LEFT };
enum utf8_direction utf8_direction(uint32_t c);

/* The script a character is of ("Latin"), or NULL: it goes with any. Static. */
const char *utf8_script(uint32_t c);

/* What may go to a terminal or into one line of a list: every C0, C1, DEL, bidi control and
 * line or paragraph separator becomes a visible sign (U+FFFD, or a blank for tab and line ends),
 * marks past UTF8_MARKS_MAX and those of direction (LRM, RLM, ALM) are dropped, runs of blanks with an odd one among them become one blank. utf8_line makes one line;
 * utf8_text keeps LF and tabs. Both accept any bytes and always give valid UTF-8; g_free. */
char *utf8_line(struct str s);
char *utf8_text(struct str s);
bool utf8_is_clean(struct str s); /* valid and free of what utf8_text would replace */

/* For comparing: appends s without case and accents; any bytes (bad sequences become U+FFFD), NULs stay. */
void utf8_fold_to(GString *out, struct str s);
char *utf8_fold(struct str s); /* g_free */

/* From UTF-8 to the locale's charset for stdout; what it lacks becomes '?'. g_free. */
char *utf8_to_locale(const char *s);
char *utf8_from_locale(const char *s); /* argv and the like; invalid bytes become U+FFFD */
bool utf8_locale(void);                /* the locale's charset is UTF-8 */

#endif
