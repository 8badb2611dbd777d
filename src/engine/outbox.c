/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox of an account: which letter leaves next, its octets on their way, and what came of it. Every step is a row
 * first: claimed before anything is sent, END before the last octet may leave, the answer before anybody is told. */
#include "engine/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/log.h"

#define PIECE 65536
/* RFC 5321 4.5.4.1; one that was held for a week, or that nobody could send in that time, is tried nevertheless. */
#define GIVE_UP_S (5 * 86400)
#define GIVE_UP_TRIES 10
#define OTHERS_LOOK_MS 100 /* while somebody waits for a letter that another process sends */
#define OTHERS_MS 15000    /* in which a process sends what it has queued */

struct outbox {
	struct account *account;
	struct timer *timer;
	struct mailer *mailer;
	struct courier *courier; /* in place of a mailer, while a letter is with it */
	bool done;               /* the connection is to be closed: nothing is left */
	struct store_mail *mail; /* claimed; NULL */
	uint32_t id;             /* the session's number of it, or of the probe */
	int fd;                  /* its octets */
	uint64_t left;
	GChecksum *sum;
	struct waiters *waiters;
	GHashTable *seen; /* letter -> which writing of it was looked at last: those that had not ended */
	struct request *probe;
	struct err broken;  /* why the octets could not be given to the session */
	struct err stopped; /* the server refused the login: nothing leaves until somebody acts */
	bool told_no_reports;
	unsigned failures;  /* connections in a row */
	int64_t not_before; /* clock_ms(): of the next one that nobody asked for */
};

static void retry(void *aux)
{
	outbox_run(aux);
}

struct outbox *outbox_new(struct account *a)
{
	struct outbox *o = g_new0(struct outbox, 1);
	o->account = a;
	o->fd = -1;
	o->timer = timer_new(a->engine->ctx, retry, o);
	o->waiters = waiters_new(a);
	o->seen = g_hash_table_new(NULL, NULL);
	return o;
}

static void log_and_clear(const struct outbox *o, struct err *e)
{
	if (e->cause != ERR_NONE)
		log_line(LOG_ERROR, "%s: %s", o->account->cfg->label, e->text);
	err_clear(e);
}

static struct store *store_of(const struct outbox *o)
{
	return o->account->engine->store;
}

void outbox_tell(struct account *a, uint32_t request, uint32_t mail, bool duplicate)
{
	struct err e = ERR_INIT;
	struct store_mail *m = NULL;
	if (!store_mail_get(a->engine->store, mail, &m, &e)) {
		struct event *ev = event_new(EV_MAIL, request, a->index);
		ev->mail = m;
		ev->duplicate = duplicate;
		engine_emit(a->engine, ev);
	}
	err_clear(&e);
	peer_tap(a);
}

void outbox_wait(struct outbox *o, struct request *r, uint32_t mail)
{
	waiters_add(o->waiters, r, mail);
}

bool outbox_cancel(struct outbox *o, uint32_t request)
{
	return waiters_cancel(o->waiters, request);
}

/* True: a letter somebody waits for is with another process still. */
static bool look_at_waited(struct outbox *o)
{
	return waiters_look(o->waiters, o->mail ? o->mail->id : 0);
}

void outbox_copies_settled(struct outbox *o)
{
	look_at_waited(o);
}

void outbox_copies_kept(struct outbox *o)
{
	waiters_copies_kept(o->waiters);
}

static void end_probe(struct outbox *o, const struct err *why)
{
	struct err e = ERR_INIT;
	err_copy(&e, why);
	if (o->probe)
		engine_end(o->account->engine, g_steal_pointer(&o->probe), &e);
	err_clear(&e);
}

/* --- the letter that is under way --- */

static void close_bytes(struct outbox *o)
{
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
	g_clear_pointer(&o->sum, g_checksum_free);
}

static int save(struct outbox *o, struct err *e)
{
	return store_mail_put(store_of(o), o->mail, e);
}

static void set_words(char **field, const char *words)
{
	g_free(*field);
	*field = g_strdup(words);
}

static void note_reply(
	struct store_mail *m, const struct smtp_reply *reply, enum smtp_stage stage, const struct err *why)
{
	m->code = reply ? reply->code : 0;
	set_words(&m->enhanced, reply ? reply->enhanced : NULL);
	set_words(&m->text, reply ? reply->text : NULL);
	set_words(&m->error, why && why->cause != ERR_NONE ? why->text : NULL);
	set_words(&m->stage, smtp_stage_names[stage]);
}

/* What was said of it. */
static void note_dialogue(struct outbox *o)
{
	struct store_mail *m = o->mail;
	const char *said = o->mailer && mailer_smtp(o->mailer) ? smtp_transcript(mailer_smtp(o->mailer)) : "";
	char *all = *said ? dialogue_add(m->dialogue, clock_wall(), m->attempts, said) : NULL;
	if (!all)
		return;
	g_free(m->dialogue);
	m->dialogue = all;
}

static bool any_rcpt(const struct store_mail *m, enum mail_state state)
{
	for (unsigned i = 0; i < m->rcpts->len; i++)
		if (((const struct store_rcpt *)m->rcpts->pdata[i])->state == state)
			return true;
	return false;
}

/* The letter has this state now. A row that cannot be written stays claimed: the next start finds it so, and where it may
 * have been sent it is said to be so. */
static void settle(struct outbox *o, enum mail_state state, const struct err *why)
{
	struct err e = ERR_INIT, unheard = ERR_INIT;
	struct store_mail *m = o->mail;
	bool finished = state == MAIL_ACCEPTED || state == MAIL_REFUSED || state == MAIL_MAYBE;
	m->state = state;
	if (state == MAIL_QUEUED || state == MAIL_DEFERRED)
		m->step = MAIL_STEP_NONE;
	set_words(&m->owner, NULL);
	if (finished)
		m->ended = clock_wall();
	int failed = save(o, &e);
	o->mail = NULL;
	close_bytes(o);
	if (!failed && any_rcpt(m, MAIL_ACCEPTED))
		aftermath(o->account, m);
	bool copying = !failed && state == MAIL_ACCEPTED && (m->copy == COPY_WANTED || m->copy == COPY_BEGUN);
	/* Whoever waits is told what cannot be written down. */
	if (failed && !why)
		err_set(&unheard, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER,
			"the letter was sent, but that cannot be written down: %s", e.text);
	log_and_clear(o, &e);
	waiters_tell(o->waiters, m->id, failed && !why ? &unheard : why,
		!copying && (finished || failed || !o->account->engine->settings.stay));
	err_clear(&unheard);
	store_mail_free(m);
}

static int open_bytes(struct outbox *o, struct err *e)
{
	struct stat st;
	g_autofree char *path = engine_spool_path(o->account->engine, o->mail->path);
	o->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (o->fd < 0)
		return err_errno_passing(e, errno, "cannot open", path);
	if (fstat(o->fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != o->mail->size)
		return err_set(e, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER, "the kept letter '%s' is not as it was", path);
	o->left = o->mail->size;
	o->sum = g_checksum_new(G_CHECKSUM_SHA256);
	return 0;
}

/* Everything but the last octet has been given to the session: is it what it was when it was queued, and is it noted that
 * from now on it may have been sent? */
static int before_last(struct outbox *o, struct str last, struct err *e)
{
	g_checksum_update(o->sum, (const guchar *)last.p, (gssize)last.n);
	if (g_strcmp0(g_checksum_get_string(o->sum), o->mail->sha256))
		return err_set(e, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER,
			"the kept letter '%s' was damaged on disk; nothing was sent", o->mail->path);
	if (store_mail_step(store_of(o), o->mail->id, o->mail->owner, MAIL_STEP_END, e))
		return -1;
	o->mail->step = MAIL_STEP_END;
	waiters_tell(o->waiters, o->mail->id, NULL, false);
	return 0;
}

static int feed_some(struct outbox *o, struct smtp_session *s, struct err *e)
{
	g_autofree char *piece = g_malloc(PIECE);
	size_t room = smtp_data_room(s);
	while (o->left && room) {
		size_t want = MIN(MIN(room, PIECE), o->left > 1 ? o->left - 1 : 1);
		ssize_t n = read(o->fd, piece, want);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_set(e, ERR_MESSAGE, ERR_LOCAL, ERR_NEVER, "the kept letter cannot be read: %s",
				n ? g_strerror(errno) : "it is shorter than it was");
		struct str bytes = { piece, (size_t)n };
		if (o->left == (uint64_t)n) {
			if (before_last(o, bytes, e))
				return -1;
		} else {
			g_checksum_update(o->sum, (const guchar *)piece, n);
		}
		smtp_data_feed(s, bytes);
		o->left -= (uint64_t)n;
		room = smtp_data_room(s);
	}
	return 0;
}

static void on_room(void *aux)
{
	struct outbox *o = aux;
	struct smtp_session *s = mailer_smtp(o->mailer);
	if (!o->mail || o->fd < 0 || smtp_data_id(s) != o->id)
		return;
	if (!feed_some(o, s, &o->broken))
		return;
	/* Half a letter is in the connection: it has to go. */
	close_bytes(o);
	smtp_abort(s);
	mailer_poke(o->mailer);
}

/* --- which is next --- */

static void close_connection(struct outbox *o)
{
	o->done = true;
	smtp_quit(mailer_smtp(o->mailer));
	mailer_poke(o->mailer);
}

static bool is_by_command(const struct outbox *o)
{
	return !o->account->cfg->smtp && o->account->cfg->sendmail;
}

/* What fails is this machine, for now: the letter waits as it was, and with it those behind it. */
static void wait_for_machine(struct outbox *o, struct err *e)
{
	o->mail->attempts--;
	set_words(&o->mail->error, e->text);
	settle(o, MAIL_QUEUED, e);
	o->failures++;
	o->not_before = clock_ms() + schedule_backoff(o->failures, 0) * 1000;
	waiters_kept(o->waiters, e);
}

/* The next letter that is due, its octets at hand. False: there is none, or none can be sent now. */
static bool claim_next(struct outbox *o)
{
	struct engine *en = o->account->engine;
	for (;;) {
		struct err e = ERR_INIT;
		if (store_mail_claim(en->store, o->account->number, clock_wall(), en->claim, &o->mail, &e) ||
			!o->mail) {
			if (e.cause != ERR_NONE)
				waiters_kept(o->waiters, &e);
			log_and_clear(o, &e);
			return false;
		}
		waiters_claimed(o->waiters, o->mail->id);
		if (!open_bytes(o, &e)) {
			aftermath_prepare(o->account, o->mail);
			return true;
		}
		if (e.retry == ERR_LATER) {
			wait_for_machine(o, &e);
			err_clear(&e);
			return false;
		}
		set_words(&o->mail->error, e.text);
		settle(o, MAIL_REFUSED, &e);
		err_clear(&e);
	}
}

/* Gives it to the session. */
static bool send_next(struct outbox *o)
{
	if (!claim_next(o))
		return false;
	struct store_mail *m = o->mail;
	g_autoptr(GPtrArray) to = g_ptr_array_new();
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		if (r->state != MAIL_ACCEPTED && r->state != MAIL_REFUSED)
			g_ptr_array_add(to, r->addr);
	}
	struct smtp_mail letter = { .from = m->sender,
		.to = to,
		.size = m->size,
		.eight_bit = m->eight_bit,
		.utf8 = m->utf8,
		.partial = m->partial,
		.notify = m->notify,
		.ret = m->ret,
		.envid = m->msgid };
	o->id = smtp_send(mailer_smtp(o->mailer), &letter);
	waiters_tell(o->waiters, m->id, NULL, false);
	on_room(o);
	return true;
}

static void send_probe(struct outbox *o)
{
	const struct account *a = o->account;
	g_autoptr(GPtrArray) to = g_ptr_array_new();
	g_ptr_array_add(to, a->cfg->email ? a->cfg->email : o->probe->folder);
	struct smtp_mail letter = { .from = o->probe->folder, .to = to, .probe = true };
	smtp_address_ok(letter.from, &letter.utf8);
	o->id = smtp_send(mailer_smtp(o->mailer), &letter);
}

static void next(struct outbox *o)
{
	if (o->done || o->id || !mailer_is_live(o->mailer))
		return;
	if (o->probe)
		send_probe(o);
	else if (!send_next(o))
		close_connection(o);
}

static void on_opened(void *aux)
{
	next(aux);
}

/* --- what came of it --- */

static struct store_rcpt *rcpt_of(struct outbox *o, unsigned index)
{
	for (unsigned i = 0; i < o->mail->rcpts->len; i++) {
		struct store_rcpt *r = o->mail->rcpts->pdata[i];
		bool asked = r->state != MAIL_ACCEPTED && r->state != MAIL_REFUSED;
		if (asked && !index--)
			return r;
	}
	return NULL;
}

/* Noted beside the recipient; which state it has follows from the letter's end. */
static void on_recipient(struct outbox *o, unsigned index, const struct smtp_reply *reply)
{
	struct store_rcpt *r = rcpt_of(o, index);
	if (!r)
		return;
	r->code = reply->code;
	set_words(&r->text, reply->text);
}

/* Of the recipients that were asked: after an acceptance those the server took have it, in any case those that were
 * refused for good are. */
static void settle_recipients(struct outbox *o, bool accepted)
{
	for (unsigned i = 0; i < o->mail->rcpts->len; i++) {
		struct store_rcpt *r = o->mail->rcpts->pdata[i];
		if (r->state == MAIL_ACCEPTED || r->state == MAIL_REFUSED)
			continue;
		if (accepted && (r->code / 100 == 2 || is_by_command(o)))
			r->state = MAIL_ACCEPTED;
		else if (r->code / 100 == 5)
			r->state = MAIL_REFUSED;
		else if (accepted)
			r->state = MAIL_DEFERRED;
	}
}

static int64_t next_try(const struct store_mail *m)
{
	uint32_t random;
	net_random(&random, sizeof(random));
	return clock_wall() + schedule_resend(m->attempts, random);
}

/* Put off: as long as it is worth it. */
static void put_off(struct outbox *o, const struct err *why)
{
	struct store_mail *m = o->mail;
	if (clock_wall() - m->made > GIVE_UP_S && m->attempts >= GIVE_UP_TRIES) {
		struct err e = ERR_INIT;
		err_set(&e, ERR_MESSAGE, ERR_REFUSED, ERR_NEVER, "it could not be sent for 5 days: %s",
			why->text ? why->text : "");
		err_set_server(&e, m->text);
		settle(o, MAIL_REFUSED, &e);
		err_clear(&e);
		return;
	}
	m->due = next_try(m);
	settle(o, MAIL_DEFERRED, why);
}

/* It was asked for, and the server knows nothing of it: told once, for it will be so with the next letter. */
static void tell_no_reports(struct outbox *o)
{
	const struct store_mail *m = o->mail;
	bool asked = m->notify && strcmp(m->notify, "NEVER");
	bool can = !o->mailer || (smtp_caps(mailer_smtp(o->mailer)) & SMTP_CAP_DSN);
	if (!asked || can || o->told_no_reports)
		return;
	o->told_no_reports = true;
	struct event *ev = event_new(EV_NOTICE, 0, o->account->index);
	ev->notice = NOTICE_NO_REPORTS;
	engine_emit(o->account->engine, ev);
}

static void accepted(struct outbox *o, const struct smtp_event *ev)
{
	struct store_mail *m = o->mail;
	const struct smtp_reply *reply = ev->u.done.reply;
	note_reply(m, reply, ev->u.done.stage, NULL);
	settle_recipients(o, true);
	tell_no_reports(o);
	/* What a command takes it may still give back. */
	if (!is_by_command(o))
		identity_accepted(o->account, m->from, true, reply);
	o->failures = 0;
	/* The rest goes later, as the same letter. */
	if (any_rcpt(m, MAIL_DEFERRED)) {
		m->due = next_try(m);
		settle(o, MAIL_DEFERRED, NULL);
		return;
	}
	settle(o, MAIL_ACCEPTED, NULL);
}

/* RFC 1870 6.1; 552 alone, as servers of old say it, but for what they say of a full mailbox. */
static bool is_about_size(const struct smtp_reply *reply, enum smtp_stage stage, const struct err *why)
{
	const char *code = reply->enhanced;
	if (!reply->code)
		return why->cause == ERR_LIMIT;
	bool named = code && (!strcmp(code, "5.3.4") || !strcmp(code, "5.2.3"));
	return named || (reply->code == 552 && !code && stage != SMTP_AT_RCPT);
}

static void refused(struct outbox *o, const struct smtp_event *ev)
{
	struct store_mail *m = o->mail;
	const struct smtp_reply *reply = ev->u.done.reply;
	struct err why = ERR_INIT;
	err_copy(&why, ev->u.done.err);
	bool sender = identity_is_about_sender(m->from, m, reply, ev->u.done.stage);
	note_reply(m, reply, ev->u.done.stage, &why);
	if (sender) {
		set_words(&m->stage, MAIL_STAGE_SENDER);
		/* Before the data the server knows the envelope only. */
		bool envelope = ev->u.done.stage < SMTP_AT_DATA && *m->sender;
		identity_refused(o->account, envelope ? m->sender : m->from, ev->u.done.stage, reply);
	} else if (is_about_size(reply, ev->u.done.stage, &why)) {
		set_words(&m->stage, MAIL_STAGE_SIZE);
	} else {
		settle_recipients(o, false);
	}
	why.scope = sender ? ERR_ACCOUNT : ERR_MESSAGE;
	settle(o, MAIL_REFUSED, &why);
	err_clear(&why);
}

static void mail_done(struct outbox *o, const struct smtp_event *ev)
{
	const struct err *why = ev->u.done.err;
	struct store_mail *m = o->mail;
	o->id = 0;
	note_dialogue(o);
	if (o->broken.cause != ERR_NONE) {
		struct err e = ERR_INIT;
		err_move(&e, &o->broken);
		set_words(&m->error, e.text);
		settle(o, e.retry == ERR_NEVER ? MAIL_REFUSED : MAIL_QUEUED, &e);
		err_clear(&e);
		return;
	}
	switch (ev->u.done.outcome) {
	case SMTP_ACCEPTED: accepted(o, ev); break;
	case SMTP_REFUSED: refused(o, ev); break;
	case SMTP_MAYBE: {
		struct err e = ERR_INIT;
		note_reply(m, ev->u.done.reply, ev->u.done.stage, why);
		err_set(&e, ERR_MESSAGE, ERR_MAYBE, ERR_NEVER, "%s", why->text);
		settle(o, MAIL_MAYBE, &e);
		err_clear(&e);
		break;
	}
	case SMTP_DEFERRED:
		note_reply(m, ev->u.done.reply, ev->u.done.stage, why);
		/* A login that was refused is no fault of the letter. */
		if (why->cause == ERR_AUTH || why->cause == ERR_TLS || why->cause == ERR_LACKING) {
			m->attempts--;
			settle(o, MAIL_QUEUED, why);
		} else {
			put_off(o, why);
		}
	}
}

static void probe_done(struct outbox *o, const struct smtp_event *ev)
{
	struct request *r = g_steal_pointer(&o->probe);
	struct account *a = o->account;
	struct err e = ERR_INIT;
	o->id = 0;
	identity_note_probe(a, r->folder, r->id, ev);
	if (ev->u.done.outcome != SMTP_ACCEPTED) {
		err_copy(&e, ev->u.done.err);
		if (identity_is_about_sender(r->folder, NULL, ev->u.done.reply, ev->u.done.stage))
			e.scope = ERR_ACCOUNT;
	}
	identities_tell(a, r->id, r->id || ev->u.done.outcome != SMTP_ACCEPTED ? NULL : r->folder);
	engine_end(a->engine, r, e.cause == ERR_NONE ? NULL : &e);
	err_clear(&e);
}

static void on_event(void *aux, struct smtp_event *ev)
{
	struct outbox *o = aux;
	if (ev->type == SMTP_RECIPIENT && o->mail && ev->u.recipient.id == o->id)
		on_recipient(o, ev->u.recipient.index, ev->u.recipient.reply);
	if (ev->type != SMTP_DONE || ev->u.done.id != o->id)
		return;
	if (o->mail)
		mail_done(o, ev);
	else if (o->probe)
		probe_done(o, ev);
	next(o);
}

/* If that process dies in the midst nobody else would tell. */
static bool others_send(struct outbox *o)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	struct err e = ERR_INIT;
	bool any = false;
	if (store_mails_open(store_of(o), o->account->number, open, &e))
		log_and_clear(o, &e);
	for (unsigned i = 0; i < open->len && !any; i++) {
		const struct store_mail *m = open->pdata[i];
		any = m->state == MAIL_SENDING && g_strcmp0(m->owner, o->account->engine->claim);
	}
	return any;
}

static void plan(struct outbox *o)
{
	if (look_at_waited(o)) {
		timer_at(o->timer, clock_ms() + OTHERS_LOOK_MS);
		return;
	}
	if (!o->account->engine->settings.stay)
		return;
	struct err e = ERR_INIT;
	int64_t due = store_mail_next_due(store_of(o), o->account->number, &e), now = clock_wall();
	log_and_clear(o, &e);
	int64_t at = CLOCK_NEVER;
	if (due > 0)
		at = MAX(clock_ms() + (due > now ? due - now : 0) * 1000, o->not_before);
	if (others_send(o))
		at = MIN(at, clock_ms() + OTHERS_MS);
	timer_at(o->timer, o->stopped.cause == ERR_NONE ? at : CLOCK_NEVER);
}

/* Nothing leaves until somebody acts: with the screens nobody may be waiting to be told. */
static void stop(struct outbox *o, const struct err *why)
{
	err_copy(&o->stopped, why);
	if (!o->account->engine->settings.stay)
		return;
	struct event *ev = event_new(EV_NOTICE, 0, o->account->index);
	ev->notice = NOTICE_STOPPED;
	err_copy(&ev->err, why);
	engine_emit(o->account->engine, ev);
}

void outbox_try_again(struct outbox *o)
{
	err_clear(&o->stopped);
}

bool outbox_can_send(const struct account *a)
{
	return a->cfg->smtp || a->cfg->sendmail;
}

static void on_ended(void *aux, struct err *e)
{
	struct outbox *o = aux;
	bool passes = e->cause == ERR_NET || e->cause == ERR_NONE || o->done;
	mailer_free(g_steal_pointer(&o->mailer));
	if (o->probe && (o->done || e->cause == ERR_NONE)) {
		/* It was asked while the connection was being closed: it needs one of its own. */
		waiters_end_flushes(o->waiters, NULL);
		outbox_run(o);
		return;
	}
	end_probe(o, e);
	if (!passes)
		stop(o, e);
	if (e->cause != ERR_NONE && !o->done) {
		o->failures++;
		o->not_before = clock_ms() + schedule_backoff(o->failures, 0) * 1000;
		waiters_kept(o->waiters, e);
	}
	waiters_end_flushes(o->waiters, o->done ? NULL : e);
	o->done = false;
	plan(o);
}

/* --- a command in place of a server --- */

static void run_command(struct outbox *o);

static void command_ended(void *aux, const struct smtp_event *ev)
{
	struct outbox *o = aux;
	o->courier = NULL;
	mail_done(o, ev);
	run_command(o);
}

/* The command itself cannot be had: no letter can be sent. */
static void no_command(struct outbox *o, struct err *e)
{
	o->mail->attempts--;
	set_words(&o->mail->error, e->text);
	settle(o, MAIL_QUEUED, e);
	stop(o, e);
	waiters_kept(o->waiters, e);
	waiters_end_flushes(o->waiters, e);
}

static void run_command(struct outbox *o)
{
	while (!o->courier && o->stopped.cause == ERR_NONE) {
		struct err e = ERR_INIT;
		if (!claim_next(o)) {
			waiters_end_flushes(o->waiters, NULL);
			break;
		}
		waiters_tell(o->waiters, o->mail->id, NULL, false);
		o->courier = courier_send(o->account, o->mail, o->fd, command_ended, o, &e);
		if (!o->courier && e.retry == ERR_LATER) {
			wait_for_machine(o, &e);
			waiters_end_flushes(o->waiters, &e);
			err_clear(&e);
			break;
		}
		if (!o->courier && e.scope == ERR_MESSAGE) {
			set_words(&o->mail->error, e.text);
			settle(o, MAIL_REFUSED, &e);
		} else if (!o->courier) {
			no_command(o, &e);
		}
		err_clear(&e);
	}
	if (!o->courier)
		plan(o);
}

static const struct mailer_events events = { on_opened, on_event, on_room, on_ended };

static void connect(struct outbox *o, bool person)
{
	o->done = false;
	o->mailer = mailer_new(o->account, person, &events, o);
	mailer_open(o->mailer);
}

static bool is_due(struct outbox *o)
{
	struct err e = ERR_INIT;
	int64_t due = store_mail_next_due(store_of(o), o->account->number, &e);
	log_and_clear(o, &e);
	return due > 0 && due <= clock_wall();
}

static bool person_waits(const struct outbox *o)
{
	return waiters_any(o->waiters) || (o->probe && o->probe->id);
}

void outbox_run(struct outbox *o)
{
	struct account *a = o->account;
	struct err e = ERR_INIT;
	if (!store_of(o) || !outbox_can_send(a) || o->courier)
		return;
	if (a->engine->settings.offline)
		err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "working offline: it stays in the outbox");
	else if (claims_open(a->engine, &e))
		log_line(LOG_ERROR, "%s: %s", a->cfg->label, e.text);
	else if (o->stopped.cause != ERR_NONE)
		err_copy(&e, &o->stopped);
	if (e.cause != ERR_NONE) {
		waiters_kept(o->waiters, &e);
		waiters_end_flushes(o->waiters, &e);
		end_probe(o, &e);
		err_clear(&e);
		return;
	}
	if (o->mailer) {
		next(o);
		return;
	}
	claims_take_orphans(a->engine);
	if (is_by_command(o)) {
		run_command(o);
		return;
	}
	if (o->probe || (is_due(o) && (person_waits(o) || clock_ms() >= o->not_before)))
		connect(o, person_waits(o) && a->engine->settings.interactive);
	else
		waiters_end_flushes(o->waiters, NULL);
	if (!o->mailer)
		plan(o);
}

/* Told are those that were written since, and those that have ended. */
static void tell_written(struct outbox *o, const GPtrArray *open)
{
	GHashTable *before = o->seen;
	GHashTableIter at;
	gpointer id;
	o->seen = g_hash_table_new(NULL, NULL);
	for (unsigned i = 0; i < open->len; i++) {
		const struct store_mail *m = open->pdata[i];
		gpointer key = GUINT_TO_POINTER(m->id), writing = GUINT_TO_POINTER(m->writing);
		bool same = g_hash_table_lookup(before, key) == writing;
		g_hash_table_insert(o->seen, key, writing);
		g_hash_table_remove(before, key);
		if (!same)
			outbox_tell(o->account, 0, m->id, false);
	}
	g_hash_table_iter_init(&at, before);
	while (g_hash_table_iter_next(&at, &id, NULL))
		outbox_tell(o->account, 0, GPOINTER_TO_UINT(id), false);
	g_hash_table_unref(before);
}

void outbox_look(struct outbox *o)
{
	g_autoptr(GPtrArray) open = store_mails_new();
	struct err e = ERR_INIT;
	if (!o->account->engine->settings.stay || !outbox_can_send(o->account))
		return;
	if (!store_mails_open(store_of(o), o->account->number, open, &e))
		tell_written(o, open);
	log_and_clear(o, &e);
	/* Who has queued it sends it; if that process ends before, it is sent here. */
	o->not_before = MAX(o->not_before, clock_ms() + OTHERS_MS);
	if (!o->mailer && !o->courier)
		plan(o);
}

void outbox_start(struct outbox *o)
{
	if (!store_of(o) || !outbox_can_send(o->account))
		return;
	aftermath_resume(o->account);
	if (o->account->engine->settings.stay)
		outbox_run(o);
}

bool outbox_answer(struct outbox *o, struct request *r)
{
	return o->mailer && mailer_answer(o->mailer, r);
}

/* What has not gone whole is queued again; what may have gone stays as it was noted. */
static void let_go(struct outbox *o)
{
	struct err e = ERR_INIT;
	if (o->mail && o->mail->step != MAIL_STEP_END) {
		o->mail->state = MAIL_QUEUED;
		o->mail->step = MAIL_STEP_NONE;
		set_words(&o->mail->owner, NULL);
		save(o, &e);
		log_and_clear(o, &e);
	}
	store_mail_free(g_steal_pointer(&o->mail));
	close_bytes(o);
	o->id = 0;
	mailer_free(g_steal_pointer(&o->mailer));
	courier_cancel(g_steal_pointer(&o->courier));
}

void outbox_rest(struct outbox *o)
{
	/* A letter that is on the wire is not cut: its answer is waited for. */
	struct err e = ERR_INIT;
	if (o->mail)
		return;
	let_go(o);
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "the program was stopped");
	end_probe(o, &e);
	err_clear(&e);
}

void outbox_free(struct outbox *o)
{
	let_go(o);
	waiters_free(o->waiters);
	struct err e = ERR_INIT;
	err_set(&e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "the program ends");
	end_probe(o, &e);
	err_clear(&e);
	g_hash_table_unref(o->seen);
	timer_free(o->timer);
	err_clear(&o->stopped);
	err_clear(&o->broken);
	g_free(o);
}

void probe_request(struct engine *en, struct account *a, struct request *r)
{
	struct err e = ERR_INIT;
	if (!a || !en->store || !r->folder)
		err_set(&e, ERR_PROGRAM, ERR_BUG, ERR_NEVER, "a probe without an account");
	else if (!a->cfg->smtp)
		err_set(&e, ERR_ACCOUNT, ERR_LACKING, ERR_NEVER, "the account has no 'smtp' line");
	else if (a->outbox->probe)
		err_set(&e, ERR_ACCOUNT, ERR_NET, ERR_LATER, "another address is being probed");
	else if (!smtp_address_ok(r->folder, NULL))
		err_set(&e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, "'%s' is no address", r->folder);
	if (e.cause == ERR_NONE && r->id && identity_may_probe(a, r->folder, &e) && e.cause == ERR_NOT_DUE)
		identities_tell(a, r->id, NULL);
	if (e.cause != ERR_NONE) {
		engine_end(en, r, &e);
		return;
	}
	if (r->id)
		outbox_try_again(a->outbox);
	a->outbox->probe = r;
	outbox_run(a->outbox);
}
