/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What vanished: told by the server, or found by comparing numbers with the cache, or at last by looking at every UID;
 * and rows that the cache lacks. */
#include "engine/sync.h"

#include "base/log.h"

#define SEARCHES_MOST 4  /* comparisons until the folder agrees; then every UID is asked */
#define RESTARTS_MOST 2  /* when numbers move meanwhile */
#define SWEEP_CHUNK 5000 /* messages a command when every UID is asked */

static unsigned hidden(const struct sync_job *s)
{
	return pending_hidden(s->job.account, s->f.id);
}

uint32_t sync_lowest_kept(const struct sync_job *s)
{
	return s->f.complete ? 1 : MAX(s->f.filled_down_to, 1);
}

/* By UID, for sequence numbers move under other hands. */
uint32_t sync_newest_cached(struct sync_job *s, unsigned messages)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t width = messages;
	/* The lowest row may have been moved away by the user and still lie on the server. */
	uint32_t kept = s->f.filled_down_to ? s->f.filled_down_to : UINT32_MAX;
	for (;;) {
		uint32_t lo = s->f.uidnext > width ? s->f.uidnext - width : 1;
		g_array_set_size(uids, 0);
		if (store_uids(sync_store(s), s->f.id, lo, UINT32_MAX, uids, &s->job.err))
			return 0;
		if (uids->len >= messages)
			return g_array_index(uids, uint32_t, uids->len - messages);
		if (lo == 1)
			return s->f.complete ? 1 : uids->len ? MIN(g_array_index(uids, uint32_t, 0), kept) : 0;
		width = width > UINT32_MAX / 4 ? UINT32_MAX : width * 4;
	}
}

uint32_t sync_lowest_below(struct sync_job *s, uint32_t below, unsigned messages)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t bottom = sync_lowest_kept(s), width = messages;
	for (;;) {
		uint32_t lo = below - bottom > width ? below - width : bottom;
		g_array_set_size(uids, 0);
		if (store_uids(sync_store(s), s->f.id, lo, below - 1, uids, &s->job.err))
			return below;
		if (uids->len >= messages)
			return g_array_index(uids, uint32_t, uids->len - messages);
		if (lo == bottom)
			return bottom;
		width = width > UINT32_MAX / 4 ? UINT32_MAX : width * 4;
	}
}

/* --- told by the server --- */

void sync_take_gone(struct sync_job *s)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (!s->gone.ranges->len || !s->f.id || s->job.err.cause != ERR_NONE || sync_reload(s))
		return;
	for (unsigned i = 0; i < s->gone.ranges->len; i++) {
		const struct imap_range *r = &g_array_index(s->gone.ranges, struct imap_range, i);
		if (store_uids(sync_store(s), s->f.id, r->first, r->last, uids, &s->job.err))
			return;
	}
	g_array_set_size(s->gone.ranges, 0);
	s->shaken = true;
	if (apply_gone(&s->apply, uids, s->f.rows, &s->job.err))
		return;
	/* That is believed when the numbers say it too. */
	if (s->apply.doubt)
		s->doubted = true;
	s->apply.doubt = false;
}

/* --- rows that the cache lacks --- */

bool sync_ask_missing(struct sync_job *s)
{
	struct imap_set *missing = &s->apply.missing;
	if (!missing->ranges->len || s->apply.dry || s->job.err.cause != ERR_NONE)
		return false;
	job_command(&s->job, imap_fetch_rows_set(job_imap(&s->job), missing));
	g_array_set_size(missing->ranges, 0);
	return true;
}

/* Single messages that the user moved away are none that lack. */
static void add_missing(struct sync_job *s, const struct imap_set *found)
{
	for (unsigned i = 0; i < found->ranges->len; i++) {
		const struct imap_range *r = &g_array_index(found->ranges, struct imap_range, i);
		if (r->first != r->last || !pending_hides(s->job.account, s->f.id, r->first))
			imap_set_add(&s->apply.missing, r->first, r->last);
	}
}

/* --- found by flags --- */

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

bool sync_judge_flags(struct sync_job *s)
{
	if (!s->known || !s->flags_low || s->judged || s->flags_low > s->old_top)
		return false;
	if (apply_vanished(&s->apply, s->flags_low, s->old_top, &s->job.err))
		return false;
	if (look_twice(s, s->flags_low, s->old_top))
		return true;
	s->judged = true;
	s->apply.confirmed = false;
	s->sound = s->swept = s->flags_low <= sync_lowest_kept(s);
	return false;
}

/* --- found by numbers --- */

static void search_free(struct sync_job *s)
{
	g_clear_pointer(&s->search, plan_search_free);
	g_clear_pointer(&s->cached, g_array_unref);
}

static bool search_ask(struct sync_job *s)
{
	g_autoptr(GArray) seqs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (!plan_search_next(s->search, seqs))
		return false;
	job_command(
		&s->job, imap_fetch_numbers(job_imap(&s->job), (const uint32_t *)(const void *)seqs->data, seqs->len));
	return true;
}

/* What arrived since the first flight stands above all that is cached. */
static bool ask_newcomers(struct sync_job *s)
{
	uint32_t top = s->cached->len ? g_array_index(s->cached, uint32_t, s->cached->len - 1) : 0;
	top = MAX(top, s->old_top);
	if (!s->grown || top == UINT32_MAX)
		return false;
	s->grown = false;
	search_free(s);
	uint32_t hi = top > UINT32_MAX - PLAN_NEWS ? UINT32_MAX : top + PLAN_NEWS;
	job_command(&s->job, imap_fetch_rows(job_imap(&s->job), top + 1, hi));
	return true;
}

static bool search_ended(struct sync_job *s);

static bool search_begin(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	sync_flush(s, 0);
	sync_take_gone(s);
	if (!m || s->job.err.cause != ERR_NONE || sync_reload(s))
		return false;
	/* A dry run has written nothing so far, and looks once. */
	if (s->apply.dry && s->searches)
		return false;
	if (s->apply.dry)
		s->f.rows += s->apply.fresh - MIN(s->apply.gone, s->f.rows);
	bool differs = plan_differs(&s->f, m->exists, hidden(s), s->tier, s->sound);
	if (!differs && !s->doubted) {
		s->sound = s->sound || s->f.complete || s->tier == TIER_QRESYNC;
		return false;
	}
	if (s->searches++ >= SEARCHES_MOST || s->restarts > RESTARTS_MOST) {
		/* Of what the user moved away some may be gone there as well. */
		s->sweep_all = differs && !hidden(s);
		return false;
	}
	s->shaken = false;
	if (s->apply.dry)
		s->apply.gone = 0;
	s->cached = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (store_uids(sync_store(s), s->f.id, sync_lowest_kept(s), UINT32_MAX, s->cached, &s->job.err))
		return false;
	if (s->f.rows + hidden(s) < m->exists && ask_newcomers(s))
		return true;
	s->search = plan_search_new(s->cached, sync_lowest_kept(s), m->exists);
	for (unsigned i = 0; i < s->hints->len; i++)
		plan_search_hint(s->search, g_array_index(s->hints, uint32_t, i));
	g_array_set_size(s->hints, 0);
	return search_ask(s) || search_ended(s);
}

/* Told of nothing, and yet messages are gone: what the server says changed cannot be relied on. */
static void judge_server(struct sync_job *s)
{
	if (s->tier != TIER_QRESYNC || s->doubted)
		return;
	log_line(LOG_WARN, "%s: the server keeps vanished messages for itself", s->job.account->cfg->label);
	sync_distrust(s, IMAP_CAP_QRESYNC);
}

static bool search_ended(struct sync_job *s)
{
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	struct imap_set missing;
	imap_set_init(&missing);
	bool known = plan_search_result(s->search, gone, &missing);
	uint32_t of = s->cached->len;
	add_missing(s, &missing);
	imap_set_clear(&missing);
	search_free(s);
	if (!known) {
		s->sweep_all = true;
		return false;
	}
	if (apply_gone(&s->apply, gone, of, &s->job.err))
		return false;
	if (s->apply.doubt) {
		s->apply.doubt = false;
		s->apply.confirmed = s->doubted = true;
		job_command(&s->job, imap_noop(job_imap(&s->job)));
		return true;
	}
	if (gone->len)
		judge_server(s);
	s->doubted = s->apply.confirmed = false;
	s->sound = true;
	return sync_ask_missing(s) || (!s->apply.dry && search_begin(s));
}

bool sync_search(struct sync_job *s)
{
	sync_stage(s, STAGE_SEARCH);
	if (!s->known || s->background || s->job.err.cause != ERR_NONE)
		return false;
	if (!s->search)
		return search_begin(s);
	if (s->shaken) {
		s->restarts++;
		search_free(s);
		return search_begin(s);
	}
	return search_ask(s) || search_ended(s);
}

/* --- found by looking at every UID --- */

static bool wants_sweep(const struct sync_job *s)
{
	const struct request *r = s->job.request;
	if (s->sweep_all)
		return true;
	/* A poll looks at some of the old flags only (ask_old_flags). */
	return !s->swept && (s->again || (s->tier == TIER_BASELINE && r && r->whole && !s->poll));
}

/* Downward, some thousand cached messages at a time. */
bool sync_ask_sweep(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	sync_stage(s, STAGE_SWEEP);
	if (!m || !s->known || s->background || s->job.err.cause != ERR_NONE || !wants_sweep(s))
		return false;
	if (!s->sweep) {
		s->sweep_lo = s->sweep_all || !s->flags_low ? 0 : s->flags_low;
		s->sweep = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		/* A row that lies alone further down, as a change still waits for it, would bring all between back. */
		uint32_t bottom = sync_lowest_kept(s);
		if (store_uids(sync_store(s), s->f.id, bottom, s->sweep_lo - 1, s->sweep, &s->job.err))
			return false;
	}
	if (!s->sweep->len) {
		s->sound = s->swept = true;
		s->sweep_all = false;
		return false;
	}
	/* The ranges meet, for between two rows may lie what the cache lacks. */
	unsigned n = MIN(s->sweep->len, SWEEP_CHUNK);
	s->sweep_hi = s->sweep_lo - 1;
	s->sweep_lo = g_array_index(s->sweep, uint32_t, s->sweep->len - n);
	if (s->sweep->len == n)
		s->sweep_lo = MIN(s->sweep_lo, sync_lowest_kept(s));
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
	sync_ask_missing(s);
}
