/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "compose/compose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Flowed text is UTF-8 in lines that may be sent, and flowing what was quoted loses no letter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	g_autofree char *bytes = g_strndup((const char *)data, n), *text = utf8_make_valid(str_of(bytes));
	g_autofree char *quoted = quote_text(text, n % 2), *flowed = flow_out(n % 3 ? text : quoted);
	size_t letters = 0, kept = 0;
	if (!utf8_valid(str_of(flowed)) || !utf8_valid(str_of(quoted)))
		abort();
	for (const char *line = flowed, *lf; (lf = strchr(line, '\n')); line = lf + 1)
		if (lf - line > 998)
			abort();
	for (const char *p = text; *p; p++)
		letters += !strchr(" >\r\n", *p);
	for (const char *p = flowed; *p; p++)
		kept += !strchr(" >\r\n", *p);
	if (letters != kept)
		abort();
	return 0;
}
