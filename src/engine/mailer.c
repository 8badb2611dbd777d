/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The submission connection of an account: its secret, the pump of net and the session of smtp joined. */
#include "engine/outbox.h"

#include <string.h>

#include "base/log.h"

#define NONCE_OCTETS 18 /* without padding in base64 */
#define SIZE_HOLDS_S 86400

struct mailer {
	struct account *account;
	const struct mailer_events *events;
	void *aux;
	bool person;
	uint32_t number; /* of the submission server, kept as accounts are: its ledger, what is known of the secret */
	struct store_account_info info;
	struct secret *secret;
	struct secret_wait *secret_wait;
	struct smtp_session *smtp;
	struct wire *wire;
	bool lost;
};

static void on_connected(void *it, bool tls)
{
	smtp_connected(((struct mailer *)it)->smtp, tls, clock_ms());
}

static int on_feed(void *it, struct str bytes, struct err *e)
{
	return smtp_feed(((struct mailer *)it)->smtp, bytes, clock_ms(), e);
}

static struct str on_pending(void *it)
{
	return smtp_pending(((struct mailer *)it)->smtp);
}

static void on_sent(void *it, size_t n)
{
	struct mailer *m = it;
	smtp_sent(m->smtp, n, clock_ms());
	m->events->room(m->aux);
}

static int64_t on_deadline(void *it)
{
	return smtp_deadline(((struct mailer *)it)->smtp);
}

static void on_expired(void *it, struct err *e)
{
	smtp_expired(((struct mailer *)it)->smtp, clock_ms(), e);
}

static enum wire_want on_want(void *it)
{
	const struct mailer *m = it;
	if (smtp_wants_starttls(m->smtp))
		return WIRE_STARTTLS;
	return smtp_wants_close(m->smtp) ? WIRE_CLOSE : WIRE_NOTHING;
}

static void on_eof(void *it, struct err *e)
{
	smtp_eof(((struct mailer *)it)->smtp, e);
}

static void on_tls_started(void *it)
{
	smtp_tls_started(((struct mailer *)it)->smtp, clock_ms());
}

static void save_info(struct mailer *m)
{
	struct err e = ERR_INIT;
	if (store_account_put(m->account->engine->store, m->number, &m->info, &e))
		log_line(LOG_ERROR, "%s: %s", m->account->cfg->label, e.text);
	err_clear(&e);
}

static void logged_in(struct mailer *m)
{
	bool weaker;
	enum sasl_mechanism by = smtp_mechanism(m->smtp, &weaker);
	if (weaker)
		login_warn_weaker(m->account, by, login_last_way(&m->info, login_smtp_by_token(m->account)));
	m->info.last_poll = clock_wall();
	/* More than the database can count is no limit. */
	uint64_t most = (smtp_caps(m->smtp) & SMTP_CAP_SIZE) ? smtp_size_max(m->smtp) : 0;
	m->info.size_max = most <= INT64_MAX ? most : 0;
	login_note_worked(&m->info, by);
	save_info(m);
}

/* What was offered and does not work is not tried again with the next letter, which would fare no better. */
static void note_caps(struct mailer *m)
{
	uint32_t bad = smtp_caps_found_bad(m->smtp);
	if (!(bad & ~m->info.caps_off))
		return;
	m->info.caps_off |= bad;
	save_info(m);
}

static void take_events(struct mailer *m)
{
	struct smtp_event ev;
	note_caps(m);
	while (smtp_event(m->smtp, &ev)) {
		if (ev.type == SMTP_READY)
			logged_in(m);
		m->events->event(m->aux, &ev);
	}
}

static void on_progress(void *aux)
{
	struct mailer *m = aux;
	take_events(m);
	m->events->room(m->aux);
	mailer_poke(m);
}

static void on_secured(void *aux)
{
	struct mailer *m = aux;
	unsigned char binding[SASL_BINDING_SIZE];
	if (wire_exporter(m->wire, binding))
		smtp_binding(m->smtp, binding, sizeof(binding));
}

static void end(struct mailer *m, struct err *e)
{
	struct err why = ERR_INIT;
	err_move(&why, e);
	m->events->ended(m->aux, &why);
	err_clear(&why);
}

static void on_ended(struct err *e, void *aux)
{
	struct mailer *m = aux;
	if (e->cause == ERR_AUTH && m->secret) {
		m->info.last_poll = clock_wall();
		login_note_refused(&m->info, m->secret);
		save_info(m);
	}
	struct err lost = ERR_INIT;
	if (e->cause == ERR_NONE)
		err_set(&lost, ERR_ACCOUNT, ERR_NET, ERR_LATER, "the server closed the connection");
	else
		err_copy(&lost, e);
	m->lost = true;
	smtp_lost(m->smtp, &lost);
	err_clear(&lost);
	take_events(m);
	end(m, e);
}

/* Address literals would tell the user's network; a name of the address tells what the letter tells anyway. */
static char *helo_name(const struct account *a)
{
	const char *at = a->cfg->email ? strrchr(a->cfg->email, '@') : NULL;
	return at && at[1] ? g_strdup(at + 1) : g_strdup("[127.0.0.1]");
}

static void open_wire(struct mailer *m)
{
	static const enum smtp_security securities[] = {
		[CFG_TLS] = SMTP_TLS, [CFG_STARTTLS] = SMTP_STARTTLS, [CFG_INSECURE] = SMTP_INSECURE
	};
	static const enum net_security nets[] = {
		[CFG_TLS] = NET_TLS, [CFG_STARTTLS] = NET_STARTTLS, [CFG_INSECURE] = NET_INSECURE
	};
	const struct cfg_account *cfg = m->account->cfg;
	const struct cfg_server *at = cfg->smtp;
	g_autofree char *who = g_strdup_printf("%s/smtp", cfg->label), *helo = helo_name(m->account);
	unsigned char random[NONCE_OCTETS];
	net_random(random, sizeof(random));
	g_autofree char *nonce = g_base64_encode(random, sizeof(random));
	struct smtp_settings set = { .security = securities[at->security],
		.auth = login_ways(m->account),
		.last = login_last_way(&m->info, login_smtp_by_token(m->account)),
		.token = login_smtp_by_token(m->account),
		.login = cfg->smtp_login ? cfg->smtp_login : cfg->login,
		.secret = m->secret,
		.helo = helo,
		.who = who,
		.nonce = nonce,
		.host = at->host,
		.port = at->port,
		.caps_off = (uint32_t)m->info.caps_off };
	m->smtp = smtp_new(&set);
	m->events->opened(m->aux);
	struct wire_session session = { .it = m,
		.connected = on_connected,
		.feed = on_feed,
		.pending = on_pending,
		.sent = on_sent,
		.deadline = on_deadline,
		.expired = on_expired,
		.want = on_want,
		.eof = on_eof,
		.tls_started = on_tls_started };
	struct wire_callbacks callbacks = { on_secured, on_progress, on_ended };
	struct net_where where = { at->host, at->port, nets[at->security], cfg->cafile,
		cfg_pin(cfg, at->host, at->port) };
	m->wire = wire_open(&where, &session, &callbacks, m);
}

static void got_secret(void *aux, struct secret *s, struct err *e)
{
	struct mailer *m = aux;
	if (!s) {
		end(m, e);
		return;
	}
	m->secret = s;
	if (!schedule_may_try(m->account->cfg, &m->info, login_is_refused(&m->info, s), m->person, clock_wall())) {
		err_set(e, ERR_ACCOUNT, ERR_AUTH, ERR_NEVER,
			"the server refused this password before; it is not tried again by itself");
		end(m, e);
		return;
	}
	open_wire(m);
}

void mailer_server(const struct account *a, const char **host_out, unsigned *port_out, const char **login_out)
{
	const struct cfg_account *cfg = a->cfg;
	*host_out = cfg->smtp ? cfg->smtp->host : "";
	*port_out = cfg->smtp ? cfg->smtp->port : 0;
	*login_out = cfg->smtp_login ? cfg->smtp_login : cfg->login ? cfg->login : "";
}

/* The submission server's place among the accounts. */
static int find_number(const struct account *a, uint32_t *number_out, struct err *e)
{
	const char *host, *login;
	unsigned port;
	mailer_server(a, &host, &port, &login);
	g_autofree char *label = g_strdup_printf("%s/smtp", a->cfg->label);
	return store_account(a->engine->store, host, port, login, label, number_out, e);
}

uint64_t mailer_size_max(const struct account *a, bool *fresh_out)
{
	struct store_account_info info = { 0 };
	struct err e = ERR_INIT;
	uint32_t number;
	int64_t now = clock_wall();
	uint64_t most = a->cfg->card && a->cfg->card->size_max > 0 ? (uint64_t)a->cfg->card->size_max : 0;
	*fresh_out = false;
	if (a->cfg->smtp && !find_number(a, &number, &e) && !store_account_get(a->engine->store, number, &info, &e) &&
		info.size_max) {
		most = info.size_max;
		*fresh_out = info.last_poll <= now && now < info.last_poll + SIZE_HOLDS_S;
	}
	store_account_info_clear(&info);
	err_clear(&e);
	return most;
}

struct mailer *mailer_new(struct account *a, bool person, const struct mailer_events *ev, void *aux)
{
	struct mailer *m = g_new0(struct mailer, 1);
	m->account = a;
	m->person = person;
	m->events = ev;
	m->aux = aux;
	return m;
}

void mailer_open(struct mailer *m)
{
	struct account *a = m->account;
	struct err e = ERR_INIT;
	if (find_number(a, &m->number, &e) || store_account_get(a->engine->store, m->number, &m->info, &e)) {
		end(m, &e);
		return;
	}
	struct secret_source from = login_smtp_secret(a);
	if (!a->cfg->smtp_password && a->secret && a->cfg->password == CFG_PASSWORD_ASK)
		got_secret(m, secret_copy(a->secret), &e);
	else
		secret_get(a->engine, &from, &m->secret_wait, got_secret, m);
}

static void tally(struct mailer *m)
{
	struct wire_stats s = m->wire ? wire_stats(m->wire) : (struct wire_stats){ 0 };
	struct store_ledger add = { .logins = m->smtp && smtp_ready(m->smtp),
		.commands = m->smtp ? smtp_commands(m->smtp) : 0,
		.bytes_in = s.bytes_in,
		.bytes_out = s.bytes_out };
	struct err e = ERR_INIT;
	if (m->wire && store_ledger_add(m->account->engine->store, m->number, clock_wall(), &add, &e))
		log_line(LOG_ERROR, "%s: %s", m->account->cfg->label, e.text);
	err_clear(&e);
}

void mailer_free(struct mailer *m)
{
	if (!m)
		return;
	tally(m);
	secret_cancel(m->secret_wait);
	wire_free(m->wire);
	smtp_free(m->smtp);
	secret_free(m->secret);
	store_account_info_clear(&m->info);
	g_free(m);
}

struct smtp_session *mailer_smtp(const struct mailer *m)
{
	return m->smtp;
}

struct wire_stats mailer_stats(const struct mailer *m)
{
	return m->wire ? wire_stats(m->wire) : (struct wire_stats){ 0 };
}

bool mailer_is_live(const struct mailer *m)
{
	return m && m->smtp && !m->lost && !smtp_wants_close(m->smtp);
}

void mailer_poke(struct mailer *m)
{
	if (m->wire)
		wire_poke(m->wire);
}

bool mailer_answer(struct mailer *m, struct request *r)
{
	if (!m->secret_wait || secret_ask_id(m->secret_wait) != r->answers)
		return false;
	secret_answer(m->secret_wait, r->yes ? g_steal_pointer(&r->secret) : NULL);
	return true;
}
