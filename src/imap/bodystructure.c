/* SPDX-License-Identifier: GPL-3.0-or-later */
/* BODYSTRUCTURE (RFC 9051 7.5.2) to the part tree. Servers differ in what they put there, so everything
 * behind the parts that carry meaning is skipped as it comes, and what has the wrong shape is left empty. */
#include "imap/internal.h"

#include <string.h>

#include "base/utf8.h"

struct builder {
	struct imap_cursor *c;
	unsigned parts;
};

/* --- words --- */

/* Lower case and printable, as types and encodings are; NULL for nothing. */
static char *token(struct str s)
{
	if (!s.n)
		return NULL;
	char *text = g_ascii_strdown(s.p, (gssize)MIN(s.n, 256));
	for (char *p = text; *p; p++)
		if (!g_ascii_isgraph(*p))
			*p = '_';
	return text;
}

static char *words(struct str s)
{
	return s.n ? msg_decode_words(s) : NULL;
}

/* A string if one stands here; NIL, lists and the end give nothing, and lists stay. Nonsense is the end of all. */
static struct str optional(struct imap_cursor *c)
{
	struct str s = { 0 };
	bool nil;
	imap_blanks(c);
	if (imap_at(c, '(') || imap_at(c, ')'))
		return s;
	if (imap_nstring(c, &s, &nil))
		return s;
	c->p = c->end;
	return (struct str){ 0 };
}

/* Octets; "-1", NIL and the like are 0. */
static uint64_t octets(struct imap_cursor *c)
{
	uint64_t n;
	return str_u64(optional(c), INT64_MAX, &n) ? n : 0;
}

/* --- parameters --- */

static GArray *params_parse(struct imap_cursor *c)
{
	GArray *params = g_array_new(FALSE, FALSE, sizeof(struct msg_param));
	imap_blanks(c);
	if (!imap_eat(c, '(')) {
		optional(c);
		return params;
	}
	for (imap_blanks(c); c->p < c->end && !imap_eat(c, ')'); imap_blanks(c)) {
		if (imap_at(c, '(')) {
			imap_skip(c);
			continue;
		}
		struct msg_param p = { .name = optional(c) };
		p.value = optional(c);
		if (params->len < MSG_PARAMS_MAX)
			g_array_append_val(params, p);
	}
	return params;
}

static const struct msg_param *param_find(const GArray *params, const char *name)
{
	for (unsigned i = 0; i < params->len; i++) {
		const struct msg_param *p = &g_array_index(params, struct msg_param, i);
		if (str_is(p->name, name))
			return p;
	}
	return NULL;
}

static struct str param_raw(const GArray *params, const char *name)
{
	const struct msg_param *p = param_find(params, name);
	return p ? p->value : (struct str){ 0 };
}

static char *param_text(const GArray *params, const char *name)
{
	g_autofree char *text = msg_param_text((const struct msg_param *)(void *)params->data, params->len, name);
	return text && *text ? g_steal_pointer(&text) : NULL;
}

/* --- fields of a leaf --- */

static char *content_id(struct str s)
{
	s = str_trim(s);
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = (struct str){ s.p + 1, s.n - 2 };
	return s.n ? utf8_line(s) : NULL;
}

static void content_params(struct msg_part *part, struct imap_cursor *c)
{
	g_autoptr(GArray) params = params_parse(c);
	part->charset = token(param_raw(params, "charset"));
	part->name = param_text(params, "name");
	part->method = msg_is_calendar(part->type) ? param_text(params, "method") : NULL;
	part->flowed = !strcmp(part->type, "text/plain") && str_is(param_raw(params, "format"), "flowed");
	part->delsp = part->flowed && str_is(param_raw(params, "delsp"), "yes");
}

/* `("attachment" ("filename" "x"))`, NIL, or just a string. */
static void disposition(struct msg_part *part, struct imap_cursor *c)
{
	imap_blanks(c);
	if (!imap_eat(c, '(')) {
		part->disposition = token(optional(c));
		return;
	}
	part->disposition = token(optional(c));
	g_autoptr(GArray) params = params_parse(c);
	char *name = param_text(params, "filename");
	if (name) {
		g_free(part->name);
		part->name = name;
	}
	imap_blanks(c);
	while (c->p < c->end && !imap_eat(c, ')')) {
		if (!imap_skip(c))
			return;
		imap_blanks(c);
	}
}

/* What is left of a body, with its closing paren. */
static void close_body(struct imap_cursor *c)
{
	for (imap_blanks(c); c->p < c->end && !imap_eat(c, ')'); imap_blanks(c))
		if (!imap_skip(c))
			return;
}

static void set_type(struct msg_part *part, struct str type, struct str subtype)
{
	g_autofree char *left = token(type);
	g_autofree char *right = token(subtype);
	g_free(part->type);
	if (left && !right && !strcmp(left, "text"))
		right = g_strdup("plain");
	if (left && right)
		part->type = g_strdup_printf("%s/%s", left, right);
	else
		part->type = g_strdup("application/octet-stream");
}

static void set_string(char **to, const char *text)
{
	g_free(*to);
	*to = g_strdup(text);
}

/* --- bodies --- */

/* Where a body stands: a leaf's own section; a multipart's, and what the sections of its parts begin with. */
struct place {
	const char *leaf, *multipart, *prefix;
};

static struct msg_part *body(struct builder *b, struct place at, unsigned depth);

static void add_child(struct builder *b, struct msg_part *part, struct place at, unsigned depth)
{
	if (depth >= MSG_DEPTH_MAX || b->parts >= MSG_PARTS_MAX) {
		imap_skip(b->c);
		return;
	}
	struct msg_part *child = body(b, at, depth + 1);
	if (child)
		g_ptr_array_add(part->children, child);
}

static void free_part(void *part)
{
	msg_part_free(part);
}

static void with_children(struct msg_part *part)
{
	part->children = g_ptr_array_new_with_free_func(free_part);
}

static void multipart_body(struct builder *b, struct msg_part *part, const char *prefix, unsigned depth)
{
	with_children(part);
	for (unsigned i = 1; imap_at(b->c, '('); i++) {
		g_autofree char *section = g_strdup_printf("%s%s%u", prefix, prefix[0] ? "." : "", i);
		add_child(b, part, (struct place){ section, section, section }, depth);
		imap_blanks(b->c);
	}
	struct str subtype = optional(b->c);
	set_type(part, STR("multipart"), subtype.n ? subtype : STR("mixed"));
	g_array_unref(params_parse(b->c));
	disposition(part, b->c);
}

/* Envelope, the inner body, lines. */
static void message_body(struct builder *b, struct msg_part *part, unsigned depth)
{
	g_autofree char *leaf = g_strconcat(part->section, ".1", NULL);
	g_autofree char *text = g_strconcat(part->section, ".TEXT", NULL);
	with_children(part);
	imap_skip(b->c);
	imap_blanks(b->c);
	if (imap_at(b->c, '('))
		add_child(b, part, (struct place){ leaf, text, part->section }, depth);
}

static bool is_message(const struct msg_part *part)
{
	return !strcmp(part->type, "message/rfc822") || !strcmp(part->type, "message/global");
}

/* A number (lines), which some servers also put where none belongs. */
static void skip_lines(struct imap_cursor *c)
{
	struct imap_cursor ahead = *c;
	uint64_t n;
	imap_blanks(&ahead);
	if (imap_at(&ahead, '-'))
		ahead.p++;
	if (imap_number(&ahead, INT64_MAX, &n))
		*c = ahead;
}

static void leaf_body(struct builder *b, struct msg_part *part, unsigned depth)
{
	struct imap_cursor *c = b->c;
	struct str type = optional(c), subtype = optional(c);
	/* `("mixed" ("boundary" ..))`: a multipart without a part. */
	bool hollow = !subtype.n && type.n && imap_at(c, '(');
	set_type(part, hollow ? STR("multipart") : type, hollow ? type : subtype);
	content_params(part, c);
	if (hollow) {
		with_children(part);
		disposition(part, c);
		return;
	}
	part->cid = content_id(optional(c));
	part->description = words(optional(c));
	char *encoding = token(optional(c));
	set_string(&part->encoding, encoding ? encoding : "7bit");
	g_free(encoding);
	part->size = octets(c);
	imap_blanks(c);
	if (is_message(part) && imap_at(c, '('))
		message_body(b, part, depth);
	skip_lines(c);
	optional(c);
	disposition(part, c);
}

static struct msg_part *body(struct builder *b, struct place at, unsigned depth)
{
	if (!imap_eat(b->c, '('))
		return NULL;
	struct msg_part *part = msg_part_new();
	b->parts++;
	imap_blanks(b->c);
	bool many = imap_at(b->c, '(');
	set_string(&part->section, many ? at.multipart : at.leaf);
	if (many)
		multipart_body(b, part, at.prefix, depth);
	else
		leaf_body(b, part, depth);
	close_body(b->c);
	if (!part->encoding)
		part->encoding = g_strdup("7bit");
	return part;
}

struct msg_part *imap_bodystructure(struct imap_cursor *c)
{
	struct builder b = { .c = c };
	return body(&b, (struct place){ "1", "", "" }, 1);
}
