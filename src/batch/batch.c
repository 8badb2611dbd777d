/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "batch/internal.h"

#include <errno.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define CACHED_MS 1000
#define TYPED_MAX 1024

static const struct {
	const char *name;
	int (*run)(struct batch *b);
} commands[] = {
	{ "list", cmd_list },
	{ "folders", cmd_folders },
	{ "show", cmd_show },
	{ "save", cmd_save },
	{ "sync", cmd_sync },
	{ "flag", cmd_flag },
	{ "move", cmd_move },
	{ "copy", cmd_move },
	{ "delete", cmd_role },
	{ "archive", cmd_role },
	{ "junk", cmd_role },
	{ "undo", cmd_undo },
	{ "queue", cmd_queue },
	{ "folder", cmd_folder },
	{ "import", cmd_import },
	{ "export", cmd_export },
	{ "cache", cmd_cache },
	{ "setup", cmd_setup },
	{ "config", cmd_config },
	{ "provider", cmd_provider },
	{ "send", cmd_send },
	{ "reply", cmd_reply },
	{ "forward", cmd_forward },
	{ "bounce", cmd_bounce },
	{ "answer", cmd_answer },
	{ "from", cmd_from },
	{ "address", cmd_address },
};

/* --- printing --- */

bool batch_wants_json(const struct batch *b)
{
	return cli_has(b->cli, CLI_JSON) || cli_has(b->cli, CLI_FORMAT);
}

void batch_bytes(struct batch *b, struct str bytes)
{
	if (bytes.n && fwrite(bytes.p, 1, bytes.n, stdout) != bytes.n)
		b->out_failed = true;
}

void batch_text(struct batch *b, const char *text)
{
	g_autofree char *local = utf8_to_locale(text);
	batch_bytes(b, str_of(local));
}

void batch_record(struct batch *b, const struct json *j, const char *text)
{
	char end = cli_has(b->cli, CLI_ZERO) ? '\0' : '\n';
	g_autoptr(GString) line = g_string_new(NULL);
	if (cli_has(b->cli, CLI_FORMAT))
		json_format(j, cli_value(b->cli, CLI_FORMAT), line);
	else if (cli_has(b->cli, CLI_JSON))
		json_print(j, line);
	else
		batch_text(b, text);
	g_string_append_c(line, end);
	batch_bytes(b, (struct str){ line->str, line->len });
}

void batch_note(struct batch *b, const char *text)
{
	g_autofree char *local = utf8_to_locale(text);
	if (!cli_has(b->cli, CLI_QUIET))
		fprintf(stderr, "boxwood: %s\n", local);
}

static void print_error(const struct cli *cli, const char *account, const struct err *e, const char *hint)
{
	g_autofree char *text = app_err_text(e, account);
	g_autofree char *server = e->server ? utf8_line(str_of(e->server)) : NULL;
	if (cli_has(cli, CLI_JSON)) {
		g_autoptr(GString) line = g_string_new(NULL);
		struct json *j = json_record("error");
		json_add(j, "code", json_number(app_exit_code(e)));
		json_add(j, "class", json_string(err_cause_name(e->cause)));
		json_add(j, "account", json_string(account));
		json_add(j, "message", json_string(text));
		json_add(j, "server", json_string(server));
		json_add(j, "hint", json_string(hint));
		json_add(j, "retry_after", e->after ? json_number(e->after) : json_null());
		json_print(j, line);
		json_free(j);
		fprintf(stderr, "%s\n", line->str);
		return;
	}
	g_autofree char *whole = g_strdup_printf("boxwood: %s\n%s%s%s%s%s%s", text, server ? _("  server says: ") : "",
		server ? server : "", server ? "\n" : "", hint ? "  " : "", hint ? hint : "", hint ? "\n" : "");
	g_autofree char *local = utf8_to_locale(whole);
	fputs(local, stderr);
}

void batch_error_hint(struct batch *b, const char *account, const struct err *e, const char *hint)
{
	print_error(b->cli, account, e, hint);
	b->code = app_exit_worst(b->code, app_exit_code(e));
}

void batch_error(struct batch *b, const char *account, const struct err *e)
{
	g_autofree char *hint = app_err_hint(e, account);
	batch_error_hint(b, account, e, hint);
}

int batch_fail(const struct cli *cli, const char *account, const struct err *e)
{
	g_autofree char *hint = app_err_hint(e, account);
	print_error(cli, account, e, hint);
	return app_exit_code(e);
}

/* --- asking the engine --- */

struct asking {
	bool ended, late;
	int64_t until; /* CLOCK_NEVER: no limit */
	struct timer *timer;
	struct err err;
	app_event_fn fn;
	void *aux;
};

static void got(struct event *ev, void *aux)
{
	struct asking *w = aux;
	if (ev->type == EV_ENDED) {
		w->ended = true;
		err_move(&w->err, &ev->err);
	} else if (w->fn) {
		w->fn(ev, w->aux);
	}
}

static void too_late(void *aux)
{
	struct asking *w = aux;
	w->late = true;
}

/* A question was open so long: that is not the server's time. */
static void put_off(struct batch *b, int64_t ms)
{
	struct asking *w = b->asking;
	b->deadline += ms;
	if (!w || w->until == CLOCK_NEVER)
		return;
	w->until += ms;
	timer_at(w->timer, w->until);
}

static int64_t until(const struct batch *b, const struct request *r, int wait_ms)
{
	if (wait_ms == BATCH_NO_LIMIT)
		return CLOCK_NEVER;
	if (wait_ms != BATCH_IN_ALL)
		return clock_ms() + wait_ms;
	/* What is cached of a message comes at once, however much time was lost on another. */
	return r->type == REQ_READ ? MAX(b->deadline, clock_ms() + CACHED_MS) : b->deadline;
}

static int no_answer(int wait_ms, struct err *e)
{
	int ms = wait_ms == BATCH_IN_ALL ? BATCH_READ_MS : wait_ms;
	return err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, _("no answer within %d seconds"), ms / 1000);
}

int batch_ask(struct batch *b, struct request *r, app_event_fn fn, void *aux, int wait_ms, struct err *e)
{
	struct asking w = { .fn = fn, .aux = aux };
	w.until = until(b, r, wait_ms);
	if (w.until <= clock_ms()) {
		request_free(r);
		return no_answer(wait_ms, e);
	}
	w.timer = timer_new(b->ctx, too_late, &w);
	timer_at(w.timer, w.until);
	b->asking = &w;
	uint32_t id = app_request(b->app, r, got, &w);
	while (!w.ended && !w.late && b->lost.cause == ERR_NONE)
		g_main_context_iteration(b->ctx, TRUE);
	b->asking = NULL;
	timer_free(w.timer);
	if (!w.ended) {
		app_forget(b->app, id);
		if (b->lost.cause != ERR_NONE) {
			err_move(e, &b->lost);
			return -1;
		}
		return no_answer(wait_ms, e);
	}
	if (w.err.cause == ERR_NONE)
		return 0;
	err_move(e, &w.err);
	return -1;
}

/* One key at a time, so that ^C is an answer and the terminal is always given back. False: no. */
static bool type_line(FILE *tty, struct buf *line)
{
	char c;
	while (read(fileno(tty), &c, 1) == 1) {
		if (c == '\n' || c == '\r')
			return true;
		if (c == '\x03' || c == '\x04')
			return false;
		if (c == '\x15')
			buf_reset(line);
		else if ((c == '\x7f' || c == '\b') && line->n)
			line->n--;
		else if (c != '\x7f' && c != '\b' && buf_add_c(line, c))
			return false;
	}
	return false;
}

struct secret *batch_type_secret(FILE *tty, const char *prompt)
{
	struct termios was, quiet;
	struct secret *s = NULL;
	struct buf line;
	g_autofree char *local = utf8_to_locale(prompt);
	fputs(local, tty);
	fflush(tty);
	if (tcgetattr(fileno(tty), &was))
		return NULL;
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ICANON | ISIG);
	tcsetattr(fileno(tty), TCSAFLUSH, &quiet);
	/* All of it at once: a buffer that grows would leave copies behind. */
	buf_init(&line, SECRET_MAX);
	line.p = g_malloc(SECRET_MAX);
	line.cap = SECRET_MAX;
	if (type_line(tty, &line) && line.n)
		s = secret_new(buf_str(&line));
	tcsetattr(fileno(tty), TCSAFLUSH, &was);
	fputs("\n", tty);
	fflush(tty);
	explicit_bzero(line.p, line.cap);
	buf_clear(&line);
	return s;
}

char *batch_type(FILE *tty, const char *prompt)
{
	struct buf line;
	char c = 0;
	g_autofree char *local = utf8_to_locale(prompt);
	fputs(local, tty);
	fflush(tty);
	buf_init(&line, TYPED_MAX);
	while (read(fileno(tty), &c, 1) == 1 && c != '\n' && !buf_add_c(&line, c))
		;
	g_autofree char *typed = str_dup(str_trim(buf_str(&line)));
	buf_clear(&line);
	return c == '\n' ? utf8_from_locale(typed) : NULL;
}

bool batch_confirm(struct batch *b, const char *question)
{
	if (!b->tty)
		return true;
	struct buf line;
	char c = 'n';
	g_autofree char *prompt = g_strdup_printf("%s %s ", question, _("[y/N]"));
	g_autofree char *local = utf8_to_locale(prompt);
	fputs(local, b->tty);
	fflush(b->tty);
	tcflush(fileno(b->tty), TCIFLUSH); /* what was typed ahead is no answer */
	buf_init(&line, 64);
	while (read(fileno(b->tty), &c, 1) == 1 && c != '\n' && !buf_add_c(&line, c))
		;
	g_autofree char *typed = str_dup(str_trim(buf_str(&line)));
	buf_clear(&line);
	return !g_ascii_strcasecmp(typed, "y") || !g_ascii_strcasecmp(typed, "yes") || !g_strcmp0(typed, _("y"));
}

static void unasked(struct event *ev, void *aux)
{
	struct batch *b = aux;
	if (ev->type == EV_ACCOUNT && ev->account == b->reaching && ev->state) {
		enum account_phase phase = ev->state->phase;
		enum err_cause cause = ev->state->err.cause;
		bool lost = cause == ERR_NET || cause == ERR_TLS || cause == ERR_AUTH || cause == ERR_PROTOCOL;
		if (lost && (phase == ACCOUNT_WAITING || phase == ACCOUNT_STOPPED))
			err_copy(&b->lost, &ev->state->err);
	}
	if (ev->type == EV_ASK) {
		struct request *r = request_new(REQ_ANSWER, 0, ev->account);
		g_autofree char *prompt = g_strdup_printf(_("Password of %s at %s: "), ev->ask->login, ev->ask->host);
		int64_t began = clock_ms();
		r->answers = ev->ask->id;
		r->secret = b->tty ? batch_type_secret(b->tty, prompt) : NULL;
		r->yes = r->secret != NULL;
		put_off(b, clock_ms() - began);
		app_request(b->app, r, NULL, NULL);
	} else if (ev->type == EV_ALERT) {
		g_autofree char *text = g_strdup_printf(_("server says: %s"), ev->text);
		batch_note(b, text);
	} else if (ev->type == EV_NOTICE) {
		g_autofree char *text = app_notice_text(ev, b->cfg);
		batch_note(b, text);
	} else if (ev->type == EV_IDENTITIES) {
		g_autofree char *news = app_identity_news(ev);
		if (news)
			batch_note(b, news);
	}
}

/* --- what several commands need --- */

int batch_account(struct batch *b, const char *label, struct err *e)
{
	const GPtrArray *accounts = b->cfg->accounts;
	for (unsigned i = 0; i < accounts->len; i++)
		if (!label || !strcmp(((struct cfg_account *)accounts->pdata[i])->label, label))
			return (int)i;
	if (label)
		return err_set(
			e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("there is no account '%s' in the mailrc"), label);
	return err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER, _("there is no account in the mailrc '%s'"),
		b->cfg->path ? b->cfg->path : "~/.config/boxwood/mailrc");
}

const char *batch_label(const struct batch *b, int account)
{
	return account >= 0 ? ((struct cfg_account *)b->cfg->accounts->pdata[account])->label : NULL;
}

int batch_refresh(struct batch *b, int account, const char *folder, uint32_t rows, bool all_folders, struct err *e)
{
	struct request *r;
	if (cli_has(b->cli, CLI_OFFLINE))
		return 0;
	r = request_new(REQ_SYNC, 0, account);
	r->folder = g_strdup(folder);
	r->rows = rows;
	r->all_folders = all_folders;
	r->due = cli_has(b->cli, CLI_FRESH) ? SYNC_PERSON : SYNC_POLL;
	return batch_ask(b, r, NULL, NULL, BATCH_IN_ALL, e);
}

bool batch_needs_store(const struct cli *cli)
{
	bool sets_up = !strcmp(cli->verb->name, "setup") && !cli->args->len;
	if (sets_up || !strcmp(cli->verb->name, "config") || !strcmp(cli->verb->name, "provider"))
		return false;
	if (strcmp(cli->verb->name, "show"))
		return true;
	for (unsigned i = 0; i < cli->args->len; i++)
		if (!cli_names_file(cli->args->pdata[i]))
			return true;
	return false;
}

/* The store is ready, or it cannot be used: the first event of the engine says which. */
static void first_event(struct event *ev, void *aux)
{
	struct batch *b = aux;
	if (ev->type == EV_STORE_READY || ev->type == EV_ENDED) {
		b->asking->ended = true;
		err_move(&b->asking->err, &ev->err);
	} else {
		unasked(ev, b);
	}
}

static int await_store(struct batch *b, struct err *e)
{
	struct asking w = { .until = CLOCK_NEVER };
	b->asking = &w;
	app_listen(b->app, first_event, b);
	while (!w.ended)
		g_main_context_iteration(b->ctx, TRUE);
	b->asking = NULL;
	app_listen(b->app, unasked, b);
	err_move(e, &w.err);
	return e->cause == ERR_NONE ? 0 : -1;
}

/* Whatever the command was: letters do not wait for a better one. */
static bool mail_is_due(struct batch *b)
{
	/* A letter that was waited for has just been tried, and what was due with it. */
	bool flushed = !strcmp(b->cli->verb->name, "queue") ||
		       (cli_takes(b->cli->verb, CLI_PARTIAL) && !cli_has(b->cli, CLI_QUEUE));
	for (unsigned i = 0; !flushed && batch_needs_store(b->cli) && i < b->cfg->accounts->len; i++)
		if (batch_mail_due(b, (int)i) == 0)
			return true;
	return false;
}

static int run(struct batch *b)
{
	struct err e = ERR_INIT;
	int code = EXIT_CODE_BUG;
	if (b->app && await_store(b, &e)) {
		code = batch_fail(b->cli, NULL, &e);
		err_clear(&e);
		return code;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(commands[i].name, b->cli->verb->name))
			code = commands[i].run(b);
	if (b->app && mail_is_due(b))
		batch_leave_runner(b);
	if (fflush(stdout) || b->out_failed) {
		err_errno(&e, errno, _("cannot write to"), _("standard output"));
		code = app_exit_worst(code, batch_fail(b->cli, NULL, &e));
	}
	err_clear(&e);
	return code;
}

int batch_run(const struct cli *cli, const struct cfg *cfg, const struct app_port *port)
{
	struct batch b = { .cli = cli,
		.cfg = cfg,
		.reaching = -1,
		.ctx = g_main_context_new(),
		.deadline = clock_ms() + BATCH_READ_MS };
	g_main_context_push_thread_default(b.ctx);
	if (port)
		b.app = app_new(cfg, port, b.ctx);
	if (!cli_has(cli, CLI_NO_INPUT))
		b.tty = fopen("/dev/tty", "r+e");
	int code = run(&b);
	if (b.tty)
		fclose(b.tty);
	err_clear(&b.lost);
	app_free(b.app);
	g_main_context_pop_thread_default(b.ctx);
	g_main_context_unref(b.ctx);
	return code;
}
