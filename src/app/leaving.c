/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a mailing list can be left, and whether what it says of that is its own. */
#include "app/app.h"

#include <string.h>

#include "app/internal.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define ONE_CLICK "List-Unsubscribe=One-Click"
#define HTTPS "https://"

const char *const app_leave_names[] = { "none", "post", "mail", "page" };
const char *const app_trust_names[] = { "no", "unknown", "yes" };

const GPtrArray *authservs_of(const struct cfg *cfg, int account)
{
	if (account < 0 || (guint)account >= cfg->accounts->len)
		return NULL;
	return ((const struct cfg_account *)cfg->accounts->pdata[account])->authservs;
}

void app_leaving_clear(struct app_leaving *l)
{
	g_free(l->url);
	g_free(l->host);
	g_free(l->signer);
	*l = (struct app_leaving){ 0 };
}

/* --- who vouches for the fields (RFC 8058 4) --- */

/* A tag of a DKIM-Signature without its blanks (RFC 6376 3.2); "". g_free. */
static char *tag_of(const char *signature, const char *tag)
{
	g_auto(GStrv) tags = g_strsplit(signature, ";", -1);
	for (char **t = tags; *t; t++) {
		char *value = strchr(*t, '=');
		if (!value)
			continue;
		*value++ = 0;
		if (strcmp(g_strstrip(*t), tag))
			continue;
		GString *out = g_string_new(NULL);
		for (; *value; value++)
			if (!g_ascii_isspace(*value))
				g_string_append_c(out, *value);
		return g_string_free(out, FALSE);
	}
	return g_strdup("");
}

static bool names_both(const char *fields)
{
	g_auto(GStrv) names = g_strsplit(fields, ":", -1);
	bool list = false, post = false;
	for (char **n = names; *n; n++) {
		list = list || !g_ascii_strcasecmp(*n, "List-Unsubscribe");
		post = post || !g_ascii_strcasecmp(*n, "List-Unsubscribe-Post");
	}
	return list && post;
}

/* Some signature of that domain covers both fields. b: as the server that checked it began to copy it; NULL. */
static bool is_covered(const struct msg_head *head, const char *domain, const char *b)
{
	for (guint i = 0; i < head->fields->len; i++) {
		const struct msg_field *f = head->fields->pdata[i];
		if (g_ascii_strcasecmp(f->name, "DKIM-Signature"))
			continue;
		g_autofree char *d = tag_of(f->raw, "d"), *h = tag_of(f->raw, "h"), *sum = tag_of(f->raw, "b");
		if (!g_ascii_strcasecmp(d, domain) && (!b || g_str_has_prefix(sum, b)) && names_both(h))
			return true;
	}
	return false;
}

static const char *signer_of(const struct msg_authres_result *r)
{
	const char *d = msg_authres_get(r, "header.d"), *i = d ? NULL : msg_authres_get(r, "header.i");
	const char *at = i ? strrchr(i, '@') : NULL;
	return d ? d : at ? at + 1 : i;
}

static enum app_trust trust_of(const struct cfg *cfg, int account, const struct msg_head *head, char **signer_out)
{
	const GPtrArray *servers = authservs_of(cfg, account);
	struct msg_authres *a = servers && servers->len ? msg_authres_trusted(head, servers) : NULL;
	enum app_trust trust = a ? TRUST_NO : TRUST_UNKNOWN;
	for (guint i = 0; a && i < a->results->len && trust != TRUST_YES; i++) {
		const struct msg_authres_result *r = a->results->pdata[i];
		const char *domain = signer_of(r);
		if (strcmp(r->method, "dkim") || strcmp(r->result, "pass") || !domain ||
			!is_covered(head, domain, msg_authres_get(r, "header.b")))
			continue;
		trust = TRUST_YES;
		*signer_out = utf8_line(str_of(domain));
	}
	msg_authres_free(a);
	return trust;
}

/* --- the ways --- */

static char *host_of(const char *url)
{
	const char *begin = url + strlen(HTTPS);
	return utf8_line((struct str){ begin, strcspn(begin, "/?#") });
}

static bool is_https(const char *url)
{
	return app_link_kind(url) == LINK_WEB && !g_ascii_strncasecmp(url, HTTPS, strlen(HTTPS));
}

static void take(struct app_leaving *l, enum app_leave how, const char *url, char *host)
{
	g_free(l->url);
	g_free(l->host);
	l->how = how;
	l->url = g_strdup(url);
	l->host = host;
}

static char *mail_to(const char *url)
{
	struct msg_mailto to;
	char *addr = NULL;
	if (msg_mailto_parse(str_of(url), &to) && to.to->len == 1 && !to.cc->len)
		addr = g_strdup(((const struct msg_addr *)to.to->pdata[0])->addr);
	msg_mailto_clear(&to);
	return addr;
}

void app_leaving_of(const struct cfg *cfg, int account, const struct msg_head *head, struct app_leaving *out)
{
	const char *post = msg_head_get(head, "List-Unsubscribe-Post");
	g_autoptr(GPtrArray) uris = msg_list_uris(head, "List-Unsubscribe");
	const char *page = NULL;
	*out = (struct app_leaving){ .trust = TRUST_UNKNOWN };
	for (guint i = 0; i < uris->len; i++) {
		const char *url = uris->pdata[i];
		char *addr = out->how == LEAVE_NONE ? mail_to(url) : NULL;
		if (addr)
			take(out, LEAVE_MAIL, url, addr);
		if (!page && is_https(url))
			page = url;
	}
	if (!page)
		return;
	g_autofree char *word = post ? g_strstrip(g_strdup(post)) : NULL;
	bool one_click = word && !g_ascii_strcasecmp(word, ONE_CLICK);
	enum app_trust trust = one_click ? trust_of(cfg, account, head, &out->signer) : TRUST_NO;
	if (trust != TRUST_NO) {
		take(out, LEAVE_POST, page, host_of(page));
		out->trust = trust;
	} else if (out->how == LEAVE_NONE) {
		take(out, LEAVE_PAGE, page, host_of(page));
	}
}

char *app_leaving_question(const struct app_leaving *l, const struct msg_head *head)
{
	g_autofree char *list = head->list_id ? utf8_line(str_of(head->list_id)) : g_strdup(_("the list"));
	g_autofree char *url = l->url ? utf8_line(str_of(l->url)) : NULL;
	switch (l->how) {
	case LEAVE_POST:
		if (l->trust == TRUST_YES)
			return g_strdup_printf(
				_("Leave %s: tell %s, as %s signed: %s ?"), list, l->host, l->signer, url);
		return g_strdup_printf(
			_("Leave %s: tell %s, though nobody vouches that the list says so: %s ?"), list, l->host, url);
	case LEAVE_MAIL: return g_strdup_printf(_("Leave %s: send a letter to %s?"), list, l->host);
	case LEAVE_PAGE: return g_strdup_printf(_("Leave %s: open its page in the browser: %s ?"), list, url);
	case LEAVE_NONE: break;
	}
	return g_strdup(_("The message does not say how to leave the list."));
}

int app_leaving_letter(const struct cfg *cfg, int account, const struct msg_head *head, const struct app_leaving *l,
	struct app_from *from, struct draft **draft, struct err *e)
{
	struct msg_mailto to;
	if (l->how != LEAVE_MAIL || !msg_mailto_parse(str_of(l->url), &to))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("the list takes no letters to leave it"));
	app_from_choose(cfg, account, head, from);
	struct draft *d = draft_new(DRAFT_NEW);
	d->from = msg_addr_new(from->addr->name, from->addr->addr);
	g_ptr_array_add(d->to, msg_addr_new(NULL, l->host));
	g_free(d->subject);
	d->subject = g_strdup(to.subject && *to.subject ? to.subject : "unsubscribe");
	g_free(d->text);
	d->text = g_strdup(to.body && *to.body ? to.body : "unsubscribe\n");
	*draft = d;
	msg_mailto_clear(&to);
	return 0;
}
