/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#define PORT_MAX 65535
#define CODE_MAX 9999

const char *const identity_state_names[] = { "unknown", "likely", "ok", "pending", "refused" };
const char *const identity_evidence_names[] = { "none", "mail", "data" };

/* --- values --- */

/* As they are kept. */
struct identity_row {
	uint32_t id;
	struct store_identity i;
};

struct judge_row {
	uint32_t id;
	char *host;
	uint32_t port;
};

#define IDENTITY(kind, name) FIELD(kind, struct identity_row, i.name)
static const struct field identity_columns[] = {
	{ FIELD(U32, struct identity_row, id) },
	{ IDENTITY(TEXT, host) },
	{ IDENTITY(ENUM, port), .most = PORT_MAX },
	{ IDENTITY(TEXT, login) },
	{ IDENTITY(TEXT, addr) },
	{ IDENTITY(ENUM, state), .most = IDENTITY_REFUSED },
	{ IDENTITY(ENUM, evidence), .most = EVIDENCE_DATA },
	{ IDENTITY(ENUM, code), .most = CODE_MAX },
	{ IDENTITY(TEXT, text) },
	{ IDENTITY(I64, date) },
	{ IDENTITY(I64, probed) },
	{ IDENTITY(I64, pending) },
	{ IDENTITY(TEXT, link) },
};
static const struct field judge_columns[] = {
	{ FIELD(U32, struct judge_row, id) },
	{ FIELD(TEXT, struct judge_row, host) },
	{ FIELD(ENUM, struct judge_row, port), .most = PORT_MAX },
};
static const struct row_fields identity_fields = { identity_columns, G_N_ELEMENTS(identity_columns) };
static const struct row_fields judge_fields = { judge_columns, G_N_ELEMENTS(judge_columns) };

void store_identity_clear(struct store_identity *i)
{
	struct identity_row row = { .i = *i };
	row_clear(&identity_fields, &row);
	*i = (struct store_identity){ 0 };
}

static void free_identity(void *identity)
{
	store_identity_clear(identity);
	g_free(identity);
}

GPtrArray *store_identities_new(void)
{
	return g_ptr_array_new_with_free_func(free_identity);
}

/* A damaged note is as good as none. id 0: nothing to do. */
static int set_aside(struct store *st, enum damage_kind kind, int64_t id, bool within, struct err *e)
{
	struct damage found;
	if (!id)
		return 0;
	damage_init(&found);
	g_array_append_val(found.ids[kind], id);
	int result = within ? damage_quarantine_within(st, &found, e) : damage_quarantine(st, &found, e);
	damage_clear(&found);
	return result;
}

/* --- identities --- */

/* A way out without a login has an empty one. */
static const char *login_of(const char *login)
{
	return login ? login : "";
}

/* The row of this identity; id 0: there is none, or it is damaged, and *damaged_out is its id. */
static int find(struct db *state, const char *host, unsigned port, const char *login, const char *addr,
	struct identity_row *out, int64_t *damaged_out, struct err *e)
{
	g_autofree char *lower = g_ascii_strdown(host, -1);
	struct query *q = db_query(state, "SELECT * FROM identity WHERE host=? AND port=? AND login=? AND addr=?");
	db_bind_blob(q, str_of(lower));
	db_bind_int(q, port);
	db_bind_blob(q, str_of(login_of(login)));
	db_bind_blob(q, str_of(addr));
	*out = (struct identity_row){ 0 };
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	if (!row_read(q, &identity_fields, out)) {
		*damaged_out = db_get_int(q, 0);
		row_clear(&identity_fields, out);
		*out = (struct identity_row){ 0 };
	}
	db_reset(q);
	return 0;
}

static int get(struct store *st, const char *host, unsigned port, const char *login, const char *addr, bool within,
	struct identity_row *out, struct err *e)
{
	int64_t damaged = 0;
	return find(st->shelf.state, host, port, login, addr, out, &damaged, e) ||
			       set_aside(st, DAMAGED_IDENTITY, damaged, within, e)
		       ? -1
		       : 0;
}

int store_identity_get(struct store *st, const char *host, unsigned port, const char *login, const char *addr,
	struct store_identity *out, struct err *e)
{
	struct identity_row row = { 0 };
	*out = (struct store_identity){ 0 };
	if (get(st, host, port, login, addr, false, &row, e))
		return -1;
	*out = row.i;
	if (!row.id)
		*out = (struct store_identity){
			.host = g_ascii_strdown(host, -1),
			.port = port,
			.login = g_strdup(login_of(login)),
			.addr = g_strdup(addr),
		};
	return 0;
}

static int put(struct store *st, const struct store_identity *in, struct err *e)
{
	struct identity_row before;
	int64_t id;
	if (get(st, in->host, in->port, in->login, in->addr, true, &before, e))
		return -1;
	id = before.id;
	row_clear(&identity_fields, &before);
	if (!id && db_int(db_query(st->shelf.state, "SELECT coalesce(max(id), 0) + 1 FROM identity"), &id, e) < 0)
		return -1;
	g_autofree char *lower = g_ascii_strdown(in->host, -1);
	struct identity_row row = { (uint32_t)id, *in };
	row.i.host = lower;
	row.i.login = (char *)login_of(in->login);
	return row_write(st->shelf.state, &identity_fields,
		"INSERT OR REPLACE INTO identity VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)", &row, e);
}

int store_identity_put(struct store *st, const struct store_identity *in, struct err *e)
{
	return db_begin(st->shelf.state, e) ? -1 : db_end(st->shelf.state, put(st, in, e), e);
}

static int identities(
	struct db *state, const char *host, unsigned port, const char *login, GPtrArray *out, struct err *e)
{
	enum db_pull pull;
	g_autofree char *lower = g_ascii_strdown(host, -1);
	struct query *q = db_query(state, "SELECT * FROM identity WHERE host=? AND port=? AND login=? ORDER BY addr");
	db_bind_blob(q, str_of(lower));
	db_bind_int(q, port);
	db_bind_blob(q, str_of(login_of(login)));
	while ((pull = db_pull(q, e)) == DB_ITEM) {
		struct identity_row row = { 0 };
		if (row_read(q, &identity_fields, &row)) {
			g_ptr_array_add(out, g_memdup2(&row.i, sizeof(row.i)));
			continue;
		}
		row_clear(&identity_fields, &row);
		/* The writer sets it aside at the next start. */
		db_mark_bad(state);
	}
	return pull == DB_END ? 0 : -1;
}

int store_identities(
	struct store *st, const char *host, unsigned port, const char *login, GPtrArray *out, struct err *e)
{
	return identities(st->shelf.state, host, port, login, out, e);
}

int reader_identities(
	struct store_reader *r, const char *host, unsigned port, const char *login, GPtrArray *out, struct err *e)
{
	return identities(r->shelf.state, host, port, login, out, e);
}

/* --- servers that judge after the data --- */

/* *id_out 0: it was not seen to. */
static int judge(struct store *st, const char *host, unsigned port, bool within, int64_t *id_out, struct err *e)
{
	struct query *q = db_query(st->shelf.state, "SELECT * FROM judge WHERE host=? AND port=?");
	*id_out = 0;
	db_bind_blob(q, str_of(host));
	db_bind_int(q, port);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	struct judge_row row = { 0 };
	int64_t id = db_get_int(q, 0);
	bool sound = row_read(q, &judge_fields, &row);
	row_clear(&judge_fields, &row);
	db_reset(q);
	*id_out = sound ? id : 0;
	return set_aside(st, DAMAGED_JUDGE, sound ? 0 : id, within, e);
}

int store_judges_after_data(struct store *st, const char *host, unsigned port, bool *out, struct err *e)
{
	g_autofree char *lower = g_ascii_strdown(host, -1);
	int64_t id = 0;
	*out = false;
	if (judge(st, lower, port, false, &id, e))
		return -1;
	*out = id;
	return 0;
}

static int set_judge(struct store *st, char *host, unsigned port, struct err *e)
{
	int64_t id;
	if (judge(st, host, port, true, &id, e))
		return -1;
	if (id)
		return 0;
	if (db_int(db_query(st->shelf.state, "SELECT coalesce(max(id), 0) + 1 FROM judge"), &id, e) < 0)
		return -1;
	struct judge_row row = { (uint32_t)id, host, port };
	return row_write(st->shelf.state, &judge_fields, "INSERT OR REPLACE INTO judge VALUES(?,?,?,?)", &row, e);
}

int store_judges_after_data_set(struct store *st, const char *host, unsigned port, struct err *e)
{
	g_autofree char *lower = g_ascii_strdown(host, -1);
	return db_begin(st->shelf.state, e) ? -1 : db_end(st->shelf.state, set_judge(st, lower, port, e), e);
}

int identities_find_damaged(struct db *state, struct damage *found, struct err *e)
{
	struct query *identities = db_query(state, "SELECT * FROM identity"),
		     *judges = db_query(state, "SELECT * FROM judge");
	return rows_find_damaged(
		       identities, &identity_fields, sizeof(struct identity_row), found->ids[DAMAGED_IDENTITY], e) ||
			       rows_find_damaged(
				       judges, &judge_fields, sizeof(struct judge_row), found->ids[DAMAGED_JUDGE], e)
		       ? -1
		       : 0;
}
