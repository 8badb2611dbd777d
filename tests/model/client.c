/* SPDX-License-Identifier: GPL-3.0-or-later */
/* client MAILRC CACHE_DIR STATE_DIR [stay] [LOG]: the engine on a leash. It reads a line from standard input, has the
 * engine do it, and prints what came of it: lines that begin with "*", then one that begins with "ok" or "err". Words are
 * divided by tabs.
 *
 *	sync [FOLDER]          agree with the server, wholly
 *	open FOLDER            as the screens do
 *	list                   the folder list
 *	read FOLDER UID        the message
 *	dump FOLDER            every row in the cache; before them the folder's number and UIDVALIDITY
 *	folders                every folder in the cache
 *	flag FOLDER PLACES WORDS       PLACES: 3,4,L7 (L: a local number); WORDS: +\Seen -todo, divided by spaces
 *	move|copy FOLDER PLACES TARGET
 *	delete|archive|junk|expunge FOLDER PLACES
 *	append FOLDER FILE [WORDS]
 *	create|remove|empty|subscribe|unsubscribe FOLDER, rename FOLDER NEW
 *	undo [GROUP]           the last one, or that one
 *	changes                every change that is kept, also ended ones
 *	flush, drop ID, retry ID
 *	wait MS                prints what happens meanwhile
 *	storm SEED N FOLDER UID OTHER  N questions at random about messages up to UID of FOLDER, moves to OTHER and back among
 *	                       them, without waiting for one before the next; every one ends, and once
 *	quit
 *
 * A folder whose places are named may be #N, N its number in the cache: as the rows were when they were seen.
 * A change whose verb ends in "&" (flag&) is answered as soon as it is durable.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"

#define PATIENCE_MS 30000 /* for one answer */
#define CHANGE_MS 400     /* .. of what may be waiting for a server that is away; CLIENT_CHANGE_MS overrides it */
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
	printf("* row\t%u\t%u\t%" G_GINT64_FORMAT "\t%" G_GUINT64_FORMAT "\t%" G_GINT64_FORMAT "\t%s\t", row->uid,
		row->local, row->mid, row->size, row->received, row->subject ? row->subject : "");
	print_flags(row->flags, row->keywords);
	putchar('\n');
}

static void print_folder(const struct store_folder *f)
{
	printf("* folder\t%s\t%s\t%s\t%u\t%u\t%u\t%u\t%u\t%u\t%d\n", f->name, f->raw, store_role_names[f->role],
		f->flags, f->uidvalidity, f->exists, f->unseen, f->rows, f->rows_unseen, f->complete);
}

static const char *const states[] = { "open", "begun", "done", "failed", "parked", "undone" };

static const char *text_or(const char *text)
{
	return text ? text : "";
}

static void print_change(const struct store_change *c)
{
	printf("* change\t%u\t%u\t%s\t%s\t%s\t%s\t%u\t%u\t%d\t%u\t%u\t%u\t%s\t%s\t", c->id, c->group,
		change_op_names[c->op], states[c->state], text_or(c->folder), text_or(c->target), c->uidvalidity,
		c->target_uidvalidity, c->step, c->undoes, c->undone_by, c->attempts, text_or(c->error),
		text_or(c->server));
	for (unsigned i = 0; c->items && i < c->items->len; i++) {
		const struct store_change_item *item = c->items->pdata[i];
		printf("%s%u:%u:%u:%u:%s", i ? " " : "", item->id, item->uid, item->local, item->target_uid,
			states[item->state]);
	}
	putchar('\t');
	print_flags(c->add, c->add_keywords);
	putchar('\t');
	print_flags(c->remove, c->remove_keywords);
	putchar('\n');
}

static void print_changed(const struct event *ev)
{
	const struct engine_changed *c = ev->changed;
	printf("* changed\t%u\t%u\t%s\t%s\t%s\t%u\t%u\t%s\t%u\t%s\t%s\n", ev->id, c->change, change_op_names[c->op],
		states[c->state], text_or(c->folder), c->uid, c->local, text_or(c->target), c->target_uid,
		text_or(c->err.text), text_or(c->err.server));
}

static void print_event(const struct event *ev)
{
	switch (ev->type) {
	case EV_ROWS:
		if (ev->folder)
			printf("* of\t%u\t%u\n", ev->folder->id, ev->folder->uidvalidity);
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
	case EV_MESSAGE: {
		const char *text = text_or(ev->message->text.text);
		printf("* message\t%s\t%.*s\n", text_or(ev->message->head->subject), (int)strcspn(text, "\n"), text);
		break;
	}
	case EV_DURABLE:
		printf("* durable\t%u\t%s\t%u\t%s\t%d\t%d\n", ev->durable->group, change_op_names[ev->durable->op],
			ev->durable->messages, text_or(ev->durable->target), ev->durable->undoable, ev->durable->undo);
		break;
	case EV_CHANGE: print_changed(ev); break;
	case EV_CHANGES:
		for (unsigned i = 0; i < ev->changes->len; i++)
			print_change(ev->changes->pdata[i]);
		break;
	case EV_ALERT: printf("* alert\t%s\n", ev->text); break;
	case EV_NOTICE: printf("* notice\t%s\n", ev->text); break;
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

/* Hands every event to seen() until the request ends. One that may wait for a server that is away is canceled after a
 * while, as a command's deadline does. False: it did not end. */
static bool ask_with(
	struct client *c, struct request *r, bool may_wait, void (*seen)(const struct event *ev, void *aux), void *aux)
{
	const char *change_ms = getenv("CLIENT_CHANGE_MS");
	int64_t now = clock_ms(), until = now + PATIENCE_MS, cancel = until;
	uint32_t id = r->id = ++c->ids;
	bool ended = false, canceled = false;
	if (may_wait)
		cancel = now + (change_ms ? g_ascii_strtoll(change_ms, NULL, 10) : CHANGE_MS);
	engine_send(c->engine, r);
	while (!ended && clock_ms() < until) {
		struct event *ev = channel_wait(c->events, canceled ? until : cancel);
		if (!ev && !canceled) {
			struct request *stop = request_new(REQ_CANCEL, 0, -1);
			stop->answers = id;
			engine_send(c->engine, stop);
			canceled = true;
		}
		if (!ev)
			continue;
		ended = ev->type == EV_ENDED && ev->id == id;
		seen(ev, aux);
		event_free(ev);
	}
	return ended;
}

static void print_answer(const struct event *ev, void *aux)
{
	const struct client *c = aux;
	print_event(ev);
	if (ev->type == EV_ENDED && ev->id == c->ids)
		end_line(&ev->err);
}

static void ask(struct client *c, struct request *r)
{
	bool may_wait = r->type == REQ_CHANGE || r->type == REQ_UNDO || r->type == REQ_FLUSH;
	if (ask_with(c, r, may_wait, print_answer, c))
		return;
	printf("err\thang\tno answer within %d ms\t\n", PATIENCE_MS);
	fflush(stdout);
}

static struct request *folder_request(enum request_type type, const char *folder)
{
	struct request *r = request_new(type, 0, 0);
	r->folder = g_strdup(folder);
	return r;
}

static uint32_t number_of(const char *word)
{
	return (uint32_t)g_ascii_strtoull(word, NULL, 10);
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

static void read_message(struct client *c, char **words)
{
	struct request *r = folder_request(REQ_READ, words[1]);
	r->uid = number_of(words[2]);
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

/* --- changes --- */

struct wanted {
	const char *name;
	uint32_t id;
};

static void find_folder(const struct event *ev, void *aux)
{
	struct wanted *w = aux;
	for (unsigned i = 0; ev->type == EV_FOLDERS && i < ev->folders->len; i++) {
		const struct store_folder *f = ev->folders->pdata[i];
		if (!(f->flags & FOLDER_GONE) && !strcmp(f->name, w->name))
			w->id = f->id;
	}
}

static GArray *places_of(struct client *c, const char *folder, const char *list)
{
	GArray *places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	struct wanted w = { folder, 0 };
	g_auto(GStrv) numbers = g_strsplit(list, ",", -1);
	if (*folder == '#')
		w.id = number_of(folder + 1);
	else
		ask_with(c, request_new(REQ_FOLDERS, 0, 0), false, find_folder, &w);
	for (unsigned i = 0; numbers[i]; i++) {
		bool local = *numbers[i] == 'L';
		struct store_place at = { .folder = w.id };
		*(local ? &at.local : &at.uid) = number_of(numbers[i] + local);
		g_array_append_val(places, at);
	}
	return places;
}

static void add_word(const char *name, uint32_t *flags, GPtrArray **keywords)
{
	uint32_t bit = msg_flag_bit(str_of(name));
	*flags |= bit;
	if (bit)
		return;
	if (!*keywords)
		*keywords = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(*keywords, g_strdup(name));
}

static void add_words(struct engine_change *change, const char *list)
{
	g_auto(GStrv) words = g_strsplit(list ? list : "", " ", -1);
	for (unsigned i = 0; words[i]; i++) {
		if (*words[i] == '+')
			add_word(words[i] + 1, &change->add, &change->add_keywords);
		else if (*words[i] == '-')
			add_word(words[i] + 1, &change->remove, &change->remove_keywords);
	}
}

/* How the words of a line that asks for a change are to be read. */
struct verb {
	const char *name;
	enum change_op op;
	enum store_role role;
	const char *takes; /* p: folder and places; w: words; t: target; f: file; n: name; m: new name */
};
static const struct verb verbs[] = {
	{ "flag", CHANGE_FLAG, ROLE_NONE, "pw" },
	{ "move", CHANGE_MOVE, ROLE_NONE, "pt" },
	{ "copy", CHANGE_COPY, ROLE_NONE, "pt" },
	{ "delete", CHANGE_MOVE, ROLE_TRASH, "p" },
	{ "archive", CHANGE_MOVE, ROLE_ARCHIVE, "p" },
	{ "junk", CHANGE_MOVE, ROLE_JUNK, "p" },
	{ "expunge", CHANGE_EXPUNGE, ROLE_NONE, "p" },
	{ "append", CHANGE_APPEND, ROLE_NONE, "tfw" },
	{ "create", CHANGE_CREATE, ROLE_NONE, "n" },
	{ "rename", CHANGE_RENAME, ROLE_NONE, "nm" },
	{ "remove", CHANGE_DELETE, ROLE_NONE, "n" },
	{ "empty", CHANGE_EMPTY, ROLE_NONE, "n" },
	{ "subscribe", CHANGE_SUBSCRIBE, ROLE_NONE, "n" },
	{ "unsubscribe", CHANGE_UNSUBSCRIBE, ROLE_NONE, "n" },
};

static void make_change(struct client *c, const struct verb *verb, char **words, bool later)
{
	struct request *r = request_new(REQ_CHANGE, 0, 0);
	struct engine_change *change = r->change = engine_change_new(verb->op);
	char **at = words + 1;
	change->role = verb->role;
	change->queue = later;
	for (const char *p = verb->takes; *p && *at; p++) {
		if (*p == 'p' && at[1]) {
			change->places = places_of(c, at[0], at[1]);
			at++;
		} else if (*p == 'w') {
			add_words(change, *at);
		} else {
			char **to = *p == 't'   ? &change->target
				    : *p == 'f' ? &change->path
				    : *p == 'n' ? &change->name
						: &change->new_name;
			*to = g_strdup(*at);
		}
		at++;
	}
	ask(c, r);
}

static void undo(struct client *c, char **words)
{
	struct request *r = request_new(REQ_UNDO, 0, 0);
	r->rows = 1;
	r->answers = words[1] ? number_of(words[1]) : 0;
	ask(c, r);
}

static void list_changes(struct client *c, char **words)
{
	(void)words;
	struct request *r = request_new(REQ_CHANGES, 0, 0);
	r->whole = true;
	r->rows = ROWS_MOST;
	ask(c, r);
}

static void flush_changes(struct client *c, char **words)
{
	(void)words;
	ask(c, request_new(REQ_FLUSH, 0, 0));
}

static void drop_change(struct client *c, char **words)
{
	struct request *r = request_new(REQ_CHANGE_DROP, 0, 0);
	r->answers = number_of(words[1]);
	ask(c, r);
}

static void retry_change(struct client *c, char **words)
{
	struct request *r = request_new(REQ_CHANGE_RETRY, 0, 0);
	r->answers = number_of(words[1]);
	ask(c, r);
}

/* --- many at once --- */

struct storm {
	struct client *client;
	GRand *dice;
	const char *folder, *other;
	uint32_t number, highest, first; /* of the folder; UID; id */
	guint8 *ends;                    /* by id from first on */
	unsigned sent, open, twice;
};

static struct request *random_change(struct storm *s)
{
	struct request *r = request_new(REQ_CHANGE, 0, 0);
	bool moves = g_rand_boolean(s->dice);
	struct store_place at = { s->number, (uint32_t)g_rand_int_range(s->dice, 1, (gint32)s->highest + 1), 0 };
	r->change = engine_change_new(moves ? CHANGE_MOVE : CHANGE_FLAG);
	r->change->queue = g_rand_boolean(s->dice);
	g_array_append_val(r->change->places, at);
	if (moves)
		r->change->target = g_strdup(s->other);
	else if (g_rand_boolean(s->dice))
		r->change->add = MSG_FLAGGED;
	else
		r->change->remove = MSG_FLAGGED;
	return r;
}

static struct request *random_request(struct storm *s)
{
	static const enum request_type types[] = { REQ_OPEN, REQ_CLOSE, REQ_SYNC, REQ_READ, REQ_READ, REQ_RAW,
		REQ_WINDOW, REQ_FOLDERS, REQ_CHANGES, REQ_UNDO, REQ_FLUSH, REQ_CHANGE, REQ_CHANGE, REQ_CHANGE };
	enum request_type type = types[g_rand_int_range(s->dice, 0, G_N_ELEMENTS(types))];
	if (type == REQ_CHANGE)
		return random_change(s);
	struct request *r = folder_request(type, g_rand_boolean(s->dice) ? s->folder : s->other);
	r->uid = (uint32_t)g_rand_int_range(s->dice, 1, (gint32)s->highest + 1);
	r->rows = 1;
	r->window = (struct store_window){ .anchor = ANCHOR_TOP, .rows = 10 };
	return r;
}

static void storm_take(struct storm *s, struct event *ev)
{
	if (ev && ev->type == EV_ENDED && ev->id >= s->first && ev->id < s->first + s->sent) {
		guint8 *end = &s->ends[ev->id - s->first];
		s->twice += *end;
		s->open -= !*end;
		*end = 1;
	}
	if (ev)
		event_free(ev);
}

static void storm_send(struct storm *s)
{
	struct request *r = random_request(s);
	r->id = ++s->client->ids;
	s->sent++;
	s->open++;
	engine_send(s->client->engine, r);
	if (g_rand_int_range(s->dice, 0, 4) == 0) {
		struct request *stop = request_new(REQ_CANCEL, 0, -1);
		stop->answers = s->first + (uint32_t)g_rand_int_range(s->dice, 0, (gint32)s->sent);
		engine_send(s->client->engine, stop);
	}
}

static void storm(struct client *c, char **words)
{
	g_autoptr(GArray) places = places_of(c, words[3], "1");
	unsigned n = number_of(words[2]);
	g_autoptr(GRand) dice = g_rand_new_with_seed(number_of(words[1]));
	g_autofree guint8 *ends = g_new0(guint8, n);
	struct storm s = { .client = c, .dice = dice, .folder = words[3], .other = words[5], .ends = ends };
	s.number = g_array_index(places, struct store_place, 0).folder;
	s.highest = number_of(words[4]);
	s.first = c->ids + 1;
	while (s.sent < n) {
		storm_send(&s);
		int64_t until = clock_ms() + g_rand_int_range(dice, 0, 4);
		struct event *ev;
		while ((ev = channel_wait(c->events, until)))
			storm_take(&s, ev);
	}
	for (int64_t until = clock_ms() + PATIENCE_MS; s.open && clock_ms() < until;)
		storm_take(&s, channel_wait(c->events, until));
	if (s.open || s.twice)
		printf("err\thang\t%u did not end, %u ended twice\t\n", s.open, s.twice);
	else
		printf("ok\n");
	fflush(stdout);
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
	{ "read", 3, read_message },
	{ "undo", 1, undo },
	{ "changes", 1, list_changes },
	{ "flush", 1, flush_changes },
	{ "drop", 2, drop_change },
	{ "retry", 2, retry_change },
	{ "storm", 6, storm },
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
	bool later = g_str_has_suffix(words[0], "&");
	if (later)
		words[0][strlen(words[0]) - 1] = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
		if (!strcmp(verbs[i].name, words[0])) {
			make_change(c, &verbs[i], words, later);
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
