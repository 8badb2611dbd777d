/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/idn.h"
#include "tests/unit/unit.h"

static void check(const char *domain, const char *ascii)
{
	g_autofree char *got = idn_to_ascii(domain);
	g_assert_cmpstr(got, ==, ascii);
}

static void h07_idn_to_ascii_maps_scripts(void)
{
	check("b\xc3\xbc"
	      "cher.example",
		"xn--bcher-kva.example");
	check("B\xc3\x9c"
	      "CHER.example",
		"xn--bcher-kva.example");
	check("\xd0\xbf\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0.example", "xn--80a1acny.example");
	check("stra\xc3\x9f"
	      "e.example",
		"xn--strae-oqa.example");
	check("Plain_name.Example", "Plain_name.Example");
	check("", "");
	check("a\xe2\x80\xae"
	      "b.example",
		NULL);
	check("\xff.example", NULL);
	check("\xe2\x98\x83\xe2\x80\x8d..\xc3\xbc", NULL);
}

static void h07_idn_to_unicode_shows_or_keeps(void)
{
	g_autofree char *shown = idn_to_unicode("xn--bcher-kva.example"), *kept = idn_to_unicode("xn--\xff");
	g_autofree char *plain = idn_to_unicode("box.example");
	g_assert_cmpstr(shown, ==,
		"b\xc3\xbc"
		"cher.example");
	g_assert_cmpstr(kept, ==, "xn--\xff");
	g_assert_cmpstr(plain, ==, "box.example");
}

void suite(void)
{
	unit_add(h07_idn_to_ascii_maps_scripts);
	unit_add(h07_idn_to_unicode_shows_or_keeps);
}
