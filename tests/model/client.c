/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client MAILRC CACHE_DIR STATE_DIR [stay] [LOG]: the engine on a leash. It reads a line from standard input, has the
 * engine do it, and prints what came of it: lines that begin with "*", then one that begins with "ok" or "err". Words are
 * divided by tabs.
 *
 *	sync [FOLDER]          agree with the server, wholly
 *	open FOLDER            as the screens do
 *	list                   the folder list
 *	dump FOLDER            every row in the cache
 *	folders                every folder in the cache
 *	wait MS                prints what happens meanwhile
 *	quit
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"

#define PATIENCE_MS 30000 /* for one answer */
#define ROWS_MOST 100000

struct client {
	struct engine *engine;
	struct channel *events;
	uint32_t ids;
};

/* --- printing --- */

static void print_flags(uint32_t flags, const GPtrArray *keywords)
{
	const char *between = "";
	putchar('(');
	for (unsigned bit = 0; msg_flag_name(bit); bit++) {
		if (!(flags & (1u << bit)))
			continue;
		printf("%s%s", between, msg_flag_name(bit));
		between = " ";
	}
	for (unsigned i = 0; keywords && i < keywords->len; i++) {
		printf("%s%s", between, (const char *)keywords->pdata[i]);
		between = " ";
	}
	putchar(')');
}

static void print_row(const struct store_row *row)
{
	printf("* row\t%u\t%" G_GINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s\t", row->uid, row->mid,
		row->size, row->received, row->subject ? row->subject : "");
	print_flags(row->flags, row->keywords);
	putchar('\n');
}

static void print_folder(const struct store_folder *f)
{
	printf("* folder\t%s\t%s\t%s\t%u\t%u\t%u\t%u\t%u\t%u\t%d\n", f->name, f->raw, store_role_names[f->role],
		f->flags, f->uidvalidity, f->exists, f->unseen, f->rows, f->rows_unseen, f->complete);
}

static void print_event(const struct event *ev)
{
	switch (ev->type) {
	case EV_ROWS:
		for (unsigned i = 0; i < ev->rows->len; i++)
			print_row(ev->rows->pdata[i]);
		break;
	case EV_FOLDERS:
		for (unsigned i = 0; i < ev->folders->len; i++)
			print_folder(ev->folders->pdata[i]);
		break;
	case EV_SYNC:
		printf("* sync\t%s\t%u\t%u\t%u\n", ev->sync->folder, ev->sync->fresh, ev->sync->changed,
			ev->sync->gone);
		break;
	case EV_ALERT: printf("* alert\t%s\n", ev->text); break;
	default: break;
	}
}

/* --- asking --- */

static void end_line(const struct err *e)
{
	if (e->cause == ERR_NONE)
		printf("ok\n");
	else
		printf("err\t%s\t%s\t%s\n", err_cause_name(e->cause), e->text ? e->text : "",
			e->server ? e->server : "");
	fflush(stdout);
}

static void ask(struct client *c, struct request *r)
{
	int64_t until = clock_ms() + PATIENCE_MS;
	uint32_t id = r->id = ++c->ids;
	struct event *ev;
	engine_send(c->engine, r);
	while ((ev = channel_wait(c->events, until))) {
		bool ended = ev->type == EV_ENDED && ev->id == id;
		print_event(ev);
		if (ended)
			end_line(&ev->err);
		event_free(ev);
		if (ended)
			return;
	}
	printf("err\thang\tno answer within %d ms\t\n", PATIENCE_MS);
	fflush(stdout);
}

static struct request *folder_request(enum request_type type, const char *folder)
{
	struct request *r = request_new(type, 0, 0);
	r->folder = g_strdup(folder);
	return r;
}

static void sync_folder(struct client *c, char **words)
{
	struct request *r = folder_request(REQ_SYNC, words[1]);
	r->whole = true;
	r->due = SYNC_PERSON;
	ask(c, r);
}

static void open_folder(struct client *c, char **words)
{
	ask(c, folder_request(REQ_OPEN, words[1]));
}

static void list_folders(struct client *c, char **words)
{
	(void)words;
	struct request *r = request_new(REQ_SYNC, 0, 0);
	r->all_folders = true;
	r->due = SYNC_PERSON;
	ask(c, r);
}

static void dump_folder(struct client *c, char **words)
{
	struct request *r = folder_request(REQ_WINDOW, words[1]);
	r->window = (struct store_window){ .anchor = ANCHOR_TOP, .rows = ROWS_MOST };
	ask(c, r);
}

static void dump_folders(struct client *c, char **words)
{
	(void)words;
	ask(c, request_new(REQ_FOLDERS, 0, 0));
}

static void wait_for_events(struct client *c, char **words)
{
	struct err none = ERR_INIT;
	int64_t until = clock_ms() + (words[1] ? g_ascii_strtoll(words[1], NULL, 10) : 0);
	struct event *ev;
	while ((ev = channel_wait(c->events, until))) {
		print_event(ev);
		event_free(ev);
	}
	end_line(&none);
}

static const struct {
	const char *name;
	unsigned words;
	void (*run)(struct client *c, char **words);
} commands[] = {
	{ "sync", 1, sync_folder },
	{ "open", 2, open_folder },
	{ "list", 1, list_folders },
	{ "dump", 2, dump_folder },
	{ "folders", 1, dump_folders },
	{ "wait", 2, wait_for_events },
};

static bool run_line(struct client *c, char *line)
{
	g_auto(GStrv) words = g_strsplit(g_strchomp(line), "\t", -1);
	if (!words[0] || !strcmp(words[0], "quit"))
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(commands[i].name, words[0]) && g_strv_length(words) >= commands[i].words) {
			commands[i].run(c, words);
			return true;
		}
	printf("err\tusage\t%s\t\n", words[0]);
	fflush(stdout);
	return true;
}

static bool await_store(struct client *c)
{
	struct event *ev = channel_wait(c->events, clock_ms() + PATIENCE_MS);
	bool ready = ev && ev->type == EV_STORE_READY;
	struct err none = ERR_INIT;
	end_line(ev ? &ev->err : &none);
	event_free(ev);
	return ready;
}

int main(int argc, char **argv)
{
	struct client c = { 0 };
	char *line = NULL;
	size_t room = 0;
	if (argc < 4)
		return 64;
	msg_init();
	if (argc > 5)
		log_open(LOG_WIRE, argv[5]);
	struct cfg *cfg = cfg_load(argv[1], "");
	struct engine_settings settings = { .cfg = cfg,
		.cache_dir = argv[2],
		.state_dir = argv[3],
		.interactive = true,
		.stay = argc > 4 && !strcmp(argv[4], "stay") };
	c.events = engine_events_new();
	c.engine = engine_start(&settings, c.events);
	bool on = await_store(&c);
	while (on && getline(&line, &room, stdin) > 0)
		on = run_line(&c, line);
	free(line);
	channel_close(c.events);
	if (!engine_stop(c.engine, PATIENCE_MS))
		_exit(1);
	channel_free(c.events);
	cfg_free(cfg);
	log_close();
	msg_done();
	return 0;
}
