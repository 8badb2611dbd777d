/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying changes out, one after the other in the order they were made. Before the first command that changes anything a
 * change is marked as begun; one that had begun when the connection or the program ended is looked for on the server
 * before any of it is asked for again. */
#include "engine/limits.h"

#include <string.h>

#include "base/log.h"

#define ATTEMPTS_MOST 5 /* of what the server refuses "at the moment" */
#define RETRY_MS 60000  /* times the attempts so far */

struct store *replay_store(const struct replay *r)
{
	return r->job.account->engine->store;
}

bool replay_can(const struct replay *r, uint64_t cap)
{
	return (imap_caps(job_imap((struct job *)&r->job)) & cap) != 0;
}

void replay_command(struct replay *r, uint32_t id)
{
	r->refused = false;
	r->command = id;
	job_command(&r->job, id);
}

/* --- the end of one change --- */

static void forget(struct replay *r)
{
	r->c = NULL;
	r->searched = r->answered = r->rechecked = r->refound = r->doubted = r->why_asked = r->more = false;
	r->utf8_refused = r->replacing = r->replace_refused = false;
	g_clear_pointer(&r->former, store_change_free);
	r->stage = STAGE_NEXT;
	g_array_set_size(r->seen, 0);
	g_clear_pointer(&r->spool, spool_close);
}

void replay_finish(struct replay *r, enum change_state state, struct err *why)
{
	struct store_change *c = r->c;
	forget(r);
	/* What cannot be written down ends the job: nothing may overtake a change of which nobody knows that it is done. */
	if (change_end(r->job.account, c, state, why, &r->job.err))
		log_line(LOG_ERROR, "%s: %s", r->job.account->cfg->label, r->job.err.text);
	else
		changes_queue(r->job.account); /* the other job may have waited for it */
}

void replay_let_go(struct account *a, const struct store_change *c)
{
	struct replay *both[] = { (struct replay *)a->changes.job, (struct replay *)a->changes.storing };
	for (unsigned i = 0; i < G_N_ELEMENTS(both); i++)
		if (both[i] && both[i]->c == c)
			forget(both[i]);
}

/* The server may say yes another time: the change stays, those behind it go on. */
static void put_off(struct replay *r, struct err *why)
{
	struct store_change *c = r->c;
	c->attempts++;
	c->tried = clock_wall();
	g_free(c->error);
	g_free(c->server);
	c->error = g_strdup(why->text);
	c->server = g_strdup(why->server);
	if (store_change_step(replay_store(r), c, &r->job.err))
		return;
	err_clear(why);
	g_hash_table_add(r->passed, GUINT_TO_POINTER(c->id));
	timer_at(r->job.account->changes.retry, clock_ms() + (int64_t)RETRY_MS * c->attempts);
	forget(r);
}

static bool is_passing(const char *code)
{
	static const char *const passing[] = { "UNAVAILABLE", "INUSE", "SERVERBUG", "CONTACTADMIN" };
	for (unsigned i = 0; code && i < G_N_ELEMENTS(passing); i++)
		if (!g_ascii_strcasecmp(code, passing[i]))
			return true;
	return false;
}

/* Why, in our words; the server's come beside them. */
static const char *reason(const char *code)
{
	static const struct {
		const char *code, *text;
	} reasons[] = { { "OVERQUOTA", "the mailbox is full" }, { "NOPERM", "the server does not allow it" },
		{ "TRYCREATE", "the folder does not exist" }, { "NONEXISTENT", "the folder does not exist" },
		{ "ALREADYEXISTS", "the name is taken" }, { "CANNOT", "the server cannot do it" },
		{ "TOOBIG", "the message is too large for the server" }, { "LIMIT", "a limit of the server was met" },
		{ "HASCHILDREN", "the folder has folders below it" }, { "READ-ONLY", "the folder is read-only" } };
	for (unsigned i = 0; code && i < G_N_ELEMENTS(reasons); i++)
		if (!g_ascii_strcasecmp(code, reasons[i].code))
			return reasons[i].text;
	return "the server refused it";
}

static bool is_denial(const char *code)
{
	static const char *const denials[] = { "OVERQUOTA", "NOPERM", "READ-ONLY", "TOOBIG" };
	for (unsigned i = 0; code && i < G_N_ELEMENTS(denials); i++)
		if (!g_ascii_strcasecmp(code, denials[i]))
			return true;
	return false;
}

void replay_fail(struct replay *r)
{
	struct err e = ERR_INIT;
	if (why_ask(r)) {
		r->stage = STAGE_WHY;
		return;
	}
	g_autofree char *why = why_words(r);
	enum err_cause cause = why || is_denial(r->code) ? ERR_DENIED : ERR_REFUSED;
	err_set(&e, ERR_MESSAGE, cause, ERR_NEVER, "%s", why ? why : reason(r->code));
	if (r->words && *r->words)
		err_set_server(&e, r->words);
	if (is_passing(r->code) && r->c->attempts < ATTEMPTS_MOST)
		put_off(r, &e);
	else
		replay_finish(r, CHANGE_FAILED, &e);
}

void replay_fail_as(struct replay *r, const char *code)
{
	r->refused = true;
	g_free(r->code);
	r->code = g_strdup(code);
	replay_fail(r);
}

void replay_fail_with(struct replay *r, const char *text)
{
	struct err e = ERR_INIT;
	err_set(&e, ERR_MESSAGE, ERR_REFUSED, ERR_NEVER, "%s", text);
	replay_finish(r, CHANGE_FAILED, &e);
}

/* --- rows on disk --- */

/* Also its messages' fates: before a command that makes a difference, and after its answer. False: the job ends. */
bool replay_save(struct replay *r, bool items)
{
	if (items && store_change_items(replay_store(r), r->c, &r->job.err))
		return false;
	return !store_change_step(replay_store(r), r->c, &r->job.err);
}

bool replay_begin(struct replay *r, enum step step)
{
	if (r->c->state == CHANGE_BEGUN && r->c->step == (int)step)
		return true;
	r->c->state = CHANGE_BEGUN;
	r->c->step = (int)step;
	r->c->tried = clock_wall();
	return replay_save(r, step == STEP_COPIED);
}

/* --- the turns --- */

static bool shares_folder(const struct store_change *x, const struct store_change *y)
{
	const char *of_x[] = { x->folder, x->target }, *of_y[] = { y->folder, y->target };
	for (unsigned i = 0; i < 4; i++)
		if (of_x[i / 2] && !g_strcmp0(of_x[i / 2], of_y[i % 2]))
			return true;
	return false;
}

/* Behind a change that waits for a better time wait those of the same folders: the order is the user's. */
static bool must_wait(const struct replay *r, const GPtrArray *open, unsigned at)
{
	for (unsigned i = 0; i < at; i++) {
		const struct store_change *before = open->pdata[i];
		if (g_hash_table_contains(r->passed, GUINT_TO_POINTER(before->id)) &&
			shares_folder(before, open->pdata[at]))
			return true;
	}
	return false;
}

static bool all_named(const struct store_change *c)
{
	for (unsigned i = 0; i < c->items->len; i++)
		if (!((const struct store_change_item *)c->items->pdata[i])->uid)
			return false;
	return true;
}

/* What is stored in a folder does not touch the messages that are there, so changes of these need not wait for it; only
 * what comes to the folder keeps its order. */
static bool is_in_order(const struct store_change *x, const struct store_change *y)
{
	bool messages = y->op == CHANGE_FLAG || y->op == CHANGE_MOVE || y->op == CHANGE_COPY || y->op == CHANGE_EXPUNGE;
	if (x->op != CHANGE_APPEND)
		return y->op == CHANGE_APPEND ? is_in_order(y, x) : shares_folder(x, y);
	if (messages && all_named(y))
		return !g_strcmp0(x->target, y->target);
	return shares_folder(x, y);
}

/* Something that was made before it, and that the other job carries out. */
static bool is_behind(const struct replay *r, const GPtrArray *open, unsigned at)
{
	for (unsigned i = 0; i < at; i++) {
		const struct store_change *before = open->pdata[i];
		if ((before->op == CHANGE_APPEND) != r->stores && before->op != CHANGE_SYNC &&
			is_in_order(before, open->pdata[at]))
			return true;
	}
	return false;
}

static struct store_change *next_change(struct replay *r)
{
	const struct changes *all = &r->job.account->changes;
	for (unsigned i = 0; i < all->open->len; i++) {
		struct store_change *c = all->open->pdata[i];
		gpointer id = GUINT_TO_POINTER(c->id);
		if ((c->op == CHANGE_APPEND) == r->stores && !g_hash_table_contains(r->passed, id) &&
			!g_hash_table_contains(all->asked, id) && !must_wait(r, all->open, i) &&
			!is_behind(r, all->open, i))
			return c;
	}
	return NULL;
}

static void start_change(struct replay *r)
{
	r->c = next_change(r);
	if (!r->c)
		return;
	g_clear_pointer(&r->code, g_free);
	g_clear_pointer(&r->words, g_free);
	r->refused = false;
	if (r->c->state == CHANGE_BEGUN)
		r->c->attempts++;
	switch (r->c->op) {
	case CHANGE_FLAG:
	case CHANGE_MOVE:
	case CHANGE_COPY:
	case CHANGE_EXPUNGE: carry_start(r); break;
	case CHANGE_APPEND:
		if (r->c->state == CHANGE_BEGUN)
			carry_find(r);
		else
			carry_start_append(r);
		break;
	case CHANGE_EMPTY: carry_ask_source(r, false, STAGE_SOURCE); break;
	case CHANGE_SYNC: {
		struct store_change *c = r->c;
		forget(r);
		change_sync(r->job.account, c);
		break;
	}
	default: carry_folder(r);
	}
}

static void advance(struct replay *r)
{
	switch (r->stage) {
	case STAGE_NEXT: start_change(r); break;
	case STAGE_SOURCE: carry_source_told(r); break;
	case STAGE_NOTED:
		if (r->refused)
			replay_fail(r);
		else
			carry_noted(r);
		break;
	case STAGE_FORMER: carry_former_told(r); break;
	case STAGE_SENT: carry_sent(r); break;
	case STAGE_FOUND: carry_found(r); break;
	case STAGE_SOURCE_AGAIN: carry_source_again(r); break;
	case STAGE_REMOVED:
		if (r->refused && replay_moves(r))
			replay_fail_with(r, "the message was copied, but the original could not be removed");
		else if (r->refused)
			replay_fail(r);
		else
			carry_conclude(r);
		break;
	case STAGE_COUNTED:
		if (r->refused)
			replay_fail(r);
		else if (r->counted)
			replay_fail_with(r, "the folder is not empty any more");
		else {
			r->c->step = STEP_NEW;
			carry_folder(r);
		}
		break;
	case STAGE_LISTED: carry_listed(r); break;
	case STAGE_NAMED: carry_named(r); break;
	case STAGE_WHY: replay_fail(r); break;
	}
}

/* --- the job --- */

static void on_event(struct job *j, struct imap_event *ev)
{
	struct replay *r = (struct replay *)j;
	switch (ev->type) {
	case IMAP_FETCH:
		if (ev->u.fetch.uid && (ev->u.fetch.has & IMAP_HAS_HEADER))
			identities_add(r->seen, ev);
		break;
	case IMAP_STATUS:
		if (r->c && r->stage == STAGE_NOTED) {
			r->c->target_uidnext = ev->u.status.uidnext;
			r->c->target_uidvalidity = ev->u.status.uidvalidity;
		}
		if (ev->u.status.has_messages && !r->more)
			r->counted = ev->u.status.messages;
		if (r->folders)
			folder_list_event(r->folders, ev);
		break;
	case IMAP_LIST:
	case IMAP_NAMESPACE:
	case IMAP_RIGHTS:
		if (r->folders)
			folder_list_event(r->folders, ev);
		break;
	default: break;
	}
}

static void note_refusal(struct replay *r, const struct imap_event *done)
{
	r->refused = true;
	r->appendlimit = done->u.done.appendlimit;
	g_free(r->code);
	g_free(r->words);
	r->code = done->u.done.result == IMAP_BAD ? g_strdup("BAD") : str_dup(done->u.done.code);
	r->words = str_dup(done->u.done.text);
}

/* It is no refusal yet, but all the server says of the one that follows from it. */
static void note_readonly(struct replay *r, const struct imap_event *done)
{
	g_clear_pointer(&r->words, g_free);
	if (str_is(done->u.done.code, "READ-ONLY"))
		r->words = g_strdup_printf("[READ-ONLY] %.*s", (int)done->u.done.text.n, done->u.done.text.p);
}

static void on_ended(struct job *j, const struct imap_event *done)
{
	struct replay *r = (struct replay *)j;
	bool ok = done->u.done.result == IMAP_OK;
	if (!r->c)
		return;
	if (done->u.done.id == r->select) {
		r->selected = ok;
		bool target = r->stage == STAGE_FOUND || r->stage == STAGE_FORMER;
		connection_set_selected(j->conn, ok ? (target ? r->c->target : r->c->folder) : NULL);
	}
	if (done->u.done.id == r->select && ok && r->stage != STAGE_FOUND)
		note_readonly(r, done);
	/* What follows a refusal in the same flight is refused for it: the first one tells why. */
	if (!ok && !r->refused && !r->more && done->u.done.id != r->spaces)
		note_refusal(r, done);
	if (done->u.done.id == r->command && done->u.done.copied)
		verify_copied(r->c, done->u.done.copied);
	if (r->replacing && ok && done->u.done.id == r->command)
		r->c->step = CHANGE_STEP_REPLACED;
	/* Told before anything else is asked: the answer is worth more than its consequences. */
	if (r->stage == STAGE_SENT && ok && !replay_save(r, true))
		return;
}

static void on_sent(struct job *j)
{
	struct replay *r = (struct replay *)j;
	/* Octets that were announced and cannot be had: only a new connection gets out of that. */
	if (r->spool && r->stage == STAGE_SENT && j->err.cause == ERR_NONE &&
		spool_feed(r->spool, job_imap(j), &j->err))
		job_cut_soon(j);
}

/* What is large goes on on another connection, if there may be one. */
static bool goes_aside(struct replay *r, const struct store_change *next)
{
	struct job *j = &r->job;
	if (!r->stores || j->side || next->size <= JOB_LARGE || !side_can(j->account))
		return false;
	j->large = true;
	job_wait(j);
	return true;
}

static void on_step(struct job *j)
{
	struct replay *r = (struct replay *)j;
	struct account *a = j->account;
	const struct side *side = j->side;
	while (account_running(a, side) == j && !j->open) {
		if (j->err.cause != ERR_NONE) {
			/* The disk fails, not the server: that may pass too. */
			timer_at(a->changes.retry, clock_ms() + RETRY_MS);
			job_end(j, &j->err);
			return;
		}
		if (r->stage == STAGE_NEXT && !connection_ready(j->conn))
			return;
		struct store_change *next = r->stage == STAGE_NEXT ? next_change(r) : r->c;
		if (!next) {
			job_end(j, NULL);
			return;
		}
		if (r->stage == STAGE_NEXT && (job_yield(j) || goes_aside(r, next)))
			return;
		advance(r);
	}
}

static void on_free(struct job *j)
{
	struct replay *r = (struct replay *)j;
	if (j->account->changes.job == j)
		j->account->changes.job = NULL;
	if (j->account->changes.storing == j)
		j->account->changes.storing = NULL;
	spool_close(r->spool);
	store_change_free(r->former);
	folder_list_free(r->folders);
	g_array_unref(r->seen);
	g_hash_table_unref(r->passed);
	g_free(r->code);
	g_free(r->words);
	g_free(r);
}

static const struct job_class replay_class = { .name = "replay",
	.priority = 1,
	.step = on_step,
	.event = on_event,
	.ended = on_ended,
	.sent = on_sent,
	.free = on_free };
/* In the screens a heap of messages to be stored lets pass what a person does. A command ends with what it was told to do:
 * there they come first. */
static const struct job_class store_class = { .name = "store",
	.priority = 3,
	.step = on_step,
	.event = on_event,
	.ended = on_ended,
	.sent = on_sent,
	.free = on_free };

void change_look_first(struct store_change *c)
{
	c->state = CHANGE_BEGUN;
	c->step = STEP_SENT;
}

struct job *replay_job_new(struct account *a, bool stores)
{
	struct replay *r = g_new0(struct replay, 1);
	bool waits = stores && a->engine->settings.stay;
	r->job = (struct job){ .class = waits ? &store_class : &replay_class, .account = a };
	r->stores = stores;
	r->seen = identities_new();
	r->passed = g_hash_table_new(NULL, NULL);
	return &r->job;
}
