/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is removed from the spool at a start, and what is not. */
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "base/clock.h"
#include "base/fs.h"
#include "engine/engine.h"
#include "tests/unit/unit.h"

#define PATIENCE_MS 60000
#define DAY_S 86400

struct place {
	char *dir, *cache, *state, *spool;
};

static void place_init(struct place *p)
{
	struct err e = ERR_INIT;
	p->dir = unit_tmpdir();
	p->cache = g_build_filename(p->dir, "cache", NULL);
	p->state = g_build_filename(p->dir, "state", NULL);
	p->spool = g_build_filename(p->state, "spool", NULL);
	g_assert_cmpint(fs_private_dir(p->state, &e), ==, 0);
	g_assert_cmpint(fs_private_dir(p->spool, &e), ==, 0);
}

static void place_clear(struct place *p)
{
	g_free(p->dir);
	g_free(p->cache);
	g_free(p->state);
	g_free(p->spool);
}

static void put_file(const char *dir, const char *name, int days_old)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	struct utimbuf times = { clock_wall() - days_old * DAY_S - 60, clock_wall() - days_old * DAY_S - 60 };
	g_assert_true(g_file_set_contents(path, "x", 1, NULL));
	g_assert_cmpint(utime(path, &times), ==, 0);
}

static bool has_file(const char *dir, const char *name)
{
	g_autofree char *path = g_build_filename(dir, name, NULL);
	return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void run_engine(const struct place *p)
{
	struct cfg *cfg = cfg_parse(STR("account box {\n  email a@box.example\n  imap localhost:1 tls\n}\n"), "", NULL);
	struct channel *events = engine_events_new();
	struct engine_settings settings = { .cfg = cfg, .cache_dir = p->cache, .state_dir = p->state, .offline = true };
	struct engine *en = engine_start(&settings, events);
	for (bool ready = false; !ready;) {
		struct event *ev = channel_wait(events, clock_ms() + PATIENCE_MS);
		g_assert_nonnull(ev);
		ready = ev->type == EV_STORE_READY;
		event_free(ev);
	}
	g_assert_true(engine_stop(en, PATIENCE_MS));
	channel_free(events);
	cfg_free(cfg);
}

static struct store *open_store(const struct place *p)
{
	struct store *st = NULL;
	struct err e = ERR_INIT;
	bool fresh;
	g_assert_cmpint(store_open(p->cache, p->state, &st, &fresh, &e), ==, 0);
	return st;
}

static void put_letter(struct store *st, const char *file, enum mail_state state, int64_t ended)
{
	struct err e = ERR_INIT;
	struct store_mail *m = store_mail_new(1);
	m->path = g_strdup(file);
	m->msgid = g_strdup(file);
	m->state = state;
	m->ended = ended;
	store_mail_add(m, "bob@box.example");
	g_assert_cmpint(store_mail_put(st, m, &e), ==, 0);
	store_mail_free(m);
}

static void files_that_no_row_names_go_after_a_day(void)
{
	struct place p;
	place_init(&p);
	struct store *st = open_store(&p);
	put_letter(st, "kept.mail", MAIL_HELD, 0);
	put_letter(st, "recent.mail", MAIL_ACCEPTED, clock_wall() - DAY_S);
	put_letter(st, "ended.mail", MAIL_ACCEPTED, clock_wall() - 31 * DAY_S);
	store_close(st);
	put_file(p.spool, "kept.mail", 40);
	put_file(p.spool, "recent.mail", 40);
	put_file(p.spool, "ended.mail", 0);
	put_file(p.spool, "lost.mail", 2);
	put_file(p.spool, "lost.draft", 2);
	put_file(p.spool, "lost.part", 2);
	put_file(p.spool, "new.mail", 0);
	put_file(p.spool, "copy.eml", 40);
	put_file(p.spool, "notes.txt", 40);
	put_file(p.state, "claim-0123456789abcdef", 2);
	put_file(p.state, "claim-fedcba9876543210", 0);
	run_engine(&p);
	g_assert_true(has_file(p.spool, "kept.mail"));
	g_assert_true(has_file(p.spool, "recent.mail"));
	g_assert_true(has_file(p.spool, "new.mail"));
	g_assert_true(has_file(p.spool, "copy.eml"));
	g_assert_true(has_file(p.spool, "notes.txt"));
	g_assert_false(has_file(p.spool, "ended.mail"));
	g_assert_false(has_file(p.spool, "lost.mail"));
	g_assert_false(has_file(p.spool, "lost.draft"));
	g_assert_false(has_file(p.spool, "lost.part"));
	g_assert_false(has_file(p.state, "claim-0123456789abcdef"));
	g_assert_true(has_file(p.state, "claim-fedcba9876543210"));
	place_clear(&p);
}

static void nothing_goes_while_a_state_lies_aside(void)
{
	struct place p;
	place_init(&p);
	put_file(p.state, "state.db.corrupt-1700000000", 40);
	put_file(p.spool, "lost.mail", 40);
	run_engine(&p);
	g_assert_true(has_file(p.spool, "lost.mail"));
	place_clear(&p);
}

void suite(void)
{
	msg_init();
	unit_add(files_that_no_row_names_go_after_a_day);
	unit_add(nothing_goes_while_a_state_lies_aside);
}
