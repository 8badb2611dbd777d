/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands before an engine that does as it is told. */
#include "base/clock.h"
#include "batch/batch.h"
#include "tests/unit/unit.h"

static const char mailrc[] = "account one {\n  email a@one.example\n  imap one.example:993 tls\n}\n"
			     "account two {\n  email a@two.example\n  imap two.example:993 tls\n}\n";

/* Servers that are silent: SYNC has no end, and the clock goes on. */
struct silent {
	struct channel *events;
	unsigned syncs, folders;
};

static void send_request(void *it, struct request *r)
{
	struct silent *s = it;
	if (r->type == REQ_SYNC) {
		s->syncs++;
		clock_advance(BATCH_READ_MS);
	} else if (r->id) {
		s->folders += r->type == REQ_FOLDERS;
		channel_send(s->events, event_new(EV_ENDED, r->id, r->account));
	}
	request_free(r);
}

static void read_waits_30_seconds_in_all(void)
{
	const char *argv[] = { "boxwood", "--fresh", "--no-input", "folders", NULL };
	struct cfg *cfg = cfg_parse(STR(mailrc), "mailrc", NULL);
	struct silent s = { .events = engine_events_new() };
	struct err e = ERR_INIT;
	struct cli cli;
	g_assert_cmpint(cli_parse(4, (char **)argv, &cli, &e), ==, 0);
	clock_set_virtual(1000, 1000);
	channel_send(s.events, event_new(EV_STORE_READY, 0, -1));
	g_assert_cmpint(batch_run(&cli, cfg, &(struct app_port){ &s, send_request, s.events }), ==, 75);
	/* The second account is not waited for any more, but what is cached of both is printed. */
	g_assert_cmpuint(s.syncs, ==, 1);
	g_assert_cmpuint(s.folders, ==, 2);
	channel_free(s.events);
	cli_clear(&cli);
	cfg_free(cfg);
}

void suite(void)
{
	unit_add(read_waits_30_seconds_in_all);
}
