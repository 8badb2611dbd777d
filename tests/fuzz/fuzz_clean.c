/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cleaning for the terminal: any bytes become clean text, cleaning it again changes nothing, and its clusters
 * take none to two columns and add up to the whole. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool good)
{
	if (!good)
		abort();
}

static void check(char *clean(struct str s), struct str raw)
{
	g_autofree char *once = clean(raw);
	g_autofree char *twice = clean(str_of(once));
	require(utf8_is_clean(str_of(once)) && !strcmp(once, twice));
	int sum = 0, width, columns = raw.n ? (unsigned char)raw.p[0] % 80 : 0;
	for (struct str rest = str_of(once), c; rest.n; rest = str_sub(rest, c.n)) {
		c = utf8_cluster(rest, &width);
		require(c.n && c.n <= rest.n && width >= 0 && width <= 2);
		sum += width;
	}
	require(sum == utf8_width(str_of(once)));
	struct str fit = utf8_fit(str_of(once), columns, &width);
	require(utf8_valid(fit) && width <= columns && (width == sum || width + 2 > columns));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str raw = { (const char *)data, size };
	check(utf8_line, raw);
	check(utf8_text, raw);
	return 0;
}
