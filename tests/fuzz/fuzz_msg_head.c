/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct msg_head *h = msg_head_parse((struct str){ (const char *)data, n });
	if (!utf8_is_clean(str_of(h->subject)))
		abort();
	for (guint i = 0; i < h->fields->len; i++) {
		const struct msg_field *f = h->fields->pdata[i];
		if (!utf8_is_clean(str_of(f->name)) || !utf8_is_clean(str_of(f->value)) || !utf8_valid(str_of(f->raw)))
			abort();
	}
	msg_head_free(h);
	return 0;
}
