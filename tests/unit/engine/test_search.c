/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"
#include "tests/unit/unit.h"

#include <string.h>

struct cost {
	unsigned flights, octets, numbers;
};

/* What the server knows: UIDs ascending; the number of a message is its place from 1. */
static bool search(struct plan_search *p, const GArray *server, struct cost *cost)
{
	g_autoptr(GArray) seqs = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	*cost = (struct cost){ 0 };
	while (plan_search_next(p, seqs)) {
		cost->flights++;
		for (unsigned i = 0; i < seqs->len; i++) {
			uint32_t seq = g_array_index(seqs, uint32_t, i);
			g_assert_cmpuint(seq, >=, 1);
			g_assert_cmpuint(seq, <=, server->len);
			uint32_t uid = g_array_index(server, uint32_t, seq - 1);
			g_autofree char *answer = g_strdup_printf("* %u FETCH (UID %u)\r\n", seq, uid);
			cost->octets += (unsigned)strlen(answer);
			cost->numbers++;
			plan_search_told(p, seq, uid);
		}
	}
	return true;
}

static GArray *uids_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(uint32_t));
}

static void add(GArray *uids, uint32_t uid)
{
	g_array_append_val(uids, uid);
}

static bool has(const GArray *uids, uint32_t uid)
{
	for (unsigned i = 0; i < uids->len; i++)
		if (g_array_index(uids, uint32_t, i) == uid)
			return true;
	return false;
}

/* A folder of n messages with holes among its UIDs; some of them vanish, in a run or here and there. */
struct model {
	GArray *server, *cached, *vanished, *lacking;
	uint32_t floor;
};

static void model_init(struct model *m, GRand *rand, uint32_t n, unsigned vanish, unsigned lack)
{
	uint32_t uid = 0, run = 0;
	*m = (struct model){ uids_new(), uids_new(), uids_new(), uids_new(), 1 };
	uint32_t floor_at = g_rand_boolean(rand) ? 0 : (uint32_t)g_rand_int_range(rand, 0, (int)n + 1);
	for (uint32_t i = 0; i < n; i++) {
		uid += g_rand_boolean(rand) ? 1 : (uint32_t)g_rand_int_range(rand, 1, 50);
		bool kept = i >= floor_at;
		if (i == floor_at && i)
			m->floor = uid;
		if (!run && vanish && !g_rand_int_range(rand, 0, (int)(n / vanish + 1)))
			run = (uint32_t)g_rand_int_range(rand, 1, 12);
		bool gone = run > 0;
		run -= gone;
		bool lost = !gone && lack && kept && !g_rand_int_range(rand, 0, (int)(n / lack + 1));
		if (kept && !lost)
			add(m->cached, uid);
		if (!gone)
			add(m->server, uid);
		if (gone && kept)
			add(m->vanished, uid);
		if (lost)
			add(m->lacking, uid);
	}
	if (floor_at == n && n)
		m->floor = uid + 1;
}

static void model_clear(struct model *m)
{
	g_array_unref(m->server);
	g_array_unref(m->cached);
	g_array_unref(m->vanished);
	g_array_unref(m->lacking);
}

static void same_uids(const GArray *a, const GArray *b)
{
	g_assert_cmpuint(a->len, ==, b->len);
	for (unsigned i = 0; i < a->len; i++)
		g_assert_cmpuint(g_array_index(a, uint32_t, i), ==, g_array_index(b, uint32_t, i));
}

static void each_random_history_is_found(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(31);
	for (int round = 0; round < 10000; round++) {
		struct model m;
		struct cost cost;
		uint32_t n = (uint32_t)g_rand_int_range(rand, 0, round % 50 ? 400 : 20000);
		model_init(&m, rand, n, (unsigned)g_rand_int_range(rand, 0, 12), 0);
		struct plan_search *p = plan_search_new(m.cached, m.floor, m.server->len);
		g_autoptr(GArray) gone = uids_new();
		struct imap_set missing;
		imap_set_init(&missing);
		search(p, m.server, &cost);
		g_assert_true(plan_search_result(p, gone, &missing));
		same_uids(gone, m.vanished);
		g_assert_cmpuint(imap_set_count(&missing), ==, 0);
		g_assert_cmpuint(cost.flights, <=, 8);
		/* Never much more than asking for every UID. */
		g_assert_cmpuint(cost.numbers, <=, 130 + m.server->len + m.server->len / 2);
		imap_set_clear(&missing);
		plan_search_free(p);
		model_clear(&m);
	}
}

/* With holes in the cache as well, two faults may hide one another; but nothing is ever called gone that is there. */
static void what_is_there_is_never_gone(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(77);
	unsigned healed = 0;
	for (int round = 0; round < 3000; round++) {
		struct model m;
		struct cost cost;
		model_init(&m, rand, (uint32_t)g_rand_int_range(rand, 0, 400), round % 3 ? 3 : 0, 3);
		struct plan_search *p = plan_search_new(m.cached, m.floor, m.server->len);
		g_autoptr(GArray) gone = uids_new();
		struct imap_set missing;
		imap_set_init(&missing);
		search(p, m.server, &cost);
		g_assert_true(plan_search_result(p, gone, &missing));
		for (unsigned i = 0; i < gone->len; i++)
			g_assert_true(has(m.vanished, g_array_index(gone, uint32_t, i)));
		for (unsigned i = 0; i < m.cached->len; i++)
			g_assert_false(imap_set_has(&missing, g_array_index(m.cached, uint32_t, i)) &&
				       !has(m.vanished, g_array_index(m.cached, uint32_t, i)));
		bool all = true;
		for (unsigned i = 0; i < m.lacking->len; i++)
			all = all && imap_set_has(&missing, g_array_index(m.lacking, uint32_t, i));
		healed += all;
		if (m.floor == 1 && !m.vanished->len)
			g_assert_true(all);
		imap_set_clear(&missing);
		plan_search_free(p);
		model_clear(&m);
	}
	g_assert_cmpuint(healed, >, 1500);
}

static void large(GArray *server, GArray *cached, uint32_t n, uint32_t first_gone, uint32_t last_gone)
{
	for (uint32_t uid = 1; uid <= n; uid++) {
		add(cached, uid);
		if (uid < first_gone || uid > last_gone)
			add(server, uid);
	}
}

static void one_vanished_of_100000_costs_little(void)
{
	for (uint32_t at = 1; at <= 100000; at += 3333) {
		g_autoptr(GArray) server = uids_new(), cached = uids_new(), gone = uids_new();
		struct imap_set missing;
		struct cost cost;
		imap_set_init(&missing);
		large(server, cached, 100000, at, at);
		struct plan_search *p = plan_search_new(cached, 1, server->len);
		search(p, server, &cost);
		g_assert_true(plan_search_result(p, gone, &missing));
		g_assert_cmpuint(gone->len, ==, 1);
		g_assert_cmpuint(g_array_index(gone, uint32_t, 0), ==, at);
		g_assert_cmpuint(cost.flights, <=, 4);
		g_assert_cmpuint(cost.octets, <=, 6000);
		if (at == 1)
			g_test_message("one of 100,000: %u flights, %u octets", cost.flights, cost.octets);
		plan_search_free(p);
		imap_set_clear(&missing);
	}
}

static void run_vanished_of_100000_costs_little(void)
{
	g_autoptr(GArray) server = uids_new(), cached = uids_new(), gone = uids_new();
	struct imap_set missing;
	struct cost cost;
	imap_set_init(&missing);
	large(server, cached, 100000, 40000, 40999);
	struct plan_search *p = plan_search_new(cached, 1, server->len);
	search(p, server, &cost);
	g_assert_true(plan_search_result(p, gone, &missing));
	g_assert_cmpuint(gone->len, ==, 1000);
	g_assert_cmpuint(cost.flights, <=, 4);
	g_assert_cmpuint(cost.octets, <=, 10000);
	plan_search_free(p);
	imap_set_clear(&missing);
}

static void hint_finds_it_in_one_flight(void)
{
	static const uint32_t at[] = { 1, 2, 50000, 99999, 100000 };
	for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
		g_autoptr(GArray) server = uids_new(), cached = uids_new(), gone = uids_new();
		struct imap_set missing;
		struct cost cost;
		imap_set_init(&missing);
		large(server, cached, 100000, at[i], at[i]);
		struct plan_search *p = plan_search_new(cached, 1, server->len);
		plan_search_hint(p, at[i]);
		search(p, server, &cost);
		g_assert_true(plan_search_result(p, gone, &missing));
		g_assert_cmpuint(gone->len, ==, 1);
		g_assert_cmpuint(g_array_index(gone, uint32_t, 0), ==, at[i]);
		g_assert_cmpuint(cost.flights, ==, 1);
		g_assert_cmpuint(cost.numbers, <=, 2);
		plan_search_free(p);
		imap_set_clear(&missing);
	}
}

static void hints_of_several_expunges_move(void)
{
	g_autoptr(GArray) server = uids_new(), cached = uids_new(), gone = uids_new();
	struct imap_set missing;
	struct cost cost;
	imap_set_init(&missing);
	large(server, cached, 1000, 500, 502);
	g_array_remove_index(server, 99);
	struct plan_search *p = plan_search_new(cached, 1, server->len);
	for (int i = 0; i < 3; i++)
		plan_search_hint(p, 500);
	plan_search_hint(p, 100);
	search(p, server, &cost);
	g_assert_true(plan_search_result(p, gone, &missing));
	g_assert_cmpuint(gone->len, ==, 4);
	g_assert_cmpuint(g_array_index(gone, uint32_t, 0), ==, 100);
	g_assert_cmpuint(g_array_index(gone, uint32_t, 3), ==, 502);
	g_assert_cmpuint(cost.flights, ==, 1);
	plan_search_free(p);
	imap_set_clear(&missing);
}

static void emptied_folder_needs_no_question(void)
{
	g_autoptr(GArray) server = uids_new(), cached = uids_new(), gone = uids_new();
	struct imap_set missing;
	struct cost cost;
	imap_set_init(&missing);
	large(server, cached, 100, 1, 100);
	struct plan_search *p = plan_search_new(cached, 1, 0);
	search(p, server, &cost);
	g_assert_true(plan_search_result(p, gone, &missing));
	g_assert_cmpuint(cost.flights, ==, 0);
	g_assert_cmpuint(gone->len, ==, 100);
	plan_search_free(p);
	imap_set_clear(&missing);
}

static void i11_uids_that_go_down_are_not_believed(void)
{
	g_autoptr(GArray) cached = uids_new(), seqs = uids_new(), gone = uids_new();
	struct imap_set missing;
	imap_set_init(&missing);
	for (uint32_t uid = 1; uid <= 20; uid++)
		add(cached, uid);
	struct plan_search *p = plan_search_new(cached, 1, 10);
	g_assert_true(plan_search_next(p, seqs));
	for (unsigned i = 0; i < seqs->len; i++)
		plan_search_told(p, g_array_index(seqs, uint32_t, i), 30 - i);
	g_assert_false(plan_search_next(p, seqs));
	g_assert_false(plan_search_result(p, gone, &missing));
	g_assert_cmpuint(gone->len, ==, 0);
	plan_search_free(p);
	imap_set_clear(&missing);
}

static void silent_server_is_not_asked_for_ever(void)
{
	g_autoptr(GArray) cached = uids_new(), seqs = uids_new(), gone = uids_new();
	struct imap_set missing;
	unsigned rounds = 0;
	imap_set_init(&missing);
	for (uint32_t uid = 1; uid <= 2000; uid++)
		add(cached, uid);
	struct plan_search *p = plan_search_new(cached, 1, 1999);
	while (plan_search_next(p, seqs))
		rounds++;
	g_assert_cmpuint(rounds, <=, 10);
	g_assert_false(plan_search_result(p, gone, &missing));
	plan_search_free(p);
	p = plan_search_new(cached, 1, UINT32_MAX);
	g_assert_false(plan_search_next(p, seqs));
	g_assert_false(plan_search_result(p, gone, &missing));
	plan_search_free(p);
	imap_set_clear(&missing);
}

void suite(void)
{
	unit_add(each_random_history_is_found);
	unit_add(what_is_there_is_never_gone);
	unit_add(one_vanished_of_100000_costs_little);
	unit_add(run_vanished_of_100000_costs_little);
	unit_add(hint_finds_it_in_one_flight);
	unit_add(hints_of_several_expunges_move);
	unit_add(emptied_folder_needs_no_question);
	unit_add(i11_uids_that_go_down_are_not_believed);
	unit_add(silent_server_is_not_asked_for_ever);
}
