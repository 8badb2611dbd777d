/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str value = { (const char *)data, n };
	struct msg_date d = msg_date_parse(value);
	g_autofree char *text = msg_date_rfc3339(d);
	/* Printed and read again it is the same. */
	if (d.known && (!text || msg_date_parse(str_of(text)).epoch != d.epoch))
		abort();
	msg_date_internal(value);
	return 0;
}
