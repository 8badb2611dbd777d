/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What HTML would load from elsewhere: told and counted, never loaded. */
#include "msg/html.h"

#include <stdlib.h>
#include <string.h>

#include "msg/internal.h"

#define REMOTE_MAX 1000 /* addresses kept */
#define HOSTS_MAX 100
#define URL_MAX_OCTETS 8192

bool url_is_remote(struct str url)
{
	return str_starts(url, "http:") || str_starts(url, "https:") || str_starts(url, "//") ||
	       str_starts(url, "ftp:") || str_starts(url, "\\\\");
}

void remote_free(void *host)
{
	struct msg_remote *r = host;
	g_free(r->host);
	g_free(r);
}

static struct msg_remote *host_of(struct msg_text *t, const char *url)
{
	g_autofree char *named = url_host(url);
	const char *host = named ? named : "";
	for (guint i = t->hosts->len; i; i--) {
		struct msg_remote *known = t->hosts->pdata[i - 1];
		if (!strcmp(known->host, host) || (i == t->hosts->len && i > HOSTS_MAX))
			return known;
	}
	struct msg_remote *r = g_new0(struct msg_remote, 1);
	r->host = g_strdup(t->hosts->len < HOSTS_MAX ? host : "");
	g_ptr_array_add(t->hosts, r);
	return r;
}

void remote_add(struct msg_text *t, char *url, enum remote_kind kind)
{
	if (url_is_remote(str_of(url))) {
		struct msg_remote *r = host_of(t, url);
		r->images += kind == REMOTE_IMAGE;
		r->beacons += kind == REMOTE_BEACON;
		r->others += kind == REMOTE_OTHER;
		if (t->remote->len < REMOTE_MAX)
			g_ptr_array_add(t->remote, g_steal_pointer(&url));
	}
	g_free(url);
}

void remote_each(struct str set, void (*found)(struct str address, void *aux), void *aux)
{
	while (set.n) {
		struct str word = { set.p, 0 };
		while (word.n < set.n && !g_ascii_isspace(word.p[word.n]))
			word.n++;
		set = str_sub(set, word.n ? word.n : 1);
		if (word.n && word.p[word.n - 1] == ',')
			word.n--;
		if (word.n)
			found(word, aux);
	}
}

void remote_refresh(struct str content, void (*found)(struct str address, void *aux), void *aux)
{
	for (; content.n; content = str_sub(content, 1)) {
		if (!str_starts(content, "url="))
			continue;
		content = str_sub(content, 4);
		while (content.n && is_one_of(*content.p, "\"' \t"))
			content = str_sub(content, 1);
		size_t n = 0;
		while (n < content.n && !is_one_of(content.p[n], "\"' \t;"))
			n++;
		found((struct str){ content.p, n }, aux);
		return;
	}
}

/* --- elements --- */

struct looking {
	const struct html_doc *doc;
	struct html_styles *styles;
	struct msg_text *text;
	const char *base;
	enum remote_kind kind;
};

static void add(struct str address, void *aux)
{
	struct looking *l = aux;
	address = str_trim(address);
	address.n = MIN(address.n, URL_MAX_OCTETS);
	char *url = clean_line(address);
	/* "cid:" and "data:" name themselves. */
	if (l->base && *url && !url_is_remote(str_of(url)) && !strchr(url, ':')) {
		char *whole = g_uri_resolve_relative(l->base, url, G_URI_FLAGS_PARSE_RELAXED, NULL);
		if (whole) {
			g_free(url);
			url = whole;
		}
	}
	remote_add(l->text, url, l->kind);
}

bool html_is_one_pixel(const struct html_doc *d, const struct html_styles *styles, const struct html_node *node)
{
	static const unsigned sides[] = { HTML_AT_WIDTH, HTML_AT_HEIGHT };
	struct html_style style = html_style_of(styles, d, node);
	struct str value;
	for (size_t i = 0; i < G_N_ELEMENTS(sides); i++)
		if (html_attribute(d, node, sides[i], &value) && (value = str_trim(value)).n &&
			(value.n == 1 || str_is(str_sub(value, 1), "px")) && (*value.p == '0' || *value.p == '1'))
			return true;
	return style.small == HTML_YES;
}

static bool loads_by_href(unsigned element)
{
	return element == HTML_EL_LINK || element == HTML_EL_IMAGE || element == HTML_EL_USE ||
	       element == HTML_EL_FEIMAGE;
}

static enum remote_kind kind_of(const struct looking *l, const struct html_node *node)
{
	if (node->element != HTML_EL_IMG)
		return node->element == HTML_EL_INPUT || node->element == HTML_EL_IMAGE ? REMOTE_IMAGE : REMOTE_OTHER;
	return html_is_one_pixel(l->doc, l->styles, node) ? REMOTE_BEACON : REMOTE_IMAGE;
}

static void look_at_element(struct looking *l, const struct html_node *node)
{
	static const unsigned loading[] = { HTML_AT_SRC, HTML_AT_BACKGROUND, HTML_AT_POSTER, HTML_AT_DATA,
		HTML_AT_LOWSRC, HTML_AT_DYNSRC, HTML_AT_XLINK_HREF };
	struct str value, what;
	l->kind = kind_of(l, node);
	for (size_t i = 0; i < G_N_ELEMENTS(loading); i++)
		if (html_attribute(l->doc, node, loading[i], &value)) {
			if (loading[i] == HTML_AT_BACKGROUND)
				l->kind = REMOTE_IMAGE;
			add(value, l);
		}
	if (loads_by_href(node->element) && html_attribute(l->doc, node, HTML_AT_HREF, &value))
		add(value, l);
	if (html_attribute(l->doc, node, HTML_AT_SRCSET, &value) ||
		html_attribute(l->doc, node, HTML_AT_IMAGESRCSET, &value))
		remote_each(value, add, l);
	if (html_attribute(l->doc, node, HTML_AT_STYLE, &value)) {
		l->kind = REMOTE_IMAGE;
		html_style_addresses(value, add, l);
	}
	l->kind = REMOTE_OTHER;
	if (html_attribute(l->doc, node, HTML_AT_HTTP_EQUIV, &value) && str_is(value, "refresh") &&
		html_attribute(l->doc, node, HTML_AT_CONTENT, &what))
		remote_refresh(what, add, l);
}

static void look_at_sheet(struct looking *l, uint32_t style)
{
	GString *sheet = g_string_new(NULL);
	struct str media;
	bool all = !html_attribute(l->doc, l->doc->nodes + style, HTML_AT_MEDIA, &media) || str_is(media, "all") ||
		   str_starts(media, "screen") || !media.n;
	for (uint32_t i = style + 1; i < l->doc->nodes[style].end; i++)
		if (l->doc->nodes[i].is_text) {
			struct str s = html_text(l->doc, l->doc->nodes + i);
			g_string_append_len(sheet, s.p, (gssize)s.n);
		}
	if (all)
		html_styles_add(l->styles, (struct str){ sheet->str, sheet->len });
	l->kind = REMOTE_OTHER;
	html_style_addresses((struct str){ sheet->str, sheet->len }, add, l);
	g_string_free(sheet, TRUE);
}

void html_remote(const struct html_doc *d, struct html_styles *styles, char **base_out, struct msg_text *t)
{
	struct looking l = { d, styles, t, NULL, REMOTE_OTHER };
	char *base = NULL;
	for (uint32_t i = 0; i < d->n; i++) {
		const struct html_node *node = d->nodes + i;
		if (node->is_text)
			continue;
		if (node->element == HTML_EL_BASE && !base)
			l.base = base = html_value(d, node, HTML_AT_HREF);
		else if (node->element == HTML_EL_STYLE)
			look_at_sheet(&l, i);
		else if (node->n)
			look_at_element(&l, node);
	}
	*base_out = base;
}
