/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#define DAY 86400
#define SUMS 6
#define ACT_KEPT 7200 /* seconds; acts are counted over an hour */

static int64_t day_of(int64_t wall)
{
	return wall / DAY - (wall % DAY < 0);
}

/* --- sums by day --- */

static int add_sums(struct db *state, uint32_t account, int64_t wall, const struct store_ledger *add, struct err *e)
{
	struct query *q =
		db_query(state, "INSERT INTO ledger(account, day, logins, commands, bytes_in, bytes_out, polls, acts) "
				"VALUES(?,?,?,?,?,?,?,?)"
				" ON CONFLICT(account, day) DO UPDATE SET logins=logins+excluded.logins, "
				"commands=commands+excluded.commands,"
				" bytes_in=bytes_in+excluded.bytes_in, bytes_out=bytes_out+excluded.bytes_out,"
				" polls=polls+excluded.polls, acts=acts+excluded.acts");
	const uint64_t sums[] = { add->logins, add->commands, add->bytes_in, add->bytes_out, add->polls, add->acts };
	db_bind_int(q, account);
	db_bind_int(q, day_of(wall));
	for (size_t i = 0; i < G_N_ELEMENTS(sums); i++)
		db_bind_int(q, (int64_t)sums[i]);
	return db_run(q, e);
}

int store_ledger_add(struct store *st, uint32_t account, int64_t wall, const struct store_ledger *add, struct err *e)
{
	struct db *state = st->shelf.state;
	return db_begin(state, e) ? -1 : db_end(state, add_sums(state, account, wall, add, e), e);
}

/* The first columns. */
static void read_sums(struct query *q, struct store_ledger *out)
{
	uint64_t *const sums[SUMS] = { &out->logins, &out->commands, &out->bytes_in, &out->bytes_out, &out->polls,
		&out->acts };
	for (int i = 0; i < SUMS; i++)
		*sums[i] = (uint64_t)db_get_int(q, i);
}

int store_ledger_get(struct store *st, uint32_t account, int64_t wall, struct store_ledger *out, struct err *e)
{
	*out = (struct store_ledger){ 0 };
	struct query *q =
		db_query(st->shelf.state, "SELECT logins, commands, bytes_in, bytes_out, polls, acts FROM ledger"
					  " WHERE account=? AND day=?");
	db_bind_int(q, account);
	db_bind_int(q, day_of(wall));
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	read_sums(q, out);
	db_reset(q);
	return 0;
}

int store_ledger_days(struct store *st, uint32_t account, int64_t since_wall, GPtrArray *out, struct err *e)
{
	struct query *q =
		db_query(st->shelf.state, "SELECT sum(logins), sum(commands), sum(bytes_in), sum(bytes_out), "
					  "sum(polls), sum(acts), day FROM ledger"
					  " WHERE (?1=0 OR account=?1) AND day>=?2 GROUP BY day ORDER BY day");
	enum db_pull pull;
	db_bind_int(q, account);
	db_bind_int(q, day_of(since_wall));
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct store_ledger_day *d = g_new0(struct store_ledger_day, 1);
		read_sums(q, &d->sums);
		d->day = db_get_int(q, SUMS);
		g_ptr_array_add(out, d);
	}
	return pull == DB_END ? 0 : -1;
}

/* --- acts --- */

/* Those far from now go, in both directions: the clock may have been wrong. */
static int add_act(struct db *state, uint32_t account, int64_t wall, struct err *e)
{
	struct query *q = db_query(state, "DELETE FROM act WHERE account=? AND wall NOT BETWEEN ? AND ?");
	db_bind_int(q, account);
	db_bind_int(q, wall - ACT_KEPT);
	db_bind_int(q, wall + ACT_KEPT);
	if (db_run(q, e))
		return -1;
	q = db_query(state, "INSERT INTO act(account, wall) VALUES(?,?)");
	db_bind_int(q, account);
	db_bind_int(q, wall);
	return db_run(q, e);
}

int store_act_add(struct store *st, uint32_t account, int64_t wall, struct err *e)
{
	struct db *state = st->shelf.state;
	return db_begin(state, e) ? -1 : db_end(state, add_act(state, account, wall, e), e);
}

int store_act_count(
	struct store *st, uint32_t account, int64_t since_wall, unsigned *count_out, int64_t *oldest_out, struct err *e)
{
	struct query *q = db_query(st->shelf.state, "SELECT count(*), min(wall) FROM act WHERE account=? AND wall>=?");
	db_bind_int(q, account);
	db_bind_int(q, since_wall);
	if (db_pull(q, e) != DB_ITEM)
		return -1;
	*count_out = (unsigned)db_get_int(q, 0);
	*oldest_out = db_get_int(q, 1);
	db_reset(q);
	return 0;
}
