/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts on the server: each version is a message of its own there, and the one before it goes once the new one is
 * confirmed, or with it (REPLACE). Where the server cannot, or has no folder for them, a draft is kept here alone, without a word. */
#include "engine/outbox.h"

#include <string.h>

#include "base/fs.h"
#include "base/log.h"
#include "engine/changes.h"

#define AGAIN "again" /* store_draft.mirrored: what is under way is not the newest version */

static void complain(const struct account *a, struct err *e)
{
	if (e->cause != ERR_NONE)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e->text);
	err_clear(e);
}

static void free_change(void *c)
{
	store_change_free(c);
}

/* Nobody pressed it and nobody waits for it. */
static int make(struct account *a, struct store_change *c, struct err *e)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(free_change);
	struct request *r = request_new(REQ_CHANGE, 0, a->index);
	r->change = engine_change_new(c->op);
	r->change->by_itself = true;
	r->change->queue = true;
	g_ptr_array_add(rows, c);
	if (!change_make_all(a, r, rows, false, e))
		return 0;
	request_free(r);
	return -1;
}

/* --- taking a version away --- */

/* What the message is: as it is cached, else our own Message-ID, which nothing else has. */
static bool identify(struct account *a, const struct store_draft *d, struct store_change_item *item)
{
	struct store_folder f = { 0 };
	struct store_row row = { 0 };
	struct err e = ERR_INIT;
	item->uid = d->uid;
	if (!store_folder_find(a->engine->store, a->number, str_of(d->folder), &f, &e) &&
		f.uidvalidity == d->uidvalidity &&
		!store_place_get(a->engine->store, (struct store_place){ f.id, d->uid, 0 }, &row, &e)) {
		item->size = row.size;
		item->received = row.received;
		item->flags_before = row.flags & MSG_SERVER_FLAGS;
		item->msgid = g_strdup(row.msgid);
	}
	bool same = item->size && !g_strcmp0(item->msgid, d->msgid);
	if (!same) {
		item->size = 0;
		g_free(item->msgid);
		item->msgid = g_strdup(d->msgid);
	}
	err_clear(&e);
	store_row_clear(&row);
	store_folder_clear(&f);
	return item->size || item->msgid;
}

/* NULL: nothing tells what lies there from another message. */
static struct store_change *removal_of(struct account *a, const struct store_draft *d)
{
	struct store_change *c = store_change_new(CHANGE_EXPUNGE, a->number);
	c->folder = g_strdup(d->folder);
	c->uidvalidity = d->uidvalidity;
	if (identify(a, d, store_change_item_add(c)))
		return c;
	store_change_free(c);
	return NULL;
}

static void expunge(struct account *a, const struct store_draft *d)
{
	struct err e = ERR_INIT;
	struct store_change *c = removal_of(a, d);
	if (c)
		make(a, c, &e);
	complain(a, &e);
}

/* The version on its way goes no further, if it has not begun. */
static bool take_back(struct account *a, const struct store_draft *d)
{
	struct store_change *c = d->change ? change_find(a, d->change) : NULL;
	struct err e = ERR_INIT;
	if (!c)
		return true;
	if (c->state == CHANGE_BEGUN || change_end(a, c, CHANGE_UNDONE, NULL, &e)) {
		complain(a, &e);
		return false;
	}
	return true;
}

void mirror_drop(struct account *a, const struct store_draft *d)
{
	take_back(a, d);
	if (d->folder && d->uid)
		expunge(a, d);
}

/* --- putting one there --- */

static int build(struct account *a, const struct draft *d, struct store_change *c, const char *msgid, struct err *e)
{
	int64_t now = clock_wall();
	struct build_settings set = {
		.message_id = msgid, .date = now, .offset = post_offset(now), .keep_bcc = true, .utf8_headers = true
	};
	struct built built = { 0 };
	g_autofree char *path = spool_new(a, c, e);
	struct fs_new *f = path ? fs_new_open(path, false, e) : NULL;
	int result = -1;
	if (f && !draft_build(d, &set, fs_new_fd(f), &built, e) && !fs_new_commit(&f, e)) {
		c->size = built.size;
		c->sha256 = g_steal_pointer(&built.sha256);
		result = 0;
	}
	fs_new_abort(&f);
	built_clear(&built);
	return result;
}

static bool is_wanted(const struct account *a, const struct draft *d)
{
	return a->cfg->imap && g_strcmp0(a->cfg->roles[CFG_DRAFTS], "none") && d->kind != DRAFT_BOUNCE;
}

/* Another hand may have taken the version that the server had: then what it put in its place, if anything, stays too. */
static void look_for_conflict(struct account *a, struct store_draft *row)
{
	struct store_folder f = { 0 };
	struct store_row there = { 0 };
	struct err e = ERR_INIT;
	bool cached = row->uid && !store_folder_find(a->engine->store, a->number, str_of(row->folder), &f, &e);
	bool known =
		cached && (f.complete || (f.filled_down_to && row->uid >= f.filled_down_to)) && row->uid < f.uidnext;
	struct store_place at = { f.id, row->uid, 0 };
	bool lost = cached && f.uidvalidity != row->uidvalidity;
	if (known && !lost && store_place_get(a->engine->store, at, &there, &e))
		lost = e.cause == ERR_MISSING;
	if (lost) {
		struct event *ev = event_new(EV_NOTICE, 0, a->index);
		ev->notice = NOTICE_CONFLICT;
		ev->text = g_strdup(row->subject ? row->subject : "");
		engine_emit(a->engine, ev);
		row->uid = 0;
	}
	err_clear(&e);
	store_row_clear(&there);
	store_folder_clear(&f);
}

static struct store_change *append_of(struct account *a, const struct draft *d, const struct store_draft *row,
	const struct store_folder *f, struct err *e)
{
	const char *from = d->from && d->from->addr ? d->from->addr : a->cfg->email;
	struct store_change *c = store_change_new(CHANGE_APPEND, a->number);
	struct store_change_item *item = store_change_item_add(c);
	c->target = g_strdup(f->raw);
	c->add = MSG_DRAFT | MSG_SEEN;
	/* In whose place it comes. */
	if (row->uid && !g_strcmp0(row->folder, f->raw)) {
		c->folder = g_strdup(row->folder);
		c->uidvalidity = row->uidvalidity;
		item->uid = row->uid;
	}
	item->msgid = message_id_new(from ? from : "localhost");
	item->received = clock_wall();
	if (!build(a, d, c, item->msgid, e)) {
		item->size = c->size;
		return c;
	}
	store_change_free(c);
	return NULL;
}

static void note_mirrored(struct account *a, struct store_draft *row, const char *what)
{
	struct err e = ERR_INIT;
	g_free(row->mirrored);
	row->mirrored = g_strdup(what);
	store_draft_put(a->engine->store, row, &e);
	complain(a, &e);
}

void mirror_save(struct account *a, const struct draft *d, struct store_draft *row)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (!is_wanted(a, d) || !g_strcmp0(row->mirrored, row->sha256) || change_find_role(a, ROLE_DRAFTS, &f, &e)) {
		err_clear(&e);
		store_folder_clear(&f);
		return;
	}
	look_for_conflict(a, row);
	bool free_to_go = take_back(a, row);
	struct store_change *c = free_to_go ? append_of(a, d, row, &f, &e) : NULL;
	if (c && !make(a, c, &e)) {
		row->change = change_newest(a);
		note_mirrored(a, row, row->sha256);
	} else if (!free_to_go) {
		note_mirrored(a, row, AGAIN);
	}
	complain(a, &e);
	store_folder_clear(&f);
}

/* --- what came of it --- */

static struct store_draft *draft_with(struct account *a, uint32_t change)
{
	g_autoptr(GPtrArray) all = store_drafts_new();
	struct err e = ERR_INIT;
	if (store_drafts(a->engine->store, 0, all, &e))
		complain(a, &e);
	for (unsigned i = 0; i < all->len; i++)
		if (((const struct store_draft *)all->pdata[i])->change == change)
			return g_ptr_array_steal_index(all, i);
	return NULL;
}

/* c was made to replace what the draft has on the server. */
static bool is_in_place_of(const struct store_change *c, const struct store_draft *d)
{
	const struct store_change_item *item = c->items->pdata[0];
	return d->uid && item->uid == d->uid && c->uidvalidity == d->uidvalidity && !g_strcmp0(c->folder, d->folder) &&
	       !g_strcmp0(c->folder, c->target);
}

struct store_change *mirror_former(struct account *a, const struct store_change *c)
{
	g_autoptr(GPtrArray) all = store_drafts_new();
	struct err e = ERR_INIT;
	if (((const struct store_change_item *)c->items->pdata[0])->uid &&
		store_drafts(a->engine->store, a->number, all, &e))
		complain(a, &e);
	for (unsigned i = 0; i < all->len; i++)
		if (is_in_place_of(c, all->pdata[i]))
			return removal_of(a, all->pdata[i]);
	return NULL;
}

/* It went with the command that stored the next one. */
static void forget_row(struct account *a, const struct store_draft *d)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (!store_folder_find(a->engine->store, a->number, str_of(d->folder), &f, &e) &&
		f.uidvalidity == d->uidvalidity &&
		!store_place_drop(a->engine->store, (struct store_place){ f.id, d->uid, 0 }, &e)) {
		struct event *ev = event_new(EV_CHANGED, 0, a->index);
		ev->folder_id = f.id;
		engine_emit(a->engine, ev);
	}
	if (e.cause == ERR_MISSING)
		err_clear(&e);
	complain(a, &e);
	store_folder_clear(&f);
}

/* The new version stands: now the one before it is not needed. */
static void arrived(struct account *a, struct store_draft *d, const struct store_change *c)
{
	const struct store_change_item *item = c->items->pdata[0];
	struct err e = ERR_INIT;
	if (c->step == CHANGE_STEP_REPLACED && is_in_place_of(c, d))
		forget_row(a, d);
	else if (d->folder && d->uid)
		expunge(a, d);
	g_free(d->folder);
	g_free(d->msgid);
	d->folder = g_strdup(c->target);
	d->msgid = g_strdup(item->msgid);
	d->uidvalidity = c->target_uidvalidity;
	d->uid = item->target_uid;
	d->change = 0;
	bool again = !g_strcmp0(d->mirrored, AGAIN);
	struct draft *newest = !store_draft_put(a->engine->store, d, &e) && again ? draft_load(a->engine, d, &e) : NULL;
	if (newest)
		mirror_save(a, newest, d);
	engine_discard(newest);
	complain(a, &e);
}

static void failed(struct account *a, struct store_draft *d)
{
	struct err e = ERR_INIT;
	g_clear_pointer(&d->mirrored, g_free);
	d->change = 0;
	store_draft_put(a->engine->store, d, &e);
	complain(a, &e);
}

/* Its draft was sent or thrown away meanwhile. */
static void arrived_late(struct account *a, const struct store_change *c)
{
	const struct store_change_item *item = c->items->pdata[0];
	struct store_draft gone = {
		.folder = c->target, .uidvalidity = c->target_uidvalidity, .uid = item->target_uid, .msgid = item->msgid
	};
	if (gone.uid)
		expunge(a, &gone);
}

void mirror_change_ended(struct account *a, uint32_t change)
{
	struct store_change *c = NULL;
	struct err e = ERR_INIT;
	if (store_change_get(a->engine->store, change, &c, &e)) {
		err_clear(&e);
		return;
	}
	bool ours = c->op == CHANGE_APPEND && c->undoes == UNDOES_NOTHING && c->add & MSG_DRAFT && c->items->len;
	bool done = c->state == CHANGE_DONE;
	struct store_draft *d = ours ? draft_with(a, change) : NULL;
	if (d && done)
		arrived(a, d, c);
	else if (d)
		failed(a, d);
	else if (ours && done)
		arrived_late(a, c);
	store_draft_free(d);
	store_change_free(c);
}

void mirror_resume(struct account *a)
{
	g_autoptr(GPtrArray) all = store_drafts_new();
	struct err e = ERR_INIT;
	if (store_drafts(a->engine->store, a->number, all, &e))
		complain(a, &e);
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_draft *d = all->pdata[i];
		if (d->change && !change_find(a, d->change))
			mirror_change_ended(a, d->change);
	}
}
