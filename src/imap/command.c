/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands: building, the queue, writing. Strings go out quoted where they can; else as synchronising
 * literals, never as {n+}: a server that only claims LITERAL+ would run the octets as commands. */
#include "imap/internal.h"

#include <string.h>

#include "base/clock.h"

#define COMMAND_MAX 1000 /* octets of a line with a set (RFC 7162 4) .. */
#define SET_ROOM_MIN 100 /* .. unless the rest of it is as long */

struct imap_command *imap_command_new(enum imap_kind kind)
{
	struct imap_command *c = g_new0(struct imap_command, 1);
	c->kind = kind;
	c->text = g_string_new(NULL);
	c->literals = g_array_new(FALSE, FALSE, sizeof(struct imap_span));
	return c;
}

static void group_unref(struct imap_group *g)
{
	if (!g || --g->refs)
		return;
	imap_copied_free(g->copied);
	g_free(g->code);
	g_free(g->text);
	g_free(g);
}

void imap_command_free(struct imap_command *c)
{
	if (!c)
		return;
	g_string_free(c->text, TRUE);
	g_array_unref(c->literals);
	group_unref(c->group);
	imap_copied_free(c->copied);
	imap_set_clear(&c->set);
	if (c->keywords)
		g_ptr_array_unref(c->keywords);
	g_free(c->set_text);
	g_free(c->name);
	g_free(c->other_name);
	g_strfreev(c->sections);
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

char *imap_command_name(struct imap_command *c, struct str name)
{
	if (name.n > IMAP_NAME_MAX || (name.n && memchr(name.p, 0, name.n))) {
		c->impossible = true;
		name.n = 0;
	}
	return str_dup(name);
}

void imap_command_string(struct imap_command *c, struct str s)
{
	if (imap_quotable(s)) {
		imap_quote(c->text, s);
		return;
	}
	struct imap_span span = { c->text->len, s.n };
	g_array_append_val(c->literals, span);
	g_string_append_len(c->text, s.p, (gssize)s.n);
}

/* NULL: it cannot be told in UTF-8 without becoming another. */
static char *name_utf8(const char *name)
{
	char *utf8 = imap_name_decode(str_of(name));
	g_autofree char *back = imap_name_encode(utf8);
	if (back && !strcmp(back, name))
		return utf8;
	g_free(utf8);
	return NULL;
}

void imap_command_mailbox(struct imap_session *s, struct imap_command *c, const char *name)
{
	g_autofree char *utf8 = s->utf8 ? name_utf8(name) : NULL;
	if (utf8)
		imap_quote(c->text, str_of(utf8));
	else
		imap_command_string(c, str_of(name));
}

bool imap_is_spelled_two_ways(const struct imap_command *c)
{
	return (c->name && strchr(c->name, '&')) || (c->other_name && strchr(c->other_name, '&'));
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
	if (!more && imap_appends(c))
		imap_append_announce(s, c, line);
	struct str shown = { line->str, line->len };
	imap_write(s, shown, shown);
	imap_write(s, STR("\r\n"), (struct str){ 0 });
	if (s->feeding == c && !c->left)
		imap_append_go(s);
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

/* The text as it is to be now; it may prove that there is nothing to send. */
static void command_compose(struct imap_session *s, struct imap_command *c)
{
	c->said = 0;
	c->literals_said = 0;
	if (!c->compose || c->impossible)
		return;
	c->uses = 0;
	g_string_truncate(c->text, 0);
	g_array_set_size(c->literals, 0);
	c->compose(s, c);
}

static bool changes_box(const struct imap_command *c)
{
	return c->kind >= KIND_STORE;
}

static bool is_unsent(const struct imap_session *s, const struct imap_command *c)
{
	return c->impossible || c->refusal || (c->kind == KIND_UNSELECT && !imap_can(s, IMAP_CAP_UNSELECT));
}

/* An IDLE that would end at once is not begun. */
static bool is_idle_vain(const struct imap_session *s, const struct imap_command *c)
{
	return c->kind == KIND_IDLE && s->queue.length > 1;
}

static bool may_send(const struct imap_session *s)
{
	bool open = s->phase == PHASE_READY || (s->phase == PHASE_AUTH && s->login_pipelined);
	return open && !s->paused && !s->logging_out && !imap_open_find(s, KIND_COMPRESS) &&
	       s->deflate != DEFLATE_WANTED;
}

/* Which mailbox is selected is not certain before these have ended. */
static bool is_box_settled(const struct imap_session *s)
{
	for (GList *l = s->open.head; l; l = l->next) {
		const struct imap_command *c = l->data;
		if (c->kind == KIND_SELECT || c->kind == KIND_UNSELECT)
			return false;
	}
	return s->phase == PHASE_READY;
}

static bool needs_utf8(const struct imap_command *c)
{
	return imap_appends(c) && c->utf8;
}

static bool must_wait(const struct imap_session *s, const struct imap_command *c)
{
	if (s->utf8_asked && (imap_is_spelled_two_ways(c) || needs_utf8(c)))
		return true;
	if (changes_box(c))
		return !is_box_settled(s);
	return c->kind == KIND_COMPRESS && (s->open.head || s->out.n);
}

/* What has to leave before it. */
static void prepare(struct imap_session *s, struct imap_command *c)
{
	if (c->prepared || c->impossible)
		return;
	c->prepared = true;
	if (c->kind > KIND_COMPRESS && c->kind != KIND_SELECT)
		imap_utf8_prepare(s, needs_utf8(c) ? IMAP_CAP_UTF8 : IMAP_CAP_UTF8_ONLY);
	if (c->kind == KIND_SELECT)
		imap_select_prepare(s, c);
	else if (c->kind == KIND_LIST && c->extended)
		imap_list_prepare(s, c);
}

static void send_first(struct imap_session *s)
{
	struct imap_command *c = s->queue.head->data;
	bool vain = is_idle_vain(s, c);
	g_queue_push_tail(&s->open, g_queue_pop_head(&s->queue));
	command_compose(s, c);
	s->logging_out = c->kind == KIND_LOGOUT;
	if (!vain && !is_unsent(s, c))
		imap_command_send(s, c);
}

void imap_flush(struct imap_session *s)
{
	imap_open_advance(s);
	while (s->queue.head && may_send(s)) {
		struct imap_command *idle = imap_open_find(s, KIND_IDLE);
		if (idle && !s->idle_leaving) {
			imap_idle_leave(s);
			if (!s->idle_leaving)
				break;
		}
		struct imap_command *c = s->queue.head->data;
		if ((idle && c->kind == KIND_IDLE) || must_wait(s, c))
			break;
		prepare(s, c);
		if (must_wait(s, c))
			break;
		if (may_send(s))
			send_first(s);
		imap_open_advance(s);
	}
}

/* --- once more --- */

static void requeue(struct imap_session *s, struct imap_command *c, bool first)
{
	c->number = 0;
	c->prepared = c->again = false;
	if (first)
		g_queue_push_head(&s->queue, c);
	else
		g_queue_push_tail(&s->queue, c);
}

/* What was sent behind the SELECT that failed, and only reads, can be asked again. False: another one is on its way,
 * and the mailbox would not be the one its sender means. */
static bool repeat_behind(struct imap_session *s)
{
	for (GList *l = s->open.head; l; l = l->next) {
		const struct imap_command *c = l->data;
		if (c->kind == KIND_SELECT || c->kind == KIND_UNSELECT)
			return false;
	}
	for (GList *l = s->open.head; l; l = l->next) {
		struct imap_command *c = l->data;
		c->again = c->kind >= KIND_ROWS && !changes_box(c);
	}
	return true;
}

bool imap_command_again(struct imap_session *s, struct imap_command *c, enum imap_result result)
{
	if (c->again) {
		requeue(s, c, false);
		return true;
	}
	if (imap_utf8_lacked(s, c, result) && repeat_behind(s)) {
		c->utf8 = true;
		s->box_tried = false;
		s->box_state = BOX_NONE;
		requeue(s, c, true);
		return true;
	}
	if (result != IMAP_BAD)
		return false;
	if (!c->uses) {
		/* The plain form is no better: they were not to blame. */
		s->caps_bad &= ~c->blamed;
		return false;
	}
	s->caps_bad |= c->uses;
	c->blamed |= c->uses;
	if (!c->compose || c->once || changes_box(c) || c->kind == KIND_APPEND || c->kind == KIND_NOTIFY)
		return false;
	if (c->kind == KIND_SELECT && !repeat_behind(s))
		return false;
	if (c->kind == KIND_SELECT)
		s->box_state = BOX_NONE;
	requeue(s, c, true);
	return true;
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

/* An end that waits for others of its group: they say the worst. */
static void group_take(
	struct imap_group *g, struct imap_command *c, enum imap_result result, struct str code, struct str text)
{
	imap_copied_join(&g->copied, g_steal_pointer(&c->copied));
	if (g->text && result <= g->result)
		return;
	g_free(g->code);
	g_free(g->text);
	g->result = result;
	g->code = str_dup(code);
	g->text = str_dup(text);
}

static void give_end(
	struct imap_session *s, struct imap_command *c, enum imap_result result, struct str code, struct str text)
{
	struct imap_event *ev = imap_event_add(s, IMAP_DONE);
	ev->u.done.id = c->id;
	ev->u.done.result = result;
	ev->u.done.code = imap_keep(s, code);
	ev->u.done.text = imap_keep(s, text);
	ev->u.done.appendlimit = imap_appends(c) ? s->appendlimit : 0;
	struct imap_copied **copied = c->group ? &c->group->copied : &c->copied;
	imap_copied_check(copied);
	ev->u.done.copied = g_steal_pointer(copied);
}

void imap_command_end(
	struct imap_session *s, struct imap_command *c, enum imap_result result, struct str code, struct str text)
{
	if (s->paused == c)
		s->paused = NULL;
	if (s->feeding == c)
		s->feeding = NULL;
	if (s->streaming == c)
		s->streaming = NULL;
	struct imap_group *g = c->group;
	if (g)
		group_take(g, c, result, code, text);
	if (c->id && !g)
		give_end(s, c, result, code, text);
	else if (c->id && g->refs == 1)
		give_end(s, c, g->result, str_of(g->code), str_of(g->text));
	imap_command_free(c);
}

static void end_unsent(struct imap_session *s, struct imap_command *c)
{
	enum imap_result result = c->impossible ? IMAP_BAD : c->refusal ? IMAP_NO : IMAP_OK;
	if (c->kind == KIND_UNSELECT && result == IMAP_OK)
		s->box_state = BOX_NONE;
	imap_command_end(s, c, result, str_of(c->refusal), (struct str){ 0 });
}

void imap_open_advance(struct imap_session *s)
{
	while (s->open.head) {
		struct imap_command *c = s->open.head->data;
		if (c->number) {
			if (c->kind == KIND_SELECT && s->box_state != BOX_OPENING)
				imap_box_opening(s, c);
			return;
		}
		g_queue_pop_head(&s->open);
		end_unsent(s, c);
	}
}

/* --- the public ones --- */

static uint32_t new_id(struct imap_session *s)
{
	if (!++s->ids)
		s->ids = 1;
	return s->ids;
}

static void go(struct imap_session *s)
{
	if (s->phase == PHASE_DEAD || s->phase == PHASE_BYE)
		imap_lost(s);
	else
		imap_flush(s);
}

uint32_t imap_enqueue(struct imap_session *s, struct imap_command *c)
{
	uint32_t id = c->id = new_id(s);
	g_queue_push_tail(&s->queue, c);
	go(s);
	return id;
}

/* The command for the next ranges of the set. */
static struct imap_command *command_piece(
	const struct imap_command *pattern, const struct imap_set *set, unsigned *at, size_t room)
{
	struct imap_command *c = imap_command_new(pattern->kind);
	g_autoptr(GString) text = g_string_new(NULL);
	unsigned from = *at;
	imap_set_print(set, at, room, text);
	c->set_text = g_strdup(text->str);
	imap_set_init(&c->set);
	g_array_append_vals(c->set.ranges, &g_array_index(set->ranges, struct imap_range, from), *at - from);
	c->id = pattern->id;
	c->compose = pattern->compose;
	c->by_uid = pattern->by_uid;
	c->how = pattern->how;
	c->flags = pattern->flags;
	c->keywords = pattern->keywords ? g_ptr_array_ref(pattern->keywords) : NULL;
	c->name = g_strdup(pattern->name);
	c->sections = g_strdupv(pattern->sections);
	return c;
}

uint32_t imap_enqueue_set(struct imap_session *s, struct imap_command *c, const struct imap_set *set, size_t others)
{
	if (!set->ranges->len || c->impossible) {
		c->impossible = true;
		return imap_enqueue(s, c);
	}
	size_t room = others + SET_ROOM_MIN < COMMAND_MAX ? COMMAND_MAX - others : SET_ROOM_MIN;
	uint32_t id = c->id = new_id(s);
	struct imap_group *g = g_new0(struct imap_group, 1);
	for (unsigned at = 0; at < set->ranges->len;) {
		struct imap_command *piece = command_piece(c, set, &at, room);
		piece->group = g;
		g->refs++;
		g_queue_push_tail(&s->queue, piece);
	}
	imap_command_free(c);
	go(s);
	return id;
}

uint32_t imap_enqueue_words(struct imap_session *s, enum imap_kind kind, const char *words)
{
	struct imap_command *c = imap_command_new(kind);
	g_string_append(c->text, words);
	return imap_enqueue(s, c);
}

uint32_t imap_noop(struct imap_session *s)
{
	return imap_enqueue_words(s, KIND_NOOP, "NOOP");
}

uint32_t imap_logout(struct imap_session *s)
{
	return imap_enqueue_words(s, KIND_LOGOUT, "LOGOUT");
}
