/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that others wrote (tests/data/msg/README) and what their projects say of them. */
#include <string.h>

#include "base/utf8.h"
#include "msg/msg.h"
#include "tests/unit/unit.h"

static const struct sample {
	const char *file, *types;
	const char *sizes; /* decoded octets of the leaves */
} samples[] = {
	{ "bad-newlines-multiple-parts-base64.msg", "message/rfc822 multipart/mixed text/plain", "10" },
	{ "base64encoded-rfc822message-nested.msg", "message/rfc822 message/rfc822 text/plain", "12" },
	{ "basic-plain-with-bad-header-separator.msg", "text/plain", "33" },
	{ "boundary-name-clash.msg", "multipart/mixed multipart/alternative text/plain text/html application/pdf",
		"60 271 31" },
	{ "ending-boundaries.msg", "multipart/mixed text/plain", "12" },
	{ "intermediate-boundaries.msg", "multipart/mixed text/plain text/plain", "12 620" },
	{ "malformedHeader-nocrlfcrlf.msg", "text/plain", "11" },
	{ "missing-inner-start-boundary.msg", "multipart/mixed text/plain multipart/alternative", "5" },
	{ "multipartdigestnestedemptyparts.msg", "multipart/digest message/rfc822 multipart/mixed text/plain", "0" },
	{ "obsolete.msg", "text/plain", "6" },
	{ "rfc-000.eml",
		"multipart/mixed text/plain text/plain multipart/parallel audio/basic image/jpeg "
		"text/enriched message/rfc822 text/plain",
		"262 111 85 44 140 48" },
	{ "rfc-002.eml", "multipart/mixed text/plain message/rfc822 multipart/mixed text/plain image/gif",
		"61 355 288" },
	{ "rfc-007.eml",
		"multipart/mixed text/plain multipart/mixed multipart/alternative multipart/mixed "
		"text/plain image/jpeg text/plain multipart/related text/html image/jpeg image/jpeg "
		"application/x-excel message/rfc822 text/plain text/plain",
		"1 1 1 1 14 1 1 1 1 1" },
	{ "rfc-008.eml", "multipart/mixed text/plain message/rfc822 multipart/alternative text/plain text/html",
		"54 30 173" },
	{ "rfc-009.eml", "multipart/mixed multipart/alternative text/plain text/html message/rfc822 text/plain",
		"6 32 17" },
	{ "russian-headers.msg", "text/plain", "16" },
	{ "weird-boundary.msg", "multipart/mixed text/plain", "186" },
};

static void add_types(const struct msg_part *p, GString *s)
{
	g_string_append_printf(s, "%s%s", s->len ? " " : "", p->type);
	for (guint i = 0; p->children && i < p->children->len; i++)
		add_types(p->children->pdata[i], s);
}

struct walk {
	const struct msg *m;
	GString *sizes;
};

static void add_size(struct msg_part *p, int depth, void *aux)
{
	struct walk *w = aux;
	struct buf out;
	struct err e = ERR_INIT;
	(void)depth;
	if (p->children)
		return;
	buf_init(&out, 1 << 20);
	g_assert_cmpint(msg_part_bytes(w->m, p, 1 << 20, &out, &e), ==, 0);
	g_string_append_printf(w->sizes, "%s%zu", w->sizes->len ? " " : "", out.n);
	if (g_str_has_prefix(p->type, "text/")) {
		struct msg_text t;
		msg_text_make(buf_str(&out), p->type, p->charset, p->flowed, p->delsp, &t);
		g_assert_true(utf8_is_clean(str_of(t.text)));
		msg_text_clear(&t);
	}
	buf_clear(&out);
}

static void check(const struct sample *s)
{
	g_autofree char *name = g_strconcat("msg/", s->file, NULL);
	size_t n;
	g_autofree char *text = unit_data(name, &n);
	struct str bytes = unit_exact(text, n);
	struct msg *m = msg_parse(bytes);
	GString *types = g_string_new(NULL);
	struct walk w = { m, g_string_new(NULL) };
	g_test_message("%s", s->file);
	add_types(m->root, types);
	msg_part_walk(m->root, add_size, &w);
	g_assert_cmpstr(types->str, ==, s->types);
	g_assert_cmpstr(w.sizes->str, ==, s->sizes);
	g_assert_true(msg_looks_like(bytes));
	g_string_free(types, TRUE);
	g_string_free(w.sizes, TRUE);
	msg_free(m);
}

static void samples_have_the_types_and_sizes_their_makers_say(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(samples); i++)
		check(&samples[i]);
}

static struct msg *open_sample(const char *name)
{
	size_t n;
	g_autofree char *text = unit_data(name, &n);
	return msg_parse(unit_exact(text, n));
}

static void sample_of_rfc_1521_has_its_header(void)
{
	struct msg *m = open_sample("msg/rfc-000.eml");
	g_assert_cmpstr(m->head->subject, ==, "A multipart example");
	g_assert_cmpstr(((struct msg_addr *)m->head->to->pdata[0])->addr, ==, "ned@innosoft.com");
	g_assert_cmpint(m->head->date.epoch, ==, 781571705);
	msg_free(m);
}

static void sample_with_a_cyrillic_file_name_is_decoded(void)
{
	struct msg *m = open_sample("msg/russian-headers.msg");
	g_assert_cmpstr(m->root->name, ==, "\xd0\xa1\xd0\xbf\xd0\xb8\xd1\x81\xd0\xbe\xd0\xba.doc");
	msg_free(m);
}

static void sample_with_obsolete_folding_has_its_subject(void)
{
	struct msg *m = open_sample("msg/obsolete.msg");
	g_assert_true(g_str_has_prefix(m->head->subject, "The obsolete syntax allow spaces before the colon"));
	g_assert_true(g_str_has_suffix(m->head->subject, "and also empty lines in folding."));
	g_assert_false(m->head->date.known);
	msg_free(m);
}

void suite(void)
{
	msg_init();
	unit_add(samples_have_the_types_and_sizes_their_makers_say);
	unit_add(sample_of_rfc_1521_has_its_header);
	unit_add(sample_with_a_cyrillic_file_name_is_decoded);
	unit_add(sample_with_obsolete_folding_has_its_subject);
}
