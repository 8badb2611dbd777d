/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* HTML, made valid as its decoder does; no control byte may reach the parser, nor more than it can take. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	g_autofree char *html = utf8_make_valid((struct str){ (const char *)data, n });
	struct str valid = str_of(html);
	GString *ready = msg_html_prepare(valid);
	if (!utf8_valid((struct str){ ready->str, ready->len }) || ready->len > 8 * valid.n + 8)
		abort();
	for (size_t i = 0; i < ready->len; i++)
		if ((guchar)ready->str[i] < ' ' && !g_ascii_isspace(ready->str[i]))
			abort();
	g_string_free(ready, TRUE);
	return 0;
}
