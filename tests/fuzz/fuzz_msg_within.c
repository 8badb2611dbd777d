/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files in a text or, behind a first octet 'T', in a winmail.dat: within it, clean names, no more octets than there are. */
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	bool winmail = n && data[0] == 'T';
	struct msg_part p = { .section = (char *)"1",
		.type = (char *)(winmail ? "application/ms-tnef" : "text/plain") };
	struct str octets = { (const char *)data + winmail, n - winmail };
	g_autoptr(GPtrArray) files = msg_within(&p, octets);
	for (guint i = 0; i < files->len; i++) {
		const struct msg_within *w = files->pdata[i];
		struct buf out;
		struct err e = ERR_INIT;
		/* What is compressed grows, but only so much. */
		size_t most = strstr(w->encoding, "lzfu") ? 32 * n + 100 : n;
		buf_init(&out, 0);
		if (w->start > octets.n || w->length > octets.n - w->start ||
			(w->name && !utf8_is_clean(str_of(w->name))) ||
			(i < 10 && msg_within_bytes(&p, octets, i + 1, most, &out, &e)) || out.n > most)
			abort();
		buf_clear(&out);
		struct msg_part *as_part = msg_within_part(&p, w, i + 1);
		msg_part_free(as_part);
	}
	return 0;
}
