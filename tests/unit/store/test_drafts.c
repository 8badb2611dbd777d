/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "tests/unit/store/fixture.h"

#define NOW 1700000000

static char **text_at(struct store_draft *d, unsigned n)
{
	char **const texts[] = { &d->subject, &d->to, &d->path, &d->sha256, &d->editor_path, &d->folder, &d->mirrored,
		&d->msgid, &d->parent_folder, &d->parent_msgid, &d->from_reason, &d->owner };
	return n < G_N_ELEMENTS(texts) ? texts[n] : NULL;
}

static char **file_text_at(struct store_draft_file *f, unsigned n)
{
	char **const texts[] = { &f->name, &f->type, &f->path, &f->sha256, &f->source };
	return n < G_N_ELEMENTS(texts) ? texts[n] : NULL;
}

static uint32_t put_draft(struct fixture *f, uint32_t account, const char *path, int64_t saved)
{
	struct store_draft *d = store_draft_new(account);
	d->path = g_strdup(path);
	d->saved = saved;
	struct store_draft_file *file = store_draft_add(d);
	file->path = g_strdup_printf("%s.1", path);
	check_ok(f, store_draft_put(f->st, d, &f->e));
	uint32_t id = d->id;
	store_draft_free(d);
	return id;
}

static void draft_says_again_what_it_was_told(void)
{
	struct fixture f;
	fixture_init(&f);
	fixture_open(&f);
	struct store_draft *d = store_draft_new(3), *back = NULL;
	for (unsigned i = 0; text_at(d, i); i++)
		*text_at(d, i) = g_strdup_printf("text %u", i);
	d->kind = 4;
	d->made = 5;
	d->saved = 6;
	d->sent = 7;
	d->mail = 8;
	d->uidvalidity = 9;
	d->uid = 10;
	d->change = 11;
	d->parent_account = 12;
	d->parent_uidvalidity = 13;
	d->parent_uid = 14;
	d->parent_flag = 15;
	for (unsigned k = 0; k < 2; k++) {
		struct store_draft_file *file = store_draft_add(d);
		for (unsigned i = 0; file_text_at(file, i); i++)
			*file_text_at(file, i) = k ? NULL : g_strdup_printf("file %u", i);
		file->size = k ? 0 : UINT64_MAX;
		file->in_line = !k;
		file->verbatim = k;
	}
	check_ok(&f, store_draft_put(f.st, d, &f.e));
	fixture_shut(&f);
	fixture_open(&f);
	check_ok(&f, store_draft_get(f.st, d->id, &back, &f.e));
	for (unsigned i = 0; text_at(d, i); i++)
		g_assert_cmpstr(*text_at(d, i), ==, *text_at(back, i));
	g_assert_true(back->account == 3 && back->kind == 4 && back->made == 5 && back->saved == 6 && back->sent == 7);
	g_assert_true(back->mail == 8 && back->uidvalidity == 9 && back->uid == 10 && back->change == 11);
	g_assert_true(back->parent_account == 12 && back->parent_uidvalidity == 13 && back->parent_uid == 14);
	g_assert_cmpuint(back->parent_flag, ==, 15);
	g_assert_cmpuint(back->files->len, ==, 2);
	for (unsigned k = 0; k < 2; k++) {
		struct store_draft_file *file = back->files->pdata[k];
		for (unsigned i = 0; file_text_at(file, i); i++)
			g_assert_cmpstr(*file_text_at(file, i), ==, *file_text_at(d->files->pdata[k], i));
		g_assert_true(file->size == (k ? 0 : UINT64_MAX) && file->in_line == !k && file->verbatim == k);
	}
	store_draft_free(d);
	store_draft_free(back);
	fixture_clear(&f);
}

static void drafts_are_listed_newest_first(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) all = store_drafts_new(), of_two = store_drafts_new(), read = store_drafts_new();
	fixture_init(&f);
	fixture_open(&f);
	uint32_t old = put_draft(&f, 1, "a", NOW), newest = put_draft(&f, 2, "b", NOW + 2);
	uint32_t middle = put_draft(&f, 1, "c", NOW + 1);
	fixture_read(&f);
	check_ok(&f, store_drafts(f.st, 0, all, &f.e));
	check_ok(&f, reader_drafts(f.r, read, &f.e));
	check_ok(&f, store_drafts(f.st, 2, of_two, &f.e));
	const uint32_t want[] = { newest, middle, old };
	g_assert_true(all->len == 3 && read->len == 3 && of_two->len == 1);
	for (guint i = 0; i < 3; i++) {
		g_assert_cmpuint(((struct store_draft *)all->pdata[i])->id, ==, want[i]);
		g_assert_cmpuint(((struct store_draft *)read->pdata[i])->id, ==, want[i]);
	}
	fixture_clear(&f);
}

static void deleted_draft_is_gone_and_its_id_too(void)
{
	struct fixture f;
	struct store_draft *d = NULL;
	int64_t files = -1;
	fixture_init(&f);
	fixture_open(&f);
	uint32_t id = put_draft(&f, 1, "a", NOW);
	check_ok(&f, store_draft_del(f.st, id, &f.e));
	check_ok(&f, store_draft_del(f.st, id, &f.e));
	g_assert_cmpint(store_draft_get(f.st, id, &d, &f.e), ==, -1);
	g_assert_cmpint(f.e.cause, ==, ERR_MISSING);
	g_assert_cmpint(db_int(db_query(f.st->shelf.state, "SELECT count(*) FROM draft_file"), &files, &f.e), ==, 1);
	g_assert_cmpint(files, ==, 0);
	g_assert_cmpuint(put_draft(&f, 1, "b", NOW), ==, id + 1);
	fixture_clear(&f);
}

static void promise_8_damaged_draft_is_set_aside_and_its_text_kept(void)
{
	static const char *const damages[] = { "UPDATE draft SET subject=x'41' WHERE id=1",
		"UPDATE draft_file SET size=1 WHERE id=16777216", "DELETE FROM draft_file WHERE id=16777216" };
	for (size_t i = 0; i < G_N_ELEMENTS(damages); i++) {
		struct fixture f;
		g_autoptr(GPtrArray) all = store_drafts_new();
		g_autoptr(GHashTable) needed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		fixture_init(&f);
		fixture_open(&f);
		put_draft(&f, 1, "a", NOW);
		put_draft(&f, 1, "b", NOW);
		check_ok(&f, db_run(db_query(f.st->shelf.state, damages[i]), &f.e));
		fixture_shut(&f);
		fixture_open(&f);
		g_assert_nonnull(store_notice(f.st));
		g_assert_nonnull(strstr(store_notice(f.st), "1 drafts"));
		check_ok(&f, store_drafts(f.st, 0, all, &f.e));
		g_assert_cmpuint(all->len, ==, 1);
		check_ok(&f, store_mail_paths(f.st, needed, &f.e));
		g_assert_true(g_hash_table_contains(needed, "a") && g_hash_table_contains(needed, "b"));
		fixture_shut(&f);
		fixture_open(&f);
		g_assert_null(store_notice(f.st));
		fixture_clear(&f);
	}
}

void suite(void)
{
	unit_add(draft_says_again_what_it_was_told);
	unit_add(drafts_are_listed_newest_first);
	unit_add(deleted_draft_is_gone_and_its_id_too);
	unit_add(promise_8_damaged_draft_is_set_aside_and_its_text_kept);
}
