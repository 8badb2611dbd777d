/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a server there, and is it the one it is taken for? Name, connection, TLS with its certificate, greeting and what it
 * offers; no login name and no secret is known here, so that none can leave. */
#include "engine/internal.h"

#include "imap/imap.h"
#include "net/net.h"
#include "smtp/smtp.h"

struct reach {
	struct engine *engine;
	struct request *request;
	struct imap_session *imap; /* one of these */
	struct smtp_session *smtp;
	struct wire *wire;
	bool known; /* all was told */
};

static void reach_free(void *data)
{
	struct reach *r = data;
	wire_free(r->wire);
	imap_free(r->imap);
	smtp_free(r->smtp);
	request_free(r->request);
	g_free(r);
}

GPtrArray *reach_all_new(void)
{
	return g_ptr_array_new_with_free_func(reach_free);
}

void engine_reach_free(struct engine_reach *r)
{
	if (!r)
		return;
	g_free(r->host);
	g_free(r->cafile);
	g_free(r);
}

static void end(struct reach *r, struct err *e)
{
	struct engine *en = r->engine;
	struct request *request = g_steal_pointer(&r->request);
	g_ptr_array_remove_fast(en->reached, r);
	engine_end(en, request, e);
}

static void tell(struct reach *r, enum check_test test, enum check_status status, char *text)
{
	struct event *ev = event_new(EV_CHECK, r->request->id, r->request->account);
	ev->check = g_new0(struct engine_check, 1);
	*ev->check = (struct engine_check){ .test = test, .status = status, .text = text };
	engine_emit(r->engine, ev);
}

/* --- the session, whichever it is --- */

static void on_connected(void *it, bool tls)
{
	struct reach *r = it;
	if (r->imap)
		imap_connected(r->imap, tls, clock_ms());
	else
		smtp_connected(r->smtp, tls, clock_ms());
}

static int on_feed(void *it, struct str bytes, struct err *e)
{
	struct reach *r = it;
	return r->imap ? imap_feed(r->imap, bytes, clock_ms(), e) : smtp_feed(r->smtp, bytes, clock_ms(), e);
}

static struct str on_pending(void *it)
{
	struct reach *r = it;
	return r->imap ? imap_pending(r->imap) : smtp_pending(r->smtp);
}

static void on_sent(void *it, size_t n)
{
	struct reach *r = it;
	if (r->imap)
		imap_sent(r->imap, n, clock_ms());
	else
		smtp_sent(r->smtp, n, clock_ms());
}

static int64_t on_deadline(void *it)
{
	struct reach *r = it;
	return r->imap ? imap_deadline(r->imap) : smtp_deadline(r->smtp);
}

static void on_expired(void *it, struct err *e)
{
	struct reach *r = it;
	if (r->imap)
		imap_expired(r->imap, clock_ms(), e);
	else
		smtp_expired(r->smtp, clock_ms(), e);
}

static enum wire_want on_want(void *it)
{
	struct reach *r = it;
	if (r->imap ? imap_wants_starttls(r->imap) : smtp_wants_starttls(r->smtp))
		return WIRE_STARTTLS;
	return r->known ? WIRE_CLOSE : WIRE_NOTHING;
}

static void on_eof(void *it, struct err *e)
{
	struct reach *r = it;
	if (r->imap)
		imap_eof(r->imap, e);
	else
		smtp_eof(r->smtp, e);
}

static void on_tls_started(void *it)
{
	struct reach *r = it;
	if (r->imap)
		imap_tls_started(r->imap, clock_ms());
	else
		smtp_tls_started(r->smtp, clock_ms());
}

static void on_secured(void *aux)
{
	struct reach *r = aux;
	struct net_cert cert = { 0 };
	if (wire_cert(r->wire, &cert))
		tell(r, CHECK_TLS, CHECK_OK,
			g_strdup_printf(
				"%s, %s, valid until %s", wire_tls_version(r->wire), cert.names, cert.not_after));
	net_cert_clear(&cert);
}

static bool is_ready(struct reach *r)
{
	struct imap_event i;
	struct smtp_event s;
	bool ready = false;
	while (r->imap && imap_event(r->imap, &i))
		ready = ready || i.type == IMAP_READY;
	while (r->smtp && smtp_event(r->smtp, &s))
		ready = ready || s.type == SMTP_READY;
	return ready;
}

static void on_progress(void *aux)
{
	struct reach *r = aux;
	if (!r->known && is_ready(r)) {
		r->known = true;
		if (r->imap)
			tell(r, CHECK_CAPABILITY, CHECK_OK, g_strdup(imap_caps_text(r->imap)));
		else
			tell(r, CHECK_SMTP, CHECK_OK, g_strdup(smtp_caps_text(r->smtp)));
	}
	wire_poke(r->wire);
}

static void on_ended(struct err *e, void *aux)
{
	struct reach *r = aux;
	/* How the connection went down after all was told does not matter. */
	if (r->known)
		err_clear(e);
	else if (e->cause == ERR_NONE)
		err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "the server closed the connection");
	end(r, e);
}

static void make_session(struct reach *r, const struct engine_reach *to)
{
	static const enum imap_security imaps[] = {
		[CFG_TLS] = IMAP_TLS, [CFG_STARTTLS] = IMAP_STARTTLS, [CFG_INSECURE] = IMAP_INSECURE
	};
	static const enum smtp_security smtps[] = {
		[CFG_TLS] = SMTP_TLS, [CFG_STARTTLS] = SMTP_STARTTLS, [CFG_INSECURE] = SMTP_INSECURE
	};
	struct imap_settings imap = {
		.security = imaps[to->security], .who = "reach", .seed = random32(), .host = to->host, .port = to->port
	};
	struct smtp_settings smtp = { .security = smtps[to->security],
		.who = "reach",
		.helo = "[127.0.0.1]",
		.host = to->host,
		.port = to->port };
	if (to->sends)
		r->smtp = smtp_new(&smtp);
	else
		r->imap = imap_new(&imap);
}

void reach_request(struct engine *en, struct request *request)
{
	static const enum net_security nets[] = {
		[CFG_TLS] = NET_TLS, [CFG_STARTTLS] = NET_STARTTLS, [CFG_INSECURE] = NET_INSECURE
	};
	static const struct wire_callbacks callbacks = { on_secured, on_progress, on_ended };
	const struct engine_reach *to = request->reach;
	struct err e = ERR_INIT;
	if (en->settings.offline) {
		err_set(&e, ERR_PROGRAM, ERR_NET, ERR_LATER, "working offline");
		engine_end(en, request, &e);
		err_clear(&e);
		return;
	}
	struct reach *r = g_new0(struct reach, 1);
	*r = (struct reach){ .engine = en, .request = request };
	make_session(r, to);
	struct wire_session session = { .it = r,
		.connected = on_connected,
		.feed = on_feed,
		.pending = on_pending,
		.sent = on_sent,
		.deadline = on_deadline,
		.expired = on_expired,
		.want = on_want,
		.eof = on_eof,
		.tls_started = on_tls_started };
	struct net_where where = {
		.host = to->host, .port = to->port, .security = nets[to->security], .cafile = to->cafile
	};
	g_ptr_array_add(en->reached, r);
	r->wire = wire_open(&where, &session, &callbacks, r);
}

void reach_cancel(struct engine *en, uint32_t request)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
	for (unsigned i = en->reached->len; i--;) {
		struct reach *r = en->reached->pdata[i];
		if (r->request->id == request)
			end(r, &e);
	}
	err_clear(&e);
}
