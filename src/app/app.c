/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/app.h"

#include "base/clock.h"

struct call {
	uint32_t id;
	app_event_fn fn; /* NULL: forgotten */
	void *aux;
};

struct app {
	const struct cfg *started;
	struct cfg cfg;      /* of the first reading and the newest */
	GPtrArray *readings; /* struct cfg *: all later ones, for what was borrowed from them */
	struct app_port port;
	GSource *source;
	GHashTable *calls; /* id -> struct call * */
	struct overlay *overlay;
	uint32_t next_id;
	app_event_fn listener;
	void *listener_aux;
};

/* A stream goes on as fast as it is taken. */
static void tell_taken(struct app *a, const struct event *ev, size_t octets)
{
	struct request *r = request_new(REQ_TAKEN, 0, ev->account);
	r->answers = ev->id;
	r->octets = octets;
	a->port.send(a->port.it, r);
}

static void got_event(void *value, void *aux)
{
	struct app *a = aux;
	struct event *ev = value;
	size_t octets = ev->type == EV_BYTES ? ev->bytes.n : 0;
	struct call *c = ev->id ? g_hash_table_lookup(a->calls, GUINT_TO_POINTER(ev->id)) : NULL;
	/* Out of the table first: fn may ask anew, and forget or end anything. */
	if (c && ev->type == EV_ENDED)
		g_hash_table_steal(a->calls, GUINT_TO_POINTER(ev->id));
	if (c && c->fn)
		c->fn(ev, c->aux);
	else if (!ev->id && a->listener)
		a->listener(ev, a->listener_aux);
	if (c && ev->type == EV_ENDED)
		g_free(c);
	if (octets)
		tell_taken(a, ev, octets);
	event_free(ev);
}

struct app *app_new(const struct cfg *cfg, const struct app_port *port, GMainContext *ctx)
{
	struct app *a = g_new0(struct app, 1);
	a->started = cfg;
	a->cfg = *cfg;
	a->readings = g_ptr_array_new_with_free_func((GDestroyNotify)cfg_free);
	a->port = *port;
	a->overlay = overlay_new();
	a->calls = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	a->source = channel_watch(port->events, ctx, got_event, a);
	return a;
}

void app_free(struct app *a)
{
	if (!a)
		return;
	g_source_destroy(a->source);
	g_source_unref(a->source);
	g_hash_table_unref(a->calls);
	overlay_free(a->overlay);
	g_ptr_array_unref(a->readings);
	g_free(a);
}

const struct cfg *app_cfg(const struct app *a)
{
	return &a->cfg;
}

const struct cfg *app_mailrc(const struct app *a)
{
	return a->readings->len ? a->readings->pdata[a->readings->len - 1] : a->started;
}

void app_take_mailrc(struct app *a, struct cfg *now)
{
	g_ptr_array_add(a->readings, now);
	a->cfg = cfg_mix(a->started, now);
}

struct overlay *app_overlay(const struct app *a)
{
	return a->overlay;
}

uint32_t app_newest(const struct app *a)
{
	return a->next_id;
}

uint32_t app_request(struct app *a, struct request *r, app_event_fn fn, void *aux)
{
	struct call *c = g_new(struct call, 1);
	r->id = ++a->next_id ? a->next_id : ++a->next_id;
	uint32_t id = r->id;
	*c = (struct call){ id, fn, aux };
	g_hash_table_insert(a->calls, GUINT_TO_POINTER(id), c);
	a->port.send(a->port.it, r);
	return id;
}

void app_cancel(struct app *a, uint32_t id)
{
	if (!id || !g_hash_table_contains(a->calls, GUINT_TO_POINTER(id)))
		return;
	struct request *r = request_new(REQ_CANCEL, 0, -1);
	r->answers = id;
	app_request(a, r, NULL, NULL);
}

void app_forget(struct app *a, uint32_t id)
{
	struct call *c = id ? g_hash_table_lookup(a->calls, GUINT_TO_POINTER(id)) : NULL;
	if (!c)
		return;
	c->fn = NULL;
	app_cancel(a, id);
}

void app_listen(struct app *a, app_event_fn fn, void *aux)
{
	a->listener = fn;
	a->listener_aux = aux;
}

static void rested(struct event *ev, void *aux)
{
	if (ev->type == EV_ENDED)
		*(bool *)aux = true;
}

void app_rest(struct app *a, int wait_ms)
{
	int64_t until = clock_ms() + wait_ms;
	bool done = false;
	uint32_t id = app_request(a, request_new(REQ_REST, 0, -1), rested, &done);
	struct event *ev;
	while (!done && (ev = channel_wait(a->port.events, until)))
		got_event(ev, a);
	if (!done)
		app_forget(a, id);
}

void app_resume(struct app *a)
{
	app_request(a, request_new(REQ_RESUME, 0, -1), NULL, NULL);
}
