/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "msg/msg.h"
#include "tests/unit/unit.h"

static const struct {
	const char *subject, *base;
	bool reply;
} subjects[] = {
	{ "", "", false },
	{ "Hello", "Hello", false },
	{ "Re: Hello", "Hello", true },
	{ "RE:Hello", "Hello", true },
	{ "re : Hello", "Hello", true },
	{ "Re: Re: Re: Hello", "Hello", true },
	{ "Fwd: Hello", "Hello", true },
	{ "Fw: Re: Hello", "Hello", true },
	{ "Hello (fwd)", "Hello", true },
	{ "Hello (fwd) (FWD) ", "Hello", true },
	{ "[fwd: Hello]", "Hello", true },
	{ "[fwd: [fwd: Re: Hello (fwd)]]", "Hello", true },
	{ "Re[2]: Hello", "Hello", true },
	{ "Re [list] : Hello", "Hello", true },
	{ "Re(3): Hello", "Hello", true },
	{ "Re^2: Hello", "Hello", true },
	{ "[list] Hello", "Hello", false },
	{ "[list] Re: [list] [other] Hello", "Hello", true },
	{ "Re: [list]", "[list]", true },
	{ "[list]", "[list]", false },
	{ "[a] [b]", "[b]", false },
	{ "Re:", "", true },
	{ "Regards", "Regards", false },
	{ "Ref 12: Hello", "Ref 12: Hello", false },
	{ "  Hello\t  there\r\n you ", "Hello there you", false },
	{ "Aw: Sv: Antw: Hallo", "Hallo", true },
	{ "回复：你好", "你好", true },
	{ "Re：Hello", "Hello", true },
	{ "[open Hello", "[open Hello", false },
	{ "[fwd: Hello", "[fwd: Hello", false },
	{ "Re: [fwd:]", "", true },
	{ "(fwd)", "", true },
	{ "[PATCH v2 1/5] parser: follow", "parser: follow", false },
};

static void base_subject_as_rfc_5256_says(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		bool reply = !subjects[i].reply;
		g_autofree char *base = msg_base_subject(subjects[i].subject, &reply);
		g_assert_cmpstr(base, ==, subjects[i].base);
		g_assert_cmpint(reply, ==, subjects[i].reply);
	}
	g_autofree char *none = msg_base_subject(NULL, NULL);
	g_assert_cmpstr(none, ==, "");
}

/* A second extraction finds nothing more to take away. */
static void base_subject_of_itself_is_itself(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
		g_autofree char *once = msg_base_subject(subjects[i].subject, NULL);
		g_autofree char *twice = msg_base_subject(once, NULL);
		g_assert_cmpstr(once, ==, twice);
	}
}

static void h17_base_subject_of_very_many_blobs_ends(void)
{
	GString *s = g_string_new(NULL);
	for (int i = 0; i < 500000; i++)
		g_string_append(s, i % 3 ? "[a]" : "Re[x]é");
	g_autofree char *base = msg_base_subject(s->str, NULL);
	g_assert_cmpuint(strlen(base), <=, 1024);
	g_assert_true(g_utf8_validate(base, -1, NULL));
	g_string_free(s, TRUE);
}

static char *refs_of(const char *head)
{
	struct msg_head *h = msg_head_parse(str_of(head));
	g_autoptr(GPtrArray) ids = msg_thread_refs(h);
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < ids->len; i++)
		g_string_append_printf(out, "%s%s", i ? " " : "", (char *)ids->pdata[i]);
	msg_head_free(h);
	return g_string_free(out, FALSE);
}

static void refs_are_references_else_in_reply_to(void)
{
	g_autofree char *both = refs_of("Message-ID: <c>\nReferences: <a> <b>\nIn-Reply-To: <x>\n\n");
	g_autofree char *folded = refs_of("Message-ID: <c>\nReferences: <a>\n\t<b>\n <a> <c>\n\n");
	g_autofree char *answer = refs_of("Message-ID: <c>\nReferences: nonsense\nIn-Reply-To: <x> from you\n\n");
	g_autofree char *own = refs_of("Message-ID: <c>\nIn-Reply-To: <c>\n\n");
	g_assert_cmpstr(both, ==, "a b");
	g_assert_cmpstr(folded, ==, "a b");
	g_assert_cmpstr(answer, ==, "x");
	g_assert_cmpstr(own, ==, "");
}

static void h17_refs_of_very_many_are_the_first_and_the_nearest(void)
{
	GString *s = g_string_new("References:");
	for (int i = 0; i < 900; i++)
		g_string_append_printf(s, " <%d@x>", i);
	g_string_append(s, "\n\n");
	g_autofree char *ids = refs_of(s->str);
	g_auto(GStrv) each = g_strsplit(ids, " ", -1);
	g_assert_cmpuint(g_strv_length(each), ==, MSG_THREAD_REFS);
	g_assert_cmpstr(each[0], ==, "0@x");
	g_assert_cmpstr(each[1], ==, "869@x");
	g_assert_cmpstr(each[MSG_THREAD_REFS - 1], ==, "899@x");
	g_string_free(s, TRUE);
}

void suite(void)
{
	msg_init();
	unit_add(base_subject_as_rfc_5256_says);
	unit_add(base_subject_of_itself_is_itself);
	unit_add(h17_base_subject_of_very_many_blobs_ends);
	unit_add(refs_are_references_else_in_reply_to);
	unit_add(h17_refs_of_very_many_are_the_first_and_the_nearest);
}
