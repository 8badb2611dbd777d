/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const char *line)
{
	if (line && (!*line || !utf8_is_clean(str_of(line)) || strpbrk(line, "\r\n")))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	g_autoptr(GPtrArray) cards = msg_vcards_parse((struct str){ (const char *)data, n });
	for (guint i = 0; i < cards->len; i++) {
		const struct msg_vcard *c = cards->pdata[i];
		if (!c->fields->len)
			abort();
		check(c->name);
		for (guint k = 0; k < c->fields->len; k++) {
			const struct msg_vcard_field *f = c->fields->pdata[k];
			check(f->value);
			check(f->type);
		}
	}
	return 0;
}
