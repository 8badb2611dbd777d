/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

#include <string.h>

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

static struct store_choice *choose(struct fixture *f, struct store_filter *filter)
{
	struct store_choice *c = store_choice_new();
	g_array_append_val(c->folders, f->folder);
	c->filter = filter;
	return c;
}

static struct store_selection *make(struct fixture *f, struct store_choice *c)
{
	struct store_selection *s = selection_new(c);
	while (!selection_is_whole(s)) {
		uint32_t before = selection_total(s);
		if (selection_step(f->r, s, &f->e))
			break;
		g_assert_cmpuint(selection_total(s), >=, before);
	}
	g_assert_true(selection_is_whole(s));
	return s;
}

static char *uids_of(struct fixture *f, const struct store_selection *s, uint32_t from, unsigned rows)
{
	g_autoptr(GPtrArray) out = store_rows_new();
	GString *uids = g_string_new(NULL);
	check_ok(f, selection_rows(f->r, s, from, rows, out, &f->e));
	for (guint i = 0; i < out->len; i++)
		g_string_append_printf(uids, "%s%u", i ? " " : "", ((struct store_row *)out->pdata[i])->uid);
	return g_string_free(uids, FALSE);
}

/* Takes c. */
static void check(struct fixture *f, struct store_choice *c, const char *want)
{
	struct store_selection *s = make(f, c);
	g_autofree char *uids = uids_of(f, s, 0, 1000);
	g_assert_cmpstr(uids, ==, want);
	selection_free(s);
}

static struct store_filter *no(struct store_filter *f)
{
	struct store_filter *not = store_filter_new(FILTER_NOT);
	store_filter_add(not, f);
	return not ;
}

static struct store_filter *both(enum filter_op op, struct store_filter *a, struct store_filter *b)
{
	struct store_filter *f = store_filter_new(op);
	store_filter_add(f, a);
	store_filter_add(f, b);
	return f;
}

static struct store_filter *between(enum filter_op op, int64_t low, int64_t high)
{
	struct store_filter *f = store_filter_new(op);
	f->low = low;
	f->high = high;
	return f;
}

static void put(struct fixture *f, uint32_t folder, uint32_t uid, const char *subject, const char *name,
	const char *addr, uint64_t size, int64_t date)
{
	struct store_row row = { .folder = folder,
		.uid = uid,
		.received = WHEN + uid,
		.size = size,
		.subject = g_strdup(subject),
		.from = msg_addrs_new(),
		.to = msg_addrs_new(),
		.date = { date, 0, date != 0 },
		.attachments = -1 };
	if (addr)
		g_ptr_array_add(row.from, msg_addr_new(name, addr));
	g_autofree char *to = g_strdup_printf("to%u@example.org", 9 - uid);
	g_ptr_array_add(row.to, msg_addr_new(NULL, to));
	check_ok(f, store_row_put(f->st, &row, &f->e));
	store_row_clear(&row);
}

static void flags_choose_by_their_indexes(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 6);
	fixture_put(&f, 7, 0, MSG_FLAGGED);
	check(&f, choose(&f, no(store_filter_flags(MSG_SEEN))), "7 6 4 2");
	check(&f, choose(&f, store_filter_flags(MSG_FLAGGED)), "7");
	check(&f, choose(&f, store_filter_flags(MSG_SEEN)), "5 3 1");
	check(&f, choose(&f, both(FILTER_AND, no(store_filter_flags(MSG_SEEN)), no(store_filter_flags(MSG_FLAGGED)))),
		"6 4 2");
	check(&f, choose(&f, both(FILTER_OR, store_filter_flags(MSG_SEEN), store_filter_flags(MSG_FLAGGED))),
		"7 5 3 1");
	check(&f, choose(&f, NULL), "7 6 5 4 3 2 1");
	fixture_clear(&f);
}

static void text_without_case_and_accents(void)
{
	struct fixture f;
	start(&f);
	put(&f, f.folder, 1, "Crème brûlée", "Émile Roy", "e@roy.example", 1, 0);
	put(&f, f.folder, 2, "STRASSE", NULL, "Bob@x.example", 1, 0);
	put(&f, f.folder, 3, "Отчёт", "Ольга", "o@x.example", 1, 0);
	check(&f, choose(&f, store_filter_text(FILTER_SUBJECT, str_of("CREME BRULEE"))), "1");
	check(&f, choose(&f, store_filter_text(FILTER_SUBJECT, str_of("straße"))), "2");
	check(&f, choose(&f, store_filter_text(FILTER_SUBJECT, str_of("отчет"))), "3");
	check(&f, choose(&f, store_filter_text(FILTER_FROM, str_of("emile"))), "1");
	check(&f, choose(&f, store_filter_text(FILTER_FROM, str_of("bob@X"))), "2");
	check(&f, choose(&f, store_filter_text(FILTER_TO, str_of("bob"))), "");
	check(&f, choose(&f, store_filter_text(FILTER_FROM | FILTER_SUBJECT, str_of("roy"))), "1");
	check(&f, choose(&f, no(store_filter_text(FILTER_FROM, str_of("x.example")))), "1");
	fixture_clear(&f);
}

static void ranges_choose(void)
{
	struct fixture f;
	start(&f);
	put(&f, f.folder, 1, "", NULL, NULL, 100, WHEN + 1000);
	put(&f, f.folder, 2, "", NULL, NULL, 200, WHEN - 1000);
	put(&f, f.folder, 3, "", NULL, NULL, 300, 0);
	check(&f, choose(&f, between(FILTER_SIZE, 200, INT64_MAX)), "3 2");
	check(&f, choose(&f, between(FILTER_SIZE, 0, 200)), "1");
	check(&f, choose(&f, between(FILTER_DATE, WHEN, INT64_MAX)), "3 1");
	check(&f, choose(&f, between(FILTER_RECEIVED, WHEN + 2, WHEN + 3)), "2");
	fixture_clear(&f);
}

static struct store_choice *ordered(struct fixture *f, enum store_order order, bool reverse)
{
	struct store_choice *c = choose(f, NULL);
	c->order = order;
	c->reverse = reverse;
	return c;
}

static void orders_both_ways(void)
{
	struct fixture f;
	start(&f);
	put(&f, f.folder, 1, "banana", "carol", "c@x", 10, WHEN + 100);
	put(&f, f.folder, 2, "Re: AW: Apple", NULL, "Bob@x", 30, WHEN - 100);
	put(&f, f.folder, 3, "cherry", "Älice", "z@x", 20, 0);
	put(&f, f.folder, 4, "apple", NULL, NULL, 20, WHEN + 50);
	check(&f, ordered(&f, ORDER_DATE, false), "1 4 3 2");
	check(&f, ordered(&f, ORDER_DATE, true), "2 3 4 1");
	check(&f, ordered(&f, ORDER_SIZE, false), "2 4 3 1");
	check(&f, ordered(&f, ORDER_SUBJECT, false), "4 2 1 3");
	check(&f, ordered(&f, ORDER_FROM, false), "4 3 2 1");
	check(&f, ordered(&f, ORDER_FROM, true), "1 2 3 4");
	check(&f, ordered(&f, ORDER_RECEIVED, true), "1 2 3 4");
	struct store_choice *sent = ordered(&f, ORDER_FROM, false);
	sent->outgoing = true;
	check(&f, sent, "4 3 2 1");
	uint32_t at;
	struct store_selection *s = make(&f, ordered(&f, ORDER_SIZE, false));
	g_assert_true(selection_find(s, fixture_mid(&f, 3), 2, &at));
	g_assert_cmpuint(at, ==, 2);
	g_assert_true(selection_find(s, fixture_mid(&f, 3), 0, &at));
	g_assert_cmpuint(at, ==, 2);
	g_assert_false(selection_find(s, 12345, 3, &at));
	g_assert_cmpuint(at, ==, 3);
	g_assert_false(selection_find(s, 12345, 30, &at));
	g_assert_cmpuint(at, ==, 4);
	selection_free(s);
	fixture_clear(&f);
}

static void folders_are_merged(void)
{
	struct fixture f;
	start(&f);
	uint32_t other = fixture_folder(&f, "other");
	for (uint32_t uid = 1; uid <= 7; uid++)
		put(&f, uid % 3 ? f.folder : other, uid, "x", "n", "n@x", uid, 0);
	struct store_choice *c = choose(&f, NULL);
	g_array_append_val(c->folders, other);
	check(&f, c, "7 6 5 4 3 2 1");
	c = choose(&f, between(FILTER_SIZE, 0, 5));
	g_array_append_val(c->folders, other);
	c->order = ORDER_SIZE;
	check(&f, c, "4 3 2 1");
	fixture_clear(&f);
}

static void what_was_changed_is_kept(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 6);
	struct store_choice *c = choose(&f, no(store_filter_flags(MSG_SEEN)));
	int64_t kept[] = { fixture_mid(&f, 3), fixture_mid(&f, 5), fixture_mid(&f, 4), 12345 };
	g_array_append_vals(c->keep, kept, G_N_ELEMENTS(kept));
	check(&f, c, "6 5 4 3 2");
	c = choose(&f, store_filter_text(FILTER_SUBJECT, str_of("Subject 2")));
	g_array_append_vals(c->keep, kept, 1);
	check(&f, c, "3 2");
	fixture_clear(&f);
}

static void many_steps_find_the_same(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 2345);
	struct store_selection *s = selection_new(choose(&f, no(store_filter_flags(MSG_SEEN))));
	check_ok(&f, selection_step(f.r, s, &f.e));
	g_assert_false(selection_is_whole(s));
	g_assert_cmpuint(selection_total(s), ==, 500);
	g_autofree char *first = uids_of(&f, s, 0, 3);
	g_assert_cmpstr(first, ==, "2344 2342 2340");
	while (!selection_is_whole(s))
		check_ok(&f, selection_step(f.r, s, &f.e));
	g_assert_cmpuint(selection_total(s), ==, 1172);
	g_autofree char *last = uids_of(&f, s, 1169, 50);
	g_assert_cmpstr(last, ==, "6 4 2");
	uint32_t at;
	g_assert_true(selection_find(s, fixture_mid(&f, 2342), 1000000, &at));
	g_assert_cmpuint(at, ==, 1);
	g_assert_false(selection_find(s, fixture_mid(&f, 2341), 7, &at));
	g_assert_cmpuint(at, ==, 2);
	g_assert_cmpuint(selection_place(s, 1).uid, ==, 2342);
	selection_free(s);
	fixture_clear(&f);
}

static void rows_that_are_gone_are_left_out(void)
{
	struct fixture f;
	start(&f);
	fixture_fill(&f, 1, 5);
	struct store_selection *s = make(&f, choose(&f, NULL));
	int64_t before, after;
	check_ok(&f, reader_version(f.r, &before, &f.e));
	check_ok(&f, store_row_del(f.st, f.folder, 4, &f.e));
	g_autofree char *uids = uids_of(&f, s, 0, 10);
	g_assert_cmpstr(uids, ==, "5 3 2 1");
	check_ok(&f, reader_version(f.r, &after, &f.e));
	g_assert_cmpint(before, !=, after);
	selection_free(s);
	fixture_clear(&f);
}

static void places_without_a_uid_are_chosen_too(void)
{
	struct fixture f;
	struct store_row row;
	start(&f);
	fixture_fill(&f, 1, 2);
	fixture_row(&row, f.folder, 0, WHEN + 9, 0);
	row.local = 7;
	check_ok(&f, store_row_put(f.st, &row, &f.e));
	store_row_clear(&row);
	struct store_selection *s = make(&f, choose(&f, NULL));
	g_autofree char *uids = uids_of(&f, s, 0, 10);
	g_assert_cmpstr(uids, ==, "0 2 1");
	g_assert_cmpuint(selection_place(s, 0).local, ==, 7);
	g_assert_cmpuint(selection_place(s, 0).uid, ==, 0);
	g_assert_cmpuint(selection_place(s, 1).local, ==, 0);
	selection_free(s);
	fixture_clear(&f);
}

static void views_are_remembered(void)
{
	struct fixture f;
	uint32_t view = 1;
	start(&f);
	check_ok(&f, reader_view(f.r, 1, "Inbox", &view, &f.e));
	g_assert_cmpuint(view, ==, 0);
	check_ok(&f, store_view_put(f.st, 1, "Inbox", 0x24, &f.e));
	check_ok(&f, store_view_put(f.st, 2, "Inbox", 0x1, &f.e));
	fixture_shut(&f);
	fixture_open(&f);
	fixture_read(&f);
	check_ok(&f, reader_view(f.r, 1, "Inbox", &view, &f.e));
	g_assert_cmpuint(view, ==, 0x24);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(flags_choose_by_their_indexes);
	unit_add(text_without_case_and_accents);
	unit_add(ranges_choose);
	unit_add(orders_both_ways);
	unit_add(folders_are_merged);
	unit_add(what_was_changed_is_kept);
	unit_add(many_steps_find_the_same);
	unit_add(rows_that_are_gone_are_left_out);
	unit_add(places_without_a_uid_are_chosen_too);
	unit_add(views_are_remembered);
}
