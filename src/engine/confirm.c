/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letter by which a provider asks whether an address may be used: found among what has come, and its link noted for
 * people to see. Whatever does not prove to be that letter is mail like any other, and nothing here ever follows a link. */
#include "engine/outbox.h"

#include <string.h>

#include "base/log.h"

#define DAY 86400
#define LOOK_MOST 100 /* the newest of the inbox */
#define LINK_MAX 2000
#define LINKS_MOST 1000
#define PROBE_AFTER_S 600 /* time to follow the link */

struct confirm {
	struct engine *engine;
	unsigned open;     /* letters being read */
	GQueue held;       /* struct request *: they end when these are */
	GHashTable *tried; /* gint64: place, folder << 32 | UID */
};

struct confirm *confirm_new(struct engine *en)
{
	struct confirm *c = g_new0(struct confirm, 1);
	c->engine = en;
	g_queue_init(&c->held);
	c->tried = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	return c;
}

static void end_held(struct confirm *c)
{
	struct request *r;
	while ((r = g_queue_pop_head(&c->held)))
		engine_end(c->engine, r, NULL);
}

void confirm_free(struct confirm *c)
{
	if (!c)
		return;
	end_held(c);
	g_hash_table_unref(c->tried);
	g_free(c);
}

/* --- is it that letter? --- */

/* To that host, in plain ASCII, and further than to its door. */
static bool leads_to(const char *url, const GPtrArray *hosts)
{
	size_t all = strlen(url), scheme = strlen("https://");
	if (all <= scheme || all > LINK_MAX || g_ascii_strncasecmp(url, "https://", scheme))
		return false;
	const char *host = url + scheme;
	size_t n = strcspn(host, "/?#");
	if (strlen(host + n) < 2)
		return false;
	for (size_t i = 0; i < all; i++)
		if ((unsigned char)url[i] <= ' ' || (unsigned char)url[i] >= 0x7f)
			return false;
	for (unsigned i = 0; i < hosts->len; i++)
		if (strlen(hosts->pdata[i]) == n && !g_ascii_strncasecmp(hosts->pdata[i], host, n))
			return true;
	return false;
}

/* The longest: what proves who follows it is in it. Takes url. */
static void take_link(char **best, char *url, const GPtrArray *hosts)
{
	if (leads_to(url, hosts) && (!*best || strlen(url) > strlen(*best))) {
		g_free(*best);
		*best = url;
	} else {
		g_free(url);
	}
}

static char *find_link(const struct msg_text *t, const GPtrArray *hosts)
{
	char *best = NULL;
	const char *at = t->text ? t->text : "";
	for (unsigned i = 0; t->links && i < MIN(t->links->len, LINKS_MOST); i++)
		take_link(&best, g_strdup(((const struct msg_link *)t->links->pdata[i])->url), hosts);
	for (unsigned n = 0; n < LINKS_MOST && (at = strstr(at, "https://")); n++) {
		size_t length = 0;
		/* strchr finds the end of the text, too. */
		while (length <= LINK_MAX && !strchr(" \t\n<>\"[]", at[length]))
			length++;
		while (length && strchr(".,;:!?')", at[length - 1]))
			length--;
		take_link(&best, g_strndup(at, length), hosts);
		at += strlen("https://");
	}
	return best;
}

static bool is_of_address(char c)
{
	return g_ascii_isalnum(c) || (c && strchr("._%+-", c));
}

static bool names(const char *text, const char *addr)
{
	g_autofree char *low = g_ascii_strdown(text ? text : "", -1), *want = g_ascii_strdown(addr, -1);
	size_t n = strlen(want);
	for (const char *at = low; n && (at = strstr(at, want)); at += n) {
		bool sentence_ends = at[n] == '.' && !is_of_address(at[n + 1]);
		if ((at == low || !is_of_address(at[-1])) && (sentence_ends || !is_of_address(at[n])))
			return true;
	}
	return false;
}

static bool is_among(const GPtrArray *addrs, const char *addr)
{
	for (unsigned i = 0; i < addrs->len; i++) {
		const struct msg_addr *a = addrs->pdata[i];
		if (a->addr && !g_ascii_strcasecmp(a->addr, addr))
			return true;
	}
	return false;
}

static bool is_meant_for(const struct msg_head *h, const struct msg_text *t, const char *addr)
{
	return is_among(h->to, addr) || is_among(h->cc, addr) || names(msg_head_get(h, "Delivered-To"), addr) ||
	       names(msg_head_get(h, "X-Original-To"), addr) || names(t->text, addr);
}

/* From one of the card's domains, which the servers that are believed have found to be true. */
static bool is_by_provider(const struct cfg_card *card, const GPtrArray *servers, const struct msg_head *h)
{
	const struct msg_addr *from = h->from->len == 1 ? h->from->pdata[0] : NULL;
	struct msg_authres *said = from && from->addr ? msg_authres_trusted(h, servers) : NULL;
	bool is = false;
	for (unsigned i = 0; said && !is && i < card->confirm_from->len; i++) {
		const char *domain = card->confirm_from->pdata[i];
		is = msg_domain_within(from->addr, domain) && msg_authres_passes(said, domain);
	}
	msg_authres_free(said);
	return is;
}

char *confirm_link(const struct cfg_card *card, const GPtrArray *servers, const struct msg_head *h,
	const struct msg_text *t, const char *addr, int64_t since)
{
	bool late = h->date.known && h->date.epoch >= since - DAY;
	if (!late || !is_by_provider(card, servers, h) || !is_meant_for(h, t, addr))
		return NULL;
	return find_link(t, card->confirm_hosts);
}

/* --- who waits for one --- */

/* NULL: its provider's letters are not known. */
static const struct cfg_card *card_of(const struct account *a)
{
	const struct cfg_card *card = a->cfg->card;
	return card && card->confirm_from->len && card->confirm_hosts->len ? card : NULL;
}

/* struct store_identity * that wait to be validated. */
static GPtrArray *pending(struct account *a)
{
	const char *host, *login;
	unsigned port;
	struct err e = ERR_INIT;
	GPtrArray *all = store_identities_new();
	mailer_server(a, &host, &port, &login);
	if (store_identities(a->engine->store, host, port, login, all, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	for (unsigned i = all->len; i-- > 0;)
		if (((const struct store_identity *)all->pdata[i])->state != IDENTITY_PENDING)
			g_ptr_array_remove_index(all, i);
	return all;
}

static void take(struct account *of, struct store_identity *i, char *link)
{
	struct err e = ERR_INIT;
	g_free(i->link);
	i->link = link;
	/* From now on it waits for the link to be followed, and may be probed whenever that was. */
	i->pending = clock_wall();
	i->probed = 0;
	if (store_identity_put(of->engine->store, i, &e))
		log_line(LOG_ERROR, "%s: %s", of->cfg->label, e.text);
	err_clear(&e);
	identities_tell(of, 0, i->addr);
}

void confirm_read(const struct account *a, const struct engine_message *m)
{
	struct engine *en = a->engine;
	for (unsigned k = 0; m->head && m->is_mail && k < en->accounts->len; k++) {
		struct account *of = en->accounts->pdata[k];
		const struct cfg_card *card = card_of(of);
		g_autoptr(GPtrArray) waiting = card ? pending(of) : NULL;
		for (unsigned i = 0; waiting && i < waiting->len; i++) {
			struct store_identity *id = waiting->pdata[i];
			char *link = confirm_link(card, a->cfg->authservs, m->head, &m->text, id->addr, id->pending);
			if (link && g_strcmp0(link, id->link))
				take(of, id, link);
			else
				g_free(link);
		}
	}
}

/* --- looking for it --- */

/* May a letter of then, from there, be one that somebody waits for? */
static bool is_awaited(struct engine *en, const struct store_row *row)
{
	const struct msg_addr *from = row->from && row->from->len == 1 ? row->from->pdata[0] : NULL;
	for (unsigned k = 0; from && from->addr && k < en->accounts->len; k++) {
		const struct cfg_card *card = card_of(en->accounts->pdata[k]);
		bool known = false;
		for (unsigned i = 0; card && !known && i < card->confirm_from->len; i++)
			known = msg_domain_within(from->addr, card->confirm_from->pdata[i]);
		g_autoptr(GPtrArray) waiting = known ? pending(en->accounts->pdata[k]) : NULL;
		for (unsigned i = 0; waiting && i < waiting->len; i++)
			if (row->received >= ((const struct store_identity *)waiting->pdata[i])->pending - DAY)
				return true;
	}
	return false;
}

static bool anybody_waits(struct engine *en)
{
	for (unsigned k = 0; k < en->accounts->len; k++) {
		g_autoptr(GPtrArray) waiting = card_of(en->accounts->pdata[k]) ? pending(en->accounts->pdata[k]) : NULL;
		if (waiting && waiting->len)
			return true;
	}
	return false;
}

/* From the cache, or over the connection that there is. */
static void read_one(struct account *a, const struct store_folder *f, uint32_t uid)
{
	struct confirm *c = a->engine->confirm;
	struct request *r = request_new(REQ_READ, 0, a->index);
	struct err e = ERR_INIT;
	gint64 place = (gint64)f->id << 32 | uid;
	r->folder = g_strdup(f->name);
	r->uid = uid;
	r->confirms = true;
	c->open++;
	if (!read_from_cache(a, &r, &e) && r && a->conn) {
		account_queue(a, read_job_new(a, g_steal_pointer(&r)));
		g_hash_table_add(c->tried, g_memdup2(&place, sizeof(place)));
	} else if (!r) {
		g_hash_table_add(c->tried, g_memdup2(&place, sizeof(place)));
	} else {
		engine_end(a->engine, r, &e);
	}
	err_clear(&e);
}

static void look_through(struct account *a, const struct store_folder *f, struct err *e)
{
	struct store *st = a->engine->store;
	g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	uint32_t lo = f->uidnext > 10 * LOOK_MOST ? f->uidnext - 10 * LOOK_MOST : 1;
	if (store_uids(st, f->id, lo, UINT32_MAX, uids, e))
		return;
	for (unsigned i = uids->len, n = 0; i-- > 0 && n < LOOK_MOST && e->cause == ERR_NONE; n++) {
		struct store_row row = { 0 };
		uint32_t uid = g_array_index(uids, uint32_t, i);
		gint64 place = (gint64)f->id << 32 | uid;
		if (g_hash_table_contains(a->engine->confirm->tried, &place))
			continue;
		struct store_place at = { f->id, uid, 0 };
		if (!store_place_get(st, at, &row, e) && is_awaited(a->engine, &row))
			read_one(a, f, uid);
		store_row_clear(&row);
	}
}

bool confirm_look(struct account *a)
{
	struct store_folder f = { 0 };
	struct err e = ERR_INIT;
	if (!a->cfg->imap || !anybody_waits(a->engine))
		return false;
	if (!folder_find(a, "Inbox", &f, &e))
		look_through(a, &f, &e);
	if (e.cause != ERR_NONE && e.cause != ERR_MISSING)
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	err_clear(&e);
	store_folder_clear(&f);
	return a->engine->confirm->open;
}

void confirm_hold(struct engine *en, struct request *r)
{
	g_queue_push_tail(&en->confirm->held, r);
}

void confirm_ended(struct engine *en)
{
	if (en->confirm && !--en->confirm->open)
		end_held(en->confirm);
}

/* --- and once it was followed --- */

/* Once, when there was time to follow the link: nobody is to wait for a person's question, nor a day. Where a server judges
 * letters only a letter shows it. */
static bool is_due(const struct store_identity *i, int64_t now)
{
	return i->link && !i->probed && i->date <= i->pending && now >= i->pending + PROBE_AFTER_S;
}

void confirm_probe(struct account *a)
{
	const char *host, *login;
	unsigned port;
	bool after_data = false, asks = a->cfg->password == CFG_PASSWORD_ASK && !a->secret;
	int64_t now = clock_wall();
	struct err e = ERR_INIT;
	if (!a->engine->settings.stay || !a->cfg->smtp || asks || !card_of(a))
		return;
	g_autoptr(GPtrArray) waiting = pending(a);
	mailer_server(a, &host, &port, &login);
	if (!waiting->len || store_judges_after_data(a->engine->store, host, port, &after_data, &e) || after_data) {
		err_clear(&e);
		return;
	}
	for (unsigned i = 0; i < waiting->len; i++) {
		struct store_identity *id = waiting->pdata[i];
		if (!is_due(id, now))
			continue;
		/* Noted first: once, whatever comes of it. */
		id->date = now;
		if (!store_identity_put(a->engine->store, id, &e)) {
			struct request *r = request_new(REQ_PROBE, 0, a->index);
			r->folder = g_strdup(id->addr);
			probe_request(a->engine, a, r);
		}
		break;
	}
	err_clear(&e);
}
