/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gio/gio.h>

#define SOCK_SILENT_MS 60000 /* sent octets that stay unacknowledged for so long end the connection */
#define SOCK_PROBE_S 60      /* an idle connection is probed after this, and so often */
#define SOCK_PROBES 4

struct dial {
	GMainContext *ctx;
	GCancellable *cancel;
	char *host;
	uint16_t port;
	void (*done)(int fd, struct err *e, void *aux);
	void *aux;
	bool abandoned;
};

static void set_option(int fd, int level, int name, int value)
{
	/* What the kernel does not know is done without. */
	(void)setsockopt(fd, level, name, &value, sizeof(value));
}

void sock_open(struct sock *s, int fd)
{
	s->fd = fd;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, SOCK_PROBE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, SOCK_PROBE_S);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, SOCK_PROBES);
#endif
#ifdef TCP_USER_TIMEOUT
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, SOCK_SILENT_MS);
#endif
}

void sock_close(struct sock *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

ssize_t sock_recv(struct sock *s, void *p, size_t n)
{
	ssize_t got = recv(s->fd, p, n, 0);
	if (got > 0)
		s->in += (uint64_t)got;
	return got;
}

ssize_t sock_send(struct sock *s, const void *p, size_t n)
{
	ssize_t put = send(s->fd, p, n, MSG_NOSIGNAL);
	if (put > 0)
		s->out += (uint64_t)put;
	return put;
}

bool sock_waiting(const struct sock *s)
{
	char c;
	return recv(s->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

enum net_io net_lost(struct err *e, int errnum, const char *host)
{
	err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "connection to '%s' lost: %s", host, g_strerror(errnum));
	return NET_IO_FAILED;
}

/* Without an address of this machine's own the resolver is not asked, and says that the name is unknown. */
static bool have_network(void)
{
	struct ifaddrs *all, *i;
	bool found = false;
	if (getifaddrs(&all) < 0)
		return true;
	for (i = all; i && !found; i = i->ifa_next) {
		int family = i->ifa_addr ? i->ifa_addr->sa_family : AF_UNSPEC;
		found = (i->ifa_flags & IFF_UP) && !(i->ifa_flags & IFF_LOOPBACK) &&
			(family == AF_INET || family == AF_INET6);
	}
	freeifaddrs(all);
	return found;
}

static int no_such_host(const char *host, struct err *e)
{
	return err_set(e, ERR_ACCOUNT, ERR_NET, ERR_NEVER, "there is no host '%s'", host);
}

static int refuse(const struct dial *d, const GError *why, struct err *e)
{
	bool unknown = g_error_matches(why, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
	if (unknown && !have_network())
		return err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "no network: '%s' cannot be looked up", d->host);
	if (unknown || g_error_matches(why, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT))
		return no_such_host(d->host, e);
	if (why->domain == G_RESOLVER_ERROR)
		return err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER,
			"'%s' cannot be looked up: the name service gives no answer", d->host);
	if (g_error_matches(why, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
		return err_set(
			e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "'%s' refuses connections to port %u", d->host, d->port);
	return err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "no connection to '%s' port %u: %s", d->host, d->port,
		why->message);
}

static void dial_destroy(struct dial *d)
{
	g_main_context_unref(d->ctx);
	g_object_unref(d->cancel);
	g_free(d->host);
	g_free(d);
}

/* The connection object closes the descriptor it knows; ours is another one of the same socket. */
static int take_fd(GSocketConnection *c)
{
	return fcntl(g_socket_get_fd(g_socket_connection_get_socket(c)), F_DUPFD_CLOEXEC, 3);
}

/* Takes fd. The owner has let go of d when done() is called. */
static void finish(struct dial *d, int fd, struct err *e)
{
	struct dial copy = *d;
	dial_destroy(d);
	if (!copy.abandoned)
		copy.done(fd, e, copy.aux);
	else if (fd >= 0)
		close(fd);
	err_clear(e);
}

static void connected(GObject *client, GAsyncResult *result, gpointer data)
{
	struct dial *d = data;
	struct err e = ERR_INIT;
	g_autoptr(GError) why = NULL;
	g_autoptr(GSocketConnection) c = g_socket_client_connect_finish(G_SOCKET_CLIENT(client), result, &why);
	int fd = c ? take_fd(c) : -1;
	if (why)
		refuse(d, why, &e);
	else if (fd < 0)
		err_errno(&e, errno, "connect to", d->host);
	finish(d, fd, &e);
}

/* RFC 6761 6.4: such a name is never asked for. */
static bool is_invalid_name(const char *host)
{
	g_autofree char *lower = g_ascii_strdown(host, -1);
	return g_str_has_suffix(lower, ".invalid") || g_str_has_suffix(lower, ".invalid.");
}

static gboolean fail_unasked(gpointer data)
{
	struct dial *d = data;
	struct err e = ERR_INIT;
	no_such_host(d->host, &e);
	finish(d, -1, &e);
	return G_SOURCE_REMOVE;
}

struct dial *dial_new(
	GMainContext *ctx, const char *host, uint16_t port, void (*done)(int fd, struct err *e, void *aux), void *aux)
{
	struct dial *d = g_new0(struct dial, 1);
	*d = (struct dial){ .port = port, .done = done, .aux = aux };
	d->ctx = g_main_context_ref(ctx);
	d->cancel = g_cancellable_new();
	d->host = g_strdup(host);
	if (is_invalid_name(host)) {
		g_autoptr(GSource) soon = g_idle_source_new();
		g_source_set_callback(soon, fail_unasked, d, NULL);
		g_source_attach(soon, ctx);
		return d;
	}
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketConnectable) where = g_network_address_new(host, port);
	/* With it on GIO loads every module on the machine. */
	g_socket_client_set_enable_proxy(client, FALSE);
	g_main_context_push_thread_default(ctx);
	g_socket_client_connect_async(client, where, d->cancel, connected, d);
	g_main_context_pop_thread_default(ctx);
	return d;
}

void dial_free(struct dial *d)
{
	if (!d)
		return;
	/* GIO still calls back, so its end frees. */
	d->abandoned = true;
	g_cancellable_cancel(d->cancel);
}
