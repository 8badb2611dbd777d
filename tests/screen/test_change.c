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

static struct model_list *list_at_top(const struct stage *s)
{
	return view_list_model(ui_top(s->ui));
}

static void archive_says_so_and_how_to_undo(void)
{
	struct stage *s = stage_new(24, 80);
	s->queue = 1;
	stage_type(s, "jA");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	g_assert_cmpint(s->last->role, ==, ROLE_ARCHIVE);
	g_assert_false(shows(s, "Greta Lind       i"));
	stage_golden(s, "archived-80x24");
	stage_resize(s, 10, 40);
	stage_golden(s, "archived-40x10");
	stage_free(s);
}

static void change_shown_in_the_same_tick_said_when_durable(void)
{
	struct stage *s = stage_new(24, 80);
	s->slow_changes = true;
	uint32_t total = list_at_top(s)->total;
	stage_type(s, "d");
	g_assert_cmpuint(list_at_top(s)->total, ==, total - 1);
	g_assert_cmpuint(model_list_current(list_at_top(s))->uid, ==, s->rows - 1);
	g_assert_false(shows(s, "Deleted"));
	/* What the cache still says does not bring it back. */
	struct event *ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 1;
	stage_tell(s, ev);
	g_assert_cmpuint(list_at_top(s)->total, ==, total - 1);
	stage_durable(s);
	g_assert_true(shows(s, "Deleted 1 message."));
	g_assert_cmpuint(list_at_top(s)->total, ==, total - 1);
	stage_free(s);
}

static void flag_shown_in_the_same_tick(void)
{
	struct stage *s = stage_new(24, 80);
	s->slow_changes = true;
	stage_type(s, "F");
	g_assert_true(model_list_row(list_at_top(s), 0)->flags & MSG_FLAGGED);
	g_assert_cmpuint(list_at_top(s)->cursor, ==, 1);
	stage_durable(s);
	g_assert_true(model_list_row(list_at_top(s), 0)->flags & MSG_FLAGGED);
	s->slow_changes = false;
	stage_type(s, "kF");
	g_assert_false(model_list_row(list_at_top(s), 0)->flags & MSG_FLAGGED);
	stage_free(s);
}

static void refused_comes_back_with_the_servers_words(void)
{
	struct stage *s = stage_new(24, 80);
	s->refusal = "[OVERQUOTA] \033[31mMailbox is full.";
	uint32_t total = list_at_top(s)->total;
	stage_type(s, "tttA");
	g_assert_cmpuint(list_at_top(s)->total, ==, total);
	stage_golden(s, "refused-80x24");
	stage_type(s, "!w");
	g_assert_true(shows(s, "OVERQUOTA"));
	stage_type(s, "q!x");
	g_assert_false(shows(s, "!x"));
	stage_free(s);
}

static void no_trash_asked_once(void)
{
	struct stage *s = stage_new(24, 80);
	s->no_role = true;
	stage_type(s, "d");
	stage_golden(s, "question-80x24");
	answer(s, "y");
	g_assert_true(s->last->create);
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 2);
	g_assert_true(shows(s, "Deleted 1 message."));
	stage_free(s);
	s = stage_new(10, 40);
	s->no_role = true;
	stage_type(s, "d");
	stage_golden(s, "question-40x10");
	stage_free(s);
}

static void promise_25_question_ignores_what_was_typed_ahead(void)
{
	struct stage *s = stage_new(24, 80);
	s->no_role = true;
	stage_type(s, "dyyy");
	stage_type(s, "y");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	answer(s, "\r");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	g_assert_false(shows(s, "[y/N]"));
	/* The message is there as before. */
	g_assert_cmpuint(model_list_current(list_at_top(s))->uid, ==, s->rows);
	stage_free(s);
}

static void e05_pasted_answer_is_none(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "cTrash\rq");
	stage_type(s, "d");
	g_assert_true(shows(s, "[y/N]"));
	unsigned before = s->sent[REQ_CHANGE];
	answer(s, "\033[200~yyy\033[201~");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, before);
	stage_free(s);
}

static void promise_25_no_is_the_answer_of_every_other_key(void)
{
	static const char *const keys[] = { "n", "N", "\r", "q", "\x03" };
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		struct stage *s = stage_new(24, 80);
		stage_type(s, "cTrash\rq");
		stage_type(s, "d");
		g_assert_true(shows(s, "There is no undo."));
		answer(s, keys[i]);
		g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 0);
		g_assert_false(s->ui->quit);
		stage_free(s);
	}
}

static void move_picks_a_folder_of_this_account(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "sarc");
	stage_golden(s, "move-80x24");
	stage_type(s, "\r");
	g_assert_cmpint(s->last->op, ==, CHANGE_MOVE);
	g_assert_cmpstr(s->last->target, ==, "Archive");
	g_assert_true(shows(s, "Moved 1 message to Archive.  u undo"));
	stage_free(s);
}

static void copy_to_a_new_folder_asks(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "CNewly\r");
	g_assert_true(shows(s, "box has no folder Newly. Make it?"));
	answer(s, "y");
	g_assert_cmpint(s->last->op, ==, CHANGE_COPY);
	g_assert_true(s->last->create);
	g_assert_cmpstr(s->last->target, ==, "Newly");
	stage_free(s);
}

static void tagged_are_acted_on_together(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "tjtt");
	stage_golden(s, "tagged-80x24");
	stage_type(s, ";A");
	g_assert_cmpuint(s->last->places->len, ==, 3);
	g_assert_cmpuint(model_list_tags(list_at_top(s)), ==, 0);
	g_assert_true(shows(s, "Archived 3 messages."));
	stage_type(s, "tt\x14\r"
		      "A");
	g_assert_cmpuint(s->last->places->len, ==, 1);
	stage_free(s);
}

static void tagged_are_piped_and_printed_together(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "tjt|");
	g_assert_true(shows(s, "Pipe 2 messages to: "));
	stage_type(s, "\033");
	clock_advance(60);
	stage_settle(s);
	stage_type(s, "p");
	g_assert_true(shows(s, "Print 2 messages?"));
	answer(s, "n");
	stage_free(s);
}

static void undo_and_redo(void)
{
	struct stage *s = stage_new(24, 80);
	uint32_t total = list_at_top(s)->total;
	stage_type(s, "d");
	stage_type(s, "u");
	g_assert_true(shows(s, "Undone: Deleted 1 message."));
	g_assert_cmpuint(list_at_top(s)->total, ==, total);
	stage_type(s, "\033u");
	g_assert_cmpuint(s->sent[REQ_UNDO], ==, 2);
	g_assert_true(shows(s, "Done again: Deleted 1 message."));
	stage_type(s, "\033u");
	g_assert_true(shows(s, "Nothing was undone just now."));
	stage_free(s);
}

static uint32_t at_cursor(const struct stage *s)
{
	return model_list_current(list_at_top(s))->uid;
}

/* What was taken back last is below the cursor, unless that was moved since. */
static void undo_puts_the_cursor_on_what_came_back(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jj");
	uint32_t first = at_cursor(s);
	stage_type(s, "d");
	uint32_t second = at_cursor(s);
	g_assert_cmpuint(second, !=, first);
	stage_type(s, "d");
	g_assert_cmpuint(at_cursor(s), !=, second);
	/* The stage takes all back at once: the newer one is where the cursor was last. */
	stage_type(s, "u");
	g_assert_cmpuint(at_cursor(s), ==, second);
	stage_free(s);
}

static void undo_leaves_a_cursor_that_was_moved(void)
{
	static const char *const moves[] = { "j", "j\rq", "*", "k" };
	for (size_t i = 0; i < G_N_ELEMENTS(moves); i++) {
		struct stage *s = stage_new(24, 80);
		stage_type(s, "jjd");
		stage_type(s, moves[i]);
		uint32_t here = at_cursor(s);
		stage_type(s, "u");
		g_assert_cmpuint(at_cursor(s), ==, here);
		stage_free(s);
	}
}

/* The list and what is read of it stay one message: the next key acts on that. */
static void undo_in_the_message_keeps_what_is_read(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jj\rd");
	struct model_list *m = view_list_model(s->ui->views->pdata[1]);
	uint32_t read = model_list_current(m)->uid;
	stage_type(s, "u");
	g_assert_cmpuint(model_list_current(m)->uid, ==, read);
	stage_type(s, "d");
	g_assert_true(g_hash_table_contains(s->gone, GUINT_TO_POINTER(read)));
	stage_free(s);
}

static void refused_puts_the_cursor_back(void)
{
	struct stage *s = stage_new(24, 80);
	s->refusal = "[NOPERM] no";
	stage_type(s, "jj");
	uint32_t before = at_cursor(s);
	stage_type(s, "d");
	g_assert_true(shows(s, "!x"));
	g_assert_cmpuint(at_cursor(s), ==, before);
	stage_free(s);
}

static void dismissed_leaves_the_queue_too(void)
{
	struct stage *s = stage_new(24, 80);
	s->refusal = "[NOPERM] no";
	stage_type(s, "d");
	g_assert_cmpuint(s->sent[REQ_CHANGE_DROP], ==, 0);
	stage_type(s, "!x");
	g_assert_cmpuint(s->sent[REQ_CHANGE_DROP], ==, 1);
	g_assert_false(shows(s, "!x"));
	stage_free(s);
}

static void folder_looked_at(struct stage *s, uint32_t flags)
{
	s->folder_flags = flags;
	stage_tell(s, event_new(EV_FOLDER, 0, 0));
}

static void i40_open_folder_that_goes_is_told(void)
{
	struct stage *s = stage_new(24, 80);
	g_assert_false(shows(s, "any more"));
	folder_looked_at(s, FOLDER_GONE);
	g_assert_true(shows(s, "! box has no folder Inbox any more: another program deleted or renamed it."));
	g_assert_true(shows(s, "What was fetched of it can still be read here."));
	g_assert_true(shows(s, "c folder"));
	g_assert_nonnull(model_list_current(list_at_top(s)));
	stage_type(s, "\r");
	g_assert_true(shows(s, "any more"));
	stage_type(s, "q!x");
	g_assert_false(shows(s, "any more"));
	stage_free(s);
	s = stage_new(24, 80);
	folder_looked_at(s, FOLDER_NOSELECT);
	g_assert_true(shows(s, "! box: the folder Inbox cannot be opened any more"));
	/* It is there again. */
	folder_looked_at(s, 0);
	g_assert_false(shows(s, "any more"));
	stage_free(s);
}

static void spam_in_spam_is_no_spam(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "S");
	g_assert_cmpint(s->last->role, ==, ROLE_JUNK);
	g_assert_true(shows(s, "Called 1 message spam."));
	stage_free(s);
}

static void open_marks_read_once_and_not_as_a_change_to_undo(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\r");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 1);
	g_assert_true(s->last->by_itself);
	g_assert_cmpuint(s->last->add, ==, MSG_SEEN);
	g_assert_false(shows(s, "undo"));
	stage_type(s, "N");
	g_assert_cmpuint(s->last->remove, ==, MSG_SEEN);
	stage_type(s, " ");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 2);
	stage_type(s, "j");
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 3);
	stage_free(s);
}

static void delete_in_a_message_shows_the_next(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "\rd");
	g_assert_true(view_is_message(ui_top(s->ui)));
	g_assert_cmpuint(view_message_model(ui_top(s->ui))->uid, ==, s->rows - 1);
	stage_free(s);
}

static void last_message_gone_back_to_the_list(void)
{
	struct stage *s = stage_new(24, 80);
	s->rows = 1;
	struct event *ev = event_new(EV_CHANGED, 0, 0);
	ev->folder_id = 1;
	stage_tell(s, ev);
	stage_type(s, "=\rd");
	g_assert_true(view_is_list(ui_top(s->ui)));
	stage_type(s, "d");
	g_assert_true(shows(s, "There is no message here."));
	stage_free(s);
}

static void flag_by_name(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "w$Todo\r");
	g_assert_cmpstr(s->last->add_keywords->pdata[0], ==, "$Todo");
	stage_type(s, "Wseen\r");
	g_assert_cmpuint(s->last->remove, ==, MSG_SEEN);
	stage_type(s, "wno flag\r");
	g_assert_true(shows(s, "is no flag"));
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 2);
	stage_free(s);
}

static void folders_made_renamed_and_deleted_by_keys(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "qCNew\r");
	g_assert_cmpint(s->last->op, ==, CHANGE_CREATE);
	g_assert_cmpstr(s->last->name, ==, "New");
	stage_type(s, "*r\x15Other\r");
	g_assert_cmpint(s->last->op, ==, CHANGE_RENAME);
	g_assert_cmpstr(s->last->new_name, ==, "Other");
	stage_type(s, "s");
	g_assert_cmpint(s->last->op, ==, CHANGE_SUBSCRIBE);
	stage_type(s, "d");
	answer(s, "y");
	g_assert_cmpint(s->last->op, ==, CHANGE_DELETE);
	stage_free(s);
}

static void offline_says_what_waits(void)
{
	struct stage *s = stage_new(24, 80);
	struct err e = ERR_INIT;
	s->queue = 3;
	stage_type(s, "A");
	err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "'mail.box.example' port 993: connection refused");
	stage_account(s, ACCOUNT_WAITING, STAGE_NOW - 3600, STAGE_NOW + 360, &e);
	stage_golden(s, "offline-queue-80x24");
	stage_free(s);
}

void suite(void)
{
	unit_add(archive_says_so_and_how_to_undo);
	unit_add(change_shown_in_the_same_tick_said_when_durable);
	unit_add(flag_shown_in_the_same_tick);
	unit_add(refused_comes_back_with_the_servers_words);
	unit_add(no_trash_asked_once);
	unit_add(promise_25_question_ignores_what_was_typed_ahead);
	unit_add(e05_pasted_answer_is_none);
	unit_add(promise_25_no_is_the_answer_of_every_other_key);
	unit_add(move_picks_a_folder_of_this_account);
	unit_add(copy_to_a_new_folder_asks);
	unit_add(tagged_are_acted_on_together);
	unit_add(tagged_are_piped_and_printed_together);
	unit_add(undo_and_redo);
	unit_add(undo_puts_the_cursor_on_what_came_back);
	unit_add(undo_leaves_a_cursor_that_was_moved);
	unit_add(undo_in_the_message_keeps_what_is_read);
	unit_add(refused_puts_the_cursor_back);
	unit_add(dismissed_leaves_the_queue_too);
	unit_add(i40_open_folder_that_goes_is_told);
	unit_add(spam_in_spam_is_no_spam);
	unit_add(open_marks_read_once_and_not_as_a_change_to_undo);
	unit_add(delete_in_a_message_shows_the_next);
	unit_add(last_message_gone_back_to_the_list);
	unit_add(flag_by_name);
	unit_add(folders_made_renamed_and_deleted_by_keys);
	unit_add(offline_says_what_waits);
}
