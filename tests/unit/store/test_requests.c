/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "tests/unit/store/fixture.h"

static void start(struct fixture *f)
{
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
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

void suite(void)
{
	unit_add(change_put_and_read_is_equal);
}
