/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is copied: into the terminal's clipboard (OSC 52), or into a file where there is none. Clean text, never more. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define CLIPBOARD_MAX (48u << 10) /* octets: more base64 than terminals take otherwise */
#define COPY_MAX (4u << 20)       /* octets: of a source */
#define SAID_COLS 40

/* The source of a message on its way here. */
struct copying {
	uint32_t request;
	struct buf bytes;
};

/* --- where it goes --- */
static void to_file(struct ui *ui, struct str text, bool large)
{
	struct err e = ERR_INIT;
	g_autofree char *path = ui->state_dir ? app_copied_file(ui->state_dir, text, &e) : NULL;
	if (path)
		ui_say(ui, g_strdup_printf(large ? _("Too much for a clipboard: it is in %s.")
						 : _("This terminal has no clipboard: it is in %s."),
				   path));
	else if (e.cause)
		ui_say(ui, app_err_text(&e, NULL));
	else
		ui_say(ui, g_strdup(_("This terminal has no clipboard.")));
	err_clear(&e);
}

static void give(struct ui *ui, struct str text)
{
	int cols;
	if (text.n > CLIPBOARD_MAX || !ui->term->copy(ui->term, text)) {
		to_file(ui, text, text.n > CLIPBOARD_MAX);
		return;
	}
	g_autofree char *line = grid_line(text);
	struct str head = utf8_fit(str_of(line), SAID_COLS, &cols);
	ui_say(ui, g_strdup_printf(_("Given to the terminal to copy: %.*s%s"), (int)head.n, head.p,
			   head.n < strlen(line) ? "..." : ""));
}

static void give_line(struct ui *ui, const char *text, const char *lacking)
{
	g_autofree char *line = text && *text ? utf8_line(str_of(text)) : NULL;
	if (line)
		give(ui, str_of(line));
	else
		ui_say(ui, g_strdup(lacking));
}

static void give_text(struct ui *ui, struct str text)
{
	g_autofree char *clean = utf8_text(text);
	give(ui, str_of(clean));
}

/* --- what it is --- */
/* The message on top, NULL: none is, or it is not here yet. */
static struct model_message *message_of(const struct ui *ui)
{
	struct view *top = ui_top(ui);
	return view_is_message(top) ? view_message_model(top) : NULL;
}

static const struct store_row *row_of(const struct ui *ui)
{
	struct view *top = ui_top(ui);
	return view_is_list(top) ? model_list_current(view_list_model(top)) : NULL;
}

static void copy_head(struct ui *ui, enum app_command c)
{
	const struct model_message *m = message_of(ui);
	const struct msg_head *h = m && m->message ? m->message->head : NULL;
	const struct store_row *row = row_of(ui);
	const GPtrArray *from = h ? h->from : row ? row->from : NULL;
	const char *id = h ? h->message_id : row ? row->msgid : NULL;
	g_autofree char *bracketed = id && *id ? g_strdup_printf("<%s>", id) : NULL;
	if (!h && !row)
		ui_say(ui, g_strdup(_("There is no message here.")));
	else if (c == CMD_YANK_SENDER)
		give_line(ui, from && from->len ? ((const struct msg_addr *)from->pdata[0])->addr : NULL,
			_("The message has no sender."));
	else if (c == CMD_YANK_ID)
		give_line(ui, bracketed, _("The message has no id."));
	else
		give_line(ui, h ? h->subject : row->subject, _("The message has no subject."));
}

static const GPtrArray *links_of(const struct ui *ui)
{
	const struct model_message *m = message_of(ui);
	return m && m->message ? m->message->text.links : NULL;
}

static void number_typed(struct ui *ui, struct str typed, void *aux)
{
	const GPtrArray *links = links_of(ui);
	uint64_t n;
	(void)aux;
	if (links && str_u64(str_trim(typed), links->len, &n) && n)
		give_line(ui, app_link_target(links->pdata[n - 1]), "");
	else
		ui_say(ui, g_strdup(_("There is no link of that number.")));
}

bool copy_is_choosing(const struct ui *ui)
{
	return ui->prompt && ui->prompt->done == number_typed;
}

static void copy_link(struct ui *ui)
{
	const GPtrArray *links = links_of(ui);
	if (!links || !links->len) {
		ui_say(ui, g_strdup(_("There is no link in this message.")));
	} else if (links->len == 1) {
		give_line(ui, app_link_target(links->pdata[0]), "");
	} else {
		ui_ask(ui, g_strdup_printf(_("Copy link 1-%u: "), links->len), "", false, number_typed,
			GUINT_TO_POINTER(links->len), NULL);
		ui_ask_until(ui, view_message_link_is_enough);
	}
}

static void copy_text(struct ui *ui)
{
	const struct model_message *m = message_of(ui);
	const char *text = m && m->message ? m->message->text.text : NULL;
	if (text && *text)
		give_text(ui, str_of(text));
	else
		ui_say(ui, g_strdup(_("There is no text to copy.")));
}

/* --- the source, which may have to be fetched --- */
bool copy_stop(struct ui *ui)
{
	if (!ui->copying)
		return false;
	app_forget(ui->app, ui->copying->request);
	buf_clear(&ui->copying->bytes);
	g_clear_pointer(&ui->copying, g_free);
	return true;
}

static void got_source(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	struct copying *c = ui->copying;
	if (ev->type == EV_BYTES && buf_add(&c->bytes, ev->bytes.p, ev->bytes.n)) {
		ui_say(ui, g_strdup(_("The source is too large to be copied; | gives it to a command.")));
		copy_stop(ui);
		return;
	}
	if (ev->type != EV_ENDED)
		return;
	c->request = 0;
	if (ev->err.cause)
		ui_say(ui, app_err_text(&ev->err, NULL));
	else
		give_text(ui, buf_str(&c->bytes));
	copy_stop(ui);
}

static void copy_source(struct ui *ui)
{
	const struct model_message *m = message_of(ui);
	copy_stop(ui);
	if (!m) {
		ui_say(ui, g_strdup(_("There is no message here.")));
		return;
	}
	if (m->account < 0) {
		give_text(ui, buf_str(&m->file));
		return;
	}
	struct request *r = request_new(REQ_RAW, 0, m->account);
	r->folder = g_strdup(m->folder);
	r->uid = m->uid;
	r->local = m->local;
	ui->copying = g_new0(struct copying, 1);
	buf_init(&ui->copying->bytes, COPY_MAX);
	ui->copying->request = app_request(ui->app, r, got_source, ui);
	ui_say(ui, g_strdup(_("Fetching the source.")));
}

/* --- names --- */
static void copy_path(struct ui *ui)
{
	struct view *top = ui_top(ui);
	const struct model_message *m = message_of(ui);
	const char *name = view_is_list(top) ? view_list_model(top)->name : m ? m->folder : view_folders_name(top);
	give_line(ui, name, _("There is no folder here."));
}

bool copy_command(struct ui *ui, enum app_command c)
{
	switch (c) {
	case CMD_YANK_SENDER:
	case CMD_YANK_ID:
	case CMD_YANK_SUBJECT: copy_head(ui, c); return true;
	case CMD_YANK_LINK: copy_link(ui); return true;
	case CMD_YANK_TEXT: copy_text(ui); return true;
	case CMD_YANK_SOURCE: copy_source(ui); return true;
	case CMD_YANK_NAME: give_line(ui, view_parts_name(ui_top(ui)), _("The part has no name.")); return true;
	case CMD_YANK_PATH: copy_path(ui); return true;
	default: return false;
	}
}
