/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/html.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int no_octets(const struct msg_part *p, struct buf *out, void *aux)
{
	(void)p;
	(void)aux;
	buf_init(out, 0);
	return 0;
}

static enum msg_html records(struct str html, struct buf *out, void *aux)
{
	(void)html;
	buf_add_str(out, STR(HTML_HEAD));
	buf_add_str(out, *(const struct str *)aux);
	return MSG_HTML_LAID;
}

/* What boxwood-html told, behind its head. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str told = { (const char *)data, n };
	struct msg_part part = { .section = (char *)"1", .type = (char *)"text/html" };
	struct msg_text t;
	g_autoptr(GPtrArray) shown = g_ptr_array_new();
	g_ptr_array_add(shown, &part);
	msg_text_of(shown, NULL, no_octets, records, &told, &t);
	if (!utf8_is_clean(str_of(t.text)) || strlen(t.text) > 64 * n + 4096)
		abort();
	msg_text_clear(&t);
	return 0;
}
