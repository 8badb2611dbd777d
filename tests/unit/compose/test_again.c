/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compose/compose.h"
#include "tests/unit/unit.h"

static struct draft *again(const char *message, enum draft_kind kind)
{
	struct msg *m = msg_parse(unit_str(message));
	struct draft *d = draft_of_message(m, kind);
	msg_free(m);
	return d;
}

#define HEAD                                                                                                           \
	"Return-Path: <r@x>\nReceived: from a\nDKIM-Signature: x\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: V "      \
	"<v@x>\n"                                                                                                      \
	"To: a@x\nCc: c@x\nBcc: b@x\nReply-To: r@x\nSubject: s\nMessage-ID: <m@x>\nIn-Reply-To: <p@x>\nReferences: "   \
	"<p@x>\n"                                                                                                      \
	"Resent-To: z@x\nKeywords: k\nX-Mine: y\nMIME-Version: 1.0\n"

static void again_takes_the_header(void)
{
	struct draft *d = again(HEAD "\nHello\n", DRAFT_NEW);
	g_autofree char *text = draft_to_text(d, true);
	g_assert_cmpstr(text, ==,
		"From: V <v@x>\nTo: a@x\nCc: c@x\nBcc: b@x\nReply-To: r@x\nSubject: s\nKeywords: k\nX-Mine: "
		"y\nIn-Reply-To: <p@x>\n"
		"References: <p@x>\n\nHello\n");
	g_assert_true(d->hard);
	draft_free(d);
	d = again(HEAD "\nHello\n", DRAFT_AGAIN);
	g_assert_cmpuint(d->extra->len, ==, 1);
	g_assert_cmpuint(d->bcc->len, ==, 1);
	draft_free(d);
}

static void again_joins_flowed_text(void)
{
	struct draft *d = again("Content-Type: text/plain; format=flowed\n\none \ntwo\n  three\n", DRAFT_NEW);
	g_assert_cmpstr(d->text, ==, "one two\n three\n");
	g_assert_false(d->hard);
	draft_free(d);
}

#define PART1                                                                                                          \
	"Content-Type: application/pdf; name*=utf-8''%C3%BC.pdf; odd=\"x y\"\nContent-Transfer-Encoding: "             \
	"base64\n\naGk=\n"
#define PART2                                                                                                          \
	"Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; "                              \
	"boundary=c\n\n--c\n\nx\n--c--\n"

static void again_files_are_verbatim(void)
{
	struct draft *d = again(HEAD
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=a\n\n"
		"--a\n\nplain\n--a\nContent-Type: text/html\n\n<p>html\n--a--\n\n--b\n" PART1 "\n--b\n" PART2
		"\n--b--\n",
		DRAFT_AGAIN);
	g_assert_cmpstr(d->text, ==, "plain\n");
	g_assert_null(d->html);
	g_assert_cmpuint(d->files->len, ==, 2);
	if (d->files->len == 2) {
		const struct draft_file *pdf = d->files->pdata[0], *inner = d->files->pdata[1];
		g_assert_true(pdf->verbatim && inner->verbatim);
		g_assert_cmpstr(pdf->name, ==, "\xc3\xbc.pdf");
		g_assert_true(str_eq(buf_str(&pdf->bytes), STR(PART1)));
		g_assert_true(str_eq(buf_str(&inner->bytes), STR(PART2)));
	}
	draft_free(d);
}

static void again_tells_what_a_file_has_decoded(void)
{
	g_autofree char *base64 = g_base64_encode((const guchar *)"0123456789012345678901234567890123456789", 40);
	g_autofree char *text =
		g_strdup_printf("%sContent-Type: multipart/mixed; boundary=b\n\n--b\n\nplain\n--b\n"
				"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n"
				"Content-Disposition: attachment; filename=a.png\n\n%s\n--b--\n",
			HEAD, base64);
	struct draft *d = again(text, DRAFT_NEW);
	g_assert_cmpuint(d->files->len, ==, 1);
	const struct draft_file *f = d->files->pdata[0];
	g_assert_cmpuint(f->decoded, ==, 40);
	g_assert_cmpuint(f->size, >, 60);
	struct draft *copy = draft_copy(d);
	g_assert_cmpuint(((const struct draft_file *)copy->files->pdata[0])->decoded, ==, 40);
	draft_free(copy);
	draft_free(d);
}

static void again_of_a_file_alone_keeps_its_octets(void)
{
	struct draft *d =
		again(HEAD "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\naGk=\n", DRAFT_AGAIN);
	g_assert_cmpuint(d->files->len, ==, 1);
	const struct draft_file *f = d->files->pdata[0];
	g_assert_false(f->verbatim);
	g_assert_true(str_eq(buf_str(&f->bytes), STR("hi")));
	g_assert_cmpstr(d->text, ==, "");
	draft_free(d);
}

/* Built, read and built again: the second message says what the first did. */
static void again_of_what_was_built(void)
{
	struct build_settings set = { .message_id = "m@box.example", .keep_bcc = true };
	struct draft *d = draft_new(DRAFT_NEW);
	GPtrArray *faults = g_ptr_array_new_with_free_func(g_free);
	static const char form[] =
		"From: \xc3\x85sa <v@box.example>\nTo: \"a, b\" <a@x.example>, none:;\nCc:\nBcc: b@x.example\n"
		"Subject: Gr\xc3\xbc\xc3\x9f"
		"e\nX-Own: \xc3\xbc\n\nfine paragraph\n\n> quoted\n";
	draft_of_text(d, STR(form), true, faults);
	for (int i = 0; i < 3; i++) {
		struct built built;
		struct err e = ERR_INIT;
		int fd = memfd_create("unit", MFD_CLOEXEC);
		g_assert_cmpint(draft_build(d, &set, fd, &built, &e), ==, 0);
		g_autofree char *bytes = g_malloc(built.size);
		g_assert_cmpint(pread(fd, bytes, built.size, 0), ==, (ssize_t)built.size);
		struct msg *m = msg_parse((struct str){ bytes, built.size });
		draft_free(d);
		d = draft_of_message(m, DRAFT_NEW);
		msg_free(m);
		g_autofree char *text = draft_to_text(d, true);
		g_assert_cmpstr(text, ==, form);
		built_clear(&built);
		close(fd);
	}
	g_ptr_array_unref(faults);
	draft_free(d);
}

void suite(void)
{
	unit_add(again_takes_the_header);
	unit_add(again_joins_flowed_text);
	unit_add(again_files_are_verbatim);
	unit_add(again_tells_what_a_file_has_decoded);
	unit_add(again_of_a_file_alone_keeps_its_octets);
	unit_add(again_of_what_was_built);
}
