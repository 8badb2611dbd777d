/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str all = { (const char *)data, n };
	struct msg_authres *a = msg_authres_parse(all);
	g_autoptr(GPtrArray) trusted = g_ptr_array_new();
	g_ptr_array_add(trusted, a ? a->server : (char *)"mx.box.example");
	for (unsigned i = 0; a && i < a->results->len; i++) {
		const struct msg_authres_result *r = a->results->pdata[i];
		for (unsigned k = 0; k < r->properties->len; k++) {
			const struct msg_authres_property *p = r->properties->pdata[k];
			if (!*p->name || !utf8_valid(str_of(p->value)))
				abort();
		}
	}
	struct msg_head *h = msg_head_parse(all);
	struct msg_authres *said = msg_authres_trusted(h, trusted);
	if (msg_authres_passes(said, "runbox.example") && !said->results->len)
		abort();
	msg_authres_free(said);
	msg_head_free(h);
	msg_authres_free(a);
	return 0;
}
