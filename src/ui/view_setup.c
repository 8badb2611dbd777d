/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Set-up as one screen: what is given stands above, what the servers say of it below, each line with its own place to be
 * corrected. */
#include "ui/internal.h"

#include <string.h>

#include "app/setup.h"
#include "base/i18n.h"

#define CTRL(c) ((c)&0x1f)
#define LABEL_COLS 17
#define NARROW_LABEL_COLS 9
#define NARROW_BELOW 64 /* columns under which what is said of a value takes a line of its own */
#define VALUE_COLS 30   /* before the mark */
#define MARK_COLS 7
#define CHOICES_SHOWN 4
#define HELP_ROWS 4

enum field {
	FIELD_EMAIL,
	FIELD_NAME,
	FIELD_PROVIDER,
	FIELD_LOGIN,
	FIELD_PASSWORD,
	FIELD_KEEP,
	FIELD_RECEIVE,
	FIELD_PREFIX,
	FIELD_SEND,
	FIELD_FROM,
	FIELD_FINISH,
	FIELDS,
	NO_FIELD = FIELDS,
};

struct view_setup {
	struct view view;
	struct setup *s;
	struct setup_run *run; /* NULL: a picture of s */
	const char *path;      /* of the mailrc */
	bool *written_out;
	enum field field;
	struct input input;         /* of the field, where it takes text */
	struct input password;      /* as typed so far; hidden */
	bool retyped;               /* the password, since it was handed over */
	bool force, saving, finish; /* finish: as soon as all is well */
	char *complaint;            /* of what was typed; NULL */
	int top;
};

/* --- rows: what is to be drawn, whatever the width --- */

struct row {
	enum field field;
	const char *label; /* translated */
	char *value;
	unsigned style;
	const char *mark; /* "[ok]"; NULL: none */
	unsigned mark_style;
	char *note; /* NULL */
};

static void row_free(void *p)
{
	struct row *r = p;
	g_free(r->value);
	g_free(r->note);
	g_free(r);
}

static struct row *add(GPtrArray *rows, enum field field, const char *label, char *value, char *note)
{
	struct row *r = g_new0(struct row, 1);
	*r = (struct row){ .field = field, .label = label, .value = value, .note = note };
	g_ptr_array_add(rows, r);
	return r;
}

static void add_mark(struct row *r, const struct setup_result *result)
{
	static const char *const marks[] = { NULL, "[..]", "[ok]", "[!!]", "[NO]" };
	static const unsigned styles[] = { STYLE_NORMAL, STYLE_DIM, STYLE_NEW, STYLE_WARNING, STYLE_ERROR };
	r->mark = marks[result->state];
	r->mark_style = styles[result->state];
	g_free(r->note);
	r->note = g_strdup(result->text ? result->text : "");
}

static void add_provider(const struct view_setup *v, GPtrArray *rows)
{
	const struct setup *s = v->s;
	unsigned n = s->choices->len;
	bool open = v->field == FIELD_PROVIDER;
	unsigned shown = open ? MIN(n, CHOICES_SHOWN) : MIN(n, 1);
	unsigned from = s->choice + 1 > shown ? s->choice + 1 - shown : 0;
	if (!n)
		add(rows, FIELD_PROVIDER, _("Provider"), g_strdup(""), NULL);
	for (unsigned i = from; i < from + shown; i++) {
		g_autofree char *text = setup_choice_text(s, s->choices->pdata[i]);
		struct row *r = add(rows, i == s->choice ? FIELD_PROVIDER : NO_FIELD, i == from ? _("Provider") : "",
			g_strdup_printf("%s%s", open ? (i == s->choice ? "> " : "  ") : "", text),
			open && i == from ? g_strdup_printf(_("%u of %u, Up/Down"), s->choice + 1, n) : NULL);
		r->style = i == s->choice ? STYLE_NORMAL : STYLE_DIM;
	}
}

static char *keep_text(const struct view_setup *v)
{
	GString *out = g_string_new(NULL);
	for (int i = 0; i < SETUP_KEEPS; i++)
		if (setup_keep_works((enum setup_keep)i))
			g_string_append_printf(out, "%s%s%s", out->len ? "  " : "", i == (int)v->s->keep ? "> " : "",
				setup_keep_name((enum setup_keep)i));
	return g_string_free(out, FALSE);
}

static char *stars(const struct view_setup *v)
{
	return g_strnfill((gsize)g_utf8_strlen(v->password.text, -1), '*');
}

static char *prefix_text(const struct setup *s)
{
	const struct setup_choice *c = setup_choice_of(s);
	const char *card = c && c->card ? c->card->prefix : NULL;
	const char *prefix = s->prefix ? s->prefix : s->found_prefix && *s->found_prefix ? s->found_prefix : card;
	return prefix ? g_strdup_printf(_("prefix %s"), prefix) : g_strdup(s->folders ? _("no prefix") : "");
}

static char *from_text(const struct setup *s)
{
	GString *out = g_string_new(s->email ? s->email : "");
	for (guint i = 0; i < s->aliases->len; i++)
		g_string_append_printf(out, ", %s", (const char *)s->aliases->pdata[i]);
	return g_string_free(out, FALSE);
}

static char *poll_text(const struct setup *s)
{
	const struct setup_choice *c = setup_choice_of(s);
	int floor = c && c->card ? c->card->poll_floor : 0;
	int minutes = (setup_poll(s) + 59) / 60;
	return floor ? g_strdup_printf(_("%d minutes (this provider: never under %d)"), minutes, floor / 60)
		     : g_strdup_printf(_("%d minutes"), minutes);
}

static unsigned block_lines(const struct view_setup *v)
{
	g_autofree char *directory = g_path_get_dirname(v->path), *block = setup_block(v->s, directory);
	unsigned n = 0;
	for (const char *c = block; *c; c++)
		n += *c == '\n';
	return n;
}

/* As people write it. */
static char *short_path(const char *path)
{
	const char *home = g_get_home_dir();
	size_t n = strlen(home);
	bool below = n > 1 && !strncmp(path, home, n) && path[n] == '/';
	return below ? g_strconcat("~", path + n, NULL) : g_strdup(path);
}

static char *finish_text(const struct view_setup *v)
{
	g_autofree char *path = short_path(v->path);
	if (v->saving)
		return g_strdup(_("Writing.."));
	if (v->finish)
		return g_strdup(_("Finishes as soon as all is well. Esc stops that."));
	if (setup_is_green(v->s))
		return g_strdup_printf(_("Enter writes %u lines: %s"), block_lines(v), path);
	return g_strdup_printf(_("Nothing is written until you finish: %s"), path);
}

static GPtrArray *rows_of(const struct view_setup *v)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(row_free);
	const struct setup *s = v->s;
	const char *login = setup_login(s);
	g_autofree char *imap = setup_server(s, SETUP_IMAP), *smtp = setup_server(s, SETUP_SMTP);
	add(rows, FIELD_EMAIL, _("Your address"), g_strdup(s->email ? s->email : ""), NULL);
	add(rows, FIELD_NAME, _("Your name"), g_strdup(s->name ? s->name : ""), NULL);
	add_provider(v, rows);
	add(rows, FIELD_LOGIN, _("Login name"), g_strdup(login ? login : ""), login ? setup_login_text(s) : NULL);
	add(rows, FIELD_PASSWORD, _("Password"), stars(v), NULL);
	add(rows, FIELD_KEEP, _("Kept by"), keep_text(v), NULL);
	add(rows, NO_FIELD, "", g_strdup(""), NULL);
	add_mark(add(rows, FIELD_RECEIVE, _("Receive"), g_strdup(imap ? imap : ""), NULL), &s->results[SETUP_RECEIVE]);
	add_mark(add(rows, NO_FIELD, _("Log in"), g_strdup(login ? login : ""), NULL), &s->results[SETUP_LOGIN]);
	add_mark(add(rows, FIELD_PREFIX, _("Folders"), prefix_text(s), NULL), &s->results[SETUP_FOLDERS]);
	struct row *roles = add(rows, NO_FIELD, _("Sent / Drafts"), g_strdup(""), NULL);
	add_mark(roles, &s->results[SETUP_ROLES]);
	if (s->results[SETUP_ROLES].state == SETUP_OK) {
		g_free(roles->value);
		roles->value = g_steal_pointer(&roles->note);
		roles->note = g_strdup(_("found, not created"));
	}
	add_mark(add(rows, FIELD_SEND, _("Send"),
			 g_strdup(smtp           ? smtp
				  : s->sends_not ? _("not at all")
						 : ""),
			 NULL),
		&s->results[SETUP_SEND]);
	add(rows, NO_FIELD, _("Check every"), s->email ? poll_text(s) : g_strdup(""), NULL);
	add_mark(add(rows, NO_FIELD, _("From addresses"), from_text(s), NULL), &s->results[SETUP_FROM]);
	add(rows, FIELD_FROM, "", g_strdup(_("add others")), NULL)->style = STYLE_DIM;
	add(rows, NO_FIELD, "", g_strdup(""), NULL);
	add(rows, FIELD_FINISH, "", finish_text(v), NULL);
	return rows;
}

/* --- what is said of the field at hand --- */

static enum setup_test test_of(enum field f)
{
	switch (f) {
	case FIELD_RECEIVE: return SETUP_RECEIVE;
	case FIELD_LOGIN:
	case FIELD_PASSWORD: return SETUP_LOGIN;
	case FIELD_PREFIX: return SETUP_FOLDERS;
	case FIELD_SEND: return SETUP_SEND;
	case FIELD_FROM: return SETUP_FROM;
	default: return SETUP_TESTS;
	}
}

static enum field field_of(enum setup_test t)
{
	static const enum field fields[] = { FIELD_RECEIVE, FIELD_PASSWORD, FIELD_PREFIX, FIELD_PREFIX, FIELD_SEND,
		FIELD_FROM };
	return t < SETUP_TESTS ? fields[t] : FIELD_FINISH;
}

static const char *help_of(const struct view_setup *v)
{
	if (v->run && setup_run_is_looking_up(v->run))
		return _("Looking for it..");
	const struct setup_choice *c = setup_choice_of(v->s);
	const char *note = setup_card_note(v->s);
	switch (v->field) {
	case FIELD_EMAIL: return _("The address others write to.");
	case FIELD_NAME: return _("As others see it in your letters; it may be left empty.");
	case FIELD_PROVIDER:
		if (!setup_is_vouched(v->s))
			return _("Only the name service says so, and nobody vouches for it: are these the servers your "
				 "provider names?");
		return c && c->kind == SETUP_LOOK_UP
			       ? _("Enter asks the name service and the domain's web server for its mail servers. "
				   "Nothing "
				   "else is told to them, and no password.")
			       : _("Whoever has your mail. Every line below can be changed by hand, too.");
	case FIELD_LOGIN:
		return v->s->logins->len > 1 ? _("Up and Down change between the login names that are usual here, or "
						 "type another. Nothing "
						 "is tried before you give the password.")
					     : _("Providers tell it as \"user name\". Nothing is tried before you give "
						 "the password.");
	case FIELD_PASSWORD:
		return note ? note
			    : _("It goes to the server for reading, once, after its certificate was accepted; and to "
				"the one "
				"for sending if that worked.");
	case FIELD_KEEP:
		return _("Up and Down change it. `a command of mine` prints the password on its standard output.");
	case FIELD_RECEIVE:
	case FIELD_SEND:
		return _("HOST:PORT and tls or starttls. Providers write \"SSL\" or \"SSL/TLS\" for tls (993, 465), "
			 "and often "
			 "\"TLS\" for starttls (143, 587).");
	case FIELD_PREFIX:
		return _("Some servers keep all folders below INBOX. It is found by itself; type it only if folders "
			 "are missing.");
	case FIELD_FROM:
		return _("Further addresses of yours that you send as, with commas between them. ^U takes the last one "
			 "away.");
	default: return _("Enter finishes. v shows the lines before.");
	}
}

static struct text *help_text(const struct view_setup *v)
{
	struct text *t = text_new();
	enum setup_test test = test_of(v->field), bad = setup_first_failed(v->s);
	if (v->complaint) {
		text_add(t, STYLE_ERROR, 2, str_of(v->complaint));
		return t;
	}
	bool doubtful = test < SETUP_TESTS && v->s->results[test].state == SETUP_WARN && v->s->results[test].server;
	if (test >= SETUP_TESTS || (v->s->results[test].state != SETUP_FAILED && !doubtful))
		test = v->field == FIELD_FINISH || v->field == FIELD_KEEP ? bad : SETUP_TESTS;
	const struct err *lost = v->run && v->field == FIELD_PROVIDER ? setup_run_look_up_err(v->run) : NULL;
	if (test >= SETUP_TESTS && lost) {
		g_autofree char *words = app_err_text(lost, NULL);
		text_addf(t, STYLE_ERROR, 2, "! %s", words);
		return t;
	}
	if (test >= SETUP_TESTS) {
		text_add(t, STYLE_DIM, 2, str_of(help_of(v)));
		if (bad < SETUP_TESTS)
			text_add(t, STYLE_DIM, 2, str_of(_("^E goes to what did not work.")));
		return t;
	}
	const struct setup_result *r = &v->s->results[test];
	g_autofree char *hint = setup_hint(v->s, test);
	text_addf(t, doubtful ? STYLE_WARNING : STYLE_ERROR, 2, "! %s", r->text ? r->text : "");
	if (r->server)
		text_addf(t, STYLE_NORMAL, 2, _("  The server said: %s"), r->server);
	if (hint)
		text_addf(t, STYLE_NORMAL, 2, "  %s", hint);
	return t;
}

/* --- drawing --- */

static bool takes_text(enum field f)
{
	return f != FIELD_PROVIDER && f != FIELD_KEEP && f != FIELD_FINISH && f != FIELD_PASSWORD;
}

static int row_height(const struct row *r, bool narrow)
{
	return narrow && r->note && *r->note ? 2 : 1;
}

static void draw_row(struct view_setup *v, const struct row *r, struct grid *g, struct rect at, bool narrow)
{
	bool here = r->field == v->field && r->field != NO_FIELD;
	int label = narrow ? NARROW_LABEL_COLS : LABEL_COLS;
	int col = at.col + (r->field == FIELD_FINISH ? 1 : label + 1), room = at.col + at.cols - col;
	grid_text(g, at.row, at.col + 1, label - 1, here ? STYLE_KEY : STYLE_HEADER, r->label);
	bool tested = r->mark, noted = r->note && *r->note;
	int value = room;
	/* Marks stand below each other; another note where the value ends. */
	if (narrow && tested)
		value = MAX(room - MARK_COLS, 1);
	else if (!narrow && tested)
		value = MIN(room, VALUE_COLS);
	else if (!narrow && noted)
		value = MIN(room, MAX(grid_width(r->value) + 2, here && takes_text(r->field) ? VALUE_COLS : 0));
	struct rect in = { at.row, col, 1, value };
	if (here && takes_text(v->field))
		input_draw(&v->input, g, in, "");
	else if (here && v->field == FIELD_PASSWORD)
		input_draw(&v->password, g, in, "");
	else
		grid_text(g, at.row, col, value, r->style | (here ? STYLE_CURSOR : 0u), r->value);
	if (here && !g->cursor_shown) {
		g->cursor_row = at.row;
		g->cursor_col = MIN(col, at.col + at.cols - 1);
	}
	if (narrow) {
		if (r->mark)
			grid_text(g, at.row, at.col + at.cols - MARK_COLS + 2, MARK_COLS - 2, r->mark_style, r->mark);
		if (noted && at.rows > 1)
			grid_text(g, at.row + 1, at.col + 3, at.cols - 3, STYLE_DIM, r->note);
		return;
	}
	col += value;
	if (tested) {
		grid_text(g, at.row, col, MARK_COLS, r->mark_style, r->mark);
		col += MARK_COLS;
	}
	if (noted && col < at.col + at.cols)
		grid_text(g, at.row, col, at.col + at.cols - col, STYLE_DIM, r->note);
}

static void draw(struct view *view, struct grid *g, struct rect r)
{
	struct view_setup *v = (struct view_setup *)view;
	g_autoptr(GPtrArray) rows = rows_of(v);
	bool narrow = r.cols < NARROW_BELOW;
	struct text *help = help_text(v);
	int help_rows = CLAMP(text_lines(help, MAX(r.cols - 1, 1), HELP_ROWS), 0, MAX(r.rows - 3, 0));
	int room = r.rows - help_rows - (help_rows && r.rows > 12), y = 0, at = 0, end = 0;
	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = rows->pdata[i];
		int height = row_height(row, narrow);
		if (row->field == v->field && row->field != NO_FIELD) {
			at = y;
			end = y + height;
		}
		y += height;
	}
	v->top = CLAMP(v->top, MAX(end - room, 0), at);
	v->top = MIN(v->top, MAX(y - room, 0));
	y = -v->top;
	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = rows->pdata[i];
		int height = row_height(row, narrow);
		if (y >= 0 && y < room)
			draw_row(v, row, g, (struct rect){ r.row + y, r.col, MIN(height, room - y), r.cols }, narrow);
		y += height;
	}
	text_draw(help, g, (struct rect){ r.row + r.rows - help_rows, r.col + 1, help_rows, MAX(r.cols - 1, 1) });
	text_free(help);
}

/* --- moving between fields --- */

static void say(struct view_setup *v, struct err *e)
{
	g_free(v->complaint);
	v->complaint = e->cause ? app_err_text(e, NULL) : NULL;
	err_clear(e);
}

static char *typed(const struct view_setup *v)
{
	return g_strndup(v->input.text, v->input.n);
}

static void open_field(struct view_setup *v, enum field f)
{
	const struct setup *s = v->s;
	g_autofree char *text = NULL;
	v->field = f;
	switch (f) {
	case FIELD_EMAIL: text = g_strdup(s->email); break;
	case FIELD_NAME: text = g_strdup(s->name); break;
	case FIELD_LOGIN: text = g_strdup(setup_login(s)); break;
	case FIELD_RECEIVE: text = setup_server(s, SETUP_IMAP); break;
	case FIELD_SEND: text = setup_server(s, SETUP_SMTP); break;
	case FIELD_PREFIX: text = g_strdup(s->prefix); break;
	default: break;
	}
	input_clear(&v->input);
	input_init(&v->input, text ? text : "", false);
}

static void look(struct view_setup *v)
{
	if (v->run)
		setup_run_look(v->run);
}

static void hand_over_password(struct view_setup *v)
{
	if (!v->run || !v->retyped || !v->password.n)
		return;
	v->retyped = false;
	setup_run_password(v->run, secret_new((struct str){ v->password.text, v->password.n }));
}

/* What was typed is taken; false: it cannot be, and the field is kept. */
static bool take_server(struct view_setup *v, enum setup_service service, const char *text, struct err *e)
{
	g_autofree char *was = setup_server(v->s, service);
	return !g_strcmp0(was ? was : "", text) || !setup_set_server(v->s, service, text, e);
}

static bool take_field(struct view_setup *v)
{
	struct err e = ERR_INIT;
	g_autofree char *text = typed(v);
	bool good = true;
	switch (v->field) {
	case FIELD_EMAIL: good = !*text || !setup_set_email(v->s, text, &e); break;
	case FIELD_NAME: setup_set_name(v->s, text); break;
	case FIELD_LOGIN: good = !g_strcmp0(setup_login(v->s), text) || !setup_set_login(v->s, text, &e); break;
	case FIELD_PASSWORD: hand_over_password(v); break;
	case FIELD_RECEIVE: good = take_server(v, SETUP_IMAP, text, &e); break;
	case FIELD_SEND: good = take_server(v, SETUP_SMTP, text, &e); break;
	case FIELD_PREFIX: good = !setup_set_prefix(v->s, text, &e); break;
	case FIELD_FROM: good = !setup_add_from(v->s, text, &e); break;
	default: break;
	}
	say(v, &e);
	if (good)
		look(v);
	return good;
}

static void go(struct view_setup *v, enum field f)
{
	if (take_field(v))
		open_field(v, f);
}

static void step(struct view_setup *v, int by)
{
	go(v, (enum field)(((int)v->field + by + FIELDS) % FIELDS));
}

/* --- the end --- */

static void saved(const struct err *e, void *aux)
{
	struct view_setup *v = aux;
	v->saving = false;
	if (e->cause) {
		g_free(v->complaint);
		v->complaint = app_err_text(e, NULL);
		open_field(v, e->cause == ERR_USAGE ? FIELD_PASSWORD : FIELD_KEEP);
	} else {
		*v->written_out = true;
		v->view.ui->quit = true;
	}
	ui_touch(v->view.ui);
}

static void save(struct view_setup *v)
{
	v->finish = false;
	v->saving = true;
	setup_run_save(v->run, v->path, saved);
}

/* What was changed since the last test is tested: Enter says so. */
static void finish_later(struct view_setup *v)
{
	v->finish = true;
	if (!setup_run_is_busy(v->run))
		setup_run_again(v->run);
}

static void finish(struct view_setup *v)
{
	enum setup_test bad = setup_first_failed(v->s);
	if (!v->run || v->saving)
		return;
	if (setup_is_green(v->s) || (v->force && setup_is_whole(v->s)))
		save(v);
	else if (!v->s->email)
		open_field(v, FIELD_EMAIL);
	else if (!setup_has_servers(v->s))
		open_field(v, setup_choice_of(v->s)->kind == SETUP_LOOK_UP ? FIELD_PROVIDER : FIELD_RECEIVE);
	else if (bad < SETUP_TESTS)
		open_field(v, field_of(bad));
	else if (!setup_run_has_password(v->run) && v->s->keep != SETUP_KEEP_COMMAND)
		open_field(v, FIELD_PASSWORD);
	else
		finish_later(v);
}

static void changed(void *aux)
{
	struct view_setup *v = aux;
	if (v->finish && setup_is_green(v->s))
		save(v);
	else if (v->finish && setup_first_failed(v->s) < SETUP_TESTS && !setup_run_is_busy(v->run)) {
		v->finish = false;
		open_field(v, field_of(setup_first_failed(v->s)));
	}
	ui_touch(v->view.ui);
}

static void preview(struct view_setup *v)
{
	g_autofree char *directory = g_path_get_dirname(v->path);
	g_autofree char *block = v->s->email ? setup_block(v->s, directory) : g_strdup("");
	ui_push(v->view.ui, view_text_new(v->view.ui, v->path, block));
}

/* --- keys --- */

static void choose(struct view_setup *v, int by)
{
	unsigned n = v->s->choices->len;
	if (n)
		setup_choose(v->s, (unsigned)(((int)v->s->choice + by + (int)n) % (int)n));
	look(v);
}

static void vertical(struct view_setup *v, int by)
{
	if (v->field == FIELD_PROVIDER) {
		choose(v, by);
	} else if (v->field == FIELD_LOGIN && v->s->logins->len > 1) {
		setup_next_login(v->s, by);
		open_field(v, FIELD_LOGIN);
	} else if (v->field == FIELD_KEEP) {
		setup_next_keep(v->s, by);
	} else {
		step(v, by);
	}
}

static void command_typed(struct ui *ui, struct str typed_command, void *aux)
{
	struct view_setup *v = aux;
	struct err e = ERR_INIT;
	g_autofree char *command = str_dup(typed_command);
	(void)ui;
	if (!setup_set_command(v->s, command, &e) && v->run)
		setup_run_again(v->run);
	say(v, &e);
}

static bool wants_look_up(const struct view_setup *v)
{
	const struct setup_choice *c = setup_choice_of(v->s);
	return c && c->kind == SETUP_LOOK_UP;
}

static void enter(struct view_setup *v)
{
	if (v->field == FIELD_FINISH) {
		finish(v);
	} else if (v->field == FIELD_PASSWORD) {
		go(v, FIELD_FINISH);
		if (v->s->keep != SETUP_KEEP_COMMAND && v->password.n)
			finish(v);
	} else if (v->field == FIELD_KEEP && v->s->keep == SETUP_KEEP_COMMAND) {
		ui_ask(v->view.ui, g_strdup(_("Command that prints the password: ")),
			v->s->command ? v->s->command : "", false, command_typed, v, NULL);
	} else if (v->field == FIELD_PROVIDER && v->run && wants_look_up(v)) {
		setup_run_look_up(v->run, true);
	} else if (v->field == FIELD_FROM && v->input.n) {
		go(v, FIELD_FROM);
	} else {
		step(v, 1);
	}
}

static void again(struct view_setup *v)
{
	/* A new password is tried by being handed over, and only so. */
	bool handed = v->field == FIELD_PASSWORD && v->retyped && v->password.n;
	if (!take_field(v) || !v->run)
		return;
	open_field(v, v->field);
	if (!handed)
		setup_run_again(v->run);
}

static bool type(struct view_setup *v, uint32_t k, const char *paste)
{
	if (v->field == FIELD_PASSWORD) {
		if (!input_key(&v->password, k, paste))
			return false;
		v->retyped = true;
		return true;
	}
	if (v->field == FIELD_FROM && k == CTRL('U') && !v->input.n) {
		setup_drop_from(v->s);
		return true;
	}
	return takes_text(v->field) && input_key(&v->input, k, paste);
}

/* Every key ends here: what is typed is no command. */
static bool key(struct view *view, uint32_t k, const char *paste)
{
	struct view_setup *v = (struct view_setup *)view;
	g_clear_pointer(&v->complaint, g_free);
	if (v->saving)
		return true;
	if (k == APP_KEY_ESC && v->finish) {
		v->finish = false;
		return true;
	}
	v->finish = false;
	switch (k) {
	case APP_KEY_TAB: step(v, 1); break;
	case APP_KEY_BACKTAB: step(v, -1); break;
	case APP_KEY_DOWN: vertical(v, 1); break;
	case APP_KEY_UP: vertical(v, -1); break;
	case APP_KEY_ENTER: enter(v); break;
	case APP_KEY_ESC: ui_pop(v->view.ui); break;
	case CTRL('T'): again(v); break;
	case CTRL('E'):
		if (setup_first_failed(v->s) < SETUP_TESTS)
			go(v, field_of(setup_first_failed(v->s)));
		break;
	default:
		if (!type(v, k, paste) && k == 'v')
			preview(v);
	}
	return true;
}

static bool command(struct view *view, enum app_command c)
{
	(void)view;
	(void)c;
	return true;
}

/* --- the view --- */

static char *title(struct view *view, int cols)
{
	(void)view;
	(void)cols;
	return g_strdup(_("Boxwood set-up"));
}

static char *aside(struct view *view, int cols)
{
	const struct setup *s = ((const struct view_setup *)view)->s;
	(void)cols;
	int step_now = setup_is_green(s) ? 3 : setup_is_whole(s) ? 2 : 1;
	return g_strdup_printf(_("step %d of 3"), step_now);
}

static void destroy(struct view *view)
{
	struct view_setup *v = (struct view_setup *)view;
	setup_run_free(v->run);
	input_clear(&v->input);
	input_clear(&v->password);
	g_free(v->complaint);
	g_free(v);
}

static const struct view_ops ops = {
	.context = CTX_TEXT,
	.draw = draw,
	.command = command,
	.key = key,
	.title = title,
	.aside = aside,
	.typing = N_("Tab next field  ^T test again  Enter finish  Esc quit, no trace"),
	.free = destroy,
};

struct view *view_setup_new(struct ui *ui, const struct ui_setup *to)
{
	struct view_setup *v = g_new0(struct view_setup, 1);
	v->view = (struct view){ .ops = &ops, .ui = ui, .account = -1 };
	v->s = to->setup;
	v->path = to->path;
	v->written_out = to->written_out;
	v->force = to->force;
	if (!to->still)
		v->run = setup_run_new(v->s, ui->ctx, to->offline, changed, v);
	input_init(&v->password, "", true);
	open_field(v, !v->s->email ? FIELD_EMAIL : setup_has_servers(v->s) ? FIELD_PASSWORD : FIELD_PROVIDER);
	look(v);
	return &v->view;
}
