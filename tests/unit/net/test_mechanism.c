/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"
#include "tests/unit/unit.h"

#define B(m) SASL_BIT(SASL_##m)
#define OPEN (B(COMMAND) | B(PLAIN) | B(LOGIN))
#define HASHED (B(SCRAM_SHA_1) | B(SCRAM_SHA_256))

struct row {
	struct sasl_choice c;
	enum sasl_mechanism m;
	bool weaker;
};

static void try_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err e = ERR_INIT;
		bool weaker = !rows[i].weaker;
		enum sasl_mechanism m = sasl_choose(&rows[i].c, &weaker, &e);
		if (m != rows[i].m)
			g_test_message("row %zu", i);
		g_assert_cmpstr(sasl_name(m), ==, sasl_name(rows[i].m));
		g_assert_cmpint(m, ==, rows[i].m);
		g_assert_cmpint(weaker, ==, rows[i].weaker);
		g_assert_cmpint(e.cause, ==, m == SASL_NONE ? ERR_LACKING : ERR_NONE);
		g_assert_cmpint(e.retry, ==, m == SASL_NONE ? ERR_NEVER : ERR_NOW);
		err_clear(&e);
	}
}

static void names_are_the_registered_ones(void)
{
	for (unsigned m = SASL_PLAIN; m <= SASL_EXTERNAL; m++) {
		g_autofree char *lower = g_ascii_strdown(sasl_name(m), -1);
		g_assert_cmpint(sasl_of_name(unit_str(sasl_name(m))), ==, m);
		g_assert_cmpint(sasl_of_name(unit_str(lower)), ==, m);
	}
	static const char *const unknown[] = { "", "GSSAPI", "PLAIN ", "SCRAM-SHA-512", "SCRAM-SHA-256-PLU", "NTLM" };
	for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
		g_assert_cmpint(sasl_of_name(unit_str(unknown[i])), ==, SASL_NONE);
	g_assert_cmpstr(sasl_name(SASL_COMMAND), ==, "");
	g_assert_true(sasl_client_first(SASL_PLAIN));
	g_assert_false(sasl_client_first(SASL_LOGIN));
	g_assert_false(sasl_client_first(SASL_CRAM_MD5));
}

static void password_takes_the_fewest_waits(void)
{
	static const struct row rows[] = {
		{ { .offered = OPEN | HASHED, .tls = true }, .m = SASL_COMMAND },
		{ { .offered = B(PLAIN) | B(LOGIN) | HASHED, .tls = true }, .m = SASL_PLAIN },
		{ { .offered = B(LOGIN) | HASHED, .tls = true }, .m = SASL_LOGIN },
		{ { .offered = HASHED, .tls = true }, .m = SASL_SCRAM_SHA_256 },
		{ { .offered = B(SCRAM_SHA_1), .tls = true }, .m = SASL_SCRAM_SHA_1 },
		{ { .offered = OPEN | HASHED | SASL_SCRAM_PLUS, .tls = true }, .m = SASL_COMMAND },
		{ { .offered = OPEN | B(XOAUTH2) | B(OAUTHBEARER), .tls = true, .last = SASL_PLAIN },
			.m = SASL_COMMAND },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void password_is_bound_where_both_sides_can(void)
{
	static const struct row rows[] = {
		{ { .offered = OPEN | HASHED | SASL_SCRAM_PLUS, .tls = true, .binding = true },
			.m = SASL_SCRAM_SHA_256_PLUS },
		{ { .offered = OPEN | HASHED | B(SCRAM_SHA_1_PLUS), .tls = true, .binding = true },
			.m = SASL_SCRAM_SHA_1_PLUS },
		{ { .offered = OPEN | HASHED, .tls = true, .binding = true }, .m = SASL_COMMAND },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void password_is_hidden_without_tls(void)
{
	static const struct row rows[] = {
		{ { .offered = OPEN | HASHED }, .m = SASL_SCRAM_SHA_256 },
		{ { .offered = OPEN | B(SCRAM_SHA_1) }, .m = SASL_SCRAM_SHA_1 },
		{ { .offered = OPEN }, .m = SASL_COMMAND },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void never_weaker_than_last_time_without_a_word(void)
{
	static const struct row rows[] = {
		{ { .offered = OPEN | HASHED, .tls = true, .last = SASL_SCRAM_SHA_256 }, .m = SASL_SCRAM_SHA_256 },
		{ { .offered = OPEN | HASHED, .tls = true, .last = SASL_SCRAM_SHA_1 }, .m = SASL_SCRAM_SHA_256 },
		{ { .offered = OPEN | B(SCRAM_SHA_1), .tls = true, .last = SASL_SCRAM_SHA_256 }, .m = SASL_SCRAM_SHA_1,
			.weaker = true },
		{ { .offered = OPEN | HASHED, .tls = true, .binding = true, .last = SASL_SCRAM_SHA_256_PLUS },
			.m = SASL_SCRAM_SHA_256, .weaker = true },
		{ { .offered = OPEN | HASHED | SASL_SCRAM_PLUS, .tls = true, .last = SASL_SCRAM_SHA_256_PLUS },
			.m = SASL_SCRAM_SHA_256, .weaker = true },
		{ { .offered = OPEN | SASL_SCRAM_PLUS, .tls = true, .last = SASL_SCRAM_SHA_256_PLUS }, .m = SASL_NONE },
		{ { .offered = OPEN, .tls = true, .binding = true, .last = SASL_SCRAM_SHA_256_PLUS }, .m = SASL_NONE },
		{ { .offered = OPEN, .tls = true, .last = SASL_SCRAM_SHA_1 }, .m = SASL_NONE },
		{ { .offered = OPEN, .tls = true, .last = SASL_SCRAM_SHA_1, .wanted = B(PLAIN) }, .m = SASL_PLAIN,
			.weaker = true },
		{ { .offered = OPEN, .tls = true, .last = SASL_CRAM_MD5 }, .m = SASL_COMMAND },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void token_goes_as_a_token_only(void)
{
	static const struct row rows[] = {
		{ { .offered = OPEN | HASHED | B(XOAUTH2) | B(OAUTHBEARER), .tls = true, .token = true },
			.m = SASL_OAUTHBEARER },
		{ { .offered = OPEN | B(XOAUTH2), .tls = true, .token = true }, .m = SASL_XOAUTH2 },
		{ { .offered = OPEN | HASHED, .tls = true, .token = true }, .m = SASL_NONE },
		{ { .offered = OPEN, .tls = true, .token = true, .wanted = B(PLAIN) }, .m = SASL_NONE },
		{ { .offered = B(XOAUTH2) | B(OAUTHBEARER), .tls = true }, .m = SASL_NONE },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

static void a11_only_what_is_wanted_or_usual_is_taken(void)
{
	static const struct row rows[] = {
		{ { .offered = B(CRAM_MD5) | B(EXTERNAL), .tls = true }, .m = SASL_NONE },
		{ { .offered = 0, .tls = true }, .m = SASL_NONE },
		{ { .offered = OPEN | B(CRAM_MD5), .wanted = B(CRAM_MD5), .tls = true }, .m = SASL_CRAM_MD5 },
		{ { .offered = OPEN | B(EXTERNAL), .wanted = B(EXTERNAL), .tls = true }, .m = SASL_EXTERNAL },
		{ { .offered = OPEN | HASHED, .wanted = B(PLAIN), .tls = true }, .m = SASL_PLAIN },
		{ { .offered = OPEN | HASHED, .wanted = SASL_SCRAM, .tls = true }, .m = SASL_SCRAM_SHA_256 },
		{ { .offered = OPEN | HASHED | SASL_SCRAM_PLUS, .wanted = SASL_SCRAM, .tls = true, .binding = true },
			.m = SASL_SCRAM_SHA_256_PLUS },
		{ { .offered = OPEN, .wanted = SASL_SCRAM, .tls = true }, .m = SASL_NONE },
		{ { .offered = B(PLAIN), .wanted = B(LOGIN) | B(COMMAND), .tls = true }, .m = SASL_NONE },
		{ { .offered = OPEN | B(XOAUTH2), .wanted = B(XOAUTH2), .tls = true }, .m = SASL_XOAUTH2 },
	};
	try_rows(rows, G_N_ELEMENTS(rows));
}

void suite(void)
{
	unit_add(names_are_the_registered_ones);
	unit_add(password_takes_the_fewest_waits);
	unit_add(password_is_bound_where_both_sides_can);
	unit_add(password_is_hidden_without_tls);
	unit_add(never_weaker_than_last_time_without_a_word);
	unit_add(token_goes_as_a_token_only);
	unit_add(a11_only_what_is_wanted_or_usual_is_taken);
}
