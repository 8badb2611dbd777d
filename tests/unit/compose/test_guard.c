/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

static struct draft *draft(const char *to, const char *subject, const char *text)
{
	struct draft *d = draft_new(DRAFT_REPLY);
	g_ptr_array_unref(d->to);
	d->to = msg_addrs_parse(str_of(to));
	g_free(d->subject);
	g_free(d->text);
	d->subject = g_strdup(subject);
	d->text = g_strdup(text);
	d->from = msg_addr_new(NULL, "vera@box.example");
	return d;
}

/* Kinds and details, `,` between; d goes. */
static char *guards_of(struct draft *d, const struct guard_facts *facts)
{
	static const char *const kinds[] = { "subject", "attachment", "many", "lookalike", "grown", "empty", "domain",
		"noreply", "large" };
	struct guard_facts none = { 0 };
	g_autoptr(GPtrArray) guards = draft_guards(d, facts ? facts : &none);
	GString *s = g_string_new(NULL);
	for (guint i = 0; i < guards->len; i++) {
		const struct guard *g = guards->pdata[i];
		g_string_append_printf(s, "%s%s", i ? "," : "", kinds[g->kind]);
		if (g->detail)
			g_string_append_printf(s, "(%s)", g->detail);
	}
	draft_free(d);
	return g_string_free(s, FALSE);
}

static void check(struct draft *d, const struct guard_facts *facts, const char *wanted)
{
	g_autofree char *got = guards_of(d, facts);
	g_assert_cmpstr(got, ==, wanted);
}

static void guard_of_subject_and_text(void)
{
	check(draft("a@x.example", "s", "Hello"), NULL, "");
	check(draft("a@x.example", " ", "Hello"), NULL, "subject");
	check(draft("a@x.example", "s", "\n> quoted only\n-- \nVera\n"), NULL, "empty");
	struct draft *d = draft("a@x.example", "s", "");
	g_ptr_array_add(d->files, draft_file_new());
	check(d, NULL, "");
	check(draft("a@x.example", "s", "\n----- Forwarded message -----\nattached\n"), NULL, "");
	d = draft("a@x.example", "", "");
	d->kind = DRAFT_BOUNCE;
	check(d, NULL, "");
}

static void guard_of_attachments_in_many_languages(void)
{
	static const char *const said[] = { "See the ATTACHED file", "I attach it.", "im Anhang", "Anbei der Bericht",
		"ci-joint", "la pièce jointe", "adjunto el informe", "in allegato", "em anexo", "zie bijlage",
		"bifogar", "vedhæftet", "vedlagt", "liitteenä", "w załączniku", "v příloze", "во вложении", "у додатку",
		"συνημμένο", "ekte", "mellékelem", "添付します", "见附件", "첨부" };
	static const char *const unsaid[] = { "reattachment", "hello ektern", "lanbei", "> attached",
		"x\n-- \nattached" };
	for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
		g_autofree char *got = guards_of(draft("a@x.example", "s", said[i]), NULL);
		if (strcmp(got, "attachment"))
			g_assert_cmpstr(said[i], ==, got);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(unsaid); i++) {
		g_autofree char *got = guards_of(draft("a@x.example", "s", unsaid[i]), NULL);
		if (strstr(got, "attachment"))
			g_assert_cmpstr(unsaid[i], ==, "nothing said");
	}
}

static void guard_of_lookalikes(void)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new();
	g_ptr_array_add(known, (char *)"vera@box.example");
	g_ptr_array_add(known, (char *)"modern@mail.example");
	struct guard_facts facts = { .known = known };
	check(draft("vera@b0x.example", "s", "x"), &facts, "lookalike(vera@b0x.example is not vera@box.example)");
	check(draft("vera@bxo.example", "s", "x"), &facts, "lookalike(vera@bxo.example is not vera@box.example)");
	check(draft("modem@mail.example", "s", "x"), &facts,
		"lookalike(modem@mail.example is not modern@mail.example)");
	check(draft("v\xd0\xb5ra@box.example", "s", "x"), &facts,
		"lookalike(v\xd0\xb5ra@box.example is not vera@box.example)");
	check(draft("vera@BOX.example, VERA@box.example, ann@box.example, vera@other.example", "s", "x"), &facts, "");
}

static void h09_guard_of_recipients(void)
{
	GPtrArray *original = msg_addrs_parse(STR("a@x.example, b@x.example"));
	struct guard_facts facts = { .original = original, .many = 2, .account_email = "v@box.example" };
	check(draft("a@X.example, c@x.example", "s", "x"), &facts, "grown(c@x.example)");
	check(draft("a@x.example, b@x.example, No-Reply@x.example", "s", "x"), &facts,
		"many(3),grown(No-Reply@x.example),noreply(No-Reply@x.example)");
	struct draft *d = draft("a@x.example", "s", "x");
	facts.account_email = "v@other.example";
	check(d, &facts, "domain(vera@box.example)");
	g_ptr_array_unref(original);
}

static void guard_of_attachments_can_be_left_out(void)
{
	struct guard_facts facts = { .no_reminder = true };
	check(draft("a@x.example", "s", "It is attached."), &facts, "");
	facts.no_reminder = false;
	check(draft("a@x.example", "s", "It is attached."), &facts, "attachment");
}

static void guard_of_what_the_server_takes(void)
{
	struct guard_facts facts = { .size_max = 1400 };
	struct draft *d = draft("a@x.example", "s", "x");
	struct draft_file *f = draft_file_new();
	f->type = g_strdup("image/png");
	buf_init(&f->bytes, 2000);
	g_autofree char *octets = g_strnfill(1026, 'x');
	buf_add(&f->bytes, octets, 1020);
	g_ptr_array_add(d->files, f);
	g_assert_cmpuint(draft_octets(d), ==, 1 + 1360 + 36);
	struct draft *more = draft_copy(d);
	check(d, &facts, "");
	struct draft_file *g = more->files->pdata[0];
	buf_add(&g->bytes, octets, 6);
	g_assert_cmpuint(draft_octets(more), ==, 1 + 1368 + 36);
	struct draft *as_it_is = draft_copy(more), *unknown = draft_copy(more);
	check(more, &facts, "large");
	g = as_it_is->files->pdata[0];
	g->verbatim = true;
	check(as_it_is, &facts, "");
	facts.size_max = 0;
	check(unknown, &facts, "");
}

static void guard_of_ten_thousand_is_quick(void)
{
	g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
	struct draft *d = draft("", "s", "x");
	for (int i = 0; i < 10000; i++) {
		g_autofree char *to = g_strdup_printf("p%d@a%d.example", i, i);
		g_ptr_array_add(d->to, msg_addr_new(NULL, to));
		g_ptr_array_add(known, g_strdup_printf("p%d@b%d.test", i, i));
	}
	struct guard_facts facts = { .known = known };
	check(d, &facts, "many(10000)");
}

void suite(void)
{
	unit_add(guard_of_subject_and_text);
	unit_add(guard_of_attachments_in_many_languages);
	unit_add(guard_of_lookalikes);
	unit_add(h09_guard_of_recipients);
	unit_add(guard_of_attachments_can_be_left_out);
	unit_add(guard_of_what_the_server_takes);
	unit_add(guard_of_ten_thousand_is_quick);
}
