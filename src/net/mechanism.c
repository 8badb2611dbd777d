/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/sasl.h"

/* Such a mechanism shows the password to the server. */
#define SASL_OPEN (SASL_BIT(SASL_COMMAND) | SASL_BIT(SASL_PLAIN) | SASL_BIT(SASL_LOGIN))
#define SASL_TOKEN (SASL_BIT(SASL_OAUTHBEARER) | SASL_BIT(SASL_XOAUTH2))

static const struct {
	const char *name;
	bool client_first;
	int strength; /* in what it keeps from a server that is not the right one */
} mechanisms[] = {
	[SASL_NONE] = { "", false, 0 },
	[SASL_COMMAND] = { "", false, 0 },
	[SASL_PLAIN] = { "PLAIN", true, 0 },
	[SASL_LOGIN] = { "LOGIN", false, 0 },
	[SASL_CRAM_MD5] = { "CRAM-MD5", false, 1 },
	[SASL_SCRAM_SHA_1] = { "SCRAM-SHA-1", true, 2 },
	[SASL_SCRAM_SHA_256] = { "SCRAM-SHA-256", true, 3 },
	[SASL_SCRAM_SHA_1_PLUS] = { "SCRAM-SHA-1-PLUS", true, 4 },
	[SASL_SCRAM_SHA_256_PLUS] = { "SCRAM-SHA-256-PLUS", true, 5 },
	[SASL_XOAUTH2] = { "XOAUTH2", true, 0 },
	[SASL_OAUTHBEARER] = { "OAUTHBEARER", true, 0 },
	[SASL_EXTERNAL] = { "EXTERNAL", true, 0 },
};

const char *sasl_name(enum sasl_mechanism m)
{
	return mechanisms[m].name;
}

enum sasl_mechanism sasl_of_name(struct str name)
{
	for (size_t i = SASL_PLAIN; i < G_N_ELEMENTS(mechanisms); i++)
		if (str_is(name, mechanisms[i].name))
			return (enum sasl_mechanism)i;
	return SASL_NONE;
}

bool sasl_client_first(enum sasl_mechanism m)
{
	return mechanisms[m].client_first;
}

static uint32_t usable(const struct sasl_choice *c)
{
	uint32_t bits = c->offered;
	if (!c->binding)
		bits &= ~SASL_SCRAM_PLUS;
	if (c->token)
		bits &= SASL_TOKEN | SASL_BIT(SASL_EXTERNAL);
	if (c->wanted)
		return bits & c->wanted;
	bits &= ~(SASL_BIT(SASL_CRAM_MD5) | SASL_BIT(SASL_EXTERNAL));
	return c->token ? bits : bits & ~SASL_TOKEN;
}

/* The first of them in the usual order. Not `hidden`: what takes fewer waits goes before plain SCRAM. */
static enum sasl_mechanism first_of(uint32_t bits, bool hidden)
{
	static const enum sasl_mechanism order[] = { SASL_SCRAM_SHA_256_PLUS, SASL_SCRAM_SHA_1_PLUS, SASL_SCRAM_SHA_256,
		SASL_SCRAM_SHA_1, SASL_COMMAND, SASL_PLAIN, SASL_LOGIN, SASL_OAUTHBEARER, SASL_XOAUTH2, SASL_CRAM_MD5,
		SASL_EXTERNAL };
	if (!hidden && (bits & SASL_OPEN))
		bits &= ~(SASL_SCRAM & ~SASL_SCRAM_PLUS);
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++)
		if (bits & SASL_BIT(order[i]))
			return order[i];
	return SASL_NONE;
}

static enum sasl_mechanism lacking(const struct sasl_choice *c, struct err *e)
{
	const char *why = c->wanted  ? "the server offers none of the ways to log in that 'auth' names"
			  : c->token ? "the server offers no way to log in with an access token"
				     : "the server offers no way to log in that is known here";
	err_set(e, ERR_ACCOUNT, ERR_LACKING, ERR_NEVER, "%s", why);
	return SASL_NONE;
}

enum sasl_mechanism sasl_choose(const struct sasl_choice *c, bool *weaker_out, struct err *e)
{
	bool was_hidden = SASL_SCRAM & SASL_BIT(c->last);
	uint32_t bits = usable(c);
	enum sasl_mechanism m = first_of(bits, was_hidden || !c->tls);
	*weaker_out = false;
	if (m == SASL_NONE)
		return lacking(c, e);
	if (was_hidden && (SASL_OPEN & SASL_BIT(m)) && !c->wanted) {
		err_set(e, ERR_ACCOUNT, ERR_LACKING, ERR_NEVER,
			"the server no longer offers '%s', which kept the password from it last time; "
			"if that is right, name another way with 'auth'",
			sasl_name(c->last));
		return SASL_NONE;
	}
	*weaker_out = was_hidden && mechanisms[m].strength < mechanisms[c->last].strength;
	return m;
}
