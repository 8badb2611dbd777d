/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"
#include "tests/unit/unit.h"

struct fixture {
	struct store *store;
	struct store_folder folder;
	struct apply apply;
	struct err err;
};

static void set_up(struct fixture *t, uint32_t messages)
{
	g_autofree char *top = unit_tmpdir();
	g_autofree char *cache = g_build_filename(top, "cache", NULL), *state = g_build_filename(top, "state", NULL);
	bool fresh;
	uint32_t account;
	*t = (struct fixture){ 0 };
	g_assert_cmpint(store_open(cache, state, &t->store, &fresh, &t->err), ==, 0);
	g_assert_cmpint(store_account(t->store, "host", 993, "vera", "box", &account, &t->err), ==, 0);
	t->folder = (struct store_folder){ .account = account,
		.raw = g_strdup("INBOX"),
		.name = g_strdup("Inbox"),
		.role = ROLE_INBOX,
		.uidvalidity = 7 };
	g_assert_cmpint(store_folder_put(t->store, &t->folder, &t->err), ==, 0);
	apply_init(&t->apply, t->store, NULL, &t->folder);
	for (uint32_t uid = 1; uid <= messages; uid++) {
		struct store_row *row = g_new0(struct store_row, 1);
		*row = (struct store_row){ .uid = uid,
			.received = 1700000000 + uid,
			.size = 10,
			.subject = g_strdup("x"),
			.from = msg_addrs_new(),
			.to = msg_addrs_new(),
			.cc = msg_addrs_new(),
			.attachments = -1 };
		g_assert_cmpint(apply_row(&t->apply, row, &t->err), ==, 0);
	}
	g_assert_cmpint(apply_flush(&t->apply, 1, &t->err), ==, 0);
}

static void tear_down(struct fixture *t)
{
	apply_clear(&t->apply);
	store_folder_clear(&t->folder);
	store_close(t->store);
	err_clear(&t->err);
}

static uint32_t rows(struct fixture *t)
{
	struct store_folder f = { 0 };
	g_assert_cmpint(store_folder_get(t->store, t->folder.id, &f, &t->err), ==, 0);
	uint32_t n = f.rows;
	store_folder_clear(&f);
	return n;
}

static void see(struct fixture *t, uint32_t lo, uint32_t hi)
{
	for (uint32_t uid = lo; uid <= hi; uid++)
		g_array_append_val(t->apply.seen, uid);
}

static void rows_are_written_and_counted_once(void)
{
	struct fixture t;
	set_up(&t, 250);
	g_assert_cmpuint(t.apply.fresh, ==, 250);
	g_assert_cmpuint(rows(&t), ==, 250);
	struct store_row *again = g_new0(struct store_row, 1);
	*again = (struct store_row){ .uid = 9,
		.flags = MSG_SEEN,
		.received = 1700000009,
		.from = msg_addrs_new(),
		.to = msg_addrs_new(),
		.cc = msg_addrs_new(),
		.subject = g_strdup("x") };
	g_assert_cmpint(apply_row(&t.apply, again, &t.err), ==, 0);
	g_assert_cmpint(apply_flush(&t.apply, 0, &t.err), ==, 0);
	g_assert_cmpuint(t.apply.fresh, ==, 250);
	g_assert_cmpuint(t.apply.changed, ==, 1);
	g_assert_cmpuint(rows(&t), ==, 250);
	tear_down(&t);
}

static void vanished_are_what_the_server_did_not_name(void)
{
	struct fixture t;
	set_up(&t, 300);
	see(&t, 1, 90);
	see(&t, 95, 300);
	g_assert_cmpint(apply_vanished(&t.apply, 1, UINT32_MAX, &t.err), ==, 0);
	g_assert_cmpuint(t.apply.gone, ==, 4);
	g_assert_cmpuint(rows(&t), ==, 296);
	/* Outside the range nothing is judged. */
	g_array_set_size(t.apply.seen, 0);
	see(&t, 200, 300);
	g_assert_cmpint(apply_vanished(&t.apply, 200, UINT32_MAX, &t.err), ==, 0);
	g_assert_cmpuint(rows(&t), ==, 296);
	tear_down(&t);
}

static void i16_most_vanish_only_at_a_second_look(void)
{
	struct fixture t;
	set_up(&t, 300);
	g_assert_cmpint(apply_vanished(&t.apply, 1, UINT32_MAX, &t.err), ==, 0);
	g_assert_true(t.apply.doubt);
	g_assert_cmpuint(rows(&t), ==, 300);
	t.apply.confirmed = true;
	g_assert_cmpint(apply_vanished(&t.apply, 1, UINT32_MAX, &t.err), ==, 0);
	g_assert_cmpuint(rows(&t), ==, 0);
	tear_down(&t);
}

static void uid_the_cache_lacks_is_found_missing(void)
{
	struct fixture t;
	set_up(&t, 50);
	see(&t, 1, 50);
	g_assert_cmpint(store_row_del(t.store, t.folder.id, 20, &t.err), ==, 0);
	g_assert_cmpint(apply_vanished(&t.apply, 1, UINT32_MAX, &t.err), ==, 0);
	g_assert_true(imap_set_has(&t.apply.missing, 20));
	g_assert_cmpuint(imap_set_count(&t.apply.missing), ==, 1);
	g_assert_cmpuint(t.apply.gone, ==, 0);
	tear_down(&t);
}

static void dry_run_counts_and_writes_nothing(void)
{
	struct fixture t;
	set_up(&t, 50);
	t.apply.dry = true;
	see(&t, 1, 40);
	g_assert_cmpint(apply_vanished(&t.apply, 1, UINT32_MAX, &t.err), ==, 0);
	g_assert_cmpuint(t.apply.gone, ==, 10);
	g_assert_cmpuint(rows(&t), ==, 50);
	tear_down(&t);
}

void suite(void)
{
	unit_add(rows_are_written_and_counted_once);
	unit_add(vanished_are_what_the_server_did_not_name);
	unit_add(i16_most_vanish_only_at_a_second_look);
	unit_add(uid_the_cache_lacks_is_found_missing);
	unit_add(dry_run_counts_and_writes_nothing);
}
