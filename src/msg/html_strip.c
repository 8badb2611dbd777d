/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTML to text in one pass, where boxwood-html is not to be had: tags go, blocks break lines, links are numbered,
 * nothing is loaded and no text is hidden. No tree is built, so depth costs nothing. */
#include "msg/msg.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define LISTS_MAX 8  /* deeper lists count on in the last */
#define QUOTES_MAX 8 /* deeper quotes are shown at this depth */
#define LINKS_MAX 10000
#define URL_MAX_OCTETS 8192

enum tag_kind { INLINE, LINE, PARAGRAPH, RAW, LIST, NUMBERS, ITEM, QUOTE, PRE, BREAK, RULE, CELL, LINK, IMAGE };

static const struct tag {
	const char *name;
	enum tag_kind kind;
} tags[] = {
	/* sorted */
	{ "a", LINK },
	{ "address", LINE },
	{ "article", LINE },
	{ "aside", LINE },
	{ "blockquote", QUOTE },
	{ "body", LINE },
	{ "br", BREAK },
	{ "caption", LINE },
	{ "center", LINE },
	{ "dd", LINE },
	{ "details", LINE },
	{ "dir", LIST },
	{ "div", LINE },
	{ "dl", PARAGRAPH },
	{ "dt", LINE },
	{ "fieldset", LINE },
	{ "figcaption", LINE },
	{ "figure", LINE },
	{ "footer", LINE },
	{ "form", LINE },
	{ "h1", PARAGRAPH },
	{ "h2", PARAGRAPH },
	{ "h3", PARAGRAPH },
	{ "h4", PARAGRAPH },
	{ "h5", PARAGRAPH },
	{ "h6", PARAGRAPH },
	{ "head", LINE },
	{ "header", LINE },
	{ "hr", RULE },
	{ "html", LINE },
	{ "iframe", RAW },
	{ "img", IMAGE },
	{ "legend", LINE },
	{ "li", ITEM },
	{ "main", LINE },
	{ "menu", LIST },
	{ "nav", LINE },
	{ "noembed", RAW },
	{ "noframes", RAW },
	{ "ol", NUMBERS },
	{ "option", LINE },
	{ "p", PARAGRAPH },
	{ "pre", PRE },
	{ "script", RAW },
	{ "section", LINE },
	{ "style", RAW },
	{ "summary", LINE },
	{ "table", LINE },
	{ "tbody", LINE },
	{ "td", CELL },
	{ "tfoot", LINE },
	{ "th", CELL },
	{ "thead", LINE },
	{ "title", RAW },
	{ "tr", LINE },
	{ "ul", LIST },
	{ "xmp", PRE },
};

struct list {
	bool ordered;
	unsigned count;
};

/* What of a tag's attributes matters. */
struct attributes {
	struct str href, alt, content;
	bool refresh;
};

struct html {
	struct str rest;
	GString *out;
	struct msg_text *text;
	unsigned breaks; /* line ends wanted before what comes next */
	unsigned hard;   /* blanks wanted that do not collapse */
	bool space;      /* a blank is wanted */
	bool marked;     /* a list mark stands alone on the line */
	unsigned pre, quote, list_depth;
	struct list lists[LISTS_MAX];
	char *url; /* of the open link, or NULL */
	size_t link_from;
};

/* --- text out --- */

static bool at_line_start(const struct html *h)
{
	return !h->out->len || h->out->str[h->out->len - 1] == '\n';
}

static void want_breaks(struct html *h, unsigned n)
{
	if (h->marked)
		return;
	h->breaks = MAX(h->breaks, n);
	h->space = false;
	h->hard = 0;
}

/* Line ends, quote marks, blanks: what must stand before the next sign. */
static void make_ready(struct html *h)
{
	for (; h->out->len && h->breaks; h->breaks--)
		g_string_append_c(h->out, '\n');
	h->breaks = 0;
	bool start = at_line_start(h);
	for (unsigned i = 0; start && i < MIN(h->quote, QUOTES_MAX); i++)
		g_string_append_c(h->out, '>');
	if (start && h->quote)
		g_string_append_c(h->out, ' ');
	for (unsigned i = h->hard + (h->space && !start && !h->marked); i; i--)
		g_string_append_c(h->out, ' ');
	h->hard = 0;
	h->space = h->marked = false;
}

static void put(struct html *h, const char *s, size_t n)
{
	make_ready(h);
	g_string_append_len(h->out, s, (gssize)n);
}

/* Fillers that senders put behind hidden previews; a joiner counts only between signs. */
static bool is_filler(const struct html *h, gunichar c)
{
	if (c == 0xad || c == 0x34f || c == 0x200b || c == 0xfeff)
		return true;
	return (c == 0x200c || c == 0x200d) && (h->space || h->hard || h->breaks || at_line_start(h));
}

static void put_point(struct html *h, gunichar c)
{
	char octets[6];
	if (h->pre && c == '\n')
		h->breaks++;
	else if (h->pre && c == ' ')
		h->hard++;
	else if (h->pre && c == '\t')
		h->hard += 8 - h->hard % 8;
	else if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')
		h->space = true;
	else if (c == 0xa0)
		h->hard++;
	else if (!is_filler(h, c))
		put(h, octets, (size_t)g_unichar_to_utf8(c, octets));
}

/* An attribute's value: entities decoded, one clean line. */
static char *value_text(struct str value)
{
	GString *plain = g_string_new(NULL);
	value = str_trim(value);
	value.n = MIN(value.n, URL_MAX_OCTETS);
	while (value.n) {
		struct html_char c;
		size_t n = *value.p == '&' ? html_reference(value, &c) : 0;
		if (n)
			g_string_append_len(plain, c.octets, (gssize)c.n);
		else
			g_string_append_c(plain, *value.p);
		value = str_sub(value, n ? n : 1);
	}
	char *clean = clean_line((struct str){ plain->str, plain->len });
	g_string_free(plain, TRUE);
	return clean;
}

/* --- what would be loaded --- */

static void add_remote(struct str value, void *aux)
{
	struct html *h = aux;
	remote_add(h->text, value_text(value), REMOTE_IMAGE);
}

static bool is_any(struct str name, const char *const *names)
{
	for (; *names; names++)
		if (str_is(name, *names))
			return true;
	return false;
}

static void read_attribute(struct html *h, struct str tag, struct str name, struct str value, struct attributes *a)
{
	static const char *const loading[] = { "src", "background", "poster", "data", "lowsrc", "dynsrc", "xlink:href",
		NULL };
	static const char *const loaded_by_href[] = { "link", "image", "use", "feimage", NULL };
	if (str_is(name, "href") && !is_any(tag, loaded_by_href))
		a->href = value;
	else if (str_is(name, "href") || is_any(name, loading))
		add_remote(value, h);
	else if (str_is(name, "srcset") || str_is(name, "imagesrcset"))
		remote_each(value, add_remote, h);
	else if (str_is(name, "style"))
		html_style_addresses(value, add_remote, h);
	else if (str_is(name, "alt"))
		a->alt = value;
	else if (str_is(name, "content"))
		a->content = value;
	else if (str_is(name, "http-equiv"))
		a->refresh = str_is(value, "refresh");
}

/* --- elements --- */

static void link_end(struct html *h)
{
	if (!h->url)
		return;
	struct msg_link *link = link_new(g_steal_pointer(&h->url));
	g_free(link->text);
	link->text = g_strstrip(utf8_line((struct str){ h->out->str + h->link_from, h->out->len - h->link_from }));
	link->deceives = link_deceives(link, link->text);
	g_ptr_array_add(h->text->links, link);
	g_autofree char *mark = link_mark(link, h->text->links->len);
	/* The mark stands right behind the text, before any blank or line end that is still to come. */
	if (*link->text)
		g_string_append(h->out, mark);
	else
		put(h, mark, strlen(mark));
}

static void link_begin(struct html *h, struct str href)
{
	link_end(h);
	g_autofree char *url = value_text(href);
	if (!*url || *url == '#' || h->text->links->len >= LINKS_MAX)
		return;
	h->url = g_steal_pointer(&url);
	h->link_from = h->out->len;
}

static void list_begin(struct html *h, bool ordered)
{
	want_breaks(h, h->list_depth ? 1 : 2);
	h->list_depth++;
	if (h->list_depth <= LISTS_MAX)
		h->lists[h->list_depth - 1] = (struct list){ .ordered = ordered };
}

static void list_end(struct html *h)
{
	h->marked = false;
	if (h->list_depth)
		h->list_depth--;
	want_breaks(h, h->list_depth ? 1 : 2);
}

static void item_begin(struct html *h)
{
	unsigned depth = CLAMP(h->list_depth, 1, LISTS_MAX);
	struct list *list = &h->lists[depth - 1];
	h->marked = false;
	want_breaks(h, 1);
	h->hard = 2 * (depth - 1);
	g_autofree char *mark =
		h->list_depth && list->ordered ? g_strdup_printf("%u. ", ++list->count) : g_strdup("* ");
	put(h, mark, strlen(mark));
	h->marked = true;
}

static void rule(struct html *h)
{
	h->marked = false;
	want_breaks(h, 1);
	put(h, "----", 4);
	want_breaks(h, 1);
}

static void line_break(struct html *h)
{
	h->marked = false;
	unsigned breaks = MIN(h->breaks + 1, 2);
	want_breaks(h, breaks);
}

static void image(struct html *h, struct str alt)
{
	g_autofree char *text = value_text(alt);
	if (*text)
		put(h, text, strlen(text));
}

/* A line end right behind the tag is not part of the text. */
static void pre_begin(struct html *h)
{
	want_breaks(h, 2);
	h->pre++;
	if (h->rest.n && *h->rest.p == '\n')
		h->rest = str_sub(h->rest, 1);
}

static void element_begin(struct html *h, enum tag_kind kind, const struct attributes *a)
{
	switch (kind) {
	case LINE: want_breaks(h, 1); break;
	case PARAGRAPH: want_breaks(h, 2); break;
	case LIST:
	case NUMBERS: list_begin(h, kind == NUMBERS); break;
	case ITEM: item_begin(h); break;
	case QUOTE:
		want_breaks(h, 2);
		h->quote++;
		break;
	case PRE: pre_begin(h); break;
	case BREAK: line_break(h); break;
	case RULE: rule(h); break;
	case CELL: h->space = true; break;
	case LINK: link_begin(h, a->href); break;
	case IMAGE: image(h, a->alt); break;
	case INLINE:
	case RAW: break;
	}
}

static void element_end(struct html *h, enum tag_kind kind)
{
	switch (kind) {
	case LINE: want_breaks(h, 1); break;
	case PARAGRAPH: want_breaks(h, 2); break;
	case LIST:
	case NUMBERS: list_end(h); break;
	case ITEM:
		h->marked = false;
		want_breaks(h, 1);
		break;
	case QUOTE:
		want_breaks(h, 2);
		h->quote -= h->quote > 0;
		break;
	case PRE:
		h->pre -= h->pre > 0;
		want_breaks(h, 2);
		break;
	case BREAK: line_break(h); break;
	case CELL: h->space = true; break;
	case LINK: link_end(h); break;
	case INLINE:
	case RAW:
	case RULE:
	case IMAGE: break;
	}
}

/* --- tokens --- */

static int tag_compare(const void *name, const void *tag)
{
	const struct str *s = name;
	const char *wanted = ((const struct tag *)tag)->name;
	int order = g_ascii_strncasecmp(s->p, wanted, s->n);
	return order ? order : -(strlen(wanted) > s->n);
}

static enum tag_kind kind_of(struct str name)
{
	const struct tag *tag = bsearch(&name, tags, G_N_ELEMENTS(tags), sizeof(tags[0]), tag_compare);
	return tag ? tag->kind : INLINE;
}

static struct str take_until(struct str *s, const char *stops)
{
	struct str taken = { s->p, 0 };
	while (taken.n < s->n && !is_one_of(s->p[taken.n], stops))
		taken.n++;
	*s = str_sub(*s, taken.n);
	return taken;
}

#define BLANKS " \t\r\n\f"

static struct str take_value(struct str *s)
{
	struct str value;
	char quote = s->n ? *s->p : 0;
	if (quote != '"' && quote != '\'')
		return take_until(s, BLANKS ">");
	*s = str_sub(*s, 1);
	str_cut(*s, quote, &value, s);
	return value;
}

static void skip_blanks(struct str *s)
{
	while (s->n && is_one_of(*s->p, BLANKS))
		*s = str_sub(*s, 1);
}

/* Behind the tag's name; reads past its '>'. */
static void read_attributes(struct html *h, struct str tag, struct attributes *a)
{
	struct str *s = &h->rest;
	for (;;) {
		skip_blanks(s);
		if (!s->n)
			return;
		if (*s->p == '>' || *s->p == '/') {
			bool end = *s->p == '>';
			*s = str_sub(*s, 1);
			if (end)
				return;
			continue;
		}
		struct str name = take_until(s, BLANKS "/>="), value = { NULL, 0 };
		skip_blanks(s);
		if (s->n && *s->p == '=') {
			*s = str_sub(*s, 1);
			skip_blanks(s);
			value = take_value(s);
		}
		read_attribute(h, tag, name, value, a);
	}
}

static void read_tag(struct html *h, bool end)
{
	struct str name = take_until(&h->rest, BLANKS "/>");
	struct attributes a = { .refresh = false };
	enum tag_kind kind = kind_of(name);
	read_attributes(h, name, &a);
	if (a.refresh)
		remote_refresh(a.content, add_remote, h);
	if (end)
		element_end(h, kind);
	else
		element_begin(h, kind, &a);
	if (end || kind != RAW)
		return;
	struct str raw = raw_take(&h->rest, name);
	if (str_is(name, "style"))
		html_style_addresses(raw, add_remote, h);
}

static void read_markup(struct html *h)
{
	struct str next = str_sub(h->rest, 1), ignored;
	bool end = next.n && *next.p == '/';
	if (str_starts(next, "!--")) {
		h->rest = str_sub(next, 3);
		comment_skip(&h->rest);
	} else if (next.n && (*next.p == '!' || *next.p == '?')) {
		str_cut(next, '>', &ignored, &h->rest);
	} else if (next.n > (size_t)end && g_ascii_isalpha(next.p[end])) {
		h->rest = str_sub(next, end);
		read_tag(h, end);
	} else {
		put(h, "<", 1);
		h->rest = next;
	}
}

static void read_text(struct html *h)
{
	struct html_char c;
	size_t n = *h->rest.p == '&' ? html_reference(h->rest, &c) : 0;
	if (!n) {
		n = (size_t)g_utf8_skip[*(const guchar *)h->rest.p];
		put_point(h, g_utf8_get_char(h->rest.p));
	} else {
		for (const char *p = c.octets; p < c.octets + c.n; p = g_utf8_next_char(p))
			put_point(h, g_utf8_get_char(p));
	}
	h->rest = str_sub(h->rest, n);
}

GString *html_strip(struct str html, struct msg_text *out)
{
	struct html h = { .rest = html, .out = g_string_sized_new(html.n / 4), .text = out };
	while (h.rest.n && h.out->len <= MSG_TEXT_MAX) {
		if (*h.rest.p == '<')
			read_markup(&h);
		else
			read_text(&h);
	}
	link_end(&h);
	out->truncated = out->truncated || h.rest.n;
	return h.out;
}
