/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Leaving a mailing list by one POST (RFC 8058), because the user said so. */
#include "engine/internal.h"

#include "net/net.h"

#define FORM "List-Unsubscribe=One-Click"

struct leaving {
	struct engine *engine;
	struct request *request;
	struct http *http;
};

static void leaving_free(void *data)
{
	struct leaving *l = data;
	http_free(l->http);
	request_free(l->request);
	g_free(l);
}

GPtrArray *unsubscribe_all_new(void)
{
	return g_ptr_array_new_with_free_func(leaving_free);
}

static void end(struct leaving *l, struct err *e)
{
	struct engine *en = l->engine;
	struct request *r = g_steal_pointer(&l->request);
	g_ptr_array_remove_fast(en->leaving, l);
	engine_end(en, r, e);
}

static void done(int code, struct err *e, void *aux)
{
	struct leaving *l = aux;
	if (e->cause == ERR_NONE && code / 100 == 3)
		err_set(e, ERR_MESSAGE, ERR_LACKING, ERR_NEVER, "it points elsewhere (%d), which is not followed",
			code);
	else if (e->cause == ERR_NONE && code / 100 == 5)
		err_set(e, ERR_MESSAGE, ERR_NET, ERR_LATER, "it answers %d", code);
	else if (e->cause == ERR_NONE && code / 100 != 2)
		err_set(e, ERR_MESSAGE, ERR_LACKING, ERR_NEVER, "it answers %d", code);
	end(l, e);
}

void unsubscribe_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	struct http_url url;
	if (en->settings.offline) {
		err_set(&e, ERR_PROGRAM, ERR_NET, ERR_LATER, "working offline");
		engine_end(en, r, &e);
	} else if (http_url_parse(r->path, &url, &e)) {
		engine_end(en, r, &e);
	} else {
		const struct cfg_account *cfg = a ? a->cfg : NULL;
		struct leaving *l = g_new0(struct leaving, 1);
		*l = (struct leaving){ .engine = en, .request = r };
		g_ptr_array_add(en->leaving, l);
		l->http = http_post(&url, cfg ? cfg->cafile : NULL, FORM, done, l);
		http_url_clear(&url);
	}
	err_clear(&e);
}

void unsubscribe_cancel(struct engine *en, uint32_t request)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
	for (unsigned i = en->leaving->len; i--;) {
		struct leaving *l = en->leaving->pdata[i];
		if (l->request->id == request)
			end(l, &e);
	}
	err_clear(&e);
}
