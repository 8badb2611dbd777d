/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

static GPtrArray *faults_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

static char *joined(GPtrArray *faults)
{
	g_ptr_array_add(faults, NULL);
	char *text = g_strjoinv("|", (char **)faults->pdata);
	g_ptr_array_unref(faults);
	return text;
}

static void check_faults(const char *text, const char *wanted)
{
	struct draft *d = draft_new(DRAFT_NEW);
	GPtrArray *faults = faults_new();
	int status = draft_of_text(d, unit_str(text), true, faults);
	g_assert_cmpint(status, ==, *wanted ? -1 : 0);
	g_autofree char *got = joined(faults);
	g_assert_cmpstr(got, ==, wanted);
	draft_free(d);
}

static void form_shows_every_field(void)
{
	struct draft *d = draft_blank("Vera");
	g_autofree char *empty = draft_to_text(d, true), *bare = draft_to_text(d, false);
	g_assert_cmpstr(empty, ==, "From:\nTo:\nCc:\nBcc:\nSubject:\n\n\n-- \nVera\n");
	g_assert_cmpstr(bare, ==, "\n-- \nVera\n");
	draft_free(d);
}

static void form_says_whether_html_is_made(void)
{
	struct draft *d = draft_new(DRAFT_NEW);
	GPtrArray *faults = faults_new();
	g_assert_cmpint(draft_of_text(d, unit_str("Markdown: Yes\n\ntext\n"), true, faults), ==, 0);
	g_assert_true(d->markdown);
	g_autofree char *text = draft_to_text(d, true);
	g_assert_nonnull(strstr(text, "\nMarkdown: yes\n"));
	g_assert_cmpuint(d->extra->len, ==, 0);
	draft_of_text(d, unit_str("only text\n"), false, faults);
	g_assert_true(d->markdown);
	draft_of_text(d, unit_str("Markdown: no\n\ntext\n"), true, faults);
	g_assert_false(d->markdown);
	g_ptr_array_unref(faults);
	draft_free(d);
	check_faults("Markdown: perhaps\n\n", "line 1: 'Markdown' is yes or no");
}

static void form_round_trips(void)
{
	static const char text[] = "From: Vera Lund <vera@box.example>\n"
				   "To: \"Doe, John\" <j@x.example>, friends:;, \"a \\\"b\\\" c\" <q@x.example>,\n"
				   "    \"john doe\"@x.example, \xc3\x85sa <a@b\xc3\xbc"
				   "cher.example>\n"
				   "Cc: c@x.example\n"
				   "Bcc: hidden@x.example\n"
				   "Reply-To: r@x.example\n"
				   "Subject: Gr\xc3\xbc\xc3\x9f"
				   "e: a > b\n"
				   "Attach: ~/my report.pdf\n"
				   "Attach: b.txt\n"
				   "X-Mine: some thing\n"
				   "Mail-Followup-To: list@x.example\n"
				   "In-Reply-To: <p@x>\n"
				   "References: <a@x>\n"
				   "    <p@x>\n"
				   "\n"
				   "Hello: this is no field\n"
				   "\n"
				   "bye\n";
	struct draft *d = draft_new(DRAFT_NEW);
	GPtrArray *faults = faults_new();
	g_assert_cmpint(draft_of_text(d, unit_str(text), true, faults), ==, 0);
	g_autofree char *none = joined(faults);
	g_assert_cmpstr(none, ==, "");
	g_assert_cmpuint(d->to->len, ==, 5);
	g_assert_cmpuint(d->names->len, ==, 2);
	g_assert_cmpuint(d->references->len, ==, 2);
	g_autofree char *again = draft_to_text(d, true);
	g_assert_cmpstr(again, ==, text);
	struct draft *copy = draft_copy(d);
	g_autofree char *copied = draft_to_text(copy, true);
	g_assert_cmpstr(copied, ==, text);
	draft_free(copy);
	draft_free(d);
}

static void form_left_out_is_emptied(void)
{
	struct draft *d = draft_new(DRAFT_REPLY);
	GPtrArray *faults = faults_new();
	draft_of_text(d,
		unit_str("From: a@x.example\nTo: b@x.example\nX-A: b\nIn-Reply-To: <a@x>\nReferences: <a@x>\n\nx"),
		true, faults);
	struct draft_file *f = draft_file_new();
	g_ptr_array_add(d->files, f);
	draft_of_text(d, unit_str("Subject: s\r\n\r\na\r\nb"), true, faults);
	g_assert_cmpuint(faults->len, ==, 0);
	g_assert_null(d->from);
	g_assert_null(d->in_reply_to);
	g_assert_cmpuint(d->to->len + d->extra->len + d->references->len, ==, 0);
	g_assert_cmpuint(d->files->len, ==, 1);
	g_assert_cmpint(d->kind, ==, DRAFT_REPLY);
	g_assert_cmpstr(d->text, ==, "a\nb");
	draft_of_text(d, unit_str("To: is text\n"), false, faults);
	g_assert_cmpstr(d->text, ==, "To: is text\n");
	g_assert_cmpstr(d->subject, ==, "s");
	g_ptr_array_unref(faults);
	draft_free(d);
}

static void form_faults_name_the_line(void)
{
	check_faults("To: x y\n\n", "line 1: 'To': no address in 'x y'; write it as: Name <name@host>");
	check_faults("Subject: s\nTo: a@x.example,\n  <b@@x>\n\n",
		"line 2: 'To': 'b@@x' is no mail address; it reads name@host");
	check_faults("To: a@x.example\nSbuject: s\n\n", "line 2: there is no field 'Sbuject'; is 'Subject' meant?");
	check_faults("Tp: a@x.example\n\n", "line 1: there is no field 'Tp'; is 'To' meant?");
	check_faults("To: a@x.example\nHello Ann,\n\nbye\n",
		"line 2: this is no field; an empty line must stand between header and text");
	check_faults("From: a@x.example, b@x.example\n\n", "line 1: 'From': more than one address; leave one");
	check_faults("Date: today\n\n", "line 1: 'Date' is set when the message is sent; take the line out");
	check_faults("Subject: a\nSubject: b\n\n", "line 2: there is a 'Subject' already; leave one");
	check_faults("In-Reply-To: none\n\n",
		"line 1: 'In-Reply-To': no message id; leave the line as it was, or take it out");
	check_faults("Subject: a\x01"
		     "b\n\n",
		"line 1: control characters or bytes that are no UTF-8; take them out");
	check_faults("Subject: a\n\nfine\nGr\xfc\xdf"
		     "e\n",
		"line 4: bytes that are no text in UTF-8; save it as UTF-8");
	/* An alias is for whoever knows aliases. */
	check_faults("To: ann, b@x.example\n\n", "");
	check_faults("\xef\xbb\xbfTo: b@x.example\n\n", "");
	check_faults("", "");
}

static void form_takes_what_could_be_read(void)
{
	struct draft *d = draft_new(DRAFT_NEW);
	GPtrArray *faults = faults_new();
	draft_of_text(d, unit_str("To: a@x.example, x y\nSubject: s\nHello\nthere\n"), true, faults);
	g_assert_cmpuint(faults->len, ==, 2);
	g_assert_cmpuint(d->to->len, ==, 1);
	g_assert_cmpstr(d->subject, ==, "s");
	g_assert_cmpstr(d->text, ==, "Hello\nthere\n");
	g_ptr_array_unref(faults);
	draft_free(d);
}

static void s15_bcc_in_any_spelling_is_bcc(void)
{
	struct draft *d = draft_new(DRAFT_NEW);
	GPtrArray *faults = faults_new();
	draft_of_text(
		d, unit_str("bCC : a@x.example,\n\tb@x.example\nBcc: c@x.example\nBCC:d@x.example\n\n"), true, faults);
	g_assert_cmpuint(faults->len, ==, 0);
	g_assert_cmpuint(d->bcc->len, ==, 4);
	g_assert_cmpuint(d->extra->len, ==, 0);
	g_ptr_array_unref(faults);
	draft_free(d);
}

static void s14_x04_line_ends_in_a_value_make_no_field(void)
{
	struct draft *d = draft_new(DRAFT_NEW);
	g_free(d->subject);
	d->subject = g_strdup("x\nBcc: a@x.example\r\nX: y");
	g_ptr_array_add(d->names, g_strdup("f\nBcc: b@x.example"));
	g_autofree char *text = draft_to_text(d, true);
	GPtrArray *faults = faults_new();
	draft_of_text(d, str_of(text), true, faults);
	g_assert_cmpuint(d->bcc->len + d->extra->len, ==, 0);
	g_ptr_array_unref(faults);
	draft_free(d);
}

static void form_of_ten_thousand_recipients(void)
{
	for (guint n = 9999; n < 10002; n += 2) {
		GString *text = g_string_new("To: p@x.example");
		for (guint i = 1; i < n; i++)
			g_string_append_printf(text, ",\n Person %u <p%u@x.example>", i, i);
		g_string_append(text, "\n\n");
		struct draft *d = draft_new(DRAFT_NEW);
		GPtrArray *faults = faults_new();
		draft_of_text(d, unit_exact(text->str, text->len), true, faults);
		g_autofree char *told = joined(faults);
		/* Nobody is left out without being told. */
		g_assert_cmpstr(told, ==, n < 10000 ? "" : "line 1: 'To': more than 9999 addresses");
		g_assert_cmpuint(d->to->len, ==, MIN(n, 10000));
		draft_free(d);
		g_string_free(text, TRUE);
	}
}

void suite(void)
{
	unit_add(form_shows_every_field);
	unit_add(form_says_whether_html_is_made);
	unit_add(form_round_trips);
	unit_add(form_left_out_is_emptied);
	unit_add(form_faults_name_the_line);
	unit_add(form_takes_what_could_be_read);
	unit_add(s15_bcc_in_any_spelling_is_bcc);
	unit_add(form_of_ten_thousand_recipients);
	unit_add(s14_x04_line_ends_in_a_value_make_no_field);
}
