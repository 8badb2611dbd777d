/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
#include "tests/unit/store/fixture.h"

#define NOW 1700000000
#define DAY 86400
#define CROWD 20000

static void open_at(struct fixture *f)
{
	clock_set_virtual(1000, NOW);
	fixture_init(f);
	fixture_open(f);
	fixture_read(f);
}

static void seen(struct fixture *f, const char *name, const char *addr, int64_t wall)
{
	check_ok(f, store_person_seen(f->st, name, addr, wall, &f->e));
}

static void sent(struct fixture *f, const char *name, const char *addr, int64_t wall)
{
	check_ok(f, store_person_sent(f->st, name, addr, wall, &f->e));
}

/* The local parts of what is found. */
static void check_found(struct fixture *f, const char *prefix, const char *want)
{
	g_autoptr(GPtrArray) out = store_people_new();
	g_autoptr(GString) found = g_string_new(NULL);
	check_ok(f, reader_people(f->r, prefix, 10, out, &f->e));
	for (guint i = 0; i < out->len; i++) {
		const char *addr = ((struct store_person *)out->pdata[i])->addr;
		g_string_append_printf(found, "%s%.*s", i ? " " : "", (int)strcspn(addr, "@"), addr);
	}
	g_assert_cmpstr(found->str, ==, want);
}

static void words_match_without_case_and_accents(void)
{
	struct fixture f;
	open_at(&f);
	seen(&f, "José Ángel Łukasz", "j@x.example", NOW);
	seen(&f, "Straße Ørsted", "s@x.example", NOW);
	seen(&f, NULL, "Carla.Diaz@x.example", NOW);
	seen(&f, "Ελένη", "e@x.example", NOW);
	check_found(&f, "jose", "j");
	check_found(&f, "ANGEL", "j");
	check_found(&f, "ánge", "j");
	check_found(&f, "lukasz", "j");
	check_found(&f, "strasse", "s");
	check_found(&f, "orst", "s");
	check_found(&f, "carla.diaz@", "Carla.Diaz");
	check_found(&f, "diaz", "Carla.Diaz");
	check_found(&f, "ελενη", "e");
	check_found(&f, "ang jos", "j");
	check_found(&f, "jos stra", "");
	check_found(&f, "ose", "");
	check_found(&f, "example", "");
	check_found(&f, "%", "");
	fixture_clear(&f);
}

static void same_address_is_one_person(void)
{
	struct fixture f;
	g_autoptr(GPtrArray) out = store_people_new();
	open_at(&f);
	seen(&f, "Ana", "ana@x.example", NOW - 5);
	seen(&f, "Ana Duarte", "ANA@x.example", NOW);
	seen(&f, "Old Name", "ana@x.example", NOW - 50);
	sent(&f, NULL, "ana@X.example", NOW - 3);
	check_ok(&f, reader_people(f.r, "ana", 0, out, &f.e));
	g_assert_cmpuint(out->len, ==, 1);
	const struct store_person *p = out->pdata[0];
	g_assert_cmpstr(p->name, ==, "Ana Duarte");
	g_assert_cmpstr(p->addr, ==, "ana@x.example");
	g_assert_true(p->seen == 3 && p->sent == 1 && p->last_seen == NOW && p->last_sent == NOW - 3);
	check_found(&f, "duarte", "ana");
	/* Whom one has written to no stranger renames. */
	seen(&f, "Your Bank", "ana@x.example", NOW + 1);
	check_found(&f, "bank", "");
	sent(&f, "Anita", "ana@x.example", NOW + 2);
	check_found(&f, "anita", "ana");
	check_found(&f, "duarte", "");
	fixture_clear(&f);
}

static void sent_to_is_before_seen_and_lately_before_often(void)
{
	struct fixture f;
	open_at(&f);
	for (int i = 0; i < 50; i++)
		seen(&f, "Tom", "letters@x.example", NOW);
	sent(&f, "Tom", "once@x.example", NOW - DAY);
	for (int i = 0; i < 3; i++)
		sent(&f, "Tom", "thrice@x.example", NOW - DAY);
	for (int i = 0; i < 20; i++)
		sent(&f, "Tom", "long-ago@x.example", NOW - 1000 * DAY);
	seen(&f, "Tom", "stranger@x.example", NOW);
	check_found(&f, "tom", "thrice once long-ago letters stranger");
	/* Without a prefix those of lately. */
	check_found(&f, "", "thrice once long-ago letters stranger");
	/* A clock set back does not turn the order over. */
	clock_set_virtual(2000, NOW - 5000 * DAY);
	check_found(&f, "tom", "long-ago thrice once letters stranger");
	fixture_clear(&f);
}

static void addresses_nobody_reads_are_left_out(void)
{
	static const char *const none[] = { "noreply@x.example", "No-Reply@x.example", "no_reply+17@x.example",
		"do-not-reply@x.example", "MAILER-DAEMON@x.example", "bounces-17@x.example", "x", "", "@x.example",
		"x@", "a b@x.example", "a\n@x.example", "\xff@x.example" };
	struct fixture f;
	int64_t n = -1;
	open_at(&f);
	for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
		seen(&f, "Name", none[i], NOW);
	seen(&f, "Name", NULL, NOW);
	g_assert_cmpint(db_int(db_query(f.st->shelf.state, "SELECT count(*) FROM person"), &n, &f.e), ==, 1);
	g_assert_cmpint(n, ==, 0);
	seen(&f, "a\r\nb\x1b[1m", "ok@x.example", NOW);
	g_autoptr(GPtrArray) out = store_people_new();
	check_ok(&f, reader_people(f.r, "ok", 0, out, &f.e));
	g_assert_null(strpbrk(((struct store_person *)out->pdata[0])->name, "\r\n\x1b"));
	fixture_clear(&f);
}

static void fill(struct fixture *f)
{
	static const char *const first[] = { "Ana", "Bram", "Carla", "Dirk", "Élodie", "Fatma", "Goran", "Hanna" };
	static const char *const last[] = { "Lund", "Duarte", "de Wit", "Martin", "Kowalski", "Öz", "Petrov" };
	g_autoptr(GPtrArray) people = store_people_new();
	for (unsigned i = 0; i < CROWD; i++) {
		struct store_person *p = g_new0(struct store_person, 1);
		p->name = g_strdup_printf("%s %s %u", first[i % 8], last[i % 7], i);
		p->addr = g_strdup_printf("%c%u@host%u.example", 'a' + i % 26, i, i % 300);
		p->seen = 1 + i % 9;
		p->last_seen = NOW - i * 60;
		p->sent = i % 10 ? 0 : i % 4;
		p->last_sent = NOW - i * 30;
		g_ptr_array_add(people, p);
	}
	check_ok(f, store_people_add(f->st, people, &f->e));
}

static uint64_t steps_of(struct fixture *f, const char *prefix, unsigned *found_out)
{
	g_autoptr(GPtrArray) out = store_people_new();
	uint64_t before = reader_steps(f->r);
	check_ok(f, reader_people(f->r, prefix, 10, out, &f->e));
	*found_out = out->len;
	return reader_steps(f->r) - before;
}

static void crowd_is_searched_by_its_index(void)
{
	struct fixture f;
	unsigned found;
	open_at(&f);
	fill(&f);
	g_assert_cmpuint(steps_of(&f, "a19994", &found), <, 100);
	g_assert_cmpuint(found, ==, 1);
	g_assert_cmpuint(steps_of(&f, "1999", &found), <, 1000);
	g_assert_cmpuint(found, ==, 10);
	/* What an eighth of them are called costs as much as there are, not more. */
	g_assert_cmpuint(steps_of(&f, "elod", &found), <, 25 * CROWD / 8);
	g_assert_cmpuint(found, ==, 10);
	g_assert_cmpuint(steps_of(&f, NULL, &found), <, 25 * 1000);
	g_assert_cmpuint(found, ==, 10);
	g_assert_cmpuint(steps_of(&f, "nobody", &found), <, 50);
	g_assert_cmpuint(found, ==, 0);
	fixture_clear(&f);
}

static void promise_8_damaged_person_is_forgotten_and_told(void)
{
	struct fixture f;
	open_at(&f);
	seen(&f, "Ana", "ana@x.example", NOW);
	seen(&f, "Bob", "bob@x.example", NOW);
	check_ok(&f, db_run(db_query(f.st->shelf.state, "UPDATE person SET addr=x'62' WHERE id=1"), &f.e));
	check_found(&f, "ana", "");
	fixture_shut(&f);
	fixture_open(&f);
	g_assert_nonnull(store_notice(f.st));
	fixture_read(&f);
	check_found(&f, "", "bob");
	seen(&f, "Ana", "ana@x.example", NOW);
	check_found(&f, "ana", "ana");
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(words_match_without_case_and_accents);
	unit_add(same_address_is_one_person);
	unit_add(sent_to_is_before_seen_and_lately_before_often);
	unit_add(addresses_nobody_reads_are_left_out);
	unit_add(crowd_is_searched_by_its_index);
	unit_add(promise_8_damaged_person_is_forgotten_and_told);
}
