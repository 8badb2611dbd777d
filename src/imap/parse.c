/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Responses (RFC 9051 7): whole ones come in, state and events come out. */
#include "imap/internal.h"

#include <string.h>

#include "base/log.h"

static int nonsense(struct imap_session *s, struct err *e, const char *text)
{
	return imap_fail(s, e, ERR_PROTOCOL, ERR_LATER, text);
}

/* RFC 9051 7.1: an optional code in brackets, then text. Nothing at all is tolerated. */
static struct imap_status status_parse(struct imap_cursor *c)
{
	struct imap_status st = { 0 };
	imap_blanks(c);
	struct str rest = { c->p, (size_t)(c->end - c->p) };
	struct str inside, behind;
	if (imap_at(c, '[') && str_cut(str_sub(rest, 1), ']', &inside, &behind)) {
		str_cut(inside, ' ', &st.code, &st.args);
		rest = behind;
	}
	st.text = str_trim(rest);
	return st;
}

/* c: the command that it ends, NULL: untagged. */
static void take_code(struct imap_session *s, struct imap_command *c, const struct imap_status *st)
{
	if (str_is(st->code, "CAPABILITY")) {
		imap_caps_set(s, st->args);
		s->caps_after_login = s->phase >= PHASE_AUTH;
	} else if (str_is(st->code, "ALERT")) {
		if (imap_may_tell(s) && !sasl_echoes(s->secret, st->text))
			imap_event_add(s, IMAP_ALERT)->u.text = imap_keep(s, st->text);
	} else if (imap_logged_in(s)) {
		imap_box_code(s, st);
		imap_take_copied(s, c, st);
	}
}

static void set_server(struct imap_session *s, struct err *e, struct str text)
{
	g_autofree char *words = str_dup(text);
	if (words[0] && imap_may_tell(s) && !sasl_echoes(s->secret, text))
		err_set_server(e, words);
}

static int take_bye(struct imap_session *s, const struct imap_status *st, struct err *e)
{
	if (s->logging_out) {
		s->bye_seen = true;
		return 0;
	}
	imap_fail(s, e, ERR_NET, ERR_LATER, "the server ended the session");
	set_server(s, e, st->text);
	return -1;
}

/* --- greeting --- */

static int greeting(struct imap_session *s, struct imap_cursor *c, struct err *e)
{
	struct str star, word;
	imap_word(c, &star);
	imap_blanks(c);
	imap_word(c, &word);
	bool ok = str_is(word, "OK"), preauth = str_is(word, "PREAUTH"), bye = str_is(word, "BYE");
	if (!str_is(star, "*") || !(ok || preauth || bye))
		return nonsense(s, e, "this is no IMAP server");
	struct imap_status st = status_parse(c);
	if (bye)
		return take_bye(s, &st, e);
	if (preauth && s->settings.security == IMAP_STARTTLS)
		return imap_fail(s, e, ERR_TLS, ERR_NEVER, "the server skips STARTTLS: somebody may be tampering");
	take_code(s, NULL, &st);
	if (!preauth)
		return imap_decide(s, e);
	s->caps_after_login = s->caps_known;
	imap_ready(s);
	return 0;
}

/* --- untagged --- */

static int numbered(struct imap_session *s, uint32_t n, struct imap_cursor *c, struct err *e)
{
	struct str word;
	imap_blanks(c);
	if (!imap_word(c, &word) || s->box_state == BOX_NONE)
		return 0;
	if (str_is(word, "EXISTS")) {
		s->box.exists = n;
		if (s->box_state == BOX_OPEN)
			imap_event_add(s, IMAP_EXISTS)->u.number = n;
		return 0;
	}
	if (!str_is(word, "EXPUNGE") && !str_is(word, "FETCH"))
		return 0;
	bool fetch = str_is(word, "FETCH");
	if (!imap_box_listens(s) || (!fetch && s->box_state != BOX_OPEN) || !n || n > s->box.exists) {
		log_line(LOG_WARN, "%s: message %u is none of %u", s->settings.who, n, s->box.exists);
		return 0;
	}
	if (fetch)
		return imap_parse_fetch(s, n, c, e);
	s->box.exists--;
	imap_event_add(s, IMAP_EXPUNGE)->u.number = n;
	return 0;
}

static int take_capability(struct imap_session *s, struct imap_cursor *c, struct err *e)
{
	struct str words = { c->p, (size_t)(c->end - c->p) };
	if (words.n && memchr(words.p, '{', words.n))
		return nonsense(s, e, "a literal in CAPABILITY");
	imap_caps_set(s, words);
	s->caps_after_login = s->phase >= PHASE_AUTH;
	return 0;
}

/* Nothing in these ends a session. */
static const struct {
	const char *word;
	void (*parse)(struct imap_session *s, struct imap_cursor *c);
} harmless[] = {
	{ "FLAGS", imap_parse_flags },
	{ "VANISHED", imap_parse_vanished },
	{ "STATUS", imap_parse_status },
	{ "ENABLED", imap_parse_enabled },
	{ "NAMESPACE", imap_parse_namespace },
	{ "QUOTA", imap_parse_quota },
	{ "MYRIGHTS", imap_parse_rights },
	{ "ID", imap_parse_id },
};

static int untagged_data(struct imap_session *s, struct str word, struct imap_cursor *c, struct err *e)
{
	uint64_t n;
	if (str_is(word, "CAPABILITY"))
		return take_capability(s, c, e);
	if (!imap_logged_in(s))
		return 0;
	if (str_u64(word, UINT32_MAX, &n))
		return numbered(s, (uint32_t)n, c, e);
	if (str_is(word, "LIST"))
		return imap_parse_list(s, c, e);
	if (str_is(word, "LSUB"))
		return imap_parse_lsub(s, c, e);
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++)
		if (str_is(word, harmless[i].word))
			harmless[i].parse(s, c);
	return 0;
}

static int untagged(struct imap_session *s, struct imap_cursor *c, struct err *e)
{
	struct str word;
	imap_blanks(c);
	if (!imap_word(c, &word))
		return nonsense(s, e, "an empty response");
	bool bye = str_is(word, "BYE");
	if (!bye && !str_is(word, "OK") && !str_is(word, "NO") && !str_is(word, "BAD"))
		return untagged_data(s, word, c, e);
	struct imap_status st = status_parse(c);
	take_code(s, NULL, &st);
	return bye ? take_bye(s, &st, e) : 0;
}

/* --- continuation --- */

static int continued(struct imap_session *s, struct imap_cursor *c, struct err *e)
{
	struct imap_command *last = s->open.tail ? s->open.tail->data : NULL;
	if (s->phase == PHASE_STARTTLS)
		return imap_fail(s, e, ERR_TLS, ERR_NEVER, "the server does not start TLS: somebody may be tampering");
	if (s->phase == PHASE_AUTH)
		return imap_auth_continue(s, str_trim((struct str){ c->p, (size_t)(c->end - c->p) }), e);
	if (imap_append_waits(s) && !s->feeding)
		imap_append_go(s);
	else if (s->paused && !s->feeding)
		imap_command_send(s, s->paused);
	else if (last && last->kind == KIND_IDLE && last->number && !s->idling && !s->idle_leaving)
		imap_idle_started(s);
	else
		return nonsense(s, e, "the server asks for what was not announced");
	return 0;
}

/* --- tagged --- */

static GList *find_tag(struct imap_session *s, struct str tag)
{
	size_t n = strlen(s->tag);
	uint64_t number;
	if (tag.n <= n || memcmp(tag.p, s->tag, n) || !str_u64(str_sub(tag, n), s->tags, &number) || !number)
		return NULL;
	for (GList *l = s->open.head; l; l = l->next)
		if (((struct imap_command *)l->data)->number == number)
			return l;
	return NULL;
}

static int starttls_ended(struct imap_session *s, enum imap_result result, struct err *e)
{
	if (result != IMAP_OK)
		return imap_fail(s, e, ERR_TLS, ERR_NEVER, "the server refused STARTTLS: somebody may be tampering");
	s->phase = PHASE_TLS;
	return 0;
}

static int capability_ended(struct imap_session *s, struct err *e)
{
	if (s->phase != PHASE_CAPS)
		return 0;
	s->caps_known = true;
	return imap_decide(s, e);
}

static void unselect_ended(struct imap_session *s, enum imap_result result)
{
	if (result == IMAP_OK)
		s->box_state = BOX_NONE;
	else
		s->caps_bad |= IMAP_CAP_UNSELECT;
}

static void compress_ended(struct imap_session *s, enum imap_result result)
{
	if (result == IMAP_OK)
		s->deflate = DEFLATE_WANTED;
	else
		s->caps_bad |= IMAP_CAP_COMPRESS;
}

/* What the end of a command means for the session. */
static int ended(struct imap_session *s, struct imap_command *c, enum imap_result result, const struct imap_status *st,
	struct err *e)
{
	switch (c->kind) {
	case KIND_STARTTLS: return starttls_ended(s, result, e);
	case KIND_CAPABILITY: return capability_ended(s, e);
	case KIND_LOGIN:
	case KIND_AUTHENTICATE: return imap_auth_ended(s, result, st, e);
	case KIND_ENABLE: imap_enable_ended(s, c, result); return 0;
	case KIND_COMPRESS: compress_ended(s, result); return 0;
	case KIND_NOTIFY: imap_notify_ended(s, c, result); return 0;
	case KIND_SELECT: imap_box_ended(s, c, result); return 0;
	case KIND_UNSELECT: unselect_ended(s, result); return 0;
	case KIND_LSUB: s->mailboxes = 0; return 0;
	case KIND_LIST:
		s->mailboxes = 0;
		g_hash_table_remove_all(s->subscribed);
		return 0;
	case KIND_APPEND:
	case KIND_REPLACE: return imap_append_refused(s, c, result, e);
	case KIND_LOGOUT: s->phase = PHASE_BYE; return 0;
	default: return 0;
	}
}

static int tagged(struct imap_session *s, struct str tag, struct imap_cursor *c, struct err *e)
{
	struct str word = { 0 };
	imap_blanks(c);
	imap_word(c, &word);
	GList *at = find_tag(s, tag);
	if (!at)
		return nonsense(s, e, "the server answers a command that was not sent");
	enum imap_result result = str_is(word, "OK") ? IMAP_OK : str_is(word, "NO") ? IMAP_NO : IMAP_BAD;
	if (result == IMAP_BAD && !str_is(word, "BAD"))
		return nonsense(s, e, "a tagged response that is none");
	struct imap_command *command = at->data;
	if (s->paused == command && result == IMAP_OK)
		return nonsense(s, e, "the server answers a command that was not sent yet");
	struct imap_status st = status_parse(c);
	if (sasl_echoes(s->secret, st.text))
		st.text = STR("");
	g_queue_delete_link(&s->open, at);
	if (command->kind == KIND_IDLE && imap_idle_ended(s, command, result)) {
		g_queue_push_head(&s->queue, command);
		return 0;
	}
	take_code(s, command, &st);
	if (imap_command_again(s, command, result))
		return 0;
	int rc = ended(s, command, result, &st, e);
	imap_command_end(s, command, result, st.code, st.text);
	return rc;
}

/* --- all --- */

static void trace(const struct imap_session *s, struct str text)
{
	if (!log_wants(LOG_WIRE))
		return;
	struct str line, rest;
	str_cut(text, '\r', &line, &rest);
	log_wire(s->settings.who, 'S', sasl_echoes(s->secret, line) ? STR("****") : line);
}

int imap_response(struct imap_session *s, struct str text, struct err *e)
{
	struct imap_cursor c = { (char *)text.p, (char *)text.p + text.n };
	struct str first;
	trace(s, text);
	if (s->phase == PHASE_GREETING)
		return greeting(s, &c, e);
	if (imap_eat(&c, '+'))
		return continued(s, &c, e);
	if (!imap_word(&c, &first))
		return nonsense(s, e, "an empty response");
	return str_is(first, "*") ? untagged(s, &c, e) : tagged(s, first, &c, e);
}
