/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server told of a folder, written into the cache: in transactions of at most STORE_BATCH rows. */
#include "engine/internal.h"

#define DOUBT_FROM 100 /* so many messages do not vanish at once without a second look */

void apply_init(struct apply *ap, struct store *st, struct account *a, struct store_folder *f)
{
	*ap = (struct apply){ .store = st, .account = a, .folder = f };
	ap->rows = store_rows_new();
	ap->flags = store_rows_new();
	ap->seen = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	imap_set_init(&ap->missing);
}

void apply_clear(struct apply *ap)
{
	g_ptr_array_unref(ap->rows);
	g_ptr_array_unref(ap->flags);
	g_array_unref(ap->seen);
	imap_set_clear(&ap->missing);
}

void apply_reset(struct apply *ap)
{
	g_ptr_array_set_size(ap->rows, 0);
	g_ptr_array_set_size(ap->flags, 0);
	g_array_set_size(ap->seen, 0);
	ap->fresh = ap->changed = ap->gone = 0;
	g_array_set_size(ap->missing.ranges, 0);
	ap->doubt = ap->confirmed = ap->held = ap->share = false;
}

static bool has_uid(const GArray *sorted, uint32_t uid)
{
	unsigned lo = 0, hi = sorted->len;
	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		uint32_t at = g_array_index(sorted, uint32_t, mid);
		if (at == uid)
			return true;
		if (at < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* UIDs of the rows that wait which the cache has already; NULL with e. */
static GArray *cached_uids(struct apply *ap, struct err *e)
{
	uint32_t lo = UINT32_MAX, hi = 0;
	GArray *uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	for (unsigned i = 0; i < ap->rows->len; i++) {
		const struct store_row *row = ap->rows->pdata[i];
		lo = MIN(lo, row->uid);
		hi = MAX(hi, row->uid);
	}
	if (ap->rows->len && store_uids(ap->store, ap->folder->id, lo, hi, uids, e))
		g_clear_pointer(&uids, g_array_unref);
	return uids;
}

static bool is_hidden(const struct apply *ap, uint32_t uid)
{
	return ap->account && pending_hides(ap->account, ap->folder->id, uid);
}

static void lay(const struct apply *ap, struct store_row *row)
{
	if (ap->account)
		pending_lay(ap->account, ap->folder->id, row->uid, &row->flags, &row->keywords);
}

static int put_flags(struct apply *ap, struct store_row *row, struct err *e)
{
	bool changed = false;
	lay(ap, row);
	if (store_flags_put(ap->store, ap->folder->id, row->uid, row->flags, row->keywords, &changed, e))
		return -1;
	ap->changed += changed;
	return 0;
}

/* A message that moved here, by whatever hands, brings its text along. */
static int put_new(struct apply *ap, struct store_row *row, struct err *e)
{
	row->folder = ap->folder->id;
	lay(ap, row);
	if (row->emailid && store_email_find(ap->store, ap->folder->account, row->emailid, &row->mid, e))
		return -1;
	if (!row->mid && ap->share && row->msgid &&
		store_same_message(ap->store, ap->folder->account, row->msgid, row->size, row->received, &row->mid, e))
		return -1;
	if (store_row_put(ap->store, row, e))
		return -1;
	if (row->emailid && store_email_put(ap->store, ap->folder->account, row->folder, row->uid, row->emailid, e))
		return -1;
	ap->fresh++;
	return 0;
}

static int put_rows(struct apply *ap, const GArray *cached, struct err *e)
{
	for (unsigned i = 0; i < ap->rows->len; i++) {
		struct store_row *row = ap->rows->pdata[i];
		if (is_hidden(ap, row->uid))
			continue;
		if (has_uid(cached, row->uid) ? put_flags(ap, row, e) : put_new(ap, row, e))
			return -1;
	}
	for (unsigned i = 0; i < ap->flags->len; i++)
		if (put_flags(ap, ap->flags->pdata[i], e))
			return -1;
	return 0;
}

/* A dry run counts what it would do and takes it back. */
static int end_transaction(struct apply *ap, struct err *e)
{
	if (ap->dry) {
		store_rollback(ap->store);
		return 0;
	}
	if (!store_commit(ap->store, e))
		return 0;
	store_rollback(ap->store);
	return -1;
}

int apply_flush(struct apply *ap, uint32_t filled_down_to, struct err *e)
{
	if (!ap->rows->len && !ap->flags->len && !filled_down_to)
		return 0;
	g_autoptr(GArray) cached = cached_uids(ap, e);
	if (!cached || store_begin(ap->store, e))
		return -1;
	if (put_rows(ap, cached, e)) {
		store_rollback(ap->store);
		return -1;
	}
	if (filled_down_to) {
		ap->folder->filled_down_to = filled_down_to;
		ap->folder->complete = filled_down_to == 1;
		if (store_folder_put(ap->store, ap->folder, e)) {
			store_rollback(ap->store);
			return -1;
		}
	}
	if (end_transaction(ap, e))
		return -1;
	g_ptr_array_set_size(ap->rows, 0);
	g_ptr_array_set_size(ap->flags, 0);
	return 0;
}

static int flush_if_full(struct apply *ap, struct err *e)
{
	bool full = ap->rows->len + ap->flags->len >= STORE_BATCH;
	return full && ap->folder->id && !ap->held ? apply_flush(ap, 0, e) : 0;
}

int apply_row(struct apply *ap, struct store_row *row, struct err *e)
{
	g_ptr_array_add(ap->rows, row);
	return flush_if_full(ap, e);
}

int apply_flags(struct apply *ap, const struct imap_event *ev, struct err *e)
{
	struct store_row *row = g_new0(struct store_row, 1);
	row->uid = ev->u.fetch.uid;
	row->flags = row_flags(ev);
	row->keywords = row_keywords(ev);
	g_ptr_array_add(ap->flags, row);
	g_array_append_val(ap->seen, row->uid);
	return flush_if_full(ap, e);
}

static gint by_uid(gconstpointer a, gconstpointer b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static int drop(struct apply *ap, const GArray *uids, unsigned from, unsigned to, struct err *e)
{
	if (store_begin(ap->store, e))
		return -1;
	for (unsigned i = from; i < to; i++)
		if (store_row_del(ap->store, ap->folder->id, g_array_index(uids, uint32_t, i), e)) {
			store_rollback(ap->store);
			return -1;
		}
	if (end_transaction(ap, e))
		return -1;
	ap->gone += to - from;
	return 0;
}

int apply_gone(struct apply *ap, const GArray *uids, uint32_t of, struct err *e)
{
	ap->doubt = !ap->confirmed && uids->len >= DOUBT_FROM && uids->len > of / 2;
	for (unsigned from = 0; !ap->doubt && from < uids->len; from += STORE_BATCH)
		if (drop(ap, uids, from, MIN(from + STORE_BATCH, uids->len), e))
			return -1;
	return 0;
}

int apply_vanished(struct apply *ap, uint32_t lo, uint32_t hi, struct err *e)
{
	g_autoptr(GArray) cached = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_sort(ap->seen, by_uid);
	if (store_uids(ap->store, ap->folder->id, lo, hi, cached, e))
		return -1;
	for (unsigned i = 0; i < cached->len; i++) {
		uint32_t uid = g_array_index(cached, uint32_t, i);
		if (!has_uid(ap->seen, uid))
			g_array_append_val(gone, uid);
	}
	for (unsigned i = 0; i < ap->seen->len; i++) {
		uint32_t uid = g_array_index(ap->seen, uint32_t, i);
		if (uid >= lo && uid <= hi && !has_uid(cached, uid) && !is_hidden(ap, uid))
			imap_set_add(&ap->missing, uid, uid);
	}
	return apply_gone(ap, gone, cached->len, e);
}
