/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show and save. */
#include "batch/internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/i18n.h"
#include "base/utf8.h"

#define COPY_OCTETS 65536

struct show {
	struct batch *batch;
	struct place *place; /* NULL: a file */
	struct buf file;     /* its octets, where parts of it are wanted */
	bool keep;           /* they are */
	struct engine_message *message;
};

static void take_message(struct event *ev, void *aux)
{
	struct show *s = aux;
	if (ev->type == EV_MESSAGE)
		s->message = g_steal_pointer(&ev->message);
	else if (ev->type == EV_BYTES)
		batch_bytes(s->batch, buf_str(&ev->bytes));
}

static const char *account_of(const struct show *s)
{
	return s->place ? ((struct cfg_account *)s->batch->cfg->accounts->pdata[s->place->account])->label : NULL;
}

/* Below the header: what it asks; below all of the header: its way. */
static void print_card(const struct show *s)
{
	struct batch *b = s->batch;
	int account = s->place ? s->place->account : -1;
	bool all = cli_has(b->cli, CLI_HEADERS);
	g_autoptr(GPtrArray) card =
		all ? app_card_way(b->cfg, account, s->message->head) : app_card(b->cfg, account, s->message);
	g_autofree char *text = text_card(card);
	if (*text)
		batch_text(b, "\n");
	batch_text(b, text);
}

/* A pattern or JSON gets a record; else text in the order a reader wants it. */
static void print_message(struct show *s)
{
	struct batch *b = s->batch;
	const struct engine_message *m = s->message;
	if (batch_wants_json(b)) {
		struct json *j = record_message(account_of(s), s->place, m, cli_has(b->cli, CLI_DIGEST));
		record_card(j, b->cfg, s->place ? s->place->account : -1, m);
		batch_record(b, j, NULL);
		json_free(j);
		return;
	}
	if (cli_has(b->cli, CLI_HTML)) {
		g_autofree char *clean = utf8_text(str_of(m->html ? m->html : ""));
		batch_text(b, isatty(STDOUT_FILENO) ? clean : m->html ? m->html : "");
		return;
	}
	if (m->is_mail && !cli_has(b->cli, CLI_TEXT)) {
		g_autofree char *header = text_header(m, cli_has(b->cli, CLI_HEADERS));
		g_autofree char *doubts = text_doubts(m);
		batch_text(b, header);
		if (!cli_has(b->cli, CLI_HEADERS))
			batch_text(b, doubts);
		print_card(s);
		if (cli_has(b->cli, CLI_HEADERS))
			return;
		batch_text(b, "\n");
	}
	if (m->text.text)
		batch_text(b, m->text.text);
	else if (!m->is_mail)
		batch_note(b, _("the file is no message and no text"));
	if (!cli_has(b->cli, CLI_TEXT)) {
		g_autofree char *parts = text_parts(m);
		if (*parts)
			batch_text(b, "\n");
		batch_text(b, parts);
	} else if (m->text.html > MSG_HTML_STRIPPED) {
		g_autoptr(GPtrArray) notes = app_text_notes(&m->text);
		batch_note(b, notes->pdata[0]);
	}
}

/* Also of a file within a part. */
static struct msg_part *find_part(const struct engine_message *m, const char *section)
{
	for (unsigned i = 0; i < m->within->len; i++) {
		struct msg_part *p = m->within->pdata[i];
		if (!strcmp(p->section, section))
			return p;
	}
	return msg_part_find(m->root, section);
}

static int check_part(const struct show *s, struct err *e)
{
	const char *part = cli_value(s->batch->cli, CLI_PART);
	const struct msg_part *p = part ? find_part(s->message, part) : s->message->root;
	if (!p)
		return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("the message has no part '%s'"), part);
	if (part && strstr(part, MSG_WITHIN_SIGN))
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER,
			_("'%s' is a file within a part: show --raw or save gives it"), part);
	return 0;
}

static int show_raw_file(struct batch *b, const char *path, struct err *e)
{
	struct buf bytes;
	buf_init(&bytes, ENGINE_MESSAGE_MAX);
	int failed = fs_read(path, ENGINE_MESSAGE_MAX, &bytes, e);
	if (!failed)
		batch_bytes(b, buf_str(&bytes));
	buf_clear(&bytes);
	return failed;
}

/* What a request for a part says of the message it is in. */
static struct request *ask_part(const struct show *s, const char *section, const char *path)
{
	struct request *r = request_new(REQ_PART, 0, s->place ? s->place->account : -1);
	if (s->place) {
		r->folder = g_strdup(s->place->folder);
		r->uid = s->place->uid;
		r->local = s->place->local;
	}
	buf_add_str(&r->bytes, buf_str(&s->file));
	r->section = g_strdup(section);
	r->path = g_strdup(path);
	return r;
}

static int copy_out(struct batch *b, const char *path, struct err *e)
{
	g_autofree char *chunk = g_malloc(COPY_OCTETS);
	FILE *f = fopen(path, "re");
	if (!f)
		return err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("cannot read '%s'"), path);
	for (size_t n; (n = fread(chunk, 1, COPY_OCTETS, f)) > 0;)
		batch_bytes(b, (struct str){ chunk, n });
	int failed = ferror(f);
	fclose(f);
	return failed ? err_set(e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("cannot read '%s'"), path) : 0;
}

/* The decoded octets of a part, as they are. */
static int show_raw_part(struct show *s, const char *section, struct err *e)
{
	struct batch *b = s->batch;
	g_autofree char *state = app_state_dir(b->cfg), *dir = app_temp_dir(state, COPY_OCTETS, e);
	g_autofree char *path = dir ? g_build_filename(dir, "part", NULL) : NULL;
	int failed =
		!dir || batch_ask(b, ask_part(s, section, path), NULL, NULL, BATCH_LONG_MS, e) || copy_out(b, path, e);
	app_temp_drop(dir);
	return failed ? -1 : 0;
}

static bool wants_all(const struct batch *b)
{
	return cli_has(b->cli, CLI_DIGEST);
}

/* Of a file within a part that part is read. */
static char *wanted_section(const struct batch *b)
{
	const char *part = cli_value(b->cli, CLI_PART);
	unsigned n;
	char *holder = part ? msg_within_holder(part, &n) : NULL;
	return holder ? holder : g_strdup(part);
}

static int show_file(struct show *s, const char *path, struct err *e)
{
	struct batch *b = s->batch;
	struct request *r;
	bool raw = cli_has(b->cli, CLI_RAW), part = cli_has(b->cli, CLI_PART);
	if (raw && !part)
		return show_raw_file(b, path, e);
	if (fs_read(path, ENGINE_MESSAGE_MAX, &s->file, e))
		return -1;
	if (raw)
		return show_raw_part(s, cli_value(b->cli, CLI_PART), e);
	r = request_new(REQ_FILE, 0, -1);
	r->whole = wants_all(b);
	r->section = wanted_section(b);
	buf_add_str(&r->bytes, buf_str(&s->file));
	if (!s->keep)
		buf_clear(&s->file);
	return batch_ask(b, r, take_message, s, BATCH_NO_LIMIT, e);
}

static int show_place(struct show *s, const char *id, struct err *e)
{
	struct batch *b = s->batch;
	struct request *r;
	s->place = batch_place_find(b, id, e);
	if (!s->place)
		return -1;
	if (cli_has(b->cli, CLI_RAW) && cli_has(b->cli, CLI_PART))
		return show_raw_part(s, cli_value(b->cli, CLI_PART), e);
	r = request_new(cli_has(b->cli, CLI_RAW) ? REQ_RAW : REQ_READ, 0, s->place->account);
	r->folder = g_strdup(s->place->folder);
	r->uid = s->place->uid;
	r->local = s->place->local;
	r->whole = wants_all(b);
	r->section = wanted_section(b);
	bool large = wants_all(b) || cli_has(b->cli, CLI_RAW);
	return batch_ask(b, r, take_message, s, large ? BATCH_LONG_MS : BATCH_IN_ALL, e);
}

static void mark_seen(const struct show *s)
{
	struct batch *b = s->batch;
	const struct place *p = s->place;
	struct store_place at = { p->row->folder, p->uid, p->local };
	if (p->row->flags & MSG_SEEN)
		return;
	struct engine_change *c = app_change_new(CHANGE_FLAG, g_array_new(FALSE, FALSE, sizeof at));
	g_array_append_val(c->places, at);
	c->add = MSG_SEEN;
	batch_change(b, p->account, NULL, c, NULL);
}

static void show_one(struct batch *b, const char *arg)
{
	struct show s = { .batch = b };
	struct err e = ERR_INIT;
	struct app_id id;
	int failed;
	buf_init(&s.file, ENGINE_MESSAGE_MAX);
	if (cli_names_file(arg)) {
		failed = show_file(&s, arg, &e);
	} else if (app_id_parse(arg, &id, &e)) {
		/* Neither a file nor an id: what looks like a path is missing, the rest is malformed. */
		if (strpbrk(arg, "./"))
			err_set(&e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, _("no such file or message id '%s'"), arg);
		failed = -1;
	} else {
		app_id_clear(&id);
		failed = show_place(&s, arg, &e);
	}
	if (!failed && s.message)
		failed = check_part(&s, &e);
	if (failed)
		batch_error(b, account_of(&s), &e);
	else if (s.message)
		print_message(&s);
	if (!failed && s.place && cli_has(b->cli, CLI_SEEN))
		mark_seen(&s);
	engine_message_free(s.message);
	batch_place_free(s.place);
	buf_clear(&s.file);
	err_clear(&e);
}

int cmd_show(struct batch *b)
{
	for (unsigned i = 0; i < b->cli->args->len; i++)
		show_one(b, b->cli->args->pdata[i]);
	return b->code;
}

/* --- save --- */

struct saving {
	struct show show;
	const struct msg_part *part;
	const char *dir, *name; /* name: the file's own, when the user chose it */
};

static void print_saved(struct event *ev, void *aux)
{
	struct saving *s = aux;
	struct batch *b = s->show.batch;
	if (ev->type != EV_SAVED)
		return;
	g_autofree char *id = s->show.place ? batch_place_id(b, s->show.place) : NULL;
	g_autofree char *name = g_path_get_basename(ev->path);
	struct json *j = json_record("saved");
	json_add(j, "id", json_string(id));
	json_add(j, "section", json_string(s->part->section));
	json_add(j, "path", json_string(ev->path));
	json_add(j, "name", json_string(name));
	json_add(j, "mime", json_string(s->part->type));
	json_add(j, "size", json_number((int64_t)ev->bytes_done));
	json_add(j, "sha256", json_string(ev->text));
	batch_record(b, j, ev->path);
	json_free(j);
}

static void save_one(struct saving *s, const struct msg_part *p)
{
	struct batch *b = s->show.batch;
	struct err e = ERR_INIT;
	s->part = p;
	g_autofree char *name = app_part_name(p);
	g_autofree char *path = s->name ? g_build_filename(s->dir, s->name, NULL) : app_free_path(s->dir, name);
	if (batch_ask(b, ask_part(&s->show, p->section, path), print_saved, s, BATCH_LONG_MS, &e))
		batch_error(b, account_of(&s->show), &e);
	err_clear(&e);
}

static int choose(struct saving *s, GPtrArray **chosen_out, struct err *e)
{
	struct batch *b = s->show.batch;
	struct engine_message *m = s->show.message;
	const char *section = cli_value(b->cli, CLI_PART);
	g_autoptr(GPtrArray) chosen = g_ptr_array_new();
	if (section) {
		struct msg_part *p = find_part(m, section);
		if (!p || (p->children && !msg_holds_message(p)))
			return err_set(
				e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("the message has no part '%s'"), section);
		g_ptr_array_add(chosen, p);
	} else {
		g_autoptr(GPtrArray) files = engine_files(m);
		if (!files->len)
			return err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("the message has no attachment"));
		if (files->len > 1 && !cli_has(b->cli, CLI_ALL))
			return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
				_("the message has %u attachments: choose one with --part, or --all"), files->len);
		for (unsigned i = 0; i < files->len; i++)
			g_ptr_array_add(chosen, files->pdata[i]);
	}
	*chosen_out = g_steal_pointer(&chosen);
	return 0;
}

/* -o: an existing directory, or for one part the file's own name. */
static int place_output(struct saving *s, unsigned parts, char **dir_out, char **name_out, struct err *e)
{
	const char *out = cli_value(s->show.batch->cli, CLI_OUTPUT);
	const char *preset = s->show.batch->cfg->options.save_dir;
	*name_out = NULL;
	if (!out || g_file_test(out, G_FILE_TEST_IS_DIR)) {
		*dir_out = g_strdup(out ? out : preset ? preset : ".");
		return 0;
	}
	if (parts > 1)
		return err_set(e, ERR_PROGRAM, ERR_MISSING, ERR_NEVER, _("'%s' is no directory"), out);
	*dir_out = g_path_get_dirname(out);
	*name_out = g_path_get_basename(out);
	return 0;
}

static int find_message(struct show *s, const char *arg, struct err *e)
{
	s->keep = true;
	return cli_names_file(arg) ? show_file(s, arg, e) : show_place(s, arg, e);
}

int cmd_save(struct batch *b)
{
	struct saving s = { .show.batch = b };
	struct err e = ERR_INIT;
	g_autoptr(GPtrArray) chosen = NULL;
	g_autofree char *dir = NULL, *name = NULL;
	buf_init(&s.show.file, ENGINE_MESSAGE_MAX);
	if (find_message(&s.show, b->cli->args->pdata[0], &e) || choose(&s, &chosen, &e) ||
		place_output(&s, chosen->len, &dir, &name, &e)) {
		batch_error(b, account_of(&s.show), &e);
	} else {
		s.dir = dir;
		s.name = name;
		for (unsigned i = 0; i < chosen->len; i++)
			save_one(&s, chosen->pdata[i]);
	}
	engine_message_free(s.show.message);
	batch_place_free(s.show.place);
	buf_clear(&s.show.file);
	err_clear(&e);
	return b->code;
}
