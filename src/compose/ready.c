/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message that another program has written, as it comes through a pipe: sent with the octets it has. */
#include "compose/compose.h"

#include "compose/internal.h"

/* Does it begin with a field at all? A text alone is no header. */
static bool has_header(const char *text)
{
	size_t n = 0;
	while (text[n] > ' ' && text[n] < 0x7f && text[n] != ':')
		n++;
	return *text == '\n' || (n && text[n] == ':') || g_str_has_prefix(text, "From ");
}

/* The header with its empty line; all of it where there is none. */
static struct str header_of(const struct draft *d)
{
	struct str all = buf_str(&d->original);
	const char *gap = all.n && *all.p != '\n' ? g_strstr_len(all.p, (gssize)all.n, "\n\n") : NULL;
	if (all.n && *all.p == '\n')
		return (struct str){ all.p, 1 };
	return gap ? (struct str){ all.p, (size_t)(gap - all.p) + 2 } : all;
}

struct draft *draft_ready(struct str message)
{
	struct draft *d = draft_new(DRAFT_READY);
	g_autofree char *lines = lf_lines(message);
	if (!has_header(lines))
		buf_add_c(&d->original, '\n');
	buf_add_str(&d->original, str_of(lines));
	struct msg_head *head = msg_head_parse(header_of(d));
	const struct msg_addr *from = head->from->len ? head->from->pdata[0] : NULL;
	d->from = from ? msg_addr_new(from->name, from->addr) : NULL;
	add_written(d->to, head->to, raw_field(head, "To"));
	add_written(d->cc, head->cc, raw_field(head, "Cc"));
	add_written(d->bcc, head->bcc, raw_field(head, "Bcc"));
	g_free(d->subject);
	d->subject = g_strdup(head->subject);
	d->message_id = id_is_sound(head->message_id) ? g_strdup(head->message_id) : NULL;
	msg_head_free(head);
	return d;
}

/* What it lacks, and what was changed of it. */
static void new_fields(
	const struct draft *d, const struct build_settings *set, const struct msg_head *head, GString *out)
{
	g_autoptr(GPtrArray) from = g_ptr_array_new();
	if (d->from)
		g_ptr_array_add(from, d->from);
	if (!msg_head_get(head, "From") || d->new_from)
		field_addrs(out, "From", from, set->utf8_headers);
	if (d->new_to) {
		field_addrs(out, "To", d->to, set->utf8_headers);
		field_addrs(out, "Cc", d->cc, set->utf8_headers);
	}
	if (!msg_head_get(head, "Date"))
		field_date(out, "Date", set->date, set->offset);
	if (!d->message_id)
		g_string_append_printf(out, "Message-ID: <%s>\r\n", set->message_id);
	if (set->keep_bcc)
		field_addrs(out, "Bcc", d->bcc, set->utf8_headers);
}

/* The header it has, without what goes or is told anew, and the empty line. */
static void put_old_fields(struct out *o, const struct draft *d, struct str old)
{
	const char *gone[9] = { "Bcc", "Resent-Bcc", "Return-Path" };
	unsigned n = 3;
	if (d->new_from)
		gone[n++] = "From";
	if (d->new_to) {
		gone[n++] = "To";
		gone[n++] = "Cc";
	}
	if (!d->message_id)
		gone[n++] = "Message-ID";
	g_autoptr(GString) rest = g_string_new(NULL);
	head_without(old, gone, rest);
	mime_lines(o, (struct str){ rest->str, rest->len });
	mime_lines_end(o);
	if (strcmp(rest->str, "\n") && !g_str_has_suffix(rest->str, "\n\n"))
		mime_str(o, "\r\n");
}

void ready_build(struct out *o, const struct draft *d, const struct build_settings *set)
{
	struct str all = buf_str(&d->original), header = header_of(d);
	struct str body = { all.p + header.n, all.n - header.n };
	struct msg_head *head = msg_head_parse(header);
	g_autoptr(GString) fields = g_string_new(NULL);
	enum encoding encoding = mime_encoding_for(body);
	bool bare = !msg_head_get(head, "Content-Type") && !msg_head_get(head, "MIME-Version");
	new_fields(d, set, head, fields);
	/* It does not say what it is: then what it is must be plain. */
	if (bare && encoding != ENCODING_7BIT)
		g_string_append_printf(fields,
			"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=%s\r\n"
			"Content-Transfer-Encoding: %s\r\n",
			g_utf8_validate(body.p, (gssize)body.n, NULL) ? "utf-8" : "iso-8859-1",
			mime_encoding_name(encoding));
	mime_add(o, fields->str, fields->len);
	put_old_fields(o, d, header);
	if (bare)
		mime_text(o, body, encoding);
	else
		mime_lines(o, body);
	mime_lines_end(o);
	msg_head_free(head);
}
