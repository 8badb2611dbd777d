/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message tells or asks beside its text: shown above it, and answered by a key. */
#include "ui/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define LABEL_COLS 8
#define ANSWERS 3 /* accept, tentative, decline */

/* --- the lines --- */

static unsigned style_of(enum card_role role)
{
	switch (role) {
	case CARD_HEAD: return STYLE_NEW;
	case CARD_WARN: return STYLE_ERROR;
	case CARD_DIM: return STYLE_DIM;
	default: return STYLE_HEADER;
	}
}

static void add_lines(struct text *t, const GPtrArray *card)
{
	for (guint i = 0; i < card->len; i++) {
		const struct card_line *l = card->pdata[i];
		g_autofree char *line = grid_line(str_of(l->text));
		int pad = l->role == CARD_HEAD ? 0 : MAX(LABEL_COLS - grid_width(l->label), 1);
		text_addf(t, style_of(l->role), LABEL_COLS, "%s%*s%s", l->label, pad, "", line);
	}
}

static void add_key(GString *out, const struct ui *ui, enum app_command c)
{
	g_autofree char *key = keymap_first(ui->keymap, CTX_MESSAGE, c);
	if (key)
		g_string_append_printf(out, "%s%s %s", out->len ? "   " : "", key, _(app_command_info(c)->hint));
}

static bool can_leave(const struct cfg *cfg, int account, const struct msg_head *head)
{
	struct app_leaving l;
	app_leaving_of(cfg, account, head, &l);
	bool can = l.how != LEAVE_NONE;
	app_leaving_clear(&l);
	return can;
}

static void add_keys(struct text *t, const struct ui *ui, int account, const struct engine_message *m, uint32_t flags)
{
	const struct cfg *cfg = app_cfg(ui->app);
	g_autoptr(GPtrArray) receipt = app_receipt_to(m->head);
	GString *keys = g_string_new(NULL);
	if (app_invited(cfg, account, m))
		add_key(keys, ui, CMD_INVITATION);
	if (receipt && !(flags & MSG_MDNSENT))
		add_key(keys, ui, CMD_RECEIPT);
	if (can_leave(cfg, account, m->head))
		add_key(keys, ui, CMD_UNSUBSCRIBE);
	if (keys->len)
		text_addf(t, STYLE_DIM, LABEL_COLS, "%*s%s", LABEL_COLS, "", keys->str);
	g_string_free(keys, TRUE);
}

void card_show(
	struct text *t, const struct ui *ui, int account, const struct engine_message *m, uint32_t flags, bool way)
{
	const struct cfg *cfg = app_cfg(ui->app);
	g_autoptr(GPtrArray) asks = app_card(cfg, account, m);
	g_autoptr(GPtrArray) passed = way && m->is_mail ? app_card_way(cfg, account, m->head) : NULL;
	if (passed && passed->len) {
		add_lines(t, passed);
		text_add(t, TEXT_RULE, 0, str_of(""));
	}
	add_lines(t, asks);
	if (account >= 0 && asks->len)
		add_keys(t, ui, account, m, flags);
	if (asks->len)
		text_add(t, TEXT_RULE, 0, str_of(""));
}

/* --- letters that go at once, and can be taken back for some seconds --- */

struct pending {
	int account, parent_account;
	struct store_place parent;
	struct draft *drafts[ANSWERS];
	bool receipt;
	char *section; /* the calendar's */
};

static void pending_free(void *data)
{
	struct pending *p = data;
	for (int i = 0; i < ANSWERS; i++)
		engine_discard(p->drafts[i]);
	g_free(p->section);
	g_free(p);
}

static void posted(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	if (ev->type == EV_MAIL && ev->mail) {
		g_autofree char *key = keymap_first(ui->keymap, CTX_INDEX, CMD_UNDO);
		const struct store_mail *mail = ev->mail;
		ui_say(ui, mail->state != MAIL_HELD
				   ? g_strdup(_("Sending."))
				   : g_strdup_printf(_("Sent in %d s.  %s %s"), (int)(mail->due - mail->made),
					     key ? key : "-", _(app_command_info(CMD_UNDO)->hint)));
		model_queue_sent(ui->queue, g_steal_pointer(&ev->mail));
	} else if (ev->type == EV_ENDED && ev->err.cause != ERR_NONE) {
		ui_say(ui, app_err_text(&ev->err, NULL));
	}
	ui_touch(ui);
}

static void post(struct ui *ui, struct pending *p, int which)
{
	const struct cfg *cfg = app_cfg(ui->app);
	struct request *r = request_new(REQ_SEND, 0, p->account);
	r->post = app_answer_post(cfg, g_steal_pointer(&p->drafts[which]), p->receipt, p->parent, p->parent_account,
		(unsigned)cfg->options.undo_send);
	r->post->queue = true;
	app_request(ui->app, r, posted, ui);
}

static void post_first(struct ui *ui, void *aux)
{
	post(ui, aux, 0);
}

static void post_second(struct ui *ui, void *aux)
{
	post(ui, aux, 1);
}

static void post_third(struct ui *ui, void *aux)
{
	post(ui, aux, 2);
}

static struct pending *pending_new(const struct model_message *m)
{
	struct pending *p = g_new0(struct pending, 1);
	p->parent_account = m->account;
	p->parent = (struct store_place){ m->folder_id, m->uid, m->local };
	return p;
}

static void refuse(struct ui *ui, struct err *e)
{
	ui_say(ui, app_err_text(e, NULL));
	err_clear(e);
}

/* --- invitations --- */

static void path_typed(struct ui *ui, struct str typed, void *aux)
{
	struct model_message *m = pane_message(ui);
	struct msg_part *part = m && m->message ? msg_part_find(m->message->root, aux) : NULL;
	g_autofree char *path = str_dup(str_trim(typed));
	g_autoptr(GPtrArray) parts = g_ptr_array_new();
	if (!part || !*path) {
		ui_say(ui, g_strdup(_("Nothing was saved.")));
		return;
	}
	struct model_source of = parts_source(m);
	g_ptr_array_add(parts, part);
	model_parts_save(ui->parts, &of, parts, path);
}

static void save_calendar(struct ui *ui, void *aux)
{
	const struct pending *p = aux;
	struct model_message *m = pane_message(ui);
	const struct msg_part *part = m && m->message ? msg_part_find(m->message->root, p->section) : NULL;
	if (!part)
		return;
	g_autofree char *dir = model_parts_save_dir(ui->parts), *name = app_part_name(part);
	g_autofree char *path = app_free_path(dir, name);
	ui_ask(ui, g_strdup(_("Save as: ")), path, false, path_typed, g_strdup(p->section), g_free);
}

/* From the list: what is not read there. */
static char *event_unseen(const struct ui *ui, const struct engine_message *m)
{
	const struct cal_event *ev = m->calendar && m->calendar->events->len ? m->calendar->events->pdata[0] : NULL;
	if (!ev || !view_is_list(ui_top(ui)))
		return g_strdup("");
	g_autofree char *when = app_event_time(ev);
	return g_strdup_printf("%s, %s. ", ev->summary ? ev->summary : _("(no subject)"), when);
}

static void answer_invitation(struct ui *ui, const struct model_message *m)
{
	static const enum cal_answer answers[ANSWERS] = { CAL_ACCEPTED, CAL_TENTATIVE, CAL_DECLINED };
	static const struct choice choices[CHOICES_MAX] = { { 'y', post_first }, { 'm', post_second },
		{ 'n', post_third }, { 's', save_calendar } };
	const struct cfg *cfg = app_cfg(ui->app);
	struct pending *p = pending_new(m);
	struct err e = ERR_INIT;
	p->section = g_strdup(m->message->calendar_section);
	for (int i = 0; i < ANSWERS && e.cause == ERR_NONE; i++) {
		struct app_from from;
		app_answer_invitation(cfg, m->account, m->message, answers[i], &from, &p->drafts[i], &e);
		p->account = from.account;
		app_from_clear(&from);
	}
	if (e.cause != ERR_NONE) {
		refuse(ui, &e);
		pending_free(p);
		return;
	}
	const struct msg_addr *to = p->drafts[0]->to->pdata[0];
	g_autofree char *event = event_unseen(ui, m->message);
	char *question =
		g_strdup_printf(_("%sAnswer %s as %s: y accept, m perhaps, n decline, s save the calendar, Esc none "),
			event, to->addr, p->drafts[0]->from->addr);
	ui_choose(ui, question, choices, p, pending_free);
	ui->question->yes_or_no = true; /* Enter takes none of them */
}

/* --- receipts --- */

static void send_receipt(struct ui *ui, const struct model_message *m, uint32_t flags)
{
	struct pending *p = pending_new(m);
	struct app_from from;
	struct err e = ERR_INIT;
	if (flags & MSG_MDNSENT)
		err_set(&e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("a receipt was sent already"));
	else if (!app_answer_receipt(app_cfg(ui->app), m->account, m->message, &from, &p->drafts[0], &e)) {
		p->account = from.account;
		p->receipt = true;
		app_from_clear(&from);
	}
	if (e.cause != ERR_NONE) {
		refuse(ui, &e);
		pending_free(p);
		return;
	}
	g_autoptr(GPtrArray) to = app_receipt_to(m->message->head);
	const struct msg_addr *first = to->pdata[0];
	ui_question(ui,
		g_strdup_printf(P_("Tell %s that you read this?", "Tell %s and others that you read this?", to->len),
			first->addr ? first->addr : ""),
		post_first, p, pending_free);
}

/* --- lists --- */

struct left {
	int account;
	struct app_leaving how;
	struct pending *letter; /* NULL: no letter does it */
};

static void left_free(void *data)
{
	struct left *l = data;
	app_leaving_clear(&l->how);
	if (l->letter)
		pending_free(l->letter);
	g_free(l);
}

static void left(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	if (ev->type != EV_ENDED)
		return;
	if (ev->err.cause == ERR_NONE) {
		ui_say(ui, g_strdup(_("The list was told that you leave it.")));
	} else {
		g_autofree char *why = app_err_text(&ev->err, NULL);
		ui_say(ui, g_strdup_printf(_("The list was not left. %s"), why));
	}
	ui_touch(ui);
}

static void leave(struct ui *ui, void *aux)
{
	struct left *l = aux;
	if (l->how.how == LEAVE_POST) {
		struct request *r = request_new(REQ_UNSUBSCRIBE, 0, l->account);
		r->path = g_strdup(l->how.url);
		app_request(ui->app, r, left, ui);
		ui_say(ui, g_strdup_printf(_("Telling %s..."), l->how.host));
	} else if (l->letter) {
		post(ui, l->letter, 0);
	} else if (app_link_open(l->how.url)) {
		ui_say(ui, g_strdup_printf(_("Opening %s"), l->how.url));
	} else {
		ui_say(ui, g_strdup(_("No browser was found: set BROWSER, or install xdg-open.")));
	}
}

static struct pending *letter_for(
	struct ui *ui, const struct model_message *m, const struct app_leaving *how, struct err *e)
{
	struct pending *p = pending_new(m);
	struct app_from from = { 0 };
	p->parent = (struct store_place){ 0 }; /* it answers nothing */
	app_leaving_letter(app_cfg(ui->app), m->account, m->message->head, how, &from, &p->drafts[0], e);
	p->account = from.account;
	app_from_clear(&from);
	return p;
}

static void unsubscribe(struct ui *ui, const struct model_message *m)
{
	struct left *l = g_new0(struct left, 1);
	struct err e = ERR_INIT;
	l->account = m->account;
	app_leaving_of(app_cfg(ui->app), m->account, m->message->head, &l->how);
	char *question = app_leaving_question(&l->how, m->message->head);
	if (l->how.how == LEAVE_MAIL)
		l->letter = letter_for(ui, m, &l->how, &e);
	if (l->how.how != LEAVE_NONE && e.cause == ERR_NONE) {
		ui_question(ui, question, leave, l, left_free);
		return;
	}
	ui_say(ui, question);
	err_clear(&e);
	left_free(l);
}

bool card_command(struct ui *ui, const struct model_message *m, uint32_t flags, enum app_command c)
{
	if (c != CMD_INVITATION && c != CMD_RECEIPT && c != CMD_UNSUBSCRIBE)
		return false;
	if (!m || !m->message)
		ui_say(ui, g_strdup(_("The message is not here yet.")));
	else if (m->account < 0)
		ui_say(ui, g_strdup(_("The message is in no account: nobody answers it.")));
	else if (c == CMD_INVITATION)
		answer_invitation(ui, m);
	else if (c == CMD_RECEIPT)
		send_receipt(ui, m, flags);
	else
		unsubscribe(ui, m);
	return true;
}
