/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A letter looked over before it goes: whom it is from and why, whom it is to, what goes along, what is doubtful. */
#include "ui/view_compose.h"

#include <string.h>

#include "base/i18n.h"

#define LABEL_COLS 8
#define FIELD_ROWS 3 /* of a field with many addresses */
#define GUARDS_MAX 3
#define GUARD_FROM_ROWS 3 /* whom it is to, what about and a line of text come first */
#define OWN_LINE_ROWS 14  /* of a screen whose messages have a line of their own */

enum field { FIELD_TO, FIELD_CC, FIELD_BCC, FIELD_SUBJECT };

static const struct view_ops ops, picker_ops;

struct view_compose *compose_of(const struct view *view)
{
	bool mine = view && (view->ops == &ops || view->ops == &picker_ops);
	return mine ? (struct view_compose *)(uintptr_t)view : NULL;
}

struct model_letter *view_compose_letter(const struct view *view)
{
	const struct view_compose *v = compose_of(view);
	return v ? v->letter : NULL;
}

struct view_compose *compose_still(struct ui *ui, void *aux)
{
	return ui_has(ui, aux) ? aux : NULL;
}

void compose_touch(struct view_compose *v)
{
	v->touched = true;
	v->stale = true;
	model_letter_touch(v->letter);
	ui_touch(v->view.ui);
}

static void leave(struct view_compose *v)
{
	struct ui *ui = v->view.ui;
	if (ui_top(ui) == &v->view)
		ui_pop(ui);
	else
		g_ptr_array_remove(ui->views, v);
	ui_touch(ui);
}

void compose_switch(struct view_compose *v, bool picks)
{
	v->view.ops = picks ? &picker_ops : &ops;
	v->stale = true;
	ui_touch(v->view.ui);
}

/* --- what is shown --- */

static char *join(const GPtrArray *addrs)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < addrs->len; i++) {
		g_autofree char *full = msg_addr_full(addrs->pdata[i]);
		g_string_append_printf(out, "%s%s", i ? ", " : "", full);
	}
	return g_string_free(out, FALSE);
}

static char *attached(const struct draft *d)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < d->files->len; i++) {
		const struct draft_file *f = d->files->pdata[i];
		uint64_t octets = f->decoded ? f->decoded : f->fd >= 0 ? f->size : f->bytes.n;
		g_autofree char *size = app_size(octets);
		const char *name = f->name ? f->name : f->source ? f->source : f->type;
		g_string_append_printf(out, "%s%u %s %s", i ? "   " : "", i + 1, name ? name : "?", size);
	}
	if (!out->len)
		g_string_append(out, _("none"));
	return g_string_free(out, FALSE);
}

static char *sent_folder(const struct model_letter *m)
{
	const struct cfg_account *a = app_cfg(m->app)->accounts->pdata[m->from.account];
	const char *named = m->from.line && m->from.line->sent ? m->from.line->sent : a->roles[CFG_SENT];
	if (!a->imap || !g_strcmp0(named, "none") || m->draft->kind == DRAFT_BOUNCE)
		return g_strdup(_("none"));
	return g_strdup(named ? named : "Sent");
}

/* Of delivery; NULL: none is asked for. */
static const char *reports_of(const struct model_letter *m)
{
	const char *said = m->reports ? m->reports : app_cfg(m->app)->options.delivery_reports;
	return said && *said ? said : NULL;
}

static char *settings_text(const struct model_letter *m)
{
	int hold = app_cfg(m->app)->options.undo_send;
	g_autofree char *sent = sent_folder(m);
	g_autofree char *window = hold ? g_strdup_printf(_("%d s"), hold) : g_strdup(_("none"));
	g_autofree char *text =
		g_strdup_printf(_("Sent copy: %s      Sign/encrypt: off      Undo window: %s"), sent, window);
	const char *reports = reports_of(m);
	return reports ? g_strdup_printf(_("Reports: %s      %s"), reports, text) : g_steal_pointer(&text);
}

static const char *kind_text(const struct model_letter *m)
{
	if (m->title)
		return m->title;
	switch (m->draft->kind) {
	case DRAFT_REPLY: return _("Reply");
	case DRAFT_FORWARD: return _("Forward");
	case DRAFT_BOUNCE: return _("Bounce");
	default: return _("New letter");
	}
}

static char *title(struct view *view, int cols)
{
	const struct model_letter *m = compose_of(view)->letter;
	const struct model_account *a = model_folders_account(view->ui->folders, m->from.account);
	(void)cols;
	return g_strdup_printf("%s - %s", kind_text(m), a ? a->cfg->label : "");
}

static char *aside(struct view *view, int cols)
{
	const struct model_letter *m = compose_of(view)->letter;
	if (m->err.cause != ERR_NONE)
		return g_strdup(_("NOT SAVED"));
	if (model_letter_is_leaving(m))
		return g_strdup(_("sending..."));
	if (!m->saved)
		return g_strdup(_("not saved yet"));
	g_autofree char *time = g_strstrip(app_date_short(m->saved, clock_wall()));
	if (m->mirrored && cols >= TWO_LINES_BELOW)
		return g_strdup_printf(_("draft saved %s (local + Drafts)"), time);
	return g_strdup_printf(_("draft saved %s"), time);
}

/* --- guards --- */

static char *guard_text(const struct view_compose *v, const struct guard *guard)
{
	const struct draft *d = v->letter->draft;
	const char *detail = guard->detail ? guard->detail : "";
	switch (guard->kind) {
	case GUARD_NO_SUBJECT: return g_strdup(_("There is no subject."));
	case GUARD_NO_ATTACHMENT: return g_strdup(_("The text says \"attached\" but nothing is attached."));
	case GUARD_MANY: {
		guint n = d->to->len + d->cc->len + d->bcc->len;
		return g_strdup_printf(P_("It goes to %u address.", "It goes to %u addresses.", n), n);
	}
	case GUARD_LOOKALIKE: return g_strdup_printf(_("Look twice: %s."), detail);
	case GUARD_GROWN: return g_strdup_printf(_("They did not have the original: %s."), detail);
	case GUARD_EMPTY: return g_strdup(_("There is neither text nor file."));
	case GUARD_OTHER_DOMAIN: return g_strdup_printf(_("%s is not of the account's domain."), detail);
	case GUARD_TOO_LARGE: return model_letter_size_text(v->letter);
	default: return g_strdup_printf(_("%s takes no answers."), detail);
	}
}

static enum app_command mends(enum guard_kind kind)
{
	switch (kind) {
	case GUARD_NO_SUBJECT: return CMD_SUBJECT;
	case GUARD_NO_ATTACHMENT: return CMD_ATTACH;
	case GUARD_EMPTY: return CMD_EDIT;
	case GUARD_OTHER_DOMAIN: return CMD_FROM;
	case GUARD_TOO_LARGE: return CMD_DETACH;
	default: return CMD_TO;
	}
}

static char *guard_line(const struct view_compose *v, guint at)
{
	const struct guard *guard = v->guards->pdata[at];
	const struct ui *ui = v->view.ui;
	enum app_command by = mends(guard->kind);
	g_autofree char *said = guard_text(v, guard), *text = grid_line(str_of(said));
	g_autofree char *key = keymap_first(ui->keymap, CTX_COMPOSE, by);
	g_autofree char *send = keymap_first(ui->keymap, CTX_COMPOSE, CMD_SEND);
	return g_strdup_printf(_("%s  %s %s   %s send anyway"), text, key ? key : "-", _(app_command_info(by)->hint),
		send ? send : "-");
}

/* What is only begun need not be told what it lacks. */
static guint guards_shown(const struct view_compose *v)
{
	bool begun = v->asks_all && v->view.ui->prompt;
	return begun || !v->guards ? 0 : MIN(v->guards->len, GUARDS_MAX);
}

static char *remark(struct view *view)
{
	const struct view_compose *v = compose_of(view);
	return guards_shown(v) ? guard_line(v, 0) : NULL;
}

/* --- drawing --- */

void compose_refresh(struct view_compose *v)
{
	const struct draft *d = v->letter->draft;
	if (!v->stale)
		return;
	v->stale = false;
	text_reset(v->text);
	if (d->kind == DRAFT_BOUNCE)
		text_add(v->text, STYLE_DIM, 0,
			str_of(_("The message goes on as it is, with your address as the one "
				 "who sent it on.")));
	else
		text_add(v->text, TEXT_BODY, 0, str_of(d->text));
	if (v->guards)
		g_ptr_array_unref(v->guards);
	v->guards = d->kind == DRAFT_BOUNCE ? g_ptr_array_new() : model_letter_guards(v->letter);
	if (!v->rows)
		return;
	g_ptr_array_unref(v->rows);
	v->rows = picker_rows(v->letter);
}

/* A field, in as many rows as it needs and may have; the rows it took. */
static int draw_field(struct grid *g, struct rect r, const char *label, const char *value, int most)
{
	struct text *t = text_new();
	text_add(t, STYLE_NORMAL, 0, str_of(value));
	int cols = MAX(r.cols - LABEL_COLS, 1), rows = CLAMP(text_lines(t, cols, most), 1, MAX(most, 1));
	rows = MIN(rows, r.rows);
	if (rows > 0) {
		grid_text(g, r.row, r.col, LABEL_COLS - 1, STYLE_HEADER, label);
		text_draw(t, g, (struct rect){ r.row, r.col + LABEL_COLS, rows, cols });
	}
	text_free(t);
	return MAX(rows, 0);
}

static void draw_addrs(struct grid *g, struct rect *r, const char *label, const GPtrArray *addrs)
{
	g_autofree char *value = join(addrs);
	int used = draw_field(g, *r, label, value, r->rows > 10 ? FIELD_ROWS : 1);
	r->row += used;
	r->rows -= used;
}

static void take_rows(struct rect *r, int n)
{
	r->row += n;
	r->rows -= n;
}

static void draw_from(struct view_compose *v, struct grid *g, struct rect *r)
{
	const struct model_letter *m = v->letter;
	g_autofree char *full = msg_addr_full(m->from.addr), *value = g_strdup_printf("%s  (%s)", full, m->from.why);
	bool fits = grid_width(value) <= r->cols - LABEL_COLS;
	const struct engine_identity *id = model_letter_identity(m, m->from.addr->addr);
	bool refused = id && id->known.state == IDENTITY_REFUSED;
	take_rows(r, draw_field(g, *r, _("From"), fits ? value : full, 1));
	if (refused && r->rows > 0 && !v->rows) {
		g_autofree char *words = app_identity_text(id, m->after_data);
		grid_text(g, r->row, r->col + LABEL_COLS, r->cols - LABEL_COLS, STYLE_ERROR, words);
		take_rows(r, 1);
	}
	if (!v->rows)
		return;
	int height = picker_height(v->rows, MAX(r->rows - 1, 3));
	height = MIN(height, r->rows);
	if (height > 2)
		picker_draw(v->rows, &v->list, g,
			(struct rect){ r->row, r->col, height, r->cols - (r->cols > 60 ? 2 : 0) }, !v->view.ui->plain);
	take_rows(r, height);
}

static void draw_files(const struct model_letter *m, struct grid *g, struct rect *r)
{
	g_autofree char *files = attached(m->draft), *settings = settings_text(m);
	if (!m->draft->files->len) {
		g_autofree char *both = g_strdup_printf("%s      %s", files, settings);
		take_rows(r, draw_field(g, *r, _("Attach"), both, 1));
		return;
	}
	take_rows(r, draw_field(g, *r, _("Attach"), files, r->rows > 10 ? FIELD_ROWS : 1));
	if (r->rows > 3)
		take_rows(r, draw_field(g, *r, "", settings, 1));
}

/* Those that have no place in the line for messages stand below the text. */
static void draw_guards(const struct view_compose *v, struct grid *g, struct rect *r)
{
	guint first = g->rows >= OWN_LINE_ROWS ? 1 : 0, last = guards_shown(v);
	for (guint i = last; i > first && r->rows > GUARD_FROM_ROWS; i--) {
		g_autofree char *line = guard_line(v, i - 1);
		grid_text(g, r->row + --r->rows, r->col + 1, r->cols - 1, STYLE_TITLE, line);
	}
}

enum part {
	PART_FROM = 1 << 0,
	PART_TO = 1 << 1,
	PART_CC = 1 << 2,
	PART_BCC = 1 << 3,
	PART_REPLY = 1 << 4,
	PART_SUBJECT = 1 << 5,
	PART_FILES = 1 << 6,
	PART_HTML = 1 << 7,
};

static int count_parts(unsigned parts)
{
	int n = 0;
	for (; parts; parts &= parts - 1)
		n++;
	return n;
}

/* Those there is room for, with a row of the text at least: what can be done without gives way first. */
static unsigned parts_shown(const struct draft *d, bool picks, int rows)
{
	static const unsigned dispensable[] = { PART_HTML, PART_FILES, PART_CC, PART_REPLY, PART_BCC, PART_FROM,
		PART_SUBJECT };
	bool bounce = d->kind == DRAFT_BOUNCE;
	unsigned shown = PART_FROM | PART_TO | (bounce ? 0 : PART_CC | PART_SUBJECT | PART_FILES) |
			 (!bounce && d->bcc->len ? PART_BCC : 0) | (!bounce && d->reply_to->len ? PART_REPLY : 0) |
			 (!bounce && d->markdown ? PART_HTML : 0);
	for (size_t i = 0; !picks && i < G_N_ELEMENTS(dispensable); i++)
		if (count_parts(shown) >= rows)
			shown &= ~dispensable[i];
	return shown;
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_compose *v = compose_of(view);
	const struct model_letter *m = v->letter;
	const struct draft *d = m->draft;
	compose_refresh(v);
	view->account = m->from.account;
	draw_guards(v, g, &r);
	g->cursor_row = r.row;
	g->cursor_col = r.col;
	unsigned shown = parts_shown(d, v->rows != NULL, r.rows);
	if (shown & PART_FROM)
		draw_from(v, g, &r);
	if (shown & PART_TO)
		draw_addrs(g, &r, _("To"), d->to);
	if (shown & PART_CC)
		draw_addrs(g, &r, _("Cc"), d->cc);
	if (shown & PART_BCC)
		draw_addrs(g, &r, _("Bcc"), d->bcc);
	if (shown & PART_REPLY)
		draw_addrs(g, &r, _("Reply to"), d->reply_to);
	if (shown & PART_SUBJECT)
		take_rows(&r, draw_field(g, r, _("Subject"), d->subject, 1));
	if (shown & PART_HTML)
		take_rows(&r, draw_field(g, r, _("HTML"), _("made of the text when it is sent"), 1));
	if (shown & PART_FILES)
		draw_files(m, g, &r);
	if (r.rows > 2) {
		grid_fill(g, r.row, r.col, r.cols, STYLE_DIM, '-');
		take_rows(&r, 1);
	}
	if (r.rows > 0)
		text_draw(v->text, g, r);
}

/* --- the letter speaks --- */

static void letter_changed(void *aux)
{
	struct view_compose *v = aux;
	v->stale = true;
	ui_touch(v->view.ui);
}

static void letter_said(void *aux, char *sentence)
{
	g_autofree char *clean = sentence ? grid_line(str_of(sentence)) : NULL;
	g_free(sentence);
	ui_say(((struct view_compose *)aux)->view.ui, g_steal_pointer(&clean));
}

static void letter_sent(void *aux, struct store_mail *mail)
{
	struct view_compose *v = aux;
	struct ui *ui = v->view.ui;
	uint32_t was = v->letter->was, id = mail->id;
	bool counts = mail->state == MAIL_HELD && !v->letter->at;
	char *words = mail->state == MAIL_HELD ? app_mail_text(mail) : g_strdup(_("Sending."));
	v->letter->dirty = false;
	app_editor_done(v->letter->editor_path);
	leave(v);
	if (was)
		model_queue_act(ui->queue, was, QUEUE_FORGET);
	model_queue_sent(ui->queue, mail);
	ui_say(ui, words);
	if (counts)
		compose_count(ui, id);
}

static const struct model_letter_hooks hooks = { letter_changed, letter_said, letter_sent };

/* --- writing --- */

/* Once it is known whom it goes to, or as late as may be. */
static void fill(struct view_compose *v)
{
	if (!v->unfilled)
		return;
	v->unfilled = false;
	app_template_fill(v->letter->draft);
	compose_touch(v);
}

static void write_on(struct view_compose *v)
{
	struct ui *ui = v->view.ui;
	fill(v);
	if (v->letter->draft->kind == DRAFT_BOUNCE)
		ui_say(ui, g_strdup(_("What is bounced goes on as it is.")));
	else if (!edit_start(ui, &v->view, v->letter))
		ui_push(ui, view_editor_new(ui, &v->view));
	v->touched = true;
}

void view_compose_edited(struct view *view)
{
	struct view_compose *v = compose_of(view);
	v->touched = true;
	v->stale = true;
	ui_touch(view->ui);
}

struct model_letter *view_compose_release(struct view *view)
{
	return g_steal_pointer(&compose_of(view)->letter);
}

/* --- fields --- */

static GPtrArray *addrs_of(const struct view_compose *v, enum field f)
{
	const struct draft *d = v->letter->draft;
	return f == FIELD_TO ? d->to : f == FIELD_CC ? d->cc : d->bcc;
}

static void ask_field(struct view_compose *v, enum field f, const char *text, const char *wrong);
static void send_on(struct view_compose *v);

/* What follows when the fields of a new letter are asked one after the other. */
static void field_done(struct view_compose *v, enum field f)
{
	if (f == FIELD_TO && v->sends) {
		v->sends = false;
		send_on(v);
	} else if (f == FIELD_TO && v->asks_all && !*v->letter->draft->subject) {
		ask_field(v, FIELD_SUBJECT, "", NULL);
	} else if (v->asks_all) {
		v->asks_all = false;
		write_on(v);
	}
}

static void field_typed(struct ui *ui, struct str typed, void *aux, enum field f)
{
	struct view_compose *v = compose_still(ui, aux);
	struct err e = ERR_INIT;
	if (!v)
		return;
	g_autofree char *text = str_dup(str_trim(typed));
	if (f == FIELD_SUBJECT) {
		g_free(v->letter->draft->subject);
		v->letter->draft->subject = g_steal_pointer(&text);
	} else {
		g_autoptr(GPtrArray) now = msg_addrs_new();
		if (app_addresses(app_cfg(ui->app), text, now, &e)) {
			ask_field(v, f, text, e.text);
			err_clear(&e);
			return;
		}
		GPtrArray *addrs = addrs_of(v, f);
		g_ptr_array_set_size(addrs, 0);
		while (now->len)
			g_ptr_array_add(addrs, g_ptr_array_steal_index(now, 0));
	}
	compose_touch(v);
	field_done(v, f);
}

static void to_typed(struct ui *ui, struct str typed, void *aux)
{
	field_typed(ui, typed, aux, FIELD_TO);
}

static void cc_typed(struct ui *ui, struct str typed, void *aux)
{
	field_typed(ui, typed, aux, FIELD_CC);
}

static void bcc_typed(struct ui *ui, struct str typed, void *aux)
{
	field_typed(ui, typed, aux, FIELD_BCC);
}

static void subject_typed(struct ui *ui, struct str typed, void *aux)
{
	field_typed(ui, typed, aux, FIELD_SUBJECT);
}

static const char *label_of(const struct view_compose *v, enum field f)
{
	switch (f) {
	case FIELD_TO: return v->letter->draft->kind == DRAFT_BOUNCE ? _("Bounce to: ") : _("To: ");
	case FIELD_CC: return _("Cc: ");
	case FIELD_BCC: return _("Bcc: ");
	default: return _("Subject: ");
	}
}

static void ask_field(struct view_compose *v, enum field f, const char *text, const char *wrong)
{
	static void (*const typed[])(
		struct ui *, struct str, void *) = { to_typed, cc_typed, bcc_typed, subject_typed };
	const char *label = label_of(v, f);
	ui_ask(v->view.ui, wrong ? g_strdup_printf("%s. %s", wrong, label) : g_strdup(label), text, false, typed[f], v,
		NULL);
	if (f != FIELD_SUBJECT)
		complete_addresses(v->view.ui);
}

static void edit_field(struct view_compose *v, enum field f)
{
	g_autofree char *now = f == FIELD_SUBJECT ? g_strdup(v->letter->draft->subject) : join(addrs_of(v, f));
	v->asks_all = v->sends = false;
	ask_field(v, f, now, NULL);
}

/* --- what goes along --- */

static void attach_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	g_autofree char *text = str_dup(str_trim(typed));
	if (!v || !*text)
		return;
	g_autoptr(GPtrArray) paths = app_attach_paths(text);
	const char *slash = strrchr(text, '/');
	g_free(ui->attach_dir);
	ui->attach_dir = slash ? g_strndup(text, (gsize)(slash + 1 - text)) : NULL;
	for (guint i = 0; i < paths->len; i++) {
		struct err e = ERR_INIT;
		struct draft_file *f = app_attach(paths->pdata[i], &e);
		if (f)
			g_ptr_array_add(v->letter->draft->files, f);
		else
			ui_say(ui, app_err_text(&e, NULL));
		err_clear(&e);
	}
	char *large = model_letter_size_text(v->letter);
	if (large)
		ui_say(ui, large);
	compose_touch(v);
}

static void attach(struct view_compose *v)
{
	const char *dir = v->view.ui->attach_dir;
	ui_ask(v->view.ui, g_strdup(_("Attach (file or pattern): ")), dir ? dir : "", false, attach_typed, v, NULL);
	complete_paths(v->view.ui);
}

static void detach(struct view_compose *v, guint at)
{
	struct draft_file *f = v->letter->draft->files->pdata[at];
	g_autofree char *name = f->name ? grid_line(str_of(f->name)) : g_strdup("");
	struct draft *gone = draft_new(DRAFT_NEW);
	/* With its descriptor. */
	g_ptr_array_add(gone->files, g_ptr_array_steal_index(v->letter->draft->files, at));
	engine_discard(gone);
	ui_say(v->view.ui, g_strdup_printf(_("%s does not go along any more."), name));
	compose_touch(v);
}

static void detach_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	uint64_t n;
	if (v && str_u64(str_trim(typed), v->letter->draft->files->len, &n) && n)
		detach(v, (guint)n - 1);
	else if (v)
		ui_say(ui, g_strdup(_("There is no attachment of that number.")));
}

static void choose_attachment(struct view_compose *v)
{
	guint n = v->letter->draft->files->len;
	if (!n)
		ui_say(v->view.ui, g_strdup(_("Nothing is attached.")));
	else if (n == 1)
		detach(v, 0);
	else
		ui_ask(v->view.ui, g_strdup_printf(_("Take away attachment 1-%u: "), n), "", false, detach_typed, v,
			NULL);
}

static void ask_reports(struct view_compose *v, const char *text, const char *wrong);

static void reports_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	g_autofree char *text = str_dup(str_trim(typed)), *words = *text ? cfg_reports(text) : NULL;
	if (v && *text && !words) {
		ask_reports(v, text, _("Some of success,failure,delay, or never"));
	} else if (v) {
		g_free(v->letter->reports);
		v->letter->reports = g_steal_pointer(&text);
		compose_touch(v);
	}
}

static void ask_reports(struct view_compose *v, const char *text, const char *wrong)
{
	const char *label = _("Reports of delivery (success,failure,delay; never; empty as usual): ");
	ui_ask(v->view.ui, wrong ? g_strdup_printf("%s. %s", wrong, label) : g_strdup(label), text, false,
		reports_typed, v, NULL);
}

/* --- HTML beside the text --- */

static void turn_markdown(struct view_compose *v)
{
	struct draft *d = v->letter->draft;
	if (d->kind == DRAFT_BOUNCE) {
		ui_say(v->view.ui, g_strdup(_("What is bounced goes on as it is.")));
		return;
	}
	if (!app_cfg(v->view.ui->app)->options.markdown && !d->markdown) {
		ui_say(v->view.ui, g_strdup(_("No command makes HTML of the text: write 'set markdown=COMMAND' in the "
					      "mailrc.")));
		return;
	}
	d->markdown = !d->markdown;
	compose_touch(v);
}

/* --- sending --- */

static void as_it_is(struct ui *ui, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	if (!v)
		return;
	v->letter->no_asked = true;
	send_on(v);
}

static void as_default(struct ui *ui, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	struct app_from preset = { 0 };
	if (!v)
		return;
	app_from_choose(app_cfg(ui->app), v->letter->from.account, NULL, &preset);
	model_letter_from(v->letter, &preset);
	v->letter->no_asked = true;
	send_on(v);
}

static void as_other(struct ui *ui, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	if (v)
		from_open(v);
}

/* True: the From was refused before, and the user is asked. */
static bool asks_about_from(struct view_compose *v)
{
	struct model_letter *m = v->letter;
	const struct engine_identity *id = model_letter_identity(m, m->from.addr->addr);
	if (m->no_asked || !id || id->known.state != IDENTITY_REFUSED)
		return false;
	struct app_from preset = { 0 };
	app_from_choose(app_cfg(m->app), m->from.account, NULL, &preset);
	g_autofree char *date = g_strstrip(app_date_short(id->known.date, clock_wall()));
	bool same = !g_ascii_strcasecmp(preset.addr->addr, m->from.addr->addr);
	if (same)
		ui_choose(v->view.ui,
			g_strdup_printf(_("The server refused %s (%s).  Enter choose another  y send so  Esc back"),
				m->from.addr->addr, date),
			(const struct choice[CHOICES_MAX]){ { 'f', as_other }, { 'y', as_it_is } }, v, NULL);
	else
		ui_choose(v->view.ui,
			g_strdup_printf(
				_("The server refused %s (%s).  Enter send as %s  f other  y send so  Esc back"),
				m->from.addr->addr, date, preset.addr->addr),
			(const struct choice[CHOICES_MAX]){ { '1', as_default }, { 'f', as_other }, { 'y', as_it_is } },
			v, NULL);
	app_from_clear(&preset);
	return true;
}

static void send_at(struct view_compose *v, int64_t at)
{
	struct ui *ui = v->view.ui;
	g_autoptr(GPtrArray) faults = model_letter_faults(v->letter);
	const struct draft *d = v->letter->draft;
	if (d->to->len)
		fill(v);
	v->at = at;
	if (!d->to->len && !d->cc->len && !d->bcc->len) {
		edit_field(v, FIELD_TO);
		v->sends = true;
	} else if (faults->len) {
		g_autofree char *text = grid_line(str_of(faults->pdata[0]));
		ui_say(ui, g_strdup_printf(_("Not sent: %s."), text));
	} else if (!asks_about_from(v)) {
		model_letter_send(v->letter, at);
	}
	ui_touch(ui);
}

static void send_it(struct view_compose *v)
{
	send_at(v, 0);
}

/* What was asked has its answer. */
static void send_on(struct view_compose *v)
{
	send_at(v, v->at);
}

static void time_typed(struct ui *ui, struct str typed, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	struct err e = ERR_INIT;
	g_autofree char *text = str_dup(str_trim(typed));
	int64_t at = v && *text ? app_time_typed(text, &e) : 0;
	if (at)
		send_at(v, at);
	else if (e.cause)
		ui_say(ui, g_strdup_printf("%s.", e.text));
	err_clear(&e);
}

/* --- leaving --- */

static void kept(void *aux, bool saved)
{
	struct view_compose *v = aux;
	struct ui *ui = v->view.ui;
	if (!saved) {
		v->letter->left = false;
		ui_say(ui, app_err_text(&v->letter->err, NULL));
		return;
	}
	g_autofree char *key = keymap_first(ui->keymap, CTX_INDEX, CMD_DRAFTS);
	leave(v);
	ui_say(ui, g_strdup_printf(_("Kept as a draft: %s goes on with it."), key ? key : "-"));
}

static void postpone(struct view_compose *v)
{
	v->letter->left = true;
	model_letter_save_then(v->letter, kept, v);
}

static void keep_draft(struct ui *ui, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	if (v)
		postpone(v);
}

static void throw_away(struct ui *ui, void *aux)
{
	struct view_compose *v = compose_still(ui, aux);
	if (!v)
		return;
	model_letter_drop(v->letter);
	app_editor_done(v->letter->editor_path);
	leave(v);
	ui_say(ui, g_strdup(_("Thrown away.")));
}

static void back(struct view_compose *v)
{
	struct ui *ui = v->view.ui;
	if (!v->touched && !v->letter->dirty) {
		leave(v);
		return;
	}
	ui_choose(ui, g_strdup(_("Keep it as a draft?  [Y] keep  n throw away  Esc go on writing")),
		(const struct choice[CHOICES_MAX]){
			{ 'y', keep_draft }, { 'n', throw_away }, { g_utf8_get_char(_("y")), keep_draft } },
		v, NULL);
}

/* --- commands --- */

static bool command(struct view *view, enum app_command c)
{
	struct view_compose *v = compose_of(view);
	struct ui *ui = view->ui;
	bool busy = model_letter_is_leaving(v->letter) || edit_is_of(ui, view);
	if (busy && c != CMD_HELP && c != CMD_REDRAW)
		return true;
	/* A question that was given up asks nothing further. */
	v->asks_all = v->sends = false;
	switch (c) {
	case CMD_SEND: send_it(v); break;
	case CMD_EDIT: write_on(v); break;
	case CMD_FROM: from_open(v); break;
	case CMD_TO: edit_field(v, FIELD_TO); break;
	case CMD_CC: edit_field(v, FIELD_CC); break;
	case CMD_BCC: edit_field(v, FIELD_BCC); break;
	case CMD_SUBJECT: edit_field(v, FIELD_SUBJECT); break;
	case CMD_ATTACH: attach(v); break;
	case CMD_DETACH: choose_attachment(v); break;
	case CMD_REPORTS: ask_reports(v, reports_of(v->letter) ? reports_of(v->letter) : "", NULL); break;
	case CMD_MARKDOWN: turn_markdown(v); break;
	case CMD_POSTPONE: postpone(v); break;
	case CMD_LATER:
		ui_ask(ui, g_strdup(_("Send at (18:30, 2026-12-24T08:00, 90m): ")), "", false, time_typed, v, NULL);
		break;
	case CMD_BACK: back(v); break;
	case CMD_SCROLL_DOWN: text_command(v->text, CMD_PAGE_DOWN); break;
	default: return text_command(v->text, c);
	}
	return true;
}

static bool stop(struct view *view)
{
	struct view_compose *v = compose_of(view);
	return v->letter && model_letter_stop(v->letter);
}

static void event(struct view *view, struct event *ev)
{
	struct view_compose *v = compose_of(view);
	if (v->letter)
		model_letter_event(v->letter, ev);
}

static void destroy(struct view *view)
{
	struct view_compose *v = compose_of(view);
	edit_forget(view->ui, view);
	model_letter_free(v->letter);
	text_free(v->text);
	if (v->guards)
		g_ptr_array_unref(v->guards);
	if (v->rows)
		g_ptr_array_unref(v->rows);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_COMPOSE,
	.draw = draw,
	.command = command,
	.event = event,
	.title = title,
	.aside = aside,
	.remark = remark,
	.stop = stop,
	.free = destroy,
};

static const struct view_ops picker_ops = {
	.context = CTX_FROM,
	.draw = draw,
	.command = from_command,
	.key = from_key,
	.event = event,
	.title = title,
	.aside = aside,
	.remark = remark,
	.free = destroy,
};

static void begin(struct view_compose *v, enum compose_begin how)
{
	switch (how) {
	case COMPOSE_ASK:
	case COMPOSE_ASK_TO:
		v->asks_all = true;
		ask_field(v, FIELD_TO, "", NULL);
		break;
	case COMPOSE_TEMPLATE:
		v->asks_all = v->unfilled = true;
		if (v->letter->draft->to->len)
			field_done(v, FIELD_TO);
		else
			ask_field(v, FIELD_TO, "", NULL);
		break;
	case COMPOSE_EDIT: write_on(v); break;
	case COMPOSE_PICK: from_open(v); break;
	case COMPOSE_SEND: send_it(v); break;
	case COMPOSE_BOUNCE:
		v->sends = true;
		ask_field(v, FIELD_TO, "", NULL);
		break;
	default: break;
	}
}

/* Those that were chosen in another message. */
static void take_parts(struct view_compose *v)
{
	GPtrArray *parts = v->view.ui->chosen;
	if (!parts || v->letter->draft->kind == DRAFT_BOUNCE)
		return;
	while (parts->len)
		g_ptr_array_add(v->letter->draft->files, g_ptr_array_steal_index(parts, 0));
	g_clear_pointer(&v->view.ui->chosen, g_ptr_array_unref);
	compose_touch(v);
}

struct view *view_compose_open(struct ui *ui, struct model_letter *m, enum compose_begin how)
{
	struct view_compose *v = g_new0(struct view_compose, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = m->from.account };
	v->letter = m;
	v->text = text_new();
	v->stale = true;
	/* A letter that says something already is not left without a question. What is bounced says it of itself. */
	bool said = *m->draft->subject && m->draft->kind != DRAFT_BOUNCE;
	v->touched = !m->id && (m->draft->to->len || said);
	model_letter_listen(m, &hooks, v);
	take_parts(v);
	model_letter_identities(m);
	model_letter_people(m);
	ui_push(ui, &v->view);
	begin(v, how);
	return &v->view;
}
