/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The half of setup check that is of sending: connect, log in, and whether the default From is accepted, which is asked at
 * most once a day. */
#include "engine/outbox.h"

#include <string.h>

#include "net/sasl.h"

struct check_smtp {
	struct account *account;
	struct request *request;
	struct mailer *mailer;
	char *from;
	uint32_t probe;
	bool told_server, told_login, told_from;
	struct err err; /* with which the request ends: the first */
};

static void tell(struct check_smtp *c, enum check_test test, enum check_status status, char *text, const char *server)
{
	struct event *ev = event_new(EV_CHECK, c->request->id, c->account->index);
	ev->check = g_new0(struct engine_check, 1);
	*ev->check = (struct engine_check){ .test = test, .status = status, .text = text, .server = g_strdup(server) };
	engine_emit(c->account->engine, ev);
	c->told_server = c->told_server || test == CHECK_SMTP;
	c->told_login = c->told_login || test == CHECK_SMTP_LOGIN;
	c->told_from = c->told_from || test == CHECK_FROM;
}

static void skip_rest(struct check_smtp *c, const char *why)
{
	if (!c->told_server)
		tell(c, CHECK_SMTP, CHECK_SKIP, g_strdup(why), NULL);
	if (!c->told_login)
		tell(c, CHECK_SMTP_LOGIN, CHECK_SKIP, g_strdup(why), NULL);
	if (!c->told_from)
		tell(c, CHECK_FROM, CHECK_SKIP, g_strdup(why), NULL);
}

static void finish(struct check_smtp *c)
{
	struct account *a = c->account;
	a->check_smtp = NULL;
	mailer_free(c->mailer);
	if (c->request)
		engine_end(a->engine, c->request, c->err.cause == ERR_NONE ? NULL : &c->err);
	err_clear(&c->err);
	g_free(c->from);
	g_free(c);
}

/* --- the From --- */

static void tell_from(struct check_smtp *c, const struct store_identity *i, const char *how)
{
	bool refused = i->state == IDENTITY_REFUSED;
	enum check_status status = refused                                                  ? CHECK_FAIL
				   : i->state == IDENTITY_OK || i->state == IDENTITY_LIKELY ? CHECK_OK
											    : CHECK_WARN;
	tell(c, CHECK_FROM, status, g_strdup_printf("%s: %s%s", c->from, identity_state_names[i->state], how),
		refused ? i->text : NULL);
}

/* What is known already is not asked again. True: it is asked now. */
static bool ask_from(struct check_smtp *c)
{
	struct store_identity known = { 0 };
	struct err e = ERR_INIT;
	bool ask = false;
	if (identity_get(c->account, c->from, &known, &e))
		tell(c, CHECK_FROM, CHECK_SKIP, g_strdup(e.text), NULL);
	else if (known.state == IDENTITY_OK)
		tell_from(c, &known, "");
	else if (identity_may_probe(c->account, c->from, &e))
		tell_from(c, &known, ", asked within the last day");
	else
		ask = true;
	err_clear(&e);
	store_identity_clear(&known);
	return ask;
}

static void send_probe(struct check_smtp *c)
{
	g_autoptr(GPtrArray) to = g_ptr_array_new();
	const char *own = c->account->cfg->email;
	g_ptr_array_add(to, own ? (char *)own : c->from);
	struct smtp_mail letter = { .from = c->from, .to = to, .probe = true };
	smtp_address_ok(letter.from, &letter.utf8);
	c->probe = smtp_send(mailer_smtp(c->mailer), &letter);
}

static void probed(struct check_smtp *c, const struct smtp_event *ev)
{
	struct store_identity now = { 0 };
	struct err e = ERR_INIT;
	identity_note_probe(c->account, c->from, true, ev);
	if (!identity_get(c->account, c->from, &now, &e))
		tell_from(c, &now, "");
	err_clear(&e);
	store_identity_clear(&now);
}

/* --- the session --- */

static void leave(struct check_smtp *c)
{
	skip_rest(c, "not asked");
	smtp_quit(mailer_smtp(c->mailer));
	mailer_poke(c->mailer);
}

static void logged_in(struct check_smtp *c)
{
	const struct cfg_account *cfg = c->account->cfg;
	struct smtp_session *s = mailer_smtp(c->mailer);
	bool weaker, insecure = cfg->smtp->security == CFG_INSECURE;
	const char *login = cfg->smtp_login ? cfg->smtp_login : cfg->login;
	tell(c, CHECK_SMTP, insecure ? CHECK_WARN : CHECK_OK,
		g_strdup_printf("%s:%u%s, %s", cfg->smtp->host, (unsigned)cfg->smtp->port,
			insecure ? ", no TLS: the account says 'insecure'" : "", smtp_caps_text(s)),
		NULL);
	tell(c, CHECK_SMTP_LOGIN, CHECK_OK,
		g_strdup_printf("%s: %s", login ? login : "", sasl_name(smtp_mechanism(s, &weaker))), NULL);
	if (!c->from)
		leave(c);
	else if (ask_from(c))
		send_probe(c);
	else
		leave(c);
}

static void on_opened(void *aux)
{
	(void)aux;
}

static void on_event(void *aux, struct smtp_event *ev)
{
	struct check_smtp *c = aux;
	if (ev->type == SMTP_READY) {
		logged_in(c);
	} else if (ev->type == SMTP_DONE && ev->u.done.id == c->probe) {
		probed(c, ev);
		leave(c);
	}
}

static void on_room(void *aux)
{
	(void)aux;
}

static void on_ended(void *aux, struct err *e)
{
	struct check_smtp *c = aux;
	bool all = c->told_server && c->told_login && c->told_from;
	bool login = e->cause == ERR_AUTH || e->cause == ERR_LACKING;
	if (!all && e->cause != ERR_NONE) {
		if (login && !c->told_server)
			tell(c, CHECK_SMTP, CHECK_OK, g_strdup(c->account->cfg->smtp->host), NULL);
		if (!c->told_from)
			tell(c,
				login           ? CHECK_SMTP_LOGIN
				: c->told_login ? CHECK_FROM
						: CHECK_SMTP,
				CHECK_FAIL, g_strdup(e->text), e->server);
		if (c->err.cause == ERR_NONE)
			err_copy(&c->err, e);
	}
	skip_rest(c, "not reached");
	finish(c);
}

static const struct mailer_events events = { on_opened, on_event, on_room, on_ended };

/* --- a command --- */

static void check_command(struct check_smtp *c)
{
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = proc_argv(c->account->cfg->sendmail, &e);
	g_autofree char *path = argv ? g_find_program_in_path(argv[0]) : NULL;
	if (path)
		tell(c, CHECK_SMTP, CHECK_OK, g_strdup(path), NULL);
	else
		tell(c, CHECK_SMTP, CHECK_FAIL, argv ? g_strdup_printf("no program '%s'", argv[0]) : g_strdup(e.text),
			NULL);
	skip_rest(c, "a command does it");
	err_clear(&e);
}

/* What the mail server has just refused is not shown to the submission server too: a mistake costs one try. */
static bool is_refused_here(const struct cfg_account *cfg, const struct err *before)
{
	return before && before->cause == ERR_AUTH && !cfg->smtp_login && !cfg->smtp_password;
}

void check_smtp_start(struct account *a, struct request *r, const struct err *before)
{
	struct err busy = ERR_INIT;
	if (a->check_smtp) {
		err_set(&busy, ERR_ACCOUNT, ERR_NET, ERR_LATER, "another check is under way");
		engine_end(a->engine, r, &busy);
		return;
	}
	struct check_smtp *c = g_new0(struct check_smtp, 1);
	const struct cfg_from *preset = cfg_from_default(a->cfg);
	c->account = a;
	c->request = r;
	c->from = g_strdup(preset ? preset->addr : a->cfg->email);
	if (before && before->cause != ERR_NONE)
		err_copy(&c->err, before);
	a->check_smtp = c;
	bool refused = is_refused_here(a->cfg, before);
	if (a->cfg->smtp && !refused && !a->engine->settings.offline && a->engine->store) {
		c->mailer = mailer_new(a, true, &events, c);
		mailer_open(c->mailer);
		return;
	}
	if (!a->cfg->smtp && a->cfg->sendmail)
		check_command(c);
	skip_rest(c, refused        ? "the login was refused before"
		     : a->cfg->smtp ? "working offline"
				    : "the account has no 'smtp' line");
	finish(c);
}

bool check_smtp_answer(struct account *a, struct request *r)
{
	return a->check_smtp && a->check_smtp->mailer && mailer_answer(a->check_smtp->mailer, r);
}

bool check_smtp_cancel(struct account *a, uint32_t request)
{
	struct check_smtp *c = a->check_smtp;
	if (!c || (request && c->request->id != request))
		return false;
	err_set(&c->err, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
	finish(c);
	return true;
}
