/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/cfg.h"

#include <string.h>

#define NEAREST_WORD_MAX 32

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	return MIN(MIN(a, b), c);
}

static bool same(const char *a, const char *b)
{
	return g_ascii_tolower(*a) == g_ascii_tolower(*b);
}

/* Letters to add, drop, change or swap with their neighbour; both at most NEAREST_WORD_MAX octets. */
static unsigned edit_distance(const char *a, size_t n, const char *b, size_t m)
{
	unsigned rows[3][NEAREST_WORD_MAX + 1];
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned swap = last[j - 1] + !same(a + i - 1, b + j - 1);
			now[j] = min3(last[j] + 1, now[j - 1] + 1, swap);
			if (i > 1 && j > 1 && same(a + i - 1, b + j - 2) && same(a + i - 2, b + j - 1))
				now[j] = MIN(now[j], before[j - 2] + 1);
		}
	}
	return rows[n % 3][m];
}

const char *cfg_nearest(const char *word, const char *const *names, size_t n)
{
	size_t len = strlen(word);
	if (!len || len > NEAREST_WORD_MAX)
		return NULL;
	const char *best = NULL;
	unsigned least = (unsigned)(len + 2) / 3;
	for (size_t i = 0; i < n; i++) {
		size_t m = strlen(names[i]);
		if (m > NEAREST_WORD_MAX)
			continue;
		unsigned d = edit_distance(word, len, names[i], m);
		if (d < least || (d == least && !best)) {
			best = names[i];
			least = d;
		}
	}
	return best;
}
