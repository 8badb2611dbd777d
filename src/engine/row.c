/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"

void row_from_fetch(const struct imap_event *ev, uint32_t folder, struct store_row *out)
{
	struct msg_head *h = msg_head_parse(ev->u.fetch.header);
	*out = (struct store_row){ .folder = folder,
		.uid = ev->u.fetch.uid,
		.flags = ev->u.fetch.flags & MSG_SERVER_FLAGS & ~MSG_RECENT,
		.size = ev->u.fetch.size,
		.received = ev->u.fetch.date.known ? ev->u.fetch.date.epoch : 0,
		.date = h->date,
		.attachments = -1 };
	if (!out->received)
		out->received = h->date.known ? h->date.epoch : clock_wall();
	out->subject = g_steal_pointer(&h->subject);
	out->msgid = g_steal_pointer(&h->message_id);
	out->list = g_steal_pointer(&h->list_id);
	out->from = g_steal_pointer(&h->from);
	out->to = g_steal_pointer(&h->to);
	out->cc = g_steal_pointer(&h->cc);
	if (h->references->len)
		out->thread = g_strdup(h->references->pdata[0]);
	else
		out->thread = g_strdup(h->in_reply_to ? h->in_reply_to : out->msgid);
	const GPtrArray *keywords = ev->u.fetch.keywords;
	if (keywords && keywords->len) {
		out->keywords = g_ptr_array_new_with_free_func(g_free);
		for (unsigned i = 0; i < keywords->len; i++)
			g_ptr_array_add(out->keywords, g_strdup(keywords->pdata[i]));
	}
	msg_head_free(h);
}
