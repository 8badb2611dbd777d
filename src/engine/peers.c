/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several processes and one account: who holds the lock drives it, and listens for a tap; who does not writes down what it
 * wants, taps, and watches the state until that has ended. If the holder goes, the next one takes the lock. */
#include "engine/changes.h"

#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/wake.h"
#include "engine/outbox.h"

#define LOOK_MS 50        /* while somebody waits for an end */
#define LOOK_IDLE_MS 1000 /* while only the row is waiting */
#define LOCK_EVERY_MS 200 /* is the holder still there? */
#define UNHEARD_MS 29000  /* a holder that lives shows it sooner; less than a command waits for its answer */
#define BEAT_MS 8000      /* .. so often, while it does what was asked of it */
#define LOOK_DEAF_MS 5000 /* of a holder that nobody can tap */

struct peer {
	struct account *account;
	struct timer *timer;
	int64_t version; /* of the state when it was looked at last */
	int64_t lock_ms; /* the next try */
	char *holder;
};

static char *path_of(const struct account *a, const char *suffix)
{
	g_autofree char *name = g_strdup_printf("account-%u.%s", a->number, suffix);
	return g_build_filename(a->engine->settings.state_dir, name, NULL);
}

static void tapped(void *aux)
{
	struct account *a = aux;
	struct err e = ERR_INIT;
	if (changes_reload(a, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	changes_run(a);
	outbox_look(a->outbox);
}

void peer_tap(struct account *a)
{
	g_autofree char *tap = path_of(a, "wake");
	if (!a->lock)
		wake_tap(tap);
}

static void listen_to_others(struct account *a);

/* Nobody can tap: what others want is looked for. */
static void look_when_deaf(void *aux)
{
	struct account *a = aux;
	listen_to_others(a);
	tapped(a);
}

/* On a full disk there may be no room even for the socket's name. */
static void listen_to_others(struct account *a)
{
	g_autofree char *tap = path_of(a, "wake");
	struct err e = ERR_INIT;
	a->wake = wake_listen(tap, a->engine->ctx, tapped, a, &e);
	if (a->wake) {
		g_clear_pointer(&a->deaf, timer_free);
		return;
	}
	if (!a->deaf) {
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
		a->deaf = timer_new(a->engine->ctx, look_when_deaf, a);
	}
	timer_at(a->deaf, clock_ms() + LOOK_DEAF_MS);
	err_clear(&e);
}

#define HOLDER_MAX 8192

/* holder: "pid N" and the path of its socket. */
static int held(const char *holder, struct err *e)
{
	struct str pid, n, rest;
	str_cut(str_of(holder ? holder : ""), ' ', &pid, &rest);
	str_cut(rest, ' ', &n, &rest);
	return err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "another Boxwood (pid %.*s) drives this account",
		n.n ? (int)n.n : 1, n.n ? n.p : "?");
}

char *peer_holder(const struct account *a)
{
	g_autofree char *path = path_of(a, "lock");
	struct buf note;
	struct err e = ERR_INIT;
	struct str pid = { 0 }, number = { 0 }, rest;
	buf_init(&note, HOLDER_MAX);
	if (!fs_read(path, HOLDER_MAX, &note, &e)) {
		str_cut(buf_str(&note), ' ', &pid, &rest);
		str_cut(rest, ' ', &number, &rest);
	}
	char *holder = g_strdup_printf("pid %.*s", number.n ? (int)number.n : 1, number.n ? number.p : "?");
	buf_clear(&note);
	err_clear(&e);
	return holder;
}

int peer_lock(struct account *a, struct err *e)
{
	if (a->lock)
		return 0;
	g_autofree char *path = path_of(a, "lock"), *tap = path_of(a, "wake"), *holder = NULL;
	a->lock = fs_lock(path, false, 0, &holder, e);
	if (!a->lock)
		return e->retry == ERR_LATER ? held(holder, e) : -1;
	g_autofree char *mine = g_strdup_printf("pid %ld %s", (long)getpid(), tap);
	struct err unheard = ERR_INIT;
	/* The note only tells people who holds it. */
	if (fs_lock_write(a->lock, mine, &unheard))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, unheard.text);
	err_clear(&unheard);
	listen_to_others(a);
	if (changes_reload(a, e)) {
		peer_unlock(a);
		return -1;
	}
	return 0;
}

void peer_unlock(struct account *a)
{
	g_clear_pointer(&a->wake, wake_free);
	g_clear_pointer(&a->deaf, timer_free);
	fs_unlock(a->lock);
	a->lock = NULL;
}

void peer_free(struct account *a)
{
	struct peer *p = g_steal_pointer(&a->changes.peer);
	if (!p)
		return;
	timer_free(p->timer);
	g_free(p->holder);
	g_free(p);
}

/* One that was taken by another process meanwhile has its time anew. */
static void note_holder(struct peer *p, const struct err *e)
{
	if (e->cause != ERR_NET || !g_strcmp0(p->holder, e->text))
		return;
	if (p->holder)
		p->account->changes.heard_ms = clock_ms();
	g_free(p->holder);
	p->holder = g_strdup(e->text);
}

/* It is stopped or stuck; its lock cannot be taken from it as long as it lives, and its connection may be in the middle of a
 * change. */
static void give_up(struct peer *p)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "%s and has not answered for 30 seconds",
		p->holder ? p->holder : "another Boxwood drives this account");
	p->account->changes.heard_ms = clock_ms();
	changes_unheard(p->account, &e);
	err_clear(&e);
}

static void look(void *aux)
{
	struct peer *p = aux;
	struct account *a = p->account;
	struct err e = ERR_INIT;
	int64_t version = p->version;
	if (store_state_version(a->engine->store, &version, &e) || (version != p->version && changes_reload(a, &e)))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	p->version = version;
	bool ours = false;
	if (clock_ms() >= p->lock_ms) {
		p->lock_ms = clock_ms() + LOCK_EVERY_MS;
		ours = !peer_lock(a, &e);
		if (!ours)
			note_holder(p, &e);
		err_clear(&e);
	}
	if (!ours && a->changes.waiters->len && clock_ms() - a->changes.heard_ms > UNHEARD_MS)
		give_up(p);
	if (ours || !changes_waiting(a)) {
		peer_free(a);
		if (ours)
			changes_run(a);
		return;
	}
	timer_at(p->timer, clock_ms() + (a->changes.waiters->len ? LOOK_MS : LOOK_IDLE_MS));
}

void peer_hand_over(struct account *a)
{
	g_autofree char *tap = path_of(a, "wake");
	struct peer *p = a->changes.peer;
	wake_tap(tap);
	if (!p) {
		p = g_new0(struct peer, 1);
		p->account = a;
		p->timer = timer_new(a->engine->ctx, look, p);
		a->changes.peer = p;
		a->changes.heard_ms = clock_ms();
	}
	timer_at(p->timer, clock_ms() + LOOK_MS);
}

/* --- what another process asks to be fetched --- */

/* store_change.step of a CHANGE_SYNC; target is the folder's shown name. path: of READ and PART the section, of BODIES the
 * UIDs; of a sync that is done what became of each folder. The item of READ, PART and RAW is the message. */
#define ASK_WHOLE 1
#define ASK_ALL_FOLDERS 2
#define ASK_READ 4
#define ASK_PART 8
#define ASK_RAW 16
#define ASK_BODIES 32
#define ASK_DRY_RUN 64
#define ASK_MESSAGE (ASK_READ | ASK_PART | ASK_RAW)

static int step_of(const struct request *r)
{
	switch (r->type) {
	case REQ_READ: return ASK_READ;
	case REQ_PART: return ASK_PART;
	case REQ_RAW: return ASK_RAW;
	case REQ_BODIES: return ASK_BODIES;
	default: return 0;
	}
}

bool peer_may_ask(const struct request *r)
{
	return step_of(r) || r->type == REQ_SYNC || r->type == REQ_OPEN;
}

static char *pack_uids(const GArray *uids)
{
	g_autoptr(GString) out = g_string_new(NULL);
	for (unsigned i = 0; uids && i < uids->len; i++)
		g_string_append_printf(out, "%u ", g_array_index(uids, uint32_t, i));
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static GArray *unpack_uids(const char *packed)
{
	GArray *uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	struct str rest = str_of(packed ? packed : ""), word;
	uint64_t n;
	while (rest.n) {
		str_cut(rest, ' ', &word, &rest);
		uint32_t uid = str_u64(word, UINT32_MAX, &n) ? (uint32_t)n : 0;
		if (uid)
			g_array_append_val(uids, uid);
	}
	return uids;
}

static struct store_change *asking_new(const struct account *a, const struct request *r)
{
	struct store_change *c = store_change_new(CHANGE_SYNC, a->number);
	c->target = g_strdup(r->folder);
	c->step = step_of(r) | (r->whole ? ASK_WHOLE : 0) | (r->all_folders ? ASK_ALL_FOLDERS : 0) |
		  (r->dry_run ? ASK_DRY_RUN : 0);
	c->owner = g_strdup_printf("%s %ld", a->engine->settings.stay ? "screens" : "batch", (long)getpid());
	c->path = c->step & ASK_BODIES ? pack_uids(r->uids) : g_strdup(r->section);
	if (c->step & ASK_MESSAGE)
		store_change_item_add(c)->uid = r->uid;
	return c;
}

int peer_ask(struct account *a, struct request *r, struct err *e)
{
	struct store_change *c = asking_new(a, r);
	if (store_change_put(a->engine->store, c, e)) {
		store_change_free(c);
		return -1;
	}
	uint32_t group = c->group;
	change_add(a, c);
	change_wait(a, r, group);
	peer_hand_over(a);
	return 0;
}

static enum request_type type_of(const struct store_change *c)
{
	if ((c->step & ASK_MESSAGE) && !c->items->len)
		return REQ_SYNC;
	return c->step & ASK_READ     ? REQ_READ
	       : c->step & ASK_PART   ? REQ_PART
	       : c->step & ASK_RAW    ? REQ_RAW
	       : c->step & ASK_BODIES ? REQ_BODIES
				      : REQ_SYNC;
}

/* Who asked sees that it is being done. */
static void show_life(struct account *a, struct store_change *c)
{
	struct err e = ERR_INIT;
	c->state = CHANGE_BEGUN;
	c->tried = MAX(clock_wall(), c->tried + 1);
	if (store_change_step(a->engine->store, c, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}

void peer_beat(void *aux)
{
	struct account *a = aux;
	for (unsigned i = 0; i < a->changes.open->len; i++) {
		struct store_change *c = a->changes.open->pdata[i];
		if (g_hash_table_contains(a->changes.asked, GUINT_TO_POINTER(c->id)))
			show_life(a, c);
	}
	if (g_hash_table_size(a->changes.asked))
		timer_at(a->changes.beat, clock_ms() + BEAT_MS);
}

void change_sync(struct account *a, struct store_change *c)
{
	struct request *r = request_new(type_of(c), 0, a->index);
	g_hash_table_add(a->changes.asked, GUINT_TO_POINTER(c->id));
	show_life(a, c);
	timer_at(a->changes.beat, clock_ms() + BEAT_MS);
	r->answers = c->id;
	r->folder = g_strdup(c->target);
	r->whole = c->step & ASK_WHOLE;
	r->all_folders = c->step & ASK_ALL_FOLDERS;
	r->dry_run = c->step & ASK_DRY_RUN;
	if (r->type == REQ_SYNC) {
		account_add(a, sync_job_new(a, r));
	} else if (r->type == REQ_BODIES) {
		r->uids = unpack_uids(c->path);
		account_add(a, bodies_job_new(a, r));
	} else {
		r->uid = ((const struct store_change_item *)c->items->pdata[0])->uid;
		r->section = g_strdup(c->path);
		keep_read(a, r);
		account_add(a, read_job_new(a, r));
	}
}

void change_sync_ended(struct account *a, uint32_t id, struct err *e)
{
	struct store_change *c = change_find(a, id);
	bool failed = e && e->cause != ERR_NONE;
	struct err unheard = ERR_INIT;
	g_hash_table_remove(a->changes.asked, GUINT_TO_POINTER(id));
	/* This process ends or rests: another one does it. */
	if (failed && e->cause == ERR_CANCELED)
		return;
	if (c && change_end(a, c, failed ? CHANGE_FAILED : CHANGE_DONE, e, &unheard))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, unheard.text);
	err_clear(&unheard);
}

/* --- what a sync brought, carried in its row's end: a line a folder --- */

#define FIGURES 10

void peer_note_sync(struct account *a, uint32_t id, const struct engine_sync *s)
{
	struct store_change *c = change_find(a, id);
	if (!c || strchr(s->folder, '\n'))
		return;
	g_autofree char *before = c->path;
	c->path = g_strdup_printf("%s%u %u %u %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
				  " %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %s\n",
		before ? before : "", s->fresh, s->changed, s->gone, s->round_trips, s->bytes_in, s->bytes_out, s->ms,
		s->first_round_trips, s->first_bytes_in, s->first_ms, s->folder);
}

static bool read_figures(struct str line, uint64_t *figures, struct str *name_out)
{
	struct str word;
	for (unsigned i = 0; i < FIGURES; i++) {
		if (!str_cut(line, ' ', &word, &line) || !str_u64(word, UINT64_MAX, &figures[i]))
			return false;
	}
	*name_out = line;
	return line.n > 0;
}

void peer_tell_syncs(struct account *a, const struct store_change *c, uint32_t request)
{
	struct str rest = str_of(c->path && type_of(c) == REQ_SYNC ? c->path : ""), line, name;
	uint64_t n[FIGURES];
	while (rest.n) {
		str_cut(rest, '\n', &line, &rest);
		if (!read_figures(line, n, &name))
			continue;
		struct event *ev = event_new(EV_SYNC, request, a->index);
		ev->sync = g_new(struct engine_sync, 1);
		*ev->sync = (struct engine_sync){ str_dup(name), (unsigned)n[0], (unsigned)n[1], (unsigned)n[2],
			(unsigned)n[3], n[4], n[5], n[6], (unsigned)n[7], n[8], n[9] };
		engine_emit(a->engine, ev);
	}
}
