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
	uint32_t account, every = FILTER_FROM | FILTER_TO | FILTER_CC | FILTER_SUBJECT;
	struct store_account_info info = { 0 };
	struct store_folder f = { 0 };
	if (reader_account(r, "127.0.0.1", 993, "bench", &account, &info, e))
		return -1;
	store_account_info_clear(&info);
	if (reader_folder(r, account, "Inbox", &f, e))
		return -1;
	const struct {
		const char *what;
		enum store_order order;
		bool reverse;
		struct store_filter *filter; /* taken */
	} ways[] = { { "unread", ORDER_RECEIVED, false, unread() },
		{ "flagged", ORDER_RECEIVED, false, store_filter_flags(MSG_FLAGGED) },
		{ "answered", ORDER_RECEIVED, false, store_filter_flags(MSG_ANSWERED) },
		{ "a sender", ORDER_RECEIVED, false, store_filter_text(FILTER_FROM, STR("person123@")) },
		{ "a word in a subject", ORDER_RECEIVED, false, store_filter_text(FILTER_SUBJECT, STR("rechnung")) },
		{ "a word that is nowhere", ORDER_RECEIVED, false, store_filter_text(every, STR("nowhere at all")) },
		{ "oldest first", ORDER_RECEIVED, true, NULL }, { "by date", ORDER_DATE, false, NULL },
		{ "by size", ORDER_SIZE, false, NULL }, { "by sender", ORDER_FROM, false, NULL },
		{ "by subject", ORDER_SUBJECT, false, NULL } };
	int failed = 0;
	for (size_t i = 0; i < G_N_ELEMENTS(ways) && !failed; i++)
		failed = measure(r, f.id, f.rows, ways[i].what, ways[i].order, ways[i].reverse, ways[i].filter, e);
	store_folder_clear(&f);
	return failed;
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
