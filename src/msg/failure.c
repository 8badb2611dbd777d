/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Returned mail that says only to people what went wrong, as some servers write it: qmail, Exim, old Postfix and Sendmail,
 * OpenSMTPD, and what imitates them. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define LOOK_MAX (64u << 10) /* octets of the text */
#define RECIPIENTS_MAX 1000
#define WORDS_MAX 1000
#define ADDR_MAX 320

static bool holds(struct str line, const char *const *marks, size_t n)
{
	g_autofree char *low = g_ascii_strdown(line.p, (gssize)line.n);
	for (size_t i = 0; i < n; i++)
		if (strstr(low, marks[i]))
			return true;
	return false;
}

/* The report begins here. */
static bool is_opening(struct str line)
{
	static const char *const marks[] = { "this is the qmail-send program", "this is the mail system at host",
		"this is the postfix program", "created automatically by mail delivery software",
		"delivery to the following recipient", "had permanent fatal errors", "following list of recipients",
		"wasn't able to deliver your message", "deliver your message to the following",
		"is the dragonfly mail agent", "following addresses had", "to the following recip",
		"the following address", "was not delivered to:", "transcript of session follows",
		"this is the mailer-daemon", "could not be delivered to" };
	return holds(line, marks, G_N_ELEMENTS(marks));
}

/* What came back begins here. */
static bool is_closing(struct str line)
{
	static const char *const marks[] = { "below this line is a copy", "this is a copy of", "original message -----",
		"copy of the original message", "message follows -----", "message headers follow",
		"header of the original message" };
	return holds(line, marks, G_N_ELEMENTS(marks));
}

static bool is_warning(struct str line)
{
	static const char *const marks[] = { "this is a warning message only", "has not yet been delivered",
		"delivery attempts will continue", "will keep trying", "will be retried", "message delayed" };
	return holds(line, marks, G_N_ELEMENTS(marks));
}

static bool is_addr(struct str s)
{
	const char *at = s.n && s.n <= ADDR_MAX ? memchr(s.p, '@', s.n) : NULL;
	if (!at || at == s.p || at == s.p + s.n - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (g_ascii_isspace(s.p[i]) || is_one_of(s.p[i], "<>,;:()\"[]"))
			return false;
	return true;
}

/* "<a@b>: why", "a@b: why", and lines with only an address, which may be the last word of a sentence; *why_out is what
 * stands behind it. */
static bool is_recipient(struct str line, struct str *addr_out, struct str *why_out)
{
	static const char sentence[] = "There was an error delivering your mail to ";
	struct str s = str_trim(line), addr, rest;
	if (str_starts(s, sentence)) {
		s = str_sub(s, strlen(sentence));
		s.n -= s.n && s.p[s.n - 1] == '.';
	}
	/* "550 <a@b>... why", as Sendmail tells of the session. */
	bool answered = s.n > 5 && is_one_of(*s.p, "45") && g_ascii_isdigit(s.p[1]) && g_ascii_isdigit(s.p[2]) &&
			s.p[3] == ' ' && s.p[4] == '<';
	if (answered)
		s = str_sub(s, 4);
	if (s.n && *s.p == '<') {
		if (!str_cut(str_sub(s, 1), '>', &addr, &rest) || !is_addr(addr))
			return false;
		rest = str_trim(rest);
		*addr_out = addr;
		/* "(expanded from <c@d>):" */
		if (rest.n && *rest.p == '(')
			str_cut(rest, ':', &addr, &rest);
		else if (rest.n && *rest.p == ':')
			rest = str_sub(rest, 1);
		else if (answered && str_starts(rest, "..."))
			rest = str_sub(rest, 3);
		else if (rest.n)
			return false;
		*why_out = str_trim(rest);
		return true;
	}
	bool colon = str_cut(s, ':', &addr, &rest);
	if (addr.n > 2 && *addr.p == '"' && addr.p[addr.n - 1] == '"')
		addr = (struct str){ addr.p + 1, addr.n - 2 };
	if (!is_addr(addr) || (colon && line.n && g_ascii_isspace(*line.p)))
		return false;
	*addr_out = addr;
	*why_out = str_trim(rest);
	return true;
}

char *failure_status(const char *words)
{
	for (const char *p = words; *p; p++) {
		char *end;
		bool begins = (*p == '2' || *p == '4' || *p == '5') && p[1] == '.' &&
			      (p == words || (!g_ascii_isalnum(p[-1]) && p[-1] != '.'));
		if (!begins || !g_ascii_isdigit(p[2]))
			continue;
		g_ascii_strtoull(p + 2, &end, 10);
		if (end - p > 5 || *end != '.' || !g_ascii_isdigit(end[1]))
			continue;
		const char *third = end + 1;
		g_ascii_strtoull(third, &end, 10);
		if (end - third <= 3 && !(*end == '.' && g_ascii_isdigit(end[1])) && !g_ascii_isalpha(*end))
			return g_strndup(p, (gsize)(end - p));
	}
	return NULL;
}

/* --- one after the other --- */

struct scan {
	struct msg_report *report;
	struct msg_report_rcpt *rcpt; /* whose words come; NULL */
	GString *words;
	bool open, delayed;
};

static struct msg_report_rcpt *find(const struct msg_report *r, struct str addr)
{
	for (guint i = 0; i < r->rcpts->len; i++) {
		struct msg_report_rcpt *to = r->rcpts->pdata[i];
		if (str_ieq(str_of(to->addr), addr))
			return to;
	}
	return NULL;
}

static void words_end(struct scan *s)
{
	struct msg_report_rcpt *to = s->rcpt;
	if (to && s->words->len && !to->words) {
		struct str all = { s->words->str, MIN(s->words->len, WORDS_MAX) };
		to->words = clean_line(all);
		to->status = failure_status(to->words);
	}
	s->rcpt = NULL;
	g_string_truncate(s->words, 0);
}

static struct msg_report_rcpt *add(struct msg_report *r, struct str addr)
{
	struct msg_report_rcpt *to = find(r, addr);
	if (to || r->rcpts->len >= RECIPIENTS_MAX)
		return to;
	to = g_new0(struct msg_report_rcpt, 1);
	to->addr = clean_line(addr);
	g_ptr_array_add(r->rcpts, to);
	return to;
}

static void take(struct scan *s, struct str line)
{
	struct str addr, why;
	s->delayed = s->delayed || is_warning(line);
	if (!s->open) {
		s->open = is_opening(line);
	} else if (is_recipient(line, &addr, &why)) {
		words_end(s);
		s->rcpt = add(s->report, addr);
		g_string_append_len(s->words, why.p, (gssize)why.n);
	} else if (!str_trim(line).n) {
		/* Some leave a line free before they say why. */
		if (s->words->len)
			words_end(s);
	} else if (s->rcpt && s->words->len < WORDS_MAX) {
		struct str piece = str_trim(line);
		g_string_append_printf(s->words, "%s%.*s", s->words->len ? " " : "", (int)piece.n, piece.p);
	}
}

static bool is_from_a_server(const struct msg_head *h)
{
	static const char *const marks[] = { "mailer-daemon", "postmaster@", "mail delivery s" };
	const char *path = msg_head_get(h, "Return-Path"), *from = msg_head_get(h, "From");
	return (path && g_str_has_prefix(path, "<>")) || (from && holds(str_of(from), marks, G_N_ELEMENTS(marks)));
}

static void add_named(struct msg_report *r, const struct msg_head *h)
{
	const char *failed = msg_head_get(h, "X-Failed-Recipients");
	struct str rest = str_of(failed), one;
	while (rest.n) {
		str_cut(rest, ',', &one, &rest);
		one = str_trim(one);
		if (is_addr(one))
			add(r, one);
	}
}

struct msg_report *msg_failure_read(const struct msg_head *h, const char *text)
{
	if (!is_from_a_server(h) && !msg_head_get(h, "X-Failed-Recipients"))
		return NULL;
	struct scan s = { .report = msg_report_new(), .words = g_string_new(NULL) };
	struct str rest = str_of(text), line;
	rest.n = MIN(rest.n, LOOK_MAX);
	while (rest.n) {
		line = line_next(&rest);
		if (is_closing(line))
			break;
		take(&s, line);
	}
	words_end(&s);
	add_named(s.report, h);
	for (guint i = 0; i < s.report->rcpts->len; i++) {
		struct msg_report_rcpt *to = s.report->rcpts->pdata[i];
		to->action = s.delayed ? REPORT_DELAYED : REPORT_FAILED;
	}
	g_string_free(s.words, TRUE);
	if (s.report->rcpts->len)
		return s.report;
	msg_report_free(s.report);
	return NULL;
}
