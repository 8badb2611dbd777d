/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bringing folders into agreement with the server, one after the other: what changed (resync.c, vanish.c), the folder
 * list, and at last the rest, downward (fill.c). */
#include "engine/sync.h"

#include <string.h>

#include "base/log.h"

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

uint64_t sync_caps(const struct sync_job *s)
{
	const struct account *a = s->job.account;
	return imap_caps(connection_imap(a->conn)) & ~a->info.caps_off;
}

void sync_distrust(struct sync_job *s, uint64_t caps)
{
	struct account *a = s->job.account;
	s->tier = TIER_BASELINE;
	a->info.caps_off |= caps;
	account_save(a, &s->job.err);
}

static void reset_search(struct sync_job *s)
{
	g_clear_pointer(&s->search, plan_search_free);
	g_clear_pointer(&s->cached, g_array_unref);
	g_clear_pointer(&s->sweep, g_array_unref);
	g_array_set_size(s->hints, 0);
	g_array_set_size(s->gone.ranges, 0);
	g_array_set_size(s->numbers.ranges, 0);
	s->searches = s->restarts = 0;
	s->shaken = s->grown = s->doubted = s->untouched = s->sound = s->swept = s->sweep_all = false;
	s->sweeping = s->judged = s->numbered = s->moved = false;
}

/* Of a folder, until it is told. The first on a connection bears its making and its login, whether jobs had to wait for
 * that or not. */
static void start_counting(struct sync_job *s)
{
	const struct connection *c = s->job.account->conn;
	if (s->counting)
		return;
	s->counting = true;
	bool first = connection_unused(c);
	s->began = first ? (struct wire_stats){ 0 } : connection_stats(c);
	s->began_ms = first ? connection_started_ms(c) : clock_ms();
}

static void reset_folder(struct sync_job *s)
{
	store_folder_clear(&s->f);
	s->f = (struct store_folder){ 0 };
	s->reselected = s->known = s->stale = s->late = s->again = false;
	s->tier = TIER_BASELINE;
	s->window_low = s->flags_low = s->asked_hi = s->old_top = s->fill_below = s->news_at = s->news_hi = 0;
	s->rights = s->room = s->spaces = 0;
	s->select = s->list = s->counts = s->changes = s->check_flags = s->check_changes = 0;
	s->modseq = 0;
	g_array_set_size(s->fresh, 0);
	g_hash_table_remove_all(s->told);
	reset_search(s);
	s->met = 0;
	s->met_known = false;
	s->old_flags = s->old_low = 0;
	g_free(s->result.folder);
	s->result = (struct engine_sync){ 0 };
	apply_reset(&s->apply);
	s->apply.share = true;
	s->begun = true;
	start_counting(s);
}

/* --- what the session tells --- */

static void got_row(struct sync_job *s, struct imap_event *ev)
{
	uint32_t uid = ev->u.fetch.uid;
	struct store_row *row = g_new0(struct store_row, 1);
	row_from_fetch(ev, row);
	if (s->stage == STAGE_FILL) {
		sync_fill_row(s, row);
		return;
	}
	if (s->stage == STAGE_WINDOW && (!s->window_low || uid < s->window_low))
		s->window_low = uid;
	if (s->stage <= STAGE_NEWS)
		g_array_append_val(s->fresh, uid);
	apply_row(&s->apply, row, &s->job.err);
}

static void got_structure(struct sync_job *s, struct imap_event *ev)
{
	struct msg_part *root = g_steal_pointer(&ev->u.fetch.structure);
	/* Of a message that vanished meanwhile there is nothing to keep. */
	if (root && store_structure_put(sync_store(s), s->f.id, ev->u.fetch.uid, root, &s->job.err) &&
		s->job.err.cause == ERR_MISSING)
		err_clear(&s->job.err);
	if (root)
		msg_part_free(root);
}

static void got_flags(struct sync_job *s, struct imap_event *ev)
{
	/* Flags as they are, to be compared with what is said to have changed. */
	if (s->check_flags && !s->changes) {
		struct store_row *row = g_new0(struct store_row, 1);
		*row = (struct store_row){ .uid = ev->u.fetch.uid, .flags = row_flags(ev) };
		row->keywords = row_keywords(ev);
		g_ptr_array_add(s->check, row);
		return;
	}
	if (s->tier != TIER_BASELINE)
		g_hash_table_add(s->told, GUINT_TO_POINTER(ev->u.fetch.uid));
	if (s->open && (ev->u.fetch.has & IMAP_HAS_MODSEQ))
		s->modseq = MAX(s->modseq, ev->u.fetch.modseq);
	apply_flags(&s->apply, ev, &s->job.err);
}

static void got_fetch(struct sync_job *s, struct imap_event *ev)
{
	if (s->search)
		plan_search_told(s->search, ev->u.fetch.seq, ev->u.fetch.uid);
	if (!ev->u.fetch.uid || s->stale || s->job.err.cause != ERR_NONE)
		return;
	if (ev->u.fetch.has & IMAP_HAS_HEADER)
		got_row(s, ev);
	else if (ev->u.fetch.has & IMAP_HAS_STRUCTURE)
		got_structure(s, ev);
	else if (ev->u.fetch.has & IMAP_HAS_FLAGS)
		got_flags(s, ev);
}

static void got_status(struct sync_job *s, const struct imap_event *ev)
{
	if (s->folders) {
		folder_list_event(s->folders, ev);
		return;
	}
	folder_counts(s->job.account, ev, &s->job.err);
	if (s->f.raw && str_eq(ev->u.status.name, str_of(s->f.raw)) && ev->u.status.has_unseen)
		s->f.unseen = ev->u.status.unseen;
}

static void got_rights(struct sync_job *s, const struct imap_event *ev)
{
	if (s->folders)
		folder_list_event(s->folders, ev);
	if (!s->f.raw || !str_eq(ev->u.rights.name, str_of(s->f.raw)))
		return;
	limits_event(s->job.account, ev);
	/* What is written of the folder in this visit says it too. */
	g_free(s->f.rights);
	s->f.rights = limits_letters(ev->u.rights.rights);
}

/* Numbers move. */
static void got_expunge(struct sync_job *s, uint32_t seq)
{
	s->shaken = true;
	g_array_append_val(s->hints, seq);
	s->moved = s->moved || s->numbered;
	plan_shift(&s->numbers, seq);
}

/* The answer to whether the folder that was refused is there. */
static void exists_as(struct sync_job *s, uint32_t attributes)
{
	s->listed = !(attributes & IMAP_NONEXISTENT);
	if (attributes & IMAP_NOSELECT)
		s->f.flags |= FOLDER_NOSELECT;
}

static void on_event(struct job *j, struct imap_event *ev)
{
	struct sync_job *s = (struct sync_job *)j;
	switch (ev->type) {
	case IMAP_FETCH: got_fetch(s, ev); break;
	case IMAP_LIST:
	case IMAP_NAMESPACE:
		if (s->stage == STAGE_EXISTS && ev->type == IMAP_LIST && str_eq(ev->u.list.name, str_of(s->f.raw)))
			exists_as(s, ev->u.list.attributes);
		if (s->folders)
			folder_list_event(s->folders, ev);
		break;
	case IMAP_STATUS: got_status(s, ev); break;
	case IMAP_RIGHTS: got_rights(s, ev); break;
	case IMAP_EXISTS: s->grown = true; break;
	case IMAP_EXPUNGE: got_expunge(s, ev->u.number); break;
	case IMAP_VANISHED:
		if (!s->stale)
			imap_set_add(&s->gone, ev->u.vanished.first, ev->u.vanished.last);
		break;
	default: break;
	}
}

/* --- selecting --- */

/* Nobody reads it any more, and who looks at it is told. */
static void save_closed(struct sync_job *s)
{
	struct err e = ERR_INIT;
	if (!s->f.id)
		return;
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
		err_set(&s->job.err, ERR_FOLDER, ERR_MISSING, ERR_NEVER, "the server has no folder '%s' any more",
			s->f.name);
		s->f.flags |= FOLDER_GONE;
	}
	if (s->f.flags & (FOLDER_GONE | FOLDER_NOSELECT))
		save_closed(s);
	if (!s->listed)
		return;
	err_set(&s->job.err, ERR_FOLDER, ERR_REFUSED, ERR_NEVER, "the server does not open folder '%s'", s->f.name);
	err_set_server(&s->job.err, s->refusal);
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

static bool is_aside(const struct sync_job *s, uint32_t id)
{
	return id == s->rights || id == s->room || id == s->spaces;
}

static void on_ended(struct job *j, const struct imap_event *done)
{
	struct sync_job *s = (struct sync_job *)j;
	bool ok = done->u.done.result == IMAP_OK;
	if (done->u.done.id == s->select) {
		if (ok)
			sync_selected(s);
		else
			select_failed(s, done);
	} else if (done->u.done.id == s->list && !ok) {
		/* An answer cut short must not pass for folders that are gone. */
		g_clear_pointer(&s->folders, folder_list_free);
	} else if (sync_changes_ended(s, done) || is_aside(s, done->u.done.id)) {
		return;
	} else if (s->stage == STAGE_FILL) {
		sync_fill_done(s, ok);
	} else if (s->stage >= STAGE_WINDOW && s->stage <= STAGE_SWEEP && !ok) {
		refused(s, done);
	} else if (s->stage == STAGE_SELECT && !ok && done->u.done.id != s->counts && imap_selected(job_imap(j))) {
		refused(s, done);
	}
}

/* --- stages: each queues commands, or falls through to the next --- */

/* Of all folders in one answer, where that is offered. */
static bool wants_counts(const struct sync_job *s)
{
	const struct request *r = s->job.request;
	return (sync_caps(s) & IMAP_CAP_LIST_STATUS) &&
	       ((r && (r->all_folders || r->due == SYNC_IF_DUE)) || s->job.account->engine->settings.stay);
}

static bool wants_list(const struct sync_job *s)
{
	const struct account *a = s->job.account;
	const struct request *r = s->job.request;
	if (s->apply.dry || s->relisted || s->quiet || s->background)
		return false;
	if ((r && r->all_folders) || (s->poll && wants_counts(s)))
		return true;
	return !a->listed &&
	       (!a->info.prefix || a->engine->settings.stay || (r && r->due == SYNC_PERSON && !r->folder));
}

static void ask_list(struct sync_job *s)
{
	struct imap_session *i = job_imap(&s->job);
	folder_list_free(s->folders);
	s->folders = folder_list_new();
	if (imap_caps(i) & IMAP_CAP_NAMESPACE) {
		s->spaces = imap_namespace(i);
		job_command(&s->job, s->spaces);
	}
	s->relisted = true;
	s->list = imap_list_all(i, STR(""), wants_counts(s));
	job_command(&s->job, s->list);
}

void sync_ask_list(struct sync_job *s)
{
	if (wants_list(s))
		ask_list(s);
}

/* True: what the list left out is being asked. */
static bool more_of_list(struct sync_job *s)
{
	return s->folders && folder_list_more(s->folders, &s->job, wants_counts(s));
}

static void apply_list(struct sync_job *s)
{
	struct account *a = s->job.account;
	if (!s->folders)
		return;
	if (!folder_list_apply(s->folders, a, &s->job.err))
		engine_emit(a->engine, event_new(EV_FOLDER, 0, a->index));
	g_clear_pointer(&s->folders, folder_list_free);
}

/* A first contact that broke off has left its window, and perhaps more; changes of our own may have left places in a folder
 * that was never read: those are looked at like any other rows. */
static void was_begun(struct sync_job *s)
{
	g_autoptr(GArray) top = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t low = s->f.filled_down_to;
	if (s->known || (!low && !s->f.rows) ||
		store_uids(sync_store(s), s->f.id, MAX(low, 1), UINT32_MAX, top, &s->job.err) || (!low && !top->len))
		return;
	s->known = true;
	if (!low)
		s->f.filled_down_to = g_array_index(top, uint32_t, 0);
	s->f.uidnext = top->len ? g_array_index(top, uint32_t, top->len - 1) : s->f.filled_down_to - 1;
	s->f.uidnext += s->f.uidnext < UINT32_MAX;
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
	was_begun(s);
	s->result.folder = g_strdup(s->f.name);
	return true;
}

/* The cache agrees with a HIGHESTMODSEQ when the whole difference since the last one was applied, or every flag was
 * looked at. */
static uint64_t agreed_modseq(const struct sync_job *s)
{
	if (!s->known)
		return s->f.highestmodseq;
	if (s->tier != TIER_BASELINE || s->swept)
		return s->modseq;
	return s->again ? 0 : s->f.highestmodseq;
}

static uint32_t highest_cached(struct sync_job *s)
{
	g_autoptr(GArray) top = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t from = s->known ? MAX(s->old_top, 1) : MAX(s->window_low, 1);
	if (store_uids(sync_store(s), s->f.id, from, UINT32_MAX, top, &s->job.err) || !top->len)
		return 0;
	return g_array_index(top, uint32_t, top->len - 1);
}

static void agree(struct sync_job *s)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&s->job));
	struct err *e = &s->job.err;
	sync_flush(s, 0);
	if (!m || s->background || e->cause != ERR_NONE || sync_reload(s))
		return;
	if (s->apply.dry) {
		uint32_t stay = s->f.rows - MIN(s->f.rows, s->apply.gone);
		s->apply.fresh = m->exists > stay ? m->exists - stay : 0;
		return;
	}
	uint32_t highest = highest_cached(s);
	uint64_t rows = (uint64_t)s->f.rows + pending_hidden(s->job.account, s->f.id);
	if (e->cause != ERR_NONE)
		return;
	s->f.exists = m->exists;
	/* Only what was asked for is known to be cached below the end. */
	uint32_t end = s->known && !s->asked_hi ? 0 : m->uidnext;
	s->f.uidnext = MAX(MAX(end, highest + (highest < UINT32_MAX)), s->f.uidnext);
	s->f.last_sync = clock_wall();
	s->f.highestmodseq = agreed_modseq(s);
	if (!s->job.account->info.checked)
		s->job.account->info.checked = s->f.last_sync;
	/* By count only when nothing is cached that the server did not name: ghosts would make it seem full. */
	if (rows == m->exists && (s->sound || (!s->known && s->apply.fresh == m->exists)))
		s->f.complete = true;
	if (s->f.complete)
		s->f.unseen = s->f.rows_unseen;
	if (!store_folder_put(sync_store(s), &s->f, e))
		sync_tell(s, true);
	if (s->f.complete)
		sync_rekey_end(s);
	if (s->f.role == ROLE_INBOX) {
		s->job.account->info.last_sync = s->f.last_sync;
		s->job.account->state.last_sync = s->f.last_sync;
	}
}

/* Of all folders one by one, where they do not come with the list. */
static void ask_counts(struct sync_job *s)
{
	struct account *a = s->job.account;
	const struct request *r = s->job.request;
	g_autoptr(GPtrArray) all = store_folders_new();
	if (!r || !r->all_folders || wants_counts(s) || store_folders(sync_store(s), a->number, all, &s->job.err))
		return;
	unsigned asked = 0;
	for (unsigned i = 0; i < all->len && asked < STATUS_MOST; i++) {
		const struct store_folder *f = all->pdata[i];
		bool theirs = (f->flags & FOLDER_FOREIGN) && !(f->flags & FOLDER_VISITED);
		if ((f->flags & (FOLDER_NOSELECT | FOLDER_GONE | FOLDER_SKIPPED)) || theirs || f->id == s->f.id)
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
	if (s->job.request->answers)
		peer_note_sync(a, s->job.request->answers, ev->sync);
	engine_emit(a->engine, ev);
}

/* A command has no idle time. */
static void settle_threads(struct sync_job *s)
{
	struct engine *en = s->job.account->engine;
	bool unsure = store_threads_unsure(en->store), more = unsure && !en->settings.stay;
	struct err e = ERR_INIT;
	if (unsure && en->settings.stay)
		engine_sweep(en);
	while (more)
		more = !store_sweep(en->store, &more, &e) && more;
	if (e.cause != ERR_NONE)
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
}

static void finish(struct sync_job *s)
{
	struct account *a = s->job.account;
	bool more = a->engine->settings.stay && s->job.err.cause == ERR_NONE && !s->background && sync_fill_left(s);
	bool background = s->background, poll = s->poll;
	g_autofree char *name = g_strdup(s->f.name);
	connection_remember(a->conn);
	if (!more)
		settle_threads(s);
	if (!background && !s->quiet)
		account_contacted(a, s->poll);
	if (s->stored || s->job.request->type == REQ_OPEN)
		ahead_wanted(a);
	/* A command has no idle time: who syncs all of a folder waits that long. */
	if (s->job.request->whole && !s->apply.dry && !a->engine->settings.stay && s->job.err.cause == ERR_NONE)
		keep_now(a);
	a->state.syncing = false;
	account_report(a);
	if (s->job.err.cause == ERR_NONE)
		a->failures = 0;
	struct err e = ERR_INIT;
	err_move(&e, s->job.err.cause != ERR_NONE ? &s->job.err : &s->worst);
	bool reads = e.cause == ERR_NONE && !s->apply.dry && confirm_look(a);
	/* A command ends when they are read. */
	if (reads && !a->engine->settings.stay && s->job.request->id)
		confirm_hold(a->engine, g_steal_pointer(&s->job.request));
	job_end(&s->job, e.cause == ERR_NONE ? NULL : &e);
	err_clear(&e);
	if (poll)
		confirm_probe(a);
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
	s->stored = s->stored || s->apply.fresh;
	if (s->job.err.cause == ERR_NONE)
		report(s);
	g_free(g_queue_pop_head(&s->names));
	s->counting = false;
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

static void add_name(struct sync_job *s, const char *name)
{
	if (!g_queue_find_custom(&s->names, name, (GCompareFunc)strcmp))
		g_queue_push_tail(&s->names, g_strdup(name));
}

/* All that is kept, once the list is known: inbox first, then what is pinned, Sent, Drafts and what was visited; in a
 * poll the first two. */
static void add_kept(struct sync_job *s)
{
	const struct request *r = s->job.request;
	g_autoptr(GPtrArray) all = store_folders_new();
	struct account *a = s->job.account;
	bool once = !s->kept_added;
	s->kept_added = true;
	if (!once || !r || !r->whole || r->folder || store_folders(sync_store(s), a->number, all, &s->job.err))
		return;
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		bool kept = f->role == ROLE_SENT || f->role == ROLE_DRAFTS || (f->flags & FOLDER_VISITED);
		bool mine = (f->flags & FOLDER_PINNED) || (kept && !s->poll);
		if (mine && f->role != ROLE_INBOX && !(f->flags & (FOLDER_NOSELECT | FOLDER_GONE | FOLDER_SKIPPED)))
			add_name(s, f->name);
	}
}

static void step_start(struct sync_job *s)
{
	struct account *a = s->job.account;
	a->state.syncing = true;
	account_report(a);
	if (look_up(s)) {
		if (s->job.err.cause == ERR_NONE)
			sync_select(s);
		else
			sync_stage(s, STAGE_NEXT);
	} else if (connection_ready(a->conn)) {
		ask_list(s);
		sync_stage(s, STAGE_LIST);
	}
}

static void step_news(struct sync_job *s)
{
	if (!sync_ask_news(s))
		sync_ask_rest(s);
}

static void step_folders(struct sync_job *s)
{
	if (more_of_list(s))
		return;
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
		if (more_of_list(s))
			break;
		if (!s->folders)
			err_set(&s->job.err, ERR_ACCOUNT, ERR_REFUSED, ERR_LATER, "the server gave no folder list");
		apply_list(s);
		sync_stage(s, STAGE_START);
		break;
	case STAGE_SELECT: sync_after_select(s); break;
	case STAGE_EXISTS: existence_told(s); break;
	case STAGE_WINDOW:
		sync_window_done(s);
		step_news(s);
		break;
	case STAGE_NEWS: step_news(s); break;
	case STAGE_REST:
		sync_rest_done(s);
		if (!s->job.open)
			sync_stage(s, STAGE_SEARCH);
		break;
	case STAGE_SEARCH:
		if (!sync_search(s))
			sync_ask_sweep(s);
		break;
	case STAGE_SWEEP:
		if (s->sweeping)
			sync_sweep_done(s);
		if (!s->job.open && !sync_ask_sweep(s)) {
			agree(s);
			sync_stage(s, STAGE_FOLDERS);
			sync_ask_list(s);
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
		/* Between two folders whoever is more urgent may come first. */
		if (was == STAGE_START && s->begun && job_yield(j))
			return;
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
	reset_search(s);
	g_array_unref(s->hints);
	g_array_unref(s->fresh);
	imap_set_clear(&s->gone);
	imap_set_clear(&s->numbers);
	g_ptr_array_unref(s->check);
	g_hash_table_unref(s->told);
	g_ptr_array_unref(s->identities);
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
	/* What was received whole is kept, where it can be compared at the next contact. */
	if (s->f.id && s->f.filled_down_to && !s->apply.held && !s->stale && j->err.cause == ERR_NONE)
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

static struct sync_job *job_new(struct account *a, struct request *r)
{
	struct sync_job *s = g_new0(struct sync_job, 1);
	s->job = (struct job){ .class = &sync_class, .account = a, .request = r };
	apply_init(&s->apply, a->engine->store, a, &s->f);
	s->apply.dry = r->dry_run;
	s->poll = r->due == SYNC_POLL || r->due == SYNC_IF_DUE;
	g_queue_init(&s->names);
	g_queue_init(&s->fills);
	imap_set_init(&s->gone);
	imap_set_init(&s->numbers);
	s->hints = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	s->fresh = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	s->check = store_rows_new();
	s->told = g_hash_table_new(NULL, NULL);
	s->identities = store_rows_new();
	return s;
}

/* What a poll of the screens looks at: what is pinned, and last where the connection will idle. */
static void add_polled(struct sync_job *s)
{
	struct account *a = s->job.account;
	const char *home = a->watched ? a->watched : "Inbox";
	g_autoptr(GPtrArray) all = store_folders_new();
	if (!a->engine->settings.stay || store_folders(sync_store(s), a->number, all, &s->job.err))
		return;
	if (strcmp(home, "Inbox"))
		add_name(s, "Inbox");
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		bool wanted = (f->flags & FOLDER_PINNED) && !(f->flags & (FOLDER_NOSELECT | FOLDER_GONE));
		if (wanted && strcmp(f->name, home))
			add_name(s, f->name);
	}
	add_name(s, home);
}

struct job *sync_job_new(struct account *a, struct request *r)
{
	struct sync_job *s = job_new(a, r);
	if (s->poll && !r->folder)
		add_polled(s);
	add_name(s, r->folder ? r->folder : "Inbox");
	if (r->type == REQ_OPEN) {
		g_free(a->watched);
		a->watched = g_strdup(r->folder ? r->folder : "Inbox");
	}
	return &s->job;
}

struct job *sync_job_quiet(struct account *a, const char *folder, bool live)
{
	struct request *r = request_new(REQ_SYNC, 0, a->index);
	r->folder = g_strdup(folder);
	struct sync_job *s = job_new(a, r);
	add_name(s, folder);
	s->quiet = true;
	s->live = live;
	return &s->job;
}
