/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The first octet chooses type and charset. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const charsets[] = { "utf-8", "iso-2022-jp", "gb18030", "utf-16", "windows-1252", NULL };
	unsigned choice = n ? data[0] : 0;
	struct msg_text t;
	msg_text_make((struct str){ (const char *)data + !!n, n - !!n }, choice & 1 ? "text/plain" : "text/html",
		charsets[(choice >> 3) % G_N_ELEMENTS(charsets)], choice & 2, choice & 4, &t);
	if (!utf8_is_clean(str_of(t.text)) || strlen(t.text) > 32 * n + 64)
		abort();
	for (guint i = 0; i < t.links->len; i++) {
		const struct msg_link *l = t.links->pdata[i];
		if (!utf8_is_clean(str_of(l->url)) || !utf8_is_clean(str_of(l->text)))
			abort();
	}
	for (guint i = 0; i < t.spans->len; i++) {
		const struct msg_span *s = &g_array_index(t.spans, struct msg_span, i);
		if (s->from >= s->to || s->to > strlen(t.text) || memchr(t.text + s->from, '\n', s->to - s->from) ||
			s->link > t.links->len || (i && s->from < s[-1].from))
			abort();
	}
	msg_text_clear(&t);
	return 0;
}
