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
	g_free(p->method);
	msg_head_free(p->head);
	if (p->children)
		g_ptr_array_unref(p->children);
	g_free(p);
}

struct msg_part *msg_part_copy(const struct msg_part *p)
{
	struct msg_part *copy = msg_part_new();
	copy->section = g_strdup(p->section);
	copy->type = g_strdup(p->type);
	copy->charset = g_strdup(p->charset);
	copy->encoding = g_strdup(p->encoding);
	copy->disposition = g_strdup(p->disposition);
	copy->name = g_strdup(p->name);
	copy->cid = g_strdup(p->cid);
	copy->description = g_strdup(p->description);
	copy->method = g_strdup(p->method);
	copy->flowed = p->flowed;
	copy->delsp = p->delsp;
	copy->size = p->size;
	return copy;
}

static bool is_multipart(const struct msg_part *p)
{
	return g_str_has_prefix(p->type, "multipart/");
}

bool msg_holds_message(const struct msg_part *p)
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
		if (msg_holds_message(p) && is_multipart(child))
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

/* Half of a file for Macintoshes that its other half makes sense of without. */
static bool is_fork_beside_file(const struct msg_part *parent, const struct msg_part *p)
{
	return !strcmp(parent->type, "multipart/appledouble") && !strcmp(p->type, "application/applefile");
}

/* Its two parts are the wrapping of what nobody has decrypted. */
static bool is_encrypted(const struct msg_part *p)
{
	return p->children && !strcmp(p->type, "multipart/encrypted");
}

unsigned msg_attachments(struct msg_part *root)
{
	unsigned n = msg_is_attachment(root);
	for (guint i = 0; i < child_count(root) && !is_encrypted(root); i++)
		if (!is_fork_beside_file(root, child_at(root, i)))
			n += msg_attachments(child_at(root, i));
	return n;
}

/* What reports tell beside their text. */
static bool is_report(const struct msg_part *p)
{
	static const char *const types[] = { "message/delivery-status", "message/disposition-notification",
		"message/feedback-report", "message/global-delivery-status", "message/global-disposition-notification",
		"message/global-headers" };
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (!strcmp(p->type, types[i]))
			return true;
	return false;
}

static bool is_readable(const struct msg_part *p)
{
	return is_report(p) || g_str_has_prefix(p->type, "text/");
}

/* A text of a rarer type with a file name is a file, unless its sender wants it read. */
static bool is_attached(const struct msg_part *p)
{
	if (!p->disposition)
		return p->name && !is_body_text(p) && !is_report(p) && !msg_holds_message(p);
	return !strcmp(p->disposition, "attachment");
}

/* Of alternatives: plain text, unless it is empty beside HTML; then HTML; then any other text. */
static int text_rank(const struct msg_part *p, bool html_first)
{
	if (!strcmp(p->type, "text/html"))
		return html_first ? 5 : 3;
	if (!strcmp(p->type, "text/plain"))
		return p->size > 2 ? 4 : 1;
	return !strcmp(p->type, "text/calendar") ? 1 : 2;
}

/* By its first text; 0: it has none. */
static int branch_rank(const struct msg_part *p, bool html_first)
{
	if (!p->children)
		return is_readable(p) && !is_attached(p) ? text_rank(p, html_first) : 0;
	if (is_encrypted(p))
		return 0;
	bool alternative = !strcmp(p->type, "multipart/alternative");
	int best = 0;
	for (guint i = 0; i < child_count(p) && (!best || alternative); i++)
		best = MAX(best, branch_rank(child_at(p, i), html_first));
	return best;
}

static struct msg_part *best_branch(const struct msg_part *p, bool html_first)
{
	struct msg_part *best = NULL;
	int best_rank = 0;
	for (guint i = 0; i < child_count(p); i++) {
		int rank = branch_rank(child_at(p, i), html_first);
		if (rank > best_rank) {
			best = child_at(p, i);
			best_rank = rank;
		}
	}
	return best;
}

struct shown {
	GPtrArray *parts;
	uint64_t octets;
	bool attached; /* messages that are attached too */
	bool html_first;
};

static void show(struct shown *s, struct msg_part *p, uint64_t octets)
{
	if (s->parts->len && (s->parts->len >= MSG_SHOWN_MAX || octets > MSG_TEXT_MAX - s->octets))
		return;
	s->octets += MIN(octets, MSG_TEXT_MAX - s->octets);
	g_ptr_array_add(s->parts, p);
}

static void show_texts(struct shown *s, struct msg_part *p)
{
	guint before = s->parts->len;
	if (!p->children) {
		if (is_readable(p) && !is_attached(p))
			show(s, p, p->size);
		return;
	}
	if (is_encrypted(p))
		return;
	if (!strcmp(p->type, "multipart/alternative")) {
		struct msg_part *best = best_branch(p, s->html_first);
		if (best)
			show_texts(s, best);
		return;
	}
	if (msg_holds_message(p)) {
		if (is_attached(p) && !s->attached)
			return;
		show(s, p, 0);
	}
	bool related = !strcmp(p->type, "multipart/related");
	for (guint i = 0; i < child_count(p); i++) {
		struct msg_part *child = child_at(p, i);
		/* What the text of related parts places in itself, as a style sheet. */
		if (!related || !child->cid || s->parts->len == before)
			show_texts(s, child);
	}
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

GPtrArray *msg_shown_as(struct msg_part *root, bool html_first)
{
	struct shown s = { .parts = g_ptr_array_new(), .html_first = html_first };
	show_texts(&s, root);
	s.attached = true;
	if (!s.parts->len)
		show_texts(&s, root);
	struct msg_part *empty = s.parts->len ? NULL : empty_multipart(root);
	if (empty)
		g_ptr_array_add(s.parts, empty);
	return s.parts;
}

GPtrArray *msg_shown_parts(struct msg_part *root)
{
	return msg_shown_as(root, false);
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

struct msg_part *part_outside(struct msg_part *p, const char *type)
{
	struct msg_part *found = NULL;
	if (!p->children)
		return strcmp(p->type, type) ? NULL : p;
	for (guint i = 0; i < p->children->len && !found && !msg_holds_message(p); i++)
		found = part_outside(p->children->pdata[i], type);
	return found;
}

struct msg_part *msg_vcard_part(struct msg_part *root)
{
	struct msg_part *found = part_outside(root, "text/vcard");
	if (!found)
		found = part_outside(root, "text/x-vcard");
	return found ? found : part_outside(root, "text/directory");
}

struct file_list {
	GPtrArray *files;
	const GPtrArray *shown;
};

static void add_file(struct msg_part *p, int depth, void *aux)
{
	struct file_list *list = aux;
	(void)depth;
	if (!p->children && !g_ptr_array_find((GPtrArray *)list->shown, p, NULL))
		g_ptr_array_add(list->files, p);
}

GPtrArray *msg_files(struct msg_part *root, const GPtrArray *shown)
{
	struct file_list list = { g_ptr_array_new(), shown };
	msg_part_walk(root, add_file, &list);
	return list.files;
}

static bool holds_shown(const struct msg_part *p, const GPtrArray *shown)
{
	bool holds = g_ptr_array_find((GPtrArray *)shown, p, NULL);
	for (guint i = 0; i < child_count(p) && !holds; i++)
		holds = holds_shown(child_at(p, i), shown);
	return holds;
}

/* other: p is another form of something that is shown. */
static void add_beside(struct msg_part *p, bool other, struct file_list *list)
{
	if (!p->children && (!other || msg_is_attachment(p)))
		add_file(p, 0, list);
	bool chosen = !strcmp(p->type, "multipart/alternative") && holds_shown(p, list->shown);
	for (guint i = 0; i < child_count(p); i++)
		add_beside(child_at(p, i), other || (chosen && !holds_shown(child_at(p, i), list->shown)), list);
}

GPtrArray *msg_files_beside(struct msg_part *root, const GPtrArray *shown)
{
	struct file_list list = { g_ptr_array_new(), shown };
	add_beside(root, false, &list);
	return list.files;
}

/* --- a compact form --- */

#define PACK_VERSION 2 /* 1: without methods of calendars */
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
	put_string(out, p->method);
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

static bool unpack(struct str *s, uint64_t version, struct msg_part *p, unsigned depth, unsigned *parts)
{
	uint64_t flags, children;
	if (depth > MSG_DEPTH_MAX || ++*parts > MSG_PARTS_MAX)
		return false;
	if (!get_string(s, &p->type) || !get_string(s, &p->charset) || !get_string(s, &p->encoding) ||
		!get_string(s, &p->disposition) || !get_string(s, &p->name) || !get_string(s, &p->cid) ||
		!get_string(s, &p->description) || (version > 1 && !get_string(s, &p->method)) ||
		!get_number(s, &flags) || !get_number(s, &p->size) || !get_number(s, &children) || !p->type ||
		!p->encoding)
		return false;
	p->flowed = flags & PACK_FLOWED;
	p->delsp = flags & PACK_DELSP;
	if (children)
		p->children = g_ptr_array_new_with_free_func((GDestroyNotify)msg_part_free);
	for (uint64_t i = 1; i < children; i++) {
		struct msg_part *child = msg_part_new();
		g_ptr_array_add(p->children, child);
		if (!unpack(s, version, child, depth + 1, parts))
			return false;
	}
	return true;
}

struct msg_part *msg_part_unpack(struct str packed)
{
	uint64_t version;
	unsigned parts = 0;
	struct msg_part *root = msg_part_new();
	if (!get_number(&packed, &version) || !version || version > PACK_VERSION ||
		!unpack(&packed, version, root, 1, &parts) || packed.n) {
		msg_part_free(root);
		return NULL;
	}
	msg_part_number(root);
	return root;
}
