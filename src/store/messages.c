/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#define RECEIVED_MAX 253402300799 /* the end of the year 9999, the last INTERNALDATE can say */
#define COUNTER_MASK ((1u << MID_COUNTER_BITS) - 1)
#define MID_TRIES_NEAR 8
#define MID_TRIES 64

/* The index of Message-IDs grows by slices of the hash's range, so that sorting in a batch touches
 * one slice's pages only and each of them gains many entries. */
#define IDS_WAITING_MAX 16384
#define IDS_SLICES 16

/* --- sums --- */

uint64_t sum_int(uint64_t sum, int64_t v)
{
	uint64_t bits = (uint64_t)v;
	for (int i = 0; i < 8; i++, bits >>= 8)
		sum = (sum ^ (bits & 0xff)) * 0x100000001b3u;
	return sum;
}

uint64_t sum_octets(uint64_t sum, struct str octets)
{
	for (size_t i = 0; i < octets.n; i++)
		sum = (sum ^ (unsigned char)octets.p[i]) * 0x100000001b3u;
	return sum;
}

uint64_t sum_piece(uint64_t sum, struct str piece)
{
	return sum_int(sum_octets(sum, piece), piece.p ? (int64_t)piece.n : -1);
}

int64_t msgid_hash(struct str msgid)
{
	return (int64_t)sum_piece(SUM_START, msgid);
}

/* --- the strings of a message as they are kept --- */

enum { SUBJECT, SENDER, RECIPIENT, COPY, MSGID, LIST, PREVIEW, THREAD, FIELDS };

struct message {
	int64_t offset;
	struct str field[FIELDS]; /* in the order of MESSAGE_COLUMNS */
};

G_STATIC_ASSERT(FIELDS + 1 == MESSAGE_COLUMNS_COUNT);

static bool is_packed(int field)
{
	return field == SENDER || field == RECIPIENT || field == COPY;
}

static int64_t message_sum(int64_t mid, const struct message *m)
{
	uint64_t sum = sum_int(sum_int(SUM_START, mid), m->offset);
	for (int i = 0; i < FIELDS; i++)
		sum = sum_piece(sum, m->field[i]);
	return (int32_t)(sum ^ sum >> 32);
}

static struct str pack_addrs(const GPtrArray *addrs, GString *all)
{
	size_t from = all->len;
	if (addrs)
		msg_addrs_pack(addrs, all);
	return (struct str){ NULL, all->len - from };
}

/* The thread's name is mostly the message's own: it is then kept as "". */
static struct str thread_kept(const struct store_row *row)
{
	struct str thread = str_of(row->thread);
	if (!thread.n)
		return (struct str){ 0 };
	return row->msgid && str_eq(thread, str_of(row->msgid)) ? STR("") : thread;
}

static void message_of(const struct store_row *row, GString *packed, struct message *m)
{
	*m = (struct message){
		.offset = row->date.known ? row->date.offset : 0,
		.field = {
			[SUBJECT] = str_of(row->subject ? row->subject : ""),
			[SENDER] = pack_addrs(row->from, packed),
			[RECIPIENT] = pack_addrs(row->to, packed),
			[COPY] = pack_addrs(row->cc, packed),
			[MSGID] = str_of(row->msgid),
			[LIST] = str_of(row->list),
			[PREVIEW] = str_of(row->preview),
			[THREAD] = thread_kept(row),
		},
	};
	/* Only now does the packed text stand still. */
	const char *at = packed->str;
	for (int i = SENDER; i <= COPY; at += m->field[i++].n)
		m->field[i].p = at;
}

/* Borrowed from the query. */
static bool read_fields(struct query *q, int first_column, int64_t mid, struct message *m)
{
	m->offset = db_get_int(q, first_column);
	for (int i = 0; i < FIELDS; i++)
		m->field[i] = db_get_bytes(q, first_column + 1 + i);
	return message_sum(mid, m) == db_get_int(q, first_column + 1 + FIELDS);
}

bool message_is_sound(struct query *q, int first_column, int64_t mid)
{
	struct message m;
	return read_fields(q, first_column, mid, &m);
}

bool message_read(struct query *q, int first_column, int64_t mid, struct store_row *row)
{
	struct message m;
	if (!read_fields(q, first_column, mid, &m))
		return false;
	row->date.offset = (int)m.offset;
	row->subject = str_dup(m.field[SUBJECT]);
	row->from = msg_addrs_unpack(m.field[SENDER]);
	row->to = msg_addrs_unpack(m.field[RECIPIENT]);
	row->cc = msg_addrs_unpack(m.field[COPY]);
	row->msgid = m.field[MSGID].p ? str_dup(m.field[MSGID]) : NULL;
	row->list = m.field[LIST].p ? str_dup(m.field[LIST]) : NULL;
	row->preview = m.field[PREVIEW].p ? str_dup(m.field[PREVIEW]) : NULL;
	struct str thread = m.field[THREAD];
	row->thread = !thread.p ? NULL : thread.n ? str_dup(thread) : g_strdup(row->msgid);
	return true;
}

/* --- mids --- */

void mid_range(int64_t received, int64_t *lo_out, int64_t *hi_out)
{
	*lo_out = CLAMP(received, 0, RECEIVED_MAX) << MID_COUNTER_BITS;
	*hi_out = *lo_out | COUNTER_MASK;
}

static int is_used(struct store *st, int64_t mid, struct err *e)
{
	int64_t one;
	if (g_hash_table_size(st->handed) && g_hash_table_contains(st->handed, &mid))
		return 1;
	struct query *q = db_query(st->shelf.cache,
		"SELECT 1 FROM message WHERE mid=?1 UNION ALL SELECT 1 FROM gone WHERE mid=?1 LIMIT 1");
	db_bind_int(q, mid);
	return db_int(q, &one, e);
}

/* The UID makes the counter, so that messages received in one second stand in the order of their UIDs.
 * Where that is taken (another folder's message), a near one; where a server gave one time to very
 * many, any. */
static int pick_mid(struct store *st, int64_t received, uint32_t folder, uint32_t uid, int64_t *mid_out, struct err *e)
{
	int64_t second = CLAMP(received, 0, RECEIVED_MAX);
	uint32_t counter = uid;
	for (uint32_t i = 0; i < MID_TRIES; i++, counter++) {
		if (i >= MID_TRIES_NEAR)
			counter = (uint32_t)(sum_int(sum_int(sum_int(SUM_START, folder), uid), i) >> 32);
		int64_t mid = second << MID_COUNTER_BITS | (counter & COUNTER_MASK);
		int used = mid ? is_used(st, mid, e) : 1;
		if (used < 0)
			return -1;
		*mid_out = mid;
		if (!used)
			return 0;
	}
	return err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "too many messages received in one second");
}

int store_mid_new(struct store *st, int64_t received, int64_t *mid_out, struct err *e)
{
	if (pick_mid(st, received, 0, ++st->mid_hint, mid_out, e))
		return -1;
	int64_t *kept = g_new(int64_t, 1);
	*kept = *mid_out;
	g_hash_table_add(st->handed, kept);
	return 0;
}

/* --- writing --- */

static int insert_message(struct store *st, int64_t mid, const struct message *m, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "INSERT OR IGNORE INTO message(mid, sum, " MESSAGE_COLUMNS ")"
						    " VALUES(?,?,?,?,?,?,?,?,?,?,?)");
	db_bind_int(q, mid);
	db_bind_int(q, message_sum(mid, m));
	db_bind_int(q, m->offset);
	for (int i = 0; i < FIELDS; i++)
		if (is_packed(i))
			db_bind_blob(q, m->field[i]);
		else
			db_bind_text(q, m->field[i]);
	return db_run(q, e);
}

static int insert_id(struct store *st, int64_t mid, struct str msgid, struct err *e)
{
	struct query *q = db_query(st->shelf.cache, "INSERT OR REPLACE INTO message_id_new(mid, hash) VALUES(?,?)");
	db_bind_int(q, mid);
	db_bind_int(q, msgid_hash(msgid));
	if (db_run(q, e))
		return -1;
	st->ids_waiting++;
	return 0;
}

int message_put(struct store *st, const struct store_row *row, int64_t *mid, struct err *e)
{
	struct message m;
	if (!*mid && pick_mid(st, row->received, row->folder, row->uid, mid, e))
		return -1;
	g_autoptr(GString) packed = g_string_sized_new(256);
	message_of(row, packed, &m);
	if (insert_message(st, *mid, &m, e))
		return -1;
	if (!db_changes(st->shelf.cache)) /* it is shared */
		return 0;
	if (m.field[MSGID].n && insert_id(st, *mid, m.field[MSGID], e))
		return -1;
	return thread_link(st, *mid, row, e);
}

int message_clone(struct store *st, int64_t mid, struct store_place near, int64_t *clone_out, struct err *e)
{
	struct store_row row = { .folder = near.folder, .uid = near.uid, .local = near.local };
	struct query *q = db_query(st->shelf.cache, "SELECT " MESSAGE_COLUMNS ", sum FROM message WHERE mid=?");
	db_bind_int(q, mid);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_BAD ? -1 : place_missing(e);
	bool sound = message_read(q, 0, mid, &row);
	db_reset(q);
	if (!sound)
		return db_damaged(st->shelf.cache, e);
	row.received = mid >> MID_COUNTER_BITS;
	row.date.known = true; /* for its offset */
	*clone_out = 0;
	int result = message_put(st, &row, clone_out, e);
	store_row_clear(&row);
	return result ? -1 : parts_clone(st, mid, *clone_out, e);
}

/* --- the index of Message-IDs --- */

static int sort_in(struct store *st, int64_t lo, int64_t hi, struct err *e)
{
	struct query *q = db_query(st->shelf.cache,
		"INSERT OR IGNORE INTO message_id(hash, mid)"
		" SELECT hash, mid FROM message_id_new WHERE hash BETWEEN ? AND ? ORDER BY hash");
	db_bind_int(q, lo);
	db_bind_int(q, hi);
	if (db_run(q, e))
		return -1;
	q = db_query(st->shelf.cache, "DELETE FROM message_id_new WHERE hash BETWEEN ? AND ?");
	db_bind_int(q, lo);
	db_bind_int(q, hi);
	return db_run(q, e);
}

int message_index(struct store *st, struct err *e)
{
	const uint64_t width = UINT64_MAX / IDS_SLICES + 1;
	if (st->ids_waiting < IDS_WAITING_MAX)
		return 0;
	int64_t lo = (int64_t)((uint64_t)INT64_MIN + st->ids_slice * width);
	st->ids_slice = (st->ids_slice + 1) % IDS_SLICES;
	if (db_begin(st->shelf.cache, e))
		return -1;
	if (db_end(st->shelf.cache, sort_in(st, lo, lo + (int64_t)(width - 1), e), e))
		return -1;
	st->ids_waiting -= MIN(st->ids_waiting, db_changes(st->shelf.cache));
	return 0;
}

int message_count_waiting(struct store *st, struct err *e)
{
	int64_t waiting = 0;
	if (db_int(db_query(st->shelf.cache, "SELECT count(*) FROM message_id_new"), &waiting, e) < 0)
		return -1;
	st->ids_waiting = (unsigned)waiting;
	return 0;
}

/* --- removing --- */

static int forget_id(struct store *st, int64_t mid, struct err *e)
{
	int64_t hash = 0;
	struct query *q = db_query(st->shelf.cache, "SELECT msgid FROM message WHERE mid=?");
	db_bind_int(q, mid);
	enum db_pull pull = db_pull(q, e);
	struct str msgid = pull == DB_ITEM ? db_get_bytes(q, 0) : (struct str){ 0 };
	if (msgid.n)
		hash = msgid_hash(msgid);
	if (pull == DB_ITEM)
		db_reset(q);
	if (pull == DB_BAD || !hash)
		return pull == DB_BAD ? -1 : 0;
	q = db_query(st->shelf.cache, "DELETE FROM message_id WHERE hash=? AND mid=?");
	db_bind_int(q, hash);
	db_bind_int(q, mid);
	if (db_run(q, e))
		return -1;
	q = db_query(st->shelf.cache, "DELETE FROM message_id_new WHERE mid=?");
	db_bind_int(q, mid);
	return db_run(q, e);
}

int message_forget(struct store *st, int64_t mid, struct err *e)
{
	if (forget_id(st, mid, e) || thread_unlink(st, mid, e) || parts_forget(st, mid, e))
		return -1;
	struct query *q = db_query(st->shelf.cache, "DELETE FROM email_id WHERE mid=?");
	db_bind_int(q, mid);
	if (db_run(q, e))
		return -1;
	q = db_query(st->shelf.cache, "DELETE FROM message WHERE mid=?");
	db_bind_int(q, mid);
	if (db_run(q, e))
		return -1;
	q = db_query(st->shelf.cache, "INSERT OR IGNORE INTO gone(mid) VALUES(?)");
	db_bind_int(q, mid);
	return db_run(q, e);
}
