/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Flags that changed and messages that vanished: the newest on every visit, the rest when something is missing. */
#include "engine/sync.h"

#define FLAG_WINDOW 500 /* messages whose flags are looked at on every visit */

/* Rows of a first contact that broke off are looked at like any others. */
bool sync_was_cached(const struct sync_job *s)
{
	return s->known || !s->untouched;
}

/* From which UID up the flags of the newest FLAG_WINDOW cached messages are asked: by UID, for sequence numbers
 * move under other hands. */
uint32_t sync_newest_cached(struct sync_job *s)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t top = MAX(s->window_high, s->f.uidnext), width = FLAG_WINDOW;
	for (;;) {
		uint32_t lo = top > width ? top - width : 1;
		g_array_set_size(uids, 0);
		if (store_uids(sync_store(s), s->f.id, lo, UINT32_MAX, uids, &s->job.err))
			return 0;
		if (uids->len >= FLAG_WINDOW)
			return g_array_index(uids, uint32_t, uids->len - FLAG_WINDOW);
		if (lo == 1)
			return s->f.complete ? 1 : uids->len ? g_array_index(uids, uint32_t, 0) : 0;
		width = width > UINT32_MAX / 4 ? UINT32_MAX : width * 4;
	}
}

/* Most of what is cached seems gone: the server is asked once more before that is believed. */
static bool look_twice(struct sync_job *s, uint32_t lo, uint32_t hi)
{
	if (!s->apply.doubt)
		return false;
	s->apply.doubt = false;
	s->apply.confirmed = true;
	g_array_set_size(s->apply.seen, 0);
	job_command(&s->job, imap_noop(job_imap(&s->job)));
	job_command(&s->job, imap_fetch_flags(job_imap(&s->job), lo, hi));
	return true;
}

void sync_flags_done(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	if (!sync_was_cached(s) || !m || s->background)
		return;
	sync_flush(s, 0);
	if (s->job.err.cause != ERR_NONE)
		return;
	if (!m->exists)
		s->flags_low = 1;
	if (!s->flags_low || apply_vanished(&s->apply, s->flags_low, UINT32_MAX, &s->job.err))
		return;
	if (look_twice(s, s->flags_low, 0))
		return;
	s->sound = s->flags_low <= MAX(s->f.filled_down_to, 1);
}

/* The rest of what is cached, downward, a thousand cached messages at a time, while messages are missing or a
 * person asked for all of it. */
bool sync_ask_sweep(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	const struct request *r = s->job.request;
	sync_stage(s, STAGE_SWEEP);
	if (!m || !sync_was_cached(s) || s->sound || s->job.err.cause != ERR_NONE || sync_reload(s))
		return false;
	bool differs = s->f.complete ? s->f.rows != m->exists : s->f.rows >= m->exists;
	if (!differs && !(r && r->whole))
		return false;
	if (!s->sweep) {
		s->sweep = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		if (store_uids(sync_store(s), s->f.id, 1, s->flags_low ? s->flags_low - 1 : 0, s->sweep, &s->job.err))
			return false;
	}
	if (!s->sweep->len) {
		s->sound = true;
		return false;
	}
	unsigned n = MIN(s->sweep->len, SYNC_CHUNK_MOST);
	s->sweep_hi = g_array_index(s->sweep, uint32_t, s->sweep->len - 1);
	s->sweep_lo = g_array_index(s->sweep, uint32_t, s->sweep->len - n);
	g_array_set_size(s->sweep, s->sweep->len - n);
	g_array_set_size(s->apply.seen, 0);
	s->sweeping = true;
	job_command(&s->job, imap_fetch_flags(job_imap(&s->job), s->sweep_lo, s->sweep_hi));
	return true;
}

void sync_sweep_done(struct sync_job *s)
{
	s->sweeping = false;
	sync_flush(s, 0);
	if (s->job.err.cause == ERR_NONE)
		apply_vanished(&s->apply, s->sweep_lo, s->sweep_hi, &s->job.err);
	if (s->job.err.cause == ERR_NONE && look_twice(s, s->sweep_lo, s->sweep_hi)) {
		s->sweeping = true;
		return;
	}
	s->apply.confirmed = false;
	s->sound = s->job.err.cause == ERR_NONE && !s->sweep->len;
}
