/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns: any text is a filter or one mistake with its column, and a filter that is copied is the same tree. */
#include <stdlib.h>
#include <string.h>

#include "app/app.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct store_filter *a, const struct store_filter *b, unsigned depth)
{
	guint parts = a->of ? a->of->len : 0;
	if (depth > 2 * FILTER_DEPTH_MAX + 2 || a->op != b->op || (b->of ? b->of->len : 0) != parts ||
		g_strcmp0(a->text, b->text) || (a->text && !g_utf8_validate(a->text, -1, NULL)))
		abort();
	for (guint i = 0; i < parts; i++)
		compare(a->of->pdata[i], b->of->pdata[i], depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct store_filter *f, *copy;
	struct err e = ERR_INIT;
	int failed = app_pattern(NULL, (struct str){ (const char *)data, size }, 1790000000, &f, &e);
	if (failed ? f || e.cause != ERR_INPUT : e.cause != ERR_NONE)
		abort();
	copy = store_filter_copy(f);
	if (f)
		compare(f, copy, 0);
	store_filter_free(f);
	store_filter_free(copy);
	err_clear(&e);
	return 0;
}
