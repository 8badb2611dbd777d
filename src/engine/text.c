/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text job: from a message's bytes, or its header, part tree and pieces, to what a reader sees. */
#include "engine/internal.h"

#include <string.h>

#define CALENDAR_PART_MAX (2 * MSG_CALENDAR_MAX) /* encoded */
#define ATTACHMENTS_LOOKED_INTO 8                /* 5 ms each */
#define CARDS_PART_MAX (1u << 20)

static void piece_free(void *data)
{
	struct text_piece *p = data;
	g_free(p->section);
	buf_clear(&p->body);
	g_free(p);
}

struct text_job *text_job_new(struct request *r)
{
	struct text_job *t = g_new0(struct text_job, 1);
	t->request = r;
	t->section = g_strdup(r->section);
	t->charset = g_strdup(r->charset);
	t->html_first = r->html_first;
	t->whole = r->whole;
	t->bytes = r->bytes;
	buf_init(&r->bytes, r->bytes.max);
	t->pieces = g_ptr_array_new_with_free_func(piece_free);
	buf_init(&t->header, MSG_HEADERS_MAX);
	return t;
}

void text_job_free(struct text_job *t)
{
	if (t->request)
		request_free(t->request);
	g_free(t->section);
	g_free(t->charset);
	engine_message_free(t->message);
	buf_clear(&t->bytes);
	buf_clear(&t->header);
	g_ptr_array_unref(t->pieces);
	if (t->root)
		msg_part_free(t->root);
	err_clear(&t->err);
	g_free(t);
}

char *text_section(const struct msg_part *p)
{
	if (msg_holds_message(p))
		return g_strconcat(p->section, ".HEADER", NULL);
	return p->children ? NULL : g_strdup(p->section);
}

GPtrArray *text_shown(struct msg_part *root, const char *section, bool html_first)
{
	struct msg_part *p = section ? msg_part_find(root, section) : root;
	if (section && p && !p->children) {
		GPtrArray *only = g_ptr_array_new();
		g_ptr_array_add(only, p);
		return only;
	}
	return p ? msg_shown_as(p, html_first) : g_ptr_array_new();
}

static const struct text_piece *find_piece(const struct text_job *t, const char *section)
{
	for (unsigned i = 0; i < t->pieces->len; i++) {
		const struct text_piece *piece = t->pieces->pdata[i];
		if (!strcmp(piece->section, section))
			return piece;
	}
	return NULL;
}

static bool have_body(const struct text_job *t, const struct msg_part *p)
{
	return t->bytes.n > 0 || find_piece(t, p->section);
}

static int decode(const struct text_job *t, const struct msg_part *p, struct buf *out, struct err *e)
{
	const struct text_piece *piece = find_piece(t, p->section);
	buf_init(out, IMAP_BODY_MAX);
	return msg_decode(p->encoding, piece ? buf_str(&piece->body) : p->body, IMAP_BODY_MAX, out, e);
}

static char *unrendered(struct text_job *t, const struct msg_part *p)
{
	struct buf octets;
	struct err e = ERR_INIT;
	char *text = NULL;
	if (!p || !have_body(t, p))
		return NULL;
	if (!decode(t, p, &octets, &e))
		text = msg_to_utf8(buf_str(&octets), p->charset, NULL);
	buf_clear(&octets);
	err_clear(&e);
	return text;
}

static int shown_octets(const struct msg_part *p, struct buf *out, void *aux)
{
	struct text_job *t = aux;
	if (msg_holds_message(p) && !t->bytes.n) {
		g_autofree char *section = text_section(p);
		const struct text_piece *piece = find_piece(t, section);
		buf_init(out, IMAP_BODY_MAX);
		return piece ? buf_add_str(out, buf_str(&piece->body)) : -1;
	}
	buf_init(out, IMAP_BODY_MAX);
	if (!have_body(t, p) || decode(t, p, out, &t->err))
		return -1;
	/* What it holds runs to its end. */
	if (msg_holds_message(p) && p->children->len)
		out->n -= MIN(out->n, ((struct msg_part *)p->children->pdata[0])->length);
	return 0;
}

static struct engine_leaf *leaf_add(struct text_job *t, const struct msg_part *p)
{
	struct engine_leaf *leaf = g_new0(struct engine_leaf, 1);
	leaf->part = p;
	g_ptr_array_add(t->message->leaves, leaf);
	return leaf;
}

static void leaf_know(struct engine_leaf *leaf, struct str octets)
{
	leaf->known = true;
	leaf->decoded = octets.n;
	leaf->sha256 =
		g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)(octets.p ? octets.p : ""), octets.n);
}

static void add_leaf(struct msg_part *p, int depth, void *aux)
{
	struct text_job *t = aux;
	struct err e = ERR_INIT;
	struct buf octets;
	(void)depth;
	if (p->children)
		return;
	struct engine_leaf *leaf = leaf_add(t, p);
	if (!have_body(t, p))
		return;
	if (!decode(t, p, &octets, &e)) {
		if (msg_is_attachment(p) && t->looked_into++ < ATTACHMENTS_LOOKED_INTO)
			leaf->found = msg_magic(buf_str(&octets));
		leaf_know(leaf, buf_str(&octets));
	}
	buf_clear(&octets);
	err_clear(&e);
}

/* A file that is no message: its text, or what it is. */
static void no_message(struct text_job *t)
{
	struct engine_message *m = t->message;
	g_autofree char *type = msg_magic(buf_str(&t->bytes));
	m->shown = g_ptr_array_new();
	m->head = msg_head_parse(STR(""));
	m->root = msg_part_new();
	m->root->section = g_strdup("1");
	m->root->type = type ? g_strdup(type) : g_strdup("application/octet-stream");
	m->root->encoding = g_strdup("binary");
	m->root->size = m->root->length = t->bytes.n;
	m->root->body = buf_str(&t->bytes);
	if (g_str_has_prefix(m->root->type, "text/") || !t->bytes.n) {
		g_ptr_array_add(m->shown, m->root);
		msg_text_make(buf_str(&t->bytes), "text/plain", NULL, false, false, &m->text);
	}
}

static struct msg *whole_message(struct text_job *t)
{
	struct engine_message *m = t->message;
	struct msg *parsed = msg_parse(buf_str(&t->bytes));
	m->is_mail = true;
	m->head = g_steal_pointer(&parsed->head);
	m->root = g_steal_pointer(&parsed->root);
	m->defects = g_steal_pointer(&parsed->defects);
	return parsed;
}

/* The octets do not outlive the job; what was borrowed from them goes. */
static void forget_body(struct msg_part *p, int depth, void *aux)
{
	(void)depth;
	(void)aux;
	p->body = (struct str){ NULL, 0 };
}

/* Where no line of a header is a field, it is text that a server took for one; of a file it never was. */
static void add_headless(struct text_job *t)
{
	struct msg_text *text = &t->message->text;
	struct msg_text above;
	if (t->message->head->fields->len || !str_trim(buf_str(&t->header)).n)
		return;
	msg_text_make(buf_str(&t->header), "text/plain", NULL, false, false, &above);
	char *all = g_strconcat(above.text, text->text, NULL);
	uint32_t more = above.text ? (uint32_t)strlen(above.text) : 0;
	for (guint i = 0; text->spans && i < text->spans->len; i++) {
		struct msg_span *s = &g_array_index(text->spans, struct msg_span, i);
		s->from += more;
		s->to += more;
	}
	for (guint i = 0; text->pieces && i < text->pieces->len; i++) {
		struct msg_piece *p = &g_array_index(text->pieces, struct msg_piece, i);
		p->from += more;
		p->to += more;
	}
	for (guint i = 0; text->armours && i < text->armours->len; i++) {
		struct msg_armour *a = &g_array_index(text->armours, struct msg_armour, i);
		a->from += more;
		a->to += more;
	}
	g_free(text->text);
	text->text = all;
	msg_text_clear(&above);
}

static void look_for_report(struct msg_part *p, int depth, void *aux)
{
	struct text_aside *found = aux;
	bool returned = !strcmp(p->type, "text/rfc822-headers") || !strcmp(p->type, "message/rfc822") ||
			!strcmp(p->type, "message/global") || !strcmp(p->type, "message/global-headers");
	if (depth > 1)
		return;
	if (!found->status && msg_is_report_part(p->type))
		found->status = p;
	if (!found->returned && returned)
		found->returned = p;
}

static struct msg_part *not_larger(struct msg_part *p, uint64_t octets)
{
	return p && p->size <= octets ? p : NULL;
}

struct text_aside text_aside(struct msg_part *root)
{
	struct text_aside found = { 0 };
	if (g_str_has_prefix(root->type, "multipart/"))
		msg_part_walk(root, look_for_report, &found);
	if (!found.status)
		found.returned = NULL;
	found.calendar = not_larger(msg_calendar_part(root), CALENDAR_PART_MAX);
	found.cards = not_larger(msg_vcard_part(root), CARDS_PART_MAX);
	return found;
}

static struct msg_report *read_report(struct text_job *t, const struct text_aside *aside)
{
	struct buf said, back;
	struct msg_report *report = NULL;
	buf_init(&back, IMAP_BODY_MAX);
	if (aside->returned && shown_octets(aside->returned, &back, t))
		buf_reset(&back);
	if (!decode(t, aside->status, &said, &t->err))
		report = msg_report_parse(aside->status->type, buf_str(&said), buf_str(&back));
	err_clear(&t->err);
	buf_clear(&said);
	buf_clear(&back);
	return report;
}

static void read_calendar(struct text_job *t, const struct msg_part *p)
{
	struct buf octets;
	struct err e = ERR_INIT;
	if (!decode(t, p, &octets, &e))
		t->message->calendar = msg_calendar_parse(buf_str(&octets), p->charset, clock_wall());
	if (t->message->calendar)
		msg_calendar_labelled(t->message->calendar, p->method);
	t->message->calendar_section = g_strdup(p->section);
	buf_clear(&octets);
	err_clear(&e);
}

/* Where the calendar is all there is, what it says in words stands for it. */
static void show_description(struct engine_message *m, const struct msg_part *p)
{
	const struct cal_event *first = m->calendar->events->pdata[0];
	if (m->shown->len != 1 || m->shown->pdata[0] != p)
		return;
	msg_text_clear(&m->text);
	msg_text_make(str_of(first->description), "text/plain", "utf-8", false, false, &m->text);
}

static void read_cards(struct text_job *t, const struct msg_part *p)
{
	struct buf octets;
	struct err e = ERR_INIT;
	if (!decode(t, p, &octets, &e))
		t->message->vcards = msg_vcards_parse(buf_str(&octets));
	buf_clear(&octets);
	err_clear(&e);
}

static void read_aside(struct text_job *t)
{
	struct engine_message *m = t->message;
	struct text_aside aside = text_aside(m->root);
	if (aside.calendar && have_body(t, aside.calendar))
		read_calendar(t, aside.calendar);
	if (m->calendar)
		show_description(m, aside.calendar);
	if (aside.cards && have_body(t, aside.cards))
		read_cards(t, aside.cards);
	if (aside.status && have_body(t, aside.status))
		m->report = read_report(t, &aside);
	if (!m->report)
		m->report = msg_failure_read(m->head, m->plain ? m->plain : m->text.text);
}

static void part_free(void *p)
{
	msg_part_free(p);
}

#define WITHIN_SUMS 100 /* of so many the octets are looked at */

static void add_file(
	struct text_job *t, const struct msg_part *p, struct str octets, const struct msg_within *w, unsigned n)
{
	struct msg_part *file = msg_within_part(p, w, n);
	struct engine_leaf *leaf = leaf_add(t, file);
	struct err e = ERR_INIT;
	struct buf out;
	buf_init(&out, IMAP_BODY_MAX);
	g_ptr_array_add(t->message->within, file);
	if (n <= WITHIN_SUMS && !msg_within_bytes(p, octets, n, IMAP_BODY_MAX, &out, &e))
		leaf_know(leaf, buf_str(&out));
	buf_clear(&out);
	err_clear(&e);
}

static void add_within(struct msg_part *p, int depth, void *aux)
{
	struct text_job *t = aux;
	struct engine_message *m = t->message;
	struct err e = ERR_INIT;
	struct buf octets;
	(void)depth;
	bool looks = msg_is_tnef(p) || (!strcmp(p->type, "text/plain") && g_ptr_array_find(m->shown, p, NULL));
	if (p->children || !looks || !have_body(t, p))
		return;
	if (!decode(t, p, &octets, &e)) {
		g_autoptr(GPtrArray) files = msg_within(p, buf_str(&octets));
		for (unsigned i = 0; i < files->len && m->within->len < MSG_WITHIN_MAX; i++)
			add_file(t, p, buf_str(&octets), files->pdata[i], i + 1);
	}
	buf_clear(&octets);
	err_clear(&e);
}

static void read_message(struct text_job *t)
{
	struct engine_message *m = t->message;
	m->shown = text_shown(m->root, t->section, t->html_first);
	m->plain = unrendered(t, msg_first(m->root, "text/plain"));
	m->html = unrendered(t, msg_first(m->root, "text/html"));
	bool winmail = m->shown->len == 1 && msg_is_tnef(m->shown->pdata[0]);
	if (m->shown->len && !winmail)
		msg_text_of(m->shown, t->charset, shown_octets, html_read, t, &m->text);
	msg_part_walk(m->root, add_within, t);
	add_headless(t);
	read_aside(t);
}

void text_job_run(void *data)
{
	struct text_job *t = data;
	struct engine_message *m = g_new0(struct engine_message, 1);
	struct msg *parsed = NULL;
	t->message = m;
	m->octets = t->bytes.n;
	m->leaves = engine_leaves_new();
	m->within = g_ptr_array_new_with_free_func(part_free);
	if (t->root) {
		m->is_mail = true;
		m->head = msg_head_parse(buf_str(&t->header));
		m->root = g_steal_pointer(&t->root);
		m->defects = g_ptr_array_new_with_free_func(g_free);
	} else if (msg_looks_like(buf_str(&t->bytes))) {
		parsed = whole_message(t);
	} else {
		no_message(t);
	}
	if (m->is_mail)
		read_message(t);
	msg_part_walk(m->root, add_leaf, t);
	msg_part_walk(m->root, forget_body, NULL);
	msg_free(parsed);
}
