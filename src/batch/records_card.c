/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a message tells or asks beside its text, as records and as lines. */
#include "batch/internal.h"

#include <string.h>

#include "base/i18n.h"

static struct json *time_of(const struct cal_time *t)
{
	if (!t->text && !t->known)
		return json_null();
	struct json *j = json_object();
	struct msg_date d = { t->epoch, t->offset, t->known };
	g_autofree char *at = msg_date_rfc3339(d);
	if (at && t->day)
		at[strcspn(at, "T")] = 0;
	json_add(j, "at", json_string(at));
	json_add(j, "day", json_bool(t->day));
	json_add(j, "zone", json_string(t->zone));
	json_add(j, "floating", json_bool(t->floating));
	return j;
}

static struct json *person_of(const struct cal_person *p)
{
	if (!p)
		return json_null();
	struct json *j = json_object();
	json_add(j, "name", json_string(p->name));
	json_add(j, "addr", json_string(p->addr));
	json_add(j, "answer", json_string(cal_answer_names[p->answer]));
	json_add(j, "optional", json_bool(p->optional));
	return j;
}

static struct json *event_of(const struct cal_event *ev)
{
	struct json *j = json_object(), *guests = json_array();
	g_autofree char *repeats = app_event_repeats(&ev->rule);
	for (guint i = 0; i < ev->guests->len; i++)
		json_push(guests, person_of(ev->guests->pdata[i]));
	json_add(j, "uid", json_string(ev->uid));
	json_add(j, "sequence", json_number(ev->sequence));
	json_add(j, "task", json_bool(ev->task));
	json_add(j, "summary", json_string(ev->summary));
	json_add(j, "status", json_string(ev->status));
	json_add(j, "start", time_of(&ev->start));
	json_add(j, "end", time_of(&ev->end));
	json_add(j, "repeats", json_string(repeats));
	json_add(j, "next", time_of(&ev->next));
	json_add(j, "recurrence_id", time_of(&ev->recurrence_id));
	json_add(j, "location", json_string(ev->location));
	json_add(j, "description", json_string(ev->description));
	json_add(j, "organizer", person_of(ev->organizer));
	json_add(j, "attendees", guests);
	return j;
}

static struct json *calendar_of(const struct cfg *cfg, int account, const struct engine_message *m)
{
	if (!m->calendar)
		return json_null();
	struct json *j = json_object(), *events = json_array();
	const struct cal_person *me = app_invited(cfg, account, m);
	for (guint i = 0; i < m->calendar->events->len; i++)
		json_push(events, event_of(m->calendar->events->pdata[i]));
	json_add(j, "section", json_string(m->calendar_section));
	json_add(j, "method", json_string(m->calendar->has_method ? cal_method_names[m->calendar->method] : NULL));
	json_add(j, "invited", json_string(me ? me->addr : NULL));
	json_add(j, "events", events);
	return j;
}

static struct json *report_of(const struct msg_report *r)
{
	if (!r)
		return json_null();
	struct json *j = json_object(), *rcpts = json_array();
	for (guint i = 0; i < r->rcpts->len; i++) {
		const struct msg_report_rcpt *to = r->rcpts->pdata[i];
		struct json *o = json_object();
		g_autofree char *reason = app_status_text(to->status);
		json_add(o, "addr", json_string(to->addr));
		json_add(o, "action", json_string(report_action_names[to->action]));
		json_add(o, "status", json_string(to->status));
		json_add(o, "reason", json_string(reason));
		json_add(o, "text", json_string(to->words));
		json_push(rcpts, o);
	}
	json_add(j, "msgid", json_string(r->msgid));
	json_add(j, "recipients", rcpts);
	return j;
}

static struct json *leaving_of(const struct cfg *cfg, int account, const struct msg_head *head)
{
	struct app_leaving l;
	struct json *j = NULL;
	app_leaving_of(cfg, account, head, &l);
	if (l.how != LEAVE_NONE) {
		j = json_object();
		json_add(j, "how", json_string(app_leave_names[l.how]));
		json_add(j, "url", json_string(l.url));
		json_add(j, "trust", json_string(app_trust_names[l.trust]));
		json_add(j, "signer", json_string(l.signer));
	}
	app_leaving_clear(&l);
	return j ? j : json_null();
}

static struct json *pair_of(const struct msg_authres_property *p)
{
	struct json *pair = json_array();
	json_push(pair, json_string(p->name));
	json_push(pair, json_string(p->value));
	return pair;
}

static struct json *authentication_of(const struct cfg *cfg, int account, const struct msg_head *head)
{
	const struct cfg_account *cfg_of = account >= 0 ? cfg->accounts->pdata[account] : NULL;
	struct msg_authres *a = cfg_of ? msg_authres_trusted(head, cfg_of->authservs) : NULL;
	if (!a)
		return json_null();
	struct json *j = json_object(), *results = json_array();
	for (guint i = 0; i < a->results->len; i++) {
		const struct msg_authres_result *r = a->results->pdata[i];
		struct json *o = json_object(), *properties = json_array();
		json_add(o, "method", json_string(r->method));
		json_add(o, "result", json_string(r->result));
		json_add(o, "reason", json_string(r->reason));
		for (guint k = 0; k < r->properties->len; k++)
			json_push(properties, pair_of(r->properties->pdata[k]));
		json_add(o, "properties", properties);
		json_push(results, o);
	}
	json_add(j, "server", json_string(a->server));
	json_add(j, "results", results);
	msg_authres_free(a);
	return j;
}

static struct json *vcards_of(const GPtrArray *vcards)
{
	struct json *array = json_array();
	for (guint i = 0; vcards && i < vcards->len; i++) {
		const struct msg_vcard *v = vcards->pdata[i];
		struct json *o = json_object(), *fields = json_array();
		for (guint k = 0; k < v->fields->len; k++) {
			const struct msg_vcard_field *f = v->fields->pdata[k];
			struct json *field = json_object();
			json_add(field, "name", json_string(f->name));
			json_add(field, "value", json_string(f->value));
			json_add(field, "type", json_string(f->type));
			json_push(fields, field);
		}
		json_add(o, "name", json_string(v->name));
		json_add(o, "fields", fields);
		json_push(array, o);
	}
	return array;
}

void record_card(struct json *j, const struct cfg *cfg, int account, const struct engine_message *m)
{
	g_autoptr(GPtrArray) receipt = app_receipt_to(m->head);
	json_add(j, "calendar", calendar_of(cfg, account, m));
	json_add(j, "report", report_of(m->report));
	json_add(j, "vcards", vcards_of(m->vcards));
	json_add(j, "receipt_to", json_addrs(receipt));
	json_add(j, "leave", leaving_of(cfg, account, m->head));
	json_add(j, "authentication", authentication_of(cfg, account, m->head));
}

char *text_card(const GPtrArray *card)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < card->len; i++) {
		const struct card_line *l = card->pdata[i];
		if (l->role == CARD_HEAD || *l->label)
			g_string_append_printf(out, "%s%s%s\n", l->label, *l->label ? ": " : "", l->text);
		else
			g_string_append_printf(out, "  %s%s\n", l->role == CARD_WARN ? "! " : "", l->text);
	}
	return g_string_free(out, FALSE);
}
