/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/wake.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>

struct wake {
	int fd;
	char *path;
	GSource *source;
	void (*fire)(void *aux);
	void *aux;
};

static bool address(const char *path, struct sockaddr_un *out)
{
	*out = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(out->sun_path))
		return false;
	memcpy(out->sun_path, path, strlen(path) + 1);
	return true;
}

static int socket_new(void)
{
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static gboolean tapped(gint fd, GIOCondition condition, gpointer data)
{
	struct wake *w = data;
	char sink;
	(void)condition;
	while (recv(fd, &sink, sizeof(sink), 0) >= 0)
		;
	w->fire(w->aux);
	return G_SOURCE_CONTINUE;
}

struct wake *wake_listen(const char *path, GMainContext *ctx, void (*fire)(void *aux), void *aux, struct err *e)
{
	struct sockaddr_un at;
	if (!address(path, &at)) {
		err_errno(e, ENAMETOOLONG, "cannot listen at", path);
		return NULL;
	}
	int fd = socket_new();
	/* Who holds the account's lock owns the name: what lies there is left from before. */
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at))) {
		err_errno(e, errno, "cannot listen at", path);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	struct wake *w = g_new0(struct wake, 1);
	*w = (struct wake){ .fd = fd, .path = g_strdup(path), .fire = fire, .aux = aux };
	w->source = g_unix_fd_source_new(fd, G_IO_IN);
	g_source_set_callback(w->source, G_SOURCE_FUNC(tapped), w, NULL);
	g_source_attach(w->source, ctx);
	return w;
}

void wake_free(struct wake *w)
{
	if (!w)
		return;
	g_source_destroy(w->source);
	g_source_unref(w->source);
	close(w->fd);
	unlink(w->path);
	g_free(w->path);
	g_free(w);
}

bool wake_tap(const char *path)
{
	struct sockaddr_un at;
	if (!address(path, &at))
		return false;
	int fd = socket_new();
	if (fd < 0)
		return false;
	/* A full queue has been tapped already. */
	bool heard = sendto(fd, "", 1, MSG_NOSIGNAL, (struct sockaddr *)&at, sizeof(at)) >= 0 || errno == EAGAIN;
	close(fd);
	return heard;
}
