/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "compose/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What was read without a fault is written so that it reads the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct draft *d = draft_new(DRAFT_NEW), *again = draft_new(DRAFT_NEW);
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	int status = draft_of_text(d, (struct str){ (const char *)data, n }, true, faults);
	if ((status == 0) != (faults->len == 0))
		abort();
	g_autofree char *first = draft_to_text(d, true);
	if (!status && draft_of_text(again, str_of(first), true, faults))
		abort();
	g_autofree char *second = draft_to_text(again, true);
	if (!status && strcmp(first, second))
		abort();
	draft_free(d);
	draft_free(again);
	return 0;
}
