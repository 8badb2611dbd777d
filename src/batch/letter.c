/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A letter handed to the outbox, and what a command says of what became of it. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define SEND_WAIT_S 60
#define DURABLE_MS 30000

struct sending {
	struct batch *batch;
	int account;
	GPtrArray *mails; /* struct store_mail *: each as it was told last; none: nothing is durable */
	bool duplicate;
};

static void got_mail(struct event *ev, void *aux)
{
	struct sending *s = aux;
	if (ev->type != EV_MAIL)
		return;
	s->duplicate = ev->duplicate;
	for (unsigned i = 0; i < s->mails->len; i++)
		if (((const struct store_mail *)s->mails->pdata[i])->id == ev->mail->id)
			g_ptr_array_remove_index(s->mails, i--);
	g_ptr_array_add(s->mails, g_steal_pointer(&ev->mail));
}

static const char *status_of(const struct store_mail *m)
{
	switch (m->state) {
	case MAIL_ACCEPTED: return "sent";
	case MAIL_MAYBE: return "maybe";
	case MAIL_REFUSED: return "refused";
	case MAIL_HELD: return "held";
	case MAIL_DROPPED: return "dropped";
	case MAIL_SENDING: return m->step == MAIL_STEP_END ? "maybe" : "queued";
	default: return "queued";
	}
}

static struct json *smtp_of(const struct store_mail *m)
{
	if (!m->code)
		return json_null();
	struct json *j = json_object();
	json_add(j, "code", json_number(m->code));
	json_add(j, "enhanced", json_string(m->enhanced));
	json_add(j, "text", json_string(m->text));
	return j;
}

/* As it is shown, where it is known. */
static char *folder_name(struct batch *b, int account, const char *raw)
{
	struct err e = ERR_INIT;
	g_autoptr(GPtrArray) folders = raw ? batch_folders(b, account, &e) : NULL;
	char *name = NULL;
	err_clear(&e);
	for (unsigned i = 0; folders && i < folders->len && !name; i++) {
		const struct store_folder *f = folders->pdata[i];
		if (!g_strcmp0(f->raw, raw))
			name = g_strdup(f->name);
	}
	return name ? name : g_strdup(raw);
}

static struct json *copy_of(struct batch *b, int account, const struct store_mail *m)
{
	if (m->copy == COPY_NONE || m->state != MAIL_ACCEPTED)
		return json_null();
	struct json *j = json_object();
	if (m->copy == COPY_STORED || m->copy == COPY_FOUND) {
		g_autofree char *folder = folder_name(b, account, m->copy_folder);
		json_add(j, "folder", json_string(folder));
		json_add(j, "uid", m->copy_uid ? json_number(m->copy_uid) : json_null());
	} else {
		json_add(j, "error", json_string(m->copy == COPY_FAILED ? m->copy_error : _("not stored yet")));
	}
	return j;
}

/* What this letter has shown of its From; null: nothing. */
static struct json *from_of(const struct store_mail *m)
{
	struct json *j = json_object();
	const char *state = m->state == MAIL_ACCEPTED ? identity_state_names[IDENTITY_OK] : NULL;
	if (m->state == MAIL_REFUSED && !g_strcmp0(m->stage, MAIL_STAGE_SENDER) && app_mail_refused_from(m) == m->from)
		state = identity_state_names[IDENTITY_REFUSED];
	json_add(j, "addr", json_string(m->from));
	json_add(j, "state", json_string(state));
	return j;
}

/* Why it is not with the server; NULL: it is, or nothing is wrong. g_free. */
static char *reason_of(const struct store_mail *m, const struct err *e)
{
	bool waits = m->state == MAIL_QUEUED || m->state == MAIL_SENDING;
	if (m->state == MAIL_ACCEPTED || m->state == MAIL_DROPPED)
		return NULL;
	/* What a letter that waits says of itself may be of an earlier try. */
	if (e && e->cause != ERR_NONE && e->text && (waits || !m->error))
		return utf8_line(str_of(e->text));
	return m->error ? utf8_line(str_of(m->error)) : NULL;
}

struct json *batch_mail_record(
	struct batch *b, int account, const struct store_mail *m, const char *status, const struct err *e)
{
	g_autofree char *reason = reason_of(m, e);
	struct json *j = json_record("send"), *accepted = json_array(), *refused = json_array();
	g_autofree char *id = m->id ? g_strdup_printf("m%u", m->id) : NULL;
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		if (r->state == MAIL_ACCEPTED)
			json_push(accepted, json_string(r->addr));
		if (r->state != MAIL_REFUSED)
			continue;
		struct json *no = json_object();
		json_add(no, "addr", json_string(r->addr));
		json_add(no, "code", json_number(r->code));
		json_add(no, "text", json_string(r->text));
		json_push(refused, no);
	}
	json_add(j, "status", json_string(status));
	json_add(j, "id", json_string(id));
	json_add(j, "msgid", json_string(m->msgid));
	json_add(j, "from", from_of(m));
	json_add(j, "accepted", accepted);
	json_add(j, "refused", refused);
	json_add(j, "smtp", smtp_of(m));
	json_add(j, "error", json_string(reason));
	json_add(j, "copy", copy_of(b, account, m));
	return j;
}

char *batch_mail_words(const struct store_mail *m)
{
	GString *out = g_string_new(NULL);
	g_auto(GStrv) lines = g_strsplit(m->text ? m->text : "", "\n", -1);
	for (char **line = lines; *line; line++) {
		g_autofree char *clean = utf8_line(str_of(*line));
		if (*clean)
			g_string_append_printf(out, _("server says: %d %s%s%s"), m->code,
				m->enhanced ? m->enhanced : "", m->enhanced ? " " : "", clean);
		if (*clean)
			g_string_append_c(out, '\n');
	}
	return g_string_free(out, FALSE);
}

/* Line by line. */
static void note_lines(struct batch *b, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		if (**line)
			batch_note(b, *line);
}

static void note_rcpts(struct batch *b, const struct store_mail *m)
{
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		g_autofree char *words = r->text ? utf8_line(str_of(r->text)) : NULL;
		g_autofree char *line = g_strdup_printf("%s: %d %s", r->addr, r->code, words ? words : "");
		if (r->state == MAIL_REFUSED)
			batch_note(b, line);
	}
}

/* What would be sent, and to whom. */
static char *would_text(const struct store_mail *m)
{
	GString *out = g_string_new(NULL);
	g_string_append_printf(out, _("would send '%s' from %s to:\n"), m->subject ? m->subject : "", m->from);
	for (unsigned i = 0; i < m->rcpts->len; i++)
		g_string_append_printf(out, "  %s\n", ((const struct store_rcpt *)m->rcpts->pdata[i])->addr);
	return g_string_free(out, FALSE);
}

/* well: nothing is wrong that the user would have to know. */
static void say(struct sending *s, const struct store_mail *m, const char *status, bool well, const struct err *e)
{
	struct batch *b = s->batch;
	bool json = batch_wants_json(b);
	g_autofree char *text = app_mail_text(m), *words = batch_mail_words(m);
	if (json) {
		struct json *j = batch_mail_record(b, s->account, m, status, e);
		batch_record(b, j, "");
		json_free(j);
	} else if (cli_has(b->cli, CLI_DRY_RUN)) {
		g_autofree char *would = would_text(m);
		batch_text(b, would);
	} else if (!well || m->copy == COPY_FAILED || m->copy == COPY_BEGUN) {
		batch_note(b, text);
	}
	if (well || json)
		return;
	if (m->state != MAIL_ACCEPTED)
		note_lines(b, words);
	note_rcpts(b, m);
	/* Of what the server refused the words above say it. */
	g_autofree char *reason = e->cause != ERR_REFUSED || !m->code ? reason_of(m, e) : NULL;
	if (reason && !strstr(text, reason))
		batch_note(b, reason);
	if (m->state == MAIL_ACCEPTED)
		return;
	g_autofree char *login = e->cause == ERR_AUTH ? app_err_hint(e, batch_label(b, s->account)) : NULL;
	if (login)
		batch_note(b, login);
	g_autofree char *kept = g_strdup_printf(_("kept as m%u; boxwood queue list shows it"), (unsigned)m->id);
	const char *hint = app_mail_hint(m);
	if (hint)
		batch_note(b, hint);
	batch_note(b, kept);
}

static bool wait_of(struct batch *b, int *ms_out, struct err *e)
{
	const char *typed = cli_value(b->cli, CLI_WAIT);
	uint64_t s = SEND_WAIT_S;
	if (typed && !str_u64(str_of(typed), 86400, &s)) {
		err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("--wait takes seconds, not '%s'"), typed);
		return false;
	}
	*ms_out = MAX((int)s, 1) * 1000;
	return true;
}

/* wanted: that it waits is what the user asked for. */
static int code_of(const struct store_mail *m, bool wanted, const struct err *e)
{
	if (m->state == MAIL_SENDING && m->step == MAIL_STEP_END)
		return EXIT_CODE_MAYBE;
	if (m->state == MAIL_QUEUED || m->state == MAIL_SENDING || m->state == MAIL_DEFERRED || m->state == MAIL_HELD)
		return wanted ? EXIT_CODE_OK : e->cause == ERR_NONE ? EXIT_CODE_TEMP : app_exit_code(e);
	return app_mail_exit(m);
}

static void begin(struct sending *s, struct batch *b, int account)
{
	*s = (struct sending){ .batch = b, .account = account, .mails = store_mails_new() };
}

/* Takes p. */
void batch_post(struct batch *b, int account, struct engine_post *p)
{
	struct sending s;
	struct err e = ERR_INIT;
	int ms = DURABLE_MS;
	bool queued = p->queue, dry = p->dry_run, later = p->at, waits = !queued && !later && !dry;
	if (waits && !wait_of(b, &ms, &e)) {
		engine_post_free(p);
		batch_error(b, NULL, &e);
		err_clear(&e);
		return;
	}
	begin(&s, b, account);
	struct request *r = request_new(REQ_SEND, 0, account);
	r->post = p;
	batch_ask(b, r, got_mail, &s, ms, &e);
	const struct store_mail *m = s.mails->len ? s.mails->pdata[0] : NULL;
	if (!m) {
		batch_error(b, batch_label(b, account), &e);
		if (e.cause == ERR_LIMIT)
			batch_note(b, _("make it smaller, or leave out an attachment"));
		if (e.cause == ERR_LOCAL || e.cause == ERR_CREATE)
			batch_note(
				b, _("nothing was sent and nothing is kept, not even what came on standard input: once "
				     "it can be written there, send it again"));
	} else {
		bool wanted = !waits || s.duplicate;
		int code = code_of(m, wanted, &e);
		say(&s, m, dry ? "dry-run" : s.duplicate ? "duplicate" : status_of(m), code == EXIT_CODE_OK, &e);
		b->code = app_exit_worst(b->code, code);
	}
	g_ptr_array_unref(s.mails);
	err_clear(&e);
}

void batch_mail_request(struct batch *b, struct request *r, bool wanted, int ms)
{
	struct sending s;
	struct err e = ERR_INIT;
	begin(&s, b, r->account);
	int failed = batch_ask(b, r, got_mail, &s, ms, &e);
	for (unsigned i = 0; i < s.mails->len; i++) {
		const struct store_mail *m = s.mails->pdata[i];
		int code = code_of(m, wanted, &e);
		say(&s, m, status_of(m), code == EXIT_CODE_OK, &e);
		b->code = app_exit_worst(b->code, code);
	}
	if (failed && !s.mails->len)
		batch_error(b, batch_label(b, s.account), &e);
	g_ptr_array_unref(s.mails);
	err_clear(&e);
}

void batch_leave_runner(struct batch *b)
{
	struct err e = ERR_INIT;
	if (!cli_has(b->cli, CLI_OFFLINE) && app_leave_runner(b->cfg, &e))
		batch_error(b, NULL, &e);
	err_clear(&e);
}
