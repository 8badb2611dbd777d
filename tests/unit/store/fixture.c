/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/store/fixture.h"

#include <string.h>

void fixture_init(struct fixture *f)
{
	*f = (struct fixture){ .root = unit_tmpdir() };
	f->cache = g_build_filename(f->root, "cache", NULL);
	f->state = g_build_filename(f->root, "state", NULL);
}

void fixture_open(struct fixture *f)
{
	check_ok(f, store_open(f->cache, f->state, &f->st, &f->fresh, &f->e));
	f->folder = f->st ? fixture_folder(f, "INBOX") : 0;
}

void fixture_read(struct fixture *f)
{
	check_ok(f, reader_open(f->cache, f->state, &f->r, &f->e));
}

void fixture_shut(struct fixture *f)
{
	g_clear_pointer(&f->r, reader_close);
	g_clear_pointer(&f->st, store_close);
}

void fixture_clear(struct fixture *f)
{
	fixture_shut(f);
	err_clear(&f->e);
	g_free(f->root);
	g_free(f->cache);
	g_free(f->state);
}

char *fixture_file(struct fixture *f, const char *name)
{
	return g_build_filename(f->root, name, NULL);
}

void fixture_copy(struct fixture *f, const char *from, const char *to)
{
	g_autofree char *source = fixture_file(f, from);
	g_autofree char *target = fixture_file(f, to);
	g_autofree char *bytes = NULL;
	gsize n = 0;
	g_assert_true(g_file_get_contents(source, &bytes, &n, NULL));
	g_assert_true(g_file_set_contents(target, bytes, (gssize)n, NULL));
}

uint32_t fixture_folder(struct fixture *f, const char *raw)
{
	struct store_folder folder = { 0 };
	uint32_t id = 0;
	if (!store_folder_find(f->st, 1, str_of(raw), &folder, &f->e)) {
		id = folder.id;
		store_folder_clear(&folder);
		return id;
	}
	folder = (struct store_folder){
		.account = 1, .raw = (char *)raw, .name = (char *)raw, .delimiter = '/', .uidvalidity = 1
	};
	check_ok(f, store_folder_put(f->st, &folder, &f->e));
	return folder.id;
}

void fixture_row(struct store_row *row, uint32_t folder, uint32_t uid, int64_t received, uint32_t flags)
{
	*row = (struct store_row){
		.folder = folder,
		.uid = uid,
		.flags = flags,
		.size = 1000 + uid,
		.received = received ? received : WHEN + uid,
		.date = { WHEN + 5 * (int64_t)uid, 60, true },
		.subject = g_strdup_printf("Subject %u", uid),
		.msgid = g_strdup_printf("%u@example.org", uid),
		.thread = g_strdup_printf("%u@example.org", uid % 3 ? uid : 1),
		.preview = g_strdup_printf("preview of %u", uid),
		.from = msg_addrs_new(),
		.to = msg_addrs_new(),
		.attachments = -1,
	};
	g_autofree char *name = g_strdup_printf("Person %u", uid);
	g_ptr_array_add(row->from, msg_addr_new(name, "a@example.org"));
	g_ptr_array_add(row->to, msg_addr_new(NULL, "b@example.org"));
}

void fixture_put(struct fixture *f, uint32_t uid, int64_t received, uint32_t flags)
{
	struct store_row row;
	fixture_row(&row, f->folder, uid, received, flags);
	check_ok(f, store_row_put(f->st, &row, &f->e));
	store_row_clear(&row);
}

void fixture_fill(struct fixture *f, uint32_t lo, uint32_t hi)
{
	while (lo <= hi) {
		check_ok(f, store_begin(f->st, &f->e));
		for (unsigned i = 0; i < STORE_BATCH && lo <= hi; i++, lo++)
			fixture_put(f, lo, 0, lo % 2 ? MSG_SEEN : 0);
		check_ok(f, store_commit(f->st, &f->e));
	}
}

bool fixture_is_whole(const struct store_row *row)
{
	struct store_row want;
	fixture_row(&want, row->folder, row->uid, 0, 0);
	bool whole = !g_strcmp0(want.subject, row->subject) && !g_strcmp0(want.msgid, row->msgid) &&
		     !g_strcmp0(want.thread, row->thread) && !g_strcmp0(want.preview, row->preview) &&
		     row->from->len == 1 && row->to->len == 1 && row->cc->len == 0;
	if (whole) {
		const struct msg_addr *from = row->from->pdata[0], *to = row->to->pdata[0];
		const struct msg_addr *want_from = want.from->pdata[0];
		whole = !g_strcmp0(from->name, want_from->name) && !g_strcmp0(from->addr, "a@example.org") && !to->name;
	}
	store_row_clear(&want);
	return whole;
}

char *fixture_window(struct fixture *f, enum store_anchor anchor, int64_t mid, unsigned rows)
{
	struct store_window w = { .folder = f->folder, .anchor = anchor, .mid = mid, .rows = rows };
	g_autoptr(GPtrArray) out = store_rows_new();
	GString *uids = g_string_new(NULL);
	check_ok(f, reader_window(f->r, &w, out, &f->e));
	for (guint i = 0; i < out->len; i++)
		g_string_append_printf(uids, "%s%u", i ? " " : "", ((struct store_row *)out->pdata[i])->uid);
	return g_string_free(uids, FALSE);
}

int64_t fixture_mid(struct fixture *f, uint32_t uid)
{
	struct store_row row = { 0 };
	check_ok(f, reader_row(f->r, f->folder, uid, &row, &f->e));
	int64_t mid = row.mid;
	store_row_clear(&row);
	return mid;
}

/* Every place in a folder is one of a thread, and the newest of each in a folder is known as such. */
static void check_threads(struct fixture *f, const struct store_folder *folder)
{
	static const char *const wrong[] = {
		"SELECT count(*) FROM place p LEFT JOIN thread_place t ON t.folder=p.folder AND t.mid=p.mid"
		" WHERE t.mid IS NULL AND p.folder<>0",
		"SELECT count(*) FROM thread_place t LEFT JOIN place p ON p.folder=t.folder AND p.mid=t.mid WHERE "
		"p.mid IS NULL",
		"SELECT count(*) FROM thread_place t LEFT JOIN thread_mid m ON m.mid=t.mid"
		" WHERE coalesce(m.thread, t.mid)<>t.thread",
		"SELECT count(*) FROM (SELECT max(mid) AS newest, sum(newest) AS n, max(mid*newest) AS told FROM "
		"thread_place"
		" GROUP BY thread, folder) WHERE n<>1 OR newest<>told",
	};
	int64_t count = -1;
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_assert_cmpint(db_int(db_query(f->st->shelf.cache, wrong[i]), &count, &f->e), ==, 1);
		g_assert_cmpint(count, ==, 0);
	}
	struct query *q = db_query(f->st->shelf.cache, "SELECT count(*) FROM thread_place WHERE folder=? AND newest=1");
	db_bind_int(q, folder->id);
	g_assert_cmpint(db_int(q, &count, &f->e), ==, 1);
	g_assert_cmpint(folder->threads, ==, count);
}

void fixture_sound(struct fixture *f)
{
	struct store_folder folder = { 0 };
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
	int64_t unseen = -1;
	check_ok(f, store_uids(f->st, f->folder, 1, UINT32_MAX, uids, &f->e));
	check_ok(f, store_folder_get(f->st, f->folder, &folder, &f->e));
	struct query *q = db_query(f->st->shelf.cache, "SELECT count(*) FROM place WHERE folder=? AND flags & 1 = 0");
	db_bind_int(q, f->folder);
	g_assert_cmpint(db_int(q, &unseen, &f->e), ==, 1);
	g_assert_cmpuint(folder.rows, ==, uids->len);
	g_assert_cmpint(folder.rows_unseen, ==, unseen);
	g_assert_true(db_check(f->st->shelf.cache, NULL));
	check_threads(f, &folder);
	store_folder_clear(&folder);
}
