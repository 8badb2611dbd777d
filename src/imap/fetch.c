/* SPDX-License-Identifier: GPL-3.0-or-later */
/* FETCH (RFC 9051 7.5.2): rows, flags, structures, and parts, which are streamed while they arrive. */
#include "imap/internal.h"

#include <string.h>

#include "base/log.h"

#define EMAILID_MAX 255

/* One `BODY[section]<origin> value`. */
struct body_item {
	struct str section;
	uint64_t origin;
	struct str octets;
	bool nil;
};

struct fetched {
	uint32_t uid;
	unsigned has;
	uint32_t flags;
	GPtrArray *keywords; /* NULL: none */
	struct str date, header, emailid;
	uint64_t size, modseq;
	struct imap_cursor structure;
	struct body_item bodies[IMAP_BODIES_MAX];
	unsigned bodies_n;
};

/* --- which command asked --- */

static bool in_range(const struct imap_command *c, uint32_t seq, uint32_t uid)
{
	uint32_t n = c->by_uid ? uid : seq;
	if (c->set.ranges)
		return imap_set_has(&c->set, n);
	/* "n:*" always holds the last message, also when its number is below n. */
	return !c->hi || (n >= c->lo && n <= c->hi);
}

static bool was_asked(const struct imap_session *s, enum imap_kind kind, uint32_t seq, uint32_t uid)
{
	for (GList *l = s->open.head; l; l = l->next) {
		const struct imap_command *c = l->data;
		if (c->kind == kind && c->number && in_range(c, seq, uid))
			return true;
	}
	return false;
}

static bool asks_section(struct imap_command *c, struct str section)
{
	for (c->at = 0; c->sections[c->at]; c->at++)
		if (str_is(section, c->sections[c->at]))
			return true;
	return false;
}

/* The open command that waits for this part, which is at hand then; uid 0: of any message, if only one fits. */
static struct imap_command *find_part(struct imap_session *s, struct str section, uint64_t origin, uint32_t uid)
{
	struct imap_command *found = NULL;
	for (GList *l = s->open.head; l; l = l->next) {
		struct imap_command *c = l->data;
		bool waits = c->kind == KIND_PART && c->number && !c->answered && c->offset == origin;
		if (!waits || !asks_section(c, section) || (uid && !in_range(c, 0, uid)))
			continue;
		if (!uid && (found || c->set.ranges))
			return NULL;
		found = c;
		if (uid)
			break;
	}
	if (found && found->set.ranges)
		found->lo = uid;
	return found;
}

/* --- item names --- */

/* `NAME` or `NAME[section]<origin>`. */
static bool item_name(struct imap_cursor *c, struct str *name, struct body_item *body)
{
	const char *start = c->p;
	bool quoted = false;
	*body = (struct body_item){ 0 };
	while (c->p < c->end && *c->p != ' ' && *c->p != '(' && *c->p != ')' && *c->p != '[')
		c->p++;
	*name = (struct str){ start, (size_t)(c->p - start) };
	if (!imap_eat(c, '['))
		return name->n > 0;
	start = c->p;
	while (c->p < c->end && (quoted || *c->p != ']'))
		quoted ^= *c->p++ == '"';
	body->section = (struct str){ start, (size_t)(c->p - start) };
	if (!imap_eat(c, ']'))
		return false;
	if (!imap_eat(c, '<'))
		return true;
	start = c->p;
	while (c->p < c->end && g_ascii_isdigit(*c->p))
		c->p++;
	return str_u64((struct str){ start, (size_t)(c->p - start) }, UINT32_MAX, &body->origin) && imap_eat(c, '>');
}

/* --- while it arrives --- */

/* The UID, if it stands before the literal that is about to come. */
static uint32_t uid_before(struct str line)
{
	struct imap_cursor c = { (char *)line.p, (char *)line.p + line.n };
	struct str name;
	struct body_item body;
	uint64_t uid;
	for (int i = 0; i < 3; i++) {
		imap_word(&c, &name);
		imap_blanks(&c);
	}
	if (!imap_eat(&c, '('))
		return 0;
	while (item_name(&c, &name, &body)) {
		imap_blanks(&c);
		if (str_is(name, "UID"))
			return imap_number(&c, UINT32_MAX, &uid) ? (uint32_t)uid : 0;
		if (c.p == c.end || !imap_skip(&c))
			return 0;
		imap_blanks(&c);
	}
	return 0;
}

/* Whether the line ends in `BODY[section]<origin> `: then that is *body. Looks only at its end. */
static bool ends_in_body(struct str line, struct body_item *body)
{
	const char *open = line.n ? memrchr(line.p, '[', line.n) : NULL;
	if (!open)
		return false;
	const char *start = open;
	while (start > line.p && start[-1] != ' ' && start[-1] != '(')
		start--;
	struct imap_cursor c = { (char *)start, (char *)line.p + line.n };
	struct str name;
	if (!item_name(&c, &name, body) || !str_is(name, "BODY"))
		return false;
	imap_blanks(&c);
	return c.p == c.end;
}

static enum imap_use drop(struct imap_session *s)
{
	s->dropped = true;
	return USE_DROP;
}

enum imap_use imap_literal_use(struct imap_session *s)
{
	struct str line = buf_str(&s->lex.text);
	struct body_item body;
	if (!ends_in_body(line, &body))
		return USE_KEEP;
	if (str_starts(body.section, "HEADER.FIELDS"))
		return USE_HEADER;
	/* Each one costs a look at the whole line. */
	if (++s->bodies > IMAP_BODIES_MAX)
		return drop(s);
	if (s->streaming && !s->streaming->set.ranges)
		return drop(s);
	uint32_t uid = uid_before(line);
	struct imap_command *c = s->box_state == BOX_OPEN ? find_part(s, body.section, body.origin, uid) : NULL;
	if (!c || (s->streaming && s->streaming != c) || c->streamed & 1u << c->at)
		return drop(s);
	c->streamed |= 1u << c->at;
	c->announced = s->lex.announced;
	s->streaming = c;
	return USE_STREAM;
}

static struct imap_event *body_event(struct imap_session *s, const struct imap_command *c, struct str bytes)
{
	struct imap_event *ev = imap_event_add(s, IMAP_BODY);
	ev->u.body.id = c->id;
	ev->u.body.uid = c->lo;
	ev->u.body.section = imap_keep(s, str_of(c->sections[c->at]));
	ev->u.body.total = c->announced;
	ev->u.body.bytes = imap_keep(s, bytes);
	return ev;
}

/* No more of it than was asked for. */
static void body_piece(struct imap_session *s, struct imap_command *c, struct str piece)
{
	if (c->length)
		piece.n = MIN(piece.n, c->length - c->delivered);
	c->delivered += piece.n;
	if (piece.n)
		body_event(s, c, piece);
}

void imap_body_piece(struct imap_session *s, struct str piece)
{
	body_piece(s, s->streaming, piece);
}

/* --- the whole response --- */

static void add_keyword(struct fetched *f, struct str word)
{
	if (word.n > MSG_KEYWORD_MAX || str_is(word, "\\*"))
		return;
	if (!f->keywords)
		f->keywords = g_ptr_array_new_with_free_func(g_free);
	if (f->keywords->len < MSG_KEYWORDS_MAX)
		g_ptr_array_add(f->keywords, str_dup(word));
}

static bool take_flags(struct imap_cursor *c, struct fetched *f)
{
	struct str word;
	if (!imap_eat(c, '('))
		return imap_skip(c);
	for (imap_blanks(c); !imap_eat(c, ')'); imap_blanks(c)) {
		if (imap_at(c, '(') || imap_at(c, '"') || imap_at(c, '{')) {
			if (!imap_skip(c))
				return false;
			continue;
		}
		if (!imap_word(c, &word))
			return false;
		uint32_t bit = msg_flag_bit(word);
		f->flags |= bit;
		if (!bit)
			add_keyword(f, word);
	}
	f->has |= IMAP_HAS_FLAGS;
	return true;
}

static bool take_body(struct imap_cursor *c, struct fetched *f, struct body_item *body)
{
	if (!imap_nstring(c, &body->octets, &body->nil))
		return false;
	if (str_starts(body->section, "HEADER.FIELDS") && !(f->has & IMAP_HAS_HEADER)) {
		f->header = body->octets;
		f->has |= IMAP_HAS_HEADER;
	} else if (f->bodies_n < IMAP_BODIES_MAX) {
		f->bodies[f->bodies_n++] = *body;
	}
	return true;
}

static bool take_size(struct imap_cursor *c, struct fetched *f)
{
	struct str word;
	bool nil;
	if (!imap_nstring(c, &word, &nil))
		return false;
	if (str_u64(word, INT64_MAX, &f->size))
		f->has |= IMAP_HAS_SIZE;
	return true;
}

static bool take_structure(struct imap_cursor *c, struct fetched *f)
{
	f->structure.p = c->p;
	if (!imap_skip(c))
		return false;
	f->structure.end = c->p;
	f->has |= IMAP_HAS_STRUCTURE;
	return true;
}

static bool take_uid(struct imap_cursor *c, struct fetched *f)
{
	uint64_t uid;
	if (!imap_number(c, UINT32_MAX, &uid))
		return false;
	f->uid = (uint32_t)uid;
	return uid > 0;
}

static bool take_date(struct imap_cursor *c, struct fetched *f)
{
	bool nil;
	if (!imap_nstring(c, &f->date, &nil))
		return false;
	if (!nil)
		f->has |= IMAP_HAS_DATE;
	return true;
}

/* `(number)`: RFC 7162 3.1.4.2. */
static bool take_modseq(struct imap_cursor *c, struct fetched *f)
{
	struct str word;
	if (!imap_eat(c, '('))
		return imap_skip(c);
	imap_blanks(c);
	if (imap_word(c, &word) && str_u64(word, INT64_MAX, &f->modseq) && f->modseq)
		f->has |= IMAP_HAS_MODSEQ;
	imap_blanks(c);
	return imap_eat(c, ')');
}

/* `(id)`: RFC 8474 4. */
static bool take_emailid(struct imap_cursor *c, struct fetched *f)
{
	if (!imap_eat(c, '('))
		return imap_skip(c);
	imap_blanks(c);
	if (imap_word(c, &f->emailid) && f->emailid.n <= EMAILID_MAX)
		f->has |= IMAP_HAS_EMAILID;
	imap_blanks(c);
	return imap_eat(c, ')');
}

static bool take_item(struct imap_cursor *c, struct fetched *f)
{
	struct str name;
	struct body_item body;
	if (!item_name(c, &name, &body))
		return false;
	imap_blanks(c);
	if (body.section.p)
		return str_is(name, "BODY") ? take_body(c, f, &body) : imap_skip(c);
	if (str_is(name, "UID"))
		return take_uid(c, f);
	if (str_is(name, "FLAGS"))
		return take_flags(c, f);
	if (str_is(name, "INTERNALDATE"))
		return take_date(c, f);
	if (str_is(name, "MODSEQ"))
		return take_modseq(c, f);
	if (str_is(name, "EMAILID"))
		return take_emailid(c, f);
	if (str_is(name, "RFC822.SIZE"))
		return take_size(c, f);
	if (str_is(name, "BODYSTRUCTURE"))
		return take_structure(c, f);
	return imap_skip(c);
}

static bool take_items(struct imap_cursor *c, struct fetched *f)
{
	imap_blanks(c);
	if (!imap_eat(c, '('))
		return false;
	for (imap_blanks(c); !imap_eat(c, ')'); imap_blanks(c))
		if (!take_item(c, f))
			return false;
	return true;
}

/* --- out of it --- */

/* Of two parts of one name the first counts. */
static bool has_before(const struct fetched *f, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (str_ieq(f->bodies[n].section, f->bodies[i].section))
			return true;
	return false;
}

/* A dropped one looks empty, and so may be none. */
static bool was_dropped(const struct imap_session *s, const struct imap_command *c, const struct body_item *body)
{
	bool streamed = c == s->streaming && (!c->set.ranges || c->streamed & 1u << c->at);
	return s->dropped && !streamed && !body->nil && !body->octets.n;
}

static void give_bodies(struct imap_session *s, const struct fetched *f)
{
	for (unsigned i = 0; i < f->bodies_n; i++) {
		const struct body_item *body = &f->bodies[i];
		struct imap_command *c = f->uid ? find_part(s, body->section, body->origin, f->uid) : NULL;
		if (!c || (c->set.ranges && has_before(f, i)) || was_dropped(s, c, body))
			continue;
		/* What was streamed looks empty here. */
		if (c != s->streaming || (c->set.ranges && body->octets.n)) {
			c->announced = body->octets.n;
			body_piece(s, c, body->octets);
		}
		c->answered = !c->set.ranges;
		struct imap_event *last = body_event(s, c, (struct str){ 0 });
		last->u.body.end = true;
		last->u.body.nil = body->nil;
	}
}

static void give_row(struct imap_session *s, uint32_t seq, struct fetched *f)
{
	bool row = was_asked(s, KIND_ROWS, seq, f->uid);
	if (!row)
		f->has &= ~(unsigned)IMAP_HAS_EMAILID;
	if (!row && !was_asked(s, KIND_IDENTITIES, seq, f->uid))
		f->has &= ~(unsigned)(IMAP_HAS_HEADER | IMAP_HAS_DATE | IMAP_HAS_SIZE);
	if (!was_asked(s, KIND_STRUCTURE, seq, f->uid))
		f->has &= ~(unsigned)IMAP_HAS_STRUCTURE;
	struct msg_part *structure = f->has & IMAP_HAS_STRUCTURE ? imap_bodystructure(&f->structure) : NULL;
	if (!structure)
		f->has &= ~(unsigned)IMAP_HAS_STRUCTURE;
	if (!(f->has & ~(unsigned)IMAP_HAS_MODSEQ) && !(f->uid && was_asked(s, KIND_NUMBERS, seq, f->uid)))
		return;
	struct imap_event *ev = imap_event_add(s, IMAP_FETCH);
	ev->u.fetch.seq = seq;
	ev->u.fetch.uid = f->uid;
	ev->u.fetch.has = f->has;
	ev->u.fetch.flags = f->flags;
	ev->u.fetch.size = f->size;
	ev->u.fetch.modseq = f->modseq;
	ev->u.fetch.structure = structure;
	ev->u.fetch.keywords = f->keywords ? g_steal_pointer(&f->keywords) : s->no_keywords;
	if (f->has & IMAP_HAS_DATE)
		ev->u.fetch.date = msg_date_internal(f->date);
	if (f->has & IMAP_HAS_HEADER)
		ev->u.fetch.header = imap_keep(s, f->header);
	if (f->has & IMAP_HAS_EMAILID)
		ev->u.fetch.emailid = imap_keep(s, f->emailid);
}

/* The command whose part was streamed with this response, if the response proves to be about its message. */
static int check_stream(struct imap_session *s, const struct fetched *f, struct err *e)
{
	if (!s->streaming || s->streaming->lo == f->uid)
		return 0;
	return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server sends the body of another message");
}

int imap_parse_fetch(struct imap_session *s, uint32_t seq, struct imap_cursor *c, struct err *e)
{
	struct fetched f; /* not cleared as a whole: it is large and made for each row */
	f.uid = f.has = f.flags = f.bodies_n = 0;
	f.keywords = NULL;
	f.size = f.modseq = 0;
	bool whole = take_items(c, &f);
	int rc = check_stream(s, &f, e);
	if (!rc && !whole && !f.uid)
		rc = imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, "the server sends an unreadable FETCH response");
	if (!whole)
		log_line(LOG_WARN, "%s: the rest of an unreadable FETCH response is left out", s->settings.who);
	if (!rc) {
		give_bodies(s, &f);
		give_row(s, seq, &f);
	}
	if (s->streaming && (s->streaming->answered || s->streaming->set.ranges)) {
		s->streaming->streamed = 0;
		s->streaming = NULL;
	}
	g_clear_pointer(&f.keywords, g_ptr_array_unref);
	return rc;
}
