/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the tree of elements to text: what stands where, and what is not shown. Nothing here goes deeper with the
 * tree: open elements are a stack of its own. */
#include "msg/html.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define LINKS_MAX 10000
#define URL_MAX_OCTETS 8192
#define DEFINITION_INDENT 4
#define IMAGE_NAME_COLS 30

/* What is laid out, for all of the flows that it has. */
struct layout {
	struct html_doc doc;
	struct html_styles *styles;
	struct msg_text *text;
	char *base;        /* NULL */
	GHashTable *links; /* address -> number */
	bool in_hidden;    /* what came last is not shown */
};

struct open {
	uint32_t end;    /* of the element in the tree */
	uint32_t before; /* octets of marks that others put, of one with a mark */
	uint32_t from;   /* of the flow, where it began */
	int32_t list;    /* the list that it is in: an index of the stack; -1 */
	int32_t count;   /* of a list: the number of its next item */
	uint8_t element, breaks, indent, space;
	bool gone, tiny, invisible; /* none of its text is shown */
	bool begun;                 /* it is seen */
	bool link, struck, marked;
	bool ordered, down;
	char type; /* of numbers: '1', 'a', 'A', 'i', 'I' */
};

struct walk {
	struct layout *l;
	struct html_flow flow;
	GArray *open; /* struct open */
	char *url;    /* of the open link; NULL */
	size_t link_from;
	bool in_cell; /* of a table of data: it is laid out for itself */
};

static struct open *top(const struct walk *w)
{
	return w->open->len ? &g_array_index(w->open, struct open, w->open->len - 1) : NULL;
}

/* --- links --- */

static char *address_of(const struct layout *l, const struct html_node *node)
{
	g_autofree char *url = html_value(&l->doc, node, HTML_AT_HREF);
	if (!url || !*url || *url == '#' || strlen(url) > URL_MAX_OCTETS)
		return NULL;
	if (l->base && *l->base && !strchr(url, ':'))
		return g_uri_resolve_relative(l->base, url, G_URI_FLAGS_PARSE_RELAXED, NULL);
	return g_steal_pointer(&url);
}

/* One address has one number, and the first text that it was given. */
static unsigned number_of(struct layout *l, const char *url, const char *text)
{
	unsigned n = GPOINTER_TO_UINT(g_hash_table_lookup(l->links, url));
	struct msg_link *link;
	if (!n) {
		link = link_new(g_strdup(url));
		g_ptr_array_add(l->text->links, link);
		n = l->text->links->len;
		g_hash_table_insert(l->links, link->url, GUINT_TO_POINTER(n));
	}
	link = l->text->links->pdata[n - 1];
	if (!*link->text) {
		g_free(link->text);
		link->text = g_strdup(text);
	}
	return n;
}

static void link_end(struct walk *w)
{
	if (!w->url)
		return;
	g_autofree char *text = flow_since(&w->flow);
	unsigned n = number_of(w->l, w->url, text);
	struct msg_link *link = w->l->text->links->pdata[n - 1];
	struct msg_link here = { .url = link->url, .host = link->host };
	here.deceives = link_deceives(link, text);
	link->deceives = link->deceives || here.deceives;
	g_autofree char *mark = link_mark(&here, n);
	if (*text)
		flow_behind(&w->flow, mark);
	else
		flow_put(&w->flow, mark);
	flow_role(&w->flow, *text ? MAX(w->flow.noted, w->link_from) : w->link_from, MSG_ROLE_LINK, n);
	g_clear_pointer(&w->url, g_free);
}

static void link_begin(struct walk *w, const struct html_node *node)
{
	link_end(w);
	if (w->l->text->links->len >= LINKS_MAX)
		return;
	w->url = address_of(w->l, node);
	w->link_from = w->flow.out->len;
	flow_note(&w->flow);
}

/* --- lists --- */

static char *roman(unsigned n, bool upper)
{
	static const struct {
		unsigned value;
		const char *signs;
	} parts[] = { { 1000, "m" }, { 900, "cm" }, { 500, "d" }, { 400, "cd" }, { 100, "c" }, { 90, "xc" },
		{ 50, "l" }, { 40, "xl" }, { 10, "x" }, { 9, "ix" }, { 5, "v" }, { 4, "iv" }, { 1, "i" } };
	GString *out = g_string_new(NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		for (; n >= parts[i].value; n -= parts[i].value)
			g_string_append(out, parts[i].signs);
	if (upper)
		g_string_ascii_up(out);
	return g_string_free(out, FALSE);
}

static char *letters(unsigned n, char first)
{
	GString *out = g_string_new(NULL);
	for (; n; n = (n - 1) / 26)
		g_string_prepend_c(out, (char)(first + (char)((n - 1) % 26)));
	return g_string_free(out, FALSE);
}

static char *number_text(char type, int n)
{
	if ((type == 'a' || type == 'A') && n > 0)
		return letters((unsigned)n, type);
	if ((type == 'i' || type == 'I') && n > 0 && n < 4000)
		return roman((unsigned)n, type == 'I');
	return g_strdup_printf("%d", n);
}

static int number_in(const struct walk *w, const struct html_node *node, unsigned attribute, int otherwise)
{
	struct str value;
	uint64_t n;
	html_attribute(&w->l->doc, node, attribute, &value);
	value = str_trim(value);
	bool minus = value.n && *value.p == '-';
	if (!str_u64(str_sub(value, minus), 1000000000, &n))
		return otherwise;
	return minus ? -(int)n : (int)n;
}

static int count_items(const struct walk *w, const struct html_node *list)
{
	const struct html_node *nodes = w->l->doc.nodes;
	int n = 0;
	for (const struct html_node *i = list + 1; i < nodes + list->end; i = nodes + i->end)
		n += !i->is_text && i->element == HTML_EL_LI;
	return n;
}

static void list_begin(struct walk *w, const struct html_node *node, struct open *o)
{
	struct str value;
	o->ordered = node->element == HTML_EL_OL;
	o->breaks = o->list >= 0 ? 1 : 2;
	flow_break(&w->flow, o->breaks);
	o->down = o->ordered && html_attribute(&w->l->doc, node, HTML_AT_REVERSED, &value);
	o->count = number_in(w, node, HTML_AT_START, o->down ? count_items(w, node) : 1);
	o->type = html_attribute(&w->l->doc, node, HTML_AT_TYPE, &value) && value.n == 1 && is_one_of(*value.p, "aAiI")
			  ? *value.p
			  : '1';
	o->list = (int32_t)w->open->len;
}

static void item_begin(struct walk *w, const struct html_node *node, struct open *o)
{
	struct open *list = o->list >= 0 ? &g_array_index(w->open, struct open, (guint)o->list) : NULL;
	g_autofree char *mark = NULL;
	if (list && list->ordered) {
		list->count = number_in(w, node, HTML_AT_VALUE, list->count);
		g_autofree char *number = number_text(list->type, list->count);
		mark = g_strdup_printf("%s. ", number);
		list->count += list->down ? -1 : 1;
	} else {
		mark = g_strdup("* ");
	}
	flow_break(&w->flow, 1);
	o->before = (uint32_t)w->flow.mark->len;
	flow_mark(&w->flow, mark);
	o->marked = true;
	o->indent = (uint8_t)strlen(mark);
	w->flow.indent += o->indent;
	o->breaks = 1;
}

static void heading_begin(struct walk *w, unsigned level, struct open *o)
{
	g_autofree char *mark = g_strdup_printf("%.*s ", (int)level, "######");
	flow_break(&w->flow, 2);
	o->breaks = 2;
	if (w->in_cell)
		return;
	o->before = (uint32_t)w->flow.mark->len;
	flow_mark(&w->flow, mark);
	o->marked = true;
}

/* --- images --- */

/* "[photo.jpg]" of one that comes with the message, or that is all there is of a link; NULL: of another. */
static char *image_name(const struct walk *w, const struct html_node *node)
{
	g_autofree char *src = html_value(&w->l->doc, node, HTML_AT_SRC);
	bool within = src && str_starts(str_of(src), "cid:");
	if (!src || (!within && !w->url) || str_starts(str_of(src), "data:") ||
		html_is_one_pixel(&w->l->doc, w->l->styles, node))
		return NULL;
	struct str name = { src + (within ? 4 : 0), 0 };
	name.n = strcspn(name.p, within ? "@" : "?#");
	while (!within && memchr(name.p, '/', name.n))
		name = str_sub(name, (size_t)((const char *)memchr(name.p, '/', name.n) - name.p) + 1);
	int width;
	name = utf8_fit(name, IMAGE_NAME_COLS, &width);
	return name.n ? g_strdup_printf("[%.*s]", (int)name.n, name.p) : NULL;
}

static void image(struct walk *w, const struct html_node *node)
{
	g_autofree char *alt = html_value(&w->l->doc, node, HTML_AT_ALT);
	if (!alt)
		alt = html_value(&w->l->doc, node, HTML_AT_TITLE);
	if (!alt)
		alt = image_name(w, node);
	if (!alt || !*alt)
		return;
	w->l->in_hidden = false;
	/* Words keep their distance from others; a little face does not need one. */
	bool words = *alt == '[' || g_unichar_isalnum(g_utf8_get_char(alt));
	w->flow.space = w->flow.space || words;
	flow_words(&w->flow, alt);
	w->flow.space = w->flow.space || words;
}

/* --- elements --- */

enum shape { INLINE, LINE, PARAGRAPH, DROPPED };

static enum shape shape_of(unsigned element)
{
	switch (element) {
	case HTML_EL_SCRIPT:
	case HTML_EL_STYLE:
	case HTML_EL_TITLE:
	case HTML_EL_TEMPLATE:
	case HTML_EL_SELECT:
	case HTML_EL_OPTION:
	case HTML_EL_TEXTAREA:
	case HTML_EL_IFRAME:
	case HTML_EL_NOFRAMES:
	case HTML_EL_NOEMBED:
	case HTML_EL_RP: return DROPPED;
	case HTML_EL_P:
	case HTML_EL_DL: return PARAGRAPH;
	case HTML_EL_ADDRESS:
	case HTML_EL_ARTICLE:
	case HTML_EL_ASIDE:
	case HTML_EL_BODY:
	case HTML_EL_CAPTION:
	case HTML_EL_CENTER:
	case HTML_EL_DD:
	case HTML_EL_DETAILS:
	case HTML_EL_DIV:
	case HTML_EL_DT:
	case HTML_EL_FIELDSET:
	case HTML_EL_FIGCAPTION:
	case HTML_EL_FIGURE:
	case HTML_EL_FOOTER:
	case HTML_EL_FORM:
	case HTML_EL_FRAME:
	case HTML_EL_HEAD:
	case HTML_EL_HEADER:
	case HTML_EL_HTML:
	case HTML_EL_LEGEND:
	case HTML_EL_MAIN:
	case HTML_EL_NAV:
	case HTML_EL_SECTION:
	case HTML_EL_SUMMARY:
	case HTML_EL_TABLE:
	case HTML_EL_TBODY:
	case HTML_EL_TFOOT:
	case HTML_EL_THEAD:
	case HTML_EL_TR: return LINE;
	default: return INLINE;
	}
}

static bool is_hidden(const struct open *o)
{
	return o->gone || o->tiny || o->invisible;
}

static void inherit(struct walk *w, const struct html_node *node, struct html_style style, struct open *o)
{
	const struct open *parent = top(w);
	struct str value;
	if (parent) {
		o->gone = parent->gone;
		o->tiny = parent->tiny;
		o->invisible = parent->invisible;
		o->space = parent->space;
		o->list = parent->list;
	} else {
		o->space = HTML_SPACE_NORMAL;
		o->list = -1;
	}
	o->gone = o->gone || style.gone == HTML_YES || html_attribute(&w->l->doc, node, HTML_AT_HIDDEN, &value);
	o->tiny = style.tiny ? style.tiny == HTML_YES : o->tiny;
	o->invisible = style.invisible ? style.invisible == HTML_YES : o->invisible;
	o->space = style.space ? style.space : o->space;
}

static void strike(struct walk *w, const struct html_node *node, struct open *o)
{
	if (node->end == (uint32_t)(node - w->l->doc.nodes) + 1)
		return;
	flow_put(&w->flow, "~~");
	w->flow.glued = true;
	o->struck = true;
}

static void line_break(struct walk *w, const struct open *o)
{
	if (o->space == HTML_SPACE_PRE)
		flow_point(&w->flow, '\n', HTML_SPACE_PRE);
	else
		flow_break(&w->flow, MIN(w->flow.breaks + 1, 2));
}

static void rule(struct walk *w)
{
	flow_break(&w->flow, 1);
	flow_put(&w->flow, "--------");
	flow_break(&w->flow, 1);
}

/* What an element that is seen does where it begins. */
static void begin(struct walk *w, const struct html_node *node, struct html_style style, struct open *o)
{
	enum shape shape = shape_of(node->element);
	o->begun = true;
	o->from = (uint32_t)w->flow.out->len;
	if (shape == LINE || shape == PARAGRAPH || (style.block == HTML_YES && node->element != HTML_EL_IMG))
		o->breaks = shape == PARAGRAPH ? 2 : 1;
	switch (node->element) {
	case HTML_EL_A:
		link_begin(w, node);
		o->link = true;
		o->breaks = 0;
		break;
	case HTML_EL_AREA:
		link_begin(w, node);
		image(w, node);
		link_end(w);
		w->flow.space = true;
		break;
	case HTML_EL_BLOCKQUOTE:
		o->breaks = 2;
		flow_break(&w->flow, 2);
		w->flow.quote++;
		break;
	case HTML_EL_BR: line_break(w, o); break;
	case HTML_EL_DD:
		o->indent = DEFINITION_INDENT;
		w->flow.indent += o->indent;
		break;
	case HTML_EL_DIR:
	case HTML_EL_MENU:
	case HTML_EL_OL:
	case HTML_EL_UL: list_begin(w, node, o); break;
	case HTML_EL_H1:
	case HTML_EL_H2:
	case HTML_EL_H3:
	case HTML_EL_H4:
	case HTML_EL_H5:
	case HTML_EL_H6: heading_begin(w, node->element - HTML_EL_H1 + 1u, o); break;
	case HTML_EL_HR: rule(w); break;
	case HTML_EL_IMG: image(w, node); break;
	case HTML_EL_LI: item_begin(w, node, o); break;
	case HTML_EL_PRE:
	case HTML_EL_LISTING:
	case HTML_EL_PLAINTEXT:
	case HTML_EL_XMP:
		o->breaks = 2;
		o->space = style.space ? style.space : HTML_SPACE_PRE;
		break;
	case HTML_EL_Q: flow_put(&w->flow, "\xe2\x80\x9c"); break;
	case HTML_EL_RT: flow_behind(&w->flow, "("); break;
	case HTML_EL_TD:
	case HTML_EL_TH:
		o->breaks = 0;
		flow_gap(&w->flow, 2);
		break;
	default: break;
	}
	if (style.struck == HTML_YES ||
		((node->element == HTML_EL_DEL || node->element == HTML_EL_S || node->element == HTML_EL_STRIKE) &&
			style.struck != HTML_NO))
		strike(w, node, o);
	if (o->breaks)
		flow_break(&w->flow, o->breaks);
}

static void end(struct walk *w, const struct open *o)
{
	if (!o->begun)
		return;
	if (o->struck)
		flow_behind(&w->flow, "~~");
	if (o->link)
		link_end(w);
	if (o->element >= HTML_EL_H1 && o->element <= HTML_EL_H6)
		flow_role(&w->flow, o->from, MSG_ROLE_HEADING, 0);
	else if (o->element == HTML_EL_B || o->element == HTML_EL_STRONG)
		flow_role(&w->flow, o->from, MSG_ROLE_STRONG, 0);
	/* Nothing came: the mark goes with it. */
	if (o->marked && w->flow.mark->len > o->before)
		g_string_truncate(w->flow.mark, o->before);
	w->flow.indent -= o->indent;
	if (o->element == HTML_EL_Q)
		flow_behind(&w->flow, "\xe2\x80\x9d");
	else if (o->element == HTML_EL_RT)
		flow_behind(&w->flow, ")");
	else if (o->element == HTML_EL_TD || o->element == HTML_EL_TH)
		flow_gap(&w->flow, 2);
	if (o->breaks)
		flow_break(&w->flow, o->breaks);
	if (o->element == HTML_EL_BLOCKQUOTE && o->breaks)
		w->flow.quote--;
}

/* --- text --- */

/* Little numbers, where there are such signs for all of it. */
static gunichar raised(gunichar c)
{
	static const gunichar digits[] = { 0x2070, 0xb9, 0xb2, 0xb3, 0x2074, 0x2075, 0x2076, 0x2077, 0x2078, 0x2079 };
	return c >= '0' && c <= '9' ? digits[c - '0'] : 0;
}

static gunichar lowered(gunichar c)
{
	return c >= '0' && c <= '9' ? 0x2080 + (c - '0') : 0;
}

static gunichar (*shift_of(unsigned element, struct str text))(gunichar c)
{
	text = str_trim(text);
	for (size_t i = 0; i < text.n; i++)
		if (!g_ascii_isdigit(text.p[i]))
			return NULL;
	return element == HTML_EL_SUP ? raised : element == HTML_EL_SUB ? lowered : NULL;
}

static void text(struct walk *w, const struct html_node *node, bool first)
{
	const struct open *o = top(w);
	struct str s = html_text(&w->l->doc, node);
	if (o && is_hidden(o)) {
		bool seen = html_is_filled(s);
		w->l->text->hidden += seen && !w->l->in_hidden;
		w->l->in_hidden = w->l->in_hidden || seen;
		return;
	}
	if (w->l->in_hidden && html_is_filled(s))
		w->l->in_hidden = false;
	enum html_space space = o ? o->space : HTML_SPACE_NORMAL;
	/* A line end right behind the tag is not part of the text. */
	if (first && o && o->element == HTML_EL_PRE && s.n && *s.p == '\n')
		s = str_sub(s, 1);
	gunichar (*shift)(gunichar c) = o ? shift_of(o->element, s) : NULL;
	for (const char *p = s.p; p < s.p + s.n; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p), shifted = shift ? shift(c) : 0;
		flow_point(&w->flow, shifted ? shifted : c, space);
	}
}

/* --- the walk --- */

static void close_up_to(struct walk *w, uint32_t i)
{
	while (top(w) && top(w)->end <= i) {
		struct open o = *top(w);
		g_array_set_size(w->open, w->open->len - 1);
		end(w, &o);
	}
}

static char *lay_cell(uint32_t node, void *aux);

/* The node to go on with. */
static uint32_t element(struct walk *w, uint32_t i)
{
	const struct html_node *node = w->l->doc.nodes + i;
	struct open o = { .end = node->end, .element = node->element };
	if (node->element == HTML_EL_FORM)
		w->l->text->forms++;
	if (shape_of(node->element) == DROPPED)
		return node->end;
	struct html_style style = html_style_of(w->l->styles, &w->l->doc, node);
	inherit(w, node, style, &o);
	if (!is_hidden(&o) && !w->in_cell && node->element == HTML_EL_TABLE && table_is_data(&w->l->doc, i)) {
		table_lay(&w->l->doc, i, &w->flow, lay_cell, w);
		return node->end;
	}
	/* Of letters without a size only the letters are not seen: lines break, and images are there all the same. */
	if (!o.gone && !o.invisible)
		begin(w, node, style, &o);
	if (node->end > i + 1)
		g_array_append_val(w->open, o);
	else
		end(w, &o);
	return i + 1;
}

static void walk(struct walk *w, uint32_t from, uint32_t to)
{
	const struct html_node *nodes = w->l->doc.nodes;
	for (uint32_t i = from; i < to && w->flow.out->len <= MSG_TEXT_MAX;) {
		close_up_to(w, i);
		if (!nodes[i].is_text) {
			i = element(w, i);
			continue;
		}
		text(w, nodes + i, i && !nodes[i - 1].is_text);
		i++;
	}
	close_up_to(w, UINT32_MAX);
	link_end(w);
}

static void walk_init(struct walk *w, struct layout *l)
{
	*w = (struct walk){ .l = l, .open = g_array_new(FALSE, FALSE, sizeof(struct open)) };
	flow_init(&w->flow);
}

static char *walk_end(struct walk *w, size_t *n_out)
{
	g_array_unref(w->open);
	return flow_end(&w->flow, n_out);
}

static char *lay_cell(uint32_t node, void *aux)
{
	const struct walk *around = aux;
	struct walk w;
	size_t n;
	walk_init(&w, around->l);
	w.in_cell = true;
	walk(&w, node, around->l->doc.nodes[node].end);
	return walk_end(&w, &n);
}

/* Those within others come later, so that they count. */
static int span_compare(const void *a, const void *b)
{
	const struct msg_span *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->to != y->to ? (x->to > y->to ? -1 : 1) : 0;
}

enum msg_html html_lay(struct str records, struct msg_text *out, GString **text_out, GArray *spans)
{
	struct layout l = { .text = out };
	struct walk w;
	size_t n;
	if (html_doc_read(records, &l.doc))
		return MSG_HTML_ENDED;
	if (l.doc.cut) {
		html_doc_clear(&l.doc);
		return MSG_HTML_LIMIT;
	}
	l.styles = html_styles_new();
	l.links = g_hash_table_new(g_str_hash, g_str_equal);
	html_remote(&l.doc, l.styles, &l.base, out);
	walk_init(&w, &l);
	w.flow.spans = spans;
	walk(&w, 0, l.doc.n);
	g_array_sort(spans, span_compare);
	out->truncated = out->truncated || w.flow.out->len > MSG_TEXT_MAX;
	char *laid = walk_end(&w, &n);
	*text_out = g_string_new_len(laid, (gssize)n);
	g_free(laid);
	g_free(l.base);
	g_hash_table_unref(l.links);
	html_styles_free(l.styles);
	html_doc_clear(&l.doc);
	return MSG_HTML_LAID;
}
