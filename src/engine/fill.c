/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rest of a folder, downward from what is cached, two ranges at a time. Where UIDVALIDITY has changed only what tells
 * messages apart is fetched first: a message that is found in the cache keeps its row and its text. */
#include "engine/sync.h"

#define CHUNK_MOST 8000 /* messages a range: what is cut off is asked again from there */
#define RANGES_MOST 2   /* under way, so that the server works while we write */
/* A range that came quickly lets the next be larger, so that a person who wants something does not wait for it long.
 * Smaller ones waste pages of the cache. */
struct pace {
	unsigned first, growth; /* messages; times so many */
	int quick_ms;
};
static const struct pace in_screens = { 500, 2, 300 };
/* Only another process may want something: fewer turns. */
static const struct pace in_command = { 2000, 4, 2000 };

static const struct pace *pace(const struct sync_job *s)
{
	return s->job.account->engine->settings.stay ? &in_screens : &in_command;
}

/* Somebody wants to see more than is kept. */
static bool wanted(const struct sync_job *s)
{
	const struct request *r = s->job.request;
	return !s->background && r && r->rows > s->f.rows;
}

/* What lies further down is too old: that is remembered, so that what was let go is not fetched again. */
static bool is_too_old(struct sync_job *s)
{
	int64_t days = s->job.account->cfg->keep_days;
	if (!days)
		return false;
	if (!s->met_known && store_note_get(sync_store(s), s->f.id, NOTE_FLOOR, &s->met, &s->job.err))
		return true;
	s->met_known = true;
	return s->met && s->met < clock_wall() - days * 86400;
}

static void note_met(struct sync_job *s, const struct range *r)
{
	if (!r->newest || !s->job.account->cfg->keep_days)
		return;
	s->met = r->newest;
	s->met_known = true;
	store_note_put(sync_store(s), s->f.id, NOTE_FLOOR, s->met, &s->job.err);
}

/* How many more messages of this folder the account keeps. */
static uint32_t room(struct sync_job *s)
{
	const struct cfg_account *cfg = s->job.account->cfg;
	uint32_t most = (uint32_t)cfg->keep_rows;
	if (s->f.flags & FOLDER_FICKLE)
		return 0;
	if (wanted(s))
		return UINT32_MAX;
	if (is_too_old(s))
		return 0;
	return !most ? UINT32_MAX : most > s->f.rows ? most - s->f.rows : 0;
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
	unsigned most = rekeys(s) ? 1 : RANGES_MOST;
	struct store_folder ahead = s->f;
	struct range next = { .sent_ms = clock_ms() };
	if (!m || s->job.err.cause != ERR_NONE || job_is_outranked(&s->job))
		return;
	if (s->fill_below)
		ahead.filled_down_to = s->fill_below;
	uint32_t left = room(s), chunk = MIN(s->chunk, left);
	/* Near the limit one at a time, for it may bring more than it was thought to. */
	if (left / most < chunk)
		most = 1;
	while (g_queue_get_length(&s->fills) < most && left && !enough(s) &&
		plan_fill(&ahead, m->exists, chunk, &next.lo, &next.hi)) {
		s->fill_below = ahead.filled_down_to = next.lo;
		g_queue_push_tail(&s->fills, g_memdup2(&next, sizeof(next)));
		ask_range(s, &next);
	}
}

/* --- rows of a renumbered folder --- */

void sync_fill_row(struct sync_job *s, struct store_row *row)
{
	struct range *r = g_queue_peek_head(&s->fills);
	if (r)
		r->newest = MAX(r->newest, row->received);
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
		note_met(s, r);
		if (clock_ms() - r->sent_ms < pace(s)->quick_ms)
			s->chunk = MIN(s->chunk * pace(s)->growth, CHUNK_MOST);
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
	s->chunk = MAX(s->chunk, pace(s)->first);
	s->apply.share = rekeys(s);
	connection_expect(s->job.account->conn, rows_to_come(s));
	fill_more(s);
	return s->job.open > 0;
}

bool sync_fill_left(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	uint32_t lo, hi;
	return m && s->f.id && room(s) && s->job.err.cause == ERR_NONE && plan_fill(&s->f, m->exists, 1, &lo, &hi);
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
		if (s->f.complete || !room(s))
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
