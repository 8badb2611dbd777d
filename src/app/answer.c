/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Answers that are one key long: to an invitation, and that a message was read. */
#include "app/app.h"

#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"

#define RECEIPTS_MAX 10

/* --- invitations --- */

static const struct cal_person *guest_of(const struct msg_calendar *c, const char *addr)
{
	const struct cal_person *p = NULL;
	for (guint i = 0; i < c->events->len && !p; i++)
		p = cal_event_guest(c->events->pdata[i], addr);
	return p;
}

static const struct cal_person *any_of_mine(const struct cfg *cfg, const struct msg_calendar *c)
{
	for (guint i = 0; i < c->events->len; i++) {
		const struct cal_event *ev = c->events->pdata[i];
		for (guint k = 0; k < ev->guests->len; k++) {
			const struct cal_person *p = ev->guests->pdata[k];
			if (p->addr && app_is_mine(cfg, p->addr))
				return p;
		}
	}
	return NULL;
}

const struct cal_person *app_invited(const struct cfg *cfg, int account, const struct engine_message *m)
{
	const struct msg_calendar *c = m->calendar;
	const struct cal_person *p = NULL;
	struct app_from from = { 0 };
	if (!c || !c->has_method || c->method != CAL_REQUEST)
		return NULL;
	/* Of several the one the letter came to. */
	if (account >= 0)
		app_from_choose(cfg, account, m->head, &from);
	if (from.addr && app_is_mine(cfg, from.addr->addr))
		p = guest_of(c, from.addr->addr);
	app_from_clear(&from);
	return p ? p : any_of_mine(cfg, c);
}

static char *subject_of(enum cal_answer answer, const char *summary)
{
	switch (answer) {
	case CAL_ACCEPTED: return g_strdup_printf(_("Accepted: %s"), summary);
	case CAL_TENTATIVE: return g_strdup_printf(_("Tentatively accepted: %s"), summary);
	default: return g_strdup_printf(_("Declined: %s"), summary);
	}
}

static char *text_of(enum cal_answer answer, const char *who, const struct cal_event *ev)
{
	g_autofree char *when = app_event_time(ev), *says = NULL;
	switch (answer) {
	case CAL_ACCEPTED: says = g_strdup_printf(_("%s accepts the invitation."), who); break;
	case CAL_TENTATIVE: says = g_strdup_printf(_("%s accepts the invitation tentatively."), who); break;
	default: says = g_strdup_printf(_("%s declines the invitation."), who); break;
	}
	return g_strdup_printf("%s\n\n%s\n%s\n", says, ev->summary ? ev->summary : "", when);
}

static const struct cal_event *event_with(const struct msg_calendar *c, const struct cal_person *p)
{
	for (guint i = 0; i < c->events->len; i++)
		if (g_ptr_array_find(((const struct cal_event *)c->events->pdata[i])->guests, p, NULL))
			return c->events->pdata[i];
	return c->events->pdata[0];
}

int app_answer_invitation(const struct cfg *cfg, int account, const struct engine_message *m, enum cal_answer answer,
	struct app_from *from, struct draft **draft, struct err *e)
{
	const struct cal_person *me = app_invited(cfg, account, m);
	*from = (struct app_from){ 0 };
	if (!m->calendar || !m->calendar->has_method || m->calendar->method != CAL_REQUEST)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("the message is no invitation"));
	if (!me)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("none of your addresses is invited"));
	const struct cal_event *ev = event_with(m->calendar, me);
	if (!ev->organizer || !ev->organizer->addr)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("the invitation says nobody to answer to"));
	if (app_from_typed(cfg, account, me->addr, from, e))
		return -1;
	const char *summary = ev->summary ? ev->summary : _("(no subject)");
	struct msg_addr to = { ev->organizer->name, ev->organizer->addr };
	g_autofree char *subject = subject_of(answer, summary), *text = text_of(answer, msg_addr_short(from->addr), ev);
	struct answer a = { from->addr, &to, subject, text, m->head->message_id };
	*draft = draft_invitation_answer(&a, m->calendar, me->addr, answer, clock_wall());
	return 0;
}

/* --- receipts --- */

GPtrArray *app_receipt_to(const struct msg_head *head)
{
	const char *value = msg_head_get(head, "Disposition-Notification-To");
	GPtrArray *addrs = value ? msg_addrs_parse(str_of(value)) : NULL;
	bool any = false;
	for (guint i = 0; addrs && i < addrs->len; i++)
		any = any || ((const struct msg_addr *)addrs->pdata[i])->addr;
	if (any && addrs->len <= RECEIPTS_MAX)
		return addrs;
	if (addrs)
		g_ptr_array_unref(addrs);
	return NULL;
}

int app_answer_receipt(const struct cfg *cfg, int account, const struct engine_message *m, struct app_from *from,
	struct draft **draft, struct err *e)
{
	g_autoptr(GPtrArray) to = app_receipt_to(m->head);
	*from = (struct app_from){ 0 };
	if (!to)
		return err_set(e, ERR_MESSAGE, ERR_INPUT, ERR_NEVER, _("nobody asks for a receipt"));
	app_from_choose(cfg, account, m->head, from);
	g_autofree char *when = app_date_head(m->head);
	g_autofree char *subject = g_strdup_printf(_("Read: %s"), m->head->subject);
	g_autofree char *text = g_strdup_printf(
		_("Your letter of %s to %s was displayed. That does not say that it was read or understood.\n"), when,
		from->addr->addr);
	struct answer a = { from->addr, to->pdata[0], subject, text, m->head->message_id };
	*draft = draft_receipt(&a, msg_head_get(m->head, "Original-Recipient"));
	for (guint i = 1; i < to->len; i++) {
		const struct msg_addr *other = to->pdata[i];
		if (other->addr)
			g_ptr_array_add((*draft)->bcc, msg_addr_new(NULL, other->addr));
	}
	return 0;
}

struct engine_post *app_answer_post(
	const struct cfg *cfg, struct draft *draft, bool receipt, struct store_place parent, int account, unsigned hold)
{
	struct engine_post *p = engine_post_new(draft);
	/* Nothing is to come back of a receipt (RFC 8098 3). */
	p->sender = receipt ? g_strdup("") : NULL;
	p->keep_bcc = cfg->options.sent_bcc;
	p->hold = hold;
	if (parent.folder)
		p->parent = (struct engine_parent){
			.account = account, .place = parent, .flag = receipt ? MSG_MDNSENT : MSG_ANSWERED
		};
	return p;
}
