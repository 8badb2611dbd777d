/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rest of a folder, downward from what is cached, two ranges at a time. Where UIDVALIDITY has changed only what tells
 * messages apart is fetched first: a message that is found in the cache keeps its row and its text. */
#include "engine/sync.h"

#define CHUNK_QUICK_MS 300 /* a chunk that came faster lets the next be larger */
#define RANGES_MOST 2      /* under way, so that the server works while we write */

/* Does the account keep more of this folder? */
static bool kept(const struct sync_job *s)
{
	const struct cfg_account *cfg = s->job.account->cfg;
	const struct request *r = s->job.request;
	if (s->f.flags & FOLDER_FICKLE)
		return false;
	if (cfg->keep_days && s->oldest && s->oldest < clock_wall() - (int64_t)cfg->keep_days * 86400)
		return false;
	return !cfg->keep_rows || s->f.rows < (uint32_t)cfg->keep_rows || (r && r->rows > s->f.rows);
}

/* A list asked for so many rows. What is filled in the background goes on past that. */
static bool enough(const struct sync_job *s)
{
	const struct request *r = s->job.request;
	return !s->background && r && !r->whole && s->f.rows >= r->rows;
}

static bool rekeys(const struct sync_job *s)
{
	return s->f.heir_of;
}

static void ask_range(struct sync_job *s, const struct range *r)
{
	struct imap_session *i = job_imap(&s->job);
	if (!rekeys(s)) {
		job_command(&s->job, imap_fetch_rows(i, r->lo, r->hi));
		return;
	}
	struct imap_set uids;
	imap_set_init(&uids);
	imap_set_add(&uids, r->lo, r->hi);
	job_command(&s->job, imap_fetch_identities(i, &uids));
	imap_set_clear(&uids);
}

static void fill_more(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	struct job *waiting = g_queue_peek_head(&s->job.account->jobs);
	unsigned most = rekeys(s) ? 1 : RANGES_MOST;
	struct store_folder ahead = s->f;
	struct range next = { .sent_ms = clock_ms() };
	if (!m || s->job.err.cause != ERR_NONE || (waiting && waiting->class->priority < s->job.class->priority))
		return;
	if (s->fill_below)
		ahead.filled_down_to = s->fill_below;
	while (g_queue_get_length(&s->fills) < most && kept(s) && !enough(s) &&
		plan_fill(&ahead, m->exists, s->chunk, &next.lo, &next.hi)) {
		s->fill_below = ahead.filled_down_to = next.lo;
		g_queue_push_tail(&s->fills, g_memdup2(&next, sizeof(next)));
		ask_range(s, &next);
	}
}

/* --- rows of a renumbered folder --- */

void sync_fill_row(struct sync_job *s, struct store_row *row)
{
	const struct range *r = g_queue_peek_head(&s->fills);
	if (!s->oldest || row->received < s->oldest)
		s->oldest = row->received;
	if (rekeys(s) && r && !r->rest)
		g_ptr_array_add(s->identities, row);
	else
		apply_row(&s->apply, row, &s->job.err);
}

static int rekey_some(struct sync_job *s, unsigned from, unsigned to, struct imap_set *unknown, struct err *e)
{
	for (unsigned i = from; i < to; i++) {
		const struct store_row *row = s->identities->pdata[i];
		bool found;
		if (store_rekey(sync_store(s), &s->f, row->uid, row->msgid, row->size, row->received, row->flags,
			    row->keywords, &found, e))
			return -1;
		if (found)
			s->apply.fresh++;
		else
			imap_set_add(unknown, row->uid, row->uid);
	}
	return 0;
}

static int rekey(struct sync_job *s, struct imap_set *unknown, struct err *e)
{
	for (unsigned from = 0; from < s->identities->len; from += STORE_BATCH) {
		if (store_begin(sync_store(s), e))
			return -1;
		if (rekey_some(s, from, MIN(from + STORE_BATCH, s->identities->len), unknown, e) ||
			store_commit(sync_store(s), e)) {
			store_rollback(sync_store(s));
			return -1;
		}
	}
	return 0;
}

/* True: some of the range are not in the cache, and are asked for now. */
static bool ask_unknown(struct sync_job *s, struct range *r)
{
	struct imap_set unknown;
	imap_set_init(&unknown);
	rekey(s, &unknown, &s->job.err);
	g_ptr_array_set_size(s->identities, 0);
	r->rest = s->job.err.cause == ERR_NONE && unknown.ranges->len;
	if (r->rest)
		job_command(&s->job, imap_fetch_rows_set(job_imap(&s->job), &unknown));
	imap_set_clear(&unknown);
	return r->rest;
}

void sync_rekey_end(struct sync_job *s)
{
	if (!s->f.heir_of || s->apply.dry || s->job.err.cause != ERR_NONE)
		return;
	if (!store_rekey_end(sync_store(s), &s->f, &s->job.err))
		engine_sweep(s->job.account->engine);
}

/* --- ranges --- */

void sync_fill_done(struct sync_job *s, bool ok)
{
	struct range *r = g_queue_peek_head(&s->fills);
	if (!ok && s->job.err.cause == ERR_NONE)
		err_set(&s->job.err, ERR_FOLDER, ERR_REFUSED, ERR_LATER, "the server refused messages of '%s'",
			s->f.name);
	if (!r || (s->job.err.cause == ERR_NONE && rekeys(s) && !r->rest && ask_unknown(s, r)))
		return;
	g_queue_pop_head(&s->fills);
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

static unsigned rows_to_come(const struct sync_job *s)
{
	const struct request *r = s->job.request;
	uint32_t most = s->f.exists, keep = (uint32_t)s->job.account->cfg->keep_rows;
	if (!s->background && r && !r->whole)
		most = MIN(most, r->rows);
	else if (keep)
		most = MIN(most, keep);
	return most > s->f.rows ? most - s->f.rows : 0;
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
	s->apply.share = rekeys(s);
	connection_expect(s->job.account->conn, rows_to_come(s));
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
	if (enough(s) || !sync_fill_left(s)) {
		bool all = s->f.rows + pending_hidden(s->job.account, s->f.id) >= s->f.exists;
		if (s->f.id && !s->f.complete && all && (s->sound || s->untouched)) {
			s->f.complete = true;
			if (store_folder_put(sync_store(s), &s->f, &s->job.err))
				return;
		}
		if (s->f.complete || !kept(s))
			sync_rekey_end(s);
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
