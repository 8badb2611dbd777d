/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letters of the outbox as commands show and handle them: m3 and its like. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define LISTED_MOST 1000
#define FLUSH_MS (60 * 60 * 1000) /* a queue of any length; silence of the server ends it sooner */
#define RETRY_MS 60000

static void got_mails(struct event *ev, void *aux)
{
	GPtrArray **out = aux;
	if (ev->type == EV_MAILS && !*out)
		*out = g_steal_pointer(&ev->mails);
}

GPtrArray *batch_mails(struct batch *b, int account, bool all, struct err *e)
{
	GPtrArray *mails = NULL;
	struct request *r = request_new(REQ_MAILS, 0, account);
	r->whole = all;
	r->rows = LISTED_MOST;
	if (!batch_ask(b, r, got_mails, &mails, BATCH_CACHE_MS, e) && !mails)
		mails = store_mails_new();
	return mails;
}

/* --- showing --- */

/* "'Hello' to ana@duarte.example and 2 more" */
static char *what_text(const struct store_mail *m)
{
	const struct store_rcpt *first = m->rcpts->len ? m->rcpts->pdata[0] : NULL;
	g_autofree char *subject = utf8_line(str_of(m->subject ? m->subject : ""));
	unsigned more = first ? m->rcpts->len - 1 : 0;
	if (!more)
		return g_strdup_printf(_("'%s' to %s"), subject, first ? first->addr : "");
	return g_strdup_printf(
		P_("'%s' to %s and %u more", "'%s' to %s and %u more", more), subject, first->addr, more);
}

static struct json *request_record(const struct batch *b, int account, const struct store_mail *m)
{
	struct json *j = json_record("request");
	g_autofree char *id = g_strdup_printf("m%u", (unsigned)m->id), *what = what_text(m);
	json_add(j, "id", json_string(id));
	json_add(j, "kind", json_string("send"));
	json_add(j, "state", json_string(mail_state_names[m->state]));
	json_add(j, "account", json_string(batch_label(b, account)));
	json_add(j, "text", json_string(what));
	json_add(j, "due", m->due ? json_date(m->due) : json_null());
	json_add(j, "attempts", json_number(m->attempts));
	json_add(j, "error", json_string(m->error ? m->error : m->state == MAIL_REFUSED ? m->text : NULL));
	json_add(j, "msgid", json_string(m->msgid));
	return j;
}

static char *line_of(const struct batch *b, int account, const struct store_mail *m)
{
	g_autofree char *id = g_strdup_printf("m%u", (unsigned)m->id), *what = what_text(m), *state = app_mail_text(m);
	return g_strdup_printf(
		"%-6s %-7s %s: %s: %s", id, mail_state_names[m->state], batch_label(b, account), what, state);
}

void batch_mails_list(struct batch *b, int account, const GPtrArray *mails, bool all)
{
	for (unsigned i = 0; i < mails->len; i++) {
		const struct store_mail *m = mails->pdata[i];
		if (!all && m->state == MAIL_DROPPED)
			continue;
		struct json *j = request_record(b, account, m);
		g_autofree char *text = line_of(b, account, m);
		batch_record(b, j, text);
		json_free(j);
	}
}

static char *path_of(const struct batch *b, const struct store_mail *m)
{
	g_autofree char *dir = app_state_dir(b->cfg);
	return m->path ? g_build_filename(dir, "spool", m->path, NULL) : NULL;
}

static struct json *rcpts_of(const struct store_mail *m)
{
	struct json *all = json_array();
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		struct json *j = json_object();
		json_add(j, "addr", json_string(r->addr));
		json_add(j, "state", json_string(mail_state_names[r->state]));
		json_add(j, "code", r->code ? json_number(r->code) : json_null());
		json_add(j, "text", json_string(r->text));
		json_push(all, j);
	}
	return all;
}

static struct json *dialogue_of(const struct store_mail *m)
{
	struct json *all = json_array();
	g_auto(GStrv) lines = g_strsplit(m->dialogue ? m->dialogue : "", "\n", -1);
	for (char **line = lines; *line; line++)
		if (**line)
			json_push(all, json_string(*line));
	return all;
}

static void add_rcpts(GString *out, const struct store_mail *m)
{
	for (unsigned i = 0; i < m->rcpts->len; i++) {
		const struct store_rcpt *r = m->rcpts->pdata[i];
		g_autofree char *words = r->text ? utf8_line(str_of(r->text)) : NULL;
		g_autofree char *said = r->code ? g_strdup_printf(" (%d %s)", r->code, words ? words : "") : NULL;
		g_string_append_printf(out, "  %s: %s%s\n", r->addr, mail_state_names[r->state], said ? said : "");
	}
}

static void show(struct batch *b, int account, const struct store_mail *m)
{
	struct json *j = request_record(b, account, m);
	g_autofree char *line = line_of(b, account, m), *words = batch_mail_words(m), *path = path_of(b, m);
	g_autofree char *made = app_date_time(m->made);
	g_autoptr(GString) out = g_string_new(line);
	const char *hint = app_mail_hint(m);
	json_add(j, "made", json_date(m->made));
	json_add(j, "recipients", rcpts_of(m));
	json_add(j, "letter", batch_mail_record(b, account, m, mail_state_names[m->state], NULL));
	json_add(j, "path", json_string(path));
	json_add(j, "dialogue", dialogue_of(m));
	g_string_append_c(out, '\n');
	g_string_append_printf(out, _("written %s, Message-ID <%s>"), made, m->msgid);
	g_string_append_c(out, '\n');
	add_rcpts(out, m);
	g_string_append(out, words);
	if (m->error)
		g_string_append_printf(out, "%s\n", m->error);
	if (path)
		g_string_append_printf(out, _("its text: boxwood show %s\n"), path);
	if (hint)
		g_string_append_printf(out, "%s\n", hint);
	if (m->dialogue)
		g_string_append_printf(
			out, "%s\n%s", _("what was said last (C: Boxwood, S: the server):"), m->dialogue);
	g_string_truncate(out, out->len - 1);
	batch_record(b, j, out->str);
	json_free(j);
}

/* --- handling --- */

static struct store_mail *find(struct batch *b, uint32_t id, int *account_out, struct err *e)
{
	for (unsigned k = 0; k < b->cfg->accounts->len; k++) {
		g_autoptr(GPtrArray) all = batch_mails(b, (int)k, true, e);
		for (unsigned i = 0; all && i < all->len; i++) {
			const struct store_mail *m = all->pdata[i];
			if (m->id != id)
				continue;
			*account_out = (int)k;
			return g_ptr_array_steal_index(all, i);
		}
		if (!all)
			return NULL;
	}
	err_set(e, ERR_MESSAGE, ERR_MISSING, ERR_NEVER, _("there is no 'm%u' in the outbox"), (unsigned)id);
	return NULL;
}

static struct request *about(enum request_type type, int account, uint32_t id)
{
	struct request *r = request_new(type, 0, account);
	r->answers = id;
	return r;
}

static void drop(struct batch *b, int account, const struct store_mail *m)
{
	g_autofree char *path = path_of(b, m), *where = g_strdup_printf(_("its text: boxwood show %s\n"), path);
	batch_mail_request(b, about(REQ_MAIL_DROP, account, m->id), true, BATCH_CACHE_MS);
	if (b->code == EXIT_CODE_OK && !batch_wants_json(b))
		batch_note(b, _("Taken back."));
	if (b->code == EXIT_CODE_OK && path)
		batch_note(b, g_strchomp(where));
}

/* Two of it may come of one that may have been sent: without somebody to ask it stays. */
static void retry(struct batch *b, int account, const struct store_mail *m)
{
	struct request *r = about(REQ_MAIL_RETRY, account, m->id);
	r->yes = m->state == MAIL_MAYBE && b->tty &&
		 batch_confirm(b, _("It may have been sent already. Send it again, perhaps twice?"));
	if (m->state == MAIL_MAYBE && b->tty && !r->yes) {
		request_free(r);
		return;
	}
	batch_mail_request(b, r, false, RETRY_MS);
}

int batch_mail_verb(struct batch *b, const char *verb, uint32_t id, struct err *e)
{
	int account = -1;
	struct store_mail *m = find(b, id, &account, e);
	if (!m)
		return -1;
	if (!strcmp(verb, "show"))
		show(b, account, m);
	else if (!strcmp(verb, "drop"))
		drop(b, account, m);
	else if (!strcmp(verb, "hold"))
		batch_mail_request(b, about(REQ_MAIL_HOLD, account, id), true, BATCH_CACHE_MS);
	else
		retry(b, account, m);
	store_mail_free(m);
	return 0;
}

void batch_mails_flush(struct batch *b, int account, bool due_only)
{
	const struct cfg_account *a = b->cfg->accounts->pdata[account];
	struct request *r;
	if (!a->smtp && !a->sendmail)
		return;
	r = request_new(REQ_POST, 0, account);
	r->whole = !due_only;
	batch_mail_request(b, r, false, FLUSH_MS);
}

/* --- what is due --- */

static bool leaves_by_itself(const struct store_mail *m)
{
	return m->state == MAIL_QUEUED || m->state == MAIL_DEFERRED || (m->state == MAIL_HELD && m->due);
}

int64_t batch_mail_due(struct batch *b, int account)
{
	struct err e = ERR_INIT;
	g_autoptr(GPtrArray) open = batch_mails(b, account, false, &e);
	int64_t now = clock_wall(), first = -1;
	for (unsigned i = 0; open && i < open->len; i++) {
		const struct store_mail *m = open->pdata[i];
		int64_t left = m->due > now ? m->due - now : 0;
		if (leaves_by_itself(m) && (first < 0 || left < first))
			first = left;
	}
	err_clear(&e);
	return first;
}

uint32_t batch_mail_newest(struct batch *b, int64_t since, int *account_out)
{
	uint32_t newest = 0;
	for (unsigned k = 0; k < b->cfg->accounts->len; k++) {
		struct err e = ERR_INIT;
		g_autoptr(GPtrArray) open = batch_mails(b, (int)k, false, &e);
		for (unsigned i = 0; open && i < open->len; i++) {
			const struct store_mail *m = open->pdata[i];
			if (m->state != MAIL_HELD || m->made < since || m->id <= newest)
				continue;
			newest = m->id;
			*account_out = (int)k;
		}
		err_clear(&e);
	}
	return newest;
}
