/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/outbox.h"
#include "tests/unit/unit.h"

#define SINCE 1795000000 /* 2026-11-18 */
#define GOOD "https://www.provider.example/validate?token=0123"

struct given {
	const char *results, *from, *to, *date, *text;
	const char *extra; /* lines of the header */
	const char *link;  /* of the text's links; NULL: none */
};
static const struct given good = { .results = "mx.box.example; dkim=pass header.d=provider.example",
	.from = "Provider <no-reply@provider.example>",
	.to = "vera@alias.example",
	.date = "Wed, 18 Nov 2026 12:00:00 +0000",
	.text = "Follow " GOOD ".\n",
	.extra = "" };

static GPtrArray *list(const char *first, const char *second)
{
	GPtrArray *names = g_ptr_array_new();
	g_ptr_array_add(names, (void *)first);
	if (second)
		g_ptr_array_add(names, (void *)second);
	return names;
}

static char *link_of(const struct given *g)
{
	g_autoptr(GPtrArray) from = list("other.example", "provider.example"), servers = list("mx.box.example", NULL);
	g_autoptr(GPtrArray) hosts = list("www.provider.example", "provider.example");
	struct cfg_card card = { .confirm_from = from, .confirm_hosts = hosts };
	g_autofree char *header =
		g_strdup_printf("Authentication-Results: %s\r\nFrom: %s\r\nTo: %s\r\nDate: %s\r\n%s\r\n", g->results,
			g->from, g->to, g->date, g->extra);
	struct msg_head *h = msg_head_parse(unit_str(header));
	struct msg_link link = { .url = (char *)g->link, .text = (char *)"" };
	g_autoptr(GPtrArray) links = g_ptr_array_new();
	struct msg_text t = { .text = (char *)g->text, .links = links };
	if (g->link)
		g_ptr_array_add(links, &link);
	char *found = confirm_link(&card, servers, h, &t, "vera@alias.example", SINCE);
	msg_head_free(h);
	return found;
}

static void letter_of_the_provider_gives_its_longest_link(void)
{
	g_autofree char *plain = link_of(&good);
	g_assert_cmpstr(plain, ==, GOOD);
	struct given html = good;
	html.text = "Follow this link[1], or read https://www.provider.example/help (or not).\n";
	html.link = GOOD;
	g_autofree char *linked = link_of(&html);
	g_assert_cmpstr(linked, ==, GOOD);
	struct given bare = good;
	bare.text = "(https://provider.example/?a=b), https://evil.example/a-much-longer-link-than-any-other-in-it?x";
	g_autofree char *short_one = link_of(&bare);
	g_assert_cmpstr(short_one, ==, "https://provider.example/?a=b");
}

static void h10_letter_that_is_not_proven_gives_none(void)
{
	struct given cases[8];
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++)
		cases[i] = good;
	cases[0].results = "mx.box.example; dkim=fail header.d=provider.example";
	cases[1].results = "mx.evil.example; dkim=pass header.d=provider.example";
	cases[2].results = "mx.box.example; dkim=pass header.d=other.example";
	cases[3].results = "mx.box.example; none";
	cases[4].from = "no-reply@evilprovider.example";
	cases[5].from = "no-reply@provider.example, vera@box.example";
	cases[6].from = "\"no-reply@provider.example\" <x@evil.example>";
	cases[7].date = "Mon, 16 Nov 2026 12:00:00 +0000";
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *link = link_of(&cases[i]);
		if (link)
			g_error("case %u gives %s", i, link);
	}
}

static void link_to_elsewhere_is_none(void)
{
	static const char *const bad[] = { "http://www.provider.example/v?t", "https://evil.example/v?t",
		"https://www.provider.example", "https://www.provider.example/",
		"https://www.provider.example@evil.example/v", "https://www.provider.example.evil.example/v",
		"https://www.provider.example:8443/v", "https://a.www.provider.example/v",
		"https://www.provider.example\\@evil.example/v", "https://", "https:///v?t",
		"https://www.provider.example/v\303\244", "javascript:https://www.provider.example",
		"https://www%2eprovider.example/v" };
	for (unsigned i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct given g = good;
		g.text = "x";
		g.link = bad[i];
		g_autofree char *link = link_of(&g);
		if (link)
			g_error("%s", link);
	}
	g_autofree char *wide = g_strnfill(3000, 'a'), *too_long = g_strdup_printf("%s%s", GOOD, wide);
	struct given g = good;
	g.text = too_long;
	g_assert_null(link_of(&g));
}

static void letter_for_another_address_is_none(void)
{
	static const struct {
		const char *to, *text, *extra;
		bool meant;
	} cases[] = {
		{ "undisclosed-recipients:;", "For vera@alias.example: " GOOD, "", true },
		{ "undisclosed-recipients:;", "To use Vera@Alias.example.\n" GOOD, "", true },
		{ "vera@box.example", GOOD, "Delivered-To: vera@alias.example\r\n", true },
		{ "vera@box.example", GOOD, "X-Original-To: <vera@alias.example>\r\n", true },
		{ "vera@box.example", GOOD, "", false },
		{ "undisclosed-recipients:;", "For my-vera@alias.example: " GOOD, "", false },
		{ "undisclosed-recipients:;", "For vera@alias.example.org: " GOOD, "", false },
	};
	for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct given g = good;
		g.to = cases[i].to;
		g.text = cases[i].text;
		g.extra = cases[i].extra;
		g_autofree char *link = link_of(&g);
		if (!!link != cases[i].meant)
			g_error("case %u", i);
	}
}

void suite(void)
{
	unit_add(letter_of_the_provider_gives_its_longest_link);
	unit_add(h10_letter_that_is_not_proven_gives_none);
	unit_add(link_to_elsewhere_is_none);
	unit_add(letter_for_another_address_is_none);
}
