/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message says about its mailing list (RFC 2369), and mailto: URIs (RFC 6068). */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define SCHEME "mailto:"
#define LIST_URIS_MAX 100

/* Percent signs undone; a bad one stays as it is. */
static GString *undo_percent(struct str s)
{
	GString *out = g_string_sized_new(s.n);
	for (size_t i = 0; i < s.n; i++) {
		int high = s.p[i] == '%' && s.n - i > 2 ? g_ascii_xdigit_value(s.p[i + 1]) : -1;
		int low = high >= 0 ? g_ascii_xdigit_value(s.p[i + 2]) : -1;
		g_string_append_c(out, low >= 0 ? (char)(high << 4 | low) : s.p[i]);
		i += low >= 0 ? 2 : 0;
	}
	return out;
}

/* One line of a header: what would end it becomes a blank. */
static char *take_line(struct str value)
{
	g_autoptr(GString) bytes = undo_percent(value);
	return msg_decode_words((struct str){ bytes->str, bytes->len });
}

/* RFC 6068 2: lines of a body end with %0D%0A. */
static char *take_body(struct str value)
{
	g_autoptr(GString) bytes = undo_percent(value);
	g_string_replace(bytes, "\r\n", "\n", 0);
	for (size_t i = 0; i < bytes->len; i++)
		if (bytes->str[i] == '\r')
			bytes->str[i] = '\n';
	return utf8_text((struct str){ bytes->str, bytes->len });
}

static void take_addrs(GPtrArray *to, struct str value)
{
	g_autoptr(GString) bytes = undo_percent(value);
	g_autofree char *line = utf8_line((struct str){ bytes->str, bytes->len });
	GPtrArray *found = msg_addrs_parse(str_of(line));
	for (guint i = 0; i < found->len && to->len < MSG_ADDRS_MAX; i++) {
		const struct msg_addr *a = found->pdata[i];
		if (a->addr)
			g_ptr_array_add(to, msg_addr_new(a->name, a->addr));
	}
	g_ptr_array_unref(found);
}

static void replace(char **field, char *value)
{
	g_free(*field);
	*field = value;
}

static void take_field(struct msg_mailto *m, struct str field)
{
	struct str name, value;
	str_cut(field, '=', &name, &value);
	g_autofree char *word = take_line(name);
	if (!g_ascii_strcasecmp(word, "to"))
		take_addrs(m->to, value);
	else if (!g_ascii_strcasecmp(word, "cc"))
		take_addrs(m->cc, value);
	else if (!g_ascii_strcasecmp(word, "subject"))
		replace(&m->subject, take_line(value));
	else if (!g_ascii_strcasecmp(word, "body"))
		replace(&m->body, take_body(value));
	else if (!g_ascii_strcasecmp(word, "in-reply-to")) {
		g_autofree char *ids = take_line(value);
		replace(&m->in_reply_to, strchr(ids, '<') ? id_first(str_of(ids)) : NULL);
	} else if (*word)
		g_ptr_array_add(m->ignored, g_steal_pointer(&word));
}

bool msg_mailto_parse(struct str uri, struct msg_mailto *out)
{
	*out = (struct msg_mailto){ msg_addrs_new(), msg_addrs_new(), NULL, NULL, NULL,
		g_ptr_array_new_with_free_func(g_free) };
	uri = str_trim(uri);
	if (!str_starts(uri, SCHEME) || uri.n > MSG_MAILTO_MAX)
		return false;
	struct str to, fields, field, tail;
	str_cut(str_sub(uri, strlen(SCHEME)), '#', &uri, &tail);
	str_cut(uri, '?', &to, &fields);
	take_addrs(out->to, to);
	while (fields.n) {
		str_cut(fields, '&', &field, &fields);
		/* `&amp;` is what pages written by hand hold. */
		take_field(out, str_starts(field, "amp;") ? str_sub(field, 4) : field);
	}
	return true;
}

void msg_mailto_clear(struct msg_mailto *m)
{
	g_clear_pointer(&m->to, g_ptr_array_unref);
	g_clear_pointer(&m->cc, g_ptr_array_unref);
	g_clear_pointer(&m->ignored, g_ptr_array_unref);
	g_clear_pointer(&m->subject, g_free);
	g_clear_pointer(&m->body, g_free);
	g_clear_pointer(&m->in_reply_to, g_free);
}

GPtrArray *msg_list_uris(const struct msg_head *h, const char *name)
{
	GPtrArray *uris = g_ptr_array_new_with_free_func(g_free);
	const char *value = msg_head_get(h, name);
	struct str rest = str_of(value), before, inside;
	while (str_cut(rest, '<', &before, &rest) && uris->len < LIST_URIS_MAX) {
		if (!str_cut(rest, '>', &inside, &rest))
			break;
		GString *tight = g_string_sized_new(inside.n);
		for (size_t i = 0; i < inside.n; i++)
			if (!g_ascii_isspace(inside.p[i]))
				g_string_append_c(tight, inside.p[i]);
		g_ptr_array_add(uris, g_string_free(tight, FALSE));
	}
	return uris;
}

char *msg_list_post(const struct msg_head *h)
{
	GPtrArray *uris = msg_list_uris(h, "List-Post");
	char *post = NULL;
	for (guint i = 0; i < uris->len && !post; i++) {
		struct msg_mailto m;
		if (msg_mailto_parse(str_of(uris->pdata[i]), &m) && m.to->len)
			post = g_strdup(((struct msg_addr *)m.to->pdata[0])->addr);
		msg_mailto_clear(&m);
	}
	g_ptr_array_unref(uris);
	return post;
}
