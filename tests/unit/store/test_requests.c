/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "base/clock.h"
#include "tests/unit/store/fixture.h"

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

/* A move of uids lo.. of INBOX (UIDVALIDITY 1) to "Archive". */
static struct store_change *move_new(uint32_t lo, unsigned n)
{
	struct store_change *c = store_change_new(CHANGE_MOVE, 1);
	c->folder = g_strdup("INBOX");
	c->target = g_strdup("Archive");
	c->uidvalidity = 1;
	c->target_uidvalidity = 7;
	for (uint32_t i = 0; i < n; i++) {
		struct store_change_item *item = store_change_item_add(c);
		item->uid = lo + i;
		item->size = 1000 + lo + i;
		item->received = WHEN + lo + i;
		item->msgid = g_strdup_printf("%u@example.org", lo + i);
	}
	return c;
}

static struct store_change_item *item_of(const struct store_change *c, guint i)
{
	return c->items->pdata[i];
}

static struct store_change *get(struct fixture *f, uint32_t id)
{
	struct store_change *c = NULL;
	check_ok(f, store_change_get(f->st, id, &c, &f->e));
	return c;
}

static GPtrArray *words(const char *a, const char *b)
{
	GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(all, g_strdup(a));
	g_ptr_array_add(all, g_strdup(b));
	return all;
}

static void change_put_and_read_is_equal(void)
{
	struct fixture f;
	start(&f);
	struct store_change *in = store_change_new(CHANGE_FLAG, 9);
	in->folder = g_strdup("INBOX.Entw&APw-rfe");
	in->target = g_strdup("T");
	in->uidvalidity = UINT32_MAX;
	in->target_uidnext = 5;
	in->target_uidvalidity = 6;
	in->add = MSG_SEEN;
	in->remove = MSG_FLAGGED;
	in->add_keywords = words("$Work", "später");
	in->remove_keywords = words("a", "b");
	in->path = g_strdup("/spool/x\xff");
	in->size = UINT64_MAX;
	in->sha256 = g_strdup("abc");
	in->step = 3;
	in->state = CHANGE_BEGUN;
	in->undoes = 77;
	in->made = 1;
	in->tried = 2;
	in->ended = 3;
	in->attempts = 4;
	in->owner = g_strdup("batch 1234");
	in->error = g_strdup("");
	in->server = g_strdup("NO [OVERQUOTA] full\xfe");
	in->person = true;
	struct store_change_item *item = store_change_item_add(in);
	item->local = 12;
	item->size = UINT64_MAX;
	item->received = -5;
	item->flags_before = MSG_DRAFT;
	item->keywords_before = words("x", "y");
	item->target_uid = UINT32_MAX;
	item->state = CHANGE_FAILED;
	store_change_item_add(in)->uid = 4;
	check_ok(&f, store_change_put(f.st, in, &f.e));
	struct store_change *out = get(&f, in->id);
	g_assert_cmpuint(out->id, ==, in->id);
	g_assert_cmpuint(out->account, ==, 9);
	g_assert_cmpint(out->op, ==, CHANGE_FLAG);
	g_assert_cmpstr(out->folder, ==, in->folder);
	g_assert_cmpstr(out->target, ==, "T");
	g_assert_cmpuint(out->uidvalidity, ==, UINT32_MAX);
	g_assert_cmpuint(out->target_uidnext, ==, 5);
	g_assert_cmpuint(out->target_uidvalidity, ==, 6);
	g_assert_cmphex(out->add, ==, MSG_SEEN);
	g_assert_cmphex(out->remove, ==, MSG_FLAGGED);
	g_assert_cmpstr(out->add_keywords->pdata[1], ==, "später");
	g_assert_cmpstr(out->remove_keywords->pdata[0], ==, "a");
	g_assert_cmpstr(out->path, ==, in->path);
	g_assert_true(out->size == UINT64_MAX);
	g_assert_cmpstr(out->sha256, ==, "abc");
	g_assert_cmpint(out->step, ==, 3);
	g_assert_cmpint(out->state, ==, CHANGE_BEGUN);
	g_assert_cmpuint(out->undoes, ==, 77);
	g_assert_cmpuint(out->undone_by, ==, 0);
	g_assert_cmpuint(out->group, ==, in->id);
	g_assert_cmpint(out->made, ==, 1);
	g_assert_cmpint(out->tried, ==, 2);
	g_assert_cmpint(out->ended, ==, 3);
	g_assert_cmpuint(out->attempts, ==, 4);
	g_assert_cmpstr(out->owner, ==, "batch 1234");
	g_assert_cmpstr(out->error, ==, "");
	g_assert_cmpstr(out->server, ==, in->server);
	g_assert_true(out->person);
	g_assert_cmpuint(out->items->len, ==, 2);
	g_assert_cmpuint(item_of(out, 0)->id, ==, item->id);
	g_assert_cmpuint(item_of(out, 0)->uid, ==, 0);
	g_assert_cmpuint(item_of(out, 0)->local, ==, 12);
	g_assert_true(item_of(out, 0)->size == UINT64_MAX);
	g_assert_cmpint(item_of(out, 0)->received, ==, -5);
	g_assert_null(item_of(out, 0)->msgid);
	g_assert_cmphex(item_of(out, 0)->flags_before, ==, MSG_DRAFT);
	g_assert_cmpstr(item_of(out, 0)->keywords_before->pdata[1], ==, "y");
	g_assert_cmpuint(item_of(out, 0)->target_uid, ==, UINT32_MAX);
	g_assert_cmpint(item_of(out, 0)->state, ==, CHANGE_FAILED);
	g_assert_cmpuint(item_of(out, 1)->uid, ==, 4);
	store_change_free(in);
	store_change_free(out);
	fixture_clear(&f);
}

static void put_new(struct fixture *f, struct store_change *c)
{
	check_ok(f, store_change_put(f->st, c, &f->e));
	g_assert_cmpuint(c->id, !=, 0);
	for (guint i = 0; i < c->items->len; i++)
		g_assert_cmpuint(item_of(c, i)->id, !=, 0);
}

/* A move of n messages from lo on, put and freed: its id. */
static uint32_t put_move(struct fixture *f, uint32_t lo, unsigned n)
{
	struct store_change *c = move_new(lo, n);
	put_new(f, c);
	uint32_t id = c->id;
	store_change_free(c);
	return id;
}

static void set_state(struct fixture *f, uint32_t id, enum change_state state, int64_t ended)
{
	struct store_change *c = get(f, id);
	c->state = state;
	c->ended = ended;
	check_ok(f, store_change_step(f->st, c, &f->e));
	store_change_free(c);
}

static void change_put_again_rewrites_items(void)
{
	struct fixture f;
	start(&f);
	struct store_change *c = move_new(1, 3);
	put_new(&f, c);
	uint32_t last = item_of(c, 2)->id;
	g_ptr_array_remove_index(c->items, 1);
	store_change_item_add(c)->uid = 50;
	g_free(c->target);
	c->target = g_strdup("Elsewhere");
	check_ok(&f, store_change_put(f.st, c, &f.e));
	struct store_change *out = get(&f, c->id);
	g_assert_cmpstr(out->target, ==, "Elsewhere");
	g_assert_cmpuint(out->items->len, ==, 3);
	g_assert_cmpuint(item_of(out, 1)->id, ==, last);
	g_assert_cmpuint(item_of(out, 2)->uid, ==, 50);
	g_assert_cmpuint(item_of(out, 2)->id, ==, last + 1);
	store_change_free(out);
	store_change_free(c);
	fixture_clear(&f);
}

static void step_writes_the_row_and_items_only_what_differs(void)
{
	struct fixture f;
	start(&f);
	struct store_change *c = move_new(1, 3);
	put_new(&f, c);
	c->state = CHANGE_BEGUN;
	c->step = 2;
	item_of(c, 0)->target_uid = 9;
	check_ok(&f, store_change_step(f.st, c, &f.e));
	struct store_change *out = get(&f, c->id);
	g_assert_cmpint(out->state, ==, CHANGE_BEGUN);
	g_assert_cmpint(out->step, ==, 2);
	g_assert_cmpuint(item_of(out, 0)->target_uid, ==, 0);
	store_change_free(out);
	item_of(c, 1)->state = CHANGE_DONE;
	check_ok(&f, store_change_items(f.st, c, &f.e));
	out = get(&f, c->id);
	g_assert_cmpuint(item_of(out, 0)->target_uid, ==, 9);
	g_assert_cmpint(item_of(out, 1)->state, ==, CHANGE_DONE);
	g_assert_cmpint(item_of(out, 2)->state, ==, CHANGE_OPEN);
	/* Another's write of what we do not touch stays. */
	item_of(out, 2)->target_uid = 33;
	check_ok(&f, store_change_items(f.st, out, &f.e));
	item_of(c, 0)->state = CHANGE_DONE;
	check_ok(&f, store_change_items(f.st, c, &f.e));
	store_change_free(out);
	out = get(&f, c->id);
	g_assert_cmpuint(item_of(out, 2)->target_uid, ==, 33);
	g_assert_cmpint(item_of(out, 0)->state, ==, CHANGE_DONE);
	store_change_free(out);
	store_change_free(c);
	fixture_clear(&f);
}

static void change_absent_is_missing(void)
{
	struct fixture f;
	uint32_t uid;
	enum change_state state;
	start(&f);
	struct store_change *none = NULL, *c = move_new(1, 1);
	g_assert_cmpint(store_change_get(f.st, 1, &none, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_null(none);
	g_assert_cmpint(store_change_local(f.st, 1, &uid, &state, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	c->id = 99;
	g_assert_cmpint(store_change_step(f.st, c, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	store_change_free(c);
	fixture_clear(&f);
}

static char *open_ids(struct fixture *f, uint32_t account)
{
	g_autoptr(GPtrArray) open = store_changes_new();
	GString *ids = g_string_new(NULL);
	check_ok(f, store_changes_open(f->st, account, open, &f->e));
	for (guint i = 0; i < open->len; i++)
		g_string_append_printf(ids, "%s%u", i ? " " : "", ((struct store_change *)open->pdata[i])->id);
	return g_string_free(ids, FALSE);
}

static void check_open(struct fixture *f, uint32_t account, const char *want)
{
	g_autofree char *ids = open_ids(f, account);
	g_assert_cmpstr(ids, ==, want);
}

static void changes_open_are_those_that_have_not_ended(void)
{
	static const enum change_state states[] = { CHANGE_OPEN, CHANGE_BEGUN, CHANGE_DONE, CHANGE_FAILED,
		CHANGE_PARKED };
	struct fixture f;
	start(&f);
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		set_state(&f, put_move(&f, (uint32_t)i + 1, 2), states[i], 0);
	struct store_change *other = store_change_new(CHANGE_CREATE, 2);
	other->folder = g_strdup("New");
	put_new(&f, other);
	store_change_free(other);
	check_open(&f, 1, "1 2");
	check_open(&f, 2, "6");
	check_open(&f, 0, "1 2 6");
	/* A failed one that is tried again. */
	set_state(&f, 4, CHANGE_OPEN, 0);
	check_open(&f, 1, "1 2 4");
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	check_open(&f, 0, "1 2 4 6");
	g_autoptr(GPtrArray) all = store_changes_new();
	g_autoptr(GPtrArray) waiting = store_changes_new();
	g_autoptr(GPtrArray) newest = store_changes_new();
	fixture_read(&f);
	check_ok(&f, reader_changes(f.r, true, 0, all, &f.e));
	check_ok(&f, reader_changes(f.r, false, 0, waiting, &f.e));
	check_ok(&f, reader_changes(f.r, true, 1, newest, &f.e));
	g_assert_cmpuint(all->len, ==, 6);
	g_assert_cmpuint(waiting->len, ==, 5); /* the parked one waits for the user */
	g_assert_cmpuint(newest->len, ==, 1);
	g_assert_cmpuint(((struct store_change *)newest->pdata[0])->id, ==, 6);
	g_assert_cmpuint(((struct store_change *)all->pdata[5])->items->len, ==, 2);
	fixture_clear(&f);
}

static void d10_change_taken_back_elsewhere_is_not_begun(void)
{
	struct fixture f;
	start(&f);
	uint32_t id = put_move(&f, 1, 1), begun = put_move(&f, 2, 1);
	struct store_change *ours = get(&f, id), *theirs = get(&f, id);
	theirs->state = CHANGE_UNDONE;
	check_ok(&f, store_change_step(f.st, theirs, &f.e));
	ours->state = CHANGE_BEGUN;
	g_assert_cmpint(store_change_step(f.st, ours, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_CANCELED);
	g_assert_cmpint(store_change_put(f.st, ours, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_CANCELED);
	store_change_free(ours);
	store_change_free(theirs);
	ours = get(&f, begun), theirs = get(&f, begun);
	ours->state = CHANGE_BEGUN;
	check_ok(&f, store_change_step(f.st, ours, &f.e));
	theirs->state = CHANGE_UNDONE;
	g_assert_cmpint(store_change_step(f.st, theirs, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_CANCELED);
	/* What is being undone stays so when the runner writes its own copy. */
	struct store_change *row = get(&f, begun);
	row->undone_by = 55;
	check_ok(&f, store_change_step(f.st, row, &f.e));
	ours->state = CHANGE_DONE;
	check_ok(&f, store_change_step(f.st, ours, &f.e));
	store_change_free(row);
	row = get(&f, begun);
	g_assert_cmpuint(row->undone_by, ==, 55);
	g_assert_cmpint(row->state, ==, CHANGE_DONE);
	store_change_free(row);
	store_change_free(ours);
	store_change_free(theirs);
	fixture_clear(&f);
}

static void group_is_put_whole_and_read_in_order(void)
{
	struct fixture f;
	start(&f);
	g_autoptr(GPtrArray) changes = store_changes_new(), out = store_changes_new();
	put_move(&f, 90, 1);
	for (uint32_t i = 0; i < 3; i++)
		g_ptr_array_add(changes, move_new(10 * i + 1, 2));
	check_ok(&f, store_changes_put(f.st, changes, &f.e));
	check_ok(&f, store_changes_group(f.st, 2, out, &f.e));
	g_assert_cmpuint(out->len, ==, 3);
	for (guint i = 0; i < 3 && i < out->len; i++) {
		struct store_change *c = out->pdata[i];
		g_assert_cmpuint(c->id, ==, 2 + i);
		g_assert_cmpuint(c->group, ==, 2);
		g_assert_cmpuint(item_of(c, 0)->uid, ==, 10 * i + 1);
	}
	fixture_clear(&f);
}

static char *undoable(struct fixture *f, unsigned n)
{
	g_autoptr(GArray) groups = g_array_new(FALSE, FALSE, sizeof(guint32));
	GString *ids = g_string_new(NULL);
	check_ok(f, store_changes_undoable(f->st, n, groups, &f->e));
	for (guint i = 0; i < groups->len; i++)
		g_string_append_printf(ids, "%s%u", i ? " " : "", g_array_index(groups, guint32, i));
	return g_string_free(ids, FALSE);
}

static void check_undoable(struct fixture *f, unsigned n, const char *want)
{
	g_autofree char *ids = undoable(f, n);
	g_assert_cmpstr(ids, ==, want);
}

static void undoable_are_the_newest_with_an_inverse(void)
{
	struct fixture f;
	start(&f);
	put_move(&f, 1, 1);                                  /* 1: open */
	set_state(&f, put_move(&f, 2, 1), CHANGE_DONE, 5);   /* 2 */
	set_state(&f, put_move(&f, 3, 1), CHANGE_FAILED, 5); /* 3 */
	set_state(&f, put_move(&f, 4, 1), CHANGE_UNDONE, 5); /* 4 */
	for (int op = CHANGE_EXPUNGE; op <= CHANGE_SYNC; op++) /* 5.. */ {
		struct store_change *c = store_change_new((enum change_op)op, 1);
		put_new(&f, c);
		store_change_free(c);
	}
	check_undoable(&f, 99, "12 11 10 9 8 7 6 5 2 1"); /* 13 is a sync */
	check_undoable(&f, 2, "12 11");
	for (uint32_t id = 5; id <= 12; id++)
		set_state(&f, id, CHANGE_BEGUN, 0);
	check_undoable(&f, 99, "11 10 8 7 6 2 1");
	struct store_change *undo = move_new(2, 1), *undone = get(&f, 2);
	undo->undoes = 2;
	put_new(&f, undo);
	undone->undone_by = undo->id;
	check_ok(&f, store_change_step(f.st, undone, &f.e));
	check_undoable(&f, 99, "11 10 8 7 6 1");
	store_change_free(undo);
	store_change_free(undone);
	fixture_clear(&f);
}

static void local_number_is_followed_to_its_uid(void)
{
	struct fixture f;
	uint32_t uid = 99;
	enum change_state state = CHANGE_FAILED;
	start(&f);
	struct store_change *c = move_new(1, 2);
	put_new(&f, c);
	check_ok(&f, store_change_local(f.st, item_of(c, 1)->id, &uid, &state, &f.e));
	g_assert_cmpuint(uid, ==, 0);
	g_assert_cmpint(state, ==, CHANGE_OPEN);
	item_of(c, 1)->target_uid = 500;
	item_of(c, 1)->state = CHANGE_DONE;
	check_ok(&f, store_change_items(f.st, c, &f.e));
	check_ok(&f, store_change_local(f.st, item_of(c, 1)->id, &uid, &state, &f.e));
	g_assert_cmpuint(uid, ==, 500);
	g_assert_cmpint(state, ==, CHANGE_DONE);
	store_change_free(c);
	fixture_clear(&f);
}

static void item_leads_to_its_change(void)
{
	struct fixture f;
	struct store_change *found = NULL;
	start(&f);
	struct store_change *first = move_new(1, 2), *second = move_new(5, 1);
	put_new(&f, first);
	put_new(&f, second);
	check_ok(&f, store_change_of_item(f.st, item_of(first, 1)->id, &found, &f.e));
	g_assert_cmpuint(found->id, ==, first->id);
	g_assert_cmpuint(found->items->len, ==, 2);
	store_change_free(found);
	g_assert_cmpint(store_change_of_item(f.st, item_of(second, 0)->id + 1, &found, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_null(found);
	err_clear(&f.e);
	store_change_free(first);
	store_change_free(second);
	fixture_clear(&f);
}

static void put_append(struct fixture *f, const char *path, enum change_state state)
{
	struct store_change *c = store_change_new(CHANGE_APPEND, 1);
	c->target = g_strdup("Archive");
	c->path = g_strdup(path);
	put_new(f, c);
	c->state = state;
	check_ok(f, store_change_step(f->st, c, &f->e));
	store_change_free(c);
}

static void spool_file_is_told_with_the_change_that_needs_it(void)
{
	struct fixture f;
	gpointer state = NULL;
	g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	start(&f);
	put_append(&f, "done.eml", CHANGE_DONE);
	put_append(&f, "again.eml", CHANGE_FAILED);
	put_append(&f, "again.eml", CHANGE_DONE);
	check_ok(&f, store_change_paths(f.st, paths, &f.e));
	g_assert_cmpuint(g_hash_table_size(paths), ==, 2);
	g_assert_true(g_hash_table_lookup_extended(paths, "done.eml", NULL, &state));
	g_assert_cmpint(GPOINTER_TO_INT(state), ==, CHANGE_DONE);
	g_assert_true(g_hash_table_lookup_extended(paths, "again.eml", NULL, &state));
	g_assert_cmpint(GPOINTER_TO_INT(state), ==, CHANGE_FAILED);
	fixture_clear(&f);
}

static char *moved_to(struct fixture *f, const char *folder, uint32_t uidvalidity, uint32_t uid)
{
	g_autofree char *target = NULL;
	uint32_t target_uid = 0;
	if (reader_moved_to(f->r, 1, folder, uidvalidity, uid, &target, &target_uid, &f->e))
		return g_strdup(f->e.cause == ERR_MISSING ? "-" : "error");
	return g_strdup_printf("%s %u", target, target_uid);
}

static void check_moved(struct fixture *f, uint32_t uid, const char *want)
{
	g_autofree char *got = moved_to(f, "INBOX", 1, uid);
	g_assert_cmpstr(got, ==, want);
}

static void moved_to_follows_every_hop(void)
{
	struct fixture f;
	start(&f);
	struct store_change *first = move_new(5, 2), *second = move_new(0, 1), *third = move_new(77, 1);
	put_new(&f, first);
	check_moved(&f, 5, "Archive 0");
	check_moved(&f, 4, "-");
	g_autofree char *other = moved_to(&f, "INBOX", 2, 5);
	g_assert_cmpstr(other, ==, "-");
	/* On from a place that had no UID yet. */
	item_of(second, 0)->uid = 0;
	item_of(second, 0)->local = item_of(first, 0)->id;
	second->folder[0] = '?';
	g_free(second->target);
	second->target = g_strdup("Keep");
	put_new(&f, second);
	check_moved(&f, 5, "Keep 0");
	check_moved(&f, 6, "Archive 0");
	item_of(first, 1)->target_uid = 77;
	item_of(first, 1)->state = CHANGE_DONE;
	check_ok(&f, store_change_items(f.st, first, &f.e));
	check_moved(&f, 6, "Archive 77");
	/* Back from where it has one. */
	g_free(third->folder);
	g_free(third->target);
	third->folder = g_strdup("Archive");
	third->target = g_strdup("INBOX");
	third->uidvalidity = 7;
	put_new(&f, third);
	item_of(third, 0)->target_uid = 8;
	item_of(third, 0)->state = CHANGE_DONE;
	check_ok(&f, store_change_items(f.st, third, &f.e));
	check_moved(&f, 6, "INBOX 8");
	set_state(&f, third->id, CHANGE_FAILED, 1);
	check_moved(&f, 6, "Archive 77");
	store_change_free(first);
	store_change_free(second);
	store_change_free(third);
	fixture_clear(&f);
}

static void sweep_takes_ended_ones_and_no_id_comes_again(void)
{
	struct fixture f;
	start(&f);
	struct store_change *again = move_new(9, 1);
	set_state(&f, put_move(&f, 1, 2), CHANGE_DONE, 100);
	set_state(&f, put_move(&f, 2, 2), CHANGE_FAILED, 200);
	set_state(&f, put_move(&f, 3, 2), CHANGE_PARKED, 100);
	uint32_t open = put_move(&f, 4, 2);
	check_ok(&f, store_changes_sweep(f.st, 150, &f.e));
	g_autoptr(GPtrArray) left = store_changes_new();
	check_ok(&f, reader_changes(f.r, true, 0, left, &f.e));
	g_assert_cmpuint(left->len, ==, 3);
	set_state(&f, open, CHANGE_DONE, 100);
	set_state(&f, 3, CHANGE_FAILED, 100);
	check_ok(&f, store_changes_sweep(f.st, INT64_MAX, &f.e));
	int64_t items = -1;
	g_assert_cmpint(db_int(db_query(f.st->shelf.state, "SELECT count(*) FROM request_item"), &items, &f.e), ==, 1);
	g_assert_cmpint(items, ==, 0);
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_null(store_notice(f.st));
	put_new(&f, again);
	g_assert_cmpuint(again->id, ==, 5);
	g_assert_cmpuint(item_of(again, 0)->id, ==, 9);
	store_change_free(again);
	fixture_clear(&f);
}

static void d04_promise_7_change_that_cannot_be_written_has_no_id(void)
{
	struct fixture f;
	start(&f);
	struct store_change *c = move_new(1, 2);
	g_autofree char *aside = fixture_file(&f, "aside");
	g_autofree char *back = g_strdup(f.state);
	g_assert_cmpint(g_rename(f.state, aside), ==, 0);
	g_assert_cmpint(store_change_put(f.st, c, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_LOCAL);
	g_assert_cmpuint(c->id, ==, 0);
	g_assert_cmpuint(c->group, ==, 0);
	g_assert_cmpuint(item_of(c, 0)->id, ==, 0);
	g_assert_cmpint(g_rename(aside, back), ==, 0);
	put_new(&f, c);
	g_assert_cmpuint(c->id, ==, 1);
	store_change_free(c);
	fixture_clear(&f);
}

static void state_version_moves_with_others_commits(void)
{
	struct fixture f;
	struct store *other = NULL;
	bool fresh;
	int64_t before = 0, after = 0, later = 0;
	start(&f);
	check_ok(&f, store_open(f.cache, f.state, &other, &fresh, &f.e));
	check_ok(&f, store_state_version(f.st, &before, &f.e));
	put_move(&f, 1, 1);
	check_ok(&f, store_state_version(f.st, &after, &f.e));
	g_assert_cmpint(before, ==, after);
	struct store_change *c = move_new(2, 1);
	check_ok(&f, store_change_put(other, c, &f.e));
	check_ok(&f, store_state_version(f.st, &later, &f.e));
	g_assert_cmpint(later, !=, after);
	g_assert_cmpuint(c->id, ==, 2);
	check_open(&f, 0, "1 2");
	store_change_free(c);
	store_close(other);
	fixture_clear(&f);
}

static void large_change_is_cheap(void)
{
	struct fixture f;
	start(&f);
	struct store_change *c = move_new(1, 10000);
	int64_t cpu = clock_cpu_us();
	put_new(&f, c);
	cpu = clock_cpu_us() - cpu;
	g_test_message("10,000 messages put in %d us", (int)cpu);
	for (guint i = 0; i < 100; i++)
		item_of(c, 100 * i)->state = CHANGE_DONE;
	cpu = clock_cpu_us();
	check_ok(&f, store_change_items(f.st, c, &f.e));
	check_ok(&f, store_change_step(f.st, c, &f.e));
	cpu = clock_cpu_us() - cpu;
	g_test_message("100 of them ended in %d us", (int)cpu);
	struct store_change *out = get(&f, c->id);
	g_assert_cmpuint(out->items->len, ==, 10000);
	g_assert_cmpint(item_of(out, 9900)->state, ==, CHANGE_DONE);
	store_change_free(out);
	store_change_free(c);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(change_put_and_read_is_equal);
	unit_add(change_put_again_rewrites_items);
	unit_add(step_writes_the_row_and_items_only_what_differs);
	unit_add(change_absent_is_missing);
	unit_add(changes_open_are_those_that_have_not_ended);
	unit_add(d10_change_taken_back_elsewhere_is_not_begun);
	unit_add(group_is_put_whole_and_read_in_order);
	unit_add(undoable_are_the_newest_with_an_inverse);
	unit_add(local_number_is_followed_to_its_uid);
	unit_add(item_leads_to_its_change);
	unit_add(spool_file_is_told_with_the_change_that_needs_it);
	unit_add(moved_to_follows_every_hop);
	unit_add(sweep_takes_ended_ones_and_no_id_comes_again);
	unit_add(d04_promise_7_change_that_cannot_be_written_has_no_id);
	unit_add(state_version_moves_with_others_commits);
	unit_add(large_change_is_cheap);
}
