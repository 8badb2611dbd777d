/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The child that wrote the records may have been taken over by what it read: any bytes are taken, and what is no
 * stream of records is refused as a whole. */
#include "msg/html.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

_Static_assert(HTML_ATTRIBUTE_COUNT <= 64, "a bit for each attribute");

static bool read_octet(struct str *s, unsigned *octet_out)
{
	if (!s->n)
		return false;
	*octet_out = (guchar)*s->p;
	*s = str_sub(*s, 1);
	return true;
}

static bool read_string(struct str *s, size_t max, struct str *out)
{
	size_t n = 0;
	unsigned octet, shift = 0;
	do {
		if (shift > 28 || !read_octet(s, &octet))
			return false;
		n |= (size_t)(octet & 127) << shift;
		shift += 7;
	} while (octet & 128);
	if (n > max || n > s->n)
		return false;
	*out = (struct str){ s->p, n };
	*s = str_sub(*s, n);
	return true;
}

static bool read_element(struct str *s, struct html_node *node)
{
	unsigned element, count, attribute;
	struct str value;
	if (!read_octet(s, &element) || element >= HTML_ELEMENT_COUNT || !read_octet(s, &count))
		return false;
	node->element = (uint8_t)element;
	while (count--) {
		if (!read_octet(s, &attribute) || !attribute || attribute >= HTML_ATTRIBUTE_COUNT ||
			!read_string(s, HTML_VALUE_MAX, &value))
			return false;
		node->has |= UINT64_C(1) << attribute;
	}
	return true;
}

/* While it is read, `end` of an open element is the element that it is in. */
struct reading {
	GArray *nodes;
	uint32_t open; /* the innermost one, NONE */
};
#define NONE UINT32_MAX

static struct html_node *node_at(const struct reading *r, uint32_t i)
{
	return &g_array_index(r->nodes, struct html_node, i);
}

static void close_one(struct reading *r)
{
	struct html_node *node = node_at(r, r->open);
	r->open = node->end;
	node->end = r->nodes->len;
}

static bool read_record(struct html_doc *d, struct reading *r, unsigned type, struct str *s)
{
	struct html_node node = { .end = r->open };
	struct str text, from;
	if (type == HTML_CLOSE) {
		if (r->open == NONE)
			return false;
		close_one(r);
		return true;
	}
	if (type == HTML_TEXT) {
		if (!read_string(s, HTML_TEXT_MAX, &text) || !utf8_valid(text))
			return false;
		node = (struct html_node){ .end = r->nodes->len + 1, .n = (uint32_t)text.n, .is_text = true };
		node.at = (size_t)(text.p - d->records.p);
	} else {
		from = *s;
		if (type != HTML_OPEN || !read_element(s, &node))
			return false;
		/* Its number and their count stand before the attributes. */
		node.at = (size_t)(from.p - d->records.p) + 2;
		node.n = (uint32_t)(s->p - from.p) - 2;
		r->open = r->nodes->len;
	}
	g_array_append_val(r->nodes, node);
	return true;
}

int html_doc_read(struct str records, struct html_doc *out)
{
	struct reading r = { .nodes = g_array_new(FALSE, FALSE, sizeof(struct html_node)), .open = NONE };
	struct str s = records, head = STR(HTML_HEAD);
	unsigned type = 0;
	*out = (struct html_doc){ .records = records };
	bool good = records.n <= HTML_RECORDS_MAX && s.n > head.n && !memcmp(s.p, head.p, head.n);
	s = str_sub(s, head.n);
	while (good && r.nodes->len < HTML_NODES_MAX && read_octet(&s, &type) && type != HTML_END && type != HTML_CUT)
		good = read_record(out, &r, type, &s);
	out->cut = type == HTML_CUT || r.nodes->len == HTML_NODES_MAX;
	good = good && (out->cut || (type == HTML_END && !s.n));
	while (r.open != NONE)
		close_one(&r);
	out->n = r.nodes->len;
	out->nodes = (struct html_node *)(void *)g_array_free(r.nodes, FALSE);
	if (!good)
		html_doc_clear(out);
	return good ? 0 : -1;
}

void html_doc_clear(struct html_doc *d)
{
	g_free(d->nodes);
	*d = (struct html_doc){ .cut = d->cut };
}

struct str html_text(const struct html_doc *d, const struct html_node *text)
{
	return (struct str){ d->records.p + text->at, text->n };
}

bool html_attribute(
	const struct html_doc *d, const struct html_node *element, unsigned attribute, struct str *value_out)
{
	struct str s = { d->records.p + element->at, element->n };
	unsigned id;
	bool has = element->has >> attribute & 1;
	/* The first of doubled ones counts. */
	while (has && read_octet(&s, &id) && read_string(&s, HTML_VALUE_MAX, value_out))
		if (id == attribute)
			return true;
	*value_out = (struct str){ NULL, 0 };
	return false;
}

char *html_value(const struct html_doc *d, const struct html_node *element, unsigned attribute)
{
	struct str value;
	return html_attribute(d, element, attribute, &value) ? clean_line(str_trim(value)) : NULL;
}
