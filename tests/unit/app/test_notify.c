/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"
#include "base/clock.h"
#include "tests/unit/unit.h"

#include <string.h>

#define NOON 1795262400 /* Sat 21 Nov 2026 12:00 UTC */

static struct store_folder inbox = { .id = 3,
	.raw = (char *)"INBOX",
	.name = (char *)"Inbox",
	.role = ROLE_INBOX,
	.uidvalidity = 9,
	.last_sync = NOON };

static void add_row(GPtrArray *rows, uint32_t uid, uint32_t flags, const char *msgid)
{
	struct store_row *row = g_new0(struct store_row, 1);
	row->uid = uid;
	row->flags = flags;
	row->received = NOON + uid;
	row->attachments = -1;
	row->subject = g_strdup_printf("Number %u \033]0;x\a", uid);
	row->msgid = g_strdup(msgid);
	row->from = g_ptr_array_new_with_free_func((GDestroyNotify)msg_addr_free);
	row->to = g_ptr_array_new();
	row->cc = g_ptr_array_new();
	g_ptr_array_add(row->from, msg_addr_new("Ana; Duarte", "ana@duarte.example"));
	g_ptr_array_insert(rows, 0, row);
}

/* UIDs from..to, the newest first. */
static GPtrArray *rows_of(uint32_t from, uint32_t to)
{
	GPtrArray *rows = store_rows_new();
	for (uint32_t uid = from; uid <= to; uid++)
		add_row(rows, uid, 0, NULL);
	return rows;
}

static guint look(struct notify *n, const struct store_folder *f, GPtrArray *rows)
{
	g_autoptr(GPtrArray) news = notify_look(n, f, rows);
	guint count = news->len;
	g_ptr_array_unref(rows);
	return count;
}

static void first_look_tells_nothing_then_each_once(void)
{
	struct notify *n = notify_new();
	g_assert_cmpuint(look(n, &inbox, rows_of(1, 20)), ==, 0);
	g_assert_cmpuint(look(n, &inbox, rows_of(1, 20)), ==, 0);
	g_assert_cmpuint(look(n, &inbox, rows_of(10, 23)), ==, 3);
	g_assert_cmpuint(look(n, &inbox, rows_of(10, 23)), ==, 0);
	/* Older ones that are only now fetched, and an empty window, tell nothing. */
	g_assert_cmpuint(look(n, &inbox, rows_of(1, 9)), ==, 0);
	g_assert_cmpuint(look(n, &inbox, rows_of(1, 0)), ==, 0);
	g_assert_cmpuint(look(n, &inbox, rows_of(20, 24)), ==, 1);
	notify_free(n);
}

static void folder_never_synced_or_made_anew_tells_nothing(void)
{
	struct notify *n = notify_new();
	struct store_folder cold = inbox, anew = inbox, sent = inbox;
	cold.last_sync = 0;
	g_assert_cmpuint(look(n, &cold, rows_of(1, 3)), ==, 0);
	g_assert_cmpuint(look(n, &inbox, rows_of(1, 50)), ==, 0);
	anew.id = 4; /* another UIDVALIDITY */
	g_assert_cmpuint(look(n, &anew, rows_of(1, 50)), ==, 0);
	g_assert_cmpuint(look(n, &anew, rows_of(1, 51)), ==, 1);
	sent.id = 5;
	sent.role = ROLE_SENT;
	g_assert_cmpuint(look(n, &sent, rows_of(1, 1)), ==, 0);
	g_assert_cmpuint(look(n, &sent, rows_of(1, 2)), ==, 0);
	/* What the server had at the first look is not new when it is fetched. */
	struct store_folder filling = inbox;
	filling.id = 6;
	filling.uidnext = 31;
	g_assert_cmpuint(look(n, &filling, rows_of(1, 0)), ==, 0);
	g_assert_cmpuint(look(n, &filling, rows_of(1, 30)), ==, 0);
	g_assert_cmpuint(look(n, &filling, rows_of(1, 31)), ==, 1);
	notify_free(n);
}

static void read_mail_and_drafts_are_no_news(void)
{
	struct notify *n = notify_new();
	GPtrArray *rows = rows_of(1, 2);
	look(n, &inbox, rows_of(1, 2));
	add_row(rows, 3, MSG_SEEN, NULL);
	add_row(rows, 4, MSG_DRAFT, NULL);
	add_row(rows, 5, MSG_DELETED, NULL);
	add_row(rows, 0, 0, NULL); /* of no server yet */
	add_row(rows, 6, MSG_FLAGGED, NULL);
	g_assert_cmpuint(look(n, &inbox, rows), ==, 1);
	notify_free(n);
}

static struct store_change *moved(const char *target, uint32_t target_uid, const char *msgid)
{
	struct store_change *c = store_change_new(CHANGE_MOVE, 1);
	struct store_change_item *item = store_change_item_add(c);
	c->folder = g_strdup("Archive");
	c->target = g_strdup(target);
	item->target_uid = target_uid;
	item->msgid = g_strdup(msgid);
	return c;
}

static void own_moves_are_no_news(void)
{
	GPtrArray *rows = store_rows_new(), *changes = store_changes_new(), *news = g_ptr_array_new();
	add_row(rows, 7, 0, "told@x");
	add_row(rows, 8, 0, "untold@x");
	add_row(rows, 9, 0, "strange@x");
	add_row(rows, 10, 0, "refused@x");
	for (guint i = 0; i < rows->len; i++)
		g_ptr_array_add(news, rows->pdata[i]);
	g_ptr_array_add(changes, moved("INBOX", 7, "other@x"));
	g_ptr_array_add(changes, moved("INBOX", 0, "untold@x"));
	g_ptr_array_add(changes, moved("Lists", 9, "strange@x"));
	struct store_change *failed = moved("INBOX", 0, "refused@x");
	failed->state = CHANGE_FAILED;
	g_ptr_array_add(changes, failed);
	notify_drop_own(news, &inbox, changes);
	g_assert_cmpuint(news->len, ==, 2);
	g_assert_cmpuint(((struct store_row *)news->pdata[0])->uid, ==, 10);
	g_assert_cmpuint(((struct store_row *)news->pdata[1])->uid, ==, 9);
	g_ptr_array_unref(news);
	g_ptr_array_unref(changes);
	g_ptr_array_unref(rows);
}

static bool quiet(const char *hours, int hour, int minute)
{
	struct cfg_options o = { .quiet_hours = (char *)hours };
	return notify_is_quiet(&o, NOON - 12 * 3600 + hour * 3600 + minute * 60);
}

static void quiet_hours_go_past_midnight(void)
{
	g_assert_true(quiet("22:00-07:00", 23, 59));
	g_assert_true(quiet("22:00-07:00", 0, 0));
	g_assert_true(quiet("22:00-07:00", 6, 59));
	g_assert_false(quiet("22:00-07:00", 7, 0));
	g_assert_false(quiet("22:00-07:00", 21, 59));
	g_assert_true(quiet("9:00-12:30", 12, 29));
	g_assert_false(quiet("9:00-12:30", 12, 30));
	g_assert_false(quiet(NULL, 3, 0));
}

static char *folders(GPtrArray *pinned, GPtrArray *notified)
{
	struct cfg_account a = { .pinned = pinned, .notified = notified };
	GPtrArray *names = notify_folders(&a);
	g_ptr_array_add(names, NULL);
	char *text = g_strjoinv(" ", (char **)names->pdata);
	g_ptr_array_set_size(names, (int)names->len - 1);
	g_ptr_array_unref(names);
	g_ptr_array_unref(pinned);
	g_ptr_array_unref(notified);
	return text;
}

static GPtrArray *words(const char *text)
{
	GPtrArray *a = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) split = g_strsplit(text, " ", -1);
	for (char **w = split; *w && **w; w++)
		g_ptr_array_add(a, g_strdup(*w));
	return a;
}

static void folders_are_inbox_and_pinned_or_those_named(void)
{
	g_autofree char *usual = folders(words("INBOX Lists/a"), words(""));
	g_autofree char *named = folders(words("Lists/a"), words("Orders inbox Orders"));
	g_autofree char *none = folders(words("Lists/a"), words("none"));
	g_assert_cmpstr(usual, ==, "Inbox Lists/a");
	g_assert_cmpstr(named, ==, "Orders Inbox");
	g_assert_cmpstr(none, ==, "");
}

static void promise_16_words_are_clean_and_json_is_bounded(void)
{
	g_autoptr(GPtrArray) rows = rows_of(1, 12);
	struct app_news news = { .account = "box", .folder = &inbox, .rows = rows };
	g_autofree char *text = app_news_text(&news), *json = app_news_json(&news);
	g_assert_true(g_str_has_prefix(text, "12 new messages in Inbox (box): Ana; Duarte: Number 12 "));
	for (const char *p = text; *p; p++)
		g_assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
	g_assert_nonnull(
		strstr(json, "{\"v\":1,\"type\":\"news\",\"account\":\"box\",\"folder\":\"Inbox\",\"count\":12,"));
	g_assert_nonnull(strstr(json, "\"id\":\"box/Inbox/9.12\""));
	g_assert_nonnull(strstr(json, "\"id\":\"box/Inbox/9.8\""));
	g_assert_null(strstr(json, "\"id\":\"box/Inbox/9.7\""));
	g_assert_null(strchr(json, '\033'));
	g_assert_true(g_str_has_suffix(json, "]}\n"));
	g_assert_cmpint(strchr(json, '\n') - json, ==, (int)strlen(json) - 1);
}

void suite(void)
{
	g_setenv("TZ", "UTC", TRUE);
	unit_add(first_look_tells_nothing_then_each_once);
	unit_add(folder_never_synced_or_made_anew_tells_nothing);
	unit_add(read_mail_and_drafts_are_no_news);
	unit_add(own_moves_are_no_news);
	unit_add(quiet_hours_go_past_midnight);
	unit_add(folders_are_inbox_and_pinned_or_those_named);
	unit_add(promise_16_words_are_clean_and_json_is_bounded);
}
