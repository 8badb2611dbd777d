/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/pool.h"

#include <pthread.h>
#include <stdbool.h>

struct job {
	void (*work)(void *value);
	void *value;
	struct channel *done;
};

struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t some;
	GQueue jobs; /* struct job *; under mutex */
	bool ending;
	unsigned threads;
	pthread_t *ids;
};

static void *run(void *data)
{
	struct pool *p = data;
	pthread_mutex_lock(&p->mutex);
	for (;;) {
		while (!p->ending && g_queue_is_empty(&p->jobs))
			pthread_cond_wait(&p->some, &p->mutex);
		struct job *j = p->ending ? NULL : g_queue_pop_head(&p->jobs);
		if (!j)
			break;
		pthread_mutex_unlock(&p->mutex);
		j->work(j->value);
		channel_send(j->done, j->value);
		g_free(j);
		pthread_mutex_lock(&p->mutex);
	}
	pthread_mutex_unlock(&p->mutex);
	return NULL;
}

struct pool *pool_new(unsigned threads)
{
	struct pool *p = g_new0(struct pool, 1);
	pthread_mutex_init(&p->mutex, NULL);
	pthread_cond_init(&p->some, NULL);
	g_queue_init(&p->jobs);
	p->ids = g_new0(pthread_t, threads);
	for (unsigned i = 0; i < threads; i++) {
		if (pthread_create(&p->ids[i], NULL, run, p))
			g_error("pthread_create failed");
		p->threads++;
	}
	return p;
}

void pool_run(struct pool *p, void (*work)(void *value), void *value, struct channel *done)
{
	struct job *j = g_new(struct job, 1);
	*j = (struct job){ work, value, done };
	pthread_mutex_lock(&p->mutex);
	g_queue_push_tail(&p->jobs, j);
	pthread_cond_signal(&p->some);
	pthread_mutex_unlock(&p->mutex);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->mutex);
	p->ending = true;
	pthread_cond_broadcast(&p->some);
	pthread_mutex_unlock(&p->mutex);
	for (unsigned i = 0; i < p->threads; i++)
		pthread_join(p->ids[i], NULL);
	struct job *j;
	while ((j = g_queue_pop_head(&p->jobs))) {
		channel_send(j->done, j->value);
		g_free(j);
	}
	pthread_cond_destroy(&p->some);
	pthread_mutex_destroy(&p->mutex);
	g_free(p->ids);
	g_free(p);
}
