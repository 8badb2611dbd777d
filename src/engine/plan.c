/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has to be done to bring a folder into agreement: pure functions of what is cached and what the
 * server told. */
#include "engine/internal.h"

void plan_folder(const struct plan_in *in, struct plan *out)
{
	const struct store_folder *f = in->cached;
	const struct imap_mailbox *m = &in->server;
	*out = (struct plan){ 0 };
	if (!f)
		return;
	out->renumber = f->uidvalidity && m->uidvalidity && f->uidvalidity != m->uidvalidity;
	if (out->renumber)
		return;
	/* What is new below the window: from the UIDNEXT of the last agreement up to the window. */
	if (f->uidnext && in->window_low > f->uidnext) {
		out->gap_lo = f->uidnext;
		out->gap_hi = in->window_low - 1;
	}
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
