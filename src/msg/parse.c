/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The part tree of a message from its bytes: one pass over the lines with a stack of open parts. Of the
 * boundaries that a line begins with (RFC 2046 5.1.1 asks for no more) the longest counts, so that one may
 * be the beginning of another; of equal ones the innermost that is not closed yet. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

struct open {
	struct msg_part *part;
	char *boundary; /* NULL: none, nothing is looked for */
	size_t boundary_n;
	bool digest, closed;
};

struct tree {
	struct msg *m;
	struct str bytes;   /* of the message, or of a decoded message/rfc822 */
	GArray *open;       /* struct open */
	struct tree *above; /* the one in whose bytes this one was encoded */
	unsigned *parts;
	size_t *budget; /* octets that may still be decoded */
};

static struct open *open_at(const struct tree *t, guint i)
{
	return &g_array_index(t->open, struct open, i);
}

static void open_clear(void *open)
{
	g_free(((struct open *)open)->boundary);
}

static unsigned depth_of(const struct tree *t)
{
	unsigned depth = 0;
	for (; t; t = t->above)
		depth += t->open->len;
	return depth;
}

/* --- one part's header --- */

static bool is_token_char(char c)
{
	return c > ' ' && c < 0x7f && !is_one_of(c, "()<>@,;:\\\"/[]?=");
}

/* The lower-case token s begins with; NULL: none. */
static char *token_of(struct str s)
{
	size_t n = 0;
	while (n < s.n && is_token_char(s.p[n]))
		n++;
	return n ? g_ascii_strdown(s.p, (gssize)n) : NULL;
}

/* RFC 2045 5.2 and 6: no or a broken type is text; another that is no type at all is octets. */
static char *type_of(struct str s, const char *fallback)
{
	struct str rest;
	g_autofree char *type = token_of(s);
	if (!s.n)
		return g_strdup(fallback);
	rest = str_sub(s, type ? strlen(type) : 0);
	g_autofree char *subtype = type && rest.n && rest.p[0] == '/' ? token_of(str_sub(rest, 1)) : NULL;
	if (subtype)
		return g_strconcat(type, "/", subtype, NULL);
	return g_strdup(!g_strcmp0(type, "text") ? "text/plain" : "application/octet-stream");
}

struct mime_fields {
	struct str type, encoding, disposition, id, description;
};

static bool set_first(struct str name, struct str value, const char *wanted, struct str *field)
{
	if (!str_is(name, wanted))
		return false;
	if (!field->p)
		*field = value;
	return true;
}

static struct mime_fields find_fields(struct str head)
{
	struct mime_fields f = { .type = { NULL, 0 } };
	struct head_scan scan = { .rest = head };
	struct str name, value;
	while (head_next(&scan, &name, &value)) {
		value.n = MIN(value.n, MSG_HEADER_MAX);
		if (set_first(name, value, "content-type", &f.type) ||
			set_first(name, value, "content-transfer-encoding", &f.encoding) ||
			set_first(name, value, "content-disposition", &f.disposition) ||
			set_first(name, value, "content-id", &f.id))
			continue;
		set_first(name, value, "content-description", &f.description);
	}
	return f;
}

/* Fills p from its header block; *boundary_out (g_free) is NULL if it names none. */
static void part_describe(struct msg_part *p, struct str head, bool in_digest, char **boundary_out)
{
	struct mime_fields f = find_fields(head);
	GString *scratch = g_string_new(NULL);
	struct str main;
	struct params *params = params_parse(head_unfold(f.type, scratch), &main);
	p->type = type_of(main, in_digest ? "message/rfc822" : "text/plain");
	g_autofree char *charset = params_octets(params, "charset"), *format = params_text(params, "format"),
			*delsp = params_text(params, "delsp");
	g_autofree char *label = charset ? clean_line(str_of(charset)) : NULL;
	p->charset = label && *label ? g_ascii_strdown(label, -1) : NULL;
	p->flowed = format && !strcmp(p->type, "text/plain") && !g_ascii_strcasecmp(format, "flowed");
	p->delsp = p->flowed && delsp && !g_ascii_strcasecmp(delsp, "yes");
	p->name = params_text(params, "name");
	p->method = msg_is_calendar(p->type) ? params_text(params, "method") : NULL;
	*boundary_out = params_octets(params, "boundary");
	params_free(params);

	params = params_parse(head_unfold(f.disposition, scratch), &main);
	p->disposition = token_of(main);
	char *name = params_text(params, "filename");
	if (name && *name) {
		g_free(p->name);
		p->name = g_steal_pointer(&name);
	}
	g_free(name);
	if (p->name && !*p->name)
		g_clear_pointer(&p->name, g_free);
	params_free(params);

	char *encoding = token_of(head_unfold(f.encoding, scratch));
	p->encoding = encoding ? encoding : g_strdup("7bit");
	p->cid = f.id.n ? id_first(head_unfold(f.id, scratch)) : NULL;
	p->description = f.description.n ? msg_decode_words(head_unfold(f.description, scratch)) : NULL;
	g_string_free(scratch, TRUE);
}

/* --- boundaries --- */

/* The index of the open multipart whose delimiter the line is, -1: of none. */
static int boundary_find(const struct tree *t, struct str line, bool *close_out)
{
	int best = -1;
	if (line.n < 3 || line.p[0] != '-' || line.p[1] != '-')
		return -1;
	line = str_sub(line, 2);
	for (guint i = t->open->len; i-- > 0;) {
		const struct open *o = open_at(t, i);
		if (!o->boundary || line.n < o->boundary_n || memcmp(line.p, o->boundary, o->boundary_n))
			continue;
		const struct open *b = best < 0 ? NULL : open_at(t, (guint)best);
		if (!b || o->boundary_n > b->boundary_n || (o->boundary_n == b->boundary_n && b->closed && !o->closed))
			best = (int)i;
	}
	if (best < 0 || open_at(t, (guint)best)->closed)
		return -1;
	line = str_sub(line, open_at(t, (guint)best)->boundary_n);
	*close_out = line.n >= 2 && line.p[0] == '-' && line.p[1] == '-';
	return best;
}

/* --- opening and closing --- */

static bool is_message(const struct msg_part *p)
{
	return !strcmp(p->type, "message/rfc822") || !strcmp(p->type, "message/global");
}

static bool is_encoded(const struct msg_part *p)
{
	return !strcmp(p->encoding, "base64") || !strcmp(p->encoding, "quoted-printable") || strstr(p->encoding, "uue");
}

/* The header block at `from`: its end is an empty line (kept out of *head), a boundary, or the end of all.
 * Without a single field it is no header at all, and everything is body. Returns where the body begins. */
static size_t head_find(const struct tree *t, size_t from, struct str *head)
{
	struct str rest = str_sub(t->bytes, from), line, name, value;
	size_t end = from, body = from;
	bool close, blank = false;
	while (rest.n && !blank) {
		size_t at = t->bytes.n - rest.n;
		line = line_next(&rest);
		if (boundary_find(t, line, &close) >= 0)
			break;
		blank = !line.n;
		body = t->bytes.n - rest.n;
		end = blank ? at : body;
	}
	*head = (struct str){ t->bytes.p + from, end - from };
	struct head_scan scan = { .rest = *head };
	if (head->n && !head_next(&scan, &name, &value)) {
		head->n = 0;
		return from;
	}
	return body;
}

static struct msg_part *add_child(struct tree *t, struct msg_part *parent)
{
	struct msg_part *child = msg_part_new();
	g_ptr_array_add(parent->children, child);
	++*t->parts;
	return child;
}

/* What an open multipart needs on top: its children and what separates them. */
static void open_multipart(struct tree *t, struct open *o, char *boundary)
{
	GPtrArray *defects = t->m->defects;
	o->part->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
	o->digest = !strcmp(o->part->type, "multipart/digest");
	if (is_encoded(o->part))
		defect(defects, "encoded-multipart");
	if (!boundary || !*boundary) {
		defect(defects, "no-boundary");
		return;
	}
	o->boundary = g_strdup(boundary);
	o->boundary_n = strlen(boundary);
}

/* Reads the header of p at `from` and puts p on the stack; of a message also what is in it. *head_out: the
 * header block that was read first. Returns where the scan for boundaries goes on. */
static size_t begin(struct tree *t, struct msg_part *p, size_t from, bool in_digest, struct str *head_out)
{
	struct str head;
	head_out->p = NULL;
	for (;;) {
		g_autofree char *boundary = NULL;
		struct open o = { .part = p };
		p->head_start = from;
		p->start = from = head_find(t, from, &head);
		if (!head_out->p)
			*head_out = head;
		part_describe(p, head, in_digest, &boundary);
		bool deep = depth_of(t) + 1 >= MSG_DEPTH_MAX, multipart = g_str_has_prefix(p->type, "multipart/");
		bool message = is_message(p) && !is_encoded(p);
		if (deep && (multipart || is_message(p)))
			defect(t->m->defects, "depth-limit");
		if (multipart && !deep)
			open_multipart(t, &o, boundary);
		g_array_append_val(t->open, o);
		if (!message || deep || *t->parts >= MSG_PARTS_MAX)
			return from;
		p->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
		struct msg_part *inner = add_child(t, p);
		head_find(t, from, &head);
		p->head = msg_head_parse(head);
		p = inner;
		in_digest = false;
	}
}

static void tree_scan(struct tree *t, struct msg_part *root, size_t from, struct str *head_out);

/* An encoded message is decoded into octets of its own and walked into there. */
static void walk_encoded(struct tree *t, struct msg_part *p)
{
	struct buf octets;
	struct err e = ERR_INIT;
	struct str head;
	buf_init(&octets, *t->budget);
	if (depth_of(t) >= MSG_DEPTH_MAX || *t->parts >= MSG_PARTS_MAX)
		return;
	if (msg_decode(p->encoding, p->body, *t->budget, &octets, &e)) {
		defect(t->m->defects, "decode-limit");
		err_clear(&e);
		buf_clear(&octets);
		return;
	}
	*t->budget -= octets.n;
	struct tree inner = *t;
	inner.above = t;
	inner.bytes.n = octets.n;
	inner.bytes.p = buf_steal(&octets);
	g_ptr_array_add(t->m->decoded, (char *)inner.bytes.p);
	p->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
	tree_scan(&inner, add_child(t, p), 0, &head);
	p->head = msg_head_parse(head);
}

/* Is the innermost open part one of the message's own, and not of a message within? What bounces give back is often cut. */
static bool is_own(const struct tree *t)
{
	bool own = !t->above;
	for (guint i = 0; i < t->open->len && own; i++)
		own = !is_message(open_at(t, i)->part);
	return own;
}

/* Ends the parts above `keep`; their bodies end at `end`. */
static void close_above(struct tree *t, guint keep, size_t end)
{
	while (t->open->len > keep) {
		struct open *o = open_at(t, t->open->len - 1);
		struct msg_part *p = o->part;
		/* An empty part begins where its delimiter does; then those round it reach as far. */
		end = MAX(end, p->start);
		p->length = end - p->start;
		p->size = p->length;
		p->body = (struct str){ t->bytes.p + p->start, p->length };
		if (o->boundary && !o->closed)
			defect(t->m->defects, "no-end-boundary");
		if (o->boundary && !o->closed && is_own(t))
			defect(t->m->defects, "cut-off");
		if (is_message(p) && is_encoded(p))
			walk_encoded(t, p);
		g_array_set_size(t->open, t->open->len - 1);
	}
}

/* Where a body ends whose delimiter line begins at `at`: the line end before it is the delimiter's. */
static size_t body_end(struct str bytes, size_t at)
{
	if (at && bytes.p[at - 1] == '\n')
		at--;
	if (at && bytes.p[at] == '\n' && bytes.p[at - 1] == '\r')
		at--;
	return at;
}

static void tree_scan(struct tree *t, struct msg_part *root, size_t from, struct str *head_out)
{
	t->open = g_array_new(FALSE, FALSE, sizeof(struct open));
	g_array_set_clear_func(t->open, open_clear);
	struct str rest = str_sub(t->bytes, begin(t, root, from, false, head_out)), head;
	while (rest.n) {
		bool close = false;
		size_t at = t->bytes.n - rest.n;
		int hit = boundary_find(t, line_next(&rest), &close);
		if (hit < 0)
			continue;
		if (!close && *t->parts >= MSG_PARTS_MAX) {
			defect(t->m->defects, "parts-limit");
			continue;
		}
		close_above(t, (guint)hit + 1, body_end(t->bytes, at));
		struct open *o = open_at(t, (guint)hit);
		o->closed = close;
		if (!close)
			rest = str_sub(
				t->bytes, begin(t, add_child(t, o->part), t->bytes.n - rest.n, o->digest, &head));
	}
	close_above(t, 0, t->bytes.n);
	g_array_unref(t->open);
}

void tree_parse(struct msg *m, size_t from)
{
	unsigned parts = 1;
	size_t budget = m->bytes.n > G_MAXSIZE / 4 ? G_MAXSIZE / 2 : m->bytes.n * 2;
	struct tree t = { .m = m, .bytes = m->bytes, .parts = &parts, .budget = &budget };
	struct str head;
	m->root = msg_part_new();
	tree_scan(&t, m->root, from, &head);
	m->head = head_parse(head, m->defects);
	msg_part_number(m->root);
}
