/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store/internal.h"

/* place is small and hot, message holds the strings and never changes once written. Both carry a sum, so that
 * damage SQLite cannot see makes no message another's: place over its key and mid, message over all it says.
 * message_id is the index from Message-ID to mid; entries wait in message_id_new and are sorted in by
 * the thousand, for a hundred at random places would touch a hundred pages in every transaction.
 * gone holds the mids that must not come again. A folder is dropped 1: to be swept, 2: its places wait for the folder
 * that is heir_of it. */
static const char cache_sql[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE folder(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, raw BLOB NOT NULL,"
	" name TEXT NOT NULL, delimiter INTEGER NOT NULL, role INTEGER NOT NULL, flags INTEGER NOT NULL,"
	" uidvalidity INTEGER NOT NULL, uidnext INTEGER NOT NULL, message_count INTEGER NOT NULL, unseen INTEGER NOT "
	"NULL,"
	" filled_down_to INTEGER NOT NULL, complete INTEGER NOT NULL, highestmodseq INTEGER NOT NULL,"
	" last_sync INTEGER NOT NULL, rows INTEGER NOT NULL DEFAULT 0, rows_local INTEGER NOT NULL DEFAULT 0,"
	" rows_unseen INTEGER NOT NULL DEFAULT 0, heir_of INTEGER NOT NULL DEFAULT 0,"
	" dropped INTEGER NOT NULL DEFAULT 0, rights TEXT, mailboxid TEXT, size INTEGER,"
	" threads INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE UNIQUE INDEX folder_by_raw ON folder(account, raw) WHERE dropped = 0;"
	"CREATE TABLE place(key INTEGER PRIMARY KEY, folder INTEGER NOT NULL, mid INTEGER NOT NULL, sum INTEGER NOT "
	"NULL,"
	" flags INTEGER NOT NULL, size INTEGER NOT NULL, date INTEGER, attachments INTEGER NOT NULL, keywords BLOB) "
	"STRICT;"
	"CREATE UNIQUE INDEX place_by_mid ON place(folder, mid);"
	"CREATE INDEX place_unread ON place(folder, mid) WHERE (flags & 1) = 0;"
	"CREATE INDEX place_flagged ON place(folder, mid) WHERE (flags & 4) <> 0;"
	"CREATE TABLE message(mid INTEGER PRIMARY KEY, sum INTEGER NOT NULL, offset INTEGER NOT NULL,"
	" subject TEXT NOT NULL, sender BLOB NOT NULL, recipient BLOB NOT NULL, copy BLOB NOT NULL, msgid TEXT,"
	" list TEXT, preview TEXT, thread TEXT) STRICT;"
	"CREATE TABLE gone(mid INTEGER PRIMARY KEY) STRICT;"
	"CREATE TABLE message_id(hash INTEGER NOT NULL, mid INTEGER NOT NULL, PRIMARY KEY(hash, mid)) STRICT, WITHOUT "
	"ROWID;"
	"CREATE TABLE message_id_new(mid INTEGER PRIMARY KEY, hash INTEGER NOT NULL) STRICT;"
	/* what the server calls a message wherever it lies (RFC 8474) */
	"CREATE TABLE email_id(mid INTEGER PRIMARY KEY, account INTEGER NOT NULL, id TEXT NOT NULL) STRICT;"
	"CREATE UNIQUE INDEX email_id_by_id ON email_id(account, id);"
	/* A thread is called by the mid that began it. thread_mid: whose a message is that did not, and
	 * the ids it refers to, hashed;
	 * thread_place: where its messages lie, the newest of it in each folder being what orders the folder's threads;
	 * thread_size: of those that have several, or into which they were joined; thread_id: whose an id is, of messages
	 * that are here and of those that are only referred to, thread_id_new those that wait to be sorted in; thread_reply: whose a
	 * base subject is of which only replies are here. */
	"CREATE TABLE thread_mid(mid INTEGER PRIMARY KEY, thread INTEGER NOT NULL, refs BLOB) STRICT;"
	"CREATE TABLE thread_place(thread INTEGER NOT NULL, folder INTEGER NOT NULL, mid INTEGER NOT NULL,"
	" newest INTEGER NOT NULL, PRIMARY KEY(thread, folder, mid)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX thread_newest ON thread_place(folder, mid) WHERE newest=1;"
	"CREATE TABLE thread_size(thread INTEGER PRIMARY KEY, size INTEGER NOT NULL, joined INTEGER NOT NULL) STRICT;"
	"CREATE TABLE thread_id(hash INTEGER PRIMARY KEY, thread INTEGER NOT NULL) STRICT;"
	"CREATE TABLE thread_id_new(n INTEGER PRIMARY KEY, hash INTEGER NOT NULL, thread INTEGER NOT NULL) STRICT;"
	"CREATE TABLE thread_reply(hash INTEGER PRIMARY KEY, thread INTEGER NOT NULL) STRICT;"
	"CREATE TABLE structure(mid INTEGER PRIMARY KEY, sum INTEGER NOT NULL, tree BLOB NOT NULL) STRICT;"
	/* bytes NULL: in a file of parts/; used: the day, since 1970 */
	"CREATE TABLE part(id INTEGER PRIMARY KEY, mid INTEGER NOT NULL, section TEXT NOT NULL, size INTEGER NOT NULL,"
	" sum INTEGER NOT NULL, text INTEGER NOT NULL, used INTEGER NOT NULL, bytes BLOB, UNIQUE(mid, section)) STRICT;"
	"CREATE INDEX part_by_use ON part(text, used, mid, size);";

/* A request is one change the user wants, its items the messages. Their sums are over all they say, so that a damaged
 * one is never carried out; it is moved to damaged as text. */
#define REQUESTS                                                                                                       \
	"CREATE TABLE request(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, op INTEGER NOT NULL,"                  \
	" state INTEGER NOT NULL, folder BLOB, target BLOB, uidvalidity INTEGER NOT NULL,"                             \
	" target_uidnext INTEGER NOT NULL, target_uidvalidity INTEGER NOT NULL, added INTEGER NOT NULL,"               \
	" removed INTEGER NOT NULL, added_keywords BLOB, removed_keywords BLOB, path BLOB, size INTEGER NOT NULL,"     \
	" sha256 BLOB, step INTEGER NOT NULL, undoes INTEGER NOT NULL, undone_by INTEGER NOT NULL,"                    \
	" batch INTEGER NOT NULL, made INTEGER NOT NULL, tried INTEGER NOT NULL, ended INTEGER NOT NULL,"              \
	" attempts INTEGER NOT NULL, owner BLOB, error BLOB, server BLOB, person INTEGER NOT NULL,"                    \
	" items INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;"                                                       \
	"CREATE INDEX request_waiting ON request(account) WHERE state IN (0, 1, 4);"                                   \
	"CREATE INDEX request_by_batch ON request(batch);"                                                             \
	"CREATE TABLE request_item(id INTEGER PRIMARY KEY, request INTEGER NOT NULL, uid INTEGER NOT NULL,"            \
	" local INTEGER NOT NULL, size INTEGER NOT NULL, received INTEGER NOT NULL, msgid BLOB,"                       \
	" flags_before INTEGER NOT NULL, keywords_before BLOB, target_uid INTEGER NOT NULL, state INTEGER NOT NULL,"   \
	" sum INTEGER NOT NULL) STRICT;"                                                                               \
	"CREATE INDEX request_item_by_request ON request_item(request);"                                               \
	"CREATE INDEX request_item_by_uid ON request_item(uid) WHERE uid > 0;"                                         \
	"CREATE INDEX request_item_by_local ON request_item(local) WHERE local > 0;"                                   \
	"CREATE TABLE damaged(id INTEGER PRIMARY KEY, wall INTEGER NOT NULL, what TEXT NOT NULL, row TEXT NOT NULL)"   \
	" STRICT;"

/* What goes out and what is being written; columns in the order of the fields in outbox.c, drafts.c, identities.c and
 * people.c, each row with a sum over all it says. Parts of a row have its id in the upper bits of theirs. open: something
 * is left to do. left_file: names in the spool that a damaged row had. */
#define LETTERS                                                                                                        \
	"CREATE TABLE outbox(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, state INTEGER NOT NULL,"                \
	" step INTEGER NOT NULL, idempotency BLOB, msgid BLOB, author BLOB, sender BLOB, subject BLOB, path BLOB,"     \
	" copy_path BLOB, sha256 BLOB, copy_sha256 BLOB, size INTEGER NOT NULL, copy_size INTEGER NOT NULL,"           \
	" eight_bit INTEGER NOT NULL, utf8 INTEGER NOT NULL, partial INTEGER NOT NULL, notify BLOB, ret BLOB,"         \
	" made INTEGER NOT NULL, due INTEGER NOT NULL, tried INTEGER NOT NULL, ended INTEGER NOT NULL,"                \
	" attempts INTEGER NOT NULL, code INTEGER NOT NULL, enhanced BLOB, text BLOB, error BLOB, stage BLOB,"         \
	" owner BLOB, copy INTEGER NOT NULL, copy_folder BLOB, copy_uidvalidity INTEGER NOT NULL,"                     \
	" copy_uidnext INTEGER NOT NULL, copy_uid INTEGER NOT NULL, copy_error BLOB, change INTEGER NOT NULL,"         \
	" parent_account INTEGER NOT NULL, parent_uidvalidity INTEGER NOT NULL, parent_uid INTEGER NOT NULL,"          \
	" parent_folder BLOB, parent_msgid BLOB, parent_flag INTEGER NOT NULL, draft INTEGER NOT NULL,"                \
	" writing INTEGER NOT NULL, rcpts INTEGER NOT NULL, open INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;"      \
	"CREATE INDEX outbox_open ON outbox(account) WHERE open = 1;"                                                  \
	"CREATE UNIQUE INDEX outbox_by_idempotency ON outbox(account, idempotency) WHERE idempotency NOT NULL;"        \
	"CREATE INDEX outbox_by_msgid ON outbox(msgid);"                                                               \
	"CREATE TABLE outbox_rcpt(id INTEGER PRIMARY KEY, addr BLOB, state INTEGER NOT NULL, code INTEGER NOT NULL,"   \
	" text BLOB, sum INTEGER NOT NULL) STRICT;"                                                                    \
	"CREATE TABLE draft(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, kind INTEGER NOT NULL, subject BLOB,"    \
	" recipient BLOB, path BLOB, sha256 BLOB, editor_path BLOB, made INTEGER NOT NULL, saved INTEGER NOT NULL,"    \
	" sent INTEGER NOT NULL, mail INTEGER NOT NULL, folder BLOB, uidvalidity INTEGER NOT NULL,"                    \
	" uid INTEGER NOT NULL, change INTEGER NOT NULL, mirrored BLOB, msgid BLOB, parent_account INTEGER NOT NULL,"  \
	" parent_uidvalidity INTEGER NOT NULL, parent_uid INTEGER NOT NULL, parent_flag INTEGER NOT NULL,"             \
	" parent_folder BLOB, parent_msgid BLOB, from_reason BLOB, owner BLOB, files INTEGER NOT NULL,"                \
	" sum INTEGER NOT NULL) STRICT;"                                                                               \
	"CREATE TABLE draft_file(id INTEGER PRIMARY KEY, name BLOB, type BLOB, path BLOB, sha256 BLOB, source BLOB,"   \
	" size INTEGER NOT NULL, in_line INTEGER NOT NULL, verbatim INTEGER NOT NULL, sum INTEGER NOT NULL) STRICT;"   \
	"CREATE TABLE identity(id INTEGER PRIMARY KEY, host BLOB NOT NULL, port INTEGER NOT NULL, login BLOB NOT "     \
	"NULL,"                                                                                                        \
	" addr BLOB NOT NULL, state INTEGER NOT NULL, evidence INTEGER NOT NULL, code INTEGER NOT NULL, text BLOB,"    \
	" date INTEGER NOT NULL, probed INTEGER NOT NULL, pending INTEGER NOT NULL, link BLOB, sum INTEGER NOT NULL,"  \
	" UNIQUE(host, port, login, addr)) STRICT;"                                                                    \
	"CREATE TABLE judge(id INTEGER PRIMARY KEY, host BLOB NOT NULL, port INTEGER NOT NULL, sum INTEGER NOT NULL,"  \
	" UNIQUE(host, port)) STRICT;"                                                                                 \
	"CREATE TABLE person(id INTEGER PRIMARY KEY, folded BLOB NOT NULL UNIQUE, name BLOB, addr BLOB NOT NULL,"      \
	" sent INTEGER NOT NULL, seen INTEGER NOT NULL, last_sent INTEGER NOT NULL, last_seen INTEGER NOT NULL,"       \
	" sum INTEGER NOT NULL) STRICT;"                                                                               \
	"CREATE INDEX person_by_use ON person(last_sent, last_seen);"                                                  \
	"CREATE TABLE person_word(word BLOB NOT NULL, person INTEGER NOT NULL, PRIMARY KEY(word, person)) STRICT,"     \
	" WITHOUT ROWID;"                                                                                              \
	"CREATE TABLE left_file(path BLOB PRIMARY KEY, wall INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

/* What was said when a letter was sent, by its id. */
#define DIALOGUES "CREATE TABLE outbox_dialogue(id INTEGER PRIMARY KEY, text BLOB, sum INTEGER NOT NULL) STRICT;"
/* What was sent in a thread is found by what it answered. */
#define PARENTS "CREATE INDEX outbox_by_parent ON outbox(parent_msgid) WHERE parent_msgid NOT NULL;"

/* New columns and tables stand where ALTER TABLE puts them: the schema is compared as text. */
static const char state_sql[] =
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE account(number INTEGER PRIMARY KEY AUTOINCREMENT, host TEXT NOT NULL, port INTEGER NOT NULL,"
	" login TEXT NOT NULL, label TEXT NOT NULL, prefix TEXT, secret_hash TEXT, secret_worked INTEGER NOT NULL "
	"DEFAULT 0,"
	" last_poll INTEGER NOT NULL DEFAULT 0, last_sync INTEGER NOT NULL DEFAULT 0,"
	" auth_tries_day INTEGER NOT NULL DEFAULT 0, auth_tries INTEGER NOT NULL DEFAULT 0,"
	" caps INTEGER NOT NULL DEFAULT 0, caps_off INTEGER NOT NULL DEFAULT 0,"
	" auth_used INTEGER NOT NULL DEFAULT 0, checked INTEGER NOT NULL DEFAULT 0,"
	" size_max INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE(host, port, login)) STRICT;"
	"CREATE TABLE ledger(account INTEGER NOT NULL, day INTEGER NOT NULL, logins INTEGER NOT NULL,"
	" commands INTEGER NOT NULL, bytes_in INTEGER NOT NULL, bytes_out INTEGER NOT NULL, polls INTEGER NOT NULL,"
	" acts INTEGER NOT NULL, PRIMARY KEY(account, day)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE act(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, wall INTEGER NOT NULL) STRICT;"
	"CREATE INDEX act_by_time ON act(account, wall);" REQUESTS LETTERS DIALOGUES PARENTS;

/* By the version they start from; NULL: not from there. */
static const char *const state_steps[] = { NULL,
	"ALTER TABLE account ADD COLUMN caps INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE account ADD COLUMN caps_off INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE account ADD COLUMN auth_used INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE account ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;" REQUESTS,
	LETTERS, DIALOGUES, "ALTER TABLE account ADD COLUMN size_max INTEGER NOT NULL DEFAULT 0;", PARENTS };

static const char *const cache_tables[] = { "meta", "folder", "place", "message", "gone", "message_id",
	"message_id_new", "email_id", "thread_mid", "thread_place", "thread_size", "thread_id", "thread_id_new",
	"thread_reply", "structure", "part", NULL };
static const char *const state_tables[] = { "meta", "account", "ledger", "act", "request", "request_item", "damaged",
	"outbox", "outbox_rcpt", "draft", "draft_file", "identity", "judge", "person", "person_word", "left_file",
	"outbox_dialogue", NULL };

const struct schema schema_cache = {
	.sql = cache_sql,
	.tables = cache_tables,
	.application = 0x42785763, /* "BxWc" */
	.version = 5,
};

const struct schema schema_state = {
	.sql = state_sql,
	.tables = state_tables,
	.application = 0x42785773, /* "BxWs" */
	.version = G_N_ELEMENTS(state_steps),
	.steps = state_steps,
	.durable = true,
};
