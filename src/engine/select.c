/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In the reader's thread: the selection that the front looks at. It is made a few hundred messages at a time, between two
 * questions; what is there already answers meanwhile. When the cache has changed another one is made beside it. */
#include "engine/internal.h"

#include "base/log.h"

#define ANSWER_MS 30    /* a question is not kept waiting longer, save where it says so */
#define TELL_MS 100     /* between two words on how many there are by now */
#define REST_TIMES 4    /* making it anew takes at most a fifth of the time */
#define REST_FROM_MS 20 /* where it takes no longer than that, it is made each time */

struct making {
	struct store_selection *it; /* NULL: nothing */
	int64_t spent_ms;
};

struct selecting {
	struct engine *engine;
	struct store_reader *reader;
	uint32_t number; /* the front's; 0: none */
	struct making now, next;
	int64_t version;            /* of the cache when the newer one of them was begun */
	struct store_choice *again; /* to be made anew, once rest_until has come */
	int64_t rest_until, told_at;
	uint32_t told;
	bool told_whole;
	struct request *waiting; /* WINDOW: for rows of `now` */
	struct request *picking; /* PLACES */
	struct store_selection *picked;
};

/* --- what is chosen from --- */

static void add_folder(struct store_choice *c, const struct store_folder *f)
{
	g_array_append_val(c->folders, f->id);
	c->expected += f->rows + f->rows_local;
	c->outgoing = f->role == ROLE_SENT || f->role == ROLE_DRAFTS;
}

/* All inboxes as one. */
static int find_inboxes(struct selecting *s, struct store_choice *c, struct store_folder *all, struct err *e)
{
	*all = (struct store_folder){ .name = g_strdup("Inbox"), .raw = g_strdup("INBOX"), .role = ROLE_INBOX };
	all->complete = true;
	for (unsigned i = 0; i < s->engine->numbers->len; i++) {
		struct store_folder f = { 0 };
		if (reader_find_folder(s->engine, s->reader, (int)i, "Inbox", &f, e))
			return -1;
		if (f.id)
			add_folder(c, &f);
		all->rows += f.rows;
		all->rows_unseen += f.rows_unseen;
		all->exists += f.exists;
		all->unseen += f.unseen;
		all->complete = all->complete && f.complete;
		all->last_sync = MAX(all->last_sync, f.last_sync);
		store_folder_clear(&f);
	}
	return 0;
}

static int find_folders(struct selecting *s, struct request *q, struct store_folder *out, struct err *e)
{
	if (!q->choice)
		q->choice = store_choice_new();
	struct store_choice *c = q->choice;
	g_array_set_size(c->folders, 0);
	c->expected = 0;
	if (q->account < 0)
		return find_inboxes(s, c, out, e);
	if (reader_find_folder(s->engine, s->reader, q->account, q->folder, out, e))
		return -1;
	if (out->id)
		add_folder(c, out);
	return 0;
}

/* --- making --- */

static void drop(struct making *m)
{
	selection_free(m->it);
	*m = (struct making){ 0 };
}

static void forget(struct selecting *s)
{
	drop(&s->now);
	drop(&s->next);
	g_clear_pointer(&s->again, store_choice_free);
	s->number = 0;
	s->told = 0;
	s->told_whole = false;
	s->rest_until = 0;
}

static int step(struct selecting *s, struct making *m, struct err *e)
{
	int64_t began = clock_ms();
	int failed = selection_step(s->reader, m->it, e);
	m->spent_ms += clock_ms() - began;
	return failed;
}

static void rest_after(struct selecting *s, const struct making *m)
{
	if (m->spent_ms > REST_FROM_MS)
		s->rest_until = clock_ms() + REST_TIMES * m->spent_ms;
}

/* The one made beside it takes its place. */
static void take_over(struct selecting *s)
{
	selection_free(s->now.it);
	s->now = s->next;
	s->next = (struct making){ 0 };
	rest_after(s, &s->now);
}

static int begin(struct selecting *s, struct making *m, struct store_choice *c, struct err *e)
{
	if (reader_version(s->reader, &s->version, e)) {
		store_choice_free(c);
		return -1;
	}
	*m = (struct making){ .it = selection_new(c) };
	return 0;
}

static int renew(struct selecting *s, const struct request *q, struct err *e)
{
	int64_t version;
	if (reader_version(s->reader, &version, e))
		return -1;
	if (version == s->version)
		return 0;
	bool busy = s->next.it || !selection_is_whole(s->now.it) || clock_ms() < s->rest_until;
	store_choice_free(g_steal_pointer(&s->again));
	if (!busy)
		return begin(s, &s->next, store_choice_copy(q->choice), e);
	s->again = store_choice_copy(q->choice);
	return 0;
}

/* --- answering --- */

/* The first row of the window, and how many. */
static uint32_t place_window(const struct store_selection *it, const struct store_window *w, uint32_t *rows)
{
	uint32_t total = selection_total(it), most = w->rows ? w->rows : UINT32_MAX, at;
	*rows = most;
	if (w->anchor == ANCHOR_TOP)
		return 0;
	if (w->anchor == ANCHOR_BOTTOM)
		return total > most ? total - most : 0;
	bool there = selection_find(it, w->mid, w->position, &at);
	switch (w->anchor) {
	case ANCHOR_BELOW: return at + there;
	case ANCHOR_NEAR: return at > most / 2 ? at - most / 2 : 0;
	case ANCHOR_ABOVE: *rows = MIN(most, at); return at - *rows;
	default: return at;
	}
}

static bool is_found(const struct store_selection *it, const struct store_window *w)
{
	uint32_t rows, total = selection_total(it);
	if (!it || selection_is_whole(it))
		return it;
	if (w->anchor == ANCHOR_BOTTOM || !w->rows)
		return false;
	uint32_t from = place_window(it, w, &rows);
	return from < total && rows <= total - from;
}

static void answer(struct selecting *s, struct request *q, struct store_folder *folder)
{
	struct err e = ERR_INIT;
	struct event *ev = event_new(EV_ROWS, q->id, q->account);
	const struct store_selection *it = s->now.it;
	uint32_t rows;
	ev->rows = store_rows_new();
	ev->folder = g_memdup2(folder, sizeof *folder);
	*folder = (struct store_folder){ 0 };
	ev->folder_id = ev->folder->id;
	ev->selection = q->selection;
	ev->view = q->view;
	ev->position = place_window(it, &q->window, &rows);
	ev->total = s->told = selection_total(it);
	ev->whole = s->told_whole = selection_is_whole(it);
	if (selection_rows(s->reader, it, ev->position, rows, ev->rows, &e))
		event_free(ev);
	else
		engine_emit(s->engine, ev);
	engine_end(s->engine, q, &e);
}

/* Its folder as it stands by now goes with the rows. */
static void answer_waiting(struct selecting *s)
{
	struct err e = ERR_INIT;
	struct store_folder folder = { 0 };
	struct request *q = g_steal_pointer(&s->waiting);
	if (find_folders(s, q, &folder, &e))
		engine_end(s->engine, q, &e);
	else
		answer(s, q, &folder);
	store_folder_clear(&folder);
}

static void cancel(struct selecting *s, struct request **q)
{
	struct err e = ERR_INIT;
	if (!*q)
		return;
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "something else was asked");
	engine_end(s->engine, g_steal_pointer(q), &e);
}

/* As far as ANSWER_MS reach. */
static int make_some(struct selecting *s, const struct request *q, struct err *e)
{
	int64_t until = clock_ms() + ANSWER_MS;
	struct making *m = q->renew && s->next.it ? &s->next : &s->now;
	while (!is_found(m->it, &q->window) && clock_ms() < until)
		if (step(s, m, e))
			return -1;
	if (m == &s->next && is_found(m->it, &q->window))
		take_over(s);
	else if (selection_is_whole(s->now.it))
		rest_after(s, &s->now);
	return 0;
}

static int prepare(struct selecting *s, struct request *q, struct store_folder *folder, struct err *e)
{
	if (find_folders(s, q, folder, e))
		return -1;
	if (!s->now.it || s->number != q->selection) {
		forget(s);
		if (begin(s, &s->now, store_choice_copy(q->choice), e))
			return -1;
		s->number = q->selection;
	} else if (q->renew && renew(s, q, e)) {
		return -1;
	}
	return make_some(s, q, e);
}

void selecting_window(struct selecting *s, struct request *q)
{
	struct err e = ERR_INIT;
	struct store_folder folder = { 0 };
	cancel(s, &s->waiting);
	if (prepare(s, q, &folder, &e)) {
		forget(s);
		engine_end(s->engine, q, &e);
	} else if (q->settled && !is_found(s->now.it, &q->window)) {
		s->waiting = q;
	} else {
		answer(s, q, &folder);
	}
	store_folder_clear(&folder);
}

void selecting_places(struct selecting *s, struct request *q)
{
	struct err e = ERR_INIT;
	struct store_folder folder = { 0 };
	cancel(s, &s->picking);
	g_clear_pointer(&s->picked, selection_free);
	if (find_folders(s, q, &folder, &e)) {
		engine_end(s->engine, q, &e);
	} else {
		s->picked = selection_new(g_steal_pointer(&q->choice));
		s->picking = q;
	}
	store_folder_clear(&folder);
}

/* --- between two questions --- */

static void tell(struct selecting *s, bool fresh)
{
	uint32_t total = selection_total(s->now.it);
	bool whole = selection_is_whole(s->now.it);
	bool news = fresh || total != s->told || whole != s->told_whole;
	if (!news || (!fresh && !whole && clock_ms() < s->told_at + TELL_MS))
		return;
	struct event *ev = event_new(EV_SELECTED, 0, -1);
	ev->selection = s->number;
	ev->total = s->told = total;
	ev->whole = s->told_whole = whole;
	ev->fresh = fresh;
	s->told_at = clock_ms();
	engine_emit(s->engine, ev);
}

static int work_on_now(struct selecting *s, struct err *e)
{
	if (step(s, &s->now, e))
		return -1;
	if (selection_is_whole(s->now.it))
		rest_after(s, &s->now);
	if (s->waiting && is_found(s->now.it, &s->waiting->window))
		answer_waiting(s);
	tell(s, false);
	return 0;
}

static int work_on_next(struct selecting *s, struct err *e)
{
	if (step(s, &s->next, e))
		return -1;
	if (!selection_is_whole(s->next.it))
		return 0;
	take_over(s);
	tell(s, true);
	return 0;
}

static int pick(struct selecting *s, struct err *e)
{
	uint32_t most = s->picking->rows ? s->picking->rows : UINT32_MAX;
	if (selection_step(s->reader, s->picked, e))
		return -1;
	uint32_t total = selection_total(s->picked);
	if (!selection_is_whole(s->picked) && total <= most)
		return 0;
	struct event *ev = event_new(EV_PLACES, s->picking->id, s->picking->account);
	ev->folder = g_new0(struct store_folder, 1);
	if (find_folders(s, s->picking, ev->folder, e)) {
		event_free(ev);
		return -1;
	}
	ev->places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	for (uint32_t i = 0; i < MIN(total, most); i++) {
		struct store_place at = selection_place(s->picked, i);
		g_array_append_val(ev->places, at);
	}
	ev->whole = total <= most;
	engine_emit(s->engine, ev);
	engine_end(s->engine, g_steal_pointer(&s->picking), NULL);
	g_clear_pointer(&s->picked, selection_free);
	return 0;
}

static bool makes_now(const struct selecting *s)
{
	return s->now.it && !selection_is_whole(s->now.it);
}

int64_t selecting_due(const struct selecting *s)
{
	if (makes_now(s) || s->next.it || s->picked)
		return 0;
	return s->again ? s->rest_until : CLOCK_NEVER;
}

void selecting_work(struct selecting *s)
{
	struct err e = ERR_INIT;
	int failed = 0;
	if (s->picked)
		failed = pick(s, &e);
	if (failed) {
		engine_end(s->engine, g_steal_pointer(&s->picking), &e);
		g_clear_pointer(&s->picked, selection_free);
	}
	if (makes_now(s))
		failed = work_on_now(s, &e);
	else if (s->next.it)
		failed = work_on_next(s, &e);
	else if (s->again && clock_ms() >= s->rest_until)
		failed = begin(s, &s->next, g_steal_pointer(&s->again), &e);
	else
		failed = 0;
	if (failed && s->waiting) {
		engine_end(s->engine, g_steal_pointer(&s->waiting), &e);
	} else if (failed) {
		log_line(LOG_ERROR, "%s", e.text);
	}
	if (failed)
		forget(s);
	err_clear(&e);
}

/* --- lifecycle --- */

struct selecting *selecting_new(struct engine *en, struct store_reader *r)
{
	struct selecting *s = g_new0(struct selecting, 1);
	s->engine = en;
	s->reader = r;
	return s;
}

void selecting_free(struct selecting *s)
{
	if (!s)
		return;
	forget(s);
	request_free(s->waiting);
	request_free(s->picking);
	selection_free(s->picked);
	g_free(s);
}
