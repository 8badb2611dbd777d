/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "smtp/internal.h"

struct smtp_told *smtp_tell(struct smtp_session *s, enum smtp_event_type type)
{
	struct smtp_told *t = g_new0(struct smtp_told, 1);
	t->event.type = type;
	g_queue_push_tail(&s->events, t);
	return t;
}

void smtp_tell_done(struct smtp_session *s, struct smtp_letter *l)
{
	struct smtp_told *t = smtp_tell(s, SMTP_DONE);
	smtp_reply_copy(&t->reply, &l->reply);
	err_move(&t->err, &l->why);
	t->event.u.done.id = l->id;
	t->event.u.done.outcome = l->outcome;
	t->event.u.done.stage = l->stage;
	t->event.u.done.reply = &t->reply;
	t->event.u.done.err = &t->err;
	t->event.u.done.accepted = l->accepted;
	t->transcript = g_strdup(s->transcript->str);
	smtp_letter_free(l);
}

static void told_free(struct smtp_told *t)
{
	if (!t)
		return;
	smtp_reply_clear(&t->reply);
	err_clear(&t->err);
	g_free(t->transcript);
	g_free(t);
}

void smtp_events_drop(struct smtp_session *s)
{
	g_clear_pointer(&s->lent, told_free);
	for (struct smtp_told *t; (t = g_queue_pop_head(&s->events));)
		told_free(t);
}

bool smtp_event(struct smtp_session *s, struct smtp_event *ev)
{
	g_clear_pointer(&s->lent, told_free);
	s->lent = g_queue_pop_head(&s->events);
	if (s->lent)
		*ev = s->lent->event;
	return s->lent != NULL;
}

const char *smtp_transcript(const struct smtp_session *s)
{
	return s->lent && s->lent->transcript ? s->lent->transcript : s->transcript->str;
}
