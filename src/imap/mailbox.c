/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mailboxes: selecting them (RFC 9051 6.3.2, RFC 7162 3), what that tells, and making, naming, leaving them. */
#include "imap/internal.h"

#include <string.h>

#define FLAGS_ALWAYS (MSG_SEEN | MSG_ANSWERED | MSG_FLAGGED | MSG_DELETED | MSG_DRAFT) /* RFC 9051 2.3.2 */

/* --- ENABLE --- */

bool imap_qresync(const struct imap_session *s)
{
	return imap_can(s, IMAP_CAP_QRESYNC) && (s->qresync || imap_open_find(s, KIND_ENABLE));
}

bool imap_enabled_qresync(const struct imap_session *s)
{
	return s->qresync && imap_can(s, IMAP_CAP_QRESYNC);
}

bool imap_enabled_utf8(const struct imap_session *s)
{
	return s->utf8;
}

static void enable(struct imap_session *s, bool qresync, bool utf8)
{
	g_autofree char *words = g_strdup_printf("ENABLE%s%s", qresync ? " QRESYNC" : "", utf8 ? " UTF8=ACCEPT" : "");
	if (!qresync && !utf8)
		return;
	s->utf8_asked = s->utf8_asked || utf8;
	imap_open_own(s, KIND_ENABLE, words);
}

void imap_utf8_prepare(struct imap_session *s, uint64_t cap)
{
	if (!s->box_tried && !s->utf8 && !s->utf8_asked && imap_can(s, IMAP_CAP_ENABLE | cap))
		enable(s, false, true);
}

bool imap_utf8_lacked(const struct imap_session *s, const struct imap_command *c, enum imap_result result)
{
	return result != IMAP_OK && c->kind == KIND_SELECT && !s->utf8 && !c->utf8 &&
	       imap_can(s, IMAP_CAP_ENABLE | IMAP_CAP_UTF8_ONLY);
}

/* ENABLE is allowed before the first SELECT only (RFC 5161 3.1); servers that want ID want it there too. */
void imap_select_prepare(struct imap_session *s, const struct imap_command *c)
{
	if (!s->box_tried && s->settings.id)
		imap_open_own(s, KIND_ID, "ID NIL");
	bool may = !s->box_tried && imap_can(s, IMAP_CAP_ENABLE);
	/* A name that is spelled otherwise from then on would have to wait for the answer. */
	bool cheap = imap_can(s, IMAP_CAP_UTF8) && !imap_is_spelled_two_ways(c);
	bool utf8 = (cheap || imap_can(s, IMAP_CAP_UTF8_ONLY)) && !s->utf8 && !s->utf8_asked;
	if (may)
		enable(s, c->wants_modseq && imap_can(s, IMAP_CAP_QRESYNC), utf8);
	s->box_tried = true;
}

void imap_parse_enabled(struct imap_session *s, struct imap_cursor *c)
{
	struct str word;
	if (!imap_open_find(s, KIND_ENABLE))
		return;
	for (imap_blanks(c); imap_word(c, &word); imap_blanks(c)) {
		s->qresync = s->qresync || str_is(word, "QRESYNC");
		s->utf8 = s->utf8 || (s->utf8_asked && str_is(word, "UTF8=ACCEPT"));
	}
}

void imap_enable_ended(struct imap_session *s, const struct imap_command *c, enum imap_result result)
{
	if (result != IMAP_OK)
		s->caps_bad |= IMAP_CAP_ENABLE;
	if (strstr(c->text->str, "QRESYNC") && !s->qresync)
		s->caps_bad |= IMAP_CAP_QRESYNC;
	if (!strstr(c->text->str, "UTF8"))
		return;
	s->utf8_asked = false;
	if (!s->utf8)
		s->caps_bad |= IMAP_CAP_UTF8;
}

void imap_parse_id(struct imap_session *s, struct imap_cursor *c)
{
	imap_blanks(c);
	if (imap_open_find(s, KIND_ID))
		imap_event_add(s, IMAP_ID)->u.text = imap_keep(s, (struct str){ c->p, (size_t)(c->end - c->p) });
}

/* --- SELECT --- */

static void add_difference(struct imap_command *c)
{
	const struct imap_resync *r = &c->resync;
	g_string_append_printf(c->text, " (QRESYNC (%u %" G_GUINT64_FORMAT, r->uidvalidity, r->modseq);
	if (r->uid_lo)
		g_string_append_printf(c->text, r->uid_lo == r->uid_hi ? " %u" : " %u:%u", r->uid_lo, r->uid_hi);
	g_string_append(c->text, "))");
}

static void compose_select(struct imap_session *s, struct imap_command *c)
{
	g_string_append(c->text, c->readonly ? "EXAMINE " : "SELECT ");
	imap_command_mailbox(s, c, c->name);
	bool qresync = imap_qresync(s);
	c->resyncs = c->resync.modseq && qresync;
	if (c->resyncs) {
		c->uses = IMAP_CAP_QRESYNC;
		add_difference(c);
	} else if (c->wants_modseq && !qresync && imap_can(s, IMAP_CAP_CONDSTORE)) {
		c->uses = IMAP_CAP_CONDSTORE;
		g_string_append(c->text, " (CONDSTORE)");
	}
}

static struct imap_command *select_new(struct str name, bool readonly)
{
	struct imap_command *c = imap_command_new(KIND_SELECT);
	c->readonly = readonly;
	c->name = imap_command_name(c, name);
	c->compose = compose_select;
	return c;
}

uint32_t imap_select(struct imap_session *s, struct str name, bool readonly)
{
	return imap_enqueue(s, select_new(name, readonly));
}

uint32_t imap_select_resync(struct imap_session *s, struct str name, bool readonly, const struct imap_resync *r)
{
	struct imap_command *c = select_new(name, readonly);
	c->wants_modseq = true;
	if (r && r->uidvalidity && r->modseq <= INT64_MAX && r->uid_lo <= r->uid_hi)
		c->resync = *r;
	return imap_enqueue(s, c);
}

static void flags_forget(struct imap_session *s)
{
	g_ptr_array_set_size(s->permanent, 0);
	s->box.permanent_flags = 0;
	s->box.permanent_new = false;
}

void imap_box_opening(struct imap_session *s, const struct imap_command *c)
{
	s->box_before = s->box_state == BOX_OPEN && s->qresync;
	s->box = (struct imap_mailbox){ .readonly = c->readonly, .permanent_keywords = s->permanent };
	s->box_state = BOX_OPENING;
	g_free(s->box_name);
	s->box_name = g_strdup(c->name);
	flags_forget(s);
	g_ptr_array_set_size(s->flag_words, 0);
	s->box.permanent_flags = FLAGS_ALWAYS;
}

void imap_box_ended(struct imap_session *s, const struct imap_command *c, enum imap_result result)
{
	s->box_state = result == IMAP_OK ? BOX_OPEN : BOX_NONE;
	s->box.nomodseq = !s->box.highestmodseq;
	s->box.resynced = c->resyncs && !s->box_before && s->box.uidvalidity == c->resync.uidvalidity &&
			  s->box.highestmodseq >= c->resync.modseq;
}

bool imap_box_listens(const struct imap_session *s)
{
	const struct imap_command *head = s->open.head ? s->open.head->data : NULL;
	if (s->box_state != BOX_OPENING)
		return s->box_state == BOX_OPEN;
	return head && head->kind == KIND_SELECT && head->resyncs && !s->box_before;
}

/* --- what the mailbox keeps --- */

/* (\Seen blue \*) */
static void take_flags(struct imap_session *s, struct imap_cursor *c)
{
	struct str word;
	flags_forget(s);
	imap_blanks(c);
	if (!imap_eat(c, '('))
		return;
	for (imap_blanks(c); imap_word(c, &word); imap_blanks(c)) {
		uint32_t bit = msg_flag_bit(word);
		GPtrArray *words = bit ? s->flag_words : s->permanent;
		s->box.permanent_flags |= bit & ~(uint32_t)MSG_RECENT;
		if (str_is(word, "\\*"))
			s->box.permanent_new = true;
		else if (word.p[0] != '\\' && word.n <= MSG_KEYWORD_MAX && words->len < MSG_KEYWORDS_MAX)
			g_ptr_array_add(words, str_dup(word));
	}
}

void imap_parse_flags(struct imap_session *s, struct imap_cursor *c)
{
	if (s->box_state == BOX_NONE || s->box.permanent_known)
		return;
	take_flags(s, c);
	s->box.permanent_new = false;
}

static void take_permanent(struct imap_session *s, struct str args)
{
	struct imap_cursor c = { (char *)args.p, (char *)args.p + args.n };
	s->box.permanent_known = true;
	g_ptr_array_set_size(s->flag_words, 0);
	take_flags(s, &c);
}

static uint32_t number32(struct str s)
{
	uint64_t n;
	return str_u64(str_trim(s), UINT32_MAX, &n) ? (uint32_t)n : 0;
}

/* The server has left the mailbox before; what came until now was about that one. */
static void take_closed(struct imap_session *s)
{
	const struct imap_command *head = s->open.head ? s->open.head->data : NULL;
	if (s->box_state == BOX_OPENING && head && head->kind == KIND_SELECT)
		imap_box_opening(s, head);
	s->box_before = false;
}

/* Of the mailbox that is selected, and not of one that was just made. */
static void take_id(struct imap_session *s, struct str args)
{
	struct str id = imap_objectid(args);
	if (s->box_state != BOX_OPENING || !id.n)
		return;
	g_free(s->box_id);
	s->box_id = str_dup(id);
	s->box.mailboxid = s->box_id;
}

void imap_box_code(struct imap_session *s, const struct imap_status *st)
{
	uint64_t modseq;
	if (s->box_state == BOX_NONE)
		return;
	if (str_is(st->code, "UIDVALIDITY"))
		s->box.uidvalidity = number32(st->args);
	else if (str_is(st->code, "UIDNEXT"))
		s->box.uidnext = number32(st->args);
	else if (str_is(st->code, "READ-ONLY"))
		s->box.readonly = true;
	else if (str_is(st->code, "NOMODSEQ"))
		s->box.highestmodseq = 0;
	else if (str_is(st->code, "HIGHESTMODSEQ"))
		s->box.highestmodseq = str_u64(str_trim(st->args), INT64_MAX, &modseq) ? modseq : 0;
	else if (str_is(st->code, "PERMANENTFLAGS"))
		take_permanent(s, st->args);
	else if (str_is(st->code, "MAILBOXID"))
		take_id(s, st->args);
	else if (str_is(st->code, "CLOSED"))
		take_closed(s);
}

/* --- VANISHED --- */

static void set_of(struct str text, struct imap_set *out)
{
	struct imap_range range;
	int rc;
	imap_set_init(out);
	while ((rc = imap_range_next(&text, &range)))
		if (rc > 0)
			imap_set_add(out, range.first, range.last);
}

static void give_vanished(struct imap_session *s, const struct imap_set *set, bool earlier)
{
	for (unsigned i = 0; i < set->ranges->len; i++) {
		const struct imap_range *range = &g_array_index(set->ranges, struct imap_range, i);
		struct imap_event *ev = imap_event_add(s, IMAP_VANISHED);
		ev->u.vanished.first = range->first;
		ev->u.vanished.last = range->last;
		ev->u.vanished.earlier = earlier;
	}
	if (!earlier)
		s->box.exists -= (uint32_t)MIN(s->box.exists, imap_set_count(set));
}

void imap_parse_vanished(struct imap_session *s, struct imap_cursor *c)
{
	struct str word;
	struct imap_set set;
	imap_blanks(c);
	bool earlier = imap_eat(c, '(');
	if (earlier && !(imap_word(c, &word) && str_is(word, "EARLIER") && imap_eat(c, ')')))
		return;
	imap_blanks(c);
	if (!s->qresync || !imap_box_listens(s) || (!earlier && s->box_state != BOX_OPEN) || !imap_word(c, &word))
		return;
	set_of(word, &set);
	give_vanished(s, &set, earlier);
	imap_set_clear(&set);
}

/* --- the rest --- */

uint32_t imap_unselect(struct imap_session *s)
{
	return imap_enqueue_words(s, KIND_UNSELECT, "UNSELECT");
}

static void compose_about(struct imap_session *s, struct imap_command *c)
{
	g_string_append_printf(c->text, "%s ", c->verb);
	imap_command_mailbox(s, c, c->name);
	if (!c->other_name)
		return;
	g_string_append_c(c->text, ' ');
	imap_command_mailbox(s, c, c->other_name);
}

static uint32_t about(struct imap_session *s, const char *verb, struct str name, const struct str *other)
{
	struct imap_command *c = imap_command_new(KIND_MAILBOX);
	c->verb = verb;
	c->name = imap_command_name(c, name);
	c->other_name = other ? imap_command_name(c, *other) : NULL;
	c->compose = compose_about;
	return imap_enqueue(s, c);
}

static const char *role_word(uint32_t role)
{
	switch (role) {
	case IMAP_ROLE_ALL: return "\\All";
	case IMAP_ROLE_ARCHIVE: return "\\Archive";
	case IMAP_ROLE_DRAFTS: return "\\Drafts";
	case IMAP_ROLE_FLAGGED: return "\\Flagged";
	case IMAP_ROLE_JUNK: return "\\Junk";
	case IMAP_ROLE_SENT: return "\\Sent";
	case IMAP_ROLE_TRASH: return "\\Trash";
	default: return NULL;
	}
}

/* RFC 6154 5.2 */
static void compose_create(struct imap_session *s, struct imap_command *c)
{
	const char *role = imap_can(s, IMAP_CAP_CREATE_SPECIAL_USE) ? role_word(c->flags) : NULL;
	g_string_append(c->text, "CREATE ");
	imap_command_mailbox(s, c, c->name);
	if (role) {
		g_string_append_printf(c->text, " (USE (%s))", role);
		c->uses = IMAP_CAP_CREATE_SPECIAL_USE;
	}
}

uint32_t imap_create(struct imap_session *s, struct str name, uint32_t role)
{
	struct imap_command *c = imap_command_new(KIND_MAILBOX);
	c->name = imap_command_name(c, name);
	c->flags = role;
	c->compose = compose_create;
	return imap_enqueue(s, c);
}

uint32_t imap_delete(struct imap_session *s, struct str name)
{
	return about(s, "DELETE", name, NULL);
}

uint32_t imap_rename(struct imap_session *s, struct str from, struct str to)
{
	return about(s, "RENAME", from, &to);
}

uint32_t imap_subscribe(struct imap_session *s, struct str name, bool yes)
{
	return about(s, yes ? "SUBSCRIBE" : "UNSUBSCRIBE", name, NULL);
}
