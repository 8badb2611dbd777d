/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the user changes: sent down, laid over what is shown, counted while it waits, told when it failed. */
#include "app/model.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"

#define KEYWORD_MAX 128
#define MADE_KEPT 20 /* changes that may be made anew */

struct call {
	struct model_changes *m;
	int account;
	enum app_verb verb;
	uint32_t request;
	struct engine_change *change; /* a copy; NULL of an undo */
	bool durable, redo;
	int64_t at;  /* clock_ms() when it was asked for */
	char *words; /* of a redo: what is done again; NULL */
};

struct made {
	uint32_t group;
	int account;
	enum app_verb verb;
	struct engine_change *change;
	char *said; /* what was done */
	int64_t at;
	bool undone;
};

struct undone {
	uint32_t group; /* of the undo */
	char *said;     /* what it took back; NULL: it is not known here */
};

struct asked {
	uint32_t request;
	bool again;
	GHashTable *groups; /* of the changes told so far */
};

/* --- changes as values --- */
struct engine_change *app_change_new(enum change_op op, GArray *places)
{
	struct engine_change *c = engine_change_new(op);
	if (places) {
		g_array_unref(c->places);
		c->places = places;
	}
	return c;
}

static GPtrArray *copy_words(const GPtrArray *words)
{
	if (!words)
		return NULL;
	GPtrArray *copy = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < words->len; i++)
		g_ptr_array_add(copy, g_strdup(words->pdata[i]));
	return copy;
}

struct engine_change *app_change_copy(const struct engine_change *c)
{
	struct engine_change *copy = g_memdup2(c, sizeof *c);
	copy->places = g_array_copy(c->places);
	copy->target = g_strdup(c->target);
	copy->add_keywords = copy_words(c->add_keywords);
	copy->remove_keywords = copy_words(c->remove_keywords);
	copy->name = g_strdup(c->name);
	copy->new_name = g_strdup(c->new_name);
	copy->path = g_strdup(c->path);
	return copy;
}

static bool is_keyword(const char *word)
{
	size_t n = strlen(word);
	for (const char *p = word; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("(){%*\"\\]", *p))
			return false;
	return n && n <= KEYWORD_MAX;
}

bool app_flag_parse(const char *name, uint32_t *bit_out)
{
	g_autofree char *system = g_strdup_printf("\\%s", name);
	*bit_out = msg_flag_bit(str_of(system));
	if (!*bit_out)
		*bit_out = msg_flag_bit(str_of(name));
	return *bit_out ? !(*bit_out & MSG_RECENT) : is_keyword(name);
}

/* --- how many wait --- */
static void got_changes(struct event *ev, void *aux);

static void ask(struct model_changes *m, int account)
{
	struct asked *a = &g_array_index(m->asked, struct asked, account);
	a->again = a->request != 0;
	if (a->request)
		return;
	g_hash_table_remove_all(a->groups);
	a->request = app_request(m->app, request_new(REQ_CHANGES, 0, account), got_changes, m);
}

static void got_changes(struct event *ev, void *aux)
{
	struct model_changes *m = aux;
	int account = ev->account;
	struct asked *a = &g_array_index(m->asked, struct asked, account);
	for (guint i = 0; ev->type == EV_CHANGES && ev->changes && i < ev->changes->len; i++) {
		const struct store_change *one = ev->changes->pdata[i];
		g_hash_table_add(a->groups, GUINT_TO_POINTER(one->group ? one->group : one->id));
	}
	if (ev->type != EV_ENDED)
		return;
	a->request = 0;
	g_array_index(m->waiting, unsigned, account) = g_hash_table_size(a->groups);
	if (a->again)
		ask(m, account);
	m->hooks->changed(m->aux);
}

static void ask_all(struct model_changes *m)
{
	for (guint i = 0; i < m->asked->len; i++)
		ask(m, (int)i);
}

unsigned model_changes_waiting(const struct model_changes *m, int account)
{
	unsigned sum = 0;
	for (guint i = 0; i < m->waiting->len; i++)
		sum += account < 0 || (guint)account == i ? g_array_index(m->waiting, unsigned, i) : 0;
	return sum;
}

/* --- what failed --- */
static void trouble_free(void *p)
{
	struct model_trouble *t = p;
	g_free(t->first.folder);
	g_free(t->first.target);
	err_clear(&t->first.err);
	g_free(t);
}

/* One for each change, whatever the number of its messages. */
static void take_trouble(struct model_changes *m, struct event *ev)
{
	struct engine_changed *c = ev->changed;
	if (!c || (c->state != CHANGE_FAILED && c->state != CHANGE_PARKED))
		return;
	m->hooks->said(m->aux, NULL, false);
	for (guint i = 0; i < m->troubles->len; i++) {
		struct model_trouble *t = m->troubles->pdata[i];
		if (t->change == c->change) {
			t->messages++;
			return;
		}
	}
	struct model_trouble *t = g_new0(struct model_trouble, 1);
	*t = (struct model_trouble){ ev->account, c->change, 1, *c };
	c->folder = c->target = NULL;
	c->err = (struct err)ERR_INIT;
	g_autofree char *words = app_failed_text(&t->first, 1);
	m->hooks->logged(m->aux, words);
	g_ptr_array_add(m->troubles, t);
	if (m->troubles->len > MODEL_TROUBLES_KEPT)
		g_ptr_array_remove_index(m->troubles, 0);
}

const struct model_trouble *model_changes_trouble(const struct model_changes *m)
{
	return m->troubles->len ? m->troubles->pdata[m->troubles->len - 1] : NULL;
}

static void take_off(struct model_changes *m)
{
	if (m->troubles->len)
		g_ptr_array_set_size(m->troubles, (gint)m->troubles->len - 1);
	m->hooks->changed(m->aux);
}

/* --- a change on its way --- */
static void call_free(void *p)
{
	struct call *c = p;
	if (c->change)
		engine_change_free(c->change);
	g_free(c->words);
	g_free(c);
}

static void made_free(void *p)
{
	struct made *d = p;
	engine_change_free(d->change);
	g_free(d->said);
	g_free(d);
}

static void undone_clear(void *p)
{
	g_free(((struct undone *)p)->said);
}

static void remember(struct call *c, uint32_t group, const char *words)
{
	struct model_changes *m = c->m;
	if (!c->change || c->change->by_itself)
		return;
	struct made *d = g_new(struct made, 1);
	*d = (struct made){ group, c->account, c->verb, app_change_copy(c->change), g_strdup(words), c->at, false };
	g_ptr_array_add(m->made, d);
	if (m->made->len > MADE_KEPT)
		g_ptr_array_remove_index(m->made, 0);
}

static struct made *made_find(const struct model_changes *m, uint32_t group)
{
	for (guint i = 0; i < m->made->len; i++) {
		struct made *d = m->made->pdata[i];
		if (d->group == group)
			return d;
	}
	return NULL;
}

/* What was undone by name, where it was done here. */
static char *undone_words(struct model_changes *m, const struct engine_durable *d)
{
	struct made *made = made_find(m, d->undone);
	if (made)
		made->undone = true;
	struct undone u = { d->group, made ? g_strdup(made->said) : NULL };
	g_array_append_val(m->undone, u);
	return u.said ? g_strdup_printf(_("Undone: %s"), u.said) : app_done_text(VERB_NONE, d);
}

static void durable(struct call *c, struct event *ev)
{
	struct model_changes *m = c->m;
	const struct engine_durable *d = ev->durable;
	c->durable = true;
	overlay_settle(app_overlay(m->app), c->request, app_newest(m->app));
	if (c->redo) {
		m->hooks->said(m->aux,
			c->words ? g_strdup_printf(_("Done again: %s"), c->words) : g_strdup(_("Done again.")), true);
		return;
	}
	if (!c->change) {
		m->hooks->said(m->aux, undone_words(m, d), false);
		return;
	}
	g_autofree char *words = app_done_text(c->verb, d);
	remember(c, d->group, words);
	if (!c->change->by_itself)
		m->hooks->said(m->aux, g_steal_pointer(&words), d->undoable && !d->undo);
}

static void failed_at_once(struct call *c, struct event *ev)
{
	struct model_changes *m = c->m;
	const struct err *e = &ev->err;
	bool role_or_target = c->change && (c->change->op == CHANGE_MOVE || c->change->op == CHANGE_COPY);
	if (role_or_target && e->cause == ERR_MISSING && e->scope == ERR_FOLDER && !c->change->create)
		m->hooks->lacks(m->aux, c->account, c->verb, g_steal_pointer(&c->change));
	else if (!c->change || !c->change->by_itself)
		m->hooks->said(m->aux, app_err_text(e, NULL), false);
}

static void ended(struct call *c, struct event *ev)
{
	struct model_changes *m = c->m;
	bool lifted = overlay_lift(app_overlay(m->app), c->request);
	if (!c->durable && ev->err.cause)
		failed_at_once(c, ev);
	if (lifted)
		m->hooks->lifted(m->aux);
	g_ptr_array_remove(m->calls, c);
}

static void told(struct event *ev, void *aux)
{
	struct call *c = aux;
	struct model_changes *m = c->m;
	/* That a message read here stays unread in a folder that cannot be written to is no trouble. */
	bool by_itself = c->change && c->change->by_itself;
	if (ev->type == EV_DURABLE && ev->durable)
		durable(c, ev);
	else if (ev->type == EV_CHANGE && !by_itself)
		take_trouble(m, ev);
	else if (ev->type == EV_ENDED)
		ended(c, ev);
	else
		return;
	ask_all(m);
	m->hooks->changed(m->aux);
}

static struct call *send(struct model_changes *m, struct request *r, enum app_verb verb, struct engine_change *copy)
{
	struct call *c = g_new0(struct call, 1);
	*c = (struct call){ .m = m, .account = r->account, .verb = verb, .change = copy, .at = clock_ms() };
	g_ptr_array_add(m->calls, c);
	c->request = app_request(m->app, r, told, c);
	return c;
}

static void make(struct model_changes *m, int account, enum app_verb verb, struct engine_change *c)
{
	struct request *r = request_new(REQ_CHANGE, 0, account);
	struct engine_change *copy = app_change_copy(c);
	r->change = c;
	send(m, r, verb, copy);
	overlay_lay(app_overlay(m->app), app_newest(m->app), copy);
	m->hooks->laid(m->aux);
}

void model_changes_make(struct model_changes *m, int account, enum app_verb verb, struct engine_change *c)
{
	if (!c->by_itself)
		g_array_set_size(m->undone, 0);
	make(m, account, verb, c);
}

int64_t model_changes_made_at(const struct model_changes *m)
{
	int64_t newest = 0;
	for (guint i = 0; i < m->made->len; i++) {
		const struct made *d = m->made->pdata[i];
		newest = d->undone ? newest : MAX(newest, d->at);
	}
	for (guint i = 0; i < m->calls->len; i++) {
		const struct call *c = m->calls->pdata[i];
		newest = c->durable || !c->change || c->change->by_itself ? newest : MAX(newest, c->at);
	}
	return newest;
}

void model_changes_undo(struct model_changes *m)
{
	struct request *r = request_new(REQ_UNDO, 0, -1);
	r->rows = 1;
	send(m, r, VERB_NONE, NULL);
}

/* What never left is made anew; else the undo is undone. */
void model_changes_redo(struct model_changes *m)
{
	if (!m->undone->len) {
		m->hooks->said(m->aux, g_strdup(_("Nothing was undone just now.")), false);
		return;
	}
	struct undone u = g_array_index(m->undone, struct undone, m->undone->len - 1);
	g_autofree char *words = g_strdup(u.said);
	g_array_set_size(m->undone, m->undone->len - 1);
	const struct made *d = made_find(m, u.group);
	if (d) {
		make(m, d->account, d->verb, app_change_copy(d->change));
	} else {
		struct request *r = request_new(REQ_UNDO, 0, -1);
		r->answers = u.group;
		struct call *c = send(m, r, VERB_NONE, NULL);
		c->redo = true;
		c->words = g_steal_pointer(&words);
	}
}

bool model_changes_can_redo(const struct model_changes *m)
{
	return m->undone->len > 0;
}

void model_changes_retry(struct model_changes *m)
{
	const struct model_trouble *t = model_changes_trouble(m);
	if (!t)
		return;
	struct request *r = request_new(REQ_CHANGE_RETRY, 0, t->account);
	r->answers = t->change;
	send(m, r, VERB_NONE, NULL);
	take_off(m);
}

/* It was read: it leaves the queue too. The letter kept for one that was to be added goes only by 'queue drop'. */
void model_changes_hide(struct model_changes *m)
{
	const struct model_trouble *t = model_changes_trouble(m);
	if (t && t->first.op != CHANGE_APPEND) {
		struct request *r = request_new(REQ_CHANGE_DROP, 0, t->account);
		r->answers = t->change;
		app_request(m->app, r, NULL, NULL);
	}
	take_off(m);
}

void model_changes_event(struct model_changes *m, struct event *ev)
{
	if (ev->type == EV_CHANGE) {
		take_trouble(m, ev);
		m->hooks->changed(m->aux);
	}
	if (ev->type == EV_STORE_READY || ev->type == EV_CHANGE)
		ask_all(m);
	else if ((ev->type == EV_ACCOUNT || ev->type == EV_FOLDER) && model_changes_waiting(m, ev->account))
		ask(m, ev->account);
}

/* --- lifecycle --- */
struct model_changes *model_changes_new(struct app *a, const struct model_changes_hooks *hooks, void *aux)
{
	struct model_changes *m = g_new0(struct model_changes, 1);
	guint accounts = app_cfg(a)->accounts->len;
	m->app = a;
	m->hooks = hooks;
	m->aux = aux;
	m->troubles = g_ptr_array_new_with_free_func(trouble_free);
	m->calls = g_ptr_array_new_with_free_func(call_free);
	m->made = g_ptr_array_new_with_free_func(made_free);
	m->waiting = g_array_new(FALSE, TRUE, sizeof(unsigned));
	m->asked = g_array_new(FALSE, TRUE, sizeof(struct asked));
	m->undone = g_array_new(FALSE, FALSE, sizeof(struct undone));
	g_array_set_clear_func(m->undone, undone_clear);
	g_array_set_size(m->waiting, accounts);
	g_array_set_size(m->asked, accounts);
	for (guint i = 0; i < accounts; i++)
		g_array_index(m->asked, struct asked, i).groups = g_hash_table_new(NULL, NULL);
	return m;
}

void model_changes_free(struct model_changes *m)
{
	if (!m)
		return;
	for (guint i = 0; i < m->calls->len; i++)
		app_forget(m->app, ((struct call *)m->calls->pdata[i])->request);
	for (guint i = 0; i < m->asked->len; i++) {
		struct asked *a = &g_array_index(m->asked, struct asked, i);
		app_forget(m->app, a->request);
		g_hash_table_unref(a->groups);
	}
	g_ptr_array_unref(m->calls);
	g_ptr_array_unref(m->made);
	g_ptr_array_unref(m->troubles);
	g_array_unref(m->waiting);
	g_array_unref(m->asked);
	g_array_unref(m->undone);
	g_free(m);
}
