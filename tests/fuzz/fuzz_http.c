/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "net/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err e = ERR_INIT;
	struct http_url u;
	int code = http_code((struct str){ (const char *)data, n });
	if (code < -1 || (code > 0 && code < 200) || code > 599)
		abort();
	g_autofree char *rest = g_strndup((const char *)data, n), *url = g_strconcat("https://", rest, NULL);
	if (!http_url_parse(url, &u, &e)) {
		/* Nothing that would end a line of the request, and no other host than the one that is shown. */
		if (strpbrk(u.host, " \r\n/@:") || strpbrk(u.target, " \r\n") || *u.target != '/')
			abort();
		http_url_clear(&u);
	}
	err_clear(&e);
	return 0;
}
