/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/outbox.h"
#include "tests/unit/unit.h"

static const struct sentence {
	enum smtp_stage stage;
	int code;
	const char *enhanced, *text;
	bool sender;
} sentences[] = {
	/* Postfix, at RCPT as it is delivered and at MAIL */
	{ SMTP_AT_RCPT, 553, "5.7.1", "<vera@alias.example>: Sender address rejected: not owned by user vera", true },
	{ SMTP_AT_RCPT, 550, "5.7.1", "<vera@alias.example>: Sender address rejected: not owned by user", true },
	{ SMTP_AT_MAIL, 550, "5.1.8", "<vera@alias.example>: Sender address rejected: Domain not found", true },
	{ SMTP_AT_RCPT, 553, NULL, "<vera@alias.example>: Sender address rejected: not logged in", true },
	{ SMTP_AT_RCPT, 550, "5.1.1",
		"<bob@box.example>: Recipient address rejected: User unknown in local recipient "
		"table",
		false },
	{ SMTP_AT_RCPT, 554, "5.7.1", "<bob@box.example>: Relay access denied", false },
	{ SMTP_AT_MAIL, 552, "5.3.4", "Message size exceeds fixed limit", false },
	{ SMTP_AT_RCPT, 554, "5.7.1", "Service unavailable; Client host [192.0.2.1] blocked using bl.example", false },
	{ SMTP_AT_END, 550, "5.7.1", "Message content rejected", false },
	/* Exchange */
	{ SMTP_AT_END, 550, "5.7.60", "SMTP; Client does not have permissions to send as this sender", true },
	{ SMTP_AT_END, 554, "5.2.252", "SendAsDenied; vera@box.example not allowed to send as vera@alias.example",
		true },
	{ SMTP_AT_MAIL, 530, "5.7.57", "Client not authenticated to send mail", false },
	{ SMTP_AT_END, 550, "5.1.8", "Access denied, bad outbound sender AS(42004)", true },
	{ SMTP_AT_RCPT, 550, "5.1.10", "Recipient not found; Recipient not found by SMTP address lookup", false },
	/* Gmail */
	{ SMTP_AT_MAIL, 553, "5.1.7", "The sender address <vera@alias.example> is not a valid RFC 5321 address.",
		true },
	{ SMTP_AT_END, 550, "5.7.26",
		"Unauthenticated email from alias.example is not accepted due to the domain's "
		"DMARC policy",
		true },
	{ SMTP_AT_END, 550, "5.7.1", "Our system has detected that this message is likely unsolicited mail", false },
	{ SMTP_AT_RCPT, 550, "5.1.1", "The email account that you tried to reach does not exist.", false },
	{ SMTP_AT_MAIL, 530, "5.7.0", "Authentication Required.", false },
	/* Courier, Exim, Sendmail */
	{ SMTP_AT_MAIL, 550, NULL, "Invalid sender address", true },
	{ SMTP_AT_RCPT, 550, NULL, "User unknown.", false },
	{ SMTP_AT_RCPT, 550, NULL, "Sender verify failed", true },
	{ SMTP_AT_RCPT, 550, NULL, "relay not permitted", false },
	{ SMTP_AT_MAIL, 555, "5.5.4", "Unsupported option: BODY=8BITMIME", false },
	/* large providers */
	{ SMTP_AT_MAIL, 553, NULL, "From address not verified - see the help pages", true },
	{ SMTP_AT_MAIL, 553, NULL, "Relaying disallowed as vera@alias.example", true },
	{ SMTP_AT_END, 554, NULL,
		"Message rejected: Email address is not verified. The following identities failed the "
		"check: vera@alias.example",
		true },
	{ SMTP_AT_END, 551, "5.7.1", "Not authorised to send from this header address", true },
	{ SMTP_AT_MAIL, 550, NULL, "Requested action not taken: mailbox unavailable\nSender address is not allowed.",
		true },
	{ SMTP_AT_END, 550, NULL, "The from address does not match a verified Sender Identity.", true },
	{ SMTP_AT_END, 550, "5.7.0", "Not allowed for vera@alias.example", true },
	{ SMTP_AT_END, 554, "5.7.1", "Spam message rejected", false },
	{ SMTP_AT_END, 552, "5.2.2", "Over quota", false },
	{ SMTP_AT_END, 554, NULL, "Transaction failed", false },
	{ SMTP_AT_MAIL, 550, NULL, "Denied", true },
	/* passing and none at all */
	{ SMTP_AT_RCPT, 450, "4.7.1", "<vera@alias.example>: Sender address rejected: not now", false },
	{ SMTP_AT_LOGIN, 535, "5.7.8", "no such login vera@alias.example", false },
	{ SMTP_AT_DATA, 0, NULL, NULL, false },
};

static void refusals_are_told_apart_by_what_they_speak_of(void)
{
	struct store_mail *m = store_mail_new(1);
	m->from = g_strdup("vera@alias.example");
	m->sender = g_strdup("vera@alias.example");
	store_mail_add(m, "bob@box.example");
	for (unsigned i = 0; i < G_N_ELEMENTS(sentences); i++) {
		const struct sentence *s = &sentences[i];
		struct smtp_reply reply = { s->code, (char *)s->enhanced, (char *)s->text };
		bool got = identity_is_about_sender(m->from, m, &reply, s->stage);
		if (got != s->sender)
			g_error("%s: %d", s->text, got);
	}
	store_mail_free(m);
}

static void recipient_that_is_also_the_sender_is_no_refused_sender(void)
{
	struct store_mail *m = store_mail_new(1);
	m->from = g_strdup("vera@box.example");
	m->sender = g_strdup("vera@box.example");
	store_mail_add(m, "Vera@box.example");
	struct smtp_reply plain = { 550, NULL, (char *)"<vera@box.example>: no" };
	struct smtp_reply named = { 550, NULL, (char *)"<vera@box.example>: Sender address rejected" };
	g_assert_false(identity_is_about_sender(m->from, m, &plain, SMTP_AT_RCPT));
	g_assert_true(identity_is_about_sender(m->from, m, &plain, SMTP_AT_MAIL));
	g_assert_true(identity_is_about_sender(m->from, m, &named, SMTP_AT_RCPT));
	store_mail_free(m);
}

static void letter_is_tried_ever_more_seldom(void)
{
	int before = 0;
	for (unsigned attempts = 0; attempts < 40; attempts++) {
		int least = schedule_resend(attempts, 0);
		g_assert_cmpint(least, >=, before);
		g_assert_cmpint(least, <=, 4 * 3600);
		for (uint32_t random = 0; random < 100000; random += 997) {
			g_assert_cmpint(schedule_resend(attempts, random), >=, least);
			g_assert_cmpint(schedule_resend(attempts, random), <, least + least / 4 + 1);
		}
		before = least;
	}
	g_assert_cmpint(schedule_resend(1, 0), ==, 60);
	g_assert_cmpint(before, ==, 4 * 3600);
}

void suite(void)
{
	unit_add(refusals_are_told_apart_by_what_they_speak_of);
	unit_add(recipient_that_is_also_the_sender_is_no_refused_sender);
	unit_add(letter_is_tried_ever_more_seldom);
}
