/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a domain's mail may be, because the user asked: SRV and MX records, and what its web server says over HTTPS. The domain
 * is all that is told. */
#include "engine/internal.h"

#include "net/net.h"

enum { ASK_IMAPS, ASK_IMAP, ASK_SUBMISSIONS, ASK_SUBMISSION, ASK_MX, LOOKUPS };
#define PAGES 2

struct discovery;
struct asked {
	struct discovery *of;
	int which;
	struct lookup *lookup;
	struct http *http;
	bool open;
};

struct discovery {
	struct engine *engine;
	struct request *request;
	struct asked lookups[LOOKUPS], pages[PAGES];
	struct cfg_card *srv[LOOKUPS]; /* with the servers of one kind each */
	struct engine_found *found;
	struct err err; /* the name service gave no answer */
	unsigned open;
};

static void found_clear(struct engine_found *f)
{
	g_ptr_array_unref(f->mx);
	cfg_card_free(f->records);
	cfg_card_free(f->page);
	g_free(f->url);
}

void engine_found_free(struct engine_found *f)
{
	if (!f)
		return;
	found_clear(f);
	g_free(f);
}

static void discovery_free(void *data)
{
	struct discovery *d = data;
	for (int i = 0; i < LOOKUPS; i++) {
		lookup_free(d->lookups[i].open ? d->lookups[i].lookup : NULL);
		cfg_card_free(d->srv[i]);
	}
	for (int i = 0; i < PAGES; i++)
		http_free(d->pages[i].http);
	engine_found_free(d->found);
	request_free(d->request);
	err_clear(&d->err);
	g_free(d);
}

GPtrArray *discoveries_new(void)
{
	return g_ptr_array_new_with_free_func(discovery_free);
}

static void end(struct discovery *d, struct err *e)
{
	struct engine *en = d->engine;
	struct request *r = g_steal_pointer(&d->request);
	struct err copy = ERR_INIT;
	err_move(&copy, e);
	g_ptr_array_remove_fast(en->discoveries, d);
	engine_end(en, r, &copy);
	err_clear(&copy);
}

static void take_servers(struct cfg_card *into, const struct cfg_card *from)
{
	const GPtrArray *const lists[] = { from ? from->imap : NULL, from ? from->smtp : NULL };
	for (size_t k = 0; k < G_N_ELEMENTS(lists); k++)
		for (guint i = 0; lists[k] && i < lists[k]->len; i++) {
			const struct cfg_server *s = lists[k]->pdata[i];
			cfg_card_add(into, k == 1, s->host, s->port, s->security);
		}
}

/* TLS from the first octet before STARTTLS (RFC 8314). */
static void finish(struct discovery *d)
{
	struct cfg_card *all = cfg_card_new(d->request->folder);
	for (int i = 0; i < ASK_MX; i++)
		take_servers(all, d->srv[i]);
	if (all->imap->len)
		d->found->records = g_steal_pointer(&all);
	cfg_card_free(all);
	bool any = d->found->records || d->found->page || d->found->mx->len;
	struct event *ev = event_new(EV_FOUND, d->request->id, -1);
	ev->found = g_steal_pointer(&d->found);
	engine_emit(d->engine, ev);
	if (any)
		err_clear(&d->err);
	end(d, &d->err);
}

static void ended(struct asked *a)
{
	a->open = false;
	if (!--a->of->open)
		finish(a->of);
}

static void looked_up(const GPtrArray *targets, struct err *e, void *aux)
{
	struct asked *a = aux;
	struct discovery *d = a->of;
	bool sends = a->which == ASK_SUBMISSIONS || a->which == ASK_SUBMISSION;
	bool start = a->which == ASK_IMAP || a->which == ASK_SUBMISSION;
	if (e->cause && !d->err.cause)
		err_copy(&d->err, e);
	for (guint i = 0; i < targets->len; i++) {
		const struct net_target *t = targets->pdata[i];
		if (a->which == ASK_MX)
			g_ptr_array_add(d->found->mx, g_strdup(t->host));
		else
			cfg_card_add(d->srv[a->which], sends, t->host, t->port, start ? CFG_STARTTLS : CFG_TLS);
	}
	ended(a);
}

/* The first of them that has one counts. */
static void got_page(int code, struct str body, struct err *e, void *aux)
{
	struct asked *a = aux;
	struct discovery *d = a->of;
	struct cfg_card *card = !e->cause && code == 200 ? cfg_autoconfig(body, d->request->folder) : NULL;
	if (card && (!d->found->page || !a->which)) {
		cfg_card_free(d->found->page);
		g_free(d->found->url);
		d->found->page = g_steal_pointer(&card);
		d->found->url = g_strdup_printf("https://%s%s", a->which ? "" : "autoconfig.", d->request->folder);
	}
	cfg_card_free(card);
	ended(a);
}

static void ask_page(struct discovery *d, int which)
{
	static const char *const forms[PAGES] = { "https://autoconfig.%s/mail/config-v1.1.xml",
		"https://%s/.well-known/autoconfig/mail/config-v1.1.xml" };
	g_auto(GStrv) parts = g_strsplit(forms[which], "%s", 2);
	g_autofree char *url = g_strjoinv(d->request->folder, parts);
	struct http_url u;
	struct err e = ERR_INIT;
	if (!http_url_parse(url, &u, &e)) {
		d->pages[which] = (struct asked){ .of = d, .which = which, .open = true };
		d->open++;
		d->pages[which].http = http_get(&u, NULL, got_page, &d->pages[which]);
		http_url_clear(&u);
	}
	err_clear(&e);
}

void discover_request(struct engine *en, struct request *r)
{
	static const char *const services[LOOKUPS] = { "imaps", "imap", "submissions", "submission", NULL };
	if (en->settings.offline) {
		struct err e = ERR_INIT;
		err_set(&e, ERR_PROGRAM, ERR_NET, ERR_LATER, "working offline");
		engine_end(en, r, &e);
		err_clear(&e);
		return;
	}
	struct discovery *d = g_new0(struct discovery, 1);
	d->engine = en;
	d->request = r;
	d->found = g_new0(struct engine_found, 1);
	d->found->mx = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(en->discoveries, d);
	/* One more, so that none of them ends it while others are begun. */
	d->open = 1;
	for (int i = 0; i < LOOKUPS; i++) {
		d->srv[i] = cfg_card_new(r->folder);
		d->lookups[i] = (struct asked){ .of = d, .which = i, .open = true };
		d->open++;
		d->lookups[i].lookup = lookup_new(services[i], r->folder, looked_up, &d->lookups[i]);
	}
	for (int i = 0; i < PAGES; i++)
		ask_page(d, i);
	if (!--d->open)
		finish(d);
}

void discover_cancel(struct engine *en, uint32_t request)
{
	struct err e = ERR_INIT;
	for (unsigned i = en->discoveries->len; i--;) {
		struct discovery *d = en->discoveries->pdata[i];
		if (d->request->id != request)
			continue;
		err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
		end(d, &e);
	}
	err_clear(&e);
}
