/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"
#include "tests/unit/unit.h"

static void check(struct str octets, const char *wanted)
{
	g_autofree char *type = msg_magic(octets);
	g_assert_cmpstr(type, ==, wanted);
}

static void magic_known_beginnings_are_named(void)
{
	check(unit_exact("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0", 29), "image/png");
	check(unit_str("%PDF-1.4\n"), "application/pdf");
	check(unit_str("plain words\n"), "text/plain");
}

static void magic_nothing_is_no_type(void)
{
	check(unit_str(""), NULL);
}

static void *in_thread(void *aux)
{
	(void)aux;
	return msg_magic(STR("%PDF-1.4\n"));
}

static void magic_threads_have_handles_of_their_own(void)
{
	GThread *a = g_thread_new("a", in_thread, NULL), *b = g_thread_new("b", in_thread, NULL);
	g_autofree char *one = g_thread_join(a), *two = g_thread_join(b);
	g_assert_cmpstr(one, ==, "application/pdf");
	g_assert_cmpstr(two, ==, "application/pdf");
}

void suite(void)
{
	unit_add(magic_known_beginnings_are_named);
	unit_add(magic_nothing_is_no_type);
	unit_add(magic_threads_have_handles_of_their_own);
}
