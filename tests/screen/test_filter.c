/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters, orders and tags by pattern, as they are typed. */
#include "tests/screen/stage.h"
#include "tests/unit/unit.h"

#include <string.h>

static bool shows(const struct stage *s, const char *text)
{
	g_autofree char *all = stage_text(s);
	return strstr(all, text);
}

static struct model_list *list(const struct stage *s)
{
	return view_list_model(ui_top(s->ui));
}

/* Past the pause after which the list follows what is typed. */
static void pause_typing(struct stage *s)
{
	clock_advance(100);
	stage_settle(s);
}

static const char *subject(const struct stage *s)
{
	const struct store_row *row = model_list_current(list(s));
	return row ? row->subject : NULL;
}

static void list_narrows_while_a_filter_is_typed(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "l");
	stage_golden(s, "filter-asked-80x24");
	stage_type(s, "ana");
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	pause_typing(s);
	g_assert_cmpuint(list(s)->total, ==, 14);
	stage_golden(s, "filter-typed-80x24");
	stage_type(s, " ~X");
	pause_typing(s);
	stage_type(s, "\r");
	g_assert_cmpstr(list(s)->choice.pattern, ==, "ana ~X");
	g_assert_cmpuint(list(s)->total, ==, 14);
	g_assert_true(shows(s, "14 of 200  ana ~X"));
	stage_free(s);
}

static void escape_gives_back_what_was(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "jjjjj");
	g_autofree char *before = g_strdup(subject(s));
	stage_type(s, "lana");
	pause_typing(s);
	g_assert_cmpstr(subject(s), !=, before);
	stage_type(s, "\033");
	pause_typing(s);
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	g_assert_cmpstr(subject(s), ==, before);
	g_assert_cmpuint(list(s)->cursor, ==, 5);
	stage_free(s);
}

static void nothing_typed_lifts_the_filter_and_keeps_the_message(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "l~f ana\rjj");
	g_autofree char *here = g_strdup(subject(s));
	g_assert_nonnull(strstr(here, "Invoice"));
	stage_type(s, "l\r");
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	g_assert_null(list(s)->choice.pattern);
	g_assert_cmpstr(subject(s), ==, here);
	stage_free(s);
}

static void tab_brings_back_the_filter_to_be_changed(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "l~f ana\rl\t ~U\r");
	g_assert_cmpstr(list(s)->choice.pattern, ==, "~f ana ~U");
	stage_free(s);
}

static void a_mistake_is_told_while_it_is_typed(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "l~q x");
	pause_typing(s);
	stage_golden(s, "filter-wrong-80x24");
	stage_type(s, "\r");
	g_assert_nonnull(s->ui->prompt);
	g_assert_cmpstr(s->ui->prompt->input.text, ==, "~q x");
	g_assert_true(shows(s, "column 1: no ~q here"));
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	stage_type(s, "\x15\r");
	g_assert_null(s->ui->prompt);
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	stage_free(s);
}

static void an_empty_list_says_why(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "lnobody here\r");
	g_assert_cmpuint(list(s)->total, ==, 0);
	stage_golden(s, "filter-empty-80x24");
	stage_type(s, "l\r");
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	stage_free(s);
}

static void unread_only_keeps_what_is_read_in_it(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "%");
	uint32_t unread = list(s)->total;
	g_assert_cmpuint(unread, <, STAGE_ROWS);
	g_assert_true(shows(s, "unread only"));
	stage_golden(s, "unread-80x24");
	g_autofree char *first = g_strdup(subject(s));
	stage_type(s, "\r");
	stage_tell(s, event_new(EV_FOLDER, 0, 0));
	stage_type(s, "q");
	g_assert_cmpstr(subject(s), ==, first);
	g_assert_cmpuint(list(s)->total, ==, unread);
	stage_type(s, "%");
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	g_assert_cmpstr(subject(s), ==, first);
	stage_type(s, "%");
	g_assert_cmpuint(list(s)->total, ==, unread - 1);
	stage_free(s);
}

static void order_is_asked_for_and_remembered(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "oz");
	g_assert_cmpuint(list(s)->choice.view, ==, ORDER_SIZE);
	g_assert_cmpuint(s->sent[REQ_VIEW], ==, 1);
	g_assert_true(shows(s, "Sorted by size."));
	stage_type(s, "oz");
	g_assert_cmpuint(list(s)->choice.view, ==, ORDER_SIZE | VIEW_REVERSE);
	g_assert_true(shows(s, "by size, smallest first"));
	stage_type(s, "oror");
	g_assert_cmpuint(list(s)->choice.view, ==, VIEW_REVERSE);
	g_assert_cmpuint(s->sent[REQ_VIEW], ==, 4);
	stage_type(s, "or");
	g_assert_true(model_choice_is_plain(&list(s)->choice));
	stage_free(s);
}

static void oldest_first_pages_to_both_ends(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "oror");
	g_assert_cmpuint(list(s)->choice.view, ==, 0);
	stage_type(s, "or=");
	const struct store_row *row = model_list_current(list(s));
	g_assert_cmpuint(row ? row->uid : 0, ==, 1);
	stage_type(s, "*");
	row = model_list_current(list(s));
	g_assert_cmpuint(row ? row->uid : 0, ==, STAGE_ROWS);
	stage_free(s);
}

static void tags_by_pattern_reach_what_is_not_loaded(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "T~f ana\r");
	g_assert_cmpuint(model_list_tags(list(s)), ==, 14);
	g_assert_true(shows(s, "Tagged 14 messages."));
	stage_golden(s, "tagged-pattern-80x24");
	stage_type(s, "\x14~U\r");
	g_assert_true(shows(s, "Took the tags from"));
	g_assert_cmpuint(model_list_tags(list(s)), <, 14);
	stage_type(s, "\x14\r");
	g_assert_cmpuint(model_list_tags(list(s)), ==, 0);
	stage_type(s, "T~q\r");
	g_assert_true(shows(s, "column 1: no ~q here"));
	stage_free(s);
}

static void tags_by_pattern_stay_within_the_filter(void)
{
	struct stage *s = stage_new(24, 80);
	stage_type(s, "l~f ana\rT~U\r");
	guint tags = model_list_tags(list(s));
	g_assert_cmpuint(tags, >, 0);
	g_assert_cmpuint(tags, <, 14);
	stage_free(s);
}

static void narrow_screens_tell_the_filter_too(void)
{
	struct stage *s = stage_new(10, 40);
	stage_type(s, "l~f ana\r");
	stage_golden(s, "filter-40x10");
	stage_free(s);
}

static void all_inboxes_are_one_list(void)
{
	struct stage *s = stage_new(24, 110);
	stage_type(s, "call inb\r");
	g_assert_cmpint(list(s)->account, ==, -1);
	g_assert_cmpuint(list(s)->total, ==, STAGE_ROWS);
	g_assert_cmpuint(s->sent[REQ_OPEN], >=, 3);
	stage_golden(s, "all-inboxes-110x24");
	stage_type(s, "%");
	g_assert_true(shows(s, "unread only"));
	stage_type(s, "%ttA");
	/* One change for each account, each with its own message. */
	g_assert_cmpuint(s->sent[REQ_CHANGE], ==, 2);
	g_assert_cmpuint(s->last->places->len, ==, 1);
	stage_type(s, "j\r");
	g_assert_true(shows(s, "From"));
	g_assert_true(shows(s, "Inbox - work") || shows(s, "Inbox - box"));
	stage_type(s, "qtts");
	g_assert_true(shows(s, "several accounts"));
	stage_type(s, "$");
	g_assert_cmpuint(s->sent[REQ_SYNC], ==, 2);
	stage_type(s, "}");
	g_assert_cmpint(list(s)->account, ==, 0);
	stage_free(s);
}

void suite(void)
{
	unit_add(list_narrows_while_a_filter_is_typed);
	unit_add(escape_gives_back_what_was);
	unit_add(nothing_typed_lifts_the_filter_and_keeps_the_message);
	unit_add(tab_brings_back_the_filter_to_be_changed);
	unit_add(a_mistake_is_told_while_it_is_typed);
	unit_add(an_empty_list_says_why);
	unit_add(unread_only_keeps_what_is_read_in_it);
	unit_add(order_is_asked_for_and_remembered);
	unit_add(oldest_first_pages_to_both_ends);
	unit_add(tags_by_pattern_reach_what_is_not_loaded);
	unit_add(tags_by_pattern_stay_within_the_filter);
	unit_add(narrow_screens_tell_the_filter_too);
	unit_add(all_inboxes_are_one_list);
}
