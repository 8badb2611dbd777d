/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model.h"

#include <string.h>

#include "base/clock.h"

static void account_free(void *p)
{
	struct model_account *a = p;
	err_clear(&a->state.err);
	g_clear_pointer(&a->folders, g_ptr_array_unref);
	if (a->ask) {
		g_free(a->ask->account);
		g_free(a->ask->login);
		g_free(a->ask->host);
		g_free(a->ask);
	}
	g_free(a->work);
	g_free(a);
}

struct model_folders *model_folders_new(struct app *a, model_changed_fn changed, void *aux)
{
	struct model_folders *m = g_new0(struct model_folders, 1);
	const struct cfg *cfg = app_cfg(a);
	m->app = a;
	m->changed = changed;
	m->aux = aux;
	m->accounts = g_ptr_array_new_with_free_func(account_free);
	m->folded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < cfg->accounts->len; i++) {
		struct model_account *one = g_new0(struct model_account, 1);
		one->cfg = cfg->accounts->pdata[i];
		one->folders = store_folders_new();
		g_ptr_array_add(m->accounts, one);
	}
	return m;
}

void model_folders_free(struct model_folders *m)
{
	if (!m)
		return;
	for (guint i = 0; i < m->accounts->len; i++)
		app_forget(m->app, model_folders_account(m, (int)i)->request);
	g_ptr_array_unref(m->accounts);
	g_hash_table_unref(m->folded);
	g_free(m);
}

struct model_account *model_folders_account(const struct model_folders *m, int account)
{
	return account >= 0 && (guint)account < m->accounts->len ? m->accounts->pdata[account] : NULL;
}

/* --- order: inbox first, the rest of the roles, then names; a child stands below its parent. Other users' folders and
 * shared ones come last --- */
#define RANK_OTHER 8
#define RANK_SHARED 9

static int role_rank(enum store_role role)
{
	switch (role) {
	case ROLE_INBOX: return 0;
	case ROLE_DRAFTS: return 1;
	case ROLE_SENT: return 2;
	case ROLE_ARCHIVE: return 3;
	case ROLE_JUNK: return 5;
	case ROLE_TRASH: return 6;
	case ROLE_ALL:
	case ROLE_FLAGGED: return 7;
	default: return 4;
	}
}

struct sort_key {
	struct store_folder *folder;
	int rank;   /* of the topmost parent */
	char *name; /* case folded, '/' before every other character */
};

static void sort_key_free(void *p)
{
	struct sort_key *k = p;
	g_free(k->name);
	g_free(k);
}

static gint key_compare(gconstpointer a, gconstpointer b)
{
	const struct sort_key *x = *(struct sort_key *const *)a, *y = *(struct sort_key *const *)b;
	return x->rank != y->rank ? x->rank - y->rank : strcmp(x->name, y->name);
}

static struct sort_key *sort_key_new(struct store_folder *f, GHashTable *roles)
{
	struct sort_key *k = g_new0(struct sort_key, 1);
	g_autofree char *top = g_strndup(f->name, strcspn(f->name, "/"));
	gpointer role = g_hash_table_lookup(roles, top);
	k->folder = f;
	if (f->flags & FOLDER_FOREIGN)
		k->rank = f->flags & FOLDER_OTHER ? RANK_OTHER : RANK_SHARED;
	else
		k->rank = role_rank(role ? (enum store_role)GPOINTER_TO_INT(role) : f->role);
	k->name = g_utf8_casefold(f->name, -1);
	for (char *p = k->name; *p; p++)
		if (*p == '/')
			*p = '\x01';
	return k;
}

static void sort_folders(GPtrArray *folders)
{
	g_autoptr(GHashTable) roles = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < folders->len; i++) {
		struct store_folder *f = folders->pdata[i];
		if (f->role)
			g_hash_table_insert(roles, f->name, GINT_TO_POINTER(f->role));
	}
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(sort_key_free);
	for (guint i = 0; i < folders->len; i++)
		g_ptr_array_add(keys, sort_key_new(folders->pdata[i], roles));
	g_ptr_array_sort(keys, key_compare);
	for (guint i = 0; i < keys->len; i++)
		folders->pdata[i] = ((struct sort_key *)keys->pdata[i])->folder;
}

static void drop_gone(GPtrArray *folders)
{
	for (guint i = folders->len; i-- > 0;) {
		const struct store_folder *f = folders->pdata[i];
		if ((f->flags & FOLDER_GONE) || !f->name)
			g_ptr_array_remove_index(folders, i);
	}
}

/* --- asking --- */
static void got_folders(struct event *ev, void *aux)
{
	struct model_folders *m = aux;
	struct model_account *a = model_folders_account(m, ev->account);
	if (!a)
		return;
	if (ev->type == EV_FOLDERS && ev->folders) {
		g_ptr_array_unref(a->folders);
		a->folders = g_steal_pointer(&ev->folders);
		drop_gone(a->folders);
		sort_folders(a->folders);
	}
	if (ev->type == EV_ENDED) {
		a->request = 0;
		a->asked = false;
		if (a->again)
			model_folders_load(m, ev->account);
	}
	m->changed(m->aux);
}

void model_folders_load(struct model_folders *m, int account)
{
	for (guint i = 0; i < m->accounts->len; i++) {
		struct model_account *a = model_folders_account(m, (int)i);
		if (account >= 0 && (guint)account != i)
			continue;
		a->again = a->asked;
		if (a->asked)
			continue;
		a->asked = true;
		a->request = app_request(m->app, request_new(REQ_FOLDERS, 0, (int)i), got_folders, m);
	}
}

/* --- what the engine tells unasked --- */
static void set_state(struct model_account *a, struct account_state *state)
{
	if (state->err.cause != a->state.err.cause || g_strcmp0(state->err.text, a->state.err.text))
		a->hidden = false;
	/* Put away at 90 %, the warning comes back with the next percent. */
	unsigned full = engine_percent(state->room_used, state->room_limit);
	if (full >= ENGINE_FULL_PERCENT && full > engine_percent(a->state.room_used, a->state.room_limit))
		a->hidden = false;
	err_clear(&a->state.err);
	a->state = *state;
	state->err = (struct err)ERR_INIT;
	a->known = true;
	if (!a->state.syncing)
		g_clear_pointer(&a->work, g_free);
}

static void set_work(struct model_account *a, struct event *ev)
{
	g_free(a->work);
	a->work = ev->bytes_done < ev->bytes_total ? g_strdup(ev->text ? ev->text : "") : NULL;
	a->done = ev->bytes_done;
	a->total = ev->bytes_total;
	a->work_folder = ev->folder_id;
}

void model_folders_event(struct model_folders *m, struct event *ev)
{
	if (ev->type == EV_STORE_READY)
		model_folders_load(m, -1);
	struct model_account *a = model_folders_account(m, ev->account);
	if (!a)
		return;
	if (ev->type == EV_FOLDER)
		model_folders_load(m, ev->account);
	else if (ev->type == EV_ACCOUNT && ev->state)
		set_state(a, ev->state);
	else if (ev->type == EV_PROGRESS)
		set_work(a, ev);
	else if (ev->type == EV_ASK && ev->ask && ev->ask->kind == ASK_PASSWORD && !a->ask)
		a->ask = g_steal_pointer(&ev->ask);
	else
		return;
	if (ev->type == EV_ASK)
		a->hidden = false;
	m->changed(m->aux);
}

void model_folders_password(struct model_folders *m, int account, struct secret *secret)
{
	struct model_account *a = model_folders_account(m, account);
	if (!a) {
		secret_free(secret);
		return;
	}
	bool in_time = a->ask && a->ask->deadline > clock_ms();
	struct request *r = request_new(in_time ? REQ_ANSWER : REQ_RETRY, 0, account);
	r->secret = secret;
	r->yes = true;
	if (a->ask) {
		r->answers = in_time ? a->ask->id : 0;
		g_free(a->ask->account);
		g_free(a->ask->login);
		g_free(a->ask->host);
		g_clear_pointer(&a->ask, g_free);
	}
	a->hidden = true;
	app_request(m->app, r, NULL, NULL);
	m->changed(m->aux);
}

/* --- finding --- */
const struct store_folder *model_folders_find(const struct model_folders *m, int account, const char *name)
{
	const struct model_account *a = model_folders_account(m, account);
	for (guint i = 0; a && i < a->folders->len; i++) {
		const struct store_folder *f = a->folders->pdata[i];
		if (!strcmp(f->name, name))
			return f;
	}
	return NULL;
}

int model_folders_owner(const struct model_folders *m, uint32_t folder)
{
	for (int i = 0; i < (int)m->accounts->len; i++) {
		const GPtrArray *folders = model_folders_account(m, i)->folders;
		for (guint k = 0; k < folders->len; k++)
			if (((const struct store_folder *)folders->pdata[k])->id == folder)
				return i;
	}
	return -1;
}

uint32_t model_folders_inbox_unread(const struct model_folders *m)
{
	uint32_t sum = 0;
	for (int i = 0; i < (int)m->accounts->len; i++) {
		const struct store_folder *f = model_folders_find(m, i, "Inbox");
		sum += f ? model_folder_unread(f) : 0;
	}
	return sum;
}

uint32_t model_folder_unread(const struct store_folder *f)
{
	return f->complete ? f->rows_unseen : MAX(f->unseen, f->rows_unseen);
}

const struct store_folder *model_folders_next_unread(const struct model_folders *m, int *account, const char *name)
{
	const struct store_folder *before = NULL, *after = NULL;
	int before_account = 0, after_account = 0;
	bool past = false;
	for (int i = 0; i < (int)m->accounts->len; i++) {
		const GPtrArray *folders = model_folders_account(m, i)->folders;
		for (guint j = 0; j < folders->len; j++) {
			const struct store_folder *f = folders->pdata[j];
			if (i == *account && !strcmp(f->name, name)) {
				past = true;
				continue;
			}
			bool mail = f->rows_unseen && !(f->flags & FOLDER_NOSELECT) && f->role != ROLE_JUNK &&
				    f->role != ROLE_TRASH;
			if (mail && past && !after) {
				after = f;
				after_account = i;
			} else if (mail && !past && !before) {
				before = f;
				before_account = i;
			}
		}
	}
	if (after || before)
		*account = after ? after_account : before_account;
	return after ? after : before;
}

/* --- folding --- */
static bool is_below(const char *name, const char *parent)
{
	size_t n = strlen(parent);
	return !strncmp(name, parent, n) && name[n] == '/';
}

bool model_folders_has_below(const struct model_folders *m, int account, const char *name)
{
	const struct model_account *a = model_folders_account(m, account);
	for (guint i = 0; a && i < a->folders->len; i++)
		if (is_below(((const struct store_folder *)a->folders->pdata[i])->name, name))
			return true;
	return false;
}

static char *fold_key(int account, const char *name, size_t n)
{
	return g_strdup_printf("%d/%.*s", account, (int)n, name);
}

bool model_folders_is_folded(const struct model_folders *m, int account, const char *name)
{
	g_autofree char *key = fold_key(account, name, strlen(name));
	return g_hash_table_contains(m->folded, key);
}

bool model_folders_is_hidden(const struct model_folders *m, int account, const char *name)
{
	if (!g_hash_table_size(m->folded))
		return false;
	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		g_autofree char *key = fold_key(account, name, (size_t)(slash - name));
		g_autofree char *parent = g_strndup(name, (gsize)(slash - name));
		/* A level that is no folder cannot be unfolded. */
		if (g_hash_table_contains(m->folded, key) && model_folders_find(m, account, parent))
			return true;
	}
	return false;
}

void model_folders_fold(struct model_folders *m, int account, const char *name)
{
	char *key = fold_key(account, name, strlen(name));
	if (g_hash_table_remove(m->folded, key))
		g_free(key);
	else
		g_hash_table_add(m->folded, key);
	m->changed(m->aux);
}

void model_folders_fold_all(struct model_folders *m)
{
	bool any = g_hash_table_size(m->folded);
	g_hash_table_remove_all(m->folded);
	for (int i = 0; !any && i < (int)m->accounts->len; i++) {
		const GPtrArray *folders = model_folders_account(m, i)->folders;
		for (guint j = 0; j < folders->len; j++) {
			const char *name = ((const struct store_folder *)folders->pdata[j])->name;
			if (model_folders_has_below(m, i, name))
				g_hash_table_add(m->folded, fold_key(i, name, strlen(name)));
		}
	}
	m->changed(m->aux);
}

uint32_t model_folders_unread_below(const struct model_folders *m, int account, const char *name)
{
	const struct model_account *a = model_folders_account(m, account);
	uint64_t n = 0;
	for (guint i = 0; a && i < a->folders->len; i++) {
		const struct store_folder *f = a->folders->pdata[i];
		if (is_below(f->name, name))
			n += model_folder_unread(f);
	}
	return (uint32_t)MIN(n, G_MAXUINT32);
}

/* A letter next to the one before counts most, then one at the start of a word. */
int model_fuzzy(const char *typed, const char *name)
{
	g_autofree char *want = g_utf8_casefold(typed, -1);
	g_autofree char *have = g_utf8_casefold(name, -1);
	const char *w = want;
	int score = 1;
	bool beside = false, start = true;
	for (const char *h = have; *h && *w; h = g_utf8_next_char(h)) {
		gunichar c = g_utf8_get_char(h);
		if (g_utf8_get_char(w) == c) {
			score += 10 + (beside ? 8 : 0) + (start ? 6 : 0);
			w = g_utf8_next_char(w);
			beside = true;
		} else {
			beside = false;
			score--;
		}
		start = !g_unichar_isalnum(c);
	}
	if (*w)
		return 0;
	return MAX(score, 1);
}
