/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/unit/store/fixture.h"

static struct store_identity identity(const char *addr, enum identity_state state)
{
	return (struct store_identity){ .host = (char *)"Mail.Box.example",
		.port = 465,
		.login = (char *)"vera%box.example",
		.addr = (char *)addr,
		.state = state };
}

static void unknown_until_told(void)
{
	struct fixture f;
	struct store_identity i;
	fixture_init(&f);
	fixture_open(&f);
	check_ok(&f, store_identity_get(f.st, "H", 465, NULL, "a@b.example", &i, &f.e));
	g_assert_true(i.state == IDENTITY_UNKNOWN && i.evidence == EVIDENCE_NONE && i.port == 465);
	g_assert_cmpstr(i.host, ==, "h");
	g_assert_cmpstr(i.login, ==, "");
	g_assert_cmpstr(i.addr, ==, "a@b.example");
	store_identity_clear(&i);
	fixture_clear(&f);
}

static void evidence_is_kept_by_server_login_and_address(void)
{
	struct fixture f;
	struct store_identity in = identity("sales@box.example", IDENTITY_REFUSED), i;
	fixture_init(&f);
	fixture_open(&f);
	in.evidence = EVIDENCE_DATA;
	in.code = 553;
	in.text = (char *)"5.7.1 not yours";
	in.date = 1;
	in.probed = 2;
	in.pending = 3;
	in.link = (char *)"https://box.example/x";
	check_ok(&f, store_identity_put(f.st, &in, &f.e));
	fixture_shut(&f);
	fixture_open(&f);
	check_ok(&f, store_identity_get(f.st, "mail.box.example", 465, in.login, in.addr, &i, &f.e));
	g_assert_true(i.state == IDENTITY_REFUSED && i.evidence == EVIDENCE_DATA && i.code == 553);
	g_assert_true(i.date == 1 && i.probed == 2 && i.pending == 3);
	g_assert_cmpstr(i.text, ==, in.text);
	g_assert_cmpstr(i.link, ==, in.link);
	store_identity_clear(&i);
	check_ok(&f, store_identity_get(f.st, "mail.box.example", 587, in.login, in.addr, &i, &f.e));
	g_assert_cmpint(i.state, ==, IDENTITY_UNKNOWN);
	store_identity_clear(&i);
	/* A later word replaces the earlier one. */
	in = identity(in.addr, IDENTITY_OK);
	check_ok(&f, store_identity_put(f.st, &in, &f.e));
	check_ok(&f, store_identity_get(f.st, in.host, 465, in.login, in.addr, &i, &f.e));
	g_assert_true(i.state == IDENTITY_OK && !i.text && !i.link);
	store_identity_clear(&i);
	fixture_clear(&f);
}

static void reader_lists_those_of_one_login(void)
{
	struct fixture f;
	struct store_identity b = identity("b@box.example", IDENTITY_OK),
			      a = identity("a@box.example", IDENTITY_LIKELY);
	struct store_identity other = identity("c@box.example", IDENTITY_OK);
	g_autoptr(GPtrArray) list = store_identities_new();
	fixture_init(&f);
	fixture_open(&f);
	other.login = (char *)"tom";
	check_ok(&f, store_identity_put(f.st, &b, &f.e));
	check_ok(&f, store_identity_put(f.st, &a, &f.e));
	check_ok(&f, store_identity_put(f.st, &other, &f.e));
	fixture_read(&f);
	check_ok(&f, reader_identities(f.r, "MAIL.box.example", 465, a.login, list, &f.e));
	g_assert_cmpuint(list->len, ==, 2);
	g_assert_cmpstr(((struct store_identity *)list->pdata[0])->addr, ==, a.addr);
	g_assert_cmpint(((struct store_identity *)list->pdata[1])->state, ==, IDENTITY_OK);
	fixture_clear(&f);
}

static void judging_after_the_data_is_a_servers(void)
{
	struct fixture f;
	bool judges = true;
	fixture_init(&f);
	fixture_open(&f);
	check_ok(&f, store_judges_after_data(f.st, "h", 465, &judges, &f.e));
	g_assert_false(judges);
	check_ok(&f, store_judges_after_data_set(f.st, "H", 465, &f.e));
	check_ok(&f, store_judges_after_data_set(f.st, "h", 465, &f.e));
	check_ok(&f, store_judges_after_data(f.st, "h", 465, &judges, &f.e));
	g_assert_true(judges);
	check_ok(&f, store_judges_after_data(f.st, "h", 587, &judges, &f.e));
	g_assert_false(judges);
	fixture_clear(&f);
}

static void promise_8_damaged_evidence_is_none(void)
{
	struct fixture f;
	struct store_identity in = identity("a@box.example", IDENTITY_OK), i;
	bool judges = true;
	fixture_init(&f);
	fixture_open(&f);
	check_ok(&f, store_identity_put(f.st, &in, &f.e));
	check_ok(&f, store_judges_after_data_set(f.st, "h", 465, &f.e));
	check_ok(&f, db_run(db_query(f.st->shelf.state, "UPDATE identity SET state=3"), &f.e));
	check_ok(&f, db_run(db_query(f.st->shelf.state, "UPDATE judge SET id=5"), &f.e));
	check_ok(&f, store_identity_get(f.st, in.host, 465, in.login, in.addr, &i, &f.e));
	g_assert_cmpint(i.state, ==, IDENTITY_UNKNOWN);
	g_assert_nonnull(store_notice(f.st));
	store_identity_clear(&i);
	check_ok(&f, store_judges_after_data(f.st, "h", 465, &judges, &f.e));
	g_assert_false(judges);
	check_ok(&f, store_identity_put(f.st, &in, &f.e));
	check_ok(&f, store_identity_get(f.st, in.host, 465, in.login, in.addr, &i, &f.e));
	g_assert_cmpint(i.state, ==, IDENTITY_OK);
	store_identity_clear(&i);
	fixture_clear(&f);
}

void suite(void)
{
	unit_add(unknown_until_told);
	unit_add(evidence_is_kept_by_server_login_and_address);
	unit_add(reader_lists_those_of_one_login);
	unit_add(judging_after_the_data_is_a_servers);
	unit_add(promise_8_damaged_evidence_is_none);
}
