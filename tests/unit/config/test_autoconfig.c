/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"
#include "tests/unit/unit.h"

#include <string.h>

#define HEAD                                                                                                           \
	"<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY a \"b\">]>\n<clientConfig version=\"1.1\"><emailProvider "     \
	"id=\"x\">"
#define TAIL "</emailProvider></clientConfig>"
#define IMAP(rest) "<incomingServer type=\"imap\">" rest "</incomingServer>"
#define SMTP(rest) "<outgoingServer type=\"smtp\">" rest "</outgoingServer>"
#define GOOD                                                                                                           \
	"<hostname>imap.x.test</hostname><port>993</port><socketType>SSL</socketType>"                                 \
	"<authentication>password-cleartext</authentication><username>%EMAILADDRESS%</username>"

/* "imap.x.test:993 tls; smtp: ..; login .." */
static char *told(const char *text)
{
	static const char *const securities[] = { "tls", "starttls", "insecure" };
	struct cfg_card *c = cfg_autoconfig(unit_str(text), "box.test");
	GString *out = g_string_new(NULL);
	if (!c)
		return g_string_free(out, FALSE);
	const GPtrArray *const lists[] = { c->imap, c->smtp };
	for (size_t k = 0; k < G_N_ELEMENTS(lists); k++)
		for (guint i = 0; i < lists[k]->len; i++) {
			const struct cfg_server *s = lists[k]->pdata[i];
			g_string_append_printf(out, "%s%s %s:%u %s", out->len ? "; " : "", k ? "smtp" : "imap", s->host,
				(unsigned)s->port, securities[s->security]);
		}
	for (guint i = 0; i < c->logins->len; i++)
		g_string_append_printf(out, "; %s", (const char *)c->logins->pdata[i]);
	if (c->title)
		g_string_append_printf(out, "; \"%s\"", c->title);
	cfg_card_free(c);
	return g_string_free(out, FALSE);
}

static void check(const char *text, const char *wanted)
{
	g_autofree char *got = told(text);
	g_assert_cmpstr(got, ==, wanted);
}

static void servers_and_login_are_read(void)
{
	check(HEAD "<domain>box.test</domain><displayName> Box &amp; &#66;oxes </displayName><!-- <incomingServer> "
		   "-->" IMAP(GOOD) SMTP(
			   "<hostname>smtp.%EMAILDOMAIN%</hostname><port>587</port><socketType>STARTTLS</socketType>"
			   "<username>%EMAILLOCALPART%</username>") TAIL,
		"imap imap.x.test:993 tls; smtp smtp.box.test:587 starttls; %u@%d; \"Box & Boxes\"");
	check(HEAD IMAP("<username>%EMAILLOCALPART%%%EMAILDOMAIN%</username><hostname>H.x</hostname><port>143</port>"
			"<socketType>starttls</socketType>") TAIL,
		"imap h.x:143 starttls; %u%%%d");
}

static void t22_what_is_plain_is_not_taken(void)
{
	check(HEAD IMAP("<hostname>imap.x.test</hostname><port>143</port><socketType>plain</socketType>") TAIL, "");
	check(HEAD IMAP("<hostname>imap.x.test</hostname><port>143</port>") TAIL, "");
	check(HEAD "<incomingServer type=\"pop3\">" GOOD "</incomingServer>" TAIL, "");
	check(HEAD IMAP("<hostname>imap.x.test</hostname><port>993</port><socketType>SSL</socketType>"
			"<authentication>OAuth2</authentication>") TAIL,
		"");
}

static void nonsense_is_nothing(void)
{
	static const char *const texts[] = { "", "<", "<html><body>404</body></html>", "clientConfig", HEAD,
		"<clientConfig>" IMAP("<hostname>../x</hostname><port>993</port><socketType>SSL</socketType>"),
		"<clientConfig>" IMAP("<hostname>x y</hostname><port>993</port><socketType>SSL</socketType>"),
		"<clientConfig>" IMAP("<hostname>x.test</hostname><port>99999</port><socketType>SSL</socketType>"),
		"<clientConfig>" IMAP("<hostname>x.test</hostname><port>0</port><socketType>SSL</socketType>"),
		"<clientConfig>" IMAP("<hostname>x.test\n}</hostname><port>993</port><socketType>SSL</socketType>"),
		IMAP(GOOD) };
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		check(texts[i], "");
	/* No address in it. */
	check(HEAD IMAP("<hostname>x.test</hostname><port>993</port><socketType>SSL</socketType><username>root</"
			"username>") TAIL,
		"imap x.test:993 tls");
}

static void too_deep_or_too_many_end_early(void)
{
	g_autoptr(GString) deep = g_string_new("<clientConfig>");
	for (int i = 0; i < 100; i++)
		g_string_append(deep, "<a>");
	g_string_append(deep, IMAP(GOOD));
	check(deep->str, "");
	g_autoptr(GString) many = g_string_new("<clientConfig>");
	for (int i = 0; i < 100; i++)
		g_string_append(many, IMAP(GOOD));
	struct cfg_card *c = cfg_autoconfig(unit_str(many->str), "box.test");
	g_assert_cmpuint(c->imap->len, ==, 10);
	g_assert_cmpuint(c->logins->len, ==, 1);
	cfg_card_free(c);
}

static void cut_anywhere_is_harmless(void)
{
	static const char text[] = HEAD "<domain>x</domain>" IMAP(GOOD) SMTP(GOOD) TAIL;
	for (size_t n = 0; n < sizeof text; n++)
		cfg_card_free(cfg_autoconfig(unit_exact(text, n), "box.test"));
}

void suite(void)
{
	unit_add(servers_and_login_are_read);
	unit_add(t22_what_is_plain_is_not_taken);
	unit_add(nonsense_is_nothing);
	unit_add(too_deep_or_too_many_end_early);
	unit_add(cut_anywhere_is_harmless);
}
