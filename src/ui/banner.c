/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a banner's keys do; widget_status.c draws it. */
#include "ui/internal.h"

#include "base/i18n.h"

static void server_words(struct ui *ui, const struct model_account *a)
{
	const struct err *e = &a->state.err;
	g_autofree char *what = app_err_text(e, a->cfg->label), *hint = app_err_hint(e, a->cfg->label);
	g_autofree char *text = g_strdup_printf("%s\n\n%s %s\n%s%s", what, _("The server said:"),
		e->server ? e->server : _("nothing."), hint ? "\n" : "", hint ? hint : "");
	ui_push(ui, view_text_new(ui, _("What the server said"), text));
}

static void password_typed(struct ui *ui, struct str typed, void *aux)
{
	struct secret *secret = typed.n ? secret_new(typed) : NULL;
	if (secret)
		model_folders_password(ui->folders, GPOINTER_TO_INT(aux), secret);
	else
		ui_say(ui, g_strdup(_("No password was given.")));
}

static void ask_password(struct ui *ui, int account)
{
	const struct model_account *a = model_folders_account(ui->folders, account);
	char *label = g_strdup_printf(_("Password of %s: "), a->cfg->login ? a->cfg->login : a->cfg->label);
	ui_ask(ui, label, "", true, password_typed, GINT_TO_POINTER(account), NULL);
}

static void retry_now(struct ui *ui, int account, struct model_account *a)
{
	app_request(ui->app, request_new(REQ_RETRY, 0, account), NULL, NULL);
	a->hidden = true;
	ui_say(ui, g_strdup_printf(_("Trying %s again."), a->cfg->label));
}

static void trouble_words(struct ui *ui, const struct model_trouble *t)
{
	const struct err *e = &t->first.err;
	g_autofree char *what = app_failed_text(&t->first, t->messages), *hint = app_err_hint(e, NULL);
	g_autofree char *text = g_strdup_printf("%s\n\n%s %s\n%s%s", what, _("The server said:"),
		e->server ? e->server : _("nothing."), hint ? "\n" : "", hint ? hint : "");
	ui_push(ui, view_text_new(ui, _("What the server said"), text));
}

static bool trouble_command(struct ui *ui, enum app_command c)
{
	const struct model_trouble *t = model_changes_trouble(ui->changes);
	if (!t || (c != CMD_BANNER_WORDS && c != CMD_BANNER_RETRY && c != CMD_BANNER_HIDE))
		return false;
	if (c == CMD_BANNER_WORDS)
		trouble_words(ui, t);
	else if (c == CMD_BANNER_RETRY)
		model_changes_retry(ui->changes);
	else
		model_changes_hide(ui->changes);
	return true;
}

void ui_mail_words(struct ui *ui, const struct store_mail *m)
{
	g_autofree char *what = app_mail_text(m);
	g_autoptr(GString) text = g_string_new(what);
	g_string_append_printf(text, "\n\n%s\n", _("The server said:"));
	if (m->code)
		g_string_append_printf(text, "%d %s%s%s\n", m->code, m->enhanced ? m->enhanced : "",
			m->enhanced ? " " : "", m->text ? m->text : "");
	else
		g_string_append_printf(text, "%s\n", m->error ? m->error : _("nothing."));
	for (guint i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		if (r->code)
			g_string_append_printf(text, "%s: %d %s\n", r->addr, r->code, r->text ? r->text : "");
	}
	if (m->dialogue)
		g_string_append_printf(
			text, "\n%s\n%s", _("What was said last (C: Boxwood, S: the server):"), m->dialogue);
	ui_push(ui, view_text_new(ui, _("What the server said"), text->str));
}

static void try_again(struct ui *ui, void *aux)
{
	model_queue_act(ui->queue, GPOINTER_TO_UINT(aux), QUEUE_RETRY_MAYBE);
}

void ui_retry_mail(struct ui *ui, const struct store_mail *m)
{
	if (m->state == MAIL_MAYBE)
		ui_question(ui, g_strdup(_("It may have been sent already. Send it again?")), try_again,
			GUINT_TO_POINTER(m->id), NULL);
	else
		model_queue_act(ui->queue, m->id, QUEUE_RETRY);
}

/* What became of a letter. */
static bool mail_command(struct ui *ui, enum app_command c)
{
	const struct store_mail *m = model_queue_trouble(ui->queue);
	if (!m)
		return false;
	uint32_t id = m->id, draft = m->draft;
	if (c == CMD_BANNER_DEFAULT)
		compose_resend(ui, draft, id);
	else if (c == CMD_BANNER_FROM || c == CMD_BANNER_EDIT)
		compose_resume(ui, draft, c == CMD_BANNER_FROM ? COMPOSE_PICK : COMPOSE_REVIEW, id);
	else if (c == CMD_BANNER_DROP)
		ui_drop_mail(ui, m);
	else if (c == CMD_BANNER_WORDS)
		ui_mail_words(ui, m);
	else if (c == CMD_BANNER_RETRY)
		ui_retry_mail(ui, m);
	else if (c == CMD_BANNER_OTHERS && model_queue_has_others(m))
		model_queue_act(ui->queue, id, QUEUE_RETRY_OTHERS);
	else if (c == CMD_BANNER_HIDE)
		model_queue_hide(ui->queue, id);
	else
		return false;
	return true;
}

void banner_command(struct ui *ui, enum app_command c)
{
	if (mail_command(ui, c) || trouble_command(ui, c))
		return;
	if (ui->interrupted && c == CMD_BANNER_HIDE) {
		ui->interrupted = false;
		return;
	}
	int account = banner_account(ui);
	struct model_account *a = model_folders_account(ui->folders, account);
	struct model_list *gone = a ? NULL : banner_gone(ui);
	if (gone && c == CMD_BANNER_HIDE) {
		gone->gone_hidden = true;
		return;
	}
	if (!a) {
		ui_say(ui, g_strdup(_("There is no banner.")));
		return;
	}
	if (c == CMD_BANNER_WORDS)
		server_words(ui, a);
	else if (c == CMD_BANNER_PASSWORD)
		ask_password(ui, account);
	else if (c == CMD_BANNER_RETRY)
		retry_now(ui, account, a);
	else if (c == CMD_BANNER_HIDE)
		a->hidden = true;
	else
		ui_say(ui, g_strdup(_("There is no such letter.")));
}
