/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "base/clock.h"
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

/* gzip of "%PDF-1.4", an archive of one such file, one that says it holds 4 GB. */
static void m12_archives_are_not_unpacked(void)
{
	static const char gzip[] =
		"\x1f\x8b\x08\0\0\0\0\0\2\xff\x53\x0d\x70\x71\xd3\x35\xd4\x33\xe1\2\0\xed\x9d\xe6\x0a"
		"\x09\0\0\0";
	static const char zip[] =
		"PK\003\004\024\000\000\000\000\000\000\000!"
		"\000\355\235\346\012\011\000\000\000\377\377\377\377\005\000\000\000a.pdf\045PDF-\061."
		"\064\012PK\001\002\024\003\024\000\000\000\000\000\000\000!\000\355\235\346\012";
	check(unit_exact(gzip, sizeof(gzip) - 1), "application/gzip");
	check(unit_exact(zip, sizeof(zip) - 1), "application/zip");
	check(unit_exact("BZh91AY&SY", 10), "application/x-bzip2");
}

/* What libmagic makes of octets is bounded by how many it gets, whatever they are. */
static void m13_any_octets_are_looked_at_in_little_time(void)
{
	static const char *const begins[] = { "", "%PDF-1.4\n", "PK\3\4", "MZ", "RIFF", "<html>", "From a",
		"#!/bin/sh\n" };
	static const char *const bodies[] = { "\0", "A", "<", "[1,", "a,b\n" };
	g_autoptr(GRand) rand = g_rand_new_with_seed(13);
	size_t n = 128 << 10;
	char *octets = g_malloc(n);
	for (size_t i = 0; i < G_N_ELEMENTS(begins); i++)
		for (size_t k = 0; k <= G_N_ELEMENTS(bodies); k++) {
			const char *with = k < G_N_ELEMENTS(bodies) ? bodies[k] : NULL;
			size_t width = with ? MAX(strlen(with), 1) : 1, begin = strlen(begins[i]);
			for (size_t at = 0; at < n; at++)
				octets[at] = with ? with[at % width] : at < 70000 ? (char)g_rand_int(rand) : 'x';
			memcpy(octets, begins[i], begin);
			int64_t from = clock_cpu_us();
			g_free(msg_magic((struct str){ octets, n }));
			g_assert_cmpint(clock_cpu_us() - from, <, 2000000);
		}
	g_free(octets);
}

void suite(void)
{
	unit_add(magic_known_beginnings_are_named);
	unit_add(magic_nothing_is_no_type);
	unit_add(m12_archives_are_not_unpacked);
	unit_add(m13_any_octets_are_looked_at_in_little_time);
	unit_add(magic_threads_have_handles_of_their_own);
}
