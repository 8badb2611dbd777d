/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the keys change: messages of a list, and folders. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"

/* What is to be done once the user has said with what folder, or yes. */
struct plan {
	int account;
	enum app_verb verb;
	struct engine_change *change;
};

static struct plan *plan_new(int account, enum app_verb verb, struct engine_change *c)
{
	struct plan *p = g_new(struct plan, 1);
	*p = (struct plan){ account, verb, c };
	return p;
}

static void plan_free(void *p)
{
	engine_change_free(((struct plan *)p)->change);
	g_free(p);
}

static int owner_of(const struct ui *ui, const GArray *places, guint i)
{
	return model_folders_owner(ui->folders, g_array_index(places, struct store_place, i).folder);
}

/* The account that all of them are of; -1: of several. */
static int one_owner(const struct ui *ui, const struct view *list, const GArray *places)
{
	int owner = list->account < 0 ? owner_of(ui, places, 0) : list->account;
	for (guint i = 1; list->account < 0 && i < places->len; i++)
		if (owner_of(ui, places, i) != owner)
			return -1;
	return owner;
}

static const char *label_of(const struct ui *ui, int account)
{
	const struct model_account *a = model_folders_account(ui->folders, account);
	return a ? a->cfg->label : "";
}

/* --- what the model tells --- */
static void said(void *aux, char *sentence, bool undoable)
{
	struct ui *ui = aux;
	if (!sentence) {
		ui_say(ui, NULL);
		return;
	}
	g_autofree char *key =
		undoable && ui->views->len ? keymap_first(ui->keymap, ui_top(ui)->ops->context, CMD_UNDO) : NULL;
	g_autofree char *clean = grid_line(str_of(sentence));
	g_free(sentence);
	ui_say(ui, g_strdup(clean));
	if (!key)
		return;
	/* The way back holds as long as it is shown: the log has none of it. */
	g_free(ui->said);
	ui->said = g_strdup_printf("%s  %s %s", clean, key, _(app_command_info(CMD_UNDO)->hint));
}

static void each_list(struct ui *ui, void (*act)(struct model_list *m))
{
	for (guint i = 0; i < ui->views->len; i++) {
		struct view *v = ui->views->pdata[i];
		if (view_is_list(v))
			act(view_list_model(v));
	}
}

static void laid(void *aux)
{
	each_list(aux, model_list_lay);
}

static void lifted(void *aux)
{
	each_list(aux, model_list_refresh);
}

static void changed(void *aux)
{
	ui_touch(aux);
}

static void make_with_folder(struct ui *ui, void *aux)
{
	struct plan *p = aux;
	struct engine_change *c = app_change_copy(p->change);
	c->create = true;
	model_changes_make(ui->changes, p->account, p->verb, c);
}

static const char *role_folder(enum store_role role)
{
	switch (role) {
	case ROLE_TRASH: return "Trash";
	case ROLE_ARCHIVE: return "Archive";
	case ROLE_JUNK: return "Junk";
	default: return "Inbox";
	}
}

static void lacks(void *aux, int account, enum app_verb verb, struct engine_change *c)
{
	struct ui *ui = aux;
	const char *name = c->target ? c->target : role_folder(c->role);
	guint n = c->places ? c->places->len : 0;
	const char *label = label_of(ui, account);
	char *text = c->op == CHANGE_COPY
			     ? g_strdup_printf(P_("%s has no folder %s. Make it and copy %u message there?",
						       "%s has no folder %s. Make it and copy %u messages there?", n),
				       label, name, n)
			     : g_strdup_printf(P_("%s has no folder %s. Make it and move %u message there?",
						       "%s has no folder %s. Make it and move %u messages there?", n),
				       label, name, n);
	ui_question(ui, text, make_with_folder, plan_new(account, verb, c), plan_free);
}

const struct model_changes_hooks change_hooks = { said, ui_logged, lacks, laid, lifted, changed };

/* --- messages --- */
/* The message that was shown may have left the list. */
static void follow(struct ui *ui, struct view *list)
{
	struct view *top = ui_top(ui);
	if (!view_is_message(top))
		return;
	if (model_list_current(view_list_model(list)))
		view_message_follow(top);
	else
		ui_pop(ui);
}

/* Each account changes its own messages. Takes c. */
static void make_for(struct ui *ui, int account, enum app_verb verb, struct engine_change *c)
{
	if (account >= 0) {
		model_changes_make(ui->changes, account, verb, c);
		return;
	}
	for (int i = 0; i < (int)ui->folders->accounts->len; i++) {
		struct engine_change *own = app_change_copy(c);
		for (guint k = own->places->len; k-- > 0;)
			if (owner_of(ui, own->places, k) != i)
				g_array_remove_index(own->places, k);
		if (own->places->len)
			model_changes_make(ui->changes, i, verb, own);
		else
			engine_change_free(own);
	}
	engine_change_free(c);
}

static void make(struct ui *ui, struct view *list, int account, enum app_verb verb, struct engine_change *c)
{
	struct model_list *m = view_list_model(list);
	bool leave = c->op == CHANGE_MOVE || c->op == CHANGE_EXPUNGE;
	make_for(ui, account, verb, c);
	if (!leave)
		return;
	model_list_untag(m);
	follow(ui, list);
}

static void move_to_role(struct ui *ui, struct view *list, enum app_verb verb, enum store_role role, GArray *places)
{
	struct engine_change *c = app_change_new(CHANGE_MOVE, places);
	c->role = role;
	make(ui, list, list->account, verb, c);
}

static struct view *list_of(const struct ui *ui)
{
	for (guint i = ui->views->len; i-- > 0;)
		if (view_is_list(ui->views->pdata[i]))
			return ui->views->pdata[i];
	return NULL;
}

static void carry_out(struct ui *ui, void *aux)
{
	struct plan *p = aux;
	struct view *list = list_of(ui);
	struct engine_change *c = app_change_copy(p->change);
	if (list && (list->account == p->account || list->account < 0))
		make(ui, list, p->account, p->verb, c);
	else
		make_for(ui, p->account, p->verb, c);
}

static void ask_expunge(struct ui *ui, int account, GArray *places)
{
	char *text = g_strdup_printf(P_("Remove %u message for good? There is no undo.",
					     "Remove %u messages for good? There is no undo.", places->len),
		places->len);
	struct engine_change *c = app_change_new(CHANGE_EXPUNGE, places);
	ui_question(ui, text, carry_out, plan_new(account, VERB_EXPUNGE, c), plan_free);
}

static void delete (struct ui *ui, struct view *list, enum store_role here, GArray *places)
{
	if (here == ROLE_TRASH)
		ask_expunge(ui, list->account, places);
	else
		move_to_role(ui, list, VERB_DELETE, ROLE_TRASH, places);
}

static void spam(struct ui *ui, struct view *list, enum store_role here, GArray *places)
{
	if (here == ROLE_JUNK)
		move_to_role(ui, list, VERB_NOT_JUNK, ROLE_INBOX, places);
	else
		move_to_role(ui, list, VERB_JUNK, ROLE_JUNK, places);
}

static void archive(struct ui *ui, struct view *list, enum store_role here, GArray *places)
{
	if (here == ROLE_ARCHIVE) {
		g_array_unref(places);
		ui_say(ui, g_strdup(_("This is the Archive.")));
		return;
	}
	move_to_role(ui, list, VERB_ARCHIVE, ROLE_ARCHIVE, places);
}

/* In a list the cursor goes on, so that the key can be typed again. */
static void go_on(struct ui *ui, struct view *list)
{
	if (ui_top(ui) == list)
		model_list_move(view_list_model(list), 1);
}

static void toggle(struct ui *ui, struct view *list, uint32_t flag, GArray *places)
{
	struct model_list *m = view_list_model(list);
	struct engine_change *c = app_change_new(CHANGE_FLAG, places);
	bool had = model_list_all_have(m, flag), seen = flag == MSG_SEEN;
	if (had)
		c->remove = flag;
	else
		c->add = flag;
	make(ui, list, list->account, had ? (seen ? VERB_UNREAD : VERB_UNFLAGGED) : seen ? VERB_READ : VERB_FLAGGED, c);
	if (!model_list_tags(m))
		go_on(ui, list);
}

static void mark_read(struct ui *ui, struct view *list, GArray *places)
{
	struct engine_change *c = app_change_new(CHANGE_FLAG, places);
	c->add = MSG_SEEN;
	make(ui, list, list->account, VERB_READ, c);
}

void change_seen(struct ui *ui, int account, const struct store_row *row)
{
	struct store_place at = { row->folder, row->uid, row->local };
	struct engine_change *c = app_change_new(CHANGE_FLAG, g_array_new(FALSE, FALSE, sizeof at));
	g_array_append_val(c->places, at);
	c->add = MSG_SEEN;
	c->by_itself = true;
	model_changes_make(ui->changes, account, VERB_FLAG, c);
}

/* --- flags by name --- */
static void flag_typed(struct ui *ui, struct str typed, struct plan *p, bool set)
{
	g_autofree char *name = str_dup(str_trim(typed));
	struct engine_change *c = app_change_copy(p->change);
	uint32_t bit;
	if (!app_flag_parse(name, &bit)) {
		ui_say(ui, g_strdup_printf(_("'%s' is no flag that can be set"), name));
		engine_change_free(c);
		return;
	}
	GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
	if (!bit)
		g_ptr_array_add(words, g_strdup(name));
	if (set) {
		c->add = bit;
		c->add_keywords = words;
	} else {
		c->remove = bit;
		c->remove_keywords = words;
	}
	make_for(ui, p->account, p->verb, c);
}

static void set_typed(struct ui *ui, struct str typed, void *aux)
{
	flag_typed(ui, typed, aux, true);
}

static void clear_typed(struct ui *ui, struct str typed, void *aux)
{
	flag_typed(ui, typed, aux, false);
}

static void ask_flag(struct ui *ui, struct view *list, bool set, GArray *places)
{
	struct plan *p = plan_new(list->account, VERB_FLAG, app_change_new(CHANGE_FLAG, places));
	ui_ask(ui, g_strdup(set ? _("Set flag: ") : _("Clear flag: ")), "", false, set ? set_typed : clear_typed, p,
		plan_free);
}

/* --- to a folder --- */
static void make_and_carry_out(struct ui *ui, void *aux)
{
	((struct plan *)aux)->change->create = true;
	carry_out(ui, aux);
}

static void picked(struct ui *ui, const char *name, bool exists, void *aux)
{
	struct plan *p = aux;
	p->change->target = g_strdup(name);
	if (exists) {
		carry_out(ui, p);
		return;
	}
	char *text = g_strdup_printf(_("%s has no folder %s. Make it?"), label_of(ui, p->account), name);
	ui_question(ui, text, make_and_carry_out, plan_new(p->account, p->verb, app_change_copy(p->change)), plan_free);
}

static void pick_target(struct ui *ui, struct view *list, enum change_op op, GArray *places)
{
	bool moves = op == CHANGE_MOVE;
	int account = one_owner(ui, list, places);
	if (account < 0) {
		g_array_unref(places);
		ui_say(ui, g_strdup(_("These are messages of several accounts: a folder is in one of them.")));
		return;
	}
	struct pick pick = { .account = account,
		.label = moves ? _("Move to: ") : _("Copy to: "),
		.picked = picked,
		.aux = plan_new(account, moves ? VERB_MOVE : VERB_COPY, app_change_new(op, places)),
		.free = plan_free };
	ui_push(ui, view_folders_pick_for(ui, &pick));
}

void change_places(struct ui *ui, struct view *list, enum app_command c, GArray *places)
{
	const struct store_folder *f = view_list_model(list)->folder;
	enum store_role here = f ? f->role : ROLE_NONE;
	switch (c) {
	case CMD_THREAD_DELETE:
	case CMD_DELETE: delete (ui, list, here, places); break;
	case CMD_THREAD_ARCHIVE:
	case CMD_ARCHIVE: archive(ui, list, here, places); break;
	case CMD_SPAM: spam(ui, list, here, places); break;
	case CMD_THREAD_MOVE:
	case CMD_MOVE: pick_target(ui, list, CHANGE_MOVE, places); break;
	case CMD_COPY: pick_target(ui, list, CHANGE_COPY, places); break;
	case CMD_FLAG: toggle(ui, list, MSG_FLAGGED, places); break;
	case CMD_TOGGLE_NEW: toggle(ui, list, MSG_SEEN, places); break;
	case CMD_THREAD_READ: mark_read(ui, list, places); break;
	case CMD_SET_FLAG: ask_flag(ui, list, true, places); break;
	default: ask_flag(ui, list, false, places); break;
	}
}

/* Of a thread that is read, the message that is seen alone. */
static GArray *chosen(struct ui *ui, struct view *list)
{
	const struct model_list *m = view_list_model(list);
	const struct store_row *row = model_list_current(m);
	if (!row || !view_is_message(ui_top(ui)) || model_list_tags(m))
		return model_list_chosen(m);
	struct store_place at = { row->folder, row->uid, row->local };
	return g_array_append_vals(g_array_new(FALSE, FALSE, sizeof at), &at, 1);
}

bool change_command(struct ui *ui, struct view *list, enum app_command c)
{
	struct model_list *m = view_list_model(list);
	GArray *places;
	switch (c) {
	case CMD_TAG:
		model_list_tag(m);
		go_on(ui, list);
		return true;
	case CMD_UNTAG: model_list_untag(m); return true;
	case CMD_TAG_PREFIX: return true;
	case CMD_DELETE:
	case CMD_ARCHIVE:
	case CMD_SPAM:
	case CMD_MOVE:
	case CMD_COPY:
	case CMD_FLAG:
	case CMD_TOGGLE_NEW:
	case CMD_SET_FLAG:
	case CMD_CLEAR_FLAG:
		places = chosen(ui, list);
		if (places)
			change_places(ui, list, c, places);
		else
			ui_say(ui, g_strdup(_("There is no message here.")));
		return true;
	default: return false;
	}
}

/* --- folders --- */
static struct engine_change *folder_change(enum change_op op, const char *name)
{
	struct engine_change *c = app_change_new(op, NULL);
	c->name = g_strdup(name);
	return c;
}

static void carry_out_folder(struct ui *ui, void *aux)
{
	struct plan *p = aux;
	model_changes_make(ui->changes, p->account, p->verb, app_change_copy(p->change));
}

static void name_typed(struct ui *ui, struct str typed, void *aux)
{
	struct plan *p = aux;
	g_autofree char *name = str_dup(str_trim(typed));
	bool renames = p->change->op == CHANGE_RENAME;
	if (!*name || (renames && !strcmp(name, p->change->name))) {
		ui_say(ui, g_strdup(_("Nothing was changed.")));
		return;
	}
	if (renames)
		p->change->new_name = g_strdup(name);
	else
		p->change->name = g_strdup(name);
	carry_out_folder(ui, p);
}

static void ask_name(struct ui *ui, int account, enum change_op op, const char *name)
{
	bool renames = op == CHANGE_RENAME;
	struct plan *p = plan_new(account, VERB_FOLDER, folder_change(op, renames ? name : NULL));
	char *label = renames ? g_strdup(_("New name: ")) : g_strdup(_("Name of the new folder: "));
	ui_ask(ui, label, name, false, name_typed, p, plan_free);
}

static void ask_folder(struct ui *ui, int account, enum change_op op, const char *name)
{
	char *text = op == CHANGE_DELETE
			     ? g_strdup_printf(_("Delete the folder %s and all that is in it? There is no undo."), name)
			     : g_strdup_printf(_("Remove all messages of %s for good? There is no undo."), name);
	ui_question(ui, text, carry_out_folder, plan_new(account, VERB_FOLDER, folder_change(op, name)), plan_free);
}

/* A new one begins beside the one at the cursor. */
static char *beside(const struct store_folder *f)
{
	const char *slash = f ? strrchr(f->name, '/') : NULL;
	return slash ? g_strndup(f->name, (gsize)(slash + 1 - f->name)) : g_strdup("");
}

static bool is_pinned(const struct cfg_account *a, const char *name)
{
	return g_ptr_array_find_with_equal_func(a->pinned, name, g_str_equal, NULL);
}

bool change_is_pinned(const struct ui *ui, int account, const char *name)
{
	const struct cfg_account *a = cfg_account(app_mailrc(ui->app), label_of(ui, account));
	return a && is_pinned(a, name);
}

/* Kept in the mailrc, where a person would write it too. */
static void toggle_pin(struct ui *ui, int account, const char *name)
{
	const char *const args[] = { name };
	bool pinned = change_is_pinned(ui, account, name);
	struct cfg_edit edit = { .op = pinned ? CFG_EDIT_REMOVE : CFG_EDIT_ADD,
		.account = label_of(ui, account),
		.word = "pinned",
		.args = args,
		.n = 1 };
	struct err e = ERR_INIT;
	struct cfg_rewrite *r = cfg_rewrite_new(app_mailrc(ui->app), &edit, &e);
	if (r && !cfg_rewrite_write(r, &e)) {
		ui_take_mailrc(ui, g_steal_pointer(&r->now));
		ui_say(ui, g_strdup_printf(pinned ? _("%s is no longer pinned, from the next start.")
						  : _("%s is pinned: from the next start it is looked at as often "
						      "as the inbox."),
				   name));
	} else {
		ui_say(ui, grid_line(str_of(e.text)));
	}
	cfg_rewrite_free(r);
	err_clear(&e);
}

bool change_folder_command(struct ui *ui, int account, const struct store_folder *f, enum app_command c)
{
	g_autofree char *parent = beside(f);
	bool known = c == CMD_RENAME_FOLDER || c == CMD_DELETE_FOLDER || c == CMD_EMPTY_FOLDER || c == CMD_SUBSCRIBE ||
		     c == CMD_PIN;
	if (c == CMD_CREATE_FOLDER) {
		ask_name(ui, account, CHANGE_CREATE, parent);
		return true;
	}
	if (!known)
		return false;
	if (!f) {
		ui_say(ui, g_strdup(_("This is an account, not a folder.")));
		return true;
	}
	if (c == CMD_PIN && f->role == ROLE_INBOX)
		ui_say(ui, g_strdup(_("The inbox is looked at most often already.")));
	else if (c == CMD_PIN)
		toggle_pin(ui, account, f->name);
	else if (c == CMD_RENAME_FOLDER)
		ask_name(ui, account, CHANGE_RENAME, f->name);
	else if (c == CMD_DELETE_FOLDER)
		ask_folder(ui, account, CHANGE_DELETE, f->name);
	else if (c == CMD_EMPTY_FOLDER)
		ask_folder(ui, account, CHANGE_EMPTY, f->name);
	else
		model_changes_make(ui->changes, account, VERB_FOLDER,
			folder_change(f->flags & FOLDER_SUBSCRIBED ? CHANGE_UNSUBSCRIBE : CHANGE_SUBSCRIBE, f->name));
	return true;
}
