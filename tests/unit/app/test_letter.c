/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include <string.h>

#include "tests/unit/unit.h"

static int take(const char *typed, GPtrArray *out, struct err *e)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	struct cfg cfg = { .aliases = none };
	return app_addresses(&cfg, typed, out, e);
}

static void s14_what_is_no_list_of_addresses_is_refused_with_the_place(void)
{
	static const struct {
		const char *typed, *place;
	} bad[] = {
		{ "a@b.example>\r\nRCPT TO:<x@y.example", "12" },
		{ "<a@b.example> NOTIFY=NEVER", "15" },
		{ "a@b.example\nBcc: x@y.example", "12" },
		{ "<a@b.example <c@d.example>", "14" },
		{ "<a@b.example", "13" },
		{ "\"a\nb\" <a@b.example>", "3" },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GPtrArray) out = msg_addrs_new();
		struct err e = ERR_INIT;
		g_assert_cmpint(take(bad[i].typed, out, &e), ==, -1);
		g_assert_cmpint(e.cause, ==, ERR_INPUT);
		g_autofree char *place = g_strdup_printf("character %s,", bad[i].place);
		g_assert_nonnull(strstr(e.text, place));
		err_clear(&e);
	}
}

static void addresses_as_people_write_them_are_taken(void)
{
	static const struct {
		const char *typed;
		unsigned n;
	} good[] = {
		{ "a@b.example", 1 },
		{ "Ana <a@b.example>, \"Lund, Vera\" <v@b.example>", 2 },
		{ "a@b.example (Ana, from work), <c@d.example> (\\) <)", 2 },
		{ "friends: a@b.example, <c@d.example>;", 2 },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
		g_autoptr(GPtrArray) out = msg_addrs_new();
		struct err e = ERR_INIT;
		g_assert_cmpint(take(good[i].typed, out, &e), ==, 0);
		unsigned whole = 0;
		for (unsigned k = 0; k < out->len; k++)
			whole += ((struct msg_addr *)out->pdata[k])->addr != NULL;
		g_assert_cmpuint(whole, ==, good[i].n);
	}
}

void suite(void)
{
	unit_add(s14_what_is_no_list_of_addresses_is_refused_with_the_place);
	unit_add(addresses_as_people_write_them_are_taken);
}
