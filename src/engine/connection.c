/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One connection: the pump of net and the session of imap joined, and the session's events handed to the
 * job that runs. */
#include "engine/internal.h"

#include <string.h>

#include "base/log.h"
#include "base/utf8.h"

#define NONCE_OCTETS 18     /* without padding in base64 */
#define COMPRESS_LEAST 2000 /* messages to come */

struct connection {
	struct account *account;
	struct side *side; /* NULL: the account's first */
	struct imap_session *imap;
	struct wire *wire;
	bool ready;
	char *selected; /* raw name */
	int64_t started_ms;
	struct wire_stats tallied;
	unsigned tallied_commands;
	struct live *live;
	uint32_t idle;     /* the IDLE that has not ended yet; 0: none */
	bool logged;       /* the login is in the ledger */
	bool used;         /* a command of a job was answered */
	bool compressed;   /* asked for */
	uint32_t compress; /* the command that does it, while it is under way */
};

static struct imap_session *session_of(void *it)
{
	return ((struct connection *)it)->imap;
}

static struct job *running(const struct connection *c)
{
	return account_running(c->account, c->side);
}

static struct connection *current(const struct account *a, const struct side *s)
{
	return s ? s->conn : a->conn;
}

static void on_connected(void *it, bool tls)
{
	struct connection *c = it;
	/* Without TLS nothing more comes before the server has been reached. */
	if (!tls && !c->side && c->account->cfg->imap->security == CFG_INSECURE)
		account_reached(c->account);
	imap_connected(c->imap, tls, clock_ms());
}

/* Octets of a job's own may leave: room came with what was sent, or with the server's consent. */
static void offer_room(struct connection *c)
{
	struct job *j = running(c);
	if (j && j->class->sent && connection_takes_jobs(c))
		j->class->sent(j);
}

static int on_feed(void *it, struct str bytes, struct err *e)
{
	int result = imap_feed(session_of(it), bytes, clock_ms(), e);
	if (!result)
		offer_room(it);
	return result;
}

static struct str on_pending(void *it)
{
	return imap_pending(session_of(it));
}

static void on_sent(void *it, size_t n)
{
	imap_sent(session_of(it), n, clock_ms());
	offer_room(it);
}

static int64_t on_deadline(void *it)
{
	return imap_deadline(session_of(it));
}

static void on_expired(void *it, struct err *e)
{
	imap_expired(session_of(it), clock_ms(), e);
}

static enum wire_want on_want(void *it)
{
	if (imap_wants_starttls(session_of(it)))
		return WIRE_STARTTLS;
	if (imap_wants_deflate(session_of(it)))
		return WIRE_DEFLATE;
	return imap_wants_close(session_of(it)) ? WIRE_CLOSE : WIRE_NOTHING;
}

static void on_eof(void *it, struct err *e)
{
	imap_eof(session_of(it), e);
}

static void on_tls_started(void *it)
{
	imap_tls_started(session_of(it), clock_ms());
}

static struct str on_deflate_started(void *it)
{
	return imap_deflate_started(session_of(it));
}

static void command_ended(struct connection *c, struct imap_event *ev)
{
	struct job *j = running(c);
	if (c->compress && ev->u.done.id == c->compress) {
		c->compress = 0;
		return;
	}
	/* The end of an IDLE, of what a canceled job had asked for, or of what was lost: then the end of the
	 * connection follows in this turn and ends the job. */
	if (!j || !j->open || ev->u.done.id < j->first || ev->u.done.result == IMAP_LOST)
		return;
	c->used = true;
	if (j->class->ended)
		j->class->ended(j, ev);
	j->open--;
}

static void alert(struct connection *c, struct str text)
{
	struct event *ev = event_new(EV_ALERT, 0, c->account->index);
	ev->text = utf8_line(text);
	engine_emit(c->account->engine, ev);
}

/* Of a folder that no sync is about to look at: by NOTIFY. */
static void told_counts(struct account *a, const struct imap_event *ev)
{
	struct err e = ERR_INIT;
	if (folder_counts(a, ev, &e))
		engine_emit(a->engine, event_new(EV_FOLDER, 0, a->index));
	if (e.cause != ERR_NONE)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}

/* Until its IDLE has ended the server tells of the mailbox that the job is about to leave. */
static bool is_of_before(const struct connection *c, const struct job *j, const struct imap_event *ev)
{
	bool news = ev->type == IMAP_FETCH || ev->type == IMAP_EXISTS || ev->type == IMAP_EXPUNGE ||
		    ev->type == IMAP_VANISHED;
	return c->idle && j && j->elsewhere && news;
}

static void logged_in(struct connection *c)
{
	struct account *a = c->account;
	c->ready = true;
	if (c->side)
		return;
	a->can_idle = imap_caps(c->imap) & IMAP_CAP_IDLE;
	login_done(a, c->imap);
}

static void take_event(struct connection *c, struct imap_event *ev)
{
	struct account *a = c->account;
	struct job *j = running(c);
	if (ev->type == IMAP_DONE && ev->u.done.id == c->idle)
		c->idle = 0;
	if (is_of_before(c, j, ev))
		return;
	if (ev->type == IMAP_DONE)
		command_ended(c, ev);
	else if (ev->type == IMAP_ALERT)
		alert(c, ev->u.text);
	else if (j && j->class->event)
		j->class->event(j, ev);
	if (c->side)
		return;
	if (ev->type == IMAP_STATUS && !(j && j->class->syncs))
		told_counts(a, ev);
	if (ev->type == IMAP_QUOTA || (ev->type == IMAP_RIGHTS && !(j && j->class->syncs)))
		limits_event(a, ev);
	live_event(c->live, ev, j);
}

static void on_progress(void *aux)
{
	struct connection *c = aux;
	struct account *a = c->account;
	struct side *side = c->side;
	struct imap_event ev;
	while (current(a, side) == c && imap_event(c->imap, &ev)) {
		if (ev.type == IMAP_READY)
			logged_in(c);
		take_event(c, &ev);
		struct job *j = account_running(a, side);
		if (j && j->cut) {
			if (side)
				side_cut(side);
			else
				account_cut(a);
			return;
		}
		if (j && !j->open && connection_takes_jobs(c))
			j->class->step(j);
	}
	if (current(a, side) != c)
		return;
	if (!side && !a->running && g_queue_is_empty(&a->jobs))
		live_apply(c->live);
	if (current(a, side) != c)
		return;
	connection_poke(c);
	side_run(a);
	account_run(a);
}

static void on_secured(void *aux)
{
	struct connection *c = aux;
	struct job *j = running(c);
	login_bind(c->imap, c->wire);
	if (c->side)
		return;
	account_reached(c->account);
	if (j && j->class->secured)
		j->class->secured(j);
}

static void on_ended(struct err *e, void *aux)
{
	struct connection *c = aux;
	if (c->side)
		side_disconnected(c->side, e);
	else
		account_disconnected(c->account, e);
}

struct connection *connection_new(struct account *a, struct side *side, const struct secret *secret)
{
	static const enum imap_security securities[] = {
		[CFG_TLS] = IMAP_TLS, [CFG_STARTTLS] = IMAP_STARTTLS, [CFG_INSECURE] = IMAP_INSECURE
	};
	struct connection *c = g_new0(struct connection, 1);
	const struct cfg_server *s = a->cfg->imap;
	g_autofree char *who = g_strdup_printf("%s/%d", a->cfg->label, side ? (int)(side - a->sides) + 2 : 1);
	unsigned char random[NONCE_OCTETS];
	net_random(random, sizeof(random));
	g_autofree char *nonce = g_base64_encode(random, sizeof(random));
	struct imap_settings settings = { .security = securities[s->security],
		.login = a->cfg->login,
		.secret = secret,
		.who = who,
		.nonce = nonce,
		.host = s->host,
		.port = s->port,
		.known_caps = a->info.caps,
		.caps_off = a->info.caps_off };
	net_random(&settings.seed, sizeof(settings.seed));
	login_settings(a, &settings);
	c->account = a;
	c->side = side;
	c->started_ms = clock_ms();
	c->imap = imap_new(&settings);
	c->live = live_new(a);
	return c;
}

void connection_open(struct connection *c)
{
	static const enum net_security nets[] = {
		[CFG_TLS] = NET_TLS, [CFG_STARTTLS] = NET_STARTTLS, [CFG_INSECURE] = NET_INSECURE
	};
	const struct cfg_account *cfg = c->account->cfg;
	struct wire_session session = { c, on_connected, on_feed, on_pending, on_sent, on_deadline, on_expired, on_want,
		on_eof, on_tls_started, on_deflate_started };
	struct wire_callbacks callbacks = { on_secured, on_progress, on_ended };
	struct net_where where = { cfg->imap->host, cfg->imap->port, nets[cfg->imap->security], cfg->cafile,
		cfg_pin(cfg, cfg->imap->host, cfg->imap->port) };
	c->wire = wire_open(&where, &session, &callbacks, c);
}

void connection_free(struct connection *c)
{
	if (!c)
		return;
	connection_tally(c);
	wire_free(c->wire);
	imap_free(c->imap);
	live_free(c->live);
	g_free(c->selected);
	g_free(c);
}

struct imap_session *connection_imap(struct connection *c)
{
	return c->imap;
}

struct wire *connection_wire(struct connection *c)
{
	return c->wire;
}

struct wire_stats connection_stats(const struct connection *c)
{
	return c->wire ? wire_stats(c->wire) : (struct wire_stats){ 0 };
}

void connection_poke(struct connection *c)
{
	if (c->wire)
		wire_poke(c->wire);
}

void connection_idle(struct connection *c)
{
	c->idle = imap_idle(c->imap);
	connection_poke(c);
}

void connection_doubt(struct connection *c)
{
	imap_doubt(c->imap, clock_ms());
	connection_poke(c);
}

void connection_hold(struct connection *c, bool held)
{
	if (!held)
		imap_resume(c->imap, clock_ms());
	if (c->wire)
		wire_hold(c->wire, held);
}

bool connection_ready(const struct connection *c)
{
	return c->ready;
}

bool connection_takes_jobs(const struct connection *c)
{
	return c->ready || !login_by_token(c->account);
}

void connection_expect(struct connection *c, unsigned messages)
{
	if (c->compressed || messages < COMPRESS_LEAST || !(imap_caps(c->imap) & IMAP_CAP_COMPRESS))
		return;
	c->compressed = true;
	c->compress = imap_compress(c->imap);
}

bool connection_unused(const struct connection *c)
{
	return !c->used;
}

int64_t connection_started_ms(const struct connection *c)
{
	return c->started_ms;
}

/* A job that ended between SELECT and its answer has left another mailbox selected than it said. */
const char *connection_selected(const struct connection *c)
{
	return g_strcmp0(c->selected, imap_selected_name(c->imap)) ? NULL : c->selected;
}

void connection_set_selected(struct connection *c, const char *raw)
{
	if (g_strcmp0(c->selected, raw))
		live_forget(c->live);
	g_free(c->selected);
	c->selected = g_strdup(raw);
}

void connection_look_again(struct connection *c)
{
	const struct connection *first = c->account->conn;
	if (first)
		live_look_again(first->live);
}

struct live *connection_live(struct connection *c)
{
	return c->live;
}

void connection_remember(struct connection *c)
{
	struct account *a = c->account;
	struct err e = ERR_INIT;
	uint64_t caps = imap_caps(c->imap);
	if (!imap_caps_told(c->imap) || caps == a->info.caps)
		return;
	a->info.caps = caps;
	if (account_save(a, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}

void connection_tally(struct connection *c)
{
	struct wire_stats now = connection_stats(c);
	struct store_ledger add = { .bytes_in = now.bytes_in - c->tallied.bytes_in,
		.bytes_out = now.bytes_out - c->tallied.bytes_out,
		.commands = imap_commands(c->imap) - c->tallied_commands,
		.logins = c->ready && !c->logged };
	struct err e = ERR_INIT;
	if (!add.bytes_in && !add.bytes_out)
		return;
	c->tallied = now;
	c->tallied_commands = imap_commands(c->imap);
	c->logged = c->ready;
	if (store_ledger_add(c->account->engine->store, c->account->number, clock_wall(), &add, &e))
		err_clear(&e);
}
