/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rest of a folder, downward from what is cached, two ranges at a time. */
#include "engine/sync.h"

#define CHUNK_QUICK_MS 300 /* a chunk that came faster lets the next be larger */

/* A list asked for so many rows. What is filled in the background goes on past that. */
static bool is_enough(const struct sync_job *s)
{
	const struct request *r = s->job.request;
	return !s->background && r && !r->whole && s->f.rows >= r->rows;
}

static bool kept(const struct sync_job *s)
{
	const struct cfg_account *cfg = s->job.account->cfg;
	if (cfg->keep_days && s->oldest && s->oldest < clock_wall() - (int64_t)cfg->keep_days * 86400)
		return false;
	const struct request *r = s->job.request;
	return !cfg->keep_rows || s->f.rows < (uint32_t)cfg->keep_rows || (r && r->rows > s->f.rows);
}

static void fill_more(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	struct job *waiting = g_queue_peek_head(&s->job.account->jobs);
	if (!m || s->job.err.cause != ERR_NONE || (waiting && waiting->class->priority < s->job.class->priority))
		return;
	struct store_folder ahead = s->f;
	if (s->fill_below)
		ahead.filled_down_to = s->fill_below;
	struct range *r = g_new0(struct range, 1);
	/* Two ranges are under way, so that the server works while we write. */
	if (g_queue_get_length(&s->fills) >= 2 || is_enough(s) || !kept(s) ||
		!plan_fill(&ahead, m->exists, s->chunk, &r->lo, &r->hi)) {
		g_free(r);
		return;
	}
	r->sent_ms = clock_ms();
	s->fill_below = r->lo;
	g_queue_push_tail(&s->fills, r);
	job_command(&s->job, imap_fetch_rows(job_imap(&s->job), r->lo, r->hi));
	fill_more(s);
}

void sync_fill_done(struct sync_job *s, bool ok)
{
	struct range *r = g_queue_pop_head(&s->fills);
	if (!ok && s->job.err.cause == ERR_NONE)
		err_set(&s->job.err, ERR_FOLDER, ERR_REFUSED, ERR_LATER, "the server refused messages of '%s'",
			s->f.name);
	if (s->job.err.cause == ERR_NONE) {
		sync_flush(s, r->lo);
		if (clock_ms() - r->sent_ms < CHUNK_QUICK_MS && s->chunk < SYNC_CHUNK_MOST)
			s->chunk *= 2;
		if (s->job.err.cause == ERR_NONE && !sync_reload(s))
			sync_tell(s, false);
	}
	g_free(r);
	fill_more(s);
}

bool sync_fill_start(struct sync_job *s)
{
	const struct request *r = s->job.request;
	sync_stage(s, STAGE_FILL);
	if (s->apply.dry || (!s->background && !(r && (r->whole || r->rows > s->f.rows))))
		return false;
	if (sync_reload(s))
		return false;
	s->fill_below = 0;
	fill_more(s);
	return s->job.open > 0;
}

bool sync_fill_left(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	uint32_t lo, hi;
	return m && kept(s) && s->job.err.cause == ERR_NONE && plan_fill(&s->f, m->exists, s->chunk, &lo, &hi);
}

void sync_fill_step(struct sync_job *s)
{
	if (is_enough(s) || !sync_fill_left(s)) {
		if (s->f.id && !s->f.complete && s->f.rows == s->f.exists && (s->sound || s->untouched)) {
			s->f.complete = true;
			if (store_folder_put(sync_store(s), &s->f, &s->job.err))
				return;
		}
		sync_tell(s, true);
		sync_stage(s, STAGE_NEXT);
		return;
	}
	if (job_yield(&s->job)) {
		sync_stage(s, STAGE_START);
		return;
	}
	s->fill_below = 0;
	fill_more(s);
	if (!s->job.open)
		sync_stage(s, STAGE_NEXT);
}
