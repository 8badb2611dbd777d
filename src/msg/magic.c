/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <magic.h>

#define LOOK_OCTETS 65536

static void handle_close(void *handle)
{
	magic_close(handle);
}

/* libmagic's handles know no threads. */
static GPrivate handle_key = G_PRIVATE_INIT(handle_close);

static magic_t handle_get(void)
{
	magic_t h = g_private_get(&handle_key);
	if (h)
		return h;
	/* Nothing is unpacked and no structured file is walked into: the content is hostile. */
	h = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR | MAGIC_NO_CHECK_CDF |
		       MAGIC_NO_CHECK_ELF);
	if (!h)
		return NULL;
	if (magic_load(h, NULL)) {
		magic_close(h);
		return NULL;
	}
	g_private_set(&handle_key, h);
	return h;
}

char *msg_magic(struct str octets)
{
	magic_t h = octets.n ? handle_get() : NULL;
	const char *type = h ? magic_buffer(h, octets.p, MIN(octets.n, LOOK_OCTETS)) : NULL;
	return type && *type ? g_strdup(type) : NULL;
}
