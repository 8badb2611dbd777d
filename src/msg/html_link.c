/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a link goes, what of it only tracks, and whether its text says so. */
#include "msg/msg.h"

#include <string.h>

#include "base/idn.h"
#include "base/utf8.h"
#include "msg/internal.h"

#define HOST_MAX 255

/* Names of parameters that say who clicked where and nothing of what is asked for; a star stands for any end. */
static const char *const tracking[] = { "utm_*", "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid",
	"yclid", "twclid", "ttclid", "igshid", "igsh", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi",
	"__hstc", "__hssc", "__hsfp", "hsctatracking", "vero_id", "vero_conv", "oly_enc_id", "oly_anon_id",
	"rb_clickid", "s_cid", "ml_subscriber", "ml_subscriber_hash", "wickedid", "ck_subscriber_id", "bsft_*", "sc_eh",
	"sc_src", "sc_llid", "sc_lid", "sc_uid", "sfmc_*", "_bta_tid", "_bta_c", "trk_contact", "trk_msg", "trk_module",
	"trk_sid", "gdfms", "gdftrk", "gdffi", "_ke", "_kx", "cvid", "elqtrackid", "elqtrack", "assetid_elq", "mtm_*",
	"pk_campaign", "pk_kwd", "pk_source", "piwik_*", "matomo_*", "hmb_*", "ncid" };

static bool tracks(struct str name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tracking); i++) {
		size_t n = strlen(tracking[i]);
		if (tracking[i][n - 1] != '*' ? str_is(name, tracking[i])
					      : name.n >= n && !g_ascii_strncasecmp(name.p, tracking[i], n - 1))
			return true;
	}
	return false;
}

/* The address without them; NULL: there are none. */
static char *without_tracking(const char *url, unsigned *left_out)
{
	const char *query = strchr(url, '?');
	struct str rest = str_of(query ? query + 1 : NULL), fragment = { NULL, 0 }, one, name, value;
	GString *out = query ? g_string_new_len(url, query - url) : NULL;
	char sign = '?';
	*left_out = 0;
	if (!query)
		return NULL;
	const char *hash = memchr(rest.p, '#', rest.n);
	if (hash) {
		fragment = str_sub(rest, (size_t)(hash - rest.p));
		rest.n = (size_t)(hash - rest.p);
	}
	while (rest.n) {
		str_cut(rest, '&', &one, &rest);
		str_cut(one, '=', &name, &value);
		if (tracks(name)) {
			++*left_out;
			continue;
		}
		g_string_append_c(out, sign);
		g_string_append_len(out, one.p, (gssize)one.n);
		sign = '&';
	}
	g_string_append_len(out, fragment.p, (gssize)fragment.n);
	return g_string_free(out, !*left_out);
}

/* What stands between "//" and the path, or nothing. */
static struct str authority_of(struct str url)
{
	size_t scheme = 0, n = 0;
	while (scheme < url.n && (g_ascii_isalnum(url.p[scheme]) || is_one_of(url.p[scheme], "+-.")))
		scheme++;
	if (scheme && scheme < url.n && url.p[scheme] == ':')
		url = str_sub(url, scheme + 1);
	if (url.n < 2 || !is_one_of(url.p[0], "/\\") || !is_one_of(url.p[1], "/\\"))
		return (struct str){ NULL, 0 };
	url = str_sub(url, 2);
	while (n < url.n && !is_one_of(url.p[n], "/\\?#"))
		n++;
	return (struct str){ url.p, n };
}

static struct str host_in(struct str authority, bool *user_out)
{
	struct str host = authority;
	for (size_t i = 0; i < authority.n; i++)
		if (authority.p[i] == '@')
			host = str_sub(authority, i + 1);
	*user_out = host.n != authority.n;
	size_t n = 0;
	bool number = host.n && *host.p == '[';
	while (n < host.n && host.p[n] != (number ? ']' : ':'))
		n++;
	host.n = MIN(n + number, host.n);
	while (host.n && host.p[host.n - 1] == '.')
		host.n--;
	return host;
}

/* In ASCII and lower case; as it is where it is no domain name. */
static char *host_text(struct str host)
{
	if (!host.n)
		return NULL;
	host.n = MIN(host.n, HOST_MAX);
	g_autofree char *name = utf8_line(host);
	char *ascii = idn_to_ascii(name);
	char *down = g_ascii_strdown(ascii ? ascii : name, -1);
	g_free(ascii);
	return down;
}

char *url_host(const char *url)
{
	bool user;
	return host_text(host_in(authority_of(str_of(url)), &user));
}

struct msg_link *link_new(char *url)
{
	struct msg_link *link = g_new0(struct msg_link, 1);
	link->url = url;
	link->text = g_strdup("");
	link->host = url_host(url);
	link->clean = without_tracking(url, &link->tracking);
	return link;
}

void link_free(void *link)
{
	struct msg_link *l = link;
	g_free(l->url);
	g_free(l->text);
	g_free(l->host);
	g_free(l->clean);
	g_free(l);
}

char *link_mark(const struct msg_link *link, unsigned number)
{
	const char *to = link->host ? link->host : link->url;
	return link->deceives ? g_strdup_printf("[%u -> %s]", number, to) : g_strdup_printf("[%u]", number);
}

/* --- does the text say another? --- */

/* "www.bank.example" and "bank.example" are one, and a host stands for what lies below it. */
static bool same_host(const char *a, const char *b)
{
	a += g_str_has_prefix(a, "www.") ? 4 : 0;
	b += g_str_has_prefix(b, "www.") ? 4 : 0;
	size_t n = strlen(a), m = strlen(b);
	const char *longer = n > m ? a : b, *shorter = n > m ? b : a;
	size_t off = strlen(longer) - strlen(shorter);
	return !strcmp(longer + off, shorter) && (!off || longer[off - 1] == '.');
}

/* A word that can only be meant as a host: "bank.example/x" of two labels or more, the last of letters. */
static bool looks_like_host(struct str word)
{
	static const char *const others[] = { "js", "md", "htm", "html", "pdf", "doc", "docx", "xls", "xlsx", "txt",
		"jpg", "png", "gif", "zip", "exe", "php", "asp", "net", NULL };
	size_t n = 0, dot = 0, dots = 0;
	while (n < word.n && (g_ascii_isalnum(word.p[n]) || is_one_of(word.p[n], "-.") || (guchar)word.p[n] >= 0x80)) {
		if (word.p[n] == '.') {
			dots++;
			dot = n;
		}
		n++;
	}
	if (!dots || !dot || n - dot < 3 || word.p[0] == '.' || (n < word.n && !is_one_of(word.p[n], "/?#:")))
		return false;
	for (size_t i = dot + 1; i < n; i++)
		if (!g_ascii_isalpha(word.p[i]) && word.p[i] != '-' && (guchar)word.p[i] < 0x80)
			return false;
	struct str last = { word.p + dot + 1, n - dot - 1 };
	for (size_t i = 0; dots == 1 && n == word.n && others[i]; i++)
		if (str_is(last, others[i]))
			return false;
	return true;
}

static struct str next_word(struct str *s)
{
	size_t n = 0;
	while (s->n && (guchar)*s->p <= ' ')
		*s = str_sub(*s, 1);
	while (n < s->n && (guchar)s->p[n] > ' ')
		n++;
	struct str word = { s->p, n };
	*s = str_sub(*s, n);
	while (word.n && is_one_of(*word.p, "<(\"'")) {
		word = str_sub(word, 1);
	}
	while (word.n && is_one_of(word.p[word.n - 1], ">).,;:!?\"'"))
		word.n--;
	return word;
}

/* The host that a word names; only: it is all there is. g_free; NULL: none. */
static char *host_named(struct str word, bool only)
{
	struct str authority = authority_of(word);
	bool user;
	if (!authority.n && (str_starts(word, "www.") || (only && looks_like_host(word)))) {
		authority = word;
		for (size_t i = 0; i < authority.n; i++)
			if (is_one_of(authority.p[i], "/?#"))
				authority.n = i;
	}
	return host_text(host_in(authority, &user));
}

static bool is_address(struct str word)
{
	const char *at = memchr(word.p, '@', word.n);
	return at && at > word.p && looks_like_host(str_sub(word, (size_t)(at + 1 - word.p)));
}

static bool same_address(struct str word, const char *mailto)
{
	struct str to, rest;
	str_cut(str_of(mailto + strlen("mailto:")), '?', &to, &rest);
	g_autofree char *written = str_dup(to), *plain = g_uri_unescape_string(written, NULL);
	return plain && str_is(word, plain);
}

bool link_deceives(const struct msg_link *link, const char *text)
{
	bool mail = str_starts(str_of(link->url), "mailto:"), user = false;
	struct str rest = str_trim(str_of(text)), word, all = rest;
	host_in(authority_of(str_of(link->url)), &user);
	if (user)
		return true;
	while ((word = next_word(&rest)).n) {
		if (mail && is_address(word) && !same_address(word, link->url))
			return true;
		bool only = word.p == all.p && !rest.n;
		g_autofree char *named = link->host ? host_named(word, only) : NULL;
		if (named && strchr(named, '.') && !same_host(named, link->host))
			return true;
	}
	return false;
}
