/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is to be sent. Of several processes one claims a row, and whoever writes it must have read it as it is. */
#include "store/internal.h"

#include "base/clock.h"

const char *const mail_state_names[] = { "held", "queued", "sending", "sent", "refused", "maybe", "deferred",
	"dropped" };

#define CODE_MAX 9999
#define SPAN_MAX 3600 /* seconds: a held mail's due time is so near that it was meant as a span, not as a date */
#define MAILS_HIGHEST "SELECT max(id) FROM outbox"
/* Each literal stands once: a query is found by its address. */
static const char mail_put[] = "INSERT OR REPLACE INTO outbox VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
			       "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
static const char open_mails[] =
	"SELECT m.* FROM (SELECT id FROM outbox INDEXED BY outbox_open WHERE open = 1 AND (?1=0 OR account=?1)) w"
	" CROSS JOIN outbox m ON m.id=w.id ORDER BY m.id";

/* --- values --- */

/* As it is kept. */
struct mail_row {
	struct store_mail m;
	uint32_t rcpts, open;
};

struct rcpt_row {
	int64_t id;
	struct store_rcpt r;
};

#define MAIL(kind, name) FIELD(kind, struct mail_row, m.name)
static const struct field mail_columns[] = {
	{ MAIL(U32, id) },
	{ MAIL(U32, account) },
	{ MAIL(ENUM, state), .most = MAIL_DROPPED },
	{ MAIL(ENUM, step), .most = MAIL_STEP_END },
	{ MAIL(TEXT, key) },
	{ MAIL(TEXT, msgid) },
	{ MAIL(TEXT, from) },
	{ MAIL(TEXT, sender) },
	{ MAIL(TEXT, subject) },
	{ MAIL(FILE, path) },
	{ MAIL(FILE, copy_path) },
	{ MAIL(TEXT, sha256) },
	{ MAIL(TEXT, copy_sha256) },
	{ MAIL(I64, size) },
	{ MAIL(I64, copy_size) },
	{ MAIL(BOOL, eight_bit) },
	{ MAIL(BOOL, utf8) },
	{ MAIL(BOOL, partial) },
	{ MAIL(TEXT, notify) },
	{ MAIL(TEXT, ret) },
	{ MAIL(I64, made) },
	{ MAIL(I64, due) },
	{ MAIL(I64, tried) },
	{ MAIL(I64, ended) },
	{ MAIL(U32, attempts) },
	{ MAIL(ENUM, code), .most = CODE_MAX },
	{ MAIL(TEXT, enhanced) },
	{ MAIL(TEXT, text) },
	{ MAIL(TEXT, error) },
	{ MAIL(TEXT, stage) },
	{ MAIL(TEXT, owner) },
	{ MAIL(ENUM, copy), .most = COPY_FOUND },
	{ MAIL(TEXT, copy_folder) },
	{ MAIL(U32, copy_uidvalidity) },
	{ MAIL(U32, copy_uidnext) },
	{ MAIL(U32, copy_uid) },
	{ MAIL(TEXT, copy_error) },
	{ MAIL(U32, change) },
	{ MAIL(U32, parent_account) },
	{ MAIL(U32, parent_uidvalidity) },
	{ MAIL(U32, parent_uid) },
	{ MAIL(TEXT, parent_folder) },
	{ MAIL(TEXT, parent_msgid) },
	{ MAIL(U32, parent_flag) },
	{ MAIL(U32, draft) },
	{ MAIL(U32, writing) },
	{ FIELD(U32, struct mail_row, rcpts) },
	{ FIELD(U32, struct mail_row, open) },
};
static const struct field rcpt_columns[] = {
	{ FIELD(I64, struct rcpt_row, id) },
	{ FIELD(TEXT, struct rcpt_row, r.addr) },
	{ FIELD(ENUM, struct rcpt_row, r.state), .most = MAIL_DROPPED },
	{ FIELD(ENUM, struct rcpt_row, r.code), .most = CODE_MAX },
	{ FIELD(TEXT, struct rcpt_row, r.text) },
};
const struct row_fields mail_fields = { mail_columns, G_N_ELEMENTS(mail_columns) };
struct dialogue_row {
	int64_t id;
	char *text;
};
static const struct field dialogue_columns[] = {
	{ FIELD(I64, struct dialogue_row, id) },
	{ FIELD(TEXT, struct dialogue_row, text) },
};
static const struct row_fields dialogue_fields = { dialogue_columns, G_N_ELEMENTS(dialogue_columns) };
const struct row_fields rcpt_fields = { rcpt_columns, G_N_ELEMENTS(rcpt_columns) };

static void free_rcpt(void *rcpt)
{
	struct store_rcpt *r = rcpt;
	g_free(r->addr);
	g_free(r->text);
	g_free(r);
}

struct store_mail *store_mail_new(uint32_t account)
{
	struct store_mail *m = g_new0(struct store_mail, 1);
	m->account = account;
	m->rcpts = g_ptr_array_new_with_free_func(free_rcpt);
	return m;
}

void store_mail_free(struct store_mail *m)
{
	if (!m)
		return;
	struct mail_row row = { .m = *m };
	row_clear(&mail_fields, &row);
	g_free(m->dialogue);
	g_ptr_array_unref(m->rcpts);
	g_free(m);
}

struct store_rcpt *store_mail_add(struct store_mail *m, const char *addr)
{
	struct store_rcpt *r = g_new0(struct store_rcpt, 1);
	r->addr = g_strdup(addr);
	r->state = MAIL_QUEUED;
	g_ptr_array_add(m->rcpts, r);
	return r;
}

static void free_mail(void *mail)
{
	store_mail_free(mail);
}

GPtrArray *store_mails_new(void)
{
	return g_ptr_array_new_with_free_func(free_mail);
}

static int no_mail(struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "no such letter in the outbox");
}

static int not_as_read(uint32_t id, struct err *e)
{
	return err_set(e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER, "letter %u was changed meanwhile", id);
}

/* --- what a row means --- */

static bool is_filed(const struct store_mail *m)
{
	return m->copy != COPY_WANTED && m->copy != COPY_BEGUN && !m->parent_flag;
}

/* Before the rest was refused or taken back. */
static bool some_have_it(const struct store_mail *m)
{
	for (guint i = 0; i < m->rcpts->len; i++)
		if (((const struct store_rcpt *)m->rcpts->pdata[i])->state == MAIL_ACCEPTED)
			return true;
	return false;
}

static bool is_open(const struct store_mail *m)
{
	switch (m->state) {
	case MAIL_REFUSED:
	case MAIL_DROPPED: return some_have_it(m) && !is_filed(m);
	case MAIL_ACCEPTED: return !is_filed(m);
	default: return true;
	}
}

/* When the time until `due` began. */
static int64_t wait_began(const struct store_mail *m)
{
	return m->state == MAIL_DEFERRED ? MAX(m->made, m->tried) : m->made;
}

/* The clock was set back: what was to be waited is waited from now on. A far date the user named stays. */
static bool is_from_the_future(const struct store_mail *m, int64_t now)
{
	if (!m->due || now >= wait_began(m))
		return false;
	return m->state == MAIL_DEFERRED || (m->state == MAIL_HELD && m->due - wait_began(m) <= SPAN_MAX);
}

static bool is_due(const struct store_mail *m, int64_t now)
{
	switch (m->state) {
	case MAIL_QUEUED: return true;
	case MAIL_DEFERRED: return m->due <= now;
	case MAIL_HELD: return m->due && m->due <= now;
	default: return false;
	}
}

/* --- rows --- */

static int write_row(struct db *state, struct store_mail *m, struct err *e)
{
	m->writing++;
	struct mail_row row = { .m = *m, .rcpts = m->rcpts->len, .open = is_open(m) };
	return row_write(state, &mail_fields, mail_put, &row, e);
}

static int write_rcpts(struct db *state, const struct store_mail *m, struct err *e)
{
	for (guint i = 0; i < m->rcpts->len; i++) {
		struct rcpt_row row = { ROW_PART(m->id, i), *(const struct store_rcpt *)m->rcpts->pdata[i] };
		if (row_write(state, &rcpt_fields, "INSERT OR REPLACE INTO outbox_rcpt VALUES(?,?,?,?,?,?)", &row, e))
			return -1;
	}
	return 0;
}

static int clear_rcpts(struct db *state, uint32_t id, struct err *e)
{
	struct query *q = db_query(state, "DELETE FROM outbox_rcpt WHERE " ROW_PARTS_OF);
	db_bind_int(q, id);
	return db_run(q, e);
}

/* *sound_out false: one is damaged or missing. */
static int read_rcpts(struct db *state, struct store_mail *m, uint32_t count, bool *sound_out, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(state, "SELECT * FROM outbox_rcpt WHERE " ROW_PARTS_OF " ORDER BY id");
	db_bind_int(q, m->id);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct rcpt_row row = { 0 };
		bool sound = row_read(q, &rcpt_fields, &row) && row.id == ROW_PART(m->id, m->rcpts->len);
		*sound_out = *sound_out && sound;
		g_ptr_array_add(m->rcpts, g_memdup2(&row.r, sizeof(row.r)));
	}
	*sound_out = *sound_out && m->rcpts->len == count;
	return pull == DB_END ? 0 : -1;
}

static int write_dialogue(struct db *state, const struct store_mail *m, struct err *e)
{
	struct dialogue_row row = { m->id, m->dialogue };
	if (!m->dialogue)
		return 0;
	return row_write(state, &dialogue_fields, "INSERT OR REPLACE INTO outbox_dialogue VALUES(?,?,?)", &row, e);
}

/* It only explains: a damaged one is none. */
static int read_dialogue(struct db *state, struct store_mail *m, struct err *e)
{
	struct dialogue_row row = { 0 };
	struct query *q = db_query(state, "SELECT * FROM outbox_dialogue WHERE id=?");
	db_bind_int(q, m->id);
	enum db_pull pull = db_pull(q, e);
	if (pull == DB_ITEM && row_read(q, &dialogue_fields, &row))
		m->dialogue = g_steal_pointer(&row.text);
	row_clear(&dialogue_fields, &row);
	if (pull == DB_ITEM)
		db_reset(q);
	return pull == DB_BAD ? -1 : 0;
}

static int clear_dialogue(struct db *state, uint32_t id, struct err *e)
{
	struct query *q = db_query(state, "DELETE FROM outbox_dialogue WHERE id=?");
	db_bind_int(q, id);
	return db_run(q, e);
}

/* The rows' query stays open while the recipients are read: both are of one moment, whatever other processes write. */
int mails_read(struct db *state, struct query *q, GPtrArray *out, struct damage *found, struct err *e)
{
	enum db_pull pull;
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct mail_row row = { 0 };
		struct store_mail *m = store_mail_new(0);
		int64_t id = db_get_int(q, 0);
		bool sound = row_read(q, &mail_fields, &row);
		row.m.rcpts = m->rcpts;
		*m = row.m;
		if (sound && (read_rcpts(state, m, row.rcpts, &sound, e) || read_dialogue(state, m, e))) {
			store_mail_free(m);
			db_reset(q);
			return -1;
		}
		if (sound) {
			g_ptr_array_add(out, m);
			continue;
		}
		g_array_append_val(found->ids[DAMAGED_MAIL], id);
		store_mail_free(m);
	}
	return pull == DB_END ? 0 : -1;
}

struct query *mails_query(struct db *state, bool all)
{
	if (all)
		return db_query(state, "SELECT * FROM outbox ORDER BY id");
	struct query *q = db_query(state, open_mails);
	db_bind_int(q, 0);
	return q;
}

/* What is damaged is set aside, and the rest is the answer. */
static int read_and_mend(struct store *st, struct query *q, bool within, GPtrArray *out, struct err *e)
{
	struct damage found;
	damage_init(&found);
	int result = mails_read(st->shelf.state, q, out, &found, e);
	if (!result)
		result = within ? damage_quarantine_within(st, &found, e) : damage_quarantine(st, &found, e);
	damage_clear(&found);
	return result;
}

static struct query *by_id(struct db *state, uint32_t id)
{
	struct query *q = db_query(state, "SELECT * FROM outbox WHERE id=?");
	db_bind_int(q, id);
	return q;
}

/* The one in *found, which the caller owns; ERR_MISSING. */
static int one_of(GPtrArray *found, struct store_mail **out, struct err *e)
{
	if (!found->len)
		return no_mail(e);
	*out = g_ptr_array_steal_index(found, 0);
	return 0;
}

/* To be changed: what is damaged is not, and is set aside by whoever lists it. */
static int get_within(struct store *st, uint32_t id, struct store_mail **out, struct err *e)
{
	struct damage found;
	g_autoptr(GPtrArray) mails = store_mails_new();
	damage_init(&found);
	int result = mails_read(st->shelf.state, by_id(st->shelf.state, id), mails, &found, e);
	if (!result)
		result = damage_any(&found) ? db_damaged(st->shelf.state, e) : one_of(mails, out, e);
	damage_clear(&found);
	return result;
}

/* --- writing --- */

/* 1: the key is taken, and *id_out is whose; 0: it is not; -1. */
static int key_owner(struct db *state, const struct store_mail *m, int64_t *id_out, struct err *e)
{
	if (!m->key)
		return 0;
	struct query *q =
		db_query(state, "SELECT id FROM outbox WHERE account=? AND idempotency=? AND idempotency NOT NULL");
	db_bind_int(q, m->account);
	db_bind_blob(q, str_of(m->key));
	return db_int(q, id_out, e);
}

static int put_new(struct store *st, struct store_mail *m, int64_t *other_out, struct err *e)
{
	struct db *state = st->shelf.state;
	int taken = key_owner(state, m, other_out, e);
	if (taken)
		return taken < 0 ? -1
				 : err_set(e, ERR_MESSAGE, ERR_CREATE, ERR_NEVER, "'%s' was given to letter %u", m->key,
					   (unsigned)*other_out);
	if (sealed_next(state, "mail_ids", MAILS_HIGHEST, &m->id, e))
		return -1;
	m->made = m->made ? m->made : clock_wall();
	return 0;
}

static int put_known(struct store *st, struct store_mail *m, struct err *e)
{
	struct store_mail *now = NULL;
	if (get_within(st, m->id, &now, e))
		return -1;
	bool same = now->writing == m->writing;
	/* The step was noted apart. */
	if (now->state == MAIL_SENDING)
		m->step = MAX(m->step, now->step);
	store_mail_free(now);
	return same ? clear_rcpts(st->shelf.state, m->id, e) : not_as_read(m->id, e);
}

static int put(struct store *st, struct store_mail *m, int64_t *other_out, struct err *e)
{
	if (m->rcpts->len >= 1u << ROW_PART_BITS)
		return err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "too many recipients");
	if (m->id ? put_known(st, m, e) : put_new(st, m, other_out, e))
		return -1;
	return write_row(st->shelf.state, m, e) || write_rcpts(st->shelf.state, m, e) ||
			       write_dialogue(st->shelf.state, m, e)
		       ? -1
		       : 0;
}

int store_mail_put(struct store *st, struct store_mail *m, struct err *e)
{
	struct store_mail before = *m;
	int64_t other = 0;
	if (db_begin(st->shelf.state, e))
		return -1;
	/* A claim ends with what was claimed. */
	char *owner = m->owner;
	if (m->state != MAIL_SENDING)
		m->owner = NULL;
	if (!db_end(st->shelf.state, put(st, m, &other, e), e)) {
		if (!m->owner)
			g_free(owner);
		return 0;
	}
	*m = before;
	if (other)
		m->id = (uint32_t)other;
	return -1;
}

/* --- the steps of sending --- */

/* Moves the waits of those that the clock was set back for. */
static int rebase(struct store *st, GPtrArray *mails, int64_t now, struct err *e)
{
	for (guint i = 0; i < mails->len; i++) {
		struct store_mail *m = mails->pdata[i];
		if (!is_from_the_future(m, now))
			continue;
		m->due = now + (m->due - wait_began(m));
		m->made = MIN(m->made, now);
		m->tried = MIN(m->tried, now);
		if (write_row(st->shelf.state, m, e))
			return -1;
	}
	return 0;
}

static int open_within(struct store *st, uint32_t account, int64_t now, GPtrArray *out, struct err *e)
{
	struct query *q = db_query(st->shelf.state, open_mails);
	db_bind_int(q, account);
	return read_and_mend(st, q, true, out, e) || rebase(st, out, now, e) ? -1 : 0;
}

static int claim(
	struct store *st, uint32_t account, int64_t now, const char *owner, struct store_mail **out, struct err *e)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	if (open_within(st, account, now, open, e))
		return -1;
	for (guint i = 0; i < open->len; i++) {
		struct store_mail *m = open->pdata[i];
		if (!is_due(m, now))
			continue;
		g_free(m->owner);
		m->owner = g_strdup(owner);
		m->state = MAIL_SENDING;
		m->step = MAIL_STEP_NONE;
		m->tried = now;
		m->attempts++;
		*out = g_ptr_array_steal_index(open, i);
		return write_row(st->shelf.state, *out, e);
	}
	return 0;
}

int store_mail_claim(
	struct store *st, uint32_t account, int64_t now, const char *owner, struct store_mail **out, struct err *e)
{
	*out = NULL;
	if (db_begin(st->shelf.state, e))
		return -1;
	if (!db_end(st->shelf.state, claim(st, account, now, owner, out, e), e))
		return 0;
	g_clear_pointer(out, store_mail_free);
	return -1;
}

static int take_step(struct store *st, uint32_t id, const char *owner, enum mail_step step, struct err *e)
{
	struct mail_row row = { 0 };
	struct query *q = by_id(st->shelf.state, id);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? no_mail(e) : -1;
	bool sound = row_read(q, &mail_fields, &row);
	db_reset(q);
	int result = -1;
	if (!sound)
		db_damaged(st->shelf.state, e);
	else if (row.m.state != MAIL_SENDING || g_strcmp0(row.m.owner, owner))
		err_set(e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER, "letter %u is not this process's", id);
	else if (step < row.m.step)
		err_set(e, ERR_MESSAGE, ERR_BUG, ERR_NEVER, "letter %u cannot go a step back", id);
	else {
		row.m.step = step;
		result = row_write(st->shelf.state, &mail_fields, mail_put, &row, e);
	}
	row_clear(&mail_fields, &row);
	return result;
}

int store_mail_step(struct store *st, uint32_t id, const char *owner, enum mail_step step, struct err *e)
{
	return db_begin(st->shelf.state, e) ? -1 : db_end(st->shelf.state, take_step(st, id, owner, step, e), e);
}

static int drop(struct store *st, uint32_t id, struct err *e)
{
	struct store_mail *m = NULL;
	if (get_within(st, id, &m, e))
		return -1;
	int result = -1;
	if (m->state == MAIL_HELD || m->state == MAIL_QUEUED || m->state == MAIL_DEFERRED) {
		m->state = MAIL_DROPPED;
		m->ended = clock_wall();
		result = write_row(st->shelf.state, m, e);
	} else {
		bool now = m->state == MAIL_SENDING;
		err_set(e, ERR_MESSAGE, ERR_CANCELED, ERR_NEVER,
			now ? "letter %u is being sent" : "letter %u has ended", id);
	}
	store_mail_free(m);
	return result;
}

int store_mail_drop(struct store *st, uint32_t id, struct err *e)
{
	return db_begin(st->shelf.state, e) ? -1 : db_end(st->shelf.state, drop(st, id, e), e);
}

/* What may have been accepted is not sent again by itself. */
static int take_orphans(struct store *st, bool (*alive)(const char *owner, void *aux), void *aux, GPtrArray *open,
	GPtrArray *changed, struct err *e)
{
	if (open_within(st, 0, clock_wall(), open, e))
		return -1;
	for (guint i = 0; i < open->len;) {
		struct store_mail *m = open->pdata[i];
		if (m->state != MAIL_SENDING || (m->owner && alive(m->owner, aux))) {
			i++;
			continue;
		}
		m->state = m->step < MAIL_STEP_END ? MAIL_QUEUED : MAIL_MAYBE;
		m->ended = m->state == MAIL_MAYBE ? clock_wall() : 0;
		g_clear_pointer(&m->owner, g_free);
		if (write_row(st->shelf.state, m, e))
			return -1;
		g_ptr_array_add(changed, g_ptr_array_steal_index(open, i));
	}
	return 0;
}

int store_mails_orphaned(
	struct store *st, bool (*alive)(const char *owner, void *aux), void *aux, GPtrArray *changed_out, struct err *e)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	guint before = changed_out->len;
	if (db_begin(st->shelf.state, e))
		return -1;
	if (!db_end(st->shelf.state, take_orphans(st, alive, aux, open, changed_out, e), e))
		return 0;
	g_ptr_array_set_size(changed_out, (int)before);
	return -1;
}

/* --- reading --- */

int store_mail_get(struct store *st, uint32_t id, struct store_mail **out, struct err *e)
{
	g_autoptr(GPtrArray) found = store_mails_new();
	*out = NULL;
	return read_and_mend(st, by_id(st->shelf.state, id), false, found, e) ? -1 : one_of(found, out, e);
}

int store_mails_open(struct store *st, uint32_t account, GPtrArray *out, struct err *e)
{
	struct query *q = db_query(st->shelf.state, open_mails);
	db_bind_int(q, account);
	return read_and_mend(st, q, false, out, e);
}

int store_mail_by_msgid(struct store *st, const char *msgid, struct store_mail **out, struct err *e)
{
	g_autoptr(GPtrArray) found = store_mails_new();
	struct query *q = db_query(st->shelf.state, "SELECT * FROM outbox WHERE msgid=? ORDER BY id DESC");
	*out = NULL;
	db_bind_blob(q, str_of(msgid));
	return read_and_mend(st, q, false, found, e) ? -1 : one_of(found, out, e);
}

int store_mail_by_parent(struct store *st, const char *msgid, struct store_mail **out, struct err *e)
{
	g_autoptr(GPtrArray) found = store_mails_new();
	struct query *q =
		db_query(st->shelf.state, "SELECT * FROM outbox WHERE parent_msgid=? ORDER BY id DESC LIMIT 1");
	*out = NULL;
	db_bind_blob(q, str_of(msgid));
	return read_and_mend(st, q, false, found, e) ? -1 : one_of(found, out, e);
}

static bool any_from_the_future(const GPtrArray *mails, int64_t now)
{
	for (guint i = 0; i < mails->len; i++)
		if (is_from_the_future(mails->pdata[i], now))
			return true;
	return false;
}

int64_t store_mail_next_due(struct store *st, uint32_t account, struct err *e)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	int64_t now = clock_wall(), next = 0;
	if (store_mails_open(st, account, open, e))
		return -1;
	if (any_from_the_future(open, now)) {
		g_ptr_array_set_size(open, 0);
		if (db_begin(st->shelf.state, e) || db_end(st->shelf.state, open_within(st, account, now, open, e), e))
			return -1;
	}
	for (guint i = 0; i < open->len; i++) {
		const struct store_mail *m = open->pdata[i];
		int64_t due = m->state == MAIL_QUEUED                              ? now
			      : m->state == MAIL_HELD || m->state == MAIL_DEFERRED ? m->due
										   : 0;
		if (due && (!next || due < next))
			next = due;
	}
	return next;
}

int reader_mails(struct store_reader *r, bool all, unsigned most, GPtrArray *out, struct err *e)
{
	struct db *state = r->shelf.state;
	struct damage found;
	/* State 4 is refused, 4 of the copy failed: the user has not seen the end of it. */
	G_STATIC_ASSERT(MAIL_REFUSED == 4 && COPY_FAILED == 4);
	struct query *q =
		all ? db_query(state, "SELECT * FROM outbox ORDER BY id DESC LIMIT ?")
		    : db_query(state,
			      "SELECT * FROM outbox WHERE open = 1 OR state = 4 OR copy = 4 ORDER BY id DESC LIMIT ?");
	db_bind_int(q, most ? (int64_t)most : -1);
	damage_init(&found);
	int result = mails_read(state, q, out, &found, e);
	/* The writer sets it aside at the next start. */
	if (damage_any(&found))
		db_mark_bad(state);
	damage_clear(&found);
	return result;
}

/* --- what may go --- */

/* 3: accepted, 4: refused or a copy that failed, 7: dropped. */
#define MAY_GO "open = 0 AND state IN (3, 4, 7) AND NOT (state = 3 AND copy = 4) AND ended > 0 AND ended < ?"
G_STATIC_ASSERT(MAIL_ACCEPTED == 3 && MAIL_DROPPED == 7);

static int sweep(struct db *state, int64_t older_than, GPtrArray *paths, struct err *e)
{
	enum db_pull pull;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(guint32));
	struct query *q = db_query(state, "SELECT * FROM outbox WHERE " MAY_GO);
	db_bind_int(q, older_than);
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		guint32 id = (guint32)db_get_int(q, 0);
		g_array_append_val(ids, id);
		row_files(q, &mail_fields, paths);
	}
	for (guint i = 0; pull == DB_END && i < ids->len; i++) {
		q = db_query(state, "DELETE FROM outbox WHERE id=?");
		db_bind_int(q, g_array_index(ids, guint32, i));
		if (db_run(q, e) || clear_rcpts(state, g_array_index(ids, guint32, i), e) ||
			clear_dialogue(state, g_array_index(ids, guint32, i), e))
			return -1;
	}
	return pull == DB_END ? 0 : -1;
}

int store_mails_sweep(struct store *st, int64_t older_than_wall, GPtrArray *paths_out, struct err *e)
{
	guint before = paths_out->len;
	if (db_begin(st->shelf.state, e))
		return -1;
	if (!db_end(st->shelf.state, sweep(st->shelf.state, older_than_wall, paths_out, e), e))
		return 0;
	g_ptr_array_set_size(paths_out, (int)before);
	return -1;
}

int store_mail_paths(struct store *st, GHashTable *out, struct err *e)
{
	enum db_pull pull;
	struct query *q = db_query(st->shelf.state,
		"SELECT path FROM outbox WHERE path NOT NULL UNION SELECT copy_path FROM outbox WHERE copy_path NOT "
		"NULL"
		" UNION SELECT path FROM draft WHERE path NOT NULL UNION SELECT editor_path FROM draft"
		" WHERE editor_path NOT NULL UNION SELECT path FROM draft_file WHERE path NOT NULL"
		" UNION SELECT path FROM left_file");
	while ((pull = db_pull(q, e)) == DB_ITEM)
		g_hash_table_add(out, db_dup_text(q, 0));
	return pull == DB_END ? 0 : -1;
}
