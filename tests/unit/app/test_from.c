/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"
#include "tests/unit/unit.h"

static const char mailrc[] = "account box {\n"
			     "email vera@box.example\n"
			     "name \"Vera Lund\"\n"
			     "imap h:993 tls\n"
			     "from vera@box.example default\n"
			     "from \"Sales\" <sales@box.example> folder=Orders folder=inbox\n"
			     "from lists@box.example folder=Orders/lists\n"
			     "from *@wild.example\n"
			     "}\n";

/* "addr (why); .." of all that could be; line breaks of header are the caller's. */
static char *candidates(const char *header, const char *written_as, const char *folder)
{
	struct cfg *cfg = cfg_parse(unit_str(mailrc), "m", NULL);
	g_assert_cmpuint(cfg_errors(cfg), ==, 0);
	struct msg_head *h = header ? msg_head_parse(unit_str(header)) : NULL;
	struct app_from_facts facts = { .head = h, .written_as = written_as, .folder = folder };
	g_autoptr(GPtrArray) all = app_from_candidates(cfg, 0, &facts);
	GString *out = g_string_new(NULL);
	for (unsigned i = 0; i < all->len; i++) {
		const struct app_from *f = all->pdata[i];
		g_string_append_printf(
			out, "%s%s (%s%s)", i ? "; " : "", f->addr->addr, f->delivered ? "! " : "", f->why);
	}
	struct app_from first;
	app_from_decide(cfg, 0, &facts, &first);
	g_assert_cmpstr(first.addr->addr, ==, ((const struct app_from *)all->pdata[0])->addr->addr);
	app_from_clear(&first);
	if (h)
		msg_head_free(h);
	cfg_free(cfg);
	return g_string_free(out, FALSE);
}

static void check(const char *header, const char *written_as, const char *folder, const char *wanted)
{
	g_autofree char *got = candidates(header, written_as, folder);
	g_assert_cmpstr(got, ==, wanted);
}

static void new_letter_is_from_the_default_or_the_folders_address(void)
{
	check(NULL, NULL, NULL, "vera@box.example (the account's default)");
	check(NULL, NULL, "Sent", "vera@box.example (the account's default)");
	check(NULL, NULL, "Inbox",
		"sales@box.example (the address of this folder); vera@box.example (the account's default)");
}

static void answer_is_from_the_address_the_mail_came_to(void)
{
	static const char sent[] = "Delivered-To: lists@box.example\r\nTo: vera@box.example\r\n\r\n";
	check(sent, "sales@box.example", "Orders",
		"lists@box.example (! the address this mail was delivered to); "
		"sales@box.example (you wrote in this thread as this); vera@box.example (the account's default)");
	check("To: x@far.example, any@wild.example\r\n\r\n", NULL, NULL,
		"any@wild.example (! the address this mail was sent to); vera@box.example (the account's default)");
}

static void answer_to_mail_for_nobody_known_is_from_what_the_thread_or_the_folder_says(void)
{
	static const char list[] = "To: dev@lists.example\r\n\r\n";
	check(list, "lists@box.example", "Orders",
		"lists@box.example (you wrote in this thread as this); sales@box.example (the address of this folder); "
		"vera@box.example (the account's default)");
	check(list, NULL, "Orders/lists/old",
		"lists@box.example (the address of this folder); vera@box.example (the account's default)");
	check(list, NULL, "Orders2", "vera@box.example (the account's default)");
}

void suite(void)
{
	unit_add(new_letter_is_from_the_default_or_the_folders_address);
	unit_add(answer_is_from_the_address_the_mail_came_to);
	unit_add(answer_to_mail_for_nobody_known_is_from_what_the_thread_or_the_folder_says);
}
