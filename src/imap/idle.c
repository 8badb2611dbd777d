/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hearing of news: IDLE (RFC 2177) and NOTIFY (RFC 5465). DONE is never sent before the server's "+": one that knows no IDLE would take it for
 * a command. */
#include "imap/internal.h"

#include "base/clock.h"

uint32_t imap_idle(struct imap_session *s)
{
	const struct imap_command *queued = s->queue.tail ? s->queue.tail->data : NULL;
	const struct imap_command *open = imap_open_find(s, KIND_IDLE);
	if (queued && queued->kind == KIND_IDLE)
		return queued->id;
	if (open && !queued && !s->idle_leaving && !s->idle_wanted_over)
		return open->id;
	return imap_enqueue_words(s, KIND_IDLE, "IDLE");
}

static void say_done(struct imap_session *s)
{
	s->idling = false;
	s->idle_leaving = true;
	/* After so long a silence a server that does not say so much as this is gone. */
	s->doubted = true;
	s->progress = CLOCK_NEVER;
	imap_write(s, STR("DONE\r\n"), STR("DONE"));
}

void imap_idle_started(struct imap_session *s)
{
	s->idling = true;
	s->idle_since = s->now;
	if (s->idle_wanted_over)
		say_done(s);
	else
		imap_flush(s);
}

void imap_idle_leave(struct imap_session *s)
{
	if (s->idling)
		say_done(s);
	else if (imap_open_find(s, KIND_IDLE) && !s->idle_leaving)
		s->idle_wanted_over = true;
}

void imap_idle_done(struct imap_session *s)
{
	struct imap_command *last = s->queue.tail ? s->queue.tail->data : NULL;
	if (last && last->kind == KIND_IDLE) {
		g_queue_pop_tail(&s->queue);
		imap_command_end(s, last, IMAP_OK, (struct str){ 0 }, (struct str){ 0 });
	}
	imap_idle_leave(s);
	imap_flush(s);
}

void imap_idle_renew(struct imap_session *s)
{
	s->idle_renewing = true;
	say_done(s);
}

/* True: the command begins anew instead of ending. */
bool imap_idle_ended(struct imap_session *s, struct imap_command *c, enum imap_result result)
{
	bool again = s->idle_renewing && result == IMAP_OK && !s->idle_wanted_over && !s->queue.head;
	s->idling = s->idle_leaving = s->idle_renewing = s->idle_wanted_over = false;
	if (result == IMAP_BAD || result == IMAP_NO)
		s->caps_bad |= IMAP_CAP_IDLE;
	if (again) {
		c->number = 0;
		c->said = 0;
	}
	return again;
}

bool imap_idling(const struct imap_session *s)
{
	return s->idling;
}

/* --- NOTIFY --- */

#define NOTIFY_EVENTS "(MessageNew MessageExpunge FlagChange)"

uint32_t imap_notify(struct imap_session *s, bool on)
{
	struct imap_command *c = imap_command_new(KIND_NOTIFY);
	c->counts = on;
	c->uses = IMAP_CAP_NOTIFY;
	g_string_append(
		c->text, on ? "NOTIFY SET (selected " NOTIFY_EVENTS ") (inboxes " NOTIFY_EVENTS ")" : "NOTIFY NONE");
	s->notifying = s->notifying || on;
	return imap_enqueue(s, c);
}

void imap_notify_ended(struct imap_session *s, const struct imap_command *c, enum imap_result result)
{
	s->notifying = c->counts == (result == IMAP_OK);
}
