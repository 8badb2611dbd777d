/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of many messages fetched ahead, asked for or of the engine's own accord: part trees first, then the headers and
 * shown texts, a group of messages in one flight, small enough that whoever comes between does not wait long. What more
 * there is than the account keeps is left. */
#include "engine/internal.h"

#include <string.h>

#define GROUP 25              /* messages a flight */
#define TEXT_MAX (256u << 10) /* a longer text is fetched when it is opened */
#define AHEAD_MAX (64u << 10) /* the same, where nobody asked */
#define FLIGHT (512u << 10)   /* octets, with one text more */

struct piece {
	uint32_t command, uid;
	char *section;
	struct buf body;
};

enum stage { STAGE_START, STAGE_STRUCTURES, STAGE_TEXTS };

struct bodies_job {
	struct job job;
	enum stage stage;
	struct store_folder f;
	uint32_t select;
	unsigned at;       /* into request->uids */
	unsigned upto;     /* texts of these were asked for */
	uint64_t flight;   /* octets of them */
	GPtrArray *pieces; /* struct piece *: under way */
	uint64_t text_max;
};

static void piece_free(void *data)
{
	struct piece *p = data;
	g_free(p->section);
	buf_clear(&p->body);
	g_free(p);
}

static struct store *store_of(const struct bodies_job *b)
{
	return b->job.account->engine->store;
}

static unsigned group_end(const struct bodies_job *b)
{
	return MIN(b->at + GROUP, b->job.request->uids->len);
}

static uint32_t uid_at(const struct bodies_job *b, unsigned i)
{
	return g_array_index(b->job.request->uids, uint32_t, i);
}

static void ask_structures(struct bodies_job *b)
{
	b->stage = STAGE_STRUCTURES;
	for (unsigned i = b->at; i < group_end(b); i++) {
		struct msg_part *root = NULL;
		if (store_structure_get(store_of(b), b->f.id, uid_at(b, i), &root, &b->job.err))
			return;
		if (!root)
			job_command(&b->job, imap_fetch_structure(job_imap(&b->job), uid_at(b, i), uid_at(b, i)));
		else
			msg_part_free(root);
	}
}

static void ask_piece(struct bodies_job *b, uint32_t uid, const char *section)
{
	bool found = false;
	struct piece *p = g_new0(struct piece, 1);
	buf_init(&p->body, TEXT_MAX);
	if (store_part_get(store_of(b), b->f.id, uid, section, &p->body, &found, &b->job.err) || found) {
		ahead_count(b->job.account, p->body.n);
		piece_free(p);
		return;
	}
	p->uid = uid;
	p->section = g_strdup(section);
	p->command = imap_fetch_part(job_imap(&b->job), uid, section, 0, 0);
	g_ptr_array_add(b->pieces, p);
	job_command(&b->job, p->command);
}

static void ask_shown(struct bodies_job *b, uint32_t uid, struct msg_part *root)
{
	g_autoptr(GPtrArray) shown = msg_shown_parts(root);
	for (unsigned i = 0; i < shown->len; i++) {
		const struct msg_part *p = shown->pdata[i];
		g_autofree char *section = text_section(p);
		if (!section || (!p->children && p->size > b->text_max))
			continue;
		ask_piece(b, uid, "HEADER");
		ask_piece(b, uid, section);
		b->flight += p->children ? 0 : p->size;
	}
}

static void ask_texts(struct bodies_job *b)
{
	b->stage = STAGE_TEXTS;
	b->flight = 0;
	for (b->upto = b->at; b->upto < group_end(b) && b->flight < FLIGHT && b->job.err.cause == ERR_NONE; b->upto++) {
		struct msg_part *root = NULL;
		uint32_t uid = uid_at(b, b->upto);
		if (store_structure_get(store_of(b), b->f.id, uid, &root, &b->job.err) || !root)
			continue;
		ask_shown(b, uid, root);
		msg_part_free(root);
	}
}

static void tell(struct bodies_job *b)
{
	if (!b->job.request->id)
		return;
	struct event *ev = event_new(EV_PROGRESS, b->job.request->id, b->job.account->index);
	ev->bytes_done = b->at;
	ev->bytes_total = b->job.request->uids->len;
	ev->text = g_strdup(b->f.name);
	engine_emit(b->job.account->engine, ev);
}

static void step_start(struct bodies_job *b)
{
	store_folder_clear(&b->f);
	if (folder_find(b->job.account, b->job.request->folder, &b->f, &b->job.err))
		return;
	connection_expect(b->job.conn, b->job.request->uids->len);
	b->select = job_select(&b->job, &b->f);
	ask_structures(b);
}

static void finish(struct bodies_job *b)
{
	struct account *a = b->job.account;
	struct err e = ERR_INIT;
	err_move(&e, &b->job.err);
	if (b->text_max == AHEAD_MAX && e.cause != ERR_NONE)
		ahead_refused(a);
	if (!a->engine->settings.stay)
		keep_now(a);
	job_end(&b->job, e.cause == ERR_NONE ? NULL : &e);
	err_clear(&e);
}

static void on_step(struct job *j)
{
	struct bodies_job *b = (struct bodies_job *)j;
	struct account *a = j->account;
	while (account_running(a, NULL) == j && !j->open) {
		if (j->err.cause != ERR_NONE || b->at >= j->request->uids->len || ahead_full(a)) {
			finish(b);
			return;
		}
		switch (b->stage) {
		case STAGE_START: step_start(b); break;
		case STAGE_STRUCTURES: ask_texts(b); break;
		case STAGE_TEXTS:
			g_ptr_array_set_size(b->pieces, 0);
			b->at = b->upto;
			tell(b);
			b->stage = STAGE_START;
			if (b->at < j->request->uids->len)
				job_yield(j);
			break;
		}
	}
}

/* Of a message that vanished meanwhile there is nothing to keep. */
static void keep(struct bodies_job *b, const struct piece *p)
{
	ahead_count(b->job.account, p->body.n);
	if (store_part_put(store_of(b), b->f.id, p->uid, p->section, buf_str(&p->body), &b->job.err) &&
		b->job.err.cause == ERR_MISSING)
		err_clear(&b->job.err);
}

static void got_body(struct bodies_job *b, const struct imap_event *ev)
{
	for (unsigned i = 0; i < b->pieces->len; i++) {
		struct piece *p = b->pieces->pdata[i];
		if (p->command != ev->u.body.id)
			continue;
		/* Longer than its part tree said: not kept. */
		if (buf_add_str(&p->body, ev->u.body.bytes))
			p->body.max = 0;
		if (ev->u.body.end && p->body.max)
			keep(b, p);
		if (ev->u.body.end)
			buf_clear(&p->body);
		return;
	}
}

static void on_event(struct job *j, struct imap_event *ev)
{
	struct bodies_job *b = (struct bodies_job *)j;
	if (j->err.cause != ERR_NONE)
		return;
	if (ev->type == IMAP_BODY)
		got_body(b, ev);
	if (ev->type == IMAP_FETCH && (ev->u.fetch.has & IMAP_HAS_STRUCTURE) && ev->u.fetch.structure &&
		store_structure_put(store_of(b), b->f.id, ev->u.fetch.uid, ev->u.fetch.structure, &j->err) &&
		j->err.cause == ERR_MISSING)
		err_clear(&j->err);
}

static void on_ended(struct job *j, const struct imap_event *done)
{
	struct bodies_job *b = (struct bodies_job *)j;
	/* A message that is refused is passed over: it will say so when it is opened. */
	if (b->select && done->u.done.id == b->select)
		job_selected(j, &b->f, done);
}

static void on_free(struct job *j)
{
	struct bodies_job *b = (struct bodies_job *)j;
	store_folder_clear(&b->f);
	g_ptr_array_unref(b->pieces);
	g_free(b);
}

static const struct job_class bodies_class = {
	.name = "bodies", .priority = 4, .step = on_step, .event = on_event, .ended = on_ended, .free = on_free
};

static const struct job_class ahead_class = {
	.name = "ahead", .priority = 6, .step = on_step, .event = on_event, .ended = on_ended, .free = on_free
};

static struct job *job_new(struct account *a, struct request *r, const struct job_class *class, uint64_t text_max)
{
	struct bodies_job *b = g_new0(struct bodies_job, 1);
	b->job = (struct job){ .class = class, .account = a, .request = r };
	b->text_max = text_max;
	b->pieces = g_ptr_array_new_with_free_func(piece_free);
	if (!r->uids)
		r->uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	return &b->job;
}

struct job *bodies_job_new(struct account *a, struct request *r)
{
	return job_new(a, r, &bodies_class, TEXT_MAX);
}

struct job *bodies_job_ahead(struct account *a, struct request *r)
{
	return job_new(a, r, &ahead_class, AHEAD_MAX);
}
