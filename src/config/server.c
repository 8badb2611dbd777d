/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

/* The ports that tell what is meant. */
static const struct known_port {
	uint16_t port;
	enum service service;
	enum cfg_security security;
} known_ports[] = {
	{ 993, SERVICE_IMAP, CFG_TLS },
	{ 143, SERVICE_IMAP, CFG_STARTTLS },
	{ 1143, SERVICE_IMAP, CFG_STARTTLS },
	{ 465, SERVICE_SMTP, CFG_TLS },
	{ 587, SERVICE_SMTP, CFG_STARTTLS },
	{ 25, SERVICE_SMTP, CFG_STARTTLS },
	{ 26, SERVICE_SMTP, CFG_STARTTLS },
	{ 995, SERVICE_POP3, CFG_TLS },
	{ 110, SERVICE_POP3, CFG_STARTTLS },
};

static const char *const security_words[] = { "tls", "starttls", "insecure" };

static const struct known_port *known_port(uint16_t port)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known_ports); i++)
		if (known_ports[i].port == port)
			return known_ports + i;
	return NULL;
}

static uint16_t usual_port(enum service service, enum cfg_security security)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known_ports); i++)
		if (known_ports[i].service == service && (security == CFG_TLS) == (known_ports[i].security == CFG_TLS))
			return known_ports[i].port;
	return 0;
}

const char *cfg_security_name(enum cfg_security security)
{
	return security_words[security];
}

struct cfg_server *cfg_server_copy(const struct cfg_server *s)
{
	struct cfg_server *copy = g_new0(struct cfg_server, 1);
	*copy = *s;
	copy->host = g_strdup(s->host);
	return copy;
}

void cfg_server_free(struct cfg_server *s)
{
	if (s)
		g_free(s->host);
	g_free(s);
}

/* Splits at the colon before the port. */
static bool split_port(struct str s, struct str *host, struct str *port)
{
	const char *colon = s.n ? g_strrstr_len(s.p, (gssize)s.n, ":") : NULL;
	if (!colon)
		return false;
	*host = (struct str){ s.p, (size_t)(colon - s.p) };
	*port = str_sub(s, host->n + 1);
	return true;
}

bool cfg_hostport_of(struct parser *p, const struct word *w, char **host_out, uint16_t *port_out)
{
	g_autofree char *said = cfg_quote_word(w);
	struct str all = str_of(w->text), host, port;
	uint64_t number;
	if (strstr(w->text, "://")) {
		cfg_complain(
			p, CFG_ERROR, &w->at, _("no scheme, no login name: HOST:PORT"), _("a URL cannot stand here"));
		return false;
	}
	if (!split_port(all, &host, &port)) {
		cfg_complain(p, CFG_ERROR, &w->at, _("write HOST:PORT"), _("the port is missing in %s"), said);
		return false;
	}
	struct mark at_port = cfg_mark_within(w, host.n + 1, port.n);
	if (!str_u64(port, UINT16_MAX, &number) || !number) {
		cfg_complain(p, CFG_ERROR, &at_port, _("a port is a number from 1 to 65535"), _("no port in %s"), said);
		return false;
	}
	bool bracketed = host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']';
	struct str bare = bracketed ? (struct str){ host.p + 1, host.n - 2 } : host;
	bool colons = bare.n && memchr(bare.p, ':', bare.n);
	if (!cfg_value_host(bare) || colons != bracketed) {
		g_autofree char *hint = colons ? g_strdup(_("an IPv6 address is written [::1]:993")) : NULL;
		cfg_complain(p, CFG_ERROR, &w->at, hint, _("no host name in %s"), said);
		return false;
	}
	*host_out = str_dup(bare);
	*port_out = (uint16_t)number;
	return true;
}

static bool security_of(struct parser *p, const struct word *w, uint16_t port, enum cfg_security *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(security_words); i++)
		if (!strcmp(w->text, security_words[i])) {
			*out = (enum cfg_security)i;
			return true;
		}
	const struct known_port *known = known_port(port);
	const char *near = cfg_nearest(w->text, security_words, G_N_ELEMENTS(security_words));
	if (!g_ascii_strcasecmp(w->text, "ssl") || !g_ascii_strcasecmp(w->text, "ssl/tls"))
		near = known ? security_words[known->security] : "tls";
	g_autofree char *hint = near ? cfg_did_you_mean(near) : g_strdup(_("tls, starttls or insecure"));
	g_autofree char *said = cfg_quote_word(w);
	cfg_complain(p, CFG_ERROR, &w->at, hint, _("unknown kind of encryption %s"), said);
	return false;
}

/* What the port tells against what was written. */
static void check_port(struct parser *p, const struct word *where, const struct word *how, const struct cfg_server *s,
	enum service service)
{
	const struct known_port *known = known_port(s->port);
	const char *colon = strrchr(where->text, ':');
	if (!known)
		return;
	if (known->service != service) {
		size_t from = (size_t)(colon + 1 - where->text);
		struct mark at = cfg_mark_within(where, from, strlen(colon + 1));
		g_autofree char *hint = g_strdup_printf("%u", usual_port(service, s->security));
		static const char *const uses[] = { N_("is a port for reading mail"), N_("is a port for sending"),
			N_("is a port of POP3") };
		cfg_complain(p, CFG_WARNING, &at, hint, "%u %s", s->port, _(uses[known->service]));
	} else if (known->security != s->security && s->security != CFG_INSECURE) {
		cfg_complain(p, CFG_WARNING, &how->at, NULL, _("%u usually wants '%s'"), s->port,
			security_words[known->security]);
	}
}

struct cfg_server *cfg_server_of(struct parser *p, const struct stmt *s, size_t at, enum service service)
{
	const struct word *where = s->word + at, *how = where + 1;
	struct cfg_server server = { 0 };
	bool good = cfg_hostport_of(p, where, &server.host, &server.port);
	if (at + 1 >= s->n) {
		const struct known_port *known = good ? known_port(server.port) : NULL;
		g_autofree char *hint = known ? g_strdup_printf(_("add '%s'"), security_words[known->security])
					      : g_strdup(_("tls, starttls or insecure"));
		cfg_complain(p, CFG_ERROR, &where->at, hint, _("how to encrypt is missing behind the port"));
		good = false;
	} else if (security_of(p, how, server.port, &server.security) && good) {
		check_port(p, where, how, &server, service);
		if (server.security == CFG_INSECURE)
			cfg_complain(p, CFG_WARNING, &how->at, _("use tls, or starttls"),
				_("password and mail cross the network for all to read"));
	} else {
		good = false;
	}
	if (good)
		return g_memdup2(&server, sizeof(server));
	g_free(server.host);
	return NULL;
}
