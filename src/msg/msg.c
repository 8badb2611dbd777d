/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <string.h>

#include <gmime/gmime.h>

#include "msg/internal.h"

#define LOOK_LINES 20
#define LOOK_OCTETS 65536

void msg_init(void)
{
	g_mime_init();
}

void msg_done(void)
{
	g_mime_shutdown();
}

void defect(GPtrArray *defects, const char *keyword)
{
	if (!defects)
		return;
	for (guint i = 0; i < defects->len; i++)
		if (!strcmp(defects->pdata[i], keyword))
			return;
	g_ptr_array_add(defects, g_strdup(keyword));
}

static bool is_mbox_line(struct str line)
{
	return line.n > 5 && (!memcmp(line.p, "From ", 5) || (line.n > 6 && !memcmp(line.p, ">From ", 6)));
}

struct msg *msg_parse(struct str bytes)
{
	struct msg *m = g_new0(struct msg, 1);
	if (!bytes.p)
		bytes = STR("");
	m->bytes = bytes;
	m->defects = g_ptr_array_new_with_free_func(g_free);
	m->decoded = g_ptr_array_new_with_free_func(g_free);
	struct str rest = bytes;
	size_t from = is_mbox_line(line_next(&rest)) ? bytes.n - rest.n : 0;
	tree_parse(m, from);
	return m;
}

void msg_free(struct msg *m)
{
	if (!m)
		return;
	msg_head_free(m->head);
	msg_part_free(m->root);
	g_clear_pointer(&m->defects, g_ptr_array_unref);
	g_clear_pointer(&m->decoded, g_ptr_array_unref);
	g_free(m);
}

bool msg_looks_like(struct str bytes)
{
	struct str rest = { bytes.p, MIN(bytes.n, LOOK_OCTETS) };
	if (is_mbox_line(line_next(&rest)))
		return true;
	struct head_scan scan = { .rest = { bytes.p, MIN(bytes.n, LOOK_OCTETS) } };
	rest = scan.rest;
	for (int i = 0; i < LOOK_LINES && rest.n; i++)
		if (!line_next(&rest).n)
			break;
	scan.rest.n -= rest.n;
	struct str name, value;
	return head_next(&scan, &name, &value);
}

int msg_part_bytes(const struct msg *m, const struct msg_part *p, size_t max, struct buf *out, struct err *e)
{
	(void)m;
	/* RFC 2045 6.4: a container has no encoding of its own, whatever its label says. */
	bool container = g_str_has_prefix(p->type, "multipart/");
	return msg_decode(container ? "8bit" : p->encoding, p->body, max, out, e);
}
