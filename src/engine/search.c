/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What vanished, found by sequence numbers: the UIDs of a few numbers are asked, and where the server has as many
 * messages between two of them as the cache has rows, nothing vanished, for UIDs only ascend with the numbers. The
 * other stretches are asked more closely. Pure: numbers out, UIDs in. */
#include "engine/internal.h"

#define PROBES 64      /* numbers asked in one flight, when one stretch differs */
#define PROBES_LEAST 8 /* of a stretch, however many differ */
#define STRETCH_ALL 32 /* a stretch of so many messages is asked whole */
#define ROUNDS_SPLIT 6 /* past so many flights every stretch is asked whole */
#define ROUNDS_MOST 10 /* a server that leaves numbers out is not asked for ever */

/* A message whose number and UID are known; `index`: so many cached UIDs are below it. */
struct anchor {
	uint32_t seq, uid;
	uint32_t index;
	bool cached;
};

/* Between two anchors: what the server has there, and what the cache. */
struct stretch {
	uint32_t seq, messages; /* the first one's number */
	uint32_t index, rows;
	bool bottom; /* nobody knows where the cached rows begin in it */
	bool open;   /* its lower end lies below the floor, so that its messages are more than its rows */
};

struct plan_search {
	const GArray *cached;
	uint32_t floor, exists;
	GArray *anchors; /* struct anchor, ascending; the first and the last stand for no message */
	GArray *told;    /* struct anchor: not among the anchors yet */
	GArray *hints;   /* uint32_t */
	unsigned rounds;
	bool failed;
};

/* So many cached UIDs are below uid. */
static uint32_t rank_of(const GArray *uids, uint32_t uid)
{
	uint32_t lo = 0, hi = uids->len;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (g_array_index(uids, uint32_t, mid) < uid)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct plan_search *plan_search_new(const GArray *cached, uint32_t floor, uint32_t exists)
{
	struct plan_search *p = g_new0(struct plan_search, 1);
	p->failed = exists == UINT32_MAX;
	p->exists = p->failed ? 0 : exists;
	p->cached = cached;
	p->floor = MAX(floor, 1);
	p->anchors = g_array_new(FALSE, FALSE, sizeof(struct anchor));
	p->told = g_array_new(FALSE, FALSE, sizeof(struct anchor));
	p->hints = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	struct anchor below = { 0 }, above = { .seq = p->exists + 1, .uid = UINT32_MAX, .index = cached->len };
	g_array_append_val(p->anchors, below);
	g_array_append_val(p->anchors, above);
	return p;
}

void plan_search_free(struct plan_search *p)
{
	if (!p)
		return;
	g_array_unref(p->anchors);
	g_array_unref(p->told);
	g_array_unref(p->hints);
	g_free(p);
}

void plan_search_hint(struct plan_search *p, uint32_t seq)
{
	/* What was above it has moved down by one. */
	for (unsigned i = 0; i < p->hints->len; i++)
		if (g_array_index(p->hints, uint32_t, i) > seq)
			g_array_index(p->hints, uint32_t, i)--;
	g_array_append_val(p->hints, seq);
}

void plan_search_told(struct plan_search *p, uint32_t seq, uint32_t uid)
{
	if (!seq || seq > p->exists || !uid)
		return;
	struct anchor a = { .seq = seq, .uid = uid, .index = rank_of(p->cached, uid) };
	a.cached = a.index < p->cached->len && g_array_index(p->cached, uint32_t, a.index) == uid;
	g_array_append_val(p->told, a);
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	const struct anchor *x = a, *y = b;
	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* A server whose UIDs do not ascend with its numbers cannot be searched so. */
static void take_told(struct plan_search *p)
{
	unsigned kept = 1;
	g_array_append_vals(p->anchors, p->told->data, p->told->len);
	g_array_set_size(p->told, 0);
	g_array_sort(p->anchors, by_number);
	for (unsigned i = 1; i < p->anchors->len; i++) {
		struct anchor *a = &g_array_index(p->anchors, struct anchor, i);
		const struct anchor *last = &g_array_index(p->anchors, struct anchor, kept - 1);
		if (a->seq == last->seq) {
			p->failed = p->failed || a->uid != last->uid;
			continue;
		}
		/* A message may have the highest UID there is. */
		p->failed = p->failed || a->uid < last->uid || (a->uid == last->uid && a->seq <= p->exists);
		g_array_index(p->anchors, struct anchor, kept++) = *a;
	}
	g_array_set_size(p->anchors, kept);
}

static struct stretch stretch_above(const struct plan_search *p, unsigned i)
{
	const struct anchor *a = &g_array_index(p->anchors, struct anchor, i), *b = a + 1;
	uint32_t index = a->index + a->cached;
	return (struct stretch){ .seq = a->seq + 1,
		.messages = b->seq - a->seq - 1,
		.index = index,
		.rows = b->index - index,
		.bottom = p->floor > 1 && !a->seq,
		.open = p->floor > 1 && a->uid < p->floor };
}

/* Is there more to ask? Where one side has nothing there is not. */
static bool differs(const struct stretch *s)
{
	return s->messages && s->rows && (s->open || s->messages != s->rows);
}

static void ask(GArray *seqs, uint32_t seq)
{
	g_array_append_val(seqs, seq);
}

static void ask_evenly(const struct stretch *s, unsigned probes, GArray *seqs)
{
	for (unsigned i = 1; i <= probes; i++)
		ask(seqs, s->seq + (uint32_t)((uint64_t)s->messages * i / (probes + 1)));
}

static void ask_all(uint32_t seq, uint32_t messages, GArray *seqs)
{
	for (uint32_t i = 0; i < messages; i++)
		ask(seqs, seq + i);
}

/* If nothing vanished, its rows are its newest messages. */
static void ask_bottom(const struct stretch *s, GArray *seqs)
{
	uint32_t messages = MIN(s->rows, s->messages), seq = s->seq + s->messages - messages;
	ask_all(seq, messages <= STRETCH_ALL ? messages : 1, seqs);
}

static void ask_stretch(const struct plan_search *p, const struct stretch *s, unsigned probes, GArray *seqs)
{
	if (s->bottom)
		ask_bottom(s, seqs);
	else if (s->messages <= MAX(STRETCH_ALL, probes) || p->rounds > ROUNDS_SPLIT)
		ask_all(s->seq, s->messages, seqs);
	else
		ask_evenly(s, probes, seqs);
}

/* The neighbours of what was expunged. */
static void ask_hints(const struct plan_search *p, GArray *seqs)
{
	for (unsigned i = 0; i < p->hints->len; i++) {
		uint32_t seq = g_array_index(p->hints, uint32_t, i);
		if (seq > 1 && seq <= p->exists + 1)
			ask(seqs, seq - 1);
		if (seq && seq <= p->exists)
			ask(seqs, seq);
	}
}

bool plan_search_next(struct plan_search *p, GArray *seqs_out)
{
	unsigned different = 0;
	take_told(p);
	g_array_set_size(seqs_out, 0);
	for (unsigned i = 0; i + 1 < p->anchors->len; i++) {
		struct stretch s = stretch_above(p, i);
		different += differs(&s);
	}
	p->failed = p->failed || (different && ++p->rounds > ROUNDS_MOST);
	if (!different || p->failed)
		return false;
	ask_hints(p, seqs_out);
	g_array_set_size(p->hints, 0);
	if (seqs_out->len)
		return true;
	for (unsigned i = 0; i + 1 < p->anchors->len; i++) {
		struct stretch s = stretch_above(p, i);
		if (differs(&s))
			ask_stretch(p, &s, MAX(PROBES / different, PROBES_LEAST), seqs_out);
	}
	return true;
}

bool plan_search_result(const struct plan_search *p, GArray *gone_out, struct imap_set *missing_out)
{
	for (unsigned i = 0; !p->failed && i + 1 < p->anchors->len; i++) {
		const struct anchor *a = &g_array_index(p->anchors, struct anchor, i);
		struct stretch s = stretch_above(p, i);
		if (a->uid >= p->floor && !a->cached)
			imap_set_add(missing_out, a->uid, a->uid);
		if (!s.messages && s.rows)
			g_array_append_vals(gone_out, &g_array_index(p->cached, uint32_t, s.index), s.rows);
		if (!s.rows && s.messages && !s.open)
			imap_set_add(missing_out, a->uid + 1, a[1].uid - (a[1].seq <= p->exists));
	}
	return !p->failed;
}
