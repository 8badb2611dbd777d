/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

#include <string.h>

/* --- numbers --- */

/* 1: known, with whether the label is still this one; 0: never met; -1. */
static int find_number(struct db *state, const char *host, unsigned port, const char *login, const char *label,
	uint32_t *number_out, bool *same_label_out, struct err *e)
{
	g_autofree char *lower = g_ascii_strdown(host, -1);
	struct query *q = db_query(state, "SELECT number, label = ? FROM account WHERE host=? AND port=? AND login=?");
	db_bind_cstr(q, label);
	db_bind_cstr(q, lower);
	db_bind_int(q, port);
	db_bind_cstr(q, login);
	enum db_pull pull = db_pull(q, e);
	if (pull != DB_ITEM)
		return pull == DB_END ? 0 : -1;
	*number_out = (uint32_t)db_get_int(q, 0);
	*same_label_out = db_get_int(q, 1);
	db_reset(q);
	return 1;
}

static int put_number(
	struct db *state, const char *host, unsigned port, const char *login, const char *label, struct err *e)
{
	g_autofree char *lower = g_ascii_strdown(host, -1);
	struct query *q = db_query(state, "INSERT INTO account(host, port, login, label) VALUES(?,?,?,?)"
					  " ON CONFLICT(host, port, login) DO UPDATE SET label=excluded.label");
	db_bind_cstr(q, lower);
	db_bind_int(q, port);
	db_bind_cstr(q, login);
	db_bind_cstr(q, label);
	return db_run(q, e);
}

int store_account(struct store *st, const char *host, unsigned port, const char *login, const char *label,
	uint32_t *number_out, struct err *e)
{
	bool same_label = false;
	struct db *state = st->shelf.state;
	int found = find_number(state, host, port, login, label, number_out, &same_label, e);
	if (found < 0 || (found && same_label))
		return found < 0 ? -1 : 0;
	if (db_begin(state, e) || db_end(state, put_number(state, host, port, login, label, e), e))
		return -1;
	return find_number(state, host, port, login, label, number_out, &same_label, e) == 1 ? 0 : -1;
}

/* --- what is remembered --- */

void store_account_info_clear(struct store_account_info *i)
{
	g_free(i->prefix);
	g_free(i->secret_hash);
	*i = (struct store_account_info){ 0 };
}

static int get_info(struct db *state, uint32_t account, struct store_account_info *out, struct err *e)
{
	struct query *q = db_query(state, "SELECT prefix, secret_hash, secret_worked, last_poll, last_sync,"
					  " auth_tries_day, auth_tries, caps, caps_off, auth_used, checked, size_max"
					  " FROM account WHERE number=?");
	db_bind_int(q, account);
	enum db_pull pull = db_pull(q, e);
	if (pull == DB_END)
		return err_set(e, ERR_ACCOUNT, ERR_MISSING, ERR_NEVER, "no such account");
	if (pull == DB_BAD)
		return -1;
	*out = (struct store_account_info){
		.prefix = db_dup_text(q, 0),
		.secret_hash = db_dup_text(q, 1),
		.secret_worked = db_get_int(q, 2),
		.last_poll = db_get_int(q, 3),
		.last_sync = db_get_int(q, 4),
		.auth_tries_day = db_get_int(q, 5),
		.auth_tries = (unsigned)db_get_int(q, 6),
		.caps = (uint64_t)db_get_int(q, 7),
		.caps_off = (uint64_t)db_get_int(q, 8),
		.auth_used = (int)db_get_int(q, 9),
		.checked = db_get_int(q, 10),
		.size_max = (uint64_t)db_get_int(q, 11),
	};
	db_reset(q);
	return 0;
}

int store_account_get(struct store *st, uint32_t account, struct store_account_info *out, struct err *e)
{
	return get_info(st->shelf.state, account, out, e);
}

static int put_info(struct db *state, uint32_t account, const struct store_account_info *in, struct err *e)
{
	struct query *q = db_query(state, "UPDATE account SET prefix=?, secret_hash=?, secret_worked=?, last_poll=?,"
					  " last_sync=?, auth_tries_day=?, auth_tries=?, caps=?, caps_off=?,"
					  " auth_used=?, checked=?, size_max=? WHERE number=?");
	db_bind_cstr(q, in->prefix);
	db_bind_cstr(q, in->secret_hash);
	db_bind_int(q, in->secret_worked);
	db_bind_int(q, in->last_poll);
	db_bind_int(q, in->last_sync);
	db_bind_int(q, in->auth_tries_day);
	db_bind_int(q, in->auth_tries);
	db_bind_int(q, (int64_t)in->caps);
	db_bind_int(q, (int64_t)in->caps_off);
	db_bind_int(q, in->auth_used);
	db_bind_int(q, in->checked);
	db_bind_int(q, (int64_t)in->size_max);
	db_bind_int(q, account);
	if (db_run(q, e))
		return -1;
	return db_changes(state) ? 0 : err_set(e, ERR_ACCOUNT, ERR_MISSING, ERR_NEVER, "no such account");
}

int store_account_put(struct store *st, uint32_t account, const struct store_account_info *in, struct err *e)
{
	struct db *state = st->shelf.state;
	return db_begin(state, e) ? -1 : db_end(state, put_info(state, account, in, e), e);
}

int reader_account(struct store_reader *r, const char *host, unsigned port, const char *login, uint32_t *number_out,
	struct store_account_info *out, struct err *e)
{
	bool same_label;
	int found = find_number(r->shelf.state, host, port, login, "", number_out, &same_label, e);
	if (found < 0)
		return -1;
	if (!found)
		return err_set(e, ERR_ACCOUNT, ERR_MISSING, ERR_NEVER, "no account '%s' at '%s'", login, host);
	return get_info(r->shelf.state, *number_out, out, e);
}
