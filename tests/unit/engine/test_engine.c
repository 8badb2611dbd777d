/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine as its front sees it, without a store. */
#include <string.h>

#include "base/clock.h"
#include "base/fs.h"
#include "engine/engine.h"
#include "tests/unit/unit.h"

#define LONG_OCTETS 4000000
#define PATIENCE_MS 60000

/* A message that keeps a thread of the pool busy for a while. */
static struct request *long_reading(uint32_t id)
{
	static const char head[] = "Content-Type: text/html\n\n";
	static const char row[] = "<p>one &amp; two ";
	struct request *r = request_new(REQ_FILE, id, -1);
	buf_add_str(&r->bytes, STR(head));
	while (r->bytes.n < LONG_OCTETS)
		buf_add_str(&r->bytes, STR(row));
	return r;
}

static void canceled_text_job_ends_at_once(void)
{
	struct channel *events = engine_events_new();
	struct engine_settings settings = { .offline = true };
	struct engine *en = engine_start(&settings, events);
	uint32_t ended[4] = { 0 };
	unsigned ends = 0, messages = 0;
	/* Two for the two threads of the pool; the third cannot even have begun. */
	for (uint32_t id = 1; id <= 3; id++)
		engine_send(en, long_reading(id));
	struct request *cancel = request_new(REQ_CANCEL, 0, -1);
	cancel->answers = 3;
	engine_send(en, cancel);
	while (ends < 3) {
		struct event *ev = channel_wait(events, clock_ms() + PATIENCE_MS);
		g_assert_nonnull(ev);
		messages += ev->type == EV_MESSAGE;
		if (ev->type == EV_MESSAGE)
			g_assert_cmpuint(ev->id, !=, 3);
		if (ev->type == EV_ENDED) {
			g_assert_cmpint(ev->err.cause, ==, ev->id == 3 ? ERR_CANCELED : ERR_NONE);
			ended[ends++] = ev->id;
		}
		event_free(ev);
	}
	g_assert_cmpuint(ended[0], ==, 3);
	g_assert_cmpuint(messages, ==, 2);
	g_assert_true(engine_stop(en, PATIENCE_MS));
	channel_free(events);
}

static struct event *next_event(struct channel *events, enum event_type type)
{
	for (;;) {
		struct event *ev = channel_wait(events, clock_ms() + PATIENCE_MS);
		g_assert_nonnull(ev);
		if (ev->type == type)
			return ev;
		event_free(ev);
	}
}

static uint32_t next_end(struct channel *events)
{
	struct event *ev = next_event(events, EV_ENDED);
	uint32_t id = ev->id;
	event_free(ev);
	return id;
}

/* Another process has the account: it is waited for, but nothing else is. */
static void lock_is_awaited_while_the_engine_goes_on(void)
{
	g_autofree char *dir = unit_tmpdir();
	g_autofree char *cache = g_build_filename(dir, "cache", NULL), *state = g_build_filename(dir, "state", NULL);
	g_autofree char *path = g_build_filename(state, "account-1.lock", NULL);
	struct cfg *cfg = cfg_parse(STR("account box {\n  email a@box.example\n  imap localhost:1 tls\n}\n"), "", NULL);
	struct channel *events = engine_events_new();
	struct engine_settings settings = { .cfg = cfg, .cache_dir = cache, .state_dir = state, .interactive = true };
	struct engine *en = engine_start(&settings, events);
	struct err e = ERR_INIT;
	event_free(next_event(events, EV_STORE_READY));
	struct fs_lock *theirs = fs_lock(path, false, 0, NULL, &e);
	g_assert_nonnull(theirs);
	engine_send(en, request_new(REQ_SYNC, 1, 0));
	engine_send(en, request_new(REQ_CLOSE, 2, 0));
	g_assert_cmpuint(next_end(events), ==, 2);
	fs_unlock(theirs);
	event_free(next_event(events, EV_ASK));
	g_assert_true(engine_stop(en, PATIENCE_MS));
	g_assert_cmpuint(next_end(events), ==, 1);
	channel_free(events);
	cfg_free(cfg);
}

void suite(void)
{
	msg_init();
	unit_add(canceled_text_job_ends_at_once);
	unit_add(lock_is_awaited_while_the_engine_goes_on);
}
