/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "imap/imap.h"
#include "tests/unit/unit.h"

static void decodes(const char *raw, const char *shown)
{
	g_autofree char *got = imap_name_decode(unit_str(raw));
	g_assert_cmpstr(got, ==, shown);
}

static void both_ways(const char *raw, const char *shown)
{
	g_autofree char *encoded = imap_name_encode(shown);
	decodes(raw, shown);
	g_assert_cmpstr(encoded, ==, raw);
}

static void names_both_ways(void)
{
	both_ways("INBOX", "INBOX");
	both_ways("", "");
	both_ways("Entw&APw-rfe", "Entwürfe");
	both_ways("~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語");
	both_ways("A&-B", "A&B");
	both_ways("&-", "&");
	both_ways("&2D3eCg-", "😊");
	both_ways("&AOQA9gD8-", "äöü");
	both_ways("x&AOQ-&-&AOQ-", "xä&ä");
}

static void i29_junk_stands_as_it_is(void)
{
	decodes("&", "&");
	decodes("a&b", "a&b");
	decodes("&AAA-", "&AAA-");
	decodes("&2D0-", "&2D0-");
	decodes("&3go-", "&3go-");
	decodes("&Jjo", "&Jjo");
	decodes("&AGEAYgBj-", "&AGEAYgBj-");
	decodes("&AAo-", "&AAo-");
	decodes("&AIA-", "&AIA-");
	decodes("&A-", "&A-");
	decodes("&APx-", "&APx-");
	decodes("&AP w-", "&AP w-");
	decodes("&APw&APw-", "&APwü");
}

static void raw_octets_become_valid_utf8(void)
{
	decodes("Entw\xc3\xbcrfe", "Entwürfe");
	decodes("Entw\xfcrfe", "Entw\xef\xbf\xbdrfe");
}

static void encode_refuses_what_is_no_utf8(void)
{
	g_assert_null(imap_name_encode("a\xff"));
	g_assert_null(imap_name_encode("\xed\xa0\xbd"));
}

static void every_character_both_ways(void)
{
	for (gunichar c = 0xa0; c <= 0x10ffff; c += c < 0x3000 ? 1 : 251) {
		if (!g_unichar_validate(c))
			continue;
		char shown[16] = "a";
		shown[1 + g_unichar_to_utf8(c, shown + 1)] = '\0';
		g_autofree char *raw = imap_name_encode(shown);
		g_autofree char *back = imap_name_decode(str_of(raw));
		g_assert_cmpstr(back, ==, shown);
	}
}

void suite(void)
{
	unit_add(names_both_ways);
	unit_add(i29_junk_stands_as_it_is);
	unit_add(raw_octets_become_valid_utf8);
	unit_add(encode_refuses_what_is_no_utf8);
	unit_add(every_character_both_ways);
}
