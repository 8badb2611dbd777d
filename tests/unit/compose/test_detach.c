/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"
#include "tests/unit/unit.h"

#include <string.h>

/* NULL: it cannot be done. */
static char *without(const char *message, const char *section)
{
	struct err e = ERR_INIT;
	struct buf out;
	buf_init(&out, 1 << 20);
	int failed = compose_detach(unit_str(message), section, 1795255200, &out, &e);
	g_assert_cmpint(failed != 0, ==, e.cause != ERR_NONE);
	char *made = failed ? NULL : buf_steal(&out);
	buf_clear(&out);
	err_clear(&e);
	return made;
}

#define BEFORE "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\nHello\r\n--b\r\n"
#define HEAD "Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n"
#define AFTER "\r\n--b\r\n\r\nfooter\r\n--b--\r\nepilogue"
#define NOTE                                                                                                           \
	"Content-Type: message/external-body; access-type=x-mutt-deleted;\r\n\texpiration=\"Sat, 21 Nov 2026 "         \
	"10:00:00 "                                                                                                    \
	"+0000\"; length=8\r\n\r\n"

static void m19_every_other_octet_stays(void)
{
	g_autofree char *made = without(BEFORE HEAD "\r\nQ2F0Q2F0" AFTER, "2");
	g_assert_cmpstr(made, ==, BEFORE NOTE HEAD "\r\n" AFTER);
	struct msg *m = msg_parse(str_of(made));
	g_assert_cmpuint(m->root->children->len, ==, 3);
	const struct msg_part *last = m->root->children->pdata[2];
	g_assert_true(str_eq(last->body, STR("footer")));
	msg_free(m);
	g_autofree char *again = without(made, "2");
	g_assert_nonnull(again);
}

static void part_without_a_header_is_taken_out_too(void)
{
	g_autofree char *made =
		without("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n--b--\n", "1");
	struct msg *m = msg_parse(str_of(made));
	const struct msg_part *first = m->root->children->pdata[0], *second = m->root->children->pdata[1];
	g_assert_cmpstr(first->type, ==, "message/external-body");
	g_assert_true(str_eq(second->body, STR("two")));
	g_assert_null(strchr(made, '\r'));
	msg_free(m);
}

static void nested_parts_are_taken_out_where_they_stand(void)
{
	static const char message[] =
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n"
		"Content-Type: multipart/mixed; boundary=c\n\n--c\n\nin\n--c\nContent-Type: image/png\n\n"
		"x\n--c--\n--b--\n";
	g_autofree char *inner = without(message, "1.2"), *whole = without(message, "1");
	struct msg *m = msg_parse(str_of(inner));
	g_assert_cmpstr(msg_part_find(m->root, "1.2")->type, ==, "message/external-body");
	g_assert_cmpstr(msg_part_find(m->root, "1.1")->type, ==, "text/plain");
	msg_free(m);
	m = msg_parse(str_of(whole));
	g_assert_cmpstr(msg_part_find(m->root, "1")->type, ==, "message/external-body");
	msg_free(m);
}

static void what_cannot_be_taken_out_is_refused(void)
{
	static const char encoded[] =
		"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n"
		"Content-Transfer-Encoding: base64\n\n"
		"Q29udGVudC1UeXBlOiBtdWx0aXBhcnQvbWl4ZWQ7IGJvdW5kYXJ5PWMKCi0tYwoKaW4KLS1jCgp4Ci0tYy0tCg==\n"
		"--b--\n";
	g_assert_null(without("\nonly text\n", "1"));
	g_assert_null(without(BEFORE AFTER, "9"));
	g_assert_null(without(BEFORE AFTER, ""));
	g_assert_null(without(encoded, "1.1"));
	g_assert_null(without("", "1"));
	g_autofree char *whole = without(encoded, "1");
	g_assert_nonnull(whole);
}

void suite(void)
{
	unit_add(m19_every_other_octet_stays);
	unit_add(part_without_a_header_is_taken_out_too);
	unit_add(nested_parts_are_taken_out_where_they_stand);
	unit_add(what_cannot_be_taken_out_is_refused);
}
