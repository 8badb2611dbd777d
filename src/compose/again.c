/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored message as a draft. */
#include "compose/compose.h"

#include <string.h>

#include "base/utf8.h"
#include "compose/internal.h"

static void take_string(char **to, const char *value)
{
	g_free(*to);
	*to = g_strdup(value);
}

/* What a person may have put there; the rest of a sent message's fields tells of its way. */
static bool is_personal(const char *name)
{
	static const char *const names[] = { "Keywords", "Comments", "Organization", "Importance", "Priority",
		"X-Priority", "Sensitivity", "Expires", "Reply-By", "Disposition-Notification-To" };
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!g_ascii_strcasecmp(name, names[i]))
			return true;
	return false;
}

/* What programs note for themselves in drafts and mailboxes. */
static bool is_note(const char *name)
{
	static const char *const names[] = { "Fcc", "Status", "X-Status", "X-Keywords", "X-UID", "X-Identity-Key",
		"X-Account-Key" };
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!g_ascii_strcasecmp(name, names[i]))
			return true;
	return !g_ascii_strncasecmp(name, "X-Mozilla-", strlen("X-Mozilla-"));
}

static bool is_taken(enum draft_kind kind, const char *name)
{
	return kind == DRAFT_AGAIN ? is_personal(name) : !field_is_ours(name) && !is_note(name);
}

static void take_fields(struct draft *d, const struct msg_head *head)
{
	for (guint i = 0; i < head->fields->len; i++) {
		const struct msg_field *f = head->fields->pdata[i];
		if (!is_taken(d->kind, f->name) || !field_is_sound(f->name) || !*f->value ||
			d->extra->len >= MSG_FIELDS_MAX)
			continue;
		struct msg_field *field = g_new0(struct msg_field, 1);
		field->name = g_strdup(f->name);
		field->value = g_strdup(f->value);
		g_ptr_array_add(d->extra, field);
	}
}

static void take_head(struct draft *d, const struct msg_head *head)
{
	if (head->from->len) {
		const struct msg_addr *a = head->from->pdata[0];
		d->from = msg_addr_new(a->name, a->addr);
	}
	add_written(d->to, head->to, raw_field(head, "To"));
	add_written(d->cc, head->cc, raw_field(head, "Cc"));
	add_written(d->bcc, head->bcc, raw_field(head, "Bcc"));
	add_addrs(d->reply_to, head->reply_to);
	take_string(&d->subject, head->subject);
	d->in_reply_to = id_is_sound(head->in_reply_to) ? g_strdup(head->in_reply_to) : NULL;
	for (guint i = 0; i < head->references->len; i++)
		g_ptr_array_add(d->references, g_strdup(head->references->pdata[i]));
	g_autoptr(GPtrArray) follow_up = msg_addrs_parse(str_of(raw_field(head, "Mail-Followup-To")));
	add_addrs(d->follow_up, follow_up);
	take_fields(d, head);
}

static void take_text(struct draft *d, const struct msg *m, const struct msg_part *p)
{
	struct buf octets;
	struct msg_text text;
	struct err e = ERR_INIT;
	buf_init(&octets, DRAFT_TEXT_MAX);
	if (!msg_part_bytes(m, p, DRAFT_TEXT_MAX, &octets, &e)) {
		msg_text_make(buf_str(&octets), p->type, p->charset, p->flowed, p->delsp, &text);
		take_string(&d->text, text.text);
		msg_text_clear(&text);
		d->hard = !p->flowed && !strcmp(p->type, "text/plain");
	}
	err_clear(&e);
	buf_clear(&octets);
}

/* Header and body of a part, octet by octet; of the root, whose header is the message's, what it means. */
static void take_file(struct draft *d, const struct msg *m, const struct msg_part *p)
{
	struct draft_file *f = draft_file_new();
	struct err e = ERR_INIT;
	f->verbatim = p != m->root;
	if (f->verbatim && p->head_start <= p->start && p->start + p->length <= m->bytes.n)
		buf_add(&f->bytes, m->bytes.p + p->head_start, p->start + p->length - p->head_start);
	else if (!f->verbatim)
		msg_part_bytes(m, p, m->bytes.n, &f->bytes, &e);
	err_clear(&e);
	f->size = f->bytes.n;
	f->decoded = f->verbatim ? draft_part_decoded(buf_str(&f->bytes)) : 0;
	f->name = g_strdup(p->name);
	f->type = g_strdup(p->type);
	f->charset = g_strdup(p->charset);
	f->description = g_strdup(p->description);
	f->cid = g_strdup(p->cid);
	f->in_line = !g_strcmp0(p->disposition, "inline");
	g_ptr_array_add(d->files, f);
}

/* The only file that was put into d, which goes. */
static struct draft_file *file_out_of(struct draft *d)
{
	struct draft_file *f = g_ptr_array_steal_index(d->files, 0);
	draft_free(d);
	return f;
}

struct draft_file *draft_file_of_part(const struct msg *m, const struct msg_part *p, struct err *e)
{
	struct draft *d = draft_new(DRAFT_NEW);
	if (p->children && g_str_has_prefix(p->type, "multipart/")) {
		take_file(d, m, p);
		return file_out_of(d);
	}
	struct draft_file *f = draft_file_new();
	if (msg_part_bytes(m, p, m->bytes.n, &f->bytes, e)) {
		draft_free(d);
		draft_file_free(f);
		return NULL;
	}
	if (!strcmp(p->type, "message/rfc822")) {
		draft_add_message(d, p->head, buf_str(&f->bytes));
		draft_file_free(f);
		return file_out_of(d);
	}
	draft_free(d);
	f->size = f->bytes.n;
	f->name = g_strdup(p->name);
	f->type = g_strdup(p->type);
	f->charset = g_strdup(p->charset);
	return f;
}

/* In the order they stand in; what a message within holds goes with it. An alternative to the text goes, for it would
 * say what the text said before it was edited. */
static void take_files(struct draft *d, const struct msg *m, const struct msg_part *p, const struct msg_part *text)
{
	bool walked = p->children && g_str_has_prefix(p->type, "multipart/");
	if (!walked && p != text && d->files->len < DRAFT_ATTACHMENTS_MAX)
		take_file(d, m, p);
	bool alternative = !strcmp(p->type, "multipart/alternative");
	for (guint i = 0; walked && i < p->children->len; i++) {
		const struct msg_part *child = p->children->pdata[i];
		if (!alternative || (strcmp(child->type, "text/plain") && strcmp(child->type, "text/html")) ||
			msg_is_attachment(child))
			take_files(d, m, child, text);
	}
}

struct draft *draft_of_message(const struct msg *m, enum draft_kind kind)
{
	struct draft *d = draft_new(kind);
	take_head(d, m->head);
	struct msg_part *text = msg_first(m->root, "text/plain");
	if (!text)
		text = msg_first(m->root, "text/html");
	if (text)
		take_text(d, m, text);
	take_files(d, m, m->root, text);
	return d;
}
