/* SPDX-License-Identifier: GPL-3.0-or-later */
/* make_rows CACHE_DIR STATE_DIR ROWS: fills a store as a first sync would, newest range first, and prints
 * what it cost. The account is bench at 127.0.0.1:993, its folder Inbox. The rows are the same every time. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "store/store.h"

#define NEWEST 1760000000 /* received: the newest row; the others go back from it */
#define RANGE 1000
#define STEP 311 /* seconds from one to the next, on average */

struct maker {
	uint64_t random;
	uint32_t folder;
	unsigned unseen;
	int64_t worst_us; /* CPU of the dearest transaction */
};

static const char *const topics[] = { "Quarterly report", "Build failed in nightly", "Invitation to the review",
	"Rechnung für Oktober", "Überweisung bestätigt", "Réunion de lundi", "Отчёт за неделю", "Договор на подпись",
	"会议纪要", "请查收附件", "週末の予定について", "ご請求書", "다음 주 일정", "اجتماع الغد", "פגישה מחר",
	"Συνάντηση την Τρίτη", "बैठक का कार्यवृत्त", "รายงานประจำสัปดาห์", "Patch v3: fix the parser",
	"Your order has shipped" };
static const char *const people[] = { "Ada Brandt", "José García", "Ольга Смирнова", "田中 一郎", "Mei 陈",
	"Nils Åkesson", "Zoë O'Hara", "Γιώργος Παππάς", "build", "Newsletter", "فاطمة علي", "Jürgen Weiß" };

static uint32_t draw(struct maker *m, uint32_t below)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (uint32_t)(m->random >> 33) % below;
}

static GPtrArray *draw_addrs(struct maker *m, unsigned count)
{
	GPtrArray *addrs = msg_addrs_new();
	for (unsigned i = 0; i < count; i++) {
		uint32_t who = draw(m, 3000);
		g_autofree char *addr = g_strdup_printf("person%u@dept%u.example.org", who, who % 37);
		g_ptr_array_add(addrs, msg_addr_new(people[who % G_N_ELEMENTS(people)], addr));
	}
	return addrs;
}

static uint32_t draw_flags(struct maker *m)
{
	uint32_t flags = draw(m, 100) < 82 ? MSG_SEEN : 0;
	m->unseen += !flags;
	if (draw(m, 100) < 25)
		flags |= MSG_ANSWERED;
	if (draw(m, 100) < 4)
		flags |= MSG_FLAGGED;
	return draw(m, 100) < 18 ? flags | MSG_ATTACHMENT : flags;
}

static char *msgid_of(uint32_t uid)
{
	return g_strdup_printf("%08x.%u@mail.example.org", uid * 2654435761u, uid);
}

/* The row of one UID; its thread, if it has one, is named by an earlier row. */
static void draw_row(struct maker *m, uint32_t uid, uint32_t rows, struct store_row *row)
{
	m->random = 0x9e3779b97f4a7c15u * (uid + 1);
	draw(m, 1);
	bool threaded = draw(m, 100) < 55;
	uint32_t first = threaded && uid > 1 ? uid - 1 - draw(m, MIN(uid - 1, 400)) : uid;
	const char *topic = topics[first % G_N_ELEMENTS(topics)];
	int64_t received = NEWEST - (int64_t)(rows - uid) * STEP + draw(m, STEP);
	*row = (struct store_row){
		.folder = m->folder,
		.uid = uid,
		.flags = draw_flags(m),
		.size = 2000 + draw(m, 60000),
		.received = received,
		.date = { received - (int64_t)draw(m, 90), 60 * ((int)draw(m, 20) - 8), true },
		.subject = g_strdup_printf("%s%s %u", first == uid ? "" : "Re: ", topic, first),
		.msgid = msgid_of(uid),
		.list = draw(m, 100) < 30 ? g_strdup_printf("list%u.example.org", draw(m, 40)) : NULL,
		.from = draw_addrs(m, 1),
		.to = draw_addrs(m, 1 + draw(m, 2)),
		.cc = draw_addrs(m, draw(m, 10) < 2),
		.thread = threaded ? msgid_of(first) : NULL,
		.attachments = -1,
		.refs = g_ptr_array_new_with_free_func(g_free),
	};
	if (first != uid)
		g_ptr_array_add(row->refs, msgid_of(first));
}

static int put_batch(struct maker *m, struct store *st, uint32_t lo, uint32_t hi, uint32_t rows, struct err *e)
{
	int64_t started = clock_cpu_us();
	if (store_begin(st, e))
		return -1;
	for (uint32_t uid = lo; uid <= hi; uid++) {
		struct store_row row;
		draw_row(m, uid, rows, &row);
		int failed = store_row_put(st, &row, e);
		store_row_clear(&row);
		if (failed)
			return -1;
	}
	int result = store_commit(st, e);
	m->worst_us = MAX(m->worst_us, clock_cpu_us() - started);
	return result;
}

/* A range as one FETCH would bring it: downward from range to range, upward within, for rows that only
 * ever come before all others leave the pages half empty. */
static int put_range(struct maker *m, struct store *st, uint32_t lo, uint32_t hi, uint32_t rows, struct err *e)
{
	for (; lo <= hi; lo += STORE_BATCH)
		if (put_batch(m, st, lo, MIN(hi, lo + STORE_BATCH - 1), rows, e))
			return -1;
	return 0;
}

static int fill(struct maker *m, struct store *st, uint32_t rows, struct err *e)
{
	uint32_t account;
	struct store_folder f = { .raw = (char *)"INBOX",
		.name = (char *)"Inbox",
		.delimiter = '/',
		.role = ROLE_INBOX,
		.uidvalidity = 1,
		.uidnext = rows + 1,
		.exists = rows };
	if (store_account(st, "127.0.0.1", 993, "bench", "bench", &account, e))
		return -1;
	f.account = account;
	if (store_folder_put(st, &f, e))
		return -1;
	m->folder = f.id;
	for (uint32_t hi = rows; hi; hi -= MIN(hi, RANGE))
		if (put_range(m, st, hi - MIN(hi, RANGE) + 1, hi, rows, e))
			return -1;
	f.filled_down_to = 1;
	f.complete = true;
	f.unseen = m->unseen;
	f.last_sync = NEWEST + STEP;
	return store_folder_put(st, &f, e);
}

int main(int argc, char **argv)
{
	uint64_t rows = 0;
	bool fresh;
	struct err e = ERR_INIT;
	struct store *st = NULL;
	struct maker m = { 0 };
	if (argc != 4 || !str_u64(str_of(argv[3]), UINT32_MAX - 1, &rows)) {
		fprintf(stderr, "usage: make_rows CACHE_DIR STATE_DIR ROWS\n");
		return 64;
	}
	int result = store_open(argv[1], argv[2], &st, &fresh, &e);
	int64_t cpu = clock_cpu_us(), wall = clock_ms();
	if (!result)
		result = fill(&m, st, (uint32_t)rows, &e);
	cpu = clock_cpu_us() - cpu;
	wall = clock_ms() - wall;
	store_close(st);
	if (result) {
		fprintf(stderr, "make_rows: %s\n", e.text);
		err_clear(&e);
		return 74;
	}
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	printf("{\"rows\": %u, \"cpu_ms\": %d, \"wall_ms\": %d, \"worst_transaction_cpu_us\": %d, \"peak_kb\": %ld}\n",
		(unsigned)rows, (int)(cpu / 1000), (int)wall, (int)m.worst_us, used.ru_maxrss);
	return 0;
}
