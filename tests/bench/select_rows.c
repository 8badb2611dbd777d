/* SPDX-License-Identifier: GPL-3.0-or-later */
/* select_rows CACHE_DIR STATE_DIR: chooses from the Inbox that make_rows made, in several ways, and prints for each
 * when the first 50 rows were there, when all was known, and the dearest step; in milliseconds. */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "store/store.h"

#define ROWS 50

static double now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static struct store_filter *unread(void)
{
	struct store_filter *f = store_filter_new(FILTER_NOT);
	store_filter_add(f, store_filter_flags(MSG_SEEN));
	return f;
}

static int measure(struct store_reader *r, uint32_t folder, uint32_t rows, const char *what, enum store_order order,
	bool reverse, struct store_filter *filter, struct err *e)
{
	struct store_choice *c = store_choice_new();
	g_array_append_val(c->folders, folder);
	c->order = order;
	c->reverse = reverse;
	c->filter = filter;
	c->expected = rows;
	int64_t cpu_began = clock_cpu_us();
	double began = now_ms(), first = 0, worst = 0;
	struct store_selection *s = selection_new(c);
	g_autoptr(GPtrArray) out = store_rows_new();
	int failed = 0;
	while (!failed && !selection_is_whole(s)) {
		double step = now_ms();
		failed = selection_step(r, s, e);
		worst = MAX(worst, now_ms() - step);
		if (first <= 0 && (selection_total(s) >= ROWS || selection_is_whole(s))) {
			failed = failed || selection_rows(r, s, 0, ROWS, out, e);
			first = now_ms() - began;
		}
	}
	double whole = now_ms() - began, cpu = (double)(clock_cpu_us() - cpu_began) / 1e3;
	uint32_t total = selection_total(s), last = total > ROWS ? total - ROWS : 0;
	double page = now_ms();
	g_ptr_array_set_size(out, 0);
	failed = failed || selection_rows(r, s, last, ROWS, out, e);
	page = now_ms() - page;
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	printf("%-24s %8u chosen, first %d rows %7.1f ms, whole %7.1f ms, processor %7.1f ms, dearest step %6.1f ms, "
	       "last page %4.1f ms, peak "
	       "%ld KB\n",
		what, total, ROWS, first, whole, cpu, worst, page, used.ru_maxrss);
	selection_free(s);
	return failed ? -1 : 0;
}

static int measure_all(struct store_reader *r, struct err *e)
{
	uint32_t account;
	struct store_account_info info = { 0 };
	struct store_folder f = { 0 };
	if (reader_account(r, "127.0.0.1", 993, "bench", &account, &info, e))
		return -1;
	store_account_info_clear(&info);
	if (reader_folder(r, account, "Inbox", &f, e))
		return -1;
	uint32_t id = f.id, n = f.rows;
	store_folder_clear(&f);
	return measure(r, id, n, "unread", ORDER_RECEIVED, false, unread(),
		       e) || measure(r, id, n, "flagged", ORDER_RECEIVED, false, store_filter_flags(MSG_FLAGGED), e) ||
			       measure(r, id, n, "answered", ORDER_RECEIVED, false, store_filter_flags(MSG_ANSWERED),
				       e) ||
			       measure(r, id, n, "a sender", ORDER_RECEIVED, false,
				       store_filter_text(FILTER_FROM, str_of("person123@")), e) ||
			       measure(r, id, n, "a word in a subject", ORDER_RECEIVED, false,
				       store_filter_text(FILTER_SUBJECT, str_of("rechnung")), e) ||
			       measure(r, id, n, "a word that is nowhere", ORDER_RECEIVED, false,
				       store_filter_text(FILTER_FROM | FILTER_TO | FILTER_CC | FILTER_SUBJECT,
					       str_of("nowhere at all")),
				       e) ||
			       measure(r, id, n, "oldest first", ORDER_RECEIVED, true, NULL, e) ||
			       measure(r, id, n, "by date", ORDER_DATE, false, NULL, e) ||
			       measure(r, id, n, "by size", ORDER_SIZE, false, NULL, e) ||
			       measure(r, id, n, "by sender", ORDER_FROM, false, NULL, e) ||
			       measure(r, id, n, "by subject", ORDER_SUBJECT, false, NULL, e)
		       ? -1
		       : 0;
}

int main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct store_reader *r = NULL;
	if (argc != 3) {
		fprintf(stderr, "usage: select_rows CACHE_DIR STATE_DIR\n");
		return 64;
	}
	int failed = reader_open(argv[1], argv[2], &r, &e) || measure_all(r, &e);
	if (failed)
		fprintf(stderr, "select_rows: %s\n", e.text);
	err_clear(&e);
	reader_close(r);
	return failed ? 74 : 0;
}
