/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "compose/compose.h"
#include "compose/internal.h"
#include "tests/unit/unit.h"

static struct draft *sound(void)
{
	struct draft *d = draft_new(DRAFT_NEW);
	d->from = msg_addr_new("Vera", "vera@box.example");
	g_ptr_array_add(d->to, msg_addr_new(NULL, "a@x.example"));
	return d;
}

/* The faults of d, which goes, after the cause. */
static char *faults_of(struct draft *d)
{
	g_autoptr(GPtrArray) faults = g_ptr_array_new_with_free_func(g_free);
	enum err_cause cause;
	int status = draft_check(d, faults, &cause);
	g_assert_cmpint(status, ==, faults->len ? -1 : 0);
	GString *s = g_string_new(err_cause_name(cause));
	for (guint i = 0; i < faults->len; i++)
		g_string_append_printf(s, "|%s", (char *)faults->pdata[i]);
	draft_free(d);
	return g_string_free(s, FALSE);
}

static void check(struct draft *d, enum err_cause cause, const char *wanted)
{
	g_autofree char *got = faults_of(d),
			*all = g_strdup_printf("%s%s%s", err_cause_name(cause), *wanted ? "|" : "", wanted);
	g_assert_cmpstr(got, ==, all);
}

static void addresses_are_sound_or_not(void)
{
	static const char *const good[] = { "a@b", "a.b+c@x.example", "a..b@x.example", "\"john doe\"@x.example",
		"a@[192.0.2.1]", "a@[IPv6:::1]", "\xd0\xb4@\xd0\xbf\xd0\xbe\xd1\x87\xd1\x82\xd0\xb0.example",
		"a@b\303\274cher.example", "o'neill@x.example", "a_b=c@x_y.example", "\"a\\\"b\"@x" };
	static const char *const bad[] = { "", "a", "@x", "a@", "a@b@c", "a b@x", "a@x y", "a@x..y", "a@-x", "a@x.",
		".a@x", "a@b>\r\nRCPT TO:<x@y", "a@b> NOTIFY=NEVER", "-oQ/tmp", "<>", "<a@b>", "a@b,c@d", "a\t@x",
		"a@x\n", "\"a@x", "\"a\"b\"@x", "a@[x", "a@x\xe2\x80\xae", "a\302\240b@x", "a\xef\xbf\xbd@x",
		"a@\xef\xbf\xbd", "a\x7f@x", "a@x(y)", "\"a\\\"@x" };
	for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
		if (!addr_is_sound(good[i]))
			g_assert_cmpstr(good[i], ==, "sound");
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		if (addr_is_sound(bad[i]))
			g_assert_cmpstr(bad[i], ==, "not sound");
	g_autofree char *local = g_strnfill(2000, 'a'), *addr = g_strconcat(local, "@x", NULL);
	g_assert_false(addr_is_sound(addr));
}

static void s14_x04_injections_are_refused_at_entry(void)
{
	static const char *const bad[] = { "a@b>\r\nRCPT TO:<x@y", "a@b> NOTIFY=NEVER", "-oQ/tmp", "<>" };
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		struct draft *d = sound();
		g_ptr_array_add(d->cc, msg_addr_new(NULL, bad[i]));
		g_autofree char *got = faults_of(d);
		g_assert_true(g_str_has_prefix(got, "input|'Cc': "));
		g_assert_null(strpbrk(got, "\r\n"));
	}
}

static void s20_nobody_or_nothing(void)
{
	struct draft *d = sound();
	g_ptr_array_set_size(d->to, 0);
	check(draft_copy(d), ERR_USAGE, "there is nobody to send it to");
	g_ptr_array_add(d->to, msg_addr_new("undisclosed-recipients", NULL));
	check(draft_copy(d), ERR_USAGE, "there is nobody to send it to");
	g_ptr_array_add(d->bcc, msg_addr_new(NULL, "b@x.example"));
	check(d, ERR_NONE, "");
	d = draft_new(DRAFT_NEW);
	g_ptr_array_add(d->to, msg_addr_new(NULL, "a@x.example"));
	check(d, ERR_INPUT, "there is no From address");
}

static void control_bytes_are_refused(void)
{
	struct draft *d = sound();
	g_free(d->subject);
	d->subject = g_strdup("a\r\nBcc: b@x.example");
	check(d, ERR_INPUT, "'Subject': control characters or bytes that are no UTF-8");
	d = sound();
	g_ptr_array_add(d->to, msg_addr_new("a\nb", "b@x.example"));
	check(d, ERR_INPUT, "'To': control characters in the name 'a b'");
	d = sound();
	struct msg_field *f = g_new0(struct msg_field, 1);
	*f = (struct msg_field){ g_strdup("bCC "), g_strdup("x@y"), NULL };
	g_ptr_array_add(d->extra, f);
	check(d, ERR_INPUT, "'bCC ' cannot be the name of a field");
	d = sound();
	f = g_new0(struct msg_field, 1);
	*f = (struct msg_field){ g_strdup("bCC"), g_strdup("x@y"), NULL };
	g_ptr_array_add(d->extra, f);
	check(d, ERR_INPUT, "'bCC' cannot be given as a further field");
}

static void limits_are_told(void)
{
	struct draft *d = sound();
	for (unsigned i = 0; i < DRAFT_RECIPIENTS_MAX; i++)
		g_ptr_array_add(d->bcc, msg_addr_new(NULL, "b@x.example"));
	check(d, ERR_INPUT, "more than 10000 recipients");
	d = sound();
	g_free(d->subject);
	d->subject = g_strnfill(DRAFT_HEADER_MAX + 1, 'x');
	check(d, ERR_INPUT, "'Subject': longer than 65536 octets");
	d = sound();
	for (unsigned i = 0; i <= DRAFT_ATTACHMENTS_MAX; i++)
		g_ptr_array_add(d->files, draft_file_new());
	check(d, ERR_INPUT, "more than 1000 attachments");
	d = sound();
	g_ptr_array_add(d->names, g_strdup("x.pdf"));
	check(d, ERR_INPUT, "'x.pdf' is not attached yet");
}

static void words_one_letter_apart_are_near(void)
{
	g_assert_true(is_near("box", "bo"));
	g_assert_true(is_near("box", "boxx"));
	g_assert_true(is_near("box", "b0x"));
	g_assert_true(is_near("box", "obx"));
	g_assert_true(is_near("aab", "ab"));
	g_assert_false(is_near("box", "BOX"));
	g_assert_false(is_near("box", "b00"));
	g_assert_false(is_near("box", "xob"));
	g_assert_false(is_near("", ""));
}

void suite(void)
{
	unit_add(addresses_are_sound_or_not);
	unit_add(s14_x04_injections_are_refused_at_entry);
	unit_add(s20_nobody_or_nothing);
	unit_add(control_bytes_are_refused);
	unit_add(limits_are_told);
	unit_add(words_one_letter_apart_are_near);
}
