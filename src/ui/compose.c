/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Letters begun: new ones, answers, forwards, those kept as drafts, and those that come back from the outbox. */
#include "ui/internal.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"

/* --- what waits for its text --- */

struct waiting {
	struct ui *ui;
	uint32_t request;
	void (*free)(struct waiting *w);
};

static void wait_for(struct waiting *w, struct request *r, app_event_fn got)
{
	if (!g_ptr_array_find(w->ui->begun, w, NULL))
		g_ptr_array_add(w->ui->begun, w);
	w->request = app_request(w->ui->app, r, got, w);
}

static void wait_ended(struct waiting *w)
{
	g_ptr_array_remove(w->ui->begun, w);
	w->free(w);
}

void compose_leave(struct ui *ui)
{
	while (ui->begun->len) {
		struct waiting *w = ui->begun->pdata[0];
		app_forget(ui->app, w->request);
		wait_ended(w);
	}
}

/* --- from a message --- */

/* What is to be written once the message is here, with its octets where they are needed. */
struct beginning {
	struct waiting waiting;
	enum app_command what;
	int account;
	struct store_place place;
	char *folder;
	struct engine_message *message;
	struct buf raw;
	char *only; /* what is quoted; NULL: all */
	struct err err;
};

static void beginning_free(struct waiting *w)
{
	struct beginning *b = (struct beginning *)w;
	engine_message_free(b->message);
	buf_clear(&b->raw);
	err_clear(&b->err);
	g_free(b->folder);
	g_free(b->only);
	g_free(b);
}

static bool needs_raw(const struct beginning *b)
{
	if (b->what == CMD_FORWARD || b->what == CMD_FORWARD_WHOLE)
		return app_forward_needs_raw(b->message, b->what == CMD_FORWARD_WHOLE);
	return b->what == CMD_BOUNCE || b->what == CMD_EDIT_AGAIN;
}

static const char *title_of(enum app_command what)
{
	switch (what) {
	case CMD_REPLY_ALL: return _("Reply to all");
	case CMD_REPLY_LIST: return _("Reply to the list");
	case CMD_BOUNCE: return _("Bounce");
	default: return NULL;
	}
}

static void set_text(char **field, const char *text)
{
	g_free(*field);
	*field = g_strdup(text);
}

static struct draft *draft_for(struct beginning *b, const struct app_from *from)
{
	const struct cfg *cfg = app_cfg(b->waiting.ui->app);
	struct str raw = buf_str(&b->raw);
	struct draft *d;
	switch (b->what) {
	case CMD_REPLY_ALL: return app_letter_reply(cfg, from, b->message, REPLY_ALL, b->only);
	case CMD_REPLY_LIST: return app_letter_reply(cfg, from, b->message, REPLY_LIST, b->only);
	case CMD_FORWARD_WHOLE: return app_letter_forward(cfg, from, b->message, &raw, true);
	case CMD_FORWARD: return app_letter_forward(cfg, from, b->message, raw.n ? &raw : NULL, false);
	case CMD_BOUNCE:
		d = draft_bounce(raw);
		set_text(&d->subject, b->message->head->subject ? b->message->head->subject : "");
		app_letter_set_from(d, cfg, NULL, from);
		return d;
	case CMD_EDIT_AGAIN: {
		struct msg *m = msg_parse(raw);
		d = draft_of_message(m, DRAFT_AGAIN);
		msg_free(m);
		app_letter_set_from(d, cfg, NULL, from);
		return d;
	}
	default: return app_letter_reply(cfg, from, b->message, REPLY_SENDER, b->only);
	}
}

static void add_all(GPtrArray *to, const GPtrArray *addrs)
{
	for (guint i = 0; addrs && i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		g_ptr_array_add(to, msg_addr_new(a->name, a->addr));
	}
}

static GPtrArray *everyone(const struct msg_head *h)
{
	GPtrArray *all = msg_addrs_new();
	add_all(all, h->from);
	add_all(all, h->to);
	add_all(all, h->cc);
	if (!app_answers_go_elsewhere(h))
		add_all(all, h->reply_to);
	return all;
}

static enum compose_begin how_of(enum app_command what)
{
	switch (what) {
	case CMD_FORWARD:
	case CMD_FORWARD_WHOLE: return COMPOSE_ASK_TO;
	case CMD_BOUNCE: return COMPOSE_BOUNCE;
	default: return COMPOSE_EDIT;
	}
}

static bool is_answer(enum app_command what)
{
	return what == CMD_REPLY || what == CMD_REPLY_ALL || what == CMD_REPLY_LIST;
}

static void write_it(struct beginning *b)
{
	struct ui *ui = b->waiting.ui;
	struct app_from from = { 0 };
	struct app_from_facts facts = {
		.head = b->message->head, .written_as = b->message->written_as, .folder = b->folder
	};
	app_from_decide(app_cfg(ui->app), b->account, &facts, &from);
	if (!from.addr->addr) {
		app_from_clear(&from);
		ui_say(ui, g_strdup(_("The account has no address: write 'email' in the mailrc.")));
		return;
	}
	struct draft *d = draft_for(b, &from);
	if (b->what == CMD_REPLY_LIST && !d->to->len) {
		engine_discard(d);
		app_from_clear(&from);
		ui_say(ui, g_strdup(_("This message came by no mailing list that takes mail.")));
		return;
	}
	struct model_letter *m = model_letter_new(ui->app, ui->ctx, d, &from, NULL, NULL);
	m->title = g_strdup(title_of(b->what));
	m->delivered = m->from.delivered ? g_strdup(m->from.addr->addr) : NULL;
	if (is_answer(b->what) || how_of(b->what) == COMPOSE_ASK_TO)
		m->parent = (struct engine_parent){ b->account, b->place,
			is_answer(b->what) ? MSG_ANSWERED : MSG_FORWARDED };
	if (is_answer(b->what))
		m->original = everyone(b->message->head);
	ui_say(ui, NULL);
	view_compose_open(ui, m, how_of(b->what));
}

static void say_failed(struct ui *ui, const struct err *e)
{
	ui_say(ui, app_err_text(e, NULL));
}

static void begin_done(struct beginning *b)
{
	if (b->err.cause != ERR_NONE)
		say_failed(b->waiting.ui, &b->err);
	else if (!ui_is_idle(b->waiting.ui))
		ui_say(b->waiting.ui, g_strdup(_("Something else was begun meanwhile.")));
	else
		write_it(b);
	wait_ended(&b->waiting);
}

static struct request *about(const struct beginning *b, enum request_type type)
{
	struct request *r = request_new(type, 0, b->account);
	r->folder = g_strdup(b->folder);
	r->uid = b->place.uid;
	r->local = b->place.local;
	return r;
}

static void got_raw(struct event *ev, void *aux)
{
	struct beginning *b = aux;
	if (ev->type == EV_BYTES && buf_add(&b->raw, ev->bytes.p, ev->bytes.n))
		err_set(&b->err, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "the message is too large");
	if (ev->type != EV_ENDED)
		return;
	if (b->err.cause == ERR_NONE)
		err_move(&b->err, &ev->err);
	begin_done(b);
}

static void got_message(struct event *ev, void *aux)
{
	struct beginning *b = aux;
	if (ev->type == EV_MESSAGE)
		b->message = g_steal_pointer(&ev->message);
	if (ev->type != EV_ENDED)
		return;
	err_move(&b->err, &ev->err);
	if (b->err.cause == ERR_NONE && b->message && needs_raw(b))
		wait_for(&b->waiting, about(b, REQ_RAW), got_raw);
	else
		begin_done(b);
}

static struct view *list_below(const struct ui *ui)
{
	for (guint i = ui->views->len; i-- > 0;)
		if (view_is_list(ui->views->pdata[i]))
			return ui->views->pdata[i];
	return NULL;
}

/* The message at the top: shown, or at the cursor. */
static struct beginning *chosen(struct ui *ui)
{
	struct view *top = ui_top(ui);
	const struct model_message *shown = view_is_message(top) ? view_message_model(top) : NULL;
	struct view *list = list_below(ui);
	const struct store_row *row = list && !shown ? model_list_current(view_list_model(list)) : NULL;
	struct beginning *b = g_new0(struct beginning, 1);
	buf_init(&b->raw, ENGINE_MESSAGE_MAX);
	if (shown && shown->account >= 0) {
		b->account = shown->account;
		b->folder = g_strdup(shown->folder);
		b->place = (struct store_place){ shown->folder_id, shown->uid, shown->local };
	} else if (row && view_list_account(list, row) >= 0) {
		b->account = view_list_account(list, row);
		b->folder = g_strdup(view_list_folder(list, row));
		b->place = (struct store_place){ row->folder, row->uid, row->local };
	} else {
		beginning_free(&b->waiting);
		return NULL;
	}
	b->waiting = (struct waiting){ .ui = ui, .free = beginning_free };
	return b;
}

/* only: taken */
static void begin_from_message(struct ui *ui, enum app_command what, char *only)
{
	struct beginning *b = chosen(ui);
	if (!b) {
		g_free(only);
		ui_say(ui, g_strdup(_("There is no message here.")));
		return;
	}
	b->what = what;
	b->only = only;
	wait_for(&b->waiting, about(b, REQ_READ), got_message);
}

void compose_answer(struct ui *ui, enum app_command c, char *only)
{
	begin_from_message(ui, c, only);
}

/* --- parts that go along with the next one --- */

struct taking {
	struct waiting waiting;
	char *section;
	struct buf raw;
	struct err err;
};

static void taking_free(struct waiting *w)
{
	struct taking *t = (struct taking *)w;
	g_free(t->section);
	buf_clear(&t->raw);
	err_clear(&t->err);
	g_free(t);
}

static void free_file(void *file)
{
	draft_file_free(file);
}

static void take_part(struct ui *ui, struct str raw, const char *section)
{
	struct err e = ERR_INIT;
	struct draft_file *f = app_attach_part(raw, section, &e);
	if (f) {
		g_autofree char *name = grid_line(str_of(f->name ? f->name : f->type));
		if (!ui->chosen)
			ui->chosen = g_ptr_array_new_with_free_func(free_file);
		g_ptr_array_add(ui->chosen, f);
		ui_say(ui, g_strdup_printf(_("%s goes along with the next letter that is begun or opened."), name));
	} else {
		say_failed(ui, &e);
	}
	err_clear(&e);
}

static void got_part(struct event *ev, void *aux)
{
	struct taking *t = aux;
	if (ev->type == EV_BYTES && buf_add(&t->raw, ev->bytes.p, ev->bytes.n))
		err_set(&t->err, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "the message is too large");
	if (ev->type != EV_ENDED)
		return;
	if (t->err.cause == ERR_NONE)
		err_move(&t->err, &ev->err);
	if (t->err.cause == ERR_NONE)
		take_part(t->waiting.ui, buf_str(&t->raw), t->section);
	else
		say_failed(t->waiting.ui, &t->err);
	wait_ended(&t->waiting);
}

void compose_take_part(struct ui *ui, const struct model_message *m, const char *section)
{
	if (m->file.n) {
		take_part(ui, buf_str(&m->file), section);
		return;
	}
	struct taking *t = g_new0(struct taking, 1);
	struct request *r = request_new(REQ_RAW, 0, m->account);
	t->waiting = (struct waiting){ .ui = ui, .free = taking_free };
	t->section = g_strdup(section);
	buf_init(&t->raw, ENGINE_MESSAGE_MAX);
	r->folder = g_strdup(m->folder);
	r->uid = m->uid;
	r->local = m->local;
	wait_for(&t->waiting, r, got_part);
}

/* --- new ones --- */

/* The folder of that account which is looked at; NULL. */
static const char *folder_here(const struct ui *ui, int account)
{
	struct view *list = list_below(ui);
	return list && list->account == account ? view_list_model(list)->name : NULL;
}

static struct model_letter *blank(struct ui *ui)
{
	struct app_from from = { 0 };
	int account = ui->views->len ? ui_top(ui)->account : ui->at_account;
	if (!ui->folders->accounts->len) {
		ui_say(ui, g_strdup(_("There is no account yet. Write one in the mailrc: see boxwood-mailrc(5).")));
		return NULL;
	}
	account = CLAMP(account, 0, (int)ui->folders->accounts->len - 1);
	struct app_from_facts facts = { .folder = folder_here(ui, account) };
	app_from_decide(app_cfg(ui->app), account, &facts, &from);
	if (!from.addr->addr) {
		app_from_clear(&from);
		ui_say(ui, g_strdup(_("The account has no address: write 'email' in the mailrc.")));
		return NULL;
	}
	struct draft *d = app_letter_new(app_cfg(ui->app), &from);
	return model_letter_new(ui->app, ui->ctx, d, &from, NULL, NULL);
}

/* The beginning of one name is enough. */
static char *template_named(const char *typed)
{
	g_autoptr(GPtrArray) names = app_templates();
	const char *found = NULL;
	for (guint i = 0; i < names->len; i++) {
		if (!strcmp(names->pdata[i], typed))
			return g_strdup(typed);
		if (g_str_has_prefix(names->pdata[i], typed))
			found = found ? "" : names->pdata[i];
	}
	return g_strdup(found && *found ? found : typed);
}

static void template_typed(struct ui *ui, struct str typed, void *aux)
{
	struct model_letter *m = blank(ui);
	g_autofree char *text = str_dup(str_trim(typed)), *name = template_named(text);
	struct err e = ERR_INIT;
	(void)aux;
	if (!m || !*text) {
		model_letter_free(m);
		return;
	}
	struct draft *d = app_letter_template(app_cfg(ui->app), name, NULL, false, &m->from, &e);
	if (d) {
		engine_discard(m->draft);
		m->draft = d;
		view_compose_open(ui, m, COMPOSE_TEMPLATE);
	} else {
		say_failed(ui, &e);
		model_letter_free(m);
	}
	err_clear(&e);
}

static void ask_template(struct ui *ui)
{
	g_autoptr(GPtrArray) names = app_templates();
	if (!names->len) {
		ui_say(ui, g_strdup(_("There is no template: boxwood(1) says where they lie.")));
		return;
	}
	ui_ask(ui, g_strdup(_("Template: ")), "", false, template_typed, NULL, NULL);
	complete_templates(ui);
}

void compose_mailto(struct ui *ui, const char *uri)
{
	struct msg_mailto to;
	struct model_letter *m = NULL;
	if (!msg_mailto_parse(str_of(uri), &to))
		ui_say(ui, g_strdup(_("That is no mailto: link.")));
	else
		m = blank(ui);
	if (m) {
		struct draft *d = m->draft;
		add_all(d->to, to.to);
		add_all(d->cc, to.cc);
		if (to.subject)
			set_text(&d->subject, to.subject);
		if (to.in_reply_to)
			set_text(&d->in_reply_to, to.in_reply_to);
		if (to.body) {
			char *text = g_strconcat(to.body, d->text, NULL);
			g_free(d->text);
			d->text = text;
		}
		if (to.ignored->len)
			ui_say(ui, g_strdup_printf(_("The link also said '%s': not taken."),
					   (const char *)to.ignored->pdata[0]));
		view_compose_open(ui, m, COMPOSE_REVIEW);
	}
	msg_mailto_clear(&to);
}

/* --- drafts --- */

struct resumption {
	struct waiting waiting;
	enum compose_begin how;
	uint32_t was;
	bool as_default;
	struct engine_draft *draft;
};

static void from_of_draft(const struct ui *ui, const struct engine_draft *kept, struct app_from *out)
{
	const struct cfg *cfg = app_cfg(ui->app);
	struct err e = ERR_INIT;
	const struct msg_addr *from = kept->draft->from;
	if (!from || !from->addr || app_from_typed(cfg, kept->account, from->addr, out, &e)) {
		app_from_choose(cfg, kept->account, NULL, out);
	} else {
		g_free(out->why);
		out->why = g_strdup(_("as it was"));
		set_text(&out->addr->name, from->name);
	}
	err_clear(&e);
}

/* What an editor had left when the program ended is newer than what was saved. */
static void take_editors(struct ui *ui, struct view *v, struct model_letter *m)
{
	struct err e = ERR_INIT;
	if (!m->editor_path)
		return;
	if (app_editor_is_elsewhere(m->editor_path)) {
		ui_say(ui,
			g_strdup(_("An editor of another Boxwood has this letter: what it writes is not seen here.")));
		g_clear_pointer(&m->editor_path, g_free);
		return;
	}
	ui_say(ui, g_strdup(_("The text is what the editor had saved last.")));
	edit_look(ui, v, m, &e);
}

static void resume(struct resumption *r)
{
	struct ui *ui = r->waiting.ui;
	struct engine_draft *kept = r->draft;
	struct app_from from = { 0 };
	from_of_draft(ui, kept, &from);
	struct model_letter *m = model_letter_new(ui->app, ui->ctx, g_steal_pointer(&kept->draft), &from, NULL, NULL);
	m->id = kept->id;
	m->saved = kept->saved;
	m->mirrored = kept->mirrored;
	m->parent = kept->parent;
	m->was = r->was;
	m->editor_path = g_steal_pointer(&kept->editor_path);
	if (!m->draft->from)
		app_letter_set_from(m->draft, app_cfg(ui->app), NULL, &m->from);
	if (r->as_default) {
		struct app_from preset = { 0 };
		app_from_choose(app_cfg(ui->app), m->from.account, NULL, &preset);
		model_letter_from(m, &preset);
	}
	take_editors(ui, view_compose_open(ui, m, r->how), m);
}

static void say_kept(struct ui *ui)
{
	g_autofree char *key = ui_key(ui, CTX_INDEX, CMD_DRAFTS);
	ui_say(ui, g_strdup_printf(_("The letter is among the drafts: %s shows them."), key));
}

static void got_draft(struct event *ev, void *aux)
{
	struct resumption *r = aux;
	if (ev->type == EV_MAIL && ev->mail)
		model_queue_take(r->waiting.ui->queue, g_steal_pointer(&ev->mail));
	if (ev->type == EV_DRAFT)
		r->draft = g_steal_pointer(&ev->draft);
	if (ev->type != EV_ENDED)
		return;
	if (!r->draft)
		say_failed(r->waiting.ui, &ev->err);
	else if (!ui_is_idle(r->waiting.ui))
		say_kept(r->waiting.ui);
	else
		resume(r);
	wait_ended(&r->waiting);
}

static void resumption_free(struct waiting *w)
{
	struct resumption *r = (struct resumption *)w;
	engine_draft_free(r->draft);
	g_free(r);
}

static void resume_by(struct ui *ui, enum request_type type, uint32_t id, const struct resumption *how)
{
	struct resumption *r = g_memdup2(how, sizeof *how);
	struct request *ask = request_new(type, 0, -1);
	ask->answers = id;
	r->waiting = (struct waiting){ .ui = ui, .free = resumption_free };
	wait_for(&r->waiting, ask, got_draft);
}

/* draft 0: one is made of the letter. */
static void open_draft(struct ui *ui, uint32_t draft, const struct resumption *how)
{
	if (!draft) {
		resume_by(ui, REQ_MAIL_EDIT, how->was, how);
		return;
	}
	for (guint i = 0; i < ui->views->len; i++) {
		const struct model_letter *m = view_compose_letter(ui->views->pdata[i]);
		if (m && m->id == draft) {
			ui_say(ui, g_strdup(_("That letter is open below.")));
			return;
		}
	}
	if (edit_has(ui, draft)) {
		ui_say(ui, g_strdup(_("That letter is open in its editor.")));
		return;
	}
	resume_by(ui, REQ_DRAFT_OPEN, draft, how);
}

void compose_resume(struct ui *ui, uint32_t draft, enum compose_begin how, uint32_t was)
{
	open_draft(ui, draft, &(struct resumption){ .how = how, .was = was });
}

void compose_resend(struct ui *ui, uint32_t draft, uint32_t was)
{
	open_draft(ui, draft, &(struct resumption){ .how = COMPOSE_SEND, .was = was, .as_default = true });
}

static void got_drafts(struct event *ev, void *aux)
{
	struct ui *ui = aux;
	for (guint i = 0; ev->type == EV_DRAFTS && ev->drafts && i < ev->drafts->len; i++) {
		const struct store_draft *d = ev->drafts->pdata[i];
		if (d->editor_path && !app_editor_is_elsewhere(d->editor_path))
			ui->interrupted = true;
	}
	ui_touch(ui);
}

void compose_look_at_drafts(struct ui *ui)
{
	app_request(ui->app, request_new(REQ_DRAFTS, 0, -1), got_drafts, ui);
}

/* --- a letter in its undo window --- */

#define COUNT_MS 1000

static char *count_words(const struct ui *ui, int seconds)
{
	g_autofree char *key = keymap_first(ui->keymap, CTX_INDEX, CMD_UNDO);
	return g_strdup_printf(
		_("Sent in %d s.  %s %s"), seconds, key ? key : "-", _(app_command_info(CMD_UNDO)->hint));
}

/* Behind the last second the outbox says what is. */
static void count_down(void *aux)
{
	struct ui *ui = aux;
	const struct store_mail *mail = model_queue_find(ui->queue, ui->counted);
	int64_t left = mail && mail->state == MAIL_HELD ? mail->due - clock_wall() : 0;
	if (left <= 0) {
		compose_count_end(ui);
		return;
	}
	g_free(ui->said);
	ui->said = count_words(ui, (int)left);
	/* A screen reader would read every second aloud. */
	timer_at(ui->count, clock_ms() + (ui->plain ? left * COUNT_MS : COUNT_MS));
	ui_touch(ui);
}

void compose_count(struct ui *ui, uint32_t mail)
{
	ui_say(ui, NULL);
	if (!ui->count)
		ui->count = timer_new(ui->ctx, count_down, ui);
	ui->counted = mail;
	count_down(ui);
}

void compose_count_end(struct ui *ui)
{
	ui->counted = 0;
	if (ui->count)
		timer_at(ui->count, CLOCK_NEVER);
}

/* --- the outbox speaks --- */

static void queue_changed(void *aux)
{
	struct ui *ui = aux;
	for (guint i = 0; i < ui->views->len; i++)
		view_queue_reload(ui->views->pdata[i]);
	ui_touch(ui);
}

static void queue_said(void *aux, char *sentence)
{
	g_autofree char *clean = sentence ? grid_line(str_of(sentence)) : NULL;
	g_free(sentence);
	ui_say(aux, g_steal_pointer(&clean));
}

static void queue_acted(void *aux, enum model_queue_act what, uint32_t id, uint32_t draft, const struct err *e)
{
	struct ui *ui = aux;
	if ((what == QUEUE_UNDO || what == QUEUE_EDIT) && e->cause == ERR_CANCELED)
		ui_say(ui, g_strdup(_("Too late: it is on its way.")));
	else if (e->cause != ERR_NONE && what != QUEUE_RETRY && what != QUEUE_RETRY_MAYBE && what != QUEUE_FORGET)
		say_failed(ui, e);
	else if ((what == QUEUE_UNDO && draft) || what == QUEUE_EDIT)
		compose_resume(ui, draft, COMPOSE_REVIEW, what == QUEUE_EDIT ? id : 0);
	else if (what == QUEUE_UNDO || what == QUEUE_DROP)
		ui_say(ui, g_strdup(_("Taken back.")));
	else if (what == QUEUE_HOLD)
		ui_say(ui, g_strdup(_("Held until you let it go.")));
}

const struct model_queue_hooks queue_hooks = { queue_changed, queue_said, ui_logged, queue_acted };

/* --- commands --- */
bool compose_command(struct ui *ui, enum app_command c)
{
	struct model_letter *m;
	switch (c) {
	case CMD_COMPOSE:
		m = blank(ui);
		if (m)
			view_compose_open(ui, m, COMPOSE_ASK);
		return true;
	case CMD_TEMPLATE: ask_template(ui); return true;
	case CMD_REPLY:
	case CMD_REPLY_ALL:
	case CMD_REPLY_LIST:
	case CMD_FORWARD:
	case CMD_FORWARD_WHOLE:
	case CMD_BOUNCE:
	case CMD_EDIT_AGAIN: begin_from_message(ui, c, NULL); return true;
	case CMD_DRAFTS:
		ui->interrupted = false;
		ui_push(ui, view_drafts_new(ui));
		return true;
	case CMD_QUEUE: ui_push(ui, view_queue_new(ui)); return true;
	default: return false;
	}
}
