/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

/* place is small and hot, message holds the strings and never changes once written. Both carry a sum, so that
 * damage SQLite cannot see makes no message another's: place over its key and mid, message over all it says.
 * message_id is the index from Message-ID to mid; entries wait in message_id_new and are sorted in by
 * the thousand, for a hundred at random places would touch a hundred pages in every transaction.
 * gone holds the mids that must not come again. */
static const char cache_sql[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE folder(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, raw BLOB NOT NULL,"
	" name TEXT NOT NULL, delimiter INTEGER NOT NULL, role INTEGER NOT NULL, flags INTEGER NOT NULL,"
	" uidvalidity INTEGER NOT NULL, uidnext INTEGER NOT NULL, message_count INTEGER NOT NULL, unseen INTEGER NOT "
	"NULL,"
	" filled_down_to INTEGER NOT NULL, complete INTEGER NOT NULL, highestmodseq INTEGER NOT NULL,"
	" last_sync INTEGER NOT NULL, rows INTEGER NOT NULL DEFAULT 0, rows_unseen INTEGER NOT NULL DEFAULT 0,"
	" dropped INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE UNIQUE INDEX folder_by_raw ON folder(account, raw) WHERE dropped = 0;"
	"CREATE TABLE place(key INTEGER PRIMARY KEY, folder INTEGER NOT NULL, mid INTEGER NOT NULL, sum INTEGER NOT "
	"NULL,"
	" flags INTEGER NOT NULL, size INTEGER NOT NULL, date INTEGER, attachments INTEGER NOT NULL, keywords BLOB) "
	"STRICT;"
	"CREATE UNIQUE INDEX place_by_mid ON place(folder, mid);"
	"CREATE TABLE message(mid INTEGER PRIMARY KEY, sum INTEGER NOT NULL, offset INTEGER NOT NULL,"
	" subject TEXT NOT NULL, sender BLOB NOT NULL, recipient BLOB NOT NULL, copy BLOB NOT NULL, msgid TEXT,"
	" list TEXT, preview TEXT, thread TEXT) STRICT;"
	"CREATE TABLE gone(mid INTEGER PRIMARY KEY) STRICT;"
	"CREATE TABLE message_id(hash INTEGER NOT NULL, mid INTEGER NOT NULL, PRIMARY KEY(hash, mid)) STRICT, WITHOUT "
	"ROWID;"
	"CREATE TABLE message_id_new(mid INTEGER PRIMARY KEY, hash INTEGER NOT NULL) STRICT;"
	"CREATE TABLE structure(mid INTEGER PRIMARY KEY, sum INTEGER NOT NULL, tree BLOB NOT NULL) STRICT;"
	/* bytes NULL: in a file of parts/ */
	"CREATE TABLE part(id INTEGER PRIMARY KEY, mid INTEGER NOT NULL, section TEXT NOT NULL, size INTEGER NOT NULL,"
	" sum INTEGER NOT NULL, bytes BLOB, UNIQUE(mid, section)) STRICT;";

static const char state_sql[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE account(number INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, port INTEGER NOT NULL,"
	" login TEXT NOT NULL, label TEXT NOT NULL, prefix TEXT, secret_hash TEXT, secret_worked INTEGER NOT NULL "
	"DEFAULT 0,"
	" last_poll INTEGER NOT NULL DEFAULT 0, last_sync INTEGER NOT NULL DEFAULT 0,"
	" auth_tries_day INTEGER NOT NULL DEFAULT 0, auth_tries INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE(host, port, login)) STRICT;"
	"CREATE TABLE ledger(account INTEGER NOT NULL, day INTEGER NOT NULL, logins INTEGER NOT NULL,"
	" commands INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, polls INTEGER NOT NULL,"
	" acts INTEGER NOT NULL, PRIMARY KEY(account, day)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE act(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, wall INTEGER NOT NULL) STRICT;"
	"CREATE INDEX act_by_time ON act(account, wall);";

static const char *const cache_tables[] = { "meta", "folder", "place", "message", "gone", "message_id",
	"message_id_new", "structure", "part", NULL };
static const char *const state_tables[] = { "meta", "account", "ledger", "act", NULL };

const struct schema schema_cache = {
	.sql = cache_sql,
	.tables = cache_tables,
	.application = 0x42785763, /* "BxWc" */
	.version = 1,
};

const struct schema schema_state = {
	.sql = state_sql,
	.tables = state_tables,
	.application = 0x42785773, /* "BxWs" */
	.version = 1,
	.durable = true,
};
