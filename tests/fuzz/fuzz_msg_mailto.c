/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void check(const char *line)
{
	if (line && (!utf8_is_clean(str_of(line)) || strpbrk(line, "\r\n")))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct msg_mailto m;
	msg_mailto_parse((struct str){ (const char *)data, n }, &m);
	for (guint i = 0; i < m.to->len + m.cc->len; i++) {
		const struct msg_addr *a = i < m.to->len ? m.to->pdata[i] : m.cc->pdata[i - m.to->len];
		check(a->name);
		check(a->addr);
	}
	check(m.subject);
	check(m.in_reply_to);
	for (guint i = 0; i < m.ignored->len; i++)
		check(m.ignored->pdata[i]);
	if (m.body && (!utf8_is_clean(str_of(m.body)) || strchr(m.body, '\r')))
		abort();
	msg_mailto_clear(&m);
	return 0;
}
