/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

/* Mine: vera@box.example in any case, vera+TAG@box.example, and all of @own.example. */
static bool is_mine(const char *addr, void *aux)
{
	(void)aux;
	g_autofree char *lower = g_ascii_strdown(addr, -1);
	return !strcmp(lower, "vera@box.example") || g_str_has_suffix(lower, "@own.example") ||
	       (g_str_has_prefix(lower, "vera+") && g_str_has_suffix(lower, "@box.example"));
}

static bool is_list(const char *addr, void *aux)
{
	(void)aux;
	return g_str_has_prefix(addr, "list@");
}

static char *shape(const GPtrArray *addrs)
{
	GString *s = g_string_new(NULL);
	for (guint i = 0; i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		g_string_append_printf(s, "%s%s", i ? "," : "", a->addr);
	}
	return g_string_free(s, FALSE);
}

struct row {
	enum reply_to_whom whom;
	const char *head, *to, *cc;
};

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct msg_head *h = msg_head_parse(unit_str(rows[i].head));
		struct reply_how how = { .whom = rows[i].whom, .is_mine = is_mine, .is_list = is_list };
		struct draft *d = draft_reply(h, &how);
		g_autofree char *to = shape(d->to), *cc = shape(d->cc);
		if (strcmp(to, rows[i].to) || strcmp(cc, rows[i].cc))
			g_test_message("row %u: %s", (unsigned)i, rows[i].head);
		g_assert_cmpstr(to, ==, rows[i].to);
		g_assert_cmpstr(cc, ==, rows[i].cc);
		g_assert_cmpuint(d->bcc->len, ==, 0);
		draft_free(d);
		msg_head_free(h);
	}
}

#define ME "To: vera@box.example\n"

static void h09_reply_goes_to_whom(void)
{
	static const struct row rows[] = {
		{ REPLY_SENDER, "From: a@x\n" ME, "a@x", "" },
		{ REPLY_SENDER, "From: a@x\nReply-To: r@x, s@x\n" ME, "r@x,s@x", "" },
		{ REPLY_SENDER, "From: a@x\nReply-To:\n" ME, "a@x", "" },
		{ REPLY_SENDER, "From: a@x\nReply-To: nobody\n" ME, "a@x", "" },
		{ REPLY_SENDER, "Sender: s@x\n" ME, "s@x", "" },
		{ REPLY_SENDER, "From: a@x\nMail-Followup-To: m@x\n" ME, "a@x", "" },
		{ REPLY_ALL, "From: a@x\n" ME "Cc: c@x\n", "a@x", "c@x" },
		{ REPLY_ALL, "From: a@x\nTo: vera@box.example, t@x\nCc: c@x, t@x\n", "a@x", "t@x,c@x" },
		{ REPLY_ALL, "From: a@x\nReply-To: r@x\nTo: t@x\n", "r@x", "t@x" },
		{ REPLY_ALL, "From: a@x\nMail-Followup-To: m@x, vera@box.example, m@X\n" ME "Cc: c@x\n", "m@x", "" },
		{ REPLY_ALL, "From: a@x\nMail-Followup-To:\n" ME, "a@x", "" },
		{ REPLY_ALL, "From: a@x\nMail-Followup-To: =?utf-8?q?b=40y=2C?= <m@x>\n" ME, "m@x", "" },
	};
	check_rows(rows, G_N_ELEMENTS(rows));
}

static void reply_without_oneself(void)
{
	static const struct row rows[] = {
		{ REPLY_ALL, "From: a@x\nTo: Vera@BOX.example, vera+shop@box.example, any@own.example, t@x\n", "a@x",
			"t@x" },
		{ REPLY_SENDER, "From: vera@box.example\nTo: t@x\nCc: c@x\n", "t@x", "" },
		{ REPLY_ALL, "From: vera@box.example\nTo: t@x\nCc: c@x, vera@box.example\n", "t@x", "c@x" },
		{ REPLY_SENDER, "From: vera@box.example\nReply-To: any@own.example\nTo: t@x\n", "t@x", "" },
		{ REPLY_SENDER, "From: vera@box.example\nTo: vera@box.example\n", "vera@box.example", "" },
		{ REPLY_ALL, "From: vera@box.example\nTo: vera@box.example\nCc: any@own.example\n", "vera@box.example",
			"any@own.example" },
		{ REPLY_SENDER, "From: vera@box.example\nCc: c@x\n", "c@x", "" },
		{ REPLY_SENDER, "From: vera@box.example\n", "vera@box.example", "" },
		{ REPLY_ALL, "From: a@x\nReply-To: vera@box.example\nTo: t@x\n", "t@x", "" },
	};
	check_rows(rows, G_N_ELEMENTS(rows));
}

static void reply_without_doubles(void)
{
	static const struct row rows[] = {
		{ REPLY_ALL, "From: a@x\nTo: a@X, t@x.Example, t@X.EXAMPLE\nCc: t@x.example\n", "a@x", "t@x.Example" },
		/* Who may tell local parts apart by their case is the other server. */
		{ REPLY_ALL, "From: a@x\nTo: A@x\n", "a@x", "A@x" },
		{ REPLY_ALL, "From: a@x\nTo: a+tag@x\n", "a@x", "a+tag@x" },
		{ REPLY_ALL,
			"From: a@b\xc3\xbc"
			"cher.example\nTo: a@xn--bcher-kva.example\n",
			"a@b\xc3\xbc"
			"cher.example",
			"" },
		{ REPLY_ALL, "From: a@x\nTo: undisclosed-recipients:;\n", "a@x", "" },
	};
	check_rows(rows, G_N_ELEMENTS(rows));
}

#define POST "List-Post: <mailto:list@l.example>\n"

static void reply_to_lists(void)
{
	static const struct row rows[] = {
		{ REPLY_LIST, "From: a@x\nTo: t@x\n" POST, "list@l.example", "" },
		{ REPLY_LIST, "From: a@x\nMail-Followup-To: m@x\nTo: t@x\n" POST, "m@x", "" },
		{ REPLY_LIST, "From: a@x\nTo: list@k.example, t@x\nCc: list@m.example\n",
			"list@k.example,list@m.example", "" },
		{ REPLY_LIST, "From: a@x\nTo: t@x\nList-Post: NO (announcements)\n", "", "" },
		{ REPLY_LIST, "From: a@x\nTo: t@x\nList-Post: <https://x/>, <mailto:p@l.example?subject=x>\n",
			"p@l.example", "" },
		{ REPLY_LIST, "From: vera@box.example\nTo: list@k.example\n", "list@k.example", "" },
		/* Written into Reply-To by the list, not by the writer. */
		{ REPLY_SENDER, "From: a@x\nReply-To: list@l.example\nTo: list@l.example\n" POST, "a@x", "" },
		{ REPLY_SENDER, "From: a@x\nReply-To: LIST <list@L.example>\nTo: list@l.example\n" POST, "a@x", "" },
		{ REPLY_SENDER, "From: a@x\nReply-To: r@x, list@l.example\n" POST, "r@x,list@l.example", "" },
		{ REPLY_ALL, "From: a@x\nReply-To: list@l.example\nTo: list@l.example\n" POST, "a@x",
			"list@l.example" },
		{ REPLY_ALL, "From: a@x\nReply-To: list@l.example\nTo: t@x\n" POST, "a@x", "t@x,list@l.example" },
	};
	check_rows(rows, G_N_ELEMENTS(rows));
}

static char *subject_of(const char *subject, bool forward)
{
	g_autofree char *head = g_strdup_printf("Subject: %s\n\n", subject);
	struct msg_head *h = msg_head_parse(unit_str(head));
	struct reply_how how = { 0 };
	struct draft *d = forward ? draft_forward(h, NULL, NULL, NULL) : draft_reply(h, &how);
	char *made = g_strdup(d->subject);
	draft_free(d);
	msg_head_free(h);
	return made;
}

static void subject_has_one_mark(void)
{
	static const char *const rows[][3] = {
		{ "x", "Re: x", "Fwd: x" },
		{ "Re: x", "Re: x", "Fwd: Re: x" },
		{ "RE: AW: Re[2]: Sv: x", "Re: x", "Fwd: RE: AW: Re[2]: Sv: x" },
		{ "re : x", "Re: x", "Fwd: re : x" },
		{ "\xe5\x9b\x9e\xe5\xa4\x8d\xef\xbc\x9a x", "Re: x", "Fwd: \xe5\x9b\x9e\xe5\xa4\x8d\xef\xbc\x9a x" },
		{ "Regarding: x", "Re: Regarding: x", "Fwd: Regarding: x" },
		{ "[list] Re: x", "Re: [list] Re: x", "Fwd: [list] Re: x" },
		{ "Fwd: x", "Re: Fwd: x", "Fwd: x" },
		{ "WG: x", "Re: WG: x", "WG: x" },
		{ "", "Re: ", "Fwd: " },
	};
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *reply = subject_of(rows[i][0], false), *forward = subject_of(rows[i][0], true);
		g_assert_cmpstr(reply, ==, rows[i][1]);
		g_assert_cmpstr(forward, ==, rows[i][2]);
	}
}

static void check_threading(const char *head, const char *parent, guint n, const char *first, const char *last)
{
	struct msg_head *h = msg_head_parse(unit_str(head));
	struct reply_how how = { 0 };
	struct draft *d = draft_reply(h, &how);
	g_assert_cmpstr(d->in_reply_to, ==, parent);
	g_assert_cmpuint(d->references->len, ==, n);
	if (n && d->references->len) {
		g_assert_cmpstr(d->references->pdata[0], ==, first);
		g_assert_cmpstr(d->references->pdata[d->references->len - 1], ==, last);
	}
	draft_free(d);
	msg_head_free(h);
}

static void h17_references_are_those_of_rfc_5322(void)
{
	check_threading("Message-ID: <m@x>\nReferences: <a@x> <b@x>\n", "m@x", 3, "a@x", "m@x");
	check_threading("Message-ID: <m@x>\nIn-Reply-To: <p@x>\n", "m@x", 2, "p@x", "m@x");
	check_threading("Message-ID: <m@x>\n", "m@x", 1, "m@x", "m@x");
	check_threading("References: <a@x>\n", NULL, 1, "a@x", "a@x");
	check_threading("From: a@x\n", NULL, 0, NULL, NULL);
	g_autoptr(GString) many = g_string_new("Message-ID: <m@x>\nReferences:");
	for (int i = 0; i < 500; i++)
		g_string_append_printf(many, "\n <%d@x>", i);
	g_string_append(many, "\n\n");
	check_threading(many->str, "m@x", 100, "0@x", "m@x");
}

static void check_text(struct reply_how how, const char *wanted)
{
	struct msg_head *h =
		msg_head_parse(unit_str("From: Ann <a@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nSubject: s\n"));
	struct draft *d = draft_reply(h, &how);
	g_assert_cmpstr(d->text, ==, wanted);
	draft_free(d);
	msg_head_free(h);
}

static void reply_text_is_put_together(void)
{
	const char *text = "one\n> two\n\n";
	check_text(
		(struct reply_how){
			.text = text, .attribution = "%n (%a) on %d re %s 100%%%x:", .date_text = "Monday" },
		"Ann (a@x) on Monday re s 100%%x:\n> one\n>> two\n>\n");
	check_text(
		(struct reply_how){ .text = text, .date_text = "Monday" }, "On Monday, Ann wrote:\n> one\n>> two\n>\n");
	check_text((struct reply_how){ .text = "x", .attribution = "", .signature = "Vera" }, "> x\n\n-- \nVera\n");
	check_text((struct reply_how){ .text = "x", .attribution = "w", .signature = "V\n", .signature_on_top = true },
		"\n-- \nV\n\nw\n> x\n");
	check_text((struct reply_how){ .signature = "Vera" }, "\n-- \nVera\n");
	check_text((struct reply_how){ 0 }, "");
}

static void reply_without_a_date_names_only_who_wrote(void)
{
	struct msg_head *h = msg_head_parse(unit_str("From: Ann <a@x>\nDate: some day\nSubject: s\n"));
	struct draft *d = draft_reply(h, &(struct reply_how){ .text = "x", .date_text = "no valid date" });
	g_assert_cmpstr(d->text, ==, "Ann wrote:\n> x\n");
	draft_free(d);
	msg_head_free(h);
}

static void forward_inline_stands_between_marks(void)
{
	struct msg_head *h = msg_head_parse(unit_str(
		"From: Ann <a@x>\nTo: \"B, C\" <b@x>\nCc: c@x\nSubject: s\nBcc: secret@x\nMessage-ID: <m@x>\n"));
	struct draft *d = draft_forward(h, "text", "Monday", "Vera");
	g_assert_cmpstr(d->text, ==,
		"\n----- Forwarded message -----\nFrom: Ann <a@x>\nDate: Monday\nTo: \"B, C\" <b@x>\nCc: c@x\nSubject: "
		"s\n\ntext\n"
		"----- End of forwarded message -----\n\n-- \nVera\n");
	g_assert_cmpint(d->kind, ==, DRAFT_FORWARD);
	g_assert_cmpuint(d->to->len, ==, 0);
	g_assert_null(d->in_reply_to);
	draft_free(d);
	msg_head_free(h);
}

void suite(void)
{
	unit_add(h09_reply_goes_to_whom);
	unit_add(reply_without_oneself);
	unit_add(reply_without_doubles);
	unit_add(reply_to_lists);
	unit_add(subject_has_one_mark);
	unit_add(h17_references_are_those_of_rfc_5322);
	unit_add(reply_text_is_put_together);
	unit_add(reply_without_a_date_names_only_who_wrote);
	unit_add(forward_inline_stands_between_marks);
}
