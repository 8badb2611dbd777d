/* SPDX-License-Identifier: GPL-3.0-or-later */
/* look CACHE_DIR STATE_DIR: opens the store as the program does and reads all of it. A line for each fault ("fault"), for
 * what the user would be told ("notice") and for an opening that fails ("closed"); nothing where all is sound. */
#include <stdio.h>

#include "store/store.h"

int main(int argc, char **argv)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	struct store *st = NULL;
	struct err e = ERR_INIT;
	bool fresh = false;
	if (argc != 3)
		return 64;
	msg_init();
	if (store_open(argv[1], argv[2], &st, &fresh, &e)) {
		printf("closed\t%s\n", e.text);
	} else {
		if (store_notice(st))
			printf("notice\t%s\n", store_notice(st));
		if (!store_check(st, faults, &e) && !faults->len)
			printf("fault\t%s\n", e.text);
		for (guint i = 0; i < faults->len; i++)
			printf("fault\t%s\n", (const char *)faults->pdata[i]);
	}
	err_clear(&e);
	store_close(st);
	msg_done();
	return 0;
}
