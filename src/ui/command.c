/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a command does that is the same in every view. */
#include "ui/internal.h"

#include "base/i18n.h"

/* What is wrong with a folder or with this machine is said: no account has a banner for it. */
static void got_synced(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	const struct model_account *a = model_folders_account(ui->folders, ev->account);
	bool told = ev->err.scope == ERR_ACCOUNT || ev->err.cause == ERR_CANCELED;
	if (ev->type == EV_ENDED)
		ui->sync_request = 0;
	if (ev->type == EV_ENDED && ev->err.cause && !told)
		ui_say(ui, app_err_text(&ev->err, a ? a->cfg->label : NULL));
}

static void sync_one(struct ui *ui, int account, const char *folder)
{
	struct request *r = request_new(REQ_SYNC, 0, account);
	r->folder = g_strdup(folder);
	r->due = SYNC_PERSON;
	ui->sync_request = app_request(ui->app, r, got_synced, ui);
	ui_say(ui, g_strdup(_("Checking mail.")));
}

static void sync_now(struct ui *ui)
{
	int account = ui_top(ui)->account;
	struct view *list = ui->views->len > 1 ? ui->views->pdata[1] : NULL;
	if (model_folders_account(ui->folders, account))
		sync_one(ui, account, list && list->account == account ? view_list_model(list)->name : NULL);
	for (int i = 0; account < 0 && i < (int)ui->folders->accounts->len; i++)
		sync_one(ui, i, "Inbox");
}

static void change_account(struct ui *ui, int by)
{
	int n = (int)ui->folders->accounts->len;
	if (n < 2) {
		ui_say(ui, g_strdup(_("There is no other account.")));
		return;
	}
	int from = MAX(ui_top(ui)->account, by > 0 ? -1 : 0);
	ui_open_folder(ui, (from + by + n) % n, "Inbox");
}

static void toggle_sidebar(struct ui *ui)
{
	int rows, cols;
	ui->term->size(ui->term, &rows, &cols);
	ui->sidebar = ui_has_sidebar(ui, cols) ? SIDEBAR_OFF : SIDEBAR_ON;
	if (ui_has_sidebar(ui, cols) || ui->sidebar != SIDEBAR_ON)
		return;
	g_autofree char *key = ui_key(ui, ui_top(ui)->ops->context, CMD_FOLDER);
	ui_say(ui, g_strdup_printf(_("The screen is too narrow for that; %s goes to a folder."), key));
}

/* A letter that can still be taken back, if nothing that stands was changed since it was sent. */
static void undo(struct ui *ui)
{
	const struct store_mail *m = model_queue_undoable(ui->queue);
	if (m && model_changes_made_at(ui->changes) <= ui->queue->sent_at)
		model_queue_act(ui->queue, m->id, QUEUE_UNDO);
	else
		model_changes_undo(ui->changes);
}

const char *command_why_not(const struct ui *ui, enum app_command c)
{
	switch (c) {
	case CMD_REDO: return model_changes_can_redo(ui->changes) ? NULL : _("nothing was undone just now");
	case CMD_BANNER_WORDS:
	case CMD_BANNER_RETRY:
	case CMD_BANNER_PASSWORD:
	case CMD_BANNER_DEFAULT:
	case CMD_BANNER_FROM:
	case CMD_BANNER_EDIT:
	case CMD_BANNER_OTHERS:
	case CMD_BANNER_DROP:
	case CMD_BANNER_HIDE: return banner_is_shown(ui) ? NULL : _("there is no banner");
	case CMD_NEXT_ACCOUNT:
	case CMD_PREV_ACCOUNT: return ui->folders->accounts->len > 1 ? NULL : _("there is no other account");
	default: return NULL;
	}
}

void command_run(struct ui *ui, enum app_command c)
{
	struct view *top = ui_top(ui);
	if (top->ops->command(top, c) || pane_command(ui, c) || compose_command(ui, c) || parts_command(ui, c) ||
		copy_command(ui, c))
		return;
	switch (c) {
	case CMD_BACK: ui_pop(ui); break;
	case CMD_LEFT: command_run(ui, CMD_BACK); break;
	case CMD_SYNC: sync_now(ui); break;
	case CMD_FOLDER: ui_push(ui, view_folders_pick(ui)); break;
	case CMD_NEXT_ACCOUNT: change_account(ui, 1); break;
	case CMD_PREV_ACCOUNT: change_account(ui, -1); break;
	case CMD_NEXT_UNREAD: ui_next_unread_folder(ui, false); break;
	case CMD_SIDEBAR: toggle_sidebar(ui); break;
	case CMD_SETTINGS: ui_push(ui, view_settings_new(ui)); break;
	case CMD_HELP: ui_push(ui, view_help_new(ui, top->ops->context)); break;
	case CMD_PALETTE: palette_open(ui, ""); break;
	case CMD_MESSAGES: ui_push(ui, view_log_new(ui)); break;
	case CMD_UNDO: undo(ui); break;
	case CMD_REDO: model_changes_redo(ui->changes); break;
	case CMD_REDRAW: ui->all_dirty = true; break;
	case CMD_BANNER_WORDS:
	case CMD_BANNER_RETRY:
	case CMD_BANNER_PASSWORD:
	case CMD_BANNER_DEFAULT:
	case CMD_BANNER_FROM:
	case CMD_BANNER_EDIT:
	case CMD_BANNER_OTHERS:
	case CMD_BANNER_DROP:
	case CMD_BANNER_HIDE: banner_command(ui, c); break;
	default: break;
	}
}
