/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define META_LOOK 1024

static void link_free(void *link)
{
	struct msg_link *l = link;
	g_free(l->url);
	g_free(l->text);
	g_free(l);
}

/* The longest prefix of at most max octets that ends at a character. */
static struct str cut_text(struct str s, size_t max, bool *cut_out)
{
	if (s.n <= max)
		return s;
	*cut_out = true;
	s.n = max;
	while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

/* The charset an HTML text names itself, for parts without a label. */
static char *meta_charset(struct str html)
{
	static const char key[] = "charset=";
	struct str head = { html.p, MIN(html.n, META_LOOK) };
	for (; head.n >= sizeof(key); head = str_sub(head, 1)) {
		if (!str_starts(head, key))
			continue;
		struct str label = str_sub(head, sizeof(key) - 1);
		if (is_one_of(*label.p, "\"'"))
			label = str_sub(label, 1);
		size_t n = 0;
		while (n < label.n && (g_ascii_isalnum(label.p[n]) || is_one_of(label.p[n], "-_:.")))
			n++;
		return str_dup((struct str){ label.p, n });
	}
	return NULL;
}

/* Clean, the last line ended like the others. */
static char *finish(struct str text, struct msg_text *out)
{
	char *clean = utf8_text(cut_text(text, MSG_TEXT_MAX, &out->truncated));
	size_t n = strlen(clean);
	if (!n || clean[n - 1] == '\n')
		return clean;
	clean = g_realloc(clean, n + 2);
	memcpy(clean + n, "\n", 2);
	return clean;
}

static char *finish_string(GString *text, struct msg_text *out)
{
	char *clean = finish((struct str){ text->str, text->len }, out);
	g_string_free(text, TRUE);
	return clean;
}

void msg_text_make(
	struct str octets, const char *type, const char *charset, bool flowed, bool delsp, struct msg_text *out)
{
	*out = (struct msg_text){ .from_html = !strcmp(type, "text/html") };
	out->links = g_ptr_array_new_with_free_func(link_free);
	out->remote = g_ptr_array_new_with_free_func(g_free);
	octets = cut_text(octets, MSG_TEXT_MAX, &out->truncated);
	g_autofree char *own = out->from_html && !charset ? meta_charset(octets) : NULL;
	size_t n;
	g_autofree char *decoded = msg_to_utf8(octets, charset ? charset : own, &n);
	struct str text = { decoded, n };
	if (out->from_html)
		out->text = finish_string(html_strip(text, out), out);
	else if (flowed)
		out->text = finish_string(flowed_join(text, delsp), out);
	else
		out->text = finish(text, out);
}

void msg_text_clear(struct msg_text *t)
{
	g_free(t->text);
	g_clear_pointer(&t->links, g_ptr_array_unref);
	g_clear_pointer(&t->remote, g_ptr_array_unref);
	*t = (struct msg_text){ 0 };
}
