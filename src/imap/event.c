/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imap/internal.h"

#define STRINGS_BLOCK 65536

struct imap_event *imap_event_add(struct imap_session *s, enum imap_event_type type)
{
	g_array_set_size(s->events, s->events->len + 1);
	struct imap_event *ev = &g_array_index(s->events, struct imap_event, s->events->len - 1);
	ev->type = type;
	return ev;
}

struct str imap_keep(struct imap_session *s, struct str text)
{
	if (!text.n)
		return (struct str){ "", 0 };
	if (!s->strings)
		s->strings = g_string_chunk_new(STRINGS_BLOCK);
	return (struct str){ g_string_chunk_insert_len(s->strings, text.p, (gssize)text.n), text.n };
}

static void event_clear(struct imap_session *s, struct imap_event *ev)
{
	if (ev->type == IMAP_DONE)
		imap_copied_free((struct imap_copied *)ev->u.done.copied);
	if (ev->type != IMAP_FETCH)
		return;
	msg_part_free(ev->u.fetch.structure);
	if (ev->u.fetch.keywords != s->no_keywords)
		g_ptr_array_unref(ev->u.fetch.keywords);
}

/* What was given out last: the caller's copy tells whether its structure was stolen. */
static void take_back(struct imap_session *s)
{
	if (s->lent) {
		msg_part_free(s->lent->u.fetch.structure);
		s->lent->u.fetch.structure = NULL;
		s->lent = NULL;
	}
	if (s->taken)
		event_clear(s, &g_array_index(s->events, struct imap_event, s->taken - 1));
}

void imap_events_drop(struct imap_session *s)
{
	take_back(s);
	for (unsigned i = s->taken; i < s->events->len; i++)
		event_clear(s, &g_array_index(s->events, struct imap_event, i));
	g_array_set_size(s->events, 0);
	s->taken = 0;
	g_clear_pointer(&s->strings, g_string_chunk_free);
}

bool imap_event(struct imap_session *s, struct imap_event *ev)
{
	if (s->taken == s->events->len) {
		imap_events_drop(s);
		return false;
	}
	take_back(s);
	struct imap_event *next = &g_array_index(s->events, struct imap_event, s->taken++);
	*ev = *next;
	if (ev->type == IMAP_FETCH && ev->u.fetch.structure) {
		next->u.fetch.structure = NULL;
		s->lent = ev;
	}
	return true;
}
