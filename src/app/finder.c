/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a letter may go to, from all places that know people. Nothing here waits: what takes its time comes later. */
#include "app/app.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "base/utf8.h"

#define COMMAND_OCTETS_MAX (1u << 20)
#define COMMAND_MS 10000

struct app_finder {
	struct app *app;
	GPtrArray *found;  /* struct app_found *, the best place first */
	GHashTable *known; /* an address as it is compared: its struct app_found *, borrowed */
	unsigned count[FOUND_PLACES];
	char *typed, *folded;
	unsigned most;
	uint32_t request;
	struct app_contacts *cards; /* NULL: the mailrc names none */
	bool cards_due;
	struct timer *timer;
	struct proc *proc;
	bool command_due;
	struct err err;
	void (*changed)(void *aux);
	void *aux;
};

void app_found_free(struct app_found *f)
{
	if (!f)
		return;
	g_ptr_array_unref(f->addrs);
	g_free(f->source);
	g_free(f);
}

static void free_found(void *data)
{
	app_found_free(data);
}

char *app_found_text(const struct app_found *f)
{
	GString *all = g_string_new(NULL);
	for (guint i = 0; i < f->addrs->len; i++) {
		g_autofree char *full = msg_addr_full(f->addrs->pdata[i]);
		g_string_append_printf(all, "%s%s", i ? ", " : "", full);
	}
	return g_string_free(all, FALSE);
}

/* --- what was found --- */

/* The one address of it, as it is compared; NULL: it is a group. g_free. */
static char *key_of(const struct app_found *f)
{
	const struct msg_addr *a = f->addrs->len == 1 ? f->addrs->pdata[0] : NULL;
	return a && a->addr ? g_ascii_strdown(a->addr, -1) : NULL;
}

static void take_out(struct app_finder *f, struct app_found *old)
{
	f->count[old->in]--;
	g_ptr_array_remove(f->found, old);
}

/* One address is told by its best place, but a name of the mailrc may be there for its own sake. */
static void add(struct app_finder *f, struct app_found *new)
{
	g_autofree char *key = key_of(new);
	struct app_found *old = key && new->in != FOUND_ALIAS ? g_hash_table_lookup(f->known, key) : NULL;
	guint at = 0;
	if (old && (old->in > FOUND_PERSON || new->in > FOUND_PERSON)) {
		if (old->in <= new->in) {
			app_found_free(new);
			return;
		}
		take_out(f, old);
	}
	for (int i = 0; i <= (int)new->in; i++)
		at += f->count[i];
	f->count[new->in]++;
	g_ptr_array_insert(f->found, (gint)at, new);
	if (key)
		g_hash_table_replace(f->known, g_steal_pointer(&key), new);
}

static struct app_found *found_new(enum app_found_in in, const char *source)
{
	struct app_found *f = g_new0(struct app_found, 1);
	f->in = in;
	f->addrs = msg_addrs_new();
	f->source = g_strdup(source);
	return f;
}

static void add_one(struct app_finder *f, enum app_found_in in, const char *name, const char *addr, const char *source)
{
	struct app_found *new = found_new(in, source);
	g_ptr_array_add(new->addrs, msg_addr_new(name, addr));
	add(f, new);
}

/* --- the mailrc's own --- */

static void look_at_aliases(struct app_finder *f)
{
	const struct cfg *cfg = app_cfg(f->app);
	for (guint i = 0; i < cfg->aliases->len; i++) {
		const struct cfg_alias *a = cfg->aliases->pdata[i];
		g_autofree char *name = g_utf8_casefold(a->name, -1);
		struct err e = ERR_INIT;
		if (!g_str_has_prefix(name, f->folded))
			continue;
		struct app_found *new = found_new(FOUND_ALIAS, a->name);
		if (app_addresses(cfg, a->name, new->addrs, &e) || !new->addrs->len)
			app_found_free(new);
		else
			add(f, new);
		err_clear(&e);
	}
}

/* --- the mail's people --- */

static void got_people(struct event *ev, void *aux)
{
	struct app_finder *f = aux;
	for (guint i = 0; ev->type == EV_PEOPLE && ev->people && i < ev->people->len; i++) {
		const struct store_person *p = ev->people->pdata[i];
		add_one(f, FOUND_PERSON, p->name, p->addr, p->sent ? _("written to") : _("wrote to you"));
	}
	if (ev->type == EV_ENDED) {
		f->request = 0;
		if (ev->err.cause != ERR_NONE && f->err.cause == ERR_NONE)
			err_move(&f->err, &ev->err);
	}
	f->changed(f->aux);
}

static void ask_people(struct app_finder *f)
{
	struct request *r = request_new(REQ_PEOPLE, 0, -1);
	r->folder = g_strdup(f->typed);
	r->rows = f->most;
	f->request = app_request(f->app, r, got_people, f);
}

/* --- vCards --- */

/* At the beginning of a word. */
static bool is_in(const char *text, const char *typed)
{
	const char *at = text;
	while ((at = strstr(at, typed))) {
		if (at == text || !g_unichar_isalnum(g_utf8_get_char(g_utf8_prev_char(at))))
			return true;
		at = g_utf8_next_char(at);
	}
	return false;
}

static void look_at_cards(struct app_finder *f)
{
	bool reading;
	const struct err *err;
	const GPtrArray *cards = f->cards ? app_contacts_get(f->cards, &reading, &err) : NULL;
	if (!f->cards_due)
		return;
	for (guint i = 0; cards && i < cards->len && f->count[FOUND_CARD] < f->most; i++) {
		const struct app_contact *c = cards->pdata[i];
		if (is_in(c->folded, f->folded))
			add_one(f, FOUND_CARD, c->name, c->addr, c->org ? c->org : _("vCard"));
	}
	f->cards_due = f->cards && reading;
	if (f->cards && !reading && err->cause != ERR_NONE && f->err.cause == ERR_NONE)
		err_copy(&f->err, err);
}

static void cards_changed(void *aux)
{
	struct app_finder *f = aux;
	look_at_cards(f);
	f->changed(f->aux);
}

/* --- the mailrc's command --- */

static char **command_argv(const struct app_finder *f, struct err *e)
{
	char **words = proc_argv(app_cfg(f->app)->options.query_command, e);
	bool placed = false;
	for (char **w = words; w && *w; w++) {
		g_auto(GStrv) pieces = g_strsplit(*w, "%s", -1);
		placed |= pieces[1] != NULL;
		g_free(*w);
		*w = g_strjoinv(f->typed, pieces);
	}
	if (!words || placed)
		return words;
	guint n = g_strv_length(words);
	words = g_renew(char *, words, n + 2);
	words[n] = g_strdup(f->typed);
	words[n + 1] = NULL;
	return words;
}

static void take_line(struct app_finder *f, struct str line)
{
	struct str addr, name, rest, remark;
	str_cut(line, '\t', &addr, &rest);
	str_cut(rest, '\t', &name, &remark);
	g_autoptr(GPtrArray) addrs = msg_addrs_parse(addr);
	const struct msg_addr *one = addrs->len == 1 ? addrs->pdata[0] : NULL;
	if (!one || !one->addr || !strchr(one->addr, '@'))
		return;
	g_autofree char *said = g_strstrip(utf8_line(name)), *about = g_strstrip(utf8_line(remark));
	add_one(f, FOUND_COMMAND, *said ? said : one->name, one->addr, *about ? about : "query-command");
}

static void take_output(struct app_finder *f, struct str out)
{
	size_t n;
	g_autofree char *text = msg_to_utf8(out, NULL, &n);
	struct str rest = { text, n }, line;
	bool more = str_cut(rest, '\n', &line, &rest); /* what it says of itself */
	while (more && f->count[FOUND_COMMAND] < f->most) {
		more = str_cut(rest, '\n', &line, &rest);
		take_line(f, line);
	}
}

/* Its status says nothing: many end with 1 when they have found nobody. */
static void command_ended(const struct proc_end *end, void *aux)
{
	struct app_finder *f = aux;
	const char *command = app_cfg(f->app)->options.query_command;
	f->proc = NULL;
	f->command_due = false;
	if (end->late)
		err_set(&f->err, ERR_PROGRAM, ERR_LOCAL, ERR_LATER, _("'%s' did not end in time and was stopped"),
			command);
	else if (end->signal && !end->over)
		err_set(&f->err, ERR_PROGRAM, ERR_LOCAL, ERR_NEVER, _("'%s' was ended by signal %d"), command,
			end->signal);
	else
		take_output(f, end->words);
	f->changed(f->aux);
}

static void run_command(void *aux)
{
	struct app_finder *f = aux;
	struct err e = ERR_INIT;
	g_auto(GStrv) argv = command_argv(f, &e);
	if (argv)
		f->proc = proc_filter(
			(const char *const *)argv, STR(""), COMMAND_OCTETS_MAX, COMMAND_MS, command_ended, f, &e);
	if (f->proc)
		return;
	f->command_due = false;
	err_clear(&f->err);
	err_move(&f->err, &e);
	f->changed(f->aux);
}

/* --- asking --- */

struct app_finder *app_finder_new(struct app *a, GMainContext *ctx, void (*changed)(void *aux), void *aux)
{
	struct app_finder *f = g_new0(struct app_finder, 1);
	const char *cards = app_cfg(a)->options.address_vcards;
	f->app = a;
	f->changed = changed;
	f->aux = aux;
	f->found = g_ptr_array_new_with_free_func(free_found);
	f->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	f->timer = timer_new(ctx, run_command, f);
	f->cards = cards ? app_contacts_new(cards, ctx, cards_changed, f) : NULL;
	return f;
}

void app_finder_stop(struct app_finder *f)
{
	app_forget(f->app, f->request);
	f->request = 0;
	timer_at(f->timer, CLOCK_NEVER);
	if (f->proc)
		proc_cancel(f->proc);
	f->proc = NULL;
	f->cards_due = f->command_due = false;
	g_hash_table_remove_all(f->known);
	g_ptr_array_set_size(f->found, 0);
	memset(f->count, 0, sizeof f->count);
	err_clear(&f->err);
}

void app_finder_ask(struct app_finder *f, const char *typed, unsigned most, int pause_ms)
{
	app_finder_stop(f);
	g_free(f->typed);
	g_free(f->folded);
	f->typed = g_strdup(typed);
	f->folded = g_utf8_casefold(typed, -1);
	f->most = most;
	look_at_aliases(f);
	ask_people(f);
	f->cards_due = f->cards != NULL;
	look_at_cards(f);
	if (!app_cfg(f->app)->options.query_command || !*typed)
		return;
	f->command_due = true;
	if (pause_ms)
		timer_at(f->timer, clock_ms() + pause_ms);
	else
		run_command(f);
}

const GPtrArray *app_finder_found(const struct app_finder *f)
{
	return f->found;
}

bool app_finder_is_busy(const struct app_finder *f)
{
	return f->request || f->cards_due || f->command_due;
}

const struct err *app_finder_err(const struct app_finder *f)
{
	return &f->err;
}

void app_finder_free(struct app_finder *f)
{
	if (!f)
		return;
	app_finder_stop(f);
	app_contacts_free(f->cards);
	timer_free(f->timer);
	g_hash_table_unref(f->known);
	g_ptr_array_unref(f->found);
	g_free(f->typed);
	g_free(f->folded);
	g_free(f);
}
