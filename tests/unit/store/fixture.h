/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a directory of its own, with one folder. */
#ifndef BOXWOOD_TESTS_STORE_FIXTURE_H
#define BOXWOOD_TESTS_STORE_FIXTURE_H

#include "store/internal.h"
#include "tests/unit/unit.h"

#define WHEN 1700000000 /* received: fixture_put adds the uid to it */

struct fixture {
	char *root, *cache, *state;
	struct store *st;
	struct store_reader *r;
	uint32_t folder;
	bool fresh;
	struct err e;
};

void fixture_init(struct fixture *f); /* directories, nothing opened */
void fixture_open(struct fixture *f); /* the writer must open */
void fixture_read(struct fixture *f); /* a reader beside it */
void fixture_shut(struct fixture *f); /* both are closed */
void fixture_clear(struct fixture *f);
char *fixture_file(struct fixture *f, const char *name);                /* "cache/x" or "state/x"; g_free */
void fixture_copy(struct fixture *f, const char *from, const char *to); /* of one file */

uint32_t fixture_folder(struct fixture *f, const char *raw);
/* A row with strings made from uid; received 0: WHEN + uid. */
void fixture_row(struct store_row *row, uint32_t folder, uint32_t uid, int64_t received, uint32_t flags);
void fixture_put(struct fixture *f, uint32_t uid, int64_t received, uint32_t flags);
void fixture_fill(struct fixture *f, uint32_t lo, uint32_t hi); /* in transactions */
/* Do the strings of a row that was read belong to its uid? */
bool fixture_is_whole(const struct store_row *row);
/* "uid uid .." of a window; g_free. */
char *fixture_window(struct fixture *f, enum store_anchor anchor, int64_t mid, unsigned rows);
int64_t fixture_mid(struct fixture *f, uint32_t uid);
/* The folder's counts agree with its places, and the file with itself. */
void fixture_sound(struct fixture *f);

#define check_ok(f, call)                                                                                              \
	do {                                                                                                           \
		int result_ = (call);                                                                                  \
		g_assert_cmpint(result_, ==, 0);                                                                       \
		if (result_)                                                                                           \
			g_test_message("%s: %s", #call, (f)->e.text);                                                  \
	} while (0)

#endif
