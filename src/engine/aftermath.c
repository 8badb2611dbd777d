/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What follows once a letter was accepted: the copy for the Sent folder and the mark on what it answers, each a change like
 * any other, and the people it went to. The letter's row notes each step, so that after a crash it goes on where it was. */
#include "engine/outbox.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "engine/changes.h"

#define HEADER_MOST (256u << 10) /* octets of a letter in which its addresses are looked for */

static void complain(const struct account *a, struct err *e)
{
	if (e->cause != ERR_NONE)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e->text);
	err_clear(e);
}

/* --- people --- */

static struct msg_head *head_of(struct account *a, const struct store_mail *m)
{
	g_autofree char *path = engine_spool_path(a->engine, m->copy_path ? m->copy_path : m->path);
	g_autofree char *text = g_malloc(HEADER_MOST);
	FILE *f = fopen(path, "rbe");
	size_t n = f ? fread(text, 1, HEADER_MOST, f) : 0;
	if (f)
		fclose(f);
	const char *end = g_strstr_len(text, (gssize)n, "\r\n\r\n");
	return msg_head_parse((struct str){ text, end ? (size_t)(end - text) : n });
}

static const char *name_of(const struct msg_head *h, const char *addr)
{
	const GPtrArray *lists[] = { h->to, h->cc, h->bcc };
	for (unsigned k = 0; k < G_N_ELEMENTS(lists); k++) {
		for (unsigned i = 0; i < lists[k]->len; i++) {
			const struct msg_addr *at = lists[k]->pdata[i];
			if (at->addr && !g_ascii_strcasecmp(at->addr, addr))
				return at->name;
		}
	}
	return NULL;
}

static void note_people(struct account *a, const struct store_mail *m)
{
	struct msg_head *h = head_of(a, m);
	struct err e = ERR_INIT;
	for (unsigned i = 0; i < m->rcpts->len && e.cause == ERR_NONE; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		if (r->state == MAIL_ACCEPTED)
			store_person_sent(a->engine->store, name_of(h, r->addr), r->addr, clock_wall(), &e);
	}
	complain(a, &e);
	msg_head_free(h);
}

/* --- the own copy --- */

/* What the server may have filed by itself lies at or above this UID: there the letter is looked for before it is
 * appended. */
static void note_uidnext(const struct store_mail *m, const struct store_folder *f, struct store_change *c)
{
	if (!f->uidnext || (m->copy_uidvalidity && m->copy_uidvalidity != f->uidvalidity))
		return;
	c->target_uidnext = m->copy_uidnext ? m->copy_uidnext : f->uidnext;
	c->target_uidvalidity = f->uidvalidity;
	change_look_first(c);
}

static int copy_rows(struct account *a, struct store_mail *m, GPtrArray *rows, struct err *e)
{
	const struct cfg_from *line = cfg_from_of(a->cfg, m->from);
	char *named = line ? line->sent : NULL;
	struct engine_change want = {
		.op = CHANGE_APPEND, .target = named, .role = named ? ROLE_NONE : ROLE_SENT, .create = true
	};
	struct store_folder f = { 0 };
	struct err gone = ERR_INIT;
	bool known = m->copy_folder &&
		     !store_folder_find(a->engine->store, a->number, str_of(m->copy_folder), &f, &gone) &&
		     !(f.flags & FOLDER_GONE);
	err_clear(&gone);
	if (!known) {
		store_folder_clear(&f);
		if (change_find_target(a, &want, &f, rows, e))
			return -1;
	}
	struct store_change *c = store_change_new(CHANGE_APPEND, a->number);
	g_ptr_array_add(rows, c);
	c->target = g_strdup(f.raw);
	c->add = MSG_SEEN;
	note_uidnext(m, &f, c);
	store_folder_clear(&f);
	struct store_change_item *item = store_change_item_add(c);
	item->received = m->tried ? m->tried : clock_wall();
	item->msgid = g_strdup(m->msgid);
	c->size = item->size = m->copy_path ? m->copy_size : m->size;
	return spool_link(a, c, m->copy_path ? m->copy_path : m->path, m->copy_path ? m->copy_sha256 : m->sha256, e);
}

/* The program may have ended between the change and the letter's row. */
static uint32_t change_under_way(struct account *a, const struct store_mail *m)
{
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		const struct store_change *c = a->changes.open->pdata[i];
		if (c->op == CHANGE_APPEND && c->undoes == UNDOES_NOTHING && c->items->len &&
			!g_strcmp0(((const struct store_change_item *)c->items->pdata[0])->msgid, m->msgid))
			return c->id;
	}
	return 0;
}

static void copy_failed(struct store_mail *m, struct err *e)
{
	m->copy = COPY_FAILED;
	g_free(m->copy_error);
	m->copy_error = g_strdup(e->text);
	err_clear(e);
}

static bool folders_are_known(struct account *a)
{
	g_autoptr(GPtrArray) all = store_folders_new();
	struct err e = ERR_INIT;
	if (store_folders(a->engine->store, a->number, all, &e))
		complain(a, &e);
	return all->len > 0;
}

/* A sync does it; then account_run() calls aftermath_resume(). */
static void list_folders(struct account *a)
{
	if (a->copies_wait)
		return;
	a->copies_wait = true;
	struct request *r = request_new(REQ_SYNC, 0, a->index);
	r->all_folders = true;
	r->due = SYNC_PERSON;
	account_add(a, sync_job_new(a, r));
}

/* False: it waits until the folders are known. */
static bool file_copy(struct account *a, struct store_mail *m)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func((GDestroyNotify)store_change_free);
	struct err e = ERR_INIT;
	if (!folders_are_known(a)) {
		list_folders(a);
		return false;
	}
	m->change = change_under_way(a, m);
	if (m->change) {
		m->copy = COPY_BEGUN;
		return true;
	}
	struct request *r = request_new(REQ_CHANGE, 0, a->index);
	r->change = engine_change_new(CHANGE_APPEND);
	r->change->by_itself = true;
	r->change->queue = true;
	if (copy_rows(a, m, rows, &e) || change_make_all(a, r, rows, false, &e)) {
		copy_failed(m, &e);
		request_free(r);
		return true;
	}
	m->copy = COPY_BEGUN;
	m->change = change_newest(a);
	return true;
}

/* While a letter waits for its answer the connection for its copy is made: it does nothing but log in. */
static void warm_step(struct job *j)
{
	if (connection_ready(j->account->conn))
		job_end(j, NULL);
}

static void warm_free(struct job *j)
{
	g_free(j);
}

static const struct job_class warm_class = { .name = "warm", .priority = 0, .step = warm_step, .free = warm_free };

void aftermath_prepare(struct account *a, const struct store_mail *m)
{
	struct err e = ERR_INIT;
	bool asks = a->cfg->password == CFG_PASSWORD_ASK && !a->secret;
	if (a->engine->settings.stay || a->conn || a->running || !g_queue_is_empty(&a->jobs) || asks || !a->cfg->imap ||
		m->copy != COPY_WANTED)
		return;
	/* Another process that drives the account files it. */
	if (peer_lock(a, &e)) {
		err_clear(&e);
		return;
	}
	struct job *j = g_new0(struct job, 1);
	*j = (struct job){ .class = &warm_class, .account = a };
	account_add(a, j);
}

/* --- the mark on what it answers --- */

static void mark_parent(struct account *a, struct store_mail *m)
{
	struct account *of = account_numbered(a->engine, m->parent_account);
	struct store_folder f = { 0 };
	struct store_row row = { 0 };
	struct err e = ERR_INIT;
	if (of && !store_folder_find(a->engine->store, of->number, str_of(m->parent_folder), &f, &e) &&
		f.uidvalidity == m->parent_uidvalidity) {
		struct store_place at = { f.id, m->parent_uid, 0 };
		if (!store_place_get(a->engine->store, at, &row, &e) && !g_strcmp0(row.msgid, m->parent_msgid) &&
			!(row.flags & m->parent_flag)) {
			struct request *r = request_new(REQ_CHANGE, 0, of->index);
			r->change = engine_change_new(CHANGE_FLAG);
			g_array_append_val(r->change->places, at);
			r->change->add = m->parent_flag;
			r->change->by_itself = true;
			r->change->queue = true;
			change_request(a->engine, of, r);
		}
	}
	/* Not there any more: then there is nothing to be marked. */
	err_clear(&e);
	store_row_clear(&row);
	store_folder_clear(&f);
	m->parent_flag = 0;
}

/* --- step by step --- */

static void look_at_copy(struct account *a, struct store_mail *m)
{
	struct store_change *c = NULL;
	struct err e = ERR_INIT;
	if (store_change_get(a->engine->store, m->change, &c, &e)) {
		copy_failed(m, &e);
		return;
	}
	if (c->state == CHANGE_DONE) {
		m->copy = COPY_STORED;
		g_free(m->copy_folder);
		m->copy_folder = g_strdup(c->target);
		m->copy_uidvalidity = c->target_uidvalidity;
		m->copy_uid = c->items->len ? ((const struct store_change_item *)c->items->pdata[0])->target_uid : 0;
	} else if (c->state == CHANGE_FAILED || c->state == CHANGE_UNDONE) {
		m->copy = COPY_FAILED;
		g_free(m->copy_error);
		m->copy_error = g_strdup(c->server ? c->server : c->error);
	}
	store_change_free(c);
}

void aftermath(struct account *a, struct store_mail *m)
{
	struct err e = ERR_INIT;
	note_people(a, m);
	/* First, for whoever waits for the copy goes when that is stored. */
	if (m->parent_flag)
		mark_parent(a, m);
	if (m->copy == COPY_WANTED)
		file_copy(a, m);
	else if (m->copy == COPY_BEGUN)
		look_at_copy(a, m);
	if (store_mail_put(a->engine->store, m, &e))
		complain(a, &e);
	draft_sent(a, m->draft);
	/* In a command too: it waits for the copy. */
	changes_run(a);
}

/* Somebody has it: what follows is due, whatever becomes of the rest. */
static bool is_with_anybody(const struct store_mail *m)
{
	for (unsigned i = 0; m->state != MAIL_ACCEPTED && i < m->rcpts->len; i++)
		if (((const struct store_rcpt *)m->rcpts->pdata[i])->state == MAIL_ACCEPTED)
			return true;
	return m->state == MAIL_ACCEPTED;
}

void aftermath_resume(struct account *a)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	struct err e = ERR_INIT;
	if (store_mails_open(a->engine->store, a->number, open, &e))
		complain(a, &e);
	for (unsigned i = 0; i < open->len; i++) {
		struct store_mail *m = open->pdata[i];
		bool due = m->copy == COPY_WANTED || m->copy == COPY_BEGUN || m->parent_flag;
		if (!due || m->state == MAIL_SENDING || !is_with_anybody(m))
			continue;
		if (m->copy == COPY_WANTED)
			file_copy(a, m);
		else if (m->copy == COPY_BEGUN)
			look_at_copy(a, m);
		if (m->parent_flag)
			mark_parent(a, m);
		if (store_mail_put(a->engine->store, m, &e))
			complain(a, &e);
	}
}

void aftermath_change_ended(struct account *a, uint32_t change)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	struct err e = ERR_INIT;
	if (store_mails_open(a->engine->store, a->number, open, &e))
		complain(a, &e);
	for (unsigned i = 0; i < open->len; i++) {
		struct store_mail *m = open->pdata[i];
		/* While the rest of its recipients is tried its row is the outbox's, which looks once that has ended. */
		if (m->copy != COPY_BEGUN || m->change != change || m->state == MAIL_SENDING)
			continue;
		look_at_copy(a, m);
		if (store_mail_put(a->engine->store, m, &e))
			complain(a, &e);
	}
	/* Another process may have filed it, and written so. */
	outbox_copies_settled(a->outbox);
}
