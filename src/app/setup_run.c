/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tests of an account that is being set up. Two engines do them, which know no mailrc: one only looks at servers, one
 * logs in to an account that was written for it, in a directory of its own. */
#include "app/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/idn.h"
#include "base/proc.h"
#include "base/utf8.h"

#define STOP_LOOK_MS 10 /* whether an engine has ended is looked at so often */
#define STOP_MS 2000
#define STORE_MS 60000 /* a keyring may ask its user */
#define OPEN_FILES 8

/* An engine over a mailrc of its own. */
struct lab {
	struct cfg *cfg;
	char *cache_dir, *state_dir; /* NULL: without a store */
	struct channel *events;
	struct engine *engine;
	struct app *app;
};

struct looking {
	struct setup_run *run;
	enum setup_service service;
	char *asked; /* the server; NULL: none */
	uint32_t id; /* 0: it has answered */
	int64_t began;
	struct err first; /* of the card's servers the first one's failure */
};

struct setup_run {
	struct setup *s;
	GMainContext *ctx;
	bool offline;
	void (*changed)(void *aux);
	void *aux;
	struct lab look, try;
	bool ending;         /* the engine that tries has been told to end */
	struct timer *timer; /* until it has */
	struct looking looking[SETUP_SERVICES];
	uint32_t look_up;    /* a request; 0: none */
	char *looked_up_for; /* the address it is about */
	struct err look_up_err;
	char *scratch; /* directory; NULL: not made yet */
	struct secret *secret;
	bool fresh;  /* the password, or that it shall be tried again, was given and not acted upon yet */
	bool wanted; /* a try begins once the engine of the former one has ended */
	uint32_t check;
	guint probed; /* aliases that were asked about */
	char *worked; /* login and server that let us in with this secret; NULL */
	struct proc *storing;
	char *path;
	void (*saved)(const struct err *e, void *aux);
};

static void say_changed(struct setup_run *r)
{
	if (r->changed)
		r->changed(r->aux);
}

/* --- engines --- */

static void send_to_engine(void *it, struct request *r)
{
	engine_send(it, r);
}

/* Takes cfg. scratch NULL: without a store. */
static void lab_open(struct lab *l, struct cfg *cfg, const char *scratch, const struct setup_run *r)
{
	l->cfg = cfg;
	l->cache_dir = scratch ? g_build_filename(scratch, "cache", NULL) : NULL;
	l->state_dir = scratch ? g_build_filename(scratch, "state", NULL) : NULL;
	struct engine_settings settings = { .cfg = cfg,
		.cache_dir = l->cache_dir,
		.state_dir = l->state_dir,
		.offline = r->offline,
		.interactive = true };
	l->events = engine_events_new();
	l->engine = engine_start(&settings, l->events);
	struct app_port port = { l->engine, send_to_engine, l->events };
	l->app = app_new(cfg, &port, r->ctx);
}

/* False: it has not ended within wait_ms, and is to be closed again later. */
static bool lab_close(struct lab *l, int wait_ms)
{
	if (l->app) {
		app_free(l->app);
		l->app = NULL;
		channel_close(l->events);
	}
	if (l->engine && !engine_stop(l->engine, wait_ms))
		return false;
	channel_free(l->events);
	cfg_free(l->cfg);
	g_free(l->cache_dir);
	g_free(l->state_dir);
	*l = (struct lab){ 0 };
	return true;
}

/* --- its directory --- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void scratch_drop(struct setup_run *r)
{
	if (r->scratch)
		nftw(r->scratch, remove_one, OPEN_FILES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	g_clear_pointer(&r->scratch, g_free);
}

static int scratch_make(struct setup_run *r, struct err *e)
{
	const char *runtime = g_getenv("XDG_RUNTIME_DIR");
	bool usable = runtime && g_path_is_absolute(runtime) && fs_is_private_dir(runtime);
	g_autofree char *dir = g_build_filename(usable ? runtime : g_get_tmp_dir(), "boxwood-setup-XXXXXX", NULL);
	if (r->scratch)
		return 0;
	if (!mkdtemp(dir))
		return err_errno(e, errno, _("cannot make"), dir);
	r->scratch = g_steal_pointer(&dir);
	return 0;
}

/* --- results --- */

static struct setup_result *result(struct setup_run *r, enum setup_test test, enum setup_state state, char *text)
{
	struct setup_result *now = &r->s->results[test];
	setup_forget(r->s, test, test);
	now->state = state;
	now->text = text ? utf8_line(str_of(text)) : NULL;
	g_free(text);
	return now;
}

static void failed(struct setup_run *r, enum setup_test test, const struct err *e)
{
	struct setup_result *now = result(r, test, SETUP_FAILED, app_err_text(e, NULL));
	err_copy(&now->err, e);
	now->server = e->server ? utf8_line(str_of(e->server)) : NULL;
}

/* The engine that logs in nowhere. */
static struct app *looker(struct setup_run *r)
{
	if (!r->look.app)
		lab_open(&r->look, cfg_parse(STR(""), "", NULL), NULL, r);
	return r->look.app;
}

/* --- looking at servers --- */

static void try_login(struct setup_run *r);
static void look_at(struct looking *l);

static enum setup_test test_of(enum setup_service service)
{
	return service == SETUP_IMAP ? SETUP_RECEIVE : SETUP_SEND;
}

/* The card's next server, if there is one. */
static bool look_further(struct looking *l, const struct err *e)
{
	struct setup *s = l->run->s;
	unsigned servers = setup_servers(s, l->service);
	if (!l->first.cause)
		err_copy(&l->first, e);
	if (s->server[l->service] + 1 < servers) {
		s->server[l->service]++;
		look_at(l);
		return true;
	}
	if (servers)
		s->server[l->service] = 0;
	g_free(l->asked);
	l->asked = setup_server(s, l->service);
	return false;
}

static void looked(struct event *ev, void *aux)
{
	struct looking *l = aux;
	struct setup_run *r = l->run;
	enum setup_test test = test_of(l->service);
	if (ev->type == EV_CHECK && ev->check->test == CHECK_TLS) {
		int ms = (int)(clock_ms() - l->began);
		result(r, test, SETUP_TESTING, g_strdup_printf(_("certificate ok, %d ms"), ms));
	}
	if (ev->type != EV_ENDED)
		return;
	l->id = 0;
	struct setup_result *now = &r->s->results[test];
	if (!ev->err.cause) {
		bool insecure = l->asked && g_str_has_suffix(l->asked, " insecure");
		now->state = insecure ? SETUP_WARN : SETUP_OK;
		if (insecure)
			result(r, test, SETUP_WARN, g_strdup(_("without encryption")));
	} else if (!look_further(l, &ev->err)) {
		failed(r, test, &l->first);
	}
	try_login(r);
	say_changed(r);
}

static void stop_looking(struct looking *l)
{
	if (l->id)
		app_forget(l->run->look.app, l->id);
	l->id = 0;
	g_clear_pointer(&l->asked, g_free);
}

/* NULL: it is none, which setup_set_server would have told. */
static struct engine_reach *reach_of(const struct setup_run *r, enum setup_service service)
{
	g_autofree char *server = setup_server(r->s, service);
	g_autofree char *text = g_strdup_printf("account look {\nemail a@b.invalid\n%s%s %s\n}\n",
		service == SETUP_SMTP ? "imap h.invalid:993 tls\n" : "", service == SETUP_SMTP ? "smtp" : "imap",
		server ? server : "");
	struct cfg *cfg = cfg_parse(str_of(text), "", NULL);
	const struct cfg_account *a = cfg->accounts->len ? cfg_account(cfg, NULL) : NULL;
	const struct cfg_server *at = !a ? NULL : service == SETUP_SMTP ? a->smtp : a->imap;
	struct engine_reach *reach = NULL;
	if (at) {
		reach = g_new0(struct engine_reach, 1);
		*reach = (struct engine_reach){ .sends = service == SETUP_SMTP,
			.host = g_strdup(at->host),
			.port = at->port,
			.security = at->security };
	}
	cfg_free(cfg);
	return reach;
}

static void look_at(struct looking *l)
{
	struct setup_run *r = l->run;
	stop_looking(l);
	struct engine_reach *reach = reach_of(r, l->service);
	if (!reach)
		return;
	l->asked = setup_server(r->s, l->service);
	l->began = clock_ms();
	result(r, test_of(l->service), SETUP_TESTING, NULL);
	struct request *request = request_new(REQ_REACH, 0, -1);
	request->reach = reach;
	l->id = app_request(looker(r), request, looked, l);
}

void setup_run_look(struct setup_run *r)
{
	for (int i = 0; i < SETUP_SERVICES; i++) {
		struct looking *l = &r->looking[i];
		g_autofree char *server = setup_server(r->s, l->service);
		bool untested = r->s->results[test_of(l->service)].state == SETUP_UNTESTED;
		if (!g_strcmp0(server, l->asked) && (!server || !untested))
			continue;
		err_clear(&l->first);
		if (server)
			look_at(l);
		else
			stop_looking(l);
	}
	try_login(r);
	say_changed(r);
}

/* --- looking for them --- */

/* Who vouches for what: a card of ours is known, a web server is known by its certificate, a record by nobody. */
static void take_found(struct setup_run *r, struct engine_found *f)
{
	struct setup *s = r->s;
	struct err none = ERR_INIT;
	const struct cfg_card *card = setup_card_of_hosts(s->cfg, f->mx);
	if (card)
		setup_choose_card(s, card->name, &none);
	else if (f->page)
		setup_take_found(s, g_steal_pointer(&f->page), f->url, false);
	else if (f->records)
		setup_take_found(s, g_steal_pointer(&f->records), _("the name service"), true);
	else
		err_set(&r->look_up_err, ERR_PROGRAM, ERR_MISSING, ERR_NEVER,
			_("'%s' does not say where its mail is; its provider's help does"), strrchr(s->email, '@') + 1);
	err_clear(&none);
}

static void looked_up(struct event *ev, void *aux)
{
	struct setup_run *r = aux;
	if (ev->type == EV_FOUND && !g_strcmp0(r->looked_up_for, r->s->email))
		take_found(r, ev->found);
	if (ev->type != EV_ENDED)
		return;
	r->look_up = 0;
	if (ev->err.cause)
		err_copy(&r->look_up_err, &ev->err);
	setup_run_look(r);
}

void setup_run_look_up(struct setup_run *r, bool ask)
{
	const char *at = r->s->email ? strrchr(r->s->email, '@') : NULL;
	g_autofree char *domain = at ? idn_to_ascii(at + 1) : NULL, *where = NULL;
	if (!domain || r->look_up)
		return;
	err_clear(&r->look_up_err);
	struct cfg_card *copy = cfg_autoconfig_copy(AUTOCONFIGDIR, domain, &where);
	if (copy) {
		setup_take_found(r->s, copy, where, false);
		setup_run_look(r);
	} else if (ask) {
		struct request *request = request_new(REQ_DISCOVER, 0, -1);
		request->folder = g_steal_pointer(&domain);
		g_free(r->looked_up_for);
		r->looked_up_for = g_strdup(r->s->email);
		r->look_up = app_request(looker(r), request, looked_up, r);
		say_changed(r);
	}
}

bool setup_run_is_looking_up(const struct setup_run *r)
{
	return r->look_up;
}

const struct err *setup_run_look_up_err(const struct setup_run *r)
{
	return r->look_up_err.cause ? &r->look_up_err : NULL;
}

/* --- logging in --- */

/* What was let in once is let in again: its password is no guess. */
static char *entrance(const struct setup *s)
{
	g_autofree char *server = setup_server(s, SETUP_IMAP);
	return g_strdup_printf("%s %s", setup_login(s), server ? server : "");
}

static void take_check(struct setup_run *r, const struct engine_check *c)
{
	enum setup_state state = c->status == CHECK_OK     ? SETUP_OK
				 : c->status == CHECK_WARN ? SETUP_WARN
				 : c->status == CHECK_FAIL ? SETUP_FAILED
							   : SETUP_UNTESTED;
	enum setup_test test;
	g_autofree char *text = g_strdup(c->text);
	switch (c->test) {
	case CHECK_LOGIN:
		test = SETUP_LOGIN;
		if (state == SETUP_OK) {
			g_free(text);
			text = g_strdup(_("1 try used"));
			g_free(r->worked);
			r->worked = entrance(r->s);
		}
		break;
	case CHECK_FOLDERS:
		test = SETUP_FOLDERS;
		/* What the mailrc names and the server has not comes behind the first line. */
		if (r->s->folders)
			return;
		if (c->folders) {
			g_free(text);
			text = g_strdup_printf(P_("%u folder", "%u folders", c->folders), c->folders);
		}
		break;
	case CHECK_ROLES: test = SETUP_ROLES; break;
	case CHECK_SMTP:
	case CHECK_SMTP_LOGIN:
		test = SETUP_SEND;
		if (r->s->sends_not || state == SETUP_UNTESTED || (c->test == CHECK_SMTP && state != SETUP_FAILED))
			return;
		if (state == SETUP_OK) {
			g_free(text);
			text = g_strdup(_("login ok"));
		}
		break;
	case CHECK_FROM:
		if (r->s->sends_not)
			return;
		test = SETUP_FROM;
		/* Not asked, because sending failed or nobody could be asked: the line of sending tells. */
		if (state == SETUP_UNTESTED && r->s->results[SETUP_SEND].state != SETUP_OK)
			return;
		if (state == SETUP_UNTESTED)
			state = SETUP_WARN;
		break;
	case CHECK_DNS:
	case CHECK_TLS:
	case CHECK_CAPABILITY:
		if (state != SETUP_FAILED)
			return;
		test = SETUP_RECEIVE;
		break;
	default: return;
	}
	struct setup_result *now = result(r, test, state, g_steal_pointer(&text));
	now->server = c->server ? utf8_line(str_of(c->server)) : NULL;
	if (test == SETUP_FOLDERS) {
		r->s->folders = c->folders;
		r->s->found_prefix = g_strdup(c->prefix);
	}
}

/* Nothing is left open: what was not reached says so. */
static void end_check(struct setup_run *r, const struct err *e)
{
	for (int i = 0; i < SETUP_TESTS; i++) {
		struct setup_result *now = &r->s->results[i];
		if (now->state == SETUP_FAILED && !now->err.cause && e->cause)
			err_copy(&now->err, e);
		if (now->state == SETUP_TESTING)
			result(r, (enum setup_test)i, SETUP_UNTESTED, g_steal_pointer(&now->text));
	}
	if (e->cause && setup_first_failed(r->s) == SETUP_TESTS)
		failed(r, SETUP_LOGIN, e);
}

static bool is_alias(const struct setup *s, const char *addr)
{
	for (guint i = 0; i < s->aliases->len; i++)
		if (!g_ascii_strcasecmp(s->aliases->pdata[i], addr))
			return true;
	return false;
}

/* An alias that is not accepted is no mistake of the account: it can be validated later. */
static void take_identities(struct setup_run *r, const GPtrArray *identities)
{
	g_autofree char *told = NULL;
	const struct engine_identity *bad = NULL;
	for (guint i = 0; i < identities->len; i++) {
		const struct engine_identity *id = identities->pdata[i];
		if (!bad && id->known.state == IDENTITY_REFUSED && is_alias(r->s, id->known.addr))
			bad = id;
	}
	if (!bad) {
		result(r, SETUP_FROM, SETUP_OK, g_strdup(_("probed, none sent")));
		return;
	}
	struct setup_result *now = result(r, SETUP_FROM, SETUP_WARN,
		g_strdup_printf(_("%s is not accepted yet: it has to be validated"), bad->known.addr));
	told = bad->known.text ? g_strdup_printf("%d %s", bad->known.code, bad->known.text) : NULL;
	now->server = told ? utf8_line(str_of(told)) : NULL;
}

static void probe_next(struct setup_run *r);

static void probed(struct event *ev, void *aux)
{
	struct setup_run *r = aux;
	if (ev->type == EV_IDENTITIES && ev->identities)
		take_identities(r, ev->identities);
	if (ev->type == EV_ENDED) {
		r->check = 0;
		probe_next(r);
	}
	say_changed(r);
}

/* Each alias, one by one, on the connection of its own that a probe takes. */
static void probe_next(struct setup_run *r)
{
	bool sends = r->s->results[SETUP_SEND].state == SETUP_OK;
	if (!sends || r->probed >= r->s->aliases->len)
		return;
	struct request *request = request_new(REQ_PROBE, 0, 0);
	request->folder = g_strdup(r->s->aliases->pdata[r->probed++]);
	r->check = app_request(r->try.app, request, probed, r);
}

static void tried(struct event *ev, void *aux)
{
	struct setup_run *r = aux;
	if (ev->type == EV_CHECK)
		take_check(r, ev->check);
	if (ev->type == EV_ENDED) {
		r->check = 0;
		r->probed = 0;
		end_check(r, &ev->err);
		if (!ev->err.cause)
			probe_next(r);
	}
	say_changed(r);
}

static void heard(struct event *ev, void *aux)
{
	struct setup_run *r = aux;
	if (ev->type == EV_STORE_READY) {
		r->check = app_request(r->try.app, request_new(REQ_CHECK, 0, 0), tried, r);
	} else if (ev->type == EV_ENDED) { /* of no request: there is no store */
		end_check(r, &ev->err);
		say_changed(r);
	} else if (ev->type == EV_ASK) {
		struct request *answer = request_new(REQ_ANSWER, 0, ev->account);
		answer->answers = ev->ask->id;
		answer->secret = r->secret ? secret_copy(r->secret) : NULL;
		answer->yes = answer->secret != NULL;
		app_request(r->try.app, answer, NULL, NULL);
	}
}

static void begin_try(struct setup_run *r)
{
	struct err e = ERR_INIT;
	r->wanted = false;
	g_autofree char *block = setup_block_for(r->s, "", true);
	struct cfg *cfg = cfg_parse(str_of(block), "mailrc", r->s->cfg->cards);
	if (!cfg->accounts->len) {
		const struct cfg_diag *d = cfg->diags->len ? cfg->diags->pdata[0] : NULL;
		err_set(&e, ERR_PROGRAM, ERR_CONFIG, ERR_NEVER, "%s", d ? d->text : "");
	}
	if (!e.cause && !scratch_make(r, &e)) {
		for (int i = SETUP_LOGIN; i < SETUP_TESTS; i++)
			if (i < SETUP_SEND || (r->s->results[i].state != SETUP_FAILED && !r->s->sends_not))
				result(r, (enum setup_test)i, SETUP_TESTING, NULL);
		lab_open(&r->try, cfg, r->scratch, r);
		app_listen(r->try.app, heard, r);
	} else {
		cfg_free(cfg);
		failed(r, SETUP_LOGIN, &e);
	}
	err_clear(&e);
	say_changed(r);
}

static void look_for_end(void *aux)
{
	struct setup_run *r = aux;
	r->check = 0;
	r->ending = !lab_close(&r->try, 0);
	if (r->ending)
		timer_at(r->timer, clock_ms() + STOP_LOOK_MS);
	else if (r->wanted)
		begin_try(r);
}

/* What one account was asked is not mixed with what the next one is. */
static void try_login(struct setup_run *r)
{
	struct setup *s = r->s;
	g_autofree char *entered = setup_is_whole(s) ? entrance(s) : NULL;
	bool left = s->results[SETUP_FOLDERS].state == SETUP_UNTESTED ||
		    (s->results[SETUP_FROM].state == SETUP_UNTESTED && s->results[SETUP_SEND].state == SETUP_OK);
	bool again = r->worked && !g_strcmp0(entered, r->worked) && left;
	bool known = r->secret || s->keep == SETUP_KEEP_COMMAND;
	enum setup_state receive = s->results[SETUP_RECEIVE].state;
	if (!entered || !known || !(r->fresh || again) || r->looking[SETUP_IMAP].id || r->looking[SETUP_SMTP].id ||
		(receive != SETUP_OK && receive != SETUP_WARN))
		return;
	r->fresh = false;
	r->wanted = true;
	look_for_end(r);
}

void setup_run_password(struct setup_run *r, struct secret *secret)
{
	secret_free(r->secret);
	r->secret = secret;
	r->fresh = secret != NULL;
	g_clear_pointer(&r->worked, g_free);
	setup_forget(r->s, SETUP_LOGIN, SETUP_ROLES);
	try_login(r);
	say_changed(r);
}

bool setup_run_has_password(const struct setup_run *r)
{
	return r->secret;
}

void setup_run_again(struct setup_run *r)
{
	for (int i = 0; i < SETUP_SERVICES; i++)
		stop_looking(&r->looking[i]);
	setup_forget(r->s, 0, SETUP_TESTS - 1);
	r->fresh = r->secret || r->s->keep == SETUP_KEEP_COMMAND;
	setup_run_look(r);
}

bool setup_run_is_busy(const struct setup_run *r)
{
	return r->look_up || r->looking[SETUP_IMAP].id || r->looking[SETUP_SMTP].id || r->wanted ||
	       (r->try.app && r->check) || (r->try.app && r->s->results[SETUP_LOGIN].state == SETUP_TESTING);
}

/* --- writing it down --- */

static void end_saving(struct setup_run *r, const struct err *e)
{
	void (*saved)(const struct err *, void *) = r->saved;
	r->saved = NULL;
	if (saved)
		saved(e, r->aux);
}

static int write_file(const char *path, struct str text, bool replace, struct err *e)
{
	struct fs_new *f = fs_new_open(path, replace, e);
	if (f && !fs_new_write(f, text, e) && !fs_new_commit(&f, e))
		return 0;
	fs_new_abort(&f);
	return -1;
}

static int write_password(struct setup_run *r, const char *path, struct err *e)
{
	struct str secret = r->secret ? secret_bytes(r->secret) : STR("");
	if (!r->secret)
		return err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("there is no password to be kept"));
	struct fs_new *f = fs_new_open(path, true, e);
	if (f && !fs_new_write(f, secret, e) && !fs_new_write(f, STR("\n"), e) && !fs_new_commit(&f, e))
		return 0;
	fs_new_abort(&f);
	return -1;
}

/* What is there stays as it is, and this account stands behind it. */
static int write_mailrc(const char *path, const char *block, struct err *e)
{
	struct buf was;
	struct err none = ERR_INIT;
	g_autoptr(GString) text = g_string_new(NULL);
	buf_init(&was, CFG_FILE_MAX);
	bool there = !fs_read(path, CFG_FILE_MAX, &was, &none);
	if (!there && none.cause != ERR_MISSING) {
		err_move(e, &none);
		buf_clear(&was);
		return -1;
	}
	if (there)
		cfg_edit_add_block(buf_str(&was), block, text);
	else
		g_string_append_printf(text,
			"# written by boxwood setup; comments and order are kept when the program edits it\n\n%s",
			block);
	buf_clear(&was);
	err_clear(&none);
	return write_file(path, (struct str){ text->str, text->len }, there, e);
}

/* Where a link leads, so that it stays one. */
static char *true_path(const char *path)
{
	char *real = realpath(path, NULL);
	char *copy = g_strdup(real ? real : path);
	free(real);
	return copy;
}

static void write_all(struct setup_run *r)
{
	struct err e = ERR_INIT;
	g_autofree char *path = true_path(r->path), *directory = g_path_get_dirname(path);
	g_autofree char *block = setup_block(r->s, directory);
	g_autofree char *password = r->s->keep == SETUP_KEEP_FILE ? setup_password_path(r->s, directory) : NULL;
	bool there = g_file_test(directory, G_FILE_TEST_IS_DIR);
	int failure = there ? 0 : fs_private_dir(directory, &e);
	if (!failure && password)
		failure = write_password(r, password, &e);
	if (!failure && write_mailrc(path, block, &e) && password)
		unlink(password);
	end_saving(r, &e);
	err_clear(&e);
}

static void stored(const struct proc_end *end, void *aux)
{
	struct setup_run *r = aux;
	struct err e = ERR_INIT;
	r->storing = NULL;
	if (!end->status) {
		write_all(r);
		return;
	}
	g_autofree char *words = utf8_line(str_trim(end->words));
	err_set(&e, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("%s did not take the password: %s"),
		setup_keep_name(r->s->keep), *words ? words : _("it says nothing of why"));
	end_saving(r, &e);
	err_clear(&e);
}

/* Its standard input is a pipe that holds the password and no more. */
static void store_secret(struct setup_run *r)
{
	g_autofree char *label = g_strdup_printf("Boxwood: %s", r->s->label);
	g_autofree char *entry = g_strdup_printf("boxwood/%s", r->s->label);
	g_autofree char *titled = g_strdup_printf("--label=%s", label);
	const char *tool[] = { "secret-tool", "store", titled, "boxwood", r->s->label, NULL };
	const char *pass[] = { "pass", "insert", "--multiline", "--force", entry, NULL };
	struct err e = ERR_INIT;
	int ends[2];
	struct str secret = r->secret ? secret_bytes(r->secret) : STR("");
	if (!r->secret) {
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("there is no password to be kept"));
	} else if (pipe2(ends, O_CLOEXEC | O_NONBLOCK)) {
		err_errno(&e, errno, _("cannot make"), "a pipe");
	} else {
		bool whole = write(ends[1], secret.p, secret.n) == (ssize_t)secret.n;
		close(ends[1]);
		/* Its reader waits for the end, not for more. */
		fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) & ~O_NONBLOCK);
		if (whole)
			r->storing = proc_feed(
				r->s->keep == SETUP_KEEP_TOOL ? tool : pass, ends[0], 1024, STORE_MS, stored, r, &e);
		else
			close(ends[0]);
		if (!whole)
			err_set(&e, ERR_PROGRAM, ERR_LIMIT, ERR_NEVER, _("the password is too long for that"));
	}
	if (e.cause)
		end_saving(r, &e);
	err_clear(&e);
}

void setup_run_save(struct setup_run *r, const char *path, void (*saved)(const struct err *e, void *aux))
{
	if (r->saved)
		return;
	g_free(r->path);
	r->path = g_strdup(path);
	r->saved = saved;
	if (r->s->keep == SETUP_KEEP_TOOL || r->s->keep == SETUP_KEEP_PASS)
		store_secret(r);
	else
		write_all(r);
}

/* --- lifecycle --- */

struct setup_run *setup_run_new(struct setup *s, GMainContext *ctx, bool offline, void (*changed)(void *aux), void *aux)
{
	struct setup_run *r = g_new0(struct setup_run, 1);
	*r = (struct setup_run){ .s = s, .ctx = ctx, .offline = offline, .changed = changed, .aux = aux };
	for (int i = 0; i < SETUP_SERVICES; i++)
		r->looking[i] = (struct looking){ .run = r, .service = (enum setup_service)i };
	r->timer = timer_new(ctx, look_for_end, r);
	return r;
}

void setup_run_free(struct setup_run *r)
{
	if (!r)
		return;
	for (int i = 0; i < SETUP_SERVICES; i++) {
		g_free(r->looking[i].asked);
		err_clear(&r->looking[i].first);
	}
	if (r->storing)
		proc_cancel(r->storing);
	lab_close(&r->look, STOP_MS);
	lab_close(&r->try, STOP_MS);
	scratch_drop(r);
	timer_free(r->timer);
	secret_free(r->secret);
	g_free(r->worked);
	err_clear(&r->look_up_err);
	g_free(r->looked_up_for);
	g_free(r->path);
	g_free(r);
}
