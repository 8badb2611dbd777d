/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/html.h"
#include "msg/internal.h"

#define META_LOOK 1024

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

static void start(struct msg_text *out)
{
	*out = (struct msg_text){ 0 };
	out->links = g_ptr_array_new_with_free_func(link_free);
	out->remote = g_ptr_array_new_with_free_func(g_free);
	out->hosts = g_ptr_array_new_with_free_func(remote_free);
	out->spans = g_array_new(FALSE, FALSE, sizeof(struct msg_span));
	out->pieces = g_array_new(FALSE, FALSE, sizeof(struct msg_piece));
	out->armours = g_array_new(FALSE, FALSE, sizeof(struct msg_armour));
}

/* How the octets of a part are to be read. */
struct reading {
	const char *type, *charset;
	bool forced; /* the reader named the charset */
	bool flowed, delsp;
	msg_html_fn read_html; /* NULL: nobody does */
	void *aux;
};

static char *read_octets(struct str octets, const struct reading *r, size_t *n_out)
{
	bool html = !strcmp(r->type, "text/html");
	if (r->forced)
		return msg_to_utf8_as(octets, r->charset, n_out);
	g_autofree char *own = html && !r->charset ? meta_charset(octets) : NULL;
	return msg_to_utf8(octets, r->charset ? r->charset : own, n_out);
}

/* Of what was laid out into text, which begins at `base`, if cleaning left all of it in its place. */
static void take_spans(GArray *spans, size_t base, bool in_place, struct msg_text *out)
{
	for (guint i = 0; in_place && base <= G_MAXUINT32 - MSG_TEXT_MAX - 1 && i < spans->len; i++) {
		struct msg_span span = g_array_index(spans, struct msg_span, i);
		span.from += (uint32_t)base;
		span.to += (uint32_t)base;
		g_array_append_val(out->spans, span);
	}
}

/* By the reader, else stripped. Of several the worst is told. */
static char *make_html(struct str html, const struct reading *r, size_t base, struct msg_text *out)
{
	enum msg_html how = MSG_HTML_STRIPPED;
	GString *laid = NULL;
	char *text = NULL;
	struct buf told;
	guint links = out->links->len;
	g_autoptr(GArray) spans = g_array_new(FALSE, FALSE, sizeof(struct msg_span));
	buf_init(&told, HTML_RECORDS_MAX);
	if (r->read_html)
		how = r->read_html(html, &told, r->aux);
	if (how == MSG_HTML_LAID)
		how = html_lay(buf_str(&told), out, &laid, spans);
	if (how == MSG_HTML_COMMAND) {
		text = finish(buf_str(&told), out);
	} else {
		bool stripped = !laid;
		laid = laid ? laid : html_strip(html, out);
		size_t n = laid->len;
		bool ended = n && laid->str[n - 1] == '\n';
		text = finish_string(laid, out);
		take_spans(spans, base, strlen(text) == n + (n && !ended), out);
		if (stripped && base <= G_MAXUINT32 - MSG_TEXT_MAX - 1)
			marks_numbered(str_of(text), (uint32_t)base, links, out);
	}
	out->html = MAX(out->html, how);
	out->from_html = true;
	buf_clear(&told);
	return text;
}

/* Links count on from those out has; the text will lie at `base` in that of out. */
static char *make(struct str octets, const struct reading *r, size_t base, struct msg_text *out)
{
	bool html = !strcmp(r->type, "text/html");
	octets = cut_text(octets, MSG_TEXT_MAX, &out->truncated);
	size_t n;
	g_autofree char *decoded = read_octets(octets, r, &n);
	struct str text = { decoded, n };
	if (html)
		return make_html(text, r, base, out);
	char *plain = r->flowed ? finish_string(flowed_join(text, r->delsp), out) : finish(text, out);
	if (base <= G_MAXUINT32 - MSG_TEXT_MAX - 1)
		marks_find(str_of(plain), (uint32_t)base, out);
	return plain;
}

void msg_text_make(
	struct str octets, const char *type, const char *charset, bool flowed, bool delsp, struct msg_text *out)
{
	struct reading r = { .type = type, .charset = charset, .flowed = flowed, .delsp = delsp };
	start(out);
	out->text = make(octets, &r, 0, out);
}

/* --- several parts as one text --- */

static void add_line(GString *page, enum msg_role role, const char *line, struct msg_text *out)
{
	struct msg_span span = { (uint32_t)page->len, (uint32_t)(page->len + strlen(line)), role, 0 };
	if (page->len < G_MAXUINT32 - MSG_HEADERS_MAX)
		g_array_append_val(out->spans, span);
	g_string_append_printf(page, "%s\n", line);
}

static void add_name(GString *page, const struct msg_part *p, struct msg_text *out)
{
	const char *name = p->name ? p->name : p->description ? p->description : "";
	g_autofree char *line = g_strdup_printf("------- %s  %s  %s", p->section, p->type, name);
	g_autofree char *clean = clean_line(str_of(line));
	g_string_append_c(page, '\n');
	add_line(page, MSG_ROLE_PART, clean, out);
}

/* Where no line is a field, all of it is text. */
static void add_head(GString *page, struct str bytes, struct msg_text *out)
{
	static const char *const names[] = { "From", "To", "Cc", "Date", "Subject" };
	static const struct reading as_text = { .type = "text/plain" };
	struct msg_head *h = msg_head_parse(bytes);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = msg_head_get(h, names[i]);
		g_autofree char *line = value ? g_strdup_printf("%s: %s", names[i], value) : NULL;
		if (line)
			add_line(page, MSG_ROLE_FIELD, line, out);
	}
	if (h->fields->len) {
		g_string_append_c(page, '\n');
	} else {
		g_autofree char *text = make(str_trim(bytes), &as_text, page->len, out);
		g_string_append(page, text);
	}
	msg_head_free(h);
}

/* The header of the message that p is first in stands right above it. */
static bool is_first_in(const struct msg_part *p, const struct msg_part *message)
{
	size_t n = strlen(message->section);
	return msg_holds_message(message) && !strncmp(p->section, message->section, n) && p->section[n] == '.';
}

static void add_text(
	GString *page, const struct msg_part *p, const struct reading *how, struct str octets, struct msg_text *out)
{
	struct reading r = *how;
	r.type = p->type;
	r.charset = how->forced ? how->charset : p->charset;
	r.flowed = p->flowed;
	r.delsp = p->delsp;
	g_autofree char *text = make(octets, &r, page->len, out);
	g_string_append(page, text);
}

void msg_text_of(const GPtrArray *shown, const char *charset, msg_octets_fn octets_of, msg_html_fn read_html, void *aux,
	struct msg_text *out)
{
	const struct reading how = { .charset = charset, .forced = charset, .read_html = read_html, .aux = aux };
	GString *page = g_string_new(NULL);
	bool any = false;
	start(out);
	for (guint i = 0; i < shown->len; i++) {
		const struct msg_part *p = shown->pdata[i];
		struct buf octets;
		if (i && !is_first_in(p, shown->pdata[i - 1]))
			add_name(page, p, out);
		struct msg_piece piece = { .from = (uint32_t)page->len, .part = p };
		if (!octets_of(p, &octets, aux)) {
			any = true;
			if (msg_holds_message(p))
				add_head(page, buf_str(&octets), out);
			else
				add_text(page, p, &how, buf_str(&octets), out);
			piece.to = (uint32_t)page->len;
			g_array_append_val(out->pieces, piece);
		}
		buf_clear(&octets);
	}
	out->text = g_string_free(page, !any);
}

void msg_text_clear(struct msg_text *t)
{
	g_free(t->text);
	g_clear_pointer(&t->links, g_ptr_array_unref);
	g_clear_pointer(&t->remote, g_ptr_array_unref);
	g_clear_pointer(&t->hosts, g_ptr_array_unref);
	g_clear_pointer(&t->spans, g_array_unref);
	g_clear_pointer(&t->pieces, g_array_unref);
	g_clear_pointer(&t->armours, g_array_unref);
	*t = (struct msg_text){ 0 };
}
