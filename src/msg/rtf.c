/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The letter of a winmail.dat: RTF compressed as MS-OXRTFCP says, and the text of RTF 1.9. */
#include "msg/internal.h"

#include <string.h>

#define HEADER 16 /* octets: two sizes, the kind, a sum */
#define KIND_LZFU 0x75465a4cu
#define KIND_PLAIN 0x414c454du
#define DICTIONARY 4096
#define DEPTH_MAX 100 /* groups; what is nested deeper goes by the outer one's rules */

/* --- decompressing --- */

/* What the dictionary begins with (MS-OXRTFCP 2.1.2.1). */
static const char prefix[] = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
			     "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier"
			     "{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

static uint32_t number_at(struct str s, size_t at)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < 4; i++)
		n |= (uint32_t)(unsigned char)s.p[at + i] << (8 * i);
	return n;
}

struct ring {
	char octets[DICTIONARY];
	unsigned at;
	struct buf *out;
};

static int put(struct ring *r, char c)
{
	r->octets[r->at] = c;
	r->at = (r->at + 1) % DICTIONARY;
	return buf_add_c(r->out, c);
}

/* A place in what was written before, and how many octets from there. 1: the end. */
static int put_again(struct ring *r, unsigned char high, unsigned char low)
{
	unsigned from = (unsigned)high << 4 | low >> 4, n = (low & 0xfu) + 2;
	if (from == r->at)
		return 1;
	for (; n; n--, from = (from + 1) % DICTIONARY)
		if (put(r, r->octets[from]))
			return -1;
	return 0;
}

static int inflate(struct str in, struct buf *out)
{
	struct ring r = { .at = sizeof prefix - 1, .out = out };
	memcpy(r.octets, prefix, sizeof prefix - 1);
	for (size_t at = 0; at < in.n;) {
		unsigned flags = (unsigned char)in.p[at++];
		for (unsigned bit = 0; bit < 8 && at < in.n; bit++) {
			int done;
			if (!(flags >> bit & 1)) {
				done = put(&r, in.p[at++]);
			} else if (in.n - at < 2) {
				return 0;
			} else {
				done = put_again(&r, (unsigned char)in.p[at], (unsigned char)in.p[at + 1]);
				at += 2;
			}
			if (done)
				return done < 0 ? -1 : 0;
		}
	}
	return 0;
}

int rtf_inflate(struct str in, struct buf *out)
{
	if (in.n < HEADER)
		return 0;
	size_t size = number_at(in, 4);
	struct str body = str_sub(in, HEADER);
	if (number_at(in, 8) == KIND_PLAIN) {
		body.n = MIN(body.n, size);
		return buf_add_str(out, body);
	}
	return number_at(in, 8) == KIND_LZFU ? inflate(body, out) : 0;
}

/* --- reading --- */

/* What holds until the group ends. */
struct group {
	bool silent;   /* no text of the letter: fonts, colours, pictures */
	bool markup;   /* between \htmlrtf and \htmlrtf0: for those who read no HTML */
	unsigned skip; /* characters that stand for one \u */
};

struct rtf {
	struct str rest;
	struct group groups[DEPTH_MAX];
	unsigned depth, beyond;
	unsigned skipping;  /* characters of those */
	gunichar surrogate; /* the first half of a pair; 0 */
	GString *octets;    /* not yet converted */
	char *charset;
	GString *out;
};

static struct group *group_of(struct rtf *r)
{
	return &r->groups[r->depth];
}

static bool is_text(struct rtf *r)
{
	return !group_of(r)->silent && !group_of(r)->markup;
}

static void flush(struct rtf *r)
{
	size_t n;
	if (!r->octets->len)
		return;
	g_autofree char *text = msg_to_utf8_as((struct str){ r->octets->str, r->octets->len }, r->charset, &n);
	g_string_append_len(r->out, text, (gssize)n);
	g_string_truncate(r->octets, 0);
}

static void add_octet(struct rtf *r, char c)
{
	if (r->skipping)
		r->skipping--;
	else if (is_text(r))
		g_string_append_c(r->octets, c);
}

static void add_point(struct rtf *r, gunichar c)
{
	if (!is_text(r))
		return;
	flush(r);
	g_string_append_unichar(r->out, c);
}

/* In UTF-16, as a number that may be negative. */
static void add_unit(struct rtf *r, int32_t number)
{
	gunichar unit = (gunichar)number & 0xffff, first = r->surrogate;
	r->skipping = group_of(r)->skip;
	r->surrogate = 0;
	if (unit >= 0xd800 && unit < 0xdc00)
		r->surrogate = unit;
	else if (unit < 0xdc00 || unit >= 0xe000)
		add_point(r, unit ? unit : 0xfffd);
	else
		add_point(r, first ? 0x10000 + ((first - 0xd800) << 10) + (unit - 0xdc00) : 0xfffd);
}

static bool is_silent(struct str word)
{
	static const char *const words[] = { "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header",
		"footer", "headerl", "headerr", "headerf", "footerl", "footerr", "footerf", "footnote", "fldinst", "xe",
		"tc", "txe", "rxe", "bkmkstart", "bkmkend" };
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (str_eq(word, str_of(words[i])))
			return true;
	return false;
}

static gunichar point_of(struct str word)
{
	static const struct {
		const char *word;
		gunichar point;
	} points[] = { { "par", '\n' }, { "line", '\n' }, { "sect", '\n' }, { "page", '\n' }, { "row", '\n' },
		{ "tab", '\t' }, { "cell", '\t' }, { "emdash", 0x2014 }, { "endash", 0x2013 }, { "lquote", 0x2018 },
		{ "rquote", 0x2019 }, { "ldblquote", 0x201c }, { "rdblquote", 0x201d }, { "bullet", 0x2022 } };
	for (size_t i = 0; i < G_N_ELEMENTS(points); i++)
		if (str_eq(word, str_of(points[i].word)))
			return points[i].point;
	return 0;
}

static void take_word(struct rtf *r, struct str word, int32_t number, bool numbered)
{
	struct group *g = group_of(r);
	gunichar point = point_of(word);
	if (point) {
		add_point(r, point);
	} else if (str_eq(word, STR("u")) && numbered) {
		add_unit(r, number);
	} else if (str_eq(word, STR("uc"))) {
		g->skip = (unsigned)CLAMP(number, 0, 100);
	} else if (str_eq(word, STR("bin"))) {
		r->rest = str_sub(r->rest, (size_t)MAX(number, 0));
	} else if (str_eq(word, STR("htmlrtf"))) {
		g->markup = !numbered || number;
	} else if (str_eq(word, STR("ansicpg")) && numbered) {
		flush(r);
		g_free(r->charset);
		r->charset = number == 65001 ? g_strdup("utf-8") : g_strdup_printf("windows-%d", number);
	} else if (is_silent(word)) {
		g->silent = true;
	}
}

/* Behind the backslash, which a letter follows. */
static void read_word(struct rtf *r)
{
	struct str word = { r->rest.p, 0 };
	int32_t number = 0;
	while (word.n < r->rest.n && g_ascii_isalpha(word.p[word.n]))
		word.n++;
	r->rest = str_sub(r->rest, word.n);
	bool minus = r->rest.n > 1 && *r->rest.p == '-' && g_ascii_isdigit(r->rest.p[1]);
	r->rest = str_sub(r->rest, minus);
	bool numbered = r->rest.n && g_ascii_isdigit(*r->rest.p);
	for (; r->rest.n && g_ascii_isdigit(*r->rest.p); r->rest = str_sub(r->rest, 1))
		number = MIN(number, G_MAXINT32 / 10 - 1) * 10 + (*r->rest.p - '0');
	if (r->rest.n && *r->rest.p == ' ')
		r->rest = str_sub(r->rest, 1);
	take_word(r, word, minus ? -number : number, numbered);
}

static void read_control(struct rtf *r)
{
	if (!r->rest.n)
		return;
	char c = *r->rest.p;
	if (g_ascii_isalpha(c)) {
		read_word(r);
		return;
	}
	r->rest = str_sub(r->rest, 1);
	int high = c == '\'' && r->rest.n > 1 ? g_ascii_xdigit_value(r->rest.p[0]) : -1;
	int low = high >= 0 ? g_ascii_xdigit_value(r->rest.p[1]) : -1;
	if (low >= 0) {
		r->rest = str_sub(r->rest, 2);
		add_octet(r, (char)(high << 4 | low));
	} else if (is_one_of(c, "\\{}")) {
		add_octet(r, c);
	} else if (c == '\r' || c == '\n') {
		add_point(r, '\n');
	} else if (c == '~') {
		add_point(r, 0xa0);
	} else if (c == '_') {
		add_point(r, '-');
	} else if (c == '*') {
		group_of(r)->silent = true;
	}
}

static void group_begin(struct rtf *r)
{
	r->skipping = 0;
	if (r->depth + 1 == DEPTH_MAX) {
		r->beyond++;
		return;
	}
	r->groups[r->depth + 1] = r->groups[r->depth];
	r->depth++;
}

static void group_end(struct rtf *r)
{
	r->skipping = 0;
	if (r->beyond)
		r->beyond--;
	else if (r->depth)
		r->depth--;
}

char *rtf_text(struct str rtf)
{
	struct rtf r = { .rest = rtf,
		.octets = g_string_new(NULL),
		.charset = g_strdup("windows-1252"),
		.out = g_string_new(NULL) };
	r.groups[0].skip = 1;
	while (r.rest.n) {
		char c = *r.rest.p;
		r.rest = str_sub(r.rest, 1);
		switch (c) {
		case '{': group_begin(&r); break;
		case '}': group_end(&r); break;
		case '\\': read_control(&r); break;
		case '\r':
		case '\n': break;
		default: add_octet(&r, c);
		}
	}
	flush(&r);
	g_string_free(r.octets, TRUE);
	g_free(r.charset);
	return g_string_free(r.out, FALSE);
}
