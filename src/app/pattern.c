/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a filter is typed as: mutt's letters, words with a colon, and plain words, in one grammar.
 *
 *	any   = all { ( "|" | "OR" ) all }
 *	all   = one { one }
 *	one   = ( "!" | "-" | "NOT" ) one | "(" any ")" | "~" letter [ value ] | word ":" value | value
 */
#include "app/app.h"

#include <string.h>

#include "base/i18n.h"
#include "base/utf8.h"

#define TEXT_MAX 4096 /* octets */
#define DAYS_IN_SPAN_MAX 1000000

struct pattern {
	struct str all, rest;
	const struct cfg *cfg;
	int64_t now;
	unsigned parts, depth;
	struct err *e;
};

static struct store_filter *parse_any(struct pattern *p);

/* --- what is wrong, and where --- */

static void *wrong(struct pattern *p, const char *at, const char *fmt, ...) G_GNUC_PRINTF(3, 4);
static void *wrong(struct pattern *p, const char *at, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	g_autofree char *text = g_strdup_vprintf(fmt, ap);
	va_end(ap);
	size_t octets = (size_t)(at - p->all.p);
	g_autofree char *before = utf8_make_valid((struct str){ p->all.p, MIN(octets, p->all.n) });
	err_set(p->e, ERR_PROGRAM, ERR_INPUT, ERR_NEVER, _("column %ld: %s"), g_utf8_strlen(before, -1) + 1, text);
	return NULL;
}

static struct store_filter *counted(struct pattern *p, struct store_filter *f)
{
	if (f && ++p->parts > FILTER_PARTS_MAX) {
		store_filter_free(f);
		return wrong(p, p->rest.p, _("the pattern has too many parts"));
	}
	return f;
}

/* --- words --- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct pattern *p)
{
	while (p->rest.n && is_blank(*p->rest.p))
		p->rest = str_sub(p->rest, 1);
}

static bool take_char(struct pattern *p, char c)
{
	skip_blanks(p);
	if (!p->rest.n || *p->rest.p != c)
		return false;
	p->rest = str_sub(p->rest, 1);
	return true;
}

static bool ends_word(char c)
{
	return is_blank(c) || c == ')' || c == '|';
}

/* Up to a blank, or what stands in quotes. NULL p->e is set: a quote is open. */
static bool take_value(struct pattern *p, struct str *out)
{
	char quote = p->rest.n ? *p->rest.p : '\0';
	if (quote == '"' || quote == '\'') {
		const char *open = p->rest.p;
		if (!str_cut(str_sub(p->rest, 1), quote, out, &p->rest))
			return wrong(p, open, _("the quote opened here is not closed"));
		return true;
	}
	size_t n = 0;
	while (n < p->rest.n && !ends_word(p->rest.p[n]))
		n++;
	*out = (struct str){ p->rest.p, n };
	p->rest = str_sub(p->rest, n);
	return true;
}

static bool take_operator(struct pattern *p, const char *word)
{
	size_t n = strlen(word);
	skip_blanks(p);
	if (p->rest.n < n || memcmp(p->rest.p, word, n) ||
		(p->rest.n > n && !is_blank(p->rest.p[n]) && p->rest.p[n] != '('))
		return false;
	p->rest = str_sub(p->rest, n);
	return true;
}

/* --- days and spans of time --- */

static bool take_number(struct str *s, uint64_t max, uint64_t *out)
{
	size_t n = 0;
	while (n < s->n && g_ascii_isdigit(s->p[n]))
		n++;
	if (!str_u64((struct str){ s->p, n }, max, out))
		return false;
	*s = str_sub(*s, n);
	return true;
}

static bool day_range(int year, int month, int day, int months, int days, int64_t *low, int64_t *high)
{
	g_autoptr(GDateTime) from = g_date_time_new_local(year, month, day, 0, 0, 0);
	if (!from)
		return false;
	g_autoptr(GDateTime) later = g_date_time_add_months(from, months);
	g_autoptr(GDateTime) to = later ? g_date_time_add_days(later, days) : NULL;
	if (!to)
		return false;
	*low = g_date_time_to_unix(from);
	*high = g_date_time_to_unix(to);
	return true;
}

static bool near_day(int64_t now, int back, int64_t *low, int64_t *high)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(now);
	g_autoptr(GDateTime) day = t ? g_date_time_add_days(t, -back) : NULL;
	return day && day_range(g_date_time_get_year(day), g_date_time_get_month(day),
			      g_date_time_get_day_of_month(day), 0, 1, low, high);
}

static bool take_word(struct str *s, const char *word)
{
	if (!str_starts(*s, word))
		return false;
	*s = str_sub(*s, strlen(word));
	return true;
}

/* "/" and two digits are of this century's years until they are in the future by twenty. */
static int whole_year(uint64_t year, int64_t now)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(now);
	int here = t ? g_date_time_get_year(t) : 2000;
	if (year >= 100)
		return (int)year;
	int guess = here - here % 100 + (int)year;
	return guess > here + 20 ? guess - 100 : guess;
}

/* 20/1/95: day, month, year; what is left out is of today. */
static bool take_slashes(struct str *s, int64_t now, uint64_t day, int64_t *low, int64_t *high)
{
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(now);
	uint64_t month = t ? (uint64_t)g_date_time_get_month(t) : 1,
		 year = t ? (uint64_t)g_date_time_get_year(t) : 2000;
	if (take_word(s, "/") && !take_number(s, 12, &month))
		return false;
	if (take_word(s, "/") && !take_number(s, 9999, &year))
		return false;
	return day_range(whole_year(year, now), (int)month, (int)day, 0, 1, low, high);
}

/* One day, month or year at the start of s. */
static bool take_day(struct str *s, int64_t now, int64_t *low, int64_t *high)
{
	struct str before = *s;
	uint64_t first, month, day;
	if (take_word(s, "today"))
		return near_day(now, 0, low, high);
	if (take_word(s, "yesterday"))
		return near_day(now, 1, low, high);
	if (!take_number(s, 99999999, &first))
		return false;
	size_t digits = before.n - s->n;
	if (digits == 8)
		return day_range((int)(first / 10000), (int)(first / 100 % 100), (int)(first % 100), 0, 1, low, high);
	if (digits < 3)
		return take_slashes(s, now, first, low, high);
	if (digits != 4)
		return false;
	struct str rest = *s;
	if (!take_word(&rest, "-") || rest.n < 2 || !g_ascii_isdigit(rest.p[1]) ||
		(rest.n > 2 && g_ascii_isdigit(rest.p[2])) || !take_number(&rest, 12, &month))
		return day_range((int)first, 1, 1, 12, 0, low, high);
	*s = rest;
	if (!take_word(&rest, "-") || rest.n < 2 || !g_ascii_isdigit(rest.p[1]) ||
		(rest.n > 2 && g_ascii_isdigit(rest.p[2])) || !take_number(&rest, 31, &day))
		return day_range((int)first, (int)month, 1, 1, 0, low, high);
	*s = rest;
	return day_range((int)first, (int)month, (int)day, 0, 1, low, high);
}

/* "1w" before now, to the second. */
static bool take_span(struct str *s, int64_t now, int64_t *then)
{
	uint64_t n;
	g_autoptr(GDateTime) t = g_date_time_new_from_unix_local(now);
	if (!t || !take_number(s, DAYS_IN_SPAN_MAX, &n) || !s->n)
		return false;
	char unit = *s->p;
	*s = str_sub(*s, 1);
	g_autoptr(GDateTime) back = NULL;
	int count = -(int)n;
	switch (unit) {
	case 'y': back = g_date_time_add_years(t, count); break;
	case 'm': back = g_date_time_add_months(t, count); break;
	case 'w': back = g_date_time_add_weeks(t, count); break;
	case 'd': back = g_date_time_add_days(t, count); break;
	case 'h':
	case 'H': back = g_date_time_add_hours(t, count); break;
	case 'M': back = g_date_time_add_minutes(t, count); break;
	case 's':
	case 'S': back = g_date_time_add_seconds(t, count); break;
	default: return false;
	}
	*then = back ? g_date_time_to_unix(back) : INT64_MIN;
	return true;
}

/* A value that is a range: the ends, either of which may be left out, with ".." or, as mutt writes it, "-" between. */
static bool take_gap(struct str *s)
{
	return take_word(s, "..") || take_word(s, "-");
}

static bool date_value(struct str s, int64_t now, struct store_filter *f)
{
	int64_t low, high, then;
	char sign = s.n ? *s.p : '\0';
	f->low = INT64_MIN;
	f->high = INT64_MAX;
	if (sign == '<' || sign == '>' || sign == '=') {
		s = str_sub(s, 1);
		if (!take_span(&s, now, &then) || s.n)
			return false;
		if (sign == '=')
			return near_day(then, 0, &f->low, &f->high);
		*(sign == '<' ? &f->low : &f->high) = then;
		return true;
	}
	bool open = take_gap(&s);
	if (!take_day(&s, now, &low, &high))
		return false;
	if (!open)
		f->low = low;
	if (open || !s.n) {
		f->high = high;
		return !s.n;
	}
	if (!take_gap(&s))
		return false;
	if (s.n && !take_day(&s, now, &low, &f->high))
		return false;
	return !s.n;
}

/* --- sizes and counts --- */

static bool take_size(struct str *s, int64_t *out)
{
	static const char units[] = "KMG";
	uint64_t n;
	if (!take_number(s, INT32_MAX, &n))
		return false;
	const char *unit = s->n ? strchr(units, g_ascii_toupper(*s->p)) : NULL;
	if (unit && *unit) {
		n <<= 10 * (unit - units + 1);
		*s = str_sub(*s, 1);
	}
	take_word(s, "B");
	*out = (int64_t)n;
	return true;
}

static bool size_value(struct str s, struct store_filter *f)
{
	int64_t low, high;
	char sign = s.n ? *s.p : '\0';
	f->low = 0;
	f->high = INT64_MAX;
	if (sign == '<' || sign == '>') {
		s = str_sub(s, 1);
		if (!take_size(&s, &low))
			return false;
		if (sign == '<')
			f->high = low;
		else
			f->low = low + 1;
		return !s.n;
	}
	bool open = take_gap(&s);
	if (!take_size(&s, &low))
		return false;
	f->low = open ? 0 : low;
	f->high = low + 1;
	if (open || !s.n)
		return !s.n;
	if (!take_gap(&s))
		return false;
	high = INT64_MAX - 1;
	if (s.n && !take_size(&s, &high))
		return false;
	f->high = high + 1;
	return !s.n;
}

/* --- terms --- */

static struct store_filter *negated(struct store_filter *f)
{
	struct store_filter *no = store_filter_new(FILTER_NOT);
	store_filter_add(no, f);
	return no;
}

static struct store_filter *flags(uint32_t bits, bool set)
{
	struct store_filter *f = store_filter_flags(bits);
	return set ? f : negated(f);
}

/* The user's own addresses in those fields. */
static struct store_filter *mine(const struct cfg *cfg, unsigned fields)
{
	struct store_filter *f = store_filter_new(FILTER_OR);
	for (guint i = 0; cfg && cfg->accounts && i < cfg->accounts->len; i++) {
		const struct cfg_account *a = cfg->accounts->pdata[i];
		if (a->email)
			store_filter_add(f, store_filter_text(fields, str_of(a->email)));
		for (guint k = 0; a->froms && k < a->froms->len; k++) {
			const struct cfg_from *line = a->froms->pdata[k];
			const char *addr = line->addr;
			if (addr && f->of->len < FILTER_PARTS_MAX)
				store_filter_add(f, store_filter_text(fields, str_of(*addr == '*' ? addr + 1 : addr)));
		}
	}
	return f;
}

static struct store_filter *keyword(struct str value)
{
	struct store_filter *f = store_filter_new(FILTER_KEYWORD);
	f->text = utf8_make_valid(value);
	return f;
}

static struct store_filter *dated(
	struct pattern *p, const char *at, enum filter_op op, struct str value, const char *before)
{
	g_autofree char *text = g_strdup_printf("%s%.*s", before, (int)value.n, value.p);
	struct store_filter *f = store_filter_new(op);
	if (date_value(str_of(text), p->now, f))
		return f;
	store_filter_free(f);
	return wrong(
		p, at, _("'%.*s' is no time; write <1w, >3m, today, 2026-01-31 or 2025..2026"), (int)value.n, value.p);
}

static struct store_filter *sized(
	struct pattern *p, const char *at, enum filter_op op, struct str value, const char *before)
{
	g_autofree char *text = g_strdup_printf("%s%.*s", before, (int)value.n, value.p);
	struct store_filter *f = store_filter_new(op);
	if (size_value(str_of(text), f))
		return f;
	store_filter_free(f);
	return wrong(p, at, _("'%.*s' is no size; write >1MB, <100KB or 10KB..1MB"), (int)value.n, value.p);
}

/* --- is: and has: --- */

static const struct {
	const char *name;
	uint32_t flags;
	bool set;
} states[] = {
	{ "unread", MSG_SEEN, false },
	{ "new", MSG_SEEN, false },
	{ "unseen", MSG_SEEN, false },
	{ "read", MSG_SEEN, true },
	{ "seen", MSG_SEEN, true },
	{ "flagged", MSG_FLAGGED, true },
	{ "starred", MSG_FLAGGED, true },
	{ "answered", MSG_ANSWERED, true },
	{ "replied", MSG_ANSWERED, true },
	{ "unanswered", MSG_ANSWERED, false },
	{ "forwarded", MSG_FORWARDED, true },
	{ "deleted", MSG_DELETED, true },
	{ "draft", MSG_DRAFT, true },
	{ "important", MSG_IMPORTANT, true },
	{ "junk", MSG_JUNK, true },
	{ "spam", MSG_JUNK, true },
	{ "invitation", MSG_INVITE, true },
	{ "attachment", MSG_ATTACHMENT, true },
	{ "attachments", MSG_ATTACHMENT, true },
};

static struct store_filter *state_value(struct pattern *p, const char *at, struct str value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		if (str_is(value, states[i].name))
			return flags(states[i].flags, states[i].set);
	return wrong(
		p, at, _("no '%.*s' here; try unread, read, flagged, answered, attachment"), (int)value.n, value.p);
}

/* --- the two ways to say what is looked at: a letter, a word --- */

enum kind { TEXT, DATE, RECEIVED, SIZE, COUNT, STATE, KEYWORD, FLAG, NO_FLAG, MINE, EVERY, ABSENT };

static const struct {
	char letter;
	const char *word;
	enum kind kind;
	unsigned what;      /* fields or flags */
	const char *before; /* what the value is begun with */
} terms[] = {
	{ 'f', "from", TEXT, FILTER_FROM, "" },
	{ 'e', NULL, TEXT, FILTER_FROM, "" },
	{ 't', NULL, TEXT, FILTER_TO, "" },
	{ 'c', "cc", TEXT, FILTER_CC, "" },
	{ 'C', "to", TEXT, FILTER_TO | FILTER_CC, "" },
	{ 'L', "who", TEXT, FILTER_FROM | FILTER_TO | FILTER_CC, "" },
	{ 's', "subject", TEXT, FILTER_SUBJECT, "" },
	{ 'l', "list", TEXT, FILTER_LIST, "" },
	{ 'i', "id", TEXT, FILTER_MSGID, "" },
	{ 'y', "tag", KEYWORD, 0, "" },
	{ 0, "keyword", KEYWORD, 0, "" },
	{ 'd', "date", DATE, 0, "" },
	{ 'r', "received", RECEIVED, 0, "" },
	{ 0, "on", DATE, 0, "" },
	{ 0, "before", DATE, 1, "-" },
	{ 0, "after", DATE, 2, "" },
	{ 0, "newer", DATE, 0, "<" },
	{ 0, "older", DATE, 0, ">" },
	{ 'z', "size", SIZE, 0, "" },
	{ 0, "larger", SIZE, 0, ">" },
	{ 0, "smaller", SIZE, 0, "<" },
	{ 'X', "attachments", COUNT, 0, "" },
	{ 0, "is", STATE, 0, "" },
	{ 0, "has", STATE, 0, "" },
	{ 'U', NULL, NO_FLAG, MSG_SEEN, "" },
	{ 'N', NULL, NO_FLAG, MSG_SEEN, "" },
	{ 'R', NULL, FLAG, MSG_SEEN, "" },
	{ 'F', NULL, FLAG, MSG_FLAGGED, "" },
	{ 'Q', NULL, FLAG, MSG_ANSWERED, "" },
	{ 'D', NULL, FLAG, MSG_DELETED, "" },
	{ 'p', NULL, MINE, FILTER_TO | FILTER_CC, "" },
	{ 'P', NULL, MINE, FILTER_FROM, "" },
	{ 'A', NULL, EVERY, 0, "" },
	{ 'b', "body", ABSENT, 0, "" },
	{ 'B', NULL, ABSENT, 0, "" },
	{ 'h', NULL, ABSENT, 0, "" },
};

/* before: and after: are one end of a range of days. */
static struct store_filter *bounded(struct pattern *p, const char *at, unsigned what, struct str value)
{
	int64_t low, high;
	struct str rest = value;
	if (!take_day(&rest, p->now, &low, &high) || rest.n)
		return wrong(
			p, at, _("'%.*s' is no day; write 2026-01-31, 2026-01 or yesterday"), (int)value.n, value.p);
	struct store_filter *f = store_filter_new(FILTER_DATE);
	f->low = what == 2 ? low : INT64_MIN;
	f->high = what == 2 ? INT64_MAX : low;
	return f;
}

static struct store_filter *term_value(struct pattern *p, size_t i, const char *at, struct str value)
{
	switch (terms[i].kind) {
	case TEXT:
		if (p->cfg && str_eq(value, STR("me")) && terms[i].what & (FILTER_FROM | FILTER_TO | FILTER_CC))
			return mine(p->cfg, terms[i].what);
		return store_filter_text(terms[i].what, value);
	case KEYWORD: return keyword(value);
	case DATE:
		if (terms[i].what)
			return bounded(p, at, terms[i].what, value);
		return dated(p, at, FILTER_DATE, value, terms[i].before);
	case RECEIVED: return dated(p, at, FILTER_RECEIVED, value, "");
	case SIZE: return sized(p, at, FILTER_SIZE, value, terms[i].before);
	case COUNT: return sized(p, at, FILTER_ATTACHMENTS, value, "");
	default: return state_value(p, at, value);
	}
}

static struct store_filter *term(struct pattern *p, size_t i, const char *at)
{
	struct str value;
	switch (terms[i].kind) {
	case FLAG: return flags(terms[i].what, true);
	case NO_FLAG: return flags(terms[i].what, false);
	case MINE: return mine(p->cfg, terms[i].what);
	case EVERY: return store_filter_new(FILTER_AND);
	case ABSENT: return wrong(p, at, _("a filter looks at what a list shows, not into the texts"));
	default: break;
	}
	skip_blanks(p);
	const char *begins = p->rest.p;
	/* mutt counts attachments with a number behind ~X; without one there is any. */
	bool number = p->rest.n && (g_ascii_isdigit(*begins) || strchr("<>-", *begins));
	if (terms[i].kind == COUNT && !number)
		return flags(MSG_ATTACHMENT, true);
	if (!take_value(p, &value))
		return NULL;
	if (!value.n)
		return wrong(p, begins, _("something is missing after %.*s"), (int)(begins - at), at);
	return term_value(p, i, begins, value);
}

static struct store_filter *letter(struct pattern *p)
{
	const char *at = p->rest.p - 1;
	char c = p->rest.n ? *p->rest.p : '\0';
	for (size_t i = 0; c && i < G_N_ELEMENTS(terms); i++) {
		if (terms[i].letter != c)
			continue;
		p->rest = str_sub(p->rest, 1);
		return term(p, i, at);
	}
	if (!c || is_blank(c))
		return wrong(p, at, _("~ needs a letter: ~f from, ~s subject, ~U unread, ~F flagged, ~d date"));
	struct str shown = { p->rest.p, (size_t)g_utf8_skip[(unsigned char)c] };
	g_autofree char *clean = utf8_line((struct str){ shown.p, MIN(shown.n, p->rest.n) });
	return wrong(p, at, _("no ~%s here; try ~f from, ~s subject, ~U unread, ~F flagged, ~d date"), clean);
}

/* Of "from:ana" what stands before the colon; 0: there is none. */
static size_t word_octets(struct str s)
{
	size_t n = 0;
	while (n < s.n && g_ascii_isalpha(s.p[n]))
		n++;
	return n && n < s.n && s.p[n] == ':' ? n : 0;
}

static struct store_filter *word(struct pattern *p, size_t n)
{
	struct str name = { p->rest.p, n };
	for (size_t i = 0; i < G_N_ELEMENTS(terms); i++) {
		if (!terms[i].word || !str_is(name, terms[i].word))
			continue;
		p->rest = str_sub(p->rest, n + 1);
		return term(p, i, name.p);
	}
	return wrong(p, name.p, _("there is no '%.*s:'; quotes make a word of it"), (int)n, name.p);
}

static struct store_filter *plain(struct pattern *p)
{
	struct str value;
	const char *at = p->rest.p;
	if (!take_value(p, &value))
		return NULL;
	if (!value.n)
		return wrong(p, at, _("something is missing here"));
	return store_filter_text(FILTER_FROM | FILTER_TO | FILTER_CC | FILTER_SUBJECT, value);
}

/* --- the grammar --- */

static struct store_filter *parse_one(struct pattern *p);

static struct store_filter *parse_negated(struct pattern *p)
{
	skip_blanks(p);
	struct store_filter *f = parse_one(p);
	return f ? negated(f) : NULL;
}

static struct store_filter *parse_group(struct pattern *p)
{
	const char *open = p->rest.p - 1;
	struct store_filter *f = parse_any(p);
	if (!f || take_char(p, ')'))
		return f;
	store_filter_free(f);
	return wrong(p, open, _("the parenthesis opened here is not closed"));
}

static struct store_filter *parse_one_inside(struct pattern *p)
{
	if (!p->rest.n)
		return wrong(p, p->rest.p, _("something is missing at the end"));
	bool minus = *p->rest.p == '-' && p->rest.n > 1 && (g_ascii_isalpha(p->rest.p[1]) || p->rest.p[1] == '"');
	if (take_char(p, '!') || (minus && take_char(p, '-')) || take_operator(p, "NOT"))
		return parse_negated(p);
	if (take_char(p, '('))
		return parse_group(p);
	if (take_char(p, '~'))
		return letter(p);
	size_t n = word_octets(p->rest);
	return n ? word(p, n) : plain(p);
}

static struct store_filter *parse_one(struct pattern *p)
{
	if (p->depth >= FILTER_DEPTH_MAX)
		return wrong(p, p->rest.p, _("parentheses and negations are nested too deeply"));
	p->depth++;
	struct store_filter *f = counted(p, parse_one_inside(p));
	p->depth--;
	return f;
}

static struct store_filter *parse_all(struct pattern *p)
{
	struct store_filter *all = NULL, *first = NULL;
	for (;;) {
		skip_blanks(p);
		struct pattern look = *p;
		bool ends = !p->rest.n || *p->rest.p == ')' || *p->rest.p == '|' || take_operator(&look, "OR");
		if (ends && first)
			return all ? all : first;
		take_operator(p, "AND");
		skip_blanks(p);
		struct store_filter *one = parse_one(p);
		if (!one) {
			store_filter_free(all ? all : first);
			return NULL;
		}
		if (first && !all) {
			all = store_filter_new(FILTER_AND);
			store_filter_add(all, first);
		}
		if (all)
			store_filter_add(all, one);
		else
			first = one;
	}
}

static struct store_filter *parse_any(struct pattern *p)
{
	struct store_filter *f = parse_all(p), *any = NULL;
	while (f && (take_char(p, '|') || take_operator(p, "OR"))) {
		struct store_filter *next = parse_all(p);
		if (!any) {
			any = store_filter_new(FILTER_OR);
			store_filter_add(any, f);
			f = any;
		}
		if (!next) {
			store_filter_free(any);
			return NULL;
		}
		store_filter_add(any, next);
	}
	return f;
}

int app_pattern(const struct cfg *cfg, struct str text, int64_t now, struct store_filter **out, struct err *e)
{
	struct pattern p = { .all = text, .rest = text, .cfg = cfg, .now = now, .e = e };
	*out = NULL;
	skip_blanks(&p);
	if (!p.rest.n)
		return 0;
	if (text.n > TEXT_MAX) {
		wrong(&p, text.p, _("the pattern is too long"));
		return -1;
	}
	struct store_filter *f = parse_any(&p);
	skip_blanks(&p);
	if (f && p.rest.n) {
		wrong(&p, p.rest.p, _("there is nothing that this ')' closes"));
		store_filter_free(f);
		return -1;
	}
	*out = f;
	return f ? 0 : -1;
}
