/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of a letter, as servers (RFC 3464, RFC 5965) and readers (RFC 8098) report it. */
#include "msg/msg.h"

#include <string.h>

#include "msg/internal.h"

#define RECIPIENTS_MAX 1000
#define WORDS_MAX 1000

const char *const report_action_names[] = { "failed", "delayed", "delivered", "relayed", "expanded", "displayed",
	"deleted", "processed", "complained" };

static void free_rcpt(void *data)
{
	struct msg_report_rcpt *r = data;
	g_free(r->addr);
	g_free(r->status);
	g_free(r->words);
	g_free(r);
}

void msg_report_free(struct msg_report *r)
{
	if (!r)
		return;
	g_ptr_array_unref(r->rcpts);
	g_free(r->envid);
	g_free(r->msgid);
	g_free(r);
}

/* "rfc822; bob@post.example", "smtp; 550 5.1.1 unknown": what stands behind the type. */
static char *behind_type(const struct msg_head *h, const char *name)
{
	const char *value = msg_head_get(h, name), *semicolon = value ? strchr(value, ';') : NULL;
	if (!value)
		return NULL;
	struct str rest = str_trim(str_of(semicolon ? semicolon + 1 : value));
	if (rest.n > WORDS_MAX)
		rest.n = WORDS_MAX;
	return rest.n ? g_utf8_make_valid(rest.p, (gssize)rest.n) : NULL;
}

static bool is_action(const char *word, enum report_action *out)
{
	struct str first = str_trim(str_of(word));
	for (unsigned i = 0; i < G_N_ELEMENTS(report_action_names); i++) {
		if (!str_is(first, report_action_names[i]))
			continue;
		*out = (enum report_action)i;
		return true;
	}
	return false;
}

/* By its Action; where that was left out, by what the status says (RFC 3463 2). */
static bool action_of(const struct msg_head *h, enum report_action *out)
{
	const char *word = msg_head_get(h, "Action"), *status = msg_head_get(h, "Status");
	if (word || !status)
		return word && is_action(word, out);
	*out = *status == '5' ? REPORT_FAILED : *status == '4' ? REPORT_DELAYED : REPORT_DELIVERED;
	return *status == '5' || *status == '4' || *status == '2';
}

static char *address_of(const struct msg_head *h)
{
	char *addr = behind_type(h, "Original-Recipient");
	if (!addr)
		addr = behind_type(h, "Final-Recipient");
	/* Some write <bob@post.example>. */
	size_t n = addr ? strlen(addr) : 0;
	if (n > 2 && addr[0] == '<' && addr[n - 1] == '>') {
		memmove(addr, addr + 1, n - 2);
		addr[n - 2] = 0;
	}
	return addr;
}

/* "5.1.1 (bad destination mailbox address)": its first word. */
static char *code_of(const char *value)
{
	struct str first, rest;
	str_cut(str_trim(str_of(value)), ' ', &first, &rest);
	return first.n ? str_dup(first) : NULL;
}

static void add(struct msg_report *r, const struct msg_head *h, enum report_action action, char *words)
{
	struct msg_report_rcpt *to = g_new0(struct msg_report_rcpt, 1);
	to->addr = address_of(h);
	to->action = action;
	to->status = code_of(msg_head_get(h, "Status"));
	to->words = words;
	/* Where the status says no more than that it failed, the words may. */
	char *better = words && to->status && g_str_has_suffix(to->status, ".0.0") ? failure_status(words) : NULL;
	if (better) {
		g_free(to->status);
		to->status = better;
	}
	g_ptr_array_add(r->rcpts, to);
}

/* The next block of fields, which an empty line ends. */
static bool next_block(struct str *rest, struct str *block)
{
	while (rest->n && (rest->p[0] == '\n' || rest->p[0] == '\r'))
		*rest = str_sub(*rest, 1);
	const char *begin = rest->p;
	struct str line, after;
	block->p = begin;
	block->n = 0;
	if (!rest->n)
		return false;
	while (rest->n) {
		str_cut(*rest, '\n', &line, &after);
		bool empty = !str_trim(line).n;
		*rest = after;
		if (empty)
			break;
		block->n = (size_t)(line.p - begin) + line.n;
	}
	return true;
}

static void read_status(struct msg_report *r, struct str bytes)
{
	struct str block;
	while (r->rcpts->len < RECIPIENTS_MAX && next_block(&bytes, &block)) {
		struct msg_head *h = msg_head_parse(block);
		enum report_action action;
		if (!r->envid)
			r->envid = g_strdup(msg_head_get(h, "Original-Envelope-Id"));
		if (action_of(h, &action))
			add(r, h, action, behind_type(h, "Diagnostic-Code"));
		msg_head_free(h);
	}
}

static char *id_of(const char *value)
{
	const char *open = value ? strchr(value, '<') : NULL, *close = open ? strchr(open, '>') : NULL;
	return close && close > open + 1 ? g_strndup(open + 1, (gsize)(close - open - 1)) : NULL;
}

/* "automatic-action/MDN-sent-automatically; displayed" */
static void read_disposition(struct msg_report *r, struct str bytes)
{
	struct msg_head *h = msg_head_parse(bytes);
	g_autofree char *how = behind_type(h, "Disposition");
	enum report_action action;
	struct str first, modifiers;
	str_cut(str_of(how), '/', &first, &modifiers);
	g_autofree char *word = str_dup(first);
	r->msgid = id_of(msg_head_get(h, "Original-Message-ID"));
	if (how && is_action(word, &action))
		add(r, h, action, NULL);
	msg_head_free(h);
}

/* RFC 5965: somebody, who is rarely named, called a letter spam. */
static void read_feedback(struct msg_report *r, struct str bytes)
{
	struct msg_head *h = msg_head_parse(bytes);
	if (msg_head_get(h, "Feedback-Type")) {
		struct msg_report_rcpt *to = g_new0(struct msg_report_rcpt, 1);
		const char *whom = msg_head_get(h, "Original-Rcpt-To");
		to->addr = whom ? id_first(str_of(whom)) : NULL;
		to->action = REPORT_COMPLAINED;
		to->words = g_strdup(msg_head_get(h, "Feedback-Type"));
		g_ptr_array_add(r->rcpts, to);
	}
	msg_head_free(h);
}

struct msg_report *msg_report_new(void)
{
	struct msg_report *r = g_new0(struct msg_report, 1);
	r->rcpts = g_ptr_array_new_with_free_func(free_rcpt);
	return r;
}

struct msg_report *msg_report_parse(const char *type, struct str status, struct str returned)
{
	struct msg_report *r = msg_report_new();
	if (g_str_has_suffix(type, "disposition-notification"))
		read_disposition(r, status);
	else if (g_str_has_suffix(type, "feedback-report"))
		read_feedback(r, status);
	else
		read_status(r, status);
	if (!r->msgid) {
		struct msg_head *h = msg_head_parse(returned);
		r->msgid = g_strdup(h->message_id);
		msg_head_free(h);
	}
	const struct msg_report_rcpt *first = r->rcpts->len ? r->rcpts->pdata[0] : NULL;
	if (first && (first->addr || r->msgid || r->envid || first->action == REPORT_COMPLAINED))
		return r;
	msg_report_free(r);
	return NULL;
}

bool msg_is_report_part(const char *type)
{
	static const char *const types[] = { "message/delivery-status", "message/global-delivery-status",
		"message/disposition-notification", "message/global-disposition-notification",
		"message/feedback-report" };
	for (unsigned i = 0; i < G_N_ELEMENTS(types); i++)
		if (!strcmp(type, types[i]))
			return true;
	return false;
}
