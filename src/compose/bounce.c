/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RFC 5322 3.6.6: a message on its way once more, under a block of Resent- fields of its own. */
#include "compose/compose.h"

#include "compose/internal.h"

struct draft *draft_bounce(struct str original)
{
	struct draft *d = draft_new(DRAFT_BOUNCE);
	buf_add_str(&d->original, original);
	return d;
}

static GString *resent_block(const struct draft *d, const struct build_settings *set)
{
	GString *head = g_string_new(NULL);
	g_autoptr(GPtrArray) from = g_ptr_array_new();
	if (d->from)
		g_ptr_array_add(from, d->from);
	field_date(head, "Resent-Date", set->date, set->offset);
	field_addrs(head, "Resent-From", from, set->utf8_headers);
	field_addrs(head, "Resent-To", d->to, set->utf8_headers);
	field_addrs(head, "Resent-Cc", d->cc, set->utf8_headers);
	if (set->keep_bcc)
		field_addrs(head, "Resent-Bcc", d->bcc, set->utf8_headers);
	else if (!d->to->len && !d->cc->len)
		g_string_append(head, "Resent-To: undisclosed-recipients:;\r\n");
	g_string_append_printf(head, "Resent-Message-ID: <%s>\r\n", set->message_id);
	return head;
}

int bounce_build(struct out *o, const struct draft *d, const struct build_settings *set, struct err *e)
{
	static const char *const secret[] = { "Bcc", "Resent-Bcc", "Return-Path", NULL };
	struct str original = buf_str(&d->original);
	if (original.n && memchr(original.p, '\0', original.n))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "%s",
			_("it holds NUL octets, which no server must take; forward it as an attachment"));
	g_autoptr(GString) head = resent_block(d, set);
	/* Line ends first: what a reader takes for one must not hide a field from us. */
	g_autofree char *lines = lf_lines(original);
	g_autoptr(GString) kept = g_string_sized_new(original.n);
	head_without(str_of(lines), secret, kept);
	mime_add(o, head->str, head->len);
	mime_lines(o, (struct str){ kept->str, kept->len });
	mime_lines_end(o);
	return 0;
}
