/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/setup.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/utf8.h"
#include "batch/batch.h"
#include "msg/html.h"
#include "ui/ui.h"

#define STOP_MS 2000

/* A store or socket must never get a number that a library writes messages to. What was closed stays of no
 * use: reading or writing it fails, so that nobody takes silence for success. */
static void open_standard_fds(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			_exit(EXIT_CODE_BUG);
}

static void set_up_process(void)
{
	open_standard_fds();
	umask(077);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	setlocale(LC_ALL, "");
	bindtextdomain(PACKAGE, LOCALEDIR);
	bind_textdomain_codeset(PACKAGE, "UTF-8");
	textdomain(PACKAGE);
#ifndef BOXWOOD_SANITIZED
	/* A leak checker traces its own process. */
	secret_harden_process();
#endif
}

static void print_version(const struct cli *c)
{
	printf("boxwood %s\n", PACKAGE_VERSION);
	if (!c->verbose)
		return;
	printf(_("parts %d, nested %d, header %u octets, addresses %d a field, "
		 "references %d\n"),
		MSG_PARTS_MAX, MSG_DEPTH_MAX, MSG_HEADERS_MAX, MSG_ADDRS_MAX, MSG_REFS_MAX);
	printf(_("server's line %u octets, mailboxes %d, mailbox name %d octets, "
		 "message %u octets\n"),
		1u << 20, 100000, 4096, ENGINE_MESSAGE_MAX);
	printf("%s\n", app_html_state());
	printf(_("HTML laid out %u octets, elements and texts in it %u\n"), HTML_SOURCE_MAX, HTML_NODES_MAX);
	printf(_("text shown %u octets, polls more than %d seconds apart\n"), MSG_TEXT_MAX, ENGINE_POLL_FLOOR_S);
}

static void send_to_engine(void *it, struct request *r)
{
	engine_send(it, r);
}

/* WAL does not work over a network: the cache then lies on a local disk. */
static char *cache_directory(const struct cfg *cfg)
{
	if (cfg->options.cache_dir)
		return g_strdup(cfg->options.cache_dir);
	if (!fs_is_network(g_get_user_cache_dir()))
		return g_build_filename(g_get_user_cache_dir(), "boxwood", NULL);
	return g_strdup_printf("/var/tmp/boxwood-%u", (unsigned)geteuid());
}

static bool has_terminal(const struct cli *c)
{
	int fd = cli_has(c, CLI_NO_INPUT) ? -1 : open("/dev/tty", O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The index of the account that -A names; the first without it. -1: there is none of that name. */
static int account_index(const struct cfg *cfg, const char *label)
{
	for (unsigned i = 0; label && i < cfg->accounts->len; i++)
		if (!strcmp(((struct cfg_account *)cfg->accounts->pdata[i])->label, label))
			return (int)i;
	return label ? -1 : 0;
}

static void say_farewell(const char *sentence)
{
	g_autofree char *local = utf8_to_locale(sentence);
	puts(local);
}

static int run_screens(const struct cli *c, const struct cfg *cfg, const struct app_port *port, const char *state_dir)
{
	struct err e = ERR_INIT;
	GMainContext *ctx = g_main_context_new();
	struct app *a = app_new(cfg, port, ctx);
	struct ui_options options = { .ctx = ctx,
		.account = account_index(cfg, cli_value(c, CLI_ACCOUNT)),
		.colour = cli_value(c, CLI_COLOR),
		.state_dir = state_dir,
		.farewell = cli_has(c, CLI_OFFLINE) ? NULL : say_farewell };
	const char *named = c->args->len ? c->args->pdata[0] : NULL;
	int code = EXIT_CODE_OK;
	if (named && g_ascii_strncasecmp(named, "mailto:", 7) == 0)
		options.mailto = named;
	else if (named && cli_names_file(named))
		options.file = named;
	else
		options.folder = named;
	if (options.account < 0)
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("there is no account '%s' in the mailrc"),
			cli_value(c, CLI_ACCOUNT));
	else
		code = ui_run(a, &options, &e);
	if (e.cause != ERR_NONE)
		code = batch_fail(c, NULL, &e);
	err_clear(&e);
	app_free(a);
	g_main_context_unref(ctx);
	return code;
}

/* An account is set up on the screen, by an engine without a store: whoever gives up leaves no trace. -1 with e: there is
 * no terminal to draw on. */
static int run_setup(const struct cli *c, const struct cfg *cfg, bool *written_out, struct err *e)
{
	struct cfg *none = cfg_parse(STR(""), "", NULL);
	struct engine_settings settings = { .cfg = none, .offline = cli_has(c, CLI_OFFLINE), .interactive = true };
	struct channel *events = engine_events_new();
	struct engine *engine = engine_start(&settings, events);
	struct app_port port = { engine, send_to_engine, events };
	GMainContext *ctx = g_main_context_new();
	struct app *a = app_new(none, &port, ctx);
	struct setup *s = setup_new(cfg);
	g_autofree char *path = cfg_path(cli_value(c, CLI_CONFIG));
	struct ui_setup setup = { .setup = s,
		.path = path,
		.offline = cli_has(c, CLI_OFFLINE),
		.force = cli_has(c, CLI_FORCE),
		.written_out = written_out };
	struct ui_options options = { .ctx = ctx, .setup = &setup, .colour = cli_value(c, CLI_COLOR) };
	int code = setup_take_cli(s, c, e) ? app_exit_code(e) : ui_run(a, &options, e);
	setup_free(s);
	app_free(a);
	g_main_context_unref(ctx);
	channel_close(events);
	if (!engine_stop(engine, STOP_MS))
		_exit(code);
	channel_free(events);
	cfg_free(none);
	return code;
}

/* There is no account yet, or one more is wanted, and somebody to be asked. */
static bool wants_setup(const struct cli *c, const struct cfg *cfg)
{
	if (cfg->path && cfg_errors(cfg))
		return false;
	if (!c->verb)
		return !cfg->accounts->len && !c->args->len;
	return !strcmp(c->verb->name, "setup") && !c->args->len && !cli_has(c, CLI_YES) && !cli_has(c, CLI_JSON) &&
	       !cli_has(c, CLI_PASSWORD_FD) && has_terminal(c);
}

static int run(const struct cli *c, const struct cfg *cfg)
{
	g_autofree char *cache_dir = cache_directory(cfg);
	g_autofree char *state_dir = app_state_dir(cfg);
	bool store = !c->verb || batch_needs_store(c);
	struct engine_settings settings = { .cfg = cfg,
		.cache_dir = store ? cache_dir : NULL,
		.state_dir = store ? state_dir : NULL,
		.offline = cli_has(c, CLI_OFFLINE),
		.interactive = has_terminal(c),
		.stay = !c->verb };
	struct channel *events = engine_events_new();
	struct engine *engine = engine_start(&settings, events);
	struct app_port port = { engine, send_to_engine, events };
	int code = c->verb ? batch_run(c, cfg, &port) : run_screens(c, cfg, &port, state_dir);
	channel_close(events);
	if (!engine_stop(engine, STOP_MS)) {
		fflush(stdout);
		_exit(code);
	}
	channel_free(events);
	return code;
}

/* A broken mailrc stops a command before any network; the screens open with the
 * accounts that are whole. */
static int check_config(const struct cli *c, const struct cfg *cfg)
{
	if (!cfg_errors(cfg) || !c->verb || !batch_needs_store(c))
		return 0;
	for (unsigned i = 0; i < cfg->diags->len; i++) {
		g_autofree char *text = cfg_diag_text(cfg->diags->pdata[i]);
		g_autofree char *local = utf8_to_locale(text);
		fputs(local, stderr);
	}
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER,
		P_("the mailrc has %u mistake", "the mailrc has %u mistakes", cfg_errors(cfg)), cfg_errors(cfg));
	int code = batch_fail(c, NULL, &e);
	err_clear(&e);
	return code;
}

static int finish_output(const struct cli *c)
{
	struct err e = ERR_INIT;
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_CODE_OK;
	err_errno(&e, errno, _("cannot write to"), _("standard output"));
	int code = batch_fail(c, NULL, &e);
	err_clear(&e);
	return code;
}

/* Then the mail is shown. */
static int set_up(const struct cli *c, struct cfg **cfg)
{
	struct err e = ERR_INIT;
	bool written = false;
	int code = run_setup(c, *cfg, &written, &e);
	if (written) {
		struct cli screens = *c;
		screens.verb = NULL;
		cfg_free(*cfg);
		*cfg = cfg_load(cli_value(c, CLI_CONFIG), CARDDIR);
		return run(&screens, *cfg);
	}
	if (e.cause == ERR_USAGE && c->verb) {
		/* Nothing to draw on: it is asked line by line. */
		code = run(c, *cfg);
	} else if (e.cause) {
		g_autofree char *why = g_strdup(e.text);
		if (e.cause == ERR_USAGE)
			err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
				_("%s; there is no account yet, and `boxwood setup` asks for one line by line"), why);
		code = batch_fail(c, NULL, &e);
	}
	err_clear(&e);
	return code;
}

static int dispatch(const struct cli *c)
{
	if (cli_has(c, CLI_VERSION)) {
		print_version(c);
		return finish_output(c);
	}
	if (cli_has(c, CLI_HELP)) {
		g_autofree char *help = cli_help(c->verb);
		g_autofree char *local = utf8_to_locale(help);
		fputs(local, stdout);
		return finish_output(c);
	}
	if ((c->verbose || cli_has(c, CLI_LOG)) &&
		log_open(c->verbose > 1 ? LOG_WIRE : LOG_INFO, cli_value(c, CLI_LOG))) {
		struct err e = ERR_INIT;
		err_errno(&e, errno, "cannot open", cli_value(c, CLI_LOG));
		int code = batch_fail(c, NULL, &e);
		err_clear(&e);
		return code;
	}
	struct cfg *cfg = cfg_load(cli_value(c, CLI_CONFIG), CARDDIR);
	int code = check_config(c, cfg);
	if (!code && wants_setup(c, cfg))
		code = set_up(c, &cfg);
	else if (!code)
		code = run(c, cfg);
	cfg_free(cfg);
	log_close();
	return code;
}

int main(int argc, char **argv)
{
	struct cli c = { 0 };
	struct err e = ERR_INIT;
	set_up_process();
	msg_init();
	g_auto(GStrv) words = batch_face(argc, argv, &e);
	bool failed = !words || cli_parse((int)g_strv_length(words), words, &c, &e);
	int code = failed ? batch_fail(&c, NULL, &e) : dispatch(&c);
	cli_clear(&c);
	err_clear(&e);
	msg_done();
	return code;
}
