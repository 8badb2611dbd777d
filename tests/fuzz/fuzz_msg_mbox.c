/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "msg/msg.h"

static void begin(void *aux, struct str postmark)
{
	if (postmark.n > MSG_MBOX_HEAD || memchr(postmark.p, '\n', postmark.n))
		abort();
	++*(unsigned *)aux;
}

static void text(void *aux, struct str bytes)
{
	if (!*(unsigned *)aux || !bytes.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* However it is cut, as many messages. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct msg_mbox_sink sink = { begin, text };
	unsigned counts[2] = { 0 };
	for (int way = 0; way < 2; way++) {
		struct msg_mbox *m = msg_mbox_new(true, &sink, &counts[way]);
		size_t step = way ? 7 : n;
		for (size_t at = 0; at < n; at += step)
			msg_mbox_feed(m, (struct str){ (const char *)data + at, MIN(step, n - at) });
		msg_mbox_end(m);
		msg_mbox_free(m);
	}
	if (counts[0] != counts[1])
		abort();
	return 0;
}
