/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	GPtrArray *addrs = msg_addrs_parse((struct str){ (const char *)data, n });
	size_t out = 0;
	for (guint i = 0; i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		g_autofree char *full = msg_addr_full(a);
		out += (a->name ? strlen(a->name) : 0) + (a->addr ? strlen(a->addr) : 0);
		if (!utf8_is_clean(str_of(full)))
			abort();
	}
	if (out > 8 * n)
		abort();
	g_ptr_array_unref(addrs);
	return 0;
}
