/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is let go of an account, and what stays because something still needs it. */
#include <string.h>

#include "base/fs.h"
#include "engine/changes.h"
#include "tests/unit/unit.h"

#define DAY 86400
#define NOW (20000 * (int64_t)DAY)
#define ROWS 150

struct fixture {
	struct engine en;
	struct account *a;
	struct cfg *cfg;
	char *cache, *state;
	uint32_t folder;
	struct err e;
};

#define check_ok(f, call)                                                                                              \
	do {                                                                                                           \
		int result_ = (call);                                                                                  \
		if (result_)                                                                                           \
			g_test_message("%s: %s", #call, (f)->e.text);                                                  \
		g_assert_cmpint(result_, ==, 0);                                                                       \
	} while (0)

static uint32_t folder_new(struct fixture *f, const char *raw, const char *name, enum store_role role)
{
	struct store_folder folder = { .account = f->a->number,
		.raw = (char *)raw,
		.name = (char *)name,
		.role = role,
		.uidvalidity = 7,
		.uidnext = ROWS + 1,
		.exists = ROWS,
		.filled_down_to = 1,
		.complete = true,
		.last_sync = NOW };
	check_ok(f, store_folder_put(f->en.store, &folder, &f->e));
	return folder.id;
}

/* UID n was received n hours after what is ROWS hours ago. */
static void put_rows(struct fixture *f, uint32_t folder)
{
	check_ok(f, store_begin(f->en.store, &f->e));
	for (uint32_t uid = 1; uid <= ROWS; uid++) {
		g_autofree char *subject = g_strdup_printf("number %u", uid);
		struct store_row row = { .folder = folder,
			.uid = uid,
			.received = NOW - (int64_t)(ROWS - uid) * 3600,
			.subject = subject,
			.attachments = -1 };
		row.from = g_ptr_array_new();
		row.to = g_ptr_array_new();
		row.cc = g_ptr_array_new();
		check_ok(f, store_row_put(f->en.store, &row, &f->e));
		g_ptr_array_unref(row.from);
		g_ptr_array_unref(row.to);
		g_ptr_array_unref(row.cc);
	}
	check_ok(f, store_commit(f->en.store, &f->e));
}

static void start(struct fixture *f, const char *words, bool stay)
{
	g_autofree char *dir = unit_tmpdir();
	g_autofree char *text =
		g_strdup_printf("account box {\n  email a@box.example\n  imap localhost:1 tls\n%s\n}\n", words);
	bool fresh;
	*f = (struct fixture){ 0 };
	clock_set_virtual(1000000, NOW);
	f->cfg = cfg_parse(str_of(text), "", NULL);
	g_assert_cmpuint(f->cfg->accounts->len, ==, 1);
	f->cache = g_build_filename(dir, "cache", NULL);
	f->state = g_build_filename(dir, "state", NULL);
	f->en.settings = (struct engine_settings){
		.cfg = f->cfg, .cache_dir = f->cache, .state_dir = f->state, .interactive = true, .stay = stay
	};
	f->en.ctx = g_main_context_new();
	f->en.events = engine_events_new();
	check_ok(f, store_open(f->cache, f->state, &f->en.store, &fresh, &f->e));
	f->a = account_new(&f->en, 0, f->cfg->accounts->pdata[0]);
	check_ok(f, store_account(f->en.store, "localhost", 1, "a", "box", &f->a->number, &f->e));
	check_ok(f, peer_lock(f->a, &f->e));
	f->folder = folder_new(f, "INBOX", "Inbox", ROLE_INBOX);
	put_rows(f, f->folder);
}

static void clear(struct fixture *f)
{
	account_free(f->a);
	store_close(f->en.store);
	channel_free(f->en.events);
	g_main_context_unref(f->en.ctx);
	cfg_free(f->cfg);
	g_free(f->cache);
	g_free(f->state);
	err_clear(&f->e);
}

static void put_part(struct fixture *f, uint32_t uid, const char *section, size_t n)
{
	g_autofree char *bytes = g_strnfill(n, 'x');
	check_ok(f, store_part_put(f->en.store, f->folder, uid, section, (struct str){ bytes, n }, &f->e));
}

static bool has_part(struct fixture *f, uint32_t uid, const char *section)
{
	struct buf out;
	bool found;
	buf_init(&out, 100000);
	check_ok(f, store_part_get(f->en.store, f->folder, uid, section, &out, &found, &f->e));
	buf_clear(&out);
	return found;
}

/* "1 3 51-150" of the folder's UIDs. */
static void check_uids(struct fixture *f, uint32_t folder, const char *want)
{
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	GString *text = g_string_new(NULL);
	check_ok(f, store_uids(f->en.store, folder, 1, UINT32_MAX, uids, &f->e));
	for (unsigned i = 0; i < uids->len;) {
		uint32_t first = g_array_index(uids, uint32_t, i), last = first;
		while (++i < uids->len && g_array_index(uids, uint32_t, i) == last + 1)
			last++;
		g_string_append_printf(text, "%s%u", text->len ? " " : "", first);
		if (last > first)
			g_string_append_printf(text, "-%u", last);
	}
	g_assert_cmpstr(text->str, ==, want);
	g_string_free(text, TRUE);
}

static struct store_change *change_of(struct fixture *f, enum change_op op, uint32_t uid)
{
	struct store_change *c = store_change_new(op, f->a->number);
	c->folder = g_strdup("INBOX");
	c->target = g_strdup("INBOX.Away");
	c->uidvalidity = 7;
	store_change_item_add(c)->uid = uid;
	check_ok(f, store_change_put(f->en.store, c, &f->e));
	return c;
}

/* As the screens do it: by timers, a transaction at a time. */
static void idle(struct fixture *f)
{
	keep_idle(f->a);
	for (int i = 0; i < 100; i++) {
		clock_advance(25);
		while (g_main_context_iteration(f->en.ctx, FALSE)) {
		}
	}
}

static void rows_and_parts_come_within_their_budgets(void)
{
	struct fixture f;
	start(&f, "keep envelopes 100\nkeep text 90d 1KB\nkeep parts 2KB", false);
	for (uint32_t uid = 141; uid <= 150; uid++) {
		put_part(&f, uid, "HEADER", 500);
		put_part(&f, uid, "2", 500);
	}
	keep_now(f.a);
	check_uids(&f, f.folder, "51-150");
	g_assert_true(has_part(&f, 149, "HEADER"));
	g_assert_false(has_part(&f, 148, "HEADER"));
	g_assert_true(has_part(&f, 147, "2"));
	g_assert_false(has_part(&f, 146, "2"));
	clear(&f);
}

static void days_leave_the_newest_window(void)
{
	struct fixture f;
	start(&f, "keep envelopes 4d", false);
	keep_now(f.a);
	check_uids(&f, f.folder, "54-150");
	clear(&f);
	start(&f, "keep envelopes 1d", false);
	keep_now(f.a);
	check_uids(&f, f.folder, "101-150");
	clear(&f);
}

static void all_is_kept_by_default(void)
{
	struct fixture f;
	start(&f, "", false);
	put_part(&f, 1, "HEADER", 500);
	keep_now(f.a);
	check_uids(&f, f.folder, "1-150");
	g_assert_true(has_part(&f, 1, "HEADER"));
	clear(&f);
}

static void d26_what_a_change_refers_to_is_kept(void)
{
	struct fixture f;
	start(&f, "keep envelopes 100\nkeep text 90d 0MB\nkeep parts 0MB", false);
	uint32_t away = folder_new(&f, "INBOX.Away", "Away", ROLE_NONE);
	for (uint32_t uid = 2; uid <= 5; uid++) {
		put_part(&f, uid, "HEADER", 500);
		put_part(&f, uid, "2", 500);
	}
	struct store_change *flag = change_of(&f, CHANGE_FLAG, 2);
	struct store_change *copy = change_of(&f, CHANGE_COPY, 3), *move = change_of(&f, CHANGE_MOVE, 4);
	/* A process of its own wrote them: nobody has told this one yet. */
	keep_now(f.a);
	g_assert_cmpuint(f.a->changes.open->len, ==, 3);
	keep_now(f.a);
	check_uids(&f, f.folder, "2-3 51-150");
	g_assert_true(has_part(&f, 2, "HEADER") && has_part(&f, 3, "2"));
	struct store_place waiting = { away, 0, ((struct store_change_item *)move->items->pdata[0])->id };
	int64_t mid = 0;
	check_ok(&f, store_place_mid(f.en.store, waiting, &mid, &f.e));
	g_assert_cmpint(mid, !=, 0);
	struct buf out;
	bool found;
	buf_init(&out, 1000);
	check_ok(&f, store_part_get_at(f.en.store, waiting, "2", &out, &found, &f.e));
	g_assert_true(found);
	buf_clear(&out);
	store_change_free(flag);
	store_change_free(copy);
	store_change_free(move);
	clear(&f);
}

static void d26_messages_read_last_keep_their_parts(void)
{
	struct fixture f;
	start(&f, "keep text 90d 0MB\nkeep parts 0MB", false);
	for (uint32_t uid = 1; uid <= 3; uid++)
		put_part(&f, uid, "2", 500);
	struct request *r = request_new(REQ_READ, 1, 0);
	r->folder = g_strdup("Inbox");
	r->uid = 2;
	keep_read(f.a, r);
	keep_now(f.a);
	g_assert_false(has_part(&f, 1, "2"));
	g_assert_true(has_part(&f, 2, "2"));
	g_assert_false(has_part(&f, 3, "2"));
	for (r->uid = 50; r->uid < 70; r->uid++)
		keep_read(f.a, r);
	request_free(r);
	keep_now(f.a);
	g_assert_false(has_part(&f, 2, "2"));
	clear(&f);
}

static void nothing_goes_while_very_much_waits(void)
{
	struct fixture f;
	start(&f, "keep envelopes 100", false);
	struct store_change *c = store_change_new(CHANGE_FLAG, f.a->number);
	c->folder = g_strdup("INBOX");
	c->uidvalidity = 7;
	for (uint32_t uid = 1; uid <= 6000; uid++)
		store_change_item_add(c)->uid = uid;
	check_ok(&f, store_change_put(f.en.store, c, &f.e));
	store_change_free(c);
	keep_now(f.a);
	check_uids(&f, f.folder, "1-150");
	clear(&f);
}

static void another_process_drives_and_nothing_goes(void)
{
	struct fixture f;
	start(&f, "keep envelopes 100", true);
	peer_unlock(f.a);
	keep_now(f.a);
	idle(&f);
	keep_leave(f.a);
	check_uids(&f, f.folder, "1-150");
	clear(&f);
}

static void open_folder_is_thinned_when_it_is_left(void)
{
	struct fixture f;
	start(&f, "keep envelopes 100", true);
	uint32_t other = folder_new(&f, "INBOX.Other", "Other", ROLE_NONE);
	put_rows(&f, other);
	f.a->watched = g_strdup("Inbox");
	idle(&f);
	check_uids(&f, f.folder, "1-150");
	check_uids(&f, other, "51-150");
	/* Not again at once. */
	g_clear_pointer(&f.a->watched, g_free);
	idle(&f);
	check_uids(&f, f.folder, "1-150");
	f.a->watched = g_strdup("Inbox");
	keep_leave(f.a);
	check_uids(&f, f.folder, "51-150");
	clear(&f);
}

static void pass_waits_while_something_is_to_be_done(void)
{
	struct fixture f;
	start(&f, "keep envelopes 100", true);
	struct request *r = request_new(REQ_SYNC, 0, 0);
	account_queue(f.a, sync_job_new(f.a, r));
	idle(&f);
	check_uids(&f, f.folder, "1-150");
	job_end(g_queue_pop_head(&f.a->jobs), NULL);
	idle(&f);
	check_uids(&f, f.folder, "51-150");
	clear(&f);
}

static void tiers_are_marked_from_the_mailrc(void)
{
	struct fixture f;
	struct store_folder got = { 0 };
	start(&f, "pinned Lists Inbox\nskip Noise", false);
	uint32_t pinned = folder_new(&f, "INBOX.Lists", "Lists", ROLE_NONE);
	uint32_t skipped = folder_new(&f, "INBOX.Noise", "Noise", ROLE_NONE);
	check_ok(&f, folders_mark_tiers(f.a, &f.e));
	check_ok(&f, store_folder_get(f.en.store, pinned, &got, &f.e));
	g_assert_cmpuint(got.flags, ==, FOLDER_PINNED);
	store_folder_clear(&got);
	check_ok(&f, store_folder_get(f.en.store, skipped, &got, &f.e));
	g_assert_cmpuint(got.flags, ==, FOLDER_SKIPPED);
	store_folder_clear(&got);
	check_ok(&f, store_folder_get(f.en.store, f.folder, &got, &f.e));
	g_assert_cmpuint(got.flags, ==, 0);
	store_folder_clear(&got);
	/* The words are gone. */
	g_ptr_array_set_size(f.a->cfg->pinned, 0);
	check_ok(&f, folders_mark_tiers(f.a, &f.e));
	check_ok(&f, store_folder_get(f.en.store, pinned, &got, &f.e));
	g_assert_cmpuint(got.flags, ==, 0);
	store_folder_clear(&got);
	clear(&f);
}

void suite(void)
{
	unit_add(rows_and_parts_come_within_their_budgets);
	unit_add(days_leave_the_newest_window);
	unit_add(all_is_kept_by_default);
	unit_add(d26_what_a_change_refers_to_is_kept);
	unit_add(d26_messages_read_last_keep_their_parts);
	unit_add(nothing_goes_while_very_much_waits);
	unit_add(another_process_drives_and_nothing_goes);
	unit_add(open_folder_is_thinned_when_it_is_left);
	unit_add(pass_waits_while_something_is_to_be_done);
	unit_add(tiers_are_marked_from_the_mailrc);
}
