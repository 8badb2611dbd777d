/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list by threads: how its lines are drawn, and what is done with a whole one. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

#define LEVELS_DRAWN 8 /* of those who answer answers */
#define UNREAD_SHOWN 99

/* --- lines --- */
static bool is_folded(const struct store_row *row)
{
	return row->head && row->head->folded && row->head->members->len > 1;
}

static bool has_flagged(const struct store_thread *t)
{
	for (guint i = 0; i < t->members->len; i++)
		if (g_array_index(t->members, struct store_member, i).flags & MSG_FLAGGED)
			return true;
	return false;
}

char *thread_sign(const struct store_row *row)
{
	if (!is_folded(row))
		return NULL;
	unsigned unseen = store_thread_unseen(row->head);
	const char *flagged = has_flagged(row->head) ? "F" : "";
	return unseen ? g_strdup_printf("+%u%s", MIN(unseen, UNREAD_SHOWN), flagged) : g_strdup_printf(" %s", flagged);
}

/* First names where there are several. */
static void add_first_name(GString *out, const char *name)
{
	const char *end = strchr(name, ' ');
	if (out->len)
		g_string_append(out, ", ");
	g_string_append_len(out, name, end ? end - name : (gssize)strlen(name));
}

char *thread_people(const struct store_row *row)
{
	const struct store_thread *t = row->head;
	if (!is_folded(row) || !t->writers)
		return NULL;
	if (t->writers == 1)
		return g_strdup_printf("%s (%u)", (char *)t->names->pdata[0], t->members->len);
	if (t->writers > t->names->len)
		return g_strdup_printf(P_("%u person", "%u people", t->writers), t->writers);
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < t->names->len; i++)
		add_first_name(out, t->names->pdata[i]);
	return g_string_free(out, FALSE);
}

/* Of very deep ones the last levels. */
static void add_branches(GString *out, const struct store_row *row)
{
	unsigned from = row->depth > LEVELS_DRAWN ? row->depth - LEVELS_DRAWN : 0;
	for (unsigned i = from; i < row->depth; i++) {
		bool goes_on = i < 32 && row->bars >> i & 1;
		bool own = i + 1 == row->depth;
		g_string_append(out, own ? (goes_on ? "|-> " : "`-> ") : goes_on ? "| " : "  ");
	}
}

char *thread_subject(struct view *list, const struct store_row *row)
{
	const struct model_list *m = view_list_model(list);
	bool elsewhere = m->folder && row->folder != m->folder->id;
	const char *words = row->subject && *row->subject ? row->subject : _("(no subject)");
	if (!row->in_thread)
		return NULL;
	if (is_folded(row))
		return g_strdup(*row->head->subject ? row->head->subject : _("(no subject)"));
	GString *out = g_string_new(NULL);
	bool answers = false;
	add_branches(out, row);
	if (elsewhere)
		g_string_append_printf(out, "(%s) ", view_list_folder(list, row));
	if (row->same_subject) {
		g_autofree char *base = msg_base_subject(row->subject, &answers);
		words = answers ? "Re:" : "";
	}
	g_string_append(out, words);
	return g_string_free(out, FALSE);
}

/* --- commands --- */
static void switch_threads(struct ui *ui, struct model_list *m)
{
	bool on = !(m->choice.view & VIEW_THREADS);
	if (m->account < 0) {
		ui_say(ui, g_strdup(_("All inboxes as one are not shown by threads.")));
		return;
	}
	model_list_by_threads(m, on);
	if (on && !m->threads)
		ui_say(ui, g_strdup(_("By threads again once all is shown, in the order it came in.")));
	else
		ui_say(ui, g_strdup(on ? _("By threads, the one with the newest message first.")
				       : _("Each message for itself, the newest first.")));
}

static void say_no_threads(struct ui *ui, const struct model_list *m)
{
	g_autofree char *key = keymap_first(ui->keymap, CTX_INDEX, CMD_THREADS);
	if (m->choice.view & VIEW_THREADS)
		ui_say(ui, g_strdup(_("By threads again once all is shown, in the order it came in.")));
	else
		ui_say(ui, key ? g_strdup_printf(_("The list is not by threads; %s shows them."), key)
			       : g_strdup(_("The list is not by threads.")));
}

static void turn(struct ui *ui, struct model_list *m)
{
	if (!m->threads)
		say_no_threads(ui, m);
	else if (!model_list_fold(m, TURN_IT))
		ui_say(ui, g_strdup(_("This message is alone in its thread.")));
}

static void turn_all(struct ui *ui, struct model_list *m)
{
	if (m->threads)
		model_list_fold_all(m);
	else
		say_no_threads(ui, m);
}

static void go(struct ui *ui, struct view *list, bool down)
{
	struct model_list *m = view_list_model(list);
	if (!m->threads) {
		say_no_threads(ui, m);
		return;
	}
	model_list_to_thread(m, down);
	if (ui_top(ui) != list)
		view_message_follow(ui_top(ui));
}

/* --- a whole thread --- */
static void got_thread(void *aux, int what, GArray *places)
{
	struct view *list = aux;
	struct model_list *m = view_list_model(list);
	if (!places) {
		ui_say(list->ui, g_strdup(_("There is no message here.")));
	} else if (what == CMD_THREAD_TAG) {
		model_list_tag_thread(m, places);
		g_array_unref(places);
		model_list_to_thread(m, true);
	} else {
		change_places(list->ui, list, (enum app_command)what, places);
	}
}

bool thread_command(struct ui *ui, struct view *list, enum app_command c)
{
	struct model_list *m = view_list_model(list);
	const struct store_row *row = model_list_current(m);
	switch (c) {
	case CMD_THREADS: switch_threads(ui, m); break;
	case CMD_THREAD_TURN: turn(ui, m); break;
	case CMD_THREAD_TURN_ALL: turn_all(ui, m); break;
	case CMD_THREAD_NEXT: go(ui, list, true); break;
	case CMD_THREAD_PREVIOUS: go(ui, list, false); break;
	case CMD_LEFT: return ui_top(ui) == list && model_list_fold(m, FOLD_IT);
	case CMD_RIGHT: return ui_top(ui) == list && model_list_fold(m, UNFOLD_IT);
	case CMD_THREAD_READ:
		if (model_list_tags(m)) {
			got_thread(list, c, model_list_chosen(m));
			break;
		}
		/* fall through */
	case CMD_THREAD_DELETE:
	case CMD_THREAD_ARCHIVE:
	case CMD_THREAD_MOVE:
	case CMD_THREAD_TAG: model_list_thread(m, row ? view_list_account(list, row) : -1, c, got_thread, list); break;
	default: return false;
	}
	return true;
}
