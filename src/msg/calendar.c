/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendars as mail carries them: events, who is invited, and what is asked of them. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define DEPTH_MAX 20
#define ZONES_MAX 100
#define DATES_MAX 1000 /* further ones, or taken out, of an event */
#define ECHO_MAX 64    /* lines of an event that an answer gives back */

const char *const cal_method_names[] = { "PUBLISH", "REQUEST", "REPLY", "ADD", "CANCEL", "REFRESH", "COUNTER",
	"DECLINECOUNTER" };
const char *const cal_answer_names[] = { "NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED", "DELEGATED" };

/* --- life and death --- */

static void person_free(void *data)
{
	struct cal_person *p = data;
	if (!p)
		return;
	g_free(p->name);
	g_free(p->addr);
	g_free(p->line);
	g_free(p);
}

static void time_clear(struct cal_time *t)
{
	g_free(t->zone);
	g_free(t->text);
	*t = (struct cal_time){ 0 };
}

static void clear_time(void *t)
{
	time_clear(t);
}

static void event_free(void *data)
{
	struct cal_event *ev = data;
	g_free(ev->uid);
	g_free(ev->summary);
	g_free(ev->location);
	g_free(ev->status);
	g_free(ev->description);
	g_free(ev->comment);
	time_clear(&ev->start);
	time_clear(&ev->end);
	time_clear(&ev->recurrence_id);
	time_clear(&ev->next);
	person_free(ev->organizer);
	g_ptr_array_unref(ev->guests);
	g_ptr_array_unref(ev->echo);
	g_free(ev);
}

void msg_calendar_free(struct msg_calendar *c)
{
	if (!c)
		return;
	g_ptr_array_unref(c->events);
	g_free(c->zones);
	g_free(c->label);
	g_free(c);
}

/* --- reading --- */

enum component { IN_OTHER, IN_CALENDAR, IN_EVENT, IN_ZONE, IN_OBSERVANCE };

/* What is needed of an event only until its times are settled. */
struct loose {
	int64_t length;      /* DURATION; G_MININT64: none */
	char *rule;          /* RRULE; NULL */
	GArray *more, *less; /* struct cal_time: RDATE, EXDATE */
};

struct reading {
	struct msg_calendar *calendar;
	enum component path[DEPTH_MAX];
	unsigned depth, beyond;  /* beyond: components that are nested too deep */
	struct cal_event *event; /* NULL: none is open, or there are too many */
	GPtrArray *loose;        /* struct loose *: by event */
	int64_t now;
	unsigned work;
	GPtrArray *zones; /* struct cal_zone * */
	struct cal_zone *zone;
	GString *zone_lines;
};

static enum component inside(const struct reading *r)
{
	return r->depth && !r->beyond ? r->path[r->depth - 1] : IN_OTHER;
}

static void loose_free(void *data)
{
	struct loose *l = data;
	g_free(l->rule);
	g_array_unref(l->more);
	g_array_unref(l->less);
	g_free(l);
}

static struct loose *loose_new(void)
{
	struct loose *l = g_new0(struct loose, 1);
	l->length = G_MININT64;
	l->more = g_array_new(FALSE, FALSE, sizeof(struct cal_time));
	l->less = g_array_new(FALSE, FALSE, sizeof(struct cal_time));
	g_array_set_clear_func(l->more, clear_time);
	g_array_set_clear_func(l->less, clear_time);
	return l;
}

/* Of the event that is open. */
static struct loose *loose_of(const struct reading *r)
{
	return r->loose->pdata[r->loose->len - 1];
}

static void event_begin(struct reading *r, bool task)
{
	r->event = NULL;
	if (r->calendar->events->len >= MSG_EVENTS_MAX) {
		r->calendar->truncated = true;
		return;
	}
	r->event = g_new0(struct cal_event, 1);
	r->event->task = task;
	r->event->guests = g_ptr_array_new_with_free_func(person_free);
	r->event->echo = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(r->calendar->events, r->event);
	g_ptr_array_add(r->loose, loose_new());
}

static void zone_begin(struct reading *r)
{
	r->zone = NULL;
	if (r->zones->len >= ZONES_MAX) {
		r->calendar->truncated = true;
		return;
	}
	r->zone = cal_zone_new();
	g_ptr_array_add(r->zones, r->zone);
}

static enum component component_of(struct reading *r, struct str name)
{
	enum component at = inside(r);
	if (str_is(name, "VCALENDAR"))
		return IN_CALENDAR;
	if (at == IN_EVENT || at == IN_OBSERVANCE)
		return IN_OTHER;
	if (at == IN_ZONE && (str_is(name, "STANDARD") || str_is(name, "DAYLIGHT"))) {
		bool room = r->zone && cal_zone_observance(r->zone);
		r->calendar->truncated = r->calendar->truncated || !room;
		return room ? IN_OBSERVANCE : IN_OTHER;
	}
	if (str_is(name, "VEVENT") || str_is(name, "VTODO")) {
		event_begin(r, str_is(name, "VTODO"));
		return IN_EVENT;
	}
	if (!str_is(name, "VTIMEZONE"))
		return IN_OTHER;
	zone_begin(r);
	return IN_ZONE;
}

static void begin(struct reading *r, struct str name)
{
	if (r->beyond || r->depth == DEPTH_MAX) {
		r->beyond++;
		r->calendar->truncated = true;
		return;
	}
	enum component c = component_of(r, name);
	r->path[r->depth++] = c;
}

static void end(struct reading *r)
{
	if (r->beyond)
		r->beyond--;
	else if (r->depth)
		r->depth--;
}

static void take_text(char **to, const struct cal_content *c, bool lines)
{
	if (*to)
		return; /* the first counts */
	*to = cal_text(c->value, lines);
	if (!**to)
		g_clear_pointer(to, g_free);
}

static void take_time(struct cal_time *t, const struct cal_content *c)
{
	if (t->text)
		return;
	t->text = clean_line(c->value);
	t->zone = cal_param(c, "TZID");
}

static enum cal_answer answer_of(const struct cal_content *c)
{
	g_autofree char *word = cal_param(c, "PARTSTAT");
	for (unsigned i = 0; word && i < G_N_ELEMENTS(cal_answer_names); i++)
		if (!g_ascii_strcasecmp(word, cal_answer_names[i]))
			return (enum cal_answer)i;
	return CAL_NEEDS_ACTION;
}

static struct cal_person *person_of(const struct cal_content *c)
{
	struct cal_person *p = g_new0(struct cal_person, 1);
	g_autofree char *said = clean_line(c->value), *mail = cal_param(c, "EMAIL");
	struct str addr = str_trim(str_of(said));
	if (str_starts(addr, "mailto:"))
		addr = str_trim(str_sub(addr, strlen("mailto:")));
	bool is_addr = addr.n && memchr(addr.p, '@', addr.n) && !memchr(addr.p, ' ', addr.n);
	p->addr = is_addr ? str_dup(addr) : mail && strchr(mail, '@') ? g_steal_pointer(&mail) : NULL;
	p->name = cal_param(c, "CN");
	if (p->name && !*p->name)
		g_clear_pointer(&p->name, g_free);
	p->answer = answer_of(c);
	p->optional = cal_param_is(c, "ROLE", "OPT-PARTICIPANT") || cal_param_is(c, "ROLE", "NON-PARTICIPANT");
	p->asked = cal_param_is(c, "RSVP", "TRUE");
	p->line = utf8_line(c->whole);
	return p;
}

static void echo(struct cal_event *ev, const struct cal_content *c)
{
	if (ev->echo->len < ECHO_MAX)
		g_ptr_array_add(ev->echo, utf8_line(c->whole));
}

static void take_people(struct reading *r, const struct cal_content *c)
{
	struct cal_event *ev = r->event;
	if (str_is(c->name, "ATTENDEE")) {
		if (ev->guests->len < MSG_GUESTS_MAX)
			g_ptr_array_add(ev->guests, person_of(c));
		else
			r->calendar->truncated = true;
	} else if (!ev->organizer) {
		ev->organizer = person_of(c);
		echo(ev, c);
	}
}

/* What tells which event it is, and when. */
static bool take_identity(struct reading *r, const struct cal_content *c)
{
	struct cal_event *ev = r->event;
	uint64_t n;
	if (str_is(c->name, "UID")) {
		take_text(&ev->uid, c, false);
	} else if (str_is(c->name, "SEQUENCE")) {
		ev->sequence = str_u64(str_trim(c->value), G_MAXINT32, &n) ? (unsigned)n : 0;
	} else if (str_is(c->name, "RECURRENCE-ID")) {
		take_time(&ev->recurrence_id, c);
	} else if (str_is(c->name, "DTSTART")) {
		take_time(&ev->start, c);
	} else if (str_is(c->name, "DTEND") || (ev->task && str_is(c->name, "DUE"))) {
		take_time(&ev->end, c);
	} else if (str_is(c->name, "SUMMARY")) {
		take_text(&ev->summary, c, false);
	} else {
		return false;
	}
	echo(ev, c);
	return true;
}

/* The first rule counts. */
static void take_rule(struct reading *r, const struct cal_content *c)
{
	struct loose *l = loose_of(r);
	if (l->rule)
		r->event->rule.odd = true;
	else
		cal_rule_parse(c->value, &r->event->rule);
	if (!l->rule)
		l->rule = str_dup(c->value);
}

/* Of a period its start. */
static void take_dates(GArray *to, const struct cal_content *c)
{
	struct str rest = c->value, one, end;
	while (rest.n && to->len < DATES_MAX) {
		struct cal_time t = { 0 };
		str_cut(rest, ',', &one, &rest);
		str_cut(one, '/', &one, &end);
		t.text = clean_line(one);
		t.zone = cal_param(c, "TZID");
		g_array_append_val(to, t);
	}
}

static void take_event(struct reading *r, const struct cal_content *c)
{
	struct cal_event *ev = r->event;
	int64_t length;
	if (!ev || take_identity(r, c))
		return;
	if (str_is(c->name, "ATTENDEE") || str_is(c->name, "ORGANIZER")) {
		take_people(r, c);
	} else if (str_is(c->name, "DURATION")) {
		if (cal_duration_parse(c->value, &length))
			loose_of(r)->length = length;
		echo(ev, c);
	} else if (str_is(c->name, "RRULE")) {
		take_rule(r, c);
	} else if (str_is(c->name, "RDATE")) {
		ev->dates = ev->dates || str_trim(c->value).n;
		take_dates(loose_of(r)->more, c);
	} else if (str_is(c->name, "EXDATE")) {
		take_dates(loose_of(r)->less, c);
	} else if (str_is(c->name, "LOCATION")) {
		take_text(&ev->location, c, false);
	} else if (str_is(c->name, "STATUS")) {
		take_text(&ev->status, c, false);
	} else if (str_is(c->name, "DESCRIPTION")) {
		take_text(&ev->description, c, true);
	} else if (str_is(c->name, "COMMENT")) {
		take_text(&ev->comment, c, true);
	}
}

static void set_method(struct msg_calendar *c, struct str word)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(cal_method_names); i++) {
		if (!str_is(word, cal_method_names[i]))
			continue;
		c->has_method = true;
		c->method = (enum cal_method)i;
	}
}

static void take_calendar(struct reading *r, const struct cal_content *c)
{
	if (str_is(c->name, "METHOD") && !r->calendar->has_method)
		set_method(r->calendar, str_trim(c->value));
}

void msg_calendar_labelled(struct msg_calendar *c, const char *method)
{
	struct str word = str_trim(str_of(method));
	if (!word.n)
		return;
	if (!c->has_method)
		set_method(c, word);
	else if (!str_is(word, cal_method_names[c->method]))
		c->label = utf8_line(word);
}

static bool in_zone(const struct reading *r)
{
	for (unsigned i = 0; i < r->depth; i++)
		if (r->path[i] == IN_ZONE)
			return true;
	return false;
}

static void keep_zone_line(struct reading *r, const struct cal_content *c)
{
	g_autofree char *line = utf8_line(c->whole);
	g_string_append_printf(r->zone_lines, "%s\n", line);
}

static void take(struct reading *r, const struct cal_content *c)
{
	struct str word = str_trim(c->value);
	bool begins = str_is(c->name, "BEGIN"), ends = str_is(c->name, "END"), zone = in_zone(r);
	if (begins)
		begin(r, word);
	if (zone || in_zone(r))
		keep_zone_line(r, c);
	if (ends)
		end(r);
	if (begins || ends)
		return;
	switch (inside(r)) {
	case IN_CALENDAR: take_calendar(r, c); break;
	case IN_EVENT: take_event(r, c); break;
	case IN_ZONE:
		if (r->zone && str_is(c->name, "TZID"))
			cal_zone_name(r->zone, clean_line(c->value));
		break;
	case IN_OBSERVANCE: cal_zone_property(r->zone, c->name, c->value); break;
	case IN_OTHER: break;
	}
}

/* --- times, once every zone is known --- */

static const struct cal_zone *find_zone(const struct reading *r, const char *name)
{
	for (guint i = 0; i < r->zones->len; i++)
		if (!strcmp(cal_zone_named(r->zones->pdata[i]), name))
			return r->zones->pdata[i];
	return NULL;
}

static void wall_settle(struct reading *r, struct cal_time *t, struct cal_wall wall)
{
	int seconds = 0;
	t->known = true;
	t->day = wall.day;
	t->epoch = wall.s;
	if (wall.day || wall.utc)
		return;
	const struct cal_zone *z = t->zone ? find_zone(r, t->zone) : NULL;
	r->work += z ? cal_zone_work(z) : 1;
	bool known =
		(z && cal_zone_offset(z, wall.s, &seconds)) || (t->zone && cal_zone_known(t->zone, wall.s, &seconds));
	t->floating = !known;
	if (t->floating)
		seconds = cal_zone_here(wall.s);
	t->epoch -= seconds;
	t->offset = known ? seconds / 60 : 0;
}

static void time_settle(struct reading *r, struct cal_time *t)
{
	struct cal_wall wall;
	if (t->text && cal_wall_parse(str_of(t->text), &wall))
		wall_settle(r, t, wall);
}

/* --- the next of what repeats --- */

static bool is_among(const GArray *times, int64_t epoch)
{
	for (guint i = 0; i < times->len; i++) {
		const struct cal_time *t = &g_array_index(times, struct cal_time, i);
		if (t->known && t->epoch == epoch)
			return true;
	}
	return false;
}

static void offer_next(const struct reading *r, struct cal_event *ev, const struct loose *l, const struct cal_time *t)
{
	if (!t->known || t->epoch < r->now || is_among(l->less, t->epoch) ||
		(ev->next.known && ev->next.epoch <= t->epoch))
		return;
	time_clear(&ev->next);
	ev->next = *t;
	ev->next.zone = g_strdup(t->zone);
	ev->next.text = NULL;
}

static void next_by_rule(struct reading *r, struct cal_event *ev, const struct loose *l)
{
	struct cal_wall wall;
	int64_t at, offset = 0;
	if (!l->rule || !cal_wall_parse(str_of(ev->start.text), &wall))
		return;
	if (!wall.day && !wall.utc)
		offset = wall.s - ev->start.epoch;
	struct cal_dates *d = cal_dates_new(str_of(l->rule), wall, (int)offset, &r->work);
	cal_dates_skip(d, r->now + offset);
	while (!ev->next.known && r->work <= CAL_WORK_MAX && cal_dates_next(d, &at)) {
		struct cal_time t = { .zone = ev->start.zone };
		/* Cheap before dear: an hour or two that the zone moves do not matter here. */
		if (at < r->now + offset - 86400)
			continue;
		wall.s = at;
		wall_settle(r, &t, wall);
		offer_next(r, ev, l, &t);
	}
	cal_dates_free(d);
}

static void settle_all(struct reading *r, GArray *times)
{
	for (guint i = 0; i < times->len && r->work <= CAL_WORK_MAX; i++)
		time_settle(r, &g_array_index(times, struct cal_time, i));
}

static void next_settle(struct reading *r, struct cal_event *ev, struct loose *l)
{
	if (!ev->start.known || (!l->rule && !l->more->len))
		return;
	settle_all(r, l->more);
	settle_all(r, l->less);
	/* Without knowing all that is taken out none is the next. */
	if (r->work > CAL_WORK_MAX)
		return;
	next_by_rule(r, ev, l);
	offer_next(r, ev, l, &ev->start);
	for (guint i = 0; i < l->more->len; i++)
		offer_next(r, ev, l, &g_array_index(l->more, struct cal_time, i));
	ev->over = !ev->next.known && r->work <= CAL_WORK_MAX && ev->rule.freq != CAL_OFTEN;
}

static void event_settle(struct reading *r, struct cal_event *ev, struct loose *l)
{
	time_settle(r, &ev->start);
	time_settle(r, &ev->end);
	time_settle(r, &ev->recurrence_id);
	next_settle(r, ev, l);
	if (!ev->start.known || ev->end.known)
		return;
	if (l->length == G_MININT64 && !ev->start.day)
		return;
	time_clear(&ev->end);
	ev->end = ev->start;
	ev->end.zone = g_strdup(ev->start.zone);
	ev->end.text = NULL;
	ev->end.epoch += l->length != G_MININT64 ? MAX(l->length, 0) : 86400;
}

struct msg_calendar *msg_calendar_parse(struct str octets, const char *charset, int64_t now)
{
	struct reading r = { .calendar = g_new0(struct msg_calendar, 1), .now = now };
	struct buf lines;
	struct cal_content c;
	size_t n;
	r.calendar->events = g_ptr_array_new_with_free_func(event_free);
	r.calendar->truncated = octets.n > MSG_CALENDAR_MAX;
	octets.n = MIN(octets.n, MSG_CALENDAR_MAX);
	r.loose = g_ptr_array_new_with_free_func(loose_free);
	r.zones = g_ptr_array_new_with_free_func(cal_zone_free);
	r.zone_lines = g_string_new(NULL);
	buf_init(&lines, MSG_CALENDAR_MAX);
	cal_unfold(octets, &lines);
	g_autofree char *text = msg_to_utf8(buf_str(&lines), charset, &n);
	struct str rest = { text, n };
	if (str_starts(rest, BYTE_ORDER_MARK))
		rest = str_sub(rest, strlen(BYTE_ORDER_MARK));
	while (cal_content_next(&rest, &c))
		take(&r, &c);
	for (guint i = 0; i < r.calendar->events->len; i++)
		event_settle(&r, r.calendar->events->pdata[i], r.loose->pdata[i]);
	r.calendar->zones = g_string_free(r.zone_lines, FALSE);
	g_ptr_array_unref(r.zones);
	g_ptr_array_unref(r.loose);
	buf_clear(&lines);
	if (r.calendar->events->len)
		return r.calendar;
	msg_calendar_free(r.calendar);
	return NULL;
}

const struct cal_person *cal_event_guest(const struct cal_event *ev, const char *addr)
{
	for (guint i = 0; addr && i < ev->guests->len; i++) {
		const struct cal_person *p = ev->guests->pdata[i];
		if (p->addr && !g_ascii_strcasecmp(p->addr, addr))
			return p;
	}
	return NULL;
}

bool msg_is_calendar(const char *type)
{
	return !strcmp(type, "text/calendar") || !strcmp(type, "application/ics");
}

struct msg_part *msg_calendar_part(struct msg_part *root)
{
	struct msg_part *found = part_outside(root, "text/calendar");
	return found ? found : part_outside(root, "application/ics");
}
