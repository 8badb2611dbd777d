/* SPDX-License-Identifier: GPL-3.0-or-later */
/* from: the addresses that can be sent as, and what the server thinks of them. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

#define PROBE_MS 60000

struct listing {
	struct batch *batch;
	int account;
	const char *only;                       /* NULL: all */
	const struct engine_message *confirmed; /* only those whose link is in it; NULL: all */
	bool judged;                            /* a refusal is told by the exit code */
	bool waits;                             /* one that was printed waits to be validated, and has no link */
};

static void print_one(struct listing *l, const struct engine_identity *i, bool after_data)
{
	const struct store_identity *k = &i->known;
	/* A server that judges later has said nothing by what it takes before. */
	enum identity_state state = after_data && k->state == IDENTITY_LIKELY ? IDENTITY_UNKNOWN : k->state;
	struct json *j = json_record("identity");
	g_autofree char *words = app_identity_text(i, after_data);
	g_autofree char *text = g_strdup_printf(
		"%-32s  %-8s  %s%s", k->addr, identity_state_names[state], words, i->is_default ? "  *" : "");
	json_add(j, "account", json_string(batch_label(l->batch, l->account)));
	json_add(j, "addr", json_string(k->addr));
	json_add(j, "name", json_string(i->name));
	json_add(j, "state", json_string(identity_state_names[state]));
	json_add(j, "evidence", json_string(identity_evidence_names[k->evidence]));
	json_add(j, "code", k->code ? json_number(k->code) : json_null());
	json_add(j, "text", json_string(k->text));
	json_add(j, "date", k->date ? json_date(k->date) : json_null());
	json_add(j, "default", json_bool(i->is_default));
	json_add(j, "pending", k->pending ? json_date(k->pending) : json_null());
	json_add(j, "link", json_string(k->link));
	json_add(j, "probe_after", i->probe_after ? json_date(i->probe_after) : json_null());
	batch_record(l->batch, j, text);
	json_free(j);
	l->waits = l->waits || (state == IDENTITY_PENDING && !k->link);
	/* While it waits to be validated, what the server said last still holds. */
	bool refused = state == IDENTITY_REFUSED || (state == IDENTITY_PENDING && k->code / 100 == 5);
	if (l->judged && refused)
		l->batch->code = app_exit_worst(l->batch->code, EXIT_CODE_AUTH);
}

static bool holds_link(const struct engine_message *m, const char *link)
{
	bool holds = m->text.text && strstr(m->text.text, link);
	for (unsigned i = 0; m->text.links && i < m->text.links->len; i++)
		holds = holds || !strcmp(((const struct msg_link *)m->text.links->pdata[i])->url, link);
	return holds;
}

static bool is_wanted(const struct listing *l, const struct engine_identity *i)
{
	if (l->confirmed)
		return i->known.link && holds_link(l->confirmed, i->known.link);
	return !l->only || !g_ascii_strcasecmp(l->only, i->known.addr);
}

static void got(struct event *ev, void *aux)
{
	struct listing *l = aux;
	if (ev->type != EV_IDENTITIES)
		return;
	for (unsigned i = 0; i < ev->identities->len; i++) {
		const struct engine_identity *id = ev->identities->pdata[i];
		if (is_wanted(l, id))
			print_one(l, id, ev->after_data);
	}
}

static bool is_chosen(const struct batch *b, unsigned account)
{
	const char *only = cli_value(b->cli, CLI_ACCOUNT);
	return !only || !strcmp(only, batch_label(b, (int)account));
}

static void list(struct batch *b, struct err *e)
{
	for (unsigned i = 0; i < b->cfg->accounts->len && e->cause == ERR_NONE; i++) {
		struct listing l = { .batch = b, .account = (int)i };
		if (is_chosen(b, i))
			batch_ask(b, request_new(REQ_IDENTITIES, 0, (int)i), got, &l, BATCH_CACHE_MS, e);
	}
}

static struct request *about(enum request_type type, int account, const char *addr)
{
	struct request *r = request_new(type, 0, account);
	r->folder = g_strdup(addr);
	return r;
}

/* Within a day what the server said then is the answer. */
static void note_next(struct batch *b, const struct err *e)
{
	g_autofree char *next = app_date_time(clock_wall() + e->after);
	g_autofree char *text =
		g_strdup_printf(_("the server was asked within the last day; it can be asked again %s"), next);
	batch_note(b, text);
}

static void probe_one(struct batch *b, int account, const char *addr)
{
	struct listing l = { .batch = b, .account = account, .only = addr, .judged = true };
	struct err e = ERR_INIT;
	int failed = batch_ask(b, about(REQ_PROBE, account, addr), got, &l, PROBE_MS, &e);
	if (failed && e.cause == ERR_NOT_DUE)
		note_next(b, &e);
	else if (failed && !(e.cause == ERR_REFUSED && e.scope == ERR_ACCOUNT))
		batch_error(b, batch_label(b, account), &e);
	err_clear(&e);
}

/* What else is to be done, and what the letter will be known by. */
static void note_way(struct batch *b, int account)
{
	const struct cfg_account *a = b->cfg->accounts->pdata[account];
	const struct cfg_card *card = a->card;
	bool known = card && card->confirm_from->len && card->confirm_hosts->len;
	if (card && card->validate)
		batch_note(b, card->validate);
	if (app_validation_is_known(a))
		batch_note(
			b, _("its letter is looked out for; once you have followed the link, run: boxwood from probe "
			     "ADDRESS"));
	else if (!known)
		batch_note(b, _("no provider's card says which letter validates it: look for it yourself, then run: "
				"boxwood from probe ADDRESS"));
	else
		batch_note(b, _("without 'authserv' in the mailrc the letter that validates it cannot be told from a "
				"forged one: look for it yourself, then run: boxwood from probe ADDRESS"));
}

/* Also one that no line of the mailrc names. */
static void add(struct batch *b, struct err *e)
{
	const char *typed = b->cli->args->len > 1 ? b->cli->args->pdata[1] : NULL;
	struct app_from f = { 0 };
	int account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), e);
	if (account < 0)
		return;
	if (!typed)
		err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("which address? from add ADDRESS"));
	else if (!app_from_typed(b->cfg, account, typed, &f, e)) {
		struct listing l = { .batch = b, .account = f.account, .only = f.addr->addr };
		struct request *r = about(REQ_IDENTITY_ADD, f.account, f.addr->addr);
		if (!batch_ask(b, r, got, &l, BATCH_CACHE_MS, e) && l.waits)
			note_way(b, f.account);
	}
	app_from_clear(&f);
}

/* Those of the mailrc, or the one that is named. */
static void probe(struct batch *b, struct err *e)
{
	const char *typed = b->cli->args->len > 1 ? b->cli->args->pdata[1] : NULL;
	struct app_from f;
	int account = batch_account(b, cli_value(b->cli, CLI_ACCOUNT), e);
	if (account < 0)
		return;
	if (typed) {
		if (!app_from_typed(b->cfg, account, typed, &f, e))
			probe_one(b, f.account, f.addr->addr);
		app_from_clear(&f);
		return;
	}
	const struct cfg_account *a = b->cfg->accounts->pdata[account];
	for (unsigned i = 0; i < a->froms->len; i++) {
		const struct cfg_from *line = a->froms->pdata[i];
		if (*line->addr != '*')
			probe_one(b, account, line->addr);
	}
	if (!a->froms->len && a->email)
		probe_one(b, account, a->email);
}

/* Is it the letter by which a provider asks whether an address may be used? */
static void explain_link(struct batch *b, const struct engine_message *m, struct err *e)
{
	for (unsigned i = 0; i < b->cfg->accounts->len && e->cause == ERR_NONE; i++) {
		struct listing l = { .batch = b, .account = (int)i, .confirmed = m };
		batch_ask(b, request_new(REQ_IDENTITIES, 0, (int)i), got, &l, BATCH_CACHE_MS, e);
	}
}

/* The first counts; behind it what would, if it were not there. */
static void explain_candidates(struct batch *b, const struct place *p, const struct engine_message *m)
{
	struct app_from_facts facts = { .head = m->head, .written_as = m->written_as, .folder = p->folder };
	g_autoptr(GPtrArray) all = app_from_candidates(b->cfg, p->account, &facts);
	for (unsigned i = 0; i < all->len; i++) {
		const struct app_from *f = all->pdata[i];
		struct json *j = json_record("identity");
		g_autofree char *full = msg_addr_full(f->addr);
		g_autofree char *text = g_strdup_printf(i ? _("else %s  (%s)") : "%s  (%s)", full, f->why);
		json_add(j, "account", json_string(batch_label(b, f->account)));
		json_add(j, "addr", json_string(f->addr->addr));
		json_add(j, "name", json_string(f->addr->name));
		json_add(j, "why", json_string(f->why));
		json_add(j, "chosen", json_bool(!i));
		batch_record(b, j, text);
		json_free(j);
	}
}

static void explain(struct batch *b, struct err *e)
{
	const char *id = b->cli->args->len > 1 ? b->cli->args->pdata[1] : NULL;
	struct place *p = id ? batch_place_find(b, id, e) : NULL;
	struct engine_message *m = p ? batch_message(b, p, e) : NULL;
	if (!id)
		err_set(e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("which message? from explain ID"));
	if (m) {
		explain_candidates(b, p, m);
		explain_link(b, m, e);
	}
	if (p)
		batch_place_free(p);
	engine_message_free(m);
}

int cmd_from(struct batch *b)
{
	struct err e = ERR_INIT;
	const char *verb = b->cli->args->pdata[0];
	if (!strcmp(verb, "list"))
		list(b, &e);
	else if (!strcmp(verb, "probe"))
		probe(b, &e);
	else if (!strcmp(verb, "add"))
		add(b, &e);
	else if (!strcmp(verb, "explain"))
		explain(b, &e);
	else
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' needs: %s"), b->cli->verb->name,
			b->cli->verb->args);
	if (e.cause != ERR_NONE)
		batch_error(b, NULL, &e);
	err_clear(&e);
	return b->code;
}
