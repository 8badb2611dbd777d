/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Of CSS only what decides whether text is seen and how it breaks. Selectors of one element, class or id are
 * understood; what stands in @media is for other screens. */
#include "msg/html.h"

#include <string.h>

#include "msg/internal.h"

#define RULES_MAX 20000
#define ADDRESS_MAX 8192

struct html_styles {
	GHashTable *rules; /* "td", ".class", "td.class", "#id" -> struct html_style * */
};

/* --- declarations --- */

struct value {
	struct str text;
	double number;
	bool is_number, pixels; /* pixels or points: a length by itself */
};

static struct value value_of(struct str text)
{
	struct value v = { .text = text };
	struct str s = text;
	double scale = 0;
	bool minus = s.n && *s.p == '-';
	for (s = str_sub(s, minus); s.n && (g_ascii_isdigit(*s.p) || (*s.p == '.' && !scale)); s = str_sub(s, 1)) {
		if (*s.p == '.') {
			scale = 1;
			continue;
		}
		v.is_number = true;
		scale /= 10;
		v.number = scale ? v.number + scale * (*s.p - '0') : MIN(v.number * 10 + (*s.p - '0'), 1e9);
	}
	if (minus)
		v.number = -v.number;
	v.pixels = !s.n || str_starts(s, "px") || str_starts(s, "pt");
	return v;
}

static bool has_word(struct str text, const char *word)
{
	for (; text.n; text = str_sub(text, 1))
		if (str_starts(text, word))
			return true;
	return false;
}

/* What only both together hide. */
struct room {
	bool none, clipped, away;
};

static void declare_size(struct html_style *s, struct room *room, struct str name, const struct value *v)
{
	bool most = str_starts(name, "max-");
	if (!v->is_number)
		return;
	if (!v->number)
		room->none = true;
	if (!most && v->pixels)
		s->small = v->number <= 1 ? HTML_YES : HTML_NO;
}

static enum html_tri tri(bool yes)
{
	return yes ? HTML_YES : HTML_NO;
}

static void declare_space(struct html_style *s, struct str value)
{
	if (str_starts(value, "pre-line"))
		s->space = HTML_SPACE_LINES;
	else if (str_starts(value, "pre") || str_starts(value, "break-spaces"))
		s->space = HTML_SPACE_PRE;
	else if (str_starts(value, "normal") || str_starts(value, "nowrap"))
		s->space = HTML_SPACE_NORMAL;
}

static void declare(struct html_style *s, struct room *room, struct str name, struct str text)
{
	struct value v = value_of(text);
	if (str_is(name, "display")) {
		s->gone = tri(str_starts(text, "none"));
		s->block = tri(!str_starts(text, "inline") && !str_starts(text, "none"));
	} else if (str_is(name, "visibility")) {
		s->invisible = tri(!str_starts(text, "visible"));
	} else if (str_is(name, "opacity")) {
		if (v.is_number && !v.number)
			s->gone = HTML_YES;
	} else if (str_is(name, "font-size")) {
		if (v.is_number)
			s->tiny = tri(v.pixels ? v.number <= 2 : !v.number);
	} else if (str_is(name, "height") || str_is(name, "width") || str_is(name, "max-height") ||
		   str_is(name, "max-width")) {
		declare_size(s, room, name, &v);
	} else if (str_starts(name, "overflow")) {
		room->clipped = str_starts(text, "hidden");
	} else if (str_is(name, "text-indent") || str_is(name, "left") || str_is(name, "top")) {
		room->away = room->away || (v.is_number && v.pixels && v.number <= -999);
	} else if (str_starts(name, "text-decoration")) {
		s->struck = tri(has_word(text, "line-through"));
	} else if (str_is(name, "text-align")) {
		s->right = tri(str_starts(text, "right") || str_starts(text, "end"));
	} else if (str_is(name, "white-space")) {
		declare_space(s, text);
	}
}

static struct html_style read_declarations(struct str css)
{
	struct html_style s = { 0 };
	struct room room = { 0 };
	struct str one, name, value;
	while (css.n) {
		str_cut(css, ';', &one, &css);
		if (str_cut(one, ':', &name, &value))
			declare(&s, &room, str_trim(name), str_trim(value));
	}
	if ((room.none && room.clipped) || room.away)
		s.gone = HTML_YES;
	return s;
}

/* --- sheets --- */

static void lay_over(struct html_style *under, const struct html_style *over)
{
	uint8_t *to = (uint8_t *)under;
	const uint8_t *from = (const uint8_t *)over;
	for (size_t i = 0; i < sizeof(*over); i++)
		if (from[i])
			to[i] = from[i];
}

struct html_styles *html_styles_new(void)
{
	struct html_styles *s = g_new(struct html_styles, 1);
	s->rules = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return s;
}

void html_styles_free(struct html_styles *s)
{
	g_hash_table_unref(s->rules);
	g_free(s);
}

static size_t name_length(struct str s)
{
	size_t n = 0;
	while (n < s.n && (g_ascii_isalnum(s.p[n]) || is_one_of(s.p[n], "-_") || (guchar)s.p[n] >= 0x80))
		n++;
	return n;
}

/* [element][.class|#id] and nothing else; NULL: it is more than that. */
static char *selector_key(struct str s)
{
	size_t element = name_length(s), rest = 0;
	if (element < s.n && is_one_of(s.p[element], ".#"))
		rest = 1 + name_length(str_sub(s, element + 1));
	if (!s.n || s.n > 200 || element + rest != s.n || rest == 1)
		return NULL;
	char *key = str_dup(s);
	for (size_t i = 0; i < element; i++)
		key[i] = g_ascii_tolower(key[i]);
	return key;
}

static void add_rule(struct html_styles *s, struct str selectors, struct str body)
{
	static const struct html_style nothing = { 0 };
	struct html_style style = read_declarations(body);
	struct str one;
	if (!memcmp(&style, &nothing, sizeof(style)))
		return;
	while (selectors.n && g_hash_table_size(s->rules) < RULES_MAX) {
		str_cut(selectors, ',', &one, &selectors);
		g_autofree char *key = selector_key(str_trim(one));
		struct html_style *known = key ? g_hash_table_lookup(s->rules, key) : NULL;
		if (known)
			lay_over(known, &style);
		else if (key)
			g_hash_table_insert(s->rules, g_steal_pointer(&key), g_memdup2(&style, sizeof(style)));
	}
}

/* Behind the bracket that was opened. */
static struct str skip_block(struct str css)
{
	for (unsigned depth = 1; css.n && depth; css = str_sub(css, 1))
		depth += (*css.p == '{') - (*css.p == '}');
	return css;
}

static char *without_comments(struct str css, size_t *n_out)
{
	GString *out = g_string_sized_new(css.n);
	while (css.n) {
		bool comment = css.n > 1 && css.p[0] == '/' && css.p[1] == '*';
		size_t mark = str_starts(css, "<!--") ? 4 : str_starts(css, "-->") ? 3 : 0;
		if (comment) {
			const char *end = css.n > 3 ? g_strstr_len(css.p + 2, (gssize)css.n - 2, "*/") : NULL;
			css = str_sub(css, end ? (size_t)(end + 2 - css.p) : css.n);
		} else if (!mark) {
			g_string_append_c(out, *css.p ? *css.p : ' ');
			css = str_sub(css, 1);
		} else {
			css = str_sub(css, mark);
		}
	}
	*n_out = out->len;
	return g_string_free(out, FALSE);
}

void html_styles_add(struct html_styles *s, struct str sheet)
{
	size_t n;
	g_autofree char *plain = without_comments(sheet, &n);
	struct str css = { plain, n }, body;
	while ((css = str_trim(css)).n) {
		size_t head = 0;
		while (head < css.n && !is_one_of(css.p[head], "{};"))
			head++;
		struct str selectors = { css.p, head };
		char behind = head < css.n ? css.p[head] : ';';
		css = str_sub(css, head + 1);
		if (behind != '{')
			continue;
		if (*selectors.p == '@' || !selectors.n) {
			css = skip_block(css);
			continue;
		}
		str_cut(css, '}', &body, &css);
		add_rule(s, selectors, body);
	}
}

/* --- elements --- */

#define NAME(id, name) name,
static const char *const names[] = { "", HTML_ELEMENTS(NAME) };

static void look_up(
	const struct html_styles *s, const char *element, char sign, struct str word, struct html_style *style)
{
	g_autofree char *key = g_strdup_printf("%s%c%.*s", element, sign, (int)MIN(word.n, 200), word.p);
	const struct html_style *found = g_hash_table_lookup(s->rules, key);
	if (found)
		lay_over(style, found);
}

static struct str next_word(struct str *s)
{
	size_t n = 0;
	while (s->n && g_ascii_isspace(*s->p))
		*s = str_sub(*s, 1);
	while (n < s->n && !g_ascii_isspace(s->p[n]))
		n++;
	struct str word = { s->p, n };
	*s = str_sub(*s, n);
	return word;
}

struct html_style html_style_of(const struct html_styles *s, const struct html_doc *d, const struct html_node *element)
{
	struct html_style style = { 0 }, own;
	struct str value, word;
	const char *name = names[element->element];
	bool sheets = g_hash_table_size(s->rules);
	const struct html_style *plain = sheets ? g_hash_table_lookup(s->rules, name) : NULL;
	if (plain)
		style = *plain;
	if (sheets && html_attribute(d, element, HTML_AT_CLASS, &value))
		while ((word = next_word(&value)).n) {
			look_up(s, "", '.', word, &style);
			look_up(s, name, '.', word, &style);
		}
	if (sheets && html_attribute(d, element, HTML_AT_ID, &value)) {
		look_up(s, "", '#', str_trim(value), &style);
		look_up(s, name, '#', str_trim(value), &style);
	}
	if (html_attribute(d, element, HTML_AT_STYLE, &value)) {
		own = read_declarations(value);
		lay_over(&style, &own);
	}
	return style;
}

/* --- addresses --- */

/* Behind `url(` or `@import`: up to the quote or bracket that ends it. */
static struct str address_at(struct str css)
{
	while (css.n && (g_ascii_isspace(*css.p) || *css.p == '"' || *css.p == '\''))
		css = str_sub(css, 1);
	size_t n = 0;
	while (n < css.n && n < ADDRESS_MAX && !g_ascii_isspace(css.p[n]) && !is_one_of(css.p[n], "\"');"))
		n++;
	return (struct str){ css.p, n };
}

void html_style_addresses(struct str css, void (*found)(struct str address, void *aux), void *aux)
{
	while (css.n) {
		char c = *css.p;
		size_t skip = (c == 'u' || c == 'U') && str_starts(css, "url(") ? 4
			      : c == '@' && str_starts(css, "@import")          ? 7
										: 0;
		if (!skip) {
			css = str_sub(css, 1);
			continue;
		}
		css = str_sub(css, skip);
		struct str address = address_at(css);
		/* `@import url(..)`: the second word says it. */
		if (!address.n || str_starts(address, "url("))
			continue;
		found(address, aux);
		css = (struct str){ address.p + address.n, (size_t)(css.p + css.n - address.p) - address.n };
	}
}
