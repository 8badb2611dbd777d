/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several processes and one account: who holds the lock drives it, and listens for a tap; who does not writes down what it
 * wants, taps, and watches the state until that has ended. If the holder goes, the next one takes the lock. */
#include "engine/changes.h"

#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"
#include "base/wake.h"

#define LOOK_MS 50         /* while somebody waits for an end */
#define LOOK_IDLE_MS 1000  /* while only the row is waiting */
#define LOCK_EVERY_MS 1000 /* is the holder still there? */
#define LOOK_DEAF_MS 5000  /* of a holder that nobody can tap */

struct peer {
	struct account *account;
	struct timer *timer;
	int64_t version; /* of the state when it was looked at last */
	int64_t lock_ms; /* the next try */
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

int peer_lock(struct account *a, struct err *e)
{
	if (a->lock)
		return 0;
	g_autofree char *path = path_of(a, "lock"), *tap = path_of(a, "wake"), *holder = NULL;
	a->lock = fs_lock(path, false, 0, &holder, e);
	if (!a->lock)
		return e->retry == ERR_LATER
			       ? err_set(e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "another Boxwood (%s) drives this account",
					 holder && *holder ? holder : "unknown")
			       : -1;
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
	g_free(p);
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
		err_clear(&e);
	}
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
		p->lock_ms = clock_ms() + LOCK_EVERY_MS;
		a->changes.peer = p;
	}
	timer_at(p->timer, clock_ms() + LOOK_MS);
}

/* --- what another process asks to be fetched --- */

/* store_change.step of a CHANGE_SYNC; target is the folder's shown name, and of READ the item is the message and path the
 * section. */
#define SYNC_WHOLE 1
#define SYNC_ALL_FOLDERS 2
#define SYNC_READ 4

static struct store_change *asking_new(const struct account *a, const struct request *r)
{
	struct store_change *c = store_change_new(CHANGE_SYNC, a->number);
	c->target = g_strdup(r->folder);
	c->step = (r->whole ? SYNC_WHOLE : 0) | (r->all_folders ? SYNC_ALL_FOLDERS : 0);
	c->owner = g_strdup_printf("%s %ld", a->engine->settings.stay ? "screens" : "batch", (long)getpid());
	if (r->type == REQ_READ) {
		c->step |= SYNC_READ;
		c->path = g_strdup(r->section);
		store_change_item_add(c)->uid = r->uid;
	}
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

void change_sync(struct account *a, struct store_change *c)
{
	bool reads = c->step & SYNC_READ && c->items->len;
	struct request *r = request_new(reads ? REQ_READ : REQ_SYNC, 0, a->index);
	r->answers = c->id;
	r->folder = g_strdup(c->target);
	r->whole = c->step & SYNC_WHOLE;
	r->all_folders = c->step & SYNC_ALL_FOLDERS;
	if (reads) {
		r->uid = ((const struct store_change_item *)c->items->pdata[0])->uid;
		r->section = g_strdup(c->path);
		keep_read(a, r);
		account_add(a, read_job_new(a, r));
	} else {
		account_add(a, sync_job_new(a, r));
	}
}

void change_sync_ended(struct account *a, uint32_t id, struct err *e)
{
	struct store_change *c = change_find(a, id);
	bool failed = e && e->cause != ERR_NONE;
	struct err unheard = ERR_INIT;
	if (c && change_end(a, c, failed ? CHANGE_FAILED : CHANGE_DONE, e, &unheard))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, unheard.text);
	err_clear(&unheard);
}
