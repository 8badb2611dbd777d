/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Selections: the places of one or more folders that a filter lets through, in any order. The folders are read newest
 * first, a few hundred rows at a time, and merged; in another order the whole is sorted at the end by keys of equal
 * length. */
#include "store/internal.h"

#include <string.h>

#include "base/utf8.h"

#define STEP_ROWS 500          /* looked at in one step */
#define KEYS_OCTETS (24 << 20) /* for the keys of all, about */
#define KEY_MIN 20
#define KEY_MAX 160

const char *const store_order_names[] = {
	[ORDER_RECEIVED] = "received",
	[ORDER_DATE] = "date",
	[ORDER_FROM] = "from",
	[ORDER_SUBJECT] = "subject",
	[ORDER_SIZE] = "size",
};

struct pick {
	int64_t key, mid;
};

/* One folder, read downward. */
struct source {
	uint32_t folder;
	int64_t below; /* nothing under this mid was looked at */
	GQueue ahead;  /* struct pick *: what was found and is not merged yet, newest first */
	bool ended;
};

struct store_selection {
	struct store_choice *choice;
	GArray *sources;  /* struct source */
	GArray *picks;    /* struct pick: in order, newest first */
	GByteArray *keys; /* while it is to be sorted, in place of picks: each a struct pick and a key of key_octets */
	size_t key_octets;
	GString *scratch;
	int columns, index; /* of scans */
	bool whole;
};

/* --- choices --- */

struct store_choice *store_choice_new(void)
{
	struct store_choice *c = g_new0(struct store_choice, 1);
	c->folders = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	c->keep = g_array_new(FALSE, FALSE, sizeof(int64_t));
	return c;
}

void store_choice_free(struct store_choice *c)
{
	if (!c)
		return;
	g_array_unref(c->folders);
	g_array_unref(c->keep);
	store_filter_free(c->filter);
	g_free(c);
}

struct store_choice *store_choice_copy(const struct store_choice *c)
{
	struct store_choice *copy = g_memdup2(c, sizeof *c);
	copy->folders = g_array_copy(c->folders);
	copy->keep = g_array_copy(c->keep);
	copy->filter = store_filter_copy(c->filter);
	return copy;
}

/* --- reading --- */

/* What a scan reads, and along which index. The planner knows nothing of sizes. */
enum { KEYS, PLACES, TEXTS };
enum { ALL, UNREAD, FLAGGED };
#define SCAN(columns, index, where, join)                                                                              \
	"SELECT " columns " FROM place p INDEXED BY " index join " WHERE p.folder=?1 AND p.mid<?2" where               \
	" ORDER BY p.mid DESC LIMIT ?3"
#define SCANS(columns, join)                                                                                           \
	{                                                                                                              \
		SCAN(columns, "place_by_mid", "", join),                                                               \
			SCAN(columns, "place_unread", " AND (p.flags & 1) = 0", join),                                 \
			SCAN(columns, "place_flagged", " AND (p.flags & 4) <> 0", join)                                \
	}
#define KEY_COLUMNS "p.key, p.mid"
#define PLACE_COLUMNS KEY_COLUMNS ", p.flags, p.size, p.date, p.attachments, p.keywords"
#define TEXT_COLUMNS PLACE_COLUMNS ", m.subject, m.sender, m.recipient, m.copy, m.list, m.msgid"
#define WITH_MESSAGE " CROSS JOIN message m ON m.mid=p.mid"
static const char *const scans[][3] = {
	[KEYS] = SCANS(KEY_COLUMNS, ""),
	[PLACES] = SCANS(PLACE_COLUMNS, ""),
	[TEXTS] = SCANS(TEXT_COLUMNS, WITH_MESSAGE),
};
#define ONE_KEPT "SELECT " TEXT_COLUMNS " FROM place p" WITH_MESSAGE " WHERE p.folder=? AND p.mid=?"

static void read_filtered(struct query *q, int columns, struct filtered *row)
{
	*row = (struct filtered){ .mid = db_get_int(q, 1) };
	if (columns == KEYS)
		return;
	row->flags = (uint32_t)db_get_int(q, 2);
	row->size = db_get_int(q, 3);
	row->date = db_is_null(q, 4) ? row->mid >> MID_COUNTER_BITS : db_get_int(q, 4);
	row->attachments = (int)db_get_int(q, 5);
	row->keywords = db_get_bytes(q, 6);
	if (columns == PLACES)
		return;
	row->subject = db_get_bytes(q, 7);
	row->from = db_get_bytes(q, 8);
	row->to = db_get_bytes(q, 9);
	row->cc = db_get_bytes(q, 10);
	row->list = db_get_bytes(q, 11);
	row->msgid = db_get_bytes(q, 12);
}

static bool is_only(const struct store_filter *f, bool unread)
{
	const struct store_filter *flags = unread && f->op == FILTER_NOT && f->of->len ? f->of->pdata[0] : f;
	uint32_t bit = unread ? MSG_SEEN : MSG_FLAGGED;
	return (f->op == FILTER_NOT) == unread && flags->op == FILTER_FLAGS && flags->flags == bit;
}

/* The index that leaves out most, and no more columns than are looked at. */
static void plan(struct store_selection *s)
{
	const struct store_filter *f = s->choice->filter;
	enum store_order order = s->choice->order;
	while (f && f->op == FILTER_AND && f->of->len == 1)
		f = f->of->pdata[0];
	s->index = filter_demands(f, MSG_FLAGGED, true) ? FLAGGED : filter_demands(f, MSG_SEEN, false) ? UNREAD : ALL;
	bool whole_index = !f || (s->index != ALL && is_only(f, s->index == UNREAD));
	if (filter_has(f, FILTER_TEXT) || order == ORDER_FROM || order == ORDER_SUBJECT)
		s->columns = TEXTS;
	else
		s->columns = whole_index && order == ORDER_RECEIVED ? KEYS : PLACES;
}

/* --- keys to sort by: octets, compared from the first --- */

static void put_number(unsigned char *key, int64_t v)
{
	/* Largest first. */
	uint64_t bits = ~((uint64_t)v ^ (uint64_t)1 << 63);
	for (int i = 0; i < 8; i++)
		key[i] = (unsigned char)(bits >> (56 - 8 * i));
}

static struct str after_prefix(struct str folded)
{
	static const char *const prefixes[] = { "re", "fwd", "fw", "aw", "wg", "antw", "sv", "vs", "tr", "rif" };
	folded = str_trim(folded);
	for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
		struct str rest = str_starts(folded, prefixes[i]) ? str_sub(folded, strlen(prefixes[i])) : STR("");
		if (rest.n && *rest.p == ':')
			return str_trim(str_sub(rest, 1));
	}
	return folded;
}

/* The subject itself, without what answering put before it. */
static struct str base_subject(struct str folded)
{
	for (;;) {
		struct str rest = after_prefix(folded);
		if (rest.n == folded.n)
			return folded;
		folded = rest;
	}
}

/* The name of the first address, else the address itself; as they are packed. */
static struct str who(struct str packed)
{
	struct str name, addr;
	str_cut(packed, '\0', &name, &packed);
	str_cut(packed, '\0', &addr, &packed);
	return name.n ? name : addr;
}

static void make_key(struct store_selection *s, const struct filtered *row, unsigned char *key)
{
	const struct store_choice *c = s->choice;
	if (c->order == ORDER_DATE || c->order == ORDER_SIZE) {
		put_number(key, c->order == ORDER_DATE ? row->date : row->size);
		return;
	}
	g_string_truncate(s->scratch, 0);
	utf8_fold_to(s->scratch, c->order == ORDER_SUBJECT ? row->subject : who(c->outgoing ? row->to : row->from));
	struct str text = { s->scratch->str, s->scratch->len };
	if (c->order == ORDER_SUBJECT)
		text = base_subject(text);
	memcpy(key, text.p, MIN(text.n, s->key_octets));
}

static struct pick pick_at(const struct store_selection *s, guint i)
{
	struct pick p;
	memcpy(&p, s->keys->data + i * (sizeof p + s->key_octets), sizeof p);
	return p;
}

static gint compare(gconstpointer a, gconstpointer b, gpointer aux)
{
	const struct store_selection *s = aux;
	struct pick x, y;
	int order = memcmp((const char *)a + sizeof x, (const char *)b + sizeof y, s->key_octets);
	if (order)
		return order;
	memcpy(&x, a, sizeof x);
	memcpy(&y, b, sizeof y);
	return (x.mid < y.mid) - (x.mid > y.mid);
}

static void sort(struct store_selection *s)
{
	size_t octets = sizeof(struct pick) + s->key_octets;
	guint n = s->keys->len / (guint)octets;
	if (n)
		g_qsort_with_data(s->keys->data, (gint)n, octets, compare, s);
	for (guint i = 0; i < n; i++) {
		struct pick p = pick_at(s, i);
		g_array_append_val(s->picks, p);
	}
	g_clear_pointer(&s->keys, g_byte_array_unref);
}

/* --- lifecycle --- */

static gint by_mid(gconstpointer a, gconstpointer b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static void choose_keys(struct store_selection *s)
{
	const struct store_choice *c = s->choice;
	if (c->order == ORDER_RECEIVED)
		return;
	s->keys = g_byte_array_new();
	bool number = c->order == ORDER_DATE || c->order == ORDER_SIZE;
	s->key_octets = number ? 8 : CLAMP(KEYS_OCTETS / MAX(c->expected, 1), KEY_MIN, KEY_MAX);
}

struct store_selection *selection_new(struct store_choice *c)
{
	struct store_selection *s = g_new0(struct store_selection, 1);
	s->choice = c;
	s->sources = g_array_new(FALSE, FALSE, sizeof(struct source));
	s->picks = g_array_new(FALSE, FALSE, sizeof(struct pick));
	s->scratch = g_string_new(NULL);
	for (guint i = 0; i < c->folders->len; i++) {
		struct source source = { g_array_index(c->folders, uint32_t, i), INT64_MAX, G_QUEUE_INIT, false };
		g_array_append_val(s->sources, source);
	}
	g_array_sort(c->keep, by_mid);
	choose_keys(s);
	plan(s);
	s->whole = !c->folders->len;
	return s;
}

void selection_free(struct store_selection *s)
{
	if (!s)
		return;
	for (guint i = 0; i < s->sources->len; i++)
		g_queue_clear_full(&g_array_index(s->sources, struct source, i).ahead, g_free);
	g_array_unref(s->sources);
	g_array_unref(s->picks);
	if (s->keys)
		g_byte_array_unref(s->keys);
	g_string_free(s->scratch, TRUE);
	store_choice_free(s->choice);
	g_free(s);
}

/* --- steps --- */

static void found(struct store_selection *s, struct source *from, int64_t key, const struct filtered *row)
{
	struct pick p = { key, row->mid };
	if (!s->keys) {
		g_queue_push_tail(&from->ahead, g_memdup2(&p, sizeof p));
		return;
	}
	size_t octets = sizeof p + s->key_octets;
	if (s->keys->len / octets >= SELECTION_MAX)
		return;
	g_byte_array_append(s->keys, (const guint8 *)&p, sizeof p);
	g_byte_array_set_size(s->keys, s->keys->len + (guint)s->key_octets);
	unsigned char *place = s->keys->data + s->keys->len - s->key_octets;
	memset(place, 0, s->key_octets);
	make_key(s, row, place);
}

static gint newer_first(gconstpointer a, gconstpointer b, gpointer aux)
{
	const struct pick *x = a, *y = b;
	(void)aux;
	return (x->mid < y->mid) - (x->mid > y->mid);
}

static bool is_kept(const struct store_selection *s, int64_t mid)
{
	return s->choice->keep->len && g_array_binary_search(s->choice->keep, &mid, by_mid, NULL);
}

/* An index that leaves messages out leaves out those that are to be kept as well: they are looked up. */
static int find_kept(
	struct store_reader *r, struct store_selection *s, struct source *from, int64_t above, struct err *e)
{
	const GArray *keep = s->choice->keep;
	bool any = false;
	for (guint i = 0; s->index != ALL && i < keep->len; i++) {
		int64_t mid = g_array_index(keep, int64_t, i);
		struct filtered row;
		if (mid >= above || mid < from->below)
			continue;
		struct query *q = db_query(r->shelf.cache, ONE_KEPT);
		db_bind_int(q, from->folder);
		db_bind_int(q, mid);
		enum db_pull pull = db_pull(q, e);
		if (pull == DB_BAD)
			return -1;
		if (pull == DB_END)
			continue;
		read_filtered(q, TEXTS, &row);
		bool already = s->index == UNREAD ? !(row.flags & MSG_SEEN) : row.flags & MSG_FLAGGED;
		if (!already)
			found(s, from, db_get_int(q, 0), &row);
		any = any || !already;
		db_reset(q);
	}
	if (any)
		g_queue_sort(&from->ahead, newer_first, NULL);
	return 0;
}

static int read_source(struct store_reader *r, struct store_selection *s, struct source *from, struct err *e)
{
	struct query *q = db_query(r->shelf.cache, scans[s->columns][s->index]);
	const struct store_filter *f = s->columns == KEYS ? NULL : s->choice->filter;
	int64_t above = from->below;
	unsigned looked = 0;
	enum db_pull pull;
	db_bind_int(q, from->folder);
	db_bind_int(q, from->below);
	db_bind_int(q, STEP_ROWS);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct filtered row;
		read_filtered(q, s->columns, &row);
		from->below = row.mid;
		looked++;
		if (filter_matches(f, &row, s->scratch) || is_kept(s, row.mid))
			found(s, from, db_get_int(q, 0), &row);
	}
	if (pull == DB_BAD)
		return -1;
	if (looked < STEP_ROWS) {
		from->ended = true;
		from->below = INT64_MIN;
	}
	return find_kept(r, s, from, above, e);
}

/* The source that is to be read before more can be merged; NULL: all are at their end. */
static struct source *behind(const struct store_selection *s)
{
	struct source *next = NULL;
	for (guint i = 0; i < s->sources->len; i++) {
		struct source *one = &g_array_index(s->sources, struct source, i);
		if (!one->ended && (!next || one->below > next->below))
			next = one;
	}
	return next;
}

/* What is newer than anything that was not looked at yet has its position. */
static void merge(struct store_selection *s)
{
	const struct source *next = behind(s);
	int64_t above = next ? next->below : INT64_MIN;
	for (;;) {
		struct source *first = NULL;
		for (guint i = 0; i < s->sources->len; i++) {
			struct source *one = &g_array_index(s->sources, struct source, i);
			const struct pick *p = g_queue_peek_head(&one->ahead);
			if (p && p->mid >= above &&
				(!first || p->mid > ((struct pick *)g_queue_peek_head(&first->ahead))->mid))
				first = one;
		}
		if (!first)
			return;
		g_autofree struct pick *p = g_queue_pop_head(&first->ahead);
		if (s->picks->len < SELECTION_MAX)
			g_array_append_val(s->picks, *p);
	}
}

int selection_step(struct store_reader *r, struct store_selection *s, struct err *e)
{
	struct source *next = s->whole ? NULL : behind(s);
	if (next && read_source(r, s, next, e))
		return -1;
	if (!s->keys)
		merge(s);
	if (behind(s))
		return 0;
	if (s->keys)
		sort(s);
	s->whole = true;
	return 0;
}

/* --- asking --- */

bool selection_is_whole(const struct store_selection *s)
{
	return s->whole;
}

uint32_t selection_total(const struct store_selection *s)
{
	bool ready = s->whole || (!s->keys && !s->choice->reverse);
	return ready ? s->picks->len : 0;
}

static const struct pick *at(const struct store_selection *s, uint32_t position)
{
	uint32_t i = s->choice->reverse ? s->picks->len - 1 - position : position;
	return &g_array_index(s->picks, struct pick, i);
}

/* Of positions in the order of mids, one way or the other. */
static bool search(const struct store_selection *s, int64_t mid, uint32_t *out)
{
	uint32_t low = 0, high = selection_total(s);
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int64_t there = at(s, middle)->mid;
		bool before = s->choice->reverse ? there < mid : there > mid;
		if (before)
			low = middle + 1;
		else
			high = middle;
	}
	*out = low;
	return low < selection_total(s) && at(s, low)->mid == mid;
}

bool selection_find(const struct store_selection *s, int64_t mid, uint32_t guess, uint32_t *out)
{
	uint32_t total = selection_total(s);
	*out = MIN(guess, total);
	if (guess < total && at(s, guess)->mid == mid)
		return true;
	if (s->choice->order == ORDER_RECEIVED)
		return search(s, mid, out);
	for (uint32_t i = 0; i < total; i++)
		if (at(s, i)->mid == mid) {
			*out = i;
			return true;
		}
	return false;
}

int selection_rows(struct store_reader *r, const struct store_selection *s, uint32_t from, unsigned rows,
	GPtrArray *rows_out, struct err *e)
{
	uint32_t total = selection_total(s);
	for (uint32_t i = from; i < total && i - from < rows; i++) {
		struct store_row *row = g_new0(struct store_row, 1);
		if (!row_at(r->shelf.cache, at(s, i)->key, row, e)) {
			g_ptr_array_add(rows_out, row);
			continue;
		}
		g_free(row);
		if (e->cause != ERR_MISSING)
			return -1;
		err_clear(e);
	}
	return 0;
}

struct store_place selection_place(const struct store_selection *s, uint32_t position)
{
	int64_t key = at(s, position)->key;
	bool local = key & PLACE_LOCAL;
	return (struct store_place){ place_folder(key), local ? 0 : (uint32_t)key, local ? (uint32_t)key : 0 };
}

int reader_version(struct store_reader *r, int64_t *version_out, struct err *e)
{
	return db_changed(r->shelf.cache, version_out, e);
}

/* --- how a folder was looked at --- */

static char *view_key(uint32_t account, const char *name)
{
	return g_strdup_printf("view %u %s", account, name);
}

int store_view_put(struct store *st, uint32_t account, const char *name, uint32_t view, struct err *e)
{
	g_autofree char *key = view_key(account, name);
	struct db *state = st->shelf.state;
	return db_begin(state, e) ? -1 : db_end(state, sealed_put(state, key, view, e), e);
}

int reader_view(struct store_reader *r, uint32_t account, const char *name, uint32_t *view_out, struct err *e)
{
	g_autofree char *key = view_key(account, name);
	int64_t view = 0;
	int failed = sealed_get(r->shelf.state, key, &view, e);
	*view_out = (uint32_t)view;
	return failed;
}
