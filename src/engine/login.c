/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an account logs in: what the session is told before, and what is kept of it for the next time. */
#include "engine/internal.h"

#include <string.h>

#define TOKEN_WAYS (SASL_BIT(SASL_XOAUTH2) | SASL_BIT(SASL_OAUTHBEARER))

bool login_by_token(const struct account *a)
{
	return a->cfg->password == CFG_PASSWORD_TOKEN;
}

/* That of a secret of the same kind. */
static enum sasl_mechanism last_way(const struct account *a)
{
	int used = a->info.auth_used;
	if (used <= SASL_NONE || used > SASL_EXTERNAL || !(SASL_BIT(used) & TOKEN_WAYS) == login_by_token(a))
		return SASL_NONE;
	return (enum sasl_mechanism)used;
}

void login_settings(const struct account *a, struct imap_settings *out)
{
	static const uint32_t ways[] = {
		[CFG_AUTH_BEST] = 0,
		[CFG_AUTH_PLAIN] = SASL_BIT(SASL_PLAIN),
		[CFG_AUTH_LOGIN] = SASL_BIT(SASL_COMMAND) | SASL_BIT(SASL_LOGIN),
		[CFG_AUTH_SCRAM] = SASL_SCRAM,
		[CFG_AUTH_SCRAM_SHA_1] = SASL_BIT(SASL_SCRAM_SHA_1) | SASL_BIT(SASL_SCRAM_SHA_1_PLUS),
		[CFG_AUTH_SCRAM_SHA_256] = SASL_BIT(SASL_SCRAM_SHA_256) | SASL_BIT(SASL_SCRAM_SHA_256_PLUS),
		[CFG_AUTH_CRAM_MD5] = SASL_BIT(SASL_CRAM_MD5),
		[CFG_AUTH_XOAUTH2] = SASL_BIT(SASL_XOAUTH2),
		[CFG_AUTH_OAUTHBEARER] = SASL_BIT(SASL_OAUTHBEARER),
		[CFG_AUTH_EXTERNAL] = SASL_BIT(SASL_EXTERNAL),
	};
	out->auth = ways[a->cfg->auth];
	out->token = login_by_token(a);
	out->last = last_way(a);
}

void login_bind(struct imap_session *s, const struct wire *w)
{
	unsigned char binding[SASL_BINDING_SIZE];
	if (wire_exporter(w, binding))
		imap_binding(s, binding, sizeof(binding));
}

static const char *way_name(enum sasl_mechanism m)
{
	return m == SASL_NONE ? "PREAUTH" : m == SASL_COMMAND ? "LOGIN" : sasl_name(m);
}

char *login_words(const struct imap_session *s)
{
	bool weaker;
	enum sasl_mechanism m = imap_mechanism(s, &weaker);
	const char *name = way_name(m);
	if (SASL_BIT(m) & SASL_SCRAM_PLUS)
		return g_strdup_printf("%.*s, bound to the connection", (int)(strlen(name) - strlen("-PLUS")), name);
	return g_strdup(name);
}

void login_done(struct account *a, const struct imap_session *s)
{
	bool weaker;
	enum sasl_mechanism m = imap_mechanism(s, &weaker), last = last_way(a);
	if (weaker) {
		struct event *ev = event_new(EV_NOTICE, 0, a->index);
		ev->text = g_strdup_printf("%s: the login went by '%s', which is weaker than '%s' before; if nobody "
					   "changed the server, somebody may stand between",
			a->cfg->label, way_name(m), way_name(last));
		engine_emit(a->engine, ev);
	}
	account_secret_worked(a, m);
}
