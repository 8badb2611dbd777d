/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <sys/time.h>

#include "tests/unit/store/fixture.h"

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

static void check_window(struct fixture *f, enum store_anchor anchor, int64_t mid, unsigned rows, const char *want)
{
	g_autofree char *uids = fixture_window(f, anchor, mid, rows);
	g_assert_cmpstr(uids, ==, want);
}

static void window_of_every_anchor(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 9);
	int64_t five = fixture_mid(&f, 5), nine = fixture_mid(&f, 9), one = fixture_mid(&f, 1);
	check_window(&f, ANCHOR_TOP, 0, 3, "9 8 7");
	check_window(&f, ANCHOR_BOTTOM, 0, 3, "3 2 1");
	check_window(&f, ANCHOR_BELOW, five, 3, "4 3 2");
	check_window(&f, ANCHOR_ABOVE, five, 3, "8 7 6");
	check_window(&f, ANCHOR_AT, five, 3, "5 4 3");
	check_window(&f, ANCHOR_TOP, 0, 0, "9 8 7 6 5 4 3 2 1");
	check_window(&f, ANCHOR_BOTTOM, 0, 0, "9 8 7 6 5 4 3 2 1");
	check_window(&f, ANCHOR_ABOVE, nine, 3, "");
	check_window(&f, ANCHOR_BELOW, one, 3, "");
	check_window(&f, ANCHOR_ABOVE, five, 0, "9 8 7 6");
	fixture_clear(&f);
}

static void window_anchor_deleted_starts_beside_it(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 9);
	int64_t five = fixture_mid(&f, 5);
	check_ok(&f, store_row_del(f.st, f.folder, 5, &f.e));
	check_window(&f, ANCHOR_AT, five, 3, "4 3 2");
	check_window(&f, ANCHOR_BELOW, five, 3, "4 3 2");
	check_window(&f, ANCHOR_ABOVE, five, 3, "8 7 6");
	fixture_clear(&f);
}

static void window_of_ties_shows_each_once(void)
{
	struct fixture f;
	start(&f);
	for (uint32_t uid = 1; uid <= 20; uid++)
		fixture_put(&f, uid, WHEN + uid / 10, 0);
	int64_t mid = INT64_MAX;
	g_autoptr(GString) all = g_string_new(NULL);
	for (int i = 0; i < 10; i++) {
		struct store_window w = { .folder = f.folder, .anchor = ANCHOR_BELOW, .mid = mid, .rows = 3 };
		g_autoptr(GPtrArray) out = store_rows_new();
		check_ok(&f, reader_window(f.r, &w, out, &f.e));
		for (guint k = 0; k < out->len; k++) {
			struct store_row *row = out->pdata[k];
			g_string_append_printf(all, "%u ", row->uid);
			mid = row->mid;
		}
	}
	g_assert_cmpstr(all->str, ==, "20 19 18 17 16 15 14 13 12 11 10 9 8 7 6 5 4 3 2 1 ");
	fixture_clear(&f);
}

static void window_sees_one_folder(void)
{
	struct fixture f;
	start(&f);
	uint32_t inbox = f.folder;
	fixture_fill(&f, 1, 5);
	f.folder = fixture_folder(&f, "Other");
	check_window(&f, ANCHOR_TOP, 0, 3, "");
	fixture_fill(&f, 100, 102);
	check_window(&f, ANCHOR_BOTTOM, 0, 0, "102 101 100");
	f.folder = inbox;
	check_window(&f, ANCHOR_TOP, 0, 2, "5 4");
	fixture_clear(&f);
}

static void window_appends_to_what_is_there(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 5);
	struct store_window w = { .folder = f.folder, .anchor = ANCHOR_TOP, .rows = 1 };
	g_autoptr(GPtrArray) out = store_rows_new();
	check_ok(&f, reader_window(f.r, &w, out, &f.e));
	w.anchor = ANCHOR_BOTTOM;
	w.rows = 2;
	check_ok(&f, reader_window(f.r, &w, out, &f.e));
	g_assert_cmpuint(out->len, ==, 3);
	g_assert_cmpuint(((struct store_row *)out->pdata[0])->uid, ==, 5);
	g_assert_cmpuint(((struct store_row *)out->pdata[1])->uid, ==, 2);
	fixture_clear(&f);
}

static uint64_t steps_of_newest(struct fixture *f)
{
	uint64_t before = reader_steps(f->r);
	g_free(fixture_window(f, ANCHOR_TOP, 0, 50));
	return reader_steps(f->r) - before;
}

static void window_costs_the_same_at_any_size(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 10000, 10099);
	uint64_t few = steps_of_newest(&f);
	fixture_fill(&f, 5000, 9999);
	g_assert_cmpuint(few, >, 50);
	g_assert_cmpuint(steps_of_newest(&f), ==, few);
	fixture_clear(&f);
}

static void position_counts_up_to_its_bound(void)
{
	struct fixture f;
	uint32_t position = 0;
	start(&f);
	fixture_fill(&f, 1, 9);
	check_ok(&f, reader_position(f.r, f.folder, fixture_mid(&f, 9), 9, 100, &position, &f.e));
	g_assert_cmpuint(position, ==, 0);
	check_ok(&f, reader_position(f.r, f.folder, fixture_mid(&f, 2), 2, 100, &position, &f.e));
	g_assert_cmpuint(position, ==, 7);
	check_ok(&f, reader_position(f.r, f.folder, fixture_mid(&f, 2), 2, 3, &position, &f.e));
	g_assert_cmpuint(position, ==, 3);
	fixture_clear(&f);
}

static guint by_msgid(struct fixture *f, const char *msgid)
{
	g_autoptr(GPtrArray) out = store_rows_new();
	check_ok(f, reader_by_msgid(f->r, msgid, out, &f->e));
	for (guint i = 0; i < out->len; i++)
		g_assert_cmpstr(((struct store_row *)out->pdata[i])->msgid, ==, msgid);
	return out->len;
}

static void by_msgid_finds_every_place(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 5);
	f.folder = fixture_folder(&f, "Other");
	fixture_fill(&f, 3, 4);
	g_assert_cmpuint(by_msgid(&f, "3@example.org"), ==, 2);
	g_assert_cmpuint(by_msgid(&f, "5@example.org"), ==, 1);
	g_assert_cmpuint(by_msgid(&f, "6@example.org"), ==, 0);
	g_assert_cmpuint(by_msgid(&f, ""), ==, 0);
	check_ok(&f, store_row_del(f.st, f.folder, 3, &f.e));
	g_assert_cmpuint(by_msgid(&f, "3@example.org"), ==, 1);
	fixture_clear(&f);
}

static void h17_by_msgid_is_bounded(void)
{
	struct fixture f;
	start(&f);
	check_ok(&f, store_begin(f.st, &f.e));
	for (uint32_t uid = 1; uid <= 150; uid++) {
		struct store_row row = { .folder = f.folder, .uid = uid, .received = WHEN, .msgid = (char *)"same@x" };
		check_ok(&f, store_row_put(f.st, &row, &f.e));
	}
	check_ok(&f, store_commit(f.st, &f.e));
	g_assert_cmpuint(by_msgid(&f, "same@x"), ==, 100);
	fixture_clear(&f);
}

static void by_msgid_finds_sorted_and_waiting_ones(void)
{
	struct fixture f;
	int64_t sorted = 0;
	start(&f);
	fixture_fill(&f, 1, 20000);
	g_assert_cmpint(db_int(db_query(f.st->shelf.cache, "SELECT count(*) FROM message_id"), &sorted, &f.e), ==, 1);
	g_assert_cmpint(sorted, >, 1000);
	g_assert_cmpint(sorted, <, 20000);
	for (uint32_t uid = 1; uid <= 20000; uid += 97) {
		g_autofree char *msgid = g_strdup_printf("%u@example.org", uid);
		g_assert_cmpuint(by_msgid(&f, msgid), ==, 1);
	}
	check_ok(&f, store_row_del(f.st, f.folder, 1, &f.e));
	check_ok(&f, store_row_del(f.st, f.folder, 20000, &f.e));
	g_assert_cmpuint(by_msgid(&f, "1@example.org"), ==, 0);
	g_assert_cmpuint(by_msgid(&f, "20000@example.org"), ==, 0);
	fixture_clear(&f);
}

static struct store_reader *interrupted;

static void on_alarm(int signal)
{
	(void)signal;
	reader_interrupt(interrupted);
}

static void interrupt_ends_a_long_answer_as_canceled(void)
{
	struct fixture f;
	bool canceled = false;
	start(&f);
	fixture_fill(&f, 1, 3000);
	interrupted = f.r;
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 500 }, { 0, 500 } }, NULL);
	for (int i = 0; i < 5000 && !canceled; i++) {
		struct store_window w = { .folder = f.folder };
		g_autoptr(GPtrArray) out = store_rows_new();
		if (reader_window(f.r, &w, out, &f.e)) {
			g_assert_cmpint(f.e.cause, ==, ERR_CANCELED);
			canceled = true;
		}
	}
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	signal(SIGALRM, SIG_DFL);
	g_assert_true(canceled);
	check_window(&f, ANCHOR_TOP, 0, 1, "3000");
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(window_of_every_anchor);
	unit_add(window_anchor_deleted_starts_beside_it);
	unit_add(window_of_ties_shows_each_once);
	unit_add(window_sees_one_folder);
	unit_add(window_appends_to_what_is_there);
	unit_add(window_costs_the_same_at_any_size);
	unit_add(position_counts_up_to_its_bound);
	unit_add(by_msgid_finds_every_place);
	unit_add(h17_by_msgid_is_bounded);
	unit_add(by_msgid_finds_sorted_and_waiting_ones);
	unit_add(interrupt_ends_a_long_answer_as_canceled);
}
