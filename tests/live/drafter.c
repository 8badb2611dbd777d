/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A front that only saves one draft and hears of letters: MAILRC CACHE STATE, then lines on standard input: "save SUBJECT", "mirror SUBJECT",
 * "sync" of Drafts, "bodies UID", "drop", "draft ID", which is meant from then on, or "left FOLDER UID": a new one in place of what lies there. What the engine tells is printed, "ended CAUSE" last. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "engine/engine.h"

#define PATIENCE_MS 60000

static struct draft *draft_of(const char *subject)
{
	struct draft *d = draft_new(DRAFT_NEW);
	d->from = g_new0(struct msg_addr, 1);
	d->from->addr = g_strdup("vera@box.example");
	g_free(d->subject);
	d->subject = g_strdup(subject);
	g_free(d->text);
	d->text = g_strdup("unfinished\n");
	return d;
}

static struct request *request_of(const char *line, uint32_t id, uint32_t draft)
{
	struct request *r;
	if (!strcmp(line, "drop")) {
		r = request_new(REQ_DRAFT_DROP, id, 0);
		r->answers = draft;
		return r;
	}
	if (!strcmp(line, "sync")) {
		r = request_new(REQ_SYNC, id, 0);
		r->folder = g_strdup("Drafts");
		return r;
	}
	if (g_str_has_prefix(line, "bodies ")) {
		uint32_t uid = (uint32_t)g_ascii_strtoull(line + 7, NULL, 10);
		r = request_new(REQ_BODIES, id, 0);
		r->folder = g_strdup("Inbox");
		r->uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
		g_array_append_val(r->uids, uid);
		return r;
	}
	r = request_new(REQ_DRAFT_SAVE, id, 0);
	r->draft = g_new0(struct engine_draft, 1);
	r->draft->id = draft;
	r->draft->parent.account = -1;
	r->draft->mirror = g_str_has_prefix(line, "mirror ");
	r->draft->draft = draft_of(strchr(line, ' ') + 1);
	return r;
}

static bool print_event(const struct event *ev, uint32_t id, uint32_t *draft)
{
	if (ev->type == EV_DRAFT)
		*draft = ev->draft->id;
	if (ev->type == EV_DRAFT)
		printf("draft %u%s\n", (unsigned)ev->draft->id, ev->draft->mirrored ? " mirrored" : "");
	if (ev->type == EV_MAIL)
		printf("mail %u %s\n", (unsigned)ev->mail->id, mail_state_names[ev->mail->state]);
	if (ev->type == EV_NOTICE)
		printf("notice %d %s\n", ev->notice, ev->text ? ev->text : ev->err.text);
	if (ev->type != EV_ENDED || ev->id != id)
		return false;
	printf("ended %s\n", ev->err.cause == ERR_NONE ? "none" : ev->err.text);
	fflush(stdout);
	return true;
}

static int run(struct engine *en, struct channel *events)
{
	char line[1000];
	uint32_t id = 0, draft = 0;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (g_str_has_prefix(line, "draft ")) {
			draft = (uint32_t)g_ascii_strtoull(line + 6, NULL, 10);
			puts("ended none");
			fflush(stdout);
			continue;
		}
		struct store_place left = { 0 };
		if (sscanf(line, "left %u %u", &left.folder, &left.uid) == 2) {
			g_strlcpy(line, "save Ours", sizeof(line));
			draft = 0;
		}
		struct request *r = request_of(line, ++id, draft);
		if (r->draft)
			r->draft->left = left;
		engine_send(en, r);
		for (bool ended = false; !ended;) {
			struct event *ev = channel_wait(events, clock_ms() + PATIENCE_MS);
			if (!ev)
				return 1;
			ended = print_event(ev, id, &draft);
			event_free(ev);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct buf text;
	if (argc != 4)
		return 64;
	msg_init();
	buf_init(&text, 100000);
	FILE *f = fopen(argv[1], "rb");
	while (f && text.n < 65536) {
		char piece[4096];
		size_t n = fread(piece, 1, sizeof(piece), f);
		if (!n)
			break;
		buf_add(&text, piece, n);
	}
	if (f)
		fclose(f);
	struct cfg *cfg = cfg_parse(buf_str(&text), argv[1], NULL);
	struct channel *events = engine_events_new();
	struct engine_settings set = { .cfg = cfg, .cache_dir = argv[2], .state_dir = argv[3], .stay = true };
	struct engine *en = engine_start(&set, events);
	int result = run(en, events);
	engine_stop(en, PATIENCE_MS);
	channel_free(events);
	cfg_free(cfg);
	buf_clear(&text);
	return result;
}
