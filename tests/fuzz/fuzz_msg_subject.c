/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	g_autofree char *subject = utf8_make_valid((struct str){ (const char *)data, n });
	g_autofree char *base = msg_base_subject(subject, NULL);
	if (strlen(base) > strlen(subject) || !g_utf8_validate(base, -1, NULL))
		abort();
	return 0;
}
