/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bytes are what a server says to a session that has asked for everything: any cutting gives the same events. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/imap/show.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *run(const char *bytes, size_t n, size_t step)
{
	struct imap_settings settings = { .login = "fred", .who = "fuzz" };
	struct imap_session *s = imap_new(&settings);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	struct err e = ERR_INIT;
	imap_connected(s, true, 0);
	imap_select(s, STR("INBOX"), false);
	imap_feed(s, STR("* PREAUTH [CAPABILITY IMAP4rev1] hi\r\n* 9 EXISTS\r\nAAAAA1 OK\r\n"), 0, &e);
	imap_list(s, STR(""), STR("*"));
	imap_status(s, STR("INBOX"));
	imap_namespace(s);
	imap_fetch_rows(s, 1, 0);
	imap_fetch_structure(s, 1, 0);
	imap_fetch_part(s, 7, "1", 0, 0);
	imap_fetch_part(s, 7, "", 2, 4);
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
