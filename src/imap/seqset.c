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

bool imap_set_covers(const struct imap_set *s, const struct imap_range *range)
{
	unsigned at = range_from(s, range->first);
	return at < s->ranges->len && range_at(s, at)->first <= range->first && range_at(s, at)->last >= range->last;
}

uint64_t imap_set_count(const struct imap_set *s)
{
	uint64_t count = 0;
	for (unsigned i = 0; i < s->ranges->len; i++)
		count += (uint64_t)range_at(s, i)->last - range_at(s, i)->first + 1;
	return count;
}

static bool number(struct str s, uint32_t *out)
{
	uint64_t n;
	if (!str_u64(s, UINT32_MAX, &n) || !n)
		return false;
	*out = (uint32_t)n;
	return true;
}

int imap_range_next(struct str *rest, struct imap_range *out)
{
	struct str item, first, last;
	do {
		if (!rest->n)
			return 0;
		str_cut(*rest, ',', &item, rest);
	} while (!item.n);
	bool pair = str_cut(item, ':', &first, &last);
	uint32_t a, b;
	if (!number(first, &a) || !number(pair ? last : first, &b))
		return -1;
	*out = (struct imap_range){ MIN(a, b), MAX(a, b) };
	return 1;
}

void imap_set_print(const struct imap_set *s, unsigned *at, size_t room, GString *out)
{
	for (size_t start = out->len; *at < s->ranges->len; (*at)++) {
		const struct imap_range *range = range_at(s, *at);
		size_t before = out->len;
		if (before > start)
			g_string_append_c(out, ',');
		g_string_append_printf(out, "%u", range->first);
		if (range->last > range->first)
			g_string_append_printf(out, ":%u", range->last);
		if (before > start && out->len - start > room) {
			g_string_truncate(out, before);
			return;
		}
	}
}
