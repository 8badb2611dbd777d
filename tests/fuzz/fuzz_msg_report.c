/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const types[] = { "message/delivery-status", "message/disposition-notification" };
	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
		struct str all = { (const char *)data, n }, half = { (const char *)data, n / 2 };
		struct msg_report *r = msg_report_parse(types[i], all, half);
		for (guint k = 0; r && k < r->rcpts->len; k++) {
			const struct msg_report_rcpt *to = r->rcpts->pdata[k];
			if (to->words && !utf8_valid(str_of(to->words)))
				abort();
		}
		msg_report_free(r);
	}
	return 0;
}
