/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/channel.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <glib-unix.h>

#include "base/clock.h"

struct link {
	struct link *next;
	void *value;
};

struct channel {
	pthread_mutex_t mutex;
	struct link *first, **last;
	int fd; /* readable while the queue holds something */
	bool closed;
	void (*free_value)(void *value);
};

struct channel *channel_new(void (*free_value)(void *value))
{
	struct channel *c = g_new0(struct channel, 1);
	pthread_mutex_init(&c->mutex, NULL);
	c->last = &c->first;
	c->free_value = free_value;
	c->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (c->fd < 0)
		g_error("eventfd: %s", g_strerror(errno));
	return c;
}

void channel_free(struct channel *c)
{
	if (!c)
		return;
	void *value;
	while ((value = channel_take(c)))
		c->free_value(value);
	close(c->fd);
	pthread_mutex_destroy(&c->mutex);
	g_free(c);
}

void channel_send(struct channel *c, void *value)
{
	struct link *l = g_new(struct link, 1);
	*l = (struct link){ NULL, value };
	pthread_mutex_lock(&c->mutex);
	bool closed = c->closed;
	bool first = !closed && !c->first;
	if (!closed) {
		*c->last = l;
		c->last = &l->next;
	}
	if (first) {
		uint64_t one = 1;
		/* Cannot fail: the counter is 0 or 1. */
		if (write(c->fd, &one, sizeof(one)) < 0)
			g_error("eventfd: %s", g_strerror(errno));
	}
	pthread_mutex_unlock(&c->mutex);
	if (closed) {
		c->free_value(value);
		g_free(l);
	}
}

void channel_close(struct channel *c)
{
	pthread_mutex_lock(&c->mutex);
	c->closed = true;
	pthread_mutex_unlock(&c->mutex);
}

void *channel_take(struct channel *c)
{
	pthread_mutex_lock(&c->mutex);
	struct link *l = c->first;
	if (l) {
		c->first = l->next;
		if (!c->first) {
			uint64_t count;
			c->last = &c->first;
			if (read(c->fd, &count, sizeof(count)) < 0 && errno != EAGAIN)
				g_error("eventfd: %s", g_strerror(errno));
		}
	}
	pthread_mutex_unlock(&c->mutex);
	void *value = l ? l->value : NULL;
	g_free(l);
	return value;
}

void *channel_wait(struct channel *c, int64_t deadline_ms)
{
	for (;;) {
		void *value = channel_take(c);
		int64_t left = deadline_ms - clock_ms();
		if (value || left <= 0)
			return value;
		struct pollfd p = { .fd = c->fd, .events = POLLIN };
		poll(&p, 1, left > G_MAXINT ? -1 : (int)left);
	}
}

struct watch {
	struct channel *channel;
	void (*got)(void *value, void *aux);
	void *aux;
};

static gboolean readable(gint fd, GIOCondition condition, gpointer data)
{
	(void)fd;
	(void)condition;
	struct watch *w = data;
	/* A bounded number, so that a busy sender does not starve the other sources. */
	for (int i = 0; i < 64; i++) {
		void *value = channel_take(w->channel);
		if (!value)
			break;
		w->got(value, w->aux);
		if (g_source_is_destroyed(g_main_current_source()))
			return G_SOURCE_REMOVE;
	}
	return G_SOURCE_CONTINUE;
}

GSource *channel_watch(struct channel *c, GMainContext *ctx, void (*got)(void *value, void *aux), void *aux)
{
	struct watch *w = g_new(struct watch, 1);
	*w = (struct watch){ .channel = c, .got = got, .aux = aux };
	GSource *source = g_unix_fd_source_new(c->fd, G_IO_IN);
	g_source_set_callback(source, G_SOURCE_FUNC(readable), w, g_free);
	g_source_attach(source, ctx);
	return source;
}
