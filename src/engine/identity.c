/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a submission server thinks of the addresses an account sends as, learned from its answers. */
#include "engine/outbox.h"

#include <string.h>

#include "base/log.h"

#define PROBE_EVERY_S 86400

static void free_identity(void *data)
{
	struct engine_identity *i = data;
	store_identity_clear(&i->known);
	g_free(i->name);
	g_free(i);
}

/* The domain without case; what stands before the @ is the server's own (RFC 5321 2.4). */
static char *key_of(const char *addr)
{
	const char *at = strrchr(addr, '@');
	g_autofree char *domain = at ? g_ascii_strdown(at, -1) : g_strdup("");
	return g_strdup_printf("%.*s%s", at ? (int)(at - addr) : (int)strlen(addr), addr, domain);
}

int identity_get(struct account *a, const char *addr, struct store_identity *out, struct err *e)
{
	const char *host, *login;
	unsigned port;
	g_autofree char *key = key_of(addr);
	mailer_server(a, &host, &port, &login);
	return store_identity_get(a->engine->store, host, port, login, key, out, e);
}

static void put(struct account *a, struct store_identity *i, struct err *e)
{
	if (e->cause == ERR_NONE)
		store_identity_put(a->engine->store, i, e);
	if (e->cause != ERR_NONE)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e->text);
	err_clear(e);
	store_identity_clear(i);
}

static void note(struct store_identity *i, enum identity_state state, enum identity_evidence evidence,
	const struct smtp_reply *reply)
{
	i->state = state;
	i->evidence = evidence;
	i->code = reply ? reply->code : 0;
	g_free(i->text);
	i->text = reply ? g_strdup(reply->text) : NULL;
	i->date = clock_wall();
	if (state == IDENTITY_REFUSED || state == IDENTITY_PENDING)
		return;
	i->pending = 0;
	g_clear_pointer(&i->link, g_free);
}

void identity_accepted(struct account *a, const char *addr, bool with_data, const struct smtp_reply *reply)
{
	struct store_identity i = { 0 };
	struct err e = ERR_INIT;
	bool after_data = false;
	const char *host, *login;
	unsigned port;
	mailer_server(a, &host, &port, &login);
	if (identity_get(a, addr, &i, &e) || store_judges_after_data(a->engine->store, host, port, &after_data, &e)) {
		put(a, &i, &e);
		return;
	}
	/* What a letter has shown is not undone by a probe, and where the server judges later a probe shows nothing. */
	bool stands = i.state == IDENTITY_OK || after_data;
	if (with_data)
		note(&i, IDENTITY_OK, EVIDENCE_DATA, reply);
	else if (!stands)
		note(&i, IDENTITY_LIKELY, EVIDENCE_MAIL, reply);
	put(a, &i, &e);
}

void identity_refused(struct account *a, const char *addr, enum smtp_stage stage, const struct smtp_reply *reply)
{
	struct store_identity i = { 0 };
	struct err e = ERR_INIT;
	const char *host, *login;
	unsigned port;
	mailer_server(a, &host, &port, &login);
	if (!identity_get(a, addr, &i, &e)) {
		bool pending = i.pending;
		note(&i, pending ? IDENTITY_PENDING : IDENTITY_REFUSED,
			stage == SMTP_AT_END ? EVIDENCE_DATA : EVIDENCE_MAIL, reply);
	}
	if (e.cause == ERR_NONE && stage == SMTP_AT_END)
		store_judges_after_data_set(a->engine->store, host, port, &e);
	put(a, &i, &e);
}

static bool holds(const char *low, const char *word)
{
	g_autofree char *want = g_utf8_strdown(word, -1);
	return *want && strstr(low, want);
}

static bool holds_any(const char *low, const char *const *words)
{
	for (; *words; words++)
		if (strstr(low, *words))
			return true;
	return false;
}

static bool begins_any(const char *code, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (g_str_has_prefix(code, *prefixes))
			return true;
	return false;
}

/* Sentences of servers that mean the sender, whatever code they give it. */
static const char *const of_sender[] = { "sender address", "sender rejected", "sender not ", "sender is not",
	"invalid sender", "sender denied", "sender verify", "sender refused", "bad outbound sender", "as this sender",
	"senderdenied", "sendasdenied", "to send as", "send from this", "verified sender", "from address",
	"from header", "header from", "envelope from", "email address is not verified", "not owned by",
	"not one of your addresses", "relaying disallowed as", NULL };
/* Of something else: whom it goes to, whence it comes, what it says, how one logs in. */
static const char *const of_others[] = { "recipient", "relay access denied", "relaying denied", "relay not permitted",
	"not permitted to relay", "unable to relay", "client host", "helo", "ehlo", "spam", "unsolicited", "virus",
	"malware", "blocked using", "blocklist", "blacklist", "block list", "reputation", "user unknown",
	"unknown user", "no such user", "no such recipient", "mailbox", "quota", "rate limit", "too many",
	"authentication required", "must issue", "starttls", "content", "attachment", "too large", "size limit", NULL };
static const char *const sender_codes[] = { "5.1.7", "5.1.8", "5.7.23", "5.7.26", "5.7.27", "5.7.60", NULL };
static const char *const other_codes[] = { "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.2.", "5.3.", "5.4.", "5.5.",
	"5.6.", "5.7.8", "5.7.9", NULL };

static bool is_to(const struct store_mail *m, const char *addr)
{
	for (unsigned i = 0; m && i < m->rcpts->len; i++)
		if (!g_ascii_strcasecmp(((const struct store_rcpt *)m->rcpts->pdata[i])->addr, addr))
			return true;
	return false;
}

/* Servers that wait for RCPT before they speak of the sender, or for the data to read the header, name it there. */
bool identity_is_about_sender(
	const char *from, const struct store_mail *m, const struct smtp_reply *reply, enum smtp_stage stage)
{
	const char *code = reply->enhanced ? reply->enhanced : "";
	g_autofree char *low = g_utf8_strdown(reply->text ? reply->text : "", -1);
	if (reply->code / 100 != 5 || stage == SMTP_AT_LOGIN)
		return false;
	if (holds_any(low, of_sender) || begins_any(code, sender_codes))
		return true;
	if (holds_any(low, of_others) || begins_any(code, other_codes))
		return false;
	bool plain = reply->code == 550 || reply->code == 553 || reply->code == 554;
	if (stage == SMTP_AT_MAIL)
		return plain;
	/* An address that is a recipient's too may have been named as that. */
	bool named = (holds(low, from) && !is_to(m, from)) ||
		     (m && m->sender && holds(low, m->sender) && !is_to(m, m->sender));
	return plain && named;
}

/* 0: now. A clock that was set back does not make it wait for longer. */
static int64_t next_probe(const struct store_identity *i, int64_t now)
{
	int64_t next = i->probed ? i->probed + PROBE_EVERY_S : 0;
	return next > now && next <= now + PROBE_EVERY_S ? next : 0;
}

int identity_may_probe(struct account *a, const char *addr, struct err *e)
{
	struct store_identity i = { 0 };
	int64_t now = clock_wall();
	if (identity_get(a, addr, &i, e))
		return -1;
	int64_t next = next_probe(&i, now);
	store_identity_clear(&i);
	if (!next)
		return 0;
	err_set(e, ERR_ACCOUNT, ERR_NOT_DUE, ERR_LATER, "'%s' was probed within the last day", addr);
	e->after = (int)(next - now);
	return -1;
}

static void probed_now(struct account *a, const char *addr)
{
	struct store_identity i = { 0 };
	struct err e = ERR_INIT;
	if (!identity_get(a, addr, &i, &e))
		i.probed = clock_wall();
	put(a, &i, &e);
}

void identity_note_probe(struct account *a, const char *addr, bool counts, const struct smtp_event *ev)
{
	const struct smtp_reply *reply = ev->u.done.reply;
	if (ev->u.done.outcome == SMTP_ACCEPTED)
		identity_accepted(a, addr, false, reply);
	else if (ev->u.done.outcome == SMTP_REFUSED && identity_is_about_sender(addr, NULL, reply, ev->u.done.stage))
		identity_refused(a, addr, ev->u.done.stage, reply);
	if (counts && (ev->u.done.outcome == SMTP_ACCEPTED || reply->code))
		probed_now(a, addr);
}

/* --- what the front asks --- */

static struct engine_identity *add(struct account *a, GPtrArray *out, const char *addr, const char *name, struct err *e)
{
	struct engine_identity *i = g_new0(struct engine_identity, 1);
	if (identity_get(a, addr, &i->known, e)) {
		free_identity(i);
		return NULL;
	}
	/* As the mailrc writes it. */
	g_free(i->known.addr);
	i->known.addr = g_strdup(addr);
	i->name = g_strdup(name ? name : a->cfg->name);
	i->probe_after = next_probe(&i->known, clock_wall());
	i->configured = true;
	g_ptr_array_add(out, i);
	return i;
}

static bool has(const GPtrArray *out, const char *addr)
{
	for (unsigned i = 0; i < out->len; i++)
		if (!g_ascii_strcasecmp(((const struct engine_identity *)out->pdata[i])->known.addr, addr))
			return true;
	return false;
}

static int collect(struct account *a, GPtrArray *out, struct err *e)
{
	const char *host, *login;
	unsigned port;
	const struct cfg_from *preset = cfg_from_default(a->cfg);
	for (unsigned i = 0; i < a->cfg->froms->len; i++) {
		const struct cfg_from *f = a->cfg->froms->pdata[i];
		struct engine_identity *id =
			*f->addr == '*' || has(out, f->addr) ? NULL : add(a, out, f->addr, f->name, e);
		if (id)
			id->is_default = f == preset;
		if (e->cause != ERR_NONE)
			return -1;
	}
	if (a->cfg->email && !has(out, a->cfg->email)) {
		struct engine_identity *id = add(a, out, a->cfg->email, NULL, e);
		if (!id)
			return -1;
		id->is_default = !preset;
	}
	mailer_server(a, &host, &port, &login);
	g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(NULL);
	if (store_identities(a->engine->store, host, port, login, others, e))
		return -1;
	for (unsigned i = 0; i < others->len; i++) {
		struct store_identity *known = others->pdata[i];
		struct engine_identity *id = g_new0(struct engine_identity, 1);
		id->known = *known;
		id->probe_after = next_probe(known, clock_wall());
		g_free(known);
		if (has(out, id->known.addr))
			free_identity(id);
		else
			g_ptr_array_add(out, id);
	}
	return 0;
}

static int tell(struct account *a, uint32_t request, const char *news, struct err *e)
{
	struct event *ev = event_new(EV_IDENTITIES, request, a->index);
	ev->text = g_strdup(news);
	const char *host, *login;
	unsigned port;
	mailer_server(a, &host, &port, &login);
	ev->identities = g_ptr_array_new_with_free_func(free_identity);
	if (collect(a, ev->identities, e) ||
		store_judges_after_data(a->engine->store, host, port, &ev->after_data, e)) {
		event_free(ev);
		return -1;
	}
	bool fresh;
	ev->size_max = mailer_size_max(a, &fresh);
	engine_emit(a->engine, ev);
	return 0;
}

void identities_tell(struct account *a, uint32_t request, const char *news)
{
	struct err e = ERR_INIT;
	if (tell(a, request, news, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
}

void identities_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	if (!a || !en->store)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "identities without an account");
	else
		tell(a, r->id, NULL, &e);
	engine_end(en, r, &e);
}

/* What is known to be accepted needs no validation. One that waits already waits on, but for a day it may have been given
 * up. */
static void wait_for_validation(struct store_identity *i)
{
	int64_t now = clock_wall();
	bool waits = i->state == IDENTITY_PENDING && i->pending <= now && now < i->pending + PROBE_EVERY_S;
	if (waits || i->state == IDENTITY_OK || i->state == IDENTITY_LIKELY)
		return;
	i->state = IDENTITY_PENDING;
	i->pending = now;
	i->probed = 0;
	g_clear_pointer(&i->link, g_free);
}

static int add_pending(struct account *a, const char *addr, struct err *e)
{
	struct store_identity i = { 0 };
	if (identity_get(a, addr, &i, e))
		return -1;
	wait_for_validation(&i);
	int result = store_identity_put(a->engine->store, &i, e);
	store_identity_clear(&i);
	return result;
}

void identity_add_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	if (!a || !en->store || !r->folder)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "an identity without an account");
	else if (!smtp_address_ok(r->folder, NULL) || !strchr(r->folder, '@'))
		err_set(&e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "'%s' is no address", r->folder);
	if (e.cause != ERR_NONE || add_pending(a, r->folder, &e)) {
		engine_end(en, r, &e);
		return;
	}
	/* The letter may be here already. */
	bool reads = false;
	for (unsigned i = 0; i < en->accounts->len; i++)
		reads = confirm_look(en->accounts->pdata[i]) || reads;
	if (!tell(a, r->id, NULL, &e) && reads)
		confirm_hold(en, r);
	else
		engine_end(en, r, &e);
}
