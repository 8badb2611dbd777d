/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Each leaf decodes to no more than what it is made of. */
static void visit(struct msg_part *p, int depth, void *m)
{
	struct buf out;
	struct err e = ERR_INIT;
	buf_init(&out, 0);
	if (depth > MSG_DEPTH_MAX || p->length != p->size || msg_part_bytes(m, p, p->size, &out, &e))
		abort();
	buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct msg *m = msg_parse((struct str){ (const char *)data, n });
	if (m->root->start + m->root->length != n)
		abort();
	msg_part_walk(m->root, visit, m);
	GPtrArray *shown = msg_shown_parts(m->root);
	if (shown->len > MSG_SHOWN_MAX)
		abort();
	g_ptr_array_unref(shown);
	GString *packed = g_string_new(NULL);
	msg_part_pack(m->root, packed);
	struct msg_part *back = msg_part_unpack((struct str){ packed->str, packed->len });
	if (!back)
		abort();
	msg_part_free(back);
	msg_part_free(msg_part_unpack((struct str){ (const char *)data, n }));
	g_string_free(packed, TRUE);
	msg_free(m);
	return 0;
}
