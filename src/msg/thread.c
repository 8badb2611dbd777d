/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What makes messages one conversation (RFC 5256): their base subject, and the ids they refer to. */
#include "msg/msg.h"

#include <string.h>

#define SUBJECT_LOOKED_AT 1024 /* octets: nobody's subject is longer, and blobs are looked at several times */
#define NESTED_MAX 64          /* forwards within forwards */

/* Besides RFC 5256's re, fw and fwd: what programs of other languages write. */
static const char *const leaders[] = { "re", "fwd", "fw", "aw", "antw", "sv", "vs", "wg", "tr", "rv", "rif", "enc",
	"odp", "ynt", "vl", "doorst", "回复", "答复", "回覆", "转发", "轉寄", "返信" };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str skip_blanks(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_sub(s, 1);
	return s;
}

static bool ends_with(struct str s, const char *word)
{
	size_t n = strlen(word);
	return s.n >= n && !g_ascii_strncasecmp(s.p + s.n - n, word, n);
}

static bool begins_with(struct str s, const char *word)
{
	size_t n = strlen(word);
	return s.n >= n && !g_ascii_strncasecmp(s.p, word, n);
}

/* subj-blob: "[..]" and the blanks behind it. */
static bool cut_blob(struct str s, struct str *rest)
{
	size_t n = 1;
	if (!s.n || s.p[0] != '[')
		return false;
	while (n < s.n && s.p[n] != '[' && s.p[n] != ']')
		n++;
	if (n == s.n || s.p[n] != ']')
		return false;
	*rest = skip_blanks(str_sub(s, n + 1));
	return true;
}

/* "(2)" and "^2", as some count their replies. */
static struct str skip_count(struct str s)
{
	bool round = s.n && s.p[0] == '(';
	if (!round && !(s.n && s.p[0] == '^'))
		return s;
	struct str at = str_sub(s, 1);
	size_t digits = 0;
	while (digits < at.n && g_ascii_isdigit(at.p[digits]))
		digits++;
	at = str_sub(at, digits);
	if (!digits || (round && !(at.n && at.p[0] == ')')))
		return s;
	return skip_blanks(round ? str_sub(at, 1) : at);
}

static bool cut_colon(struct str s, struct str *rest)
{
	bool wide = begins_with(s, "：");
	if (!wide && !(s.n && s.p[0] == ':'))
		return false;
	*rest = str_sub(s, wide ? strlen("：") : 1);
	return true;
}

/* subj-refwd: a leader, perhaps with a blob or a count, and the colon. */
static bool cut_refwd(struct str s, struct str *rest)
{
	for (size_t i = 0; i < G_N_ELEMENTS(leaders); i++) {
		if (!begins_with(s, leaders[i]))
			continue;
		struct str at = skip_blanks(str_sub(s, strlen(leaders[i])));
		if (!cut_blob(at, &at))
			at = skip_count(at);
		if (cut_colon(at, rest))
			return true;
	}
	return false;
}

/* subj-leader: blobs before it go with it. */
static bool cut_leader(struct str s, struct str *rest)
{
	while (cut_blob(s, &s))
		;
	return cut_refwd(s, rest);
}

static struct str cut_trailers(struct str s, bool *reply)
{
	for (;;) {
		if (s.n && is_blank(s.p[s.n - 1])) {
			s.n--;
		} else if (ends_with(s, "(fwd)")) {
			s.n -= strlen("(fwd)");
			*reply = true;
		} else {
			return s;
		}
	}
}

static struct str cut_front(struct str s, bool *reply)
{
	struct str rest;
	for (;;) {
		s = skip_blanks(s);
		if (cut_leader(s, &rest)) {
			*reply = true;
		} else if (!cut_blob(s, &rest) || !rest.n) {
			return s; /* a blob that is all there is, is the subject */
		}
		s = rest;
	}
}

static bool cut_forwarded(struct str s, struct str *rest)
{
	if (!begins_with(s, "[fwd:") || !s.n || s.p[s.n - 1] != ']')
		return false;
	*rest = str_sub(s, strlen("[fwd:"));
	rest->n--;
	return true;
}

/* Many blanks are one. */
static char *squeeze(struct str s)
{
	GString *out = g_string_sized_new(s.n);
	for (size_t i = 0; i < s.n; i++) {
		bool blank = is_blank(s.p[i]);
		if (!blank || (i && !is_blank(s.p[i - 1])))
			g_string_append_c(out, blank ? ' ' : s.p[i]);
	}
	return g_string_free(out, FALSE);
}

static struct str looked_at(const char *subject)
{
	struct str s = str_of(subject);
	if (s.n <= SUBJECT_LOOKED_AT)
		return s;
	s.n = SUBJECT_LOOKED_AT;
	while (s.n && ((unsigned char)s.p[s.n] & 0xc0) == 0x80)
		s.n--;
	return s;
}

char *msg_base_subject(const char *subject, bool *reply_out)
{
	struct str s = looked_at(subject ? subject : "");
	bool reply = false;
	for (int i = 0; i < NESTED_MAX; i++) {
		s = cut_front(cut_trailers(s, &reply), &reply);
		if (!cut_forwarded(s, &s))
			break;
		reply = true;
	}
	if (reply_out)
		*reply_out = reply;
	return squeeze(s);
}

static void take_ref(GPtrArray *ids, const struct msg_head *h, const char *id)
{
	bool known = g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL);
	if (*id && !known && g_strcmp0(id, h->message_id))
		g_ptr_array_add(ids, g_strdup(id));
}

/* Of very many the first, which names the thread, and the nearest. */
GPtrArray *msg_thread_refs(const struct msg_head *h)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
	guint n = h->references ? h->references->len : 0;
	if (n)
		take_ref(ids, h, h->references->pdata[0]);
	for (guint i = n > MSG_THREAD_REFS ? n - MSG_THREAD_REFS + 1 : 1; i < n; i++)
		take_ref(ids, h, h->references->pdata[i]);
	if (!ids->len && h->in_reply_to)
		take_ref(ids, h, h->in_reply_to);
	return ids;
}
