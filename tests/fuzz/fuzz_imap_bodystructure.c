/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "imap/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned check(const struct msg_part *p, int depth)
{
	unsigned count = 1;
	if (depth > MSG_DEPTH_MAX || !p->section || !p->type || !p->encoding)
		abort();
	for (unsigned i = 0; p->children && i < p->children->len; i++)
		count += check(g_ptr_array_index(p->children, i), depth + 1);
	return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = size ? g_memdup2(data, size) : g_strdup("");
	struct imap_cursor c = { text, text + size };
	struct msg_part *p = imap_bodystructure(&c);
	if (p && check(p, 1) > MSG_PARTS_MAX)
		abort();
	msg_part_free(p);
	g_free(text);
	return 0;
}
