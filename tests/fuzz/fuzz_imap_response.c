/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes are what a server says to a session that has asked for everything: any cutting gives the same events. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/imap/show.h"

#define GREETING                                                                                                       \
	"* PREAUTH [CAPABILITY IMAP4rev1 ENABLE QRESYNC UIDPLUS MOVE LIST-EXTENDED LIST-STATUS OBJECTID] hi\r\n"       \
	"* ENABLED QRESYNC\r\nAAAAA2 OK\r\n* 9 EXISTS\r\n* OK [HIGHESTMODSEQ 5]\r\nAAAAA3 OK\r\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One command of each kind whose answer is looked into, behind one another. */
static void ask_everything(struct imap_session *s)
{
	struct imap_set uids;
	imap_set_init(&uids);
	imap_set_add(&uids, 5, 7);
	imap_list_all(s, STR(""), true);
	imap_status(s, STR("INBOX"));
	imap_namespace(s);
	imap_quota(s, STR("INBOX"));
	imap_rights(s, STR("INBOX"));
	imap_fetch_rows(s, 1, 0);
	imap_fetch_identities(s, &uids);
	imap_fetch_changes(s, 1, 0, 3);
	imap_fetch_structure(s, 1, 0);
	imap_fetch_part(s, 7, "1", 0, 0);
	imap_fetch_part(s, 7, "", 2, 4);
	imap_store(s, &uids, IMAP_STORE_ADD, MSG_SEEN, NULL);
	imap_copy(s, &uids, STR("a"));
	imap_move(s, &uids, STR("a"));
	imap_expunge(s, &uids);
	imap_fetch_parts(s, &uids, (const char *[]){ "HEADER", "2", NULL });
	imap_select_resync(s, STR("a"), false, &(struct imap_resync){ 7, 3, 1, 9 });
	imap_append(s, STR("a"), 0, NULL, -1, 3, false);
	imap_set_clear(&uids);
}

static char *run(const char *bytes, size_t n, size_t step)
{
	struct imap_settings settings = { .login = "fred", .who = "fuzz", .id = true };
	struct imap_session *s = imap_new(&settings);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	struct err e = ERR_INIT;
	imap_connected(s, true, 0);
	imap_select_resync(s, STR("INBOX"), false, NULL);
	imap_feed(s, STR(GREETING), 0, &e);
	ask_everything(s);
	for (size_t i = 0; i < n && e.cause == ERR_NONE; i += step)
		imap_feed(s, (struct str){ bytes + i, MIN(step, n - i) }, 0, &e);
	show_events(s, lines);
	show_error(&e, lines);
	err_clear(&e);
	imap_free(s);
	g_ptr_array_add(lines, NULL);
	return g_strjoinv("\n", (char **)lines->pdata);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *whole = run((const char *)data, size, size);
	g_autofree char *cut = run((const char *)data, size, size ? 1 + data[0] % 7 : 1);
	if (strcmp(whole, cut))
		abort();
	return 0;
}
