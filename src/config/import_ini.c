/* SPDX-License-Identifier: GPL-3.0-or-later */
/* accounts.conf of aerc, and the mbsyncrc: sections of names and values. */
#include "config/internal.h"

#include <string.h>

#include "base/i18n.h"

/* "name = value" or "Name value": both without blanks and quotes round them. */
static bool cut(struct str line, bool sign, char **name_out, char **value_out)
{
	struct str name, value;
	line = str_trim(line);
	if (!line.n || line.p[0] == '#' || line.p[0] == ';')
		return false;
	size_t n = 0;
	while (n < line.n && (sign ? line.p[n] != '=' : !strchr(" \t", line.p[n])))
		n++;
	name = str_trim((struct str){ line.p, n });
	value = str_trim(str_sub(line, n + sign));
	if (!name.n)
		return false;
	*name_out = str_dup(name);
	*value_out = str_dup(value);
	return true;
}

static char *unquoted(const char *value)
{
	size_t n = strlen(value);
	if (n > 1 && (*value == '"' || *value == '\'') && value[n - 1] == *value)
		return g_strndup(value + 1, n - 2);
	return g_strdup(value);
}

static bool is_yes(const char *value)
{
	return !g_ascii_strcasecmp(value, "yes") || !g_ascii_strcasecmp(value, "true");
}

/* --- aerc --- */

static void put_poll(struct import *i, struct import_account *a, const char *name, const char *value)
{
	int seconds;
	if (cfg_value_time(str_of(value), &seconds) && seconds >= CFG_POLL_LEAST)
		import_put(&a->poll, value);
	else
		import_leave(i, name, _("polls are always more than ten minutes apart here"));
}

static void put_addresses(struct import_account *a, const char *value)
{
	g_auto(GStrv) all = g_strsplit(value, ",", 100);
	for (char **one = all; *one; one++)
		import_address(a, g_strstrip(*one));
}

static void put_roles(struct import_account *a, enum cfg_role role, const char *value)
{
	g_auto(GStrv) all = g_strsplit(value, ",", 2);
	if (*all)
		import_put(&a->roles[role], g_strstrip(*all));
}

static void aerc_word(struct import *i, struct import_account *a, const char *name, const char *value)
{
	if (!strcmp(name, "source") || !strcmp(name, "outgoing")) {
		if (!import_url(i, a, value, NULL))
			import_leave(i, name, _("a place on this machine, or a way that is not known here"));
	} else if (!strcmp(name, "source-cred-cmd")) {
		import_passcmd(i, a, value);
	} else if (!strcmp(name, "outgoing-cred-cmd")) {
		if (g_strcmp0(value, a->passcmd))
			import_leave(i, name, _("another password for sending is read from a file: smtp-password"));
	} else if (!strcmp(name, "from")) {
		import_address(a, value);
	} else if (!strcmp(name, "aliases")) {
		put_addresses(a, value);
	} else if (!strcmp(name, "copy-to")) {
		put_roles(a, CFG_SENT, value);
	} else if (!strcmp(name, "postpone")) {
		put_roles(a, CFG_DRAFTS, value);
	} else if (!strcmp(name, "archive")) {
		put_roles(a, CFG_ARCHIVE, value);
	} else if (!strcmp(name, "signature-file")) {
		import_put(&a->signature, value);
	} else if (!strcmp(name, "check-mail")) {
		put_poll(i, a, name, value);
	} else if (!strcmp(name, "smtp-starttls") && is_yes(value)) {
		if (a->smtp.host)
			import_server(&a->smtp, a->smtp.host, a->smtp.port, CFG_STARTTLS, true);
	} else if (strcmp(name, "default") && strcmp(name, "cache-headers")) {
		import_leave(i, name, _("no setting here is like it"));
	}
}

void import_aerc(struct import *i, struct str text)
{
	g_autoptr(GString) line = g_string_new(NULL);
	struct import_account *a = NULL;
	while (import_next(i, &text, line)) {
		g_autofree char *name = NULL, *value = NULL;
		struct str s = str_trim((struct str){ line->str, line->len });
		if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']') {
			g_autofree char *label = str_dup((struct str){ s.p + 1, s.n - 2 });
			a = import_account(i, label);
		} else if (cut(s, true, &name, &value)) {
			aerc_word(i, a ? a : (a = import_first(i)), name, value);
		}
	}
}

/* --- mbsync --- */

/* Where several accounts and stores are defined, what they say of servers. */
struct mbsync {
	struct import_account *a;
	char *host;
	unsigned port;
	enum cfg_security security;
	bool secure_said;
};

static void settle(struct mbsync *m)
{
	if (m->a && m->host)
		import_server(&m->a->imap, m->host, m->port, m->security, false);
	g_clear_pointer(&m->host, g_free);
	m->a = NULL;
}

static enum cfg_security security_of(const char *value)
{
	if (!g_ascii_strcasecmp(value, "IMAPS"))
		return CFG_TLS;
	return g_ascii_strcasecmp(value, "None") ? CFG_STARTTLS : CFG_INSECURE;
}

static void mbsync_auth(struct import *i, struct import_account *a, const char *value)
{
	if (!g_ascii_strcasecmp(value, "XOAUTH2") || !g_ascii_strcasecmp(value, "OAUTHBEARER")) {
		g_autofree char *auth = g_ascii_strdown(value, -1);
		import_put(&a->auth, auth);
		a->token = true;
	} else if (strcmp(value, "*")) {
		import_leave(i, "AuthMechs", _("the best way is taken that the server offers"));
	}
}

static void mbsync_word(struct import *i, struct mbsync *m, const char *name, const char *value)
{
	uint64_t port;
	if (!g_ascii_strcasecmp(name, "Host")) {
		import_put(&m->host, value);
	} else if (!g_ascii_strcasecmp(name, "Port")) {
		m->port = str_u64(str_of(value), 65535, &port) ? (unsigned)port : 0;
	} else if (!g_ascii_strcasecmp(name, "User")) {
		import_put(&m->a->login, value);
	} else if (!g_ascii_strcasecmp(name, "Pass")) {
		m->a->password = i->line;
	} else if (!g_ascii_strcasecmp(name, "PassCmd")) {
		g_autofree char *command = unquoted(*value == '+' ? value + 1 : value);
		import_passcmd(i, m->a, command);
	} else if (!g_ascii_strcasecmp(name, "SSLType") || !g_ascii_strcasecmp(name, "TLSType")) {
		m->security = security_of(value);
		m->secure_said = true;
	} else if (!g_ascii_strcasecmp(name, "UseIMAPS")) {
		m->security = is_yes(value) ? CFG_TLS : m->security;
	} else if (!g_ascii_strcasecmp(name, "AuthMechs") || !g_ascii_strcasecmp(name, "AuthMech")) {
		mbsync_auth(i, m->a, value);
	} else if (!g_ascii_strcasecmp(name, "CertificateFile")) {
		if (!g_str_has_prefix(value, "/etc/ssl/") && !g_str_has_prefix(value, "/etc/pki/"))
			import_put(&m->a->cafile, value);
	} else if (g_ascii_strcasecmp(name, "Account") && g_ascii_strcasecmp(name, "SSLVersions")) {
		import_leave(i, name, _("no setting here is like it"));
	}
}

/* Account and store; the store of an account adds nothing. */
static bool mbsync_section(struct import *i, struct mbsync *m, const char *name, const char *value, bool *skip_out)
{
	bool account = !g_ascii_strcasecmp(name, "IMAPAccount"), store = !g_ascii_strcasecmp(name, "IMAPStore");
	bool other = !g_ascii_strcasecmp(name, "MaildirStore") || !g_ascii_strcasecmp(name, "Channel") ||
		     !g_ascii_strcasecmp(name, "Group");
	if (!account && !store && !other)
		return false;
	settle(m);
	*skip_out = other;
	if (other)
		import_leave(i, name, _("mail stays on the server, with a cache here that needs no description"));
	else
		*m = (struct mbsync){ .a = import_account(i, value), .security = CFG_STARTTLS };
	return true;
}

static void drop_last(struct import *i, struct mbsync *m)
{
	g_clear_pointer(&m->host, g_free);
	m->a = NULL;
	g_ptr_array_set_size(i->accounts, (int)i->accounts->len - 1);
}

void import_mbsync(struct import *i, struct str text)
{
	g_autoptr(GString) line = g_string_new(NULL);
	struct mbsync m = { 0 };
	bool skip = false;
	while (import_next(i, &text, line)) {
		g_autofree char *name = NULL, *value = NULL;
		if (!cut((struct str){ line->str, line->len }, false, &name, &value) ||
			mbsync_section(i, &m, name, value, &skip))
			continue;
		g_autofree char *plain = g_ascii_strcasecmp(name, "PassCmd") ? unquoted(value) : g_strdup(value);
		if (!g_ascii_strcasecmp(name, "Account") && m.a) {
			drop_last(i, &m);
			skip = true;
		} else if (m.a && !skip) {
			mbsync_word(i, &m, name, plain);
		} else if (!skip) {
			import_leave(i, name, _("no setting here is like it"));
		}
	}
	settle(&m);
}
