/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/changes.h"

#include <string.h>

#include "base/log.h"
#include "engine/outbox.h"

#define CHANGES_KEPT_S (30 * 86400)

struct request *request_new(enum request_type type, uint32_t id, int account)
{
	struct request *r = g_new0(struct request, 1);
	r->type = type;
	r->id = id;
	r->account = account;
	buf_init(&r->bytes, IMAP_BODY_MAX);
	return r;
}

void request_free(struct request *r)
{
	if (!r)
		return;
	g_free(r->folder);
	g_free(r->section);
	g_free(r->charset);
	g_free(r->path);
	g_free(r->msgid);
	if (r->uids)
		g_array_unref(r->uids);
	if (r->turned)
		g_array_unref(r->turned);
	buf_clear(&r->bytes);
	secret_free(r->secret);
	engine_change_free(r->change);
	engine_post_free(r->post);
	engine_draft_free(r->draft);
	engine_reach_free(r->reach);
	store_choice_free(r->choice);
	g_free(r);
}

struct engine_change *engine_change_new(enum change_op op)
{
	struct engine_change *c = g_new0(struct engine_change, 1);
	c->op = op;
	c->places = g_array_new(FALSE, FALSE, sizeof(struct store_place));
	return c;
}

void engine_change_free(struct engine_change *c)
{
	if (!c)
		return;
	g_array_unref(c->places);
	g_free(c->target);
	g_clear_pointer(&c->add_keywords, g_ptr_array_unref);
	g_clear_pointer(&c->remove_keywords, g_ptr_array_unref);
	g_free(c->name);
	g_free(c->new_name);
	g_free(c->path);
	g_free(c);
}

struct event *event_new(enum event_type type, uint32_t id, int account)
{
	struct event *ev = g_new0(struct event, 1);
	ev->type = type;
	ev->id = id;
	ev->account = account;
	buf_init(&ev->bytes, IMAP_BODY_MAX);
	return ev;
}

static void leaf_free(void *data)
{
	struct engine_leaf *l = data;
	g_free(l->sha256);
	g_free(l->found);
	g_free(l);
}

GPtrArray *engine_leaves_new(void)
{
	return g_ptr_array_new_with_free_func(leaf_free);
}

void engine_message_free(struct engine_message *m)
{
	if (!m)
		return;
	if (m->head)
		msg_head_free(m->head);
	if (m->root)
		msg_part_free(m->root);
	g_clear_pointer(&m->shown, g_ptr_array_unref);
	msg_text_clear(&m->text);
	g_free(m->plain);
	g_free(m->html);
	g_free(m->written_as);
	g_clear_pointer(&m->leaves, g_ptr_array_unref);
	g_clear_pointer(&m->within, g_ptr_array_unref);
	g_clear_pointer(&m->defects, g_ptr_array_unref);
	msg_calendar_free(m->calendar);
	g_free(m->calendar_section);
	g_clear_pointer(&m->vcards, g_ptr_array_unref);
	msg_report_free(m->report);
	g_free(m);
}

static GPtrArray *with_those_within(const struct engine_message *m, GPtrArray *files)
{
	for (unsigned i = 0; i < m->within->len; i++)
		g_ptr_array_add(files, m->within->pdata[i]);
	return files;
}

GPtrArray *engine_files(const struct engine_message *m)
{
	return with_those_within(m, msg_files(m->root, m->shown));
}

GPtrArray *engine_attachments(const struct engine_message *m)
{
	GPtrArray *files = msg_files_beside(m->root, m->shown);
	const struct msg_part *card = m->calendar_section ? msg_part_find(m->root, m->calendar_section) : NULL;
	if (card && !msg_is_attachment(card))
		g_ptr_array_remove(files, (gpointer)card);
	return with_those_within(m, files);
}

static void check_free(struct engine_check *c)
{
	g_free(c->text);
	g_free(c->hint);
	g_free(c->server);
	g_free(c->prefix);
	g_free(c);
}

static void durable_free(struct engine_durable *d)
{
	g_free(d->target);
	g_free(d);
}

static void changed_free(struct engine_changed *c)
{
	g_free(c->folder);
	g_free(c->target);
	err_clear(&c->err);
	g_free(c);
}

static void usage_free(struct engine_usage *u)
{
	g_free(u->why);
	g_free(u);
}

static void ask_free(struct engine_ask *a)
{
	g_free(a->account);
	g_free(a->login);
	g_free(a->host);
	g_free(a);
}

void event_free(struct event *ev)
{
	if (!ev)
		return;
	if (ev->folder) {
		store_folder_clear(ev->folder);
		g_free(ev->folder);
	}
	g_clear_pointer(&ev->rows, g_ptr_array_unref);
	g_clear_pointer(&ev->folders, g_ptr_array_unref);
	g_clear_pointer(&ev->places, g_array_unref);
	engine_message_free(ev->message);
	buf_clear(&ev->bytes);
	g_free(ev->path);
	g_free(ev->text);
	g_clear_pointer(&ev->check, check_free);
	if (ev->sync)
		g_free(ev->sync->folder);
	g_free(ev->sync);
	g_clear_pointer(&ev->ask, ask_free);
	if (ev->state)
		err_clear(&ev->state->err);
	g_free(ev->state);
	g_clear_pointer(&ev->durable, durable_free);
	g_clear_pointer(&ev->changed, changed_free);
	g_clear_pointer(&ev->changes, g_ptr_array_unref);
	g_clear_pointer(&ev->usage, usage_free);
	store_mail_free(ev->mail);
	g_clear_pointer(&ev->mails, g_ptr_array_unref);
	g_clear_pointer(&ev->identities, g_ptr_array_unref);
	g_clear_pointer(&ev->people, g_ptr_array_unref);
	engine_draft_free(ev->draft);
	g_clear_pointer(&ev->drafts, g_ptr_array_unref);
	engine_found_free(ev->found);
	err_clear(&ev->err);
	g_free(ev);
}

static void free_event(void *value)
{
	event_free(value);
}

static void free_request(void *value)
{
	request_free(value);
}

struct channel *engine_events_new(void)
{
	return channel_new(free_event);
}

void engine_emit(struct engine *en, struct event *ev)
{
	channel_send(en->events, ev);
}

/* NULL also while the accounts are being freed. */
static struct account *account_of(struct engine *en, int index)
{
	bool known = en->accounts && index >= 0 && (unsigned)index < en->accounts->len;
	return known ? en->accounts->pdata[index] : NULL;
}

void engine_end(struct engine *en, struct request *r, struct err *e)
{
	/* The engine's own work has no id: nobody waits for its end, but a change may. */
	struct account *a = account_of(en, r->account);
	if (a && !r->id && r->answers && peer_may_ask(r))
		change_sync_ended(a, r->answers, e);
	if (r->id) {
		struct event *ev = event_new(EV_ENDED, r->id, r->account);
		if (e)
			err_move(&ev->err, e);
		engine_emit(en, ev);
	} else if (e) {
		err_clear(e);
	}
	bool confirms = r->confirms;
	request_free(r);
	if (confirms)
		confirm_ended(en);
}

static void end_with(struct engine *en, struct request *r, enum err_cause cause, const char *text)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, cause, ERR_NEVER, "%s", text);
	engine_end(en, r, &e);
}

static void add_job(struct engine *en, struct request *r)
{
	struct account *a = account_of(en, r->account);
	if (!a) {
		end_with(en, r, ERR_BUG, "a request without an account");
		return;
	}
	struct err e = ERR_INIT;
	bool syncs = r->type == REQ_OPEN || r->type == REQ_SYNC;
	bool reads = r->type == REQ_READ || r->type == REQ_PART || r->type == REQ_RAW;
	if (reads)
		keep_read(a, r);
	bool needed = syncs ? sync_is_wanted(a, r, &e) : !reads || !read_from_cache(a, &r, &e);
	if (!r)
		return;
	if (!needed || (r->due == SYNC_PERSON && !account_may_act(a, &e))) {
		engine_end(en, r, &e);
		return;
	}
	switch (r->type) {
	case REQ_CHECK:
		if (a->cfg->imap)
			account_add(a, check_job_new(a, r));
		else
			check_smtp_start(a, r, NULL);
		break;
	case REQ_BODIES: account_add(a, bodies_job_new(a, r)); break;
	default: account_add(a, syncs ? sync_job_new(a, r) : read_job_new(a, r));
	}
}

void engine_read_again(struct engine *en, struct request *r)
{
	struct account *a = account_of(en, r->account);
	struct err e = ERR_INIT;
	if (!read_from_cache(a, &r, &e) && r)
		err_set(&e, ERR_MESSAGE, ERR_NET, ERR_LATER, "the message is too large for another Boxwood to fetch");
	if (r)
		engine_end(en, r, &e);
}

static void taken(struct engine *en, struct request *r)
{
	for (unsigned i = 0; i < en->accounts->len; i++)
		account_taken(en->accounts->pdata[i], r->answers, r->octets);
	cached_taken(en, r->answers, r->octets);
	request_free(r);
}

void engine_run_text(struct engine *en, struct text_job *t)
{
	t->html_command = en->settings.cfg ? en->settings.cfg->options.html : NULL;
	t->lock = en->html_lock;
	g_ptr_array_add(en->texts, t);
	pool_run(en->pool, text_job_run, t, en->pool_done);
}

/* The pool finishes what it has begun, for nobody. */
static void cancel_text(struct engine *en, uint32_t request)
{
	for (unsigned i = 0; i < en->texts->len; i++) {
		struct text_job *t = en->texts->pdata[i];
		if (!t->request || t->request->id != request)
			continue;
		struct err e = ERR_INIT;
		err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
		engine_end(en, g_steal_pointer(&t->request), &e);
		return;
	}
}

/* Ended by the job or, if none has it, here: an answer to CANCEL is the other request's own end. */
static void cancel(struct engine *en, struct request *r)
{
	for (unsigned i = 0; i < en->accounts->len; i++)
		account_cancel(en->accounts->pdata[i], r->answers);
	cancel_text(en, r->answers);
	cached_cancel(en, r->answers);
	unsubscribe_cancel(en, r->answers);
	reach_cancel(en, r->answers);
	discover_cancel(en, r->answers);
	engine_end(en, r, NULL);
}

static void answer(struct engine *en, struct request *r)
{
	for (unsigned i = 0; i < en->accounts->len; i++)
		account_answer(en->accounts->pdata[i], r);
	engine_end(en, r, NULL);
}

/* A part of a message that is not an account's: its bytes came along. */
static void save_from_bytes(struct engine *en, struct request *r)
{
	struct err e = ERR_INIT;
	struct msg *m = msg_parse(buf_str(&r->bytes));
	g_autofree char *section = NULL;
	struct save *s = save_new(m->root, r->section, r->path, &section, &e);
	const struct msg_part *p = s ? msg_part_find(m->root, section) : NULL;
	struct event *ev = event_new(EV_SAVED, r->id, r->account);
	if (p && !save_feed(s, p->body, &e) && !save_finish(&s, &ev->path, &ev->text, &ev->bytes_done, &e))
		engine_emit(en, g_steal_pointer(&ev));
	save_abort(&s);
	event_free(ev);
	msg_free(m);
	engine_end(en, r, &e);
}

static void got_request(void *value, void *aux);

/* Transactions end with the turn they began in, so none is open here. What is asked meanwhile waits. */
static void rest(struct engine *en, struct request *r)
{
	GQueue meanwhile = G_QUEUE_INIT;
	struct request *next;
	for (unsigned i = 0; i < en->accounts->len; i++)
		account_rest(en->accounts->pdata[i]);
	engine_end(en, r, NULL);
	while ((next = channel_wait(en->requests, CLOCK_NEVER)) && next->type != REQ_RESUME && next->type != REQ_QUIT)
		g_queue_push_tail(&meanwhile, next);
	for (unsigned i = 0; i < en->accounts->len; i++)
		account_resume(en->accounts->pdata[i]);
	while (!g_queue_is_empty(&meanwhile))
		got_request(g_queue_pop_head(&meanwhile), en);
	got_request(next, en);
}

static void remember_view(struct engine *en, const struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	if (en->store && r->folder)
		store_view_put(en->store, a ? a->number : 0, r->folder, r->view, &e);
	engine_end(en, r, &e);
}

static void got_request(void *value, void *aux)
{
	struct engine *en = aux;
	struct request *r = value;
	struct account *a = account_of(en, r->account);
	switch (r->type) {
	case REQ_FILE: engine_run_text(en, text_job_new(r)); break;
	case REQ_CANCEL: cancel(en, r); break;
	case REQ_TAKEN: taken(en, r); break;
	case REQ_ANSWER: answer(en, r); break;
	case REQ_QUIT:
		g_main_loop_quit(en->loop);
		request_free(r);
		break;
	case REQ_REST: rest(en, r); break;
	case REQ_RESUME: engine_end(en, r, NULL); break;
	case REQ_RETRY:
		if (a)
			account_retry(a, g_steal_pointer(&r->secret));
		engine_end(en, r, NULL);
		break;
	case REQ_CLOSE:
		if (a && !g_strcmp0(a->watched, r->folder))
			g_clear_pointer(&a->watched, g_free);
		engine_end(en, r, NULL);
		break;
	case REQ_VIEW: remember_view(en, a, r); break;
	case REQ_CHANGE: change_request(en, a, r); break;
	case REQ_UNDO: undo_request(en, r); break;
	case REQ_CHANGE_DROP: change_drop_request(en, r); break;
	case REQ_CHANGE_RETRY: change_retry_request(en, r); break;
	case REQ_FLUSH: change_flush_request(en, a, r); break;
	case REQ_USAGE: usage_request(en, a, r); break;
	case REQ_CACHE: cache_request(en, a, r); break;
	case REQ_SEND: post_request(en, a, r); break;
	case REQ_MAIL_DROP: mail_drop_request(en, r); break;
	case REQ_MAIL_RETRY: mail_retry_request(en, r); break;
	case REQ_MAIL_HOLD: mail_hold_request(en, r); break;
	case REQ_MAIL_EDIT: draft_of_mail_request(en, r); break;
	case REQ_POST: post_due_request(en, a, r); break;
	case REQ_UNSUBSCRIBE: unsubscribe_request(en, a, r); break;
	case REQ_REACH: reach_request(en, r); break;
	case REQ_DISCOVER: discover_request(en, r); break;
	case REQ_PROBE: probe_request(en, a, r); break;
	case REQ_IDENTITIES: identities_request(en, a, r); break;
	case REQ_IDENTITY_ADD: identity_add_request(en, a, r); break;
	case REQ_DRAFT_SAVE: draft_save_request(en, a, r); break;
	case REQ_DRAFT_OPEN: draft_open_request(en, r); break;
	case REQ_DRAFT_DROP: draft_drop_request(en, r); break;
	default:
		if (r->type == REQ_PART && (r->bytes.n || r->account < 0))
			save_from_bytes(en, r);
		else
			add_job(en, r);
	}
}

static void got_text(void *value, void *aux)
{
	struct engine *en = aux;
	struct text_job *t = value;
	struct request *r = g_steal_pointer(&t->request);
	en->html_lock = MAX(en->html_lock, t->lock);
	g_ptr_array_remove_fast(en->texts, t);
	struct account *a = r ? account_of(en, r->account) : NULL;
	/* A file may say anything; of the letters of an account only its mail does. */
	if (t->message->report && !t->bytes.n)
		report_take(en, t->message->report);
	if (a && r->type == REQ_READ && t->err.cause == ERR_NONE && en->store)
		confirm_read(a, t->message);
	if (r && r->id && t->err.cause == ERR_NONE) {
		struct event *ev = event_new(EV_MESSAGE, r->id, r->account);
		ev->message = g_steal_pointer(&t->message);
		if (a && en->store && ev->message->head)
			ev->message->written_as = thread_from(a, ev->message->head);
		engine_emit(en, ev);
	}
	if (r)
		engine_end(en, r, &t->err);
	text_job_free(t);
}

static void free_text_job(void *value)
{
	text_job_free(value);
}

/* By its IMAP server; one that only sends, by what it sends through. */
static int number_account(struct engine *en, struct account *a, struct err *e)
{
	const struct cfg_server *s = a->cfg->imap ? a->cfg->imap : a->cfg->smtp;
	const char *host = s ? s->host : a->cfg->sendmail;
	if (!host)
		return 0;
	if (store_account(
		    en->store, host, s ? s->port : 0, a->cfg->login ? a->cfg->login : "", a->cfg->label, &a->number, e))
		return -1;
	return store_account_get(en->store, a->number, &a->info, e);
}

/* Every account gets its number before the reader starts, so that both mean the same. */
static int open_accounts(struct engine *en, struct err *e)
{
	const GPtrArray *accounts = en->settings.cfg->accounts;
	for (unsigned i = 0; i < accounts->len; i++) {
		struct account *a = account_new(en, (int)i, accounts->pdata[i]);
		g_ptr_array_add(en->accounts, a);
		if (number_account(en, a, e))
			return -1;
		a->state.last_sync = a->info.last_sync;
		limits_load(a);
		g_array_append_val(en->numbers, a->number);
	}
	return 0;
}

static int open_store(struct engine *en, bool *fresh_out, struct err *e)
{
	*fresh_out = false;
	if (!en->settings.cache_dir)
		return 0;
	if (store_open(en->settings.cache_dir, en->settings.state_dir, &en->store, fresh_out, e))
		return -1;
	return open_accounts(en, e);
}

/* What dropped folders left behind, and threads of very many new messages, a little at a time while nothing else
 * happens. */
static gboolean sweep(gpointer data)
{
	struct engine *en = data;
	struct err e = ERR_INIT;
	bool more = false, unsure = store_threads_unsure(en->store);
	if (store_sweep(en->store, &more, &e))
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
	for (unsigned i = 0; unsure && !store_threads_unsure(en->store) && i < en->accounts->len; i++)
		engine_emit(en, event_new(EV_FOLDER, 0, (int)i));
	return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void engine_sweep(struct engine *en)
{
	GSource *source = g_idle_source_new();
	g_source_set_priority(source, G_PRIORITY_LOW);
	g_source_set_callback(source, sweep, en, NULL);
	g_source_attach(source, en->ctx);
	g_source_unref(source);
}

/* So long an id of a message that was moved finds it, and a change can be taken back. */
static void forget_old_changes(struct engine *en)
{
	struct err e = ERR_INIT;
	if (store_changes_sweep(en->store, clock_wall() - CHANGES_KEPT_S, &e))
		log_line(LOG_ERROR, "%s", e.text);
	err_clear(&e);
}

static void start_reading(struct engine *en, bool fresh)
{
	struct event *ev = event_new(EV_STORE_READY, 0, -1);
	ev->fresh = fresh;
	engine_emit(en, ev);
	if (!en->store)
		return;
	if (store_notice(en->store)) {
		ev = event_new(EV_NOTICE, 0, -1);
		ev->text = g_strdup(store_notice(en->store));
		engine_emit(en, ev);
	}
	spool_sweep(en);
	claims_sweep(en);
	forget_old_changes(en);
	if (store_threads_unsure(en->store))
		engine_sweep(en);
	en->reader_thread = g_thread_new("reader", reader_main, en);
	for (unsigned i = 0; i < en->accounts->len; i++)
		account_start(en->accounts->pdata[i]);
}

/* What was a connection may have ended meanwhile without a word. */
static void woke(void *aux)
{
	struct engine *en = aux;
	for (unsigned i = 0; i < en->accounts->len; i++) {
		struct account *a = en->accounts->pdata[i];
		if (a->conn)
			connection_doubt(a->conn);
		side_doubt(a);
	}
}

static void free_account(void *value)
{
	account_free(value);
}

static void shut(struct engine *en)
{
	GPtrArray *accounts = g_steal_pointer(&en->accounts);
	for (unsigned i = 0; en->settings.stay && i < accounts->len; i++)
		keep_leave(accounts->pdata[i]);
	g_ptr_array_unref(accounts);
	g_ptr_array_unref(en->streams);
	confirm_free(g_steal_pointer(&en->confirm));
	g_ptr_array_unref(en->leaving);
	g_ptr_array_unref(en->reached);
	g_ptr_array_unref(en->discoveries);
	if (en->reader_thread) {
		channel_send(en->reader_requests, request_new(REQ_QUIT, 0, -1));
		g_thread_join(en->reader_thread);
	}
	pool_free(en->pool);
	g_ptr_array_unref(en->texts);
	claims_close(en);
	store_close(en->store);
	g_array_unref(en->numbers);
}

static gpointer engine_main(gpointer data)
{
	struct engine *en = data;
	struct err e = ERR_INIT;
	bool fresh;
	g_main_context_push_thread_default(en->ctx);
	en->accounts = g_ptr_array_new_with_free_func(free_account);
	en->numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	en->pool = pool_new(2);
	en->texts = g_ptr_array_new();
	en->streams = cached_streams_new();
	en->confirm = confirm_new(en);
	en->leaving = unsubscribe_all_new();
	en->reached = reach_all_new();
	en->discoveries = discoveries_new();
	if (open_store(en, &fresh, &e)) {
		struct event *ev = event_new(EV_ENDED, 0, -1);
		err_move(&ev->err, &e);
		engine_emit(en, ev);
	} else {
		start_reading(en, fresh);
		en->request_source = channel_watch(en->requests, en->ctx, got_request, en);
		en->pool_source = channel_watch(en->pool_done, en->ctx, got_text, en);
		en->sleep_watch = sleep_watch_new(en->ctx, woke, en);
		for (unsigned i = 0; i < en->accounts->len; i++)
			account_run(en->accounts->pdata[i]);
		g_main_loop_run(en->loop);
		g_source_destroy(en->request_source);
		g_source_unref(en->request_source);
		g_source_destroy(en->pool_source);
		g_source_unref(en->pool_source);
		sleep_watch_free(en->sleep_watch);
	}
	shut(en);
	g_main_context_pop_thread_default(en->ctx);
	channel_send(en->stopped, en);
	return NULL;
}

static void free_nothing(void *value)
{
	(void)value;
}

struct engine *engine_start(const struct engine_settings *settings, struct channel *events)
{
	struct engine *en = g_new0(struct engine, 1);
	en->settings = *settings;
	en->events = events;
	en->requests = channel_new(free_request);
	en->reader_requests = channel_new(free_request);
	en->pool_done = channel_new(free_text_job);
	en->stopped = channel_new(free_nothing);
	en->ctx = g_main_context_new();
	en->loop = g_main_loop_new(en->ctx, FALSE);
	en->thread = g_thread_new("engine", engine_main, en);
	return en;
}

static bool is_readers(enum request_type type)
{
	static const enum request_type types[] = { REQ_WINDOW, REQ_PLACES, REQ_FOLDERS, REQ_FIND, REQ_CHANGES,
		REQ_MAILS, REQ_PEOPLE, REQ_DRAFTS };
	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++)
		if (types[i] == type)
			return true;
	return false;
}

void engine_send(struct engine *en, struct request *r)
{
	/* Without a store there is no reader: the engine ends it. */
	bool reads = en->settings.cache_dir && is_readers(r->type);
	channel_send(reads ? en->reader_requests : en->requests, r);
}

bool engine_stop(struct engine *en, int wait_ms)
{
	channel_send(en->requests, request_new(REQ_QUIT, 0, -1));
	if (!channel_wait(en->stopped, clock_ms() + wait_ms))
		return false;
	g_thread_join(en->thread);
	channel_free(en->stopped);
	channel_free(en->requests);
	channel_free(en->reader_requests);
	channel_free(en->pool_done);
	g_main_loop_unref(en->loop);
	g_main_context_unref(en->ctx);
	g_free(en);
	return true;
}
