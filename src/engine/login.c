/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an account logs in: what the session is told before, and what is kept of it for the next time. */
#include "engine/internal.h"

#include <string.h>

#define DAY_S 86400
#define TOKEN_WAYS (SASL_BIT(SASL_XOAUTH2) | SASL_BIT(SASL_OAUTHBEARER))

bool login_by_token(const struct account *a)
{
	return a->cfg->password == CFG_PASSWORD_TOKEN;
}

bool login_smtp_by_token(const struct account *a)
{
	return (a->cfg->smtp_password ? a->cfg->smtp_password : a->cfg->password) == CFG_PASSWORD_TOKEN;
}

struct secret_source login_secret(const struct account *a)
{
	const struct cfg_account *cfg = a->cfg;
	return (struct secret_source){ .password = cfg->password,
		.arg = cfg->password_arg,
		.login = cfg->login,
		.host = cfg->imap ? cfg->imap->host : "",
		.account = a,
		.external = cfg->auth == CFG_AUTH_EXTERNAL };
}

struct secret_source login_smtp_secret(const struct account *a)
{
	const struct cfg_account *cfg = a->cfg;
	struct secret_source from = login_secret(a);
	if (cfg->smtp_password) {
		from.password = cfg->smtp_password;
		from.arg = cfg->smtp_password_arg;
	}
	from.login = cfg->smtp_login ? cfg->smtp_login : cfg->login;
	from.host = cfg->smtp->host;
	return from;
}

enum sasl_mechanism login_last_way(const struct store_account_info *i, bool token)
{
	int used = i->auth_used;
	if (used <= SASL_NONE || used > SASL_EXTERNAL || !(SASL_BIT(used) & TOKEN_WAYS) == token)
		return SASL_NONE;
	return (enum sasl_mechanism)used;
}

uint32_t login_ways(const struct account *a)
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
	return ways[a->cfg->auth];
}

void login_settings(const struct account *a, struct imap_settings *out)
{
	out->auth = login_ways(a);
	out->token = login_by_token(a);
	out->last = login_last_way(&a->info, out->token);
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

void login_warn_weaker(const struct account *a, enum sasl_mechanism now, enum sasl_mechanism before)
{
	struct event *ev = event_new(EV_NOTICE, 0, a->index);
	ev->text = g_strdup_printf("%s: the login went by '%s', which is weaker than '%s' before; if nobody "
				   "changed the server, somebody may stand between",
		a->cfg->label, way_name(now), way_name(before));
	engine_emit(a->engine, ev);
}

void login_done(struct account *a, const struct imap_session *s)
{
	bool weaker;
	enum sasl_mechanism m = imap_mechanism(s, &weaker);
	if (weaker)
		login_warn_weaker(a, m, login_last_way(&a->info, login_by_token(a)));
	account_secret_worked(a, m);
}

/* --- secrets that were refused --- */

/* A slow salted hash. */
static char *fingerprint(const struct secret *s, const char *salt)
{
	g_autofree char *hash = sasl_fingerprint(s, str_of(salt));
	return g_strdup_printf("%s$%s", salt, hash);
}

bool login_is_refused(const struct store_account_info *i, const struct secret *s)
{
	const char *dollar = i->secret_hash ? strchr(i->secret_hash, '$') : NULL;
	if (!dollar)
		return false;
	g_autofree char *salt = g_strndup(i->secret_hash, (size_t)(dollar - i->secret_hash));
	g_autofree char *mine = fingerprint(s, salt);
	return !strcmp(mine, i->secret_hash);
}

void login_note_refused(struct store_account_info *i, const struct secret *s)
{
	int64_t today = clock_wall() / DAY_S;
	uint32_t random[2];
	if (i->secret_worked && i->auth_tries_day == today) {
		i->auth_tries++;
	} else if (i->secret_worked) {
		i->auth_tries_day = today;
		i->auth_tries = 1;
	}
	net_random(random, sizeof(random));
	g_autofree char *salt = g_strdup_printf("%08x%08x", random[0], random[1]);
	g_free(i->secret_hash);
	i->secret_hash = fingerprint(s, salt);
}

bool login_note_worked(struct store_account_info *i, enum sasl_mechanism by)
{
	if (i->secret_worked && !i->secret_hash && (by == SASL_NONE || i->auth_used == (int)by))
		return false;
	if (by != SASL_NONE)
		i->auth_used = (int)by;
	i->secret_worked = true;
	i->auth_tries = 0;
	g_clear_pointer(&i->secret_hash, g_free);
	return true;
}
