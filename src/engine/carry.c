/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying out what changes messages. A move takes the original away only when the copy is confirmed. */
#include "engine/replay.h"

#include <string.h>

#include "engine/outbox.h"

enum which { ALL, ARRIVED, NOT_ARRIVED };

bool replay_moves(const struct replay *r)
{
	return r->c->op == CHANGE_MOVE;
}

/* Messages that are not settled and have a UID, as a set. */
static unsigned open_uids(const struct replay *r, enum which which, struct imap_set *out)
{
	unsigned n = 0;
	imap_set_init(out);
	for (unsigned i = 0; i < r->c->items->len; i++) {
		const struct store_change_item *item = r->c->items->pdata[i];
		if (item->state != CHANGE_OPEN || !item->uid)
			continue;
		if (which != ALL && (which == ARRIVED) != (item->target_uid != 0))
			continue;
		imap_set_add(out, item->uid, item->uid);
		n++;
	}
	return n;
}

/* Places that nobody had named when the change was made have their UID by now, or never will: then the change that was to
 * make them failed, or another hand had taken the message away. False: one failed and none is left. */
static bool resolve(struct replay *r)
{
	bool some = false, failed = false;
	for (unsigned i = 0; i < r->c->items->len; i++) {
		struct store_change_item *item = r->c->items->pdata[i];
		enum change_state state = CHANGE_OPEN;
		struct err e = ERR_INIT;
		if (!item->uid && item->local &&
			(store_change_local(replay_store(r), item->local, &item->uid, &state, &e) || !item->uid))
			item->state = state == CHANGE_DONE ? CHANGE_DONE : CHANGE_FAILED;
		err_clear(&e);
		some = some || item->state == CHANGE_OPEN;
		failed = failed || item->state == CHANGE_FAILED;
	}
	return some || !failed;
}

static unsigned count_open(const struct replay *r)
{
	struct imap_set set;
	unsigned n = open_uids(r, ALL, &set);
	imap_set_clear(&set);
	return n;
}

void carry_ask_source(struct replay *r, bool identities, enum stage next)
{
	struct store_folder f = { .raw = r->c->folder };
	struct imap_set set;
	r->select = job_select_rw(&r->job, &f);
	r->selected = !r->select;
	r->refused = false;
	r->stage = next;
	g_array_set_size(r->seen, 0);
	if (identities && open_uids(r, ALL, &set))
		replay_command(r, imap_fetch_identities(job_imap(&r->job), &set));
	if (identities)
		imap_set_clear(&set);
}

void carry_find(struct replay *r)
{
	struct store_folder f = { .raw = r->c->target };
	r->select = job_select(&r->job, &f);
	r->selected = !r->select;
	r->stage = STAGE_FOUND;
	r->searched = true;
	g_array_set_size(r->seen, 0);
	struct imap_set set;
	imap_set_init(&set);
	imap_set_add(&set, MAX(r->c->target_uidnext, 1), UINT32_MAX);
	replay_command(r, imap_fetch_identities(job_imap(&r->job), &set));
	imap_set_clear(&set);
}

/* --- the folder was numbered anew --- */

#define REFIND_MOST 20000 /* messages of a folder that is looked through for those of a change */

/* The folder was numbered anew: its messages are looked for once, by what they are. */
static void refind(struct replay *r)
{
	struct imap_set all;
	imap_set_init(&all);
	imap_set_add(&all, 1, UINT32_MAX);
	r->refound = true;
	g_array_set_size(r->seen, 0);
	replay_command(r, imap_fetch_identities(job_imap(&r->job), &all));
	imap_set_clear(&all);
}

static void park_all(struct store_change *c)
{
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		if (item->state == CHANGE_OPEN)
			item->state = CHANGE_PARKED;
	}
}

static void renumbered(struct replay *r, const struct imap_mailbox *m)
{
	struct err e = ERR_INIT;
	unsigned found = 0;
	if (!r->refound && m->uidvalidity && m->exists <= REFIND_MOST) {
		refind(r);
		return;
	}
	if (r->refound)
		found = verify_renumbered(r->c, r->seen);
	else
		park_all(r->c);
	if (found) {
		r->c->uidvalidity = m->uidvalidity;
		pending_forget(r->job.account);
		if (!store_change_put(replay_store(r), r->c, &r->job.err))
			carry_ask_source(r, true, STAGE_SOURCE);
		return;
	}
	err_set(&e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER,
		"the server numbered the folder anew and the message could not be found again");
	replay_finish(r, CHANGE_PARKED, &e);
}

/* All its messages have their fate. */
void carry_conclude(struct replay *r)
{
	struct err e = ERR_INIT;
	if (!verify_any_parked(r->c)) {
		replay_finish(r, CHANGE_DONE, NULL);
		return;
	}
	err_set(&e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "the server shows another message under that number");
	replay_finish(r, CHANGE_PARKED, &e);
}

/* --- commands that change something --- */

static void send_flags(struct replay *r)
{
	struct imap_session *s = job_imap(&r->job);
	struct store_change *c = r->c;
	struct imap_set set;
	bool add = c->add || (c->add_keywords && c->add_keywords->len);
	bool remove = c->remove || (c->remove_keywords && c->remove_keywords->len);
	if (open_uids(r, ALL, &set) && replay_begin(r, STEP_SENT)) {
		r->stage = STAGE_SENT;
		if (add)
			replay_command(r, imap_store(s, &set, IMAP_STORE_ADD, c->add, c->add_keywords));
		if (remove)
			replay_command(r, imap_store(s, &set, IMAP_STORE_REMOVE, c->remove, c->remove_keywords));
	}
	imap_set_clear(&set);
}

/* UID EXPUNGE takes only what is in the set and marked: where it is not offered the mark is all that is left behind. */
static void send_removal(struct replay *r, const struct imap_set *set)
{
	struct imap_session *s = job_imap(&r->job);
	r->stage = STAGE_REMOVED;
	replay_command(r, imap_store(s, set, IMAP_STORE_ADD, MSG_DELETED, NULL));
	if (replay_can(r, IMAP_CAP_UIDPLUS))
		job_command(&r->job, imap_expunge(s, set));
}

static void send_expunge(struct replay *r)
{
	struct imap_set set;
	if (open_uids(r, ALL, &set) && replay_begin(r, STEP_SENT))
		send_removal(r, &set);
	imap_set_clear(&set);
}

static void send_empty(struct replay *r)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&r->job));
	uint32_t below = r->c->target_uidnext ? r->c->target_uidnext : m ? m->uidnext : 0;
	struct imap_set set;
	if (!m || !m->exists || below <= 1) {
		replay_finish(r, CHANGE_DONE, NULL);
		return;
	}
	imap_set_init(&set);
	imap_set_add(&set, 1, below - 1);
	if (replay_begin(r, STEP_SENT))
		send_removal(r, &set);
	imap_set_clear(&set);
}

/* An earlier try had copied all of them and got no further. */
static void all_there(struct replay *r)
{
	if (!replay_moves(r))
		carry_conclude(r);
	else if (replay_begin(r, STEP_COPIED))
		carry_ask_source(r, true, STAGE_SOURCE_AGAIN);
}

static void send_copy(struct replay *r)
{
	struct imap_session *s = job_imap(&r->job);
	struct imap_set set;
	if (!open_uids(r, NOT_ARRIVED, &set)) {
		all_there(r);
	} else if (replay_begin(r, STEP_SENT)) {
		r->stage = STAGE_SENT;
		r->moving = replay_moves(r) && replay_can(r, IMAP_CAP_MOVE);
		if (r->moving)
			replay_command(r, imap_move(s, &set, str_of(r->c->target)));
		else
			replay_command(r, imap_copy(s, &set, str_of(r->c->target)));
	}
	imap_set_clear(&set);
}

static void store_message(struct replay *r, uint32_t replaced)
{
	struct imap_session *s = job_imap(&r->job);
	struct str target = str_of(r->c->target);
	struct err e = ERR_INIT;
	if (!r->spool)
		r->spool = spool_open(r->job.account, r->c, &e);
	if (!r->spool && e.cause == ERR_MISSING) {
		/* Nothing brings it back, and nothing else may wait for it. */
		replay_finish(r, CHANGE_FAILED, &e);
		return;
	}
	err_move(&r->job.err, &e);
	if (!r->spool || !replay_begin(r, STEP_SENT))
		return;
	r->stage = STAGE_SENT;
	r->replacing = replaced != 0;
	const struct store_change *c = r->c;
	const struct store_change_item *item = c->items->pdata[0];
	bool utf8 = spool_is_utf8(r->spool);
	replay_command(
		r, replaced ? imap_replace(s, replaced, target, c->add, c->add_keywords, item->received, c->size, utf8)
			    : imap_append(s, target, c->add, c->add_keywords, item->received, c->size, utf8));
	spool_feed(r->spool, s, &r->job.err);
}

/* A draft's former version goes in the same command where that is offered, if it is still that message. False: it is
 * taken away afterwards, or there is none. */
static bool ask_former(struct replay *r)
{
	struct store_folder f = { .raw = r->c->target };
	struct imap_set set;
	if (r->replace_refused || r->job.side || !replay_can(r, IMAP_CAP_REPLACE))
		return false;
	store_change_free(r->former);
	r->former = mirror_former(r->job.account, r->c);
	if (!r->former)
		return false;
	r->select = job_select_rw(&r->job, &f);
	r->selected = !r->select;
	r->stage = STAGE_FORMER;
	g_array_set_size(r->seen, 0);
	uint32_t uid = ((const struct store_change_item *)r->former->items->pdata[0])->uid;
	imap_set_init(&set);
	imap_set_add(&set, uid, uid);
	replay_command(r, imap_fetch_identities(job_imap(&r->job), &set));
	imap_set_clear(&set);
	return true;
}

static void send_append(struct replay *r)
{
	if (!ask_former(r))
		store_message(r, 0);
}

void carry_former_told(struct replay *r)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&r->job));
	const struct store_change_item *former = r->former->items->pdata[0];
	unsigned gone;
	bool same = r->selected && !r->refused && m && !m->readonly && m->uidvalidity == r->former->uidvalidity &&
		    verify_source(r->former, r->seen, &gone);
	store_message(r, same ? former->uid : 0);
}

void carry_target_told(struct replay *r)
{
	if (r->c->op == CHANGE_APPEND)
		send_append(r);
	else
		send_copy(r);
}

#define LOOK_BACK 10 /* UIDs below the target's UIDNEXT */

/* The target's UIDNEXT was asked after the letter had left: what the server has filed of it by itself lies below. */
void carry_noted(struct replay *r)
{
	struct store_change *c = r->c;
	bool own = c->op == CHANGE_APPEND && c->undoes == UNDOES_NOTHING && c->target_uidnext > 1;
	if (!own) {
		carry_target_told(r);
		return;
	}
	c->target_uidnext = c->target_uidnext > LOOK_BACK ? c->target_uidnext - LOOK_BACK : 1;
	carry_find(r);
}

/* The lowest UID that is not in the cache: copies of our own are there before a sync has told of them. */
static uint32_t above_known(const struct replay *r, const struct store_folder *f)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	struct err e = ERR_INIT;
	if (store_uids(replay_store(r), f->id, f->uidnext, UINT32_MAX, uids, &e))
		err_clear(&e);
	return uids->len ? g_array_index(uids, uint32_t, uids->len - 1) + 1 : f->uidnext;
}

/* What arrives in the target will have this UID at least: by it a lost answer is made good. */
void carry_start_append(struct replay *r)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (!r->c->target_uidnext &&
		!store_folder_find(replay_store(r), r->job.account->number, str_of(r->c->target), &f, &e) &&
		f.uidnext) {
		r->c->target_uidnext = above_known(r, &f);
		r->c->target_uidvalidity = f.uidvalidity;
	}
	err_clear(&e);
	store_folder_clear(&f);
	if (r->c->target_uidnext) {
		carry_target_told(r);
		return;
	}
	r->stage = STAGE_NOTED;
	replay_command(r, imap_status(job_imap(&r->job), str_of(r->c->target)));
}

/* --- what came of them --- */

void carry_start(struct replay *r)
{
	const struct store_change *c = r->c;
	if (!resolve(r))
		replay_fail_with(r, "the change before it did not come about");
	else if (!count_open(r))
		carry_conclude(r);
	else if (c->step == STEP_COPIED)
		carry_ask_source(r, true, STAGE_SOURCE_AGAIN);
	else
		carry_ask_source(r, c->op != CHANGE_FLAG, STAGE_SOURCE);
}

/* The command was answered, or every copy was found: confirmed copies let their originals go. */
static void after_copy(struct replay *r)
{
	if (!replay_moves(r) || replay_can(r, IMAP_CAP_MOVE))
		carry_conclude(r);
	else if (!verify_all_arrived(r->c) && !r->rechecked) {
		/* Another hand may have taken the original away in the moment before it was copied. */
		r->rechecked = true;
		carry_ask_source(r, true, STAGE_SOURCE);
	} else if (!verify_all_arrived(r->c))
		replay_fail_with(r, "the server does not show the copy: the original stays");
	else if (replay_begin(r, STEP_COPIED))
		carry_ask_source(r, true, STAGE_SOURCE_AGAIN);
}

void carry_source_told(struct replay *r)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&r->job));
	struct store_change *c = r->c;
	unsigned gone = 0;
	/* An answer that was refused tells nothing of what is there. */
	if (!r->selected || !m || r->refused) {
		replay_fail(r);
		return;
	}
	if (m->readonly) {
		replay_fail_as(r, "READ-ONLY");
		return;
	}
	if (c->op == CHANGE_EMPTY) {
		send_empty(r);
		return;
	}
	if (m->uidvalidity != c->uidvalidity) {
		renumbered(r, m);
		return;
	}
	/* Before it is copied: else the original would stay beside the copy. */
	bool removes = c->op == CHANGE_MOVE || c->op == CHANGE_EXPUNGE;
	if (removes && m->permanent_known && !(m->permanent_flags & MSG_DELETED)) {
		replay_fail_as(r, "NOPERM");
		return;
	}
	if (c->op == CHANGE_FLAG) {
		send_flags(r);
		return;
	}
	unsigned there = verify_source(r->c, r->seen, &gone);
	bool begun = c->state == CHANGE_BEGUN, carries = c->op != CHANGE_EXPUNGE;
	bool atomic = c->op == CHANGE_MOVE && replay_can(r, IMAP_CAP_MOVE);
	/* Gone, or copied without our hearing of it? */
	if (begun && carries && !r->searched && (gone || !atomic)) {
		carry_find(r);
		return;
	}
	verify_give_up_gone(r->c, r->seen);
	if (!there)
		carry_conclude(r);
	else if (!carries)
		send_expunge(r);
	else if (begun && (r->rechecked || (!atomic && verify_all_arrived(r->c))))
		after_copy(r);
	else
		carry_start_append(r);
}

void carry_source_again(struct replay *r)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&r->job));
	struct imap_set set;
	unsigned gone = 0;
	if (r->refused) {
		replay_fail(r);
		return;
	}
	if (!r->selected || !m || m->uidvalidity != r->c->uidvalidity) {
		replay_fail_with(r, "the message was copied, but the original could not be removed");
		return;
	}
	verify_source(r->c, r->seen, &gone);
	verify_give_up_gone(r->c, r->seen);
	if (!open_uids(r, ARRIVED, &set))
		carry_conclude(r);
	else
		send_removal(r, &set);
	imap_set_clear(&set);
}

/* What was noted of the target is of other numbers: then it may be anywhere in it. */
static bool is_target_renumbered(struct replay *r, const struct imap_mailbox *m)
{
	struct store_change *c = r->c;
	if (!c->target_uidvalidity || m->uidvalidity == c->target_uidvalidity)
		return false;
	c->target_uidvalidity = m->uidvalidity;
	c->target_uidnext = 1;
	for (unsigned i = 0; i < c->items->len; i++) {
		struct store_change_item *item = c->items->pdata[i];
		if (item->state == CHANGE_OPEN)
			item->target_uid = 0;
	}
	return true;
}

void carry_found(struct replay *r)
{
	const struct imap_mailbox *m = imap_selected(job_imap(&r->job));
	if (!r->selected || r->refused) {
		replay_fail(r);
		return;
	}
	if (m && is_target_renumbered(r, m)) {
		carry_find(r);
		return;
	}
	verify_target(r->c, r->seen);
	if (m)
		r->c->target_uidvalidity = m->uidvalidity;
	if (!replay_save(r, true))
		return;
	if (r->c->op == CHANGE_APPEND) {
		if (verify_all_arrived(r->c) || r->answered)
			carry_conclude(r);
		else
			send_append(r);
		return;
	}
	/* After the command was answered this was to confirm it; else it tells what the lost answer was. */
	if (r->answered || (verify_all_arrived(r->c) && !(replay_moves(r) && replay_can(r, IMAP_CAP_MOVE))))
		after_copy(r);
	else
		carry_ask_source(r, true, STAGE_SOURCE);
}

/* The form of APPEND for a header in UTF-8 is not understood: the session goes on without it. */
static bool is_utf8_refused(const struct replay *r)
{
	return !r->utf8_refused && spool_is_utf8(r->spool) && imap_enabled_utf8(job_imap((struct job *)&r->job)) &&
	       r->code && !strcmp(r->code, "BAD");
}

void carry_sent(struct replay *r)
{
	struct store_change *c = r->c;
	bool carries = c->op == CHANGE_MOVE || c->op == CHANGE_COPY;
	if (r->refused && carries && r->moving && r->code && !strcmp(r->code, "BAD")) {
		/* MOVE was offered and is not understood: the session has switched it off. Of a COPY it is the end. */
		r->refused = false;
		send_copy(r);
		return;
	}
	if (r->refused && r->replacing) {
		r->replace_refused = true;
		g_clear_pointer(&r->spool, spool_close);
		send_append(r);
		return;
	}
	if (r->refused && c->op == CHANGE_APPEND && is_utf8_refused(r)) {
		r->utf8_refused = true;
		g_clear_pointer(&r->spool, spool_close);
		send_append(r);
		return;
	}
	if (r->refused) {
		/* A folder that is to have a role may be there, and the cache not know it yet. */
		r->doubted = (c->op == CHANGE_CREATE && c->add) ||
			     (c->attempts && !carries && c->op != CHANGE_APPEND && c->op != CHANGE_FLAG);
		if (r->doubted)
			carry_list(r);
		else
			replay_fail(r);
		return;
	}
	if (carries || c->op == CHANGE_APPEND) {
		r->answered = true;
		/* Without COPYUID nobody told that it arrived: it is looked for. */
		if (!verify_all_arrived(r->c))
			carry_find(r);
		else if (carries)
			after_copy(r);
		else
			carry_conclude(r);
		return;
	}
	if (c->op == CHANGE_FLAG)
		carry_conclude(r);
	else
		carry_list(r);
}
