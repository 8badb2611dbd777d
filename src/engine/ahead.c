/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts fetched before anybody asks, in the screens' idle time: of the newest messages of the folders that are kept, a
 * few at a time, so that whatever a person asks for waits for a few at most. */
#include "engine/internal.h"

#include <string.h>

#include "base/log.h"

#define CHUNK 10                        /* messages a job */
#define LOOK 100                        /* rows a look */
#define AWAY_MS (20 * 1000)             /* in other folders than the one that is watched, before its news are heard */
#define HOME_MS 500                     /* and so long they may come */
#define TRIED_MOST 50000                /* messages that are remembered: none is asked for twice */
#define FULL(budget) ((budget) / 8 * 7) /* the rest is for what people read */

struct ahead {
	struct account *account;
	struct timer *timer;
	bool walks;        /* there may be something to fetch */
	bool again;        /* more has come since the walk began */
	GArray *folders;   /* uint32_t, in their order */
	unsigned at;       /* into folders */
	int64_t below;     /* mid: how far down it looked; 0: to the end */
	GArray *found;     /* uint32_t: UIDs of that folder that are to be fetched */
	GHashTable *tried; /* gint64: place, folder << 32 | UID */
	uint64_t kept;     /* octets of text met in this walk, and fetched */
	int64_t home_ms;   /* until then other folders may be selected */
};

static void fired(void *aux);

struct ahead *ahead_new(struct account *a)
{
	struct ahead *h = g_new0(struct ahead, 1);
	h->account = a;
	h->timer = timer_new(a->engine->ctx, fired, h);
	h->folders = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	h->found = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	h->tried = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	return h;
}

void ahead_free(struct ahead *h)
{
	timer_free(h->timer);
	g_array_unref(h->folders);
	g_array_unref(h->found);
	g_hash_table_unref(h->tried);
	g_free(h);
}

/* --- how much --- */

void ahead_count(struct account *a, uint64_t octets)
{
	a->ahead->kept += octets;
}

uint64_t ahead_room(const struct account *a)
{
	uint64_t most = (uint64_t)FULL(MAX(a->cfg->keep_text_bytes, 0));
	return most > a->ahead->kept ? most - a->ahead->kept : 0;
}

/* --- of which folders --- */

/* The one that is looked at, the inbox, and then by how often they are looked at. */
static unsigned rank(const struct account *a, const struct store_folder *f)
{
	if (f->flags & (FOLDER_NOSELECT | FOLDER_GONE | FOLDER_SKIPPED | FOLDER_FICKLE) || !f->last_sync)
		return 0;
	if (a->watched && !strcmp(a->watched, f->name))
		return 5;
	if (f->role == ROLE_INBOX)
		return 4;
	if (f->flags & FOLDER_PINNED)
		return 3;
	if (f->role == ROLE_SENT || f->role == ROLE_DRAFTS)
		return 2;
	return f->flags & FOLDER_VISITED ? 1 : 0;
}

static int take_folders(struct ahead *h, struct err *e)
{
	const struct account *a = h->account;
	g_autoptr(GPtrArray) all = store_folders_new();
	g_array_set_size(h->folders, 0);
	if (store_folders(a->engine->store, a->number, all, e))
		return -1;
	for (unsigned wanted = 5; wanted; wanted--)
		for (unsigned i = 0; i < all->len; i++) {
			const struct store_folder *f = all->pdata[i];
			if (rank(a, f) == wanted)
				g_array_append_val(h->folders, f->id);
		}
	return 0;
}

/* --- the walk --- */

static void next_folder(struct ahead *h)
{
	h->at++;
	h->below = INT64_MAX;
	g_array_set_size(h->found, 0);
}

static int begin(struct ahead *h, struct err *e)
{
	h->again = false;
	h->at = 0;
	h->below = INT64_MAX;
	h->kept = 0;
	g_array_set_size(h->found, 0);
	if (g_hash_table_size(h->tried) > TRIED_MOST)
		g_hash_table_remove_all(h->tried);
	return take_folders(h, e);
}

static bool is_tried(struct ahead *h, uint32_t folder, uint32_t uid)
{
	gint64 place = (gint64)folder << 32 | uid;
	return g_hash_table_contains(h->tried, &place);
}

static int look(struct ahead *h, uint32_t folder, struct err *e)
{
	const struct account *a = h->account;
	int64_t since = clock_wall() - (int64_t)a->cfg->keep_text_days * 86400;
	if (store_textless(a->engine->store, folder, since, LOOK, &h->below, h->found, &h->kept, e))
		return -1;
	for (unsigned i = h->found->len; i--;)
		if (is_tried(h, folder, g_array_index(h->found, uint32_t, i)))
			g_array_remove_index(h->found, i);
	return 0;
}

static GArray *take_chunk(struct ahead *h, uint32_t folder)
{
	unsigned n = MIN(h->found->len, CHUNK);
	GArray *uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	g_array_append_vals(uids, h->found->data, n);
	g_array_remove_range(h->found, 0, n);
	for (unsigned i = 0; i < n; i++) {
		gint64 place = (gint64)folder << 32 | g_array_index(uids, uint32_t, i);
		g_hash_table_add(h->tried, g_memdup2(&place, sizeof(place)));
	}
	return uids;
}

static int fetch(struct ahead *h, uint32_t folder, struct err *e)
{
	struct account *a = h->account;
	struct store_folder f = { 0 };
	if (store_folder_get(a->engine->store, folder, &f, e)) {
		next_folder(h);
		return -1;
	}
	struct request *r = request_new(REQ_BODIES, 0, a->index);
	r->folder = g_strdup(f.name);
	r->uids = take_chunk(h, folder);
	store_folder_clear(&f);
	account_add(a, bodies_job_ahead(a, r));
	return 0;
}

/* A look, or a chunk. True: there may be more. */
static bool step(struct ahead *h, struct err *e)
{
	if (!ahead_room(h->account) || h->at >= h->folders->len)
		return false;
	uint32_t folder = g_array_index(h->folders, uint32_t, h->at);
	if (h->found->len)
		return !fetch(h, folder, e);
	if (!h->below)
		next_folder(h);
	else if (look(h, folder, e))
		return false;
	return true;
}

static bool can_fetch(const struct account *a)
{
	return a->lock && a->conn && connection_ready(a->conn) && !a->running && !a->jobs.length;
}

static void fired(void *aux)
{
	struct ahead *h = aux;
	struct account *a = h->account;
	struct err e = ERR_INIT;
	if (!h->walks || !can_fetch(a))
		return;
	/* A folder may be gone meanwhile. */
	h->walks = step(h, &e) || e.cause == ERR_MISSING || (h->again && !begin(h, &e));
	if (e.cause != ERR_NONE && e.cause != ERR_MISSING)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	if (h->walks && !a->running)
		timer_at(h->timer, clock_ms());
	else if (!h->walks)
		account_run(a);
}

/* --- when --- */

void ahead_wanted(struct account *a)
{
	struct ahead *h = a->ahead;
	struct err e = ERR_INIT;
	if (!a->engine->settings.stay || !a->cfg->keep_text_days)
		return;
	if (h->walks) {
		h->again = true;
		return;
	}
	h->walks = !begin(h, &e);
	err_clear(&e);
}

void ahead_refused(struct account *a)
{
	if (a->ahead->walks)
		next_folder(a->ahead);
}

bool ahead_idle(struct account *a)
{
	struct ahead *h = a->ahead;
	int64_t now = clock_ms();
	if (!h->walks || !can_fetch(a))
		return false;
	bool away = now < h->home_ms;
	if (!away)
		h->home_ms = now + AWAY_MS;
	timer_at(h->timer, away ? now : now + HOME_MS);
	return away;
}
