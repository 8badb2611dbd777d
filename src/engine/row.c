/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"

uint32_t row_flags(const struct imap_event *ev)
{
	return ev->u.fetch.flags & MSG_SERVER_FLAGS & ~MSG_RECENT;
}

GPtrArray *keywords_copy(const GPtrArray *words)
{
	GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
	for (unsigned i = 0; words && i < words->len; i++)
		g_ptr_array_add(copy, g_strdup(words->pdata[i]));
	return copy;
}

bool keywords_have(const GPtrArray *words, const char *word, unsigned *at_out)
{
	for (unsigned i = 0; words && i < words->len; i++) {
		if (g_ascii_strcasecmp(words->pdata[i], word))
			continue;
		if (at_out)
			*at_out = i;
		return true;
	}
	return false;
}

GPtrArray *row_keywords(const struct imap_event *ev)
{
	const GPtrArray *told = ev->u.fetch.keywords;
	return told && told->len ? keywords_copy(told) : NULL;
}

static char *thread_of(const struct msg_head *h, const char *msgid)
{
	if (h->references->len)
		return g_strdup(h->references->pdata[0]);
	return g_strdup(h->in_reply_to ? h->in_reply_to : msgid);
}

/* INTERNALDATE orders the list; where the server gives none, the Date field has to do. */
static int64_t received_of(const struct imap_event *ev, const struct msg_head *h)
{
	if (ev->u.fetch.date.known)
		return ev->u.fetch.date.epoch;
	return h->date.known ? h->date.epoch : clock_wall();
}

void row_from_fetch(const struct imap_event *ev, struct store_row *out)
{
	struct msg_head *h = msg_head_parse(ev->u.fetch.header);
	GPtrArray *refs = msg_thread_refs(h);
	*out = (struct store_row){ .uid = ev->u.fetch.uid,
		.flags = row_flags(ev),
		.size = ev->u.fetch.size,
		.received = received_of(ev, h),
		.date = h->date,
		.keywords = row_keywords(ev),
		.attachments = -1 };
	if (ev->u.fetch.has & IMAP_HAS_EMAILID)
		out->emailid = str_dup(ev->u.fetch.emailid);
	out->subject = g_steal_pointer(&h->subject);
	out->msgid = g_steal_pointer(&h->message_id);
	out->list = g_steal_pointer(&h->list_id);
	out->from = g_steal_pointer(&h->from);
	out->to = g_steal_pointer(&h->to);
	out->cc = g_steal_pointer(&h->cc);
	out->thread = thread_of(h, out->msgid);
	out->refs = refs;
	msg_head_free(h);
}
