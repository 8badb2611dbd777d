/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The From picker of a letter: choosing an address, asking the server about one, how one comes to be accepted. */
#include "ui/view_compose.h"

#include "base/i18n.h"

static void from_close(struct view_compose *v)
{
	g_clear_pointer(&v->rows, g_ptr_array_unref);
	compose_switch(v, false);
}

void from_open(struct view_compose *v)
{
	if (!v->rows)
		v->rows = picker_rows(v->letter);
	v->list = (struct list){ 0 };
	for (guint i = 0; i < v->rows->len; i++) {
		const struct pick_row *row = v->rows->pdata[i];
		if (row->addr && row->account == v->letter->from.account &&
			!g_ascii_strcasecmp(row->addr, v->letter->from.addr->addr))
			v->list.cursor = (int)i;
	}
	compose_switch(v, true);
}

static void set_from(struct view_compose *v, int account, const char *typed)
{
	struct app_from now = { 0 };
	struct err e = ERR_INIT;
	if (app_from_typed(app_cfg(v->view.ui->app), account, typed, &now, &e)) {
		ui_say(v->view.ui, app_err_text(&e, NULL));
		err_clear(&e);
		return;
	}
	from_close(v);
	model_letter_from(v->letter, &now);
	compose_touch(v);
}

static void from_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	g_autofree char *text = str_dup(str_trim(typed));
	if (v && *text)
		set_from(v, v->letter->from.account, text);
}

static void ask_from(struct view_compose *v)
{
	ui_ask(v->view.ui, g_strdup(_("Send as: ")), "", false, from_typed, v, NULL);
}

static void pick(struct view_compose *v, int at)
{
	const struct pick_row *row = at < (int)v->rows->len ? v->rows->pdata[at] : NULL;
	if (row && row->addr) {
		g_autofree char *addr = g_strdup(row->addr);
		set_from(v, row->account, addr);
	} else if (row) {
		ask_from(v);
	}
}

static const struct pick_row *picked(const struct view_compose *v)
{
	return v->list.cursor < (int)v->rows->len ? v->rows->pdata[v->list.cursor] : NULL;
}

static void probe(struct view_compose *v)
{
	const struct pick_row *row = picked(v);
	if (!row || !row->addr)
		return;
	if (row->account != v->letter->from.account) {
		ui_say(v->view.ui, g_strdup(_("Choose it first: it is of another account.")));
		return;
	}
	ui_say(v->view.ui, g_strdup_printf(_("Asking the server about %s; nothing is sent."), row->addr));
	model_letter_probe(v->letter, row->addr);
}

static void validate(struct view_compose *v)
{
	const struct pick_row *row = picked(v);
	if (!row || !row->addr)
		return;
	if (row->account != v->letter->from.account) {
		ui_say(v->view.ui, g_strdup(_("Choose it first: it is of another account.")));
		return;
	}
	const struct cfg_account *a = app_cfg(v->view.ui->app)->accounts->pdata[row->account];
	const struct engine_identity *id = model_letter_identity(v->letter, row->addr);
	if (id && (id->known.state == IDENTITY_OK || id->known.state == IDENTITY_LIKELY)) {
		ui_say(v->view.ui, g_strdup_printf(_("The server takes %s as sender now."), row->addr));
		return;
	}
	ui_say(v->view.ui,
		g_strdup_printf(
			app_validation_is_known(a)
				? _("The letter that validates %s is looked out for.")
				: _("%s waits to be validated. Its letter cannot be known here: probe it afterwards."),
			row->addr));
	model_letter_validate(v->letter, row->addr);
}

static void how_to_fix(struct view_compose *v)
{
	const struct pick_row *row = picked(v);
	const struct model_account *a = model_folders_account(v->view.ui->folders, row ? row->account : -1);
	const struct engine_identity *id = row ? model_letter_identity(v->letter, row->addr) : NULL;
	if (!row || !row->addr || !a)
		return;
	const char *way = a->cfg->card ? a->cfg->card->validate : NULL;
	g_autofree char *state = id ? app_identity_text(id, v->letter->after_data) : g_strdup(_("never tried"));
	g_autofree char *words = id && id->known.text ? g_strdup_printf("%d %s", id->known.code, id->known.text) : NULL;
	g_autofree char *key = keymap_first(v->view.ui->keymap, CTX_FROM, CMD_VALIDATE);
	g_autofree char *then = g_strdup_printf(_("Press %s on the address once you have asked for it: then the "
						  "provider's letter is looked out for, and its link shown here."),
		key ? key : "-");
	g_autofree char *text = g_strdup_printf("%s: %s\n\n%s%s%s\n\n%s\n", row->addr, state, words ? words : "",
		words ? "\n\n" : "",
		way ? way
		    : _("This provider's way is not known here: look in its help for \"identities\", \"aliases\" or "
			"\"send as\"."),
		app_validation_is_known(a->cfg) ? then : "");
	ui_push(v->view.ui, view_text_new(v->view.ui, _("How to send as this address"), text));
}

bool from_command(struct view *view, enum app_command c)
{
	struct view_compose *v = compose_of(view);
	compose_refresh(v);
	if (list_command(&v->list, c))
		return true;
	switch (c) {
	case CMD_CHOOSE: pick(v, v->list.cursor); break;
	case CMD_PROBE: probe(v); break;
	case CMD_HOW: how_to_fix(v); break;
	case CMD_VALIDATE: validate(v); break;
	case CMD_ANOTHER: ask_from(v); break;
	case CMD_BACK: from_close(v); break;
	default: return false;
	}
	return true;
}

/* Numbers choose at once, and so Esc gives up. */
bool from_key(struct view *view, uint32_t key, const char *paste)
{
	struct view_compose *v = compose_of(view);
	(void)paste;
	if (key == APP_KEY_ESC)
		from_close(v);
	else if (key >= '1' && key <= '9')
		pick(v, (int)(key - '1'));
	else
		return false;
	return true;
}
