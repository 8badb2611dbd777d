/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invitations in words: what, when here and where it is, where, who, and what is asked. */
#include "app/app.h"

#include <string.h>

#include "app/internal.h"
#include "base/clock.h"
#include "base/i18n.h"

#define GUESTS_SHOWN 12
#define EVENTS_SHOWN 10
#define DAY_S 86400
#define A_SUNDAY (INT64_C(3) * DAY_S) /* since 1970 */

/* --- when --- */

static char *day_text(GDateTime *t)
{
	return g_date_time_format(t, app_date_iso() ? "%Y-%m-%d" : "%a %d %b %Y");
}

static char *span_text(GDateTime *from, GDateTime *to)
{
	g_autofree char *day = day_text(from), *begin = g_date_time_format(from, "%H:%M");
	if (!to || !g_date_time_compare(from, to))
		return g_strdup_printf("%s %s", day, begin);
	g_autofree char *last = day_text(to), *end = g_date_time_format(to, "%H:%M");
	if (!strcmp(day, last))
		return g_strdup_printf("%s %s-%s", day, begin, end);
	return g_strdup_printf("%s %s - %s %s", day, begin, last, end);
}

static char *days_text(const struct cal_event *ev)
{
	g_autoptr(GDateTime) from = g_date_time_new_from_unix_utc(ev->start.epoch);
	int64_t last = ev->end.known ? ev->end.epoch - (ev->end.day ? DAY_S : 0) : ev->start.epoch;
	g_autoptr(GDateTime) to = g_date_time_new_from_unix_utc(MAX(last, ev->start.epoch));
	if (!from || !to)
		return g_strdup("");
	g_autofree char *begin = day_text(from), *end = day_text(to);
	return strcmp(begin, end) ? g_strdup_printf("%s - %s", begin, end) : g_strdup(begin);
}

char *app_event_time(const struct cal_event *ev)
{
	const struct cal_time *start = ev->start.known ? &ev->start : &ev->end;
	if (!start->known)
		return g_strdup(start->text ? start->text : "");
	if (start->day)
		return days_text(ev);
	g_autoptr(GDateTime) from = g_date_time_new_from_unix_local(start->epoch);
	g_autoptr(GDateTime) to = ev->end.known ? g_date_time_new_from_unix_local(ev->end.epoch) : NULL;
	return from ? span_text(from, to) : g_strdup("");
}

char *app_event_time_there(const struct cal_event *ev)
{
	const struct cal_time *t = &ev->start;
	g_autoptr(GDateTime) here = t->known && !t->day ? g_date_time_new_from_unix_local(t->epoch) : NULL;
	if (!here || t->floating || !t->zone ||
		g_date_time_get_utc_offset(here) / (60 * G_TIME_SPAN_SECOND) == t->offset)
		return NULL;
	g_autoptr(GDateTime) from = g_date_time_new_from_unix_utc(t->epoch + (int64_t)t->offset * 60);
	g_autoptr(GDateTime) to =
		ev->end.known ? g_date_time_new_from_unix_utc(ev->end.epoch + (int64_t)ev->end.offset * 60) : NULL;
	g_autofree char *there = from ? span_text(from, to) : NULL;
	return there ? g_strdup_printf(_("%s in %s"), there, t->zone) : NULL;
}

/* --- how often --- */

static char *weekday_name(unsigned day)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_utc(A_SUNDAY + (int64_t)day * DAY_S);
	return g_date_time_format(t, "%A");
}

static char *weekdays_text(unsigned days)
{
	GString *out = g_string_new(NULL);
	for (unsigned i = 0; i < 7; i++) {
		unsigned day = (i + 1) % 7; /* Monday comes first */
		if (!(days & (1u << day)))
			continue;
		g_autofree char *name = weekday_name(day);
		g_string_append_printf(out, "%s%s", out->len ? ", " : "", name);
	}
	return g_string_free(out, FALSE);
}

static const char *nth_text(int week)
{
	switch (week) {
	case 1: return _("on the first %s");
	case 2: return _("on the second %s");
	case 3: return _("on the third %s");
	case 4: return _("on the fourth %s");
	case 5: return _("on the fifth %s");
	case -1: return _("on the last %s");
	default: return NULL;
	}
}

static char *base_text(const struct cal_rule *r)
{
	switch (r->freq) {
	case CAL_DAILY: return g_strdup_printf(P_("every day", "every %u days", r->interval), r->interval);
	case CAL_WEEKLY: return g_strdup_printf(P_("every week", "every %u weeks", r->interval), r->interval);
	case CAL_MONTHLY: return g_strdup_printf(P_("every month", "every %u months", r->interval), r->interval);
	case CAL_YEARLY: return g_strdup_printf(P_("every year", "every %u years", r->interval), r->interval);
	default: return g_strdup(_("often, by a rule of its own"));
	}
}

/* Translators put the name of a weekday in place of %s. */
static void add_days(GString *out, const struct cal_rule *r)
{
	g_autofree char *days = r->weekdays ? weekdays_text(r->weekdays) : NULL;
	const char *nth = r->week ? nth_text(r->week) : NULL;
	if (r->odd) {
		g_string_append_printf(out, ", %s", _("by a rule with more to it"));
	} else if (days && nth) {
		g_string_append_c(out, ' ');
		GString *with = g_string_new(nth);
		g_string_replace(with, "%s", days, 1);
		g_string_append(out, with->str);
		g_string_free(with, TRUE);
	} else if (days && !r->week) {
		g_string_append_c(out, ' ');
		g_string_append_printf(out, _("on %s"), days);
	} else if (r->monthday) {
		g_string_append_c(out, ' ');
		g_string_append_printf(out, _("on day %d of the month"), r->monthday);
	}
}

char *app_event_repeats(const struct cal_rule *r)
{
	if (r->freq == CAL_NEVER)
		return NULL;
	g_autofree char *base = base_text(r);
	GString *out = g_string_new(base);
	add_days(out, r);
	if (r->count)
		g_string_append_printf(out, P_(", %u time", ", %u times", r->count), r->count);
	g_autoptr(GDateTime) until = r->until ? g_date_time_new_from_unix_utc(r->until) : NULL;
	g_autofree char *last = until ? day_text(until) : NULL;
	if (last)
		g_string_append_printf(out, _(", until %s"), last);
	return g_string_free(out, FALSE);
}

/* --- who --- */

static const char *answer_text(enum cal_answer answer)
{
	switch (answer) {
	case CAL_ACCEPTED: return _("accepts");
	case CAL_TENTATIVE: return _("accepts tentatively");
	case CAL_DECLINED: return _("declines");
	case CAL_DELEGATED: return _("sends somebody else");
	default: return _("no answer yet");
	}
}

static char *person_text(const struct cal_person *p)
{
	if (p->name && p->addr && g_ascii_strcasecmp(p->name, p->addr))
		return g_strdup_printf("%s <%s>", p->name, p->addr);
	return g_strdup(p->addr ? p->addr : p->name ? p->name : "?");
}

static void add_guests(GPtrArray *card, const struct cal_event *ev)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < MIN(ev->guests->len, GUESTS_SHOWN); i++) {
		const struct cal_person *p = ev->guests->pdata[i];
		g_autofree char *who = person_text(p);
		g_string_append_printf(out, "%s%s (%s)", i ? ", " : "", who, answer_text(p->answer));
	}
	if (ev->guests->len > GUESTS_SHOWN) {
		guint more = ev->guests->len - GUESTS_SHOWN;
		g_string_append_printf(out, P_(", and %u more", ", and %u more", more), more);
	}
	if (ev->guests->len)
		card_add(card, CARD_LINE, _("Who"), g_string_free(out, FALSE));
	else
		g_string_free(out, TRUE);
}

/* --- the card --- */

static char *answer_head(const struct cal_event *ev, const char *summary)
{
	const struct cal_person *p = ev->guests->len ? ev->guests->pdata[0] : NULL;
	if (!p)
		return g_strdup_printf(_("Answer: %s"), summary);
	g_autofree char *who = person_text(p);
	return g_strdup_printf(_("%s: %s: %s"), who, answer_text(p->answer), summary);
}

static char *head_text(const struct msg_calendar *c, const struct cal_event *ev)
{
	const char *summary = ev->summary ? ev->summary : _("(no subject)");
	bool canceled = ev->status && !g_ascii_strcasecmp(ev->status, "CANCELLED");
	if (c->has_method && c->method == CAL_REPLY)
		return answer_head(ev, summary);
	if (canceled || (c->has_method && c->method == CAL_CANCEL))
		return g_strdup_printf(_("Canceled: %s"), summary);
	if (!c->has_method)
		return g_strdup_printf(ev->task ? _("Task: %s") : _("Event: %s"), summary);
	switch (c->method) {
	case CAL_REQUEST: return g_strdup_printf(ev->task ? _("Task for you: %s") : _("Invitation: %s"), summary);
	case CAL_COUNTER: return g_strdup_printf(_("Another time is proposed: %s"), summary);
	case CAL_DECLINECOUNTER: return g_strdup_printf(_("The time that was proposed is declined: %s"), summary);
	case CAL_ADD: return g_strdup_printf(_("Further dates: %s"), summary);
	case CAL_REFRESH: return g_strdup_printf(_("Asks for the newest version: %s"), summary);
	default: return g_strdup_printf(_("Event: %s"), summary);
	}
}

static void add_when(GPtrArray *card, const struct cal_event *ev)
{
	const struct cal_time *t = &ev->start;
	g_autofree char *here = app_event_time(ev), *there = app_event_time_there(ev),
			*often = app_event_repeats(&ev->rule);
	if (*here)
		card_add(card, CARD_LINE, _("When"), there ? g_strdup_printf("%s  (%s)", here, there) : g_strdup(here));
	if (often)
		card_add(card, CARD_LINE, _("Repeats"), g_steal_pointer(&often));
	if (ev->dates)
		card_add(card, CARD_LINE, "", g_strdup(_("Further dates are listed in the calendar.")));
	if (ev->next.known && ev->next.epoch != ev->start.epoch) {
		const struct cal_event next = { .start = ev->next };
		card_add(card, CARD_LINE, _("Next"), app_event_time(&next));
	}
	if (ev->recurrence_id.known)
		card_add(card, CARD_LINE, "", g_strdup(_("This is about one of those that repeat.")));
	if (t->text && !t->known)
		card_add(card, CARD_WARN, "", g_strdup(_("The time cannot be read.")));
	else if (t->floating && t->zone)
		card_add(card, CARD_WARN, "",
			g_strdup_printf(_("The time zone '%s' is not known: taken as yours."), t->zone));
	const struct cal_time *last = ev->end.known ? &ev->end : t;
	bool once = ev->rule.freq == CAL_NEVER && !ev->dates;
	if (last->known && last->epoch < clock_wall() && (once || ev->over))
		card_add(card, CARD_DIM, "", g_strdup(_("It is past.")));
}

/* The answer goes to the organizer, who need not be the one that wrote. */
static void add_organizer(GPtrArray *card, const struct cal_event *ev, const struct msg_head *head)
{
	if (!ev->organizer)
		return;
	card_add(card, CARD_LINE, _("By"), person_text(ev->organizer));
	const struct msg_addr *from = head->from->len ? head->from->pdata[0] : NULL;
	if (ev->organizer->addr && from && from->addr && g_ascii_strcasecmp(ev->organizer->addr, from->addr))
		card_add(card, CARD_WARN, "",
			g_strdup_printf(
				_("The letter is from %s: an answer goes to %s."), from->addr, ev->organizer->addr));
}

static void add_event(GPtrArray *card, const struct engine_message *m, const struct cal_event *ev)
{
	const struct msg_calendar *c = m->calendar;
	bool reply = c->has_method && c->method == CAL_REPLY;
	card_add(card, CARD_HEAD, "", head_text(c, ev));
	add_when(card, ev);
	if (ev->location)
		card_add(card, CARD_LINE, _("Where"), g_strdup(ev->location));
	if (reply) {
		if (ev->comment)
			card_add(card, CARD_LINE, _("Says"), g_strdup(ev->comment));
		return;
	}
	add_organizer(card, ev, m->head);
	add_guests(card, ev);
}

static void add_asked(GPtrArray *card, const struct cfg *cfg, int account, const struct engine_message *m)
{
	const struct cal_person *me = app_invited(cfg, account, m);
	if (!m->calendar->has_method || m->calendar->method != CAL_REQUEST || account < 0)
		return;
	if (me)
		card_add(card, CARD_LINE, _("Asked"),
			g_strdup_printf(_("whether %s comes (%s)"), me->addr, answer_text(me->answer)));
	else
		card_add(card, CARD_WARN, "", g_strdup(_("None of your addresses is among those invited.")));
}

void card_calendar(GPtrArray *card, const struct cfg *cfg, int account, const struct engine_message *m)
{
	const struct msg_calendar *c = m->calendar;
	for (guint i = 0; i < MIN(c->events->len, EVENTS_SHOWN); i++)
		add_event(card, m, c->events->pdata[i]);
	if (c->events->len > EVENTS_SHOWN) {
		guint more = c->events->len - EVENTS_SHOWN;
		card_add(
			card, CARD_DIM, "", g_strdup_printf(P_("and %u event more", "and %u events more", more), more));
	}
	if (c->label)
		card_add(card, CARD_WARN, "",
			g_strdup_printf(_("The message is labelled %s, but its calendar says %s: that counts."),
				c->label, cal_method_names[c->method]));
	if (c->truncated)
		card_add(card, CARD_WARN, "", g_strdup(_("The calendar is too large: not all of it was read.")));
	add_asked(card, cfg, account, m);
}
