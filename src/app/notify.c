/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mail that has come: what is new, whether it may be told, and the words for it. Nothing is asked or run here. */
#include "app/app.h"

#include <string.h>
#include <time.h>

#include "app/json.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/utf8.h"

/* One's own doing, or nobody's yet. */
#define NO_NEWS (MSG_SEEN | MSG_DRAFT | MSG_DELETED)

/* Up to which UID a folder was looked at. */
struct mark {
	uint32_t folder, uid;
};

struct notify {
	GArray *marks; /* struct mark */
};

struct notify *notify_new(void)
{
	struct notify *n = g_new(struct notify, 1);
	n->marks = g_array_new(FALSE, FALSE, sizeof(struct mark));
	return n;
}

void notify_free(struct notify *n)
{
	if (!n)
		return;
	g_array_unref(n->marks);
	g_free(n);
}

static void add_name(GPtrArray *names, const char *name)
{
	if (!g_ptr_array_find_with_equal_func(names, name, g_str_equal, NULL))
		g_ptr_array_add(names, g_strdup(name));
}

GPtrArray *notify_folders(const struct cfg_account *a)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	if (!a->notified->len)
		add_name(names, "Inbox");
	const GPtrArray *named = a->notified->len ? a->notified : a->pinned;
	for (guint i = 0; i < named->len; i++) {
		const char *name = named->pdata[i];
		if (named == a->notified && !strcmp(name, "none")) {
			g_ptr_array_set_size(names, 0);
			break;
		}
		add_name(names, g_ascii_strcasecmp(name, "inbox") ? name : "Inbox");
	}
	return names;
}

static struct mark *mark_of(struct notify *n, uint32_t folder)
{
	for (guint i = 0; i < n->marks->len; i++) {
		struct mark *m = &g_array_index(n->marks, struct mark, i);
		if (m->folder == folder)
			return m;
	}
	return NULL;
}

static uint32_t highest(const GPtrArray *rows, uint32_t uid)
{
	for (guint i = 0; i < rows->len; i++)
		uid = MAX(uid, ((const struct store_row *)rows->pdata[i])->uid);
	return uid;
}

static bool is_told_of(const struct store_folder *f)
{
	return f->last_sync && f->role != ROLE_SENT && f->role != ROLE_DRAFTS;
}

GPtrArray *notify_look(struct notify *n, const struct store_folder *f, const GPtrArray *rows)
{
	GPtrArray *news = g_ptr_array_new();
	if (!is_told_of(f))
		return news;
	struct mark *m = mark_of(n, f->id);
	if (!m) {
		/* What the server had then counts as seen, also where it is not fetched yet. */
		struct mark first = { f->id, highest(rows, f->uidnext ? f->uidnext - 1 : 0) };
		g_array_append_val(n->marks, first);
		return news;
	}
	for (guint i = 0; i < rows->len; i++) {
		struct store_row *row = rows->pdata[i];
		if (row->uid > m->uid && !(row->flags & NO_NEWS))
			g_ptr_array_add(news, row);
	}
	m->uid = highest(rows, m->uid);
	return news;
}

static bool put_there(const struct store_change *c, const struct store_folder *f, const struct store_row *row)
{
	if (!c->target || strcmp(c->target, f->raw) || c->state == CHANGE_FAILED)
		return false;
	for (guint i = 0; i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		if (item->target_uid ? item->target_uid == row->uid
				     : item->msgid && row->msgid && !strcmp(item->msgid, row->msgid))
			return true;
	}
	return false;
}

void notify_drop_own(GPtrArray *news, const struct store_folder *f, const GPtrArray *changes)
{
	for (guint i = news->len; i-- > 0;) {
		bool own = false;
		for (guint k = 0; k < changes->len && !own; k++)
			own = put_there(changes->pdata[k], f, news->pdata[i]);
		if (own)
			g_ptr_array_remove_index(news, i);
	}
}

bool notify_is_quiet(const struct cfg_options *o, int64_t now)
{
	int from, until;
	time_t when = (time_t)now;
	struct tm here;
	if (!o->quiet_hours || !cfg_hours(o->quiet_hours, &from, &until) || !localtime_r(&when, &here))
		return false;
	int minute = here.tm_hour * 60 + here.tm_min;
	return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

/* --- in words --- */
static char *sender(const struct store_row *row)
{
	const char *name = row->from && row->from->len ? msg_addr_short(row->from->pdata[0]) : _("(no sender)");
	return utf8_line(str_of(name));
}

char *app_news_text(const struct app_news *news)
{
	const struct store_row *row = news->rows->pdata[0];
	guint n = news->rows->len;
	g_autofree char *who = sender(row), *folder = utf8_line(str_of(news->folder->name));
	g_autofree char *what = utf8_line(str_of(row->subject && *row->subject ? row->subject : _("(no subject)")));
	return g_strdup_printf(P_("%u new message in %s (%s): %s: %s", "%u new messages in %s (%s): %s: %s", n), n,
		folder, news->account, who, what);
}

char *app_news_json(const struct app_news *news)
{
	struct json *j = json_record("news"), *messages = json_array();
	json_add(j, "account", json_string(news->account));
	json_add(j, "folder", json_string(news->folder->name));
	json_add(j, "count", json_number(news->rows->len));
	for (guint i = 0; i < MIN(news->rows->len, NOTIFY_TOLD); i++)
		json_push(messages, record_row(news->account, news->folder, news->rows->pdata[i]));
	json_add(j, "messages", messages);
	GString *line = g_string_new(NULL);
	json_print(j, line);
	json_free(j);
	g_string_append_c(line, '\n');
	return g_string_free(line, FALSE);
}
