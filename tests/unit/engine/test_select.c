/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choices as the front asks for them, answered by the reader's thread from a cache of two accounts. */
#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"
#include "tests/unit/unit.h"

#define PATIENCE_MS 60000
#define ROWS 2000u
#define WHEN 1700000000

static const char mailrc[] = "account one {\n  email a@one.example\n  login one\n  imap localhost:1 tls\n}\n"
			     "account two {\n  email a@two.example\n  login two\n  imap localhost:2 tls\n}\n";

struct fixture {
	char *dir, *cache, *state;
	struct cfg *cfg;
	struct channel *events;
	struct engine *en;
	struct store *st; /* beside the engine: another process, as it were */
	uint32_t inboxes[2], asked;
};

static void must(int failed, struct err *e)
{
	g_assert_cmpint(failed, ==, 0);
	if (failed)
		g_test_message("%s", e->text);
	err_clear(e);
}

static void put(struct fixture *f, uint32_t folder, uint32_t uid, uint32_t flags)
{
	struct err e = ERR_INIT;
	struct store_row row = { .folder = folder,
		.uid = uid,
		.flags = flags,
		.size = 1000 + uid,
		.received = WHEN + uid * 2 + (folder == f->inboxes[1]),
		.subject = g_strdup_printf("number %u", uid),
		.attachments = -1 };
	must(store_row_put(f->st, &row, &e), &e);
	store_row_clear(&row);
}

/* Every second one is unread. */
static void fill(struct fixture *f, int which, uint32_t rows)
{
	struct err e = ERR_INIT;
	uint32_t account;
	struct store_folder inbox = { .raw = (char *)"INBOX",
		.name = (char *)"Inbox",
		.role = ROLE_INBOX,
		.uidvalidity = 1,
		.exists = rows,
		.complete = true };
	must(store_account(f->st, "localhost", (unsigned)which + 1, which ? "two" : "one", which ? "two" : "one",
		     &account, &e),
		&e);
	inbox.account = account;
	must(store_folder_put(f->st, &inbox, &e), &e);
	f->inboxes[which] = inbox.id;
	for (uint32_t uid = 1; uid <= rows; uid++) {
		if (uid % STORE_BATCH == 1)
			must(store_begin(f->st, &e), &e);
		put(f, inbox.id, uid, uid % 2 ? MSG_SEEN : 0);
		if (uid % STORE_BATCH == 0 || uid == rows)
			must(store_commit(f->st, &e), &e);
	}
}

static void start(struct fixture *f)
{
	struct err e = ERR_INIT;
	bool fresh;
	*f = (struct fixture){ .dir = unit_tmpdir() };
	f->cache = g_build_filename(f->dir, "cache", NULL);
	f->state = g_build_filename(f->dir, "state", NULL);
	must(store_open(f->cache, f->state, &f->st, &fresh, &e), &e);
	fill(f, 0, ROWS);
	fill(f, 1, 10);
	f->cfg = cfg_parse(STR(mailrc), "", NULL);
	f->events = engine_events_new();
	struct engine_settings settings = {
		.cfg = f->cfg, .cache_dir = f->cache, .state_dir = f->state, .offline = true
	};
	f->en = engine_start(&settings, f->events);
}

static void stop(struct fixture *f)
{
	g_assert_true(engine_stop(f->en, PATIENCE_MS));
	channel_free(f->events);
	store_close(f->st);
	cfg_free(f->cfg);
	g_free(f->dir);
	g_free(f->cache);
	g_free(f->state);
}

/* The answer to r, which is of that type, once r has ended; what else comes is dropped. */
static struct event *ask(struct fixture *f, struct request *r, enum event_type type)
{
	struct event *answer = NULL;
	r->id = ++f->asked;
	uint32_t id = r->id;
	engine_send(f->en, r);
	for (bool ended = false; !ended;) {
		struct event *ev = channel_wait(f->events, clock_ms() + PATIENCE_MS);
		g_assert_nonnull(ev);
		ended = !ev || (ev->id == id && ev->type == EV_ENDED);
		if (ended && ev)
			g_assert_cmpint(ev->err.cause, ==, ERR_NONE);
		if (ev && ev->id == id && ev->type == type && !ended)
			answer = g_steal_pointer(&ev);
		event_free(ev);
	}
	return answer;
}

static struct store_filter *unread(void)
{
	struct store_filter *f = store_filter_new(FILTER_NOT);
	store_filter_add(f, store_filter_flags(MSG_SEEN));
	return f;
}

static struct request *window(uint32_t selection, enum store_anchor anchor, int64_t mid, unsigned rows)
{
	struct request *r = request_new(REQ_WINDOW, 0, 0);
	r->folder = g_strdup("Inbox");
	r->selection = selection;
	r->choice = store_choice_new();
	r->choice->filter = unread();
	r->settled = true;
	r->window = (struct store_window){ .anchor = anchor, .mid = mid, .rows = rows };
	return r;
}

static uint32_t uid_at(const struct event *ev, guint i)
{
	return ev && i < ev->rows->len ? ((const struct store_row *)ev->rows->pdata[i])->uid : 0;
}

static int64_t mid_at(const struct event *ev, guint i)
{
	return ev && i < ev->rows->len ? ((const struct store_row *)ev->rows->pdata[i])->mid : 0;
}

static void windows_of_a_choice_stand_at_their_positions(void)
{
	struct fixture f;
	start(&f);
	struct event *top = ask(&f, window(1, ANCHOR_TOP, 0, 10), EV_ROWS);
	g_assert_cmpuint(top->position, ==, 0);
	g_assert_cmpuint(uid_at(top, 0), ==, ROWS);
	g_assert_cmpuint(uid_at(top, 9), ==, ROWS - 18);
	g_assert_cmpuint(top->selection, ==, 1);
	struct event *below = ask(&f, window(1, ANCHOR_BELOW, mid_at(top, 9), 5), EV_ROWS);
	g_assert_cmpuint(below->position, ==, 10);
	g_assert_cmpuint(uid_at(below, 0), ==, ROWS - 20);
	struct event *above = ask(&f, window(1, ANCHOR_ABOVE, mid_at(below, 0), 3), EV_ROWS);
	g_assert_cmpuint(above->position, ==, 7);
	g_assert_cmpuint(uid_at(above, 2), ==, ROWS - 18);
	struct event *near = ask(&f, window(1, ANCHOR_NEAR, mid_at(below, 0), 6), EV_ROWS);
	g_assert_cmpuint(near->position, ==, 7);
	g_assert_cmpuint(near->rows->len, ==, 6);
	struct event *bottom = ask(&f, window(1, ANCHOR_BOTTOM, 0, 4), EV_ROWS);
	g_assert_cmpuint(bottom->total, ==, ROWS / 2);
	g_assert_true(bottom->whole);
	g_assert_cmpuint(bottom->position, ==, ROWS / 2 - 4);
	g_assert_cmpuint(uid_at(bottom, 3), ==, 2);
	event_free(top);
	event_free(below);
	event_free(above);
	event_free(near);
	event_free(bottom);
	stop(&f);
}

static void a_choice_stays_until_it_is_renewed(void)
{
	struct fixture f;
	start(&f);
	event_free(ask(&f, window(1, ANCHOR_BOTTOM, 0, 1), EV_ROWS));
	put(&f, f.inboxes[0], ROWS + 2, 0);
	struct event *before = ask(&f, window(1, ANCHOR_TOP, 0, 1), EV_ROWS);
	g_assert_cmpuint(uid_at(before, 0), ==, ROWS);
	struct request *r = window(1, ANCHOR_TOP, 0, 1);
	r->renew = true;
	struct event *after = ask(&f, r, EV_ROWS);
	/* Where that takes longer, the old one answers, and the new one is told of. */
	for (bool told = false; uid_at(after, 0) == ROWS && !told;) {
		struct event *ev = channel_wait(f.events, clock_ms() + PATIENCE_MS);
		g_assert_nonnull(ev);
		told = !ev || (ev->type == EV_SELECTED && ev->fresh);
		event_free(ev);
		if (!told)
			continue;
		event_free(after);
		after = ask(&f, window(1, ANCHOR_TOP, 0, 1), EV_ROWS);
	}
	g_assert_cmpuint(uid_at(after, 0), ==, ROWS + 2);
	event_free(before);
	event_free(after);
	stop(&f);
}

static void all_inboxes_are_merged(void)
{
	struct fixture f;
	start(&f);
	struct request *r = request_new(REQ_WINDOW, 0, -1);
	r->selection = 1;
	r->settled = true;
	r->window = (struct store_window){ .anchor = ANCHOR_BOTTOM, .rows = 20 };
	struct event *ev = ask(&f, r, EV_ROWS);
	g_assert_cmpuint(ev->total, ==, ROWS + 10);
	g_assert_cmpuint(ev->folder->rows, ==, ROWS + 10);
	for (guint i = 0; i < ev->rows->len; i++) {
		const struct store_row *row = ev->rows->pdata[i];
		g_assert_cmpuint(row->folder, ==, f.inboxes[i % 2 ? 0 : 1]);
		g_assert_cmpuint(row->uid, ==, 10 - i / 2);
	}
	event_free(ev);
	stop(&f);
}

static void a_view_is_remembered_with_the_first_window(void)
{
	struct fixture f;
	start(&f);
	struct request *r = request_new(REQ_VIEW, 0, 0);
	r->folder = g_strdup("Inbox");
	r->view = ORDER_SIZE | VIEW_REVERSE | VIEW_UNREAD;
	ask(&f, r, EV_ENDED);
	r = request_new(REQ_WINDOW, 0, 0);
	r->folder = g_strdup("inbox");
	r->remembered = r->settled = true;
	r->selection = 7;
	r->window = (struct store_window){ .anchor = ANCHOR_TOP, .rows = 3 };
	struct event *ev = ask(&f, r, EV_ROWS);
	g_assert_cmpuint(ev->view, ==, ORDER_SIZE | VIEW_REVERSE | VIEW_UNREAD);
	g_assert_cmpuint(ev->selection, ==, 7);
	g_assert_cmpuint(uid_at(ev, 0), ==, 2);
	g_assert_cmpuint(uid_at(ev, 2), ==, 6);
	event_free(ev);
	r = request_new(REQ_WINDOW, 0, 1);
	r->folder = g_strdup("Inbox");
	r->remembered = true;
	r->selection = 8;
	r->window = (struct store_window){ .anchor = ANCHOR_TOP, .rows = 3 };
	ev = ask(&f, r, EV_ROWS);
	g_assert_cmpuint(ev->view, ==, 0);
	g_assert_cmpuint(ev->selection, ==, 0);
	g_assert_cmpuint(uid_at(ev, 0), ==, 10);
	event_free(ev);
	stop(&f);
}

static void places_of_what_matches_are_told(void)
{
	struct fixture f;
	start(&f);
	struct request *r = request_new(REQ_PLACES, 0, 0);
	r->folder = g_strdup("Inbox");
	r->choice = store_choice_new();
	r->choice->filter = store_filter_text(FILTER_SUBJECT, str_of("number 199"));
	struct event *ev = ask(&f, r, EV_PLACES);
	g_assert_cmpuint(ev->places->len, ==, 11);
	g_assert_true(ev->whole);
	g_assert_cmpuint(g_array_index(ev->places, struct store_place, 0).uid, ==, 1999);
	g_assert_cmpstr(ev->folder->name, ==, "Inbox");
	event_free(ev);
	r = request_new(REQ_PLACES, 0, 0);
	r->folder = g_strdup("Inbox");
	r->choice = store_choice_new();
	r->rows = 5;
	ev = ask(&f, r, EV_PLACES);
	g_assert_cmpuint(ev->places->len, ==, 5);
	g_assert_false(ev->whole);
	event_free(ev);
	stop(&f);
}

/* What is under way is given up; nothing waits for it. */
static void the_engine_stops_in_the_middle_of_a_choice(void)
{
	struct fixture f;
	start(&f);
	struct request *r = window(1, ANCHOR_BOTTOM, 0, 1);
	r->id = 1;
	engine_send(f.en, r);
	r = request_new(REQ_PLACES, 2, 0);
	r->choice = store_choice_new();
	engine_send(f.en, r);
	stop(&f);
}

void suite(void)
{
	unit_add(windows_of_a_choice_stand_at_their_positions);
	unit_add(a_choice_stays_until_it_is_renewed);
	unit_add(all_inboxes_are_merged);
	unit_add(a_view_is_remembered_with_the_first_window);
	unit_add(places_of_what_matches_are_told);
	unit_add(the_engine_stops_in_the_middle_of_a_choice);
}
