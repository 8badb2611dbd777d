/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/internal.h"

#include "base/i18n.h"

#define BANNER_TEXT_MAX 4
#define BANNER_KEYS_MAX 2
#define BANNER_FROM_ROWS 8 /* of the screen */

/* --- the line at the top --- */
void status_draw(struct grid *g, struct rect r, const char *left, const char *right)
{
	if (r.rows < 1)
		return;
	grid_fill(g, r.row, r.col, r.cols, STYLE_BAR, ' ');
	int right_cols = right ? grid_width(right) : 0;
	bool both = right_cols && grid_width(left) + right_cols + 2 <= r.cols;
	grid_text(g, r.row, r.col + 1, r.cols - 1, STYLE_BAR, left);
	if (both)
		grid_text(g, r.row, r.col + r.cols - right_cols, right_cols, STYLE_BAR, right);
}

static char *clock_text(int64_t when)
{
	return app_date_short(when, clock_wall());
}

static char *quiet_text(const struct account_state *s, int cols)
{
	if (!s->last_sync)
		return g_strdup(_("never synced"));
	g_autofree char *last = clock_text(s->last_sync), *next = s->next ? clock_text(s->next) : NULL;
	if (!next || cols < 40)
		return g_strdup_printf(_("synced %s"), last);
	if (s->idling && cols >= 120)
		return g_strdup_printf(_("synced %s, next %s, idle on"), last, next);
	return g_strdup_printf(_("synced %s, next %s"), last, next);
}

static char *away_text(const struct account_state *s, int cols)
{
	if (!s->since)
		return g_strdup(_("offline"));
	g_autofree char *since = clock_text(s->since), *next = s->next ? clock_text(s->next) : NULL;
	if (!next || cols < 60)
		return g_strdup_printf(_("offline since %s"), since);
	return g_strdup_printf(_("offline since %s, next try %s"), since, next);
}

static const char *stopped_text(const struct err *e)
{
	switch (e->cause) {
	case ERR_AUTH: return _("login refused");
	case ERR_TLS: return _("not connected: certificate");
	default: return _("stopped");
	}
}

char *status_sync(const struct model_account *a, int cols)
{
	if (!a || !a->known)
		return g_strdup("");
	if (a->work && a->total) {
		g_autofree char *done = g_strdup_printf("%" G_GUINT64_FORMAT, a->done);
		g_autofree char *total = g_strdup_printf("%" G_GUINT64_FORMAT, a->total);
		return g_strdup_printf(_("fetched %s of %s"), done, total);
	}
	switch (a->state.phase) {
	case ACCOUNT_CONNECTING: return g_strdup(_("connecting..."));
	case ACCOUNT_ONLINE: return a->state.syncing ? g_strdup(_("syncing...")) : quiet_text(&a->state, cols);
	case ACCOUNT_STOPPED: return g_strdup(stopped_text(&a->state.err));
	default: return away_text(&a->state, cols);
	}
}

/* --- the line at the bottom --- */
static char *hint_text(const struct ui *ui, enum app_command c, int *key_cols_out)
{
	const char *hint = app_command_info(c)->hint;
	g_autofree char *key = keymap_first(ui->keymap, ui_top(ui)->ops->context, c);
	if (!key || !hint)
		return NULL;
	*key_cols_out = grid_width(key);
	return g_strdup_printf("%s %s", key, _(hint));
}

/* While text is typed, the keys of the table are letters. */
static char *typing_hints(const struct ui *ui)
{
	const char *typing = ui_top(ui)->ops->typing;
	const struct prompt *p = ui->prompt;
	if (ui->question)
		return g_strdup(ui->question->yes_or_no ? _("y yes  n no") : _("Enter the first  Esc back"));
	char *offer = p && p->helper ? p->helper->offer(p) : NULL;
	if (p)
		return offer ? offer
			     : g_strdup(p->helper ? _("Enter done  Tab complete  Esc give up  ^U empty")
						  : _("Enter done  Esc give up  ^U empty"));
	return typing ? g_strdup(_(typing)) : NULL;
}

static const enum app_command *hints_of(const struct ui *ui)
{
	const struct view *top = ui_top(ui);
	return top->ops->hints ? top->ops->hints(top) : app_hints(top->ops->context);
}

static int all_hints_cols(const struct ui *ui)
{
	int cols = 1, key_cols;
	for (const enum app_command *c = hints_of(ui); *c; c++) {
		g_autofree char *one = hint_text(ui, *c, &key_cols);
		cols += one ? grid_width(one) + (*c == CMD_HELP ? 0 : 2) : 0;
	}
	return cols;
}

/* What leads to the rest has its place first; then as many as fit. */
void hint_draw(const struct ui *ui, struct grid *g, struct rect r)
{
	if (r.rows < 1)
		return;
	grid_fill(g, r.row, r.col, r.cols, STYLE_BAR, ' ');
	g_autofree char *typing = typing_hints(ui);
	if (typing) {
		grid_text(g, r.row, r.col + 1, r.cols - 1, STYLE_BAR, typing);
		return;
	}
	int col = 1, key_cols = 0;
	g_autofree char *help = hint_text(ui, CMD_HELP, &key_cols);
	/* Its word goes where that makes room for all. */
	int all = all_hints_cols(ui);
	if (help && all > r.cols && all - grid_width(help) + key_cols <= r.cols)
		help[key_cols] = 0;
	int kept = help ? grid_width(help) : 0;
	for (const enum app_command *c = hints_of(ui); *c; c++) {
		g_autofree char *one = *c == CMD_HELP ? g_strdup(help) : hint_text(ui, *c, &key_cols);
		int cols = one ? grid_width(one) : 0;
		int room = r.cols - col - (*c == CMD_HELP ? 0 : kept + 2);
		if (!one || cols > room)
			continue;
		grid_text(g, r.row, r.col + col, cols, STYLE_BAR, one);
		grid_text(g, r.row, r.col + col, *c == CMD_HELP ? 1 : key_cols, STYLE_KEY, one);
		col += cols + 2;
	}
}

/* --- banners --- */
struct banner {
	const struct store_mail *mail; /* a letter that wants a decision, or that is held */
	bool held, interrupted;        /* the letter leaves soon; a letter was being written */
	int index;
	const struct model_account *account;
	const struct model_trouble *trouble; /* NULL: the account's own state, or */
	const struct model_list *gone;       /* a folder that is shown and not there any more; NULL: none */
};

static bool is_full(const struct model_account *a)
{
	return engine_percent(a->state.room_used, a->state.room_limit) >= ENGINE_FULL_PERCENT;
}

int banner_account(const struct ui *ui)
{
	int shown = ui->views->len ? MAX(ui_top(ui)->account, 0) : 0;
	for (int i = 0; i < (int)ui->folders->accounts->len; i++) {
		/* The account looked at comes first. */
		int index = i == 0 ? shown : i <= shown ? i - 1 : i;
		const struct model_account *a = model_folders_account(ui->folders, index);
		if (a && !a->hidden && (a->ask || (a->known && (a->state.err.cause || is_full(a)))))
			return index;
	}
	return -1;
}

struct model_list *banner_gone(const struct ui *ui)
{
	for (guint i = ui->views->len; i-- > 0;) {
		struct model_list *m = view_is_list(ui->views->pdata[i]) ? view_list_model(ui->views->pdata[i]) : NULL;
		if (m)
			return model_list_is_gone(m) && !m->gone_hidden ? m : NULL;
	}
	return NULL;
}

static void append_key(GString *out, const struct ui *ui, enum app_command c)
{
	g_autofree char *key = keymap_first(ui->keymap, ui_top(ui)->ops->context, c);
	if (key)
		g_string_append_printf(out, "  %s %s", key, _(app_command_info(c)->hint));
}

static bool is_about_sender(const struct store_mail *m)
{
	return m->state == MAIL_REFUSED && !g_strcmp0(m->stage, MAIL_STAGE_SENDER);
}

static void append_default(GString *out, const struct ui *ui, const struct store_mail *m, int account)
{
	struct app_from preset = { 0 };
	g_autofree char *key = keymap_first(ui->keymap, ui_top(ui)->ops->context, CMD_BANNER_DEFAULT);
	app_from_choose(app_cfg(ui->app), account, NULL, &preset);
	g_autofree char *addr = preset.addr && preset.addr->addr ? grid_line(str_of(preset.addr->addr)) : NULL;
	if (key && addr && g_ascii_strcasecmp(addr, app_mail_refused_from(m)))
		g_string_append_printf(out, _("  %s resend as %s"), key, addr);
	app_from_clear(&preset);
}

static bool is_about_size(const struct store_mail *m)
{
	return m->state == MAIL_REFUSED && !g_strcmp0(m->stage, MAIL_STAGE_SIZE);
}

static void mail_keys(GString *out, const struct ui *ui, const struct store_mail *m, int account)
{
	bool copy = m->state == MAIL_ACCEPTED;
	if (is_about_sender(m)) {
		append_default(out, ui, m, account);
		append_key(out, ui, CMD_BANNER_FROM);
	} else {
		if (model_queue_has_others(m))
			append_key(out, ui, CMD_BANNER_OTHERS);
		if (!is_about_size(m))
			append_key(out, ui, CMD_BANNER_RETRY);
	}
	if (!copy) {
		append_key(out, ui, CMD_BANNER_EDIT);
		append_key(out, ui, CMD_BANNER_DROP);
	}
	append_key(out, ui, CMD_BANNER_WORDS);
	append_key(out, ui, CMD_BANNER_HIDE);
}

static struct text *mail_banner(const struct ui *ui, const struct banner *b)
{
	const struct store_mail *m = b->mail;
	struct text *t = text_new();
	g_autofree char *subject =
		m && m->subject && *m->subject ? grid_line(str_of(m->subject)) : g_strdup(_("(no subject)"));
	if (b->interrupted) {
		text_add(t, STYLE_TITLE, 2,
			str_of(_("? A letter was being written when the program ended. It is kept.")));
		return t;
	}
	g_autofree char *what = app_mail_text(m), *words = m->text ? grid_line(str_of(m->text)) : NULL;
	if (b->held) {
		text_addf(t, STYLE_TITLE, 2, "~ %s: %s", subject, what);
		return t;
	}
	bool copy = m->state == MAIL_ACCEPTED;
	text_addf(t, copy ? STYLE_TITLE : STYLE_ERROR, 2, "%s %s: %s", copy ? "~" : "!", subject, what);
	if (m->code && !copy)
		text_addf(t, STYLE_NORMAL, 2, "  %d %s%s%s", m->code, m->enhanced ? m->enhanced : "",
			m->enhanced ? " " : "", words ? words : "");
	const struct model_account *a = model_folders_account(ui->folders, b->index);
	if (is_about_sender(m) && a && a->cfg->card && a->cfg->card->validate)
		text_addf(t, STYLE_NORMAL, 2, _("  The provider's way: %s"), a->cfg->card->validate);
	return t;
}

static struct text *banner_keys(const struct ui *ui, const struct banner *b)
{
	g_autoptr(GString) out = g_string_new(NULL);
	struct text *t = text_new();
	const struct model_account *a = b->account;
	if (b->held || b->interrupted) {
		append_key(out, ui, b->held ? CMD_UNDO : CMD_DRAFTS);
		if (b->interrupted)
			append_key(out, ui, CMD_BANNER_HIDE);
		text_add(t, STYLE_KEY, 2, str_of(out->str));
		return t;
	}
	if (b->mail) {
		mail_keys(out, ui, b->mail, b->index);
		text_add(t, STYLE_KEY, 2, str_of(out->str));
		return t;
	}
	if (b->gone) {
		append_key(out, ui, CMD_FOLDER);
		append_key(out, ui, CMD_BANNER_HIDE);
		text_add(t, STYLE_KEY, 2, str_of(out->str));
		return t;
	}
	if (b->trouble) {
		append_key(out, ui, CMD_BANNER_RETRY);
		append_key(out, ui, CMD_BANNER_WORDS);
		append_key(out, ui, CMD_BANNER_HIDE);
		text_add(t, STYLE_KEY, 2, str_of(out->str));
		return t;
	}
	if (a->ask || a->state.err.cause == ERR_AUTH)
		append_key(out, ui, CMD_BANNER_PASSWORD);
	if (!a->ask && a->state.err.cause)
		append_key(out, ui, CMD_BANNER_RETRY);
	if (a->state.err.cause)
		append_key(out, ui, CMD_BANNER_WORDS);
	if (a->state.err.cause == ERR_AUTH || a->state.err.cause == ERR_TLS)
		append_key(out, ui, CMD_SETTINGS);
	if (a->state.err.cause && model_changes_waiting(ui->changes, b->index))
		append_key(out, ui, CMD_QUEUE);
	append_key(out, ui, CMD_BANNER_HIDE);
	text_add(t, STYLE_KEY, 2, str_of(out->str));
	return t;
}

static struct text *trouble_text(const struct banner *b)
{
	struct text *t = text_new();
	const struct err *e = &b->trouble->first.err;
	g_autofree char *what = app_failed_text(&b->trouble->first, b->trouble->messages);
	g_autofree char *words = e->server ? grid_line(str_of(e->server)) : NULL;
	text_addf(t, STYLE_ERROR, 2, "! %s: %s", b->account->cfg->label, what);
	if (words)
		text_addf(t, STYLE_NORMAL, 2, "  %s", words);
	return t;
}

static struct text *gone_text(const struct banner *b)
{
	struct text *t = text_new();
	const char *name = b->gone->name, *label = b->account->cfg->label;
	bool gone = b->gone->folder->flags & FOLDER_GONE;
	text_addf(t, STYLE_ERROR, 2,
		gone ? _("! %s has no folder %s any more: another program deleted or renamed it.")
		     : _("! %s: the folder %s cannot be opened any more: it only holds other folders now."),
		label, name);
	text_add(t, STYLE_NORMAL, 2, str_of(_("  What was fetched of it can still be read here.")));
	return t;
}

/* "! " stops, "~ " will heal by itself, "? " wants an answer. */
static struct text *banner_text(const struct ui *ui, const struct banner *b)
{
	if (b->mail || b->interrupted)
		return mail_banner(ui, b);
	if (b->trouble)
		return trouble_text(b);
	if (b->gone)
		return gone_text(b);
	struct text *t = text_new();
	const struct model_account *a = b->account;
	unsigned waiting = model_changes_waiting(ui->changes, b->index);
	const struct account_state *s = &a->state;
	if (a->ask) {
		text_addf(t, STYLE_TITLE, 2, _("? %s: the password of %s at %s is wanted."), a->cfg->label,
			a->ask->login, a->ask->host);
		return t;
	}
	if (!s->err.cause) {
		g_autofree char *used = app_size(s->room_used), *limit = app_size(s->room_limit);
		text_addf(t, STYLE_TITLE, 2, _("! %s: the mailbox is nearly full: %s of %s are used (%u %%)."),
			a->cfg->label, used, limit, engine_percent(s->room_used, s->room_limit));
		return t;
	}
	bool heals = s->phase != ACCOUNT_STOPPED;
	g_autofree char *what = app_err_text(&s->err, a->cfg->label);
	g_autofree char *time = s->since ? clock_text(s->since) : g_strdup("");
	text_addf(t, heals ? STYLE_TITLE : STYLE_ERROR, 2, "%s %s  %s", heals ? "~" : "!", what, time);
	if (s->err.cause == ERR_AUTH)
		text_add(t, STYLE_NORMAL, 2,
			str_of(_("  Mail shown is from the cache. Not retrying, to keep the account from being "
				 "locked.")));
	if (heals && waiting) {
		g_autofree char *kept = app_waiting_text(waiting);
		text_addf(t, STYLE_NORMAL, 2, _("  %s; what waits goes out by itself."), kept);
	}
	return t;
}

/* A change that failed comes before an account in trouble, and that before a folder that is gone. */
static bool banner_of(const struct ui *ui, struct banner *b)
{
	enum app_context here = ui->views->len ? ui_top(ui)->ops->context : CTX_INDEX;
	bool writing = here == CTX_COMPOSE || here == CTX_FROM || here == CTX_QUEUE;
	*b = (struct banner){ .index = ui->views->len ? MAX(ui_top(ui)->account, 0) : 0 };
	b->mail = writing ? NULL : model_queue_trouble(ui->queue);
	b->interrupted = !b->mail && !writing && ui->interrupted;
	if (!b->mail && !b->interrupted && (here == CTX_INDEX || here == CTX_FOLDERS || here == CTX_MESSAGE)) {
		/* Of one that was sent here it was said. */
		b->mail = ui->queue->undoable ? NULL : model_queue_undoable(ui->queue);
		b->held = b->mail != NULL;
	}
	if (b->mail || b->interrupted) {
		b->account = model_folders_account(ui->folders, b->index);
		return b->account;
	}
	b->trouble = model_changes_trouble(ui->changes);
	b->index = b->trouble ? b->trouble->account : banner_account(ui);
	b->gone = !b->trouble && b->index < 0 ? banner_gone(ui) : NULL;
	if (b->gone)
		b->index = b->gone->account;
	b->account = model_folders_account(ui->folders, b->index);
	return b->account;
}

bool banner_is_shown(const struct ui *ui)
{
	struct banner b;
	return banner_of(ui, &b);
}

int banner_rows(const struct ui *ui, int rows, int cols)
{
	struct banner b;
	/* Its longer words may be what is being read: they get the place. */
	bool reading = ui->views->len && ui_top(ui)->ops->context == CTX_TEXT;
	if (rows < BANNER_FROM_ROWS || reading || !banner_of(ui, &b))
		return 0;
	struct text *t = banner_text(ui, &b), *keys = banner_keys(ui, &b);
	int wanted = text_lines(t, cols, BANNER_TEXT_MAX) + text_lines(keys, cols, BANNER_KEYS_MAX);
	text_free(t);
	text_free(keys);
	return wanted;
}

/* Where it does not end on the screen: the key that shows all of it. */
static void draw_more(const struct ui *ui, struct grid *g, struct rect r)
{
	g_autofree char *key = keymap_first(ui->keymap, ui_top(ui)->ops->context, CMD_BANNER_WORDS);
	g_autofree char *more = key ? g_strdup_printf(" .. %s", key) : NULL;
	int cols = more ? grid_width(more) : 0;
	if (more)
		grid_text(g, r.row, r.col + r.cols - cols, cols, STYLE_KEY, more);
}

void banner_draw(const struct ui *ui, struct grid *g, struct rect r)
{
	struct banner b;
	if (!r.rows || !banner_of(ui, &b))
		return;
	struct text *t = banner_text(ui, &b), *keys = banner_keys(ui, &b);
	int key_rows = MIN(text_lines(keys, r.cols, BANNER_KEYS_MAX), r.rows), rows = r.rows - key_rows;
	text_draw(t, g, (struct rect){ r.row, r.col, rows, r.cols });
	if (rows > 0 && text_lines(t, r.cols, rows + 1) > rows)
		draw_more(ui, g, (struct rect){ r.row + rows - 1, r.col, 1, r.cols });
	text_draw(keys, g, (struct rect){ r.row + r.rows - key_rows, r.col, key_rows, r.cols });
	text_free(t);
	text_free(keys);
}

/* --- what waits --- */
unsigned queue_count(const struct ui *ui)
{
	return model_changes_waiting(ui->changes, -1) + model_queue_waiting(ui->queue, NULL);
}

char *queue_text(const struct ui *ui)
{
	unsigned waiting = queue_count(ui);
	return waiting ? g_strdup_printf(_("%u in queue"), waiting) : NULL;
}
