/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check_text(struct str rtf)
{
	g_autofree char *text = rtf_text(rtf);
	if (!utf8_valid(str_of(text)) || strlen(text) > 3 * rtf.n)
		abort();
}

/* Behind a first octet 'L' it is compressed: no octet of that stands for more than nine. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bool compressed = n && data[0] == 'L';
	struct str octets = { (const char *)data + compressed, n - compressed };
	struct buf rtf;
	if (!compressed) {
		check_text(octets);
		return 0;
	}
	buf_init(&rtf, 9 * n);
	if (rtf_inflate(octets, &rtf))
		abort();
	check_text(buf_str(&rtf));
	buf_clear(&rtf);
	return 0;
}
