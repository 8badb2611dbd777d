/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A letter handed to the outbox, and what a command says of what became of it. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/proc.h"
#include "base/utf8.h"

#define SEND_WAIT_S 60
#define DURABLE_MS 30000

struct sending {
	struct batch *batch;
	struct store_mail *mail; /* as it was told last; NULL: nothing is durable */
	bool duplicate;
};

static void got_mail(struct event *ev, void *aux)
{
	struct sending *s = aux;
	if (ev->type != EV_MAIL)
		return;
	store_mail_free(s->mail);
	s->mail = g_steal_pointer(&ev->mail);
	s->duplicate = ev->duplicate;
}

static const char *status_of(const struct batch *b, const struct sending *s)
{
	if (cli_has(b->cli, CLI_DRY_RUN))
		return "dry-run";
	if (s->duplicate)
		return "duplicate";
	switch (s->mail->state) {
	case MAIL_ACCEPTED: return "sent";
	case MAIL_MAYBE: return "maybe";
	case MAIL_REFUSED: return "refused";
	case MAIL_HELD: return "held";
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

static struct json *copy_of(const struct store_mail *m)
{
	if (m->copy == COPY_NONE)
		return json_null();
	struct json *j = json_object();
	if (m->copy == COPY_STORED || m->copy == COPY_FOUND) {
		json_add(j, "folder", json_string(m->copy_folder));
		json_add(j, "uid", m->copy_uid ? json_number(m->copy_uid) : json_null());
	} else {
		json_add(j, "error", json_string(m->copy == COPY_FAILED ? m->copy_error : _("not stored yet")));
	}
	return j;
}

static struct json *from_of(const struct store_mail *m)
{
	struct json *j = json_object();
	json_add(j, "addr", json_string(m->from));
	json_add(j, "state", json_string(m->state == MAIL_ACCEPTED ? identity_state_names[IDENTITY_OK] : NULL));
	return j;
}

struct json *batch_mail_record(const struct store_mail *m, const char *status)
{
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
	json_add(j, "copy", copy_of(m));
	return j;
}

/* Every line of what the server said. */
static void say_words(struct batch *b, const struct store_mail *m)
{
	g_auto(GStrv) lines = g_strsplit(m->text ? m->text : "", "\n", -1);
	for (char **line = lines; *line && **line; line++) {
		g_autofree char *clean = utf8_line(str_of(*line));
		g_autofree char *text = g_strdup_printf(_("server says: %d %s%s%s"), m->code,
			m->enhanced ? m->enhanced : "", m->enhanced ? " " : "", clean);
		batch_note(b, text);
	}
}

static void say(struct batch *b, const struct sending *s, const struct err *e)
{
	const struct store_mail *m = s->mail;
	g_autofree char *text = app_mail_text(m);
	bool well = (m->state == MAIL_ACCEPTED && app_mail_exit(m) == EXIT_CODE_OK) || s->duplicate ||
		    cli_has(b->cli, CLI_QUEUE) || m->state == MAIL_HELD;
	if (batch_wants_json(b)) {
		struct json *j = batch_mail_record(m, status_of(b, s));
		batch_record(b, j, "");
		json_free(j);
	} else if (!well || m->copy == COPY_FAILED || m->copy == COPY_BEGUN) {
		batch_note(b, text);
	}
	if (well || batch_wants_json(b))
		return;
	if (m->state != MAIL_ACCEPTED)
		say_words(b, m);
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		g_autofree char *words = r->text ? utf8_line(str_of(r->text)) : NULL;
		g_autofree char *line = g_strdup_printf("%s: %d %s", r->addr, r->code, words ? words : "");
		if (r->state == MAIL_REFUSED)
			batch_note(b, line);
	}
	if (m->error && e->cause != ERR_REFUSED)
		batch_note(b, m->error);
	if (m->state == MAIL_ACCEPTED)
		return;
	g_autofree char *kept = g_strdup_printf(_("kept as m%u; boxwood queue list shows it"), (unsigned)m->id);
	batch_note(b, app_mail_hint(m) ? app_mail_hint(m) : kept);
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

static int code_of(const struct batch *b, const struct sending *s, const struct err *e)
{
	const struct store_mail *m = s->mail;
	bool kept =
		cli_has(b->cli, CLI_QUEUE) || cli_has(b->cli, CLI_AT) || cli_has(b->cli, CLI_DRY_RUN) || s->duplicate;
	if (m->state == MAIL_SENDING && m->step == MAIL_STEP_END)
		return EXIT_CODE_MAYBE;
	if (m->state == MAIL_QUEUED || m->state == MAIL_SENDING || m->state == MAIL_DEFERRED || m->state == MAIL_HELD)
		return kept ? EXIT_CODE_OK : e->cause == ERR_NONE ? EXIT_CODE_TEMP : app_exit_code(e);
	return app_mail_exit(m);
}

/* Takes p. */
void batch_post(struct batch *b, int account, struct engine_post *p)
{
	struct sending s = { .batch = b };
	struct err e = ERR_INIT;
	int ms = DURABLE_MS;
	bool queued = p->queue, waits = !queued && !p->at && !p->dry_run;
	if (waits && !wait_of(b, &ms, &e)) {
		engine_post_free(p);
		batch_error(b, NULL, &e);
		err_clear(&e);
		return;
	}
	struct request *r = request_new(REQ_SEND, 0, account);
	r->post = p;
	batch_ask(b, r, got_mail, &s, ms, &e);
	if (!s.mail) {
		batch_error(b, batch_label(b, account), &e);
	} else {
		say(b, &s, &e);
		b->code = app_exit_worst(b->code, code_of(b, &s, &e));
		if (s.mail->state == MAIL_QUEUED && queued)
			batch_leave_runner(b);
	}
	store_mail_free(s.mail);
	err_clear(&e);
}

void batch_leave_runner(struct batch *b)
{
	struct err e = ERR_INIT;
	const char *argv[] = { "/proc/self/exe", "queue", "flush", "--due", "--no-input", "--quiet", "--config",
		b->cfg->path, NULL };
	g_autofree char *self = g_file_read_link(argv[0], NULL);
	if (self)
		argv[0] = self;
	if (cli_has(b->cli, CLI_OFFLINE))
		return;
	if (!b->cfg->path)
		argv[6] = NULL;
	if (proc_detach(argv, &e))
		batch_error(b, NULL, &e);
	err_clear(&e);
}
