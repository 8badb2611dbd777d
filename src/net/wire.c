/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/internal.h"

#include <errno.h>

#include "base/utf8.h"

#define WIRE_CHUNK 16384 /* one TLS record */
#define WIRE_TURNS 64    /* chunks each way before other connections have their turn */

enum wire_state {
	WIRE_NEW,
	WIRE_CONNECTING,
	WIRE_SHAKING, /* TLS handshake */
	WIRE_OPEN,
	WIRE_ENDED,
};

struct wire {
	struct wire_session s;
	struct wire_callbacks cb;
	void *aux;
	struct net_where where; /* its strings are ours */
	char *label;            /* the host, cleaned */
	enum wire_state state;
	GMainContext *ctx;
	GSource *source; /* the socket, and "at the next turn" */
	gpointer tag;    /* of the socket in source; NULL before there is one */
	GIOCondition watched;
	struct timer *timer;
	struct dial *dial;
	struct sock sock;
	struct tls *tls;         /* NULL: insecure */
	bool upgraded;           /* TLS came by STARTTLS */
	bool encrypted;          /* TLS stands */
	struct deflate *deflate; /* NULL: not compressed */
	bool held;               /* the owner wants nothing more for now */
	int64_t shake_by;        /* name, connection and handshake are done by then */
	struct err broken;       /* sending failed: what the peer said before that is still read */
	bool write_waits;        /* for the socket to become writable */
	bool read_waits;         /* so does reading: TLS has something to say first */
	bool pumping, poked;     /* what came while it pumps needs no turn of its own */
	bool flying;             /* the next octet ends a wait for the peer */
	unsigned trips;
	unsigned depth; /* of our functions on the stack */
	bool dead;      /* wire_free came while depth > 0 */
	char *chunk;
};

struct wire_source {
	GSource base;
	struct wire *w;
};

static void step(struct wire *w);

/* --- life and death --- */

static void close_all(struct wire *w)
{
	dial_free(w->dial);
	w->dial = NULL;
	if (w->source) {
		g_source_destroy(w->source);
		g_source_unref(w->source);
	}
	w->source = NULL;
	w->tag = NULL;
	timer_free(w->timer);
	w->timer = NULL;
	sock_close(&w->sock);
}

static void destroy(struct wire *w)
{
	tls_free(w->tls);
	deflate_free(w->deflate);
	err_clear(&w->broken);
	g_main_context_unref(w->ctx);
	g_free((char *)w->where.host);
	g_free((char *)w->where.cafile);
	g_free((char *)w->where.pin);
	g_free(w->label);
	g_free(w->chunk);
	g_free(w);
}

static void enter(struct wire *w)
{
	w->depth++;
}

static void leave(struct wire *w)
{
	if (--w->depth == 0 && w->dead)
		destroy(w);
}

/* After each call into the session or the owner: neither may have ended the wire. */
static bool lives(const struct wire *w)
{
	return !w->dead && w->state != WIRE_ENDED;
}

static void end(struct wire *w, struct err *e)
{
	if (lives(w)) {
		w->state = WIRE_ENDED;
		close_all(w);
		w->cb.ended(e, w->aux);
	}
	err_clear(e);
}

/* --- the loop's side --- */

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
	(void)callback;
	(void)data;
	struct wire *w = ((struct wire_source *)source)->w;
	if (g_source_get_ready_time(source) >= 0)
		g_source_set_ready_time(source, -1);
	enter(w);
	step(w);
	leave(w);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs wire_funcs = { .dispatch = dispatch };

static void next_turn(struct wire *w)
{
	g_source_set_ready_time(w->source, 0);
}

/* A socket that is watched for nothing must not be watched: a hang-up would wake the loop for ever. Telling GLib what
 * it knows would have it wake itself. */
static void watch(struct wire *w, bool in, bool out)
{
	GIOCondition cond = (in ? G_IO_IN : 0) | (out ? G_IO_OUT : 0);
	if (w->tag && cond == w->watched)
		return;
	w->watched = cond;
	if (!cond) {
		if (w->tag)
			g_source_remove_unix_fd(w->source, w->tag);
		w->tag = NULL;
	} else if (!w->tag) {
		w->tag = g_source_add_unix_fd(w->source, w->sock.fd, cond);
	} else {
		g_source_modify_unix_fd(w->source, w->tag, cond);
	}
}

static void rest(struct wire *w)
{
	bool reading = !w->held || w->state != WIRE_OPEN;
	watch(w, reading, w->write_waits || (reading && w->read_waits));
	int64_t by = w->state == WIRE_OPEN ? w->s.deadline(w->s.it) : w->shake_by;
	timer_at(w->timer, w->held && w->state == WIRE_OPEN ? CLOCK_NEVER : by);
}

static void time_up(void *aux)
{
	struct wire *w = aux;
	struct err e = ERR_INIT;
	enter(w);
	if (w->state == WIRE_OPEN && clock_ms() >= w->s.deadline(w->s.it)) {
		w->s.expired(w->s.it, &e);
		if (e.cause == ERR_NONE)
			next_turn(w);
		else
			end(w, &e);
	} else if (w->state == WIRE_OPEN) {
		timer_at(w->timer, w->s.deadline(w->s.it));
	} else {
		err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "no %s from '%s' within %d s",
			w->state == WIRE_SHAKING ? "TLS handshake" : "answer", w->label, NET_CONNECT_MS / 1000);
		end(w, &e);
	}
	leave(w);
}

/* --- bytes --- */

static enum net_io plain_result(struct wire *w, ssize_t n, enum net_io wait, size_t *n_out, struct err *e)
{
	*n_out = n > 0 ? (size_t)n : 0;
	if (n > 0)
		return NET_IO_OK;
	if (n == 0)
		return NET_IO_END;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return wait;
	return net_lost(e, errno, w->label);
}

static enum net_io read_socket(struct wire *w, size_t *n_out, struct err *e)
{
	if (w->encrypted)
		return tls_read(w->tls, w->chunk, WIRE_CHUNK, n_out, e);
	return plain_result(w, sock_recv(&w->sock, w->chunk, WIRE_CHUNK), NET_IO_WANT_IN, n_out, e);
}

/* One piece of what lies unpacked, without looking at the socket. NET_IO_WANT_IN: there is nothing more. */
static enum net_io unpack_some(struct wire *w, size_t *n_out, struct err *e)
{
	if (!deflate_unpack(w->deflate, w->chunk, WIRE_CHUNK, n_out))
		return *n_out ? NET_IO_OK : NET_IO_WANT_IN;
	err_set(e, ERR_ACCOUNT, ERR_PROTOCOL, ERR_LATER, "'%s' sends a compressed stream that cannot be unpacked",
		w->label);
	return NET_IO_FAILED;
}

/* OK with *n_out 0: octets came, but nothing can be unpacked from them yet. */
static enum net_io read_some(struct wire *w, size_t *n_out, struct err *e)
{
	if (!w->deflate)
		return read_socket(w, n_out, e);
	enum net_io io = unpack_some(w, n_out, e);
	if (io != NET_IO_WANT_IN)
		return io;
	io = read_socket(w, n_out, e);
	if (io != NET_IO_OK)
		return io;
	deflate_give(w->deflate, (struct str){ w->chunk, *n_out });
	io = unpack_some(w, n_out, e);
	return io == NET_IO_WANT_IN ? NET_IO_OK : io;
}

static enum net_io write_some(struct wire *w, struct str bytes, size_t *n_out, struct err *e)
{
	bytes.n = MIN(bytes.n, WIRE_CHUNK);
	if (w->encrypted)
		return tls_write(w->tls, bytes, n_out, e);
	return plain_result(w, sock_send(&w->sock, bytes.p, bytes.n), NET_IO_WANT_OUT, n_out, e);
}

/* What is to go out next, compressed where that is agreed. A chunk is packed once the one before is sent. */
static struct str outgoing(struct wire *w)
{
	struct str bytes = w->s.pending(w->s.it);
	if (!w->deflate)
		return bytes;
	if (!deflate_packed(w->deflate).n && bytes.n) {
		bytes.n = MIN(bytes.n, WIRE_CHUNK);
		deflate_pack(w->deflate, bytes);
		w->s.sent(w->s.it, bytes.n);
	}
	return deflate_packed(w->deflate);
}

/* True: something went out. */
static bool send_chunk(struct wire *w)
{
	struct str bytes = outgoing(w);
	size_t n = 0;
	w->write_waits = false;
	if (!bytes.n || w->broken.cause != ERR_NONE)
		return false;
	switch (write_some(w, bytes, &n, &w->broken)) {
	case NET_IO_OK:
		w->flying = true;
		if (w->deflate)
			deflate_sent(w->deflate, n);
		else
			w->s.sent(w->s.it, n);
		return true;
	case NET_IO_WANT_OUT: w->write_waits = true; return false;
	default: return false;
	}
}

static void peer_ended(struct wire *w)
{
	struct err e = ERR_INIT;
	w->s.eof(w->s.it, &e);
	end(w, &e);
}

static void deliver(struct wire *w, size_t n)
{
	struct err e = ERR_INIT;
	if (w->flying)
		w->trips++;
	w->flying = false;
	int rc = w->s.feed(w->s.it, (struct str){ w->chunk, n }, &e);
	if (!w->dead)
		w->cb.progress(w->aux);
	if (rc < 0)
		end(w, &e);
	err_clear(&e);
}

/* True: something came in. The wire may be gone after it. */
static bool receive_chunk(struct wire *w)
{
	struct err e = ERR_INIT;
	size_t n = 0;
	w->read_waits = false;
	if (w->held)
		return false;
	switch (read_some(w, &n, &e)) {
	case NET_IO_OK:
		if (n)
			deliver(w, n);
		return true;
	case NET_IO_WANT_IN: break;
	case NET_IO_WANT_OUT: w->read_waits = true; break;
	case NET_IO_END: peer_ended(w); return false;
	case NET_IO_FAILED: end(w, &e); return false;
	}
	if (w->broken.cause != ERR_NONE)
		end(w, &w->broken);
	return false;
}

/* --- the session's wishes --- */

static void start_tls(struct wire *w)
{
	struct err e = ERR_INIT;
	if (!w->tls || w->encrypted || w->upgraded)
		err_set(&e, ERR_ACCOUNT, ERR_BUG, ERR_NEVER, "STARTTLS where none is due");
	else if (sock_waiting(&w->sock))
		err_set(&e, ERR_ACCOUNT, ERR_TLS, ERR_LATER, "'%s' went on talking after it had agreed to STARTTLS",
			w->label);
	if (e.cause != ERR_NONE) {
		end(w, &e);
		return;
	}
	w->upgraded = true;
	w->state = WIRE_SHAKING;
	w->shake_by = clock_ms() + NET_CONNECT_MS;
	tls_start(w->tls, &w->sock);
	next_turn(w);
}

static void start_deflate(struct wire *w)
{
	struct err e = ERR_INIT;
	if (w->deflate || !w->s.deflate_started) {
		err_set(&e, ERR_ACCOUNT, ERR_BUG, ERR_NEVER, "compression where none is due");
		end(w, &e);
		return;
	}
	w->deflate = deflate_new();
	deflate_give(w->deflate, w->s.deflate_started(w->s.it));
	if (lives(w))
		next_turn(w);
}

static void hang_up(struct wire *w)
{
	struct err none = ERR_INIT;
	if (w->encrypted)
		tls_end(w->tls);
	end(w, &none);
}

/* Looked at when nothing is left to send. */
static void heed(struct wire *w)
{
	if (w->s.pending(w->s.it).n || (w->deflate && deflate_packed(w->deflate).n))
		return;
	switch (w->s.want(w->s.it)) {
	case WIRE_NOTHING: break;
	case WIRE_STARTTLS: start_tls(w); break;
	case WIRE_CLOSE: hang_up(w); break;
	case WIRE_DEFLATE: start_deflate(w); break;
	}
}

/* --- the pump --- */

/* Reading goes on until the socket has no more: what lies in TLS's own buffer would not wake the loop. */
static void pump_turns(struct wire *w)
{
	bool busy = true;
	for (int turn = 0; busy && turn < WIRE_TURNS; turn++) {
		w->poked = false;
		busy = send_chunk(w);
		heed(w);
		if (!lives(w) || w->state != WIRE_OPEN)
			return;
		busy = receive_chunk(w) || busy || w->poked;
		if (!lives(w))
			return;
	}
	if (busy)
		next_turn(w);
}

static void pump(struct wire *w)
{
	w->pumping = true;
	pump_turns(w);
	w->pumping = false;
}

static void opened(struct wire *w, bool tls)
{
	w->state = WIRE_OPEN;
	w->flying = true;
	w->s.connected(w->s.it, tls);
}

static void shake(struct wire *w)
{
	struct err e = ERR_INIT;
	enum net_io io = tls_handshake(w->tls, &e);
	w->write_waits = io == NET_IO_WANT_OUT;
	w->read_waits = false;
	if (io == NET_IO_FAILED) {
		end(w, &e);
		return;
	}
	if (io != NET_IO_OK)
		return;
	w->encrypted = true;
	if (w->cb.secured)
		w->cb.secured(w->aux);
	if (!lives(w))
		return;
	if (w->upgraded) {
		w->state = WIRE_OPEN;
		w->s.tls_started(w->s.it);
	} else {
		opened(w, true);
	}
	if (lives(w))
		next_turn(w);
}

static void dialed(int fd, struct err *e, void *aux)
{
	struct wire *w = aux;
	w->dial = NULL;
	enter(w);
	if (fd < 0) {
		end(w, e);
	} else {
		sock_open(&w->sock, fd);
		if (w->where.security == NET_TLS) {
			w->state = WIRE_SHAKING;
			tls_start(w->tls, &w->sock);
		} else {
			opened(w, false);
		}
	}
	if (lives(w))
		next_turn(w);
	leave(w);
}

static void start(struct wire *w)
{
	struct err e = ERR_INIT;
	w->state = WIRE_CONNECTING;
	if (w->where.security != NET_INSECURE && !(w->tls = tls_new(&w->where, &e))) {
		end(w, &e);
		return;
	}
	w->dial = dial_new(w->ctx, w->where.host, w->where.port, dialed, w);
	timer_at(w->timer, w->shake_by);
}

static void step(struct wire *w)
{
	switch (w->state) {
	case WIRE_NEW: start(w); break;
	case WIRE_SHAKING: shake(w); break;
	case WIRE_OPEN: pump(w); break;
	case WIRE_CONNECTING:
	case WIRE_ENDED: break;
	}
	if (lives(w) && w->sock.fd >= 0)
		rest(w);
}

/* --- the owner's side --- */

struct wire *wire_open(
	const struct net_where *where, const struct wire_session *s, const struct wire_callbacks *cb, void *aux)
{
	struct wire *w = g_new0(struct wire, 1);
	*w = (struct wire){ .s = *s, .cb = *cb, .aux = aux, .where = *where, .sock = { .fd = -1 } };
	w->where.host = g_strdup(where->host);
	w->where.cafile = g_strdup(where->cafile);
	w->where.pin = g_strdup(where->pin);
	w->label = utf8_line(str_of(where->host));
	w->chunk = g_malloc(WIRE_CHUNK);
	w->ctx = g_main_context_ref_thread_default();
	w->timer = timer_new(w->ctx, time_up, w);
	w->shake_by = clock_ms() + NET_CONNECT_MS;
	w->source = g_source_new(&wire_funcs, sizeof(struct wire_source));
	((struct wire_source *)w->source)->w = w;
	next_turn(w);
	g_source_attach(w->source, w->ctx);
	return w;
}

void wire_poke(struct wire *w)
{
	if (!lives(w) || w->state != WIRE_OPEN)
		return;
	w->poked = true;
	if (!w->pumping)
		next_turn(w);
}

void wire_hold(struct wire *w, bool held)
{
	w->held = held;
	wire_poke(w);
}

void wire_free(struct wire *w)
{
	if (!w || w->dead)
		return;
	w->dead = true;
	close_all(w);
	if (w->depth == 0)
		destroy(w);
}

struct wire_stats wire_stats(const struct wire *w)
{
	return (struct wire_stats){ w->sock.in, w->sock.out, w->trips };
}

bool wire_cert(const struct wire *w, struct net_cert *out)
{
	*out = (struct net_cert){ 0 };
	return w->tls && tls_cert(w->tls, out);
}

bool wire_exporter(const struct wire *w, unsigned char out[32])
{
	return w->tls && tls_exporter(w->tls, out);
}

const char *wire_tls_version(const struct wire *w)
{
	return w->tls ? tls_version(w->tls) : NULL;
}
