/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts on their way into a file whose connection was cut: they go on where they were, over the next connection. */
#include "engine/internal.h"

#include "base/clock.h"
#include "base/log.h"

#define FIRST_MS 1000 /* a line that was only cut is there again by then */

static void go_on(void *aux)
{
	struct account *a = aux;
	struct job *j;
	GQueue jobs = a->broken;
	g_queue_init(&a->broken);
	while ((j = g_queue_pop_head(&jobs)))
		account_add(a, j);
}

void resume_init(struct account *a)
{
	g_queue_init(&a->broken);
	a->resume = timer_new(a->engine->ctx, go_on, a);
}

void resume_later(struct account *a, struct job *j, unsigned tries)
{
	int wait = tries < 2 ? FIRST_MS + (int)(random32() % FIRST_MS) : 1000 * schedule_backoff(tries - 1, random32());
	log_line(LOG_INFO, "%s: what was cut goes on in %d ms", a->cfg->label, wait);
	g_queue_push_tail(&a->broken, j);
	timer_at(a->resume, clock_ms() + wait);
}

bool resume_cancel(struct account *a, uint32_t request, const struct err *why)
{
	for (GList *at = a->broken.head; at; at = at->next) {
		struct job *j = at->data;
		if (j->request->id != request)
			continue;
		struct err e = ERR_INIT;
		err_copy(&e, why);
		g_queue_delete_link(&a->broken, at);
		job_end(j, &e);
		return true;
	}
	return false;
}

void resume_clear(struct account *a, const struct err *why)
{
	while (a->broken.head)
		resume_cancel(a, ((struct job *)a->broken.head->data)->request->id, why);
	timer_free(a->resume);
}
