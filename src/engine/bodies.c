/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of many messages fetched ahead, asked for or of the engine's own accord, in groups: their part trees first, then
 * their headers and shown texts. Several groups are under way, so that neither side waits for the other; each is written at
 * once when it is whole, so that a run that is cut off loses little. What more there is than the account keeps is left. */
#include "engine/internal.h"

#include <string.h>

#define GROUP (STORE_BATCH / 2) /* messages: of most a header and one text */
/* How much is under way: groups, and octets of texts that are asked and not here yet; at first so many, then as many as come
 * in a moment, so that a person who wants something waits no longer. */
struct depth {
	unsigned groups;
	uint64_t window, window_most;
	int moment_ms;
};
static const struct depth in_screens = { 128, 1u << 20, 1u << 26, 400 };
/* Only another process may want something: fewer turns. */
static const struct depth in_command = { 512, 8u << 20, 1u << 28, 4000 };
#define HELD_MOST (4u << 20)  /* octets of texts that are here and wait for the rest of their group */
#define HEADER_OCTETS 2048    /* supposed, for nobody says */
#define TEXT_MAX (256u << 10) /* a longer text is fetched when it is opened */
#define AHEAD_MAX (64u << 10) /* the same, where nobody asked */

struct piece {
	char *section;
	struct buf body;
	bool whole, broken;
};

struct letter {
	struct group *group;
	uint32_t uid;
	struct msg_part *root; /* NULL: not known */
	bool fresh;            /* .. and not kept yet */
	GPtrArray *pieces;     /* struct piece * */
	uint64_t octets;       /* of them, about */
	uint64_t kept;         /* .. of texts that are there already */
};

struct group {
	GPtrArray *letters; /* owned */
	uint32_t trees;     /* the command that asks for them; 0: none runs */
	unsigned planned;   /* of so many letters the texts were asked for, or will not be */
	GArray *texts;      /* struct asked: commands that run */
};

struct asked {
	uint32_t command;
	uint64_t octets; /* about */
	int64_t ms;
};

struct bodies_job {
	struct job job;
	bool begun;
	struct store_folder f;
	uint32_t select;
	unsigned at, done;   /* of request->uids */
	GQueue groups;       /* struct group *: under way */
	GHashTable *letters; /* UID -> struct letter of theirs */
	const struct depth *depth;
	bool full; /* the account keeps no more */
	uint64_t flying, window, held;
	uint64_t text_max;
};

static void piece_free(void *data)
{
	struct piece *p = data;
	g_free(p->section);
	buf_clear(&p->body);
	g_free(p);
}

static void letter_free(void *data)
{
	struct letter *l = data;
	msg_part_free(l->root);
	g_ptr_array_unref(l->pieces);
	g_free(l);
}

static void group_free(void *data)
{
	struct group *g = data;
	g_ptr_array_unref(g->letters);
	g_array_unref(g->texts);
	g_free(g);
}

static struct store *store_of(const struct bodies_job *b)
{
	return b->job.account->engine->store;
}

static unsigned uids(const struct bodies_job *b)
{
	return b->job.request->uids->len;
}

/* Somebody more urgent gets the connection once what is under way has come. */
static bool goes_on(const struct bodies_job *b)
{
	return b->job.err.cause == ERR_NONE && !job_is_outranked(&b->job);
}

/* --- keeping --- */

/* What vanished meanwhile has no place to be kept at. */
static bool is_failure(int result, struct err *e)
{
	if (result && e->cause == ERR_MISSING) {
		err_clear(e);
		return false;
	}
	return result;
}

static int put_tree(struct bodies_job *b, struct letter *l, struct err *e)
{
	if (!l->fresh)
		return 0;
	l->fresh = false;
	return is_failure(store_structure_put(store_of(b), b->f.id, l->uid, l->root, e), e) ? -1 : 0;
}

static int put_letter(struct bodies_job *b, struct letter *l, struct err *e)
{
	if (put_tree(b, l, e))
		return -1;
	for (unsigned i = 0; i < l->pieces->len; i++) {
		struct piece *p = l->pieces->pdata[i];
		if (!p->whole)
			continue;
		int result = store_part_put(store_of(b), b->f.id, l->uid, p->section, buf_str(&p->body), e);
		if (is_failure(result, e))
			return -1;
		ahead_count(b->job.account, p->body.n);
		b->held -= p->body.n;
		buf_clear(&p->body);
		p->whole = false;
	}
	return 0;
}

/* For all letters of a group, in one transaction. */
static void each_letter(
	struct bodies_job *b, struct group *g, int (*work)(struct bodies_job *b, struct letter *l, struct err *e))
{
	struct err *e = &b->job.err;
	int result = 0;
	if (e->cause != ERR_NONE || store_begin(store_of(b), e))
		return;
	/* The oldest first: the request has the newest first. */
	for (unsigned i = g->letters->len; !result && i > 0; i--)
		result = work(b, g->letters->pdata[i - 1], e);
	if (result || store_commit(store_of(b), e))
		store_rollback(store_of(b));
}

/* --- asking --- */

static int find_tree(struct bodies_job *b, struct letter *l, struct err *e)
{
	return store_structure_get(store_of(b), b->f.id, l->uid, &l->root, e);
}

static void ask_trees(struct bodies_job *b, struct group *g)
{
	struct imap_set unknown;
	imap_set_init(&unknown);
	each_letter(b, g, find_tree);
	for (unsigned i = g->letters->len; i > 0; i--) {
		struct letter *l = g->letters->pdata[i - 1];
		if (!l->root)
			imap_set_add(&unknown, l->uid, l->uid);
	}
	if (unknown.ranges->len) {
		g->trees = imap_fetch_structures(job_imap(&b->job), &unknown);
		job_command(&b->job, g->trees);
	}
	imap_set_clear(&unknown);
}

static void group_begin(struct bodies_job *b)
{
	struct group *g = g_new0(struct group, 1);
	g->letters = g_ptr_array_new_with_free_func(letter_free);
	g->texts = g_array_new(FALSE, FALSE, sizeof(struct asked));
	g_queue_push_tail(&b->groups, g);
	for (; g->letters->len < GROUP && b->at < uids(b); b->at++) {
		struct letter *l = g_new0(struct letter, 1);
		l->group = g;
		l->uid = g_array_index(b->job.request->uids, uint32_t, b->at);
		l->pieces = g_ptr_array_new_with_free_func(piece_free);
		g_ptr_array_add(g->letters, l);
		g_hash_table_replace(b->letters, GUINT_TO_POINTER(l->uid), l);
	}
	ask_trees(b, g);
}

static int add_piece(struct bodies_job *b, struct letter *l, const char *section, uint64_t octets, struct err *e)
{
	bool found = false;
	uint64_t kept = 0;
	if (store_part_has(store_of(b), b->f.id, l->uid, section, &found, &kept, e))
		return -1;
	if (found) {
		l->kept += kept;
		return 0;
	}
	struct piece *p = g_new0(struct piece, 1);
	p->section = g_strdup(section);
	buf_init(&p->body, TEXT_MAX);
	g_ptr_array_add(l->pieces, p);
	l->octets += octets;
	return 0;
}

static int plan_texts(struct bodies_job *b, struct letter *l, struct err *e)
{
	g_autoptr(GPtrArray) shown = l->root ? msg_shown_parts(l->root) : g_ptr_array_new();
	if (shown->len && add_piece(b, l, "HEADER", HEADER_OCTETS, e))
		return -1;
	struct msg_part *calendar = l->root ? text_aside(l->root).calendar : NULL;
	if (calendar && !g_ptr_array_find(shown, calendar, NULL))
		g_ptr_array_add(shown, calendar);
	for (unsigned i = 0; i < shown->len; i++) {
		const struct msg_part *p = shown->pdata[i];
		g_autofree char *section = text_section(p);
		uint64_t octets = p->children ? HEADER_OCTETS : p->size;
		if (section && octets <= b->text_max && add_piece(b, l, section, octets, e))
			return -1;
	}
	return 0;
}

/* Messages that want the same sections are asked together. */
struct question {
	struct imap_set uids;
	uint64_t octets;
};

static void question_free(void *data)
{
	struct question *q = data;
	imap_set_clear(&q->uids);
	g_free(q);
}

static void sort_in(GHashTable *questions, const struct letter *l)
{
	for (unsigned from = 0; from < l->pieces->len; from += IMAP_SECTIONS_MAX) {
		g_autoptr(GString) words = g_string_new(NULL);
		for (unsigned i = from; i < MIN(from + IMAP_SECTIONS_MAX, l->pieces->len); i++)
			g_string_append_printf(
				words, "%s%s", i > from ? " " : "", ((struct piece *)l->pieces->pdata[i])->section);
		struct question *q = g_hash_table_lookup(questions, words->str);
		if (!q) {
			q = g_new0(struct question, 1);
			imap_set_init(&q->uids);
			g_hash_table_insert(questions, g_strdup(words->str), q);
		}
		imap_set_add(&q->uids, l->uid, l->uid);
		q->octets += from ? 0 : l->octets;
	}
}

static void ask(struct bodies_job *b, struct group *g, GHashTable *questions)
{
	GHashTableIter at;
	void *words, *value;
	g_hash_table_iter_init(&at, questions);
	while (b->job.err.cause == ERR_NONE && g_hash_table_iter_next(&at, &words, &value)) {
		const struct question *q = value;
		g_auto(GStrv) sections = g_strsplit(words, " ", -1);
		struct asked asked = { .octets = q->octets, .ms = clock_ms() };
		asked.command = imap_fetch_parts(job_imap(&b->job), &q->uids, (const char *const *)sections);
		g_array_append_val(g->texts, asked);
		job_command(&b->job, asked.command);
	}
}

static void put_all(struct bodies_job *b)
{
	for (GList *l = b->groups.head; l; l = l->next)
		each_letter(b, l->data, put_letter);
}

/* The next letter's texts, if the account keeps them. False: that is to be seen once what is under way has come, for it may
 * turn out to be less than it was taken for. */
static bool plan_letter(struct bodies_job *b, struct letter *l)
{
	if (b->full || plan_texts(b, l, &b->job.err))
		return true;
	if (!b->flying && b->held)
		put_all(b);
	if (b->flying + b->held + l->octets <= ahead_room(b->job.account)) {
		ahead_count(b->job.account, l->kept);
		b->flying += l->octets;
		return true;
	}
	b->full = !b->flying && l->octets;
	g_ptr_array_set_size(l->pieces, 0);
	l->octets = l->kept = 0;
	return b->full;
}

/* The newest first, as many as may be under way. False: that is all for now. */
static bool ask_texts(struct bodies_job *b, struct group *g)
{
	g_autoptr(GHashTable) questions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, question_free);
	bool go = true;
	while (go && b->job.err.cause == ERR_NONE && g->planned < g->letters->len && b->flying < b->window) {
		struct letter *l = g->letters->pdata[g->planned];
		go = plan_letter(b, l);
		if (go) {
			sort_in(questions, l);
			g->planned++;
		}
	}
	ask(b, g, questions);
	return go && b->flying < b->window;
}

/* --- from one group to the next --- */

static void tell(struct bodies_job *b)
{
	struct event *ev = event_new(EV_PROGRESS, b->job.request->id, b->job.account->index);
	ev->bytes_done = b->done;
	ev->bytes_total = uids(b);
	ev->text = g_strdup(b->f.name);
	engine_emit(b->job.account->engine, ev);
}

/* A report of delivery is read at once: it is for the letter that it speaks of. */
static void read_report(struct bodies_job *b, const struct letter *l)
{
	struct account *a = b->job.account;
	struct err e = ERR_INIT;
	if (!l->root || strcmp(l->root->type, "multipart/report"))
		return;
	struct request *r = request_new(REQ_READ, 0, a->index);
	r->folder = g_strdup(b->f.name);
	r->uid = l->uid;
	if (!read_from_cache(a, &r, &e) && r)
		account_queue(a, read_job_new(a, g_steal_pointer(&r)));
	request_free(r);
	err_clear(&e);
}

static void group_end(struct bodies_job *b)
{
	struct group *g = g_queue_pop_head(&b->groups);
	each_letter(b, g, put_letter);
	for (unsigned i = 0; i < g->letters->len; i++)
		read_report(b, g->letters->pdata[i]);
	b->done += g->letters->len;
	for (unsigned i = 0; i < g->letters->len; i++) {
		const struct letter *l = g->letters->pdata[i];
		if (g_hash_table_lookup(b->letters, GUINT_TO_POINTER(l->uid)) == l)
			g_hash_table_remove(b->letters, GUINT_TO_POINTER(l->uid));
	}
	group_free(g);
	if (b->job.request->id)
		tell(b);
}

static bool is_over(const struct group *g)
{
	return g && g->planned == g->letters->len && !g->trees && !g->texts->len;
}

static bool is_left(const struct bodies_job *b)
{
	return b->at < uids(b) && !b->full;
}

/* Not before half of what may be under way has come: many questions in one go. */
static void ask_more(struct bodies_job *b)
{
	if (g_queue_get_length(&b->groups) <= b->depth->groups / 2)
		while (goes_on(b) && is_left(b) && g_queue_get_length(&b->groups) < b->depth->groups)
			group_begin(b);
	if (b->flying > b->window / 2)
		return;
	bool more = true;
	for (GList *l = b->groups.head; l && more && goes_on(b); l = l->next) {
		struct group *g = l->data;
		if (!g->trees && g->planned < g->letters->len)
			more = ask_texts(b, g);
	}
}

static void pump(struct bodies_job *b)
{
	bool more;
	do {
		ask_more(b);
		more = is_over(g_queue_peek_head(&b->groups));
		while (is_over(g_queue_peek_head(&b->groups)))
			group_end(b);
	} while (more);
}

static void begin(struct bodies_job *b)
{
	b->begun = true;
	if (folder_find(b->job.account, b->job.request->folder, &b->f, &b->job.err))
		return;
	connection_expect(b->job.conn, uids(b) - b->at);
	b->select = job_select(&b->job, &b->f);
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
		if (!b->begun && j->err.cause == ERR_NONE)
			begin(b);
		pump(b);
		if (j->open)
			return;
		if (j->err.cause != ERR_NONE || (!is_left(b) && !b->groups.length)) {
			finish(b);
			return;
		}
		b->begun = false;
		if (job_yield(j))
			return;
	}
}

static void got_body(struct bodies_job *b, const struct imap_event *ev)
{
	struct letter *l = g_hash_table_lookup(b->letters, GUINT_TO_POINTER(ev->u.body.uid));
	for (unsigned i = 0; l && i < l->pieces->len; i++) {
		struct piece *p = l->pieces->pdata[i];
		if (p->whole || p->broken || !str_is(ev->u.body.section, p->section))
			continue;
		/* Longer than its part tree said: not kept. */
		p->broken = buf_add_str(&p->body, ev->u.body.bytes);
		p->whole = ev->u.body.end && !p->broken;
		if (p->whole)
			b->held += p->body.n;
		if (p->broken)
			buf_clear(&p->body);
		break;
	}
	if (l && b->held > HELD_MOST)
		each_letter(b, l->group, put_letter);
}

static void on_event(struct job *j, struct imap_event *ev)
{
	struct bodies_job *b = (struct bodies_job *)j;
	if (j->err.cause != ERR_NONE)
		return;
	if (ev->type == IMAP_BODY)
		got_body(b, ev);
	if (ev->type != IMAP_FETCH || !(ev->u.fetch.has & IMAP_HAS_STRUCTURE) || !ev->u.fetch.structure)
		return;
	struct letter *l = g_hash_table_lookup(b->letters, GUINT_TO_POINTER(ev->u.fetch.uid));
	if (l && !l->root) {
		l->root = g_steal_pointer(&ev->u.fetch.structure);
		l->fresh = true;
	}
}

/* How much is under way follows from how long it took. */
static void texts_came(struct bodies_job *b, const struct asked *t)
{
	int64_t took = clock_ms() - t->ms;
	b->flying -= t->octets;
	if (took < b->depth->moment_ms)
		b->window = MIN(b->window + t->octets, b->depth->window_most);
	else if (took > 3 * b->depth->moment_ms)
		b->window = MAX(b->window / 2, b->depth->window);
}

static void command_ended(struct bodies_job *b, struct group *g, uint32_t command)
{
	if (g->trees == command)
		g->trees = 0;
	for (unsigned i = 0; i < g->texts->len; i++) {
		struct asked t = g_array_index(g->texts, struct asked, i);
		if (t.command != command)
			continue;
		g_array_remove_index_fast(g->texts, i);
		texts_came(b, &t);
		return;
	}
}

static void on_ended(struct job *j, const struct imap_event *done)
{
	struct bodies_job *b = (struct bodies_job *)j;
	/* A message that is refused is passed over: it will say so when it is opened. */
	if (b->select && done->u.done.id == b->select)
		job_selected(j, &b->f, done);
	for (GList *l = b->groups.head; l; l = l->next)
		command_ended(b, l->data, done->u.done.id);
	pump(b);
}

static void on_free(struct job *j)
{
	struct bodies_job *b = (struct bodies_job *)j;
	store_folder_clear(&b->f);
	g_hash_table_unref(b->letters);
	g_queue_clear_full(&b->groups, group_free);
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
	b->letters = g_hash_table_new(NULL, NULL);
	g_queue_init(&b->groups);
	b->depth = a->engine->settings.stay ? &in_screens : &in_command;
	b->window = b->depth->window;
	b->text_max = text_max;
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
