/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/internal.h"

#include <string.h>

void job_command(struct job *j, uint32_t command)
{
	if (!j->open)
		j->first = command;
	j->open++;
}

struct imap_session *job_imap(struct job *j)
{
	return connection_imap(j->conn);
}

uint32_t job_select(struct job *j, const struct store_folder *f)
{
	const char *current = connection_selected(j->conn);
	const struct imap_mailbox *m = imap_selected(job_imap(j));
	/* One that was renumbered since the cache saw it is selected again, for job_selected to say so. */
	if (current && !strcmp(current, f->raw) && m && (!f->uidvalidity || m->uidvalidity == f->uidvalidity))
		return 0;
	uint32_t command = imap_select_resync(job_imap(j), str_of(f->raw), true, NULL);
	job_command(j, command);
	return command;
}

uint32_t job_select_rw(struct job *j, const struct store_folder *f)
{
	const char *current = connection_selected(j->conn);
	const struct imap_mailbox *m = imap_selected(job_imap(j));
	if (current && !strcmp(current, f->raw) && m && !m->readonly)
		return 0;
	uint32_t command = imap_select_resync(job_imap(j), str_of(f->raw), false, NULL);
	job_command(j, command);
	return command;
}

void job_selected(struct job *j, const struct store_folder *f, const struct imap_event *done)
{
	const struct imap_mailbox *m = imap_selected(job_imap(j));
	if (done->u.done.result != IMAP_OK || !m) {
		g_autofree char *words = str_dup(done->u.done.text);
		connection_set_selected(j->conn, NULL);
		err_set(&j->err, ERR_FOLDER, ERR_REFUSED, ERR_NEVER, "the server does not open folder '%s'", f->name);
		err_set_server(&j->err, words);
		return;
	}
	connection_set_selected(j->conn, f->raw);
	if (m->uidvalidity != f->uidvalidity) {
		err_set(&j->err, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "the server has renumbered folder '%s'", f->name);
		connection_look_again(j->conn);
	}
}

void job_end(struct job *j, struct err *e)
{
	struct account *a = j->account;
	if (j->side && j->side->running == j)
		j->side->running = NULL;
	if (a->running == j)
		a->running = NULL;
	if (j->request)
		engine_end(a->engine, j->request, e);
	else if (e && (j == a->changes.job || j == a->changes.storing))
		changes_kept(a, e);
	if (e)
		err_clear(e);
	err_clear(&j->err);
	j->class->free(j);
}

void job_wait(struct job *j)
{
	struct account *a = j->account;
	j->conn = NULL;
	if (j->side) {
		j->side->running = NULL;
		g_queue_push_tail(&a->large, j);
	} else {
		a->running = NULL;
		account_queue(a, j);
	}
}

bool job_is_outranked(const struct job *j)
{
	struct account *a = j->account;
	const struct job *next = g_queue_peek_head(&a->jobs);
	if (j->side)
		return !g_queue_is_empty(&a->large);
	return next && next->class->priority < j->class->priority;
}

bool job_yield(struct job *j)
{
	bool yields = job_is_outranked(j);
	if (yields)
		job_wait(j);
	return yields;
}
