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

/* What stands in a message is read, never obeyed: a draft on the server may come from anybody. */
static void h18_words_of_the_editor_in_a_message_are_no_orders(void)
{
	static const char evil[] = "From: V <v@x>\nSubject: s\nAttach: /etc/passwd\nATTACH : ~/.ssh/id\nMarkdown: "
				   "yes\nFcc: /tmp/x\nStatus: RO\nX-Mozilla-External-Attachment-URL: "
				   "file:///etc/passwd\nX-Mozilla-Draft-Info: attachvcard=1\nX-Mine: "
				   "y\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello\n--b\n"
				   "Content-Type: text/html; name=a.html\nX-Mozilla-External-Attachment-URL: "
				   "file:///etc/passwd\nContent-Disposition: attachment\n\nhere\n--b--\n";
	static const enum draft_kind kinds[] = { DRAFT_NEW, DRAFT_AGAIN };
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		struct draft *d = again(evil, kinds[i]);
		g_autofree char *text = draft_to_text(d, true);
		g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
		draft_of_text(d, str_of(text), true, faults);
		g_assert_cmpuint(faults->len, ==, 0);
		g_assert_cmpuint(d->names->len, ==, 0);
		g_assert_false(d->markdown);
		g_assert_null(strstr(text, "passwd"));
		g_assert_null(strstr(text, "/tmp/x"));
		g_assert_cmpuint(d->extra->len, ==, kinds[i] == DRAFT_NEW);
		g_assert_cmpuint(d->files->len, ==, 1);
		const struct draft_file *f = d->files->pdata[0];
		g_assert_cmpint(f->fd, ==, -1);
		g_assert_true(str_eq(str_sub(buf_str(&f->bytes), f->bytes.n - 4), STR("here")));
		draft_free(d);
	}
}

static void part_becomes_a_file_octet_by_octet(void)
{
	static const char text[] =
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		"--b\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
		"AP8K\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: s\r\nBcc: h@x\r\n\r\nin\r\n"
		"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n";
	struct msg *m = msg_parse(unit_exact(text, sizeof(text) - 1));
	struct err e = ERR_INIT;
	struct draft_file *image = draft_file_of_part(m, msg_part_find(m->root, "1"), &e);
	g_assert_cmpmem(image->bytes.p, image->bytes.n, "\0\377\n", 3);
	g_assert_cmpstr(image->name, ==, "a.png");
	g_assert_cmpstr(image->type, ==, "image/png");
	g_assert_false(image->verbatim);
	struct draft_file *message = draft_file_of_part(m, msg_part_find(m->root, "2"), &e);
	g_assert_cmpmem(message->bytes.p, message->bytes.n, "Subject: s\r\n\r\nin", 16);
	g_assert_cmpstr(message->name, ==, "s.eml");
	struct draft_file *several = draft_file_of_part(m, msg_part_find(m->root, "3"), &e);
	g_assert_true(several->verbatim);
	g_assert_cmpint(strncmp(several->bytes.p, "Content-Type: multipart/mixed; boundary=c", 41), ==, 0);
	draft_file_free(image);
	draft_file_free(message);
	draft_file_free(several);
	msg_free(m);
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
	unit_add(h18_words_of_the_editor_in_a_message_are_no_orders);
	unit_add(part_becomes_a_file_octet_by_octet);
	unit_add(again_joins_flowed_text);
	unit_add(again_files_are_verbatim);
	unit_add(again_tells_what_a_file_has_decoded);
	unit_add(again_of_a_file_alone_keeps_its_octets);
	unit_add(again_of_what_was_built);
}
