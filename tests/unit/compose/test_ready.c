/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "compose/compose.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static char *built(struct draft *d, bool keep_bcc)
{
	struct build_settings set = { .message_id = "new@box.example", .date = 1795250000, .keep_bcc = keep_bcc };
	struct built b;
	struct err e = ERR_INIT;
	int fd = memfd_create("ready", MFD_CLOEXEC);
	g_assert_cmpint(draft_build(d, &set, fd, &b, &e), ==, 0);
	char *text = g_malloc0(b.size + 1);
	g_assert_cmpint(pread(fd, text, b.size, 0), ==, (ssize_t)b.size);
	built_clear(&b);
	close(fd);
	return text;
}

static struct draft *ready(const char *text)
{
	struct draft *d = draft_ready(unit_str(text));
	if (!d->from)
		d->from = msg_addr_new("Vera", "vera@box.example");
	return d;
}

static void whole_message_keeps_its_octets(void)
{
	static const char message[] =
		"From: a@x.example\r\nTo: b@x.example\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n"
		"Message-ID: <old@x.example>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\nh\xc3\xa4llo\r\n.\r\n";
	struct draft *d = ready(message);
	g_autofree char *text = built(d, false);
	g_assert_cmpstr(text, ==, message);
	g_assert_cmpstr(d->message_id, ==, "old@x.example");
	draft_free(d);
}

static void promise_20_s15_bcc_goes_in_any_spelling(void)
{
	struct draft *d =
		ready("From: a@x.example\nbCC :\n secret@x.example\nTo: b@x.example\nResent-Bcc: r@x.example\n\nx\n");
	g_autofree char *text = built(d, false), *own = built(d, true);
	g_assert_cmpuint(d->bcc->len, ==, 1);
	g_assert_null(strstr(text, "secret"));
	g_assert_null(strstr(text, "r@x"));
	g_assert_nonnull(strstr(own, "\r\nBcc: secret@x.example\r\n"));
	draft_free(d);
}

static void what_is_lacking_is_added(void)
{
	struct draft *d = ready("just text");
	g_autofree char *text = built(d, false);
	g_assert_nonnull(strstr(text, "From: Vera <vera@box.example>\r\n"));
	g_assert_nonnull(strstr(text, "\r\nDate: "));
	g_assert_nonnull(strstr(text, "\r\nMessage-ID: <new@box.example>\r\n\r\njust text\r\n"));
	draft_free(d);
}

static void text_beyond_ascii_says_what_it_is(void)
{
	struct draft *d = ready("To: b@x.example\n\nh\xc3\xa4llo\n");
	g_autofree char *text = built(d, false);
	g_assert_nonnull(strstr(text, "charset=utf-8\r\n"));
	for (const char *p = text; *p; p++)
		g_assert_cmpint((unsigned char)*p, <, 0x80);
	draft_free(d);
}

static void header_without_text_gets_its_empty_line(void)
{
	static const char *const heads[] = { "To: b@x.example", "To: b@x.example\n", "To: b@x.example\n\n" };
	for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
		struct draft *d = ready(heads[i]);
		g_autofree char *text = built(d, false);
		g_assert_true(g_str_has_suffix(text, "To: b@x.example\r\n\r\n"));
		draft_free(d);
	}
}

static void addresses_that_were_changed_are_written_anew(void)
{
	struct draft *d = ready("From: root (Cron)\nTo: root\nSubject: x\n\ny\n");
	g_assert_cmpstr(((struct msg_addr *)d->to->pdata[0])->addr, ==, "root");
	msg_addr_free(d->from);
	d->from = msg_addr_new(NULL, "vera@box.example");
	g_ptr_array_set_size(d->to, 0);
	g_ptr_array_add(d->to, msg_addr_new(NULL, "vera@box.example"));
	d->new_from = d->new_to = true;
	g_autofree char *text = built(d, false);
	g_assert_null(strstr(text, "root"));
	g_assert_nonnull(strstr(text, "To: vera@box.example\r\n"));
	draft_free(d);
}

void suite(void)
{
	unit_add(whole_message_keeps_its_octets);
	unit_add(promise_20_s15_bcc_goes_in_any_spelling);
	unit_add(what_is_lacking_is_added);
	unit_add(text_beyond_ascii_says_what_it_is);
	unit_add(header_without_text_gets_its_empty_line);
	unit_add(addresses_that_were_changed_are_written_anew);
}
