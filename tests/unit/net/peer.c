/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/net/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gio/gio.h>

/* --- the scripted server --- */

struct peer {
	GPid pid;
	FILE *out;
	uint16_t port;
};

static char *live_file(const char *name)
{
	const char *top = g_getenv("TOP_SRCDIR");
	return g_build_filename(top ? top : ".", "tests", "live", name, NULL);
}

static unsigned parts_of(const char *script)
{
	unsigned n = 1;
	for (const char *at = script; (at = strstr(at, "---\n")); at += 4)
		n++;
	return n;
}

struct peer *peer_new(const char *script, unsigned times)
{
	g_autofree char *python = g_find_program_in_path("python3");
	g_autofree char *program = live_file("hostile.py");
	g_autofree char *n = g_strdup_printf("%u", times ? times : parts_of(script));
	const char *certs = strstr(script, "TLS") ? peer_certs() : ".";
	if (!python)
		g_test_skip("python3 is not installed");
	if (!python || !certs)
		return NULL;
	const char *argv[] = { python, program, "--certs", certs, "--times", n, "-e", script, NULL };
	struct peer *p = g_new0(struct peer, 1);
	int fd = -1;
	g_autoptr(GError) why = NULL;
	g_spawn_async_with_pipes(
		NULL, (char **)argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &p->pid, NULL, &fd, NULL, &why);
	g_assert_no_error(why);
	p->out = fdopen(fd, "r");
	unsigned port = 0;
	if (fscanf(p->out, "PORT %u", &port) == 1) {
		p->port = (uint16_t)port;
		return p;
	}
	peer_end(p, NULL);
	g_test_fail_printf("hostile.py does not start");
	return NULL;
}

uint16_t peer_port(const struct peer *p)
{
	return p->port;
}

bool peer_end(struct peer *p, char **out)
{
	GString *all = g_string_new(NULL);
	int c, status = 0;
	while ((c = getc(p->out)) != EOF)
		g_string_append_c(all, (char)c);
	fclose(p->out);
	while (waitpid(p->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		g_test_message("the server says: %s", all->str);
	if (out)
		*out = g_strdup(all->str);
	g_string_free(all, TRUE);
	g_free(p);
	return status == 0;
}

const char *peer_certs(void)
{
	static char *dir;
	g_autofree char *openssl = g_find_program_in_path("openssl");
	if (!openssl) {
		g_test_skip("openssl(1) is not installed");
		return NULL;
	}
	if (dir)
		return dir;
	dir = unit_tmpdir();
	g_autofree char *script = live_file("certs.sh");
	const char *argv[] = { "/bin/sh", script, dir, PEER_HOST, NULL };
	int status = -1;
	g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, NULL);
	g_assert_cmpint(status, ==, 0);
	return dir;
}

char *peer_cert_file(const char *name)
{
	return g_build_filename(peer_certs(), name, NULL);
}

/* --- the name service --- */

static enum names names_now;

typedef GResolver NameService;
typedef GResolverClass NameServiceClass;
GType name_service_get_type(void);
G_DEFINE_TYPE(NameService, name_service, G_TYPE_RESOLVER)

static void never_mind(GCancellable *cancel, gpointer task)
{
	(void)cancel;
	g_task_return_error_if_cancelled(task);
	g_object_unref(task);
}

static void free_addresses(gpointer list)
{
	g_resolver_free_addresses(list);
}

static void name_asked(GResolver *r, const char *host, GResolverNameLookupFlags flags, GCancellable *cancel,
	GAsyncReadyCallback done, gpointer aux)
{
	g_autoptr(GTask) task = g_task_new(r, cancel, done, aux);
	bool six = flags & G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY;
	switch (names_now) {
	case NAMES_LOOPBACK:
		g_task_return_pointer(task,
			g_list_append(
				NULL, g_inet_address_new_loopback(six ? G_SOCKET_FAMILY_IPV6 : G_SOCKET_FAMILY_IPV4)),
			free_addresses);
		break;
	case NAMES_UNKNOWN:
		g_task_return_new_error(task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no '%s'", host);
		break;
	case NAMES_TROUBLE:
		g_task_return_new_error(task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_TEMPORARY_FAILURE, "trouble");
		break;
	case NAMES_SILENT: g_cancellable_connect(cancel, G_CALLBACK(never_mind), g_object_ref(task), NULL); break;
	}
}

static GList *name_answered(GResolver *r, GAsyncResult *result, GError **why)
{
	(void)r;
	return g_task_propagate_pointer(G_TASK(result), why);
}

static void name_service_class_init(NameServiceClass *c)
{
	c->lookup_by_name_with_flags_async = name_asked;
	c->lookup_by_name_with_flags_finish = name_answered;
}

static void name_service_init(NameService *r)
{
	(void)r;
}

void names_set(enum names how)
{
	names_now = how;
	g_autoptr(GResolver) r = g_object_new(name_service_get_type(), NULL);
	g_resolver_set_default(r);
}

/* --- sockets of our own --- */

int listen_here(uint16_t *port_out)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	g_assert_cmpint(bind(fd, (struct sockaddr *)&a, n), ==, 0);
	g_assert_cmpint(listen(fd, 4), ==, 0);
	g_assert_cmpint(getsockname(fd, (struct sockaddr *)&a, &n), ==, 0);
	*port_out = ntohs(a.sin_port);
	return fd;
}

int accept_here(int listener)
{
	int fd;
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) < 0)
		g_main_context_iteration(NULL, FALSE);
	return fd;
}

void settle(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

/* --- the session --- */

static void reach(struct talk *t, enum talk_point point)
{
	if (t->free_at != point || t->freed)
		return;
	t->freed = true;
	wire_free(t->w);
	t->w = NULL;
}

static bool at_end(const struct talk *t)
{
	return !t->steps->await && !t->steps->send && !t->steps->want;
}

/* Goes through the steps whose lines have come. -1: something stands behind the answer to STARTTLS. */
static int advance(struct talk *t, struct err *e)
{
	while (!at_end(t) && t->want == WIRE_NOTHING) {
		char *from = t->in->str + t->in_at, *stop = from + strlen(from);
		if (t->steps->await) {
			char *hit = strstr(from, t->steps->await);
			stop = hit ? strchr(hit, '\n') : NULL;
			if (!stop)
				return 0;
			t->in_at = (size_t)(++stop - t->in->str);
		}
		if (t->steps->send)
			g_string_append(t->out, t->steps->send);
		t->want = t->steps->want;
		if (t->want == WIRE_STARTTLS && t->in_at < t->in->len)
			return err_set(e, ERR_ACCOUNT, ERR_PROTOCOL, ERR_NEVER, "octets behind the answer to STARTTLS");
		t->steps++;
	}
	return 0;
}

static void on_connected(void *it, bool tls)
{
	struct talk *t = it;
	struct err e = ERR_INIT;
	t->connected++;
	t->tls = tls;
	advance(t, &e);
	reach(t, TALK_CONNECTED);
}

static int on_feed(void *it, struct str bytes, struct err *e)
{
	struct talk *t = it;
	t->got += bytes.n;
	t->piece_max = MAX(t->piece_max, bytes.n);
	if (at_end(t))
		g_checksum_update(t->sum, (const guchar *)bytes.p, (gssize)bytes.n);
	else
		g_string_append_len(t->in, bytes.p, (gssize)bytes.n);
	int rc = advance(t, e);
	if (!rc && t->line_max && t->in->len - t->in_at > t->line_max)
		rc = err_set(e, ERR_ACCOUNT, ERR_PROTOCOL, ERR_NEVER, "the line is too long");
	reach(t, TALK_FEED);
	return rc;
}

static struct str on_pending(void *it)
{
	struct talk *t = it;
	if (t->out->len)
		return (struct str){ t->out->str, t->out->len };
	return at_end(t) && !t->want ? str_sub(t->bulk, t->bulk_sent) : (struct str){ NULL, 0 };
}

static void on_sent(void *it, size_t n)
{
	struct talk *t = it;
	if (t->out->len)
		g_string_erase(t->out, 0, (gssize)n);
	else
		t->bulk_sent += n;
}

static int64_t on_deadline(void *it)
{
	return ((struct talk *)it)->deadline;
}

static void on_expired(void *it, struct err *e)
{
	err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "the server is silent");
	reach(it, TALK_EXPIRED);
}

static enum wire_want on_want(void *it)
{
	struct talk *t = it;
	return t->want;
}

static void on_eof(void *it, struct err *e)
{
	struct talk *t = it;
	if (t->fatal_eof)
		err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "the server hung up");
	reach(t, TALK_EOF);
}

static void on_tls_started(void *it)
{
	struct talk *t = it;
	struct err e = ERR_INIT;
	t->started++;
	t->tls = true;
	t->want = WIRE_NOTHING;
	g_string_truncate(t->in, 0);
	t->in_at = 0;
	advance(t, &e);
	reach(t, TALK_STARTED);
}

static struct str on_deflate_started(void *it)
{
	struct talk *t = it;
	struct err e = ERR_INIT;
	t->deflated++;
	t->want = WIRE_NOTHING;
	g_free(t->rest);
	size_t n = t->in->len - t->in_at;
	t->rest = g_memdup2(t->in->str + t->in_at, n);
	g_string_truncate(t->in, t->in_at);
	advance(t, &e);
	reach(t, TALK_DEFLATED);
	return (struct str){ t->rest, n };
}

static void on_secured(void *aux)
{
	struct talk *t = aux;
	t->secured++;
	reach(t, TALK_SECURED);
}

static void on_progress(void *aux)
{
	struct talk *t = aux;
	t->progress++;
	reach(t, TALK_PROGRESS);
}

static void on_ended(struct err *e, void *aux)
{
	struct talk *t = aux;
	t->ended++;
	err_move(&t->e, e);
	reach(t, TALK_ENDED);
}

void talk_init(struct talk *t, const struct step *steps)
{
	*t = (struct talk){ .steps = steps, .deadline = CLOCK_NEVER };
	t->in = g_string_new(NULL);
	t->out = g_string_new(NULL);
	t->sum = g_checksum_new(G_CHECKSUM_SHA256);
}

void talk_open(struct talk *t, const struct net_where *where)
{
	const struct wire_session s = { t, on_connected, on_feed, on_pending, on_sent, on_deadline, on_expired, on_want,
		on_eof, on_tls_started, on_deflate_started };
	const struct wire_callbacks cb = { on_secured, on_progress, on_ended };
	t->w = wire_open(where, &s, &cb, t);
}

void talk_run(struct talk *t)
{
	while (!t->ended && !t->freed)
		g_main_context_iteration(NULL, TRUE);
	settle();
}

bool talk_says(const struct talk *t, const char *words)
{
	return t->e.text && strstr(t->e.text, words);
}

void talk_clear(struct talk *t)
{
	wire_free(t->w);
	settle();
	g_string_free(t->in, TRUE);
	g_string_free(t->out, TRUE);
	g_checksum_free(t->sum);
	g_free(t->rest);
	err_clear(&t->e);
}
