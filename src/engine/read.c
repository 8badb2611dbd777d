/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One message: what the cache has of it, what must be fetched, and where it goes: to the eye (READ), into
 * a file (PART), or as it was received (RAW); for another process PART and RAW go into the cache. */
#include "engine/internal.h"

#include <string.h>

#define PIECE_MAX MSG_TEXT_MAX /* of a text part, encoded */
#define WHOLE_MAX (256u << 20) /* of any part held in memory for its digest, encoded */
#define KEEP_MAX (1u << 20)    /* a larger piece is not kept in the cache */
#define HEADER_PIECE "HEADER"

/* A piece of the message that was asked for. */
struct want {
	uint32_t command;
	char *section;
	struct buf body;
	bool done;
};

enum stage { STAGE_START, STAGE_STRUCTURE, STAGE_PIECES, STAGE_DONE };

struct read_job {
	struct job job;
	enum stage stage;
	struct store_folder f;
	struct msg_part *root;
	uint32_t select;
	GPtrArray *wants; /* struct want *: under way */
	struct text_job *text;
	struct save *save;
	struct store_incoming *incoming; /* for another process */
	uint64_t streamed;
	unsigned tries;   /* in vain, one behind the other */
	uint64_t resumed; /* octets that came before this connection */
	uint64_t ahead;   /* octets sent up that the front has not taken */
	bool held;        /* so many that the connection waits */
};

static void want_free(void *data)
{
	struct want *w = data;
	g_free(w->section);
	buf_clear(&w->body);
	g_free(w);
}

/* --- which pieces a reader needs --- */

static void add_section(GPtrArray *sections, const char *section)
{
	for (unsigned i = 0; i < sections->len; i++)
		if (!strcmp(sections->pdata[i], section))
			return;
	g_ptr_array_add(sections, g_strdup(section));
}

static void add_leaf(struct msg_part *p, int depth, void *aux)
{
	(void)depth;
	if (!p->children)
		add_section(aux, p->section);
}

/* The header, the texts that are shown, the first plain and HTML texts; all leaves for digests. */
static GPtrArray *needed_sections(struct msg_part *root, const struct request *r)
{
	GPtrArray *sections = g_ptr_array_new_with_free_func(g_free);
	add_section(sections, HEADER_PIECE);
	g_autoptr(GPtrArray) texts = text_shown(root, r->section, r->html_first);
	g_ptr_array_add(texts, msg_first(root, "text/plain"));
	g_ptr_array_add(texts, msg_first(root, "text/html"));
	for (unsigned i = 0; i < texts->len; i++) {
		g_autofree char *section = texts->pdata[i] ? text_section(texts->pdata[i]) : NULL;
		if (section)
			add_section(sections, section);
	}
	struct text_aside aside = text_aside(root);
	const struct msg_part *const parts[] = { aside.calendar, aside.cards, aside.status, aside.returned };
	for (unsigned i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *section = parts[i] ? text_section(parts[i]) : NULL;
		if (section)
			add_section(sections, section);
	}
	if (r->whole)
		msg_part_walk(root, add_leaf, sections);
	return sections;
}

static void add_piece(struct text_job *t, const char *section, struct buf *body)
{
	if (!strcmp(section, HEADER_PIECE)) {
		buf_clear(&t->header);
		t->header = *body;
	} else {
		struct text_piece *p = g_new0(struct text_piece, 1);
		p->section = g_strdup(section);
		p->body = *body;
		g_ptr_array_add(t->pieces, p);
	}
	buf_init(body, body->max);
}

/* Takes from the cache what it has; the sections that are missing stay in the array. 0 or -1. */
static int take_cached(struct account *a, struct store_place at, GPtrArray *sections, struct text_job *t, struct err *e)
{
	for (unsigned i = 0; i < sections->len;) {
		bool found = false;
		struct buf body;
		buf_init(&body, WHOLE_MAX);
		if (store_part_get_at(a->engine->store, at, sections->pdata[i], &body, &found, e)) {
			buf_clear(&body);
			return -1;
		}
		if (found) {
			add_piece(t, sections->pdata[i], &body);
			g_ptr_array_remove_index(sections, i);
		} else {
			i++;
		}
		buf_clear(&body);
	}
	return 0;
}

static void hand_over(struct account *a, struct text_job *t, struct msg_part *root)
{
	t->root = root;
	engine_run_text(a->engine, t);
}

bool read_from_cache(struct account *a, struct request **rp, struct err *e)
{
	struct request *r = *rp;
	struct store_folder f = { 0 };
	struct msg_part *root = NULL;
	bool have = false;
	if (folder_find_cached(a, r->folder, &f, e))
		return true;
	bool gone = f.flags & FOLDER_GONE;
	struct store_place at = { f.id, r->uid, r->local };
	if (r->type == REQ_READ && store_structure_get_at(a->engine->store, at, &root, e))
		have = true;
	if (root) {
		g_autoptr(GPtrArray) sections = needed_sections(root, r);
		struct text_job *t = text_job_new(r);
		if (take_cached(a, at, sections, t, e)) {
			have = true;
		} else if (!sections->len) {
			*rp = NULL;
			hand_over(a, t, g_steal_pointer(&root));
			t = NULL;
		}
		if (t) {
			t->request = NULL;
			text_job_free(t);
		}
		if (root)
			msg_part_free(root);
	}
	store_folder_clear(&f);
	if ((r->type == REQ_PART || r->type == REQ_RAW) && cached_send(a, at, rp, e))
		have = true;
	if (*rp && !have && gone)
		have = err_set(e, ERR_FOLDER, ERR_MISSING, ERR_NEVER,
			"it was never fetched, and the server has no folder '%s' any more", r->folder);
	if (*rp && !have && !r->uid)
		have = err_set(e, ERR_MESSAGE, ERR_NET, ERR_LATER, "the message is on its way to its folder");
	return have || !*rp;
}

/* --- fetching --- */

static struct imap_session *imap_of(const struct read_job *s)
{
	return connection_imap(s->job.conn);
}

static void ask_range(struct read_job *s, const char *section, uint64_t offset, uint64_t length)
{
	struct want *w = g_new0(struct want, 1);
	w->section = g_strdup(section);
	buf_init(&w->body, s->job.request->whole ? WHOLE_MAX : PIECE_MAX);
	w->command = imap_fetch_part(imap_of(s), s->job.request->uid, section, offset, length);
	g_ptr_array_add(s->wants, w);
	job_command(&s->job, w->command);
}

static void ask_piece(struct read_job *s, const char *section, uint64_t length)
{
	ask_range(s, section, 0, length);
}

static struct want *want_of(const struct read_job *s, uint32_t command)
{
	for (unsigned i = 0; i < s->wants->len; i++) {
		struct want *w = s->wants->pdata[i];
		if (w->command == command)
			return w;
	}
	return NULL;
}

/* Into the cache, where the process that asked finds it. */
static void ask_incoming(struct read_job *s, const char *section)
{
	struct store *st = s->job.account->engine->store;
	struct store_place at = { s->f.id, s->job.request->uid, 0 };
	struct store_outgoing *there = NULL;
	bool failed = store_outgoing_open(st, at, section, &there, &s->job.err);
	/* Several may have asked for the same. */
	if (!failed && !there)
		s->incoming = store_incoming_new(st, at, section, &s->job.err);
	store_outgoing_free(there);
	if (s->incoming)
		ask_piece(s, section, 0);
}

static void ask_part(struct read_job *s)
{
	struct request *r = s->job.request;
	const struct msg_part *p = save_part(s->root, r->section, &s->job.err);
	g_autofree char *section = NULL;
	if (p && !r->path)
		ask_incoming(s, p->section);
	else if (p && !s->save)
		s->save = save_new(s->root, r->section, r->path, &section, &s->job.err);
	if (s->save)
		ask_range(s, p->section, s->resumed, 0);
}

static void ask_pieces(struct read_job *s)
{
	struct request *r = s->job.request;
	s->stage = STAGE_PIECES;
	if (r->type == REQ_PART) {
		ask_part(s);
		return;
	}
	g_autoptr(GPtrArray) sections = needed_sections(s->root, r);
	if (!s->text)
		s->text = text_job_new(r);
	struct store_place at = { s->f.id, r->uid, 0 };
	if (take_cached(s->job.account, at, sections, s->text, &s->job.err))
		return;
	for (unsigned i = 0; i < sections->len; i++) {
		const char *section = sections->pdata[i];
		struct msg_part *p = msg_part_find(s->root, section);
		s->job.heavy = s->job.heavy || (p && p->size > KEEP_MAX);
		ask_piece(s, section, p && p->size > PIECE_MAX && !r->whole ? PIECE_MAX : 0);
	}
}

static void step_start(struct read_job *s)
{
	struct request *r = s->job.request;
	struct account *a = s->job.account;
	store_folder_clear(&s->f);
	if (folder_find(a, r->folder, &s->f, &s->job.err))
		return;
	s->select = job_select(&s->job, &s->f);
	if (r->type == REQ_RAW) {
		s->stage = STAGE_PIECES;
		if (r->id)
			ask_piece(s, "", 0);
		else
			ask_incoming(s, "");
		return;
	}
	if (store_structure_get(a->engine->store, s->f.id, r->uid, &s->root, &s->job.err))
		return;
	if (s->root) {
		ask_pieces(s);
		return;
	}
	s->stage = STAGE_STRUCTURE;
	job_command(&s->job, imap_fetch_structure(imap_of(s), r->uid, r->uid));
	if (r->type == REQ_READ)
		ask_piece(s, HEADER_PIECE, 0);
}

/* A message whose row is not cached is read all the same, only not kept. */
static void forgive_missing(struct read_job *s, struct err *e)
{
	if (e->cause != ERR_NONE && e->cause != ERR_MISSING && s->job.err.cause == ERR_NONE)
		err_move(&s->job.err, e);
	err_clear(e);
}

static int keep(struct read_job *s, struct want *w)
{
	struct err e = ERR_INIT;
	/* Another process finds it nowhere else. */
	if ((w->body.n > KEEP_MAX && s->job.request->id) || s->job.request->type != REQ_READ)
		return 0;
	if (store_part_put(
		    s->job.account->engine->store, s->f.id, s->job.request->uid, w->section, buf_str(&w->body), &e))
		forgive_missing(s, &e);
	return s->job.err.cause == ERR_NONE ? 0 : -1;
}

static void gone(struct read_job *s)
{
	err_set(&s->job.err, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, "the server has no such message any more");
}

/* All pieces are here: into the cache and on to the pool, or the file gets its name. */
static void deliver(struct read_job *s)
{
	struct request *r = s->job.request;
	for (unsigned i = 0; i < s->wants->len; i++) {
		struct want *w = s->wants->pdata[i];
		if (!w->done) {
			gone(s);
			return;
		}
	}
	if (s->incoming)
		store_incoming_end(&s->incoming, &s->job.err);
	if (!r->id && r->type != REQ_READ)
		return;
	if (r->type == REQ_PART) {
		struct event *ev = event_new(EV_SAVED, r->id, r->account);
		if (save_finish(&s->save, &ev->path, &ev->text, &ev->bytes_done, &s->job.err))
			event_free(ev);
		else
			engine_emit(s->job.account->engine, ev);
		return;
	}
	if (r->type == REQ_RAW)
		return;
	for (unsigned i = 0; i < s->wants->len; i++) {
		struct want *w = s->wants->pdata[i];
		if (keep(s, w))
			return;
		add_piece(s->text, w->section, &w->body);
	}
}

static void end(struct read_job *s)
{
	struct err e = ERR_INIT;
	struct account *a = s->job.account;
	err_move(&e, &s->job.err);
	if (e.cause == ERR_NONE && s->text) {
		struct text_job *t = g_steal_pointer(&s->text);
		/* The request goes on with the text job, which ends it. */
		s->job.request = NULL;
		hand_over(a, t, g_steal_pointer(&s->root));
	}
	if (s->text) {
		s->text->request = NULL;
		g_clear_pointer(&s->text, text_job_free);
	}
	job_end(&s->job, e.cause == ERR_NONE ? NULL : &e);
	err_clear(&e);
}

static void on_step(struct job *j)
{
	struct read_job *s = (struct read_job *)j;
	while (!j->open) {
		if (j->err.cause != ERR_NONE || s->stage == STAGE_DONE) {
			end(s);
			return;
		}
		switch (s->stage) {
		case STAGE_START: step_start(s); break;
		case STAGE_STRUCTURE:
			if (s->root)
				ask_pieces(s);
			else
				gone(s);
			break;
		case STAGE_PIECES:
			deliver(s);
			s->stage = STAGE_DONE;
			break;
		case STAGE_DONE: break;
		}
	}
}

/* --- what the session tells --- */

static void hold(struct read_job *s, bool held)
{
	if (s->held != held)
		connection_hold(s->job.conn, held);
	s->held = held;
}

static void raw_piece(struct read_job *s, struct str bytes)
{
	struct event *ev = event_new(EV_BYTES, s->job.request->id, s->job.account->index);
	buf_add_str(&ev->bytes, bytes);
	engine_emit(s->job.account->engine, ev);
	s->ahead += bytes.n;
	if (s->ahead >= ENGINE_AHEAD)
		hold(s, true);
}

static void on_taken(struct job *j, uint64_t octets)
{
	struct read_job *s = (struct read_job *)j;
	s->ahead -= MIN(octets, s->ahead);
	if (s->ahead <= ENGINE_AHEAD / 2)
		hold(s, false);
}

static void tell_progress(struct read_job *s, uint64_t total)
{
	struct event *ev = event_new(EV_PROGRESS, s->job.request->id, s->job.account->index);
	ev->bytes_done = s->resumed + s->streamed;
	ev->bytes_total = s->resumed + total;
	engine_emit(s->job.account->engine, ev);
}

static void got_body(struct read_job *s, const struct imap_event *ev)
{
	struct want *w = want_of(s, ev->u.body.id);
	struct str bytes = ev->u.body.bytes;
	if (!w)
		return;
	w->done = w->done || ev->u.body.end;
	s->streamed += bytes.n;
	if (s->incoming) {
		store_incoming_feed(s->incoming, bytes, &s->job.err);
	} else if (s->job.request->type == REQ_RAW) {
		raw_piece(s, bytes);
	} else if (s->job.request->type == REQ_PART) {
		if (save_feed(s->save, bytes, &s->job.err))
			return;
		tell_progress(s, ev->u.body.total);
	} else if (s->streamed > WHOLE_MAX || buf_add_str(&w->body, bytes)) {
		err_set(&s->job.err, ERR_MESSAGE, ERR_LIMIT, ERR_NEVER, "part '%s' is larger than %zu octets",
			w->section, w->body.max);
	}
}

static void on_event(struct job *j, struct imap_event *ev)
{
	struct read_job *s = (struct read_job *)j;
	struct err e = ERR_INIT;
	if (j->err.cause != ERR_NONE)
		return;
	if (ev->type == IMAP_BODY) {
		got_body(s, ev);
		/* It cannot be kept: perhaps a gigabyte more is not to be waited for. */
		j->cut = j->err.cause != ERR_NONE && !ev->u.body.end;
	}
	if (ev->type != IMAP_FETCH || ev->u.fetch.uid != j->request->uid || !(ev->u.fetch.has & IMAP_HAS_STRUCTURE))
		return;
	if (s->root || !ev->u.fetch.structure)
		return;
	s->root = g_steal_pointer(&ev->u.fetch.structure);
	if (store_structure_put(j->account->engine->store, s->f.id, j->request->uid, s->root, &e))
		forgive_missing(s, &e);
}

static void on_ended(struct job *j, const struct imap_event *done)
{
	struct read_job *s = (struct read_job *)j;
	g_autofree char *words = str_dup(done->u.done.text);
	if (s->select && done->u.done.id == s->select) {
		job_selected(j, &s->f, done);
	} else if (done->u.done.result != IMAP_OK && j->err.cause == ERR_NONE) {
		err_set(&j->err, ERR_MESSAGE, ERR_REFUSED, ERR_LATER, "the server does not give message %u of '%s'",
			j->request->uid, s->f.name);
		err_set_server(&j->err, words);
	}
}

#define TRIES_MOST 6 /* in vain */

/* A part that was cut on its way goes on where it was: what came of it is in its file. */
static void on_lost(struct job *j, const struct err *e)
{
	struct read_job *s = (struct read_job *)j;
	if (e->cause != ERR_NET || !s->save || j->err.cause != ERR_NONE || !j->request)
		return;
	unsigned tries = s->streamed ? 1 : s->tries + 1;
	if (tries > TRIES_MOST)
		return;
	struct job *next = read_job_new(j->account, g_steal_pointer(&j->request));
	struct read_job *n = (struct read_job *)next;
	n->save = g_steal_pointer(&s->save);
	n->resumed = save_fed(n->save);
	n->tries = tries;
	resume_later(j->account, next, tries);
}

static void on_free(struct job *j)
{
	struct read_job *s = (struct read_job *)j;
	if (j->conn)
		hold(s, false);
	store_folder_clear(&s->f);
	if (s->root)
		msg_part_free(s->root);
	g_ptr_array_unref(s->wants);
	save_abort(&s->save);
	store_incoming_abort(&s->incoming);
	if (s->text) {
		s->text->request = NULL;
		text_job_free(s->text);
	}
	g_free(s);
}

static const struct job_class read_class = { .name = "read",
	.priority = 0,
	.step = on_step,
	.event = on_event,
	.ended = on_ended,
	.free = on_free,
	.lost = on_lost,
	.taken = on_taken };
/* Octets that are sure to come in one piece. */
static uint64_t octets_of(struct account *a, const struct request *r)
{
	struct store_folder f = { 0 };
	struct store_row row = { 0 };
	struct msg_part *root = NULL;
	struct err e = ERR_INIT;
	uint64_t octets = 0;
	if (!folder_find(a, r->folder, &f, &e)) {
		struct store_place at = { f.id, r->uid, r->local };
		if (r->type == REQ_PART && !store_structure_get_at(a->engine->store, at, &root, &e) && root) {
			const struct msg_part *p = save_part(root, r->section, &e);
			octets = p ? p->size : 0;
		} else if ((r->type == REQ_RAW || r->whole) && !store_place_get(a->engine->store, at, &row, &e)) {
			octets = row.size;
		}
	}
	err_clear(&e);
	msg_part_free(root);
	store_row_clear(&row);
	store_folder_clear(&f);
	return octets;
}

struct job *read_job_new(struct account *a, struct request *r)
{
	struct read_job *s = g_new0(struct read_job, 1);
	s->job = (struct job){ .class = &read_class, .account = a, .request = r };
	s->job.heavy = r->type != REQ_READ;
	s->job.large = octets_of(a, r) > JOB_LARGE;
	s->wants = g_ptr_array_new_with_free_func(want_free);
	return &s->job;
}
