/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first flight of a known folder: SELECT, and behind it in the same write what brings the difference, by the best
 * way the server offers; then what that left open. Headers of rows that are cached are never fetched again. */
#include "engine/sync.h"

#include <string.h>

#include "base/log.h"

#define CHECK_EVERY_S 86400
#define CHECK_ROWS 50

/* --- the flight --- */

static void ask_flags(struct sync_job *s)
{
	s->flags_low = sync_newest_cached(s, PLAN_FLAGS);
	/* Not from a row that lies alone further down: all between would seem to lack. */
	if (s->flags_low)
		s->flags_low = MAX(s->flags_low, sync_lowest_kept(s));
	if (s->flags_low && s->flags_low <= s->old_top)
		job_command(&s->job, imap_fetch_flags(job_imap(&s->job), s->flags_low, s->old_top));
}

static void ask_changes(struct sync_job *s)
{
	if (!s->old_top)
		return;
	s->changes = imap_fetch_changes(job_imap(&s->job), 1, s->old_top, s->f.highestmodseq);
	job_command(&s->job, s->changes);
}

/* A bounded range, never "*": that would name the last message again. */
static void ask_above(struct sync_job *s, uint32_t top)
{
	if (top == UINT32_MAX)
		return;
	s->asked_hi = top > UINT32_MAX - PLAN_NEWS ? UINT32_MAX : top + PLAN_NEWS;
	job_command(&s->job, imap_fetch_rows(job_imap(&s->job), top + 1, s->asked_hi));
}

static void ask_difference(struct sync_job *s, bool exists)
{
	if (s->tier == TIER_CONDSTORE || (s->tier == TIER_QRESYNC && s->open))
		ask_changes(s);
	else if (s->tier == TIER_BASELINE && !s->live)
		ask_flags(s);
	if (exists)
		ask_above(s, s->old_top);
}

/* What was told since the last sync of this mailbox counts as told now. */
static bool go_on_open(struct sync_job *s)
{
	struct live_news news = { s->apply.flags, &s->gone, &s->numbers, s->hints, false };
	if (!s->background)
		live_take(connection_live(s->job.account->conn), &news);
	if (s->tier == TIER_QRESYNC && !imap_enabled_qresync(job_imap(&s->job)))
		s->tier = TIER_CONDSTORE;
	/* Another job may have selected it since, and heard of what is new then. */
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	if (s->live)
		return news.exists || (m && m->uidnext > s->f.uidnext);
	s->select = imap_noop(job_imap(&s->job));
	job_command(&s->job, s->select);
	return true;
}

static void select_anew(struct sync_job *s)
{
	struct imap_session *i = job_imap(&s->job);
	uint32_t low = MAX(s->f.filled_down_to, 1);
	struct imap_resync r = { .uidvalidity = s->f.uidvalidity,
		.modseq = s->f.highestmodseq,
		.uid_lo = MIN(low, s->old_top),
		.uid_hi = s->old_top };
	/* Before it is selected: of the selected mailbox STATUS is not to be asked. */
	if (s->known && !s->f.complete && !s->background && !s->apply.dry) {
		s->counts = imap_status(i, str_of(s->f.raw));
		job_command(&s->job, s->counts);
	}
	s->select = imap_select_resync(i, str_of(s->f.raw), true, s->tier == TIER_QRESYNC ? &r : NULL);
	job_command(&s->job, s->select);
	s->apply.held = true;
}

/* What the flight can tell besides, at no flight of its own: what may be done in a folder that is not the user's alone,
 * and with a poll how much room is left. */
static void ask_limits(struct sync_job *s)
{
	struct imap_session *i = job_imap(&s->job);
	uint64_t caps = sync_caps(s);
	bool theirs = (s->f.flags & FOLDER_FOREIGN) || s->f.rights;
	if (theirs && !(caps & IMAP_CAP_LIST_MYRIGHTS) && (caps & IMAP_CAP_ACL)) {
		s->rights = imap_rights(i, str_of(s->f.raw));
		job_command(&s->job, s->rights);
	}
	if (s->known && s->poll && s->f.role == ROLE_INBOX && (caps & IMAP_CAP_QUOTA)) {
		s->room = imap_quota(i, str_of(s->f.raw));
		job_command(&s->job, s->room);
	}
}

void sync_select(struct sync_job *s)
{
	struct connection *c = s->job.account->conn;
	const char *current = connection_selected(c);
	bool exists = true;
	sync_stage(s, STAGE_SELECT);
	s->open = current && !strcmp(current, s->f.raw) && imap_selected(connection_imap(c));
	s->old_top = s->known && s->f.uidnext ? s->f.uidnext - 1 : 0;
	s->tier = s->known ? plan_tier(&s->f, sync_caps(s)) : TIER_BASELINE;
	s->live = s->live && s->open;
	s->job.elsewhere = !s->open;
	if (s->open)
		exists = go_on_open(s);
	else
		select_anew(s);
	if (s->known && !s->background)
		ask_difference(s, exists);
	if (!s->background && !s->live && !s->apply.dry)
		ask_limits(s);
	/* Nobody looks at rows that it could keep waiting. */
	if (s->known && s->names.length == 1 && !s->job.account->engine->settings.stay)
		sync_ask_list(s);
	if (s->open && s->live)
		sync_selected(s);
}

/* --- SELECT's answer --- */

static void tell_fickle(struct sync_job *s)
{
	struct event *ev = event_new(EV_ALERT, 0, -1);
	ev->text = g_strdup_printf(
		"%s: the server renumbers folder '%s' at every visit: only its newest messages are kept",
		s->job.account->cfg->label, s->f.name);
	engine_emit(s->job.account->engine, ev);
}

/* The old places wait to be taken over; nothing of this flight is about the new ones. */
static void renumber(struct sync_job *s, const struct plan *plan, uint32_t uidvalidity)
{
	bool told = s->f.flags & FOLDER_FICKLE;
	s->known = s->late = s->again = false;
	s->stale = true;
	s->tier = TIER_BASELINE;
	s->old_top = s->asked_hi = s->flags_low = 0;
	g_array_set_size(s->gone.ranges, 0);
	g_array_set_size(s->fresh, 0);
	apply_reset(&s->apply);
	s->apply.held = s->apply.share = true;
	if (s->apply.dry)
		return;
	if (store_folder_renumber(sync_store(s), &s->f, uidvalidity, &s->job.err))
		return;
	s->f.flags |= plan->fickle ? FOLDER_FICKLE : FOLDER_SHIFTED;
	if (plan->fickle)
		sync_rekey_end(s);
	if (plan->fickle && !told)
		tell_fickle(s);
}

static void take_tier(struct sync_job *s, const struct imap_mailbox *m)
{
	enum plan_tier asked = s->tier;
	if (!s->open)
		s->modseq = m->nomodseq ? 0 : m->highestmodseq;
	else
		s->modseq = m->nomodseq ? 0 : MAX(s->modseq, MAX(m->highestmodseq, s->f.highestmodseq));
	if (!s->known || s->background)
		return;
	if (s->open)
		s->tier = m->nomodseq ? TIER_BASELINE : asked;
	else
		s->tier = plan_tier_told(asked, &s->f, m, &s->again);
	s->late = s->late || (s->tier != asked && !(s->live && s->tier == TIER_BASELINE));
}

/* Before any row of it is written: whose folder is it, and is it still the one we know? */
void sync_selected(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	if (!m)
		return;
	/* Also rows of a first contact that broke off belong to a UIDVALIDITY. */
	struct plan_in in = { .cached = s->f.id ? &s->f : NULL, .server = *m };
	struct plan plan;
	plan_folder(&in, &plan);
	if (plan.renumber)
		renumber(s, &plan, m->uidvalidity);
	else if (!s->open)
		s->f.flags &= ~(FOLDER_SHIFTED | FOLDER_FICKLE);
	connection_set_selected(s->job.account->conn, s->f.raw);
	s->job.elsewhere = false;
	take_tier(s, m);
	if (s->job.err.cause != ERR_NONE)
		return;
	if (s->apply.dry) {
		if (!s->known)
			s->apply.fresh = m->exists;
		return;
	}
	s->untouched = !s->f.rows;
	/* What is fetched from now on is newer than that. */
	if (s->untouched)
		s->f.highestmodseq = s->modseq;
	if (m->uidvalidity)
		s->f.uidvalidity = m->uidvalidity;
	s->f.exists = m->exists;
	if (m->mailboxid && g_strcmp0(m->mailboxid, s->f.mailboxid)) {
		g_free(s->f.mailboxid);
		s->f.mailboxid = g_strdup(m->mailboxid);
	}
	if (s->job.request && s->job.request->type == REQ_OPEN)
		s->f.flags |= FOLDER_VISITED;
	store_folder_put(sync_store(s), &s->f, &s->job.err);
}

static void ask_window(struct sync_job *s, uint32_t exists)
{
	uint32_t low = exists > ENGINE_WINDOW_ROWS ? exists - ENGINE_WINDOW_ROWS + 1 : 1;
	job_command(&s->job, imap_fetch_window(job_imap(&s->job), low, 0));
}

/* Before the login it was not known that the server counts changes: only now that can be asked. */
static void ask_modseq(struct sync_job *s, const struct imap_mailbox *m)
{
	if (!m->nomodseq || s->reselected || !(sync_caps(s) & IMAP_CAP_CONDSTORE))
		return;
	s->reselected = true;
	s->select = imap_select_resync(job_imap(&s->job), str_of(s->f.raw), true, NULL);
	job_command(&s->job, s->select);
}

/* More is new than was asked for: the newest of it first. */
static void plan_news(struct sync_job *s, const struct imap_mailbox *m)
{
	struct plan_in in = { .cached = &s->f, .server = *m, .asked_hi = s->asked_hi };
	struct plan plan;
	plan_folder(&in, &plan);
	s->news_at = plan.news_lo;
	s->news_hi = plan.news_hi;
	if (plan.news_lo && plan.news_hi != UINT32_MAX && plan.news_hi - plan.news_lo >= ENGINE_WINDOW_ROWS)
		ask_window(s, m->exists);
}

void sync_after_select(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	s->stale = s->apply.held = false;
	if (s->apply.dry && !s->known) {
		sync_stage(s, STAGE_NEXT);
		return;
	}
	sync_stage(s, STAGE_WINDOW);
	if (s->known)
		sync_flush(s, 0);
	if (!m || s->background || s->job.err.cause != ERR_NONE)
		return;
	if (s->known) {
		plan_news(s, m);
		return;
	}
	/* Selecting anew forgets it. */
	uint32_t exists = m->exists;
	ask_modseq(s, m);
	if (exists)
		ask_window(s, exists);
}

void sync_window_done(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	struct wire_stats now = connection_stats(s->job.account->conn);
	/* A folder that was never agreed on is filled from this window downward, whatever is there. */
	sync_flush(s, s->known ? 0 : s->window_low);
	sync_take_gone(s);
	if (!m || s->background || s->job.err.cause != ERR_NONE)
		return;
	s->result.first_round_trips = now.round_trips - s->began.round_trips;
	s->result.first_bytes_in = now.bytes_in - s->began.bytes_in;
	s->result.first_ms = (uint64_t)(clock_ms() - s->began_ms);
	sync_tell(s, true);
	/* What the window brought is not asked again. */
	if (s->news_at && s->window_low && s->window_low <= s->news_hi)
		s->news_hi = s->window_low - 1;
}

/* --- what is new below the window --- */

bool sync_ask_news(struct sync_job *s)
{
	sync_stage(s, STAGE_NEWS);
	sync_flush(s, 0);
	if (!s->news_at || s->news_at > s->news_hi || s->background || s->job.err.cause != ERR_NONE)
		return false;
	/* So far it need not be asked again when this is cut; but not past the end, which not every server names. */
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	uint32_t so_far = m ? MIN(s->news_at, m->uidnext) : 0;
	if (s->f.uidnext && s->f.uidnext < so_far) {
		s->f.uidnext = so_far;
		if (!s->apply.dry && store_folder_put(sync_store(s), &s->f, &s->job.err))
			return false;
		sync_tell(s, false);
	}
	uint32_t left = s->news_hi - s->news_at;
	/* Where the server names no UIDNEXT the end is asked at once. */
	uint32_t hi =
		left < SYNC_CHUNK_MOST || s->news_hi == UINT32_MAX ? s->news_hi : s->news_at + SYNC_CHUNK_MOST - 1;
	job_command(&s->job, imap_fetch_rows(job_imap(&s->job), s->news_at, hi));
	s->news_at = hi == UINT32_MAX ? 0 : hi + 1;
	return true;
}

/* --- the rest --- */

static gint by_uid(gconstpointer a, gconstpointer b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Part trees of the newest that are new. */
static void ask_structure(struct sync_job *s)
{
	unsigned n = s->fresh->len;
	if (!n)
		return;
	g_array_sort(s->fresh, by_uid);
	uint32_t low = g_array_index(s->fresh, uint32_t, n > ENGINE_WINDOW_ROWS ? n - ENGINE_WINDOW_ROWS : 0);
	uint32_t high = g_array_index(s->fresh, uint32_t, n - 1);
	job_command(&s->job, imap_fetch_structure(job_imap(&s->job), low, high));
}

/* Without a server that counts changes old flags are found by looking: at some in each poll, from the newest down and then
 * round again, so that all are seen within a known number of polls. A sync of the whole folder looks at all of them. */
static void ask_old_flags(struct sync_job *s)
{
	const struct request *r = s->job.request;
	bool stay = s->job.account->engine->settings.stay;
	bool due = s->poll || (stay && clock_wall() - s->f.last_sync >= ENGINE_POLL_FLOOR_S);
	int64_t at = 0;
	if (!s->known || s->tier != TIER_BASELINE || s->live || s->apply.dry || !s->flags_low || s->again || !due ||
		(r && r->whole && !s->poll) || store_note_get(sync_store(s), s->f.id, NOTE_FLAGS, &at, &s->job.err))
		return;
	uint32_t bottom = sync_lowest_kept(s), below = s->flags_low;
	if (at > bottom && at < below)
		below = (uint32_t)at;
	if (below <= bottom)
		return;
	s->old_low = sync_lowest_below(s, below, PLAN_OLD_FLAGS);
	if (s->job.err.cause != ERR_NONE || s->old_low >= below)
		return;
	s->old_flags = imap_fetch_flags(job_imap(&s->job), s->old_low, below - 1);
	job_command(&s->job, s->old_flags);
}

static void note_old_flags(struct sync_job *s)
{
	if (!s->old_low || s->job.err.cause != ERR_NONE)
		return;
	store_note_put(sync_store(s), s->f.id, NOTE_FLAGS, s->old_low, &s->job.err);
	s->old_low = 0;
}

/* Flags changed, but the server said only which number. */
static void ask_numbers(struct sync_job *s)
{
	for (unsigned i = 0; i < s->numbers.ranges->len; i++) {
		const struct imap_range *r = &g_array_index(s->numbers.ranges, struct imap_range, i);
		job_command(&s->job, imap_fetch_flags_window(job_imap(&s->job), r->first, r->last));
	}
	s->numbered = s->numbers.ranges->len;
}

/* A person wants one message, which may lie below all that is cached. */
static void ask_named(struct sync_job *s)
{
	const struct request *r = s->job.request;
	uint32_t uid = r ? r->uid : 0;
	g_autoptr(GArray) cached = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (uid && !store_uids(sync_store(s), s->f.id, uid, uid, cached, &s->job.err) && !cached->len)
		job_command(&s->job, imap_fetch_rows(job_imap(&s->job), uid, uid));
}

/* Once a day the inbox's newest flags are compared with what the server says has changed: first the flags, so that
 * whatever is new in them must be among the changes. */
static void ask_check(struct sync_job *s)
{
	struct account *a = s->job.account;
	int64_t now = clock_wall();
	bool due = now - a->info.checked >= CHECK_EVERY_S || a->info.checked > now;
	uint32_t low;
	if (s->f.role != ROLE_INBOX || s->tier == TIER_BASELINE || !due || s->apply.dry || s->live ||
		!(low = sync_newest_cached(s, CHECK_ROWS)) || low > s->old_top)
		return;
	a->info.checked = now;
	g_ptr_array_set_size(s->check, 0);
	s->check_flags = imap_fetch_flags(job_imap(&s->job), low, s->old_top);
	job_command(&s->job, s->check_flags);
	s->check_changes = imap_fetch_changes(job_imap(&s->job), low, s->old_top, s->f.highestmodseq);
	job_command(&s->job, s->check_changes);
}

void sync_ask_rest(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	sync_stage(s, STAGE_REST);
	if (!m || s->background || s->job.err.cause != ERR_NONE)
		return;
	if (m->exists)
		ask_structure(s);
	if (s->late && s->tier == TIER_BASELINE)
		ask_flags(s);
	else if (s->late)
		ask_changes(s);
	s->late = false;
	ask_old_flags(s);
	ask_numbers(s);
	ask_named(s);
	if (s->known)
		ask_check(s);
	else
		sync_ask_list(s);
}

static void check_done(struct sync_job *s)
{
	unsigned before = s->apply.changed;
	for (unsigned i = 0; i < s->check->len; i++) {
		struct store_row *row = s->check->pdata[i];
		if (g_hash_table_contains(s->told, GUINT_TO_POINTER(row->uid)))
			continue;
		struct store_row *copy = g_new0(struct store_row, 1);
		*copy = (struct store_row){ .uid = row->uid, .flags = row->flags };
		copy->keywords = g_steal_pointer(&row->keywords);
		g_ptr_array_add(s->apply.flags, copy);
	}
	g_ptr_array_set_size(s->check, 0);
	s->check_changes = 0;
	sync_flush(s, 0);
	if (s->apply.changed == before || s->job.err.cause != ERR_NONE)
		return;
	log_line(LOG_WARN, "%s: the server keeps changed flags for itself", s->job.account->cfg->label);
	sync_distrust(s, IMAP_CAP_QRESYNC | IMAP_CAP_CONDSTORE);
	s->again = true;
}

void sync_rest_done(struct sync_job *s)
{
	sync_flush(s, 0);
	note_old_flags(s);
	sync_take_gone(s);
	if (s->job.err.cause != ERR_NONE)
		return;
	if (s->check_changes)
		check_done(s);
	/* Numbers that moved while they were asked may have meant others. */
	if (s->moved && s->numbered) {
		s->moved = false;
		ask_numbers(s);
		return;
	}
	s->numbered = false;
	if (sync_judge_flags(s))
		return;
	sync_ask_missing(s);
}

bool sync_changes_ended(struct sync_job *s, const struct imap_event *done)
{
	if (done->u.done.id == s->check_flags) {
		s->check_flags = 0;
		return true;
	}
	if (done->u.done.id == s->old_flags) {
		s->old_flags = 0;
		if (done->u.done.result != IMAP_OK)
			s->old_low = 0;
		return true;
	}
	if (done->u.done.id == s->check_changes) {
		if (done->u.done.result != IMAP_OK) {
			g_ptr_array_set_size(s->check, 0);
			s->check_changes = 0;
		}
		return true;
	}
	if (done->u.done.id != s->changes)
		return false;
	s->changes = 0;
	/* Refused: the next tier. */
	if (done->u.done.result != IMAP_OK) {
		s->tier = TIER_BASELINE;
		s->late = true;
		s->modseq = 0;
	}
	return true;
}
