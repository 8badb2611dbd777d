/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"

void job_command(struct job *j, uint32_t command)
{
	(void)command;
	j->open++;
}

struct imap_session *job_imap(struct job *j)
{
	return connection_imap(j->account->conn);
}

void job_end(struct job *j, struct err *e)
{
	struct account *a = j->account;
	if (a->running == j)
		a->running = NULL;
	if (j->request)
		engine_end(a->engine, j->request, e);
	else if (e)
		err_clear(e);
	err_clear(&j->err);
	j->class->free(j);
}

bool job_yield(struct job *j)
{
	struct account *a = j->account;
	struct job *next = g_queue_peek_head(&a->jobs);
	if (!next || next->class->priority >= j->class->priority)
		return false;
	j->running = false;
	a->running = NULL;
	g_queue_push_tail(&a->jobs, j);
	return true;
}
