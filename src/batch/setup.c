/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Setting an account up without a screen: from the command line alone, or by questions and answers. */
#include "batch/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/setup.h"
#include "base/i18n.h"
#include "base/utf8.h"

struct setting_up {
	struct batch *b;
	struct setup *s;
	struct setup_run *run;
	char *path; /* of the mailrc */
	bool told[SETUP_TESTS];
	bool ended; /* of writing */
	struct err err;
};

/* --- the tests --- */

static void changed(void *aux)
{
	(void)aux; /* whoever waits looks by himself */
}

static void tell(struct setting_up *u, enum setup_test test)
{
	static const enum check_test tests[] = { CHECK_TLS, CHECK_LOGIN, CHECK_FOLDERS, CHECK_ROLES, CHECK_SMTP,
		CHECK_FROM };
	const struct setup_result *r = &u->s->results[test];
	enum check_status status = r->state == SETUP_OK       ? CHECK_OK
				   : r->state == SETUP_WARN   ? CHECK_WARN
				   : r->state == SETUP_FAILED ? CHECK_FAIL
							      : CHECK_SKIP;
	g_autofree char *hint = status == CHECK_FAIL ? setup_hint(u->s, test) : NULL;
	g_autofree char *text = NULL;
	bool place = test == SETUP_RECEIVE || test == SETUP_SEND;
	g_autofree char *server = place ? setup_server(u->s, test == SETUP_RECEIVE ? SETUP_IMAP : SETUP_SMTP) : NULL;
	text = server && r->text ? g_strdup_printf("%s, %s", server, r->text) : g_strdup(r->text ? r->text : server);
	if (test == SETUP_LOGIN && r->text) {
		g_free(text);
		text = g_strdup_printf("%s, %s", setup_login(u->s), r->text);
	}
	struct engine_check check = {
		.test = tests[test], .status = status, .text = text, .hint = hint, .server = r->server
	};
	batch_check(u->b, u->s->label, &check);
}

static void run_tests(struct setting_up *u)
{
	setup_run_look(u->run);
	while (setup_run_is_busy(u->run))
		g_main_context_iteration(u->b->ctx, TRUE);
}

static void tell_all(struct setting_up *u)
{
	for (int i = 0; i < SETUP_TESTS; i++)
		tell(u, (enum setup_test)i);
}

/* --- writing --- */

static void saved(const struct err *e, void *aux)
{
	struct setting_up *u = aux;
	u->ended = true;
	err_copy(&u->err, e);
}

static int save(struct setting_up *u, struct err *e)
{
	u->ended = false;
	setup_run_save(u->run, u->path, saved);
	while (!u->ended)
		g_main_context_iteration(u->b->ctx, TRUE);
	if (!u->err.cause) {
		g_autofree char *text = g_strdup_printf(_("the account '%s' is in %s now"), u->s->label, u->path);
		batch_note(u->b, text);
		return 0;
	}
	err_move(e, &u->err);
	return -1;
}

static void look_up(struct setting_up *u, bool ask)
{
	setup_run_look_up(u->run, ask);
	while (setup_run_is_looking_up(u->run))
		g_main_context_iteration(u->b->ctx, TRUE);
	const struct err *why = setup_run_look_up_err(u->run);
	const struct setup_choice *c = setup_choice_of(u->s);
	g_autofree char *text = why ? app_err_text(why, NULL) : c->card ? setup_choice_text(u->s, c) : NULL;
	if (text)
		batch_note(u->b, text);
}

/* --- without questions --- */

static struct secret *read_secret(const char *number, struct err *e)
{
	char *end;
	long fd = strtol(number, &end, 10);
	char *octets = g_malloc0(SECRET_MAX);
	size_t n = 0;
	ssize_t got = 0;
	if (!*number || *end || fd < 0 || fd > INT_MAX) {
		err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("--password-fd wants the number of a file descriptor"));
		g_free(octets);
		return NULL;
	}
	while (n < SECRET_MAX && !memchr(octets, '\n', n) && (got = read((int)fd, octets + n, SECRET_MAX - n)) > 0)
		n += (size_t)got;
	if (got < 0)
		err_errno(e, errno, _("cannot read the password from descriptor"), number);
	char *line_end = memchr(octets, '\n', n);
	struct secret *secret =
		got < 0 ? NULL : secret_new((struct str){ octets, line_end ? (size_t)(line_end - octets) : n });
	if (!secret && !e->cause)
		err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("there is no password on descriptor %s"), number);
	explicit_bzero(octets, SECRET_MAX);
	g_free(octets);
	return secret;
}

static bool has_account(const struct cfg *cfg, const char *email)
{
	for (unsigned i = 0; i < cfg->accounts->len; i++) {
		const struct cfg_account *a = cfg->accounts->pdata[i];
		if (a->email && !g_ascii_strcasecmp(a->email, email))
			return true;
	}
	return false;
}

static int want_words(struct setting_up *u, struct err *e)
{
	const struct setup_choice *c = setup_choice_of(u->s);
	if (!u->s->email)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("--email is missing"));
	if (has_account(u->b->cfg, u->s->email) && !cli_has(u->b->cli, CLI_FORCE))
		return err_set(e, ERR_PROGRAM, ERR_CREATE, ERR_NEVER,
			_("the mailrc has an account of '%s' already; --force adds another"), u->s->email);
	if (!c || !c->card)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER,
			_("who has the mail of '%s' is not known: --provider NAME (`boxwood provider list` names "
			  "them)"),
			u->s->email);
	if (!setup_is_vouched(u->s) && !cli_has(u->b->cli, CLI_FORCE)) {
		g_autofree char *server = setup_server(u->s, SETUP_IMAP);
		return err_set(e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER,
			_("only the name service says that the mail of '%s' is at %s; somebody has to look at that: "
			  "--force takes it"),
			u->s->email, server);
	}
	return 0;
}

static int unattended(struct setting_up *u, struct err *e)
{
	const struct cli *c = u->b->cli;
	const char *fd = cli_value(c, CLI_PASSWORD_FD);
	bool force = cli_has(c, CLI_FORCE);
	if (u->s->email && setup_choice_of(u->s)->kind == SETUP_LOOK_UP)
		look_up(u, cli_has(c, CLI_YES));
	if (want_words(u, e))
		return -1;
	struct secret *secret = fd ? read_secret(fd, e) : NULL;
	if (fd && !secret)
		return -1;
	if (!fd && !force)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("--password-fd is missing: nobody is asked"));
	u->s->keep = secret ? SETUP_KEEP_FILE : SETUP_KEEP_ASK;
	if (secret)
		setup_run_password(u->run, secret);
	run_tests(u);
	tell_all(u);
	if (setup_is_green(u->s) || force)
		return save(u, e);
	enum setup_test bad = setup_first_failed(u->s);
	if (bad < SETUP_TESTS) {
		err_copy(e, &u->s->results[bad].err);
		if (!e->cause)
			err_set(e, ERR_ACCOUNT, bad == SETUP_FROM ? ERR_AUTH : ERR_PROTOCOL, ERR_NEVER, "%s",
				u->s->results[bad].text ? u->s->results[bad].text : "");
	} else {
		err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, _("not everything could be tested"));
	}
	return -1;
}

/* --- questions and answers --- */

static void say(struct setting_up *u, const char *text)
{
	g_autofree char *local = utf8_to_locale(text);
	fprintf(u->b->tty, "%s\n", local);
}

/* False: it was given up. */
static bool ask(struct setting_up *u, const char *what, const char *preset, char **typed_out)
{
	g_autofree char *prompt = preset ? g_strdup_printf("%s [%s]: ", what, preset) : g_strdup_printf("%s: ", what);
	g_free(*typed_out);
	*typed_out = batch_type(u->b->tty, prompt);
	return *typed_out;
}

static bool complain(struct setting_up *u, struct err *e)
{
	g_autofree char *text = app_err_text(e, NULL);
	say(u, text);
	err_clear(e);
	return true;
}

static bool ask_address(struct setting_up *u)
{
	g_autofree char *typed = NULL;
	struct err e = ERR_INIT;
	do {
		if (e.cause)
			complain(u, &e);
		if (!ask(u, _("Your address"), u->s->email, &typed))
			return false;
	} while (!(!*typed && u->s->email) && setup_set_email(u->s, typed, &e));
	if (!ask(u, _("Your name"), u->s->name ? u->s->name : "", &typed))
		return false;
	if (*typed)
		setup_set_name(u->s, typed);
	return true;
}

static bool ask_provider(struct setting_up *u)
{
	g_autofree char *typed = NULL;
	for (unsigned i = 0; i < u->s->choices->len; i++) {
		g_autofree char *text = setup_choice_text(u->s, u->s->choices->pdata[i]);
		g_autofree char *line = g_strdup_printf("%3u  %s", i + 1, text);
		say(u, line);
	}
	for (;;) {
		g_autofree char *preset = g_strdup_printf("%u", u->s->choice + 1);
		if (!ask(u, _("Who has your mail?"), preset, &typed))
			return false;
		unsigned n = *typed ? (unsigned)strtoul(typed, NULL, 10) : u->s->choice + 1;
		if (n && n <= u->s->choices->len) {
			setup_choose(u->s, n - 1);
			return true;
		}
	}
}

static bool ask_server(struct setting_up *u, enum setup_service service)
{
	g_autofree char *typed = NULL;
	struct err e = ERR_INIT;
	for (;;) {
		g_autofree char *now = setup_server(u->s, service);
		if (!ask(u,
			    service == SETUP_IMAP ? _("Server to receive (HOST:PORT tls or starttls)")
						  : _("Server to send (HOST:PORT tls or starttls)"),
			    now, &typed))
			return false;
		if ((!*typed && (now || service == SETUP_SMTP)) ||
			(*typed && !setup_set_server(u->s, service, typed, &e))) {
			if (!*typed && !now)
				u->s->sends_not = true;
			return true;
		}
		if (e.cause)
			complain(u, &e);
	}
}

static bool ask_login(struct setting_up *u)
{
	g_autofree char *typed = NULL;
	struct err e = ERR_INIT;
	g_autoptr(GString) others = g_string_new(_("Login name"));
	for (unsigned i = 0; i < u->s->logins->len; i++)
		if (strcmp(u->s->logins->pdata[i], setup_login(u->s)))
			g_string_append_printf(others, _(", or %s"), (const char *)u->s->logins->pdata[i]);
	do {
		if (e.cause)
			complain(u, &e);
		if (!ask(u, others->str, setup_login(u->s), &typed))
			return false;
	} while (*typed && setup_set_login(u->s, typed, &e));
	return true;
}

static bool ask_password(struct setting_up *u)
{
	g_autofree char *prompt = g_strdup_printf(_("Password of %s: "), setup_login(u->s));
	struct secret *secret = batch_type_secret(u->b->tty, prompt);
	if (secret)
		setup_run_password(u->run, secret);
	return secret;
}

static bool ask_keep(struct setting_up *u)
{
	g_autofree char *typed = NULL;
	g_autoptr(GString) text = g_string_new(_("Keep the password by"));
	for (int i = 0; i < SETUP_KEEP_COMMAND; i++)
		if (setup_keep_works((enum setup_keep)i))
			g_string_append_printf(text, "  %d %s", i + 1, setup_keep_name((enum setup_keep)i));
	g_autofree char *preset = g_strdup_printf("%d", (int)u->s->keep + 1);
	if (!ask(u, text->str, preset, &typed))
		return false;
	int n = *typed ? (int)strtol(typed, NULL, 10) - 1 : (int)u->s->keep;
	if (n >= 0 && n < SETUP_KEEP_COMMAND && setup_keep_works((enum setup_keep)n))
		u->s->keep = (enum setup_keep)n;
	return true;
}

/* What failed is asked again. False: it was given up. */
static bool mend(struct setting_up *u)
{
	enum setup_test bad = setup_first_failed(u->s);
	g_autofree char *hint = bad < SETUP_TESTS ? setup_hint(u->s, bad) : NULL;
	if (hint)
		say(u, hint);
	if (bad == SETUP_RECEIVE)
		return ask_server(u, SETUP_IMAP);
	if (bad == SETUP_SEND && u->s->results[SETUP_LOGIN].state != SETUP_FAILED)
		return ask_server(u, SETUP_SMTP) && ask_password(u);
	return ask_login(u) && ask_password(u);
}

static void say_results(struct setting_up *u)
{
	static const char *const states[] = { "..", "..", "ok", "warn", "fail" };
	static const char *const names[] = { N_("Receive"), N_("Log in"), N_("Folders"), N_("Sent / Drafts"),
		N_("Send"), N_("From") };
	for (int i = 0; i < SETUP_TESTS; i++) {
		const struct setup_result *r = &u->s->results[i];
		g_autofree char *line = g_strdup_printf("  [%s] %s: %s%s%s", states[r->state], _(names[i]),
			r->text ? r->text : "", r->server ? _("; server says: ") : "", r->server ? r->server : "");
		say(u, line);
	}
}

static int interview(struct setting_up *u, struct err *e)
{
	say(u, _("Nothing is written until the end. ^D gives up."));
	bool goes = (u->s->email || ask_address(u)) && (setup_has_servers(u->s) || ask_provider(u));
	if (goes && setup_choice_of(u->s)->kind == SETUP_LOOK_UP)
		look_up(u, true);
	if (goes && !setup_has_servers(u->s)) {
		say(u, _("Providers say SSL or SSL/TLS for tls, and TLS for starttls; the ports are 993 and 465 for "
			 "tls, 143 "
			 "and 587 for starttls."));
		goes = ask_server(u, SETUP_IMAP) && ask_server(u, SETUP_SMTP);
	}
	if (goes) {
		g_autofree char *imap = setup_server(u->s, SETUP_IMAP), *smtp = setup_server(u->s, SETUP_SMTP);
		g_autofree char *line = g_strdup_printf(_("Receive from %s, send to %s"), imap, smtp ? smtp : "-");
		say(u, line);
	}
	const char *note = setup_card_note(u->s);
	if (goes && note)
		say(u, note);
	if (goes && !cli_has(u->b->cli, CLI_LOGIN))
		goes = ask_login(u);
	goes = goes && ask_password(u);
	while (goes) {
		run_tests(u);
		say_results(u);
		if (setup_is_green(u->s))
			break;
		goes = mend(u);
	}
	goes = goes && ask_keep(u);
	if (!goes)
		return err_set(e, ERR_PROGRAM, ERR_CANCELED, ERR_NEVER, _("given up; nothing was written"));
	return save(u, e);
}

/* --- both --- */

static int set_up(struct setting_up *u, struct err *e)
{
	const struct cli *c = u->b->cli;
	bool asks = u->b->tty && !cli_has(c, CLI_YES) && !cli_has(c, CLI_PASSWORD_FD) && !cli_has(c, CLI_JSON);
	if (u->b->cfg->path && cfg_errors(u->b->cfg))
		return err_set(e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER,
			_("the mailrc '%s' has mistakes, which come first"), u->b->cfg->path);
	if (setup_take_cli(u->s, c, e))
		return -1;
	return asks ? interview(u, e) : unattended(u, e);
}

int batch_setup(struct batch *b)
{
	struct setting_up u = { .b = b, .path = cfg_path(cli_value(b->cli, CLI_CONFIG)) };
	struct err e = ERR_INIT;
	u.s = setup_new(b->cfg);
	u.run = setup_run_new(u.s, b->ctx, cli_has(b->cli, CLI_OFFLINE), changed, &u);
	if (set_up(&u, &e)) {
		enum setup_test bad = setup_first_failed(u.s);
		g_autofree char *hint = bad < SETUP_TESTS ? setup_hint(u.s, bad) : NULL;
		batch_error_hint(b, u.s->label, &e, hint);
	}
	setup_run_free(u.run);
	setup_free(u.s);
	g_free(u.path);
	err_clear(&u.err);
	err_clear(&e);
	return b->code;
}
