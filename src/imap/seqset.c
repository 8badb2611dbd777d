/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "imap/internal.h"

void imap_set_init(struct imap_set *s)
{
	s->ranges = g_array_new(FALSE, FALSE, sizeof(struct imap_range));
}

void imap_set_clear(struct imap_set *s)
{
	g_clear_pointer(&s->ranges, g_array_unref);
}

static struct imap_range *range_at(const struct imap_set *s, unsigned i)
{
	return &g_array_index(s->ranges, struct imap_range, i);
}

/* The first range that ends at `number` or behind it. */
static unsigned range_from(const struct imap_set *s, uint32_t number)
{
	unsigned lo = 0, hi = s->ranges->len;
	if (hi && range_at(s, hi - 1)->last < number)
		return hi;
	while (lo < hi) {
		unsigned mid = lo + (hi - lo) / 2;
		if (range_at(s, mid)->last < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void imap_set_add(struct imap_set *s, uint32_t first, uint32_t last)
{
	struct imap_range whole = { MAX(MIN(first, last), 1), MAX(first, last) };
	if (!whole.last)
		return;
	unsigned at = range_from(s, whole.first - 1), end = at;
	for (; end < s->ranges->len && (uint64_t)range_at(s, end)->first <= (uint64_t)whole.last + 1; end++) {
		whole.first = MIN(whole.first, range_at(s, end)->first);
		whole.last = MAX(whole.last, range_at(s, end)->last);
	}
	if (end > at)
		g_array_remove_range(s->ranges, at, end - at);
	g_array_insert_val(s->ranges, at, whole);
}

bool imap_set_has(const struct imap_set *s, uint32_t number)
{
	unsigned at = range_from(s, number);
	return number && at < s->ranges->len && range_at(s, at)->first <= number;
}

uint64_t imap_set_count(const struct imap_set *s)
{
	uint64_t count = 0;
	for (unsigned i = 0; i < s->ranges->len; i++)
		count += (uint64_t)range_at(s, i)->last - range_at(s, i)->first + 1;
	return count;
}
