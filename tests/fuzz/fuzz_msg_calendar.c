/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void look(const char *s)
{
	if (s && !utf8_is_clean(str_of(s)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct msg_calendar *c = msg_calendar_parse((struct str){ (const char *)data, n }, NULL, 1795327200);
	for (guint i = 0; c && i < c->events->len; i++) {
		const struct cal_event *ev = c->events->pdata[i];
		look(ev->summary);
		look(ev->location);
		look(ev->description);
		look(ev->start.text);
		for (guint k = 0; k < ev->guests->len; k++)
			look(((const struct cal_person *)ev->guests->pdata[k])->name);
		for (guint k = 0; k < ev->echo->len; k++)
			look(ev->echo->pdata[k]);
	}
	msg_calendar_free(c);
	return 0;
}
