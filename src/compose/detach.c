/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A message without one of its parts: every other octet stays as it is. */
#include <string.h>

#include "compose/compose.h"
#include "compose/internal.h"

static bool lies_in(struct str inner, struct str outer)
{
	return inner.p >= outer.p && inner.p <= outer.p + outer.n && inner.n <= (size_t)(outer.p + outer.n - inner.p);
}

/* RFC 2046 5.2.3, as mutt marks what it has deleted; the part's own header stays, to tell what it was. */
static void add_note(GString *to, struct str head, uint64_t octets, int64_t now, const char *eol)
{
	g_autoptr(GString) date = g_string_new(NULL);
	field_date(date, "", now, 0);
	g_strchomp(date->str);
	g_string_append_printf(to,
		"Content-Type: message/external-body; access-type=x-mutt-deleted;%s\texpiration=\"%s\"; "
		"length=%" G_GUINT64_FORMAT "%s%s",
		eol, date->str + strlen(": "), octets, eol, eol);
	g_string_append_len(to, head.p, (gssize)head.n);
	if (head.n && head.p[head.n - 1] != '\n')
		g_string_append(to, eol);
	if (!head.n || head.n < 2 * strlen(eol) || memcmp(head.p + head.n - strlen(eol), eol, strlen(eol)) ||
		head.p[head.n - strlen(eol) - 1] != '\n')
		g_string_append(to, eol);
}

static bool is_detached(struct str made, const char *section)
{
	struct msg *m = msg_parse(made);
	const struct msg_part *p = msg_part_find(m->root, section);
	bool is = p && !strcmp(p->type, "message/external-body");
	msg_free(m);
	return is;
}

int compose_detach(struct str message, const char *section, int64_t now, struct buf *out, struct err *e)
{
	struct msg *m = msg_parse(message);
	const struct msg_part *p = msg_part_find(m->root, section);
	int failed = -1;
	if (!p || (p->children && !msg_holds_message(p)))
		err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("the message has no part '%s'"), section);
	else if (p == m->root)
		err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "%s",
			_("the message is nothing but this part: delete it"));
	else if (!lies_in(p->body, message) || p->head_start > p->start)
		err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "%s",
			_("the part lies in a message that is encoded as a whole"));
	else
		failed = 0;
	if (!failed) {
		g_autoptr(GString) note = g_string_new(NULL);
		struct str head = { message.p + p->head_start, p->start - p->head_start };
		bool crlf = memchr(message.p, '\n', message.n) != message.p &&
			    ((const char *)memchr(message.p, '\n', message.n))[-1] == '\r';
		add_note(note, head, p->length, now, crlf ? "\r\n" : "\n");
		failed = buf_add(out, message.p, p->head_start) || buf_add(out, note->str, note->len) ||
			 buf_add_str(out, str_sub(message, p->start + p->length));
		if (failed)
			err_set(e, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "%s", _("the message is too large"));
		else if (!is_detached(buf_str(out), section))
			failed = err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "%s",
				_("the message is too damaged for a part to be taken out"));
	}
	msg_free(m);
	return failed ? -1 : 0;
}
