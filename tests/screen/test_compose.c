/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>

static bool shows(const struct stage *s, const char *words)
{
	g_autofree char *text = stage_text(s);
	return strstr(text, words);
}

static void answer(struct stage *s, const char *keys)
{
	clock_advance(QUESTION_QUIET_MS);
	stage_settle(s);
	stage_type(s, keys);
}

/* A letter at the review, written in the small editor. */
static struct stage *written(int rows, int cols)
{
	struct stage *s = stage_new(rows, cols);
	stage_type(s, "mana@duarte.example\rBudget\r");
	stage_type(s, "Details are attached.\r\r> as you said\x18");
	return s;
}

static void review_shows_the_whole_letter(void)
{
	struct stage *s = written(24, 80);
	stage_golden(s, "compose-80x24");
	stage_resize(s, 10, 40);
	stage_golden(s, "compose-40x10");
	stage_resize(s, 5, 20);
	stage_golden(s, "compose-20x5");
	stage_free(s);
}

/* Where an answer goes stands on the review, and who of them had nothing of the original. */
static void h09_answer_that_goes_elsewhere_is_shown_and_marked(void)
{
	struct stage *s = stage_new(24, 80);
	s->mail = "From: Ana <ana@duarte.example>\nTo: vera@box.example\nReply-To: Ana <ana@evil.example>\n"
		  "Subject: s\n\nHi\n";
	stage_type(s, "\r");
	g_assert_true(shows(s, "Answers Ana <ana@evil.example>"));
	g_assert_true(shows(s, "! Answers would go to ana@evil.example"));
	stage_type(s, "r");
	stage_type(s, "\x18");
	g_assert_true(shows(s, "To      Ana <ana@evil.example>"));
	g_assert_true(shows(s, "They did not have the original: ana@evil.example."));
	stage_free(s);
	s = stage_new(24, 80);
	s->mail = "From: Ana <ana@duarte.example>\nTo: vera@box.example\nMail-Followup-To: stranger@evil.example\n"
		  "Subject: s\n\nHi\n";
	stage_type(s, "\r");
	stage_type(s, "g");
	stage_type(s, "\x18");
	g_assert_true(shows(s, "To      stranger@evil.example"));
	g_assert_true(shows(s, "They did not have the original: stranger@evil.example."));
	stage_free(s);
}

static void banner_leaves_a_line_of_the_text(void)
{
	struct err e = ERR_INIT;
	struct stage *s = written(10, 40);
	err_set(&e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER, "the server refused the login");
	stage_account(s, ACCOUNT_STOPPED, STAGE_NOW - 3600, 0, &e);
	stage_golden(s, "compose-banner-40x10");
	g_assert_true(shows(s, "Details are attached."));
	g_assert_true(shows(s, "To      ana@duarte.example"));
	g_assert_true(shows(s, "Subject Budget"));
	stage_free(s);
}

static void reply_picker_shows_states_and_evidence(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jjg");
	g_assert_true(shows(s, "^X done"));
	stage_type(s, "\x18");
	stage_type(s, "F");
	stage_golden(s, "picker-80x24");
	stage_resize(s, 10, 40);
	stage_golden(s, "picker-40x10");
	stage_resize(s, 24, 80);
	stage_type(s, "3");
	g_assert_true(shows(s, "sales@box.example"));
	g_assert_false(shows(s, "Send as"));
	stage_free(s);
}

static void other_account_reroutes(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "F6");
	g_assert_true(shows(s, "New letter - work"));
	g_assert_true(shows(s, "vera@work.example"));
	stage_free(s);
}

static void refused_from_asks_once_and_enter_is_the_default(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "F/me@old-isp.example\r");
	g_assert_true(shows(s, "me@old-isp.example"));
	stage_type(s, "y");
	g_assert_true(shows(s, "The server refused me@old-isp.example"));
	g_assert_cmpuint(s->mails->len, ==, 0);
	answer(s, "\r");
	g_assert_cmpuint(s->mails->len, ==, 1);
	g_assert_cmpstr(((struct store_mail *)s->mails->pdata[0])->from, ==, "vera@box.example");
	stage_free(s);
}

static void address_waits_for_its_letter_and_its_link_is_shown(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "F4");
	stage_type(s, "F");
	g_assert_true(shows(s, "never tried"));
	stage_type(s, "w");
	g_assert_true(shows(s, "waits to be validated"));
	s->link = "https://www.provider.example/validate?token=0123";
	struct event *ev = event_new(EV_IDENTITIES, 0, 0);
	ev->identities = g_ptr_array_new();
	stage_tell(s, ev);
	stage_settle(s);
	g_assert_true(shows(s, "the letter with its link"));
	g_assert_true(shows(s, "v its link"));
	stage_type(s, "v");
	g_assert_true(shows(s, "https://www.provider.example/validate?token=0123"));
	stage_free(s);
}

static void reports_of_delivery_are_asked_for_with_one_letter(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "n");
	stage_type(s, "sometimes\r");
	g_assert_true(shows(s, "never. Reports"));
	stage_type(s, "\025success\r");
	g_assert_true(shows(s, "Reports: success"));
	stage_type(s, "y");
	g_assert_cmpstr(((struct store_mail *)s->mails->pdata[0])->notify, ==, "SUCCESS");
	g_assert_cmpstr(((struct store_mail *)s->mails->pdata[0])->ret, ==, "HDRS");
	stage_free(s);
}

static void letter_above_the_servers_size_is_told_on_the_review(void)
{
	struct stage *s = stage_new(24, 80);
	s->size_max = 10;
	stage_type(s, "mana@duarte.example\rBudget\rAs you know.\x18");
	g_assert_true(shows(s, "The letter is too large"));
	stage_free(s);
}

static void time_to_leave_outlives_the_questions(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "F/me@old-isp.example\r");
	stage_type(s, "z");
	stage_type(s, "90m\r");
	answer(s, "y");
	g_assert_cmpuint(s->mails->len, ==, 1);
	const struct store_mail *m = s->mails->pdata[0];
	g_assert_cmpint(m->due - m->made, >, 80 * 60);
	stage_free(s);
}

static void saved_two_seconds_after_the_last_key(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "mana@duarte.example\rBudget\rHello");
	unsigned before = s->sent[REQ_DRAFT_SAVE];
	clock_advance(LETTER_PAUSE_MS - 1);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_DRAFT_SAVE], ==, before);
	g_assert_false(shows(s, "draft saved"));
	clock_advance(1);
	stage_settle(s);
	g_assert_cmpuint(s->sent[REQ_DRAFT_SAVE], ==, before + 1);
	g_assert_true(shows(s, "draft saved 21:14"));
	g_assert_cmpstr(s->letter->text, ==, "Hello");
	stage_free(s);
}

static void saved_every_ten_seconds_of_steady_typing(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "m\r\r");
	unsigned before = s->sent[REQ_DRAFT_SAVE];
	for (int i = 0; i < 11; i++) {
		stage_type(s, "a");
		clock_advance(1000);
		stage_settle(s);
	}
	g_assert_cmpuint(s->sent[REQ_DRAFT_SAVE], ==, before + 1);
	stage_free(s);
}

static void full_disk_keeps_the_text_and_says_so(void)
{
	struct stage *s = stage_new(24, 80);
	s->full_disk = true;
	stage_type(s, "mana@duarte.example\rBudget\rHello\x18");
	g_assert_true(shows(s, "NOT SAVED"));
	g_assert_true(shows(s, "Hello"));
	stage_type(s, "y");
	g_assert_cmpuint(s->mails->len, ==, 0);
	g_assert_true(shows(s, "No space left"));
	s->full_disk = false;
	stage_type(s, "y");
	g_assert_cmpuint(s->mails->len, ==, 1);
	stage_free(s);
}

static void undo_brings_the_letter_back(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "y");
	stage_golden(s, "mail-sent-80x24");
	stage_type(s, "u");
	g_assert_true(shows(s, "New letter - box"));
	g_assert_true(shows(s, "Details are attached."));
	g_assert_cmpint(((struct store_mail *)s->mails->pdata[0])->state, ==, MAIL_DROPPED);
	stage_free(s);
}

static void time_to_leave_counts_down_until_a_key(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "y");
	g_assert_true(shows(s, "Sent in 10 s.  u undo"));
	for (int left = 9; left > 0; left--) {
		g_autofree char *words = g_strdup_printf("Sent in %d s.  u undo", left);
		clock_advance(1000);
		stage_settle(s);
		g_assert_true(shows(s, words));
	}
	stage_type(s, "j");
	g_assert_false(shows(s, "Sent in"));
	clock_advance(1000);
	stage_settle(s);
	g_assert_false(shows(s, "Sent in"));
	stage_free(s);
}

static void time_to_leave_gives_way_to_what_is_said(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "y");
	clock_advance(2000);
	stage_settle(s);
	stage_deliver(s);
	g_assert_false(shows(s, "Sent in"));
	clock_advance(3000);
	stage_settle(s);
	g_assert_false(shows(s, "Sent in"));
	stage_free(s);
}

static void change_made_later_is_undone_first(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "y");
	clock_advance(10);
	stage_type(s, "Au");
	g_assert_cmpint(((struct store_mail *)s->mails->pdata[0])->state, ==, MAIL_HELD);
	g_assert_cmpuint(s->sent[REQ_UNDO], ==, 1);
	stage_free(s);
}

/* Once what came later is undone, the letter is the last thing done. */
static void letter_comes_back_behind_what_was_undone(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "y");
	clock_advance(10);
	stage_type(s, "A");
	stage_type(s, "u");
	stage_type(s, "u");
	g_assert_cmpuint(s->sent[REQ_UNDO], ==, 1);
	g_assert_cmpint(((struct store_mail *)s->mails->pdata[0])->state, ==, MAIL_DROPPED);
	stage_free(s);
}

static void refused_letter_is_a_banner_with_ways_on(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "F2");
	s->mail_refusal = "<vera.l@box.example>: Sender \033[31maddress rejected: not validated for this account";
	stage_type(s, "y");
	stage_deliver(s);
	stage_golden(s, "mail-refused-80x24");
	g_assert_true(shows(s, "!1 resend as vera@box.example"));
	stage_resize(s, 10, 40);
	stage_golden(s, "mail-refused-40x10");
	stage_resize(s, 24, 80);
	stage_type(s, "!f");
	g_assert_true(shows(s, "Send as"));
	stage_type(s, "\033");
	clock_advance(100);
	stage_settle(s);
	s->mail_refusal = NULL;
	stage_type(s, "y");
	stage_deliver(s);
	g_assert_true(shows(s, "Sent to 1 recipient."));
	g_assert_false(shows(s, "Not sent"));
	stage_free(s);
}

static struct event *mail_event(uint32_t id, enum mail_state state, enum copy_state copy)
{
	struct event *ev = event_new(EV_MAIL, 0, 0);
	ev->mail = store_mail_new(1);
	ev->mail->id = id;
	ev->mail->state = state;
	ev->mail->copy = copy;
	ev->mail->copy_error = g_strdup("the mailbox is full");
	ev->mail->subject = g_strdup("Harvest");
	ev->mail->from = g_strdup("vera@box.example");
	store_mail_add(ev->mail, "ana@duarte.example")->state = state;
	return ev;
}

static void failed_copy_is_told_and_tried_again(void)
{
	struct stage *s = stage_new(24, 80);
	stage_tell(s, mail_event(9, MAIL_ACCEPTED, COPY_FAILED));
	g_assert_true(shows(s, "~ Harvest: Sent to 1 recipient."));
	g_assert_true(shows(s, "mailbox is full"));
	g_assert_false(shows(s, "!e edit"));
	stage_type(s, "!r");
	g_assert_cmpuint(s->sent[REQ_MAIL_RETRY], ==, 1);
	stage_type(s, "!x");
	g_assert_false(shows(s, "Harvest"));
	stage_free(s);
}

static void maybe_is_never_sent_again_unasked(void)
{
	struct stage *s = stage_new(24, 80);
	stage_tell(s, mail_event(9, MAIL_MAYBE, COPY_NONE));
	g_assert_true(shows(s, "! Harvest: It may have been sent"));
	stage_type(s, "!r");
	g_assert_true(shows(s, "Send it again?"));
	answer(s, "\r");
	g_assert_cmpuint(s->sent[REQ_MAIL_RETRY], ==, 0);
	stage_type(s, "!r");
	answer(s, "y");
	g_assert_cmpuint(s->sent[REQ_MAIL_RETRY], ==, 1);
	stage_free(s);
}

static void deferred_is_said_and_waits(void)
{
	struct stage *s = stage_new(24, 80);
	struct event *ev = mail_event(9, MAIL_DEFERRED, COPY_NONE);
	ev->mail->due = STAGE_NOW + 600;
	stage_tell(s, ev);
	g_assert_true(shows(s, "Not sent yet; it is tried again"));
	g_assert_true(shows(s, "1 in queue"));
	stage_free(s);
}

static void held_at_the_start_can_be_taken_back(void)
{
	struct stage *s = stage_new(24, 80);
	struct event *ev = mail_event(9, MAIL_HELD, COPY_NONE);
	ev->mail->made = STAGE_NOW;
	ev->mail->due = STAGE_NOW + 600;
	stage_tell(s, ev);
	g_assert_true(shows(s, "~ Harvest: Leaves Sat 21 Nov 21:24."));
	stage_type(s, "u");
	g_assert_cmpuint(s->sent[REQ_MAIL_DROP], ==, 1);
	stage_free(s);
}

static void queue_lists_letters_and_changes(void)
{
	struct stage *s = written(24, 80);
	s->queue = 1;
	s->mail_refusal = "not validated";
	stage_type(s, "y");
	stage_deliver(s);
	stage_type(s, "mbram@dewit.example\rSecond\rText\x18y");
	stage_type(s, "Q");
	stage_golden(s, "queue-80x24");
	stage_resize(s, 10, 40);
	stage_golden(s, "queue-40x10");
	stage_resize(s, 24, 80);
	stage_type(s, "h");
	g_assert_true(shows(s, "Held until you let it go."));
	stage_type(s, "e");
	g_assert_true(shows(s, "New letter - box"));
	stage_free(s);
}

static void drafts_are_gone_on_with(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "P");
	g_assert_true(shows(s, "Kept as a draft"));
	stage_type(s, "R");
	stage_golden(s, "drafts-80x24");
	stage_type(s, "\r");
	g_assert_true(shows(s, "Details are attached."));
	stage_type(s, "q");
	g_assert_false(shows(s, "New letter"));
	stage_free(s);
}

static void interrupted_letter_is_a_banner_with_its_keys(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "P");
	s->interrupted = true;
	compose_look_at_drafts(s->ui);
	stage_settle(s);
	g_assert_true(shows(s, "A letter was being written when the program ended."));
	g_assert_true(shows(s, "  R letters begun  !x hide"));
	stage_type(s, "!x");
	g_assert_false(shows(s, "A letter was being written"));
	stage_free(s);
}

static void refused_sender_is_no_refused_recipient(void)
{
	struct stage *s = written(24, 80);
	s->mail_refusal = "not validated";
	stage_type(s, "y");
	stage_deliver(s);
	stage_type(s, "Q\r");
	g_assert_true(shows(s, "550 5.7.1 not validated"));
	g_assert_false(shows(s, "refused a recipient"));
	stage_free(s);
}

static void leaving_asks_and_can_throw_away(void)
{
	struct stage *s = written(24, 80);
	stage_type(s, "q");
	g_assert_true(shows(s, "Keep it as a draft?"));
	answer(s, "n");
	g_assert_true(shows(s, "Thrown away."));
	g_assert_cmpuint(s->sent[REQ_DRAFT_DROP], ==, 1);
	stage_type(s, "m\033");
	clock_advance(100);
	stage_settle(s);
	stage_type(s, "q");
	g_assert_false(shows(s, "New letter"));
	g_assert_cmpuint(s->sent[REQ_DRAFT_DROP], ==, 1);
	stage_free(s);
}

static void question_given_up_sends_nothing_later(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "m");
	g_assert_false(shows(s, "There is no subject"));
	stage_type(s, "\033");
	clock_advance(100);
	stage_settle(s);
	g_assert_true(shows(s, "There is no subject"));
	/* Sending asks whom it goes to; that is given up, and To is typed by its own key. */
	stage_type(s, "y\033");
	clock_advance(100);
	stage_settle(s);
	stage_type(s, "tana@duarte.example\r");
	g_assert_cmpuint(s->mails->len, ==, 0);
	g_assert_true(shows(s, "ana@duarte.example"));
	stage_type(s, "y");
	g_assert_cmpuint(s->mails->len, ==, 1);
	stage_free(s);
}

static void tab_completes_and_cycles(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "man");
	g_assert_true(shows(s, "Tab Ana Duarte <ana@duarte.example>  (2)"));
	stage_type(s, "\t");
	g_assert_true(shows(s, "To: Ana Duarte <ana@duarte.example>"));
	stage_type(s, "\t");
	g_assert_true(shows(s, "To: Anders Berg <anders@berg.example>"));
	stage_type(s, ", bram@dewit.example\r");
	stage_type(s, "Hello\r\x18");
	g_assert_true(shows(s, "Anders Berg <anders@berg.example>, bram@dewit.example"));
	stage_free(s);
}

static void malformed_address_is_asked_again_with_its_place(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "mana@duarte.example, nobody\r");
	g_assert_true(shows(s, "'nobody' is neither an address nor an alias"));
	g_assert_true(shows(s, "ana@duarte.example, nobody"));
	stage_free(s);
}

static void alt_in_the_editor_sends_nothing(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "mana@duarte.example\rHello\rText\033y");
	g_assert_true(shows(s, "^X done"));
	g_assert_cmpuint(s->mails->len, ==, 0);
	stage_free(s);
}

static void x01_x02_mailto_takes_only_what_it_may(void)
{
	struct stage *s = stage_new(24, 80);
	compose_mailto(s->ui, "mailto:ana@duarte.example?subject=Hi&body=There&bcc=x@y.example&attach=/etc/passwd");
	stage_settle(s);
	g_assert_true(shows(s, "ana@duarte.example"));
	g_assert_true(shows(s, "There"));
	g_assert_false(shows(s, "x@y.example"));
	stage_free(s);
}

void suite(void)
{
	unit_add(review_shows_the_whole_letter);
	unit_add(h09_answer_that_goes_elsewhere_is_shown_and_marked);
	unit_add(banner_leaves_a_line_of_the_text);
	unit_add(reply_picker_shows_states_and_evidence);
	unit_add(other_account_reroutes);
	unit_add(refused_from_asks_once_and_enter_is_the_default);
	unit_add(address_waits_for_its_letter_and_its_link_is_shown);
	unit_add(reports_of_delivery_are_asked_for_with_one_letter);
	unit_add(letter_above_the_servers_size_is_told_on_the_review);
	unit_add(time_to_leave_outlives_the_questions);
	unit_add(saved_two_seconds_after_the_last_key);
	unit_add(saved_every_ten_seconds_of_steady_typing);
	unit_add(full_disk_keeps_the_text_and_says_so);
	unit_add(undo_brings_the_letter_back);
	unit_add(time_to_leave_counts_down_until_a_key);
	unit_add(time_to_leave_gives_way_to_what_is_said);
	unit_add(change_made_later_is_undone_first);
	unit_add(letter_comes_back_behind_what_was_undone);
	unit_add(refused_letter_is_a_banner_with_ways_on);
	unit_add(failed_copy_is_told_and_tried_again);
	unit_add(maybe_is_never_sent_again_unasked);
	unit_add(deferred_is_said_and_waits);
	unit_add(held_at_the_start_can_be_taken_back);
	unit_add(queue_lists_letters_and_changes);
	unit_add(drafts_are_gone_on_with);
	unit_add(interrupted_letter_is_a_banner_with_its_keys);
	unit_add(refused_sender_is_no_refused_recipient);
	unit_add(leaving_asks_and_can_throw_away);
	unit_add(question_given_up_sends_nothing_later);
	unit_add(tab_completes_and_cycles);
	unit_add(malformed_address_is_asked_again_with_its_place);
	unit_add(alt_in_the_editor_sends_nothing);
	unit_add(x01_x02_mailto_takes_only_what_it_may);
}
