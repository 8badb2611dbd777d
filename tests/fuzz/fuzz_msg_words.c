/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	g_autofree char *text = msg_decode_words((struct str){ (const char *)data, n });
	if (!utf8_is_clean(str_of(text)) || strchr(text, '\n') || strlen(text) > 4 * n)
		abort();
	return 0;
}
