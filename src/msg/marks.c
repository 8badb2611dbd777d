/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands out in plain text: links, patches, the signature. The text stays as it was written; spans say what is
 * where. */
#include "msg/msg.h"

#include <string.h>

#include "base/utf8.h"
#include "msg/internal.h"

#define LINKS_MAX 10000
#define SPANS_MAX 200000
#define URL_MAX_OCTETS 8192
#define URL_LINES_MAX 20 /* of one address between < and > */
#define SIGNATURE_LINES_MAX 50
#define SIGN_LOOK 1024

struct marks {
	struct msg_text *out;
	uint32_t base;     /* where text lies in that of out */
	GHashTable *known; /* address -> its number */
	GString *whole;    /* an address put together from several lines */
};

static void add_span(struct marks *m, size_t from, size_t to, enum msg_role role, uint32_t link)
{
	struct msg_span s = { m->base + (uint32_t)from, m->base + (uint32_t)to, role, link };
	if (to > from && m->out->spans->len < SPANS_MAX)
		g_array_append_val(m->out->spans, s);
}

/* --- links --- */

static bool is_word(char c)
{
	return g_ascii_isalnum(c) || c == '_';
}

/* The octets of what an address begins with; *bare_out: the scheme is left out. */
static size_t link_start(struct str s, char before, bool *bare_out)
{
	static const char *const starts[] = { "https://", "http://", "mailto:", "www." };
	*bare_out = false;
	if (is_word(before))
		return 0;
	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
		size_t n = strlen(starts[i]);
		struct str behind = str_sub(s, n);
		*bare_out = i == 3;
		if (!str_starts(s, starts[i]) || !behind.n)
			continue;
		if (*bare_out && ((unsigned char)before >= 0x80 || is_one_of(before, ".@/-")))
			return 0;
		bool host = g_ascii_isalnum(*behind.p) || *behind.p == '[' || (unsigned char)*behind.p >= 0x80;
		return host ? n : 0;
	}
	return 0;
}

/* Letters of alphabets go on in an address; wide ones, which need no blank before them, and quotes end it. */
static bool goes_on(struct str s, size_t *n_out)
{
	unsigned char c = (unsigned char)*s.p;
	*n_out = 1;
	if (c < 0x80)
		return c > 0x20 && c != 0x7f && !is_one_of(*s.p, "<>\"`");
	gunichar point = g_utf8_get_char(s.p);
	*n_out = (size_t)g_utf8_skip[c];
	return (g_unichar_isalnum(point) || g_unichar_ismark(point)) && !g_unichar_iswide(point);
}

static size_t count_of(struct str s, char c)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

/* What ends a sentence or closes a bracket that was opened before the address is not part of it. */
static size_t trim_end(struct str s, char before)
{
	while (s.n) {
		char last = s.p[s.n - 1];
		bool closes = (last == ')' && count_of(s, '(') < count_of(s, ')')) ||
			      (last == ']' && count_of(s, '[') < count_of(s, ']')) ||
			      (last == '}' && count_of(s, '{') < count_of(s, '}'));
		bool markup = is_one_of(last, "*_~|") && last == before;
		if (!closes && !markup && !is_one_of(last, ".,;:!?'"))
			break;
		s.n--;
	}
	return s.n;
}

static size_t link_length(struct str s)
{
	size_t n = 0, step;
	while (n < s.n && n <= URL_MAX_OCTETS && goes_on(str_sub(s, n), &step))
		n += step;
	return MIN(n, s.n);
}

/* The marks a line is quoted with, and blanks. */
static size_t skip_quoting(struct str s)
{
	size_t n = 0;
	while (n < s.n && is_one_of(s.p[n], "> \t"))
		n++;
	return n;
}

/* RFC 3986, appendix C: between < and > an address may go over several lines. Its octets up to the '>', with the line
 * ends; 0: it does not. The address itself comes into m->whole. */
static size_t link_over_lines(struct marks *m, struct str s)
{
	struct str rest = s;
	g_string_truncate(m->whole, 0);
	for (int lines = 0; lines < URL_LINES_MAX && m->whole->len <= URL_MAX_OCTETS; lines++) {
		size_t n = link_length(rest);
		g_string_append_len(m->whole, rest.p, (gssize)n);
		rest = str_sub(rest, n);
		if (rest.n && *rest.p == '>')
			return lines ? s.n - rest.n : 0;
		if (!n || !rest.n || *rest.p != '\n')
			return 0;
		rest = str_sub(rest, 1);
		rest = str_sub(rest, skip_quoting(rest));
	}
	return 0;
}

static uint32_t add_link(struct marks *m, struct str address, struct str text, bool bare)
{
	g_autofree char *scheme = str_dup(address);
	char *url = bare ? g_strconcat("http://", scheme, NULL) : g_steal_pointer(&scheme);
	uint32_t n = GPOINTER_TO_UINT(g_hash_table_lookup(m->known, url));
	if (n || m->out->links->len >= LINKS_MAX) {
		g_free(url);
		return n;
	}
	struct msg_link *link = link_new(url);
	g_free(link->text);
	link->text = str_dup(text);
	link->in_text = true;
	g_ptr_array_add(m->out->links, link);
	g_hash_table_insert(m->known, url, GUINT_TO_POINTER(m->out->links->len));
	return m->out->links->len;
}

/* One span a line; no span goes past the end of a line. */
static void add_link_spans(struct marks *m, struct str all, size_t at, size_t n, uint32_t link)
{
	size_t end = at + n;
	while (at < end) {
		struct str rest = { all.p + at, end - at };
		const char *line_end = memchr(rest.p, '\n', rest.n);
		size_t here = line_end ? (size_t)(line_end - rest.p) : rest.n;
		add_span(m, at, at + here, MSG_ROLE_LINK, link);
		at += here + 1;
		at += at < end ? skip_quoting((struct str){ all.p + at, end - at }) : 0;
	}
}

/* The address at `at`, if one begins there; octets that are done with. */
static size_t take_link(struct marks *m, struct str all, size_t at, char before)
{
	bool bare;
	struct str s = str_sub(all, at);
	size_t start = link_start(s, before, &bare);
	if (!start)
		return 0;
	struct str url = { s.p, link_length(s) };
	if (url.n > URL_MAX_OCTETS)
		return url.n;
	size_t over = before == '<' || before == ':' ? link_over_lines(m, s) : 0;
	if (over && m->whole->len <= URL_MAX_OCTETS) {
		struct str whole = { m->whole->str, m->whole->len };
		uint32_t link = add_link(m, whole, whole, bare);
		if (link)
			add_link_spans(m, all, at, over, link);
		return over;
	}
	size_t length = url.n;
	url.n = trim_end(url, before);
	if (url.n <= start || (bare && !memchr(url.p + start, '.', url.n - start)))
		return length;
	uint32_t link = add_link(m, url, url, bare);
	if (link)
		add_span(m, at, at + url.n, MSG_ROLE_LINK, link);
	return length;
}

/* Those that begin before `end`; the octet up to which the last one goes. */
static size_t find_links(struct marks *m, struct str all, size_t at, size_t end)
{
	char before = ' ';
	while (at < end) {
		char c = (char)(all.p[at] | 0x20);
		/* Nearly all octets begin no address. */
		bool may_begin = c == 'h' || c == 'm' || c == 'w';
		size_t n = may_begin && m->out->links->len < LINKS_MAX ? take_link(m, all, at, before) : 0;
		n = MAX(n, 1);
		before = all.p[at + n - 1];
		at += n;
	}
	return at;
}

/* --- patches --- */

enum patch { NO_PATCH, PATCH_HEAD, PATCH_HUNK, PATCH_BETWEEN };

struct patch_state {
	enum patch in;
	uint64_t old, new; /* lines the hunk still has */
};

static uint64_t number(struct str *s)
{
	uint64_t n = 0;
	while (s->n && g_ascii_isdigit(*s->p) && n < 1000000000) {
		n = n * 10 + (uint64_t)(*s->p - '0');
		*s = str_sub(*s, 1);
	}
	return n;
}

/* "@@ -3,7 +3,8 @@": how many lines of each side follow. */
static bool hunk_head(struct str line, uint64_t *old_out, uint64_t *new_out)
{
	static const char *const before[] = { "@@ -", " +" };
	uint64_t *const out[] = { old_out, new_out };
	for (int i = 0; i < 2; i++) {
		if (!str_starts(line, before[i]))
			return false;
		line = str_sub(line, strlen(before[i]));
		if (!line.n || !g_ascii_isdigit(*line.p))
			return false;
		number(&line);
		*out[i] = 1;
		if (line.n && *line.p == ',') {
			line = str_sub(line, 1);
			*out[i] = number(&line);
		}
	}
	return str_starts(line, " @@");
}

static bool is_patch_head(struct str line)
{
	static const char *const starts[] = { "index ", "new file mode ", "deleted file mode ", "old mode ",
		"new mode ", "similarity index ", "dissimilarity index ", "rename ", "copy ", "Binary files ",
		"GIT binary patch", "--- ", "+++ ", "=======" };
	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		if (str_starts(line, starts[i]))
			return true;
	return false;
}

/* Where a hunk ends is counted, so that a signature below it is none of its lines. */
static bool in_hunk(struct patch_state *p, struct str line, enum msg_role *role_out)
{
	char c = line.n ? *line.p : ' ';
	bool old = c == '-' || c == ' ', new = c == '+' || c == ' ';
	*role_out = c == '+' ? MSG_ROLE_ADDED : c == '-' ? MSG_ROLE_REMOVED : MSG_ROLE_NONE;
	if (c == '\\')
		return true;
	if ((!old && !new) || (old && !p->old) || (new && !p->new))
		return false;
	p->old -= old;
	p->new -= new;
	if (!p->old && !p->new)
		p->in = PATCH_BETWEEN;
	return true;
}

/* next: the line behind this one. */
static enum msg_role patch_role(struct patch_state *p, struct str line, struct str next)
{
	enum msg_role role;
	if (p->in == PATCH_HUNK && in_hunk(p, line, &role))
		return role;
	bool names = str_starts(line, "--- ") && str_starts(next, "+++ ");
	if (str_starts(line, "diff --git ") || names) {
		p->in = PATCH_HEAD;
		return MSG_ROLE_PATCH;
	}
	if ((p->in == PATCH_HEAD || p->in == PATCH_BETWEEN) && hunk_head(line, &p->old, &p->new)) {
		p->in = p->old || p->new ? PATCH_HUNK : PATCH_BETWEEN;
		return MSG_ROLE_HUNK;
	}
	if (p->in == PATCH_HEAD && is_patch_head(line))
		return MSG_ROLE_PATCH;
	bool backslash = p->in == PATCH_BETWEEN && str_starts(line, "\\ ");
	if (!backslash)
		p->in = NO_PATCH;
	return MSG_ROLE_NONE;
}

/* --- the signature --- */

/* Octet of the last line "-- " that no more than a few lines follow, or the end. */
static size_t signature_start(struct str all)
{
	size_t at = all.n, line = all.n;
	for (int lines = 0; at && lines <= SIGNATURE_LINES_MAX; lines++) {
		line = at - 1;
		while (line && all.p[line - 1] != '\n')
			line--;
		if (at - line == 4 && !memcmp(all.p + line, "-- \n", 4))
			return line;
		at = line;
	}
	return all.n;
}

/* --- armour of OpenPGP in the text itself (RFC 9580, 7) --- */

struct armour {
	struct msg_armour found;
	bool open;
};

static void armour_line(struct armour *a, struct str line, uint32_t at, struct msg_text *out)
{
	if (!str_starts(line, "-----"))
		return;
	bool is_signed = str_eq(line, STR("-----BEGIN PGP SIGNED MESSAGE-----"));
	if (!a->open && (is_signed || str_eq(line, STR("-----BEGIN PGP MESSAGE-----")))) {
		a->open = true;
		a->found = (struct msg_armour){ at, at, is_signed ? MSG_SEAL_SIGNED : MSG_SEAL_ENCRYPTED };
	}
	bool end = a->found.kind == MSG_SEAL_SIGNED ? str_eq(line, STR("-----END PGP SIGNATURE-----"))
						    : str_eq(line, STR("-----END PGP MESSAGE-----"));
	if (a->open && end) {
		a->open = false;
		a->found.to = at + (uint32_t)line.n;
		g_array_append_val(out->armours, a->found);
	}
}

/* By where they begin, the longer first: an address over several lines is found before what its later lines are. */
static int compare_spans(const void *a, const void *b)
{
	const struct msg_span *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to < y->to) - (x->to > y->to);
}

static void put_in_order(GArray *spans)
{
	for (guint i = 1; i < spans->len; i++)
		if (compare_spans(&g_array_index(spans, struct msg_span, i - 1),
			    &g_array_index(spans, struct msg_span, i)) > 0) {
			g_array_sort(spans, compare_spans);
			return;
		}
}

void marks_find(struct str all, uint32_t base, struct msg_text *out)
{
	struct marks m = { out, base, g_hash_table_new(g_str_hash, g_str_equal), g_string_new(NULL) };
	struct patch_state patch = { NO_PATCH, 0, 0 };
	struct armour armour = { .open = false };
	size_t signature = signature_start(all), done = 0;
	for (size_t at = 0; at < all.n;) {
		struct str line, next;
		str_cut(str_sub(all, at), '\n', &line, &next);
		enum msg_role role = at >= signature ? MSG_ROLE_SIGNATURE : patch_role(&patch, line, next);
		if (role != MSG_ROLE_NONE)
			add_span(&m, at, at + line.n, role, 0);
		armour_line(&armour, line, base + (uint32_t)at, out);
		/* An address over several lines was found in the first of them. */
		done = find_links(&m, all, MAX(at, done), at + line.n);
		at += line.n + 1;
	}
	put_in_order(out->spans);
	g_hash_table_unref(m.known);
	g_string_free(m.whole, TRUE);
}

/* --- what HTML has become --- */

/* The sign of a link, from `at` on: the one right behind the link's text, else the first; all.n: there is none. */
static size_t find_sign(struct str all, size_t at, const char *sign, struct str text)
{
	size_t n = strlen(sign), first = all.n, end = all.n;
	while (at < end) {
		const char *found = memmem(all.p + at, end - at, sign, n);
		if (!found)
			break;
		size_t here = (size_t)(found - all.p);
		if (text.n && here >= text.n && !memcmp(found - text.n, text.p, text.n))
			return here;
		/* "[1]" may be the writer's own, and is so near by. */
		if (first == all.n) {
			first = here;
			end = MIN(all.n, here + SIGN_LOOK);
		}
		at = here + n;
	}
	return first;
}

void marks_numbered(struct str all, uint32_t base, guint from, struct msg_text *out)
{
	struct marks m = { .out = out, .base = base };
	size_t at = 0;
	for (guint i = from; i < out->links->len; i++) {
		const struct msg_link *l = out->links->pdata[i];
		g_autofree char *sign = link_mark(l, i + 1);
		struct str text = str_of(l->text);
		size_t here = find_sign(all, at, sign, text);
		if (here == all.n)
			break;
		bool behind = text.n && here >= at + text.n && !memcmp(all.p + here - text.n, text.p, text.n);
		at = here + strlen(sign);
		add_span(&m, behind ? here - text.n : here, at, MSG_ROLE_LINK, i + 1);
	}
}
