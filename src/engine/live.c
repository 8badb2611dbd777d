/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server tells of the selected mailbox by itself. Flags and vanished messages of known UIDs go straight into
 * the cache; new messages, and numbers without a UID, need the smallest question there is. */
#include "engine/internal.h"

#include <string.h>

#include "base/log.h"

#define HINTS_MOST 32 /* more of them say little */

struct live {
	struct account *account;
	GPtrArray *flags;        /* struct store_row * */
	struct imap_set gone;    /* VANISHED */
	struct imap_set numbers; /* of messages whose flags changed */
	GArray *hints;           /* uint32_t: EXPUNGE */
	bool exists;             /* messages arrived */
	bool again;              /* what is looked at is not as it was thought to be */
	bool notified;           /* NOTIFY was asked for */
	char *settled;           /* the folder it was last tried to go back to */
};

struct live *live_new(struct account *a)
{
	struct live *l = g_new0(struct live, 1);
	l->account = a;
	l->flags = store_rows_new();
	imap_set_init(&l->gone);
	imap_set_init(&l->numbers);
	l->hints = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	return l;
}

void live_free(struct live *l)
{
	g_ptr_array_unref(l->flags);
	imap_set_clear(&l->gone);
	imap_set_clear(&l->numbers);
	g_array_unref(l->hints);
	g_free(l->settled);
	g_free(l);
}

void live_forget(struct live *l)
{
	g_ptr_array_set_size(l->flags, 0);
	g_array_set_size(l->gone.ranges, 0);
	g_array_set_size(l->numbers.ranges, 0);
	g_array_set_size(l->hints, 0);
	l->exists = false;
}

/* --- what is told --- */

static void take_flags(struct live *l, const struct imap_event *ev)
{
	if (!ev->u.fetch.uid) {
		imap_set_add(&l->numbers, ev->u.fetch.seq, ev->u.fetch.seq);
		return;
	}
	struct store_row *row = g_new0(struct store_row, 1);
	row->uid = ev->u.fetch.uid;
	row->flags = row_flags(ev);
	row->keywords = row_keywords(ev);
	g_ptr_array_add(l->flags, row);
}

static void take_expunge(struct live *l, uint32_t seq)
{
	plan_shift(&l->numbers, seq);
	if (l->hints->len >= HINTS_MOST)
		g_array_set_size(l->hints, 0);
	g_array_append_val(l->hints, seq);
}

void live_event(struct live *l, const struct imap_event *ev, const struct job *j)
{
	bool answer = ev->type == IMAP_FETCH && (ev->u.fetch.has & (IMAP_HAS_HEADER | IMAP_HAS_STRUCTURE));
	/* A sync sees for itself, but for what has no UID. */
	bool seen = j && j->class->syncs && !(ev->type == IMAP_FETCH && !ev->u.fetch.uid);
	if (answer || !l->account->engine->settings.stay)
		return;
	if (seen) {
		/* What was told by its number before has another one now. */
		if (ev->type == IMAP_EXPUNGE)
			plan_shift(&l->numbers, ev->u.number);
		return;
	}
	switch (ev->type) {
	case IMAP_FETCH:
		if (ev->u.fetch.has & IMAP_HAS_FLAGS)
			take_flags(l, ev);
		break;
	case IMAP_VANISHED: imap_set_add(&l->gone, ev->u.vanished.first, ev->u.vanished.last); break;
	case IMAP_EXPUNGE: take_expunge(l, ev->u.number); break;
	case IMAP_EXISTS: l->exists = true; break;
	default: break;
	}
}

static void move_set(struct imap_set *from, struct imap_set *to)
{
	for (unsigned i = 0; i < from->ranges->len; i++) {
		const struct imap_range *r = &g_array_index(from->ranges, struct imap_range, i);
		imap_set_add(to, r->first, r->last);
	}
}

void live_take(struct live *l, struct live_news *out)
{
	for (unsigned i = 0; i < l->flags->len; i++)
		g_ptr_array_add(out->flags, g_steal_pointer(&l->flags->pdata[i]));
	move_set(&l->gone, out->gone);
	move_set(&l->numbers, out->numbers);
	g_array_append_vals(out->hints, l->hints->data, l->hints->len);
	out->exists = l->exists;
	live_forget(l);
}

void live_look_again(struct live *l)
{
	l->again = l->account->engine->settings.stay;
}

/* --- into the cache --- */

static int put_flags(struct live *l, struct apply *ap, struct err *e)
{
	for (unsigned i = 0; i < l->flags->len; i++) {
		g_ptr_array_add(ap->flags, g_steal_pointer(&l->flags->pdata[i]));
		bool last = i + 1 == l->flags->len;
		if ((last || ap->flags->len == STORE_BATCH) && apply_flush(ap, 0, e))
			return -1;
	}
	g_ptr_array_set_size(l->flags, 0);
	return 0;
}

static int put_gone(struct live *l, struct apply *ap, struct err *e)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	for (unsigned i = 0; i < l->gone.ranges->len; i++) {
		const struct imap_range *r = &g_array_index(l->gone.ranges, struct imap_range, i);
		if (store_uids(ap->store, ap->folder->id, r->first, r->last, uids, e))
			return -1;
	}
	g_array_set_size(l->gone.ranges, 0);
	return apply_gone(ap, uids, ap->folder->rows, e);
}

static void tell(struct account *a, uint32_t folder)
{
	struct event *ev = event_new(EV_CHANGED, 0, a->index);
	ev->folder_id = folder;
	engine_emit(a->engine, ev);
	engine_emit(a->engine, event_new(EV_FOLDER, 0, a->index));
}

static int put_all(struct live *l, struct store_folder *f, uint32_t exists, bool *doubt_out, struct err *e)
{
	struct apply ap;
	apply_init(&ap, l->account->engine->store, l->account, f);
	int rc = put_flags(l, &ap, e) || put_gone(l, &ap, e) ? -1 : 0;
	bool changed = ap.changed || ap.gone || f->exists != exists;
	*doubt_out = ap.doubt;
	if (!rc && changed) {
		struct store_folder now = { 0 };
		rc = store_folder_get(ap.store, f->id, &now, e);
		if (!rc) {
			store_folder_clear(f);
			*f = now;
			f->exists = exists;
			rc = store_folder_put(ap.store, f, e);
		}
		tell(l->account, f->id);
	}
	apply_clear(&ap);
	return rc;
}

/* Is there more than could be written? */
static bool asks(const struct live *l, const struct store_folder *f, uint32_t exists, bool doubt)
{
	uint64_t rows = (uint64_t)f->rows + pending_hidden(l->account, f->id);
	bool more = l->exists && (!f->complete || rows < exists);
	bool less = l->hints->len && (!f->complete || rows != exists);
	return doubt || more || less || l->numbers.ranges->len;
}

void live_apply(struct live *l)
{
	struct account *a = l->account;
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	const char *raw = connection_selected(a->conn);
	const struct imap_mailbox *m = imap_selected(connection_imap(a->conn));
	bool some = l->flags->len || l->gone.ranges->len || l->numbers.ranges->len || l->hints->len || l->exists;
	bool doubt = false, ask = false;
	if (l->again) {
		l->again = false;
		account_add(a, sync_job_quiet(a, a->watched ? a->watched : "Inbox", false));
		return;
	}
	if (!some)
		return;
	/* A folder that no sync has agreed on yet is read when it is opened. */
	if (raw && m && !store_folder_find(a->engine->store, a->number, str_of(raw), &f, &e) && f.last_sync &&
		f.uidvalidity == m->uidvalidity && !put_all(l, &f, m->exists, &doubt, &e))
		ask = asks(l, &f, m->exists, doubt);
	if (e.cause != ERR_NONE && e.cause != ERR_MISSING)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	l->exists = l->exists || doubt;
	if (ask)
		account_add(a, sync_job_quiet(a, f.name, true));
	else
		live_forget(l);
	store_folder_clear(&f);
}

/* --- where it idles --- */

bool live_settle(struct live *l)
{
	struct account *a = l->account;
	struct imap_session *i = connection_imap(a->conn);
	const char *raw = connection_selected(a->conn), *home = a->watched ? a->watched : "Inbox";
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (!l->notified && (imap_caps(i) & IMAP_CAP_NOTIFY) && imap_caps_told(i)) {
		l->notified = true;
		imap_notify(i, true);
		return true;
	}
	bool there = folder_find(a, home, &f, &e) || (raw && !strcmp(raw, f.raw));
	bool tried = !there && !g_strcmp0(l->settled, f.raw);
	g_free(l->settled);
	l->settled = there ? NULL : g_strdup(f.raw);
	if (!there && !tried)
		account_queue(a, sync_job_quiet(a, f.name, false));
	err_clear(&e);
	store_folder_clear(&f);
	return !there && !tried;
}
