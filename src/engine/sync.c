/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bringing folders into agreement with the server: the newest window first, then what is new below it,
 * flags and what vanished, the folder list, and at last the rest, downward. */
#include "engine/sync.h"

#include <string.h>

#include "base/log.h"

#define CHUNK_FIRST 500      /* rows a command when filling; smaller ranges waste pages of the cache */
#define CHANGED_EVERY_MS 250 /* between two EV_CHANGED while filling */
#define SAME_CONTACT_S 30    /* several requests of one command are one contact */
#define STATUS_MOST 200      /* folders asked for their counts */

static const struct job_class sync_class, fill_class;

struct store *sync_store(const struct sync_job *s)
{
	return s->job.account->engine->store;
}

int sync_reload(struct sync_job *s)
{
	struct store_folder now = { 0 };
	if (store_folder_get(sync_store(s), s->f.id, &now, &s->job.err))
		return -1;
	store_folder_clear(&s->f);
	s->f = now;
	return 0;
}

void sync_stage(struct sync_job *s, enum stage stage)
{
	s->stage = stage;
}

void sync_tell(struct sync_job *s, bool now)
{
	struct account *a = s->job.account;
	if (!now && clock_ms() - s->told_ms < CHANGED_EVERY_MS)
		return;
	s->told_ms = clock_ms();
	struct event *ev = event_new(EV_CHANGED, 0, a->index);
	ev->folder_id = s->f.id;
	engine_emit(a->engine, ev);
	if (s->background) {
		ev = event_new(EV_PROGRESS, 0, a->index);
		ev->folder_id = s->f.id;
		ev->bytes_done = s->f.rows;
		ev->bytes_total = s->f.exists;
		ev->text = g_strdup(s->f.name);
		engine_emit(a->engine, ev);
	}
}

void sync_flush(struct sync_job *s, uint32_t filled_down_to)
{
	if (s->job.err.cause != ERR_NONE || apply_flush(&s->apply, filled_down_to, &s->job.err))
		apply_reset(&s->apply);
}

static void reset_folder(struct sync_job *s)
{
	store_folder_clear(&s->f);
	s->f = (struct store_folder){ 0 };
	s->known = s->windowed = false;
	s->untouched = true;
	s->window_low = s->window_high = s->flags_low = s->old_uidnext = s->fill_below = 0;
	g_clear_pointer(&s->sweep, g_array_unref);
	s->sweeping = s->sound = false;
	s->oldest = 0;
	g_free(s->result.folder);
	s->result = (struct engine_sync){ 0 };
	apply_reset(&s->apply);
	s->began = connection_stats(s->job.account->conn);
	s->began_ms = clock_ms();
	if (!s->contacted)
		s->began_ms = connection_started_ms(s->job.account->conn);
	s->contacted = true;
}

/* --- what the session tells --- */

static void got_fetch(struct sync_job *s, struct imap_event *ev)
{
	uint32_t uid = ev->u.fetch.uid;
	if (!uid || s->job.err.cause != ERR_NONE)
		return;
	if (ev->u.fetch.has & IMAP_HAS_HEADER) {
		struct store_row *row = g_new0(struct store_row, 1);
		row_from_fetch(ev, row);
		if (s->stage == STAGE_FILL && (!s->oldest || row->received < s->oldest))
			s->oldest = row->received;
		if (s->stage <= STAGE_WINDOW && (!s->window_low || uid < s->window_low))
			s->window_low = uid;
		if (s->stage <= STAGE_WINDOW)
			s->window_high = MAX(s->window_high, uid);
		apply_row(&s->apply, row, &s->job.err);
		return;
	}
	if (ev->u.fetch.has & IMAP_HAS_STRUCTURE) {
		struct msg_part *root = g_steal_pointer(&ev->u.fetch.structure);
		/* Of a message that vanished meanwhile there is nothing to keep. */
		if (root && store_structure_put(sync_store(s), s->f.id, uid, root, &s->job.err) &&
			s->job.err.cause == ERR_MISSING)
			err_clear(&s->job.err);
		if (root)
			msg_part_free(root);
		return;
	}
	if (ev->u.fetch.has & IMAP_HAS_FLAGS)
		apply_flags(&s->apply, ev, &s->job.err);
}

static void got_status(struct sync_job *s, const struct imap_event *ev)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (!store_folder_find(sync_store(s), s->job.account->number, ev->u.status.name, &f, &e)) {
		if (ev->u.status.has_messages)
			f.exists = ev->u.status.messages;
		if (ev->u.status.has_unseen)
			f.unseen = ev->u.status.unseen;
		if (store_folder_put(sync_store(s), &f, &s->job.err))
			log_line(LOG_ERROR, "%s", s->job.err.text);
	}
	err_clear(&e);
	store_folder_clear(&f);
}

static void on_event(struct job *j, struct imap_event *ev)
{
	struct sync_job *s = (struct sync_job *)j;
	switch (ev->type) {
	case IMAP_FETCH: got_fetch(s, ev); break;
	case IMAP_LIST:
	case IMAP_NAMESPACE:
		if (s->stage == STAGE_EXISTS && ev->type == IMAP_LIST && str_eq(ev->u.list.name, str_of(s->f.raw)))
			s->listed = !(ev->u.list.attributes & IMAP_NONEXISTENT);
		if (s->folders)
			folder_list_event(s->folders, ev);
		break;
	case IMAP_STATUS: got_status(s, ev); break;
	default: break;
	}
}

/* --- selecting --- */

static void folder_gone(struct sync_job *s)
{
	struct err e = ERR_INIT;
	err_set(&s->job.err, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "the server has no folder '%s' any more", s->f.name);
	if (!s->f.id)
		return;
	s->f.flags |= FOLDER_GONE;
	if (store_folder_put(sync_store(s), &s->f, &e))
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
	engine_emit(s->job.account->engine, event_new(EV_FOLDER, 0, s->job.account->index));
}

/* Many servers refuse a missing folder without a code: whether it is there, LIST tells. */
static void select_failed(struct sync_job *s, const struct imap_event *done)
{
	if (s->job.err.cause != ERR_NONE)
		return;
	connection_set_selected(s->job.account->conn, NULL);
	g_free(s->refusal);
	s->refusal = str_dup(done->u.done.text);
	s->listed = s->f.role == ROLE_INBOX;
	sync_stage(s, STAGE_EXISTS);
	s->list = imap_list(job_imap(&s->job), STR(""), str_of(s->f.raw));
	job_command(&s->job, s->list);
}

static void existence_told(struct sync_job *s)
{
	if (!s->listed) {
		folder_gone(s);
		return;
	}
	err_set(&s->job.err, ERR_FOLDER, ERR_REFUSED, ERR_NEVER, "the server does not open folder '%s'", s->f.name);
	err_set_server(&s->job.err, s->refusal);
}

/* Before any row of it is written: whose folder is it, and is it still the one we know? */
static void selected(struct sync_job *s)
{
	struct store *st = sync_store(s);
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	if (!m)
		return;
	/* Also rows of a first contact that broke off belong to a UIDVALIDITY. */
	struct plan_in in = { .cached = s->f.id ? &s->f : NULL, .server = *m };
	struct plan plan;
	plan_folder(&in, &plan);
	if (plan.renumber && s->apply.dry) {
		s->known = false;
	} else if (plan.renumber) {
		if (store_folder_renumber(st, &s->f, m->uidvalidity, &s->job.err))
			return;
		engine_sweep(s->job.account->engine);
		s->known = false;
		s->old_uidnext = 0;
		s->window_low = 0;
	}
	if (s->apply.dry) {
		connection_set_selected(s->job.account->conn, s->f.raw);
		if (!s->known)
			s->apply.fresh = m->exists;
		return;
	}
	s->untouched = !s->f.rows;
	if (m->uidvalidity)
		s->f.uidvalidity = m->uidvalidity;
	s->f.exists = m->exists;
	if (s->job.request && s->job.request->type == REQ_OPEN)
		s->f.flags |= FOLDER_VISITED;
	if (store_folder_put(st, &s->f, &s->job.err))
		return;
	connection_set_selected(s->job.account->conn, s->f.raw);
}

static void window_refused(struct sync_job *s)
{
	/* It was asked for with an old count: ask again with the new one. */
	s->windowed = false;
}

static void refused(struct sync_job *s, const struct imap_event *done)
{
	g_autofree char *words = str_dup(done->u.done.text);
	if (s->job.err.cause != ERR_NONE)
		return;
	err_set(&s->job.err, ERR_FOLDER, ERR_REFUSED, ERR_LATER, "the server did not answer for folder '%s'",
		s->f.name);
	err_set_server(&s->job.err, words);
}

static void on_ended(struct job *j, const struct imap_event *done)
{
	struct sync_job *s = (struct sync_job *)j;
	bool ok = done->u.done.result == IMAP_OK;
	if (done->u.done.id == s->select) {
		if (ok)
			selected(s);
		else
			select_failed(s, done);
	} else if (done->u.done.id == s->list && !ok) {
		/* An answer cut short must not pass for folders that are gone. */
		g_clear_pointer(&s->folders, folder_list_free);
	} else if (s->stage == STAGE_FILL) {
		sync_fill_done(s, ok);
	} else if ((s->stage == STAGE_SELECT || s->stage == STAGE_EXISTS) && !ok) {
		window_refused(s);
	} else if ((s->stage == STAGE_WINDOW || s->stage == STAGE_FLAGS || s->stage == STAGE_SWEEP) && !ok) {
		refused(s, done);
	}
}

/* --- stages: each queues commands, or falls through to the next --- */

static bool wants_list(const struct sync_job *s)
{
	const struct account *a = s->job.account;
	const struct request *r = s->job.request;
	if (s->apply.dry || s->relisted)
		return false;
	return (r && r->all_folders) || (!a->listed && (!a->info.prefix || a->engine->settings.stay ||
							       (r && r->due == SYNC_PERSON && !r->folder)));
}

static void ask_list(struct sync_job *s)
{
	struct imap_session *i = job_imap(&s->job);
	folder_list_free(s->folders);
	s->folders = folder_list_new();
	if (imap_caps(i) & IMAP_CAP_NAMESPACE)
		job_command(&s->job, imap_namespace(i));
	s->list = imap_list(i, STR(""), STR("*"));
	job_command(&s->job, s->list);
}

static void apply_list(struct sync_job *s)
{
	struct account *a = s->job.account;
	if (!s->folders)
		return;
	s->relisted = true;
	if (!folder_list_apply(s->folders, a, &s->job.err))
		engine_emit(a->engine, event_new(EV_FOLDER, 0, a->index));
	g_clear_pointer(&s->folders, folder_list_free);
}

static void ask_window(struct sync_job *s, uint32_t exists)
{
	uint32_t low = exists > ENGINE_WINDOW_ROWS ? exists - ENGINE_WINDOW_ROWS + 1 : 1;
	job_command(&s->job, imap_fetch_window(job_imap(&s->job), low, 0));
}

/* The folder by its name; an inbox nobody has seen yet needs no list. False: the list is needed first. */
static bool look_up(struct sync_job *s)
{
	struct account *a = s->job.account;
	const char *name = g_queue_peek_head(&s->names);
	struct err e = ERR_INIT;
	reset_folder(s);
	if (!folder_find(a, name, &s->f, &e)) {
		s->known = s->f.last_sync != 0;
	} else if (e.cause != ERR_MISSING) {
		err_move(&s->job.err, &e);
	} else if (!name || !strcmp(name, ".") || !g_ascii_strcasecmp(name, "inbox")) {
		s->f.account = a->number;
		s->f.raw = g_strdup("INBOX");
		s->f.name = g_strdup("Inbox");
		s->f.role = ROLE_INBOX;
	} else {
		/* Another hand may have made it since the list was read. */
		if (s->relisted)
			err_move(&s->job.err, &e);
		err_clear(&e);
		return s->relisted;
	}
	err_clear(&e);
	s->old_uidnext = s->known ? s->f.uidnext : 0;
	s->result.folder = g_strdup(s->f.name);
	return true;
}

static void start_select(struct sync_job *s)
{
	struct account *a = s->job.account;
	struct imap_session *i = job_imap(&s->job);
	const char *current = connection_selected(a->conn);
	sync_stage(s, STAGE_SELECT);
	if (current && !strcmp(current, s->f.raw) && imap_selected(i)) {
		s->select = imap_noop(i);
		job_command(&s->job, s->select);
		return;
	}
	s->select = imap_select(i, str_of(s->f.raw), true);
	job_command(&s->job, s->select);
	if (s->known && s->f.exists && !s->background) {
		s->windowed = true;
		ask_window(s, s->f.exists);
	}
}

static void after_select(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	if (s->apply.dry && !s->known) {
		sync_stage(s, STAGE_NEXT);
		return;
	}
	sync_stage(s, STAGE_WINDOW);
	if (m && m->exists && !s->windowed && !s->background)
		ask_window(s, m->exists);
}

static void window_done(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	struct wire_stats now = connection_stats(s->job.account->conn);
	/* A folder that was never agreed on is filled from this window downward, whatever is there. */
	sync_flush(s, s->known ? 0 : s->window_low);
	if (!m || s->background || s->job.err.cause != ERR_NONE)
		return;
	s->result.first_round_trips = now.round_trips - s->began.round_trips;
	s->result.first_bytes_in = now.bytes_in - s->began.bytes_in;
	s->result.first_ms = (uint64_t)(clock_ms() - s->began_ms);
	sync_tell(s, true);
}

/* Part trees of what is new in the window, new rows below it, flags of the rest: all in one flight. */
static void ask_rest(struct sync_job *s)
{
	struct imap_session *i = job_imap(&s->job);
	const struct imap_mailbox *m = imap_selected(i);
	struct plan_in in = { .cached = s->known ? &s->f : NULL, .window_low = s->window_low };
	struct plan plan;
	sync_stage(s, STAGE_FLAGS);
	g_array_set_size(s->apply.seen, 0);
	if (!m || !m->exists || s->background)
		return;
	in.server = *m;
	plan_folder(&in, &plan);
	s->flags_low = sync_was_cached(s) ? sync_newest_cached(s) : 0;
	uint32_t fresh_low = MAX(s->window_low, s->old_uidnext);
	if (fresh_low && s->window_high >= fresh_low)
		job_command(&s->job, imap_fetch_structure(i, fresh_low, 0));
	if (plan.gap_lo)
		job_command(&s->job, imap_fetch_rows(i, plan.gap_lo, plan.gap_hi));
	if (s->job.request && s->job.request->uid)
		job_command(&s->job, imap_fetch_rows(i, s->job.request->uid, s->job.request->uid));
	if (s->flags_low)
		job_command(&s->job, imap_fetch_flags(i, s->flags_low, 0));
}

static void agree(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	struct err *e = &s->job.err;
	if (!m || s->background || sync_reload(s))
		return;
	if (s->apply.dry) {
		uint32_t stay = s->f.rows - MIN(s->f.rows, s->apply.gone);
		s->apply.fresh = m->exists > stay ? m->exists - stay : 0;
		return;
	}
	uint32_t highest = 0;
	g_autoptr(GArray) top = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (s->window_low && store_uids(sync_store(s), s->f.id, s->window_low, UINT32_MAX, top, e))
		return;
	if (top->len)
		highest = g_array_index(top, uint32_t, top->len - 1);
	s->f.exists = m->exists;
	s->f.uidnext = MAX(m->uidnext, highest + 1);
	s->f.last_sync = clock_wall();
	/* By count only when nothing is cached that the server did not name: ghosts would make it seem full. */
	if (s->f.rows == m->exists && (s->sound || (!sync_was_cached(s) && s->apply.fresh == m->exists)))
		s->f.complete = true;
	if (s->apply.missing && s->apply.missing <= highest) {
		s->f.complete = false;
		s->f.filled_down_to = s->apply.missing + 1;
	}
	if (s->f.complete)
		s->f.unseen = s->f.rows_unseen;
	if (!store_folder_put(sync_store(s), &s->f, e))
		sync_tell(s, true);
	if (s->f.role == ROLE_INBOX) {
		s->job.account->info.last_sync = s->f.last_sync;
		s->job.account->state.last_sync = s->f.last_sync;
	}
}

/* Of this folder, while its unread cannot be counted in the cache, and of all, when that is wanted. */
static void ask_counts(struct sync_job *s)
{
	struct account *a = s->job.account;
	const struct request *r = s->job.request;
	g_autoptr(GPtrArray) all = store_folders_new();
	if (s->f.id && !s->f.complete && !s->background && !s->apply.dry)
		job_command(&s->job, imap_status(job_imap(&s->job), str_of(s->f.raw)));
	if (!r || !r->all_folders || store_folders(sync_store(s), a->number, all, &s->job.err))
		return;
	unsigned asked = 0;
	for (unsigned i = 0; i < all->len && asked < STATUS_MOST; i++) {
		const struct store_folder *f = all->pdata[i];
		if ((f->flags & (FOLDER_NOSELECT | FOLDER_GONE)) || f->id == s->f.id)
			continue;
		job_command(&s->job, imap_status(job_imap(&s->job), str_of(f->raw)));
		asked++;
	}
}

/* --- the end of a folder and of the job --- */

static void report(struct sync_job *s)
{
	struct account *a = s->job.account;
	struct wire_stats now = connection_stats(a->conn);
	if (!s->job.request || !s->result.folder)
		return;
	struct event *ev = event_new(EV_SYNC, s->job.request->id, a->index);
	ev->sync = g_new(struct engine_sync, 1);
	*ev->sync = s->result;
	ev->sync->fresh = s->apply.fresh;
	ev->sync->changed = s->apply.changed;
	ev->sync->gone = s->apply.gone;
	ev->sync->folder = g_strdup(s->result.folder);
	ev->sync->round_trips = now.round_trips - s->began.round_trips;
	ev->sync->bytes_in = now.bytes_in - s->began.bytes_in;
	ev->sync->bytes_out = now.bytes_out - s->began.bytes_out;
	ev->sync->ms = (uint64_t)(clock_ms() - s->began_ms);
	engine_emit(a->engine, ev);
}

static void finish(struct sync_job *s)
{
	struct account *a = s->job.account;
	bool more = a->engine->settings.stay && s->job.err.cause == ERR_NONE && !s->background && sync_fill_left(s);
	bool background = s->background;
	g_autofree char *name = g_strdup(s->f.name);
	if (!background)
		account_contacted(a, s->poll);
	a->state.syncing = false;
	account_report(a);
	if (s->job.err.cause == ERR_NONE)
		a->failures = 0;
	struct err e = ERR_INIT;
	err_move(&e, s->job.err.cause != ERR_NONE ? &s->job.err : &s->worst);
	job_end(&s->job, e.cause == ERR_NONE ? NULL : &e);
	err_clear(&e);
	if (more) {
		struct request *r = request_new(REQ_SYNC, 0, a->index);
		r->folder = g_steal_pointer(&name);
		struct sync_job *fill = (struct sync_job *)sync_job_new(a, r);
		fill->job.class = &fill_class;
		fill->background = true;
		account_add(a, &fill->job);
	}
}

static void next_folder(struct sync_job *s)
{
	if (s->job.err.cause == ERR_NONE)
		report(s);
	g_free(g_queue_pop_head(&s->names));
	bool of_folder = s->job.err.scope == ERR_FOLDER || s->job.err.scope == ERR_MESSAGE;
	/* A folder that is refused does not keep those behind it from being read; the first such error is told. */
	if (s->job.err.cause != ERR_NONE && of_folder) {
		if (s->worst.cause == ERR_NONE)
			err_move(&s->worst, &s->job.err);
		err_clear(&s->job.err);
	}
	if (g_queue_is_empty(&s->names) || s->job.err.cause != ERR_NONE)
		finish(s);
	else
		sync_stage(s, STAGE_START);
}

/* All that is kept, once the list is known: inbox first, then Sent, Drafts and what was visited. */
static void add_kept(struct sync_job *s)
{
	const struct request *r = s->job.request;
	g_autoptr(GPtrArray) all = store_folders_new();
	struct account *a = s->job.account;
	bool once = !s->kept_added;
	s->kept_added = true;
	if (!once || !r || !r->whole || r->folder || s->poll ||
		store_folders(sync_store(s), a->number, all, &s->job.err))
		return;
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		bool mine = f->role == ROLE_SENT || f->role == ROLE_DRAFTS || (f->flags & FOLDER_VISITED);
		if (mine && f->role != ROLE_INBOX && !(f->flags & (FOLDER_NOSELECT | FOLDER_GONE)))
			g_queue_push_tail(&s->names, g_strdup(f->name));
	}
}

static void step_start(struct sync_job *s)
{
	struct account *a = s->job.account;
	a->state.syncing = true;
	account_report(a);
	if (look_up(s)) {
		if (s->job.err.cause == ERR_NONE)
			start_select(s);
		else
			sync_stage(s, STAGE_NEXT);
	} else if (connection_ready(a->conn)) {
		ask_list(s);
		sync_stage(s, STAGE_LIST);
	}
}

static void step_folders(struct sync_job *s)
{
	apply_list(s);
	add_kept(s);
	sync_stage(s, STAGE_COUNTS);
	ask_counts(s);
}

static void advance(struct sync_job *s)
{
	switch (s->stage) {
	case STAGE_START: step_start(s); break;
	case STAGE_LIST:
		if (!s->folders)
			err_set(&s->job.err, ERR_ACCOUNT, ERR_REFUSED, ERR_LATER, "the server gave no folder list");
		apply_list(s);
		sync_stage(s, STAGE_START);
		break;
	case STAGE_SELECT: after_select(s); break;
	case STAGE_EXISTS: existence_told(s); break;
	case STAGE_WINDOW:
		window_done(s);
		ask_rest(s);
		break;
	case STAGE_FLAGS:
		sync_flags_done(s);
		if (!s->job.open)
			sync_ask_sweep(s);
		break;
	case STAGE_SWEEP:
		if (s->sweeping)
			sync_sweep_done(s);
		if (!s->job.open && !sync_ask_sweep(s)) {
			agree(s);
			sync_stage(s, STAGE_FOLDERS);
			if (wants_list(s))
				ask_list(s);
		}
		break;
	case STAGE_FOLDERS: step_folders(s); break;
	case STAGE_COUNTS:
		if (!sync_fill_start(s))
			sync_stage(s, STAGE_NEXT);
		break;
	case STAGE_FILL: sync_fill_step(s); break;
	case STAGE_NEXT: next_folder(s); break;
	}
}

static void on_step(struct job *j)
{
	struct sync_job *s = (struct sync_job *)j;
	struct account *a = j->account;
	/* finish() and job_yield() end the turn: the account runs another job or none then. */
	while (a->running == j && !j->open) {
		enum stage was = s->stage;
		if (j->err.cause != ERR_NONE && was != STAGE_NEXT) {
			next_folder(s);
			continue;
		}
		advance(s);
		if (a->running == j && !j->open && s->stage == was && was == STAGE_START)
			return; /* waits for the login */
	}
}

static void on_free(struct job *j)
{
	struct sync_job *s = (struct sync_job *)j;
	g_queue_clear_full(&s->names, g_free);
	g_queue_clear_full(&s->fills, g_free);
	store_folder_clear(&s->f);
	apply_clear(&s->apply);
	g_clear_pointer(&s->sweep, g_array_unref);
	folder_list_free(s->folders);
	err_clear(&s->worst);
	g_free(s->refusal);
	g_free(s->result.folder);
	g_free(s);
}

static void on_lost(struct job *j, const struct err *e)
{
	struct sync_job *s = (struct sync_job *)j;
	(void)e;
	/* What was received whole is kept. */
	if (s->f.id && j->err.cause == ERR_NONE)
		sync_flush(s, 0);
	j->account->state.syncing = false;
}

static const struct job_class sync_class = { .name = "sync",
	.syncs = true,
	.priority = 2,
	.step = on_step,
	.event = on_event,
	.ended = on_ended,
	.free = on_free,
	.lost = on_lost };
static const struct job_class fill_class = { .name = "fill",
	.priority = 5,
	.step = on_step,
	.event = on_event,
	.ended = on_ended,
	.free = on_free,
	.lost = on_lost };

bool sync_is_wanted(struct account *a, struct request *r, struct err *e)
{
	struct store_folder f = { 0 };
	struct err ignored = ERR_INIT;
	int wait = schedule_until_due(a->cfg, a->info.last_poll, clock_wall());
	bool cached = !folder_find(a, r->folder, &f, &ignored) && f.last_sync;
	bool complete = f.complete;
	uint32_t rows = f.rows;
	err_clear(&ignored);
	store_folder_clear(&f);
	bool rows_cached = complete || rows >= r->rows;
	/* Several requests of one command are one contact. */
	bool under_way = a->dialed && clock_wall() - a->info.last_poll < SAME_CONTACT_S;
	/* With a refused secret the account itself says why it is not asked. */
	if (r->type == REQ_OPEN || r->due == SYNC_PERSON || under_way || a->info.secret_hash)
		return true;
	if (r->due == SYNC_IF_DUE && wait) {
		err_set(e, ERR_ACCOUNT, ERR_NOT_DUE, ERR_LATER,
			"the account was asked less than its poll interval ago");
		e->after = wait;
		return false;
	}
	if (r->due == SYNC_POLL && !(cached && rows_cached))
		r->due = SYNC_PERSON;
	return r->due != SYNC_POLL || !wait;
}

struct job *sync_job_new(struct account *a, struct request *r)
{
	struct sync_job *s = g_new0(struct sync_job, 1);
	s->job = (struct job){ .class = &sync_class, .account = a, .request = r };
	apply_init(&s->apply, a->engine->store, &s->f);
	s->apply.dry = r->dry_run;
	s->chunk = CHUNK_FIRST;
	s->poll = r->due == SYNC_POLL || r->due == SYNC_IF_DUE;
	g_queue_init(&s->names);
	g_queue_init(&s->fills);
	g_queue_push_tail(&s->names, g_strdup(r->folder ? r->folder : "Inbox"));
	if (s->poll && !r->folder && a->watched && strcmp(a->watched, "Inbox"))
		g_queue_push_tail(&s->names, g_strdup(a->watched));
	if (r->type == REQ_OPEN) {
		g_free(a->watched);
		a->watched = g_strdup(r->folder ? r->folder : "Inbox");
	}
	return &s->job;
}
