/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to be done to bring a folder into agreement: pure functions of what is cached and what the
 * server told. */
#include "engine/internal.h"

enum plan_tier plan_tier(const struct store_folder *f, uint64_t caps)
{
	if (!f->highestmodseq || !f->uidvalidity || !f->uidnext)
		return TIER_BASELINE;
	if ((caps & IMAP_CAP_QRESYNC) && (caps & IMAP_CAP_ENABLE))
		return TIER_QRESYNC;
	return caps & IMAP_CAP_CONDSTORE ? TIER_CONDSTORE : TIER_BASELINE;
}

enum plan_tier plan_tier_told(
	enum plan_tier asked, const struct store_folder *f, const struct imap_mailbox *m, bool *again_out)
{
	*again_out = false;
	if (asked == TIER_BASELINE || m->nomodseq || !m->highestmodseq)
		return TIER_BASELINE;
	*again_out = m->highestmodseq < f->highestmodseq;
	if (*again_out)
		return TIER_BASELINE;
	return asked == TIER_QRESYNC && !m->resynced ? TIER_CONDSTORE : asked;
}

void plan_folder(const struct plan_in *in, struct plan *out)
{
	const struct store_folder *f = in->cached;
	const struct imap_mailbox *m = &in->server;
	*out = (struct plan){ 0 };
	if (!f)
		return;
	out->renumber = f->uidvalidity && m->uidvalidity && f->uidvalidity != m->uidvalidity;
	out->fickle = out->renumber && (f->flags & (FOLDER_SHIFTED | FOLDER_FICKLE));
	/* Without UIDNEXT nobody knows whether there is more. */
	uint32_t top = m->uidnext ? m->uidnext - 1 : UINT32_MAX;
	if (!out->renumber && m->exists && in->asked_hi && top > in->asked_hi) {
		out->news_lo = in->asked_hi + 1;
		out->news_hi = top;
	}
}

bool plan_differs(const struct store_folder *f, uint32_t exists, unsigned hidden, enum plan_tier tier, bool sound)
{
	uint64_t rows = (uint64_t)f->rows + hidden;
	if (f->complete || rows > exists)
		return rows != exists;
	/* Of a part of the folder the count says nothing. */
	return f->rows && !sound && tier != TIER_QRESYNC;
}

void plan_shift(struct imap_set *numbers, uint32_t seq)
{
	struct imap_set moved;
	imap_set_init(&moved);
	for (unsigned i = 0; i < numbers->ranges->len; i++) {
		struct imap_range r = g_array_index(numbers->ranges, struct imap_range, i);
		if (r.first < seq)
			imap_set_add(&moved, r.first, MIN(r.last, seq - 1));
		if (r.last > seq)
			imap_set_add(&moved, MAX(r.first, seq + 1) - 1, r.last - 1);
	}
	imap_set_clear(numbers);
	*numbers = moved;
}

bool plan_fill(const struct store_folder *f, uint32_t exists, unsigned rows, uint32_t *lo_out, uint32_t *hi_out)
{
	if (f->complete || f->filled_down_to <= 1 || f->rows >= exists)
		return false;
	uint32_t span = f->filled_down_to - 1;
	uint32_t missing = exists - f->rows;
	/* As many UIDs as hold about `rows` messages if they lie evenly. */
	uint64_t width = (uint64_t)span * rows / missing;
	if (width < rows)
		width = rows;
	*hi_out = span;
	*lo_out = width >= span ? 1 : span - (uint32_t)width + 1;
	return true;
}
