/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/watch.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <glib-unix.h>

struct watch {
	int fd;
	char *name;
	GSource *source;
	void (*written)(void *aux);
	void *aux;
};

/* All that is there to be read: was it about the file? */
static bool take_events(struct watch *w)
{
	union {
		struct inotify_event first;
		char octets[sizeof(struct inotify_event) + NAME_MAX + 1];
	} got;
	bool ours = false;
	ssize_t n;
	while ((n = read(w->fd, &got, sizeof(got))) > 0) {
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *ev = (const struct inotify_event *)(const void *)(got.octets + at);
			ours = ours || (ev->len && !strcmp(ev->name, w->name));
			at += (ssize_t)(sizeof(*ev) + ev->len);
		}
	}
	return ours;
}

static gboolean readable(gint fd, GIOCondition condition, gpointer data)
{
	struct watch *w = data;
	(void)fd;
	(void)condition;
	if (take_events(w))
		w->written(w->aux);
	return G_SOURCE_CONTINUE;
}

/* Its directory is watched: editors put a new file in the place of the old one. */
struct watch *watch_file(const char *path, GMainContext *ctx, void (*written)(void *aux), void *aux)
{
	g_autofree char *dir = g_path_get_dirname(path);
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (inotify_add_watch(fd, dir, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
		close(fd);
		return NULL;
	}
	struct watch *w = g_new0(struct watch, 1);
	*w = (struct watch){ .fd = fd, .name = g_path_get_basename(path), .written = written, .aux = aux };
	w->source = g_unix_fd_source_new(fd, G_IO_IN);
	g_source_set_callback(w->source, G_SOURCE_FUNC(readable), w, NULL);
	g_source_attach(w->source, ctx);
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	g_source_destroy(w->source);
	g_source_unref(w->source);
	close(w->fd);
	g_free(w->name);
	g_free(w);
}
