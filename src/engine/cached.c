/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is large and lies in the cache on its way to the front: into a file (PART), or as it is (RAW); a piece in each turn of
 * the loop, so that neither memory nor anybody waits for all of it. */
#include "engine/internal.h"

#include <string.h>

#define CHUNK (256u << 10)

struct stream {
	struct engine *engine;
	struct request *request;
	struct store_outgoing *out;
	struct save *save; /* PART */
	uint64_t ahead;    /* octets sent up that the front has not taken */
	GSource *source;   /* NULL: it waits for that */
};

static void stream_free(struct stream *s)
{
	if (s->source) {
		g_source_destroy(s->source);
		g_source_unref(s->source);
	}
	store_outgoing_free(s->out);
	save_abort(&s->save);
	request_free(s->request);
	g_free(s);
}

GPtrArray *cached_streams_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)stream_free);
}

static void end(struct stream *s, struct err *e)
{
	struct request *r = g_steal_pointer(&s->request);
	struct engine *en = s->engine;
	g_ptr_array_remove_fast(en->streams, s);
	engine_end(en, r, e->cause == ERR_NONE ? NULL : e);
}

static void saved(struct stream *s, struct err *e)
{
	struct event *ev = event_new(EV_SAVED, s->request->id, s->request->account);
	if (save_finish(&s->save, &ev->path, &ev->text, &ev->bytes_done, e))
		event_free(ev);
	else
		engine_emit(s->engine, ev);
}

static void send_up(struct stream *s, struct str bytes)
{
	struct event *ev = event_new(EV_BYTES, s->request->id, s->request->account);
	buf_add_str(&ev->bytes, bytes);
	engine_emit(s->engine, ev);
	s->ahead += bytes.n;
}

static gboolean pump(gpointer data)
{
	struct stream *s = data;
	struct err e = ERR_INIT;
	g_autofree char *chunk = g_malloc(CHUNK);
	size_t got = 0;
	int failed = store_outgoing_read(s->out, chunk, CHUNK, &got, &e);
	struct str bytes = { chunk, got };
	if (!failed && got && s->save)
		failed = save_feed(s->save, bytes, &e);
	else if (!failed && got)
		send_up(s, bytes);
	else if (!failed && s->save)
		saved(s, &e);
	if (failed || !got) {
		end(s, &e);
		err_clear(&e);
		return G_SOURCE_REMOVE;
	}
	if (s->ahead < ENGINE_AHEAD)
		return G_SOURCE_CONTINUE;
	g_clear_pointer(&s->source, g_source_unref);
	return G_SOURCE_REMOVE;
}

static void go_on(struct stream *s)
{
	if (s->source)
		return;
	s->source = g_idle_source_new();
	g_source_set_callback(s->source, pump, s, NULL);
	g_source_attach(s->source, s->engine->ctx);
}

int cached_send(struct account *a, struct store_place at, struct request **rp, struct err *e)
{
	struct request *r = *rp;
	struct store_outgoing *out = NULL;
	struct msg_part *root = NULL;
	struct save *save = NULL;
	bool part = r->type == REQ_PART;
	unsigned n;
	g_autofree char *section = part ? msg_within_holder(r->section, &n) : g_strdup("");
	if (!section || store_outgoing_open(a->engine->store, at, section, &out, e))
		return section ? -1 : 0;
	if (out && part && store_structure_get_at(a->engine->store, at, &root, e)) {
		store_outgoing_free(out);
		return -1;
	}
	g_autofree char *fed = NULL;
	if (out && root)
		save = save_new(root, r->section, r->path, &fed, e);
	msg_part_free(root);
	if (!out || (part && !save)) {
		store_outgoing_free(out);
		return e->cause == ERR_NONE ? 0 : -1;
	}
	struct stream *s = g_new0(struct stream, 1);
	*s = (struct stream){ .engine = a->engine, .request = r, .out = out, .save = save };
	*rp = NULL;
	g_ptr_array_add(a->engine->streams, s);
	go_on(s);
	return 0;
}

void cached_taken(struct engine *en, uint32_t request, uint64_t octets)
{
	for (unsigned i = 0; i < en->streams->len; i++) {
		struct stream *s = en->streams->pdata[i];
		if (s->request->id != request)
			continue;
		s->ahead -= MIN(octets, s->ahead);
		if (s->ahead <= ENGINE_AHEAD / 2)
			go_on(s);
	}
}

void cached_cancel(struct engine *en, uint32_t request)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
	for (unsigned i = en->streams->len; i--;) {
		struct stream *s = en->streams->pdata[i];
		if (s->request->id == request)
			end(s, &e);
	}
	err_clear(&e);
}
