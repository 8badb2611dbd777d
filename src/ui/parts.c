/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What parts and messages are given to: files, programs, commands, the printer. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

/* --- what the model tells --- */

static void changed(void *aux)
{
	ui_touch(aux);
}

static void said(void *aux, char *sentence)
{
	g_autofree char *clean = sentence;
	ui_say(aux, grid_line(str_of(clean)));
}

static void shown(void *aux, char *command, char *output)
{
	struct ui *ui = aux;
	g_autofree char *text = output, *title = grid_line(str_of(command));
	g_free(command);
	if (ui->views->len)
		ui_push(ui, view_text_new(ui, title, text));
}

static void lend(void *aux)
{
	ui_lend(aux);
}

static void take_back(void *aux)
{
	ui_take_back(aux);
}

/* The old one goes the way of all that is deleted, and comes back by the same key. */
static void replaced(void *aux, int account, struct store_place old)
{
	struct ui *ui = aux;
	GArray *places = g_array_new(FALSE, FALSE, sizeof old);
	g_array_append_val(places, old);
	struct engine_change *c = app_change_new(CHANGE_MOVE, places);
	c->role = ROLE_TRASH;
	model_changes_make(ui->changes, account, VERB_DELETE, c);
}

const struct model_parts_hooks parts_hooks = { changed, said, shown, lend, take_back, replaced };

struct model_source parts_source(const struct model_message *m)
{
	return (struct model_source){
		.account = m->account, .folder = m->folder, .uid = m->uid, .local = m->local, .file = buf_str(&m->file)
	};
}

/* --- the message that is read, or that the cursor is on --- */

/* *chosen_out: of a list, what out->places is; else NULL; g_array_unref. */
static bool source_of(struct view *v, struct model_source *out, GArray **chosen_out)
{
	const struct model_message *m = view_is_message(v) ? view_message_model(v) : NULL;
	const struct model_list *list = view_is_list(v) ? view_list_model(v) : NULL;
	/* A line of a thread may be of another folder; what is tagged is of this one. */
	const struct store_row *row = list ? model_list_current(list) : NULL;
	*chosen_out = list && model_list_tags(list) ? model_list_chosen(list) : NULL;
	if (m)
		*out = parts_source(m);
	else if (*chosen_out)
		*out = (struct model_source){ .account = list->account, .folder = list->name, .places = *chosen_out };
	else if (row)
		*out = (struct model_source){ .account = view_list_account(v, row),
			.folder = view_list_folder(v, row),
			.uid = row->uid,
			.local = row->local };
	return m || *chosen_out || row;
}

/* Of what the question was about, kept until it is answered. */
struct asked {
	struct model_source of;
	char *folder;
	char *file;
	GArray *places;
	struct msg_part *part; /* NULL: the message */
};

static void asked_free(void *data)
{
	struct asked *a = data;
	g_free(a->folder);
	g_free(a->file);
	g_clear_pointer(&a->places, g_array_unref);
	msg_part_free(a->part);
	g_free(a);
}

static struct asked *asked_new(const struct model_source *of, const struct msg_part *p)
{
	struct asked *a = g_new0(struct asked, 1);
	a->folder = g_strdup(of->folder);
	a->file = of->file.n ? g_memdup2(of->file.p, of->file.n) : NULL;
	a->of = *of;
	a->of.folder = a->folder;
	a->of.file.p = a->file;
	a->places = of->places ? g_array_copy((GArray *)of->places) : NULL;
	a->of.places = a->places;
	a->part = p ? msg_part_copy(p) : NULL;
	return a;
}

static void command_typed(struct ui *ui, struct str typed, void *aux)
{
	const struct asked *a = aux;
	g_autofree char *line = str_dup(str_trim(typed));
	if (*line)
		model_parts_pipe(ui->parts, &a->of, a->part, line);
	else
		ui_say(ui, g_strdup(_("Nothing was run.")));
}

static guint messages_of(const struct model_source *of)
{
	return of->places ? of->places->len : 1;
}

void parts_pipe(struct ui *ui, const struct model_source *of, const struct msg_part *p)
{
	guint n = messages_of(of);
	char *question = p       ? g_strdup(_("Pipe the part to: "))
			 : n > 1 ? g_strdup_printf(P_("Pipe %u message to: ", "Pipe %u messages to: ", n), n)
				 : g_strdup(_("Pipe the message to: "));
	ui_ask(ui, question, "", false, command_typed, asked_new(of, p), asked_free);
}

static void print_it(struct ui *ui, void *aux)
{
	const struct asked *a = aux;
	model_parts_print(ui->parts, &a->of, a->part);
}

void parts_print(struct ui *ui, const struct model_source *of, const struct msg_part *p)
{
	guint n = messages_of(of);
	g_autofree char *name = p       ? app_part_name(p)
				: n > 1 ? g_strdup_printf(P_("%u message", "%u messages", n), n)
					: g_strdup(_("the message"));
	g_autofree char *clean = grid_line(str_of(name));
	g_autofree char *key = ui_key(ui, CTX_PARTS, CMD_OPEN_OUTSIDE);
	if (p && !model_parts_can_print(p))
		ui_say(ui, g_strdup_printf(_("A part of type %s is not printed here; %s opens it."), p->type, key));
	else
		ui_question(ui, g_strdup_printf(_("Print %s?"), clean), print_it, asked_new(of, p), asked_free);
}

static void open_it(struct ui *ui, void *aux)
{
	const struct asked *a = aux;
	model_parts_open(ui->parts, &a->of, a->part);
}

void parts_open(struct ui *ui, const struct model_source *of, const struct msg_part *p)
{
	if (app_part_is_program(p) && !model_parts_has_viewer(ui->parts, p))
		ui_say(ui, g_strdup(_("It is a program, which opening might run: it can only be saved, or piped.")));
	else if (model_parts_may_fetch(p))
		ui_question(ui,
			g_strdup(_("The program may fetch what the page names, and tell that you read it. Open it?")),
			open_it, asked_new(of, p), asked_free);
	else
		model_parts_open(ui->parts, of, p);
}

static void detach_it(struct ui *ui, void *aux)
{
	const struct asked *a = aux;
	model_parts_detach(ui->parts, &a->of, a->part);
}

void parts_detach(struct ui *ui, const struct model_source *of, const struct msg_part *p, bool sealed)
{
	g_autofree char *name = app_part_name(p), *clean = grid_line(str_of(name));
	if (of->account < 0)
		ui_say(ui, g_strdup(_("Parts of a message in a file are not deleted.")));
	else
		ui_question(ui,
			g_strdup_printf(sealed ? _("Delete %s, and break the signature? The message is stored anew "
						   "without it, this one goes to the Trash.")
					       : _("Delete %s? The message is stored anew without it, this one goes to "
						   "the Trash."),
				clean),
			detach_it, asked_new(of, p), asked_free);
}

bool parts_command(struct ui *ui, enum app_command c)
{
	struct model_source of;
	GArray *chosen = NULL;
	if ((c != CMD_PIPE && c != CMD_PRINT) || !source_of(ui_top(ui), &of, &chosen))
		return false;
	if (of.account < 0 && chosen)
		ui_say(ui, g_strdup(_("They are tagged in all inboxes: tag them in one of these to give them away "
				      "together.")));
	else if (c == CMD_PIPE)
		parts_pipe(ui, &of, NULL);
	else
		parts_print(ui, &of, NULL);
	g_clear_pointer(&chosen, g_array_unref);
	return true;
}
