/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void look(struct msg_report *r)
{
	for (guint k = 0; r && k < r->rcpts->len; k++) {
		const struct msg_report_rcpt *to = r->rcpts->pdata[k];
		if (to->words && !utf8_valid(str_of(to->words)))
			abort();
	}
	msg_report_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const types[] = { "message/delivery-status", "message/disposition-notification" };
	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++) {
		struct str all = { (const char *)data, n }, half = { (const char *)data, n / 2 };
		look(msg_report_parse(types[i], all, half));
	}
	g_autofree char *text = g_utf8_make_valid((const char *)data, (gssize)n);
	struct msg_head *h = msg_head_parse(STR("Return-Path: <>\n"));
	look(msg_failure_read(h, text));
	msg_head_free(h);
	return 0;
}
