/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Owned bytes that grow up to a declared cap, and borrowed slices of bytes. */
#ifndef BOXWOOD_BASE_BUF_H
#define BOXWOOD_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <glib.h>

/* A borrowed slice: n octets at p, no terminator promised. p may be NULL only when n is 0. */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){ (literal), sizeof(literal) - 1 })

struct str str_of(const char *s); /* NULL gives an empty slice */
char *str_dup(struct str s);      /* NUL-terminated copy; free with g_free */
bool str_eq(struct str a, struct str b);
bool str_ieq(struct str a, struct str b);          /* ASCII case is ignored */
bool str_is(struct str a, const char *literal);    /* str_ieq with a C string */
bool str_starts(struct str s, const char *prefix); /* ASCII case is ignored */
struct str str_trim(struct str s);                 /* without ASCII blanks at both ends */
struct str str_sub(struct str s, size_t from);     /* from beyond the end gives an empty slice */

/* Splits s at the first c: *head is what stands before it, the value what stands behind.
 * Without c all of s is the head and false is returned. */
bool str_cut(struct str s, char c, struct str *head, struct str *tail);

/* Decimal digits only, no sign, no blank, value at most max. The only reader for numbers from outside. */
bool str_u64(struct str s, uint64_t max, uint64_t *out);

/* A growing byte buffer. `max` bounds len; a write past it fails and leaves the content as it was. */
struct buf {
	char *p;
	size_t n;
	size_t cap;
	size_t max;
};

void buf_init(struct buf *b, size_t max);
void buf_clear(struct buf *b);                       /* frees; the cap stays */
void buf_reset(struct buf *b);                       /* keeps the memory */
int buf_add(struct buf *b, const void *p, size_t n); /* -1: past the cap */
int buf_add_str(struct buf *b, struct str s);
int buf_add_c(struct buf *b, char c);
int buf_addf(struct buf *b, const char *fmt, ...) G_GNUC_PRINTF(2, 3);
void buf_drop(struct buf *b, size_t n); /* the first n octets go */
struct str buf_str(const struct buf *b);
char *buf_steal(struct buf *b); /* NUL-terminated; the buffer is empty after; g_free */

#endif
