/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question over HTTPS (RFC 9112): no redirect is followed, no cookie and no name of ours is sent. Of the answer to a POST
 * only the code is read. A GET is HTTP/1.0, so that the answer's end is that of the connection. */
#include "net/internal.h"

#include <string.h>

#include "base/idn.h"
#include "base/utf8.h"

#define SCHEME "https://"
#define URL_MAX 8192
#define HEAD_MAX (16u << 10) /* octets of an answer until its code is known */
#define ANSWER_MS 30000

struct http {
	struct wire *wire;
	struct buf out, in;
	int64_t deadline;
	int code; /* 0: not known yet */
	void (*done)(int code, struct err *e, void *aux);
	void (*got)(int code, struct str body, struct err *e, void *aux); /* a GET */
	void *aux;
	char *label;
};

/* --- where --- */

void http_url_clear(struct http_url *u)
{
	g_free(u->host);
	g_free(u->target);
	*u = (struct http_url){ 0 };
}

static int bad_url(struct http_url *u, struct err *e)
{
	http_url_clear(u);
	return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "it is no plain https address");
}

static bool is_host(const char *host)
{
	for (const char *c = host; *c; c++)
		if (!g_ascii_isalnum(*c) && *c != '-' && *c != '.' && *c != '_')
			return false;
	return *host && *host != '-' && *host != '.';
}

int http_url_parse(const char *url, struct http_url *out, struct err *e)
{
	struct str rest = str_of(url), name, port;
	uint64_t number = 443;
	*out = (struct http_url){ 0 };
	if (rest.n > URL_MAX || !str_starts(rest, SCHEME))
		return bad_url(out, e);
	rest = str_sub(rest, strlen(SCHEME));
	size_t n = 0;
	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#')
		n++;
	struct str host = { rest.p, n };
	rest = str_sub(rest, n);
	n = 0;
	while (n < rest.n && rest.p[n] != '#')
		n++;
	for (size_t i = 0; i < n; i++)
		if (rest.p[i] <= ' ' || rest.p[i] > '~')
			return bad_url(out, e);
	if (str_cut(host, ':', &name, &port) && (!str_u64(port, 65535, &number) || !number))
		return bad_url(out, e);
	g_autofree char *said = str_dup(name);
	out->host = idn_to_ascii(said);
	out->port = (uint16_t)number;
	out->target = g_strdup_printf("%s%.*s", n && *rest.p == '/' ? "" : "/", (int)n, rest.p ? rest.p : "");
	/* No "name:password@", which would show another host than the one that is asked. */
	return out->host && is_host(out->host) ? 0 : bad_url(out, e);
}

/* --- the answer --- */

/* "HTTP/1.1 204 No Content" */
static int code_of(struct str line)
{
	uint64_t code;
	if (line.n < 12 || !str_starts(line, "HTTP/1.") || !g_ascii_isdigit(line.p[7]) || line.p[8] != ' ' ||
		(line.n > 12 && line.p[12] != ' ') || !str_u64((struct str){ line.p + 9, 3 }, 599, &code) || code < 100)
		return -1;
	return (int)code;
}

static bool next_line(struct str *rest, struct str *line)
{
	struct str tail;
	if (!str_cut(*rest, '\n', line, &tail))
		return false;
	*rest = tail;
	while (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

int http_code(struct str bytes)
{
	struct str line;
	while (next_line(&bytes, &line)) {
		int code = code_of(line);
		if (code < 0 || code >= 200)
			return code;
		/* One that only says that the answer is to come: its fields are passed over. */
		do {
			if (!next_line(&bytes, &line))
				return 0;
		} while (line.n);
	}
	return 0;
}

/* What stands behind the fields; empty: its beginning is not here. */
static struct str http_body(struct str bytes)
{
	struct str line;
	bool passed = false;
	while (next_line(&bytes, &line)) {
		if (!passed && code_of(line) >= 200)
			passed = true;
		else if (passed && !line.n)
			return bytes;
	}
	return (struct str){ 0 };
}

/* --- as a session --- */

static void on_connected(void *it, bool tls)
{
	struct http *h = it;
	(void)tls;
	h->deadline = clock_ms() + ANSWER_MS;
}

static int on_feed(void *it, struct str bytes, struct err *e)
{
	struct http *h = it;
	if (h->code && !h->got)
		return 0;
	if (buf_add_str(&h->in, bytes))
		return err_set(e, ERR_MESSAGE, ERR_PROTOCOL, ERR_NEVER, "'%s' answers without end", h->label);
	if (h->code)
		return 0;
	h->code = http_code(buf_str(&h->in));
	if (h->code >= 0)
		return 0;
	h->code = 0;
	return err_set(e, ERR_MESSAGE, ERR_PROTOCOL, ERR_NEVER, "'%s' does not answer in HTTP", h->label);
}

static struct str on_pending(void *it)
{
	return buf_str(&((struct http *)it)->out);
}

static void on_sent(void *it, size_t n)
{
	buf_drop(&((struct http *)it)->out, n);
}

static int64_t on_deadline(void *it)
{
	return ((struct http *)it)->deadline;
}

static void on_expired(void *it, struct err *e)
{
	err_set(e, ERR_MESSAGE, ERR_NET, ERR_LATER, "no answer from '%s' within %d s", ((struct http *)it)->label,
		ANSWER_MS / 1000);
}

static enum wire_want on_want(void *it)
{
	const struct http *h = it;
	return h->code && (!h->got || h->code / 100 != 2) ? WIRE_CLOSE : WIRE_NOTHING;
}

static void on_eof(void *it, struct err *e)
{
	struct http *h = it;
	if (!h->code)
		err_set(e, ERR_MESSAGE, ERR_NET, ERR_LATER, "'%s' closed without an answer", h->label);
}

static void on_tls_started(void *it)
{
	(void)it;
}

static void on_progress(void *aux)
{
	(void)aux;
}

static void on_ended(struct err *e, void *aux)
{
	struct http *h = aux;
	/* How the connection went down after the answer does not matter. */
	if (h->code && !h->got)
		err_clear(e);
	if (h->got)
		h->got(e->cause ? 0 : h->code, http_body(buf_str(&h->in)), e, h->aux);
	else
		h->done(h->code, e, h->aux);
}

static struct http *ask(const struct http_url *u, const char *cafile, size_t most)
{
	static const struct wire_callbacks callbacks = { .progress = on_progress, .ended = on_ended };
	struct http *h = g_new0(struct http, 1);
	struct net_where where = { .host = u->host, .port = u->port, .security = NET_TLS, .cafile = cafile };
	struct wire_session session = { h, on_connected, on_feed, on_pending, on_sent, on_deadline, on_expired, on_want,
		on_eof, on_tls_started, NULL };
	h->deadline = CLOCK_NEVER;
	h->label = utf8_line(str_of(u->host));
	buf_init(&h->in, most);
	buf_init(&h->out, URL_MAX + HEAD_MAX);
	/* It sends nothing before it is connected. */
	h->wire = wire_open(&where, &session, &callbacks, h);
	return h;
}

static char *port_text(const struct http_url *u)
{
	return u->port == 443 ? g_strdup("") : g_strdup_printf(":%u", (unsigned)u->port);
}

struct http *http_get(const struct http_url *u, const char *cafile,
	void (*got)(int code, struct str body, struct err *e, void *aux), void *aux)
{
	g_autofree char *port = port_text(u);
	struct http *h = ask(u, cafile, HTTP_BODY_MAX + HEAD_MAX);
	h->got = got;
	h->aux = aux;
	buf_addf(&h->out, "GET %s HTTP/1.0\r\nHost: %s%s\r\n\r\n", u->target, u->host, port);
	return h;
}

struct http *http_post(const struct http_url *u, const char *cafile, const char *form,
	void (*done)(int code, struct err *e, void *aux), void *aux)
{
	g_autofree char *port = port_text(u);
	struct http *h = ask(u, cafile, HEAD_MAX);
	h->done = done;
	h->aux = aux;
	buf_addf(&h->out,
		"POST %s HTTP/1.1\r\nHost: %s%s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
		"%zu\r\n"
		"Connection: close\r\n\r\n%s",
		u->target, u->host, port, strlen(form), form);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	wire_free(h->wire);
	buf_clear(&h->in);
	buf_clear(&h->out);
	g_free(h->label);
	g_free(h);
}
