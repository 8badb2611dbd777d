/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands: building, the queue, writing. Strings go out quoted where they can; else as synchronising
 * literals, never as {n+}: a server that only claims LITERAL+ would run the octets as commands. */
#include "imap/internal.h"

#include <string.h>

#include "base/clock.h"

#define ROW_ITEMS                                                                                                      \
	"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM TO CC SUBJECT MESSAGE-ID"              \
	" IN-REPLY-TO REFERENCES LIST-ID)])"

struct imap_command *imap_command_new(enum imap_kind kind)
{
	struct imap_command *c = g_new0(struct imap_command, 1);
	c->kind = kind;
	c->text = g_string_new(NULL);
	c->literals = g_array_new(FALSE, FALSE, sizeof(struct imap_span));
	return c;
}

void imap_command_free(struct imap_command *c)
{
	if (!c)
		return;
	g_string_free(c->text, TRUE);
	g_array_unref(c->literals);
	g_free(c->section);
	g_free(c);
}

bool imap_quotable(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] & 0x80 || s.p[i] == '\r' || s.p[i] == '\n' || !s.p[i])
			return false;
	return true;
}

void imap_quote(GString *out, struct str s)
{
	g_string_append_c(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			g_string_append_c(out, '\\');
		g_string_append_c(out, s.p[i]);
	}
	g_string_append_c(out, '"');
}

void imap_command_string(struct imap_command *c, struct str s)
{
	if (s.n > IMAP_NAME_MAX || (s.n && memchr(s.p, 0, s.n))) {
		c->impossible = true;
		return;
	}
	if (imap_quotable(s)) {
		imap_quote(c->text, s);
		return;
	}
	struct imap_span span = { c->text->len, s.n };
	g_array_append_val(c->literals, span);
	g_string_append_len(c->text, s.p, (gssize)s.n);
}

/* --- writing --- */

/* The text up to the next literal, whose announcement ends the line; or to the end. */
static void send_on(struct imap_session *s, struct imap_command *c, const char *tag)
{
	g_autoptr(GString) line = g_string_new(tag);
	bool more = c->literals_said < c->literals->len;
	size_t end = c->text->len;
	if (more) {
		const struct imap_span *span = &g_array_index(c->literals, struct imap_span, c->literals_said++);
		end = span->at;
		g_string_append_len(line, c->text->str + c->said, (gssize)(end - c->said));
		g_string_append_printf(line, "{%zu}", span->n);
	} else {
		g_string_append_len(line, c->text->str + c->said, (gssize)(end - c->said));
	}
	c->said = end;
	s->paused = more ? c : NULL;
	struct str shown = { line->str, line->len };
	imap_write(s, shown, shown);
	imap_write(s, STR("\r\n"), (struct str){ 0 });
}

void imap_command_send(struct imap_session *s, struct imap_command *c)
{
	if (c->number) {
		send_on(s, c, NULL);
		return;
	}
	if (!imap_is_waiting(s))
		s->progress = CLOCK_NEVER;
	c->number = ++s->tags;
	s->commands++;
	g_autofree char *tag = g_strdup_printf("%s%u ", s->tag, c->number);
	send_on(s, c, tag);
}

static bool is_unsent(const struct imap_session *s, const struct imap_command *c)
{
	return c->impossible || (c->kind == KIND_UNSELECT && !imap_can(s, IMAP_CAP_UNSELECT));
}

/* An IDLE that would end at once is not begun. */
static bool is_idle_vain(const struct imap_session *s, const struct imap_command *c)
{
	return c->kind == KIND_IDLE && s->queue.length > 1;
}

static bool may_send(const struct imap_session *s)
{
	bool open = s->phase == PHASE_READY || (s->phase == PHASE_AUTH && s->login_pipelined);
	return open && !s->paused && !s->logging_out;
}

void imap_flush(struct imap_session *s)
{
	while (s->queue.head && may_send(s)) {
		struct imap_command *idle = imap_open_find(s, KIND_IDLE);
		if (idle && !s->idle_leaving) {
			imap_idle_leave(s);
			if (!s->idle_leaving)
				break;
		}
		struct imap_command *c = s->queue.head->data;
		if (idle && c->kind == KIND_IDLE)
			break;
		bool unsent = is_unsent(s, c) || is_idle_vain(s, c);
		g_queue_push_tail(&s->open, g_queue_pop_head(&s->queue));
		s->logging_out = c->kind == KIND_LOGOUT;
		if (!unsent)
			imap_command_send(s, c);
	}
	imap_open_advance(s);
}

/* --- open commands --- */

struct imap_command *imap_open_find(const struct imap_session *s, enum imap_kind kind)
{
	for (GList *l = s->open.head; l; l = l->next) {
		struct imap_command *c = l->data;
		if (c->kind == kind && c->number)
			return c;
	}
	return NULL;
}

void imap_command_end(
	struct imap_session *s, struct imap_command *c, enum imap_result result, struct str code, struct str text)
{
	if (s->paused == c)
		s->paused = NULL;
	if (s->streaming == c)
		s->streaming = NULL;
	if (c->id) {
		struct imap_event *ev = imap_event_add(s, IMAP_DONE);
		ev->u.done.id = c->id;
		ev->u.done.result = result;
		ev->u.done.code = imap_keep(s, code);
		ev->u.done.text = imap_keep(s, text);
	}
	imap_command_free(c);
}

void imap_open_advance(struct imap_session *s)
{
	while (s->open.head) {
		struct imap_command *c = s->open.head->data;
		if (c->number) {
			if (c->kind == KIND_SELECT && s->box_state != BOX_OPENING) {
				s->box = (struct imap_mailbox){ .readonly = c->readonly };
				s->box_state = BOX_OPENING;
			}
			return;
		}
		g_queue_pop_head(&s->open);
		if (c->kind == KIND_UNSELECT && !c->impossible)
			s->box_state = BOX_NONE;
		imap_command_end(s, c, c->impossible ? IMAP_BAD : IMAP_OK, (struct str){ 0 }, (struct str){ 0 });
	}
}

/* --- the public ones --- */

static uint32_t enqueue(struct imap_session *s, struct imap_command *c)
{
	if (!++s->ids)
		s->ids = 1;
	uint32_t id = c->id = s->ids;
	g_queue_push_tail(&s->queue, c);
	if (s->phase == PHASE_DEAD || s->phase == PHASE_BYE)
		imap_lost(s);
	else
		imap_flush(s);
	return id;
}

static uint32_t enqueue_words(struct imap_session *s, enum imap_kind kind, const char *words)
{
	struct imap_command *c = imap_command_new(kind);
	g_string_append(c->text, words);
	return enqueue(s, c);
}

uint32_t imap_namespace(struct imap_session *s)
{
	return enqueue_words(s, KIND_NAMESPACE, "NAMESPACE");
}

uint32_t imap_noop(struct imap_session *s)
{
	return enqueue_words(s, KIND_NOOP, "NOOP");
}

uint32_t imap_unselect(struct imap_session *s)
{
	return enqueue_words(s, KIND_UNSELECT, "UNSELECT");
}

uint32_t imap_logout(struct imap_session *s)
{
	return enqueue_words(s, KIND_LOGOUT, "LOGOUT");
}

uint32_t imap_idle(struct imap_session *s)
{
	const struct imap_command *queued = s->queue.tail ? s->queue.tail->data : NULL;
	const struct imap_command *open = imap_open_find(s, KIND_IDLE);
	if (queued && queued->kind == KIND_IDLE)
		return queued->id;
	if (open && !queued && !s->idle_leaving && !s->idle_wanted_over)
		return open->id;
	return enqueue_words(s, KIND_IDLE, "IDLE");
}

uint32_t imap_list(struct imap_session *s, struct str reference, struct str pattern)
{
	struct imap_command *c = imap_command_new(KIND_LIST);
	g_string_append(c->text, "LIST ");
	imap_command_string(c, reference);
	g_string_append_c(c->text, ' ');
	imap_command_string(c, pattern);
	return enqueue(s, c);
}

uint32_t imap_status(struct imap_session *s, struct str name)
{
	struct imap_command *c = imap_command_new(KIND_STATUS);
	g_string_append(c->text, "STATUS ");
	imap_command_string(c, name);
	g_string_append(c->text, " (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)");
	return enqueue(s, c);
}

uint32_t imap_select(struct imap_session *s, struct str name, bool readonly)
{
	struct imap_command *c = imap_command_new(KIND_SELECT);
	c->readonly = readonly;
	g_string_append(c->text, readonly ? "EXAMINE " : "SELECT ");
	imap_command_string(c, name);
	return enqueue(s, c);
}

static uint32_t fetch(
	struct imap_session *s, enum imap_kind kind, bool by_uid, uint32_t lo, uint32_t hi, const char *items)
{
	struct imap_command *c = imap_command_new(kind);
	c->by_uid = by_uid;
	c->lo = lo;
	c->hi = hi;
	c->impossible = !lo || (hi && hi < lo);
	g_string_printf(c->text, "%sFETCH %u", by_uid ? "UID " : "", lo);
	if (!hi)
		g_string_append(c->text, ":*");
	else if (hi != lo)
		g_string_append_printf(c->text, ":%u", hi);
	g_string_append_printf(c->text, " %s", items);
	return enqueue(s, c);
}

uint32_t imap_fetch_window(struct imap_session *s, uint32_t lo, uint32_t hi)
{
	return fetch(s, KIND_ROWS, false, lo, hi, ROW_ITEMS);
}

uint32_t imap_fetch_rows(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi)
{
	return fetch(s, KIND_ROWS, true, uid_lo, uid_hi, ROW_ITEMS);
}

uint32_t imap_fetch_flags_window(struct imap_session *s, uint32_t lo, uint32_t hi)
{
	return fetch(s, KIND_FLAGS, false, lo, hi, "(UID FLAGS)");
}

uint32_t imap_fetch_flags(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi)
{
	return fetch(s, KIND_FLAGS, true, uid_lo, uid_hi, "(UID FLAGS)");
}

uint32_t imap_fetch_structure_window(struct imap_session *s, uint32_t lo, uint32_t hi)
{
	return fetch(s, KIND_STRUCTURE, false, lo, hi, "(UID BODYSTRUCTURE)");
}

uint32_t imap_fetch_structure(struct imap_session *s, uint32_t uid_lo, uint32_t uid_hi)
{
	return fetch(s, KIND_STRUCTURE, true, uid_lo, uid_hi, "(UID BODYSTRUCTURE)");
}

/* Digits, letters and dots: what a section is made of here. */
static bool is_section(const char *section)
{
	return strlen(section) <= IMAP_NAME_MAX &&
	       strspn(section, "0123456789.ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == strlen(section);
}

uint32_t imap_fetch_part(struct imap_session *s, uint32_t uid, const char *section, uint64_t offset, uint64_t length)
{
	struct imap_command *c = imap_command_new(KIND_PART);
	c->by_uid = true;
	c->lo = c->hi = uid;
	c->section = g_strdup(section);
	c->offset = offset;
	c->length = length;
	c->impossible = !uid || !is_section(section) || offset > G_MAXUINT32 || length > G_MAXUINT32;
	g_string_printf(c->text, "UID FETCH %u (UID BODY.PEEK[%s]", uid, section);
	if (offset || length)
		g_string_append_printf(c->text, "<%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ">", offset,
			length ? length : (uint64_t)IMAP_BODY_MAX);
	g_string_append_c(c->text, ')');
	return enqueue(s, c);
}
