/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

struct msg_part *msg_part_new(void)
{
	return g_new0(struct msg_part, 1);
}

void msg_part_free(struct msg_part *p)
{
	if (!p)
		return;
	g_free(p->section);
	g_free(p->type);
	g_free(p->charset);
	g_free(p->encoding);
	g_free(p->disposition);
	g_free(p->name);
	g_free(p->cid);
	g_free(p->description);
	msg_head_free(p->head);
	if (p->children)
		g_ptr_array_unref(p->children);
	g_free(p);
}

static bool is_multipart(const struct msg_part *p)
{
	return g_str_has_prefix(p->type, "multipart/");
}

/* A message/rfc822 that was walked into. */
static bool holds_message(const struct msg_part *p)
{
	return p->children && !is_multipart(p);
}

static struct msg_part *child_at(const struct msg_part *p, guint i)
{
	return p->children->pdata[i];
}

static guint child_count(const struct msg_part *p)
{
	return p->children ? p->children->len : 0;
}

/* --- section numbers, RFC 9051 6.4.5.1 --- */

static void number(struct msg_part *p, char *section, const char *prefix)
{
	g_free(p->section);
	p->section = section;
	for (guint i = 0; i < child_count(p); i++) {
		struct msg_part *child = child_at(p, i);
		const char *dot = *prefix ? "." : "";
		if (holds_message(p) && is_multipart(child))
			number(child, g_strconcat(prefix, dot, "TEXT", NULL), prefix);
		else {
			char *own = g_strdup_printf("%s%s%u", prefix, dot, i + 1);
			number(child, own, own);
		}
	}
}

void msg_part_number(struct msg_part *root)
{
	if (is_multipart(root))
		number(root, g_strdup(""), "");
	else {
		char *own = g_strdup("1");
		number(root, own, own);
	}
}

struct msg_part *msg_part_find(struct msg_part *root, const char *section)
{
	if (root->section && !strcmp(root->section, section))
		return root;
	struct msg_part *found = NULL;
	for (guint i = 0; i < child_count(root) && !found; i++)
		found = msg_part_find(child_at(root, i), section);
	return found;
}

static void walk(struct msg_part *p, int depth, void (*visit)(struct msg_part *p, int depth, void *aux), void *aux)
{
	if (!is_multipart(p) || !p->children)
		visit(p, depth, aux);
	for (guint i = 0; i < child_count(p); i++)
		walk(child_at(p, i), depth + 1, visit, aux);
}

void msg_part_walk(struct msg_part *root, void (*visit)(struct msg_part *p, int depth, void *aux), void *aux)
{
	walk(root, 0, visit, aux);
}

/* --- what is shown, what is a file --- */

static bool is_signature(const struct msg_part *p)
{
	return !strcmp(p->type, "application/pgp-signature") || !strcmp(p->type, "application/pkcs7-signature") ||
	       !strcmp(p->type, "application/x-pkcs7-signature");
}

static bool is_body_text(const struct msg_part *p)
{
	return !strcmp(p->type, "text/plain") || !strcmp(p->type, "text/html");
}

bool msg_is_attachment(const struct msg_part *p)
{
	if ((p->children && is_multipart(p)) || is_signature(p))
		return false;
	if (!g_strcmp0(p->disposition, "attachment"))
		return true;
	/* A picture that the HTML places, or a text that happens to have a name. */
	bool placed = p->cid && g_str_has_prefix(p->type, "image/");
	return p->name && !placed && !is_body_text(p);
}

static void count_attachment(struct msg_part *p, int depth, void *aux)
{
	(void)depth;
	*(unsigned *)aux += msg_is_attachment(p);
}

unsigned msg_attachments(struct msg_part *root)
{
	unsigned n = 0;
	msg_part_walk(root, count_attachment, &n);
	return n;
}

/* Of alternatives: plain text, unless it is empty beside HTML; then HTML; then any other text. */
static int text_rank(const struct msg_part *p)
{
	if (!strcmp(p->type, "text/html"))
		return 3;
	if (!strcmp(p->type, "text/plain"))
		return p->size > 2 ? 4 : 1;
	return !strcmp(p->type, "text/calendar") ? 1 : 2;
}

static struct msg_part *best_text(struct msg_part *p, bool into_messages)
{
	if (!p->children)
		return g_str_has_prefix(p->type, "text/") && !msg_is_attachment(p) ? p : NULL;
	if (holds_message(p) && !into_messages)
		return NULL;
	bool alternative = !strcmp(p->type, "multipart/alternative");
	struct msg_part *best = NULL;
	for (guint i = 0; i < child_count(p); i++) {
		struct msg_part *text = best_text(child_at(p, i), into_messages);
		if (text && (!best || text_rank(text) > text_rank(best)))
			best = text;
		if (best && !alternative)
			break;
	}
	return best;
}

/* A multipart in which no part was found still has its text. */
static struct msg_part *empty_multipart(struct msg_part *p)
{
	if (p->children && !p->children->len && is_multipart(p))
		return p;
	struct msg_part *found = NULL;
	for (guint i = 0; i < child_count(p) && !found; i++)
		found = empty_multipart(child_at(p, i));
	return found;
}

struct msg_part *msg_shown(struct msg_part *root)
{
	struct msg_part *shown = best_text(root, false);
	if (!shown)
		shown = best_text(root, true);
	return shown ? shown : empty_multipart(root);
}

struct msg_part *msg_first(struct msg_part *root, const char *type)
{
	if (!root->children)
		return !strcmp(root->type, type) && !msg_is_attachment(root) ? root : NULL;
	struct msg_part *found = NULL;
	for (guint i = 0; i < child_count(root) && !found; i++)
		found = msg_first(child_at(root, i), type);
	return found;
}

struct file_list {
	GPtrArray *files;
	const struct msg_part *shown;
};

static void add_file(struct msg_part *p, int depth, void *aux)
{
	struct file_list *list = aux;
	(void)depth;
	if (!p->children && p != list->shown)
		g_ptr_array_add(list->files, p);
}

GPtrArray *msg_files(struct msg_part *root, const struct msg_part *shown)
{
	struct file_list list = { g_ptr_array_new(), shown };
	msg_part_walk(root, add_file, &list);
	return list.files;
}

/* --- a compact form --- */

#define PACK_VERSION 1
#define PACK_STRING_MAX MSG_HEADER_MAX
enum { PACK_FLOWED = 1, PACK_DELSP = 2 };

static void put_number(GString *out, uint64_t n)
{
	for (; n > 0x7f; n >>= 7)
		g_string_append_c(out, (char)(0x80 | (n & 0x7f)));
	g_string_append_c(out, (char)n);
}

static bool get_number(struct str *s, uint64_t *out)
{
	*out = 0;
	for (unsigned shift = 0; s->n && shift < 63; shift += 7) {
		unsigned char c = (unsigned char)*s->p;
		*s = str_sub(*s, 1);
		*out |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return true;
	}
	return false;
}

/* NULL is 0, a string its length and one more before it. */
static void put_string(GString *out, const char *s)
{
	size_t n = s ? strlen(s) : 0;
	put_number(out, s ? n + 1 : 0);
	g_string_append_len(out, s, (gssize)n);
}

static bool get_string(struct str *s, char **out)
{
	uint64_t n;
	if (!get_number(s, &n) || n > PACK_STRING_MAX || (n && n - 1 > s->n))
		return false;
	struct str piece = { s->p, n ? (size_t)n - 1 : 0 };
	if (!utf8_valid(piece) || (piece.n && memchr(piece.p, '\0', piece.n)))
		return false;
	*out = n ? str_dup(piece) : NULL;
	*s = str_sub(*s, piece.n);
	return true;
}

static void pack(const struct msg_part *p, GString *out)
{
	put_string(out, p->type);
	put_string(out, p->charset);
	put_string(out, p->encoding);
	put_string(out, p->disposition);
	put_string(out, p->name);
	put_string(out, p->cid);
	put_string(out, p->description);
	put_number(out, (p->flowed ? PACK_FLOWED : 0) | (p->delsp ? PACK_DELSP : 0));
	put_number(out, p->size & (G_MAXUINT64 >> 1));
	put_number(out, p->children ? p->children->len + 1 : 0);
	for (guint i = 0; i < child_count(p); i++)
		pack(child_at(p, i), out);
}

void msg_part_pack(const struct msg_part *root, GString *out)
{
	put_number(out, PACK_VERSION);
	pack(root, out);
}

static bool unpack(struct str *s, struct msg_part *p, unsigned depth, unsigned *parts)
{
	uint64_t flags, children;
	if (depth > MSG_DEPTH_MAX || ++*parts > MSG_PARTS_MAX)
		return false;
	if (!get_string(s, &p->type) || !get_string(s, &p->charset) || !get_string(s, &p->encoding) ||
		!get_string(s, &p->disposition) || !get_string(s, &p->name) || !get_string(s, &p->cid) ||
		!get_string(s, &p->description) || !get_number(s, &flags) || !get_number(s, &p->size) ||
		!get_number(s, &children) || !p->type || !p->encoding)
		return false;
	p->flowed = flags & PACK_FLOWED;
	p->delsp = flags & PACK_DELSP;
	if (children)
		p->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
	for (uint64_t i = 1; i < children; i++) {
		struct msg_part *child = msg_part_new();
		g_ptr_array_add(p->children, child);
		if (!unpack(s, child, depth + 1, parts))
			return false;
	}
	return true;
}

struct msg_part *msg_part_unpack(struct str packed)
{
	uint64_t version;
	unsigned parts = 0;
	struct msg_part *root = msg_part_new();
	if (!get_number(&packed, &version) || version != PACK_VERSION || !unpack(&packed, root, 1, &parts) ||
		packed.n) {
		msg_part_free(root);
		return NULL;
	}
	msg_part_number(root);
	return root;
}
