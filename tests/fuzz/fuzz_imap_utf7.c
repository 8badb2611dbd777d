/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "imap/imap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *shown = imap_name_decode((struct str){ (const char *)data, size });
	if (!utf8_valid(str_of(shown)))
		abort();
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autofree char *raw = imap_name_encode(text);
	if (!raw)
		return 0;
	/* Controls are encoded, but not decoded: they stay visible. */
	for (const char *p = text; *p; p = g_utf8_next_char(p))
		if (g_utf8_get_char(p) < 0x20 || (g_utf8_get_char(p) >= 0x7f && g_utf8_get_char(p) < 0xa0))
			return 0;
	g_autofree char *back = imap_name_decode(str_of(raw));
	if (strcmp(back, text))
		abort();
	return 0;
}
