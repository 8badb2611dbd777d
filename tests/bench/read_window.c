/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read_window CACHE_DIR STATE_DIR ROWS [threads|unfolded]: reads the newest rows of the Inbox that make_rows made, or the
 * lines of its newest threads, and prints what it cost; run it under valgrind --tool=callgrind for instructions. */
#include <stdio.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "store/store.h"

static int read_newest(struct store_reader *r, unsigned rows, const char *how, GPtrArray *out, struct err *e)
{
	uint32_t account;
	struct store_account_info info = { 0 };
	struct store_folder f = { 0 };
	if (reader_account(r, "127.0.0.1", 993, "bench", &account, &info, e))
		return -1;
	store_account_info_clear(&info);
	if (reader_folder(r, account, "Inbox", &f, e))
		return -1;
	struct store_window w = { .folder = f.id,
		.anchor = ANCHOR_TOP,
		.rows = rows,
		.threads = how,
		.unfolded = !g_strcmp0(how, "unfolded") };
	store_folder_clear(&f);
	return reader_window(r, &w, out, e);
}

int main(int argc, char **argv)
{
	uint64_t rows = 0;
	struct err e = ERR_INIT;
	struct store_reader *r = NULL;
	if ((argc != 4 && argc != 5) || !str_u64(str_of(argv[3]), UINT32_MAX, &rows)) {
		fprintf(stderr, "usage: read_window CACHE_DIR STATE_DIR ROWS [threads|unfolded]\n");
		return 64;
	}
	g_autoptr(GPtrArray) out = store_rows_new();
	int64_t cpu = clock_cpu_us();
	int result = reader_open(argv[1], argv[2], &r, &e);
	if (!result)
		result = read_newest(r, (unsigned)rows, argv[4], out, &e);
	cpu = clock_cpu_us() - cpu;
	if (result) {
		fprintf(stderr, "read_window: %s\n", e.text);
		err_clear(&e);
	} else {
		struct rusage used;
		getrusage(RUSAGE_SELF, &used);
		printf("{\"rows\": %u, \"steps\": %u, \"cpu_us\": %d, \"peak_kb\": %ld}\n", out->len,
			(unsigned)reader_steps(r), (int)cpu, used.ru_maxrss);
	}
	reader_close(r);
	return result ? 74 : 0;
}
