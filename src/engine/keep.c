/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the cache keeps of an account is brought within what the mailrc says: in the screens' idle time, and at the end of
 * a batch sync. Other commands leave it alone, for nobody should wait for that. Only who drives the account does it, and
 * looks before each transaction at what is in use. */
#include "engine/changes.h"

#include "base/log.h"

#define KEEP_EVERY_MS (600 * 1000) /* between two passes */
#define KEEP_BREATH_MS 20          /* between two transactions in the screens */
#define KEEP_BATCH_MS 2000         /* at the end of a command: what is left then is for the next one */
#define KEEP_QUIT_MS 200
#define KEEP_ITEMS_MOST 5000 /* while more messages wait for changes nothing is let go */
#define KEEP_READ_MOST 16    /* messages read last, which may be open in a view */

enum stage { STAGE_NONE, STAGE_ROWS, STAGE_TEXT, STAGE_PARTS };

struct reading {
	char *folder; /* shown name */
	uint32_t uid, local;
};

struct keep {
	struct account *account;
	struct timer *timer;
	enum stage stage;
	int64_t next_ms; /* of the next pass */
	GArray *folders; /* uint32_t: whose rows are still to be looked at, the last one first */
	bool dropped;    /* rows of that one */
	struct store_eviction parts;
	GQueue read;      /* struct reading *, newest first */
	GHashTable *kept; /* gint64: mids that stay */
	int64_t version;  /* of the state when others' changes were looked for */
};

static void reading_free(void *data)
{
	struct reading *r = data;
	g_free(r->folder);
	g_free(r);
}

static void fired(void *aux);

struct keep *keep_new(struct account *a)
{
	struct keep *k = g_new0(struct keep, 1);
	k->account = a;
	k->timer = timer_new(a->engine->ctx, fired, k);
	k->folders = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	k->kept = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	g_queue_init(&k->read);
	return k;
}

void keep_free(struct keep *k)
{
	timer_free(k->timer);
	g_array_unref(k->folders);
	g_hash_table_unref(k->kept);
	g_queue_clear_full(&k->read, reading_free);
	g_free(k);
}

void keep_read(struct account *a, const struct request *r)
{
	struct keep *k = a->keep;
	struct reading *one = g_new0(struct reading, 1);
	*one = (struct reading){ g_strdup(r->folder), r->uid, r->local };
	g_queue_push_head(&k->read, one);
	while (g_queue_get_length(&k->read) > KEEP_READ_MOST)
		reading_free(g_queue_pop_tail(&k->read));
}

/* --- what stays --- */

static int stays(struct keep *k, struct store_place at, struct err *e)
{
	int64_t mid;
	if (store_place_mid(k->account->engine->store, at, &mid, e))
		return -1;
	if (mid)
		g_hash_table_add(k->kept, g_memdup2(&mid, sizeof(mid)));
	return 0;
}

static int stays_read(struct keep *k, const struct reading *r, struct err *e)
{
	struct store_folder f = { 0 };
	struct err unknown = ERR_INIT;
	int result = 0;
	if (!folder_find(k->account, r->folder, &f, &unknown))
		result = stays(k, (struct store_place){ f.id, r->uid, r->uid ? 0 : r->local }, e);
	err_clear(&unknown);
	store_folder_clear(&f);
	return result;
}

/* The messages of a change as they lie in the folder it is about; where they wait for their target they are local. */
static int stays_changed(struct keep *k, const struct store_change *c, struct err *e)
{
	struct store_folder f = { 0 };
	struct err unknown = ERR_INIT;
	int result = 0;
	bool known =
		c->folder && !store_folder_find(k->account->engine->store, c->account, str_of(c->folder), &f, &unknown);
	for (unsigned i = 0; known && !result && i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		if (!item->uid || f.uidvalidity == c->uidvalidity)
			result = stays(k, (struct store_place){ f.id, item->uid, item->uid ? 0 : item->local }, e);
	}
	err_clear(&unknown);
	store_folder_clear(&f);
	return result;
}

static int stays_local(struct keep *k, struct err *e)
{
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	if (store_places_local(k->account->engine->store, k->account->number, places, e))
		return -1;
	for (unsigned i = 0; i < places->len; i++)
		if (stays(k, g_array_index(places, struct store_place, i), e))
			return -1;
	return 0;
}

/* Also what other processes have just written down. */
static int look_at_changes(struct keep *k, struct err *e)
{
	int64_t version = k->version;
	if (store_state_version(k->account->engine->store, &version, e))
		return -1;
	if (version == k->version)
		return 0;
	k->version = version;
	return changes_reload(k->account, e);
}

/* 1: what stays is known; 0: too much is open. */
static int look_at_use(struct keep *k, struct err *e)
{
	const struct changes *ch = &k->account->changes;
	unsigned items = 0;
	g_hash_table_remove_all(k->kept);
	if (look_at_changes(k, e))
		return -1;
	for (unsigned i = 0; i < ch->open->len; i++)
		items += ((const struct store_change *)ch->open->pdata[i])->items->len;
	if (items > KEEP_ITEMS_MOST)
		return 0;
	for (unsigned i = 0; i < ch->open->len; i++)
		if (stays_changed(k, ch->open->pdata[i], e))
			return -1;
	for (GList *at = k->read.head; at; at = at->next)
		if (stays_read(k, at->data, e))
			return -1;
	return stays_local(k, e) ? -1 : 1;
}

/* --- a pass --- */

static void take_parts(struct keep *k, bool text)
{
	const struct account *a = k->account;
	int64_t bytes = text ? a->cfg->keep_text_bytes : a->cfg->keep_parts_bytes;
	k->stage = text ? STAGE_TEXT : STAGE_PARTS;
	store_eviction_init(&k->parts, a->number, text, (uint64_t)MAX(bytes, 0));
}

static int begin(struct keep *k, struct err *e)
{
	const struct account *a = k->account;
	g_autoptr(GPtrArray) all = store_folders_new();
	g_array_set_size(k->folders, 0);
	k->dropped = false;
	k->stage = STAGE_ROWS;
	if ((!a->cfg->keep_days && !a->cfg->keep_rows))
		return 0;
	if (store_folders(a->engine->store, a->number, all, e))
		return -1;
	for (unsigned i = 0; i < all->len; i++) {
		const struct store_folder *f = all->pdata[i];
		if (f->rows > ENGINE_WINDOW_ROWS)
			g_array_append_val(k->folders, f->id);
	}
	return 0;
}

static bool is_open(const struct account *a, const struct store_folder *f)
{
	const char *open = a->engine->settings.stay ? a->watched : NULL;
	return open && (!strcmp(open, f->name) || (f->role == ROLE_INBOX && !g_ascii_strcasecmp(open, "inbox")));
}

static int evict_rows(struct keep *k, uint32_t folder, bool *more_out, struct err *e)
{
	const struct account *a = k->account;
	struct store *st = a->engine->store;
	struct store_folder before = { 0 }, after = { 0 };
	int64_t older_than = a->cfg->keep_days ? clock_wall() - (int64_t)a->cfg->keep_days * 86400 : INT64_MAX;
	uint32_t newest = MAX((uint32_t)a->cfg->keep_rows, ENGINE_WINDOW_ROWS);
	int result = store_folder_get(st, folder, &before, e);
	*more_out = false;
	if (!result && !is_open(a, &before))
		result = store_evict_rows(st, folder, older_than, newest, k->kept, more_out, e);
	if (!result)
		result = store_folder_get(st, folder, &after, e);
	k->dropped = k->dropped || (!result && after.rows < before.rows);
	store_folder_clear(&before);
	store_folder_clear(&after);
	return result;
}

static void tell_dropped(struct keep *k, uint32_t folder)
{
	struct account *a = k->account;
	struct event *ev = event_new(EV_CHANGED, 0, a->index);
	ev->folder_id = folder;
	engine_emit(a->engine, ev);
	engine_emit(a->engine, event_new(EV_FOLDER, 0, a->index));
	k->dropped = false;
}

static int step_rows(struct keep *k, struct err *e)
{
	bool more = false;
	if (!k->folders->len) {
		take_parts(k, true);
		return 0;
	}
	uint32_t folder = g_array_index(k->folders, uint32_t, k->folders->len - 1);
	int result = evict_rows(k, folder, &more, e);
	if (result && e->cause == ERR_MISSING) {
		err_clear(e);
		result = 0;
	}
	if (!more && k->dropped)
		tell_dropped(k, folder);
	if (!more)
		g_array_set_size(k->folders, k->folders->len - 1);
	return result;
}

static int step_parts(struct keep *k, struct err *e)
{
	bool more;
	if (store_evict(k->account->engine->store, &k->parts, k->kept, &more, e))
		return -1;
	if (!more && k->parts.text)
		take_parts(k, false);
	else if (!more)
		k->stage = STAGE_NONE;
	return 0;
}

/* One transaction. */
static void step(struct keep *k)
{
	struct err e = ERR_INIT;
	int known = look_at_use(k, &e);
	if (known <= 0 || (k->stage == STAGE_ROWS ? step_rows(k, &e) : step_parts(k, &e)))
		k->stage = STAGE_NONE;
	if (e.cause != ERR_NONE)
		log_line(LOG_ERROR, "%s: %s", k->account->cfg->label, e.text);
	err_clear(&e);
}

static bool start(struct keep *k)
{
	struct err e = ERR_INIT;
	k->next_ms = clock_ms() + KEEP_EVERY_MS;
	if (begin(k, &e)) {
		log_line(LOG_ERROR, "%s: %s", k->account->cfg->label, e.text);
		k->stage = STAGE_NONE;
	}
	err_clear(&e);
	return k->stage != STAGE_NONE;
}

/* --- when --- */

static void fired(void *aux)
{
	struct keep *k = aux;
	const struct account *a = k->account;
	/* Whatever runs now comes first; its end begins the idle time anew. */
	if (k->stage == STAGE_NONE || !a->lock || a->running || a->jobs.length)
		return;
	step(k);
	if (k->stage != STAGE_NONE)
		timer_at(k->timer, clock_ms() + KEEP_BREATH_MS);
}

void keep_idle(struct account *a)
{
	struct keep *k = a->keep;
	if (!a->lock || (k->stage == STAGE_NONE && (clock_ms() < k->next_ms || !start(k))))
		return;
	timer_at(k->timer, clock_ms() + KEEP_BREATH_MS);
}

void keep_now(struct account *a)
{
	int64_t until = clock_ms() + KEEP_BATCH_MS;
	if (!a->lock || !start(a->keep))
		return;
	while (a->keep->stage != STAGE_NONE && clock_ms() < until)
		step(a->keep);
	a->keep->stage = STAGE_NONE;
}

void keep_leave(struct account *a)
{
	struct keep *k = a->keep;
	int64_t until = clock_ms() + KEEP_QUIT_MS;
	if (!a->lock || !a->watched || !start(k))
		return;
	g_clear_pointer(&a->watched, g_free);
	while (k->stage == STAGE_ROWS && clock_ms() < until)
		step(k);
}
