/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts of many messages fetched ahead, asked for or of the engine's own accord, in groups: their part trees first, then
 * their headers and shown texts. Several groups are under way, so that neither side waits for the other; each is written at
 * once when it is whole, so that a run that is cut off loses little. What more there is than the account keeps is left. */
#include "engine/internal.h"

#include <string.h>

#define GROUP (STORE_BATCH / 2) /* messages: of most a header and one text */
#define GROUPS_MOST 128         /* under way */
#define WINDOW_FIRST (1u << 20) /* octets of texts that are asked and not here yet; then as many .. */
#define WINDOW_MOST (1u << 26)  /* .. as come in a moment, so that a person who wants something waits no longer */
#define MOMENT_MS 400
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
};

struct group {
	GPtrArray *letters; /* owned */
	uint32_t trees;     /* the command that asks for them; 0: none runs */
	GArray *texts;      /* uint32_t: commands that run */
	bool asked;
	int64_t asked_ms;
	uint64_t octets;
};

struct bodies_job {
	struct job job;
	bool begun;
	struct store_folder f;
	uint32_t select;
	unsigned at, done;   /* of request->uids */
	GQueue groups;       /* struct group *: under way */
	GHashTable *letters; /* UID -> struct letter of theirs */
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
	g->texts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
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
	if (store_part_has(store_of(b), b->f.id, l->uid, section, &found, e))
		return -1;
	if (found)
		return 0;
	struct piece *p = g_new0(struct piece, 1);
	p->section = g_strdup(section);
	buf_init(&p->body, TEXT_MAX);
	g_ptr_array_add(l->pieces, p);
	l->group->octets += octets;
	return 0;
}

static int plan_texts(struct bodies_job *b, struct letter *l, struct err *e)
{
	g_autoptr(GPtrArray) shown = l->root ? msg_shown_parts(l->root) : g_ptr_array_new();
	if (shown->len && add_piece(b, l, "HEADER", HEADER_OCTETS, e))
		return -1;
	for (unsigned i = 0; i < shown->len; i++) {
		const struct msg_part *p = shown->pdata[i];
		g_autofree char *section = text_section(p);
		uint64_t octets = p->children ? HEADER_OCTETS : p->size;
		if (section && octets <= b->text_max && add_piece(b, l, section, octets, e))
			return -1;
	}
	return 0;
}

static void set_free(void *data)
{
	imap_set_clear(data);
	g_free(data);
}

/* Messages that want the same sections are asked together. */
static void sort_in(GHashTable *sets, const struct letter *l)
{
	for (unsigned from = 0; from < l->pieces->len; from += IMAP_SECTIONS_MAX) {
		g_autoptr(GString) words = g_string_new(NULL);
		for (unsigned i = from; i < MIN(from + IMAP_SECTIONS_MAX, l->pieces->len); i++)
			g_string_append_printf(
				words, "%s%s", i > from ? " " : "", ((struct piece *)l->pieces->pdata[i])->section);
		struct imap_set *set = g_hash_table_lookup(sets, words->str);
		if (!set) {
			set = g_new0(struct imap_set, 1);
			imap_set_init(set);
			g_hash_table_insert(sets, g_strdup(words->str), set);
		}
		imap_set_add(set, l->uid, l->uid);
	}
}

static void ask_texts(struct bodies_job *b, struct group *g)
{
	g_autoptr(GHashTable) sets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, set_free);
	GHashTableIter at;
	void *words, *set;
	g->asked = true;
	g->asked_ms = clock_ms();
	each_letter(b, g, plan_texts);
	for (unsigned i = g->letters->len; i > 0; i--)
		sort_in(sets, g->letters->pdata[i - 1]);
	g_hash_table_iter_init(&at, sets);
	while (b->job.err.cause == ERR_NONE && g_hash_table_iter_next(&at, &words, &set)) {
		g_auto(GStrv) sections = g_strsplit(words, " ", -1);
		uint32_t command = imap_fetch_parts(job_imap(&b->job), set, (const char *const *)sections);
		g_array_append_val(g->texts, command);
		job_command(&b->job, command);
	}
	b->flying += g->octets;
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

static void group_end(struct bodies_job *b)
{
	struct group *g = g_queue_pop_head(&b->groups);
	each_letter(b, g, put_letter);
	b->flying -= g->octets;
	if (clock_ms() - g->asked_ms < MOMENT_MS)
		b->window = MIN(b->window + g->octets, WINDOW_MOST);
	else if (clock_ms() - g->asked_ms > 3 * MOMENT_MS)
		b->window = MAX(b->window / 2, WINDOW_FIRST);
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
	return g && g->asked && !g->texts->len;
}

static bool is_left(const struct bodies_job *b)
{
	return b->at < uids(b) && !ahead_full(b->job.account);
}

/* Not before half of what may be under way has come: many questions in one go. */
static void ask_more(struct bodies_job *b)
{
	if (g_queue_get_length(&b->groups) <= GROUPS_MOST / 2)
		while (goes_on(b) && is_left(b) && g_queue_get_length(&b->groups) < GROUPS_MOST)
			group_begin(b);
	if (b->flying > b->window / 2)
		return;
	for (GList *l = b->groups.head; l && goes_on(b) && b->flying < b->window; l = l->next) {
		struct group *g = l->data;
		if (!g->asked && !g->trees)
			ask_texts(b, g);
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

static void command_ended(struct group *g, uint32_t command)
{
	if (g->trees == command)
		g->trees = 0;
	for (unsigned i = 0; i < g->texts->len; i++)
		if (g_array_index(g->texts, uint32_t, i) == command) {
			g_array_remove_index_fast(g->texts, i);
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
		command_ended(l->data, done->u.done.id);
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
	b->window = WINDOW_FIRST;
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
