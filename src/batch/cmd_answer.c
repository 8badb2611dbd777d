/* SPDX-License-Identifier: GPL-3.0-or-later */
/* answer: what a message asks. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

#define UNSUBSCRIBE_MS 70000

struct question {
	struct batch *batch;
	struct place *place;
	struct engine_message *message;
};

/* Takes draft. */
static void send_it(struct question *q, const struct app_from *from, struct draft *draft, bool receipt, bool is_answer)
{
	struct batch *b = q->batch;
	struct store_place at = { q->place->row->folder, q->place->uid, q->place->local };
	struct engine_post *p = app_answer_post(
		b->cfg, draft, receipt, is_answer ? at : (struct store_place){ 0 }, q->place->account, 0);
	p->key = g_strdup(cli_value(b->cli, CLI_KEY));
	p->queue = cli_has(b->cli, CLI_QUEUE);
	p->dry_run = cli_has(b->cli, CLI_DRY_RUN);
	batch_post(b, from->account, p);
}

static int answer_invitation(struct question *q, enum cal_answer answer, struct err *e)
{
	struct app_from from;
	struct draft *draft = NULL;
	int failed = app_answer_invitation(q->batch->cfg, q->place->account, q->message, answer, &from, &draft, e);
	if (!failed)
		send_it(q, &from, draft, false, true);
	app_from_clear(&from);
	return failed;
}

static int send_receipt(struct question *q, struct err *e)
{
	struct app_from from;
	struct draft *draft = NULL;
	if (q->place->row->flags & MSG_MDNSENT)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("a receipt was sent already"));
	int failed = app_answer_receipt(q->batch->cfg, q->place->account, q->message, &from, &draft, e);
	if (!failed)
		send_it(q, &from, draft, true, true);
	app_from_clear(&from);
	return failed;
}

/* --- lists --- */

static void print_left(struct question *q, const struct app_leaving *l, const char *status)
{
	struct batch *b = q->batch;
	g_autofree char *id = batch_place_id(b, q->place);
	struct json *j = json_record("change");
	json_add(j, "op", json_string("unsubscribe"));
	json_add(j, "id", json_string(id));
	json_add(j, "status", json_string(status));
	json_add(j, "target", json_string(l->url));
	json_add(j, "moved_to", json_null());
	json_add(j, "error", json_null());
	batch_record(b, j, l->url);
	json_free(j);
}

static int leave_at_once(struct question *q, const struct app_leaving *l, struct err *e)
{
	struct batch *b = q->batch;
	struct request *r = request_new(REQ_UNSUBSCRIBE, 0, q->place->account);
	r->path = g_strdup(l->url);
	if (batch_ask(b, r, NULL, NULL, UNSUBSCRIBE_MS, e))
		return -1;
	print_left(q, l, "done");
	return 0;
}

static int leave_by_letter(struct question *q, const struct app_leaving *l, struct err *e)
{
	struct app_from from = { 0 };
	struct draft *draft = NULL;
	int failed = app_leaving_letter(q->batch->cfg, q->place->account, q->message->head, l, &from, &draft, e);
	if (!failed) {
		g_autofree char *told = g_strdup_printf(_("a letter to %s asks to leave the list"), l->host);
		batch_note(q->batch, told);
		send_it(q, &from, draft, false, false);
	}
	app_from_clear(&from);
	return failed;
}

static int leave(struct question *q, const struct app_leaving *l, struct err *e)
{
	struct batch *b = q->batch;
	g_autofree char *question = app_leaving_question(l, q->message->head);
	if (l->how == LEAVE_NONE)
		return err_set(
			e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("the message does not say how to leave the list"));
	if (l->how == LEAVE_PAGE)
		return err_set(e, ERR_MESSAGE, ERR_LACKING, ERR_NEVER, _("the list is left on a page: %s"), l->url);
	if (l->how == LEAVE_POST && cli_has(b->cli, CLI_DRY_RUN)) {
		print_left(q, l, "dry-run");
		return 0;
	}
	if (l->trust != TRUST_YES && l->how == LEAVE_POST)
		batch_note(b, _("nobody vouches that the list says so itself"));
	if (!cli_has(b->cli, CLI_DRY_RUN) && !batch_confirm(b, question))
		return err_set(e, ERR_PROGRAM, ERR_CANCELED, ERR_NOW, "canceled");
	return l->how == LEAVE_POST ? leave_at_once(q, l, e) : leave_by_letter(q, l, e);
}

static int unsubscribe(struct question *q, struct err *e)
{
	struct app_leaving l;
	app_leaving_of(q->batch->cfg, q->place->account, q->message->head, &l);
	int failed = leave(q, &l, e);
	app_leaving_clear(&l);
	return failed;
}

static int answer(struct question *q, const char *word, struct err *e)
{
	if (!strcmp(word, "accept"))
		return answer_invitation(q, CAL_ACCEPTED, e);
	if (!strcmp(word, "tentative"))
		return answer_invitation(q, CAL_TENTATIVE, e);
	if (!strcmp(word, "decline"))
		return answer_invitation(q, CAL_DECLINED, e);
	return !strcmp(word, "receipt") ? send_receipt(q, e) : unsubscribe(q, e);
}

static bool is_answer(const char *word)
{
	static const char *const words[] = { "accept", "tentative", "decline", "receipt", "unsubscribe", NULL };
	return g_strv_contains(words, word);
}

int cmd_answer(struct batch *b)
{
	struct question q = { .batch = b };
	struct err e = ERR_INIT;
	const char *id = b->cli->args->pdata[0], *word = b->cli->args->pdata[1];
	if (!is_answer(word))
		err_set(&e, ERR_PROGRAM, ERR_USAGE, ERR_NEVER, _("'%s' is no answer: %s"), word, b->cli->verb->args);
	else
		q.place = batch_place_find(b, id, &e);
	if (q.place)
		q.message = batch_message(b, q.place, &e);
	if (!q.message || answer(&q, word, &e))
		batch_error(b, q.place ? batch_label(b, q.place->account) : NULL, &e);
	engine_message_free(q.message);
	batch_place_free(q.place);
	err_clear(&e);
	return b->code;
}
